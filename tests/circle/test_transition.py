"""Growing up: the clocks, the plan, the day rights become the student's own, and the young adult's choice."""

from datetime import date, timedelta

import pytest

from accounts.models import User
from circle import transition, writing
from circle.models import Agency, OwnWords, PostSchoolGoal, TransitionStep
from circle.transition import CannotDo
from clients import guests
from clients.models import Contact, Guardianship, RightsTransfer, SharingChoice, Student
from tests.world import NOW

SIXTEEN, SEVENTEEN, EIGHTEEN = date(2024, 3, 14), date(2025, 3, 14), date(2026, 3, 14)


@pytest.fixture(autouse=True)
def _now(clock, standins):
    pass


@pytest.fixture
def grown(mateo):
    """Mateo, who turned 18 this spring."""
    Student.objects.filter(pk=mateo.pk).update(born_on=date(2008, 3, 14))
    mateo.refresh_from_db()
    return mateo


@pytest.fixture
def adult(grown, ana):
    """Mateo himself, signed in, with the rights his own."""
    transition.transfer(grown, on=EIGHTEEN, by=ana, at=NOW, email="mateo@home.example")
    return User.objects.get(email="mateo@home.example")


def test_the_clocks_are_those_of_the_law(grown):
    found = transition.clocks(grown)

    assert (found.begins.due_on, found.notice.due_on, found.transfer.due_on) == (SIXTEEN, SEVENTEEN, EIGHTEEN)
    assert (found.age_of_majority, found.opens_on) == (18, date(2023, 3, 14))
    assert found.is_open(date(2023, 3, 14))
    assert not found.is_open(date(2023, 3, 13))


def test_another_age_of_majority_moves_notice_and_transfer(grown):
    from clients.models import District

    Student.objects.filter(pk=grown.pk).update(district=District.objects.create(name="Mobile", state="AL"))
    grown = Student.objects.select_related("district").get(pk=grown.pk)

    found = transition.clocks(grown)
    assert (found.age_of_majority, found.transfer.due_on, found.notice.due_on) == (
        19,
        date(2027, 3, 14),
        date(2026, 3, 14),
    )


def test_without_a_birthday_no_day_is_counted(luz, mateo, page, visitor):
    assert transition.clocks(mateo) is None
    assert "We do not know the birthday yet" in visitor.as_(luz).get(f"{page}adult-life/").content.decode()


def test_the_plan_is_written_by_family_and_office(luz, ana, grown, page, visitor):
    plan = f"{page}adult-life/"
    visitor.as_(luz).post(f"{plan}own-words/", {"likes": "Trains", "after_school": "Fix trucks"})
    visitor.post(f"{plan}own-words/", {"likes": "Trains", "after_school": "Fix trucks"})
    visitor.post(f"{plan}goals/", {"area": "work", "words": "I will work in a repair shop."})
    goal = PostSchoolGoal.objects.get(plan__student=grown)
    visitor.as_(ana).post(
        f"{plan}steps/",
        {"words": "Visit the garage", "who": "Mateo", "due_on": "2026-12-01", "goal": str(goal.pk)},
    )
    step = TransitionStep.objects.get()
    visitor.post(f"{plan}agencies/", {"name": "Vocational Rehabilitation", "phone": "406 555 0190"})
    visitor.as_(luz).post(f"{plan}steps/{step.pk}/completion/")

    step.refresh_from_db()
    assert (
        OwnWords.objects.filter(plan__student=grown).count(),
        step.goal,
        step.done_by,
        Agency.objects.get().phone,
    ) == (
        1,
        goal,
        luz,
        "+14065550190",
    )
    seen = visitor.get(plan).content.decode()
    for words in (
        "Fix trucks",
        "I will work in a repair shop.",
        "Visit the garage",
        "Vocational Rehabilitation",
    ):
        assert words in seen
    visitor.post(f"{plan}ending/{goal.pk}/")
    assert "I will work in a repair shop." not in visitor.get(plan).content.decode().split('id="steps"')[0]


def test_odd_plans_are_told_and_nothing_is_kept(luz, grown, page, visitor):
    plan = f"{page}adult-life/"
    for path, told in (("own-words/", {}), ("goals/", {"area": "moon", "words": "x"}), ("steps/", {"words": ""}), ("agencies/", {"name": "A", "phone": "12"})):  # fmt: skip
        assert visitor.as_(luz).post(f"{plan}{path}", told).status_code == 422
    kept = [
        model.objects.filter(plan__student=grown)
        for model in (OwnWords, PostSchoolGoal, TransitionStep, Agency)
    ]
    assert not any(rows.exists() for rows in kept)


def test_a_guest_never_sees_the_plan(gus, grown, invite, page, visitor):
    invite()
    assert visitor.as_(gus).get(f"{page}adult-life/").status_code == 403


@pytest.mark.parametrize(
    ("born", "on", "words"),
    [
        (None, EIGHTEEN, "Write the birthday down first."),
        (date(2008, 3, 14), EIGHTEEN - timedelta(days=1), "before the state’s age of majority"),
    ],
)
def test_rights_do_not_pass_on_too_early(ana, mateo, born, on, words):
    Student.objects.filter(pk=mateo.pk).update(born_on=born)
    mateo.refresh_from_db()

    with pytest.raises(CannotDo, match=words):
        transition.transfer(mateo, on=on, by=ana, at=NOW)
    assert not RightsTransfer.objects.exists()


def test_when_rights_pass_on_guests_stop_and_parents_keep_what_they_see(
    luz, gus, ana, grown, invite, page, visitor
):
    grant = invite()
    visitor.as_(ana).post(f"{page}adult-life/rights/", {"on": "2026-03-14", "email": "mateo@home.example"})

    grant.refresh_from_db()
    assert (grant.ended_why, visitor.as_(gus).get(page).status_code) == ("rights", 404)
    assert visitor.as_(luz).get(page).status_code == 200
    assert visitor.get(f"{page}people/new/").status_code == 404
    adult = User.objects.get(email="mateo@home.example")
    assert guests.may_grant(adult, grown, at=NOW).role == Contact.Role.SELF
    with pytest.raises(CannotDo):
        transition.transfer(grown, on=EIGHTEEN, by=ana, at=NOW)


def test_a_transfer_from_a_later_day_changes_nothing_before(luz, gus, ana, mateo, invite, work_due):
    Student.objects.filter(pk=mateo.pk).update(born_on=date(2008, 12, 10))
    mateo.refresh_from_db()
    invite()
    transition.transfer(mateo, on=date(2026, 12, 10), by=ana, at=NOW)

    assert guests.parts(gus, mateo, at=NOW)
    assert guests.may_grant(luz, mateo, at=NOW)
    later = NOW + timedelta(days=16)
    assert not guests.parts(gus, mateo, at=later)
    work_due(later)
    assert mateo.guest_grants.get().ended_why == "rights"


def test_the_young_adult_is_asked_at_sign_in_and_the_answer_holds(luz, adult, grown, page, visitor):
    visitor.as_(adult)
    assert visitor.get("/portal/")["Location"] == "/portal/sharing/"
    assert luz.name in visitor.get("/portal/sharing/").content.decode()
    visitor.post("/portal/sharing/", {})

    assert visitor.get("/portal/").status_code == 200
    for path in (page, f"/portal/children/{grown.pk}/", f"{page}adult-life/"):
        assert visitor.as_(luz).get(path).status_code == 404
    assert "Mateo" not in visitor.get("/portal/").content.decode()

    visitor.as_(adult).post("/portal/sharing/", {"may_see": str(luz.contact.pk)})
    assert visitor.as_(luz).get(page).status_code == 200
    assert list(SharingChoice.objects.order_by("chosen_at", "pk").values_list("may_see", flat=True)) == [
        False,
        True,
    ]


def test_the_young_adult_invites_as_the_parent_did(gus, adult, grown, page, visitor):
    told = {
        "name": "Gus",
        "email": "gus@harbor.example",
        "job": "teacher",
        "sees": ["wins"],
        "lapses_on": "2027-06-10",
    }
    visitor.as_(adult).post(f"{page}people/new/", told)

    assert guests.parts(gus, grown, at=NOW).sees == {"wins"}


def test_nobody_else_chooses(luz, ana, adult, grown, visitor):
    for person in (luz, ana):
        with pytest.raises(CannotDo):
            transition.choose(grown, {luz.contact.pk: True}, by=person, at=NOW)
    assert visitor.as_(luz).get("/portal/sharing/").status_code == 404
    assert not SharingChoice.objects.exists()


def test_a_blocked_parent_is_not_asked_about_and_stays_blocked(luz, adult, grown):
    Guardianship.objects.filter(contact=luz.contact).update(blocked_from=NOW.date())

    assert transition.others(grown) == []
    transition.choose(grown, {luz.contact.pk: True}, by=adult, at=NOW)
    assert not guests.parts(luz, grown, at=NOW)


def test_an_address_that_somebody_uses_is_not_given_to_the_young_adult(luz, ana, grown, page, visitor):
    answer = visitor.as_(ana).post(f"{page}adult-life/rights/", {"on": "2026-03-14", "email": luz.email})

    assert answer.status_code == 422
    assert "Somebody signs in with this address" in answer.content.decode()
    assert not RightsTransfer.objects.exists()


def test_two_records_of_one_student_become_one_and_no_plan_is_lost(luz, ana, mateo, page, visitor):
    from clients.merging import merge

    twin = Student.objects.create(family=mateo.family, given_name="Mateo", family_name="Campos")
    for student, words in ((mateo, "Fix trucks"), (twin, "Bake bread")):
        transition.aim(student, area="work", words=words, by=luz, at=NOW)
    check_in = writing.plan_check_in(
        mateo, by=ana, starts_at=NOW + timedelta(days=2), how="call", note="", at=NOW
    )
    writing.ask(check_in, by=luz, words="Homework", at=NOW)
    merge(mateo, twin, by=ana, at=NOW)

    seen = visitor.as_(luz).get(f"{page}adult-life/").content.decode()
    assert "Fix trucks" in seen
    assert "Bake bread" in seen
    transition.step(mateo, words="Visit", who="Mateo", due_on=None, by=luz, at=NOW)
    assert "Homework" in visitor.get(page).content.decode()


@pytest.fixture
def nearly(mateo):
    """Mateo, who turns 18 in two weeks."""
    Student.objects.filter(pk=mateo.pk).update(born_on=date(2008, 12, 10))
    mateo.refresh_from_db()
    return mateo


def test_a_day_still_to_come_is_changed_given_a_sign_in_and_taken_back(
    ana, gus, nearly, page, invite, visitor
):
    path = f"{page}adult-life/rights/"
    invite()
    visitor.as_(ana).post(path, {"on": "2026-12-10"})
    visitor.post(path, {"on": "2026-12-15", "email": "mateo@home.example"})
    assert RightsTransfer.objects.get().on == date(2026, 12, 15)
    assert User.objects.filter(email="mateo@home.example").exists()
    assert guests.parts(gus, nearly, at=NOW + timedelta(days=18))  # December 12
    assert not guests.parts(gus, nearly, at=NOW + timedelta(days=22))

    assert visitor.post(path, {"withdraw": "1"}).status_code == 302
    assert not RightsTransfer.objects.exists()
    assert guests.parts(gus, nearly, at=NOW + timedelta(days=22))


def test_once_the_day_has_come_it_stays_and_a_sign_in_may_still_be_given(ana, grown, page, visitor):
    path = f"{page}adult-life/rights/"
    transition.transfer(grown, on=EIGHTEEN, by=ana, at=NOW)

    for told in ({"on": "2026-12-15"}, {"withdraw": "1"}):
        answer = visitor.as_(ana).post(path, told)
        assert (answer.status_code, "That day stays." in answer.content.decode()) == (422, True)
    assert "Change the day or add a sign-in" in visitor.get(f"{page}adult-life/").content.decode()
    assert visitor.post(path, {"on": str(EIGHTEEN), "email": "mateo@home.example"}).status_code == 302
    assert User.objects.filter(email="mateo@home.example").exists()
    assert "Change the day or add a sign-in" not in visitor.get(f"{page}adult-life/").content.decode()


def test_programs_keep_the_plan_too(harbor, ana, marcus, mateo):
    from tests.api.conftest import Program

    program = Program(harbor).with_key(ana)
    plan = program.send("/transition-plans/", {"student": str(mateo.pk)}).json()
    path = f"/transition-plans/{plan['id']}"
    goal = program.send(f"{path}/add-goal/", {"area": "work", "words": "Work with dogs"}).json()["goals"][0][
        "id"
    ]
    step = program.send(f"{path}/add-step/", {"words": "Visit a shelter", "who": "Mateo", "goal": goal, "due_on": "2027-01-20"}).json()["steps"][0]  # fmt: skip
    assert step["goal"] == goal
    other = PostSchoolGoal.objects.exclude(plan=plan["id"]).first()
    assert (
        program.send(f"{path}/add-step/", {"words": "x", "who": "x", "goal": str(other.pk)}).status_code
        == 400
    )
    assert (
        program.send(f"{path}/add-step/", {"words": "x", "who": "x", "due_on": "0027-01-20"}).status_code
        == 400
    )
    done = program.send(f"{path}/complete-step/", {"step": step["id"]}).json()["steps"][0]
    assert (done["done_by"], program.send(f"{path}/complete-step/", {"step": goal}).status_code) == (
        str(ana.pk),
        400,
    )
    agency = program.send(
        f"{path}/add-agency/", {"name": "Vocational rehabilitation", "what_for": "A job coach"}
    )
    named = agency.json()["agencies"][0]["id"]
    assert (agency.status_code, program.send(f"{path}/add-agency/", {"name": ""}).status_code) == (201, 400)
    for thing in (named, goal):
        assert program.send(f"{path}/take-off/", {"thing": thing}).status_code == 200
    assert program.send(f"{path}/take-off/", {"thing": str(other.pk)}).status_code == 400
    left = program.read(f"{path}/").json()
    assert all(row["ended_at"] for row in [*left["goals"], *left["agencies"]])
    assert Program(harbor).with_key(marcus).read(f"{path}/").status_code == 404

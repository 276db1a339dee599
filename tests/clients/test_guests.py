"""A family lets a teacher look in: what is granted is seen, and nothing else, until it ends."""

from datetime import date, timedelta

import pytest

from accounts.models import AuditEntry, User
from accounts.roles import Role
from clients import guests
from clients.guests import CannotGrant, may
from clients.models import (
    Contact,
    ContactPoint,
    Guardianship,
    GuestGrant,
    Part,
    RightsTransfer,
    SharingChoice,
    Student,
)  # fmt: skip
from tests.world import NOW

JUNE = date(2027, 6, 10)
TEACHER = {
    "email": "Gus@harbor.example",
    "name": "Gus Teller",
    "job": "teacher",
    "lapses_on": JUNE,
    "at": NOW,
}


def give(student, by, **more):
    told = {**TEACHER, "sees": [Part.WINS, Part.POINTS], "adds": [Part.POINTS], **more}
    return guests.grant(student, by=by, **told)


def seen(user, at=NOW):
    return list(Student.objects.shared_with(user, at=at))


def test_a_guest_sees_and_adds_what_was_granted_alone(luz, gus, mateo):
    assert seen(gus) == []
    row = give(mateo, luz)

    assert (row.user, row.granted_by.user, row.email) == (gus, luz, "gus@harbor.example")
    assert seen(gus) == [mateo]
    assert {p for p in Part if may(gus, mateo, p, at=NOW)} == {Part.WINS, Part.POINTS}
    assert {p for p in Part if may(gus, mateo, p, add=True, at=NOW)} == {Part.POINTS}
    assert not Student.objects.visible_to(gus).exists()


def test_family_and_care_team_see_everything_and_billing_nothing(luz, ana, marcus, bea, ngozi, olivia, mateo):
    assert [may(p, mateo, Part.PAGE, add=True, at=NOW) for p in (luz, ana, olivia)] == [True] * 3
    assert [may(p, mateo, Part.PAGE, at=NOW) for p in (marcus, bea, ngozi)] == [False] * 3


def test_somebody_new_becomes_a_guest_who_signs_in_by_code(luz, mateo):
    row = give(mateo, luz, email="kim@school.example", name="Kim Lee")

    assert User.objects.get(email="kim@school.example").role == Role.GUEST
    assert seen(row.user) == [mateo]


def test_a_parent_of_another_family_may_be_a_guest_too_and_keeps_her_own(luz, ngozi, mateo):
    row = give(mateo, luz, email=ngozi.email)

    assert row.user == ngozi
    assert {s.given_name for s in seen(ngozi)} == {"Ada", "Mateo"}
    assert not may(ngozi, mateo, Part.ABOUT, at=NOW)
    assert mateo not in Student.objects.visible_to(ngozi)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sees": []}, "Tick at least one thing they may see."),
        ({"sees": ["wins"], "adds": ["points"]}, "They can add only to what they see."),
        ({"sees": ["about"], "adds": ["about"]}, "This part is for reading only."),
        ({"lapses_on": date(2026, 11, 23)}, "The last day lies between today and the end of the next school year."),
        ({"lapses_on": date(2028, 6, 30)}, "The last day lies between today and the end of the next school year."),
        ({"email": "Luz@harbor.example"}, "Whoever has this address is family and sees the page already."),
        ({"email": "ana@harbor.example"}, "This person works here and sees the page already, or will when they join the team."),
    ],
)  # fmt: skip
def test_a_grant_that_cannot_be_is_refused_in_words(luz, mateo, change, words):
    with pytest.raises(CannotGrant, match=words.replace(".", r"\.")):
        give(mateo, luz, **change)


def test_only_a_holder_of_the_rights_grants(luz, ngozi, ana, gus, mateo):
    for person in (ngozi, ana, gus):
        with pytest.raises(CannotGrant):
            give(mateo, person)
    Contact.objects.filter(user=luz).update(role=Contact.Role.PROVIDER)
    with pytest.raises(CannotGrant):
        give(mateo, luz)


def test_it_ends_by_one_act_and_stays_ended(luz, gus, mateo):
    row = give(mateo, luz)
    guests.end(row, by=luz, at=NOW + timedelta(hours=1))
    guests.end(row, by=luz, at=NOW + timedelta(hours=2))

    row.refresh_from_db()
    assert (row.ended_at, row.ended_by, row.ended_why) == (NOW + timedelta(hours=1), luz, "family")
    assert seen(gus, NOW + timedelta(hours=1)) == []


def test_it_lapses_after_its_last_day_even_when_no_work_was_done(luz, gus, mateo, work_due):
    give(mateo, luz)
    evening, midnight = (
        NOW.replace(2027, 6, 11, 5, 59),
        NOW.replace(2027, 6, 11, 6, 0),
    )  # Montana is at UTC-6 in June

    assert seen(gus, evening) == [mateo]
    assert seen(gus, midnight) == []
    work_due(midnight)
    assert GuestGrant.objects.get(student=mateo).ended_why == "lapsed"


def test_a_block_of_the_giver_ends_it_for_good(luz, gus, mateo):
    give(mateo, luz)
    tie = Guardianship.objects.filter(student=mateo)
    tie.update(blocked_from=NOW.date())

    assert (seen(gus), seen(luz)) == ([], [])
    with pytest.raises(CannotGrant):
        give(mateo, luz)
    assert guests.settle(mateo, at=NOW) == 1
    tie.update(blocked_from=None)
    assert (seen(gus), seen(luz)) == ([], [mateo])


def test_a_block_from_a_later_day_ends_it_on_that_day(luz, gus, mateo, work_due):
    give(mateo, luz)
    day = NOW.date() + timedelta(days=3)
    Guardianship.objects.filter(student=mateo).update(blocked_from=day)
    guests.settle(mateo, at=NOW)

    assert seen(gus) == [mateo]
    work_due(NOW + timedelta(days=3))
    assert GuestGrant.objects.get(student=mateo).ended_why == "rights"


def test_a_blocked_parent_cannot_come_back_as_a_guest(luz, mateo):
    father = Contact.objects.create(family=mateo.family, name="Diego Campos")
    ContactPoint.objects.create(contact=father, kind="email", value="Diego@home.example")
    tie = Guardianship.objects.create(contact=father, student=mateo, may_see=False)
    row = give(mateo, luz, email="diego@home.example")
    assert seen(row.user) == [mateo]

    tie.blocked_from = NOW.date()
    tie.save()
    assert seen(row.user) == []
    with pytest.raises(CannotGrant):
        give(mateo, luz, email="diego@home.example")


def test_staff_prepare_and_the_family_confirms(luz, ana, gus, mateo):
    row = guests.prepare(mateo, by=ana, sees=["wins"], **TEACHER)
    assert seen(gus) == []
    with pytest.raises(CannotGrant):
        guests.confirm(row, by=ana, at=NOW)

    guests.confirm(row, by=luz, at=NOW)
    assert seen(gus) == [mateo]


def test_a_change_ends_the_old_grant_and_keeps_it_in_the_log(luz, gus, mateo):
    row = give(mateo, luz)
    guests.change(row, by=luz, sees=["about"], adds=[], lapses_on=JUNE, at=NOW)

    assert {p for p in Part if may(gus, mateo, p, at=NOW)} == {Part.ABOUT}
    lines = AuditEntry.objects.filter(about=str(mateo.pk)).order_by("id").values_list("action", "detail__why")
    assert list(lines) == [("grant.given", ""), ("grant.ended", "replaced"), ("grant.given", "")]


def test_every_look_of_a_guest_is_in_the_log(luz, gus, mateo):
    give(mateo, luz)
    guests.accept(gus, mateo, at=NOW)
    guests.accept(gus, mateo, at=NOW)
    guests.looked(gus, mateo, Part.WINS, at=NOW)
    guests.looked(luz, mateo, Part.WINS, at=NOW)

    lines = AuditEntry.objects.filter(
        about=str(mateo.pk), action__in=["grant.accepted", "guest.looked", "shared.read"]
    )
    assert list(lines.order_by("id").values_list("action", "actor")) == [
        ("grant.accepted", gus.pk), ("guest.looked", gus.pk), ("shared.read", luz.pk),
    ]  # fmt: skip


def test_when_rights_become_the_students_own_a_parents_guests_stop(luz, gus, ana, mateo):
    give(mateo, luz)
    RightsTransfer.objects.create(student=mateo, on=NOW.date(), recorded_by=ana, recorded_at=NOW)

    assert (seen(gus), seen(luz)) == ([], [mateo])
    with pytest.raises(CannotGrant):
        give(mateo, luz)
    grown = User.objects.create_user(email="mateo@home.example", name="Mateo Rivera", role=Role.FAMILY)
    me = Contact.objects.create(family=mateo.family, user=grown, name="Mateo Rivera", role=Contact.Role.SELF)
    Guardianship.objects.create(contact=me, student=mateo, relation="self")
    give(mateo, grown)
    assert seen(gus) == [mateo]

    SharingChoice.objects.create(
        student=mateo, contact=luz.contact, may_see=False, chosen_by=grown, chosen_at=NOW
    )
    assert seen(luz) == []
    assert not Student.objects.visible_to(luz).exists()


def test_the_school_year_ends_by_the_calendar_or_on_june_30():
    assert guests.end_of_school_year(date(2026, 11, 24), JUNE) == JUNE
    assert guests.end_of_school_year(date(2026, 11, 24)) == date(2027, 6, 30)
    assert guests.end_of_school_year(date(2027, 6, 30)) == date(2027, 6, 30)
    assert guests.end_of_school_year(date(2027, 7, 1), JUNE) == date(2028, 6, 30)

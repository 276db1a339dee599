"""Posts, actions, grants and plans through the API: staff read and write, guests have none."""

from accounts.models import AuditEntry
from circle import writing
from circle.models import Action
from clients import guests
from clients.models import GuestGrant
from tests.conftest import Visitor
from tests.world import NOW, key


def test_a_program_writes_answers_and_withdraws(program, ana, luz, mateo):
    program.with_key(ana)
    asked = writing.post(mateo, by=luz, words="Did he eat?", question=True, at=NOW)
    made = program.send("/posts/", {"student": str(mateo.pk), "words": "We ask.", "under": str(asked.pk)})

    assert (made.status_code, made.json()["kind"], made.json()["side"]) == (201, "answer", "office")
    listed = program.read(f"/posts/?student={mateo.pk}").json()["results"]
    assert {row["words"] for row in listed} == {"Did he eat?", "We ask."}
    done = program.send(f"/posts/{made.json()['id']}/withdraw/")
    assert done.json()["withdrawn_at"] is not None


def test_a_program_sees_its_persons_children_alone(program, ana, luz, ngozi, mateo):
    program.with_key(ana)
    ada = key("student Ada")
    assert program.send("/posts/", {"student": str(ada), "words": "x"}).status_code == 400
    assert program.send("/actions/", {"student": str(ada), "words": "x", "who": "y"}).status_code == 400
    assert program.send("/transition-plans/", {"student": str(ada)}).status_code == 400
    assert program.read("/posts/?student=nonsense").status_code == 400


def test_an_action_is_agreed_and_ticked_off(program, ana, mateo):
    program.with_key(ana)
    made = program.send(
        "/actions/", {"student": str(mateo.pk), "words": "A timer", "who": "Gus", "due_on": "2026-12-01"}
    ).json()
    done = program.send(f"/actions/{made['id']}/complete/").json()
    again = program.send(f"/actions/{made['id']}/complete/").json()

    assert (done["done_by"], again["done_at"]) == (str(ana.pk), done["done_at"])


def test_what_was_agreed_is_taken_off_by_program_and_page(program, ana, mateo):
    program.with_key(ana)
    two = [program.send("/actions/", {"student": str(mateo.pk), "words": f"Thing {n}", "who": "Gus"}).json()["id"] for n in (1, 2)]  # fmt: skip

    assert program.send(f"/actions/{two[0]}/withdraw/").status_code == 200
    page = Visitor(program.cast).as_(ana)
    assert page.post(f"/shared/{mateo.pk}/actions/{two[1]}/withdrawal/").status_code == 302
    assert not Action.objects.filter(student=mateo, withdrawn_at=None).exists()
    lines = AuditEntry.objects.filter(action="action.withdrawn", about=str(mateo.pk))
    assert sorted(line.detail["action_id"] for line in lines) == sorted(two)


def test_a_program_prepares_and_ends_a_grant_but_never_gives_it(program, ana, gus, mateo):
    program.with_key(ana)
    told = {
        "student": str(mateo.pk),
        "email": "gus@harbor.example",
        "name": "Gus",
        "job": "teacher",
        "sees": ["wins"],
        "lapses_on": "2027-06-10",
    }
    made = program.send("/guest-grants/", told).json()

    assert (made["granted_at"], made["in_force"]) == (None, False)
    assert not guests.parts(gus, mateo, at=NOW)
    assert program.send("/guest-grants/", {**told, "lapses_on": "2020-01-01"}).status_code == 400
    assert program.send("/guest-grants/", {**told, "sees": []}).status_code == 400
    ended = program.send(f"/guest-grants/{made['id']}/end/").json()
    assert ended["ended_why"] == "staff"
    assert GuestGrant.objects.filter(student=mateo).count() == 1


def test_a_plan_for_adult_life(program, ana, mateo):
    program.with_key(ana)
    plan = program.send("/transition-plans/", {"student": str(mateo.pk)}).json()
    program.send(f"/transition-plans/{plan['id']}/own-words/", {"likes": "Trains"})
    program.send(f"/transition-plans/{plan['id']}/add-goal/", {"area": "work", "words": "A repair shop"})
    whole = program.send(
        f"/transition-plans/{plan['id']}/add-step/", {"words": "Visit", "who": "Mateo"}
    ).json()

    assert [row["likes"] for row in whole["own_words"]] == ["Trains"]
    assert ([row["words"] for row in whole["goals"]], [row["words"] for row in whole["steps"]]) == (
        ["A repair shop"],
        ["Visit"],
    )
    assert program.send(f"/transition-plans/{plan['id']}/own-words/", {}).status_code == 400


def test_neither_guests_nor_families_have_an_api(program, luz, gus, mateo):
    for person in (luz, gus):
        program.with_key(person)
        for path in ("/posts/", "/actions/", "/guest-grants/", "/transition-plans/"):
            assert program.read(path).status_code == 403

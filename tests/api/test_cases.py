import json

import pytest

from cases.models import Case, Deadline
from cases.opening import open_case
from tests.house.test_matrix import key_of
from tests.world import NOW


@pytest.fixture
def case(mateo, ana):
    return open_case(student=mateo, kind="evaluation", advocate=ana, by=ana, at=NOW)


class Program:
    def __init__(self, visitor, person):
        self.visitor, self.headers = visitor, {"Authorization": f"Bearer {key_of(person)}"}

    def get(self, path):
        return self.visitor.get(f"/api/v1/{path}", headers=self.headers)

    def post(self, path, **data):
        return self.visitor.post(f"/api/v1/{path}", json.dumps(data, default=str), content_type="application/json", headers=self.headers)  # fmt: skip


def test_a_program_opens_a_case_records_consent_and_reads_the_date(visitor, ana, mateo):
    program = Program(visitor, ana)
    made = program.post("cases/", student=mateo.pk, kind="evaluation", advocate=ana.pk)
    assert made.status_code == 201
    event = program.post(
        "events/", case=made.json()["id"], kind="evaluation_consent_received", on="2025-09-03"
    )
    assert event.status_code == 201
    (row,) = program.get("deadlines/").json()["results"]
    assert (row["due_on"], row["verified"]) == ("2025-11-02", True)
    assert "60 calendar days" in row["arithmetic"]
    assert program.post(f"deadlines/{row['id']}/complete/").json()["done_at"]
    assert program.post(f"deadlines/{row['id']}/complete/").status_code == 200


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"kind": "evaluation_consent_received", "on": "2099-01-01"}, "on"),
        ({"kind": "nothing", "on": "2025-09-03"}, "kind"),
        ({"kind": "evaluation_consent_received", "on": "x"}, "on"),
    ],
)
def test_what_cannot_be_is_said_by_field(visitor, ana, case, clock, sent, field):
    answer = Program(visitor, ana).post("events/", case=case.pk, **sent)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [field]


def test_a_key_reaches_no_student_of_others(visitor, marcus, ana, mateo, case):
    program = Program(visitor, marcus)
    assert program.get(f"cases/{case.pk}/").status_code == 404
    assert program.get("cases/").json()["results"] == []
    assert program.post("cases/", student=mateo.pk, kind="iep", advocate=marcus.pk).status_code == 400
    assert (
        program.post("events/", case=case.pk, kind="evaluation_consent_received", on="2025-09-03").status_code
        == 400
    )
    assert program.post("meetings/", case=case.pk, kind="iep", advocate=marcus.pk, starts_at=NOW, ends_at=NOW).status_code == 400  # fmt: skip
    assert not Deadline.objects.exists()


def test_a_case_is_moved_handed_over_and_closed(visitor, ana, marcus, case):
    program = Program(visitor, ana)
    assert program.post(f"cases/{case.pk}/move/", stage="nowhere").status_code == 400
    assert program.post(f"cases/{case.pk}/move/", stage="consent").json()["stage"] == "consent"
    assert program.post(f"cases/{case.pk}/hand-over/", taker=ana.pk).status_code == 400
    assert program.post(f"cases/{case.pk}/hand-over/", taker=marcus.pk).json()["advocate"] == str(marcus.pk)
    assert program.post(f"cases/{case.pk}/close/", outcome="reached", reason="Done.").json()["open"] is False
    assert program.post(f"cases/{case.pk}/close/", outcome="reached", reason="Done.").status_code == 400
    assert not Case.objects.open().exists()


def test_tasks_meetings_and_entries_are_added(visitor, ana, mateo, case, clock):
    program = Program(visitor, ana)
    assert program.post("tasks/", case=case.pk, title="Call").status_code == 201
    made = program.post("meetings/", case=case.pk, kind="iep", advocate=ana.pk, starts_at="2026-12-02T17:00:00Z", ends_at="2026-12-02T18:00:00Z")  # fmt: skip
    assert made.status_code == 201
    assert program.post("meetings/", case=case.pk, kind="iep", advocate=ana.pk, starts_at="1925-12-02T17:00:00Z", ends_at="1925-12-02T18:00:00Z").status_code == 400  # fmt: skip
    assert (
        program.post("timeline/", student=mateo.pk, kind="win", text="A page!", happened_at=NOW).status_code
        == 201
    )
    assert (
        program.post("timeline/", student=mateo.pk, kind="event", text="x", happened_at=NOW).status_code
        == 400
    )

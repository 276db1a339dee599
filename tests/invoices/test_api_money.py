"""Time, expenses, drafts, invoices and credit notes, for programs."""

import pytest

from invoices import timing
from invoices.models import Invoice, TimeEntry
from tests.api.conftest import Program
from tests.world import NOW


@pytest.fixture
def program(harbor, clock, standins):
    return Program(harbor)


def test_time_is_written_read_and_changed(program, ana, desk):
    program.with_key(ana)
    told = {
        "case": str(desk.case.pk),
        "on": "2026-11-24",
        "minutes": 7,
        "activity": "call",
        "description": "Call",
    }

    made = program.send("/time-entries/", told)

    assert made.status_code == 201
    assert (made.json()["student"], made.json()["billing"], made.json()["locked"]) == (str(desk.case.student_id), "billable", "")  # fmt: skip
    path = f"/api/v1/time-entries/{made.json()['id']}/"
    changed = program._send("patch", path, data='{"minutes": 9}', content_type="application/json")
    assert changed.json()["minutes"] == 9
    timing.sign_off(ana, NOW.date(), by=ana, at=NOW)
    refused = program._send("patch", path, data='{"minutes": 99}', content_type="application/json")
    assert refused.status_code == 400
    assert TimeEntry.objects.get().minutes == 9
    assert [row["minutes"] for row in program.read("/time-entries/").json()["results"]] == [9]


@pytest.mark.parametrize("wrong", [{"minutes": 0}, {"minutes": 1441}, {"on": "2027-01-01"}, {"activity": "nap"}, {"case": "00000000-0000-0000-0000-000000000007"}, {"case": None}, {"description": ""}])  # fmt: skip
def test_what_is_wrong_is_said(program, ana, desk, wrong):
    told = {
        "case": str(desk.case.pk),
        "on": "2026-11-24",
        "minutes": 7,
        "activity": "call",
        "description": "Call",
    }

    answer = program.with_key(ana).send("/time-entries/", {**told, **wrong})

    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]


def test_a_case_one_does_not_see_is_none(program, marcus, desk):
    told = {
        "case": str(desk.case.pk),
        "on": "2026-11-24",
        "minutes": 7,
        "activity": "call",
        "description": "Call",
    }

    assert program.with_key(marcus).send("/time-entries/", told).status_code == 400
    desk.time(5)
    assert program.read("/time-entries/").json()["results"] == []


def test_billing_reads_all_time_and_changes_none(program, bea, desk):
    entry = desk.time(30)
    program.with_key(bea)

    assert [row["id"] for row in program.read("/time-entries/").json()["results"]] == [str(entry.pk)]
    answer = program._send(
        "patch", f"/api/v1/time-entries/{entry.pk}/", data='{"minutes": 9}', content_type="application/json"
    )
    assert answer.status_code == 403
    told = {
        "case": str(desk.case.pk),
        "on": "2026-11-24",
        "minutes": 7,
        "activity": "call",
        "description": "Call",
    }
    assert program.send("/time-entries/", told).status_code == 400
    assert TimeEntry.objects.get().minutes == 30


def test_a_draft_is_made_and_issued_once_for_its_key(program, bea, desk):
    desk.rate()
    desk.time(60)
    program.with_key(bea)
    draft = program.send("/invoice-drafts/", {"case": str(desk.case.pk)}).json()
    assert (draft["total"], len(draft["items"])) == (15_000, 1)

    first = program.send(f"/invoice-drafts/{draft['id']}/issue/", **{"Idempotency-Key": "one"})
    again = program.send(f"/invoice-drafts/{draft['id']}/issue/", **{"Idempotency-Key": "one"})

    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    assert (first.json()["number"], first.json()["owed"]) == ("2026-0001", 15_000)
    assert Invoice.objects.count() == 1
    assert program.send(f"/invoice-drafts/{draft['id']}/issue/").status_code == 404
    assert program.read("/invoices/").json()["results"][0]["lines"][0]["minutes"] == 60


def test_a_credit_note_is_issued_once_for_its_key(program, bea, desk):
    invoice = desk.billed(10_000)
    program.with_key(bea)
    told = {"amount": 4_000, "reason": "Too long"}

    one = program.send(f"/invoices/{invoice.pk}/credit/", told, **{"Idempotency-Key": "c"})
    two = program.send(f"/invoices/{invoice.pk}/credit/", told, **{"Idempotency-Key": "c"})

    assert one.json() == two.json()
    assert program.read(f"/invoices/{invoice.pk}/").json()["owed"] == 6_000
    assert (
        program.send(f"/invoices/{invoice.pk}/credit/", {"amount": 6_001, "reason": "x"}).status_code == 400
    )
    assert len(program.read("/credit-notes/").json()["results"]) == 1


def test_expenses(program, ana, bea, desk):
    program.with_key(ana)
    told = {
        "case": str(desk.case.pk),
        "on": "2026-11-24",
        "kind": "copies",
        "amount": 1_250,
        "description": "Copies",
    }

    assert program.send("/expenses/", told).json()["spent_by"] == str(ana.pk)
    assert program.send("/expenses/", {**told, "tax": 2_000}).status_code == 400
    assert program.read("/invoices/").status_code == 403


def test_a_key_that_only_reads_issues_nothing(program, bea, desk):
    invoice = desk.billed()

    assert program.with_key(bea, may_write=False).send(f"/invoices/{invoice.pk}/credit/", {"amount": 1, "reason": "x"}).status_code == 403  # fmt: skip


def test_a_credit_note_over_lines_names_them(program, bea, desk):
    desk.rate()
    desk.time(60)
    desk.time(30, description="Letter")
    invoice = desk.invoice()
    program.with_key(bea, may_write=True)
    told = {"lines": [{"position": 2, "amount": 7_500}], "free": True, "reason": "Not needed"}
    made = program.send(f"/invoices/{invoice.pk}/credit/", told)

    assert (made.status_code, made.json()["amount"]) == (201, 7_500)
    assert made.json()["lines"] == [{"position": 2, "amount": 7_500}]
    for wrong in ({"amount": 5, **told}, {"reason": "x"}, {**told, "lines": [{"position": 9, "amount": 1}]}, {**told, "lines": told["lines"] * 2}):  # fmt: skip
        assert program.send(f"/invoices/{invoice.pk}/credit/", wrong).status_code == 400

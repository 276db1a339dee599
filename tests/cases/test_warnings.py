from datetime import UTC, date, datetime, timedelta

import pytest

from cases import clock, feed, proof, warnings
from cases.models import Deadline, DeadlineFeed, Why
from outbox.models import Message
from tenants.models import DueWork
from tests.cases.conftest import AT


@pytest.fixture
def row(case, ana):
    """Due on Wednesday 9 December 2026."""
    clock.record(case, kind="evaluation_consent_received", on=date(2026, 10, 10), by=ana, at=AT)
    return Deadline.objects.get(rule="initial_evaluation")


def due_at(row):
    return DueWork.objects.get(kind=warnings.WARN, key=str(row.pk)).due_at


def test_warnings_leave_two_weeks_a_week_two_days_before_and_on_the_day(row, ana):
    at = AT
    left = []
    while DueWork.objects.filter(kind=warnings.WARN, key=str(row.pk)).exists():
        at = due_at(row)
        left.append(at.date())
        warnings.warn([str(row.pk)], at)
        warnings.warn([str(row.pk)], at)  # a worker that died and came back
    assert row.due_on == date(2026, 12, 9)
    assert left == [date(2026, 11, 25), date(2026, 12, 2), date(2026, 12, 7), date(2026, 12, 9)]
    letters = Message.objects.filter(kind="date-near").order_by("written_at", "occurrence")
    assert letters.count() == 4
    assert {letter.recipient for letter in letters} == {ana.email}
    assert "Wednesday, December 9" in letters[0].body


def test_what_is_done_warns_nobody(row, ana):
    at = due_at(row)
    clock.mark_done(Deadline.objects.filter(pk=row.pk), by=ana, at=AT)
    warnings.warn([str(row.pk)], at)
    assert not Message.objects.filter(kind="date-near").exists()
    assert not DueWork.objects.filter(kind=warnings.WARN).exists()


def test_a_case_that_was_closed_for_a_while_warns_again(row, case, ana):
    """A warning that came due while the case was closed is forgotten; the next ones are not."""
    from cases import opening

    opening.close(case, outcome="withdrawn", reason="They stopped.", by=ana, at=AT)
    warnings.warn([str(row.pk)], due_at(row))
    assert not DueWork.objects.filter(kind=warnings.WARN).exists()
    assert not Message.objects.filter(kind="date-near").exists()

    opening.reopen(case, by=ana, at=AT + timedelta(days=3))
    assert due_at(row).date() == date(2026, 12, 2)


def test_the_nightly_proof_plans_a_warning_that_was_lost(row):
    DueWork.objects.filter(kind=warnings.WARN).delete()
    proof.prove(["nightly"], AT)
    assert due_at(row).date() == date(2026, 11, 25)


def test_a_person_chooses_when_and_how(visitor, ana, row, clock):
    visitor.as_(ana).post(
        "/deadlines/warnings/", {"part": "mine", "mine-leads": ["3"], "mine-channel": "email"}
    )
    assert due_at(row).date() == date(2026, 12, 6)
    visitor.post("/deadlines/warnings/", {"part": "mine", "mine-leads": ["3"], "mine-channel": "none"})
    assert not DueWork.objects.filter(kind=warnings.WARN).exists()


def test_only_who_runs_the_firm_sets_it_for_everyone(visitor, ana, olivia, row, clock):
    sent = {"part": "firm", "firm-leads": ["1"], "firm-channel": "email"}
    visitor.as_(ana).post("/deadlines/warnings/", sent)
    assert due_at(row).date() == date(2026, 11, 25)
    visitor.as_(olivia).post("/deadlines/warnings/", sent)
    assert due_at(row).date() == date(2026, 12, 8)


def test_the_nightly_proof_finds_and_mends_what_is_wrong(row, case, ana):
    from accounts.models import AuditEntry

    assert proof.prove(["nightly"], AT) == 0
    Deadline.objects.filter(pk=row.pk).update(due_on=date(2026, 12, 24))
    assert proof.wrong(case) == ["initial_evaluation says 2026-12-24, the law 2026-12-09"]
    assert proof.prove(["nightly"], AT) == 1
    row.refresh_from_db()
    assert (row.due_on, row.changes.last().why) == (date(2026, 12, 9), Why.PROOF)
    line = AuditEntry.objects.filter(action="deadlines.proved").latest("id")
    assert line.detail == {"cases": 1, "deadlines": 1, "mended": 1, "warnings": 0}
    night = DueWork.objects.get(kind=proof.PROVE)
    assert night.due_at == datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def test_the_proof_finds_a_missing_and_a_superfluous_deadline(row, case):
    Deadline.objects.filter(pk=row.pk).update(rule="iep_copy")
    assert sorted(proof.wrong(case)) == ["iep_copy has no event", "initial_evaluation is missing"]


def test_the_feed_shows_the_dates_to_whoever_has_its_address_until_it_is_revoked(visitor, ana, row, clock):
    secret = feed.make(ana, at=AT)
    content = visitor.get(f"/feeds/{secret}/deadlines.ics").content.decode()
    assert "DTSTART;VALUE=DATE:20261209" in content
    assert "Mateo R." in content
    assert "Rivera" not in content
    assert DeadlineFeed.objects.filter(digest=secret).count() == 0
    visitor.as_(ana).post("/deadlines/feed/revocation/")
    assert visitor.get(f"/feeds/{secret}/deadlines.ics").status_code == 404


def test_a_feed_ends_with_the_care_team(visitor, ana, row, clock):
    from clients.models import CareTeamMember

    secret = feed.make(ana, at=AT)
    CareTeamMember.objects.update(until=AT + timedelta(minutes=1))
    assert "Mateo" not in visitor.get(f"/feeds/{secret}/deadlines.ics").content.decode()

"""A line of the contact log that was typed wrong: set right with its old words kept, or struck out."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from cases import search
from cases.models import EntryKind, TimelineEntry
from cases.timeline import add
from tests.world import NOW


@pytest.fixture
def call(case, ana, clock):
    return add(
        student=case.student, case=case, kind=EntryKind.CALL, text="Luz said Tusday.", who="Luz Rivera",
        happened_at=NOW - timedelta(days=1), at=NOW, by=ana,
    )  # fmt: skip


def right(**more):
    return {"kind": "note", "text": "Luz said Tuesday.", "who": "Luz Rivera", "happened_at": "2026-11-23T12:00", "reason": "Typing error", "version": "0", **more}  # fmt: skip


def test_who_wrote_a_line_sets_it_right_and_what_it_said_before_is_kept(visitor, ana, luz, call):
    visitor.as_(ana)
    assert f'href="/timeline/{call.pk}/' in visitor.get(f"/cases/{call.case_id}/").content.decode()
    assert "Luz said Tusday." in visitor.get(f"/timeline/{call.pk}/").content.decode()
    assert visitor.post(f"/timeline/{call.pk}/", right()).status_code == 302
    call.refresh_from_db()
    assert (call.kind, call.text, call.shared, call.recorded_by) == ("note", "Luz said Tuesday.", False, ana)
    old = call.revisions.get()
    assert (old.kind, old.text, old.by, old.at, old.reason) == ("call", "Luz said Tusday.", ana, NOW, "Typing error")  # fmt: skip
    assert AuditEntry.objects.filter(action="entry.corrected").count() == 1
    page = visitor.get(f"/students/{call.student_id}/timeline/").content.decode()
    assert "Luz said Tuesday." in page
    assert "Luz said Tusday." in page
    assert "Typing error" in page

    TimelineEntry.objects.update(shared=True)
    told = visitor.as_(luz).get(f"/portal/children/{call.student_id}/").content.decode()
    assert "Luz said Tuesday." in told
    assert "Tusday" not in told


def test_a_line_struck_out_stays_for_the_office_and_is_gone_for_the_family_and_the_search(
    visitor, ana, luz, call
):
    TimelineEntry.objects.update(shared=True)
    child = f"/portal/children/{call.student_id}/"
    assert "Luz said Tusday." in visitor.as_(luz).get(child).content.decode()
    assert search.entries("tusday", ana, 5)[1] == 1
    visitor.as_(ana)
    assert visitor.post(f"/timeline/{call.pk}/strike/", {"strike_reason": ""}).status_code == 422
    assert visitor.post(f"/timeline/{call.pk}/strike/", {"strike_reason": "Another child"}).status_code == 302
    page = visitor.get(f"/students/{call.student_id}/timeline/").content.decode()
    assert "<s>Luz said Tusday.</s>" in page
    assert "Another child" in page
    assert f'href="/timeline/{call.pk}/' not in page
    assert "Luz said Tusday." not in visitor.as_(luz).get(child).content.decode()
    assert search.entries("tusday", ana, 5)[1] == 0
    assert visitor.as_(ana).post(f"/timeline/{call.pk}/", right()).status_code == 404
    assert visitor.post(f"/timeline/{call.pk}/strike/", {"strike_reason": "Again"}).status_code == 404
    assert visitor.post(f"/timeline/{call.pk}/sharing/", {"shared": "1"}).status_code == 404


def test_an_owner_sets_it_right_and_a_colleague_does_not(visitor, ana, bo, marcus, olivia, call):
    from clients.models import CareTeamMember

    CareTeamMember.objects.get_or_create(student=call.student, user=bo, defaults={"since": NOW})
    assert (
        f'href="/timeline/{call.pk}/' not in visitor.as_(bo).get(f"/cases/{call.case_id}/").content.decode()
    )
    for other in (bo, marcus):
        assert visitor.as_(other).post(f"/timeline/{call.pk}/", right()).status_code == 404
        assert visitor.post(f"/timeline/{call.pk}/strike/", {"strike_reason": "No"}).status_code == 404
    assert visitor.as_(olivia).post(f"/timeline/{call.pk}/", right()).status_code == 302
    call.refresh_from_db()
    assert (call.text, call.recorded_by, call.revisions.get().by) == ("Luz said Tuesday.", ana, olivia)


def test_what_the_work_wrote_is_set_right_where_it_is_kept(visitor, olivia, case):
    stage = TimelineEntry.objects.get(kind=EntryKind.STAGE)
    assert visitor.as_(olivia).post(f"/timeline/{stage.pk}/", right()).status_code == 404
    assert visitor.post(f"/timeline/{stage.pk}/strike/", {"strike_reason": "No"}).status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"text": ""}, "What was said"),
        ({"happened_at": "2026-12-24T12:00"}, "This lies in the future."),
        ({"version": "7"}, "Somebody corrected this while you were writing."),
    ],
)
def test_a_correction_that_cannot_be_is_said_and_nothing_is_lost(visitor, ana, call, typed, words):
    answer = visitor.as_(ana).post(f"/timeline/{call.pk}/", right(**typed))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Typing error" in answer.content.decode()
    assert ("How it stands now" in answer.content.decode()) == ("version" in typed)
    call.refresh_from_db()
    assert call.text == "Luz said Tusday."
    assert not call.revisions.exists()


def test_a_correction_that_changes_nothing_leaves_no_trace(visitor, ana, call):
    same = right(kind="call", text=call.text)
    assert visitor.as_(ana).post(f"/timeline/{call.pk}/", same).status_code == 302
    assert not call.revisions.exists()

"""Cases, what happened in them, dates, tasks, meetings, removals and the timeline, written by programs."""

import json
from datetime import date

import pytest

from cases import clock as dates
from cases import meetings
from cases.models import Case, CaseEvent, Deadline, Removal, Task, TimelineEntry
from tests.cases.conftest import AT
from tests.house.test_matrix import key_of


@pytest.fixture
def call(visitor, ana, clock):
    def send(method, path, told=None, person=ana):
        headers = {"Authorization": f"Bearer {key_of(person)}"}
        more = {"data": json.dumps(told), "content_type": "application/json"} if told is not None else {}
        answer = visitor._send(method, f"/api/v1/{path}", headers=headers, **more)
        return answer.status_code, answer.json() if answer.content else None

    return send


@pytest.fixture
def consent(case, ana):
    return dates.record(case, kind="evaluation_consent_received", on=date(2026, 10, 10), by=ana, at=AT)


def test_a_case_is_opened_changed_moved_closed_and_opened_again(call, ana, mateo):
    code, made = call("post", "cases/", {"student": str(mateo.pk), "kind": "iep", "advocate": str(ana.pk), "about": "Reading"})  # fmt: skip
    assert (code, made["stage"], made["open"]) == (201, "start", True)
    path = f"cases/{made['id']}/"
    code, told = call("patch", path, {"next_step": "Call the school", "version": 1})
    assert (code, told["next_step"], told["version"]) == (200, "Call the school", 2)
    assert call("patch", path, {"next_step": "Later", "version": 1})[0] == 400
    assert call("patch", path, {"next_step": "Later"})[0] == 400
    assert call("patch", path, {"next_step_on": "1925-01-01", "version": 2})[0] == 400
    assert Case.objects.get().next_step == "Call the school"
    assert call("post", f"{path}move/", {"stage": "prepare"})[1]["stage"] == "prepare"
    assert call("post", f"{path}close/", {"outcome": "reached", "reason": "Done."})[1]["open"] is False
    assert call("post", f"{path}reopen/")[1]["open"] is True
    assert call("post", f"{path}reopen/")[0] == 400


def test_the_team_of_a_case_is_set(call, ana, bo, bea, case):
    assert call("post", f"cases/{case.pk}/join-team/", {"person": str(bo.pk)})[0] == 200
    assert Case.objects.visible_to(bo).exists()
    assert call("post", f"cases/{case.pk}/join-team/", {"person": str(bea.pk)})[0] == 400
    assert call("post", f"cases/{case.pk}/leave-team/", {"person": str(ana.pk)})[0] == 400
    assert call("post", f"cases/{case.pk}/leave-team/", {"person": str(bo.pk)})[0] == 200
    assert not Case.objects.visible_to(bo).exists()


def test_what_happened_is_corrected_and_taken_back_and_its_dates_follow(call, consent):
    row = Deadline.objects.get(rule="initial_evaluation")
    path = f"events/{consent.pk}/"
    code, told = call("post", f"{path}correct/", {"on": "2026-10-12", "version": 1})
    row.refresh_from_db()
    assert (code, told["version"], row.due_on) == (200, 2, date(2026, 12, 11))
    assert call("post", f"{path}correct/", {"on": "2026-10-13", "version": 1})[0] == 400
    assert call("post", f"{path}correct/", {"on": "2030-10-13", "version": 2})[0] == 400
    assert call("post", f"{path}withdraw/")[0] == 204
    row.refresh_from_db()
    assert row.dropped_at is not None
    assert CaseEvent.objects.get().withdrawn_at is not None


def test_a_date_is_done_opened_set_aside_and_given_away(call, ana, marcus, case, consent):
    row = Deadline.objects.get(rule="initial_evaluation")
    path = f"deadlines/{row.pk}/"
    assert call("post", f"{path}complete/")[1]["done_at"] is not None
    assert call("post", f"{path}reopen/")[1]["done_at"] is None
    assert call("post", f"{path}set-aside/", {"why": ""})[0] == 400
    assert call("post", f"{path}set-aside/", {"why": "They moved."})[1]["set_aside_at"] is not None
    assert call("post", f"{path}reopen/")[1]["set_aside_at"] is None
    assert call("post", f"{path}give/", {"owner": str(marcus.pk)})[0] == 400
    call("post", f"cases/{case.pk}/join-team/", {"person": str(marcus.pk)})
    assert call("post", f"{path}give/", {"owner": str(marcus.pk)})[1]["owner"] == str(marcus.pk)


def test_a_question_of_a_date_is_answered(call, ana, case, district):
    type(district).objects.filter(pk=district.pk).update(state="MD")
    dates.record(case, kind="evaluation_consent_received", on=date(2026, 10, 10), by=ana, at=AT)
    row = Deadline.objects.filter(asks=True).first()
    question = row.words["questions"][0]
    value = {"date": "2026-10-01", "days": 3}.get(question["answer"], False)
    path = f"deadlines/{row.pk}/answer/"
    assert call("post", path, {"key": "nonsense", "value": True})[0] == 400
    assert call("post", path, {"key": question["key"], "value": ["x"]})[0] == 400
    assert call("post", path, {"key": question["key"], "value": value})[0] == 200
    row.refresh_from_db()
    assert question["key"] not in {item["key"] for item in row.words["questions"]}


def test_a_task_is_added_reworded_done_and_opened_again(call, case):
    code, made = call("post", "tasks/", {"case": str(case.pk), "title": "Call", "due_on": "2026-12-01"})
    assert (code, made["owner"]) == (201, str(case.advocate_id))
    path = f"tasks/{made['id']}/"
    assert call("patch", path, {"title": "Write"})[1]["title"] == "Write"
    assert call("patch", path, {"due_on": "1925-12-01"})[0] == 400
    assert call("post", f"{path}complete/")[1]["done_at"] is not None
    assert call("post", f"{path}complete/")[0] == 200
    assert call("post", f"{path}reopen/")[1]["done_at"] is None
    assert Task.objects.get(pk=made["id"]).done_by is None


MEETING = {"kind": "iep", "starts_at": "2026-12-02T17:00:00Z", "ends_at": "2026-12-02T18:00:00Z"}


def test_a_meeting_is_planned_moved_and_called_off(call, ana, case):
    code, made = call("post", "meetings/", {**MEETING, "case": str(case.pk), "advocate": str(ana.pk)})
    assert code == 201
    path = f"meetings/{made['id']}/"
    code, told = call("patch", path, {"ends_at": "2026-12-02T19:00:00Z", "version": 1})
    assert (code, told["version"]) == (200, 2)
    assert call("patch", path, {"ends_at": "2026-12-02T16:00:00Z", "version": 2})[0] == 400
    assert call("patch", path, {"place": "Room 4", "version": 1})[0] == 400
    assert call("post", f"{path}call-off/")[1]["called_off_at"] is not None
    assert not TimelineEntry.objects.filter(evidence_id=made["id"]).exists()


@pytest.mark.parametrize(
    ("path", "told", "change"),
    [
        ("attendees", {"name": "Dana", "role": "Teacher"}, {"attendance": "came"}),
        ("concerns", {"text": "Why so few minutes?"}, {"answer": "They are short of staff."}),
        ("meeting-requests", {"text": "A reading aide"}, {"result": "refused", "note": "no money"}),
        ("decisions", {"text": "Speech twice a week"}, {"due_on": "2026-12-18"}),
    ],
)
def test_lines_of_a_meeting_are_written_changed_and_taken_away(call, ana, marcus, case, path, told, change):
    meeting = meetings.plan(case, kind="iep", advocate=ana, starts_at=AT, ends_at=AT.replace(hour=20), by=ana, at=AT)  # fmt: skip
    code, made = call("post", f"{path}/", {**told, "meeting": str(meeting.pk)})
    assert code == 201
    line = f"{path}/{made['id']}/"
    code, changed = call("patch", line, change)
    assert (code, {name: changed[name] for name in change}) == (200, change)
    assert call("post", f"{path}/", {**told, "meeting": str(meeting.pk)}, person=marcus)[0] == 400
    assert call("patch", line, change, person=marcus)[0] == 404
    assert call("delete", line)[0] == 204
    assert call("get", f"{path}/")[1]["results"] == []


def test_a_parents_words_stay_the_parents(call, ana, luz, case):
    meeting = meetings.plan(case, kind="iep", advocate=ana, starts_at=AT, ends_at=AT.replace(hour=20), by=ana, at=AT)  # fmt: skip
    meetings.keep_concerns(meeting, [("¿Por qué?", True)], by=luz, at=AT)
    row = meeting.concerns.get()
    told = call("patch", f"concerns/{row.pk}/", {"text": "Ours", "answer": "Porque sí."})[1]
    assert (told["text"], told["answer"]) == ("¿Por qué?", "Porque sí.")


def test_a_removal_is_written_decided_and_struck_out(call, mateo, calendar, marcus):
    told = {"student": str(mateo.pk), "first_on": "2026-09-08", "kind": "early_pick_up", "school_days": "0.5"}
    code, made = call("post", "removals/", told)
    assert (code, made["last_on"], made["counts"]) == (201, "2026-09-08", None)
    path = f"removals/{made['id']}/"
    assert call("post", f"{path}decide/", {"counts": True})[1]["counts"] is True
    assert call("post", "removals/", {**told, "first_on": "2027-09-08"})[0] == 400
    assert call("post", "removals/", {**told, "first_on": "1925-09-08"})[0] == 400
    assert call("post", "removals/", told, person=marcus)[0] == 400
    assert call("delete", path)[0] == 204
    assert not Removal.objects.exists()


def test_an_entry_is_shared_with_the_family_and_hidden_again(call, luz, mateo):
    told = {
        "student": str(mateo.pk),
        "kind": "call",
        "text": "He read.",
        "happened_at": "2026-11-20T17:00:00Z",
    }
    code, made = call("post", "timeline/", told)
    assert (code, made["shared"]) == (201, False)
    path = f"timeline/{made['id']}/share/"
    assert call("post", path, {"shared": True})[1]["shared"] is True
    assert TimelineEntry.objects.visible_to(luz).filter(pk=made["id"]).exists()
    assert call("post", path, {"shared": False})[1]["shared"] is False
    assert call("post", "timeline/", {**told, "happened_at": "1925-11-20T17:00:00Z"})[0] == 400


def test_the_tasks_of_a_stage_are_set(call, olivia):
    told = {"kind": "iep", "stage": "meeting", "title": "Bring the folder", "days": 1}
    assert call("post", "task-templates/", told)[0] == 403
    code, made = call("post", "task-templates/", told, olivia)
    assert (code, made["days"]) == (201, 1)
    assert call("post", "task-templates/", told, olivia)[0] == 400
    assert call("post", "task-templates/", {**told, "stage": "hearing"}, olivia)[0] == 400
    path = f"task-templates/{made['id']}/"
    assert call("patch", path, {"days": None}, olivia)[1]["days"] is None
    assert call("patch", path, {"kind": "records"}, olivia)[0] == 400
    assert call("get", path)[1]["title"] == "Bring the folder"
    assert call("delete", path, None, olivia)[0] == 204
    assert call("get", path)[0] == 404


def test_an_entry_is_corrected_and_struck_out_by_who_wrote_it(call, luz, marcus, olivia, ana, mateo):
    told = {"student": str(mateo.pk), "kind": "call", "text": "He red.", "happened_at": "2026-11-20T17:00:00Z"}  # fmt: skip
    path = f"timeline/{call('post', 'timeline/', told)[1]['id']}/"
    assert call("patch", path, {"text": "He read."})[0] == 400
    assert call("patch", path, {"kind": "event", "version": 0})[0] == 400
    assert call("patch", path, {"happened_at": "2027-11-20T17:00:00Z", "version": 0})[0] == 400
    assert call("patch", path, {"text": "No", "version": 0}, person=marcus)[0] == 404
    code, told = call("patch", path, {"text": "He read.", "version": 0})
    assert (code, told["text"], told["kind"], [old["text"] for old in told["revisions"]]) == (200, "He read.", "call", ["He red."])  # fmt: skip
    assert call("patch", path, {"text": "Later", "version": 0})[0] == 400
    assert call("post", f"{path}share/", {"shared": True})[0] == 200
    assert call("post", f"{path}strike/", {"reason": ""})[0] == 400
    code, told = call("post", f"{path}strike/", {"reason": "Another child"}, person=olivia)
    assert (code, told["strike_reason"]) == (200, "Another child")
    assert not TimelineEntry.objects.visible_to(luz).filter(pk=told["id"]).exists()
    assert call("post", f"{path}strike/", {"reason": "Again"})[0] == 403
    assert call("post", f"{path}share/", {"shared": True})[0] == 400

from datetime import timedelta

import pytest

from cases import opening
from cases.models import Case, EntryKind, HandOver, Task, TimelineEntry
from cases.signals import case_handed_over
from cases.stages import STAGES
from clients.models import CareTeamMember, Student
from documents.models import Document
from outbox.models import Message
from tests.cases.conftest import AT


def test_opening_a_case_gives_its_first_tasks_and_tells_the_family_what_is_next(visitor, ana, luz, mateo):
    visitor.as_(ana).post(
        "/cases/new/", {"student": mateo.pk, "kind": "evaluation", "advocate": ana.pk, "about": "Reading"}
    )

    case = Case.objects.get()
    assert (case.student, case.advocate, case.stage) == (mateo, ana, "start")
    assert [task.title for task in case.tasks.all()] == ["Ask the family for papers they have"]
    visitor.headers["Accept-Language"] = "en"
    luz.language = "en"
    luz.save()
    page = visitor.as_(luz).get("/portal/").content.decode()
    assert "Please send us the papers you have." in page


def test_every_kind_has_stages_with_words_for_staff_and_family():
    from cases.models import Kind

    assert set(STAGES) == set(Kind.values)
    assert all(stage.name and stage.next for stages in STAGES.values() for stage in stages)


def test_opening_twice_for_one_inquiry_is_one_case(ana, mateo):
    key = mateo.pk
    first = opening.open_case(student=mateo, kind="iep", advocate=ana, by=ana, at=AT, inquiry_id=key)
    assert opening.open_case(student=mateo, kind="iep", advocate=ana, by=ana, at=AT, inquiry_id=key) == first


@pytest.mark.parametrize("short", ["bo", "bea", "luz"])
def test_who_cannot_lead_a_case_is_refused(request, ana, mateo, short):
    with pytest.raises(opening.CaseError, match="cannot lead a case"):
        opening.open_case(student=mateo, kind="iep", advocate=request.getfixturevalue(short), by=ana, at=AT)


def test_moving_on_adds_the_tasks_of_the_stage_once(visitor, ana, case):
    visitor.as_(ana).post(f"/cases/{case.pk}/stage/", {"stage": "consent"})
    visitor.post(f"/cases/{case.pk}/stage/", {"stage": "asked"})
    visitor.post(f"/cases/{case.pk}/stage/", {"stage": "consent"})

    case.refresh_from_db()
    assert case.stage == "consent"
    assert case.tasks.filter(title="Ask the school for the test dates").count() == 1
    assert [change.new for change in case.stage_changes.all()] == ["start", "consent", "asked", "consent"]


def test_handing_over_moves_the_work_and_tells_the_colleague(visitor, ana, marcus, case):
    heard = []
    case_handed_over.connect(
        lambda **told: heard.append((told["giver"], told["taker"])), weak=False, dispatch_uid="test"
    )
    visitor.as_(ana).post(
        f"/cases/{case.pk}/hand-over/", {"taker": marcus.pk, "note": "Call Luz on Friday.", "stays": ""}
    )
    case_handed_over.disconnect(dispatch_uid="test")

    case.refresh_from_db()
    row = HandOver.objects.get()
    assert (case.advocate, row.giver, row.taker, row.stays) == (marcus, ana, marcus, False)
    assert set(case.tasks.values_list("owner", flat=True)) == {marcus.pk}
    assert heard == [(ana, marcus)]
    assert Case.objects.visible_to(marcus).get() == case
    assert not Case.objects.visible_to(ana).exists()
    assert CareTeamMember.objects.get(student=case.student, user=ana).until is not None
    letter = Message.objects.get(kind="handed-over")
    assert letter.recipient == marcus.email
    assert "Call Luz on Friday." in letter.body


def test_closing_records_who_and_why_and_reopening_keeps_it(visitor, ana, case):
    visitor.as_(ana).post(f"/cases/{case.pk}/closure/", {"outcome": "reached", "reason": "He has his IEP."})
    assert not Case.objects.open().exists()
    visitor.post(f"/cases/{case.pk}/reopening/")

    closure = case.closures.get()
    assert (closure.closed_by, closure.reason, closure.reopened_by) == (ana, "He has his IEP.", ana)
    assert Case.objects.open().get() == case


def test_the_second_of_two_who_edit_sees_what_changed_and_keeps_their_words(visitor, ana, olivia, case):
    path = f"/cases/{case.pk}/details/"
    visitor.as_(olivia).post(path, {"next_step": "Call the school", "about": "Reading", "version": 1})
    answer = visitor.as_(ana).post(path, {"next_step": "Write the school", "about": "Reading", "version": 1})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Olivia Hart changed this while you were writing." in page
    assert "Call the school" in page
    assert "Write the school" in page
    case.refresh_from_db()
    assert case.next_step == "Call the school"
    visitor.post(path, {"next_step": "Write the school", "about": "Reading", "version": 2})
    case.refresh_from_db()
    assert case.next_step == "Write the school"


def test_cases_without_a_next_step_are_listed(visitor, ana, case):
    visitor.as_(ana)
    assert str(case.student) not in visitor.get("/cases/?show=idle").content.decode()
    Task.objects.update(done_at=AT)
    assert f"/cases/{case.pk}/" in visitor.get("/cases/?show=idle").content.decode()


def test_two_fields_make_a_line_of_the_contact_log_which_the_family_does_not_see(visitor, ana, luz, case):
    visitor.as_(ana).post(f"/cases/{case.pk}/log/", {"kind": "call", "text": "Luz called about the test."})
    entry = TimelineEntry.objects.get(kind=EntryKind.CALL)
    assert (entry.who, entry.shared, entry.recorded_by) == ("Ana Reyes", False, ana)
    path = f"/portal/children/{case.student_id}/"
    assert "Luz called about the test." not in visitor.as_(luz).get(path).content.decode()
    visitor.as_(ana).post(f"/timeline/{entry.pk}/sharing/", {"shared": "1"})
    assert "Luz called about the test." in visitor.as_(luz).get(path).content.decode()


def test_a_line_of_the_log_leads_to_the_paper_that_shows_it(visitor, ana, luz, mateo, case):
    paper = mateo.documents.get()
    paper.shared = True
    paper.save()
    visitor.as_(ana).post(
        f"/cases/{case.pk}/log/",
        {"kind": "email", "text": "They wrote.", "paper": str(paper.pk), "shared": "on"},
    )
    entry = TimelineEntry.objects.get(kind=EntryKind.EMAIL)
    assert (entry.evidence_kind, entry.evidence_id) == ("document", str(paper.pk))
    staff, family = f'href="/documents/{paper.pk}/"', f'href="/portal/papers/{paper.pk}/"'
    assert staff in visitor.get(f"/students/{mateo.pk}/timeline/").content.decode()
    assert family in visitor.as_(luz).get(f"/portal/children/{mateo.pk}/").content.decode()

    type(paper).objects.filter(pk=paper.pk).update(shared=False, added_by=ana)
    assert family not in visitor.get(f"/portal/children/{mateo.pk}/").content.decode()


def test_a_paper_of_another_child_is_no_evidence(visitor, ana, case):
    other = Student.objects.get(given_name="Ada").documents.get()
    sent = {"kind": "email", "text": "They wrote.", "paper": str(other.pk)}
    assert visitor.as_(ana).post(f"/cases/{case.pk}/log/", sent).status_code == 422


def test_what_happened_leads_to_where_it_is_kept_and_says_when_it_was_recorded(visitor, ana, mateo, case):
    from cases import clock as dates

    event = dates.record(
        case, kind="evaluation_consent_received", on=AT.date() - timedelta(days=9), by=ana, at=AT
    )
    page = visitor.as_(ana).get(f"/students/{mateo.pk}/timeline/").content.decode()
    assert f'href="/events/{event.pk}/"' in page
    assert "recorded <time" in page


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("tasks/", {"title": "Call", "due_on": "1925-11-24"}),
        ("details/", {"next_step": "Call", "next_step_on": "0206-11-24", "version": "1"}),
        ("log/", {"kind": "call", "text": "Words", "happened_at": "1925-11-24T10:00"}),
    ],
)
def test_a_day_of_another_century_is_a_slip_of_the_finger(visitor, ana, case, path, sent):
    answer = visitor.as_(ana).post(f"/cases/{case.pk}/{path}", sent)
    assert answer.status_code == 422
    assert "This day cannot be right." in answer.content.decode()
    assert sent.get("text", sent.get("title", sent.get("next_step"))) in answer.content.decode()


@pytest.mark.parametrize("text", ["x" * 10_000, "أحمد العربي 🎉 niño", "<script>alert(1)</script>", "a\x01b"])
def test_long_strange_and_hostile_words_are_kept_as_they_are(visitor, ana, case, text):
    answer = visitor.as_(ana).post(f"/cases/{case.pk}/log/", {"kind": "note", "text": text})
    assert answer.status_code == 302
    assert TimelineEntry.objects.get(kind=EntryKind.NOTE).text == text
    page = visitor.get(f"/students/{case.student_id}/timeline/").content.decode()
    assert "<script>alert" not in page


def test_a_call_in_the_future_is_refused(visitor, ana, case, clock):
    later = (clock.now + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    answer = visitor.as_(ana).post(
        f"/cases/{case.pk}/log/", {"kind": "call", "text": "x", "happened_at": later}
    )
    assert answer.status_code == 422
    assert "This lies in the future." in answer.content.decode()


def test_an_arabic_name_with_an_emoji_opens_and_is_found(visitor, ana, mateo):
    Student.objects.filter(pk=mateo.pk).update(given_name="أحمد 🎈", family_name="Núñez")
    visitor.as_(ana).post("/cases/new/", {"student": mateo.pk, "kind": "iep", "advocate": ana.pk})
    assert "أحمد 🎈 Núñez" in visitor.get("/cases/").content.decode()
    assert "أحمد 🎈 Núñez" in visitor.get("/search/?q=nunez").content.decode()


def test_the_firm_edits_its_own_task_templates(visitor, olivia, ana, mateo):
    visitor.as_(olivia).post(
        "/settings/tasks/", {"kind_stage": "iep/start", "title": "Send a welcome card", "days": "1"}
    )
    case = opening.open_case(student=mateo, kind="iep", advocate=ana, by=ana, at=AT)
    assert "Send a welcome card" in [task.title for task in case.tasks.all()]


def test_a_case_is_not_offered_to_who_leads_it(visitor, ana, marcus, case):
    form = visitor.as_(ana).get(f"/cases/{case.pk}/hand-over/").content.decode()

    assert f'value="{marcus.pk}"' in form
    assert f'<option value="{ana.pk}"' not in form


def test_closing_says_what_is_still_open_and_what_becomes_of_it(visitor, ana, case, clock):
    from cases import meetings

    plan = {"case": case, "kind": "iep", "advocate": ana, "by": ana, "at": AT}
    meetings.plan(**plan, starts_at=AT + timedelta(days=2), ends_at=AT + timedelta(days=2, hours=1))
    page = visitor.as_(ana).get(f"/cases/{case.pk}/closure/").content.decode()
    assert "1 task<" in page
    assert "1 planned meeting<" in page
    assert "Stays on the calendars" in page
    assert f"/cases/{case.pk}/#tasks" in page


def test_what_is_ours_is_said_in_the_language_of_who_reads_it(ana, marcus, case):
    from django.utils import translation

    from cases import timeline
    from cases.models import TaskCause, said_title

    opening.hand_over(case, taker=marcus, by=ana, at=AT)
    entry = TimelineEntry.objects.get(evidence_kind="hand_over")
    task = Task(title=said_title(TaskCause.REMOVALS_WARNED, "9½"), cause=TaskCause.REMOVALS_WARNED)
    assert timeline.words(entry) == "Handed over from Ana Reyes to Marcus Bell."
    assert task.local_title == "Act before the 11th day: 9½ of 10 school days out"
    earlier = TimelineEntry(kind=entry.kind, evidence_kind="hand_over", text="Handed over from Ana Reyes to Marcus Bell.")  # fmt: skip
    with translation.override("es"):
        assert timeline.words(entry) == timeline.words(earlier) == "Ana Reyes pasó el caso a Marcus Bell."
        assert task.local_title == "Actúe antes del día 11: 9½ de 10 días escolares fuera"
        assert Task(title="Cannot wait: IEP meeting", cause=TaskCause.URGENT).local_title.endswith(": IEP meeting")  # fmt: skip
        assert Task(title="Call the school: soon").local_title == "Call the school: soon"
        assert Document(title="Photo from the shared page").local_title == "Foto de la página compartida"
    assert Document(title="Foto de la página compartida").local_title == "Photo from the shared page"
    earlier.text = "Ana Reyes pasó el caso a Marcus Bell."
    assert timeline.words(earlier) == "Handed over from Ana Reyes to Marcus Bell."
    assert Document(title="Our photo").local_title == "Our photo"

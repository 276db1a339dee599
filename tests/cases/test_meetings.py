import re
from datetime import UTC, date, datetime, timedelta

import pytest

from cases import meetings
from cases.models import Attendee, Decision, Meeting, MeetingRequest
from clients.models import Contact, Guardianship
from outbox import sending
from outbox.models import Message
from scheduling.availability import free_slots
from tests.cases.conftest import AT

# Wednesday 2 December 2026, 10:00 in Montana.
TEN = datetime(2026, 12, 2, 17, tzinfo=UTC)


@pytest.fixture
def meeting(case, ana):
    return meetings.plan(
        case, kind="iep", advocate=ana, starts_at=TEN, ends_at=TEN + timedelta(hours=1), travel_minutes=35,
        place="Lakeside School", by=ana, at=AT, agenda="1. Reading",
    )  # fmt: skip


def test_a_meeting_with_its_travel_blocks_the_advocates_hours(service, ana, meeting):
    def starts():
        day = TEN.replace(hour=0)
        return [
            slot.starts_at
            for slot in free_slots(service, since=day, until=day + timedelta(days=1), at=AT, advocates=[ana])
        ]

    taken = starts()
    meetings.call_off(meeting, at=AT, by=ana)
    free = starts()
    gone = sorted(set(free) - set(taken))
    # 20 minutes from 9:00 end before she leaves at 9:25; she is back at 11:35.
    assert gone == [TEN + timedelta(minutes=minutes) for minutes in (-30, 0, 30, 60, 90)]


def test_meetings_cost_the_availability_one_query(service, ana, case, meeting):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        free_slots(service, since=TEN, until=TEN + timedelta(days=30), at=AT, advocates=[ana])
    assert len(queries) == 3  # hours, bookings, meetings


@pytest.mark.parametrize("data", [{}, {"questions": "  ", "concerns": " \n "}])
def test_nothing_at_all_is_not_thanked_for(visitor, luz, meeting, data):
    answer = visitor.as_(luz).post(f"/portal/meetings/{meeting.pk}/", data)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["questions"]


def test_what_was_written_before_can_be_taken_back(visitor, luz, meeting):
    visitor.as_(luz).post(f"/portal/meetings/{meeting.pk}/", {"questions": "Why 30 minutes?"})
    answer = visitor.post(f"/portal/meetings/{meeting.pk}/", {"questions": "", "concerns": ""})

    assert (answer.status_code, meeting.concerns.count()) == (302, 0)


def test_the_parents_questions_stand_in_the_agenda(visitor, ana, luz, meeting):
    visitor.as_(luz).post(
        f"/portal/meetings/{meeting.pk}/",
        {"questions": "Why 30 minutes?\n\n Who tests him? ", "concerns": "He is tired."},
    )
    page = visitor.as_(ana).get(f"/meetings/{meeting.pk}/").content.decode()
    assert "Why 30 minutes?" in page
    assert [(row.text, row.is_question) for row in meeting.concerns.all()] == [
        ("Why 30 minutes?", True), ("Who tests him?", True), ("He is tired.", False),
    ]  # fmt: skip


def test_a_parent_may_change_the_form_and_an_answer_of_ours_stays(visitor, ana, luz, meeting):
    path = f"/portal/meetings/{meeting.pk}/"
    visitor.as_(luz).post(path, {"questions": "One?\nTwo?", "concerns": ""})
    one = meeting.concerns.get(text="One?")
    visitor.as_(ana).post(f"/meetings/{meeting.pk}/concerns/{one.pk}/", {"answer": "Yes."})
    visitor.as_(luz).post(path, {"questions": "Three?", "concerns": ""})
    assert sorted(meeting.concerns.values_list("text", "answer")) == [("One?", "Yes."), ("Three?", "")]


def test_another_family_does_not_find_the_meeting(visitor, ngozi, meeting):
    assert visitor.as_(ngozi).get(f"/portal/meetings/{meeting.pk}/").status_code == 404


def test_the_form_is_asked_for_in_the_parents_language(visitor, ana, luz, meeting):
    visitor.as_(ana).post(f"/meetings/{meeting.pk}/prep/")
    letter = Message.objects.get(kind="prep-form", channel="email")
    assert letter.recipient == luz.email
    assert letter.title == "Díganos sus preguntas antes de la reunión"
    assert f"/portal/meetings/{meeting.pk}/" in letter.body


def test_the_form_is_asked_for_by_a_safe_way_as_the_parent_prefers(visitor, ana, luz, meeting):
    contact = luz.contact
    Contact.objects.filter(pk=contact.pk).update(prefers="sms")
    visitor.as_(ana).post(f"/meetings/{meeting.pk}/prep/")
    text = Message.objects.get(kind="prep-form")
    assert (text.channel, text.recipient) == ("sms", luz.phone)
    assert f"/portal/meetings/{meeting.pk}/" in text.body
    assert "Mateo" not in text.body

    Message.objects.all().delete()
    contact.points.filter(kind="phone").update(safe=False)
    visitor.post(f"/meetings/{meeting.pk}/prep/")
    assert Message.objects.get(kind="prep-form").recipient == luz.email
    Message.objects.all().delete()
    contact.points.update(safe=False)
    page = visitor.post(f"/meetings/{meeting.pk}/prep/", follow=True).content.decode()
    assert "No parent has a number or an e-mail address that is safe to use." in page
    assert not Message.objects.filter(kind="prep-form").exists()


@pytest.mark.parametrize("change", ["blocked", "unsafe", "called off"])
def test_what_was_asked_does_not_leave_when_it_must_not_any_more(ana, luz, meeting, standins, clock, change):
    meetings.ask_for_questions(meeting, by=ana, at=AT)
    letter = Message.objects.get(kind="prep-form", channel="email")
    if change == "blocked":
        Guardianship.objects.filter(contact__user=luz).update(blocked_from=AT.date())
    elif change == "unsafe":
        luz.contact.points.update(safe=False)
    else:
        meetings.call_off(meeting, at=AT, by=ana)
    sending.deliver([str(letter.pk)], AT)
    letter.refresh_from_db()
    assert letter.state == "suppressed"
    assert standins.mail(luz.email) == []


def test_what_was_asked_leaves_otherwise(ana, luz, meeting, standins, clock):
    meetings.ask_for_questions(meeting, by=ana, at=AT)
    sending.deliver([str(Message.objects.get(kind="prep-form", channel="email").pk)], AT)
    assert len(standins.mail(luz.email)) == 1


def test_who_may_see_is_asked_for_the_day_where_the_firm_is(luz, meeting, mateo):
    """Six in the evening of the 24th in Montana is the 25th in Greenwich, where the block has begun."""
    Guardianship.objects.filter(contact__user=luz).update(blocked_from=date(2026, 11, 25))
    evening = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    meetings.ask_for_questions(meeting, by=meeting.advocate, at=evening)
    assert Message.objects.filter(kind="prep-form").exists()


def test_the_family_reads_of_meetings_in_its_own_language(visitor, ana, luz, meeting):
    meetings.send_follow_up(meeting, to=["school@example.org"], text="Words", by=ana, at=AT)
    visitor.headers["Accept-Language"] = "es"
    page = visitor.as_(luz).get(f"/portal/children/{meeting.case.student_id}/").content.decode()
    words = re.sub(r"<[^>]+>", "", page)
    assert "Después de nuestra reunión del miércoles, 2 de diciembre" in words
    assert "Reunión del" in words
    assert "IEP meeting" not in words


def test_the_follow_up_is_made_in_spanish_where_it_is_asked_for(visitor, ana, meeting):
    Decision.objects.create(meeting=meeting, text="Speech twice a week", due_on=date(2026, 12, 18))
    path = f"/meetings/{meeting.pk}/follow-up/"
    assert "Friday, December 18, 2026" in visitor.as_(ana).get(path).content.decode()
    spanish = visitor.get(f"{path}?again=es").content.decode()
    assert "viernes, 18 de diciembre de 2026" in spanish
    assert "Thank you" not in spanish.split("<textarea")[1].split("</textarea>")[0]


def test_a_follow_up_goes_to_nobody_who_is_blocked_or_unsafe(visitor, ana, luz, meeting):
    path = f"/meetings/{meeting.pk}/follow-up/"
    sent = {"text": "Kind words.", "to": f"school@example.org, {luz.email}", "send": "1"}
    Guardianship.objects.filter(contact__user=luz).update(blocked_from=AT.date())
    answer = visitor.as_(ana).post(path, sent)
    assert answer.status_code == 422
    assert f"Nothing about this child may go to {luz.email}" in answer.content.decode()
    assert "Kind words." in answer.content.decode()
    assert not Message.objects.filter(kind="follow-up").exists()

    Guardianship.objects.filter(contact__user=luz).update(blocked_from=None)
    luz.contact.points.filter(kind="email").update(safe=False)
    assert visitor.post(path, sent).status_code == 422
    luz.contact.points.update(safe=True)
    assert visitor.post(path, sent).status_code == 302
    assert Message.objects.filter(kind="follow-up").count() == 2


def test_the_follow_up_is_made_from_what_was_decided_and_sent_as_edited(visitor, ana, meeting):
    Attendee.objects.create(meeting=meeting, name="Dana Whitfield", role="Teacher", attendance="came")
    Attendee.objects.create(meeting=meeting, name="Ray Ortiz", role="Principal", attendance="excused")
    Decision.objects.create(meeting=meeting, text="Speech twice a week", who="Dana Whitfield")
    MeetingRequest.objects.create(meeting=meeting, text="A reading aide", result="refused", note="no money")
    MeetingRequest.objects.create(meeting=meeting, text="Data each month", result="agreed")
    text = meetings.follow_up_text(meeting)
    agreed, refused = text.index("The team agreed to this:"), text.index("The school said no to this.")
    assert (
        text.index("- Speech twice a week (Dana Whitfield)")
        < agreed
        < text.index("- Data each month")
        < refused
    )
    assert "- A reading aide: no money" in text
    assert "Who was not there: Ray Ortiz (Principal)" in text
    assert "on Wednesday, December 2" in text

    answer = visitor.as_(ana).post(
        f"/meetings/{meeting.pk}/follow-up/",
        {"text": "Short & kind.", "to": "school@example.org", "send": "1"},
    )
    assert answer.status_code == 302
    letter = Message.objects.get(kind="follow-up")
    assert (letter.recipient, letter.body) == ("school@example.org", "Short & kind.")
    meeting.refresh_from_db()
    assert meeting.follow_up_sent_at is not None


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"on": "1925-12-02"}, "A meeting in 1925 cannot be right."),
        ({"ends": "09:00"}, "The meeting ends before it starts."),
        ({"travel_minutes": "900"}, "600 or less"),
        ({"on": "someday"}, "type a date like 2026-11-24."),
    ],
)
def test_a_meeting_that_cannot_be_is_refused_with_a_sentence(visitor, ana, case, more, words):
    sent = {
        "kind": "iep",
        "advocate": ana.pk,
        "on": "2026-12-02",
        "starts": "10:00",
        "ends": "11:00",
        "travel_minutes": "0",
    }
    answer = visitor.as_(ana).post(f"/cases/{case.pk}/meetings/new/", {**sent, **more})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Meeting.objects.exists()


def test_the_second_of_two_who_edit_a_meeting_keeps_their_agenda(visitor, ana, olivia, meeting):
    sent = {
        "kind": "iep",
        "advocate": ana.pk,
        "on": "2026-12-02",
        "starts": "10:00",
        "ends": "11:00",
        "travel_minutes": "35",
        "version": 1,
    }
    path = f"/meetings/{meeting.pk}/details/"
    visitor.as_(olivia).post(path, {**sent, "agenda": "Olivia's agenda"})
    answer = visitor.as_(ana).post(path, {**sent, "agenda": "Ana's agenda"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Olivia&#x27;s agenda" in page
    assert "Ana&#x27;s agenda" in page


def test_requests_get_their_result_at_a_click(visitor, ana, meeting):
    visitor.as_(ana).post(f"/meetings/{meeting.pk}/requests/", {"text": "A reading aide", "result": "asked"})
    row = MeetingRequest.objects.get()
    visitor.post(f"/meetings/{meeting.pk}/requests/{row.pk}/", {"result": "refused"})
    row.refresh_from_db()
    assert row.result == "refused"


def test_who_comes_what_was_asked_and_what_was_decided_can_be_reworded(visitor, ana, meeting):
    person = Attendee.objects.create(
        meeting=meeting, name="Dana Withfield", role="Teacher", attendance="came"
    )
    asked = MeetingRequest.objects.create(meeting=meeting, text="A reading test", result="agreed")
    decided = Decision.objects.create(meeting=meeting, text="Test by Chrismas", who="Ms. Ortiz")
    path = f"/meetings/{meeting.pk}/"

    form = visitor.as_(ana).get(f"{path}?edit={decided.pk}").content.decode()
    assert 'value="Ms. Ortiz"' in form
    visitor.post(
        f"{path}attendees/{person.pk}/",
        {"words": "1", "name": "Dana Whitfield", "role": "Teacher", "attendance": "came"},
    )
    visitor.post(
        f"{path}requests/{asked.pk}/",
        {"words": "1", "text": "A test of reading", "result": "agreed", "note": ""},
    )
    visitor.post(
        f"{path}decisions/{decided.pk}/",
        {"words": "1", "text": "Test by Christmas", "who": "Ms. Ortiz", "due_on": "2026-12-18"},
    )

    for row in (person, asked, decided):
        row.refresh_from_db()
    assert (person.name, asked.text) == ("Dana Whitfield", "A test of reading")
    assert (decided.text, str(decided.due_on)) == ("Test by Christmas", "2026-12-18")
    assert "Test by Christmas" in meetings.follow_up_text(meeting)


def test_a_line_is_never_reworded_to_nothing_and_a_parents_question_stays_hers(visitor, ana, luz, meeting):
    decided = Decision.objects.create(meeting=meeting, text="Test by Christmas")
    visitor.as_(luz).post(f"/portal/meetings/{meeting.pk}/", {"questions": "Why?", "concerns": ""})
    asked = meeting.concerns.get()

    answer = visitor.as_(ana).post(
        f"/meetings/{meeting.pk}/decisions/{decided.pk}/", {"words": "1", "text": " "}
    )
    assert answer.status_code == 422
    assert "What was decided: please fill this in." in answer.content.decode()
    visitor.post(
        f"/meetings/{meeting.pk}/concerns/{asked.pk}/", {"words": "1", "text": "Why not?", "is_question": "1"}
    )
    assert visitor.get(f"/meetings/{meeting.pk}/?edit=nonsense").status_code == 200

    decided.refresh_from_db()
    asked.refresh_from_db()
    assert (decided.text, asked.text) == ("Test by Christmas", "Why?")


def test_the_main_button_of_a_meeting_is_preparing_before_it_and_the_letter_after(
    visitor, ana, meeting, clock
):
    def main():
        page = visitor.as_(ana).get(f"/meetings/{meeting.pk}/").content.decode()
        head = page[page.index('<div class="pagehead">') : page.index('<div class="split halves">')]
        return [re.sub(r"<[^>]+>", "", button).strip() for button in re.findall(r"btn btn-primary[^>]*>(.*?)</(?:a|button)>", head)]  # fmt: skip

    assert main() == ["Ask the family for questions"]
    Meeting.objects.update(prep_asked_at=AT)
    assert main() == []
    clock.now = TEN + timedelta(minutes=1)
    assert main() == ["Follow-up letter"]
    Meeting.objects.update(follow_up_sent_at=clock.now)
    assert main() == []

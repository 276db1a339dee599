"""Asking a family for a paper, and what they send for it."""

from __future__ import annotations

from datetime import date, timedelta

from clients.models import Guardianship
from documents import asking
from documents.models import Document, Request
from outbox import sending
from outbox.models import Message, State
from tests.documents import papers
from tests.documents.test_walls_of_papers import body
from tests.world import key

ASKED = {
    "contact": key("contact luz"),
    "kind": "progress_report",
    "words": "El último informe",
    "due_on": "2026-12-04",
}


def ask(visitor, ana, mateo, **more):
    answer = visitor.as_(ana).post(f"/students/{mateo.pk}/papers/requests/new/", {**ASKED, **more})
    assert answer.status_code == 302
    return Request.objects.get(asked_at__gt=Request.objects.get(pk=key("request Mateo")).asked_at)


def messages(asked):
    return Message.objects.filter(subject=asked.subject).order_by("due_at", "channel")


def test_asking_tells_the_family_in_their_language_and_plans_reminders(visitor, ana, mateo, clock, standins):
    asked = ask(visitor, ana, mateo)

    mail, text = standins.mail("luz@harbor.example")[0], standins.texts("+14065550116")[0]
    assert f"/portal/papers/requests/{asked.pk}/" in mail["text"]
    assert f"/portal/papers/requests/{asked.pk}/" in text["body"]
    said = mail["text"] + text["body"] + mail["subject"]
    assert ("Mateo" in said, "informe" in said) == (False, False)
    reminders = messages(asked).filter(kind="paper-reminder")
    assert {(message.due_at.date(), message.state) for message in reminders} == {
        (date(2026, 12, 2), State.DUE), (date(2026, 12, 4), State.DUE),
    }  # fmt: skip
    # Ten in the morning where the family lives: Mountain Time, seven hours behind.
    assert {message.due_at.hour for message in reminders} == {17}


def test_what_they_send_settles_it_and_ends_the_reminders(visitor, ana, luz, mateo, clock, standins):
    asked = ask(visitor, ana, mateo)
    page = f"/portal/papers/requests/{asked.pk}/"
    assert "El último informe" in visitor.as_(luz).get(page).content.decode()
    assert sorted(papers.places(visitor.get(page))) == ["paper", "photos"]
    answer = visitor.post(page, {"paper": papers.upload(papers.photo(), "foto.jpg")})

    document = Document.objects.get(added_at=clock.now)
    asked.refresh_from_db()
    assert answer["Location"] == f"/portal/papers/{document.pk}/"
    assert (asked.settled_by, asked.settled_at, document.kind) == (document, clock.now, "progress_report")
    assert {m.state for m in messages(asked).filter(kind="paper-reminder")} == {State.SUPPRESSED}
    assert "We have it. Thank you." in visitor.get(page).content.decode()


def test_what_cannot_be_read_does_not_settle_it(visitor, ana, luz, mateo, clock, standins):
    asked = ask(visitor, ana, mateo)
    visitor.as_(luz).post(
        f"/portal/papers/requests/{asked.pk}/", {"paper": papers.upload(b"GIF89a" + b"\0" * 50)}
    )
    asked.refresh_from_db()
    assert (asked.is_open, asked.settled_by) == (True, None)
    assert messages(asked).filter(kind="paper-reminder", state=State.DUE).exists()


def test_nothing_is_sent_twice_for_one_request(visitor, ana, luz, mateo, clock, standins):
    asked = ask(visitor, ana, mateo)
    for _ in range(2):
        visitor.as_(luz).post(
            f"/portal/papers/requests/{asked.pk}/", {"paper": papers.upload(papers.pdf("a"))}
        )
    assert Document.objects.filter(added_at=clock.now).count() == 1


def test_calling_it_off_ends_the_reminders(visitor, ana, luz, mateo, clock, standins):
    asked = ask(visitor, ana, mateo)
    visitor.as_(ana).post(f"/paper-requests/{asked.pk}/call-off/")
    asked.refresh_from_db()
    assert (asked.called_off_at, asked.is_open) == (clock.now, False)
    assert not messages(asked).filter(kind="paper-reminder", state=State.DUE).exists()
    assert (
        "do not need this paper any more"
        in visitor.as_(luz).get(f"/portal/papers/requests/{asked.pk}/").content.decode()
    )


def test_only_whom_it_was_asked_of_can_answer(visitor, ana, ngozi, mateo, clock, standins):
    asked = ask(visitor, ana, mateo)
    page = f"/portal/papers/requests/{asked.pk}/"
    answer = visitor.as_(ngozi).post(page, {"paper": papers.upload(papers.pdf("a"))})
    assert (answer.status_code, b"informe" in body(answer)) == (404, False)


def test_a_day_that_is_past_and_a_stranger_are_refused(visitor, ana, mateo, clock):
    path = f"/students/{mateo.pk}/papers/requests/new/"
    past = visitor.as_(ana).post(path, {**ASKED, "due_on": "2026-11-01"})
    stranger = visitor.post(path, {**ASKED, "contact": key("contact ngozi")})
    assert (past.status_code, "This day is past." in past.content.decode(), stranger.status_code) == (
        422,
        True,
        422,
    )


def test_a_request_says_when_it_is_late(harbor, mateo, ana, clock):
    asked = Request(student=mateo, due_on=clock.now.date())
    assert not asked.is_late(at=clock.now)
    assert asked.is_late(at=clock.now + timedelta(days=1))


def test_a_link_without_signing_in_shows_no_paper(visitor, clock):
    answer = visitor.get(f"/portal/papers/requests/{key('request Mateo')}/")
    assert (answer.status_code, answer["Location"].startswith("/sign-in/?next=")) == (302, True)


def test_who_is_blocked_meanwhile_is_not_reminded(visitor, ana, luz, mateo, clock, standins):
    asked = ask(visitor, ana, mateo)
    reminder = messages(asked).filter(kind="paper-reminder").first()
    assert asking.may_leave(reminder, at=clock.now) == ""
    Guardianship.objects.filter(contact__user=luz, student=mateo).update(blocked_from=clock.now.date())
    clock.now = reminder.due_at
    sending.deliver([str(reminder.pk)], clock.now)
    reminder.refresh_from_db()
    assert (reminder.state, reminder.reason) == (
        State.SUPPRESSED,
        "this person may not hear about this child",
    )


def test_a_reminder_of_what_has_come_does_not_leave(visitor, ana, luz, mateo, clock, standins):
    asked = ask(visitor, ana, mateo)
    reminder = messages(asked).filter(kind="paper-reminder").first()
    Request.objects.filter(pk=asked.pk).update(settled_at=clock.now)
    assert asking.may_leave(reminder, at=clock.now) == "the paper has come, or is not wanted any more"


def test_a_paper_of_its_kind_sent_by_another_way_settles_it_for_all_who_were_asked(
    visitor, ana, luz, mateo, clock, standins
):
    asked = ask(visitor, ana, mateo)
    Request.objects.get(pk=key("request Mateo")).delete()
    twin = Request.objects.create(
        student=mateo, contact=asked.contact, kind=asked.kind, words="El de marzo", asked_by=ana, asked_at=clock.now
    )  # fmt: skip
    # Two of this kind are asked for, so nothing says which one it is; then only one.
    send = {"kind": "progress_report"}
    visitor.as_(luz).post("/portal/papers/new/", {**send, "paper": papers.upload(papers.photo())})
    asked.refresh_from_db()
    assert asked.is_open
    Document.objects.filter(added_by=luz).update(kind="photo")
    twin.delete()
    twin = Request.objects.create(
        student=mateo, contact=aunt(mateo), kind=asked.kind, words=asked.words, asked_by=ana, asked_at=clock.now
    )  # fmt: skip

    visitor.post("/portal/papers/new/", {**send, "paper": papers.upload(papers.photo())})

    for row in (asked, twin):
        row.refresh_from_db()
        assert row.settled_by == Document.objects.get(kind="progress_report", added_by=luz)
    assert {m.state for m in messages(asked).filter(kind="paper-reminder")} == {State.SUPPRESSED}


def aunt(mateo):
    """Another grown-up of Mateo's family."""
    from clients.models import Contact

    return Contact.objects.create(family=mateo.family, name="Rosa Rivera")


def test_staff_say_that_a_paper_is_what_was_asked_for(visitor, ana, mateo, clock, standins):
    asked = ask(visitor, ana, mateo)
    page = f"/students/{mateo.pk}/papers/new/"
    assert "Is it what we asked for?" in visitor.get(page).content.decode()
    sent = {
        "kind": "letter",
        "language": "en",
        "answers": str(asked.pk),
        "paper": papers.upload(papers.photo()),
    }

    visitor.post(page, sent)

    asked.refresh_from_db()
    assert asked.settled_by.kind == "letter"
    other = asking.ask(contact=asked.contact, student=mateo, kind="iep", words="Otro", by=ana, at=clock.now)
    paper = asked.settled_by
    told = {"title": paper.title, "kind": "letter", "language": "en", "answers": str(other.pk)}
    visitor.post(f"/documents/{paper.pk}/details/", told)
    other.refresh_from_db()
    assert other.settled_by == paper

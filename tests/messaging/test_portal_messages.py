"""Messages in the portal, with papers, and what is said of them outside."""

import pytest

from documents.models import Document
from messaging import threads
from messaging.models import PortalMessage, Thread
from outbox.models import withdraw
from tests.documents import papers
from tests.world import NOW


def test_a_parent_writes_with_a_paper_and_the_advocate_is_told_without_the_words(
    visitor, luz, ana, mateo, standins, clock
):
    answer = visitor.as_(luz).post(
        "/portal/messages/", {"body": "Here is the report", "files": papers.upload(papers.pdf("Report"))}
    )

    assert answer.status_code == 302
    message = PortalMessage.objects.get()
    document = message.documents.get()
    assert (document.student, document.added_by, message.from_family) == (mateo, luz, True)
    assert "Here is the report" in visitor.get("/portal/messages/").content.decode()
    mail = standins.mail(ana.email)
    assert [one["subject"] for one in mail] == ["A family wrote to you"]
    assert "report" not in str(mail).lower()
    page = visitor.as_(ana).get(f"/messages/{message.thread_id}/").content.decode()
    assert f"/documents/{document.pk}/" in page


def test_the_firm_writes_and_the_notice_says_nothing_of_it(visitor, luz, ana, standins, clock):
    thread = threads.thread_of(luz.contact, at=NOW)

    visitor.as_(ana).post(f"/messages/{thread.pk}/", {"way": "portal", "body": "Mateo read 40 words"})
    visitor.post(f"/messages/{thread.pk}/", {"way": "portal", "body": "And 50 today"})

    told = [text["body"] for text in standins.texts(luz.phone)]
    assert told == [
        "Harbor Advocacy: Tiene un mensaje de nosotros: http://harbor.localhost:8000/portal/messages/ "
        "STOP: fin de textos."
    ]
    page = visitor.as_(luz).get("/portal/messages/").content.decode()
    assert "Mateo read 40 words" in page
    assert threads.unread_from_firm(Thread.objects.get(), luz).count() == 0


def test_without_texts_the_notice_goes_by_email(visitor, luz, ana, standins, clock):
    withdraw(luz.phone, how="text", at=NOW)
    thread = threads.thread_of(luz.contact, at=NOW)

    visitor.as_(ana).post(f"/messages/{thread.pk}/", {"way": "portal", "body": "Mateo read 40 words"})

    assert standins.texts(luz.phone) == []
    assert "Mateo" not in str(standins.mail(luz.email))
    assert len(standins.mail(luz.email)) == 1


def test_a_parent_sees_only_their_own_thread(visitor, luz, ngozi, ana, clock):
    threads.post(threads.thread_of(luz.contact, at=NOW), "For Luz alone", by=ana, at=NOW, from_family=False)

    assert "For Luz alone" not in visitor.as_(ngozi).get("/portal/messages/").content.decode()


@pytest.mark.parametrize("data", [{}, {"body": "   "}])
def test_nothing_is_not_sent(visitor, luz, data):
    before = Document.objects.count()

    assert visitor.as_(luz).post("/portal/messages/", data).status_code == 422
    assert not PortalMessage.objects.exists()
    assert Document.objects.count() == before

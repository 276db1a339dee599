"""Messages in the portal, with papers, and what is said of them outside."""

import pytest

from documents.models import Document, DocumentVersion
from messaging import threads
from messaging.models import PortalMessage, Thread
from outbox.models import withdraw
from tests.documents import papers
from tests.world import NOW


def test_a_parent_writes_with_a_paper_and_the_advocate_is_told_without_the_words(
    visitor, luz, ana, mateo, standins, clock
):
    answer = visitor.as_(luz).post(
        "/portal/messages/", {"body": "Here is the report", "paper": papers.upload(papers.pdf("Report"))}
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


def test_each_place_for_files_that_a_familys_page_has_sends_one(visitor, luz, mateo, clock):
    """The names come from the page itself, as a browser takes them."""
    page = visitor.as_(luz).get("/portal/messages/")
    names = papers.places(page)
    assert len(names) == 2
    assert "data-upload" in page.content.decode()  # the script that says what was picked looks for it

    for name in names:
        visitor.post("/portal/messages/", {"body": "", name: papers.upload(papers.pdf(name), f"{name}.pdf")})

    sent = [message.documents.get() for message in PortalMessage.objects.order_by("pk")]
    assert [document.title for document in sent] == [f"{name}.pdf" for name in names]
    assert set(sent) <= set(Document.objects.visible_to(luz).filter(student=mateo))


def test_the_place_for_files_that_the_staffs_page_has_sends_one(visitor, luz, ana, mateo, clock):
    thread = threads.thread_of(luz.contact, at=NOW)
    (name,) = papers.places(visitor.as_(ana).get(f"/messages/{thread.pk}/"))

    visitor.post(
        f"/messages/{thread.pk}/",
        {"way": "portal", "body": "The plan", name: papers.upload(papers.pdf("Plan"))},
    )

    assert PortalMessage.objects.get().documents.get().student == mateo


def test_the_script_that_sends_files_goes_on_by_itself(visitor, luz, clock):
    """Had it to follow a redirect, it would use up what the page says once."""
    answer = visitor.as_(luz).post(
        "/portal/messages/", {"body": "Hello", "paper": papers.upload(papers.pdf("a"))}, headers={"X-Sent-By": "script"},
    )  # fmt: skip

    assert (answer.status_code, answer["X-Continue"]) == (204, "/portal/messages/")


def test_a_kind_that_is_never_taken_is_said_at_once_beside_the_field(visitor, luz, clock):
    for name in ("photos", "paper"):
        answer = visitor.as_(luz).post(
            "/portal/messages/", {"body": "Look", name: papers.upload(b"MZ\x90", "Setup.EXE")}
        )
        assert answer.status_code == 422
        assert 'id="id_paper_error">We cannot read this kind of file.' in answer.content.decode()
    assert not PortalMessage.objects.exists()


def test_the_thread_says_what_became_of_a_file_that_was_refused(visitor, luz, ana, clock):
    visitor.as_(luz).post(
        "/portal/messages/", {"body": "Look", "photos": papers.upload(b"MZ\x90 x", "a.jpg")}
    )

    said = "We could not take this file. We cannot read this kind of file."
    thread = Thread.objects.get()
    assert said in visitor.get("/portal/messages/").content.decode()
    assert said in visitor.as_(ana).get(f"/messages/{thread.pk}/").content.decode()


def test_the_paper_of_a_conversation_says_that_a_file_was_not_taken(visitor, ana, luz, clock):
    from tests.messaging.test_threads import of, text_of

    visitor.as_(luz).post("/portal/messages/", {"body": "Here", "paper": papers.upload(papers.pdf("Report"))})
    DocumentVersion.objects.update(state="refused", reason="damaged")

    said = text_of(visitor.as_(ana).get(f"/messages/{of(luz).pk}/thread.pdf").content)
    assert "We could not take this file. This file is damaged" in " ".join(said.split())

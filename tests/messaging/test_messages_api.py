"""Threads through the API."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from clients.models import Contact
from documents.models import Document
from messaging import threads, wordings
from messaging.models import PortalMessage, Thread
from outbox.models import Consent
from tests.house.test_matrix import key_of
from tests.world import NOW, key


def ask(visitor, person, method, path, data=None):
    headers = {"Authorization": f"Bearer {key_of(person)}"}
    more = {"data": data, "content_type": "application/json"} if data is not None else {}
    return visitor._send(method, f"/api/v1/threads/{path}", headers=headers, **more)


def test_threads_and_what_was_said(visitor, ana, marcus, luz, texts_in, clock):
    texts_in(luz.phone, "Which door?")
    thread = threads.thread_of(luz.contact, at=NOW)

    rows = ask(visitor, ana, "get", "?waiting=true").json()["results"]
    said = ask(visitor, ana, "get", f"{thread.pk}/entries/").json()

    assert [row["id"] for row in rows] == [str(thread.pk)]
    assert [(entry["incoming"], entry["body"]) for entry in said] == [(True, "Which door?")]
    assert ask(visitor, marcus, "get", f"{thread.pk}/entries/").status_code == 404


def test_a_program_writes_under_the_same_rules(visitor, ana, luz, standins, clock):
    thread = threads.thread_of(luz.contact, at=NOW)
    path = f"{thread.pk}/messages/"

    named = ask(visitor, ana, "post", path, {"way": "sms", "body": "Mateo did well"})
    fine = ask(visitor, ana, "post", path, {"way": "sms", "body": "The north door."})

    assert (named.status_code, fine.status_code) == (400, 201)
    assert "child’s name" in str(named.json())
    assert [text["body"] for text in standins.texts(luz.phone)] == ["The north door."]
    assert ask(visitor, ana, "post", path, {"way": "email", "body": "No subject"}).status_code == 400


def test_a_thread_is_read_unread_and_an_unknown_number_sorted(visitor, ana, bo, olivia, luz, texts_in, clock):
    texts_in(luz.phone, "Which door?")
    path = f"{threads.thread_of(luz.contact, at=NOW).pk}/"
    assert ask(visitor, ana, "get", path).json()["is_unread"] is True
    assert ask(visitor, ana, "patch", path, {"read": True}).json()["is_unread"] is False
    assert ask(visitor, ana, "patch", path, {"read": False}).json()["is_unread"] is True

    texts_in("+14065550142", "It is Luz, from work")
    unknown = Thread.objects.get(number="+14065550142")
    assert (
        ask(visitor, ana, "post", f"{unknown.pk}/contact/", {"contact": str(luz.contact.pk)}).status_code
        == 404
    )
    answer = ask(visitor, olivia, "post", f"{unknown.pk}/contact/", {"contact": str(luz.contact.pk)})
    assert (answer.status_code, answer.json()["contact"]) == (200, str(luz.contact.pk))
    assert luz.contact.points.filter(value="+14065550142").exists()
    assert (
        ask(visitor, olivia, "post", f"{path}contact/", {"contact": str(luz.contact.pk)}).status_code == 400
    )


def send(visitor, person, method, path, data=None):
    headers = {"Authorization": f"Bearer {key_of(person)}"}
    more = {"data": data, "content_type": "application/json"} if data is not None else {}
    return visitor._send(method, f"/api/v1/{path}", headers=headers, **more)


def test_words_of_the_firm_are_written_and_taken_back(visitor, ana, olivia, clock):
    told = {"kind": "booked", "language": "en", "body": "{firm}:  See you {when}."}
    assert send(visitor, ana, "post", "wordings/", told).status_code == 403
    assert (
        send(visitor, olivia, "post", "wordings/", {**told, "body": "{firm}: Text END {when}"}).status_code
        == 400
    )

    made = [send(visitor, olivia, "post", "wordings/", told).json() for _ in range(2)]
    assert made[0]["id"] == made[1]["id"]
    assert wordings.own("booked", "en") == "{firm}: See you {when}."
    assert [row["kind"] for row in send(visitor, olivia, "get", "wordings/").json()["results"]] == ["booked"]
    assert send(visitor, olivia, "delete", f"wordings/{made[0]['id']}/").status_code == 204
    assert wordings.own("booked", "en") == ""


def test_consent_is_read_and_a_no_is_written_but_never_taken_back(visitor, ana, marcus, luz, clock):
    thread = threads.thread_of(luz.contact, at=NOW)
    told = {"thread": str(thread.pk), "given": False}
    assert send(visitor, marcus, "post", "consents/", told).status_code == 404
    assert send(visitor, marcus, "get", "consents/").json()["results"] != []
    assert luz.phone not in send(visitor, marcus, "get", "consents/").content.decode()

    assert send(visitor, ana, "post", "consents/", told).json()["given"] is False
    again = send(visitor, ana, "post", "consents/", {**told, "given": True, "wording": "Said yes"})
    assert again.status_code == 400
    rows = send(visitor, ana, "get", f"consents/?number={luz.phone.replace('+', '%2B')}").json()["results"]
    assert (rows[0]["given"], rows[0]["how"]) == (False, "staff")
    assert not Consent.objects.standing(luz.phone).given


def test_a_quiet_family_is_sent_a_friendly_word_by_program(visitor, ana, marcus, luz, standins, clock):
    Contact.objects.update(created_at=NOW - timedelta(days=40))
    assert [row["name"] for row in send(visitor, ana, "get", "nudges/?days=30").json()["results"]] == [
        "Luz Rivera"
    ]
    assert send(visitor, marcus, "post", "nudges/", {"contact": str(luz.contact.pk)}).status_code == 404

    assert send(visitor, ana, "post", "nudges/", {"contact": str(luz.contact.pk)}).status_code == 201
    assert len(standins.texts(luz.phone)) == 1
    assert send(visitor, ana, "get", "nudges/").json()["results"] == []


def test_staff_writes_down_that_a_parent_wants_no_more_texts(visitor, ana, luz, standins, clock):
    thread = threads.thread_of(luz.contact, at=NOW)
    assert "They want no more texts" in visitor.as_(ana).get(f"/messages/{thread.pk}/").content.decode()

    visitor.post(f"/messages/{thread.pk}/consent/", {"end": "1"})

    word = Consent.objects.standing(luz.phone)
    assert (word.given, word.how, word.by) == (False, "staff", ana.pk)
    assert "They want no more texts" not in visitor.get(f"/messages/{thread.pk}/").content.decode()


def test_a_portal_message_carries_a_paper(visitor, ana, luz, mateo, clock):
    """By multipart/form-data; a text carries none, and another family's child is no place to file it."""
    thread = threads.thread_of(luz.contact, at=NOW)
    before = Document.objects.count(), PortalMessage.objects.count()

    def send(**told):
        paper = SimpleUploadedFile("plan.txt", b"What we agreed.", content_type="text/plain")
        headers = {"Authorization": f"Bearer {key_of(ana)}"}
        return visitor._send("post", f"/api/v1/threads/{thread.pk}/messages/", data={"files": paper, "body": "The plan", **told}, headers=headers)  # fmt: skip

    assert send(way="sms").status_code == 400
    assert send(way="portal", student=str(key("student Ada"))).status_code == 400
    assert (Document.objects.count(), PortalMessage.objects.count()) == before
    assert send(way="portal").status_code == 201
    paper = Document.objects.get(title="plan.txt")
    assert paper.student == mateo
    assert Document.objects.visible_to(luz).filter(pk=paper.pk).exists()
    said = {entry["body"]: entry["documents"] for entry in ask(visitor, ana, "get", f"{thread.pk}/entries/").json()}  # fmt: skip
    assert said["The plan"] == [str(paper.pk)]
    plain = ask(visitor, ana, "post", f"{thread.pk}/messages/", {"way": "portal", "body": "No paper"})
    assert plain.status_code == 201

"""Texts in, texts out, and who sees them."""

from datetime import timedelta

import pytest

from clients.models import Contact, ContactPoint, Family
from messaging import threads
from messaging.models import Received, Thread
from outbox.models import Consent, Message, withdraw
from tests.world import NOW, key

STRANGER = "+14065559999"


def of(luz):
    return Thread.objects.get(contact=luz.contact)


def test_a_text_from_a_parent_waits_in_their_thread(visitor, ana, luz, texts_in, clock):
    texts_in(luz.phone, "Is the meeting still on?")

    page = visitor.as_(ana).get("/messages/").content.decode()
    assert "Luz Rivera" in page
    assert "Is the meeting still on?" in page
    assert threads.unread_count(ana, at=NOW) == 1
    assert "Is the meeting still on?" in visitor.get(f"/messages/{of(luz).pk}/").content.decode()
    assert threads.unread_count(ana, at=NOW) == 0


def test_only_the_care_team_and_the_owner_see_a_thread(visitor, ana, marcus, olivia, bo, bea, texts_in, luz):
    texts_in(luz.phone, "Hello")
    path = f"/messages/{of(luz).pk}/"

    assert [visitor.as_(person).get(path).status_code for person in (ana, olivia)] == [200, 200]
    assert [visitor.as_(person).get(path).status_code for person in (marcus, bo)] == [404, 404]
    assert visitor.as_(bea).get(path).status_code == 403


def test_c_confirms_and_asks_nothing_of_a_person(texts_in, luz, ana, service, harbor, clock):
    from scheduling import booking as bookings
    from scheduling.availability import free_slots

    slot = free_slots(service, since=NOW, until=NOW + timedelta(days=9), at=NOW, advocates=[ana])[-1]
    asker = bookings.Asker(name="Luz", phone=luz.phone, email=luz.email, contact=luz.contact)
    bookings.book(service, starts_at=slot.starts_at, asker=asker, at=NOW, advocate=ana)

    texts_in(luz.phone, "C")

    thread = of(luz)
    assert thread.last_in_at is None
    assert [entry.said for entry in threads.entries(thread, user=ana, at=NOW) if entry.incoming] == [
        "The call was confirmed"
    ]


def test_staff_answer_by_text_and_it_leaves(visitor, ana, luz, texts_in, standins, clock):
    texts_in(luz.phone, "Which door?")

    answer = visitor.as_(ana).post(
        f"/messages/{of(luz).pk}/", {"way": "sms", "body": "The north door, please."}
    )

    assert answer.status_code == 302
    assert [text["body"] for text in standins.texts(luz.phone)] == ["The north door, please."]
    assert not Thread.objects.waiting(at=NOW).exists()


def test_length_and_price_are_said_before_anything_leaves(visitor, ana, luz, texts_in, standins, clock):
    texts_in(luz.phone, "Which door?")

    answer = visitor.as_(ana).post(
        f"/messages/{of(luz).pk}/", {"way": "sms", "body": "The “north” door", "check": "1"}
    )

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "1 segment, about 1.2¢." in page or "1 segment, about 1.1¢." in page
    assert "The &quot;north&quot; door" in page
    assert standins.texts(luz.phone) == []


@pytest.mark.parametrize("body", ["Mateo did well", "mateo!", "About the autism report", "Text STOP now"])
def test_a_text_names_no_child_no_diagnosis_and_no_opt_out_word(
    visitor, ana, luz, texts_in, standins, clock, body
):
    texts_in(luz.phone, "Hi")

    answer = visitor.as_(ana).post(f"/messages/{of(luz).pk}/", {"way": "sms", "body": body})

    expected = 422 if body != "Text STOP now" else 302
    assert answer.status_code == expected
    assert len(standins.texts(luz.phone)) == (0 if expected == 422 else 1)


def test_after_stop_nobody_texts_and_staff_cannot_take_it_back(visitor, ana, luz, texts_in, standins, clock):
    texts_in(luz.phone, "Hi")
    withdraw(luz.phone, how="text", at=NOW)
    thread = of(luz)

    page = visitor.as_(ana).get(f"/messages/{thread.pk}/").content.decode()
    assert "Texts to this number were ended" in page
    assert visitor.post(f"/messages/{thread.pk}/", {"way": "sms", "body": "Please"}).status_code == 422
    visitor.post(f"/messages/{thread.pk}/consent/", {"words": "said yes"})
    assert Consent.objects.standing(luz.phone).given is False


def test_an_unknown_number_is_sorted_and_becomes_a_parents(
    visitor, olivia, ana, marcus, luz, texts_in, clock
):
    texts_in(STRANGER, "It is Luz, new phone")
    thread = Thread.objects.get(number=STRANGER)
    assert visitor.as_(marcus).get(f"/messages/{thread.pk}/").status_code == 404

    answer = visitor.as_(olivia).post(f"/messages/{thread.pk}/contact/", {"contact": str(luz.contact.pk)})

    assert answer["Location"] == f"/messages/{of(luz).pk}/"
    assert not Thread.objects.filter(number=STRANGER).exists()
    assert [e.body for e in threads.entries(of(luz), user=ana, at=NOW)] == ["It is Luz, new phone"]
    assert ContactPoint.objects.filter(contact=luz.contact, value=STRANGER).exists()


def test_a_number_of_two_families_goes_to_sorting(texts_in, luz, ngozi):
    ContactPoint.objects.create(contact=ngozi.contact, kind="phone", value=luz.phone)

    texts_in(luz.phone, "Who am I?")

    assert Received.objects.get().thread.contact is None


def test_texts_to_a_shared_number_show_in_neither_family(texts_in, luz, ngozi, ana, harbor):
    thread = threads.thread_of(luz.contact, at=NOW)
    other = Contact.objects.create(
        family=Family.objects.create(name="Other"), name="Other", timezone="America/Denver"
    )
    ContactPoint.objects.create(contact=other, kind="phone", value=luz.phone)

    assert luz.phone not in threads.addresses_of(thread)
    assert luz.email in threads.addresses_of(thread)


def test_words_that_may_mean_stop_are_flagged_and_a_person_decides(visitor, ana, luz, texts_in, clock):
    inbound = texts_in(luz.phone, "please dont send me texts anymore ok?")
    assert Received.objects.get(inbound=inbound).may_mean_stop
    assert Consent.objects.standing(luz.phone).given

    visitor.as_(ana).post(f"/messages/texts/{inbound.pk}/stop/", {"end": "1"})

    assert Consent.objects.standing(luz.phone).given is False


@pytest.mark.parametrize(
    ("body", "flagged"),
    [
        ("please don't text me", True), ("No me manden más textos por favor", True), ("wrong number", True),
        ("The bus did not stop at school", False), ("Can we stop by at 3?", False), ("no puedo mañana", False),
    ],
)  # fmt: skip
def test_everyday_words(body, flagged):
    from messaging.wording import may_mean_stop

    assert may_mean_stop(body) is flagged


def test_put_off_comes_back_when_they_write(visitor, ana, luz, texts_in, clock):
    texts_in(luz.phone, "Hi")
    thread = of(luz)
    visitor.as_(ana).post(f"/messages/{thread.pk}/snooze/", {"until": "2026-11-30"})
    assert threads.unread_count(ana, at=NOW) == 0
    assert not Thread.objects.waiting(at=NOW).exists()

    texts_in(luz.phone, "It is urgent", at=NOW + timedelta(minutes=1))

    assert Thread.objects.waiting(at=NOW).get() == thread


def test_a_thread_is_given_only_to_who_may_see_the_family(visitor, ana, olivia, marcus, luz, texts_in, clock):
    texts_in(luz.phone, "Hi")
    path = f"/messages/{of(luz).pk}/assignment/"

    visitor.as_(olivia).post(path, {"to": str(marcus.pk)})
    assert of(luz).assigned_to is None
    visitor.post(path, {"to": str(ana.pk)})
    assert of(luz).assigned_to == ana


def test_an_email_leaves_and_stands_in_the_thread(visitor, ana, luz, standins, clock):
    visitor.as_(ana).get(f"/contacts/{luz.contact.pk}/messages/")
    answer = visitor.post(
        f"/messages/{of(luz).pk}/", {"way": "email", "title": "Thursday", "body": "See you at ten."}
    )

    assert answer.status_code == 302
    assert [mail["subject"] for mail in standins.mail(luz.email)] == ["Thursday"]
    paper = visitor.get(f"/messages/{of(luz).pk}/thread.pdf")
    assert paper["Content-Type"] == "application/pdf"
    assert "See you at ten." in text_of(paper.content)


def text_of(pdf):
    import pypdfium2

    return " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))


def test_merging_two_files_keeps_both_conversations(luz, ana, olivia, texts_in, clock):
    from clients.merging import merge

    texts_in(luz.phone, "From the old file")
    other = Contact.objects.create(family=luz.contact.family, name="L. Rivera")
    ContactPoint.objects.create(contact=other, kind="phone", value=STRANGER)
    texts_in(STRANGER, "From the new file")

    merge(luz.contact, other, by=olivia, at=NOW)

    thread = threads.thread_of(luz.contact, at=NOW)
    assert [entry.body for entry in threads.entries(thread, user=ana, at=NOW)] == [
        "From the old file",
        "From the new file",
    ]
    assert Thread.objects.count() == 1


def test_who_prefers_calls_is_not_texted(visitor, ana, luz, standins, clock):
    Contact.objects.filter(pk=luz.contact.pk).update(prefers="call")
    thread = threads.thread_of(Contact.objects.get(pk=luz.contact.pk), at=NOW)

    answer = visitor.as_(ana).post(f"/messages/{thread.pk}/", {"way": "sms", "body": "Hello"})

    assert answer.status_code == 422
    assert standins.texts(luz.phone) == []


def test_a_text_waits_for_the_hours_the_parent_chose(visitor, ana, luz, standins, clock):
    from datetime import time

    Contact.objects.filter(pk=luz.contact.pk).update(hours_from=time(17))
    thread = threads.thread_of(Contact.objects.get(pk=luz.contact.pk), at=NOW)

    visitor.as_(ana).post(f"/messages/{thread.pk}/", {"way": "sms", "body": "Hello"})

    message = Message.objects.get(kind="message")
    assert (message.state, message.due_at.isoformat()) == ("due", "2026-11-25T00:00:00+00:00")


def test_a_list_costs_the_same_with_one_thread_and_with_three(visitor, olivia, luz, ngozi, texts_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    visitor.as_(olivia)
    texts_in(luz.phone, "One")
    visitor.get("/messages/")
    with CaptureQueriesContext(connection) as one:
        visitor.get("/messages/")
    texts_in(ngozi.phone, "Two")
    texts_in(STRANGER, "Three")
    with CaptureQueriesContext(connection) as three:
        visitor.get("/messages/")

    assert len(one) == len(three)


def test_codes_are_never_shown(luz, ana, harbor, clock):
    Message.objects.create(
        kind="code",
        subject="code",
        recipient=luz.phone,
        channel="sms",
        body="Your code is 123456",
        due_at=NOW,
    )
    thread = threads.thread_of(luz.contact, at=NOW)

    assert threads.entries(thread, user=ana, at=NOW) == []
    assert key("contact luz") == thread.contact_id


@pytest.mark.parametrize(("way", "counted"), [("sms", True), ("email", False), ("portal", False)])
def test_only_a_text_is_counted_in_segments(visitor, ana, luz, texts_in, clock, way, counted):
    texts_in(luz.phone, "Which door?")
    told = {"way": way, "body": "The blue one.", "title": "The door"}
    visitor.as_(ana)

    live = visitor.post(f"/messages/{of(luz).pk}/size/", told).content.decode()
    checked = visitor.post(f"/messages/{of(luz).pk}/", {**told, "check": "1"}).content.decode()

    assert ("1 segment, about" in live, "1 segment, about" in checked) == (counted, counted)

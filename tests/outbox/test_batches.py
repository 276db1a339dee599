"""What is asked once for many: as many questions for fifty texts as for two, the pace, the hours, the plan's cap."""

import time
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import Contact
from outbox import sending
from outbox.allowed import Batch
from outbox.models import Message, Registration, Sender, allow
from tenants.models import Entitlement
from tenants.places import in_public
from tests.outbox.conftest import NUMBER, state
from tests.world import NOW


def many(office, count):
    for n in range(count):
        allow(f"+1406555{2000 + n}", how="form", at=NOW - timedelta(days=1))
    return [office.write(to=f"+1406555{2000 + n}", subject=f"booking:{n}") for n in range(count)]


def test_a_batch_asks_as_much_for_fifty_as_for_two(office):
    counts = []
    for messages in (many(office, 2), many(office, 50)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            Batch.of(messages, at=NOW)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 10


def test_each_text_takes_two_statements_of_its_own(office, standins):
    took = []
    for messages in (many(office, 2), many(office, 12)[2:]):
        with CaptureQueriesContext(connection) as asked:
            assert office.deliver(*messages) == len(messages)
        took.append(len(asked))
    assert took[1] - took[0] == 8 * 2


@pytest.fixture
def slow_sender(office):
    return Sender.objects.create(
        per_second=20, changed_at=NOW, registration=Registration.VERIFIED, account_sid="", number=""
    )


def test_a_sender_is_never_hurried(office, slow_sender, standins):
    messages = many(office, 8)
    began = time.monotonic()
    assert office.deliver(*messages) == 8
    assert time.monotonic() - began >= 7 / 20


def test_what_would_wait_too_long_is_put_off_and_leaves_in_its_turn(
    office, slow_sender, standins, monkeypatch
):
    monkeypatch.setattr(sending, "LONGEST_WAIT", timedelta(milliseconds=120))
    messages = many(office, 6)
    # How many find their turn in time depends on how busy this machine is.
    left = office.deliver(*messages)
    assert 1 <= left <= 3

    waiting = Message.objects.filter(state="due").order_by("due_at").values_list("due_at", flat=True)
    assert len(waiting) == 6 - left
    assert waiting[0] - NOW > timedelta(milliseconds=120)
    assert {later - sooner >= timedelta(milliseconds=55) for sooner, later in pairwise(waiting)} == {True}
    monkeypatch.undo()
    assert office.deliver(*messages, after=timedelta(minutes=1)) == 6 - left


def test_the_hours_of_the_person_are_asked_again_when_it_leaves(office, luz, standins):
    Contact.objects.filter(pk=luz.contact.pk).update(hours_from="15:00", hours_to="18:00")
    allow(luz.phone, how="form", at=NOW - timedelta(days=1))
    message = office.write(to=luz.phone)
    assert office.deliver(message) == 0  # noon in Denver
    message.refresh_from_db()
    assert (message.state, message.due_at.astimezone(office.zone).hour) == ("due", 15)


def test_the_plan_of_the_firm_caps_its_texts(office, harbor, standins):
    with in_public():
        Entitlement.objects.filter(firm_id=harbor.firm.id).update(texts_a_month=1)
    first, second = many(office, 2)
    assert office.deliver(first, second) == 1
    assert state(second) == ("suppressed", "the firm's texts for this month are used up")


def test_a_picture_in_the_words_flips_the_whole_text_and_is_counted(office, standins):
    long = "Harbor: " + "x" * 100
    plain, fancy = (office.write(occurrence=word, words=sending.Words(long + word)) for word in ("!", "😀"))
    assert (plain.segments, fancy.segments) == (1, 2)
    assert office.deliver(plain, fancy) == 2
    assert NUMBER in {text["to"] for text in standins.texts()}

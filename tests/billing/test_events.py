"""What Stripe tells: signed, noted once, in any order."""

import itertools
import random
import time

import pytest

from billing import keeping, subscribing
from billing.models import PlanCheckout, PlanEvent, PlanInvoice, Status, Subscription
from outbox.models import Message
from tenants.models import DueWork, Entitlement
from tenants.places import in_public
from tests.world import NOW

KINDS = {
    "checkout.session.completed", "customer.subscription.created", "customer.subscription.updated", "invoice.created",
    "invoice.finalized", "invoice.paid", "invoice.payment_succeeded",
}  # fmt: skip


@pytest.fixture
def paid(trial, olivia):
    """Harbor has paid at Stripe's page, and nobody has told us yet."""
    trial.pay(subscribing.checkout(subscribing.choice_of("practice", "month", 7), by=olivia, at=NOW))
    assert trial.row().status == Status.NONE
    return trial


def state(roundtable):
    """Everything that the events of one checkout leave behind."""
    row = Subscription.objects.values().get(firm_id=roundtable.firm.id)
    limits = Entitlement.objects.values().get(firm_id=roundtable.firm.id)
    return (
        {name: value for name, value in row.items() if name not in {"checked_at"}},
        limits,
        sorted(PlanInvoice.objects.values_list("invoice_id", "status", "total", "tax")),
        sorted(
            Message.objects.filter(kind__startswith="plan-").values_list("kind", "occurrence", "recipient")
        ),
        sorted(DueWork.objects.filter(kind__startswith="billing.").values_list("kind", "due_at")),
    )


def noted():
    with in_public():
        return list(PlanEvent.objects.order_by("event_id"))


def told(roundtable):
    return [event for event in roundtable.events() if event["type"] in KINDS]


def test_all_orders_with_duplicates_leave_one_state(paid):
    from django.db import transaction

    events = told(paid)
    assert {event["type"] for event in events} >= {
        "checkout.session.completed",
        "customer.subscription.created",
        "invoice.paid",
    }
    orders = list(itertools.permutations(range(len(events))))
    chosen = orders if len(orders) <= 24 else random.Random(7).sample(orders, 24)
    ends = []
    for order in chosen:
        savepoint = transaction.savepoint()
        for n in order:
            assert paid.tell(events[n]).status_code == 200
            if n % 2:
                assert paid.tell(events[n]).status_code == 200
        assert [event for event in noted() if event.done_at is None] == []
        ends.append(repr(state(paid)))
        transaction.savepoint_rollback(savepoint)
        from tenants import hosts

        hosts.forget()
    assert len(set(ends)) == 1
    assert "'plan': 'practice'" in ends[0]


@pytest.mark.slow
def test_every_order_of_every_event_leaves_one_state(paid):
    from django.db import transaction

    events, ends = paid.events(), set()
    random_ = random.Random(11)
    for _ in range(150):
        savepoint = transaction.savepoint()
        shuffled = events + random_.sample(events, len(events) // 2)
        random_.shuffle(shuffled)
        for event in shuffled:
            assert paid.tell(event).status_code == 200
        ends.add(repr(state(paid)))
        transaction.savepoint_rollback(savepoint)
    assert len(ends) == 1


def test_an_event_is_noted_once_and_acted_on(paid):
    event = told(paid)[0]
    for _ in range(3):
        assert paid.tell(event).status_code == 200

    assert [(row.event_id, row.firm_id, row.done_at is not None) for row in noted()] == [
        (event["id"], paid.firm.id, True)
    ]
    assert paid.row().status == Status.TRIALING
    with in_public():
        assert PlanCheckout.objects.get().ended_at is not None


def test_an_event_is_never_believed_but_looked_up(paid):
    event = next(one for one in told(paid) if one["type"] == "customer.subscription.created")
    event["data"]["object"]["status"] = "canceled"
    event["data"]["object"]["items"]["data"][0]["quantity"] = 60
    paid.tell(event)

    assert (paid.row().status, paid.row().seats) == (Status.TRIALING, 7)


def test_a_wrong_signature_does_nothing(paid):
    event = told(paid)[0]

    assert paid.tell(event, secret="whsec_of_a_stranger").status_code == 400
    assert paid.tell(event, at=time.time() - 301).status_code == 400
    assert noted() == []
    assert paid.row().status == Status.NONE


def test_another_mode_is_refused(paid):
    assert paid.tell(told(paid)[0] | {"livemode": True}).status_code == 400
    assert noted() == []


def test_what_nobody_knows_is_taken_and_left_alone(paid):
    strange = told(paid)[0] | {"id": "evt_strange", "type": "climate.order.delivered", "data": {"object": {"id": "x_1", "object": "climate.order"}}}  # fmt: skip
    assert paid.tell(strange).status_code == 200
    assert [row.done_at is not None for row in noted()] == [True]
    strangers = told(paid)[0] | {"id": "evt_2", "data": {"object": {"id": "cs_1", "object": "checkout.session", "customer": "cus_of_nobody"}}}  # fmt: skip
    assert paid.tell(strangers).status_code == 200
    assert paid.row().status == Status.NONE


def test_a_firms_own_account_is_none_of_it(paid):
    assert paid.tell(told(paid)[0] | {"account": "acct_1"}).status_code == 200
    assert noted() == []


def test_without_a_key_there_is_no_address(paid, settings):
    settings.STRIPE_API_KEY = ""
    assert paid.tell({"id": "evt_1"}).status_code == 404


def test_while_stripe_is_silent_the_event_waits_and_then_counts(paid, work_due):
    event = told(paid)[0]
    paid.standins.fault(service="stripe", kind="error_before", path="/v1/subscriptions", times=None)
    paid.tell(event)
    assert [row.done_at for row in noted()] == [None]
    assert DueWork.objects.filter(kind=keeping.EVENT).count() == 1

    paid.no_faults()
    work_due(NOW)
    assert paid.row().status == Status.TRIALING
    assert [row.done_at is not None for row in noted()] == [True]

"""A renewal that fails: everything works while Stripe tries again, then read-only; a new card settles it."""

from datetime import timedelta

import pytest

from billing import keeping
from billing.models import Erasure, Status
from outbox.models import Message
from tests.world import NOW

DAY = timedelta(days=1)
RENEWAL = NOW + timedelta(days=30)


@pytest.fixture
def failing(subscribed, clock):
    """The card on file stops working before the first renewal."""
    subscribed.new_card("4000000000000341")
    from billing.providers import stripe

    row = subscribed.row()
    stripe.client().v1.subscriptions.update(row.subscription_id, {"default_payment_method": ""})

    def go_to(at):
        clock.now = at
        subscribed.advance(at)
        return keeping.bring_up_to_date(subscribed.firm, at=at)

    subscribed.go_to = go_to
    return subscribed


def letters():
    return list(
        Message.objects.filter(kind__startswith="plan-")
        .order_by("written_at", "id")
        .values_list("kind", flat=True)
    )


def test_failure_retries_read_only_export_and_a_new_card(failing, olivia, visitor, ana):
    row = failing.go_to(RENEWAL + timedelta(hours=3))
    assert (row.status, row.retry_at is not None) == (Status.PAST_DUE, True)
    assert not failing.firm_now().read_only
    assert failing.limits().seats == 7
    assert letters() == ["plan-failed"]
    page = visitor.as_(olivia).get("/today/").content.decode()
    assert "The last payment did not go through." in page
    assert "Everything works as before." in page

    tries = 0
    while row.status == Status.PAST_DUE:
        row = failing.go_to(row.retry_at + timedelta(minutes=5))
        tries += 1
        assert failing.firm_now().read_only == (row.status != Status.PAST_DUE)
    assert (row.status, tries) == (Status.UNPAID, 3)
    assert letters() == ["plan-failed", "plan-read_only"]

    for path in ("/today/", "/students/", "/cases/", "/bookings/", "/plan/"):
        assert visitor.as_(olivia).get(path).status_code == 200
    assert visitor.as_(ana).post("/students/new/", {"given_name": "Zed"}).status_code == 403

    failing.new_card("4242424242424242")
    row = keeping.bring_up_to_date(failing.firm, at=row.checked_at)
    assert (row.status, row.past_due_since) == (Status.ACTIVE, None)
    assert not failing.firm_now().read_only
    assert Erasure.objects.get().called_off_at is not None


def test_a_failure_for_good_still_leaves_a_week(failing, standins):
    standins._ask("/stripe", {"dunning": {"retry_days": [], "then": "past_due"}})
    try:
        first = failing.go_to(RENEWAL + timedelta(hours=3))
        assert (first.status, first.retry_at) == (Status.PAST_DUE, None)
        assert not failing.firm_now().read_only
        assert letters() == ["plan-failed"]

        failing.go_to(first.past_due_since + timedelta(days=6, hours=23))
        assert not failing.firm_now().read_only
        assert letters() == ["plan-failed", "plan-before"]
        failing.go_to(first.past_due_since + timedelta(days=7))
        assert failing.firm_now().read_only
    finally:
        standins._ask("/stripe", {"dunning": {"retry_days": [3, 5, 7], "then": "unpaid"}})


def test_cancelling_keeps_everything_until_the_end_and_then_the_export(subscribed, olivia, visitor, clock):
    from billing.providers import stripe

    row = subscribed.row()
    stripe.client().v1.subscriptions.update(row.subscription_id, {"cancel_at_period_end": True})
    row = keeping.bring_up_to_date(subscribed.firm, at=NOW)
    assert row.ends_at == row.period_ends_at
    assert not subscribed.firm_now().read_only

    clock.now = row.ends_at - timedelta(days=2, hours=12)
    keeping.bring_up_to_date(subscribed.firm, at=clock.now)
    assert "Your plan ends in 3 days." in visitor.as_(olivia).get("/today/").content.decode()

    clock.now = row.ends_at + timedelta(minutes=1)
    subscribed.advance(clock.now)
    ended = keeping.bring_up_to_date(subscribed.firm, at=clock.now)
    assert ended.status == Status.CANCELED
    assert subscribed.firm_now().read_only
    assert visitor.as_(olivia).get("/students/").status_code == 200
    page = visitor.as_(olivia).get("/plan/").content.decode()
    assert "Everything can be read and exported." in page
    assert "Go to Stripe and subscribe" in page


def test_the_long_notice_is_told_three_times(subscribed, olivia, work_due, clock):
    from billing.providers import stripe

    stripe.client().v1.subscriptions.cancel(subscribed.row().subscription_id)
    keeping.bring_up_to_date(subscribed.firm, at=NOW)
    erasure = Erasure.objects.get()
    assert (erasure.erase_on - NOW.date()).days == 180
    for day in [
        *range(1, 181, 6),
        *range(174, 181),
    ]:  # its days asked for more than once, and long silence between
        work_due(NOW + day * DAY)
    assert letters() == ["plan-read_only", *["plan-erasure"] * 3]


def test_while_stripe_is_silent_nobody_is_locked_out(subscribed, work_due):
    from tenants import due
    from tenants.models import DueWork

    due.plan(keeping.CHECK, "", due_at=NOW)
    subscribed.standins.fault(service="stripe", kind="error_before", path="/v1/subscriptions", times=None)
    due.handle(keeping.CHECK, [""], at=NOW)
    assert DueWork.objects.get(kind=keeping.CHECK).due_at == NOW + keeping.AGAIN
    assert not subscribed.firm_now().read_only

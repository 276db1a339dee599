"""From free days to read-only, and back by paying; on a test clock of Stripe's."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from billing import keeping, subscribing
from billing.models import Erasure, Status, Subscription
from outbox.models import Message
from tenants import due
from tests.world import NOW

DAY = timedelta(days=1)


def letters():
    return list(
        Message.objects.filter(kind__startswith="plan-")
        .order_by("written_at", "id")
        .values_list("kind", "occurrence")
    )


def test_free_days_begin_without_a_card(trial):
    row, limits = trial.row(), trial.limits()

    assert (row.status, row.trial_ends_at, row.customer_id) == (Status.NONE, NOW + 14 * DAY, None)
    assert (
        limits.seats,
        limits.students,
        limits.texts_a_month,
        limits.storage_bytes,
        limits.read_only_since,
    ) == (10, 60, 300, 5 * 1024**3, None)
    assert letters() == []


def test_three_letters_then_read_only_then_paid_and_restored(trial, olivia, work_due, clock):
    trial.on_a_test_clock()
    for day in range(1, 14):
        work_due(NOW + day * DAY)
    told = [kind for kind, _ in letters()]
    assert told == ["plan-before"] * 3
    assert [occurrence.rsplit("/", 1)[1] for _, occurrence in letters()] == ["7", "3", "1"]
    assert not trial.firm_now().read_only

    over = NOW + 14 * DAY
    work_due(over)
    assert trial.firm_now().read_only
    assert [kind for kind, _ in letters()] == ["plan-before"] * 3 + ["plan-read_only"]
    assert Erasure.objects.get(firm_id=trial.firm.id).erase_on == (over + 180 * DAY).date()

    clock.now = over
    trial.advance(over)
    page = subscribing.checkout(subscribing.choice_of("practice", "year", 7), by=olivia, at=over)
    trial.pay(page)
    for event in trial.events():
        assert trial.tell(event).status_code == 200
    row = trial.row()
    assert (row.status, row.plan, row.interval, row.seats, row.amount) == (
        Status.ACTIVE,
        "practice",
        "year",
        7,
        45000,
    )
    assert (trial.limits().seats, trial.limits().students, trial.limits().read_only_since) == (7, 300, None)
    assert not trial.firm_now().read_only
    assert Erasure.objects.get(firm_id=trial.firm.id).called_off_at is not None
    assert letters()[-1][0] == "plan-writable"
    actions = list(
        AuditEntry.objects.filter(action__in=["firm.read_only", "firm.writable"])
        .order_by("id")
        .values_list("action", flat=True)
    )
    assert actions == ["firm.read_only", "firm.writable"]


def test_subscribing_early_keeps_the_days_that_are_left(trial, olivia):
    trial.on_a_test_clock()
    page = subscribing.checkout(subscribing.choice_of("practice", "month", 7), by=olivia, at=NOW)
    trial.pay(page)
    row = keeping.bring_up_to_date(trial.firm, at=NOW)
    assert (row.status, row.period_ends_at, row.has_card) == (Status.TRIALING, NOW + 14 * DAY, True)

    trial.advance(NOW + 14 * DAY + timedelta(hours=2))
    row = keeping.bring_up_to_date(trial.firm, at=NOW + 14 * DAY + timedelta(hours=2))
    assert row.status == Status.ACTIVE
    assert not trial.firm_now().read_only


def test_a_card_taken_away_on_the_free_days_pauses_and_starting_again_restores(trial, olivia):
    from billing.providers import stripe

    trial.on_a_test_clock()
    trial.pay(subscribing.checkout(subscribing.choice_of("practice", "month", 7), by=olivia, at=NOW))
    row = keeping.bring_up_to_date(trial.firm, at=NOW)
    card = stripe.client().v1.subscriptions.retrieve(row.subscription_id).default_payment_method
    stripe.client().v1.payment_methods.detach(card)
    stripe.client().v1.subscriptions.update(row.subscription_id, {"default_payment_method": ""})
    over = NOW + 14 * DAY + timedelta(hours=2)
    trial.advance(over)
    assert keeping.bring_up_to_date(trial.firm, at=over).status == Status.PAUSED
    assert trial.firm_now().read_only

    trial.new_card("4242424242424242")
    subscribing.start_again(by=olivia, at=over)
    assert trial.row().status == Status.ACTIVE
    assert not trial.firm_now().read_only


def test_nothing_is_gated_without_a_key(harbor, settings):
    settings.STRIPE_API_KEY = ""
    keeping.begin_trial(harbor.firm, at=NOW)
    assert not Subscription.objects.filter(firm_id=harbor.firm.id).exists()


def test_a_key_taken_away_lifts_every_limit(trial, settings, work_due):
    work_due(NOW + 20 * DAY)
    assert trial.firm_now().read_only
    settings.STRIPE_API_KEY = ""
    assert keeping.lift_limits() >= 1  # other tests may have left firms with limits of their own
    limits = trial.limits()
    assert [
        limits.seats,
        limits.students,
        limits.texts_a_month,
        limits.storage_bytes,
        limits.read_only_since,
    ] == [None] * 5
    work_due(NOW + 30 * DAY)
    assert not trial.firm_now().read_only


def test_a_trial_that_ends_while_the_key_is_away_ends_when_it_is_back(trial, settings, work_due):
    kept, settings.STRIPE_API_KEY = settings.STRIPE_API_KEY, ""
    keeping.lift_limits()
    work_due(NOW + 20 * DAY)
    assert not trial.firm_now().read_only
    settings.STRIPE_API_KEY = kept
    work_due(NOW + 21 * DAY)
    assert trial.firm_now().read_only


def test_the_clock_is_looked_at_only_when_something_changes(trial):
    from tenants.models import DueWork

    found = DueWork.objects.get(kind=keeping.CHECK)
    assert found.due_at == NOW + 7 * DAY
    early = due.claim(at=NOW + 7 * DAY - timedelta(seconds=1))
    assert not [kind for _firm, kind in early if kind.startswith("billing.")]


@pytest.mark.parametrize("day", [0, 6.9])
def test_no_line_on_the_pages_while_many_days_are_left(trial, olivia, visitor, clock, day):
    clock.now = NOW + day * DAY
    assert "free day" not in visitor.as_(olivia).get("/today/").content.decode()


@pytest.mark.parametrize(
    ("day", "said"),
    [(7, "7 free days are left."), (11.5, "3 free days are left."), (13.2, "1 free day is left.")],
)
def test_a_kind_line_for_the_owner_alone(trial, olivia, ana, visitor, clock, day, said):
    clock.now = NOW + day * DAY
    assert said in visitor.as_(olivia).get("/today/").content.decode()
    assert said not in visitor.as_(ana).get("/today/").content.decode()

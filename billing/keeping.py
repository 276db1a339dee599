"""Keeping a firm's row, and what it may use, in line with Stripe and with the clock.

Whatever Stripe tells, the answer is the same: under the lock of the firm's row, fetch how things stand now and write
that down absolutely. So neither order nor repetition of what is told makes a difference.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import audit
from billing import notices, plans
from billing.models import (
    Erasure,
    PlanCheckout,
    PlanEvent,
    PlanInvoice,
    PlanPrice,
    Reconciliation,
    Status,
    Subscription,
    TaxRate,
)
from billing.providers import stripe
from billing.providers.stripe import Refused, Unavailable
from billing.standing import Standing, standing_of
from tenants import due
from tenants.hosts import firm_by_id, reference
from tenants.models import Entitlement, Firm
from tenants.places import FirmRef, current_firm, in_public, within

log = logging.getLogger("roundtable.billing")

EVENT, CHECK = "billing.event", "billing.check"
AGAIN = timedelta(hours=1)
# A firm that stays read-only keeps everything this long.
NOTICE = timedelta(days=180)


def begin_trial(firm: FirmRef, *, at: datetime) -> None:
    """The free days of a new firm, in the caller's transaction; nothing where Stripe is off, for nothing is gated there."""
    if not stripe.is_on():
        return
    ends_at = at + timedelta(days=plans.trial().days)
    with in_public(), transaction.atomic():
        row, new = Subscription.objects.get_or_create(firm_id=firm.id, defaults={"trial_ends_at": ends_at})
        if new:
            _act_on(row, firm, at=at)


def begin_trials(*, at: datetime) -> int:
    """Free days for every open firm that has neither trial nor plan; how many began."""
    with in_public():
        firms = list(
            Firm.objects.filter(opened_at__isnull=False, subscription=None).select_related("entitlement")
        )
    for firm in firms:
        begin_trial(reference(firm), at=at)
    return len(firms) if stripe.is_on() else 0


def bring_up_to_date(firm: FirmRef, *, at: datetime) -> Subscription | None:
    """Fetches how the firm's subscription stands, writes it down and acts on it; None for a firm without a row,
    and where Stripe is off: there nothing is gated.

    Raises Unavailable, with nothing changed, when Stripe does not answer.
    """
    if not stripe.is_on():
        return None
    with in_public(), transaction.atomic():
        row = Subscription.objects.select_for_update().filter(firm_id=firm.id).first()
        if row is None:
            return None
        was = (row.status, row.past_due_since)
        if row.customer_id:
            _fetch(row, at=at)
        _act_on(row, firm, at=at)
        with within(firm):
            if row.status != was[0]:
                audit.record(
                    "subscription.changed", by=None, at=at, was=was[0], now=row.status, plan=row.plan
                )
            if row.past_due_since and not was[1]:
                notices.payment_failed(row, at=at)
    return row


def _fetch(row: Subscription, *, at: datetime) -> None:
    assert row.customer_id
    states = stripe.states_of(row.customer_id, known=row.subscription_id or "")
    row.checked_at = at
    if not states:
        if row.subscription_id:
            # Another account's key, or a customer removed by hand: never a reason to lock a firm out.
            log.error("subscription %s of firm %s is not at Stripe", row.subscription_id, row.firm_id)
        row.save()
        return
    for second in states[1:]:
        if {states[0].status, second.status} <= {"active", "trialing", "past_due"}:
            log.error("firm %s subscribed twice; %s is ended", row.firm_id, second.id)
            stripe.cancel_second(second.id)
    invoices = stripe.invoices_of(row.customer_id)
    _write(row, states[0], invoices, stripe.customer(row.customer_id), at=at)
    _write_invoices(row, invoices)
    if row.stands:
        PlanCheckout.objects.filter(firm_id=row.firm_id, ended_at=None).update(ended_at=at)


def _write(row: Subscription, now: stripe.State, invoices: list[stripe.Invoice], payer: stripe.Customer, *, at: datetime) -> None:  # fmt: skip
    open_ones = [one for one in invoices if one.subscription == now.id and one.status == "open"]
    retries = [one.retry_at for one in open_ones if one.retry_at is not None]
    row.subscription_id, row.status, row.item_id = now.id, now.status, now.item
    row.plan = plan_of_price(now.price) or row.plan
    row.interval, row.seats = now.price.interval, now.seats
    row.amount, row.currency = now.price.amount, now.price.currency
    row.period_ends_at, row.ends_at, row.ended_at = now.period_ends_at, now.ends_at, now.ended_at
    row.has_card, row.credit = bool(now.default_method) or payer.has_card, payer.credit
    row.retry_at = min(retries, default=None)
    if now.status == Status.PAST_DUE:
        row.past_due_since = row.past_due_since or at
    elif now.status != Status.UNPAID:
        row.past_due_since = None
    row.save()


def plan_of_price(price: stripe.Price) -> str:
    """The plan that a price belongs to, by what we made, else by its product's id; empty for a stranger's price."""
    known = PlanPrice.objects.filter(price_id=price.id).first()
    if known is not None:
        return known.plan
    prefix, _, key = price.product.partition("_")
    return key if prefix == stripe.MARK and plans.plan_of(key) else ""


def _write_invoices(row: Subscription, invoices: list[stripe.Invoice]) -> None:
    PlanInvoice.objects.bulk_create(
        [
            PlanInvoice(
                firm_id=row.firm_id, invoice_id=one.id, number=one.number, status=one.status, total=one.total,
                tax=one.tax, amount_due=one.amount_due, currency=one.currency, issued_at=one.issued_at,
                page_url=one.page_url, pdf_url=one.pdf_url,
            )
            for one in invoices
        ],
        update_conflicts=True,
        unique_fields=["invoice_id"],
        update_fields=["number", "status", "total", "tax", "amount_due", "page_url", "pdf_url"],
    )  # fmt: skip


# what follows from it


def _act_on(row: Subscription, firm: FirmRef, *, at: datetime) -> None:
    """Entitlements, the long notice before erasing, the letters that are due, and when to look again."""
    standing = standing_of(row, at=at)
    turned = _entitle(firm, standing, at=at)
    erasure = _notice(firm, standing, at=at)
    with within(firm):
        if turned:
            audit.record("firm.read_only" if standing.read_only else "firm.writable", by=None, at=at, why=standing.why)  # fmt: skip
            (notices.read_only_now if standing.read_only else notices.writable_again)(
                row, standing, erasure, at=at
            )
        notices.write_due(row, standing, erasure, at=at)
        _plan_next(row, standing, erasure, at=at)


def _entitle(firm: FirmRef, standing: Standing, *, at: datetime) -> bool:
    """Writes what the firm may use; whether it turned read-only, or back."""
    row = Entitlement.objects.select_for_update().get(firm_id=firm.id)
    if standing.limits is not None:
        row.seats, row.students = standing.limits.seats, standing.limits.students
        row.texts_a_month, row.storage_bytes = standing.limits.texts_a_month, standing.limits.storage_bytes
    turned = standing.read_only != (row.read_only_since is not None)
    if turned:
        row.read_only_since = at if standing.read_only else None
    row.save()
    return turned


def _notice(firm: FirmRef, standing: Standing, *, at: datetime) -> Erasure | None:
    known = Erasure.objects.filter(firm_id=firm.id, called_off_at=None).first()
    if not standing.read_only:
        if known is not None:
            known.called_off_at = at
            known.save(update_fields=["called_off_at"])
        return None
    return known or Erasure.objects.create(
        firm_id=firm.id, reason=standing.why, planned_at=at, erase_on=(at + NOTICE).date()
    )


def _plan_next(row: Subscription, standing: Standing, erasure: Erasure | None, *, at: datetime) -> None:
    """When the clock alone changes something next."""
    moments = notices.moments(standing, erasure)
    if standing.until is not None:
        moments.append(standing.until)
    if row.status == Status.PAST_DUE and row.retry_at is not None:
        moments.append(row.retry_at + AGAIN)
    coming = [moment for moment in moments if moment > at]
    if coming:
        due.plan(CHECK, "", due_at=min(coming))
    else:
        due.settle(CHECK, "")


def look_again(keys: Sequence[str], at: datetime) -> None:
    """The clock has come to where something changes. Without an answer from Stripe nobody is locked out: later again."""
    if not stripe.is_on():
        due.plan(CHECK, "", due_at=at + timedelta(days=1))
        return
    try:
        if bring_up_to_date(current_firm(), at=at) is None:
            due.settle(CHECK, *keys)
    except (Unavailable, Refused) as problem:
        log.warning("Stripe gives no answer about firm %s: %s", current_firm().id, problem)
        due.plan(CHECK, "", due_at=at + AGAIN)


def act_on_events(keys: Sequence[str], at: datetime) -> None:
    """Acts on what Stripe told of this firm; what it cannot act on now stays due."""
    firm = current_firm()
    with in_public():
        events = list(PlanEvent.objects.filter(firm_id=firm.id, pk__in=keys, done_at=None))
    if events:
        try:
            bring_up_to_date(firm, at=at)
        except Unavailable:
            return
        except Refused as problem:
            log.error("Stripe refuses to say how firm %s stands: %s", firm.id, problem)
    with in_public():
        PlanEvent.objects.filter(pk__in=[event.pk for event in events]).update(done_at=at)
    due.settle(EVENT, *keys)


# every night


def lift_limits() -> int:
    """Where Stripe is off nothing is gated: takes back every limit; how many firms had one."""
    if stripe.is_on():
        return 0
    with in_public(), transaction.atomic():
        changed = 0
        for row in Entitlement.objects.exclude(seats=None, students=None, texts_a_month=None, storage_bytes=None, read_only_since=None):  # fmt: skip
            row.seats = row.students = row.texts_a_month = row.storage_bytes = row.read_only_since = None
            row.save()
            changed += 1
    return changed


def reconcile(*, at: datetime, again: bool = False) -> Reconciliation | None:
    """Compares every subscription at Stripe with our rows, both ways, and puts right what differs.

    Once a day; `again` does it over. None when it was done already or Stripe is off. Raises Unavailable.
    """
    if not stripe.is_on():
        return None
    on = at.astimezone(UTC).date()
    with in_public():
        try:
            with transaction.atomic():
                if again:
                    Reconciliation.objects.filter(on=on).delete()
                report = Reconciliation.objects.create(on=on, began_at=at)
        except IntegrityError:
            return None
        try:
            _compare(report, at=at)
        except (Unavailable, Refused):
            report.delete()
            raise
        report.ended_at = at
        report.save()
    for sentence in report.open_questions:
        log.warning("reconciliation: %s", sentence)
    log.info("reconciliation: %d compared, %d mended", report.compared, len(report.mended))
    return report


def _compare(report: Reconciliation, *, at: datetime) -> None:
    rows = {row.customer_id or "": row for row in Subscription.objects.exclude(customer_id=None)}
    tax = TaxRate.objects.filter(ended_at=None).values_list("rate_id", flat=True).first() or ""
    seen: dict[str, list[stripe.State]] = {}
    for state in stripe.all_states():
        seen.setdefault(state.customer, []).append(state)
    for customer, states in seen.items():
        if customer not in rows:
            live = [state for state in states if state.status not in {"canceled", "incomplete_expired"}]
            report.open_questions += [
                f"Subscription {state.id} at Stripe belongs to no firm." for state in live
            ]
    for customer, row in rows.items():
        report.compared += 1
        if row.subscription_id and customer not in seen:
            report.open_questions.append(
                f"Firm {row.firm_id}: its subscription {row.subscription_id} is not at Stripe."
            )
            continue
        _mend(report, row, at=at)
        for state in seen.get(customer, []):
            if state.status in {"active", "trialing", "past_due"} and state.tax_rates != (
                (tax,) if tax else ()
            ):
                stripe.set_tax(state.id, tax, key=f"tax-{state.id}-{tax or 'none'}-{at:%Y%m%d}")


FIELDS = ("subscription_id", "status", "plan", "interval", "seats", "amount", "period_ends_at", "ends_at", "retry_at", "has_card")  # fmt: skip


def _mend(report: Reconciliation, row: Subscription, *, at: datetime) -> None:
    firm = firm_by_id(UUID(str(row.firm_id)))
    if firm is None:
        return
    now = bring_up_to_date(firm, at=at)
    if now is None:
        return
    was, is_ = ({name: str(getattr(one, name)) for name in FIELDS} for one in (row, now))
    if was != is_:
        changed = [name for name in FIELDS if was[name] != is_[name]]
        report.mended.append({"firm": str(row.firm_id), "was": {name: was[name] for name in changed}, "is": {name: is_[name] for name in changed}})  # fmt: skip

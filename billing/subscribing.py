"""Subscribing, and changing plan or seats. Each call to Stripe that could cost money has its key in the database first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from billing import keeping, plans, use
from billing.models import (
    STANDING,
    PlanChange,
    PlanCheckout,
    PlanPrice,
    PortalSetting,
    Status,
    Subscription,
    TaxRate,
)
from billing.plans import Plan
from billing.providers import stripe
from billing.providers.stripe import Preview, Refused, Unavailable
from tenants import due
from tenants.places import FirmRef, current_firm, in_public, within

# Stripe takes a trial's end only when it is at least two days away; an hour is for the way there.
LEAST_TRIAL = timedelta(days=2, hours=1)


class CannotSubscribe(Exception):
    """What was chosen cannot be had; the message is a sentence for the owner."""


@dataclass(frozen=True)
class Choice:
    plan: Plan
    interval: str
    seats: int

    @property
    def amount(self) -> int:
        """What a whole period costs, before tax."""
        return self.plan.price(self.interval) * self.seats


def tax_rate() -> TaxRate | None:
    with in_public():
        return TaxRate.objects.filter(ended_at=None).first()


def subscription() -> Subscription | None:
    """The current firm's row."""
    return Subscription.objects.filter(firm_id=current_firm().id).first()


def _price_of(choice: Choice) -> PlanPrice:
    price = PlanPrice.objects.filter(plan=choice.plan.key, interval=choice.interval, current=True).first()
    if price is None:
        raise CannotSubscribe(
            _("Plans are not set up at Stripe yet. Please tell whoever runs this installation.")
        )
    return price


def check_fits(choice: Choice, *, at: datetime) -> None:
    """Raises CannotSubscribe when the plan is too small for what the current firm has."""
    problems = use.too_small(choice.plan, choice.seats, use.use(at=at))
    if problems:
        raise CannotSubscribe(" ".join(problems))


def _row(firm: FirmRef) -> Subscription:
    """The firm's row, locked. A firm that was free of charge gets one when it subscribes."""
    row, _new = Subscription.objects.get_or_create(firm_id=firm.id)
    return Subscription.objects.select_for_update().get(pk=row.pk)


def checkout(choice: Choice, *, by: User, at: datetime) -> str:
    """The address of Stripe's page on which the current firm subscribes; the same page while it is open.

    Raises CannotSubscribe, Refused, and Unavailable, after which asking again repeats the same calls.
    """
    check_fits(choice, at=at)
    firm, language = current_firm(), get_language() or "en"
    with in_public():
        customer = customer_of(firm, by=by, language=language)
        opened = _checkout(firm, choice, at=at)
        if not opened.url:
            rate = TaxRate.objects.filter(ended_at=None).first()
            session = stripe.open_session(
                customer=customer, price=opened.price_id, seats=opened.seats, tax_rate=rate.rate_id if rate else "",
                trial_end=opened.trial_ends_at, success_url=firm.url("/plan/?back=1"), cancel_url=firm.url("/plan/"),
                language=language, subject=f"firm:{firm.id}", key=opened.idempotency_key,
            )  # fmt: skip
            opened.session_id, opened.url = session.id, session.url
            opened.save(update_fields=["session_id", "url"])
    audit.record("subscription.checkout", by=by, at=at, plan=choice.plan.key, seats=choice.seats)
    return opened.url


def customer_of(firm: FirmRef, *, by: User, language: str) -> str:
    """The firm's customer at Stripe, made the first time. Raises CannotSubscribe for a firm that has a plan."""
    with transaction.atomic():
        row = _row(firm)
        if row.stands:
            raise CannotSubscribe(_("Your firm has a plan already. You can change it here."))
    if row.customer_id:
        return row.customer_id
    made = stripe.new_customer(name=firm.name, email=by.email or "", language=language, firm=str(firm.id), key=row.customer_key)  # fmt: skip
    Subscription.objects.filter(pk=row.pk).update(customer_id=made)
    return made


def _checkout(firm: FirmRef, choice: Choice, *, at: datetime) -> PlanCheckout:
    """The open page for this choice, if it still is one, else a new row; a page for another choice is closed first."""
    price = _price_of(choice)
    known = PlanCheckout.objects.filter(firm_id=firm.id, ended_at=None).first()
    if known is not None:
        same = (known.price_id, known.seats) == (price.price_id, choice.seats)
        if same and not known.session_id:
            return known
        now = stripe.session(known.session_id) if known.session_id else None
        if now is not None and now.status == "open" and same:
            return known
        if now is not None and now.status == "complete":
            # Paid this moment, and Stripe's word of it is still on its way.
            keeping.bring_up_to_date(firm, at=at)
            raise CannotSubscribe(_("Your firm has a plan already. You can change it here."))
        if now is not None and now.status == "open":
            stripe.expire(now.id)
        PlanCheckout.objects.filter(pk=known.pk).update(ended_at=at)
    row = Subscription.objects.get(firm_id=firm.id)
    rest = row.trial_ends_at if row.trial_ends_at and row.trial_ends_at - at >= LEAST_TRIAL else None
    with transaction.atomic():
        return PlanCheckout.objects.create(
            firm_id=firm.id, plan=choice.plan.key, interval=choice.interval, seats=choice.seats,
            price_id=price.price_id, trial_ends_at=rest, opened_at=at,
        )  # fmt: skip


def portal() -> str:
    """Stripe's page for the card, the invoices and cancelling. Raises CannotSubscribe, Refused or Unavailable."""
    row, firm = subscription(), current_firm()
    if row is None or not row.customer_id:
        raise CannotSubscribe(_("There is nothing at Stripe yet: choose a plan first."))
    with in_public():
        setting = (
            PortalSetting.objects.order_by("-made_at").values_list("configuration_id", flat=True).first()
        )
        return stripe.portal(customer=row.customer_id, configuration=setting or "", back=firm.url("/plan/"), language=get_language() or "en")  # fmt: skip


# changing plan or seats


def _changeable(choice: Choice, row: Subscription | None, *, at: datetime) -> Subscription:
    if row is None or row.status not in STANDING:
        raise CannotSubscribe(_("Your firm has no plan yet: choose one first."))
    if row.status in {Status.PAST_DUE, Status.UNPAID}:
        raise CannotSubscribe(_("A payment is open. Please settle it first; then change the plan."))
    if row.status == Status.PAUSED:
        raise CannotSubscribe(_("The plan is paused. Please start it again first; then change it."))
    if (row.plan, row.interval, row.seats) == (choice.plan.key, choice.interval, choice.seats):
        raise CannotSubscribe(_("That is what you have now."))
    check_fits(choice, at=at)
    return row


def preview(choice: Choice, *, at: datetime) -> Preview:
    """What the change costs today, asked of Stripe and not computed here. Raises CannotSubscribe, Refused, Unavailable."""
    row = _changeable(choice, subscription(), at=at)
    if row.status == Status.TRIALING:
        return Preview(credit=0, charge=0, tax=0, total=0, due=0, currency=choice.plan.currency)
    with in_public():
        price = _price_of(choice)
    return stripe.preview(row.subscription_id or "", item=row.item_id, price=price.price_id, seats=choice.seats, at=at)  # fmt: skip


def change(choice: Choice, *, key: UUID, shown_at: datetime, by: User, at: datetime) -> None:
    """Makes the change that was shown, counted from the second it was shown for; the same `key` makes it once.

    Raises CannotSubscribe, Refused (a card that fails: nothing changed) and Unavailable.
    """
    firm = current_firm()
    if _made(firm, key):
        return
    row = _changeable(choice, subscription(), at=at)
    with in_public():
        made, _new = PlanChange.objects.get_or_create(
            pk=key,
            defaults={
                "firm_id": firm.id, "plan": choice.plan.key, "interval": choice.interval, "seats": choice.seats,
                "price_id": _price_of(choice).price_id, "prorated_at": shown_at, "asked_by": by.pk, "asked_at": at,
            },
        )  # fmt: skip
        if made.firm_id != firm.id:
            raise CannotSubscribe(_("Please look at the change again before you confirm it."))
        try:
            stripe.change(
                row.subscription_id or "", item=row.item_id, price=made.price_id, seats=made.seats,
                at=made.prorated_at, key=made.idempotency_key,
            )  # fmt: skip
        except Refused as problem:
            PlanChange.objects.filter(pk=key).update(refused=str(problem))
            raise
        except Unavailable:
            with within(firm):
                due.plan(keeping.CHECK, "", due_at=at + timedelta(minutes=2))
            raise
        PlanChange.objects.filter(pk=key).update(made_at=at)
    audit.record("subscription.changed_by", by=by, at=at, plan=choice.plan.key, interval=choice.interval, seats=choice.seats)  # fmt: skip
    keeping.bring_up_to_date(firm, at=at)


def _made(firm: FirmRef, key: UUID) -> bool:
    with in_public():
        return PlanChange.objects.filter(pk=key, firm_id=firm.id, made_at__isnull=False).exists()


def start_again(*, by: User, at: datetime) -> None:
    """A paused plan goes on. Raises CannotSubscribe, Refused or Unavailable."""
    row, firm = subscription(), current_firm()
    if row is None or row.status != Status.PAUSED:
        raise CannotSubscribe(_("The plan is not paused."))
    stripe.resume(row.subscription_id or "", key=f"resume-{row.subscription_id}-{at:%Y%m%d%H%M}")
    audit.record("subscription.resumed", by=by, at=at)
    keeping.bring_up_to_date(firm, at=at)


@dataclass(frozen=True)
class Charge:
    """What is charged next, and when. `taken` is what a credit pays of it; `due` is what is left."""

    at: datetime
    amount: int
    tax: int
    taken: int
    due: int
    currency: str


def next_charge(row: Subscription) -> Charge | None:
    """None when nothing more will be charged by itself."""
    if (
        row.status not in {Status.ACTIVE, Status.TRIALING, Status.PAST_DUE}
        or row.ends_at
        or not row.period_ends_at
    ):
        return None
    rate, amount = tax_rate(), row.amount * row.seats
    tax = int((amount * rate.percent / 100).quantize(Decimal(1), ROUND_HALF_UP)) if rate else 0
    taken = min(row.credit, amount + tax)
    return Charge(row.period_ends_at, amount, tax, taken, amount + tax - taken, row.currency)


def choice_of(plan: str, interval: str, seats: int) -> Choice | None:
    found = plans.plan_of(plan)
    return Choice(found, interval, seats) if found and interval in plans.INTERVALS and seats > 0 else None

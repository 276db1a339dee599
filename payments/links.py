"""Addresses where something can be paid without signing in: stable, and revocable."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from payments import paying, subjects
from payments.models import Checkout, PayLink
from payments.subjects import Due
from tenants.places import current_firm


def link_for(subject: str, *, at: datetime) -> PayLink:
    """The subject's link: the one that is valid, else a new one. Raises UnknownSubject."""
    subjects.kind_of(subject)
    try:
        with transaction.atomic():
            link, _new = PayLink.objects.valid().get_or_create(subject=subject, defaults={"made_at": at})
    except IntegrityError:
        link = PayLink.objects.valid().get(subject=subject)
    return link


def revoke(subject: str, *, at: datetime) -> None:
    """Nobody pays through the subject's link any more; the next one is another."""
    PayLink.objects.valid().filter(subject=subject).update(revoked_at=at)


def ask(link: PayLink, due: Due, *, language: str, at: datetime) -> Checkout:
    """A page at Stripe for what is due now. Raises what `paying.ask` raises."""
    kind, _pk = subjects.kind_of(link.subject)
    return paying.ask(
        link.subject, name=f"{subjects.describe(link.subject)}, {current_firm().name}", amount=due.amount,
        currency=due.currency, success_url=f"{link.url}?paid=1", cancel_url=link.url, language=language,
        email=due.contact.email if due.contact else "", bank=kind.bank, at=at,
    )  # fmt: skip

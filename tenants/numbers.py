"""Which number a firm texts from, and which firm a texted number belongs to."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tenants.hosts import reference
from tenants.models import Firm, ProviderAddress
from tenants.places import FirmRef, current_firm, in_public


def own_number() -> str | None:
    """The current firm's number, if it has one."""
    return (
        ProviderAddress.objects.filter(firm_id=current_firm().id, kind="number")
        .values_list("address", flat=True)
        .first()
    )


def give_number(firm: FirmRef) -> str | None:
    """Gives the firm the first of the platform's numbers that nobody has; None when none is left."""
    with in_public():
        taken = set(ProviderAddress.objects.filter(kind="number").values_list("address", flat=True))
        for number in settings.TWILIO_NUMBERS:
            if number in taken:
                continue
            try:
                with transaction.atomic():
                    ProviderAddress.objects.create(firm_id=firm.id, kind="number", address=number)
            except IntegrityError:  # another firm was given it this moment
                continue
            return number
    return None


def note_account(account_id: str) -> None:
    """This Stripe account is the current firm's. Raises IntegrityError when it is another's."""
    ProviderAddress.objects.create(firm_id=current_firm().id, kind="stripe", address=account_id)


def firm_of_account(account_id: str) -> FirmRef | None:
    """The firm whose Stripe account an event is about."""
    return _firm_at("stripe", account_id)


def firm_of_number(number: str) -> FirmRef | None:
    """The firm that was texted: found by the number texted to, never by a guess."""
    return _firm_at("number", number)


def _firm_at(kind: str, address: str) -> FirmRef | None:
    with in_public():
        row = ProviderAddress.objects.filter(kind=kind, address=address).first()
        firm = Firm.objects.filter(pk=row.firm_id).select_related("entitlement").first() if row else None
    return reference(firm) if firm else None


class NumberTaken(Exception):
    """Another firm texts from this number; the message is a sentence."""


def take_number(number: str) -> None:
    """Texts to this number are the current firm's from now on. Raises NumberTaken."""
    firm_id = current_firm().id
    if ProviderAddress.objects.filter(firm_id=firm_id, kind="number", address=number).exists():
        return
    try:
        with transaction.atomic():
            ProviderAddress.objects.create(firm_id=firm_id, kind="number", address=number)
    except IntegrityError:
        raise NumberTaken(_("Another firm texts from this number.")) from None

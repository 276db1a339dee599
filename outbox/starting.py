"""How somebody who has said STOP gets texts again: by START from their own phone, never by a box or a button of ours."""

from __future__ import annotations

from django.utils.translation import gettext as _

from outbox.models import Consent
from tenants.numbers import own_number
from web.phones import say_phone

STOPPED = frozenset({"text", "provider"})


def was_stopped(number: str) -> bool:
    """Whether the last word about this number is a STOP that was texted, to us or to the provider."""
    word = Consent.objects.standing(number) if number else None
    return word is not None and not word.given and word.how in STOPPED


def how_to_start(*, known: bool) -> str:
    """What to do to get texts again. `known`: the reader is whose number it is; to anybody else nothing is said of it."""
    ours = own_number()
    to = say_phone(ours) if ours else _("the number our texts came from")
    if known:
        return _("You ended our texts with STOP. To get them again, text START to %(number)s from your phone.") % {"number": to}  # fmt: skip
    return _("If you ever ended our texts with STOP, text START to %(number)s from your phone; the box alone does not bring them back.") % {"number": to}  # fmt: skip

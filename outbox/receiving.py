"""Texts that come in, and what the provider reports of those that left."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from outbox import sending
from outbox.models import RANK, Channel, Inbound, Message, allow, withdraw
from outbox.signals import delivery_changed, text_received, text_taken
from tenants.places import current_firm
from web.phones import say_phone

# Twilio answers its English list itself and says so in OptOutType; every other form is ours to honour.
STOP_WORDS = {
    "stop", "stopall", "stop all", "unsubscribe", "end", "quit", "cancel", "revoke", "optout", "opt out",
    "alto", "parar", "pare", "basta", "detener", "cancelar", "terminar", "baja", "no mas", "no mas mensajes",
    "please stop", "stop please", "stop texting me", "please stop texting me", "no more texts", "remove me",
    "deje de escribirme", "dejen de escribirme", "no me escriban", "no me manden mensajes",
}  # fmt: skip
START_WORDS = {"start", "unstop", "yes start", "comenzar", "iniciar", "empezar"}
HELP_WORDS = {"help", "info", "ayuda"}


def simple(text: str) -> str:
    """Lower case, without accents, marks and extra spaces: “¡Alto!” is “alto”."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join("".join(letter if letter.isalnum() else " " for letter in plain).split())


def meaning(text: str) -> str:
    """`stop`, `start`, `help`, or nothing."""
    words = simple(text)
    if words in STOP_WORDS:
        return "stop"
    if words in START_WORDS:
        return "start"
    return "help" if words in HELP_WORDS else ""


def language_of(number: str, text: str) -> str:
    """The language of an opt-out word if it is Spanish, else of the last text to this number."""
    if simple(text) in STOP_WORDS | START_WORDS | HELP_WORDS:
        spanish = ("alto", "par", "basta", "det", "cancelar", "terminar", "baja", "no mas", "no me", "dej", "comenzar", "iniciar", "empezar", "ayuda")  # fmt: skip
        if simple(text).startswith(spanish):
            return "es"
    last = Message.objects.filter(recipient=number, channel=Channel.SMS).order_by("-written_at").first()
    return last.language if last else current_firm().language


@transaction.atomic
def receive(*, provider_id: str, number: str, to: str, body: str, media: list[Any], opt_out: str, at: datetime) -> Inbound | None:  # fmt: skip
    """Takes in one text, once. `opt_out` is Twilio's OptOutType: with it Twilio has answered already."""
    inbound, new = Inbound.objects.get_or_create(
        provider_id=provider_id, defaults={"number": number, "to": to, "body": body, "media": media, "at": at}
    )
    if not new:
        return None
    meant = opt_out.lower() if opt_out else meaning(body)
    if meant == "stop":
        withdraw(number, how="text", at=at)
    elif meant == "start":
        allow(number, how="text", at=at, wording=body, version="start")
    if meant in {"stop", "start", "help"}:
        if not opt_out:
            answer(inbound, meant, at=at)
    else:
        made = [
            result
            for _receiver, result in text_received.send(sender=Inbound, inbound=inbound, at=at)
            if result
        ]
        meant = made[0] if made else ""
    inbound.meant = meant
    inbound.save(update_fields=["meant"])
    text_taken.send(sender=Inbound, inbound=inbound, at=at)
    return inbound


def answer(inbound: Inbound, meant: str, *, at: datetime) -> None:
    firm = current_firm()
    language = language_of(inbound.number, inbound.body)
    with translation.override(language):
        if meant == "stop":
            text = _(
                "%(firm)s: You will get no more texts. If you have a call booked, it stands. Text START to get texts again."
            )
        elif meant == "start":
            text = _("%(firm)s: You will get texts again. Text STOP to end them.")
        else:
            text = _(
                "%(firm)s: We text about your calls with us. Questions? Call %(phone)s. Text STOP to end texts."
            )
        words = text % {"firm": firm.name, "phone": say_phone(firm.phone or inbound.to)}
    sending.write(
        meant, subject=f"inbound:{inbound.pk}", channel=Channel.SMS, to=inbound.number,
        words=sending.Words(words), due_at=at, at=at, zone=firm.zone, language=language, answers=True,
    )  # fmt: skip


@transaction.atomic
def delivery(*, provider_id: str, status: str, error: str, at: datetime) -> bool:
    """Moves a message's delivery forward. Reports repeat and arrive out of order: it never goes back."""
    message = Message.objects.select_for_update().filter(provider_id=provider_id).first()
    if message is None:
        return False
    if RANK.get(status, 0) <= RANK.get(message.delivery, 0):
        return True
    message.delivery, message.delivery_error = status, error
    message.save(update_fields=["delivery", "delivery_error"])
    if error == "21610":
        withdraw(message.recipient, how="provider", at=at)
    delivery_changed.send(sender=Message, message=message, at=at)
    return True

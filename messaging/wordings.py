"""The words of texts: ours in English and Spanish, or the firm's own with fields to fill in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from messaging import wording
from messaging.models import Wording
from outbox.segments import plain
from tenants.places import current_firm
from web.dates import say_when

FIELDS = ("firm", "advocate", "when", "how", "link", "book")
_FIELD = re.compile(r"\{(\w*)\}")
ENDS = {"en": wording.STOP_SENTENCES[0], "es": wording.STOP_SENTENCES[1]}


@dataclass(frozen=True)
class Kind:
    """A text that may be worded anew."""

    name: str
    label: Any
    ours: str
    fields: tuple[str, ...]
    ends: bool = True  # with the sentence that says how to end texts


CALL = ("firm", "advocate", "when", "how", "link")
KINDS = {
    kind.name: kind
    for kind in (
        Kind("booked", gettext_lazy("A call was booked"), gettext_noop("%(firm)s: Call with %(advocate)s %(when)s, %(how)s. Reply C to confirm, R to change, X to call off. STOP ends texts."), CALL),
        Kind("reminder", gettext_lazy("Reminder of a call"), gettext_noop("%(firm)s: Reminder: call with %(advocate)s %(when)s, %(how)s. Reply C to confirm, R to change, X to call off. STOP ends texts."), CALL),
        Kind("reminder-close", gettext_lazy("Reminder when it is too late to change a call"), gettext_noop("%(firm)s: Reminder: call with %(advocate)s %(when)s, %(how)s. Reply C to confirm. To change it, please call us. STOP ends texts."), CALL),
        Kind("moved", gettext_lazy("A call was moved"), gettext_noop("%(firm)s: Your call is now %(when)s, %(how)s, with %(advocate)s. Reply C to confirm, R to change, X to call off. STOP ends texts."), CALL),
        Kind("called-off", gettext_lazy("A call was called off"), gettext_noop("%(firm)s: The call on %(when)s is called off. To book again: %(book)s"), ("firm", "advocate", "when", "how", "book"), ends=False),
        Kind("check-in", gettext_lazy("A friendly check-in"), gettext_noop("%(firm)s: Hello, it is %(advocate)s. How are things going? Just answer this text. STOP ends texts."), ("firm", "advocate")),
    )
}  # fmt: skip


def _ending(language: str) -> str:
    return ENDS.get(language, ENDS["en"])


def own(kind: str, language: str) -> str:
    """The firm's own words without the sentence that says how to end texts, or nothing."""
    return Wording.objects.filter(kind=kind, language=language).values_list("body", flat=True).first() or ""


def ours(kind: str, language: str) -> str:
    """Our words in that language with {fields}, without the sentence that says how to end texts."""
    with translation.override(language):
        words = _(KINDS[kind].ours)
    return re.sub(r"%\((\w+)\)s", r"{\1}", words).removesuffix(_ending(language)).strip()


def say(kind: str, language: str, facts: dict[str, str]) -> str:
    """The text of a kind: the firm's words or ours, filled in, with the one sentence that says how to end texts.

    `facts` has a value for each field of the kind.
    """
    body = own(kind, language)
    if not body:
        with translation.override(language):
            return _(KINDS[kind].ours) % facts
    return f"{fill(body, facts)} {_ending(language)}" if KINDS[kind].ends else fill(body, facts)


def fill(body: str, facts: dict[str, str]) -> str:
    return _FIELD.sub(lambda found: facts.get(found[1], ""), body)


def wrong(kind: str, body: str) -> list[str]:
    """Why these words may not be used, as sentences; none when they may."""
    allowed = KINDS[kind].fields
    found = [
        _("{%(field)s} is not a field of this text. It may hold: %(fields)s.")
        % {"field": name, "fields": ", ".join(f"{{{one}}}" for one in allowed)}
        for name in _FIELD.findall(body)
        if name not in allowed
    ]
    if "{firm}" not in body:
        found.append(_("Begin with {firm}, so that they know who writes."))
    return found + [finding.text for finding in wording.lint(_FIELD.sub(" ", body), strict=True)]


def sample(language: str) -> dict[str, str]:
    """Facts to show a text with."""
    firm = current_firm()
    with translation.override(language):
        return {
            "firm": firm.name, "advocate": "Ana", "when": say_when(timezone.now() + timedelta(days=1), firm.zone, style="brief"),
            "how": _("phone"), "link": firm.url("/b/3fK9…/"), "book": firm.url("/book/"),
        }  # fmt: skip


def preview(kind: str, language: str, body: str) -> str:
    """What a family would get."""
    ending = f" {_ending(language)}" if KINDS[kind].ends else ""
    return plain(fill(body, sample(language)) + ending)

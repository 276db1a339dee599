"""How sending goes at this firm: what waits, what left last, what failed and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Max, Min
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from messaging.models import Picture
from outbox import reasons, sending
from outbox.models import Channel, Consent, MailStop, Message, Registration, State
from outbox.providers import twilio
from tenants import throttle
from tenants.places import current_firm
from web.forms import Form, PhoneField
from web.ids import new_id

LATE_AFTER = timedelta(minutes=2)
LOOK_BACK = timedelta(days=7)
TESTS_A_DAY = 10


@dataclass(frozen=True)
class Health:
    """The state of sending at a moment."""

    waiting: int
    oldest_due_at: datetime | None
    late: bool
    last_sent: list[tuple[Any, datetime | None]]
    failed: list[Message]
    unknown: list[Message]
    held: list[Message]
    stops: list[MailStop]
    pictures_lost: int
    set_up: list[tuple[str, Any, Any]]  # status, what, words

    @property
    def kind(self) -> str:
        return "late" if self.late else "soon" if self.unknown or self.failed else "ok"


def health(*, at: datetime) -> Health:
    due = Message.objects.filter(state__in=[State.DUE, State.LEASED, State.SENDING], due_at__lte=at)
    oldest = due.aggregate(first=Min("due_at"))["first"]
    sent = dict(
        Message.objects.filter(state=State.SENT).values_list("channel").annotate(last=Max("sent_at")).order_by()
    )  # fmt: skip
    recent = Message.objects.filter(written_at__gt=at - LOOK_BACK).order_by("-written_at")
    failed = recent.filter(state=State.FAILED) | recent.filter(delivery__in=["failed", "undelivered"])
    return Health(
        waiting=due.count(),
        oldest_due_at=oldest,
        late=oldest is not None and at - oldest > LATE_AFTER,
        last_sent=[(label, sent.get(channel)) for channel, label in Channel.choices],
        failed=list(failed[:20]),
        unknown=list(Message.objects.filter(state=State.UNKNOWN).order_by("-attempted_at")[:20]),
        held=list(recent.filter(state=State.SUPPRESSED).exclude(reason__in=reasons.TAKEN_BACK)[:20]),
        stops=list(MailStop.objects.filter(lifted_at=None).order_by("-at")[:50]),
        pictures_lost=Picture.objects.filter(
            state=Picture.State.FAILED, received__inbound__at__gt=at - LOOK_BACK
        ).count(),
        set_up=set_up(),
    )


def set_up() -> list[tuple[str, Any, Any]]:
    """What is on and what is off, and what that means."""
    firm = current_firm()
    found = [
        ("ok", _("E-mail"), _("Turned on"))
        if settings.EMAIL_IS_ON
        else ("late", _("E-mail"), _("Not set up here: nothing is mailed."))
    ]
    who = twilio.account()
    if not (who.sid and who.token):
        found.append(("soon", _("Texts"), _("Not set up here: families get e-mails.")))
    elif not (who.number or who.service):
        found.append(("late", _("Texts"), _("This firm has no number to text from.")))
    elif who.registration != Registration.VERIFIED:
        found.append(("late", _("Texts"), _("Held back until the carriers have registered your sender.")))
    elif not firm.texts_on:
        found.append(("soon", _("Texts"), _("Off until the owner confirms an e-mail address.")))
    else:
        found.append(("ok", _("Texts"), _("Turned on")))
    found.append(
        ("ok", _("Virus scanning"), _("Turned on"))
        if settings.CLAMD
        else ("soon", _("Virus scanning"), _("Off: papers are made safe to view, but not scanned."))
    )
    return found


class HealthTestForm(Form):
    """Where a test goes."""

    channel = forms.ChoiceField(label=gettext_lazy("How"), choices=Channel.choices, widget=forms.RadioSelect, initial=Channel.EMAIL)  # fmt: skip
    number = PhoneField(
        label=gettext_lazy("Your mobile number, for a text"), required=False,
        help_text=gettext_lazy("An e-mail goes to your own address."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or {}
        number = filled.get("number", "")
        if filled.get("channel") == Channel.SMS and not self.errors:
            word = Consent.objects.standing(number) if number else None
            if not number:
                self.add_error("number", _("Type the number the text should go to."))
            elif word is not None and not word.given:
                self.add_error("number", _("Texts to this number were ended, so no test goes there either."))
        return filled


def send_test(channel: str, number: str, *, by: User, at: datetime) -> Message | None:
    """A message through the very path that reminders take; None when there have been enough for today."""
    if not throttle.may("test message", str(by.pk), limit=TESTS_A_DAY, within=timedelta(days=1), at=at):
        return None
    firm = current_firm()
    title = _("A test from %(firm)s") % {"firm": firm.name}
    facts = {
        "firm": firm, "title": title, "language": get_language() or "en", "link": firm.url("/health/"),
        "text": _("If you read this, your messages leave and arrive."), "button": _("Open the health page"),
    }  # fmt: skip
    if channel == Channel.SMS:
        words = sending.Words(
            _("%(firm)s: This is a test. Texts work. STOP ends texts.") % {"firm": firm.name}
        )
    else:
        words = sending.Words(
            body=render_to_string("mail/link.txt", facts).strip() + "\n",
            html=render_to_string("mail/link.html", facts),
            title=title,
        )
    audit.record("test.sent", by=by, at=at, channel=channel)
    return sending.write(
        "test", subject=f"test:{by.pk}", occurrence=str(new_id()), channel=channel,
        to=number if channel == Channel.SMS else by.email or "", words=words, due_at=at, at=at, zone=firm.zone,
        language=get_language() or "en", answers=True,
    )  # fmt: skip

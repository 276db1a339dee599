"""Rows in, messages out. Never lost, never knowingly repeated.

A row goes due → leased → sending → sent, each step committed. The step to *sending* is committed
before the provider is called, so a worker that dies leaves a row of which we know that we do not know:
it becomes *unknown* and is sent again only when the provider's own list says that it never got it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from outbox import segments
from outbox.hours import LEAST_BEFORE_EVENT, Hours, next_opening, text_time
from outbox.models import Channel, MailStop, Message, Registration, State, may_text, stop_mail
from outbox.providers import mail, twilio
from outbox.providers.outcome import Answer, Outcome
from outbox.signals import delivery_changed
from tenants import due, throttle
from tenants.models import Entitlement
from tenants.places import current_firm

log = logging.getLogger("roundtable.outbox")

DUE, RECONCILE = "outbox.send", "outbox.reconcile"
LEASE = timedelta(seconds=60)
FRESH = timedelta(minutes=10)  # an answer is one for so long after the act
TRIES = 8
TEXTS_A_DAY_A_NUMBER = 12
TEXTS_A_DAY_A_FIRM = 1000


@dataclass(frozen=True)
class Words:
    """What one message says, in its recipient's language."""

    body: str
    title: str = ""
    html: str = ""
    attachments: Sequence[dict[str, str]] = ()


def write(
    kind: str,
    *,
    subject: str,
    channel: str,
    to: str,
    words: Words,
    due_at: datetime,
    at: datetime,
    zone: ZoneInfo,
    language: str = "en",
    occurrence: str = "",
    event_at: datetime | None = None,
    answers: bool = False,
    hours: Hours = Hours(),  # noqa: B008 (frozen)
) -> Message:
    """Writes a message and its due-work row in the caller's transaction; writing it twice is once.

    `zone` is the recipient's; `event_at` is what a reminder is about. A message that `answers` an act
    of the last minutes leaves at once; any other waits for the sending hours.
    """
    when: datetime | None = due_at
    reason = ""
    if not answers and channel == Channel.SMS:
        when = text_time(due_at, zone=zone, now=at, event=event_at, hours=hours)
        reason = "" if when else "no allowed minute was left before it was due"
    message = Message(
        kind=kind,
        subject=subject,
        occurrence=occurrence,
        recipient=to,
        channel=channel,
        language=language,
        title=words.title,
        body=words.body,
        html=words.html,
        attachments=list(words.attachments),
        answers=answers,
        due_at=when or due_at,
        timezone=str(zone),
        event_at=event_at,
        written_at=at,
        state=State.DUE if when else State.SUPPRESSED,
        reason=reason,
        segments=segments.count(words.body)[0] if channel == Channel.SMS else None,
    )
    # One statement that loses to a row already written, where asking first would take four.
    Message.objects.bulk_create([message], ignore_conflicts=True)
    written = Message.objects.get(
        kind=kind, subject=subject, occurrence=occurrence, recipient=to, channel=channel
    )
    made, message = written.pk == message.pk, written
    if made and message.state == State.DUE:
        due.plan(DUE, str(message.pk), due_at=message.due_at)
        if message.due_at <= at:
            from outbox.tasks import send_now
            from tenants.tasks import run_later

            run_later(send_now, keys=[str(message.pk)])
    return message


def call_off(*, subject: str, reason: str) -> None:
    """What is still waiting about this subject is not sent."""
    waiting = Message.objects.filter(subject=subject, state__in=[State.DUE, State.LEASED], answers=False)
    keys = [str(key) for key in waiting.values_list("pk", flat=True)]
    waiting.update(state=State.SUPPRESSED, reason=reason, leased_until=None)
    due.settle(DUE, *keys)


_guards: list[Callable[..., str]] = []


def guard(reason: Callable[..., str]) -> None:
    """Registers a question that is asked of every message before it leaves, in an app's `ready()`.

    `reason(message, at=…)` answers why the message must not leave, or nothing; it looks at `message.subject`
    first and asks the database only about its own.
    """
    if reason not in _guards:
        _guards.append(reason)


def held_back(message: Message, *, at: datetime) -> str:
    """Why this message may not leave now, or nothing."""
    for reason in _guards:
        if said := reason(message, at=at):
            return said
    firm = current_firm()
    if message.kind == "code" and at >= message.written_at + FRESH:
        return "the code has lapsed"
    if message.kind == "reminder" and message.event_at and at >= message.event_at:
        return "what it reminds of has begun"
    if message.channel == Channel.EMAIL:
        return mail_held_back(message)
    who = twilio.account()
    if not (who.sid and who.token):
        return "texts are not set up here"
    if who.registration != Registration.VERIFIED:
        return "the firm's sender is not registered with the carriers"
    if not firm.texts_on:
        return "the owner's address is not confirmed yet, so the firm sends e-mail only"
    if not message.answers and not may_text(message.recipient):
        return "nobody has agreed to texts at this number"
    day = timedelta(days=1)
    # Sign-in codes have a limit of their own, so that a stranger who asks for them uses up no reminder.
    if (
        message.kind != "code"
        and throttle.count("texts to", message.recipient, within=day, at=at) >= TEXTS_A_DAY_A_NUMBER
    ):
        return "this number has had its texts for today"
    if throttle.count("texts of", str(firm.id), within=day, at=at) >= TEXTS_A_DAY_A_FIRM:
        return "the firm has sent its texts for today"
    caps = [cap for cap in (who.monthly_cap, None if who.is_own else texts_of_plan()) if cap is not None]
    if caps and message.kind != "code" and segments_this_month(at=at) >= min(caps):
        return "the firm's texts for this month are used up"
    return ""


def texts_of_plan() -> int | None:
    """Segments a month that the firm's plan pays for; an account of the firm's own has no such limit."""
    rows = Entitlement.objects.filter(firm_id=current_firm().id)
    return rows.values_list("texts_a_month", flat=True).first()


def mail_held_back(message: Message) -> str:
    """Why this e-mail may not leave, or nothing. A sign-in code is tried even where mail came back."""
    if not settings.EMAIL_IS_ON:
        return "e-mail is not set up here"
    if message.kind == "code":
        return ""
    stops = MailStop.objects.filter(address=message.recipient.lower(), lifted_at=None)
    reasons = set(stops.values_list("why", flat=True))
    if MailStop.Why.BOUNCED in reasons:
        return "mail to this address came back"
    if MailStop.Why.ASKED in reasons and not message.answers:
        return "they asked for no more mail of this kind"
    return ""


def segments_this_month(*, at: datetime) -> int:
    """Segments that left since the month began by the firm's clock."""
    began = at.astimezone(current_firm().zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sent = Message.objects.filter(channel=Channel.SMS, sent_at__gte=began, sent_at__lte=at)
    return sent.aggregate(n=Sum("segments"))["n"] or 0


def waits_until(message: Message, *, at: datetime) -> datetime | None:
    """When a text that was late may leave instead of now, or None when the sending hours let it go."""
    if message.channel != Channel.SMS or (message.answers and at < message.written_at + FRESH):
        return None
    opening = next_opening(at, message.zone)
    return opening if opening > at else None


def lease(keys: Sequence[str], *, at: datetime) -> list[Message]:
    """Takes the rows that are due and free. A row that was being sent when its worker died becomes unknown."""
    with transaction.atomic():
        rows = list(
            Message.objects.filter(pk__in=keys, state__in=[State.DUE, State.LEASED, State.SENDING])
            .select_for_update(skip_locked=True)
            .order_by("due_at")
        )
        free = [row for row in rows if row.leased_until is None or row.leased_until <= at]
        lost = [row for row in free if row.state == State.SENDING]
        for row in lost:
            _unknown(row, "the worker ended while it was being sent", at=at)
        ready = [row for row in free if row.state != State.SENDING and row.due_at <= at]
        Message.objects.filter(pk__in=[row.pk for row in ready]).update(
            state=State.LEASED, leased_until=at + LEASE
        )
    return ready


def _unknown(message: Message, reason: str, *, at: datetime) -> None:
    Message.objects.filter(pk=message.pk).update(state=State.UNKNOWN, reason=reason, leased_until=None)
    due.settle(DUE, str(message.pk))
    if message.channel == Channel.SMS:
        due.plan(RECONCILE, str(message.pk), due_at=at + timedelta(minutes=2))


def deliver(keys: Sequence[str], at: datetime) -> int:
    """Sends what is due of these rows; the number that left."""
    left = 0
    for message in lease(keys, at=at):
        left += _send(message, at=at)
    # Keys whose message has gone, been called off or been settled elsewhere are due no more.
    waiting = set(
        str(key)
        for key in Message.objects.filter(
            pk__in=keys, state__in=[State.DUE, State.LEASED, State.SENDING]
        ).values_list("pk", flat=True)
    )
    due.settle(DUE, *[key for key in keys if key not in waiting])
    return left


def _send(message: Message, *, at: datetime) -> bool:
    reason = held_back(message, at=at)
    if reason:
        Message.objects.filter(pk=message.pk, state=State.LEASED).update(
            state=State.SUPPRESSED, reason=reason, leased_until=None
        )
        _tell_of(message, at=at)
        return False
    later = waits_until(message, at=at)
    if later:
        return _put_off(message, later)
    # Committed before the call. A STOP that came since the lease has changed the state, and wins.
    began = Message.objects.filter(pk=message.pk, state=State.LEASED).update(
        state=State.SENDING, attempted_at=at, attempts=message.attempts + 1, leased_until=at + LEASE
    )
    if not began:
        return False
    message.attempts += 1
    provider = twilio if message.channel == Channel.SMS else mail
    answer = provider.send(message)
    if message.channel == Channel.SMS and answer.outcome in {Outcome.SENT, Outcome.UNKNOWN}:
        if message.kind != "code":
            throttle.note("texts to", message.recipient, at=at)
        throttle.note("texts of", str(current_firm().id), at=at)
    settle_answer(message, answer, at=at)
    return answer.outcome == Outcome.SENT


@transaction.atomic
def _put_off(message: Message, later: datetime) -> bool:
    """It is night where the recipient is: it leaves when the hours open, if that is in time; False, for not sent."""
    row = Message.objects.filter(pk=message.pk, state=State.LEASED)
    if message.event_at and later > message.event_at - LEAST_BEFORE_EVENT:
        row.update(state=State.SUPPRESSED, reason="no allowed minute is left", leased_until=None)
    elif row.update(state=State.DUE, due_at=later, leased_until=None):
        due.plan(DUE, str(message.pk), due_at=later)
    return False


@transaction.atomic
def settle_answer(message: Message, answer: Answer, *, at: datetime) -> None:
    """Writes down what the provider said."""
    row = Message.objects.filter(pk=message.pk)
    if answer.outcome == Outcome.SENT:
        # The words of a sign-in code are of no use once it has left.
        kept: dict[str, Any] = {"title": "", "body": "", "html": ""} if message.kind == "code" else {}
        row.update(
            state=State.SENT, sent_at=at, provider_id=answer.provider_id, reason="", leased_until=None, **kept
        )
        due.settle(DUE, str(message.pk))
    elif answer.outcome == Outcome.UNKNOWN:
        _unknown(message, answer.reason, at=at)
    elif answer.outcome == Outcome.AGAIN and message.attempts < TRIES:
        again = at + min(timedelta(seconds=15 * 2**message.attempts), timedelta(minutes=30))
        row.update(state=State.DUE, due_at=again, reason=answer.reason, leased_until=None)
        due.plan(DUE, str(message.pk), due_at=again)
    else:
        row.update(state=State.FAILED, reason=answer.reason, delivery_error=answer.code, leased_until=None)
        due.settle(DUE, str(message.pk))
        if answer.dead_address:
            stop_mail(message.recipient, why=MailStop.Why.BOUNCED, said=answer.reason, at=at)
        _tell_of(message, at=at)
        if answer.opted_out:
            from outbox.models import withdraw

            withdraw(message.recipient, how="provider", at=at)


def _tell_of(message: Message, *, at: datetime) -> None:
    """What an app does about a message that will not leave, such as going by another way."""
    message.refresh_from_db()
    delivery_changed.send(sender=Message, message=message, at=at)


def reconcile(keys: Sequence[str], at: datetime) -> None:
    """Asks the provider's own list about messages of which nobody knows whether they left."""
    for message in Message.objects.filter(pk__in=keys, state=State.UNKNOWN, channel=Channel.SMS):
        found = twilio.find(message)
        if found is None:
            due.plan(RECONCILE, str(message.pk), due_at=at + timedelta(minutes=5))
            continue
        with transaction.atomic():
            if found.outcome == Outcome.SENT:
                settle_answer(message, found, at=at)
            else:
                Message.objects.filter(pk=message.pk).update(state=State.DUE, reason="", leased_until=None)
                due.plan(DUE, str(message.pk), due_at=at)
            due.settle(RECONCILE, str(message.pk))
    unknown = {
        str(k) for k in Message.objects.filter(pk__in=keys, state=State.UNKNOWN).values_list("pk", flat=True)
    }
    due.settle(RECONCILE, *[key for key in keys if key not in unknown])

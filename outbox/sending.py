"""Rows in, messages out. Never lost, never knowingly repeated.

A row goes due → leased → sending → sent, each step committed. The step to *sending* is committed
before the provider is called, so a worker that dies leaves a row of which we know that we do not know:
it becomes *unknown* and is sent again only when the provider's own list says that it never got it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from outbox import pace, reasons, segments
from outbox.allowed import FRESH, Batch, guard, guard_batch, narrow, segments_this_month
from outbox.hours import LEAST_BEFORE_EVENT, Hours, text_time
from outbox.models import Channel, MailStop, Message, State, stop_mail
from outbox.providers import mail, twilio
from outbox.providers.outcome import Answer, Outcome
from outbox.signals import delivery_changed
from tenants import due

__all__ = [
    "Words",
    "call_off",
    "deliver",
    "guard",
    "guard_batch",
    "narrow",
    "plan_again",
    "reconcile",
    "segments_this_month",
    "take_back",
    "write",
]

log = logging.getLogger("roundtable.outbox")

DUE, RECONCILE = "outbox.send", "outbox.reconcile"
LEASE = timedelta(seconds=60)
# How often what surely did not leave is tried again: about a day, without the nights in which no text may leave. A
# reminder only while there is time to go another way.
TRIES = 54
LONGEST_PAUSE = timedelta(minutes=30)
TELL_AFTER = 3  # tries
PORTION = 50  # rows taken at once: a worker that waits for a slow provider holds few
LONGEST_WAIT = timedelta(seconds=20)  # for the sender's turn; what is later is put off


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
        reason = "" if when else reasons.NO_MINUTE_BEFORE
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


def plan_again(message: Message) -> None:
    """Has a message that was held back wait for its time once more. It has never left: that is for the caller to know."""
    held = Message.objects.filter(pk=message.pk, state=State.SUPPRESSED)
    if held.update(state=State.DUE, reason="", leased_until=None):
        message.state, message.reason = State.DUE, ""
        due.plan(DUE, str(message.pk), due_at=message.due_at)


def take_back(messages: QuerySet[Message], *, reason: str) -> None:
    """Those of these that still wait are not sent."""
    waiting = messages.filter(state__in=[State.DUE, State.LEASED], answers=False)
    keys = [str(key) for key in waiting.values_list("pk", flat=True)]
    waiting.update(state=State.SUPPRESSED, reason=reason, leased_until=None)
    due.settle(DUE, *keys)


def call_off(*, subject: str, reason: str, at: datetime) -> None:
    """What is still waiting about this subject is not sent, nor what a STOP holds back, should texts be allowed again."""
    about = Message.objects.filter(subject=subject)
    take_back(about, reason=reason)
    about.filter(
        state=State.SUPPRESSED, reason__in=[reasons.TEXTS_ENDED, reasons.GOES_BY_TEXT], due_at__gt=at
    ).update(reason=reason)


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
            _unknown(row, reasons.WORKER_ENDED, at=at)
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
    left, began = 0, time.monotonic()
    for start in range(0, len(keys), PORTION):
        messages = sorted(
            lease(keys[start : start + PORTION], at=at), key=lambda row: (not row.answers, row.due_at)
        )
        batch = Batch.of(messages, at=at) if messages else None
        for message in messages:
            assert batch
            left += _send(message, batch, began=began)
    # Keys whose message has gone, been called off or been settled elsewhere are due no more.
    waiting = set(
        str(key)
        for key in Message.objects.filter(
            pk__in=keys, state__in=[State.DUE, State.LEASED, State.SENDING]
        ).values_list("pk", flat=True)
    )
    due.settle(DUE, *[key for key in keys if key not in waiting])
    return left


def _send(message: Message, batch: Batch, *, began: float) -> bool:
    at = batch.at
    reason = batch.held_back(message)
    if reason:
        Message.objects.filter(pk=message.pk, state=State.LEASED).update(
            state=State.SUPPRESSED, reason=reason, leased_until=None
        )
        _tell_of(message, at=at)
        return False
    later = batch.waits_until(message)
    if later:
        return _put_off(message, later)
    by_text = message.channel == Channel.SMS
    if by_text and batch.account.per_second:
        # Not `at`, when this portion began: a worker that is behind would let the rest go all at once.
        now = at + timedelta(seconds=time.monotonic() - began)
        moment = pace.next_moment(batch.account.per_second, at=now)
        if moment > at + LONGEST_WAIT:
            return _put_off(message, moment)
        time.sleep((moment - now).total_seconds())
    # Committed before the call. A STOP that came since the lease has changed the state, and wins.
    taken = Message.objects.filter(pk=message.pk, state=State.LEASED).update(
        state=State.SENDING, attempted_at=at, attempts=message.attempts + 1, leased_until=at + LEASE
    )
    if not taken:
        return False
    message.attempts += 1
    answer = twilio.send(message, batch.account) if by_text else mail.send(message)
    if by_text and answer.outcome in {Outcome.SENT, Outcome.UNKNOWN}:
        batch.left(message)
    settle_answer(message, answer, at=at)
    return answer.outcome == Outcome.SENT


@transaction.atomic
def _put_off(message: Message, later: datetime) -> bool:
    """It is night where the recipient is: it leaves when the hours open, if that is in time; False, for not sent."""
    row = Message.objects.filter(pk=message.pk, state=State.LEASED)
    if message.event_at and later > message.event_at - LEAST_BEFORE_EVENT:
        row.update(state=State.SUPPRESSED, reason=reasons.NO_MINUTE, leased_until=None)
    elif row.update(state=State.DUE, due_at=later, leased_until=None):
        due.plan(DUE, str(message.pk), due_at=later)
    return False


def settle_answer(message: Message, answer: Answer, *, at: datetime) -> None:
    """Writes down what the provider said. The due-work row of one that left is for the caller to settle."""
    if answer.outcome == Outcome.SENT:
        # One statement is a transaction by itself.
        _left(message, answer, at=at)
    else:
        _did_not_leave(message, answer, at=at)


def _left(message: Message, answer: Answer, *, at: datetime) -> None:
    # The words of a sign-in code are of no use once it has left.
    kept: dict[str, Any] = {"title": "", "body": "", "html": ""} if message.kind == "code" else {}
    Message.objects.filter(pk=message.pk).update(
        state=State.SENT, sent_at=at, provider_id=answer.provider_id, reason="", leased_until=None, **kept
    )


@transaction.atomic
def _did_not_leave(message: Message, answer: Answer, *, at: datetime) -> None:
    row = Message.objects.filter(pk=message.pk)
    if answer.outcome == Outcome.UNKNOWN:
        _unknown(message, answer.reason, at=at)
    elif answer.outcome == Outcome.AGAIN and (again := _next_try(message, at=at)):
        # Its due time stays, so that everybody sees how long it has waited.
        row.update(state=State.DUE, reason=answer.reason, leased_until=again)
        due.plan(DUE, str(message.pk), due_at=again)
        if message.attempts == TELL_AFTER:
            _tell_of(message, at=at)
    else:
        row.update(state=State.FAILED, reason=answer.reason, delivery_error=answer.code, leased_until=None)
        due.settle(DUE, str(message.pk))
        if answer.dead_address:
            stop_mail(message.recipient, why=MailStop.Why.BOUNCED, said=answer.reason, at=at)
        _tell_of(message, at=at)
        if answer.opted_out:
            from outbox.models import withdraw

            withdraw(message.recipient, how="provider", at=at)


def _next_try(message: Message, *, at: datetime) -> datetime | None:
    """When a message that did not leave is tried again; None when that would be too late."""
    again = at + min(timedelta(seconds=15 * 2 ** min(message.attempts, 10)), LONGEST_PAUSE)
    until = message.event_at - LEAST_BEFORE_EVENT if message.event_at else None
    if message.kind == "code":
        until = message.written_at + FRESH
    if message.attempts >= TRIES or (until and again >= until):
        return None
    return again


def _tell_of(message: Message, *, at: datetime) -> None:
    """What an app does about a message that will not leave, such as going by another way, or that has tried for a while."""
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

"""Whether a message may leave, and when. What many messages ask of the database is asked once for a batch of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Sum

from outbox import reasons
from outbox.hours import Hours, next_opening
from outbox.models import Channel, MailStop, Message, Registration, State, agreed_numbers
from outbox.providers import twilio
from tenants.models import Entitlement
from tenants.places import current_firm

FRESH = timedelta(minutes=10)  # an answer is one for so long after the act
DAY = timedelta(days=1)
TEXTS_A_DAY_A_NUMBER = 12
TEXTS_A_DAY_A_FIRM = 1000

# Why some of these messages must not leave, by their keys.
Guard = Callable[..., Mapping[UUID, str]]
_guards: list[Guard] = []
_singly: list[Callable[..., str]] = []
_hours: list[Callable[[Collection[str]], Mapping[str, Hours]]] = []


def guard(reason: Callable[..., str]) -> None:
    """Registers a question that is asked of every message before it leaves, in an app's `ready()`.

    `reason(message, at=…)` answers why the message must not leave, or nothing; it looks at `message.subject`
    first and asks the database only about its own.
    """
    if reason not in _singly:
        _singly.append(reason)


def guard_batch(reasons_of: Guard) -> None:
    """Like `guard`, for an app with many messages: `reasons_of(messages, at=…)` is asked of a batch and answers by key."""
    if reasons_of not in _guards:
        _guards.append(reasons_of)


def narrow(hours_of: Callable[[Collection[str]], Mapping[str, Hours]]) -> None:
    """Registers who knows in which hours people at these numbers want texts; numbers without a wish are left out."""
    if hours_of not in _hours:
        _hours.append(hours_of)


def segments_this_month(*, at: datetime) -> int:
    """Segments that left since the month began by the firm's clock."""
    began = at.astimezone(current_firm().zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return _left(began, at).aggregate(n=Sum("segments"))["n"] or 0


def _left(since: datetime, until: datetime) -> QuerySet[Message]:
    """Texts that left, or may have left, after one moment and until another."""
    return Message.objects.filter(
        channel=Channel.SMS, state__in=[State.SENT, State.UNKNOWN], attempted_at__gt=since, attempted_at__lte=until
    )  # fmt: skip


def cap_of(who: twilio.Account) -> int | None:
    """The most segments in a month: what the firm set itself or what its plan pays for, whichever is less; None for no cap.

    An account of the firm's own is paid by the firm, so the plan does not limit it.
    """
    if who.is_own:
        return who.monthly_cap
    plan = Entitlement.objects.filter(firm_id=current_firm().id).values_list("texts_a_month", flat=True).first()  # fmt: skip
    return min((cap for cap in (who.monthly_cap, plan) if cap is not None), default=None)


@dataclass
class Batch:
    """What is known of messages that are about to leave. `left` keeps its counts while they do."""

    at: datetime
    account: twilio.Account
    said: Mapping[UUID, str]
    agreed: Collection[str]
    texted: Counter[str]
    of_firm: int
    segments: int
    cap: int | None
    hours: Mapping[str, Hours]
    stopped: Mapping[str, Collection[str]]

    @classmethod
    def of(cls, messages: Sequence[Message], *, at: datetime) -> Batch:
        """As many queries for two hundred messages as for one of each channel."""
        texts = [message for message in messages if message.channel == Channel.SMS]
        mails = [message for message in messages if message.channel == Channel.EMAIL]
        numbers = {message.recipient for message in texts}
        account = twilio.account() if texts else twilio.Account("", "")
        cap = cap_of(account) if texts else None
        found: dict[UUID, str] = {}
        for ask in _guards:
            found |= ask(messages, at=at)
        hours: dict[str, Hours] = {}
        for find in _hours if texts else ():
            for number, theirs in find(numbers).items():
                hours[number] = hours.get(number, Hours()).narrowed(theirs.opens, theirs.closes)
        today = _left(at - DAY, at)
        stopped: dict[str, set[str]] = {}
        addresses = {message.recipient.lower() for message in mails}
        for address, why in MailStop.objects.filter(address__in=addresses, lifted_at=None).values_list("address", "why") if mails else ():  # fmt: skip
            stopped.setdefault(address, set()).add(why)
        return cls(
            at=at, account=account, said=found, agreed=agreed_numbers(numbers) if texts else (),
            # Sign-in codes have a limit of their own, so that a stranger who asks for them uses up no reminder.
            texted=Counter(today.filter(recipient__in=numbers).exclude(kind="code").values_list("recipient", flat=True) if texts else ()),
            of_firm=today.count() if texts else 0, segments=segments_this_month(at=at) if cap is not None else 0, cap=cap,
            hours=hours, stopped=stopped,
        )  # fmt: skip

    def left(self, message: Message) -> None:
        """This text has left, or may have."""
        if message.kind != "code":
            self.texted[message.recipient] += 1
        self.of_firm += 1
        self.segments += message.segments or 0

    def held_back(self, message: Message) -> str:
        """Why this message may not leave now, or nothing."""
        if said := self.said.get(message.pk, ""):
            return said
        for reason in _singly:
            if said := reason(message, at=self.at):
                return said
        if message.kind == "code" and self.at >= message.written_at + FRESH:
            return reasons.CODE_LAPSED
        if message.kind == "reminder" and message.event_at and self.at >= message.event_at:
            return reasons.BEGUN
        return self._mail(message) if message.channel == Channel.EMAIL else self._text(message)

    def _mail(self, message: Message) -> str:
        """A sign-in code is tried even where mail came back."""
        if not settings.EMAIL_IS_ON:
            return reasons.MAIL_IS_OFF
        if message.kind == "code":
            return ""
        stops = self.stopped.get(message.recipient.lower(), ())
        if MailStop.Why.BOUNCED in stops:
            return reasons.MAIL_CAME_BACK
        if MailStop.Why.ASKED in stops and not message.answers:
            return reasons.NO_MORE_MAIL
        return ""

    def _text(self, message: Message) -> str:
        who, counts = self.account, message.kind != "code"
        if not (who.sid and who.token):
            return reasons.TEXTS_ARE_OFF
        if who.registration != Registration.VERIFIED:
            return reasons.NOT_REGISTERED
        if not current_firm().texts_on:
            return reasons.OWNER_NOT_CONFIRMED
        if not message.answers and message.recipient not in self.agreed:
            return reasons.NOT_AGREED
        if counts and self.texted[message.recipient] >= TEXTS_A_DAY_A_NUMBER:
            return reasons.NUMBER_HAD_ITS_TEXTS
        if self.of_firm >= TEXTS_A_DAY_A_FIRM:
            return reasons.FIRM_SENT_ITS_TEXTS
        if counts and self.cap is not None and self.segments >= self.cap:
            return reasons.MONTH_USED_UP
        return ""

    def _hours_of(self, number: str) -> Hours:
        """The firm's hours, narrowed by the person's own."""
        theirs = self.hours.get(number)
        return self.account.hours.narrowed(theirs.opens, theirs.closes) if theirs else self.account.hours

    def waits_until(self, message: Message) -> datetime | None:
        """When a text that was late may leave instead of now, or None when the sending hours let it go."""
        if message.channel != Channel.SMS or (message.answers and self.at < message.written_at + FRESH):
            return None
        opening = next_opening(self.at, message.zone, self._hours_of(message.recipient))
        return opening if opening > self.at else None

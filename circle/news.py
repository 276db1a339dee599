"""A friendly word that something is new on a child's page: at the pace each chose, by their way and in their hours,
never for nothing, and with the first name alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from circle.models import Action, CheckIn, CheckInQuestion, Pace, Post, Reader
from clients import guests, reaching
from clients.models import CareTeamMember, Contact, Guardianship, GuestGrant, Part, Student
from outbox import reasons, sending
from outbox.hours import Hours, next_opening
from outbox.models import Channel, Message
from progress.models import Strategy, StrategyResult, Win
from tenants import due
from tenants.places import current_firm

KIND = "shared-page-news"  # of due work; the key is "student:user"
SOON = timedelta(minutes=10)  # so that three things said in a row are one message
OF_THE_DAY, FRIDAY = time(16, 0), 4


@dataclass(frozen=True)
class Way:
    """How one reader is told: the channel, the number or address, whose hours and zone, in which language."""

    channel: str
    to: str
    hours: Hours
    zone: ZoneInfo
    language: str


@dataclass(frozen=True)
class News:
    """How many things of each kind are new to one reader."""

    wins: int = 0
    updates: int = 0
    questions: int = 0
    answers: int = 0
    strategies: int = 0
    agreed: int = 0
    done: int = 0
    check_ins: int = 0

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def lines(self) -> list[str]:
        """What is new, in the active language, small wins first."""
        told = (
            (self.wins, ngettext("%(n)s small win", "%(n)s small wins", self.wins)),
            (self.done, ngettext("%(n)s thing done that was agreed", "%(n)s things done that were agreed", self.done)),
            (self.updates, ngettext("%(n)s update", "%(n)s updates", self.updates)),
            (self.questions, ngettext("%(n)s question", "%(n)s questions", self.questions)),
            (self.answers, ngettext("%(n)s answer", "%(n)s answers", self.answers)),
            (self.strategies, ngettext("%(n)s note on what helps", "%(n)s notes on what helps", self.strategies)),
            (self.agreed, ngettext("%(n)s thing agreed", "%(n)s things agreed", self.agreed)),
            (self.check_ins, ngettext("%(n)s note for the next check-in", "%(n)s notes for the next check-in", self.check_ins)),
        )  # fmt: skip
        return [words % {"n": n} for n, words in told if n]


def readers(student: Student, *, at: datetime) -> QuerySet[User]:
    """Everybody who may open the page now: the family, the care team, and guests with a grant in force."""
    on = guests.local_day(at)
    family = Guardianship.objects.filter(student=student).seeing(on=on).values("contact__user")
    team = CareTeamMember.objects.filter(student=student, until=None).values("user")
    invited = GuestGrant.objects.filter(student=student).in_force(at=at).values("user")
    people = User.objects.active()
    return people.filter(pk__in=family) | people.filter(pk__in=team) | people.filter(pk__in=invited)


def pace_of(user: User) -> Combinable:
    """For a query of students: at what pace this person hears of each child's page, once a day where they chose nothing."""
    chosen = Reader.objects.filter(student=OuterRef("pk"), user=user)
    return Coalesce(Subquery(chosen.values("pace")), Value(Pace.DAILY.value))


@transaction.atomic
def set_pace(user: User, student: Student, pace: str, *, at: datetime) -> None:
    row, _made = Reader.objects.get_or_create(student=student, user=user, defaults={"told_until": at})
    if row.pace != pace:
        if row.pace == Pace.NONE:
            row.told_until = at  # what they chose not to hear of stays unsaid
        row.pace = pace
        row.save(update_fields=["pace", "told_until"])
        due.settle(KIND, f"{student.pk}:{user.pk}")


def tell(student: Student, *, by: User | None, at: datetime) -> None:
    """Something is new: each other reader is due to hear of it at their pace. Many things before that are one message."""
    rows = {row.user_id: row for row in Reader.objects.filter(student=student)}
    for person in readers(student, at=at).distinct():
        if by is not None and person.pk == by.pk:
            continue
        row = rows.get(person.pk)
        if row is None:
            Reader.objects.get_or_create(
                student=student, user=person, defaults={"told_until": at - timedelta(microseconds=1)}
            )
        pace = row.pace if row else Pace.DAILY
        if pace != Pace.NONE:
            due.plan(KIND, f"{student.pk}:{person.pk}", due_at=_next(pace, zone_of(person), at=at))


def zone_of(person: User) -> ZoneInfo:
    contact = getattr(person, "contact", None)
    if contact is not None:
        return reaching.zone_of(contact)
    return ZoneInfo(person.timezone) if person.timezone else current_firm().zone


def _next(pace: str, zone: ZoneInfo, *, at: datetime) -> datetime:
    """When a digest of this pace is due: soon, at four in the afternoon, or at four on Friday, by the reader's clock."""
    if pace == Pace.EACH:
        return at + SOON
    local = at.astimezone(zone)
    days = (FRIDAY - local.weekday()) % 7 if pace == Pace.WEEKLY else 0
    moment = datetime.combine(local.date() + timedelta(days=days), OF_THE_DAY, zone)
    if moment <= at:
        moment = datetime.combine(
            moment.date() + timedelta(days=7 if pace == Pace.WEEKLY else 1), OF_THE_DAY, zone
        )
    return moment


def new_to(person: User, student: Student, *, since: datetime, at: datetime) -> News:
    """What others did after `since` in the parts this person may see now."""
    sees = guests.parts(person, student, at=at)
    between = {"at__gt": since, "at__lte": at}
    found: dict[str, int] = {}
    if sees.may(Part.WINS):
        wins = Win.objects.filter(student=student, shared_at__gt=since, shared_at__lte=at).shared()
        found["wins"] = wins.exclude(by=person).count()
    if sees.may(Part.PAGE):
        posts = Post.objects.filter(student=student, **between).standing().exclude(by=person)
        kinds = list(posts.exclude(under__withdrawn_at__isnull=False).values_list("kind", flat=True))
        found |= {
            "updates": kinds.count(Post.Kind.UPDATE), "questions": kinds.count(Post.Kind.QUESTION),
            "answers": kinds.count(Post.Kind.ANSWER),
        }  # fmt: skip
    if sees.may(Part.STRATEGIES):
        strategies = Strategy.objects.filter(student=student, shared_at__gt=since, shared_at__lte=at)
        results = StrategyResult.objects.filter(
            strategy__student=student, strategy__shared_at__isnull=False, **between
        )
        found["strategies"] = strategies.exclude(by=person).count() + results.exclude(by=person).count()
    if sees.may(Part.CHECKINS):
        actions = Action.objects.filter(student=student).standing()
        found["agreed"] = actions.filter(**between).exclude(by=person).count()
        found["done"] = actions.filter(done_at__gt=since, done_at__lte=at).exclude(done_by=person).count()
        talks = CheckIn.objects.filter(student=student, over_at=None, **between).exclude(by=person)
        asked = CheckInQuestion.objects.filter(check_in__student=student, check_in__over_at=None, **between)
        found["check_ins"] = talks.count() + asked.exclude(by=person).count()
    return News(**found)


def ways(person: User, student: Student, *, at: datetime) -> Iterator[Way]:
    """The one way to tell this person: a family's as they prefer, anybody else's by e-mail."""
    contact: Contact | None = Contact.objects.filter(user=person).prefetch_related("points").first()
    tie = contact is not None and not guests.is_guest(person, student, at=at)
    if contact is not None and tie:
        for way in reaching.channels_for(contact, "nudge", student=student, at=at)[:1]:
            yield Way(way.channel, way.to, way.hours, reaching.zone_of(contact), contact.language)
    elif person.email:
        yield Way(Channel.EMAIL, person.email, Hours(), zone_of(person), person.language)


def say(keys: list[str], at: datetime) -> None:
    """Due work: writes each digest that is due, when there is news and the reader may still look."""
    for key in keys:
        with transaction.atomic():
            _say(key, at=at)
            due.settle(KIND, key)


def _say(key: str, *, at: datetime) -> Message | None:
    student_id, _colon, user_id = key.partition(":")
    row = (
        Reader.objects.select_for_update(of=("self",))
        .filter(student=UUID(student_id), user=UUID(user_id))
        .exclude(pace=Pace.NONE)
        .select_related("student", "user")
        .first()
    )
    if row is None:
        return None
    student, person = row.student, row.user
    found = new_to(person, student, since=row.told_until, at=at)
    way = next(ways(person, student, at=at), None)
    if not found or way is None:
        return None
    row.told_until = at
    row.save(update_fields=["told_until"])
    return sending.write(
        "shared-news", subject=f"shared-page:{row.pk}", occurrence=at.isoformat(), channel=way.channel,
        to=way.to, words=words(found, student, way), due_at=next_opening(at, way.zone, way.hours), at=at,
        zone=way.zone, language=way.language, hours=way.hours,
    )  # fmt: skip


def words(found: News, student: Student, way: Way) -> sending.Words:
    """What is new by number, and the way there; nothing of what was written. A mail says the first name, a text no name."""
    firm = current_firm()
    with translation.override(way.language):
        lines = found.lines()
        link = firm.url(f"/shared/{student.pk}/")
        title = _("News on %(name)s’s page") % {"name": student.given_name}
        if way.channel == Channel.SMS:
            text = _("%(firm)s: new on your child’s page: %(what)s. %(link)s STOP ends texts.") % {
                "firm": firm.name, "what": ", ".join(lines), "link": link
            }  # fmt: skip
            return sending.Words(text)
        facts = {
            "firm": firm, "title": title, "language": way.language, "lines": lines, "link": link,
            "win": bool(found.wins or found.done), "name": student.given_name,
        }  # fmt: skip
        return sending.Words(
            body=render_to_string("mail/shared_news.txt", facts).strip() + "\n",
            html=render_to_string("mail/shared_news.html", facts),
            title=title,
        )


def may_leave(message: Message, *, at: datetime) -> str:
    """Why a digest written earlier must not leave now, or nothing: the reader may no longer open the page."""
    if not message.subject.startswith("shared-page:"):
        return ""
    row = (
        Reader.objects.filter(pk=message.subject.partition(":")[2]).select_related("student", "user").first()
    )
    if row is None or not Student.objects.shared_with(row.user, at=at).filter(pk=row.student_id).exists():
        return reasons.NO_LONGER_SEES
    contact = Contact.objects.filter(user=row.user).first()
    if contact is None:
        return ""
    return reaching.may_still_hear(contact, message.recipient, student=row.student, at=at)

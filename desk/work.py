"""What waits for a person: dates, tasks, bookings, families nobody has named yet, in one list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, FilteredRelation, Min, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from cases.models import (
    Case,
    Concern,
    Deadline,
    EntryKind,
    Meeting,
    SchoolCalendar,
    Status,
    Task,
    TimelineEntry,
)
from cases.words import OWED_BY
from clients.models import Contact, Student
from intake.models import NotAFit
from invoices import rates, reporting
from payments.money import say
from scheduling.models import Booking
from web.access import Can
from web.calendars import RIBBON_DAYS, Ribbon, ribbon
from web.dates import say_day, say_time

SHOWN = 8
# Of what is not dated, so that it does not push the rest off the page.
FEW = 5
# Dates and tasks of the next week are shown as coming.
WEEK = timedelta(days=7)
# Older facts start yearly clocks, which nobody waits for.
LONG_AGO = timedelta(days=120)


@dataclass(frozen=True)
class Item:
    """A line of “Needs you first”. `post` marks it done at a click."""

    kind: str
    status: str
    title: str
    about: str
    text: str
    url: str
    act: str
    order: tuple[int, date]
    done_url: str = ""


@dataclass(frozen=True)
class Needs:
    """The first lines of what waits, and how much waits in all, however many lines are shown."""

    items: list[Item] = field(default_factory=list)
    all: int = 0
    late: int = 0
    due_today: int = 0

    def __add__(self, other: Needs) -> Needs:
        items = sorted(self.items + other.items, key=lambda item: item.order)[:SHOWN]
        return Needs(items, self.all + other.all, self.late + other.late, self.due_today + other.due_today)


def _first(rows: Any, shown: int = SHOWN, **counts: Q) -> tuple[list[Any], dict[str, int]]:
    """The first rows, and how many there are in all and of each of `counts`: one statement."""
    windows = {f"_{name}": Window(Count("pk", filter=only)) for name, only in counts.items()}
    found = list(rows.annotate(_all=Window(Count("pk")), **windows)[:shown])
    return found, {name: getattr(found[0], f"_{name}") if found else 0 for name in ("all", *counts)}


def _status(on: date, today: date) -> tuple[str, str]:
    days = (on - today).days
    if days < 0:
        return "late", ngettext("%(n)s day late", "%(n)s days late", -days) % {"n": -days}
    if days == 0:
        return "soon", _("Today")
    return "info", _("Tomorrow") if days == 1 else say_day(on, style="brief", today=today)


def about(student: Student) -> str:
    """ "Mateo R., grade 3"."""
    if not student.grade:
        return student.short_name
    return _("%(name)s, grade %(grade)s") % {"name": student.short_name, "grade": student.grade}


def deadlines_of(user: User, *, team: bool) -> Any:
    """Standing deadlines (a `DeadlineQuerySet`): the person's own, or all they see."""
    rows = Deadline.objects.visible_to(user).standing()
    return rows if team else rows.filter(owner=user)


@dataclass(frozen=True)
class Dates:
    """How many deadlines stand: within a week (with those late and due today), without a date for want of a fact, and
    those that a school owes by a clock that runs, with the day on which the oldest of these began."""

    near: int = 0
    late: int = 0
    due_today: int = 0
    missing: int = 0
    schools: int = 0
    oldest: date | None = None

    @classmethod
    def of(cls, rows: QuerySet[Deadline], *, today: date) -> Dates:
        """One statement, which touches no text."""
        owed = Q(due_on__gte=today, event__on__range=(today - LONG_AGO, today), owed_by__in=["school", "SEA"])
        return cls(**rows.aggregate(
            near=Count("pk", filter=Q(due_on__lte=today + WEEK)), late=Count("pk", filter=Q(due_on__lt=today)),
            due_today=Count("pk", filter=Q(due_on=today)), missing=Count("pk", filter=Q(status=Status.NEEDS_INPUT)),
            schools=Count("pk", filter=owed), oldest=Min("event__on", filter=owed),
        ))  # fmt: skip


def from_deadlines(rows: QuerySet[Deadline], dates: Dates, *, today: date) -> Needs:
    items = []
    lines = rows.select_related("case__student").defer("answers")
    near = lines.filter(due_on__lte=today + WEEK).order_by("due_on", "pk")
    for row in near[:SHOWN] if dates.near else ():
        assert row.due_on
        kind, status = _status(row.due_on, today)
        certainty = (
            "" if row.verified else " " + (_("One question first.") if row.asks else _("An estimate."))
        )
        items.append(Item(
            kind, status, row.local_title, f"{about(row.case.student)} · {OWED_BY.get(row.owed_by, '')}",
            f"{row.words.get('arithmetic', '')}{certainty}", reverse("deadline", args=[row.pk]), _("Open"),
            (0 if row.due_on <= today else 1, row.due_on), reverse("deadline-completion", args=[row.pk]),
        ))  # fmt: skip
    missing = lines.filter(status=Status.NEEDS_INPUT).order_by("made_at", "pk")
    for row in missing[:FEW] if dates.missing else ():
        items.append(Item(
            "soon", _("Missing"), row.local_title, about(row.case.student), str(row.words.get("arithmetic", "")),
            reverse("deadline", args=[row.pk]), _("Add it"), (1, today),
        ))  # fmt: skip
    return Needs(items, dates.near + dates.missing, dates.late, dates.due_today)


def from_tasks(user: User, *, team: bool, today: date) -> Needs:
    rows = Task.objects.visible_to(user).open().filter(due_on__lte=today + WEEK, case__in=Case.objects.open())  # fmt: skip
    rows = rows if team else rows.filter(owner=user)
    tasks, counts = _first(
        rows.select_related("case__student").order_by("due_on", "pk"), late=Q(due_on__lt=today)
    )
    items = [
        Item(
            *_status(task.due_on, today), task.local_title, about(task.case.student), str(task.case.get_kind_display()),
            reverse("case", args=[task.case_id]), _("Open"), (1, task.due_on), reverse("task-completion", args=[task.pk]),
        )
        for task in tasks
    ]  # fmt: skip
    return Needs(items, counts["all"], counts["late"])


def from_meetings(user: User, *, team: bool, now: datetime, today: date) -> Needs:
    """Meetings of the next two days, and those that ended without a follow-up."""
    zone = now.tzinfo
    assert zone is not None
    rows = Meeting.objects.visible_to(user).standing().select_related("case__student")
    rows = rows if team else rows.filter(advocate=user)
    items = []
    questions = Concern.objects.filter(meeting=OuterRef("pk")).values("meeting").annotate(n=Count("pk")).values("n")  # fmt: skip
    ahead, coming = _first(
        rows.filter(starts_at__gt=now, starts_at__lt=now + timedelta(days=2))
        .annotate(asked=Coalesce(Subquery(questions), 0))
        .order_by("starts_at")
    )
    for row in ahead:
        on = row.starts_at.astimezone(zone).date()
        kind, status = _status(on, today)
        text = ngettext("%(n)s question from the family.", "%(n)s questions from the family.", row.asked) % {"n": row.asked}  # fmt: skip
        items.append(Item(
            kind, say_time(row.starts_at, zone) if on == today else status,
            _("Prepare: %(meeting)s") % {"meeting": row.get_kind_display()}, about(row.case.student), text,
            reverse("meeting", args=[row.pk]), _("Open sheet"), (0 if on == today else 1, on),
        ))  # fmt: skip
    past = rows.filter(ends_at__lt=now, ends_at__gt=now - timedelta(days=14), follow_up_sent_at=None)
    ended, unwritten = _first(past.order_by("-ends_at"), FEW)
    for late in ended:
        items.append(Item(
            "soon", _("Follow up"), _("Write after: %(meeting)s") % {"meeting": late.get_kind_display()},
            about(late.case.student), say_day(late.starts_at.astimezone(zone).date()),
            reverse("meeting-follow-up", args=[late.pk]), _("Write"), (1, today),
        ))  # fmt: skip
    return Needs(items, coming["all"] + unwritten["all"])


def from_idle(user: User, *, team: bool, today: date) -> Needs:
    rows = Case.objects.visible_to(user).without_next_step().select_related("student")
    rows = rows if team else rows.filter(advocate=user)
    cases, counts = _first(rows.order_by("opened_at"), FEW)
    items = [
        Item(
            "", _("No next step"), str(case.get_kind_display()), about(case.student),
            _("Nothing says what comes next."), reverse("case-details", args=[case.pk]), _("Write it"), (2, today),
        )
        for case in cases
    ]  # fmt: skip
    return Needs(items, counts["all"])


def _news(booking: Booking) -> str:
    """What is new about a booking, and whose doing it was as far as the booking says."""
    name = booking.contact.name
    if not booking.is_standing:
        title = _("Call with %(name)s was called off") if booking.called_off_by == "staff" else _("%(name)s called off")  # fmt: skip
        return title % {"name": name}
    if booking.sequence:
        return _("Call with %(name)s was moved") % {"name": name}
    if booking.booked_by:
        return _("Call with %(name)s, booked by %(who)s") % {"name": name, "who": booking.booked_by.name}
    return _("Call booked by %(name)s") % {"name": name}


def from_front_door(user: User, *, now: datetime, today: date, zone: Any) -> Needs:
    """New bookings, and families nobody has named yet."""
    found = Needs()
    if user.can(Can.SEE_BOOKINGS):
        fresh, counts = _first(
            Booking.objects.visible_to(user)
            .filter(seen_at=None, starts_at__gte=now)
            .exclude(booked_by=user, called_off_at=None, sequence=0)
            .select_related("contact", "booked_by")
            .order_by("starts_at")
        )
        items = []
        for booking in fresh:
            items.append(Item(
                "info", _("New"), _news(booking), say_day(booking.starts_at.astimezone(zone).date()),
                "", reverse("booking", args=[booking.pk]), _("Open"), (1, today),
            ))  # fmt: skip
        found += Needs(items, counts["all"])
    if user.can(Can.SEE_STUDENTS):
        away = NotAFit.objects.filter(inquiry__contact=OuterRef("pk"))
        unnamed, counts = _first(
            Contact.objects.visible_to(user).filter(~Exists(away), confirmed_at=None).order_by("-created_at"),
            FEW,
        )
        items = [
            Item(
                "soon", _("Unconfirmed"), _("Who is %(name)s?") % {"name": contact.name},
                _("A new family, or somebody we know?"), "", reverse("contact", args=[contact.pk]), _("Check"), (1, today),
            )
            for contact in unnamed
        ]  # fmt: skip
        found += Needs(items, counts["all"])
    return found


def from_money(*, today: date) -> Needs:
    """Invoices that are overdue, the oldest first. Two queries over the ledger, so it is asked for those who look after it."""
    late = [
        (row, owed) for row, owed in reporting.open_invoices(currency=rates.currency()) if row.due_on < today
    ]
    items = [
        Item(
            *_status(row.due_on, today), _("Invoice %(number)s is overdue") % {"number": row.label}, row.bill_to,
            _("%(amount)s to pay.") % {"amount": say(owed, row.currency)}, reverse("invoice", args=[row.pk]), _("Open"), (0, row.due_on),
        )
        for row, owed in late[:FEW]
    ]  # fmt: skip
    return Needs(items, len(late), len(late))


def needs(user: User, *, team: bool, now: datetime, dates: Dates) -> Needs:
    """Everything that waits, what is late first."""
    today, zone = now.date(), now.tzinfo
    found = Needs()
    if user.can(Can.SEE_CASES):
        found += from_deadlines(deadlines_of(user, team=team), dates, today=today)
        found += from_tasks(user, team=team, today=today)
        found += from_meetings(user, team=team, now=now, today=today)
        found += from_idle(user, team=team, today=today)
    if user.can(Can.SEE_MONEY) and (team or not user.can(Can.SEE_CASES)):
        found += from_money(today=today)
    return found + from_front_door(user, now=now, today=today, zone=zone)


def agenda(user: User, *, team: bool, now: datetime) -> list[dict[str, Any]]:
    """The person's day: calls and meetings, in order."""
    zone = now.tzinfo
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    end = midnight + timedelta(days=1)
    found: list[tuple[datetime, dict[str, Any]]] = []
    if user.can(Can.SEE_BOOKINGS):
        rows = (
            Booking.objects.visible_to(user)
            .standing()
            .between(midnight, end)
            .select_related("service", "contact")
        )
        for row in rows if team else rows.filter(advocate=user) if user.can(Can.SET_OWN_HOURS) else rows:
            found.append((row.starts_at, {"title": f"{row.service.local_name}, {row.contact.name}", "text": row.service.get_format_display(), "url": reverse("booking", args=[row.pk])}))  # fmt: skip
    if user.can(Can.SEE_CASES):
        meetings = (
            Meeting.objects.visible_to(user).standing().between(midnight, end).select_related("case__student")
        )
        for meeting in meetings if team else meetings.filter(advocate=user):
            text = meeting.place
            if meeting.travel_minutes and zone:
                leave = _("Leave by %(time)s.") % {"time": say_time(meeting.leave_at, zone)}
                text = f"{text}. {leave}" if text else leave
            title = f"{meeting.get_kind_display()}, {meeting.case.student.short_name}"
            found.append((meeting.starts_at, {"title": title, "text": text, "url": reverse("meeting", args=[meeting.pk])}))  # fmt: skip
    assert zone is not None
    return [{"when": say_time(at, zone), **row} for at, row in sorted(found, key=lambda pair: pair[0])]


def cases_of(user: User, *, team: bool) -> QuerySet[Case]:
    """The person's own open cases, or all they see."""
    rows = Case.objects.visible_to(user).open()
    return rows if team else rows.filter(advocate=user)


def no_school(rows: QuerySet[Case], *, today: date) -> Collection[date]:
    """Weekdays of the next three weeks on which no school of these cases is in session."""
    end = today + timedelta(days=RIBBON_DAYS)
    # Ordered by nothing, or the order's columns would count among what must be distinct.
    districts = rows.order_by().values("student__district").distinct()
    calendars = SchoolCalendar.objects.filter(district__in=districts).annotate(
        off=FilteredRelation(
            "years__days_off",
            condition=Q(years__days_off__first_on__lte=end, years__days_off__last_on__gte=today),
        )
    )
    by_calendar: dict[Any, set[date]] = {}
    for calendar, first, last in calendars.values_list("pk", "off__first_on", "off__last_on"):
        days = by_calendar.setdefault(calendar, set())
        if first:
            days.update(first + timedelta(days=n) for n in range((last - first).days + 1))
    return set.intersection(*by_calendar.values()) if by_calendar else ()


def weeks(rows: QuerySet[Deadline], *, user: User, today: date, team: bool) -> Ribbon:
    """The ribbon: what is late, and three weeks."""
    end = today + timedelta(days=RIBBON_DAYS)
    due = list(rows.dated().filter(due_on__lt=end).values_list("due_on", flat=True).order_by("due_on"))  # type: ignore[attr-defined]
    who = "team" if team else "mine"

    def url(stretch: str) -> str:
        return f"{reverse('deadlines')}?when={stretch}&who={who}"

    return ribbon(due, today=today, url=url, off=no_school(cases_of(user, team=team), today=today))


def newest_win(user: User, *, team: bool, since: datetime) -> TimelineEntry | None:
    """The newest win of the person's own cases, or of the team's."""
    rows = TimelineEntry.objects.visible_to(user).standing()
    rows = rows if team else rows.filter(Q(case__advocate=user) | Q(recorded_by=user))
    return (
        rows.filter(kind=EntryKind.WIN, happened_at__gte=since)
        .select_related("student")
        .order_by("-happened_at")
        .first()
    )


def waiting(user: User, *, team: bool, now: datetime, dates: Dates) -> list[dict[str, Any]]:
    """What others owe: schools by the dates that run, families by the questions asked before a meeting."""
    asked = Meeting.objects.visible_to(user).standing().filter(starts_at__gt=now, prep_asked_at__isnull=False, concerns=None)  # fmt: skip
    if not team:
        asked = asked.filter(advocate=user)
    families = asked.aggregate(n=Count("pk"), oldest=Min("prep_asked_at"))
    who = "team" if team else "mine"
    found = []
    if dates.oldest:
        days = (now.date() - dates.oldest).days
        found.append({"when": _("Schools"), "title": ngettext("%(n)s date is open", "%(n)s dates are open", dates.schools) % {"n": dates.schools}, "text": ngettext("the oldest for %(n)s day", "the oldest for %(n)s days", days) % {"n": days}, "url": f"{reverse('deadlines')}?owed=school&who={who}"})  # fmt: skip
    if families["n"]:
        days = (now - families["oldest"]).days
        found.append({"when": _("Families"), "title": ngettext("%(n)s form is out", "%(n)s forms are out", families["n"]) % {"n": families["n"]}, "text": ngettext("the oldest for %(n)s day", "the oldest for %(n)s days", days) % {"n": days}, "url": f"{reverse('cases')}?who={who}"})  # fmt: skip
    return found


def headline(found: Needs) -> str:
    """ "One thing is late. Two are due today."."""
    words = []
    if found.late:
        words.append(ngettext("One thing is late.", "%(n)s things are late.", found.late) % {"n": found.late})
    if found.due_today:
        words.append(ngettext("One is due today.", "%(n)s are due today.", found.due_today) % {"n": found.due_today})  # fmt: skip
    return " ".join(words) or _("Nothing is late.")


def caseload(user: User, *, today: date) -> list[dict[str, Any]]:
    """Each advocate's open cases, dates that are late and of the next week. Three queries, however many people."""
    people: dict[Any, dict[str, Any]] = {person.pk: {"person": person, "cases": 0, "late": 0, "week": 0} for person in User.objects.advocates().order_by("name")}  # fmt: skip
    for pk, n in Case.objects.visible_to(user).open().values_list("advocate").annotate(n=Count("pk")):
        if pk in people:
            people[pk]["cases"] = n
    rows = Deadline.objects.visible_to(user).standing().dated()
    counts = rows.filter(due_on__lte=today + WEEK).values_list("owner", "due_on")
    for pk, on in counts:
        if pk in people:
            people[pk]["late" if on and on < today else "week"] += 1
    return list(people.values())


__all__ = ["agenda", "caseload", "needs", "newest_win", "waiting", "weeks"]

"""Writing sessions down: once each, checked, corrected with their history kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases import calendars
from clients.models import Student
from law.calendars import SchoolCalendar
from minutes import tally, words
from minutes.models import LONGEST, DeliveredSession, Entry, MissedSession
from reviews.models import ServiceRow
from web.dates import say_day

OLDEST = timedelta(days=365 * 10)
Written = TypeVar("Written", DeliveredSession, MissedSession)


class CannotLog(Exception):
    """What is wrong, and with which field ("" for the whole)."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class NotSure(Exception):
    """It may be right, but a person should say so: `sentences` tell what is odd."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Service:
    """A service to write a session down for: a line of the student's plans."""

    key: str
    name: str
    rows: tuple[tally.Row, ...]

    def row_on(self, on: date) -> tally.Row:
        """The row in force on a day, else the nearest."""
        inside = [row for row in self.rows if row.in_force(on)]
        return (inside or sorted(self.rows, key=lambda row: _far(row, on)))[0]

    def minutes_on(self, on: date) -> int | None:
        """Minutes of a usual session, where the plan says them."""
        row = self.row_on(on).service
        return round(row.minutes) if row.minutes and 0 < row.minutes <= 180 else None


def _far(row: tally.Row, on: date) -> int:
    return (
        min(abs((day - on).days) for day in (row.first, row.last) if day is not None) if row.first else 99_999
    )


def services_of(student: Student) -> list[Service]:
    """The services of the student's plans, newest row's name, in the order of their names."""
    found: dict[str, list[tally.Row]] = {}
    for row in tally.rows_of(student):
        found.setdefault(row.key, []).append(row)
    made = [Service(key, rows[-1].service.name, tuple(rows)) for key, rows in found.items()]
    return sorted(made, key=lambda one: one.name.casefold())


def check_day(on: date, *, today: date, field: str = "on") -> None:
    """Raises CannotLog for a day that cannot be: one to come, or one too long ago."""
    if on == today + timedelta(days=1):
        raise CannotLog(
            field,
            _("%(day)s is tomorrow. If the clock of your device is a day ahead, write today, %(today)s.")
            % {"day": say_day(on), "today": say_day(today)},
        )
    if on > today:
        raise CannotLog(
            field, _("%(day)s has not come yet.") % {"day": say_day(on, style="day", today=today)}
        )
    if on < today - OLDEST:
        raise CannotLog(field, _("That is more than ten years ago. Please check the year."))


def check_minutes(minutes: int | None, *, field: str = "minutes") -> None:
    if minutes is not None and not 1 <= minutes <= LONGEST:
        raise CannotLog(field, _("Please write between 1 and %(most)s minutes.") % {"most": LONGEST})


def doubts(
    student: Student, *, on: date, today: date, service: Service | None, minutes: int | None,
    calendar: SchoolCalendar | None, held: bool, alike: bool = False,
) -> list[str]:  # fmt: skip
    """What is odd about an entry, in sentences; nothing when all is well. `alike`: the same is written down already."""
    found = []
    if calendar is not None and calendar.is_school_day(on) is False:
        named = calendar.off_name(on)
        day = say_day(on, style="day", today=today)
        found.append(
            _("%(day)s was not a school day (%(name)s).") % {"day": day, "name": named}
            if named
            else _("%(day)s was not a school day.") % {"day": day}
        )
    if service is not None and not any(row.in_force(on) for row in service.rows):
        row = service.row_on(on)
        if row.first:
            found.append(
                _("That day lies outside the plan: %(service)s, %(dates)s.")
                % {"service": service.name, "dates": words.row(row.promise)}
            )
    if alike:
        found.append(
            _("A session of this service with the same minutes is written down for that day already.")
            if held
            else _("The same is written down for that day already.")
        )
    return found


def alike(
    model: type[Entry], student: Student, *, on: date, service: Service | None, name: str, **more: Any
) -> int:
    """How many standing entries say the same."""
    rows = model.objects.filter(student=student, on=on, **more).standing()  # type: ignore[attr-defined]
    if service is None and not name:
        return int(rows.filter(service=None, service_name="").count())
    known = {row.service.pk for row in service.rows} if service else set()
    return sum(one.service_id in known or one.service_name.casefold() == name.casefold() for one in rows)


def calendar_of(student: Student) -> SchoolCalendar | None:
    return calendars.of_district(student.district_id)


def log_session(
    student: Student, *, key: UUID, on: date, minutes: int, evidence: str, by: User, at: datetime, today: date,
    service: Service | None = None, service_name: str = "", sure: bool = False, **more: Any,
) -> DeliveredSession:  # fmt: skip
    """Writes a held session down; the same `key` again answers the row that is there.

    Args:
        today: the day in the firm's zone. sure: a person has seen the doubts.
        more: provider, setting, group_size, document, page, note, makes_up_for_on.

    Raises:
        CannotLog, NotSure.
    """
    check_minutes(minutes)
    made_up = more.get("makes_up_for_on")
    if made_up and made_up >= on:
        raise CannotLog(
            "makes_up_for_on", _("The session that was missed lies before the one that makes up for it.")
        )
    found = {"minutes": minutes, "evidence": evidence, **more}
    return _log(
        DeliveredSession, student, key=key, on=on, by=by, at=at, today=today, service=service,
        service_name=service_name, sure=sure, values=found, same={"minutes": minutes},
    )  # fmt: skip


def log_missed(
    student: Student, *, key: UUID, on: date, kind: str, evidence: str, by: User, at: datetime, today: date,
    service: Service | None = None, service_name: str = "", sure: bool = False, **more: Any,
) -> MissedSession:  # fmt: skip
    """Writes down that a session was not held, or, without a service, that a whole day was lost.

    `more`: minutes, document, page, note. Raises CannotLog, NotSure.
    """
    check_minutes(more.get("minutes"))
    return _log(
        MissedSession, student, key=key, on=on, by=by, at=at, today=today, service=service,
        service_name=service_name, sure=sure, values={"kind": kind, "evidence": evidence, **more}, same={"kind": kind},
    )  # fmt: skip


def _log(
    model: type[Written], student: Student, *, key: UUID, on: date, by: User, at: datetime, today: date,
    service: Service | None, service_name: str, sure: bool, values: dict[str, Any], same: dict[str, Any],
) -> Written:  # fmt: skip
    there = model.objects.filter(student=student, key=key).first()
    if there is not None:
        return there  # type: ignore[return-value]
    check_day(on, today=today)
    if values.get("page") and not values.get("document"):
        raise CannotLog("page", _("Please choose the paper this page belongs to."))
    held = model is DeliveredSession
    if held and service is None and not service_name:
        raise CannotLog("service", _("Please say which service it was."))
    name = service.name if service else service_name
    if not sure:
        found = doubts(
            student, on=on, today=today, service=service, minutes=values.get("minutes"), held=held,
            calendar=calendar_of(student), alike=bool(alike(model, student, on=on, service=service, name=name, **same)),
        )  # fmt: skip
        if found:
            raise NotSure(found)
    row = model(
        student=student, key=key, on=on, service=service.row_on(on).service if service else None,
        service_name=name[:300], recorded_by=by, recorded_at=at, **values,
    )  # fmt: skip
    return _save(row, by=by, at=at)


def _save(row: Written, *, by: User, at: datetime) -> Written:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(
                f"{row._meta.model_name}.added", by=by, at=at, about=row, student=str(row.student_id)
            )
    except IntegrityError:
        there = type(row).objects.filter(student=row.student_id, key=row.key).first()
        if there is None:
            raise
        return there  # type: ignore[return-value]
    return row


CHANGEABLE = (
    "on", "service", "service_name", "minutes", "provider", "setting", "group_size", "kind", "evidence", "document", "page",
    "note", "makes_up_for_on",
)  # fmt: skip


@transaction.atomic
def correct(
    row: Written, *, by: User, at: datetime, today: date, why: str, values: dict[str, Any]
) -> Written:
    """Puts a corrected row in the place of another, which stays with the reason. Raises CannotLog."""
    model = type(row)
    old = model.objects.select_for_update().get(pk=row.pk)
    if not old.stands:
        raise CannotLog("", _("This entry was corrected or struck out already. Please open the newer one."))
    fields = [name for name in CHANGEABLE if hasattr(old, name)]
    told = {name: values.get(name, getattr(old, name)) for name in fields}
    if all(told[name] == getattr(old, name) for name in fields):
        raise CannotLog("", _("Nothing is different. Change what is wrong, or go back."))
    check_day(told["on"], today=today)
    check_minutes(told.get("minutes"))
    if told.get("page") and not told.get("document"):
        raise CannotLog("page", _("Please choose the paper this page belongs to."))
    if told.get("makes_up_for_on") and told["makes_up_for_on"] >= told["on"]:
        raise CannotLog(
            "makes_up_for_on", _("The session that was missed lies before the one that makes up for it.")
        )
    _end(old, by=by, at=at, why=why)
    fresh = model(student=old.student, corrects=old, recorded_by=by, recorded_at=at, **told)
    fresh.save(force_insert=True)
    audit.record(f"{model._meta.model_name}.corrected", by=by, at=at, about=fresh, was=str(old.pk))
    return fresh


@transaction.atomic
def strike(row: Entry, *, by: User, at: datetime, why: str) -> None:
    """Takes an entry out of the count; it stays readable. Twice is once."""
    old = type(row).objects.select_for_update().get(pk=row.pk)  # type: ignore[attr-defined]
    if old.stands:
        _end(old, by=by, at=at, why=why)
        audit.record(f"{old._meta.model_name}.struck", by=by, at=at, about=old)


def _end(row: Entry, *, by: User, at: datetime, why: str) -> None:
    row.ended_by, row.ended_at, row.why = by, at, why[:200]
    row.save(update_fields=["ended_by", "ended_at", "why"])


def history(row: Written) -> list[Written]:
    """The row and what stood before it, newest first."""
    found = [row]
    while found[-1].corrects_id:
        found.append(
            type(row).objects.select_related("recorded_by", "ended_by").get(pk=found[-1].corrects_id)
        )
    return found


def service_named(name: str, services: list[Service], on: date) -> Service | None:
    """The service a name means: the same name, else the one that holds the words; those in force that day first."""
    wanted = " ".join(name.casefold().split())
    for match in (
        lambda one: one == wanted,
        lambda one: one.startswith(wanted) or wanted.startswith(one),
        lambda one: wanted in one,
    ):
        found = [one for one in services if wanted and match(" ".join(one.name.casefold().split()))]
        then = [one for one in found if any(row.in_force(on) for row in one.rows)]
        for several in (then, found):
            if len(several) == 1:
                return several[0]
    return None


MOST_OWN = 10


def own(student: Student, user: User) -> list[Entry]:
    """What this person wrote down themselves and still stands, the newest first."""
    rows: list[Entry] = []
    for model in (DeliveredSession, MissedSession):
        rows += (
            model.objects.filter(student=student, recorded_by=user)
            .standing()
            .order_by("-recorded_at")[:MOST_OWN]
        )
    return sorted(rows, key=lambda row: row.recorded_at, reverse=True)[:MOST_OWN]


def row_of(service: Service | None, on: date) -> ServiceRow | None:
    return service.row_on(on).service if service else None

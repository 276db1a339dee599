"""Minutes on paper: the table with its evidence index, and the worksheet that goes with it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import User
from clients.models import Student
from minutes import tally, words
from minutes.counting import Amount, Count
from minutes.models import DeliveredSession, Entry, MissedSession, Worksheet
from minutes.tally import Line, Table
from tenants.places import FirmRef, current_firm
from web import papers
from web.dates import say_day
from web.phones import say_phone

LANGUAGES = ("en", "es")
NONE = "–"


def minutes_pdf(
    student: Student, *, since: date, until: date, today: date, language: str, firm: FirmRef, at: datetime, notes: bool = True
) -> bytes:  # fmt: skip
    """The monthly table, each session behind it, and how it was counted. Raises web.papers.CannotBeSet.

    `notes` prints what people wrote beside their entries.
    """
    with translation.override(language):
        table = tally.table(student, start=since, end=until, today=today)
        facts = {
            **_head(firm, language),
            "title": _("Service minutes: %(name)s") % {"name": student.given_name},
            "by": _("%(days)s, as of %(today)s")
            % {"days": words.span(since, until), "today": words.day(today)},
            "intro": _disclaimer(),
            "notes": table.notes,
            "tables": [_months(line) for line in table.lines if line.shown or line.running],
            "uncounted": _uncounted(table),
            "index": _index(table, notes=notes),
            "rules": {"heading": _("How we count"), "rows": words.rules()},
        }
    return papers.set_pdf("minutes/typst/minutes.typ", facts, at=at)


def worksheet_facts(student: Student, *, since: date, until: date, today: date) -> dict[str, Any]:
    """The count of a stretch of time for the worksheet: a line a service, and what stood out in words."""
    table = tally.table(student, start=since, end=until, today=today)
    return {
        "table": table,
        "rows": [(line, line.total) for line in table.lines if line.counted],
        "seen": seen(table),
    }


def seen(table: Table) -> list[str]:
    """Facts of the count that help to write what was missed: stretches without any session, short sessions."""
    found = []
    for line in table.lines:
        longest, current = 0, 0
        first = last = began = None
        for window in line.windows:
            empty = window.count.owed.minutes > 0 and not (window.count.delivered or window.count.made_up)
            began = began if current else window.window.first
            current = current + 1 if empty else 0
            if current > longest:
                longest, first, last = current, began, window.window.last
        if longest > 1 and first and last:
            found.append(
                _("%(service)s: the longest time without a session was %(days)s.")
                % {"service": line.name, "days": words.span(first, last)}
            )
        short = sum(
            session.minutes < window.window.session_minutes
            for window in line.windows
            if window.window.session_minutes
            for session in window.sessions
        )
        if short:
            found.append(
                ngettext(
                    "%(service)s: %(n)s session was shorter than the plan says.",
                    "%(service)s: %(n)s sessions were shorter than the plan says.",
                    short,
                )
                % {"service": line.name, "n": short}
            )
        if line.total.school:
            found.append(
                _("%(service)s: for %(minutes)s a reason on the school’s side was written down.")
                % {"service": line.name, "minutes": words.minutes(line.total.school.minutes)}
            )
    return found


class SavedMeanwhile(Exception):
    """Somebody else saved the worksheet since; the message is a sentence."""


@transaction.atomic
def save_worksheet(
    student: Student,
    since: date,
    until: date,
    values: dict[str, Any],
    *,
    by: User,
    at: datetime,
    based_on: int,
) -> Worksheet:
    """Keeps what people wrote for a stretch of time.

    `based_on` is the version that the writer had before them, 0 for none. Raises SavedMeanwhile for an older one.
    """
    texts = {name: values[name] for name in ("missed", "effect", "would_help", "questions")}
    row, made = Worksheet.objects.select_for_update().get_or_create(
        student=student, from_on=since, until_on=until, defaults={**texts, "saved_by": by, "saved_at": at}
    )
    if not made:
        if row.version != based_on:
            raise SavedMeanwhile(_("Somebody else saved this worksheet while you were typing. Your words are below; theirs beside them."))  # fmt: skip
        for name, value in texts.items():
            setattr(row, name, value)
        row.version += 1
        row.saved_by, row.saved_at = by, at
        row.save()
    audit.record("worksheet.saved", by=by, at=at, about=row)
    return row


def worksheet_pdf(
    student: Student, *, since: date, until: date, today: date, language: str, firm: FirmRef, at: datetime
) -> bytes:
    """Count and qualitative part side by side; no amount stands alone. Raises web.papers.CannotBeSet."""
    row = Worksheet.objects.filter(student=student, from_on=since, until_on=until).first() or Worksheet()
    with translation.override(language):
        facts = worksheet_facts(student, since=since, until=until, today=today)
        table: Table = facts["table"]
        written = [
            (_("What was missed"), row.missed), (_("What the data show"), row.effect), (_("What would help"), row.would_help),
            (_("Questions for the team"), row.questions),
        ]  # fmt: skip
        told = {
            **_head(firm, language),
            "title": _("Worksheet for making up services: %(name)s") % {"name": student.given_name},
            "by": _("%(days)s, as of %(today)s") % {"days": words.span(since, until), "today": words.day(today)},
            "intro": _disclaimer(),
            "both": _("The count and the questions belong together. Some decisions go hour for hour; others ask what would bring the child to where the plan meant to bring them. Neither part is an answer alone."),
            "notes": table.notes,
            "count": {
                "heading": _("The count, by service"),
                "head": [_("Service"), *_heads()],
                "rows": [[line.name, *_cells(total)] for line, total in facts["rows"]],
            },
            "seen": {"heading": _("What stands out in the count"), "rows": facts["seen"]},
            "written": [{"heading": heading, "text": text, "empty": _("Not written yet.")} for heading, text in written],
            "uncounted": _uncounted(table),
            "index": _index(table, notes=True),
            "rules": {"heading": _("How we count"), "rows": words.rules()},
        }  # fmt: skip
    return papers.set_pdf("minutes/typst/worksheet.typ", told, at=at)


def _head(firm: FirmRef, language: str) -> dict[str, Any]:
    return {
        "firm": firm.name, "firm_phone": say_phone(firm.phone) if firm.phone else "", "language": language,
        "words": {"page": _("Page"), "of": _("of")},
    }  # fmt: skip


def _disclaimer() -> str:
    return _(
        "This is information, not legal advice. It counts what the plan says and what people wrote down."
    )


def _heads() -> list[str]:
    return [
        _("Owed"),
        _("Given"),
        _("Made up"),
        _("Student absent"),
        _("School closed"),
        _("Missing"),
        _("Beyond"),
    ]


def amount(found: Amount) -> str:
    """ "90 (3 ×)": minutes, with the number of sessions where they are counted."""
    if not found:
        return NONE
    return words.number(found.minutes) + (f"\u00a0({found.sessions}\u00a0×)" if found.sessions else "")


def _cells(count: Count) -> list[str]:
    return [
        amount(one)
        for one in (
            count.owed, count.delivered, count.made_up, count.student_absent, count.closed, count.shortfall, count.beyond,
        )
    ]  # fmt: skip


def _months(line: Line) -> dict[str, Any]:
    return {
        "heading": line.name,
        "said": [row.words for row in line.rows if row.words],
        "head": [_("Month"), *_heads()],
        "rows": [
            [f"{say_day(month.first, style='month').capitalize()} {month.first.year}", *_cells(month.count)] for month in line.shown
        ],
        "total": [_("Together"), *_cells(line.total)],
        "unit": _("Minutes, with the number of sessions in parentheses."),
        "running": [
            _("%(days)s is not over yet and not counted.") % {"days": window.name} for window in line.running
        ],
    }  # fmt: skip


def _uncounted(table: Table) -> dict[str, Any]:
    return {
        "heading": _("Not counted"),
        "rows": [f"{line.name}. {sentence}" for line in table.lines for sentence in line.why_not],
    }


def _index(table: Table, *, notes: bool) -> dict[str, Any]:
    """Every entry behind the numbers, numbered, with how it is known."""
    zone = current_firm().zone
    entries: list[Entry] = sorted(
        [*table.sessions, *table.missed], key=lambda entry: (entry.on, str(entry.pk))
    )
    return {
        "heading": _("Evidence index"),
        "head": [_("No."), _("Day"), _("Service"), _("Entry"), _("How it is known"), _("Written down")],
        "rows": [
            [
                str(n), words.day(entry.on), entry.service_name or _("All services"), said(entry),
                evidence(entry) + (f"\n{entry.note}" if notes and entry.note else ""),
                f"{entry.recorded_by.name}, {words.day(timezone.localdate(entry.recorded_at, zone))}",
            ]
            for n, entry in enumerate(entries, start=1)
        ],
    }  # fmt: skip


def said(entry: Entry) -> str:
    """What an entry says: "30 minutes, Ms. Park" or "The student was absent"."""
    if isinstance(entry, MissedSession):
        return str(entry.get_kind_display())
    assert isinstance(entry, DeliveredSession)
    parts = [words.minutes(entry.minutes), entry.provider]
    if entry.group_size and entry.group_size > 1:
        parts.append(_("group of %(n)s") % {"n": entry.group_size})
    if entry.makes_up_for_on:
        parts.append(_("makes up for %(day)s") % {"day": words.day(entry.makes_up_for_on)})
    return ", ".join(filter(None, parts))


def evidence(entry: Entry) -> str:
    """ "The school's log: IEP log, page 3"."""
    found = str(entry.get_evidence_display())  # type: ignore[attr-defined]
    if entry.document is not None:
        found += f": {entry.document.title}"
        if entry.page:
            found += ", " + _("page %(n)s") % {"n": entry.page}
    return found

"""The term's progress report: written from data in seconds, edited by a person, approved, sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import User
from clients import reaching
from clients.models import Contact, Student
from minutes import tally
from outbox import reasons, sending
from outbox.models import Channel, Message
from outbox.segments import plain
from progress import measures, page, school, sheets, strategies, trend, words
from progress.models import (
    Called,
    DataSheet,
    Phase,
    SchoolReport,
    Setting,
    Strategy,
    TermReport,
    Went,
    Win,
)
from progress.sheets import NotYet
from tenants.places import current_firm
from web.charts import Chart, Point, Series, data_chart, say_number
from web.dates import say_day

MOST_WINS = 6
SUBJECT = "term-report"


# --- from data ---


def write(student: Student, *, starts_on: date, ends_on: date, language: str, by: User, at: datetime) -> TermReport:  # fmt: skip
    """A new draft of the term. It shows only what home and school may read."""
    with transaction.atomic():
        report = TermReport.objects.create(
            student=student, starts_on=starts_on, ends_on=ends_on, language=language, written_by=by, written_at=at,
            facts=gather(student, starts_on=starts_on, ends_on=ends_on, language=language, at=at),
        )  # fmt: skip
        audit.record("term_report.written", by=by, at=at, about=report, student=str(student.pk))
    return report


def rewrite(report: TermReport, *, by: User, at: datetime) -> None:
    """Takes the data as it is now; sentences that a person changed stay. Raises NotYet once it is approved."""
    with transaction.atomic():
        report = _open(report)
        report.facts = gather(
            report.student, starts_on=report.starts_on, ends_on=report.ends_on, language=report.language, at=at
        )  # fmt: skip
        report.written_by, report.written_at = by, at
        report.save(update_fields=["facts", "written_by", "written_at"])
        audit.record("term_report.rewritten", by=by, at=at, about=report)


def gather(
    student: Student, *, starts_on: date, ends_on: date, language: str, at: datetime
) -> dict[str, Any]:
    """All that the report shows, as plain data, its sentences in the report's language.

    `defaults` holds the sentences a person may change, by name: opening, wins, goal:<sheet>, strategies, next.
    """
    today = min(ends_on, timezone.localdate(at, current_firm().zone))
    with translation.override(language):
        goals = _goals(student, starts_on, today)
        wins = list(Win.objects.shared().filter(student=student, happened_on__range=(starts_on, ends_on)))
        helping = _strategies(student, starts_on, ends_on)
        minutes = _minutes(student, starts_on, ends_on, today)
        defaults = {
            "opening": _opening(student, goals, wins),
            "wins": "\n".join(
                f"{win.words} ({Setting(win.setting).label}, {say_day(win.happened_on, style='bare')})"
                for win in wins[:MOST_WINS]
            ),
            **{f"goal:{goal['id']}": goal["sentence"] for goal in goals},
            "strategies": "\n".join(helping),
            "next": "\n".join(_next(goals, minutes)),
        }
    return {"goals": goals, "minutes": minutes, "defaults": defaults}


def _goals(student: Student, starts_on: date, today: date) -> list[dict[str, Any]]:
    everything = list(DataSheet.objects.filter(student=student))
    chain = sheets.chains(everything)
    current = [
        one
        for one in everything
        if one.starts_on <= today
        and (one.is_open or (one.ended_at and one.ended_at.date() >= starts_on))
        and not any(other.carries_on_id == one.pk and other.starts_on <= today for other in everything)
    ]
    keys = [key for one in current for key in chain[one.pk]]
    points = page.points_of(keys)
    phases = list(Phase.objects.filter(student=student, on__lte=today))
    reports = list(SchoolReport.objects.standing().filter(sheet__in=keys, ends_on__lte=today))
    found = []
    for sheet in current:
        seen = [one for one in page.merged(points, chain[sheet.pk]) if one.on <= today]
        drawn = [one for one in seen if one.on >= sheet.starts_on]
        values = [(one.on, one.value) for one in drawn]
        told = [row for row in reports if row.sheet_id in chain[sheet.pk]]
        robust = trend.theil_sen(values)
        own = [(one.on, one.value) for one in seen if one.setting == Setting.SCHOOL]
        doubt = school.doubt(sheet, told, own)
        relevant = sorted(row.on for row in phases if row.sheet_id in (None, sheet.pk))
        newest = max(told, key=lambda row: row.ends_on, default=None)
        found.append({
            "id": str(sheet.pk), "number": sheet.number, "name": sheet.area or _("Goal %(n)s") % {"n": sheet.number}, "text": sheet.goal_text,
            "unit": measures.unit(sheet), "sentence": _sentence(sheet, values, robust, today), "trend": words.trend_words(sheet, values, robust),
            "talk": words.talk(sheet, values), "question": doubt.question if doubt else "", "count": len(values),
            "school": f"{newest.words}" if newest else "", "called": str(Called(newest.called).label) if newest and newest.called else "",
            "start": [sheet.starts_on, sheet.baseline], "goal": [sheet.target_on, sheet.target], "phases": relevant,
            "line": [list(robust.start), list(robust.end)] if robust else None,
            "series": [[one.key, one.label, [[p.on, p.value] for p in one.points]] for one in page.series_of(drawn, told) if one.points],
        })  # fmt: skip
    return found


def _sentence(sheet: DataSheet, values: list[trend.Value], robust: trend.Trend | None, today: date) -> str:
    said = words.sentence(sheet, values, today=today)
    if robust is not None and not robust.could_be_chance and robust.slope * sheet.sign > 0:
        return said + " " + _("The numbers get better.")
    if robust is not None and not robust.could_be_chance:
        return said + " " + _("The numbers go the other way. That is worth a talk.")
    if robust is None and values:
        return said + " " + _("There are too few numbers to speak of a trend.")
    return said


def _opening(student: Student, goals: list[dict[str, Any]], wins: list[Win]) -> str:
    name = student.given_name
    said = [_("This is how %(name)s did this term, with numbers from home and school.") % {"name": name}]
    if wins:
        said.append(
            ngettext(
                "There was %(n)s small win to be glad about.", "There were %(n)s small wins to be glad about.", len(wins)
            )
            % {"n": len(wins)}
        )  # fmt: skip
    counted = sum(goal["count"] for goal in goals)
    said.append(
        ngettext(
            "Together we wrote down %(n)s number.", "Together we wrote down %(n)s numbers.", counted
        )
        % {"n": counted}
    )  # fmt: skip
    return " ".join(said)


def _strategies(student: Student, starts_on: date, ends_on: date) -> list[str]:
    """The strategies that those who used them say help, and where."""
    found = []
    rows = Strategy.objects.shared().in_use().filter(student=student, started_on__lte=ends_on)
    for row in rows.prefetch_related("results"):
        results = [one for one in row.results.all() if starts_on <= one.happened_on <= ends_on]
        if not strategies.works(results):
            continue
        helped = [one for one in results if one.went == Went.WELL]
        places = sorted({str(Setting(one.setting).label) for one in helped}, key=str.casefold)
        times = ngettext("helped %(n)s time", "helped %(n)s times", len(helped)) % {"n": len(helped)}
        found.append(f"{row.trigger}: {row.response} ({times}, {', '.join(places)})")
    return found


def _minutes(student: Student, starts_on: date, ends_on: date, today: date) -> dict[str, Any]:
    """The term's table of service minutes with the sentences that belong beside it."""
    table = tally.table(student, start=starts_on, end=ends_on, today=today)
    rows, behind = [], []
    notes = list(table.notes)
    for line in table.lines:
        total = line.total
        notes += line.why_not
        if not line.counted:
            continue
        if total.shortfall.minutes:
            behind.append(line.name)
        rows.append([
            line.name, *(say_number(amount.minutes) for amount in (total.owed, total.delivered + total.made_up, total.excused, total.shortfall)),
        ])  # fmt: skip
    return {
        "head": [_("Service, in minutes"), _("Owed"), _("Delivered"), _("Excused"), _("Missing")], "rows": rows,
        "notes": list(dict.fromkeys(notes)), "behind": behind,
        "excused": _("Excused: the student was absent, or school was closed."),
    }  # fmt: skip


def _next(goals: list[dict[str, Any]], minutes: dict[str, Any]) -> list[str]:
    """What to talk about: questions before statements."""
    said = []
    alike: dict[str, list[str]] = {}  # goals of which the same is to be said, in one line
    for goal in goals:
        if not goal["question"] and goal["talk"]:
            alike.setdefault(goal["talk"], []).append(goal["name"])
    for goal in goals:
        if goal["question"]:
            said.append(f"{goal['name']}: {goal['question']}")
        elif goal["talk"]:
            if names := alike.pop(goal["talk"], None):
                said.append(f"{', '.join(names)}: {goal['talk']}")
        elif not goal["count"]:
            said.append(_("%(goal)s: no number yet. Who can write one down each week?") % {"goal": goal["name"]})  # fmt: skip
    if minutes["behind"]:
        # Each service by its name: there is no sum over services.
        said.append(_("Not all minutes were given: %(services)s. How can they be made up?") % {"services": ", ".join(minutes["behind"])})  # fmt: skip
    return said or [_("What goes well at home and at school, and what should we try next?")]


# --- what a person changes ---


def text(report: TermReport, name: str) -> str:
    """A sentence of the report: a person's, or the one from data."""
    told: str = report.texts.get(name, report.facts["defaults"].get(name, ""))
    return told


def edit(report: TermReport, changes: Mapping[str, str], *, by: User, at: datetime) -> None:
    """Keeps sentences a person set; one that is set back to what the data says follows the data again. Raises NotYet."""
    with transaction.atomic():
        report = _open(report)
        defaults = report.facts["defaults"]
        texts = dict(report.texts)
        for name, said in changes.items():
            if name not in defaults:
                continue
            said = said.replace("\r\n", "\n").strip()
            if said == defaults[name]:
                texts.pop(name, None)
            else:
                texts[name] = said
        report.texts = texts
        report.save(update_fields=["texts"])
        audit.record("term_report.edited", by=by, at=at, about=report, fields=sorted(texts))


def _open(report: TermReport) -> TermReport:
    fresh = TermReport.objects.select_for_update(of=("self",)).select_related("student").get(pk=report.pk)
    if not fresh.is_open:
        raise NotYet(_("This report is approved. Please write a new one."))
    return fresh


def approve(report: TermReport, *, by: User, at: datetime) -> None:
    """This person answers for it; from now on it stays as it is. Twice is once."""
    with transaction.atomic():
        done = TermReport.objects.filter(pk=report.pk, approved_at=None).update(
            approved_by=by, approved_at=at
        )
        if done:
            audit.record("term_report.approved", by=by, at=at, about=report)


def send(report: TermReport, *, by: User, at: datetime) -> None:
    """Opens it to the family and tells them; twice is once. Raises NotYet before it is approved."""
    with transaction.atomic():
        row = TermReport.objects.select_for_update(of=("self",)).select_related("student").get(pk=report.pk)
        if row.sent_at is not None:
            return
        if row.approved_at is None:
            raise NotYet(_("Please approve the report first."))
        row.sent_at = at
        row.save(update_fields=["sent_at"])
        audit.record("term_report.sent", by=by, at=at, about=row)
        today = timezone.localdate(at, current_firm().zone)
        seeing = row.student.guardianships.seeing(on=today)
        for contact in Contact.objects.filter(guardianships__in=seeing, user__is_active=True).distinct():
            _tell(row, contact, at=at)


def _tell(report: TermReport, contact: Contact, *, at: datetime) -> None:
    """By the ways the person prefers; no message holds the child's name."""
    firm = current_firm()
    link = firm.url(f"/portal/progress/reports/{report.pk}/")
    with translation.override(contact.language):
        title = _("%(firm)s: the progress report is ready") % {"firm": firm.name}
        facts = {"firm": firm, "contact": contact, "link": link, "language": contact.language, "title": title}
        for way in reaching.channels_for(contact, "term-report", student=report.student, at=at):
            if way.channel == Channel.EMAIL:
                said = sending.Words(
                    body=render_to_string("mail/term_report_ready.txt", facts).strip() + "\n",
                    html=render_to_string("mail/term_report_ready.html", facts), title=title,
                )  # fmt: skip
            else:
                said = sending.Words(plain(_("%(firm)s: The progress report is ready: %(link)s STOP ends texts.") % {"firm": firm.name, "link": link}))  # fmt: skip
            sending.write(
                "term-report", subject=f"{SUBJECT}:{report.pk}", occurrence=str(contact.pk), channel=way.channel, to=way.to, words=said,
                due_at=at, at=at, zone=reaching.zone_of(contact), language=contact.language, hours=way.hours,
            )  # fmt: skip


def may_leave(message: Message, *, at: datetime) -> str:
    """The outbox asks before word of a report leaves: the person may still hear of the child."""
    kind, _colon, key = message.subject.partition(":")
    if kind != SUBJECT:
        return ""
    report = TermReport.objects.filter(pk=key).select_related("student").first()
    contact = Contact.objects.filter(pk=message.occurrence).first()
    if report is None or contact is None:
        return reasons.REPORT_GONE
    return reaching.may_still_hear(contact, message.recipient, student=report.student, at=at)


# --- as it is shown ---


@dataclass(frozen=True)
class ShownGoal:
    id: str
    name: str
    text: str
    sentence: str
    school: str
    called: str
    chart: Chart


@dataclass(frozen=True)
class Shown:
    """The report as pages and papers show it."""

    opening: str
    wins: list[str]
    goals: list[ShownGoal]
    minutes: dict[str, Any]
    strategies: list[str]
    next: list[str]


def shown(report: TermReport, *, small: bool = False) -> Shown:
    """The report with its charts drawn, in its own language; `small` draws them without axes and letters."""
    with translation.override(report.language):
        return Shown(
            text(report, "opening"), _lines(report, "wins"), [_shown(report, goal, small) for goal in report.facts["goals"]],
            _table(report.facts["minutes"]), _lines(report, "strategies"), _lines(report, "next"),
        )  # fmt: skip


def _table(minutes: dict[str, Any]) -> dict[str, Any]:
    """With each cell beside the name of its column, for pages that turn rows into cards."""
    return {**minutes, "cells": [list(zip(minutes["head"], row, strict=True)) for row in minutes["rows"]]}


def _lines(report: TermReport, name: str) -> list[str]:
    return [line.strip() for line in text(report, name).split("\n") if line.strip()]


def _shown(report: TermReport, goal: dict[str, Any], small: bool) -> ShownGoal:
    def point(pair: list[Any]) -> Point:
        on = pair[0] if isinstance(pair[0], date) else date.fromisoformat(pair[0])
        return Point(on, float(pair[1]))

    said = text(report, f"goal:{goal['id']}")
    days = [day if isinstance(day, date) else date.fromisoformat(day) for day in goal["phases"]]
    chart = data_chart(
        [Series(key, label, [point(pair) for pair in points]) for key, label, points in goal["series"]],
        start=point(goal["start"]), goal=point(goal["goal"]), unit=goal["unit"], summary=said, phases=days,
        trend=(point(goal["line"][0]), point(goal["line"][1])) if goal["line"] and not small else None, small=small, name=f"{goal['name']}: {said}",
    )  # fmt: skip
    return ShownGoal(goal["id"], goal["name"], goal["text"], said, goal["school"], goal["called"], chart)

"""What the school reports: its words and what they come to, read from a paper or typed, and the question it raises."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from documents.models import Document, Page
from progress import measures, proposing, trend
from progress.models import Called, DataSheet, Measure, SchoolReport
from progress.sheets import NotYet
from web.dates import say_day

DATA = Path(__file__).parent / "data" / "school_words.yaml"
# How far behind a goal's own words its report is looked for, in characters.
REACH = 900


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.lower())
    return " ".join("".join(letter for letter in folded if not unicodedata.combining(letter)).split())


@cache
def wordings() -> list[tuple[str, re.Pattern[str]]]:
    rows = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return [
        (row["called"], re.compile(rf"(?<!\w){re.escape(_plain(words))}(?!\w)"))
        for row in rows
        for words in row["words"]
    ]


def called(words: str) -> str:
    """What the school's words come to, in English or Spanish; "" when they say none of what we know."""
    plain = _plain(words)
    return next((kind for kind, pattern in wordings() if pattern.search(plain)), Called.UNCLEAR)


def add(
    sheet: DataSheet, values: Mapping[str, Any], *, by: User, at: datetime, document: Document | None = None
) -> SchoolReport:
    """Keeps one line of a school's report. Raises NotYet for a second line about the same goal and period, and
    measures.Impossible for a number that cannot be."""
    if values.get("value") is not None and values["value"] > measures.most(sheet):
        raise measures.Impossible(
            "value", str(measures.TOO_MANY.get(sheet.measure) or _("This is more than there can be."))
        )
    given = values.get("called")
    try:
        with transaction.atomic():
            row = SchoolReport.objects.create(
                student_id=sheet.student_id, sheet=sheet, starts_on=values.get("starts_on"), ends_on=values["ends_on"],
                words=values["words"].strip(), called=given or called(values["words"]), value=values.get("value"),
                document=document, page=values.get("page"), by=by, at=at,
            )  # fmt: skip
            audit.record("school_report.added", by=by, at=at, about=row, sheet=str(sheet.pk))
    except IntegrityError as clash:
        if "one_school_report_a_period" not in str(clash):
            raise
        raise NotYet(_("There is a report about this goal and this day already.")) from None
    return row


def withdraw(row: SchoolReport, *, by: User, at: datetime) -> None:
    """Takes back what was typed wrong: it leaves the chart, the question and the next report. Twice is once."""
    with transaction.atomic():
        rows = SchoolReport.objects.standing().filter(pk=row.pk)
        if rows.update(withdrawn_by=by, withdrawn_at=at):
            audit.record("school_report.withdrawn", by=by, at=at, about=row, sheet=str(row.sheet_id))


@dataclass(frozen=True)
class Found:
    """What a paper says about a goal: to be looked at by a person."""

    sheet: DataSheet
    words: str
    called: str
    value: float | None
    page: int
    certain: float


def read(document: Document, sheets: Sequence[DataSheet]) -> list[Found]:
    """Lines of a progress report about these goals, from the words of the paper's pages.

    A goal is found by the words it shares with the page; its report is what follows, up to the next goal.
    """
    version = document.shown
    if version is None:
        return []
    pages = list(Page.objects.filter(version=version).order_by("number").values_list("number", "text"))
    anchors: list[tuple[int, int, float, DataSheet]] = []
    for sheet in sheets:
        spot = max((_spot(text, sheet, number) for number, text in pages), default=None)
        if spot is not None and spot[0] >= 0.5:
            anchors.append((spot[1], spot[2], spot[0], sheet))
    anchors.sort(key=lambda one: one[:2])
    texts = dict(pages)
    found = []
    for at, (page, place, certain, sheet) in enumerate(anchors):
        following = anchors[at + 1] if at + 1 < len(anchors) else None
        until = following[1] if following and following[0] == page and following[1] > place else place + REACH
        passage = texts[page][place : min(until, place + REACH)]
        words = _told(passage)
        if words:
            found.append(Found(sheet, words, called(words), _number(sheet, words), page, round(certain, 2)))
    return found


def _spot(text: str, sheet: DataSheet, page: int) -> tuple[float, int, int]:
    """How much of the goal stands on the page, the page, and where its words end."""
    wanted = [word for word in re.findall(r"\w{4,}", _plain(sheet.goal_text)) if not word.isdigit()]
    if not wanted:
        return (0.0, page, 0)
    words = [(match.end(), _plain(match[0])) for match in re.finditer(r"\w{4,}", text)]
    width, pool = max(len(wanted), 6), set(wanted)
    best, place = 0.0, 0
    for start in range(0, max(len(words) - 2, 1), 3):
        window = words[start : start + width]
        share = len(pool & {word for _end, word in window}) / len(pool)
        if share > best:
            best, place = share, window[-1][0] if window else 0
    return (best, page, place)


LABEL = re.compile(r"(?im)^\s*(?:progress(?: report| toward goal| code| comments?)?|comments?|progreso|comentarios?|informe)\s*[:–-]\s*")  # fmt: skip


def _told(passage: str) -> str:
    """The sentences that tell how it goes: from the first that holds one of our wordings or a number, two of them."""
    label = LABEL.search(passage)
    if label:
        passage = passage[label.end() :]
    pieces = [piece.strip() for piece in re.split(r"(?<=[.!?])\s+|\n{2,}|\n(?=[A-Z•-])", passage)]
    pieces = [piece for piece in pieces if piece]
    for at, piece in enumerate(pieces):
        if called(piece):
            return " ".join(" ".join(pieces[at : at + 2]).split())[:600]
    return ""


def _number(sheet: DataSheet, words: str) -> float | None:
    """The number in the school's words that counts as the sheet does."""
    for one in proposing.readings(words):
        if one.measure == sheet.measure and one.out_of in (None, sheet.out_of):
            return min(one.value, measures.most(sheet))
        if one.measure == Measure.TRIALS and sheet.measure == Measure.PERCENT and one.out_of:
            return round(100 * one.value / one.out_of, 1)
    return None


@dataclass(frozen=True)
class Doubt:
    """A report whose words and numbers differ, and the question that asks about it."""

    report: SchoolReport
    question: str


def doubt(sheet: DataSheet, reports: Sequence[SchoolReport], own: Sequence[trend.Value]) -> Doubt | None:
    """The question about the newest report that calls a goal progressing while the school's numbers stand still.

    The school's numbers are those of its reports and the points logged at school (`own`). The report's own number
    is compared with the one before it, or else with the start; a report without a number, its period's points with
    the earlier ones. Nothing is asked where there is nothing to compare.
    """
    ordered = sorted(reports, key=lambda row: row.ends_on)
    if not ordered or ordered[-1].called not in (Called.PROGRESS, Called.MET):
        return None
    last = ordered[-1]
    earlier = [row for row in ordered[:-1] if row.value is not None]
    since = last.starts_on or (
        ordered[-2].ends_on if len(ordered) > 1 and ordered[-2].ends_on < last.ends_on else sheet.starts_on
    )
    if last.value is not None:
        before, on = (
            (earlier[-1].value, earlier[-1].ends_on) if earlier else (sheet.baseline, sheet.starts_on)
        )
        assert before is not None
        if not trend.stands_still([before], [last.value], up=sheet.sign > 0):
            return None
        return Doubt(last, _ask(sheet, last, before, on, last.value))
    now = [value for on, value in own if since <= on <= last.ends_on]
    older = [value for on, value in own if on < since] or [sheet.baseline]
    if len(now) < 2 or not trend.stands_still(older, now, up=sheet.sign > 0):
        return None
    before_on = max((on for on, _value in own if on < since), default=sheet.starts_on)
    return Doubt(last, _ask(sheet, last, trend.median(older), before_on, trend.median(now)))


def _ask(sheet: DataSheet, report: SchoolReport, before: float, on: date, now: float) -> str:
    return _("The school writes “%(words)s”. Its own number was %(before)s on %(then)s and is %(now)s now. What progress does the school see that this number does not show?") % {
        "words": report.words[:160].rstrip(". "), "before": measures.say(sheet, before), "now": measures.say(sheet, now),
        "then": say_day(on, style="bare_year"),
    }  # fmt: skip

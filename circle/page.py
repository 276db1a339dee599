"""What stands on a child's page for one person: each part only when they may see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from accounts.models import AuditEntry
from circle import pictures, transition
from circle.models import Action, CheckIn, Post, Side
from clients import guests, papers
from clients.guests import Parts
from clients.models import AboutPage, GuestGrant, Part, Student
from progress import page as goals
from progress import sheets, trend
from progress.models import DataSheet, Phase, Strategy, TermReport, Win
from progress.page import Line
from web.paging import ListPage, asked_page, page_of_read

WINS, REPORTS, POSTS, MOST_LOOKS, DONE_LATELY = 3, 4, 10, 200, timedelta(days=14)


@dataclass
class SharedPage:
    """The parts of one child's page, as one person sees them."""

    student: Student
    parts: Parts
    today: date
    wins: list[Win] = field(default_factory=list)
    done: list[Action] = field(default_factory=list)
    check_in: CheckIn | None = None
    questions: list[tuple[Any, list[Any]]] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    posts: Any = None
    strategies: list[Strategy] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    reports: list[TermReport] = field(default_factory=list)
    about: AboutPage | None = None
    about_sections: list[Any] = field(default_factory=list)
    pictures: dict[Any, Any] = field(default_factory=dict)
    waiting: dict[Any, str] = field(default_factory=dict)
    growing_up: Any = None


def of(student: Student, parts: Parts, *, request: HttpRequest, at: datetime) -> SharedPage:
    """Reads the page for the person whose `parts` these are."""
    page = SharedPage(student, parts, guests.local_day(at))
    if parts.may(Part.WINS):
        page.wins = list(Win.objects.filter(student=student).shared().select_related("by")[:WINS])
    if parts.may(Part.CHECKINS):
        _agreed(page, at=at)
    if parts.may(Part.PAGE):
        page.posts = _talk(student, request)
    if parts.may(Part.STRATEGIES):
        page.strategies = list(Strategy.objects.filter(student=student).shared().in_use().counted())
    if parts.may(Part.GOALS) or parts.may(Part.POINTS) or parts.may(Part.POINTS, add=True):
        page.lines = _goals(page)
    if parts.may(Part.REPORTS):
        sent = TermReport.objects.filter(student=student, sent_at__isnull=False).defer("facts", "texts")
        page.reports = list(sent.order_by("-ends_on")[:REPORTS])
    if parts.may(Part.ABOUT):
        page.about = AboutPage.objects.newest(student)
        page.about_sections = papers.sections(page.about) if page.about else []
    see(page)
    if not parts.is_guest:
        clocks = transition.clocks(student)
        page.growing_up = clocks if clocks and clocks.is_open(page.today) else None
    return page


def _talk(student: Student, request: HttpRequest) -> ListPage:
    number = asked_page(request)
    posts, of_all = Post.objects.talk(student, page=number, size=POSTS)
    if not posts and number > 1:
        number = 1
        posts, of_all = Post.objects.talk(student, page=number, size=POSTS)
    return page_of_read(posts, request, number=number, of_all=of_all, size=POSTS)


def _goals(page: SharedPage) -> list[Line]:
    """The open goals, each with its chart, the points of the sheets it carries on, and one sentence. Three queries.

    Lines for a strategy are drawn for those who may read that strategy.
    """
    everything = list(DataSheet.objects.filter(student=page.student))
    current = [sheet for sheet in everything if sheet.is_open]
    if not current:
        return []
    chain = sheets.chains(everything)
    points = goals.points_of([key for sheet in current for key in chain[sheet.pk]], newest=trend.WINDOW)
    known = Q(strategy__shared_at__isnull=False) if page.parts.may(Part.STRATEGIES) else Q(strategy=None)
    phases = list(Phase.objects.filter(Q(strategy=None) | known, student=page.student))
    return [
        goals.line_of(
            sheet,
            goals.merged(points, chain[sheet.pk]),
            [],
            phases,
            today=page.today,
            small=False,
            most_rows=goals.MOST_ROWS,
            most_phases=goals.MOST_PHASES,
        )
        for sheet in current
    ]


def _agreed(page: SharedPage, *, at: datetime) -> None:
    page.check_in, asked = CheckIn.objects.next_of(page.student)
    page.questions = [
        (Side(side).label, [row for row in asked if row.side == side])
        for side in dict.fromkeys(row.side for row in asked)
    ]
    lately = Q(done_at=None) | Q(done_at__gt=at - DONE_LATELY)
    actions = list(
        Action.objects.filter(student=page.student).standing().filter(lately).select_related("done_by")
    )
    page.actions = [row for row in actions if row.done_at is None]
    page.done = sorted((row for row in actions if row.done_at), key=lambda row: row.done_at, reverse=True)  # type: ignore[arg-type, return-value]


def see(page: SharedPage) -> None:
    """Finds the photos of what stands on the page."""
    wanted = [win.document_id for win in page.wins] + [post.document_id for post in page.posts or ()]
    page.pictures = pictures.shown(wanted)
    missing = [key for key in wanted if key and key not in page.pictures]
    page.waiting = pictures.waiting(missing) if missing else {}


def invited(student: Student) -> list[tuple[GuestGrant, list[AuditEntry]]]:
    """Grants of this child, the standing ones first, each with the newest looks of its guest, from the log."""
    rows = GuestGrant.objects.filter(student=student).exclude(ended_why=GuestGrant.Ended.REPLACED)
    grants = sorted(
        rows.select_related("user", "granted_by", "prepared_by", "ended_by"),
        key=lambda row: (row.ended_at is not None, row.name),
    )
    seen = AuditEntry.objects.filter(
        about_kind="student", about=str(student.pk), action="guest.looked", actor__in=[row.user_id for row in grants if row.user_id]
    )  # fmt: skip
    by_guest: dict[Any, list[AuditEntry]] = {}
    for entry in seen.order_by("-at")[:MOST_LOOKS]:
        by_guest.setdefault(entry.actor, []).append(entry)
    return [(row, by_guest.get(row.user_id, [])) for row in grants]

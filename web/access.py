"""Who may open what: declared on every view, decided in one middleware.

A view declares `@requires(Can.…)`, or `public(view, why="…")` in its urls. One that declares nothing
does not open, and `manage.py check` names it. Rows are narrowed by each model's `visible_to(user)`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core import checks
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.http import urlencode

from web.again import typed, unkept
from web.middleware import page_above

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
SAFE = {"GET", "HEAD", "OPTIONS"}


class Can(enum.StrEnum):
    """What a person may do. Which role may do what is one table: `accounts.roles`."""

    HAVE_ACCOUNT = "have_account"
    WORK_HERE = "work_here"
    SEE_STUDENTS = "see_students"
    SEE_ALL_STUDENTS = "see_all_students"
    EDIT_STUDENTS = "edit_students"
    SIGN_REVIEWS = "sign_reviews"
    SEE_CASES = "see_cases"
    EDIT_CASES = "edit_cases"
    SET_CASES = "set_cases"
    SET_PAPERS = "set_papers"
    TAKE_INTAKE = "take_intake"
    OVERRIDE_AGREEMENT = "override_agreement"
    SEE_BOOKINGS = "see_bookings"
    SEE_ALL_BOOKINGS = "see_all_bookings"
    EDIT_BOOKINGS = "edit_bookings"
    SET_OWN_HOURS = "set_own_hours"
    SEE_MESSAGES = "see_messages"
    SORT_MESSAGES = "sort_messages"
    SEE_HEALTH = "see_health"
    SET_MESSAGES = "set_messages"
    SET_SERVICES = "set_services"
    SEE_CASE_MONEY = "see_case_money"
    SEE_MONEY = "see_money"
    EDIT_MONEY = "edit_money"
    SET_FIRM = "set_firm"
    SEE_PLAN = "see_plan"
    SET_BILLING = "set_billing"
    SET_STAFF = "set_staff"
    READ_AUDIT = "read_audit"
    SEE_FIGURES = "see_figures"
    SEE_TIME = "see_time"
    LOG_TIME = "log_time"
    OPEN_WEEKS = "open_weeks"
    USE_API = "use_api"
    VISIT_PORTAL = "visit_portal"
    VISIT_SHARED_PAGE = "visit_shared_page"
    SHARE_PAGE = "share_page"


# The staff of a firm whose plan has lapsed do no new work; families and guests are never stopped, nor is what people
# do for themselves or what opens the firm again. A view of the staff's that must stay open says so: `even_read_only`.
NEVER_STOPPED = frozenset({Can.HAVE_ACCOUNT, Can.SET_BILLING})


@dataclass(frozen=True)
class Access:
    """A view's declaration: the one `can` it needs, or why it needs none."""

    can: Can | None
    why: str = ""
    even_read_only: bool = False

    @property
    def is_stopped(self) -> bool:
        """Whether a change through this view is new work, which a read-only firm does not do."""
        return not (self.even_read_only or self.can is None or self.can in NEVER_STOPPED)


def requires(can: Can, *, even_read_only: bool = False) -> Callable[[View], View]:
    """Declares that a view needs `can`. `even_read_only` keeps a POST open when the firm's plan has lapsed."""

    def declare(view: View) -> View:
        view.access = Access(can, even_read_only=even_read_only)  # type: ignore[attr-defined]
        return view

    return declare


def public(view: View, *, why: str) -> View:
    """Declares that anyone may open a view, and the reason."""
    if not why:
        raise ValueError("a public view says why it is public")
    view.access = Access(None, why=why, even_read_only=True)  # type: ignore[attr-defined]
    return view


def access_of(view: Any) -> Access | None:
    found: Access | None = getattr(view, "access", None) or getattr(
        getattr(view, "cls", None), "access", None
    )
    return found


def routes(patterns: list[Any] | None = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route of a URL tree, with its whole path."""
    for item in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(item, URLResolver):
            yield from routes(item.url_patterns, before + str(item.pattern))
        else:
            yield before + str(item.pattern), item


@checks.register
def every_view_declares(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    found: list[checks.CheckMessage] = []
    for urlconf in ("config.urls", "config.urls_public"):
        for path, item in routes(get_resolver(urlconf).url_patterns):
            if access_of(item.callback) is None:
                found.append(
                    checks.Error(
                        f"/{path} declares no access", hint="Use @requires or public().", id="web.E001"
                    )
                )
    return found


class AccessMiddleware:
    """Opens a view to those its declaration names."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.answer(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        access = access_of(view)
        if access is None:
            return refuse(request)
        if hasattr(view, "cls"):
            return None  # the API's own permission class answers, in JSON
        if access.can is None or request.user.can(access.can):  # type: ignore[union-attr]
            firm = request.firm  # type: ignore[attr-defined]
            changes = firm and firm.read_only and request.method not in SAFE
            if changes and access.is_stopped and request.user.is_staff_member:  # type: ignore[union-attr]
                return render(request, "errors/read_only.html", status=403)
            return None
        if request.user.is_authenticated or request.headers.get("HX-Request"):
            return refuse(request)  # part of a page does not become the page for signing in
        if request.method in SAFE:
            return redirect(_sign_in(request.get_full_path()))
        context = {"typed": typed(request), "sign_in_url": _sign_in(page_above(request.path))}
        return unkept(render(request, "errors/signed_out.html", context, status=403))


def _sign_in(path: str) -> str:
    return f"{reverse('sign-in')}?{urlencode({'next': path})}"


def refuse(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/403.html", status=403)

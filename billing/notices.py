"""What the firm's owners are told of their plan: kind lines on their pages, and letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import Role
from billing.models import Erasure, Subscription, days_until
from billing.providers import stripe
from billing.standing import Standing, standing_of
from outbox import sending
from outbox.models import Channel
from tenants.places import current_firm, firm_or_none
from web import dates
from web.access import Can

WARN_DAYS = (7, 3, 1)
ERASE_WARN_DAYS = (90, 30, 7)


def moments(standing: Standing, erasure: Erasure | None) -> list[datetime]:
    """When letters are due."""
    found = []
    if standing.until is not None and not standing.read_only:
        found += [standing.until - timedelta(days=days) for days in WARN_DAYS]
    if erasure is not None:
        found += [_erased_at(erasure) - timedelta(days=days) for days in ERASE_WARN_DAYS]
    return found


def _erased_at(erasure: Erasure) -> datetime:
    return datetime.combine(erasure.erase_on, time(17), UTC)


def _passed(end: datetime, days: tuple[int, ...], *, at: datetime) -> int | None:
    """The nearest of the thresholds that `at` has come to, while the end has not come."""
    return min((n for n in days if end - timedelta(days=n) <= at < end), default=None)


# on pages


@dataclass(frozen=True)
class Banner:
    kind: str
    title: str
    text: str
    url: str
    act: str


def banner(request: HttpRequest) -> Banner | None:
    """The line above the pages of those who see what the firm pays, or nothing."""
    user, firm = getattr(request, "user", None), firm_or_none()
    if firm is None or user is None or not user.can(Can.SEE_PLAN) or not stripe.is_on():
        return None
    row = Subscription.objects.filter(firm_id=firm.id).first()
    if row is None:
        return None
    now = timezone.now()
    standing = standing_of(row, at=now)
    words = _words(row, standing, at=now)
    return Banner("soon", *words, reverse("firm-plan"), _("Plan and seats")) if words else None


def _words(row: Subscription, standing: Standing, *, at: datetime) -> tuple[str, str] | None:
    left = days_until(standing.until, at=at) if standing.until else None
    if standing.why == "late":
        if row.retry_at:
            return _("The last payment did not go through."), _("Everything works as before. The card is tried again on %(day)s.") % {"day": _day(row.retry_at)}  # fmt: skip
        return _("The last payment did not go through."), ngettext(
            "Everything works for %(n)d more day. A new card settles it.", "Everything works for %(n)d more days. A new card settles it.", left or 0
        ) % {"n": left or 0}  # fmt: skip
    if standing.why == "trial" and left is not None and left <= WARN_DAYS[0]:
        return ngettext("%(n)d free day is left.", "%(n)d free days are left.", left) % {"n": left}, _("Choose a plan when you like. Nothing is ever lost: after that day you can still read and export everything.")  # fmt: skip
    if standing.why == "ending" and left is not None and left <= WARN_DAYS[0]:
        return ngettext("Your plan ends in %(n)d day.", "Your plan ends in %(n)d days.", left) % {"n": left}, _("After that you can read and export everything. You can keep the plan at any time.")  # fmt: skip
    return None


def _day(moment: datetime) -> str:
    local = timezone.localtime(moment, current_firm().zone)
    return dates.say_day(local.date(), style="day", today=timezone.now().date())


# letters


def write_due(row: Subscription, standing: Standing, erasure: Erasure | None, *, at: datetime) -> None:
    """Letters whose day has come, each once."""
    if standing.until is not None and not standing.read_only:
        # The letter that a payment failed is the first of its kind.
        days = _passed(standing.until, WARN_DAYS[1:] if standing.why == "late" else WARN_DAYS, at=at)
        if days is not None:
            _write(
                "before", row, standing, f"{standing.why}/{standing.until:%Y-%m-%d}/{days}", at=at, days=days
            )
    if erasure is not None:
        days = _passed(_erased_at(erasure), ERASE_WARN_DAYS, at=at)
        if days is not None:
            _write("erasure", row, standing, f"{erasure.pk}/{days}", at=at, erase_on=erasure.erase_on)


def payment_failed(row: Subscription, *, at: datetime) -> None:
    assert row.past_due_since
    _write("failed", row, standing_of(row, at=at), f"{row.past_due_since:%Y-%m-%dT%H:%M}", at=at)


def read_only_now(row: Subscription, standing: Standing, erasure: Erasure | None, *, at: datetime) -> None:
    assert erasure
    _write("read_only", row, standing, str(erasure.pk), at=at, erase_on=erasure.erase_on)


def writable_again(row: Subscription, standing: Standing, erasure: Erasure | None, *, at: datetime) -> None:
    _write("writable", row, standing, f"{at:%Y-%m-%dT%H:%M}", at=at)


def _said(
    what: str, row: Subscription, standing: Standing, *, days: int, erase_on: object
) -> tuple[str, str]:
    """Title and text of a letter, in the language that is active."""
    firm, until = current_firm().name, _day(standing.until) if standing.until else ""
    if what == "failed":
        return _("A payment for Roundtable did not go through"), _("The payment of %(firm)s did not go through. Everything works as before. Please look at the card; we try again by ourselves.") % {"firm": firm}  # fmt: skip
    if what == "writable":
        return _("Everything works again"), _("Thank you. %(firm)s can work as before, and nothing was lost.") % {"firm": firm}  # fmt: skip
    if what == "erasure":
        return _("Your data is kept until %(day)s") % {"day": dates.say_day(erase_on, style="day_year")}, _("%(firm)s has no plan. Until that day you can read and export everything; then it is erased. Choosing a plan calls that off.") % {"firm": firm}  # type: ignore[arg-type]  # fmt: skip
    if what == "read_only":
        text = _("%(firm)s is read-only from now on. Families can still change and call off bookings, reminders and dates go on, and you can read and export everything. Choosing a plan opens it again at once. We keep your data at least until %(day)s.")  # fmt: skip
        return _("%(firm)s is read-only now") % {"firm": firm}, text % {"firm": firm, "day": dates.say_day(erase_on, style="day_year")}  # type: ignore[arg-type]  # fmt: skip
    title = ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}
    if standing.why == "ending":
        return title, _("The plan of %(firm)s ends on %(day)s. You can keep it at any time; after that day you can still read and export everything.") % {"firm": firm, "day": until}  # fmt: skip
    if standing.why == "late":
        return title, _("A payment of %(firm)s is still missing. Everything works until %(day)s; a new card settles it.") % {"firm": firm, "day": until}  # fmt: skip
    return title, _("The free days of %(firm)s end on %(day)s. Choose a plan when you like; after that day you can still read and export everything.") % {"firm": firm, "day": until}  # fmt: skip


def _write(what: str, row: Subscription, standing: Standing, occurrence: str, *, at: datetime, days: int = 0, erase_on: object = None) -> None:  # fmt: skip
    firm = current_firm()
    for person in User.objects.active().filter(role=Role.OWNER).exclude(email=None):
        with translation.override(person.language):
            title, text = _said(what, row, standing, days=days, erase_on=erase_on)
            context = {
                "firm": firm, "title": title, "text": text, "button": _("Plan and seats"),
                "link": firm.url("/plan/"), "language": person.language,
            }  # fmt: skip
            words = sending.Words(
                body=render_to_string("mail/link.txt", context).strip() + "\n",
                html=render_to_string("mail/link.html", context),
                title=title,
            )
        sending.write(
            f"plan-{what}", subject=f"plan:{row.pk}", occurrence=occurrence[:60], channel=Channel.EMAIL, to=person.email or "",
            words=words, due_at=at, at=at, zone=firm.zone, language=person.language,
        )  # fmt: skip

"""One page that leads to everything a firm or a person may set, by what it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.requests import FirmRequest
from web import navigation
from web.access import Can, requires


@dataclass
class Group:
    """Settings about one thing."""

    title: Any
    entries: list[tuple[navigation.Link, Any]] = field(default_factory=list)


# Where each page stands, and what it is for. A page that is not named here comes under the last heading.
GROUPS: list[tuple[Any, dict[str, Any]]] = [
    (_("Booking"), {
        "services": _("What families can book, how long it takes, what it costs"),
        "hours": _("When you take calls"),
        "closures": _("Days on which nobody can be booked"),
        "calendar-feed": _("Your bookings in your phone’s calendar"),
        "question-lists": _("What you ask before the first call"),
    }),
    (_("Messages"), {
        "texts": _("When reminders leave, and what texts say"),
        "sender": _("The number you text from, and its registration"),
        "health": _("Whether messages leave, and a test"),
    }),
    (_("Cases and papers"), {
        "templates": _("Agreements, releases and other papers families sign"),
        "calendars": _("School days and breaks, by district"),
        "warnings": _("How long before a date you hear of it"),
        "task-templates": _("Tasks that come with each stage of a case"),
    }),
    (_("Money"), {
        "payment-settings": _("Cards through Stripe, checks and cash"),
        "billing-settings": _("Rates, rounding, what invoices say"),
        "firm-plan": _("What you pay for Roundtable"),
        "exports": _("Lists as files, for your bookkeeper"),
    }),
    (_("The firm"), {
        "firm-settings": _("Name, phone, state, time zone, color and logo"),
        "staff": _("Who works here, and what they may do"),
        "access-log": _("Who did or read what, and when"),
    }),
]  # fmt: skip


@requires(Can.WORK_HERE, even_read_only=True)
@require_GET
def settings_index(request: FirmRequest) -> HttpResponse:
    """What this person may set."""
    found = navigation.links("settings", request)
    groups = []
    for title, names in GROUPS:
        mine = [link for link in found if link.name in names]
        found = [link for link in found if link not in mine]
        mine.sort(key=lambda link: list(names).index(link.name))
        groups.append(Group(title, [(link, names[link.name]) for link in mine]))
    groups[-1].entries += [(link, "") for link in found]
    return render(
        request, "desk/settings_index.html", {"groups": [group for group in groups if group.entries]}
    )

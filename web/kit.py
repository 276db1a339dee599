"""What the kit page shows: every component with made-up people, so that looks can be judged and tested in one place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from web.brand import SWATCHES, brand
from web.calendars import Event, ribbon, week
from web.charts import Point, bar_chart, goal_chart, line_chart
from web.forms import Form, PhoneField, Switch, Tiles, ZoneField

ZONE = ZoneInfo("America/Denver")


class KitForm(Form):
    name = forms.CharField(
        label=gettext_lazy("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = PhoneField(
        label=gettext_lazy("Phone number"), help_text=gettext_lazy("For example, 406-555-0142.")
    )
    email = forms.EmailField(label=gettext_lazy("Email"), required=False)
    zone = ZoneField()
    how = forms.ChoiceField(
        label=gettext_lazy("How shall we talk?"),
        choices=[
            ("phone", gettext_lazy("Phone")),
            ("video", gettext_lazy("Video")),
            ("office", gettext_lazy("At the office")),
        ],
        widget=Tiles(columns=3),
    )
    times = forms.MultipleChoiceField(
        label=gettext_lazy("Times that work"),
        choices=[("am", gettext_lazy("Mornings")), ("pm", gettext_lazy("Afternoons"))],
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label=gettext_lazy("Tell us what would help"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    texts = forms.BooleanField(
        label=gettext_lazy("Text me a reminder. About 2 texts. Message rates may apply."), required=False
    )
    shortcuts = forms.BooleanField(label=gettext_lazy("Letter shortcuts"), required=False, widget=Switch)


def context(today: date) -> dict[str, Any]:
    """Everything the kit template draws, with dates around `today`."""
    monday = today - timedelta(days=today.weekday())
    start, goal = Point(today - timedelta(days=75), 31), Point(today + timedelta(days=200), 55)
    points = [
        Point(start.on + timedelta(days=15 * at), value) for at, value in enumerate([31, 33, 32, 36, 38, 40])
    ]
    due = [today + timedelta(days=at) for at in (-1, 0, 0, 1, 3, 7, 7, 10, 14, 14, 14, 17)]
    return {
        "form": KitForm(
            {"name": "Marisol Ruiz", "phone": "555-010", "how": "phone", "zone": "America/Denver"}
        ),
        "plain_form": KitForm(prefix="plain", initial={"how": "video"}),
        "ribbon": ribbon(due, today=today, url=lambda stretch: f"#{stretch}"),
        "week": week(_events(monday), monday=monday, zone=ZONE, today=today),
        "goal": goal_chart(points, start=start, goal=goal, unit=_("words read a minute")),
        "small_goal": goal_chart(points, start=start, goal=goal, unit=_("words read a minute"), small=True),
        "line": line_chart(points, unit=_("bookings")),
        "bars": bar_chart([("Ana", 12), ("Marcus", 7), ("Bo", 3)], unit=_("open matters")),
        "swatches": [(brand(colour), name) for colour, name in SWATCHES],
        "moment": datetime(today.year, today.month, today.day, 23, 30, tzinfo=UTC),
        "zone": ZONE,
        "today": today,
        "work": [
            {
                "kind": "late",
                "status": _("1 day late"),
                "title": _("Ask for Mateo’s evaluation report"),
                "about": _("Mateo R., grade 3, Lakeside"),
                "text": _("The 60 days ended yesterday. A friendly letter is ready to check."),
                "act": _("Open letter"),
                "url": "#letter",
            },
            {
                "kind": "soon",
                "status": _("Today"),
                "title": _("Send the IEP review to the Tran family"),
                "about": _("Lily T., grade 1, Harbor"),
                "text": _("All 9 points checked. Reads at grade 6."),
                "act": _("Read and send"),
                "url": "#review",
            },
        ],
        "agenda": [
            {
                "when": "10:30 am",
                "title": _("First call, Okafor family"),
                "text": _("Phone, 20 minutes. English."),
            },
            {"when": "2:00 pm", "title": _("IEP meeting, Ada K."), "text": _("Lakeside School, room 12.")},
        ],
        "story": [
            {"title": _("Parent said yes to testing"), "text": _("September 24. Signed on a phone.")},
            {"title": _("IEP shared by his mom"), "text": _("November 22. 14 pages.")},
            {"title": _("Next: IEP meeting"), "text": _("By December 15"), "next": True},
        ],
    }


def _events(monday: date) -> list[Event]:
    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(monday.year, monday.month, monday.day, hour, minute, tzinfo=ZONE) + timedelta(
            days=day
        )

    return [
        Event(title=_("IEP meeting, Lily T."), starts=at(0, 9), ends=at(0, 10), url="#lily"),
        Event(title=_("Okafor call"), starts=at(1, 10, 30), ends=at(1, 10, 50), url="#okafor", kind="info"),
        Event(
            title=_("IEP meeting, Ada K."),
            starts=at(1, 14),
            ends=at(1, 15, 30),
            url="#ada",
            place=_("Room 12"),
        ),
        Event(title=_("Team call"), starts=at(1, 14, 30), ends=at(1, 15), url="#team", kind="info"),
        Event(
            title=_("Visit: see Mateo read"),
            starts=at(2, 9, 30),
            ends=at(2, 11, 30),
            url="#mateo",
            kind="win",
        ),
    ]

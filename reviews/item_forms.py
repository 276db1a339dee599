"""One goal or service of a reading, every field of it, beside the page it stands on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.models import DocumentVersion
from reviews import structure
from web.forms import Form

MOST_MINUTES = 3000
MOST_BOXES = 12
Data = dict[str, Any]
PERIODS = (
    ("", _("not said")), ("day", _("a day")), ("week", _("a week")), ("cycle5", _("a five-day cycle")), ("month", _("a month")),
    ("six_weeks", _("six weeks")), ("nine_weeks", _("nine weeks")), ("quarter", _("a quarter")), ("trimester", _("a trimester")),
    ("semester", _("a semester")), ("year", _("a year")),
)  # fmt: skip
KINDS = (
    ("", _("not said")), ("special_education", _("Special education")), ("related", _("Related service")),
    ("supplementary", _("Supplementary aid")), ("transportation", _("Transportation")),
)  # fmt: skip


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))  # fmt: skip


def _long(label: Any, *, rows: int = 2, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=4000, required=required, widget=forms.Textarea(attrs={"rows": rows}))  # fmt: skip


def _short(label: Any, most: int = 300, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, **{"required": False, **more})


class Lines(forms.CharField):
    """Several texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [text for line in super().clean(value).splitlines() if (text := " ".join(line.split()))]

    def has_changed(self, initial: Any, data: Any) -> bool:
        typed = [" ".join(line.split()) for line in str(data or "").splitlines() if line.strip()]
        return [" ".join(str(text).split()) for text in initial or []] != typed


class ItemForm(Form):
    """A goal or service. `boxes` is what was drawn: `{"text": {"page": 2, "box": [left, top, right, bottom]}}`."""

    boxes = forms.CharField(required=False, widget=forms.HiddenInput, max_length=4000)

    def __init__(self, *args: Any, item: Data, version: DocumentVersion, **kwargs: Any) -> None:
        initial = {name: _as_typed(value) for name, value in item.items()}
        super().__init__(*args, initial=initial, **kwargs)
        self.version = version

    def clean_boxes(self) -> dict[str, Data]:
        """What fits a page of the paper; a box is a help, so that one that does not is left out."""
        try:
            told = json.loads(self.cleaned_data["boxes"] or "{}")
        except (ValueError, RecursionError):
            return {}
        if not isinstance(told, dict):
            return {}
        pages = {page.number: page for page in self.version.pages.only("number", "width", "height")}
        found: dict[str, Data] = {}
        for name, place in list(told.items())[:MOST_BOXES]:
            number, box = (place.get("page"), place.get("box")) if isinstance(place, dict) else (None, None)
            page = pages.get(number) if type(number) is int else None
            if name not in self.fields or page is None or box is None or not _is_box(box):
                continue
            left, top, right, bottom = map(float, box)
            found[name] = {"page": page.number, "box": [max(0.0, left), max(0.0, top), min(page.width, right), min(page.height, bottom)]}  # fmt: skip
        return found

    def changes(self) -> Data:
        """What differs from the reading, by field; empty fields are None."""
        found = {name: self.cleaned_data[name] for name in self.changed_data if name != "boxes"}
        return {name: value.isoformat() if isinstance(value, date) else None if value == "" else value for name, value in found.items()}  # fmt: skip


def _as_typed(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _is_box(box: Any) -> bool:
    return (
        isinstance(box, list) and len(box) == 4
        and all(type(edge) in (int, float) and math.isfinite(edge) for edge in box)
        and box[0] < box[2] and box[1] < box[3]
    )  # fmt: skip


class GoalForm(ItemForm):
    number = _short(_("Number"), 20)
    area = _short(_("Area"))
    text = _long(_("Goal"), required=True, rows=5)
    baseline = _long(_("Start"))
    condition = _long(_("Under what condition"))
    behavior = _long(_("What the student will do"))
    criterion = _long(_("Target"))
    timeframe = _short(_("By when"))
    measurement = _long(_("How it is measured"))
    objectives = Lines(label=_("Short-term objectives, one a line"), required=False, max_length=8000)


class ServiceForm(ItemForm):
    name = _short(_("Service"), required=True)
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS, required=False)
    as_written = _short(_("How much, in the words of the paper"))
    minutes = forms.FloatField(label=_("Minutes a session"), required=False, min_value=0, max_value=MOST_MINUTES)  # fmt: skip
    sessions = forms.FloatField(label=_("Sessions"), required=False, min_value=0, max_value=400)
    per = forms.ChoiceField(label=_("In"), choices=PERIODS, required=False)
    minutes_per_week = forms.FloatField(label=_("Minutes a week"), required=False, min_value=0, max_value=MOST_MINUTES)  # fmt: skip
    location = _short(_("Where"))
    setting = _short(_("Setting"), 60)
    provider = _short(_("Who provides it"))
    start, end = _day(_("From")), _day(_("Until"))


FORMS: Mapping[str, type[ItemForm]] = {"goals": GoalForm, "services": ServiceForm}


def form_for(slot: str, item: Data | None, data: Any, version: DocumentVersion) -> ItemForm:
    """The form of a goal or service; without an item that of a new one. Raises KeyError for another slot."""
    return FORMS[slot](data, item=item if item is not None else structure.empty(slot), version=version)

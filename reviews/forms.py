from __future__ import annotations

import json
import math
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Student
from documents.models import Page
from reviews import deciding, reading, structure
from reviews.item_forms import MOST_MINUTES, PERIODS, Lines
from reviews.models import Point, Review, ServiceRow, Status
from web.forms import Form, ModelForm

DATES = (
    ("meeting_date", _("Meeting")),
    ("iep_start", _("IEP starts")),
    ("iep_end", _("IEP ends")),
    ("annual_review_due", _("Annual review due")),
    ("reevaluation_due", _("Reevaluation due")),
)
PLAN = (
    ("school", _("School")),
    ("district", _("District")),
    ("eligibility.primary", _("Eligible because of")),
    ("lre.percent_general_education", _("Time in general education, percent")),
    ("lre.explanation_present", _("A reason for time away from other children is given")),
    ("esy.eligible", _("Extended school year")),
    ("progress_reporting.frequency", _("When progress is reported")),
    ("accommodations", _("Accommodations, one a line")),
    ("modifications", _("Modifications, one a line")),
)
FLAGS = ("lre.explanation_present", "esy.eligible")
LISTS = ("accommodations", "modifications")
GOAL = (
    ("area", _("Area")),
    ("text", _("Goal")),
    ("baseline", _("Start")),
    ("criterion", _("Target")),
    ("measurement", _("How it is measured")),
)
SERVICE = (
    ("name", _("Service")),
    ("minutes_per_week", _("Minutes a week")),
    ("location", _("Where")),
    ("start", _("From")),
    ("end", _("Until")),
)


class _PointForm(ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["severity"].required = False

    def clean_severity(self) -> str:
        return self.cleaned_data["severity"] or self.instance.severity

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if told.get("status") == Status.MUST_FIX and not told.get("citation"):
            self.add_error("citation", deciding.NEEDS_RULE)
        return told


class PointForm(_PointForm):
    """All that a point says."""

    class Meta:
        model = Point
        fields = [
            "status", "severity", "title", "title_es", "citation", "why", "why_es", "question", "question_es", "why_not",
            "why_not_es",
        ]  # fmt: skip
        widgets = {
            name: forms.Textarea(attrs={"rows": 3})
            for name in ("why", "why_es", "question", "question_es", "why_not", "why_not_es")
        }


class NewPointForm(_PointForm):
    """A point that a person saw; `box` is what was drawn on the page, `left,top,right,bottom` in points.

    Words drawn around are the quote, and a quote's words are found on the page: neither needs the other.
    """

    box = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)

    class Meta:
        model = Point
        fields = [
            "status", "severity", "title", "title_es", "quote", "citation", "why", "why_es", "question", "question_es",
            "why_not", "why_not_es",
        ]  # fmt: skip
        widgets = {
            name: forms.Textarea(attrs={"rows": 2})
            for name in ("quote", "why", "why_es", "question", "question_es", "why_not", "why_not_es")
        }

    def __init__(self, *args: Any, page: Page | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        self.fields["status"].initial = Status.ASK

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if self.page is not None and "box" in told:
            if not told["box"]:
                told["box"] = reading.boxes_of(told.get("quote", ""), self.page)
            elif not told.get("quote"):
                told["quote"] = reading.words_in(told["box"][0], self.page)
        return told

    def clean_box(self) -> list[list[float]]:
        text = self.cleaned_data["box"]
        if not text or self.page is None:
            return []
        try:
            left, top, right, bottom = (float(edge) for edge in text.split(","))
        except ValueError:
            raise ValidationError(_("The box on the page could not be read. Please draw it again.")) from None
        edges = left, top, right, bottom
        if not all(map(math.isfinite, edges)) or left >= right or top >= bottom:
            raise ValidationError(_("The box on the page could not be read. Please draw it again."))
        width, height = self.page.width, self.page.height
        return [[max(0.0, left), max(0.0, top), min(width, right), min(height, bottom)]]


class Person(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class ChildForm(Form):
    """The child with whom a paper is filed."""

    def __init__(self, *args: Any, students: QuerySet[Student], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["student"] = forms.ModelChoiceField(
            students, label=_("Child"), error_messages={"required": _("Please choose a child."), "invalid_choice": _("Please choose a child.")}
        )  # fmt: skip


class ServiceChangeForm(Form):
    """What is different of a service, from a day on: an amendment, or what the team agreed between two IEPs."""

    from_on = forms.DateField(label=_("From which day?"), widget=forms.DateInput(attrs={"type": "date"}))
    minutes = forms.FloatField(label=_("Minutes a session"), required=False, min_value=0, max_value=MOST_MINUTES)  # fmt: skip
    sessions = forms.FloatField(label=_("Sessions"), required=False, min_value=0, max_value=400)
    per = forms.ChoiceField(label=_("In"), choices=PERIODS, required=False)
    location = forms.CharField(label=_("Where"), required=False, max_length=300)
    ends_on = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))  # fmt: skip

    def __init__(self, *args: Any, row: ServiceRow, **kwargs: Any) -> None:
        names = ("minutes", "sessions", "per", "location", "ends_on")
        there = {name: getattr(row, name) for name in names}
        whole = {
            name: int(value)
            for name, value in there.items()
            if isinstance(value, float) and value.is_integer()
        }
        super().__init__(*args, initial={**there, **whole}, **kwargs)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and self.changed_data == ["from_on"]:
            raise ValidationError(_("Please say what is different."))
        if told.get("ends_on") and told.get("from_on") and told["ends_on"] < told["from_on"]:
            self.add_error("ends_on", _("This day is before the change."))
        return told

    def changes(self) -> dict[str, Any]:
        """What was changed, by the service's field."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class SettingForm(ModelForm):
    """Who checks a review, and by when."""

    class Meta:
        model = Review
        fields = ["assigned_to", "due_on"]
        labels = {"assigned_to": _("Who checks it"), "due_on": _("By when")}
        widgets = {"due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = self.instance.student.care_team.filter(until=None).values("user")
        self.fields["assigned_to"] = Person(
            User.objects.filter(pk__in=team, is_active=True).order_by("name"),
            label=_("Who checks it"), required=False, initial=self.instance.assigned_to_id, empty_label=_("Nobody yet"),
        )  # fmt: skip


class AskForm(Form):
    words = forms.CharField(
        label=_("Your question"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(Form):
    answer = forms.CharField(label=_("Answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


def _plan_field(path: str, label: Any) -> forms.Field:
    if path in FLAGS:
        told = [("", _("not said")), ("yes", _("yes")), ("no", _("no"))]
        return forms.ChoiceField(label=label, choices=told, required=False)
    if path in LISTS:
        return Lines(label=label, required=False, max_length=20_000)
    if path == "lre.percent_general_education":
        return forms.FloatField(label=label, required=False, min_value=0, max_value=100)
    return forms.CharField(label=label, required=False, max_length=300)


class ValuesForm(Form):
    """The dates, supports, goals and services of a reading. Field names are paths in the structure."""

    def __init__(self, *args: Any, data_read: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read = data_read
        for path, label in DATES:
            self._add(path, forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")))  # fmt: skip
        for path, label in PLAN:
            self._add(path, _plan_field(path, label))
        for index, _goal in enumerate(data_read["goals"]):
            for name, label in GOAL:
                long = name in ("text", "baseline", "criterion")
                widget = (
                    forms.Textarea(attrs={"rows": 4 if name == "text" else 2}) if long else forms.TextInput()
                )
                self._add(
                    f"goals[{index}].{name}",
                    forms.CharField(label=label, required=name == "text", max_length=4000, widget=widget),
                    of=gettext("Goal %(n)s") % {"n": index + 1},
                )
        for index, _row in enumerate(data_read["services"]):
            for name, label in SERVICE:
                field: forms.Field
                if name == "minutes_per_week":
                    field = forms.FloatField(label=label, required=False, min_value=0, max_value=MOST_MINUTES)
                elif name in ("start", "end"):
                    field = forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))  # fmt: skip
                else:
                    field = forms.CharField(label=label, required=False, max_length=300)
                self._add(f"services[{index}].{name}", field, of=gettext("Service %(n)s") % {"n": index + 1})

    def _add(self, path: str, field: forms.Field, *, of: str = "") -> None:
        if of:
            field.said_as = f"{of}, {field.label}"  # type: ignore[attr-defined]
        value = structure.at(self.read, path)
        if isinstance(field, forms.DateField):
            try:
                value = date.fromisoformat(value) if value else None
            except ValueError:
                value = None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if path in FLAGS:
            value = {True: "yes", False: "no"}.get(value, "")
        field.initial = value
        self.fields[path] = field

    def changes(self) -> dict[str, Any]:
        """What differs from the reading, by path; empty fields are None."""
        found: dict[str, Any] = {}
        for path in self.changed_data:
            value = self.cleaned_data[path]
            if path in FLAGS:
                value = {"yes": True, "no": False}.get(value)
            found[path] = value.isoformat() if isinstance(value, date) else value if value != "" else None
        return json.loads(json.dumps(found))  # type: ignore[no-any-return]

    def doubts(self) -> list[str]:
        """What was typed and may be a slip: papers do say such things, so it is kept, and pointed out."""
        told = self.cleaned_data
        start, end = told["iep_start"], told["iep_end"]
        if {"iep_start", "iep_end"} & set(self.changed_data) and start and end and end < start:
            return [str(_("Look again: the IEP ends before it starts. Is that what the paper says?"))]
        return []

    @property
    def dates(self) -> list[forms.BoundField]:
        return [self[path] for path, _label in DATES]

    @property
    def plan(self) -> list[forms.BoundField]:
        return [self[path] for path, _label in PLAN]

    @property
    def goals(self) -> list[list[forms.BoundField]]:
        return [[self[f"goals[{i}].{n}"] for n, _l in GOAL] for i in range(len(self.read["goals"]))]

    @property
    def services(self) -> list[list[forms.BoundField]]:
        return [[self[f"services[{i}].{n}"] for n, _l in SERVICE] for i in range(len(self.read["services"]))]

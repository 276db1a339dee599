from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.forms import FilesField
from progress import measures, sheets
from progress.models import (
    Called,
    DataPoint,
    DataSheet,
    Phase,
    SchoolReport,
    Setting,
    Strategy,
    StrategyResult,
    TermReport,
    Went,
    Win,
)
from web.forms import TOGETHER, Form, ModelForm, Tiles

DAY = {"type": "date"}
FIRST_YEAR, LAST_YEAR = 1990, 2100


def day(**more: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"), **more)


def year_is_right(on: date | None) -> date | None:
    if on is not None and not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise ValidationError(_("This day cannot be right."))
    return on


class NumberField(forms.FloatField):
    """A number typed with a point or a comma, from 0 up."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "data-stepper": ""})
        )  # fmt: skip
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:g}" if isinstance(value, float) else value

    def to_python(self, value: Any) -> Any:
        text = str(value).strip().rstrip("%").strip() if value is not None else value
        if isinstance(text, str) and text.count(",") == 1 and "." not in text:
            text = text.replace(",", ".")
        try:
            number = super().to_python(text)
        except ValidationError:
            raise ValidationError(_("Please type a number, such as 12.")) from None
        if number is not None and (not math.isfinite(number) or number < 0 or number > 1e9):
            raise ValidationError(_("Please type a number from 0 up."))
        return number


class TypedField(NumberField):
    """A number that is typed with care, without the buttons of a phone."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)


FIRST_AFTER_LAST = _("The first day comes after the last.")


class SheetForm(ModelForm):
    """How a goal is counted, from where to where."""

    rules: ClassVar = {
        "sheet_ends_after_it_starts": sheets.ENDS_FIRST,
        "target_lies_in_its_direction": TOGETHER,
    }

    class Meta:
        model = DataSheet
        fields = [*sheets.FIELDS]
        widgets = {"direction": Tiles(columns=2), "time_unit": forms.RadioSelect}
        help_texts = {
            "out_of": _("For tries and rubrics: how many tries make a set, or the highest score."),
            "per_minutes": _("For how often: the minutes of watching. Leave empty to count only the times."),
            "time_unit": _("For times."),
            "expect_days": _("Your Today page asks after so many days without a number."),
        }

    out_of = TypedField(label=_("Out of"), required=False, help_text=Meta.help_texts["out_of"])
    per_minutes = TypedField(label=_("In how many minutes"), required=False, help_text=Meta.help_texts["per_minutes"])  # fmt: skip
    baseline = TypedField(label=_("Start"))
    target = TypedField(label=_("Target"))
    starts_on = day(label=_("Start day"))
    target_on = day(label=_("Annual date"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["time_unit"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = [pair for pair in unit.choices if pair[0]]  # type: ignore[union-attr,index,misc]

    def clean_expect_days(self) -> int:
        days: int = self.cleaned_data["expect_days"]
        if not 1 <= days <= 365:
            raise ValidationError(_("Between 1 and 365 days, please."))
        return days

    def clean_starts_on(self) -> Any:
        return year_is_right(self.cleaned_data["starts_on"])

    def clean_target_on(self) -> Any:
        return year_is_right(self.cleaned_data["target_on"])

    def clean(self) -> dict[str, Any]:
        kept: dict[str, Any] = super().clean() or {}
        for name, sentence in sheets.check(kept).items():
            if name not in self.errors:
                self.add_error(name, sentence)
        return kept


class PointForm(Form):
    """A value as the sheet counts it, where, when, and a photo if there is one."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    # What the device's clock said when it was saved and when it was sent, in seconds since 1970.
    seen_at = forms.FloatField(widget=forms.HiddenInput, required=False)
    sent_at = forms.FloatField(widget=forms.HiddenInput, required=False)
    setting = forms.ChoiceField(label=_("Where?"), choices=Setting.choices, widget=Tiles(columns=3))
    happened_at = forms.DateTimeField(
        label=_("When was it?"), required=False, help_text=_("Empty means now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    note = forms.CharField(
        label=_("A note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    paper = FilesField(label=_("A photo or work sample"), required=False)

    def __init__(self, *args: Any, sheet: DataSheet, typed: bool = False, **kwargs: Any) -> None:
        """`typed` asks for numbers where buttons would do: another number of tries than the usual."""
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.fields["key"].initial = uuid4
        ready = [] if typed else measures.buttons(sheet)
        if measures.counts(sheet):
            self.fields["part"] = self._part(ready)
            if measures.shows_whole(sheet) and not ready:
                tries = sheet.measure == "trials"
                self.fields["whole"] = NumberField(
                    label=_("Out of how many tries?") if tries else _("In how many minutes?"), required=False,
                    initial=_short(sheet.out_of if tries else sheet.per_minutes or 1),
                )  # fmt: skip
        elif ready:
            self.fields["value"] = forms.ChoiceField(label=_("How did it go?"), choices=ready, widget=Tiles(columns=2 if sheet.measure == "prompts" else 4), error_messages={"invalid_choice": str(measures.TOO_MANY.get(sheet.measure, "")), "required": _("How did it go? Please choose.")})  # fmt: skip
        else:
            self.fields["value"] = NumberField(label=measures.unit(sheet)[:1].upper() + measures.unit(sheet)[1:], error_messages={"required": _("Please give a number.")})  # fmt: skip
        first = [name for name in ("value", "part", "whole") if name in self.fields]
        self.order_fields([*first, "setting"])

    def _part(self, ready: Sequence[tuple[str, str]]) -> forms.Field:
        if self.sheet.measure == "trials":
            label: Any = _("How many were right?")
        else:
            label = _("How many times?")
        asked = {"required": _("Please give a number.")}
        if ready:
            return forms.ChoiceField(
                label=label, choices=ready, widget=Tiles(columns=4), error_messages=asked
            )
        return NumberField(label=label, error_messages=asked)

    def _number(self, name: str) -> float | None:
        raw = self.cleaned_data.get(name)
        if raw in (None, ""):
            return None
        try:
            number: float | None = NumberField().to_python(raw)
        except ValidationError as problem:
            self.add_error(name, problem)
            return None
        return number

    def clean(self) -> dict[str, Any]:
        kept: dict[str, Any] = super().clean() or {}
        for name in ("value", "part", "whole"):
            if name in self.fields and name not in self.errors:
                kept[name] = self._number(name)
        if not self.errors:
            try:
                measures.reckon(self.sheet, value=kept.get("value"), part=kept.get("part"), whole=kept.get("whole"))  # fmt: skip
            except measures.Impossible as problem:
                self.say(problem)
        return kept

    def say(self, problem: measures.Impossible) -> None:
        """Puts a sentence beside its field."""
        self.add_error(problem.field if problem.field in self.fields else None, problem.sentence)

    def told(self) -> dict[str, Any]:
        """What `points.log` takes."""
        kept = self.cleaned_data
        seen, sent = _moment(kept.get("seen_at")), _moment(kept.get("sent_at"))
        typed = kept.get("happened_at")
        return {
            "key": kept["key"], "setting": kept["setting"], "note": kept["note"], "value": kept.get("value"),
            "part": kept.get("part"), "whole": kept.get("whole"), "files": kept["paper"],
            "happened_at": typed or (seen if sent else None), "device_at": sent if seen and not typed else None,
        }  # fmt: skip


def _short(number: float | None) -> str:
    return f"{number:g}" if number is not None else ""


def _moment(seconds: float | None) -> datetime | None:
    """A device's clock as a moment; nonsense is no clock at all."""
    if seconds is None or not math.isfinite(seconds) or not 0 < seconds < 7.3e9:
        return None
    return datetime.fromtimestamp(seconds, tz=UTC)


class CorrectionForm(PointForm):
    """A point set right. What it said before is kept."""

    reason = forms.CharField(label=_("Why? (others see this)"), max_length=200, required=False)

    def __init__(self, *args: Any, point: DataPoint, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {
            "value": _short(point.value), "part": _short(point.part), "whole": _short(point.whole),
            "setting": point.setting, "note": point.note, "happened_at": timezone.localtime(point.happened_at), "key": point.key,
        })  # fmt: skip
        super().__init__(*args, sheet=point.sheet, **kwargs)
        for name in ("paper", "seen_at", "sent_at"):
            del self.fields[name]
        self.fields["key"].required = False

    def told(self) -> dict[str, Any]:
        kept = self.cleaned_data
        return {name: kept.get(name) for name in ("value", "part", "whole", "setting", "note", "happened_at", "reason")}  # fmt: skip


class WithdrawalForm(Form):
    reason = forms.CharField(label=_("Why is it taken back? (others see this)"), max_length=200)


class EndForm(Form):
    reason = forms.CharField(label=_("Why does it end?"), max_length=200, required=False)


class PhaseForm(ModelForm):
    class Meta:
        model = Phase
        fields = ["on", "words"]
        widgets = {"on": forms.DateInput(attrs=DAY, format="%Y-%m-%d")}

    def clean_on(self) -> Any:
        return year_is_right(self.cleaned_data["on"])


class SchoolReportForm(ModelForm):
    """One line of the school's report. Left open, what it comes to is read from the words."""

    rules: ClassVar = {"report_period_ends_after_start": FIRST_AFTER_LAST}

    class Meta:
        model = SchoolReport
        fields = ["ends_on", "starts_on", "words", "value", "called", "page"]
        widgets = {"words": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "ends_on": _("The last day of the term, or the date of the report."),
        }

    ends_on = day(label=_("Until"), help_text=Meta.help_texts["ends_on"])
    starts_on = day(label=_("From"), required=False)
    value = TypedField(label=_("The school's number"), required=False)
    called = forms.ChoiceField(label=_("What it comes to"), required=False, choices=[("", _("Read it from the words")), *[pair for pair in Called.choices if pair[0]]])  # fmt: skip

    def __init__(self, *args: Any, sheet: DataSheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.fields["value"].help_text = measures.unit(sheet)

    def clean_ends_on(self) -> Any:
        return year_is_right(self.cleaned_data["ends_on"])

    def clean_starts_on(self) -> Any:
        return year_is_right(self.cleaned_data["starts_on"])

    def clean(self) -> dict[str, Any]:
        kept: dict[str, Any] = super().clean() or {}
        if kept.get("starts_on") and kept.get("ends_on") and kept["starts_on"] > kept["ends_on"]:
            self.add_error("starts_on", FIRST_AFTER_LAST)
        value = kept.get("value")
        if value is not None and value > measures.most(self.sheet):
            self.add_error("value", str(measures.TOO_MANY.get(self.sheet.measure) or _("This is more than there can be.")))  # fmt: skip
        return kept


class WinForm(ModelForm):
    rules: ClassVar = {"win_has_words": _("Write what went well.")}

    class Meta:
        model = Win
        fields = ["words", "setting", "happened_on", "sheet"]
        widgets = {
            "words": forms.Textarea(attrs={"rows": 3}),
            "setting": Tiles(columns=3),
            "happened_on": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        }

    paper = FilesField(label=_("A photo"), required=False)

    def __init__(self, *args: Any, sheets: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"happened_on": today, "setting": Setting.SCHOOL})
        super().__init__(*args, **kwargs)
        self.today = today
        goal = self.fields["sheet"]
        assert isinstance(goal, forms.ModelChoiceField)
        goal.queryset, goal.empty_label = sheets, str(_("No goal in particular"))

    def clean_happened_on(self) -> Any:
        return not_ahead(year_is_right(self.cleaned_data["happened_on"]), self.today)


def not_ahead(on: date | None, today: date) -> date | None:
    if on is not None and on > today:
        raise ValidationError(_("This day has not come yet."))
    return on


class StrategyForm(ModelForm):
    rules: ClassVar = {"strategy_ends_after_start": FIRST_AFTER_LAST}

    class Meta:
        model = Strategy
        fields = ["trigger", "response", "who", "started_on", "sheets"]
        widgets = {
            "response": forms.Textarea(attrs={"rows": 3}),
            "started_on": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
            "sheets": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "trigger": _("Such as: when he is asked to write"),
            "response": _("Such as: offer two choices and wait ten seconds"),
            "who": _("Such as: teacher, mother, bus driver"),
            "sheets": _("A line marks the start on the charts of these goals; with none, on all."),
        }

    def __init__(self, *args: Any, sheets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        goals = self.fields["sheets"]
        assert isinstance(goals, forms.ModelMultipleChoiceField)
        goals.queryset = sheets

    def clean_started_on(self) -> Any:
        return year_is_right(self.cleaned_data["started_on"])


class ResultForm(ModelForm):
    class Meta:
        model = StrategyResult
        fields = ["went", "setting", "words", "happened_on"]
        widgets = {
            "words": forms.Textarea(attrs={"rows": 2}),
            "happened_on": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        }

    setting = forms.ChoiceField(label=_("Where"), choices=Setting.choices, widget=Tiles(columns=3))
    went = forms.ChoiceField(label=_("How did it go?"), choices=Went.choices, widget=Tiles(columns=3))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"happened_on": today, "setting": Setting.SCHOOL})
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_happened_on(self) -> Any:
        return not_ahead(year_is_right(self.cleaned_data["happened_on"]), self.today)


class EndStrategyForm(Form):
    ended_on = day(label=_("Last day"))


TERM_ENDS_FIRST = _("The term must end after it starts.")
TOO_LONG_DAYS = 370  # of a term's report


class TermForm(ModelForm):
    rules: ClassVar = {"term_ends_after_it_starts": TERM_ENDS_FIRST}

    class Meta:
        model = TermReport
        fields = ["starts_on", "ends_on", "language"]
        widgets = {
            "starts_on": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        }

    language = forms.ChoiceField(label=_("Language"), choices=[("en", "English"), ("es", "Español")])

    def clean(self) -> dict[str, Any]:
        kept: dict[str, Any] = super().clean() or {}
        first, last = kept.get("starts_on"), kept.get("ends_on")
        if first and last and last <= first:
            self.add_error("ends_on", TERM_ENDS_FIRST)
        if first and last and (last - first).days > TOO_LONG_DAYS:
            self.add_error("ends_on", _("A report covers at most a year."))
        return kept

    def clean_starts_on(self) -> Any:
        return year_is_right(self.cleaned_data["starts_on"])

    def clean_ends_on(self) -> Any:
        return year_is_right(self.cleaned_data["ends_on"])

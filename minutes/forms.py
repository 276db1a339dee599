"""Forms about sessions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from documents.models import Document
from minutes import importing
from minutes.models import LONGEST, Evidence, MissedKind, Setting, Worksheet
from minutes.recording import Service
from web.forms import Form, ModelForm, Tiles
from web.ids import new_id

HELD, OTHER, WHOLE_DAY = "held", "other", "day"
OUTCOMES = [(HELD, _("It was held")), *MissedKind.choices]
STAFF_EVIDENCE = [choice for choice in Evidence.choices if choice[0] != Evidence.PROVIDER]


class DayField(forms.CharField):
    """A day, from the browser's own picker or as people write it: 2026-11-03, 11/3/2026, 11/3."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, *, today: date | None = None, **kwargs: Any) -> None:
        self.today = today or date.min
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> date | None:
        told = super().clean(value)
        if not told:
            return None
        try:
            return importing.parse_day(told, today=self.today)
        except ValueError as problem:
            raise ValidationError(str(problem), code="invalid") from None


class EntryForm(Form):
    """A session, held or not. With `fixed` the evidence is not asked for."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)
    service = forms.ChoiceField(label=_("Service"), widget=Tiles(columns=2))
    other_name = forms.CharField(label=_("Name of the service"), required=False, max_length=300)
    on = DayField(label=_("Day"))
    outcome = forms.ChoiceField(
        label=_("Was it held?"), choices=OUTCOMES, initial=HELD, widget=Tiles(columns=2)
    )
    minutes = forms.IntegerField(
        label=_("Minutes"), required=False, min_value=1, max_value=LONGEST,
        help_text=_("Empty: as long as the plan says."),
    )  # fmt: skip
    provider = forms.CharField(label=_("Who gave it"), required=False, max_length=120)
    setting = forms.ChoiceField(label=_("Where"), required=False, choices=Setting.choices)
    group_size = forms.IntegerField(
        label=_("Children in the group"), required=False, min_value=1, max_value=99
    )
    makes_up_for_on = DayField(
        label=_("Makes up for a session missed on"), required=False,
        help_text=_("The day of the missed session. It counts there."),
    )  # fmt: skip
    evidence = forms.ChoiceField(label=_("How do you know?"), choices=STAFF_EVIDENCE, initial=Evidence.LOG)
    document = forms.ModelChoiceField(
        label=_("Paper"), queryset=Document.objects.none(), required=False, empty_label=_("None")
    )
    page = forms.IntegerField(label=_("Page"), required=False, min_value=1, max_value=9999)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The family can read it."),
    )  # fmt: skip
    sure = forms.BooleanField(label=_("Yes, I am sure. Keep it as written."), required=False)

    def __init__(
        self, *args: Any, services: list[Service], today: date, documents: Any = None, fixed: str = "", whole_day: bool = True,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.services = {service.key: service for service in services}
        self.today = today
        self.fixed = fixed
        choices: list[tuple[str, Any]] = [(one.key, one.name) for one in services]
        choices.append((OTHER, _("Another service")))
        if whole_day:
            choices.append((WHOLE_DAY, _("The whole day, all services")))
        self.fields["service"].choices = choices  # type: ignore[attr-defined]
        for name in ("on", "makes_up_for_on"):
            self.fields[name].today = today  # type: ignore[attr-defined]
        if not self.is_bound:
            self.fields["on"].initial = self.initial.get("on") or today
            if len(services) == 1:
                self.fields["service"].initial = services[0].key
        if fixed:
            for name in ("evidence", "document", "page"):
                del self.fields[name]
        elif documents is not None:
            self.fields["document"].queryset = documents  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or {}
        service, held = filled.get("service"), filled.get("outcome") == HELD
        if service == OTHER and not filled.get("other_name"):
            self.add_error("other_name", _("Please write the name of the service."))
        if service == WHOLE_DAY and held:
            self.add_error("outcome", _("For the whole day, please say why nothing was held."))
        if held and filled.get("minutes") is None and "minutes" not in self.errors and filled.get("on"):
            found = self.services[service].minutes_on(filled["on"]) if service in self.services else None
            if found is None:
                self.add_error("minutes", _("How many minutes was it?"))
            filled["minutes"] = found
        return filled

    def entry(self) -> dict[str, Any]:
        """What `recording.log_session` and `log_missed` take."""
        filled = self.cleaned_data
        told = {
            name: filled.get(name) for name in ("key", "on", "minutes", "document", "page", "note", "sure")
        }
        told["service"] = self.services.get(filled["service"])
        told["service_name"] = filled["other_name"] if filled["service"] == OTHER else ""
        told["evidence"] = self.fixed or filled["evidence"]
        if self.held:
            told |= {name: filled[name] for name in ("provider", "setting", "group_size", "makes_up_for_on")}
        else:
            told["kind"] = filled["outcome"]
        return told

    @property
    def held(self) -> bool:
        return bool(self.cleaned_data["outcome"] == HELD)


class CorrectionForm(EntryForm):
    """What an entry should say, and why it changes."""

    why = forms.CharField(label=_("Why does it change?"), max_length=200)

    def __init__(self, *args: Any, held: bool, whole_day: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, whole_day=whole_day and not held, **kwargs)
        self.was_held = held
        for name in ("key", "sure", *(() if not held else ("outcome",))):
            del self.fields[name]
        if held:
            return
        self.fields["outcome"].choices = MissedKind.choices  # type: ignore[attr-defined]
        for name in ("provider", "setting", "group_size", "makes_up_for_on"):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        self.cleaned_data.setdefault("outcome", HELD)
        return super().clean()

    def values(self) -> dict[str, Any]:
        filled = self.cleaned_data
        service = self.services.get(filled["service"])
        found: dict[str, Any] = {name: filled[name] for name in ("on", "minutes", "note") if name in filled}
        for name in ("evidence", "document", "page", "provider", "setting", "group_size", "makes_up_for_on"):
            if name in self.fields:
                found[name] = filled[name]
        if not self.was_held:
            found["kind"] = filled["outcome"]
        found["service"] = service.row_on(filled["on"]).service if service else None
        found["service_name"] = (
            service.name if service else filled["other_name"] if filled["service"] == OTHER else ""
        )
        return found


class StrikeForm(Form):
    why = forms.CharField(label=_("Why is it struck out?"), max_length=200)


class ImportForm(Form):
    """A school's log, as a file or pasted."""

    file = forms.FileField(label=_("File (CSV)"), required=False)
    content = forms.CharField(
        label=_("Or paste the table here"), required=False, strip=False, max_length=importing.MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )  # fmt: skip
    service = forms.ChoiceField(label=_("Service of rows that name none"), required=False)
    evidence = forms.ChoiceField(label=_("How do you know?"), choices=STAFF_EVIDENCE, initial=Evidence.LOG)
    document = forms.ModelChoiceField(
        label=_("Paper it is copied from"),
        queryset=Document.objects.none(),
        required=False,
        empty_label=_("None"),
    )

    def __init__(self, *args: Any, services: list[Service], documents: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.services = {service.key: service for service in services}
        self.fields["service"].choices = [("", _("None")), *((one.key, one.name) for one in services)]  # type: ignore[attr-defined]
        self.fields["document"].queryset = documents  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or {}
        file = filled.get("file")
        if file is not None:
            if file.size > importing.MOST_BYTES:
                raise ValidationError({"file": _("This is more than 1 MB. Please send a part of it.")})
            filled["content"] = text_of(file.read())
        if not (filled.get("content") or "").strip():
            raise ValidationError(
                {"content": _("There is nothing here yet. Choose a file, or paste the table.")}
            )
        return filled


def text_of(content: bytes) -> str:
    """The text of a file, whatever made it."""
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", errors="replace")


class StretchForm(Form):
    """From a day until a day."""

    since = DayField(label=_("From"))
    until = DayField(label=_("Until"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("since", "until"):
            self.fields[name].today = today  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or {}
        since, until = filled.get("since"), filled.get("until")
        if since and until:
            if until < since:
                self.add_error("until", _("This day lies before the first one."))
            elif until - since > timedelta(days=800):
                self.add_error("until", _("Please choose two years at most."))
            elif not 1990 <= since.year <= until.year <= 2100:
                self.add_error("since", _("This day cannot be right."))
        return filled


class WorksheetForm(ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Worksheet
        fields = ["missed", "effect", "would_help", "questions"]
        widgets = {name: forms.Textarea(attrs={"rows": 5}) for name in fields}
        help_texts = {
            "missed": _("Which lessons, skills or help did not happen? What did the child do instead?"),
            "effect": _("Numbers from goals, reports and home: what stood still, what slid back, what held?"),
            "would_help": _("What would bring the child to where the plan meant to bring them? In which form, when, with whom?"),
            "questions": _("What would you like to hear from the school team?"),
        }  # fmt: skip

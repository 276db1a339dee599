"""Forms as every page shows them: `{% field %}` draws a field, `{% errors %}` the summary. Forms only clean a POST."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.forms.renderers import BaseRenderer, DjangoTemplates
from django.forms.utils import pretty_name
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise, lazy
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from web.phones import phone
from web.zones import zone_choices

FILL = _("{label}: please fill this in.")
CHOOSE = _("{label}: please choose.")
NUMBER = _("{label}: please write a number.")
AT_LEAST = _("{label}: {limit} or more, please.")
AT_MOST = _("{label}: {limit} or less, please.")
TICK = _("Please tick this to go on: {label}")
# Django's own words for these speak of values; the error summary needs the field's name besides.
PLAIN: dict[str, Any] = {
    "min_value": _("{label}: type %(limit_value)s or more."),
    "max_value": _("{label}: type %(limit_value)s or less."),
    "min_length": _("{label}: type at least %(limit_value)s characters."),
    "max_length": _("{label}: at most %(limit_value)s characters. This has %(show_value)s."),
    "max_digits": _("{label}: that number is too long."),
    "max_whole_digits": _("{label}: that number is too long."),
    "max_decimal_places": _("{label}: at most %(max)s digits after the point."),
}
NOT_A_NUMBER = _("{label}: type a number.")
NOT_A_DAY = _("{label}: type a date like 2026-11-24.")
NOT_A_TIME = _("{label}: type a time like 9:00 or 17:30.")
NOT_A_MOMENT = _("{label}: type a date and a time, like 2026-11-24 17:30.")
NOT_WHOLE = _("{label}: type a whole number.")
NOT_AN_ADDRESS = _("{label}: type a whole web address, like https://example.org.")
TOGETHER = _("These entries do not go together. Please look at them again.")
PHONE_FORMS = _("10 digits, or + and the country code for another country.")
BLANK = "---------"  # what Django shows for nothing chosen


def _percent_safe(text: Any) -> str:
    return str(text).replace("%", "%%")


_safe = lazy(_percent_safe, str)


class _Plain:
    """Labels end as written, and an empty field is asked for by its own name, which the error summary needs."""

    # Widgets are drawn from Django's own templates; `{% field %}` draws what stands around them.
    default_renderer: BaseRenderer | type[BaseRenderer] | None = DjangoTemplates()
    fields: dict[str, forms.Field]
    # Fields that the form itself asks for, one of two or all at some step: nothing says that they can be skipped.
    insists_on: frozenset[str] = frozenset()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self._plain: set[forms.Field] = set()
        for name in self.fields:
            self._put_plainly(name)

    def __getitem__(self, name: str) -> forms.BoundField:
        # Every field is drawn and cleaned by way of this: it finds those that a form adds or replaces later.
        if name in self.fields:
            self._put_plainly(name)
        found: forms.BoundField = super().__getitem__(name)  # type: ignore[misc]
        return found

    def _put_plainly(self, name: str) -> None:
        item = self.fields[name]
        if item in self._plain:
            return
        self._plain.add(item)
        # `said_as` is the fuller name of a field whose label stands more than once on a page.
        label = getattr(item, "said_as", "") or item.label or pretty_name(name)
        _speak_plainly(item, label)
        if item.error_messages.get("required") == forms.Field.default_error_messages["required"]:
            choosing = isinstance(item, forms.ChoiceField | forms.FileField)
            wanted = CHOOSE if choosing else TICK if isinstance(item, forms.BooleanField) else FILL
            item.error_messages["required"] = format_lazy(wanted, label=label)
        if isinstance(item, forms.IntegerField):  # decimals too
            _say_limits(item, label)


def _say_limits(item: forms.IntegerField, label: Any) -> None:
    """A number that is too small, too large or none is said so with the field's name."""
    if item.error_messages["invalid"] == type(item).default_error_messages["invalid"]:
        item.error_messages["invalid"] = format_lazy(NUMBER, label=label)
    for limit in item.validators:
        if isinstance(limit, MinValueValidator):
            limit.message = format_lazy(AT_LEAST, label=label, limit=limit.limit_value)
        elif isinstance(limit, MaxValueValidator):
            limit.message = format_lazy(AT_MOST, label=label, limit=limit.limit_value)


def _speak_plainly(item: forms.Field, label: Any) -> None:
    """Gives a field our words for its limits and for nothing chosen, where it has none of its own."""
    for code, words in PLAIN.items():
        item.error_messages.setdefault(code, format_lazy(words, label=_safe(label)))
    invalid = item.error_messages.get("invalid")
    for kind, words in (
        (forms.IntegerField, NOT_WHOLE), (forms.DecimalField, NOT_A_NUMBER), (forms.URLField, NOT_AN_ADDRESS),
        (forms.DateField, NOT_A_DAY), (forms.TimeField, NOT_A_TIME), (forms.DateTimeField, NOT_A_MOMENT),
    ):  # fmt: skip
        if isinstance(item, kind) and invalid is kind.default_error_messages["invalid"]:
            item.error_messages["invalid"] = format_lazy(words, label=label)
            break
    nothing = _("Choose one") if item.required else _("Not chosen")
    if isinstance(item, forms.ModelChoiceField):
        if item.empty_label == BLANK:
            item.empty_label = nothing
    elif (
        isinstance(item, forms.ChoiceField) and isinstance(item.choices, list) and ("", BLANK) in item.choices
    ):
        item.choices = [("", nothing) if choice == ("", BLANK) else choice for choice in item.choices]


class Form(_Plain, forms.Form):
    """A plain form without the trailing colon."""


class AskingForm(Form):
    """A form that asks before it writes the same thing once more: whoever goes back and presses again sends a second one.

    Its page shows `again` where it has an error.
    """

    again = forms.BooleanField(label=_("Yes, this is another one"), required=False)

    def asks(self, twin: str) -> bool:
        """Whether it has to be asked: `twin` says what is there already, and nobody has ticked that this is another."""
        if not twin or self.cleaned_data["again"]:
            return False
        self.add_error("again", twin)
        return True


class ModelForm(_Plain, forms.ModelForm):
    """A model form without the trailing colon. What the table does not allow is said in a sentence, never by its name."""

    # The sentence for each rule of the table that this form could break, by the rule's name. A rule is asked only when
    # none of its fields has an error already, so what `clean` says beside a field is not said twice.
    rules: ClassVar[Mapping[str, str | Promise]] = {}

    def _update_errors(self, errors: ValidationError) -> None:
        checks = [
            rule for rule in self._meta.model._meta.constraints if isinstance(rule, models.CheckConstraint)
        ]  # type: ignore[attr-defined]
        named = {str(rule.get_violation_error_message()): rule.name for rule in checks}
        for error in getattr(errors, "error_dict", {}).get(NON_FIELD_ERRORS, []):
            if (name := named.get(str(error.message))) is not None:
                error.message = self.rules.get(name, TOGETHER)
        super()._update_errors(errors)  # type: ignore[misc]


class HoneypotMixin(forms.Form):
    """One field that people never see. A program that fills it is told a sentence and nothing is kept."""

    company_page = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean_company_page(self) -> str:
        if self.cleaned_data.get("company_page"):
            raise ValidationError(_("We could not read that. Please reload the page and try again."))
        return ""


class Tiles(forms.RadioSelect):
    """Radios drawn as tiles, `columns` beside each other where there is room."""

    def __init__(self, *args: Any, columns: int = 3, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns


class Switch(forms.CheckboxInput):
    """A checkbox drawn as a switch."""


class PhoneField(forms.CharField):
    """A telephone number; cleans to E.164 ("+14065550142") or an empty string. Its hint says what is accepted, after
    what the form's own hint says."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})

    def __init__(self, *, region: str = "US", **kwargs: Any) -> None:
        self.region = region
        kwargs.setdefault("max_length", 40)
        own = kwargs.pop("help_text", "")
        kwargs["help_text"] = format_lazy("{own} {forms}", own=own, forms=PHONE_FORMS) if own else PHONE_FORMS
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return phone(text, self.region)
        except ValueError as problem:
            raise ValidationError(str(problem), code="invalid") from None


class ZoneField(forms.ChoiceField):
    """A time zone of the United States by its common name; cleans to the IANA key."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Time zone"))
        super().__init__(choices=zone_choices, **kwargs)


@dataclass
class Dressed:
    """A bound field with everything its template prints."""

    kind: str
    id: str
    label: str | Promise
    hint: str
    errors: list[str]
    skippable: bool
    described: str
    control: SafeString | str = ""
    columns: int = 3
    choices: list[Any] = field(default_factory=list)

    @property
    def hint_id(self) -> str:
        return f"{self.id}_helptext"

    @property
    def error_id(self) -> str:
        return f"{self.id}_error"


_KINDS: list[tuple[type[forms.Widget], str]] = [
    (Tiles, "tiles"),
    (forms.RadioSelect, "choices"),
    (forms.CheckboxSelectMultiple, "choices"),
    (Switch, "switch"),
    (forms.CheckboxInput, "check"),
]
# What a browser should offer and which keys a phone should show, by the type of the field.
_BY_FIELD: list[tuple[type[forms.Field], dict[str, str]]] = [
    (forms.EmailField, {"autocomplete": "email", "inputmode": "email"}),
    (forms.URLField, {"autocomplete": "url", "inputmode": "url"}),
    (forms.DecimalField, {"inputmode": "decimal"}),
    (forms.IntegerField, {"inputmode": "numeric"}),
]


def dress(bound: forms.BoundField) -> Dressed:
    """Everything `components/field.html` prints for a bound field: kind, ids, errors and the control itself."""
    widget = bound.field.widget
    kind = "hidden" if bound.is_hidden else next((k for cls, k in _KINDS if isinstance(widget, cls)), "text")
    dressed = Dressed(
        kind=kind,
        id=bound.auto_id or bound.html_name,
        label=bound.label,
        hint=str(bound.help_text or ""),
        errors=[str(error) for error in bound.errors],
        skippable=not bound.field.required
        and kind not in ("check", "switch", "hidden")
        and bound.name not in getattr(bound.form, "insists_on", ()),
        described="",
    )
    described = [dressed.hint_id] if dressed.hint else []
    described += [dressed.error_id] if dressed.errors else []
    dressed.described = " ".join(described)
    if kind in ("tiles", "choices"):
        dressed.choices = list(bound.subwidgets)
        dressed.columns = getattr(widget, "columns", 3)
        return dressed
    dressed.control = bound.as_widget(attrs=_attributes(bound, dressed))
    return dressed


def _attributes(bound: forms.BoundField, dressed: Dressed) -> dict[str, Any]:
    attrs: dict[str, Any] = dict(
        next((attrs for cls, attrs in _BY_FIELD if isinstance(bound.field, cls)), {})
        if isinstance(bound.field.widget, forms.widgets.Input)
        else {}
    )
    attrs.update(bound.field.widget.attrs)
    if dressed.kind == "text":
        attrs["class"] = f"input {attrs.get('class', '')}".strip()
    if dressed.described:
        attrs["aria-describedby"] = dressed.described
    if dressed.errors:
        attrs["aria-invalid"] = "true"
    return attrs


@dataclass(frozen=True)
class Line:
    """One line of an error summary, and the id of the control it speaks of ("" when it speaks of the whole form)."""

    text: str
    target: str


def error_lines(form: forms.BaseForm) -> list[Line]:
    """What is wrong with a bound form, in the order of the page: the form's own errors, then each field's."""
    lines = [Line(str(error), "") for error in form.non_field_errors()]
    for bound in form:
        if bound.errors:
            # A group of radios or boxes has no id of its own; its first member has.
            target = bound.id_for_label or f"{bound.auto_id}_0"
            lines += [Line(str(error), "" if bound.is_hidden else target) for error in bound.errors]
    return lines


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: the fields of a POST, even none at all, and nothing for any other request."""
    return request.POST if request.method == "POST" else None

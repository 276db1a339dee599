from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms import email_field
from accounts.models import User
from scheduling.models import Format, Service
from web.forms import Form, HoneypotMixin, ModelForm, PhoneField, Tiles


def texts_wording(firm_name: str) -> str:
    """What the box says; kept with the consent, word for word."""
    return str(
        _("Text me about this call: about 3 texts from %(firm)s. Message and data rates may apply. Text STOP to end texts, HELP for help.")
        % {"firm": firm_name}
    )  # fmt: skip


class BookingForm(HoneypotMixin, Form):
    """What a family tells us. A mobile number or an e-mail address is enough; both are welcome."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        error_messages={"required": _("Tell us your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = PhoneField(label=_("Mobile number"), required=False, help_text=_("We will call this number."))
    email = email_field(label=_("E-mail"), required=False, help_text=_("One of the two is enough."))
    child = forms.CharField(
        label=_("Your child's first name"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    texts = forms.BooleanField(required=False)

    def __init__(self, *args: Any, firm_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wording = texts_wording(firm_name)
        self.fields["texts"].label = self.wording

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not self.errors and not found.get("phone") and not found.get("email"):
            self.add_error("phone", _("Add a mobile number or an e-mail address, so that we can reach you."))
        if found.get("texts") and not found.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Add the mobile number that we may text."))
        return found

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_child(self) -> str:
        return " ".join(self.cleaned_data["child"].split())


class ServiceForm(ModelForm):
    class Meta:
        model = Service
        fields = [
            "name", "name_es", "about", "about_es", "minutes", "format", "place", "step_minutes",
            "notice_minutes", "horizon_days", "change_until_minutes", "buffer_before", "buffer_after",
            "advocates", "questions", "published",
        ]  # fmt: skip
        labels = {
            "name": _("Name"),
            "name_es": _("Name in Spanish"),
            "about": _("In one or two sentences"),
            "about_es": _("The same in Spanish"),
            "minutes": _("Minutes"),
            "format": _("How you meet"),
            "place": _("Where, or the link"),
            "step_minutes": _("Offer a start every … minutes"),
            "notice_minutes": _("Book at least … minutes ahead"),
            "horizon_days": _("Book at most … days ahead"),
            "change_until_minutes": _("Families change it until … minutes before"),
            "buffer_before": _("Minutes kept free before"),
            "buffer_after": _("Minutes kept free after"),
            "advocates": _("Who gives it"),
            "questions": _("Ask before the call"),
            "published": _("Families can book it"),
        }
        widgets = {"format": Tiles(choices=Format.choices), "advocates": forms.CheckboxSelectMultiple()}

    minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=480)
    step_minutes = forms.IntegerField(label=_("Offer a start every … minutes"), min_value=5, max_value=720)
    notice_minutes = forms.IntegerField(
        label=_("Book at least … minutes ahead"), min_value=0, max_value=60 * 24 * 60
    )
    horizon_days = forms.IntegerField(label=_("Book at most … days ahead"), min_value=1, max_value=365)
    change_until_minutes = forms.IntegerField(
        label=_("Families change it until … minutes before"), min_value=0, max_value=60 * 24 * 30
    )
    buffer_before = forms.IntegerField(label=_("Minutes kept free before"), min_value=0, max_value=240)
    buffer_after = forms.IntegerField(label=_("Minutes kept free after"), min_value=0, max_value=240)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["advocates"].queryset = User.objects.advocates().order_by("name")  # type: ignore[attr-defined]


class HoursForm(Form):
    """One line a weekday: from and to; empty means closed. A second stretch is for a break in between."""

    DAYS = [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]

    ENDS = {
        "from": (_("{day}, from"), _("{day}, again from")),
        "to": (_("{day}, to"), _("{day}, again to")),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, label in enumerate(self.DAYS):
            for stretch in (1, 2):
                for end, words in self.ENDS.items():
                    self.fields[f"d{day}_{stretch}_{end}"] = forms.TimeField(
                        required=False,
                        label=format_lazy(words[stretch - 1], day=label),
                        error_messages={"invalid": _("Type a time like 9:00 or 17:30.")},
                        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                    )

    def rows(self) -> list[tuple[Any, list[Any]]]:
        return [
            (label, [self[f"d{day}_{s}_{end}"] for s in (1, 2) for end in ("from", "to")])
            for day, label in enumerate(self.DAYS)
        ]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for day in range(7):
            ends = None
            for stretch in (1, 2):
                opens, closes = found.get(f"d{day}_{stretch}_from"), found.get(f"d{day}_{stretch}_to")
                name = f"d{day}_{stretch}_to"
                if (opens is None) != (closes is None):
                    if name not in self.errors and f"d{day}_{stretch}_from" not in self.errors:
                        self.add_error(name, _("Give both times, or neither."))
                elif opens is not None and closes is not None:
                    if opens >= closes:
                        self.add_error(name, _("The end must be later than the start."))
                    elif ends is not None and opens < ends:
                        self.add_error(name, _("The second stretch must begin after the first has ended."))
                    ends = closes
        return found

    def stretches(self) -> list[tuple[int, Any, Any]]:
        return [
            (day, self.cleaned_data[f"d{day}_{s}_from"], self.cleaned_data[f"d{day}_{s}_to"])
            for day in range(7)
            for s in (1, 2)
            if self.cleaned_data[f"d{day}_{s}_from"]
        ]

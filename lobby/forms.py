from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import email_field, new_password_field
from accounts.models import User
from lobby.signing_up import is_free, slug_of, suggestions
from web.forms import Form, HoneypotMixin, ZoneField
from web.states import STATES, ZONE_OF

SHORTEST = 30  # minutes a day: the free call that is filled in takes 20


class FirmStep(HoneypotMixin, Form):
    name = forms.CharField(
        label=_("Name of your firm"),
        max_length=120,
        error_messages={"required": _("Tell us your firm's name.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    slug = forms.CharField(
        label=_("Your web address"),
        max_length=60,
        required=False,
        help_text=_("Families find you there. Leave it empty and we make one from the name."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if self.errors:
            return found
        slug = slug_of(found.get("slug") or found["name"])
        if len(slug) < 3:
            self.add_error("slug", _("Choose an address of at least three letters or digits."))
        elif not is_free(slug):
            near = suggestions(slug)
            words = _("“%(slug)s” is taken.") % {"slug": slug}
            if near:
                words = _("“%(slug)s” is taken. Free right now: %(near)s.") % {
                    "slug": slug,
                    "near": ", ".join(near),
                }
            self.add_error("slug", words)
        found["slug"] = slug
        return found


class OwnerStep(Form):
    owner_name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        error_messages={"required": _("Tell us your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    owner_email = email_field()
    password = new_password_field()

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        person = User(
            email=self.cleaned_data.get("owner_email", ""), name=self.cleaned_data.get("owner_name", "")
        )
        validate_password(password, person)
        return password


class PlaceStep(Form):
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("Choose your state")), *STATES], error_messages={"required": _("Choose your state.")}
    )  # fmt: skip
    timezone = ZoneField(required=False)
    opens = forms.TimeField(
        label=_("You take calls from"), initial="09:00", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Type a time like 9:00."), "invalid": _("Type a time like 9:00.")},
    )  # fmt: skip
    closes = forms.TimeField(
        label=_("to"), initial="17:00",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Type a time like 17:00."), "invalid": _("Type a time like 17:00.")},
    )  # fmt: skip
    terms = forms.BooleanField(
        label=_("I accept the terms of service and the privacy notice."),
        error_messages={"required": _("Please accept the terms to go on.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones: Any = self.fields["timezone"]
        zones.choices = [("", _("The usual one of my state")), *zones.choices]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        opens, closes = found.get("opens"), found.get("closes")
        if opens and closes and opens >= closes:
            self.add_error("closes", ValidationError(_("The end must be later than the start.")))
        elif opens and closes and _minutes(closes) - _minutes(opens) < SHORTEST:
            self.add_error("closes", ValidationError(_("Leave at least half an hour, or no call fits in.")))
        if found.get("state") and found.get("timezone") == "":
            found["timezone"] = ZONE_OF[found["state"]]
        return found


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


class FindForm(Form):
    email = email_field()

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from web import brand
from web.forms import Form, PhoneField, ZoneField
from web.logos import MOST_BYTES, Logo, clean_logo
from web.phones import say_phone
from web.states import STATES


class FirmForm(Form):
    name = forms.CharField(
        label=_("Name of the firm"), max_length=120, error_messages={"required": _("Add the firm's name.")}
    )
    phone = PhoneField(label=_("Phone number families can call"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("Choose your state")), *STATES],
        error_messages={"required": _("Choose your state.")},
    )
    timezone = ZoneField()
    language = forms.ChoiceField(
        label=_("Language of your pages"), choices=[("en", "English"), ("es", "Español")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones: Any = self.fields["timezone"]
        now = self.initial.get("timezone", "")
        if now and now not in dict(zones.choices):
            # A firm opened by command may live by another zone's clock: saving its phone must not move it.
            zones.choices = [*zones.choices, (now, now.replace("_", " "))]


class BrandForm(Form):
    brand = forms.CharField(
        label=_("Your color"),
        max_length=7,
        help_text=_("Six letters and digits after a #, like #0b5a6b."),
        error_messages={"required": _("Choose a color.")},
    )

    def clean_brand(self) -> str:
        try:
            return brand.read_hex(self.cleaned_data["brand"])
        except ValueError as problem:
            raise ValidationError(str(problem)) from None


class LogoForm(Form):
    logo = forms.FileField(
        label=_("Your logo"),
        help_text=_("PNG, JPEG or WebP, 512 KB at most."),
        error_messages={"required": _("Pick a picture first.")},
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    def clean_logo(self) -> Logo:
        try:
            return clean_logo(self.cleaned_data["logo"].read(MOST_BYTES + 1))
        except ValueError as problem:
            raise ValidationError(str(problem)) from None


def initial(firm: Any) -> dict[str, Any]:
    kept = {key: getattr(firm, key) for key in ("name", "state", "timezone", "language")}
    return {**kept, "phone": say_phone(firm.phone) if firm.phone else ""}

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from accounts import second_factor
from accounts.models import ApiToken, User
from accounts.roles import STAFF, Role
from outbox.models import Channel
from web.forms import Form, ModelForm
from web.phones import phone


def email_field(**kwargs: Any) -> forms.EmailField:
    kwargs.setdefault("label", _("E-mail"))
    return forms.EmailField(
        max_length=254,
        error_messages={
            "required": _("Add your e-mail address."),
            "invalid": _("Add a whole e-mail address, like name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        **kwargs,
    )


def new_password_field(**kwargs: Any) -> forms.CharField:
    kwargs.setdefault("label", _("Password"))
    return forms.CharField(
        help_text=_("12 characters or more. A few words in a row are easy to remember."),
        max_length=128,
        strip=False,
        error_messages={"required": _("Choose a password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        **kwargs,
    )


class AddressForm(Form):
    """An e-mail address or a mobile number, in one field."""

    address = forms.CharField(
        label=_("E-mail or mobile number"),
        max_length=254,
        error_messages={"required": _("Add your e-mail or your mobile number.")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        text = found.get("address", "").strip()
        if not text:
            return found
        if "@" in text:
            try:
                validate_email(text)
            except ValidationError:
                self.add_error("address", _("Add a whole e-mail address, like name@example.org."))
            found["channel"], found["address"] = Channel.EMAIL, text.lower()
        else:
            try:
                found["channel"], found["address"] = Channel.SMS, phone(text)
            except ValueError as problem:
                self.add_error("address", str(problem))
        return found


class CodeForm(Form):
    code = forms.CharField(
        label=_("The 6-digit code"),
        max_length=20,
        error_messages={"required": _("Type the 6-digit code.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    not_my_device = forms.BooleanField(label=_("This is not my phone"), required=False)


class StaffSignInForm(Form):
    email = email_field()
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        error_messages={"required": _("Type your password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SecondStepForm(Form):
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Six digits from your authenticator app, or one of your recovery codes."),
        max_length=40,
        error_messages={"required": _("Type the code.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )


class EmailForm(Form):
    email = email_field()


class NewPasswordForm(Form):
    password = new_password_field()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class OwnPasswordForm(NewPasswordForm):
    """A new password, and the old one as the proof that it is the person who sits there."""

    old = forms.CharField(
        label=_("Password until now"),
        max_length=128,
        strip=False,
        error_messages={"required": _("Type your password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = new_password_field(label=_("New password"))
    field_order = ("old", "password")

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise ValidationError(_("That is not your password."))
        return old


class NewSecondStepForm(Form):
    """A code of the app as it is, and one of the new picture."""

    current = forms.CharField(
        label=_("Code of now"),
        help_text=_("Six digits from the app you use until now, or one of your recovery codes."),
        max_length=40,
        error_messages={"required": _("Type the code.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("Code of the new picture"),
        help_text=_("Six digits that your app shows for the picture above."),
        max_length=40,
        error_messages={"required": _("Type the code.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, secret: str, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secret, self.at = secret, at
        self.step = 0

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        step = second_factor.matches(self.secret, code, at=self.at)
        if step is None:
            raise ValidationError(
                _("That code does not fit the picture. Wait for the next one, then try again.")
            )
        self.step = step
        return code


def role_choices(giver: User) -> list[tuple[str, Any]]:
    """The roles of staff this person may give: only an owner makes an owner."""
    return [
        (role.value, role.label)
        for role in Role
        if role in STAFF and (role != Role.OWNER or giver.role == Role.OWNER)
    ]


class InvitationForm(Form):
    name = forms.CharField(
        label=_("Name"), max_length=120, error_messages={"required": _("Add the person's name.")}
    )
    email = email_field()
    role = forms.ChoiceField(label=_("Role"))
    language = forms.ChoiceField(label=_("Their language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, giver: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(giver)  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.staff().filter(email=email).exists():
            raise ValidationError(_("This person already works here."))
        if User.objects.filter(email=email).exclude(role__in=STAFF).exists():
            raise ValidationError(_("This address already signs in here as a family. Use another one."))
        return email


class StaffForm(Form):
    """What an owner or administrator may change of a member of staff."""

    name = forms.CharField(label=_("Name"), max_length=120, error_messages={"required": _("Add a name.")})
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, giver: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(giver)  # type: ignore[attr-defined]


class TokenForm(ModelForm):
    class Meta:
        model = ApiToken
        fields = ["name", "may_write"]
        labels = {"name": _("What is it for?"), "may_write": _("It may change things")}
        error_messages = {"name": {"required": _("Say what it is for.")}}


class ProfileForm(Form):
    name = forms.CharField(
        label=_("Your name"), max_length=120, error_messages={"required": _("Add your name.")}
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

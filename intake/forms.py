from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import email_field
from accounts.models import User
from clients.forms import GRADES, LANGUAGES, checked_birth_date, date_field, squeezed, today
from clients.models import AgreementTemplate, District, School
from intake.converting import KINDS
from intake.models import ConflictReport, Inquiry, QuestionVersion
from web.forms import Form, ModelForm, PhoneField, Tiles


def checked_urgent(day: date | None) -> date | None:
    """Raises ValidationError for a day that must be a slip of the finger: long past, or years ahead."""
    if day and not -366 <= (day - today()).days <= 3 * 366:
        raise forms.ValidationError(_("This day cannot be right."))
    return day


class PhoneIntakeForm(Form):
    """One screen while the phone is at the ear. A name and a way to call back are enough."""

    name = forms.CharField(
        label=_("Who is calling"), max_length=120, error_messages={"required": _("Write who is calling.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    phone = PhoneField(label=_("Phone"), required=False)
    email = email_field(label=_("E-mail"), required=False)
    safe = forms.BooleanField(
        label=_("It is safe to call and write to them here"), required=False, initial=True
    )
    relation = forms.CharField(label=_("Who they are to the child"), max_length=40, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    interpreter = forms.CharField(label=_("Interpreter needed for"), max_length=60, required=False)
    child = forms.CharField(label=_("Child's first name"), max_length=80, required=False)
    child_family_name = forms.CharField(label=_("Child's last name"), max_length=80, required=False)
    born_on = date_field(label=_("Child's birth date"), required=False)
    grade = forms.ChoiceField(label=_("Grade"), choices=GRADES, required=False)
    district_name = forms.CharField(label=_("District"), max_length=120, required=False, widget=forms.TextInput(attrs={"list": "districts"}))  # fmt: skip
    school_name = forms.CharField(label=_("School"), max_length=120, required=False, widget=forms.TextInput(attrs={"list": "schools"}))  # fmt: skip
    other_parent = forms.CharField(label=_("Other parent or guardian"), max_length=120, required=False, help_text=_("For the conflict check. We do not contact them."))  # fmt: skip
    other_people = forms.CharField(
        label=_("Other people in this"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One name on each line, such as a principal or a lawyer."),
    )  # fmt: skip
    concern = forms.CharField(label=_("What is going on"), required=False, max_length=10000, widget=forms.Textarea(attrs={"rows": 5}))  # fmt: skip
    urgent_on = date_field(label=_("A date that cannot wait"), required=False)
    urgent_about = forms.CharField(label=_("What happens that day"), max_length=120, required=False)
    source = forms.ChoiceField(label=_("How they found us"), choices=Inquiry.Source.choices)
    referred_by = forms.CharField(label=_("Who sent them"), max_length=120, required=False)
    advocate = forms.ModelChoiceField(User.objects.none(), label=_("For"), required=False, empty_label=_("Nobody yet"))  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["advocate"].queryset = User.objects.advocates().order_by("name")  # type: ignore[attr-defined]

    def clean_born_on(self) -> Any:
        return checked_birth_date(self.cleaned_data["born_on"])

    def clean_urgent_on(self) -> date | None:
        return checked_urgent(self.cleaned_data["urgent_on"])

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if "phone" not in self.errors and "email" not in self.errors and not found.get("phone") and not found.get("email"):  # fmt: skip
            self.add_error("phone", _("Add a number or an e-mail address, so that we can reach them."))
        for name in ("name", "child", "child_family_name", "other_parent", "district_name", "school_name"):
            if isinstance(found.get(name), str):
                found[name] = squeezed(found[name])
        return found

    def told(self) -> dict[str, Any]:
        """The inquiry's own fields; a district or school that we know by that name is linked."""
        filled = self.cleaned_data
        keys = ("source", "referred_by", "concern", "urgent_on", "urgent_about", "district_name", "school_name", "other_people")  # fmt: skip
        told = {key: filled[key] for key in keys}
        told["district"] = District.objects.filter(name__iexact=filled["district_name"]).first() if filled["district_name"] else None  # fmt: skip
        told["school"] = School.objects.filter(name__iexact=filled["school_name"]).first() if filled["school_name"] else None  # fmt: skip
        return told


class InquiryForm(ModelForm):
    """What is known so far, corrected."""

    class Meta:
        model = Inquiry
        fields = [
            "source", "referred_by", "concern", "urgent_on", "urgent_about", "district_name", "school_name",
            "other_people", "advocate",
        ]  # fmt: skip
        labels = {
            "source": _("How they found us"), "referred_by": _("Who sent them"), "concern": _("What is going on"),
            "urgent_about": _("What happens that day"), "district_name": _("District"), "school_name": _("School"),
            "other_people": _("Other people in this"),
        }  # fmt: skip
        widgets = {
            "concern": forms.Textarea(attrs={"rows": 5}),
            "other_people": forms.Textarea(attrs={"rows": 2}),
        }

    urgent_on = date_field(label=_("A date that cannot wait"), required=False)
    advocate = forms.ModelChoiceField(User.objects.none(), label=_("For"), required=False, empty_label=_("Nobody yet"))  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["advocate"].queryset = User.objects.advocates().order_by("name")  # type: ignore[attr-defined]

    def clean_urgent_on(self) -> date | None:
        day: date | None = self.cleaned_data["urgent_on"]
        return day if day == self.initial.get("urgent_on") else checked_urgent(day)


class DecisionForm(Form):
    decision = forms.ChoiceField(
        label=_("Your decision"), choices=ConflictReport.Decision.choices, widget=Tiles(columns=1),
        error_messages={"required": _("Choose a decision.")},
    )  # fmt: skip
    reason = forms.CharField(label=_("Why"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip


class SendAgreementForm(Form):
    template = forms.ModelChoiceField(
        AgreementTemplate.objects.filter(retired_at=None, kind=AgreementTemplate.Kind.AGREEMENT),
        label=_("Agreement"), empty_label=None, error_messages={"required": _("Choose which agreement to send.")},
    )  # fmt: skip


class CaseForm(Form):
    kind = forms.ChoiceField(label=_("What the case is about"), choices=KINDS)
    advocate = forms.ModelChoiceField(
        User.objects.none(), label=_("Advocate"), empty_label=None,
        error_messages={"required": _("Choose who takes the case.")},
    )  # fmt: skip
    override_reason = forms.CharField(
        label=_("Why without a signature"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["advocate"].queryset = User.objects.advocates().order_by("name")  # type: ignore[attr-defined]


class RefusalForm(Form):
    reason = forms.CharField(
        label=_("Why it is not a fit"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write why it is not a fit.")},
    )  # fmt: skip
    referral = forms.CharField(label=_("Where you sent them"), required=False, max_length=300)


class ListForm(Form):
    name = forms.CharField(label=_("Name of the list"), max_length=80, error_messages={"required": _("Name the list.")})  # fmt: skip
    intro = forms.CharField(label=_("A sentence above the questions"), max_length=300, required=False)
    intro_es = forms.CharField(label=_("The same in Spanish"), max_length=300, required=False)


class QuestionForm(Form):
    kind = forms.ChoiceField(label=_("Kind of answer"), choices=QuestionVersion.Kind.choices)
    label = forms.CharField(label=_("Question"), max_length=200, error_messages={"required": _("Write the question.")})  # fmt: skip
    label_es = forms.CharField(label=_("Question in Spanish"), max_length=200, required=False)
    hint = forms.CharField(label=_("A hint"), max_length=200, required=False)
    hint_es = forms.CharField(label=_("The hint in Spanish"), max_length=200, required=False)
    choices = forms.CharField(
        label=_("Choices"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One on each line. Add the Spanish after a bar, like: Yes | Sí"),
    )  # fmt: skip
    needed = forms.BooleanField(label=_("Families must answer it"), required=False)

    def clean_choices(self) -> list[list[str]]:
        rows = []
        for line in self.cleaned_data["choices"].splitlines():
            english, _bar, spanish = (part.strip() for part in line.partition("|"))
            if english:
                rows.append([english, spanish])
        if len({row[0] for row in rows}) != len(rows):
            raise forms.ValidationError(_("Two choices are the same."))
        return rows

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("kind") == QuestionVersion.Kind.CHOICE and len(found.get("choices") or []) < 2 and "choices" not in self.errors:  # fmt: skip
            self.add_error("choices", _("Give two choices or more."))
        return found

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import email_field
from clients import drawing
from clients.models import (
    AboutPage,
    AgreementTemplate,
    Contact,
    District,
    Guardianship,
    Release,
    School,
    SchoolPerson,
    Student,
)
from outbox.hours import CLOSES, OPENS
from tenants.places import current_firm
from web.forms import Form, ModelForm, PhoneField
from web.states import STATES

LANGUAGES = [("en", "English"), ("es", "Español")]
GRADES = [
    ("", "–"), ("preschool", _("Preschool")), ("K", _("Kindergarten")), *[(str(n), str(n)) for n in range(1, 13)],
    ("18-22", _("18 to 22")),
]  # fmt: skip
OPTIONAL_STATES = [("", "–"), *[choice for choice in STATES if choice[0]]]


def date_field(**kwargs: Any) -> forms.DateField:
    """A day, picked or typed."""
    kwargs.setdefault("error_messages", {"invalid": _("Type a date like 2026-11-24.")})
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


def time_field(**kwargs: Any) -> forms.TimeField:
    kwargs.setdefault("error_messages", {"invalid": _("Type a time like 9:00 or 17:30.")})
    return forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **kwargs)


def text_area(label: Any, *, rows: int = 3, limit: int = 2000, **kwargs: Any) -> forms.CharField:
    kwargs.setdefault("required", False)
    return forms.CharField(
        label=label, max_length=limit, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


def squeezed(text: str) -> str:
    return " ".join(text.split())


def today() -> date:
    """Today by the firm's clock."""
    return timezone.localdate(timezone=current_firm().zone)


def checked_birth_date(born: date | None) -> date | None:
    """Raises ValidationError for a day to come, or one that no student of today was born on."""
    if born and born > today():
        raise forms.ValidationError(_("This birth date lies ahead."))
    if born and born.year < today().year - 30:
        raise forms.ValidationError(_("This birth date is too long ago."))
    return born


class SigningCodeForm(Form):
    code = forms.CharField(
        label=_("The 6 digits we sent you"), max_length=12,
        error_messages={"required": _("Type the six digits.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "input-code"}),
    )  # fmt: skip


class SignatureForm(Form):
    """A typed name signs; a drawn line may stand beside it."""

    name = forms.CharField(
        label=_("Type your full name to sign"), max_length=120,
        error_messages={"required": _("Type your full name to sign.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    drawn = forms.CharField(
        required=False, max_length=200_000, widget=forms.HiddenInput(attrs={"data-signature": ""})
    )
    agreed = forms.BooleanField(
        label=_("I have read this paper, and I sign it electronically."),
        error_messages={"required": _("Tick the box to sign.")},
    )

    def clean_name(self) -> str:
        name = squeezed(self.cleaned_data["name"])
        if len(name) < 2:
            raise forms.ValidationError(_("Type your full name to sign."))
        return name

    def clean_drawn(self) -> str:
        return drawing.cleaned(self.cleaned_data["drawn"])


class StudentForm(ModelForm):
    class Meta:
        model = Student
        fields = [
            "given_name", "family_name", "born_on", "grade", "pronouns", "pronunciation", "home_language",
            "disability", "district", "school",
        ]  # fmt: skip
        labels = {
            "given_name": _("First name"), "family_name": _("Last name"), "pronouns": _("Pronouns"),
            "pronunciation": _("How to say the name"), "home_language": _("Language at home"),
            "disability": _("Disability, in the family's words"), "district": _("District"), "school": _("School"),
        }  # fmt: skip

    born_on = date_field(label=_("Birth date"), required=False)
    grade = forms.ChoiceField(label=_("Grade"), choices=GRADES, required=False)

    def clean_given_name(self) -> str:
        return squeezed(self.cleaned_data["given_name"])

    def clean_family_name(self) -> str:
        return squeezed(self.cleaned_data["family_name"])

    def clean_born_on(self) -> date | None:
        return checked_birth_date(self.cleaned_data["born_on"])

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        school, district = found.get("school"), found.get("district")
        if school and school.district_id and district is None:
            found["district"] = school.district
        elif school and school.district_id and district and school.district_id != district.pk:
            self.add_error("school", _("This school is in another district."))
        return found


class NewStudentForm(StudentForm):
    """A new student with the first grown-up of a new family."""

    contact_name = forms.CharField(
        label=_("Parent or guardian"),
        max_length=120,
        error_messages={"required": _("Write who the parent is.")},
    )
    relation = forms.CharField(label=_("Who they are to the child"), max_length=40, required=False)
    phone = PhoneField(label=_("Phone"), required=False)
    email = email_field(label=_("E-mail"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


class ChildForm(StudentForm):
    """One more child of a family on file, and what the grown-up at hand is to it."""

    relation = forms.CharField(label=_("Who they are to the child"), max_length=40, required=False)
    lives_with = forms.BooleanField(label=_("The child lives with them"), required=False, initial=True)
    may_see = forms.BooleanField(label=_("May see the child's pages"), required=False, initial=True)

    def facts(self) -> dict[str, Any]:
        """The fields of the student itself."""
        return {name: self.cleaned_data[name] for name in StudentForm.Meta.fields}

    def tie(self) -> dict[str, Any]:
        """What the grown-up is to the child."""
        return {name: self.cleaned_data[name] for name in ("relation", "lives_with", "may_see")}


OUTSIDE = _("Choose a time from 9:00 am to 8:00 pm.")
ENDS_FIRST = _("The end must be later than the start.")
HOURS_RULES = {
    "contact_hours_begin_within_ours": OUTSIDE,
    "contact_hours_end_within_ours": OUTSIDE,
    "contact_hours_begin_before_they_end": ENDS_FIRST,
}


class ContactForm(ModelForm):
    rules = HOURS_RULES

    class Meta:
        model = Contact
        fields = [
            "name", "role", "pronouns", "pronunciation", "language", "interpreter", "prefers", "hours_from", "hours_to",
            "street", "city", "state", "postal_code", "address_safe",
        ]  # fmt: skip
        labels = {
            "name": _("Name"), "role": _("Role"), "pronouns": _("Pronouns"), "pronunciation": _("How to say the name"),
            "interpreter": _("Interpreter needed for"), "prefers": _("How they like to hear from us"),
            "street": _("Street"), "city": _("City"), "postal_code": _("ZIP code"),
            "address_safe": _("It is safe to write to this address"),
        }  # fmt: skip

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    state = forms.ChoiceField(label=_("State"), choices=OPTIONAL_STATES, required=False)
    hours_from = time_field(
        label=_("Messages from"), required=False, help_text=_("Between 9:00 am and 8:00 pm.")
    )
    hours_to = time_field(label=_("Messages until"), required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        return clean_hours(self, found)


def clean_hours(form: Any, found: dict[str, Any]) -> dict[str, Any]:
    """A person narrows our sending hours, never widens them."""
    opens, closes = found.get("hours_from"), found.get("hours_to")
    begins_well = not opens or OPENS <= opens < CLOSES
    ends_well = not closes or OPENS < closes <= CLOSES
    if not begins_well:
        form.add_error("hours_from", OUTSIDE)
    if not ends_well:
        form.add_error("hours_to", OUTSIDE)
    if begins_well and ends_well and opens and closes and opens >= closes:
        form.add_error("hours_to", ENDS_FIRST)
    return found


class NewContactForm(ContactForm):
    phone = PhoneField(label=_("Phone"), required=False)
    email = email_field(label=_("E-mail"), required=False)
    relation = forms.CharField(label=_("Who they are to the child"), max_length=40, required=False)


class PointForm(Form):
    """One more number or address."""

    phone = PhoneField(label=_("Phone"), required=False)
    email = email_field(label=_("E-mail"), required=False)
    label = forms.CharField(label=_("What it is, such as work"), max_length=40, required=False)
    safe = forms.BooleanField(label=_("It is safe to use"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(found.get("phone")) == bool(found.get("email")):
            self.add_error("phone", _("Give a phone number or an e-mail address, one at a time."))
        return found


class GuardianshipForm(ModelForm):
    class Meta:
        model = Guardianship
        fields = ["relation", "lives_with", "may_see", "blocked_from", "rights_ended_on"]
        labels = {
            "relation": _("Who they are to the child"), "lives_with": _("The child lives with them"),
            "may_see": _("May see the child's pages"),
        }  # fmt: skip

    blocked_from = date_field(
        label=_("Blocked from"), required=False,
        help_text=_("From this day they see nothing about this child and get no message about them."),
    )  # fmt: skip
    rights_ended_on = date_field(
        label=_("Their say in schooling ended on"), required=False,
        help_text=_("A court order or the like. People they invited from school lose their look that day."),
    )  # fmt: skip


class NameForm(Form):
    given_name = forms.CharField(label=_("First name"), max_length=80, required=False)
    family_name = forms.CharField(label=_("Last name"), max_length=80, required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not self.errors and not found.get("given_name") and not found.get("family_name"):
            self.add_error("family_name", _("Write the name."))
        return found


class ContactNameForm(Form):
    name = forms.CharField(
        label=_("Other name"), max_length=120, error_messages={"required": _("Write the name.")}
    )


class DistrictForm(ModelForm):
    class Meta:
        model = District
        fields = ["name", "state", "phone", "email", "address"]
        labels = {"name": _("Name"), "address": _("Address")}

    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("Choose the state")), *STATES],
        error_messages={"required": _("Choose the state.")},
    )
    phone = PhoneField(label=_("Phone"), required=False)
    email = email_field(label=_("E-mail"), required=False)
    other_names = text_area(
        _("Other names"), rows=2, limit=1000, help_text=_("One on each line, such as SD2.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and District.objects.filter(pk=self.instance.pk).exists():
            self.initial["other_names"] = "\n".join(self.instance.other_names.values_list("name", flat=True))

    def clean_other_names(self) -> str:
        names = {
            squeezed(line): None for line in self.cleaned_data["other_names"].splitlines() if line.strip()
        }
        if any(len(name) > 120 for name in names):
            raise forms.ValidationError(_("Keep each name to 120 letters."))
        return "\n".join(names)


class SchoolForm(ModelForm):
    class Meta:
        model = School
        fields = ["name", "district", "kind", "phone", "address"]
        labels = {
            "name": _("Name"),
            "district": _("District"),
            "kind": _("Kind of school"),
            "address": _("Address"),
        }

    phone = PhoneField(label=_("Phone"), required=False)


class SchoolPersonForm(ModelForm):
    class Meta:
        model = SchoolPerson
        fields = ["name", "role", "email", "phone"]
        labels = {"name": _("Name"), "role": _("Role, such as principal")}

    email = email_field(label=_("E-mail"), required=False)
    phone = PhoneField(label=_("Phone"), required=False)


class TemplateForm(Form):
    name = forms.CharField(label=_("Name for your list"), max_length=80, error_messages={"required": _("Name the paper.")})  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind of paper"), choices=AgreementTemplate.Kind.choices)
    title = forms.CharField(
        label=_("Title"), max_length=120, error_messages={"required": _("Write the title.")}
    )
    body = text_area(
        _("Words"), rows=14, limit=30000, required=True, error_messages={"required": _("Write the words.")},
        help_text=_("Filled in for you: {firm} {family} {child} {date} {estimate}; in a release also {recipient} {scope} {until}. Start a line with # for a heading, with - for a list."),
    )  # fmt: skip
    title_es = forms.CharField(label=_("Title in Spanish"), max_length=120, required=False)
    body_es = text_area(_("Words in Spanish"), rows=14, limit=30000)


class ReleaseForm(Form):
    contact = forms.ModelChoiceField(
        Contact.objects.none(), label=_("Who signs"), empty_label=None,
        error_messages={"required": _("Choose who signs.")},
    )  # fmt: skip
    template = forms.ModelChoiceField(
        AgreementTemplate.objects.filter(retired_at=None, kind=AgreementTemplate.Kind.RELEASE), label=_("Paper"),
        empty_label=None, error_messages={"required": _("Choose the paper.")},
    )  # fmt: skip
    scope = forms.MultipleChoiceField(
        label=_("What it allows"), choices=Release.Scope.choices, widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": _("Tick what it allows.")},
    )  # fmt: skip
    recipient = forms.CharField(
        label=_("With whom"), max_length=160, error_messages={"required": _("Write with whom.")},
        help_text=_("A school, a doctor, a therapist."),
    )  # fmt: skip
    expires_on = date_field(label=_("Until"), required=True)

    def __init__(self, *args: Any, student: Student, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        barred = student.guardianships.barred(on=today()).values("contact")
        people = Contact.objects.filter(guardianships__student=student).exclude(pk__in=barred)
        self.fields["contact"].queryset = people.order_by("name")  # type: ignore[attr-defined]

    def clean_expires_on(self) -> date:
        return self.checked_until(self.cleaned_data["expires_on"])

    @staticmethod
    def checked_until(until: date) -> date:
        """The last day of a permission. Raises ValidationError for one that has passed or lies too far ahead."""
        if until < today():
            raise forms.ValidationError(_("This day has passed."))
        if until.year > today().year + 5:
            raise forms.ValidationError(_("Five years at most."))
        return until


class AboutForm(Form):
    strengths = text_area(
        _("What is your child good at?"), help_text=_("Skills, interests, what makes them proud.")
    )
    helps = text_area(_("What helps your child learn?"))
    triggers = text_area(_("What makes things hard?"), help_text=_("Noise, changes, waiting, certain tasks."))
    calming = text_area(_("What calms your child?"))
    works = text_area(_("What works at home?"))
    goals = text_area(_("What do you hope for this year?"), help_text=_("In your own words."))

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for name in AboutPage.SECTIONS:
            if isinstance(found.get(name), str):
                found[name] = found[name].replace("\r\n", "\n").strip()
        return found


class MyDetailsForm(ModelForm):
    """What a family member sets about themselves."""

    rules = HOURS_RULES

    class Meta:
        model = Contact
        fields = [
            "name", "pronouns", "pronunciation", "language", "interpreter", "prefers", "hours_from", "hours_to",
            "street", "city", "state", "postal_code",
        ]  # fmt: skip
        labels = {
            "name": _("Your name"), "pronouns": _("Pronouns"), "pronunciation": _("How to say your name"),
            "interpreter": _("I need an interpreter for"), "prefers": _("How you like to hear from us"),
            "street": _("Street"), "city": _("City"), "postal_code": _("ZIP code"),
        }  # fmt: skip

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    state = forms.ChoiceField(label=_("State"), choices=OPTIONAL_STATES, required=False)
    hours_from = time_field(
        label=_("Messages from"), required=False, help_text=_("Between 9:00 am and 8:00 pm.")
    )
    hours_to = time_field(label=_("Messages until"), required=False)

    def clean(self) -> dict[str, Any]:
        return clean_hours(self, super().clean() or {})

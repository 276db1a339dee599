from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms import email_field
from accounts.models import User
from cases.models import Case
from clients.models import Contact, Guardianship, Student
from clients.reaching import is_barred
from documents.forms import FilesField
from intake.models import QuestionList
from scheduling.models import AdvocateLimit, Booking, Closure, Format, Service
from tenants.places import current_firm
from web.access import Can
from web.forms import PHONE_FORMS, Form, HoneypotMixin, ModelForm, PhoneField, Tiles


def texts_wording(firm_name: str) -> str:
    """What the box says; kept with the consent, word for word."""
    return str(
        _("Text me about this call: about 3 texts from %(firm)s. Message and data rates may apply. Text STOP to end texts, HELP for help.")
        % {"firm": firm_name}
    )  # fmt: skip


NEEDS_CHILD = _("Add your child's first name, so that we can file the paper.")


class BookingForm(HoneypotMixin, Form):
    """What a family tells us. A mobile number or an e-mail address is enough; both are welcome."""

    insists_on = frozenset({"phone", "email", "code"})

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
    code = forms.CharField(
        label=_("Six digits from our message"), max_length=12, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )  # fmt: skip

    student = forms.ModelChoiceField(
        Student.objects.none(), label=_("Which child is it about?"), required=False
    )

    def __init__(self, *args: Any, firm_name: str, takes_iep: bool = False, by_phone: bool = True, children: Any = None, **kwargs: Any) -> None:  # fmt: skip
        """`children` are those of a contact on file, who is asked for nothing that the file holds."""
        super().__init__(*args, **kwargs)
        self.on_file = children is not None
        if children:
            student: Any = self.fields["student"]
            student.queryset = children
            student.empty_label = _("All of them, or none")
            student.label_from_instance = lambda child: child.given_name
            self.initial.setdefault("student", children[0].pk if len(children) == 1 else None)
        else:
            del self.fields["student"]
        if self.on_file:
            for name in ("name", "phone", "email", "child", "code"):
                del self.fields[name]
        if not by_phone and not self.on_file:
            self.fields["phone"].help_text = PHONE_FORMS
        if takes_iep:
            self.fields["paper"] = FilesField(label=_("The newest IEP, if you have it"), required=False)
        self.wording = texts_wording(firm_name)
        self.fields["texts"].label = self.wording

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if self.on_file:
            return found
        if not self.errors and not found.get("phone") and not found.get("email"):
            self.add_error("phone", _("Add a mobile number or an e-mail address, so that we can reach you."))
        if found.get("texts") and not found.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Add the mobile number that we may text."))
        if found.get("paper") and not found.get("child"):
            self.add_error("child", NEEDS_CHILD)
        return found

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_child(self) -> str:
        return " ".join(self.cleaned_data["child"].split())


def as_uuid(text: Any) -> UUID | None:
    """The key that an address names, or None for anything else."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


class StaffBookingForm(BookingForm):
    """Staff books for a family: one on file, or one that calls for the first time."""

    contact = forms.ModelChoiceField(
        Contact.objects.none(), label=_("Family on file"), required=False, widget=forms.HiddenInput(),
        error_messages={"invalid_choice": _("Choose a family on file, or fill in a new one.")},
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, initial="en")

    def __init__(self, *args: Any, user: User, at: datetime, **kwargs: Any) -> None:
        """`at` is now: who is kept from a child on that day books nothing about it."""
        super().__init__(*args, children=None, **kwargs)
        self.at = at
        contact: Any = self.fields["contact"]
        contact.queryset = Contact.objects.visible_to(user).prefetch_related("points")
        wanted = as_uuid((self.data if self.is_bound else self.initial).get("contact"))
        self.family: Contact | None = contact.queryset.filter(pk=wanted).first() if wanted else None
        if self.family is not None:
            children = Student.objects.visible_to(user).filter(family=self.family.family_id).order_by("given_name", "pk")  # fmt: skip
            student = forms.ModelChoiceField(
                children, label=_("Which child is it about?"), required=False, empty_label=_("All of them, or none"),
                error_messages={"invalid_choice": _("This child belongs to another family.")},
            )  # fmt: skip
            if len(children) == 1:
                self.initial["student"] = self.initial.get("student") or children[0].pk
            self.fields = {"contact": contact, "student": student, **self.fields}
        self.fields["name"].required = self.family is None
        self.fields["name"].label, self.fields["child"].label = _("Name of the parent"), _("The child’s first name")  # fmt: skip
        self.fields["phone"].help_text = PHONE_FORMS

    def clean(self) -> dict[str, Any]:
        self.on_file = bool(self.cleaned_data.get("contact"))
        if not self.on_file and not self.cleaned_data.get("name") and "name" not in self.errors:
            self.add_error("name", self.fields["name"].error_messages["required"])
        found = super().clean()
        contact, student = found.get("contact"), found.get("student")
        if student and contact and is_barred(contact, student, at=self.at):
            self.add_error("student", _("This parent is kept from hearing about this child."))
        if contact and found.get("texts") and not contact.phone:
            self.add_error("texts", _("There is no number that is safe to text."))
        return found


class AboutForm(Form):
    """Which child of its contact a booking is about, of those the contact may hear about."""

    student = forms.ModelChoiceField(Student.objects.none(), label=_("Which child is it about?"))

    def __init__(self, *args: Any, booking: Booking, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        student: Any = self.fields["student"]
        student.queryset = (
            Student.objects.visible_to(user)
            .filter(family=booking.contact.family_id)
            .exclude(pk__in=Guardianship.objects.filter(contact=booking.contact).barred(on=timezone.localdate(timezone=current_firm().zone)).values("student"))
            .order_by("given_name", "pk")
        )  # fmt: skip


class WhichCaseForm(Form):
    """Which case of its child a booking belongs to, of those that are open and the one it was said to belong to."""

    case = forms.ModelChoiceField(
        Case.objects.none(), label=_("Which case does it belong to?"), required=False,
        empty_label=_("Worked out from its day"),
    )  # fmt: skip

    def __init__(self, *args: Any, booking: Booking, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of = Case.objects.visible_to(user).filter(student=booking.student_id)
        open_ = Q(pk__in=Case.objects.open().filter(student=booking.student_id).values("pk"))
        case: Any = self.fields["case"]
        case.queryset = of.filter(open_ | Q(pk=booking.case_id)).select_related("advocate").order_by("opened_at", "pk")  # fmt: skip
        case.label_from_instance = lambda row: f"{row.get_kind_display()}, {row.advocate.name}"
        self.initial["case"] = booking.case_id

    @property
    def is_asked(self) -> bool:
        """Whether there is anything to say: more than one case, or one that was said."""
        return bool(self.initial["case"]) or len(self.fields["case"].queryset) > 1  # type: ignore[attr-defined]


class PriceField(forms.DecimalField):
    """An amount in dollars as people type it; cleans to cents, and nothing is free."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=10_000, decimal_places=2, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value / 100:.2f}" if isinstance(value, int) else value

    def clean(self, value: Any) -> int:  # type: ignore[override]
        found = super().clean(str(value or "").replace("$", "").replace(",", "").strip())
        return int(found * 100) if found else 0


NUMBERS = _("One of the numbers is too small or too large. Please look at them again.")
NOBODY_GIVES_IT = _("Choose who gives it, or families find no time to book.")
FIRST_AFTER_LAST = _("The last day cannot come before the first.")


class ServiceForm(ModelForm):
    rules: ClassVar = dict.fromkeys(
        [
            "service_lasts_5_to_480_minutes", "service_steps_5_to_720", "service_horizon_in_a_year",
            "service_travel_within_8_hours", "service_limits_are_one_or_more",
        ],
        NUMBERS,
    )  # fmt: skip

    class Meta:
        model = Service
        fields = [
            "name", "name_es", "about", "about_es", "minutes", "language", "price", "advocates", "questions", "takes_iep", "published",
            "format", "place", "travel_minutes", "meeting_link", "step_minutes", "notice_minutes", "horizon_days",
            "a_day", "a_week", "buffer_before", "buffer_after", "change_until_minutes", "call_off_until_minutes",
        ]  # fmt: skip
        labels = {
            "name": _("Name"),
            "name_es": _("Name in Spanish"),
            "about": _("In one or two sentences"),
            "about_es": _("The same in Spanish"),
            "format": _("How you meet"),
            "place": _("Where"),
            "advocates": _("Who gives it"),
            "questions": _("Ask before the call"),
            "takes_iep": _("Families can send the IEP as they book"),
            "published": _("Families can book it"),
            "language": _("Language it is given in"),
        }
        help_texts = {
            "place": _("For talks in person: the address."),
        }
        widgets = {"format": Tiles(choices=Format.choices), "advocates": forms.CheckboxSelectMultiple()}

    PARTS = [
        (_("What it is"), ["name", "name_es", "about", "about_es", "minutes", "language", "price", "advocates", "questions", "takes_iep", "published"]),
        (_("How you meet"), ["format", "place", "travel_minutes", "meeting_link"]),
        (_("When it can be booked"), ["step_minutes", "notice_minutes", "horizon_days", "a_day", "a_week", "buffer_before", "buffer_after"]),
        (_("Changing and calling off"), ["change_until_minutes", "call_off_until_minutes"]),
    ]  # fmt: skip

    meeting_link = forms.URLField(
        label=_("Your own meeting link"),
        required=False,
        assume_scheme="https",
        max_length=300,
        help_text=_("For talks by video. Leave it empty, and each booking gets a room of its own."),
    )
    minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=480)
    price = PriceField(label=_("Price in dollars"), help_text=_("Empty when it is free."))
    travel_minutes = forms.IntegerField(
        label=_("Minutes of travel each way"),
        min_value=0,
        max_value=480,
        initial=0,
        help_text=_("Kept free before and after a talk in person."),
    )
    step_minutes = forms.IntegerField(label=_("Offer a start every … minutes"), min_value=5, max_value=720)
    notice_minutes = forms.IntegerField(
        label=_("Book at least … minutes ahead"), min_value=0, max_value=60 * 24 * 60
    )
    horizon_days = forms.IntegerField(label=_("Book at most … days ahead"), min_value=1, max_value=365)
    a_day = forms.IntegerField(label=_("At most … a day"), min_value=1, max_value=50, required=False, help_text=_("For each advocate; empty for no limit."))  # fmt: skip
    a_week = forms.IntegerField(label=_("At most … a week"), min_value=1, max_value=200, required=False)
    change_until_minutes = forms.IntegerField(
        label=_("Families change it until … minutes before"), min_value=0, max_value=60 * 24 * 30
    )
    call_off_until_minutes = forms.IntegerField(
        label=_("Families call it off until … minutes before"), min_value=0, max_value=60 * 24 * 30
    )
    buffer_before = forms.IntegerField(label=_("Minutes kept free before"), min_value=0, max_value=240)
    buffer_after = forms.IntegerField(label=_("Minutes kept free after"), min_value=0, max_value=240)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.advocates().order_by("name")
        self.fields["advocates"].queryset = people  # type: ignore[attr-defined]
        if self.instance._state.adding:
            self.initial["advocates"] = list(people)
        self.fields["questions"].queryset = QuestionList.objects.filter(retired_at=None)  # type: ignore[attr-defined]
        self.fields["questions"].empty_label = _("No questions")  # type: ignore[attr-defined]
        self.fields["language"].choices = [("", _("The family’s own")), *settings.LANGUAGES]  # type: ignore[attr-defined]

    def parts(self) -> list[tuple[Any, list[Any]]]:
        """The fields under their headings; what no heading names comes last."""
        named = {name for _title, names in self.PARTS for name in names}
        rest = [name for name in self.fields if name not in named]
        found = [(title, [self[name] for name in names]) for title, names in self.PARTS]
        return [*found, *([(_("More"), [self[name] for name in rest])] if rest else [])]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("published") and "advocates" in found and not found["advocates"]:
            self.add_error("advocates", NOBODY_GIVES_IT)
        if found.get("format") == Format.IN_PERSON and not found.get("place"):
            self.add_error("place", _("Say where you meet."))
        return found

    def clean_meeting_link(self) -> str:
        link: str = self.cleaned_data["meeting_link"]
        if link and not link.startswith("https://"):
            raise ValidationError(_("The link must begin with https://."))
        return link


class DateHoursForm(Form):
    """Other hours on one date; without times the day is closed."""

    on = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), error_messages={"invalid": _("Choose a date.")})  # fmt: skip
    opens = forms.TimeField(label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), error_messages={"invalid": _("Type a time like 9:00 or 17:30.")})  # fmt: skip
    closes = forms.TimeField(label=_("To"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), error_messages={"invalid": _("Type a time like 9:00 or 17:30.")})  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        opens, closes = found.get("opens"), found.get("closes")
        if not self.errors and (opens is None) != (closes is None):
            self.add_error("closes", _("Give both times, or neither."))
        elif opens is not None and closes is not None and opens >= closes:
            self.add_error("closes", _("The end must be later than the start."))
        return found


class LimitForm(ModelForm):
    """How many bookings one advocate takes."""

    rules: ClassVar = {"advocate_limits_are_one_or_more": NUMBERS}

    a_day = forms.IntegerField(label=_("Most bookings a day"), min_value=1, max_value=500, required=False)
    a_week = forms.IntegerField(label=_("Most bookings a week"), min_value=1, max_value=500, required=False)

    class Meta:
        model = AdvocateLimit
        fields = ["a_day", "a_week"]


class ClosureForm(ModelForm):
    rules: ClassVar = {"closure_ends_after_it_starts": FIRST_AFTER_LAST}

    class Meta:
        model = Closure
        fields = ["name", "starts_on", "ends_on"]
        labels = {"name": _("What for"), "starts_on": _("First day"), "ends_on": _("Last day")}
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("starts_on"), found.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", FIRST_AFTER_LAST)
        return found


class BlockForm(Form):
    """Time an advocate keeps free, by the firm's clock."""

    on = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), error_messages={"invalid": _("Choose a date.")})  # fmt: skip
    opens = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), error_messages={"invalid": _("Type a time like 9:00 or 17:30.")})  # fmt: skip
    closes = forms.TimeField(label=_("To"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), error_messages={"invalid": _("Type a time like 9:00 or 17:30.")})  # fmt: skip
    note = forms.CharField(label=_("Note for yourself"), max_length=80, required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        opens, closes = found.get("opens"), found.get("closes")
        if opens is not None and closes is not None and opens >= closes:
            self.add_error("closes", _("The end must be later than the start."))
        return found


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


class SeriesForm(Form):
    """A check-in that comes again."""

    EVERY = [("1", _("Every week")), ("2", _("Every two weeks")), ("4", _("Every four weeks"))]

    service = forms.ModelChoiceField(Service.objects.none(), label=_("Service"))
    advocate = forms.ModelChoiceField(User.objects.none(), label=_("With"))
    contact = forms.ModelChoiceField(
        Contact.objects.none(), label=_("Family"), widget=forms.HiddenInput(),
        error_messages={"required": _("Choose the family first."), "invalid_choice": _("Choose a family on file.")},
    )  # fmt: skip
    student = forms.ModelChoiceField(
        Student.objects.none(), label=_("Which child is it about?"), required=False, empty_label=_("All of them, or none"),
        error_messages={"invalid_choice": _("This child belongs to another family.")},
    )  # fmt: skip
    on = forms.DateField(label=_("First date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), error_messages={"invalid": _("Choose a date.")})  # fmt: skip
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), error_messages={"invalid": _("Type a time like 9:00 or 17:30.")})  # fmt: skip
    every = forms.ChoiceField(label=_("How often"), choices=EVERY, initial="1")
    count = forms.IntegerField(label=_("How many times"), min_value=2, max_value=60, initial=12)
    skips_breaks = forms.BooleanField(label=_("Leave out days without school"), required=False, initial=True)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["service"].queryset = Service.objects.all()
        people = User.objects.advocates().order_by("name")
        fields["advocate"].queryset = people if user.can(Can.SEE_ALL_BOOKINGS) else people.filter(pk=user.pk)
        fields["contact"].queryset = Contact.objects.visible_to(user)
        wanted = as_uuid((self.data if self.is_bound else self.initial).get("contact"))
        self.family: Contact | None = fields["contact"].queryset.filter(pk=wanted).first() if wanted else None
        fields["advocate"].label_from_instance = lambda person: person.name
        if self.family is not None:
            children = Student.objects.visible_to(user).filter(family=self.family.family_id).order_by("given_name", "pk")  # fmt: skip
            fields["student"].queryset = children
            if len(children) == 1:
                self.initial["student"] = self.initial.get("student") or children[0].pk
        if user in people:
            fields["advocate"].initial = user

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        service, advocate = found.get("service"), found.get("advocate")
        if service and advocate and not service.advocates.filter(pk=advocate.pk).exists():
            self.add_error("advocate", _("This person does not give this service."))
        student, contact = found.get("student"), found.get("contact")
        if student and contact and is_barred(contact, student, at=timezone.now()):
            self.add_error("student", _("This parent is kept from hearing about this child."))
        return found

    @property
    def rule(self) -> str:
        return f"FREQ=WEEKLY;INTERVAL={self.cleaned_data['every']};COUNT={self.cleaned_data['count']}"

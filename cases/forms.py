"""Forms of the staff's pages about cases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import calendars
from cases.models import (
    BY_HAND,
    CONTACT_LOG,
    Attendance,
    Kind,
    MeetingKind,
    Outcome,
    Result,
    TimelineEntry,
    WarningChannel,
)
from cases.stages import STAGES
from clients.models import District, Student
from documents.models import Document
from law.calendars import CalendarError
from law.removals import KINDS
from law.rules import events
from tenants.places import current_firm
from web.forms import Form, Tiles
from web.states import STATES

LONG = 20_000
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _day(label: Any) -> forms.DateField:
    """A day by when something is to be done, if there is one."""
    return forms.DateField(label=label, required=False, widget=_date_input(), validators=[_plausible])


def _plausible(day: date) -> None:
    """Refuses a day that must be a slip of the finger, such as one in 1925 or 0206."""
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValidationError(_("This day cannot be right."))


def _text(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _advocates() -> list[tuple[str, str]]:
    return [(str(user.pk), user.name) for user in User.objects.advocates().order_by("name")]


class PersonField(forms.ChoiceField):
    """An advocate of the firm; cleans to the user."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=_advocates, **kwargs)

    def clean(self, value: Any) -> User | None:
        found = super().clean(value)
        return User.objects.get(pk=found) if found else None


class CaseForm(Form):
    student = forms.ModelChoiceField(label=_("Student"), queryset=Student.objects.none())
    kind = forms.ChoiceField(label=_("What it is about"), choices=Kind.choices, widget=Tiles(columns=3))
    advocate = PersonField(label=_("Who leads it"))
    about = forms.CharField(label=_("In a few words"), required=False, max_length=LONG, widget=_text(3))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["student"]
        field.queryset = Student.objects.visible_to(user).order_by("family_name", "given_name")


class CaseDetailsForm(Form):
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_on = _day(_("By when"))
    about = forms.CharField(label=_("What it is about"), required=False, max_length=LONG, widget=_text(8))
    version = forms.IntegerField(widget=forms.HiddenInput)


class StageForm(Form):
    stage = forms.ChoiceField(label=_("Stage"))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["stage"]
        field.choices = [(stage.id, stage.name) for stage in STAGES[kind]]


class HandOverForm(Form):
    taker = PersonField(label=_("Who takes it"))
    note = forms.CharField(
        label=_("Where it stands"), required=False, max_length=LONG, widget=_text(5),
        help_text=_("Your colleague gets this by e-mail."),
    )  # fmt: skip
    stays = forms.BooleanField(label=_("The advocate so far stays on the care team"), required=False, initial=True)  # fmt: skip

    def __init__(self, *args: Any, but: User, **kwargs: Any) -> None:
        """`but` leads the case now, and cannot take it."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["taker"]
        field.choices = [(key, name) for key, name in _advocates() if key != str(but.pk)]


class TeamForm(Form):
    person = forms.ChoiceField(label=_("Who joins"))

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.choices = [(str(user.pk), user.name) for user in people]


class ClosureForm(Form):
    outcome = forms.ChoiceField(label=_("How it ended"), choices=Outcome.choices, widget=Tiles(columns=3))
    reason = forms.CharField(label=_("Why"), max_length=LONG, widget=_text(4))


GROUPS = {
    "evaluation": _("Evaluation"),
    "iep": _("IEP"),
    "notice": _("Notices"),
    "records": _("School records"),
    "discipline": _("Discipline"),
    "dispute": _("Disputes"),
    "child": _("Child"),
}
FIRST_GROUP = {
    Kind.EVALUATION: "evaluation", Kind.DISCIPLINE: "discipline", Kind.RECORDS: "records", Kind.COMPLAINT: "dispute",
    Kind.MEDIATION: "dispute", Kind.DUE_PROCESS: "dispute", Kind.TRANSITION: "child",
}  # fmt: skip


def event_choices(state: str, kind: str) -> list[Any]:
    """The events that start a clock in the state, by group, the group of the case's kind first."""
    language = "es" if get_language() == "es" else "en"
    first = FIRST_GROUP.get(Kind(kind), "iep")
    grouped: dict[str, list[tuple[str, str]]] = {}
    for event in events(state or None):
        if not event.derived and event.id != "removal_cumulative":
            grouped.setdefault(event.group, []).append((event.id, event.words(language)))
    order = [first, *[group for group in GROUPS if group != first]]
    return [("", "–"), *[(GROUPS[group], grouped[group]) for group in order if group in grouped]]


class EventForm(Form):
    kind = forms.ChoiceField(label=_("What happened"))
    on = forms.DateField(label=_("On which day"), widget=_date_input())
    note = forms.CharField(label=_("Note"), required=False, max_length=LONG, widget=_text(2))
    shared = forms.BooleanField(label=_("The family sees this"), required=False)

    def __init__(self, *args: Any, state: str, case_kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = event_choices(state, case_kind)


class EventCorrectionForm(Form):
    on = forms.DateField(label=_("On which day"), widget=_date_input())
    note = forms.CharField(label=_("Note"), required=False, max_length=LONG, widget=_text(3))
    version = forms.IntegerField(widget=forms.HiddenInput)


class SetAsideForm(Form):
    why = forms.CharField(label=_("Why"), max_length=300)


class TaskForm(Form):
    title = forms.CharField(label=_("Task"), max_length=200)
    due_on = _day(_("By when"))


class LogForm(Form):
    kind = forms.ChoiceField(label=_("How"), choices=[(str(kind), kind.label) for kind in CONTACT_LOG])
    text = forms.CharField(label=_("What was said"), max_length=LONG, widget=_text(2))
    who = forms.CharField(label=_("With whom"), required=False, max_length=120)
    happened_at = forms.DateTimeField(
        label=_("When"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    paper = forms.ModelChoiceField(
        label=_("Paper that shows it"), queryset=Document.objects.none(), required=False, empty_label="–"
    )
    shared = forms.BooleanField(label=_("The family sees this"), required=False)
    win = forms.BooleanField(label=_("This is a small win"), required=False)

    def __init__(self, *args: Any, papers: QuerySet[Document], **kwargs: Any) -> None:
        """`papers` are those of the student that the person may see."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["paper"]
        field.queryset = papers.order_by("-added_at", "pk")

    def clean_happened_at(self) -> datetime | None:
        found: datetime | None = self.cleaned_data["happened_at"]
        if found and not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
            raise ValidationError(_("This day cannot be right."))
        return found.replace(tzinfo=current_firm().zone) if found else None


class EntryCorrectionForm(LogForm):
    """An entry of the contact log set right. What it said before is kept."""

    reason = forms.CharField(label=_("Why? (others see this)"), max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, entry: TimelineEntry, **kwargs: Any) -> None:
        self.entry, self.shown_at = entry, timezone.localtime(entry.happened_at, current_firm().zone)
        kwargs["initial"] = {
            "kind": entry.kind, "text": entry.text, "who": entry.who, "happened_at": f"{self.shown_at:%Y-%m-%dT%H:%M}",
            "version": entry.revisions.count(),  # type: ignore[attr-defined]
        }  # fmt: skip
        super().__init__(*args, papers=Document.objects.none(), **kwargs)
        for name in ("paper", "shared", "win"):
            del self.fields[name]
        kinds: Any = self.fields["kind"]
        kinds.choices = [(str(kind), kind.label) for kind in BY_HAND]
        self.fields["happened_at"].required = True
        self.fields["text"].widget.attrs["rows"] = 6

    def clean_happened_at(self) -> datetime | None:
        found = super().clean_happened_at()
        # The field shows minutes: a time left as it was shown keeps its seconds.
        return self.entry.happened_at if found == self.shown_at.replace(second=0, microsecond=0) else found


class EntryStrikeForm(Form):
    strike_reason = forms.CharField(label=_("Why is it struck out? (others see this)"), max_length=200)


class MeetingForm(Form):
    kind = forms.ChoiceField(label=_("Kind of meeting"), choices=MeetingKind.choices)
    advocate = PersonField(label=_("Who goes"))
    on = forms.DateField(label=_("Day"), widget=_date_input())
    starts = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("To"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    place = forms.CharField(label=_("Place"), required=False, max_length=200)
    travel_minutes = forms.IntegerField(
        label=_("Minutes to get there"), required=False, min_value=0, max_value=600, initial=0,
        help_text=_("Nobody can book you while you are on your way."),
    )  # fmt: skip
    agenda = forms.CharField(label=_("Agenda"), required=False, max_length=LONG, widget=_text(8))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_travel_minutes(self) -> int:
        return self.cleaned_data["travel_minutes"] or 0

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        on, starts, ends = found.get("on"), found.get("starts"), found.get("ends")
        if on and not EARLIEST_YEAR <= on.year <= LATEST_YEAR:
            self.add_error("on", _("A meeting in %(year)s cannot be right.") % {"year": on.year})
        elif on and starts and ends:
            zone = current_firm().zone
            found["starts_at"] = datetime.combine(on, starts, zone)
            found["ends_at"] = datetime.combine(on, ends, zone)
            if found["ends_at"] <= found["starts_at"]:
                self.add_error("ends", _("The meeting ends before it starts."))
        return found

    @property
    def fields_to_save(self) -> dict[str, Any]:
        names = ("kind", "advocate", "starts_at", "ends_at", "place", "travel_minutes", "agenda")
        return {name: self.cleaned_data[name] for name in names}


class AttendeeForm(Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    role = forms.CharField(label=_("Role"), required=False, max_length=80)
    attendance = forms.ChoiceField(label=_("Attendance"), choices=Attendance.choices)


class ConcernForm(Form):
    text = forms.CharField(label=_("Question or concern"), max_length=LONG, widget=_text(2))
    is_question = forms.TypedChoiceField(
        label=_("Which is it?"), choices=[("1", _("Question")), ("0", _("Concern"))], coerce=lambda v: v == "1"
    )  # fmt: skip


class RequestForm(Form):
    text = forms.CharField(label=_("What was asked for"), max_length=LONG, widget=_text(2))
    result = forms.ChoiceField(label=_("Result"), choices=Result.choices)
    note = forms.CharField(label=_("Reason given"), required=False, max_length=LONG)


class DecisionForm(Form):
    text = forms.CharField(label=_("What was decided"), max_length=LONG, widget=_text(2))
    who = forms.CharField(label=_("Who does it"), required=False, max_length=120)
    due_on = _day(_("By when"))


class FollowUpForm(Form):
    text = forms.CharField(label=_("Letter"), max_length=LONG * 3, widget=_text(18))
    to = forms.CharField(
        label=_("Send to"), required=False, max_length=1000, help_text=_("E-mail addresses, with commas between them.")
    )  # fmt: skip

    def clean_to(self) -> list[str]:
        found = [part.strip().lower() for part in self.cleaned_data["to"].replace(";", ",").split(",")]
        addresses = [part for part in found if part]
        for address in addresses:
            forms.EmailField().clean(address)
        return addresses


class PrepForm(Form):
    """What a parent tells us before a meeting; one line, one question."""

    questions = forms.CharField(
        label=_("What do you want to ask?"), required=False, max_length=LONG, widget=_text(5),
        help_text=_("One question on each line."),
    )  # fmt: skip
    concerns = forms.CharField(
        label=_("What worries you?"), required=False, max_length=LONG, widget=_text(5), help_text=_("One on each line.")
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Nothing at all is no answer; whoever wrote before may take it back."""
        kept: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(kept.values()) and not any(self.initial.values()):
            self.add_error("questions", _("Write a question or a worry first."))
        return kept

    def lines(self) -> list[tuple[str, bool]]:
        """Each line once: (text, whether it is a question)."""
        found: dict[str, bool] = {}
        for name, is_question in (("questions", True), ("concerns", False)):
            for line in self.cleaned_data[name].splitlines():
                if text := " ".join(line.split()):
                    found.setdefault(text, is_question)
        return list(found.items())


WEEKDAYS = [
    (0, _("Mon")),
    (1, _("Tue")),
    (2, _("Wed")),
    (3, _("Thu")),
    (4, _("Fri")),
    (5, _("Sat")),
    (6, _("Sun")),
]


class DistrictForm(Form):
    district = forms.ModelChoiceField(
        label=_("District"), queryset=District.objects.all(), required=False, empty_label=_("A new district")
    )
    name = forms.CharField(label=_("Name of a new district"), required=False, max_length=120)
    state = forms.ChoiceField(label=_("State"), choices=[("", "–"), *STATES], required=False)
    insists_on = frozenset({"district", "name", "state"})

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if not found.get("district") and not (found.get("name", "").strip() and found.get("state")):
            raise ValidationError(_("Choose a district, or type the name and state of a new one."))
        return found


class SchoolYearForm(Form):
    first = forms.DateField(label=_("First day of school"), widget=_date_input())
    last = forms.DateField(label=_("Last day of school"), widget=_date_input())
    weekdays = forms.TypedMultipleChoiceField(
        label=_("School days of the week"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple,
        initial=[0, 1, 2, 3, 4],
    )  # fmt: skip
    days_off = forms.CharField(
        label=_("Days without school"), required=False, max_length=LONG, widget=_text(14),
        help_text=_("One on each line: the day or days, then the name. For example “12/21-1/1 Winter break”."),
    )  # fmt: skip
    period_ends = forms.CharField(
        label=_("Last days of the marking periods"), required=False, max_length=500,
        help_text=_("With commas between them, such as “10/30, 1/22, 3/26, 6/4”. Progress reports are due then."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = found.get("first"), found.get("last")
        if not first or not last:
            return found
        if last <= first:
            self.add_error("last", _("The school year ends before it starts."))
        elif last - first > timedelta(days=400) or not 1990 <= first.year <= 2100:
            self.add_error("last", _("This school year is too long or too far away."))
        else:
            try:
                found["off"] = calendars.parse_days_off(found.get("days_off", ""), first=first, last=last)
            except CalendarError as problem:
                self.add_error("days_off", str(problem))
            try:
                found["ends"] = calendars.parse_period_ends(
                    found.get("period_ends", ""), first=first, last=last
                )
            except CalendarError as problem:
                self.add_error("period_ends", str(problem))
        return found


class CalendarFileForm(Form):
    file = forms.FileField(
        label=_("File"), required=False, help_text=_("A calendar file (.ics) or a table (.csv).")
    )
    content = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2_000_000, strip=False)


def removal_kinds() -> list[tuple[str, str]]:
    language = "es" if get_language() == "es" else "en"
    return [(str(kind), rule.words(language)) for kind, rule in KINDS.items()]


class RemovalForm(Form):
    first = forms.DateField(label=_("First day out"), widget=_date_input())
    last = forms.DateField(label=_("Last day out"), required=False, widget=_date_input())
    kind = forms.ChoiceField(label=_("Kind"), choices=removal_kinds)
    school_days = forms.DecimalField(
        label=_("School days"), required=False, min_value=0, max_digits=5, decimal_places=2,
        help_text=_("Leave empty to count from the school calendar. Half a day is 0.5."),
    )  # fmt: skip
    behavior = forms.CharField(label=_("Conduct, in a word"), required=False, max_length=120)
    note = forms.CharField(label=_("Note"), required=False, max_length=LONG, widget=_text(2))

    def clean_school_days(self) -> Fraction | None:
        value = self.cleaned_data["school_days"]
        return Fraction(value) if value else None

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if first := found.get("first"):
            found["last"] = found.get("last") or first
            if found["last"] < first:
                self.add_error("last", _("The last day is before the first."))
            elif not 1990 <= first.year <= 2100:
                self.add_error("first", _("This day cannot be right."))
        return found


LEADS = [(30, _("30 days before")), (14, _("14 days before")), (7, _("7 days before")), (3, _("3 days before")), (2, _("2 days before")), (1, _("The day before")), (0, _("On the day"))]  # fmt: skip


class WarningForm(Form):
    leads = forms.TypedMultipleChoiceField(
        label=_("When"), choices=LEADS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    channel = forms.ChoiceField(label=_("How"), choices=WarningChannel.choices, widget=forms.RadioSelect)


class TemplateForm(Form):
    kind_stage = forms.ChoiceField(label=_("Stage"))
    title = forms.CharField(label=_("Task"), max_length=200)
    days = forms.IntegerField(label=_("Days until it is due"), required=False, min_value=0, max_value=365)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind_stage"]
        field.choices = [
            (Kind(kind).label, [(f"{kind}/{stage.id}", stage.name) for stage in stages])
            for kind, stages in STAGES.items()
        ]

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.forms import email_field
from circle.models import Agency, Area, CheckIn, OwnWords, Pace
from clients.forms import date_field, text_area, time_field, today
from clients.models import ADDABLE, GuestGrant, Part
from documents import refusals
from documents.adding import Sent
from progress.models import Setting
from tenants.places import current_firm
from web.forms import Form, ModelForm, PhoneField, Tiles
from web.uploads import MOST_BYTES

MOST_PHOTOS = 8


class Several(forms.ClearableFileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        take = getattr(files, "getlist", None)
        return take(name) if take else []


class PhotosField(forms.FileField):
    """Photos, or none. Cleans to a list of `Sent`."""

    widget = Several(attrs={"accept": "image/jpeg,image/png,image/heic,.heic"})

    def clean(self, data: Any, initial: Any = None) -> Any:
        files: Sequence[Any] = data or []
        if len(files) > MOST_PHOTOS:
            raise ValidationError(
                ngettext_lazy("Please send at most %(n)s photo at once.", "Please send at most %(n)s photos at once.", MOST_PHOTOS)
                % {"n": MOST_PHOTOS}
            )  # fmt: skip
        return [_sent(file) for file in files]


class ClipField(forms.FileField):
    """A short film, or none. Cleans to its bytes."""

    widget = forms.FileInput(attrs={"accept": "video/mp4,video/quicktime,.mp4,.mov"})

    def clean(self, data: Any, initial: Any = None) -> Any:
        return _sent(data).content if data else b""


def _sent(file: Any) -> Sent:
    if file.size > MOST_BYTES:
        raise ValidationError(
            _("This file is larger than 25 MB. Please send a shorter clip or a smaller photo.")
        )
    if not file.size:
        raise ValidationError(refusals.sentence("empty"))
    return Sent(file.read(), file.name or "")


class PostForm(Form):
    words = text_area(_("What do you want to tell or ask?"), limit=4000)
    photos = PhotosField(label=_("Photos"), required=False)
    clip = ClipField(
        label=_("A short clip"), required=False,
        help_text=_("Up to 25 MB. We take off the place where it was filmed."),
    )  # fmt: skip
    question = forms.BooleanField(label=_("This is a question"), required=False)

    def clean_words(self) -> str:
        return self.cleaned_data["words"].strip()

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not self.errors and not (found.get("words") or found.get("photos") or found.get("clip")):
            self.add_error("words", _("Write a few words, or add a photo."))
        return found


class WinForm(Form):
    """Something that went well, on a day, with a photo when there is one."""

    words = text_area(_("What went well?"), limit=1000, rows=2, required=True)
    photos = PhotosField(label=_("A photo, if you like"), required=False)
    setting = forms.ChoiceField(
        label=_("Where"), choices=Setting.choices, widget=Tiles(columns=3), initial=Setting.HOME
    )
    happened_on = date_field(label=_("Day"))

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"].strip()
        if not words:
            raise ValidationError(_("Write a few words."))
        return words

    def clean_happened_on(self) -> date:
        day: date = self.cleaned_data["happened_on"]
        if not date(2000, 1, 1) <= day <= today():
            raise ValidationError(_("Choose today or a day before."))
        return day


class StrategyForm(Form):
    """Trigger, what we do, who."""

    trigger = forms.CharField(
        label=_("When this happens"), max_length=300, help_text=_("Such as: when he is asked to write")
    )
    response = text_area(_("What we do"), limit=1000, rows=3, required=True)
    who = forms.CharField(label=_("Who does it"), max_length=200, required=False)


class WordsForm(Form):
    """An answer, or a question for the next check-in."""

    words = forms.CharField(label=_("Your words"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class AnswerForm(Form):
    words = forms.CharField(label=_("Your answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))


class CheckInForm(Form):
    day = date_field(label=_("Day"))
    time = time_field(label=_("Time"))
    how = forms.ChoiceField(label=_("How"), choices=CheckIn.How.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def starts_at(self) -> datetime:
        filled = self.cleaned_data
        return datetime.combine(filled["day"], filled["time"], tzinfo=current_firm().zone)

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not today() <= day <= date(today().year + 2, 12, 31):
            raise ValidationError(_("Choose a day that is still to come."))
        return day


def _due(**kwargs: Any) -> forms.DateField:
    return date_field(label=_("By when"), required=False, **kwargs)


class ActionForm(Form):
    words = forms.CharField(label=_("What was agreed"), max_length=300)
    who = forms.CharField(label=_("Who does it"), max_length=120)
    due_on = _due()

    def clean_due_on(self) -> date | None:
        return sensible(self.cleaned_data["due_on"])


def sensible(day: date | None) -> date | None:
    """A day of this century that a plan can name."""
    if day is not None and not 2000 <= day.year <= 2100:
        raise ValidationError(_("This day cannot be right."))
    return day


class PaceForm(Form):
    pace = forms.ChoiceField(label=_("Tell me that something is new"), choices=Pace.choices)


class GuestForm(Form):
    """Whom the family invites, what they may see and add, until when."""

    name = forms.CharField(label=_("Their name"), max_length=120)
    email = email_field(label=_("Their e-mail at school"))
    job = forms.ChoiceField(label=_("What they do"), choices=GuestGrant.Job.choices)
    sees = forms.MultipleChoiceField(
        label=_("They may see"), choices=Part.choices, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one thing they may see.")},
    )  # fmt: skip
    adds = forms.MultipleChoiceField(
        label=_("They may add to"), choices=[(part.value, part.label) for part in ADDABLE],
        widget=forms.CheckboxSelectMultiple, required=False,
    )  # fmt: skip
    lapses_on = date_field(
        label=_("Last day"), help_text=_("Usually the end of the school year. You can end it any day before.")
    )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        # Who may add to a part sees it.
        if "sees" in found:
            found["sees"] = [
                part.value for part in Part if part.value in {*found["sees"], *found.get("adds", [])}
            ]
        return found


class GuestChangeForm(GuestForm):
    """The same for somebody who was invited: who they are stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "email", "job"):
            del self.fields[name]


class OwnWordsForm(ModelForm):
    class Meta:
        model = OwnWords
        fields = list(OwnWords.QUESTIONS)
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in OwnWords.QUESTIONS}

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(found.values()):
            self.add_error("likes", _("Write a few words in one of the boxes."))
        return found


class GoalForm(Form):
    area = forms.ChoiceField(label=_("About"), choices=Area.choices)
    words = forms.CharField(label=_("After school I will …"), max_length=500)


class StepForm(Form):
    words = forms.CharField(label=_("What is the step?"), max_length=300)
    who = forms.CharField(label=_("Who does it"), max_length=120)
    due_on = _due()
    goal = forms.ChoiceField(label=_("For which goal?"), required=False)

    def __init__(self, *args: Any, goals: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["goal"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", "–"), *[(str(goal.pk), goal.words[:80]) for goal in goals]]

    def clean_due_on(self) -> date | None:
        return sensible(self.cleaned_data["due_on"])


class AgencyForm(ModelForm):
    phone = PhoneField(label=_("Phone"), required=False)

    class Meta:
        model = Agency
        fields = ["name", "what_for", "person", "phone", "email"]
        labels = {
            "name": _("Agency"), "what_for": _("What they can help with"), "person": _("Whom to ask for"), "email": _("E-mail"),
        }  # fmt: skip


class TransferForm(Form):
    """Rights become the student's own: from when, and how the young adult signs in."""

    on = date_field(label=_("From which day?"))
    email = email_field(label=_("The young adult’s own e-mail"), required=False)
    phone = PhoneField(label=_("The young adult’s own phone"), required=False)

    def clean_on(self) -> date:
        found = sensible(self.cleaned_data["on"])
        assert found is not None
        return found

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Contact, Student
from documents.forms import ACCEPTED, FilesField, Picked
from messaging.models import By, Thread
from web.forms import Form

MOST_IN_A_TEXT = 800


class WriteForm(Form):
    """A message of the firm: by which way, and what it says."""

    way = forms.ChoiceField(label=_("How"), choices=By.choices, widget=forms.RadioSelect)
    title = forms.CharField(label=_("Subject of the e-mail"), max_length=120, required=False)
    body = forms.CharField(label=_("Message"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))
    student = forms.ChoiceField(label=_("Whose paper is it?"), required=False)
    paper = FilesField(
        label=_("Papers"), required=False, widget=Picked(attrs={"multiple": True, "accept": ACCEPTED}),
        help_text=_("Papers go with a portal message. The family can see them."),
    )  # fmt: skip

    def __init__(self, *args: Any, ways: list[str], students: list[Student], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.students = students
        way, student = self.fields["way"], self.fields["student"]
        assert isinstance(way, forms.ChoiceField)
        assert isinstance(student, forms.ChoiceField)
        way.choices = [(value, label) for value, label in By.choices if value in ways]
        if ways:
            way.initial = ways[0]
        student.choices = [(str(one.pk), one.given_name) for one in students]

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or {}
        if filled.get("way") == By.EMAIL and not filled.get("title", "").strip():
            self.add_error("title", _("Give the e-mail a subject."))
        if filled.get("way") == By.SMS and len(filled.get("body", "")) > MOST_IN_A_TEXT:
            self.add_error("body", _("This is too long for a text. Send an e-mail, or say less."))
        if filled.get("paper") and filled.get("way") != By.PORTAL:
            self.add_error("paper", _("Papers go with a portal message, where only the family can see them."))
        return filled

    @property
    def student_chosen(self) -> Student | None:
        wanted = self.cleaned_data.get("student") or (str(self.students[0].pk) if self.students else "")
        return next((one for one in self.students if str(one.pk) == wanted), None)


class FamilyWriteForm(Form):
    """A message of a family: words, papers, or both."""

    body = forms.CharField(
        label=_("Message"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    student = forms.ChoiceField(label=_("Whose paper is it?"), required=False)
    paper = FilesField(label=_("Papers"), required=False)

    def __init__(self, *args: Any, students: list[Student], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.students = students
        student = self.fields["student"]
        assert isinstance(student, forms.ChoiceField)
        student.choices = [(str(one.pk), one.given_name) for one in students]

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or {}
        if not filled.get("body") and not filled.get("paper") and not self.errors:
            self.add_error("body", _("Write something, or add a paper."))
        return filled

    @property
    def student_chosen(self) -> Student | None:
        wanted = self.cleaned_data.get("student") or (str(self.students[0].pk) if self.students else "")
        return next((one for one in self.students if str(one.pk) == wanted), None)


class AssignmentForm(Form):
    """To whom a thread is given: somebody who may see it, or nobody."""

    to = forms.ModelChoiceField(
        label=_("Given to"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )

    def __init__(self, *args: Any, thread: Thread, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)
        to.queryset = may_answer(thread)
        self.initial.setdefault("to", thread.assigned_to_id)


def may_answer(thread: Thread) -> Any:
    """Staff to whom the thread may be given: for a contact with children, those who see one of them."""
    from accounts.roles import Role

    people = User.objects.staff().exclude(role=Role.BILLING).order_by("name")
    if thread.contact is None or not thread.contact.guardianships.exists():
        return people
    seeing = [
        person.pk
        for person in people
        if Student.objects.visible_to(person).filter(guardianships__contact=thread.contact).exists()
    ]
    return people.filter(pk__in=seeing)


class SnoozeForm(Form):
    """Put off until a day."""

    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.initial.setdefault("until", (today + timedelta(days=1)).isoformat())

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        if not self.today < day <= self.today + timedelta(days=366):
            raise ValidationError(_("Choose a day from tomorrow on, within a year."))
        return day


class ConsentForm(Form):
    """How somebody agreed to texts, in the words of who was told."""

    words = forms.CharField(
        label=_("How did they agree?"), max_length=300,
        help_text=_("Such as “Said yes on the phone on Tuesday”. It is kept with your name."),
    )  # fmt: skip


class LinkForm(Form):
    """Whose number it is."""

    contact = forms.ModelChoiceField(label=_("Whose number is it?"), queryset=Contact.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contact = self.fields["contact"]
        assert isinstance(contact, forms.ModelChoiceField)
        contact.queryset = Contact.objects.visible_to(user).order_by("name")

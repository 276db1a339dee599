from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from clients.forms import today
from clients.models import Contact, Student
from documents import asking, refusals
from documents.adding import Sent
from documents.models import Document, Kind, Request
from web.forms import Form, ModelForm
from web.uploads import MOST_BYTES

MOST_PHOTOS = 60
# What a browser offers to pick; what came is decided by its bytes.
ACCEPTED = "application/pdf,image/jpeg,image/png,image/heic,.heic,.docx,.txt,text/plain"
# Ends of names that no kind we take has: said at once, without waiting for a look at the bytes.
NEVER = {
    ".exe", ".msi", ".bat", ".cmd", ".com", ".scr", ".ps1", ".vbs", ".js", ".jar", ".apk", ".app", ".dmg", ".pkg", ".dll",
    ".sh", ".iso", ".lnk", ".zip", ".rar", ".7z", ".gz", ".tar", ".xls", ".xlsx", ".xlsm", ".ppt", ".pptx", ".docm", ".pages",
    ".numbers", ".key", ".odt", ".rtf", ".html", ".htm", ".svg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".mp3", ".m4a",
    ".wav", ".avi", ".mkv", ".wmv",
}  # fmt: skip
NEVER_TYPES = ("audio/", "application/x-msdownload", "application/x-dosexec", "application/vnd.microsoft.portable-executable", "application/zip", "application/x-zip-compressed")  # fmt: skip


def is_never_taken(name: str, content_type: str = "") -> bool:
    """Whether a file is of a kind that we never take, by what it is called or what the browser says it is."""
    return PurePath(name.lower()).suffix in NEVER or content_type.startswith(NEVER_TYPES)


class Picked(forms.ClearableFileInput):
    """What was picked in either of the two places: photos taken, files chosen."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        take = getattr(files, "getlist", None)
        return [*take("photos"), *take(name)] if take else []


class FilesField(forms.FileField):
    """One file, or several photos of the pages of one paper. Cleans to a list of `Sent`."""

    widget = Picked
    default_error_messages = {"required": _("Take photos of the paper, or pick a file.")}

    def clean(self, data: Any, initial: Any = None) -> Any:
        files: Sequence[Any] = data or []
        if not files and not self.required:
            return []
        if not files:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(files) > MOST_PHOTOS:
            raise ValidationError(
                ngettext_lazy("Please send at most %(n)s photo at once.", "Please send at most %(n)s photos at once.", MOST_PHOTOS)
                % {"n": MOST_PHOTOS}
            )  # fmt: skip
        for file in files:
            if file.size > MOST_BYTES:
                raise ValidationError(refusals.sentence("too_large"), code="too_large")
            if not file.size:
                raise ValidationError(refusals.sentence("empty"), code="empty")
            if is_never_taken(file.name or "", getattr(file, "content_type", "") or ""):
                raise ValidationError(refusals.sentence("kind"), code="kind")
        return [Sent(file.read(), file.name or "") for file in files]


class UploadForm(Form):
    """A paper: what it is, and its file or photos."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=Kind.choices, initial=Kind.IEP)
    title = forms.CharField(label=_("Name it, if you like"), max_length=140, required=False)
    paper = FilesField(label=_("The paper"))

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def named(self) -> str:
        """The title typed, or what it is."""
        return self.cleaned_data["title"] or str(dict(Kind.choices)[self.cleaned_data["kind"]])


class Asked(forms.ModelChoiceField):
    """What was asked for and has not come yet; there only where something was."""

    def __init__(self, student: Student | None) -> None:
        rows = Request.objects.open().filter(student=student).select_related("contact")
        super().__init__(rows, label=_("Is it what we asked for?"), required=False, empty_label=_("No"))

    @property
    def is_needed(self) -> bool:
        return bool(self.queryset)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, {obj.contact.name}"


class StaffUploadForm(UploadForm):
    title = forms.CharField(
        label=_("Title"),
        max_length=140,
        required=False,
        help_text=_("Left empty, it is called after its kind."),
    )
    shared = forms.BooleanField(label=_("The family can see it"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[("en", "English"), ("es", "Español")])

    def __init__(self, *args: Any, student: Student, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (asked := Asked(student)).is_needed:
            self.fields["answers"] = asked


class FamilyUploadForm(UploadForm):
    """Asks which child only where there are several."""

    def __init__(self, *args: Any, students: list[Student], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(students) > 1:
            self.fields["student"] = forms.ChoiceField(
                label=_("Whose paper is it?"),
                choices=[(str(student.pk), student.given_name) for student in students],
                widget=forms.RadioSelect,
            )
            self.order_fields(["student", "kind", "title", "paper"])


class FilesForm(Form):
    """A further version, or what was asked for: only the file or photos."""

    paper = FilesField(label=_("The paper"))


class DetailsForm(ModelForm):
    class Meta:
        model = Document
        fields = ["title", "kind", "language", "shared"]

    language = forms.ChoiceField(label=_("Language"), choices=[("en", "English"), ("es", "Español")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.student and (asked := Asked(self.instance.student)).is_needed:
            self.fields["answers"] = asked


class PasswordForm(Form):
    password = forms.CharField(
        label=_("Password of the file"), max_length=127, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class RemovalForm(Form):
    reason = forms.CharField(label=_("Why? Others see this."), max_length=200, required=False)


class RequestForm(ModelForm):
    """A paper that we ask a contact for."""

    class Meta:
        model = Request
        fields = ["contact", "kind", "words", "due_on"]
        labels = {"contact": _("Whom do we ask?"), "kind": _("What kind of paper?")}
        widgets = {"due_on": forms.DateInput(attrs={"type": "date"})}
        help_texts = {"words": _("In your words, such as “the last progress report”. The family reads this.")}

    def __init__(self, *args: Any, student: Student, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ties = student.guardianships.seeing(on=today())
        contact = self.fields["contact"]
        assert isinstance(contact, forms.ModelChoiceField)
        contact.queryset = Contact.objects.filter(guardianships__in=ties).order_by("name")
        contact.empty_label = None
        self.fields["kind"] = forms.ChoiceField(
            label=self.fields["kind"].label, choices=Kind.choices, initial=Kind.PROGRESS_REPORT
        )

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day and day < today():
            raise ValidationError(asking.PAST)
        return day

"""Papers: what they are, what came, what is seen of it, what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import User
from clients.models import Contact, Family, Guardianship, Student
from tenants.places import current_firm
from web.access import Can
from web.ids import new_id


class Kind(models.TextChoices):
    IEP = "iep", _("IEP")
    SECTION_504 = "504", _("504 plan")
    EVALUATION = "evaluation", _("Evaluation")
    PROGRESS_REPORT = "progress_report", _("Progress report")
    PRIOR_WRITTEN_NOTICE = "prior_written_notice", _("Prior written notice")
    CONSENT = "consent", _("Consent")
    LETTER = "letter", _("Letter")
    WORK_SAMPLE = "work_sample", _("Schoolwork")
    PHOTO = "photo", _("Photo")
    CLIP = "clip", _("Short clip")
    OTHER = "other", _("Something else")


# Who sees the papers of a family in which no child is on file yet: apps above say which families a person works with.
_families: list[Callable[[User], QuerySet[Any]]] = []


def families_without_a_child_are_seen_by(families: Callable[[User], QuerySet[Any]]) -> None:
    """Registers a query of the keys of families, in an app's `ready()`."""
    if families not in _families:
        _families.append(families)


class DocumentQuerySet(models.QuerySet["Document"]):
    def standing(self) -> Self:
        """Those that were not removed."""
        return self.filter(removal=None)

    def visible_to(self, user: User) -> Self:
        """Staff see the papers of students they see; a family member those of children they may see, when
        the paper is shared with the family or is their own. Removed papers are nobody's."""
        seen = Student.objects.visible_to(user)
        standing = self.standing()
        if user.can(Can.SEE_STUDENTS):
            family_seen: Any = Exists(seen.filter(family=OuterRef("family")))
            childless = ~Exists(Student.objects.filter(family=OuterRef("family")))
            if user.can(Can.SEE_ALL_STUDENTS):
                family_seen |= childless
            for families in _families:
                family_seen |= childless & Q(family__in=families(user))
            return standing.filter(Q(student__in=seen) | (Q(student=None) & Q(family_seen)))
        if user.can(Can.VISIT_PORTAL):
            own = Q(shared=True) | Q(added_by=user)
            return standing.filter(own).filter(
                Q(student__in=seen) | (Q(student=None) & _of_whole_family(user))
            )
        return self.none()


def _of_whole_family(user: User) -> Exists:
    """The person may see every student of the paper's family of whom they are a guardian, and at least one."""
    today = timezone.localdate(timezone=current_firm().zone)
    ties = Guardianship.objects.filter(contact__user=user, student__family=OuterRef("family"))
    return Exists(ties.seeing(on=today)) & ~Exists(ties.exclude(pk__in=Guardianship.objects.seeing(on=today)))  # type: ignore[return-value]


# Titles we give to what is sent without one: kept in the words of who sent it, said to each reader in theirs.
OWN_TITLES = (_("Photo from the shared page"), _("Photo of a small win"), _("Picture from a text"))


@cache
def _own_titles() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {str(title): title for title in OWN_TITLES}
    return found


class Document(models.Model):
    """A paper of a student, or of a family as a whole. Its content comes in versions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    family = models.ForeignKey(
        Family, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    kind = models.CharField(_("kind"), max_length=24, choices=Kind.choices, default=Kind.OTHER)
    title = models.CharField(_("title"), max_length=140)
    language = models.CharField(_("language"), max_length=5, default="en")
    # Whether the family may see it; what a family member added, that person sees in any case.
    shared = models.BooleanField(_("the family can see it"), default=False)
    # Nobody who signs in here when it came with a booking; `sender` then holds the name given there.
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sender = models.CharField(max_length=120, blank=True)
    added_at = models.DateTimeField(db_default=Now())

    objects = DocumentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["student", "-added_at"]), models.Index(fields=["-added_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="document_kind_is_known"),
            models.CheckConstraint(condition=Q(added_by=None) ^ Q(sender=""), name="document_has_one_sender"),
            models.CheckConstraint(
                condition=Q(student__isnull=True) ^ Q(family__isnull=True),
                name="document_of_student_or_family",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def local_title(self) -> str:
        """The title, in the reader's language where it is one of ours."""
        return str(_own_titles().get(self.title, self.title))

    @property
    def from_whom(self) -> str:
        """The name of who added it."""
        return self.added_by.name if self.added_by else self.sender

    @property
    def is_from_staff(self) -> bool:
        return self.added_by is not None and self.added_by.is_staff_member

    @property
    def newest(self) -> DocumentVersion | None:
        """The version added last, whatever became of it. Uses prefetched versions."""
        return max(self.versions.all(), key=lambda version: version.number, default=None)

    @property
    def shown(self) -> DocumentVersion | None:
        """The newest version that can be read."""
        ready = [version for version in self.versions.all() if version.is_ready]
        return max(ready, key=lambda version: version.number, default=None)

    @property
    def is_removed(self) -> bool:
        return hasattr(self, "removal")


class Removal(models.Model):
    """What is left of a paper that was removed: that it was here, and who took it away."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="removal")
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=200, blank=True)


class State(models.TextChoices):
    RECEIVED = "received", _("Received")
    CHECKING = "checking", _("Being checked")
    READY = "ready", _("Ready")
    NEEDS_PASSWORD = "needs_password", _("Needs a password")
    REFUSED = "refused", _("Not taken")
    QUARANTINED = "quarantined", _("Locked away")


class Scan(models.TextChoices):
    NONE = "", _("Not scanned")
    CLEAN = "clean", _("Clean")
    INFECTED = "infected", _("Infected")


class DocumentVersion(models.Model):
    """What came at one time: a file, or several photos that make one paper."""

    UNDER_WAY = (State.RECEIVED, State.CHECKING)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.RECEIVED)
    # Why it was refused or locked away: a code of `documents.refusals`.
    reason = models.CharField(max_length=32, blank=True)
    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.NONE, blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    pages_count = models.PositiveIntegerField(default=0)
    # The viewing copy: a PDF that we made, without scripts, actions, attachments or a camera's notes.
    copy_key = models.CharField(max_length=80, blank=True)
    copy_size = models.PositiveBigIntegerField(default=0)
    # The password of an encrypted PDF, sealed, only until it has been opened.
    sealed_password = models.BinaryField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="one_version_a_number"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="version_state_is_known"),
        ]

    @property
    def is_ready(self) -> bool:
        return self.state == State.READY

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def file_name(self) -> str:
        """What the person called the first file, to tell papers of one name apart. Uses prefetched parts."""
        return next((part.original_name for part in self.parts.all()), "")

    @property
    def more_files(self) -> int:
        return max(0, len(self.parts.all()) - 1)

    @property
    def is_clip(self) -> bool:
        """It moves: it has no pages and no viewing copy."""
        return self.is_ready and not self.pages_count

    @property
    def is_clean(self) -> bool:
        """A scanner has looked at what came and found nothing."""
        return self.scan == Scan.CLEAN


class Part(models.Model):
    """One file as it came. What the person called it is kept as data and never used as a name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    storage_key = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    # pdf, jpeg, png, heic, docx, text, mp4, mov or webm: found in the bytes; empty until it has been looked at.
    content_kind = models.CharField(max_length=8, blank=True)
    original_name = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="one_part_a_position")]


class Page(models.Model):
    """A page of a version as it is seen: its picture, its words and where they stand."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    # Points (1/72 inch), as seen: after turning, origin in the top left corner.
    width = models.FloatField()
    height = models.FloatField()
    text = models.TextField(blank=True)
    # [[left, top, right, bottom, word], …] in points from the top left corner.
    words = models.JSONField(default=list)
    picture_key = models.CharField(max_length=80)
    picture_size = models.PositiveIntegerField()
    search = models.GeneratedField(
        expression=SearchVector("text", config="words"), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="one_page_a_number")]
        indexes = [GinIndex(fields=["search"], name="page_search")]


class RequestQuerySet(models.QuerySet["Request"]):
    def visible_to(self, user: User) -> Self:
        """Staff see what was asked about students they see; a family member what was asked of them."""
        rows = self.filter(student__in=Student.keys_visible_to(user))
        if user.can(Can.SEE_STUDENTS):
            return rows
        if user.can(Can.VISIT_PORTAL):
            return rows.filter(contact__user=user)
        return self.none()

    def open(self) -> Self:
        return self.filter(settled_at=None, called_off_at=None)


class Request(models.Model):
    """A paper we asked a contact for: "send us the last progress report"."""

    REMIND_BEFORE = timedelta(days=2)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="paper_requests")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="paper_requests")
    kind = models.CharField(_("kind"), max_length=24, choices=Kind.choices)
    words = models.CharField(_("what we ask for"), max_length=200, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    settled_by = models.ForeignKey(
        Document, on_delete=models.SET_NULL, null=True, blank=True, related_name="settles"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    called_off_at = models.DateTimeField(null=True, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="request_kind_is_known")
        ]

    @property
    def subject(self) -> str:
        """What its messages are about, in the outbox."""
        return f"paper-request:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.settled_at is None and self.called_off_at is None

    @property
    def name(self) -> str:
        """What we ask for, in the reader's language unless it was typed."""
        return self.words or str(self.get_kind_display())

    def is_late(self, *, at: datetime) -> bool:
        return (
            self.is_open
            and self.due_on is not None
            and self.due_on < timezone.localdate(at, current_firm().zone)
        )

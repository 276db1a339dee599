"""Small wins: written down by home, school or advocate, shared with one click, told on the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases import timeline
from cases.models import EntryKind, TimelineEntry
from clients.models import Student
from documents import adding
from documents.models import Document, Kind
from progress.models import DataSheet, Setting, Win
from tenants.places import current_firm

EVIDENCE = "win"


def add(
    student: Student, *, words: str, setting: str, happened_on: date, by: User, at: datetime,
    sheet: DataSheet | None = None, files: Sequence[adding.Sent] = (), shared: bool = True,
) -> Win:  # fmt: skip
    """Writes a win down, and on the student's timeline.

    `shared` lets home, school and advocate read it at once; else the staff and its writer alone.
    Raises documents.storage.NoRoom.
    """
    with transaction.atomic():
        document = None
        if files:
            title = _("Photo of a small win")
            version = adding.add(files, of=student, kind=Kind.PHOTO, title=title, by=by, at=at, shared=shared)
            document = version.document
        win = Win.objects.create(
            student=student, sheet=sheet, words=words.strip(), setting=setting, happened_on=happened_on, document=document,
            by=by, at=at, shared_at=at if shared else None,
        )  # fmt: skip
        moment = datetime.combine(happened_on, time(12), tzinfo=current_firm().zone)
        timeline.add(
            student=student, kind=EntryKind.WIN, text=win.words, happened_at=min(moment, at), at=at, by=by,
            who=str(Setting(setting).label), shared=shared, evidence=(EVIDENCE, win.pk),
        )  # fmt: skip
        audit.record("win.added", by=by, at=at, about=win, student=str(student.pk), shared=shared)
    return win


def _entry(win: Win) -> None:
    TimelineEntry.objects.filter(evidence_kind=EVIDENCE, evidence_id=str(win.pk)).update(
        shared=win.shared_at is not None
    )


def share(win: Win, *, by: User, at: datetime, shared: bool = True) -> None:
    """Lets home and school read a win, or no longer. Its photo goes with it."""
    with transaction.atomic():
        win.shared_at = (win.shared_at or at) if shared else None
        win.save(update_fields=["shared_at"])
        if win.document is not None:
            win.document.shared = shared
            win.document.save(update_fields=["shared"])
        _entry(win)
        audit.record("win.shared" if shared else "win.hidden", by=by, at=at, about=win)


def withdraw(win: Win, *, by: User, at: datetime) -> None:
    """Takes a win back, and its photo from the family's papers; the log keeps that it was there. Twice is once."""
    with transaction.atomic():
        done = Win.objects.filter(pk=win.pk, withdrawn_at=None).update(
            withdrawn_by=by, withdrawn_at=at, shared_at=None
        )
        if done:
            if win.document_id:
                Document.objects.filter(pk=win.document_id).update(shared=False)
            TimelineEntry.objects.filter(evidence_kind=EVIDENCE, evidence_id=str(win.pk)).delete()
            audit.record("win.withdrawn", by=by, at=at, about=win)

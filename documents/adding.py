"""Taking in what people send: sealed at once, looked at in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.models import User
from clients.models import Family, Student
from documents import asking, storage
from documents.models import Document, DocumentVersion, Part, Request
from tenants import due
from tenants.tasks import run_later

CHECK = "documents.check"
# A worker is rung for at once; when the ring is lost, the sweep finds the row after this.
FOUND_AFTER = timedelta(seconds=30)


@dataclass(frozen=True)
class Sent:
    """One file as it came."""

    content: bytes
    name: str = ""


def add(
    files: Sequence[Sent],
    *,
    of: Student | Family,
    kind: str,
    title: str,
    by: User | None,
    at: datetime,
    language: str = "en",
    shared: bool = False,
    answers: Request | None = None,
    sender: str = "",
) -> DocumentVersion:
    """A new paper with its first version. Several files are photos of its pages, in order.

    Raises storage.NoRoom. What a family member adds is seen by that person and the staff; it settles the request
    `answers`, else the one that asked this person for a paper of its kind. `sender` is the name of somebody who does not sign in, where `by` is None.
    """
    with transaction.atomic():
        document = Document.objects.create(
            student=of if isinstance(of, Student) else None, family=of if isinstance(of, Family) else None,
            kind=kind, title=title, language=language, shared=shared, added_by=by, sender=sender,
            added_at=at,
        )  # fmt: skip
        version = add_version(document, files, by=by, at=at)
        audit.record("document.added", by=by, at=at, about=document, version=version.number)
        if answers is not None:
            asking.settle(answers, document, at=at)
        else:
            asking.settle_by_kind(document, at=at)
    return version


def add_version(
    document: Document, files: Sequence[Sent], *, by: User | None, at: datetime
) -> DocumentVersion:
    """The next version of a paper. Raises storage.NoRoom."""
    storage.check_room(sum(len(file.content) for file in files))
    with transaction.atomic():
        Document.objects.select_for_update().get(pk=document.pk)
        last = document.versions.aggregate(last=Max("number"))["last"] or 0
        version = DocumentVersion.objects.create(
            document=document, number=last + 1, uploaded_by=by, uploaded_at=at
        )
        keys: list[str] = []
        try:
            for position, file in enumerate(files, start=1):
                keys.append(storage.write(file.content))
                Part.objects.create(
                    version=version, position=position, storage_key=keys[-1], size=len(file.content),
                    sha256=storage.digest(file.content), original_name=_as_data(file.name),
                )  # fmt: skip
        except BaseException:
            storage.discard(keys)
            raise
        if last:
            audit.record("document.version_added", by=by, at=at, about=document, version=version.number)
        check_later(version, at=at)
    return version


def check_later(version: DocumentVersion, *, at: datetime) -> None:
    """Has the version looked at by a worker: now, and again should that worker not finish."""
    from documents.tasks import check_in_background

    due.plan(CHECK, str(version.pk), due_at=at + FOUND_AFTER)
    run_later(check_in_background, version_id=str(version.pk))


def _as_data(name: str) -> str:
    """What the person called it, without what a database or a page could not hold."""
    return "".join(letter for letter in name if letter.isprintable())[:255]

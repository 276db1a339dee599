"""Removing a paper: its content goes, a line that it was here stays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from documents import storage
from documents.adding import CHECK
from documents.models import Document, Page, Part, Removal
from tenants import due


def remove(document: Document, *, by: User, at: datetime, reason: str = "") -> Removal:
    """Destroys the files, pictures and words of a paper. Doing it twice is once."""
    with transaction.atomic():
        removal, made = Removal.objects.get_or_create(
            document=document, defaults={"removed_by": by, "removed_at": at, "reason": reason}
        )
        if not made:
            return removal
        versions = list(document.versions.all())
        parts, pages = (
            Part.objects.filter(version__document=document),
            Page.objects.filter(version__document=document),
        )
        storage.delete([
            *[version.copy_key for version in versions],
            *parts.values_list("storage_key", flat=True),
            *pages.values_list("picture_key", flat=True),
        ])  # fmt: skip
        due.settle(CHECK, *[str(version.pk) for version in versions])
        document.versions.all().delete()
        audit.record("document.removed", by=by, at=at, about=document)
    return removal

"""From bytes that somebody sent to pages that can be read.

received → checking → ready, or refused, quarantined, needs_password. A worker holds a version by a lease
that it renews with each batch of pages; one that dies is found by the due-work row, and the next worker goes on
where the pages end.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from documents import asking, refusals, sandbox, storage
from documents.adding import CHECK
from documents.models import DocumentVersion, Kind, Page, Scan, State
from documents.providers import clamav
from documents.signals import document_ready
from tenants import due, keys, throttle
from web.uploads import MOST_BYTES

log = logging.getLogger("roundtable.documents")

LEASE = timedelta(minutes=3)
AGAIN = timedelta(seconds=15)
TRIES = 5
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
TRIES_AN_HOUR = 10  # passwords
TOO_OFTEN = gettext_lazy(
    "That was tried too often. Please wait an hour, or send the paper without a password."
)
ABOUT_PASSWORD = "document password"  # noqa: S105 (what is sealed, not a password)


def check_due(found: Sequence[str], at: datetime) -> None:
    """The due-work handler: versions that nobody finished."""
    for key in found:
        check(UUID(key), at=at)


def check(version_id: UUID, *, at: datetime) -> None:
    """Looks at one version and brings it to its end. Safe to run twice, also at once."""
    version = _lease(version_id, at=at)
    if version is None:
        return
    try:
        _scan(version)
        copy = _copy(version)
        for first in range(version.pages.count(), version.pages_count, sandbox.BATCH):
            _keep_pages(version, sandbox.render(copy, first=first))
            _hold(version)
        _finish(version)
    except sandbox.Refused as refusal:
        _end(version, refusal.code)
    except (sandbox.Busy, clamav.NoAnswer):
        _again(version)
    except (storage.Missing, keys.WrongKey):
        _end(version, "lost")
    except storage.NoRoom:
        _again(version, after=timedelta(minutes=10))


def _lease(version_id: UUID, *, at: datetime) -> DocumentVersion | None:
    """Takes the version unless another worker holds it or it has come to its end."""
    free = Q(leased_until=None) | Q(leased_until__lte=at)
    with transaction.atomic():
        taken = DocumentVersion.objects.filter(
            free, pk=version_id, state__in=DocumentVersion.UNDER_WAY
        ).update(state=State.CHECKING, leased_until=at + LEASE, tries=F("tries") + 1)
        version = (
            DocumentVersion.objects.select_related("document")
            .prefetch_related("parts")
            .filter(pk=version_id)
            .first()
        )
        if version is None or not version.is_under_way:
            due.settle(CHECK, str(version_id))
            return None
        if not taken:
            return None
        due.plan(CHECK, str(version_id), due_at=at + LEASE)
    if version.tries > TRIES:
        # It has taken several workers with it; whatever it is, it is not worth another.
        _end(version, "too_complex")
        return None
    return version


def _hold(version: DocumentVersion) -> None:
    """A sign of life after each batch."""
    now = timezone.now()
    with transaction.atomic():
        DocumentVersion.objects.filter(pk=version.pk).update(leased_until=now + LEASE)
        due.plan(CHECK, str(version.pk), due_at=now + LEASE)


def _scan(version: DocumentVersion) -> None:
    """Where a scanner is configured nothing goes on before it has found the file clean."""
    if version.scan == Scan.CLEAN:
        return
    for part in version.parts.all():
        content = storage.read(part.storage_key)
        if EICAR in content:
            raise sandbox.Refused("test_virus")
        if clamav.is_on() and clamav.scan(content) is clamav.Verdict.INFECTED:
            DocumentVersion.objects.filter(pk=version.pk).update(scan=Scan.INFECTED)
            raise sandbox.Refused("virus")
    if clamav.is_on():
        version.scan = Scan.CLEAN
        DocumentVersion.objects.filter(pk=version.pk).update(scan=Scan.CLEAN)


def _copy(version: DocumentVersion) -> bytes:
    """The viewing copy, made now or by a worker before us."""
    if version.copy_key:
        return storage.read(version.copy_key)
    parts = list(version.parts.all())
    if any(part.size > MOST_BYTES for part in parts):
        raise sandbox.Refused("too_large")
    password = ""
    if version.sealed_password:
        password = keys.unseal(bytes(version.sealed_password), about=ABOUT_PASSWORD).decode()
    found = sandbox.inspect([storage.read(part.storage_key) for part in parts], password=password)
    key = storage.write(found.copy) if found.copy else ""
    with transaction.atomic():
        for part, kind in zip(parts, found.kinds, strict=True):
            part.content_kind = kind
            part.save(update_fields=["content_kind"])
        version.copy_key, version.copy_size, version.pages_count = key, len(found.copy), found.pages
        version.sealed_password = None
        if not found.pages and version.document.kind != Kind.CLIP:
            version.document.kind = Kind.CLIP
            version.document.save(update_fields=["kind"])
        version.save(update_fields=["copy_key", "copy_size", "pages_count", "sealed_password"])
    _hold(version)
    return found.copy


def _keep_pages(version: DocumentVersion, pages: list[sandbox.Rendered]) -> None:
    if not pages:
        raise sandbox.Refused("damaged")
    rows = [
        Page(
            version=version, number=page.number, width=page.width, height=page.height, text=page.text,
            words=page.words, picture_key=storage.write(page.picture), picture_size=len(page.picture),
        )
        for page in pages
    ]  # fmt: skip
    Page.objects.bulk_create(rows)


def _finish(version: DocumentVersion) -> None:
    now = timezone.now()
    with transaction.atomic():
        done = DocumentVersion.objects.filter(pk=version.pk, state=State.CHECKING).update(
            state=State.READY, ready_at=now, leased_until=None, reason=""
        )
        due.settle(CHECK, str(version.pk))
        if done:
            version.refresh_from_db()
            # What must follow from it is planned in this transaction, so that it is not lost.
            document_ready.send(sender=DocumentVersion, version=version, at=now)


def _end(version: DocumentVersion, code: str) -> None:
    """It does not become readable: a password is asked for, or the reason is told."""
    if code in {"needs_password", "wrong_password"}:
        state = State.NEEDS_PASSWORD
    elif code in {"virus", "test_virus"}:
        state = State.QUARANTINED
    else:
        state = State.REFUSED
        code = code if code in refusals.SENTENCES else "damaged"
    now = timezone.now()
    with transaction.atomic():
        if state == State.REFUSED:
            storage.delete([version.copy_key, *version.pages.values_list("picture_key", flat=True)])
            version.pages.all().delete()
        DocumentVersion.objects.filter(pk=version.pk).update(
            state=state, reason=code, leased_until=None, sealed_password=None,
            **({"copy_key": "", "copy_size": 0, "pages_count": 0} if state == State.REFUSED else {}),
        )  # fmt: skip
        due.settle(CHECK, str(version.pk))
        if state in (State.REFUSED, State.QUARANTINED):
            asking.reopen(version.document, at=now)
    log.info("version %s: %s (%s)", version.pk, state, code)


def _again(version: DocumentVersion, *, after: timedelta = AGAIN) -> None:
    """Nothing is wrong with it; its turn comes later."""
    with transaction.atomic():
        DocumentVersion.objects.filter(pk=version.pk).update(leased_until=None, tries=F("tries") - 1)
        due.plan(CHECK, str(version.pk), due_at=timezone.now() + after)


def may_try(version: DocumentVersion, *, at: datetime) -> bool:
    """Whether another password may be tried on this version now; counts the try."""
    return throttle.may("document password", str(version.pk), limit=TRIES_AN_HOUR, within=timedelta(hours=1), at=at)  # fmt: skip


def open_with(version: DocumentVersion, password: str, *, at: datetime) -> None:
    """Tries an encrypted PDF with the password that somebody typed; it is sealed, and forgotten once used."""
    from documents.adding import check_later

    with transaction.atomic():
        waiting = DocumentVersion.objects.filter(pk=version.pk, state=State.NEEDS_PASSWORD)
        if waiting.update(
            state=State.RECEIVED, reason="", tries=0, leased_until=None,
            sealed_password=keys.seal(password.encode(), about=ABOUT_PASSWORD),
        ):  # fmt: skip
            check_later(version, at=at)

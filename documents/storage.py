"""Where files lie: sealed with the firm's key before they are written, under names that say nothing."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Iterator

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from tenants import keys
from tenants.models import Entitlement
from tenants.places import current_firm

KEY = re.compile(r"[a-z0-9]{2}/[a-z0-9]{30}")
READ = 256 * 1024


class NoRoom(Exception):
    """The firm's storage, or the disk, is full; the message is for people."""


class Missing(Exception):
    """The file is not where its row says."""


def _name(key: str) -> str:
    if not KEY.fullmatch(key):
        raise Missing(key)
    return f"{current_firm().schema_name}/{key}"


def new_key() -> str:
    letters = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(32))
    return f"{letters[:2]}/{letters[2:]}"


def write(content: bytes) -> str:
    """Seals and keeps these bytes for the current firm; answers their key. Raises NoRoom."""
    key = new_key()
    sealed = ContentFile(b"".join(keys.seal_file([content], about=key)))
    try:
        storages["files"].save(_name(key), sealed)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoRoom(_("There is no room for files right now. Please try again later.")) from None
        raise
    return key


def pieces(key: str) -> Iterator[bytes]:
    """The bytes of a file of the current firm, piece by piece. Raises Missing, or keys.WrongKey."""
    try:
        file = storages["files"].open(_name(key))
    except FileNotFoundError:
        raise Missing(key) from None
    with file:
        yield from keys.unseal_file(iter(lambda: file.read(READ), b""), about=key)


def read(key: str) -> bytes:
    """All bytes of a file of the current firm. Raises Missing, or keys.WrongKey."""
    return b"".join(pieces(key))


def discard(found: Iterable[str]) -> None:
    """Destroys these files of the current firm at once: they were written for rows that will not be."""
    for key in found:
        with contextlib.suppress(FileNotFoundError):
            storages["files"].delete(_name(key))


def delete(found: Iterable[str]) -> None:
    """Destroys these files of the current firm once this transaction is committed."""
    names = [_name(key) for key in found if key]

    def now() -> None:
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                storages["files"].delete(name)

    transaction.on_commit(now)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


_more: list[Callable[[], int]] = []


def count(bytes_of: Callable[[], int]) -> None:
    """Has what an app above keeps here counted too, in its `ready()`; `bytes_of()` answers for the current firm."""
    if bytes_of not in _more:
        _more.append(bytes_of)


def used() -> int:
    """Bytes that the current firm's files take: what came, the copies and the pictures, and what apps above keep."""
    from documents.models import DocumentVersion, Page, Part

    sums = (
        *(bytes_of() for bytes_of in _more),
        Part.objects.aggregate(sum=Sum("size"))["sum"],
        DocumentVersion.objects.aggregate(sum=Sum("copy_size"))["sum"],
        Page.objects.aggregate(sum=Sum("picture_size"))["sum"],
    )
    return sum(number or 0 for number in sums)


def quota() -> int | None:
    """Bytes the firm may use, or None for no limit."""
    return (
        Entitlement.objects.filter(firm_id=current_firm().id).values_list("storage_bytes", flat=True).first()
    )


def check_room(more: int) -> None:
    """Raises NoRoom when `more` bytes do not fit into what the firm may use."""
    allowed = quota()
    if allowed is not None and used() + more > allowed:
        raise NoRoom(_("The firm's space for files is full. Nothing was kept; please tell the firm."))

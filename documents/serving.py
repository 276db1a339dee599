"""Giving out files: to one person, one file, for a minute."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename

from accounts.models import User
from documents import storage
from documents.models import Document, DocumentVersion, Kind, Part
from documents.providers import clamav
from tenants.places import current_firm

LIFE = timedelta(seconds=60)
TYPES = {
    "pdf": ("application/pdf", "pdf"), "jpeg": ("image/jpeg", "jpg"), "png": ("image/png", "png"),
    "heic": ("image/heic", "heic"), "text": ("text/plain; charset=utf-8", "txt"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "mp4": ("video/mp4", "mp4"), "mov": ("video/quicktime", "mov"), "webm": ("video/webm", "webm"),
}  # fmt: skip


class NotServed(Exception):
    """This person does not get this file, or not by this link."""


@dataclass(frozen=True)
class File:
    """What a link opens."""

    key: str
    size: int
    content_type: str
    name: str
    document: Document
    version: DocumentVersion
    is_original: bool


def may_have_original(user: User, version: DocumentVersion) -> bool:
    """Staff, and when a scanner found it clean others too; where one is configured nobody before it has."""
    if not version.is_ready or (version.document.kind == Kind.PHOTO and not user.is_staff_member):
        return False  # a photo as it came still says where and with what it was taken
    return version.is_clean or (user.is_staff_member and not clamav.is_on())


def may_play(user: User, version: DocumentVersion) -> bool:
    """Of a clip there is no copy that we made: staff play it, and who sent it; others once a scanner found it clean.
    Where one is configured nobody does before it has."""
    own = version.document.added_by_id == user.pk
    return version.is_clip and (version.is_clean or ((user.is_staff_member or own) and not clamav.is_on()))


def _signer() -> signing.Signer:
    return signing.Signer(salt=f"documents.file.{current_firm().id}")


def link(thing: DocumentVersion | Part, *, user: User, at: datetime) -> str:
    """The address of a version's viewing copy, or of one file as it came: this person's, for a minute."""
    return reverse("file", args=[token(thing, user=user, at=at)])


def token(thing: DocumentVersion | Part, *, user: User, at: datetime) -> str:
    what = "part" if isinstance(thing, Part) else "copy"
    told = {"by": user.pk.hex, "what": what, "id": thing.pk.hex, "until": int((at + LIFE).timestamp())}
    return _signer().sign_object(told)


def file_of(token: str, *, user: User, at: datetime) -> File:
    """What a link opens for this person now. Raises NotServed."""
    try:
        told: dict[str, Any] = _signer().unsign_object(token)
    except signing.BadSignature:
        raise NotServed from None
    if told["by"] != user.pk.hex or at.timestamp() > told["until"]:
        raise NotServed
    return _copy(UUID(told["id"]), user) if told["what"] == "copy" else _part(UUID(told["id"]), user)


def _copy(pk: UUID, user: User) -> File:
    version = _visible(DocumentVersion.objects.filter(pk=pk).select_related("document").first(), user)
    if version.is_clip:
        raise NotServed
    return File(
        version.copy_key, version.copy_size, "application/pdf", _named(version.document, "pdf"),
        version.document, version, False,
    )  # fmt: skip


def _part(pk: UUID, user: User) -> File:
    part = Part.objects.filter(pk=pk).select_related("version__document").first()
    version = _visible(part.version if part else None, user)
    if part is None or not may_have_original(user, version):
        raise NotServed
    content_type, ending = TYPES.get(part.content_kind, ("application/octet-stream", "bin"))
    name = _named(version.document, ending, f" {part.position}" if part.position > 1 else "")
    return File(part.storage_key, part.size, content_type, name, version.document, version, True)


def _visible(version: DocumentVersion | None, user: User) -> DocumentVersion:
    if version is None or not version.is_ready:
        raise NotServed
    if not Document.objects.visible_to(user).filter(pk=version.document_id).exists():
        raise NotServed
    return version


def _named(document: Document, ending: str, more: str = "") -> str:
    """A name from the title, whose ending tells the kind that was found and not the one that was claimed."""
    return f"{get_valid_filename((document.title[:80] or 'document') + more)}.{ending}"


RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def clip(part: Part, *, asked: str) -> HttpResponse:
    """A clip for the page's player: all of it, or the bytes that the header `Range` asks for (RFC 9110, 14.2), which
    some browsers need before they play. Raises storage.Missing."""
    content = storage.read(part.storage_key)
    content_type, ending = TYPES[part.content_kind]
    first, last, status = 0, len(content) - 1, 200
    found = RANGE.fullmatch(asked.strip()) if asked else None
    if found and (found[1] or found[2]):
        if found[1]:
            first, last = int(found[1]), min(int(found[2] or last), last)
        else:
            first = max(0, len(content) - int(found[2]))
        if first > last:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(content)}"})
        status = 206
    response = HttpResponse(content[first : last + 1], content_type=content_type, status=status)
    if status == 206:
        response["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = f'attachment; filename="clip.{ending}"'
    _shut(response)
    return response


def answer(key: str, *, size: int, content_type: str, name: str) -> StreamingHttpResponse:
    """A file of the firm, in a response that runs nothing and is kept nowhere. Raises storage.Missing."""
    found = storage.pieces(key)
    first = next(found)  # what is missing or does not open is told before anything is sent

    def body() -> Any:
        yield first
        yield from found

    response = StreamingHttpResponse(body(), content_type=content_type)
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    _shut(response)
    return response


def _shut(response: HttpResponseBase) -> None:
    """It runs nothing and is kept nowhere."""
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"

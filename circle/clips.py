"""Short films on a child's page: cleaned in a process apart, sealed, and shown to whom the page is shown."""

from __future__ import annotations

import re
from datetime import datetime

from django.db.models import Sum
from django.http import HttpResponse

from accounts.models import User
from circle.models import Clip
from documents import sandbox, storage
from documents.checking import EICAR
from documents.providers import clamav

RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def keep(data: bytes, *, by: User, at: datetime) -> Clip:
    """Takes in a film without its place, device and notes.

    Raises documents.sandbox.Refused or Busy, documents.storage.NoRoom. Where a scanner is configured, it is asked first.
    """
    storage.check_room(len(data))
    if EICAR in data:
        raise sandbox.Refused("test_virus")
    if clamav.is_on():
        try:
            infected = clamav.scan(data) is clamav.Verdict.INFECTED
        except clamav.NoAnswer:
            raise sandbox.Busy from None
        if infected:
            raise sandbox.Refused("virus")
    film = sandbox.film(data)
    key = storage.write(film.content)
    return Clip.objects.create(
        storage_key=key, size=len(film.content), seconds=film.seconds, added_by=by, added_at=at
    )


def room() -> int:
    """Bytes that the firm's clips take."""
    return Clip.objects.aggregate(sum=Sum("size"))["sum"] or 0


def answer(clip: Clip, asked: str) -> HttpResponse:
    """The film, or the part a player asks for by `Range`. Raises documents.storage.Missing."""
    content = storage.read(clip.storage_key)
    found = RANGE.fullmatch(asked.strip())
    start, end = 0, len(content) - 1
    if found and (found[1] or found[2]):
        if found[1]:
            start, end = int(found[1]), min(int(found[2]) if found[2] else end, end)
        else:
            start = max(len(content) - int(found[2]), 0)
        if start > end:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(content)}"})
    response = HttpResponse(content[start : end + 1], content_type="video/mp4", status=206 if found else 200)
    if found:
        response["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = 'attachment; filename="clip.mp4"'
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response

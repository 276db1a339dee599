"""Forms that come again: what was typed when one could not be taken is shown once more, so that it is not lost."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from django.http import HttpRequest, HttpResponse

# The same once more within this time may be a second press on a page one went back to; whoever sends it is asked.
LATELY = timedelta(minutes=10)
# Nothing that opens a door is written into a page.
SECRET = re.compile(r"password|code|secret|token", re.IGNORECASE)
WORDS = 12  # letters from which something typed is worth copying
MOST = 60_000  # letters of a form that is still repeated whole


@dataclass(frozen=True)
class Typed:
    """A form that was sent: its `fields` by name, to be sent `to` the same address again, and the longer texts among them.

    `has_files` when files came with it, which have to be chosen anew.
    """

    to: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    has_files: bool = False


def typed(request: HttpRequest) -> Typed | None:
    """What came with this form; None when nothing did, when it holds a secret, and when it is not from a page of this
    host: another site could otherwise fill in what is sent with one press here."""
    if request.method != "POST" or not _is_from_here(request):
        return None
    pairs = [
        (name, text)
        for name, texts in request.POST.lists()
        for text in texts
        if name != "csrfmiddlewaretoken"
    ]
    if (
        not pairs
        or any(SECRET.search(name) for name, _text in pairs)
        or sum(len(text) for _name, text in pairs) > MOST
    ):
        return None
    words = [text for _name, text in pairs if len(text.strip()) >= WORDS and re.search(r"\s", text.strip())]
    return Typed(request.get_full_path(), pairs, words, has_files=bool(request.FILES))


def unkept(page: HttpResponse) -> HttpResponse:
    """A page that shows what was typed and that no browser keeps: the next person may not be the one who typed it."""
    page.headers["Cache-Control"] = "no-store, private"
    return page


def _is_from_here(request: HttpRequest) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"

"""Lists as CSV files that a spreadsheet opens without harm: the one way a list leaves the product.

An app registers a list in `ready()`; a door serves it, asks for its permission and writes the log.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import StreamingHttpResponse

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), full-width forms included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# A telephone number as we keep it (E.164): a plus and digits, and nothing else.
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


def cell(value: Any) -> str:
    """A value as a cell. Text that begins like a formula gets an apostrophe before it; numbers stay numbers, those one
    calls too: of +14065550142 a spreadsheet makes 14065550142 and runs nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).replace("\x00", "")
    if text.lstrip(" ").startswith(FORMULA) and not is_number(text):
        return f"'{text}"
    return text


def is_number(text: str) -> bool:
    """Whether a text is a plain number below zero or above it, or a whole telephone number, which a spreadsheet only reads."""
    if PHONE.fullmatch(text):
        return True
    bare = text.strip().removeprefix("-")
    return bare.isascii() and bare.replace(".", "", 1).isdigit()


class _Echo:
    def write(self, row: str) -> str:
        return row


def lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180), each cell made harmless."""
    writer = csv.writer(_Echo())
    yield writer.writerow(list(head))
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def answer(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]], *, mark: bool = True) -> StreamingHttpResponse:  # fmt: skip
    """A CSV download. `mark` puts the byte order mark first, without which Excel reads no accents."""

    def body() -> Iterator[bytes]:
        if mark:
            yield b"\xef\xbb\xbf"
        for line in lines(head, rows):
            yield line.encode()

    response = StreamingHttpResponse(body(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@dataclass(frozen=True)
class Table:
    """A list that can be taken away. `rows(user)` are the rows this person may see, as cells under `head`."""

    name: str
    label: Any
    can: Any
    head: Sequence[str]
    rows: Callable[[Any], Iterable[Sequence[Any]]]


_tables: dict[str, Table] = {}


def register(name: str, *, label: Any, can: Any, head: Sequence[str], rows: Callable[[Any], Iterable[Sequence[Any]]]) -> None:  # fmt: skip
    """Adds a list that can be exported; the same name again replaces it."""
    _tables[name] = Table(name, label, can, head, rows)


def of(user: Any) -> list[Table]:
    """The lists this person may take away, by name."""
    return [table for _name, table in sorted(_tables.items()) if user.can(table.can)]


def find(name: str, user: Any) -> Table | None:
    return next((table for table in of(user) if table.name == name), None)

"""Papers: a PDF set by typst from one of our files and data. Tagged, PDF/UA-1; data is JSON, never markup."""

from __future__ import annotations

import json
import logging
import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

log = logging.getLogger("roundtable.papers")

FONTS = Path(__file__).resolve().parent / "fonts"
UNKNOWN = "□"


class CannotBeSet(Exception):
    """The paper could not be set; the message is typst's own, for the log."""


@cache
def _fonts() -> Any:
    # The engine's own fonts stay as a fallback for Greek, Cyrillic and Arabic names.
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])


@cache
def _covered() -> list[tuple[int, int]]:
    return [(first, last) for first, last in json.loads((FONTS / "coverage.json").read_text())]


def _is_covered(letter: str) -> bool:
    code = ord(letter)
    return any(first <= code <= last for first, last in _covered())


def cleaned(data: Any, *, strictly: bool = False) -> Any:
    """The same data without control characters and emoji, and with a box for each other sign no font of ours has.

    `strictly` keeps only what the main font has; otherwise unassigned signs go, and other alphabets stay.
    """
    if isinstance(data, dict):
        return {key: cleaned(value, strictly=strictly) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [cleaned(value, strictly=strictly) for value in data]
    if not isinstance(data, str):
        return data
    return "".join(_letter(letter, strictly) for letter in unicodedata.normalize("NFC", data))


def _letter(letter: str, strictly: bool) -> str:
    if letter == "\n" or _is_covered(letter):
        return letter
    group = unicodedata.category(letter)
    if letter == "\t" or group == "Zs":
        return " "
    if group in {"Cc", "Cf", "Mn"} and not (group == "Mn" and not strictly):
        return ""
    if group in {"So", "Sk"}:
        return ""
    if strictly or group in {"Cs", "Co", "Cn"}:
        return UNKNOWN
    return letter


def set_pdf(file: str, data: dict[str, Any], *, at: datetime) -> bytes:
    """The PDF of a typst file of ours, given by its path in the project (“clients/typst/agreement.typ”).

    `data` holds plain JSON; the file reads it with `json(bytes(sys.inputs.data))`. `at` is the paper's date
    in its own description: the same data and date give the same bytes. Raises CannotBeSet.
    """
    try:
        return _compile(file, cleaned(data), at=at)
    except typst.TypstError as problem:
        log.warning("%s did not take every sign: %s", file, str(problem)[:200])
    try:
        return _compile(file, cleaned(data, strictly=True), at=at)
    except typst.TypstError as problem:
        raise CannotBeSet(str(problem)[:500]) from problem


def _compile(file: str, data: dict[str, Any], *, at: datetime) -> bytes:
    compiler = typst.Compiler(
        str(settings.BASE_DIR / file), root=str(settings.BASE_DIR), font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )  # fmt: skip
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=int(at.timestamp()))
    assert isinstance(made, bytes)
    return made


def blocks(text: str) -> list[dict[str, Any]]:
    """A plain text as blocks: `# ` begins a heading, `- ` an item of a list, an empty line a new paragraph."""
    found: list[dict[str, Any]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        line = line.strip()
        last = found[-1] if found else None
        if not line:
            found.append({"kind": "gap"})
        elif line.startswith("# "):
            found.append({"kind": "heading", "text": line[2:].strip()})
        elif line.startswith("- "):
            if last and last["kind"] == "list":
                last["rows"].append(line[2:].strip())
            else:
                found.append({"kind": "list", "rows": [line[2:].strip()]})
        elif last and last["kind"] == "text":
            last["text"] += "\n" + line
        else:
            found.append({"kind": "text", "text": line})
    return [block for block in found if block["kind"] != "gap"]

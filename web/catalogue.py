"""The message catalogues, without GNU gettext: `python -m web.catalogue update | compile | check`.

`update` reads every Python file and template and brings each `locale/*/LC_MESSAGES/django.po` up to date, `compile`
writes the `.mo` files Django reads, `check` says what is missing, unfinished or stale.
"""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE = {"tests", "standins", "embedded", "bin", "docs", "static", "locale", "build", "node_modules"}
TEMPLATES = {".html", ".txt", ".js"}
# Which arguments of a call are message, plural and context ("c"), as Babel wants them.
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals};\\n"

"""


def extract(root: Path = ROOT) -> Catalog:
    """Every message of the product, without translations."""
    found = Catalog(fuzzy=False)
    for path in sorted(sources(root)):
        _read_source(path, found)
    return found


def messages_of(path: Path) -> list[str]:
    """The English messages of one file, plurals after their singulars."""
    found = Catalog(fuzzy=False)
    _read_source(path, found)
    ids = [message.id for message in found if message.id]
    return [text for said in ids for text in ([said] if isinstance(said, str) else said)]


def _read_source(path: Path, found: Catalog) -> None:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What is no message becomes filler words; without indentation they are lines Python can split.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).split("\n"))
    calls: Iterator[Any] = extract_python(io.BytesIO(text.encode()), KEYWORDS, [], {"encoding": "utf-8"})
    for _line, function, messages, _comments in calls:
        _add(found, function, messages)


def sources(root: Path = ROOT) -> Iterator[Path]:
    """The Python files and templates that may hold messages."""
    for folder, names, files in os.walk(root):
        if Path(folder) == root:
            names[:] = [name for name in names if name not in OUTSIDE and not name.startswith(".")]
        for file in files:
            path = Path(folder, file)
            if path.suffix == ".py" or (
                path.suffix in TEMPLATES and "templates" in path.relative_to(root).parts
            ):
                yield path


def _add(found: Catalog, function: str, messages: str | tuple[str | None, ...] | None) -> None:
    said = messages if isinstance(messages, tuple) else (messages,)
    spec = KEYWORDS[function] or (1,)
    context, parts = None, []
    for place, text in zip(spec, said, strict=False):
        if not isinstance(text, str):
            return  # the argument is no literal, so the message is written somewhere else
        if isinstance(place, tuple):
            context = text
        else:
            parts.append(text)
    if parts and parts[0]:
        found.add(parts[0] if len(parts) == 1 else (parts[0], parts[1]), context=context)


def po_files(root: Path = ROOT) -> list[Path]:
    return sorted(root.glob("locale/*/LC_MESSAGES/django.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, domain="django")


def updated(path: Path, found: Catalog) -> str:
    """The text of a catalogue with exactly the messages found: translations kept, gone ones dropped, new ones empty."""
    catalogue = read(path)
    plurals = catalogue.plural_forms.rstrip(";")
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    out = io.BytesIO()
    write_po(
        out, catalogue, width=110, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True
    )
    header = HEADER.format(language=path.parent.parent.name, plurals=plurals)
    return header + out.getvalue().decode().strip() + "\n"


def update(root: Path = ROOT) -> None:
    found = extract(root)
    for path in po_files(root):
        path.write_text(updated(path, found), encoding="utf-8")


def compile_catalogues(root: Path = ROOT) -> None:
    """Write each `.mo` beside its `.po`, in one step, so that a server starting meanwhile reads the old or the new."""
    for path in po_files(root):
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            write_mo(file, read(path))
        os.chmod(file.name, 0o644)
        os.replace(file.name, path.with_suffix(".mo"))


def problems(root: Path = ROOT) -> list[str]:
    """What keeps the catalogues from being whole, a line each."""
    found = extract(root)
    told = []
    for path in po_files(root):
        name = path.relative_to(root)
        catalogue = read(path)
        for message in found:
            if message.id and catalogue.get(message.id, message.context) is None:
                told.append(f"{name}: missing {message.id!r}")
        for message in catalogue:
            if message.id:
                told += [f"{name}: {problem} {message.id!r}" for problem in _faults(message)]
        if not told and updated(path, found) != path.read_text(encoding="utf-8"):
            told.append(f"{name}: stale; run python -m web.catalogue update")
    return told


def _faults(message: Message) -> list[str]:
    strings: list[Any] = (
        list(message.string) if isinstance(message.string, tuple | list) else [message.string]
    )
    ids: list[Any] = list(message.id) if isinstance(message.id, tuple | list) else [message.id]
    if message.fuzzy:
        return ["fuzzy"]
    if not all(strings) or len(strings) < len(ids):
        return ["untranslated"]
    wanted = [_placeholders(text) for text in ids]
    return ["other placeholders in"] if any(_placeholders(text) not in wanted for text in strings) else []


def _placeholders(text: str) -> list[str]:
    return sorted(match[0] for match in PLACEHOLDER.finditer(text))


def main(words: list[str]) -> int:
    match words:
        case ["update"]:
            update()
        case ["compile"]:
            compile_catalogues()
        case ["check"]:
            told = problems()
            print("\n".join(told) if told else "every message is translated")
            return 1 if told else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

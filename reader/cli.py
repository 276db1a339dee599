"""Reading and comparing from the command line, without Django."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from reader.compare import compare
from reader.document import read
from reader.errors import Refused
from reader.reading import Reading


def read_iep(files: Sequence[str | Path], out: str | Path, *, errors: TextIO | None = None) -> int:
    """Read each file and write ``out/<stem>.json``.

    A file that is refused writes nothing; why goes to ``errors`` (standard error). Returns the exit code: 0, or
    1 when any file was refused.
    """
    errors = errors or sys.stderr
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    failed = False
    for file in map(Path, files):
        try:
            reading = _read_file(file)
        except (Refused, OSError) as error:
            failed = True
            reason = (
                str(error) if isinstance(error, Refused) else f"The file cannot be opened ({error.strerror})."
            )
            print(f"{file.name}: {reason}", file=errors)
            continue
        found = {"name": file.stem, "file": file.name, **reading.as_json()}
        text = json.dumps(found, ensure_ascii=False, indent=1)
        (folder / f"{file.stem}.json").write_text(text + "\n", encoding="utf-8")
    return int(failed)


def compare_ieps(old: str | Path, new: str | Path) -> dict[str, Any]:
    """The differences between two files' IEPs, ready for JSON.

    Raises :class:`reader.errors.Refused` when a file cannot be read.
    """
    a, b = Path(old), Path(new)
    return compare(_read_file(a), _read_file(b), earlier=a.stem, later=b.stem).as_json()


def _read_file(file: Path) -> Reading:
    return read(file.read_bytes(), filename=file.name)

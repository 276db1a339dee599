"""Forms of other states than the samples', and their truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in HERE.iterdir() if path.suffix in (".pdf", ".docx"))
SCANS = [name for name in NAMES if name.endswith("_scan")]  # some four seconds a page
IEPS = [name for name in NAMES if name.startswith(("f", "g", "h", "i")) and name not in SCANS]
OTHERS = [name for name in NAMES if name.startswith(("m", "n"))]


def file_of(name: str) -> bytes:
    return next(path for path in HERE.glob(f"{name}.*") if path.suffix != ".json").read_bytes()


def truth_of(name: str) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((HERE / "truth" / f"{name}.json").read_text("utf-8"))
    return truth

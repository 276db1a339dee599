"""`bin/check`: what must pass besides the tests."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from embedded.home import ROOT, Home
from embedded.stack import stack

PYTHON = [sys.executable, "-m"]
CHECKS: dict[str, list[str]] = {
    "format": [*PYTHON, "ruff", "format", "--check", "."],
    "lint": [*PYTHON, "ruff", "check", "."],
    "imports": [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
    "templates": [*PYTHON, "djlint", "templates", "--lint", "--quiet"],
    "translations": [*PYTHON, "web.catalogue", "check"],
    "house": [sys.executable, "manage.py", "check", "--fail-level", "WARNING"],
    "migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    # Without its cache: the Django plugin stumbles over what an earlier run kept.
    "types": [*PYTHON, "mypy", "--cache-dir=/dev/null", "."],
}


def main(words: list[str]) -> int:
    """Runs every check, or those named; prints the words of the ones that fail."""
    chosen = words or list(CHECKS)
    failed = []
    with (
        tempfile.TemporaryDirectory(prefix="roundtable-check-") as folder,
        stack(Home(Path(folder) / "local"), standins=False) as env,
    ):
        for name in chosen:
            done = subprocess.run(CHECKS[name], env=env, cwd=ROOT, capture_output=True, text=True)
            print(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'}", flush=True)
            if done.returncode:
                failed.append(name)
                print((done.stdout + done.stderr)[-8000:], flush=True)
    print(f"{len(chosen) - len(failed)} of {len(chosen)} checks passed")
    return 1 if failed else 0

"""`bin/test [pytest args]`: the tests, with servers of their own.

Their folder stays, for the migrated database in it that the next run begins with; a second run at the same
time has one that goes away.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from embedded.home import ROOT, Home, stop
from embedded.stack import is_external, stack

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def browser() -> str | None:
    """Chromium's path, installing Debian's package when this machine lets us."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    print("Installing Chromium for the browser tests …", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update", "-q"], **quiet)  # type: ignore[call-overload]
    subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"], **quiet)  # type: ignore[call-overload]
    return shutil.which("chromium")


def main(words: list[str]) -> int:
    chromium = browser()
    if not chromium and os.environ.get("CI") == "true":
        stop("The browser tests need Chromium, and it could not be installed here.")
    env_browser = {"CHROMIUM": chromium} if chromium else {}
    if not chromium:
        print(
            "Left out: the tests marked “browser”, since no Chromium is here (install Debian's chromium).",
            flush=True,
        )
    subprocess.run([sys.executable, "-m", "web.catalogue", "compile"], cwd=ROOT, check=True)
    with _home() as home, stack(home, standins=False, durable=False) as env:
        if not is_external():
            _tidy(env["DATABASE_ADMIN_URL"])
        chosen = list(words)
        if not any(word.startswith("-m") for word in chosen):
            chosen += ["-m", "not slow" if chromium else "not slow and not browser"]
        if not any(
            word == "-n" or (word.startswith("-n") and word[2:].isdigit()) or word in {"-p", "--pdb"}
            for word in chosen
        ):
            chosen += ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
        return subprocess.run(
            [sys.executable, "-m", "pytest", *chosen], env={**env, **env_browser}, cwd=ROOT
        ).returncode


def _tidy(admin: str) -> None:
    """Drops what an earlier run left: its databases, then the roles of their firms. The migrated template stays."""
    with psycopg.connect(admin, autocommit=True) as connection:
        for kind, names in (
            ("DATABASE", r"SELECT datname FROM pg_database WHERE datname LIKE 'rt\_test\_%'"),
            ("ROLE", "SELECT rolname FROM pg_roles WHERE rolname ~ '^t_[a-z2-7]{26}$'"),
        ):
            for (name,) in connection.execute(names).fetchall():
                connection.execute(f'DROP {kind} "{name}"')  # type: ignore[arg-type]


@contextmanager
def _home() -> Iterator[Home]:
    kept = Home(ROOT / ".local" / "test")
    if kept.lock():
        shutil.rmtree(kept.path / "files", ignore_errors=True)
        yield kept
        return
    folder = tempfile.mkdtemp(prefix="roundtable-test-")
    try:
        yield Home(Path(folder) / "local")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""`bin/test [pytest args]`: the tests, with servers of their own in a folder that goes away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from embedded.home import ROOT, Home, stop
from embedded.stack import stack

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
    folder = tempfile.mkdtemp(prefix="roundtable-test-")
    try:
        with stack(Home(Path(folder) / "local"), standins=False) as env:
            chosen = list(words)
            if not any(word.startswith("-m") for word in chosen):
                chosen += ["-m", "not slow" if chromium else "not slow and not browser"]
            if not any(
                word == "-n" or (word.startswith("-n") and word[2:].isdigit()) or word in {"-p", "--pdb"}
                for word in chosen
            ):
                chosen += ["-n", "2", "--dist", "loadfile"]
            return subprocess.run(
                [sys.executable, "-m", "pytest", *chosen], env={**env, **env_browser}, cwd=ROOT
            ).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)

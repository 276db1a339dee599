"""`bin/bench [name …]`: the benchmarks, with servers of their own in a folder that goes away."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from embedded.home import ROOT, Home
from embedded.stack import stack


def main(words: list[str]) -> int:
    with (
        tempfile.TemporaryDirectory(prefix="roundtable-bench-") as folder,
        stack(Home(Path(folder) / "local")) as env,
    ):
        return subprocess.run([sys.executable, "-m", "bench", *words], env=env, cwd=ROOT).returncode

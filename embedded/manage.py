"""`bin/manage …`: manage.py with the environment and the servers up."""

from __future__ import annotations

import subprocess
import sys

from embedded.home import ROOT
from embedded.stack import default_home, stack_for_command


def main(words: list[str]) -> int:
    with stack_for_command(default_home()) as env:
        return subprocess.run([sys.executable, str(ROOT / "manage.py"), *words], env=env).returncode

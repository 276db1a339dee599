"""django-appointment from PyPI, in an environment of its own: one staff member's month, as its own functions give it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.measuring import ROOT

VENV = Path(ROOT) / ".local" / "bench-appointment"
PROGRAM = Path(ROOT) / "bench" / "appointment_program.py"


def _python() -> Path | None:
    python = VENV / "bin" / "python"
    if (
        python.exists()
        and subprocess.run([python, "-c", "import appointment"], capture_output=True).returncode == 0
    ):
        return python
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", "django-appointment", "psycopg[binary]", "setuptools<81"],
        capture_output=True,
    )
    return python if done.returncode == 0 else None


def measure(*, bookings: int) -> tuple[float, float] | None:
    """Milliseconds and queries for one advocate's month, or None when it cannot be installed."""
    python = _python()
    if python is None:
        return None
    env = {
        "PATH": os.environ["PATH"],
        "DATABASE_ADMIN_URL": os.environ["DATABASE_ADMIN_URL"],
        "BOOKINGS": str(bookings),
    }
    done = subprocess.run([python, "-P", str(PROGRAM)], env=env, capture_output=True, text=True)
    if done.returncode:
        print(done.stderr[-600:], file=sys.stderr)
        return None
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return found["ms"], found["queries"]

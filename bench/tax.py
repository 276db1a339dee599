"""The same page with all walls up and in a single-tenant Django, interleaved; medians of the rounds."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

from bench.firms import new_firm
from bench.measuring import ROOT, line, requests_a_second, server

ROUNDS, SECONDS = 5, 3.0


def prepare_plain() -> None:
    done = subprocess.run([sys.executable, "-m", "bench.plain"], env=dict(os.environ), cwd=ROOT)
    if done.returncode:
        raise SystemExit("the single-tenant twin could not be prepared")


def main() -> None:
    firm = new_firm("tax")
    prepare_plain()
    with (
        server("config.wsgi", settings="config.settings", host=firm.host) as ours_at,
        server("config.wsgi", settings="bench.plain_settings", host="localhost") as plain_at,
    ):
        ours: list[float] = []
        plain: list[float] = []
        for path in ("/", "/help/"):
            ours.clear()
            plain.clear()
            for _ in range(ROUNDS):
                ours.append(requests_a_second(ours_at, f"{firm.host}:{ours_at}", path, seconds=SECONDS))
                plain.append(requests_a_second(plain_at, f"localhost:{plain_at}", path, seconds=SECONDS))
            name = "tax" if path == "/" else "tax-no-query"
            line(
                name,
                ours=statistics.median(ours),
                baseline=statistics.median(plain),
                unit="req/s",
                more="aim: at least 0.80",
            )

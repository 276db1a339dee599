"""What the benchmarks share: lines, servers, load."""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def line(name: str, *, ours: float, baseline: float, unit: str, more: str = "") -> None:
    """One line: `ratio` is ours over the baseline, both in `unit`."""
    ratio = ours / baseline if baseline else float("nan")
    print(
        f"name={name} ours={ours:.2f}{unit} baseline={baseline:.2f}{unit} ratio={ratio:.3f} {more}".rstrip(),
        flush=True,
    )


def median_ms(work: Callable[[], object], *, times: int = 15) -> float:
    """Median wall clock of a call, in milliseconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server(wsgi: str, *, settings: str, host: str, path: str = "/", threads: int = 1) -> Iterator[int]:
    """Two gunicorn workers serving `wsgi`; yields the port when `path` answers."""
    port = free_port()
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "PUBLIC_URL": f"http://localhost:{port}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", wsgi, "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads",
         str(threads), "--no-control-socket", "--log-level", "error"],
        env=env, cwd=ROOT,
    )  # fmt: skip
    try:
        end = time.monotonic() + 40
        while time.monotonic() < end:
            try:
                status, _ = get(port, host, path)
                if status < 500:
                    break
            except OSError:
                pass
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def get(port: int, host: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": host, **(headers or {})})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def requests_a_second(port: int, host: str, path: str, *, seconds: float, clients: int = 4) -> float:
    """How many GETs this many clients get answered with 200 in a second."""
    done = [0] * clients
    end = time.perf_counter() + seconds

    def load(n: int) -> None:
        while time.perf_counter() < end:
            status, _ = get(port, host, path)
            if status != 200:
                raise RuntimeError(f"{path} answered {status}")
            done[n] += 1

    threads = [threading.Thread(target=load, args=(n,)) for n in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - began)


def progress(words: str) -> None:
    print(f"  … {words}", file=sys.stderr, flush=True)

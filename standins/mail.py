"""A mail server that keeps what it is given and sends nothing on.

Any user and password are accepted. Faults come through `/control/faults` (service `mail`; `path`
searches the recipient's address) or by the recipient's name:

    reject@…      550, no such mailbox           drop@…   connection closed after DATA, nothing kept
    temporary@…   451, try again later           lost@…   kept, then the connection closes
"""

from __future__ import annotations

import asyncio
import base64
import itertools
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Event, Thread
from typing import Any

from standins.clock import Clock
from standins.faults import Fault, Faults
from standins.journal import Journal

MAX_MESSAGE = 40 * 1024 * 1024
_MAGIC = {"reject": "reject", "temporary": "temporary", "drop": "drop", "lost": "lost_answer"}


def parsed(raw: bytes) -> dict[str, Any]:
    """A message as JSON: from, to, cc, subject, text, html, headers, attachments (name, type, base64)."""
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    headers: dict[str, list[str]] = {}
    for name, value in message.items():
        headers.setdefault(name, []).append(str(value))
    return {
        "from": str(message.get("From", "")),
        "to": [address.addr_spec for name in ("To",) for address in _addresses(message, name)],
        "cc": [address.addr_spec for address in _addresses(message, "Cc")],
        "subject": str(message.get("Subject", "")),
        "text": _body(message, "plain"),
        "html": _body(message, "html"),
        "headers": headers,
        "attachments": [
            {
                "name": part.get_filename() or "",
                "type": part.get_content_type(),
                "base64": base64.b64encode(_content(part)).decode(),
            }
            for part in message.walk()
            if part.get_content_disposition() == "attachment" or part.get_filename()
        ],
    }


def _addresses(message: EmailMessage, name: str) -> tuple[Any, ...]:
    return tuple(address for header in message.get_all(name, []) for address in header.addresses)


def _body(message: EmailMessage, kind: str) -> str | None:
    """The first part of that kind that is no attachment."""
    for part in message.walk():
        if part.get_content_type() == f"text/{kind}" and not part.get_filename():
            return str(part.get_content()).replace("\r\n", "\n")
    return None


def _content(part: Any) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else part.as_bytes()


class Mailbox:
    """What arrived, kept parsed, in order."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self.journal, self.clock = journal, clock
        self._messages = journal.store("mail.messages")
        self._number = itertools.count(max((int(key) for key in self._messages), default=0) + 1)

    def keep(self, raw: bytes, *, sender: str, recipients: list[str]) -> str:
        """Store one message for all its recipients; its id."""
        key = f"{next(self._number):08d}"
        record = {
            "id": key,
            "at": self.clock.now().isoformat(),
            "envelope_from": sender,
            "envelope_to": recipients,
            **parsed(raw),
        }
        self.journal.save("mail.messages", key, record)
        return key

    def found(self, *, to: str = "", limit: int = 100) -> list[dict[str, Any]]:
        """Newest first; `to` is a recipient's address, without regard to case."""
        with self.journal.lock:
            found = [
                record
                for record in reversed(self._messages.values())
                if not to or to.lower() in (address.lower() for address in record["envelope_to"])
            ]
        return found[:limit]

    def reset(self) -> None:
        self.journal.clear("mail.")


class MailServer:
    """SMTP on a loopback port, in a thread of its own."""

    def __init__(self, mailbox: Mailbox, faults: Faults, *, port: int = 0) -> None:
        self.mailbox, self.faults = mailbox, faults
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._ready = Event()
        self._error: OSError | None = None
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._thread.start()
        self._ready.wait()
        if self._error:
            raise self._error

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            server = self._loop.run_until_complete(
                asyncio.start_server(self._session, "127.0.0.1", self.port, limit=MAX_MESSAGE)
            )
            self.port = server.sockets[0].getsockname()[1]
        except OSError as error:
            self._error = error
            return
        finally:
            self._ready.set()
        self._loop.run_forever()
        server.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Session(self, reader, writer).serve()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the client went away, or sent a line beyond all limits
        finally:
            writer.close()


class Session:
    """One SMTP conversation (RFC 5321, with AUTH PLAIN and LOGIN)."""

    def __init__(
        self, server: MailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.sender: str | None = None
        self.recipients: list[str] = []

    async def serve(self) -> None:
        await self._say("220 standins ESMTP")
        while line := await self.reader.readline():
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            verb = verb.upper()
            if verb == "QUIT":
                await self._say("221 Bye")
                return
            if verb == "DATA":
                if not await self._data():
                    return
            else:
                await self._command(verb, rest)

    async def _command(self, verb: str, rest: str) -> None:
        if verb in ("EHLO", "HELO"):
            self.sender, self.recipients = None, []
            if verb == "HELO":
                await self._say("250 standins")
            else:
                await self._say(
                    "250-standins",
                    "250-8BITMIME",
                    "250-SMTPUTF8",
                    "250-AUTH PLAIN LOGIN",
                    f"250 SIZE {MAX_MESSAGE}",
                )
        elif verb == "AUTH":
            await self._auth(rest)
        elif verb == "MAIL":
            self.sender, self.recipients = _path(rest), []
            await self._say("250 OK")
        elif verb == "RCPT":
            await self._recipient(_path(rest))
        elif verb == "RSET":
            self.sender, self.recipients = None, []
            await self._say("250 OK")
        elif verb == "NOOP":
            await self._say("250 OK")
        elif verb == "VRFY":
            await self._say("252 Send it and see")
        else:
            await self._say("502 Command not known")

    async def _auth(self, rest: str) -> None:
        method, _, first = rest.partition(" ")
        if method.upper() == "PLAIN":
            if not first:
                await self._say("334 ")
                await self.reader.readline()
        elif method.upper() == "LOGIN":
            if not first:
                await self._say("334 VXNlcm5hbWU6")
                await self.reader.readline()
            await self._say("334 UGFzc3dvcmQ6")
            await self.reader.readline()
        else:
            await self._say("504 Only PLAIN and LOGIN")
            return
        await self._say("235 Accepted")

    async def _recipient(self, address: str) -> None:
        if self.sender is None:
            await self._say("503 MAIL first")
            return
        fault = self._fault({"reject", "temporary"}, address)
        if fault and fault.kind == "reject":
            await self._say("550 5.1.1 No such mailbox")
        elif fault:
            await self._say("451 4.3.0 Try again later")
        else:
            self.recipients.append(address)
            await self._say("250 OK")

    async def _data(self) -> bool:
        """Take a message; False when the connection is to be closed."""
        if self.sender is None or not self.recipients:
            await self._say("503 MAIL and RCPT first")
            return True
        await self._say("354 End with a line of one dot")
        lines = []
        while (line := await self.reader.readuntil(b"\n")).rstrip(b"\r\n") != b".":
            lines.append(line[1:] if line.startswith(b".") else line)
        fault = None
        for address in self.recipients:
            fault = fault or self._fault({"drop", "lost_answer", "delay"}, address)
        if fault and fault.kind == "delay":
            await asyncio.sleep(fault.wait)
        if fault and fault.kind == "drop":
            return False
        key = self.server.mailbox.keep(b"".join(lines), sender=self.sender, recipients=self.recipients)
        if fault and fault.kind == "lost_answer":
            return False
        self.sender, self.recipients = None, []
        await self._say(f"250 Kept as {key}")
        return True

    def _fault(self, kinds: set[str], address: str) -> Fault | None:
        if fault := self.server.faults.strike("mail", kinds, path=address):
            return fault
        kind = _MAGIC.get(address.partition("@")[0].lower())
        if kind in kinds:
            self.server.faults.count("mail", kind)
            return Fault("mail", kind)
        return None

    async def _say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self.writer.drain()


def _path(rest: str) -> str:
    """The address in `FROM:<a@b> SIZE=…`; empty for the null sender."""
    _, _, path = rest.partition(":")
    return path.strip().partition(">")[0].lstrip("<").strip().split(" ")[0]

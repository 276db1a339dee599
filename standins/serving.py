"""HTTP for the stand-ins: requests, replies, and the faults that strike between them."""

from __future__ import annotations

import json
import socket
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from standins.faults import HTTP_KINDS, Fault, Faults

MAX_BODY = 32 * 1024 * 1024


class DropConnection(Exception):
    """Close the connection without an answer."""


@dataclass
class Request:
    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes
    base: str  # scheme, host and port the caller used

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query_string, keep_blank_values=True)

    @cached_property
    def form(self) -> list[tuple[str, str]]:
        """Fields of a form body, in order."""
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    def arg(self, name: str, default: str = "") -> str:
        """The first query argument of that name."""
        return next((value for key, value in self.query if key == name), default)


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(value: Any, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value, ensure_ascii=False).encode(), headers=named)


def redirect(location: str, status: int = 303) -> Reply:
    return Reply(status, headers={"Location": location})


def under_fault(
    fault: Fault | None,
    work: Callable[[], Reply],
    *,
    error: Callable[[], Reply],
    too_many: Callable[[], Reply],
) -> Reply:
    """Do `work` as `fault` lets it. `error` makes the provider's 500, `too_many` its 429.

    Raises DropConnection where the fault loses the answer.
    """
    kind = fault.kind if fault else ""
    if fault and kind == "delay":
        time.sleep(fault.wait)
    if kind == "error_before":
        return error()
    if kind == "rate_limit":
        return too_many()
    if kind == "drop":
        raise DropConnection
    if fault and kind == "timeout":
        time.sleep(fault.wait)
        raise DropConnection
    reply = work()
    if kind == "error_after":
        return error()
    if kind == "lost_answer":
        raise DropConnection
    if fault and kind == "timeout_after":
        time.sleep(fault.wait)
        raise DropConnection
    return reply


def fault_for(faults: Faults, service: str, request: Request, *, to: str = "") -> Fault | None:
    return faults.strike(service, HTTP_KINDS, method=request.method, path=request.path, to=to)


Answer = Callable[[Request], Reply]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int, answer: Answer) -> None:
        self.answer = answer
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is not our error."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "standins"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 120
    server: Server

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        host = self.headers.get("Host") or f"127.0.0.1:{self.server.server_address[1]}"
        name = urlsplit(f"//{host}").hostname or ""
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= MAX_BODY:
            self.close_connection = True
            self._send(json_reply({"message": "The body is too large or has no usable length."}, 413))
            return
        body = self.rfile.read(length)
        if not (name in ("localhost", "127.0.0.1", "::1") or name.endswith(".localhost")):
            # A web page elsewhere must not reach us through a name it controls.
            self._send(json_reply({"message": "Only loopback names are served."}, 403))
            return
        request = Request(
            self.command, unquote(parts.path), parts.query, dict(self.headers.items()), body, f"http://{host}"
        )
        try:
            reply = self.server.answer(request)
        except DropConnection:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        except Exception:
            # An error of the stand-in itself: seen by whoever runs it, and not taken for the provider's.
            traceback.print_exc(file=sys.stderr)
            reply = json_reply({"message": "The stand-in failed; its standard error says why."}, 500)
        self._send(reply)

    do_GET = do_POST = do_DELETE = do_PUT = _serve

    def _send(self, reply: Reply) -> None:
        """Head and body in one write, so that no answer waits for a delayed acknowledgement."""
        head = {
            "Content-Length": str(len(reply.body)),
            **reply.headers,
            "Connection": "close" if self.close_connection else "keep-alive",
        }
        if reply.status != 204:
            head["Content-Type"] = reply.content_type
        phrase = self.responses.get(HTTPStatus(reply.status), ("",))[0]
        lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in head.items())]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + reply.body)

    def log_message(self, *args: Any) -> None:
        """Requests are counted, not logged: they hold people's numbers."""

"""All stand-ins together: one HTTP port, one SMTP port, one journal."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any

from standins.clock import Clock
from standins.control import Control
from standins.faults import Faults
from standins.journal import Journal
from standins.loopback import Caller
from standins.mail import Mailbox, MailServer
from standins.scheduler import Scheduler
from standins.serving import Reply, Request, Server, json_reply
from standins.stripe import Stripe
from standins.twilio import Twilio

PARTS = ("twilio", "mail", "stripe")


class App:
    def __init__(self, *, port: int = 0, smtp_port: int = 0, state: Path | None = None) -> None:
        self.clock = Clock()
        self.faults = Faults()
        self.journal = Journal(state)
        self.scheduler = Scheduler()
        self.caller = Caller()
        self.twilio = Twilio(self.journal, self.clock, self.faults, self.scheduler, self.caller)
        self.stripe = Stripe(self.journal, self.clock, self.faults, self.scheduler, self.caller)
        self.mailbox = Mailbox(self.journal, self.clock)
        self.mail_server = MailServer(self.mailbox, self.faults, port=smtp_port)
        self.control = Control(self)
        self.server = Server(port, self._answer)

    def start(self) -> dict[str, str]:
        """Listen; the addresses by name. Raises OSError when a port is taken."""
        self.mail_server.start()
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.twilio.messages.base = f"{base}/twilio"
        self.stripe.base = f"{base}/stripe"
        self.stripe.start()
        self.twilio.messages.resume()
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return {
            "twilio": f"{base}/twilio",
            "stripe": f"{base}/stripe",
            "mail": f"smtp://127.0.0.1:{self.mail_server.port}",
            "control": f"{base}/control",
        }

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.mail_server.stop()
        self.stripe.stop()
        self.scheduler.stop()
        self.journal.close()

    def reset(self, only: list[str] | None = None) -> None:
        """Forget everything, or only the parts named. Raises ValueError for a name that is no part."""
        parts = PARTS if only is None else only
        if unknown := set(parts) - set(PARTS):
            raise ValueError(f"There is no part {', '.join(sorted(unknown))}.")
        if only is None:
            self.scheduler.forget()
            self.faults.clear()
            self.clock.real()
            self.caller.counts.clear()
        if "twilio" in parts:
            self.twilio.reset()
        if "mail" in parts:
            self.mailbox.reset()
        if "stripe" in parts:
            with self.journal.lock:
                self.stripe.reset()

    def stats(self) -> dict[str, Any]:
        return {
            "now": self.clock.now().isoformat(),
            "pending": self.scheduler.pending(),
            "calls": dict(self.caller.counts),
            "faults": dict(self.faults.struck),
            "twilio": self.twilio.stats(),
            "stripe": self.stripe.stats(),
            "mail": {"messages": len(self.mailbox.found(limit=10**9))},
        }

    def _answer(self, request: Request) -> Reply:
        part = request.path.split("/", 2)[1]
        if part == "twilio":
            return self.twilio.answer(request)
        if part == "stripe":
            return self.stripe.answer(request)
        if part == "control":
            return self.control.answer(request)
        return json_reply({"message": "Look below /twilio, /stripe or /control."}, 404)

"""Events, and the signed webhooks that carry them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from standins.faults import WEBHOOK_KINDS
from standins.loopback import NotLoopback, Unanswered, address
from standins.stripe.desk import Desk, Record
from standins.stripe.errors import StripeError
from standins.stripe.params import Params
from standins.stripe.routes import route
from standins.stripe.shapes import make, new_id, public

if TYPE_CHECKING:
    from standins.stripe.api import Stripe

API_VERSION = "2026-10-28.endive"
RETRIES = (0.3, 0.6, 1.2, 2.4, 4.8, 9.6, 19.2)  # seconds after each failure; Stripe takes days


def signature(secret: str, payload: bytes, at: int) -> str:
    """The Stripe-Signature header of `payload`, sent `at` (seconds since 1970)."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Events:
    def __init__(self, stripe: Stripe) -> None:
        self.stripe = stripe
        self.delay = 0.02
        self.retries: tuple[float, ...] = RETRIES
        self.counts: Counter[str] = Counter()
        self._held: tuple[Record, bytes, str] | None = None

    def emit(self, desk: Desk, type_: str, record: Record, previous: Record | None = None) -> None:
        data: Record = {"object": public(record)}
        if previous:
            data["previous_attributes"] = public(previous)
        event = make(
            "event",
            id=new_id("evt"),
            object="event",
            api_version=API_VERSION,
            created=desk.now(record),
            data=data,
            livemode=False,
            pending_webhooks=0,
            request={"id": desk.request, "idempotency_key": desk.key},
            type=type_,
        )
        connected = desk.account != self.stripe.accounts.platform
        if connected:
            event["account"] = desk.account
        platform = desk.elsewhere(account=self.stripe.accounts.platform)
        wanting = [
            endpoint
            for endpoint in platform.store("webhook_endpoint").values()
            if endpoint["status"] == "enabled"
            and endpoint["_connect"] == connected
            and ({"*", type_} & set(endpoint["enabled_events"]))
        ]
        event["pending_webhooks"] = len(wanting)
        # Kept as text: there are many, and they are snapshots.
        kept = {key: event[key] for key in ("id", "type", "created", "pending_webhooks")}
        desk.save("event", kept | {"text": json.dumps(event, separators=(",", ":"))})
        self.counts[type_] += 1
        for endpoint in wanting:
            self._send(endpoint, json.dumps(event, indent=2).encode(), type_)

    def resume(self) -> None:
        """After a restart, send again what no endpoint had taken."""
        for account in self.stripe.accounts.ids():
            for kept in list(self.stripe.journal.store(f"stripe.{account}.event").values()):
                if kept["pending_webhooks"]:
                    again = partial(self._resend_later, account, kept["id"])
                    self.stripe.scheduler.later(0.5, again)

    def _resend_later(self, account: str, id_: str) -> None:
        self.resend(account, id_)

    def _send(self, endpoint: Record, payload: bytes, type_: str) -> None:
        fault = self.stripe.faults.strike("stripe", WEBHOOK_KINDS, path=type_)
        kind = fault.kind if fault else None
        if kind == "lose":
            return
        if kind == "reorder" and self._held is None:
            self._held = (endpoint, payload, type_)
            self.stripe.scheduler.later(0.5, self._let_go)
            return
        self._deliver_later(endpoint, payload, self.delay)
        if kind == "duplicate":
            self._deliver_later(endpoint, payload, self.delay + 0.02)
        if self._held is not None:
            self.stripe.scheduler.later(self.delay + 0.1, self._let_go)

    def _let_go(self) -> None:
        with self.stripe.journal.lock:
            held, self._held = self._held, None
        if held:
            self._deliver(held[0], held[1], 0)

    def _deliver_later(self, endpoint: Record, payload: bytes, seconds: float, attempt: int = 0) -> None:
        self.stripe.scheduler.later(seconds, lambda: self._deliver(endpoint, payload, attempt))

    def _deliver(self, endpoint: Record, payload: bytes, attempt: int) -> None:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(endpoint["_secret"], payload, int(time.time())),
        }
        try:
            status, _ = self.stripe.caller.post(endpoint["url"], payload, headers)
        except (Unanswered, NotLoopback):
            status = 0
        if 200 <= status < 300:
            self.counts["_delivered"] += 1
            self._arrived(payload)
        elif attempt < len(self.retries):
            self.counts["_retried"] += 1
            self._deliver_later(endpoint, payload, self.retries[attempt], attempt + 1)
        else:
            self.counts["_given_up"] += 1

    def _arrived(self, payload: bytes) -> None:
        """One endpoint less to wait for."""
        event = json.loads(payload)
        store = f"stripe.{event.get('account', self.stripe.accounts.platform)}.event"
        with self.stripe.journal.lock:
            kept = self.stripe.journal.store(store).get(event["id"])
            if kept:
                kept["pending_webhooks"] = max(kept["pending_webhooks"] - 1, 0)
                self.stripe.journal.save(store, event["id"], kept)

    def resend(self, account: str, id_: str) -> int:
        """Send an event again to every endpoint that wants it, as a person may; how many there were."""
        kept = self.stripe.journal.store(f"stripe.{account}.event").get(id_)
        if kept is None:
            raise ValueError(f"There is no event {id_}.")
        event = json.loads(kept["text"])
        endpoints = self.stripe.journal.store(f"stripe.{self.stripe.accounts.platform}.webhook_endpoint")
        sent = 0
        for endpoint in endpoints.values():
            wants = {"*", event["type"]} & set(endpoint["enabled_events"])
            if endpoint["_connect"] == ("account" in event) and wants:
                self._deliver_later(endpoint, json.dumps(event, indent=2).encode(), 0)
                sent += 1
        return sent


def _loaded(kept: Record) -> Record:
    event: Record = json.loads(kept["text"])
    return event | {"pending_webhooks": kept["pending_webhooks"]}


@route("GET", "/v1/events")
def list_events(desk: Desk, p: Params) -> Record:
    wanted = [*p.texts("types"), *([p.need("type")] if "type" in p else [])]

    def is_wanted(event: Record) -> bool:
        name = event["type"]
        return not wanted or any(
            name == one or (one.endswith(".*") and name.startswith(one[:-1])) for one in wanted
        )

    found = desk.page("/v1/events", p, desk.all("event"), is_wanted)
    return found | {"data": [_loaded(kept) for kept in found["data"]]}


@route("GET", "/v1/events/{id}")
def get_event(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return _loaded(desk.get("event", id))


# endpoints


def add_endpoint(
    desk: Desk,
    *,
    url: str,
    events: list[str],
    connect: bool,
    secret: str | None = None,
    description: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Record:
    """Register a webhook endpoint on loopback. Raises StripeError for any other address."""
    _checked_url(url)
    return desk.save(
        "webhook_endpoint",
        make(
            "webhook_endpoint",
            id=new_id("we"),
            object="webhook_endpoint",
            api_version=API_VERSION,
            created=desk.now(),
            description=description,
            enabled_events=events,
            livemode=False,
            metadata=metadata or {},
            status="enabled",
            url=url,
            _connect=connect,
            _secret=secret or new_id("whsec"),
        ),
    )


def _checked_url(url: str) -> None:
    try:
        address(url)
    except NotLoopback as error:
        raise StripeError(f"Invalid URL: {error}", code="url_invalid", param="url") from error


@route("POST", "/v1/webhook_endpoints")
def create_endpoint(desk: Desk, p: Params) -> Record:
    wanted: dict[str, Any] = {
        "url": p.need("url"),
        "events": p.texts("enabled_events"),
        "connect": p.yes("connect"),
        "description": p.text("description"),
        "metadata": p.metadata(),
    }
    p.text("api_version")
    p.finish()
    if not wanted["events"]:
        raise StripeError("Missing required param: enabled_events.", param="enabled_events")
    endpoint = add_endpoint(desk, **wanted)
    return {**endpoint, "secret": endpoint["_secret"]}


@route("GET", "/v1/webhook_endpoints")
def list_endpoints(desk: Desk, p: Params) -> Record:
    return desk.page("/v1/webhook_endpoints", p, desk.all("webhook_endpoint"))


@route("GET", "/v1/webhook_endpoints/{id}")
def get_endpoint(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("webhook_endpoint", id)


@route("POST", "/v1/webhook_endpoints/{id}")
def update_endpoint(desk: Desk, p: Params, id: str) -> Record:
    endpoint = desk.get("webhook_endpoint", id)
    url, events = p.text("url"), p.texts("enabled_events")
    description, disabled = p.text("description"), p.yes("disabled")
    metadata = p.metadata(endpoint["metadata"])
    given = {name for name in ("description", "disabled") if name in p}
    p.finish()
    if url:
        _checked_url(url)
        endpoint["url"] = url
    if events:
        endpoint["enabled_events"] = events
    if "description" in given:
        endpoint["description"] = description
    if "disabled" in given:
        endpoint["status"] = "disabled" if disabled else "enabled"
    endpoint["metadata"] = metadata
    return desk.save("webhook_endpoint", endpoint)


@route("DELETE", "/v1/webhook_endpoints/{id}")
def delete_endpoint(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    desk.get("webhook_endpoint", id)
    desk.delete("webhook_endpoint", id)
    return {"id": id, "object": "webhook_endpoint", "deleted": True}

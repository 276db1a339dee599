"""Stripe's API: who asks, for which account, once or again, and what goes wrong on purpose."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from threading import Event, Thread
from typing import Any

from standins.clock import Clock
from standins.faults import HTTP_KINDS, Faults
from standins.journal import Journal
from standins.loopback import Caller
from standins.scheduler import Scheduler
from standins.serving import Reply, Request, json_reply, under_fault
from standins.stripe import (  # noqa: F401  (importing them registers their routes)
    accounts,
    catalog,
    checkout,
    clockwork,
    customers,
    events,
    invoices,
    invoicing,
    lifecycle,
    methods,
    payments,
    portal,
    previews,
    refunds,
    routes,
    subscriptions,
)
from standins.stripe.desk import Desk, Record
from standins.stripe.errors import StripeError, server_error, too_many
from standins.stripe.hosted import Hosted
from standins.stripe.params import Params, nested
from standins.stripe.shapes import a_list, new_id, public

KINDS = {
    "acct": "account",
    "ch": "charge",
    "cs": "checkout.session",
    "cus": "customer",
    "du": "dispute",
    "in": "invoice",
    "ii": "invoiceitem",
    "pi": "payment_intent",
    "pm": "payment_method",
    "price": "price",
    "prod": "product",
    "py": "charge",
    "re": "refund",
    "seti": "setup_intent",
    "sub": "subscription",
    "txn": "balance_transaction",
    "txr": "tax_rate",
}


class Stripe:
    def __init__(
        self, journal: Journal, clock: Clock, faults: Faults, scheduler: Scheduler, caller: Caller
    ) -> None:
        self.journal, self.clock, self.faults = journal, clock, faults
        self.scheduler, self.caller = scheduler, caller
        self.base = ""
        self.requests: Counter[str] = Counter()
        self._running: set[str] = set()
        self._stopped = Event()
        self.settle_down()
        self.accounts = accounts.Accounts(self)
        self.events = events.Events(self)
        self.clockwork = clockwork.Clockwork(self)
        self.hosted = Hosted(self)

    def settle_down(self) -> None:
        """Speeds and dunning as at the start."""
        self.bank_seconds = 2
        self.dunning: dict[str, Any] = {"retry_days": [3, 5, 7], "then": "unpaid"}

    def start(self) -> None:
        """Take up what a restart interrupted, and look every second for what is due."""
        self.events.resume()
        Thread(target=self._keep_ticking, daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _keep_ticking(self) -> None:
        while not self._stopped.wait(1.0):
            self.tick()

    def tick(self) -> None:
        with self.journal.lock:
            self.clockwork.tick()

    def reset(self) -> None:
        """Back to the platform's account and key, nothing else."""
        self.journal.clear("stripe.")
        self.settle_down()
        self.accounts.provision()
        self.events = events.Events(self)
        self.clockwork = clockwork.Clockwork(self)
        self.requests.clear()

    def stats(self) -> dict[str, Any]:
        with self.journal.lock:
            platform = Desk(self, self.accounts.platform)
            succeeded = [
                intent
                for account in platform.store("account")
                for intent in platform.elsewhere(account=account).all("payment_intent")
                if intent["status"] == "succeeded"
            ]
            counts = dict(self.events.counts)
        return {
            "requests": dict(self.requests),
            "events": {name: count for name, count in counts.items() if not name.startswith("_")},
            "webhooks": {name[1:]: count for name, count in counts.items() if name.startswith("_")},
            "payments": {"count": len(succeeded), "amount": sum(i["amount_received"] for i in succeeded)},
        }

    def configure(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Set up from control: what `POST /control/stripe` documents. Raises ValueError with a sentence."""
        known = {
            *("keys", "endpoints", "bank_seconds", "dunning", "webhook_delay", "webhook_retries"),
            *("revoke", "currencies", "dispute", "resend", "onboard"),
        }
        if unknown := set(wanted) - known:
            raise ValueError(f"Not known: {', '.join(sorted(unknown))}. Known: {', '.join(sorted(known))}.")
        platform = Desk(self, self.accounts.platform)
        with self.journal.lock:
            for key, account in wanted.get("keys", {}).items():
                self.journal.save("stripe.keys", key, account or self.accounts.platform)
            for one in wanted.get("endpoints", []):
                self._configure_endpoint(platform, one)
            if "bank_seconds" in wanted:
                self.bank_seconds = int(wanted["bank_seconds"])
            if "dunning" in wanted:
                self._configure_dunning(wanted["dunning"])
            if "webhook_delay" in wanted:
                self.events.delay = float(wanted["webhook_delay"])
            if "webhook_retries" in wanted:
                self.events.retries = tuple(float(seconds) for seconds in wanted["webhook_retries"])
            if "revoke" in wanted:
                self.accounts.revoke(wanted["revoke"])
            for account, allowed in wanted.get("currencies", {}).items():
                self.accounts.restrict(account, allowed)
            if "onboard" in wanted:
                if wanted["onboard"] not in platform.store("account"):
                    raise ValueError(f"There is no account {wanted['onboard']}.")
                accounts.onboard(platform, platform.get("account", wanted["onboard"]))
            if "dispute" in wanted:
                desk = platform.elsewhere(account=wanted["dispute"].get("account"))
                refunds.open_dispute(desk, desk.get("charge", wanted["dispute"]["charge"]))
            if "resend" in wanted:
                account = wanted["resend"].get("account") or self.accounts.platform
                self.events.resend(account, wanted["resend"]["event"])
            return {
                "accounts": list(platform.store("account")),
                "endpoints": [
                    {"id": e["id"], "url": e["url"], "connect": e["_connect"], "secret": e["_secret"]}
                    for e in platform.store("webhook_endpoint").values()
                ],
            }

    def _configure_endpoint(self, platform: Desk, wanted: Mapping[str, Any]) -> None:
        """An endpoint of that address and kind: changed where there is one, else made."""
        connect = bool(wanted.get("connect", False))
        chosen = list(wanted.get("events", ["*"]))
        for endpoint in platform.store("webhook_endpoint").values():
            if endpoint["url"] == wanted["url"] and endpoint["_connect"] == connect:
                endpoint |= {"_secret": wanted.get("secret", endpoint["_secret"]), "enabled_events": chosen}
                platform.save("webhook_endpoint", endpoint)
                return
        events.add_endpoint(
            platform, url=wanted["url"], events=chosen, connect=connect, secret=wanted.get("secret")
        )

    def _configure_dunning(self, wanted: Mapping[str, Any]) -> None:
        then = wanted.get("then", self.dunning["then"])
        if then not in ("unpaid", "canceled", "past_due"):
            raise ValueError("dunning.then is unpaid, canceled or past_due.")
        days = [float(day) for day in wanted.get("retry_days", self.dunning["retry_days"])]
        self.dunning = {"retry_days": days, "then": then}

    # requests

    def answer(self, request: Request) -> Reply:
        """The answer to a request below `/stripe`. Raises DropConnection where a fault says so."""
        path = request.path.removeprefix("/stripe")
        if not path.startswith("/v1/") and not path.startswith("/v2/"):
            with self.journal.lock:
                self.clockwork.tick()
                return self.hosted.answer(request, path)
        request_id = new_id("req")
        headers = {"Request-Id": request_id, "Stripe-Version": events.API_VERSION}
        try:
            account = self._account(request)
        except StripeError as refusal:
            return _headed(refusal.reply(), headers)
        key = _header(request, "Idempotency-Key") if request.method == "POST" else None
        if key:
            headers["Idempotency-Key"] = key
        running = f"{account}|{key}"
        if key and (early := self._earlier(request, running, key)):
            return _headed(early, headers)
        fault = self.faults.strike("stripe", HTTP_KINDS | {"error_kept"}, method=request.method, path=path)
        try:
            reply = under_fault(
                fault,
                lambda: self._once(
                    request, path, account, request_id, key, kept=fault.kind if fault else None
                ),
                error=server_error,
                too_many=too_many,
            )
        finally:
            if key:
                with self.journal.lock:
                    self._running.discard(running)
        return _headed(reply, headers)

    def _account(self, request: Request) -> str:
        """The account a request acts for, by its key and Stripe-Account."""
        kind, _, key = (_header(request, "Authorization") or "").partition(" ")
        if kind != "Bearer" or not key:
            raise StripeError(
                "You did not provide an API key. You need to provide your API key in the Authorization header.",
                status=401,
            )
        account = self.accounts.for_key(key)
        if account is None:
            raise StripeError(f"Invalid API Key provided: {key[:8]}{'*' * 8}{key[-4:]}", status=401)
        wanted = _header(request, "Stripe-Account")
        if wanted and wanted != account:
            if account != self.accounts.platform or not self.accounts.acts_for(wanted):
                raise accounts.no_access(wanted)
            return wanted
        return account

    def _earlier(self, request: Request, running: str, key: str) -> Reply | None:
        """What an idempotency key already got; otherwise note that it is being worked on."""
        print_ = _print(request)
        with self.journal.lock:
            kept = self.journal.store("stripe.idempotency").get(running)
            if kept and kept["print"] != print_:
                return StripeError(
                    "Keys for idempotent requests can only be used with the same parameters they were first "
                    f"used with. Try using a key other than '{key}' if you meant to execute a different request.",
                    type="idempotency_error",
                ).reply()
            if kept:
                self.requests["replayed"] += 1
                return Reply(kept["status"], kept["body"].encode(), headers={"Idempotent-Replayed": "true"})
            if running in self._running:
                return StripeError(
                    "There is currently another in-progress request using this Idempotent Key (that probably "
                    "means you submitted twice, and the other request is still going through). Please try "
                    "again later.",
                    status=409,
                    type="idempotency_error",
                    code="idempotency_key_in_use",
                ).reply()
            self._running.add(running)
        return None

    def _once(
        self, request: Request, path: str, account: str, request_id: str, key: str | None, *, kept: str | None
    ) -> Reply:
        """Do the work; keep the answer under the key (with the fault `error_kept`, a 500)."""
        with self.journal.lock:
            self.clockwork.tick()
            reply = self._work(request, path, account, request_id, key)
            if kept == "error_kept":
                reply = server_error()
            if key:
                record = {"print": _print(request), "status": reply.status, "body": reply.body.decode()}
                self.journal.save("stripe.idempotency", f"{account}|{key}", record)
            return reply

    def _work(self, request: Request, path: str, account: str, request_id: str, key: str | None) -> Reply:
        try:
            found = routes.find(request.method, path)
            if found is None:
                raise StripeError(
                    f"Unrecognized request URL ({request.method}: {path}). Or one that this stand-in does not model.",
                    status=404,
                )
            endpoint, parameters = found
            self.requests[f"{request.method} {endpoint.__name__}"] += 1
            tree = nested(request.form if request.method == "POST" else request.query)
            expand = Params({"expand": tree.pop("expand", {})}).texts("expand")
            desk = Desk(self, account, request=request_id, key=key)
            answer = public(endpoint(desk, Params(tree), **parameters))
            for wanted in expand:
                _expand(desk, answer, wanted.split("."), wanted)
            return json_reply(answer)
        except StripeError as refusal:
            return refusal.reply()


def _header(request: Request, name: str) -> str | None:
    return next((v for k, v in request.headers.items() if k.lower() == name.lower()), None)


def _headed(reply: Reply, headers: dict[str, str]) -> Reply:
    reply.headers |= headers
    return reply


def _print(request: Request) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(
        "\n".join([request.method, request.path, *map(repr, sorted(request.form))]).encode()
    ).hexdigest()


def _expand(desk: Desk, node: Any, steps: list[str], whole: str) -> None:
    """Put the object where its id stands, along one path of `expand[]`."""
    if isinstance(node, list):
        for one in node:
            _expand(desk, one, steps, whole)
        return
    if not isinstance(node, dict):
        return
    step, rest = steps[0], steps[1:]
    if made := _included(desk, node, step):
        node[step] = made
    elif step not in node:
        raise StripeError(f"This property cannot be expanded ({whole}).", param="expand")
    value = node[step]
    if isinstance(value, str):
        kind = KINDS.get(value.partition("_")[0])
        found: Record | None = desk.store(kind).get(value) if kind else None
        if found is None:
            raise StripeError(f"This property cannot be expanded ({whole}).", param="expand")
        node[step] = value = public(found)
    elif isinstance(value, bool | int | float):
        raise StripeError(f"This property cannot be expanded ({whole}).", param="expand")
    if rest:
        _expand(desk, value, rest, whole)


def _included(desk: Desk, node: Record, step: str) -> Record | None:
    """What an object holds only when asked for."""
    kind, id_ = node.get("object"), node.get("id", "")
    if (kind, step) == ("invoice", "payments"):
        return a_list("/v1/invoice_payments", public(invoicing.payments_of(desk, id_)))
    if (kind, step) == ("invoice", "confirmation_secret"):
        intent = desk.store("payment_intent").get(desk.get("invoice", id_)["_intent"] or "")
        return {"client_secret": intent["client_secret"], "type": "payment_intent"} if intent else None
    if (kind, step) == ("checkout.session", "line_items"):
        lines = public(desk.get("checkout.session", id_)["_lines"])
        return a_list(f"/v1/checkout/sessions/{id_}/line_items", lines)
    if (kind, step) == ("customer", "subscriptions"):
        rows = [public(s) for s in desk.all("subscription") if s["customer"] == id_]
        return a_list(f"/v1/customers/{id_}/subscriptions", rows)
    return None

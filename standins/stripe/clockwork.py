"""What happens by itself at a time: trials that end, renewals, retries, banks that answer.

What is due is kept by time, account and test clock. Ordinary objects follow the stand-ins' clock; those
of a customer with a test clock follow that one, and move only when it is advanced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from standins.stripe.desk import Desk, Record
from standins.stripe.errors import StripeError
from standins.stripe.params import Params
from standins.stripe.routes import route
from standins.stripe.shapes import make, new_id

if TYPE_CHECKING:
    from standins.stripe.api import Stripe

Handler = Callable[[Desk, str], None]
_HANDLERS: dict[str, Handler] = {}


def when_due(what: str) -> Callable[[Handler], Handler]:
    """The function below does `what`, given the desk (at the due time) and the object's id."""

    def register(handler: Handler) -> Handler:
        _HANDLERS[what] = handler
        return handler

    return register


def clock_of(desk: Desk, customer: str | None) -> str:
    """The customer's test clock; empty without one."""
    found = desk.store("customer").get(customer or "")
    return (found or {}).get("test_clock") or ""


class Clockwork:
    def __init__(self, stripe: Stripe) -> None:
        self.stripe = stripe
        self._soonest: int | None = 0

    @property
    def _due(self) -> dict[str, int]:
        return self.stripe.journal.store("stripe.due")

    def at(self, desk: Desk, what: str, id_: str, when: int | None, *, clock: str = "") -> None:
        """Do `what` with the object `id_` at `when`; None takes it back."""
        key = f"{desk.account}|{clock}|{what}|{id_}"
        if when is None:
            self.stripe.journal.delete("stripe.due", key)
            return
        self.stripe.journal.save("stripe.due", key, when)
        if not clock and (self._soonest is None or when < self._soonest):
            self._soonest = when

    def tick(self) -> None:
        """Do what is due by the stand-ins' clock."""
        now = int(self.stripe.clock.now().timestamp())
        if self._soonest is None or self._soonest > now:
            return
        while (found := self._next("", now)) is not None:
            self._do(*found)
        self._soonest = min((t for key, t in self._due.items() if key.split("|")[1] == ""), default=None)

    def advance(self, desk: Desk, clock: Record, to: int) -> None:
        """Move a test clock to `to`, doing what is due on the way, in order."""
        while (found := self._next(clock["id"], to)) is not None:
            clock["frozen_time"] = max(found[1], clock["frozen_time"])
            self._do(*found)
        clock["frozen_time"] = to
        desk.save("test_helpers.test_clock", clock)

    def _next(self, clock: str, until: int) -> tuple[str, int] | None:
        mine = [(t, key) for key, t in self._due.items() if key.split("|")[1] == clock and t <= until]
        if not mine:
            return None
        when, key = min(mine)
        return key, when

    def _do(self, key: str, when: int) -> None:
        account, _, what, id_ = key.split("|")
        self.stripe.journal.delete("stripe.due", key)
        _HANDLERS[what](Desk(self.stripe, account, at=when), id_)


# test clocks


@route("POST", "/v1/test_helpers/test_clocks")
def create_clock(desk: Desk, p: Params) -> Record:
    frozen, name = p.need_whole("frozen_time", least=0), p.text("name")
    p.finish()
    clock = make(
        "test_helpers.test_clock",
        id=new_id("clock"),
        object="test_helpers.test_clock",
        created=desk.now(),
        deletes_after=desk.now() + 30 * 86_400,
        frozen_time=frozen,
        livemode=False,
        name=name,
        status="ready",
        status_details={},
    )
    desk.save("test_helpers.test_clock", clock)
    desk.emit("test_helpers.test_clock.created", clock)
    return clock


@route("GET", "/v1/test_helpers/test_clocks")
def list_clocks(desk: Desk, p: Params) -> Record:
    return desk.page("/v1/test_helpers/test_clocks", p, desk.all("test_helpers.test_clock"))


@route("GET", "/v1/test_helpers/test_clocks/{id}")
def get_clock(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("test_helpers.test_clock", id)


@route("POST", "/v1/test_helpers/test_clocks/{id}/advance")
def advance_clock(desk: Desk, p: Params, id: str) -> Record:
    """Answers `advancing`, as Stripe does; by the next request the clock is ready."""
    clock, to = desk.get("test_helpers.test_clock", id), p.need_whole("frozen_time")
    p.finish()
    if to <= clock["frozen_time"]:
        raise StripeError("A test clock moves only forward.", param="frozen_time")
    if to > clock["frozen_time"] + 2 * 366 * 86_400:
        raise StripeError("A test clock moves two years at a time at most.", param="frozen_time")
    desk.emit("test_helpers.test_clock.advancing", clock)
    desk.stripe.clockwork.advance(desk, clock, to)
    desk.emit("test_helpers.test_clock.ready", clock)
    return clock | {"status": "advancing"}


@route("DELETE", "/v1/test_helpers/test_clocks/{id}")
def delete_clock(desk: Desk, p: Params, id: str) -> Record:
    """Deletes the clock's customers too, and so their subscriptions."""
    from standins.stripe.customers import delete_customer

    p.finish()
    clock = desk.get("test_helpers.test_clock", id)
    for customer in list(desk.all("customer")):
        if customer["test_clock"] == id:
            delete_customer(desk, Params({}), customer["id"])
    desk.delete("test_helpers.test_clock", id)
    desk.emit("test_helpers.test_clock.deleted", clock)
    return {"id": id, "object": "test_helpers.test_clock", "deleted": True}

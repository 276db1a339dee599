"""One request's view of the books: the account it acts for, the time, the objects, the events it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from standins.stripe.errors import StripeError, missing
from standins.stripe.money import checked_currency
from standins.stripe.params import Params
from standins.stripe.shapes import a_list, public

if TYPE_CHECKING:
    from standins.stripe.api import Stripe

Record = dict[str, Any]


class Desk:
    def __init__(
        self,
        stripe: Stripe,
        account: str,
        *,
        at: int | None = None,
        request: str | None = None,
        key: str | None = None,
    ) -> None:
        self.stripe = stripe
        self.account = account
        self._at = at
        self.request = request
        self.key = key

    def now(self, owner: Record | None = None) -> int:
        """Seconds since 1970, by the test clock of `owner` (a customer or what carries its clock)."""
        if self._at is not None:
            return self._at
        clock = (owner or {}).get("test_clock")
        if clock and (found := self.store("test_helpers.test_clock").get(clock)):
            return int(found["frozen_time"])
        return int(self.stripe.clock.now().timestamp())

    def elsewhere(self, *, account: str | None = None, at: int | None = None) -> Desk:
        return Desk(self.stripe, account or self.account, at=at, request=self.request, key=self.key)

    def store(self, kind: str) -> dict[str, Record]:
        return self.stripe.journal.store(f"stripe.{self.account}.{kind}")

    def all(self, kind: str) -> Iterator[Record]:
        """Newest first."""
        return reversed(list(self.store(kind).values()))

    def get(self, kind: str, id_: str, param: str | None = None) -> Record:
        """Raises StripeError (404) when the account has none of that id."""
        found = self.store(kind).get(id_)
        if found is None:
            raise missing(kind, id_, param)
        return found

    def save(self, kind: str, record: Record) -> Record:
        self.stripe.journal.save(f"stripe.{self.account}.{kind}", record["id"], record)
        return record

    def delete(self, kind: str, id_: str) -> None:
        self.stripe.journal.delete(f"stripe.{self.account}.{kind}", id_)

    def emit(self, type_: str, record: Record, previous: Record | None = None) -> None:
        """Write an event and send it to the endpoints that want it."""
        self.stripe.events.emit(self, type_, record, previous)

    def currency(self, code: str) -> str:
        """The code in lower case. Raises StripeError when this account cannot take it."""
        return checked_currency(code, self.stripe.accounts.currencies(self.account))

    def page(self, url: str, p: Params, rows: Iterator[Record], *filters: Callable[[Record], bool]) -> Record:
        """A list in Stripe's shape, newest first; reads limit, cursors and `created`, then finishes `p`."""
        limit = p.whole("limit", least=1, most=100) or 10
        after, before = p.text("starting_after"), p.text("ending_before")
        tests = list(filters)
        if isinstance(p._tree.get("created"), dict):
            bounds = p.sub("created")
            for name, test in _BOUNDS.items():
                bound = bounds.whole(name)
                if bound is not None:
                    tests.append(_bounded(test, bound))
        elif (exact := p.whole("created")) is not None:
            tests.append(lambda r: _made(r) == exact)
        p.finish()
        found: list[Record] = []
        past = after is None
        for row in rows:
            if row["id"] == before or (not before and len(found) > limit):
                break
            if past and all(test(row) for test in tests):
                found.append(row)
            past = past or row["id"] == after
        else:
            if before or not past:
                raise StripeError(f"No such cursor: '{before or after}'", code="resource_missing")
        if before:
            return a_list(url, public(found[-limit:]), has_more=len(found) > limit)
        return a_list(url, public(found[:limit]), has_more=len(found) > limit)


_BOUNDS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}


def same(field: str, wanted: str | None) -> Callable[[Record], bool]:
    """A filter on one field; lets everything pass when nothing is wanted."""
    return lambda record: wanted is None or record.get(field) == wanted


def _bounded(test: Callable[[int, int], bool], bound: int) -> Callable[[Record], bool]:
    return lambda record: test(_made(record), bound)


def _made(record: Record) -> int:
    """When it was created; invoice items call that their date."""
    return int(record["created"] if "created" in record else record["date"])

"""Objects in Stripe's published shape.

`data/stripe.json` holds one published example of each kind and which of its fields may be null or absent.
"""

from __future__ import annotations

import json
import secrets
import string
from importlib.resources import files
from typing import Any

_SOURCE = json.loads(files("standins").joinpath("data/stripe.json").read_text("utf-8"))
_FIELDS: dict[str, frozenset[str]] = {kind: frozenset(one) for kind, one in _SOURCE["resources"].items()}
_MAY_LACK: dict[str, frozenset[str]] = {
    kind: frozenset(fields) for kind, fields in _SOURCE["nullable_or_absent"].items()
}
_ALPHABET = string.ascii_letters + string.digits
# Fields that the example lacks and that the published description has as optional.
_ALSO = {
    "webhook_endpoint": {"secret"},
    "invoice": {"payments", "confirmation_secret"},
    "refund": {"failure_reason", "failure_balance_transaction"},
    "payment_method": {"us_bank_account"},
    "account": {"company", "individual"},
    "checkout.session": {"line_items"},
}
_INSTEAD = {"payment_method": {"us_bank_account": "card"}}


def new_id(prefix: str) -> str:
    length = 58 if prefix.startswith("cs_") else 24
    return prefix + "_" + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def make(kind: str, **values: Any) -> dict[str, Any]:
    """An object of `kind` with exactly the published fields: those not given are null.

    Names that start with an underscore are the stand-in's own and never leave it.
    """
    fields, given = _FIELDS[kind], {name for name in values if not name.startswith("_")}
    stray = given - fields - _ALSO.get(kind, set())
    lacking = fields - given - _MAY_LACK.get(kind, frozenset())
    assert not stray, f"{kind} has no {stray}"
    assert not lacking, f"{kind} needs {lacking}"
    made = {name: values.get(name) for name in fields} | values
    for one, other in _INSTEAD.get(kind, {}).items():
        if values.get(one) is not None:
            del made[other]
    return made


def public(value: Any) -> Any:
    """A copy without the stand-in's own fields, all the way down."""
    if isinstance(value, dict):
        return {name: public(below) for name, below in value.items() if not name.startswith("_")}
    if isinstance(value, list):
        return [public(below) for below in value]
    return value


def empty_address() -> dict[str, None]:
    return dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def a_list(url: str, rows: list[Any], *, has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": rows, "has_more": has_more, "url": url}

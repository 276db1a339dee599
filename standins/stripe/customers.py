"""Customers."""

from __future__ import annotations

from typing import Any

from standins.stripe.catalog import changed_and_told
from standins.stripe.desk import Desk, Record, same
from standins.stripe.params import Params
from standins.stripe.routes import route
from standins.stripe.shapes import empty_address, make, new_id


def read_address(p: Params) -> Record | None:
    """An address hash, its six fields; None when empty."""
    found = {name: p.text(name) for name in empty_address()}
    return found if any(found.values()) else None


def add_customer(desk: Desk, **fields: Any) -> Record:
    id_ = new_id("cus")
    customer = make(
        "customer",
        **{
            "id": id_,
            "object": "customer",
            "balance": 0,
            "created": desk.now(fields),
            "delinquent": False,
            "invoice_prefix": id_[-8:].upper(),
            "invoice_settings": {
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            "livemode": False,
            "metadata": {},
            "next_invoice_sequence": 1,
            "preferred_locales": [],
            "tax_exempt": "none",
            **fields,
        },
    )
    desk.save("customer", customer)
    desk.emit("customer.created", customer)
    return customer


@route("POST", "/v1/customers")
def create_customer(desk: Desk, p: Params) -> Record:
    fields: Record = {name: p.text(name) for name in ("name", "email", "phone", "description", "test_clock")}
    settings = p.sub("invoice_settings")
    method = p.text("payment_method")
    default = settings.text("default_payment_method")
    fields |= {
        "address": read_address(p.sub("address")),
        "balance": p.whole("balance") or 0,
        "metadata": p.metadata(),
        "preferred_locales": p.texts("preferred_locales"),
        "tax_exempt": p.choice("tax_exempt", ("none", "exempt", "reverse"), "none"),
    }
    p.finish()
    if fields["test_clock"]:
        desk.get("test_helpers.test_clock", fields["test_clock"], "test_clock")
    customer = add_customer(desk, **fields)
    _take_methods(desk, customer, method, default)
    return customer


def _take_methods(desk: Desk, customer: Record, method: str | None, default: str | None) -> None:
    from standins.stripe.methods import attach, resolve

    for id_ in {method, default} - {None}:
        assert id_
        attached = attach(desk, resolve(desk, id_, "payment_method"), customer)
        if id_ == default:
            customer["invoice_settings"]["default_payment_method"] = attached["id"]
            desk.save("customer", customer)


@route("GET", "/v1/customers")
def list_customers(desk: Desk, p: Params) -> Record:
    email, clock = p.text("email"), p.text("test_clock")
    return desk.page(
        "/v1/customers", p, desk.all("customer"), same("email", email), same("test_clock", clock)
    )


@route("GET", "/v1/customers/{id}")
def get_customer(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    if id in desk.store("deleted_customer"):
        return desk.get("deleted_customer", id)
    return desk.get("customer", id)


@route("POST", "/v1/customers/{id}")
def update_customer(desk: Desk, p: Params, id: str) -> Record:
    customer = desk.get("customer", id)
    changed: Record = {"metadata": p.metadata(customer["metadata"])}
    for name in ("name", "email", "phone", "description"):
        if name in p:
            changed[name] = p.text(name)
    if "address" in p:
        changed["address"] = read_address(p.sub("address"))
    if "balance" in p:
        changed["balance"] = p.whole("balance") or 0
    if "preferred_locales" in p:
        changed["preferred_locales"] = p.texts("preferred_locales")
    if "tax_exempt" in p:
        changed["tax_exempt"] = p.choice("tax_exempt", ("none", "exempt", "reverse"), "none")
    settings = p.sub("invoice_settings")
    if "default_payment_method" in settings:
        wanted = settings.text("default_payment_method")
        if wanted:
            from standins.stripe.methods import of_customer

            of_customer(desk, wanted, id, "invoice_settings[default_payment_method]")
        changed["invoice_settings"] = customer["invoice_settings"] | {"default_payment_method": wanted}
    p.finish()
    return changed_and_told(desk, "customer", customer, changed)


@route("DELETE", "/v1/customers/{id}")
def delete_customer(desk: Desk, p: Params, id: str) -> Record:
    from standins.stripe.lifecycle import end

    p.finish()
    customer = desk.get("customer", id)
    for subscription in desk.all("subscription"):
        if subscription["customer"] == id and subscription["status"] not in (
            "canceled",
            "incomplete_expired",
        ):
            end(desk, subscription)
    desk.delete("customer", id)
    gone = desk.save("deleted_customer", {"id": id, "object": "customer", "deleted": True})
    desk.emit("customer.deleted", customer)
    return gone

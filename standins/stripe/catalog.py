"""Products, prices and tax rates."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from standins.stripe.desk import Desk, Record, same
from standins.stripe.errors import StripeError, needed
from standins.stripe.params import Params
from standins.stripe.routes import route
from standins.stripe.shapes import make, new_id

INTERVALS = ("day", "week", "month", "year")


def add_product(desk: Desk, *, name: str, id_: str | None = None, **fields: Any) -> Record:
    now = desk.now()
    product = make(
        "product",
        **{
            "id": id_ or new_id("prod"),
            "object": "product",
            "active": True,
            "created": now,
            "images": [],
            "livemode": False,
            "marketing_features": [],
            "metadata": {},
            "name": name,
            "type": "service",
            "updated": now,
            **fields,
        },
    )
    desk.save("product", product)
    desk.emit("product.created", product)
    return product


@route("POST", "/v1/products")
def create_product(desk: Desk, p: Params) -> Record:
    name, id_ = p.need("name"), p.text("id")
    fields: Record = {
        "active": p.yes("active", True),
        "description": p.text("description"),
        "metadata": p.metadata(),
        "unit_label": p.text("unit_label"),
        "statement_descriptor": p.text("statement_descriptor"),
        "url": p.text("url"),
        "tax_code": p.text("tax_code"),
        "images": p.texts("images"),
    }
    price = p.sub("default_price_data")
    price_fields = _price_fields(desk, price) if price else None
    p.choice("type", ("service", "good"))
    p.finish()
    if id_ and id_ in desk.store("product"):
        raise StripeError("Product already exists.", code="resource_already_exists", param="id")
    product = add_product(desk, name=name, id_=id_, **fields)
    if price_fields:
        product["default_price"] = add_price(desk, product=product["id"], **price_fields)["id"]
        desk.save("product", product)
    return product


@route("GET", "/v1/products")
def list_products(desk: Desk, p: Params) -> Record:
    active = p.yes("active") if "active" in p else None
    ids = p.texts("ids")
    return desk.page(
        "/v1/products",
        p,
        desk.all("product"),
        lambda r: active is None or r["active"] == active,
        lambda r: not ids or r["id"] in ids,
    )


@route("GET", "/v1/products/{id}")
def get_product(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("product", id)


@route("POST", "/v1/products/{id}")
def update_product(desk: Desk, p: Params, id: str) -> Record:
    product = desk.get("product", id)
    changed: Record = {"metadata": p.metadata(product["metadata"])}
    for name in ("name", "description", "unit_label", "default_price", "url", "statement_descriptor"):
        if name in p:
            changed[name] = p.text(name)
    if "active" in p:
        changed["active"] = p.yes("active")
    p.finish()
    return changed_and_told(desk, "product", product, changed | {"updated": desk.now()})


@route("DELETE", "/v1/products/{id}")
def delete_product(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    product = desk.get("product", id)
    if any(price["product"] == id for price in desk.all("price")):
        raise StripeError("This product cannot be deleted because it has one or more user-created prices.")
    desk.delete("product", id)
    desk.emit("product.deleted", product)
    return {"id": id, "object": "product", "deleted": True}


def changed_and_told(
    desk: Desk, kind: str, record: Record, changed: Record, *, event: str | None = None
) -> Record:
    """Write what differs and emit `<kind>.updated` with the previous values, when anything does."""
    previous = {name: record[name] for name, value in changed.items() if record[name] != value}
    record |= changed
    desk.save(kind, record)
    if previous:
        desk.emit(event or f"{kind}.updated", record, previous)
    return record


# prices


def _price_fields(desk: Desk, p: Params) -> Record:
    """What makes a price, read from `p` (a price's own parameters or a price_data hash)."""
    amount = p.whole("unit_amount", least=0)
    decimal = p.text("unit_amount_decimal")
    if amount is None and decimal is not None:
        try:
            if Decimal(decimal) != int(Decimal(decimal)):
                raise StripeError(
                    "Fractions of a minor unit are not modelled here.", param="unit_amount_decimal"
                )
            amount = int(Decimal(decimal))
        except InvalidOperation:
            raise StripeError(f"Invalid decimal: {decimal}", param="unit_amount_decimal") from None
    if amount is None:
        raise needed(p.name("unit_amount"))
    recurring = p.sub("recurring")
    fields: Record = {
        "currency": desk.currency(p.need("currency")),
        "unit_amount": amount,
        "tax_behavior": p.choice("tax_behavior", ("exclusive", "inclusive", "unspecified"), "unspecified"),
        "recurring": None,
    }
    if recurring:
        interval = recurring.choice("interval", INTERVALS)
        if interval is None:
            raise needed(recurring.name("interval"))
        fields["recurring"] = {
            "interval": interval,
            "interval_count": recurring.whole("interval_count", least=1) or 1,
            "meter": None,
            "usage_type": recurring.choice("usage_type", ("licensed",), "licensed"),
            "trial_period_days": recurring.whole("trial_period_days", least=0),
        }
    return fields


def add_price(desk: Desk, *, product: str, currency: str, unit_amount: int, **fields: Any) -> Record:
    price = make(
        "price",
        **{
            "id": new_id("price"),
            "object": "price",
            "active": True,
            "billing_scheme": "per_unit",
            "created": desk.now(),
            "currency": currency,
            "livemode": False,
            "metadata": {},
            "product": product,
            "type": "recurring" if fields.get("recurring") else "one_time",
            "unit_amount": unit_amount,
            "unit_amount_decimal": str(unit_amount),
            **fields,
        },
    )
    desk.save("price", price)
    desk.emit("price.created", price)
    return price


def price_from_data(desk: Desk, p: Params) -> Callable[[], Record]:
    """What makes the price a `price_data` hash describes, with its product where that is described too."""
    product, data = p.text("product"), p.sub("product_data")
    fields = _price_fields(desk, p)
    made: Record | None = None
    if product is None:
        if not data:
            raise needed(p.name("product_data"))
        made = {
            "name": data.need("name"),
            "description": data.text("description"),
            "metadata": data.metadata(),
            "images": data.texts("images"),
            "tax_code": data.text("tax_code"),
        }
    else:
        desk.get("product", product, p.name("product"))

    def make_price() -> Record:
        id_ = add_product(desk, **made)["id"] if made else product
        assert id_
        return add_price(desk, product=id_, active=False, **fields)

    return make_price


def price_of(desk: Desk, row: Params) -> Callable[[], Record] | None:
    """What finds or makes the price that `price` or `price_data` names; None when neither is there."""
    id_, data = row.text("price"), row.sub("price_data")
    if id_:
        found = desk.get("price", id_, row.name("price"))
        return lambda: found
    return price_from_data(desk, data) if data else None


@route("POST", "/v1/prices")
def create_price(desk: Desk, p: Params) -> Record:
    product, data = p.text("product"), p.sub("product_data")
    fields = _price_fields(desk, p) | {
        "active": p.yes("active", True),
        "lookup_key": p.text("lookup_key"),
        "metadata": p.metadata(),
        "nickname": p.text("nickname"),
    }
    transfer = p.yes("transfer_lookup_key")
    p.choice("billing_scheme", ("per_unit",))
    made: Record | None = {"name": data.need("name"), "metadata": data.metadata()} if data else None
    p.finish()
    if made:
        product = add_product(desk, **made)["id"]
    if product is None:
        raise needed("product")
    desk.get("product", product, "product")
    if key := fields["lookup_key"]:
        for other in desk.all("price"):
            if other["lookup_key"] == key:
                if not transfer:
                    raise StripeError(
                        f"A price (`{other['id']}`) already uses that lookup key.", param="lookup_key"
                    )
                other["lookup_key"] = None
                desk.save("price", other)
    return add_price(desk, product=product, **fields)


@route("GET", "/v1/prices")
def list_prices(desk: Desk, p: Params) -> Record:
    active = p.yes("active") if "active" in p else None
    keys = p.texts("lookup_keys")
    return desk.page(
        "/v1/prices",
        p,
        desk.all("price"),
        same("product", p.text("product")),
        same("type", p.text("type")),
        same("currency", p.text("currency")),
        lambda r: active is None or r["active"] == active,
        lambda r: not keys or r["lookup_key"] in keys,
    )


@route("GET", "/v1/prices/{id}")
def get_price(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("price", id)


@route("POST", "/v1/prices/{id}")
def update_price(desk: Desk, p: Params, id: str) -> Record:
    price = desk.get("price", id)
    changed: Record = {"metadata": p.metadata(price["metadata"])}
    for name in ("nickname", "lookup_key"):
        if name in p:
            changed[name] = p.text(name)
    if "active" in p:
        changed["active"] = p.yes("active")
    p.finish()
    return changed_and_told(desk, "price", price, changed)


def plan_of(price: Record) -> Record:
    """The older `plan` that a subscription item still shows beside its price."""
    recurring = price["recurring"]
    return {
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "id": price["id"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": None,
        "nickname": price["nickname"],
        "object": "plan",
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": recurring["trial_period_days"],
        "usage_type": "licensed",
    }


# tax rates


@route("POST", "/v1/tax_rates")
def create_tax_rate(desk: Desk, p: Params) -> Record:
    percentage = p.need("percentage")
    try:
        number = float(percentage)
    except ValueError:
        raise StripeError(f"Invalid decimal: {percentage}", param="percentage") from None
    if not 0 <= number <= 100:
        raise StripeError("Percentage must be between 0 and 100.", param="percentage")
    rate = make(
        "tax_rate",
        id=new_id("txr"),
        object="tax_rate",
        active=p.yes("active", True),
        country=p.text("country"),
        created=desk.now(),
        description=p.text("description"),
        display_name=p.need("display_name"),
        inclusive=p.yes("inclusive"),
        jurisdiction=p.text("jurisdiction"),
        livemode=False,
        metadata=p.metadata(),
        percentage=number,
        rate_type="percentage",
        state=p.text("state"),
        tax_type=p.text("tax_type"),
    )
    p.finish()
    return desk.save("tax_rate", rate)


@route("GET", "/v1/tax_rates")
def list_tax_rates(desk: Desk, p: Params) -> Record:
    active = p.yes("active") if "active" in p else None
    inclusive = p.yes("inclusive") if "inclusive" in p else None
    return desk.page(
        "/v1/tax_rates",
        p,
        desk.all("tax_rate"),
        lambda r: active is None or r["active"] == active,
        lambda r: inclusive is None or r["inclusive"] == inclusive,
    )


@route("GET", "/v1/tax_rates/{id}")
def get_tax_rate(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("tax_rate", id)


@route("POST", "/v1/tax_rates/{id}")
def update_tax_rate(desk: Desk, p: Params, id: str) -> Record:
    rate = desk.get("tax_rate", id)
    changed: Record = {"metadata": p.metadata(rate["metadata"])}
    for name in ("display_name", "description", "jurisdiction", "country", "state"):
        if name in p:
            changed[name] = p.text(name)
    if "active" in p:
        changed["active"] = p.yes("active")
    p.finish()
    rate |= changed
    return desk.save("tax_rate", rate)


def tax_rates(desk: Desk, ids: list[str], param: str) -> list[Record]:
    """The rates of those ids. Raises StripeError when one is not known."""
    return [desk.get("tax_rate", id_, param) for id_ in ids]

"""Checkout sessions: what is for sale, the customer, and how paying, failing and leaving end."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from standins.stripe.catalog import price_of, tax_rates
from standins.stripe.clockwork import clock_of, when_due
from standins.stripe.customers import add_customer
from standins.stripe.desk import Desk, Record, same
from standins.stripe.errors import StripeError, needed
from standins.stripe.invoice_lines import add_item
from standins.stripe.lifecycle import start
from standins.stripe.methods import (
    DECLINES,
    TYPES,
    add_setup_intent,
    attach,
    confirm_setup,
    declined,
)
from standins.stripe.money import checked_charge, rounded
from standins.stripe.params import Params
from standins.stripe.payments import DAY, add_intent, attempt, require_charges
from standins.stripe.routes import route
from standins.stripe.shapes import empty_address, make, new_id, public
from standins.stripe.subscription_items import new_item
from standins.stripe.subscriptions import read_trial_settings

KEPT = ("client_reference_id", "customer_email", "locale", "submit_type", "billing_address_collection")


def _read_line(desk: Desk, row: Params, mode: str) -> Callable[[], Record]:
    """What makes one line; reading it makes nothing."""
    price, chosen = price_of(desk, row), "price" in row
    quantity = row.whole("quantity", least=1)
    rates = tax_rates(desk, row.texts("tax_rates"), row.name("tax_rates"))
    if price is None:
        raise needed(row.name("price"))
    return lambda: _line(desk, price(), quantity or 1, rates, mode, chosen=chosen)


def _line(
    desk: Desk, price: Record, quantity: int, rates: list[Record], mode: str, *, chosen: bool
) -> Record:
    if price["recurring"] and mode == "payment":
        raise StripeError("You specified `payment` mode but passed a recurring price.", param="line_items")
    if chosen and not price["active"]:
        raise StripeError("The price specified is inactive.", param="line_items")
    amount = price["unit_amount"] * quantity
    added = included = 0
    for rate in rates:
        share = Decimal(str(rate["percentage"])) / 100
        if rate["inclusive"]:
            included += amount - rounded(amount / (1 + share))
        else:
            added += rounded(amount * share)
    product = desk.get("product", price["product"])
    return make(
        "item",
        id=new_id("li"),
        object="item",
        amount_discount=0,
        amount_subtotal=amount,
        amount_tax=added + included,
        amount_total=amount + added,
        currency=price["currency"],
        description=product["name"],
        price=public(price),
        quantity=quantity,
        _rates=public(rates),
        _added=added,
    )


@route("POST", "/v1/checkout/sessions")
def create_session(desk: Desk, p: Params) -> Record:
    mode = p.choice("mode", ("payment", "setup", "subscription"))
    if mode is None:
        raise needed("mode")
    now = desk.now()
    p.choice("ui_mode", ("hosted", "hosted_page"), "hosted_page")
    success_url, cancel_url = p.url("success_url"), p.url("cancel_url")
    if success_url is None:
        raise needed("success_url")
    customer_id, currency = p.text("customer"), p.text("currency")
    fields: Record = {name: p.text(name) for name in KEPT}
    makers = [_read_line(desk, row, mode) for row in p.rows("line_items")]
    types = p.texts("allowed_payment_method_types") or (
        ["card", "us_bank_account"] if mode == "payment" else ["card"]
    )
    for type_ in types:
        if type_ not in TYPES:
            raise StripeError(
                f"The payment method type {type_} is not modelled here.",
                param="allowed_payment_method_types",
            )
    expires_at = p.whole("expires_at") or now + DAY
    fields |= {
        "metadata": p.metadata(),
        "customer_creation": p.choice("customer_creation", ("always", "if_required"), "if_required"),
        "payment_method_collection": p.choice(
            "payment_method_collection", ("always", "if_required"), "always"
        ),
    }
    update = p.sub("customer_update")
    for name in ("address", "name", "shipping"):
        update.text(name)
    intent, setup, subscription = (
        p.sub("payment_intent_data"),
        p.sub("setup_intent_data"),
        p.sub("subscription_data"),
    )
    plans: Record = {
        "intent": {
            "description": intent.text("description"),
            "receipt_email": intent.text("receipt_email"),
            "statement_descriptor": intent.text("statement_descriptor"),
            "statement_descriptor_suffix": intent.text("statement_descriptor_suffix"),
            "setup_future_usage": intent.choice("setup_future_usage", ("on_session", "off_session")),
            "capture_method": intent.choice("capture_method", ("automatic", "manual"), "automatic"),
            "metadata": intent.metadata(),
        },
        "setup": {"description": setup.text("description"), "metadata": setup.metadata()},
        "subscription": {
            "description": subscription.text("description"),
            "metadata": subscription.metadata(),
            "default_tax_rates": public(
                tax_rates(
                    desk, subscription.texts("default_tax_rates"), "subscription_data[default_tax_rates]"
                )
            ),
        },
        "trial_days": subscription.whole("trial_period_days", least=1, most=730),
        "trial_end": subscription.whole("trial_end"),
    }
    if settings := read_trial_settings(subscription.sub("trial_settings")):
        plans["subscription"]["trial_settings"] = settings
    p.off("automatic_tax")
    p.off("invoice_creation")
    p.off("phone_number_collection")
    if p.yes("allow_promotion_codes"):
        raise StripeError("Promotion codes are not modelled here.", param="allow_promotion_codes")
    p.finish()
    require_charges(desk)
    customer = desk.get("customer", customer_id, "customer") if customer_id else None
    if mode != "setup" and not makers:
        raise needed("line_items")
    lines = [made() for made in makers]
    if mode == "subscription" and not any(one["price"]["recurring"] for one in lines):
        raise StripeError(
            "You must provide at least one recurring price in `subscription` mode.", param="line_items"
        )
    if not now + 1800 - 5 <= expires_at <= now + DAY + 5:
        raise StripeError(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    currencies = {one["currency"] for one in lines}
    if len(currencies) > 1:
        raise StripeError("All line items must have the same currency.", param="line_items")
    subtotal = sum(one["amount_subtotal"] for one in lines)
    total = sum(one["amount_total"] for one in lines)
    if mode == "payment":
        checked_charge(total, next(iter(currencies)))
    id_ = new_id("cs_test")
    session = make(
        "checkout.session",
        id=id_,
        object="checkout.session",
        amount_subtotal=subtotal if lines else None,
        amount_total=total if lines else None,
        automatic_tax={"enabled": False, "liability": None, "status": None, "provider": None},
        cancel_url=cancel_url,
        created=now,
        currency=next(iter(currencies), desk.currency(currency) if currency else None),
        custom_fields=[],
        custom_text=dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        customer=customer["id"] if customer else None,
        expires_at=expires_at,
        livemode=False,
        mode=mode,
        payment_method_options={},
        payment_method_types=types,
        payment_status="unpaid" if mode != "setup" else "no_payment_required",
        phone_number_collection={"enabled": False},
        shipping_options=[],
        status="open",
        success_url=success_url,
        total_details={
            "amount_discount": 0,
            "amount_shipping": 0,
            "amount_tax": sum(one["amount_tax"] for one in lines),
        },
        url=f"{desk.stripe.base}/pay/{desk.account}/{id_}/",
        **fields,
        _lines=lines,
        _plans=plans,
    )
    if mode == "setup":
        session["setup_intent"] = add_setup_intent(
            desk, customer=session["customer"], types=types, **plans["setup"]
        )["id"]
    desk.save("checkout.session", session)
    clock = clock_of(desk, session["customer"])
    desk.stripe.clockwork.at(desk, "expire_session", id_, expires_at, clock=clock)
    return session


@route("GET", "/v1/checkout/sessions")
def list_sessions(desk: Desk, p: Params) -> Record:
    return desk.page(
        "/v1/checkout/sessions",
        p,
        desk.all("checkout.session"),
        same("payment_intent", p.text("payment_intent")),
        same("subscription", p.text("subscription")),
        same("customer", p.text("customer")),
        same("status", p.text("status")),
    )


@route("GET", "/v1/checkout/sessions/{id}")
def get_session(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("checkout.session", id)


@route("GET", "/v1/checkout/sessions/{id}/line_items")
def list_lines(desk: Desk, p: Params, id: str) -> Record:
    session = desk.get("checkout.session", id)
    return desk.page(f"/v1/checkout/sessions/{id}/line_items", p, iter(session["_lines"]))


@route("POST", "/v1/checkout/sessions/{id}")
def update_session(desk: Desk, p: Params, id: str) -> Record:
    session = desk.get("checkout.session", id)
    metadata = p.metadata(session["metadata"])
    p.finish()
    session["metadata"] = metadata
    return desk.save("checkout.session", session)


@route("POST", "/v1/checkout/sessions/{id}/expire")
def expire_session(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    session = desk.get("checkout.session", id)
    if session["status"] != "open":
        raise StripeError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a '
            f"status of {session['status']}."
        )
    expire(desk, id)
    return session


@when_due("expire_session")
def expire(desk: Desk, id_: str) -> None:
    session = desk.store("checkout.session").get(id_)
    if session and session["status"] == "open":
        session |= {"status": "expired", "url": None}
        desk.save("checkout.session", session)
        _no_longer_due(desk, session)
        if session["payment_intent"]:
            from standins.stripe.payments import withdraw

            withdraw(desk, desk.get("payment_intent", session["payment_intent"]), None)
        desk.emit("checkout.session.expired", session)


def _no_longer_due(desk: Desk, session: Record) -> None:
    for clock in {"", clock_of(desk, session["customer"])}:
        desk.stripe.clockwork.at(desk, "expire_session", session["id"], None, clock=clock)


# what a person does on the page


def trial_days(session: Record) -> int | None:
    days: int | None = session["_plans"]["trial_days"]
    return days


def needs_method(session: Record) -> bool:
    """False where a trial may start without one."""
    trial = session["_plans"]["trial_days"] or session["_plans"]["trial_end"]
    return not (trial and session["payment_method_collection"] == "if_required")


def complete(desk: Desk, session: Record, method: Record | None, *, email: str, name: str) -> None:
    """Pay, subscribe or keep the method. Raises StripeError (402) when the method fails; the session stays open."""
    plans = session["_plans"]
    customer = desk.store("customer").get(session["customer"] or "")
    if method and method["_does"] in DECLINES and session["mode"] != "payment":
        raise declined(method["_does"])
    desk = desk.elsewhere(at=desk.now(customer))
    wanted = session["mode"] != "payment" or session["customer_creation"] == "always"
    if customer is None and wanted:
        customer = add_customer(desk, email=email or None, name=name or None)
        session["customer"] = customer["id"]
    if method:
        method["billing_details"] |= {"email": email or None, "name": name or None}
        desk.save("payment_method", method)
    if session["mode"] == "payment":
        assert method
        _pay(desk, session, customer, method)
    elif session["mode"] == "setup":
        assert method
        intent = desk.get("setup_intent", session["setup_intent"])
        intent["customer"] = session["customer"]
        confirm_setup(desk, intent, method)
    else:
        assert customer
        _subscribe(desk, session, customer, method, plans)
    session |= {
        "status": "complete",
        "url": None,
        "customer_details": {
            "address": empty_address(),
            "email": email or (customer or {}).get("email"),
            "name": name or (customer or {}).get("name"),
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
            "business_name": None,
            "individual_name": None,
        },
    }
    desk.save("checkout.session", session)
    _no_longer_due(desk, session)
    desk.emit("checkout.session.completed", session)


def _pay(desk: Desk, session: Record, customer: Record | None, method: Record) -> None:
    wanted: dict[str, Any] = dict(session["_plans"]["intent"])
    if session["payment_intent"]:
        intent = desk.get("payment_intent", session["payment_intent"])
    else:
        intent = add_intent(
            desk,
            amount=session["amount_total"],
            currency=session["currency"],
            customer=customer["id"] if customer else None,
            payment_method_types=session["payment_method_types"],
            _checkout=session["id"],
            **wanted,
        )
        session["payment_intent"] = intent["id"]
        desk.save("checkout.session", session)
    attempt(desk, intent, method)
    if intent["status"] == "succeeded":
        session["payment_status"] = "paid"


def _subscribe(desk: Desk, session: Record, customer: Record, method: Record | None, plans: Record) -> None:
    if method:
        attach(desk, method, customer)
    now = desk.now(customer)
    trial_end = plans["trial_end"] or (now + plans["trial_days"] * DAY if plans["trial_days"] else None)
    if trial_end is None and method and method["_does"] == "fail_later":
        raise declined("generic_decline")
    id_ = new_id("sub")
    items = [
        new_item(desk, id_, one["price"], one["quantity"], tax_rates=one["_rates"])
        for one in session["_lines"]
        if one["price"]["recurring"]
    ]
    for one in session["_lines"]:
        if not one["price"]["recurring"]:
            add_item(
                desk,
                customer,
                amount=one["amount_subtotal"],
                currency=one["currency"],
                description=one["description"],
                start=now,
                end=now,
                quantity=one["quantity"],
                price=one["price"],
                rates=one["_rates"],
            )
    subscription = start(
        desk,
        customer,
        items,
        id_,
        trial_end=trial_end,
        method=method,
        off_session=False,
        default_payment_method=method["id"] if method else None,
        **plans["subscription"],
    )
    session |= {
        "subscription": subscription["id"],
        "invoice": subscription["latest_invoice"],
        "payment_status": "paid" if subscription["status"] in ("active", "trialing") else "unpaid",
    }
    if subscription["status"] == "trialing":
        session["payment_status"] = "no_payment_required" if method is None else "paid"


def payment_ended(desk: Desk, intent: Record) -> None:
    """The bank said at last what came of a session's payment."""
    session = desk.get("checkout.session", intent["_checkout"])
    if session["status"] != "complete" or session["payment_status"] == "paid":
        return
    if intent["status"] == "succeeded":
        session["payment_status"] = "paid"
        desk.save("checkout.session", session)
        desk.emit("checkout.session.async_payment_succeeded", session)
    else:
        desk.emit("checkout.session.async_payment_failed", session)

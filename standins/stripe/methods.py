"""Payment methods, setup intents, and how each test card and account behaves.

Cards by number (on the pages) or as `pm_card_…` (in the API); bank accounts as `pm_usBankAccount_…`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from standins.stripe.catalog import changed_and_told
from standins.stripe.customers import read_address
from standins.stripe.desk import Desk, Record, same
from standins.stripe.errors import StripeError, needed
from standins.stripe.params import Params
from standins.stripe.routes import route
from standins.stripe.shapes import empty_address, make, new_id, public


class Card(NamedTuple):
    number: str
    does: str  # see `payments.attempt`
    says: str
    brand: str = "visa"


CARDS = {
    "pm_card_visa": Card("4242424242424242", "succeed", "pays"),
    "pm_card_mastercard": Card("5555555555554444", "succeed", "pays", "mastercard"),
    "pm_card_amex": Card("378282246310005", "succeed", "pays", "amex"),
    "pm_card_chargeDeclined": Card("4000000000000002", "generic_decline", "is declined"),
    "pm_card_visa_chargeDeclined": Card("4000000000000002", "generic_decline", "is declined"),
    "pm_card_chargeDeclinedInsufficientFunds": Card("4000000000009995", "insufficient_funds", "has no funds"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Card(
        "4000000000009995", "insufficient_funds", "has no funds"
    ),
    "pm_card_chargeDeclinedLostCard": Card("4000000000009987", "lost_card", "was lost"),
    "pm_card_chargeDeclinedExpiredCard": Card("4000000000000069", "expired_card", "has expired"),
    "pm_card_chargeDeclinedProcessingError": Card("4000000000000119", "processing_error", "has an error"),
    "pm_card_chargeCustomerFail": Card(
        "4000000000000341", "fail_later", "is accepted, then fails each charge"
    ),
    "pm_card_authenticationRequired": Card("4000002500003155", "authenticate", "asks for authentication"),
    "pm_card_createDispute": Card("4000000000000259", "dispute", "pays, then is disputed"),
    "pm_card_refundFail": Card("4000000000005126", "refund_fails", "pays; its refund fails later"),
}
BANKS = {
    "pm_usBankAccount_success": ("6789", "bank_succeed", "pays after a while"),
    "pm_usBankAccount_insufficientFunds": ("2227", "bank_insufficient_funds", "fails after a while"),
    "pm_usBankAccount_accountClosed": ("1111", "bank_account_closed", "fails after a while, closed"),
}
TYPES = ("card", "us_bank_account")


def by_number(number: str) -> Card | None:
    digits = number.replace(" ", "").replace("-", "")
    return next((card for card in CARDS.values() if card.number == digits), None)


def add_card(desk: Desk, card: Card, **fields: Any) -> Record:
    # Published test numbers, nobody's card.
    return _add(
        desk,
        "card",
        _does=card.does,
        card={
            "brand": card.brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US",
            "display_brand": card.brand,
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": "F" + card.number[-15:],
            "funding": "credit",
            "generated_from": None,
            "last4": card.number[-4:],
            "networks": {"available": [card.brand], "preferred": None},
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
            "regulated_status": "unregulated",
        },
        **fields,
    )


def add_bank(desk: Desk, token: str, **fields: Any) -> Record:
    last4, does, _ = BANKS[token]
    return _add(
        desk,
        "us_bank_account",
        _does=does,
        us_bank_account={
            "account_holder_type": "individual",
            "account_type": "checking",
            "bank_name": "STRIPE TEST BANK",
            "financial_connections_account": None,
            "fingerprint": "B" + last4,
            "last4": last4,
            "networks": {"preferred": "ach", "supported": ["ach"]},
            "routing_number": "110000000",
            "status_details": None,
        },
        **fields,
    )


def _add(desk: Desk, type_: str, **fields: Any) -> Record:
    details = {"address": empty_address(), "email": None, "name": None, "phone": None, "tax_id": None}
    return desk.save(
        "payment_method",
        make(
            "payment_method",
            **{
                "id": new_id("pm"),
                "object": "payment_method",
                "allow_redisplay": "unspecified",
                "billing_details": details | fields.pop("billing_details", {}),
                "created": desk.now(),
                "livemode": False,
                "metadata": {},
                "type": type_,
                **fields,
            },
        ),
    )


def resolve(desk: Desk, id_: str, param: str) -> Record:
    """The method of that id; a test name such as `pm_card_visa` makes a new one."""
    if id_ in CARDS:
        return add_card(desk, CARDS[id_])
    if id_ in BANKS:
        return add_bank(desk, id_)
    return desk.get("payment_method", id_, param)


def of_customer(desk: Desk, id_: str, customer: str, param: str) -> Record:
    """A method that belongs to the customer. Raises StripeError when it does not."""
    method = desk.get("payment_method", id_, param)
    if method["customer"] != customer:
        raise StripeError(
            f"The customer does not have a payment method with the ID {id_}. The payment method must be "
            "attached to the customer.",
            code="resource_missing",
            param=param,
        )
    return method


def attach(desk: Desk, method: Record, customer: Record) -> Record:
    """Give a method to a customer. Raises StripeError when another has it, or the card is declined."""
    if method["customer"] not in (None, customer["id"]):
        raise StripeError("The payment method you provided has already been attached to a customer.")
    if method["_does"] in DECLINES:
        raise declined(method["_does"])
    if method["customer"] is None:
        method["customer"] = customer["id"]
        desk.save("payment_method", method)
        desk.emit("payment_method.attached", method)
    return method


DECLINES = {
    "generic_decline": ("card_declined", "Your card was declined."),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "lost_card": ("card_declined", "Your card was declined."),
    "expired_card": ("expired_card", "Your card has expired."),
    "processing_error": (
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
}


def declined(reason: str, **extra: Any) -> StripeError:
    code, words = DECLINES[reason]
    return StripeError(
        words,
        status=402,
        type="card_error",
        code=code,
        decline_code=reason if code == "card_declined" else None,
        **extra,
    )


@route("POST", "/v1/payment_methods")
def create_method(desk: Desk, p: Params) -> Record:
    type_ = p.choice("type", TYPES)
    if type_ is None:
        raise needed("type")
    card, bank, details = p.sub("card"), p.sub("us_bank_account"), p.sub("billing_details")
    number, token = card.text("number"), card.text("token")
    for name in ("exp_month", "exp_year", "cvc"):
        card.text(name)
    account = bank.text("account_number")
    for name in ("routing_number", "account_holder_type", "account_type"):
        bank.text(name)
    billing: Record = {name: details.text(name) for name in ("name", "email", "phone")}
    billing["address"] = read_address(details.sub("address")) or empty_address()
    metadata = p.metadata()
    p.finish()
    fields = {"billing_details": billing, "metadata": metadata}
    if type_ == "us_bank_account":
        known = {"000123456789": 0, "000222222227": 1, "000111111113": 2}
        if account not in known:
            raise StripeError("Use a published test account number.", param="us_bank_account[account_number]")
        return add_bank(desk, list(BANKS)[known[account]], **fields)
    name = f"pm_card_{token.removeprefix('tok_')}" if token else ""
    found = CARDS.get(name) or by_number(number or "")
    if found is None:
        raise StripeError(
            "Your card number is incorrect.", status=402, type="card_error", code="incorrect_number"
        )
    return add_card(desk, found, **fields)


@route("GET", "/v1/payment_methods")
def list_methods(desk: Desk, p: Params) -> Record:
    return desk.page(
        "/v1/payment_methods",
        p,
        desk.all("payment_method"),
        same("customer", p.need("customer")),
        same("type", p.text("type")),
    )


@route("GET", "/v1/customers/{customer}/payment_methods")
def list_customer_methods(desk: Desk, p: Params, customer: str) -> Record:
    desk.get("customer", customer)
    return desk.page(
        f"/v1/customers/{customer}/payment_methods",
        p,
        desk.all("payment_method"),
        same("customer", customer),
        same("type", p.text("type")),
    )


@route("GET", "/v1/payment_methods/{id}")
def get_method(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("payment_method", id)


@route("POST", "/v1/payment_methods/{id}/attach")
def attach_method(desk: Desk, p: Params, id: str) -> Record:
    customer = p.need("customer")
    p.finish()
    return attach(desk, resolve(desk, id, "payment_method"), desk.get("customer", customer, "customer"))


@route("POST", "/v1/payment_methods/{id}/detach")
def detach_method(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    method = desk.get("payment_method", id)
    if method["customer"] is None:
        raise StripeError("The payment method you provided is not attached to a customer.")
    customer = desk.store("customer").get(method["customer"])
    method["customer"] = None
    desk.save("payment_method", method)
    if customer and customer["invoice_settings"]["default_payment_method"] == id:
        customer["invoice_settings"]["default_payment_method"] = None
        desk.save("customer", customer)
    desk.emit("payment_method.detached", method, {"customer": customer["id"] if customer else None})
    return method


@route("POST", "/v1/payment_methods/{id}")
def update_method(desk: Desk, p: Params, id: str) -> Record:
    method = desk.get("payment_method", id)
    changed: Record = {"metadata": p.metadata(method["metadata"])}
    details = p.sub("billing_details")
    if details:
        named = {name: details.text(name) for name in ("name", "email", "phone") if name in details}
        changed["billing_details"] = method["billing_details"] | named
    p.finish()
    return changed_and_told(desk, "payment_method", method, changed)


# setup intents


def add_setup_intent(desk: Desk, *, customer: str | None, types: list[str], **fields: Any) -> Record:
    id_ = new_id("seti")
    intent = make(
        "setup_intent",
        **{
            "id": id_,
            "object": "setup_intent",
            "client_secret": f"{id_}_secret_{new_id('x')[2:]}",
            "created": desk.now(),
            "customer": customer,
            "livemode": False,
            "metadata": {},
            "payment_method_options": {},
            "payment_method_types": types,
            "status": "requires_payment_method",
            "usage": "off_session",
            **fields,
        },
    )
    desk.save("setup_intent", intent)
    desk.emit("setup_intent.created", intent)
    return intent


def confirm_setup(desk: Desk, intent: Record, method: Record) -> None:
    """Keep a method for later. Raises StripeError (402) when the card is declined."""
    if method["_does"] in DECLINES:
        refusal = declined(method["_does"])
        intent |= {
            "status": "requires_payment_method",
            "payment_method": None,
            "last_setup_error": dict(refusal.error),
        }
        desk.save("setup_intent", intent)
        desk.emit("setup_intent.setup_failed", intent)
        refusal.error["setup_intent"] = public(intent)
        raise refusal
    if intent["customer"]:
        attach(desk, method, desk.get("customer", intent["customer"]))
    intent |= {"payment_method": method["id"], "status": "succeeded", "last_setup_error": None}
    desk.save("setup_intent", intent)
    desk.emit("setup_intent.succeeded", intent)


@route("POST", "/v1/setup_intents")
def create_setup_intent(desk: Desk, p: Params) -> Record:
    customer, method, confirm = p.text("customer"), p.text("payment_method"), p.yes("confirm")
    types = p.texts("payment_method_types") or ["card"]
    fields = {
        "metadata": p.metadata(),
        "description": p.text("description"),
        "usage": p.choice("usage", ("off_session", "on_session"), "off_session"),
    }
    automatic = p.sub("automatic_payment_methods")
    automatic.yes("enabled")
    automatic.text("allow_redirects")
    p.text("return_url")
    p.finish()
    if customer:
        desk.get("customer", customer, "customer")
    found = resolve(desk, method, "payment_method") if method else None
    intent = add_setup_intent(desk, customer=customer, types=types, **fields)
    if found:
        intent |= {"payment_method": found["id"], "status": "requires_confirmation"}
        desk.save("setup_intent", intent)
    if confirm:
        if found is None:
            raise needed("payment_method")
        confirm_setup(desk, intent, found)
    return intent


@route("GET", "/v1/setup_intents")
def list_setup_intents(desk: Desk, p: Params) -> Record:
    return desk.page("/v1/setup_intents", p, desk.all("setup_intent"), same("customer", p.text("customer")))


@route("GET", "/v1/setup_intents/{id}")
def get_setup_intent(desk: Desk, p: Params, id: str) -> Record:
    p.text("client_secret")
    p.finish()
    return desk.get("setup_intent", id)


@route("POST", "/v1/setup_intents/{id}/confirm")
def confirm_setup_intent(desk: Desk, p: Params, id: str) -> Record:
    intent = desk.get("setup_intent", id)
    method = p.text("payment_method") or intent["payment_method"]
    p.text("return_url")
    p.finish()
    if intent["status"] in ("succeeded", "canceled"):
        raise StripeError(
            f"You cannot confirm this SetupIntent because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
        )
    if method is None:
        raise needed("payment_method")
    confirm_setup(desk, intent, resolve(desk, method, "payment_method"))
    return intent


@route("POST", "/v1/setup_intents/{id}/cancel")
def cancel_setup_intent(desk: Desk, p: Params, id: str) -> Record:
    reason = p.text("cancellation_reason")
    p.finish()
    intent = desk.get("setup_intent", id)
    if intent["status"] in ("succeeded", "canceled"):
        raise StripeError(
            f"You cannot cancel this SetupIntent because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
        )
    intent |= {"status": "canceled", "cancellation_reason": reason}
    desk.save("setup_intent", intent)
    desk.emit("setup_intent.canceled", intent)
    return intent

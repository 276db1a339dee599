"""Payment intents, charges and the balance they make."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from standins.stripe.catalog import changed_and_told
from standins.stripe.clockwork import clock_of, when_due
from standins.stripe.desk import Desk, Record, same
from standins.stripe.errors import StripeError, needed
from standins.stripe.methods import DECLINES, TYPES, attach, declined, of_customer, resolve
from standins.stripe.money import checked_charge, rounded
from standins.stripe.params import Params
from standins.stripe.routes import route
from standins.stripe.shapes import a_list, make, new_id, public

DAY = 86_400
BANK_FAILURES = {
    "bank_insufficient_funds": ("insufficient_funds", "Your bank account has insufficient funds."),
    "bank_account_closed": ("account_closed", "The bank account has been closed."),
}


def require_charges(desk: Desk) -> None:
    """Raises StripeError when the account has not finished its onboarding."""
    if not desk.stripe.accounts.can_charge(desk.account):
        raise StripeError(
            "Your account cannot currently make charges. Finish its onboarding first.",
            code="account_invalid",
        )


def add_intent(desk: Desk, *, amount: int, currency: str, **fields: Any) -> Record:
    id_ = new_id("pi")
    intent = make(
        "payment_intent",
        **{
            "id": id_,
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": 0,
            "automatic_payment_methods": None,
            "capture_method": "automatic",
            "client_secret": f"{id_}_secret_{new_id('x')[2:]}",
            "confirmation_method": "automatic",
            "created": desk.now(),
            "currency": currency,
            "livemode": False,
            "metadata": {},
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "status": "requires_payment_method",
            "_authenticated": False,
            "_invoice": None,
            "_checkout": None,
            "_return_url": None,
            **fields,
        },
    )
    desk.save("payment_intent", intent)
    desk.emit("payment_intent.created", intent)
    return intent


def attempt(desk: Desk, intent: Record, method: Record, *, off_session: bool = False) -> None:
    """Try to pay an intent with a method: it succeeds, waits for the bank or the person, or fails.

    Raises StripeError (402) when it fails; the intent then wants another method.
    """
    if method["type"] not in intent["payment_method_types"]:
        raise StripeError(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent.",
            param="payment_method",
        )
    does = method["_does"]
    intent["payment_method"] = method["id"]
    if does == "authenticate" and not intent["_authenticated"]:
        if off_session:
            _fail(
                desk, intent, method, "card_declined", "Your card was declined. It requires authentication."
            )
            raise _refusal(intent, "authentication_required")
        url = f"{desk.stripe.base}/authenticate/{desk.account}/{intent['id']}/"
        intent |= {
            "status": "requires_action",
            "next_action": {
                "type": "redirect_to_url",
                "redirect_to_url": {"url": url, "return_url": intent["_return_url"]},
            },
        }
        desk.save("payment_intent", intent)
        desk.emit("payment_intent.requires_action", intent)
        return
    if does in DECLINES or does == "fail_later":
        reason = "generic_decline" if does == "fail_later" else does
        code, words = DECLINES[reason]
        _fail(desk, intent, method, code, words, reason)
        raise _refusal(intent, reason)
    if does in BANK_FAILURES or does == "bank_succeed":
        charge = _charge(desk, intent, method, status="pending", paid=False)
        intent |= {
            "status": "processing",
            "latest_charge": charge["id"],
            "last_payment_error": None,
        }
        desk.save("payment_intent", intent)
        when, clock = desk.now() + desk.stripe.bank_seconds, clock_of(desk, intent["customer"])
        desk.stripe.clockwork.at(desk, "settle_intent", intent["id"], when, clock=clock)
        desk.emit("charge.pending", charge)
        desk.emit("payment_intent.processing", intent)
        return
    if intent["capture_method"] == "manual":
        charge = _charge(desk, intent, method, status="succeeded", paid=True)
        intent |= {
            "status": "requires_capture",
            "latest_charge": charge["id"],
            "amount_capturable": intent["amount"],
            "next_action": None,
        }
        desk.save("payment_intent", intent)
        desk.emit("charge.succeeded", charge)
        desk.emit("payment_intent.amount_capturable_updated", intent)
        return
    charge = _charge(desk, intent, method, status="succeeded", paid=True)
    _succeed(desk, intent, charge, intent["amount"])
    if does == "dispute":
        from standins.stripe.refunds import open_dispute

        open_dispute(desk, charge)


@when_due("settle_intent")
def settle(desk: Desk, id_: str) -> None:
    """What the bank says at last about an intent that is processing."""
    intent = desk.get("payment_intent", id_)
    method = desk.get("payment_method", intent["payment_method"])
    charge = desk.get("charge", intent["latest_charge"])
    if method["_does"] == "bank_succeed":
        _succeed(desk, intent, charge, intent["amount"])
    else:
        code, words = BANK_FAILURES[method["_does"]]
        charge |= {"status": "failed", "failure_code": code, "failure_message": words}
        desk.save("charge", charge)
        desk.emit("charge.failed", charge)
        _refused(desk, intent, charge, method, code, words, None)
    _tell(desk, intent)


def _tell(desk: Desk, intent: Record) -> None:
    """Let the invoice or the Checkout session behind an intent know how it ended."""
    if intent["_invoice"]:
        from standins.stripe.invoicing import payment_ended

        payment_ended(desk, intent)
    if intent["_checkout"]:
        from standins.stripe.checkout import payment_ended as checkout_ended

        checkout_ended(desk, intent)


def _succeed(desk: Desk, intent: Record, charge: Record, amount: int) -> None:
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": amount}
    charge["balance_transaction"] = add_balance(
        desk,
        amount=amount,
        fee=_fee(amount, charge),
        currency=charge["currency"],
        type_="charge" if "card" in charge["payment_method_details"] else "payment",
        source=charge["id"],
        description=charge["description"],
    )["id"]
    desk.save("charge", charge)
    intent |= {
        "status": "succeeded",
        "amount_received": amount,
        "amount_capturable": 0,
        "latest_charge": charge["id"],
        "last_payment_error": None,
        "next_action": None,
        "processing": None,
    }
    desk.save("payment_intent", intent)
    desk.emit("charge.succeeded", charge)
    desk.emit("payment_intent.succeeded", intent)
    if intent["setup_future_usage"] and intent["customer"]:
        method = desk.store("payment_method").get(intent["payment_method"])
        if method:
            attach(desk, method, desk.get("customer", intent["customer"]))


def _fee(amount: int, charge: Record) -> int:
    """2.9 % and 30 for cards, 0.8 % up to 500 for bank debits."""
    if charge["payment_method_details"]["type"] == "card":
        return min(rounded(amount * Decimal("0.029")) + 30, amount)
    return min(rounded(amount * Decimal("0.008")), 500)


def _fail(
    desk: Desk, intent: Record, method: Record, code: str, words: str, reason: str | None = None
) -> None:
    charge = _charge(desk, intent, method, status="failed", paid=False)
    charge |= {"failure_code": code, "failure_message": words}
    charge["outcome"] |= {
        "network_status": "declined_by_network",
        "reason": reason,
        "seller_message": words,
        "type": "issuer_declined",
    }
    desk.save("charge", charge)
    desk.emit("charge.failed", charge)
    _refused(desk, intent, charge, method, code, words, reason)


def _refused(
    desk: Desk, intent: Record, charge: Record, method: Record, code: str, words: str, reason: str | None
) -> None:
    error: Record = {
        "charge": charge["id"],
        "code": code,
        "message": words,
        "payment_method": public(method),
        "type": "card_error" if method["type"] == "card" else "invalid_request_error",
    }
    if reason:
        error["decline_code"] = reason
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "latest_charge": charge["id"],
        "last_payment_error": error,
        "next_action": None,
    }
    desk.save("payment_intent", intent)
    desk.emit("payment_intent.payment_failed", intent)


def _refusal(intent: Record, reason: str) -> StripeError:
    extra = {"charge": intent["latest_charge"], "payment_intent": public(intent)}
    if reason == "authentication_required":
        return StripeError(
            "Your card was declined. This transaction requires authentication.",
            status=402,
            type="card_error",
            code="authentication_required",
            decline_code="authentication_required",
            **extra,
        )
    return declined(reason, **extra)


def _charge(desk: Desk, intent: Record, method: Record, *, status: str, paid: bool) -> Record:
    id_ = new_id("ch" if method["type"] == "card" else "py")
    charge = make(
        "charge",
        id=id_,
        object="charge",
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        billing_details=method["billing_details"],
        calculated_statement_descriptor="ROUNDTABLE",
        captured=False,
        created=desk.now(),
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        fraud_details={},
        livemode=False,
        metadata=dict(intent["metadata"]),
        outcome={
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        paid=paid,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_details(method),
        receipt_email=intent["receipt_email"],
        receipt_url=f"{desk.stripe.base}/receipt/{desk.account}/{id_}/",
        refunded=False,
        refunds=a_list(f"/v1/charges/{id_}/refunds", []),
        statement_descriptor=intent["statement_descriptor"],
        statement_descriptor_suffix=intent["statement_descriptor_suffix"],
        status=status,
    )
    return desk.save("charge", charge)


def _details(method: Record) -> Record:
    if method["type"] == "us_bank_account":
        bank = method["us_bank_account"]
        kept = ("account_holder_type", "account_type", "bank_name", "fingerprint", "last4", "routing_number")
        return {
            "type": "us_bank_account",
            "us_bank_account": {name: bank[name] for name in kept}
            | {"mandate": None, "payment_reference": None},
        }
    card = method["card"]
    shown = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    return {
        "type": "card",
        "card": {name: card[name] for name in shown}
        | {
            "amount_authorized": None,
            "extended_authorization": {"status": "disabled"},
            "incremental_authorization": {"status": "unavailable"},
            "installments": None,
            "mandate": None,
            "multicapture": {"status": "unavailable"},
            "network": card["brand"],
            "network_token": {"used": False},
            "overcapture": {"maximum_amount_capturable": 0, "status": "unavailable"},
            "three_d_secure": None,
            "wallet": None,
            "authorization_code": None,
            "regulated_status": "unregulated",
            "network_transaction_id": None,
            "transaction_link_id": None,
        },
    }


def add_balance(
    desk: Desk, *, amount: int, fee: int, currency: str, type_: str, source: str, description: str | None
) -> Record:
    now = desk.now()
    fees = [
        {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]
    return desk.save(
        "balance_transaction",
        make(
            "balance_transaction",
            id=new_id("txn"),
            object="balance_transaction",
            amount=amount,
            available_on=now + 2 * DAY,
            balance_type="payments",
            created=now,
            currency=currency,
            description=description,
            fee=fee,
            fee_details=fees if fee else [],
            net=amount - fee,
            reporting_category="charge" if type_ in ("charge", "payment") else type_.split("_")[-1],
            source=source,
            status="pending",
            type=type_,
        ),
    )


# payment intents, asked for


@route("POST", "/v1/payment_intents")
def create_intent(desk: Desk, p: Params) -> Record:
    amount, currency = p.need_whole("amount", least=0), desk.currency(p.need("currency"))
    customer, method, confirm = p.text("customer"), p.text("payment_method"), p.yes("confirm")
    off_session, return_url = p.yes("off_session"), p.text("return_url")
    automatic = p.sub("automatic_payment_methods")
    enabled = automatic.yes("enabled") or not p.texts("payment_method_types")
    automatic.text("allow_redirects")
    types = p.texts("payment_method_types") or list(TYPES)
    for type_ in types:
        if type_ not in TYPES:
            raise StripeError(
                f"The payment method type {type_} is not modelled here.", param="payment_method_types"
            )
    fields: Record = {
        name: p.text(name)
        for name in ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix")
    }
    fields |= {
        "metadata": p.metadata(),
        "capture_method": p.choice("capture_method", ("automatic", "automatic_async", "manual"), "automatic"),
        "setup_future_usage": p.choice("setup_future_usage", ("on_session", "off_session")),
        "payment_method_types": types,
        "automatic_payment_methods": {"enabled": True} if enabled else None,
    }
    p.finish()
    require_charges(desk)
    checked_charge(amount, currency)
    if customer:
        desk.get("customer", customer, "customer")
    found = resolve(desk, method, "payment_method") if method else None
    if found and found["customer"] and found["customer"] != customer:
        of_customer(desk, found["id"], customer or "", "payment_method")
    if confirm and found is None:
        raise needed("payment_method")
    intent = add_intent(
        desk, amount=amount, currency=currency, customer=customer, _return_url=return_url, **fields
    )
    if found:
        intent |= {"payment_method": found["id"], "status": "requires_confirmation"}
        desk.save("payment_intent", intent)
    if confirm and found:
        attempt(desk, intent, found, off_session=off_session)
    return intent


@route("GET", "/v1/payment_intents")
def list_intents(desk: Desk, p: Params) -> Record:
    return desk.page(
        "/v1/payment_intents", p, desk.all("payment_intent"), same("customer", p.text("customer"))
    )


@route("GET", "/v1/payment_intents/{id}")
def get_intent(desk: Desk, p: Params, id: str) -> Record:
    p.text("client_secret")
    p.finish()
    return desk.get("payment_intent", id)


@route("POST", "/v1/payment_intents/{id}")
def update_intent(desk: Desk, p: Params, id: str) -> Record:
    intent = desk.get("payment_intent", id)
    changed: Record = {"metadata": p.metadata(intent["metadata"])}
    for name in ("description", "receipt_email", "customer", "setup_future_usage"):
        if name in p:
            changed[name] = p.text(name)
    if (amount := p.whole("amount")) is not None:
        checked_charge(amount, intent["currency"])
        changed["amount"] = amount
    method = p.text("payment_method")
    p.finish()
    if intent["status"] in ("succeeded", "canceled") and set(changed) - {"metadata", "description"}:
        raise _unexpected(intent, "update")
    intent |= changed
    if method:
        intent |= {
            "payment_method": resolve(desk, method, "payment_method")["id"],
            "status": "requires_confirmation",
        }
    return desk.save("payment_intent", intent)


@route("POST", "/v1/payment_intents/{id}/confirm")
def confirm_intent(desk: Desk, p: Params, id: str) -> Record:
    intent = desk.get("payment_intent", id)
    method, off_session = p.text("payment_method") or intent["payment_method"], p.yes("off_session")
    return_url = p.text("return_url") or intent["_return_url"]
    p.finish()
    if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
        raise _unexpected(intent, "confirm")
    if method is None:
        raise StripeError(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    intent["_return_url"] = return_url
    attempt(desk, intent, resolve(desk, method, "payment_method"), off_session=off_session)
    if intent["status"] == "succeeded":
        _tell(desk, intent)
    return intent


@route("POST", "/v1/payment_intents/{id}/capture")
def capture_intent(desk: Desk, p: Params, id: str) -> Record:
    intent, amount = desk.get("payment_intent", id), p.whole("amount_to_capture", least=1)
    metadata = p.metadata(intent["metadata"])
    p.finish()
    if intent["status"] != "requires_capture":
        raise _unexpected(intent, "capture")
    if amount is not None and amount > intent["amount"]:
        raise StripeError("You cannot capture more than the authorized amount.", code="amount_too_large")
    intent["metadata"] = metadata
    _succeed(desk, intent, desk.get("charge", intent["latest_charge"]), amount or intent["amount"])
    return intent


@route("POST", "/v1/payment_intents/{id}/cancel")
def cancel_intent(desk: Desk, p: Params, id: str) -> Record:
    intent = desk.get("payment_intent", id)
    reason = p.choice(
        "cancellation_reason", ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
    )
    p.finish()
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise _unexpected(intent, "cancel")
    withdraw(desk, intent, reason)
    return intent


def withdraw(desk: Desk, intent: Record, reason: str | None) -> None:
    """Cancel an intent that is not paid."""
    intent |= {
        "status": "canceled",
        "canceled_at": desk.now(),
        "cancellation_reason": reason,
        "amount_capturable": 0,
    }
    desk.save("payment_intent", intent)
    desk.emit("payment_intent.canceled", intent)


def _unexpected(intent: Record, verb: str) -> StripeError:
    return StripeError(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        payment_intent=public(intent),
    )


def authenticated(desk: Desk, intent: Record, *, well: bool) -> None:
    """The person passed or failed the bank's authentication. Raises StripeError when that fails it."""
    if intent["status"] != "requires_action":
        return
    method = desk.get("payment_method", intent["payment_method"])
    if well:
        intent["_authenticated"] = True
        attempt(desk, intent, method)
        _tell(desk, intent)
    else:
        words = "We are unable to authenticate your payment method. Choose another and try again."
        intent |= {
            "status": "requires_payment_method",
            "payment_method": None,
            "next_action": None,
            "last_payment_error": {
                "code": "payment_intent_authentication_failure",
                "message": words,
                "type": "invalid_request_error",
            },
        }
        desk.save("payment_intent", intent)
        desk.emit("payment_intent.payment_failed", intent)


# charges and the balance


@route("GET", "/v1/charges")
def list_charges(desk: Desk, p: Params) -> Record:
    customer, intent = p.text("customer"), p.text("payment_intent")
    return desk.page(
        "/v1/charges", p, desk.all("charge"), same("customer", customer), same("payment_intent", intent)
    )


@route("GET", "/v1/charges/{id}")
def get_charge(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("charge", id)


@route("POST", "/v1/charges/{id}")
def update_charge(desk: Desk, p: Params, id: str) -> Record:
    charge = desk.get("charge", id)
    changed: Record = {"metadata": p.metadata(charge["metadata"])}
    for name in ("description", "receipt_email"):
        if name in p:
            changed[name] = p.text(name)
    p.finish()
    return changed_and_told(desk, "charge", charge, changed)


def _aged(desk: Desk, transaction: Record) -> Record:
    available = transaction["available_on"] <= desk.now()
    return transaction | {"status": "available" if available else "pending"}


@route("GET", "/v1/balance_transactions")
def list_balance_transactions(desk: Desk, p: Params) -> Record:
    found = desk.page(
        "/v1/balance_transactions",
        p,
        desk.all("balance_transaction"),
        same("type", p.text("type")),
        same("source", p.text("source")),
        same("currency", p.text("currency")),
    )
    return found | {"data": [_aged(desk, one) for one in found["data"]]}


@route("GET", "/v1/balance_transactions/{id}")
def get_balance_transaction(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return _aged(desk, desk.get("balance_transaction", id))


@route("GET", "/v1/balance")
def get_balance(desk: Desk, p: Params) -> Record:
    p.finish()
    sums: dict[str, dict[str, int]] = {"available": {"usd": 0}, "pending": {"usd": 0}}
    for one in desk.all("balance_transaction"):
        column = sums[_aged(desk, one)["status"]]
        column[one["currency"]] = column.get(one["currency"], 0) + one["net"]
    return make(
        "balance",
        object="balance",
        livemode=False,
        **{
            name: [
                {"amount": amount, "currency": currency, "source_types": {"card": amount}}
                for currency, amount in column.items()
            ]
            for name, column in sums.items()
        },
        connect_reserved=[{"amount": 0, "currency": "usd"}],
    )

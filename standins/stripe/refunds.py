"""Refunds and disputes: what goes back."""

from __future__ import annotations

from standins.stripe.clockwork import clock_of, when_due
from standins.stripe.desk import Desk, Record, same
from standins.stripe.errors import StripeError
from standins.stripe.money import shown
from standins.stripe.params import Params
from standins.stripe.payments import DAY, add_balance
from standins.stripe.routes import route
from standins.stripe.shapes import make, new_id, public

REASONS = ("duplicate", "fraudulent", "requested_by_customer")
DISPUTE_FEE = 1500


@route("POST", "/v1/refunds")
def create_refund(desk: Desk, p: Params) -> Record:
    charge_id, intent_id = p.text("charge"), p.text("payment_intent")
    amount, reason, metadata = p.whole("amount", least=1), p.choice("reason", REASONS), p.metadata()
    p.finish()
    if intent_id:
        intent = desk.get("payment_intent", intent_id, "payment_intent")
        charge_id = intent["latest_charge"]
        if charge_id is None or intent["status"] != "succeeded":
            raise StripeError(
                f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.",
                param="payment_intent",
            )
    if charge_id is None:
        raise StripeError("One of the following params should be provided: payment_intent or charge.")
    charge = desk.get("charge", charge_id, "charge")
    if charge["status"] != "succeeded":
        raise StripeError(f"Charge {charge_id} is not paid.", param="charge")
    if charge["disputed"]:
        raise StripeError(
            f"Charge {charge_id} has been charged back.", code="charge_disputed", param="charge"
        )
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        raise StripeError(
            f"Charge {charge_id} has already been refunded.", code="charge_already_refunded", param="charge"
        )
    amount = amount or left
    if amount > left:
        currency = charge["currency"]
        raise StripeError(
            f"Refund amount ({shown(amount, currency)}) is greater than unrefunded amount on charge "
            f"({shown(left, currency)})",
            param="amount",
        )
    return _refund(desk, charge, amount, reason, metadata)


def _refund(desk: Desk, charge: Record, amount: int, reason: str | None, metadata: dict[str, str]) -> Record:
    kind = charge["payment_method_details"]["type"]
    method = desk.store("payment_method").get(charge["payment_method"], {})
    fails = method.get("_does") == "refund_fails"
    waits = kind != "card" or fails
    refund = make(
        "refund",
        id=new_id("re"),
        object="refund",
        amount=amount,
        charge=charge["id"],
        created=desk.now(),
        currency=charge["currency"],
        customer=charge["customer"],
        destination_details=(
            {
                "card": {
                    "type": "refund",
                    "reference_status": "pending",
                    "reference_type": "acquirer_reference_number",
                }
            }
            if kind == "card"
            else {"us_bank_transfer": {"reference": None, "reference_status": None}}
        )
        | {"type": kind if kind == "card" else "us_bank_transfer"},
        metadata=metadata,
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=reason,
        status="pending" if kind != "card" else "succeeded",
        _fails=fails,
    )
    refund["balance_transaction"] = add_balance(
        desk,
        amount=-amount,
        fee=0,
        currency=charge["currency"],
        type_="refund" if kind == "card" else "payment_refund",
        source=refund["id"],
        description=f"REFUND FOR CHARGE ({charge['description'] or charge['id']})",
    )["id"]
    desk.save("refund", refund)
    if waits:
        when, clock = desk.now() + desk.stripe.bank_seconds, clock_of(desk, charge["customer"])
        desk.stripe.clockwork.at(desk, "settle_refund", refund["id"], when, clock=clock)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    _show(desk, charge)
    desk.emit("refund.created", refund)
    desk.emit("charge.refunded", charge)
    return refund


def _show(desk: Desk, charge: Record) -> None:
    """Keep the refunds a charge shows in step with the refunds."""
    rows = [public(r) for r in desk.all("refund") if r["charge"] == charge["id"]]
    charge["refunds"]["data"] = rows[:10]
    charge["refunds"]["has_more"] = len(rows) > 10
    desk.save("charge", charge)


@when_due("settle_refund")
def settle(desk: Desk, id_: str) -> None:
    """A refund that waited for a bank arrives, or comes back."""
    refund = desk.get("refund", id_)
    charge = desk.get("charge", refund["charge"])
    if refund["_fails"]:
        refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
        refund["failure_balance_transaction"] = add_balance(
            desk,
            amount=refund["amount"],
            fee=0,
            currency=refund["currency"],
            type_="refund_failure",
            source=refund["id"],
            description="REFUND FAILURE",
        )["id"]
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
    else:
        refund["status"] = "succeeded"
    desk.save("refund", refund)
    _show(desk, charge)
    if refund["status"] == "failed":
        desk.emit("refund.failed", refund)
    desk.emit("refund.updated", refund, {"status": "pending" if not refund["_fails"] else "succeeded"})


@route("GET", "/v1/refunds")
def list_refunds(desk: Desk, p: Params) -> Record:
    charge, intent = p.text("charge"), p.text("payment_intent")
    return desk.page(
        "/v1/refunds", p, desk.all("refund"), same("charge", charge), same("payment_intent", intent)
    )


@route("GET", "/v1/charges/{charge}/refunds")
def list_charge_refunds(desk: Desk, p: Params, charge: str) -> Record:
    return desk.page(f"/v1/charges/{charge}/refunds", p, desk.all("refund"), same("charge", charge))


@route("GET", "/v1/refunds/{id}")
def get_refund(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("refund", id)


@route("POST", "/v1/refunds/{id}")
def update_refund(desk: Desk, p: Params, id: str) -> Record:
    refund = desk.get("refund", id)
    metadata = p.metadata(refund["metadata"])
    p.finish()
    refund["metadata"] = metadata
    desk.save("refund", refund)
    _show(desk, desk.get("charge", refund["charge"]))
    desk.emit("refund.updated", refund)
    return refund


# disputes


def open_dispute(desk: Desk, charge: Record, reason: str = "fraudulent") -> Record:
    """The cardholder's bank takes a charge back. Raises StripeError when it is not paid, or disputed already."""
    if charge["status"] != "succeeded" or charge["disputed"]:
        raise StripeError(f"Charge {charge['id']} cannot be disputed.")
    now = desk.now()
    card = charge["payment_method_details"].get("card", {"brand": "visa"})
    dispute = make(
        "dispute",
        id=new_id("du"),
        object="dispute",
        amount=charge["amount"],
        balance_transactions=[],
        charge=charge["id"],
        created=now,
        currency=charge["currency"],
        evidence=_no_evidence(),
        evidence_details={
            "due_by": now + 9 * DAY,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "enhanced_eligibility": {},
        },
        is_charge_refundable=False,
        livemode=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        payment_method_details={
            "type": "card",
            "card": {
                "brand": card["brand"],
                "case_type": "chargeback",
                "network_reason_code": "10.4",
                "network": card["brand"],
            },
        },
        reason=reason,
        status="needs_response",
        enhanced_eligibility_types=[],
    )
    transaction = add_balance(
        desk,
        amount=-charge["amount"],
        fee=DISPUTE_FEE,
        currency=charge["currency"],
        type_="adjustment",
        source=dispute["id"],
        description="Chargeback withdrawal",
    )
    dispute["balance_transactions"] = [transaction]
    desk.save("dispute", dispute)
    charge["disputed"] = True
    desk.save("charge", charge)
    desk.emit("charge.dispute.created", dispute)
    desk.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _no_evidence() -> Record:
    names = """access_activity_log billing_address cancellation_policy cancellation_policy_disclosure
        cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip
        customer_signature duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id
        product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation
        service_date service_documentation shipping_address shipping_carrier shipping_date
        shipping_documentation shipping_tracking_number uncategorized_file uncategorized_text"""
    return dict.fromkeys(names.split()) | {"enhanced_evidence": {}}


def end_dispute(desk: Desk, dispute: Record, *, won: bool) -> None:
    """The bank decides."""
    dispute["status"] = "won" if won else "lost"
    if won:
        back = add_balance(
            desk,
            amount=dispute["amount"],
            fee=-DISPUTE_FEE,
            currency=dispute["currency"],
            type_="adjustment",
            source=dispute["id"],
            description="Chargeback reversal",
        )
        dispute["balance_transactions"].append(back)
    desk.save("dispute", dispute)
    desk.emit("charge.dispute.closed", dispute)
    if won:
        desk.emit("charge.dispute.funds_reinstated", dispute)


@route("GET", "/v1/disputes")
def list_disputes(desk: Desk, p: Params) -> Record:
    charge, intent = p.text("charge"), p.text("payment_intent")
    return desk.page(
        "/v1/disputes", p, desk.all("dispute"), same("charge", charge), same("payment_intent", intent)
    )


@route("GET", "/v1/disputes/{id}")
def get_dispute(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("dispute", id)


@route("POST", "/v1/disputes/{id}")
def update_dispute(desk: Desk, p: Params, id: str) -> Record:
    dispute = desk.get("dispute", id)
    evidence, submit = p.sub("evidence"), p.yes("submit", True)
    given = {name: evidence.text(name) for name in _no_evidence() if name in evidence}
    metadata = p.metadata(dispute["metadata"])
    p.finish()
    if dispute["status"] not in ("needs_response", "warning_needs_response"):
        raise StripeError("This dispute is already closed.", code="dispute_closed")
    dispute["evidence"] |= given
    dispute["metadata"] = metadata
    dispute["evidence_details"]["has_evidence"] = any(v for v in dispute["evidence"].values())
    if given and submit:
        dispute["status"] = "under_review"
        dispute["evidence_details"]["submission_count"] += 1
    desk.save("dispute", dispute)
    desk.emit("charge.dispute.updated", dispute)
    words = dispute["evidence"]["uncategorized_text"]
    if submit and words in ("winning_evidence", "losing_evidence"):
        end_dispute(desk, dispute, won=words == "winning_evidence")
    return dispute


@route("POST", "/v1/disputes/{id}/close")
def close_dispute(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    dispute = desk.get("dispute", id)
    if dispute["status"] in ("won", "lost"):
        raise StripeError("This dispute is already closed.", code="dispute_closed")
    end_dispute(desk, dispute, won=False)
    return dispute

"""The customer portal: its configurations and sessions."""

from __future__ import annotations

from standins.stripe.desk import Desk, Record
from standins.stripe.errors import StripeError
from standins.stripe.params import Params
from standins.stripe.routes import route
from standins.stripe.shapes import make, new_id

FLOWS = ("payment_method_update", "subscription_cancel", "subscription_update", "subscription_update_confirm")


def _features(p: Params, current: Record | None = None) -> Record:
    """Which parts of the portal are open, and how cancelling works there."""
    cancel, update = p.sub("subscription_cancel"), p.sub("customer_update")
    method, history, change = (
        p.sub("payment_method_update"),
        p.sub("invoice_history"),
        p.sub("subscription_update"),
    )
    now = current or {
        "customer_update": {"allowed_updates": ["email"], "enabled": True},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True, "payment_method_configuration": None},
        "subscription_cancel": {
            "cancellation_reason": {"enabled": False, "options": []},
            "enabled": True,
            "mode": "at_period_end",
            "proration_behavior": "none",
        },
        "subscription_update": {
            "default_allowed_updates": [],
            "enabled": False,
            "proration_behavior": "none",
            "schedule_at_period_end": {"conditions": []},
            "trial_update_behavior": "end_trial",
            "billing_cycle_anchor": None,
        },
    }
    reason = cancel.sub("cancellation_reason")
    was = now["subscription_cancel"]
    found = {
        "customer_update": {
            "enabled": update.yes("enabled", now["customer_update"]["enabled"]),
            "allowed_updates": update.texts("allowed_updates") or now["customer_update"]["allowed_updates"],
        },
        "invoice_history": {"enabled": history.yes("enabled", now["invoice_history"]["enabled"])},
        "payment_method_update": now["payment_method_update"]
        | {"enabled": method.yes("enabled", now["payment_method_update"]["enabled"])},
        "subscription_cancel": {
            "enabled": cancel.yes("enabled", was["enabled"]),
            "mode": cancel.choice("mode", ("at_period_end", "immediately"), was["mode"]),
            "proration_behavior": cancel.choice(
                "proration_behavior",
                ("none", "create_prorations", "always_invoice"),
                was["proration_behavior"],
            ),
            "cancellation_reason": {
                "enabled": reason.yes("enabled", was["cancellation_reason"]["enabled"]),
                "options": reason.texts("options") or was["cancellation_reason"]["options"],
            },
        },
        "subscription_update": now["subscription_update"],
    }
    if change.yes("enabled"):
        raise StripeError("Changing plans in the portal is not modelled here.", param="features")
    return found


def default_configuration(desk: Desk) -> Record:
    """The account's default, made when first asked for."""
    for found in desk.all("billing_portal.configuration"):
        if found["is_default"]:
            return found
    return _configuration(desk, _features(Params({})), is_default=True)


def _configuration(desk: Desk, features: Record, **fields: object) -> Record:
    now = desk.now()
    return desk.save(
        "billing_portal.configuration",
        make(
            "billing_portal.configuration",
            **{
                "id": new_id("bpc"),
                "object": "billing_portal.configuration",
                "active": True,
                "business_profile": {
                    "headline": None,
                    "privacy_policy_url": None,
                    "terms_of_service_url": None,
                },
                "created": now,
                "features": features,
                "is_default": False,
                "livemode": False,
                "login_page": {"enabled": False, "url": None},
                "metadata": {},
                "updated": now,
                **fields,
            },
        ),
    )


def _profile(p: Params) -> Record:
    names = ("headline", "privacy_policy_url", "terms_of_service_url")
    return {name: p.text(name) for name in names}


@route("POST", "/v1/billing_portal/configurations")
def create_configuration(desk: Desk, p: Params) -> Record:
    features = _features(p.sub("features"))
    fields = {
        "business_profile": _profile(p.sub("business_profile")),
        "default_return_url": p.text("default_return_url"),
        "metadata": p.metadata(),
        "name": p.text("name"),
    }
    p.finish()
    return _configuration(desk, features, **fields)


@route("GET", "/v1/billing_portal/configurations")
def list_configurations(desk: Desk, p: Params) -> Record:
    active = p.yes("active") if "active" in p else None
    default = p.yes("is_default") if "is_default" in p else None
    return desk.page(
        "/v1/billing_portal/configurations",
        p,
        desk.all("billing_portal.configuration"),
        lambda r: active is None or r["active"] == active,
        lambda r: default is None or r["is_default"] == default,
    )


@route("GET", "/v1/billing_portal/configurations/{id}")
def get_configuration(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("billing_portal.configuration", id)


@route("POST", "/v1/billing_portal/configurations/{id}")
def update_configuration(desk: Desk, p: Params, id: str) -> Record:
    found = desk.get("billing_portal.configuration", id)
    changed: Record = {"features": _features(p.sub("features"), found["features"]), "updated": desk.now()}
    if "business_profile" in p:
        changed["business_profile"] = _profile(p.sub("business_profile"))
    if "default_return_url" in p:
        changed["default_return_url"] = p.text("default_return_url")
    if "active" in p:
        changed["active"] = p.yes("active")
    p.finish()
    found |= changed
    return desk.save("billing_portal.configuration", found)


@route("POST", "/v1/billing_portal/sessions")
def create_session(desk: Desk, p: Params) -> Record:
    customer = desk.get("customer", p.need("customer"), "customer")
    configuration, back, locale = p.text("configuration"), p.url("return_url"), p.text("locale")
    flow = p.sub("flow_data")
    kind = flow.choice("type", FLOWS)
    cancel = flow.sub("subscription_cancel").text("subscription")
    completion = flow.sub("after_completion")
    completion.text("type")
    completion.sub("redirect").text("return_url")
    p.finish()
    found = (
        desk.get("billing_portal.configuration", configuration, "configuration")
        if configuration
        else default_configuration(desk)
    )
    id_ = new_id("bps")
    session = make(
        "billing_portal.session",
        id=id_,
        object="billing_portal.session",
        configuration=found["id"],
        created=desk.now(),
        customer=customer["id"],
        livemode=False,
        locale=locale,
        return_url=back or found["default_return_url"],
        url=f"{desk.stripe.base}/portal/{desk.account}/{id_}/",
    )
    if kind:
        session["flow"] = {
            "after_completion": {"hosted_confirmation": None, "redirect": None, "type": "portal_homepage"},
            "subscription_cancel": {"retention": None, "subscription": cancel} if cancel else None,
            "subscription_update": None,
            "subscription_update_confirm": None,
            "type": kind,
        }
    desk.save("billing_portal.session", session)
    desk.emit("billing_portal.session.created", session)
    return session

"""The platform's account, the accounts connected to it, and their onboarding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standins.stripe.customers import read_address
from standins.stripe.desk import Desk, Record
from standins.stripe.errors import StripeError, needed
from standins.stripe.params import Params
from standins.stripe.routes import route
from standins.stripe.shapes import a_list, make, new_id

if TYPE_CHECKING:
    from standins.stripe.api import Stripe

PLATFORM = "acct_1StandInPlatform00"
API_KEY = "sk_test_standin"
FIELDS_DUE = ["business_profile.url", "external_account", "tos_acceptance.date", "tos_acceptance.ip"]


class Accounts:
    """Keys, who may act for whom, and what an account can do."""

    def __init__(self, stripe: Stripe) -> None:
        self.stripe = stripe
        self.platform = PLATFORM
        self.provision()

    def provision(self) -> None:
        if PLATFORM not in self._all:
            desk = Desk(self.stripe, PLATFORM)
            account = _account(
                desk, PLATFORM, type="standard", email="owner@roundtable.example", country="US"
            )
            _open(account)
            desk.save("account", account)
        keys = self.stripe.journal.store("stripe.keys")
        if not keys:
            self.stripe.journal.save("stripe.keys", API_KEY, PLATFORM)

    @property
    def _all(self) -> dict[str, Record]:
        return self.stripe.journal.store(f"stripe.{PLATFORM}.account")

    def for_key(self, key: str) -> str | None:
        found: str | None = self.stripe.journal.store("stripe.keys").get(key)
        return found

    def ids(self) -> list[str]:
        return list(self._all)

    def acts_for(self, account: str) -> bool:
        """Whether the platform may act for `account`."""
        found = self._all.get(account)
        return account == PLATFORM or (found is not None and not found["_revoked"])

    def can_charge(self, account: str) -> bool:
        found = self._all.get(account)
        return bool(found and found["charges_enabled"])

    def currencies(self, account: str) -> list[str] | None:
        """The only currencies an account takes; None for all."""
        found: list[str] | None = (self._all.get(account) or {}).get("_currencies")
        return found

    def revoke(self, account: str) -> None:
        """The account's owner takes the platform's access away."""
        record = self._all.get(account)
        if record is None or account == PLATFORM:
            raise ValueError(f"There is no connected account {account}.")
        desk = Desk(self.stripe, account)
        application = {"id": "ca_standin", "object": "application", "name": "Roundtable"}
        desk.emit("account.application.deauthorized", application)
        record["_revoked"] = True
        self.stripe.journal.save(f"stripe.{PLATFORM}.account", account, record)

    def restrict(self, account: str, currencies: list[str] | None) -> None:
        """Let an account take only these currencies; None for all."""
        record = self._all.get(account)
        if record is None:
            raise ValueError(f"There is no account {account}.")
        record["_currencies"] = currencies
        self.stripe.journal.save(f"stripe.{PLATFORM}.account", account, record)


def _account(desk: Desk, id_: str, *, type: str, email: str | None, country: str, **fields: object) -> Record:
    blank: Record = {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    }
    due = blank | {
        "currently_due": list(FIELDS_DUE),
        "eventually_due": list(FIELDS_DUE),
        "disabled_reason": "requirements.past_due",
        "past_due": list(FIELDS_DUE),
    }
    support = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return make(
        "account",
        **{
            "id": id_,
            "object": "account",
            "business_profile": {
                "annual_revenue": None,
                "estimated_worker_count": None,
                "mcc": None,
                "name": None,
                "product_description": None,
                "support_address": support,
                "support_email": None,
                "support_phone": None,
                "support_url": None,
                "url": None,
                "minority_owned_business_designation": None,
            },
            "capabilities": {"card_payments": "inactive", "transfers": "inactive"},
            "charges_enabled": False,
            "controller": {"type": "application" if id_ != PLATFORM else "account"},
            "country": country,
            "created": desk.now(),
            "default_currency": "usd",
            "details_submitted": False,
            "email": email,
            "external_accounts": a_list(f"/v1/accounts/{id_}/external_accounts", []),
            "future_requirements": blank,
            "metadata": {},
            "payouts_enabled": False,
            "requirements": due,
            "settings": {
                "bacs_debit_payments": {"display_name": None, "service_user_number": None},
                "branding": dict.fromkeys(("icon", "logo", "primary_color", "secondary_color")),
                "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
                "card_payments": {
                    "decline_on": {"avs_failure": False, "cvc_failure": False},
                    "statement_descriptor_prefix": None,
                    "statement_descriptor_prefix_kana": None,
                    "statement_descriptor_prefix_kanji": None,
                },
                "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
                "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": None},
                "payments": dict.fromkeys(
                    (
                        "statement_descriptor",
                        "statement_descriptor_kana",
                        "statement_descriptor_kanji",
                        "statement_descriptor_prefix_kana",
                        "statement_descriptor_prefix_kanji",
                    )
                ),
                "payouts": {
                    "debit_negative_balances": True,
                    "schedule": {"delay_days": 2, "interval": "daily"},
                    "statement_descriptor": None,
                },
                "sepa_debit_payments": {},
            },
            "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
            "type": type,
            "_revoked": False,
            "_currencies": None,
            **fields,
        },
    )


def _open(account: Record) -> None:
    """All that onboarding asks for is given."""
    account |= {"charges_enabled": True, "payouts_enabled": True, "details_submitted": True}
    account["capabilities"] = {"card_payments": "active", "transfers": "active"}
    account["requirements"] |= {
        "currently_due": [],
        "eventually_due": [],
        "past_due": [],
        "disabled_reason": None,
    }


def onboard(desk: Desk, account: Record) -> None:
    """The owner finishes onboarding; the account can charge. The event is the account's own."""
    _open(account)
    desk.save("account", account)
    desk.elsewhere(account=account["id"]).emit("account.updated", account, {"charges_enabled": False})


@route("GET", "/v1/account")
def get_own(desk: Desk, p: Params) -> Record:
    p.finish()
    return desk.stripe.accounts._all[desk.account]


def _read_profile(p: Params) -> Record:
    found = {
        name: p.text(name)
        for name in (
            "name",
            "url",
            "mcc",
            "product_description",
            "support_email",
            "support_phone",
            "support_url",
        )
        if name in p
    }
    if "support_address" in p:
        found["support_address"] = read_address(p.sub("support_address"))  # type: ignore[assignment]
    return found


@route("POST", "/v1/accounts")
def create_account(desk: Desk, p: Params) -> Record:
    type_ = p.choice("type", ("standard", "express", "custom"), "standard")
    controller = p.sub("controller")
    for part in ("fees", "losses", "stripe_dashboard"):
        below = controller.sub(part)
        for name in ("payer", "payments", "type"):
            below.text(name)
    controller.text("requirement_collection")
    capabilities = p.sub("capabilities")
    for name in ("card_payments", "transfers", "us_bank_account_ach_payments"):
        capabilities.sub(name).yes("requested")
    profile = _read_profile(p.sub("business_profile"))
    fields: Record = {
        "email": p.text("email"),
        "country": p.text("country", "US"),
        "metadata": p.metadata(),
        "business_type": p.choice(
            "business_type", ("company", "individual", "non_profit", "government_entity")
        ),
    }
    if currency := p.text("default_currency"):
        fields["default_currency"] = desk.currency(currency)
    p.finish()
    account = _account(desk, new_id("acct"), type=type_ or "standard", **fields)
    account["business_profile"] |= profile
    return desk.save("account", account)


@route("GET", "/v1/accounts")
def list_accounts(desk: Desk, p: Params) -> Record:
    return desk.page(
        "/v1/accounts", p, desk.all("account"), lambda r: r["id"] != PLATFORM and not r["_revoked"]
    )


def _connected(desk: Desk, id_: str) -> Record:
    """An account the platform may act for. Raises StripeError (403) for any other."""
    if not desk.stripe.accounts.acts_for(id_):
        raise no_access(id_)
    return desk.get("account", id_, "account")


def no_access(account: str) -> StripeError:
    return StripeError(
        f"The provided key 'sk_test_********ndin' does not have access to account '{account}' (or that "
        "account does not exist). Application access may have been revoked.",
        status=403,
        code="account_invalid",
    )


@route("GET", "/v1/accounts/{id}")
def get_account(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return _connected(desk, id)


@route("POST", "/v1/accounts/{id}")
def update_account(desk: Desk, p: Params, id: str) -> Record:
    account = _connected(desk, id)
    changed: Record = {"metadata": p.metadata(account["metadata"])}
    if "email" in p:
        changed["email"] = p.text("email")
    profile = _read_profile(p.sub("business_profile"))
    if profile:
        changed["business_profile"] = account["business_profile"] | profile
    p.finish()
    previous = {name: account[name] for name, value in changed.items() if account[name] != value}
    account |= changed
    desk.save("account", account)
    if previous:
        desk.elsewhere(account=id).emit("account.updated", account, previous)
    return account


@route("DELETE", "/v1/accounts/{id}")
def delete_account(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    _connected(desk, id)
    desk.delete("account", id)
    return {"id": id, "object": "account", "deleted": True}


@route("POST", "/v1/account_links")
def create_link(desk: Desk, p: Params) -> Record:
    account, kind = p.need("account"), p.choice("type", ("account_onboarding", "account_update"))
    refresh, back = p.url("refresh_url"), p.url("return_url")
    options = p.sub("collection_options")
    options.text("fields")
    options.text("future_requirements")
    p.finish()
    if kind is None:
        raise needed("type")
    for name, value in (("refresh_url", refresh), ("return_url", back)):
        if value is None:
            raise needed(name)
    _connected(desk, account)
    token, now = new_id("link"), desk.now()
    link = make(
        "account_link",
        created=now,
        expires_at=now + 300,
        object="account_link",
        url=f"{desk.stripe.base}/onboard/{token}/",
        _account=account,
        _refresh=refresh,
        _return=back,
        _used=False,
    )
    desk.stripe.journal.save("stripe.links", token, link)
    return link


@route("POST", "/v1/accounts/{id}/login_links")
def create_login_link(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    account = _connected(desk, id)
    if account["type"] != "express":
        raise StripeError("Cannot create a login link for an account that is not an Express account.")
    return make(
        "login_link",
        created=desk.now(),
        object="login_link",
        url=f"{desk.stripe.base}/dashboard/{id}/",
    )

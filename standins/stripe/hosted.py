"""The pages a provider would host: Checkout, authentication, invoice, receipt, portal, onboarding.

Plain HTML that works without script. Opening a page changes nothing; its forms do.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from standins.pages import page
from standins.serving import Reply, Request, redirect
from standins.stripe import checkout, invoicing, subscriptions
from standins.stripe.accounts import onboard
from standins.stripe.desk import Desk, Record
from standins.stripe.errors import StripeError
from standins.stripe.lifecycle import OVER, end
from standins.stripe.methods import BANKS, CARDS, add_bank, add_card, attach, by_number
from standins.stripe.money import shown
from standins.stripe.payments import authenticated

if TYPE_CHECKING:
    from standins.stripe.api import Stripe

WORDS = {
    "en": {
        "payment": "Pay",
        "subscription": "Subscribe",
        "setup": "Save",
        "email": "Email",
        "name": "Name",
        "card": "Card",
        "us_bank_account": "Bank account",
        "number": "Card number",
        "expiry": "Expiry (MM / YY)",
        "cvc": "Security code",
        "account": "Account",
        "total": "Total",
        "tax": "of which tax",
        "back": "Back without paying",
        "trial": "Free until {days} days from now, then the price above.",
        "tests": "Test cards",
        "done": "This page was already used.",
        "expired": "This page has expired.",
        "how": "How do you want to pay?",
    },
    "es": {
        "payment": "Pagar",
        "subscription": "Suscribirse",
        "setup": "Guardar",
        "email": "Correo electrónico",
        "name": "Nombre",
        "card": "Tarjeta",
        "us_bank_account": "Cuenta bancaria",
        "number": "Número de tarjeta",
        "expiry": "Vencimiento (MM / AA)",
        "cvc": "Código de seguridad",
        "account": "Cuenta",
        "total": "Total",
        "tax": "del cual impuestos",
        "back": "Volver sin pagar",
        "trial": "Gratis durante {days} días; después, el precio indicado.",
        "tests": "Tarjetas de prueba",
        "done": "Esta página ya se usó.",
        "expired": "Esta página ha caducado.",
        "how": "¿Cómo quiere pagar?",
    },
}


class Hosted:
    def __init__(self, stripe: Stripe) -> None:
        self.stripe = stripe
        self._pages: dict[str, Callable[[Request, list[str]], Reply]] = {
            "pay": self._pay,
            "authenticate": self._authenticate,
            "invoice": self._invoice,
            "receipt": self._receipt,
            "portal": self._portal,
            "onboard": self._onboard,
            "dashboard": self._dashboard,
        }

    def answer(self, request: Request, path: str) -> Reply:
        """The page at `path` (below `/stripe`)."""
        name, *rest = [part for part in path.split("/") if part]
        handler = self._pages.get(name)
        try:
            if handler is None or request.method not in ("GET", "POST"):
                raise KeyError(name)
            return handler(request, rest)
        except (KeyError, IndexError, ValueError):
            return page("Not here", "<p>There is no such page.</p>", status=404)
        except StripeError as error:
            return page("Not here", f"<p>{escape(str(error))}</p>", status=404)

    # Checkout

    def _pay(self, request: Request, rest: list[str]) -> Reply:
        account, id_ = rest[:2]
        desk = Desk(self.stripe, account)
        session = desk.get("checkout.session", id_)
        words = WORDS["es" if (session["locale"] or "").startswith("es") else "en"]
        if session["status"] == "complete" and request.method == "POST":
            return redirect(_success(session))
        if session["status"] != "open":
            said = words["done" if session["status"] == "complete" else "expired"]
            link = session["cancel_url"] or _success(session)
            return page(said, f'<p><a href="{escape(link)}">{words["back"]}</a></p>', status=410)
        if request.method == "GET":
            return self._pay_form(desk, session, words, {}, "")
        fields = dict(request.form)
        if len(rest) > 2 and rest[2] == "authenticate":
            return self._pay_authenticated(desk, session, words, fields)
        try:
            types = session["payment_method_types"]
            needed = checkout.needs_method(session)
            method = self._method(desk, types, fields, needed=needed)
            if method and method["_does"] == "authenticate":
                return self._ask(session, method, fields)
            email = fields.get("email", "").strip()
            checkout.complete(desk, session, method, email=email, name=fields.get("name", "").strip())
        except StripeError as error:
            return self._pay_form(desk, session, words, fields, str(error), status=error.status)
        return redirect(_success(session))

    def _method(
        self, desk: Desk, types: list[str], fields: dict[str, str], *, needed: bool = True
    ) -> Record | None:
        """The method a form describes; None where none is needed and none was given."""
        if fields.get("method") == "us_bank_account" and "us_bank_account" in types:
            if fields.get("account") not in BANKS:
                raise StripeError("Choose an account.", status=402)
            return add_bank(desk, fields["account"])
        number = fields.get("number", "")
        if not number.strip() and not needed:
            return None
        card = by_number(number)
        if card is None:
            raise StripeError("Your card number is incorrect.", status=402, code="incorrect_number")
        return add_card(desk, card)

    def _ask(self, session: Record, method: Record, fields: dict[str, str]) -> Reply:
        """The bank's question, between the form and the payment."""
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{escape(value)}">'
            for name, value in (
                ("payment_method", method["id"]),
                ("email", fields.get("email", "")),
                ("name", fields.get("name", "")),
            )
        )
        return page(
            "Your bank asks: is it you?",
            f'<form method="post" action="authenticate/">{hidden}'
            '<button name="well" value="yes">Yes, authorize</button>'
            '<button name="well" value="no">No, refuse</button></form>',
        )

    def _pay_authenticated(
        self, desk: Desk, session: Record, words: dict[str, str], fields: dict[str, str]
    ) -> Reply:
        method = desk.get("payment_method", fields.get("payment_method", ""))
        try:
            if fields.get("well") != "yes":
                raise StripeError(
                    "We are unable to authenticate your payment method. Choose another and try again.",
                    status=402,
                )
            method["_does"] = "succeed"
            checkout.complete(
                desk, session, method, email=fields.get("email", ""), name=fields.get("name", "")
            )
        except StripeError as error:
            return self._pay_form(desk, session, words, fields, str(error), status=402)
        return redirect(_success(session))

    def _pay_form(
        self,
        desk: Desk,
        session: Record,
        words: dict[str, str],
        fields: dict[str, str],
        problem: str,
        *,
        status: int = 200,
    ) -> Reply:
        customer = desk.store("customer").get(session["customer"] or "", {})
        rows = "".join(
            f"<tr><td>{one['quantity']} × {escape(one['description'])}</td>"
            f'<td class="sum">{shown(one["amount_subtotal"], one["currency"])}</td></tr>'
            for one in session["_lines"]
        )
        summary = ""
        if rows:
            tax = session["total_details"]["amount_tax"]
            taxed = f"<small>{words['tax']} {shown(tax, session['currency'])}</small>" if tax else ""
            sum_ = shown(session["amount_total"], session["currency"])
            summary = (
                f"<table>{rows}<tr><th>{words['total']}{taxed}</th><th class='sum'>{sum_}</th></tr></table>"
            )
        if days := checkout.trial_days(session):
            summary += f"<p>{words['trial'].format(days=days)}</p>"
        email = fields.get("email") or customer.get("email") or session["customer_email"] or ""
        address = f"/stripe/pay/{desk.account}/{session['id']}/"
        alert = f'<p role="alert">{escape(problem)}</p>' if problem else ""
        back = (
            f'<p><a href="{escape(session["cancel_url"])}">{words["back"]}</a></p>'
            if session["cancel_url"]
            else ""
        )
        form = (
            f'<form method="post" action="{address}">'
            f'<label>{words["email"]} <input name="email" type="email" required value="{escape(email)}"></label>'
            f'<label>{words["name"]} <input name="name" autocomplete="name" '
            f'value="{escape(fields.get("name", customer.get("name") or ""))}"></label>'
            f"{_method_fields(session['payment_method_types'], words, fields)}"
            f"<button>{words[session['mode']]}</button></form>"
        )
        lang = "es" if words is WORDS["es"] else "en"
        return page(
            words[session["mode"]], alert + summary + form + back + _tests(words), status=status, lang=lang
        )

    # authentication of a payment intent

    def _authenticate(self, request: Request, rest: list[str]) -> Reply:
        account, id_ = rest[:2]
        desk = Desk(self.stripe, account)
        intent = desk.get("payment_intent", id_)
        if request.method == "GET" and intent["status"] == "requires_action":
            return page(
                "Your bank asks: is it you?",
                f"<p>{shown(intent['amount'], intent['currency'])}</p>"
                '<form method="post"><button name="well" value="yes">Yes, authorize</button>'
                '<button name="well" value="no">No, refuse</button></form>',
            )
        if request.method == "POST":
            authenticated(desk, intent, well=dict(request.form).get("well") == "yes")
        if intent["_return_url"]:
            mark = "&" if "?" in intent["_return_url"] else "?"
            return redirect(f"{intent['_return_url']}{mark}payment_intent={id_}")
        return page("Done", f"<p>The payment is: {escape(intent['status'])}.</p>")

    # invoice and receipt

    def _invoice(self, request: Request, rest: list[str]) -> Reply:
        account, id_ = rest[:2]
        desk = Desk(self.stripe, account)
        invoice = desk.get("invoice", id_)
        if rest[2:] == ["pdf"]:
            return Reply(200, _pdf(_invoice_text(invoice)), "application/pdf")
        problem, status, fields = "", 200, dict(request.form)
        if request.method == "POST" and invoice["status"] == "open":
            try:
                method = self._method(desk, ["card", "us_bank_account"], fields)
                at = desk.elsewhere(at=desk.now(invoice))
                invoicing.collect(at, invoice, method, off_session=False)
                intent = desk.get("payment_intent", invoice["_intent"])
                if intent["status"] == "requires_action":
                    return redirect(intent["next_action"]["redirect_to_url"]["url"])
            except StripeError as error:
                problem, status = str(error), error.status
        rows = "".join(
            f"<tr><td>{escape(one['description'] or '')}</td><td>{shown(one['amount'], one['currency'])}</td></tr>"
            for one in invoice["lines"]["data"]
        )
        due = shown(invoice["amount_remaining"], invoice["currency"])
        alert = f'<p role="alert">{escape(problem)}</p>' if problem else ""
        form = ""
        if invoice["status"] == "open":
            form = (
                f'<p>Due: {due}</p><form method="post">'
                f"{_method_fields(['card', 'us_bank_account'], WORDS['en'], fields)}<button>Pay</button></form>"
                + _tests(WORDS["en"])
            )
        title = f"Invoice {invoice['number'] or '(draft)'}: {invoice['status']}"
        return page(title, f"{alert}<table>{rows}</table>{form}", status=status)

    def _receipt(self, request: Request, rest: list[str]) -> Reply:
        account, id_ = rest[:2]
        charge = Desk(self.stripe, account).get("charge", id_)
        return page(
            "Receipt",
            f"<p>{shown(charge['amount'], charge['currency'])}: {escape(charge['status'])}</p>"
            f"<p>Refunded: {shown(charge['amount_refunded'], charge['currency'])}</p>",
        )

    # the customer portal

    def _portal(self, request: Request, rest: list[str]) -> Reply:
        account, id_ = rest[:2]
        desk = Desk(self.stripe, account)
        session = desk.get("billing_portal.session", id_)
        customer = desk.get("customer", session["customer"])
        desk = desk.elsewhere(at=desk.now(customer))
        features = desk.get("billing_portal.configuration", session["configuration"])["features"]
        problem = ""
        if request.method == "POST":
            try:
                self._portal_act(desk, customer, features, dict(request.form))
                return redirect(f"/stripe/portal/{account}/{id_}/")
            except StripeError as error:
                problem = str(error)
        return page(
            "Billing",
            (f'<p role="alert">{escape(problem)}</p>' if problem else "")
            + self._portal_parts(desk, customer, features)
            + (
                f'<p><a href="{escape(session["return_url"])}">Return</a></p>'
                if session["return_url"]
                else ""
            ),
            status=402 if problem else 200,
        )

    def _portal_parts(self, desk: Desk, customer: Record, features: Record) -> str:
        parts = []
        for subscription in desk.all("subscription"):
            if subscription["customer"] != customer["id"] or subscription["status"] in OVER:
                continue
            names = ", ".join(
                f"{item['quantity']} × {shown(item['price']['unit_amount'], item['price']['currency'])} "
                f"a {item['price']['recurring']['interval']}"
                for item in subscription["items"]["data"]
            )
            stops = subscription["cancel_at_period_end"]
            verb, label = (
                ("resume", "Keep the subscription") if stops else ("cancel", "Cancel the subscription")
            )
            button = (
                f'<form method="post"><input type="hidden" name="subscription" value="{subscription["id"]}">'
                f'<button name="do" value="{verb}">{label}</button></form>'
            )
            parts.append(
                f"<h2>Subscription: {escape(subscription['status'])}</h2><p>{escape(names)}</p>"
                + (button if features["subscription_cancel"]["enabled"] else "")
            )
        if features["payment_method_update"]["enabled"]:
            default = desk.store("payment_method").get(
                customer["invoice_settings"]["default_payment_method"] or "", {}
            )
            last4 = (default.get("card") or {}).get("last4")
            parts.append(
                f"<h2>Card</h2><p>{'ends in ' + last4 if last4 else 'None yet'}</p>"
                f'<form method="post"><label>Card number <input name="number" inputmode="numeric" required></label>'
                '<button name="do" value="card">Use this card</button></form>' + _tests(WORDS["en"])
            )
        if features["customer_update"]["enabled"]:
            parts.append(
                '<h2>Email</h2><form method="post"><label>Email <input name="email" type="email" required '
                f'value="{escape(customer["email"] or "")}"></label>'
                '<button name="do" value="email">Save</button></form>'
            )
        if features["invoice_history"]["enabled"]:
            rows = "".join(
                f'<li><a href="{escape(one["hosted_invoice_url"] or "")}">{escape(one["number"] or "")}</a> '
                f"{shown(one['total'], one['currency'])} {escape(one['status'])}</li>"
                for one in desk.all("invoice")
                if one["customer"] == customer["id"] and one["status"] != "draft"
            )
            parts.append(f"<h2>Invoices</h2><ul>{rows}</ul>")
        return "".join(parts)

    def _portal_act(self, desk: Desk, customer: Record, features: Record, fields: dict[str, str]) -> None:
        wanted = fields.get("do")
        if wanted in ("cancel", "resume"):
            subscription = desk.get("subscription", fields.get("subscription", ""))
            if subscription["customer"] != customer["id"] or not features["subscription_cancel"]["enabled"]:
                raise StripeError("That subscription cannot be changed here.")
            if wanted == "cancel" and features["subscription_cancel"]["mode"] == "immediately":
                end(desk, subscription)
            else:
                stop = "true" if wanted == "cancel" else "false"
                subscriptions.update_subscription(
                    desk, _params({"cancel_at_period_end": stop}), subscription["id"]
                )
        elif wanted == "card":
            card = by_number(fields.get("number", ""))
            if card is None:
                raise StripeError("Your card number is incorrect.", status=402)
            method = attach(desk, add_card(desk, card), customer)
            customer["invoice_settings"]["default_payment_method"] = method["id"]
            desk.save("customer", customer)
            desk.emit("customer.updated", customer, {"invoice_settings": {"default_payment_method": None}})
            for invoice in desk.all("invoice"):
                if invoice["customer"] == customer["id"] and invoice["status"] == "open":
                    invoicing.try_to_collect(desk, invoice)
        elif wanted == "email":
            previous = {"email": customer["email"]}
            customer["email"] = fields.get("email", "").strip() or None
            desk.save("customer", customer)
            desk.emit("customer.updated", customer, previous)

    # Connect

    def _onboard(self, request: Request, rest: list[str]) -> Reply:
        link = self.stripe.journal.store("stripe.links")[rest[0]]
        desk = Desk(self.stripe, self.stripe.accounts.platform)
        if link["_used"] or link["expires_at"] < desk.now():
            return redirect(link["_refresh"])
        account = desk.get("account", link["_account"])
        if request.method == "GET":
            return page(
                "Connect your account",
                f"<p>{escape(account['email'] or account['id'])}</p>"
                '<form method="post"><button name="do" value="finish">Give everything and finish</button>'
                '<button name="do" value="later">Stop here, finish later</button></form>',
            )
        link["_used"] = True
        self.stripe.journal.save("stripe.links", rest[0], link)
        if dict(request.form).get("do") == "finish":
            onboard(desk, account)
        return redirect(link["_return"])

    def _dashboard(self, request: Request, rest: list[str]) -> Reply:
        desk = Desk(self.stripe, rest[0])
        rows = "".join(
            f"<tr><td>{escape(one['type'])}</td><td>{shown(one['amount'], one['currency'])}</td></tr>"
            for one in desk.all("balance_transaction")
        )
        return page(f"Account {rest[0]}", f"<table>{rows}</table>")


def _params(tree: dict[str, str]) -> object:
    from standins.stripe.params import Params

    return Params(dict(tree))


def _success(session: Record) -> str:
    address: str = session["success_url"]
    return address.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _method_fields(types: list[str], words: dict[str, str], fields: dict[str, str]) -> str:
    """Fields for a card, a bank account, or a choice of the two."""
    wanted = fields.get("method", types[0])
    parts = []
    for type_ in types:
        radio = ""
        if len(types) > 1:
            on = " checked" if type_ == wanted else ""
            radio = (
                f'<label><span><input type="radio" name="method" value="{type_}"{on} style="width:auto;'
                f'min-height:0"> {words[type_]}</span></label>'
            )
        if type_ == "card":
            inner = (
                f'<label>{words["number"]} <input name="number" inputmode="numeric" autocomplete="cc-number">'
                f'</label><label>{words["expiry"]} <input name="expiry" autocomplete="cc-exp"></label>'
                f'<label>{words["cvc"]} <input name="cvc" inputmode="numeric" autocomplete="cc-csc"></label>'
            )
        else:
            options = "".join(
                f'<option value="{token}">•••• {last4}: {says}</option>'
                for token, (last4, _, says) in BANKS.items()
            )
            inner = f'<label>{words["account"]} <select name="account">{options}</select></label>'
        parts.append(f"<fieldset><legend>{words[type_]}</legend>{radio}{inner}</fieldset>")
    return "".join(parts)


def _tests(words: dict[str, str]) -> str:
    seen = {card.number: card.says for card in CARDS.values()}
    rows = "".join(f"<li><code>{number}</code> {says}</li>" for number, says in seen.items())
    return f"<details><summary>{words['tests']}</summary><ul>{rows}</ul></details>"


def _invoice_text(invoice: Record) -> list[str]:
    lines = [
        f"Invoice {invoice['number'] or '(draft)'} - {invoice['status']}",
        invoice["customer_name"] or "",
        "",
    ]
    for one in invoice["lines"]["data"]:
        lines.append(f"{one['description']}: {shown(one['amount'], one['currency'])}")
    return [*lines, "", f"Total: {shown(invoice['total'], invoice['currency'])}"]


def _pdf(lines: list[str]) -> bytes:
    """A page of plain text as PDF 1.4."""
    text = "".join(
        f"({line.encode('latin-1', 'replace').decode('latin-1').translate(_PDF_ESCAPES)}) Tj T* "
        for line in lines
    )
    content = f"BT /F1 11 Tf 14 TL 50 780 Td {text}ET".encode("latin-1")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start)


_PDF_ESCAPES = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})

"""What leaves about money: receipts to payers, and what the owners must know. No child's name in any of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from accounts.roles import Role
from clients.reaching import may_still_hear
from outbox import sending
from outbox.models import Channel, Message
from payments.models import Checkout, Dispute, Payment, Refund, StripeAccount
from payments.models.money_in import payment_id
from payments.money import say
from tenants.places import current_firm
from web.dates import say_day

LANGUAGES = {code for code, _name in settings.LANGUAGES}


def language_of(payment: Payment) -> str:
    """The payer's own language, else the one they paid in."""
    if payment.contact:
        chosen = payment.contact.language
    else:
        chosen = payment.checkout.wording.get("language", "en") if payment.checkout else "en"
    return chosen if chosen in LANGUAGES else "en"


def _words(title: str, text: str, button: str, link: str, *, language: str) -> sending.Words:
    facts = {
        "firm": current_firm(), "title": title, "language": language, "text": text, "button": button, "link": link,
    }  # fmt: skip
    return sending.Words(
        body=render_to_string("mail/link.txt", facts).strip() + "\n",
        html=render_to_string("mail/link.html", facts), title=title,
    )  # fmt: skip


def _to_payer(payment: Payment, kind: str, title: Callable[[], str], text: Callable[[], str], *, occurrence: str = "", at: datetime) -> None:  # fmt: skip
    """By mail, to the address that was paid with or is known; not at all where there is none."""
    if not payment.email:
        return
    language = language_of(payment)
    with override(language):
        words = _words(title(), text(), _("Open the receipt"), current_firm().url(f"/receipts/{payment.secret}/"), language=language)  # fmt: skip
    sending.write(
        kind, subject=f"payment:{payment.pk}", occurrence=occurrence, channel=Channel.EMAIL, to=payment.email, words=words,
        due_at=at, at=at, zone=current_firm().zone, language=language, answers=True,
    )  # fmt: skip


def receipt(payment: Payment, *, at: datetime) -> None:
    """A payment came."""
    amount = {
        "amount": say(payment.amount, payment.currency, language=language_of(payment)),
        "what": payment.what,
    }
    _to_payer(
        payment, "receipt", lambda: _("Receipt: %(amount)s") % amount,
        lambda: _("Thank you. We have your payment of %(amount)s for: %(what)s.") % amount if payment.what
        else _("Thank you. We have your payment of %(amount)s.") % amount, at=at,
    )  # fmt: skip


def refund_made(refund: Refund, *, at: datetime) -> None:
    """Money is on its way back."""
    payment = refund.payment
    amount = {"amount": say(refund.amount, payment.currency, language=language_of(payment))}
    _to_payer(
        payment, "refund", lambda: _("You get %(amount)s back") % amount,
        lambda: _("We gave %(amount)s back to the card or account you paid with. Your bank may need some days to show it.") % amount,
        occurrence=str(refund.pk), at=at,
    )  # fmt: skip


def may_leave(message: Message, *, at: datetime) -> str:
    """The outbox asks before a message about a payment leaves: who may not hear about the child is told nothing."""
    pk = payment_id(message.subject)
    payment = Payment.objects.select_related("contact", "student").filter(pk=pk).first() if pk else None
    if payment is None or payment.contact is None or message.kind.startswith("told-"):
        return ""
    return may_still_hear(payment.contact, message.recipient, student=payment.student, at=at)


def _to_owners(kind: str, subject: str, title: Callable[[], str], text: Callable[[], str], link: str, *, occurrence: str = "", at: datetime) -> None:  # fmt: skip
    """Owners hear of what only they can put right."""
    firm = current_firm()
    for person in User.objects.active().filter(role=Role.OWNER).exclude(email=None):
        with override(person.language):
            words = _words(title(), text(), _("Have a look"), firm.url(link), language=person.language)
        sending.write(
            f"told-{kind}", subject=subject, occurrence=occurrence, channel=Channel.EMAIL, to=person.email or "", words=words,
            due_at=at, at=at, zone=firm.zone, language=person.language, answers=True,
        )  # fmt: skip


def refund_failed(refund: Refund, *, at: datetime) -> None:
    amount = {"amount": say(refund.amount, refund.payment.currency)}
    _to_owners(
        "refund-failed", f"payment:{refund.payment_id}", lambda: _("A refund did not arrive: %(amount)s") % amount,
        lambda: _("The money is at your account again. Please give it back to the family in another way, and write that down."),
        f"/payments/{refund.payment_id}/", occurrence=str(refund.pk), at=at,
    )  # fmt: skip


def debit_failed(checkout: Checkout, *, at: datetime) -> None:
    """A bank said no, days after somebody meant to pay: owner and payer hear of it."""
    amount = {"amount": say(checkout.amount, checkout.currency)}
    _to_owners(
        "debit-failed", f"checkout:{checkout.pk}", lambda: _("A bank payment failed: %(amount)s") % amount,
        lambda: _("The family’s bank did not pay. Nothing was taken; what they owe stays open."), "/payments/", at=at,
    )  # fmt: skip
    email, language = checkout.wording.get("email", ""), checkout.wording.get("language", "en")
    if email:
        with override(language):
            words = _words(
                _("Your payment did not go through"),
                _("Your bank did not pay %(amount)s. Nothing was taken. You can pay again, by card or bank.") % amount,
                _("Pay again"), checkout.wording["cancel_url"], language=language,
            )  # fmt: skip
        sending.write(
            "debit-failed", subject=f"checkout:{checkout.pk}", channel=Channel.EMAIL, to=email, words=words, due_at=at,
            at=at, zone=current_firm().zone, language=language, answers=True,
        )  # fmt: skip


def account_revoked(account: StripeAccount, *, at: datetime) -> None:
    _to_owners(
        "account-revoked", f"stripe-account:{account.pk}", lambda: _("Families cannot pay by card any more"),
        lambda: _("Access to your Stripe account was taken away, at Stripe. Bookings with a price are invoiced until you connect an account again."),
        "/payments/settings/", occurrence=at.isoformat(), at=at,
    )  # fmt: skip


def disputed(dispute: Dispute, *, at: datetime) -> None:
    payment, zone = dispute.payment, current_firm().zone

    def amount() -> dict[str, str]:
        return {"amount": say(dispute.amount, payment.currency)}

    def text() -> str:
        day = say_day(timezone.localdate(payment.paid_at, zone), today=timezone.localdate(at, zone))
        return _("It was paid on %(day)s. Stripe asks for your side of it, with a last day to answer. Please answer on its pages.") % {"day": day}  # fmt: skip

    _to_owners(
        "dispute", f"payment:{payment.pk}", lambda: _("A bank disputes a payment: %(amount)s") % amount(), text,
        f"/payments/{payment.pk}/", occurrence=dispute.provider_id, at=at,
    )  # fmt: skip


def dispute_ended(dispute: Dispute, *, at: datetime) -> None:
    payment = dispute.payment

    def title() -> str:
        amount = {"amount": say(dispute.amount, payment.currency)}
        if dispute.is_lost:
            return _("A dispute is lost: %(amount)s went back to the payer") % amount
        return _("A dispute is over: %(amount)s stays with you") % amount

    def text() -> str:
        if not dispute.is_lost:
            return _("The bank has decided for you. There is nothing to do.")
        return _("What it paid for is owed again. Write it off if you do not want to ask for it.")

    _to_owners(
        "dispute-ended", f"payment:{payment.pk}", title, text, f"/payments/{payment.pk}/",
        occurrence=f"{dispute.provider_id}/{dispute.status}", at=at,
    )  # fmt: skip

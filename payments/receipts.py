"""A receipt of one payment, on paper: what was paid, how, what went back. No child's name is in it."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from payments.models import Payment
from payments.money import say
from tenants.places import current_firm
from web.dates import say_day
from web.papers import set_pdf
from web.phones import say_phone


def facts(payment: Payment) -> list[dict[str, str]]:
    """What a receipt says, as labels and values, in the language that is active."""
    day = payment.paid_on
    rows = [
        {"label": _("Receipt"), "value": payment.number},
        {"label": _("Paid on"), "value": f"{say_day(day)} {day.year}"},
        {"label": _("Paid by"), "value": payment.payer},
        {"label": _("For"), "value": payment.local_what},
        {"label": _("How"), "value": payment.how},
        {"label": _("Amount"), "value": say(payment.amount, payment.currency)},
    ]
    rows += [{"label": label, "value": value} for label, value in given_back(payment)]
    return [row for row in rows if row["value"]]


def given_back(payment: Payment) -> list[tuple[str, str]]:
    """What went back, each with its day, and what stays paid; nothing where nothing went back."""
    zone = current_firm().zone
    rows = list(payment.refunds.standing())
    said = [
        (
            _("Given back on %(day)s")
            % {"day": say_day(localtime(row.made_at or row.asked_at, zone).date())},
            say(row.amount, payment.currency),
        )
        for row in rows
    ]
    if rows:
        said.append(
            (_("Paid in the end"), say(payment.amount - sum(row.amount for row in rows), payment.currency))
        )
    return said


def pdf(payment: Payment) -> bytes:
    """The receipt as a PDF in the language that is active. Raises web.papers.CannotBeSet."""
    firm = current_firm()
    data: dict[str, Any] = {
        "title": _("Receipt"), "firm": firm.name, "firm_phone": say_phone(firm.phone) if firm.phone else "",
        "language": get_language() or "en", "facts": facts(payment), "void": payment.is_struck_out,
        "words": {
            "page": _("Page"), "of": _("of"), "thanks": _("Thank you."),
            "void": _("This payment was struck out. It does not count."),
        },
    }  # fmt: skip
    return set_pdf("payments/typst/receipt.typ", data, at=payment.recorded_at)

"""Money in from families: what was asked for, what came, what went back. Amounts are integers of minor units."""

from payments.models.ledger import Account, Entry, EntryLine
from payments.models.money_in import (
    BY_HAND,
    Checkout,
    Dispute,
    Event,
    Finding,
    Instructions,
    Method,
    PayLink,
    Payment,
    Refund,
    StripeAccount,
    Void,
    new_key,
)

__all__ = [
    "BY_HAND", "Account", "Checkout", "Dispute", "Entry", "EntryLine", "Event", "Finding", "Instructions", "Method",
    "PayLink", "Payment", "Refund", "StripeAccount", "Void", "new_key",
]  # fmt: skip

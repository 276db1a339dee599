"""A kind of thing to pay for, as an app would bring it: bills of families, kept in a table of this module."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from clients.models import Contact
from payments import subjects
from payments.models import Account, Payment
from payments.subjects import Due, State


@dataclass
class Bill:
    amount: int
    contact: Contact
    student: object = None
    case: object = None
    currency: str = "usd"
    state: State = State.OPEN
    words: str = "Bill 2026-001"
    pk: UUID = field(default_factory=uuid4)
    told: list = field(default_factory=list)

    @property
    def subject(self):
        return f"bill:{self.pk}"


class Bills:
    """Registers the kind `bill`; `account` is what its payments count as."""

    def __init__(self, account=Account.RECEIVABLE):
        self.rows: dict[UUID, Bill] = {}
        subjects.register(
            "bill", describe=lambda pk: self.rows[pk].words if pk in self.rows else "", amount_due=self.due,
            on_paid=lambda pk, payment: self.rows[pk].told.append(("paid", payment.amount)),
            on_returned=lambda pk, payment, refund: self.rows[pk].told.append(("returned", refund.amount if refund else payment.amount)),
            account=account, open_for=lambda contact: [pk for pk, row in self.rows.items() if row.contact == contact],
        )  # fmt: skip

    def add(self, amount, contact, **more):
        row = Bill(amount, contact, **more)
        self.rows[row.pk] = row
        return row

    def due(self, pk):
        row = self.rows.get(pk)
        if row is None:
            return None
        paid = sum(
            payment.left - payment.excess
            for payment in Payment.objects.standing().filter(subject=row.subject)
        )
        rest = row.amount - paid if row.state == State.OPEN else 0
        state = State.PAID if row.state == State.OPEN and rest <= 0 else row.state
        return Due(max(0, rest), row.currency, state, row.contact, student=row.student, case=row.case)

"""What can be paid for. The app that owns a kind of thing (a booking, an invoice) says here how it is paid.

A subject is written “kind:<id>”. Nothing here knows what a booking or an invoice is; what is said of one to a payer never
names a child.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.urls import resolve
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from cases.models import Case
from clients.models import Contact, Student
from payments.models import Account, Payment, Refund
from web.access import access_of


class State(enum.StrEnum):
    """How a subject stands for somebody who wants to pay it."""

    OPEN = "open"
    PAID = "paid"
    CREDITED = "credited"
    VOID = "void"


@dataclass(frozen=True)
class Due:
    """What is still to be paid for a subject, in minor units, and who owes it."""

    amount: int
    currency: str
    state: State
    contact: Contact | None
    student: Student | None = None
    case: Case | None = None

    @property
    def party(self) -> UUID | None:
        """Whose it is in the ledger: the payer's family."""
        return self.contact.family_id if self.contact else None


@dataclass(frozen=True)
class Kind:
    """How one kind of subject is paid; see `register`."""

    describe: Callable[[UUID], str]
    amount_due: Callable[[UUID], Due | None]
    lock: Callable[[UUID], None] | None
    on_paid: Callable[[UUID, Payment], None] | None
    on_returned: Callable[[UUID, Payment, Refund | None], None] | None
    account: Account
    bank: bool
    gives_back_excess: bool
    open_for: Callable[[Contact], Iterable[UUID]] | None
    page: Callable[[UUID], str] | None


class UnknownSubject(LookupError):
    """Nobody knows a thing of that kind, or there is none with that id; the message is a sentence."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to pay under this name."))


_kinds: dict[str, Kind] = {}


def register(
    kind: str, *, describe: Callable[[UUID], str], amount_due: Callable[[UUID], Due | None],
    lock: Callable[[UUID], None] | None = None, on_paid: Callable[[UUID, Payment], None] | None = None,
    on_returned: Callable[[UUID, Payment, Refund | None], None] | None = None,
    account: Account = Account.EARNED, bank: bool = True, gives_back_excess: bool = True,
    open_for: Callable[[Contact], Iterable[UUID]] | None = None, page: Callable[[UUID], str] | None = None,
) -> None:  # fmt: skip
    """Says how a kind of subject is paid, in an app's `ready()`; the same kind again replaces it.

    `describe(id)` is the subject in words for payers, in the language that is active, without a child's name.
    `amount_due(id)` is what is still to be paid, or None where there is no such thing; it is asked again when money
    arrives, one payment of the firm at a time. `lock(id)` takes the locks that the app's own code takes on the thing
    before it writes the firm's log, so that both wait for each other in the same order. `on_paid(id, payment)` runs in the transaction that notes a payment,
    by card, bank or hand; `on_returned(id, payment, refund)` when some of it goes back, or with None when a payment
    written down by mistake is struck out (a refund that fails later calls `on_paid` with the payment again).
    `account` is what a payment adds to in the ledger: earned, receivable, or money held for the family, which then lies
    with the client money. `bank` allows bank debits, which take days. What comes above what is due goes back by itself
    unless `gives_back_excess` is off. `open_for(contact)` lists what a family still has to pay; `page(id)` is the
    address of the staff's page.
    """
    _kinds[kind] = Kind(describe, amount_due, lock, on_paid, on_returned, account, bank, gives_back_excess, open_for, page)  # fmt: skip


def kind_of(subject: str) -> tuple[Kind, UUID]:
    """How a subject is paid, and its id. Raises UnknownSubject."""
    name, _colon, pk = subject.partition(":")
    try:
        return _kinds[name], UUID(pk)
    except (KeyError, ValueError):
        raise UnknownSubject from None


def due(subject: str) -> Due:
    """What is still to be paid for a subject. Raises UnknownSubject."""
    kind, pk = kind_of(subject)
    found = kind.amount_due(pk)
    if found is None:
        raise UnknownSubject
    return found


def describe(subject: str) -> str:
    """A subject in words for payers, in the language that is active; something general where it is unknown."""
    try:
        kind, pk = kind_of(subject)
        return kind.describe(pk)[:200]
    except UnknownSubject:
        return _("A payment")


def names(subject: str) -> dict[str, str]:
    """How a subject is called now, in each language of ours; a family's credit where there is none."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = describe(subject) if subject else _("Credit")
    return found


def page(subject: str, *, user: User) -> str:
    """The address of the staff's page of a subject, or nothing where there is none or this person may not open it."""
    try:
        kind, pk = kind_of(subject)
    except UnknownSubject:
        return ""
    address = kind.page(pk) if kind.page else ""
    access = access_of(resolve(address).func) if address else None
    return address if access and access.can and user.can(access.can) else ""


def open_for(contact: Contact) -> list[tuple[str, Due]]:
    """What a family's grown-up still has to pay, as (subject, due), over all kinds."""
    found = []
    for name, kind in sorted(_kinds.items()):
        for pk in kind.open_for(contact) if kind.open_for else ():
            owed = kind.amount_due(pk)
            if owed is not None and owed.state == State.OPEN and owed.amount > 0:
                found.append((f"{name}:{pk}", owed))
    return found


def take_lock(subject: str) -> None:
    """Takes the subject's own locks, before the firm's log is written."""
    try:
        kind, pk = kind_of(subject)
    except UnknownSubject:
        return
    if kind.lock:
        kind.lock(pk)


def tell_paid(payment: Payment) -> None:
    """Lets the subject's owner know that a payment stands."""
    try:
        kind, pk = kind_of(payment.subject)
    except UnknownSubject:
        return
    if kind.on_paid:
        kind.on_paid(pk, payment)


def tell_returned(payment: Payment, refund: Refund | None) -> None:
    """Lets the subject's owner know that some of a payment went back, or that it was struck out."""
    try:
        kind, pk = kind_of(payment.subject)
    except UnknownSubject:
        return
    if kind.on_returned:
        kind.on_returned(pk, payment, refund)

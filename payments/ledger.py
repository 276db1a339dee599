"""The firm's one ledger: double entry, only added to. Every balance is the sum of its lines, kept nowhere.

An entry says what happened (`kind`), about what (`about`, such as “invoice:<id>”) and moves money between accounts in
lines that add up to zero: a debit is positive, a credit negative. The database refuses to change or remove a line, and
to commit an entry that does not add up. What was wrong is put right by another entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import models, transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from clients.models import Family
from payments.models import Account, Entry, EntryLine
from payments.money import decimals, say

__all__ = ["Account", "Conflict", "Entry", "Line", "Overdrawn", "Unbalanced", "balance", "balances", "credit", "debit", "lines", "out_of_balance", "post", "reverse"]  # fmt: skip

# What grows by a credit: what the firm owes, and what it earned. All others grow by a debit.
CREDIT_SIDE = frozenset({Account.TRUST_HELD, Account.FAMILY_CREDIT, Account.EARNED, Account.TAX_OWED})
# Somebody else's money: there is never less than none of it, for each party and matter.
NEVER_BELOW_ZERO = frozenset({Account.TRUST_CASH, Account.TRUST_HELD, Account.FAMILY_CREDIT})


class Unbalanced(ValueError):
    """The lines do not add up to zero, or move nothing; the message says by how much."""


class Conflict(ValueError):
    """The key was used for another entry."""


class Overdrawn(ValueError):
    """There is not as much of somebody's money; the message is a sentence. `missing` is in minor units."""

    def __init__(self, message: str, *, missing: int) -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True)
class Line:
    """One side of an entry. `amount` in minor units, debit above zero; `party` a family's id, `matter` a case's."""

    account: Account
    amount: int
    party: UUID | None = field(default=None, kw_only=True)
    matter: UUID | None = field(default=None, kw_only=True)


def debit(account: Account, amount: int, *, party: UUID | None = None, matter: UUID | None = None) -> Line:
    """A line that adds to what the firm has or has spent, or takes from what it owes or earned."""
    return Line(account, amount, party=party, matter=matter)


def credit(account: Account, amount: int, *, party: UUID | None = None, matter: UUID | None = None) -> Line:
    """A line that adds to what the firm owes or earned, or takes from what it has."""
    return Line(account, -amount, party=party, matter=matter)


@transaction.atomic
def post(
    kind: str, lines: Sequence[Line], *, key: str, about: str, at: datetime, by: User | None, currency: str,
    reverses: Entry | None = None,
) -> Entry:  # fmt: skip
    """Adds an entry, once for its key: the same key with the same lines answers the entry that stands.

    `at` is when it happened. Lines of zero are left out. A firm's entries are added one at a time: the lock is the
    one its log uses, so that a transaction that writes both never waits for another that does.
    Raises Unbalanced, Conflict, Overdrawn, and money.UnknownCurrency.
    """
    decimals(currency)
    wanted = [replace(line, account=Account(line.account)) for line in lines if line.amount]
    off = sum(line.amount for line in wanted)
    if off or not wanted:
        raise Unbalanced(
            f"“{kind}” about {about} is off by {off} {currency}" if off else f"“{kind}” moves nothing"
        )
    audit.take_turn()
    known = Entry.objects.filter(key=key).first()
    if known:
        if (known.kind, known.about, known.currency, _as_one(_moves(known))) != (
            kind,
            about,
            currency,
            _as_one(Counter(wanted)),
        ):
            raise Conflict(f"the key “{key}” stands for another entry")
        return known
    if reverses is not None and Entry.objects.filter(reverses=reverses).exists():
        raise Conflict(f"entry {reverses.pk} was taken back before")
    _refuse_overdraw(wanted, currency)
    entry = Entry.objects.create(
        kind=kind, key=key, about=about, at=at, by=by, currency=currency, reverses=reverses
    )
    EntryLine.objects.bulk_create(
        EntryLine(entry=entry, account=line.account, party=line.party, matter=line.matter, amount=line.amount)
        for line in wanted
    )
    return entry


def reverse(entry: Entry, *, at: datetime, by: User | None, kind: str = "", key: str = "") -> Entry:
    """Takes an entry back by its opposite, once. Raises Overdrawn where the money has been used since."""
    return post(
        kind or f"{entry.kind}.reversed",
        [replace(line, amount=-line.amount) for line in _moves(entry).elements()],
        key=key or f"reverse:{entry.pk}", about=entry.about, at=at, by=by, currency=entry.currency, reverses=entry,
    )  # fmt: skip


def _moves(entry: Entry) -> Counter[Line]:
    return Counter(
        Line(Account(line.account), line.amount, party=line.party, matter=line.matter)
        for line in entry.lines.all()
    )


def _of(party: UUID | None) -> models.Q:
    """Lines of a family, under every file that is one with it now: lines are never rewritten when files are merged."""
    if party is None:
        return models.Q(party=None)
    return models.Q(party=party) | models.Q(party__in=Family.objects.one_with(party).values("pk"))


def _now(parties: Iterable[UUID | None]) -> dict[UUID | None, UUID]:
    """The families that files of these which were merged have become."""
    rows = Family.objects.filter(pk__in={party for party in parties if party}, joined_into__isnull=False)
    return {family.pk: family.joined_into_id for family in rows if family.joined_into_id}


def _as_one(moves: Counter[Line]) -> Counter[Line]:
    """The same moves, each by the family that its file is now."""
    now = _now(line.party for line in moves)
    found: Counter[Line] = Counter()
    for line, count in moves.items():
        found[replace(line, party=now.get(line.party, line.party))] += count
    return found


def _refuse_overdraw(wanted: Sequence[Line], currency: str) -> None:
    """Looks, once it is this entry's turn, whether each guarded purse still holds what is taken from it."""
    takes: Counter[tuple[Account, UUID | None, UUID | None]] = Counter()
    for line in wanted:
        if line.account is Account.TRUST_CASH:  # one bank account for all
            takes[line.account, None, None] += line.amount
        elif line.account in NEVER_BELOW_ZERO:
            # A case has one purse, whichever family file its student stands in now.
            takes[line.account, None if line.matter else line.party, line.matter] -= line.amount
    for (account, party, matter), change in takes.items():
        if change >= 0:
            continue
        purse = EntryLine.objects.filter(account=account, entry__currency=currency)
        purse = EntryLine.objects.filter(account=account, entry__currency=currency)
        if account is not Account.TRUST_CASH:
            purse = purse.filter(matter=matter) if matter else purse.filter(_of(party), matter=None)
        left = _sum(purse) * (-1 if account in CREDIT_SIDE else 1) + change
        if left < 0:
            there = say(left - change, currency)
            raise Overdrawn(
                _("There is only %(there)s left of this money, which is not the firm’s own.")
                % {"there": there},
                missing=-left,
            )


def _sum(found: models.QuerySet[EntryLine]) -> int:
    return int(found.aggregate(sum=Coalesce(Sum("amount"), 0, output_field=models.BigIntegerField()))["sum"])


def lines(
    account: Account, *, party: UUID | None = None, matter: UUID | None = None, currency: str,
    until: datetime | None = None,
) -> models.QuerySet[EntryLine]:  # fmt: skip
    """The lines of an account in their order, each with its `entry`. `party` and `matter` narrow; `until` is excluded.

    A family's lines are also those of files that were merged into it.
    """
    found = EntryLine.objects.filter(account=account, entry__currency=currency)
    if party is not None:
        found = found.filter(_of(party))
    if matter is not None:
        found = found.filter(matter=matter)
    if until is not None:
        found = found.filter(entry__at__lt=until)
    return found.select_related("entry").order_by("entry__at", "id")


def balance(
    account: Account, *, party: UUID | None = None, matter: UUID | None = None, currency: str,
    until: datetime | None = None,
) -> int:  # fmt: skip
    """What an account holds, in minor units, seen from its own side: money held or owed to a family is positive.

    `party` and `matter` narrow it to a family and a case; `until` leaves out what happened then or later.
    """
    sum_ = _sum(lines(account, party=party, matter=matter, currency=currency, until=until).order_by())
    return -sum_ if account in CREDIT_SIDE else sum_


def balances(account: Account, *, by: str = "party", currency: str, until: datetime | None = None) -> dict[UUID | None, int]:  # fmt: skip
    """An account's balance for each `party` or each `matter` that has one other than zero, in one query."""
    if by not in ("party", "matter"):
        raise ValueError("balances are by party or by matter")
    found = (
        lines(account, currency=currency, until=until).order_by().values_list(by).annotate(sum=Sum("amount"))
    )
    sign = -1 if account in CREDIT_SIDE else 1
    rows = list(found)
    now = _now(whose for whose, _sum in rows) if by == "party" else {}
    sums: Counter[UUID | None] = Counter()
    for whose, sum_ in rows:
        sums[now.get(whose, whose)] += sign * sum_
    return {whose: sum_ for whose, sum_ in sums.items() if sum_}


def out_of_balance() -> dict[str, int]:
    """Currencies in which the whole ledger does not add up to zero, and by how much: always empty."""
    found = EntryLine.objects.values_list("entry__currency").annotate(sum=Sum("amount"))
    return {currency: sum_ for currency, sum_ in found if sum_}

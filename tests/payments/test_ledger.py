"""One ledger: it only grows, adds up to zero, and never gives out more of a family's money than is there."""

import random
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from lobby.opening import open_firm
from payments import ledger
from payments.ledger import Account, Conflict, Line, Overdrawn, Unbalanced, credit, debit
from payments.models import Entry, EntryLine
from payments.money import UnknownCurrency
from tenants.places import within
from tests.world import NOW, key

RIVERA, OKAFOR, CASE = key("family Rivera"), key("family Okafor"), uuid4()


def deposit(amount, *, party=RIVERA, matter=None, once="deposit", currency="usd", at=NOW):
    return ledger.post(
        "retainer.paid",
        [debit(Account.TRUST_CASH, amount), credit(Account.TRUST_HELD, amount, party=party, matter=matter)],
        key=once, about="retainer:1", at=at, by=None, currency=currency,
    )  # fmt: skip


def use(amount, *, party=RIVERA, matter=None, once="use", currency="usd"):
    return ledger.post(
        "invoice.paid_from_retainer",
        [
            debit(Account.TRUST_HELD, amount, party=party, matter=matter), credit(Account.TRUST_CASH, amount),
            debit(Account.OPERATING_CASH, amount), credit(Account.EARNED, amount, party=party, matter=matter),
        ],
        key=once, about="invoice:1", at=NOW, by=None, currency=currency,
    )  # fmt: skip


def held(party=RIVERA, currency="usd", **more):
    return ledger.balance(Account.TRUST_HELD, party=party, currency=currency, **more)


def test_a_deposit_is_held_for_its_family_until_it_is_used(harbor):
    deposit(50_000, matter=CASE)
    use(12_500, matter=CASE)

    assert (held(), held(OKAFOR), held(matter=CASE)) == (37_500, 0, 37_500)
    assert ledger.balance(Account.TRUST_CASH, currency="usd") == 37_500
    assert ledger.balance(Account.EARNED, currency="usd") == 12_500
    assert ledger.balances(Account.TRUST_HELD, currency="usd") == {RIVERA: 37_500}
    assert ledger.balances(Account.TRUST_HELD, by="matter", currency="usd") == {CASE: 37_500}
    assert ledger.out_of_balance() == {}


def test_until_leaves_out_what_came_then_or_later(harbor):
    deposit(100, at=NOW)
    deposit(10, once="later", at=NOW + timedelta(days=1))

    assert (held(until=NOW), held(until=NOW + timedelta(days=1)), held()) == (0, 100, 110)


def test_lines_that_do_not_add_up_are_refused(harbor):
    for wanted in (
        [debit(Account.OPERATING_CASH, 5)], [debit(Account.OPERATING_CASH, 5), credit(Account.EARNED, 4)], [],
        [debit(Account.OPERATING_CASH, 0)],
    ):  # fmt: skip
        with pytest.raises(Unbalanced):
            ledger.post("x", wanted, key="k", about="x:1", at=NOW, by=None, currency="usd")
    with pytest.raises(UnknownCurrency):
        deposit(5, currency="usx")
    assert not Entry.objects.exists()


def test_a_key_makes_one_entry_and_never_another(harbor):
    first = deposit(500)

    assert deposit(500, at=NOW + timedelta(days=2)) == first
    assert EntryLine.objects.count() == 2
    for change in ({"amount": 501}, {"party": OKAFOR}, {"currency": "eur"}):
        with pytest.raises(Conflict):
            deposit(**{"amount": 500, **change})


def test_more_than_there_is_of_a_familys_money_is_refused(harbor):
    deposit(500)
    deposit(900, party=OKAFOR, once="other")
    with pytest.raises(Overdrawn, match=r"only \$5\.00 left") as refused:
        use(501)

    assert refused.value.missing == 1
    assert (held(), held(OKAFOR)) == (500, 900)
    with pytest.raises(Overdrawn):
        use(1, matter=CASE)  # nothing is held for that case
    with pytest.raises(Overdrawn):
        use(1, currency="eur")
    use(500)
    assert held() == 0


def test_an_entry_is_taken_back_once(harbor, olivia):
    entry = deposit(500)
    back = ledger.reverse(entry, at=NOW, by=olivia)

    assert ledger.reverse(entry, at=NOW, by=olivia) == back
    assert (held(), back.reverses, back.kind, back.about) == (
        0,
        entry,
        "retainer.paid.reversed",
        "retainer:1",
    )
    deposit(500, once="another")
    with pytest.raises(Conflict):
        ledger.reverse(entry, at=NOW, by=olivia, key="another key")


def test_a_deposit_that_was_used_cannot_be_taken_back(harbor):
    entry = deposit(500)
    use(1)
    with pytest.raises(Overdrawn):
        ledger.reverse(entry, at=NOW, by=None)


def test_the_firms_role_can_neither_change_nor_remove(harbor):
    deposit(500)
    for wrong in (
        lambda: Entry.objects.update(kind="x"), lambda: EntryLine.objects.update(amount=1),
        lambda: EntryLine.objects.all()._raw_delete("default"), lambda: Entry.objects.all()._raw_delete("default"),
    ):  # fmt: skip
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            wrong()
    assert held() == 500


def test_the_database_refuses_an_entry_that_is_off_whoever_writes_it(harbor):
    entry = Entry.objects.create(kind="x", key="x", about="x:1", currency="usd", at=NOW)
    with pytest.raises(IntegrityError, match="off by 5"), transaction.atomic():
        EntryLine.objects.create(entry=entry, account=Account.EARNED, amount=5)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_thousand_random_operations_leave_what_a_plain_sum_says(harbor):
    chance = random.Random(20261124)
    plain: Counter = Counter()
    refused, entries = 0, []
    accounts = list(Account)
    for n in range(1000):
        currency = chance.choice(["usd", "jpy", "kwd"])
        if entries and chance.random() < 0.15:
            entry, moves, currency = chance.choice(entries)
            moves = [Line(line.account, -line.amount, party=line.party, matter=line.matter) for line in moves]
            if hasattr(entry, "taken_back"):
                continue
            act = lambda entry=entry: ledger.reverse(entry, at=NOW, by=None)  # noqa: E731
        else:
            cuts = [chance.randint(-500, 900) for _ in range(chance.randint(1, 4))]
            moves = [
                Line(chance.choice(accounts), cut, party=chance.choice([None, RIVERA, OKAFOR]), matter=chance.choice([None, CASE]))
                for cut in cuts if cut
            ]  # fmt: skip
            rest = -sum(line.amount for line in moves)
            moves += [debit(Account.OPERATING_CASH, rest)] if rest else []
            if not moves:
                continue
            entry = None
            act = lambda n=n, moves=moves, currency=currency: ledger.post(  # noqa: E731
                "any", moves, key=f"any {n}", about="any:1", at=NOW, by=None, currency=currency
            )
        after = plain.copy()
        for line in moves:
            after[line.account, line.party, line.matter, currency] += line.amount
        # A purse that an operation takes from may not end below zero; one that it only adds to may start there.
        took = Counter()
        for line in moves:
            if line.account == Account.TRUST_CASH:
                took["cash"] += line.amount
            elif line.account in (Account.TRUST_HELD, Account.FAMILY_CREDIT):
                # A case has one purse, whoever is its family.
                took[line.account, None if line.matter else line.party, line.matter] -= line.amount
        cash = sum(sum_ for (a, _, _, c), sum_ in after.items() if a == Account.TRUST_CASH and c == currency)
        in_purse = Counter()
        for (account, party, matter, spoken), sum_ in after.items():
            in_purse[account, None if matter else party, matter] -= sum_ if spoken == currency else 0
        short = any(
            change < 0 and (cash if purse == "cash" else in_purse[purse]) < 0
            for purse, change in took.items()
        )
        try:
            made = act()
        except Overdrawn:
            assert short
            refused += 1
            continue
        assert not short
        plain = after
        if entry is None:
            entries.append((made, moves, currency))
        else:
            entry.taken_back = True

    assert refused > 50
    assert len(entries) > 300
    for account in accounts:
        sign = -1 if account in ledger.CREDIT_SIDE else 1
        for currency in ("usd", "jpy", "kwd"):
            whole = sum(sum_ for (a, _, _, c), sum_ in plain.items() if (a, c) == (account, currency))
            assert ledger.balance(account, currency=currency) == sign * whole
            for party in (RIVERA, OKAFOR):
                of = sum(s for (a, p, _, c), s in plain.items() if (a, p, c) == (account, party, currency))
                assert ledger.balance(account, party=party, currency=currency) == sign * of
    assert ledger.out_of_balance() == {}


@contextmanager
def firm_of_its_own():
    """A firm whose rows are committed."""
    slug = f"ledger-{uuid4().hex[:8]}"
    firm, _ = open_firm(
        name="Ledger", slug=slug, owner_name="O", owner_email=f"o@{slug}.example", password_hash=make_password("x"),
        state="MT", timezone="America/Denver", language="en", at=NOW, ask_confirmation=False,
    )  # fmt: skip
    yield firm
    connection.close_if_unusable_or_obsolete()


@pytest.fixture
def own_firm():
    with firm_of_its_own() as firm:
        yield firm


def at_once(firm, works):
    """Does each work in a thread of its own, at the same moment; answers what each gave or raised."""
    begin, found = threading.Barrier(len(works)), []

    def one(work):
        try:
            with within(firm), transaction.atomic():
                begin.wait()
                found.append(work())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.commits
def test_eight_at_once_take_no_more_than_there_is(own_firm):
    with within(own_firm):
        deposit(1000)
    found = at_once(own_firm, [lambda n=n: use(300, once=f"use {n}") for n in range(8)])

    assert Counter(type(answer) for answer in found) == {Entry: 3, Overdrawn: 5}
    with within(own_firm):
        assert held() == 100


@pytest.mark.commits
def test_one_key_used_by_six_at_once_is_one_entry(own_firm):
    found = at_once(own_firm, [lambda: deposit(700) for _ in range(6)])

    assert len({entry.pk for entry in found}) == 1
    with within(own_firm):
        assert (held(), Entry.objects.count()) == (700, 1)


@pytest.mark.commits
def test_without_taking_turns_they_would_take_too_much(own_firm, monkeypatch):
    """The control: the test above proves something only because this goes wrong."""
    from accounts import audit

    monkeypatch.setattr(audit, "take_turn", lambda: None)
    with within(own_firm):
        deposit(1000)
    all_looked = threading.Barrier(4)
    looks = ledger._refuse_overdraw

    def look_and_wait(*args):
        looks(*args)
        all_looked.wait(20)

    monkeypatch.setattr(ledger, "_refuse_overdraw", look_and_wait)
    at_once(own_firm, [lambda n=n: use(300, once=f"use {n}") for n in range(4)])
    with within(own_firm):
        assert held() == -200

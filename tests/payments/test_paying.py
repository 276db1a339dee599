"""A bill on Stripe's page: paid once, whatever is pressed, lost or said twice."""

from datetime import timedelta

import pytest

from outbox.models import Message
from payments import ledger, links, paying, receiving, refunding, subjects
from payments.ledger import Account
from payments.models import Checkout, Entry, Finding, Payment, Refund, StripeAccount
from payments.paying import AlreadyPaid, OnItsWay
from payments.providers import stripe
from payments.providers.stripe import Refused, Revoked, Unavailable, WrongCurrency
from payments.subjects import State
from tests.world import NOW, key

RIVERA = key("family Rivera")
LATER = NOW + timedelta(minutes=40)


def balance(account, **more):
    return ledger.balance(account, currency="usd", **more)


def sessions(cards):
    return stripe.client().v1.checkout.sessions.list({}, {"stripe_account": cards.account}).data


def test_a_bill_paid_by_card_is_in_the_ledger_with_its_fee(bills, luz_rivera, cards, page, hear, clock):
    bill = bills.add(12_000, luz_rivera)
    cards.pay(page(bill))
    hear()

    payment = Payment.objects.get()
    assert (payment.amount, payment.method, payment.shown, payment.fee) == (12_000, "card", "Visa 4242", 378)
    assert (payment.payer, payment.what, payment.party) == ("Luz Rivera", "Bill 2026-001", RIVERA)
    assert (balance(Account.STRIPE), balance(Account.FEES)) == (12_000 - 378, 378)
    assert balance(Account.RECEIVABLE, party=RIVERA) == -12_000
    assert bill.told == [("paid", 12_000)]
    receipt = Message.objects.get(kind="receipt")
    assert (receipt.recipient, receipt.language) == ("luz@harbor.example", "es")
    assert "Mateo" not in receipt.body + receipt.html + receipt.title


def test_two_tabs_and_a_double_click_are_one_page(bills, luz_rivera, cards, page, clock):
    bill = bills.add(12_000, luz_rivera)

    assert page(bill).url == page(bill).url
    assert (Checkout.objects.count(), len(sessions(cards))) == (1, 1)


def test_another_amount_closes_the_first_page(bills, luz_rivera, cards, page, clock):
    bill = bills.add(12_000, luz_rivera)
    first = page(bill)
    bill.amount = 9_000
    second = page(bill)

    assert second.amount == 9_000
    assert cards.pay(first).status_code == 410
    assert cards.pay(second).status_code == 303


def test_who_paid_on_a_page_that_closes_is_not_asked_again(bills, luz_rivera, cards, page, clock):
    """The webhook is lost and the page has run out: asking again finds out first."""
    bill = bills.add(12_000, luz_rivera)
    cards.pay(page(bill))
    with pytest.raises(AlreadyPaid):
        page(bill, at=LATER)

    assert Payment.objects.get().amount == 12_000
    assert len(sessions(cards)) == 1


def test_a_check_that_comes_while_the_page_is_open_closes_it(bills, luz_rivera, bea, cards, page, clock, django_capture_on_commit_callbacks):  # fmt: skip
    bill = bills.add(12_000, luz_rivera)
    open_page = page(bill)
    with django_capture_on_commit_callbacks(execute=True):
        receiving.record(subject=bill.subject, method="check", amount=12_000, currency="usd", received_on=NOW.date(), by=bea, at=NOW)  # fmt: skip

    assert cards.pay(open_page).status_code == 410
    assert Checkout.objects.get().settled_at == NOW


def test_what_comes_above_what_is_due_goes_back_by_itself(
    bills, luz_rivera, cards, page, hear, clock, work_due
):
    """A bill is credited while the family types its card number."""
    bill = bills.add(12_000, luz_rivera)
    checkout = page(bill)
    bill.state = State.CREDITED
    cards.pay(checkout)
    hear()

    payment, refund = Payment.objects.get(), Refund.objects.get()
    assert (payment.excess, refund.amount, refund.cause, refund.state) == (
        12_000,
        12_000,
        refunding.NOT_DUE,
        "made",
    )
    assert balance(Account.FAMILY_CREDIT) == balance(Account.RECEIVABLE) == 0
    assert ledger.out_of_balance() == {}


def test_a_bank_debit_is_on_its_way_for_days_then_paid(
    bills, luz_rivera, cards, page, hear, clock, standins, work_due
):
    standins._ask("/stripe", {"bank_seconds": 3 * 86_400})
    bill = bills.add(12_000, luz_rivera)
    cards.pay(page(bill), bank="pm_usBankAccount_success")
    hear()
    assert not Payment.objects.exists()
    assert Checkout.objects.get().processing_at == NOW
    with pytest.raises(OnItsWay):
        page(bill, at=LATER)

    later = NOW + timedelta(days=4)
    cards.now_at(later)
    work_due(later)  # the webhook is lost; the firm's own look finds out
    payment = Payment.objects.get()
    assert (payment.method, payment.fee, payment.shown) == ("us_bank_account", 96, "Stripe Test Bank 6789")
    assert len(sessions(cards)) == 1


def test_a_bank_debit_that_fails_days_later_is_told_and_can_be_paid_again(bills, luz_rivera, cards, page, hear, clock, standins):  # fmt: skip
    standins._ask("/stripe", {"bank_seconds": 3 * 86_400})
    bill = bills.add(12_000, luz_rivera)
    cards.pay(page(bill), bank="pm_usBankAccount_insufficientFunds")
    hear()
    later = NOW + timedelta(days=4)
    cards.now_at(later)
    hear(later)

    assert not Payment.objects.exists()
    assert "insufficient" in Checkout.objects.get().failure
    assert set(Message.objects.filter(kind__contains="debit-failed").values_list("kind", "recipient")) == {
        ("debit-failed", "luz@harbor.example"), ("told-debit-failed", "olivia@harbor.example"),
    }  # fmt: skip
    cards.pay(page(bill, at=later))
    hear(later + timedelta(minutes=1))
    assert Payment.objects.get().method == "card"


def test_a_currency_the_account_cannot_take_is_said_clearly(bills, luz_rivera, cards, page, clock, standins):
    standins._ask("/stripe", {"currencies": {cards.account: ["usd"]}})
    bill = bills.add(12_000, luz_rivera, currency="eur")
    with pytest.raises(WrongCurrency):
        page(bill)
    for odd in ("isk", "ugx"):
        with pytest.raises(WrongCurrency):
            page(bills.add(12_000, luz_rivera, currency=odd))

    assert not Checkout.objects.unsettled().exists()


def test_a_three_decimal_amount_stripe_cannot_take_is_refused_in_words(bills, luz_rivera, cards, page, clock):
    with pytest.raises(Refused, match="divisible by 10"):
        page(bills.add(12_345, luz_rivera, currency="kwd"))
    assert page(bills.add(12_340, luz_rivera, currency="kwd")).url


@pytest.mark.parametrize("kind", ["error_after", "lost_answer", "error_kept"])
def test_a_lost_answer_is_asked_for_again_and_the_family_pays_once(bills, luz_rivera, cards, page, hear, clock, standins, kind):  # fmt: skip
    standins.fault(service="stripe", kind=kind, times=2, path="/v1/checkout/sessions$")
    bill = bills.add(12_000, luz_rivera)
    for _ in range(6):
        try:
            checkout = page(bill)
            break
        except Unavailable:
            continue
    cards.pay(checkout)
    hear()

    assert Payment.objects.get().amount == 12_000
    assert Checkout.objects.count() == 1


def test_a_page_that_stripe_never_gave_ends_by_itself(
    bills, luz_rivera, cards, page, clock, standins, work_due
):
    standins.fault(service="stripe", kind="error_before", times=9, path="/v1/checkout/sessions$")
    with pytest.raises(Unavailable):
        page(bills.add(12_000, luz_rivera))
    work_due(LATER)

    assert Checkout.objects.get().settled_at == LATER


def test_an_account_that_was_taken_from_us_is_noticed_and_its_pages_end(bills, luz_rivera, olivia, cards, page, hear, clock, standins, work_due):  # fmt: skip
    bill = bills.add(12_000, luz_rivera)
    page(bill)
    events = cards.events()
    standins._ask("/stripe", {"revoke": cards.account})
    gone = {**events[-1], "id": "evt_gone", "type": "account.application.deauthorized", "data": {"object": {"id": "ca_standin", "object": "application"}}}  # fmt: skip
    assert cards.tell(gone).status_code == 204
    work_due()

    account = StripeAccount.objects.get()
    assert (account.ended_because, account.ended_at, paying.account()) == ("revoked", NOW, None)
    with pytest.raises(Refused):
        page(bill)
    assert Message.objects.filter(kind="told-account-revoked", recipient=olivia.email).count() == 1
    work_due(LATER)
    assert Finding.objects.get().kind == Finding.Kind.OUT_OF_REACH
    assert Checkout.objects.get().settled_at == LATER


def test_a_deauthorized_event_that_is_not_true_changes_nothing(
    bills, luz_rivera, cards, hear, clock, work_due
):
    false = {**cards.events()[-1], "id": "evt_false", "type": "account.application.deauthorized", "data": {"object": {"id": "ca_standin", "object": "application"}}}  # fmt: skip
    cards.tell(false)
    work_due()

    assert StripeAccount.objects.get().ended_at is None


def test_asking_finds_out_that_the_account_was_taken_from_us(bills, luz_rivera, cards, page, clock, standins):
    standins._ask("/stripe", {"revoke": cards.account})
    with pytest.raises(Revoked):
        page(bills.add(12_000, luz_rivera))

    assert StripeAccount.objects.get().ended_because == "revoked"


def test_money_held_for_a_family_lies_apart_and_its_fee_is_the_firms(
    luz_rivera, cards, page, hear, clock, harbor
):
    from payments import subjects
    from tests.payments.bills import Bills

    bill = Bills(account=Account.TRUST_HELD).add(50_000, luz_rivera)
    try:
        cards.pay(page(bill))
        hear()
    finally:
        subjects._kinds.pop("bill")

    assert (balance(Account.TRUST_CASH), balance(Account.TRUST_HELD, party=RIVERA)) == (50_000, 50_000)
    assert (balance(Account.STRIPE), balance(Account.FEES)) == (-1_480, 1_480)


def test_money_for_something_nobody_knows_is_still_noted(cards, clock, hear):
    checkout = paying.ask("lost:1", name="X", amount=700, currency="usd", success_url="http://h.localhost/", cancel_url="http://h.localhost/", language="en", at=NOW)  # fmt: skip
    cards.pay(checkout)
    hear()

    assert Payment.objects.get().amount == 700
    assert {entry.kind for entry in Entry.objects.all()} == {"payment", "fee"}


def test_two_tabs_that_ask_with_two_keys_show_one_page(bills, luz_rivera, cards, page, clock, monkeypatch):
    """The first tab's answer is slow; the second gave up its key twice and asks with a new one. The first page wins."""
    bill = bills.add(12_000, luz_rivera)
    opens = stripe.open_session

    def slow(**told):
        monkeypatch.setattr(stripe, "open_session", opens)
        first = opens(**told)
        paying._try_again(Checkout.objects.get())
        paying._try_again(Checkout.objects.get())
        second = page(bill)
        assert second.session_id != first.id
        return first

    monkeypatch.setattr(stripe, "open_session", slow)
    shown = page(bill)

    found = {session.id: session.status for session in sessions(cards)}
    assert shown.session_id == Checkout.objects.get().session_id
    assert sorted(found.values()) == ["expired", "open"]
    assert found[shown.session_id] == "open"


def test_a_page_that_comes_while_its_request_is_given_up_is_closed_at_stripe(bills, luz_rivera, cards, page, clock, monkeypatch):  # fmt: skip
    """One tab waits for its page when another finds the request too old. Whoever was shown the page cannot pay twice."""
    bill = bills.add(12_000, luz_rivera)
    first = page(bill)
    shown = {"session_id": first.session_id, "url": first.url}
    Checkout.objects.filter(pk=first.pk).update(session_id=None, url="")
    is_right = paying._is_still_right

    def answered_meanwhile(known, **told):
        Checkout.objects.filter(pk=first.pk).update(**shown)
        return is_right(known, **told)

    monkeypatch.setattr(paying, "_is_still_right", answered_meanwhile)
    second = page(bill, at=NOW + timedelta(minutes=1))

    found = {session.id: session.status for session in sessions(cards)}
    assert (found[first.session_id], found[second.session_id]) == ("expired", "open")


def test_a_late_request_that_is_refused_leaves_the_other_tabs_page_alone(bills, luz_rivera, cards, page, clock, monkeypatch):  # fmt: skip
    bill = bills.add(12_000, luz_rivera)
    opens = stripe.open_session

    def too_late(**told):
        monkeypatch.setattr(stripe, "open_session", opens)
        paying._try_again(Checkout.objects.get())
        paying._try_again(Checkout.objects.get())
        page(bill)
        raise stripe.Refused("It must be good for half an hour.")

    monkeypatch.setattr(stripe, "open_session", too_late)
    shown = page(bill)

    assert [session.status for session in sessions(cards)] == ["open"]
    assert (Checkout.objects.get().settled_at, shown.session_id) == (None, Checkout.objects.get().session_id)


def test_who_asks_with_what_was_owed_a_moment_ago_gets_no_second_page(bills, luz_rivera, cards, page, hear, clock, monkeypatch):  # fmt: skip
    """Two tabs: the second reads what is owed, then the first one's payment is noted, then the second asks."""
    bill = bills.add(12_000, luz_rivera)
    cards.pay(page(bill))
    owed = subjects.due(bill.subject)
    hear()

    with pytest.raises(AlreadyPaid):
        links.ask(links.link_for(bill.subject, at=NOW), owed, language="en", at=NOW)
    assert len(sessions(cards)) == Checkout.objects.count() == 1

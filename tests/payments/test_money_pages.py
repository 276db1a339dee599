"""What staff and families see of money, and what each may do."""

import re
from datetime import timedelta

import pytest
import requests
from django.utils.translation import override

from accounts.models import AuditEntry
from cases.models import Case
from clients.models import Guardianship
from payments import ledger, links, receiving, refunding
from payments.ledger import Account
from payments.models import Checkout, Finding, Instructions, Payment, Refund, StripeAccount
from payments.subjects import State
from tests.conftest import Visitor
from tests.world import BEFORE, NOW, key


@pytest.fixture
def bill(bills, luz_rivera, mateo):
    return bills.add(12_000, luz_rivera, student=mateo)


@pytest.fixture
def check(bill, bea, clock):
    """Forty dollars of the bill by check."""
    return receiving.record(subject=bill.subject, method="check", amount=4_000, currency="usd", reference="1204", received_on=NOW.date(), by=bea, at=NOW)  # fmt: skip


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_bea_finds_a_payment_by_its_check_and_others_do_not(visitor, harbor, bea, ana, check):
    found = visitor.as_(bea).get("/payments/?q=1204&method=check&since=2026-11-24&until=2026-11-24")
    assert "Luz Rivera" in text(found)
    assert "Nothing fits" in text(visitor.get("/payments/?until=2026-11-23"))
    assert Visitor(harbor).as_(ana).get("/payments/").status_code == 403
    assert Visitor(harbor).as_(ana).get(f"/payments/{check.pk}/").status_code == 403


def test_the_list_takes_as_many_queries_for_three_as_for_one(visitor, bea, luz_rivera, check):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for _ in range(2):
        visitor.as_(bea).get("/payments/")
        with CaptureQueriesContext(connection) as found:
            visitor.get("/payments/")
        counts.append(len(found))
        for n in range(2):
            receiving.record(contact=luz_rivera, method="cash", amount=100 + n, currency="usd", received_on=NOW.date(), by=bea, at=NOW)  # fmt: skip
    assert counts[0] == counts[1]


def test_bea_writes_down_a_check_for_a_bill(visitor, bea, bill, luz_rivera, clock):
    visitor.as_(bea)
    assert "Luz Rivera" in text(visitor.get("/payments/new/?q=rivera"))
    page = visitor.get(f"/payments/new/?contact={luz_rivera.pk}")
    assert "Bill 2026-001, $120.00 to pay" in text(page)
    told = {"subject": bill.subject, "amount": "$60", "method": "check", "reference": "77", "received_on": "2026-11-20", "once": "o1"}  # fmt: skip
    answers = [visitor.post(f"/payments/new/?contact={luz_rivera.pk}", told) for _ in range(2)]

    payment = Payment.objects.get()
    assert {answer["Location"] for answer in answers} == {f"/payments/{payment.pk}/"}
    assert (payment.amount, str(payment.paid_on), payment.recorded_by) == (6_000, "2026-11-20", bea)


@pytest.mark.parametrize(("reference", "words"), [("77", "Check 77 over $60.00 is written down already"), ("", "$60.00 by Check is written down")])  # fmt: skip
def test_who_goes_back_and_presses_again_is_asked_first(
    visitor, bea, bill, luz_rivera, clock, reference, words
):
    told = {"subject": bill.subject, "amount": "60", "method": "check", "reference": reference, "received_on": "2026-11-20"}  # fmt: skip
    path = f"/payments/new/?contact={luz_rivera.pk}"
    visitor.as_(bea).post(path, {**told, "once": "o1"})
    again = visitor.post(path, {**told, "once": "o2"})

    assert again.status_code == 422
    assert words in text(again)
    assert 'name="again"' in again.content.decode()
    assert Payment.objects.count() == 1
    assert visitor.post(path, {**told, "once": "o3", "again": "on"}).status_code == 302
    assert Payment.objects.count() == 2


def test_another_check_of_the_same_amount_is_written_down_without_a_question(
    visitor, bea, bill, luz_rivera, clock
):
    told = {"subject": "", "amount": "60", "method": "check", "received_on": "2026-11-20"}
    for number in ("77", "78"):
        assert visitor.as_(bea).post(f"/payments/new/?contact={luz_rivera.pk}", {**told, "reference": number}).status_code == 302  # fmt: skip
    clock.now = NOW + timedelta(minutes=11)
    for _ in range(2):
        assert visitor.as_(bea).post(f"/payments/new/?contact={luz_rivera.pk}", {**told, "method": "cash"}).status_code == 302  # fmt: skip
        clock.now += timedelta(minutes=11)


@pytest.mark.parametrize(("name", "value"), [("amount", "lots"), ("amount", "0"), ("received_on", "2027-01-01"), ("method", "card"), ("subject", "bill:x")])  # fmt: skip
def test_what_cannot_be_keeps_what_was_typed(visitor, bea, bill, luz_rivera, clock, name, value):
    told = {"subject": bill.subject, "amount": "60", "method": "check", "reference": "77", "received_on": "2026-11-20", name: value}  # fmt: skip
    answer = visitor.as_(bea).post(f"/payments/new/?contact={luz_rivera.pk}", told)

    assert answer.status_code == 422
    assert 'value="77"' in answer.content.decode()
    assert not Payment.objects.exists()


def test_bea_gives_a_part_back_with_a_reason_and_no_more_than_is_left(visitor, bea, check):
    visitor.as_(bea)
    assert (
        visitor.post(
            f"/payments/{check.pk}/refunds/", {"amount": "10", "reason": "", "once": "a"}
        ).status_code
        == 422
    )
    assert (
        visitor.post(
            f"/payments/{check.pk}/refunds/", {"amount": "41", "reason": "x", "once": "a"}
        ).status_code
        == 422
    )
    for _ in range(2):
        visitor.post(f"/payments/{check.pk}/refunds/", {"amount": "10", "reason": "Fewer hours", "once": "a"})

    assert Refund.objects.get().amount == 1_000
    assert "$10.00 given back" in text(visitor.get("/payments/"))

    told = {"amount": "10", "reason": "Fewer hours", "once": "b"}
    asked = visitor.post(f"/payments/{check.pk}/refunds/", told)
    assert "$10.00 of this payment was given back at 12:00 pm already." in text(asked)
    assert Refund.objects.get().amount == 1_000
    visitor.post(f"/payments/{check.pk}/refunds/", {**told, "again": "on"})
    assert Refund.objects.count() == 2


def test_bea_strikes_out_a_mistake(visitor, bea, check):
    visitor.as_(bea).post(f"/payments/{check.pk}/void/", {"reason": "Another family’s check"})

    assert "Another family’s check" in text(visitor.get(f"/payments/{check.pk}/"))
    assert ledger.balance(Account.OPERATING_CASH, currency="usd") == 0
    assert AuditEntry.objects.filter(action="payment.struck_out", actor=bea.pk).count() == 1


def test_ana_sees_what_came_for_her_case_and_marcus_and_bo_do_not(visitor, harbor, ana, marcus, bo, bea, bills, luz_rivera, mateo, clock):  # fmt: skip
    case = Case.objects.create(
        student=mateo, kind="iep", stage="start", advocate=ana, opened_at=BEFORE, opened_by=ana
    )
    bill = bills.add(12_000, luz_rivera, student=mateo, case=case)
    receiving.record(subject=bill.subject, method="check", amount=4_000, currency="usd", received_on=NOW.date(), by=bea, at=NOW)  # fmt: skip

    assert "$40.00 in 1 payment" in text(visitor.as_(ana).get(f"/cases/{case.pk}/"))
    assert list(Payment.objects.visible_to(ana)) == [Payment.objects.get()]
    assert not Payment.objects.visible_to(marcus).exists()
    assert not Payment.objects.visible_to(bo).exists()


def test_a_link_says_what_it_is_for_and_goes_on_to_stripe_in_one_tap(visitor, bill, cards, hear, clock):
    address = f"/pay/{links.link_for(bill.subject, at=NOW).token}/"
    page = visitor.get(address)
    assert "$120.00 to pay" in text(page)
    assert "Bill 2026-001" in text(page)
    assert "Mateo" not in page.content.decode()
    opening = visitor.post(address)
    url = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', opening.content.decode())[1]
    assert requests.post(url, data={"method": "card", "number": "4242424242424242", "expiry": "12 / 34", "cvc": "123"}, timeout=10, allow_redirects=False).status_code == 303  # fmt: skip
    assert "on its way to us" in text(visitor.get(f"{address}?paid=1"))
    hear()

    done = visitor.get(f"{address}?paid=1")
    assert "This is paid" in text(done)
    assert visitor.post(address).status_code == 409
    receipt = visitor.get(f"/receipts/{Payment.objects.get().secret}/")
    assert "$120.00" in text(receipt)
    assert "Mateo" not in receipt.content.decode()


def test_opening_a_link_changes_nothing(visitor, bill, cards, clock):
    from payments.models import Checkout

    address = f"/pay/{links.link_for(bill.subject, at=NOW).token}/"
    for _ in range(3):
        visitor.get(address)
    assert not Checkout.objects.exists()


@pytest.mark.parametrize(("state", "said"), [(State.CREDITED, "this bill was credited"), (State.VOID, "this was called off")])  # fmt: skip
def test_a_bill_that_is_no_longer_due_says_so_and_asks_for_nothing(visitor, bill, cards, clock, state, said):
    address = f"/pay/{links.link_for(bill.subject, at=NOW).token}/"
    bill.state = state

    assert said in text(visitor.get(address))
    answer = visitor.post(address)
    assert (answer.status_code, said in text(answer)) == (409, True)


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ({"kind": "error_before", "times": 4}, 503, "does not answer right now. Nothing was taken."),
        (None, 409, "cannot take EUR by card. Nothing was taken."),
    ],
)
def test_what_stands_in_the_way_is_said_clearly(
    visitor, bills, luz_rivera, cards, clock, standins, fault, status, said
):
    standins._ask("/stripe", {"currencies": {cards.account: ["usd"]}})
    if fault:
        standins.fault(service="stripe", path="/v1/checkout/sessions$", **fault)
    bill = bills.add(12_000, luz_rivera, currency="usd" if fault else "eur")
    answer = visitor.post(f"/pay/{links.link_for(bill.subject, at=NOW).token}/")

    assert answer.status_code == status
    assert said in text(answer)


def test_without_stripe_a_link_says_how_to_pay_otherwise(visitor, bill, clock):
    Instructions.objects.create(text="Checks to PO Box 142.", text_es="Cheques a PO Box 142.")
    address = f"/pay/{links.link_for(bill.subject, at=NOW).token}/"

    assert "Checks to PO Box 142." in text(visitor.get(address))
    assert "Cheques a PO Box 142." in text(visitor.get(address, headers={"Accept-Language": "es"}))
    assert visitor.post(address).status_code == 409


def test_a_link_is_stable_until_it_is_taken_back(visitor, bill, clock):
    link = links.link_for(bill.subject, at=NOW)
    assert links.link_for(bill.subject, at=NOW) == link
    links.revoke(bill.subject, at=NOW)

    assert visitor.get(f"/pay/{link.token}/").status_code == 404
    assert links.link_for(bill.subject, at=NOW).token != link.token


def test_links_and_receipts_of_nothing_are_not_found(visitor, clock):
    for address in ("/pay/x/", "/receipts/x/", "/receipts/x/receipt.pdf"):
        assert visitor.get(address).status_code == 404


def test_luz_pays_in_two_taps_and_keeps_her_receipt(visitor, luz, bill, cards, hear, clock):
    visitor.as_(luz)
    assert "$120.00 , Bill 2026-001" in text(visitor.get("/portal/"))
    assert "$120.00 to pay" in text(visitor.get("/portal/payments/"))
    opening = visitor.post("/portal/payments/pay/", {"subject": bill.subject})
    url = re.search(r'url=([^"]+)"', opening.content.decode())[1]
    requests.post(url, data={"method": "card", "number": "4242424242424242", "expiry": "12 / 34", "cvc": "123"}, timeout=10, allow_redirects=False)  # fmt: skip
    hear()

    assert "Nothing to pay right now." in text(visitor.get("/portal/payments/"))
    pdf = visitor.get(f"/portal/payments/{Payment.objects.get().pk}/receipt.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Content-Disposition"].startswith('attachment; filename="receipt-2026-')


def test_a_family_sees_only_its_own_and_nothing_of_a_child_it_is_barred_from(
    visitor, harbor, luz, ngozi, bill, check
):
    address = f"/portal/payments/{check.pk}/receipt.pdf"
    assert Visitor(harbor).as_(ngozi).get(address).status_code == 404
    assert (
        Visitor(harbor).as_(ngozi).post("/portal/payments/pay/", {"subject": bill.subject}).status_code == 404
    )
    link = f"/pay/{links.link_for(bill.subject, at=NOW).token}/"
    assert [visitor.as_(luz).get(path).status_code for path in (address, link, f"/receipts/{check.secret}/")] == [200, 200, 200]  # fmt: skip
    Guardianship.objects.filter(pk=key("guardianship luz")).update(blocked_from="2020-01-01")

    assert [visitor.get(path).status_code for path in (address, link, f"/receipts/{check.secret}/")] == [
        404,
        404,
        404,
    ]
    assert "Bill" not in text(visitor.get("/portal/payments/")).replace("Bills", "")


def test_olivia_connects_sees_what_is_asked_and_disconnects(visitor, olivia, standins, clock):
    visitor.as_(olivia)
    page = visitor.post("/payments/settings/")
    assert "Go on at Stripe" in text(page)
    visitor.post("/payments/settings/", {"do": "refresh"})
    page = text(visitor.get("/payments/settings/?back=1"))
    assert "The bank account that your money goes to" in page
    assert "Your yes to Stripe’s terms" in page
    account = StripeAccount.objects.get()
    standins._ask("/stripe", {"onboard": account.account_id})
    visitor.post("/payments/settings/", {"do": "refresh"})
    assert "Ready" in text(visitor.get("/payments/settings/"))
    visitor.post("/payments/settings/disconnection/")
    account.refresh_from_db()
    assert (account.ended_because, account.charges_enabled) == ("disconnected", False)
    visitor.post("/payments/settings/")
    assert StripeAccount.objects.get().ended_at is None  # the same account again


def test_what_a_person_must_look_at_stands_on_top_until_it_is_put_right(visitor, olivia, clock):
    row = Finding.objects.create(
        kind="missing_payment", about="payment:1", detail="$5.00", found_at=NOW, seen_at=NOW
    )
    visitor.as_(olivia)
    assert "We have a payment that Stripe does not" in text(visitor.get("/payments/settings/"))
    visitor.post(f"/payments/findings/{row.pk}/closure/")

    assert "Please look at this" not in text(visitor.get("/payments/settings/"))
    assert Finding.objects.get().closed_by == olivia


def test_the_words_for_paying_without_a_card_are_kept(visitor, olivia, clock):
    visitor.as_(olivia).post(
        "/payments/settings/", {"do": "instructions", "text": "Checks to us", "text_es": ""}
    )
    assert Instructions.objects.get().text == "Checks to us"
    assert visitor.post("/payments/settings/", {"do": "instructions", "text": "x" * 501}).status_code == 422


def test_what_a_payment_was_for_is_said_in_the_readers_language(visitor, bea, luz_rivera, clock):
    """Luz reads Spanish, Bea English; the row holds both, as it was called then."""
    luz_rivera.language = "es"
    luz_rivera.save()
    made = receiving.record(contact=luz_rivera, method="cash", amount=100, currency="usd", received_on=NOW.date(), by=bea, at=NOW)  # fmt: skip

    english = visitor.as_(bea).get("/payments/").content.decode()
    assert (">Credit<" in english, "Saldo a favor" in english) == (True, False)
    assert (made.names, made.what) == ({"en": "Credit", "es": "Saldo a favor"}, "Saldo a favor")
    with override("es"):
        assert made.local_what == "Saldo a favor"
    assert "Luz Rivera" in text(visitor.get("/payments/?q=favor"))


def test_whoever_comes_back_from_stripe_is_seen_to_have_paid_without_its_webhook(visitor, bill, cards, clock):
    link = links.link_for(bill.subject, at=NOW)
    visitor.post(f"/pay/{link.token}/")
    cards.pay(Checkout.objects.get())
    assert "hx-post" in visitor.get(f"/pay/{link.token}/?paid=1").content.decode()

    assert "This is paid" in text(visitor.get(f"/pay/{link.token}/?paid=1"))
    assert Payment.objects.count() == 1


def test_what_went_back_of_a_payment_is_said_where_the_rest_is_asked_for(visitor, bill, check, bea, clock):
    refunding.refund(check, amount=1_000, reason="r", by=bea, at=NOW)
    page = text(visitor.get(f"/pay/{links.link_for(bill.subject, at=NOW).token}/"))
    assert ("$90.00 to pay" in page, "$10.00 given back." in page) == (True, True)


def test_an_empty_search_for_whose_payment_it_is_says_what_to_type(visitor, bea):
    words = "Type the name of a parent or a family, or a part of it."
    assert words in text(visitor.as_(bea).get("/payments/new/?q="))
    assert words not in text(visitor.get("/payments/new/"))

"""Client money lies apart, is never overdrawn, is earned by an invoice alone, and the rest goes back."""

import random
from datetime import timedelta

import pytest
from django.db.models import Sum

from clients import agreements
from clients.models import Agreement, AgreementTemplate
from invoices import balances, crediting, issuing, reporting, retaining, telling
from invoices.models import Estimate, Retainer
from outbox.models import Message
from payments import ledger, receiving, refunding
from payments.models import Account, EntryLine, PayLink
from tests.world import NOW


def trust():
    return ledger.balance(Account.TRUST_CASH, currency="usd"), ledger.balance(
        Account.TRUST_HELD, currency="usd"
    )


def test_ten_to_fifteen_hours_at_150_with_half_ask_for_750(desk):
    made = retaining.estimate(desk.case, minutes_low=600, minutes_high=900, rate=15_000, by=desk.bea, at=NOW)

    assert (retaining.least(made), retaining.most(made), retaining.to_ask(made)) == (150_000, 225_000, 75_000)


def test_a_deposit_is_client_money_until_an_invoice_takes_it(desk):
    retainer = desk.retainer(deposit=75_000)
    assert trust() == (75_000, 75_000)
    assert ledger.balance(Account.OPERATING_CASH, currency="usd") == 0
    invoice = desk.billed(30_000)

    assert retaining.use(retainer, invoice, by=desk.bea, at=NOW) == 30_000

    assert trust() == (45_000, 45_000)
    assert ledger.balance(Account.OPERATING_CASH, currency="usd") == 30_000
    assert (balances.outstanding(invoice), retaining.held(retainer)) == (0, 45_000)


def test_no_more_is_taken_than_is_there_or_owed(desk):
    retainer = desk.retainer(deposit=10_000)
    invoice = desk.billed(30_000)

    with pytest.raises(ledger.Overdrawn):
        retaining.use(retainer, invoice, amount=10_001, by=desk.bea, at=NOW)
    with pytest.raises(retaining.CannotHold, match=r"Only \$300.00 is owed"):
        retaining.use(retainer, invoice, amount=30_001, by=desk.bea, at=NOW)
    retaining.use(retainer, invoice, by=desk.bea, at=NOW)
    with pytest.raises(retaining.CannotHold, match="no money"):
        retaining.use(retainer, invoice, by=desk.bea, at=NOW)

    assert trust() == (0, 0)
    assert balances.outstanding(invoice) == 20_000


def test_another_cases_invoice_is_not_paid_from_it(desk, ana, mateo):
    from cases import opening
    from tests.invoices.conftest import Desk

    retainer = desk.retainer(deposit=10_000)
    other = Desk(
        opening.open_case(student=mateo, kind="other", advocate=ana, by=ana, at=NOW),
        ana,
        desk.bea,
        desk.payer,
    )

    with pytest.raises(retaining.CannotHold, match="another case"):
        retaining.use(retainer, other.billed(5_000), by=desk.bea, at=NOW)


def test_a_low_retainer_is_said_once_to_the_office_and_kindly_to_the_family(desk, standins):
    retainer = desk.retainer(asked=50_000, threshold=20_000, deposit=50_000)
    retaining.use(retainer, desk.billed(25_000), by=desk.bea, at=NOW)
    assert not Message.objects.filter(kind="retainer-low").exists()

    retaining.use(retainer, desk.billed(10_000), by=desk.bea, at=NOW)
    retaining.use(retainer, desk.billed(1_000), by=desk.bea, at=NOW)

    told = {row.recipient: row for row in Message.objects.filter(kind="retainer-low")}
    assert set(told) == {"bea@harbor.example", "luz@harbor.example", "+14065550116"}
    assert "$350" in told["bea@harbor.example"].body
    assert "$150" in told["+14065550116"].body
    assert not any(name in row.body for row in told.values() for name in ("Mateo", "Rivera"))


def test_topping_up_makes_it_say_so_again(desk, standins):
    retainer = desk.retainer(asked=50_000, threshold=20_000, deposit=25_000)
    retaining.use(retainer, desk.billed(10_000), by=desk.bea, at=NOW)
    assert Retainer.objects.get().warned_at == NOW

    retaining.deposit(
        retainer, amount=35_000, method="check", received_on=NOW.date(), once="d2", by=desk.bea, at=NOW
    )

    assert Retainer.objects.get().warned_at is None


def test_closing_gives_the_rest_back_once(desk):
    retainer = desk.retainer(deposit=12_345)

    assert retaining.close(retainer, by=desk.bea, at=NOW) == 12_345
    assert retaining.close(retainer, by=desk.bea, at=NOW) == 0
    assert trust() == (0, 0)
    with pytest.raises(retaining.CannotHold, match="closed"):
        retaining.deposit(
            retainer, amount=1, method="cash", received_on=NOW.date(), once="x", by=desk.bea, at=NOW
        )


def test_a_double_press_is_one_deposit(desk):
    retainer = desk.retainer()
    for _ in range(2):
        retaining.deposit(
            retainer, amount=500, method="cash", received_on=NOW.date(), once="same", by=desk.bea, at=NOW
        )

    assert retaining.held(retainer) == 500


def test_a_credit_note_on_a_paid_invoice_gives_the_money_back_when_asked_to(desk):
    invoice = desk.billed(10_000)
    payment = desk.pay(invoice, 10_000)

    crediting.credit(invoice, amount=5_000, reason="Half", give_back=True, by=desk.bea, at=NOW)

    assert payment.given_back == 5_000
    assert balances.outstanding(invoice) == 0
    assert balances.credit_of(invoice.family_id, currency="usd") == {}
    assert ledger.balance(Account.OPERATING_CASH, currency="usd") == 5_000


def test_a_refund_after_a_credit_note_comes_out_of_the_credit(desk):
    invoice = desk.billed(10_000)
    payment = desk.pay(invoice, 10_000)
    crediting.credit(invoice, amount=4_000, reason="Less", by=desk.bea, at=NOW)

    refunding.refund(payment, amount=4_000, reason="They asked", by=desk.bea, at=NOW)

    assert balances.outstanding(invoice) == 0
    assert balances.credit_of(invoice.family_id, currency="usd") == {}


def test_a_refund_without_a_credit_note_is_owed_again(desk):
    invoice = desk.billed(10_000)
    payment = desk.pay(invoice, 10_000)

    refunding.refund(payment, amount=4_000, reason="By mistake", by=desk.bea, at=NOW)

    assert balances.outstanding(invoice) == 4_000


def test_any_hundred_acts_leave_balances_equal_to_a_plain_sum_and_nobodys_money_below_zero(desk):
    """Credits, write-offs, payments, deposits, uses and refunds in any order."""
    chance = random.Random(6)
    retainer = desk.retainer(asked=10**6, threshold=0)
    invoices, payments, refused = [], [], 0
    for n in range(120):
        at = NOW + timedelta(minutes=n)
        amount = chance.randint(1, 20_000)
        one = chance.choice(invoices) if invoices else None
        act = chance.choice(
            ["bill", "deposit", "pay", "use", "credit", "back", "refund", "spread", "write off"]
        )
        try:
            if act == "bill":
                invoices.append(desk.billed(amount))
            elif act == "deposit":
                retaining.deposit(
                    retainer,
                    amount=amount,
                    method="check",
                    received_on=NOW.date(),
                    once=f"d{n}",
                    by=desk.bea,
                    at=at,
                )
            elif act == "pay" and one:
                payments.append(desk.pay(one, amount))
            elif act == "use" and one:
                retaining.use(retainer, one, amount=amount, by=desk.bea, at=at)
            elif act in {"credit", "back"} and one:
                crediting.credit(one, amount=amount, reason="r", give_back=act == "back", by=desk.bea, at=at)
            elif act == "refund" and payments:
                refunding.refund(chance.choice(payments), amount=amount, reason="r", by=desk.bea, at=at)
            elif act == "spread":
                balances.spread_credit(desk.case.student.family_id, currency="usd", by=desk.bea, at=at)
            elif act == "write off" and one:
                issuing.write_off(one, amount=amount, reason="r", by=desk.bea, at=at)
        except (
            ledger.Overdrawn,
            retaining.CannotHold,
            issuing.CannotIssue,
            refunding.CannotRefund,
            receiving.CannotRecord,
        ):
            refused += 1

    assert len(invoices) > 5
    assert refused > 5
    assert ledger.out_of_balance() == {}
    sums = dict(EntryLine.objects.values_list("account").annotate(sum=Sum("amount")).order_by())
    assert sums.get("trust_cash", 0) + sums.get("trust_held", 0) == 0
    assert sums.get("trust_cash", 0) >= 0
    assert sums.get("family_credit", 0) <= 0
    owed = balances.outstanding_of(invoices)
    assert sum(owed.values()) == sums["receivable"]
    assert min(owed.values()) >= 0
    assert balances.all_outstanding(currency="usd") == {pk: sum_ for pk, sum_ in owed.items() if sum_}


def test_a_retainer_is_asked_for_with_a_link_to_pay_it(visitor, bea, desk, standins, work_due):
    retainer = desk.retainer(asked=75_000, threshold=0)
    page = visitor.as_(bea).get(f"/cases/{desk.case.pk}/money/").content.decode()
    assert "Ask the family for $750.00" in page

    visitor.post(f"/retainers/{retainer.pk}/request/")
    visitor.post(f"/retainers/{retainer.pk}/request/")
    asked = Message.objects.filter(kind="retainer-ask")
    assert {row.occurrence for row in asked} == {"asked/1", "asked/2"}
    link = PayLink.objects.get(subject=retainer.subject)
    assert all(link.url in row.body and "Mateo" not in row.body for row in asked)

    desk.pay(retainer, 75_000)
    assert telling.held_back(asked[0], at=NOW) == "the retainer is full or closed"
    assert "Ask the family for" not in visitor.get(f"/cases/{desk.case.pk}/money/").content.decode()


# -- from the estimate to the retainer ---------------------------------------------------------------


@pytest.fixture
def paper(harbor, bea):
    row = AgreementTemplate.objects.create(name="Our agreement", kind="agreement")
    agreements.save_version(row, title="Agreement", body="Dear {family}.", title_es="Acuerdo", body_es="Para {family}.\n\n{estimate}\n\nGracias.", by=bea, at=NOW)  # fmt: skip
    return row


def test_an_estimate_is_signed_and_leads_to_its_retainer(visitor, bea, desk, paper, clock):
    visitor.as_(bea)
    money = f"/cases/{desk.case.pk}/money/"
    visitor.post(f"/cases/{desk.case.pk}/estimate/", {"hours_low": "3", "hours_high": "6", "rate": "150", "retainer_percent": "50"})  # fmt: skip
    estimate = Estimate.objects.get()
    assert "Ask for the retainer of" not in visitor.get(money).content.decode()

    page = visitor.post(f"/estimates/{estimate.pk}/paper/", {"template": str(paper.pk)}, follow=True).content.decode()  # fmt: skip
    assert "Sent, not signed" in page
    agreement = Estimate.objects.get().agreement
    # Luz reads Spanish: the sum stands where the paper says so, and nowhere else.
    assert (agreement.language, agreement.contact) == ("es", desk.payer)
    assert "de $450.00 a $900.00 en total" in agreement.body
    assert "anticipo de $225.00" in agreement.body
    assert agreement.body.endswith("Gracias.")

    # Sent again, the paper before it can no longer be signed.
    visitor.post(f"/estimates/{estimate.pk}/paper/", {"template": str(paper.pk)})
    agreement.refresh_from_db()
    newest = Estimate.objects.get().agreement
    assert (agreement.withdrawn_at, newest.withdrawn_at) == (NOW, None)
    agreements.sign(newest, name="Luz Rivera", how="typed", by=None, at=NOW)

    page = visitor.get(money).content.decode()
    assert "Agreed and signed" in page
    assert "Ask for the retainer of $225.00" in page
    assert 'value="225.00"' in visitor.get(f"/cases/{desk.case.pk}/retainer/").content.decode()
    again = visitor.post(f"/estimates/{estimate.pk}/paper/", {"template": str(paper.pk)}, follow=True)
    assert "The family has signed this estimate." in again.content.decode()
    assert Agreement.objects.filter(version__template=paper).count() == 2


def test_until_a_newer_estimate_is_signed_the_signed_one_holds(desk, paper, bea, clock):
    def estimated(hours, after):
        at = NOW + timedelta(minutes=after)
        return retaining.estimate(desk.case, minutes_low=60 * hours, minutes_high=60 * hours, rate=15_000, by=bea, at=at)  # fmt: skip

    first, second = estimated(3, 0), estimated(9, 1)
    assert reporting.budget_of(desk.case).estimate == second
    for signed, after in ((first, 2), (second, 3)):
        at = NOW + timedelta(minutes=after)
        agreements.sign(retaining.send_to_sign(signed, paper, by=bea, at=at), name="Luz Rivera", how="typed", by=None, at=at)  # fmt: skip
        estimated(20, after)
        assert reporting.budget_of(desk.case).estimate == signed


def test_a_paper_that_names_no_estimate_says_it_at_its_end(desk, paper, bea, clock):
    desk.payer.language = "en"
    desk.payer.save(update_fields=["language"])
    estimate = retaining.estimate(desk.case, minutes_low=60, minutes_high=60, rate=15_000, retainer_percent=0, by=bea, at=NOW)  # fmt: skip
    body = retaining.send_to_sign(estimate, paper, by=bea, at=NOW).body

    assert body.startswith("Dear Luz")
    assert "# What it may cost\nWe expect 1 hour at $150.00 an hour: $150.00 in all." in body
    assert "retainer" not in body


def test_a_permission_is_no_paper_for_an_estimate(visitor, bea, desk, clock):
    release = AgreementTemplate.objects.create(name="Permission", kind="release")
    estimate = retaining.estimate(desk.case, minutes_low=60, minutes_high=60, rate=15_000, by=bea, at=NOW)
    visitor.as_(bea).post(f"/estimates/{estimate.pk}/paper/", {"template": str(release.pk)})

    assert Estimate.objects.get().agreement is None
    assert not Agreement.objects.filter(version__template=release).exists()

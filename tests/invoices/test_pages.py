"""From a week of time to a paid invoice, as billing staff and a family click it."""

import re
from datetime import timedelta

import pytest

from cases import opening
from invoices import balances, crediting, issuing, retaining
from invoices.models import CreditNote, Draft, Expense, FlatFee, Invoice, Rate, Retainer, Terms
from outbox.models import Message
from payments.models import StripeAccount
from tests.invoices.conftest import Desk
from tests.world import NOW, key


def test_time_becomes_an_invoice_in_four_clicks(visitor, bea, desk, standins):
    desk.rate()
    entries = [desk.time(30), desk.time(45)]
    visitor.as_(bea)
    assert "Mateo R." in visitor.get("/invoices/unbilled/").content.decode()

    draft = visitor.post(f"/cases/{desk.case.pk}/invoice/")["Location"]
    page = visitor.get(draft).content.decode()
    assert "$187.50" in page
    told = {"contact": str(key("contact luz")), "due_days": "14", "then": "issue", "item": [f"time:{entry.pk}" for entry in entries]}  # fmt: skip
    paper = visitor.post(draft, told)["Location"]
    visitor.post(f"{paper}send/")

    invoice = Invoice.objects.get()
    assert (paper, invoice.total, invoice.bill_to) == (f"/invoices/{invoice.pk}/", 18_750, "Luz Rivera")
    assert (invoice.due_on - invoice.issued_on).days == 14
    told = Message.objects.filter(kind="bill")
    assert {row.recipient for row in told} == {"luz@harbor.example", "+14065550116"}
    assert all("/pay/" in row.body and "Mateo" not in row.body + row.title for row in told)
    assert "factura" in told.get(channel="sms").body  # Luz reads Spanish
    assert "$187.50" in visitor.get(paper).content.decode()
    assert visitor.get(f"{paper}paper.pdf").content.startswith(b"%PDF")


def test_a_draft_holds_what_is_ticked_with_a_discount_and_a_typed_line(visitor, bea, desk):
    desk.rate()
    keep, leave = desk.time(60), desk.time(30)
    visitor.as_(bea)
    draft = visitor.post(f"/cases/{desk.case.pk}/invoice/")["Location"]
    settings = {"contact": str(key("contact luz")), "due_days": "30", "discount_rate": "10", "tax_rate": "8.875", "item": [f"time:{keep.pk}"]}  # fmt: skip
    visitor.post(f"{draft}lines/", {**settings, "description": "Copies", "amount": "10.00"})

    page = visitor.get(draft).content.decode()

    assert all(words in page for words in ("$160.00", "$16.00", "$12.78", "$156.78", "8.875%"))
    assert Draft.objects.get().lines.count() == 2
    assert visitor.post(draft, {"contact": "", "due_days": "x"}).status_code == 422
    assert visitor.post(f"{draft}lines/", {"description": "", "amount": "-1"}).status_code == 422
    assert leave.pk


def test_every_button_of_a_draft_keeps_its_settings(visitor, bea, desk):
    desk.rate()
    work = desk.time(60)
    visitor.as_(bea)
    draft = visitor.post(f"/cases/{desk.case.pk}/invoice/")["Location"]
    settings = {"contact": str(key("contact luz")), "due_days": "9", "note": "Thank you", "item": [f"time:{work.pk}"]}  # fmt: skip

    wrong = visitor.post(f"{draft}lines/", {**settings, "description": "", "amount": "5", "note": "Typed"})
    assert (wrong.status_code, "Typed" in wrong.content.decode()) == (422, True)
    visitor.post(f"{draft}lines/", {**settings, "description": "Copies", "amount": "5"})
    line = Draft.objects.get().lines.get(kind="extra")
    visitor.post(f"/invoices/lines/{line.pk}/removal/", {**settings, "due_days": "10"})

    row = Draft.objects.get()
    assert (row.due_days, row.note, row.lines.count()) == (10, "Thank you", 1)


def test_a_discount_larger_than_the_work_is_refused_and_cannot_be_issued(visitor, bea, desk):
    desk.rate()
    work = desk.time(60)
    visitor.as_(bea)
    draft = visitor.post(f"/cases/{desk.case.pk}/invoice/")["Location"]
    settings = {"contact": str(key("contact luz")), "due_days": "30", "item": [f"time:{work.pk}"]}

    answer = visitor.post(draft, {**settings, "discount_amount": "150.01", "note": "Typed"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The discount is more than what is billed." in page
    assert "150.01" in page
    assert "Typed" in page
    assert Draft.objects.get().discount_amount == 0

    visitor.post(draft, {**settings, "discount_amount": "150"})
    visitor.post(draft, {**settings, "discount_amount": "150", "item": [], "then": "issue"})
    Draft.objects.update(discount_amount=15_001)
    with pytest.raises(issuing.CannotIssue, match="discount"):
        issuing.issue(Draft.objects.get(), by=bea, at=NOW)


def test_a_credit_note_and_a_write_off(visitor, bea, desk):
    invoice = desk.billed(10_000)
    visitor.as_(bea)

    assert (
        visitor.post(
            f"/invoices/{invoice.pk}/credit/",
            {"what": "amount", "amount": "1000", "reason": "x", "surplus": "credit"},
        ).status_code
        == 422
    )
    visitor.post(
        f"/invoices/{invoice.pk}/credit/",
        {"what": "amount", "amount": "40", "reason": "Too long", "surplus": "credit"},
    )
    visitor.post(f"/invoices/{invoice.pk}/write-off/", {"amount": "60", "reason": "Hardship"})

    assert balances.outstanding(invoice) == 0
    note = CreditNote.objects.get()
    assert (note.label, note.amount) == ("C2026-0001", 4_000)
    assert visitor.get(f"/invoices/credit-notes/{note.pk}/paper.pdf").content.startswith(b"%PDF")


def test_a_retainer_is_opened_filled_used_and_closed(visitor, bea, desk, standins):
    visitor.as_(bea)
    visitor.post(f"/cases/{desk.case.pk}/estimate/", {"hours_low": "10", "hours_high": "15", "rate": "150", "retainer_percent": "50"})  # fmt: skip
    assert "$750.00" in visitor.get(f"/cases/{desk.case.pk}/money/").content.decode()
    visitor.post(f"/cases/{desk.case.pk}/retainer/", {"asked": "750", "threshold": "200"})
    retainer = Retainer.objects.get()
    visitor.post(f"/retainers/{retainer.pk}/deposit/", {"amount": "750", "method": "check", "received_on": "2026-11-24", "once": "a"})  # fmt: skip
    twice = visitor.post(f"/retainers/{retainer.pk}/deposit/", {"amount": "750", "method": "check", "received_on": "2026-11-24", "once": "b"})  # fmt: skip
    assert "The same deposit is written down already." in twice.content.decode()
    invoice = desk.billed(30_000)
    visitor.post(f"/invoices/{invoice.pk}/retainer/")
    page = visitor.get(f"/cases/{desk.case.pk}/money/").content.decode()
    assert "$450.00" in page
    assert invoice.label in page

    visitor.post(f"/retainers/{retainer.pk}/closure/")

    retainer.refresh_from_db()
    assert retainer.closed_by == bea
    assert "$450.00" in visitor.get(f"/cases/{desk.case.pk}/money/").content.decode()


def test_terms_rates_fees_and_expenses(visitor, bea, ana, desk):
    visitor.as_(bea)
    visitor.post(
        "/settings/billing/", {"round_to": "6", "round_how": "up", "tax_rate": "5", "currency": "USD"}
    )
    visitor.post(
        "/settings/billing/rates/", {"person": str(ana.pk), "amount": "150", "from_on": "2026-01-01"}
    )
    visitor.post(f"/cases/{desk.case.pk}/rates/", {"amount": "120", "from_on": "2026-01-01"})
    visitor.post(f"/cases/{desk.case.pk}/terms/", {"pays_percent": "50", "initials": "1"})
    visitor.post(
        f"/cases/{desk.case.pk}/fees/", {"name": "Review", "amount": "200", "agreed_on": "2026-11-01"}
    )
    copies = {
        "on": "2026-11-24",
        "kind": "copies",
        "amount": "12.5",
        "description": "Copies",
        "billable": "on",
    }
    visitor.as_(ana).post(f"/cases/{desk.case.pk}/expenses/", copies)
    again = visitor.post(f"/cases/{desk.case.pk}/expenses/", copies)
    assert "$12.50 for “Copies” is written down already, minutes ago." in again.content.decode()
    desk.time(7)

    invoice = desk.invoice()

    assert invoice.child == "M. R."
    assert sorted(invoice.lines.values_list("amount", flat=True)) == [1_200, 1_250, 20_000]
    assert invoice.tax == 1_060
    assert (Rate.objects.count(), Terms.objects.count(), Expense.objects.get().spent_by) == (2, 2, ana)
    assert visitor.as_(bea).post("/settings/billing/", {"currency": "EUR"}).status_code == 422
    assert visitor.post("/settings/billing/", {"currency": "XYZ"}).status_code == 422


def test_an_advocate_sees_the_budget_of_a_case_and_not_its_money(visitor, ana, desk):
    from invoices import retaining

    retaining.estimate(desk.case, minutes_low=600, minutes_high=900, rate=15_000, by=desk.bea, at=NOW)
    desk.time(90)

    page = visitor.as_(ana).get(f"/cases/{desk.case.pk}/").content.decode()

    assert "13:30 left" in page
    assert visitor.get(f"/cases/{desk.case.pk}/money/").status_code == 403
    assert visitor.get("/invoices/").status_code == 403


@pytest.mark.parametrize("path", ["/invoices/", "/invoices/?show=all", "/invoices/?show=late", "/invoices/unbilled/", "/invoices/ageing/", "/settings/billing/"])  # fmt: skip
def test_lists_run_the_same_number_of_queries_with_one_row_and_with_three(visitor, bea, desk, path):  # fmt: skip
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    desk.rate()
    desk.billed()
    desk.time(10)
    visitor.as_(bea).get(path)
    with CaptureQueriesContext(connection) as one:
        visitor.get(path)
    for _ in range(2):
        other = Desk(opening.open_case(student=desk.case.student, kind="other", advocate=desk.ana, by=desk.ana, at=NOW), desk.ana, bea, desk.payer)  # fmt: skip
        other.billed()
        other.time(10)
    with CaptureQueriesContext(connection) as three:
        visitor.get(path)

    assert len(one) == len(three)


# -- the family ------------------------------------------------------------------------------------


def test_a_family_sees_its_bills_and_what_they_are_for(visitor, luz, ngozi, desk):
    desk.rate()
    desk.terms(round_to=6)
    desk.time(7, description="Llamada con la escuela", note="secret note")
    invoice = desk.invoice()
    visitor.as_(luz)

    assert "$30.00" in visitor.get("/portal/payments/").content.decode()
    page = visitor.get(f"/portal/bills/{invoice.pk}/").content.decode()
    assert all(
        words in page for words in ("Llamada con la escuela", "7 min worked, 12 min billed", "$150 an hour")
    )
    assert "secret note" not in page
    assert visitor.get(f"/portal/bills/{invoice.pk}/paper.pdf").content.startswith(b"%PDF")
    visitor.as_(ngozi)
    for path in ("", "paper.pdf"):
        assert visitor.get(f"/portal/bills/{invoice.pk}/{path}").status_code == 404


def test_a_blocked_guardian_sees_no_bill(visitor, luz, desk):
    from clients.models import Guardianship

    invoice = desk.billed()
    Guardianship.objects.filter(contact=desk.payer).update(blocked_from=NOW.date() - timedelta(days=1))

    assert invoice.label not in visitor.as_(luz).get("/portal/payments/").content.decode()
    assert visitor.get(f"/portal/bills/{invoice.pk}/").status_code == 404


def test_bills_are_in_spanish_too(visitor, luz, desk):
    desk.billed()
    visitor.headers["Accept-Language"] = "es"

    assert "Sus facturas" in visitor.as_(luz).get("/portal/payments/").content.decode()


def test_paying_a_bill_that_was_just_credited_is_answered_clearly(visitor, luz, bea, desk):
    invoice = desk.billed()
    crediting.credit(invoice, amount=10_000, reason="Our mistake", by=bea, at=NOW)

    answer = visitor.as_(luz).post(f"/portal/bills/{invoice.pk}/pay/")

    assert answer["Location"] == f"/portal/bills/{invoice.pk}/"
    page = visitor.get(answer["Location"]).content.decode()
    assert "There is nothing to pay here any more." in page
    assert "Credited" in page


def test_without_cards_a_family_is_told_how_else_to_pay(visitor, luz, desk):
    assert not StripeAccount.objects.exists()
    invoice = desk.billed()

    page = visitor.as_(luz).get(f"/portal/bills/{invoice.pk}/").content.decode()

    assert "check or cash" in page
    assert visitor.post(f"/portal/bills/{invoice.pk}/pay/").status_code == 409


def test_a_family_sees_its_retainer_and_what_it_was_used_for(visitor, luz, desk):
    from invoices import retaining

    retainer = desk.retainer(deposit=75_000)
    invoice = desk.billed(30_000)
    retaining.use(retainer, invoice, by=desk.bea, at=NOW)

    page = visitor.as_(luz).get("/portal/payments/").content.decode()

    assert "$450.00" in page
    assert f"Invoice {invoice.label}" in page
    entry = next(row for row in balances.entries_of(invoice) if row.kind == "invoice.paid_from_retainer")
    assert visitor.get(f"/portal/bills/{invoice.pk}/receipts/{entry.pk}.pdf").content.startswith(b"%PDF")


def test_another_household_learns_nothing_of_the_money(visitor, luz, ngozi, desk):
    """A grown-up who may see the child, but does not get its bills."""
    from clients.models import Contact, Guardianship

    desk.retainer(deposit=75_000)
    other = Contact.objects.get(user=ngozi)
    Guardianship.objects.create(contact=other, student=desk.case.student, lives_with=False)

    assert "$750.00" in visitor.as_(luz).get("/portal/payments/").content.decode()
    assert "$750.00" not in visitor.as_(ngozi).get("/portal/payments/").content.decode()


def test_whoever_presses_issue_in_a_second_tab_lands_on_the_invoice(visitor, bea, desk):
    desk.fee(10_000)
    draft = desk.draft()
    told = {
        "contact": str(desk.payer.pk),
        "due_days": "30",
        "item": f"fee:{draft.lines.get().fee_id}",
        "then": "issue",
    }
    first = visitor.as_(bea).post(f"/invoices/drafts/{draft.pk}/", told)
    second = visitor.post(f"/invoices/drafts/{draft.pk}/", told)

    invoice = Invoice.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == f"/invoices/{invoice.pk}/"
    assert visitor.get(f"/invoices/drafts/{key('nothing')}/").status_code == 404


def test_the_office_reads_of_the_family_and_the_family_of_itself(visitor, bea, luz, desk):
    from invoices import retaining

    desk.rate()
    desk.terms(pays_percent=60)
    desk.time(60)
    invoice = desk.invoice()
    retaining.use(desk.retainer(deposit=50_000), invoice, by=bea, at=NOW)
    crediting.credit(invoice, amount=1_000, reason="Kind", by=bea, at=NOW)

    office = visitor.as_(bea).get(f"/invoices/{invoice.pk}/").content.decode()
    assert [words in office for words in ("From the retainer", "of which the family pays 60%", "Kept as credit", "From your")] == [True, True, True, False]  # fmt: skip
    family = visitor.as_(luz).get(f"/portal/bills/{invoice.pk}/").content.decode()
    assert [words in family for words in ("From your retainer", "of which you pay 60%", "Kept as credit", "Check or cash")] == [True, True, True, False]  # fmt: skip


def test_what_was_collected_says_whose_and_for_what(visitor, bea, desk, clock):
    invoice = desk.billed(10_000)
    desk.pay(invoice, 4_000)
    clock.now = NOW + timedelta(minutes=1)

    page = visitor.as_(bea).get("/invoices/takings/").content.decode()
    assert [words in page for words in ("$40.00", "Luz Rivera", f"Invoice {invoice.label}")] == [
        True,
        True,
        True,
    ]


def section(page, words):
    """The folded part of a page whose first line says `words`."""
    return next(part for part in re.findall(r"<details[^>]*>.*?</details>", page, re.S) if words in part)


def test_a_fee_that_cannot_be_read_stays_in_its_open_section_with_the_error_beside_it(visitor, bea, desk):
    page = f"/cases/{desk.case.pk}/fees/"
    wrong = visitor.as_(bea).post(page, {"name": "Program review", "amount": "12,50", "agreed_on": "2026-11-20"})  # fmt: skip
    shown = section(wrong.content.decode(), "Agree on a flat fee")

    assert (wrong.status_code, FlatFee.objects.count()) == (422, 0)
    assert shown.startswith("<details open>")
    assert all(typed in shown for typed in ('value="Program review"', 'value="12,50"', 'value="2026-11-20"'))
    assert 'id="fee_amount_error">Please write an amount' in shown
    assert 'href="#fee_amount"' in wrong.content.decode()
    assert visitor.post(page, {"name": "Program review", "amount": "12.50", "agreed_on": "2026-11-20"}).status_code == 302  # fmt: skip
    assert FlatFee.objects.get().amount == 1_250


def test_a_rate_or_deposit_that_cannot_be_read_stays_where_it_was_typed(visitor, bea, desk):
    retainer = retaining.open_retainer(desk.case, asked=50_000, threshold=10_000, estimate=None, by=bea, at=NOW)  # fmt: skip
    visitor.as_(bea)
    told = {"amount": "one fifty", "from_on": "2026-12-01"}

    of_case = visitor.post(f"/cases/{desk.case.pk}/rates/", told)
    of_firm = visitor.post("/settings/billing/rates/", told)
    deposit = visitor.post(f"/retainers/{retainer.pk}/deposit/", {"amount": "lots", "method": "check", "received_on": "2026-11-24", "reference": "1013", "once": "kept"})  # fmt: skip

    assert [answer.status_code for answer in (of_case, of_firm, deposit)] == [422, 422, 422]
    rate, given = section(of_case.content.decode(), "Set a rate for this case"), section(deposit.content.decode(), "Write down a deposit")  # fmt: skip
    for shown in (rate, of_firm.content.decode()):
        assert all(words in shown for words in ('value="one fifty"', 'value="2026-12-01"', 'id="rate_amount_error">Please'))  # fmt: skip
    assert rate.startswith("<details open>")
    assert given.startswith("<details open>")
    assert all(words in given for words in ('value="lots"', 'value="1013"', 'value="kept"', 'id="deposit_amount_error">Please'))  # fmt: skip
    assert Rate.objects.count() == 0


def test_closing_a_case_says_what_is_owed_and_not_billed_to_who_sees_money(visitor, adam, ana, bea, desk):
    page = f"/cases/{desk.case.pk}/closure/"
    assert "still owed" not in visitor.as_(adam).get(page).content.decode()
    desk.billed(10_000)
    desk.pay(desk.billed(30_000), 5_000)
    Expense.objects.create(case=desk.case, on=NOW.date(), kind="copies", description="Copies", amount=1_250, spent_by=desk.ana, made_at=NOW)  # fmt: skip
    desk.time(45)
    retainer = retaining.open_retainer(desk.case, asked=50_000, threshold=10_000, estimate=None, by=bea, at=NOW)  # fmt: skip
    retaining.deposit(retainer, amount=20_000, method="check", received_on=NOW.date(), reference="1", once="a", by=bea, at=NOW)  # fmt: skip

    shown = visitor.get(page).content.decode()

    assert all(words in shown for words in ("$350.00 still owed", "On 2 invoices.", "$12.50 not billed yet", "0:45 of time without a rate", "$200.00 held in the retainer"))  # fmt: skip
    assert f'href="/cases/{desk.case.pk}/money/"' in shown
    assert "still owed" not in visitor.as_(ana).get(page).content.decode()

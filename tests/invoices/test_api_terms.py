"""Prices, estimates, client money and pay links, for programs."""

import json

import pytest

from clients import agreements
from clients.models import Agreement, AgreementTemplate
from invoices import retaining
from invoices.models import Draft, Expense, FlatFee, Rate, SignOff, Terms, TimeEntry, WriteOff
from payments import ledger
from payments.models import Account, PayLink, Payment
from tests.api.conftest import Program
from tests.world import NOW


def change(program, path, told):
    return program._send("patch", f"/api/v1{path}", data=json.dumps(told), content_type="application/json")


def remove(program, path):
    return program._send("delete", f"/api/v1{path}")


def held(desk):
    return ledger.balance(Account.TRUST_HELD, matter=desk.case.pk, currency="usd")


@pytest.fixture
def program(harbor, clock, standins):
    return Program(harbor)


@pytest.fixture
def paper(harbor, bea):
    row = AgreementTemplate.objects.create(name="Estimate", kind="agreement")
    agreements.save_version(row, title="What we agreed", body="Dear {family}.", title_es="Lo acordado", body_es="Para {family}.", by=bea, at=NOW)  # fmt: skip
    return row


def test_rates_by_person_and_case_are_set_replaced_and_taken_away(program, bea, ana, desk):
    program.with_key(bea)
    told = {"person": str(ana.pk), "case": str(desk.case.pk), "amount": 20_000, "from_on": "2026-11-01"}
    first = program.send("/rates/", told)
    again = program.send("/rates/", {**told, "amount": 18_000})

    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    assert [row["amount"] for row in program.read(f"/rates/?case={desk.case.pk}").json()["results"]] == [
        18_000
    ]
    assert program.send("/rates/", {**told, "from_on": "0001-01-01"}).status_code == 400
    assert program.send("/rates/", {**told, "amount": -1}).status_code == 400
    assert program.read("/rates/?case=x").status_code == 400
    assert remove(program, f"/rates/{first.json()['id']}/").status_code == 204
    assert not Rate.objects.exists()


def test_terms_of_a_case_say_only_what_they_name(program, bea, desk):
    program.with_key(bea)
    where = {"case": str(desk.case.pk)}
    program.send("/billing-terms/", {**where, "round_to": 6})
    made = program.send("/billing-terms/", {**where, "pays_percent": 50})

    assert made.status_code == 201
    row = Terms.objects.get(case=desk.case)
    assert (row.round_to, row.pays_percent) == (6, 50)
    for wrong in ({"round_to": 7}, {"pays_percent": 101}, {"currency": "eur"}, {"family": str(desk.case.student.family_id)}):  # fmt: skip
        assert program.send("/billing-terms/", {**where, **wrong}).status_code == 400, wrong
    desk.billed()
    assert "currency" in program.send("/billing-terms/", {"currency": "eur"}).json()["error"]["fields"]


def test_a_flat_fee_on_an_invoice_is_not_dropped(program, bea, desk):
    program.with_key(bea)
    told = {"case": str(desk.case.pk), "name": "IEP review", "amount": 40_000, "agreed_on": "2026-11-20"}
    one, two = (program.send("/flat-fees/", told).json()["id"] for _ in range(2))
    assert remove(program, f"/flat-fees/{two}/").status_code == 204
    assert FlatFee.objects.get(pk=two).dropped_at == NOW
    desk.invoice()

    assert remove(program, f"/flat-fees/{one}/").status_code == 400
    assert FlatFee.objects.get(pk=one).dropped_at is None


def test_from_the_estimate_to_the_signed_paper_to_the_retainer(program, bea, desk, paper):
    program.with_key(bea)
    told = {"case": str(desk.case.pk), "minutes_low": 180, "minutes_high": 360, "rate": 15_000}
    made = program.send("/estimates/", told).json()
    assert (made["least"], made["most"], made["to_ask"], made["signed"]) == (45_000, 90_000, 22_500, False)
    assert program.send("/estimates/", {**told, "minutes_low": 361}).status_code == 400

    sent = program.send(f"/estimates/{made['id']}/send/", {"template": str(paper.pk)})

    agreement = Agreement.objects.get(pk=sent.json()["agreement"])
    assert "$450.00" in agreement.body
    assert "$225.00" in agreement.body
    agreements.sign(agreement, name="Luz", how="typed", by=None, at=NOW)
    assert program.read(f"/estimates/{made['id']}/").json()["signed"] is True
    assert program.send(f"/estimates/{made['id']}/send/", {"template": str(paper.pk)}).status_code == 400
    retainer = program.send(
        "/retainers/", {"case": str(desk.case.pk), "asked": made["to_ask"], "threshold": 5_000}
    )
    assert (retainer.status_code, retainer.json()["estimate"], retainer.json()["low"]) == (
        201,
        made["id"],
        True,
    )
    assert program.send("/retainers/", {"case": str(desk.case.pk), "asked": 100}).status_code == 400


def test_client_money_comes_once_is_used_once_and_goes_back(program, bea, desk):
    retainer = desk.retainer(asked=30_000, threshold=0)
    invoice = desk.billed(20_000)
    program.with_key(bea)
    path = f"/retainers/{retainer.pk}"
    check = {"amount": 30_000, "method": "check", "received_on": "2026-11-20"}
    assert program.send(f"{path}/request/").json()["messages"] > 0
    for _ in range(2):
        assert program.send(f"{path}/deposit/", check, **{"Idempotency-Key": "d"}).status_code == 201
    assert held(desk) == 30_000

    part = {"invoice": str(invoice.pk), "amount": 5_000}
    for _ in range(2):
        assert program.send(f"{path}/use/", part, **{"Idempotency-Key": "u"}).json()["owed"] == 15_000
    assert (
        program.send(f"{path}/use/", {**part, "amount": 6_000}, **{"Idempotency-Key": "u"}).status_code == 400
    )
    assert program.send(f"{path}/use/", {**part, "amount": 15_001}).status_code == 400
    assert program.send(f"{path}/use/", {"invoice": str(invoice.pk)}).json()["owed"] == 0
    assert [row["amount"] for row in program.read(f"{path}/").json()["moves"]] == [30_000, -5_000, -15_000]

    assert program.send(f"{path}/close/").json()["held"] == 0
    assert program.send(f"{path}/use/", {"invoice": str(desk.billed(100).pk)}).status_code == 400
    assert program.send(f"{path}/deposit/", check).status_code == 400
    assert Payment.objects.count() == 1


def test_a_draft_is_set_picked_from_and_thrown_away(program, bea, desk):
    desk.rate()
    desk.time(60)
    desk.time(30)
    program.with_key(bea)
    draft = program.send("/invoice-drafts/", {"case": str(desk.case.pk), "due_days": 10}).json()
    path = f"/invoice-drafts/{draft['id']}/"
    assert (draft["total"], draft["due_days"]) == (22_500, 10)

    assert change(program, path, {"discount_amount": 2_500, "tax_rate": 10_000}).json()["total"] == 22_000
    for wrong in ({"discount_rate": 1}, {"discount_amount": 22_501}, {"tax_rate": 100_001}, {"contact": str(desk.case.pk)}):  # fmt: skip
        assert change(program, path, wrong).status_code == 400, wrong
    first = draft["items"][0]
    picked = program.send(f"{path}pick/", {"items": [first["key"]], "extras": [{"description": "Copies", "amount": 100}]})  # fmt: skip
    assert (len(picked.json()["items"]), len(picked.json()["others"])) == (2, 1)
    assert picked.json()["total"] == (first["amount"] + 100 - 2_500) * 110 // 100
    assert remove(program, path).status_code == 204
    assert not Draft.objects.exists()
    assert TimeEntry.objects.unbilled().count() == 2


def test_one_key_on_two_invoices_is_two_requests(program, bea, desk):
    one, two = desk.billed(10_000), desk.billed(20_000)
    program.with_key(bea)
    told = {"amount": 1_000, "reason": "x"}
    for invoice in (one, two):
        assert program.send(f"/invoices/{invoice.pk}/credit/", told, **{"Idempotency-Key": "k"}).json()["invoice"] == str(invoice.pk)  # fmt: skip
    other = program.send(f"/invoices/{one.pk}/credit/", {**told, "amount": 2_000}, **{"Idempotency-Key": "k"})

    assert other.status_code == 400
    assert program.read(f"/invoices/{two.pk}/").json()["owed"] == 19_000


def test_an_invoice_is_sent_and_written_off_once(program, bea, desk):
    invoice = desk.billed(10_000)
    program.with_key(bea)
    path = f"/invoices/{invoice.pk}"
    assert program.send(f"{path}/send/").json()["messages"] > 0
    for _ in range(2):
        off = program.send(
            f"{path}/write-off/", {"amount": 4_000, "reason": "Hardship"}, **{"Idempotency-Key": "w"}
        )

    assert (off.status_code, off.json()["owed"]) == (201, 6_000)
    assert [row["reason"] for row in off.json()["write_offs"]] == ["Hardship"]
    assert program.send(f"{path}/write-off/", {"amount": 6_001, "reason": "x"}).status_code == 400
    assert program.send(f"{path}/use-credit/").status_code == 400
    assert WriteOff.objects.count() == 1


def test_a_pay_link_stays_until_it_is_taken_back(program, bea, desk, visitor):
    invoice = desk.billed(10_000)
    program.with_key(bea)
    one, two = (program.send("/pay-links/", {"subject": invoice.subject}).json() for _ in range(2))
    assert one == two
    path = "/pay/" + one["url"].rstrip("/").rpartition("/")[2] + "/"
    assert visitor.get(path).status_code == 200

    assert program.send(f"/pay-links/{one['id']}/revoke/").json()["revoked_at"]
    assert visitor.get(path).status_code == 404
    assert program.send("/pay-links/", {"subject": "teapot:1"}).status_code == 400
    assert program.send("/pay-links/", {"subject": invoice.subject}).json()["id"] != one["id"]
    assert PayLink.objects.valid().count() == 1


def test_a_payment_written_down_by_mistake_is_struck_out(program, bea, desk):
    invoice = desk.billed(10_000)
    payment = desk.pay(invoice, 10_000)
    program.with_key(bea)

    assert program.send(f"/payments/{payment.pk}/strike-out/", {"reason": "Wrong family"}).json()[
        "struck_out"
    ]
    assert program.read(f"/invoices/{invoice.pk}/").json()["owed"] == 10_000


def test_weeks_are_signed_by_whom_they_are_of_and_opened_by_the_owner(program, ana, bea, olivia, desk):
    entry = desk.time(30)
    program.with_key(ana)
    week = program.send("/signed-weeks/", {"week": "2026-11-24"}).json()
    assert week["week"] == "2026-11-23"
    assert remove(program, f"/time-entries/{entry.pk}/").status_code == 400
    path = f"/signed-weeks/{week['id']}/reopen/"
    assert program.send(path, {"reason": "x"}).status_code == 403
    program.with_key(bea)
    assert program.send("/signed-weeks/", {"week": "2026-11-24"}).status_code == 403
    program.with_key(olivia)
    assert program.send(path, {"reason": "Forgotten call"}).json()["reason"] == "Forgotten call"
    assert not SignOff.objects.standing().exists()
    program.with_key(ana)
    assert remove(program, f"/time-entries/{entry.pk}/").status_code == 204


def test_an_expense_on_an_invoice_stays(program, ana, bea, desk):
    told = {
        "case": str(desk.case.pk),
        "on": "2026-11-24",
        "kind": "copies",
        "amount": 1_250,
        "description": "Copies",
    }
    one = program.with_key(ana).send("/expenses/", told).json()["id"]
    assert remove(program, f"/expenses/{one}/").status_code == 403
    program.with_key(bea)
    assert remove(program, f"/expenses/{one}/").status_code == 204
    two = program.with_key(ana).send("/expenses/", told).json()["id"]
    desk.invoice()
    program.with_key(bea)
    assert remove(program, f"/expenses/{two}/").status_code == 400
    assert Expense.objects.count() == 1


def test_prices_and_client_money_are_of_those_who_see_money(program, ana, bea, desk):
    program.with_key(ana)
    for path in ("/rates/", "/billing-terms/", "/flat-fees/", "/estimates/", "/retainers/", "/pay-links/"):
        assert program.read(path).status_code == 403, path
        assert program.send(path, {}).status_code == 403, path
    program.with_key(bea, may_write=False)
    assert program.send("/retainers/", {"case": str(desk.case.pk), "asked": 100}).status_code == 403
    assert retaining.held(desk.retainer(deposit=500)) == 500

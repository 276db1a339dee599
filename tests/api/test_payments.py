from payments import receiving
from payments.models import Payment, Refund
from tests.world import NOW, key


def told(**more):
    return {
        "method": "check",
        "amount": 4_000,
        "received_on": "2026-11-20",
        "contact": str(key("contact luz")),
        **more,
    }


def test_a_program_writes_a_payment_down_once(program, bea):
    program.with_key(bea)
    one, two = (
        program.send("/payments/", told(reference="1204"), **{"Idempotency-Key": "k1"}) for _ in range(2)
    )

    assert (one.status_code, one.json()) == (201, two.json())
    payment = Payment.objects.get()
    assert (payment.amount, payment.currency, payment.recorded_by) == (4_000, "usd", bea)
    assert program.read(f"/payments/{payment.pk}/").json() == one.json()
    assert one.json()["given_back"] == 0


def test_a_program_gives_back_no_more_than_is_left(program, bea):
    payment = program.with_key(bea).send("/payments/", told()).json()["id"]
    one, two = (program.send(f"/payments/{payment}/refund/", {"amount": 1_500, "reason": "x"}, **{"Idempotency-Key": "r"}) for _ in range(2))  # fmt: skip
    much = program.send(f"/payments/{payment}/refund/", {"amount": 2_501, "reason": "x"})

    assert (one.status_code, one.json()["state"], one.json() == two.json()) == (201, "made", True)
    assert (much.status_code, "At most $25.00" in str(much.json())) == (400, True)
    assert [row["amount"] for row in program.read("/refunds/").json()["results"]] == [1_500]
    assert Refund.objects.count() == 1


def test_what_cannot_be_is_a_sentence(program, bea):
    program.with_key(bea)
    for wrong in (
        {"amount": 0}, {"amount": -5}, {"amount": 10**12}, {"method": "card"}, {"currency": "xxx"}, {"received_on": "2027-01-01"},
        {"subject": "teapot:1"}, {"contact": str(key("nobody"))}, {"contact": "x"},
    ):  # fmt: skip
        assert program.send("/payments/", told(**wrong)).status_code == 400, wrong
    assert not Payment.objects.exists()


def test_who_may_not_see_money_is_refused(program, ana, bea, luz, harbor):
    from clients.models import Contact

    payment = receiving.record(contact=Contact.objects.get(pk=key("contact luz")), method="cash", amount=500, currency="usd", received_on=NOW.date(), by=bea, at=NOW)  # fmt: skip
    for person in (ana, luz):
        program.with_key(person)
        assert program.read("/payments/").status_code == 403
        assert (
            program.send(f"/payments/{payment.pk}/refund/", {"amount": 1, "reason": "x"}).status_code == 403
        )


def test_a_key_that_only_reads_writes_nothing(program, bea):
    assert program.with_key(bea, may_write=False).send("/payments/", told()).status_code == 403
    assert program.read("/payments/").status_code == 200

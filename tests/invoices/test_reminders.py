"""Reminders of a bill are kind, leave in the allowed hours, know of payments and credits, and stop by themselves."""

from datetime import date, datetime, timedelta

from invoices import crediting, reminding, telling
from outbox import sending
from outbox.models import Message
from payments import receiving
from tenants.models import DueWork
from tests.world import NOW

DUE = date(2026, 12, 24)


def at(day, hour=17, minute=0):
    return datetime.combine(DUE + timedelta(days=day), datetime.min.time(), NOW.tzinfo).replace(hour=hour, minute=minute)  # fmt: skip


def planned():
    return sorted(int(key.rpartition("/")[2]) for key in DueWork.objects.filter(kind=reminding.REMIND).values_list("key", flat=True))  # fmt: skip


def reminders():
    return list(Message.objects.filter(kind=reminding.KIND).order_by("occurrence"))


def test_three_are_planned_at_ten_in_the_firms_morning(desk):
    desk.billed()

    found = DueWork.objects.filter(kind=reminding.REMIND).order_by("due_at").values_list("due_at", flat=True)
    assert list(found) == [at(-3), at(7), at(21)]


def test_one_leaves_by_one_way_in_the_familys_language_and_names_no_child(desk, work_due, clock, standins):
    desk.billed(12_000)
    clock.now = at(-3, 17, 5)

    work_due(clock.now)

    (message,) = reminders()
    assert (message.channel, message.recipient, message.language) == ("sms", "+14065550116", "es")
    assert "$120" in message.body
    assert "Mateo" not in message.body
    assert planned() == [7, 21]


def test_a_run_at_night_waits_for_the_hours(desk, clock):
    invoice = desk.billed()
    night = at(7, 6)  # eleven in the evening in Montana

    telling.remind(invoice, days=7, at=night)

    assert reminders()[0].due_at.astimezone(reminders()[0].zone).hour == 9


def test_paying_calls_the_rest_off(desk, work_due, clock):
    invoice = desk.billed(12_000)
    desk.pay(invoice, 12_000)

    assert planned() == []
    work_due(at(22))
    assert reminders() == []


def test_a_part_payment_asks_for_the_rest(desk, work_due, clock):
    invoice = desk.billed(12_000)
    desk.pay(invoice, 5_000)
    clock.now = at(7, 17, 5)

    work_due(clock.now)

    assert "$70" in reminders()[-1].body


def test_crediting_calls_them_off_and_a_family_with_credit_enough_hears_nothing(desk, work_due, clock):
    first = desk.billed(12_000)
    crediting.credit(first, amount=12_000, reason="r", by=desk.bea, at=NOW)
    assert planned() == []
    second = desk.billed(3_000)  # and the work that the credit note freed
    receiving.record(
        method="check",
        amount=15_000,
        currency="usd",
        received_on=NOW.date(),
        by=desk.bea,
        at=NOW,
        contact=desk.payer,
    )

    assert reminding.still_to_ask(second) == 0
    clock.now = at(7, 17, 5)
    work_due(clock.now)
    assert reminders() == []


def test_one_that_was_written_does_not_leave_after_the_payment(desk, clock, standins):
    invoice = desk.billed(12_000)
    clock.now = at(7, 6)
    telling.remind(invoice, days=7, at=clock.now)
    desk.pay(invoice, 12_000)
    (message,) = reminders()
    assert (message.state, message.reason) == ("suppressed", "it is paid or credited")

    Message.objects.filter(pk=message.pk).update(state="due")
    sending.deliver([str(message.pk)], message.due_at)

    message.refresh_from_db()
    assert (message.state, message.reason) == ("suppressed", "it is paid or credited")


def test_a_refund_plans_what_lies_ahead_again(desk, clock):
    from payments import refunding

    invoice = desk.billed(12_000)
    payment = desk.pay(invoice, 12_000)
    refunding.refund(payment, amount=2_000, reason="By mistake", by=desk.bea, at=at(8))

    assert planned() == [21]


def test_a_guardian_who_was_barred_meanwhile_hears_nothing(desk, clock):
    from clients.models import Guardianship

    invoice = desk.billed()
    telling.send(invoice, by=desk.bea, at=NOW)
    message = Message.objects.filter(kind="bill").first()
    Guardianship.objects.filter(contact=desk.payer).update(blocked_from=NOW.date())

    assert telling.held_back(message, at=NOW) == "this person may not hear about this child"
    assert telling.remind(invoice, days=7, at=at(7)) == 0


def test_two_that_were_missed_while_nothing_ran_are_one(desk, work_due, clock):
    """The one before the day and the one after it were both due when it ran again."""
    invoice = desk.billed(10_000)
    at = NOW + timedelta(days=38)
    clock.now = at
    work_due(at)

    assert [row.occurrence for row in Message.objects.filter(kind=reminding.KIND)] == ["7"]
    assert DueWork.objects.filter(kind=reminding.REMIND).count() == 1
    assert invoice.due_on < at.date()

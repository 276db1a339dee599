import itertools
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from outbox.models import Message
from payments import refunding
from payments.models import Checkout, Event, Payment, Refund
from payments.providers import stripe
from scheduling import booking as bookings
from scheduling.availability import free_slots, is_free
from scheduling.booking import Asker, SlotTaken, TooManyHolds
from scheduling.models import Booking, Service
from scheduling.paid import HOLD
from tests.world import NOW

START = datetime(2026, 12, 3, 10, tzinfo=ZoneInfo("America/Denver"))
EVA = Asker(name="Eva", phone="+14065550177")


@pytest.fixture
def priced(service, ana):
    Service.objects.update(price=4550)
    service.refresh_from_db()
    service.advocates.set([ana])
    return service


def fill(visitor, service, start=START, n=1, phone="406 555 0190"):
    return visitor.post(f"/book/{service.pk}/details/", {
        "time": start.isoformat(), "zone": "America/Denver", "once": f"p{n}{start}", "name": "José", "phone": phone,
        "email": "jose@home.example", "company_page": "",
    })  # fmt: skip


def hear(cards, work_due, at=NOW):
    for event in cards.events():
        assert cards.tell(event).status_code == 204
    work_due(at)


def test_held_then_paid_then_booked(visitor, priced, cards, clock, work_due, standins):
    answer = fill(visitor, priced)
    held = Booking.objects.get()
    checkout = Checkout.objects.get()
    assert answer["Location"] == f"/b/{held.secret}/pay/"
    assert (held.held_until, checkout.amount, checkout.currency) == (NOW + HOLD, 4550, "usd")
    assert not Message.objects.exists()
    page = visitor.get(answer["Location"]).content.decode()
    assert checkout.url in page
    # Not longer than Stripe takes the money.
    assert checkout.expires_at < held.held_until
    assert [time in page for time in ("12:31 pm", "12:35 pm")] == [True, False]

    assert cards.pay(checkout).status_code == 303
    hear(cards, work_due)

    booked = Booking.objects.get()
    assert (booked.held_until, booked.is_standing) == (None, True)
    assert (Payment.objects.get().amount, Payment.objects.get().checkout) == (4550, checkout)
    assert Message.objects.filter(kind="booked", recipient="jose@home.example").count() == 1
    assert "Paid: $45.50" in visitor.get(f"/b/{booked.secret}/").content.decode()


def test_what_is_held_is_no_booking_yet_and_nobody_else_gets_it(visitor, priced, ana, cards, clock):
    fill(visitor, priced)

    assert not Booking.objects.visible_to(ana).exists()
    assert not is_free(priced, ana, START, at=NOW)
    with pytest.raises(SlotTaken):
        bookings.book(priced, starts_at=START, asker=EVA, at=NOW, advocate=ana)


def test_a_hold_lapses_by_time_alone_and_another_family_books_it(visitor, priced, ana, cards, clock):
    fill(visitor, priced)
    later = NOW + HOLD

    assert is_free(priced, ana, START, at=later)
    assert START in {s.starts_at for s in free_slots(priced, since=START, until=START + timedelta(hours=1), at=later)}  # fmt: skip
    assert bookings.book(priced, starts_at=START, asker=EVA, at=later, advocate=ana).is_standing
    assert Booking.objects.get(called_off_by="lapse").contact.name == "José"


def test_an_abandoned_checkout_gives_the_time_back(visitor, priced, ana, cards, clock, work_due, standins):
    fill(visitor, priced)
    stripe.expire(Checkout.objects.get().session_id, account=cards.account)
    hear(cards, work_due)

    assert is_free(priced, ana, START, at=NOW)
    assert Booking.objects.get().called_off_by == "lapse"
    assert (
        "This time is free again" in visitor.get(f"/b/{Booking.objects.get().secret}/pay/").content.decode()
    )


def test_without_a_webhook_the_check_finds_the_payment(visitor, priced, cards, clock, work_due, standins):
    fill(visitor, priced)
    cards.pay(Checkout.objects.get())
    work_due(NOW + timedelta(minutes=33))

    assert Booking.objects.get().is_standing
    assert Payment.objects.count() == 1


def test_paid_late_but_still_free_is_booked(visitor, priced, cards, clock, work_due, standins):
    fill(visitor, priced)
    held = Booking.objects.get()
    cards.pay(Checkout.objects.get())
    Booking.objects.filter(pk=held.pk).update(called_off_at=NOW, called_off_by="lapse")
    hear(cards, work_due)

    assert Booking.objects.get().is_standing
    assert not Refund.objects.exists()


def test_paid_late_goes_to_another_who_is_free_at_the_same_time(visitor, priced, ana, marcus, cards, clock, work_due, standins):  # fmt: skip
    fill(visitor, priced)
    checkout = Checkout.objects.get()
    cards.pay(checkout)
    bookings.book(priced, starts_at=START, asker=EVA, at=NOW + HOLD, advocate=ana)
    priced.advocates.add(marcus)
    hear(cards, work_due, NOW + HOLD)

    mine = Booking.objects.get(contact__name="José")
    assert (mine.advocate, mine.is_standing) == (marcus, True)


def test_paid_late_and_taken_is_given_back_with_an_apology(visitor, priced, ana, cards, clock, work_due, standins):  # fmt: skip
    fill(visitor, priced)
    cards.pay(Checkout.objects.get())
    bookings.book(priced, starts_at=START, asker=EVA, at=NOW + HOLD, advocate=ana)
    hear(cards, work_due, NOW + HOLD)

    refund = Refund.objects.get()
    assert (refund.amount, refund.refused) == (4550, "")
    assert refund.made_at is not None
    assert not Booking.objects.get(contact__name="José").is_standing
    assert Message.objects.filter(kind="paid-late", recipient="jose@home.example").count() == 1


def test_any_order_of_the_events_and_any_of_them_twice_end_alike(visitor, priced, ana, cards, clock, work_due, standins):  # fmt: skip
    fill(visitor, priced)
    cards.pay(Checkout.objects.get())
    events = [event for event in cards.events() if event["type"] != "account.updated"]
    assert len(events) >= 3
    for n, order in enumerate(itertools.islice(itertools.permutations(events, 3), 6)):
        for event in [*order, order[0]]:
            told = {**event, "id": f"{event['id']}{n}"}
            cards.tell(told)
            cards.tell(told)
        work_due()

    assert (Payment.objects.count(), Refund.objects.count()) == (1, 0)
    assert Booking.objects.get().is_standing
    assert Event.objects.filter(done_at=None).count() == 0


def test_a_bad_signature_an_old_one_and_another_account_change_nothing(
    visitor, priced, cards, clock, work_due
):
    fill(visitor, priced)
    cards.pay(Checkout.objects.get())
    event = next(e for e in cards.events() if e["type"] == "checkout.session.completed")

    assert cards.tell(event, secret="whsec_wrong").status_code == 400
    assert cards.tell(event, at=1_700_000_000).status_code == 400
    assert cards.tell({**event, "account": "acct_of_nobody"}).status_code == 204
    assert not Event.objects.exists()
    assert Booking.objects.get().held_until is not None


def test_an_event_of_the_other_mode_is_answered_and_touches_nothing(
    visitor, priced, cards, clock, work_due, monkeypatch
):
    """A live address hears of what happens in an account's test mode too, and a test one must never hear of money."""
    fill(visitor, priced)
    cards.pay(Checkout.objects.get())
    event = next(e for e in cards.events() if e["type"] == "checkout.session.completed")

    assert cards.tell({**event, "livemode": True}).status_code == 204
    with monkeypatch.context() as ours:
        ours.setattr(settings, "STRIPE_API_KEY", "sk_live_of_the_suite")
        assert cards.tell(event).status_code == 204
    assert not Event.objects.exists()
    assert cards.tell(event).status_code == 204
    assert Event.objects.count() == 1


def test_sending_the_form_twice_is_one_hold_and_one_checkout(visitor, priced, cards, clock):
    fill(visitor, priced)
    fill(visitor, priced)

    assert (Booking.objects.count(), Checkout.objects.count()) == (1, 1)


def test_two_open_holds_a_person_and_no_third(visitor, priced, cards, clock):
    for hour in (0, 1):
        assert fill(visitor, priced, START + timedelta(hours=hour)).status_code == 302
    fill(visitor, priced, START + timedelta(hours=2))
    other = Asker(name="Eva", phone="+14065550190")

    # The third with one number is asked for a code before anything is booked.
    assert Booking.objects.count() == 2
    with pytest.raises(TooManyHolds):
        bookings.book(priced, starts_at=START + timedelta(hours=3), asker=other, at=NOW, hold=HOLD)
    assert bookings.book(priced, starts_at=START + timedelta(hours=3), asker=other, at=NOW + HOLD, hold=HOLD)


def test_giving_the_time_back_frees_it_at_once(visitor, priced, ana, cards, clock):
    fill(visitor, priced)
    held = Booking.objects.get()
    visitor.post(f"/b/{held.secret}/pay/", {"do": "let go"})

    assert is_free(priced, ana, START, at=NOW)
    session = stripe.session(Checkout.objects.get().session_id, account=cards.account)
    assert session.status == "expired"


def test_while_stripe_is_silent_the_time_stays_and_trying_again_makes_one_session(visitor, priced, cards, clock, standins):  # fmt: skip
    standins.fault(service="stripe", kind="error_before", times=2, path="/v1/checkout/sessions")
    answer = fill(visitor, priced)
    assert "does not answer right now" in visitor.get(answer["Location"]).content.decode()
    visitor.post(answer["Location"])

    assert Checkout.objects.get().url in visitor.get(answer["Location"]).content.decode()
    found = stripe.client().v1.checkout.sessions.list({}, {"stripe_account": cards.account}).data
    assert len(found) == 1


def test_calling_off_gives_the_money_back_once(visitor, priced, cards, clock, work_due, standins):
    fill(visitor, priced)
    cards.pay(Checkout.objects.get())
    hear(cards, work_due)
    booked = Booking.objects.get()
    visitor.post(f"/b/{booked.secret}/call-off/")
    visitor.post(f"/b/{booked.secret}/call-off/")
    work_due()
    refunding.make_refunds([str(Refund.objects.get().pk)], NOW)

    found = stripe.client().v1.refunds.list({}, {"stripe_account": cards.account}).data
    assert [(refund.amount, refund.id) for refund in found] == [(4550, Refund.objects.get().provider_id)]


def test_without_stripe_it_is_booked_at_once_and_invoiced(visitor, priced, clock):
    fill(visitor, priced)

    booked = Booking.objects.get()
    assert (booked.is_standing, booked.price) == (True, 4550)
    assert "We send you an invoice" in visitor.get(f"/b/{booked.secret}/").content.decode()


def test_an_owner_connects_stripe(visitor, olivia, standins, clock):
    as_olivia = visitor.as_(olivia)
    assert "Go on at Stripe" in as_olivia.post("/payments/settings/").content.decode()
    as_olivia.post("/payments/settings/")
    from payments.models import StripeAccount

    account = StripeAccount.objects.get()
    assert account.charges_enabled is False
    standins._ask("/stripe", {"onboard": account.account_id})
    as_olivia.post("/payments/settings/", {"do": "refresh"})
    account.refresh_from_db()
    assert account.charges_enabled is True


def test_who_comes_back_from_stripe_need_not_wait_for_the_webhook(visitor, priced, cards, clock, standins):
    page = fill(visitor, priced)["Location"]
    cards.pay(Checkout.objects.get())

    waits = visitor.get(f"{page}?paid=1").content.decode()
    assert "This page looks again by itself." in waits
    assert '<noscript><p class="hint">Press “Look again” in a few seconds.</p></noscript>' in waits
    assert Booking.objects.get().held_until is not None, "opening the page changes nothing"

    answer = visitor.post(page, {"do": "look"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, f"{page}?paid=1")
    assert Booking.objects.get().held_until is None
    assert visitor.get(answer["HX-Redirect"])["Location"] == page.removesuffix("pay/") + "?new=1"


def test_while_nothing_is_paid_the_page_stays_and_stripe_is_not_asked_without_end(visitor, priced, cards, clock, standins):  # fmt: skip
    page = fill(visitor, priced)["Location"]
    for _ in range(40):
        assert visitor.post(page, {"do": "look"}, headers={"HX-Request": "true"}).status_code == 204
    assert visitor.post(page, {"do": "look"})["Location"] == f"{page}?paid=1"

    cards.pay(Checkout.objects.get())
    visitor.post(page, {"do": "look"})
    assert Booking.objects.get().held_until is not None, "thirty looks in ten minutes are enough"


def test_the_page_of_a_third_held_time_says_what_to_do_and_keeps_what_was_typed(
    visitor, priced, cards, clock
):
    """One number, two networks, so that nobody is asked for a code first."""
    for hour in (0, 1):
        other = Asker(name="Eva", phone="+14065550190")
        bookings.book(priced, starts_at=START + timedelta(hours=hour), asker=other, at=NOW, hold=HOLD)
    answer = fill(visitor, priced, START + timedelta(hours=2))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "We keep two times for you already." in page
    assert 'value="José"' in page
    assert (Booking.objects.count(), Checkout.objects.count()) == (2, 0)


def test_a_webhook_that_was_quicker_than_the_page_moves_the_page_on(visitor, priced, cards, clock, work_due, standins):  # fmt: skip
    page = fill(visitor, priced)["Location"]
    cards.pay(Checkout.objects.get())
    hear(cards, work_due)

    answer = visitor.post(page, {"do": "look"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, page.removesuffix("pay/") + "?new=1")

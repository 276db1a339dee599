"""The owner's page: what the firm has, what it uses, subscribing and changing."""

import re
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from billing import keeping, setting_up, subscribing
from billing.models import PlanChange, PlanCheckout, PlanInvoice, Status
from billing.providers import stripe
from billing.subscribing import CannotSubscribe
from clients.models import Student
from tenants.models import Entitlement
from tenants.places import in_public
from tests.world import NOW

CHOICE = {"plan": "practice", "interval": "month", "seats": "7"}
UP = {"plan": "practice", "interval": "month", "seats": "8"}


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_owner_sees_plan_use_next_charge_and_invoices(subscribed, visitor, olivia):
    page = words(visitor.as_(olivia).get("/plan/"))

    assert "Practice, 7 seats, monthly Active" in page
    assert "$315, Thursday, December 24" in page
    assert "invited. 6 : People 7" in page
    assert "do not count. 2 : Students on file 300" in page
    assert "Papers 0 GB 50 GB" in page
    assert "On file at Stripe" in page
    invoice = PlanInvoice.objects.get()
    assert (invoice.total, invoice.status) == (31500, "paid")
    assert f"{invoice.number} Tue Nov 24 $315 $0 Paid" in page


def test_billing_sees_it_and_changes_nothing(subscribed, visitor, bea, ana):
    page = visitor.as_(bea).get("/plan/")
    assert page.status_code == 200
    assert "Practice, 7 seats" in words(page)
    assert "See what it costs" not in words(page)
    assert visitor.as_(bea).post("/plan/portal/").status_code == 403
    assert visitor.as_(ana).get("/plan/").status_code == 403


def test_a_firm_without_a_row_is_free_of_charge(harbor, visitor, olivia):
    assert "free of charge and without limits" in words(visitor.as_(olivia).get("/plan/"))


def test_without_a_key_nothing_is_charged_and_nothing_limited(harbor, visitor, olivia, stranger, settings):
    settings.STRIPE_API_KEY = ""
    page = words(visitor.as_(olivia).get("/plan/"))
    assert "nothing is charged, and nothing is limited" in page
    assert "Choose a plan" not in page
    assert visitor.as_(olivia).post("/plan/checkout/", CHOICE).status_code in {302, 422}
    assert "Nothing is charged here" in words(stranger.get("/pricing/"))


def test_pricing_shows_the_plans(roundtable, stranger):
    page = words(stranger.get("/pricing/"))
    assert "14 days free, no card." in page
    for price in ("$49 a month", "or $490 a year", "$45 a month", "$42 a month", "12,000 texts a month"):
        assert price in page


def test_subscribing_goes_to_stripes_page_and_twice_to_the_same(trial, visitor, olivia):
    first = visitor.as_(olivia).post("/plan/checkout/", CHOICE)
    second = visitor.as_(olivia).post("/plan/checkout/", CHOICE)

    assert first.status_code == 302
    assert first["Location"] == second["Location"]
    assert "/stripe/pay/" in first["Location"]
    page = visitor.as_(olivia).get("/plan/")
    assert re.search(r"form-action 'self' \S+ http://127\.0\.0\.1:\d+", page["Content-Security-Policy"])


def test_another_choice_closes_the_page_before(trial, visitor, olivia):
    first = visitor.as_(olivia).post("/plan/checkout/", CHOICE)["Location"]
    second = visitor.as_(olivia).post("/plan/checkout/", UP)["Location"]

    assert first != second
    assert trial.pay(first).status_code == 410
    trial.pay(second)
    assert keeping.bring_up_to_date(trial.firm, at=NOW).seats == 8


def test_coming_back_before_stripe_told_us(trial, visitor, olivia):
    trial.pay(visitor.as_(olivia).post("/plan/checkout/", CHOICE)["Location"])
    assert "Stripe has not told us yet" in words(visitor.as_(olivia).get("/plan/?back=1"))
    visitor.as_(olivia).post("/plan/look/")
    assert "Thank you. Your plan is set." in words(visitor.as_(olivia).get("/plan/?back=1"))


def test_paying_in_one_tab_and_asking_again_in_another_is_one_subscription(trial, visitor, olivia):
    trial.pay(visitor.as_(olivia).post("/plan/checkout/", CHOICE)["Location"])
    again = visitor.as_(olivia).post("/plan/checkout/", CHOICE)

    assert again.status_code == 422
    assert "has a plan already" in words(again)
    assert len(stripe.states_of(trial.row().customer_id)) == 1


def test_a_second_subscription_is_ended_and_its_money_is_a_credit(subscribed):
    row = subscribed.row()
    card = stripe.client().v1.subscriptions.retrieve(row.subscription_id).default_payment_method
    with in_public():
        from billing.models import PlanPrice

        price = PlanPrice.objects.get(plan="solo", interval="month").price_id
    stripe.client().v1.subscriptions.create(
        {"customer": row.customer_id, "items": [{"price": price}], "default_payment_method": card}
    )
    now = keeping.bring_up_to_date(subscribed.firm, at=NOW)

    assert (now.subscription_id, now.seats) == (row.subscription_id, 7)
    states = stripe.states_of(row.customer_id)
    assert [state.status for state in states] == ["active", "canceled"]
    assert keeping.bring_up_to_date(subscribed.firm, at=NOW).credit == 4900


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"plan": "gold"}, "Plan"),
        ({"interval": "week"}, "How it is paid"),
        ({"seats": "0"}, "Choose at least one seat."),
        ({"seats": "seven"}, "Type a whole number of seats."),
        ({"seats": "99999999999999"}, "That is more seats than we have."),
        ({"seats": "9"}, "Practice is for 2 to 8 people."),
        ({"plan": "solo", "seats": "1"}, "6 people work here or are invited. End somebody"),
        (
            {"seats": "1"},
            "Please check one thing 6 people work here or are invited. Take 6 seats, or end somebody",
        ),
    ],
)
def test_what_cannot_be_had_is_explained(trial, visitor, olivia, sent, said):
    answer = visitor.as_(olivia).post("/plan/checkout/", CHOICE | sent)
    assert answer.status_code == 422
    assert said in words(answer)
    with in_public():
        assert PlanCheckout.objects.count() == 0


def shown(answer):
    return re.search(r'name="shown" value="([^"]+)"', answer.content.decode()).group(1)


def test_a_seat_more_shows_its_price_first_and_costs_that(subscribed, visitor, olivia, clock):
    clock.now = NOW + timedelta(days=15)
    subscribed.advance(clock.now)
    answer = visitor.as_(olivia).get("/plan/change/", data=UP)
    page = words(answer)
    assert "Charged to your card today $22.50" in page
    assert "$360 a month, first on Thursday, December 24" in page
    assert subscribed.row().seats == 7

    for _ in range(3):  # two tabs, Back, a double click
        visitor.as_(olivia).post("/plan/change/", {"shown": shown(answer)})
    assert (subscribed.row().seats, subscribed.limits().seats) == (8, 8)
    assert sorted(PlanInvoice.objects.values_list("total", flat=True)) == [2250, 31500]
    with in_public():
        assert PlanChange.objects.count() == 1


def test_fewer_seats_is_a_credit_and_no_money_back(subscribed, visitor, olivia, clock):
    clock.now = NOW + timedelta(days=15)
    subscribed.advance(clock.now)
    answer = visitor.as_(olivia).get("/plan/change/", data=CHOICE | {"seats": "6"})
    assert "A credit that your next invoices use up $22.50" in words(answer)
    visitor.as_(olivia).post("/plan/change/", {"shown": shown(answer)})

    assert (subscribed.row().seats, subscribed.row().credit) == (6, 2250)
    assert "$247.50, Thursday, December 24" in words(visitor.as_(olivia).get("/plan/"))


def test_less_than_is_used_is_explained_and_prevented(subscribed, visitor, olivia, choice):
    answer = visitor.as_(olivia).get("/plan/change/", data=CHOICE | {"seats": "5"})
    assert answer.status_code == 422
    assert (
        "6 people work here or are invited. Take 6 seats, or end somebody's access on the staff page first"
        in words(answer).replace("&#x27;", "'")
    )
    with pytest.raises(CannotSubscribe):
        subscribing.preview(choice("solo", "month", 1), at=NOW)


def test_what_was_shown_is_what_is_confirmed(subscribed, visitor, olivia):
    answer = visitor.as_(olivia).post("/plan/change/", {"shown": "forged", **UP})
    assert answer.status_code == 302
    assert subscribed.row().seats == 7
    assert "look at the price again" in words(visitor.get("/plan/"))


def test_a_card_that_fails_changes_nothing(subscribed, visitor, olivia):
    answer = visitor.as_(olivia).get("/plan/change/", data=UP)
    subscribed.new_card("4000000000000341")
    stripe.client().v1.subscriptions.update(subscribed.row().subscription_id, {"default_payment_method": ""})
    visitor.as_(olivia).post("/plan/change/", {"shown": shown(answer)})

    assert "Nothing was changed. Stripe says:" in words(visitor.get("/plan/"))
    assert keeping.bring_up_to_date(subscribed.firm, at=NOW).seats == 7
    assert PlanInvoice.objects.count() == 1


def test_a_lost_answer_is_found_out(subscribed, visitor, olivia, work_due, clock):
    answer = visitor.as_(olivia).get("/plan/change/", data=UP)
    subscribed.standins.fault(
        service="stripe", kind="error_kept", method="POST", path="/v1/subscriptions/sub_", times=1
    )
    visitor.as_(olivia).post("/plan/change/", {"shown": shown(answer)})
    assert "we do not know yet" in words(visitor.get("/plan/"))
    assert subscribed.row().seats == 7

    clock.now = NOW + timedelta(minutes=3)
    work_due(clock.now)
    assert subscribed.row().seats == 8


def test_the_portal_and_a_firm_that_is_not_there_yet(trial, subscribed, visitor, olivia):
    answer = visitor.as_(olivia).post("/plan/portal/")
    assert answer.status_code == 302
    assert "/stripe/portal/" in answer["Location"]


def test_stripe_down_is_said_and_nothing_breaks(trial, visitor, olivia):
    trial.standins.fault(service="stripe", kind="error_before", times=None)
    assert visitor.as_(olivia).get("/plan/").status_code == 200
    answer = visitor.as_(olivia).post("/plan/checkout/", CHOICE)
    assert answer["Location"] == "/plan/"
    assert "Nothing was charged" in words(visitor.get("/plan/"))
    trial.no_faults()
    assert "/stripe/pay/" in visitor.as_(olivia).post("/plan/checkout/", CHOICE)["Location"]


def test_tax_is_added_and_shown(roundtable, visitor, olivia):
    setting_up.set_tax(Decimal("8.25"), label="Sales tax", at=NOW)
    roundtable.on_a_test_clock()
    roundtable.pay(subscribing.checkout(subscribing.choice_of("practice", "month", 7), by=olivia, at=NOW))
    keeping.bring_up_to_date(roundtable.firm, at=NOW)

    invoice = PlanInvoice.objects.get()
    assert (invoice.total, invoice.tax) == (31500 + 2599, 2599)
    page = words(visitor.as_(olivia).get("/plan/"))
    assert "$340.99, Thursday, December 24" in page
    assert "$315 and $25.99 tax" in page
    assert "Sales tax of 8.25 % is added." in page


@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seconds=st.integers(0, 29 * 86400), seats=st.integers(6, 8), plan=st.sampled_from(["practice", "firm"]),
    interval=st.sampled_from(["month", "year"]),
)  # fmt: skip
def test_what_is_shown_adds_up_to_the_cent(subscribed, seconds, seats, plan, interval):
    """Credit and charge are each the exact share of the period, rounded once; tax and total follow from them."""
    at = NOW + timedelta(seconds=seconds)
    row = subscribed.row()
    chosen = subscribing.choice_of(plan, interval, seats)
    if (row.plan, row.interval, row.seats) == (plan, interval, seats):
        with pytest.raises(CannotSubscribe):
            subscribing.preview(chosen, at=at)
        return
    found = subscribing.preview(chosen, at=at)
    period = Decimal((row.period_ends_at - NOW).total_seconds())
    left = Decimal((row.period_ends_at - at).total_seconds()) / period

    def share(amount):
        return int((amount * left).quantize(Decimal(1), ROUND_HALF_UP))

    assert found.credit == share(row.amount * row.seats)
    assert found.charge == (share(chosen.amount) if interval == "month" else chosen.amount)
    assert found.total == found.charge - found.credit + found.tax
    assert found.due - found.left == found.total
    assert min(found.due, found.left) == 0


def test_a_plan_changed_on_free_days_costs_nothing_today(trial, visitor, olivia):
    trial.on_a_test_clock()
    trial.pay(subscribing.checkout(subscribing.choice_of("practice", "month", 7), by=olivia, at=NOW))
    keeping.bring_up_to_date(trial.firm, at=NOW)
    answer = visitor.as_(olivia).get("/plan/change/", data={"plan": "firm", "interval": "year", "seats": "8"})
    assert "Nothing: your free days go on." in words(answer)
    visitor.as_(olivia).post("/plan/change/", {"shown": shown(answer)})

    row = trial.row()
    assert (row.status, row.plan, row.interval, row.seats) == (Status.TRIALING, "firm", "year", 8)
    assert Entitlement.objects.get(firm_id=trial.firm.id).students == 2000


def test_what_counts_is_said_and_the_number_leads_to_those_who_are_counted(
    subscribed, visitor, olivia, mateo
):
    Student.objects.create(family=mateo.family, given_name="Nia", family_name="Firstcall")
    page = visitor.as_(olivia).get("/plan/").content.decode()
    assert "still “Unconfirmed”, do not count" in page
    assert 'href="/students/?known=1"' in page

    listed = visitor.get("/students/?known=1").content.decode()
    assert ("2 known students" in listed, "Firstcall" in listed, "Mateo Rivera" in listed) == (
        True,
        False,
        True,
    )
    assert "Firstcall" in visitor.get("/students/").content.decode()

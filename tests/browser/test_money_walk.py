"""The money of one firm in one walk: sign-up, plan, a paid call, a week of time on an invoice, half given back, the figures.

Stripe and the phones are the stand-ins. For the card that fails in the second month their clock alone goes 31 days ahead,
as Stripe's own test clocks do, and comes back to today before families pay: the product is at today throughout.
By the product's own functions, not on pages: the new staff's invitations, the family's signature (which `test_case_walk`
draws), the price of an hour, the week's five entries beside the timer's, the hour and the date before the figures. The last
free day is written into the row, since the walk cannot wait for it.
"""

import re
import secrets
import time
from datetime import timedelta

import pyotp
import pytest
from django.db import connection
from django.utils import timezone

from accounts import second_factor, staff
from accounts.models import Invitation, User
from accounts.roles import Role
from billing import setting_up
from billing.models import PlanEvent, PlanPrice, PortalSetting, Status, Subscription
from billing.providers import stripe
from cases import clock
from cases.models import Case
from clients import agreements
from clients.models import Signature
from desk import firm as owners_page
from intake.models import Inquiry
from invoices import pricing, timing
from invoices.models import Invoice, SignOff, TimeEntry, monday_of
from payments.models import Payment, StripeAccount
from payments.money import say
from scheduling.models import WeeklyHours
from tenants.hosts import reference
from tenants.models import Firm
from tenants.numbers import own_number
from tenants.opening import throw_away
from tenants.places import in_public, within
from tests.browser.conftest import CONNECT_SECRET, STRIPE_SECRET, Site
from tests.browser.test_case_walk import nobody_is_in_the_way, sign_in
from tests.browser.test_consultation import book_and_pay, eventually, texts
from tests.browser.test_walk import Taps, is_well
from tests.world import PASSWORD, TOTP, Cast

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.timeout(900)]
MONTH_AND_MORE = 31 * 86400 + 7200
# Minutes from Monday to Friday; with the seven of the timer 182, at $150 an hour $455.
MINUTES = (30, 60, 45, 15, 25)


@pytest.fixture
def owner(chromium):
    """A page under the site's own policy: a form that may not lead to Stripe stays where it is."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-US", timezone_id="America/Denver"
    )
    page = context.new_page()
    page.set_default_timeout(60000)
    yield page
    context.close()


@pytest.fixture
def slug(served, standins):
    """The address of the firm to be; Stripe tells the served product of it. Afterwards the firm is thrown away."""
    hooks = f"http://localhost:{served}/hooks/stripe/"
    standins._ask("/stripe", {"endpoints": [
        {"url": hooks, "secret": STRIPE_SECRET, "events": ["*"], "connect": False},
        {"url": f"{hooks}connect/", "secret": CONNECT_SECRET, "events": ["*"], "connect": True},
    ]})  # fmt: skip
    setting_up.set_up_plans(at=timezone.now())
    slug = f"money-{secrets.token_hex(4)}"
    yield slug
    standins._ask("/clock", {"real": True})
    with in_public():
        firm = Firm.objects.filter(slug=slug).select_related("entitlement").first()
        for left in (PlanEvent, PlanPrice, PortalSetting):
            left.objects.all().delete()
    if firm:
        throw_away(reference(firm))


def test_one_firm_from_sign_up_to_figures_that_are_plain_sums(owner, desktop, telefono, phone, served, slug, standins):  # fmt: skip
    site = the_firm_signs_up(owner, served, slug, standins)
    it_subscribes(owner, site)
    hire(site, "ana", "Ana Reyes", Role.ADVOCATE)
    with pytest.raises(staff.NoSeat):
        hire(site, "bea", "Bea Novak", Role.BILLING)
    it_adds_a_seat(owner, site)
    hire(site, "bea", "Bea Novak", Role.BILLING)
    a_card_fails_and_recovers(owner, site, standins)
    the_plans_pages_are_well(owner, desktop, site)

    its_own_account_is_connected(owner, site)
    a_call_has_a_price(owner, site)
    book_and_pay(telefono, site, standins, with_iep=False)
    case = the_family_becomes_a_case(desktop, owner, site)
    an_hour_has_a_price(site)

    a_week_is_worked(desktop, site, case)
    a_retainer_is_asked_for_and_received(desktop, site, case, standins)
    invoice = it_is_billed_and_partly_paid_from_the_retainer(desktop, site, case)
    the_mother_pays_the_rest(phone, site, invoice, standins)
    half_goes_back(desktop, site, invoice)

    the_work_goes_on(site, case)
    as_the_owner(desktop, owner)
    figures_are_sums(desktop, site)


# -- the firm and its plan ---------------------------------------------------------------------------


def the_firm_signs_up(page, served, slug, standins):
    """From the prices to Today, with the second step and the address confirmed by the link in the mail."""
    page.goto(f"http://localhost:{served}/pricing/")
    page.get_by_role("link", name="Start free").first.click()
    page.get_by_label("Name of your firm").fill("Peak Advocacy")
    page.get_by_label("Your web address").fill(slug)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Your name").fill("Petra Peak")
    page.get_by_label("E-mail").fill(f"petra@{slug}.example")
    page.get_by_label("Password").fill("quiet mountain lake boat")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("State").select_option("MT")
    page.get_by_label(re.compile("I accept")).check()
    page.get_by_role("button", name="Open my booking page").click()
    page.get_by_role("button", name="Go to my firm").click()
    page.wait_for_url("**/sign-in/set-up/")
    page.get_by_text("I cannot scan it").click()
    page.locator("[name=code]").fill(pyotp.TOTP(page.locator("code.key").inner_text()).now())
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url("**/today/")

    with in_public():
        firm = reference(Firm.objects.select_related("entitlement").get(slug=slug))
    site = Site(served, Cast(firm=firm))
    eventually(lambda: standins.mail(f"petra@{slug}.example"), seconds=60)
    found = re.search(r"/confirm-email/[\w-]+/[\w-]+/", str(standins.mail(f"petra@{slug}.example")))
    page.goto(site.at(found.group()))
    page.get_by_role("button", name="Confirm my address").click()
    page.get_by_text("Your address is confirmed.").wait_for()
    with within(firm):
        petra = User.objects.get()
        site.cast.people["petra"] = petra.pk
        assert WeeklyHours.objects.filter(advocate=petra).count() == 5
        number = own_number()
    standins._ask("/twilio", {
        "numbers": [{"phone_number": number, "sms_url": f"http://localhost:{served}/hooks/twilio/inbound/"}],
        "callbacks": "all",
    })  # fmt: skip
    return site


def until(site, holds):
    """The subscription once Stripe's word has arrived."""
    end = time.monotonic() + 60
    while True:
        with in_public():
            row = Subscription.objects.get(firm=site.cast.firm.id)
        if holds(row) or time.monotonic() > end:
            return row
        time.sleep(0.2)


def it_subscribes(page, site):
    """Of the free days one is left: too little for Stripe to take along, so the first month is paid at once."""
    with in_public():
        Subscription.objects.filter(firm=site.cast.firm.id).update(
            trial_ends_at=timezone.now() + timedelta(hours=20)
        )
    page.goto(site.at("/plan/"))
    assert "1 free day is left." in page.locator("main").inner_text()
    assert "Free days" in page.locator("main").inner_text()
    page.get_by_label("Plan", exact=True).select_option("practice")
    page.get_by_label("Seats").fill("2")
    page.get_by_role("button", name="Go to Stripe and subscribe").click()
    fill_the_card_form(page, f"petra@{site.cast.firm.slug}.example", "Petra Peak")
    page.wait_for_url("**/plan/?back=1")
    assert until(site, lambda row: row.stands).status == Status.ACTIVE
    page.reload()
    assert "Thank you. Your plan is set." in page.locator("main").inner_text()


def fill_the_card_form(page, email, name):
    """On Stripe's own page."""
    page.wait_for_url("**/stripe/pay/**")
    page.locator("[name=email]").fill(email)
    page.locator("[name=name]").fill(name)
    page.locator("[name=number]").fill("4242 4242 4242 4242")
    page.locator("[name=expiry]").fill("12 / 34")
    page.locator("[name=cvc]").fill("123")
    page.locator("form button").first.click()


def hire(site, short, name, role):
    """Invites somebody, who takes it up with a password and a second step. Raises NoSeat."""
    now, email = timezone.now(), f"{short}@{site.cast.firm.slug}.example"
    with within(site.cast.firm):
        petra = User.objects.get(pk=site.cast.people["petra"])
        staff.invite(name=name, email=email, role=role, language="en", by=petra, at=now)
        joined = staff.accept(Invitation.objects.get(email=email), PASSWORD, at=now, language="en")
        second_factor.set_up(joined, TOTP, step=0)
        site.cast.people[short] = joined.pk


def it_adds_a_seat(page, site):
    page.goto(site.at("/plan/"))
    page.get_by_label("Seats").fill("3")
    page.get_by_role("button", name="See what it costs").click()
    page.wait_for_url("**/plan/change/**")
    assert "Charged to your card today" in page.locator("main").inner_text()
    page.get_by_role("button", name=re.compile("Change the plan and pay")).click()
    page.wait_for_url("**/plan/")
    assert "Practice, 3 seats, monthly" in page.locator("main").inner_text()


def another_card(page, site, number):
    """In Stripe's portal."""
    page.goto(site.at("/plan/"))
    page.get_by_role("button", name="Card, invoices, cancel").click()
    page.wait_for_url("**/stripe/portal/**")
    page.locator("[name=number]").fill(number)
    page.get_by_role("button", name="Use this card").click()
    page.get_by_text(f"ends in {number[-4:]}").wait_for()


def a_card_fails_and_recovers(page, site, standins):
    """A card that will not pay the next month, and one that does. Then Stripe's clock shows today again."""
    another_card(page, site, "4000000000000341")
    stripe.client().v1.subscriptions.update(
        until(site, lambda row: True).subscription_id or "", {"default_payment_method": ""}
    )
    standins._ask("/clock", {"advance": MONTH_AND_MORE})
    assert until(site, lambda row: row.status == Status.PAST_DUE).status == Status.PAST_DUE
    page.goto(site.at("/today/"))
    assert "The last payment did not go through." in page.locator("main").inner_text()

    another_card(page, site, "4242424242424242")
    assert until(site, lambda row: row.status == Status.ACTIVE).status == Status.ACTIVE
    page.goto(site.at("/today/"))
    assert "The last payment did not go through." not in page.locator("main").inner_text()
    standins._ask("/clock", {"real": True})


def as_the_owner(page, owner):
    """The window goes on with Petra's session."""
    page.context.clear_cookies()
    page.context.add_cookies(owner.context.cookies())


def the_plans_pages_are_well(owner, page, site):
    """Without a barrier, wide and narrow."""
    as_the_owner(page, owner)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for path in ("/plan/", "/plan/change/?plan=practice&interval=year&seats=4"):
            page.goto(site.at(path))
            is_well(page)
        page.goto(site.at("/pricing/", "localhost"))
        is_well(page)
    page.set_viewport_size({"width": 1440, "height": 900})


# -- a paid call and what comes of it ----------------------------------------------------------------


def its_own_account_is_connected(page, site):
    page.goto(site.at("/payments/settings/"))
    page.get_by_role("button", name="Connect Stripe").click()
    page.get_by_role("link", name="Go on at Stripe").click()
    page.get_by_role("button", name="Give everything and finish").click()
    page.wait_for_url("**/payments/settings/?back=1")

    def ready():
        with within(site.cast.firm):
            return StripeAccount.objects.current().charges_enabled

    eventually(ready, seconds=60)
    page.reload()
    page.get_by_text("Families pay bills and bookings by card").wait_for()


def a_call_has_a_price(page, site):
    """The first service, which every firm opens with; its hours stand since sign-up."""
    page.goto(site.at("/services/"))
    page.locator("main").get_by_role("link", name=re.compile("Free 20-minute call")).first.click()
    page.get_by_label("Price in dollars").fill("45")
    page.get_by_role("button", name="Save the service").click()
    page.get_by_text("Saved.").wait_for()


def the_family_becomes_a_case(page, owner, site):
    """Petra checks for conflicts and sends the agreement; once it is signed the case is Ana's."""
    as_the_owner(page, owner)
    page.goto(site.at("/intake/"))
    page.locator("main").get_by_role("link", name=re.compile("Luz Peña")).first.click()
    nobody_is_in_the_way(page)
    with within(site.cast.firm):
        paper = Inquiry.objects.get().agreement
        agreements.sign(paper, name="Luz Peña", how=Signature.How.LINK, by=None, at=timezone.now())
    page.reload()
    page.locator("main [name=advocate]").select_option(label="Ana Reyes")
    page.get_by_role("button", name="Open the case").click()
    page.get_by_role("heading", name="The case is open").wait_for()
    with within(site.cast.firm):
        return Case.objects.select_related("student").get()


# -- from time to an invoice -------------------------------------------------------------------------


def an_hour_has_a_price(site):
    """Without one nothing can be billed by the hour."""
    with within(site.cast.firm):
        petra = User.objects.get(pk=site.cast.people["petra"])
        pricing.set_rate(person=None, case=None, amount=15_000, from_on=the_week(site), by=petra, at=timezone.now())  # fmt: skip


def the_week(site):
    """The Monday of the newest week that may be signed off: this week from Friday on, else the last one."""
    return monday_of(timezone.localdate(timezone.now(), site.cast.firm.zone) - timedelta(days=4))


def a_week_is_worked(page, site, case):
    """Five days of time, seven minutes of the timer today, and the week is signed off."""
    monday = the_week(site)
    with within(site.cast.firm):
        ana, now = User.objects.get(pk=site.cast.people["ana"]), timezone.now()
        for n, minutes in enumerate(MINUTES):
            timing.add(person=ana, student=case.student, case=case, on=monday + timedelta(days=n), minutes=minutes, activity="call", description=f"Call of {minutes}", at=now)  # fmt: skip
    page.context.clear_cookies()
    sign_in(page, site, "ana")
    # The timer runs on from page to page, without a click in between.
    page.goto(site.at(f"/cases/{case.pk}/"))
    page.locator("#budget").get_by_role("button", name="Start timer").click()
    page.goto(site.at("/students/"))
    page.locator(".clockbar").get_by_text(re.compile(r"0:0\d")).wait_for()
    is_well(page)
    page.locator(".clockbar").get_by_role("link", name="Save").click()
    page.get_by_label("How long").fill("0:07")
    page.get_by_label("What the family reads").fill("Message to the school")
    is_well(page)
    page.get_by_role("button", name="Write it down").click()
    page.get_by_text("Message to the school").wait_for()
    is_well(page)

    page.goto(site.at(f"/time/?week={monday}"))
    page.get_by_text("Call of 25").wait_for()
    page.get_by_role("button", name="This week is complete: sign off").click()
    page.get_by_text("Signed off by Ana Reyes.").wait_for()
    is_well(page)
    with within(site.cast.firm):
        assert SignOff.objects.standing().get().week == monday


def a_retainer_is_asked_for_and_received(page, site, case, standins):
    """Bea asks for $100, which the family is told of, and writes the check down."""
    page.context.clear_cookies()
    sign_in(page, site, "bea")
    page.goto(site.at(f"/cases/{case.pk}/money/"))
    page.get_by_role("link", name="Ask for a retainer").click()
    page.get_by_label("Ask the family for").fill("100")
    page.get_by_role("button", name="Open the retainer").click()
    page.get_by_role("button", name="Ask the family for $100.00").click()
    page.get_by_text("It goes out in").wait_for()
    # By mail at any hour; a text waits for the morning.
    eventually(
        lambda: any("$100" in mail["subject"] for mail in standins.mail("luz@casa.example")), seconds=60
    )
    page.get_by_text("Write down a deposit").click()
    page.get_by_role("button", name="It is in the trust account").click()
    page.get_by_text("The deposit is written down.").wait_for()


def it_is_billed_and_partly_paid_from_the_retainer(page, site, case):
    """Bea clicks four times from the list to a sent invoice, once more for the retainer."""
    page.goto(site.at("/invoices/unbilled/"))
    is_well(page)
    page.get_by_role("button", name="Make an invoice").first.click()
    page.get_by_role("heading", name="Draft of an invoice").wait_for()
    is_well(page)
    page.get_by_role("button", name="Issue the invoice").click()
    page.get_by_role("button", name="Send the invoice").click()
    page.get_by_role("button", name="Send it again").wait_for()
    is_well(page)
    page.get_by_role("button", name="Pay $100.00 from the retainer").click()
    page.get_by_text("$100.00 came from the retainer.").wait_for()
    assert page.locator(".h-xl").inner_text() == "$355.00"
    for path in (
        "/invoices/",
        "/invoices/ageing/",
        "/invoices/retainers/",
        "/invoices/takings/",
        "/settings/billing/",
        f"/cases/{case.pk}/money/",
    ):
        page.goto(site.at(path))
        is_well(page)
    with within(site.cast.firm):
        invoice = Invoice.objects.get()
        assert (invoice.total, TimeEntry.objects.unbilled().count()) == (45_500, 0)
        return invoice


def the_mother_pays_the_rest(page, site, invoice, standins):
    """On her phone, in Spanish since that is her language here: a code, then three taps to the card form."""
    page.goto(site.at("/sign-in/"))
    page.locator("main [name=address]").fill("406 555 0198")
    before = len(texts(standins))
    page.locator("main button[type=submit]").click()
    page.locator("[name=code]").wait_for()

    def code():
        return re.search(r"código.*?\b(\d{6})\b", "\n".join(texts(standins)[before:]))

    eventually(code, seconds=60)
    page.locator("[name=code]").fill(code().group(1))
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/portal/")
    is_well(page)

    taps = Taps(page)
    taps.on(page.get_by_role("link", name="Ver 1 cuenta"))
    page.wait_for_url("**/portal/payments/")
    page.get_by_text("$355.00").first.wait_for()
    is_well(page)
    taps.on(page.get_by_role("link", name=f"{invoice.label}, $455.00"))
    page.get_by_text("Message to the school").wait_for()
    is_well(page)
    taps.on(page.get_by_role("button", name="Pagar $355.00"))
    page.wait_for_url("**/stripe/pay/**")
    assert taps.count <= 3
    fill_the_card_form(page, "luz@casa.example", "Luz Peña")
    page.wait_for_url(re.compile(rf"//{site.cast.firm.slug}\."))
    eventually(lambda: card_payment(site, invoice), seconds=60)
    page.goto(site.at("/portal/payments/"))
    page.get_by_text("En qué se usó").click()
    page.get_by_text(f"Factura {invoice.label}").first.wait_for()
    is_well(page)


def card_payment(site, invoice):
    with within(site.cast.firm):
        return Payment.objects.filter(subject=invoice.subject).first()


def half_goes_back(page, site, invoice):
    payment = card_payment(site, invoice)
    assert payment.amount == 35_500
    page.goto(site.at(f"/payments/{payment.pk}/"))
    page.locator("[name=amount]").fill("177.50")
    page.locator("[name=reason]").first.fill("Half of it, as agreed")
    page.get_by_role("button", name="Give it back").click()
    page.get_by_text("$177.50").first.wait_for()
    is_well(page)
    with within(site.cast.firm):
        payment.refresh_from_db()
        assert payment.went_back == 17_750


# -- the figures -------------------------------------------------------------------------------------


def the_work_goes_on(site, case):
    """An hour after the bill, of Petra since Ana's week may be signed, and a date of the law that comes near."""
    with within(site.cast.firm):
        petra, ana = (User.objects.get(pk=site.cast.people[short]) for short in ("petra", "ana"))
        now = timezone.now()
        today = timezone.localdate(now, site.cast.firm.zone)
        timing.add(person=petra, student=case.student, case=case, on=today, minutes=60, activity="call", description="After the bill", at=now)  # fmt: skip
        clock.record(case, kind="evaluation_consent_received", on=today - timedelta(days=58), by=ana, at=now)


def sql(words, *values):
    with connection.cursor() as cursor:
        cursor.execute(words, values)
        return cursor.fetchall()


def one(words, *values):
    return int(sql(words, *values)[0][0] or 0)


def shown(page, section):
    """The table beneath a chart of the owner's page, as {first cell: second cell}."""
    card = page.locator(f"section[aria-labelledby={section}]")
    card.locator("details summary").click()
    rows = [row.locator("td").all_inner_texts() for row in card.locator("tbody tr").all()]
    return {
        cells[0].split("\n")[-1]: float(cells[1].split("\n")[-1].replace(",", "").replace("$", ""))
        for cells in rows
    }


def figures_are_sums(page, site):
    """Every figure on the owner's page beside a plain sum over the tables."""
    page.goto(site.at("/firm/"))
    is_well(page)
    now, zone = timezone.now(), site.cast.firm.zone
    today = timezone.localdate(now, zone)
    month, monday = today.replace(day=1), today - timedelta(days=today.weekday())
    came = "SELECT sum(l.amount) FROM payments_entryline l JOIN payments_entry e ON e.id = l.entry_id WHERE l.account IN ('operating_cash', 'stripe') AND e.kind <> 'fee' AND (e.at AT TIME ZONE %s)::date >= %s"  # fmt: skip
    four = [line.strip() for line in page.locator(".figures li b").all_inner_texts()]
    with within(site.cast.firm):
        owed = one("SELECT sum(amount) FROM payments_entryline WHERE account = 'receivable'")
        collected = one(came, zone.key, month)
        trust = one("SELECT -sum(amount) FROM payments_entryline WHERE account = 'trust_held'")
        # One rate and no rounding: minutes at $150 an hour that are on no line.
        unbilled = one("SELECT sum(minutes) * 15000 / 60 FROM invoices_timeentry t WHERE billing = 'billable' AND NOT EXISTS (SELECT 1 FROM invoices_invoiceline WHERE time_id = t.id)")  # fmt: skip
        assert four == [say(amount, "usd") for amount in (owed, collected, unbilled, trust)]
        assert min(collected, unbilled) > 0

        months = list(shown(page, "h-money").values())
        assert months[-1] == collected / 100
        assert sum(months) == one(came, zone.key, owners_page.first_of(today, back=5)) / 100
        weeks = list(shown(page, "h-book").values())
        booked = "SELECT count(*) FROM scheduling_booking WHERE called_off_at IS NULL AND held_until IS NULL AND (starts_at AT TIME ZONE %s)::date >= %s AND (starts_at AT TIME ZONE %s)::date < %s"  # fmt: skip
        assert weeks == [one(booked, zone.key, monday - timedelta(weeks=n), zone.key, monday - timedelta(weeks=n - 1)) for n in range(7, -1, -1)]  # fmt: skip
        led = sql("SELECT u.name, count(*) FROM cases_case c JOIN accounts_user u ON u.id = c.advocate_id WHERE NOT EXISTS (SELECT 1 FROM cases_closure x WHERE x.case_id = c.id AND x.reopened_at IS NULL) GROUP BY u.name")  # fmt: skip
        assert shown(page, "h-cases") == dict(led)

        text = page.locator("main").inner_text()
        past = "SELECT count(*) FROM scheduling_booking WHERE called_off_at IS NULL AND held_until IS NULL AND starts_at >= %s AND starts_at < %s"  # fmt: skip
        since = (now - timedelta(days=90), now)
        calls, missed = one(past, *since), one(past + " AND no_show_at IS NOT NULL", *since)
        assert f"{missed} of {calls} calls were missed" in text
        half = now - timedelta(days=182)
        asked = one("SELECT count(*) FROM intake_inquiry WHERE taken_at >= %s", half)
        signed = one("SELECT count(*) FROM intake_inquiry i JOIN clients_signature s ON s.agreement_id = i.agreement_id WHERE taken_at >= %s", half)  # fmt: skip
        cases = one("SELECT count(*) FROM cases_case c JOIN intake_inquiry i ON i.id = c.inquiry_id WHERE i.taken_at >= %s", half)  # fmt: skip
        percent = 100 * cases // asked
        assert (asked, signed, cases) == (1, 1, 1)
        assert f"{asked} families asked for help, {signed} signed, {cases} became cases: {percent}%" in text
        wins = one("SELECT count(*) FROM cases_timelineentry WHERE kind = 'win' AND happened_at >= %s AND happened_at <= %s", *since)  # fmt: skip
        assert f"{wins} small win" in text
        standing = "SELECT count(*) FROM cases_deadline WHERE done_at IS NULL AND set_aside_at IS NULL AND dropped_at IS NULL AND due_on "  # fmt: skip
        late = one(standing + "< %s", today)
        soon = one(standing + "BETWEEN %s AND %s", today, today + timedelta(days=7))
        risk = page.locator("section[aria-labelledby=h-risk]").inner_text()
        assert sum(map(int, re.findall(r"(\d+) late", risk))) == late
        assert sum(map(int, re.findall(r"(\d+) in 7 days", risk))) == soon
        assert late + soon > 0

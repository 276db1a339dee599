"""The thin line as people walk it, in a real browser on a real server."""

import re
import secrets
from datetime import datetime

import pyotp
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from scheduling import booking as bookings
from scheduling.models import Booking, Service
from tenants.hosts import reference
from tenants.models import Firm
from tenants.opening import throw_away
from tenants.places import in_public, within
from tests.web.axe import audit, sideways

pytestmark = [pytest.mark.browser, pytest.mark.commits]


class Taps:
    """Counts what a thumb does; typing is not a tap."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def on(self, locator):
        self.count += 1
        locator.click()


def is_well(page):
    """No finding of axe and nothing that scrolls sideways."""
    assert audit(page) == []
    assert not sideways(page)


def test_a_family_books_on_a_phone_in_eight_taps(phone, site):
    taps = Taps(phone)
    phone.goto(site.at("/"))
    is_well(phone)
    taps.on(phone.get_by_role("link", name=re.compile("Free 20-minute call")))
    is_well(phone)
    taps.on(phone.locator("label.tile:has(input[name=time])").nth(2))
    taps.on(phone.get_by_role("button", name="Next"))
    is_well(phone)
    taps.on(phone.get_by_label("Your name"))
    phone.keyboard.type("Luz Peña")
    taps.on(phone.get_by_label("Mobile number"))
    phone.keyboard.type("406 555 0191")
    taps.on(phone.locator("label.check"))
    taps.on(phone.get_by_role("button", name="Book this call"))
    phone.wait_for_url("**/b/*/?*new=1")
    is_well(phone)

    assert taps.count <= 8
    assert phone.get_by_role("link", name="Add to calendar").is_visible()
    with within(site.cast.firm):
        assert Booking.objects.get().contact.name == "Luz Peña"


def test_the_same_in_spanish_at_320(telefono, site):
    telefono.goto(site.at("/"))
    is_well(telefono)
    telefono.get_by_role("link", name=re.compile("Llamada gratis")).click()
    telefono.locator("label.tile:has(input[name=time])").first.click()
    telefono.locator(".buybar button").click()
    telefono.locator("[name=name]").fill("Luz")
    telefono.locator("[name=email]").fill("luz@casa.example")
    telefono.locator(".buybar button").click()
    telefono.wait_for_url("**/b/*/?*new=1")
    is_well(telefono)
    with within(site.cast.firm):
        assert Booking.objects.get().language == "es"


def test_changing_and_calling_off_by_the_link(phone, site):
    phone.goto(site.at("/book/"))
    phone.locator(".daystrip a, .daystrip label").last.click()
    phone.locator("label.tile:has(input[name=time])").first.click()
    phone.get_by_role("button", name="Next").click()
    phone.locator("[name=name]").fill("Luz")
    phone.locator("[name=phone]").fill("406 555 0192")
    phone.get_by_role("button", name="Book this call").click()
    phone.wait_for_url("**/b/*/?*new=1")
    taps = Taps(phone)
    taps.on(phone.get_by_role("link", name="Change the time"))
    is_well(phone)
    taps.on(phone.locator("label.tile:has(input[name=time])").last)
    taps.on(phone.get_by_role("button", name="Save the new time"))
    phone.wait_for_url("**/b/*/?*new=1")
    assert taps.count <= 4
    with within(site.cast.firm):
        assert Booking.objects.get().sequence == 1

    phone.locator("summary").filter(has_text="Call it off").click()
    phone.get_by_role("button", name="Call off this call").click()
    phone.get_by_role("heading", name="This call is called off").wait_for()
    is_well(phone)


def test_a_time_taken_meanwhile_keeps_what_was_typed(phone, site):
    phone.goto(site.at("/book/"))
    phone.locator("label.tile:has(input[name=time])").first.click()
    phone.get_by_role("button", name="Next").click()
    phone.locator("[name=name]").fill("Luz")
    phone.locator("[name=phone]").fill("406 555 0193")
    starts_at = datetime.fromisoformat(phone.locator("[name=time]").get_attribute("value"))
    for n in range(2):  # both advocates
        with within(site.cast.firm):
            asker = bookings.Asker(name=f"Quicker {n}", email=f"q{n}@home.example")
            bookings.book(Service.objects.get(), starts_at=starts_at, asker=asker, at=timezone.now())
    phone.get_by_role("button", name="Book this call").click()
    phone.get_by_text("That time was just taken.").wait_for()
    is_well(phone)

    assert phone.locator("[name=name]").input_value() == "Luz"
    assert phone.locator("input[name=time]").count() == 3
    phone.locator("label.tile:has(input[name=time])").first.click()
    phone.get_by_role("button", name="Book this call").click()
    phone.wait_for_url("**/b/*/?*new=1")


def test_times_are_the_phones_own_from_its_first_page_on(chromium, site):
    with within(site.cast.firm):
        path = f"/book/{Service.objects.get().pk}/"
    context = chromium.new_context(locale="en-US", timezone_id="America/New_York", bypass_csp=True)
    page = context.new_page()
    page.goto(site.at(path))
    expect(page.get_by_text("Times are Eastern Time.")).to_be_visible()
    expect(page.locator("select[name=zone]")).to_have_value("America/New_York")
    context.close()


def test_a_stranger_opens_a_firm_and_stands_in_it(desktop, served, site):
    slug = f"peak-{secrets.token_hex(4)}"
    desktop.goto(site.at("/", "localhost"))
    is_well(desktop)
    desktop.get_by_role("link", name="Start free").first.click()
    desktop.get_by_label("Name of your firm").fill("Peak Advocacy")
    desktop.get_by_label("Your web address").fill(slug)
    is_well(desktop)
    desktop.get_by_role("button", name="Next").click()
    desktop.get_by_label("Your name").fill("Petra Peak")
    desktop.get_by_label("E-mail").fill(f"petra@{slug}.example")
    desktop.get_by_label("Password").fill("quiet mountain lake boat")
    is_well(desktop)
    desktop.get_by_role("button", name="Next").click()
    desktop.get_by_label("State").select_option("MT")
    desktop.get_by_label(re.compile("I accept")).check()
    is_well(desktop)
    desktop.get_by_role("button", name="Open my booking page").click()
    desktop.get_by_role("button", name="Go to my firm").click()
    desktop.wait_for_url("**/sign-in/set-up/")
    is_well(desktop)
    desktop.get_by_text("I cannot scan it").click()
    secret = desktop.locator("code.key").inner_text()
    desktop.locator("[name=code]").fill(pyotp.TOTP(secret).now())
    desktop.get_by_role("button", name="Turn it on").click()
    expect(desktop.locator(".codes code")).to_have_count(10)
    is_well(desktop)
    desktop.get_by_role("link", name="I have kept them").click()
    desktop.wait_for_url("**/today/")
    is_well(desktop)

    with in_public():
        firm = reference(Firm.objects.get(slug=slug))
    desktop.goto(f"http://{slug}.localhost:{served}/book/")
    assert desktop.locator("input[name=time]").count() > 0
    throw_away(firm)

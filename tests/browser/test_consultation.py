"""A paid consultation in Spanish from the phone to the reminder, and a series of which one week moves."""

import io
import re
import time
from datetime import datetime, timedelta
from datetime import time as clock_time
from urllib.parse import quote

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import User
from documents.models import Document
from outbox.models import Channel, Message, State
from payments.models import StripeAccount
from payments.providers import stripe
from scheduling import booking as bookings
from scheduling.booking import Asker
from scheduling.models import Booking, Service
from tenants import due
from tenants.numbers import note_account, own_number
from tenants.places import within
from tests.browser.conftest import CONNECT_SECRET
from tests.browser.test_papers import enter, pick
from tests.browser.test_walk import is_well

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.timeout(600)]
PHONE = "+14065550198"


@pytest.fixture
def open_for_business(site, standins):
    """The firm takes cards and texts, and both providers know where to find it."""
    control = standins._ask
    account = stripe.new_account(email="olivia@walk.example", key=f"acct-{site.cast.firm.slug}")
    hooks = f"http://localhost:{site.port}/hooks"
    control("/stripe", {
        "onboard": account,
        "endpoints": [{"url": f"{hooks}/stripe/connect/", "secret": CONNECT_SECRET, "events": ["*"], "connect": True}],
    })  # fmt: skip
    with within(site.cast.firm):
        StripeAccount.objects.create(account_id=account, charges_enabled=True, connected_at=timezone.now())
        note_account(account)
        Service.objects.update(price=4500, takes_iep=True)
        number = own_number()
    control("/twilio", {"numbers": [{"phone_number": number, "sms_url": f"{hooks}/twilio/inbound/"}], "callbacks": "all"})  # fmt: skip
    return number


def photo():
    """A page of an IEP as a phone's camera gives it."""
    picture = Image.new("RGB", (1200, 1600), "white")
    ImageDraw.Draw(picture).text((80, 90), "INDIVIDUALIZED EDUCATION PROGRAM", fill="black", font_size=48)
    kept = io.BytesIO()
    picture.save(kept, "JPEG")
    return ("iep.jpg", "image/jpeg", kept.getvalue())


def eventually(true, *, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


def texts(standins, number=PHONE):
    """What the phone shows, oldest first: the firm's texts and its own."""
    return [row["body"] for row in reversed(standins.texts(number))]


def answer(page, body):
    """Answers on the phone's own page at the stand-in."""
    page.goto(f"{settings.STANDINS_CONTROL}/phones/{quote(PHONE)}/")
    page.locator("textarea[name=body]").fill(body)
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Sent; the product answered 200.").wait_for()


def work(site, at):
    """Does what is due by a moment, as the sweep would hand it out."""
    for _ in range(6):
        for (firm, kind), keys in due.claim(at=at).items():
            if firm == site.cast.firm.id:
                with within(site.cast.firm):
                    due.handle(kind, keys, at=at)


def book_and_pay(page, site, standins, *, with_iep=True):
    """Luz Peña books a call in Spanish, with a photo of the IEP or without, and pays for it on the provider's page."""
    page.goto(site.at("/book/"))
    page.locator(".daystrip a").last.click()
    page.locator("label.tile:has(input[name=time])").nth(1).click()
    page.locator(".buybar button").click()
    page.locator("[name=name]").fill("Luz Peña")
    page.locator("[name=phone]").fill("406 555 0198")
    page.locator("[name=email]").fill("luz@casa.example")
    page.locator("[name=child]").fill("Mateo")
    page.locator("label.check").click()
    if with_iep:
        pick(page, "paper", photo())
        page.locator(".chosen li").wait_for()
    is_well(page)
    page.get_by_role("button", name=re.compile("pagar.*45")).click()

    # The time is held; nothing is said yet. The card is asked for on the provider's own page.
    page.wait_for_url(re.compile(r"/b/.+/pay/"))
    is_well(page)
    assert texts(standins) == []
    page.get_by_role("link", name=re.compile(r"Pagar \$45")).click()
    page.get_by_label("Correo electrónico").fill("luz@casa.example")
    page.get_by_label("Nombre").fill("Luz Peña")
    page.get_by_label("Número de tarjeta").fill("4242 4242 4242 4242")
    page.get_by_label("Vencimiento").fill("12 / 34")
    page.get_by_label("Código de seguridad").fill("123")
    page.get_by_role("button", name="Pagar").click()
    page.wait_for_url(re.compile(rf"{site.cast.firm.slug}.+/b/"))
    eventually(lambda: len(texts(standins)) == 1)


def test_a_paid_consultation_in_spanish_with_the_iep_attached(telefono, site, standins, open_for_business):
    page = telefono
    book_and_pay(page, site, standins)
    page.goto(page.url.partition("?")[0].replace("/pay/", "/"))
    page.get_by_text("Pagado: $45").wait_for()
    is_well(page)

    with within(site.cast.firm):
        booking = Booking.objects.select_related("student").get()
        assert (booking.is_standing, booking.language, booking.price) == (True, "es", 4500)
        paper = Document.objects.get(student=booking.student)
        assert (paper.kind, paper.newest.state) == ("iep", "ready")
        planned = Message.objects.filter(kind="reminder", channel=Channel.SMS)
        assert set(planned.values_list("state", flat=True)) == {State.DUE}
        reminders = planned.count()
        assert reminders >= 1
    told = texts(standins)[0]
    assert "Responda C: confirmar" in told
    assert told.endswith("STOP: fin de textos.")

    answer(page, "C")
    eventually(lambda: any("Gracias" in body for body in texts(standins)))
    with within(site.cast.firm):
        assert Booking.objects.get().confirmed_at is not None

    # ALTO ends the texts, once and in Spanish; the booking stands, and its reminders go by e-mail.
    answer(page, "Alto")
    eventually(
        lambda: any("Su cita sigue" in body or "cita" in body.lower() for body in texts(standins)[-1:])
    )
    so_far = texts(standins)
    work(site, booking.starts_at - timedelta(minutes=30))
    work(site, booking.starts_at + timedelta(hours=1))
    assert texts(standins) == so_far
    with within(site.cast.firm):
        assert Booking.objects.get().is_standing
        texted = Message.objects.filter(kind="reminder", channel=Channel.SMS)
        assert set(texted.values_list("state", flat=True)) == {State.SUPPRESSED}
        mailed = Message.objects.filter(kind="reminder", channel=Channel.EMAIL, state=State.SENT)
        assert mailed.count() == reminders
    page.goto(site.at(f"/b/{booking.secret}/"))
    assert page.get_by_role("link", name="Cambiar la hora").is_visible()


def test_week_five_of_twelve_moves_and_the_other_eleven_stay(desktop, site):
    page = desktop
    enter(page, site, "ana")
    today = timezone.localdate(timezone.now(), site.cast.firm.zone)
    first = today + timedelta(days=7 + (1 - today.weekday()) % 7)  # a Tuesday
    page.goto(site.at("/series/new/"))
    page.locator("#q").fill("Luz")
    page.locator("#families a").first.click()
    page.locator("#id_service").select_option(index=1)
    page.locator("#id_advocate").select_option(str(site.cast.people["ana"]))
    page.locator("#id_on").fill(first.isoformat())
    page.locator("#id_time").fill("10:00")
    page.locator("#id_count").fill("12")
    is_well(page)
    page.get_by_role("button", name="Check and book the series").click()
    page.wait_for_url(re.compile(r"/series/[0-9a-f-]{36}/"))
    is_well(page)
    with within(site.cast.firm):
        before = {row.series_on: row for row in Booking.objects.standing()}
    assert len(before) == 12
    fifth = before[sorted(before)[4]]

    page.goto(site.at(f"/bookings/{fifth.pk}/"))
    page.get_by_role("link", name="Change the time").click()
    page.locator("label.tile:has(input[name=time])").last.click()
    assert page.get_by_label("Only this one").is_checked()
    page.get_by_role("button", name="Save the new time").click()
    page.wait_for_url(re.compile(rf"/bookings/{fifth.pk}/$"))
    is_well(page)

    with within(site.cast.firm):
        after = {row.series_on: row for row in Booking.objects.standing()}
    moved = [on for on in after if after[on].starts_at != before[on].starts_at]
    assert (len(after), moved) == (12, [fifth.series_on])
    assert {on: row.sequence for on, row in after.items() if on not in moved} == dict.fromkeys(set(before) - set(moved), 0)  # fmt: skip


def test_a_call_is_dragged_to_another_time_and_moves_once_that_is_confirmed(desktop, site):
    page = desktop
    enter(page, site, "ana")
    zone = site.cast.firm.zone
    monday = timezone.localdate(timezone.now(), zone) + timedelta(
        days=7 - timezone.localdate(timezone.now(), zone).weekday()
    )
    with within(site.cast.firm):
        ana = User.objects.get(pk=site.cast.people["ana"])
        start = datetime.combine(monday, clock_time(10), zone)
        made = bookings.book(Service.objects.get(), starts_at=start, asker=Asker(name="Eva", email="eva@home.example"), at=timezone.now(), advocate=ana)  # fmt: skip
    page.goto(site.at(f"/bookings/?view=week&on={monday.isoformat()}"))
    is_well(page)
    event = page.locator(f'[data-move="/bookings/{made.pk}/change/"]')
    box, wednesday = event.bounding_box(), page.locator(".week .wd").nth(2).bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(wednesday["x"] + 30, box["y"] + 5 + 8 * 12, steps=8)
    page.mouse.up()
    page.wait_for_url("**/change/?*")
    is_well(page)
    assert page.locator("input[name=time]:checked").count() == 1
    page.get_by_role("button", name="Save the new time").click()
    page.wait_for_url(re.compile(rf"/bookings/{made.pk}/$"))
    with within(site.cast.firm):
        assert Booking.objects.get().starts_at == datetime.combine(
            monday + timedelta(days=2), clock_time(12), zone
        )

"""A number from a phone: three taps, without a connection, with a clock that is wrong by a day."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from progress.models import DataPoint, DataSheet
from tenants.places import within
from tests.browser.test_papers import enter
from tests.browser.test_walk import Taps, is_well
from tests.world import BEFORE, key

pytestmark = [pytest.mark.browser, pytest.mark.commits]


@pytest.fixture
def sheet(site):
    """A goal of Mateo's that is counted in five tries."""
    with within(site.cast.firm):
        return DataSheet.objects.create(
            student_id=key("student Mateo"), number=2, area="Turns", goal_text="Mateo will wait for his turn.", measure="trials",
            out_of=5, baseline=1, target=4, starts_on=date(2026, 9, 1), target_on=date(2027, 8, 31), quiet_on=date(2027, 1, 1),
            set_up_by=User.objects.get(pk=key("ana")), set_up_at=BEFORE,
        )  # fmt: skip


def points(site, sheet):
    with within(site.cast.firm):
        return list(DataPoint.objects.filter(sheet=sheet).order_by("logged_at"))


def wait_for(page, site, sheet, count):
    for _turn in range(100):
        found = points(site, sheet)
        if len(found) >= count:
            return found
        page.wait_for_timeout(200)
    raise AssertionError(f"{len(points(site, sheet))} numbers came instead of {count}")


def test_a_number_in_three_taps(phone, site, sheet):
    enter(phone, site, "luz")
    phone.goto(site.at("/portal/progress/"))
    is_well(phone)
    taps = Taps(phone)
    taps.on(phone.locator(f'a[href="/progress/sheets/{sheet.pk}/points/new/"]'))
    is_well(phone)
    taps.on(phone.locator("label.tile", has_text="4"))
    taps.on(phone.get_by_role("button", name="Save the number"))

    phone.get_by_text("Saved: 4 of 5.").wait_for()
    is_well(phone)
    assert taps.count == 3
    found = points(site, sheet)
    assert [(point.value, point.setting) for point in found] == [(4, "home")]
    assert abs((timezone.now() - found[0].happened_at).total_seconds()) < 120


def test_numbers_wait_on_the_phone_without_a_connection(phone, site, sheet):
    enter(phone, site, "luz")
    phone.goto(site.at(f"/progress/sheets/{sheet.pk}/points/new/"))
    phone.context.set_offline(True)
    for value in ("3", "2"):
        phone.locator("label.tile", has_text=value).click()
        phone.get_by_role("button", name="Save the number").click()
        phone.get_by_text("Saved on this phone.").last.wait_for()
    phone.get_by_text("Numbers waiting to be sent: 2").wait_for()
    is_well(phone)
    assert points(site, sheet) == []

    phone.context.set_offline(False)

    found = wait_for(phone, site, sheet, 2)
    assert sorted(point.value for point in found) == [2, 3]
    phone.get_by_text("Numbers waiting to be sent").wait_for(state="detached")
    phone.reload()
    phone.wait_for_timeout(500)
    assert len(points(site, sheet)) == 2


def test_a_page_that_is_opened_without_a_connection_takes_numbers_too(phone, site, sheet):
    """A cold start: the phone was put away, and is opened again where there is no signal."""
    enter(phone, site, "luz")
    phone.goto(site.at(f"/progress/sheets/{sheet.pk}/points/new/"))
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.wait_for_timeout(500)
    phone.goto("about:blank")
    phone.context.set_offline(True)

    phone.goto(site.at("/portal/"))
    phone.get_by_role("heading", name="You are offline").wait_for()
    assert "Mateo" not in phone.inner_text("body")
    is_well(phone)
    phone.locator("label.tile", has_text="4").first.click()
    phone.get_by_role("button", name="Save the number").click()
    phone.get_by_text("Numbers waiting to be sent: 1").wait_for()
    assert points(site, sheet) == []

    phone.context.set_offline(False)
    phone.goto(site.at("/portal/"))

    found = wait_for(phone, site, sheet, 1)
    assert [(point.value, point.setting) for point in found] == [(4, "home")]
    phone.wait_for_timeout(700)
    assert len(points(site, sheet)) == 1


def test_signing_out_leaves_no_list_of_goals_on_the_phone(phone, site, sheet):
    enter(phone, site, "luz")
    phone.goto(site.at(f"/progress/sheets/{sheet.pk}/points/new/"))
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.wait_for_timeout(500)
    phone.goto(site.at("/portal/"))
    phone.get_by_role("button", name="Sign out").last.click()
    phone.wait_for_url(site.at("/"))
    phone.context.set_offline(True)

    phone.goto(site.at("/portal/"))
    phone.get_by_role("heading", name="You are offline").wait_for()
    phone.wait_for_timeout(500)
    assert "Turns" not in phone.inner_text("body")


def test_a_phone_whose_day_is_wrong(phone, site, sheet):
    enter(phone, site, "luz")
    phone.clock.install(time=datetime.now() + timedelta(days=1))
    phone.goto(site.at(f"/progress/sheets/{sheet.pk}/points/new/"))
    phone.locator("label.tile", has_text="3").click()
    phone.get_by_role("button", name="Save the number").click()

    phone.get_by_text("The clock of the device was about 1 day ahead.").wait_for()
    point = points(site, sheet)[0]
    assert abs((timezone.now() - point.happened_at).total_seconds()) < 300
    assert -90000 < point.clock_offset < -80000

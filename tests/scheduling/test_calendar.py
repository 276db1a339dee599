import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases import meetings
from cases.models import Meeting
from cases.models.meetings import MeetingQuerySet
from cases.opening import open_case
from scheduling import booking as bookings
from scheduling.booking import Asker
from scheduling.models import Block, Booking, Closure
from tests.world import NOW

DENVER = ZoneInfo("America/Denver")
WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=DENVER)


@pytest.fixture
def booked(service, ana):
    asker = Asker(name="Eva Stone", phone="+14065550177")
    return bookings.book(service, starts_at=WEDNESDAY, asker=asker, at=NOW, advocate=ana)


def plain(html):
    return re.sub(r"<[^>]+>", "", html)


def page(visitor, query=""):
    answer = visitor.get(f"/bookings/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_week_places_a_booking_on_its_day_and_quarter(visitor, ana, booked, clock):
    text = page(visitor.as_(ana))

    assert f'class="ev d3 r10 l2" data-s="info" href="/bookings/{booked.pk}/"' in text
    assert "Eva Stone" in text


def test_day_and_list_show_it_too_and_another_week_does_not(visitor, ana, booked, clock):
    as_ana = visitor.as_(ana)

    for query in ("?view=day&on=2026-11-25", "?view=list"):
        assert f"/bookings/{booked.pk}/" in page(as_ana, query)
    section = page(as_ana, "?view=week&on=2026-12-07").partition('id="shown"')[2]
    assert f"/bookings/{booked.pk}/" not in section


def test_an_advocate_sees_no_booking_of_another_and_the_owner_may_narrow_it(visitor, ana, marcus, olivia, booked, clock):  # fmt: skip
    assert "Eva Stone" not in page(visitor.as_(marcus), f"?person={ana.pk}")
    as_olivia = visitor.as_(olivia)
    assert "Eva Stone" in page(as_olivia)
    assert "Eva Stone" in page(as_olivia, f"?person={ana.pk}")
    section = page(as_olivia, f"?person={marcus.pk}").partition('id="shown"')[2]
    assert "Eva Stone" not in section


def test_time_kept_free_is_shown_and_its_note_is_its_owners(visitor, ana, olivia, clock):
    Block.objects.create(
        advocate=ana, starts_at=WEDNESDAY, ends_at=WEDNESDAY + timedelta(hours=1), note="Dentist"
    )

    assert "Dentist" in page(visitor.as_(ana))
    text = page(visitor.as_(olivia))
    assert "Kept free" in text
    assert "Dentist" not in text


@pytest.fixture
def meeting(mateo, ana):
    """Mateo's IEP meeting, half an hour into Eva's call."""
    case = open_case(student=mateo, kind="evaluation", advocate=ana, by=ana, at=NOW)
    at = WEDNESDAY + timedelta(minutes=10)
    return meetings.plan(case, kind="iep", advocate=ana, starts_at=at, ends_at=at + timedelta(hours=1), place="Room 12", by=ana, at=NOW)  # fmt: skip


@pytest.mark.parametrize("query", ["", "?view=day&on=2026-11-25", "?view=list"])
def test_meetings_stand_beside_the_calls(visitor, ana, marcus, olivia, meeting, clock, query):
    for person in (ana, olivia):
        text = page(visitor.as_(person), query)
        assert f'href="/meetings/{meeting.pk}/"' in text
        assert "IEP meeting, Mateo R." in text
    assert "Mateo" not in page(visitor.as_(marcus), query)


def test_who_may_not_see_the_child_sees_that_there_is_a_meeting(
    visitor, ana, bo, meeting, clock, monkeypatch
):
    monkeypatch.setattr(MeetingQuerySet, "visible_to", lambda rows, _user: rows.none())
    text = page(visitor.as_(bo))
    assert "Meeting" in text
    assert "Mateo" not in text
    assert "Room 12" not in text


def test_a_time_that_somebody_is_paying_for_is_shown_until_it_lapses(visitor, ana, booked, clock):
    Booking.objects.filter(pk=booked.pk).update(held_until=NOW + timedelta(minutes=15))
    text = page(visitor.as_(ana))
    assert "Held until 12:15 pm, not paid yet" in text
    assert "Eva Stone" not in text
    clock.now = NOW + timedelta(minutes=15)
    assert "Held until" not in page(visitor.as_(ana))


def test_a_meeting_on_top_of_a_call_is_said(visitor, ana, mateo, booked, clock):
    case = open_case(student=mateo, kind="evaluation", advocate=ana, by=ana, at=NOW)
    told = {"kind": "iep", "advocate": str(ana.pk), "on": "2026-11-25", "starts": "11:00", "ends": "12:00", "travel_minutes": "45"}  # fmt: skip
    made = visitor.as_(ana).post(f"/cases/{case.pk}/meetings/new/", told)
    words = "Ana Reyes has a call with Eva Stone in that time: Wed Nov 25 10:00 am MT."
    assert words in visitor.get(made["Location"]).content.decode()

    moved = Meeting.objects.get()
    visitor.post(f"/meetings/{moved.pk}/details/", {**told, "travel_minutes": "0", "version": moved.version})
    assert words not in visitor.get(f"/meetings/{moved.pk}/").content.decode()


def test_keeping_time_free_over_a_call_is_said(visitor, ana, booked, clock):
    answer = visitor.as_(ana).post("/blocks/new/", {"on": "2026-11-25", "opens": "09:00", "closes": "12:00"})
    assert "has a call with Eva Stone in that time" in visitor.get(answer["Location"]).content.decode()


def test_what_is_not_confirmed_for_today_and_tomorrow_is_listed(visitor, ana, booked, clock):
    as_ana = visitor.as_(ana)
    assert "not confirmed yet" in page(as_ana)
    bookings.confirm(booked, at=NOW)
    assert "not confirmed yet" not in page(as_ana)


def test_a_closure_is_named(visitor, ana, clock):
    Closure.objects.create(name="Thanksgiving", starts_on=WEDNESDAY.date(), ends_on=WEDNESDAY.date())
    assert "Closed on Nov 25: Thanksgiving" in plain(page(visitor.as_(ana)))
    Closure.objects.update(ends_on=WEDNESDAY.date() + timedelta(days=1))
    assert "Closed from Nov 25 to Nov 26: Thanksgiving" in plain(page(visitor.as_(ana)))


def test_nonsense_in_the_address_is_no_error(visitor, olivia, clock):
    as_olivia = visitor.as_(olivia)
    for query in ("?view=nonsense", "?on=9999-99-99", "?person=nobody", "?view=day&on=0001-01-01"):
        page(as_olivia, query)


def test_a_week_is_as_many_queries_with_one_booking_as_with_three(visitor, ana, service, booked, clock):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    as_ana = visitor.as_(ana)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            page(as_ana)
        return len(queries)

    asked()
    one = asked()
    for n in (1, 2):
        asker = Asker(name=f"Eva {n}", phone=f"+1406555018{n}")
        bookings.book(service, starts_at=WEDNESDAY + timedelta(hours=n), asker=asker, at=NOW, advocate=ana)
    assert asked() == one

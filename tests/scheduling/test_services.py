import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling import booking as bookings
from scheduling.availability import free_slots
from scheduling.booking import Asker, SlotTaken, TooLate
from scheduling.models import Block, Booking, Closure, DateHours, Format, Service
from tests.world import NOW

DENVER = ZoneInfo("America/Denver")
THURSDAY = date(2026, 12, 3)
LUZ = Asker(name="Luz Rivera", phone="+14065550188", email="luz@home.example")


def slots(service, *people, days=21):
    return free_slots(service, since=NOW, until=NOW + timedelta(days=days), at=NOW, advocates=people or None)


def days(found):
    return {slot.starts_at.astimezone(DENVER).date() for slot in found}


def at(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), DENVER)


def test_other_hours_on_a_date_hold_instead_of_the_weekly_ones(service, ana):
    DateHours.objects.create(advocate=ana, on=THURSDAY, opens=time(13), closes=time(14))

    that_day = [s.starts_at for s in slots(service, ana) if s.starts_at.astimezone(DENVER).date() == THURSDAY]
    assert that_day == [at(THURSDAY, 13), at(THURSDAY, 13, 30)]


def test_a_date_without_times_is_closed_and_another_advocate_stays_open(service, ana, marcus):
    DateHours.objects.create(advocate=ana, on=THURSDAY)

    assert THURSDAY not in days(slots(service, ana))
    assert THURSDAY in days(slots(service, marcus))


def test_a_closure_closes_everyone_on_its_first_and_last_day(service):
    Closure.objects.create(name="Winter break", starts_on=THURSDAY, ends_on=THURSDAY + timedelta(days=1))

    found = days(slots(service))
    assert found & {THURSDAY, THURSDAY + timedelta(days=1)} == set()
    assert {THURSDAY - timedelta(days=1), THURSDAY + timedelta(days=4)} <= found


def test_time_kept_free_is_neither_shown_nor_booked(service, ana):
    Block.objects.create(advocate=ana, starts_at=at(THURSDAY, 10), ends_at=at(THURSDAY, 11))

    shown = {s.starts_at for s in slots(service, ana)}
    assert at(THURSDAY, 9, 30) in shown
    assert not shown & {at(THURSDAY, 10), at(THURSDAY, 10, 30)}
    with pytest.raises(SlotTaken):
        bookings.book(service, starts_at=at(THURSDAY, 10), asker=LUZ, at=NOW, advocate=ana)


def test_at_most_two_a_day_by_the_advocates_own_calendar(service, ana, marcus):
    Service.objects.update(a_day=2)
    service.refresh_from_db()
    for hour in (9, 11):
        bookings.book(service, starts_at=at(THURSDAY, hour), asker=LUZ, at=NOW, advocate=ana)

    assert THURSDAY not in days(slots(service, ana))
    assert THURSDAY in days(slots(service, marcus))
    assert THURSDAY + timedelta(days=1) in days(slots(service, ana))
    with pytest.raises(SlotTaken):
        bookings.book(service, starts_at=at(THURSDAY, 15), asker=LUZ, at=NOW, advocate=ana)


def test_at_most_one_a_week_from_monday_to_sunday(service, ana):
    Service.objects.update(a_week=1)
    service.refresh_from_db()
    bookings.book(service, starts_at=at(THURSDAY, 9), asker=LUZ, at=NOW, advocate=ana)

    week = {THURSDAY + timedelta(days=n) for n in (-3, -2, -1, 0, 1)}
    found = days(slots(service, ana))
    assert not found & week
    assert {THURSDAY + timedelta(days=4), date(2026, 11, 27)} <= found


def test_a_limit_counts_no_booking_that_was_called_off(service, ana):
    Service.objects.update(a_day=1)
    service.refresh_from_db()
    made = bookings.book(service, starts_at=at(THURSDAY, 9), asker=LUZ, at=NOW, advocate=ana)
    bookings.call_off(made, at=NOW)

    assert THURSDAY in days(slots(service, ana))


def test_travel_is_kept_free_on_both_sides_of_a_talk_in_person_alone(service, ana):
    Service.objects.update(format=Format.IN_PERSON, travel_minutes=40, buffer_after=10)
    service.refresh_from_db()
    made = bookings.book(service, starts_at=at(THURSDAY, 12), asker=LUZ, at=NOW, advocate=ana)

    assert (made.busy[0], made.busy[1]) == (at(THURSDAY, 11, 20), at(THURSDAY, 13, 10))
    service.format = Format.PHONE
    assert service.before == timedelta(0)


def test_each_talk_by_video_gets_a_room_of_its_own_unless_there_is_a_link(service, ana, settings):
    Service.objects.update(format=Format.VIDEO)
    service.refresh_from_db()
    one = bookings.book(service, starts_at=at(THURSDAY, 9), asker=LUZ, at=NOW, advocate=ana)
    two = bookings.book(service, starts_at=at(THURSDAY, 10), asker=LUZ, at=NOW, advocate=ana)
    service.meeting_link = "https://video.example/ana"
    own = bookings.book(service, starts_at=at(THURSDAY, 11), asker=LUZ, at=NOW, advocate=ana)

    assert one.meeting_url.startswith(settings.MEETING_BASE + "/")
    assert one.meeting_url != two.meeting_url
    assert own.meeting_url == "https://video.example/ana"


def test_the_windows_for_changing_and_calling_off_are_two(service, ana):
    Service.objects.update(change_until_minutes=24 * 60, call_off_until_minutes=60)
    service.refresh_from_db()
    made = bookings.book(service, starts_at=at(THURSDAY, 12), asker=LUZ, at=NOW, advocate=ana)
    that_morning = at(THURSDAY, 9)

    with pytest.raises(TooLate):
        bookings.move(made, starts_at=at(THURSDAY, 16), at=that_morning)
    assert bookings.call_off(made, at=that_morning).called_off_at == that_morning


def test_the_family_reads_the_windows_before_it_books(visitor, service, ana, clock):
    Service.objects.update(change_until_minutes=24 * 60, call_off_until_minutes=60)
    text = visitor.get(f"/book/{service.pk}/details/?time={at(THURSDAY, 12).isoformat()}&zone=America/Denver").content.decode()  # fmt: skip
    text = re.sub(r"<[^>]+>", "", text)

    assert "You can change the time until Wednesday, December 2" in text
    assert "call it off until Thursday, December 3" in text


def test_with_blocks_closures_and_limits_a_month_is_still_few_queries(service, ana, marcus):
    Service.objects.update(a_day=3, a_week=9)
    service.refresh_from_db()
    with CaptureQueriesContext(connection) as queries:
        slots(service, days=31)
    assert len(queries) <= 4


def test_a_named_advocate_takes_it_and_the_booking_says_that_they_were_asked_for(visitor, service, marcus, clock):  # fmt: skip
    page = visitor.get(f"/book/{service.pk}/?with={marcus.pk}").content.decode()
    assert f'name="with" value="{marcus.pk}"' in page
    for hour in (9, 10):
        visitor.post(f"/book/{service.pk}/details/", {
            "time": at(THURSDAY, hour).isoformat(), "zone": "America/Denver", "once": f"w{hour}", "with": str(marcus.pk),
            "name": "José", "phone": "406 555 0190", "company_page": "",
        })  # fmt: skip

    assert set(Booking.objects.values_list("advocate", "because")) == {(marcus.pk, "chosen")}


def test_whoever_works_for_the_child_comes_before_whoever_speaks_the_language(service, ana, marcus, luz):
    marcus.languages_spoken = ["es"]
    marcus.save()
    asker = Asker(name="Luz Rivera", phone="+14065550188", language="es", contact=luz.contact)
    known = bookings.book(service, starts_at=at(THURSDAY, 9), asker=asker, at=NOW)
    stranger = bookings.book(service, starts_at=at(THURSDAY, 10), asker=Asker(name="Eva", phone="+14065550177", language="es"), at=NOW)  # fmt: skip

    assert (known.advocate, known.because) == (ana, "known")
    assert (stranger.advocate, stranger.because) == (marcus, "language")


def test_in_turn_and_only_are_said_too(service, ana, marcus):
    bookings.book(service, starts_at=at(THURSDAY, 15), asker=LUZ, at=NOW, advocate=ana)
    turn = bookings.book(service, starts_at=at(THURSDAY, 9), asker=LUZ, at=NOW + timedelta(minutes=1))
    only = bookings.book(service, starts_at=at(THURSDAY, 9), asker=LUZ, at=NOW + timedelta(minutes=2))

    assert (turn.advocate, turn.because) == (marcus, "turn")
    assert (only.advocate, only.because) == (ana, "only")


def test_staff_is_not_bound_by_the_minimum_notice(service, ana):
    Service.objects.update(notice_minutes=24 * 60)
    service.refresh_from_db()
    today = at(NOW.astimezone(DENVER).date(), 15)

    with pytest.raises(SlotTaken):
        bookings.book(service, starts_at=today, asker=LUZ, at=NOW, advocate=ana)
    assert bookings.book(service, starts_at=today, asker=LUZ, at=NOW, advocate=ana, by=ana, any_notice=True)


def test_an_owner_saves_a_service_whole(visitor, olivia, service, ana, clock):
    answer = visitor.as_(olivia).post(f"/services/{service.pk}/", {
        "name": "Records talk", "minutes": "45", "price": "$45.50", "language": "es", "advocates": [str(ana.pk)],
        "published": "on", "format": "video", "travel_minutes": "0", "meeting_link": "", "step_minutes": "15",
        "notice_minutes": "60", "horizon_days": "20", "a_day": "3", "a_week": "", "buffer_before": "5",
        "buffer_after": "5", "change_until_minutes": "1440", "call_off_until_minutes": "120",
    })  # fmt: skip
    service.refresh_from_db()

    assert answer.status_code == 302
    assert (service.price, service.price_words, service.a_day, service.a_week) == (4550, "$45.50", 3, None)
    assert (service.change_until_minutes, service.call_off_until_minutes) == (1440, 120)


def test_hours_closures_and_blocks_are_set_on_their_pages(visitor, ana, olivia, service, clock):
    as_ana = visitor.as_(ana)
    as_ana.post("/hours/dates/", {"on": "2026-12-03", "opens": "", "closes": ""})
    as_ana.post("/blocks/new/", {"on": "2026-12-04", "opens": "09:00", "closes": "12:00", "note": "Dentist"})
    assert as_ana.post("/hours/dates/", {"on": "2026-12-03", "opens": "", "closes": ""}).status_code == 422
    assert as_ana.get("/hours/").status_code == as_ana.get("/blocks/new/").status_code == 200
    as_olivia = visitor.as_(olivia)
    as_olivia.post("/closures/", {"name": "Snow", "starts_on": "2026-12-07", "ends_on": "2026-12-07"})
    wrong = as_olivia.post("/closures/", {"name": "Snow", "starts_on": "2026-12-07", "ends_on": "2026-12-01"})

    assert (DateHours.objects.get().advocate, DateHours.objects.get().opens) == (ana, None)
    assert Block.objects.get().starts_at == at(date(2026, 12, 4), 9)
    assert (Closure.objects.get().name, wrong.status_code) == ("Snow", 422)
    days = f"/closures/{Closure.objects.get().pk}/"
    assert days in as_olivia.get("/closures/").content.decode()
    assert 'value="2026-12-07"' in as_olivia.get(days).content.decode()
    as_olivia.post(days, {"name": "Ice", "starts_on": "2026-12-07", "ends_on": "2026-12-08"})
    assert (Closure.objects.get().name, Closure.objects.get().ends_on) == ("Ice", date(2026, 12, 8))
    assert as_olivia.post(days, {"name": "Ice", "starts_on": "2026-12-07", "ends_on": "2026-12-01"}).status_code == 422  # fmt: skip
    as_olivia.post(f"{days}removal/")

    kept = f"/blocks/{Block.objects.get().pk}/"
    assert "Dentist" not in as_olivia.get(kept).content.decode()  # why is the advocate's own business
    as_olivia.post(kept, {"on": "2026-12-04", "opens": "10:00", "closes": "13:00", "note": "x"})
    as_ana = visitor.as_(ana)
    assert "Dentist" in as_ana.get(kept).content.decode()
    row = Block.objects.get()
    assert (row.starts_at, row.note) == (at(date(2026, 12, 4), 10), "Dentist")
    assert as_ana.post(kept, {"on": "2026-12-04", "opens": "10:00", "closes": "9:00"}).status_code == 422

    line = f"/hours/dates/{DateHours.objects.get().pk}/"
    assert line in as_ana.get("/hours/").content.decode()
    as_ana.post(line, {"on": "2026-12-03", "opens": "09:00", "closes": "11:00"})
    assert DateHours.objects.get().closes == time(11)
    again = as_ana.post("/hours/dates/", {"on": "2026-12-03", "opens": "10:00", "closes": "12:00"})
    assert (again.status_code, "overlap others" in again.content.decode()) == (422, True)
    as_ana.post(f"{kept}removal/")
    as_ana.post(f"/hours/dates/{DateHours.objects.get().pk}/removal/")
    assert (Closure.objects.count(), Block.objects.count(), DateHours.objects.count()) == (0, 0, 0)


def test_one_advocate_cannot_touch_anothers_dates(visitor, ana, marcus, clock):
    row = DateHours.objects.create(advocate=marcus, on=THURSDAY)

    assert visitor.as_(ana).post(f"/hours/dates/{row.pk}/removal/").status_code == 404
    assert visitor.get(f"/hours/dates/{row.pk}/").status_code == 404
    assert DateHours.objects.filter(pk=row.pk).exists()


def test_a_new_service_is_filled_in_and_bookable_once_it_has_a_name(visitor, olivia, ana, clock):
    fields = dict(re.findall(r'name="(\w+_(?:minutes|days)|minutes|buffer_\w+)" value="(\d+)"', visitor.as_(olivia).get("/services/new/").content.decode()))  # fmt: skip
    assert fields == {
        "minutes": "20", "travel_minutes": "0", "step_minutes": "30", "notice_minutes": "120", "horizon_days": "30",
        "buffer_before": "0", "buffer_after": "0", "change_until_minutes": "120", "call_off_until_minutes": "120",
    }  # fmt: skip

    answer = visitor.post("/services/new/", {**fields, "name": "Talk", "format": "phone", "published": "on"})
    assert answer.status_code == 422
    assert "Choose who gives it" in answer.content.decode()


def test_the_page_to_change_the_time_says_until_when(visitor, service, ana, clock):
    slot = slots(service, ana)[-1]
    booking = bookings.book(service, starts_at=slot.starts_at, asker=LUZ, at=NOW, advocate=ana)
    page = visitor.get(f"/b/{booking.secret}/change/").content.decode()

    assert "You can change it or call it off until" in page
    assert "It is soon" not in page


def test_a_family_reads_the_price_and_the_length_before_it_picks_a_time(visitor, service, clock):
    Service.objects.filter(pk=service.pk).update(price=12_000, name="Consultation")
    Service.objects.create(name="Free call", published=True)

    for page in ("/", "/book/"):
        assert re.search(r"20 minutes, by phone,? ?<b>\$120</b>", visitor.get(page).content.decode())


def test_a_service_that_is_hidden_says_so_and_is_published_by_one_button(visitor, olivia, ana):
    told = {
        "name": "Talk", "minutes": "30", "format": "phone", "travel_minutes": "0", "step_minutes": "30", "notice_minutes": "60",
        "horizon_days": "30", "buffer_before": "0", "buffer_after": "0", "change_until_minutes": "0", "call_off_until_minutes": "0",
        "advocates": [str(ana.pk)],
    }  # fmt: skip
    answer = visitor.as_(olivia).post("/services/new/", told)
    made = Service.objects.get(name="Talk")
    page = visitor.get(answer["Location"]).content.decode()
    assert "families do not see it" in page
    publish = f"/services/{made.pk}/publication/"
    assert f'action="{publish}"' in page
    assert f'action="{publish}"' in visitor.get("/services/").content.decode()

    assert visitor.as_(ana).post(publish).status_code == 403
    made.advocates.clear()
    assert "Choose who gives it" in visitor.as_(olivia).post(publish, follow=True).content.decode()
    made.refresh_from_db()
    assert not made.published
    made.advocates.add(ana)
    answer = visitor.as_(olivia).post(publish)
    made.refresh_from_db()
    assert made.published
    assert "Families can book it now." in visitor.get(answer["Location"]).content.decode()
    assert f'action="{publish}"' not in visitor.get(f"/services/{made.pk}/").content.decode()

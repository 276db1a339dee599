import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.models import NoSchool, SchoolCalendar, SchoolYear
from clients.models import District
from outbox.models import Message
from scheduling import booking as bookings
from scheduling import series
from scheduling.booking import Asker, SlotTaken
from scheduling.models import Booking, Closure, Series
from tests.world import NOW

DENVER = ZoneInfo("America/Denver")
FIRST = datetime(2027, 1, 28, 10, tzinfo=DENVER)  # a Thursday; the clocks change on March 14
WEEKLY = "FREQ=WEEKLY;INTERVAL=1;COUNT=12"
EVA = Asker(name="Eva", phone="+14065550177")


def plan(service, ana, luz, mateo, **more):
    told = {"rule": WEEKLY, "first": FIRST, "skips_breaks": True, "decided": {}, **more}
    return series.plan(service, advocate=ana, contact=luz.contact, student=mateo, zone=DENVER, at=NOW, by=ana, **told)  # fmt: skip


def times(made):
    return [b.starts_at.astimezone(DENVER) for b in Booking.objects.filter(series=made).order_by("series_on")]


def test_twelve_weeks_keep_the_wall_clock_over_the_clock_change(service, ana, luz, mateo):
    found = times(plan(service, ana, luz, mateo))

    assert found == [FIRST + timedelta(weeks=n) for n in range(12)]
    assert {moment.utcoffset() for moment in found} == {timedelta(hours=-7), timedelta(hours=-6)}


def test_moving_week_five_leaves_the_other_eleven(service, ana, luz, mateo):
    made = plan(service, ana, luz, mateo)
    before = times(made)
    five = Booking.objects.get(series=made, series_on=before[4].date())
    bookings.move(five, starts_at=before[4] + timedelta(days=1), at=NOW, by=ana, any_notice=True)

    after = times(made)
    assert after[4] == before[4] + timedelta(days=1)
    assert after[:4] + after[5:] == before[:4] + before[5:]
    assert Booking.objects.count() == 12


def test_this_and_future_moves_eight_and_the_earlier_four_stay(service, ana, luz, mateo):
    made = plan(service, ana, luz, mateo)
    before = times(made)
    five = Booking.objects.get(series=made, series_on=before[4].date())
    series.move_from(five, starts_at=before[4] + timedelta(days=1, hours=4), at=NOW, by=ana)

    after = times(made)
    assert after[:4] == before[:4]
    assert after[4:] == [moment + timedelta(days=1, hours=4) for moment in before[4:]]


def test_a_shift_by_a_week_or_by_half_a_call_stands_in_nobodys_way(service, ana, luz, mateo):
    made = plan(service, ana, luz, mateo)
    before = times(made)
    first = Booking.objects.get(series=made, series_on=before[0].date())
    series.move_from(first, starts_at=before[0] + timedelta(weeks=1), at=NOW, by=ana)
    first.refresh_from_db()
    series.move_from(first, starts_at=before[0], at=NOW, by=ana)

    assert times(made) == before


def test_where_one_of_them_is_not_free_none_is_moved(service, ana, luz, mateo):
    made = plan(service, ana, luz, mateo)
    before = times(made)
    bookings.book(service, starts_at=before[7] + timedelta(hours=2), asker=EVA, at=NOW, advocate=ana, any_notice=True)  # fmt: skip
    five = Booking.objects.get(series=made, series_on=before[4].date())
    with pytest.raises(SlotTaken) as taken:
        series.move_from(five, starts_at=before[4] + timedelta(hours=2), at=NOW, by=ana)

    assert taken.value.at == before[7] + timedelta(hours=2)
    assert times(made) == before


def test_every_occurrence_is_checked_and_conflicts_are_listed_with_what_can_be_done(service, ana, luz, mateo):
    bookings.book(service, starts_at=FIRST + timedelta(weeks=9), asker=EVA, at=NOW, advocate=ana, any_notice=True)  # fmt: skip
    closed = (FIRST + timedelta(weeks=3)).date()
    Closure.objects.create(name="Away", starts_on=closed, ends_on=closed)
    with pytest.raises(series.Undecided) as open_:
        plan(service, ana, luz, mateo)

    problems = {one.on: (one.problem, one.may_keep, len(one.nearest)) for one in open_.value.occurrences if one.problem}  # fmt: skip
    assert problems == {closed: ("closed", True, 3), date(2027, 4, 1): ("taken", False, 3)}
    assert not Series.objects.exists()


def test_skip_keep_and_move_do_what_they_say(service, ana, luz, mateo):
    for week in (2, 9):
        bookings.book(service, starts_at=FIRST + timedelta(weeks=week), asker=EVA, at=NOW, advocate=ana, any_notice=True)  # fmt: skip
    closed = (FIRST + timedelta(weeks=3)).date()
    Closure.objects.create(name="Away", starts_on=closed, ends_on=closed)
    elsewhere = FIRST + timedelta(weeks=9, hours=3)
    decided = {(FIRST + timedelta(weeks=2)).date(): "skip", closed: "keep", elsewhere.date(): elsewhere}
    found = times(plan(service, ana, luz, mateo, decided=decided))

    assert found == [elsewhere if n == 9 else FIRST + timedelta(weeks=n) for n in range(12) if n != 2]


def test_what_is_taken_cannot_be_kept(service, ana, luz, mateo):
    bookings.book(service, starts_at=FIRST, asker=EVA, at=NOW, advocate=ana, any_notice=True)
    with pytest.raises(series.Undecided):
        plan(service, ana, luz, mateo, decided={FIRST.date(): "keep"})
    assert Booking.objects.count() == 1


def test_days_without_school_are_listed_when_asked(service, ana, luz, mateo, monkeypatch):
    off = (FIRST + timedelta(weeks=1)).date()
    monkeypatch.setattr(series, "_break_finders", [lambda student, first, last: {off}])
    with pytest.raises(series.Undecided) as open_:
        plan(service, ana, luz, mateo)

    assert [one.on for one in open_.value.occurrences if one.problem == "break"] == [off]
    assert len(times(plan(service, ana, luz, mateo, skips_breaks=False))) == 12


def test_a_rule_that_is_none_or_has_no_end_is_refused(service, ana, luz, mateo):
    for rule in (
        "nonsense",
        "FREQ=WEEKLY",
        "FREQ=HOURLY;COUNT=900",
        "FREQ=WEEKLY;COUNT=0",
        "FREQ=HOURLY;COUNT=3",
        "FREQ=DAILY;COUNT=2;BYHOUR=9,10",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2",
        "WEEKLY",
        "FREQ=WEEKLY;COUNT=two",
        "DTSTART:19700101T000000\nRRULE:FREQ=WEEKLY;COUNT=2",
    ):
        with pytest.raises(series.BadRule):
            plan(service, ana, luz, mateo, rule=rule)


def test_a_rule_may_end_on_a_day_written_in_utc_as_the_standard_has_it(harbor):
    """The third Thursday at 10 in Denver is 17:00 UTC: an end one second earlier leaves two."""
    for until, n in (("20270211T170000Z", 3), ("20270211T165959Z", 2), ("20270211", 2), ("20270212", 3)):
        assert len(series.occurrences(f"RRULE:FREQ=WEEKLY;UNTIL={until}", FIRST, DENVER)) == n


def test_one_message_speaks_of_all_and_each_has_its_reminders(service, ana, luz, mateo, work_due, standins):
    plan(service, ana, luz, mateo)
    work_due()

    sent = Message.objects.filter(recipient=luz.email)
    assert sent.filter(kind="series").count() == 1
    assert not sent.filter(kind="booked").exists()
    assert Message.objects.filter(kind="reminder", recipient=luz.phone).count() == 24


def test_calling_off_the_rest_says_it_once_and_takes_the_reminders_back(service, ana, luz, mateo, work_due, standins):  # fmt: skip
    made = plan(service, ana, luz, mateo)
    work_due()
    third = Booking.objects.filter(series=made).order_by("series_on")[2]
    assert series.call_off_from(third, at=NOW, by=ana) == 10
    work_due()

    assert Booking.objects.standing().filter(series=made).count() == 2
    assert Message.objects.filter(kind="called-off", recipient=luz.email).count() == 1
    assert Message.objects.filter(kind="reminder", state="due").count() == 4


def test_the_page_asks_then_books(visitor, service, ana, luz, mateo, clock):
    bookings.book(service, starts_at=FIRST, asker=EVA, at=NOW, advocate=ana, any_notice=True)
    filled = {
        "service": service.pk, "advocate": ana.pk, "contact": luz.contact.pk, "student": mateo.pk,
        "on": "2027-01-28", "time": "10:00", "every": "2", "count": "6", "skips_breaks": "on",
    }  # fmt: skip
    as_ana = visitor.as_(ana)
    asked = as_ana.post("/series/new/", filled)
    assert (asked.status_code, Series.objects.count()) == (409, 0)
    assert 'name="on-2027-01-28"' in asked.content.decode()
    booked = as_ana.post("/series/new/", {**filled, "on-2027-01-28": "skip"})

    made = Series.objects.get()
    assert (booked.status_code, len(times(made))) == (302, 5)
    assert as_ana.get(f"/series/{made.pk}/").status_code == 200
    wrong = as_ana.post("/series/new/", {**filled, "on": "2020-01-01", "count": "99"})
    assert wrong.status_code == 422


def test_a_series_of_another_advocate_is_not_found(visitor, service, ana, marcus, luz, mateo, clock):
    made = plan(service, ana, luz, mateo)
    assert visitor.as_(marcus).get(f"/series/{made.pk}/").status_code == 404


def test_staff_moves_one_or_all_after_it_on_the_page(visitor, service, ana, luz, mateo, clock):
    made = plan(service, ana, luz, mateo)
    before = times(made)
    five = Booking.objects.get(series=made, series_on=before[4].date())
    as_ana = visitor.as_(ana)
    assert as_ana.get(f"/bookings/{five.pk}/change/?day={before[4].date()}").status_code == 200
    as_ana.post(f"/bookings/{five.pk}/change/", {"time": (before[4] + timedelta(hours=1)).isoformat()})
    assert [n for n, (a, b) in enumerate(zip(before, times(made), strict=True)) if a != b] == [4]
    as_ana.post(f"/bookings/{five.pk}/change/", {"time": (before[4] + timedelta(hours=2)).isoformat(), "which": "later"})  # fmt: skip
    assert times(made) == before[:4] + [moment + timedelta(hours=2) for moment in before[4:]]


def test_a_no_show_is_noted_once_it_has_begun(visitor, service, ana, clock):
    start = datetime.combine(NOW.astimezone(DENVER).date(), time(15), DENVER)
    booking = bookings.book(service, starts_at=start, asker=EVA, at=NOW, advocate=ana)
    with pytest.raises(ValueError, match="not begun"):
        bookings.note_no_show(booking, at=NOW, by=ana)
    clock.now = start + timedelta(minutes=15)
    visitor.as_(ana).post(f"/bookings/{booking.pk}/no-show/")

    booking.refresh_from_db()
    assert booking.no_show_at == clock.now


def test_eighteen_weeks_over_the_winter_break_and_the_clock_change(service, ana, luz, mateo):
    """The district's own calendar says when the break is; the hour on the wall stays the same."""
    district = District.objects.create(name="Lakeside", state="MT")
    mateo.district = district
    mateo.save()
    calendar = SchoolCalendar.objects.create(district=district, changed_at=NOW, changed_by=ana)
    year = SchoolYear.objects.create(calendar=calendar, first_on=date(2026, 8, 26), last_on=date(2027, 6, 11))
    NoSchool.objects.create(
        year=year, first_on=date(2026, 12, 21), last_on=date(2027, 1, 1), name="Winter break"
    )
    first = datetime(2026, 12, 3, 10, tzinfo=DENVER)
    rule = "FREQ=WEEKLY;COUNT=18"
    with pytest.raises(series.Undecided) as open_:
        plan(service, ana, luz, mateo, rule=rule, first=first)
    breaks = [one.on for one in open_.value.occurrences if one.problem == "break"]
    assert breaks == [date(2026, 12, 24), date(2026, 12, 31)]

    made = plan(service, ana, luz, mateo, rule=rule, first=first, decided=dict.fromkeys(breaks, series.SKIP))
    found = times(made)
    assert found == [first + timedelta(weeks=n) for n in range(18) if n not in {3, 4}]
    assert {moment.hour for moment in found} == {10}
    assert {moment.utcoffset() for moment in found} == {timedelta(hours=-7), timedelta(hours=-6)}


def test_staff_is_offered_days_around_a_far_occurrence(visitor, service, ana, luz, mateo, clock):
    """The horizon of a service is for families: week five lies far behind it."""
    made = plan(service, ana, luz, mateo)
    before = times(made)
    five = Booking.objects.get(series=made, series_on=before[4].date())
    assert before[4] > NOW + timedelta(days=service.horizon_days)

    page = visitor.as_(ana).get(f"/bookings/{five.pk}/change/").content.decode()
    the_day_after = before[4] + timedelta(days=1)
    assert f'aria-current="date" href="?day={before[4].date()}' in page or f"?day={before[4].date()}" in page
    assert f"?day={the_day_after.date()}" in page

    page = visitor.get(f"/bookings/{five.pk}/change/?day={the_day_after.date()}").content.decode()
    assert f'value="{the_day_after.astimezone(UTC).isoformat()}"' in page


def test_a_date_without_school_is_not_moved_to_another_one(service, ana, luz, mateo, monkeypatch):
    off = (FIRST + timedelta(weeks=1)).date()
    monkeypatch.setattr(
        series, "_break_finders", [lambda student, first, last: {off, off + timedelta(days=1)}]
    )
    with pytest.raises(series.Undecided) as open_:
        plan(service, ana, luz, mateo)

    (one,) = [one for one in open_.value.occurrences if one.problem]
    offered = {slot.starts_at.astimezone(DENVER).date() for slot in one.nearest}
    assert offered
    assert not offered & {off, off + timedelta(days=1)}


def test_the_mail_about_a_series_is_in_one_language(service, ana, luz, mateo, work_due, standins):
    plan(service, ana, luz, mateo)
    work_due()

    titles = {mail.title for mail in Message.objects.filter(kind="series", channel="email")}
    assert titles == {"Sus llamadas con Harbor Advocacy: 12 fechas"}


def test_the_family_of_a_series_is_found_by_the_search_also_without_script(visitor, ana, luz, mateo, service):
    as_ana = visitor.as_(ana)
    page = as_ana.get("/series/new/").content.decode()
    assert ("<select" in page, luz.contact.name in page, 'name="q"' in page) == (False, False, True)

    found = as_ana.get("/series/new/", data={"q": "Mateo", "service": str(service.pk)}).content.decode()
    link = re.search(r'href="(\?contact=[^"]+)"', found)[1].replace("&amp;", "&")
    chosen = as_ana.get(f"/series/new/{link}").content.decode()
    assert f'name="contact" value="{luz.contact.pk}"' in chosen
    assert f'<option value="{service.pk}" selected>' in chosen
    assert f'<option value="{mateo.pk}" selected>' in chosen
    part = as_ana.get("/series/new/", data={"q": "Luz"}, headers={"HX-Request": "true"}).content.decode()
    assert ("Luz Rivera" in part, "<html" in part) == (True, False)
    nobody = as_ana.post("/series/new/", {"service": service.pk})
    assert (nobody.status_code, "Choose the family first." in nobody.content.decode()) == (422, True)

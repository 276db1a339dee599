import html
import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import clock as law_clock
from cases import meetings, opening, timeline
from cases.models import Deadline, SchoolCalendar, Task
from clients.models import District, Family, Student, join_care_team
from desk import work
from scheduling import booking as bookings
from scheduling import series
from scheduling.booking import Asker
from tests.world import NOW

DENVER = ZoneInfo("America/Denver")

TODAY = date(2026, 11, 24)


def add_case(user, name, *, days_ago=61):
    family = Family.objects.create(name=name, confirmed_at=NOW)
    student = Student.objects.create(
        family=family, given_name=name, family_name="Stone", grade="3", confirmed_at=NOW
    )
    case = opening.open_case(student=student, kind="evaluation", advocate=user, by=user, at=NOW)
    for back in (days_ago, 60, 55):
        law_clock.record(
            case, kind="evaluation_consent_received", on=TODAY - timedelta(days=back), by=user, at=NOW
        )
    law_clock.record(case, kind="discipline_change_decision", on=TODAY - timedelta(days=3), by=user, at=NOW)
    meetings.plan(case, kind="iep", advocate=user, starts_at=NOW + timedelta(hours=2), ends_at=NOW + timedelta(hours=3), travel_minutes=35, place="Lakeside", by=user, at=NOW)  # fmt: skip
    timeline.add(
        student=student, kind="win", text="Reads 40 words a minute.", happened_at=NOW, at=NOW, by=user
    )
    return case


def test_today_shows_what_is_late_due_today_the_day_and_a_win(visitor, ana, clock):
    add_case(ana, "Jonah")
    page = visitor.as_(ana).get("/today/").content.decode()
    assert "2 things are late." in page  # the evaluation, and the notice on the day of the decision
    assert "1 day late" in page
    assert "Leave by 1:25 pm." in page
    assert "Reads 40 words a minute." in page
    assert "Share with the family" in page


def test_the_head_counts_what_the_list_has_no_room_for(visitor, ana, clock):
    case = add_case(ana, "Jonah")
    for n in range(12):
        Task.objects.create(
            case=case, title=f"Call {n}", due_on=TODAY - timedelta(days=2), owner=ana, made_at=NOW
        )
    page = visitor.as_(ana).get("/today/").content.decode()
    assert "14 things are late." in page
    assert page.count('<p class="what">') == 8
    shown, every = re.search(r"(\d+) of (\d+)</span>", page).groups()
    assert (int(shown), int(every) >= 15) == (8, True)


def test_the_ribbon_shades_the_days_when_no_school_is_open(visitor, ana, olivia, clock):
    case = add_case(ana, "Jonah")
    other = add_case(ana, "Mara")
    for n, (one, days) in enumerate([(case, (25, 26, 27)), (other, (26, 27))]):
        district = District.objects.create(name=f"District {n}", state="MT")
        Student.objects.filter(pk=one.student_id).update(district=district)
        calendar = SchoolCalendar.objects.create(district=district, changed_at=NOW, changed_by=olivia)
        year = calendar.years.create(first_on=date(2026, 8, 24), last_on=date(2027, 6, 4))
        for day in days:
            year.days_off.create(first_on=date(2026, 11, day), last_on=date(2026, 11, day), name="Break")
    shaded = work.no_school(work.cases_of(ana, team=False), today=TODAY)
    assert shaded == {date(2026, 11, 26), date(2026, 11, 27)}


def test_somebody_turned_away_waits_for_nobody(visitor, ana, clock):
    from tests.intake.test_first_call_to_case import take_call

    inquiry = take_call(visitor, ana)
    assert "Who is Rosa Delgado?" in visitor.get("/today/").content.decode()
    visitor.post(f"/intake/{inquiry.pk}/refusal/", {"reason": "Needs an attorney"})
    assert "Who is Rosa Delgado?" not in visitor.get("/today/").content.decode()


def test_mine_and_team_differ(visitor, olivia, ana, clock):
    add_case(ana, "Jonah")
    visitor.as_(olivia)
    assert "Jonah S." not in visitor.get("/today/").content.decode()
    assert "Jonah S." in visitor.get("/today/?who=team").content.decode()


def test_the_team_page_of_an_advocate_hides_other_students(visitor, ana, marcus, clock):
    add_case(ana, "Jonah")
    assert "Jonah" not in visitor.as_(marcus).get("/today/?who=team").content.decode()
    assert "Jonah" in visitor.as_(ana).get("/today/?who=team").content.decode()


def test_billing_sees_a_page_without_students(visitor, ana, bea, clock):
    add_case(ana, "Jonah")
    assert "Jonah" not in visitor.as_(bea).get("/today/?who=team").content.decode()


@pytest.mark.parametrize(
    "path", ["/today/", "/today/?who=team", "/deadlines/", "/deadlines/?who=team", "/cases/", "/caseload/"]
)
def test_pages_run_as_many_queries_with_one_case_as_with_three(visitor, olivia, clock, path):
    visitor.as_(olivia)
    add_case(olivia, "One")
    visitor.get(path)
    with CaptureQueriesContext(connection) as one:
        visitor.get(path)
    add_case(olivia, "Two")
    add_case(olivia, "Three")
    with CaptureQueriesContext(connection) as three:
        visitor.get(path)
    assert len(three) == len(one)
    assert len(one) <= 30


def test_days_without_school_are_shaded(visitor, ana, clock):
    from cases.calendars import DayOff, save_year
    from clients.models import District

    case = add_case(ana, "Jonah")
    district = District.objects.create(name="Lakeside", state="MT")
    Student.objects.filter(pk=case.student_id).update(district=district)
    visitor.as_(ana)
    before = visitor.get("/today/").content.decode().count("data-off")
    save_year(district, first=date(2026, 8, 26), last=date(2027, 6, 5), weekdays=[0, 1, 2, 3, 4], days_off=[DayOff(date(2026, 11, 26), date(2026, 11, 27), "Thanksgiving")], by=ana, at=NOW)  # fmt: skip
    assert visitor.get("/today/").content.decode().count("data-off") == before + 2


def test_filters_stand_in_the_address(visitor, ana, clock):
    add_case(ana, "Jonah")
    visitor.as_(ana)

    def titles(query):
        return visitor.get(f"/deadlines/?{query}").content.decode().count('name="pk"')

    rows = Deadline.objects.standing()
    assert titles("when=late") == rows.filter(due_on__lt=TODAY).count() == 2
    assert titles("when=today") == rows.filter(due_on=TODAY).count() == 1
    assert titles("when=2026-11-24") == 1
    assert titles("when=missing") == rows.filter(status="needs_input").count() == 1
    assert titles("owed=us") == 0
    assert titles("when=nonsense&who=nonsense&owed=nonsense&page=99") == titles("who=mine")


def test_ticked_dates_are_done_or_given_away(visitor, ana, marcus, clock):
    case = add_case(ana, "Jonah")
    keys = [str(key) for key in Deadline.objects.dated().values_list("pk", flat=True)]
    visitor.as_(ana)
    visitor.post("/deadlines/bulk/?when=late", {"pk": keys, "owner": str(marcus.pk), "give": "1"})
    assert not Deadline.objects.filter(owner=marcus).exists()  # he is not on the care team
    join_care_team(case.student, marcus, at=NOW)
    answer = visitor.post("/deadlines/bulk/?when=late", {"pk": keys, "owner": str(marcus.pk), "give": "1"})
    assert answer["Location"] == "/deadlines/?when=late"
    assert Deadline.objects.filter(owner=marcus).count() == len(keys)
    visitor.post("/deadlines/bulk/", {"pk": keys, "done": "1"})
    assert Deadline.objects.filter(done_by=ana).count() == len(keys)


@pytest.mark.parametrize(
    "sent", [{}, {"pk": "nonsense", "done": "1"}, {"pk": ["x"] * 600, "give": "1"}, {"done": "1"}]
)
def test_bulk_without_sense_changes_nothing(visitor, ana, clock, sent):
    add_case(ana, "Jonah")
    visitor.as_(ana).post("/deadlines/bulk/", sent)
    assert not Deadline.objects.filter(done_at__isnull=False).exists()


def test_nobody_marks_dates_done_that_they_do_not_see(visitor, ana, marcus, clock):
    add_case(ana, "Jonah")
    keys = [str(key) for key in Deadline.objects.values_list("pk", flat=True)]
    visitor.as_(marcus).post("/deadlines/bulk/", {"pk": keys, "done": "1"})
    assert not Deadline.objects.filter(done_at__isnull=False).exists()


def test_the_caseload_counts_by_advocate(visitor, olivia, ana, clock):
    add_case(ana, "Jonah")
    page = visitor.as_(olivia).get("/caseload/").content.decode()
    assert f"?when=late&amp;who={ana.pk}" in page


def test_what_one_did_oneself_is_no_news_and_what_others_did_says_who(service, visitor, ana, bo, luz, mateo, clock):  # fmt: skip
    def titles(user):
        page = visitor.as_(user).get("/today/").content.decode()
        found = re.findall(r'<p class="what"><a href="/bookings/[^"]*">([^<]*)</a>', page)
        return [html.unescape(title) for title in found]

    def book(hour, *, by):
        starts_at = datetime(2026, 12, 1, hour, tzinfo=DENVER)
        asker = Asker(name="Luz Rivera", phone="", contact=luz.contact, student=mateo)
        return bookings.book(service, starts_at=starts_at, asker=asker, at=NOW, advocate=ana, by=by, any_notice=True)  # fmt: skip

    told = {"advocate": ana, "contact": luz.contact, "student": mateo, "zone": DENVER, "skips_breaks": False, "decided": {}}  # fmt: skip
    series.plan(service, **told, rule="FREQ=WEEKLY;INTERVAL=1;COUNT=3", first=datetime(2026, 12, 3, 10, tzinfo=DENVER), at=NOW, by=ana)  # fmt: skip
    own = book(9, by=ana)
    assert titles(ana) == []

    book(10, by=bo)
    book(11, by=None)
    bookings.move(own, starts_at=datetime(2026, 12, 1, 14, tzinfo=DENVER), at=NOW, by=None)
    bookings.call_off(book(13, by=ana), at=NOW, by=bo)
    assert sorted(titles(ana)) == [
        "Call booked by Luz Rivera", "Call with Luz Rivera was called off", "Call with Luz Rivera was moved",
        f"Call with Luz Rivera, booked by {bo.name}",
    ]  # fmt: skip
    assert f"Call with Luz Rivera, booked by {bo.name}" not in titles(bo)

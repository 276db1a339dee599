"""School years are written by programs too; every date of the district follows."""

import json
from datetime import date

import pytest

from cases import calendars, clock
from cases.models import SchoolCalendar, SchoolYear
from clients.models import District
from tests.cases.conftest import AT
from tests.house.test_matrix import key_of

YEAR = {"first_on": "2026-08-26", "last_on": "2027-06-05", "days_off": [{"first_on": "2026-11-26", "last_on": "2026-11-27", "name": "Thanksgiving"}]}  # fmt: skip


@pytest.fixture
def call(visitor, ana, clock):
    def send(method, path, told=None, person=ana):
        headers = {"Authorization": f"Bearer {key_of(person)}"}
        more = {"data": json.dumps(told), "content_type": "application/json"} if told is not None else {}
        answer = visitor._send(method, f"/api/v1/{path}", headers=headers, **more)
        return answer.status_code, answer.json() if answer.content else None

    return send


def test_a_first_year_makes_the_calendar_and_the_ends_of_its_periods(call, harbor):
    district = District.objects.create(name="Hill", state="MT")
    code, made = call(
        "post",
        "school-years/",
        {**YEAR, "district": str(district.pk), "period_ends": ["2026-10-30", "2027-01-22", "2027-03-26"]},
    )

    assert code == 201
    assert made["period_ends"] == ["2026-10-30", "2027-01-22", "2027-03-26", "2027-06-05"]
    value = calendars.value_of(SchoolCalendar.objects.get(district=district))
    assert value.is_school_day(date(2026, 11, 26)) is False
    [listed] = call("get", "calendars/")[1]["results"]
    assert listed["years"][0]["days_off"][0]["name"] == "Thanksgiving"


def test_a_break_sent_later_moves_the_dates_of_the_district(call, ana, case, calendar):
    clock.record(case, kind="discipline_change_decision", on=date(2026, 11, 16), by=ana, at=AT)
    due = case.deadlines.get(rule="manifestation_determination").due_on
    year = SchoolYear.objects.get(first_on=date(2026, 8, 26))

    told = {
        "days_off": [*YEAR["days_off"], {"first_on": "2026-11-23", "last_on": "2026-11-25", "name": "More"}]
    }
    code, made = call("patch", f"school-years/{year.pk}/", told)

    assert (code, made["first_on"], len(made["days_off"])) == (200, "2026-08-26", 2)
    assert case.deadlines.get(rule="manifestation_determination").due_on > due


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"last_on": "2026-08-01"}, "ends before it starts"),
        ({"days_off": [{"first_on": "2026-12-24", "last_on": "2026-12-21"}]}, "end before they start"),
        ({"days_off": [{"first_on": "2028-12-24", "last_on": "2028-12-24"}]}, "outside the school year"),
        ({"period_ends": ["2028-01-01"]}, "outside the school year"),
        ({"weekdays": [7]}, "less than or equal to 6"),
        ({"version": 1}, "Read it again"),
        ({"first_on": "2026-06-01"}, "overlap"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(call, calendar, told, words):
    year = SchoolYear.objects.get(first_on=date(2026, 8, 26))
    before = SchoolCalendar.objects.get().version

    code, said = call("patch", f"school-years/{year.pk}/", told)

    assert (code, words in json.dumps(said)) == (400, True), said
    assert SchoolCalendar.objects.get().version == before


def test_a_year_and_a_calendar_are_taken_away(call, calendar):
    year = SchoolYear.objects.get(first_on=date(2025, 8, 26))
    assert call("delete", f"school-years/{year.pk}/")[0] == 204
    assert SchoolYear.objects.count() == 1
    assert call("delete", f"calendars/{calendar.pk}/")[0] == 204
    assert not SchoolCalendar.objects.exists()

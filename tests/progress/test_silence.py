"""A goal is silent after so many days without a number; the days of a school break are not held against it."""

from datetime import date

import pytest

from cases import calendars
from cases.calendars import DayOff
from clients.models import District, Student
from progress import points, silence
from progress.models import DataSheet
from tests.world import NOW

BREAK = DayOff(date(2026, 11, 23), date(2026, 11, 27), "Thanksgiving week")


@pytest.fixture
def calendar(mateo, ana):
    """Mateo's district with a week off at Thanksgiving, and the summer before."""
    district = District.objects.create(name="Lakeside", state="MT")
    for year in (2025, 2026):
        made = calendars.save_year(
            district, first=date(year, 8, 31), last=date(year + 1, 6, 4), days_off=[BREAK] if year == 2026 else [],
            weekdays=[0, 1, 2, 3, 4], by=ana, at=NOW,
        )  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("since", "days", "quiet"),
    [
        (date(2026, 11, 2), 14, date(2026, 11, 16)),  # no break in between: as the wall calendar has it
        (date(2026, 11, 16), 14, date(2026, 12, 5)),  # Nov 23 to 27 do not count
        (date(2026, 6, 1), 14, date(2026, 9, 10)),  # nor does the summer
        (date(2026, 11, 22), 1, date(2026, 11, 28)),
    ],
)
def test_days_of_a_break_do_not_count(calendar, since, days, quiet):
    assert silence.quiet_day(since, days, calendars.value_of(calendar)) == quiet


def test_without_a_calendar_every_day_counts(harbor):
    assert silence.quiet_day(date(2026, 11, 16), 14, None) == date(2026, 11, 30)


def test_a_number_waits_a_break_out(calendar, mateo, log, sheet, clock):
    Student.objects.filter(pk=mateo.pk).update(district=calendar.district)
    sheet = DataSheet.objects.get(pk=sheet.pk)
    log(sheet, 60, days_ago=8)  # November 16

    assert DataSheet.objects.get(pk=sheet.pk).quiet_on == date(2026, 12, 5)


def test_a_break_typed_in_later_and_another_district_count_again(calendar, mateo, log, sheet, ana, clock):
    log(sheet, 60, days_ago=8)
    assert DataSheet.objects.get(pk=sheet.pk).quiet_on == date(2026, 11, 30)

    mateo.district = calendar.district
    mateo.save()
    assert DataSheet.objects.get(pk=sheet.pk).quiet_on == date(2026, 12, 5)

    year = calendar.years.get(first_on=date(2026, 8, 31))
    calendars.save_year(
        calendar.district, first=year.first_on, last=year.last_on, days_off=[], weekdays=[0, 1, 2, 3, 4], by=ana, at=NOW, year=year
    )  # fmt: skip
    assert DataSheet.objects.get(pk=sheet.pk).quiet_on == date(2026, 11, 30)


def test_a_withdrawn_number_takes_its_days_back(calendar, mateo, log, sheet, ana, clock):
    Student.objects.filter(pk=mateo.pk).update(district=calendar.district)
    sheet = DataSheet.objects.get(pk=sheet.pk)
    point = log(sheet, 60, days_ago=8)
    points.withdraw(point, reason="Another child's", by=ana, at=NOW)

    assert DataSheet.objects.get(pk=sheet.pk).quiet_on == date(2026, 9, 15)

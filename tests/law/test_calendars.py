"""School calendars: what counts as a school day, what nobody knows, and the files they come in."""

from datetime import date

import pytest

from law.calendars import (
    CalendarError,
    NoSchool,
    SchoolCalendar,
    SchoolYear,
    from_csv,
    from_file,
    from_ics,
    to_csv,
)
from tests.law.sample_calendars import ALL, ORDINARY, calendar

LINCOLN = calendar(ORDINARY)
YEAR = "year,2025-08-25,2026-06-12,2025-26\n"


def ics(*events, zone=""):
    body = "".join(f"BEGIN:VEVENT\nUID:{i}\n{event}\nEND:VEVENT\n" for i, event in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//L//EN\n{body}END:VCALENDAR\n".replace("\n", "\r\n")


def all_day(summary, start, end):
    return f"SUMMARY:{summary}\nDTSTART;VALUE=DATE:{start}\nDTEND;VALUE=DATE:{end}"


@pytest.mark.parametrize(
    ("day", "school"),
    [
        (date(2025, 8, 25), True),
        (date(2025, 9, 1), False),
        (date(2025, 9, 6), False),
        (date(2025, 12, 31), False),
        (date(2026, 6, 12), True),
        (date(2026, 7, 1), False),
        (date(2024, 8, 25), None),
        (date(2028, 6, 10), None),
    ],
)
def test_a_day_is_a_school_day_or_not_or_unknown(day, school):
    assert LINCOLN.is_school_day(day) is school


def test_school_days_are_counted_over_breaks_and_summers_but_not_out_of_the_calendar():
    assert LINCOLN.school_day_after(date(2025, 12, 19), 1) == date(2026, 1, 5)
    assert LINCOLN.school_day_after(date(2026, 6, 12), 1) == date(2026, 8, 24)
    assert LINCOLN.school_day_before(date(2026, 1, 5), 3) == date(2025, 12, 17)
    assert LINCOLN.school_day_after(date(2028, 6, 9), 1) is None
    assert LINCOLN.school_day_after(date(2024, 8, 1), 1) is None
    assert LINCOLN.school_day_before(date(2024, 8, 26), 1) is None


def test_there_are_184_school_days_in_the_ordinary_year():
    assert LINCOLN.school_days_between(date(2025, 8, 25), date(2026, 6, 12)) == 184


def test_a_year_cut_short_by_days_off_at_its_ends():
    choppy = calendar(ALL["choppy"])

    assert choppy.instruction[0].last == date(2025, 6, 18)
    assert choppy.instruction[1].first == date(2025, 9, 3)
    assert choppy.summers[0] == (date(2025, 6, 19), date(2025, 9, 2))


def test_a_four_day_week():
    four = SchoolCalendar(
        "", (SchoolYear(date(2025, 8, 25), date(2026, 6, 11)),), weekdays=frozenset({0, 1, 2, 3})
    )

    assert four.is_school_day(date(2025, 9, 5)) is False  # a Friday
    assert four.school_day_after(date(2025, 9, 4), 1) == date(2025, 9, 8)


def test_touching_breaks_are_one_run():
    spans = (
        NoSchool(date(2025, 12, 24), date(2025, 12, 26), "A"),
        NoSchool(date(2025, 12, 29), date(2026, 1, 2), "B"),
    )
    runs = SchoolCalendar("", (SchoolYear(date(2025, 8, 25), date(2026, 6, 12)),), spans).runs

    assert [(run.first, run.last, run.school_days, run.name) for run in runs] == [
        (date(2025, 12, 24), date(2026, 1, 2), 8, "A, B")
    ]
    assert (runs[0].before, runs[0].after) == (date(2025, 12, 24), date(2026, 1, 4))


def test_a_draft_of_next_year_keeps_the_weekdays():
    draft = from_csv(YEAR + "no_school,2025-12-22,2026-01-02,Winter break\n").draft_of_next_year()

    assert draft.years == (SchoolYear(date(2026, 8, 24), date(2027, 6, 11), ""),)
    assert draft.no_school == (NoSchool(date(2026, 12, 21), date(2027, 1, 1), "Winter break"),)


def test_csv_goes_out_and_comes_back_the_same():
    for plain in ALL.values():
        whole = calendar(plain)
        assert from_csv(to_csv(whole), "Lincoln") == whole


@pytest.mark.parametrize(
    "text",
    [
        "kind,start,end,name\n" + YEAR + "no_school,2025-09-01,,Labor Day\n",
        "\ufeffkind;start;end;name\r\n"
        + YEAR.replace(",", ";")
        + "no_school;2025-09-01;2025-09-01;Labor Day\r\n",
        "Kind,Start,End,Name\n\n# a comment\n" + YEAR + " no_school , 2025-09-01 ,, Labor Day \n",
        YEAR + "no_school,2025-09-01\n",
    ],
)
def test_csv_is_read_as_people_write_it(text):
    found = from_csv(text.encode())

    assert found.years[0].first == date(2025, 8, 25)
    assert found.is_school_day(date(2025, 9, 1)) is False
    assert found.is_school_day(date(2025, 9, 2)) is True


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The calendar file is empty."),
        ("no_school,2025-09-01,,Labor Day\n", "There is no “year” line"),
        (YEAR + "holiday,2025-09-01,,x\n", "Line 2: “holiday” is not a kind"),
        (YEAR + "no_school,9/1/2025,,x\n", "Line 2: “9/1/2025” is not a date"),
        (YEAR + "no_school,2025-W36-1,,x\n", "Line 2: “2025-W36-1” is not a date"),
        (YEAR + "no_school,2025-02-30,,x\n", "Line 2: “2025-02-30” is not a date"),
        (YEAR + "no_school,,,x\n", "Line 2: the start date is missing"),
        ("year,2025-08-25,,x\n", "Line 1: the end date is missing"),
        (
            YEAR + "no_school,2026-01-02,2025-12-22,x\n",
            "Line 2: the end 2025-12-22 is before the start 2026-01-02",
        ),
        (YEAR + "no_school,2027-12-22,2027-12-23,x\n", "Line 2: 2027-12-22 to 2027-12-23 lies outside"),
        (YEAR + "year,2026-06-01,2027-06-01,x\n", "Line 2: this school year starts on 2026-06-01, before"),
        ("year,2025-08-25,2027-06-12,x\n", "Line 1: a school year from 2025-08-25 to 2027-06-12 is too long"),
        ("year,1066-08-25,1067-06-12,x\n", "Line 1: the year 1066 cannot be right"),
        (YEAR + "no_school,2025-08-25,2026-06-12,x\n", "Line 1: this school year has no school day left"),
        (YEAR + "no_school,2025-09-01,,x,y,z\n", "Line 2: there are 6 columns"),
        (YEAR + 'no_school,"2025-09-01\n', "Line 2"),
        (YEAR * 5001, "more than 5000 lines"),
    ],
)
def test_a_csv_that_cannot_be_names_its_line(text, sentence):
    with pytest.raises(CalendarError, match=sentence):
        from_csv(text)


@pytest.mark.parametrize(
    ("years", "off", "sentence"),
    [
        (((2026, 2025),), (), "ends on"),
        (((2024, 2025), (2024, 2025)), (), "overlap"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(years, off, sentence):
    with pytest.raises(CalendarError, match=sentence):
        SchoolCalendar("", tuple(SchoolYear(date(a, 9, 1), date(b, 6, 1)) for a, b in years), off)


def test_ics_with_first_and_last_days_gives_the_years():
    found = from_ics(
        ics(
            all_day("First Day of School", "20250825", "20250826"),
            all_day("Last day of school", "20260612", "20260613"),
            all_day("Winter break", "20251222", "20260103"),
            all_day("Early release", "20251010", "20251011"),
            "SUMMARY:Board meeting\nDTSTART:20250902T180000\nDTEND:20250902T200000",
        )
    )

    assert found.years == (SchoolYear(date(2025, 8, 25), date(2026, 6, 12)),)
    assert found.no_school == (NoSchool(date(2025, 12, 22), date(2026, 1, 2), "Winter break"),)
    assert not found.bounds_assumed
    assert found.is_school_day(date(2025, 10, 10))


def test_ics_with_days_off_alone_is_taken_from_september_through_may_and_says_so():
    found = from_ics(ics(all_day("Winter break", "20251222", "20260103")))

    assert found.bounds_assumed
    assert found.years == (SchoolYear(date(2025, 9, 1), date(2026, 5, 31)),)
    assert found.school_day_after(date(2025, 12, 19), 1) == date(2026, 1, 5)
    assert found.school_day_after(date(2026, 5, 29), 1) is None


def test_ics_with_a_summer_break_joins_the_years_around_it():
    found = from_ics(
        ics(all_day("Winter break", "20251222", "20260103"), all_day("Summer break", "20260613", "20260824"))
    )

    assert [(year.first, year.last) for year in found.years] == [
        (date(2025, 9, 1), date(2026, 6, 12)),
        (date(2026, 8, 24), date(2027, 5, 31)),
    ]
    assert found.school_day_after(date(2026, 6, 12), 1) == date(2026, 8, 24)


def test_two_assumed_years_without_a_named_summer_are_not_joined():
    found = from_ics(
        ics(all_day("Winter break", "20251222", "20260103"), all_day("Winter break", "20261221", "20270102"))
    )

    assert found.school_day_after(date(2026, 5, 29), 1) is None


def test_ics_events_without_end_repeated_and_cancelled():
    found = from_ics(
        ics(
            "SUMMARY:Labor Day\nDTSTART;VALUE=DATE:20250901",
            "SUMMARY:Break\nDTSTART;VALUE=DATE:20251222\nDURATION:P5D",
            "SUMMARY:Staff day\nDTSTART;VALUE=DATE:20251003\nRRULE:FREQ=MONTHLY;COUNT=3\n"
            "EXDATE;VALUE=DATE:20251103",
            "SUMMARY:Snow\nDTSTART;VALUE=DATE:20260126\nSTATUS:CANCELLED",
        )
    )

    assert found.no_school == (
        NoSchool(date(2025, 9, 1), date(2025, 9, 1), "Labor Day"),
        NoSchool(date(2025, 10, 3), date(2025, 10, 3), "Staff day"),
        NoSchool(date(2025, 12, 3), date(2025, 12, 3), "Staff day"),
        NoSchool(date(2025, 12, 22), date(2025, 12, 26), "Break"),
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("hello", "not an iCalendar file"),
        (ics(), "no all-day event"),
        (ics("SUMMARY:x\nDTSTART:20250902T180000"), "no all-day event"),
        (ics("SUMMARY:Winter break"), "Event 1 \\(“Winter break”\\) has no start"),
        (ics(all_day("Break", "20251222", "20251220")), "Event 1 \\(“Break”\\) ends on 2025-12-20 before"),
        (ics(all_day("Break", "20251222", "20271220")), "lasts more than a year"),
        (ics("SUMMARY:x\nDTSTART;VALUE=DATE:20250901\nRRULE:FREQ=SECONDLY"), "repeats in a way"),
        (ics("SUMMARY:x\nDTSTART;VALUE=DATE:10660901"), "the year 1066 cannot be right"),
        (
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:nonsense\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            ".",
        ),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "."),
    ],
)
def test_an_ics_that_cannot_be_names_its_event(text, sentence):
    with pytest.raises(CalendarError, match=sentence):
        from_ics(text)


def test_a_summer_break_typed_into_the_file_changes_nothing():
    years = YEAR + "year,2026-08-24,2027-06-11,2026-27\n"
    with_summer = from_csv(years + "no_school,2026-06-13,2026-08-23,Summer break\n")

    assert with_summer.summers == from_csv(years).summers == ((date(2026, 6, 13), date(2026, 8, 23)),)
    assert with_summer.school_day_after(date(2026, 6, 12), 1) == date(2026, 8, 24)


def test_the_kind_of_file_is_seen_from_what_is_in_it():
    assert from_file(YEAR.encode()).years
    assert from_file(ics(all_day("Winter break", "20251222", "20260103")).encode()).bounds_assumed
    with pytest.raises(CalendarError, match="larger than 2 MB"):
        from_file(b"x" * 2_000_001)

import io
from datetime import date, timedelta

import pytest

from cases import calendars
from cases.calendars import DayOff, parse_days_off, usual_days_off, value_of
from cases.models import SchoolCalendar
from clients.models import District
from law.calendars import CalendarError, from_csv
from tests.cases.conftest import AT

FIRST, LAST = date(2026, 8, 26), date(2027, 6, 5)
CSV = (
    "kind,start,end,name\nyear,2026-08-26,2027-06-05,2026-27\nno_school,2026-12-21,2027-01-01,Winter break\n"
)
ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n"
    "DTSTART;VALUE=DATE:20261221\r\nDTEND;VALUE=DATE:20270102\r\nSUMMARY:Winter break\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.mark.parametrize(
    ("line", "first", "last", "name"),
    [
        ("11/26 Thanksgiving", date(2026, 11, 26), date(2026, 11, 26), "Thanksgiving"),
        ("11/26-27 Thanksgiving", date(2026, 11, 26), date(2026, 11, 27), "Thanksgiving"),
        ("12/21-1/1 Winter break", date(2026, 12, 21), date(2027, 1, 1), "Winter break"),
        ("12/21/2026 to 01/01/2027 Winter break", date(2026, 12, 21), date(2027, 1, 1), "Winter break"),
        ("2026-12-21 to 2027-01-01 Winter break", date(2026, 12, 21), date(2027, 1, 1), "Winter break"),
        ("Dec 21 – Jan 1: Winter break", date(2026, 12, 21), date(2027, 1, 1), "Winter break"),
        ("Dec. 21, 2026 through Jan. 1, 2027 Winter", date(2026, 12, 21), date(2027, 1, 1), "Winter"),
        ("Mon Feb 15 Presidents' Day", date(2027, 2, 15), date(2027, 2, 15), "Presidents' Day"),
        ("21 de diciembre al 8 de enero de 2027 Vacaciones", date(2026, 12, 21), date(2027, 1, 8), "Vacaciones"),
        ("vie 15 de enero: Descanso", date(2027, 1, 15), date(2027, 1, 15), "Descanso"),
        ("15/2", None, None, "no such date"),
        ("1/18", date(2027, 1, 18), date(2027, 1, 18), ""),
        ("Winter break", None, None, "does not begin with a date"),
        ("1/18 to 1/2 x", None, None, "ends before it starts"),
        ("7/4 Fourth", None, None, "outside the school year"),
        ("2/30 x", None, None, "no such date"),
        ("99999999999 x", None, None, "does not begin with a date"),
    ],
)  # fmt: skip
def test_days_off_are_read_as_people_type_them(line, first, last, name):
    if first is None:
        with pytest.raises(CalendarError, match=name):
            parse_days_off(line, first=FIRST, last=LAST)
    else:
        assert parse_days_off(line, first=FIRST, last=LAST) == [DayOff(first, last, name)]


def test_a_wrong_line_is_named():
    with pytest.raises(CalendarError, match="Line 3"):
        parse_days_off("11/26 a\n\nnonsense\n", first=FIRST, last=LAST)


def test_a_new_year_comes_with_the_usual_days_off():
    names = {day.name for day in usual_days_off(FIRST, LAST)}
    assert {"Labor Day", "Thanksgiving Day", "Winter break", "Memorial Day"} <= names


def test_a_school_year_is_one_form(visitor, ana, harbor, clock):
    visitor.as_(ana)
    answer = visitor.post("/calendars/new/", {"district": "", "name": "Lakeside", "state": "MT"})
    district = District.objects.get(name="Lakeside")
    assert answer["Location"] == f"/calendars/{district.pk}/years/new/"
    first = visitor.get(answer["Location"]).content.decode()
    assert "12/21/2026 to 01/01/2027 Winter break" in first
    visitor.post(answer["Location"], {"first": "2026-08-26", "last": "2027-06-05", "weekdays": ["0", "1", "2", "3"], "days_off": "12/21-1/1 Winter break"})  # fmt: skip
    value = value_of(SchoolCalendar.objects.get())
    assert [value.is_school_day(date(2026, 12, day)) for day in (17, 18, 21)] == [True, False, False]
    assert "Copy to next year" in visitor.get(f"/calendars/{district.pk}/").content.decode()


A_YEAR_AS_PRINTED = """\
9/7 Labor Day
10/15-16 Educators' conference
11/11 Veterans Day
11/25-27 Thanksgiving
12/21-1/1 Winter break
1/18 Martin Luther King Day
2/15 Presidents' Day
3/12 No school, teachers in training
3/22-26 Spring break
4/16 Conferences
5/7 No school
5/31 Memorial Day
"""


def test_a_school_year_is_typed_in_under_three_minutes(visitor, ana, district, clock):
    """The keystroke-level model of Card, Moran and Newell (1980), for somebody who types 40 words a minute: 0.28 s
    a key, 1.35 s to find out what comes next, 1.1 s to point, 0.4 s to change hands. All is typed anew: the draft
    with the usual days off is thrown away, and the two dates are typed too."""
    lines = A_YEAR_AS_PRINTED.strip().splitlines()
    keys = len(A_YEAR_AS_PRINTED) + 2 * len("08262026") + 2
    looks = 2 * len(lines) + 3  # at the paper and at the line, then at each field and the button
    seconds = 0.28 * keys + 1.35 * looks + 4 * (1.1 + 0.4)

    assert seconds < 180
    told = {"first": "2026-08-26", "last": "2027-06-04", "weekdays": ["0", "1", "2", "3", "4"], "days_off": A_YEAR_AS_PRINTED}  # fmt: skip
    assert visitor.as_(ana).post(f"/calendars/{district.pk}/years/new/", told).status_code == 302
    value = value_of(SchoolCalendar.objects.get(district=district))
    # By hand: 41 weeks less two days of the first make 203 weekdays, 28 of them off.
    assert sum(value.is_school_day(date(2026, 8, 26) + timedelta(days=n)) for n in range(283)) == 175


def test_next_year_is_copied_as_a_draft(visitor, ana, calendar, district):
    page = visitor.as_(ana).get(f"/calendars/{district.pk}/years/new/?copy=1").content.decode()
    assert 'value="2027-08-25"' in page
    assert SchoolCalendar.objects.get().years.count() == 2


@pytest.mark.parametrize(("content", "name"), [(CSV, "c.csv"), (ICS, "c.ics")])
def test_a_file_is_shown_before_it_is_written(visitor, ana, district, content, name):
    path = f"/calendars/{district.pk}/import/"
    upload = io.BytesIO(content.encode())
    upload.name = name
    shown = visitor.as_(ana).post(path, {"file": upload})
    assert "Winter break" in shown.content.decode()
    assert "Nothing is written yet." in shown.content.decode()
    assert not SchoolCalendar.objects.exists()
    visitor.post(path, {"content": content})
    assert value_of(SchoolCalendar.objects.get()).is_school_day(date(2026, 12, 22)) is False


@pytest.mark.parametrize(
    "content", ["", "nonsense", "kind,start,end,name\nyear,2026-13-01,,\n", "BEGIN:VCALENDAR", "\x00\xff"]
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(visitor, ana, district, content):
    upload = io.BytesIO(content.encode("latin-1"))
    upload.name = "c.csv"
    answer = visitor.as_(ana).post(f"/calendars/{district.pk}/import/", {"file": upload})
    assert answer.status_code == 422
    assert not SchoolCalendar.objects.exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"last": "2026-08-01"}, "ends before it starts"),
        ({"last": "2029-08-01"}, "too long or too far away"),
        ({"days_off": "8/26-6/5 all"}, "no school day left"),
        ({"weekdays": []}, "School days of the week"),
    ],
)
def test_a_year_that_cannot_be_is_refused_with_a_sentence(visitor, ana, district, more, words):
    sent = {"first": "2026-08-26", "last": "2027-06-05", "weekdays": ["0", "1"], "days_off": ""}
    answer = visitor.as_(ana).post(f"/calendars/{district.pk}/years/new/", {**sent, **more})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not SchoolCalendar.objects.exists()


def test_overlapping_years_are_refused(visitor, ana, calendar, district):
    sent = {"first": "2026-12-01", "last": "2027-12-01", "weekdays": ["0", "1"], "days_off": ""}
    answer = visitor.as_(ana).post(f"/calendars/{district.pk}/years/new/", sent)
    assert answer.status_code == 422
    assert SchoolCalendar.objects.get().years.count() == 2


def test_the_second_of_two_who_edit_a_calendar_is_told(visitor, ana, calendar, district):
    year = calendar.years.first()
    path = f"/calendars/{district.pk}/years/{year.pk}/"
    sent = {
        "first": "2025-08-26",
        "last": "2026-06-05",
        "weekdays": ["0"],
        "days_off": "11/26 a",
        "version": calendar.version,
    }
    assert visitor.as_(ana).post(path, sent).status_code == 302
    answer = visitor.post(path, {**sent, "days_off": "11/27 b"})
    assert answer.status_code == 409
    assert "Ana Reyes changed this calendar" in answer.content.decode()
    assert "11/27 b" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "ends"),
    [
        ("", []),
        ("10/30, 1/22\n3/26", [date(2026, 10, 30), date(2027, 1, 22), date(2027, 3, 26), LAST]),
        ("10/30, 1/22, 3/26, 6/4", [date(2026, 10, 30), date(2027, 1, 22), date(2027, 3, 26), LAST]),
        ("Jan 22", [date(2027, 1, 22), LAST]),
    ],
)
def test_the_last_marking_period_ends_with_the_year(harbor, typed, ends):
    assert calendars.parse_period_ends(typed, first=FIRST, last=LAST) == ends


def test_marking_periods_are_typed_shown_copied_and_outlive_a_file(visitor, ana, calendar, district):
    year = calendar.years.get(first_on=date(2026, 8, 26))
    path = f"/calendars/{district.pk}/"
    told = {
        "first": "2026-08-26",
        "last": "2027-06-05",
        "days_off": "",
        "weekdays": [0, 1, 2, 3, 4],
        "version": calendar.version,
    }
    wrong = visitor.as_(ana).post(f"{path}years/{year.pk}/", {**told, "period_ends": "7/4"})
    assert wrong.status_code == 422
    assert "outside the school year" in wrong.content.decode()

    visitor.post(f"{path}years/{year.pk}/", {**told, "period_ends": "10/30, 1/22"})

    year.refresh_from_db()
    assert year.period_ends == [date(2026, 10, 30), date(2027, 1, 22), LAST]
    assert "Fri Oct 30" in visitor.get(path).content.decode()
    assert "10/29/2027, 01/21/2028" in visitor.get(f"{path}years/new/?copy=1").content.decode()
    calendars.replace_all(district, from_csv(CSV), by=ana, at=AT)
    assert calendar.years.get(first_on=date(2026, 8, 26)).period_ends == year.period_ends


def test_a_district_and_its_school_calendar_lead_to_each_other(visitor, ana, calendar, district):
    page = visitor.as_(ana).get(f"/districts/{district.pk}/").content.decode()
    assert f'href="/calendars/{district.pk}/"' in page
    assert "2026–2027" in page
    assert f'href="/districts/{district.pk}/"' in visitor.get(f"/calendars/{district.pk}/").content.decode()


def test_a_district_without_a_calendar_offers_to_add_one(visitor, ana, district):
    page = visitor.as_(ana).get(f"/districts/{district.pk}/").content.decode()
    assert f'href="/calendars/{district.pk}/"' in page
    assert "No calendar yet" in page

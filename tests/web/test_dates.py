from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import engines

from web.dates import say_day, say_time, say_when
from web.phones import phone, say_phone
from web.zones import US_ZONES, read_zone, visitor_zone, zone_name

PACIFIC = ZoneInfo("America/Los_Angeles")
CALL = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)  # Tuesday evening on the coast


@pytest.mark.parametrize(
    ("style", "language", "words"),
    [
        ("day", "en", "Tuesday, November 24 at 5:30 pm Pacific Time"),
        ("day", "es", "martes, 24 de noviembre, 5:30 pm, hora del Pacífico"),
        ("brief", "en", "Tue Nov 24 5:30 pm PT"),
        ("brief", "es", "mar 24 nov 5:30 pm PT"),
    ],
)
def test_a_moment_is_said_with_weekday_and_zone(style, language, words):
    assert say_when(CALL, PACIFIC, style=style, language=language) == words


@pytest.mark.parametrize(
    ("style", "english", "spanish"),
    [
        ("day", "Tuesday, November 24", "martes, 24 de noviembre"),
        ("brief", "Tue Nov 24", "mar 24 nov"),
        ("bare", "Nov 24", "24 nov"),
    ],
)
def test_a_day_is_said_in_both_languages(style, english, spanish):
    day = date(2026, 11, 24)
    assert [say_day(day, style=style, language=code) for code in ("en", "es")] == [english, spanish]


def test_another_year_is_named():
    day = date(2027, 1, 5)
    assert say_day(day, today=date(2026, 11, 24), language="en") == "Tuesday, January 5, 2027"
    assert say_day(day, today=date(2026, 11, 24), language="es") == "martes, 5 de enero de 2027"
    assert say_day(day, today=date(2027, 11, 24), language="en") == "Tuesday, January 5"


def test_midnight_and_noon():
    times = [datetime(2026, 7, 1, hour, 5, tzinfo=UTC) for hour in (0, 12, 13)]
    assert [say_time(moment, ZoneInfo("UTC")) for moment in times] == ["12:05 am", "12:05 pm", "1:05 pm"]


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="naive"):
        say_when(datetime(2026, 1, 1), PACIFIC)


def test_the_tag_writes_a_time_machines_can_read(english):
    html = (
        engines["django"]
        .from_string("{% load ui %}{% when call zone 'brief' %} {% when call zone 'time' %}")
        .render({"call": CALL, "zone": "America/Los_Angeles"})
    )
    assert '<time datetime="2026-11-24T17:30:00-08:00">Tue Nov 24' in html
    assert html.endswith(">5:30 pm</time>")


def test_every_listed_zone_exists_and_cities_of_the_same_clock_share_its_name():
    assert [zone.key for zone in US_ZONES] == [read_zone(zone.key).key for zone in US_ZONES]
    assert zone_name(ZoneInfo("America/Detroit"), at=CALL, language="en") == "Eastern Time"
    assert zone_name(ZoneInfo("Europe/Paris"), at=CALL) == "CET"


@pytest.mark.parametrize("key", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "\0", "America"])
def test_what_is_no_zone_is_told(key):
    with pytest.raises(ValueError, match="is not a time zone we know"):
        read_zone(key)


@pytest.mark.parametrize(
    ("cookie", "zone"), [("America%2FDenver", "America/Denver"), ("Mars", None), (None, None)]
)
def test_the_visitors_zone_comes_from_their_device(rf, cookie, zone):
    request = rf.get("/")
    if cookie:
        request.COOKIES["tz"] = cookie
    found = visitor_zone(request)
    assert (found.key if found else None) == zone


def test_numbers_are_written_as_people_write_them():
    assert say_phone(phone("4065550142")) == "(406) 555-0142"
    assert say_phone("+525512345678") == "+52 55 1234 5678"
    assert say_phone("not a number") == "not a number"

"""Time zones by the names people in the United States use, in English and Spanish."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import NamedTuple
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django.utils.translation import get_language


class Zone(NamedTuple):
    """An IANA zone, its short sign and its names. The Spanish name goes after a comma, so it starts small."""

    key: str
    sign: str
    en: str
    es: str


US_ZONES = [
    Zone("America/New_York", "ET", "Eastern Time", "hora del Este"),
    Zone("America/Chicago", "CT", "Central Time", "hora del Centro"),
    Zone("America/Denver", "MT", "Mountain Time", "hora de la Montaña"),
    Zone("America/Phoenix", "MST", "Arizona Time", "hora de Arizona"),
    Zone("America/Los_Angeles", "PT", "Pacific Time", "hora del Pacífico"),
    Zone("America/Anchorage", "AKT", "Alaska Time", "hora de Alaska"),
    Zone("Pacific/Honolulu", "HT", "Hawaii Time", "hora de Hawái"),
    Zone("America/Puerto_Rico", "AT", "Puerto Rico Time", "hora de Puerto Rico"),
    Zone("Pacific/Guam", "ChST", "Guam Time", "hora de Guam"),
    Zone("Pacific/Pago_Pago", "SST", "Samoa Time", "hora de Samoa"),
]
_BY_KEY = {zone.key: zone for zone in US_ZONES}
# Names that browsers and systems still report for the same clocks (tz database, "backward" and city zones
# whose rules today equal the named zone's).
_SAME = {
    "America/Detroit": "America/New_York",
    "America/Indiana/Indianapolis": "America/New_York",
    "America/Indianapolis": "America/New_York",
    "America/Kentucky/Louisville": "America/New_York",
    "America/Louisville": "America/New_York",
    "America/Menominee": "America/Chicago",
    "America/Indiana/Knox": "America/Chicago",
    "America/North_Dakota/Center": "America/Chicago",
    "America/Boise": "America/Denver",
    "America/Juneau": "America/Anchorage",
    "America/Sitka": "America/Anchorage",
    "America/Nome": "America/Anchorage",
    "US/Eastern": "America/New_York",
    "US/Central": "America/Chicago",
    "US/Mountain": "America/Denver",
    "US/Arizona": "America/Phoenix",
    "US/Pacific": "America/Los_Angeles",
    "US/Alaska": "America/Anchorage",
    "US/Hawaii": "Pacific/Honolulu",
    "America/St_Thomas": "America/Puerto_Rico",
    "Pacific/Saipan": "Pacific/Guam",
    "Pacific/Midway": "Pacific/Pago_Pago",
    "US/Samoa": "Pacific/Pago_Pago",
}
TIMEZONE_COOKIE = "tz"


def zone_choices(language: str | None = None) -> list[tuple[str, str]]:
    """(IANA key, name) of the zones of the United States, for a select."""
    spanish = _is_spanish(language)
    return [(zone.key, _capital(zone.es) if spanish else zone.en) for zone in US_ZONES]


def zone_name(zone: tzinfo, *, at: datetime, style: str = "name", language: str | None = None) -> str:
    """What people call a zone: `name` "Pacific Time" or `abbreviation` "PT".

    `at` (an aware moment) serves zones outside the list, which are named by their abbreviation at that moment.
    """
    key = getattr(zone, "key", "")
    known = _BY_KEY.get(_SAME.get(key, key))
    if known is None:
        return at.astimezone(zone).tzname() or key
    if style == "abbreviation":
        return known.sign
    return known.es if _is_spanish(language) else known.en


def read_zone(key: str) -> ZoneInfo:
    """The zone of an IANA key. Raises ValueError with a sentence for people when there is none."""
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{key!r} is not a time zone we know.") from None


def visitor_zone(request: HttpRequest) -> ZoneInfo | None:
    """The zone the visitor's own device named (a cookie set by the page's script), or None."""
    try:
        return read_zone(unquote(request.COOKIES.get(TIMEZONE_COOKIE, ""))[:64])
    except ValueError:
        return None


def us_zone(zone: tzinfo | None) -> str:
    """The key of the zone of the United States that has these clocks; empty for any other."""
    key = getattr(zone, "key", "")
    key = _SAME.get(key, key)
    return key if key in _BY_KEY else ""


def _is_spanish(language: str | None) -> bool:
    return (language or get_language() or "en").startswith("es")


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]

"""A booking as a calendar file: the same UID for its whole life, a rising SEQUENCE, CANCEL at the end."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from scheduling.models import Booking
from tenants.places import current_firm


@lru_cache(maxsize=64)
def _timezone(zone: ZoneInfo) -> bytes:
    """The zone's own part of the file; working it out takes longer than all the rest."""
    return Timezone.from_tzinfo(zone).to_ical()


def calendar(*bookings: Booking, at: datetime) -> bytes:
    """The file for a booking, or for the bookings of a series, in the active language; times in the family's zone."""
    cancelled = not bookings[0].is_standing
    found = Calendar()
    found.add("prodid", "-//Roundtable//EN")
    found.add("version", "2.0")
    found.add("method", "CANCEL" if cancelled else "REQUEST")
    for booking in bookings:
        found.add_component(_event(booking, at=at))
    # The zone goes before the events, as it came out of its own making.
    zones = b"".join(_timezone(zone) for zone in dict.fromkeys(booking.zone for booking in bookings))
    return found.to_ical().replace(b"BEGIN:VEVENT", zones + b"BEGIN:VEVENT", 1)


def _event(booking: Booking, *, at: datetime) -> Event:
    firm = current_firm()
    event = Event()
    event.add("uid", f"{booking.pk}@{firm.host}")
    event.add("sequence", booking.sequence)
    event.add("dtstamp", at)
    event.add("dtstart", booking.starts_at.astimezone(booking.zone))
    event.add("dtend", booking.ends_at.astimezone(booking.zone))
    # No name of a child in a calendar that others may look into.
    event.add("summary", _("Call with %(firm)s") % {"firm": firm.name})
    link = firm.url(f"/b/{booking.secret}/")
    event.add("description", _("Change or call off: %(link)s") % {"link": link})
    event.add("url", link)
    event.add("status", "CONFIRMED" if booking.is_standing else "CANCELLED")
    if booking.meeting_url or booking.service.place:
        event.add("location", booking.meeting_url or booking.service.place)
    organizer = vCalAddress(f"mailto:{booking.advocate.email}")
    organizer.params["cn"] = vText(firm.name)
    event.add("organizer", organizer)
    return event

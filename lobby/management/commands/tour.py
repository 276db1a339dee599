import http.client
import re
import time
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from outbox.models import Channel, Message, State
from tenants.hosts import reference
from tenants.models import Firm
from tenants.places import FirmRef, in_public, within

PHONE = "+14065550177"
SECONDS = 60


class Visitor:
    """A browser without script: cookies, redirects, forms. Speaks to this machine with the firm's Host."""

    def __init__(self, firm: FirmRef) -> None:
        at = urlsplit(firm.url("/"))
        self.host, self.port, self.cookies = at.netloc, at.port, SimpleCookie()

    def open(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, body and final path."""
        for _ in range(5):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            headers = {
                "Host": self.host,
                "Origin": f"http://{self.host}",
                "Accept-Language": "en",
                "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items()),
            }
            if fields is None:
                connection.request("GET", path, headers=headers)
            else:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                connection.request("POST", path, urlencode(fields), headers)
            response = connection.getresponse()
            body = response.read().decode()
            for value in response.headers.get_all("Set-Cookie") or []:
                self.cookies.load(value)
            connection.close()
            if response.status not in {301, 302, 303}:
                return response.status, body, path
            path, fields = response.headers["Location"], None
        raise CommandError("The site sends us round in circles.")


def found(pattern: str, body: str, what: str) -> str:
    match = re.search(pattern, body)
    if not match:
        raise CommandError(f"The page has no {what}.")
    return match[1]


class Command(BaseCommand):
    help = "Books a call as a family would, waits for its text at the stand-in, prints both."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        with in_public():
            firm = Firm.objects.filter(slug="harbor").select_related("entitlement").first()
        if firm is None or not settings.IS_LOCAL:
            raise CommandError("The tour needs the demo firms and the local set-up.")
        ref = reference(firm)
        visitor = Visitor(ref)
        _, body, _ = visitor.open("/")
        path = found(r'href="(/book/[0-9a-f-]{36}/)"', body, "call to book")
        _, body, _ = visitor.open(path)
        start = found(r'name="time" value="([^"]+)"', body, "free time").replace("&#x2B;", "+")
        details = f"{path}details/?{urlencode({'time': start, 'zone': 'America/Denver'})}"
        _, body, _ = visitor.open(details)
        fields = {
            "csrfmiddlewaretoken": found(r'name="csrfmiddlewaretoken" value="([^"]+)"', body, "form token"),
            "once": found(r'name="once" value="([^"]+)"', body, "form"),
            "time": start, "zone": "America/Denver", "name": "Tour Visitor", "phone": PHONE,
            "email": "tour@family.example", "child": "Sam", "texts": "on",
        }  # fmt: skip
        status, body, where = visitor.open(details, fields)
        if status != 200 or "/b/" not in where:
            raise CommandError(f"The booking was answered with {status}.")
        self.stdout.write(f"Booked: {ref.url(where.partition('?')[0])}")
        secret = where.split("/")[2]
        self.stdout.write(f"Text:   {self.text(ref, secret)}")

    def text(self, firm: FirmRef, secret: str) -> str:
        """The confirmation, once the provider has taken it."""
        from scheduling.models import Booking

        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            with within(firm):
                booking = Booking.objects.get(secret=secret)
                message = Message.objects.filter(
                    subject=booking.subject, channel=Channel.SMS, kind="booked"
                ).first()
            if message and message.state == State.SENT:
                return message.body
            if message and message.state not in {State.DUE, State.LEASED, State.SENDING}:
                raise CommandError(f"The text is “{message.state}”: {message.reason}")
            time.sleep(0.3)
        raise CommandError(f"No text left within {SECONDS} seconds.")

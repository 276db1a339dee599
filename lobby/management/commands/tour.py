import http.client
import json
import re
import secrets
import time
import urllib.request
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from outbox.models import Channel, Message, State
from tenants.hosts import reference
from tenants.models import Firm
from tenants.places import FirmRef, in_public, within

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
        # Somebody new each time, whom nothing of an earlier tour holds up.
        fields = {
            "csrfmiddlewaretoken": found(r'name="csrfmiddlewaretoken" value="([^"]+)"', body, "form token"),
            "once": found(r'name="once" value="([^"]+)"', body, "form"),
            "time": start, "zone": "America/Denver", "name": "Tour Visitor", "child": "Sam", "texts": "on",
            "phone": f"+1406555{secrets.randbelow(30) + 170:04}", "email": f"tour-{secrets.token_hex(4)}@family.example",
            "company_page": "",
        }  # fmt: skip
        status, body, where = visitor.open(details, fields)
        if 'name="check"' in body:
            # Many booked from this machine within the hour: six digits are asked for, as of any family.
            fields["check"] = found(r'name="check" value="([^"]+)"', body, "question")
            fields["code"] = self.code(fields["email"])
            status, body, where = visitor.open(details, fields)
        if status != 200 or "/b/" not in where:
            raise CommandError(f"The booking was answered with {status}.")
        self.stdout.write(f"Booked: {ref.url(where.partition('?')[0])}")
        secret = where.split("/")[2]
        self.stdout.write(f"Text:   {self.text(ref, secret)}")

    def code(self, email: str) -> str:
        """The digits in the mail that the stand-in got for this address."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            with urllib.request.urlopen(f"{settings.STANDINS_CONTROL}/mail?to={quote(email)}", timeout=10) as answer:  # noqa: S310 (our own child on this machine)  # fmt: skip
                mails = json.loads(answer.read())["mail"]
            if mails:
                return found(r"\b(\d{6})\b", mails[-1]["text"], "code")
            time.sleep(0.3)
        raise CommandError(f"No code came within {SECONDS} seconds.")

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

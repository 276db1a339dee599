"""Who asks for Spanish gets Spanish: every page, mail, text and calendar file, to the last word of the catalogue."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.utils import translation

from accounts import passwords
from accounts.models import User
from lobby import finding
from outbox import receiving
from outbox.models import Message
from scheduling import booking as bookings
from scheduling import ics, notices
from scheduling.availability import free_slots
from tenants.models import DueWork
from tenants.places import in_public
from tests.conftest import Visitor
from tests.house.matrix import MATRIX
from tests.house.test_odd_input import addresses
from tests.world import NOW, key
from web import catalogue

SPOKEN = ("alt", "aria-label", "placeholder", "title", "content", "data-confirm", "value")


@lru_cache(maxsize=1)
def english() -> list[tuple[re.Pattern[str], str]]:
    """Every message that is said otherwise in Spanish, as a pattern of the whole of a text."""
    found = []
    for message in catalogue.read(catalogue.po_files()[0]):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        if not all(said):
            continue  # not translated yet: `web.catalogue check` names it
        for text in ids:
            letters = catalogue.PLACEHOLDER.sub("", text)
            if text and text not in said and re.search(r"[A-Za-z]{3}", letters):
                parts = catalogue.PLACEHOLDER.sub("\0", text).split("\0")
                pattern = ".+?".join(re.escape(part) for part in parts)
                found.append((re.compile(pattern), text))
    return found


class Words(HTMLParser):
    """What a page says: its texts and the attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.quiet = 0

    def handle_starttag(self, tag, attrs):
        self.quiet += tag in {"script", "style"}
        told = dict(attrs)
        if tag == "input" and told.get("type") not in {"submit", "button"}:
            told.pop("value", None)
        if tag in {"option", "button"} or told.get("name") in {
            "viewport",
            "theme-color",
            "csrfmiddlewaretoken",
        }:
            told.pop("value", None)
        self.found |= {" ".join(told[name].split()) for name in SPOKEN if told.get(name)}

    def handle_endtag(self, tag):
        self.quiet -= tag in {"script", "style"}

    def handle_data(self, data):
        if not self.quiet and data.strip():
            self.found.add(" ".join(data.split()))


# There the firm edits its words in English and in Spanish, side by side.
BOTH_LANGUAGES = {"texts", "text-wording", "templates", "task-templates", "template"}


@lru_cache(maxsize=20_000)
def is_english(text: str) -> str:
    """The message that this is, if it is one that Spanish says otherwise."""
    return next((said for pattern, said in english() if pattern.fullmatch(text)), "")


def left_in_english(page: str) -> set[str]:
    words = Words()
    words.feed(page)
    return {said for text in words.found if (said := is_english(text))}


def lines_in_english(body: str) -> set[str]:
    """Sentences of three words or more, wherever they stand."""
    return {
        said
        for pattern, said in english()
        if len(said.split()) > 2 and pattern.search(" ".join(body.split()))
    }


@pytest.fixture
def made(harbor, service, ana, olivia, clock, standins):
    from accounts.models import Invitation

    # Words of the firm's own, which nobody translates, and which are no message of ours.
    service.name, service.name_es = "Talk", "Plática"
    service.save()
    User.objects.update(language="es")
    Invitation.objects.create(name="P", email="p@x.example", role="advocate", digest="d", invited_by=olivia, invited_at=NOW)  # fmt: skip
    slot = free_slots(
        service, since=NOW + timedelta(days=2), until=NOW + timedelta(days=9), at=NOW, advocates=[ana]
    )[0]
    asker = bookings.Asker(name="Luz", phone="+14065550188", email="luz@home.example", child="Mateo", language="es", timezone="America/Denver", texts_wording="sí")  # fmt: skip
    booking = bookings.book(service, starts_at=slot.starts_at, asker=asker, at=NOW, advocate=ana)
    booking.secret = "x"
    booking.save()
    return booking


def test_the_search_finds_what_was_left_in_english(firms):
    assert left_in_english("<p>Sign in</p><a title='Your profile'>x</a>") >= {"Sign in", "Your profile"}
    assert lines_in_english(
        "Harbor: You will get no more texts. If you have a call booked, it stands. Text START to get texts again."
    )
    assert not lines_in_english("Nos vemos el martes a las 10:00.")


@pytest.mark.parametrize("short", ["", "olivia", "ana", "luz", "gus"])
def test_every_page_is_in_spanish(harbor, made, short):
    wrong, opened = {}, 0
    for name, (methods, _who) in MATRIX.items():
        if (
            "GET" not in methods
            or name.startswith("api-")
            or name in {"kit", "service-worker", *BOTH_LANGUAGES}
        ):
            continue
        path = addresses(name, made)[0]
        visitor = Visitor(harbor)
        if short:
            visitor.as_(User.objects.get(pk=key(short)))
        answer = visitor.get(path, headers={"Accept-Language": "es"})
        if "html" in answer.headers.get("Content-Type", "") and answer.content:
            opened += 1
            assert 'lang="es"' in answer.content.decode()
            if said := left_in_english(answer.content.decode()):
                wrong[name] = sorted(said)
    assert wrong == {}
    assert opened > 20


def test_every_form_says_what_is_wrong_in_spanish(harbor, made, olivia):
    wrong, refused = {}, 0
    for name, (methods, _who) in MATRIX.items():
        if (
            "POST" not in methods
            or name.startswith("api-")
            or name in {"sign-out", "outbox-answer", "other-sessions-end", *BOTH_LANGUAGES}
        ):
            continue
        visitor = Visitor(harbor).as_(User.objects.get(pk=olivia.pk))
        answer = visitor.post(addresses(name, made)[0], {"email": "x", "phone": "1", "opens": "x"}, headers={"Accept-Language": "es"})  # fmt: skip
        refused += answer.status_code == 422
        if answer.status_code == 422 and (said := left_in_english(answer.content.decode())):
            wrong[name] = sorted(said)
    assert wrong == {}
    assert refused > 8


def test_the_public_site_is_in_spanish(stranger):
    wrong = {}
    for path in ("/", "/pricing/", "/signup/", "/find-my-firm/", "/help/", "/privacy/", "/terms/", "/accessibility/", "/nowhere/"):  # fmt: skip
        page = stranger.get(path, headers={"Accept-Language": "es"}).content.decode()
        if said := left_in_english(page):
            wrong[path] = sorted(said)
    assert wrong == {}


def speak():
    """Has the booking say what it has to say, as its task does."""
    notices.say(list(DueWork.objects.filter(kind=notices.SAY).values_list("key", flat=True)), NOW)


def test_every_mail_and_text_is_in_spanish(harbor, made, olivia, luz, standins):
    from accounts import signing_in, staff

    with translation.override("en"):  # what the office speaks is not what the recipient does
        speak()
        bookings.move(made, starts_at=made.starts_at + timedelta(hours=1), at=NOW)
        speak()
        for body in ("C", "R", "parar", "AYUDA", "comenzar"):
            receiving.receive(provider_id=body, number="+14065550188", to="+14065550150", body=body, media=[], opt_out="", at=NOW)  # fmt: skip
        bookings.call_off(made, at=NOW, by=olivia)
        speak()
        passwords.send_link(olivia.email, at=NOW)
        passwords.send_confirmation(User.objects.get(pk=olivia.pk), at=NOW)
        signing_in.send_code(luz.email, "email", at=NOW, language="es", zone=harbor.firm.zone)
        signing_in.send_code(luz.phone, "sms", at=NOW, language="es", zone=harbor.firm.zone)
        staff.invite(name="Pat", email="pat@x.example", role="advocate", language="es", by=olivia, at=NOW)
    with in_public():
        finding.mail_firms(luz.email, language="es", at=NOW)
    rows = list(Message.objects.all())

    kinds = {"booked", "reminder", "moved", "called-off", "told-booked", "told-moved", "told-called-off", "reply", "stop", "start", "help", "password-link", "confirm-email", "code", "invitation", "find-my-firm"}  # fmt: skip
    assert kinds <= {row.kind for row in rows}
    wrong = {
        (row.kind, row.channel): said
        for row in rows
        if (said := lines_in_english(f"{row.title}\n{row.body}") | left_in_english(row.html))
    }
    assert wrong == {}


def test_the_calendar_file_is_in_spanish(made):
    with translation.override("es"):
        text = ics.calendar(made, at=NOW).decode().replace("\r\n ", "")
    spoken = [
        line.partition(":")[2] for line in text.splitlines() if line.startswith(("SUMMARY", "DESCRIPTION"))
    ]

    assert len(spoken) == 2
    assert not any(is_english(line) for line in spoken)
    assert "Llamada" in spoken[0] or "llamada" in spoken[0]


def test_both_languages_are_the_ones_of_the_settings():
    assert [code for code, _ in settings.LANGUAGES] == ["en", "es"]
    assert len(english()) > 300

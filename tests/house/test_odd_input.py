"""Whatever is typed or sent anywhere, the answer is a page or a sentence: never 5xx, never a traceback."""

import random
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import transaction
from django.urls import get_resolver, reverse

from accounts.models import Invitation, User
from scheduling import booking as bookings
from scheduling.availability import free_slots
from scheduling.models import Booking
from tests.conftest import Visitor
from tests.house.test_matrix import MATRIX, firm_routes
from tests.world import NOW, key
from web.access import routes

MOST = 2  # of these go into every field of every form; the rest are drawn from
ODD = [
    "a\x00b", "😀" + "x" * 10_000, "", "مرحبا بالعالم", "-1", "9" * 400, "a/\x00", "9999-12-31T23:59:59+00:00", "../../etc/passwd",
    " ", "\x00", "\u202eevil\u202c", "0", "1e999", "NaN", "null", "[]", "{{ 7*7 }}", "%s%n", "'; DROP TABLE x; --", "<script>alert(1)</script>",
    "2026-02-30", "0001-01-01T00:00:00+14:00", "25:61", "Mars/Phobos", "America/",
    "\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "\r\nSet-Cookie: a=b", "١٢٣٤٥٦",
]  # fmt: skip
GOOD = {
    "name": "Luz Rivera", "email": "new@home.example", "phone": "406 555 0188", "child": "Mateo", "texts": "on",
    "zone": "America/Denver", "once": "o1", "next": "/today/", "slug": "lake-9", "owner_name": "Lea",
    "owner_email": "lea@lake.example", "password": "orchid kettle meadow zephyr", "state": "MT", "timezone": "America/Denver",
    "opens": "09:00", "closes": "17:00", "terms": "on", "address": "luz@harbor.example", "code": "123456", "token": "x",
    "language": "en", "theme": "dark", "on": "1", "part": "firm", "brand": "#0b5a6b", "role": "advocate", "into": str(key("contact ngozi")),
    "from": "4065550188", "body": "C", "minutes": "20", "format": "phone", "place": "", "step_minutes": "30", "notice_minutes": "60",
    "horizon_days": "30", "change_until_minutes": "60", "buffer_before": "0", "buffer_after": "0", "advocates": str(key("ana")),
    "published": "on", "may_write": "on", "person": str(key("ana")), "service": str(key("service")), "name_es": "", "about": "",
    "about_es": "", "day": "2026-11-25", "past": "1", "page": "2", "cursor": "x", "key": "x", "not_my_device": "on", "company_page": "",
    **{f"d{day}_{n}_{end}": "" for day in range(7) for n in (1, 2) for end in ("from", "to")}, "d0_1_from": "09:00", "d0_1_to": "17:00",
}  # fmt: skip


@pytest.fixture
def good(harbor, service, ana, olivia, clock, standins):
    """Values with which each form is whole, and a row of each kind to act on."""
    slot = free_slots(service, since=NOW, until=NOW + timedelta(days=9), at=NOW)[-1]
    made = bookings.book(service, starts_at=slot.starts_at, asker=bookings.Asker(name="L", email="l@home.example", child="Al"), at=NOW, advocate=ana)  # fmt: skip
    Booking.objects.filter(pk=made.pk).update(secret="x")
    Invitation.objects.create(name="P", email="p@x.example", role="advocate", digest="d", invited_by=olivia, invited_at=NOW)  # fmt: skip
    free = free_slots(service, since=NOW, until=NOW + timedelta(days=9), at=NOW)[3]
    return {**GOOD, "time": free.starts_at.isoformat()}, made


def addresses(name, made):
    """The route with ids of rows that are there, then with odd ones."""
    converters = firm_routes()[name].pattern.converters
    if not converters and not (name.startswith("api-") and not name.endswith(("-list", "schema"))):
        return [reverse(name, urlconf="config.urls")]
    rows = {
        "book-time": key("service"), "book-details": key("service"), "service": key("service"), "student": key("student Mateo"),
        "contact": made.contact_id, "contact-confirmation": made.contact_id, "contact-joining": made.contact_id,
        "contact-sign-in": made.contact_id,
        "staff-member": key("ana"), "staff-deactivation": key("bo"), "api-service-detail": key("service"),
        "api-service-availability": key("service"),
    }  # fmt: skip
    pk = rows.get(name, made.pk)
    if name == "invitation-withdrawal":
        pk = Invitation.objects.get().pk
    kinds = {k: type(converter).__name__ for k, converter in converters.items()}
    words = [k for k, kind in kinds.items() if kind not in {"UUIDConverter", "IntConverter"}]
    if name.startswith("api-"):
        return [reverse(name, kwargs={"pk": pk}, urlconf="config.urls")]
    values = {k: "x" if k in words else 1 if kinds[k] == "IntConverter" else pk for k in converters}
    whole = reverse(name, kwargs=values, urlconf="config.urls")
    return [whole, *(whole.replace("/x", f"/{quote(odd, safe='')}") for odd in ODD[:MOST] if odd and words)]


def mixes(good, chance, count):
    """First every field odd in the same way, then all of them lists, then good ones with some odd among them."""
    for odd in ODD[:MOST]:
        yield dict.fromkeys(good, odd)
    yield {name: [value, "😀", value] for name, value in good.items()}
    names = sorted(good)
    for _ in range(count):
        told = dict(good)
        for name in chance.sample(names, chance.choice([1, 4, 12])):
            told[name] = chance.choice(ODD)
        yield told
    yield {}


def wrong_answers(visitor, method, path, told):
    with transaction.atomic():
        try:
            answer = visitor._send(method, path, data=told)
            return [] if answer.status_code < 500 else [(method, path[:80], answer.status_code)]
        except Exception as problem:
            odd = {k: v for k, v in told.items() if v != GOOD.get(k)}
            return [(method, path[:80], type(problem).__name__, str(problem)[:80], str(odd)[:160])]
        finally:
            transaction.set_rollback(True)


def walk(harbor, good, short, method, count):
    values, made = good
    chance, wrong, sent = random.Random(short), [], 0
    for name, (methods, who) in sorted(MATRIX.items()):
        if (
            method.upper() not in methods
            or name in {"sign-out", "kit", "outbox-answer"}
            or name.startswith("api-")
        ):
            continue
        if not short and who != "*":
            continue
        paths = addresses(name, made)
        for n, path in enumerate(paths):
            for told in mixes(values, chance, count) if n == 0 else [values]:
                visitor = Visitor(harbor)
                if short:
                    visitor.as_(User.objects.get(pk=key(short)))
                wrong += wrong_answers(visitor, method, path, told)
                sent += 1
    return wrong, sent


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("short", ["olivia", "ana", "luz", ""])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_of_a_firms_host_is_too_odd_in_full(harbor, good, monkeypatch, short, method):
    monkeypatch.setitem(globals(), "MOST", len(ODD))
    wrong, sent = walk(harbor, good, short, method, 10)

    assert wrong == []
    assert sent > 1000


@pytest.mark.timeout(300)
@pytest.mark.parametrize("short", ["olivia", ""])
def test_no_post_of_a_firms_host_is_too_odd(harbor, good, short):
    wrong, sent = walk(harbor, good, short, "post", 2)

    assert wrong == []
    assert sent > 100


@pytest.mark.timeout(300)
@pytest.mark.parametrize("short", ["olivia", ""])
def test_no_address_of_a_firms_host_is_too_odd(harbor, good, short):
    wrong, sent = walk(harbor, good, short, "get", 1)

    assert wrong == []
    assert sent > 100


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_at_the_public_host_is_too_odd(firms, stranger, standins, clock, method):
    wrong = []
    for path, item in routes(get_resolver("config.urls_public").url_patterns):
        if "<" in path or item.name == "sign-up-place":
            continue
        for told in mixes(GOOD, random.Random(1), 4):
            wrong += wrong_answers(stranger, method, f"/{path}", told)
    assert wrong == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "__Host-session=%00; __Host-csrf=\xff"}, {"Cookie": "__Host-session=" + "x" * 5000},
        {"Cookie": "timezone=../../etc; __Host-language=xx; __Host-theme=<b>; __Host-device=\xe9"},
        {"Accept-Language": "xx-" * 900}, {"Accept-Language": "*;q=NaN"}, {"User-Agent": "😀" * 300}, {"Referer": "\x01"},
        {"Content-Type": "multipart/form-data; boundary=x"}, {"Content-Type": "application/x-www-form-urlencoded; charset=nonsense"},
    ],
    ids=lambda headers: ascii(headers)[:40],
)  # fmt: skip
def test_no_header_is_too_odd(harbor, visitor, clock, headers):
    headers = {name: value.encode("utf-8", "replace").decode("latin-1") for name, value in headers.items()}
    content_type = headers.pop("Content-Type", "application/x-www-form-urlencoded")
    for path in ("/", "/sign-in/", "/book/", "/today/"):
        assert visitor.get(path, headers=headers).status_code < 500
    answer = visitor.client.generic("POST", "/sign-in/", b"address=%ff%fe&next=%00", content_type=content_type, HTTP_HOST="harbor.localhost:8000", headers=headers)  # fmt: skip
    assert answer.status_code < 500

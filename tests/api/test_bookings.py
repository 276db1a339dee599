from datetime import timedelta

import pytest

from outbox.models import Message
from scheduling.models import Booking
from tests.api.conftest import Program
from tests.world import NOW


def test_a_program_books(program, ana, asked, slots):
    answer = program.with_key(ana).send("/bookings/", asked)

    assert answer.status_code == 201
    told, booking = answer.json(), Booking.objects.get()
    assert (told["id"], told["advocate"], told["contact_name"]) == (
        str(booking.pk),
        str(ana.pk),
        "José Núñez",
    )
    assert told["manage_url"] == f"http://harbor.localhost:8000/b/{booking.secret}/"
    assert (booking.starts_at, booking.booked_by, booking.contact.email) == (
        slots[0],
        ana,
        "jose@home.example",
    )
    assert Message.objects.filter(kind="booked", recipient="jose@home.example", language="es").count() == 1


def test_the_same_key_is_one_booking(program, ana, asked):
    program.with_key(ana)
    one, two = (program.send("/bookings/", asked, **{"Idempotency-Key": "k1"}) for _ in range(2))

    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json() == two.json()
    assert Booking.objects.count() == 1


def test_long_keys_with_one_beginning_are_two_bookings(program, ana, asked, slots):
    """A key is compared whole, however long."""
    program.with_key(ana)
    for n, moment in enumerate(slots[:2]):
        key = f"{'order-' * 20}{n}"
        program.send("/bookings/", {**asked, "starts_at": moment.isoformat()}, **{"Idempotency-Key": key})

    assert Booking.objects.count() == 2


def test_a_key_of_one_person_is_nothing_of_another(harbor, program, ana, olivia, asked, slots):
    program.with_key(ana).send("/bookings/", asked, **{"Idempotency-Key": "k1"})
    other = Program(harbor).with_key(olivia)
    answer = other.send(
        "/bookings/", {**asked, "starts_at": slots[3].isoformat()}, **{"Idempotency-Key": "k1"}
    )

    assert answer.status_code == 201
    assert Booking.objects.count() == 2


def test_a_time_that_is_taken_is_409_with_the_three_nearest(program, ana, asked, slots):
    program.with_key(ana).send("/bookings/", asked)
    answer = program.send("/bookings/", asked)

    assert answer.status_code == 409
    told = answer.json()
    assert (told["error"]["code"], told["error"]["fields"]) == ("slot_taken", {})
    assert len(told["nearest"]) == 3
    assert {slot["advocate"] for slot in told["nearest"]} == {str(ana.pk)}
    again = program.send("/bookings/", {**asked, "starts_at": told["nearest"][0]["starts_at"]})
    assert again.status_code == 201


def test_moving_and_calling_off(program, ana, asked, slots):
    made = program.with_key(ana).send("/bookings/", asked).json()
    moved = program.send(f"/bookings/{made['id']}/move/", {"starts_at": slots[4].isoformat()}).json()
    assert (moved["id"], moved["sequence"]) == (made["id"], 1)
    assert Booking.objects.get().starts_at == slots[4]

    for _ in range(2):
        off = program.send(f"/bookings/{made['id']}/call-off/").json()
        assert (off["sequence"], off["called_off_at"]) == (2, "2026-11-24T12:00:00-07:00")
    assert (
        program.send(f"/bookings/{made['id']}/move/", {"starts_at": slots[5].isoformat()}).status_code == 400
    )


def test_a_person_sees_by_key_what_they_see_on_the_page(harbor, program, ana, marcus, olivia, asked):
    made = program.with_key(ana).send("/bookings/", asked).json()
    theirs, all_ = Program(harbor).with_key(marcus), Program(harbor).with_key(olivia)

    assert [row["id"] for row in program.read("/bookings/").json()["results"]] == [made["id"]]
    assert [row["id"] for row in all_.read("/bookings/").json()["results"]] == [made["id"]]
    assert theirs.read("/bookings/").json()["results"] == []
    for send in (theirs.read(f"/bookings/{made['id']}/"), theirs.send(f"/bookings/{made['id']}/call-off/")):
        assert (send.status_code, send.json()["error"]["code"]) == (404, "not_found")
    assert Booking.objects.get().called_off_at is None


def test_reading_bookings_is_a_line_in_the_log(program, ana, asked):
    from accounts.models import AuditEntry

    made = program.with_key(ana).send("/bookings/", asked).json()
    program.read(f"/bookings/{made['id']}/")

    lines = AuditEntry.objects.filter(action="booking.read", actor=ana.pk, about=made["id"])
    assert lines.count() == 1


WRONG = [
    {"service": "nonsense"}, {"service": "00000000-0000-0000-0000-000000000000"}, {"service": None}, {"service": []},
    {"starts_at": ""}, {"starts_at": "soon"}, {"starts_at": 7}, {"starts_at": {}},
    {"name": ""}, {"name": "x" * 121}, {"name": "a\x00b"}, {"name": ["a"]}, {"phone": "12"}, {"phone": "9" * 500},
    {"email": "x"}, {"email": "a@b", "phone": ""}, {"phone": "", "email": ""}, {"child": "x" * 81}, {"language": "fr"},
    {"timezone": "Mars/Phobos"}, {"timezone": "../../etc/passwd"}, {"timezone": "x" * 500}, {"timezone": "a/\x00"},
    {"advocate": "nonsense"}, {"advocate": "00000000-0000-0000-0000-000000000007"},
]  # fmt: skip
FAR = ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "1900-01-01T00:00:00Z"]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: str(wrong)[:40])
def test_what_is_wrong_is_named_and_nothing_is_booked(program, ana, asked, wrong):
    answer = program.with_key(ana).send("/bookings/", {**asked, **wrong})

    assert answer.status_code == 400
    told = answer.json()["error"]
    assert told["code"] == "invalid"
    assert set(told["fields"]) & {*wrong, "non_field_errors"}
    assert not Booking.objects.exists()


@pytest.mark.parametrize("far", FAR)
def test_moments_at_the_ends_of_time_are_refused(program, ana, asked, service, far):
    program.with_key(ana)
    made = program.send("/bookings/", asked).json()
    assert program.send("/bookings/", {**asked, "starts_at": far}).status_code in {400, 409}
    assert program.send(f"/bookings/{made['id']}/move/", {"starts_at": far}).status_code in {400, 409}
    for query in (f"since={far}", f"until={far}", f"since={far}&until={far}"):
        assert program.read(f"/services/{service.pk}/availability/?{query}").status_code in {200, 400}


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "7", '"x"', "[1, 2]", '{"a": ' * 200, "\x00"])
def test_a_body_that_is_no_object_is_400(program, ana, body):
    answer = program.with_key(ana).post("/api/v1/bookings/", body, content_type="application/json")

    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"code", "message", "fields"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/bookings/00000000-0000-0000-0000-000000000007/", 404, "not_found"),
        ("get", "/bookings/nonsense/", 404, "not_found"),
        ("put", "/bookings/", 405, "method_not_allowed"),
        ("delete", "/services/", 405, "method_not_allowed"),
        ("get", "/bookings/?cursor=nonsense", 404, "not_found"),
    ],
)
def test_every_refusal_has_one_shape(program, olivia, method, path, status, code):
    answer = program.with_key(olivia)._send(method, f"/api/v1{path}")

    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"]


def test_a_form_is_no_json(program, ana, asked):
    answer = program.with_key(ana).post("/api/v1/bookings/", asked)

    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type")


def test_availability_is_what_the_page_shows(program, ana, service, slots):
    since, until = NOW + timedelta(days=1), NOW + timedelta(days=9)
    query = f"since={since.isoformat()}&until={until.isoformat()}&advocate={ana.pk}".replace("+", "%2B")
    told = program.with_key(ana).read(f"/services/{service.pk}/availability/?{query}").json()

    assert [slot["starts_at"] for slot in told["slots"]] == [
        slot.isoformat().replace("+00:00", "Z") for slot in slots
    ]


def test_two_months_at_most_are_told_at_once(program, ana, service):
    until = (NOW + timedelta(days=63)).isoformat().replace("+", "%2B")
    assert (
        program.with_key(ana).read(f"/services/{service.pk}/availability/?until={until}").status_code == 400
    )

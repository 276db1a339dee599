"""A key can do what its person can, and no more."""

from datetime import timedelta

import pytest

from accounts.models import ApiToken
from scheduling.models import Booking
from tests.world import NOW


@pytest.mark.parametrize(
    "words",
    ["", "Bearer", "Bearer ", "Bearer nonsense", "Bearer a b", "Basic b2xpdmlhOng=", "Token x", "Bearer \u00e9", "bearer"],
)  # fmt: skip
def test_without_a_key_that_works_nothing_opens(program, words):
    for path in ("/services/", "/bookings/"):
        answer = program.get(f"/api/v1{path}", headers={"Authorization": words} if words else {})
        assert answer.status_code == 401
        assert set(answer.json()["error"]) == {"code", "message", "fields"}
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_key_is_shown_once_and_kept_as_a_digest(visitor, ana, clock):
    page = visitor.as_(ana).post("/profile/tokens/", {"name": "Zapier", "may_write": ""})
    secret = page.context["secret"]

    token = ApiToken.objects.get(user=ana)
    assert secret not in token.digest
    assert page["Cache-Control"] == "no-store, private"
    assert secret not in visitor.get("/profile/").content.decode()
    assert visitor.get("/api/v1/bookings/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_a_revoked_key_is_refused_at_once(program, visitor, ana):
    program.with_key(ana)
    assert program.read("/bookings/").status_code == 200
    visitor.as_(ana).post(f"/profile/tokens/{ApiToken.objects.get().pk}/revocation/")

    assert program.read("/bookings/").status_code == 401


def test_nobody_revokes_another_ones_key(program, visitor, ana, marcus):
    program.with_key(ana)
    assert (
        visitor.as_(marcus).post(f"/profile/tokens/{ApiToken.objects.get().pk}/revocation/").status_code
        == 404
    )

    assert program.read("/bookings/").status_code == 200


def test_a_key_that_may_read_writes_nothing(program, ana, asked):
    program.with_key(ana, may_write=False)

    assert program.read("/bookings/").status_code == 200
    answer = program.send("/bookings/", asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied")
    assert not Booking.objects.exists()


def test_a_key_that_may_read_moves_and_calls_off_nothing(harbor, program, ana, asked, slots):
    from tests.api.conftest import Program

    made = Program(harbor).with_key(ana).send("/bookings/", asked).json()
    program.with_key(ana, may_write=False)
    before = Booking.objects.values().get()

    assert (
        program.send(f"/bookings/{made['id']}/move/", {"starts_at": slots[5].isoformat()}).status_code == 403
    )
    assert program.send(f"/bookings/{made['id']}/call-off/").status_code == 403
    assert Booking.objects.values().get() == before


@pytest.mark.parametrize("short", ["bea", "luz", "gus"])
def test_a_key_of_somebody_who_sees_no_bookings_sees_none(program, harbor, short):
    from accounts.models import User

    program.with_key(User.objects.get(pk=harbor.people[short]))
    assert program.read("/bookings/").status_code == 403
    assert program.read("/services/").status_code == 403


def test_when_a_key_was_used_is_noted_once_a_minute(program, ana, clock):
    program.with_key(ana)
    program.read("/services/")
    clock.now = NOW + timedelta(seconds=30)
    program.read("/services/")
    assert ApiToken.objects.get().used_at == NOW

    clock.now = NOW + timedelta(seconds=61)
    program.read("/services/")
    assert ApiToken.objects.get().used_at == clock.now

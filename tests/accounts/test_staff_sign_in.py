from datetime import timedelta
from urllib.parse import urlencode

import pytest

from accounts import second_factor
from accounts.models import Session, User
from tests.accounts.conftest import totp, words
from tests.world import NOW


def test_a_password_alone_opens_nothing(door, ana, clock):
    answer = door.password(ana)

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/second-step/")
    assert not door.is_in()


def test_password_and_code_sign_a_person_in(door, ana, clock):
    door.password(ana)
    answer = door.second_step(totp(NOW))

    assert (answer.status_code, answer["Location"]) == (302, "/today/")
    assert door.get("/today/").status_code == 200
    assert Session.objects.get(user=ana).started_at == NOW


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(door, other_door, ana, clock):
    wrong = door.password(ana, "harbor lantern quartz sea")
    unknown = other_door.post(
        "/sign-in/staff/", {"email": "nobody@harbor.example", "password": "harbor lantern quartz sea"}
    )

    assert wrong.status_code == 422
    assert words(wrong, ana.email) == words(unknown, "nobody@harbor.example")


def test_a_family_has_no_password_to_try(door, luz, clock):
    luz.set_password("harbor lantern quartz river")
    luz.save()

    assert door.password(luz).status_code == 422


def test_a_code_is_taken_once(door, other_door, ana, clock):
    for browser in (door, other_door):
        browser.password(ana)
    door.second_step(totp(NOW))

    assert other_door.second_step(totp(NOW)).status_code == 422
    assert not other_door.is_in()


def test_an_older_code_than_the_last_is_refused(door, other_door, ana, clock):
    for browser in (door, other_door):
        browser.password(ana)
    door.second_step(totp(NOW, steps=1))

    assert other_door.second_step(totp(NOW)).status_code == 422


@pytest.mark.parametrize(("steps", "works"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(ana, steps, works):
    assert second_factor.check(ana, totp(NOW, steps=steps), at=NOW) == works


def test_each_recovery_code_works_once(door, other_door, ana, clock):
    codes = second_factor.set_up(ana, second_factor.new_secret(), step=0)
    assert len(set(codes)) == 10

    for browser in (door, other_door):
        browser.password(ana)
    assert door.second_step(codes[3]).status_code == 302
    assert other_door.second_step(codes[3]).status_code == 422
    assert other_door.second_step(f" {codes[4].upper()} ").status_code == 302


def test_recovery_codes_are_kept_as_digests(ana):
    codes = second_factor.set_up(ana, second_factor.new_secret(), step=0)

    kept = set(ana.recovery_codes.values_list("digest", flat=True))
    assert len(kept) == 10
    assert not kept & set(codes)


def test_the_first_sign_in_sets_the_second_step_up(door, ana, clock):
    User.objects.filter(pk=ana.pk).update(totp_secret=None)
    assert door.password(ana)["Location"] == "/sign-in/set-up/"

    page = door.get("/sign-in/set-up/")
    secret = page.context["secret"]
    assert door.post("/sign-in/set-up/", {"code": "000000"}).status_code == 422
    code = second_factor.pyotp.TOTP(secret).at(NOW)
    shown = door.post("/sign-in/set-up/", {"code": code})

    assert len(shown.context["codes"]) == 10
    assert door.is_in()
    ana.refresh_from_db()
    assert secret.encode() not in bytes(ana.totp_secret)


def test_a_second_step_that_stands_cannot_be_set_up_anew_with_the_password_alone(door, ana, clock):
    door.password(ana)

    assert door.get("/sign-in/set-up/")["Location"] == "/sign-in/staff/"
    assert door.post("/sign-in/set-up/", {"code": "123456"})["Location"] == "/sign-in/staff/"


def test_the_way_between_password_and_second_step_closes_after_15_minutes(door, ana, clock):
    door.password(ana)
    clock.now = NOW + timedelta(minutes=16)

    assert door.second_step(totp(clock.now))["Location"] == "/sign-in/staff/"


def test_signing_in_gives_the_browser_a_new_session(door, ana, clock):
    door.password(ana)
    halfway = door.session
    door.second_step(totp(NOW))

    assert door.session != halfway
    assert not Session.objects.filter(session_key=halfway).exists()


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "http://birch.localhost:8000/"]
)
def test_after_signing_in_nobody_is_sent_to_another_host(door, ana, clock, wanted):
    door.post(
        "/sign-in/staff/", {"email": ana.email, "password": "harbor lantern quartz river", "next": wanted}
    )

    assert door.second_step(totp(NOW))["Location"] == "/today/"


def test_tries_from_one_network_are_few(door, ana, clock):
    answers = [door.password(ana, "wrong password here").status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]
    assert door.password(ana).status_code == 429
    clock.now = NOW + timedelta(minutes=16)
    assert door.password(ana).status_code == 302


def test_one_network_tries_few_accounts(door, clock):
    answers = [
        door.post("/sign-in/staff/", {"email": f"p{n}@harbor.example", "password": "wrong password here"})
        for n in range(61)
    ]
    assert [answer.status_code for answer in answers][-2:] == [422, 429]


def test_a_stranger_elsewhere_locks_nobody_out(door, other_door, ana, clock):
    """All day long, from one network after another, as fast as they are let."""
    door.password(ana)
    door.second_step(totp(NOW))
    door.post("/sign-out/")
    clock.now = NOW + timedelta(hours=1)
    refused = 0
    for n in range(400):
        clock.now += timedelta(minutes=2)
        answer = other_door.post(
            "/sign-in/staff/", {"email": ana.email, "password": "wrong password here"},
            REMOTE_ADDR=f"198.51.100.{n % 20}",
        )  # fmt: skip
        refused += answer.status_code == 429

    assert refused > 50  # the loose limit over all networks holds for the stranger
    assert door.password(ana).status_code == 302
    assert door.second_step(totp(clock.now)).status_code == 302


def test_second_steps_from_one_network_are_few(door, ana, clock):
    door.password(ana)

    assert [door.second_step("000000").status_code for _ in range(11)] == [422] * 10 + [429]


@pytest.mark.parametrize(
    ("wanted", "staff"),
    [("/today/", True), ("/settings/?a=b", True), ("/portal/", False), ("/shared/", False), ("/nowhere/", False),
     ("https://elsewhere.example/today/x", False), ("//[", False), ("", False)],
)  # fmt: skip
def test_who_asked_for_a_page_of_the_staff_signs_in_with_a_password(visitor, wanted, staff):
    answer = visitor.get(f"/sign-in/?{urlencode({'next': wanted})}")
    if staff:
        assert answer["Location"] == f"/sign-in/staff/?{urlencode({'next': wanted})}"
    else:
        assert answer.status_code == 200

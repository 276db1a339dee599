from datetime import timedelta

import pytest

from accounts import signing_in
from accounts.models import Device, SignInCode
from accounts.signing_in import DEVICE_COOKIE
from outbox.models import Message
from tests.accounts.conftest import six_digits, words
from tests.world import NOW


def code_by_mail(standins, luz):
    return six_digits(standins.mail(luz.email)[0]["text"])


def test_a_code_by_mail_signs_a_family_in(door, luz, clock, standins):
    assert door.ask(luz.email)["Location"] == "/sign-in/code/"
    answer = door.code(code_by_mail(standins, luz))

    assert (answer.status_code, answer["Location"]) == (302, "/portal/")
    assert door.is_in()


def test_a_code_by_text_signs_a_family_in(door, luz, clock, standins):
    door.ask("(406) 555-0116")
    text = standins.texts(luz.phone)[0]["body"]
    door.code(six_digits(text))

    assert text.startswith("Harbor Advocacy: su código")  # in Luz's own language
    assert door.is_in()


@pytest.mark.parametrize("kind", ["email", "phone"])
def test_known_and_unknown_addresses_are_answered_alike(door, other_door, luz, clock, standins, kind):
    known, unknown = {"email": (luz.email, "who@family.example"), "phone": (luz.phone, "+14065550187")}[kind]
    asked = [door.ask(known), other_door.ask(unknown)]
    assert words(asked[0]) == words(asked[1])
    assert asked[0]["Location"] == asked[1]["Location"]

    pages = [words(door.get("/sign-in/code/"), known), words(other_door.get("/sign-in/code/"), unknown)]
    assert pages[0] == pages[1]
    tries = [words(door.code("000000"), known), words(other_door.code("000000"), unknown)]
    assert tries[0] == tries[1]
    assert tries[0][0] == 422
    assert standins.mail("who@family.example") == standins.texts("+14065550187") == []


def test_staff_get_no_code_instead_of_a_second_step(door, ana, clock, standins):
    door.ask(ana.email)

    assert standins.mail(ana.email) == []


@pytest.mark.parametrize(("minutes", "works"), [(9, True), (10, False)])
def test_a_code_works_for_ten_minutes(door, luz, clock, standins, minutes, works):
    door.ask(luz.email)
    code = code_by_mail(standins, luz)
    clock.now = NOW + timedelta(minutes=minutes)
    door.code(code)

    assert door.is_in() == works


def test_a_code_may_be_tried_five_times(door, luz, clock, standins):
    door.ask(luz.email)
    code = code_by_mail(standins, luz)
    wrong = "111111" if code != "111111" else "222222"
    for _ in range(5):
        assert door.code(wrong).status_code == 422

    assert door.code(code).status_code == 422


def test_only_the_newest_code_works(door, other_door, luz, clock, standins):
    door.ask(luz.email)
    first = code_by_mail(standins, luz)
    other_door.ask(luz.email)
    second = code_by_mail(standins, luz)

    assert door.code(first).status_code == 422
    assert other_door.code(second).status_code == 302


def test_a_code_works_once(door, luz, clock, standins):
    door.ask(luz.email)
    code = code_by_mail(standins, luz)
    asked = door.client.session["code"]
    door.code(code)

    from accounts.signing_in import take_code

    assert take_code(asked["id"], code, at=NOW) is None


def test_a_code_stays_in_no_table_once_it_has_left(door, luz, clock, standins):
    door.ask(luz.email)
    code = code_by_mail(standins, luz)

    kept = [*Message.objects.values_list("title", "body", "html"), *SignInCode.objects.values_list("digest")]
    assert code not in str(kept)


def test_a_stranger_who_asks_for_codes_stops_no_family(door, other_door, luz, clock, standins):
    door.ask(luz.phone)
    door.code(six_digits(standins.texts(luz.phone)[0]["body"]))
    door.post("/sign-out/")
    for n in range(40):
        clock.now += timedelta(minutes=20)
        other_door.post("/sign-in/", {"address": luz.phone}, REMOTE_ADDR=f"198.51.100.{n}")
    assert len(standins.texts(luz.phone)) == 8

    door.ask(luz.phone)
    door.code(six_digits(standins.texts(luz.phone)[0]["body"]))
    assert door.is_in()


def test_one_network_has_so_many_codes_a_day_and_a_known_one_goes_on(harbor, luz, ngozi, clock, standins, monkeypatch):  # fmt: skip
    monkeypatch.setattr(signing_in, "CODES_A_DAY_A_NETWORK", 2)

    def sent(person, place):
        signing_in.send_code(person.email, "email", at=clock.now, language="en", zone=harbor.firm.zone, place=place)  # fmt: skip
        return Message.objects.filter(kind="code", recipient=person.email).count()

    assert [sent(luz, "192.0.2.1"), sent(luz, "192.0.2.1"), sent(luz, "192.0.2.1")] == [1, 2, 2]
    assert (sent(ngozi, "192.0.2.1"), sent(ngozi, "192.0.2.2")) == (0, 1)
    monkeypatch.setattr(signing_in, "is_known", lambda account, place, at: True)
    assert sent(luz, "192.0.2.1") == 3


def test_the_phone_is_remembered(door, luz, clock, standins):
    door.ask(luz.email)
    answer = door.code(code_by_mail(standins, luz))

    cookie = answer.cookies[DEVICE_COOKIE]
    assert (cookie["secure"], cookie["httponly"], cookie["domain"]) == (True, True, "")
    device = Device.objects.get(user=luz)
    assert device.lapses_at == NOW + timedelta(days=365)
    assert cookie.value not in device.digest


def test_not_my_phone_leaves_nothing_behind(door, luz, clock, standins):
    door.ask(luz.email)
    answer = door.code(code_by_mail(standins, luz), not_my_device="on")

    assert DEVICE_COOKIE not in answer.cookies
    assert not Device.objects.exists()
    session = door.client.cookies["__Host-session"]
    assert (session["expires"], session["max-age"]) == ("", "")  # gone when the browser is closed
    assert door.is_in()


def test_a_session_of_a_family_lasts_thirty_days(door, luz, clock, standins):
    door.ask(luz.email)
    door.code(code_by_mail(standins, luz))
    clock.now = NOW + timedelta(days=29, hours=23)
    assert door.is_in()

    clock.now = NOW + timedelta(days=30)
    assert not door.is_in()


def test_the_kept_language_takes_over_where_nobody_has_chosen_in_the_browser(door, luz, clock, standins):
    luz.contact.language = "en"
    luz.contact.save()
    luz.contact.language = "es"
    luz.contact.save()  # as the office does
    door.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en-US"
    door.ask(luz.email)
    door.code(code_by_mail(standins, luz))

    assert '<html lang="es"' in door.get("/portal/").content.decode()


def test_a_language_chosen_before_signing_in_stays(door, luz, clock, standins):
    door.post("/language/", {"language": "en"})
    door.ask(luz.email)
    door.code(code_by_mail(standins, luz))

    assert '<html lang="en"' in door.get("/portal/").content.decode()


def test_the_local_page_of_what_left_says_where_a_code_can_be_read(door, luz, clock, standins):
    door.ask(luz.email)
    door.ask(luz.phone)

    page = door.get("/outbox/").content.decode()
    assert page.count("Hidden: a sign-in code.") == 2
    assert ('/mailbox/"' in page, '/phones/"' in page) == (True, True)

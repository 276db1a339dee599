"""Three screens, then a firm of one's own."""

import re
import threading
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pyotp
import pytest
from django.conf import settings
from django.db import connection, connections

from accounts.models import AuditEntry, User
from outbox.models import Message
from scheduling.models import Service, WeeklyHours
from tenants import hosts
from tenants.models import Firm, Opening
from tenants.places import in_public, within
from tests.conftest import Visitor

pytestmark = pytest.mark.commits
PASSWORD = "orchid kettle meadow zephyr"
PLACE = {"state": "MT", "timezone": "America/Denver", "opens": "10:00", "closes": "15:30", "terms": "on"}


@pytest.fixture
def slug():
    return f"lake-{uuid4().hex[:6]}"


@pytest.fixture(autouse=True)
def clean(passing_firms, standins):
    from tenants.models import Attempt

    yield
    connection.close_if_unusable_or_obsolete()
    with in_public():
        Attempt.objects.all().delete()


def key_of(answer):
    return parse_qs(urlsplit(answer["Location"]).query)["key"][0]


def first(stranger, slug, name="Lake Advocacy"):
    return key_of(stranger.post("/signup/", {"name": name, "slug": slug, "company_page": ""}))


def second(stranger, key, **more):
    owner = {"owner_name": "Lea Lake", "owner_email": "Lea@Lake.example", "password": PASSWORD}
    return stranger.post("/signup/owner/", {"key": key, **owner, **more})


def third(stranger, key, **more):
    return stranger.post("/signup/place/", {"key": key, **PLACE, **more})


class Owner(Visitor):
    def __init__(self, host):
        super().__init__(None)
        self.host = host


def test_a_firm_is_opened_and_its_owner_is_let_in(stranger, slug):
    key = first(stranger, slug)
    second(stranger, key)
    opened = third(stranger, key)
    assert opened.status_code == 200
    token = re.search(r'name="token" value="([^"]+)"', opened.content.decode())[1]

    owner = Owner(f"{slug}.localhost")
    came = owner.post("/welcome/", {"token": token}, headers={"Origin": settings.PUBLIC_URL})
    assert came["Location"] == "/sign-in/set-up/"
    secret = owner.get("/sign-in/set-up/").context["secret"]
    assert owner.post("/sign-in/set-up/", {"code": pyotp.TOTP(secret).now()}).status_code == 200
    begins = owner.get("/today/")
    assert begins.status_code == 200
    assert "First steps" in begins.content.decode()
    assert f"http://{slug}.localhost:8000/book/" in begins.content.decode()

    firm = hosts.firm_at(f"{slug}.localhost")
    with within(firm):
        lea = User.objects.get()
        assert (lea.email, lea.role, lea.check_password(PASSWORD)) == ("lea@lake.example", "owner", True)
        assert Service.objects.get().published
        hours = list(WeeklyHours.objects.values_list("weekday", "opens__hour", "closes__minute"))
        assert hours == [(day, 10, 30) for day in range(5)]
        assert AuditEntry.objects.filter(action="firm.opened").exists()
        assert Message.objects.get(kind="confirm-email").recipient == "lea@lake.example"
    assert (firm.state, firm.timezone, firm.texts_on) == ("MT", "America/Denver", False)
    with in_public():
        row = Firm.objects.get(slug=slug)
        assert (bool(row.terms_version), bool(row.terms_accepted_at)) == (True, True)
        assert Opening.objects.get().password_hash == ""


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "", "slug": ""}, "Tell us your firm&#x27;s name."),
        ({"name": "Lake", "slug": "www"}, "“www” is taken."),
        ({"name": "Lake", "slug": "harbor"}, "“harbor” is taken."),
        ({"name": "Ö", "slug": ""}, "at least three letters or digits"),
        ({"name": "x" * 121, "slug": ""}, "at most 120 characters"),
        ({"name": "Lake\x00", "slug": ""}, "Null characters are not allowed."),
        ({"name": "Lake", "slug": "y" * 61}, "at most 60 characters"),
        ({"name": "Lake", "slug": "", "company_page": "http://spam"}, "We could not read that."),
    ],
)
def test_the_first_screen_says_what_is_wrong_and_keeps_what_was_typed(stranger, given, told):
    answer = stranger.post("/signup/", given)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    if given["name"].isascii() and given["name"] and "\x00" not in given["name"]:
        assert f'value="{given["name"]}"' in answer.content.decode()
    with in_public():
        assert not Opening.objects.exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"owner_name": ""}, "Tell us your name."),
        ({"owner_email": "lea"}, "Add a whole e-mail address"),
        ({"owner_email": ""}, "Add your e-mail address."),
        ({"password": "short"}, "12 characters"),
        ({"password": "1q2w3e4r5t6y"}, "too common"),
        ({"password": "Lea@Lake.example"}, "too similar"),
        ({"owner_name": "Sam Stranger", "password": "samstranger1234"}, "too similar"),
        ({"password": "x" * 129}, "at most 128 characters"),
    ],
)
def test_the_second_screen_says_what_is_wrong_and_keeps_what_was_typed(stranger, slug, given, told):
    key = first(stranger, slug)
    answer = second(stranger, key, **given)

    assert answer.status_code == 422
    text = answer.content.decode()
    assert told in text
    assert 'value="Lea Lake"' in text or "owner_name" in given
    assert PASSWORD not in text


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"state": ""}, "Choose your state."),
        ({"state": "XX"}, "XX is not one of the available choices."),
        ({"timezone": "Mars/Phobos"}, "Mars/Phobos is not one of the available choices."),
        ({"opens": "soon"}, "Type a time like 9:00."),
        ({"opens": "15:00", "closes": "09:00"}, "The end must be later than the start."),
        ({"terms": ""}, "Please accept the terms to go on."),
    ],
)
def test_the_third_screen_says_what_is_wrong_and_opens_nothing(stranger, slug, given, told):
    key = first(stranger, slug)
    second(stranger, key)
    answer = third(stranger, key, **given)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    with in_public():
        assert not Firm.objects.filter(slug=slug).exists()


def test_a_screen_out_of_turn_leads_back_to_the_one_that_is_missing(stranger, slug):
    for path in ("/signup/owner/", "/signup/place/"):
        for key in ("", "nonsense", f"{uuid4()}.x", "\x00", "x" * 5000):
            assert stranger.get(f"{path}?key={key}"[:4000])["Location"] == "/signup/"
            assert stranger.post(path, {"key": key})["Location"] == "/signup/"
    key = first(stranger, slug)
    assert stranger.get(f"/signup/place/?key={key}")["Location"] == f"/signup/owner/?key={key}"


def test_another_ones_answers_are_not_found_by_their_number(stranger, slug):
    key = first(stranger, slug)
    pk = key.partition(".")[0]

    assert stranger.get(f"/signup/owner/?key={pk}.guessed")["Location"] == "/signup/"
    assert stranger.get(f"/signup/owner/?key={key}").status_code == 200


def test_a_sign_up_is_kept_for_a_day(stranger, slug, clock):
    from django.utils import timezone

    key = first(stranger, slug)
    with in_public():
        Opening.objects.update(created_at=timezone.now() - timedelta(hours=25))

    assert stranger.get(f"/signup/owner/?key={key}")["Location"] == "/signup/"


def test_going_back_finds_everything_still_there(stranger, slug):
    key = first(stranger, slug)
    second(stranger, key)

    assert 'value="Lake Advocacy"' in stranger.get(f"/signup/?key={key}").content.decode()
    assert 'value="Lea Lake"' in stranger.get(f"/signup/owner/?key={key}").content.decode()


def test_the_last_button_pressed_twice_opens_one_firm(stranger, slug):
    key = first(stranger, slug)
    second(stranger, key)
    assert third(stranger, key).status_code == 200
    again = third(stranger, key)

    assert again.status_code == 200
    assert 'name="token"' not in again.content.decode()
    with in_public():
        assert Firm.objects.filter(slug=slug).count() == 1


def test_of_two_sign_ups_for_one_address_one_wins_and_the_other_keeps_what_was_typed(firms, slug):
    strangers = [Visitor(None), Visitor(None)]
    keys = [first(one, slug, name=f"Lake {n}") for n, one in enumerate(strangers)]
    for one, key in zip(strangers, keys, strict=True):
        second(one, key)
    begin, answers = threading.Barrier(2), {}

    def press(n):
        try:
            begin.wait()
            answers[n] = strangers[n].client.post(
                "/signup/place/", {"key": keys[n], **PLACE}, HTTP_HOST="localhost:8000", headers={"Accept-Language": "en"}
            )  # fmt: skip
        finally:
            for connection_ in connections.all():
                connection_.close()

    both = [threading.Thread(target=press, args=(n,)) for n in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(answer.status_code for answer in answers.values()) == [200, 409]
    loser = next(n for n, answer in answers.items() if answer.status_code == 409)
    text = answers[loser].content.decode()
    assert f'value="Lake {loser}"' in text
    assert f"“{slug}” is taken" in text
    # Another address, and the rest needs no typing again.
    other = f"{slug}-b"
    key = key_of(
        strangers[loser].post("/signup/", {"key": keys[loser], "name": f"Lake {loser}", "slug": other})
    )
    assert key == keys[loser]
    assert third(strangers[loser], key).status_code == 200
    with in_public():
        assert Firm.objects.filter(slug__in=[slug, other]).count() == 2


def test_sign_ups_from_one_network_are_few(stranger, slug):
    answers = [
        stranger.post("/signup/", {"name": "Lake", "slug": f"{slug}-{n}"}).status_code for n in range(21)
    ]

    assert answers == [302] * 20 + [429]


def test_without_a_choice_the_firm_gets_the_clock_of_its_state(stranger, slug):
    key = first(stranger, slug)
    second(stranger, key)
    assert "The usual one of my state" in stranger.get(f"/signup/place/?key={key}").content.decode()
    third(stranger, key, state="CA", timezone="")

    with in_public():
        assert Firm.objects.get(slug=slug).timezone == "America/Los_Angeles"


@pytest.mark.parametrize(("state", "zone"), [("PR", "America/Puerto_Rico"), ("VI", "America/Puerto_Rico"), ("GU", "Pacific/Guam"), ("MP", "Pacific/Guam"), ("AS", "Pacific/Pago_Pago")])  # fmt: skip
def test_puerto_rico_and_the_islands_sign_up_by_their_own_clock(stranger, slug, state, zone):
    key = first(stranger, slug)
    second(stranger, key)
    third(stranger, key, state=state, timezone="")

    firm = hosts.firm_at(f"{slug}.localhost")
    assert (firm.state, firm.timezone) == (state, zone)


def test_the_clock_of_the_browser_is_offered_first(stranger, slug):
    key = first(stranger, slug)
    second(stranger, key)
    stranger.client.cookies["tz"] = "America%2FBoise"
    page = stranger.get(f"/signup/place/?key={key}").content.decode()

    assert '<option value="America/Denver" selected>' in page


def test_every_state_has_a_clock_that_can_be_chosen():
    from web.states import STATES, ZONE_OF
    from web.zones import US_ZONES

    assert set(ZONE_OF) == {code for code, _name in STATES}
    assert set(ZONE_OF.values()) <= {zone.key for zone in US_ZONES}


def test_five_minutes_a_day_are_no_hours(stranger, slug):
    key = first(stranger, slug)
    second(stranger, key)
    answer = third(stranger, key, opens="09:00", closes="09:05")

    assert answer.status_code == 422
    assert "Leave at least half an hour" in answer.content.decode()

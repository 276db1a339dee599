from datetime import timedelta

import pytest
from django.utils.http import int_to_base36

from accounts import handing_over, passwords, second_factor
from accounts.models import User
from accounts.passwords import email_token, reset_token
from tenants.hosts import firm_by_id
from tenants.models import Firm
from tenants.places import in_public, within
from tests.accounts.conftest import link_in, words
from tests.conftest import Visitor
from tests.world import NOW, PASSWORD, TOTP

NEW_PASSWORD = "orchid kettle meadow zephyr"
PUBLIC = {"Origin": "http://localhost:8000"}


def reset_link(visitor, person, standins):
    visitor.post("/sign-in/forgotten/", {"email": person.email})
    return link_in(standins.mail(person.email)[0]["text"])


def test_a_forgotten_password_is_set_anew_and_ends_every_session(harbor, visitor, ana, clock, standins):
    signed_in = Visitor(harbor).as_(ana)
    link = reset_link(visitor, ana, standins)
    answer = visitor.post(link, {"password": NEW_PASSWORD})

    assert answer["Location"] == "/sign-in/second-step/"  # the link is one factor, not two
    assert User.objects.get(pk=ana.pk).check_password(NEW_PASSWORD)
    assert signed_in.get("/profile/").status_code == 302


def test_the_same_is_said_to_everyone(harbor, visitor, ana, luz, clock, standins):
    asked = [
        words(Visitor(harbor).post("/sign-in/forgotten/", {"email": email}), email)
        for email in (ana.email, luz.email, "nobody@harbor.example")
    ]
    assert asked[0] == asked[1] == asked[2]
    assert standins.mail(luz.email) == standins.mail("nobody@harbor.example") == []


def test_opening_the_link_spends_nothing_and_setting_a_password_spends_it(visitor, ana, clock, standins):
    link = reset_link(visitor, ana, standins)
    for _ in range(3):
        assert visitor.get(link).status_code == 200
    assert visitor.post(link, {"password": "short"}).status_code == 422
    assert visitor.post(link, {"password": NEW_PASSWORD}).status_code == 302

    assert visitor.get(link).status_code == 410
    assert visitor.post(link, {"password": "another set of words"}).status_code == 410


def test_an_older_link_dies_with_the_password(visitor, ana, clock, standins):
    first = reset_link(visitor, ana, standins)
    second = reset_link(visitor, ana, standins)
    visitor.post(second, {"password": NEW_PASSWORD})

    assert visitor.get(first).status_code == 410


@pytest.mark.parametrize(
    "damage",
    [
        lambda user, token: (user, token[:-1] + "x"),
        lambda user, token: (user, f"{int_to_base36(1)}-{token.partition('-')[2]}"),
        lambda user, token: ("not-a-uuid", token),
        lambda user, token: ("00000000-0000-0000-0000-000000000000", token),
    ],
)
def test_a_link_with_one_letter_changed_is_no_link(visitor, ana, damage):
    user, token = damage(str(ana.pk), reset_token.make_token(ana))

    assert visitor.get(f"/new-password/{user}/{token}/").status_code == 410


def test_a_link_does_one_thing(visitor, olivia):
    assert visitor.get(f"/new-password/{olivia.pk}/{email_token.make_token(olivia)}/").status_code == 410
    assert visitor.get(f"/confirm-email/{olivia.pk}/{reset_token.make_token(olivia)}/").status_code == 410


def test_the_owner_confirms_an_address_by_a_button(visitor, olivia, clock, standins):
    User.objects.filter(pk=olivia.pk).update(email_confirmed_at=None)
    olivia.refresh_from_db()
    with in_public():
        Firm.objects.filter(slug="harbor").update(owner_confirmed_at=None)
    passwords.send_confirmation(olivia, at=NOW)
    from outbox.models import Message

    link = link_in(Message.objects.get(kind="confirm-email").body)
    assert visitor.get(link).status_code == 200
    assert not User.objects.get(pk=olivia.pk).email_confirmed_at

    assert visitor.post(f"{link}confirmation/").status_code == 200
    assert User.objects.get(pk=olivia.pk).email_confirmed_at == NOW
    assert firm_by_id(visitor.cast.firm.id).texts_on
    assert visitor.post(f"{link}confirmation/").status_code == 410


def test_the_link_in_the_mail_still_confirms_once_the_second_step_is_set_up(visitor, olivia, clock):
    User.objects.filter(pk=olivia.pk).update(email_confirmed_at=None)
    olivia.refresh_from_db()
    link = f"/confirm-email/{olivia.pk}/{email_token.make_token(olivia)}/"
    second_factor.set_up(olivia, TOTP, step=0)
    assert visitor.post(f"{link}confirmation/").status_code == 200

    User.objects.filter(pk=olivia.pk).update(email="other@harbor.example", email_confirmed_at=None)
    assert visitor.get(link).status_code == 410


# -- the hand-over from sign-up --------------------------------------------------------------


@pytest.fixture
def handover(harbor, olivia):
    with in_public():
        return handing_over.give(harbor.firm, olivia.pk, at=NOW)


def test_the_hand_over_is_one_factor_and_goes_on_to_the_second(visitor, handover, clock):
    answer = visitor.post("/welcome/", {"token": handover}, headers=PUBLIC)

    assert answer["Location"] == "/sign-in/second-step/"
    assert visitor.get("/today/").status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://birch.localhost:8000"},
        {"Origin": "http://harbor.localhost:8000"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "https://localhost:8000"},
        {"Origin": "http://localhost.evil.example:8000"},
        {"Referer": "http://evil.example/http://localhost:8000/"},
    ],
)
def test_only_the_public_host_hands_over(visitor, handover, clock, headers):
    assert visitor.post("/welcome/", {"token": handover}, headers=headers).status_code == 403
    assert visitor.post("/welcome/", {"token": handover}, headers=PUBLIC).status_code == 302


def test_the_hand_over_works_once(harbor, handover, clock):
    assert Visitor(harbor).post("/welcome/", {"token": handover}, headers=PUBLIC).status_code == 302
    assert Visitor(harbor).post("/welcome/", {"token": handover}, headers=PUBLIC).status_code == 410


@pytest.mark.parametrize(("seconds", "status"), [(59, 302), (60, 410)])
def test_the_hand_over_lasts_a_minute(visitor, handover, clock, seconds, status):
    clock.now = NOW + timedelta(seconds=seconds)

    assert visitor.post("/welcome/", {"token": handover}, headers=PUBLIC).status_code == status


# -- what is of one firm is nothing at another, nor at the public host -----------------------


def test_nothing_of_one_firm_opens_anything_elsewhere(harbor, birch, stranger, olivia, handover, service, clock, standins):  # fmt: skip
    """The two firms' people have the same keys and the same password, so only the walls can refuse."""
    from datetime import timedelta as days

    from accounts.models import ApiToken
    from accounts.secrets import digest
    from scheduling import booking as bookings
    from scheduling.availability import free_slots

    owner = Visitor(harbor).as_(olivia)
    owner.post(
        "/staff/invitation/",
        {"name": "Pat", "email": "pat@harbor.example", "role": "admin", "language": "en"},
    )
    slot = free_slots(service, since=NOW, until=NOW + days(days=7), at=NOW)[0]
    booking = bookings.book(service, starts_at=slot.starts_at, asker=bookings.Asker(name="L", phone="+14065550188"), at=NOW)  # fmt: skip
    ApiToken.objects.create(user=olivia, name="t", made_at=NOW, digest=digest("api", "s3cret"))
    session = owner.client.cookies["__Host-session"].value
    with within(birch.firm):
        twin = User.objects.get(pk=olivia.pk)
        assert twin.check_password(PASSWORD)
    token = reset_token.make_token(olivia)
    links = {
        "reset": f"/new-password/{olivia.pk}/{token}/",
        "confirmation": f"/confirm-email/{olivia.pk}/{email_token.make_token(olivia)}/",
        "invitation": link_in(standins.mail("pat@harbor.example")[0]["text"]),
        "manage": f"/b/{booking.secret}/",
        "calendar": f"/b/{booking.secret}/call.ics",
    }
    for name, link in links.items():
        assert (name, Visitor(harbor).get(link).status_code) == (name, 200)

    for elsewhere in (Visitor(birch), stranger):
        for name, link in links.items():
            assert (name, elsewhere.get(link).status_code) in {(name, 404), (name, 410)}
            assert (name, elsewhere.post(link, {"password": NEW_PASSWORD}).status_code) in {(name, 404), (name, 410), (name, 405)}  # fmt: skip
        assert elsewhere.post(f"{links['confirmation']}confirmation/").status_code in {404, 410}
        assert elsewhere.post(f"{links['manage']}call-off/").status_code == 404
        assert elsewhere.post("/welcome/", {"token": handover}, headers=PUBLIC).status_code in {404, 410}
        key = {"Authorization": "Bearer s3cret"}
        assert elsewhere.get("/api/v1/bookings/", headers=key).status_code in {401, 404}
        elsewhere.client.cookies["__Host-session"] = session
        assert elsewhere.get("/today/").status_code in {302, 404}
        assert elsewhere.get("/profile/").status_code in {302, 404}
    # None of that spent anything here.
    assert Visitor(harbor).get("/api/v1/bookings/", headers=key).status_code == 200
    assert Visitor(harbor).post("/welcome/", {"token": handover}, headers=PUBLIC).status_code == 302
    assert owner.get("/today/").status_code == 200

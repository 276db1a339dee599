from datetime import timedelta

import pytest

from outbox.models import Message
from tenants.models import Firm
from tenants.places import in_public, within
from tests.accounts.conftest import words
from tests.conftest import Visitor
from tests.world import CANARY, NOW


def ask(stranger, email):
    return stranger.post("/find-my-firm/", {"email": email})


def test_the_list_goes_to_the_address_and_never_to_the_page(harbor, stranger, luz, clock, standins):
    answer = ask(stranger, luz.email.upper())

    assert "harbor.localhost" not in answer.content.decode()
    mail = standins.mail(luz.email)[0]
    assert "http://harbor.localhost:8000/sign-in/" in mail["text"]
    assert mail["subject"] == "Where you sign in"


def test_known_and_unknown_addresses_are_answered_alike(harbor, luz, clock, standins):
    known, unknown = (words(ask(Visitor(None), email), email) for email in (luz.email, "nobody@x.example"))

    assert known == unknown
    assert known[0] == 200
    assert standins.mail("nobody@x.example") == []


def test_an_address_at_two_firms_is_told_both_in_one_mail(harbor, birch, stranger, luz, clock, standins):
    from accounts.secrets import address_digest
    from accounts.signing_in import write_digest

    with within(birch.firm):
        write_digest(None, address_digest(luz.email))
    ask(stranger, luz.email)

    (mail,) = standins.mail(luz.email)
    assert "http://harbor.localhost:8000/sign-in/" in mail["text"]
    assert "http://birch.localhost:8000/sign-in/" in mail["text"]
    assert CANARY in mail["text"]  # the name of a firm at which this address signs in


@pytest.mark.parametrize("change", [{"suspended_at": NOW}, {"opened_at": None}])
def test_a_closed_firm_is_not_named(harbor, stranger, luz, clock, standins, change):
    with in_public():
        Firm.objects.filter(slug="harbor").update(**change)
    ask(stranger, luz.email)

    assert not Message.objects.filter(kind="find-my-firm").exists()


def test_one_address_is_mailed_three_times_an_hour_at_most(harbor, stranger, luz, clock, standins):
    answers = {words(ask(stranger, luz.email), luz.email) for _ in range(5)}
    assert len(answers) == 1
    assert len(standins.mail(luz.email)) == 1  # the same moment is the same mail

    for minute in range(1, 6):
        clock.now = NOW + timedelta(minutes=minute)
        ask(stranger, luz.email)
    assert len(standins.mail(luz.email)) <= 3


@pytest.mark.parametrize("email", ["", "x", "a@b", "x" * 300 + "@y.example", "a\x00@b.example"])
def test_no_address_is_a_sentence(stranger, email):
    answer = ask(stranger, email)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()

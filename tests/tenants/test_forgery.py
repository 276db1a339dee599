"""A page of one firm cannot act at another: cookies are the host's own, and every POST looks at its Origin."""

import itertools
from contextlib import suppress

import pytest
from django.conf import settings
from django.urls import get_resolver

from accounts.models import User
from tests.conftest import Browser, Visitor
from tests.house.test_matrix import MATRIX, address
from web.access import routes

# What proves itself by something a page cannot have: a key, or a token of the public host.
# A mail program posts the one-click unsubscribe (RFC 8058) and knows nothing but its secret address.
OWN_PROOF = {"welcome", "mail-stop"}
POSTS = sorted(name for name, (methods, _) in MATRIX.items() if "POST" in methods)
PAGES_AND_OWN = [name for name in POSTS if not name.startswith("api-") and name not in OWN_PROOF]


def post_as_owner(firm, origin, path):
    """The owner's browser with her session and the form token of her own firm, sent from a page of `origin`."""
    owner = Visitor(firm)
    owner.client = Browser(enforce_csrf_checks=True)
    owner.as_(User.objects.get(pk=firm.people["olivia"]))
    page = owner.client.get("/profile/", HTTP_HOST=f"{owner.host}:8000")
    token = page.cookies[settings.CSRF_COOKIE_NAME].value
    return owner.client.post(
        path, {"csrfmiddlewaretoken": token}, HTTP_HOST=f"{owner.host}:8000", headers={"Origin": origin}
    )


ELSEWHERE = ["http://birch.localhost:8000", "http://localhost:8000", "null", "https://evil.example"]


def test_every_post_from_a_page_of_another_host_is_refused(harbor, clock):
    """One origin for each address in turn: which it is, is looked at before the address."""
    answered = {}
    for name, origin in zip(PAGES_AND_OWN, itertools.cycle(ELSEWHERE), strict=False):
        answered[name] = post_as_owner(harbor, origin, address(name)).status_code

    assert answered == dict.fromkeys(PAGES_AND_OWN, 403)
    assert len(answered) > 20


@pytest.mark.parametrize("origin", ELSEWHERE)
def test_each_other_host_is_refused_everywhere_alike(harbor, clock, origin):
    some = ["profile", "contact-confirmation", "payment-new", "sign-in", "booking-call-off", "firm-settings"]
    assert {post_as_owner(harbor, origin, address(name)).status_code for name in some} == {403}


def test_the_same_posts_from_the_firms_own_page_are_not(harbor, clock, standins):
    """Else the test above would pass with every form broken."""
    answered = {}
    for name in PAGES_AND_OWN:
        with suppress(Exception):
            answered[name] = post_as_owner(harbor, "http://harbor.localhost:8000", address(name)).status_code

    hers = {name for name in answered if MATRIX[name][1] == "*" or "O" in MATRIX[name][1]}
    assert {name for name in hers if answered[name] == 403} == set()


def test_a_post_without_the_forms_token_is_refused(harbor, olivia, clock):
    for name in PAGES_AND_OWN:
        owner = Visitor(harbor)
        owner.client = Browser(enforce_csrf_checks=True)
        answer = owner.as_(olivia).client.post(address(name), HTTP_HOST="harbor.localhost:8000")
        assert (name, answer.status_code) == (name, 403)


def test_a_key_of_the_api_is_no_cookie(harbor, olivia, clock):
    """The API takes a key alone, so a browser's session is nothing there and there is nothing to forge."""
    for name in (name for name in POSTS if name.startswith("api-")):
        assert (name, Visitor(harbor).as_(olivia).post(address(name)).status_code) == (name, 401)


def test_on_the_public_host_only_signed_callbacks_need_no_token(firms, stranger):
    open_ones = []
    for path, item in routes(get_resolver("config.urls_public").url_patterns):
        answer = Browser(enforce_csrf_checks=True).post(
            f"/{path}".replace("<str:slug>", "x"), HTTP_HOST="localhost:8000"
        )
        if answer.status_code not in {400, 403, 404, 405}:
            open_ones.append((item.name, answer.status_code))
    assert open_ones == []
    for name in ("inbound", "status"):
        answer = Browser(enforce_csrf_checks=True).post(f"/hooks/twilio/{name}/", HTTP_HOST="localhost:8000")
        assert (answer.status_code, answer.content) == (403, b"The signature is wrong.")

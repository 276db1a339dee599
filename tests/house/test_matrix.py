"""Every route × method × role, walked from the URL resolver."""

import uuid
from functools import cache

import pytest
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.models import ApiToken, User
from accounts.secrets import digest
from tests.conftest import Visitor
from tests.house.matrix import MATRIX, ROLES, WRITERS
from web.access import access_of, routes


@cache
def firm_routes():
    return {item.name: item for _, item in routes(get_resolver("config.urls").url_patterns)}


def address(name):
    """The route's path with well-formed values of nothing."""
    item = firm_routes()[name]
    values = {}
    for key, converter in item.pattern.converters.items():
        kind = type(converter).__name__
        values[key] = {"UUIDConverter": uuid.UUID(int=7), "IntConverter": 7, "SlugConverter": "slug"}.get(
            kind, "x"
        )
    if name.startswith("api-") and "pk" in item.pattern.regex.groupindex:
        values = {"pk": uuid.UUID(int=7)}
    return reverse(name, kwargs=values, urlconf="config.urls")


def test_every_route_has_a_row_and_every_row_a_route():
    assert set(firm_routes()) == set(MATRIX)


def refused(answer):
    """To the sign-in page, 401 or 403."""
    if answer.status_code in {401, 403}:
        return True
    return answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("letter", list(ROLES))
def test_each_role_opens_its_own_routes_and_no_other(harbor, letter):
    wrong = []
    person = User.objects.get(pk=harbor.people[ROLES[letter]]) if ROLES[letter] else None
    for name, (methods, who) in MATRIX.items():
        for method in ("GET", "POST"):
            visitor = Visitor(harbor)
            headers = {}
            if person is not None and name.startswith("api-") and name != "api-schema":
                headers = {"Authorization": f"Bearer {key_of(person)}"}
            elif person is not None:
                person.refresh_from_db()  # ending its sessions elsewhere is one of the routes
                visitor.as_(person)
            answer = visitor._send(method.lower(), address(name), headers=headers)
            opens = not refused(answer) or (name == "welcome" and method == "POST")
            if method not in methods:
                # A method the route does not know changes nothing; who may not come in learns no more than that.
                fine = answer.status_code in {405, 404} or refused(answer)
            else:
                allowed = WRITERS.get(name, who) if method == "POST" else who
                fine = opens == (allowed == "*" or letter in allowed)
            if not fine or answer.status_code >= 500:
                wrong.append((name, method, letter, answer.status_code, answer.headers.get("Location", "")))
    assert wrong == []


def test_other_methods_change_nothing(harbor, olivia):
    """The owner, whom nothing else stops."""
    for name in MATRIX:
        for method in ("put", "patch", "delete"):
            if method.upper() in MATRIX[name][0]:
                continue  # asked in the app's own tests of the API
            visitor = Visitor(harbor)
            headers = {}
            if name.startswith("api-"):
                headers = {"Authorization": f"Bearer {key_of(olivia)}"}
            else:
                visitor.as_(olivia)
            answer = visitor._send(method, address(name), headers=headers)
            assert (name, method, answer.status_code) in {(name, method, 405), (name, method, 403)}


def key_of(person):
    secret = f"key-of-{person.pk}"
    ApiToken.objects.get_or_create(
        digest=digest("api", secret),
        defaults={"user": person, "name": "test", "may_write": True, "made_at": timezone.now()},
    )
    return secret


def test_taking_one_declaration_away_is_noticed(harbor, luz):
    """A view that declares nothing does not open, and the system check names it."""
    from django.core import checks

    from web.access import every_view_declares

    view = firm_routes()["students"].callback
    kept = view.access
    try:
        del view.access
        assert [error.msg for error in every_view_declares(None)] == ["/students/ declares no access"]
        assert isinstance(every_view_declares(None)[0], checks.Error)
        olivia = User.objects.get(pk=harbor.people["olivia"])
        assert Visitor(harbor).as_(olivia).get("/students/").status_code == 403
    finally:
        view.access = kept


@pytest.mark.slow
def test_each_permission_check_is_needed(harbor):
    """Opening any one view to everyone turns a cell of the matrix red."""
    from web.access import Access

    unnoticed = []
    for name, item in firm_routes().items():
        view = item.callback
        access = access_of(view)
        if access is None or access.can is None or name.startswith("api-"):
            continue
        view.access = Access(None, why="mutation", even_read_only=True)
        try:
            method = "get" if "GET" in MATRIX[name][0] else "post"
            answer = None
            try:
                answer = Visitor(harbor)._send(method, address(name))
            except Exception:  # the view met somebody it does not expect: that is a difference too
                continue
            if refused(answer):
                unnoticed.append(name)
        finally:
            view.access = access
    assert unnoticed == []

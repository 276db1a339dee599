"""The description of the API is valid, and the API is as it says."""

import json
from io import StringIO

import pytest
import schemathesis
from django.core.management import call_command
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.failures import FailureGroup

from accounts.models import ApiToken, User
from accounts.secrets import digest
from config.wsgi import application
from tests.world import NOW, key


def test_the_description_is_valid_and_says_what_everything_is(firms):
    told = StringIO()
    call_command(
        "spectacular",
        urlconf="config.urls",
        validate=True,
        fail_on_warn=True,
        stdout=told,
        format="openapi-json",
    )
    paths = json.loads(told.getvalue())["paths"]

    assert {"/api/v1/services/", "/api/v1/bookings/", "/api/v1/bookings/{id}/move/"} <= set(paths)


def test_it_is_the_same_at_every_firm_and_for_everyone(harbor, birch, visitor):
    from tests.conftest import Visitor

    ours, theirs = visitor.get("/api/v1/schema/"), Visitor(birch).get("/api/v1/schema/")

    assert ours.status_code == 200
    assert ours.content == theirs.content


def test_it_names_the_key(visitor):
    assert visitor.get("/api/v1/schema/").json()["components"]["securitySchemes"] == {
        "key": {"type": "http", "scheme": "bearer"}
    }


@pytest.mark.parametrize("each", [3, pytest.param(60, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])])
def test_whatever_the_description_allows_is_answered_as_it_says(harbor, visitor, clock, standins, each):
    """So many requests for each operation, made up from the description: none is answered with 5xx."""
    ApiToken.objects.create(
        user=User.objects.get(pk=key("olivia")),
        name="s",
        may_write=True,
        made_at=NOW,
        digest=digest("api", "s3cret"),
    )
    schema = schemathesis.openapi.from_dict(visitor.get("/api/v1/schema/").json())
    schema.app = application
    wrong, asked = [], [0]
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(max_examples=each, deadline=None, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy())
        def ask_one(case):
            case.headers = {
                **(case.headers or {}),
                "Authorization": "Bearer s3cret",
                "Host": "harbor.localhost:8000",
            }
            asked[0] += 1
            answer = case.call(base_url="http://harbor.localhost:8000")
            if answer.status_code >= 500:
                wrong.append((case.method, case.formatted_path, answer.status_code))

        try:
            ask_one()
        except FailureGroup as problem:
            wrong.append(str(problem))
    assert wrong == []
    assert asked[0] > 40


@pytest.mark.parametrize("path", ["/api/v1/", "/api/", "/api/v1/nowhere/", "/api/v2/services/"])
def test_what_is_not_described_is_not_there(visitor, olivia, path):
    assert visitor.as_(olivia).get(path).status_code == 404

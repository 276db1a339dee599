"""Two programs write hours of one person at the same moment: the second is told what the first has written."""

import json
import threading
import time

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from accounts import audit
from accounts.models import ApiToken, User
from accounts.secrets import digest
from lobby.opening import open_firm
from scheduling.models import DateHours, WeeklyHours
from tenants.places import within
from tests.conftest import Browser

pytestmark = [pytest.mark.commits, pytest.mark.timeout(60)]


@pytest.fixture
def firm(passing_firms):
    ref, _ = open_firm(
        name="Race", slug="race-hours", owner_name="O", owner_email="o@race-hours.example", password_hash=make_password("x"),
        state="MT", timezone="America/Denver", language="en", at=timezone.now(), ask_confirmation=False,
    )  # fmt: skip
    with within(ref):
        owner = User.objects.get()
        ApiToken.objects.create(
            user=owner, name="race", may_write=True, made_at=timezone.now(), digest=digest("api", "race")
        )
    connection.close_if_unusable_or_obsolete()
    return ref, str(owner.pk)


@pytest.mark.parametrize("path", ["weekly-hours", "date-hours"])
def test_the_second_of_two_overlapping_stretches_is_refused(firm, monkeypatch, path):
    ref, owner = firm
    written, second_asked, answers = threading.Event(), threading.Event(), []
    record = audit.record

    def slow(*args, **kwargs):
        """The first one has written and is not done yet until the second has had time to ask."""
        found = record(*args, **kwargs)
        if not written.is_set():
            written.set()
            second_asked.wait(10)
            time.sleep(0.3)
        return found

    monkeypatch.setattr(audit, "record", slow)

    def post(opens, closes):
        on = {"weekday": 6} if path == "weekly-hours" else {"on": "2099-03-02"}
        answer = Browser().post(
            f"/api/v1/{path}/", json.dumps({"advocate": owner, "opens": opens, "closes": closes, **on}),
            content_type="application/json", HTTP_HOST=f"{ref.host}:8000", HTTP_AUTHORIZATION="Bearer race",
        )  # fmt: skip
        answers.append(answer.status_code)
        connection.close()

    first = threading.Thread(target=post, args=("09:00", "12:00"))
    first.start()
    assert written.wait(10)
    second = threading.Thread(target=post, args=("11:00", "13:00"))
    second.start()
    second_asked.set()
    first.join(20)
    second.join(20)
    assert sorted(answers) == [201, 400]
    with within(ref):
        model = WeeklyHours if path == "weekly-hours" else DateHours
        assert model.objects.filter(**({"weekday": 6} if path == "weekly-hours" else {})).count() == 1
    connection.close_if_unusable_or_obsolete()

"""The digest: at the pace each chose, by their way and in their hours, never for nothing, with the first name alone."""

from datetime import UTC, datetime, timedelta

import pytest

from circle import news, writing
from circle.models import Pace
from clients.models import Contact, Guardianship, Part
from outbox.models import Message
from tests.world import NOW

FOUR = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)  # 4 in the afternoon in Montana
FRIDAY = datetime(2026, 11, 27, 23, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(clock, standins):
    pass


def told(person_key="shared-news"):
    return list(Message.objects.filter(kind="shared-news").order_by("written_at", "recipient"))


def test_once_a_day_by_their_own_way_and_nothing_of_what_was_said(luz, ana, gus, mateo, invite, work_due):
    invite(adds=[Part.PAGE])
    writing.post(mateo, by=gus, words="He hid under the table", at=NOW)
    writing.post(mateo, by=gus, words="Can he eat nuts?", question=True, at=NOW)
    work_due(FOUR - timedelta(minutes=1))
    assert told() == []

    work_due(FOUR)
    found = {message.recipient: message for message in told()}
    assert set(found) == {luz.phone, ana.email}
    assert found[luz.phone].channel == "sms"
    assert "1 novedad, 1 pregunta" in found[luz.phone].body or "1 update, 1 question" in found[luz.phone].body
    for message in found.values():
        whole = message.title + message.body + message.html
        assert "Rivera" not in message.body
        assert ("Mateo" in whole) == (message.channel == "email"), "no child's name in a text"
        assert "table" not in whole
        assert "nuts" not in whole


def test_nothing_new_is_never_told(luz, gus, mateo, invite, work_due):
    invite(adds=[Part.PAGE])
    post = writing.post(mateo, by=gus, words="Oops", at=NOW)
    writing.withdraw(post, by=gus, at=NOW)
    work_due(FOUR)
    assert told() == []

    writing.post(mateo, by=gus, words="Real", at=NOW)
    work_due(FOUR)
    first = len(told())
    work_due(FOUR + timedelta(days=1))
    work_due(FRIDAY)
    assert first == len(told()) == 2


def test_each_pace(luz, ana, gus, mateo, invite, work_due):
    invite(adds=[Part.PAGE])
    news.set_pace(luz, mateo, Pace.EACH, at=NOW)
    news.set_pace(ana, mateo, Pace.WEEKLY, at=NOW)
    at = NOW + timedelta(minutes=1)
    writing.post(mateo, by=gus, words="One", at=at)
    writing.post(mateo, by=gus, words="Two", at=at)
    work_due(at + news.SOON)
    assert [message.recipient for message in told()] == [luz.phone]
    work_due(FRIDAY - timedelta(minutes=1))
    assert len(told()) == 1
    work_due(FRIDAY)
    assert [message.recipient for message in told()] == [luz.phone, ana.email]


def test_who_wants_none_gets_none_and_is_not_told_of_it_later(luz, gus, mateo, invite, work_due):
    invite(adds=[Part.PAGE])
    news.set_pace(luz, mateo, Pace.NONE, at=NOW)
    writing.post(mateo, by=gus, words="One", at=NOW + timedelta(minutes=1))
    work_due(FRIDAY)
    assert luz.phone not in {message.recipient for message in told()}

    news.set_pace(luz, mateo, Pace.DAILY, at=FRIDAY)
    writing.post(mateo, by=gus, words="Two", at=FRIDAY + timedelta(hours=1))
    work_due(FRIDAY + timedelta(days=1))
    mine = [message for message in told() if message.recipient == luz.phone]
    assert len(mine) == 1
    assert mine[0].body.count("1 ") >= 1


def test_their_hours_hold_for_mail_and_text(luz, gus, mateo, invite, work_due):
    from datetime import time

    Contact.objects.filter(user=luz).update(prefers="email", hours_from=time(17, 30), hours_to=time(19, 0))
    invite(adds=[Part.PAGE])
    writing.post(mateo, by=gus, words="One", at=NOW)
    work_due(FOUR)

    mine = next(message for message in told() if message.recipient == luz.email)
    assert mine.due_at == FOUR + timedelta(hours=1, minutes=30)


def test_who_was_blocked_meanwhile_is_told_nothing(luz, gus, ana, mateo, invite, work_due):
    from datetime import time

    Contact.objects.filter(user=luz).update(hours_from=time(18, 0), hours_to=time(19, 0))
    invite(adds=[Part.PAGE])
    writing.post(mateo, by=gus, words="One", at=NOW)
    work_due(FOUR)
    mine = next(message for message in told() if message.recipient == luz.phone)
    Guardianship.objects.filter(student=mateo).update(blocked_from=NOW.date())

    assert news.may_leave(mine, at=FOUR + timedelta(hours=2)) != ""
    mine.refresh_from_db()
    work_due(FOUR + timedelta(hours=2))
    mine.refresh_from_db()
    assert mine.state == "suppressed"


def test_a_guest_hears_of_what_they_see_alone_and_only_while_they_may(luz, gus, mateo, invite, work_due):
    invite(sees=[Part.WINS])
    writing.post(mateo, by=luz, words="One", at=NOW)
    work_due(FOUR)
    assert gus.email not in {message.recipient for message in told()}

    writing.celebrate(mateo, by=luz, words="Shoes tied", setting="home", happened_on=NOW.date(), at=FOUR)
    work_due(FOUR + timedelta(days=1))
    mine = [message for message in told() if message.recipient == gus.email]
    assert len(mine) == 1
    assert "1 small win" in mine[0].body

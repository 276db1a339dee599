"""A week in one table."""

from __future__ import annotations

import uuid

from minutes.models import DeliveredSession, MissedSession


def send(visitor, ana, mateo, batch, **cells):
    told = {"batch": str(batch), "evidence": "log", "p0": "Ms. Park"}
    for name, value in cells.items():
        told["sure" if name == "sure" else f"c0-2026-11-{name.removeprefix('d')}"] = value
    return visitor.as_(ana).post(f"/students/{mateo.pk}/minutes/week/?of=2026-11-16", told)


def test_minutes_and_letters(visitor, ana, mateo, speech, clock):
    answer = send(visitor, ana, mateo, uuid.uuid4(), d16="30", d17="a", d18="P", d20="0:20")
    assert answer.status_code == 302
    rows = DeliveredSession.objects.order_by("on")
    assert [(row.on.day, row.minutes, row.provider) for row in rows] == [
        (16, 30, "Ms. Park"),
        (20, 20, "Ms. Park"),
    ]
    assert [(row.on.day, row.kind) for row in MissedSession.objects.order_by("on")] == [
        (17, "student"),
        (18, "provider"),
    ]


def test_the_same_page_sent_twice_is_one_week(visitor, ana, mateo, speech, clock):
    batch = uuid.uuid4()
    send(visitor, ana, mateo, batch, d16="30")
    assert send(visitor, ana, mateo, batch, d16="30").status_code == 302
    assert DeliveredSession.objects.count() == 1


def test_another_page_with_the_same_session_is_asked_about(visitor, ana, mateo, speech, clock):
    send(visitor, ana, mateo, uuid.uuid4(), d16="30")
    answer = send(visitor, ana, mateo, uuid.uuid4(), d16="30")
    assert answer.status_code == 422
    assert "is written down for that day already" in answer.content.decode()
    send(visitor, ana, mateo, uuid.uuid4(), d16="30", sure="on")
    assert DeliveredSession.objects.count() == 2


def test_one_wrong_field_writes_nothing_and_keeps_the_others(visitor, ana, mateo, speech, clock):
    answer = send(visitor, ana, mateo, uuid.uuid4(), d16="30", d17="zz")
    page = answer.content.decode()
    assert (answer.status_code, DeliveredSession.objects.count()) == (422, 0)
    assert "“zz” is neither minutes nor a letter of the list." in page
    assert 'value="30"' in page


def test_an_empty_week_says_so(visitor, ana, mateo, speech, clock):
    assert "Nothing is typed yet." in send(visitor, ana, mateo, uuid.uuid4()).content.decode()


def test_a_week_to_come_is_this_week(visitor, ana, mateo, speech, clock):
    page = visitor.as_(ana).get(f"/students/{mateo.pk}/minutes/week/?of=2027-03-01").content.decode()
    assert 'name="c0-2026-11-24"' in page
    assert 'name="c0-2026-11-25"' not in page  # tomorrow
    assert visitor.get(f"/students/{mateo.pk}/minutes/week/?of=nonsense").status_code == 200

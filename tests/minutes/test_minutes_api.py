"""Sessions and the table for programs."""

from __future__ import annotations

import json
import uuid

import pytest

from minutes.models import DeliveredSession
from tests.house.test_matrix import key_of
from tests.world import key


@pytest.fixture
def call(visitor, ana, clock):
    def send(method, path, told=None, person=ana):
        headers = {"Authorization": f"Bearer {key_of(person)}"}
        more = {"data": json.dumps(told), "content_type": "application/json"} if told is not None else {}
        answer = visitor._send(method, f"/api/v1/{path}", headers=headers, **more)
        return answer.status_code, answer.json() if answer.content else None

    return send


def test_a_session_is_written_once(call, mateo, speech):
    told = {
        "key": str(uuid.uuid4()),
        "student": str(mateo.pk),
        "service": str(speech.pk),
        "on": "2026-11-24",
        "minutes": 30,
        "evidence": "log",
    }
    first, again = call("post", "delivered-sessions/", told), call("post", "delivered-sessions/", told)
    assert (first[0], again[0]) == (201, 200)
    assert first[1]["id"] == again[1]["id"]
    assert first[1]["service_name"] == "Speech therapy"
    assert DeliveredSession.objects.count() == 1


def test_odd_days_need_sure_and_days_to_come_are_refused(call, mateo, speech):
    told = {
        "student": str(mateo.pk),
        "service": str(speech.pk),
        "on": "2026-11-22",
        "minutes": 30,
        "evidence": "log",
    }
    code, said = call("post", "delivered-sessions/", told)
    assert code == 400
    assert "was not a school day" in json.dumps(said)
    assert call("post", "delivered-sessions/", {**told, "sure": True})[0] == 201
    code, said = call("post", "delivered-sessions/", {**told, "on": "2026-11-25"})
    assert code == 400
    assert "is tomorrow" in json.dumps(said)


def test_another_students_service_or_paper_is_refused(call, olivia, mateo, speech):
    told = {
        "student": str(key("student Ada")),
        "service": str(speech.pk),
        "on": "2026-11-24",
        "minutes": 30,
        "evidence": "log",
    }
    assert call("post", "delivered-sessions/", told)[0] == 400
    assert call("post", "delivered-sessions/", told, person=olivia)[0] == 400
    own = {**told, "student": str(mateo.pk), "document": str(key("document Ada"))}
    assert call("post", "delivered-sessions/", own, person=olivia)[0] == 400
    assert DeliveredSession.objects.count() == 0


def test_a_missed_session_is_written_and_struck_out(call, mateo, speech):
    code, made = call(
        "post",
        "missed-sessions/",
        {
            "student": str(mateo.pk),
            "service": str(speech.pk),
            "on": "2026-11-24",
            "kind": "provider",
            "evidence": "text",
        },
    )
    assert code == 201
    assert call("post", f"missed-sessions/{made['id']}/strike/", {})[0] == 400
    assert call("post", f"missed-sessions/{made['id']}/strike/", {"why": "It was held"})[0] == 204
    assert call("get", f"missed-sessions/{made['id']}/")[1]["why"] == "It was held"


def test_the_table(call, mateo, november):
    code, found = call("get", f"minutes/{mateo.pk}/?start=2026-11-01&end=2026-11-30")
    assert code == 200
    month = found["services"][0]["months"][0]
    assert month["month"] == "2026-11-01"
    assert month["count"]["owed"] == {"sessions": 6, "minutes": 180.0}
    assert month["count"]["shortfall"] == {"sessions": 2, "minutes": 60.0}
    assert len(month["windows"][0]["sessions"]) == 2
    assert month["windows"][0]["school_days"][0] == "2026-11-02"
    assert call("get", f"minutes/{mateo.pk}/?start=2026-11-30&end=2026-11-01")[0] == 400
    assert call("get", "minutes/nonsense/")[0] == 404


def test_marcus_key_reaches_ada_alone(call, marcus, mateo, november):
    assert call("get", f"minutes/{mateo.pk}/", person=marcus)[0] == 404
    assert call("get", f"delivered-sessions/?student={mateo.pk}", person=marcus)[1]["results"] == []
    assert call("get", "delivered-sessions/?student=x", person=marcus)[0] == 400


def test_an_entry_is_corrected_and_keeps_what_stood_before(call, mateo, speech):
    told = {
        "student": str(mateo.pk),
        "service": str(speech.pk),
        "on": "2026-11-24",
        "minutes": 30,
        "evidence": "log",
    }
    made = call("post", "delivered-sessions/", told)[1]

    code, fresh = call(
        "post", f"delivered-sessions/{made['id']}/correct/", {"minutes": 20, "why": "She came late"}
    )

    assert (code, fresh["minutes"], fresh["on"], fresh["corrects"]) == (201, 20, "2026-11-24", made["id"])
    old = DeliveredSession.objects.get(pk=made["id"])
    assert (old.stands, old.why, old.minutes) == (False, "She came late", 30)
    code, said = call("post", f"delivered-sessions/{made['id']}/correct/", {"minutes": 25, "why": "Again"})
    assert (code, "corrected or struck out already" in json.dumps(said)) == (400, True)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"minutes": 20}, "This field is required"),
        ({"why": "x"}, "Nothing is different"),
        ({"why": "x", "on": "2026-11-25"}, "is tomorrow"),
        ({"why": "x", "minutes": 0}, "greater than or equal to 1"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(call, mateo, speech, told, words):
    sent = {
        "student": str(mateo.pk),
        "service": str(speech.pk),
        "on": "2026-11-24",
        "minutes": 30,
        "evidence": "log",
    }
    made = call("post", "delivered-sessions/", sent)[1]

    code, said = call("post", f"delivered-sessions/{made['id']}/correct/", told)

    assert (code, words in json.dumps(said)) == (400, True)
    assert DeliveredSession.objects.get().stands


def test_a_missed_session_is_corrected_too(call, mateo, speech):
    told = {
        "student": str(mateo.pk),
        "service": str(speech.pk),
        "on": "2026-11-24",
        "kind": "unknown",
        "evidence": "note",
    }
    made = call("post", "missed-sessions/", told)[1]

    code, fresh = call(
        "post", f"missed-sessions/{made['id']}/correct/", {"kind": "provider", "why": "The school told us"}
    )

    assert (code, fresh["kind"], fresh["evidence"]) == (201, "provider", "note")


def test_a_worksheet_is_kept_and_nobodys_words_are_written_over(call, mateo, ana, marcus):
    told = {"student": str(mateo.pk), "from_on": "2026-07-01", "until_on": "2026-11-24", "missed": "Reading"}
    code, made = call("post", "worksheets/", told)
    assert (code, made["version"], made["missed"], made["questions"]) == (201, 1, "Reading", "")
    code, stale = call("post", "worksheets/", {**told, "missed": "Over it"})
    assert (code, list(stale["error"]["fields"])) == (400, ["version"])
    code, newer = call("post", "worksheets/", {**told, "missed": "More", "version": 1})
    assert (code, newer["id"], newer["version"]) == (201, made["id"], 2)
    listed = call("get", f"worksheets/?student={mateo.pk}")[1]["results"]
    assert [row["missed"] for row in listed if row["id"] == made["id"]] == ["More"]
    assert call("post", "worksheets/", {**told, "until_on": "2026-06-01"})[0] == 400
    assert call("get", f"worksheets/{made['id']}/", person=marcus)[0] == 404
    assert call("post", "worksheets/", told, person=marcus)[0] == 400

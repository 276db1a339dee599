"""Check-ins for programs: planned, moved, asked about, ended."""

import json

import pytest

from circle import writing
from circle.models import CheckIn
from tests.house.test_matrix import key_of
from tests.world import NOW


@pytest.fixture
def call(visitor, ana, clock, standins):
    def send(method, path, told=None, person=ana):
        headers = {"Authorization": f"Bearer {key_of(person)}"}
        more = {"data": json.dumps(told), "content_type": "application/json"} if told is not None else {}
        answer = visitor._send(method, f"/api/v1/check-ins/{path}", headers=headers, **more)
        return answer.status_code, answer.json() if answer.content else None

    return send


@pytest.fixture
def planned(call, mateo):
    CheckIn.objects.all().delete()
    told = {"student": str(mateo.pk), "starts_at": "2026-12-01T22:30:00Z", "how": "video"}
    code, made = call("post", "", told)
    assert code == 201
    return made


def test_the_next_check_in_is_planned_and_moved(call, mateo, ana, planned):
    code, moved = call("post", "", {"student": str(mateo.pk), "starts_at": "2026-12-02T22:30:00Z"})

    assert (code, moved["id"], moved["how"]) == (201, planned["id"], "call")
    row = CheckIn.objects.get(student=mateo)
    assert (row.starts_at.day, row.by) == (2, ana)
    assert [one["id"] for one in call("get", f"?student={mateo.pk}")[1]["results"]] == [planned["id"]]


def test_each_side_asks_and_it_is_ended_once(call, luz, planned):
    writing.ask(CheckIn.objects.get(pk=planned["id"]), by=luz, words="¿Y el recreo?", at=NOW)
    code, asked = call("post", f"{planned['id']}/ask/", {"words": "How is reading?"})
    assert (code, [(one["side"], one["words"]) for one in asked["questions"]]) == (
        201, [("home", "¿Y el recreo?"), ("office", "How is reading?")],
    )  # fmt: skip

    assert call("post", f"{planned['id']}/end/", {"held": True})[1]["over"] == "held"
    assert call("post", f"{planned['id']}/end/", {"held": False})[1]["over"] == "held"
    code, said = call("post", f"{planned['id']}/ask/", {"words": "Too late"})
    assert (code, "over" in json.dumps(said)) == (400, True)


@pytest.mark.parametrize("starts_at", ["2026-11-20T22:30:00Z", "2031-01-01T10:00:00Z", "soon"])
def test_a_time_that_cannot_be_is_refused(call, mateo, clock, starts_at):
    CheckIn.objects.all().delete()
    assert call("post", "", {"student": str(mateo.pk), "starts_at": starts_at})[0] == 400
    assert not CheckIn.objects.exists()


def test_of_a_child_one_does_not_see_there_is_nothing(call, mateo, marcus, planned):
    assert call("get", "", person=marcus)[1]["results"] == []
    assert call("post", f"{planned['id']}/end/", {"held": True}, person=marcus)[0] == 404
    assert (
        call("post", "", {"student": str(mateo.pk), "starts_at": "2026-12-01T22:30:00Z"}, person=marcus)[0]
        == 400
    )

"""Reviews through the API: what was read is set right, goals come and go, and the checklist is read."""

import json

import pytest

from reviews.models import StructuredIEP
from tests.house.test_matrix import key_of


@pytest.fixture
def api(visitor, ana, clock):
    def call(method, where, /, **data):
        more = {"data": json.dumps(data), "content_type": "application/json"} if data else {}
        headers = {"Authorization": f"Bearer {key_of(ana)}"}
        return visitor._send(method, f"/api/v1/{where}", headers=headers, **more)

    return call


@pytest.fixture
def review(stored, mateo, ana):
    return stored("d09", student=mateo, by=ana)


def test_a_goal_is_added_and_removed(api, review):
    count = len(StructuredIEP.objects.get().data["goals"])
    values = {
        "text": "Mateo will read 60 words a minute in 4 of 5 tries.",
        "objectives": "40 words\n50 words",
    }

    made = api("post", f"reviews/{review.pk}/add-item/", slot="goals", values=values)

    assert made.status_code == 201, made.content[:300]
    assert made.json()["data"]["goals"][count]["objectives"] == ["40 words", "50 words"]
    assert made.json()["data"]["anchors"][f"goals[{count}].text"]["how"] == "person"
    gone = api("post", f"reviews/{review.pk}/remove-item/", path=f"goals[{count}]")
    assert (gone.status_code, len(gone.json()["data"]["goals"])) == (200, count)
    assert [row.is_removal for row in StructuredIEP.objects.get().corrections.all()] == [False, True]


@pytest.mark.parametrize(("act", "asked"), [
    ("add-item", {"slot": "goals", "values": {"area": "Reading"}}), ("add-item", {"slot": "team", "values": {"text": "x"}}),
    ("add-item", {"slot": "services", "values": {"name": "Speech", "minutes": "-4"}}), ("remove-item", {"path": "goals[99]"}),
    ("remove-item", {"path": "team[0]"}), ("correct", {"changes": {"goals[99].text": "x"}}),
])  # fmt: skip
def test_what_does_not_fit_is_said_and_changes_nothing(api, review, act, asked):
    before = StructuredIEP.objects.get().data
    assert api("post", f"reviews/{review.pk}/{act}/", **asked).status_code == 400
    assert StructuredIEP.objects.get().data == before


def test_the_checklist_is_read(api, review):
    found = {row["id"]: row for row in api("get", f"reviews/{review.pk}/checklist/").json()}
    assert found["progress_reporting"]["seen"] == "missing"
    assert found["progress_reporting"]["citation"] == "34 CFR 300.320(a)(3)(ii)"
    assert found["strengths"]["seen"] == "present"

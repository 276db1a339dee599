"""Reviews through the API: what was read is set right, goals come and go, and the checklist is read."""

import json

import pytest

from outbox.models import Message
from reviews import deciding, reading
from reviews.models import PlanInForce, Question, Review, StructuredIEP
from tests.house.test_matrix import key_of
from tests.world import key


@pytest.fixture
def api(visitor, ana, clock):
    def call(method, where, /, *, who=ana, **data):
        more = {"data": json.dumps(data), "content_type": "application/json"} if data else {}
        headers = {"Authorization": f"Bearer {key_of(who)}"}
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


def test_a_program_takes_a_review_from_its_opening_to_the_family_and_the_plan(
    api, review, mateo, ana, bo, luz
):
    document = review.version.document_id
    assert api("post", "reviews/", document=str(document)).json()["id"] == str(review.pk)
    path = f"reviews/{review.pk}/"
    set_ = api("patch", path, due_on="2026-12-24")
    assert (set_.json()["due_on"], set_.json()["assigned_to"]) == ("2026-12-24", str(ana.pk))
    assert api("patch", path, assigned_to=str(key("marcus"))).status_code == 400

    must = {
        "status": "must_fix",
        "title": "No bus",
        "title_es": "Sin autobús",
        "severity": "high",
        "page": 2,
        "box": [9, 9, 99, 20],
    }
    assert "citation" in api("post", f"{path}add-point/", **must).json()["error"]["fields"]
    assert (
        api("post", f"{path}add-point/", **{**must, "citation": "34 CFR 300.34", "page": 99}).status_code
        == 400
    )
    made = api("post", f"{path}add-point/", **must, citation="34 CFR 300.34").json()
    assert (made["boxes"], made["severity"], made["decision"]) == ([[9, 9, 99, 20]], "high", "kept")
    said = api("post", f"{path}decide/", number=1, decision="kept", title="Good", severity="low")
    assert (said.json()["title"], said.json()["decision"]) == ("Good", "edited")
    asked = api("post", f"{path}ask-about/", item="progress_reporting")
    assert (asked.status_code, asked.json()["component"]) == (201, "progress_reporting")
    assert api("post", f"{path}ask-about/", item="strengths").status_code == 400

    assert "decide on every point" in api("post", f"{path}sign-off/").content.decode()
    for point in review.points.filter(decision=""):
        api("post", f"{path}decide/", number=point.number, decision="dropped")
    api("post", f"{path}confirm-child/")
    assert [
        api("post", f"{path}{act}/", who=bo).status_code for act in ("sign-off", "send", "accept", "revise")
    ] == [403] * 4
    assert api("post", f"{path}send/").status_code == 400
    assert api("post", f"{path}sign-off/").json()["signed_off_by"] == str(ana.pk)
    assert api("post", f"{path}send/").json()["state"] == "sent"
    assert Message.objects.filter(kind="review-ready", subject=f"review:{review.pk}").exists()
    assert api("get", f"{path}report/?language=es").content.startswith(b"%PDF")

    plan = api("post", f"{path}accept/").json()
    assert (plan["student"], plan["warnings"], len(plan["goals"])) == (str(mateo.pk), [], 4)
    timed = next(row for row in plan["services"] if row["minutes"] and row["sessions"])
    told = {"service": timed["id"], "from_on": "2026-12-01", "minutes": 20, "sessions": 3, "per": "month"}
    changed = api("post", f"plans/{plan['id']}/change-service/", **told).json()
    assert (changed["minutes_per_week"], changed["replaces"], changed["as_written"]) == (15, timed["id"], "")
    assert api("post", f"plans/{plan['id']}/change-service/", **told).status_code == 400
    assert PlanInForce.objects.get().services.count() == len(plan["services"]) + 1
    again = api("post", f"{path}revise/").json()
    assert (again["number"], again["state"]) == (2, "to_check")


def test_a_program_answers_what_a_family_asks(api, review, luz, clock):
    point = review.points.first()
    Review.objects.update(state="sent", sent_at=clock.now)
    deciding.ask(point, "¿Qué es esto?", by=luz, at=clock.now)
    row = next(
        one for one in api("get", "review-questions/").json()["results"] if one["review"] == str(review.pk)
    )
    assert (row["point"], row["words"], row["answer"]) == (point.number, "¿Qué es esto?", "")
    api("post", f"review-questions/{row['id']}/answer/", answer="Una meta.")
    assert Question.objects.get(pk=row["id"]).answer == "Una meta."


def test_a_removed_goal_is_put_back_by_its_correction(api, review):
    path = f"reviews/{review.pk}/"
    goals = api("get", f"{path}reading/").json()["data"]["goals"]
    api("post", f"{path}remove-item/", path="goals[0]")
    removal = api("get", f"{path}corrections/").json()[0]
    assert (removal["path"], removal["is_removal"]) == ("goals[0]", True)
    back = api("post", f"{path}put-back/", correction=removal["id"])
    assert (back.status_code, back.json()["data"]["goals"][-1]["text"]) == (201, goals[0]["text"])


def test_two_ieps_are_matched_and_offered(api, stored, review, mateo, ana):
    later = stored("d03", student=mateo, by=ana)
    made = api(
        "post",
        "comparisons/",
        earlier_document=str(review.version.document_id),
        later_document=str(later.version.document_id),
    ).json()
    path = f"comparisons/{made['id']}/"
    assert api("post", f"{path}match/", earlier=0, later=1).json()["pairs"] == [[0, 1]]
    assert api("post", f"{path}keep-apart/", earlier=0, later=1).json()["pairs"] == [[0, -1], [-1, 1]]
    assert api("post", f"{path}match/", earlier=0, later=99).status_code == 400
    assert api("post", f"{path}forget-matches/").json()["pairs"] == []
    had = later.points.count()
    assert len(api("post", f"{path}offer/").json()["points"]) > had
    assert api("get", f"{path}report/").content.startswith(b"%PDF")


def test_a_program_files_a_paper_with_another_child(api, review, mateo, olivia, ana):
    told = {"document": str(review.version.document_id), "student": str(key("student Ada"))}
    assert api("post", "filings/", **told).status_code == 400
    assert api("post", "filings/", who=olivia, **told).status_code == 201
    review.refresh_from_db()
    assert (str(review.student_id), review.assigned_to) == (
        told["student"],
        reading.advocate_of(review.student),
    )

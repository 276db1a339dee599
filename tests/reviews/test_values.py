"""Setting right what was read: values, whole goals and services, their places, and what follows from them."""

import pytest

from reviews import comparing, correcting
from reviews.forms import ValuesForm
from reviews.models import PlanInForce, Point, StructuredIEP
from tests.reviews.test_review import act

GOAL = (
    "By May 2026, given a planner, Brayden will write down each assignment in 4 of 5 classes "
    "as measured by a weekly planner check."
)


@pytest.fixture
def read(visitor, ana, mateo, stored):
    visitor.as_(ana)
    return stored("d09", student=mateo, by=ana), StructuredIEP.objects.get()


def test_a_goal_that_the_reader_did_not_see_is_added_from_a_box(read, visitor):
    review, structured = read
    count = len(structured.data["goals"])
    page = visitor.get(f"/reviews/{review.pk}/values/goals/new/")
    assert b"data-draw" in page.content

    box = '{"text": {"page": 2, "box": [70, 100, 300, 140]}, "nothing": {"page": 2, "box": [0, 0, 1, 1]}}'
    sent = {"text": GOAL, "area": "Organization", "boxes": box, "page": "2"}
    assert act(visitor, review, "values/goals/new/", **sent).status_code == 302

    structured.refresh_from_db()
    goal, path = structured.data["goals"][-1], f"goals[{count}]"
    assert len(structured.data["goals"]) == count + 1
    assert (goal["criterion"], goal["timeframe"]) == ("4 of 5 classes", "By May 2026")
    assert goal["is_measurable"] is True
    assert goal["missing_parts"] == ["baseline"]
    anchor = structured.data["anchors"][f"{path}.text"]
    assert (anchor["page"], anchor["box"], anchor["how"]) == (2, [70, 100, 300, 140], "person")
    # it has no start, so the review asks for one
    asked = review.points.get(component="plaafp", about=path)
    assert (asked.page, asked.boxes, asked.decision) == (2, [[70, 100, 300, 140]], "")
    assert f"Goal {count + 1}: added" in _words(visitor.get(f"/reviews/{review.pk}/values/"))


def test_setting_a_value_right_takes_its_point_away(read, visitor):
    review, structured = read
    point = review.points.filter(component="plaafp", about__startswith="goals[").first()
    slot, index = point.item
    goal = structured.data["goals"][index]
    values = {name: goal[name] or "" for name in ("number", "area", "text", "condition", "behavior", "criterion", "timeframe", "measurement")}  # fmt: skip

    act(visitor, review, f"values/{slot}/{index}/", **values, baseline="Now in 1 of 5 classes", objectives="")

    assert not review.points.filter(pk=point.pk).exists()
    structured.refresh_from_db()
    assert structured.data["goals"][index]["baseline"] == "Now in 1 of 5 classes"
    assert "baseline" not in structured.data["goals"][index]["missing_parts"]


def test_a_point_that_a_person_kept_stays(read, visitor, ana, clock):
    review, structured = read
    point = review.points.filter(component="plaafp", about__startswith="goals[").first()
    act(visitor, review, f"points/{point.number}/", act="keep")

    correcting.correct(structured, {f"{point.about}.baseline": "1 of 5"}, by=ana, at=clock.now)

    assert Point.objects.get(pk=point.pk).decision == "kept"


def test_a_removed_goal_moves_the_others_up_and_can_be_put_back(read, visitor, ana, clock):
    review, structured = read
    goals = [goal["text"] for goal in structured.data["goals"]]
    last = len(goals) - 1
    moved = review.points.filter(about=f"goals[{last}]").values_list("pk", flat=True)
    assert moved
    anchor = structured.data["anchors"][f"goals[{last}].text"]

    act(visitor, review, "values/goals/0/removal/")

    structured.refresh_from_db()
    assert [goal["text"] for goal in structured.data["goals"]] == goals[1:]
    assert structured.data["anchors"][f"goals[{last - 1}].text"] == anchor
    assert set(review.points.filter(about=f"goals[{last - 1}]").values_list("pk", flat=True)) == set(moved)
    assert f"goals[{last}].text" not in structured.data["anchors"]

    removal = structured.corrections.get()
    assert removal.is_removal
    act(visitor, review, f"values/{removal.pk}/return/")
    structured.refresh_from_db()
    assert [goal["text"] for goal in structured.data["goals"]] == [*goals[1:], goals[0]]


def test_a_service_is_added_and_its_minutes_a_week_follow(read, visitor):
    review, structured = read
    act(visitor, review, "values/services/new/", name="Counseling", as_written="30 minutes twice a month")
    structured.refresh_from_db()
    row = structured.data["services"][-1]
    assert (row["minutes"], row["sessions"], row["per"], row["minutes_per_week"]) == (30, 2, "month", 15)

    index = len(structured.data["services"]) - 1
    sent = {"name": "Counseling", "as_written": row["as_written"], "minutes": "30", "sessions": "1", "per": "week", "minutes_per_week": "15"}  # fmt: skip
    act(visitor, review, f"values/services/{index}/", **sent)
    structured.refresh_from_db()
    assert structured.data["services"][-1]["minutes_per_week"] == 30

    review.points.update(decision="kept")
    act(visitor, review, "sign-off/")
    act(visitor, review, "acceptance/")
    assert PlanInForce.objects.get().services.get(name="Counseling").minutes_per_week == 30


def test_supports_and_placement_are_set_right(read, visitor):
    review, structured = read
    form = visitor.get(f"/reviews/{review.pk}/values/").context["form"]
    data = {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}
    kept = structured.data["accommodations"][0]
    data |= {"accommodations": f"{kept}\n  A quiet   room \n\n", "lre.percent_general_education": "80", "progress_reporting.frequency": "each quarter"}  # fmt: skip

    act(visitor, review, "values/", **data)

    structured.refresh_from_db()
    assert structured.data["accommodations"] == [kept, "A quiet room"]
    assert structured.data["anchors"]["accommodations[0]"]["how"] != "person"
    assert structured.data["anchors"]["accommodations[1]"]["how"] == "person"
    assert structured.data["lre"]["percent_general_education"] == 80
    assert not review.points.filter(component="progress_reporting", status="must_fix").exists()


def test_turning_the_page_keeps_what_was_typed_and_keeps_nothing_else(read, visitor):
    review, structured = read
    answer = act(visitor, review, "values/goals/new/", text="Half a goal", page="1", page_wanted="2")
    assert answer.status_code == 200
    assert b"Half a goal" in answer.content
    assert answer.context["view"].page.number == 2
    assert structured.corrections.count() == 0


@pytest.mark.parametrize("boxes", [
    "{", "[]", '{"text": 1}', '{"text": {"page": 99, "box": [0, 0, 9, 9]}}', '{"text": {"page": 1, "box": [9, 0, 0, 9]}}',
    '{"text": {"page": true, "box": [0, 0, 9, 9]}}', '{"text": {"page": 1, "box": [0, 0, NaN, 9]}}', "[" * 3000,
])  # fmt: skip
def test_a_box_that_is_none_is_left_out(read, visitor, boxes):
    review, structured = read
    assert act(visitor, review, "values/goals/new/", text=GOAL, boxes=boxes).status_code == 302
    structured.refresh_from_db()
    assert structured.data["anchors"][f"goals[{len(structured.data['goals']) - 1}].text"]["page"] is None


def test_what_is_not_there_is_not_found(read, visitor):
    review, _structured = read
    assert visitor.get(f"/reviews/{review.pk}/values/goals/99/").status_code == 404
    assert visitor.get(f"/reviews/{review.pk}/values/team/0/").status_code == 404
    assert act(visitor, review, "values/goals/99/removal/").status_code == 302
    assert act(visitor, review, "values/goals/new/", text="").status_code == 422


def test_a_match_made_by_hand_follows_its_goals(ana, mateo, clock, stored):
    stored("d09", student=mateo, by=ana, title="The year before")
    stored("d09", student=mateo, by=ana)
    earlier, later = StructuredIEP.objects.order_by("pk")
    comparison = comparing.make(earlier, later, by=ana, at=clock.now)
    comparing.match_by_hand(comparison, 2, 3, by=ana, at=clock.now)

    correcting.remove(earlier, "goals[0]", by=ana, at=clock.now)
    correcting.remove(later, "goals[3]", by=ana, at=clock.now)

    comparison.refresh_from_db()
    assert comparison.pairs == []
    comparing.match_by_hand(comparison, 1, 2, by=ana, at=clock.now)
    correcting.remove(earlier, "goals[0]", by=ana, at=clock.now)
    comparison.refresh_from_db()
    assert comparison.pairs == [[0, 2]]


def _words(page):
    import re

    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split()).replace(" :", ":")


def test_what_cannot_be_is_said_with_the_name_of_its_field(read, visitor):
    review, _structured = read
    form = visitor.get(f"/reviews/{review.pk}/values/").context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    sent = {**data, "iep_start": "soon", "lre.percent_general_education": "-3", "services[0].minutes_per_week": "lots", "goals[0].text": ""}  # fmt: skip
    answer = act(visitor, review, "values/", **sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    for words in (
        "IEP starts: type a date like 2026-11-24.", "Time in general education, percent: type 0 or more.",
        "Service 1, Minutes a week: please write a number.", "Goal 1, Goal: please fill this in.",
    ):  # fmt: skip
        assert words in page


def test_nobody_checks_a_review_until_somebody_is_chosen(read, visitor):
    review, _structured = read
    page = visitor.get(f"/reviews/{review.pk}/").content.decode()
    choices = page[page.index('name="assigned_to"') :]
    assert "Nobody yet" in choices[: choices.index("</option>")]
    assert "---------" not in page


def test_an_end_before_the_start_is_kept_and_pointed_out(read, visitor):
    review, structured = read
    page = f"/reviews/{review.pk}/values/"

    def send(end):
        form = ValuesForm(data_read=structured.data)
        told = {field.html_name: field.value() for field in form if field.value() is not None}
        visitor.post(page, {**told, "iep_start": "2026-09-22", "iep_end": end})
        return "the IEP ends before it starts" in visitor.get(page).content.decode()

    assert send("2020-01-01")
    structured.refresh_from_db()
    assert structured.data["iep_end"] == "2020-01-01"
    assert not send("2027-09-21")

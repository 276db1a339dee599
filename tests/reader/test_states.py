"""Forms of states that the samples do not show are read, and what is said surely of them is right."""

import pytest

from reader import read
from tests.reader import states
from tests.reader.bench import judged, path_of, without_half
from tests.reader.scoring import score, total


@pytest.mark.parametrize(
    "name",
    [
        *states.IEPS,
        *(pytest.param(name, marks=[pytest.mark.slow, pytest.mark.timeout(600)]) for name in states.SCANS),
    ],
)
def test_an_iep_of_another_state_is_read(name):
    reading, truth = read(states.file_of(name)), states.truth_of(name)
    got, anchors = reading.as_json(), reading.anchors()

    found = score(truth, got)

    assert found.overall >= 0.9, found.faults()
    assert (found.f1("goals"), found.f1("services")) == (1.0, 1.0)
    sure = [same for path, same in judged(truth, got) if anchors.get(path, {}).get("confidence", 0) >= 0.9]
    assert len(sure) > 40
    assert sum(sure) >= 0.97 * len(sure)


def test_forms_are_read_without_half_of_their_words():
    """What carries a form of a state that was never met: structure, telling words, how goals and supports are worded."""
    readings = [without_half(name) for name in states.IEPS if name[0] in "ghi"][::2]

    found = total(reading for reading, _, _ in readings)

    assert found.overall >= 0.93
    assert found.f1("goals") >= 0.97
    assert found.f1("services") >= 0.97
    assert sum(right for _, right, _ in readings) >= 0.98 * sum(every for _, _, every in readings)


def test_goals_named_by_two_languages_and_by_boxes_are_read():
    """ "Area of need / Área" over "Lectura / Reading", and a page of boxes that each hold a part."""
    both = read(states.file_of("i06_ri_bilingue_grade5")).as_json()
    boxes = read(states.file_of("i08_sd_orthopedic_grade7_boxes")).as_json()

    assert both["goals"][0]["area"] == "Lectura / Reading"
    assert [len(goal["objectives"]) for goal in both["goals"]] == [2, 2, 2]
    assert boxes["goals"][1]["measurement"] == "PT data and aide log"
    assert boxes["assessments"]["accommodations"] == ["Scribe", "Extended time", "Word prediction"]


@pytest.mark.parametrize("name", states.OTHERS)
def test_a_paper_of_another_kind_is_named_and_holds_no_goals(name):
    got = read(states.file_of(name)).as_json()

    assert got["document_kind"] in states.truth_of(name)["document_kind"].replace("_and_", " ").split(" ")
    assert (got["goals"], got["services"]) == ([], [])


def test_a_word_cut_at_the_end_of_a_line_is_one_word():
    """ "Willow Draw Ele-mentary" of a justified page, and "Halvorsen-Bui", which has a hyphen of its own."""
    got = read(states.file_of("f05_co_hearing_grade1_district")).as_json()

    assert got["school"] == "Willow Draw Elementary"
    assert "Astrid Halvorsen-Bui" in [member["name"] for member in got["team"]]


def test_goals_of_an_earlier_iep_are_not_read_as_goals():
    got = read(states.file_of("f03_wi_ebd_grade8")).as_json()

    assert len(got["goals"]) == 3
    assert not any("points sheet with 80%" in goal["text"] for goal in got["goals"])


def test_the_effect_of_a_disability_is_no_reason_for_time_away():
    """A form asks for both in like words; the reason stands with the placement."""
    found = read(path_of("d03").read_bytes()).lre.explanation_present

    assert found is not None
    assert found.words.startswith("she needs small group direct instruction")


def test_fields_that_nothing_sets_apart_from_their_label_are_read():
    """ "Student ID 5520718   Conference date 9-8-25": no colon, no cell, no other type."""
    reading = read(states.file_of("h02_ar_ohi_grade8_typed"))

    assert reading.student.student_id is not None
    assert (reading.student.student_id.value, reading.meeting_date.value) == ("5520718", "2025-09-08")
    assert reading.student.student_id.confidence < 0.9


def test_days_come_first_where_the_document_writes_them_so():
    got = read(states.file_of("h04_nm_espanol_grade3")).as_json()

    assert {service["end"] for service in got["services"]} == {"2026-11-10"}


def test_what_an_amendment_changes_is_no_table_of_services():
    got = read(states.file_of("h14_wy_sld_grade6_amended")).as_json()

    assert len(got["services"]) == 3


def test_a_watermark_is_no_part_of_the_words():
    got = read(states.file_of("h12_nh_autism_grade7_draft")).as_json()

    assert got["goals"][2]["measurement"] == "Classroom quizzes"

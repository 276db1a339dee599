"""How forms tell who, what helps, when and why, as small as it goes: one habit in each test, and what only looks like it."""

from datetime import date

import pytest

from reader.assessments import read_assessments
from reader.choices import choices_in
from reader.defects import gather_evidence
from reader.factors import read_factors
from reader.identity import read_identity
from reader.placement import read_extended_year, read_placement
from reader.progress import read_progress
from reader.reading import Reading, read_as
from reader.tables import table_kind
from reader.team import read_team
from reader.transition import read_transition
from tests.reader.test_pieces import KNOWN, entries, lines, part, passage, supports, table

# ---------------------------------------------------------------- supports and tests


def test_each_line_of_a_cell_is_a_support_where_all_begin_as_one():
    cell = "Seat by the board\nWorksheets in large print with one item per pag\nA break each half hour"
    wrapped = "Seat by the board\nWorksheets in large print with one item per pag\nand a break each half hour"

    def listed(text):
        grid = table("Accommodations|Place", f"{text}|All classes")
        for row in grid.rows[1:]:
            left, top, _, bottom = row[0].box
            row[0].box = (left, top, 295.0, bottom)
        return supports(part("accommodations", grid, title="ACCOMMODATIONS"))[0]

    assert len(listed(cell)) == 3
    assert len(listed(wrapped)) == 2


def test_a_column_of_modifications_behind_the_class():
    rows = table("Class or activity|Modifications|Details", "Science|Chapters cut to two pages|Weekly")

    assert table_kind(rows, KNOWN)[:2] == ("accommodations", {1: "name"})
    assert supports(part("lre", rows, title="PARTICIPATION"))[1] == ["Chapters cut to two pages"]


def test_the_name_of_a_battery_is_no_test_of_its_own():
    page = part(
        "assessments",
        lines(
            "☒ STAR with accommodations ☐ STAR without accommodations\nTests: STAR Reading, STAR Mathematics"
        ),
        title="STATE ASSESSMENT",
    )

    assert [test.value for test in read_assessments([page], KNOWN, iep=True).state_tests] == [
        "STAR Reading",
        "STAR Mathematics",
    ]


@pytest.mark.parametrize(
    ("above", "below", "words"),
    [
        ("☐ None ☐ All of the tests for pupils of the grade ☒ Test of English", "Language Arts and Test of Numbers", "Test of English Language Arts and Test of Numbers"),
        ("☐ None ☒ Test of English", "Language Arts and Test of Numbers of all that live in the whole country", "Test of English"),
    ],
)  # fmt: skip
def test_a_choice_broken_for_want_of_room_goes_on_below(above, below, words):
    marked = [choice.words.flat for choice in choices_in(passage(f"{above}\n{below}")) if choice.marked]

    assert marked == [words]


# ---------------------------------------------------------------- people, factors, placement, reports


def test_names_over_what_they_are_side_by_side():
    people = lines(
        "Ida Roe | Ben Ode\nParent | Special Education Teacher\nDi Fox\nNurse\nCy Dent\nOne who explains results"
    )
    (third,) = [m for m in read_team([part("team", people)], KNOWN) if m.name.value == "Cy Dent"]

    assert len(read_team([part("team", people)], KNOWN)) == 4
    assert third.role.value == "One who explains results"


def test_lines_of_names_without_roles_are_no_pairs():
    places = lines("Ida Roe | Ben Ode\nOak Street | Elm Street\nCy Dent | Di Fox\nFir Lane | Ash Lane")

    assert read_team([part("team", places)], KNOWN) == []


def test_boxes_behind_their_answers_with_a_remark_in_the_next_column():
    grid = table(
        "FACTOR|ACTION",
        "Behavior impedes learning YES ☒ NO ☐|Plan of 4/2/2026, see goal 1",
        "Communication needs|YES ☐ NO ☒",
    )

    found = read_factors([part("special_factors", grid)], [], KNOWN, {}, [])

    assert (found.behavior.value, found.communication.value) == (True, False)


def test_a_column_for_each_answer():
    grid = table(
        "Does behavior impede learning?|☒ Yes|☐ No",
        "Does the student need assistive technology?|☐ Yes|☒ No",
        "Does the student have communication needs?|☐ Yes|☐ No",
    )

    found = read_factors([part("special_factors", grid)], [], KNOWN, {}, [])

    assert (found.behavior.value, found.assistive_technology.value) == (True, False)
    assert found.communication.how == "absent"  # neither box is marked


@pytest.mark.parametrize(
    ("words", "share"),
    [
        ("Ada is with general education students for 55% of the week. She is removed for reading.", 55),
        ("9. Hours with children who do not have disabilities: 11.7 (36%)", 36),
        ("Ada is removed from general education students for 20% of the week.", 80),
    ],
)
def test_who_a_child_is_with(words, share):
    pages = part("lre", lines(words), title="PLACEMENT")

    assert read_placement([pages], entries(pages), KNOWN).percent_general_education.value == share


@pytest.mark.parametrize(
    ("words", "often"),
    [
        ("Progress reports are sent every nine weeks and state the count reached for each step.", "every nine weeks"),
        ("Progress will be reported to parents at the end of each trimester, mailed with the report card.", "at the end of each trimester"),
        ("Progress reports are sent every nine weeks and each June.", "every nine weeks and each June"),
    ],
)  # fmt: skip
def test_where_how_often_ends(words, often):
    pages = part("progress", lines(words), title="PROGRESS")

    assert read_progress([pages], entries(pages), KNOWN).frequency.value == often


def test_months_and_counts_say_how_often():
    def often(words):
        pages = part("progress", lines(words), title="PROGRESS")
        found = read_progress([pages], entries(pages), KNOWN).frequency
        return found.value if found else None

    assert often("Progress reports: November, January, April and June") == "November, January, April and June"
    assert often("Parents receive reports in October, February and June.") == "October, February and June"
    assert often("Progress Report Frequency 4x/year") == "4x/year"
    assert often("Progress reports: see the folder of May") is None


def test_factors_that_a_sentence_or_a_label_tells():
    aside = "The team considered behavior needs (no), braille (no), communication needs (yes) and assistive technology (yes)."
    labels = "Behavior: Ada has a behavior plan.\nVision: Ada sees well with glasses.\nAssistive technology: Ada uses a tablet that speaks."
    boxes = "Check all that apply:\n☒ Behavior impedes learning\n☐ Communication needs"

    def told(words):
        found = read_factors([part("special_factors", lines(words))], [], KNOWN, {}, [])
        return (
            found.behavior.value,
            found.communication.value,
            found.assistive_technology.value,
            found.visual_impairment.value,
        )

    assert told(aside) == (False, True, True, False)
    assert told(labels) == (True, False, True, False)
    assert told(boxes) == (True, False, False, False)


def test_a_share_counted_from_hours():
    def share(words):
        pages = part("lre", lines(words), title="PLACEMENT")
        found = read_placement([pages], entries(pages), KNOWN).percent_general_education
        return (found.value, found.confidence < 0.9) if found else None

    assert share("General education: 27 hours a week; special education: 5 hours a week") == (84, True)
    assert share("Hours in school per week 32.5; hours in special education 6.5") == (80, True)
    assert share("General education: 27 hours a week. Special education: 90 minutes a week") is None


def test_bullets_after_how_a_test_is_taken_are_no_tests():
    page = part("assessments", lines("☒ Participates with accommodations listed below\n• Small group\n• Extended time\nTests to be taken: State Reading, State Science"), title="STATE ASSESSMENT")  # fmt: skip

    found = read_assessments([page], KNOWN, iep=True)

    assert [test.value for test in found.state_tests] == ["State Reading", "State Science"]
    assert [value.value for value in found.accommodations] == ["Small group", "Extended time"]


def test_goals_after_school_in_the_childs_own_words():
    def told(words):
        pages = part("transition", lines(words), title="TRANSITION")
        found = read_transition([pages], entries(pages), KNOWN, born=date(2009, 1, 1), until=date(2027, 6, 1))
        return [(goal.area, goal.text.value) for goal in found.postsecondary_goals]

    assert told(
        "After high school, I plan to learn: welding at a college\nAfter high school, I plan to live: with my sister"
    ) == [
        ("education/training", "After high school, I plan to learn welding at a college"),
        ("independent living", "After high school, I plan to live with my sister"),
    ]
    assert told("After lunch, I plan to work: in the library") == []


def test_a_goal_after_school_whose_box_is_blank():
    blank = table("Education / training|After high school, Ada will study nursing.", "Employment|")
    filled = table("Education / training|After high school, Ada will study nursing.", "Independent living|")

    def areas(grid):
        pages = part("transition", grid, title="TRANSITION")
        return gather_evidence([pages], entries(pages)).blank_after_school

    assert areas(blank) == ("employment",)
    assert areas(filled) == ()


def test_people_as_forms_set_them():
    def told(*blocks):
        found = read_team([part("team", *blocks, title="IEP TEAM")], KNOWN)
        return [(m.name.value, m.role.value) for m in found]

    three = [("Ida Roe", "Parent"), ("Ben Ode", "Teacher"), ("Di Fox", "Nurse")]
    assert told(lines("Parent: Ida Roe\nTeacher: Ben Ode (by phone)\nNurse: Di Fox")) == three
    signed = table(
        "Signature|Print name and title|Agree",
        "|Ida Roe, Parent|☒",
        "|Ben Ode, Teacher|☒",
        "|Di Fox, Nurse|☐",
    )
    assert told(signed) == three
    assert told(lines("____ Ida Roe, Parent | ____ Ben Ode, Teacher\n____ Di Fox, Nurse")) == three
    streets = table(
        "Signature|Print name and street|Agree",
        "|Ida Roe, Elm Lane|☒",
        "|Ben Ode, Oak Lane|☒",
        "|Di Fox, Ash Lane|☐",
    )
    assert told(streets) == []


def test_two_disabilities_of_one_sentence_and_behind_dashes():
    def told(words):
        page = part("student", lines(words))
        reading = Reading(read_as("iep", passage("IEP"), "title"), "text_pdf", [])
        read_identity(reading, entries(page), [page], [], [], KNOWN)
        return [value.value for value in reading.eligibility.categories]

    assert told(
        "Ada is eligible as a child with a Specific Learning Disability (reading) and a Speech or Language Impairment."
    ) == [
        "Specific Learning Disability",
        "Speech or Language Impairment",
    ]
    assert told("Eligibility: Primary – Autism; Secondary – Intellectual Disability") == [
        "Autism",
        "Intellectual Disability",
    ]
    assert told("Ada is eligible as a child with Autism and a dog that helps her.") == ["Autism"]


def test_a_reevaluation_to_be_completed_is_one_to_come():
    assert KNOWN.label_by_words("Three-year reevaluation to be completed by") == "reevaluation_due"
    assert KNOWN.label_by_words("Three-year reevaluation completed on") != "reevaluation_due"


def test_supports_that_a_sentence_lists():
    def told(words):
        return supports(part("accommodations", lines(words), title="ACCOMMODATIONS"))[0]

    assert told(
        "In class Ada will have extended time on tests (time and a half), a seat near the door, and a copy of the notes."
    ) == [
        "extended time on tests (time and a half)",
        "seat near the door",
        "copy of the notes",
    ]
    assert told("Classroom: extended time, seat near the door, copies of notes.") == [
        "extended time",
        "seat near the door",
        "copies of notes",
    ]
    assert told("Ada will have lunch, gym and art with her class.") == []


def test_headings_over_boxes_are_no_supports():
    grid = table("Setting|Timing|Response", "☒ Small group|☒ Extended time\n☐ Breaks|☒ Scribe")

    assert supports(part("accommodations", grid, title="ACCOMMODATIONS"))[0] == [
        "Small group",
        "Extended time",
        "Scribe",
    ]


def test_an_answer_by_its_letter():
    def needed(words):
        pages = part("esy", lines(words), title="EXTENDED SCHOOL YEAR")
        return read_extended_year([pages], entries(pages), KNOWN).eligible.value

    assert needed("Is the student eligible for ESY? Y ☐ N ☒") is False
    assert needed("Is the student eligible for ESY? Y ☒ N ☐") is True

"""How forms lay out all but goals, as small as it goes: one habit in each test, and what only looks like it."""

from datetime import date

import pytest

from reader.amounts import amount_of, numbers_left
from reader.assessments import read_assessments
from reader.choices import choices_in
from reader.defects import gather_evidence
from reader.factors import read_factors
from reader.identity import read_team
from reader.layout import Line, Sheet, Table, Word
from reader.pages import arrange
from reader.parts import parts_of
from reader.placement import read_placement
from reader.progress import read_progress
from reader.tables import table_kind
from reader.transition import read_transition
from tests.reader.test_pieces import KNOWN, entries, lines, part, passage, services, supports, table


def blocks(*rows, step=14.0, bold=0):
    """The blocks of a page: each row ``{left: words}``, the first ``bold`` rows in bold."""
    sheet = Sheet(1, 612, 792)
    for number, row in enumerate(rows):
        top = 100 + step * number
        for left, text in row.items():
            at = float(left)
            for token in text.split():
                rise = 0.4 if token in "☐☒" else 0.0  # boxes come from another font
                box = (at, top - rise, at + 5.0 * len(token), top + 10)
                sheet.words.append(Word(token, 1, box, bold=number < bold))
                at += 5.0 * len(token) + 3
    arrange(sheet, KNOWN.is_head, KNOWN.is_list)
    return sheet.blocks


def cells(block):
    return [[cell.text.flat for cell in row] for row in block.rows] if isinstance(block, Table) else []


# ---------------------------------------------------------------- headings and pages


def test_a_pages_title_that_goes_on_below_opens_no_service():
    flow = lines(
        "*SUMMARY OF NEEDS, GOALS AND*\n*SERVICES*\nStudent: Ada Okafor\n*SERVICES*\nReading | 30 minutes daily"
    )

    assert [one.kind for one in parts_of(flow, KNOWN)] == ["student", "student", "services"]


def test_a_finished_title_is_whole_without_the_line_below():
    flow = lines("Words\nWords\nWords\nWords\n*ANNUAL GOALS*\n*SERVICES*\nReading | 30 minutes daily")

    assert [one.kind for one in parts_of(flow, KNOWN)][-1] == "services"


def test_a_plural_in_parentheses_is_a_plural():
    heading = "Student Profile and Present Level(s) of Academic Achievement and Functional Performance"

    assert KNOWN.heading(heading, styled=True) == "present_levels"
    assert KNOWN.heading("Level(s) of the tide", styled=True) is None


def test_column_headings_on_two_lines_are_one_heading():
    found = blocks(
        {40: "SPECIALLY DESIGNED", 180: "BEGINNING AND", 330: "AMOUNT OF", 460: "LOCATION"},
        {40: "INSTRUCTION", 180: "ENDING DATES", 330: "TIME"},
        {40: "Reading", 180: "9/1/2026 to", 330: "40 minutes daily", 460: "Library"},
        {180: "8/31/2027"},
        {40: "Writing", 180: "9/1/2026 to", 330: "two hours weekly", 460: "Room 4"},
        {180: "8/31/2027"},
        bold=2,
    )

    assert cells(found[0]) == [
        ["SPECIALLY DESIGNED INSTRUCTION", "BEGINNING AND ENDING DATES", "AMOUNT OF TIME", "LOCATION"],
        ["Reading", "9/1/2026 to 8/31/2027", "40 minutes daily", "Library"],
        ["Writing", "9/1/2026 to 8/31/2027", "two hours weekly", "Room 4"],
    ]


def test_a_row_under_its_heading_is_no_heading():
    found = blocks(
        {40: "Service", 180: "Minutes", 330: "Location"},
        {40: "Reading", 180: "Forty", 330: "Library"},
        {40: "Writing", 180: "Sixty", 330: "Room"},
        bold=1,
    )

    assert cells(found[0])[:2] == [["Service", "Minutes", "Location"], ["Reading", "Forty", "Library"]]


def test_no_word_is_lost_where_two_columns_end():
    left = "words that stand here to fill the column up"
    rows = [{40: left[:40], 320: left[:42]} for _ in range(14)]
    end = {40: "☒ Hearing ☐ Vision words that go across the whole of the page and so end the columns"}

    found = blocks(*rows, end)

    assert sum(len(block.text.words) for block in found if isinstance(block, Line)) == 14 * 17 + 18


# ---------------------------------------------------------------- services


def test_one_cell_may_list_several_services():
    rows = table(
        "Service|Type, minutes and frequency|Location|Begin|End",
        "Teacher of the Blind|direct, 40 minutes, 2x weekly\nconsultation with staff, 20 minutes, 1x monthly|Room 3\nOffice|9/8/2026|9/7/2027",
        "Reading|direct, 30 minutes, 5x weekly|Room 5|9/8/2026|9/7/2027",
    )  # fmt: skip

    found = services(part("services", rows, title="SERVICES"))

    assert [(s.name.value, s.minutes_per_week.value, s.location.value) for s in found] == [
        ("Teacher of the Blind", 80, "Room 3"),
        ("Teacher of the Blind", 5, "Office"),
        ("Reading", 150, "Room 5"),
    ]


def test_a_cell_may_list_services_on_one_line_or_name_several():
    one_line = table(
        "Service|Amount|Place", "Speech|2 x 30 min/week (group); 1 x 20 min/week (individual)|Room 3"
    )
    named = table(
        "Service|Time|Place", "Speech Therapy\nOccupational Therapy|30 min weekly\n45 min weekly|Room 3\nGym"
    )
    wrapped = table("Service|Time|Place", "Reading\nand writing|30 min weekly\n45 min weekly|Room 3\nGym")

    def told(grid):
        return [
            (s.name.value, s.minutes_per_week.value)
            for s in services(part("services", grid, title="SERVICES"))
        ]

    assert told(one_line) == [("Speech", 60), ("Speech", 20)]
    assert told(named) == [("Speech Therapy", 30), ("Occupational Therapy", 45)]
    assert told(wrapped) == [("Reading and writing", 30), ("Reading and writing", 45)]


def test_direct_and_consulted_minutes_in_columns_of_their_own():
    apart = table(
        "Service|Direct minutes per week|Consultation minutes per month|Place",
        "Vision|60|30|Room 3",
        "Reading|225||Room 4",
    )
    parts = table("Service|Minutes per session|Sessions per week|Place", "Vision|30|2|Room 3")

    found = services(part("services", apart, title="SERVICES"))

    assert [(s.name.value, s.minutes_per_week.value) for s in found] == [
        ("Vision", 60),
        ("Vision", 7.5),
        ("Reading", 225),
    ]
    assert [s.minutes_per_week.value for s in services(part("services", parts, title="SERVICES"))] == [60]


def test_place_and_person_at_the_end_of_a_list():
    told = lines(
        "Reading Instruction: 45 minutes, five times weekly, resource room, special education teacher, with two peers"
    )

    (found,) = services(part("services", told, title="SERVICES"))

    assert (found.location.value, found.provider.value) == ("resource room", "special education teacher")


@pytest.mark.parametrize(
    ("amount", "weekly"),
    [
        ("an hour and a half per week", 90), ("4 class periods of 50 minutes per week", 200), ("1 hour and 15 minutes a week", 75),
        ("60 minutes weekly in two sessions of 30 minutes", 60), ("one hour a week, 2 x 30 minutes", 60),
    ],
)  # fmt: skip
def test_more_ways_to_say_how_much(amount, weekly):
    assert amount_of(amount).per_week == weekly


@pytest.mark.parametrize(
    ("amount", "weekly"),
    [
        ("60 minutes per week\nin two sessions of 30 minutes per week", 60),
        ("90 minutes weekly\n(three lessons of 30 minutes weekly)", 90),
    ],
)
def test_a_total_and_how_it_is_made_up_stay_one_service(amount, weekly):
    rows = table(
        "Service|Amount and frequency|Location",
        f"Reading|{amount}|Room 3\nor library",
        "Art|20 minutes daily|Room 1",
    )

    found = services(part("services", rows, title="SERVICES"))

    assert [s.name.value for s in found] == ["Reading", "Art"]
    assert found[0].minutes_per_week.value == weekly


def test_numbered_answers_at_the_foot_of_the_services_are_none():
    rows = table(
        "Service|Frequency|Site",
        "Reading|45 min. 3x/wk|Room 2",
        "1. Transportation: ☒ Regular|2. Length of day: 6.5 hours|3. Days a week: 5",
        "4. Since the last review, has the child joined a club of the school? ☒ Yes|5. Physical education: regular|",
    )
    named = table(
        "Service|Frequency|Site", "1. Reading|45 min. 3x/wk|Room 2", "2. Writing|30 min. 2x/wk|Room 2"
    )

    assert [s.name.value for s in services(part("services", rows, title="SERVICES"))] == ["Reading"]
    assert len(services(part("services", named, title="SERVICES"))) == 2


def test_services_told_in_bullets_with_abbreviated_minutes():
    told = lines(
        "• School Social Work: The social worker will give two 30-minute sessions per month in the office.\n"
        "• Speech Services: Ada will be seen for 20 min. every week in the speech room.\n"
        "• Special Transportation: A van will take Ada to and from school each school day.\n"
        "Extended school year services needed: ☐ Yes ☒ No. She keeps what she learns for 10 weeks."
    )

    found = services(part("services", told, title="RELATED SERVICES"))

    assert [(s.name.value, s.kind.value) for s in found] == [
        ("School Social Work", "related"),
        ("Speech Services", "related"),
        ("Special Transportation", "transportation"),
    ]
    assert [s.minutes_per_week.value for s in found[:2]] == [15, 20]
    assert (found[2].per.value, found[2].sessions.value) == ("day", 2)


def test_a_bus_told_in_a_sentence_is_named_by_its_label():
    told = lines("Special transportation: The bus aide will sit beside Ada, daily, to and from school.")

    (found,) = services(part("services", told, title="RELATED SERVICES"))

    assert (found.name.value, found.sessions.value) == ("Special transportation", 2)


def test_lessons_and_meetings_are_sessions():
    assert amount_of("three 60-minute lessons a month").per_week == 45
    assert amount_of("2 meetings of 15 minutes each month").per_week == 7.5
    assert numbers_left("three 60-minute somethings a month", 60, 1, 15)
    assert not numbers_left("three 60-minute lessons a month", 60, 3, 45)


def test_where_only_special_education_and_related_services_are_listed_nothing_is_an_aid():
    def kind(heading):
        rows = table(f"{heading}|Frequency|Site", "Assistive Technology Consultation|1 hr/mo|Class")
        return services(part("services", rows, title="SERVICES"))[0].kind.value

    assert kind("Special Education Service / Related Service") == "related"
    assert kind("Service") == "supplementary"


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

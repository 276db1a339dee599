"""How forms lay out pages and services, as small as it goes: one habit in each test, and what only looks like it."""

import pytest

from reader.amounts import amount_of, numbers_left
from reader.layout import Line, Sheet, Table, Word
from reader.pages import arrange, stitch
from reader.parts import parts_of
from reader.service_rows import supports_for_tests
from reader.services import read_services
from tests.reader.test_pieces import KNOWN, lines, part, services, table


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


def test_a_row_cut_in_its_middle_by_the_pages_end():
    def stitched(first, second):
        pages = []
        for number, row in enumerate((first, second), start=1):
            grid = table("Need|Goal|Method", row)
            grid.edges = [50.0, 230.0, 410.0, 590.0]
            pages.append(Sheet(number, 612, 792, blocks=[grid]))
        return [cells(block)[1:] for block in stitch(pages)]

    assert stitched(
        "Reading. Ada needs|Goal 1. Ada will read ninety words in one|Probe",
        "Practice each day.|minute on 3 of 4 pages.|",
    ) == [
        [
            [
                "Reading. Ada needs Practice each day.",
                "Goal 1. Ada will read ninety words in one minute on 3 of 4 pages.",
                "Probe",
            ]
        ]
    ]
    assert (
        len(
            stitched(
                "Reading|Goal 1. Ada will read ninety words in a minute.|Probe",
                "Writing|iPad stories: Ada will write two.|Sample",
            )[0]
        )
        == 2
    )


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


def test_numbered_services_with_labels_of_their_own():
    told = lines(
        "SERVICE 1: Resource Reading\nAmount: 45 minutes per day\nLocation: Room 3\n"
        "SERVICE 2: Counseling\nAmount: 30 minutes per week\nLocation: Office"
    )

    found = services(part("services", told, title="SERVICES"))

    assert [(s.name.value, s.minutes_per_week.value, s.location.value) for s in found] == [
        ("Resource Reading", 225, "Room 3"),
        ("Counseling", 30, "Office"),
    ]


def test_services_after_one_another_in_a_sentence():
    told = lines(
        "Related services: occupational therapy, 30 minutes weekly; speech therapy, 60 minutes weekly."
    )
    alone = lines("Related services: occupational therapy, 30 minutes weekly; with her class at lunch.")

    def names(page):
        return [s.name.value for s in services(part("services", page, title="SERVICES"))]

    assert names(told) == ["occupational therapy", "speech therapy"]
    assert names(alone) == ["occupational therapy"]


def test_a_table_whose_headings_only_tell_by_their_words():
    rows = table(
        "Type|Total minutes per month|Location", "Speech Therapy|240|Room 3", "Nursing|as needed|Clinic"
    )
    other = table("Type|Total points per month|Comment", "Reading|240|good", "Writing|100|fair")

    found = services(part("services", rows, title="SERVICES"))

    assert [(s.name.value, s.minutes_per_week and s.minutes_per_week.value) for s in found] == [
        ("Speech Therapy", 60),
        ("Nursing", None),
    ]
    assert services(part("services", other, title="SERVICES")) == []


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Where is the student now?", "present_levels"), ("What we want Ada to learn", "goals"), ("Time with classmates", "lre"),
        ("Help Ada will get", "services"), ("Planning for life after school", "transition"), ("Who was at the meeting", "team"),
        ("How and when we will report", "progress"), ("Things to think about", "special_factors"), ("Consent for Services", "consent"),
        ("What the bus costs", None), ("Who was at the door", None),
    ],
)  # fmt: skip
def test_headings_in_plain_words(heading, kind):
    assert KNOWN.heading_by_word(heading) == kind


def test_a_sentence_goes_on_below_where_no_line_parts_the_rows():
    found = blocks(
        {40: "Goal", 330: "How measured", 460: "Baseline"},
        {40: "1. Ada will read ninety words in one minute on", 330: "Weekly probe", 460: "44 words"},
        {40: "3 of 4 pages by May 2027."},
        {40: "2. Ada will add.", 330: "Quiz", 460: "6 of 10"},
        {40: "Notes of the team"},
        bold=1,
    )

    assert [row[0] for row in cells(found[0])] == [
        "Goal",
        "1. Ada will read ninety words in one minute on 3 of 4 pages by May 2027.",
        "2. Ada will add.",
        "Notes of the team",
    ]


def test_dates_under_the_last_label_of_a_service():
    told = lines(
        "SERVICE 1: Reading\nAmount: 45 minutes per day\nLocation: Room 3\nFrom 9/1/2026 to 8/31/2027"
    )

    (found,) = services(part("services", told, title="SERVICES"))

    assert (found.location.value, found.start.value, found.end.value) == (
        "Room 3",
        "2026-09-01",
        "2027-08-31",
    )


def test_services_told_in_a_box():
    box = table(
        "From 9/1/2026 to 6/1/2027 Ada will get:\n"
        "Physical Therapy: 2 sessions per month, 40 min. each, in the gym, by the physical therapist\n"
        "Career coaching: 1 session per week, 1 hr., in the job center, by the job coach"
    )
    other = table("Physical Therapy: see the report of the clinic\nCareer coaching: the team talked about it")

    found = services(part("services", box, title="Related services"))

    assert [(s.name.value, s.minutes_per_week.value, s.location.value, s.provider.value) for s in found] == [
        ("Physical Therapy", 20, "gym", "physical therapist"),
        ("Career coaching", 60, "job center", "job coach"),
    ]
    assert {s.kind.value for s in found} == {"related"}
    assert all(s.minutes.confidence < 0.9 for s in found)
    assert services(part("services", other, title="Related services")) == []


def test_what_sessions_make_up_in_a_week_is_no_part_of_the_amount():
    def written(number):
        rows = table(
            "Service|Sessions and time|Min. per week|Location",
            f"Reading|4 sessions per week, 45 min. each|{number}|Room 3",
        )
        (found,) = services(part("services", rows, title="SERVICES"))
        return found.as_written.value

    assert written("180") == "4 sessions per week, 45 min. each"
    assert written("95") == "4 sessions per week, 45 min. each, 95"  # something else, and a person looks


def test_lists_of_what_helps_in_the_table_of_services():
    rows = table(
        "Service|Frequency|Amount|Location",
        "*Related Services*",
        "Nursing|2 times weekly|20 minutes|Clinic",
        "*Supplementary Aids and Services*",
        "Accommodations, each day in all rooms: • Slant board • Books on tape",
        "*Program Modifications*",
        "Weekly, in science: • Half of the terms to learn",
        "*Accommodations for State Tests*",
        "On each test: • Breaks • Quiet room",
        "*Supports for Personnel*",
        "Training of aides in lifting|1 time each quarter|30 minutes|Gym",
        "Each fall: • A talk with the bus driver",
    )
    page = part("services", rows, title="SERVICES")
    found, extra = read_services([page], KNOWN, start=None, end=None, day_minutes=None)

    assert [s.name.value for s in found] == ["Nursing", "Training of aides in lifting"]
    assert [(one.kind, one.text.flat) for one in extra] == [
        ("accommodation", "Slant board"),
        ("accommodation", "Books on tape"),
        ("modification", "Half of the terms to learn"),
    ]
    assert [item.flat for item in supports_for_tests([rows])] == ["Breaks", "Quiet room"]


def test_lists_beside_each_other_under_headings_of_unlike_height():
    def page(lower):
        sheet = Sheet(1, 612, 792)
        for left, top, text in [
            (40, 100, "*Accommodations in music and art"),
            (320, 100 + lower, "*Modifications in music and art"),
            (40, 116, "• Headphones"),
            (320, 116 + lower, "• Half of the songs with the words in"),
            (40, 132, "• A stool near the door"),
            (320, 132 + lower, "large print"),
            (40, 148, "• Notes in color"),
            (320, 148 + lower, "• No solo parts"),
        ]:
            at = float(left)
            for token in text.split():
                words = token.strip("*")
                sheet.words.append(
                    Word(words, 1, (at, top, at + 5.0 * len(words), top + 11), bold="*" in text)
                )
                at += 5.0 * len(words) + 3
        arrange(sheet, KNOWN.is_head, KNOWN.is_list)
        return [block.text.flat for block in sheet.blocks]

    assert page(4)[:4] == [
        "Accommodations in music and art",
        "• Headphones",
        "• A stool near the door",
        "• Notes in color",
    ]
    assert page(4)[-3:] == ["• Half of the songs with the words in", "large print", "• No solo parts"]


def test_a_remark_beside_names_over_their_captions():
    def page(bold):
        sheet = Sheet(1, 612, 792)
        rows = [
            (100, 10, {40: "Ida Roe", 300: "Ben Ode", 430: "ABSENT, sent notes"}),
            (112, 7, {40: "Parent", 300: "School Nurse"}),
        ]
        for top, height, row in rows:
            for left, text in row.items():
                at = float(left)
                for token in text.split():
                    box = (at, top, at + 0.5 * height * len(token), top + height)
                    sheet.words.append(Word(token, 1, box, bold=bold and left == 430))
                    at += 0.5 * height * len(token) + 3
        sheet.across += [(111.0, 40.0, 250.0), (111.0, 300.0, 420.0)]
        arrange(sheet, KNOWN.is_head, KNOWN.is_list)
        return [piece.flat for block in sheet.blocks for piece in block.pieces]

    assert page(True) == ["Parent: Ida Roe", "School Nurse: Ben Ode", "ABSENT, sent notes"]
    assert page(False)[:3] == ["Ida Roe", "Ben Ode", "ABSENT, sent notes"]


@pytest.mark.parametrize(
    ("amount", "weekly"),
    [
        (".5 hour weekly", 30),
        ("1 1/2 hours per week", 90),
        ("30 minutes, Mon-Thu", 120),
        ("45 min every third week", None),
    ],
)
def test_points_fractions_and_spans_of_days(amount, weekly):
    assert amount_of(amount).per_week == weekly


def test_so_much_of_one_service_and_so_much_of_another():
    told = lines(
        "Ada will receive 30 minutes of speech therapy twice a week in the music room and 60 minutes of occupational "
        "therapy a month in her classroom."
    )
    alone = lines(
        "Ada will receive 30 minutes of speech therapy and 10 minutes of rest at noon twice a week."
    )

    found = services(part("services", told, title="SERVICES"))

    assert [(s.name.value, s.minutes_per_week.value, s.location.value) for s in found] == [
        ("speech therapy", 60, "music room"),
        ("occupational therapy", 15, "classroom"),
    ]
    assert len(services(part("services", alone, title="SERVICES"))) == 1


def test_labels_beside_what_they_name_service_after_service():
    rows = table(
        "Service:|Speech therapy", "How much:|30 minutes twice a week", "Where:|Room 3",
        "Service:|Reading", "How much:|45 minutes daily", "Where:|Room 5",
    )  # fmt: skip
    other = table("Service:|see the letter", "Where:|Room 3", "Who:|the team")

    assert [
        (s.name.value, s.minutes_per_week.value, s.location.value) for s in services(part("services", rows))
    ] == [
        ("Speech therapy", 60, "Room 3"),
        ("Reading", 225, "Room 5"),
    ]
    assert services(part("services", other)) == []

"""Parts of forms, as small as they go: one rule of how IEPs are laid out in each."""

from dataclasses import replace

import pytest

from reader.amounts import amount_of
from reader.assessments import read_assessments
from reader.baselines import baselines_from_levels
from reader.choices import choices_in, chosen
from reader.entries import entries_of
from reader.factors import read_factors
from reader.goals import read_goals
from reader.identity import read_identity
from reader.knowledge import everything
from reader.layout import Cell, Line, Passage, Table, Word
from reader.parts import Part, parts_of
from reader.pdf import bracketed
from reader.placement import read_extended_year, read_placement
from reader.progress import read_progress
from reader.reading import Goal, Reading, read_as
from reader.services import read_services
from reader.supports import read_supports
from reader.tables import table_kind
from reader.team import read_team
from reader.transition import read_transition

KNOWN = everything()
NEXT = iter(range(20, 10**6, 14))


def passage(text, *, left=50.0):
    """A passage of one printed line for each line of ``text``; ``*so*`` is bold."""
    lines = []
    for line in text.split("\n"):
        top, at, words, bold = next(NEXT), left, [], False
        for token in line.split():
            bold = bold or token.startswith("*")
            plain = token.strip("*")
            words.append(Word(plain, 1, (at, top, at + 5.0 * len(plain), top + 10.0), bold=bold))
            bold = bold and not token.endswith("*")
            at += 5.0 * len(plain) + 3
        lines.append(Passage.of(words))
    return Passage.join(lines, "\n")


def lines(text):
    found = []
    for piece in text.split("\n"):
        pieces = [passage(part, left=50 + 200 * n) for n, part in enumerate(piece.split(" | "))]
        found.append(Line(pieces, 1, pieces[0].places()[0].box))
    return found


def table(*rows):
    """Each row a string of cells parted by `` | ``."""
    made = []
    for row in rows:
        cells = []
        for column, text in enumerate(row.split("|")):
            left = 50.0 + 180 * column
            cells.append(
                Cell((left, 0.0, left + 175.0, 10.0), 1, passage(text.strip(), left=left + 2), column=column)
            )
        made.append(cells)
    return Table(made, [])


def part(kind, *blocks, title=""):
    flat = [b for block in blocks for b in (block if isinstance(block, list) else [block])]
    return Part(kind, passage(title) if title else Passage(), flat)


def entries(*parts):
    return [entry for one in parts for entry in entries_of(one, KNOWN)]


# ---------------------------------------------------------------- choices


def test_boxes_after_a_question_stand_before_their_words():
    text = passage("Are services needed in summer? ☐ Yes ☒ No ☐\nMore data needed")

    assert [(choice.marked, choice.words.flat) for choice in choices_in(text)] == [
        (False, "Yes"),
        (True, "No"),
        (False, "More data needed"),
    ]


def test_what_the_form_asks_for_is_not_chosen():
    assert (
        chosen(passage("(check all that apply)\n☒ Work samples ☐ Quizzes ☒ Log")).flat == "Work samples, Log"
    )


def test_a_choice_goes_on_below():
    assert chosen(passage("☐ Week ☒ Reporting\nPeriod")).flat == "Reporting Period"
    assert chosen(passage("☒ Week ☐ Reporting\nPeriod")).flat == "Week"


def test_marks_on_short_lines_are_boxes():
    found = bracketed(passage("_X_ Yes ____ No Name: ______ Ada").words)

    assert " ".join(word.text for word in found) == "☒ Yes ☐ No Name: ______ Ada"


def test_lines_to_write_on_are_no_boxes():
    assert [word.text for word in bracketed(passage("____ Date").words)] == ["____", "Date"]


# ---------------------------------------------------------------- who and when


def test_the_date_of_an_earlier_review_is_not_the_next():
    first = part(
        "student", lines("Most Recent Annual Review Date: 11/10/2025 Next Annual Review Date: 11/09/2026")
    )
    reading = Reading(read_as("iep", passage("IEP"), "title"), "text_pdf", [])

    read_identity(reading, entries(first), [first], [], [], KNOWN)

    assert reading.annual_review_due.value == "2026-11-09"


def test_a_period_and_a_number_by_its_mark():
    first = part("student", lines("Duration of services: From: 02/13/2026 To: 02/11/2027\nQPID#: 640812739"))
    reading = Reading(read_as("iep", passage("IEP"), "title"), "text_pdf", [])

    read_identity(reading, entries(first), [first], [], [], KNOWN)

    assert (reading.iep_start.value, reading.iep_end.value) == ("2026-02-13", "2027-02-11")
    assert reading.student.student_id.value == "640812739"
    assert reading.student.student_id.confidence < 0.9


def test_a_category_with_its_areas_behind_it():
    first = part(
        "student", table("Eligibility category: Specific Learning Disability Basic reading skill; fluency")
    )
    reading = Reading(read_as("iep", passage("IEP"), "title"), "text_pdf", [])

    read_identity(reading, entries(first), [first], [], [], KNOWN)

    assert reading.eligibility.primary.value == "Specific Learning Disability"


def test_people_in_lines_and_in_rows():
    team = part(
        "team",
        lines("Ada Quill | Special Education Teacher | Attended"),
        table("Bo Marsh | School Psychologist | Attended", "Cy Lund | Parent | Attended"),
    )

    assert [(m.name.value, m.role.value) for m in read_team([team], KNOWN)] == [
        ("Bo Marsh", "School Psychologist"),
        ("Cy Lund", "Parent"),
        ("Ada Quill", "Special Education Teacher"),
    ]


# ---------------------------------------------------------------- goals


def goal(text, **slots):
    found = Goal(text=read_as(text, passage(text), "label"))
    for slot, words in slots.items():
        setattr(found, slot, read_as(words, passage(words), "label"))
    return found


LEVELS = (
    "Rae likes maps. On a list she had not seen she read 11 of 20 two-syllable words. Last year she read 4 of 20 words.\n"
    "She started 3 of 10 observed tasks without help. Her mathematics grade is 93%."
)


def test_a_baseline_stands_in_the_present_levels():
    wanted = goal("Rae will read two-syllable words with 85% accuracy.", criterion="85% accuracy")
    other = goal("Rae will name three rivers.", criterion="3 of 3 trials")

    baselines_from_levels([wanted, other], [part("present_levels", lines(LEVELS))], KNOWN)

    assert wanted.baseline.value == "read 11 of 20 two-syllable words"
    assert wanted.baseline.confidence < 0.7  # likeness of words is all that ties them
    assert "baseline" not in wanted.missing_parts
    assert other.baseline is None


def test_the_same_count_as_in_the_criterion_ties_a_baseline():
    wanted = goal("Rae will read cards.", criterion="36 of 40 correct")

    baselines_from_levels([wanted], [part("present_levels", lines("In May Rae read 14 of 40 cards."))], KNOWN)

    assert wanted.baseline.value == "read 14 of 40 cards"


def test_a_goal_whose_criterion_and_date_are_labelled():
    page = part(
        "goals",
        table("Academic: Reading Comprehension"),
        table("Goal 1: When plans change, Ivo will choose a tool and rejoin the class within five minutes."),
        table("By: 09/17/2026 | Evaluation Method: Informal: log", "With: 6 out of 8 trials | Other: none"),
    )

    found = read_goals([page], KNOWN)[0]

    assert found.area.value == "Academic: Reading Comprehension"
    assert (found.criterion.value, found.timeframe.value) == ("6 out of 8 trials", "09/17/2026")
    assert found.behavior.value == "choose a tool and rejoin the class within five minutes"
    assert found.measurement.value == "Informal: log"


def test_an_area_marked_over_the_goal():
    page = part(
        "goals",
        lines("☐ Academic/Cognitive ☒ Social/Behavioral ☐ Communication ☐ Gross/Fine Motor ☐ Health"),
        table(
            "Measurable Annual Goal | Performance Criteria | Evaluation Procedure",
            "Goal # 1\nGiven a list, Una will rank her tasks. | A. Percent: 85% of tasks | Log",
        ),
    )

    found = read_goals([page], KNOWN)[0]

    assert found.area.value == "Social/Behavioral"
    assert found.text.value == "Given a list, Una will rank her tasks."
    assert found.criterion.value == "85% of tasks"


# ---------------------------------------------------------------- services


@pytest.mark.parametrize(
    ("words", "minutes", "week"),
    [
        ("5 sessions, 1 Hr(s). 15 Min(s)., Weekly", 75, 375),
        ("3 sessions, 30 minutes per reporting period", 30, 10),
    ],
)
def test_amounts_as_forms_print_them(words, minutes, week):
    found = amount_of(words)

    assert (found.minutes, found.per_week) == (minutes, week)


def services(*parts):
    return read_services(list(parts), KNOWN, start=None, end=None, day_minutes=None)[0]


def test_a_box_for_each_service():
    boxes = [
        table(
            f"Service Nature: {name} | Location: Outside General Education",
            f"Number of Sessions: {count}\nLength of Time: 30 Min(s).\nFrequency: Weekly | Begin Date: 09/19/2025",
        )
        for name, count in (("Classroom Instruction", 5), ("Occupational Therapy", 2))
    ]

    found = services(part("services", boxes))

    assert [(s.name.value, s.minutes_per_week.value) for s in found] == [
        ("Classroom Instruction", 150),
        ("Occupational Therapy", 60),
    ]
    assert {s.start.value for s in found} == {"2025-09-19"}


def test_a_name_in_bold_over_each_services_lines():
    flow = lines(
        "*SERVICES*\nGiven on student days.\n"
        "*Resource, English*\nInitiation Date: 08/11/2025 Ends: 05/13/2026\nLength and Frequency: 5 periods per week, 48 minutes each\n"
        "*Counseling (transition)*\nInitiation Date: 08/11/2025 Ends: 05/13/2026\nLength and Frequency: 1 time per month, 20 minutes"
    )

    found = services(*parts_of(flow, KNOWN))

    assert [(s.name.value, s.minutes_per_week.value) for s in found] == [
        ("Resource, English", 240),
        ("Counseling (transition)", 5),
    ]


def test_columns_that_all_begin_with_the_word_service():
    rows = table(
        "Service | Service\nMinutes (per time) | Service\nFrequency (number of times) | Service\nPeriod (daily, weekly)",
        "Reading | 45 | 1 | Daily",
        "Physical Therapy | 30 | 6 | Weekly",
    )

    found = services(part("services", rows))

    assert [(s.name.value, s.minutes_per_week.value) for s in found] == [
        ("Reading", 225),
        ("Physical Therapy", 180),
    ]


def test_labels_with_their_values_head_no_table():
    assert (
        table_kind(
            table("Service: Bus | Frequency: Daily | Begin Date: 9/1/2025", "Seat belt | x | y"), KNOWN
        )
        is None
    )


# ---------------------------------------------------------------- supports and tests


def supports(*parts):
    found = read_supports(list(parts), [], KNOWN)
    return [[text.value for text in texts] for texts in found]


def test_supports_behind_boxes_of_their_own():
    rows = table(
        "| Presentation | Subject", "☐ | Large print |", "☒ | Steps on a chart | All", "☒ | Word bank | All"
    )

    assert supports(part("accommodations", rows))[0] == ["Steps on a chart", "Word bank"]


def test_supports_under_the_name_of_their_group():
    rows = table("Tests/Quizzes:\nExtra time\nSmall group | All classes", "Grading: |")

    assert supports(part("accommodations", rows))[0] == ["Extra time", "Small group"]


def test_supports_one_to_a_line_after_what_the_form_says():
    said = lines(
        "Supports based on research to be given to the child.\nPicture directions\nWiggle seat in group lessons"
    )

    assert supports(part("accommodations", said))[0] == ["Picture directions", "Wiggle seat in group lessons"]


def test_how_each_need_is_met_is_no_list_of_supports():
    rows = table(
        "Area | Level | Met by goal, aid or accommodation",
        "Math | Adds to 20 | Goal 1",
        "Speech | Clear | Goal 2",
    )

    assert supports(part("present_levels", rows)) == [[], []]


def test_tests_are_those_marked():
    rows = table(
        "STATEWIDE ASSESSMENTS | Will participate | No accommodations | Accommodations will be provided",
        "SAT School Day | ☒ | ☐ | ☒",
        "Science test | ☐ | ☐ | ☐",
    )

    found = read_assessments([part("assessments", rows)], KNOWN, iep=True)

    assert [test.value for test in found.state_tests] == ["SAT School Day"]
    assert found.participation.value == "regular_with_accommodations"


def test_tests_of_the_district_are_not_the_states():
    rows = table("Assessment | Will participate | With accommodations", "Fall reading screen | ☒ | ☐")

    found = read_assessments([part("assessments", lines("District-wide Assessments"), rows)], KNOWN, iep=True)

    assert found.state_tests == []


def test_tests_told_in_sentences():
    said = lines("PSAT, fall of grade 9: participates with accommodations. SAT (grade 11): not in this IEP.")

    found = read_assessments([part("assessments", said)], KNOWN, iep=True)

    assert [test.value for test in found.state_tests] == ["PSAT"]
    assert found.participation.value == "regular_with_accommodations"


# ---------------------------------------------------------------- placement and the rest


def test_a_summer_not_decided_is_considered_and_nothing_more():
    asked = part(
        "esy",
        lines("☐ is not eligible\n☐ is eligible\n☒ is under consideration and will reconvene by 5/15/2026"),
    )

    found = read_extended_year([asked], [], KNOWN)

    assert found.considered.value is True
    assert found.eligible is None


def test_that_a_summer_was_considered_is_no_decision():
    asked = part(
        "esy",
        lines("Did the team consider the need for summer services? Yes\nAre they needed? No. Scores held."),
    )

    assert read_extended_year([asked], [], KNOWN).eligible.value is False


def test_an_answer_over_its_question_and_answers_other_than_yes():
    asked = part(
        "special_factors",
        table("BEHAVIOR ☒ Yes ☐ No", "Does the student's behavior impede learning?"),
        table(
            "For students with limited English proficiency, the team considered language needs: ☐ NA ☒ Goal 3"
        ),
    )

    found = read_factors([asked], entries(asked), KNOWN, {}, [])

    assert (found.behavior.value, found.english_learner.value) == (True, True)


@pytest.mark.parametrize(
    "answer", ["Lessons below grade level are given apart, where he can say each step aloud.", ""]
)
def test_the_reason_stands_under_its_question(answer):
    asked = part(
        "lre",
        table(
            "If removed from the regular classroom, explain why:",
            answer,
            "Other effects that the team considered",
        ),
    )

    assert read_placement([asked], entries(asked), KNOWN).explanation_present.value is bool(answer)


def test_a_heading_for_each_goal_after_school():
    found = read_transition(
        [
            part(
                "unknown",
                lines("After high school, I will work as an assistant."),
                title="Employment after high school",
            ),
            part("unknown", lines("Grade 9: English."), title="Course of study"),
        ],
        [],
        KNOWN,
        born=None,
        until=None,
    )

    assert [(g.area, g.text.value) for g in found.postsecondary_goals] == [
        ("employment", "After high school, I will work as an assistant.")
    ]


def test_reports_told_on_the_pages_for_them():
    pages = part(
        "attachment",
        lines("Parents hear of it at the end of each nine-week period"),
        title="Progress Reports",
    )

    assert (
        read_progress([pages], entries(pages), KNOWN).frequency.value == "at the end of each nine-week period"
    )


# ---------------------------------------------------------------- headings


def kinds(*blocks):
    return [one.kind for one in parts_of(list(blocks), KNOWN)]


def test_a_sections_number_beside_its_title():
    assert kinds(*lines("Some words of no weight\nIV | GOALS\nOther words")) == ["student", "goals"]


def test_accommodations_for_tests_belong_to_the_tests():
    flow = lines(
        "*STATE ASSESSMENTS*\nwords\n*Accommodations (mark those used on each test)*\nwords\nmore words\nand more"
    )

    assert kinds(*flow)[1:] == ["assessments", "assessments"]


# ---------------------------------------------------------------- what a third reading taught


def test_codes_of_a_legend_are_read_as_what_they_mean():
    rows = table(
        "Service | Amount of time | Frequency (D, W) | Location",
        "Speech | 20 min | W | S",
        "Reading | 40 min | D | R",
    )

    found = services(
        part("services", lines("Location: R = Regular class S = Special class D = Daily W = Weekly."), rows)
    )

    assert [(s.minutes_per_week.value, s.location.value) for s in found] == [
        (20, "Special class"),
        (200, "Regular class"),
    ]


def test_a_name_ends_where_its_goal_begins_and_a_long_one_is_doubted():
    rows = table(
        "Service | Time and frequency | Setting",
        "Instruction: reading\nGoal 1 word study of long words | 150 minutes per week | Special",
        "Words that somebody wrote about how lessons are to be given to all | 25 minutes per day | General",
    )

    first, second = services(part("services", rows))

    assert first.name.value == "Instruction: reading"
    assert first.minutes.confidence > 0.9
    assert second.minutes.confidence < 0.9


def test_a_persons_time_among_supports_is_a_service():
    rows = table(
        "Accommodations | Amount & Frequency | Location",
        "Word bank | daily | All",
        "Instructional assistant in ceramics | 104 min/day | Class",
    )
    page = part("accommodations", rows)

    assert [(s.name.value, s.minutes_per_week.value) for s in services(page)] == [
        ("Instructional assistant in ceramics", 520)
    ]
    assert supports(page)[0] == ["Word bank"]


def test_a_heading_repeated_inside_a_table_opens_another_list():
    rows = table(
        "Modifications | Frequency | Location",
        "Tests on rhythm only | weekly | Class",
        "Supports for School Personnel | Frequency | Location",
        "Training for two teachers | once | School",
    )

    assert supports(part("modifications", rows))[1] == ["Tests on rhythm only"]


def test_roles_before_names_in_their_cells():
    rows = table(
        "Parent: Ada Quill | Student: Bo Quill",
        "District Representative: Cy Lund | Special Education Teacher: Di Fen",
    )

    found = read_team([part("team", rows)], KNOWN)

    assert [(m.name.value, m.role.value) for m in found][2] == ("Cy Lund", "District Representative")


def test_unmarked_categories_are_not_taken_from_their_label():
    first = part(
        "student", table("Disability codes:\n☒ Intellectual Disability (10)\n☐ Autism (82)\n☐ Deafness (20)")
    )
    reading = Reading(read_as("iep", passage("IEP"), "title"), "text_pdf", [])

    read_identity(reading, entries(first), [first], [], [], KNOWN)

    assert [value.value for value in reading.eligibility.categories] == ["Intellectual Disability"]


def test_headings_over_cells_with_labels_of_their_own():
    rows = table(
        "Goal area: Reading | How progress will be measured | Progress notes",
        "Annual goal 1: By 1-13-2027, given a menu, Una will read 4 of 5 items aloud. | Present level: 2 of 5 items | Evaluation procedure: Trial record |",
    )

    found = read_goals([part("goals", rows)], KNOWN)[0]

    assert (found.area.value, found.baseline.value, found.measurement.value) == (
        "Reading",
        "2 of 5 items",
        "Trial record",
    )


def test_the_title_in_a_pages_head_opens_a_part():
    assert kinds(*lines("Name: Una Marsh Special Education Services | Date: 1/2/2026 | Page: F\nwords")) == [
        "student",
        "services",
    ]


def test_every_other_day_is_five_times_in_two_weeks():
    found = amount_of("42 minutes, every other day (5 times in two weeks)")

    assert (found.per, found.sessions, found.per_week) == ("week", 2.5, 105)


def test_a_sentence_of_the_form_is_no_goal():
    page = part(
        "goals", lines("Rights explained by: Ada Quill. The student will reach age 18 on May 1, 2031.")
    )

    assert read_goals([page], KNOWN) == []


# ---------------------------------------------------------------- the same thing said in many ways


@pytest.mark.parametrize(
    ("words", "often"),
    [
        (
            "Progress toward the goals will be communicated to the parents at each marking period.",
            "marking period",
        ),
        ("Teachers send home progress updates every 4.5 weeks.", "every 4.5 weeks"),
        ("Parents will be told of progress toward the goals every 9 weeks.", "every 9 weeks"),
        ("Progress toward goals is reported: Quarterly, at the end of each term", "quarterly"),
        ("The team will tell the family how the goals are going twice a year.", "twice a year"),
        ("Informes de progreso: tres veces al año con las calificaciones", "tres veces al año"),
    ],
)
def test_when_parents_hear_of_progress(words, often):
    told = part("goals", lines(words))

    assert often in read_progress([told], entries(told), KNOWN).frequency.value.lower()


@pytest.mark.parametrize(
    ("words", "share", "why"),
    [
        ("Time in the regular education environment: 81%. She is out of the regular environment for reading, because the pace is not hers.", 81, True),
        ("Why not with typically developing children: Jun needs a class of eight with two adults and signs all day to learn first words.", None, True),
        ("The team chose the resource room, as Mia learns to read best in a group of three.", None, True),
        ("Student spends 40 percent of the day in the resource room.", 60, False),
        ("LRE: 79 %", 79, False),
        ("The school must keep children in regular classes unless the nature of the disability is such that they cannot learn there.", None, False),
    ],
)  # fmt: skip
def test_how_placement_is_told(words, share, why):
    told = part("lre", lines(words), title="Least restrictive environment")

    found = read_placement([told], entries(told), KNOWN)

    assert (found.percent_general_education and found.percent_general_education.value) == share
    assert bool(found.explanation_present and found.explanation_present.value) is why


@pytest.mark.parametrize(
    ("words", "way", "count"),
    [
        ("State assessments: ACT; WorkKeys Math - with accommodations: Read aloud; Extended time", "regular_with_accommodations", 2),
        ("RICAS ELA, RICAS Mathematics: con acomodaciones / with accommodations: Tiempo extendido.", "regular_with_accommodations", 2),
        ("The student will take the Forward Exam without accommodations.", "regular", 1),
        ("☐ PSSA ☒ PSSA with accommodations ☐ PASA", "regular_with_accommodations", 1),
        ("The student will participate in the Dynamic Learning Maps alternate assessment.", "alternate", 0),
        ("LEAP 2025 starts in grade 3. Not tested this school year.", "not_tested_at_grade", 0),
        ("There are no state or district-wide tests for three-year-olds.", "not_tested_at_grade", 0),
    ],
)  # fmt: skip
def test_how_tests_are_told(words, way, count):
    found = read_assessments([part("assessments", lines(words))], KNOWN, iep=True)

    assert (found.participation.value, len(found.state_tests)) == (way, count)


def test_tests_beside_how_they_are_taken():
    grid = table(
        "IAR ELA|with accommodations: Word prediction",
        "IAR Math|without accommodations",
        "DLM-AA|not applicable",
    )

    found = read_assessments([part("assessments", grid)], KNOWN, iep=True)

    assert [test.value for test in found.state_tests] == ["IAR ELA", "IAR Math"]
    assert found.participation.value == "regular_with_accommodations"
    assert [item.value for item in found.accommodations] == ["Word prediction"]


def test_supports_in_rows_without_a_heading():
    grid = table("Extra time to respond|class", "Picture choices|class", "Chair with sides|class")

    assert supports(part("accommodations", grid))[0] == [
        "Extra time to respond",
        "Picture choices",
        "Chair with sides",
    ]


def test_a_date_to_fill_in_does_not_end_a_list_of_objectives():
    read = read_goals(
        [
            part(
                "goals",
                lines(
                    "Annual goal: By May 2027, Ana will answer questions with 80% accuracy in 4 of 5 trials.\n"
                    "Benchmarks:\n1. Answer with 60% accuracy. Date of mastery: ____\n2. Answer with 70% accuracy. Date of mastery: ____"
                ),
            )
        ],
        KNOWN,
    )  # fmt: skip

    assert [o.value for o in read[0].objectives] == ["Answer with 60% accuracy", "Answer with 70% accuracy"]


def test_an_area_without_a_goal_does_not_take_the_next_ones():
    read = read_goals(
        [
            part(
                "goals",
                lines("Area of Concern: Mathematics\nNo goal at this time.\nArea of Concern: Reading"),
                table(
                    "Present level|He reads two grades below.",
                    "Annual Goal 1|Given a passage, Ed will answer questions with 70% accuracy on 4 of 5 passages.",
                    "Baseline|38% accuracy",
                    "How will progress be measured?|Exit tickets",
                ),
            )
        ],
        KNOWN,
    )

    assert (read[0].area.value, read[0].baseline.value, read[0].measurement.value) == (
        "Reading",
        "38% accuracy",
        "Exit tickets",
    )


def test_a_goal_of_which_each_part_has_a_box():
    read = read_goals(
        [
            part(
                "goals",
                table(
                    "Condition|Given a passage",
                    "Behavior|Ana will answer questions",
                    "Criteria|80% in 4 of 5 trials",
                ),
            )
        ],
        KNOWN,
    )

    assert read[0].text.value == "Given a passage Ana will answer questions 80% in 4 of 5 trials"
    assert read[0].text.confidence < 0.9


def test_what_no_goal_has_is_remarked_and_what_one_lacks_is_missing():
    from reader.defects import find_defects
    from reader.reading import Value

    def reading(*methods):
        goals = [
            goal(f"Given a text, Ana will read {n} words with 90% accuracy.", baseline="40%")
            for n in range(len(methods))
        ]
        for one, method in zip(goals, methods, strict=True):
            one.measurement = Value(method) if method else None
        return Reading(Value("iep"), "text_pdf", [], goals=goals)

    def ids(found):
        return [d.component_id for d in found if d.component_id == "progress_measurement"]

    none_has, one_lacks = find_defects(reading("", ""), KNOWN), find_defects(reading("Probes", ""), KNOWN)

    assert (ids(none_has[0]), ids(none_has[1])) == ([], ["progress_measurement"])
    assert ids(one_lacks[0]) == ["progress_measurement"]


@pytest.mark.parametrize(
    ("words", "slot", "need"),
    [
        ("Communication: Maya uses a speech device and needs language therapy.", "communication", True),
        ("Assistive technology: Needed (text-to-speech)", "assistive_technology", True),
        ("Behavior: No concerns", "behavior", False),
        ("Assistive technology | ☒ Yes | ☐ No", "assistive_technology", True),
        ("Yes | Behavior impedes learning\nNo | Blind or visually impaired", "behavior", True),
    ],
)
def test_how_factors_are_answered(words, slot, need):
    found = read_factors([part("special_factors", lines(words))], [], KNOWN, {}, [])

    assert getattr(found, slot).value is need


def test_a_box_that_holds_a_part_under_its_heading():
    box = table("Least restrictive environment\nIn the general classroom 97% of the time.")
    box.rows[0][0].box = (50.0, 0.0, 560.0, 60.0)

    assert [p.kind for p in parts_of([box, *lines("Extended school year")], KNOWN)][1] == "lre"


@pytest.mark.parametrize(
    "blocks",
    [
        [
            table(
                "Service|Speech therapy|Resource reading",
                "Minutes|30 min|30 min",
                "Frequency|2 x week|5 x week",
            )
        ],
        [table("Speech therapy|30 min 2x/week|Speech room", "Resource reading|30 min 5x/week|Resource room")],
        [
            lines(
                "Speech therapy | 60 min/week | Speech room\nResource reading | 150 min/week | Resource room"
            )
        ],
    ],
)
def test_services_without_headings_over_their_columns(blocks):
    read = services(part("services", *blocks))

    assert [(s.name.value, s.minutes_per_week.value) for s in read] == [
        ("Speech therapy", 60.0),
        ("Resource reading", 150.0),
    ]


@pytest.mark.parametrize(
    "grid",
    [
        table("MCAP ELA|☐ no accommodations ☒ accommodations|Extended time", "MCAP Math|☐ no accommodations ☒ accommodations|Extended time"),
        table("Test|Standard|With accommodations|Alternate|Accommodations", "MCAP ELA||X||Extended time", "MCAP Math||X||Extended time"),
        table("Which assessments will the student take?|MCAP ELA; MCAP Math", "How will the student take them?|With accommodations", "List accommodations|Extended time"),
        lines("Ana takes MCAP ELA and MCAP Math with extended time."),
        lines("MCAP ELA .......... with accommodations\nMCAP Math .......... with accommodations\nAccommodations: Extended time"),
    ],
)  # fmt: skip
def test_the_same_tests_in_other_grids(grid):
    found = read_assessments([part("assessments", grid)], KNOWN, iep=True)

    assert found.participation.value == "regular_with_accommodations"
    assert [test.value for test in found.state_tests] == ["MCAP ELA", "MCAP Math"]
    assert [item.value.lower() for item in found.accommodations] == ["extended time"]


@pytest.mark.parametrize(
    "block",
    [
        table(
            "Instructional accommodations|Extended time; Small group",
            "Program modifications|Half of the words",
        ),
        lines("• Extended time • Small group\nModifications: Half of the words"),
    ],
)
def test_supports_beside_their_label_and_in_one_line(block):
    accommodations, modifications = supports(part("accommodations", block))

    assert accommodations == ["Extended time", "Small group"]
    assert modifications == ["Half of the words"]


def test_a_part_that_may_stand_with_the_wrong_goal_is_not_sure():
    read = read_goals(
        [
            part(
                "goals",
                lines(
                    "Annual goal: Given a text, Ana will read 90 words with 95% accuracy by May 2027.\n"
                    "Annual goal: Given a page, Ana will write 9 words with 95% accuracy by May 2027.\nMethod: Probes"
                ),
            )
        ],
        KNOWN,
    )

    assert read[0].measurement is None
    assert read[1].measurement.confidence < 0.9


# ---------------------------------------------------------------- prompts, split headings, boxes, areas


def test_a_printed_prompt_is_no_part_of_the_goal():
    page = part(
        "goals",
        lines(
            "Goal 1\nBy (date), when given (condition), student will (do what), as measured by (tool)\n"
            "By 05/01/2027, when given a map, Rae will name nine of ten towns as measured by a quiz."
        ),
    )

    found = read_goals([page], KNOWN)

    assert [goal.text.value.split()[:2] for goal in found] == [["By", "05/01/2027,"]]


def test_minutes_under_a_heading_that_spans_direct_and_indirect():
    rows = table(
        "Service | Frequency | Minutes per session",
        "x",
        "Reading | 5 x week | | 40",
        "Hearing | 2 x day | 30 |",
    )
    wide = rows.rows[0][2]
    rows.rows[0][2] = replace(wide, box=(wide.box[0], 0.0, wide.box[2] + 180, 10.0), span=2)
    left = rows.rows[2][2].box[0]
    rows.rows[1] = [
        Cell((left + 180 * n, 0.0, left + 180 * n + 175, 10.0), 1, passage(word), column=2 + n)
        for n, word in enumerate(("Indirect", "Direct"))
    ]

    found = services(part("services", rows))

    assert [(s.name.value, s.minutes.value, s.minutes_per_week.value) for s in found] == [
        ("Reading", 40, 200),
        ("Hearing", 30, 300),
    ]


def test_the_total_beside_sessions_and_minutes_is_not_added():
    rows = table(
        "Service | Sessions | Time per session | Total hours",
        "Mathematics | 3 per Week | 30 Minutes | 1.50/wk",
    )

    assert services(part("services", rows))[0].minutes_per_week.value == 90


def test_two_boxes_before_a_question_are_yes_and_no():
    asked = part(
        "special_factors",
        lines(
            "☒ ☐ Does the student have communication needs?\n☐ ☒ Does the student have limited English proficiency?"
        ),
    )

    found = read_factors([asked], entries(asked), KNOWN, {}, [])

    assert (found.communication.value, found.english_learner.value) == (True, False)


def test_teaching_among_supports_where_the_column_says_so():
    rows = table(
        "Modifications and SDI | Location | Frequency",
        "Direct instruction in Algebra | Room 4 | 42 minutes daily",
        "Break pass | All | Daily",
    )
    page = part("accommodations", rows)

    assert [(s.kind.value, s.minutes_per_week.value) for s in services(page)] == [("special_education", 210)]
    assert supports(page)[0] == ["Break pass"]


def test_an_area_with_a_colon_of_its_own_is_whole():
    page = part(
        "goals",
        table(
            "Goal 2 of 4 — Area: Independent Living: Travel",
            "Measurable annual goal: Given a list, Rae will pay for five items on 4 of 5 trips.",
        ),
    )

    assert read_goals([page], KNOWN)[0].area.value == "Independent Living: Travel"


def test_a_baseline_named_so_belongs_to_the_goal_of_its_area():
    wanted = goal("Rae will ask for help.", area="Social / Play")
    levels = part(
        "present_levels",
        table(
            "Domain | Performance | Baseline for goal",
            "Social / Play | Plays alone | Asks in 1 of 5 times",
            "Motor | Runs | —",
        ),
    )

    baselines_from_levels([wanted], [levels], KNOWN)

    assert wanted.baseline.value == "Asks in 1 of 5 times"


@pytest.mark.parametrize(
    ("words", "per", "sessions"),
    [
        ("1 x day, 30 minutes", "day", 1),
        ("1 session/day × 45 minutes", "day", 1),
        ("2 times per day, 4 days a week", "day", 2),
    ],
)
def test_times_a_day(words, per, sessions):
    amount = amount_of(words)

    assert (amount.per, amount.sessions) == (per, sessions)

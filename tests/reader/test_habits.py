"""Habits of forms that the reader had to learn: whole forms that show them, and the smallest piece of each."""

import pytest

from reader import read
from reader.amounts import amount_of, numbers_left
from reader.assessments import read_assessments
from reader.choices import choices_in
from reader.dates import first_date
from reader.doubts import doubt
from reader.factors import read_factors
from reader.goal_sentences import lined
from reader.goals import read_goals
from reader.identity import read_identity
from reader.knowledge import unglossed
from reader.layout import Cell, Line, Passage, Word
from reader.names import name_in_pieces
from reader.pages import arrange
from reader.pdf import bracketed
from reader.placement import read_extended_year, read_placement
from reader.progress import read_progress
from reader.reading import Goal, Member, Reading, Service, Value, read_as
from reader.services import read_services
from reader.supports import read_supports
from reader.team import read_team
from tests.reader.bench import judged
from tests.reader.forms import habits
from tests.reader.scoring import score
from tests.reader.test_pieces import KNOWN, entries, lines, part, passage, table


@pytest.mark.parametrize("name", habits.HABITS)
def test_a_form_with_a_habit_is_read(name):
    reading, truth = read(habits.pdf_of(name)), habits.truth_of(name)
    got, anchors = reading.as_json(), reading.anchors()
    got["state_style"] = None  # these forms are no state's

    found = score(truth, got)

    assert found.overall >= 0.97, found.faults()
    assert (found.f1("goals"), found.f1("services")) == (1.0, 1.0)
    sure = [same for path, same in judged(truth, got) if anchors.get(path, {}).get("confidence", 0) >= 0.9]
    assert len(sure) >= 40
    assert sum(sure) >= 0.97 * len(sure)


def identity(*parts):
    reading = Reading(read_as("iep", passage("IEP"), "title"), "text_pdf", [])
    read_identity(reading, entries(*parts), list(parts), [], [], KNOWN)
    return reading


# ---------------------------------------------------------------- boxes


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        ("YES [ ☒ ] NO [ ] See goal 2", [("YES", True), ("NO", False)]),
        ("Yes ☐ No ☒ The plan is attached", [("Yes", False), ("No", True)]),
        ("Y ☒ N ☐", [("Y", True), ("N", False)]),
        ("○ Yes ● No", [("Yes", False), ("No", True)]),
        ("Needed? ☐ Yes ☒ No", [("Yes", False), ("No", True)]),
    ],
)
def test_boxes_behind_or_before_their_answers(words, answers):
    text = Passage.of(bracketed(passage(words).words))

    assert [(choice.words.flat, choice.marked) for choice in choices_in(text)] == answers


def test_a_round_bullet_is_no_box():
    assert [word.text for word in bracketed(passage("● Extra time").words)] == ["●", "Extra", "time"]


@pytest.mark.parametrize(
    ("words", "slot", "need"),
    [
        ("☒ Yes / Sí ☐ No Communication needs / Necesidades de comunicación", "communication", True),
        ("Behavior: ☒ no ☐ yes. Communication: ☐ no ☒ yes, see Goal 3. Assistive technology: ☒ no ☐ yes.", "communication", True),
        ("Behavior: ☒ no ☐ yes. Communication: ☐ no ☒ yes, see Goal 3. Assistive technology: ☒ no ☐ yes.", "assistive_technology", False),
        ("Behavior impedes learning .......... No\nAssistive technology .......... Yes", "assistive_technology", True),
        ("Does the student exhibit behavior that requires a plan? ☒ Yes ☐ No", "behavior", True),
        ("Does not require assistive technology.", "assistive_technology", False),
        ("The student's behavior does not impede learning.", "behavior", False),
    ],
)  # fmt: skip
def test_factors_in_further_ways(words, slot, need):
    found = getattr(read_factors([part("special_factors", lines(words))], [], KNOWN, {}, []), slot)

    assert (found.value, found.how != "absent") == (need, True)


def test_columns_headed_needed_and_not_needed_answer():
    grid = table("Factor|Not needed|Needed", "Behavior that impedes learning|☒|☐", "Assistive technology|☐|☒")

    found = read_factors([part("special_factors", grid)], [], KNOWN, {}, [])

    assert (found.behavior.value, found.assistive_technology.value) == (False, True)


# ---------------------------------------------------------------- who and when


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("14-Jun-16", "2016-06-14"), ("Jun-14-16", "2016-06-14"), ("14 June 2016", "2016-06-14"),
        ("this 14th day of June, 2016", "2016-06-14"), ("Sept. 3, 2026", "2026-09-03"), ("by September 20 pages", None),
    ],
)  # fmt: skip
def test_dates_with_months_in_letters(words, day):
    found = first_date(words)

    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(
    "words",
    [
        "First Name: Solveig Middle Name: Amara Last Name: Pettibone",
        "Last Name: Pettibone First Name: Solveig Middle Initial: Amara Grade: 4",
        "First: Solveig\nMiddle: Amara\nLast: Pettibone",
    ],
)
def test_a_name_in_pieces(words):
    assert name_in_pieces([part("student", lines(words))]).value == "Solveig Amara Pettibone"


def test_the_parents_name_in_pieces_is_not_the_childs():
    assert name_in_pieces([part("student", lines("Parent First Name: Ida Last Name: Roe"))]) is None


def test_the_number_in_the_state_comes_before_the_districts():
    found = identity(
        part("student", table("Local Student ID (LASID): 20771|State Student ID (SASID): 4418820937"))
    )

    assert found.student.student_id.value == "4418820937"


def test_a_review_that_was_held_is_the_meeting_and_not_the_next_review():
    found = identity(
        part(
            "student",
            lines(
                "IEP Review Date: 10/06/2026\nDate of next IEP review meeting (on or before): 10/05/2027\n"
                "Dates of this IEP: 10/07/2026 to 10/05/2027\nDate of next eligibility meeting: 11/14/2027"
            ),
        )
    )

    assert (found.annual_review_due.value, found.reevaluation_due.value) == ("2027-10-05", "2027-11-14")
    assert (found.meeting_date.value, found.meeting_date.confidence < 0.9) == ("2026-10-06", True)


def test_people_told_in_a_sentence():
    told = part(
        "team",
        lines(
            "Ada Quill, parent; Ben Ode, special education teacher; Dr. Cy Roe, LEA\nrepresentative. No one was excused."
        ),
    )

    found = [(member.name.value, member.role.value) for member in read_team([told], KNOWN)]

    assert found == [
        ("Ada Quill", "parent"),
        ("Ben Ode", "special education teacher"),
        ("Dr. Cy Roe", "LEA representative"),
    ]


def test_a_row_of_names_over_a_row_of_roles():
    grid = table("Ana Ruiz|Bo Lee", "Parent|Special Education Teacher", "Cy Fox|Di Poe", "LEA Representative|General Education Teacher")  # fmt: skip

    found = [(member.name.value, member.role.value) for member in read_team([part("team", grid)], KNOWN)]

    assert found == [("Ana Ruiz", "Parent"), ("Bo Lee", "Special Education Teacher"), ("Cy Fox", "LEA Representative"), ("Di Poe", "General Education Teacher")]  # fmt: skip


@pytest.mark.parametrize(
    ("block", "found"),
    [
        (lines("Disability category: 09 - Specific Learning Disability"), ["Specific Learning Disability"]),
        (lines("Primary: Emotional Disturbance Secondary: Deafness"), ["Emotional Disturbance", "Deafness"]),
        (lines("The team finds the student eligible in the category of Traumatic Brain Injury."), ["Traumatic Brain Injury"]),
        (table("Disability|Primary|Secondary", "Deafness|☐|☒", "Autism|☒|☐", "Other Health Impairment|☐|☐"), ["Autism", "Deafness"]),
    ],
)  # fmt: skip
def test_categories_in_further_places(block, found):
    read_so = identity(part("student", block)).eligibility

    assert [value.value for value in read_so.categories] == found
    assert read_so.primary.value == found[0]


def test_a_gloss_in_a_second_language_is_left_out():
    assert unglossed("Goal 1 / Meta 1 — Area / Área") == "Goal 1 — Area"
    assert unglossed("Frequency and\nDuration /\nFrecuencia y\nduración") == "Frequency and\nDuration"
    assert (
        unglossed("Placement / Least Restrictive Environment") == "Placement / Least Restrictive Environment"
    )
    assert unglossed("Lectura / Reading") == "Lectura / Reading"


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("Specific Learning Disability - Dyslexia", "specific learning disability"),
        ("Sensory Impairment: Hearing", "hearing impairment"),
        ("Developmental Cognitive Disability: Mild-Moderate", "intellectual disability"),
        ("Blind or Low Vision", "visual impairment"), ("Auditorily Impaired", "hearing impairment"),
        ("Eligible for Speech-Language Services", "speech or language impairment"), ("Behavior Disorder", "emotional disturbance"),
        ("Goal: Reading", None),
    ],
)  # fmt: skip
def test_categories_as_states_name_them(words, category):
    assert KNOWN.disability(words) == category


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("Date of next eligibility meeting (on or before)", "reevaluation_due"), ("Eligibility Expires", "reevaluation_due"),
        ("Next ARD Due", "annual_review_due"), ("Date Written", "meeting_date"), ("Attending Building", "school"),
        ("Public Education Agency", "district"), ("Additional Category", "eligibility.other"), ("IEP expires on", "iep_end"),
    ],
)  # fmt: skip
def test_labels_as_states_name_them(words, field):
    assert (KNOWN.label(words) or KNOWN.label_by_words(words)) == field


def test_the_name_of_an_office_opens_no_part():
    assert KNOWN.heading_by_word("DIVISION OF EARLY INTERVENTION AND SPECIAL EDUCATION SERVICES") is None
    assert KNOWN.heading("DEPARTMENT OF SPECIAL SERVICES", styled=True) is None


# ---------------------------------------------------------------- goals


def test_a_paragraph_holds_the_goal_the_baseline_and_the_method():
    page = part(
        "goals",
        lines(
            "Goal 1, Reading. In 36 weeks, given a passage, Ana will read aloud 98 words correctly in one minute. Where she is\n"
            "now: She reads 54 words. Progress will be measured with one probe each week.\n"
            "Goal 2, Mathematics. In 36 weeks, given ten facts, Ana will write nine answers in two minutes. Where she is now: Three of\n"
            "ten. Progress will be measured with Friday sheets."
        ),
    )

    found = read_goals([page], KNOWN)

    assert [(g.area.value, g.baseline.value, g.measurement.value) for g in found] == [
        ("Reading", "She reads 54 words", "one probe each week"),
        ("Mathematics", "Three of ten", "Friday sheets"),
    ]
    assert found[0].text.value.endswith("in one minute.")


def test_only_a_label_that_opens_a_sentence_is_put_on_its_own_line():
    assert lined(passage("She asks where she is now: at home.")).text == "She asks where she is now: at home."


def test_the_unit_of_measurement_is_no_method():
    grid = table(
        "Goal # 1 Area of Need: Writing", "Unit of Measurement: rubric score", "Baseline: 1 of 4 points",
        "Measurable Goal: Given a prompt, Ana will write five sentences with a score of 3 on 4 of 5 samples.",
        "Evaluation Method: Work samples with the district rubric",
    )  # fmt: skip

    assert (
        read_goals([part("goals", grid)], KNOWN)[0].measurement.value
        == "Work samples with the district rubric"
    )


def test_what_the_law_asks_of_goals_is_no_goal():
    page = part(
        "goals",
        lines(
            "34 CFR 300.320 asks for annual goals that shall be related to the curriculum with 80% of the class."
        ),
    )

    assert read_goals([page], KNOWN) == []


def test_time_in_class_is_no_goal():
    page = part(
        "unknown",
        lines("Ana will spend 89 percent of her week in general education with students who have no IEP."),
    )

    assert read_goals([page], KNOWN) == []


# ---------------------------------------------------------------- services


@pytest.mark.parametrize(
    ("words", "week"),
    [
        ("Number of Sessions: 5 Length of Time: 1 Hr 30 Min Frequency: Weekly", 450), ("Minutes: 30 Frequency: 2 Per: Week", 60),
        ("60 Minutes x 4 Times per Week", 240), ("(30) min (2) x weekly", 60), ("30' 2x/wk", 60), ("M-F 30 minutes", 150),
        ("30 minutes; M, W, F", 90), ("two 45-min. periods per 5-day week", 90), ("30 min 3 d/wk", 90), ("60 minutes per 4 weeks", 15),
        ("30 min. per week x 36 weeks", 30), ("30 Minutes Per Session, 2 Times Per 1 Week(s)", 60),
    ],
)  # fmt: skip
def test_amounts_in_further_ways(words, week):
    assert amount_of(words).per_week == week


def test_numbers_that_an_amount_does_not_account_for():
    assert numbers_left("Sessions 4, 30 min weekly", 30, 1, 30)
    assert not numbers_left("5 times per week, 1 Hr 30 Min", 90, 5, 450)
    assert not numbers_left("40 minutes, five days per week (Goal 2)", 40, 5, 200)


def services(*blocks, title="SPECIAL EDUCATION AND RELATED SERVICES"):
    found, _ = read_services(
        [part("services", *blocks, title=title)], KNOWN, start=None, end=None, day_minutes=None
    )
    return found


def weekly(found):
    return [
        (s.name.value, s.minutes_per_week.value if s.minutes_per_week is not None else None) for s in found
    ]


def test_services_told_in_paragraphs():
    found = services(
        lines(
            "Reading instruction. Mr. Dietz, special education teacher, will teach Odalys phrasing in the resource room for 40 minutes a day.\n"
            "Physical therapy. The AEA physical therapist will consult in the gymnasium for 30 minutes each quarter.\n"
            "Health services. The school nurse will supervise the inhaler in the nurse's office as needed.\n"
            "Special transportation does not apply."
        )
    )

    assert weekly(found) == [
        ("Reading instruction", 200.0),
        ("Physical therapy", 3.33),
        ("Health services", None),
    ]
    assert [s.provider.value for s in found] == [
        "special education teacher",
        "AEA physical therapist",
        "school nurse",
    ]
    assert [s.location.value for s in found] == ["resource room", "gymnasium", "nurse's office"]
    assert all(s.minutes is None or s.minutes.confidence < 0.9 for s in found)


@pytest.mark.parametrize(
    ("grid", "want"),
    [
        (("Service|Amount / Frequency|Location|Begin", "Math|50 minutes, 3 x week|Class|09/18/2026", "Supplementary Aids: see Form F|||", "Supports for School Personnel: None|||"), [("Math", 150)]),
        (("Service Type|Service|Location|Minutes|Frequency", "Special Education|Reading instruction|Resource|45|Daily", "Related|Speech therapy|Speech room|30|2 x Weekly"), [("Reading instruction", 225), ("Speech therapy", 60)]),
        (("Related Services|Freq|Min|Per|Location", "Speech|2|30|W|SP", "OT|1|30|M|GE"), [("Speech", 60), ("OT", 7.5)]),
        (("Service|Min.|x|Per|Location", "Speech|30|2|week|Speech room", "PT|30|1|month|Gym"), [("Speech", 60), ("PT", 7.5)]),
        (("Service|In General Education (min/week)|Outside General Education (min/week)|Provider", "Reading|0|225|Teacher", "Math|150|0|Teacher"), [("Reading", 225), ("Math", 150)]),
        (("Service Nature|Location|Service Description|Provider(s)", "Travel Training|Outside General Education|Number of Sessions: 2 Length of Time: 1 Hr 0 Min Frequency: Monthly|P: Trainer", "Speech|Room|Number of Sessions: 6 Length of Time: 0 Hr 45 Min Frequency: Quarterly|P: SLP"), [("Travel Training", 30), ("Speech", 30)]),
    ],
)  # fmt: skip
def test_grids_of_services(grid, want):
    assert weekly(services(table(*grid))) == want


def test_a_long_heading_with_a_hint_does_not_hide_the_other_columns():
    long = "Anticipated Frequency and Duration of Service (Serv. Mins) x (Serv. Freq) per (Serv. Period)"

    found = services(
        table(f"Service|{long}|Provider|Location", "Speech|25 Minutes x 2 Times per Week|SLP|Speech room", "OT|30 Minutes x 3 Times per Month|OT|Class")
    )  # fmt: skip

    assert [(s.location.value, s.provider.value) for s in found] == [("Speech room", "SLP"), ("Class", "OT")]


def test_numbers_that_nobody_counts_make_a_row_unsure():
    found = services(
        table("Service|Minutes per week|Zeta|Location", "Reading|150|3|Room", "Speech|60|2|Room")
    )

    doubt(reading(services=found), KNOWN)

    assert all(s.minutes.confidence < 0.9 for s in found)


def test_what_is_taught_is_special_education():
    assert KNOWN.kind_of_service("Specialized Instruction: Social Skills") == "special_education"
    assert KNOWN.kind_of_service("Travel Training") == "special_education"  # 34 CFR 300.39(a)(2)(ii)
    assert KNOWN.kind_of_service("Social Skills Group") == "related"


# ---------------------------------------------------------------- supports, tests, placement


def test_kinds_of_supports_beside_them():
    grid = table(
        "Nature of service|Service description", "Instructional Support|Copy of notes", "Instructional Support|Repeated directions",
        "Program Modification|Half of the problems", "School Personnel / Parental Support|Training in May",
    )  # fmt: skip

    found = read_supports([part("accommodations", grid)], [], KNOWN)

    assert [[v.value for v in values] for values in found] == [
        ["Copy of notes", "Repeated directions"],
        ["Half of the problems"],
    ]


@pytest.mark.parametrize(
    ("words", "way", "tests", "helps"),
    [
        ("CMAS Reading: Small group; Extended time. CMAS Mathematics: Small group; Extended time.", "regular_with_accommodations", 2, 2),
        ("MCAP Government [ ☒ ] with accommodations: Text to speech; Extended time. Alternate (DLM): YES ☐ NO ☒", "regular_with_accommodations", 1, 2),
        ("Odalys will take ISASP Reading and ISASP Mathematics with these accommodations: Extended time; Small group. She will not take the alternate assessment.", "regular_with_accommodations", 2, 2),
        ("☐ No grade level test ☒ MAP Grade-Level Assessment ELA and MAP Grade-Level Assessment Mathematics, Form D: Extended time; Small group. ☐ MAP-A", "regular_with_accommodations", 2, 2),
        ("SC READY ELA: Small group, extended time; SC READY Math: Small group, calculator", "regular_with_accommodations", 2, 3),
        ("☒ The student will take the PSSA with accommodations.\n☐ The student will take the PASA.", "regular_with_accommodations", 1, 0),
        ("The student takes the following state assessments with accommodations:\n• WVGSA ELA\n• WVGSA Mathematics\nAccommodations:\n• Extended time\n• Small group", "regular_with_accommodations", 2, 2),
        ("AZELLA: standard conditions.", "regular", 1, 0),
    ],
)  # fmt: skip
def test_tests_in_clauses(words, way, tests, helps):
    text = lines(words)
    for line in text:
        line.pieces = [Passage.of(bracketed(piece.words)) for piece in line.pieces]

    found = read_assessments([part("assessments", text)], KNOWN, iep=True)

    helped = {item.value for item in found.accommodations}
    assert (found.participation.value, len(found.state_tests), len(helped)) == (way, tests, helps)


def test_tests_beside_their_label_in_another_part():
    grid = table(
        "Is the student deaf?|☒ No ☐ Yes",
        "State Assessments|☒ MAP Grade-Level Assessment ELA: Extended time; Small group.",
    )

    found = read_assessments([part("special_factors", grid)], KNOWN, iep=True)

    assert [test.value for test in found.state_tests] == ["MAP Grade-Level Assessment ELA"]


@pytest.mark.parametrize(
    ("words", "share"),
    [
        ("Removal from the general education environment: 12 %", 88), ("% of day in general education: 64", 64),
        ("SPECIAL EDUCATION TIME: 18% GENERAL EDUCATION TIME: 82%", 82),
    ],
)  # fmt: skip
def test_shares_in_further_ways(words, share):
    told = part("lre", lines(words))

    assert read_placement([told], entries(told), KNOWN).percent_general_education.value == share


def test_a_letter_answers_whether_a_summer_is_needed():
    told = part("esy", lines("Is ESY needed? N"), title="EXTENDED SCHOOL YEAR")

    assert read_extended_year([told], entries(told), KNOWN).eligible.value is False


def test_how_often_is_asked_after_how():
    told = part(
        "goals",
        lines(
            "How will the parent be notified of progress? In writing. How often? Quarterly, with report cards"
        ),
    )

    assert read_progress([told], entries(told), KNOWN).frequency.value == "Quarterly, with report cards"


# ---------------------------------------------------------------- fields


def test_fields_in_frames_of_their_own_stand_under_their_labels():
    from reader.layout import Sheet, Table

    sheet = Sheet(1, 612, 792)
    for n, (label, value) in enumerate((("Grade", "6"), ("SSID", "2284719"))):
        left, right = 50.0 + 200 * n, 230.0 + 200 * n
        sheet.words.append(Word(label, 1, (left, 100, left + 40, 108), bold=True))
        box = (left, 110.0, right, 126.0)
        sheet.across += [(110.0, left, right), (126.0, left, right)]
        sheet.down += [(left, 110.0, 126.0), (right, 110.0, 126.0)]
        sheet.fields.append(Cell(box, 1, Passage.of([Word(value, 1, box, entry=True)])))

    arrange(sheet, KNOWN.is_head, KNOWN.is_list)

    (found,) = [block for block in sheet.blocks if isinstance(block, Table)]
    assert [[cell.text.flat for cell in row] for row in found.rows] == [["Grade", "SSID"], ["6", "2284719"]]


def test_choices_beside_labelled_dates_are_two_columns():
    from reader.layout import Sheet

    sheet = Sheet(1, 612, 792)
    left = ["TYPE OF MEETING", "☐ Eligibility", "☒ Review", "☐ Initial", "☐ Other"]
    right = ["DATES OF MEETINGS", "Next review due:", "10/05/2027", "Next evaluation due: 11/14/2027", "Initial evaluation: 11/18/2021"]  # fmt: skip
    for n, pair in enumerate(zip(left, right, strict=True)):
        for at, text in zip((50.0, 300.0), pair, strict=True):
            for token in text.split():
                sheet.words.append(Word(token, 1, (at, 100 + 14.0 * n, at + 5 * len(token), 110 + 14.0 * n)))
                at += 5 * len(token) + 3

    arrange(sheet, KNOWN.is_head, KNOWN.is_list)

    said = [block.text.flat for block in sheet.blocks if isinstance(block, Line)]
    assert said.index("Next review due:") + 1 == said.index("10/05/2027")


def test_a_column_of_answers_names_no_service():
    grid = table(
        "At once with others|Service(s)|Who gives it|Frequency|Location|Begins|Ends",
        "No|Writing|Special teacher|20 minutes / 3 times weekly|Resource room|09/08/2026|06/04/2027",
        "Yes|Behavior|Aide|15 minutes / 5 times weekly|Classroom|09/08/2026|06/04/2027",
    )
    found, _ = read_services([part("services", grid)], KNOWN, start=None, end=None, day_minutes=None)
    assert [(s.name.value, s.minutes_per_week.value) for s in found] == [("Writing", 60), ("Behavior", 75)]


def test_the_minutes_of_a_whole_week_are_no_service():
    told = lines("Total minutes per week of instructional time for this student: 1,720 minutes per week")
    found, _ = read_services([part("services", told)], KNOWN, start=None, end=None, day_minutes=None)
    assert found == []


def test_each_service_under_a_bold_label_of_its_own():
    told = lines("*Related service:* Music therapy, in a group\n*Length and frequency:* 2 times per week for 20 minutes\n*Location:* Band room")  # fmt: skip
    found, _ = read_services([part("services", told)], KNOWN, start=None, end=None, day_minutes=None)
    assert [(s.name.value, s.minutes_per_week.value, s.location.value) for s in found] == [("Music therapy, in a group", 40, "Band room")]  # fmt: skip


def test_an_area_at_the_end_of_a_part_belongs_to_the_goals_of_the_next():
    sentence = (
        "By 10/2/2027, given ten {0} tasks, Ivo will finish {1} of 10 as measured by weekly {0} checks."
    )
    parts = [
        part("goals", lines("Area of need: Mathematics\nPresent level: Ivo adds within 20.")),
        part("goals", lines(sentence.format("adding", 8)), title="Measurable Annual Goal"),
        part("goals", lines(sentence.format("counting", 9) + "\nArea of need: Behavior\nPresent level: Ivo leaves his seat."), title="Measurable Annual Goal"),
        part("goals", lines(sentence.format("seat", 7)), title="Measurable Annual Goal"),
    ]  # fmt: skip
    found = read_goals(parts, KNOWN)
    assert [(goal.area.value if goal.area else None, goal.text.value.split()[4]) for goal in found] == [
        ("Mathematics", "adding"), ("Mathematics", "counting"), ("Behavior", "seat"),
    ]  # fmt: skip
    assert found[1].area.confidence < 0.9  # it stands over both, and is said of the first


# ---------------------------------------------------------------- doubts


def reading(**values):
    return Reading(Value("iep"), "text_pdf", [], **values)


def test_a_child_is_hardly_blind_and_deaf_without_a_word_of_it():
    from reader.reading import SpecialFactors

    sure = {slot: Value(True, confidence=0.97) for slot in ("visual_impairment", "deaf_hard_of_hearing")}
    found = reading(special_factors=SpecialFactors(behavior=Value(False, confidence=0.97), **sure))

    doubt(found, KNOWN)

    factors = found.special_factors
    assert (
        max(v.confidence for v in (factors.visual_impairment, factors.deaf_hard_of_hearing, factors.behavior))
        < 0.9
    )


def test_what_contradicts_itself_is_not_sure():
    found = reading(
        meeting_date=Value("2026-10-06", confidence=0.97), annual_review_due=Value("2026-10-06", confidence=0.97),
        goals=[Goal(area=Value("/ Meta 1 — Area /", confidence=0.96), measurement=Value("observed sessions", confidence=0.97))],
        services=[Service(name=Value("Supports: see Form F", confidence=0.98))],
        team=[Member(role=Value("parent", confidence=0.98), name=Value("School: Oak", confidence=0.98))],
    )  # fmt: skip
    found.student.name = Value("Amara Last", confidence=0.97)

    doubt(found, KNOWN)

    doubted = (found.annual_review_due, found.goals[0].area, found.services[0].name, found.team[0].name, found.student.name)  # fmt: skip
    assert max(value.confidence for value in doubted) < 0.9
    assert found.meeting_date.confidence > 0.9

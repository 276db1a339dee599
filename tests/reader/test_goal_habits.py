"""How forms write goals, as small as it goes: one habit in each test, and what only looks like it."""

import pytest

from reader.baselines import baselines_from_levels
from reader.goal_sentences import steps_apart
from reader.goals import read_goals
from reader.layout import Passage
from reader.levels import read_levels
from tests.reader.test_pieces import KNOWN, entries, lines, part, passage, table


def goals(*blocks, title="ANNUAL GOALS"):
    return read_goals([part("goals", *blocks, title=title)], KNOWN)


# ---------------------------------------------------------------- objectives


def test_numbered_objectives_end_the_goal_above_them():
    (found,) = goals(
        lines(
            "Goal 1: By June 2027, given a map, Ada will name the route home on 4 of 5 walks.\n"
            "Objective 1.1 Given a photo of each corner, Ada will name two streets on 4 of 5 walks.\n"
            "Objective 1.2 Ada will name four streets on 3 of 5 walks.\n"
            "Method of measurement: Walk log"
        )
    )

    assert found.text.value.endswith("route home on 4 of 5 walks.")
    assert [step.value for step in found.objectives] == [
        "Given a photo of each corner, Ada will name two streets on 4 of 5 walks",
        "Ada will name four streets on 3 of 5 walks",
    ]
    assert found.measurement.value == "Walk log"


@pytest.mark.parametrize(
    "mark", ["Objective 2a.", "Benchmark B:", "Short-term objective #1 –", "STO 3)", "Objetivo 1.2"]
)
def test_marks_of_objectives(mark):
    text = passage(
        f"Ada will tell the time on 8 of 10 tries.\n{mark} Ada will read full hours on 8 of 10 tries."
    )

    found = steps_apart([("text", text, "column", Passage())], KNOWN)

    assert [(slot, value.flat) for slot, value, _, _ in found] == [
        ("text", "Ada will tell the time on 8 of 10 tries."),
        ("objectives", "Ada will read full hours on 8 of 10 tries."),
    ]


def test_an_objective_named_within_a_goal_does_not_end_it():
    text = passage(
        "Ada will meet objective 2 of the lab sheet. Objective tests will show\n8 of 10 items right."
    )

    assert [item[0] for item in steps_apart([("text", text, "column", Passage())], KNOWN)] == ["text"]


def test_a_line_in_a_box_of_its_own_heads_the_objectives():
    (found,) = goals(
        lines("Annual goal 1: Given a list, Ada will pack her bag with all items on 9 of 10 days."),
        table("STEPS AND OBJECTIVES\n1.1 Ada will pack her books on 8 of 10 days.\n1.2 Ada will pack her lunch on 8 of 10 days."),
    )  # fmt: skip

    assert found.text.value.endswith("9 of 10 days.")
    assert [step.value for step in found.objectives] == [
        "Ada will pack her books on 8 of 10 days",
        "Ada will pack her lunch on 8 of 10 days",
    ]


def test_an_objective_beside_how_it_is_measured():
    (found,) = goals(
        table(
            "Annual Goal (Linked to Needs) # 1 ☒ Daily living: Dressing",
            "Given her coat, Ada will fasten five buttons on 4 of 5 mornings.",
            "Short Term Objective #1 Ada will fasten two buttons on 4 of 5 mornings.|Procedure: same as goal",
            "Short Term Objective #2 Ada will fasten four buttons on 4 of 5 mornings.|Procedure: same as goal",
        )
    )

    assert len(found.objectives) == 2
    assert found.text.value == "Given her coat, Ada will fasten five buttons on 4 of 5 mornings."


# ---------------------------------------------------------------- where area and baseline stand


def test_a_cell_may_hold_the_area_and_the_baseline_under_labels_of_their_own():
    rows = table(
        "Need and current performance|Annual goal and steps|How measured|Mastered on",
        "Need area: Travel *Strengths:* Ada knows her street. *Current performance (baseline):* Ada stops at 2 of 10 curbs.|"
        "Goal 1. Ada will stop at 9 of 10 curbs in three walks.|Walk log|",
        "Need area: Money *Strengths:* Ada likes shops. *Current performance (baseline):*|"
        "Goal 2. Ada will pay the exact sum in 4 of 5 purchases.|Till slips|",
    )  # fmt: skip

    first, second = goals(rows)

    assert (first.area.value, first.baseline.value) == ("Travel", "Ada stops at 2 of 10 curbs")
    assert second.area.value == "Money"
    assert second.baseline is None  # its box is blank


def test_a_goals_number_and_area_over_the_columns_name_and_the_next_goal_in_the_same_table():
    rows = table(
        "Goal 1 — Reading\nMeasurable goal|Baseline|Criteria",
        "Given a page, Ada will read aloud without a model.|41 words a minute|80 words a minute",
        "Goal 2 — Writing\nMeasurable goal|Baseline|Criteria",
        "Given a prompt, Ada will write a paragraph with a topic sentence.|2 sentences|6 sentences on 4 of 5 tries",
    )

    assert [(goal.number.value, goal.area.value, goal.baseline.value) for goal in goals(rows)] == [
        ("1", "Reading", "41 words a minute"),
        ("2", "Writing", "2 sentences"),
    ]


def test_a_goal_areas_heading_over_a_label():
    page = lines(
        "*Goal Area 1: Reading*\n*Strengths:* Ada knows every letter and likes to be read to at night.\n"
        "*Need:* Ada needs daily practice in blending sounds.\n"
        "*Measurable goal:* Given ten words, Ada will read 9 of 10 aloud in three lessons.\n"
        "*Goal Area 2: Mathematics*\n*Strengths:* Ada counts coins at the market without any help.\n"
        "*Need:* Ada needs to learn to carry.\n"
        "*Measurable goal:* Given ten sums, Ada will solve 8 of 10 in three lessons."
    )

    assert [(goal.number.value, goal.area.value) for goal in goals(page)] == [
        ("1", "Reading"),
        ("2", "Mathematics"),
    ]
    said = read_levels([part("goals", page)], entries(part("goals", page)), KNOWN)
    assert "likes to be read to" in said["goal areas"].value
    assert "market" in said["goal areas"].value


def test_the_answer_to_a_question_is_no_area():
    (found,) = goals(
        table(
            "Annual Goal 1\nGiven a timer, Ada will work for 10 minutes on 4 of 5 days.",
            "Is this goal tied to a related service? ☐ Yes ☒ No",
            "How will progress toward this goal be measured? Tally sheet",
        )
    )

    assert found.area is None
    assert found.measurement.value == "Tally sheet"


# ---------------------------------------------------------------- when and how well


@pytest.mark.parametrize(
    ("lead", "when"),
    [
        ("By the May 2027 review, given", "By the May 2027 review"),
        ("By her spring report card, given", "By her spring report card"),
        ("In the 2026 story, given", None),
    ],
)
def test_reviews_named_by_their_month(lead, when):
    (found,) = goals(lines(f"Goal 1: {lead} a model, Ada will answer four questions with 90% accuracy."))

    assert (found.timeframe.value if found.timeframe else None) == when


def test_a_date_under_schedule_says_by_when():
    rows = table(
        "Annual Goal|Criteria|Evaluation Procedures|Schedule",
        "Given a coat, Ada will zip it alone|8 of 10 days|Timed checklist|By Feb. 4, 2027",
    )
    often = table(
        "Annual Goal|Criteria|Evaluation Procedures|Schedule",
        "Given a coat, Ada will zip it alone|8 of 10 days|Timed checklist|Every Friday",
    )

    (dated,), (repeated,) = goals(rows), goals(often)

    assert (dated.timeframe.value, dated.measurement.value) == ("By Feb. 4, 2027", "Timed checklist")
    assert (repeated.timeframe, repeated.measurement.value) == (None, "Timed checklist; every friday")


@pytest.mark.parametrize(
    ("end", "criterion"),
    [
        ("within 7 minutes in 85% of lessons.", "within 7 minutes in 85% of lessons"),
        ("before 8:30 a.m. on 9 of 10 days.", "before 8:30 a.m. on 9 of 10 days"),
        ("within the room and the hall in 85% of lessons.", "85% of lessons"),
    ],
)
def test_how_soon_belongs_to_how_often(end, criterion):
    (found,) = goals(lines(f"Goal 1: Given a card, Ada will return to her seat {end}"))

    assert found.criterion.value == criterion


# ---------------------------------------------------------------- steps without a word for them


@pytest.mark.parametrize(
    ("first", "second"), [("1.1", "1.2"), ("1-1", "1-2"), ("a.", "b."), ("a)", "b)"), ("(a)", "(b)")]
)
def test_steps_numbered_under_their_goal(first, second):
    (found,) = goals(
        lines(
            "Goal 1: By June 2027, Ada will read 90 words a minute on 3 of 4 pages.\n"
            f"{first} Ada will read 60 words a minute by December 2026.\n"
            f"{second} Ada will read 75 words a minute by March 2027."
        )
    )

    assert found.criterion.value.endswith("3 of 4 pages")
    assert [step.value.split(" by ")[1] for step in found.objectives] == ["December 2026", "March 2027"]


def test_one_letter_alone_begins_no_steps():
    (found,) = goals(
        lines("Goal 1: Ada will sort her mail with 90% accuracy, in room\na. This counts on 3 of 4 days.")
    )

    assert found.objectives == []


def test_a_column_and_a_row_for_each_step():
    columns = table(
        "Annual Goal|Objective 1|Objective 2|Evaluation",
        "Ada will write five sentences on 4 of 5 tries.|Ada will write two.|Ada will write four.|Samples",
    )
    rows = table(
        "Goal|Criteria|Method",
        "1. Ada will write a paragraph about her day|4 of 5 tries|Samples",
        "a. Ada will write two sentences|4 of 5 tries|Samples",
        "2. Given sums, Ada will add three numbers|8 of 10|Quiz",
    )

    assert [[step.value for step in goal.objectives] for goal in goals(columns)] == [
        ["Ada will write two", "Ada will write four"]
    ]
    assert [[step.value for step in goal.objectives] for goal in goals(rows)] == [
        ["Ada will write two sentences"],
        [],
    ]


# ---------------------------------------------------------------- goals told without labels


def test_an_area_over_a_goals_paragraph_that_goes_on_with_where_the_child_is():
    first, second = goals(
        lines(
            "Reading\nGiven a page, Ada will read 70 words correctly per minute on three probes by April 2027.\n"
            "She now reads 44 words. A probe is given each Friday.\n"
            "Writing\nAda will write five sentences about a picture in 4 of 5 samples by April 2027. Ada currently writes two."
        )
    )

    assert (first.area.value, first.baseline.value) == ("Reading", "She now reads 44 words")
    assert first.text.value.endswith("by April 2027.")
    assert (second.area.value, second.baseline.value) == ("Writing", "Ada currently writes two")


def test_what_a_child_will_now_do_belongs_to_the_goal():
    (found,) = goals(
        lines(
            "Goal 1: Ada will read 70 words a minute on three probes. She now will also read 5 signs on 4 of 5 walks."
        )
    )

    assert found.text.value.endswith("4 of 5 walks.")


def test_questions_for_the_goal_and_for_its_date():
    rows = table(
        "Goal 1|Motor",
        "What will Ada do?|Ada will cut along a line within 1/4 inch in 4 of 5 tries",
        "When?|by May 2027",
        "What will Ada need?|A table that will be set at her height",
        "How will it be measured?|Work samples",
    )

    (found,) = goals(rows)

    assert (found.timeframe.value, found.criterion.value) == ("by May 2027", "4 of 5 tries")
    assert found.text.value == "Ada will cut along a line within 1/4 inch in 4 of 5 tries"


# ---------------------------------------------------------------- baselines of the present levels


@pytest.mark.parametrize(
    ("levels", "baseline"),
    [
        (
            "In a 40-word spelling sample, Ada wrote 22 words with every letter. She likes dogs.",
            "wrote 22 words",
        ),
        (
            "On Friday Ada spelled her own words about the news of the day in her diary with 48% accuracy.",
            "spelled her own words about the news of the day in her diary with 48% accuracy",
        ),
        ("In the 40-minute bus ride Ada sleeps. She has 22 dogs.", None),
    ],
)
def test_a_sentence_of_the_present_levels_is_kept_whole(levels, baseline):
    before = part("present_levels", lines(levels), title="PRESENT LEVELS")
    found = goals(
        lines(
            "Goal 1: Given a dictionary, Ada will spell words of her own with 90% accuracy in three samples."
        )
    )

    baselines_from_levels(found, [before], KNOWN)

    value = found[0].baseline
    assert (value is None) if baseline is None else baseline in value.value


def test_an_objective_in_spanish_is_no_goal():
    (found,) = goals(
        lines(
            "Meta 1: Lectura\nPara junio de 2027, dado un texto, Ada leerá 90 palabras por minuto en 3 de 4 pruebas.\n"
            "Objetivo 1.1 Ada leerá 70 palabras por minuto para enero de 2027.\nMétodo: prueba semanal"
        )
    )

    assert [step.value for step in found.objectives] == [
        "Ada leerá 70 palabras por minuto para enero de 2027"
    ]
    assert (found.area.value, found.measurement.value) == ("Lectura", "prueba semanal")


# ---------------------------------------------------------------- what stands in a goal's cell


def test_a_goals_cell_may_open_with_where_the_child_is():
    def row(words):
        return goals(
            table(
                "#|Area|Goal|How measured",
                f"1|Travel|{words}|Ride log",
                "2|Cooking|Ada will boil two eggs.|Log",
            )
        )[0]

    labelled = row(
        "Starting point: Ada rides 2 of 7 stops alone.\nGoal: With a map, Ada will ride to 6 of 7 stops alone.\n"
        "Benchmarks\n1.1 Ada will ride to 4 of 7 stops."
    )
    unknown = row(
        "Rides so far: Ada rides 2 of 7 stops alone.\nGoal: With a map, Ada will ride to 6 of 7 stops alone."
    )
    headed = row("Bus travel: With a map, Ada will ride to 6 of 7 stops alone.")

    assert labelled.text.value == headed.text.value == "With a map, Ada will ride to 6 of 7 stops alone."
    assert labelled.baseline.value == "Ada rides 2 of 7 stops alone"
    assert (labelled.area.value, labelled.measurement.value) == ("Travel", "Ride log")
    assert [step.value for step in labelled.objectives] == ["Ada will ride to 4 of 7 stops"]
    assert headed.baseline is None
    assert unknown.area.value == "Travel"  # what a label that nobody knows says is no area


@pytest.mark.parametrize(
    ("number", "area"), [("2 of 5", None), ("2 out of 5", None), ("2 Money of Spain", "Money of Spain")]
)
def test_how_many_goals_there_are_is_no_area(number, area):
    (found,) = goals(
        table(f"Goal number: {number}"), lines("Annual goal: Ada will count 8 of 10 coins by May 2027.")
    )

    assert (found.number.value, found.area and found.area.value) == ("2", area)


@pytest.mark.parametrize(
    ("words", "behavior", "criterion"),
    [
        ("Ada will copy a six-line poem in 15 minutes or less in three out of four lessons.", "copy a six-line poem", "15 minutes or less in three out of four lessons"),
        ("Ada will climb to the stage with light support only on 7 of 8 days.", "climb to the stage", "light support only on 7 of 8 days"),
        ("Ada will write to a friend with support on 7 of 8 days.", "write to a friend with support", "7 of 8 days"),
    ],
)  # fmt: skip
def test_how_fast_and_with_how_little_help_is_of_the_criterion(words, behavior, criterion):
    (found,) = goals(lines(f"Annual goal: {words}"))

    assert (found.behavior.value, found.criterion.value) == (behavior, criterion)


def test_the_sentence_of_a_long_present_level_that_measures_what_the_goal_does():
    levels = (
        "Ada counts to 1,000 and likes games with dice. She tires after 20 minutes of work at her desk and asks to walk. "
        "On the May checks she told the time to the minute on 3 of 12 clocks."
    )
    goal = "Annual goal: By May 2027, shown twelve clocks, Ada will tell the time to the minute on 10 of 12 clocks."
    other = "Annual goal: By May 2027, Ada will jump rope for 30 seconds on 4 of 5 tries."

    def baseline(text):
        return goals(lines(f"Present level of performance: {levels}\n{text}"))[0].baseline.value

    assert baseline(goal) == "On the May checks she told the time to the minute on 3 of 12 clocks"
    assert baseline(other).startswith("Ada counts to 1,000")

"""What is typed, ticked or left blank on a form, as small as it goes: one habit in each test, and what only looks like it."""

from datetime import date

import pytest

from reader.assessments import read_assessments
from reader.choices import choices_in
from reader.layout import Line, Passage
from reader.placement import read_extended_year, read_placement
from reader.progress import read_progress
from reader.team import read_team
from reader.transition import read_transfer
from tests.reader.test_pieces import KNOWN, entries, lines, part, passage, supports, table

# ---------------------------------------------------------------- boxes that are filled in


def typed(text):
    """A passage of words typed into a field."""
    return Passage.of([word._replace(entry=True) for word in passage(text).words])


def test_a_printed_number_and_the_support_typed_beside_it():
    def listed(*pairs):
        flow = [Line([Passage.join([passage(n), typed(t)], " ")], 1, (0, 0, 1, 1)) for n, t in pairs]
        return supports(part("accommodations", flow, title="Accommodations (each day)"))[0]

    assert listed(("1.", "Map of the day on the desk"), ("2.", "Words sung slowly")) == [
        "Map of the day on the desk",
        "Words sung slowly",
    ]
    assert listed(("1.", "None"), ("2.", "N/A")) == []


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Modifications in music, weekly", 1),
        ("Modifications and accommodations", 0),
        ("Accommodations in music", 0),
    ],
)
def test_a_title_says_what_it_lists(title, kept):
    flow = lines("• Half of the songs\n• No solo parts")

    assert len(supports(part("accommodations", flow, title=title))[kept]) == 2


def test_roles_over_names_in_boxes():
    people = table("Only the name is typed.\nParent|School Nurse", "Ida Roe|Ben Ode")
    places = table("Town|Road", "Ida Roe|Ben Ode")

    assert [(m.role.value, m.name.value) for m in read_team([part("team", people)], KNOWN)] == [
        ("Parent", "Ida Roe"),
        ("School Nurse", "Ben Ode"),
    ]
    assert read_team([part("team", places)], KNOWN) == []


def test_two_roles_with_their_names_on_one_line():
    people = lines("Parent: Ida Roe | School Nurse: Ben Ode\nSchool Psychologist: Di Fox | Teacher: Cy Dent")

    assert {m.name.value for m in read_team([part("team", people)], KNOWN)} == {
        "Ida Roe",
        "Ben Ode",
        "Di Fox",
        "Cy Dent",
    }


@pytest.mark.parametrize(
    ("words", "eligible"),
    [
        ("Discussed: Yes\nNeeded: No. The log shows that nothing was lost.", False),
        ("Reviewed by the team: Yes\nEligible: Yes, for four weeks.", True),
        ("Considered: Yes\nRequired: No", False),
        ("Summer services offered: No", False),
        ("The team talked about ESY and decided against it.", False),
        ("ESY services are warranted: math, 2 hours a week", True),
        ("Team considered ESY: Yes Student qualifies: No", False),
    ],
)
def test_whether_a_summer_is_needed(words, eligible):
    page = part("esy", lines(words), title="Extended School Year")

    assert read_extended_year([page], entries(page), KNOWN).eligible.value is eligible


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "Date the student was informed of the rights that go to him at 18:\nCourse of study: Shop, English",
            False,
        ),
        ("Date the student was informed of the rights that go to him at 18: March 3, 2026", True),
        ("Ben was told of the rights that go to him at 18.", True),
        ("Has the student been told of the rights that transfer? Yes", True),
        ("Has the student been told of the rights that transfer? No", False),
        ("Ada has received a letter on her rights at 18 (9/3/2026).", True),
        ("We went over with Ada the rights she will have at 18.", True),
        ("We went over with parents the rights they will keep until she is 18.", False),
        ("Student initials that rights were explained: AO", True),
        ("Student initials that rights were explained: ____", False),
        ("☐ The student has been informed of the rights that transfer at age 18", False),
        ("☒ The student has been informed of the rights that transfer at age 18", True),
        ("Student was notified of the transfer of rights on:\nDiploma: regular", False),
        ("Student was notified of the transfer of rights on:\n9/3/2026", True),
    ],
)
def test_whether_rights_were_told(words, told):
    page = part("transition", lines(words), title="Transition")
    found = read_transfer([page], entries(page), born=date(2009, 5, 1), until=date(2026, 11, 1))

    assert found.value is told


def test_a_reason_typed_under_its_question():
    why = "Reasons the child will not be with children without disabilities at these times"

    def explained(answer):
        below = Line([typed(answer)], 1, (0, 0, 1, 1))
        page = part("lre", [*lines(why), below], title="Least Restrictive Environment")
        return read_placement([page], entries(page), KNOWN).explanation_present.value

    assert explained("Ada wants a calm place and many turns to learn new words in two languages.")
    assert not explained("91.5%")


def test_the_share_itself_beside_printed_ranges():
    boxes = lines(
        "Percent of time in general education: ☒ 80% or more ☐ 40% to 79% Actual: 84.5% of the week"
    )
    ranges = lines("Percent of time in general education: ☒ 80% or more ☐ 40% to 79%")

    def share(flow):
        page = part("lre", flow, title="PLACEMENT")
        return read_placement([page], entries(page), KNOWN).percent_general_education.value

    assert (share(boxes), share(ranges)) == (84.5, 80)


@pytest.mark.parametrize(
    ("above", "below", "words"),
    [
        ("☐ Rating scale ☐ Grades of the year ☐ Work", "Samples ☒ Checklist ☐ Other", ["Checklist"]),
        ("☐ Rating scale ☐ Grades of the year ☒ Work", "Samples ☐ Checklist ☐ Other", ["Work Samples"]),
        ("☐ Rating scale ☒ Grades", "Who: ☐ Teacher ☒ Aide with the whole class of the year", ["Grades", "Aide with the whole class of the year"]),
    ],
)  # fmt: skip
def test_a_choice_broken_before_the_next_box(above, below, words):
    text = passage(f"{above}\n{below}")

    assert [choice.words.flat for choice in choices_in(text) if choice.marked] == words


def test_what_helps_on_tests_parted_by_strokes():
    rows = table("State assessment|Accommodations", "State Test of Reading|Large print / Extra time / Scribe")

    found = read_assessments([part("assessments", rows, title="ASSESSMENT")], KNOWN, iep=True)

    assert [one.value for one in found.accommodations] == ["Large print", "Extra time", "Scribe"]


@pytest.mark.parametrize("words", ["every four and one-half weeks", "every 4.5 weeks"])
def test_half_a_quarter_is_how_often(words):
    pages = part(
        "goals",
        lines(f"Progress on each goal is reported to the parent {words}, with report cards."),
        title="GOALS",
    )

    assert read_progress([pages], entries(pages), KNOWN).frequency.value.startswith(words)


def test_people_with_their_roles_in_parentheses_on_one_line():
    people = lines("Ida Roe (Parent) | Ben Ode (School Nurse)\nDi Fox (Psychologist) | Cy Dent (Teacher)")

    assert [(m.role.value, m.name.value) for m in read_team([part("team", people)], KNOWN)] == [
        ("Parent", "Ida Roe"),
        ("School Nurse", "Ben Ode"),
        ("Psychologist", "Di Fox"),
        ("Teacher", "Cy Dent"),
    ]


@pytest.mark.parametrize(
    ("words", "share"),
    [
        ("Time outside general education: 300 of 2,000 minutes per week", 85),
        ("Minutes per week with nondisabled peers: 1,620 of 1,800", 90),
        ("Time away from students without disabilities: 30%", 70),
        ("Time in general education classes: 5 of 6 periods", None),
    ],
)
def test_a_share_told_as_so_many_of_so_many(words, share):
    pages = part("lre", lines(words), title="PLACEMENT")
    found = read_placement([pages], entries(pages), KNOWN).percent_general_education

    assert (found and found.value) == share


@pytest.mark.parametrize(
    ("words", "often"),
    [
        ("Reports go home at the same time as report cards.", "at the same time as report cards"),
        ("Each quarter the case manager mails a report on the goals.", "Each quarter"),
    ],
)
def test_where_how_often_begins_and_ends(words, often):
    pages = part("progress", lines(words), title="PROGRESS")

    assert read_progress([pages], entries(pages), KNOWN).frequency.value == often

"""Documents are named as what they are."""

import pytest

from reader import read
from reader.kinds import state_style
from reader.knowledge import everything
from reader.layout import Line, Passage, Word
from reader.parts import Part

DOCUMENTS = {
    "progress_report": "*IEP PROGRESS REPORT*\n\nStudent: Ruby Wright\n\nGoal 1: Ruby will read 85 words. Progress: 52 words.",
    "prior_written_notice": "= Prior Written Notice\n\nThe district proposes to change the placement of your child.",
    "meeting_notice": "= Notice of IEP Meeting\n\nYou are invited to an IEP team meeting on October 4, 2025.",
    "consent_form": "= Parental Consent for Evaluation\n\n== Consent for Evaluation\n\nI give permission to evaluate.",
    "evaluation_report": "= Psychoeducational Evaluation\n\nSilas was referred. Speech therapy 30 minutes weekly is recommended.",
    "ifsp": "= Individualized Family Service Plan (IFSP)\n\nFinn will use ten words.",
    "section_504_plan": "= Section 504 Accommodation Plan\n\n== Accommodations\n- Extra time on tests",
    "behavior_plan": "= Behavior Intervention Plan\n\nJonah will ask for a break.",
    "iep": "= Programa Educativo Individualizado (IEP)\n\nNombre del estudiante: Luz Vega",
    "unknown": "Dear Ms. Rivera,\n\nThank you for your call. We will look for a time to meet.",
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_document_says_what_it_is(kind):
    import typst

    reading = read(typst.compile(DOCUMENTS[kind].encode()))

    assert reading.document_kind.value == kind
    if kind != "iep":
        assert (reading.goals, reading.services) == ([], [])


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("NJ", "Child Study Team NJSLA ELA Grade 6 NJSLA Mathematics Grade 6"),
        ("NC", "EOG Reading Grade 5 EOG Mathematics Grade 5"),
        ("CO", "CMAS ELA Grade 5 administrative unit"),
        ("IN", "ILEARN ELA Grade 4 case conference committee"),
        ("MT", "Montana OPI Helena, MT 59601"),
        (None, "State Reading Assessment Grade 3"),
    ],
)
def test_a_form_is_told_by_its_state_s_words(state, words):
    line = Line([Passage.of(Word(word, 1, (0, 0, 1, 1)) for word in words.split())], 1, (0, 0, 1, 1))

    found = state_style([], [Part("student", blocks=[line])], everything())

    assert (found.value if found else None) == state

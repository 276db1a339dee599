"""A goal's sentence is taken apart as a reviewer would."""

import pytest

from reader.goal_parts import take_apart
from reader.knowledge import everything
from reader.layout import Passage, Word


def parts(sentence):
    passage = Passage.of(Word(word, 1, (0, 0, 1, 1)) for word in sentence.split())
    return {name: part.flat for name, part in take_apart(passage, everything()).items()}


def test_all_five_parts():
    assert parts(
        "By May 30, 2026, given an unseen passage, Ana will read aloud 105 correct words in one minute on 3 "
        "consecutive weekly probes, as measured by timed readings."
    ) == {
        "timeframe": "By May 30, 2026",
        "condition": "given an unseen passage",
        "behavior": "read aloud",
        "criterion": "105 correct words in one minute on 3 consecutive weekly probes",
        "measurement": "timed readings",
    }


def test_a_timeframe_at_the_end():
    found = parts(
        "Omar will produce the /s/ sound with 85% accuracy over 3 sessions, given minimal cues, by 3/1/2026."
    )

    assert found == {
        "timeframe": "by 3/1/2026",
        "condition": "given minimal cues",
        "behavior": "produce the /s/ sound",
        "criterion": "85% accuracy over 3 sessions",
    }


def test_a_figure_inside_the_task_is_no_criterion():
    found = parts(
        "Imani will retell the story with at least 2 details for each part with 80% accuracy in 3 of 4 trials."
    )

    assert found["behavior"] == "retell the story with at least 2 details for each part"
    assert found["criterion"] == "80% accuracy in 3 of 4 trials"


def test_in_spanish():
    assert parts(
        "Para el 5 de noviembre de 2026, dado un texto, Lucía leerá en voz alta 70 palabras por minuto en 4 de 5 lecturas."
    ) == {
        "timeframe": "Para el 5 de noviembre de 2026",
        "condition": "dado un texto",
        "behavior": "leerá en voz alta",
        "criterion": "70 palabras por minuto en 4 de 5 lecturas",
    }


@pytest.mark.parametrize(
    "sentence",
    [
        "Margo will increase her independence in cooking and personal hygiene.",
        "By 10/14/2026, Imani will improve her coping skills as measured by teacher observation.",
        "Chloe will understand what she reads 80% of the time.",
        "Quinn will be exposed to vocabulary in both languages.",
        "Ben will develop social skills in 4 of 5 trials.",
    ],
)
def test_verbs_that_nobody_can_see_are_no_behavior(sentence):
    assert "behavior" not in parts(sentence)


def test_a_vague_verb_with_a_figure_can_be_seen():
    found = parts("By May 2026, Maya will increase her reading rate from 45 to 90 words correct per minute.")

    assert found["behavior"] == "increase her reading rate"
    assert found["criterion"] == "90 words correct per minute"


def test_a_goal_that_raises_a_figure_says_where_it_starts():
    found = parts(
        "Given a picture and a frame, Ola will say a whole sentence, improving from 4 of 20 scenes to 16 of 20 scenes "
        "as measured by therapy data."
    )

    assert found["behavior"] == "say a whole sentence"
    assert (found["baseline"], found["criterion"]) == ("4 of 20 scenes", "16 of 20 scenes")
    assert found["measurement"] == "therapy data"


def test_from_a_level_of_one_thing_to_a_level_of_another():
    found = parts(
        "Paj will increase her language from a level of using two-word phrases to a level of using whole sentences in "
        "20 of 25 recorded utterances."
    )

    assert (found["baseline"], found["behavior"]) == ("using two-word phrases", "using whole sentences")
    assert found["criterion"] == "20 of 25 recorded utterances"

"""What was counted becomes a value, or a sentence beside its field."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress import measures
from progress.measures import Impossible


def shape(measure, out_of=None, per_minutes=None, time_unit=""):
    return SimpleNamespace(measure=measure, out_of=out_of, per_minutes=per_minutes, time_unit=time_unit)


@pytest.mark.parametrize(
    ("sheet", "told", "value"),
    [
        (shape("trials", 5.0), {"part": 4}, 4),
        (shape("trials", 5.0), {"part": 6, "whole": 10}, 3),
        (shape("percent"), {"value": 100}, 100),
        (shape("frequency"), {"part": 3}, 3),
        (shape("frequency", per_minutes=30.0), {"part": 5, "whole": 10}, 15),
        (shape("frequency", per_minutes=30.0), {"part": 5}, 5),
        (shape("rate"), {"part": 30, "whole": 2}, 15),
        (shape("rubric", 4.0), {"value": 2.5}, 2.5),
        (shape("prompts"), {"value": 5}, 5),
    ],
)
def test_values(sheet, told, value):
    assert measures.reckon(sheet, **told) == pytest.approx(value)


@pytest.mark.parametrize(
    ("sheet", "told", "field", "sentence"),
    [
        (shape("percent"), {"value": 101}, "value", "A percent goes from 0 to 100."),
        (shape("trials", 5.0), {"part": 6}, "part", "6 right cannot be more than 5 tries."),
        (shape("trials", 5.0), {"part": 9, "whole": 8}, "part", "9 right cannot be more than 8 tries."),
        (shape("trials", 5.0), {"part": 2.5}, "part", "Tries are counted in whole numbers."),
        (shape("trials", 5.0), {"part": 0, "whole": 0}, "whole", "At least one try is needed."),
        (shape("trials", 5.0), {}, "part", "How many were right?"),
        (shape("rubric", 4.0), {"value": 4.5}, "value", "That is more than the highest score."),
        (shape("prompts"), {"value": 2.5}, "value", "Please choose how much help was needed."),
        (shape("rate"), {"part": 3, "whole": 0}, "whole", "For how many minutes did you watch? More than 0."),
        (shape("words"), {"value": float("nan")}, "value", "Please type a number from 0 up."),
        (shape("words"), {"value": -1}, "value", "Please type a number from 0 up."),
        (
            shape("words"),
            {"value": 9000},
            "value",
            "This number is too large to be right. Please look again.",
        ),
        (shape("words"), {}, "value", "Please give a number."),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(sheet, told, field, sentence):
    with pytest.raises(Impossible) as found:
        measures.reckon(sheet, **told)
    assert (found.value.field, found.value.sentence) == (field, sentence)


ANY = st.none() | st.floats(allow_nan=True, allow_infinity=True) | st.integers(-5, 600)


@given(
    st.sampled_from(["trials", "percent", "frequency", "rate", "words", "duration", "latency", "rubric", "prompts"]),
    st.integers(1, 50), st.none() | st.integers(1, 90), ANY, ANY, ANY,
)  # fmt: skip
def test_every_value_lies_within_its_limits(measure, out_of, per, value, part, whole):
    sheet = shape(measure, float(out_of), per, "min")
    try:
        found = measures.reckon(sheet, value=value, part=part, whole=whole)
    except Impossible as problem:
        assert problem.field in {"value", "part", "whole"}
        assert problem.sentence.endswith((".", "?"))
    else:
        assert 0 <= found <= measures.most(sheet)


def test_values_are_said_as_people_say_them():
    assert measures.say(shape("trials", 5.0), 4) == "4 of 5"
    assert measures.say(shape("percent"), 80) == "80%"
    assert measures.say(shape("words"), 51.25) == "51.2 words a minute"
    assert measures.say(shape("prompts"), 3) == "Words"
    assert measures.say(shape("frequency", per_minutes=20.0), 7) == "7 times in 20 minutes"
    assert measures.say(shape("latency", time_unit="s"), 30) == "30 seconds"

"""Facts that cannot be are said in a sentence."""

from datetime import date

import pytest

from law.facts import problems

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (
            {"birth": date(2027, 1, 1)},
            "Child's date of birth cannot be in the future (Friday, January 1, 2027).",
        ),
        (
            {"iep_meeting_date": date(1925, 3, 2)},
            "IEP meeting cannot be as long ago as Monday, March 2, 1925.",
        ),
        (
            {"evaluation_consent_received": date(2026, 9, 3), "eligibility_determined": date(2026, 9, 1)},
            "Eligibility decided (Tuesday, September 1, 2026) cannot come before "
            "School received signed consent to evaluate (Thursday, September 3, 2026).",
        ),
        ({"birth": date(1990, 1, 1)}, "the child would be 36 years old"),
        ({"evaluation_consent_received": date(2027, 1, 1)}, "cannot be in the future"),
        (
            {"birth": date(2018, 5, 5), "evaluation_requested": date(2017, 5, 5)},
            "cannot come before Child's date of birth",
        ),
    ],
)
def test_what_cannot_be_is_said(facts, sentence):
    found = problems(facts, today=TODAY)

    assert len(found) == 1
    assert sentence in found[0].words()
    assert found[0].words("es") != found[0].words()


def test_what_can_be_passes():
    facts = {
        "birth": date(2018, 5, 5),
        "written_referral_received": date(2026, 9, 1),
        "evaluation_consent_received": date(2026, 9, 3),
        "iep_meeting_date": date(2027, 1, 15),
        "extended_by_written_agreement": True,
    }

    assert problems(facts, today=TODAY) == []

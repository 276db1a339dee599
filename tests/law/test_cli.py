"""One question, one JSON object."""

import json

import pytest

from law.cli import AnswerError, answer, parse_date, read_calendar
from law.rules import law, rules_in

CSV = """kind,start,end,name
year,2025-08-25,2026-06-12,2025-26
year,2026-08-24,2027-06-11,2026-27
no_school,2025-11-24,2025-11-28,Thanksgiving break
no_school,2025-12-22,2026-01-02,Winter break
"""
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Lincoln//EN
BEGIN:VEVENT
UID:1
SUMMARY:Thanksgiving break
DTSTART;VALUE=DATE:20251124
DTEND;VALUE=DATE:20251129
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Winter break
DTSTART;VALUE=DATE:20251222
DTEND;VALUE=DATE:20260103
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "lincoln.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


@pytest.fixture
def ics(tmp_path):
    path = tmp_path / "lincoln.ics"
    path.write_text(ICS.replace("\n", "\r\n"), encoding="utf-8")
    return path


def test_montana():
    found = answer("initial_evaluation", "2025-09-03", "MT")

    assert {key: found[key] for key in ("rule", "state", "status", "date", "verified", "reliable")} == {
        "rule": "initial_evaluation",
        "state": "MT",
        "status": "date",
        "date": "2025-11-02",
        "verified": True,
        "reliable": True,
    }
    assert "Mont. Admin. R. 10.16.3321(1)" in str(found["citation"])
    assert "+ 60 calendar days =" in str(found["arithmetic"])


def test_the_federal_rule_without_a_state():
    found = answer("dp_response", "2026-03-07")

    assert (found["state"], found["date"], found["reliable"]) == (None, "2026-03-17", True)


def test_a_school_day_rule_with_and_without_a_calendar(csv, ics):
    without = answer("manifestation_determination", "2025-12-17")
    with_csv = answer("manifestation_determination", "2025-12-17", calendar_file=csv)
    with_ics = answer("manifestation_determination", "2025-12-17", calendar_file=ics)

    assert (without["status"], without["date"], without["reliable"]) == ("needs_input", None, False)
    assert (with_csv["date"], with_csv["reliable"]) == ("2026-01-14", True)
    assert (with_ics["date"], with_ics["reliable"]) == ("2026-01-14", False)


def test_california_leaves_out_the_winter_break(csv):
    found = answer("initial_evaluation", "2025-12-01", "CA", csv)

    assert (found["date"], found["latest"]) == ("2026-02-13", "2026-02-15")


def test_every_rule_of_every_state_answers_with_json(csv):
    for code in (None, *law().states):
        for rule in rules_in(code):
            found = json.loads(json.dumps(answer(rule.id, "2025-09-03", code, csv)))
            assert found["status"] in ("date", "unknown", "standard", "needs_input")
            assert (found["date"] is not None) == (found["status"] == "date")
            assert found["citation"]
            assert found["arithmetic"]


def test_the_words_come_in_spanish_too(csv):
    found = answer("manifestation_determination", "2025-12-17", calendar_file=csv, language="es")

    assert "+ 10 días escolares =" in str(found["arithmetic"])
    assert "del lunes 22 de diciembre de 2025 al viernes 2 de enero de 2026" in str(found["arithmetic"])


@pytest.mark.parametrize(
    ("rule", "on", "state", "sentence"),
    [
        ("initial_evaluation", "3 September", None, "“3 September” is not a date"),
        ("initial_evaluation", "2025-02-30", None, "“2025-02-30” is not a date"),
        ("initial_evaluation", "1066-01-01", None, "out of range"),
        ("nonsense", "2025-09-03", None, "There is no rule “nonsense”"),
        ("initial_evaluation", "2025-09-03", "Montana", "There is no state “Montana”"),
    ],
)
def test_a_question_that_is_none_is_answered_in_a_sentence(rule, on, state, sentence):
    with pytest.raises(AnswerError, match=sentence):
        answer(rule, on, state)


def test_a_calendar_that_is_not_there_or_wrong_is_named(tmp_path):
    with pytest.raises(AnswerError, match="cannot be read: No such file"):
        read_calendar(tmp_path / "none.csv")
    with pytest.raises(AnswerError, match="cannot be read: Is a directory"):
        read_calendar(tmp_path)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("kind,start,end,name\nyear,2025-08-25,soon,\n", encoding="utf-8")
    with pytest.raises(AnswerError, match="Line 2: “soon” is not a date"):
        read_calendar(wrong)


def test_dates_are_read_in_one_form_only():
    assert parse_date("2025-09-03").isoformat() == "2025-09-03"
    for words in ("20250903", "2025-W36-3", "9/3/2025", ""):
        with pytest.raises(AnswerError):
            parse_date(words)

"""What changed between two years is found in the office's terms."""

from reader import compare
from reader.reading import Goal, Reading, Service, Value


def goal(area, text, *, timeframe=None, criterion=None, baseline=None):
    def value(words):
        return Value(words) if words else None

    return Goal(
        area=Value(area),
        text=Value(text),
        timeframe=value(timeframe),
        criterion=value(criterion),
        baseline=value(baseline),
    )


def reading(goals=(), services=(), accommodations=()):
    found = Reading(Value("iep"), "text_pdf", [])
    found.goals = list(goals)
    found.services = [
        Service(name=Value(name), minutes_per_week=Value(minutes) if minutes is not None else None)
        for name, minutes in services
    ]
    found.accommodations = [Value(words) for words in accommodations]
    return found


def test_a_goal_with_nothing_but_a_new_date_is_carried_over():
    old = goal("Reading", "By 10/16/2025, Imani will read 90 words.", timeframe="By 10/16/2025")
    new = goal("Reading", "By 10/14/2026, Imani will read 90 words.", timeframe="By 10/14/2026")

    found = compare(reading([old]), reading([new])).as_json()

    assert found["goals_carried_over_unchanged"] == ["By 10/14/2026, Imani will read 90 words."]
    assert found["goals_rewritten_same_area"] == []


def test_a_weaker_criterion_is_told():
    old = goal("Math", "Imani will solve problems with 80% accuracy.", criterion="80% accuracy")
    new = goal("Math", "Imani will solve problems with 60% accuracy.", criterion="60% accuracy")

    match = compare(reading([old]), reading([new])).goals[0]

    assert (match.status, match.criterion_weaker) == ("rewritten", True)


def test_more_errors_allowed_is_weaker_and_fewer_is_not():
    def one(errors):
        words = f"no more than {errors} errors in 4 of 5 samples"
        return reading([goal("Writing", f"Ana will copy a sentence with {words}.", criterion=words)])

    assert compare(one(2), one(5)).goals[0].criterion_weaker is True
    assert compare(one(5), one(2)).goals[0].criterion_weaker is False


def test_a_baseline_that_did_not_move_is_told():
    old = goal("Math", "Ana will solve 8 of 10 problems.", baseline="4 of 10 problems")
    new = goal("Math", "Ana will solve 9 of 10 problems.", baseline="4 of 10 problems")

    assert compare(reading([old]), reading([new])).goals[0].baseline_moved is False


def test_a_person_may_match_goals():
    old = [
        goal("Reading", "Ana will read a page aloud with 2 errors."),
        goal("Play", "Ana will take turns in 4 of 5 games."),
    ]
    new = [
        goal("Literacy", "Ana will decode long words in 8 of 10 cases."),
        goal("Social", "Ana will greet a peer each day."),
    ]

    alone = compare(reading(old), reading(new)).as_json()
    helped = compare(reading(old), reading(new), goal_pairs=[(1, 1)]).as_json()

    assert len(alone["goals_dropped"]) == 2
    assert helped["goals_dropped"] == ["Reading: Ana will read a page aloud with 2 errors."]
    assert helped["goals_rewritten_same_area"] == ["Social"]


def test_services_cut_increased_removed_and_new():
    old = reading(services=[("Speech therapy", 90.0), ("Aide", 300.0), ("Music", 30.0), ("Nursing", None)])
    new = reading(
        services=[("Speech Therapy", 30.0), ("Aide", 450.0), ("Counseling", 30.0), ("Nursing", None)]
    )

    found = compare(old, new).as_json()

    assert found["services_cut"] == [
        {"name": "Speech therapy", "minutes_per_week_before": 90.0, "minutes_per_week_after": 30.0}
    ]
    assert [s["name"] for s in found["services_increased"]] == ["Aide"]
    assert (found["services_removed"], found["services_new"], found["services_unchanged"]) == (
        ["Music"],
        ["Counseling"],
        ["Nursing"],
    )


def test_an_amount_that_is_no_longer_written_is_a_cut():
    found = compare(reading(services=[("Nursing", 60.0)]), reading(services=[("Nursing", None)])).as_json()

    assert found["services_cut"] == [
        {"name": "Nursing", "minutes_per_week_before": 60.0, "minutes_per_week_after": None}
    ]


def test_two_children_are_noticed():
    old, new = reading(), reading()
    old.student.name, new.student.name = Value("Ruby Castellanos-Wright"), Value("Jonah Okonjo")

    assert compare(old, new).cautions == [
        "The two documents give a different name: Ruby Castellanos-Wright and Jonah Okonjo."
    ]


def test_a_name_written_last_name_first_is_the_same_child():
    old, new = reading(), reading()
    old.student.name, new.student.name = Value("Castellanos-Wright, Ruby"), Value("Ruby Castellanos-Wright")

    assert compare(old, new).cautions == []

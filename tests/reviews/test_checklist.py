"""The law's checklist over a paper: what is seen, thin or not seen, and what is asked."""

import re

import pytest

from law import contents
from reviews import checklist
from reviews.reading_level import grade
from tests.reader.bench import names, path_of, truth
from tests.reviews.test_review import act

AT_DISCRETION = {"others_with_knowledge"}  # members whom family or school may bring, or not


def paper(name):
    from reader import read

    reading = read(path_of(name).read_bytes())
    pages = {number: checklist.folded(text) for number, text in enumerate(reading.text, start=1)}
    return checklist.Paper(reading.as_json(), pages)


def states(found):
    return {check.id: check.seen for check in found}


def test_every_item_of_the_law_has_a_check_in_both_languages():
    items = {item.id: item for section in contents.iep().sections.values() for item in section}
    known = checklist.known()["items"]
    assert set(known) == set(items) - AT_DISCRETION
    for item, how in known.items():
        assert how["by"] in checklist.RULES
        assert how.get("applies", "iep") in checklist.APPLIES
        for pattern in [*how.get("signs", []), *how.get("harm", [])]:
            assert pattern == checklist.folded(pattern), "patterns are matched without case and accents"
            re.compile(pattern)
        for what in ("name", "ask"):
            assert set(how[what]) == {"en", "es"}, item
        assert how["ask"]["en"].endswith("?")
        assert how["ask"]["es"].startswith("¿") or "¿" in how["ask"]["es"]


def test_the_questions_are_easy_to_read():
    asked = " ".join(how["ask"]["en"] for how in checklist.known()["items"].values())
    assert grade(asked) <= 6


def test_a_sound_iep_is_seen_to_hold_nearly_all():
    found = checklist.checks(paper("d01"))
    assert sum(check.seen == "present" for check in found) >= len(found) - 3
    seen = next(check for check in found if check.id == "progress_reporting")
    assert (seen.citation, seen.seen) == ("34 CFR 300.320(a)(3)(ii)", "present")
    assert seen.page


@pytest.mark.parametrize(
    "name", [name for name in names(scans=False) if truth(name)["document_kind"] == "iep"]
)
def test_each_planted_defect_is_not_called_present(name):
    found = states(checklist.checks(paper(name)))
    also = {"student_invited_transition": "student"}
    planted = {also.get(row["component_id"], row["component_id"]) for row in truth(name)["defects"]}
    assert {item for item in planted if found.get(item) == "present"} == set()


def test_what_applies_follows_from_the_child():
    preschool, blind, teen = (set(states(checklist.checks(paper(name)))) for name in ("d06", "d08", "d09"))
    assert {"plaafp_preschool", "part_c_coordinator"} <= preschool
    assert "plaafp_impact_curriculum" not in preschool
    assert "braille" in blind
    assert "braille" not in teen
    assert {"transition_services", "student", "transition_agency"} <= teen
    assert "transition_services" not in preschool


def test_a_prior_written_notice_has_its_own_list():
    found = checklist.checks(paper("d12"))
    assert {check.section for check in found} == {"prior_written_notice_content"}
    assert len(found) == 8


def test_a_504_plan_has_none():
    assert checklist.checks(paper("d11")) == []


def test_words_against_the_rule_are_told(monkeypatch):
    plain = paper("d01")
    told = checklist.Paper(
        plain.data, {**plain.pages, 3: plain.pages[3] + " he cannot keep up with the class"}
    )
    assert "no_removal_for_modifications" not in states(checklist.checks(plain))
    check = next(check for check in checklist.checks(told) if check.id == "no_removal_for_modifications")
    assert (check.seen, check.page) == ("weak", 3)


def test_an_item_becomes_a_point_once(visitor, ana, mateo, stored):
    review = stored("d09", student=mateo, by=ana)
    page = visitor.as_(ana).get(f"/reviews/{review.pk}/checklist/")
    assert "Harm the placement may do" in page.content.decode()

    for _again in range(2):
        act(visitor, review, "checklist/harmful_effects/point/")
    point = review.points.get(component="harmful_effects")
    assert (point.citation, point.author, point.decision) == ("34 CFR 300.116(d)", "person", "kept")
    assert point.title_es == "Daño que puede hacer la ubicación: no se ve"
    assert act(visitor, review, "checklist/parents/point/").status_code == 404
    assert act(visitor, review, "checklist/nothing/point/").status_code == 404

import io
import json

import pypdfium2
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from reader import Reading, compare, read
from reviews import comparing, correcting, deciding, structure
from reviews.models import Comparison, Review, StructuredIEP
from tests.reader.bench import path_of


@pytest.fixture
def two_years(visitor, ana, mateo, stored):
    stored("d02", student=mateo, by=ana, title="IEP 2024")
    stored("d03", student=mateo, by=ana, title="IEP 2025")
    visitor.as_(ana)
    found = StructuredIEP.objects.order_by("data__meeting_date")
    answer = visitor.post(
        f"/students/{mateo.pk}/iep/compare/", {"earlier": found[0].pk, "later": found[1].pk}
    )
    assert answer.status_code == 302
    return Comparison.objects.get()


def test_a_reading_comes_back_from_its_json_as_it_was():
    for name in ("d02", "d09", "d11"):
        told = read(path_of(name).read_bytes())
        again = structure.reading_of(json.loads(json.dumps(told.as_json())))
        assert isinstance(again, Reading)
        assert again.goals == told.goals
        assert again.services == told.services
        assert again.student == told.student
        assert again.lre == told.lre
    with pytest.raises(ValueError):
        structure.reading_of({"goals": 3})


def test_two_years_stand_on_one_screen(visitor, ana, two_years):
    told = compare(read(path_of("d02").read_bytes()), read(path_of("d03").read_bytes()))
    page = visitor.get(f"/reviews/comparisons/{two_years.pk}/")
    text = page.content.decode()
    assert page.context["sheet"].found.as_json()["details"]["goals"] == told.as_json()["details"]["goals"]
    assert page.context["sheet"].found.services == told.services
    assert "Sensory breaks every 45 minutes" in text
    for row in told.services:
        assert row.name.split(":")[0] in text
    pdf = visitor.get(f"/reviews/comparisons/{two_years.pk}/two-ieps.pdf")
    assert pdf.content[:5] == b"%PDF-"


def test_transport_and_placement_stand_side_by_side(visitor, ana, clock, two_years):
    ride = {"name": "Specialized transportation", "as_written": "2 times daily, lift bus"}
    correcting.add(two_years.earlier, "services", {**ride, "kind": "transportation"}, by=ana, at=clock.now)

    sheet = visitor.get(f"/reviews/comparisons/{two_years.pk}/").context["sheet"]

    sides = {side.what: (side.status, side.before, side.after) for side in sheet.sides}
    assert sides["transport"] == ("gone", "Specialized transportation, 2 times daily, lift bus", "")
    assert sides["lre.percent_general_education"] == ("changed", 77, 71)
    assert sides["esy.eligible"] == ("changed", True, False)
    assert "Specialized transportation" not in [row.name for row in sheet.services]
    visitor.post(f"/reviews/comparisons/{two_years.pk}/offer/")
    point = Review.objects.get(version=two_years.later.version).points.get(
        title__startswith="The ride to school is gone"
    )
    assert (point.status, point.citation) == ("must_fix", "34 CFR 300.320(a)(4); 34 CFR 300.34")


def test_a_person_matches_goals(visitor, ana, two_years):
    goals = visitor.get(f"/reviews/comparisons/{two_years.pk}/").context["sheet"].goals
    before = next(row.match.earlier for row in goals if row.match.earlier is not None)
    after = next(
        row.match.later for row in goals if row.match.later is not None and row.match.earlier != before
    )
    path = f"/reviews/comparisons/{two_years.pk}/match/"
    visitor.post(path, {"earlier": before, "later": after})
    goals = visitor.get(f"/reviews/comparisons/{two_years.pk}/").context["sheet"].goals
    assert any(row.match.earlier == before and row.match.later == after for row in goals)
    visitor.post(path, {"earlier": "0", "later": "99"})
    two_years.refresh_from_db()
    assert two_years.pairs == [[before, after]]
    visitor.post(path, {"act": "apart", "earlier": before, "later": after})
    goals = visitor.get(f"/reviews/comparisons/{two_years.pk}/").context["sheet"].goals
    assert {(row.status, row.match.earlier, row.match.later) for row in goals} >= {
        ("dropped", before, None), ("new", None, after),
    }  # fmt: skip
    visitor.post(path, {"act": "forget"})
    two_years.refresh_from_db()
    assert two_years.pairs == []


def test_goals_without_words_move_no_other_and_two_children_are_told_in_spanish(visitor, ana, two_years):
    later = two_years.later
    later.data["goals"].insert(0, {**later.data["goals"][0], "text": None})
    later.data["student"] = {**later.data["student"], "name": "Somebody Else", "dob": "2001-02-03"}
    later.save()
    with translation.override("es"):
        sheet = comparing.sheet(two_years)
    told = [row for row in sheet.goals if row.after]
    assert told
    assert all(row.after == later.data["goals"][row.match.later] for row in told)
    assert "3 de febrero de 2001" in sheet.cautions[1]
    with pytest.raises(deciding.NotYet):
        comparing.match_by_hand(two_years, 0, 0, by=ana, at=two_years.made_at)


@pytest.mark.parametrize("language", ["en", "es"])
def test_both_fit_on_one_printed_page(visitor, two_years, language):
    told = visitor.get(f"/reviews/comparisons/{two_years.pk}/two-ieps.pdf?language={language}").content
    pdf = pypdfium2.PdfDocument(told)
    words = " ".join(pdf[0].get_textpage().get_text_range().split())
    assert len(pdf) == 1
    assert all(
        part in words for part in ("Sensory breaks every 45 minutes", "Language and Speech", "1350", "77")
    )


def test_what_changed_is_offered_to_the_review(visitor, ana, two_years):
    review = Review.objects.get(version=two_years.later.version)
    had = review.points.count()
    visitor.post(f"/reviews/comparisons/{two_years.pk}/offer/")
    added = list(review.points.filter(number__gt=had))
    assert any("Sensory breaks every 45 minutes" in point.title for point in added)
    visitor.post(f"/reviews/comparisons/{two_years.pk}/offer/")
    assert review.points.count() == had + len(added)


def test_others_do_not_open_it(visitor, marcus, two_years):
    visitor.as_(marcus)
    assert visitor.get(f"/reviews/comparisons/{two_years.pk}/").status_code == 404
    assert visitor.post(f"/reviews/comparisons/{two_years.pk}/offer/").status_code == 404


def test_the_commands(tmp_path):
    out = io.StringIO()
    call_command("compare_ieps", str(path_of("d02")), str(path_of("d03")), stdout=out)
    assert json.loads(out.getvalue())["accommodations_removed"] == ["Sensory breaks every 45 minutes"]
    call_command("read_iep", str(path_of("d02")), "--out", str(tmp_path))
    assert json.loads((tmp_path / "d02_ca_autism_grade2_2024.json").read_text())["document_kind"] == "iep"
    bad, said = tmp_path / "bad.pdf", io.StringIO()
    bad.write_bytes(b"%PDF-1.4 broken")
    with pytest.raises(SystemExit):
        call_command("read_iep", str(bad), "--out", str(tmp_path), stderr=said)
    assert "bad.pdf: This PDF is damaged" in said.getvalue()
    with pytest.raises(CommandError):
        call_command("compare_ieps", str(bad), str(path_of("d03")))

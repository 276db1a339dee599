"""The samples are read as their truth says."""

import pytest

from reader import compare
from tests.reader import bench
from tests.reader.scoring import total

TEXTS = bench.names(scans=False)


@pytest.fixture(scope="module")
def readings():
    return {name: bench.taken(name).read(bench.knowledge_for(name)) for name in TEXTS}


@pytest.fixture(scope="module")
def scores(readings):
    return {name: bench.score(bench.truth(name), reading.as_json()) for name, reading in readings.items()}


@pytest.mark.parametrize("name", TEXTS)
def test_a_sample_is_read_almost_without_fault(scores, name):
    assert scores[name].overall >= 0.95, scores[name].faults()


def test_text_samples_together(scores):
    together = total(scores.values())

    assert together.overall >= 0.98
    assert together.f1("goals") >= 0.95
    assert together.f1("services") >= 0.95


def test_a_504_plan_and_an_evaluation_are_named_as_what_they_are(readings):
    plan, evaluation = readings["d11"], readings["d12"]

    assert plan.document_kind.value == "section_504_plan"
    assert evaluation.document_kind.value == "evaluation_report_and_prior_written_notice"
    assert (plan.goals, plan.services, evaluation.goals, evaluation.services) == ([], [], [], [])


def test_values_said_to_be_sure_are_right():
    right, every = bench.calibration(TEXTS)

    assert every > 800
    assert right / every >= 0.97


def test_layouts_read_without_what_they_taught():
    assert bench.unseen_score(scans=False).overall >= 0.93


def test_every_value_with_words_shows_where_they_stand(readings):
    for reading in readings.values():
        sizes = {page.number: page for page in reading.pages}
        for path, value in reading.values():
            if not value.words:
                continue
            assert value.places, path
            for place in value.places:
                page = sizes[place.page]
                left, top, right, bottom = place.box
                assert 0 <= left < right <= page.width + 1, (path, place)
                assert 0 <= top < bottom <= page.height + 1, (path, place)


def test_the_place_of_a_value_holds_its_words(readings):
    """pdfium itself finds a goal's words in the rectangles given for them."""
    import pypdfium2

    document = pypdfium2.PdfDocument(bench.path_of("d08").read_bytes())
    goal = readings["d08"].goals[1].text
    found = []
    for place in goal.places:
        page = document[place.page - 1]
        left, top, right, bottom = place.box
        height = page.get_height()
        text = page.get_textpage().get_text_bounded(
            left - 1, height - bottom - 1, right + 1, height - top + 1
        )
        found.append(" ".join(text.split()))

    assert " ".join(found) == goal.words


def test_what_could_not_be_read_is_listed(readings):
    assert "reevaluation_due" not in readings["d01"].unread
    assert readings["d09"].unread == []
    assert readings["d04"].unread == []


def test_a_reading_is_the_same_every_time():
    first, second = (bench.taken("d02").read(bench.knowledge_for("d02")).as_json() for _ in range(2))

    assert first == second


def test_the_years_of_one_child_are_compared(readings):
    pair = bench.json.loads((bench.SAMPLES / "pairs.json").read_text("utf-8"))["A"]

    found = compare(readings["d02"], readings["d03"], earlier=pair["earlier"], later=pair["later"]).as_json()

    assert {key: found[key] for key in pair} == pair


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_scans_and_photos():
    scores = {
        name: bench.score(bench.truth(name), bench.taken(name).read(bench.knowledge_for(name)).as_json())
        for name in bench.SCANS
    }

    for name, found in scores.items():
        assert found.overall >= 0.9, (name, found.faults())
    right, every = bench.calibration(bench.SCANS)
    assert right / every >= 0.97


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_scan_is_compared_with_the_next_years_text():
    pair = bench.json.loads((bench.SAMPLES / "pairs.json").read_text("utf-8"))["B"]
    old, new = (bench.taken(name).read(bench.knowledge_for(name)) for name in ("d07", "d08"))

    found = compare(old, new, earlier=pair["earlier"], later=pair["later"]).as_json()

    assert {key: found[key] for key in pair} == pair

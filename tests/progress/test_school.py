"""What the school writes, and the question it raises when words and numbers differ."""

from datetime import date

import pytest

from documents.models import Document, Page
from progress import school, trend
from progress.models import Phase, SchoolReport
from progress.sheets import NotYet
from tests.world import NOW, key


@pytest.mark.parametrize(
    ("words", "called"),
    [
        ("Mateo is making progress toward this goal.", "progress"),
        ("MAKING PROGRESS", "progress"),
        ("Está progresando en esta meta.", "progress"),
        ("Ha progresado bien", "progress"),
        ("He has met the goal.", "met"),
        ("Meta alcanzada", "met"),
        ("No progress this quarter.", "none"),
        ("He is not making progress.", "none"),
        ("No ha progresado", "none"),
        ("Some progress but not enough to meet the goal.", "slow"),
        ("Progreso insuficiente", "slow"),
        ("Not yet introduced", "not_started"),
        ("Aun no se trabaja", "not_started"),
        ("He likes music.", ""),
        ("", ""),
    ],
)
def test_wordings_in_both_languages(words, called):
    assert school.called(words) == called


def report(sheet, by, ends_on, words="Making progress", value=None):
    return school.add(sheet, {"ends_on": ends_on, "words": words, "value": value}, by=by, at=NOW)


def ask(sheet, own=()):
    found = school.doubt(sheet, list(sheet.school_reports.all()), list(own))
    return found.question if found else ""


def test_progress_in_words_and_none_in_numbers_is_a_question(sheet, ana):
    report(sheet, ana, date(2026, 9, 30), value=52)
    report(sheet, ana, date(2026, 11, 15), value=52)
    assert ask(sheet) == (
        "The school writes “Making progress”. Its own number was 52 words a minute on Sep 30, 2026 and is 52 words a minute now."
        " What progress does the school see that this number does not show?"
    )


def test_a_first_report_is_held_against_the_start(sheet, ana):
    report(sheet, ana, date(2026, 11, 15), value=50)
    assert "was 50 words a minute" in ask(sheet)


def test_numbers_that_move_ask_nothing(sheet, ana):
    report(sheet, ana, date(2026, 11, 15), value=56)
    assert ask(sheet) == ""


def test_less_is_better_where_the_goal_says_so(make_sheet, ana):
    sheet = make_sheet("frequency", baseline=9, target=2, direction="down")
    report(sheet, ana, date(2026, 10, 15), value=7)
    assert ask(sheet) == ""
    report(sheet, ana, date(2026, 11, 15), value=8)
    assert "was 7 times" in ask(sheet)


def test_other_words_ask_nothing(sheet, ana):
    report(sheet, ana, date(2026, 11, 15), words="No progress this term", value=50)
    assert ask(sheet) == ""


def test_a_report_without_a_number_is_held_against_the_schools_points(sheet, ana):
    report(sheet, ana, date(2026, 11, 15))
    now = [(date(2026, 11, 3), 50.0), (date(2026, 11, 10), 49.0)]
    assert ask(sheet) == ""
    assert ask(sheet, now[:1]) == ""
    assert "What progress does the school see" in ask(sheet, now)
    assert ask(sheet, [(on, value + 9) for on, value in now]) == ""


def test_typing_one_in(visitor, ana, sheet, clock):
    url = f"/progress/sheets/{sheet.pk}/school-reports/"
    told = {"ends_on": "2026-11-15", "words": "Está progresando", "value": "51,5"}
    assert visitor.as_(ana).get(url).status_code == 200

    assert visitor.post(url, told).status_code == 302

    row = SchoolReport.objects.get()
    assert (row.called, row.value, row.words, row.by) == ("progress", 51.5, "Está progresando", ana)
    again = visitor.post(url, told)
    assert again.status_code == 422
    assert "There is a report about this goal and this day already." in again.content.decode()
    with pytest.raises(NotYet):
        report(sheet, ana, date(2026, 11, 15))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"words": ""}, "please fill this in"),
        ({"value": "120"}, "A percent goes from 0 to 100."),
        ({"starts_on": "2026-12-01"}, "The first day comes after the last."),
        ({"ends_on": "1800-01-01"}, "This day cannot be right."),
    ],
)
def test_what_does_not_fit_is_said(visitor, ana, make_sheet, clock, change, sentence):
    sheet = make_sheet("percent", baseline=20)
    told = {"ends_on": "2026-11-15", "words": "Making progress", **change}
    answer = visitor.as_(ana).post(f"/progress/sheets/{sheet.pk}/school-reports/", told)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


PAPER = """QUARTER 2 PROGRESS REPORT
Goal 1: Given a grade 4 passage Mateo will read aloud ninety words with few mistakes.
Progress: Mateo is making progress. He read 58 words per minute in October.
Goal 2: During a board game Mateo will wait for his turn without leaving the table.
Comments: Not yet introduced this quarter.
"""


@pytest.fixture
def paper(make_sheet, mateo):
    first = make_sheet(number=1, goal_text="Given a grade 4 passage, Mateo will read aloud 90 words with few mistakes.")  # fmt: skip
    second = make_sheet("trials", number=2, area="Turns", out_of=5, baseline=1, target=4, goal_text="During a board game, Mateo will wait for his turn without leaving the table.")  # fmt: skip
    third = make_sheet("percent", number=3, area="Spelling", baseline=20, goal_text="Given twenty dictated words, Mateo will spell each correctly.")  # fmt: skip
    document = Document.objects.get(pk=key("document Mateo"))
    Document.objects.filter(pk=document.pk).update(kind="progress_report")
    Page.objects.filter(pk=key("page Mateo")).update(text=PAPER)
    return document, first, second, third


def test_a_report_is_read_from_its_paper(paper):
    document, first, second, _third = paper
    found = {one.sheet: one for one in school.read(document, list(paper[1:]))}

    assert set(found) == {first, second}
    assert (found[first].called, found[first].value, found[first].page) == ("progress", 58, 1)
    assert found[first].words == "Mateo is making progress. He read 58 words per minute in October."
    assert (found[second].called, found[second].value) == ("not_started", None)


def test_a_person_takes_what_is_right(visitor, ana, luz, paper, clock):
    document, first, _second, _third = paper
    url = f"/progress/papers/{document.pk}/"
    page = visitor.as_(ana).get(url).content.decode()
    assert "Not found in the paper" in page
    assert not SchoolReport.objects.exists()

    told = {f"take-{first.pk}": "1", f"{first.pk}-words": "Making progress", f"{first.pk}-value": "58", f"{first.pk}-ends_on": "2026-11-15", f"{first.pk}-page": "1"}  # fmt: skip
    assert visitor.post(url, told).status_code == 302

    row = SchoolReport.objects.get()
    assert (row.sheet, row.document, row.page, row.value) == (first, document, 1, 58)
    told[f"{first.pk}-ends_on"] = ""
    assert visitor.post(url, told).status_code == 422
    assert visitor.as_(luz).get(url).status_code == 403


def test_the_question_stands_on_the_goals_page(visitor, ana, luz, sheet, mateo, clock):
    report(sheet, ana, date(2026, 11, 15), value=50)
    assert "A question for the school" in visitor.as_(ana).get(f"/students/{mateo.pk}/progress/").content.decode()  # fmt: skip
    assert "A question to ask the school" in visitor.as_(luz).get(f"/portal/progress/{sheet.pk}/").content.decode()  # fmt: skip
    assert trend.LEAST == 5


def test_what_was_typed_wrong_is_taken_back(visitor, ana, marcus, luz, sheet, mateo, clock):
    told = {"ends_on": date(2026, 11, 1), "words": "Making progress", "value": 50.0}
    wrong = school.add(sheet, told, by=ana, at=NOW)
    path = f"/progress/school-reports/{wrong.pk}/withdrawal/"
    assert (
        "A question for the school" in visitor.as_(ana).get(f"/progress/sheets/{sheet.pk}/").content.decode()
    )
    assert visitor.as_(marcus).post(path).status_code == 404
    visitor.as_(ana).post(path)
    visitor.post(path)

    seen = visitor.get(f"/progress/sheets/{sheet.pk}/").content.decode()
    assert "A question for the school" not in seen
    assert "p-report" not in seen
    assert "Making progress" not in visitor.as_(luz).get(f"/portal/progress/{sheet.pk}/").content.decode()
    kept = SchoolReport.objects.get(pk=wrong.pk)
    assert (kept.withdrawn_by, kept.words) == (ana, "Making progress")
    assert school.add(sheet, {**told, "value": 58.0}, by=ana, at=NOW).value == 58


def test_a_line_drawn_by_mistake_leaves_the_chart_and_those_of_plans_stay(visitor, ana, sheet, mateo, clock):
    drawn, of_plan = (
        Phase.objects.create(student=mateo, sheet=sheet, kind=kind, words="Line", on=date(2026, 10, 1), by=ana, at=NOW)
        for kind in ("other", "plan")
    )  # fmt: skip
    assert visitor.as_(ana).post(f"/progress/phases/{of_plan.pk}/removal/").status_code == 404
    assert visitor.post(f"/progress/phases/{drawn.pk}/removal/").status_code == 302
    assert list(Phase.objects.filter(sheet=sheet)) == [of_plan]

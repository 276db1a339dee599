"""The table and the worksheet on paper."""

from __future__ import annotations

from datetime import date

import pikepdf
import pypdfium2
import pytest

from minutes import papers
from minutes.models import Worksheet
from tests.world import NOW

STRETCH = {"since": date(2026, 11, 1), "until": date(2026, 11, 30), "today": date(2026, 11, 24)}


def words_of(content):
    pdf = pypdfium2.PdfDocument(content)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pdf).split())


@pytest.mark.parametrize(
    ("language", "wanted"),
    [("en", ["Service minutes: Mateo", "Evidence index", "Ms. Park", "page 1", "not legal advice", "Nov 2026 180 (6 ×) 90 (3 ×)"]),
     ("es", ["Minutos de servicio: Mateo", "Ms. Park", "no es asesoría legal"])],
)  # fmt: skip
def test_the_table_is_a_tagged_paper_with_its_evidence(harbor, mateo, november, language, wanted):
    content = papers.minutes_pdf(mateo, **STRETCH, language=language, firm=harbor.firm, at=NOW)
    found = words_of(content)
    for words in wanted:
        assert words in found, (words, found)
    import io

    pdf = pikepdf.open(io.BytesIO(content))
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == language


def test_the_worksheet_prints_the_count_and_the_questions_and_no_amount_alone(
    harbor, ana, visitor, mateo, november, clock
):
    path = f"/students/{mateo.pk}/minutes/worksheet/?since=2026-11-01&until=2026-11-30"
    visitor.as_(ana).post(
        path, {"version": "0", "missed": "No speech in the third week.", "questions": "Who steps in?"}
    )
    assert (
        Worksheet.objects.filter(student=mateo, from_on=date(2026, 11, 1)).get().missed
        == "No speech in the third week."
    )
    found = words_of(papers.worksheet_pdf(mateo, **STRETCH, language="en", firm=harbor.firm, at=NOW))
    for words in (
        "No speech in the third week.", "Who steps in?", "What would help", "Not written yet.", "The count, by service",
        "180 (6 ×)", "information, not legal advice", "Evidence index",
    ):  # fmt: skip
        assert words in found, (words, found)
    # What people wrote stands before the count; nothing adds the services up.
    assert found.index("No speech in the third week.") < found.index("The count, by service")
    assert "Together" not in found


def test_two_people_at_one_worksheet_lose_nothing(ana, olivia, visitor, mateo, november, clock):
    path = f"/students/{mateo.pk}/minutes/worksheet/?since=2026-11-01&until=2026-11-30"
    visitor.as_(ana).post(path, {"version": "0", "missed": "Ana's words"})
    answer = visitor.as_(olivia).post(path, {"version": "0", "missed": "Olivia's words"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Olivia&#x27;s words" in page
    assert "Ana&#x27;s words" in page
    assert Worksheet.objects.get(student=mateo, from_on=date(2026, 11, 1)).missed == "Ana's words"


@pytest.mark.parametrize(
    "query", ["since=2026-12-01&until=2026-11-01", "since=x&until=y", "since=2020-01-01&until=2026-01-01"]
)
def test_a_stretch_that_cannot_be(ana, visitor, mateo, november, clock, query):
    assert visitor.as_(ana).get(f"/students/{mateo.pk}/minutes/worksheet/?{query}").status_code == 422
    assert visitor.get(f"/students/{mateo.pk}/minutes/worksheet.pdf?{query}").status_code == 404


def test_the_papers_open_over_the_web(ana, luz, visitor, mateo, november, clock):
    for person, path in (
        (ana, f"/students/{mateo.pk}/minutes.pdf?year=2026&language=es"),
        (luz, f"/portal/children/{mateo.pk}/minutes.pdf"),
    ):
        answer = visitor.as_(person).get(path)
        assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (
            200,
            "application/pdf",
            b"%PDF-",
        )

"""“About my child”: the parent writes it, the care team reads it, every version stays, and it prints on one page."""

import io

import pypdfium2
import pytest

from clients.models import AboutPage
from tests.conftest import Visitor

TEXTS = {"strengths": "Maps and dinosaurs", "calming": "Five quiet minutes"}


@pytest.fixture
def path(mateo):
    return f"/portal/children/{mateo.pk}/about/"


def test_the_parent_writes_and_the_team_reads(harbor, path, mateo, luz, ana, marcus, clock):
    assert Visitor(harbor).as_(luz).post(path, TEXTS).status_code == 302
    page = AboutPage.objects.get()
    assert (page.number, page.writer, page.strengths, page.written_at) == (1, "Luz Rivera", "Maps and dinosaurs", clock.now)  # fmt: skip

    assert (
        "Maps and dinosaurs" in Visitor(harbor).as_(ana).get(f"/students/{mateo.pk}/about/").content.decode()
    )
    assert Visitor(harbor).as_(marcus).get(f"/students/{mateo.pk}/about/").status_code == 404


def test_each_version_stays_and_saving_the_same_is_none(harbor, path, mateo, luz, ana, clock):
    visitor = Visitor(harbor).as_(luz)
    visitor.post(path, TEXTS)
    visitor.post(path, TEXTS)
    visitor.post(path, {**TEXTS, "strengths": "Chess"})
    assert [(page.number, page.strengths) for page in AboutPage.objects.all()] == [(2, "Chess"), (1, "Maps and dinosaurs")]  # fmt: skip
    old = Visitor(harbor).as_(ana).get(f"/students/{mateo.pk}/about/?version=1").content.decode()
    assert ("Maps and dinosaurs" in old, "Chess" in old) == (True, False)


@pytest.mark.parametrize("length", [20, 400, 1990])
def test_it_prints_on_one_page(harbor, path, mateo, luz, clock, length):
    visitor = Visitor(harbor).as_(luz)
    text = ("words of a parent " * 200)[:length]
    assert visitor.post(path, dict.fromkeys(AboutPage.SECTIONS, text)).status_code == 302
    pdf = visitor.get(f"/portal/children/{mateo.pk}/about.pdf")
    assert len(pypdfium2.PdfDocument(io.BytesIO(pdf.content))) == 1


def test_too_long_is_said_and_kept(harbor, path, luz, clock):
    answer = Visitor(harbor).as_(luz).post(path, {"strengths": "y" * 10_000})
    assert (answer.status_code, "y" * 10_000 in answer.content.decode()) == (422, True)
    assert not AboutPage.objects.exists()


def test_another_family_does_not_find_it(harbor, path, ngozi, clock):
    visitor = Visitor(harbor).as_(ngozi)
    assert visitor.get(path).status_code == 404
    assert visitor.post(path, TEXTS).status_code == 404

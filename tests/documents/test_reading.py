"""Reading a paper page by page, and finding words in it."""

from __future__ import annotations

import pytest

from documents import adding, checking, searching
from tests.documents import papers

PAGES = (
    "The reading goal is clear",
    "La educación especial de la niña",
    "Nothing here but O'Neil & <b>bold</b>",
)


@pytest.fixture
def document(mateo, ana, clock):
    version = adding.add(
        [adding.Sent(papers.pdf(*PAGES))], of=mateo, kind="iep", title="IEP", by=ana, at=clock.now
    )
    checking.check(version.pk, at=clock.now)
    return version.document


@pytest.mark.parametrize(("words", "page"), [
    ("reading", 1), ("READING goal", 1), ("read", 1), ("educacion", 2), ("educación", 2), ("NIÑA", 2), ("nina", 2),
    ("o'neil", 3), ("bold", 3),
])  # fmt: skip
def test_words_are_found_to_the_page_in_both_languages(document, ana, words, page):
    assert [hit.page for hit in searching.find(words, user=ana) if hit.document == document] == [page]


@pytest.mark.parametrize("words", ["reading bold", "zebra", "", "&|!():*'\\", "' OR 1=1 --", "a" * 5000])
def test_what_is_not_there_is_not_found_and_nothing_breaks(document, ana, words):
    assert [hit for hit in searching.find(words, user=ana) if hit.document == document] == []


def test_what_is_found_is_shown_as_words_and_not_as_markup(document, ana):
    snippet = searching.find("bold", user=ana)[0].snippet
    assert "<mark>" in snippet
    assert "<b>" not in snippet
    assert "O&#x27;Neil &amp;" in snippet


def test_only_the_newest_version_is_searched(document, ana, clock):
    version = adding.add_version(document, [adding.Sent(papers.pdf("Other words"))], by=ana, at=clock.now)
    assert len([hit for hit in searching.find("reading", user=ana) if hit.document == document]) == 1
    checking.check(version.pk, at=clock.now)
    assert [hit for hit in searching.find("reading", user=ana) if hit.document == document] == []


def test_found_words_are_marked_on_the_page(document, visitor, ana):
    page = visitor.as_(ana).get(f"/documents/{document.pk}/?page=2&q=educacion").content.decode()
    assert page.count("<rect ") == 1
    assert ">educación </text>" in page
    assert 'href="?page=3&amp;q=educacion"' in page


@pytest.mark.parametrize(
    ("asked", "shown"), [("1", 1), ("3", 3), ("99", 3), ("0", 1), ("-1", 1), ("x", 1), ("9" * 400, 1)]
)
def test_a_page_that_is_not_there_is_the_nearest(document, visitor, ana, asked, shown):
    page = visitor.as_(ana).get(f"/documents/{document.pk}/?page={asked}").content.decode()
    assert f"Page <b>{shown}</b> of 3" in page


def test_words_of_a_paper_are_never_markup(document, visitor, ana):
    page = visitor.as_(ana).get(f"/documents/{document.pk}/?page=3").content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt; </text>" in page
    assert "O&#x27;Neil" in page


def test_a_list_asks_as_often_for_one_paper_as_for_four(document, visitor, ana, mateo, clock):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(path):
        with CaptureQueriesContext(connection) as seen:
            assert visitor.as_(ana).get(path).status_code == 200
        return len(seen)

    paths = ["/documents/", f"/students/{mateo.pk}/papers/"]
    count(paths[0])  # the first page of a session also notes that it began
    before = [count(path) for path in paths]
    for n in range(3):
        adding.add([adding.Sent(b"words")], of=mateo, kind="iep", title=f"More {n}", by=ana, at=clock.now)
    assert [count(path) for path in paths] == before


def test_the_search_over_everything_finds_papers_and_leads_to_the_page(document, visitor, ana, marcus):
    def found(who, words):
        answer = visitor.as_(who).get(f"/search/?q={words}")
        return {str(one.label): [hit.url for hit in one.hits] for one in answer.context["found"]}

    page = f"/documents/{document.pk}/"
    assert page in found(ana, "iep+mateo")["Papers"]
    assert page not in found(ana, "mateo").get("Papers", [])
    assert found(ana, "especial+ni%C3%B1a")["Pages of papers"] == [f"{page}?page=2&q=especial+ni%C3%B1a"]
    marked = visitor.get(f"{page}?page=2&q=especial+ni%C3%B1a").context["view"].words
    assert [word.text for word in marked if word.wanted] == ["especial", "niña"]
    assert "Pages of papers" not in found(marcus, "especial+ni%C3%B1a")
    assert page not in found(marcus, "iep").get("Papers", [])

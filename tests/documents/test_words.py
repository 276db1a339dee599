"""Words read from a picture become the page's own."""

import pytest

from documents import searching, words
from documents.adding import Sent, add
from documents.models import Document, Page
from tests.documents import papers


@pytest.fixture
def photo(ana, mateo, clock):
    version = add([Sent(papers.photo())], of=mateo, kind="photo", title="A photo", by=ana, at=clock.now)
    Page.objects.create(version=version, number=1, width=300, height=400, picture_size=1)
    version.state, version.pages_count = "ready", 1
    version.save()
    return Document.objects.get(title="A photo").newest


WORDS = [[72, 100, 120, 112, "Reading"], [124, 101, 160, 113, "fluency"], [72, 130, 110, 142, "Baseline"]]


def test_a_picture_is_found_by_the_words_read_from_it(photo, ana):
    assert words.give(photo, {1: WORDS}) == 1

    page = photo.pages.get()
    assert page.text == "Reading fluency\nBaseline"
    assert page.words == [[*map(float, word[:4]), word[4]] for word in WORDS]
    assert [(hit.document, hit.page) for hit in searching.find("fluency", user=ana)] == [(photo.document, 1)]


def test_a_page_with_more_words_of_its_own_keeps_them(photo):
    Page.objects.update(words=[*WORDS, [0, 0, 1, 1, "printed"]], text="printed")

    assert words.give(photo, {1: WORDS}) == 0
    assert photo.pages.get().text == "printed"


@pytest.mark.parametrize("word", [
    [1, 2, 3, "no place"], [1, 2, 3, float("nan"), "x"], [1, 2, 3, 1e9, "x"], [1, 2, 3, 4, "  "], [1, 2, 3, 4, 5], "word", None, [True, 2, 3, 4, "x"],
])  # fmt: skip
def test_what_is_no_word_with_a_place_is_left_out(photo, word):
    assert words.give(photo, {1: [word], 2: WORDS}) == 0
    assert photo.pages.get().words == []

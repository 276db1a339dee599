from __future__ import annotations

import pytest
from django.template import engines

from web.paging import page_of


@pytest.mark.parametrize(
    ("asked", "rows", "summary"),
    [
        ("", [0, 1], "1 to 2 of 5"),
        ("2", [2, 3], "3 to 4 of 5"),
        ("3", [4], "5 to 5 of 5"),
        ("99", [4], "5 to 5 of 5"),
        ("-1", [4], "5 to 5 of 5"),
        ("x", [0, 1], "1 to 2 of 5"),
        ("1e400", [0, 1], "1 to 2 of 5"),
    ],
)
def test_a_page_of_a_list(rf, asked, rows, summary, english):
    page = page_of(range(5), rf.get("/", {"page": asked} if asked else {}), size=2)
    assert (list(page), page.summary) == (rows, summary)


def test_filters_stay_in_the_addresses_of_the_neighbours(rf, english):
    page = page_of(range(5), rf.get("/?page=2&q=ana&status=late&status=soon"), size=2)
    assert page.previous_url == "?page=1&q=ana&status=late&status=soon"
    assert page.next_url == "?page=3&q=ana&status=late&status=soon"
    html = engines["django"].from_string("{% load ui %}{% paging page %}").render({"page": page})
    assert ('rel="prev"' in html, 'rel="next"' in html, "3 to 4 of 5" in html) == (True, True, True)


def test_one_page_needs_no_paging(rf, english):
    page = page_of(range(2), rf.get("/"), size=2)
    assert (
        engines["django"].from_string("{% load ui %}{% paging page %}").render({"page": page}).strip() == ""
    )


def test_an_empty_list_has_one_empty_page(rf):
    assert list(page_of([], rf.get("/"))) == []

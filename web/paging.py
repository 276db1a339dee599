"""Lists a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _


class ListPage(Page):
    """A page of a list with the addresses of its neighbours; filters in the address are kept."""

    request: HttpRequest

    def _url(self, number: int) -> str:
        query = self.request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    @property
    def previous_url(self) -> str:
        return self._url(self.previous_page_number()) if self.has_previous() else ""

    @property
    def next_url(self) -> str:
        return self._url(self.next_page_number()) if self.has_next() else ""

    @property
    def summary(self) -> str:
        """ "26 to 50 of 120"."""
        return _("%(first)s to %(last)s of %(all)s") % {
            "first": self.start_index(),
            "last": self.end_index(),
            "all": self.paginator.count,
        }


class _Paginator(Paginator):
    def _get_page(self, *args: Any, **kwargs: Any) -> ListPage:
        return ListPage(*args, **kwargs)


def page_of(rows: QuerySet | Sequence[Any], request: HttpRequest, *, size: int = 50) -> ListPage:
    """The page that `?page=` names, of `size` rows. A number past the end gives the last page, nonsense the first.

    `rows` must have a fixed order. Costs two queries: the count and the rows.
    """
    pages = _Paginator(rows, size)
    try:
        page = pages.page(request.GET.get("page", 1))
    except PageNotAnInteger:
        page = pages.page(1)
    except EmptyPage:
        page = pages.page(pages.num_pages)
    assert isinstance(page, ListPage)
    page.request = request
    return page


def asked_page(request: HttpRequest) -> int:
    """The page that `?page=` names, or the first."""
    asked = request.GET.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked) < 10**6 else 1


def page_of_read(
    rows: Sequence[Any], request: HttpRequest, *, number: int, of_all: int, size: int
) -> ListPage:
    """A page whose rows were read already, for lists that tell their length in the same query."""
    pages = _Paginator(rows, size)
    pages.count = of_all
    page = ListPage(rows, number, pages)
    page.request = request
    return page

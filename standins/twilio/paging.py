"""Twilio's two ways of paging a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from standins.serving import Reply, Request, json_reply
from standins.twilio.errors import TwilioError

HOST = "/twilio/api.twilio.com"


def _window(request: Request) -> tuple[int, int]:
    size, page = request.arg("PageSize", "50"), request.arg("Page", "0")
    if not size.isdigit() or not page.isdigit() or not 1 <= int(size) <= 1000:
        raise TwilioError(20001, "PageSize goes from 1 to 1000, Page starts at 0.")
    return int(size), int(page)


def _address(path: str, request: Request, size: int, page: int) -> str:
    kept = [(k, v) for k, v in request.query if k not in ("PageSize", "Page", "PageToken")]
    token = [("PageToken", f"PA{page}")] if page else []
    return f"{path}?{urlencode([*kept, ('PageSize', size), ('Page', page), *token])}"


def page_2010(key: str, items: Sequence[dict[str, Any]], request: Request) -> Reply:
    """A page of the 2010 API: addresses without a host, counts beside the rows."""
    size, page = _window(request)
    path = request.path.removeprefix(HOST)
    rows = items[page * size : (page + 1) * size]
    more = len(items) > (page + 1) * size
    return json_reply(
        {
            key: rows,
            "first_page_uri": _address(path, request, size, 0),
            "previous_page_uri": _address(path, request, size, page - 1) if page else None,
            "next_page_uri": _address(path, request, size, page + 1) if more else None,
            "uri": _address(path, request, size, page),
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + max(len(rows) - 1, 0),
        }
    )


def page_v1(key: str, items: Sequence[dict[str, Any]], request: Request) -> Reply:
    """A page of the v1 APIs: whole addresses under `meta`."""
    size, page = _window(request)
    path = "https://messaging.twilio.com" + request.path.removeprefix("/twilio/messaging.twilio.com")
    more = len(items) > (page + 1) * size
    return json_reply(
        {
            key: items[page * size : (page + 1) * size],
            "meta": {
                "first_page_url": _address(path, request, size, 0),
                "previous_page_url": _address(path, request, size, page - 1) if page else None,
                "next_page_url": _address(path, request, size, page + 1) if more else None,
                "url": _address(path, request, size, page),
                "page": page,
                "page_size": size,
                "key": key,
            },
        }
    )

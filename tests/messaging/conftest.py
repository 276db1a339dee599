from __future__ import annotations

import itertools
from typing import Any

import pytest

from outbox import receiving
from tests.world import NOW

_number = itertools.count(1)


@pytest.fixture
def texts_in(harbor: Any) -> Any:
    """Has somebody text the firm."""

    def text(number: str, body: str, *, at: Any = NOW, media: Any = ()) -> Any:
        return receiving.receive(
            provider_id=f"SM{next(_number):032}", number=number, to="+14065550150", body=body, media=list(media),
            opt_out="", at=at,
        )  # fmt: skip

    return text

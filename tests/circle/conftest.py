from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clients import guests
from clients.models import GuestGrant, Part
from tests.world import NOW


@pytest.fixture
def invite(luz: Any, mateo: Any) -> Any:
    """Luz invites Gus, Mateo's teacher, until June."""

    def give(*, sees: Any = tuple(Part), adds: Any = (), by: Any = None, email: str = "gus@harbor.example", at: Any = NOW) -> GuestGrant:  # fmt: skip
        return guests.grant(
            mateo, by=by or luz, email=email, name="Gus Teller", job="teacher", sees=[*sees], adds=[*adds],
            lapses_on=date(2027, 6, 10), at=at,
        )  # fmt: skip

    return give


@pytest.fixture
def page(mateo: Any) -> str:
    return f"/shared/{mateo.pk}/"

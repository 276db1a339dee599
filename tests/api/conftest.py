from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import ApiToken
from accounts.secrets import digest
from scheduling.availability import free_slots
from tests.conftest import Visitor
from tests.world import NOW


class Program(Visitor):
    """A program with a person's key."""

    def with_key(self, person: Any, *, may_write: bool = True) -> Program:
        secret = f"{person.pk}-{may_write}"
        ApiToken.objects.get_or_create(
            digest=digest("api", secret),
            defaults={"user": person, "name": "test", "may_write": may_write, "made_at": NOW},
        )
        self.headers["Authorization"] = f"Bearer {secret}"
        return self

    def send(self, path: str, told: Any = None, **headers: str) -> Any:
        """A POST of JSON."""
        return self.post(
            f"/api/v1{path}", json.dumps(told or {}), content_type="application/json", headers=headers
        )

    def read(self, path: str) -> Any:
        return self.get(f"/api/v1{path}")


@pytest.fixture
def program(harbor: Any, clock: Any, standins: Any) -> Program:
    return Program(harbor)


@pytest.fixture
def slots(service: Any, ana: Any) -> list[Any]:
    """Ana's free times, a day ahead and later."""
    found = free_slots(
        service, since=NOW + timedelta(days=1), until=NOW + timedelta(days=9), at=NOW, advocates=[ana]
    )
    return [slot.starts_at for slot in found]


@pytest.fixture
def asked(service: Any, ana: Any, slots: list[Any]) -> dict[str, Any]:
    """A booking that is right in every field."""
    return {
        "service": str(service.pk), "advocate": str(ana.pk), "starts_at": slots[0].isoformat(), "name": "José Núñez",
        "phone": "406 555 0190", "email": "Jose@Home.example", "child": "Inés", "language": "es", "timezone": "America/Denver",
    }  # fmt: skip

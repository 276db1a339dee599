"""When calls are reminded of, and by which way, with the way to fall back on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from messaging.models import ReminderPlan


class By(models.TextChoices):
    TEXT = "text", _("Text; an e-mail where no text can go")
    MAIL = "mail", _("E-mail")
    BOTH = "both", _("Text and e-mail")


@dataclass(frozen=True)
class Step:
    """One reminder: how long before the call, and how. `name` is part of what makes it go out once."""

    name: str
    ahead: timedelta
    by: str

    @property
    def wants_text(self) -> bool:
        return self.by != By.MAIL

    @property
    def wants_mail(self) -> bool:
        return self.by != By.TEXT


NAMES = {1440: "day-before", 120: "two-hours"}
DEFAULT: list[dict[str, Any]] = [{"minutes": 1440, "by": "text"}, {"minutes": 120, "by": "text"}]


def written(service: UUID | None) -> list[dict[str, Any]]:
    """The steps as they are kept: of the service, else of the firm, else ours."""
    plan = (
        ReminderPlan.objects.filter(models.Q(service=service) | models.Q(service=None))
        .order_by(F("service").asc(nulls_last=True))
        .first()
    )
    return list(plan.steps) if plan else DEFAULT


def steps_for(service: UUID | None) -> tuple[Step, ...]:
    """The reminders of a call of this service, the earliest first."""
    rows = sorted(written(service), key=lambda row: -int(row["minutes"]))
    return tuple(
        Step(
            NAMES.get(row["minutes"], f"{row['minutes']}-minutes"),
            timedelta(minutes=row["minutes"]),
            row["by"],
        )
        for row in rows
    )

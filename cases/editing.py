"""Two people editing one thing: the second is shown what changed, and what they typed is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.db import models

from accounts.models import User

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Difference:
    label: str
    theirs: str
    yours: str


class ChangedMeanwhile(Exception):
    """Somebody else saved this first; `current` is how it stands now."""

    def __init__(self, current: Any) -> None:
        super().__init__("somebody else saved this first")
        self.current = current


def save(row: Row, fields: Mapping[str, Any], *, version: int, by: User) -> Row:
    """Writes the fields if the row is still at `version`. Raises ChangedMeanwhile."""
    model = type(row)
    done = model._default_manager.filter(pk=row.pk, version=version).update(
        **fields, version=version + 1, changed_by=by
    )
    row.refresh_from_db()
    if not done:
        raise ChangedMeanwhile(row)
    return row


def differences(form: forms.BaseForm, current: models.Model) -> list[Difference]:
    """The fields in which the saved row differs from what was typed."""
    found = []
    for name, value in form.cleaned_data.items():
        theirs = getattr(current, name, None)
        if name != "version" and hasattr(current, name) and (theirs or "") != (value or ""):
            found.append(
                Difference(str(form.fields[name].label or name), str(theirs or "–"), str(value or "–"))
            )
    return found


def carry_on(form: Any, version: int) -> None:
    """The form shown again carries the version as it is now: saving once more is meant."""
    form.data = form.data.copy()
    form.data["version"] = version

"""What people call the values of a reading."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.forms import DATES, PLAN
from reviews.item_forms import FORMS
from reviews.structure import day, steps

LABELS = {
    **dict((*DATES, *PLAN)),
    "transport": _("Transportation"),
    "assessments.participation": _("State tests"),
}
TESTS = {
    "regular": _("as all students"),
    "regular_with_accommodations": _("with accommodations"),
    "alternate": _("alternate test"),
    "not_tested_at_grade": _("none at this grade"),
}


def called(path: str) -> str:
    """A path of the structure in words: `goals[1].baseline` as "Goal 2, Start"."""
    if path in LABELS:
        return str(LABELS[path])
    slot, *rest = steps(path)
    if slot not in FORMS or not rest or not isinstance(rest[0], int):
        return path
    item = {"goals": gettext("Goal %(n)s"), "services": gettext("Service %(n)s")}[str(slot)] % {
        "n": rest[0] + 1
    }
    field = FORMS[str(slot)].base_fields.get(str(rest[1])) if len(rest) > 1 else None
    return f"{item}, {field.label}" if field else item


def in_words(value: Any) -> str:
    """A value as a person reads it."""
    if value is None or value == "" or value == []:
        return gettext("nothing")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dict):
        return str(value.get("text") or value.get("name") or "")
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def said_day(value: Any) -> str:
    """A day of a reading, an ISO date, as people write it; other words as they are, a dash for none."""
    found = day(value)
    return date_format(found, "DATE_FORMAT") if found else str(value or "–")


def compared(value: Any) -> str:
    """A value of the placement beside that of another year; a dash for none."""
    if value in (None, ""):
        return "–"
    return str(TESTS[value]) if isinstance(value, str) and value in TESTS else in_words(value)

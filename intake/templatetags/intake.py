"""Words of intake pages."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from cases.models import Kind as CaseKind
from intake.models import Stage
from web.dates import say_day

register = template.Library()

STAGES = {"new": "info", "checked": "info", "sent": "soon", "signed": "ok", "case": "ok", "not_a_fit": ""}
KINDS = {
    "student": _("Student"),
    "contact": _("Contact"),
    "school person": _("School or district staff"),
    "district": _("District"),
    "school": _("School"),
    "guest": _("School guest"),
    "staff": _("Works here"),
}
ASKED = {
    "child": _("Student"), "contact": _("Contact"), "other": _("Other people"), "district": _("District"), "school": _("School"),
}  # fmt: skip
WHYS = {
    "name": _("same name"), "nickname": _("nickname"), "sound": _("sounds alike"), "letters": _("spelled alike"),
    "initial": _("initial"), "middle name": _("middle name"), "former name": _("former or other name"),
    "surnames the other way round": _("surnames the other way round"), "one of two surnames": _("one of two surnames"),
    "names the other way round": _("first and last name the other way round"), "one surname": _("one surname"), "birth date": _("same birth date"),
    "birth date, one digit": _("birth date nearly the same"), "same number or address": _("same number or address"),
}  # fmt: skip


@register.filter
def stage_kind(stage: str) -> str:
    """The look of a stage's chip."""
    return STAGES.get(stage, "")


@register.filter
def stage_word(stage: str) -> str:
    return str(Stage(stage).label) if stage in Stage.values else stage


@register.filter
def kind_word(kind: str) -> str:
    return str(KINDS.get(kind, kind))


@register.filter
def asked_word(what: str) -> str:
    """What a name that was looked up was told as."""
    return str(ASKED.get(what, what))


@register.filter
def iso_words(day: str) -> str:
    """A day kept as YYYY-MM-DD, in words."""
    return say_day(date.fromisoformat(day), style="brief", today=now().date()) if day else ""


@register.filter
def case_word(kind: str) -> str:
    return str(CaseKind(kind).label) if kind in CaseKind.values else kind


@register.filter
def why_word(why: str) -> str:
    return str(WHYS.get(why, why))


@register.filter
def day_brief(day: date) -> str:
    return say_day(day, style="brief", today=now().date())

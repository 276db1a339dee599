"""Two people edit one record: the second is shown what changed, and nothing that was typed is lost.

A form carries what its person saw (`was`) and the record's version. Saving a record that has moved on shows who
changed what meanwhile; fields the person left alone take the new value, fields both changed keep what was typed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.db import models, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.requests import FirmRequest
from web.forms import posted

SALT = "editing.was"


@dataclass(frozen=True)
class Change:
    """A field that somebody else changed: its label, what stands now, and whether this person changed it too."""

    label: str
    before: str
    now: str
    both: bool


def said(form: forms.BaseForm, name: str, value: Any) -> str:
    """A field's value as a person reads it."""
    field = form.fields[name]
    if value in (None, "", []):
        return "–"
    if isinstance(field, forms.ModelChoiceField):
        found = field.queryset.filter(pk=value).first() if field.queryset is not None else None
        return str(found or "–")
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    if isinstance(field, forms.BooleanField):
        return _("Yes") if value in (True, "True", "on") else _("No")
    return str(value)


def plain(form: forms.BaseForm) -> dict[str, str]:
    """The values a fresh form shows, as text."""
    shown = {}
    for name, field in form.fields.items():
        value = form.get_initial_for_field(field, name)
        if isinstance(field.widget, forms.DateInput | forms.TimeInput):
            value = field.widget.format_value(value)
        shown[name] = "" if value is None else str(getattr(value, "pk", value))
    return shown


def sealed(row: models.Model, form: forms.BaseForm) -> str:
    """What the person sees now, to come back with the form."""
    seen = {"pk": str(row.pk), "version": row.version, "was": plain(form)}  # type: ignore[attr-defined]
    return signing.dumps(seen, salt=SALT, compress=True)


def _seen(row: models.Model, text: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = signing.loads(text, salt=SALT)
    except (signing.BadSignature, json.JSONDecodeError, ValueError):
        return None
    return found if found.get("pk") == str(row.pk) else None


def meanwhile(form: forms.BaseForm, was: dict[str, str], now: dict[str, str], typed: dict[str, str]) -> list[Change]:  # fmt: skip
    """What others changed since `was`."""
    return [
        Change(
            str(form.fields[name].label or name), said(form, name, was.get(name, "")), said(form, name, value),
            both=typed.get(name, "") != was.get(name, "") and typed.get(name, "") != value,
        )
        for name, value in now.items()
        if was.get(name, "") != value
    ]  # fmt: skip


def page(
    request: FirmRequest,
    form_class: Callable[..., Any],
    row: Any,
    *,
    template: str,
    done: str,
    action: str,
    context: dict[str, Any] | None = None,
    saved: Callable[[Any, Any], None] | None = None,
) -> HttpResponse:
    """The whole edit page of a record with a `version`: shows the form, saves it, or shows what changed meanwhile.

    `done` names the route to go to; `saved(row, form)` runs in the saving's transaction.
    """
    fresh = form_class(None, instance=row)
    context = {"row": row, **(context or {})}
    if request.method != "POST":
        return render(request, template, {**context, "form": fresh, "seen": sealed(row, fresh)})
    with transaction.atomic():
        locked = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
        fresh = form_class(None, instance=locked)
        form = form_class(posted(request), instance=locked)
        seen = _seen(row, request.POST.get("seen", ""))
        if seen is None or seen["version"] != locked.version:
            return _conflict(
                request, form_class, form, fresh, locked, seen, template=template, context=context
            )
        if not form.is_valid():
            again = {**context, "form": form, "seen": request.POST["seen"]}
            return render(request, template, again, status=422)
        locked = form.save(commit=False)
        locked.version += 1
        locked.save()
        if saved:
            saved(locked, form)
        audit.record(
            action, by=request.user, at=timezone.now(), about=locked, fields=sorted(form.changed_data)
        )
    messages.success(request, _("Saved."))
    return redirect(done, row.pk)


def _conflict(request: FirmRequest, form_class: Any, form: Any, fresh: Any, locked: Any, seen: Any, *, template: str, context: dict[str, Any]) -> HttpResponse:  # fmt: skip
    now = plain(fresh)
    was = seen["was"] if seen else now
    typed = {name: str(value) for name, value in _typed(form).items()}
    changes = meanwhile(fresh, was, now, typed)
    # What the person left alone takes the new value; what they typed stays.
    data = request.POST.copy()
    for name, value in now.items():
        if was.get(name, "") != value and typed.get(name, "") == was.get(name, ""):
            if isinstance(form.fields[name], forms.BooleanField):
                data.pop(name, None)
                if value == "True":
                    data[name] = "on"
            else:
                data[name] = value
    again = form_class(data, instance=locked)
    again.is_valid()
    shown = {**context, "form": again, "seen": sealed(locked, fresh), "changes": changes}
    return render(request, template, shown, status=409)


def _typed(form: Any) -> dict[str, str]:
    """What came with the POST, written as `plain` writes what was shown."""
    typed = {}
    for name, field in form.fields.items():
        value = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
        if isinstance(field, forms.BooleanField):
            typed[name] = str(bool(value))
        else:
            typed[name] = "" if value is None else str(value).replace("\r\n", "\n")
    return typed

"""One date with its source, for any parent who comes to the firm's site."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from law.clock import FactError, deadline
from law.rules import RuleError, rule_of
from web.forms import Form, Tiles
from web.states import STATES

# What parents ask about: rules that start with a day they know.
QUESTIONS = {
    "initial_evaluation": _("The school got my signed yes to test my child. When must it be done?"),
    "iep_meeting_after_eligibility": _("The team said my child qualifies. When must the IEP meeting be?"),
    "annual_iep_review": _("My child has an IEP. When must it be looked at again?"),
    "triennial_reevaluation": _("My child was tested. When must the school test again?"),
    "records_access_idea": _("I asked for my child's records. When must I see them?"),
    "manifestation_determination": _("The school decided to change my child's placement for conduct. When is the meeting?"),
    "state_complaint_lookback": _("The school broke a rule. Until when can I write to the state?"),
    "state_complaint_decision": _("I wrote a complaint to the state. When must it answer?"),
}  # fmt: skip


class DateForm(Form):
    rule = forms.ChoiceField(label=_("What do you want to know?"), choices=[(k, v) for k, v in QUESTIONS.items()], widget=Tiles(columns=1))  # fmt: skip
    on = forms.DateField(label=_("On which day did it happen?"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))  # fmt: skip
    state = forms.ChoiceField(label=_("Your state"), choices=[("", _("Choose your state")), *STATES], error_messages={"required": _("Choose your state.")})  # fmt: skip

    def clean_on(self) -> date:
        found: date = self.cleaned_data["on"]
        if not 1990 <= found.year <= 2100:
            raise forms.ValidationError(_("This day cannot be right."))
        return found


@require_GET
def dates(request: HttpRequest) -> HttpResponse:
    """A form that asks by its address, so that a date can be sent to somebody else; nothing is kept."""
    firm: Any = request.firm  # type: ignore[attr-defined]
    asked = "rule" in request.GET
    form = DateForm(
        request.GET if asked else None, initial={"state": firm.state, "rule": "initial_evaluation"}
    )
    context: dict[str, Any] = {"form": form}
    status = 200
    if asked and form.is_valid():
        filled = form.cleaned_data
        try:
            rule = rule_of(filled["rule"], filled["state"])
            answer = deadline(filled["rule"], {rule.trigger: filled["on"]}, state=filled["state"])
            context |= {
                "found": answer.as_dict("es" if get_language() == "es" else "en"),
                "due_on": answer.due_on,
                "verified": answer.reliable and answer.settled,
            }
        except (RuleError, FactError) as problem:
            form.add_error("on", str(problem))
    if asked and form.errors:
        status = 422
    return render(request, "portal/dates.html", context, status=status)

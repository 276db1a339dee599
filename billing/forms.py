from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from billing import plans
from billing.models import Interval
from billing.subscribing import Choice
from web.forms import Form

SALT = "plan-change"
MOST_SEATS = 10_000
# A shown price holds this long; then it is asked for again.
SHOWN_FOR = 3600


class ChoiceForm(Form):
    """A plan, how often it is paid, and the number of seats."""

    plan = forms.ChoiceField(label=_("Plan"))
    interval = forms.ChoiceField(label=_("How it is paid"), choices=Interval.choices)
    seats = forms.IntegerField(
        label=_("Seats"),
        help_text=_("One for each person who works here."),
        min_value=1,
        max_value=MOST_SEATS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": _("Type a whole number of seats."),
            "min_value": _("Choose at least one seat."),
            "max_value": _("That is more seats than we have."),
            "required": _("Type a whole number of seats."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = [(plan.key, plan.name) for plan in plans.all_plans()]  # type: ignore[attr-defined]

    def choice(self) -> Choice:
        filled = self.cleaned_data
        plan = plans.plan_of(filled["plan"])
        assert plan is not None
        return Choice(plan, filled["interval"], filled["seats"])


def seal(choice: Choice, *, at: datetime) -> str:
    """What was shown, to come back with the confirmation: so the price is the one that was read."""
    shown = {"plan": choice.plan.key, "interval": choice.interval, "seats": choice.seats, "at": int(at.timestamp()), "key": str(uuid4())}  # fmt: skip
    return signing.dumps(shown, salt=SALT)


class ConfirmForm(Form):
    shown = forms.CharField(widget=forms.HiddenInput)

    def clean_shown(self) -> dict[str, Any]:
        try:
            shown: dict[str, Any] = signing.loads(self.cleaned_data["shown"], salt=SALT, max_age=SHOWN_FOR)
        except signing.BadSignature:
            raise ValidationError(_("Please look at the price again before you confirm it.")) from None
        return {**shown, "key": UUID(shown["key"])}

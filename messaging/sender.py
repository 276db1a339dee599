"""From which account and number a firm texts, whether the carriers know it, and how much it may send: the page."""

from __future__ import annotations

import re
from typing import Any

import requests
from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from twilio.base.exceptions import TwilioException

from accounts import audit
from accounts.requests import FirmRequest
from clients.forms import clean_hours, time_field
from outbox import sending
from outbox.allowed import cap_of
from outbox.models import Registration, Sender
from outbox.providers import twilio
from tenants.numbers import NumberTaken, take_number
from web.access import Can, requires
from web.forms import Form, PhoneField, posted

FORM = require_http_methods(["GET", "HEAD", "POST"])


def _sid(letters: str, what: Any) -> forms.CharField:
    return forms.CharField(label=what, max_length=34, required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": f"{letters}…"}))  # fmt: skip


class SenderForm(Form):
    """The firm's own account at Twilio, or nothing of it for the platform's; and the cap of either."""

    account_sid = _sid("AC", gettext_lazy("Account SID"))
    token = forms.CharField(
        label=gettext_lazy("Auth token"), max_length=80, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Kept sealed and never shown again. Leave it empty to keep the one we have."),
    )  # fmt: skip
    number = PhoneField(label=gettext_lazy("Number you text from"), required=False)
    service_sid = _sid("MG", gettext_lazy("Messaging service SID, if you use one"))
    registration = forms.ChoiceField(
        label=gettext_lazy("Registration of a toll-free or 10DLC number"), choices=Registration.choices, initial=Registration.PENDING,
        help_text=gettext_lazy("With a messaging service we ask Twilio instead. Nothing is texted before it is registered."),
    )  # fmt: skip
    monthly_cap = forms.IntegerField(
        label=gettext_lazy("Most segments in a month"), min_value=0, max_value=1_000_000, required=False,
        help_text=gettext_lazy("Beyond it texts are held back and e-mails go. Empty means no cap."),
    )  # fmt: skip
    per_second = forms.IntegerField(
        label=gettext_lazy("Most texts in a second"), min_value=1, max_value=1000, required=False,
        help_text=gettext_lazy("What the carriers take from your number: often 1 for a 10DLC number. Empty leaves it to Twilio."),
    )  # fmt: skip

    hours_from = time_field(label=gettext_lazy("Texts from"), required=False, help_text=gettext_lazy("Between 9:00 am and 8:00 pm, by the clock of whoever gets it."))  # fmt: skip
    hours_to = time_field(label=gettext_lazy("Texts until"), required=False)

    def __init__(self, *args: Any, has_token: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_token = has_token

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or {}
        for name, letters in (("account_sid", "AC"), ("service_sid", "MG")):
            if filled.get(name) and not re.fullmatch(rf"{letters}[0-9a-fA-F]{{32}}", filled[name]):
                self.add_error(
                    name, _("A SID is %(letters)s and 32 letters and digits.") % {"letters": letters}
                )
        if filled.get("account_sid"):
            if not filled.get("token") and not self.has_token:
                self.add_error("token", _("Type the account’s auth token."))
            if not filled.get("number") and "number" not in self.errors:
                self.add_error("number", _("Type the number families text back to."))
        return clean_hours(self, filled)


@requires(Can.SET_MESSAGES)
@FORM
def sender(request: FirmRequest) -> HttpResponse:
    row = Sender.objects.first()
    initial = {name: getattr(row, name) for name in ("account_sid", "number", "service_sid", "registration", "monthly_cap", "per_second", "hours_from", "hours_to")} if row else {}  # fmt: skip
    form = SenderForm(posted(request), initial=initial, has_token=bool(row and row.sealed_token))
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            save(row, form.cleaned_data, by=request.user, at=now)
            messages.success(request, _("Saved."))
            return redirect("sender")
        except NumberTaken as taken:
            form.add_error("number", str(taken))
    who = twilio.account()
    context = {
        "form": form, "row": row, "who": who, "registered": who.registration == Registration.VERIFIED,
        "registration": Registration(who.registration).label, "used": sending.segments_this_month(at=now),
        "cap": cap_of(who),
    }  # fmt: skip
    return render(request, "messaging/sender.html", context, status=422 if form.is_bound else 200)


@transaction.atomic
def save(row: Sender | None, told: dict[str, Any], *, by: Any, at: Any) -> Sender:
    """Writes the firm's sender. Raises NumberTaken."""
    row = row or Sender()
    was = (row.account_sid, row.service_sid)
    for name in (
        "account_sid",
        "number",
        "service_sid",
        "monthly_cap",
        "per_second",
        "hours_from",
        "hours_to",
    ):
        setattr(row, name, told[name])
    if not row.account_sid:
        row.number = row.service_sid = ""
        row.sealed_token = None
    elif told["token"]:
        row.keep_token(told["token"])
    if not row.service_sid:
        row.registration = told["registration"]
    elif was != (row.account_sid, row.service_sid):
        row.registration = Registration.PENDING
    if row.account_sid:
        take_number(row.number)
    row.changed_at = at
    row.save()
    audit.record("sender.changed", by=by, at=at, own=row.is_own)
    return row


@requires(Can.SET_MESSAGES)
@require_POST
def sender_check(request: FirmRequest) -> HttpResponse:
    """Asks Twilio how far the registration of the firm's messaging service is."""
    row = Sender.objects.exclude(service_sid="").first()
    if row is None:
        messages.error(request, _("There is no messaging service to ask about."))
        return redirect("sender")
    try:
        row.registration = twilio.registration(twilio.account())
        row.checked_at = timezone.now()
        row.save(update_fields=["registration", "checked_at"])
        messages.success(request, _("Twilio says: %(state)s.") % {"state": row.get_registration_display()})
    except (TwilioException, requests.RequestException) as problem:
        said = getattr(problem, "msg", "") or type(problem).__name__
        messages.error(request, _("Twilio did not say: %(words)s") % {"words": said})
    return redirect("sender")

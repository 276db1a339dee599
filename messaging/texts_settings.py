"""How a firm words its texts and when it reminds: the pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.requests import FirmRequest
from messaging import plans, threads, wording, wordings
from messaging.models import ReminderPlan, Wording
from web.access import Can, requires
from web.forms import Form, posted

FORM = require_http_methods(["GET", "HEAD", "POST"])
LANGUAGES = (("en", "English"), ("es", "Español"))
AHEAD = [
    (0, gettext_lazy("No reminder")), (30, gettext_lazy("30 minutes before")), (60, gettext_lazy("1 hour before")),
    (120, gettext_lazy("2 hours before")), (240, gettext_lazy("4 hours before")), (1440, gettext_lazy("1 day before")),
    (2880, gettext_lazy("2 days before")), (4320, gettext_lazy("3 days before")), (10080, gettext_lazy("1 week before")),
]  # fmt: skip
SLOTS = 3


class WordingForm(Form):
    """The firm's own words for one text; empty means ours."""

    body = forms.CharField(label=gettext_lazy("Words"), max_length=480, required=False, widget=forms.Textarea(attrs={"rows": 4}))  # fmt: skip

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def clean_body(self) -> str:
        body = " ".join(self.cleaned_data["body"].split())
        wrong = wordings.wrong(self.kind, body) if body else []
        if wrong:
            raise forms.ValidationError(wrong)
        return body


class PlanForm(Form):
    """Up to three reminders before a call."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        steps = kwargs.pop("steps")
        super().__init__(*args, **kwargs)
        for n in range(SLOTS):
            step = steps[n] if n < len(steps) else {"minutes": 0, "by": "text"}
            self.fields[f"minutes{n}"] = forms.TypedChoiceField(
                label=_("Reminder %(n)s") % {"n": n + 1}, choices=AHEAD, coerce=int, initial=step["minutes"]
            )
            self.fields[f"by{n}"] = forms.ChoiceField(label=_("How"), choices=plans.By.choices, initial=step["by"])  # fmt: skip

    def steps(self) -> list[dict[str, Any]]:
        told = self.cleaned_data
        found = {told[f"minutes{n}"]: told[f"by{n}"] for n in reversed(range(SLOTS)) if told[f"minutes{n}"]}
        return [{"minutes": minutes, "by": by} for minutes, by in sorted(found.items(), reverse=True)]

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        return [(self[f"minutes{n}"], self[f"by{n}"]) for n in range(SLOTS)]


@requires(Can.SET_MESSAGES)
@FORM
def texts(request: FirmRequest) -> HttpResponse:
    """Reminders of all services, and the texts that may be worded anew."""
    plan = ReminderPlan.objects.filter(service=None).first()
    form = PlanForm(posted(request), steps=plan.steps if plan else plans.DEFAULT)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        ReminderPlan.objects.update_or_create(
            service=None, defaults={"steps": form.steps(), "changed_by": request.user, "changed_at": now}
        )
        audit.record("reminders.changed", by=request.user, at=now)
        messages.success(request, _("Saved. Calls booked or moved from now on are reminded so."))
        return redirect("texts")
    rows = [
        (kind, language, name, wordings.preview(kind.name, language, body), own, wording.size(wordings.preview(kind.name, language, body), price=threads.segment_price()))
        for kind in wordings.KINDS.values()
        for language, name in LANGUAGES
        for own in [wordings.own(kind.name, language)]
        for body in [own or wordings.ours(kind.name, language)]
    ]  # fmt: skip
    context = {"form": form, "rows": rows}
    return render(request, "messaging/texts.html", context, status=422 if form.is_bound else 200)


@requires(Can.SET_MESSAGES)
@FORM
def text_wording(request: FirmRequest, kind: str, language: str) -> HttpResponse:
    """One text in one language: its words, its fields, how it looks and what it takes."""
    if kind not in wordings.KINDS or language not in dict(LANGUAGES):
        raise Http404
    ours = wordings.ours(kind, language)
    own = wordings.own(kind, language)
    form = WordingForm(posted(request), kind=kind, initial={"body": own or ours})
    if request.method == "POST" and form.is_valid() and "check" not in request.POST:
        body, now = form.cleaned_data["body"], timezone.now()
        if body and body != ours:
            Wording.objects.update_or_create(
                kind=kind, language=language,
                defaults={"body": body, "changed_by": request.user, "changed_at": now},
            )  # fmt: skip
        else:
            Wording.objects.filter(kind=kind, language=language).delete()
        audit.record("wording.changed", by=request.user, at=now, kind=kind, language=language)
        messages.success(request, _("Saved."))
        return redirect("texts")
    shown = wordings.preview(kind, language, form["body"].value() or ours)
    context = {
        "form": form, "kind": wordings.KINDS[kind], "language_name": dict(LANGUAGES)[language], "ours": ours,
        "shown": shown, "size": wording.size(shown, price=threads.segment_price()), "language": language,
    }  # fmt: skip
    return render(request, "messaging/wording.html", context, status=422 if form.errors else 200)

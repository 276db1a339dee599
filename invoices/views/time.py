"""Time: the week's sheet, entries, the timer, suggestions, signing off."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.requests import FirmRequest
from invoices import durations, suggesting, timing
from invoices.forms import AcceptForm, ReasonForm, SourceForm, StartForm, TimeForm, WeekForm, today
from invoices.models import SignOff, TimeEntry, Timer, monday_of
from law.dates import iso_date
from web.access import Can, requires
from web.dates import say_day
from web.forms import posted

FORM = require_http_methods(["GET", "HEAD", "POST"])


def back(request: FirmRequest, fallback: str) -> HttpResponse:
    """To where the form stood, if that is a page of ours."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/"):
        return redirect(wanted)
    return redirect(fallback)


def chosen_week(request: FirmRequest) -> date:
    """The Monday of the week the address asks for, else of this week."""
    try:
        found = iso_date(request.GET.get("week", ""))
    except ValueError:
        return monday_of(today())
    return monday_of(found) if 2000 <= found.year <= 2100 else monday_of(today())


def whose(request: FirmRequest) -> User:
    """Whose sheet: one's own, or for those who see the firm's money anybody's."""
    if request.user.can(Can.SEE_MONEY):
        try:
            key = UUID(request.GET.get("person", ""))
        except ValueError:
            return request.user
        return User.objects.filter(pk=key).first() or request.user
    return request.user


def sheet(request: FirmRequest, form: TimeForm) -> dict[str, Any]:
    """A week of one person: days, sums, whether it is signed."""
    person, monday = whose(request), chosen_week(request)
    days = [monday + timedelta(days=n) for n in range(7)]
    rows = TimeEntry.objects.filter(person=person, on__range=(days[0], days[-1])).select_related("student", "case__student").order_by("made_at")  # fmt: skip
    billed = set(rows.billed().values_list("pk", flat=True))  # type: ignore[attr-defined]
    by_day: dict[date, list[TimeEntry]] = {day: [] for day in days}
    for row in rows:
        by_day[row.on].append(row)
    sums = {day: sum(row.minutes for row in found) for day, found in by_day.items()}
    signed = SignOff.objects.standing().filter(person=person, week=monday).select_related("signed_by").first()
    return {
        "form": form, "person": person, "mine": person == request.user, "monday": monday, "sunday": days[-1],
        "days": [(day, found, durations.say(sums[day]), sums[day] > durations.MOST) for day, found in by_day.items()],
        "total": durations.say(sum(row.minutes for row in rows)), "billed": billed, "signed": signed,
        "before": monday - timedelta(days=7), "after": monday + timedelta(days=7), "is_over": monday + timedelta(days=4) <= today(),
        "timers": Timer.objects.filter(person=request.user).select_related("student", "case__student"), "now": timezone.now(),
        "waiting": len(suggesting.suggestions(person, at=timezone.now())) if person == request.user and request.user.can(Can.LOG_TIME) else 0,
        "people": User.objects.staff().order_by("name") if request.user.can(Can.SEE_MONEY) else [],
        "may_reopen": request.user.can(Can.OPEN_WEEKS), "may_write": request.user.can(Can.LOG_TIME),
    }  # fmt: skip


def _posted(request: FirmRequest) -> Any:
    """What was posted by somebody who may write time down; others only read."""
    return posted(request) if request.user.can(Can.LOG_TIME) else None


def _say_back(request: FirmRequest, minutes: int) -> None:
    """Says how what was typed was read: 1.5 are hours, 80 are minutes."""
    read = ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes) % {"minutes": minutes}
    messages.success(request, _("Written down: %(time)s (%(read)s).") % {"time": durations.say(minutes), "read": read})  # fmt: skip


def _warn_of_long_day(request: FirmRequest, person: User, on: date) -> None:
    total = timing.minutes_on(person, on)
    if total > durations.MOST:
        messages.warning(request, _("%(day)s comes to %(time)s, more than a day has. Please look whether that is right.") % {"day": say_day(on, style="day_year"), "time": durations.say(total)})  # fmt: skip


# Minutes after which a timer was more likely forgotten than worked.
LONG = 8 * 60


@requires(Can.SEE_TIME)
@FORM
@transaction.atomic
def time_sheet(request: FirmRequest) -> HttpResponse:
    """The week, and a line to write time down in."""
    first = {"on": today(), "work": request.GET.get("work", "")}
    form = TimeForm(_posted(request), user=request.user, initial=first)
    now = timezone.now()
    if form.is_valid() and not form.asks(_twin(form, person=request.user, at=now)):
        try:
            timing.add(person=request.user, at=now, **form.facts())
        except timing.Locked as why:
            form.add_error("on", str(why))
        else:
            _say_back(request, form.cleaned_data["minutes"])
            _warn_of_long_day(request, request.user, form.cleaned_data["on"])
            return redirect(f"{reverse('time')}?week={monday_of(form.cleaned_data['on'])}")
    return render(request, "invoices/time.html", sheet(request, form), status=422 if form.errors else 200)


def _twin(form: TimeForm, *, person: User, at: datetime) -> str:
    found = timing.twin(person=person, at=at, **form.facts())
    told = {"time": durations.say(found.minutes), "what": found.description} if found else {}
    return (
        _("%(time)s “%(what)s” is written down already, minutes ago. Is this another one?") % told
        if found
        else ""
    )


def _entry(request: FirmRequest, pk: UUID) -> TimeEntry:
    rows = TimeEntry.objects.visible_to(request.user).select_related("person", "student", "case__student")
    return get_object_or_404(rows, pk=pk)


@requires(Can.SEE_TIME)
@FORM
def time_entry(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One entry; where it is billed or signed it can only be read."""
    entry = _entry(request, pk)
    first = {
        "work": f"case:{entry.case_id}" if entry.case_id else f"student:{entry.student_id}", "on": entry.on,
        "minutes": durations.say(entry.minutes), "activity": entry.activity, "description": entry.description,
        "note": entry.note, "billing": entry.billing,
    }  # fmt: skip
    form = TimeForm(_posted(request), user=request.user, initial=first)
    if form.is_valid():
        try:
            timing.change(entry, form.facts(), by=request.user, at=timezone.now())
        except timing.Locked as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Saved."))
            _warn_of_long_day(request, entry.person, form.cleaned_data["on"])
            return redirect(f"{reverse('time')}?week={monday_of(form.cleaned_data['on'])}")
    context = {"entry": entry, "form": form, "may_write": request.user.can(Can.LOG_TIME), "lock": timing.lock_of(entry), "line": entry.invoice_lines.select_related("invoice").last()}  # type: ignore[attr-defined]  # fmt: skip
    return render(request, "invoices/time_entry.html", context, status=422 if form.errors else 200)


@requires(Can.LOG_TIME)
@require_POST
def time_removal(request: FirmRequest, pk: UUID) -> HttpResponse:
    entry = _entry(request, pk)
    try:
        timing.remove(entry, by=request.user, at=timezone.now())
    except timing.Locked as why:
        messages.error(request, str(why))
        return redirect("time-entry", pk)
    messages.success(request, _("The entry is gone."))
    return redirect("time")


# -- the timer ---------------------------------------------------------------------------------


def topbar(request: Any, thing: Any) -> dict[str, Any]:
    """The timer that runs, or else the one put aside last, for the frame of every page."""
    timers = list(Timer.objects.filter(person=request.user).select_related("student", "case__student"))
    now = timezone.now()
    shown = next((row for row in timers if row.is_running), timers[0] if timers else None)
    return {"timer": shown, "counted": durations.say(shown.counted(at=now) // 60) if shown else "", "others": max(0, len(timers) - 1)}  # fmt: skip


def _timer(request: FirmRequest, pk: UUID) -> Timer:
    rows = Timer.objects.filter(person=request.user).select_related("person", "student", "case__student")
    return get_object_or_404(rows, pk=pk)


@requires(Can.LOG_TIME)
@require_POST
def timer_start(request: FirmRequest) -> HttpResponse:
    form = StartForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, _("Choose a case or a student of the list."))
        return back(request, "time")
    student, case = form.cleaned_data["work"] or (None, None)
    activity = form.cleaned_data["activity"]
    timing.start(request.user, at=timezone.now(), student=student, case=case, **({"activity": activity} if activity else {}))  # fmt: skip
    return back(request, "time")


@requires(Can.LOG_TIME)
@require_POST
def timer_pause(request: FirmRequest, pk: UUID) -> HttpResponse:
    timing.pause(_timer(request, pk), at=timezone.now())
    return back(request, "time")


@requires(Can.LOG_TIME)
@require_POST
def timer_resume(request: FirmRequest, pk: UUID) -> HttpResponse:
    timing.resume(_timer(request, pk), at=timezone.now())
    return back(request, "time")


@requires(Can.LOG_TIME)
@FORM
def timer(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What a timer has counted, as an entry to look over and save. It runs on until it is saved."""
    row, now = _timer(request, pk), timezone.now()
    first = {
        "work": f"case:{row.case_id}" if row.case_id else f"student:{row.student_id}" if row.student_id else "",
        "on": timezone.localdate(row.begun_at, request.firm.zone), "minutes": durations.say(row.minutes(at=now)),
        "activity": row.activity, "description": row.description,
    }  # fmt: skip
    form = TimeForm(posted(request), user=request.user, initial=first)
    if form.is_valid():
        try:
            timing.finish(row, at=now, **form.facts())
        except timing.Locked as why:
            form.add_error("on", str(why))
        except Timer.DoesNotExist:
            return redirect("time")
        else:
            _say_back(request, form.cleaned_data["minutes"])
            _warn_of_long_day(request, request.user, form.cleaned_data["on"])
            return redirect(f"{reverse('time')}?week={monday_of(form.cleaned_data['on'])}")
    return render(
        request,
        "invoices/timer.html",
        {"row": row, "form": form, "long": row.minutes(at=now) > LONG},
        status=422 if form.errors else 200,
    )


@requires(Can.LOG_TIME)
@require_POST
def timer_removal(request: FirmRequest, pk: UUID) -> HttpResponse:
    timing.drop(_timer(request, pk))
    messages.success(request, _("The timer is thrown away."))
    return redirect("time")


# -- suggestions -------------------------------------------------------------------------------


def _suggestions(request: FirmRequest, *, form: AcceptForm | None = None) -> HttpResponse:
    rows = suggesting.suggestions(request.user, at=timezone.now())
    wrong = (form.data.get("kind"), form.data.get("source")) if form else None
    context = {
        "form": form,
        "rows": [(row, durations.say(row.minutes) if row.minutes else "", (row.kind, str(row.source)) == wrong) for row in rows],
    }  # fmt: skip
    return render(request, "invoices/suggestions.html", context, status=422 if form else 200)


@requires(Can.LOG_TIME)
@require_GET
def suggestions(request: FirmRequest) -> HttpResponse:
    return _suggestions(request)


@requires(Can.LOG_TIME)
@require_POST
def suggestion_acceptance(request: FirmRequest) -> HttpResponse:
    """Writes a suggestion down, once."""
    form, now = AcceptForm(request.POST), timezone.now()
    if not form.is_valid():
        return _suggestions(request, form=form)
    kind, source = form.cleaned_data["kind"], form.cleaned_data["source"]
    found = suggesting.find(request.user, kind, source, at=now)
    if found is None:
        messages.info(request, _("This was written down or passed over already."))
        return redirect("time-suggestions")
    try:
        timing.add(
            person=request.user, student=found.student, case=found.case, on=found.on, minutes=form.cleaned_data["minutes"],
            activity=found.activity, description=found.description, source=(found.kind, found.source), at=now,
        )  # fmt: skip
    except timing.Locked as why:
        messages.error(request, str(why))
    else:
        _say_back(request, form.cleaned_data["minutes"])
        _warn_of_long_day(request, request.user, found.on)
    return redirect("time-suggestions")


@requires(Can.LOG_TIME)
@require_POST
def suggestion_skip(request: FirmRequest) -> HttpResponse:
    form = SourceForm(request.POST)
    if not form.is_valid() or suggesting.find(request.user, form.cleaned_data["kind"], form.cleaned_data["source"], at=timezone.now()) is None:  # fmt: skip
        raise Http404
    timing.skip(request.user, form.cleaned_data["kind"], form.cleaned_data["source"], at=timezone.now())
    return redirect("time-suggestions")


# -- signing off -------------------------------------------------------------------------------


@requires(Can.LOG_TIME)
@require_POST
def week_sign_off(request: FirmRequest) -> HttpResponse:
    form = WeekForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This week has not begun."))
        return redirect("time")
    timing.sign_off(request.user, form.cleaned_data["week"], by=request.user, at=timezone.now())
    messages.success(request, _("The week is signed off."))
    return redirect(f"{reverse('time')}?week={monday_of(form.cleaned_data['week'])}")


@requires(Can.OPEN_WEEKS)
@require_POST
def week_reopening(request: FirmRequest, pk: UUID) -> HttpResponse:
    signed = get_object_or_404(SignOff.objects.standing(), pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the week is opened again."))
    else:
        timing.reopen(signed, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])
        messages.success(request, _("The week is open again."))
    return redirect(f"{reverse('time')}?week={signed.week}&person={signed.person_id}")

"""Who may look in: the family invites, changes and ends; the office prepares, sees and ends."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from cases import calendars
from circle import forms, page
from circle.views import frame
from clients import guests
from clients.models import GuestGrant, Part, Student
from outbox import sending
from outbox.models import Channel
from tenants.places import current_firm
from web.access import Can, requires
from web.forms import posted

FORM = require_http_methods(["GET", "HEAD", "POST"])
USUAL = [Part.WINS, Part.PAGE, Part.STRATEGIES, Part.CHECKINS, Part.ABOUT]


def _student(request: FirmRequest, pk: UUID) -> Student:
    return get_object_or_404(Student.objects.visible_to(request.user), pk=pk)


def _grant(request: FirmRequest, pk: UUID) -> GuestGrant:
    rows = (
        GuestGrant.objects.visible_to(request.user).standing().select_related("student", "granted_by", "user")
    )
    return get_object_or_404(rows, pk=pk)


def last_day(student: Student) -> Any:
    """The end of the school year: the district's calendar says, else June 30."""
    today = guests.local_day(timezone.now())
    calendar = calendars.of_district(student.district_id)
    ends = [year.last for year in calendar.years if year.last >= today] if calendar else []
    return guests.end_of_school_year(today, min(ends) if ends else None)


def invite(grant: GuestGrant) -> None:
    """The e-mail that tells the guest: whose page by the first name, who invites, how to sign in. No link holds a secret."""
    firm = current_firm()
    assert grant.granted_by is not None
    language = grant.user.language if grant.user else "en"
    with translation.override(language):
        facts = {
            "firm": firm, "language": language, "title": _("You are invited to %(name)s’s page") % {"name": grant.student.given_name},
            "text": _("%(who)s would like to share a page about %(name)s with you. Sign in with this e-mail address. We send you a code each time; there is no password.")
            % {"who": grant.granted_by.name, "name": grant.student.given_name},
            "button": _("Open the page"), "link": firm.url(f"/shared/{grant.student_id}/"),
        }  # fmt: skip
        words = sending.Words(
            body=render_to_string("mail/link.txt", facts).strip() + "\n",
            html=render_to_string("mail/link.html", facts), title=str(facts["title"]),
        )  # fmt: skip
    now = timezone.now()
    sending.write(
        "guest-invitation", subject=f"guest-grant:{grant.pk}", channel=Channel.EMAIL, to=grant.email, words=words,
        due_at=now, at=now, zone=firm.zone, language=language, answers=True,
    )  # fmt: skip


@requires(Can.SHARE_PAGE)
@require_GET
def shared_people(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Everybody who was invited, what they may do, when they looked; for the family, what waits for its yes."""
    student, now = _student(request, pk), timezone.now()
    audit.record("grants.read", by=request.user, at=now, about=student)
    today = guests.local_day(now)
    invited = page.invited(student)
    context = {
        "student": student, "frame": frame(request), "today": today,
        "standing": [(row, seen) for row, seen in invited if not row.is_over(on=today)],
        "ended": [(row, seen) for row, seen in invited if row.is_over(on=today)],
        "may_grant": guests.may_grant(request.user, student, at=now) is not None,
    }  # fmt: skip
    return render(request, "circle/people.html", context)


@requires(Can.SHARE_PAGE)
@FORM
def shared_guest_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The family invites; staff prepare an invitation for the family's yes."""
    student, now, user = _student(request, pk), timezone.now(), request.user
    if not user.is_staff_member and guests.may_grant(user, student, at=now) is None:
        raise Http404
    if user.is_staff_member and not user.can(Can.EDIT_STUDENTS):
        raise Http404
    form = forms.GuestForm(posted(request), initial={"sees": USUAL, "lapses_on": last_day(student)})
    if request.method == "POST" and form.is_valid():
        try:
            if user.is_staff_member:
                guests.prepare(student, by=user, at=now, **form.cleaned_data)
                messages.success(request, _("Prepared. It begins when the family says yes."))
            else:
                invite(guests.grant(student, by=user, at=now, **form.cleaned_data))
                messages.success(request, _("Invited. We sent an e-mail with the way to the page."))
            return redirect("shared-people", pk)
        except guests.CannotGrant as refused:
            form.add_error(None, str(refused))
    context = {"student": student, "form": form, "frame": frame(request)}
    return render(request, "circle/guest_new.html", context, status=422 if form.is_bound else 200)


@requires(Can.SHARE_PAGE)
@FORM
def shared_guest(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The family changes what a guest may see and add, and until when."""
    grant = _grant(request, pk)
    now = timezone.now()
    if guests.may_grant(request.user, grant.student, at=now) is None or grant.granted_at is None:
        raise Http404
    first = {"sees": grant.sees, "adds": grant.adds, "lapses_on": grant.lapses_on}
    form = forms.GuestChangeForm(posted(request), initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            guests.change(grant, by=request.user, at=now, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("shared-people", grant.student_id)
        except guests.CannotGrant as refused:
            form.add_error(None, str(refused))
    context = {"student": grant.student, "grant": grant, "form": form, "frame": frame(request)}
    return render(request, "circle/guest.html", context, status=422 if form.is_bound else 200)


@requires(Can.SHARE_PAGE)
@require_POST
def shared_guest_confirmation(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The family says yes to what the office prepared."""
    grant = _grant(request, pk)
    try:
        invite(guests.confirm(grant, by=request.user, at=timezone.now()))
        messages.success(request, _("Invited. We sent an e-mail with the way to the page."))
    except guests.CannotGrant as refused:
        messages.error(request, str(refused))
    return redirect("shared-people", grant.student_id)


@requires(Can.SHARE_PAGE)
@require_POST
def shared_guest_ending(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One tap: from this moment the person sees nothing."""
    grant = _grant(request, pk)
    if request.user.is_staff_member and not request.user.can(Can.EDIT_STUDENTS):
        raise Http404
    guests.end(grant, by=request.user, at=timezone.now())
    messages.success(request, _("Ended. %(name)s can no longer see the page.") % {"name": grant.name})
    return redirect("shared-people", grant.student_id)

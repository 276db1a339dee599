"""Students and the grown-ups around them, as staff see them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from clients import joining
from clients.forms import today
from clients.models import Contact, Student
from web.access import Can, requires
from web.paging import page_of


@requires(Can.SEE_STUDENTS)
@require_GET
def student_list(request: FirmRequest) -> HttpResponse:
    rows = (
        Student.objects.visible_to(request.user)
        .select_related("family")
        .order_by("family_name", "given_name", "pk")
    )
    return render(request, "clients/students.html", {"page": page_of(rows, request)})


@requires(Can.SEE_STUDENTS)
@require_GET
def student_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    user = request.user
    student = get_object_or_404(Student.objects.visible_to(user).select_related("family"), pk=pk)
    audit.record("student.read", by=user, at=timezone.now(), about=student)
    context = {
        "student": student,
        "guardianships": student.guardianships.select_related("contact").prefetch_related("contact__points"),
        "team": student.care_team.filter(until=None).select_related("user"),
    }
    return render(request, "clients/student.html", context)


@requires(Can.SEE_STUDENTS)
@require_GET
def contact_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    user = request.user
    contact = get_object_or_404(
        Contact.objects.visible_to(user).select_related("family").prefetch_related("points"), pk=pk
    )
    audit.record("contact.read", by=user, at=timezone.now(), about=contact)
    same = joining.may_be_same(contact, user=user) if contact.confirmed_at is None else []
    return render(request, "clients/contact.html", {"contact": contact, "same": same})


@requires(Can.EDIT_STUDENTS)
@require_POST
def contact_confirmation(request: FirmRequest, pk: UUID) -> HttpResponse:
    user = request.user
    contact = get_object_or_404(Contact.objects.visible_to(user), pk=pk)
    joining.confirm(contact, by=user, at=timezone.now())
    messages.success(request, _("%(name)s is a family of its own now.") % {"name": contact.name})
    return redirect("contact", pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def contact_joining(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Joins an unconfirmed contact with one we know."""
    user = request.user
    contact = get_object_or_404(Contact.objects.visible_to(user).filter(confirmed_at=None), pk=pk)
    try:
        wanted = UUID(request.POST.get("into", ""))
    except ValueError:
        messages.error(request, _("Choose whom to join it with."))
        return redirect("contact", pk)
    into = get_object_or_404(Contact.objects.visible_to(user).exclude(pk=pk), pk=wanted)
    joining.join(contact, into, by=user, at=timezone.now())
    messages.success(request, _("Joined with %(name)s.") % {"name": into.name})
    return redirect("contact", into.pk)


@requires(Can.SEE_STUDENTS)
@require_GET
def student_papers(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What was sent to sign about a student, and the permissions in force."""
    student = get_object_or_404(Student.objects.visible_to(request.user), pk=pk)
    audit.record("student.read", by=request.user, at=timezone.now(), about=student)
    context = {
        "student": student,
        "agreements": student.agreements.select_related("contact", "signature").order_by("-sent_at"),
        "releases": student.releases.select_related("agreement__signature", "agreement__contact"),
        "today": today(),
    }
    return render(request, "clients/student_papers.html", context)

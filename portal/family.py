"""What a family does itself: sign, write about the child, set its details, see who can see what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.models import User
from accounts.requests import FirmRequest
from clients import about, papers, signing
from clients.forms import AboutForm, MyDetailsForm, today
from clients.models import (
    AboutPage,
    Agreement,
    Contact,
    Guardianship,
    GuestGrant,
    Release,
    Signature,
    Student,
)
from intake.models import Response
from outbox.models import allow, may_text, withdraw
from outbox.starting import how_to_start, was_stopped
from scheduling.booking import SMS_WORDING_VERSION
from web.access import Can, requires
from web.forms import posted
from web.middleware import keep_language

FORM = require_http_methods(["GET", "HEAD", "POST"])


def _me(request: FirmRequest) -> Contact:
    contact = Contact.objects.filter(user=request.user).prefetch_related("points").first()
    if contact is None:
        raise Http404
    return contact


def _child(request: FirmRequest, pk: UUID) -> Student:
    return get_object_or_404(Student.objects.visible_to(request.user), pk=pk)


@requires(Can.VISIT_PORTAL)
@require_GET
def form_list(request: FirmRequest) -> HttpResponse:
    """Papers to sign, questions to answer, pages to write; then what is done."""
    user, now = request.user, timezone.now()
    mine = Agreement.objects.visible_to(user).filter(withdrawn_at=None).select_related("student", "signature")
    students = Student.objects.visible_to(user)
    answered = Response.objects.filter(contact__user=user).select_related("list", "student")
    seen = set(students.values_list("pk", flat=True))
    context = {
        "waiting": mine.open(at=now),
        "signed": mine.filter(signature__isnull=False),
        "responses": [row for row in answered if row.student_id is None or row.student_id in seen],
        "students": students,
    }
    return render(request, "portal/forms.html", context)


def _agreement(request: FirmRequest, pk: UUID) -> Agreement:
    rows = Agreement.objects.visible_to(request.user).filter(withdrawn_at=None)
    return get_object_or_404(rows.select_related("contact", "student", "signature", "version"), pk=pk)


@requires(Can.VISIT_PORTAL)
@FORM
def form_paper(request: FirmRequest, pk: UUID) -> HttpResponse:
    agreement = _agreement(request, pk)
    audit.record("agreement.read", by=request.user, at=timezone.now(), about=agreement)
    return signing.paper_page(
        request, agreement, how=Signature.How.PORTAL, proof="", template="portal/paper.html"
    )


@requires(Can.VISIT_PORTAL)
@require_GET
def form_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    return signing.pdf_answer(_agreement(request, pk))


@requires(Can.VISIT_PORTAL)
@FORM
def about_child(request: FirmRequest, pk: UUID) -> HttpResponse:
    student = _child(request, pk)
    newest = AboutPage.objects.newest(student)
    first = {name: getattr(newest, name) for name in AboutPage.SECTIONS} if newest else {}
    form = AboutForm(posted(request), initial=first)
    versions = AboutPage.objects.filter(student=student).defer(*AboutPage.SECTIONS)
    context: dict[str, Any] = {"student": student, "form": form, "about": newest, "versions": versions}
    if request.method != "POST":
        return render(request, "portal/about.html", context)
    if not form.is_valid():
        return render(request, "portal/about.html", context, status=422)
    about.save(
        student, form.cleaned_data, by=request.user, language=get_language() or "en", at=timezone.now()
    )
    messages.success(request, _("Saved. Your care team can read it."))
    return redirect("portal-about", pk)


@requires(Can.VISIT_PORTAL)
@require_GET
def about_print(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The page as it prints."""
    student = _child(request, pk)
    page = AboutPage.objects.newest(student)
    if page is None:
        raise Http404
    context = {"student": student, "about": page, "sections": papers.sections(page)}
    return render(request, "portal/about_print.html", context)


@requires(Can.VISIT_PORTAL)
@require_GET
def about_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    return about.pdf(_child(request, pk))


@requires(Can.VISIT_PORTAL)
@FORM
def details(request: FirmRequest) -> HttpResponse:
    """Language, how and when we may write, the address. Numbers change by a call: they are how people sign in."""
    contact, user = _me(request), request.user
    form = MyDetailsForm(posted(request), instance=contact)
    phone = contact.phone
    context = {
        "form": form,
        "points": contact.points.all(),
        "phone": phone,
        "texts_on": bool(phone) and may_text(phone),
        "start_words": how_to_start(known=True) if was_stopped(phone) else "",
        "wording": texts_words(request.firm.name),
    }
    if request.method != "POST":
        return render(request, "portal/details.html", context)
    if not form.is_valid():
        return render(request, "portal/details.html", context, status=422)
    with transaction.atomic():
        saved = form.save(commit=False)
        saved.version += 1
        saved.save()
        User.objects.filter(pk=user.pk).update(name=saved.name, language=saved.language)
        audit.record(
            "contact.changed", by=user, at=timezone.now(), about=saved, fields=sorted(form.changed_data)
        )
    with translation.override(saved.language):
        messages.success(request, _("Saved."))
    answer = redirect("portal-details")
    keep_language(answer, saved.language)
    return answer


@requires(Can.VISIT_PORTAL)
@require_POST
def texts(request: FirmRequest) -> HttpResponse:
    """Texts on or off for one's own number, with the words that stood beside the button. A STOP is taken back by START."""
    contact, now = _me(request), timezone.now()
    if not contact.phone:
        raise Http404
    if request.POST.get("on") == "1" and was_stopped(contact.phone):
        messages.error(request, how_to_start(known=True))
        return redirect("portal-details")
    if request.POST.get("on") == "1":
        allow(
            contact.phone, how="form", at=now, wording=texts_words(request.firm.name), version=SMS_WORDING_VERSION,
            language=get_language() or "en", network=signing.network(request),
        )  # fmt: skip
    else:
        withdraw(contact.phone, how="form", at=now)
    audit.record("texts.set", by=request.user, at=now, about=contact, on=request.POST.get("on") == "1")
    return redirect("portal-details")


def texts_words(firm: str) -> str:
    """What the page says beside the button."""
    return _("Text me about my calls and papers. Message and data rates may apply. Text STOP to end texts, HELP for help. From %(firm)s.") % {"firm": firm}  # fmt: skip


@requires(Can.VISIT_PORTAL)
@require_GET
def who_sees(request: FirmRequest) -> HttpResponse:
    """For each child: the firm's people, the grown-ups, and the permissions given. Nobody who is barred shows up,
    and nobody learns here that somebody is."""
    on = today()
    children = []
    for student in Student.objects.visible_to(request.user).order_by("given_name"):
        people = Guardianship.objects.filter(student=student).seeing(on=on).select_related("contact")
        children.append({
            "student": student,
            "team": [m.user for m in student.care_team.filter(until=None).select_related("user")],
            "people": [row for row in people if row.contact.user_id],
            "guests": GuestGrant.objects.filter(student=student).in_force(at=timezone.now()),
            "releases": Release.objects.filter(student=student).in_force(on=on),
        })  # fmt: skip
    return render(request, "portal/who.html", {"children": children})

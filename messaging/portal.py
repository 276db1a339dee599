"""Messages as families see them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import FirmRequest
from clients.models import Contact, Student
from documents import storage
from documents.views import onward
from messaging import threads
from messaging.forms import FamilyWriteForm
from messaging.models import Thread
from web.access import Can, requires
from web.forms import posted


@requires(Can.VISIT_PORTAL)
@require_http_methods(["GET", "HEAD", "POST"])
def messages_page(request: FirmRequest) -> HttpResponse:
    """What this person and the firm have said to each other, and the place to write."""
    user, now = request.user, timezone.now()
    contact = Contact.objects.visible_to(user).first()
    students = list(Student.objects.visible_to(user).order_by("given_name", "pk"))
    form = FamilyWriteForm(posted(request), request.FILES or None, students=students)
    if request.method == "POST" and contact is not None and form.is_valid():
        told = form.cleaned_data
        try:
            threads.post(
                threads.thread_of(contact, at=now), told["body"], by=user, at=now, from_family=True,
                files=told["paper"], student=form.student_chosen,
            )  # fmt: skip
            messages.success(request, _("Sent. We answer here, and tell you when we do."))
            return onward(request, reverse("portal-messages"))
        except storage.NoRoom as full:
            form.add_error("paper", str(full))
        except threads.CannotWrite as problem:
            form.add_error("paper", str(problem))
    thread = Thread.objects.visible_to(user).select_related("contact__family").first()
    context = {
        "form": form, "thread": thread, "students": students, "contact": contact,
        "entries": threads.entries(thread, user=user, at=now) if thread else [],
        "zone": threads.zone_of(thread) if thread else request.firm.zone,
    }  # fmt: skip
    response = render(request, "portal/messages.html", context, status=422 if form.is_bound else 200)
    if thread is not None and not form.is_bound:
        threads.mark_read(thread, user, at=now)
    return response

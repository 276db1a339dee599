"""Reviews as families read them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from documents.models import Document
from reviews import deciding
from reviews.forms import AskForm
from reviews.models import Review, ReviewQuerySet, State, Status, StructuredIEP
from reviews.views import pdf_answer
from web.access import Can, requires

ORDER = (Status.STRONG, Status.MUST_FIX, Status.ASK)


def shown(review: Review) -> dict[str, Any]:
    """What the page shows: strong points first."""
    told = list(review.points.told().prefetch_related("asked__by"))
    return {
        "review": review, "student": review.student,
        "groups": [(status, [p for p in told if p.status == status]) for status in ORDER if any(p.status == status for p in told)],
    }  # fmt: skip


def sent_to(request: FirmRequest) -> ReviewQuerySet:
    return Review.objects.visible_to(request.user).select_related(
        "student", "version__document", "signed_off_by"
    )  # type: ignore[return-value]


@requires(Can.VISIT_PORTAL)
@require_GET
def review_list(request: FirmRequest) -> HttpResponse:
    """Reviews that were sent, and what happens to IEPs that came."""
    under_way = [
        {"document": row.version.document, "structured": row}
        for row in StructuredIEP.objects.filter(
            version__document__in=Document.objects.visible_to(request.user),
            version__reviews__isnull=False,
        )
        .exclude(version__reviews__state=State.SENT)
        .select_related("version__document__student")
        .distinct()
    ]
    context = {"reviews": sent_to(request).order_by("-sent_at"), "under_way": under_way}
    return render(request, "portal/reviews.html", context)


@requires(Can.VISIT_PORTAL)
@require_GET
def review(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(sent_to(request), pk=pk)
    audit.record("review.read", by=request.user, at=timezone.now(), about=row)
    may_see = Document.objects.visible_to(request.user).filter(pk=row.version.document_id).exists()
    newer = sent_to(request).filter(version=row.version_id, number__gt=row.number).order_by("number").last()
    context = {
        **shown(row), "paper": row.version.document if may_see else None, "form": AskForm(), "newer": newer,
    }  # fmt: skip
    return render(request, "portal/review.html", context)


@requires(Can.VISIT_PORTAL)
@require_POST
def ask(request: FirmRequest, pk: UUID, number: int) -> HttpResponse:
    """A question about one point."""
    row = get_object_or_404(sent_to(request), pk=pk)
    one = get_object_or_404(row.points.told(), number=number)
    form = AskForm(request.POST)
    if not form.is_valid():
        context = {**shown(row), "form": form, "wanted": number}
        return render(request, "portal/review.html", context, status=422)
    deciding.ask(one, form.cleaned_data["words"], by=request.user, at=timezone.now())
    messages.success(request, _("Thank you. We have your question about point %(n)s.") % {"n": number})
    return redirect(f"{reverse('portal-review', args=[pk])}#p{number}")


@requires(Can.VISIT_PORTAL)
@require_GET
def report(request: FirmRequest, pk: UUID) -> HttpResponse:
    return pdf_answer(request, get_object_or_404(sent_to(request), pk=pk))

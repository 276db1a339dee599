"""What was read, as staff set it right: dates, supports, goals and services."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import FirmRequest
from reviews import correcting, structure
from reviews.forms import ValuesForm
from reviews.item_forms import FORMS, ItemForm, form_for
from reviews.models import Review, StructuredIEP
from reviews.page import View, at_page
from reviews.views import FORM, review_of, structured_of
from web.access import Can, requires
from web.forms import posted

HISTORY = 50


def readable(request: FirmRequest, pk: UUID) -> tuple[Review, StructuredIEP]:
    """A review and its IEP that was read. 404 for another paper, or one that is being read."""
    row = review_of(request, pk)
    structured = structured_of(row)
    if structured is None or not structured.is_iep or structured.is_under_way:
        raise Http404
    return row, structured


@requires(Can.EDIT_STUDENTS)
@FORM
def values(request: FirmRequest, pk: UUID) -> HttpResponse:
    """All values on one page, and who changed what."""
    row, structured = readable(request, pk)
    form = ValuesForm(posted(request), data_read=structured.data)
    if request.method == "POST" and form.is_valid():
        count = correcting.correct(structured, form.changes(), by=request.user, at=timezone.now())
        if count:
            messages.success(request, _("Kept. Values set right: %(n)s.") % {"n": count})
        for doubt in form.doubts():
            messages.warning(request, doubt)
        return redirect("review-values", row.pk)
    context = {
        "review": row, "student": row.student, "structured": structured, "form": form, "unread": structured.data["unread"],
        "history": structured.corrections.select_related("by").order_by("-at", "-pk")[:HISTORY],
    }  # fmt: skip
    return render(request, "reviews/values.html", context, status=422 if form.is_bound else 200)


@requires(Can.EDIT_STUDENTS)
@FORM
def value(request: FirmRequest, pk: UUID, slot: str, index: int) -> HttpResponse:
    """One goal or service beside the page it stands on."""
    row, structured = readable(request, pk)
    path = f"{slot}[{index}]"
    item = structure.at(structured.data, path)
    if slot not in FORMS or not isinstance(item, dict):
        raise Http404
    form = form_for(slot, item, posted(request), row.version)
    if _is_sent(request, form):
        boxes = {f"{path}.{name}": box for name, box in form.cleaned_data["boxes"].items()}
        changes = {f"{path}.{name}": told for name, told in form.changes().items()}
        count = correcting.correct(structured, changes, by=request.user, at=timezone.now(), boxes=boxes)
        messages.success(request, _("Kept. Values set right: %(n)s.") % {"n": count})
        return redirect("review-value", row.pk, slot, index)
    seen = structure.places(structured.data, *(f"{path}.{name}" for name in ("text", "name", "as_written")))
    return _shown(request, row, structured, form, slot, index=index, page=seen[0]["page"] if seen else None)


@requires(Can.EDIT_STUDENTS)
@FORM
def value_new(request: FirmRequest, pk: UUID, slot: str) -> HttpResponse:
    """A goal or service that the reader did not see: typed, or taken from a box drawn on the page."""
    row, structured = readable(request, pk)
    if slot not in FORMS:
        raise Http404
    form = form_for(slot, None, posted(request), row.version)
    if _is_sent(request, form):
        try:
            correcting.add(
                structured, slot, form.changes(), by=request.user, at=timezone.now(), boxes=form.cleaned_data["boxes"]
            )  # fmt: skip
        except correcting.CannotBe as why:
            messages.error(request, str(why))
        else:
            messages.success(request, _("Added."))
        return redirect("review-values", row.pk)
    last = structure.places(structured.data, *(f"{slot}[{n}].{name}" for n in reversed(range(len(structured.data[slot]))) for name in ("text", "name")))  # fmt: skip
    return _shown(request, row, structured, form, slot, index=None, page=last[0]["page"] if last else None)


def _is_sent(request: FirmRequest, form: ItemForm) -> bool:
    """The form is to be kept. Turning to another page posts it too, so that what was typed comes along."""
    return request.method == "POST" and "page_wanted" not in request.POST and form.is_valid()


def _boxes(structured: StructuredIEP, path: str, page: int) -> list[tuple[float, float, float, float]]:
    """Where an item's values stand on a page: left, top, width, height."""
    found = {
        tuple(place["box"])
        for anchored, anchor in structured.data["anchors"].items()
        if anchored.startswith(f"{path}.")
        for place in anchor["places"]
        if place["page"] == page
    }
    return [(left, top, right - left, bottom - top) for left, top, right, bottom in sorted(found)]


def _shown(
    request: FirmRequest,
    row: Review,
    structured: StructuredIEP,
    form: ItemForm,
    slot: str,
    *,
    index: int | None,
    page: int | None,
) -> HttpResponse:
    wanted = request.POST.get("page_wanted") or request.POST.get("page") or request.GET.get("page")
    view: View | None = at_page(row.version, wanted or (str(page) if page else None), [], None)
    turned = "page_wanted" in request.POST
    context: dict[str, Any] = {
        "review": row, "student": row.student, "document": row.version.document, "form": form, "slot": slot,
        "index": index, "number": None if index is None else index + 1, "view": view, "drawing": True,
        "seen": _boxes(structured, f"{slot}[{index}]", view.page.number) if view and index is not None else [],
    }  # fmt: skip
    bad = form.is_bound and not turned and not form.is_valid()
    return render(request, "reviews/value.html", context, status=422 if bad else 200)


@requires(Can.EDIT_STUDENTS)
@require_POST
def value_removal(request: FirmRequest, pk: UUID, slot: str, index: int) -> HttpResponse:
    """Takes a goal or service out that the paper does not hold; it can be put back."""
    row, structured = readable(request, pk)
    try:
        correcting.remove(structured, f"{slot}[{index}]", by=request.user, at=timezone.now())
    except correcting.CannotBe as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("Removed. You can put it back below."))
    return redirect("review-values", row.pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def value_return(request: FirmRequest, pk: UUID, correction: UUID) -> HttpResponse:
    """Puts a removed goal or service back."""
    row, structured = readable(request, pk)
    removed = get_object_or_404(structured.corrections, pk=correction)
    try:
        correcting.put_back(removed, by=request.user, at=timezone.now())
    except correcting.CannotBe as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("It is back, after the others."))
    return redirect("review-values", row.pk)

"""Districts and schools of the firm, and the people in them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from clients import editing, matching
from clients.forms import DistrictForm, SchoolForm, SchoolPersonForm, today
from clients.models import District, School, SchoolPerson, Student
from web.access import Can, requires
from web.forms import posted

FORM = require_http_methods(["GET", "HEAD", "POST"])


@requires(Can.SEE_STUDENTS)
@require_GET
def district_list(request: FirmRequest) -> HttpResponse:
    rows = District.objects.annotate(school_count=Count("schools", distinct=True)).prefetch_related(
        "other_names"
    )
    alone = School.objects.filter(district=None)
    return render(request, "clients/districts.html", {"districts": rows, "alone": alone})


def _save_names(district: District, form: Any) -> None:
    district.call_also([name for name in form.cleaned_data["other_names"].splitlines() if name])


def _new(
    request: FirmRequest, form: Any, template: str, route: str, action: str, **context: Any
) -> HttpResponse:
    """A new district or school; one alike is shown first."""
    context["form"] = form
    if request.method != "POST":
        return render(request, template, context)
    if not form.is_valid():
        return render(request, template, context, status=422)
    if "another" not in request.POST:
        kind = form._meta.model._meta.model_name
        context["same"] = [hit for hit in matching.places_like(form.cleaned_data["name"]) if hit.kind == kind]
        if context["same"]:
            return render(request, template, context, status=409)
    try:
        with transaction.atomic():
            row = form.save()
            if isinstance(row, District):
                _save_names(row, form)
            audit.record(action, by=request.user, at=timezone.now(), about=row)
    except IntegrityError:
        form.add_error("name", _("There is one with this name already."))
        return render(request, template, context, status=422)
    messages.success(request, _("Saved."))
    return redirect(route, row.pk)


@requires(Can.EDIT_STUDENTS)
@FORM
def district_new(request: FirmRequest) -> HttpResponse:
    form = DistrictForm(posted(request), initial={"state": request.firm.state})
    return _new(request, form, "clients/district_new.html", "district", "district.added")


@requires(Can.SEE_STUDENTS)
@require_GET
def district_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    district = get_object_or_404(District.objects.prefetch_related("other_names", "schools"), pk=pk)
    context = {
        "district": district,
        "people": district.people.filter(left_on=None),
        "students": Student.objects.visible_to(request.user)
        .filter(district=district)
        .order_by("family_name", "pk"),
        "form": SchoolPersonForm(),
    }
    return render(request, "clients/district.html", context)


@requires(Can.EDIT_STUDENTS)
@FORM
def district_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    return editing.page(
        request, DistrictForm, get_object_or_404(District, pk=pk), template="clients/place_edit.html", done="district",
        action="district.changed", saved=_save_names,
    )  # fmt: skip


@requires(Can.EDIT_STUDENTS)
@FORM
def school_new(request: FirmRequest) -> HttpResponse:
    form = SchoolForm(posted(request), initial={"district": request.GET.get("district")})
    return _new(request, form, "clients/school_new.html", "school", "school.added")


@requires(Can.SEE_STUDENTS)
@require_GET
def school_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    school = get_object_or_404(School.objects.select_related("district"), pk=pk)
    context = {
        "school": school,
        "people": school.people.filter(left_on=None),
        "students": Student.objects.visible_to(request.user)
        .filter(school=school)
        .order_by("family_name", "pk"),
        "form": SchoolPersonForm(),
    }
    return render(request, "clients/school.html", context)


@requires(Can.EDIT_STUDENTS)
@FORM
def school_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    return editing.page(
        request, SchoolForm, get_object_or_404(School, pk=pk), template="clients/place_edit.html", done="school",
        action="school.changed",
    )  # fmt: skip


def _add_person(request: FirmRequest, place: Any, route: str, template: str, **owner: Any) -> HttpResponse:
    form = SchoolPersonForm(request.POST)
    if not form.is_valid():
        kind = "school" if "school" in owner else "district"
        students = Student.objects.visible_to(request.user).filter(**owner)
        context = {
            kind: place,
            "people": place.people.filter(left_on=None),
            "students": students,
            "form": form,
        }
        return render(request, template, context, status=422)
    person = form.save(commit=False)
    for key, value in owner.items():
        setattr(person, key, value)
    person.save()
    audit.record("school_person.added", by=request.user, at=timezone.now(), about=person)
    messages.success(request, _("Saved."))
    return redirect(route, place.pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def district_person(request: FirmRequest, pk: UUID) -> HttpResponse:
    district = get_object_or_404(District, pk=pk)
    return _add_person(request, district, "district", "clients/district.html", district=district)


@requires(Can.EDIT_STUDENTS)
@require_POST
def school_person(request: FirmRequest, pk: UUID) -> HttpResponse:
    school = get_object_or_404(School, pk=pk)
    return _add_person(request, school, "school", "clients/school.html", school=school)


@requires(Can.EDIT_STUDENTS)
@require_POST
def school_person_leaving(request: FirmRequest, pk: UUID) -> HttpResponse:
    """They work there no more; what they were part of keeps their name."""
    person = get_object_or_404(SchoolPerson, pk=pk)
    SchoolPerson.objects.filter(pk=pk).update(left_on=today())
    audit.record("school_person.left", by=request.user, at=timezone.now(), about=person)
    messages.success(request, _("Saved."))
    return (
        redirect("school", person.school_id) if person.school_id else redirect("district", person.district_id)
    )

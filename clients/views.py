"""Students and the grown-ups around them, as staff see them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from clients import admitting, editing, guests, joining, matching, merging
from clients.filing import Caller, add_child, add_grown_up, open_file
from clients.forms import (
    ChildForm,
    ContactForm,
    ContactNameForm,
    GuardianshipForm,
    NameForm,
    NewContactForm,
    NewStudentForm,
    PointForm,
    StudentForm,
    today,
)
from clients.models import (
    AboutPage,
    Contact,
    ContactName,
    ContactPoint,
    Guardianship,
    MergeRecord,
    Student,
    StudentName,
)
from web.access import Can, requires
from web.forms import posted
from web.paging import page_of

FORM = require_http_methods(["GET", "HEAD", "POST"])


def _student(request: FirmRequest, pk: UUID) -> Student:
    return get_object_or_404(
        Student.objects.visible_to(request.user).select_related("family", "school", "district"), pk=pk
    )


def _contact(request: FirmRequest, pk: UUID) -> Contact:
    return get_object_or_404(Contact.objects.visible_to(request.user).select_related("family"), pk=pk)


# -- lists -----------------------------------------------------------------------------------


@requires(Can.SEE_STUDENTS)
@require_GET
def student_list(request: FirmRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    rows: QuerySet[Student] = Student.objects.visible_to(request.user).select_related("family", "school")
    known = "known" in request.GET
    rows = rows.exclude(confirmed_at=None) if known else rows
    rows = found_students(rows, query) if query else rows.order_by("family_name", "given_name", "pk")
    context = {"page": page_of(rows, request), "query": query, "known": known}
    return render(request, "clients/students.html", context)


def found_students(rows: QuerySet[Student], query: str) -> QuerySet[Student]:
    """Those whose name, or a grown-up's name or number, agrees with what was typed, exactly or nearly."""
    near = Q(pk__in=[hit.pk for hit in _hits(rows, query)])
    for word in query.split():
        near |= Q(given_name__istartswith=word) | Q(family_name__icontains=word)
        near |= Q(guardianships__contact__name__icontains=word)
    digits = "".join(letter for letter in query if letter.isdigit())
    if len(digits) >= 4:
        near |= Q(guardianships__contact__points__value__contains=digits)
    return rows.filter(near).order_by("family_name", "given_name", "pk").distinct()


def _hits(rows: QuerySet[Student], query: str) -> list[matching.Hit]:
    name = matching.name_in(query)
    return matching.students_like(" ".join(name.given), " ".join(name.family), among=rows)


# -- students --------------------------------------------------------------------------------


@requires(Can.SEE_STUDENTS)
@require_GET
def student_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _student_page(request, _student(request, pk), NameForm())


def _student_page(request: FirmRequest, student: Student, name_form: NameForm) -> HttpResponse:
    user = request.user
    audit.record("student.read", by=user, at=timezone.now(), about=student)
    among = Student.objects.visible_to(user)
    same = matching.students_like(student.given_name, student.family_name, born_on=student.born_on, among=among, leave_out=student.pk)  # fmt: skip
    context = {
        "student": student,
        "guardianships": student.guardianships.select_related("contact").prefetch_related("contact__points"),
        "team": student.care_team.filter(until=None).select_related("user"),
        "other_names": student.other_names.all(),
        "about": AboutPage.objects.newest(student),
        "same": same,
        "merged": MergeRecord.objects.filter(kept=student.pk).select_related("merged_by"),
        "name_form": name_form,
        "today": today(),
    }
    return render(request, "clients/student.html", context, status=422 if name_form.errors else 200)


@requires(Can.EDIT_STUDENTS)
@FORM
def student_new(request: FirmRequest) -> HttpResponse:
    """A new student. Somebody alike is shown first; saving again says that it is another child."""
    form = NewStudentForm(posted(request))
    context: dict[str, Any] = {"form": form}
    if request.method != "POST":
        return render(request, "clients/student_new.html", context)
    if not form.is_valid():
        return render(request, "clients/student_new.html", context, status=422)
    filled, user = form.cleaned_data, request.user
    if "another" not in request.POST:
        context["same"] = matching.students_like(
            filled["given_name"], filled["family_name"], born_on=filled["born_on"], among=Student.objects.visible_to(user)
        )  # fmt: skip
        context["same_contacts"] = matching.contacts_like(
            filled["contact_name"], among=Contact.objects.visible_to(user), values=[filled["phone"], filled["email"].lower()]
        )  # fmt: skip
        if context["same"] or context["same_contacts"]:
            return render(request, "clients/student_new.html", context, status=409)
    now = timezone.now()
    try:
        joining.check_students(more=1)
    except joining.StudentsFull as problem:
        form.add_error(None, str(problem))
        return render(request, "clients/student_new.html", context, status=409)
    with transaction.atomic():
        caller = Caller(
            name=filled["contact_name"], phone=filled["phone"], email=filled["email"].lower(), child=filled["given_name"],
            child_family_name=filled["family_name"], born_on=filled["born_on"], grade=filled["grade"],
            relation=filled["relation"], language=filled["language"], timezone=request.firm.timezone, team=(user,),
        )  # fmt: skip
        contact, student = open_file(caller, at=now)
        assert student is not None
        for name in StudentForm.Meta.fields:
            setattr(student, name, filled[name])
        student.save()
        joining.confirm(contact, by=user, at=now)
        audit.record("student.added", by=user, at=now, about=student)
    messages.success(request, _("Saved."))
    return redirect("student", student.pk)


@requires(Can.EDIT_STUDENTS)
@FORM
def student_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    return editing.page(
        request, StudentForm, _student(request, pk), template="clients/student_edit.html", done="student",
        action="student.changed",
    )  # fmt: skip


@requires(Can.EDIT_STUDENTS)
@require_POST
def student_name(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One more name the child had or goes by."""
    student = _student(request, pk)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _student_page(request, student, form)
    StudentName.objects.get_or_create(student=student, **form.cleaned_data)
    audit.record("student.named", by=request.user, at=timezone.now(), about=student)
    messages.success(request, _("Saved."))
    return redirect("student", pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def student_merge(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The other record's everything comes here."""
    return _merge(request, _student(request, pk), Student.objects.visible_to(request.user), "student")


@requires(Can.EDIT_STUDENTS)
@require_POST
def contact_merge(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _merge(request, _contact(request, pk), Contact.objects.visible_to(request.user), "contact")


def _merge(request: FirmRequest, kept: Any, rows: Any, page: str) -> HttpResponse:
    try:
        gone = rows.filter(pk=UUID(request.POST.get("gone", ""))).first()
    except ValueError:
        gone = None
    if gone is None:
        messages.error(request, _("Choose which record to merge."))
        return redirect(page, kept.pk)
    try:
        merging.merge(kept, gone, by=request.user, at=timezone.now())
        messages.success(request, _("The two are one record now. Its history is at the foot of the page."))
    except merging.CannotMerge as problem:
        messages.error(request, str(problem))
    return redirect(page, kept.pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def merge_undo(request: FirmRequest, pk: UUID) -> HttpResponse:
    record = get_object_or_404(MergeRecord, pk=pk)
    rows: Any = Student.objects if record.kind == "student" else Contact.objects
    if not rows.visible_to(request.user).filter(pk=record.kept).exists():
        raise Http404
    try:
        merging.undo(record, by=request.user, at=timezone.now())
        messages.success(request, _("They are two records again."))
    except merging.CannotMerge as problem:
        messages.error(request, str(problem))
    return redirect(record.kind, record.kept)


# -- contacts --------------------------------------------------------------------------------


@requires(Can.SEE_STUDENTS)
@require_GET
def contact_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    contact, user = _contact(request, pk), request.user
    audit.record("contact.read", by=user, at=timezone.now(), about=contact)
    return _contact_page(request, contact)


def _contact_page(request: FirmRequest, contact: Contact, *, status: int = 200, **forms: Any) -> HttpResponse:
    user = request.user
    points = list(contact.points.all())
    among = Contact.objects.visible_to(user)
    context = {
        "contact": contact,
        "signing_in": admitting.standing(contact, at=timezone.now()),
        "points": points,
        "guardianships": contact.guardianships.filter(student__in=Student.keys_visible_to(user)).select_related("student"),
        "others": Student.objects.visible_to(user).filter(family=contact.family_id).exclude(guardianships__contact=contact),
        "other_names": contact.other_names.all(),
        "alike": matching.contacts_like(contact.name, among=among, leave_out=contact.pk, values=[p.value for p in points]),
        "merged": MergeRecord.objects.filter(kept=contact.pk).select_related("merged_by"),
        "point_form": PointForm(initial={"safe": True}),
        "name_form": ContactNameForm(),
        "today": today(),
        **forms,
    }  # fmt: skip
    return render(request, "clients/contact.html", context, status=status)


@requires(Can.EDIT_STUDENTS)
@FORM
def contact_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One more grown-up around a student."""
    student, user = _student(request, pk), request.user
    form = NewContactForm(posted(request), initial={"role": "parent", "address_safe": True})
    context: dict[str, Any] = {"form": form, "student": student}
    if request.method != "POST":
        return render(request, "clients/contact_new.html", context)
    if not form.is_valid():
        return render(request, "clients/contact_new.html", context, status=422)
    filled = form.cleaned_data
    if "another" not in request.POST:
        context["same"] = matching.contacts_like(
            filled["name"],
            among=Contact.objects.visible_to(user),
            values=[filled["phone"], filled["email"].lower()],
        )
        if context["same"]:
            return render(request, "clients/contact_new.html", context, status=409)
    contact = add_grown_up(
        student, form.save(commit=False), relation=filled["relation"], phone=filled["phone"],
        email=filled["email"].lower(), by=user, at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("Saved."))
    return redirect("contact", contact.pk)


@requires(Can.EDIT_STUDENTS)
@FORM
def contact_child(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One more child of this person's family. Somebody alike is shown first."""
    contact, user = _contact(request, pk), request.user
    form = ChildForm(posted(request), initial={"family_name": contact.family.name})
    context: dict[str, Any] = {"form": form, "contact": contact}
    if request.method != "POST":
        return render(request, "clients/child_new.html", context)
    if not form.is_valid():
        return render(request, "clients/child_new.html", context, status=422)
    facts = form.facts()
    if "another" not in request.POST:
        context["same"] = matching.students_like(
            facts["given_name"], facts["family_name"], born_on=facts["born_on"], among=Student.objects.visible_to(user)
        )  # fmt: skip
        if context["same"]:
            return render(request, "clients/child_new.html", context, status=409)
    try:
        joining.check_students(more=1 if contact.confirmed_at else 0)
    except joining.StudentsFull as problem:
        form.add_error(None, str(problem))
        return render(request, "clients/child_new.html", context, status=409)
    student = add_child(contact, facts, **form.tie(), team=(user,), by=user, at=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("student", student.pk)


@requires(Can.EDIT_STUDENTS)
@FORM
def contact_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    return editing.page(
        request, ContactForm, _contact(request, pk), template="clients/contact_edit.html", done="contact",
        action="contact.changed",
    )  # fmt: skip


@requires(Can.EDIT_STUDENTS)
@require_POST
def contact_point(request: FirmRequest, pk: UUID) -> HttpResponse:
    contact = _contact(request, pk)
    form = PointForm(request.POST)
    if not form.is_valid():
        return _contact_page(request, contact, status=422, point_form=form)
    filled = form.cleaned_data
    kind, value = ("phone", filled["phone"]) if filled["phone"] else ("email", filled["email"].lower())
    ContactPoint.objects.update_or_create(
        contact=contact, kind=kind, value=value, defaults={"label": filled["label"], "safe": filled["safe"]}
    )
    audit.record("contact.point_saved", by=request.user, at=timezone.now(), about=contact)
    messages.success(request, _("Saved."))
    return redirect("contact", pk)


@requires(Can.EDIT_STUDENTS, even_read_only=True)
@require_POST
def contact_point_safety(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Says that a number or an address is safe to use, or is not. What waits to leave to it is held back then."""
    contact = _contact(request, pk)
    row = next((point for point in contact.points.all() if str(point.pk) == request.POST.get("point")), None)
    if row is None:
        raise Http404
    ContactPoint.objects.filter(pk=row.pk).update(safe=request.POST.get("safe") == "1")
    audit.record("contact.point_safety", by=request.user, at=timezone.now(), about=contact, safe=request.POST.get("safe") == "1")  # fmt: skip
    messages.success(request, _("Saved."))
    return redirect("contact", pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def contact_name(request: FirmRequest, pk: UUID) -> HttpResponse:
    contact = _contact(request, pk)
    form = ContactNameForm(request.POST)
    if not form.is_valid():
        return _contact_page(request, contact, status=422, name_form=form)
    ContactName.objects.get_or_create(contact=contact, **form.cleaned_data)
    audit.record("contact.named", by=request.user, at=timezone.now(), about=contact)
    messages.success(request, _("Saved."))
    return redirect("contact", pk)


@requires(Can.EDIT_STUDENTS, even_read_only=True)
@FORM
def guardianship(request: FirmRequest, pk: UUID, student: UUID) -> HttpResponse:
    """What a contact is to a student, and what they may see: the one place where custody is set."""
    contact, child = _contact(request, pk), _student(request, student)
    row = Guardianship.objects.filter(contact=contact, student=child).first()
    if row is None and contact.family_id != child.family_id:
        raise Http404
    form = GuardianshipForm(posted(request), instance=row or Guardianship(contact=contact, student=child, may_see=False))  # fmt: skip
    context = {"contact": contact, "student": child, "form": form}
    if request.method != "POST":
        return render(request, "clients/guardianship.html", context)
    if not form.is_valid():
        return render(request, "clients/guardianship.html", context, status=422)
    with transaction.atomic():
        saved = form.save()
        guests.settle(child, at=timezone.now())
        admitting.admit_if_ready(contact, by=request.user, at=timezone.now())
        audit.record(
            "guardianship.set", by=request.user, at=timezone.now(), about=child, contact=str(contact.pk),
            may_see=saved.may_see, blocked_from=str(saved.blocked_from or ""),
            rights_ended_on=str(saved.rights_ended_on or ""),
        )  # fmt: skip
    messages.success(request, _("Saved."))
    return redirect("contact", pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def contact_confirmation(request: FirmRequest, pk: UUID) -> HttpResponse:
    contact = _contact(request, pk)
    try:
        joining.confirm(contact, by=request.user, at=timezone.now())
    except joining.StudentsFull as problem:
        messages.error(request, str(problem))
        return redirect("contact", pk)
    messages.success(request, _("%(name)s is a family of its own now.") % {"name": contact.name})
    return redirect("contact", pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def contact_sign_in(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Lets a grown-up who may see a child sign in by code."""
    contact = _contact(request, pk)
    try:
        admitting.admit(contact, by=request.user, at=timezone.now())
    except admitting.CannotAdmit as problem:
        messages.error(request, str(problem))
        return redirect("contact", pk)
    messages.success(request, _("%(name)s signs in by code from now on.") % {"name": contact.name})
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
    try:
        joining.join(contact, into, by=user, at=timezone.now())
    except merging.CannotMerge as problem:
        messages.error(request, str(problem))
        return redirect("contact", pk)
    messages.success(request, _("Joined with %(name)s.") % {"name": into.name})
    return redirect("contact", into.pk)


# -- about and papers ------------------------------------------------------------------------


@requires(Can.SEE_STUDENTS)
@require_GET
def student_papers(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What was sent to sign about a student, and the permissions in force."""
    student = _student(request, pk)
    audit.record("student.read", by=request.user, at=timezone.now(), about=student)
    context = {
        "student": student,
        "agreements": student.agreements.select_related("contact", "signature").order_by("-sent_at"),
        "releases": student.releases.select_related("agreement__signature", "agreement__contact"),
        "today": today(),
    }
    return render(request, "clients/student_papers.html", context)

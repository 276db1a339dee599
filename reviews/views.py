"""Reviews as staff work on them."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from clients.models import Contact, Student
from clients.views import found_students
from documents.models import Document
from reviews import checklist, comparing, deciding, filing, plans, reading, report
from reviews.forms import AnswerForm, ChildForm, NewPointForm, PointForm, ServiceChangeForm, SettingForm
from reviews.models import (
    Comparison,
    Decision,
    Point,
    Question,
    Review,
    ServiceRow,
    State,
    Status,
    StructuredIEP,
)
from reviews.page import at_page, kind_words, level_of
from tenants.places import current_firm
from web.access import Can, requires
from web.forms import posted
from web.paging import page_of

FORM = require_http_methods(["GET", "HEAD", "POST"])
DECISIONS = {"keep": Decision.KEPT, "drop": Decision.DROPPED, "open": Decision.OPEN}


def review_of(request: FirmRequest, pk: UUID) -> Review:
    rows = Review.objects.visible_to(request.user).select_related(
        "student", "version__document__added_by", "assigned_to", "signed_off_by"
    )
    return get_object_or_404(rows, pk=pk)


def structured_of(review: Review) -> StructuredIEP | None:
    return StructuredIEP.objects.filter(version=review.version_id).first()


def at_point(review: Review, number: int | None, **more: Any) -> str:
    """The address of a review's page at a point."""
    query = {**({"point": number} if number else {}), **more}
    place = f"#p{number}" if number else ""
    return reverse("review", args=[review.pk]) + (f"?{urlencode(query)}{place}" if query else "")


@requires(Can.SEE_STUDENTS)
@require_GET
def queue(request: FirmRequest) -> HttpResponse:
    """Open reviews by day, papers that are read, and what families asked."""
    rows = (
        Review.objects.visible_to(request.user)
        .select_related("student", "version__document", "version__structured", "assigned_to")
        .defer("version__structured__data")
        .annotate(all_points=Count("points"), done=Count("points", filter=~Q(points__decision="")))
    )
    mine = request.GET.get("whose") != "all"
    waiting = rows.open().filter(assigned_to=request.user) if mine else rows.open()
    context = {
        "mine": mine,
        "reviews": page_of(waiting.order_by("due_on", "opened_at"), request),
        "sent": rows.filter(state=State.SENT).order_by("-sent_at")[:10],
        "asked": Question.objects.filter(
            point__review__in=Review.objects.visible_to(request.user), answered_at=None
        ).select_related("point__review__student", "by"),
        "today": timezone.localdate(timezone=request.firm.zone),
    }
    return render(request, "reviews/queue.html", context)


@requires(Can.SEE_STUDENTS)
@require_GET
def review(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The page beside its points; `?point=2` opens one, `?page=3` a page, `?edit=1` the point's words."""
    row = review_of(request, pk)
    audit.record("review.read", by=request.user, at=timezone.now(), about=row)
    return render(request, "reviews/review.html", context_of(request, row))


def context_of(request: FirmRequest, row: Review, **more: Any) -> dict[str, Any]:
    found = list(row.points.select_related("by").prefetch_related("asked__by", "asked__answered_by"))
    wanted = request.GET.get("point", "")
    current = next((point for point in found if str(point.number) == wanted), None)
    if current is None and "page" not in request.GET and "add" not in request.GET:
        current = next((point for point in found if not point.decision), found[0] if found else None)
    after = found[found.index(current) + 1 :] if current else found
    structured = structured_of(row)
    view = at_page(row.version, request.GET.get("page"), found, current)
    return {
        "review": row, "student": row.student, "document": row.version.document, "structured": structured,
        "points": found, "current": current, "view": view, "next": after[0] if after else None,
        "tally": {status: sum(p.status == status and p.decision != Decision.DROPPED for p in found) for status in Status},
        "done": sum(bool(point.decision) for point in found), "left": sum(not point.decision for point in found),
        "levels": [(grade, tongue) for tongue in report.LANGUAGES if (grade := level_of(found, tongue)) is not None],
        "kind": kind_words(structured.kind_found) if structured and structured.kind_found else "",
        "why_not_yet": deciding.missing(row) if row.is_open else "",
        "edit": PointForm(instance=current) if current and request.GET.get("edit") and row.is_open else None,
        "add": NewPointForm(page=view.page if view else None) if request.GET.get("add") and row.is_open else None,
        "setting": SettingForm(instance=row), "answer": AnswerForm(),
        "newer_version": Review.objects.filter(
            version__document=row.version.document_id, version__number__gt=row.version.number
        ).order_by("version__number").last(),
        "newer": Review.objects.filter(version=row.version_id, number__gt=row.number).order_by("number").last(),
        "plan": (accepted := getattr(row, "plan", None)),
        "may_accept": bool(structured and structured.is_iep and not row.is_open) and (
            accepted is None or plans.is_behind(accepted)
        ), **more,
    }  # fmt: skip


@requires(Can.SEE_STUDENTS)
@require_GET
def review_state(request: FirmRequest, pk: UUID) -> HttpResponse:
    """How far the reading is: a fragment that the page asks for while it waits."""
    row = review_of(request, pk)
    structured = structured_of(row)
    response = render(request, "reviews/_reading.html", {"review": row, "structured": structured})
    if structured is None or not structured.is_under_way:
        response["HX-Refresh"] = "true"
    return response


@requires(Can.EDIT_STUDENTS)
@require_POST
def point(request: FirmRequest, pk: UUID, number: int) -> HttpResponse:
    """Keeps, drops, reopens or edits one point, and goes on to the next that is open."""
    row = review_of(request, pk)
    one = get_object_or_404(row.points, number=number)
    act = request.POST.get("act", "")
    changes: dict[str, Any] = {}
    if act == "edit":
        form = PointForm(request.POST, instance=Point.objects.get(pk=one.pk))
        if not form.is_valid():
            context = context_of(request, row, edit=form, current=one)
            return render(request, "reviews/review.html", context, status=422)
        changes = form.cleaned_data
    elif act == "keep":
        spanish = "question_es" in request.POST
        name = "question_es" if spanish else "question"
        words = request.POST.get(name)
        changes = {name: " ".join(words.split())[:2000]} if words is not None else {}
    elif act not in DECISIONS:
        raise Http404
    stale = bool(changes.get("question")) and changes["question"] != one.question and changes.get("question_es", one.question_es) == one.question_es  # fmt: skip
    try:
        deciding.decide(
            one, DECISIONS.get(act, Decision.KEPT), by=request.user, at=timezone.now(), changes=changes
        )
    except deciding.NotYet as why:
        messages.error(request, str(why))
        return redirect(at_point(row, number))
    if stale:
        messages.info(request, _("Point %(n)s: the question changed in English. Please look at the Spanish too.") % {"n": number})  # fmt: skip
    if act == "open":
        return redirect(at_point(row, number))
    still = row.points.filter(decision=Decision.OPEN)
    nearest = still.filter(number__gt=number).first() or still.first()
    return redirect(at_point(row, nearest.number if nearest else number))


@requires(Can.EDIT_STUDENTS)
@require_POST
def point_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A point of one's own, with a box drawn on the page where there is one."""
    row = review_of(request, pk)
    view = at_page(row.version, request.POST.get("page"), [], None)
    form = NewPointForm(request.POST, page=view.page if view else None)
    if not form.is_valid():
        return render(
            request, "reviews/review.html", context_of(request, row, add=form, view=view), status=422
        )
    values = {
        **form.cleaned_data,
        "boxes": form.cleaned_data["box"],
        "page": view.page.number if view else None,
    }
    del values["box"]
    try:
        made = deciding.add_point(row, by=request.user, at=timezone.now(), **values)
    except deciding.NotYet as why:
        messages.error(request, str(why))
        return redirect(at_point(row, None))
    return redirect(at_point(row, made.number))


@requires(Can.SEE_STUDENTS)
@require_GET
def checklist_page(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What the law asks of this paper, item by item, and the points that are about it."""
    row = review_of(request, pk)
    found = checks_of(row)
    told: dict[str, list[Point]] = {}
    for one in row.points.exclude(decision=Decision.DROPPED):
        told.setdefault(one.component, []).append(one)
    sections: dict[str, list[tuple[checklist.Check, list[Point]]]] = {}
    for check in found:
        sections.setdefault(check.section, []).append((check, told.get(check.id, [])))
    context = {
        "review": row, "student": row.student, "document": row.version.document,
        "sections": [(checklist.section_name(section), checks) for section, checks in sections.items()],
        "tally": {seen: sum(check.seen == seen for check in found) for seen in checklist.Seen},
    }  # fmt: skip
    return render(request, "reviews/checklist.html", context)


def checks_of(row: Review) -> list[checklist.Check]:
    """The checks of a review's paper. 404 for one that was not read."""
    structured = structured_of(row)
    if structured is None or not structured.data:
        raise Http404
    return checklist.checks(checklist.paper_of(structured.data, row.version))


@requires(Can.EDIT_STUDENTS)
@require_POST
def checklist_point(request: FirmRequest, pk: UUID, item: str) -> HttpResponse:
    """Makes an item that is thin or was not seen a point of the review."""
    row = review_of(request, pk)
    check = next((one for one in checks_of(row) if one.id == item and one.seen != checklist.Seen.PRESENT), None)  # fmt: skip
    if check is None:
        raise Http404
    try:
        made = deciding.ask_about(row, check, by=request.user, at=timezone.now())
    except deciding.NotYet as why:
        messages.error(request, str(why))
        return redirect("review-checklist", pk)
    return redirect(at_point(row, made.number))


@requires(Can.EDIT_STUDENTS)
@require_POST
def setting(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = review_of(request, pk)
    form = SettingForm(request.POST, instance=row)
    if not form.is_valid():
        return render(request, "reviews/review.html", context_of(request, row, setting=form), status=422)
    form.save()
    audit.record("review.assigned", by=request.user, at=timezone.now(), about=row)
    messages.success(request, _("Kept."))
    return redirect(at_point(row, None))


@requires(Can.EDIT_STUDENTS)
@require_POST
def child(request: FirmRequest, pk: UUID) -> HttpResponse:
    """It is the right child, whatever name the paper holds."""
    row = review_of(request, pk)
    structured = structured_of(row)
    if structured is not None:
        deciding.confirm_child(structured, by=request.user, at=timezone.now())
    return redirect(at_point(row, None))


def _act(request: FirmRequest, row: Review, act: Any, done: str) -> HttpResponse:
    try:
        act(row, by=request.user, at=timezone.now())
        messages.success(request, done)
    except deciding.NotYet as why:
        messages.error(request, str(why))
    return redirect(at_point(row, None))


@requires(Can.SIGN_REVIEWS)
@require_POST
def sign_off(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _act(request, review_of(request, pk), deciding.sign_off, _("Signed off. Nothing is sent yet."))


@requires(Can.SIGN_REVIEWS)
@require_POST
def send(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _act(request, review_of(request, pk), deciding.send, _("Sent. The family gets a message now."))


@requires(Can.SIGN_REVIEWS)
@require_POST
def revision(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = review_of(request, pk)
    if row.is_open:
        return redirect(at_point(row, None))
    return redirect(at_point(deciding.revise(row, by=request.user, at=timezone.now()), None))


@requires(Can.SIGN_REVIEWS)
@require_POST
def acceptance(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The reading's goals and services become the plan in force."""
    row = review_of(request, pk)
    try:
        accepted = plans.accept(row, by=request.user, at=timezone.now())
    except plans.NotYet as why:
        messages.error(request, str(why))
        return redirect(at_point(row, None))
    for sentence in plans.tell_case(accepted, by=request.user, at=timezone.now()):
        messages.warning(request, sentence)
    messages.success(request, _("This is the plan in force now."))
    return redirect("plan", row.student_id)


@requires(Can.SEE_STUDENTS)
@require_GET
def preview(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The review as the family will read it: in the language that `?language=` names, else in the family's."""
    from reviews.portal import shown

    row = review_of(request, pk)
    own, language = get_language(), request.GET.get("language") or language_of(row.student)
    language = language if language in report.LANGUAGES else "en"
    audit.record("review.read", by=request.user, at=timezone.now(), about=row)
    with override(language):
        context = {**shown(row), "preview": True, "language": language, "own": own}
        return render(request, "portal/review.html", context)


def language_of(student: Student) -> str:
    """The language in which most of those who read a student's reviews are written to."""
    today = timezone.localdate(timezone=current_firm().zone)
    readers = Contact.objects.filter(guardianships__in=student.guardianships.seeing(on=today)).distinct()
    found = Counter(reader.language for reader in readers)
    return found.most_common(1)[0][0] if found else "en"


@requires(Can.SEE_STUDENTS)
@require_GET
def report_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    return pdf_answer(request, review_of(request, pk))


def pdf_answer(request: FirmRequest, row: Review) -> HttpResponse:
    """The report in the language that `?language=` names, else the page's."""
    now, language = timezone.now(), _language(request)
    audit.record("review.report_made", by=request.user, at=now, about=row, language=language)
    return _pdf(report.pdf(row, language=language, firm=request.firm, at=now), f"iep-review-{language}.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "no-store, private"
    return response


@requires(Can.EDIT_STUDENTS)
@require_POST
def question_answer(request: FirmRequest, pk: UUID) -> HttpResponse:
    asked = get_object_or_404(
        Question.objects.filter(point__review__in=Review.objects.visible_to(request.user)).select_related("point__review"),
        pk=pk,
    )  # fmt: skip
    form = AnswerForm(request.POST)
    if form.is_valid():
        deciding.answer(asked, form.cleaned_data["answer"], by=request.user, at=timezone.now())
        messages.success(request, _("Answered. The family reads it under the point."))
    else:
        messages.error(request, _("Please write an answer."))
    return redirect(at_point(asked.point.review, asked.point.number))


# --- a paper's review, a student's plan, two years ---


@requires(Can.EDIT_STUDENTS)
@require_POST
def start(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Reviews a paper that nobody reviewed yet: its newest version that can be read."""
    document = get_object_or_404(Document.objects.visible_to(request.user).exclude(student=None), pk=pk)
    version = document.shown
    if version is None:
        raise Http404
    return redirect(at_point(reading.begin(version, at=timezone.now()), None))


@requires(Can.EDIT_STUDENTS)
@FORM
def document_child(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Whose paper it is: files one with another child. `?q=` finds the child, at first by the name in the paper."""
    document = get_object_or_404(Document.objects.visible_to(request.user).select_related("student"), pk=pk)
    students = Student.objects.visible_to(request.user)
    form = ChildForm(posted(request), students=students)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["student"]
        try:
            filing.move(document, to=to, by=request.user, at=timezone.now())
            messages.success(request, _("Filed with the papers of %(student)s.") % {"student": to})
            return redirect("document", pk)
        except deciding.NotYet as why:
            form.add_error(None, str(why))
    read = StructuredIEP.objects.filter(version__document=document).order_by("version__number").last()
    query = request.GET.get("q", read.other_name if read else "").strip()[:100]
    near = found_students(students, query) if query else students.filter(family=document.family or document.student.family)  # type: ignore[union-attr]  # fmt: skip
    context = {
        "document": document, "form": form, "query": query, "named": read.other_name if read else "",
        "found": (near.exclude(pk=document.student_id) if document.student_id else near).select_related("family")[:20],
    }  # fmt: skip
    return render(request, "reviews/child.html", context, status=422 if form.is_bound else 200)


@requires(Can.SEE_STUDENTS)
@require_GET
def plan(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The plan in force, the reviews, and two IEPs to compare."""
    student = get_object_or_404(Student.objects.visible_to(request.user), pk=pk)
    audit.record("plan.read", by=request.user, at=timezone.now(), about=student)
    context = {
        "student": student,
        "plan": student.plans.filter(superseded_at=None).prefetch_related("goals", "services__replaced_by").first(),
        "reviews": Review.objects.visible_to(request.user).filter(student=student).select_related("version__document").order_by("-opened_at"),
        "readings": comparing.readings_of(student, request.user),
        "comparisons": Comparison.objects.visible_to(request.user).filter(student=student).select_related(
            "earlier__version__document", "later__version__document"
        ),
    }  # fmt: skip
    return render(request, "reviews/plan.html", context)


@requires(Can.EDIT_STUDENTS)
@FORM
def service_change(request: FirmRequest, pk: UUID, row: UUID) -> HttpResponse:
    """A service of the plan in force changes from a day on; what was before stays as it was."""
    student = get_object_or_404(Student.objects.visible_to(request.user), pk=pk)
    rows = ServiceRow.objects.filter(plan__student=student, plan__superseded_at=None, replaced_by=None)
    service = get_object_or_404(rows, pk=row)
    form = ServiceChangeForm(posted(request), row=service)
    if request.method == "POST" and form.is_valid():
        try:
            plans.change_service(service, by=request.user, at=timezone.now(), **form.changes())
            messages.success(request, _("Changed. What was promised before stands beside it."))
            return redirect("plan", pk)
        except plans.NotYet as why:
            form.add_error("from_on", str(why))
    context = {"student": student, "service": service, "form": form}
    return render(request, "reviews/service_change.html", context, status=422 if form.is_bound else 200)


@requires(Can.EDIT_STUDENTS)
@require_POST
def comparison_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    student = get_object_or_404(Student.objects.visible_to(request.user), pk=pk)
    there = {str(row.pk): row for row in comparing.readings_of(student, request.user)}
    earlier, later = (there.get(request.POST.get(name, "")) for name in ("earlier", "later"))
    if earlier is None or later is None:
        messages.error(request, _("Please choose two IEPs."))
        return redirect("plan", pk)
    try:
        made = comparing.make(earlier, later, by=request.user, at=timezone.now())
    except plans.NotYet as why:
        messages.error(request, str(why))
        return redirect("plan", pk)
    return redirect("comparison", made.pk)


def comparison_of(request: FirmRequest, pk: UUID) -> Comparison:
    rows = Comparison.objects.visible_to(request.user).select_related(
        "student", "earlier__version__document", "later__version__document"
    )
    return get_object_or_404(rows, pk=pk)


@requires(Can.SEE_STUDENTS)
@require_GET
def comparison(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = comparison_of(request, pk)
    audit.record("comparison.read", by=request.user, at=timezone.now(), about=row)
    later = Review.objects.visible_to(request.user).open().filter(version=row.later.version_id)
    context = {
        "comparison": row, "student": row.student, "sheet": comparing.sheet(row),
        "review": later.order_by("number").last(), "before": row.earlier.data, "after": row.later.data,
    }  # fmt: skip
    return render(request, "reviews/comparison.html", context)


@requires(Can.EDIT_STUDENTS)
@require_POST
def comparison_match(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Two goals are one, or are not; or back to how the reader matched them."""
    row, now = comparison_of(request, pk), timezone.now()
    if request.POST.get("act") == "forget":
        comparing.forget_matches(row, by=request.user, at=now)
        return redirect("comparison", pk)
    try:
        a, b = int(request.POST.get("earlier", "")), int(request.POST.get("later", ""))
        match = comparing.keep_apart if request.POST.get("act") == "apart" else comparing.match_by_hand
        match(row, a, b, by=request.user, at=now)
    except (ValueError, plans.NotYet):
        messages.error(request, _("Please choose a goal of each IEP."))
    return redirect("comparison", pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def comparison_offer(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What changed becomes points of the later IEP's review."""
    row = comparison_of(request, pk)
    try:
        review = comparing.open_review_of(row, request.user)
        count = comparing.offer(row, review, by=request.user, at=timezone.now())
    except plans.NotYet as why:
        messages.error(request, str(why))
        return redirect("comparison", pk)
    messages.success(request, _("Points added to the review: %(n)s.") % {"n": count})
    return redirect("review", review.pk)


@requires(Can.SEE_STUDENTS)
@require_GET
def comparison_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    return comparison_answer(request, comparison_of(request, pk))


def comparison_answer(request: FirmRequest, row: Comparison) -> HttpResponse:
    """Both on one page, in the language that `?language=` names, else the page's."""
    now, language = timezone.now(), _language(request)
    audit.record("comparison.read", by=request.user, at=now, about=row)
    return _pdf(report.comparison_pdf(row, language=language, firm=request.firm, at=now), "two-ieps.pdf")


def _language(request: FirmRequest) -> str:
    wanted = request.GET.get("language") or (get_language() or "en")[:2]
    return wanted if wanted in report.LANGUAGES else "en"

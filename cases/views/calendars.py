"""School calendars and the removal counter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from cases import calendars, clock, editing, removals
from cases.forms import (
    WEEKDAYS,
    CalendarFileForm,
    DistrictForm,
    RemovalForm,
    SchoolYearForm,
    removal_kinds,
)
from cases.models import Case, Removal, SchoolCalendar, SchoolYear
from cases.views.matters import today_of
from clients.models import District, Student
from law import calendars as law_calendars
from law.calendars import CalendarError
from law.removals import KINDS, Kind, RemovalError, say_days
from web.access import Can, requires
from web.forms import posted
from web.paging import page_of

FORM = require_http_methods(["GET", "HEAD", "POST"])
MOST_BYTES = 2_000_000


@requires(Can.SEE_CASES)
@require_GET
def calendar_list(request: FirmRequest) -> HttpResponse:
    rows = (
        District.objects.select_related("calendar").prefetch_related("calendar__years").order_by("name", "pk")
    )
    return render(request, "cases/calendars.html", {"page": page_of(rows, request)})


@requires(Can.EDIT_CASES)
@FORM
def calendar_new(request: FirmRequest) -> HttpResponse:
    """Chooses the district, or names a new one, and goes on to its first school year."""
    form = DistrictForm(
        posted(request), initial={"state": request.firm.state, "district": request.GET.get("district")}
    )
    if form.is_valid():
        district = form.cleaned_data["district"]
        if district is None:
            name, state = form.cleaned_data["name"].strip(), form.cleaned_data["state"]
            district = District.objects.filter(name__iexact=name, state=state).first()
            district = district or District.objects.create(name=name, state=state)
            audit.record("district.added", by=request.user, at=timezone.now(), about=district)
        return redirect("school-year-new", district.pk)
    return render(request, "cases/calendar_new.html", {"form": form}, status=422 if form.errors else 200)


def _district(pk: UUID) -> tuple[District, SchoolCalendar | None]:
    district = get_object_or_404(District, pk=pk)
    return district, SchoolCalendar.objects.filter(district=district).select_related("district", "changed_by").first()  # fmt: skip


@requires(Can.SEE_CASES)
@require_GET
def calendar_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    district, calendar = _district(pk)
    context: dict[str, Any] = {"district": district, "calendar": calendar}
    if calendar:
        value = calendars.value_of(calendar)
        context["weekdays"] = [str(name) for _n, name in (WEEKDAYS[-1], *WEEKDAYS[:-1])]
        context["years"] = [
            (year, months(value, year), value.school_days_between(year.first_on, year.last_on))
            for year in calendar.years.prefetch_related("days_off").order_by("-first_on")
        ]
    return render(request, "cases/calendar.html", context)


def district_section(request: FirmRequest, district: District) -> dict[str, Any]:
    """What the page of a district shows of its school calendar."""
    return {"district": district, "years": SchoolYear.objects.filter(calendar__district=district).order_by("-first_on")}  # fmt: skip


def months(value: law_calendars.SchoolCalendar, year: SchoolYear) -> list[dict[str, Any]]:
    """Each month of a school year as weeks of days, for the small picture of the year."""
    from web.dates import say_day

    found = []
    at = date(year.first_on.year, year.first_on.month, 1)
    while at <= year.last_on:
        following = date(at.year + at.month // 12, at.month % 12 + 1, 1)
        days: list[dict[str, Any] | None] = [None] * ((at.weekday() + 1) % 7)
        for n in range((following - at).days):
            day = date(at.year, at.month, n + 1)
            inside = year.first_on <= day <= year.last_on
            days.append({"n": day.day, "off": inside and not value.is_school_day(day), "out": not inside, "name": value.off_name(day)})  # fmt: skip
        weeks = [days[i : i + 7] for i in range(0, len(days), 7)]
        weeks[-1] += [None] * (7 - len(weeks[-1]))
        found.append({"name": say_day(at, style="month").capitalize(), "year": at.year, "weeks": weeks})
        at = following
    return found


@requires(Can.EDIT_CASES)
@FORM
def school_year(request: FirmRequest, pk: UUID, year: UUID | None = None) -> HttpResponse:
    """Typing a school year, new, copied or changed."""
    district, calendar = _district(pk)
    row = get_object_or_404(SchoolYear, pk=year, calendar=calendar) if year else None
    form = SchoolYearForm(posted(request), initial=_initial(request, calendar, row))
    context: dict[str, Any] = {"district": district, "calendar": calendar, "year": row, "form": form}
    if not form.is_valid():
        return render(request, "cases/school_year.html", context, status=422 if form.errors else 200)
    filled = form.cleaned_data
    try:
        calendars.save_year(
            district, first=filled["first"], last=filled["last"], days_off=filled["off"], weekdays=filled["weekdays"],
            period_ends=filled["ends"], by=request.user, at=timezone.now(), year=row, version=filled["version"] if row else None,
        )  # fmt: skip
    except CalendarError as problem:
        form.add_error(None, str(problem))
        return render(request, "cases/school_year.html", context, status=422)
    except calendars.ChangedMeanwhile:
        assert calendar is not None
        calendar.refresh_from_db()
        editing.carry_on(form, calendar.version)
        form.add_error(None, _("%(name)s changed this calendar while you were typing. Save again if yours is right.") % {"name": calendar.changed_by.name})  # fmt: skip
        context["theirs"] = calendars.say_days_off(row.days_off.all()) if row else ""
        return render(request, "cases/school_year.html", context, status=409)
    messages.success(request, _("Saved. Every date of this district was counted again."))
    return redirect("calendar", pk)


def _initial(request: FirmRequest, calendar: SchoolCalendar | None, row: SchoolYear | None) -> dict[str, Any]:
    if row and calendar:
        return {
            "first": row.first_on, "last": row.last_on, "weekdays": calendar.weekdays, "version": calendar.version,
            "days_off": calendars.say_days_off(row.days_off.all()), "period_ends": calendars.say_period_ends(row.period_ends),
        }  # fmt: skip
    weekdays = calendar.weekdays if calendar else [0, 1, 2, 3, 4]
    if request.GET.get("copy") and calendar and calendar.years.exists():
        first, last, off, ends = calendars.draft_of_next_year(calendar)
    else:
        today = today_of(request)
        start = today.year if today.month >= 6 else today.year - 1
        first, last = _weekday(date(start, 8, 25), ahead=True), _weekday(date(start + 1, 6, 5), ahead=False)
        off, ends = calendars.usual_days_off(first, last), ()
    return {
        "first": first, "last": last, "weekdays": weekdays, "days_off": calendars.say_days_off(off),
        "period_ends": calendars.say_period_ends(ends),
    }  # fmt: skip


def _weekday(day: date, *, ahead: bool) -> date:
    """The day itself, or the nearest one from Monday to Friday after or before it."""
    while day.weekday() > 4:
        day += timedelta(days=1 if ahead else -1)
    return day


@requires(Can.EDIT_CASES)
@FORM
def calendar_import(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Reads a file, shows what it says, and writes it when the person agrees."""
    district, _calendar = _district(pk)
    form = CalendarFileForm(request.POST or None, request.FILES or None) if request.method == "POST" else CalendarFileForm()  # fmt: skip
    context: dict[str, Any] = {"district": district, "form": form}
    if request.method != "POST":
        return render(request, "cases/calendar_import.html", context)
    if not form.is_valid():
        return render(request, "cases/calendar_import.html", context, status=422)
    upload = form.cleaned_data["file"]
    content = upload.read(MOST_BYTES + 1) if upload else form.cleaned_data["content"]
    try:
        if not content:
            raise CalendarError(_("Choose a file first."))
        read = law_calendars.from_file(content, district=district.name)
    except CalendarError as problem:
        form.add_error("file", str(problem))
        return render(request, "cases/calendar_import.html", context, status=422)
    if upload:
        context |= {
            "read": read,
            "content": content.decode("utf-8-sig", errors="replace"),
            "off": read.no_school,
        }
        return render(request, "cases/calendar_import.html", context)
    calendars.replace_all(district, read, by=request.user, at=timezone.now())
    messages.success(request, _("The calendar is in. Every date of this district was counted again."))
    return redirect("calendar", pk)


@requires(Can.EDIT_CASES)
@FORM
def calendar_deletion(request: FirmRequest, pk: UUID) -> HttpResponse:
    district, calendar = _district(pk)
    if calendar is None:
        return redirect("calendar", pk)
    if request.method == "POST":
        calendars.delete(calendar, by=request.user, at=timezone.now())
        messages.success(request, _("The calendar is gone. Dates that needed it now say what is missing."))
        return redirect("calendar", pk)
    reached = Case.objects.open().filter(student__district=district).count()
    return render(request, "cases/calendar_deletion.html", {"district": district, "reached": reached})


def _student(request: FirmRequest, pk: UUID) -> Student:
    return get_object_or_404(Student.objects.visible_to(request.user).select_related("district"), pk=pk)


def _removal_page(request: FirmRequest, student: Student, form: RemovalForm) -> dict[str, Any]:
    language = "es" if get_language() == "es" else "en"
    calendar = calendars.of_district(student.district_id)
    problem = ""
    try:
        tally = removals.tally_of(student)
    except RemovalError as error:
        tally, problem = None, removals.said(error)
    rows = {str(row.pk): row for row in student.removals.select_related("recorded_by")}
    lines = []
    for line in reversed(tally.lines if tally else []):
        row = rows.pop(line.removal.key)
        rule = KINDS[Kind(row.kind)]
        lines.append({
            "row": row, "kind": rule.words(language), "days": say_days(line.days) if line.days is not None else "",
            "one": line.days == 1, "total": say_days(line.possible), "question": rule.question(language) if rule.counts == "may_count" else "",
        })  # fmt: skip
    discipline = removals.case_of(student)
    possible = tally.possible if tally else 0
    return {
        "student": student,
        "form": form,
        "tally": tally,
        "problem": problem,
        "lines": lines,
        "earlier": list(rows.values()),
        "possible": say_days(tally.possible) if tally else "",
        "meter": min(float(possible), 10),
        "sentences": [item.words(language) for item in tally.messages] if tally else [],
        "factors": [(item.words(language), item.figures(language), item.citation) for item in tally.factors]
        if tally
        else [],
        "calendar": calendar,
        "case": discipline,
        "manifestation": discipline.deadlines.filter(rule="manifestation_determination").standing().first()
        if discipline
        else None,
        "kinds": removal_kinds(),
        "today": today_of(request),
    }


@requires(Can.EDIT_CASES)
@FORM
def student_removals(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The counter of discipline days."""
    student = _student(request, pk)
    form = RemovalForm(posted(request))
    if form.is_valid():
        if form.cleaned_data["first"] > today_of(request):
            form.add_error("first", _("This day lies in the future."))
        else:
            try:
                removals.add(student, **form.cleaned_data, by=request.user, at=timezone.now())
            except RemovalError as problem:
                form.add_error(None, removals.said(problem))
            else:
                messages.success(request, _("Written down."))
                return redirect("student-removals", pk)
    if request.method == "GET":
        audit.record("removals.read", by=request.user, at=timezone.now(), about=student)
    return render(request, "cases/removals.html", _removal_page(request, student, form), status=422 if form.errors else 200)  # fmt: skip


def _removal(request: FirmRequest, pk: UUID) -> Removal:
    return get_object_or_404(Removal.objects.visible_to(request.user), pk=pk)


@requires(Can.EDIT_CASES)
@require_POST
def removal_decision(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = _removal(request, pk)
    answer = {"yes": True, "no": False}.get(request.POST.get("counts", ""))
    removals.decide(row, counts=answer, by=request.user, at=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("student-removals", row.student_id)


@requires(Can.EDIT_CASES)
@require_POST
def removal_deletion(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = _removal(request, pk)
    removals.strike(row, by=request.user, at=timezone.now())
    messages.success(request, _("Struck out."))
    return redirect("student-removals", row.student_id)


@requires(Can.EDIT_CASES)
@require_POST
def placement_decision(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The school decided to change the placement for conduct: the manifestation clock runs from that day."""
    student = _student(request, pk)
    case = removals.case_of(student)
    form = RemovalForm()
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
        if case is None:
            raise ValueError(_("Open a case for this student first."))
        clock.record(case, kind="discipline_change_decision", on=on, by=request.user, at=timezone.now())
    except clock.ImpossibleFacts as problem:
        messages.error(request, str(problem))
    except ValueError as problem:
        messages.error(request, _("Choose the date.") if "isoformat" in str(problem) else str(problem))
    else:
        messages.success(request, _("The manifestation clock runs."))
        return redirect("student-removals", pk)
    return render(request, "cases/removals.html", _removal_page(request, student, form), status=422)

"""Cases of the demo firm: something late, something due today, something soon, a meeting, a win, a calendar."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.models import User
from cases import calendars, clock, meetings, opening, timeline
from cases.models import Attendee, Case, Concern, Deadline, EntryKind, Kind
from clients.models import District, Student
from tenants.places import current_firm


def seed(*, at: datetime) -> None:
    """Runs in the demo firm after its people and families are there; `at` is now, and every date moves with it."""
    if Case.objects.exists():
        return
    zone = current_firm().zone
    today = timezone.localdate(at, zone)
    ana = User.objects.get(email="ana@harbor.example")
    marcus = User.objects.get(email="marcus@harbor.example")
    mateo = Student.objects.select_related("district").get(given_name="Mateo", family_name="Rivera")
    ada = Student.objects.select_related("district").get(given_name="Ada", family_name="Okafor")
    for student in (mateo, ada):
        if student.district:
            _calendar(student.district, today, by=ana, at=at)
    _mateo(mateo, ana, today, at=at)
    _ada(ada, marcus, ana, today, at=at)


def _calendar(district: District, today: date, *, by: User, at: datetime) -> None:
    start = today.year if today.month >= 7 else today.year - 1
    for year in (start - 1, start):
        first, last = date(year, 8, 26), date(year + 1, 6, 5)
        calendars.save_year(
            district, first=first, last=last, days_off=calendars.usual_days_off(first, last), weekdays=[0, 1, 2, 3, 4],
            by=by, at=at,
        )  # fmt: skip


def _mateo(mateo: Student, ana: User, today: date, *, at: datetime) -> None:
    case = opening.open_case(
        student=mateo, kind=Kind.EVALUATION, advocate=ana, by=ana, at=at - timedelta(days=70),
        about="Reads well below grade. The school said to wait; his mother asked for testing in writing.",
    )  # fmt: skip
    opening.move(case, "consent", by=ana, at=at - timedelta(days=61))
    case.tasks.filter(due_on__lt=today).update(done_at=at - timedelta(days=40), done_by=ana)
    for kind, ago in (
        ("evaluation_consent_received", 61),  # 60 days: yesterday
        ("records_requested", 45),  # 45 days: today
    ):
        clock.record(
            case,
            kind=kind,
            on=today - timedelta(days=ago),
            by=ana,
            at=at - timedelta(days=ago - 1),
            shared=True,
        )
    clock.record(case, kind="last_iep_date", on=_year_before(today + timedelta(days=10)), by=ana, at=at)
    for row in Deadline.objects.filter(
        case=case, rule__in=["records_access_ferpa", "safeguards_notice_referral"]
    ):
        clock.set_aside(row, why="The special-education rule is the shorter way.", by=ana, at=at)
    timeline.add(
        student=mateo, case=case, kind=EntryKind.CALL, text="Luz called. The school tested Mateo in reading on Monday.",
        who="Luz Rivera", happened_at=at - timedelta(days=3), at=at - timedelta(days=3), by=ana,
    )  # fmt: skip
    timeline.add(
        student=mateo, case=case, kind=EntryKind.WIN, text="Mateo reads 62 words a minute, up 10 since September.",
        who="Ana Reyes", happened_at=at - timedelta(days=2), at=at - timedelta(days=2), by=ana,
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(
        next_step="Ask the school for the evaluation report", next_step_on=today
    )


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28))


def _ada(ada: Student, marcus: User, ana: User, today: date, *, at: datetime) -> None:
    case = opening.open_case(
        student=ada, kind=Kind.IEP, advocate=marcus, by=marcus, at=at - timedelta(days=20),
        about="Annual IEP. Her mother wants more time with the speech therapist.",
    )  # fmt: skip
    opening.move(case, "prepare", by=marcus, at=at - timedelta(days=6))
    case.tasks.filter(due_on__lt=today).update(done_at=at - timedelta(days=5), done_by=marcus)
    zone = current_firm().zone
    local = at.astimezone(zone)
    school = calendars.of_district(ada.district_id)
    tomorrow = (school and school.school_day_after(today, 1)) or today + timedelta(days=1)
    day = (
        today
        if local.time() < time(12, 30) and not (school and not school.is_school_day(today))
        else tomorrow
    )
    starts = datetime.combine(day, time(14), zone)
    meeting = meetings.plan(
        case, kind="iep", advocate=marcus, starts_at=starts, ends_at=starts + timedelta(minutes=75),
        place="Lakeside School, room 12", travel_minutes=35, by=marcus, at=at - timedelta(days=5),
        agenda="1. How Ada is doing\n2. Speech: minutes and who gives them\n3. Reading goal\n4. What happens next",
    )  # fmt: skip
    clock.record(case, kind="iep_meeting_date", on=day, by=marcus, at=at - timedelta(days=5))
    clock.record(case, kind="last_iep_date", on=_year_before(today + timedelta(days=18)), by=marcus, at=at)
    for name, role in (("Ngozi Okafor", "Mother"), ("Dana Whitfield", "Special education teacher"), ("Ray Ortiz", "Principal")):  # fmt: skip
        Attendee.objects.create(meeting=meeting, name=name, role=role)
    ngozi = User.objects.get(email="ngozi@family.example")
    for text, is_question in (
        ("Why did speech go down to 30 minutes?", True),
        ("Can we see the data for the reading goal?", True),
        ("Ada comes home tired and does not want to go to school.", False),
    ):
        Concern.objects.create(meeting=meeting, text=text, is_question=is_question, by=ngozi, at=at)
    Case.objects.filter(pk=case.pk).update(next_step="Finish the agenda with Ngozi", next_step_on=day)

"""What a case has us say to staff: a date moved, a date is near, a case was handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import Role
from cases.models import Case, Deadline, DeadlineChange, Status, WarningChannel
from clients.models import Student
from law.removals import Tally
from outbox import sending
from outbox.models import Channel, may_text
from outbox.segments import plain
from tenants.places import current_firm
from web.dates import say_day


def team_of(case: Case) -> list[User]:
    """The staff on the student's care team, who leads the case among them."""
    return team_of_student(case.student)


def team_of_student(student: Student) -> list[User]:
    """The staff on a student's care team."""
    people = User.objects.staff().filter(care_team_of__student=student, care_team_of__until=None)
    return list(people.distinct().order_by("pk"))


def _mail(to: User, kind: str, subject: str, occurrence: str, title: str, lines: list[str], link: str, *, at: datetime) -> None:  # fmt: skip
    if not to.email:
        return
    firm = current_firm()
    sending.write(
        kind, subject=subject, occurrence=occurrence[:60], channel=Channel.EMAIL, to=to.email,
        words=sending.Words(body="\n\n".join([*lines, link]) + "\n", title=title), due_at=at, at=at, zone=firm.zone,
        language=to.language, answers=True,
    )  # fmt: skip


def moved(case: Case, changes: Sequence[DeadlineChange], *, at: datetime, by: User | None) -> None:
    """Tells the team which dates moved and why; whoever moved them knows."""
    if not changes:
        return
    firm = current_firm()
    for person in team_of(case):
        if by is not None and person.pk == by.pk:
            continue
        with translation.override(person.language):
            lines = [_line(change) for change in changes]
            title = ngettext("A date moved: %(who)s", "Dates moved: %(who)s", len(lines)) % {
                "who": case.student.short_name
            }
            _mail(person, "date-moved", f"case:{case.pk}", at.isoformat(), title, lines, firm.url(f"/cases/{case.pk}/"), at=at)  # fmt: skip


def _line(change: DeadlineChange) -> str:
    row = change.deadline
    old = say_day(change.old_due_on) if change.old_due_on else _("no date")
    new = say_day(change.new_due_on) if change.new_due_on else (
        Status(change.new_status).label if change.new_status else _("not due any more")
    )  # fmt: skip
    why = change.get_why_display()
    return f"{row.local_title}: {old} → {new}. {why}."


def who_hears(row: Deadline) -> list[User]:
    """Who is warned of a date: its owner; when they have left the firm, those who still work for the child, else the
    owners of the firm."""
    if row.owner.is_active:
        return [row.owner]
    return team_of(row.case) or list(User.objects.active().filter(role=Role.OWNER))


def warn(row: Deadline, *, lead: int, channel: str, at: datetime) -> None:
    """One warning of a date to each who hears of it; a second one for the same date and lead is not written."""
    for person in who_hears(row):
        _warn(row, person, lead=lead, channel=channel, at=at)


def _warn(row: Deadline, person: User, *, lead: int, channel: str, at: datetime) -> None:
    """In the person's language."""
    assert row.due_on is not None
    firm = current_firm()
    occurrence = f"{row.due_on}/{lead}/{person.pk.hex[:8]}"
    with translation.override(person.language):
        days = (row.due_on - timezone.localdate(at, firm.zone)).days
        when = _("today") if days == 0 else ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}
        title = _("Due %(when)s: %(who)s") % {"when": when, "who": row.case.student.short_name}
        line = _("%(title)s is due on %(day)s.") % {"title": row.local_title, "day": say_day(row.due_on)}
        if not row.verified:
            line += " " + _("This date is an estimate; read the rule before you rely on it.")
        if not row.owner.is_active:
            line += " " + _("It belongs to %(name)s, who has left. Hand the case over.") % {
                "name": row.owner.name
            }
        if channel == WarningChannel.SMS and person.phone and may_text(person.phone):
            text = plain(f"{firm.name}: {title}. {firm.url('/deadlines/')}")
            sending.write(
                "date-near", subject=f"deadline:{row.pk}", occurrence=occurrence, channel=Channel.SMS, to=person.phone,
                words=sending.Words(text), due_at=at, at=at, zone=firm.zone, language=person.language,
            )  # fmt: skip
            return
        _mail(person, "date-near", f"deadline:{row.pk}", occurrence, title, [line], firm.url(f"/deadlines/{row.pk}/"), at=at)  # fmt: skip


def removals_add_up(student: Student, found: Tally, *, at: datetime, by: User) -> None:
    """Tells the care team that a child's removals reach, or pass, ten school days; whoever wrote it down knows."""
    for person in team_of_student(student):
        if person.pk == by.pk:
            continue
        language = "es" if person.language == "es" else "en"
        with translation.override(language):
            title = _("Discipline days: %(who)s") % {"who": student.short_name}
            lines = [item.words(language) for item in found.messages]
            _mail(person, "removals", f"student:{student.pk}", f"{found.possible} {at.isoformat()}", title, lines, current_firm().url(f"/students/{student.pk}/removals/"), at=at)  # fmt: skip


def handed_over(case: Case, *, giver: User, taker: User, note: str, at: datetime) -> None:
    """Tells the new advocate."""
    with translation.override(taker.language):
        title = _("A case for you: %(who)s") % {"who": case.student.short_name}
        lines = [_("%(giver)s handed this case to you.") % {"giver": giver.name}]
        if note:
            lines.append(note)
        _mail(taker, "handed-over", f"case:{case.pk}", at.isoformat(), title, lines, current_firm().url(f"/cases/{case.pk}/"), at=at)  # fmt: skip

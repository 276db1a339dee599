"""What a case has us say to staff: a date moved, a date is near, a case was handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from cases.models import Case, Deadline, DeadlineChange, Status, WarningChannel
from outbox import sending
from outbox.models import Channel, may_text
from outbox.segments import plain
from tenants.places import current_firm
from web.dates import say_day


def team_of(case: Case) -> list[User]:
    """The staff on the student's care team, and who leads the case."""
    people = User.objects.staff().filter(care_team_of__student=case.student_id, care_team_of__until=None)
    return list(people.distinct())


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


def warn(row: Deadline, *, lead: int, channel: str, at: datetime) -> None:
    """One warning of a date, in the owner's language; a second one for the same date and lead is not written."""
    assert row.due_on is not None
    person, firm = row.owner, current_firm()
    occurrence = f"{row.due_on}/{lead}/{person.pk.hex[:8]}"
    with translation.override(person.language):
        days = (row.due_on - timezone.localdate(at, firm.zone)).days
        when = _("today") if days == 0 else ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}
        title = _("Due %(when)s: %(who)s") % {"when": when, "who": row.case.student.short_name}
        line = _("%(title)s is due on %(day)s.") % {"title": row.local_title, "day": say_day(row.due_on)}
        if not row.verified:
            line += " " + _("This date is an estimate; read the rule before you rely on it.")
        if channel == WarningChannel.SMS and person.phone and may_text(person.phone):
            text = plain(f"{firm.name}: {title}. {firm.url('/deadlines/')}")
            sending.write(
                "date-near", subject=f"deadline:{row.pk}", occurrence=occurrence, channel=Channel.SMS, to=person.phone,
                words=sending.Words(text), due_at=at, at=at, zone=firm.zone, language=person.language,
            )  # fmt: skip
            return
        _mail(person, "date-near", f"deadline:{row.pk}", occurrence, title, [line], firm.url(f"/deadlines/{row.pk}/"), at=at)  # fmt: skip


def handed_over(case: Case, *, giver: User, taker: User, note: str, at: datetime) -> None:
    """Tells the new advocate."""
    with translation.override(taker.language):
        title = _("A case for you: %(who)s") % {"who": case.student.short_name}
        lines = [_("%(giver)s handed this case to you.") % {"giver": giver.name}]
        if note:
            lines.append(note)
        _mail(taker, "handed-over", f"case:{case.pk}", at.isoformat(), title, lines, current_firm().url(f"/cases/{case.pk}/"), at=at)  # fmt: skip

"""Meetings: planned, prepared with the parent, held, and followed up in writing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField as DateTime
from django.db.models import ExpressionWrapper, F, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases import timeline
from cases.models import Case, Concern, EntryKind, Meeting, Result
from clients import reaching
from clients.models import Contact, Guardianship
from outbox import reasons, sending
from outbox.models import Channel, Message
from outbox.segments import plain
from tenants.places import current_firm
from web.dates import say_day, say_when

LONGEST_TRAVEL = timedelta(minutes=600)


def away(advocates: Collection[User], since: datetime, until: datetime) -> QuerySet[Any]:
    """Meetings of these advocates from `since` to `until`, each with when they leave (`away`) and are `back`."""
    minute = timedelta(minutes=1)
    leaves = ExpressionWrapper(F("starts_at") - F("travel_minutes") * minute, output_field=DateTime())
    returns = ExpressionWrapper(F("ends_at") + F("travel_minutes") * minute, output_field=DateTime())
    rows = (
        Meeting.objects.standing()
        .filter(
            advocate__in=advocates, starts_at__lt=until + LONGEST_TRAVEL, ends_at__gt=since - LONGEST_TRAVEL
        )
        .annotate(away=leaves, back=returns)
        .filter(away__lt=until, back__gt=since)
    )
    return rows


def busy(
    advocates: Collection[User], since: datetime, until: datetime
) -> list[tuple[UUID, datetime, datetime]]:
    """When these advocates are at meetings or on their way, from `since` to `until`. One query."""
    rows = away(advocates, since, until).order_by("away")
    return list(rows.values_list("advocate_id", "away", "back"))


@transaction.atomic
def plan(
    case: Case, *, kind: str, advocate: User, starts_at: datetime, ends_at: datetime, by: User, at: datetime,
    place: str = "", travel_minutes: int = 0, agenda: str = "",
) -> Meeting:  # fmt: skip
    """A new meeting on the student's timeline, which the family sees."""
    meeting = Meeting.objects.create(
        case=case, kind=kind, advocate=advocate, starts_at=starts_at, ends_at=ends_at, place=place,
        travel_minutes=travel_minutes, agenda=agenda, changed_by=by,
    )  # fmt: skip
    timeline.add(
        student=case.student, case=case, kind=EntryKind.MEETING, text=meeting.kind, who=by.name,
        happened_at=starts_at, at=at, by=by, shared=True, evidence=("meeting", meeting.pk),
    )  # fmt: skip
    audit.record("meeting.planned", by=by, at=at, about=meeting, case=str(case.pk))
    return meeting


def moved(meeting: Meeting, *, at: datetime, by: User) -> None:
    """Keeps the timeline at the meeting's time."""
    rows = timeline.TimelineEntry.objects.filter(evidence_kind="meeting", evidence_id=str(meeting.pk))
    rows.filter(kind=EntryKind.MEETING).update(
        happened_at=meeting.starts_at, text=meeting.kind, recorded_at=at
    )
    audit.record("meeting.changed", by=by, at=at, about=meeting)


@transaction.atomic
def call_off(meeting: Meeting, *, at: datetime, by: User) -> None:
    Meeting.objects.filter(pk=meeting.pk, called_off_at=None).update(called_off_at=at)
    sending.call_off(subject=f"meeting:{meeting.pk}", reason=reasons.MEETING_CALLED_OFF, at=at)
    timeline.TimelineEntry.objects.filter(evidence_kind="meeting", evidence_id=str(meeting.pk)).delete()
    audit.record("meeting.called_off", by=by, at=at, about=meeting)


def overlapping(meeting: Meeting) -> list[tuple[UUID, datetime, datetime]]:
    """Other meetings of the advocate while this one and its travel last."""
    rows = busy([meeting.advocate], meeting.leave_at, meeting.back_at)
    return [row for row in rows if row[1:] != (meeting.leave_at, meeting.back_at)]


# (meeting, who asks) -> what else its advocate has to do then, in sentences.
Besides = Callable[[Meeting, User], list[str]]
_besides: list[Besides] = []


def on_other_work(find: Besides) -> None:
    """Has an app above say what it knows of an advocate's time."""
    if find not in _besides:
        _besides.append(find)


def in_the_way(meeting: Meeting, *, by: User) -> list[str]:
    """What its advocate has to do besides while a meeting and its travel last, in sentences."""
    others = [_("%(name)s has another meeting at that time.") % {"name": meeting.advocate.name}] if overlapping(meeting) else []  # fmt: skip
    return others + [sentence for find in _besides for sentence in find(meeting, by)]


def parents_of(meeting: Meeting, *, on: date) -> list[Contact]:
    """The grown-ups who may see the student on that day, for forms and follow-ups."""
    allowed = Guardianship.objects.filter(student=meeting.case.student_id).seeing(on=on)
    return list(
        Contact.objects.filter(guardianships__in=allowed).prefetch_related("points").distinct().order_by("pk")
    )


def may_leave(message: Message, *, at: datetime) -> str:
    """The outbox asks before a word about a meeting leaves: the meeting stands, and whoever reads there may hear of the
    child and is safe to write to."""
    kind, _colon, key = message.subject.partition(":")
    if kind != "meeting":
        return ""
    meeting = Meeting.objects.filter(pk=key).select_related("case__student").first()
    if meeting is None:
        return ""
    if message.kind == "prep-form" and meeting.called_off_at is not None:
        return reasons.MEETING_CALLED_OFF
    return reaching.may_hear_at(message.recipient, student=meeting.case.student, at=at)


def kept_from(meeting: Meeting, addresses: Iterable[str], *, at: datetime) -> list[str]:
    """Those of the addresses to which nothing about the student may go."""
    student = meeting.case.student
    return [to for to in addresses if reaching.may_hear_at(to, student=student, at=at)]


@transaction.atomic
def ask_for_questions(meeting: Meeting, *, by: User, at: datetime) -> int:
    """Sends each parent the link to the form before the meeting, by a safe way and as they prefer; the number asked."""
    sent = 0
    student = meeting.case.student
    for contact in parents_of(meeting, on=timezone.localdate(at, current_firm().zone)):
        ways = reaching.channels_for(contact, "prep-form", student=student, at=at)
        with translation.override(contact.language):
            mail, text = _asking_words(meeting, contact)
        for way in ways:
            sending.write(
                "prep-form", subject=f"meeting:{meeting.pk}", occurrence=str(meeting.version), channel=way.channel, to=way.to,
                words=mail if way.channel == Channel.EMAIL else text, due_at=at, at=at, zone=reaching.zone_of(contact),
                language=contact.language, hours=way.hours, event_at=meeting.starts_at,
            )  # fmt: skip
        sent += bool(ways)
    Meeting.objects.filter(pk=meeting.pk).update(prep_asked_at=at)
    audit.record("meeting.prep_asked", by=by, at=at, about=meeting, letters=sent)
    return sent


def _asking_words(meeting: Meeting, contact: Contact) -> tuple[sending.Words, sending.Words]:
    """The question as a letter and as a text, in the active language; neither names the child."""
    firm = current_firm()
    link = firm.url(f"/portal/meetings/{meeting.pk}/")
    title = _("Tell us your questions before the meeting")
    text = _("There is a meeting on %(when)s. Tell us what you want to ask. It takes five minutes.") % {
        "when": say_when(meeting.starts_at, firm.zone)
    }
    short = _("%(firm)s: Your questions before the meeting on %(day)s: %(link)s STOP ends texts.") % {
        "firm": firm.name, "day": say_day(meeting.starts_at.astimezone(firm.zone).date(), style="brief"), "link": link,
    }  # fmt: skip
    context = {"title": title, "text": text, "button": _("Write your questions"), "link": link, "firm": firm, "language": contact.language}  # fmt: skip
    mail = sending.Words(
        render_to_string("mail/link.txt", context).strip() + "\n", title=title,
        html=render_to_string("mail/link.html", context),
    )  # fmt: skip
    return mail, sending.Words(plain(short))


@transaction.atomic
def keep_concerns(meeting: Meeting, lines: list[tuple[str, bool]], *, by: User, at: datetime) -> None:
    """What one parent wrote on the form takes the place of what they wrote before; answers of ours stay with their question."""
    before = {row.text: row for row in meeting.concerns.filter(by=by)}
    wanted = {text: is_question for text, is_question in lines}
    meeting.concerns.filter(by=by).exclude(text__in=wanted).filter(answer="").delete()
    for order, (text, is_question) in enumerate(wanted.items(), start=1):
        if text in before:
            Concern.objects.filter(pk=before[text].pk).update(order=order, is_question=is_question)
        else:
            Concern.objects.create(
                meeting=meeting, text=text, is_question=is_question, by=by, at=at, order=order
            )
    audit.record("meeting.prepared", by=by, at=at, about=meeting, lines=len(wanted))


def follow_up_text(meeting: Meeting, *, language: str = "en") -> str:
    """The follow-up letter made from what was written down: decisions, then requests by their result, then who came."""
    requests = list(meeting.requests.all())
    with translation.override(language):
        context = {
            "meeting": meeting,
            "student": meeting.case.student,
            "day": say_day(meeting.starts_at.astimezone(current_firm().zone).date()),
            "attendees": [row for row in meeting.attendees.all() if row.attendance == "came"],
            "excused": [row for row in meeting.attendees.all() if row.attendance in {"excused", "absent"}],
            "decisions": [(row, say_day(row.due_on, style="day_year") if row.due_on else "") for row in meeting.decisions.all()],
            "groups": [
                (str(title), rows)
                for title, result in (
                    (_("The team agreed to this:"), Result.AGREED),
                    (_("The school said no to this. Please send prior written notice (34 CFR 300.503) for each:"), Result.REFUSED),
                    (_("This was put off. Please tell us by when it will be decided:"), Result.DEFERRED),
                    (_("We asked for this and have no answer yet:"), Result.ASKED),
                )
                if (rows := [row for row in requests if row.result == result])
            ],
            "firm": current_firm(),
        }  # fmt: skip
        return render_to_string("cases/follow_up.txt", context).strip() + "\n"


@transaction.atomic
def send_follow_up(meeting: Meeting, *, to: list[str], text: str, by: User, at: datetime) -> None:
    """Sends the follow-up, as it was edited, to each address, and puts it on the timeline."""
    Meeting.objects.filter(pk=meeting.pk).update(follow_up=text, follow_up_sent_at=at)
    firm = current_firm()
    on = meeting.starts_at.astimezone(firm.zone).date()
    title = timeline.follow_up_title(on)
    for address in to:
        sending.write(
            "follow-up", subject=f"meeting:{meeting.pk}", occurrence=at.isoformat(), channel=Channel.EMAIL, to=address,
            words=sending.Words(body=text, title=title), due_at=at, at=at, zone=firm.zone, answers=True,
        )  # fmt: skip
    timeline.add(
        student=meeting.case.student, case=meeting.case, kind=EntryKind.EMAIL, text=on.isoformat(), who=by.name, happened_at=at,
        at=at, by=by, shared=True, evidence=("meeting", meeting.pk),
    )  # fmt: skip
    audit.record("meeting.followed_up", by=by, at=at, about=meeting, letters=len(to))


def next_of(student_ids: Collection[UUID], *, at: datetime) -> Meeting | None:
    """The next meeting of any of these students."""
    rows = Meeting.objects.standing().filter(Q(case__student__in=student_ids), ends_at__gte=at)
    return rows.select_related("case__student", "advocate").order_by("starts_at").first()

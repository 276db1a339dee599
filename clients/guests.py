"""School guests: a family lets one named person see parts of a child's shared page, and may end it at any time.

Whether somebody may see or add is asked here on every read; nothing rests on work having been done in time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.roles import Role
from accounts.secrets import address_digest
from accounts.signing_in import write_digest
from clients.models import ADDABLE, Contact, ContactPoint, Guardianship, GuestGrant, Part, Student
from clients.models.people import StudentQuerySet
from tenants import due
from tenants.places import current_firm
from web.access import Can

KIND = "guest-grant"  # of due work; the key is the grant
LONGEST = timedelta(days=400)


class CannotGrant(Exception):
    """The message says why, in words for the family."""


@dataclass(frozen=True)
class Parts:
    """What a person may see of a child's shared page, and to what they may add."""

    sees: frozenset[str] = frozenset()
    adds: frozenset[str] = frozenset()
    is_guest: bool = False
    is_new: bool = False  # a grant that its guest has not come by yet

    def __bool__(self) -> bool:
        return bool(self.sees)

    def may(self, part: str, *, add: bool = False) -> bool:
        return part in (self.adds if add else self.sees)


EVERYTHING = Parts(frozenset(Part.values), frozenset(Part.values))
READING = Parts(frozenset(Part.values))


def local_day(at: datetime) -> date:
    """The day by the firm's clock."""
    return timezone.localdate(at, timezone=current_firm().zone)


def parts(user: User, student: Student, *, at: datetime) -> Parts:
    """Everything for the child's family and care team; for a guest what the grants in force name; else nothing."""
    if not user.is_active:
        return Parts()
    if user.is_staff_member:
        if not Student.objects.visible_to(user).filter(pk=student.pk).exists():
            return Parts()
        return EVERYTHING if user.can(Can.EDIT_STUDENTS) else READING
    if _is_family(user, student, at=at):
        return EVERYTHING
    return _granted(user, student, at=at)


def opened(user: User, rows: StudentQuerySet, *, at: datetime) -> tuple[Student, Parts] | None:
    """The first of `rows` whose shared page the person may open, and the parts of it; None when there is none.

    One query for staff and family, three for a guest.
    """
    if user.is_staff_member or user.can(Can.VISIT_PORTAL):
        student = rows.visible_to(user).first() if user.is_active else None
        if student is not None:
            reads = user.is_staff_member and not user.can(Can.EDIT_STUDENTS)
            return student, READING if reads else EVERYTHING
    student = None if user.is_staff_member else rows.shared_with(user, at=at).first()
    return (student, _granted(user, student, at=at)) if student else None


def _granted(user: User, student: Student, *, at: datetime) -> Parts:
    """What the grants in force name."""
    granted = list(GuestGrant.objects.filter(student=student, user=user).in_force(at=at))
    return Parts(
        frozenset(part for row in granted for part in row.sees),
        frozenset(part for row in granted for part in row.adds),
        is_guest=True,
        is_new=any(row.accepted_at is None for row in granted),
    )


def _is_family(user: User, student: Student, *, at: datetime) -> bool:
    ties = Guardianship.objects.filter(student=student, contact__user=user).seeing(on=local_day(at))
    return user.can(Can.VISIT_PORTAL) and ties.exists()


def may(user: User, student: Student, part: Part | str, *, add: bool = False, at: datetime) -> bool:
    """Whether the person may see that part of the child's shared page at that moment, or add to it."""
    return parts(user, student, at=at).may(part, add=add)


def is_guest(user: User, student: Student, *, at: datetime) -> bool:
    """Whether the person sees the page by a grant alone, being neither family nor staff of this child."""
    return not user.is_staff_member and not _is_family(user, student, at=at)


def looked(
    user: User, student: Student, part: Part | str, *, at: datetime, seen: Parts | None = None
) -> None:
    """Writes into the log that somebody looked at a part. The family reads of its guests' looks on its own page.

    `seen` are the person's parts, where they are known already.
    """
    guest = seen.is_guest if seen else is_guest(user, student, at=at)
    action = "guest.looked" if guest else "shared.read"
    audit.record(action, by=user, at=at, about=student, part=str(part))


def may_grant(user: User, student: Student, *, at: datetime) -> Contact | None:
    """The person as the grown-up who decides about the child's schooling, or None when they do not."""
    ties = Guardianship.objects.filter(student=student, contact__user=user).holding_rights(on=local_day(at))
    row = ties.select_related("contact").first()
    return row.contact if row and user.is_active else None


def end_of_school_year(today: date, last_day: date | None = None) -> date:
    """The last day of the school year by the district's calendar, else the coming June 30."""
    if last_day is not None and last_day >= today:
        return last_day
    return date(today.year + (today.month > 6), 6, 30)


@transaction.atomic
def grant(
    student: Student,
    *,
    by: User,
    email: str,
    name: str,
    job: str,
    sees: Collection[str],
    adds: Collection[str] = (),
    lapses_on: date,
    at: datetime,
    starts_at: datetime | None = None,
) -> GuestGrant:
    """A holder of the educational rights lets a named person see, and add to, parts of the child's page.

    An address that holds a grant gets this one in its place. Raises CannotGrant.
    """
    giver = may_grant(by, student, at=at)
    if giver is None:
        raise CannotGrant(_("Only a parent or guardian who decides about school can do this."))
    email = email.strip().lower()
    _check(student, email, sees, adds, lapses_on, at=at)
    user = _person(email, name, at=at)
    for old in GuestGrant.objects.select_for_update().filter(student=student, email=email).standing():
        _end(old, by=by, at=at, why=GuestGrant.Ended.REPLACED)
    row = GuestGrant.objects.create(
        student=student, user=user, email=email, name=name, job=job, sees=_ordered(sees), adds=_ordered(adds),
        granted_by=giver, granted_at=at, starts_at=starts_at or at, lapses_on=lapses_on,
    )  # fmt: skip
    _plan(row)
    _log("grant.given", row, by=by, at=at)
    return row


@transaction.atomic
def prepare(
    student: Student,
    *,
    by: User,
    email: str,
    name: str,
    job: str,
    sees: Collection[str],
    adds: Collection[str] = (),
    lapses_on: date,
    at: datetime,
) -> GuestGrant:
    """Staff write down what the family asked for; nobody sees anything before the family confirms. Raises CannotGrant."""
    email = email.strip().lower()
    _check(student, email, sees, adds, lapses_on, at=at)
    if GuestGrant.objects.filter(student=student, email=email).standing().exists():
        raise CannotGrant(_("This person is invited already."))
    row = GuestGrant.objects.create(
        student=student, email=email, name=name, job=job, sees=_ordered(sees), adds=_ordered(adds), prepared_by=by,
        prepared_at=at, starts_at=at, lapses_on=lapses_on,
    )  # fmt: skip
    _plan(row)
    _log("grant.prepared", row, by=by, at=at)
    return row


@transaction.atomic
def confirm(row: GuestGrant, *, by: User, at: datetime) -> GuestGrant:
    """The family says yes to what staff prepared. Raises CannotGrant."""
    row = GuestGrant.objects.select_for_update().select_related("student").get(pk=row.pk)
    giver = may_grant(by, row.student, at=at)
    if giver is None:
        raise CannotGrant(_("Only a parent or guardian who decides about school can do this."))
    if row.granted_at is not None or row.is_over(on=local_day(at)):
        raise CannotGrant(_("This invitation is no longer waiting."))
    _check(row.student, row.email, row.sees, row.adds, row.lapses_on, at=at)
    row.user, row.granted_by, row.granted_at, row.starts_at = (
        _person(row.email, row.name, at=at),
        giver,
        at,
        at,
    )
    row.save(update_fields=["user", "granted_by", "granted_at", "starts_at"])
    _log("grant.given", row, by=by, at=at)
    return row


@transaction.atomic
def change(row: GuestGrant, *, by: User, sees: Collection[str], adds: Collection[str], lapses_on: date, at: datetime) -> GuestGrant:  # fmt: skip
    """The family changes what the person may see; the old grant ends, so that the log shows both. Raises CannotGrant."""
    return grant(
        row.student, by=by, email=row.email, name=row.name, job=row.job, sees=sees, adds=adds, lapses_on=lapses_on, at=at
    )  # fmt: skip


@transaction.atomic
def accept(user: User, student: Student, *, at: datetime) -> None:
    """The guest came: noted once for each grant."""
    fresh = GuestGrant.objects.filter(user=user, student=student, accepted_at=None).in_force(at=at)
    for row in fresh.select_related("student"):
        if GuestGrant.objects.filter(pk=row.pk, accepted_at=None).update(accepted_at=at):
            _log("grant.accepted", row, by=user, at=at)


@transaction.atomic
def end(row: GuestGrant, *, by: User, at: datetime) -> None:
    """The family or the office ends it, from this moment. Ending twice is ending once."""
    standing = GuestGrant.objects.select_for_update().filter(pk=row.pk).standing().first()
    if standing is not None:
        why = GuestGrant.Ended.STAFF if by.is_staff_member else GuestGrant.Ended.FAMILY
        _end(standing, by=by, at=at, why=why)


@transaction.atomic
def settle(student: Student, *, at: datetime) -> int:
    """Ends for good what no longer holds: the giver's right is blocked or withdrawn, or the last day is over.
    Called when custody or rights change; says how many ended. A block from a later day is planned for that day."""
    on, ended = local_day(at), 0
    for row in GuestGrant.objects.select_for_update().filter(student=student).standing():
        why = _over(row, on=on)
        if why:
            _end(row, by=None, at=at, why=why)
            ended += 1
        else:
            _plan(row)
    return ended


def lapse(keys: list[str], at: datetime) -> None:
    """Due work: a grant's last day is over, or its giver's block has come."""
    rows = GuestGrant.objects.filter(pk__in=keys).standing().select_related("student")
    for student in {row.student_id: row.student for row in rows}.values():
        settle(student, at=at)
    ended = GuestGrant.objects.filter(pk__in=keys).exclude(ended_at=None).values_list("pk", flat=True)
    due.settle(KIND, *(str(pk) for pk in ended), *_unknown(keys))


def _unknown(keys: list[str]) -> list[str]:
    known = {str(pk) for pk in GuestGrant.objects.filter(pk__in=keys).values_list("pk", flat=True)}
    return [key for key in keys if key not in known]


def _over(row: GuestGrant, *, on: date) -> str:
    if row.lapses_on < on:
        return GuestGrant.Ended.LAPSED
    if row.granted_by_id is None:
        return ""
    ties = Guardianship.objects.filter(student=row.student_id, contact=row.granted_by_id)
    return "" if ties.holding_rights(on=on).exists() else GuestGrant.Ended.RIGHTS


def _plan(row: GuestGrant) -> None:
    """Due on the day after the last, or on the day on which the giver's right ends, whichever comes first."""
    days = [row.lapses_on + timedelta(days=1)]
    if row.granted_by_id:
        tie = Guardianship.objects.filter(student=row.student_id, contact=row.granted_by_id).first()
        if tie:
            days += [day for day in (tie.blocked_from, tie.rights_ended_on) if day]
        transfer = getattr(row.student, "rights_transfer", None)
        if transfer is not None:
            days.append(transfer.on)
    due.plan(KIND, str(row.pk), due_at=datetime.combine(min(days), time(0), tzinfo=current_firm().zone))


def _end(row: GuestGrant, *, by: User | None, at: datetime, why: str) -> None:
    row.ended_at, row.ended_by, row.ended_why = at, by, why
    row.save(update_fields=["ended_at", "ended_by", "ended_why"])
    due.settle(KIND, str(row.pk))
    _log("grant.ended", row, by=by, at=at)


def _log(action: str, row: GuestGrant, *, by: User | None, at: datetime) -> None:
    audit.record(
        action, by=by, at=at, about=row.student, grant=str(row.pk), guest=str(row.user_id or ""), sees=list(row.sees),
        adds=list(row.adds), lapses_on=row.lapses_on.isoformat(), why=row.ended_why,
    )  # fmt: skip


def _ordered(names: Iterable[str]) -> list[str]:
    wanted = {str(name) for name in names}
    return [part.value for part in Part if part.value in wanted]


def _check(student: Student, email: str, sees: Collection[str], adds: Collection[str], lapses_on: date, *, at: datetime) -> None:  # fmt: skip
    today = local_day(at)
    if not sees or not {str(part) for part in sees} <= set(Part.values):
        raise CannotGrant(_("Tick at least one thing they may see."))
    if not {str(part) for part in adds} <= {str(part) for part in sees}:
        raise CannotGrant(_("They can add only to what they see."))
    if not {str(part) for part in adds} <= set(ADDABLE):
        raise CannotGrant(_("This part is for reading only."))
    if not today <= lapses_on <= today + LONGEST:
        raise CannotGrant(_("The last day lies between today and the end of the next school year."))
    barred = Guardianship.objects.filter(student=student).barred(on=today).values("contact")
    if _reaches(email, barred):
        raise CannotGrant(_("We cannot invite this address. Please call us."))
    if _reaches(email, Guardianship.objects.filter(student=student).seeing(on=today).values("contact")):
        raise CannotGrant(_("Whoever has this address is family and sees the page already."))
    holder = User.objects.filter(email=email).first()
    if holder is not None and holder.is_staff_member:
        raise CannotGrant(
            _("This person works here and sees the page already, or will when they join the team.")
        )


def _reaches(email: str, contacts: QuerySet[Any, Any]) -> bool:
    """Whether an address is one of these contacts', to write to or to sign in with."""
    known = ContactPoint.objects.filter(contact__in=contacts, kind="email", value__iexact=email)
    return known.exists() or Contact.objects.filter(pk__in=contacts, user__email=email).exists()


def _person(email: str, name: str, *, at: datetime) -> User:
    """Who signs in with this address: somebody we know, or a new guest. The answer to the family is the same."""
    found = User.objects.filter(email=email).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            user = User.objects.create_user(email=email, name=name, role=Role.GUEST)
    except IntegrityError:
        return User.objects.get(email=email)
    write_digest(user, address_digest(email))
    audit.record("guest.added", by=None, at=at, about=user)
    return user

"""Getting ready for adult life: the age clocks, the small plan, and what changes when rights become the student's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.roles import Role
from accounts.secrets import address_digest
from accounts.signing_in import write_digest
from circle.models import Agency, OwnWords, PostSchoolGoal, TransitionPlan, TransitionStep
from clients import guests
from clients.models import (
    Contact,
    ContactPoint,
    Guardianship,
    RightsTransfer,
    SharingChoice,
    Student,
)
from law.clock import FactError, deadline
from law.counting import add_months
from law.deadlines import Deadline
from law.rules import RuleError, state_of
from tenants.places import current_firm
from web.access import Can

BEGINS, NOTICE, TRANSFER = "transition_services_16", "transfer_of_rights_notice", "transfer_of_rights"
AHEAD = 12  # months before the age clock runs out, the plan opens


class CannotDo(Exception):
    """The message says why, in plain words."""


@dataclass(frozen=True)
class Clocks:
    """The three days of growing up under IDEA, each with where it comes from; none is known without a birthday."""

    begins: Deadline
    notice: Deadline
    transfer: Deadline
    age_of_majority: int
    verified: bool
    opens_on: date

    def is_open(self, today: date) -> bool:
        """Whether it is time for the plan: a year before the IEP must hold transition services."""
        return today >= self.opens_on


def state_code(student: Student) -> str:
    """The state whose rules hold: the district's, else the firm's."""
    return student.district.state if student.district else current_firm().state


def clocks(student: Student) -> Clocks | None:
    """The age clocks of a student, or None without a birthday.

    Transition services at 16 (34 CFR 300.320(b); several states start earlier), the notice one year before the state's
    age of majority (300.320(c)), and the transfer of rights at that age (300.520), as `law` has them.
    """
    if student.born_on is None:
        return None
    state = state_code(student)
    try:
        majority = state_of(state).majority
        begins, notice, transfer = (
            deadline(rule, {"birth": student.born_on}, state=state) for rule in (BEGINS, NOTICE, TRANSFER)
        )
    except (RuleError, FactError):
        return None
    opens = add_months(begins.due_on or add_months(student.born_on, 16 * 12), -AHEAD)
    return Clocks(begins, notice, transfer, majority.age, majority.verified, opens)


def plan_of(student: Student, *, at: datetime) -> TransitionPlan:
    """The student's plan, opened now when there is none."""
    with transaction.atomic():
        Student.objects.select_for_update().get(pk=student.pk)
        plan = TransitionPlan.objects.filter(student=student).first()
        return plan or TransitionPlan.objects.create(student=student, opened_at=at)


@transaction.atomic
def say(student: Student, texts: dict[str, str], *, by: User, at: datetime) -> OwnWords:
    """The young person's own words, as a new row unless nothing changed."""
    plan = plan_of(student, at=at)
    newest = OwnWords.objects.filter(plan__student=student).first()
    if newest and all(getattr(newest, name) == texts.get(name, "") for name in OwnWords.QUESTIONS):
        return newest
    made = OwnWords.objects.create(plan=plan, written_by=by, written_at=at, **texts)
    audit.record("own_words.written", by=by, at=at, about=student)
    return made


@transaction.atomic
def aim(student: Student, *, area: str, words: str, by: User, at: datetime) -> PostSchoolGoal:
    made = PostSchoolGoal.objects.create(plan=plan_of(student, at=at), area=area, words=words, by=by, at=at)
    audit.record("post_school_goal.added", by=by, at=at, about=student, goal=str(made.pk))
    return made


@transaction.atomic
def step(
    student: Student, *, words: str, who: str, due_on: date | None, by: User, at: datetime, goal: PostSchoolGoal | None = None
) -> TransitionStep:  # fmt: skip
    made = TransitionStep.objects.create(
        plan=plan_of(student, at=at), goal=goal, words=words, who=who, due_on=due_on, by=by, at=at
    )
    audit.record("transition_step.added", by=by, at=at, about=student, step=str(made.pk))
    return made


@transaction.atomic
def tick(one: TransitionStep, *, by: User, done: bool, at: datetime) -> bool:
    """Done, or not done after all; says whether anything changed."""
    rows = TransitionStep.objects.filter(pk=one.pk, done_at__isnull=done)
    changed = bool(rows.update(done_at=at if done else None, done_by=by if done else None))
    if changed:
        audit.record(
            "transition_step.ticked", by=by, at=at, about=one.plan.student, step=str(one.pk), done=done
        )
    return changed


@transaction.atomic
def ask_agency(student: Student, *, by: User, at: datetime, **told: str) -> Agency:
    """An agency that can help with adult life, with whom to ask for: name, what_for, person, phone, email."""
    made = Agency.objects.create(plan=plan_of(student, at=at), by=by, at=at, **told)
    audit.record("agency.added", by=by, at=at, about=student, agency=str(made.pk))
    return made


@transaction.atomic
def end(one: PostSchoolGoal | Agency, *, by: User, at: datetime) -> None:
    """Takes a goal or an agency off the plan; the row stays."""
    if type(one).objects.filter(pk=one.pk, ended_at=None).update(ended_at=at, ended_by=by):
        audit.record(f"{one._meta.model_name}.ended", by=by, at=at, about=one.plan.student, which=str(one.pk))


@transaction.atomic
def transfer(
    student: Student, *, on: date, by: User, at: datetime, email: str = "", phone: str = ""
) -> RightsTransfer:
    """Writes down that the rights under IDEA are the student's own from a day on (34 CFR 300.520), and gives the young
    adult a sign-in when an address or number is told. Guests whom a parent invited end that day.

    Written down again, a day that is still to come is changed, and an address that was not known is added. Raises
    CannotDo: that day has come, the day lies before the state's age of majority, or the address is taken.
    """
    if not by.can(Can.EDIT_STUDENTS):
        raise CannotDo(_("Only the office can write this down."))
    Student.objects.select_for_update().get(pk=student.pk)
    row = RightsTransfer.objects.filter(student=student).first()
    if row and row.on == on and not (email or phone):
        raise CannotDo(_("This is written down already."))
    if row and row.on != on and row.on <= guests.local_day(at):
        raise CannotDo(_("The rights have passed on already. That day stays."))
    ages = clocks(student)
    if ages is None:
        raise CannotDo(_("Write the birthday down first."))
    grown_on = ages.transfer.due_on or add_months(student.born_on, 12 * ages.age_of_majority)  # type: ignore[arg-type]
    if on < grown_on:
        raise CannotDo(_("Rights cannot become the student’s own before the state’s age of majority."))
    if row is None:
        row = RightsTransfer.objects.create(student=student, on=on, recorded_by=by, recorded_at=at)
        audit.record("rights.transferred", by=by, at=at, about=student, on=on.isoformat())
    elif row.on != on:
        row.on, row.recorded_by, row.recorded_at = on, by, at
        row.save()
        audit.record("rights.transfer_moved", by=by, at=at, about=student, on=on.isoformat())
    if email or phone:
        give_sign_in(student, email=email, phone=phone, by=by, at=at)
    student.refresh_from_db()
    guests.settle(student, at=at)
    return row


@transaction.atomic
def take_back(student: Student, *, by: User, at: datetime) -> None:
    """Rights will not pass on after all, as when a court names a guardian; only before that day. Raises CannotDo."""
    if not by.can(Can.EDIT_STUDENTS):
        raise CannotDo(_("Only the office can write this down."))
    row = RightsTransfer.objects.select_for_update().filter(student=student).first()
    if row is None or row.on <= guests.local_day(at):
        raise CannotDo(_("The rights have passed on already. That day stays."))
    row.delete()
    audit.record("rights.transfer_taken_back", by=by, at=at, about=student, on=row.on.isoformat())
    student.refresh_from_db()
    guests.settle(student, at=at)


def can_change(student: Student, *, at: datetime) -> bool:
    """Whether the day may still be changed, or a sign-in given."""
    row = RightsTransfer.objects.filter(student=student).first()
    if row is None or row.on > guests.local_day(at):
        return True
    return not student.guardianships.filter(contact__role=Contact.Role.SELF).exists()


@transaction.atomic
def give_sign_in(student: Student, *, email: str, phone: str, by: User, at: datetime) -> Contact:
    """The young adult as a person of their own, who signs in by code. Raises CannotDo."""
    if student.guardianships.filter(contact__role=Contact.Role.SELF).exists():
        raise CannotDo(_("The young adult signs in already."))
    address = email.strip().lower() or None
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email=address, phone=phone or None, name=str(student), role=Role.FAMILY, language=by.language
            )
    except IntegrityError:
        raise CannotDo(
            _("Somebody signs in with this address or number already. It must be the young adult’s own.")
        ) from None
    if address:
        write_digest(user, address_digest(address))
    contact = Contact.objects.create(
        family=student.family, user=user, name=str(student), role=Contact.Role.SELF, confirmed_at=at
    )
    for kind, value in (("email", address), ("phone", phone)):
        if value:
            ContactPoint.objects.create(contact=contact, kind=kind, value=value)
    Guardianship.objects.create(contact=contact, student=student, relation="self")
    audit.record("sign_in.given", by=by, at=at, about=student, contact=str(contact.pk))
    return contact


def is_own(user: User, student: Student, *, at: datetime) -> bool:
    """Whether this person is the young adult, and the rights are theirs."""
    contact = guests.may_grant(user, student, at=at)
    return contact is not None and contact.role == Contact.Role.SELF


def own_student(user: User, *, at: datetime) -> Student | None:
    """The student that this person is, once the rights are theirs."""
    ties = Guardianship.objects.filter(contact__user=user, contact__role=Contact.Role.SELF)
    row = ties.holding_rights(on=guests.local_day(at)).select_related("student").first()
    return row.student if row else None


def others(student: Student) -> list[Contact]:
    """The grown-ups about whom the young adult chooses. Who is kept away by a block is not among them."""
    rows = Guardianship.objects.filter(student=student, blocked_from=None, may_see=True)
    people = Contact.objects.filter(guardianships__in=rows).exclude(role=Contact.Role.SELF)
    return list(people.order_by("name").distinct())


def standing(student: Student) -> dict[Any, bool]:
    """What the young adult decided, by contact; who is not in it was not decided about."""
    rows = SharingChoice.objects.filter(student=student, replaced_at=None)
    return {row.contact_id: row.may_see for row in rows}


def undecided(user: User, *, at: datetime) -> Student | None:
    """The student who is asked at sign-in: rights are theirs, and about somebody they have not chosen yet."""
    student = own_student(user, at=at)
    if student is None:
        return None
    decided = standing(student)
    return student if any(person.pk not in decided for person in others(student)) else None


@transaction.atomic
def choose(student: Student, answers: dict[Any, bool], *, by: User, at: datetime) -> None:
    """The young adult says who may see. Each changed answer is a new row. Raises CannotDo."""
    if not is_own(by, student, at=at):
        raise CannotDo(_("Only the young adult can choose this."))
    now = standing(student)
    for person in others(student):
        wanted = answers.get(person.pk)
        if wanted is None or now.get(person.pk) == wanted:
            continue
        SharingChoice.objects.filter(student=student, contact=person, replaced_at=None).update(replaced_at=at)
        SharingChoice.objects.create(
            student=student, contact=person, may_see=wanted, chosen_by=by, chosen_at=at
        )
        audit.record("sharing.chosen", by=by, at=at, about=student, contact=str(person.pk), may_see=wanted)
    guests.settle(student, at=at)

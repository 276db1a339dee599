"""What people write on a child's page. Who may is `clients.guests.may`; each act leaves a line in the log and tells the readers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from circle import clips, news
from circle.models import Action, CheckIn, CheckInQuestion, Clip, Post, Side
from clients import guests
from clients.models import Part, Student
from documents import adding
from documents.adding import Sent
from documents.models import Document, Kind
from progress import strategies, wins
from progress.models import Strategy, StrategyResult, Win


class CannotWrite(Exception):
    """The message says why, in plain words."""


def side_of(user: User, student: Student, *, at: datetime) -> str:
    """Where this person sits at the child's table."""
    if user.is_staff_member:
        return Side.OFFICE
    return Side.SCHOOL if guests.is_guest(user, student, at=at) else Side.HOME


def _need(user: User, student: Student, part: Part, *, at: datetime) -> None:
    if not guests.may(user, student, part, add=True, at=at):
        raise CannotWrite(_("You cannot add to this part of the page."))


def keep_photos(student: Student, files: Sequence[Sent], *, by: User, at: datetime) -> Document | None:
    """Photos go the way of every paper: checked apart, sealed, and shown as a copy without place and device.
    Raises documents.storage.NoRoom."""
    if not files:
        return None
    version = adding.add(
        files, of=student, kind=Kind.PHOTO, title=_("Photo from the shared page"), by=by, at=at,
        language=by.language, shared=True,
    )  # fmt: skip
    return version.document


@transaction.atomic
def post(
    student: Student,
    *,
    by: User,
    words: str,
    at: datetime,
    question: bool = False,
    photos: Sequence[Sent] = (),
    clip: bytes = b"",
) -> Post:
    """An update or a question. Raises CannotWrite, documents.storage.NoRoom, documents.sandbox.Refused or Busy."""
    _need(by, student, Part.PAGE, at=at)
    if not words and not photos and not clip:
        raise CannotWrite(_("Write a few words, or add a photo."))
    film: Clip | None = clips.keep(clip, by=by, at=at) if clip else None
    made = Post.objects.create(
        student=student, kind=Post.Kind.QUESTION if question else Post.Kind.UPDATE, words=words,
        side=side_of(by, student, at=at), document=keep_photos(student, photos, by=by, at=at), clip=film, by=by, at=at,
    )  # fmt: skip
    audit.record("post.added", by=by, at=at, about=student, post=str(made.pk), kind=made.kind)
    news.tell(student, by=by, at=at)
    return made


@transaction.atomic
def answer(under: Post, *, by: User, words: str, at: datetime) -> Post:
    """An answer under an update or a question. Raises CannotWrite."""
    _need(by, under.student, Part.PAGE, at=at)
    if under.kind == Post.Kind.ANSWER or under.withdrawn_at:
        raise CannotWrite(_("This can no longer be answered."))
    made = Post.objects.create(
        student=under.student, under=under, kind=Post.Kind.ANSWER, words=words,
        side=side_of(by, under.student, at=at), by=by, at=at,
    )  # fmt: skip
    audit.record("post.added", by=by, at=at, about=under.student, post=str(made.pk), kind=made.kind)
    news.tell(under.student, by=by, at=at)
    return made


def _part(one: Post | Action | Win) -> Part:
    if isinstance(one, Win):
        return Part.WINS
    return Part.PAGE if isinstance(one, Post) else Part.CHECKINS


def may_withdraw(user: User, one: Post | Action | Win, *, at: datetime) -> bool:
    """Who wrote it, the family, and the office."""
    if not guests.may(user, one.student, _part(one), add=True, at=at):
        return False
    return one.by_id == user.pk or not guests.is_guest(user, one.student, at=at)


@transaction.atomic
def withdraw(one: Post | Action | Win, *, by: User, at: datetime) -> None:
    """Takes something off the page, and its photo from the family's papers; the row stays. Raises CannotWrite."""
    if not may_withdraw(by, one, at=at):
        raise CannotWrite(_("Only who wrote this, the family or the office can take it off."))
    if isinstance(one, Win):
        wins.withdraw(one, by=by, at=at)
        return
    rows = type(one).objects.filter(pk=one.pk, withdrawn_at=None)
    if rows.update(withdrawn_at=at, withdrawn_by=by):
        if isinstance(one, Post) and one.document_id:
            Document.objects.filter(pk=one.document_id).update(shared=False)
        which = {"post": str(one.pk)} if isinstance(one, Post) else {"action_id": str(one.pk)}
        audit.record(f"{one._meta.model_name}.withdrawn", by=by, at=at, about=one.student, **which)


@transaction.atomic
def celebrate(
    student: Student, *, by: User, words: str, setting: str, happened_on: date, at: datetime, photos: Sequence[Sent] = ()
) -> Win:  # fmt: skip
    """A small win that home, school and advocate may read at once. Raises CannotWrite, documents.storage.NoRoom."""
    _need(by, student, Part.WINS, at=at)
    return wins.add(
        student,
        words=words,
        setting=setting,
        happened_on=happened_on,
        by=by,
        at=at,
        files=photos,
        shared=True,
    )


@transaction.atomic
def help_with(student: Student, *, by: User, trigger: str, response: str, who: str, at: datetime) -> Strategy:
    """A strategy that home, school and advocate may read at once. Raises CannotWrite."""
    _need(by, student, Part.STRATEGIES, at=at)
    return strategies.start(
        student, trigger=trigger, response=response, who=who, started_on=guests.local_day(at), by=by, at=at
    )


@transaction.atomic
def tell_how(strategy: Strategy, *, by: User, went: str, setting: str, words: str, happened_on: date, at: datetime) -> StrategyResult:  # fmt: skip
    """How a strategy went, from somebody who used it. Raises CannotWrite."""
    _need(by, strategy.student, Part.STRATEGIES, at=at)
    return strategies.tell(
        strategy, went=went, setting=setting, words=words, happened_on=happened_on, by=by, at=at
    )


@transaction.atomic
def plan_check_in(
    student: Student, *, by: User, starts_at: datetime, how: str, note: str, at: datetime
) -> CheckIn:
    """Sets the next check-in, or moves the one that was planned. Raises CannotWrite."""
    _need(by, student, Part.CHECKINS, at=at)
    if starts_at <= at:
        raise CannotWrite(_("Choose a time that is still to come."))
    Student.objects.select_for_update().get(pk=student.pk)
    check_in = CheckIn.objects.filter(student=student).ahead().first() or CheckIn(student=student)
    check_in.starts_at, check_in.how, check_in.note, check_in.by, check_in.at = starts_at, how, note, by, at
    check_in.save()
    audit.record("check_in.planned", by=by, at=at, about=student, check_in=str(check_in.pk))
    news.tell(student, by=by, at=at)
    return check_in


@transaction.atomic
def end_check_in(check_in: CheckIn, *, by: User, held: bool, at: datetime) -> None:
    """It took place, or will not. Raises CannotWrite."""
    _need(by, check_in.student, Part.CHECKINS, at=at)
    over = CheckIn.Over.HELD if held else CheckIn.Over.OFF
    if CheckIn.objects.filter(pk=check_in.pk, over_at=None).update(over=over, over_by=by, over_at=at):
        audit.record(
            "check_in.over", by=by, at=at, about=check_in.student, check_in=str(check_in.pk), how=over
        )


@transaction.atomic
def ask(check_in: CheckIn, *, by: User, words: str, at: datetime) -> CheckInQuestion:
    """Puts a question on the list of the next check-in. Raises CannotWrite."""
    _need(by, check_in.student, Part.CHECKINS, at=at)
    if check_in.over_at:
        raise CannotWrite(_("This check-in is over."))
    made = CheckInQuestion.objects.create(
        check_in=check_in, words=words, side=side_of(by, check_in.student, at=at), by=by, at=at
    )
    audit.record("check_in.asked", by=by, at=at, about=check_in.student, question=str(made.pk))
    news.tell(check_in.student, by=by, at=at)
    return made


@transaction.atomic
def agree(student: Student, *, by: User, words: str, who: str, due_on: date | None, at: datetime) -> Action:
    """Writes down what was agreed. Raises CannotWrite."""
    _need(by, student, Part.CHECKINS, at=at)
    made = Action.objects.create(
        student=student, words=words, who=who, due_on=due_on, side=side_of(by, student, at=at), by=by, at=at
    )
    audit.record("action.agreed", by=by, at=at, about=student, action_id=str(made.pk))
    news.tell(student, by=by, at=at)
    return made


@transaction.atomic
def tick(action: Action, *, by: User, done: bool, at: datetime) -> bool:
    """Done, or not done after all; says whether anything changed. Raises CannotWrite."""
    _need(by, action.student, Part.CHECKINS, at=at)
    rows = Action.objects.filter(pk=action.pk, withdrawn_at=None, done_at__isnull=done)
    changed = bool(rows.update(done_at=at if done else None, done_by=by if done else None))
    if changed:
        what = "action.done" if done else "action.reopened"
        audit.record(what, by=by, at=at, about=action.student, action_id=str(action.pk))
        news.tell(action.student, by=by, at=at)
    return changed

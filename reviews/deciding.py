"""What a person decides: on a point, on the whole review, and what families ask about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.models import User
from clients import reaching
from clients.models import Contact
from messaging import threads
from outbox import reasons, sending
from outbox.models import Channel, Message
from outbox.segments import plain
from reviews.checklist import Check
from reviews.models import Author, Decision, Point, Question, Review, State, Status, StructuredIEP
from reviews.reading import open_review
from tenants.places import current_firm

NEEDS_RULE = gettext_lazy(
    "A point that must be fixed names the rule it rests on, such as 34 CFR 300.320(a)(2)."
)


class NotYet(Exception):
    """It cannot be done now; the message is a sentence."""


def decide(point: Point, decision: str, *, by: User, at: datetime, changes: Mapping[str, Any] | None = None) -> Point:  # fmt: skip
    """Keeps, edits, drops or reopens a point. Changed words make a kept point an edited one. Raises NotYet."""
    with transaction.atomic():
        review = Review.objects.select_for_update().get(pk=point.review_id)
        if not review.is_open:
            raise NotYet(_("This review is signed off. Start a revision to change it."))
        changed = {name: value for name, value in (changes or {}).items() if getattr(point, name) != value}
        for name, value in changed.items():
            setattr(point, name, value)
        if changed and point.status == Status.MUST_FIX and not point.citation:
            raise NotYet(str(NEEDS_RULE))
        edited = changed or point.decision == Decision.EDITED
        point.decision = Decision.EDITED if decision == Decision.KEPT and edited else decision
        point.by, point.at = by, at
        point.save()
        audit.record("review.point_decided", by=by, at=at, about=review, point=point.number, decision=point.decision)  # fmt: skip
    return point


def add_point(review: Review, *, by: User, at: datetime, **values: Any) -> Point:
    """A point that a person saw. Raises NotYet."""
    with transaction.atomic():
        review = Review.objects.select_for_update().get(pk=review.pk)
        if not review.is_open:
            raise NotYet(_("This review is signed off. Start a revision to change it."))
        if values["status"] == Status.MUST_FIX and not values.get("citation"):
            raise NotYet(str(NEEDS_RULE))
        last = review.points.order_by("-number").values_list("number", flat=True).first() or 0
        point = Point.objects.create(
            review=review,
            number=last + 1,
            author=Author.PERSON,
            decision=Decision.KEPT,
            by=by,
            at=at,
            **values,
        )
        audit.record("review.point_added", by=by, at=at, about=review, point=point.number)
    return point


def ask_about(review: Review, check: Check, *, by: User, at: datetime) -> Point:
    """A point from an item of the checklist; one that is there already is answered. Raises NotYet."""
    draft = check.as_point()
    there = review.points.filter(component=draft.component, title=draft.title).first()
    told = ("status", "severity", "page", "about", "component", "citation", "title", "title_es", "question", "question_es", "why_not", "why_not_es")  # fmt: skip
    return there or add_point(review, by=by, at=at, **{name: getattr(draft, name) for name in told})


def confirm_child(structured: StructuredIEP, *, by: User, at: datetime) -> None:
    """A person says that the paper is this student's, whatever name stands in it."""
    structured.child_confirmed_by = by
    structured.save(update_fields=["child_confirmed_by"])
    audit.record("reading.child_confirmed", by=by, at=at, about=structured)


def missing(review: Review) -> str:
    """Why a review cannot be signed off yet, as a sentence, or an empty string."""
    structured = StructuredIEP.objects.filter(version=review.version_id).first()
    if structured and structured.is_under_way:
        return _("The paper is still being read.")
    if structured and structured.names_another_child:
        return _("The paper names another child. Please say first whether it is the right one.")
    left = review.points.filter(decision=Decision.OPEN).count()
    if left:
        return _("Please decide on every point first: %(n)s left.") % {"n": left}
    if not review.points.told().exists():
        return _("Please keep or add at least one point.")
    return ""


def sign_off(review: Review, *, by: User, at: datetime) -> None:
    """This person answers for it. Raises NotYet."""
    with transaction.atomic():
        review = Review.objects.select_for_update().get(pk=review.pk)
        if not review.is_open:
            return
        if why := missing(review):
            raise NotYet(why)
        review.state, review.signed_off_by, review.signed_off_at = State.SIGNED_OFF, by, at
        review.save(update_fields=["state", "signed_off_by", "signed_off_at"])
        audit.record("review.signed_off", by=by, at=at, about=review)


def send(review: Review, *, by: User, at: datetime) -> None:
    """Opens it to the family and tells them; twice is once. Raises NotYet before it is signed off."""
    with transaction.atomic():
        review = Review.objects.select_for_update().select_related("student").get(pk=review.pk)
        if review.state == State.SENT:
            return
        if review.state != State.SIGNED_OFF:
            raise NotYet(_("Please sign the review off first."))
        review.state, review.sent_at = State.SENT, at
        review.save(update_fields=["state", "sent_at"])
        audit.record("review.sent", by=by, at=at, about=review)
        today = at.astimezone(current_firm().zone).date()
        for contact in Contact.objects.filter(
            guardianships__in=review.student.guardianships.seeing(on=today), user__is_active=True
        ).distinct():
            _tell(review, contact, at=at)


def _tell(review: Review, contact: Contact, *, at: datetime) -> None:
    """By the ways the contact prefers; none of them holds the child's name."""
    firm = current_firm()
    link = firm.url(f"/portal/reviews/{review.pk}/")
    with translation.override(contact.language):
        title = _("%(firm)s: your IEP review is ready") % {"firm": firm.name}
        facts = {"firm": firm, "contact": contact, "link": link, "language": contact.language, "title": title}
        for way in reaching.channels_for(contact, "review-ready", student=review.student, at=at):
            if way.channel == Channel.EMAIL:
                words = sending.Words(
                    body=render_to_string("mail/review_ready.txt", facts).strip() + "\n",
                    html=render_to_string("mail/review_ready.html", facts), title=title,
                )  # fmt: skip
            else:
                text = _("%(firm)s: Your IEP review is ready: %(link)s STOP ends texts.") % {
                    "firm": firm.name, "link": link,
                }  # fmt: skip
                words = sending.Words(plain(text))
            sending.write(
                "review-ready", subject=f"review:{review.pk}", channel=way.channel, to=way.to, words=words, hours=way.hours,
                due_at=at, at=at, zone=reaching.zone_of(contact), language=contact.language,
            )  # fmt: skip


def may_leave(message: Message, *, at: datetime) -> str:
    """The outbox asks before a word about a review leaves: the paper is still here, and the person may still hear of
    the child."""
    kind, _colon, key = message.subject.partition(":")
    if kind != "review":
        return ""
    review = Review.objects.select_related("student").filter(pk=key).first()
    if review is None:
        return reasons.NOT_WANTED
    return reaching.may_hear_at(message.recipient, student=review.student, at=at)


def revise(review: Review, *, by: User, at: datetime) -> Review:
    """The next version of a review, with its points as they stand: after a meeting, say."""
    with transaction.atomic():
        fresh = open_review(review.version, at=at, follows=review)
        if not fresh.points.exists():
            copies = list(review.points.all())
            for point in copies:
                point.pk = Point._meta.pk.get_default()
                point._state.adding = True
                point.review = fresh
            Point.objects.bulk_create(copies)
            fresh.state = State.TO_CHECK
            fresh.save(update_fields=["state"])
            audit.record("review.revised", by=by, at=at, about=fresh)
    return fresh


def ask(point: Point, words: str, *, by: User, at: datetime) -> Question:
    """A family member asks about a point; staff see it on the review, in the queue and in the family's messages."""
    with transaction.atomic():
        asked = Question.objects.create(point=point, words=words, by=by, at=at)
        _say(point, words, contact=getattr(by, "contact", None), by=by, at=at, from_family=True)
        audit.record("review.asked", by=by, at=at, about=point.review, point=point.number)
    return asked


def _say(
    point: Point, words: str, *, contact: Contact | None, by: User, at: datetime, from_family: bool
) -> None:
    """The same words in the contact's thread, where the other side is told that something came."""
    if contact is not None:
        about = _("About point %(n)s of the IEP review of %(child)s:") % {
            "n": point.number, "child": point.review.student.given_name,
        }  # fmt: skip
        threads.post(
            threads.thread_of(contact, at=at), f"{about}\n{words}", by=by, at=at, from_family=from_family
        )


def answer(question: Question, words: str, *, by: User, at: datetime) -> None:
    """Answers what a family asked, on the review and in its messages."""
    with transaction.atomic():
        contact = getattr(question.by, "contact", None)
        with translation.override(contact.language if contact else None):
            _say(question.point, words, contact=contact, by=by, at=at, from_family=False)
        question.answer, question.answered_by, question.answered_at = words, by, at
        question.save()
        audit.record("review.answered", by=by, at=at, about=question.point.review, point=question.point.number)  # fmt: skip

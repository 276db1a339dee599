"""Asking a family: the questions as they stand today are what this family is asked, whatever changes later."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from clients import reaching
from clients.agreements import NobodyToReach
from clients.forms import date_field, text_area
from clients.models import Contact, Student
from documents import adding, storage
from documents.adding import Sent
from documents.forms import ACCEPTED, FilesField, Picked
from documents.models import Kind as DocumentKind
from intake.models import Answer, Inquiry, Question, QuestionList, QuestionVersion, Response
from outbox import sending
from outbox.models import Channel, Message
from outbox.segments import plain
from tenants import throttle
from tenants.places import current_firm
from web.forms import Form

Kind = QuestionVersion.Kind
FILES_A_LINK = 12  # a day: whoever holds the link need not sign in


class StillAsked(Exception):
    """A list cannot be put away while something asks its questions; the message says what."""


@transaction.atomic
def retire_list(asked: QuestionList, *, by: User, at: datetime) -> None:
    """It is sent and offered no more; what families were asked and answered stays. Raises StillAsked."""
    service = asked.services.first()  # type: ignore[attr-defined]
    if service is not None:
        raise StillAsked(_("“%(service)s” asks these questions as families book. Choose other questions there first.") % {"service": service.name})  # fmt: skip
    QuestionList.objects.filter(pk=asked.pk).update(retired_at=at)
    audit.record("questions.retired", by=by, at=at, about=asked)


def current(asked: QuestionList) -> list[QuestionVersion]:
    """The newest version of each question that is asked, in order."""
    rows = QuestionVersion.objects.filter(question__list=asked, question__retired_at=None)
    place = ("question__position", "question_id")
    return list(rows.order_by(*place, "-number").distinct(*place))


@transaction.atomic
def save_question(question: Question | None, *, asked: QuestionList, words: dict[str, Any], by: User | None, at: datetime) -> QuestionVersion:  # fmt: skip
    """A new question at the end, or a new version of one, unless nothing changed."""
    if question is None:
        last = asked.questions.aggregate(last=Max("position"))["last"]
        question = Question.objects.create(list=asked, position=(last or 0) + 1)
    Question.objects.select_for_update().get(pk=question.pk)
    newest = question.versions.order_by("-number").first()
    if newest and all(getattr(newest, key) == value for key, value in words.items()):
        return newest
    number = newest.number + 1 if newest else 1
    return QuestionVersion.objects.create(question=question, number=number, made_by=by, made_at=at, **words)


@transaction.atomic
def move(question: Question, *, up: bool) -> None:
    """Swaps it with its neighbour; at the end of the list nothing happens."""
    rows = list(
        question.list.questions.select_for_update().filter(retired_at=None).order_by("position", "pk")
    )
    at = next((n for n, row in enumerate(rows) if row.pk == question.pk), None)
    if at is None:
        return
    to = at - 1 if up else at + 1
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    for position, row in enumerate(rows, start=1):
        row.position = position
    Question.objects.bulk_update(rows, ["position"])


@transaction.atomic(savepoint=False)
def ask(asked: QuestionList, *, contact: Contact, student: Student | None, inquiry: Inquiry | None = None) -> Response:  # fmt: skip
    """Opens the list for a family, with today's questions."""
    response = Response.objects.create(
        list=asked, contact=contact, student=student, inquiry=inquiry, secret=secrets.token_urlsafe(24)
    )
    Answer.objects.bulk_create(
        Answer(response=response, version=version, position=position)
        for position, version in enumerate(current(asked), start=1)
    )
    return response


def may_leave(message: Message, *, at: datetime) -> str:
    """The outbox asks before the link to the questions leaves."""
    kind, _colon, key = message.subject.partition(":")
    response = Response.objects.filter(pk=key).select_related("contact", "student").first() if kind == "response" else None  # fmt: skip
    if response is None:
        return ""
    return reaching.may_still_hear(response.contact, message.recipient, student=response.student, at=at)


def link(response: Response) -> str:
    return current_firm().url(f"/answers/{response.secret}/")


@transaction.atomic
def send(response: Response, *, by: User, at: datetime) -> None:
    """Sends the link. Raises NobodyToReach."""
    contact, firm = response.contact, current_firm()
    ways = reaching.channels_for(contact, "questions", student=response.student, at=at)
    if not ways:
        raise NobodyToReach
    with translation.override(contact.language):
        title = _("%(firm)s: a few questions before we talk") % {"firm": firm.name}
        text = _("Your answers help us prepare. You can stop and go on later with the same link.")
        short = _("%(firm)s: a few questions before we talk: %(link)s STOP ends texts.") % {"firm": firm.name, "link": link(response)}  # fmt: skip
        context = {"title": title, "text": text, "button": _("Answer the questions"), "link": link(response), "firm": firm, "language": contact.language}  # fmt: skip
        mail = sending.Words(render_to_string("mail/link.txt", context).strip() + "\n", title=title, html=render_to_string("mail/link.html", context))  # fmt: skip
    for way in ways:
        sending.write(
            "questions", subject=f"response:{response.pk}", channel=way.channel, to=way.to,
            words=mail if way.channel == Channel.EMAIL else sending.Words(plain(short)), due_at=at, at=at,
            zone=reaching.zone_of(contact), language=contact.language, hours=way.hours,
        )  # fmt: skip
    audit.record("questions.sent", by=by, at=at, about=response, contact=str(contact.pk))


def field_for(version: QuestionVersion) -> forms.Field:
    """The form field of a question, in the page's language."""
    common: dict[str, Any] = {"label": version.local_label, "help_text": version.local_hint, "required": version.needed}  # fmt: skip
    if version.kind == Kind.LONG:
        return text_area(limit=5000, rows=4, **common)
    if version.kind == Kind.CHOICE:
        return forms.ChoiceField(choices=version.local_choices, widget=forms.RadioSelect, **common)
    if version.kind == Kind.YES_NO:
        return forms.ChoiceField(
            choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect, **common
        )
    if version.kind == Kind.DATE:
        return date_field(**common)
    if version.kind == Kind.FILE:
        return FilesField(widget=Picked(attrs={"multiple": True, "accept": ACCEPTED}), **common)
    return forms.CharField(max_length=300, **common)


def _file(answer: Answer, files: list[Sent], *, response: Response, at: datetime) -> None:
    """Files what was sent for a question under the child, else under the family; sent again, as its next version."""
    digests = [storage.digest(file.content) for file in files]
    document = answer.document
    if document is not None and any(
        [part.sha256 for part in version.parts.all()] == digests
        for version in document.versions.prefetch_related("parts")
    ):
        return  # the same form sent twice
    if not throttle.may("answer file", str(response.pk), limit=FILES_A_LINK, within=timedelta(days=1), at=at):
        raise TooManyFiles
    contact = response.contact
    by = contact.user if contact.user and contact.user.is_active else None
    if document is not None and not document.is_removed:
        adding.add_version(document, files, by=by, at=at)
        return
    version = adding.add(
        files, of=response.student or contact.family, kind=DocumentKind.OTHER, title=answer.version.label[:140],
        by=by, sender="" if by else contact.name, at=at, language=contact.language,
    )  # fmt: skip
    answer.document = version.document
    answer.text = version.document.title


class AnswersForm(Form):
    """The questions of a list. While one only saves to go on later, nothing has to be answered."""

    def __init__(
        self, *args: Any, versions: list[QuestionVersion], finishing: bool = True, sent: Collection[UUID] = (),
        **kwargs: Any,
    ) -> None:  # fmt: skip
        """`sent`: the questions, by version, for which a file is here already."""
        super().__init__(*args, **kwargs)
        for version in versions:
            field = field_for(version)
            field.required = field.required and finishing and version.pk not in sent
            field.error_messages["required"] = _("Please answer: %(question)s") % {
                "question": version.local_label
            }
            if version.kind == Kind.FILE:
                here = (
                    _("We have what you sent. Choose again to send a newer one.")
                    if version.pk in sent
                    else ""
                )
                field.help_text = " ".join(filter(None, [str(field.help_text), here]))
            self.fields[f"q{version.pk.hex}"] = field


def first_values(response: Response) -> dict[str, str]:
    return {f"q{answer.version_id.hex}": answer.text for answer in response.answers.all()}


class TooManyFiles(Exception):
    """So much was sent by this link that it looks like no family."""

    def __init__(self) -> None:
        super().__init__(
            _("That is all we can take here. Please call us, and we send you a way to add more.")
        )


@transaction.atomic
def save(response: Response, filled: dict[str, Any], *, finished: bool, at: datetime, by: User | None = None) -> None:  # fmt: skip
    """Keeps the answers; a finished list stays open for corrections until it is looked at as a whole.

    `by` is who of the staff wrote down what the family said; None where the family itself answers by its link.
    Raises TooManyFiles, and documents.storage.NoRoom.
    """
    rows = list(response.answers.select_for_update(of=("self",)).select_related("version", "document"))
    for answer in rows:
        value = filled.get(f"q{answer.version_id.hex}")
        if answer.version.kind == Kind.FILE:
            if value:
                _file(answer, value, response=response, at=at)
            continue
        answer.text = value.isoformat() if isinstance(value, date) else str(value or "").strip()
    Answer.objects.bulk_update(rows, ["text", "document"])
    Response.objects.filter(pk=response.pk).update(
        saved_at=at, finished_at=at if finished else response.finished_at
    )
    audit.record("answers.saved", by=by, at=at, about=response, finished=finished)

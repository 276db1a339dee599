"""Families nobody has spoken with for a while, and a friendly word to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.models import User
from accounts.requests import FirmRequest
from cases.models import EntryKind, TimelineEntry
from clients import reaching
from clients.models import Contact, Guardianship, Student
from messaging import threads, wordings
from messaging.models import Written
from outbox import sending
from outbox.models import Channel, Message
from tenants.places import current_firm
from web.access import Can, requires
from web.paging import page_of

CHOICES = (14, 30, 60, 90)
USUAL = 30


# Entries of the contact log that are talks with whoever they name.
SPOKEN = (EntryKind.CALL, EntryKind.EMAIL, EntryKind.TEXT, EntryKind.VISIT)
# When somebody last spoke with the contact of the outer query, until a moment; empty counts for nothing.
SpokenFinder = Callable[[datetime], Subquery]
_spoken: list[SpokenFinder] = []


def on_spoken(find: SpokenFinder) -> None:
    """Registers an app that knows of talks with contacts, in its `ready()`."""
    if find not in _spoken:
        _spoken.append(find)


def newest(rows: QuerySet[Any], when: str) -> Subquery:
    """The latest `when` of these rows of an inner query."""
    return Subquery(rows.order_by(f"-{when}").values(when)[:1])


def quiet(user: User, *, days: int, at: datetime) -> QuerySet[Contact]:
    """Contacts with a child whom this person helps, with whom nothing was said for so many days; longest first."""
    ties = Guardianship.objects.filter(
        contact=OuterRef("pk"), student__in=Student.keys_visible_to(user)
    ).seeing(on=timezone.localdate(at, timezone=current_firm().zone))
    rows = Contact.objects.filter(Exists(ties), confirmed_at__isnull=False)
    logged = TimelineEntry.objects.standing().filter(
        student__guardianships__contact=OuterRef("pk"), who__iexact=OuterRef("name"), kind__in=SPOKEN, happened_at__lte=at
    )  # fmt: skip
    said = Coalesce(Max("threads__last_at"), "created_at")
    return (
        rows.annotate(
            spoken_at=Greatest(said, newest(logged, "happened_at"), *(find(at) for find in _spoken))
        )
        .filter(spoken_at__lte=at - timedelta(days=days))
        .select_related("family")
        .prefetch_related("points")
        .order_by("spoken_at", "pk")
    )


def check_in(contact: Contact, *, by: User, at: datetime) -> Message | None:
    """“How are things going?”, by the way they like, at most once a day; None when no way is open."""
    way = next(iter(reaching.channels_for(contact, "nudge", at=at)), None)
    if way is None:
        return None
    firm, thread = current_firm(), threads.thread_of(contact, at=at)
    text = wordings.say("check-in", contact.language, {"firm": firm.name, "advocate": by.name.split()[0]})
    words = sending.Words(text)
    if way.channel == Channel.EMAIL:
        with translation.override(contact.language):
            title = _("How are things going?")
            facts = {
                "firm": firm, "title": title, "language": contact.language, "by": by.name,
                "text": _("Hello %(name)s, we are thinking of you. How are things going at school? Just answer us.") % {"name": contact.name.split()[0]},
                "link": firm.url("/portal/messages/") if contact.user_id else "",
            }  # fmt: skip
            words = sending.Words(
                body=render_to_string("mail/message.txt", facts).strip() + "\n",
                html=render_to_string("mail/message.html", facts),
                title=title,
            )
    message = sending.write(
        "check-in", subject=thread.subject, occurrence=f"{at.astimezone(firm.zone):%Y-%m-%d}", channel=way.channel,
        to=way.to, words=words, due_at=at, at=at, zone=reaching.zone_of(contact), language=contact.language,
        hours=way.hours,
    )  # fmt: skip
    Written.objects.get_or_create(message=message, defaults={"thread": thread, "by": by})
    thread.last_at = thread.last_out_at = at
    thread.save(update_fields=["last_at", "last_out_at"])
    audit.record("check_in.sent", by=by, at=at, about=contact)
    return message


@requires(Can.SEE_MESSAGES)
@require_GET
def check_ins(request: FirmRequest) -> HttpResponse:
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(n) for n in CHOICES} else USUAL
    page = page_of(quiet(request.user, days=days, at=timezone.now()), request)
    context: dict[str, Any] = {"page": page, "days": days, "choices": CHOICES}
    return render(request, "messaging/check_ins.html", context)


@requires(Can.SEE_MESSAGES)
@require_POST
def check_in_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One tap: the friendly word leaves."""
    contact = get_object_or_404(quiet(request.user, days=0, at=timezone.now()), pk=pk)
    if check_in(contact, by=request.user, at=timezone.now()):
        messages.success(request, _("A friendly word is on its way to %(name)s.") % {"name": contact.name})
    else:
        messages.error(request, _("There is no text or e-mail open to %(name)s. Please call.") % {"name": contact.name})  # fmt: skip
    return redirect("check-ins")

"""Mail that should stop: one click from the family's mail program, and what came back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.models import User
from accounts.requests import FirmRequest
from clients.models import CareTeamMember, Contact
from outbox import sending
from outbox.models import Channel, MailStop, Message, State, stop_mail
from outbox.providers import mail
from tenants.places import current_firm
from web.access import Can, requires


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ends the mails we start to an address; a mail program may POST here by itself (RFC 8058)."""
    message = mail.stopped_by(token)
    if message is None or message.channel != Channel.EMAIL:
        raise Http404
    done = request.method == "POST"
    if done:
        stop_mail(message.recipient, why=MailStop.Why.ASKED, at=timezone.now())
    with translation.override(message.language):
        return render(request, "messaging/mail_stop.html", {"done": done, "firm": current_firm()})


@requires(Can.SEE_HEALTH)
@require_POST
def mail_stop_lift(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The address was put right: mail goes there again. What somebody asked for only they take back."""
    stop = get_object_or_404(MailStop, pk=pk, why=MailStop.Why.BOUNCED, lifted_at=None)
    stop.lifted_at = timezone.now()
    stop.save(update_fields=["lifted_at"])
    audit.record("mail_stop.lifted", by=request.user, at=stop.lifted_at, about=stop)
    messages.success(request, _("Mail goes there again."))
    return redirect("health")


def tell_of_bounce(sender: Any, *, message: Message, at: datetime, **_kwargs: Any) -> None:
    """Mail to a contact came back: who works with the family is told, once for each address."""
    if message.channel != Channel.EMAIL or message.state != State.FAILED:
        return
    address = message.recipient.lower()
    stop = MailStop.objects.filter(address=address, why=MailStop.Why.BOUNCED, lifted_at=None).first()
    contact = Contact.objects.filter(points__kind="email", points__value__iexact=address).first()
    if stop is None or contact is None:
        return
    _tell(
        [person for person in _who_works_with(contact) if person.email != address], "told-bounce",
        lambda: (
            _("Mail to a family came back"),
            _("Their e-mail address does not work. We send no more mail there until it is put right."),
            _("Open the contact"),
        ),
        subject=f"mail-stop:{stop.pk}", path=f"/contacts/{contact.pk}/", at=at,
    )  # fmt: skip


def tell_of_trouble(sender: Any, *, message: Message, at: datetime, **_kwargs: Any) -> None:
    """Texts have not left after several tries: the owners are told by e-mail, once a day, in the provider's own words."""
    if message.channel != Channel.SMS or message.state != State.DUE or not message.reason:
        return
    _tell(
        User.objects.active().filter(role="owner"), "told-trouble",
        lambda: (
            _("Texts do not leave right now"),
            _("We keep trying, and nothing is lost. What was said: %(words)s") % {"words": message.reason},
            _("Look at the health page"),
        ),
        subject="trouble:sms", occurrence=at.astimezone(current_firm().zone).date().isoformat(), path="/health/", at=at,
    )  # fmt: skip


# Twilio's words for: this number takes no texts, now or ever (a landline, no such number, no route to it).
NO_TEXTS_HERE = {"21211", "21214", "21217", "21612", "21614", "30003", "30005", "30006"}


def tell_of_number(sender: Any, *, message: Message, at: datetime, **_kwargs: Any) -> None:
    """A family's number takes no texts, such as a landline: who works with the family is told, once a month."""
    lost = message.state == State.FAILED or message.delivery in {"failed", "undelivered"}
    if message.channel != Channel.SMS or not lost or message.delivery_error not in NO_TEXTS_HERE:
        return
    contact = Contact.objects.filter(points__kind="phone", points__value=message.recipient).first()
    if contact is None:
        return
    _tell(
        _who_works_with(contact), "told-number",
        lambda: (
            _("Texts to a family do not arrive"),
            _("Their number takes no texts; it may be a landline. Reminders go by e-mail where we have an address. Please ask for a mobile number."),
            _("Open the contact"),
        ),
        subject=f"contact:{contact.pk}", occurrence=at.astimezone(current_firm().zone).strftime("%Y-%m"),
        path=f"/contacts/{contact.pk}/", at=at,
    )  # fmt: skip


def _tell(people: Iterable[User], kind: str, say: Callable[[], tuple[str, str, str]], *, subject: str, path: str, at: datetime, occurrence: str = "") -> None:  # fmt: skip
    """Mails staff a title, a text and a button that leads to `path`; `say` answers them in each one's language."""
    firm = current_firm()
    for person in people:
        if not person.email:
            continue
        with translation.override(person.language):
            title, text, button = say()
            facts = {
                "firm": firm, "title": title, "text": text, "button": button, "link": firm.url(path),
                "language": person.language,
            }  # fmt: skip
            words = sending.Words(
                body=render_to_string("mail/link.txt", facts).strip() + "\n",
                html=render_to_string("mail/link.html", facts),
                title=title,
            )
        sending.write(
            kind, subject=subject, occurrence=occurrence, channel=Channel.EMAIL, to=person.email, words=words, due_at=at,
            at=at, zone=firm.zone, language=person.language, answers=True,
        )  # fmt: skip


def _who_works_with(contact: Contact) -> list[User]:
    """The care team of the contact's children, else the owners."""
    team = CareTeamMember.objects.filter(until=None, student__guardianships__contact=contact)
    people = list(User.objects.active().filter(pk__in=team.values("user")))
    return people or list(User.objects.active().filter(role="owner"))

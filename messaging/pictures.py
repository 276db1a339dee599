"""Pictures that come with texts: fetched from Twilio, kept as papers of the family; of an unknown number once it is known whose it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from documents import adding, storage
from documents.adding import Sent
from documents.models import Kind
from messaging.models import Picture, Received, Thread
from outbox import sending
from outbox.models import Channel
from outbox.providers import twilio
from tenants import due
from tenants.places import current_firm
from tenants.tasks import run_later

FETCH = "messaging.picture"
TRIES = 6
AGAIN = timedelta(minutes=5)


def note(received: Received, *, at: datetime) -> None:
    """Has what came with a text fetched, in the transaction that takes the text in."""
    from messaging.tasks import fetch_now

    rows = Picture.objects.bulk_create(
        [
            Picture(received=received, position=position, url=medium["url"])
            for position, medium in enumerate(received.inbound.media, start=1)
            if medium.get("url")
        ],
        ignore_conflicts=True,
    )
    # A number that nobody knows has no family whose paper it could be: it is fetched when staff say whose it is.
    if rows and received.thread.contact_id:
        for picture in rows:
            due.plan(FETCH, str(picture.pk), due_at=at)
        run_later(fetch_now, keys=[str(picture.pk) for picture in rows])


def claim(thread: Thread, *, at: datetime) -> None:
    """Whose thread it is has become known: what waits in it is fetched."""
    waiting = Picture.objects.filter(received__thread=thread, state=Picture.State.WAITING)
    for key in waiting.values_list("pk", flat=True):
        due.plan(FETCH, str(key), due_at=at)


def fetch(keys: list[str], at: datetime) -> None:
    """Fetches each picture that is due, once; one that cannot be had is tried again for half an hour, then counted as lost."""
    rows = Picture.objects.filter(pk__in=keys, state=Picture.State.WAITING)
    for picture in rows.select_related("received__thread__contact__family", "received__inbound"):
        contact = picture.received.thread.contact
        if contact is None:
            due.settle(FETCH, str(picture.pk))
            continue
        try:
            _keep(picture, twilio.medium(picture.url), at=at)
        except (twilio.NoMedium, storage.NoRoom) as problem:
            final = getattr(problem, "final", True) or picture.tries + 1 >= TRIES
            picture.tries += 1
            picture.said, picture.state = (
                str(problem)[:200],
                Picture.State.FAILED if final else Picture.State.WAITING,
            )
            picture.save(update_fields=["tries", "said", "state"])
            if final:
                due.settle(FETCH, str(picture.pk))
                _tell_lost(picture.received, at=at)
            else:
                due.plan(FETCH, str(picture.pk), due_at=at + AGAIN)
    done = Picture.objects.filter(pk__in=keys).exclude(state=Picture.State.WAITING)
    due.settle(FETCH, *[str(key) for key in done.values_list("pk", flat=True)])


def _tell_lost(received: Received, *, at: datetime) -> None:
    """Tells whoever texted it, once for each text, and where it can be added instead."""
    inbound, contact = received.inbound, received.thread.contact
    firm = current_firm()
    with translation.override(contact.language if contact else "en"):
        words = _("%(firm)s: A picture you sent did not reach us. Please send it again, or add it here: %(link)s") % {
            "firm": firm.name, "link": firm.url(reverse("portal-paper-new")),
        }  # fmt: skip
        sending.write(
            "reply", subject=f"inbound:{inbound.pk}", occurrence="pictures", channel=Channel.SMS, to=inbound.number,
            words=sending.Words(words), due_at=at, at=at, zone=firm.zone, language=contact.language if contact else "en", answers=True,
        )  # fmt: skip


@transaction.atomic
def _keep(picture: Picture, content: bytes, *, at: datetime) -> None:
    """Files it with the family's papers, for staff to see. Raises storage.NoRoom."""
    if not Picture.objects.select_for_update().filter(pk=picture.pk, state=Picture.State.WAITING).exists():
        return
    contact: Any = picture.received.thread.contact
    children = list({tie.student for tie in contact.guardianships.select_related("student")})
    version = adding.add(
        [Sent(content, f"text-{picture.position}")], of=children[0] if len(children) == 1 else contact.family,
        kind=Kind.PHOTO, title=_("Picture from a text"), by=None, sender=contact.name, at=at, language=contact.language,
    )  # fmt: skip
    Picture.objects.filter(pk=picture.pk).update(state=Picture.State.KEPT, document=version.document, said="")

"""The IEP that comes with a booking, from a family that need not sign in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from documents import adding, storage
from documents.adding import Sent
from documents.models import Document, Kind
from scheduling.models import Booking
from tenants import throttle

# Anyone may book, so what one network and one booking may send is little.
A_NETWORK_AN_HOUR = 10
A_BOOKING = 3


class TooManyPapers(Exception):
    """So much was sent already that it looks like no family."""

    def __init__(self) -> None:
        super().__init__(
            _("That is all we can take here. Please call us, and we send you a way to add more.")
        )


def takes(booking: Booking) -> bool:
    """Whether the booking's page offers to send the IEP: there is a child to file it under."""
    return booking.service.takes_iep and booking.student is not None


def has_come(booking: Booking) -> bool:
    """Whether a paper came with the booking, or by its link."""
    return (
        Document.objects.standing()
        .filter(student=booking.student_id, added_by=None, sender=booking.contact.name)
        .filter(added_at__gte=booking.booked_at)
        .exists()
    )


def keep(booking: Booking, files: Sequence[Sent], *, network: str, at: datetime) -> Document:
    """Files what came as an IEP of the booking's student, for staff to see.

    Raises TooManyPapers, and documents.storage.NoRoom.
    """
    assert booking.student is not None
    # The same form sent twice books once, and files its paper once; a page more makes it another paper.
    digests = [storage.digest(file.content) for file in files]
    sent = Document.objects.standing().filter(student=booking.student, added_by=None)
    for document in sent.prefetch_related("versions__parts"):
        if any(
            [part.sha256 for part in version.parts.all()] == digests for version in document.versions.all()
        ):
            return document
    if not throttle.may("booking paper", network, limit=A_NETWORK_AN_HOUR, within=timedelta(hours=1), at=at):
        raise TooManyPapers
    if not throttle.may("booking paper", str(booking.pk), limit=A_BOOKING, within=timedelta(days=30), at=at):
        raise TooManyPapers
    version = adding.add(
        files, of=booking.student, kind=Kind.IEP, title=str(Kind.IEP.label), by=None, sender=booking.contact.name,
        at=at, language=booking.language,
    )  # fmt: skip
    return version.document

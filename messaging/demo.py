"""What the demo firm's families and advocates said to each other."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from clients.models import Contact
from messaging import threads
from messaging.models import PortalMessage
from outbox import receiving
from tenants.numbers import own_number

STRANGER = "+14065550177"


def seed(rivera: Contact, ana: User, *, at: datetime) -> None:
    """A talk in Spanish in the portal, a text that waits for an answer, and a number nobody knows."""
    assert rivera.user is not None
    yesterday = at - timedelta(days=1)
    thread = threads.thread_of(rivera, at=yesterday)
    for minutes, by, family, body in (
        (0, rivera.user, True, "Buenos días, Ana. ¿Qué debo llevar a la llamada?"),
        (40, ana, False, "Buenos días. Solo el IEP más reciente, si lo tiene a mano. Lo demás lo vemos juntas."),
    ):  # fmt: skip
        PortalMessage.objects.create(
            thread=thread, by=by, from_family=family, body=body, at=yesterday + timedelta(minutes=minutes)
        )
    thread.last_out_at = yesterday + timedelta(minutes=40)
    thread.save(update_fields=["last_out_at"])
    for n, (number, body) in enumerate(
        ((rivera.phone, "Gracias. ¿Puede venir mi hermana también?"), (STRANGER, "Hi, a friend gave me your number. Do you help with a 504 plan?"))
    ):  # fmt: skip
        receiving.receive(
            provider_id=f"SMdemo{n}", number=number, to=own_number() or "", body=body, media=[], opt_out="",
            at=at - timedelta(minutes=30 + n),
        )  # fmt: skip

"""“Find my firm”: the list goes to the address by mail, and is never shown."""

from __future__ import annotations

from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.secrets import address_digest
from outbox import sending
from outbox.models import Channel
from tenants.hosts import reference
from tenants.models import Firm
from tenants.places import within


def mail_firms(email: str, *, language: str, at: datetime) -> None:
    """Mails this address the firms at which it can sign in, through the first of them; nothing when there is none.

    One look-up by digest, whatever the number of firms.
    """
    firms = [
        reference(firm)
        for firm in Firm.objects.filter(
            persondigest__digest=address_digest(email), opened_at__isnull=False, suspended_at=None
        ).select_related("entitlement")
    ]
    if not firms:
        return
    with translation.override(language):
        context = {
            "title": _("Where you sign in"),
            "firms": [(firm.name, firm.url("/sign-in/")) for firm in firms],
            "firm": firms[0],
            "language": language,
        }
        words = sending.Words(
            body=render_to_string("mail/firms.txt", context).strip() + "\n",
            html=render_to_string("mail/firms.html", context),
            title=str(context["title"]),
        )
    with within(firms[0]):
        sending.write(
            "find-my-firm", subject=f"digest:{address_digest(email)[:32]}", occurrence=at.isoformat(),
            channel=Channel.EMAIL, to=email, words=words, due_at=at, at=at, zone=firms[0].zone,
            language=language, answers=True,
        )  # fmt: skip

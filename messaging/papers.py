"""A conversation as a PDF."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from documents import refusals
from messaging import threads
from messaging.models import Thread
from tenants.places import current_firm
from web.dates import say_when
from web.papers import set_pdf
from web.phones import say_phone

MOST = 2000


def conversation(thread: Thread, *, user: User, at: datetime) -> bytes:
    """The newest two thousand things said, oldest first, times in the firm's zone. Raises web.papers.CannotBeSet."""
    firm = current_firm()
    name = thread.contact.name if thread.contact else say_phone(thread.number)
    rows = []
    for entry in threads.entries(thread, user=user, at=at, limit=MOST):
        head = [say_when(entry.at, firm.zone), entry.way, *([entry.said] if entry.said else [])]
        rows.append({
            "who": entry.who or (name if entry.incoming else firm.name), "head": ", ".join(head), "title": entry.title,
            "body": entry.body, "incoming": entry.incoming, "papers": [{"title": document.local_title, "note": refusals.note(document.newest)} for document in entry.documents],
        })  # fmt: skip
    return set_pdf(
        "messaging/typst/thread.typ",
        {
            "title": _("Messages with %(name)s") % {"name": name}, "firm": firm.name,
            "firm_phone": say_phone(firm.phone) if firm.phone else "", "language": get_language() or "en",
            "made": _("As of %(when)s") % {"when": say_when(at, firm.zone)}, "entries": rows,
            "words": {"page": _("Page"), "of": _("of")},
        },
        at=at,
    )  # fmt: skip

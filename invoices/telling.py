"""What families and the office are told about money, each in their language. No message names a child."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.roles import Role
from clients.models import Contact
from clients.reaching import Way, channels_for, may_still_hear, zone_of
from invoices import balances, reminding, retaining
from invoices.drafting import payer_of
from invoices.models import Addressee, Invoice, Retainer
from outbox import sending
from outbox.hours import Hours
from outbox.models import Channel, Message
from outbox.segments import plain
from payments import links
from payments.money import say
from tenants.places import current_firm
from web.dates import say_day


def pay_link(invoice: Invoice, *, at: datetime) -> str:
    """Where a family pays an invoice without signing in."""
    return links.link_for(invoice.subject, at=at).url


def _words(way: Way, *, title: str, text: str, short: str, button: str, link: str, language: str) -> sending.Words:  # fmt: skip
    if way.channel == Channel.SMS:
        return sending.Words(plain(f"{short} {link}"))
    context = {"firm": current_firm(), "title": title, "text": text, "button": button, "link": link, "language": language}  # fmt: skip
    return sending.Words(
        body=render_to_string("mail/link.txt", context).strip() + "\n",
        html=render_to_string("mail/link.html", context),
        title=title,
    )


def _to(contact: Contact, ways: tuple[Way, ...], kind: str, make: Callable[[Way], sending.Words], *, subject: str, occurrence: str, at: datetime) -> int:  # fmt: skip
    for way in ways:
        sending.write(
            kind, subject=subject, channel=way.channel, to=way.to, words=make(way), due_at=at, at=at, zone=zone_of(contact),
            language=contact.language, occurrence=occurrence, hours=way.hours,
        )  # fmt: skip
    return len(ways)


def _facts(invoice: Invoice, owed: int) -> dict[str, str]:
    return {
        "firm": current_firm().name, "number": invoice.label, "amount": say(owed, invoice.currency, brief=True),
        "due": say_day(invoice.due_on, style="bare"),
    }  # fmt: skip


def send(invoice: Invoice, *, by: User, at: datetime) -> int:
    """Tells those it is addressed to, by e-mail and text as they prefer; how many messages were written.

    Asked again, it goes again: a family may have lost it.
    """
    student, written = invoice.case.student, 0
    occurrence = f"sent/{Message.objects.filter(subject=invoice.subject, kind='bill').values('occurrence').distinct().count() + 1}"  # fmt: skip
    owed = max(0, balances.outstanding(invoice))
    for row in Addressee.objects.filter(invoice=invoice).select_related("contact"):
        contact = row.contact
        with translation.override(contact.language):
            facts = _facts(invoice, owed)
            title = _("Invoice %(number)s from %(firm)s") % facts
            if owed:
                text = _("Your invoice is ready. Please pay %(amount)s by %(due)s. You can see it and pay on one page.") % facts  # fmt: skip
                short = _("%(firm)s: your invoice is ready, %(amount)s by %(due)s.") % facts
            else:
                text = _("Your invoice is ready. There is nothing to pay.")
                short = _("%(firm)s: your invoice is ready. There is nothing to pay.") % facts
            link, language = pay_link(invoice, at=at), contact.language

            def make(
                way: Way, title: str = title, text: str = text, short: str = short, link: str = link, language: str = language
            ) -> sending.Words:  # fmt: skip
                return _words(way, title=title, text=text, short=short, button=_("See the invoice"), link=link, language=language)  # fmt: skip

            ways = channels_for(contact, "bill", student=student, at=at)
            written += _to(contact, ways, "bill", make, subject=invoice.subject, occurrence=occurrence, at=at)
    audit.record("invoice.sent", by=by, at=at, about=invoice, messages=written)
    return written


def remind(invoice: Invoice, *, days: int, at: datetime) -> int:
    """One reminder, `days` from the day it is due, by one way."""
    written, owed = 0, reminding.still_to_ask(invoice)
    for row in Addressee.objects.filter(invoice=invoice).select_related("contact"):
        contact = row.contact
        with translation.override(contact.language):
            facts = _facts(invoice, owed)
            if days < 0:
                title = _("Invoice %(number)s is due on %(due)s") % facts
                text = _("A small reminder: %(amount)s is due on %(due)s. If you have paid already, thank you.") % facts  # fmt: skip
                short = _("%(firm)s: a small reminder, %(amount)s is due on %(due)s.") % facts
            else:
                title = _("Invoice %(number)s is still open") % facts
                text = _("%(amount)s was due on %(due)s. If that is hard right now, call us and we find a way.") % facts  # fmt: skip
                short = _("%(firm)s: %(amount)s was due on %(due)s. If that is hard now, call us.") % facts
            link, language = pay_link(invoice, at=at), contact.language

            def make(
                way: Way, title: str = title, text: str = text, short: str = short, link: str = link, language: str = language
            ) -> sending.Words:  # fmt: skip
                return _words(way, title=title, text=text, short=short, button=_("See the invoice"), link=link, language=language)  # fmt: skip

            ways = channels_for(contact, "nudge", student=invoice.case.student, at=at)
            written += _to(contact, ways, reminding.KIND, make, subject=f"{invoice.subject}/reminder", occurrence=str(days), at=at)  # fmt: skip
    return written


def billing_staff() -> list[User]:
    """Who looks after the firm's money: billing, else the owners."""
    staff = User.objects.staff().exclude(email=None)
    return list(staff.filter(role=Role.BILLING)) or list(staff.filter(role=Role.OWNER))


def say_low(retainer: Retainer, *, at: datetime) -> None:
    """A retainer has fallen below its threshold: billing staff hear of it, and the family is asked kindly to fill it up."""
    firm, case = current_firm(), retainer.case
    there = retaining.held(retainer)
    facts = {"firm": firm.name, "left": say(there, retainer.currency, brief=True), "more": say(retaining.missing(retainer, there), retainer.currency, brief=True)}  # fmt: skip
    occurrence = at.date().isoformat()
    for person in billing_staff():
        with translation.override(person.language):
            way = Way(Channel.EMAIL, person.email or "", Hours())
            words = _words(
                way, title=_("A retainer is low: %(left)s left") % facts, short="", button=_("Open the case’s money"),
                text=_("The family has been asked to add %(more)s.") % facts, link=firm.url(f"/cases/{case.pk}/money/"), language=person.language,
            )  # fmt: skip
        sending.write("retainer-low", subject=retainer.subject, channel=Channel.EMAIL, to=way.to, words=words, due_at=at, at=at, zone=firm.zone, language=person.language, occurrence=occurrence)  # fmt: skip
    contact = payer_of(case)
    if contact is None:
        return
    with translation.override(contact.language):
        title = _("Your retainer has %(left)s left") % facts
        text = _("The money you left with us is getting low. Please add %(more)s when you can, so that the work goes on.") % facts  # fmt: skip
        short = _("%(firm)s: your retainer has %(left)s left. Please add %(more)s when you can.") % facts
        link = firm.url("/portal/payments/")
        language = contact.language

        def make(way: Way) -> sending.Words:
            return _words(way, title=title, text=text, short=short, button=_("See your money"), link=link, language=language)  # fmt: skip

        ways = channels_for(contact, "bill", student=case.student, at=at)
        _to(contact, ways, "retainer-low", make, subject=retainer.subject, occurrence=occurrence, at=at)


def ask_for(retainer: Retainer, *, by: User, at: datetime) -> int:
    """Asks whoever pays for the case to leave what is missing of a retainer, with a link to pay it; how many messages were
    written. Asked again, it goes again."""
    case, written = retainer.case, 0
    contact = payer_of(case)
    missing = retaining.missing(retainer, retaining.held(retainer))
    if contact is not None and missing:
        occurrence = f"asked/{asked_for(retainer).values('occurrence').distinct().count() + 1}"
        with translation.override(contact.language):
            facts = {"firm": current_firm().name, "more": say(missing, retainer.currency, brief=True)}
            title = _("A retainer of %(more)s for %(firm)s") % facts
            text = _("Before we begin, please leave %(more)s with us. It stays your money until the work is done, and you see what it is used for.") % facts  # fmt: skip
            short = _("%(firm)s: please leave a retainer of %(more)s with us. It stays your money until the work is done.") % facts  # fmt: skip
            link, language = links.link_for(retainer.subject, at=at).url, contact.language

            def make(way: Way) -> sending.Words:
                return _words(way, title=title, text=text, short=short, button=_("See and pay"), link=link, language=language)  # fmt: skip

            ways = channels_for(contact, "bill", student=case.student, at=at)
            written = _to(
                contact, ways, "retainer-ask", make, subject=retainer.subject, occurrence=occurrence, at=at
            )
    audit.record("retainer.asked", by=by, at=at, about=retainer, messages=written)
    return written


def asked_for(retainer: Retainer) -> QuerySet[Message]:
    """The messages that asked for a retainer, the newest first."""
    return Message.objects.filter(subject=retainer.subject, kind="retainer-ask").order_by("-written_at")


def held_back(message: Message, *, at: datetime) -> str:
    """Why a bill or a reminder must not leave: settled since, or its reader may no longer hear about the child."""
    if why := reminding.held_back(message, at=at):
        return why
    if message.kind in {"retainer-ask", "retainer-low"}:
        return _retainer_held_back(message, at=at)
    if message.kind not in {"bill", reminding.KIND}:
        return ""
    pk = reminding.invoice_id(message.subject)
    for row in Addressee.objects.filter(invoice=pk).select_related("contact", "invoice__case__student"):
        if any(point.value == message.recipient for point in row.contact.points.all()):
            return may_still_hear(row.contact, message.recipient, student=row.invoice.case.student, at=at)
    return ""


def _retainer_held_back(message: Message, *, at: datetime) -> str:
    row = (
        Retainer.objects.filter(pk=message.subject.removeprefix("retainer:"))
        .select_related("case__student")
        .first()
    )
    if row is None:
        return ""
    if row.closed_at or not retaining.missing(row, retaining.held(row)):
        return "the retainer is full or closed"
    contact = payer_of(row.case)
    if contact and any(point.value == message.recipient for point in contact.points.all()):
        return may_still_hear(contact, message.recipient, student=row.case.student, at=at)
    return ""


def sent(invoice: Invoice) -> list[Message]:
    """The messages that were written about an invoice, the newest first; their words stay out of it."""
    subjects = [invoice.subject, f"{invoice.subject}/reminder"]
    return list(Message.objects.filter(subject__in=subjects).defer("html", "attachments").order_by("-written_at")[:20])  # fmt: skip

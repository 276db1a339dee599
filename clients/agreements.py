"""Sending a paper, proving who signs, and signing it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.secrets import digest, new_code, same
from clients import drawing, reaching
from clients.models import (
    Agreement,
    AgreementTemplate,
    Contact,
    Release,
    Signature,
    SigningCode,
    Student,
    TemplateVersion,
)
from clients.models.agreements import digest_of
from clients.signals import agreement_signed
from outbox import reasons, sending
from outbox.models import Channel, Message
from outbox.segments import plain
from tenants import throttle
from tenants.places import current_firm
from web.dates import say_day

CODES_AN_HOUR = 5


@transaction.atomic
def retire_template(row: AgreementTemplate, *, by: User, at: datetime) -> None:
    """The paper is offered no more; what was sent and signed stays, with its words."""
    AgreementTemplate.objects.filter(pk=row.pk).update(retired_at=at)
    audit.record("template.retired", by=by, at=at, about=row)


class CannotBeSigned(Exception):
    """It is signed, called back or too old."""

    def __init__(self) -> None:
        super().__init__(_("This paper can no longer be signed. Ask us for a new one."))


class NobodyToReach(Exception):
    """No safe number or address to send to."""

    def __init__(self) -> None:
        super().__init__(_("There is no safe way to write to this person. Add a mobile number or an e-mail address first."))  # fmt: skip


class TooManyCodes(Exception):
    def __init__(self) -> None:
        super().__init__(_("Too many codes for now. Wait an hour, or call us."))


def save_version(
    template: AgreementTemplate, *, title: str, body: str, title_es: str, body_es: str, by: User | None, at: datetime
) -> TemplateVersion:  # fmt: skip
    """A new version, unless the words are those of the newest."""
    last = template.versions.order_by("-number").first()
    words = {"title": title, "body": body, "title_es": title_es, "body_es": body_es}
    if last and all(getattr(last, key) == value for key, value in words.items()):
        return last
    return TemplateVersion.objects.create(
        template=template, number=last.number + 1 if last else 1, made_by=by, made_at=at, **words
    )


def merged(text: str, facts: dict[str, str]) -> str:
    """The words with {family}, {child}, {firm} … filled in. Braces that name nothing we know stay as they are."""
    for key, value in facts.items():
        text = text.replace("{" + key + "}", value)
    return text


@transaction.atomic
def send(
    template: AgreementTemplate, *, contact: Contact, student: Student | None, by: User, at: datetime,
    release: dict[str, Any] | None = None, estimate: Callable[[], str] | None = None, idempotency_key: str = "",
) -> Agreement:  # fmt: skip
    """Freezes the words for this family and sends the link. Raises NobodyToReach, having sent nothing.

    `release` makes it a release too: scope, recipient, expires_on, and district or school. `estimate()` says in the paper's
    language what the work may cost; it stands where the words name {estimate}, else at the end. The same
    `idempotency_key` again sends nothing and answers with the paper that it sent.
    """
    if idempotency_key:
        Contact.objects.select_for_update().get(pk=contact.pk)
        known = Agreement.objects.filter(idempotency_key=idempotency_key).first()
        if known is not None:
            return known
    ways = reaching.channels_for(contact, "agreement", student=student, at=at)
    if not ways:
        raise NobodyToReach
    version = template.newest
    spanish = contact.language == "es" and bool(version.body_es)
    language = "es" if spanish else "en"
    with translation.override(language):
        facts = {
            "firm": current_firm().name,
            "family": contact.name,
            "child": str(student) if student else "",
            "date": say_day(at.astimezone(current_firm().zone).date(), style="day_year"),
            "recipient": release["recipient"] if release else "",
            "scope": ", ".join(str(Release.Scope(item).label) for item in release["scope"]) if release else "",
            "until": say_day(release["expires_on"], style="day_year") if release else "",
            "estimate": estimate() if estimate else "",
        }  # fmt: skip
        heading = _("What it may cost")
        cost = f"\n\n# {heading}\n{{estimate}}" if estimate else ""
    title = merged(version.title_es if spanish and version.title_es else version.title, facts)
    words = version.body_es if spanish else version.body
    body = (
        merged(words if "{estimate}" in words else words.rstrip() + cost, facts).replace("\r\n", "\n").strip()
    )
    agreement = Agreement.objects.create(
        version=version, contact=contact, student=student, language=language, title=title, body=body,
        digest=digest_of(title, body, language), secret=secrets.token_urlsafe(24), sent_by=by, sent_at=at,
        lapses_at=at + Agreement.LIFE, idempotency_key=idempotency_key or None,
    )  # fmt: skip
    if release and student:
        Release.objects.create(agreement=agreement, student=student, **release)
    _tell(agreement, ways, at=at)
    audit.record("agreement.sent", by=by, at=at, about=agreement, contact=str(contact.pk))
    return agreement


def may_leave(message: Message, *, at: datetime) -> str:
    """The outbox asks before the link or the code of a paper leaves."""
    kind, _colon, key = message.subject.partition(":")
    if kind not in {"agreement", "signing"}:
        return ""
    found = Agreement.objects.filter(**{"pk" if kind == "agreement" else "codes__pk": key})
    agreement = found.select_related("contact", "student").first()
    if agreement is None:
        return ""
    return reaching.may_still_hear(agreement.contact, message.recipient, student=agreement.student, at=at)


def link(agreement: Agreement) -> str:
    return current_firm().url(f"/sign/{agreement.secret}/")


def _tell(agreement: Agreement, ways: tuple[reaching.Way, ...], *, at: datetime) -> None:
    """Says that a paper waits. Neither the child's name nor what the paper is stands in it."""
    contact, firm = agreement.contact, current_firm()
    with translation.override(contact.language):
        title = _("%(firm)s: a paper for you to sign") % {"firm": firm.name}
        text = _("We need your signature on a paper. It takes about two minutes on your phone.")
        short = _("%(firm)s: a paper is ready for you to sign: %(link)s STOP ends texts.") % {"firm": firm.name, "link": link(agreement)}  # fmt: skip
        context = {"title": title, "text": text, "button": _("Read and sign"), "link": link(agreement), "firm": firm, "language": contact.language}  # fmt: skip
        mail = sending.Words(
            render_to_string("mail/link.txt", context).strip() + "\n", title=title,
            html=render_to_string("mail/link.html", context),
        )  # fmt: skip
    for way in ways:
        sending.write(
            "agreement", subject=f"agreement:{agreement.pk}", channel=way.channel, to=way.to,
            words=mail if way.channel == Channel.EMAIL else sending.Words(plain(short)), due_at=at, at=at,
            zone=reaching.zone_of(contact), language=contact.language, hours=way.hours,
        )  # fmt: skip


@transaction.atomic
def withdraw(agreement: Agreement, *, by: User, at: datetime) -> None:
    """Calls a paper back that nobody signed."""
    if not agreement.can_be_signed(at=at):
        raise CannotBeSigned
    Agreement.objects.filter(pk=agreement.pk).update(withdrawn_at=at)
    sending.call_off(subject=f"agreement:{agreement.pk}", reason=reasons.PAPER_CALLED_BACK, at=at)
    audit.record("agreement.withdrawn", by=by, at=at, about=agreement)


@transaction.atomic
def send_code(agreement: Agreement, *, at: datetime) -> SigningCode:
    """Six digits to the signer's own number or address, the one we would write to. Raises NobodyToReach, TooManyCodes."""
    if not throttle.may(
        "signing code", str(agreement.pk), limit=CODES_AN_HOUR, within=timedelta(hours=1), at=at
    ):
        raise TooManyCodes
    ways = reaching.channels_for(agreement.contact, "code", student=agreement.student, at=at)
    if not ways:
        raise NobodyToReach
    way, code = ways[0], new_code()
    SigningCode.objects.filter(agreement=agreement, used_at=None).update(tries=SigningCode.TRIES)
    row = SigningCode.objects.create(
        agreement=agreement, digest=digest("signing", code), sent_to=way.to, made_at=at
    )
    with translation.override(agreement.contact.language):
        firm = current_firm().name
        text = _("%(firm)s: your code to sign is %(code)s. It works for 10 minutes.") % {
            "firm": firm,
            "code": code,
        }
        title = _("Your code to sign: %(code)s") % {"code": code}
    sending.write(
        "code", subject=f"signing:{row.pk}", channel=way.channel, to=way.to, words=sending.Words(text, title=title),
        due_at=at, at=at, zone=reaching.zone_of(agreement.contact), language=agreement.contact.language, answers=True,
    )  # fmt: skip
    return row


@transaction.atomic
def take_code(agreement: Agreement, code: str, *, at: datetime) -> SigningCode | None:
    """The code's row when it is right, else None. Ten minutes, five tries, once."""
    row = (
        SigningCode.objects.select_for_update()
        .filter(agreement=agreement, used_at=None, tries__lt=SigningCode.TRIES, made_at__gt=at - SigningCode.LIFE)
        .order_by("-made_at")
        .first()
    )  # fmt: skip
    if row is None:
        return None
    row.tries += 1
    digits = "".join(letter for letter in code if letter.isdigit())
    right = same(row.digest, digest("signing", digits))
    if right:
        row.used_at = at
    row.save(update_fields=["tries", "used_at"])
    return row if right else None


@transaction.atomic
def sign(
    agreement: Agreement, *, name: str, drawn: str = "", how: str, proof: str = "", by: User | None, at: datetime,
    network: str = "", agent: str = "",
) -> Signature:  # fmt: skip
    """Signs it, once, and says so. Raises CannotBeSigned; signing what is signed answers with the signature that stands."""
    agreement = (
        Agreement.objects.select_for_update(of=("self",)).select_related("contact").get(pk=agreement.pk)
    )
    if agreement.signed is not None:
        return agreement.signed
    if not agreement.can_be_signed(at=at):
        raise CannotBeSigned
    signature = Signature.objects.create(
        agreement=agreement, name=name, drawn=drawing.cleaned(drawn), how=how, proof=proof, signed_at=at,
        network=network, agent=agent[:300], digest=agreement.computed_digest(),
    )  # fmt: skip
    sending.call_off(subject=f"agreement:{agreement.pk}", reason=reasons.PAPER_SIGNED, at=at)
    audit.record("agreement.signed", by=by, at=at, about=agreement, network=network, digest=signature.digest)
    agreement_signed.send(sender=Agreement, agreement=agreement, signature=signature, at=at)
    return signature


@transaction.atomic
def call_back_release(release: Release, *, by: User, at: datetime) -> None:
    """Ends a release. What was shared under it stays on record."""
    Release.objects.filter(pk=release.pk, called_back_at=None).update(called_back_at=at, called_back_by=by)
    audit.record("release.called_back", by=by, at=at, about=release)


def expires_by_default(today: date) -> date:
    """A year less a day from today; 29 February counts as 28 February."""
    try:
        return today.replace(year=today.year + 1) - timedelta(days=1)
    except ValueError:
        return date(today.year + 1, 2, 27)

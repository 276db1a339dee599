"""Opening a firm: its schema, its owner, a first service and hours. All of it, or nothing."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import audit, passwords, signing_in
from accounts.models import User
from accounts.roles import Role
from accounts.secrets import address_digest
from billing import keeping
from cases.opening import first_templates
from clients import first_papers
from intake import first_questions
from scheduling import holidays
from scheduling.models import Service, WeeklyHours
from tenants.hosts import firm_by_id
from tenants.numbers import give_number
from tenants.opening import make_firm, open_doors, throw_away
from tenants.places import FirmRef, current_firm, within

TERMS_VERSION = "2026-11-01"
FIRST_HOURS = (time(9, 0), time(17, 0))


def open_firm(
    *,
    name: str,
    slug: str,
    owner_name: str,
    owner_email: str,
    password_hash: str,
    state: str,
    timezone: str,
    language: str,
    at: datetime,
    hours: tuple[time, time] = FIRST_HOURS,
    ask_confirmation: bool = True,
    with_trial: bool = True,
) -> tuple[FirmRef, UUID]:
    """A firm that is open, and its owner's id; its free days begin where Stripe is on.

    Raises AddressTaken, with nothing left behind.
    """
    firm = make_firm(
        slug=slug, name=name, state=state, timezone=timezone, language=language,
        terms_version=TERMS_VERSION, terms_accepted_at=at,
    )  # fmt: skip
    try:
        with within(firm), transaction.atomic(), translation.override(language):
            owner = User(
                email=owner_email.strip().lower(), name=owner_name, role=Role.OWNER, language=language,
                password=password_hash,
            )  # fmt: skip
            owner.save()
            signing_in.write_digest(owner, address_digest(owner_email))
            furnish(owner, hours=hours, at=at)
            audit.record("firm.opened", by=owner, at=at, terms=TERMS_VERSION)
            if with_trial:
                keeping.begin_trial(firm, at=at)
        give_number(firm)
        open_doors(firm, at=at)
        if ask_confirmation:
            # Only an open firm sends anything.
            with within(firm), transaction.atomic():
                passwords.send_confirmation(owner, at=at)
    except BaseException:
        throw_away(firm)
        raise
    opened = firm_by_id(firm.id)
    assert opened is not None
    return opened, owner.pk


def furnish(owner: User, *, hours: tuple[time, time], at: datetime) -> None:
    """A first service with its questions, hours, days closed and papers, so that a family can book and sign at once; each
    stage's tasks."""
    first_papers.begin(at=at)
    asked = first_questions.begin(at=at)
    with translation.override("es"):
        name_es, about_es = _("Free 20-minute call"), _("You talk, we listen. No papers needed.")
    with translation.override("en"):
        service = Service.objects.create(
            name=_("Free 20-minute call"), about=_("You talk, we listen. No papers needed."),
            name_es=name_es, about_es=about_es, minutes=20, published=True, questions=asked,
        )  # fmt: skip
    service.advocates.add(owner)
    first_templates()
    today = localdate(at, timezone=current_firm().zone)
    holidays.close([today.year, today.year + 1], today=today)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(advocate=owner, weekday=day, opens=hours[0], closes=hours[1]) for day in range(5)
    )

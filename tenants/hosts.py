"""Which firm a host belongs to, remembered for a few seconds in this process."""

from __future__ import annotations

import threading
import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_delete, post_save

from tenants.models import Domain, Entitlement, Firm
from tenants.places import FirmRef, in_public

SECONDS = 5.0  # other processes do not hear our signal, so nothing is remembered for longer

_lock = threading.Lock()
_known: dict[str, tuple[float, FirmRef]] = {}
_generation = 0


def reference(firm: Firm) -> FirmRef:
    entitlement = getattr(firm, "entitlement", None)
    return FirmRef(
        id=firm.id,
        schema_name=firm.schema_name,
        slug=firm.slug,
        name=firm.name,
        state=firm.state,
        timezone=firm.timezone,
        language=firm.language,
        brand=firm.brand,
        phone=firm.phone,
        logo=firm.logo,
        texts_on=firm.owner_confirmed_at is not None,
        suspended=firm.suspended_at is not None,
        read_only=bool(entitlement and entitlement.read_only_since),
    )


def _find(host: str) -> Firm | None:
    firms = Firm.objects.filter(opened_at__isnull=False).select_related("entitlement")
    slug, dot, rest = host.partition(".")
    if dot and rest == settings.PUBLIC_HOST:
        return firms.filter(slug=slug).first()
    domain = Domain.objects.filter(domain=host).first()
    return firms.filter(pk=domain.tenant_id).first() if domain else None


def firm_at(host: str) -> FirmRef | None:
    """The firm whose host this is (lower case, no port), or None. Unknown hosts are not remembered."""
    found = _known.get(host)
    if found and found[0] > time.monotonic():
        return found[1]
    before = _generation
    with in_public():
        firm = _find(host)
    if firm is None:
        return None
    ref = reference(firm)
    if ref.read_only:
        return ref  # asked anew each time, so that paying opens the firm at once, in every process
    with _lock:
        # A save between our read and now makes what we read old: answer it, but do not keep it.
        if before == _generation:
            if len(_known) > 5000:
                _known.clear()
            _known[host] = (time.monotonic() + SECONDS, ref)
    return ref


def firm_by_id(firm_id: UUID) -> FirmRef | None:
    """A firm that is open, by its id, from the database."""
    with in_public():
        firm = Firm.objects.filter(pk=firm_id, opened_at__isnull=False).select_related("entitlement").first()
    return reference(firm) if firm else None


def forget(**_: Any) -> None:
    """Forgets every host now, and again when the transaction has been committed."""
    global _generation

    def now() -> None:
        global _generation
        with _lock:
            _generation += 1
            _known.clear()

    now()
    transaction.on_commit(now)


def listen() -> None:
    for model in (Firm, Domain, Entitlement):
        post_save.connect(forget, sender=model, dispatch_uid=f"forget-{model.__name__}")
        post_delete.connect(forget, sender=model, dispatch_uid=f"forget-deleted-{model.__name__}")

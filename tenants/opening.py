"""The tenants' half of opening a firm: its row, its role, its schema. `lobby.opening` furnishes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from tenants import rights
from tenants.backend.base import PUBLIC
from tenants.hosts import forget, reference
from tenants.migrating import admin_in, app_role, replay, run
from tenants.models import Entitlement, Firm
from tenants.places import FirmRef
from tenants.reserved import is_free_word


class AddressTaken(Exception):
    """Another firm has this web address, or it is a word we keep for ourselves."""


def make_firm(*, slug: str, **fields: Any) -> FirmRef:
    """A firm with an empty schema, not yet open to anyone.

    `fields` are Firm's own. Raises AddressTaken, leaving nothing behind; of two that ask for one
    address at the same time, one gets it.
    """
    if not is_free_word(slug):
        raise AddressTaken(slug)
    try:
        with admin_in(PUBLIC), transaction.atomic(using="admin"):
            firm = Firm(slug=slug, **fields)
            firm.save(using="admin", force_insert=True)
            Entitlement.objects.using("admin").create(firm=firm)
            run(rights.for_firm(firm.schema_name, app_role()))
            replay(firm.schema_name)
    except IntegrityError as error:
        if "slug" not in str(error):
            raise
        raise AddressTaken(slug) from None
    return reference(firm)


def throw_away(firm: FirmRef) -> None:
    """Takes back a firm that could not be furnished, so that nothing half-made stays."""
    with admin_in(PUBLIC), transaction.atomic(using="admin"):
        run([
            f'DROP SCHEMA IF EXISTS "{firm.schema_name}" CASCADE',
            f'DROP OWNED BY "{firm.schema_name}"',
            f'DROP ROLE IF EXISTS "{firm.schema_name}"',
        ])  # fmt: skip
        Firm.objects.using("admin").filter(pk=firm.id).delete()
    forget()


def open_doors(firm: FirmRef, *, at: datetime) -> None:
    """From now on the firm's host answers."""
    with admin_in(PUBLIC):
        Firm.objects.using("admin").filter(pk=firm.id).update(opened_at=at)
    forget()

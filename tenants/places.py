"""Where the code stands: nowhere, on the public side, or in one firm."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connections

from tenants.backend.base import NOBODY, PUBLIC, NoFirm


@dataclass(frozen=True)
class FirmRef:
    """What a request or a task knows of its firm; never a model instance, so nothing can write on it."""

    id: UUID
    schema_name: str
    slug: str
    name: str
    state: str
    timezone: str
    language: str
    brand: str
    phone: str
    logo: str
    texts_on: bool
    suspended: bool
    read_only: bool

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def host(self) -> str:
        """The firm's own host, without the port."""
        return f"{self.slug}.{settings.PUBLIC_HOST}"

    @property
    def logo_url(self) -> str:
        return f"/logo/{self.logo}/" if self.logo else ""

    def url(self, path: str = "/") -> str:
        """A full address on the firm's own host, for mails and texts."""
        scheme, _, rest = settings.PUBLIC_URL.partition("://")
        return f"{scheme}://{self.slug}.{rest}{path}"


_current: ContextVar[FirmRef | None] = ContextVar("firm", default=None)


@contextlib.contextmanager
def _standing(schema_name: str, firm: FirmRef | None) -> Iterator[None]:
    connection: Any = connections["default"]
    before = connection.schema_name
    token = _current.set(firm)
    connection.stand(schema_name)
    try:
        yield
    finally:
        connection.stand(before)
        _current.reset(token)


@contextlib.contextmanager
def within(firm: FirmRef) -> Iterator[FirmRef]:
    """Everything inside reads and writes this firm, and this firm alone."""
    with _standing(firm.schema_name, firm):
        yield firm


@contextlib.contextmanager
def in_public() -> Iterator[None]:
    """Inside is the public side: host look-up, sign-up, the sweep."""
    with _standing(PUBLIC, None):
        yield


@contextlib.contextmanager
def nowhere() -> Iterator[None]:
    """Inside, no query runs."""
    with _standing(NOBODY, None):
        yield


def current_firm() -> FirmRef:
    """The firm we stand in. Raises NoFirm elsewhere."""
    firm = _current.get()
    if firm is None:
        raise NoFirm("This needs a firm, and none is chosen here.")
    return firm


def firm_or_none() -> FirmRef | None:
    return _current.get()

"""Stands in for the firms' middleware in the single-tenant twin: every host is the one firm."""

from __future__ import annotations

from uuid import UUID

from django.urls import set_urlconf

from tenants import places

FIRM = places.FirmRef(
    id=UUID(int=1), schema_name="plain", slug="plain", name="Tax", state="MT", timezone="America/Denver",
    language="en", brand="#0b5a6b", phone="", logo="", texts_on=True, suspended=False, read_only=False,
)  # fmt: skip


class OneFirm:
    def __init__(self, answer) -> None:  # type: ignore[no-untyped-def]
        self.answer = answer

    def __call__(self, request):  # type: ignore[no-untyped-def]
        request.firm = FIRM
        request.urlconf = "config.urls"
        set_urlconf("config.urls")
        places._current.set(FIRM)
        return self.answer(request)

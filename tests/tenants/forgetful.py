"""The backend with one wall down: it remembers by itself where a connection stands, as others do, and never asks."""

from __future__ import annotations

from typing import Any

from tenants.backend.base import NOBODY, DatabaseWrapper


class Forgetful(DatabaseWrapper):
    def get_new_connection(self, conn_params: Any) -> Any:
        self._remembered = NOBODY
        return super().get_new_connection(conn_params)

    def _reported(self) -> str:
        return self._remembered

    def _raw(self, text: str) -> None:
        super()._raw(text)
        if "SET application_name" in text:
            self._remembered = self.schema_name

    def close_if_unusable_or_obsolete(self) -> None:
        if not self.in_atomic_block:
            self.stand(NOBODY)

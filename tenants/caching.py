from __future__ import annotations

from tenants.places import firm_or_none


def firm_key(key: str, prefix: str, version: int) -> str:
    """A cache key that carries its firm, so that no firm reads what another wrote."""
    firm = firm_or_none()
    return f"{firm.schema_name if firm else 'public'}:{version}:{key}"

"""The product as one firm alone: Django's own PostgreSQL backend, no firms, no walls."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES, MIDDLEWARE

_at = {**DATABASES["admin"], "ENGINE": "django.db.backends.postgresql"}
_at.pop("WALLED")
_at.pop("TEST")
DATABASES = {"default": {**_at, "CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True, "OPTIONS": {**_at["OPTIONS"], "options": "-c search_path=plain,extensions", "server_side_binding": True}}}  # fmt: skip
DATABASE_ROUTERS = []
MIDDLEWARE = [
    "bench.one_firm.OneFirm" if name == "tenants.middleware.FirmMiddleware" else name
    for name in MIDDLEWARE
    if name != "tenants.middleware.ServerHealthMiddleware"
]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

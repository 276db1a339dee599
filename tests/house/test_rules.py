"""Rules that hold for every file of the product."""

import re
from pathlib import Path

from django.core.cache import cache

from tenants.places import in_public, within
from tests import cache_keys

ROOT = Path(__file__).resolve().parents[2]
# law and reader know no database; the rest is not the product.
OUTSIDE = {
    "tests",
    "standins",
    "embedded",
    "bench",
    "bin",
    "docs",
    "static",
    "law",
    "reader",
    ".venv",
    ".local",
    "build",
}
RAW = re.compile(
    r"\.execute\(|\.executemany\(|\.callproc\(|cursor\.copy\(|RawSQL|\.extra\(|\.raw\(|RunSQL|ClientCursor|connection\.cursor\("
)
# Where SQL is written by hand, and what of it a firm's role runs; each has its case in tests/tenants.
RAW_FILES = {
    "tenants/backend/base.py", "tenants/middleware.py", "tenants/migrating.py", "accounts/audit.py",
    "scheduling/booking.py", "cases/search.py", "lobby/load.py",
}  # fmt: skip
PLACE = re.compile(r"SET (LOCAL )?ROLE|\bsearch_path\b|application_name|SET SESSION", re.I)


def product_files():
    for path in ROOT.rglob("*.py"):
        where = path.relative_to(ROOT)
        if where.parts[0] not in OUTSIDE and not where.parts[0].startswith("."):
            yield str(where), path.read_text(encoding="utf-8")


def test_sql_is_written_by_hand_in_listed_files_alone():
    found = {name for name, text in product_files() if RAW.search(text) and "/migrations/" not in name}

    assert found == RAW_FILES


def test_migrations_with_sql_say_where_they_write():
    """RunSQL goes past the router, so it names no schema and touches no other app's table."""
    for name, text in product_files():
        if "/migrations/" in name and "RunSQL" in text:
            assert "public." not in text or name.startswith("tenants/"), name


def test_only_the_backend_and_the_admin_choose_where_a_connection_stands():
    found = {name for name, text in product_files() if PLACE.search(text)}

    assert found <= {"tenants/backend/base.py", "tenants/migrating.py"}


def test_only_tenants_speaks_of_schemas():
    """And the store of files, whose folders bear the name of the firm's schema."""
    found = {
        name for name, text in product_files() if "schema_name" in text and not name.startswith("tenants/")
    }

    assert found <= {"documents/storage.py"}


def test_every_cache_key_carries_its_firm(harbor, birch):
    before = cache_keys.COUNTED[0]
    cache.set("a", 1)
    cache.set_many({"b": 2, "c": 3})
    with within(birch.firm):
        assert cache.get_many(["a", "b", "c"]) == {}
    assert cache.get_many(["a", "b", "c"]) == {"a": 1, "b": 2, "c": 3}

    assert cache_keys.COUNTED[0] == before + 9
    assert not cache_keys.BAD


def test_a_key_without_a_firm_is_noticed(harbor):
    with in_public():
        cache.set("a", 1)

    assert {"public:1:a"} == cache_keys.BAD
    cache_keys.BAD.clear()
    assert len(cache_keys.ALLOWED) <= 10


def test_no_name_of_a_client_is_in_a_url_or_a_task():
    """Addresses carry ids and secrets; what a person is called is in none of them."""
    from django.urls import get_resolver

    from web.access import routes

    kinds = {
        type(converter).__name__
        for _, item in routes(get_resolver("config.urls").url_patterns)
        for key, converter in item.pattern.converters.items()
        if key not in {"secret", "token", "user_id", "slug", "version"}
    }
    assert kinds <= {"UUIDConverter", "StringConverter", "IntConverter"}

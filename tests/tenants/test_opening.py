"""A firm opens whole or not at all."""

import threading
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection

from lobby import opening
from tenants.migrating import admin, admin_in
from tenants.models import DueWork, Entitlement, Firm, PersonDigest, ProviderAddress
from tenants.opening import AddressTaken, make_firm, throw_away
from tenants.places import in_public
from tests.world import NOW

pytestmark = pytest.mark.commits


def open_one(slug, **more):
    facts = {
        "name": "Lake", "slug": slug, "owner_name": "Lea", "owner_email": f"lea@{slug}.example",
        "password_hash": make_password("x"), "state": "MT", "timezone": "America/Denver", "language": "en", "at": NOW,
    }  # fmt: skip
    return opening.open_firm(**facts | more)


def traces():
    """Everything in the cluster and in `public` that a firm leaves when it opens."""
    with admin_in("public"), admin().cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 't\\_%'")
        roles = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'")
        schemas = {row[0] for row in cursor.fetchall()}
        counts = {
            model.__name__: model.objects.using("admin").count()
            for model in (Firm, Entitlement, ProviderAddress, PersonDigest, DueWork)
        }
    return schemas, roles, counts


def test_an_opened_firm_that_is_thrown_away_leaves_nothing(passing_firms):
    schemas, roles, counts = traces()
    firm, _ = open_one(f"lake-{uuid4().hex[:6]}")
    assert traces() != (schemas, roles, counts)

    throw_away(firm)
    after = traces()
    assert (after[0], after[2]) == (schemas, counts)
    assert firm.schema_name not in after[1]


@pytest.mark.parametrize("step", ["furnish", "give_number", "open_doors"])
def test_a_step_that_fails_leaves_nothing(passing_firms, monkeypatch, step):
    before = traces()
    monkeypatch.setattr(opening, step, lambda *args, **more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        open_one(f"lake-{uuid4().hex[:6]}")
    connection.close_if_unusable_or_obsolete()

    after = traces()
    assert (after[0], after[2]) == (before[0], before[2])


def test_a_closed_door_stays_closed_until_everything_stands(passing_firms):
    slug = f"lake-{uuid4().hex[:6]}"
    make_firm(slug=slug, name="Lake")

    from tenants import hosts

    assert hosts.firm_at(f"{slug}.localhost") is None


@pytest.mark.parametrize("slug", ["www", "admin", "api", "ab", "-lake", "lake-", "la ke", "Lake", "xn--lake", "läke", "a" * 41, "t_abc", "", "lake.x"])  # fmt: skip
def test_words_that_are_no_address(passing_firms, slug):
    with pytest.raises(AddressTaken):
        make_firm(slug=slug, name="x")


def test_of_two_for_one_address_one_wins(passing_firms):
    slug = f"lake-{uuid4().hex[:6]}"
    begin, told = threading.Barrier(2), []

    def ask():
        try:
            begin.wait()
            told.append(open_one(slug)[0].slug)
        except AddressTaken:
            told.append("taken")
        finally:
            connection.close()
            admin().close()

    both = [threading.Thread(target=ask) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(told) == sorted([slug, "taken"])
    with in_public():
        assert Firm.objects.filter(slug=slug).count() == 1

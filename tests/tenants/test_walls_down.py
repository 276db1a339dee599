"""Each wall taken down by itself, and the guard that stands before it seen to cry out: a guard that cannot is none."""

from contextlib import suppress

import psycopg
import pytest
from django.core.cache import caches
from django.db import DatabaseError, connections, transaction
from django.test import Client
from hypothesis import Phase

from accounts.models import User
from scheduling.models import Booking
from tenants import middleware
from tenants.migrating import admin
from tenants.places import within
from tenants.rights import SHARED
from tests.cache_keys import BAD
from tests.conftest import Visitor
from tests.house.test_rules import PLACE, RAW
from tests.tenants import test_tasks, test_walls_machine
from tests.tenants.forgetful import Forgetful
from tests.tenants.test_canary import CANARY, live
from tests.tenants.test_forgery import PAGES_AND_OWN, address
from tests.tenants.test_hosts import NOBODYS
from tests.tenants.test_walls import REFUSED
from tests.world import key

# -- the first wall: the host chooses the firm ---------------------------------------------------


def test_with_a_firm_to_fall_back_on_the_odd_hosts_show_it(firms, monkeypatch):
    """Those below the public host; Django's own list of hosts stands before the others."""
    monkeypatch.setattr(middleware, "firm_at", lambda host: firms["harbor"].firm)
    asked = {host: Client().get("/", HTTP_HOST=host) for host in NOBODYS}
    shown = {host for host, answer in asked.items() if "Harbor" in answer.content.decode()}

    assert shown >= {"a.harbor.localhost", "harbor.birch.localhost", "public.localhost", "xn--hrbor-dkd.localhost"}  # fmt: skip


def test_with_hosts_mixed_up_the_canary_reaches_harbors_address(harbor, birch, clock, standins, monkeypatch):
    """What test_canary walks for: the same pages, at the same host, with the wrong firm behind it."""
    live(birch, CANARY)
    monkeypatch.setattr(middleware, "firm_at", lambda host: birch.firm)
    visitor = Visitor(harbor)
    with within(birch.firm):
        visitor.cast = birch
        visitor.as_(User.objects.get(pk=key("olivia")))
    pages = ["/", "/today/", "/students/", "/bookings/", "/access-log/", f"/students/{key('student Mateo')}/"]

    assert [path for path in pages if CANARY not in visitor.get(path).content.decode()] == []


# -- the second: the connection stands where the server says --------------------------------------


@pytest.mark.commits
def test_a_connection_that_remembers_by_itself_fails_the_machine(firms):
    kept = connections["default"]
    connections["default"] = Forgetful(connections.settings["default"], "default")
    try:
        with pytest.raises((AssertionError, DatabaseError, ExceptionGroup)):
            test_walls_machine.run(
                firms,
                max_examples=200,
                stateful_step_count=30,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
            )
    finally:
        connections["default"].close()
        connections["default"] = kept


# -- the third: a role of its own ------------------------------------------------------------------


@pytest.mark.commits
@pytest.mark.parametrize("statement", REFUSED)
def test_without_the_role_what_is_refused_would_be_done(firms, statement):
    """The same words as the admin: whatever stops them then, it is no right that is missing."""
    harbor, birch = firms["harbor"].firm, firms["birch"].firm
    admin().set_schema(harbor.schema_name)
    with transaction.atomic(using="admin"):
        try:
            with transaction.atomic(using="admin"), admin().cursor() as cursor:
                cursor.execute(statement.format(other=birch.schema_name))
        except DatabaseError as error:
            assert not isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege)
            assert isinstance(error.__cause__, psycopg.errors.NotNullViolation | psycopg.errors.ForeignKeyViolation | psycopg.errors.UniqueViolation)  # fmt: skip
        transaction.set_rollback(True, using="admin")


@pytest.mark.commits
def test_without_row_level_security_a_firm_reads_every_row(firms):
    harbor = firms["harbor"].firm
    admin().set_schema("public")
    with transaction.atomic(using="admin"):
        with admin().cursor() as cursor:

            def firms_seen():
                cursor.execute(f'SET LOCAL ROLE "{harbor.schema_name}"')
                cursor.execute("SELECT count(DISTINCT firm_id) FROM public.tenants_entitlement")
                (count,) = cursor.fetchone()
                cursor.execute("RESET ROLE")
                return count

            assert firms_seen() == 1
            cursor.execute("ALTER TABLE public.tenants_entitlement DISABLE ROW LEVEL SECURITY")
            assert firms_seen() > 1
        transaction.set_rollback(True, using="admin")


@pytest.mark.commits
def test_every_table_of_public_is_closed_to_firms_or_shows_them_their_own_rows(firms):
    """Asked of the server, so that a table that comes later is asked as well."""
    harbor, open_ones = firms["harbor"].firm, set()
    admin().set_schema("public")
    with transaction.atomic(using="admin"):
        with admin().cursor() as cursor:
            cursor.execute("SELECT relname, relrowsecurity FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p')")  # fmt: skip
            tables = dict(cursor.fetchall())
            for table in tables:
                cursor.execute(
                    "SELECT has_any_column_privilege(%s, %s, 'SELECT, INSERT, UPDATE') OR has_table_privilege(%s, %s, 'DELETE, TRUNCATE')",
                    [harbor.schema_name, f"public.{table}"] * 2,
                )
                if cursor.fetchone()[0]:
                    open_ones.add(table)
            listed = {shared.table for shared in SHARED} | {"tenants_firm"}
            assert open_ones == listed
            assert {table for table in open_ones if not tables[table]} == set()
            cursor.execute("SELECT conrelid::regclass::text FROM pg_constraint WHERE conname LIKE '%%\\_own'")
            assert {row[0].removeprefix("public.") for row in cursor.fetchall()} == listed - {"tenants_firm"}
        transaction.set_rollback(True, using="admin")


# -- the fourth: a check on the rows ----------------------------------------------------------------


@pytest.mark.commits
def test_without_the_check_a_foreign_row_goes_in(firms):
    harbor, birch = firms["harbor"].firm, firms["birch"].firm
    admin().set_schema("public")
    with transaction.atomic(using="admin"):
        with admin().cursor() as cursor:
            cursor.execute("ALTER TABLE public.tenants_duework DISABLE ROW LEVEL SECURITY, DROP CONSTRAINT tenants_duework_own")  # fmt: skip
            cursor.execute(f'SET LOCAL ROLE "{harbor.schema_name}"')
            cursor.execute(
                "INSERT INTO public.tenants_duework (firm_id, kind, key, due_at, tries) VALUES (%s, 'x', 'y', now(), 0)",
                [birch.id],
            )
            assert cursor.rowcount == 1
            cursor.execute("RESET ROLE")
        transaction.set_rollback(True, using="admin")


# -- what stands beside the walls --------------------------------------------------------------------


def test_a_task_without_its_wrapper_runs_wherever_one_stands(harbor):
    """The bare work, as a task would run that takes no firm."""
    bare = test_tasks.look.run.__wrapped__
    test_tasks.seen_in.clear()
    bare()

    assert [slug for slug, _names in test_tasks.seen_in] == ["harbor"]


def test_a_cache_without_the_firms_name_is_read_by_another(harbor, birch):
    careless = caches.create_connection("default")
    careless.key_func = lambda key, prefix, version: f"{version}:{key}"
    careless.set("page", "ours")
    with within(birch.firm):
        assert careless.get("page") == "ours"
    careless.delete("page")

    assert {"1:page"} == BAD
    BAD.clear()


def test_without_the_look_at_the_origin_a_foreign_page_acts(harbor, clock, standins):
    """The browser's part of the check taken out: the same posts that test_forgery has refused."""
    answered = {}
    for name in PAGES_AND_OWN[::6]:
        owner = Visitor(harbor).as_(User.objects.get(pk=harbor.people["olivia"]))
        with suppress(Exception):
            answered[name] = owner.post(address(name), headers={"Origin": "https://evil.example"}).status_code

    assert sum(status != 403 for status in answered.values()) > len(answered) / 2


@pytest.mark.parametrize(
    "line",
    [
        "cursor.execute(sql)", "cursor.executemany(sql, rows)", "cursor.callproc('f')", "with cursor.copy(sql) as copy:",
        "RawSQL('1', [])", "rows.extra(where=['1'])", "Row.objects.raw('SELECT 1')", "migrations.RunSQL('x')",
        "psycopg.ClientCursor(raw)", "with connection.cursor() as cursor:",
    ],
)  # fmt: skip
def test_each_way_to_write_sql_by_hand_is_seen(line):
    assert RAW.search(line)


@pytest.mark.parametrize("line", ["SET ROLE x", "set local role x", "SET search_path = x", "SET SESSION AUTHORIZATION x", "application_name"])  # fmt: skip
def test_each_way_to_move_a_connection_is_seen(line):
    assert PLACE.search(line)


def test_without_visible_to_an_advocate_reads_anothers_booking(harbor, clock, marcus, monkeypatch):
    """The 404 that test_canary and the matrix of relations wait for comes from there, and from nowhere else."""
    ours = live(harbor, "")
    path = f"/bookings/{ours.pk}/"
    assert Visitor(harbor).as_(marcus).get(path).status_code == 404
    monkeypatch.setattr(type(Booking.objects.all()), "visible_to", lambda rows, user: rows)
    assert Visitor(harbor).as_(marcus).get(path).status_code == 200

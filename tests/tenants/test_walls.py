"""Firms apart by construction. Each wall is asked by itself, with the others out of the way where that can be."""

import threading
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from clients.models import Family
from tenants.backend.base import NOBODY, NoFirm
from tenants.models import DueWork, Entitlement, Firm, Snapshot
from tenants.places import in_public, nowhere, within
from tests.world import CANARY


def standing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema(), current_setting('search_path')")
        return cursor.fetchone()


def test_no_query_runs_before_a_firm_is_chosen(firms):
    with nowhere(), pytest.raises(NoFirm):
        Family.objects.count()


def test_a_firm_stands_in_its_own_role_and_schema(harbor):
    schema = harbor.firm.schema_name
    assert standing() == (schema, schema, f"{schema}, extensions")


def test_the_public_side_has_a_role_of_its_own(firms):
    with in_public():
        assert standing() == ("rt_public", "public", "public, extensions")


def test_each_firm_reads_its_own_rows(firms):
    with within(firms["harbor"].firm):
        ours = set(Family.objects.values_list("name", flat=True))
    with within(firms["birch"].firm):
        theirs = set(Family.objects.values_list("name", flat=True))

    assert ours == {"Rivera", "Okafor"}
    assert theirs == {f"Rivera{CANARY}", f"Okafor{CANARY}"}


REFUSED = [
    "SELECT * FROM {other}.clients_family",
    "INSERT INTO {other}.clients_family (id) VALUES (gen_random_uuid())",
    "SELECT * FROM public.tenants_snapshot",
    "SELECT * FROM public.tenants_opening",
    "SELECT * FROM public.django_migrations",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE clients_family (id int)",
    "DELETE FROM public.tenants_firm",
    "UPDATE public.tenants_firm SET slug = 'x'",
    "UPDATE public.tenants_firm SET suspended_at = NULL",
    "UPDATE public.tenants_entitlement SET seats = 99",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_a_firms_role_is_refused(harbor, birch, statement):
    """42501: insufficient privilege."""
    with pytest.raises(ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(other=birch.firm.schema_name))

    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_shared_tables_show_a_firm_its_own_rows_alone(harbor, birch):
    with within(birch.firm):
        DueWork.objects.create(firm_id=birch.firm.id, kind="x", key=CANARY, due_at=timezone.now())

    assert list(Firm.objects.values_list("slug", flat=True)) == ["harbor"]
    assert list(Entitlement.objects.values_list("firm_id", flat=True)) == [harbor.firm.id]
    assert not DueWork.objects.filter(key=CANARY).exists()


def test_a_row_of_another_firm_cannot_be_written(harbor, birch):
    with pytest.raises(DatabaseError), transaction.atomic():
        DueWork.objects.create(firm_id=birch.firm.id, kind="x", key="y", due_at=timezone.now())


@pytest.mark.commits
def test_the_check_holds_where_row_level_security_is_off(firms):
    """Wall 4 alone: the policies are off for a moment, in a transaction that is taken back."""
    from tenants.migrating import admin

    harbor, birch = firms["harbor"].firm, firms["birch"].firm
    admin().set_schema("public")
    with transaction.atomic(using="admin"):
        with admin().cursor() as cursor:
            cursor.execute("ALTER TABLE public.tenants_duework DISABLE ROW LEVEL SECURITY")
            cursor.execute(f'SET LOCAL ROLE "{harbor.schema_name}"')
            # Asked as the table's owner would be: own_firm() must see whose role this is.
            with pytest.raises(IntegrityError), transaction.atomic(using="admin"):
                cursor.execute(
                    "INSERT INTO public.tenants_duework (firm_id, kind, key, due_at, tries) VALUES (%s, 'x', 'y', now(), 0)",
                    [birch.id],
                )
            cursor.execute("RESET ROLE")
        transaction.set_rollback(True, using="admin")


def test_a_savepoint_rollback_keeps_the_firm(harbor, birch):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        with within(birch.firm):
            assert Family.objects.filter(name__contains=CANARY).exists()
        raise ZeroDivisionError
    assert not Family.objects.filter(name__contains=CANARY).exists()
    assert standing()[0] == harbor.firm.schema_name


def test_a_cursor_held_across_a_rollback_stands_where_it_should(harbor, birch):
    cursor = connection.cursor()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        with within(birch.firm):
            cursor.execute("SELECT current_user")
            assert cursor.fetchone()[0] == birch.firm.schema_name
        raise ZeroDivisionError
    cursor.execute("SELECT current_user")
    assert cursor.fetchone()[0] == harbor.firm.schema_name


def test_a_lazy_queryset_does_not_escape(harbor, birch):
    with within(birch.firm):
        rows = Family.objects.all()
    assert not any(CANARY in row.name for row in rows)


@pytest.mark.commits
def test_a_request_ends_nowhere(firms):
    with within(firms["harbor"].firm):
        assert Family.objects.count() == 2
    connection.close_if_unusable_or_obsolete()

    assert connection.schema_name == NOBODY
    raw = connection.connection
    assert raw.execute("SELECT current_user, current_setting('search_path')").fetchone() == ("rt_app", '""')
    with pytest.raises(psycopg.errors.Error):
        raw.execute(f"SELECT * FROM {firms['harbor'].firm.schema_name}.clients_family")
    raw.rollback()


@pytest.mark.commits
def test_a_new_thread_stands_nowhere(firms):
    found = []

    def ask():
        try:
            Family.objects.count()
        except NoFirm:
            found.append("nowhere")
        finally:
            connection.close()

    with within(firms["harbor"].firm):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert found == ["nowhere"]


def test_a_failed_set_answers_no_row(harbor, birch):
    """django-tenants would run the query on the path before."""
    with within(birch.firm):
        Family.objects.count()
    connection.stand("t_nosuchfirm")
    with pytest.raises(DatabaseError), transaction.atomic():
        list(Family.objects.all())
    connection.stand(harbor.firm.schema_name)
    assert Family.objects.count() == 2


def test_a_second_statement_is_refused(harbor, birch):
    """With parameters the server takes one statement at a time, so an injected second one does not run."""
    injected = f"1; SET ROLE {birch.firm.schema_name}; SELECT 2"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::int; SELECT {injected}", [1])


def test_append_only_means_append_only(harbor, olivia):
    from accounts import audit
    from accounts.models import AuditEntry

    audit.record("x.y", by=olivia, at=timezone.now())
    for change in (
        lambda: AuditEntry.objects.update(action="z"),
        lambda: AuditEntry.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()


def test_the_snapshot_is_what_the_migrations_make(firms):
    """A replayed schema equals a migrated one, column by column, constraint by constraint, index by index."""
    from tenants.migrating import _migrate_here, admin, admin_in, firm_apps, run

    harbor = firms["harbor"].firm.schema_name
    with admin_in("public"):
        run(["CREATE ROLE t_migrated NOLOGIN", "CREATE SCHEMA t_migrated"])
    try:
        with admin_in("t_migrated"):
            _migrate_here(firm_apps())
        assert shape(admin(), "t_migrated") == shape(admin(), harbor)
    finally:
        with admin_in("public"):
            run(["DROP SCHEMA t_migrated CASCADE", "DROP OWNED BY t_migrated", "DROP ROLE t_migrated"])


def shape(admin, schema):
    with admin.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
            " WHERE table_schema = %s ORDER BY 1, 2",
            [schema],
        )
        columns = [tuple(str(cell).replace(schema, "S") for cell in row) for row in cursor.fetchall()]
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = %s::regnamespace ORDER BY 1, 2",
            [schema],
        )
        constraints = [tuple(cell.replace(f"{schema}.", "") for cell in row) for row in cursor.fetchall()]
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = %s ORDER BY 1", [schema]
        )
        indexes = [tuple(cell.replace(f"{schema}.", "") for cell in row) for row in cursor.fetchall()]
    return columns, constraints, indexes


def test_the_snapshot_is_kept_once(firms):
    with in_public():
        assert Snapshot.objects.count() == 1


def test_what_is_due_is_found_over_all_firms_and_handed_to_each(harbor, birch):
    from tenants import due

    now = timezone.now()
    for cast in (harbor, birch):
        with within(cast.firm):
            due.plan("outbox.send", f"key {cast.firm.slug}", due_at=now - timedelta(minutes=1))
            due.plan("outbox.send", "later", due_at=now + timedelta(hours=1))

    def claim(at):
        """Of these two firms: one that was opened for good by another test may have work of its own."""
        return {
            place: keys
            for place, keys in due.claim(at=at).items()
            if place[0] in {harbor.firm.id, birch.firm.id}
        }

    found = claim(now)
    assert found == {
        (harbor.firm.id, "outbox.send"): ["key harbor"],
        (birch.firm.id, "outbox.send"): ["key birch"],
    }
    assert claim(now) == {}  # leased
    assert claim(now + due.LEASE) == found  # a worker died: found again

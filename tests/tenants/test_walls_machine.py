"""Whatever happens to a connection, the next query stands where the code says."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tenants.places import FirmRef

SCHEMAS: list[str] = []


class Walls(RuleBasedStateMachine):
    """begin, savepoint, rollback, error, time-out, reset, another firm: in any order."""

    @initialize()
    def begin_clean(self):
        self.blocks = []
        connection.close()
        connection.stand(SCHEMAS[0])
        self.here = SCHEMAS[0]
        self.broken = False

    @rule(n=st.integers(0, 2))
    def choose_firm(self, n):
        self.here = [*SCHEMAS, "public"][n]
        connection.stand(self.here)

    @precondition(lambda self: len(self.blocks) < 4)
    @rule()
    def open_block(self):
        if self.broken:
            return
        block = transaction.atomic()
        block.__enter__()
        self.blocks.append(block)

    @precondition(lambda self: self.blocks)
    @rule(fails=st.booleans())
    def close_block(self, fails):
        block = self.blocks.pop()
        error = ZeroDivisionError() if fails or self.broken else None
        block.__exit__(type(error) if error else None, error, None)
        self.broken = connection.needs_rollback if self.blocks else False

    @rule()
    def break_a_statement(self):
        if self.broken:
            return
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        if self.blocks:
            connection.needs_rollback = True
            self.broken = True

    @rule()
    def time_out(self):
        if self.broken:
            return
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 50")  # ms; the next SET must fit on a busy machine
            cursor.execute("SELECT pg_sleep(1)")
        if self.blocks:
            connection.needs_rollback = True
            self.broken = True
        else:
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")

    @rule()
    def reset_all(self):
        if self.broken:
            return
        with connection.cursor() as cursor:
            cursor.execute("RESET ALL")

    @precondition(lambda self: not self.blocks)
    @rule()
    def end_of_request(self):
        connection.close_if_unusable_or_obsolete()
        connection.stand(self.here)

    @precondition(lambda self: not self.blocks)
    @rule()
    def lose_connection(self):
        connection.close()

    @rule()
    def ask(self):
        if self.broken:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_schema()")
            role = "rt_public" if self.here == "public" else self.here
            assert cursor.fetchone() == (role, self.here)

    def teardown(self):
        while self.blocks:
            self.blocks.pop().__exit__(ZeroDivisionError, ZeroDivisionError(), None)
        connection.close()


def run(firms, **counts):
    from hypothesis.stateful import run_state_machine_as_test

    SCHEMAS[:] = [cast.firm.schema_name for cast in firms.values() if isinstance(cast.firm, FirmRef)]
    run_state_machine_as_test(
        Walls,
        settings=settings(deadline=None, suppress_health_check=list(HealthCheck), **counts),
    )


@pytest.mark.commits
def test_every_query_stands_where_the_code_says(firms):
    run(firms, max_examples=25, stateful_step_count=30)


@pytest.mark.slow
@pytest.mark.commits
def test_every_query_stands_where_the_code_says_in_full(firms):
    run(firms, max_examples=150, stateful_step_count=40)

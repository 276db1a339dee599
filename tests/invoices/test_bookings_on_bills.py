"""A booking's fee goes to the case it was for."""

from datetime import timedelta

import pytest

from cases import opening
from invoices import drafting, reporting
from scheduling.models import Booking
from tests.world import NOW


@pytest.fixture
def booked(desk, service):
    """A call with a price, some days ago, that nobody paid."""

    def booked(advocate, *, days):
        start = NOW - timedelta(days=days)
        return Booking.objects.create(
            service=service, advocate=advocate, contact=desk.payer, student=desk.case.student, starts_at=start,
            ends_at=start + timedelta(minutes=30), busy=(start, start + timedelta(minutes=30)), timezone="America/Denver",
            booked_at=start, price=12_000, currency="usd", secret=f"secret-{days}",
        )  # fmt: skip

    return booked


def fees(case):
    return [item.key for item in drafting.unbilled(case, at=NOW) if item.kind == "booking"]


def worth(case):
    return sum(row.other for row in reporting.unbilled_by_case(at=NOW) if row.of == case)


def test_of_two_open_cases_it_is_the_one_its_advocate_leads(desk, booked, marcus, ana):
    other = opening.open_case(student=desk.case.student, kind="iep", advocate=marcus, by=marcus, at=NOW - timedelta(days=20))  # fmt: skip
    booked(ana, days=5)

    assert (len(fees(desk.case)), fees(other)) == (1, [])
    assert (worth(desk.case), worth(other)) == (12_000, 0)


def test_one_before_a_case_was_closed_stays_with_it(desk, booked, ana):
    opening.close(desk.case, outcome="reached", reason="Done", by=ana, at=NOW - timedelta(days=10))
    other = opening.open_case(student=desk.case.student, kind="iep", advocate=ana, by=ana, at=NOW - timedelta(days=8))  # fmt: skip
    booked(ana, days=15)
    booked(ana, days=2)

    assert (len(fees(desk.case)), len(fees(other))) == (1, 1)
    assert (worth(desk.case), worth(other)) == (12_000, 12_000)


def test_a_first_call_goes_to_the_case_that_came_of_it(desk, booked, ana):
    other = opening.open_case(student=desk.case.student, kind="iep", advocate=ana, by=ana, at=NOW - timedelta(days=8))  # fmt: skip
    booked(ana, days=40)

    assert (len(fees(desk.case)), fees(other)) == (1, [])

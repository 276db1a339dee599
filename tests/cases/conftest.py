from datetime import date

import pytest

from clients.models import District, Student
from tests import world

AT = world.NOW


@pytest.fixture
def district(harbor, mateo):
    found = District.objects.create(name="Lakeside", state="MT")
    Student.objects.filter(pk=mateo.pk).update(district=found)
    mateo.refresh_from_db()
    return found


@pytest.fixture
def case(harbor, mateo, ana):
    """Mateo's evaluation, led by Ana."""
    from cases.opening import open_case

    return open_case(student=mateo, kind="evaluation", advocate=ana, by=ana, at=AT)


@pytest.fixture
def calendar(district, ana):
    """Two school years of Mateo's district with a Thanksgiving but no winter break."""
    from cases.calendars import DayOff, save_year

    for year in (2025, 2026):
        made = save_year(
            district, first=date(year, 8, 26), last=date(year + 1, 6, 5), weekdays=[0, 1, 2, 3, 4],
            days_off=[DayOff(date(year, 11, 26), date(year, 11, 27), "Thanksgiving")], by=ana, at=AT,
        )  # fmt: skip
    return made


@pytest.fixture
def clock_at_now(clock):
    return clock

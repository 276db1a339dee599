from datetime import date

import pytest

from reader.dates import age_on, dates_in, first_date, years_after


@pytest.mark.parametrize(
    "words",
    [
        "03/14/2016",
        "3/14/16",
        "March 14, 2016",
        "Mar. 14, 2016",
        "14 March 2016",
        "2016-03-14",
        "14 de marzo de 2016",
        "14/03/2016",
        "14-Mar-2016",
        "Mar-14-2016",
        "2016/03/14",
    ],
)
def test_a_date_in_many_dresses(words):
    assert first_date(f"DOB {words} (age 9)") == date(2016, 3, 14)


@pytest.mark.parametrize("words", ["02/30/2025", "13/13/2025", "May 2026", "12:30", "0048213377", ""])
def test_what_is_no_full_date(words):
    assert first_date(words) is None


def test_all_dates_with_their_places():
    assert dates_in("05/20/2024 to 05/13/2025") == [(0, 10, date(2024, 5, 20)), (14, 24, date(2025, 5, 13))]


def test_years_and_ages():
    assert years_after(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert age_on(date(2008, 11, 3), date(2024, 11, 2)) == 15
    assert age_on(date(2008, 11, 3), date(2024, 11, 3)) == 16

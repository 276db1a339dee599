"""Three districts: an ordinary one, one with many short breaks, and a year-round one. Plain data, as a clerk types it."""

from datetime import date

from law.calendars import NoSchool, SchoolCalendar, SchoolYear

ORDINARY = {
    "years": [
        (date(2024, 8, 26), date(2025, 6, 13)),
        (date(2025, 8, 25), date(2026, 6, 12)),
        (date(2026, 8, 24), date(2027, 6, 11)),
        (date(2027, 8, 23), date(2028, 6, 9)),
    ],
    "off": [
        (date(2024, 9, 2), date(2024, 9, 2), "Labor Day"),
        (date(2024, 11, 25), date(2024, 11, 29), "Thanksgiving break"),
        (date(2024, 12, 23), date(2025, 1, 3), "Winter break"),
        (date(2025, 4, 14), date(2025, 4, 18), "Spring break"),
        (date(2025, 9, 1), date(2025, 9, 1), "Labor Day"),
        (date(2025, 10, 13), date(2025, 10, 13), "Indigenous Peoples' Day"),
        (date(2025, 11, 11), date(2025, 11, 11), "Veterans Day"),
        (date(2025, 11, 24), date(2025, 11, 28), "Thanksgiving break"),
        (date(2025, 12, 22), date(2026, 1, 2), "Winter break"),
        (date(2026, 1, 19), date(2026, 1, 19), "Martin Luther King Jr. Day"),
        (date(2026, 2, 16), date(2026, 2, 16), "Presidents' Day"),
        (date(2026, 4, 6), date(2026, 4, 10), "Spring break"),
        (date(2026, 5, 25), date(2026, 5, 25), "Memorial Day"),
        (date(2026, 9, 7), date(2026, 9, 7), "Labor Day"),
        (date(2026, 11, 23), date(2026, 11, 27), "Thanksgiving break"),
        (date(2026, 12, 21), date(2027, 1, 1), "Winter break"),
        (date(2027, 3, 29), date(2027, 4, 2), "Spring break"),
        (date(2027, 12, 20), date(2027, 12, 31), "Winter break"),
    ],
}

# Weekends typed with the break, spans that touch, days off at both ends of a year, snow days.
CHOPPY = {
    "years": [
        (date(2024, 9, 3), date(2025, 6, 20)),
        (date(2025, 9, 2), date(2026, 6, 19)),
        (date(2026, 9, 1), date(2027, 6, 18)),
        (date(2027, 9, 7), date(2028, 6, 16)),
    ],
    "off": [
        (date(2024, 10, 3), date(2024, 10, 4), "Rosh Hashanah"),
        (date(2024, 11, 28), date(2024, 11, 29), "Thanksgiving"),
        (date(2024, 12, 21), date(2025, 1, 1), "Winter break"),
        (date(2025, 2, 17), date(2025, 2, 21), "Mid-winter recess"),
        (date(2025, 4, 12), date(2025, 4, 20), "Spring break"),
        (date(2025, 6, 19), date(2025, 6, 20), "Staff days"),
        (date(2025, 9, 2), date(2025, 9, 2), "Staff day"),
        (date(2025, 9, 23), date(2025, 9, 24), "Rosh Hashanah"),
        (date(2025, 11, 27), date(2025, 11, 28), "Thanksgiving"),
        (date(2025, 12, 24), date(2025, 12, 26), "Christmas"),
        (date(2025, 12, 29), date(2026, 1, 2), "New Year"),
        (date(2026, 1, 26), date(2026, 1, 28), "Snow"),
        (date(2026, 2, 13), date(2026, 2, 13), "Staff day"),
        (date(2026, 2, 16), date(2026, 2, 20), "Mid-winter recess"),
        (date(2026, 4, 3), date(2026, 4, 12), "Spring break"),
        (date(2026, 11, 26), date(2026, 11, 27), "Thanksgiving"),
        (date(2026, 12, 24), date(2027, 1, 3), "Winter break"),
        (date(2027, 2, 15), date(2027, 2, 19), "Mid-winter recess"),
    ],
}

YEAR_ROUND = {
    "years": [
        (date(2024, 7, 22), date(2025, 6, 6)),
        (date(2025, 7, 21), date(2026, 6, 5)),
        (date(2026, 7, 20), date(2027, 6, 4)),
        (date(2027, 7, 19), date(2028, 6, 2)),
    ],
    "off": [
        (date(2024, 9, 23), date(2024, 10, 11), "Fall intersession"),
        (date(2024, 12, 16), date(2025, 1, 3), "Winter break"),
        (date(2025, 3, 10), date(2025, 3, 28), "Spring intersession"),
        (date(2025, 9, 22), date(2025, 10, 10), "Fall intersession"),
        (date(2025, 12, 15), date(2026, 1, 2), "Winter break"),
        (date(2026, 3, 9), date(2026, 3, 27), "Spring break"),
        (date(2026, 9, 21), date(2026, 10, 9), "Fall intersession"),
        (date(2026, 12, 14), date(2027, 1, 1), "Winter break"),
        (date(2027, 3, 8), date(2027, 3, 26), "Spring intersession"),
    ],
}

ALL = {"ordinary": ORDINARY, "choppy": CHOPPY, "year_round": YEAR_ROUND}


def calendar(plain: dict) -> SchoolCalendar:
    return SchoolCalendar(
        "Lincoln",
        tuple(SchoolYear(first, last) for first, last in plain["years"]),
        tuple(NoSchool(first, last, name) for first, last, name in plain["off"]),
    )

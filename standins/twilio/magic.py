"""Recipients that behave in a known way; the table for people is in the package's docstring."""

from __future__ import annotations

REFUSED = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
FAILING_LATER = {
    "+15005550103": 30003,
    "+15005550105": 30005,
    "+15005550106": 30006,
    "+15005550107": 30007,
    "+15005550134": 30034,
}
FAULTY = {
    "+15005550180": "error_before",
    "+15005550181": "error_after",
    "+15005550182": "lost_answer",
    "+15005550183": "timeout",
    "+15005550184": "rate_limit",
    "+15005550185": "delay",
}
CALLBACKS = {
    "+15005550190": "duplicate",
    "+15005550191": "reorder",
    "+15005550192": "lose",
}
STAYS_SENT = "+15005550193"

"""The search and the palette in a firm with more than 50,000 rows to find, over HTTP.

The baseline is one SQL statement that looks for the same letters in the students' names, in the same run.
"""

from __future__ import annotations

import secrets

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from bench.caseload import queries, signed_in, timed
from bench.measuring import line, median_ms, progress, server
from cases.models import Case, Meeting
from clients.models import Contact, Student
from lobby.load import open_loaded_firm
from tenants.places import within

CASES = 17_000
ASKED = {
    "one-letter": "r", "prefix": "Riv", "misspelt": "Riviera", "accents": "jimenez", "two-words": "ada okafor",
    "phone": "555 0123", "nobody": "Zzyzx",
}  # fmt: skip


def main() -> None:
    progress(f"a firm of {CASES} cases")
    firm = open_loaded_firm(f"search-{secrets.token_hex(3)}", cases=CASES, at=timezone.now())
    with within(firm):
        rows = sum(model.objects.count() for model in (Student, Contact, Case, Meeting))
        people = {"owner": User.objects.get(role=Role.OWNER), "advocate": User.objects.filter(role=Role.ADVOCATE).order_by("email")[0]}  # fmt: skip
        sql = median_ms(
            lambda: list(Student.objects.filter(family_name__icontains="riv").order_by("family_name")[:5])
        )
    with server("config.wsgi", settings="config.settings", host=firm.host, path="/livez") as port:
        for short, person in people.items():
            key = signed_in(firm, person)
            for name, words in ASKED.items():
                path = f"/search/?q={words.replace(' ', '+')}"
                took = timed(port, firm, path, key)
                line(
                    f"search-{name}-{short}", ours=took[int(len(took) * 0.95)], baseline=sql, unit="ms",
                    more=f"p50={took[len(took) // 2]:.1f}ms queries={queries(firm, path, key)} rows={rows} aim: p95 100 ms",
                )  # fmt: skip

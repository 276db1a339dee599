"""Whether the time of an answer tells an id that is somebody else's from one that is nobody's: both are not found."""

from __future__ import annotations

import itertools
import statistics
import time
import uuid

from django.utils import timezone

from accounts.models import ApiToken, User
from accounts.secrets import digest
from bench.firms import busy_firm
from bench.measuring import get, line, server
from scheduling.models import Booking
from tenants.places import FirmRef, within

TIMES = 300  # requests of each kind, in turn


def ids_of_others() -> tuple[FirmRef, str, list[str], list[str]]:
    """A firm, a key of one of its advocates, ids of bookings of another advocate, ids of another firm's."""
    elsewhere, _service, _key = busy_firm(1, 20)
    with within(elsewhere):
        foreign = [str(pk) for pk in Booking.objects.values_list("pk", flat=True)]
    firm, _service, _key = busy_firm(2, 20)
    with within(firm):
        mine, other = User.objects.filter(email__in=["a0@bench.example", "a1@bench.example"]).order_by(
            "email"
        )
        ApiToken.objects.create(user=mine, name="bench", digest=digest("api", "ids"), made_at=timezone.now())
        theirs = [str(pk) for pk in Booking.objects.filter(advocate=other).values_list("pk", flat=True)]
    return firm, "ids", theirs, foreign


def main() -> None:
    firm, key, theirs, foreign = ids_of_others()
    kinds = {"team": itertools.cycle(theirs), "firm": itertools.cycle(foreign), "nobody": (str(uuid.uuid4()) for _ in itertools.count())}  # fmt: skip
    took: dict[str, list[float]] = {kind: [] for kind in kinds}
    answers: set[tuple[int, bytes]] = set()
    with server("config.wsgi", settings="config.settings", host=firm.host) as port:
        for n in range(TIMES + 20):
            for kind, ids in kinds.items():
                began = time.perf_counter()
                answer = get(port, f"{firm.host}:{port}", f"/api/v1/bookings/{next(ids)}/", {"Authorization": f"Bearer {key}"})  # fmt: skip
                if n >= 20:
                    took[kind].append((time.perf_counter() - began) * 1000)
                answers.add(answer)
    if len(answers) != 1 or next(iter(answers))[0] != 404:
        raise SystemExit(f"ids are told apart: {sorted(status for status, _ in answers)}")
    nobodys = statistics.mean(took["nobody"])
    for kind in ("team", "firm"):
        line(
            f"ids-{kind}",
            ours=statistics.mean(took[kind]),
            baseline=nobodys,
            unit="ms",
            more=f"mean of {TIMES}, an id of another {kind} beside nobody's; the same answer to all",
        )

"""What one sweep costs with ten firms and with a thousand, when the same amount of work is due."""

from __future__ import annotations

import itertools
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from bench.measuring import line, median_ms
from tenants import due
from tenants.models import DueWork, Firm
from tenants.places import in_public

FEW, MANY, DUE, LATER = 10, 1000, 200, 50


class _Undone(Exception):
    """Nothing of this stays."""


def cost(firms: int, *, at: datetime) -> float:
    """Milliseconds of a sweep that finds two hundred things due, where each firm has fifty more for later."""
    found = float("nan")
    try:
        with in_public(), transaction.atomic():
            rows = Firm.objects.bulk_create(
                Firm(slug=f"sweep-{secrets.token_hex(6)}", name="Sweep", opened_at=at) for _ in range(firms)
            )
            DueWork.objects.all().delete()
            DueWork.objects.bulk_create(
                [DueWork(firm=rows[n % firms], kind="outbox.send", key=f"due-{n}", due_at=at - timedelta(minutes=1)) for n in range(DUE)]
                + [DueWork(firm=firm, kind="outbox.send", key=f"later-{n}", due_at=at + timedelta(days=30, minutes=n)) for firm in rows for n in range(LATER)],
                batch_size=5000,
            )  # fmt: skip

            # Each sweep finds what the one before took and did not finish.
            moments = itertools.count()

            def sweep() -> None:
                handed = sum(len(keys) for keys in due.claim(at=at + next(moments) * 2 * due.LEASE).values())
                if handed != DUE:
                    raise SystemExit(f"the sweep found {handed} things due instead of {DUE}")

            found = median_ms(sweep, times=21)
            raise _Undone
    except _Undone:
        return found


def main() -> None:
    at = timezone.now()
    few, many = cost(FEW, at=at), cost(MANY, at=at)
    line(
        "sweep",
        ours=many,
        baseline=few,
        unit="ms",
        more=f"aim: flat; {DUE} things due, {FEW} firms against {MANY}",
    )

"""What a firm may use, and whether it is read-only: rules over what Stripe told last, and the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from billing import plans
from billing.models import Status, Subscription
from billing.plans import Limits

# After a payment failed for good where Stripe plans no further try: never cut off at the first failure.
GRACE = timedelta(days=7)


@dataclass(frozen=True)
class Standing:
    """`why` is empty while all is well, else: trial, ending, late, trial_over, unpaid, paused, ended.

    `until` is when the firm becomes read-only if nothing is done, where that is known. `limits` is None for a
    plan that is no longer on sale: what its firms have stays as it is.
    """

    limits: Limits | None
    read_only: bool = False
    why: str = ""
    until: datetime | None = None


def standing_of(row: Subscription, *, at: datetime) -> Standing:
    """How the firm stands at a moment."""
    plan = plans.plan_of(row.plan)
    paid = plan.limits(row.seats) if plan else None
    match row.status:
        case Status.ACTIVE | Status.TRIALING:
            if row.ends_at is not None:
                return Standing(paid, why="ending", until=row.ends_at)
            if row.status == Status.TRIALING and not row.has_card:
                return Standing(paid, why="trial", until=row.period_ends_at)
            return Standing(paid)
        case Status.PAST_DUE:
            until = _last_day(row)
            over = until is not None and at >= until
            return Standing(paid, read_only=over, why="unpaid" if over else "late", until=until)
        case Status.UNPAID:
            return Standing(paid, read_only=True, why="unpaid")
        case Status.PAUSED:
            return Standing(paid, read_only=True, why="paused")
        case _:
            return _without_subscription(row, at=at)


def _last_day(row: Subscription) -> datetime | None:
    """While Stripe plans another try nobody knows yet whether it is the last."""
    if row.retry_at is not None or row.past_due_since is None:
        return None
    return row.past_due_since + GRACE


def _without_subscription(row: Subscription, *, at: datetime) -> Standing:
    free = plans.trial().limits
    if row.trial_ends_at is not None and at < row.trial_ends_at:
        return Standing(free, why="trial", until=row.trial_ends_at)
    return Standing(free, read_only=True, why="ended" if row.status == Status.CANCELED else "trial_over")

"""Stripe as far as Roundtable and its firms use it, in the shapes Stripe publishes.

The official client is pointed here with `StripeClient(key, base_addresses={"api": url})`; the key
`sk_test_standin` is the platform's. A request is read parameter by parameter, and one that is not modelled is
refused by name (`parameter_unknown`): nothing is ignored in silence.

Idempotency keys give the same answer again (with `Idempotent-Replayed`), 400 `idempotency_error` for other
parameters, 409 while the first is still being worked on. A 500 asked for as `error_after` is not what the key
keeps (the true answer is), one asked for as `error_kept` is, as Stripe keeps its own 500s.

Cards by number on the pages, by `pm_card_…` in the API; what each does is in `methods.py`. A bank debit is
`processing` until `bank_seconds` have passed by the clock. A renewal's invoice is drafted, finalised an hour
later and collected; a failed one is retried after 3, 5 and 7 days, then the subscription is `unpaid`
(`POST /control/stripe` changes all that). Ordinary customers follow the stand-ins' clock
(`POST /control/clock`), those with a test clock follow it.
"""

from standins.stripe.accounts import API_KEY, PLATFORM
from standins.stripe.api import Stripe

__all__ = ["API_KEY", "PLATFORM", "Stripe"]

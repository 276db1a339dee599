"""What payments tells the apps above it."""

from django.dispatch import Signal

# A checkout has ended: `checkout`, `paid` (whether money came) and `at`. May be sent twice; receivers act once.
payment_settled = Signal()

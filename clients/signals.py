"""What the apps above may listen to (listed in docs/architecture.md)."""

from django.dispatch import Signal

# A family signed a paper. `agreement`, `signature`, `at`.
agreement_signed = Signal()

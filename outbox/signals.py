"""What the apps above may listen to (listed in docs/architecture.md)."""

from django.dispatch import Signal

# A text came in that was not STOP, START or HELP. `inbound`, `at`; a receiver that acted returns what it made of it.
text_received = Signal()
# A text came in, whatever it said; `inbound.meant` says what was made of it. `inbound`, `at`.
text_taken = Signal()
# A message's delivery changed, it failed or was held back for good, waits anew after texts were allowed again, or still waits after several tries. `message`, `at`.
delivery_changed = Signal()
# Texts may go to a number from now on; sent inside the transaction that allows them. `number` (E.164), `at`.
texts_allowed = Signal()

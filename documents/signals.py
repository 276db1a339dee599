"""What others may hear of papers."""

from __future__ import annotations

from django.dispatch import Signal

# A version can be read. Sent once, inside the firm and inside the transaction that makes it ready, with `version`
# and `at`: a receiver writes its rows and its due work there and does nothing that takes long.
document_ready = Signal()

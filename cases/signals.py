"""What the apps above hear from here."""

from django.dispatch import Signal

# A case went from one advocate to another: case, giver, taker (users), at.
case_handed_over = Signal()

# A meeting was planned or moved: meeting, by (who did). Receivers answer sentences on what its advocate has to do then.
meeting_placed = Signal()

# A district's school calendar was written, read from a file or deleted: district (its id), inside the transaction.
calendar_changed = Signal()

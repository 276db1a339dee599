"""What the apps above hear from here."""

from django.dispatch import Signal

# A case went from one advocate to another: case, giver, taker (users), at.
case_handed_over = Signal()

# A district's school calendar was written, read from a file or deleted: district (its id), inside the transaction.
calendar_changed = Signal()

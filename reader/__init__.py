"""The reader: an uploaded document's bytes → a structured IEP with anchors; compare two; find defects.

Offline and deterministic. Proposals, for a person to accept or correct.
"""

from reader.compare import Comparison, compare
from reader.document import read
from reader.errors import NeedsPassword, Refused, TooLarge, UnknownFormat, Unreadable
from reader.reading import Reading

__all__ = [
    "Comparison",
    "NeedsPassword",
    "Reading",
    "Refused",
    "TooLarge",
    "UnknownFormat",
    "Unreadable",
    "compare",
    "read",
]

"""Data with sources: the ledger of numbers, the bibliography, the published targets."""

from remyelin.evidence.bibliography import Reference, load_references
from remyelin.evidence.ledger import Entry, Ledger
from remyelin.evidence.targets import Target, load_targets

__all__ = ["Entry", "Ledger", "Reference", "Target", "load_references", "load_targets"]

"""Data with sources: the ledger of numbers, the bibliography, the published targets."""

from remyelin.evidence.bibliography import Reference, cite, load_references
from remyelin.evidence.ledger import Entry, Ledger
from remyelin.evidence.targets import Target, load_targets

__all__ = ["Entry", "Ledger", "Reference", "Target", "cite", "load_references", "load_targets"]

"""Data with sources: the ledger of numbers, the bibliography, the published numbers and patients."""

from remyelin.evidence.bibliography import Reference, cite, load_references, printed
from remyelin.evidence.entries import Entry
from remyelin.evidence.ledger import Ledger
from remyelin.evidence.patients import Patient, load_patients
from remyelin.evidence.targets import Target, load_population, load_published, load_targets

__all__ = [
    "Entry",
    "Ledger",
    "Patient",
    "Reference",
    "Target",
    "cite",
    "load_patients",
    "load_population",
    "load_published",
    "load_references",
    "load_targets",
    "printed",
]

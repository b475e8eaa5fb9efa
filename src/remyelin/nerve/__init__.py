"""Nerves and tracts: from fibres to conduction of pathways, nerve studies and evoked potentials."""

from remyelin.nerve.anatomy import segments
from remyelin.nerve.build import build_tables
from remyelin.nerve.bundle import sampled
from remyelin.nerve.conduction import conduction
from remyelin.nerve.dates import batteries
from remyelin.nerve.exact import exact
from remyelin.nerve.findings import Row, Studies
from remyelin.nerve.norms import Assessment
from remyelin.nerve.pathways import PATHWAYS, Distances
from remyelin.nerve.person import Person
from remyelin.nerve.potentials import Response, Waveform
from remyelin.nerve.studies import STUDIES, battery
from remyelin.nerve.tables import Tables

__all__ = [
    "PATHWAYS",
    "STUDIES",
    "Assessment",
    "Distances",
    "Person",
    "Response",
    "Row",
    "Studies",
    "Tables",
    "Waveform",
    "batteries",
    "battery",
    "build_tables",
    "conduction",
    "exact",
    "sampled",
    "segments",
]

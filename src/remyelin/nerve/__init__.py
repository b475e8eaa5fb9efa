"""Nerves and tracts: from fibres to conduction of pathways, nerve studies and evoked potentials."""

from remyelin.nerve.anatomy import intact, places, segments
from remyelin.nerve.build import build_tables
from remyelin.nerve.bundle import sampled
from remyelin.nerve.classification import Classification, classify
from remyelin.nerve.conduction import conducted, conduction
from remyelin.nerve.dates import batteries, batteries_of
from remyelin.nerve.exact import exact
from remyelin.nerve.findings import Row, Studies
from remyelin.nerve.norms import Assessment
from remyelin.nerve.pathways import PATHWAYS, Distances, crossed
from remyelin.nerve.person import Person
from remyelin.nerve.responses import Response, Waveform
from remyelin.nerve.small_fibres import small_fibres
from remyelin.nerve.studies import STUDIES, battery
from remyelin.nerve.tables import Tables
from remyelin.nerve.volley import STATES, states_of

__all__ = [
    "PATHWAYS",
    "STATES",
    "STUDIES",
    "Assessment",
    "Classification",
    "Distances",
    "Person",
    "Response",
    "Row",
    "Studies",
    "Tables",
    "Waveform",
    "batteries",
    "batteries_of",
    "battery",
    "build_tables",
    "classify",
    "conducted",
    "conduction",
    "crossed",
    "exact",
    "intact",
    "places",
    "sampled",
    "segments",
    "small_fibres",
    "states_of",
]

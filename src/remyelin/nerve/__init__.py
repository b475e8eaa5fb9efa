"""Nerves and tracts: from fibres to conduction of pathways, nerve studies and evoked potentials."""

from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.anatomy.branches import intact, places, segments
from remyelin.nerve.anatomy.pathways import PATHWAYS, Distances, crossed
from remyelin.nerve.conduction.build_tables import build_tables
from remyelin.nerve.conduction.exact import exact
from remyelin.nerve.conduction.pathways import conducted, conduction
from remyelin.nerve.conduction.sampled import sampled
from remyelin.nerve.conduction.tables import Tables
from remyelin.nerve.conduction.volley import STATES, states_of
from remyelin.nerve.signals.responses import Response, Waveform
from remyelin.nerve.studies.battery import STUDIES, battery
from remyelin.nerve.studies.classification import classify
from remyelin.nerve.studies.dates import batteries, batteries_of
from remyelin.nerve.studies.entrapment import Entrapment
from remyelin.nerve.studies.findings import Classification, Row, Studies
from remyelin.nerve.studies.norms import Assessment
from remyelin.nerve.studies.small_fibres import small_fibres
from remyelin.nerve.studies.study import Study

__all__ = [
    "PATHWAYS",
    "STATES",
    "STUDIES",
    "Assessment",
    "Classification",
    "Distances",
    "Entrapment",
    "Person",
    "Response",
    "Row",
    "Studies",
    "Study",
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

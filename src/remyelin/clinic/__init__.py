"""From the conduction of pathways to the symptoms of a person and the findings of an examination."""

from remyelin.clinic.association import Associations
from remyelin.clinic.functions import PATHWAYS, VARIABLES, functions_of
from remyelin.clinic.further import PATHWAYS as FURTHER
from remyelin.clinic.further import p300_delay
from remyelin.clinic.parameters import Parameters, of_sets
from remyelin.clinic.scores import functional_disability, most_points, scale_of
from remyelin.clinic.symptoms import COMPUTED, SPINAL, severities, signs, signs_of, symptoms
from remyelin.evidence.catalogue import Symptom, catalogue

__all__ = [
    "COMPUTED",
    "FURTHER",
    "PATHWAYS",
    "SPINAL",
    "VARIABLES",
    "Associations",
    "Parameters",
    "Symptom",
    "catalogue",
    "functional_disability",
    "functions_of",
    "most_points",
    "of_sets",
    "p300_delay",
    "scale_of",
    "severities",
    "signs",
    "signs_of",
    "symptoms",
]

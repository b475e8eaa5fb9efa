"""From the conduction of pathways to what a person feels and what an examination finds."""

from remyelin.clinic.catalogue import Symptom, catalogue
from remyelin.clinic.parameters import Parameters
from remyelin.clinic.scores import functional_disability
from remyelin.clinic.symptoms import COMPUTED, SPINAL, signs, symptoms

__all__ = [
    "COMPUTED",
    "SPINAL",
    "Parameters",
    "Symptom",
    "catalogue",
    "functional_disability",
    "signs",
    "symptoms",
]

"""Estimation from concentrations of one's own: an event table in, maximum a posteriori values and posteriors out."""

from remyelin.analysis.estimation.model import Estimates, estimate
from remyelin.analysis.estimation.nonmem import to_nonmem
from remyelin.analysis.estimation.petab import to_petab
from remyelin.analysis.estimation.problem import Model
from remyelin.analysis.estimation.profile import profile, sensitivities
from remyelin.analysis.estimation.table import Occasion, Subject, read_table

__all__ = [
    "Estimates",
    "Model",
    "Occasion",
    "Subject",
    "estimate",
    "profile",
    "read_table",
    "sensitivities",
    "to_nonmem",
    "to_petab",
]

"""Cobalamin: kinetics, metabolism and brain, from a dose to the drive of myelin.

``simulate(exposure, times, parameters)`` is the layer; ``Exposure`` says what reaches the body,
``regimen`` writes doses, ``Parameters.from_ledger`` reads the numbers.
"""

from remyelin.cobalamin.doses import Dose, Order
from remyelin.cobalamin.dosing import REGIMENS, read_order, regimen
from remyelin.cobalamin.exposure import (
    Exposure,
    NitrousOxide,
    Profile,
    constant,
    gas_level,
    ramp,
    steps,
    taking,
)
from remyelin.cobalamin.model import course_of, methylation_of, simulate
from remyelin.cobalamin.parameters import Parameters
from remyelin.cobalamin.treatment import treated
from remyelin.cobalamin.wording import in_words

__all__ = [
    "REGIMENS",
    "Dose",
    "Exposure",
    "NitrousOxide",
    "Order",
    "Parameters",
    "Profile",
    "constant",
    "course_of",
    "gas_level",
    "in_words",
    "methylation_of",
    "ramp",
    "read_order",
    "regimen",
    "simulate",
    "steps",
    "taking",
    "treated",
]

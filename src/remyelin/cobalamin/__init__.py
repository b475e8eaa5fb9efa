"""Cobalamin: kinetics, metabolism and brain, from a dose to the drive of myelin.

``simulate(exposure, times, parameters)`` is the layer; ``Exposure`` says what reaches the body,
``regimen`` writes doses, ``Parameters.from_ledger`` reads the numbers.
"""

from remyelin.cobalamin.dosing import REGIMENS, Dose, regimen
from remyelin.cobalamin.exposure import Exposure, NitrousOxide, Profile, constant, ramp, steps
from remyelin.cobalamin.model import simulate
from remyelin.cobalamin.parameters import Parameters

__all__ = [
    "REGIMENS",
    "Dose",
    "Exposure",
    "NitrousOxide",
    "Parameters",
    "Profile",
    "constant",
    "ramp",
    "regimen",
    "simulate",
    "steps",
]

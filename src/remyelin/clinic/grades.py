"""Maps from a loss, an amount or a spread of arrivals to a share of function."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.evidence import Ledger

Floats = NDArray[np.float64]
PerPerson = float | NDArray[np.float64]
"""A number of one person, or an array of several that broadcasts against their losses."""


@dataclass(frozen=True, slots=True)
class Grade:
    """A saturating map from a loss to a severity: half severity at `half`, steepness `steepness`."""

    half: PerPerson
    steepness: float

    @classmethod
    def from_ledger(cls, ledger: Ledger, name: str) -> Grade:
        """Read ``clinic.<name>.half`` and ``clinic.<name>.steepness``."""
        return cls(ledger[f"clinic.{name}.half"], ledger[f"clinic.{name}.steepness"])


def graded(loss: Floats, grade: Grade) -> Floats:
    """Return the severity of a loss: 0 at none, about half at `grade.half`, 1 at complete loss."""
    scale = 1.0 + grade.half**grade.steepness
    # rounding must not make a complete loss more than complete
    found: Floats = np.minimum(saturating(np.clip(loss, 0.0, 1.0), grade) * scale, 1.0)
    return found


def saturating(amount: Floats, grade: Grade) -> Floats:
    """Return amount^s / (amount^s + half^s)."""
    power = amount**grade.steepness
    share: Floats = power / (power + grade.half**grade.steepness)
    return share


def timed(dispersion: Floats, half: float) -> Floats:
    """Return the share of a volley that still works together when its arrivals spread (ms)."""
    share: Floats = 1.0 / (1.0 + (dispersion / half) ** 2)
    return share

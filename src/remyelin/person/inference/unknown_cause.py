"""Prior weights of the causes that an unknown cause may be."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from remyelin.catalogue.causes import UNKNOWN, gas_causes
from remyelin.evidence import Ledger

Floats = NDArray[np.float64]


def cause_weights(age: float | None, ledger: Ledger) -> Floats:
    """Return the prior weights (cause,) of the causes that an unknown one may be, for a person of an age in years.

    Those of the entry ``record.causes``, for nitrous oxide times the density of the age among its published patients
    over that among patients of other causes (both lognormal, ``record.ages.*``). Without an age they stay as they are.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> ledger = Ledger.shipped()
    >>> gas = UNKNOWN.index("nitrous oxide")
    >>> [float((w := cause_weights(age, ledger))[gas] / w.sum()) > 0.1 for age in (22.0, 78.0)]
    [True, False]
    """
    weights = np.array(ledger.vector("record.causes"))
    if age is None:
        return weights

    def log_density(group: str) -> float:
        spread = ledger[f"record.ages.{group}_spread"]
        return -0.5 * (math.log(age / ledger[f"record.ages.{group}"]) / spread) ** 2 - math.log(spread)

    exposure = np.array([name in gas_causes() for name in UNKNOWN])
    ratio = math.exp(log_density("nitrous_oxide") - log_density("other"))
    found: Floats = np.where(exposure, ratio * weights, weights)
    return found

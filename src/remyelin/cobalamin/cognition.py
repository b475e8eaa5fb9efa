"""Cognition, as weakly coupled as the large trials allow.

Lowering homocysteine by 28 % in 22,000 people had no effect on cognition (Clarke 2014), so plasma
homocysteine has no effect here by default. What is left is a small loss where the brain itself lacks
methylation, whose size is assumed. One smaller trial saw less loss of brain volume (VITACOG, Smith 2010):
a conflict that :mod:`remyelin.analysis.protocols.trials` shows and this model does not resolve.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remyelin.cobalamin.parameters import Parameters

Array = NDArray[np.float64]


def score(methylation: Array, homocysteine: Array, parameters: Parameters) -> Array:
    """Return cognition relative to health, in standard deviations of a population; 0 = unchanged.

    Parameters
    ----------
    methylation : ndarray
        Methylation potential of the central compartment, 1 = replete.
    homocysteine : ndarray
        Plasma, umol/L. Its coefficient is 0 unless overridden.
    parameters : Parameters
    """
    p = parameters
    plasma = np.log(homocysteine / p.homocysteine_baseline)
    return np.asarray(p.cognition_fall * (methylation - 1) - p.cognition_per_homocysteine * plasma)

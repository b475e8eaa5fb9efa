"""Nitrous oxide: it destroys active methionine synthase within hours and the cobalamin of both enzymes within weeks.

The gas oxidises the cobalamin of methionine synthase while the enzyme turns over. The enzyme is renewed within
days, and every renewed molecule takes another cobalamin from the cell, which is oxidised in turn. So the cell loses
functional cobalamin at a rate that goes with the share of the enzyme that is out of action, and methylmalonyl-CoA
mutase, which the gas leaves alone at first, fails weeks later for want of its cofactor (Kondo 1981).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remyelin.cobalamin.exposure import Exposure, gas_level
from remyelin.cobalamin.parameters import Parameters

Array = NDArray[np.float64]


def inactivation_rate(exposure: Exposure, time: Array, parameters: Parameters) -> Array:
    """Return the rate of inactivation of methionine synthase (1/day), averaged over the day."""
    return gas_level(exposure, time) * parameters.nitrous_oxide_rate


def oxidation_rate(inactivation: Array, parameters: Parameters) -> Array:
    """Return the rate at which functional cobalamin is oxidised (1/day).

    Parameters
    ----------
    inactivation : ndarray
        Of :func:`inactivation_rate`; against the turnover of the enzyme it gives the share out of action.
    parameters : Parameters
    """
    out_of_action = inactivation / (inactivation + parameters.synthase_turnover)
    return parameters.oxidation_rate * out_of_action

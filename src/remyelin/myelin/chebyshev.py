"""Coefficients of the Runge-Kutta-Chebyshev method of order two, for every number of stages.

The method is explicit and takes as many stages as stability asks for (Sommeijer, Shampine and Verwer 1998, RKC). The
rates of the layer are near 1/day over courses of years, so stability and not accuracy bounds the steps of an ordinary
explicit method. Here s stages are stable over a step that grows with the square of s.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.myelin.settings import RKC_DAMPING, RKC_REACH, RKC_STAGES

#: Columns of a stage: weights of the stage before, of the one before that, of the slope there and of the first slope,
#: and the share of the step at which that slope is taken.
COLUMNS: Final = 5


@cache
def coefficients() -> NDArray[np.float64]:
    """Return the coefficients of all numbers of stages up to :data:`RKC_STAGES`.

    Returns
    -------
    (number, stage, 5) array
        Of each number of stages, those of its stages from the first on; zero beyond, and for fewer than two.

    Examples
    --------
    >>> coefficients().shape[2]
    5
    """
    table = np.zeros((RKC_STAGES + 1, RKC_STAGES + 1, COLUMNS))
    for stages in range(2, RKC_STAGES + 1):
        table[stages, : stages + 1] = _of(stages)
    table.setflags(write=False)
    return table


def reach(stages: int) -> float:
    """Return the step, times the largest rate, over which so many stages are stable."""
    return RKC_REACH * (stages**2 - 1.0)


def _of(stages: int) -> NDArray[np.float64]:
    """Return the coefficients of one number of stages: equations 2.2 to 2.5 of the source."""
    w0 = 1.0 + RKC_DAMPING / stages**2
    # Chebyshev polynomials at w0 with their first and second derivatives
    t, dt, ddt = np.zeros((3, stages + 1))
    t[0], t[1], dt[1] = 1.0, w0, 1.0
    for j in range(2, stages + 1):
        t[j] = 2.0 * w0 * t[j - 1] - t[j - 2]
        dt[j] = 2.0 * t[j - 1] + 2.0 * w0 * dt[j - 1] - dt[j - 2]
        ddt[j] = 2.0 * (2.0 * dt[j - 1] + w0 * ddt[j - 1]) - ddt[j - 2]
    w1 = dt[stages] / ddt[stages]
    b = np.empty(stages + 1)
    b[2:] = ddt[2:] / dt[2:] ** 2
    b[:2] = b[2]
    a = 1.0 - b * t
    found = np.zeros((stages + 1, COLUMNS))
    found[1, 2] = b[1] * w1
    node = np.zeros(stages + 1)
    node[1] = found[1, 2]
    for j in range(2, stages + 1):
        mu, nu = 2.0 * w0 * b[j] / b[j - 1], -b[j] / b[j - 2]
        slope = 2.0 * w1 * b[j] / b[j - 1]
        found[j] = mu, nu, slope, -a[j - 1] * slope, node[j - 1]
        node[j] = mu * node[j - 1] + nu * node[j - 2] + slope + found[j, 3]
    return found

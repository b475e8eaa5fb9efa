"""Impulses as upward crossings of a level."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import number
from remyelin.base.errors import InputError
from remyelin.fibre.checks import series

Array = NDArray[np.float64]


def spike_times(time: ArrayLike, potential: ArrayLike, level: float) -> Array:
    """Return every upward crossing of a level, linearly interpolated.

    Parameters
    ----------
    time : (samples,) array
        ms.
    potential : (samples,) array
        mV.
    level : float
        mV.

    Returns
    -------
    (spikes,) array
        ms.

    Raises
    ------
    InputError
        For times that decrease, or another number of potentials.

    Examples
    --------
    >>> from remyelin.fibre import spike_times
    >>> spike_times([0.0, 1.0, 2.0], [-80.0, 20.0, -80.0], level=-30.0)
    array([0.5])
    """
    at, v = series(time, "time", "spike_times"), series(potential, "potential", "spike_times")
    if at.shape != v.shape or np.any(np.diff(at) < 0):
        raise InputError("spike_times: give as many potentials as times, and times that do not decrease.")
    number(level, "level", "spike_times", unit="mV")
    up = np.flatnonzero((v[:-1] < level) & (v[1:] >= level))
    share = (level - v[up]) / (v[up + 1] - v[up])
    crossing: Array = at[up] + share * (at[up + 1] - at[up])
    return crossing

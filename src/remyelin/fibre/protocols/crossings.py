"""Impulses as upward crossings of a level."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
    """
    at, v = np.asarray(time, dtype=np.float64), np.asarray(potential, dtype=np.float64)
    up = np.flatnonzero((v[:-1] < level) & (v[1:] >= level))
    share = (level - v[up]) / (v[up + 1] - v[up])
    crossing: Array = at[up] + share * (at[up + 1] - at[up])
    return crossing

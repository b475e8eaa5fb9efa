"""Curves with the spread of the ensemble, as series of a figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.figures import Series

Floats = NDArray[np.float64]
QUANTILES = (5.0, 95.0)
MEMBERS = 100  # of the ensemble, in an experiment
SPREAD = f"{QUANTILES[0]:g} to {QUANTILES[1]:g} % of the ensemble"


def band(
    label: str,
    x: ArrayLike,
    middle: ArrayLike,
    members: ArrayLike | None,
    colour: str,
    *,
    scale: float = 1.0,
    every: int = 1,
    dashed: bool = False,
) -> Series:
    """Return a curve of the shipped numbers with the 5 to 95 % band of the members.

    Parameters
    ----------
    label, colour, dashed
        As in :class:`remyelin.figures.Series`.
    x, middle : (time,) arrays
        The curve.
    members : (member, time) array or None
        The same for each member; None draws no band.
    scale : float
        Factor on both.
    every : int
        Only every so many-th point is drawn.
    """
    low = high = None
    if members is not None:
        each = np.asarray(members, dtype=np.float64)
        # A quantity that exists in some members only, as a velocity, has no band there.
        with np.errstate(invalid="ignore"):
            edges = scale * np.percentile(each, QUANTILES, axis=0)
        low, high = plain(edges[0][::every]), plain(edges[1][::every])
    line = scale * np.asarray(middle, dtype=np.float64)
    return Series(
        label,
        [float(value) for value in np.asarray(x, dtype=np.float64)[::every]],
        plain(line[::every]),
        colour,
        dashed=dashed,
        low=low,
        high=high,
    )


def points(
    label: str,
    x: Sequence[float],
    y: Sequence[float],
    colour: str = "#111111",
    *,
    low: Sequence[float] | None = None,
    high: Sequence[float] | None = None,
) -> Series:
    """Return published points, with error bars where they have any."""
    return Series(label, list(x), list(y), colour, points=True, low=low, high=high)


def plain(values: Floats) -> list[float | None]:
    """Return numbers for a figure, to five digits, so that it is the same on every machine."""
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in values]


def spread(values: ArrayLike, digits: int = 3) -> str:
    """Write the median of the members with the 5 to 95 % range; what never happens is ``never``."""
    found = np.asarray(values, dtype=np.float64)
    low, middle, high = (
        _word(value, digits)
        for value in np.percentile(found, (QUANTILES[0], 50.0, QUANTILES[1]), method="nearest")
    )
    return f"{middle} ({low} to {high})"


def _word(value: float, digits: int) -> str:
    return f"{value:.{digits}g}" if np.isfinite(value) else "never"


def day(value: float) -> float | str:
    """Return a date as a cell of a table; what never happens is ``never``."""
    return float(value) if np.isfinite(value) else "never"


def first_time(times: ArrayLike, holds: ArrayLike, after: float = -np.inf) -> Floats:
    """Return, for each row, the first time at which a condition holds after a date; infinity if never.

    Parameters
    ----------
    times : (time,) array
    holds : (..., time) bool array
    after : float

    Returns
    -------
    (...) array
    """
    days = np.asarray(times, dtype=np.float64)
    found = np.asarray(holds, dtype=np.bool_) & (days > after)
    return np.where(found.any(axis=-1), days[found.argmax(axis=-1)], np.inf)

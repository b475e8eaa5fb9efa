"""Curves with the spread of the ensemble, as series of a figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.analysis.experiments.registry import Table
from remyelin.base.figure import Series
from remyelin.base.plain import numbers, ranged

Floats = NDArray[np.float64]
QUANTILES = (5.0, 95.0)
MEMBERS = 100  # of the ensemble, in an experiment
SPREAD = f"{QUANTILES[0]:g} to {QUANTILES[1]:g} % of the ensemble"


def band(
    label: str,
    x: ArrayLike,
    values: ArrayLike,
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
        As in :class:`remyelin.base.figure.Series`.
    x : (time,) array
    values : (1 + member, time) or (time,) array
        The curve of the shipped numbers, then that of each member; one curve alone has no band.
    scale : float
        Factor on all.
    every : int
        Only every so many-th point is drawn.
    """
    own, *members = np.atleast_2d(np.asarray(values, dtype=np.float64))
    low = high = None
    if members:
        # A quantity that exists in some members only, as a velocity, has no band there.
        with np.errstate(invalid="ignore"):
            edges = scale * np.percentile(members, QUANTILES, axis=0)
        low, high = numbers(edges[0][::every], 5), numbers(edges[1][::every], 5)
    return Series(
        label,
        [float(value) for value in np.asarray(x, dtype=np.float64)[::every]],
        numbers(scale * own[::every], 5),
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


def spread(values: ArrayLike, digits: int = 3) -> str:
    """Write the median of the members with the 5 to 95 % range; ``never`` for an event that does not happen."""
    found = np.asarray(values, dtype=np.float64)
    low, middle, high = (
        _word(value, digits)
        for value in np.percentile(found, (QUANTILES[0], 50.0, QUANTILES[1]), method="nearest")
    )
    return ranged(middle, low, high)


def _word(value: float, digits: int) -> str:
    return f"{value:.{digits}g}" if np.isfinite(value) else "never"


def day(value: float) -> float | str:
    """Return a date as a cell of a table; ``never`` for an event that does not happen."""
    return float(value) if np.isfinite(value) else "never"


def against(title: str, what: str, rows: Sequence[tuple[str, float, Floats]]) -> Table:
    """Return published numbers beside the model's, the shipped numbers first and then the members.

    Parameters
    ----------
    title : str
    what : str
        What a row is, as ``event``.
    rows : sequence of (name, published, (1 + member,) array)
    """
    return Table(
        title,
        (what, "published", "shipped numbers", "members, median (5 to 95 %)"),
        tuple((name, known, day(values[0]), spread(values[1:])) for name, known, values in rows),
    )


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

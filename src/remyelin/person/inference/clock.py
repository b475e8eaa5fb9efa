"""Coordinate of proposals: time since methylation began to fall short, in place of time since the cause began.

The same findings come from a large store lost for long and from a small one lost for short. Counted from the day
on which methylation first falls short, that ridge is a straight line, which a proposal can follow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from remyelin import cobalamin
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.evidence import Ledger
from remyelin.person.inference.settings import (
    RECORD_CLOCK_GRID,
    RECORD_CLOCK_SHORT,
    RECORD_CLOCK_STEP,
    RECORD_CLOCK_YEARS,
    RECORD_EARLIEST,
)
from remyelin.person.person import Person
from remyelin.person.plans import caused

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """Years from the beginning of a cause until methylation falls short, by store and pace.

    Attributes
    ----------
    grid : (point,) array
        Store and pace as standard normal numbers.
    years : (cause, point, point) array
    typical : (cause,) array
        Years since the cause began in the typical person at presentation; not finite where the record states it.
    spread : float
        Standard deviation of their logarithm.
    """

    grid: Floats
    years: Floats
    typical: Floats
    spread: float

    def short(self, store: Floats, pace: Floats, cause: NDArray[np.int64]) -> Floats:
        """Return the years until methylation falls short, bilinear between the points of the grid."""
        last = len(self.grid) - 1
        step = self.grid[1] - self.grid[0]
        place = [np.clip((value - self.grid[0]) / step, 0.0, last - 1e-9) for value in (store, pace)]
        (i, j), (u, v) = [p.astype(int) for p in place], [p % 1.0 for p in place]
        table = self.years[cause]
        row = np.arange(len(cause))
        near = (1.0 - v) * table[row, i, j] + v * table[row, i, j + 1]
        far = (1.0 - v) * table[row, i + 1, j] + v * table[row, i + 1, j + 1]
        return np.asarray((1.0 - u) * near + u * far)

    def forward(self, z: Floats, cause: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Return the coordinate of the first column of `z`, and the log of its derivative.

        Parameters
        ----------
        z : (n, coordinate) array
            Began, store and pace come first.
        cause : (n,) array
        """
        years = self.typical[cause] * np.exp(self.spread * z[:, 0])
        since = years - self.short(z[:, 1], z[:, 2], cause)
        slope = self.spread * years / np.hypot(since, 1.0)
        return np.arcsinh(since), np.log(slope)

    def backward(self, coordinate: Floats, z: Floats, cause: NDArray[np.int64]) -> Floats:
        """Return the first column of `z` that has a coordinate; at the lower edge where no time has."""
        years = np.sinh(np.clip(coordinate, -6.0, 6.0)) + self.short(z[:, 1], z[:, 2], cause)
        lowest = self.typical[cause] * math.exp(self.spread * RECORD_EARLIEST)
        return np.log(np.maximum(years, lowest) / self.typical[cause]) / self.spread


def clock_of(typical: list[Person], deviations: tuple[float, float], spread: float, ledger: Ledger) -> Clock:
    """Return the clock of some causes.

    Parameters
    ----------
    typical : list of Person
        The typical person of each cause.
    deviations : (float, float)
        Log standard deviations of store and pace.
    spread : float
        Log standard deviation of the time since the cause began.
    ledger : Ledger
    """
    kinetics = cobalamin.Parameters.from_ledger(ledger)
    grid = np.array(RECORD_CLOCK_GRID)
    times = np.arange(-30.0, RECORD_CLOCK_YEARS * DAYS_PER_YEAR, RECORD_CLOCK_STEP)
    years = np.zeros((len(typical), len(grid), len(grid)))
    for index, person in enumerate(typical):
        if person.cause == "none":
            continue
        for i, store in enumerate(grid):
            for j, pace in enumerate(grid):
                traits = person.traits.with_values(
                    store=math.exp(deviations[0] * store), pace=math.exp(deviations[1] * pace)
                )
                moved = replace(person, began=0.0, ended=None, traits=traits)
                exposure = caused(moved, float(times[-1]) + 1.0, ledger)
                methylation = cobalamin.methylation_of(exposure, times, kinetics)
                low = np.flatnonzero(methylation.min(axis=1) < RECORD_CLOCK_SHORT)
                day = float(times[low[0]]) if low.size else float(times[-1])
                years[index, i, j] = max(day, 0.0) / DAYS_PER_YEAR
    began = np.array([max(-person.began, 1.0) / DAYS_PER_YEAR for person in typical])
    return Clock(grid, years, began, spread)

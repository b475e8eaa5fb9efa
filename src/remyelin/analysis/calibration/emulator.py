"""Emulator of all calibration rows, and the sampler over it.

It learns every row as a function of all numbers of the fit from the readings of simulated designs (scikit-learn, an
extra of the package). Its error, known from designs left out, widens the likelihood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.calibration.free_people import FREE, NO_ERRORS, PLAINLY, SIGNS, bounds, log_error
from remyelin.evidence import load_targets

Floats = NDArray[np.float64]
STEPS: Final = 1500  # of the sampler
STEP: Final = 0.05  # of a proposal, in shares of a range
ANIMALS: Final = ("bat_depleted", "monkey_lag_low")
SHORTEST: Final = 0.5  # weeks or months before which an animal is taken to be ill at once
LOGGED: Final = ("n2o_mma_median",)  # rows whose logarithm is learned, since they span decades
SMALLEST: Final = 1e-3  # of such a row
LONGEST: Final = 60.0  # weeks or months after which an animal is taken to be well


@cache
def animal_bounds() -> tuple[tuple[float, float], ...]:
    """Return the bounds of the rows of animals."""
    rows = {row.name: row for row in load_targets() if row.name in ANIMALS}
    return tuple((rows[name].lower, rows[name].upper) for name in ANIMALS)


def animals_accept(values: tuple[float, float]) -> bool:
    """Return whether the rows of animals hold."""
    return all(low <= value <= high for value, (low, high) in zip(values, animal_bounds(), strict=True))


@dataclass(frozen=True, slots=True)
class Reading:
    """A point of the cube and the rows found there."""

    design: int
    point: tuple[float, ...]
    repair: int
    rows: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Tried:
    """A point of the cube at which the experiments on animals were simulated, and their rows."""

    point: tuple[float, ...]
    repair: int
    animals: tuple[float, float]


def held(point: Floats, rival: Mapping[str, float]) -> Floats:
    """Return a point with the numbers of a rival at the least of their range."""
    fixed = np.array([name in rival for name in FREE])
    return np.where(fixed, 0.0, point)


class Emulator:
    """All rows as functions of all numbers, learned from readings, with the error of each row."""

    def __init__(
        self,
        readings: Sequence[Reading],
        tried: Sequence[Tried],
        errors: Mapping[str, float] = NO_ERRORS,
    ) -> None:
        # An extra of the package, needed only here.
        from sklearn.neural_network import MLPRegressor
        from sklearn.preprocessing import StandardScaler

        self.names = [bound.name for bound in bounds()] + list(SIGNS)
        self._persons = np.array([errors.get(name, 0.0) for name in self.names])
        points = np.array([reading.point for reading in readings])
        rows = np.array([[reading.rows[name] for name in self.names] for reading in readings])
        known = np.isfinite(rows).any(axis=0)  # nobody in any pool may meet the criteria of a row
        middle = np.zeros(len(self.names))
        middle[known] = np.nanmedian(rows[:, known], axis=0)
        rows = np.where(np.isfinite(rows), rows, middle)
        self._logged = np.array([name in LOGGED for name in self.names])
        rows = np.where(self._logged, np.log(np.maximum(rows, SMALLEST)), rows)
        design = np.array([reading.design for reading in readings])
        last = design % 5 == 0  # designs left out, to know the error
        self._scale = StandardScaler().fit(rows)
        self._models = []
        target = self._scale.transform(rows)
        for seed in range(3):
            model = MLPRegressor(
                hidden_layer_sizes=(48, 48), activation="tanh", alpha=0.3, max_iter=400, random_state=seed
            )
            self._models.append(model.fit(points[~last], target[~last]))
        error = self._mean(points[last]) - rows[last]
        self.error = np.sqrt((error**2).mean(axis=0))
        self.explained = 1.0 - (error**2).mean(axis=0) / np.maximum(rows[last].var(axis=0), 1e-12)
        self._models = [
            MLPRegressor(
                hidden_layer_sizes=(48, 48), activation="tanh", alpha=0.3, max_iter=400, random_state=seed
            ).fit(points, target)
            for seed in range(3)
        ]

        # The animals, beyond the time watched taken at its end.
        self._low, self._high = np.log(np.array(animal_bounds())).T
        logs = np.log([[min(max(value, SHORTEST), LONGEST) for value in item.animals] for item in tried])
        where = np.array([item.point for item in tried])
        self._animals = MLPRegressor(
            hidden_layer_sizes=(32, 32), activation="tanh", alpha=0.1, max_iter=800, random_state=0
        ).fit(where, logs)
        self.animal_error = np.sqrt(((self._animals.predict(where) - logs) ** 2).mean(axis=0))

    def _mean(self, points: Floats) -> Floats:
        mean = np.mean([model.predict(points) for model in self._models], axis=0)
        return np.asarray(self._scale.inverse_transform(mean), dtype=np.float64)

    def log_likelihood(self, points: Floats) -> Floats:
        """Return the logarithm of the likelihood, widened by the error of the emulator, of (point, number)."""
        rows = self._mean(points)
        total = np.zeros(len(points))
        for column, bound in enumerate(bounds()):
            found, error = rows[:, column], self.error[column]
            if self._logged[column]:
                found = np.exp(found)
                error = error * found
            side = np.where(found > bound.value, bound.upper - bound.value, bound.value - bound.lower)
            sd = np.maximum(side, 0.25 * (bound.upper - bound.lower)) / 1.96
            sd = np.sqrt(sd**2 + error**2 + self._persons[column] ** 2)
            total += bound.weight * log_error((found - bound.value) / sd)
        error = np.sqrt((0.5 * PLAINLY) ** 2 + self.error[-1] ** 2 + self._persons[-1] ** 2)
        gap = np.maximum((PLAINLY - rows[:, -1]) / error, 0.0)
        logs = self._animals.predict(points)
        beyond = np.maximum(self._low - logs, 0.0) + np.maximum(logs - self._high, 0.0)
        total -= 0.5 * ((beyond / np.maximum(self.animal_error, 0.05)) ** 2).sum(axis=1)
        return np.asarray(total + log_error(gap), dtype=np.float64)


def sample(emulator: Emulator, start: Floats, rival: Mapping[str, float], rng: np.random.Generator) -> Floats:
    """Return points of the emulated posterior: many chains with differences of chains as proposals."""
    now = start.copy()
    value = emulator.log_likelihood(now)
    count, size = now.shape
    for step in range(STEPS):
        one, other = rng.integers(count, size=count), rng.integers(count, size=count)
        scale = 1.0 if step % 10 == 0 else 2.38 / np.sqrt(2 * size) * rng.choice([0.3, 1.0], size=(count, 1))
        trial = now + scale * (now[one] - now[other]) + 0.3 * STEP * rng.standard_normal(now.shape)
        # Reflect at the ends, so that no density gathers there.
        trial = np.abs(trial)
        trial = np.where(trial > 1.0, 2.0 - trial, trial)
        trial = np.clip(np.array([held(point, rival) for point in trial]) if rival else trial, 0.0, 1.0)
        likelihood = emulator.log_likelihood(trial)
        accept = np.log(rng.random(count)) < likelihood - value
        now[accept], value[accept] = trial[accept], likelihood[accept]
    return now

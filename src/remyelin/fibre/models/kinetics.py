"""Shapes of published gates that are no rates: steady states and time constants over potential, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.fibre.settings import EXPONENT_LIMIT, SHORTEST_TIME_MS

Array = NDArray[np.float64]


def boltzmann(potential: ArrayLike, half: float, slope: float) -> Array:
    """Return 1 / (1 + exp(-(V - half) / slope)) at potentials (mV); a negative slope falls."""
    return 1 / (1 + _exp(-(np.asarray(potential, dtype=np.float64) - half) / slope))


@dataclass(frozen=True, slots=True)
class Steady:
    """A steady state: (floor + sum of span * boltzmann(half, slope)) ** (1 / power).

    Attributes
    ----------
    power : float
        That of the gate in its current, where the published curve is that of the open channel.
    floor : float
    terms : tuple of (span, half, slope)
        -, mV, mV.
    """

    power: float
    floor: float
    terms: tuple[tuple[float, float, float], ...]

    def __call__(self, potential: ArrayLike) -> Array:
        """Return the share of open gates at potentials (mV)."""
        total = np.full(np.shape(potential), self.floor)
        for span, half, slope in self.terms:
            total = total + span * boltzmann(potential, half, slope)
        found: Array = np.minimum(total, 1.0) ** (1 / self.power)
        return found


@dataclass(frozen=True, slots=True)
class Bell:
    """A time constant: floor + scale / (exp((V - a) / b) + exp(-(V - c) / d)) + step * boltzmann(half, slope).

    In ms and mV.
    """

    floor: float
    scale: float
    a: float
    b: float
    c: float
    d: float
    step: float
    half: float
    slope: float

    def __call__(self, potential: ArrayLike) -> Array:
        """Return the time constant (ms) at potentials (mV)."""
        at = np.asarray(potential, dtype=np.float64)
        bell = self.scale / (_exp((at - self.a) / self.b) + _exp(-(at - self.c) / self.d))
        found: Array = np.maximum(
            self.floor + bell + self.step * boltzmann(at, self.half, self.slope), SHORTEST_TIME_MS
        )
        return found


@dataclass(frozen=True, slots=True)
class Gaussian:
    """A time constant: floor + height * exp(-(V - middle)^2 / (2 width^2)); ms, mV."""

    floor: float
    height: float
    middle: float
    width: float

    def __call__(self, potential: ArrayLike) -> Array:
        """Return the time constant (ms) at potentials (mV)."""
        off = (np.asarray(potential, dtype=np.float64) - self.middle) / self.width
        found: Array = self.floor + self.height * np.exp(-0.5 * off**2)
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """A rate: floor + span * boltzmann(half, slope), not below zero; 1/ms, mV."""

    floor: float
    span: float
    half: float
    slope: float

    def __call__(self, potential: ArrayLike) -> Array:
        """Return the rate (1/ms) at potentials (mV)."""
        found: Array = np.maximum(self.floor + self.span * boltzmann(potential, self.half, self.slope), 0.0)
        return found


@dataclass(frozen=True, slots=True)
class InverseSum:
    """A time constant: 1 / (sum of rates)."""

    rates: tuple[Step, ...]

    def __call__(self, potential: ArrayLike) -> Array:
        """Return the time constant (ms) at potentials (mV)."""
        found: Array = 1 / sum((rate(potential) for rate in self.rates), np.zeros(np.shape(potential)))
        return found


@dataclass(frozen=True, slots=True)
class Constant:
    """A number at every potential."""

    value: float

    def __call__(self, potential: ArrayLike) -> Array:
        """Return the number, once for each potential (mV)."""
        return np.full(np.shape(potential), self.value)


def _exp(x: Array) -> Array:
    found: Array = np.exp(np.clip(x, -EXPONENT_LIMIT, EXPONENT_LIMIT))
    return found

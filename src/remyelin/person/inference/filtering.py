"""Exact likelihood of laboratory values and nerve studies, given a simulated person.

Every value is, after a transformation, linear in a few hidden numbers of the person: static ones (a person's own
level of a marker) and slowly varying ones (the discrepancy of the model, correlated in time). A Kalman filter takes
the values in time order. Censored values and outliers are met by moment matching.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_HALF_LOG_TWO_PI: Final = 0.5 * math.log(2.0 * math.pi)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One value, transformed, beside the values of the simulated persons.

    Attributes
    ----------
    day : float
    observed : float
        Transformed (the logarithm for concentrations).
    bound : {"", "<", ">"}
        Where the laboratory only says that it lies below or above.
    expected : (person,) array
        Of the typical person under the same history, transformed.
    loadings : (person, hidden) array
        Change of the value with each hidden number.
    noise : float
        Standard deviation within the person, assay included.
    outlier : (float, float)
        Mean and standard deviation of a value that says nothing of the person.
    """

    day: float
    observed: float
    bound: str
    expected: Floats
    loadings: Floats
    noise: float
    outlier: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Hidden:
    """Prior of the hidden numbers: normal with mean 0.

    Attributes
    ----------
    covariance : (hidden, hidden) array
        Stationary.
    time : (hidden,) array
        Correlation time, days; infinite for static numbers.
    """

    covariance: Floats
    time: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Filtered:
    """Likelihood, and the hidden numbers after the last value.

    Attributes
    ----------
    log_likelihood : (person,) array
    mean : (person, hidden) array
    covariance : (person, hidden, hidden) array
    outlier : (value, person) array
        Probability of each value to be an outlier, given those before it.
    """

    log_likelihood: Floats
    mean: Floats
    covariance: Floats
    outlier: Floats


def filtered(values: Sequence[Measured], hidden: Hidden, share: float, persons: int) -> Filtered:
    """Take the values of a record in time order.

    Parameters
    ----------
    values : sequence of Measured
        In order of their days.
    hidden : Hidden
    share : float
        Prior probability of an outlier, 0 for none.
    persons : int
        How many simulated persons.
    """
    size = len(hidden.time)
    mean = np.zeros((persons, size))
    covariance = np.broadcast_to(hidden.covariance, (persons, size, size)).copy()
    total = np.zeros(persons)
    suspected = np.zeros((len(values), persons))
    before: float | None = None
    for index, value in enumerate(values):
        if before is not None and value.day > before:
            kept = np.exp(-(value.day - before) / hidden.time)
            mean *= kept
            covariance *= kept[:, None] * kept[None, :]
            covariance += hidden.covariance * (1.0 - kept[:, None] * kept[None, :])
        before = value.day
        gain = np.einsum("nij,nj->ni", covariance, value.loadings)
        variance = np.einsum("ni,ni->n", gain, value.loadings) + value.noise**2
        gap = value.observed - value.expected - np.einsum("ni,ni->n", mean, value.loadings)
        log_own, shift, shrink = _update(gap, variance, value.bound)
        middle, width = value.outlier
        log_other = _update(np.array([value.observed - middle]), np.array([width**2]), value.bound)[0]
        if share > 0.0:
            one = log_own + math.log1p(-share)
            other = log_other + math.log(share)
            both = np.logaddexp(one, other)
            outlier = np.exp(other - both)
        else:
            both, outlier = log_own, np.zeros(persons)
        total += both
        suspected[index] = outlier
        own = 1.0 - outlier
        # moments of the mixture of the updated and the untouched state
        step = gain * (shift / variance)[:, None]
        mean = mean + own[:, None] * step
        outer = gain[:, :, None] * gain[:, None, :]
        covariance = covariance - outer * (own * shrink / variance)[:, None, None]
        covariance = covariance + (own * outlier)[:, None, None] * (step[:, :, None] * step[:, None, :])
    return Filtered(total, mean, covariance, suspected)


def _update(gap: Floats, variance: Floats, bound: str) -> tuple[Floats, Floats, Floats]:
    """Return the log probability, the mean of the value's deviation, and the share of its variance removed."""
    from scipy.special import log_ndtr

    deviation = np.sqrt(variance)
    z = gap / deviation
    if not bound:
        return -0.5 * z**2 - np.log(deviation) - _HALF_LOG_TWO_PI, gap, np.ones_like(gap)
    # below: deviation < gap; above: deviation > gap
    sign = 1.0 if bound == "<" else -1.0
    log_probability = log_ndtr(sign * z)
    ratio = np.exp(-0.5 * z**2 - _HALF_LOG_TWO_PI - log_probability)
    shift = -sign * ratio * deviation
    shrink = ratio * (ratio + sign * z)
    return log_probability, shift, np.clip(shrink, 0.0, 1.0)

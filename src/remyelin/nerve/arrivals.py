"""When the impulses of a volley arrive: how long to record, and how many come by time."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.jit import compiled
from remyelin.nerve.anatomy import Array
from remyelin.nerve.volley import Volley
from remyelin.numerics import (
    NERVE_DELAY_QUANTILES,
    NERVE_LATE_POINTS,
    NERVE_LATE_SHAPES,
    NERVE_MAX_SAMPLES,
    NERVE_MIN_SAMPLES,
    NERVE_NEGLIGIBLE,
    NERVE_NO_SHARE,
    NERVE_SAMPLE_MS,
    NERVE_WINDOW_TAIL_MS,
)


def window(latest: float, sample: float) -> tuple[Array, Array]:
    """Return times (ms, every `sample`) that hold a response up to `latest`, and angular frequencies (1/ms)."""
    samples = NERVE_MIN_SAMPLES
    while samples * sample < latest + NERVE_WINDOW_TAIL_MS and samples < NERVE_MAX_SAMPLES:
        samples *= 2
    return grid(samples, sample)


@cache
def grid(samples: int, sample: float) -> tuple[Array, Array]:
    """Return so many times (ms), and the angular frequencies (1/ms) of their spectrum."""
    time = np.arange(samples, dtype=np.float64) * sample
    frequency = np.asarray(2 * np.pi * np.fft.rfftfreq(samples, sample), dtype=np.float64)
    time.flags.writeable = frequency.flags.writeable = False  # shared by all waveforms of this length
    return time, frequency


def last_arrival(volley: Volley) -> float:
    """Return when the last fibres of a volley that matter have arrived, ms."""
    return float(
        _latest(
            volley.line.healthy,
            np.ascontiguousarray(volley.excess),
            np.ascontiguousarray(volley.variance),
            np.ascontiguousarray(volley.conducted),
            NERVE_NEGLIGIBLE,
        )
    )


@compiled
def _latest(healthy: Any, excess: Any, variance: Any, conducted: Any, negligible: float) -> float:
    """Return the largest expected time plus two SD of the fibres (k) that are not negligible, 0 if all are."""
    latest, found = 0.0, False
    for k in range(excess.size):
        if conducted[k] > negligible:
            late = healthy[k] + excess[k] + 2.0 * np.sqrt(variance[k])
            if not found or late > latest:
                latest, found = late, True
    return latest


def total_density(volley: Volley, weight: Array, delay: float, time: Array) -> Array:
    """Return impulses by time (n), all fibres together; see :func:`grouped_density`."""
    total: Array = grouped_density(volley, weight, delay, time, np.zeros(len(weight), dtype=np.int64), 1)[0]
    return total


def grouped_density(
    volley: Volley, weight: Array, delay: float, time: Array, group: NDArray[np.int64], groups: int
) -> Array:
    """Return impulses by group of fibres and time (groups, n): `weight` of each fibre, where it arrives.

    An impulse is split between two samples. The delay of a fibre is spread over the quantiles of the gamma
    distribution of its mean and variance: a lesion only delays.
    """
    table, first, step = _late_table()
    rows = np.zeros((groups, len(time)))
    _arrive(
        volley.line.healthy + delay,
        np.ascontiguousarray(volley.excess),
        np.ascontiguousarray(volley.variance),
        weight,
        group,
        float(time[1]),
        NERVE_SAMPLE_MS,
        NERVE_NO_SHARE,
        first,
        step,
        table,
        rows,
    )
    return rows


@compiled
def _arrive(
    healthy: Any,
    excess: Any,
    variance: Any,
    weight: Any,
    group: Any,
    sample: float,
    resolution: float,
    nothing: float,
    first: float,
    step: float,
    table: Any,
    rows: Any,
) -> None:
    """Add the arrivals of fibres (k) to `rows` (groups, n).

    The equally likely values of a gamma variable of mean 1 stand in `table` (shapes, q), evenly by the logarithm of
    the shape from `first` in steps of `step`.
    """
    latest = rows.shape[1] - 2.0
    values = table.shape[1]
    for k in range(excess.size):
        spread = variance[k] > 0.0
        mean = max(excess[k], 0.0)
        share, place = 0.0, 0
        if spread:
            width = max(variance[k], resolution**2 * mean**2)
            position = (np.log(max(mean**2 / width, nothing)) - first) / step
            position = min(max(position, 0.0), float(table.shape[0] - 2))
            place = int(position)
            share = position - place
        for q in range(values):
            late = excess[k]
            if spread:
                late = mean * ((1.0 - share) * table[place, q] + share * table[place + 1, q])
            where = min(max((healthy[k] + late) / sample, 0.0), latest)
            left = int(where)
            right = where - left
            rows[group[k], left] += weight[k] / values * (1.0 - right)
            rows[group[k], left + 1] += weight[k] / values * right


@cache
def _late_table() -> tuple[Array, float, float]:
    """Equally likely values (n, q), of mean 1, of gamma variables by shape: inverting the function takes longest.

    With them the logarithm of the first shape, and its step.
    """
    from scipy.special import gammaincinv

    first, last = np.log(NERVE_LATE_SHAPES)
    shape = np.exp(np.linspace(first, last, NERVE_LATE_POINTS))
    chance = (np.arange(NERVE_DELAY_QUANTILES) + 0.5) / NERVE_DELAY_QUANTILES
    late: Array = gammaincinv(shape[:, None], chance)
    late /= np.maximum(late.mean(axis=1, keepdims=True), NERVE_NO_SHARE)
    return late, float(first), float((last - first) / (NERVE_LATE_POINTS - 1))

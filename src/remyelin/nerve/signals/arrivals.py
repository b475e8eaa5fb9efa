"""Arrival times of a volley: length of the recording, and density of arrivals."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.base.jit import compiled
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.conduction.volley import Volley
from remyelin.nerve.settings import (
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

Dates = NDArray[np.int64]


def windows(latest: Array, sample: float) -> Iterator[tuple[Dates, Array]]:
    """Yield the dates (d) whose responses, up to `latest` (ms), fit a window, and its times (ms, every `sample`)."""
    fitting: dict[int, list[int]] = {}
    for date, end in enumerate(latest.tolist()):
        samples = NERVE_MIN_SAMPLES
        while samples * sample < end + NERVE_WINDOW_TAIL_MS and samples < NERVE_MAX_SAMPLES:
            samples *= 2
        fitting.setdefault(samples, []).append(date)
    for samples, dates in fitting.items():
        yield np.array(dates), grid(samples, sample)[0]


@cache
def grid(samples: int, sample: float) -> tuple[Array, Array]:
    """Return so many times (ms), and the angular frequencies (1/ms) of their spectrum."""
    time = np.arange(samples, dtype=np.float64) * sample
    frequency = np.asarray(2 * np.pi * np.fft.rfftfreq(samples, sample), dtype=np.float64)
    time.flags.writeable = frequency.flags.writeable = False  # shared by all waveforms of this length
    return time, frequency


def last_arrival(volley: Volley) -> Array:
    """Return when the last fibres of a volley that matter have arrived, by date (d), ms."""
    latest = np.zeros(len(volley.conducted))
    _latest(volley.line.healthy, volley.excess, volley.variance, volley.conducted, NERVE_NEGLIGIBLE, latest)
    return latest


@compiled
def _latest(healthy: Any, excess: Any, variance: Any, conducted: Any, negligible: float, latest: Any) -> None:
    """Fill `latest` (d) with the largest expected time plus two SD of the fibres (k) that are not negligible.

    0 if all are.
    """
    for d in range(latest.size):
        found = False
        for k in range(healthy.size):
            if conducted[d, k] > negligible:
                late = healthy[k] + excess[d, k] + 2.0 * np.sqrt(variance[d, k])
                if not found or late > latest[d]:
                    latest[d], found = late, True


def total_density(volley: Volley, dates: Dates, weight: Array, delay: float, time: Array) -> Array:
    """Return impulses by date and time (d, n), all fibres together; see :func:`grouped_density`."""
    one = np.zeros(weight.shape[1], dtype=np.int64)
    total: Array = grouped_density(volley, dates, weight, delay, time, one, 1)[:, 0]
    return total


def grouped_density(
    volley: Volley,
    dates: Dates,
    weight: Array,
    delay: float,
    time: Array,
    group: NDArray[np.int64],
    groups: int,
) -> Array:
    """Return impulses by date, group of fibres and time (d, groups, n): `weight` of each fibre, where it arrives.

    `dates` are those of the volley that are wanted; `weight` (all dates, k) is of all. An impulse is split between
    two samples. The delay of a fibre is spread over the quantiles of the gamma distribution of its mean and
    variance: a lesion only delays.
    """
    table, first, step = _late_table()
    rows = np.zeros((len(dates), groups, len(time)))
    _arrive(
        volley.line.healthy + delay,
        dates,
        volley.excess,
        volley.variance,
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
    dates: Any,
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
    """Add the arrivals of fibres (k) at `dates` to `rows` (dates, groups, n).

    The equally likely values of a gamma variable of mean 1 stand in `table` (shapes, q), evenly by the logarithm of
    the shape from `first` in steps of `step`.
    """
    latest = rows.shape[2] - 2.0
    values = table.shape[1]
    for at in range(dates.size):
        d = dates[at]
        for k in range(healthy.size):
            row = rows[at, group[k]]
            part = weight[d, k] / values
            if not variance[d, k] > 0.0:
                where = min(max((healthy[k] + excess[d, k]) / sample, 0.0), latest)
                left = int(where)
                right = where - left
                row[left] += weight[d, k] * (1.0 - right)
                row[left + 1] += weight[d, k] * right
                continue
            mean = max(excess[d, k], 0.0)
            width = max(variance[d, k], resolution**2 * mean**2)
            position = (np.log(max(mean**2 / width, nothing)) - first) / step
            position = min(max(position, 0.0), float(table.shape[0] - 2))
            place = int(position)
            share = position - place
            for q in range(values):
                late = mean * ((1.0 - share) * table[place, q] + share * table[place + 1, q])
                where = min(max((healthy[k] + late) / sample, 0.0), latest)
                left = int(where)
                right = where - left
                row[left] += part * (1.0 - right)
                row[left + 1] += part * right


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

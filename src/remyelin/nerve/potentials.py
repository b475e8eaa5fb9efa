r"""Potentials of nerves, muscles and tracts: single contributions summed with their arrival times.

All sums are made in the frequency domain: the arrivals of the fibres times the spectrum of one contribution.

The potential of one nerve fibre at an electrode at depth r over it, in an infinite homogeneous medium, is
that of the second spatial derivative of its membrane potential (Plonsey; Rosenfalck):
:math:`\phi(t) = \frac{\sigma_i a^2}{4 \sigma_e} \int V''(z) / \sqrt{r^2 + z^2} \, dz` with axon radius a, so that
for an impulse of velocity v its spectrum is
:math:`-\frac{\sigma_i a^2}{2 \sigma_e} \frac{\omega^2}{v^2} \hat V(\omega) K_0(|\omega| r / v)`. A bipolar pair of
electrodes a distance s apart subtracts the same delayed by s / v. The motor unit potential at the surface
is :math:`(2 t - t^2 / \tau) e^{-t / \tau}`, biphasic with zero area. Negative is up everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.evidence import Ledger
from remyelin.jit import compiled
from remyelin.nerve.anatomy import Array
from remyelin.nerve.tables import Tables
from remyelin.nerve.volley import Volley
from remyelin.numerics import (
    NERVE_ARRIVALS_KEPT,
    NERVE_DELAY_QUANTILES,
    NERVE_LATE_POINTS,
    NERVE_LATE_SHAPES,
    NERVE_LEDGERS_KEPT,
    NERVE_MAX_SAMPLES,
    NERVE_MIN_SAMPLES,
    NERVE_NEGLIGIBLE,
    NERVE_NO_SHARE,
    NERVE_ONSET_SHARE,
    NERVE_SAMPLE_MS,
    NERVE_SHAPES,
    NERVE_SLOW_SAMPLE_MS,
    NERVE_SPECTRA_KEPT,
    NERVE_UNIT_CONSTANTS,
    NERVE_WINDOW_TAIL_MS,
)
from remyelin.units import MM_PER_UM, UV_PER_MV

Spectrum = NDArray[np.complex128]
_I = complex(0, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Waveform:
    """A recorded potential: time (ms) after the stimulus, value (negative up), unit of the value."""

    time: Array
    value: Array
    unit: str


@dataclass(frozen=True, slots=True)
class Response:
    """What is measured on a waveform: ms, unit of the waveform, unit times ms.

    Latency is that of the onset for nerve and muscle potentials, of the peak for evoked potentials;
    amplitude is from the baseline to the negative peak; duration and area are of the negative phase; `settled` is
    when it is back at the share of the peak at which it began.
    """

    onset: float
    peak: float
    amplitude: float
    area: float
    duration: float
    settled: float


@dataclass(frozen=True, slots=True)
class Medium:
    """Volume conduction of one sensory recording: S/m, mm, and the calibrated gain."""

    axoplasm: float
    tissue: float
    spacing: float
    depth: float
    gain: float

    @classmethod
    def from_ledger(cls, ledger: Ledger, study: str) -> Medium:
        """Read the medium of a study from a ledger."""
        return cls(
            ledger["volume.conductivity_axoplasm"],
            ledger["volume.conductivity_tissue"],
            ledger["volume.electrode_spacing"],
            ledger[f"volume.depth.{study}"],
            ledger[f"volume.gain.{study}"],
        )


def window(latest: float, sample: float) -> tuple[Array, Array]:
    """Return times (ms, every `sample`) that hold a response up to `latest`, and angular frequencies (1/ms)."""
    samples = NERVE_MIN_SAMPLES
    while samples * sample < latest + NERVE_WINDOW_TAIL_MS and samples < NERVE_MAX_SAMPLES:
        samples *= 2
    return _grid(samples, sample)


@cache
def _grid(samples: int, sample: float) -> tuple[Array, Array]:
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


def nerve_potential(
    volley: Volley, count: float, delay: float, medium: Medium, tables: Tables, warmth: float, at: int
) -> Waveform:
    """Sum the potentials of the fibres of a nerve under an electrode.

    Parameters
    ----------
    volley : Volley
        Of one state (no leading dimensions).
    count : float
        Myelinated fibres in the nerve.
    delay : float
        Added to every arrival, ms.
    medium : Medium
    tables : Tables
    warmth : float
        Temperature at the electrode, C.
    at : int
        Slice of the line the electrode lies over.

    Returns
    -------
    Waveform
        In uV.
    """
    time, _ = window(delay + last_arrival(volley), NERVE_SAMPLE_MS)
    arriving, speed = _by_class(volley, delay, len(time), tables, at)
    seen = _seen(medium.depth, medium.spacing, len(time), speed)
    spectrum = (seen * arriving).sum(axis=0) * _impulse(tables, warmth, len(time))
    # Negative up: the sign of the spectrum is turned.
    scale = count * medium.axoplasm / (2 * 2 * 2 * medium.tissue)
    value = medium.gain * UV_PER_MV * scale * np.fft.irfft(spectrum, len(time))
    return Waveform(time, value, "uV")


@lru_cache(maxsize=NERVE_ARRIVALS_KEPT)
def _by_class(
    volley: Volley, delay: float, samples: int, tables: Tables, at: int
) -> tuple[Spectrum, tuple[float, ...]]:
    """Arrivals of a nerve's fibres, each with the square of its axon's diameter (mm2), by class of velocity.

    As spectra, with the speed of each class (m/s); nerves that run together share them.
    """
    velocity = volley.line.velocity[at]  # m/s is mm/ms
    axon = np.interp(volley.line.diameter[at], tables.healthy_diameter, tables.axon_diameter) * MM_PER_UM
    weight = volley.conducted / len(velocity) * axon**2
    group, groups = _classes(velocity)
    time, _ = _grid(samples, NERVE_SAMPLE_MS)
    arriving: Spectrum = np.fft.rfft(grouped_density(volley, weight, delay, time, group, groups), axis=1)
    return arriving, tuple(np.bincount(group, velocity) / np.bincount(group))


@lru_cache(maxsize=NERVE_LEDGERS_KEPT)
def _seen(depth: float, spacing: float, samples: int, speed: tuple[float, ...]) -> Spectrum:
    """What two electrodes see of impulses of given speeds (m/s), by speed and frequency; one per nerve of a person."""
    from scipy.special import k0

    frequency = np.asarray(2 * np.pi * np.fft.rfftfreq(samples, NERVE_SAMPLE_MS), dtype=np.float64)
    wave = frequency / np.array(speed)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        kernel = wave**2 * k0(wave * depth)
    kernel[:, 0] = 0
    # 1 - exp(-i x) by its parts: the exponential of a complex number takes several times as long
    both = np.empty(kernel.shape, dtype=np.complex128)
    both.real = kernel * (1 - np.cos(wave * spacing))
    both.imag = kernel * np.sin(wave * spacing)
    return both


def muscle_potential(
    volley: Volley, units: float, amplitude: float, constant: float, delay: float
) -> Waveform:
    """Sum motor unit potentials of a peak `amplitude` (mV) and time constant (ms) over a motor nerve."""
    latest = delay + last_arrival(volley) + NERVE_UNIT_CONSTANTS * constant
    time, _ = window(latest, NERVE_SLOW_SAMPLE_MS)
    weight = volley.conducted / len(volley.conducted)
    arriving = total_density(volley, weight, delay, time)
    value = np.fft.irfft(np.fft.rfft(arriving) * _unit(constant, len(time)), len(time))
    return Waveform(time, units * amplitude * value, "mV")


@lru_cache(maxsize=NERVE_SPECTRA_KEPT)
def _unit(constant: float, samples: int) -> Spectrum:
    """Spectrum of a motor unit potential of peak 1."""
    time, _ = _grid(samples, NERVE_SLOW_SAMPLE_MS)
    reduced = time / constant
    unit = (2 * reduced - reduced**2) * np.exp(-reduced)
    return np.fft.rfft(unit / unit.max())


def evoked_potential(volleys: list[Volley], delay: float, width: float) -> Waveform:
    """Return the response of a station to a volley that came through several neurons.

    A synchronous healthy volley gives a Gaussian of SD `width` ms and of peak 1; large fibres count with
    the square of their diameter.
    """
    time, _ = window(delay + sum(map(last_arrival, volleys)), NERVE_SLOW_SAMPLE_MS)
    spectrum = _station(delay, width, len(time))
    for part in volleys:
        arriving = total_density(part, part.line.fibres.weight * part.conducted, 0.0, time)
        spectrum = spectrum * np.fft.rfft(arriving)
    area = width * np.sqrt(2 * np.pi) / NERVE_SLOW_SAMPLE_MS
    return Waveform(time, area * np.fft.irfft(spectrum, len(time)), "1")


@lru_cache(maxsize=NERVE_SPECTRA_KEPT)
def _station(delay: float, width: float, samples: int) -> Spectrum:
    """Spectrum of a Gaussian of area 1 and SD `width`, `delay` later (ms)."""
    _, frequency = _grid(samples, NERVE_SLOW_SAMPLE_MS)
    spectrum: Spectrum = np.exp(-_I * frequency * delay - 0.5 * (frequency * width) ** 2)
    return spectrum


def measure(waveform: Waveform, floor: float) -> Response | None:
    """Measure the main negative phase of a waveform; None where it does not reach `floor`.

    The onset is where the rising flank passes a fixed small share of the peak.
    """
    value, time = np.ascontiguousarray(waveform.value), np.ascontiguousarray(waveform.time)
    found = _measure(time, value, floor, NERVE_ONSET_SHARE)
    return Response(*found) if found[2] >= floor else None


@compiled
def _measure(
    time: Any, value: Any, floor: float, share: float
) -> tuple[float, float, float, float, float, float]:
    """Return onset, peak, amplitude, area, duration and settled; only the amplitude counts below `floor`.

    The ends of the waveform stand in where it is not crossed.
    """
    top = 0
    for i in range(1, value.size):
        if value[i] > value[top]:
            top = i
    amplitude = value[top]
    if not amplitude >= floor:
        return 0.0, 0.0, -np.inf, 0.0, 0.0, 0.0
    small = share * amplitude
    sample = time[1] - time[0]
    first, end, last = 0, value.size - 1, value.size - 1
    for i in range(top - 1, -1, -1):
        if value[i] < small:
            first = i
            break
    for i in range(top, value.size):
        if value[i] < small:
            last = i
            break
    for i in range(top, value.size):
        if value[i] <= 0.0:
            end = i
            break
    area = 0.0
    for i in range(first, end + 1):
        area += max(value[i], 0.0)
    onset = _crossing(time, value, first, small)
    # of a maximum by the parabola through three samples
    peak = time[top]
    if 0 < top < value.size - 1:
        bend = value[top - 1] - 2.0 * value[top] + value[top + 1]
        if bend != 0.0:
            peak += 0.5 * (value[top - 1] - value[top + 1]) / bend * sample
    duration = _crossing(time, value, end - 1, 0.0) - onset
    return onset, peak, amplitude, area * sample, duration, _crossing(time, value, last - 1, small)


@compiled
def _crossing(time: Any, value: Any, index: int, level: float) -> float:
    """Time at which `value` passes `level` between samples `index` and `index + 1`."""
    low, high = value[index], value[min(index + 1, value.size - 1)]
    share = (level - low) / (high - low) if high != low else 0.0
    return time[index] + min(max(share, 0.0), 1.0) * (time[1] - time[0])  # type: ignore[no-any-return]


@lru_cache(maxsize=NERVE_SPECTRA_KEPT)
def _impulse(tables: Tables, warmth: float, samples: int) -> Spectrum:
    """Spectrum of the membrane potential (mV) during an impulse at a temperature, peak at time zero."""
    time, _ = _grid(samples, NERVE_SAMPLE_MS)
    grid = tables.healthy_temperature
    above = int(np.clip(np.searchsorted(grid, warmth), 1, len(grid) - 1))
    low, high = grid[above - 1 : above + 1]
    share = (warmth - low) / (high - low)
    mixed = (1 - share) * tables.potential[above - 1] + share * tables.potential[above]
    lag = tables.potential_time - tables.potential_time[int(np.argmax(mixed))]
    wrapped = np.where(time > time[-1] / 2, time - time[-1] - time[1], time)
    return np.fft.rfft(np.interp(wrapped, lag, mixed, left=0, right=0))


def _classes(velocity: Array) -> tuple[NDArray[np.int64], int]:
    """Number fibres by classes of like velocity, whose potentials have one shape; and how many classes there are."""
    edges = np.linspace(velocity.min(), velocity.max(), NERVE_SHAPES + 1)
    group = np.clip(np.searchsorted(edges, velocity, side="right") - 1, 0, NERVE_SHAPES - 1)
    filled, index = np.unique(group, return_inverse=True)
    return index, len(filled)

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

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.base.jit import compiled
from remyelin.base.units import MM_PER_UM, UV_PER_MV
from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.conduction.tables import Tables
from remyelin.nerve.conduction.volley import Volley
from remyelin.nerve.settings import (
    NERVE_ARRIVALS_KEPT,
    NERVE_BESSEL_END,
    NERVE_BESSEL_POINTS,
    NERVE_LEDGERS_KEPT,
    NERVE_SAMPLE_MS,
    NERVE_SHAPES,
    NERVE_SLOW_SAMPLE_MS,
    NERVE_SPECTRA_KEPT,
    NERVE_UNIT_CONSTANTS,
)
from remyelin.nerve.signals.arrivals import Dates, grid, grouped_density, last_arrival, total_density, windows
from remyelin.nerve.signals.responses import Waveform

Spectrum = NDArray[np.complex128]
_I = complex(0, 1)


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


def nerve_potential(
    volley: Volley, count: float, delay: float, medium: Medium, tables: Tables, warmth: float, at: int
) -> list[Waveform]:
    """Sum the potentials of the fibres of a nerve under an electrode.

    Parameters
    ----------
    volley : Volley
        Of several dates.
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
    list of Waveform
        By date, in uV.
    """
    # Negative up: the sign of the spectrum is turned.
    scale = medium.gain * UV_PER_MV * count * medium.axoplasm / (2 * 2 * 2 * medium.tissue)
    found: dict[int, Waveform] = {}
    for dates, time in windows(delay + last_arrival(volley), NERVE_SAMPLE_MS):
        arriving, speed = _by_class(volley, tuple(dates.tolist()), delay, len(time), tables, at)
        seen = _seen(medium.depth, medium.spacing, len(time), speed)
        spectrum = np.zeros((len(dates), seen.shape[1]), dtype=np.complex128)
        _summed(seen, arriving, spectrum)
        spectrum *= _impulse(tables, warmth, len(time))
        found |= _dated(dates, time, scale * np.fft.irfft(spectrum, len(time)), "uV")
    return [found[date] for date in range(len(found))]


def _dated(dates: Dates, time: Array, values: Array, unit: str) -> dict[int, Waveform]:
    """Return the waveforms (d, n) by their dates."""
    return {date: Waveform(time, value, unit) for date, value in zip(dates.tolist(), values, strict=True)}


@lru_cache(maxsize=NERVE_ARRIVALS_KEPT)
def _by_class(
    volley: Volley, dates: tuple[int, ...], delay: float, samples: int, tables: Tables, at: int
) -> tuple[Spectrum, tuple[float, ...]]:
    """Arrivals of a nerve's fibres, each with the square of its axon's diameter (mm2), by date and class of velocity.

    As spectra, with the speed of each class (m/s); nerves that run together share them.
    """
    velocity = volley.line.velocity[at]  # m/s is mm/ms
    axon = np.interp(volley.line.diameter[at], tables.healthy_diameter, tables.axon_diameter) * MM_PER_UM
    weight = volley.conducted / len(velocity) * axon**2
    group, groups = _classes(velocity)
    time, _ = grid(samples, NERVE_SAMPLE_MS)
    arriving = grouped_density(volley, np.array(dates), weight, delay, time, group, groups)
    return np.fft.rfft(arriving), tuple(np.bincount(group, velocity) / np.bincount(group))


@lru_cache(maxsize=NERVE_LEDGERS_KEPT)
def _seen(depth: float, spacing: float, samples: int, speed: tuple[float, ...]) -> Spectrum:
    """Return the potential between two electrodes of impulses, by speed (m/s) and frequency; one per nerve."""
    _, frequency = grid(samples, NERVE_SAMPLE_MS)
    seen = np.zeros((len(speed), frequency.size), dtype=np.complex128)
    table, step = _bessel_table()
    _fill_seen(frequency, np.array(speed), depth, spacing, table, step, seen)
    return seen


@compiled
def _fill_seen(
    frequency: Any, speed: Any, depth: float, spacing: float, table: Any, step: float, seen: Any
) -> None:
    """Fill `seen` (speed, frequency) with w^2 K0(w depth) (1 - exp(-i w spacing)) of the wave number w."""
    for c in range(speed.size):
        # the angles of equally spaced frequencies by turning, one after the other
        angle = frequency[1] / speed[c] * spacing
        cosine, sine, near, side = 1.0, 0.0, np.cos(angle), np.sin(angle)
        for f in range(1, frequency.size):
            cosine, sine = cosine * near - sine * side, sine * near + cosine * side
            wave = frequency[f] / speed[c]
            place = wave * depth / step
            i = int(place)
            if i >= table.size - 2:
                break  # nothing is left of it, and less at every higher frequency
            # by the cubic through the four nearest points
            u = place - i
            kernel = (
                u * (1.0 - u) * ((u - 2.0) * table[i - 1] - (1.0 + u) * table[i + 2]) / (2.0 + 2.0 + 2.0)
                + (1.0 - u) * (1.0 + u) * (1.0 - 0.5 * u) * table[i]
                + 0.5 * u * (1.0 + u) * (2.0 - u) * table[i + 1]
            ) / depth**2
            seen[c, f] = complex(kernel * (1.0 - cosine), kernel * sine)


@cache
def _bessel_table() -> tuple[Array, float]:
    """Values of x^2 K0(x), evenly from 0 to where it is nothing, and their step; between them good to 1e-9."""
    from scipy.special import k0

    x = np.linspace(0.0, NERVE_BESSEL_END, NERVE_BESSEL_POINTS)
    table = np.zeros_like(x)
    table[1:] = x[1:] ** 2 * k0(x[1:])
    return table, float(x[1])


@compiled
def _summed(seen: Any, arriving: Any, spectrum: Any) -> None:
    """Add to `spectrum` (d, f) the arrivals (d, class, f), weighted by the potential seen of each class (class, f)."""
    for d in range(arriving.shape[0]):
        for c in range(arriving.shape[1]):
            for f in range(arriving.shape[2]):
                spectrum[d, f] += seen[c, f] * arriving[d, c, f]


def muscle_potential(
    volley: Volley, units: float, amplitude: float, constant: float, delay: float
) -> list[Waveform]:
    """Sum motor unit potentials of a peak `amplitude` (mV) and time constant (ms) over a motor nerve, by date."""
    weight = volley.conducted / len(volley.line.healthy)
    found: dict[int, Waveform] = {}
    latest = delay + last_arrival(volley) + NERVE_UNIT_CONSTANTS * constant
    for dates, time in windows(latest, NERVE_SLOW_SAMPLE_MS):
        arriving = np.fft.rfft(total_density(volley, dates, weight, delay, time))
        value = np.fft.irfft(arriving * _unit(constant, len(time)), len(time))
        found |= _dated(dates, time, units * amplitude * value, "mV")
    return [found[date] for date in range(len(found))]


@lru_cache(maxsize=NERVE_SPECTRA_KEPT)
def _unit(constant: float, samples: int) -> Spectrum:
    """Spectrum of a motor unit potential of peak 1."""
    time, _ = grid(samples, NERVE_SLOW_SAMPLE_MS)
    reduced = time / constant
    unit = (2 * reduced - reduced**2) * np.exp(-reduced)
    return np.fft.rfft(unit / unit.max())


def evoked_potential(volleys: Sequence[Volley], delay: float, width: float) -> list[Waveform]:
    """Return the response of a station to a volley that came through several neurons, by date.

    A synchronous healthy volley gives a Gaussian of SD `width` ms and of peak 1; large fibres count with
    the square of their diameter.
    """
    area = width * np.sqrt(2 * np.pi) / NERVE_SLOW_SAMPLE_MS
    found: dict[int, Waveform] = {}
    latest = delay + np.sum([last_arrival(part) for part in volleys], axis=0)
    for dates, time in windows(latest, NERVE_SLOW_SAMPLE_MS):
        spectrum = _station(delay, width, len(time))
        for part in volleys:
            spectrum = spectrum * _arriving(part, tuple(dates.tolist()), len(time))
        found |= _dated(dates, time, area * np.fft.irfft(spectrum, len(time)), "1")
    return [found[date] for date in range(len(found))]


@lru_cache(maxsize=NERVE_ARRIVALS_KEPT)
def _arriving(volley: Volley, dates: tuple[int, ...], samples: int) -> Spectrum:
    """Spectra (d, f) of the arrivals of a volley; waves that are made further on share them."""
    time, _ = grid(samples, NERVE_SLOW_SAMPLE_MS)
    weight = volley.line.fibres.weight * volley.conducted
    return np.fft.rfft(total_density(volley, np.array(dates), weight, 0.0, time))


@lru_cache(maxsize=NERVE_SPECTRA_KEPT)
def _station(delay: float, width: float, samples: int) -> Spectrum:
    """Spectrum of a Gaussian of area 1 and SD `width`, `delay` later (ms)."""
    _, frequency = grid(samples, NERVE_SLOW_SAMPLE_MS)
    spectrum: Spectrum = np.exp(-_I * frequency * delay - 0.5 * (frequency * width) ** 2)
    return spectrum


@lru_cache(maxsize=NERVE_SPECTRA_KEPT)
def _impulse(tables: Tables, warmth: float, samples: int) -> Spectrum:
    """Spectrum of the membrane potential (mV) during an impulse at a temperature, peak at time zero."""
    time, _ = grid(samples, NERVE_SAMPLE_MS)
    known = tables.healthy_temperature
    above = int(np.clip(np.searchsorted(known, warmth), 1, len(known) - 1))
    low, high = known[above - 1 : above + 1]
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

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
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from remyelin.evidence import Ledger
from remyelin.nerve.anatomy import Array
from remyelin.nerve.arrivals import grid, grouped_density, last_arrival, total_density, window
from remyelin.nerve.responses import Waveform
from remyelin.nerve.tables import Tables
from remyelin.nerve.volley import Volley
from remyelin.numerics import (
    NERVE_ARRIVALS_KEPT,
    NERVE_LEDGERS_KEPT,
    NERVE_SAMPLE_MS,
    NERVE_SHAPES,
    NERVE_SLOW_SAMPLE_MS,
    NERVE_SPECTRA_KEPT,
    NERVE_UNIT_CONSTANTS,
)
from remyelin.units import MM_PER_UM, UV_PER_MV

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
    time, _ = grid(samples, NERVE_SAMPLE_MS)
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
    time, _ = grid(samples, NERVE_SLOW_SAMPLE_MS)
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

r"""Potentials of nerves, muscles and tracts: single contributions summed with their arrival times.

All sums are made in the frequency domain, where a volley of fibres with mean arrivals :math:`\tau_k` and
spreads :math:`\sigma_k` is :math:`\sum_k w_k \exp(-i \omega \tau_k - \omega^2 \sigma_k^2 / 2)`.

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

import numpy as np
from numpy.typing import NDArray

from remyelin.evidence import Ledger
from remyelin.nerve.anatomy import Array
from remyelin.nerve.tables import Tables
from remyelin.nerve.volley import Volley
from remyelin.numerics import (
    NERVE_GAUSSIAN_REACH,
    NERVE_MAX_SAMPLES,
    NERVE_MIN_SAMPLES,
    NERVE_NEGLIGIBLE,
    NERVE_ONSET_SHARE,
    NERVE_PHASE_BLOCK,
    NERVE_SAMPLE_MS,
    NERVE_SLOW_SAMPLE_MS,
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
    amplitude is from the baseline to the negative peak; duration and area are of the negative phase.
    """

    onset: float
    peak: float
    amplitude: float
    area: float
    duration: float


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
    time = np.arange(samples, dtype=np.float64) * sample
    frequency = np.asarray(2 * np.pi * np.fft.rfftfreq(samples, sample), dtype=np.float64)
    return time, frequency


def latest(arrival: Array, variance: Array, weight: Array) -> float:
    """Return when the last fibres of a volley that matter have arrived, ms."""
    matters = weight > NERVE_NEGLIGIBLE * max(float(weight.max(initial=0)), np.finfo(float).tiny)
    if not matters.any():
        return 0.0
    return float((arrival + 2 * np.sqrt(variance))[matters].max())


def arrivals(weight: Array, arrival: Array, variance: Array, frequency: Array) -> Spectrum:
    """Return the spectra (k, f) of impulses of given weights that arrive when the classes of a volley do."""
    # exp(-i w t) at equally spaced w is an outer product of few exponentials.
    coarse = -(-len(frequency) // NERVE_PHASE_BLOCK)
    turn = np.exp(-_I * frequency[1] * arrival[:, None] * np.arange(NERVE_PHASE_BLOCK))
    leap = np.exp(-_I * frequency[1] * NERVE_PHASE_BLOCK * arrival[:, None] * np.arange(coarse))
    spectrum: Spectrum = (weight[:, None] * leap)[:, :, None] * turn[:, None, :]
    spectrum = spectrum.reshape(len(arrival), -1)[:, : len(frequency)]
    if np.any(variance > 0):
        spectrum = spectrum * np.exp(-0.5 * frequency**2 * variance[:, None])
    return spectrum


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
    from scipy.special import k0

    weight = volley.conducted * volley.line.weight
    time, frequency = window(delay + latest(volley.arrival, volley.variance, weight), NERVE_SAMPLE_MS)
    velocity = volley.line.velocity[at][:, None]  # m/s is mm/ms
    local = volley.line.local[at]
    axon = np.interp(local, tables.diameter, tables.axon_diameter) * MM_PER_UM
    impulse = _impulse(tables, warmth, time)
    with np.errstate(invalid="ignore", divide="ignore"):
        kernel = (frequency / velocity) ** 2 * k0(np.abs(frequency) * medium.depth / velocity)
    kernel[:, 0] = 0
    pair = 1 - np.exp(-_I * frequency * medium.spacing / velocity)
    # Negative up: the sign of the spectrum is turned.
    scale = medium.axoplasm * axon**2 / (2 * 2 * 2 * medium.tissue)
    arriving = arrivals(count * weight * scale, volley.arrival + delay, volley.variance, frequency)
    spectrum = (kernel * pair * arriving).sum(axis=0) * impulse
    value = medium.gain * UV_PER_MV * np.fft.irfft(spectrum, len(time))
    return Waveform(time, value, "uV")


def muscle_potential(
    volley: Volley, units: float, amplitude: float, constant: float, delay: float
) -> Waveform:
    """Sum motor unit potentials of a peak `amplitude` (mV) and time constant (ms) over a motor nerve."""
    weight = volley.conducted * volley.line.weight
    time, frequency = window(delay + latest(volley.arrival, volley.variance, weight), NERVE_SLOW_SAMPLE_MS)
    reduced = time / constant
    unit = (2 * reduced - reduced**2) * np.exp(-reduced)
    spectrum = arrivals(weight, volley.arrival + delay, volley.variance, frequency).sum(axis=0)
    value = np.fft.irfft(spectrum * np.fft.rfft(unit / unit.max()), len(time))
    return Waveform(time, units * amplitude * value, "mV")


def evoked_potential(volleys: list[Volley], delay: float, width: float) -> Waveform:
    """Return the response of a station to a volley that came through several neurons.

    A synchronous healthy volley gives a Gaussian of SD `width` ms and of peak 1; large fibres count with
    the square of their diameter.
    """
    last = delay + sum(
        latest(part.arrival, part.variance, part.conducted * part.line.weight) for part in volleys
    )
    time, frequency = window(last, NERVE_SLOW_SAMPLE_MS)
    shape = np.exp(-_I * frequency * delay - 0.5 * (frequency * width) ** 2)
    # The response is slow: beyond these frequencies it has no power.
    kept = int(np.searchsorted(frequency, NERVE_GAUSSIAN_REACH / width)) + 1
    spectrum = np.zeros_like(shape)
    spectrum[:kept] = shape[:kept]
    for part in volleys:
        weight = part.line.weight * part.line.diameter**2
        weight = weight / weight.sum() * part.conducted
        spectrum[:kept] *= arrivals(weight, part.arrival, part.variance, frequency[:kept]).sum(axis=0)
    area = width * np.sqrt(2 * np.pi) / NERVE_SLOW_SAMPLE_MS
    return Waveform(time, area * np.fft.irfft(spectrum, len(time)), "1")


def measure(waveform: Waveform, floor: float) -> Response | None:
    """Measure the main negative phase of a waveform; None where it does not reach `floor`.

    The onset is where the rising flank passes a fixed small share of the peak.
    """
    value, time = waveform.value, waveform.time
    top = int(np.argmax(value))
    amplitude = float(value[top])
    if not amplitude >= floor:
        return None
    below = np.flatnonzero(value[:top] < NERVE_ONSET_SHARE * amplitude)
    first = int(below[-1]) if len(below) else 0
    sample = float(time[1] - time[0])
    onset = _crossing(time, value, first, NERVE_ONSET_SHARE * amplitude)
    negative = np.flatnonzero(value[top:] <= 0)
    end = top + int(negative[0]) if len(negative) else len(value) - 1
    return Response(
        onset,
        _peak(time, value, top),
        amplitude,
        float(np.clip(value[first : end + 1], 0, None).sum() * sample),
        _crossing(time, -value, end - 1, 0.0) - onset,
    )


def _impulse(tables: Tables, warmth: float, time: Array) -> Spectrum:
    """Spectrum of the membrane potential (mV) during an impulse at a temperature, peak at time zero."""
    above = int(np.clip(np.searchsorted(tables.temperature, warmth), 1, len(tables.temperature) - 1))
    low, high = tables.temperature[above - 1 : above + 1]
    share = (warmth - low) / (high - low)
    mixed = (1 - share) * tables.potential[above - 1] + share * tables.potential[above]
    lag = tables.potential_time - tables.potential_time[int(np.argmax(mixed))]
    wrapped = np.where(time > time[-1] / 2, time - time[-1] - time[1], time)
    return np.fft.rfft(np.interp(wrapped, lag, mixed, left=0, right=0))


def _crossing(time: Array, value: Array, index: int, level: float) -> float:
    """Time at which `value` passes `level` between samples `index` and `index + 1`."""
    low, high = value[index], value[min(index + 1, len(value) - 1)]
    share = (level - low) / (high - low) if high != low else 0.0
    return float(time[index] + np.clip(share, 0, 1) * (time[1] - time[0]))


def _peak(time: Array, value: Array, top: int) -> float:
    """Time of a maximum by the parabola through three samples."""
    if not 0 < top < len(value) - 1:
        return float(time[top])
    left, middle, right = value[top - 1 : top + 2]
    bend = left - 2 * middle + right
    return float(time[top] + (0.5 * (left - right) / bend if bend else 0.0) * (time[1] - time[0]))

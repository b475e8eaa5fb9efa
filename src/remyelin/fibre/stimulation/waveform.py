"""Stimulus waveforms: piecewise linear in time, with exact means over time steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import number, whole
from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_S
from remyelin.fibre.checks import numbers
from remyelin.fibre.settings import FUNCTION_RESOLUTION_MS, MOST_POINTS, POINTS_PER_PERIOD

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Waveform:
    """A stimulus in time: straight lines between points, zero before the first and after the last.

    Attributes
    ----------
    time : (k,) float
        ms from the start of the simulation, not decreasing; two equal times make a jump.
    value : (k,) float
        Dimensionless; the source's amplitude multiplies it.

    Raises
    ------
    InputError
        If points are missing, not finite, out of order or before time zero.

    Examples
    --------
    >>> from remyelin.fibre import Waveform
    >>> import numpy as np
    >>> Waveform(np.array([0.0, 1.0]), np.array([0.0, -1.0])).value
    array([ 0., -1.])
    """

    time: Array
    value: Array

    def __post_init__(self) -> None:
        time, value = (
            np.array(numbers(x, name, "waveform")) for name, x in (("time", self.time), ("value", self.value))
        )
        if time.ndim != 1 or time.shape != value.shape or len(time) < 2:
            raise InputError(
                "waveform: give two lists of equal length, times and values, of two points or more."
            )
        if time[0] < 0 or np.any(np.diff(time) < 0):
            raise InputError("waveform: times must not decrease, and none may lie before 0 ms.")
        for name, array in (("time", time), ("value", value)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def end(self) -> float:
        """Time of the last point, ms."""
        return float(self.time[-1])

    def sample(self, steps: int, step: float) -> Array:
        """Return the mean over each time step, shape (steps,).

        Parameters
        ----------
        steps : int
        step : float
            ms.
        """
        mean = np.zeros(steps)
        edge, inside = self._edges(steps, step)
        if len(inside):
            mean[edge[:-1][inside]] = (np.diff(self._integral(edge.astype(np.float64) * step)) / step)[inside]
        return mean

    def _edges(self, steps: int, step: float) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the edges of the steps in which the waveform is not zero, run behind run, and which gaps are steps.

        Each run has a step more on either side, against rounding.
        """
        on = (self.value[1:] != 0) | (self.value[:-1] != 0)
        first = np.clip(np.floor(self.time[:-1][on] / step) - 1, 0, steps).astype(np.int64)
        last = np.clip(np.ceil(self.time[1:][on] / step) + 1, 0, steps).astype(np.int64)
        if not len(first) or first[0] == steps:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
        apart = np.flatnonzero(first[1:] > last[:-1])
        begin, end = first[np.concatenate([[0], apart + 1])], last[np.concatenate([apart, [-1]])]
        count = end - begin + 1
        behind = np.cumsum(count)
        edge = np.arange(behind[-1]) + np.repeat(begin - (behind - count), count)
        inside = np.ones(len(edge) - 1, dtype=np.bool_)
        inside[behind[:-1] - 1] = False
        return edge, inside

    def _integral(self, until: Array) -> Array:
        """Return the integral from the first point until some times."""
        whole = np.diff(self.time) * (self.value[1:] + self.value[:-1]) * 0.5
        before = np.concatenate([[0.0], np.cumsum(whole)])
        last = len(self.time) - 1
        at = np.clip(np.searchsorted(self.time, until, side="right") - 1, 0, last - 1)
        span = self.time[at + 1] - self.time[at]
        into = np.clip(until - self.time[at], 0, span)
        share = np.divide(into, span, out=np.zeros_like(into), where=span > 0)
        integral: Array = before[at] + into * (
            self.value[at] + 0.5 * (self.value[at + 1] - self.value[at]) * share
        )
        return integral

    def scaled(self, factor: float) -> Waveform:
        """Return the waveform times a factor."""
        factor = number(factor, "factor", "waveform")
        return Waveform(self.time, self.value * factor)

    def delayed(self, by: float) -> Waveform:
        """Return the waveform later by so many ms."""
        by = number(by, "delay", "waveform", at_least=0.0, unit="ms")
        return Waveform(self.time + by, self.value)

    def then(self, other: Waveform) -> Waveform:
        """Return this waveform followed by another that starts no earlier than this one ends."""
        if other.time[0] < self.end:
            raise InputError(
                f"waveform: the next begins at {other.time[0]:g} ms, before this one ends at {self.end:g} ms."
            )
        return Waveform(
            np.concatenate([self.time, [self.end, other.time[0]], other.time]),
            np.concatenate([self.value, [0.0, 0.0], other.value]),
        )

    def train(self, count: int, rate: float) -> Waveform:
        """Return the waveform `count` times, at `rate` (Hz).

        Raises
        ------
        InputError
            If there is nothing to repeat, or one would begin before the last has ended.
        """
        count = whole(count, "count", "train")
        rate = number(rate, "rate", "train", above=0.0, unit="Hz")
        period = MS_PER_S / rate
        if self.end - self.time[0] > period and count > 1:
            raise InputError(
                f"train: a pulse of {self.end - self.time[0]:g} ms does not fit into a period of {period:g} ms."
            )
        time, value = [self.time], [self.value]
        for k in range(1, int(count)):
            later = self.time + k * period
            time += [np.array([time[-1][-1], later[0]]), later]
            value += [np.zeros(2), self.value]
        return Waveform(np.concatenate(time), np.concatenate(value))


def rectangular(duration: float, *, start: float = 0.0, amplitude: float = 1.0) -> Waveform:
    """Return a rectangular pulse (ms); amplitude -1 is cathodic at an outer electrode.

    Parameters
    ----------
    amplitude : float
        Share of the strength of a source.
    duration : float
        ms.
    start : float
        ms.

    Examples
    --------
    >>> from remyelin.fibre import rectangular
    >>> rectangular(0.1, amplitude=-1.0).value.tolist()
    [0.0, -1.0, -1.0, 0.0]
    """
    _positive("duration", duration)
    _start(start)
    number(amplitude, "amplitude", "waveform")
    end = start + duration
    return Waveform(np.array([start, start, end, end]), np.array([0.0, amplitude, amplitude, 0.0]))


def biphasic(
    duration: float, *, gap: float = 0.0, ratio: float = 1.0, start: float = 0.0, amplitude: float = 1.0
) -> Waveform:
    """Return a charge-balanced pair of pulses of opposite sign.

    Parameters
    ----------
    duration : float
        Of the first phase, ms.
    gap : float
        Between the phases, ms.
    ratio : float
        Amplitude of the first phase over that of the second, which lasts longer by as much.
    start : float
        ms.
    amplitude : float
        Of the first phase, as a share of the strength of a source.

    Examples
    --------
    >>> from remyelin.fibre import biphasic
    >>> biphasic(0.1, gap=0.05, amplitude=-1.0).value.tolist()
    [0.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0]
    """
    _positive("duration", duration)
    _positive("ratio", ratio)
    number(gap, "gap", "biphasic", at_least=0.0, unit="ms")
    first = rectangular(duration, start=start, amplitude=amplitude)
    second = rectangular(duration * ratio, start=start + duration + gap, amplitude=-amplitude / ratio)
    return first.then(second)


def sinusoidal(
    frequency: float, duration: float, *, start: float = 0.0, amplitude: float = 1.0, phase: float = 0.0
) -> Waveform:
    """Return an alternating current.

    Parameters
    ----------
    frequency : float
        kHz.
    duration, start : float
        ms.
    amplitude : float
        Of the peaks, as a share of the strength of a source.
    phase : float
        Degrees.

    Raises
    ------
    InputError
        For more periods than a waveform can hold.

    Examples
    --------
    >>> from remyelin.fibre import sinusoidal
    >>> wave = sinusoidal(10.0, 1.0)
    >>> round(float(wave.value.max()), 2)
    1.0
    """
    _positive("frequency", frequency)
    _positive("duration", duration)
    _start(start)
    number(amplitude, "amplitude", "sinusoidal")
    number(phase, "phase", "sinusoidal", unit="degrees")
    points = int(np.ceil(duration * frequency * POINTS_PER_PERIOD))
    if points > MOST_POINTS:
        raise InputError(f"sinusoidal: {duration:g} ms at {frequency:g} kHz is too long; give fewer periods.")
    time = np.linspace(0.0, duration, points + 1)
    value = amplitude * np.sin(2 * np.pi * frequency * time + np.deg2rad(phase))
    return Waveform(start + time, value)


def sampled(time: ArrayLike, value: ArrayLike) -> Waveform:
    """Return a waveform through measured points (ms, any unit), straight lines between them.

    Parameters
    ----------
    time : (n,) array-like
        ms, ascending.
    value : (n,) array-like
        Amplitude at each time; straight between them.

    Examples
    --------
    >>> from remyelin.fibre import sampled
    >>> sampled([0.0, 0.1, 0.2], [0.0, -1.0, 0.0]).value
    array([ 0., -1.,  0.])
    """
    return Waveform(numbers(time, "time", "sampled"), numbers(value, "value", "sampled"))


def from_function(
    function: Callable[[Array], ArrayLike], duration: float, *, resolution: float = FUNCTION_RESOLUTION_MS
) -> Waveform:
    """Return a waveform that follows ``function(time in ms)`` from 0 to `duration` (ms).

    Parameters
    ----------
    function : callable
        From times (ms) to amplitudes.
    duration : float
        ms.
    resolution : float
        ms between samples.

    Examples
    --------
    >>> import numpy as np
    >>> from remyelin.fibre import from_function
    >>> wave = from_function(lambda time: -np.exp(-time), 1.0, resolution=0.1)
    >>> wave.time.size > 10
    True
    """
    _positive("duration", duration)
    _positive("resolution", resolution)
    time = np.linspace(0.0, duration, int(np.ceil(duration / resolution)) + 1)
    value = np.broadcast_to(np.asarray(function(time), dtype=np.float64), time.shape)
    return Waveform(time, value)


def _positive(name: str, value: float) -> None:
    number(value, name, "waveform", above=0.0)


def _start(value: float) -> None:
    number(value, "start", "waveform", at_least=0.0, unit="ms")

"""Measures of a recorded potential: onset, peak, amplitude, area and duration. Negative is up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from remyelin.base.jit import compiled
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.settings import NERVE_ONSET_SHARE


@dataclass(frozen=True, slots=True, eq=False)
class Waveform:
    """A recorded potential: time (ms) after the stimulus, value (negative up), unit of the value.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> studies = nerve.battery(nerve.intact(person, ledger), person, tables, ledger, ['sural'])
    >>> wave = studies.waveforms['sural, ankle']
    >>> wave.unit, wave.time.shape == wave.value.shape
    ('uV', True)
    """

    time: Array
    value: Array
    unit: str


@dataclass(frozen=True, slots=True)
class Response:
    """Measures of a waveform: ms, unit of the waveform, unit times ms.

    Latency is that of the onset for nerve and muscle potentials, of the peak for evoked potentials;
    amplitude is from the baseline to the negative peak; duration and area are of the negative phase; `settled` is
    when it is back at the share of the peak at which it began.

    Examples
    --------
    >>> from remyelin import nerve
    >>> nerve.Response(onset=2.8, peak=3.6, amplitude=12.0, area=9.0, duration=1.4, settled=4.2).amplitude
    12.0
    """

    onset: float
    peak: float
    amplitude: float
    area: float
    duration: float
    settled: float


def measure(waveform: Waveform, floor: float) -> Response | None:
    """Measure the main negative phase of a waveform; None where it does not reach `floor`.

    The onset is where the rising flank passes a fixed small share of the peak.
    """
    value, time = np.ascontiguousarray(waveform.value), np.ascontiguousarray(waveform.time).view()
    time.flags.writeable = False  # as shared times are: one compilation for all
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

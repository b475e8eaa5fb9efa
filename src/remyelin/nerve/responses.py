"""What is read from a recorded potential: onset, peak, amplitude, area and duration. Negative is up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from remyelin.jit import compiled
from remyelin.nerve.anatomy import Array
from remyelin.numerics import NERVE_ONSET_SHARE


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


def measure(waveform: Waveform, floor: float) -> Response | None:
    """Measure the main negative phase of a waveform; None where it does not reach `floor`.

    The onset is where the rising flank passes a fixed small share of the peak.
    """
    value, time = waveform.value, waveform.time
    top = int(np.argmax(value))
    amplitude = float(value[top])
    if not amplitude >= floor:
        return None
    first, end, last = _edges(np.ascontiguousarray(value), top, NERVE_ONSET_SHARE * amplitude)
    sample = float(time[1] - time[0])
    onset = _crossing(time, value, first, NERVE_ONSET_SHARE * amplitude)
    return Response(
        onset,
        _peak(time, value, top),
        amplitude,
        float(np.clip(value[first : end + 1], 0, None).sum() * sample),
        _crossing(time, value, end - 1, 0.0) - onset,
        _crossing(time, value, last - 1, NERVE_ONSET_SHARE * amplitude),
    )


@compiled
def _edges(value: Any, top: int, small: float) -> tuple[int, int, int]:
    """Return the last sample below `small` before the top, the first one not above zero and the first below after.

    The ends of the waveform stand in where there is none.
    """
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
    return first, end, last


def _crossing(time: Array, value: Array, index: int, level: float) -> float:
    """Time at which `value` passes `level` between samples `index` and `index + 1`."""
    low, high = value[index], value[min(index + 1, len(value) - 1)]
    share = (level - low) / (high - low) if high != low else 0.0
    return float(time[index] + min(max(share, 0), 1) * (time[1] - time[0]))


def _peak(time: Array, value: Array, top: int) -> float:
    """Time of a maximum by the parabola through three samples."""
    if not 0 < top < len(value) - 1:
        return float(time[top])
    left, middle, right = value[top - 1 : top + 2]
    bend = left - 2 * middle + right
    return float(time[top] + (0.5 * (left - right) / bend if bend else 0.0) * (time[1] - time[0]))

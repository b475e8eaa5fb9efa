"""What a first impulse does to the next: recovery cycle and refractory period of transmission."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.errors import InputError
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.protocols.recording import spike_times
from remyelin.fibre.protocols.search import transitions
from remyelin.fibre.protocols.threshold import Bench, Pipette, Run, Source, threshold
from remyelin.fibre.settings import (
    ALLOWANCE,
    RECOVERY_LOWEST,
    RECOVERY_PER_DECADE,
    RECOVERY_REACH,
    SCAN_PER_DECADE,
    SEARCH_TOLERANCE,
    SUPRAMAXIMAL,
)
from remyelin.fibre.stimulation.stimulus import Pulse, Stimulus
from remyelin.fibre.stimulation.waveform import Waveform, rectangular

Array = NDArray[np.float64]


def recovery_cycle(
    fibre: Fibre,
    source: Source,
    waveform: Waveform,
    intervals: ArrayLike,
    *,
    between: tuple[float, float],
    conditioning: float = SUPRAMAXIMAL,
    tolerance: float = SEARCH_TOLERANCE,
    run: Run | None = None,
) -> xr.Dataset:
    """Find the threshold of a test pulse at intervals after a conditioning impulse.

    A test pulse counts when it adds an impulse at the node of detection to those the conditioning pulse
    gives alone.

    Parameters
    ----------
    fibre : Fibre
    source : Source
        Gives both pulses.
    waveform : Waveform
        Of both pulses.
    intervals : (k,) array
        Start of the test pulse after the start of the conditioning one, ms; no shorter than the waveform.
    between : (float, float)
        Range of the search for the unconditioned threshold, as for :func:`~remyelin.fibre.threshold`.
    conditioning : float
        Conditioning pulse over the unconditioned threshold.
    tolerance : float
    run : Run, optional
        A duration in it counts from the test pulse.

    Returns
    -------
    xarray.Dataset
        ``threshold(interval)``, NaN where the fibre is refractory at any strength tried; ``change(interval)``
        relative to ``unconditioned``: above 0 relatively refractory or subnormal, below 0 supernormal.
    """
    waits = np.atleast_1d(np.asarray(intervals, dtype=np.float64))
    length = waveform.end - float(waveform.time[0])
    if waits.ndim != 1 or len(waits) < 1 or not np.all(np.isfinite(waits)) or np.any(waits < length):
        raise InputError(
            f"recovery_cycle: give intervals of {length:g} ms, the length of the pulse, or more."
        )
    if not 1 <= conditioning < np.inf:
        raise InputError(f"recovery_cycle: conditioning is {conditioning}; give 1 or more times threshold.")
    alone = threshold(fibre, source, waveform, between=between, tolerance=tolerance, run=run)
    base = float(alone.threshold)
    if not np.isfinite(base):
        raise InputError(
            f"recovery_cycle: nothing between {between[0]} and {between[1]} {source.unit} excites."
        )
    bench = Bench(fibre, run or Run(), waveform.end)
    first = source.stimulus(fibre, waveform, conditioning * base)
    found = np.full(len(waits), np.nan)
    for k, wait in enumerate(waits):
        duration = bench.duration + float(wait)
        level, before = _impulses_of(bench, first, duration)
        expected = len(before)
        test = waveform.delayed(float(wait))

        def responds(
            amplitude: float,
            test: Waveform = test,
            duration: float = duration,
            level: float = level,
            expected: int = expected,
        ) -> bool:
            second = source.stimulus(fibre, test, amplitude)
            return bool(_count(bench, (first, second), duration, level) > expected)

        limits = (RECOVERY_LOWEST * base, RECOVERY_REACH * base)
        found[k] = transitions(
            responds,
            *limits,
            per_decade=RECOVERY_PER_DECADE,
            tolerance=tolerance,
            threads=bench.run.threads,
        ).first
    units = {"units": source.unit}
    return xr.Dataset(
        {
            "threshold": ("interval", found, units),
            "change": ("interval", found / base - 1, {"units": "1"}),
            "unconditioned": ((), base, units),
        },
        {"interval": ("interval", waits, {"units": "ms"})},
        {
            key: alone.attrs[key]
            for key in ("fibre", "detected_at_node", "step_us", "scheme", "relative_tolerance")
        }
        | {"conditioning_over_threshold": conditioning, "refractory_beyond_thresholds": RECOVERY_REACH},
    )


def refractory_period_of_transmission(
    fibre: Fibre,
    *,
    between: tuple[float, float],
    source: Source | None = None,
    amplitude: float | None = None,
    waveform: Waveform | None = None,
    per_decade: int = SCAN_PER_DECADE,
    tolerance: float = SEARCH_TOLERANCE,
    run: Run | None = None,
) -> xr.Dataset:
    """Find the shortest interval at which two impulses both pass the fibre.

    Parameters
    ----------
    fibre : Fibre
    between : (float, float)
        Shortest and longest interval tried, ms.
    source : Source, optional
        Both pulses' source; a pipette in node 1 when omitted.
    amplitude : float, optional
        In the source's unit; a strong pulse of 2 nA when omitted.
    waveform : Waveform, optional
        Of each pulse; 0.1 ms rectangular when omitted.
    per_decade : int
        Intervals scanned per factor of ten.
    tolerance : float
        Relative.
    run : Run, optional

    Returns
    -------
    xarray.Dataset
        ``period`` (ms): from there to the end of the range every interval tried passes; NaN if the last one
        does not. ``transition(change)`` with ``begins`` lists all changes.

    Raises
    ------
    InputError
        If the pulse alone leaves no impulse at the node of detection.
    """
    pulse = waveform or rectangular(Pulse().duration)
    origin = source or Pipette()
    strength = Pulse().amplitude if amplitude is None else amplitude
    bench = Bench(fibre, run or Run(), pulse.end)
    first = origin.stimulus(fibre, pulse, strength)
    # A second impulse runs slower in the wake of the first: wait for both, and as long again.
    wait = ALLOWANCE * bench.duration
    level, alone = _impulses_of(bench, first, wait + max(between))
    if not len(alone):
        raise InputError("refractory period: the pulse alone sends no impulse to the node of detection.")

    def responds(interval: float) -> bool:
        second = origin.stimulus(fibre, pulse.delayed(interval), strength)
        duration = interval + wait
        expected = np.count_nonzero(alone <= duration)
        return bool(_count(bench, (first, second), duration, level) > expected)

    found = transitions(
        responds, *between, per_decade=per_decade, tolerance=tolerance, threads=bench.run.threads
    )
    period = np.nan
    if found.responded[-1]:
        period = float(found.value[-1]) if len(found.value) else float(found.tried[0])
    return xr.Dataset(
        {
            "period": ((), period, {"units": "ms"}),
            "transition": ("change", found.value, {"units": "ms"}),
            "begins": ("change", found.begins),
        },
        attrs={
            "fibre": f"{fibre.model} {fibre.diameter:g} um",
            "monotone": int(found.monotone),
            "below_range": int(bool(found.responded[0])),
            "detected_at_node": bench.at,
            "step_us": bench.run.step,
            "scheme": bench.run.scheme,
        },
    )


def _impulses_of(bench: Bench, stimulus: Stimulus, duration: float) -> tuple[float, Array]:
    """Level that tells an impulse (mV, half way up the first one), and when one stimulus gives them (ms)."""
    recording = bench.record(stimulus, duration=duration, nodes=(bench.at,))
    trace = recording.potential[:, 0]
    level = 0.5 * float(trace[0] + trace.max())
    if not np.isfinite(recording.arrival[bench.at]):
        return level, np.zeros(0)
    return level, spike_times(recording.time, trace, level)


def _count(bench: Bench, stimuli: tuple[Stimulus, ...], duration: float, level: float) -> int:
    recording = bench.record(*stimuli, duration=duration, nodes=(bench.at,))
    return len(spike_times(recording.time, recording.potential[:, 0], level))

"""Recovery cycle and refractory period of transmission after a first impulse."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import number
from remyelin.base.errors import InputError
from remyelin.fibre.checks import series
from remyelin.fibre.models.fibre import Fibre, a_fibre
from remyelin.fibre.protocols.pairs import Pair
from remyelin.fibre.protocols.preparation import Preparation, Run, travel_times, waited
from remyelin.fibre.protocols.search import limits, search_together, searching
from remyelin.fibre.protocols.threshold import threshold
from remyelin.fibre.settings import (
    ALLOWANCE,
    DEFAULT_STEP_US,
    RECOVERY_LOWEST,
    RECOVERY_PER_DECADE,
    RECOVERY_REACH,
    SCAN_PER_DECADE,
    SEARCH_TOLERANCE,
    SUPRAMAXIMAL,
)
from remyelin.fibre.stimulation.sources import (
    AnySource,
    AnyWaveform,
    Pipette,
    end_of,
    placed,
    start_of,
    unit_of,
    unit_stimuli,
)
from remyelin.fibre.stimulation.stimulus import Pulse
from remyelin.fibre.stimulation.waveform import rectangular

Array = NDArray[np.float64]


def recovery_cycle(
    fibre: Fibre,
    source: AnySource,
    waveform: AnyWaveform,
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
    source : Source, function of the fibre, or tuple of Source
        Gives both pulses.
    waveform : Waveform or tuple of Waveform
        Of both pulses.
    intervals : (k,) array
        Start of the test pulse after the start of the conditioning one, ms; no shorter than the waveform.
    between : (float, float)
        Range of the search for the unconditioned threshold, as for :func:`~remyelin.fibre.threshold`.
    conditioning : float
        Conditioning pulse over the unconditioned threshold.
    tolerance : float
        Relative.
    run : Run, optional
        A duration in it counts from the test pulse.

    Returns
    -------
    xarray.Dataset
        ``threshold(interval)``, NaN where the fibre is refractory at any strength tried; ``change(interval)``
        relative to ``unconditioned``: above 0 relatively refractory or subnormal, below 0 supernormal.

    Raises
    ------
    InputError
        For intervals shorter than the pulse, or a range in which nothing excites.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import Pipette, recovery_cycle, rectangular, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 21, ledger=ledger)
    >>> found = recovery_cycle(fibre, Pipette(1), rectangular(0.1), [1.0, 4.0], between=(0.05, 20.0))
    >>> found.sizes['interval']
    2
    """
    a_fibre(fibre, "recovery_cycle")
    placed(source, fibre)
    unit_stimuli(fibre, source, waveform)
    waits = series(intervals, "intervals", "recovery_cycle")
    length = end_of(waveform) - start_of(waveform)
    unit = unit_of(placed(source, fibre))
    if np.any(waits < length):
        raise InputError(
            f"recovery_cycle: give intervals of {length:g} ms, the length of the pulse, or more."
        )
    number(conditioning, "conditioning", "recovery_cycle", at_least=1.0, unit="times threshold")
    setting = run or Run(step=DEFAULT_STEP_US)
    alone = threshold(fibre, source, waveform, between=between, tolerance=tolerance, run=setting)
    base = float(alone.threshold)
    if not np.isfinite(base):
        raise InputError(f"recovery_cycle: nothing between {between[0]} and {between[1]} {unit} excites.")
    last = float(waits.max())
    preparation = Preparation(fibre, setting, unit_stimuli(fibre, source, waveform), last)
    response = _response(preparation, end_of(waveform))
    pair = Pair(preparation, source, waveform, conditioning * base, response, response + last, waits.tolist())

    def responds(asked: list[tuple[int, float]]) -> list[bool]:
        tests = [(float(waits[k]), amplitude, response + float(waits[k])) for k, amplitude in asked]
        return pair.added(tests, setting.threads)

    ends = (RECOVERY_LOWEST * base, RECOVERY_REACH * base)
    searches = [searching(*ends, per_decade=RECOVERY_PER_DECADE, tolerance=tolerance) for _ in waits]
    found = np.array([one.first for one in search_together(searches, responds)])
    units = {"units": unit}
    return xr.Dataset(
        {
            "threshold": ("interval", found, units),
            "change": ("interval", found / base - 1, {"units": "1"}),
            "unconditioned": ((), base, units),
        },
        {"interval": ("interval", waits, {"units": "ms"})},
        {
            key: alone.attrs[key]
            for key in ("fibre", "detected_at_node", "step_us", "scheme", "solver", "relative_tolerance")
        }
        | {"reduction_error": max(preparation.error, alone.attrs["reduction_error"])}
        | {"conditioning_over_threshold": conditioning, "refractory_beyond_thresholds": RECOVERY_REACH},
    )


def refractory_period_of_transmission(
    fibre: Fibre,
    *,
    between: tuple[float, float],
    source: AnySource | None = None,
    amplitude: float | None = None,
    waveform: AnyWaveform | None = None,
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

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import refractory_period_of_transmission, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 21, ledger=ledger)
    >>> found = refractory_period_of_transmission(fibre, between=(0.3, 5.0))
    >>> sorted(str(name) for name in found.data_vars)[:1]
    ['begins']
    """
    a_fibre(fibre, "refractory period")
    pulse = rectangular(Pulse().duration) if waveform is None else waveform
    origin = Pipette() if source is None else source
    strength = Pulse().amplitude if amplitude is None else number(amplitude, "amplitude", "refractory period")
    between = limits(between)
    search = searching(*between, per_decade=per_decade, tolerance=tolerance)
    stimuli = unit_stimuli(fibre, origin, pulse)
    setting = run or Run()
    if between[0] <= 0:
        raise InputError(f"refractory period: an interval of {between[0]} ms is not above zero.")
    last = between[1]
    preparation = Preparation(fibre, setting, stimuli, last)
    response = _response(preparation, end_of(pulse))
    # A second impulse runs slower in the wake of the first: wait for both, and as long again.
    wait = ALLOWANCE * response
    pair = Pair(preparation, origin, pulse, strength, wait, wait + last)
    if not len(pair.alone):
        raise InputError("refractory period: the pulse alone sends no impulse to the node of detection.")

    def responds(asked: list[tuple[int, float]]) -> list[bool]:
        return pair.added([(interval, strength, interval + wait) for _, interval in asked], setting.threads)

    (found,) = search_together([search], responds)
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
            "detected_at_node": preparation.at,
            "step_us": setting.step,
            "scheme": setting.scheme,
            "solver": "full" if preparation.reduced is None else "reduced",
            "reduction_error": preparation.error,
        },
    )


def _response(preparation: Preparation, stimulus_end: float) -> float:
    """Return how long (ms) a response to a stimulus is waited for."""
    run = preparation.run
    if run.duration is not None:
        return run.duration
    return waited(travel_times([preparation], run.threads)[0], stimulus_end)

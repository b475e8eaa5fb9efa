"""Thresholds of conduction block by currents of kilohertz or direct current."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.base.checks import whole
from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_S
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.protocols.preparation import (
    Attached,
    Preparation,
    Run,
    attach,
    outcomes,
    travel_times,
    waited,
)
from remyelin.fibre.protocols.search import Transitions, limits, search_together, searching
from remyelin.fibre.protocols.thresholds import as_fibres, named, prepare_all, solver_of, transition_table
from remyelin.fibre.settings import (
    BLOCK_IMPULSES,
    BLOCK_STEP_US,
    BLOCK_TEST_APART_MS,
    BLOCK_TESTS,
    PROTOCOL_LIMIT_MS,
    SCAN_PER_DECADE,
    SEARCH_TOLERANCE,
)
from remyelin.fibre.stimulation.sources import (
    AnySource,
    AnyWaveform,
    Pipette,
    end_of,
    placed,
    unit_of,
    unit_stimuli,
)
from remyelin.fibre.stimulation.stimulus import Pulse, Stimulus, pulse_stimulus
from remyelin.fibre.stimulation.waveform import Waveform, rectangular

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """One fibre under one source and waveform, with its test pulse as the last stimulus."""

    fibre: Fibre
    source: AnySource
    stimuli: tuple[Stimulus, ...]
    test: Pulse
    last: float
    end: float


def block_thresholds(
    fibres: Fibre | Sequence[Fibre],
    sources: AnySource | list[AnySource] | Mapping[str, AnySource],
    waveforms: AnyWaveform | list[AnyWaveform] | Mapping[str, AnyWaveform],
    *,
    between: tuple[float, float],
    test: Pulse | None = None,
    repeats: int = BLOCK_TESTS,
    per_decade: int = SCAN_PER_DECADE,
    tolerance: float = SEARCH_TOLERANCE,
    run: Run | None = None,
) -> xr.Dataset:
    """Find the amplitudes at which sources block conduction.

    A source is on from the beginning. A few test pulses are given near one end when the impulses that the
    beginning itself starts are over; one alone might be lost by colliding with one of those. The fibre is blocked if no
    impulse at all passes the node of detection from then on, so an amplitude at which the source keeps exciting
    the fibre does not block it.

    Parameters
    ----------
    fibres, sources, between, per_decade, tolerance
        As for :func:`~remyelin.fibre.thresholds`.
    waveforms : Waveform, tuple, or several of them
        They last until the test impulse has had its time: :func:`~remyelin.fibre.sinusoidal` for alternating
        current, :func:`~remyelin.fibre.rectangular` for direct current.
    test : Pulse, optional
        The first test pulse; 2 nA for 0.1 ms into node 1 after half of the waveform when omitted.
    repeats : int
        How many test pulses, 3 ms apart.
    run : Run, optional
        A duration in it is how long the last test impulse is waited for, ms; when omitted, twice the time it takes.

    Returns
    -------
    xarray.Dataset
        ``threshold(fibre, source, waveform)``: smallest amplitude that blocks, NaN if none in the range does;
        ``monotone``; ``onset``: impulses that pass the node of detection before the test pulse, at threshold, -1
        where there is none; ``transition(..., change)`` with ``begins`` as for :func:`~remyelin.fibre.thresholds`.

    Raises
    ------
    InputError
        If something cannot be used, the smallest amplitude blocks already, the test impulse does not pass without
        the source, or the waveform ends too early.

    Examples
    --------
    >>> from remyelin.evidence import Ledger
    >>> from remyelin.fibre import above, block_thresholds, mrg, sinusoidal
    >>> fibre = mrg(10.0, 31, ledger=Ledger.shipped())
    >>> found = block_thresholds(
    ...     fibre, above(fibre, 1000.0, 0.2), sinusoidal(10.0, 25.0), between=(0.2, 2.0), per_decade=8,
    ...     tolerance=0.01,
    ... )
    >>> 0.4 < found.threshold.item() < 0.8
    True
    """
    setting = run or Run(step=BLOCK_STEP_US)
    given = as_fibres(fibres)
    named_sources: dict[str, AnySource] = named(sources, "source")
    named_waveforms: dict[str, AnyWaveform] = named(waveforms, "waveform")
    wanted = [
        (fibre, source, waveform)
        for fibre in given
        for source in named_sources.values()
        for waveform in named_waveforms.values()
    ]
    units = {"units": unit_of([one for fibre, source, _ in wanted for one in placed(source, fibre)])}
    searches = [searching(*limits(between), per_decade=per_decade, tolerance=tolerance) for _ in wanted]
    repeats = whole(repeats, "repeats", "block")
    if test is not None and not isinstance(test, Pulse):
        raise InputError(f"block: a {type(test).__name__} is not a Pulse.")
    tests: dict[tuple[float, float], Waveform] = {}
    cases = [_case(*one, test, repeats, tests) for one in wanted]
    preparations = prepare_all(
        [case.fibre for case in cases],
        [case.stimuli for case in cases],
        max(case.test.start for case in cases),
        setting,
    )
    distinct = list(dict.fromkeys(preparations))
    travel = dict(zip(distinct, _travel(distinct, setting), strict=True))
    attached = []
    for case, preparation in zip(cases, preparations, strict=True):
        stop = case.last + travel[preparation]
        if stop > case.end or stop > PROTOCOL_LIMIT_MS:
            raise InputError(
                f"block: the waveform ends at {case.end:g} ms; it must last until {stop:.3g} ms, when the impulse of "
                f"the last test pulse at {case.last:g} ms has had its time."
            )
        attached.append(attach(preparation, case.stimuli, stop))
    _passes_alone(cases, attached, setting)
    found = search_together(
        searches, lambda asked: [blocked for blocked, _ in _tried(cases, attached, asked, setting)]
    )
    for one in found:
        if one.responded[0]:
            raise InputError(
                f"block: {one.tried[0]:g} {units['units']} blocks already; begin the range at a smaller amplitude."
            )
    onset = _onsets(cases, attached, found, setting)
    shape, across = (len(given), len(named_sources), len(named_waveforms)), ("fibre", "source", "waveform")
    changes, begins = transition_table(found)
    return xr.Dataset(
        {
            "threshold": (across, np.array([one.first for one in found]).reshape(shape), units),
            "monotone": (across, np.array([one.monotone for one in found]).reshape(shape)),
            "onset": (across, np.array(onset).reshape(shape), {"units": "impulses"}),
            "transition": ((*across, "change"), changes.reshape(*shape, -1), units),
            "begins": ((*across, "change"), begins.reshape(*shape, -1)),
        },
        {
            "source": list(named_sources),
            "waveform": list(named_waveforms),
            "diameter": ("fibre", [fibre.diameter for fibre in given], {"units": "um"}),
        },
        {
            "step_us": setting.step,
            "scheme": setting.scheme,
            "solver": solver_of(attached),
            "reduction_error": max(one.preparation.error for one in attached),
            "relative_tolerance": tolerance,
            "scanned_per_decade": per_decade,
        },
    )


def _case(
    fibre: Fibre,
    source: AnySource,
    waveform: AnyWaveform,
    test: Pulse | None,
    repeats: int,
    tests: dict[tuple[float, float], Waveform],
) -> _Case:
    stimuli = unit_stimuli(fibre, source, waveform)
    end = end_of(waveform)
    pulse = test or Pulse(start=end / 2)
    pulse_stimulus(fibre, pulse)  # refuses what the fibre cannot be given
    if not 0 <= pulse.start < end:
        raise InputError(
            f"block: the test pulse starts at {pulse.start:g} ms; give a start between 0 and {end:g} ms, where the "
            "waveform ends."
        )
    key = (pulse.start, pulse.duration)
    if key not in tests:  # shared, so that fibres can lie side by side
        one = rectangular(pulse.duration, start=pulse.start)
        tests[key] = one.train(repeats, MS_PER_S / BLOCK_TEST_APART_MS)
    last = pulse.start + (repeats - 1) * BLOCK_TEST_APART_MS
    probe = Pipette(pulse.node).stimulus(fibre, tests[key], pulse.amplitude)
    return _Case(fibre, source, (*stimuli, probe), pulse, last, end)


def _travel(preparations: Sequence[Preparation], run: Run) -> list[float]:
    if run.duration is not None:
        return [run.duration] * len(preparations)
    return [waited(time, 0.0) for time in travel_times(preparations, run.threads)]


def _tried(
    cases: Sequence[_Case], attached: Sequence[Attached], asked: Sequence[tuple[int, float]], run: Run
) -> list[tuple[bool, int]]:
    """Return whether each amplitude blocks, and how many impulses came before the test."""
    runs = [(attached[number], [value] * (len(cases[number].stimuli) - 1) + [1.0]) for number, value in asked]
    results = outcomes(runs, until_arrival=None, impulses=BLOCK_IMPULSES, threads=run.threads)
    found = []
    for (number, _), outcome in zip(asked, results, strict=True):
        times = outcome.times[0]
        before = int(np.count_nonzero(times < cases[number].test.start))
        found.append((not np.any(times >= cases[number].test.start), before))
    return found


def _passes_alone(cases: Sequence[_Case], attached: Sequence[Attached], run: Run) -> None:
    """Raise InputError where the test impulse does not pass without the source."""
    for case, (blocked, _) in zip(
        cases, _tried(cases, attached, [(number, 0.0) for number in range(len(cases))], run), strict=True
    ):
        if blocked:
            raise InputError(
                f"block: the test pulse of {case.test.amplitude:g} nA into node {case.test.node} sends no impulse to "
                "the node of detection without the source either; give a stronger one or another node."
            )


def _onsets(
    cases: Sequence[_Case], attached: Sequence[Attached], found: Sequence[Transitions], run: Run
) -> list[int]:
    there = [(number, one.first) for number, one in enumerate(found) if np.any(one.begins)]
    onset = [-1] * len(found)
    for (number, _), (_, before) in zip(there, _tried(cases, attached, there, run), strict=True):
        onset[number] = before
    return onset

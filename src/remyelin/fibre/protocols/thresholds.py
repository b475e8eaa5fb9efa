"""Thresholds of excitation of many fibres at once.

Thresholds come from scans that find every change of the response (:mod:`remyelin.fibre.protocols.search`), since
excitation is not monotone: a strong cathode blocks the impulse it starts. All searches go on together, and what
they want to know next is run side by side in the reduced solver, fibres that cannot be reduced in the full one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.fibre.models.fibre import Fibre, a_fibre
from remyelin.fibre.protocols.preparation import (
    Attached,
    Preparation,
    Run,
    attach,
    most_demanding,
    outcomes,
    plan_for,
    travel_times,
    waited,
)
from remyelin.fibre.protocols.search import Transitions, limits, search_together, searching
from remyelin.fibre.settings import PLAN_LOOKS, SCAN_PER_DECADE, SEARCH_TOLERANCE
from remyelin.fibre.solvers.packing import reducible
from remyelin.fibre.stimulation.sources import (
    AnySource,
    AnyWaveform,
    end_of,
    placed,
    unit_of,
    unit_stimuli,
)
from remyelin.fibre.stimulation.stimulus import Stimulus

Array = NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Result of one search.

    Attributes
    ----------
    transitions : Transitions
    site : int
        Node at which the impulse at threshold begins, -1 if there is none.
    attached : Attached
        What was run.
    """

    transitions: Transitions
    site: int
    attached: Attached


def thresholds(
    fibres: Fibre | Sequence[Fibre],
    sources: AnySource | list[AnySource] | Mapping[str, AnySource],
    waveforms: AnyWaveform | list[AnyWaveform] | Mapping[str, AnyWaveform],
    *,
    between: tuple[float, float],
    per_decade: int = SCAN_PER_DECADE,
    tolerance: float = SEARCH_TOLERANCE,
    run: Run | None = None,
) -> xr.Dataset:
    """Find the thresholds of every fibre for every source and waveform.

    Parameters
    ----------
    fibres : Fibre or sequence of Fibre
        Each with two nodes or more.
    sources : Source, function, tuple, or several of them
        An electrode, a pipette, a field; a function of the fibre that returns one, such as
        ``lambda fibre: above(fibre, 1000.0, 0.2)``; a tuple of sources that act together at one amplitude; or a
        list or a mapping by name of any of these.
    waveforms : Waveform, tuple, or several of them
        A tuple gives each of several sources that act together its own; a list or a mapping by name gives several.
    between : (float, float)
        Smallest and largest amplitude, mA or nA as the source has it, of one sign.
    per_decade : int
        Amplitudes scanned per factor of ten.
    tolerance : float
        Relative, of every transition.
    run : Run, optional

    Returns
    -------
    xarray.Dataset
        ``threshold(fibre, source, waveform)``: smallest amplitude at which an impulse is conducted, NaN if none
        in the range does; ``site``: node at which it begins, -1 for none; ``monotone``;
        ``end_excitation``, whether it begins at an end of the fibre, where no real fibre ends;
        ``transition(fibre, source, waveform, change)`` with ``begins`` (1 where the response begins, 0 where it ends,
        -1 behind the last). The stated error of the reduction is an attribute.

    Raises
    ------
    InputError
        If something cannot be used, a fibre responds at the smallest amplitude already, or does not conduct at all.

    Examples
    --------
    >>> from remyelin.evidence import Ledger
    >>> from remyelin.fibre import above, mrg, rectangular, thresholds
    >>> ledger = Ledger.shipped()
    >>> fibres = [mrg(d, 21, ledger=ledger) for d in (7.3, 10.0)]
    >>> found = thresholds(
    ...     fibres, lambda fibre: above(fibre, 1000.0, 0.2), {"short": rectangular(0.05), "long": rectangular(0.2)},
    ...     between=(-0.02, -0.5), per_decade=8,
    ... )
    >>> found.threshold.sel(waveform="long").round(1).values.ravel().tolist()
    [-0.1, -0.1]
    """
    setting = run or Run()
    given = as_fibres(fibres)
    named_sources: dict[str, AnySource] = named(sources, "source")
    named_waveforms: dict[str, AnyWaveform] = named(waveforms, "waveform")
    cases = [
        (fibre, source, waveform)
        for fibre in given
        for source in named_sources.values()
        for waveform in named_waveforms.values()
    ]
    found = excitation(cases, between, per_decade, tolerance, setting)
    shape = (len(given), len(named_sources), len(named_waveforms))
    across = ("fibre", "source", "waveform")
    units = {"units": unit_of([one for fibre, source, _ in cases for one in placed(source, fibre)])}
    changes, begins = transition_table([one.transitions for one in found])

    def each(value: Callable[[Found], object]) -> NDArray[np.generic]:
        return np.array([value(one) for one in found]).reshape(shape)

    return xr.Dataset(
        {
            "threshold": (across, each(lambda one: one.transitions.first), units),
            "site": (across, each(lambda one: one.site), {"units": "node"}),
            "monotone": (across, each(lambda one: one.transitions.monotone)),
            "end_excitation": (across, each(at_an_end)),
            "transition": ((*across, "change"), changes.reshape(*shape, -1), units),
            "begins": ((*across, "change"), begins.reshape(*shape, -1)),
        },
        {
            "source": list(named_sources),
            "waveform": list(named_waveforms),
            "diameter": ("fibre", [fibre.diameter for fibre in given], {"units": "um"}),
        },
        settings(setting, found, tolerance, per_decade),
    )


def excitation(
    cases: Sequence[tuple[Fibre, AnySource, AnyWaveform]],
    between: tuple[float, float],
    per_decade: int,
    tolerance: float,
    run: Run,
) -> list[Found]:
    """Search the excitation thresholds of cases, all together."""
    for fibre, _, _ in cases:
        a_fibre(fibre, "threshold")
    searches = [searching(*limits(between), per_decade=per_decade, tolerance=tolerance) for _ in cases]
    attached = attach_all(cases, run)
    found = search_together(
        searches,
        lambda asked: [
            bool(np.isfinite(outcome.arrival[0]))
            for outcome in outcomes(
                [(attached[number], _gains(attached[number], value)) for number, value in asked],
                threads=run.threads,
            )
        ],
    )
    for one, (fibre, source, _) in zip(found, cases, strict=True):
        if one.responded[0]:
            raise InputError(
                f"threshold: an impulse is conducted already at {one.tried[0]:g} {unit_of(placed(source, fibre))}; "
                "begin the range at a smaller amplitude."
            )
    return [
        Found(one, site, own)
        for one, site, own in zip(found, _sites(found, attached, run.threads), attached, strict=True)
    ]


def attach_all(cases: Sequence[tuple[Fibre, AnySource, AnyWaveform]], run: Run) -> list[Attached]:
    """Prepare the fibres of cases with one reduction for all, and attach their sources, each fibre once."""
    stimuli = [unit_stimuli(*case) for case in cases]
    ends = [end_of(waveform) for _, _, waveform in cases]
    preparations = prepare_all([fibre for fibre, _, _ in cases], stimuli, max(ends, default=0.0), run)
    distinct = list(dict.fromkeys(preparations))
    if run.duration is None:
        travel = dict(zip(distinct, travel_times(distinct, run.threads), strict=True))
        durations = [waited(travel[p], end) for p, end in zip(preparations, ends, strict=True)]
    else:
        durations = [run.duration] * len(cases)
    return [
        attach(preparation, own, duration)
        for preparation, own, duration in zip(preparations, stimuli, durations, strict=True)
    ]


def prepare_all(
    fibres: Sequence[Fibre], stimuli: Sequence[tuple[Stimulus, ...]], longest: float, run: Run
) -> list[Preparation]:
    """Prepare fibres with one reduction for all of them, the same fibre once.

    The error of the reduction is looked at for a few: those whose sources are the strongest, and those whose
    internodes are the hardest to reduce.
    """
    if not fibres:
        raise InputError("protocol: give at least one fibre.")
    plan = None
    able = [
        i
        for i, fibre in enumerate(fibres)
        if isinstance(fibre, Fibre) and run.solver != "full" and reducible(fibre)
    ]
    if run.scheme == "second-order" and able:
        strength = np.array([_strength(stimuli[i]) for i in able])
        strongest = np.argsort(-strength, kind="stable")[:PLAN_LOOKS].tolist()
        looked = sorted({able[i] for i in (*strongest, *most_demanding([fibres[i] for i in able]))})
        plan = plan_for([(fibres[i], stimuli[i]) for i in looked], longest, run.tolerance)
    made: dict[int, Preparation] = {}
    for fibre in fibres:
        if id(fibre) not in made:
            made[id(fibre)] = Preparation(fibre, run, plan=plan)
    return [made[id(fibre)] for fibre in fibres]


def _strength(stimuli: Sequence[Stimulus]) -> float:
    return max((float(np.max(np.abs(s.axoplasm))) for s in stimuli), default=0.0)


def _gains(attached: Attached, amplitude: float) -> tuple[float, ...]:
    return (amplitude,) * len(attached.stimuli)


def _sites(found: Sequence[Transitions], attached: Sequence[Attached], threads: int) -> list[int]:
    """Node at which the impulse at each threshold begins, -1 where there is none."""
    there = [k for k, one in enumerate(found) if np.any(one.begins)]
    most = max((attached[k].preparation.fibre.n_nodes for k in there), default=0)
    runs = []
    for k in there:
        # all watch as many nodes, so that they can share a block; the node of detection ends the run
        nodes = np.minimum(np.arange(most), attached[k].preparation.fibre.n_nodes - 1)
        every = replace(attached[k], watch=(attached[k].preparation.at, *nodes.tolist()))
        runs.append((every, _gains(attached[k], found[k].first)))
    sites = [-1] * len(found)
    for k, outcome in zip(there, outcomes(runs, threads=threads), strict=True):
        sites[k] = int(np.nanargmin(outcome.arrival[1:]))
    return sites


def at_an_end(found: Found) -> bool:
    """Whether the impulse begins at an end of the fibre."""
    last = found.attached.preparation.fibre.n_nodes - 1
    return found.site in (0, 1, last - 1, last)


def settings(run: Run, found: Sequence[Found], tolerance: float, per_decade: int) -> dict[str, object]:
    """Return the attributes that say how a search was made."""
    return {
        "step_us": run.step,
        "scheme": run.scheme,
        "solver": solver_of([one.attached for one in found]),
        "reduction_error": max(one.attached.preparation.error for one in found),
        "relative_tolerance": tolerance,
        "scanned_per_decade": per_decade,
    }


def solver_of(attached: Sequence[Attached]) -> str:
    """Return which solver ran: "reduced", "full", or both."""
    kinds = {"full" if one.preparation.reduced is None else "reduced" for one in attached}
    return kinds.pop() if len(kinds) == 1 else "reduced and full"


def transition_table(found: Sequence[Transitions]) -> tuple[Array, NDArray[np.int64]]:
    """Return all changes of several searches and the kind of each, both (searches, most changes, at least 1).

    Behind the last change of a search stand NaN and -1.
    """
    most = max(1, *(len(one.value) for one in found))
    changes, begins = np.full((len(found), most), np.nan), np.full((len(found), most), -1)
    for k, one in enumerate(found):
        changes[k, : len(one.value)] = one.value
        begins[k, : len(one.value)] = one.begins
    return changes, begins


def as_fibres(fibres: Fibre | Sequence[Fibre]) -> list[Fibre]:
    """Return fibres as a list.

    Raises
    ------
    InputError
        If there are none, or something is no fibre.
    """
    if not isinstance(fibres, Fibre) and (isinstance(fibres, str) or not isinstance(fibres, Iterable)):
        raise InputError(f"a {type(fibres).__name__} is not a Fibre; build one with mrg().")
    given = [fibres] if isinstance(fibres, Fibre) else list(fibres)
    if not given:
        raise InputError("give at least one fibre.")
    for index, fibre in enumerate(given):
        if not isinstance(fibre, Fibre):
            raise InputError(f"item {index} is a {type(fibre).__name__}, not a Fibre; build one with mrg().")
    return given


def named(several: T | list[T] | Mapping[str, T], what: str) -> dict[str, T]:
    """Return things by name: as given, or numbered from 0.

    Raises
    ------
    InputError
        If there are none.
    """
    if isinstance(several, Mapping):
        found = {str(name): one for name, one in several.items()}
    elif isinstance(several, list):
        found = {str(k): one for k, one in enumerate(several)}
    else:
        found = {"0": several}
    if not found:
        raise InputError(f"give at least one {what}.")
    return found

"""A fibre prepared for stimulation: reduced where that is possible, in full where it is not, run at any amplitudes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from remyelin.base.checks import number, one_of, whole
from remyelin.base.errors import InputError
from remyelin.fibre.checks import duration_ms, position, step_us
from remyelin.fibre.models.circuit import circuit
from remyelin.fibre.models.fibre import NODE, Fibre, a_fibre
from remyelin.fibre.protocols.crossings import spike_times
from remyelin.fibre.settings import (
    ALLOWANCE,
    CROSSING_LEVEL,
    DETECT_AT,
    PROTOCOL_STEP_US,
    REDUCTION_TOLERANCE,
    TRAVEL_LIMIT_MS,
)
from remyelin.fibre.solvers.driven_rows import Pattern, Prepared, pattern, prepare
from remyelin.fibre.solvers.full import Recording, Scheme, resting_state, simulate_full
from remyelin.fibre.solvers.modes import Plan, choose_plan
from remyelin.fibre.solvers.packing import reducible
from remyelin.fibre.solvers.reduction import points
from remyelin.fibre.solvers.side_by_side import Followed, Side, simulate_side_by_side
from remyelin.fibre.solvers.trials import Cell, Outcome, Trial, run_trials
from remyelin.fibre.stimulation.sources import Pipette, scaled
from remyelin.fibre.stimulation.stimulus import Pulse, Stimulus
from remyelin.fibre.stimulation.waveform import rectangular

Array = NDArray[np.float64]
ProtocolSolver = Literal["auto", "reduced", "full"]


@dataclass(frozen=True, slots=True)
class Run:
    """Settings with which a protocol runs its simulations.

    Attributes
    ----------
    at : int, optional
        Node at which an impulse counts as conducted; nine tenths along the fibre when omitted.
    duration : float, optional
        ms; when omitted, the stimulus and twice the time an impulse takes to the node.
    step : float
        us.
    scheme : "second-order" or "backward-euler"
        Backward Euler, for comparison with other simulators, needs the full solver.
    threads : int
        Simulations at a time; results do not depend on it.
    solver : "auto", "reduced" or "full"
        The reduced internode where fibre and scheme allow it, which is the default, or every compartment.
    tolerance : float
        Relative error of the reduction up to which the cheapest one is taken; what it is stands in the results.

    Raises
    ------
    InputError
        For a step, duration, solver, scheme, tolerance or number of threads that cannot be used.

    Examples
    --------
    >>> from remyelin.fibre import Run
    >>> Run(at=15, step=2.0).scheme
    'second-order'
    """

    at: int | None = None
    duration: float | None = None
    step: float = PROTOCOL_STEP_US
    scheme: Scheme = "second-order"
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    solver: ProtocolSolver = "auto"
    tolerance: float = REDUCTION_TOLERANCE

    def __post_init__(self) -> None:
        if self.duration is not None:
            duration_ms(self.duration, "protocol")
        step_us(self.step, "protocol")
        one_of(self.scheme, "scheme", "protocol", get_args(Scheme))
        one_of(self.solver, "solver", "protocol", get_args(ProtocolSolver))
        if self.solver == "reduced" and self.scheme != "second-order":
            raise InputError("the reduced solver is second-order; use solver='full' for backward Euler.")
        whole(self.threads, "threads", "protocol")
        if not number(self.tolerance, "tolerance", "protocol", above=0.0) < 1:
            raise InputError(f"protocol: tolerance is {self.tolerance}; give a share between 0 and 1.")


class Preparation:
    """A fibre at rest, ready to be stimulated many times.

    Parameters
    ----------
    fibre : Fibre
    run : Run
    stimuli : sequence of Stimulus
        Those it will receive, for the choice of the reduction.
    longest : float
        How long it will remember them, ms.
    plan : (Plan, float), optional
        The reduction and its stated error, if chosen before.

    Attributes
    ----------
    at : int
        Node at which an impulse counts as conducted.
    error : float
        Stated error of the reduction; 0 in the full solver.
    """

    __slots__ = ("_rest", "at", "error", "fibre", "reduced", "run")

    def __init__(
        self,
        fibre: Fibre,
        run: Run,
        stimuli: Sequence[Stimulus] = (),
        longest: float = 0.0,
        plan: tuple[Plan, float] | None = None,
    ) -> None:
        a_fibre(fibre, "protocol")
        at = int(DETECT_AT * (fibre.n_nodes - 1)) if run.at is None else run.at
        at = position(at, fibre.n_nodes, "node", "protocol")
        self.fibre, self.run, self.at = fibre, run, at
        self.reduced: Prepared | None = None
        self._rest: tuple[Array, Array] | None = None
        self.error = 0.0
        if run.solver == "reduced" or (
            run.solver == "auto" and run.scheme == "second-order" and reducible(fibre)
        ):
            chosen, self.error = plan or plan_for([(fibre, stimuli)], longest, run.tolerance)
            self.reduced = prepare(fibre, run.step, chosen)

    @property
    def rest(self) -> tuple[Array, Array]:
        """Resting potentials of axoplasm and periaxonal space, compartment by compartment, mV."""
        if self._rest is None:
            self._rest = resting_state(self.fibre)
        return self._rest

    def patterns(self, stimuli: Sequence[Stimulus]) -> tuple[Pattern, ...]:
        """Return stimuli as the reduced solver wants them; nothing for the full one."""
        if self.reduced is None:
            return ()
        return tuple(pattern(self.reduced, s.axoplasm, s.periaxonal) for s in stimuli)

    def record(self, stimuli: Sequence[Stimulus], duration: float, nodes: Sequence[int] = ()) -> Recording:
        """Simulate in full; keep the membrane potential of the nodes named."""
        where = self.fibre.nodes[list(nodes)] if nodes else None
        return simulate_full(
            self.fibre,
            tuple(stimuli),
            duration,
            step=self.run.step,
            scheme=self.run.scheme,
            record=where,
            start=self.rest,
        )


def plan_for(
    cases: Sequence[tuple[Fibre, Sequence[Stimulus]]], longest: float, tolerance: float
) -> tuple[Plan, float]:
    """Return one reduction that is good enough for fibres and their sources, and its largest stated error."""
    best: tuple[Plan, float] | None = None
    for fibre, stimuli in cases:
        patterns = [(s.axoplasm, s.periaxonal) for s in stimuli]
        plan, error = choose_plan(circuit(fibre), points(fibre), patterns, longest, tolerance)
        if best is None or plan.states > best[0].states:
            best = plan, error
        elif plan == best[0]:
            best = plan, max(error, best[1])
    if best is None:
        raise InputError("protocol: give at least one fibre.")
    return best


def most_demanding(fibres: Sequence[Fibre]) -> list[int]:
    """Return positions of those fibres of a batch whose internodes are the hardest to reduce.

    They are the extremes of what the error of a reduction rests on: the thinnest sheath, a bare internode among them,
    the thinnest that is there, the least myelin of a whole fibre, the widest periaxonal space, the thinnest and the
    thickest axon, the longest compartment. The same fibre is looked at once.
    """
    places: dict[int, int] = {}
    for place, fibre in enumerate(fibres):
        places.setdefault(id(fibre), place)
    distinct = list(places.values())
    measured = np.array([_extremes(fibres[place]) for place in distinct])
    return sorted({distinct[row] for row in np.argmin(measured, axis=0).tolist()})


def _extremes(fibre: Fibre) -> tuple[float, ...]:
    """Return the properties that make a fibre hard to reduce, each less where it is harder."""
    lamellae = fibre.lamellae[fibre.role != NODE]
    sheathed = lamellae[lamellae > 0]
    return (
        float(lamellae.min(initial=np.inf)),
        float(sheathed.min(initial=np.inf)),
        float(lamellae.sum()),
        -float(fibre.periaxonal_width.max()),
        float(fibre.axon_diameter.min()),
        -float(fibre.axon_diameter.max()),
        -float(fibre.length.max()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Attached:
    """Sources attached to a preparation: all of a run but the amplitudes.

    Attributes
    ----------
    preparation : Preparation
    stimuli : tuple of Stimulus
        At amplitude 1.
    patterns : tuple of Pattern
        The same for the reduced solver.
    duration : float
        ms.
    watch : tuple of int
        Nodes whose impulses are followed.
    level : float
        mV: an upward crossing counts as an impulse.
    """

    preparation: Preparation
    stimuli: tuple[Stimulus, ...]
    patterns: tuple[Pattern, ...]
    duration: float
    watch: tuple[int, ...]
    level: float = CROSSING_LEVEL


def attach(
    preparation: Preparation,
    stimuli: Sequence[Stimulus],
    duration: float,
    watch: Sequence[int] | None = None,
    level: float = CROSSING_LEVEL,
) -> Attached:
    """Attach stimuli of amplitude 1 to a preparation; the node of detection is watched when no others are named."""
    nodes = (preparation.at,) if watch is None else tuple(watch)
    return Attached(preparation, tuple(stimuli), preparation.patterns(stimuli), duration, nodes, level)


def outcomes(
    runs: Sequence[tuple[Attached, Sequence[float]]],
    *,
    until_arrival: int | None = 0,
    impulses: int = 1,
    threads: int = 1,
) -> list[Outcome]:
    """Run preparations at given amplitudes of their stimuli, side by side where they are reduced.

    Parameters
    ----------
    runs : sequence of (Attached, amplitudes)
    until_arrival : int, optional
        Position in the watch whose first impulse ends a run, which otherwise ends when the fibre is back at
        rest; None runs on to its end.
    impulses : int
        Times kept for every watched node.
    threads : int

    Returns
    -------
    list of Outcome
    """
    found: list[Outcome | None] = [None] * len(runs)
    quick = [i for i, (attached, _) in enumerate(runs) if attached.preparation.reduced is not None]
    cells: dict[int, Cell] = {}
    trials = []
    for i in quick:
        attached, gain = runs[i]
        prepared = attached.preparation.reduced
        if prepared is None:
            continue
        if id(attached) not in cells:
            cells[id(attached)] = Cell(
                prepared,
                attached.patterns,
                tuple(s.sample for s in attached.stimuli),
                attached.duration,
                tuple(int(prepared.nodes[node]) for node in attached.watch),
                attached.level,
            )
        trials.append(Trial(cells[id(attached)], tuple(float(g) for g in gain)))
    for i, outcome in zip(
        quick,
        run_trials(trials, until_arrival=until_arrival, impulses=impulses, threads=threads),
        strict=True,
    ):
        found[i] = outcome

    slow = sorted(set(range(len(runs))) - set(quick))
    by_setting: dict[tuple[float, Scheme], list[int]] = {}
    for i in slow:
        run = runs[i][0].preparation.run
        by_setting.setdefault((run.step, run.scheme), []).append(i)
    for (step, scheme), alike in by_setting.items():
        followed = simulate_side_by_side(
            [_side(*runs[i]) for i in alike],
            step=step,
            scheme=scheme,
            until_arrival=until_arrival,
            threads=threads,
        )
        for i, one in zip(alike, followed, strict=True):
            found[i] = _outcome(one, runs[i][0].level, impulses)
    return [outcome for outcome in found if outcome is not None]


def _side(attached: Attached, gain: Sequence[float]) -> Side:
    """Return a run in full."""
    preparation = attached.preparation
    stimuli = tuple(scaled(s, float(g)) for s, g in zip(attached.stimuli, gain, strict=True))
    watch = tuple(preparation.fibre.nodes[list(attached.watch)].tolist())
    return Side(preparation.fibre, stimuli, attached.duration, preparation.rest, watch)


def _outcome(run: Followed, level: float, impulses: int) -> Outcome:
    each = [spike_times(run.time, potential, level) for potential in run.potential.T]
    times = np.full((len(each), impulses), np.nan)
    for row, at in zip(times, each, strict=True):
        row[: min(len(at), impulses)] = at[:impulses]
    return Outcome(run.arrival, times, np.array([len(at) for at in each]))


def travel_times(preparations: Sequence[Preparation], threads: int) -> list[float]:
    """Return the longest time (ms) an impulse started in the axoplasm near either end takes to the node of detection.

    Raises
    ------
    InputError
        If it does not get there.
    """
    longest = [1.0] * len(preparations)
    pulse = rectangular(Pulse().duration)
    for start in (1, -2):
        waiting = {i: longest[i] for i in range(len(preparations))}
        while waiting:
            runs = []
            for i, window in waiting.items():
                stimulus = Pipette(start).stimulus(preparations[i].fibre, pulse)
                # the reduced solver ends by itself when the impulse has arrived or nothing moves any more
                duration = window if preparations[i].reduced is None else TRAVEL_LIMIT_MS
                runs.append((attach(preparations[i], (stimulus,), duration), (Pulse().amplitude,)))
            found = outcomes(runs, threads=threads)
            for i, outcome in zip(list(waiting), found, strict=True):
                arrival = float(outcome.arrival[0])
                if np.isfinite(arrival):
                    longest[i] = max(longest[i], arrival)
                    del waiting[i]
                elif preparations[i].reduced is not None or waiting[i] > TRAVEL_LIMIT_MS:
                    node = start % preparations[i].fibre.n_nodes
                    raise InputError(
                        f"protocol: an impulse started at node {node} does not reach node {preparations[i].at} "
                        f"within {TRAVEL_LIMIT_MS:g} ms; choose another node or give a duration."
                    )
                else:
                    waiting[i] *= 2
    return longest


def waited(travel: float, stimulus_end: float) -> float:
    """Return how long (ms) a response is waited for, by the longest travel time and the end of the stimulus."""
    return stimulus_end + ALLOWANCE * (travel + 1)

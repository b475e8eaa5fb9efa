"""Impulses that a fibre fires by itself, and after one impulse: the four regimes of Coggan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.base.checks import one_of
from remyelin.base.errors import InputError, SimulationError
from remyelin.base.units import MS_PER_S, MS_PER_US
from remyelin.fibre.checks import duration_ms, position, step_us
from remyelin.fibre.models.fibre import Fibre, a_fibre
from remyelin.fibre.protocols.crossings import spike_times
from remyelin.fibre.protocols.preparation import (
    Preparation,
    ProtocolSolver,
    Run,
)
from remyelin.fibre.settings import (
    DISCHARGE_MS,
    DISCHARGE_STEP_US,
    MOST_IMPULSES,
    REST_KICK_MV,
    SPIKE_LEVEL_MV,
)
from remyelin.fibre.solvers.driven import Block
from remyelin.fibre.solvers.full import resting_state, simulate_full
from remyelin.fibre.solvers.packing import reducible
from remyelin.fibre.solvers.trials import damped
from remyelin.fibre.stimulation.stimulus import Pulse, pulse_stimulus

Array = NDArray[np.float64]
Regime = Literal["block", "single", "after-discharge", "spontaneous"]


def discharge(
    fibre: Fibre,
    *,
    duration: float = DISCHARGE_MS,
    node: int | None = None,
    step: float = DISCHARGE_STEP_US,
    pulse: Pulse | None = None,
    solver: ProtocolSolver = "auto",
) -> xr.Dataset:
    """Return the regime of a fibre, alone and after one impulse: Coggan's four.

    It starts from its steady state (which may be unstable) displaced by 0.2 mV. One run leaves it alone;
    another stimulates it half-way, when it has settled. Impulses are counted at a node beyond the lesion.

    Parameters
    ----------
    fibre : Fibre
    duration : float
        ms of each run.
    node : int, optional
        Where impulses are counted; the last but two when omitted.
    step : float
        us.
    pulse : Pulse, optional
        2 nA into node 1 when omitted; its start counts from the middle of the run.
    solver : "auto", "reduced" or "full"
        The reduced internode where the fibre allows it and has a rest there, which is the default, or every
        compartment.

    Returns
    -------
    xarray.Dataset
        ``regime``: "spontaneous" (impulses in the second half of the run left alone), else by what one impulse
        leads to: "block" (none arrives), "single" or "after-discharge" (two or more). ``alone(impulse)``: times
        in the run left alone, ms; ``after(impulse)``: times after the stimulus, ms, none where it
        fires alone; ``rate``: of the second half of
        the run left alone, Hz, NaN with fewer than two impulses there; ``sustained``: whether it goes on to
        the end; ``delay``: first arrival after the stimulus, ms; ``rest``: potential, at the end of the run left
        alone, of the compartment that was most depolarised at its beginning, mV.

    References
    ----------
    Coggan, Prescott, Bartol and Sejnowski 2010, PNAS 107:20602: the four regimes.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import discharge, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> str(discharge(fibre, duration=10.0)['regime'].item())
    'single'
    """
    a_fibre(fibre, "discharge")
    duration_ms(duration, "discharge")
    step_us(step, "discharge")
    chosen = max(0, fibre.n_nodes - 1 - 2) if node is None else node
    at = position(chosen, fibre.n_nodes, "node", "discharge", from_end=True)
    one_of(solver, "solver", "discharge", get_args(ProtocolSolver))
    given = Pulse() if pulse is None else pulse
    pulse_stimulus(fibre, given)  # refuses what the fibre cannot be given
    onset = duration / 2 + given.start
    in_full = solver == "full" or (solver == "auto" and not reducible(fibre))
    try:
        run = (_alone_in_full if in_full else _alone_reduced)(fibre, at, step, duration, given)
    except SimulationError:
        if solver != "auto" or in_full:
            raise
        # a strongly depolarised axolemma may have a rest that only every compartment together shows
        in_full, run = True, _alone_in_full(fibre, at, step, duration, given)
    alone, rest = run(())
    late = alone[alone > duration / 2]
    after = np.zeros(0) if len(late) else run((replace(given, start=onset),))[0] - onset
    after = after[after > 0]
    regime: Regime = "block"
    if len(late):
        regime = "spontaneous"
    elif len(after) > 1:
        regime = "after-discharge"
    elif len(after) == 1:
        regime = "single"
    gaps = np.diff(late)
    rate = MS_PER_S / float(np.mean(gaps)) if len(gaps) else np.nan
    sustained = bool(len(gaps) and late[-1] + 2 * np.max(gaps) > duration)
    return xr.Dataset(
        {
            "alone": ("impulse_alone", alone, {"units": "ms"}),
            "after": ("impulse_after", after, {"units": "ms"}),
            "regime": ((), regime),
            "rate": ((), rate, {"units": "Hz"}),
            "sustained": ((), sustained),
            "delay": ((), float(after[0]) if len(after) else np.nan, {"units": "ms"}),
            "rest": ((), rest, {"units": "mV"}),
        },
        attrs={
            "duration_ms": duration,
            "counted_at_node": at,
            "step_us": step,
            "solver": "full" if in_full else "reduced",
        },
    )


Alone = Callable[[Sequence[Pulse]], tuple[Array, float]]
"""Runs a fibre with some pulses; returns impulses (ms) and the last potential of its most depolarised compartment."""


def _alone_in_full(fibre: Fibre, at: int, step: float, duration: float, given: Pulse) -> Alone:
    inside, around = resting_state(fibre)
    watched = np.array([fibre.nodes[at], int(np.argmax(inside - around))])

    def run(pulses: Sequence[Pulse]) -> tuple[Array, float]:
        stimuli = tuple(pulse_stimulus(fibre, each) for each in pulses)
        kicked = (inside + REST_KICK_MV, around)
        found = simulate_full(fibre, stimuli, duration, step=step, record=watched, start=kicked)
        times = spike_times(found.time, found.potential[:, 0], SPIKE_LEVEL_MV)[:MOST_IMPULSES]
        return times, float(found.potential[-1, 1])

    return run


def _alone_reduced(fibre: Fibre, at: int, step: float, duration: float, given: Pulse) -> Alone:
    setting = Run(at=at, step=step, solver="reduced")
    prepared = Preparation(fibre, setting, (pulse_stimulus(fibre, given),), duration)
    reduced = prepared.reduced
    if reduced is None:
        raise InputError("discharge: the fibre cannot be reduced; use solver='full'.")
    watched = np.array([[reduced.nodes[at]], [int(np.argmax(reduced.rest))]])
    steps = max(1, round(duration / (step * MS_PER_US)))

    def run(pulses: Sequence[Pulse]) -> tuple[Array, float]:
        stimuli = tuple(pulse_stimulus(fibre, each) for each in pulses)
        block = Block(
            [reduced], [prepared.patterns(stimuli)], watched, np.full((2, 1), SPIKE_LEVEL_MV),
            most=MOST_IMPULSES, kicked=REST_KICK_MV,
        )  # fmt: skip
        waves = np.array([s.sample(steps, step * MS_PER_US) for s in stimuli]).reshape(-1, steps, 1)
        last = block.advance(waves, np.ones((len(waves), 1)), damped(waves), every=steps, record=watched[1:])
        times = block.times[0, 0]
        return times[np.isfinite(times)], float(reduced.rest[watched[1, 0]] + last.potential[-1, 0, 0])

    return run

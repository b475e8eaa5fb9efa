"""Many short runs of reduced fibres under sources at given amplitudes, eight side by side.

A search for a threshold asks the same of a fibre again and again at other amplitudes, and a batch of fibres asks it
of all of them. Here such runs are put into lanes, whatever fibres they belong to, and a run ends as
soon as its impulse has arrived or the fibre is back at rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.base.units import MS_PER_US
from remyelin.fibre.settings import (
    CROSSING_LEVEL,
    DAMPED_STEPS,
    LANES,
    TRIAL_LOOK,
    TRIAL_QUIET_MV,
    TRIAL_STILL,
)
from remyelin.fibre.solvers.driven import Block, Real
from remyelin.fibre.solvers.driven_parts import Stop
from remyelin.fibre.solvers.driven_rows import Pattern, Prepared
from remyelin.fibre.stimulation.stimulus import jumps

Array = NDArray[np.float64]
Sampler = Callable[[int, float], Array]


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """A fibre with sources attached, to be run at any amplitudes.

    Attributes
    ----------
    fibre : Prepared
    patterns : tuple of Pattern
        One per source.
    samplers : tuple of callable
        The waveform of each: ``sampler(steps, step_ms)`` returns its mean over every step.
    duration : float
        ms.
    watch : tuple of int
        Points whose impulses are followed.
    level : float
        mV: an upward crossing at a watched point counts as an impulse.
    """

    fibre: Prepared
    patterns: tuple[Pattern, ...]
    samplers: tuple[Sampler, ...]
    duration: float
    watch: tuple[int, ...]
    level: float = CROSSING_LEVEL


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One run: a cell and the amplitudes of its sources."""

    cell: Cell
    gain: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Outcome of a run at the watched points.

    Attributes
    ----------
    arrival : (watched,) float
        Largest inward current of the first impulse, ms; NaN where none came.
    times : (watched, impulses) float
        Upward crossings of the level, ms, NaN behind the last.
    count : (watched,) int
        How many.
    """

    arrival: Array
    times: Array
    count: NDArray[np.int64]


def run_trials(
    trials: Sequence[Trial],
    *,
    until_arrival: int | None = 0,
    impulses: int = 1,
    threads: int = 1,
    real: Real = np.float32,
) -> list[Outcome]:
    """Run trials; results do not depend on which share a block, nor on the threads.

    Parameters
    ----------
    trials : sequence of Trial
        All of one step; a block takes those of one reduction, temperature and number of sources.
    until_arrival : int, optional
        Position in the watch at which the first impulse ends a run; None runs on, and not until rest either.
    impulses : int
        Times kept for every watched point.
    threads : int
    real : np.float32 or np.float64

    Returns
    -------
    list of Outcome
    """
    found: list[Outcome | None] = [None] * len(trials)

    def run(block: tuple[list[int], Array, NDArray[np.bool_]]) -> None:
        which, waves, jumped = block
        own = [trials[i] for i in which]
        for i, outcome in zip(
            which, _run_block(own, waves, jumped, until_arrival, impulses, real), strict=True
        ):
            found[i] = outcome

    blocks = list(_blocks(trials))
    if threads == 1 or len(blocks) < 2:
        for block in blocks:
            run(block)
    else:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(run, blocks):
                pass
    return [outcome for outcome in found if outcome is not None]


def _blocks(trials: Sequence[Trial]) -> Iterator[tuple[list[int], Array, NDArray[np.bool_]]]:
    """Yield trials that can share a block, those of like cost side by side, with their waves and jumps.

    Trials of other waveforms do not share one: a step is damped for all lanes.
    """
    groups: dict[object, list[int]] = {}
    for i, trial in enumerate(trials):
        cell = trial.cell
        fibre = cell.fibre
        key = (id(fibre.tables), fibre.plan, len(cell.watch), fibre.bare, cell.samplers)
        groups.setdefault(key, []).append(i)
    for group in groups.values():
        ordered = sorted(group, key=lambda i: (trials[i].cell.fibre.points, trials[i].cell.duration, i))
        cells = [trials[i].cell for i in ordered]
        step = cells[0].fibre.step * MS_PER_US
        steps = max(1, round(max(cell.duration for cell in cells) / step))
        waves = np.array([sampler(steps, step) for sampler in cells[0].samplers]).reshape(-1, steps, 1)
        jumped = damped(waves)
        for k in range(0, len(ordered), LANES):
            which = ordered[k : k + LANES]
            own = max(1, round(max(trials[i].cell.duration for i in which) / step))
            yield which, waves[:, :own], jumped[:own]


def _run_block(
    trials: Sequence[Trial],
    waves: Array,
    jumped: NDArray[np.bool_],
    until_arrival: int | None,
    impulses: int,
    real: Real,
) -> list[Outcome]:
    cells = [trial.cell for trial in trials]
    watch = np.array([cell.watch for cell in cells], dtype=np.int64).T
    block = Block(
        [cell.fibre for cell in cells],
        [cell.patterns for cell in cells],
        watch,
        np.broadcast_to([cell.level for cell in cells], watch.shape),
        most=impulses,
        real=real,
    )
    on = np.flatnonzero(np.any(waves != 0, axis=(0, 2)))
    end = int(on[-1]) + 1 if len(on) else 0
    # a fibre with bare excitable membrane may leave its rest by itself, however still it looks
    still = until_arrival is not None and not any(cell.fibre.bare for cell in cells)
    arrival_at = -1 if until_arrival is None else until_arrival
    block.advance(
        waves,
        np.array([trial.gain for trial in trials]).T.reshape(-1, len(trials)),
        jumped,
        stop=Stop(TRIAL_LOOK, arrival_at, TRIAL_QUIET_MV if still else 0.0, TRIAL_STILL, end),
    )
    # lanes of a shorter duration ran on with the others: what came later does not count
    limit = np.array([cell.duration for cell in cells])
    arrival = np.where(block.arrival <= limit, block.arrival, np.nan)
    times = np.where(block.times <= limit[:, None], block.times, np.nan)
    count = np.isfinite(times).sum(axis=2) if impulses > 1 else block.count
    return [Outcome(arrival[:, k], times[:, k], count[:, k]) for k in range(len(cells))]


def damped(waves: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which steps follow a jump of any waveform (sources, steps, lanes)."""
    sources, steps, lanes = waves.shape
    return jumps(waves.transpose(0, 2, 1).reshape(sources * lanes, steps), DAMPED_STEPS)

"""Conduction of one impulse along many fibres: arrival at every node, velocity, block."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.base.checks import number, whole
from remyelin.base.errors import InputError
from remyelin.fibre.checks import duration_ms, step_us
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import (
    ARRIVAL_NODES,
    BATCH_FIBRES,
    DEFAULT_STEP_US,
    LANES,
    TRANSIT_FACTOR,
    TRANSIT_M_PER_S_PER_UM,
    TRANSIT_MARGIN_MS,
    VELOCITY_BETWEEN,
)
from remyelin.fibre.solvers.full import Scheme, simulate_full
from remyelin.fibre.solvers.packing import Rows, reducible
from remyelin.fibre.solvers.reduced import Impulse, Settings, run_block
from remyelin.fibre.stimulation.stimulus import Pulse, pulse_stimulus

Solver = Literal["auto", "reduced", "full"]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Outline:
    """What a batch needs to know of a fibre again and again: nodes (mm), which are excitable, if reducible."""

    positions: Array
    able: NDArray[np.int64]
    reducible: bool


@dataclass(frozen=True, slots=True)
class _Task:
    """One fibre of a batch, with its pulse and how long to wait for it (ms)."""

    index: int
    fibre: Fibre
    outline: _Outline
    pulse: Pulse
    duration: float


def conduct(
    fibres: Fibre | Iterable[Fibre],
    *,
    pulse: Pulse | Sequence[Pulse] | None = None,
    duration: float | None = None,
    step: float = DEFAULT_STEP_US,
    solver: Solver = "auto",
    scheme: Scheme = "second-order",
    window: bool = True,
    until_arrival: bool = True,
    threads: int | None = None,
    precision: Literal["single", "double"] = "single",
    start: Literal["rest", "initial"] = "rest",
    tolerance: float | None = None,
) -> xr.Dataset:
    """Send one impulse down each fibre and say when it arrives where.

    Parameters
    ----------
    fibres : Fibre or iterable of Fibre
        Of any lengths and kinds; an iterator is consumed piece by piece, so that memory stays bounded.
    pulse : Pulse or sequence of Pulse, optional
        Into which node, how much, how long; one for all, or one per fibre.
    duration : float, optional
        ms to wait for the impulse. When omitted, ten times the transit of a healthy fibre and 2 ms.
    step : float
        us.
    solver : "auto", "reduced" or "full"
        The reduced internode where the fibre allows it, which is the default, or every compartment.
    scheme : "second-order" or "backward-euler"
        Backward Euler is for comparison with other simulators and needs the full solver.
    window : bool
        Sweep only the nodes near the impulse. Whatever then fails to arrive is computed again in full.
    until_arrival : bool
        Stop when the impulses have arrived rather than after `duration`.
    threads : int, optional
        Blocks of fibres computed at once; as many as there are processors when omitted. Results do not
        depend on it.
    precision : "single" or "double"
        Of the reduced solver's arithmetic; single costs 1 part in 10^6 of the arrival.
    start : "rest" or "initial"
        The fibre's resting state, or its ``initial`` potential everywhere (full solver, for comparison).
    tolerance : float, optional
        Largest relative error of the velocity to accept from the time step, as measured on the first fibre.

    Returns
    -------
    xarray.Dataset
        ``arrival(fibre, node)`` ms, the time of the largest inward current, NaN where the node never fired;
        ``peak(fibre, node)`` mV; ``position(fibre, node)`` mm; ``excited(fibre)``, whether the stimulated
        node or its neighbour fired; ``conducts(fibre)``, whether the last two excitable nodes fired (see Notes);
        ``velocity(fibre)`` m/s between the nodes at a quarter and three quarters of the fibre, NaN if one
        of them did not fire.

    Raises
    ------
    InputError
        For fibres, pulses or settings that cannot be used, or a step too coarse for the tolerance.
    SimulationError
        For a fibre of which no resting state is found.

    Notes
    -----
    A node fires when it is depolarised by more than 5 mV at its largest inward current; whether it was the impulse of
    the pulse that did it, is not asked. In a fibre that does not :func:`~remyelin.fibre.rests` (bare axolemma with
    channels may not) it can be an impulse of its own, or, beside a bare stretch within a few nodes of the
    end, a lasting depolarisation: then ``peak`` stays far below that of other nodes. Such fibres are for
    :func:`~remyelin.fibre.discharge`, or compare with a run whose pulse has no amplitude.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import conduct, lose_lamellae, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 21, ledger=ledger)
    >>> data = conduct([fibre, lose_lamellae(fibre, range(8, 12), 0.1)])
    >>> data['arrival'].dims, bool(data['conducts'].all())
    (('fibre', 'node'), True)
    """
    settings = _settings(step, duration, scheme, solver, window, until_arrival, precision, start)
    given: Iterable[Fibre] = (fibres,) if isinstance(fibres, Fibre) else fibres
    if isinstance(fibres, str) or not isinstance(given, Iterable):
        raise InputError(f"conduct: a {type(fibres).__name__} is not a Fibre; build one with mrg().")
    tasks = _tasks(given, Pulse() if pulse is None else pulse, duration)
    workers = threads if threads is not None else (os.cpu_count() or 1)
    whole(workers, "threads", "conduct")
    arrivals: list[Array] = []
    peaks: list[Array] = []
    positions: list[Array] = []
    passed: list[tuple[bool, bool, float]] = []
    while batch := list(islice(tasks, BATCH_FIBRES)):
        if tolerance is not None and not arrivals:
            _refuse_coarse_step(batch[0], step, solver, scheme, start, tolerance)
        full = [task for task in batch if _needs_full(task, solver, scheme, start)]
        chosen = {task.index for task in full}
        fast = [task for task in batch if task.index not in chosen]
        results: dict[int, Impulse] = {}
        results.update(_run_full(full, step, scheme, start, workers))
        results.update(_run_reduced(fast, settings, workers))
        for task in batch:
            result = results[task.index]
            arrivals.append(result.arrival)
            peaks.append(result.peak)
            positions.append(task.outline.positions)
            passed.append(_verdict(task, result.arrival))
    if not arrivals:
        raise InputError("conduct was given no fibres.")
    data = _dataset(arrivals, peaks, positions, passed)
    data.attrs.update(
        step_us=step,
        scheme=scheme,
        solver=solver,
        window=int(window),
        precision=precision,
        start=start,
    )
    return data


def _settings(
    step: float,
    duration: float | None,
    scheme: Scheme,
    solver: Solver,
    window: bool,
    until_arrival: bool,
    precision: str,
    start: str,
) -> Settings:
    step_us(step, "conduct")
    if duration is not None:
        duration_ms(duration, "conduct")
    if scheme not in ("second-order", "backward-euler"):
        raise InputError(f"scheme is {scheme!r}; give 'second-order' or 'backward-euler'.")
    if solver not in ("auto", "reduced", "full"):
        raise InputError(f"solver is {solver!r}; give 'auto', 'reduced' or 'full'.")
    if precision not in ("single", "double"):
        raise InputError(f"precision is {precision!r}; give 'single' or 'double'.")
    if start not in ("rest", "initial"):
        raise InputError(f"start is {start!r}; give 'rest' or 'initial'.")
    if solver == "reduced" and (scheme != "second-order" or start != "rest"):
        raise InputError("the reduced solver is second-order and starts from rest; use solver='full'.")
    real = np.float32 if precision == "single" else np.float64
    return Settings(step, duration or 0.0, window=window, until_arrival=until_arrival, real=real)


def _tasks(
    fibres: Iterable[Fibre], pulse: Pulse | Sequence[Pulse], duration: float | None
) -> Iterator[_Task]:
    if isinstance(pulse, str):
        raise InputError("conduct: pulse is text; give a Pulse, or one per fibre.")
    pulses = None if isinstance(pulse, Pulse) else list(pulse)
    index = -1
    task: _Task | None = None
    for index, fibre in enumerate(fibres):
        if not isinstance(fibre, Fibre):
            raise InputError(f"item {index} is a {type(fibre).__name__}, not a Fibre; build one with mrg().")
        if pulses is not None and index >= len(pulses):
            raise InputError(
                f"there are {len(pulses)} pulses but more fibres; give one pulse, or one per fibre."
            )
        own = pulse if isinstance(pulse, Pulse) else pulse[index]
        if task is not None and task.fibre is fibre and task.pulse is own:
            task = replace(task, index=index)  # a batch of one fibre over and over looks at it once
        else:
            if fibre.n_nodes < 2:
                raise InputError(f"fibre {index} has {fibre.n_nodes} nodes; give at least two.")
            pulse_stimulus(fibre, own)  # refuses what the fibre cannot be given
            task = _Task(index, fibre, _outline(fibre), own, duration or _patience(fibre, own))
        yield task
    if pulses is not None and index + 1 != len(pulses):
        raise InputError(
            f"there are {len(pulses)} pulses for {index + 1} fibres; give one, or one per fibre."
        )


def _outline(fibre: Fibre) -> _Outline:
    nodes = fibre.nodes
    active = (fibre.channels[nodes] >= 0) & (fibre.density[nodes].sum(axis=1) > 0)
    return _Outline(fibre.node_positions, np.flatnonzero(active), reducible(fibre))


def _patience(fibre: Fibre, pulse: Pulse) -> float:
    """How long (ms) to wait when nothing is said: several transits of a healthy fibre."""
    transit = float(fibre.node_positions[-1]) / (TRANSIT_M_PER_S_PER_UM * fibre.diameter)
    return pulse.start + pulse.duration + TRANSIT_MARGIN_MS + TRANSIT_FACTOR * transit


def _refuse_coarse_step(
    task: _Task,
    step: float,
    solver: Solver,
    scheme: Scheme,
    start: Literal["rest", "initial"],
    tolerance: float,
) -> None:
    """Raise InputError if halving the step shows that the velocity is off by more than the tolerance."""
    if not number(tolerance, "tolerance", "conduct", above=0.0) < 1:
        raise InputError(f"tolerance is {tolerance}; give a share between 0 and 1.")

    def velocity(at: float) -> float:
        result = conduct(
            task.fibre,
            pulse=task.pulse,
            duration=task.duration,
            step=at,
            solver=solver,
            scheme=scheme,
            start=start,
        )
        return float(result["velocity"].values[0])

    order = 2 if scheme == "second-order" else 1
    coarse, fine = velocity(step), velocity(step / 2)
    error = abs(coarse / fine - 1) * 2**order / (2**order - 1)
    if error > tolerance:
        enough = step * (tolerance / error) ** (1 / order)
        raise InputError(
            f"a step of {step:g} us changes the velocity by {error:.2%}, more than the tolerance of "
            f"{tolerance:.2%}; give {enough:.2g} us or less."
        )


def _needs_full(task: _Task, solver: Solver, scheme: Scheme, start: str) -> bool:
    if solver == "auto":
        return scheme != "second-order" or start != "rest" or not task.outline.reducible
    return solver == "full"


def _run_full(
    tasks: Sequence[_Task], step: float, scheme: Scheme, start: str, workers: int
) -> dict[int, Impulse]:
    def run(task: _Task) -> dict[int, Impulse]:
        fibre = task.fibre
        flat = (np.full(fibre.n_compartments, fibre.initial), np.zeros(fibre.n_compartments))
        result = simulate_full(
            fibre,
            (pulse_stimulus(fibre, task.pulse),),
            task.duration,
            step=step,
            scheme=scheme,
            start=flat if start == "initial" else None,
        )
        return {task.index: Impulse(result.arrival, result.peak, np.zeros((0, 0)))}

    return _merged(run, tasks, workers)


def _run_reduced(tasks: Sequence[_Task], settings: Settings, workers: int) -> dict[int, Impulse]:
    packed: dict[int, Rows] = {}

    def run_with(block_settings: Settings) -> Callable[[Sequence[_Task]], dict[int, Impulse]]:
        def run(block: Sequence[_Task]) -> dict[int, Impulse]:
            longest = max(task.duration for task in block)
            results = run_block(
                [task.fibre for task in block],
                [task.pulse for task in block],
                replace(block_settings, duration=longest),
                packed=packed,
            )
            return {task.index: result for task, result in zip(block, results, strict=True)}

        return run

    results = _merged(run_with(settings), _blocks(tasks), workers)
    if settings.window:
        # The window may have lost an impulse that dwells at a lesion: nothing it calls blocked is believed.
        failed = [task for task in tasks if not _verdict(task, results[task.index].arrival)[1]]
        results.update(_merged(run_with(replace(settings, window=False)), _blocks(failed), workers))
    return results


def _blocks(tasks: Sequence[_Task]) -> list[list[_Task]]:
    """Put fibres that can share a block, and are alike in length, side by side."""
    groups: dict[object, list[_Task]] = {}
    for task in tasks:
        groups.setdefault((task.fibre.channel_sets, task.fibre.temperature), []).append(task)
    blocks = []
    for group in groups.values():
        ordered = sorted(group, key=lambda task: (task.fibre.n_compartments, task.duration, task.index))
        blocks += [ordered[i : i + LANES] for i in range(0, len(ordered), LANES)]
    return blocks


def _merged(
    run: Callable[..., dict[int, Impulse]], items: Sequence[object], workers: int
) -> dict[int, Impulse]:
    results: dict[int, Impulse] = {}
    if workers == 1 or len(items) < 2:
        for item in items:
            results.update(run(item))
    else:
        with ThreadPoolExecutor(workers) as pool:
            for part in pool.map(run, items):
                results.update(part)
    return results


def _verdict(task: _Task, arrival: Array) -> tuple[bool, bool, float]:
    """Whether the fibre was excited, whether it conducts, and its velocity."""
    n, able, positions = len(arrival), task.outline.able, task.outline.positions
    at = task.pulse.node % n
    reached = np.isfinite(arrival)
    conducts = bool(len(able)) and bool(np.all(reached[able[-ARRIVAL_NODES:]]))
    first, second = (int(share * n) for share in VELOCITY_BETWEEN)
    took = arrival[second] - arrival[first]
    apart = positions[second] - positions[first]
    velocity = float(apart / took) if np.isfinite(took) and took != 0 else np.nan
    return bool(np.any(reached[max(0, at - 1) : at + 2])), conducts, velocity


def _dataset(
    arrivals: list[Array], peaks: list[Array], positions: list[Array], passed: list[tuple[bool, bool, float]]
) -> xr.Dataset:
    longest = max(len(a) for a in arrivals)

    def padded(rows: list[Array]) -> Array:
        table = np.full((len(rows), longest), np.nan)
        for i, row in enumerate(rows):
            table[i, : len(row)] = row
        return table

    excited, conducts, velocity = (np.array(column) for column in zip(*passed, strict=True))
    across = ("fibre", "node")
    return xr.Dataset(
        {
            "arrival": (across, padded(arrivals), {"units": "ms", "long_name": "largest inward current"}),
            "peak": (across, padded(peaks), {"units": "mV", "long_name": "highest membrane potential"}),
            "velocity": ("fibre", velocity, {"units": "m/s", "long_name": "conduction velocity"}),
            "excited": ("fibre", excited, {"units": "1", "long_name": "the stimulus started an impulse"}),
            "conducts": ("fibre", conducts, {"units": "1", "long_name": "the impulse reached the end"}),
        },
        coords={"position": (across, padded(positions), {"units": "mm", "long_name": "middle of the node"})},
    )

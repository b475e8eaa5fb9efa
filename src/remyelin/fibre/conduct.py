"""Conduction of one impulse along many fibres: arrival at every node, velocity, block."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.base.checks import number, whole
from remyelin.base.errors import InputError
from remyelin.base.plain import percent
from remyelin.fibre.checks import duration_ms, step_us
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import (
    ARRIVAL_NODES,
    DEFAULT_STEP_US,
)
from remyelin.fibre.solvers.batches import Batch, Outline, batches, grouped
from remyelin.fibre.solvers.drivers import Found
from remyelin.fibre.solvers.full import Scheme, simulate_full
from remyelin.fibre.solvers.reduced import Settings, prepare, run
from remyelin.fibre.solvers.threads import Workers
from remyelin.fibre.stimulation.stimulus import Pulse, pulse_stimulus

_LOG = logging.getLogger("remyelin.fibre")
Solver = Literal["auto", "reduced", "full"]
Array = NDArray[np.float64]
Ints = NDArray[np.int64]


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
        of them did not fire. Rows of fibres with fewer nodes than the longest end in NaN.

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
    count = threads if threads is not None else (os.cpu_count() or 1)
    whole(count, "threads", "conduct")

    def lots() -> Iterator[Batch]:
        for n, batch in enumerate(batches(given, Pulse() if pulse is None else pulse, duration)):
            if tolerance is not None and n == 0:
                _refuse_coarse_step(batch, step, solver, scheme, start, tolerance)
            yield batch

    def along(batch: Batch) -> _Result:
        nodes = max(len(outline.positions) for outline in batch.outlines)
        found = Found(*(np.full((len(batch.which), nodes), np.nan) for _ in Found._fields))
        full = np.array([_needs_full(o, solver, scheme, start) for o in batch.outlines])[batch.which]
        _run_full(batch, np.flatnonzero(full), found, step, scheme, start, workers)
        for fibres_alike in grouped(batch.outlines):
            alike = np.flatnonzero(~full & np.isin(batch.which, fibres_alike))
            if len(alike):
                _run_reduced(batch, alike, found, settings, workers)
        _LOG.debug(
            "conduct: %d fibres, %d different ones, %d with every compartment",
            len(batch.which),
            len(batch.outlines),
            int(full.sum()),
        )
        return _result(batch, found)

    with Workers(count) as workers:
        results = list(workers.ahead(along, lots()))
    if not results:
        raise InputError("conduct was given no fibres.")
    data = _dataset(results)
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
    return Settings(step, window=window, until_arrival=until_arrival, real=real)


def _refuse_coarse_step(
    batch: Batch,
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
            batch.outlines[0].fibre,
            pulse=batch.pulses[0],
            duration=float(batch.durations[0]),
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
            f"a step of {step:g} us changes the velocity by {percent(error, 2)}, more than the tolerance of "
            f"{percent(tolerance, 2)}; give {enough:.2g} us or less."
        )


def _needs_full(outline: Outline, solver: Solver, scheme: Scheme, start: str) -> bool:
    if solver == "auto":
        return scheme != "second-order" or start != "rest" or not outline.reducible
    return solver == "full"


def _run_full(
    batch: Batch, tasks: Ints, found: Found, step: float, scheme: Scheme, start: str, workers: Workers
) -> None:
    def run_task(task: int) -> None:
        fibre = batch.outlines[batch.which[task]].fibre
        flat = (np.full(fibre.n_compartments, fibre.initial), np.zeros(fibre.n_compartments))
        result = simulate_full(
            fibre,
            (pulse_stimulus(fibre, batch.pulses[task]),),
            float(batch.durations[task]),
            step=step,
            scheme=scheme,
            start=flat if start == "initial" else None,
        )
        found.arrival[task, : len(result.arrival)] = result.arrival
        found.peak[task, : len(result.peak)] = result.peak

    workers.map(run_task, tasks.tolist())


def _run_reduced(batch: Batch, tasks: Ints, found: Found, settings: Settings, workers: Workers) -> None:
    """Fill the results of fibres that can share a block."""
    numbers, fibre = np.unique(batch.which[tasks], return_inverse=True)
    prepared = prepare([batch.outlines[k].fibre for k in numbers], settings, workers)

    def run_some(some: Ints, how: Settings) -> None:
        part = run(
            prepared,
            fibre[some],
            [batch.pulses[i] for i in tasks[some]],
            batch.durations[tasks[some]],
            how,
            found.arrival.shape[1],
            workers,
        )
        for column, values in zip(found, part, strict=True):
            column[tasks[some]] = values

    run_some(np.arange(len(tasks)), settings)
    if settings.window:
        # The window may have lost an impulse that dwells at a lesion: nothing it calls blocked is believed.
        failed = np.flatnonzero(~_conducts(batch, found.arrival)[tasks])
        if len(failed):
            run_some(failed, replace(settings, window=False))


def _conducts(batch: Batch, arrival: Array) -> NDArray[np.bool_]:
    """Return whether the last excitable nodes of the fibres fired."""
    last = np.zeros((len(batch.outlines), ARRIVAL_NODES), dtype=np.int64)
    for row, outline in zip(last, batch.outlines, strict=True):
        if len(outline.last_able):
            row[:] = np.resize(outline.last_able, ARRIVAL_NODES)
    able = np.array([len(o.last_able) > 0 for o in batch.outlines])[batch.which]
    reached = np.isfinite(np.take_along_axis(arrival, last[batch.which], axis=1))
    return able & np.asarray(reached.all(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class _Result:
    """A batch's part of the results; positions (mm) of the nodes of every run."""

    found: Found
    positions: Array
    excited: NDArray[np.bool_]
    conducts: NDArray[np.bool_]
    velocity: Array


def _result(batch: Batch, found: Found) -> _Result:
    """Return whether fibres were excited, whether they conduct, and their velocities."""
    arrival, outlines, which = found.arrival, batch.outlines, batch.which
    runs = np.arange(len(which))
    count = np.array([len(o.positions) for o in outlines])[which]
    at = np.array([pulse.node for pulse in batch.pulses]) % count
    beside = np.stack([np.maximum(at - 1, 0), at, np.minimum(at + 1, count - 1)], axis=1)
    excited = np.asarray(np.isfinite(np.take_along_axis(arrival, beside, axis=1)).any(axis=1))
    positions = np.full((len(outlines), arrival.shape[1]), np.nan)
    for k, outline in enumerate(outlines):
        positions[k, : len(outline.positions)] = outline.positions
    positions = positions[which]
    first, second = np.array([o.between for o in outlines])[which].T
    took = arrival[runs, second] - arrival[runs, first]
    apart = positions[runs, second] - positions[runs, first]
    moved = np.isfinite(took) & (took != 0)
    velocity = np.where(moved, apart / np.where(moved, took, 1.0), np.nan)
    return _Result(found, positions, excited, _conducts(batch, arrival), velocity)


def _dataset(results: Sequence[_Result]) -> xr.Dataset:
    longest = max(result.positions.shape[1] for result in results)

    def padded(tables: Iterable[Array]) -> Array:
        def pad(table: Array) -> Array:
            missing = longest - table.shape[1]
            return np.pad(table, ((0, 0), (0, missing)), constant_values=np.nan) if missing else table

        return np.concatenate([pad(table) for table in tables])

    across = ("fibre", "node")
    arrival, peak = padded(r.found.arrival for r in results), padded(r.found.peak for r in results)
    position = padded(r.positions for r in results)
    excited, conducts, velocity = (
        np.concatenate([getattr(r, name) for r in results]) for name in ("excited", "conducts", "velocity")
    )
    return xr.Dataset(
        {
            "arrival": (across, arrival, {"units": "ms", "long_name": "largest inward current"}),
            "peak": (across, peak, {"units": "mV", "long_name": "highest membrane potential"}),
            "velocity": ("fibre", velocity, {"units": "m/s", "long_name": "conduction velocity"}),
            "excited": ("fibre", excited, {"units": "1", "long_name": "the stimulus started an impulse"}),
            "conducts": ("fibre", conducts, {"units": "1", "long_name": "the impulse reached the end"}),
        },
        coords={"position": (across, position, {"units": "mm", "long_name": "middle of the node"})},
    )

"""The fibre engine against NEURON and PyFibers, in one run on the same fibres.

Here it is one impulse started at a node by 2 nA for 0.1 ms; :mod:`~remyelin.bench.stimulation` has the protocols.

Seconds are processor seconds per fibre on one core, the best of several repeats where one does not take minutes;
building fibres, NEURON's sections and our reductions is set-up and counted on neither side. Errors are against the
same fibre solved by NEURON's DASPK at a tight tolerance; through long nerves at the usual one, whose own error then
reads zero.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.base.errors import SimulationError
from remyelin.bench import full, library, neuron_rival, pyfibers_rival, stimulation
from remyelin.bench.rows import Row, Timing, off, taken, timed
from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, Pulse, conduct, lose_lamellae, mrg, open_paranodes
from remyelin.fibre.settings import DEFAULT_STEP_US
from remyelin.fibre.solvers.reduced import Settings, prepare, run

Progress = Callable[[str], None]
Array = NDArray[np.float64]

DIAMETER = 10.0
NODES = 51
DURATION = 2.0  # ms
BATCH = 1000
THREADED = 10_000  # fibres
TIGHT = 1e-4  # DASPK's tolerance taken as converged
USUAL = 1e-2  # converged to 0.01 % in velocity on healthy fibres
LOOSE = 1.0  # the loosest that still conducts right, accurate by luck to 1 %
REPEATS = 10  # of ours and of a short run of a rival, the best of which counts
SEED = 20020987
DIFFERENT = 200
LESIONED_DURATION = 3.0  # ms
LONG = (300, 1000)  # internodes
LONGEST_RIVAL = 300  # beyond it NEURON takes minutes
MS_PER_INTERNODE = 0.1  # our longest wait; the window stops at the arrival
GRIDS = ("published", "converged")
LIBRARY_FIBRES, LIBRARY_EXACT = 10_000, 40
PATIENCE = 0.2  # ms the rivals run on after our impulse has arrived
GROWTH_NODES = (50, 100, 200, 500, 1000, 2000)
GROWTH_FIBRES = (1, 10, 100, 1000, 10_000, 100_000)

_SETTINGS: tuple[tuple[str, dict[str, object]], ...] = (
    ("NEURON DASPK, tolerance 0.01", {"tolerance": USUAL}),
    ("NEURON DASPK, tolerance 1 (loosest that conducts)", {"tolerance": LOOSE}),
    ("NEURON backward Euler, 5 us", {"solver": "fixed", "step_us": 5.0}),
    ("NEURON backward Euler, 1 us", {"solver": "fixed", "step_us": 1.0}),
)


def compare(progress: Progress, rows: Collection[str] = ()) -> Iterator[Row]:
    """Yield the rows of ``remyelin bench fibre``, all or those of the parts named."""
    ledger = Ledger.shipped()
    # Compile before anything is timed; the cold start has rows of its own.
    progress("compiling once")
    conduct([_healthy(ledger)], duration=DURATION, threads=1)
    for name, part in PARTS.items():
        if not rows or name in rows:
            yield from part(ledger, progress)


def _ours(
    fibres: Sequence[Fibre], duration: float, *, repeats: int = 3, threads: int = 1, in_full: bool = True
) -> tuple[xr.Dataset, Timing]:
    """Time our side; in full is every node at every step, as the rivals compute it."""
    call = partial(
        conduct, fibres, duration=duration, threads=threads, window=not in_full, until_arrival=not in_full
    )
    return timed(call, repeats)


def _sweep(fibre: Fibre, duration: float, *, repeats: int = 20) -> tuple[Array, Timing]:
    """Time one fibre with the travelling window, reduced beforehand; return its arrivals too."""
    settings = Settings(DEFAULT_STEP_US)
    prepared = prepare([fibre], settings)
    once, waits = np.zeros(1, dtype=np.int64), np.array([duration])
    call = partial(run, prepared, once, [Pulse()], waits, settings, fibre.n_nodes)
    call()
    found, timing = timed(call, repeats)
    return found.arrival[0], timing


def _healthy(ledger: Ledger, nodes: int = NODES, grid: str = "published") -> Fibre:
    return mrg(DIAMETER, nodes, grid=grid, ends="passive", ledger=ledger)  # type: ignore[arg-type]


def heterogeneous(internodes: int, ledger: Ledger, seed: int = SEED) -> Fibre:
    """Build a fibre every internode of which differs: 40 to 100 % of the lamellae, paranodes opened up to threefold."""
    random = np.random.default_rng(seed)
    fibre = _healthy(ledger, internodes + 1)
    fibre = lose_lamellae(fibre, None, random.uniform(0.4, 1.0, internodes))
    return open_paranodes(fibre, None, random.uniform(1.0, 3.0, internodes))


def _velocity(arrival: Array, fibre: Fibre) -> float | None:
    """Velocity between the nodes the rivals use, m/s."""
    n = fibre.n_nodes
    a, b = int(0.25 * n), int(0.75 * n)
    took = float(arrival[b] - arrival[a])
    return float(fibre.node_positions[b] - fibre.node_positions[a]) / took if took > 0 else None


def _batch(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """A thousand fibres at once, published and converged grid."""
    for grid in GRIDS:
        what = f"{BATCH:,} fibres x {NODES} nodes, {DURATION:g} ms, {grid} grid"
        fibre = _healthy(ledger, grid=grid)
        progress(what)
        batch = [fibre] * BATCH
        result, ours = _ours(batch, DURATION, repeats=REPEATS)
        seconds, velocity = ours.core_s / BATCH, _velocity(result["arrival"].values[0], fibre)
        truth = _neuron(fibre, tolerance=TIGHT, duration=DURATION)
        converged = truth.velocity if truth else None
        for rival, options in _SETTINGS:
            progress(f"{what}: {rival}")
            run = _neuron(fibre, duration=DURATION, repeats=REPEATS if grid == "published" else 1, **options)
            yield _against(what, rival, seconds, off(velocity, converged), run, converged)
        if grid == "published":
            for step in (5.0, 1.0):
                progress(f"{what}: PyFibers, {step:g} us")
                try:
                    run = pyfibers_rival.simulate(fibre, step_us=step, duration=DURATION, repeats=REPEATS)
                except SimulationError:
                    run = None
                yield _against(
                    what, f"PyFibers, {step:g} us", seconds, off(velocity, converged), run, converged
                )


def _different(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """Fibres that share nothing, so that the preparation of each fibre by conduct() counts as well."""
    what = f"{DIFFERENT:,} different lesioned fibres x {NODES} nodes, our set-up included"
    progress(what)
    fibres = [heterogeneous(NODES - 1, ledger, seed) for seed in range(DIFFERENT)]
    result, ours = _ours(fibres, LESIONED_DURATION, repeats=1)
    velocity = _velocity(result["arrival"].values[0], fibres[0])
    truth = _neuron(fibres[0], tolerance=TIGHT, duration=LESIONED_DURATION)
    run = _neuron(fibres[0], tolerance=USUAL, duration=LESIONED_DURATION, repeats=REPEATS)
    converged = truth.velocity if truth else None
    rival = "NEURON DASPK, tolerance 0.01"
    yield _against(what, rival, ours.core_s / DIFFERENT, off(velocity, converged), run, converged)


def _long(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """One impulse down a long nerve whose internodes all differ; every side stops when it has arrived."""
    for internodes in LONG:
        what = f"one impulse through {internodes:,} heterogeneous internodes"
        fibre = heterogeneous(internodes, ledger)
        progress(what)
        arrival, ours = _sweep(fibre, internodes * MS_PER_INTERNODE)
        velocity = _velocity(arrival, fibre)
        if internodes > LONGEST_RIVAL:
            yield Row(what, "NEURON DASPK (takes minutes, not run)", ours.core_s)
            continue
        duration = float(np.nanmax(arrival)) + PATIENCE
        # A tighter tolerance takes minutes and moves the velocity by 0.015 %: here the usual one is the truth.
        converged: float | None = None
        for rival, options in _SETTINGS[:1] + _SETTINGS[2:3]:
            progress(f"{what}: {rival}")
            run = _neuron(fibre, duration=duration, **options)
            converged = converged or (run.velocity if run else None)
            yield _against(what, rival, ours.core_s, off(velocity, converged), run, converged)


def _library(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """Fibres that all differ, put together from a library of quantised internodes."""
    progress("a library of lesioned internodes")
    internodes, built = timed(lambda: library.states(ledger))
    what = (
        f"{LIBRARY_FIBRES:,} random lesioned fibres x {library.INTERNODES} internodes from a library, one impulse "
        "(error: of the delay, by rounding of the states)"
    )
    progress(what)
    _, ours = library.run(internodes, library.draw(LIBRARY_FIBRES, library.INTERNODES))
    few = library.draw(LIBRARY_EXACT, library.INTERNODES, library.SEED + 1)
    found = library.rounding(internodes, few, ledger)
    error = found.mean_us / found.delay_us
    yield Row(what, "NEURON DASPK (takes minutes each, not run)", ours.core_s / LIBRARY_FIBRES, None, error)
    yield Row(f"the same, all of them on {os.cpu_count()} threads (wall)", None, ours.wall_s)
    yield Row(f"the library of {internodes.library.size:,} internodes (wall)", None, built.wall_s)


def _cold(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """From an empty process to the first result, on the wall."""
    progress("cold start")
    call = "\n".join(
        [
            "from remyelin.evidence import Ledger",
            "from remyelin.fibre import conduct, mrg",
            f"fibre = mrg({DIAMETER}, {NODES}, ledger=Ledger.shipped())",
            f"conduct([fibre], duration={DURATION}, threads=1)",
        ]
    )
    _, warm = timed(partial(_python, call), 2)
    try:
        _, theirs = timed(
            lambda: neuron_rival.simulate([_healthy(ledger)], solver="fixed", duration=DURATION), 2
        )
        rival_s: float | None = theirs.wall_s
    except SimulationError:
        rival_s = None
    yield Row(
        "cold start: a new process to its first fibre, kernels and mechanisms compiled before (wall)",
        "NEURON backward Euler, 5 us",
        warm.wall_s,
        rival_s,
    )
    progress("cold start with nothing compiled")
    with tempfile.TemporaryDirectory(prefix="remyelin-cache-") as empty:
        _, first = timed(partial(_python, call, NUMBA_CACHE_DIR=empty))
    yield Row("cold start: the first fibre after installation, compiling included (wall)", None, first.wall_s)


def _per_step(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """Cost of a node with its internode, per time step."""
    progress("cost per node and step")
    fibre = _healthy(ledger)
    result, ours = _ours([fibre] * BATCH, DURATION)
    steps = round(DURATION / (float(result.attrs["step_us"]) * 1e-3))
    run = _neuron(fibre, solver="fixed", step_us=5.0, duration=DURATION, repeats=REPEATS)
    yield Row(
        "cost per node and step",
        "NEURON backward Euler, 5 us",
        ours.core_s / (BATCH * NODES * steps),
        run.core_s / (NODES * run.steps) if run else None,
    )


def _nodes(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """Growth with the number of nodes: the full sweep, per node."""
    for nodes in GROWTH_NODES:
        progress(f"growth: {nodes:,} nodes")
        batch = [_healthy(ledger, nodes)] * 16
        _, ours = _ours(batch, DURATION, repeats=2)
        yield Row(
            f"growth with nodes: {nodes:,} nodes, {DURATION:g} ms in full, per node",
            None,
            ours.core_s / 16 / nodes,
        )


def _fibres(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """Growth with the number of fibres, with the memory they take."""
    fibre = _healthy(ledger)
    for count in GROWTH_FIBRES:
        progress(f"growth: {count:,} fibres")
        batch = [fibre] * count
        (_, ours), _, grown = taken(partial(_ours, batch, DURATION, repeats=3 if count < 1e4 else 1))
        yield Row(
            f"growth with fibres: {count:,} x {NODES} nodes, {DURATION:g} ms (peak memory +{grown:.2f} GiB)",
            None,
            ours.core_s / count,
        )


def _threads(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """Gain of more threads, on the wall."""
    batch = [_healthy(ledger)] * THREADED
    alone: Timing | None = None
    count, most = 1, os.cpu_count() or 1
    while count <= most:
        progress(f"{count} threads")
        _, ours = _ours(batch, DURATION, threads=count, repeats=REPEATS)
        alone = alone or ours
        yield Row(
            f"threads: {THREADED:,} fibres x {NODES} nodes on {count} (wall)",
            "remyelin on 1 thread",
            ours.wall_s,
            alone.wall_s,
        )
        count *= 2


def _neuron(fibre: Fibre, **options: object) -> neuron_rival.RivalRun | None:
    """NEURON's run of one fibre; None where NEURON is missing or fails."""
    try:
        return neuron_rival.simulate([fibre], **options)[0]  # type: ignore[arg-type]
    except SimulationError:
        return None


def _against(
    what: str,
    rival: str,
    ours_s: float,
    ours_error: float | None,
    run: neuron_rival.RivalRun | None,
    converged: float | None,
) -> Row:
    if run is None:
        return Row(what, rival, ours_s, None, ours_error, None)
    return Row(what, rival, ours_s, run.core_s, ours_error, off(run.velocity, converged))


def _python(call: str, **environment: str) -> None:
    command: Sequence[str] = [sys.executable, "-c", call]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | environment)


#: Parts of the benchmark by name.
PARTS: dict[str, Callable[[Ledger, Progress], Iterator[Row]]] = {
    "batch": _batch,
    "different": _different,
    "long": _long,
    "library": _library,
    "cold": _cold,
    "step": _per_step,
    "nodes": _nodes,
    "fibres": _fibres,
    "threads": _threads,
    "thresholds": stimulation.many_thresholds,
    "train": stimulation.train,
    "cycle": stimulation.cycle,
    "block": stimulation.block,
    "compound": stimulation.compound,
    "memory": stimulation.memory,
    "unmyelinated": full.unmyelinated,
}

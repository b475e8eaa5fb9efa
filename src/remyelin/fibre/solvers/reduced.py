"""Running reduced fibres: stack their rows, put alike ones side by side, sweep, read arrivals back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_US
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import (
    BLOCKS_PER_THREAD,
    CACHE_PADDING,
    CHECK_EVERY,
    FIRING_DEPOLARISATION,
    GATE_LEAD,
    LANES,
    LINK_STATES,
    PACKED_TOGETHER,
    ROOMS,
    SCRATCH_KEPT,
    WINDOW_AHEAD,
    WINDOW_ATTENUATION,
    WINDOW_CLOSE_MV_PER_MS,
    WINDOW_OPEN_MV,
    WINDOW_PATIENCE_MS,
    WINDOW_WIDE,
)
from remyelin.fibre.solvers.batches import apart
from remyelin.fibre.solvers.drivers import Found, Stack, Tasks, batch_driver, single_driver
from remyelin.fibre.solvers.gate_tables import aligned_zeros, gate_lines, membrane_tables
from remyelin.fibre.solvers.kernel_parts import GateTable, Look, row_size
from remyelin.fibre.solvers.packing import pack
from remyelin.fibre.solvers.threads import Workers
from remyelin.fibre.stimulation.stimulus import Pulse, rectangle

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Real = type[np.float32] | type[np.float64]

_scratch = threading.local()


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a batch.

    Attributes
    ----------
    step : float
        us.
    states : int
        States per internode.
    window : bool
        Sweep only the nodes near the impulse.
    until_arrival : bool
        End a block when every impulse has arrived.
    real : type
        np.float32 or np.float64.
    """

    step: float
    states: int = LINK_STATES
    window: bool = True
    until_arrival: bool = True
    real: Real = np.float32


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Fibres of one temperature and one list of channel sets, reduced for one time step.

    Attributes
    ----------
    first : Fibre
        One of them.
    stack : Stack
        Their rows.
    ends : (fibres, 2) int
        Rows of the last excitable nodes, at which an impulse counts as having arrived.
    table : GateTable
        Gates of their channels.
    """

    first: Fibre
    stack: Stack
    ends: Ints
    table: GateTable

    @property
    def lengths(self) -> Ints:
        """Rows of every fibre."""
        return np.diff(self.stack.start)


def prepare(fibres: Sequence[Fibre], settings: Settings, workers: Workers | None = None) -> Prepared:
    """Reduce fibres of one temperature and one list of channel sets that the reduced solver can run.

    Raises
    ------
    SimulationError
        For a fibre that has no resting state.
    """
    first, step_ms = fibres[0], settings.step * MS_PER_US
    tables = membrane_tables(first.channel_sets, first.temperature, step_ms)
    lots = [fibres[i : i + PACKED_TOGETHER] for i in range(0, len(fibres), PACKED_TOGETHER)]
    rows = (workers or Workers()).map(
        lambda lot: pack(lot, tables, step_ms, settings.states, settings.real), lots
    )

    def joined(name: str) -> Any:
        return np.concatenate([getattr(r, name) for r in rows])

    def shifted(name: str) -> Ints:
        counts = np.concatenate([np.diff(getattr(r, name)) for r in rows])
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    stack = Stack(
        joined("values"), joined("rest"), joined("excitable"), joined("damping"), joined("skew"),
        shifted("start"), joined("nodes"), shifted("first_node"),
    )  # fmt: skip
    return Prepared(first, stack, joined("ends"), gate_table(first, step_ms, settings.real))


def run(
    prepared: Prepared,
    fibre: Ints,
    pulses: Sequence[Pulse],
    durations: Array,
    settings: Settings,
    nodes: int,
    workers: Workers | None = None,
) -> Found:
    """Send an impulse down each of many fibres.

    Parameters
    ----------
    prepared : Prepared
    fibre : (tasks,) int
        Which fibre each run is of.
    pulses : sequence of Pulse
        One per task.
    durations : (tasks,) float
        ms.
    settings : Settings
        Those of `prepared` but for the window and the end.
    nodes : int
        Most nodes of a fibre.
    workers : Workers, optional
        Threads; results do not depend on how many.

    Returns
    -------
    Found
    """
    workers = workers or Workers()
    tasks = tasks_of(prepared, fibre, pulses, durations, settings)
    found = Found(np.full((len(fibre), nodes), np.nan), np.full((len(fibre), nodes), np.nan))
    real, step_ms = settings.real, settings.step * MS_PER_US
    common = (
        prepared.stack, tasks, real(1), real(FIRING_DEPOLARISATION), step_ms, settings.until_arrival,
        prepared.table, look(step_ms, moving=settings.window),
    )  # fmt: skip
    lengths = prepared.lengths[fibre]
    # Fibres that are alike in length, and then in time, share a block.
    order = np.lexsort((np.arange(len(fibre)), tasks.steps, lengths))
    if len(order) % LANES == 1:
        order, alone = order[:-1], int(order[-1])
        _run_single(alone, int(lengths[alone]), settings.states, common, found)
    if len(order):
        # Lanes left over repeat the last fibre: they cost nothing and need no special case.
        table = np.append(order, np.full(-len(order) % LANES, order[-1])).reshape(-1, LANES)
        pieces = np.array_split(table, min(len(table), max(1, workers.count * BLOCKS_PER_THREAD)))
        driver = batch_driver(LANES, settings.states)

        def sweep(piece: Ints) -> None:
            longest = int(lengths[piece].max()) + 2
            buffer = scratch(longest * row_size(settings.states) * LANES, real)
            driver(piece, *common, buffer, found)

        workers.map(sweep, pieces)
    return found


def tasks_of(
    prepared: Prepared, fibre: Ints, pulses: Sequence[Pulse], durations: Array, settings: Settings
) -> Tasks:
    """Return runs of prepared fibres; parameters as for :func:`run`."""
    stack, step_ms = prepared.stack, settings.step * MS_PER_US
    steps = np.maximum(1, np.round(durations / step_ms)).astype(np.int64)
    firsts, which = apart(pulses)
    different = [pulses[i] for i in firsts]
    courses: dict[tuple[float, float], int] = {}
    wave = np.array([courses.setdefault((p.start, p.duration), len(courses)) for p in different])
    # Behind its end a pulse has no share of a step.
    last = min(int(steps.max()), max(int((start + duration) / step_ms) for start, duration in courses) + 2)
    shares = [course(start, duration, last, step_ms) for start, duration in courses]
    on = max(int(np.flatnonzero(share).max(initial=-1)) + 1 for share in shares)
    begin, end = stack.first_node[fibre], stack.first_node[fibre + 1]
    node = np.array([p.node for p in different])[which]
    at = np.where(node < 0, end, begin) + node
    amplitude: NDArray[np.floating] = np.array([p.amplitude for p in different], dtype=settings.real)
    return Tasks(
        fibre.astype(np.int64),
        stack.nodes[at],
        amplitude[which],
        wave[which],
        np.array([share[:on] for share in shares], dtype=settings.real),
        prepared.ends[fibre],
        steps,
    )


def _run_single(task: int, rows: int, states: int, common: tuple[Any, ...], found: Found) -> None:
    """Run a single fibre, vectorised along itself."""
    capacity = room_for(rows)
    buffer = scratch(row_size(states) * capacity, type(common[2]))
    single_driver(capacity, states)(task, *common, buffer, found)


def scratch(size: int, real: Real) -> NDArray[np.floating]:
    """Return a buffer of this thread, of any content; one too large to keep is made anew."""
    if size > SCRATCH_KEPT:
        return aligned_zeros((size,), real)
    kept: dict[Real, NDArray[np.floating]] = _scratch.__dict__.setdefault("buffers", {})
    if real not in kept or kept[real].size < size:
        kept[real] = aligned_zeros((size,), real)
    return kept[real]


def course(start: float, duration: float, steps: int, step_ms: float) -> Array:
    """Return the share of each step during which a pulse is on."""
    return rectangle(start, start + duration, steps, step_ms)


def gate_table(fibre: Fibre, step_ms: float, real: Real) -> GateTable:
    """Return the gate table of a fibre's channels as the kernels want it."""
    lines = gate_lines(fibre.channel_sets, fibre.temperature, step_ms, real is np.float32)
    spacing = membrane_tables(fibre.channel_sets, fibre.temperature, step_ms).step
    # The kernels work with half-step increments, whose differences are half the second difference.
    return GateTable(lines.reshape(-1), real(len(lines) - 2), real(1 / spacing), real(2 * GATE_LEAD))


def look(step_ms: float, *, moving: bool = True, wide: bool = False) -> Look:
    """Return how the kernels' window moves; a wide one lets go of nothing that could still matter."""
    wider = WINDOW_WIDE if wide else 1.0
    return Look(
        moving,
        CHECK_EVERY,
        np.uint64(WINDOW_AHEAD),
        WINDOW_OPEN_MV / wider,
        WINDOW_CLOSE_MV_PER_MS * step_ms / 2 / wider,
        WINDOW_ATTENUATION * wider,
        round(WINDOW_PATIENCE_MS * wider / step_ms),
    )


def room_for(rows: int) -> int:
    """Return the rows of the buffer of a single fibre of so many rows.

    Raises
    ------
    InputError
        If it is too long.
    """
    rooms = [room for room in ROOMS if room > rows + 2]
    if not rooms:
        raise InputError(f"the fibre has {rows} nodes and bare compartments; the limit is {ROOMS[-1]}.")
    # The padding keeps the fields of one row out of one set of the processor's cache.
    return rooms[0] + CACHE_PADDING

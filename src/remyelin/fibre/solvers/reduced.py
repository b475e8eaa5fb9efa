"""Running blocks of reduced fibres: fill the lanes, sweep, read arrivals back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_US
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import (
    ARRIVAL_NODES,
    CACHE_PADDING,
    CHECK_EVERY,
    FIRING_DEPOLARISATION,
    GATE_LEAD,
    LANES,
    LINK_STATES,
    ROOMS,
    WINDOW_AHEAD,
    WINDOW_ATTENUATION,
    WINDOW_CLOSE_MV_PER_MS,
    WINDOW_OPEN_MV,
    WINDOW_PATIENCE_MS,
    WINDOW_WIDE,
)
from remyelin.fibre.solvers import kernel_batch as chain
from remyelin.fibre.solvers import kernel_single as along
from remyelin.fibre.solvers.gate_tables import MembraneTables, gate_rows, membrane_tables
from remyelin.fibre.solvers.kernel_batch import field, row_size
from remyelin.fibre.solvers.packing import Rows, pack
from remyelin.fibre.stimulation.stimulus import Pulse, rectangle

Array = NDArray[np.float64]
Real = type[np.float32] | type[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a batch is computed.

    Attributes
    ----------
    step : float
        us.
    duration : float
        ms.
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
    duration: float
    states: int = LINK_STATES
    window: bool = True
    until_arrival: bool = True
    real: Real = np.float32


@dataclass(frozen=True, slots=True, eq=False)
class Impulse:
    """One fibre's result: per node arrival (ms, NaN if it never fired) and peak (mV); potentials if recorded."""

    arrival: Array
    peak: Array
    potential: Array


def run_block(
    fibres: Sequence[Fibre],
    pulses: Sequence[Pulse],
    settings: Settings,
    record: Sequence[NDArray[np.int64]] | None = None,
    every: int = 1,
    packed: dict[int, Rows] | None = None,
) -> list[Impulse]:
    """Run fibres of one temperature and one list of channel sets side by side.

    Parameters
    ----------
    fibres : sequence of Fibre
        As many as fit in one block.
    pulses : sequence of Pulse
        One per fibre.
    settings : Settings
    record : sequence of (k,) int, optional
        Nodes of each fibre whose potential is kept, as many for every fibre.
    every : int
        Keep every so many steps.
    packed : dict, optional
        Rows of fibres seen before, by ``id``; filled as it goes.

    Returns
    -------
    list of Impulse
    """
    memory = {} if packed is None else packed
    if len(fibres) == 1:
        kept = None if record is None else record[0]
        return [_run_one(fibres[0], pulses[0], settings, kept, every, memory)]
    step_ms = settings.step * MS_PER_US
    first = fibres[0]
    tables = membrane_tables(first.channel_sets, first.temperature, step_ms)
    rows = [_rows(fibre, tables, step_ms, settings.states, memory) for fibre in fibres]
    real = settings.real
    longest = max(len(r.rest) for r in rows)
    buffer = np.zeros((longest + 2, row_size(settings.states), LANES), dtype=real)
    buffer[:, field("diagonal")] = 1
    excitable = np.zeros((longest + 2, LANES), dtype=np.bool_)
    damping = np.zeros((longest + 2, LANES))
    span = np.zeros(LANES, dtype=np.int64)
    ends = np.zeros((ARRIVAL_NODES, LANES), dtype=np.uint64)
    steps = max(1, round(settings.duration / step_ms))
    stimulated = np.zeros(LANES, dtype=np.uint64)
    waveform = np.zeros((steps, LANES), dtype=real)
    for lane in range(LANES):
        # Lanes left over repeat the last fibre: they cost nothing and need no special case.
        i = min(lane, len(fibres) - 1)
        r, pulse = rows[i], pulses[i]
        n = len(r.rest)
        buffer[1 : n + 1, :, lane] = r.values
        excitable[1 : n + 1, lane] = r.excitable
        damping[1 : n + 1, lane] = r.damping
        span[lane] = n
        ends[:, lane] = 1 + last_excitable(r)
        stimulated[lane] = 1 + r.nodes[pulse.node]
        if lane > 0 and pulse is pulses[min(lane, len(fibres)) - 1]:
            waveform[:, lane] = waveform[:, lane - 1]
        else:
            waveform[:, lane] = course(pulse, steps, step_ms)
    unique = np.unique(stimulated)
    amplitudes = np.where(unique[:, None] == stimulated, [p.amplitude for p in _filled(pulses)], 0.0).astype(
        real
    )
    recorded = np.zeros(0, dtype=np.uint64)
    if record is not None and len(record[0]):
        recorded = (1 + rows[0].nodes[record[0]]).astype(np.uint64)
    samples = np.zeros((1 + steps // every, len(recorded), LANES), dtype=real)
    taken = chain.kernel(LANES, settings.states)(
        buffer.reshape(-1), *gate_table(first, tables, step_ms, real), steps, real(1), real(FIRING_DEPOLARISATION),
        unique, amplitudes, waveform, recorded, every, samples,
        ends, settings.until_arrival, settings.window, span, excitable, damping, *window(step_ms),
    )  # fmt: skip
    kept_samples = 1 + taken // every
    return [
        _read(buffer[1 : len(r.rest) + 1, :, lane], r, step_ms, samples[:kept_samples, :, lane])
        for lane, r in enumerate(rows)
    ]


def _run_one(
    fibre: Fibre,
    pulse: Pulse,
    settings: Settings,
    record: NDArray[np.int64] | None,
    every: int,
    memory: dict[int, Rows],
) -> Impulse:
    """Run a single fibre, vectorised along itself."""
    step_ms = settings.step * MS_PER_US
    tables = membrane_tables(fibre.channel_sets, fibre.temperature, step_ms)
    r = _rows(fibre, tables, step_ms, settings.states, memory)
    real, n = settings.real, len(r.rest)
    capacity = room_for(n)
    buffer = np.zeros((row_size(settings.states) + len(along.OWN_FIELDS), capacity), dtype=real)
    buffer[field("diagonal")] = 1
    buffer[: row_size(settings.states), 1 : n + 1] = r.values.T
    buffer[field("position")] = buffer[field("origin")]
    excitable, damping = np.zeros(n + 2, dtype=np.bool_), np.zeros(n + 2)
    excitable[1 : n + 1], damping[1 : n + 1] = r.excitable, r.damping
    steps = max(1, round(settings.duration / step_ms))
    recorded = np.zeros(0, dtype=np.uint64) if record is None else (1 + r.nodes[record]).astype(np.uint64)
    samples = np.zeros((1 + steps // every, len(recorded)), dtype=real)
    taken = along.kernel(capacity, settings.states)(
        buffer.reshape(-1), *gate_table(fibre, tables, step_ms, real), steps, real(1), real(FIRING_DEPOLARISATION),
        np.array([1 + r.nodes[pulse.node]], dtype=np.uint64), np.array([pulse.amplitude], dtype=real),
        course(pulse, steps, step_ms).astype(real), recorded, every, samples,
        (1 + last_excitable(r)).astype(np.uint64), settings.until_arrival, settings.window, n, excitable, damping,
        *window(step_ms),
    )  # fmt: skip
    return _read(buffer[:, 1 : n + 1].T, r, step_ms, samples[: 1 + taken // every])


def _filled(pulses: Sequence[Pulse]) -> list[Pulse]:
    """One pulse per lane; lanes left over repeat the last."""
    return [*pulses, *[pulses[-1]] * (LANES - len(pulses))]


def course(pulse: Pulse, steps: int, step_ms: float) -> Array:
    """Return the share of each step during which the pulse is on."""
    return rectangle(pulse.start, pulse.start + pulse.duration, steps, step_ms)


def gate_table(fibre: Fibre, tables: MembraneTables, step_ms: float, real: Real) -> tuple[Any, ...]:
    """Return the gate table, its last usable row, its rows per mV and the gates' lead, as the kernels want them."""
    table = gate_rows(fibre.channel_sets, fibre.temperature, step_ms, real is np.float32)
    # The kernels work with half-step increments, whose differences are half the second difference.
    return table.reshape(-1), real(len(table) - 2), real(1 / tables.step), real(2 * GATE_LEAD)


def window(step_ms: float, *, wide: bool = False) -> tuple[Any, ...]:
    """Return how the kernels' window moves; a wide one lets go of nothing that could still matter."""
    wider = WINDOW_WIDE if wide else 1.0
    return (
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
    rooms = [room for room in ROOMS if room > rows + 2 + len(("quartets", "reach", "past"))]
    if not rooms:
        raise InputError(f"the fibre has {rows} nodes and bare compartments; the limit is {ROOMS[-1]}.")
    # The padding keeps the fields of one row out of one set of the processor's cache.
    return rooms[0] + CACHE_PADDING


def last_excitable(rows: Rows) -> NDArray[np.int64]:
    """Return the last excitable nodes of a fibre, at which an impulse counts as having arrived."""
    able = rows.nodes[rows.excitable[rows.nodes]]
    chosen = able[-ARRIVAL_NODES:] if len(able) else rows.nodes[-1:]
    return np.resize(chosen, ARRIVAL_NODES).astype(np.int64)


def _rows(fibre: Fibre, tables: MembraneTables, step_ms: float, states: int, memory: dict[int, Rows]) -> Rows:
    if id(fibre) not in memory:
        memory[id(fibre)] = pack(fibre, tables, step_ms, states)
    return memory[id(fibre)]


def _read(buffer: NDArray[np.floating], rows: Rows, step_ms: float, samples: NDArray[np.floating]) -> Impulse:
    at = buffer[rows.nodes].astype(np.float64)
    best, before, after = (at[:, field(name)] for name in ("best", "before", "after"))
    bend = before - 2 * best + after
    bent = bend < 0
    shift = np.where(bent, 0.5 * (before - after) / np.where(bent, bend, 1), 0)
    arrival = (at[:, field("when")] + 0.5 + np.minimum(np.maximum(shift, -0.5), 0.5)) * step_ms
    fired = at[:, field("fired")] > 0
    peak = rows.rest[rows.nodes] + at[:, field("peak")]
    return Impulse(np.where(fired, arrival, np.nan), peak, samples.astype(np.float64))

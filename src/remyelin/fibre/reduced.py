"""Running blocks of reduced fibres: fill the lanes, sweep, read arrivals back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.fibre.chain import field, kernel, row_size
from remyelin.fibre.fibre import Fibre
from remyelin.fibre.packing import Rows, pack
from remyelin.fibre.stimulus import Pulse, rectangle
from remyelin.fibre.tables import MembraneTables, gate_rows, membrane_tables
from remyelin.numerics import (
    ARRIVAL_NODES,
    CHECK_EVERY,
    FIRING_DEPOLARISATION,
    LANES,
    LINK_STATES,
    WINDOW_AHEAD,
    WINDOW_ATTENUATION,
    WINDOW_CLOSE_MV_PER_MS,
    WINDOW_OPEN_MV,
    WINDOW_PATIENCE_MS,
)
from remyelin.units import MS_PER_US

Array = NDArray[np.float64]


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
    real: type[np.float32] | type[np.float64] = np.float32


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
    step_ms = settings.step * MS_PER_US
    first = fibres[0]
    tables = membrane_tables(first.channel_sets, first.temperature, step_ms)
    memory = {} if packed is None else packed
    rows = [_rows(fibre, tables, step_ms, settings.states, memory) for fibre in fibres]
    lanes = 1 if len(fibres) == 1 else LANES
    real = settings.real
    longest = max(len(r.rest) for r in rows)
    buffer = np.zeros((longest + 2, row_size(settings.states), lanes), dtype=real)
    buffer[:, field("diagonal")] = 1
    excitable = np.zeros((longest + 2, lanes), dtype=np.bool_)
    damping = np.zeros((longest + 2, lanes))
    span = np.zeros(lanes, dtype=np.int64)
    ends = np.zeros((ARRIVAL_NODES, lanes), dtype=np.uint64)
    steps = max(1, round(settings.duration / step_ms))
    stimulated: list[int] = []
    amplitudes: list[Array] = []
    waveform = np.zeros((steps, lanes), dtype=real)
    recorded = np.zeros(0, dtype=np.uint64)
    for lane in range(lanes):
        # Lanes left over repeat the last fibre: they cost nothing and need no special case.
        i = min(lane, len(fibres) - 1)
        r, pulse = rows[i], pulses[i]
        n = len(r.rest)
        buffer[1 : n + 1, :, lane] = r.values
        excitable[1 : n + 1, lane] = r.excitable
        damping[1 : n + 1, lane] = r.damping
        span[lane] = n
        ends[:, lane] = 1 + last_excitable(r)
        row = 1 + int(r.nodes[pulse.node])
        amplitude = np.zeros(lanes)
        amplitude[lane] = pulse.amplitude
        stimulated.append(row)
        amplitudes.append(amplitude)
        waveform[:, lane] = rectangle(pulse.start, pulse.start + pulse.duration, steps, step_ms)
    unique = sorted(set(stimulated))
    summed = np.array(
        [sum(a for a, s in zip(amplitudes, stimulated, strict=True) if s == row) for row in unique]
    )
    if record is not None and len(record[0]):
        recorded = np.array([1 + rows[0].nodes[k] for k in record[0]], dtype=np.uint64)
    samples = np.zeros((1 + steps // every, len(recorded), lanes), dtype=real)
    table = gate_rows(first.channel_sets, first.temperature, step_ms, real is np.float32)
    run = kernel(lanes, settings.states)
    taken = run(
        buffer.reshape(-1), table.reshape(-1), real(len(table) - 2), real(1 / tables.step),
        steps, real(1), real(FIRING_DEPOLARISATION),
        np.array(unique, dtype=np.uint64), summed.astype(real), waveform, recorded, every, samples,
        ends, settings.until_arrival, settings.window, span, excitable, damping,
        CHECK_EVERY, np.uint64(WINDOW_AHEAD), WINDOW_OPEN_MV,
        WINDOW_CLOSE_MV_PER_MS * step_ms / 2, WINDOW_ATTENUATION, round(WINDOW_PATIENCE_MS / step_ms),
    )  # fmt: skip
    kept = 1 + taken // every
    return [_read(buffer[1:, :, lane], r, step_ms, samples[:kept, :, lane]) for lane, r in enumerate(rows)]


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
    arrival = (at[:, field("when")] + 0.5 + np.clip(shift, -0.5, 0.5)) * step_ms
    fired = at[:, field("fired")] > 0
    peak = rows.rest[rows.nodes] + at[:, field("peak")]
    return Impulse(np.where(fired, arrival, np.nan), peak, samples.astype(np.float64))

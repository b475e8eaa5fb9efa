"""The kernel of fibres side by side: one unknown per node, a few states per internode, a vector register per field.

A block holds ``lanes`` fibres in one flat buffer of rows: row n is node n - 1 of every fibre together with the
internode that follows it, and a row is a list of fields of ``lanes`` numbers each (see
:mod:`~remyelin.fibre.solvers.kernel_parts`). Rows 0 and last + 1 are empty, so that the sweeps need no special cases::

    forward sweep    gates, half a step behind the potentials, from an interpolated table; currents and elimination
    backward sweep   half-step increments, potentials, internode states, first impulse

The elimination waits for its divisions from row to row, and the gates fill that time. Rows that are alike share one
record of the parameters that seldom differ, so that a block of like internodes stays in the processor's first cache.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from remyelin.base.jit import compiled
from remyelin.fibre.solvers.gating import GATES, advance_eight
from remyelin.fibre.solvers.kernel_parts import (
    LINK_PARAMETERS,
    NODE_PARAMETERS,
    STATE_PARAMETERS,
    field,
    parts,
    row_size,
    state_fields,
)
from remyelin.fibre.solvers.octet import WIDTH, any_of, read, spread, write


@cache
def kernel(lanes: int, states: int) -> Callable[..., Any]:
    """Return the kernel for blocks of so many fibres (a multiple of 8) and states per internode.

    The kernel's arguments
    ----------------------
    buffer : flat array, float32 or float64
        Rows of fields of lanes; changed in place.
    n_rows : uint64
        The last, empty row.
    skew : (n_rows,) bool
        Rows with an internode in any lane that is not its own mirror image.
    steps : int
    one, firing
        1, and the depolarisation (mV) that counts as firing, in the type of the buffer. Impulses are followed at nodes
        depolarised by more than half of it.
    table, drive, finish, window
        See :mod:`~remyelin.fibre.solvers.kernel_parts`.

    It returns the number of steps taken.
    """
    u = np.uint64
    local, settle, relax, relax_skew, track = parts(lanes, states, shared=True)
    v, m, change, drive_field, position, share, weight, done, fired = (
        u(field(name) * lanes)
        for name in ("v", GATES[0], "change", "drive", "position", "share", "weight", "done", "fired")
    )
    diagonal, off = (u(LINK_PARAMETERS.index(name) * lanes) for name in ("diagonal", "off"))
    row, one_row, n_lanes, eight = u(row_size(states) * lanes), u(1), u(lanes), u(WIDTH)
    octets = u(lanes // WIDTH)
    node_fields = np.array([field(name) for name in NODE_PARAMETERS], dtype=u) * n_lanes
    link_fields = n_lanes * np.array(
        [field(name) for name in LINK_PARAMETERS]
        + [state_fields(name, states).start + k for name in STATE_PARAMETERS for k in range(states)],
        dtype=u,
    )

    @compiled
    def distinct(buffer: Any, n_rows: Any, fields: Any) -> Any:
        """Return records of some parameters, one for neighbouring rows that are alike, and where each row's begins."""
        size = np.uint64(fields.size) * n_lanes
        records = np.empty((n_rows + one_row) * size, dtype=buffer.dtype)
        where = np.empty(n_rows + one_row, dtype=np.uint64)
        used = np.uint64(0)
        for n in range(n_rows + one_row):
            same = bool(used > 0)
            for k in range(np.uint64(fields.size)):
                for j in range(octets):
                    value = read(buffer, n * row + fields[k] + j * eight)
                    at = used * size + k * n_lanes + j * eight
                    write(records, at, value)
                    if same:
                        same = not any_of(value != read(records, at - size))
            if not same:
                used += one_row
            where[n] = (used - one_row) * size
        return records, where

    @compiled
    def run(  # type: ignore[no-untyped-def]
        buffer, n_rows, skew, steps, one, firing, table, drive, finish, window, look
    ):
        zero = one - one
        nodes, node_at = distinct(buffer, n_rows, node_fields)
        links, link_at = distinct(buffer, n_rows, link_fields)
        followed = spread(firing / (one + one))
        fires, nothing, unit = spread(firing), spread(zero), spread(one)
        scale = spread(table.lead), spread(table.per_mv), spread(table.end), nothing
        lo = one_row
        hi = n_rows
        swept = lo
        front = np.ones(lanes, dtype=np.int64)
        progress = 0
        if look.moving:
            hi = one_row
            for k in range(drive.rows.size):
                hi = max(hi, drive.rows[k])
            hi = min(hi + look.ahead, n_rows)
        now = zero
        for t in range(steps):
            if t <= drive.waveform.shape[0]:
                for k in range(drive.rows.size):
                    for i in range(lanes):
                        flows = drive.waveform[t, i] if t < drive.waveform.shape[0] else zero
                        buffer[drive.rows[k] * row + drive_field + np.uint64(i)] = (
                            drive.amplitudes[k, i] * flows
                        )
            moment = spread(now)
            for j in range(octets):
                lane = j * eight
                link, ratio, flow = nothing, nothing, nothing
                for n in range(lo, hi):
                    a = n * row + lane
                    own = link_at[n] + lane
                    if n < swept:
                        place = read(buffer, a + position)
                        advance_eight(buffer, a + m, n_lanes, table.rows, place)
                    g, current = local(buffer, a, nodes, node_at[n] + lane)
                    pivot = unit / (read(links, own + diagonal) + g - link * ratio)
                    flow = (current - link * flow) * pivot
                    link = read(links, own + off)
                    ratio = link * pivot
                    write(buffer, a + share, flow)
                    write(buffer, a + weight, ratio)
                increment = read(buffer, hi * row + lane + change)
                for back in range(hi - lo):
                    n = hi - one_row - back
                    a = n * row + lane
                    own = node_at[n] + lane
                    increment = read(buffer, a + share) - read(buffer, a + weight) * increment
                    new, place = settle(buffer, a, nodes, own, increment, scale)
                    if skew[n]:
                        relax_skew(buffer, a, a + row, links, link_at[n] + lane, nothing)
                    else:
                        relax(buffer, a, a + row, links, link_at[n] + lane, nothing)
                    if any_of(new > followed):
                        track(buffer, a, nodes, own, new, moment, fires, nothing, unit)
                    write(buffer, a + position, place)
            swept = hi
            now += one
            if (t + 1) % look.every != 0:
                continue
            if finish.when_arrived:
                arrived = True
                for i in range(n_lanes):
                    for k in range(finish.rows.shape[0]):
                        end_row = finish.rows[k, i] * row + i
                        if buffer[end_row + fired] == zero or buffer[end_row + done] == zero:
                            arrived = False
                if arrived:
                    return t + 1
            if not look.moving:
                continue
            # Ahead: open the window before anything reaches its edge.
            while hi < n_rows:
                reached = False
                edge = max(lo, hi - look.ahead // np.uint64(2)) * row
                for i in range(n_lanes):
                    if abs(buffer[edge + v + i]) > look.open_at:
                        reached = True
                if not reached:
                    break
                hi = min(hi + look.ahead, n_rows)
            for i in range(n_lanes):
                f = front[i]
                while f <= window.span[i] and (
                    not window.excitable[f, i] or buffer[np.uint64(f) * row + fired + i] != zero
                ):
                    f += 1
                if f != front[i]:
                    front[i] = f
                    progress = t
            if t - progress > look.patience:
                return t + 1
            # Behind: close the window where nothing moves and the front cannot feel it any more.
            while lo + one_row < hi:
                settled = True
                for i in range(n_lanes):
                    if front[i] > window.span[i]:
                        for k in range(finish.rows.shape[0]):
                            if buffer[finish.rows[k, i] * row + done + i] == zero:
                                settled = False
                        continue
                    if window.damping[front[i], i] - window.damping[lo, i] < look.attenuated:
                        settled = False
                    for k in range(2):
                        if abs(buffer[(lo + np.uint64(k)) * row + change + i]) > look.close_below:
                            settled = False
                if not settled:
                    break
                lo += one_row
        return steps

    return run

"""The kernel of fibres side by side: one unknown per node, a few states per internode, a vector register per field.

A block holds ``lanes`` fibres in one flat buffer of rows: row n is node n - 1 of every fibre together with the
internode that follows it, and a row is a list of fields of ``lanes`` numbers each (see
:mod:`~remyelin.fibre.solvers.kernel_parts`). Rows 0 and last + 1 are empty, so that the sweeps need no special cases::

    forward sweep    currents and elimination, node by node
    backward sweep   half-step increments, potentials, internode states, first impulse
    gates            half a step later than the potentials, from an interpolated table

Everything is addressed from one buffer with unsigned indices, because only then can the compiler prove that
the lanes are independent and put them into vector registers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from remyelin.base.jit import compiled
from remyelin.fibre.solvers.gating import GATES, advance_eight, any_above
from remyelin.fibre.solvers.kernel_parts import field, parts, row_size


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
    local, settle, relax, relax_skew, track = parts(lanes, states)
    v, m, change, drive_field, position, share, weight, diagonal, off, done, fired = (
        u(field(name) * lanes)
        for name in (
            "v",
            GATES[0],
            "change",
            "drive",
            "position",
            "share",
            "weight",
            "diagonal",
            "off",
            "done",
            "fired",
        )
    )
    row, one_row, n_lanes, eight = u(row_size(states) * lanes), u(1), u(lanes), u(8)
    octets = u(lanes // 8)

    @compiled
    def run(  # type: ignore[no-untyped-def]
        buffer, n_rows, skew, steps, one, firing, table, drive, finish, window, look
    ):
        zero = one - one
        followed = firing / (one + one)
        lines, end, per_mv, lead = table.rows, table.end, table.per_mv, table.lead
        lo = one_row
        hi = n_rows
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
            for n in range(lo, hi):
                a = n * row
                z = a - row
                for i in range(n_lanes):
                    g, current = local(buffer, a + i)
                    link = buffer[z + off + i]
                    pivot = one / (buffer[a + diagonal + i] + g - link * buffer[z + weight + i])
                    buffer[a + share + i] = (current - link * buffer[z + share + i]) * pivot
                    buffer[a + weight + i] = buffer[a + off + i] * pivot
            for back in range(hi - lo):
                n = hi - one_row - back
                a = n * row
                b = a + row
                # One loop each: a short loop of its own is unrolled before it can become a vector.
                if skew[n]:
                    for i in range(n_lanes):
                        increment = buffer[a + share + i] - buffer[a + weight + i] * buffer[b + change + i]
                        settle(buffer, a + i, increment, lead, per_mv, end, zero)
                        relax_skew(buffer, a + i, b + i, zero)
                else:
                    for i in range(n_lanes):
                        increment = buffer[a + share + i] - buffer[a + weight + i] * buffer[b + change + i]
                        settle(buffer, a + i, increment, lead, per_mv, end, zero)
                        relax(buffer, a + i, b + i, zero)
                for j in range(octets):
                    c = a + j * eight
                    if any_above(buffer, c + v, followed):  # type: ignore[call-arg]
                        for i in range(eight):
                            track(buffer, c + i, now, firing, zero, one)
                    advance_eight(buffer, c + m, n_lanes, lines, c + position)
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
                for i in range(n_lanes):
                    buffer[lo * row + weight + i] = zero
                    buffer[lo * row + share + i] = zero
                lo += one_row
        return steps

    return run

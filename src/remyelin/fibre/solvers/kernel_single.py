"""The kernel of one long reduced fibre: the arithmetic of the batch, eight neighbouring nodes in a vector register.

The buffer is turned: a field is a run of ``capacity`` numbers, one per row, so that all work that does not couple
neighbours fills vector registers from node to node. Only the elimination and the back substitution go node by
node.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from remyelin.base.jit import compiled
from remyelin.fibre.solvers.gating import GATES, advance_eight
from remyelin.fibre.solvers.kernel_parts import field, parts
from remyelin.fibre.solvers.octet import WIDTH, any_of, read, spread, write


@cache
def kernel(capacity: int, states: int) -> Callable[..., Any]:
    """Return the kernel for one fibre of at least sixteen rows fewer than `capacity`, a multiple of eight.

    Its arguments are those of :func:`remyelin.fibre.solvers.kernel_batch.kernel` for one lane, without the axis of
    lanes; `skew` has `capacity` entries.
    """
    u = np.uint64
    local, settle, relax, relax_skew, track = parts(capacity, states, shared=False)
    v, m, change, drive_field, position, share, weight, diagonal, off, done, fired = (
        u(field(name) * capacity)
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
    one_row, pair, stride, eight, seven = u(1), u(2), u(capacity), u(WIDTH), u(WIDTH - 1)

    @compiled
    def run(  # type: ignore[no-untyped-def]
        buffer, n_rows, skew, steps, one, firing, table, drive, finish, window, look
    ):
        zero = one - one
        followed = spread(firing / (one + one))
        fires, nothing, unit = spread(firing), spread(zero), spread(one)
        scale = spread(table.lead), spread(table.per_mv), spread(table.end), nothing
        lo = one_row
        hi = n_rows
        swept = np.uint64(0)
        front = 1
        progress = 0
        if look.moving:
            hi = one_row
            for e in range(drive.rows.size):
                hi = max(hi, drive.rows[e])
            hi = min(hi + look.ahead, n_rows)
        now = zero
        for t in range(steps):
            if t <= drive.waveform.size:
                for e in range(drive.rows.size):
                    flows = drive.waveform[t] if t < drive.waveform.size else zero
                    buffer[drive.rows[e] + drive_field] = drive.amplitudes[e] * flows
            # Eight rows at a time from a multiple of eight: those outside the window are at rest or, behind it, stand
            # still.
            first = lo & ~seven
            octets = (hi - first + seven) // eight
            beyond = first + octets * eight
            # Elimination from both ends to the middle, and back: two independent chains, because each is bound by the
            # latency of its divisions. Gates and currents of the next rows are worked out while they wait.
            reach = (hi - lo - one_row) // pair
            middle = lo + reach
            top = hi - one_row
            even = top - middle > reach
            if even:
                top -= one_row
            up = zero
            up_share = zero
            down = zero
            down_share = zero
            eliminated = np.uint64(0)
            pairs = (octets + one_row) // pair
            for c in range(pairs):
                low = first + c * eight
                high = beyond - (c + one_row) * eight
                for side in range(2):
                    a = low if side == 0 else high
                    if side == 1 and high == low:
                        break
                    if a < swept:
                        place = read(buffer, a + position)
                        advance_eight(buffer, a + m, stride, table.rows, place)
                    g, current = local(buffer, a, buffer, a)
                    write(buffer, a + weight, read(buffer, a + diagonal) + g)
                    write(buffer, a + share, current)
                if c == 0 and even:
                    # An even number of rows: one more from above.
                    up = one / buffer[top + one_row + weight]
                    up_share = buffer[top + one_row + share] * up
                    buffer[top + one_row + weight] = up
                    buffer[top + one_row + share] = up_share
                ready = reach
                if c + one_row < pairs:
                    ready = min(reach, min(low + eight - lo, top + one_row - high))
                for i in range(eliminated, ready):
                    a = lo + i
                    link = buffer[a - one_row + off]
                    down = one / (buffer[a + weight] - link * link * down)
                    down_share = (buffer[a + share] - link * down_share) * down
                    buffer[a + weight] = down
                    buffer[a + share] = down_share
                    q = top - i
                    link = buffer[q + off]
                    up = one / (buffer[q + weight] - link * link * up)
                    up_share = (buffer[q + share] - link * up_share) * up
                    buffer[q + weight] = up
                    buffer[q + share] = up_share
                eliminated = ready
            before_it = buffer[middle - one_row + off]
            after_it = buffer[middle + off]
            increment = (buffer[middle + share] - before_it * down_share - after_it * up_share) / (
                buffer[middle + weight] - before_it * before_it * down - after_it * after_it * up
            )
            buffer[middle + share] = increment
            up_increment = increment
            for i in range(reach):
                a = middle - one_row - i
                increment = buffer[a + share] - buffer[a + weight] * buffer[a + off] * increment
                buffer[a + share] = increment
                q = middle + one_row + i
                up_increment = (
                    buffer[q + share] - buffer[q + weight] * buffer[q - one_row + off] * up_increment
                )
                buffer[q + share] = up_increment
            if top + one_row < hi:
                q = hi - one_row
                up_increment = (
                    buffer[q + share] - buffer[q + weight] * buffer[q - one_row + off] * up_increment
                )
                buffer[q + share] = up_increment
            for q in range(first, lo):
                buffer[q + share] = zero
            for q in range(hi, beyond):
                buffer[q + share] = zero
            moment = spread(now)
            any_skew = False
            for c in range(octets):
                a = first + c * eight
                new, place = settle(buffer, a, buffer, a, read(buffer, a + share), scale)
                if any_of(new > followed):
                    track(buffer, a, buffer, a, new, moment, fires, nothing, unit)
                write(buffer, a + position, place)
                for i in range(a, a + eight):
                    any_skew |= skew[i]
            for c in range(octets):
                a = first + c * eight
                if any_skew:
                    relax_skew(buffer, a, a + one_row, buffer, a, nothing)
                else:
                    relax(buffer, a, a + one_row, buffer, a, nothing)
            swept = beyond
            now += one
            if (t + 1) % look.every != 0:
                continue
            if finish.when_arrived:
                arrived = True
                for e in range(finish.rows.size):
                    if buffer[finish.rows[e] + fired] == zero or buffer[finish.rows[e] + done] == zero:
                        arrived = False
                if arrived:
                    return t + 1
            if not look.moving:
                continue
            while hi < n_rows and abs(buffer[max(lo, hi - look.ahead // np.uint64(2)) + v]) > look.open_at:
                hi = min(hi + look.ahead, n_rows)
            old_front = front
            while front <= window.span and (
                not window.excitable[front] or buffer[np.uint64(front) + fired] != zero
            ):
                front += 1
            if front != old_front:
                progress = t
            if t - progress > look.patience:
                return t + 1
            while (
                lo + one_row < hi
                and front <= window.span
                and window.damping[front] - window.damping[lo] >= look.attenuated
                and abs(buffer[lo + change]) <= look.close_below
                and abs(buffer[lo + one_row + change]) <= look.close_below
            ):
                lo += one_row
        return steps

    return run

"""The kernel of one long reduced fibre: the arithmetic of `chain`, vectorised along the fibre.

The buffer is turned: a field is a run of ``capacity`` numbers, one per row, so that all work that does not couple
neighbours fills vector registers from node to node. Only the elimination and the back substitution go node by
node. The formulas and fields are those of `chain`, where they are explained.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from remyelin.base.jit import compiled
from remyelin.fibre.solvers.gating import GATES, advance_gates
from remyelin.fibre.solvers.kernel_batch import FIELDS, STATE_FIELDS, field, row_size

OWN_FIELDS = ("ahead_v", "ahead_half", "earlier_change")
"""Fields this kernel has besides those of `chain`: potentials of the next row, increment of the last step."""


@cache
def kernel(capacity: int, states: int) -> Callable[..., Any]:
    """Return the kernel for one fibre of fewer rows than `capacity`.

    Its arguments are those of :func:`remyelin.fibre.solvers.kernel_batch.kernel` for one lane, without the axis of
    lanes: ``amplitudes (k,)``, ``waveform (steps,)``, ``record (samples, r)``, ``ends (2,)``, ``span`` a number,
    ``excitable (rows,)`` and ``damping (rows,)``.
    """
    u = np.uint64

    def at(name: str) -> Any:
        return u(field(name) * capacity)

    v, m, h, p, s = (at(name) for name in ("v", *GATES))
    delta, pivot, ionic, slope, carry, half = (
        at(name) for name in ("delta", "pivot", "ionic", "slope", "carry", "half")
    )
    drive, position = at("drive"), at("position")
    best, before, after, last, when, done, fired, peak = (
        at(name) for name in ("best", "before", "after", "last", "when", "done", "fired", "peak")
    )
    origin, sodium, potassium, leak, constant = (
        at(name) for name in ("origin", "sodium", "potassium", "leak", "constant")
    )
    naf, nap, ks, diagonal, off = (at(name) for name in ("naf", "nap", "ks", "diagonal", "off"))
    left_left, left_right, right_right = at("left_left"), at("left_right"), at("right_right")
    y, decay, left, right = (u((len(FIELDS) + states * i) * capacity) for i in range(len(STATE_FIELDS)))
    ahead_v, ahead_half, earlier_change = (
        u((row_size(states) + i) * capacity) for i in range(len(OWN_FIELDS))
    )
    one_row, stride, n_states = u(1), u(capacity), u(states)
    together, table_row = u(len(GATES)), u(2 * len(GATES))
    l1, l2, l3, pair = u(1), u(2), u(1 + 2), u(2)

    @compiled
    def run(  # type: ignore[no-untyped-def]
        buffer, table, table_end, per_mv, lead, steps, one, firing,
        stimulated, amplitudes, waveform, recorded, every, record,
        ends, stop_when_arrived, windowed, span, excitable, damping,
        look, ahead, open_at, close_below, attenuated, patience,
    ):  # fmt: skip
        zero = one - one
        two = one + one
        real = buffer.dtype.type
        n_rows = np.uint64(excitable.size) - one_row
        lo = one_row
        hi = n_rows
        front = 1
        progress = 0
        if windowed:
            hi = one_row
            for e in range(stimulated.size):
                hi = max(hi, stimulated[e])
            hi = min(hi + ahead, n_rows)
        now = zero
        for t in range(steps):
            for e in range(stimulated.size):
                buffer[stimulated[e] + drive] = amplitudes[e] * waveform[t]
            for n in range(lo, hi):
                volt = buffer[n + v]
                gate_m = buffer[n + m]
                gate_p = buffer[n + p]
                g_na = (
                    buffer[n + naf] * gate_m * gate_m * gate_m * buffer[n + h]
                    + buffer[n + nap] * gate_p * gate_p * gate_p
                )
                g_k = buffer[n + ks] * buffer[n + s]
                g_l = buffer[n + leak]
                inward = (
                    buffer[n + constant]
                    - g_na * (volt + buffer[n + sodium])
                    - g_k * (volt + buffer[n + potassium])
                    - g_l * volt
                )
                far = buffer[n + ahead_v]
                across = buffer[n + left_right]
                to_left = -buffer[n + left_left] * volt - across * far
                to_right = -across * volt - buffer[n + right_right] * far
                buffer[n + earlier_change] = volt - buffer[n + half]
                buffer[n + ionic] = inward
                buffer[n + slope] = g_na + g_k + g_l
                buffer[n + pivot] = buffer[n + diagonal] + g_na + g_k
                buffer[n + carry] = to_right
                buffer[n + delta] = inward + buffer[n + drive] + to_left
            for k in range(n_states):
                y_k = y + k * stride
                decay_k = decay + k * stride
                left_k = left + k * stride
                right_k = right + k * stride
                for n in range(lo, hi):
                    decayed = buffer[n + decay_k] * buffer[n + y_k]
                    buffer[n + delta] += buffer[n + left_k] * decayed
                    buffer[n + carry] += buffer[n + right_k] * decayed
            # Elimination from both ends to the middle, and back: two independent chains, because each is
            # bound by the latency of its divisions. Row lo - 1 still carries what it last sent to the right.
            reach = (hi - lo - one_row) // pair
            middle = lo + reach
            top = hi - one_row
            if top - middle > reach:
                # An even number of rows: one more from above.
                buffer[top + pivot] = one / buffer[top + pivot]
                buffer[top + delta] = (buffer[top + delta] + buffer[top - one_row + carry]) * buffer[
                    top + pivot
                ]
                up = buffer[top + pivot]
                up_share = buffer[top + delta]
                top -= one_row
            else:
                up = zero
                up_share = zero
            down = zero
            down_share = zero
            for i in range(reach):
                a = lo + i
                link = buffer[a - one_row + off]
                right_side = buffer[a + delta] + buffer[a - one_row + carry] - link * down_share
                down = one / (buffer[a + pivot] - link * link * down)
                down_share = right_side * down
                buffer[a + pivot] = down
                buffer[a + delta] = down_share
                q = top - i
                link = buffer[q + off]
                right_side = buffer[q + delta] + buffer[q - one_row + carry] - link * up_share
                up = one / (buffer[q + pivot] - link * link * up)
                up_share = right_side * up
                buffer[q + pivot] = up
                buffer[q + delta] = up_share
            before_it = buffer[middle - one_row + off]
            after_it = buffer[middle + off]
            change = (
                buffer[middle + delta]
                + buffer[middle - one_row + carry]
                - before_it * down_share
                - after_it * up_share
            ) / (buffer[middle + pivot] - before_it * before_it * down - after_it * after_it * up)
            midway = buffer[middle + v] + change
            new = midway + change
            buffer[middle + delta] = change
            buffer[middle + half] = midway
            buffer[middle + v] = new
            # What a row needs of the next one is left in its own fields: shifted loads would keep the loops
            # around from being vectorised.
            up_change = change
            for i in range(reach):
                a = middle - one_row - i
                buffer[a + ahead_half] = midway
                buffer[a + ahead_v] = new
                change = buffer[a + delta] - buffer[a + pivot] * buffer[a + off] * change
                midway = buffer[a + v] + change
                new = midway + change
                buffer[a + delta] = change
                buffer[a + half] = midway
                buffer[a + v] = new
                q = middle + one_row + i
                up_change = buffer[q + delta] - buffer[q + pivot] * buffer[q - one_row + off] * up_change
                up_midway = buffer[q + v] + up_change
                up_new = up_midway + up_change
                buffer[q + delta] = up_change
                buffer[q + half] = up_midway
                buffer[q + v] = up_new
                buffer[q - one_row + ahead_half] = up_midway
                buffer[q - one_row + ahead_v] = up_new
            if top + one_row < hi:
                q = hi - one_row
                up_change = buffer[q + delta] - buffer[q + pivot] * buffer[q - one_row + off] * up_change
                up_midway = buffer[q + v] + up_change
                up_new = up_midway + up_change
                buffer[q + delta] = up_change
                buffer[q + half] = up_midway
                buffer[q + v] = up_new
                buffer[q - one_row + ahead_half] = up_midway
                buffer[q - one_row + ahead_v] = up_new
            buffer[hi - one_row + ahead_half] = zero
            buffer[hi - one_row + ahead_v] = zero
            for n in range(lo, hi):
                change = buffer[n + delta]
                new = buffer[n + v]
                ahead_of_it = new + lead * (change - buffer[n + earlier_change])
                place = ahead_of_it * per_mv + buffer[n + origin]
                place = place if place > zero else zero
                buffer[n + position] = place if place < table_end else table_end
                highest = buffer[n + peak]
                buffer[n + peak] = new if new > highest else highest
                inward = buffer[n + ionic] - buffer[n + slope] * change
                largest = buffer[n + best]
                flag = buffer[n + done]
                seen = buffer[n + when]
                earlier = buffer[n + before]
                previous = buffer[n + last]
                larger = inward > largest * (one + flag)
                later = inward if seen == now - one else buffer[n + after]
                depolarised = one if new > firing else zero
                already = buffer[n + fired]
                buffer[n + after] = inward if larger else later
                buffer[n + before] = previous if larger else earlier
                buffer[n + when] = now if larger else seen
                buffer[n + best] = inward if larger else largest
                buffer[n + fired] = depolarised if larger else already
                flag = zero if larger else flag
                buffer[n + done] = one if inward < zero else flag
                buffer[n + last] = inward
            for k in range(n_states):
                y_k = y + k * stride
                decay_k = decay + k * stride
                left_k = left + k * stride
                right_k = right + k * stride
                for n in range(lo, hi):
                    old = buffer[n + y_k]
                    inner = (
                        buffer[n + decay_k] * old
                        + buffer[n + left_k] * buffer[n + half]
                        + buffer[n + right_k] * buffer[n + ahead_half]
                    )
                    buffer[n + y_k] = two * inner - old
            # The last quartet may reach past the window, where gates are at rest and stay there.
            for j in range((hi - lo + l3) // together):
                a = lo + j * together
                x0 = buffer[a + position]
                x1 = buffer[a + position + l1]
                x2 = buffer[a + position + l2]
                x3 = buffer[a + position + l3]
                r0 = np.int32(x0)
                r1 = np.int32(x1)
                r2 = np.int32(x2)
                r3 = np.int32(x3)
                advance_gates(  # type: ignore[call-arg]
                    buffer,
                    a + m,
                    stride,
                    table,
                    (
                        np.uint64(r0) * table_row,
                        np.uint64(r1) * table_row,
                        np.uint64(r2) * table_row,
                        np.uint64(r3) * table_row,
                    ),
                    (x0 - real(r0), x1 - real(r1), x2 - real(r2), x3 - real(r3)),
                )
            now += one
            if (t + 1) % every == 0:
                for e in range(recorded.size):
                    record[(t + 1) // every, e] = buffer[recorded[e] + v]
            if (t + 1) % look != 0:
                continue
            if stop_when_arrived:
                arrived = True
                for e in range(ends.size):
                    if buffer[ends[e] + fired] == zero or buffer[ends[e] + done] == zero:
                        arrived = False
                if arrived:
                    return t + 1
            if not windowed:
                continue
            while hi < n_rows and abs(buffer[max(lo, hi - ahead // np.uint64(2)) + v]) > open_at:
                hi = min(hi + ahead, n_rows)
            old_front = front
            while front <= span and (not excitable[front] or buffer[np.uint64(front) + fired] != zero):
                front += 1
            if front != old_front:
                progress = t
            if t - progress > patience:
                return t + 1
            while (
                lo + one_row < hi
                and front <= span
                and damping[front] - damping[lo] >= attenuated
                and abs(buffer[lo + delta]) <= close_below
                and abs(buffer[lo + one_row + delta]) <= close_below
            ):
                lo += one_row
        return steps

    return run

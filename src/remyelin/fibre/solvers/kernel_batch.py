"""The kernel of the reduced fibre: one unknown per node, a few states per internode, fibres side by side.

A block holds ``lanes`` fibres in one flat buffer of rows: row n is node n - 1 of every fibre together with the
internode that follows it, and a row is a list of fields of ``lanes`` numbers each (``FIELDS``, then four per
state). Rows 0 and last + 1 are empty, so that the sweeps need no special cases. With v the node's deviation
from rest, half a time step is solved implicitly (one tridiagonal system) and extrapolated to a full one::

    forward sweep    currents, right-hand sides and elimination, node by node
    backward sweep   half-step increments, potentials, internode states, first impulse
    gates            half a step later than the potentials, from an interpolated table

An internode state y (scaled so that its coupling to both nodes is symmetric) obeys, over half a step,
y_half = decay y + left v_left,half + right v_right,half, and draws left decay y and right decay y into them.

Everything is addressed from one buffer with unsigned indices, because only then can the compiler prove that
the lanes are independent and put them into vector registers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from remyelin.base.jit import compiled
from remyelin.fibre.solvers.gating import GATES, advance_gates

# fmt: off
FIELDS = (
    # state
    "v", "m", "h", "p", "s", "delta", "pivot", "ionic", "slope", "carry", "half", "drive", "position",
    # first impulse: largest inward current, its neighbours in time, when, flags; highest potential
    "best", "before", "after", "last", "when", "done", "fired", "peak",
    # parameters: table position at rest, distance to the reversals, conductances, constants, links
    "origin", "sodium", "potassium", "leak", "constant", "naf", "nap", "ks", "diagonal", "off",
    "left_left", "left_right", "right_right",
)
# fmt: on
STATE_FIELDS = ("y", "decay", "left", "right")


def row_size(states: int) -> int:
    """Return the number of fields of a row for a number of states per internode."""
    return len(FIELDS) + len(STATE_FIELDS) * states


def field(name: str) -> int:
    """Return the position of a field within a row."""
    return FIELDS.index(name)


@cache
def kernel(lanes: int, states: int) -> Callable[..., Any]:
    """Return the kernel for blocks of so many fibres (a multiple of 4) and states per internode.

    The kernel's arguments
    ----------------------
    buffer : flat array, float32 or float64
        Rows of fields of lanes; changed in place.
    table, table_end, per_mv
        Gate table (flat; positions are rows), last usable position, rows per mV.
    lead
        Differences of successive half-step increments by which gates are read ahead of the potential.
    steps : int
    one, firing
        1, and the depolarisation (mV) that counts as firing, in the type of the buffer.
    stimulated : (k,) uint64; amplitudes : (k, lanes); waveform : (steps, lanes)
        Rows that receive current, how much (nA), and its course in time.
    recorded : (r,) uint64; every : int; record : (samples, r, lanes)
        Rows whose potential is kept.
    ends : (2, lanes) uint64
        Rows at which an impulse counts as having arrived.
    stop_when_arrived : bool
    windowed : bool
        Sweep only the rows near the impulse; the following say how.
    span : (lanes,) int64; excitable : (rows, lanes) bool; damping : (rows, lanes) float64
        Last row of each lane; rows that can fire; accumulated logarithm of the attenuation at rest.
    look, ahead, open_at, close_below, attenuated, patience
        Steps between looks; rows added ahead; deviation ahead (mV) that opens the window; change per half
        step (mV) and logarithm of attenuation at which it closes behind; steps without a new firing that
        end the run.

    It returns the number of steps taken.
    """
    u = np.uint64

    def at(name: str) -> Any:
        return u(field(name) * lanes)

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
    y, decay, left, right = (u((len(FIELDS) + states * i) * lanes) for i in range(len(STATE_FIELDS)))
    row, one_row, n_lanes, n_states = u(row_size(states) * lanes), u(1), u(lanes), u(states)
    gate_count, quads, table_row = u(len(GATES)), u(lanes // len(GATES)), u(2 * len(GATES))
    l1, l2, l3 = u(1), u(2), u(1 + 2)

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
        n_rows = np.uint64(excitable.shape[0]) - one_row  # the last, empty row
        lo = one_row
        hi = n_rows
        front = np.ones(lanes, dtype=np.int64)
        progress = 0
        if windowed:
            hi = one_row
            for k in range(stimulated.size):
                hi = max(hi, stimulated[k])
            hi = min(hi + ahead, n_rows)
        now = zero
        for t in range(steps):
            for k in range(stimulated.size):
                for i in range(lanes):
                    buffer[stimulated[k] * row + drive + np.uint64(i)] = amplitudes[k, i] * waveform[t, i]
            for n in range(lo, hi):
                a = n * row
                b = a + row
                z = a - row
                for i in range(n_lanes):
                    volt = buffer[a + v + i]
                    gate_m = buffer[a + m + i]
                    gate_p = buffer[a + p + i]
                    g_na = (
                        buffer[a + naf + i] * gate_m * gate_m * gate_m * buffer[a + h + i]
                        + buffer[a + nap + i] * gate_p * gate_p * gate_p
                    )
                    g_k = buffer[a + ks + i] * buffer[a + s + i]
                    g_l = buffer[a + leak + i]
                    inward = (
                        buffer[a + constant + i]
                        - g_na * (volt + buffer[a + sodium + i])
                        - g_k * (volt + buffer[a + potassium + i])
                        - g_l * volt
                    )
                    buffer[a + ionic + i] = inward
                    buffer[a + slope + i] = g_na + g_k + g_l
                    far = buffer[b + v + i]
                    across = buffer[a + left_right + i]
                    to_left = -buffer[a + left_left + i] * volt - across * far
                    to_right = -across * volt - buffer[a + right_right + i] * far
                    for k in range(n_states):
                        decayed = buffer[a + decay + k * n_lanes + i] * buffer[a + y + k * n_lanes + i]
                        to_left += buffer[a + left + k * n_lanes + i] * decayed
                        to_right += buffer[a + right + k * n_lanes + i] * decayed
                    buffer[b + carry + i] = to_right
                    link = buffer[z + off + i]
                    weight = link * buffer[z + pivot + i]
                    buffer[a + pivot + i] = one / (buffer[a + diagonal + i] + g_na + g_k - weight * link)
                    buffer[a + delta + i] = (
                        inward
                        + buffer[a + drive + i]
                        + buffer[a + carry + i]
                        + to_left
                        - weight * buffer[z + delta + i]
                    )
            for back in range(hi - lo):
                a = (hi - one_row - back) * row
                b = a + row
                for i in range(n_lanes):
                    change = buffer[a + pivot + i] * (
                        buffer[a + delta + i] - buffer[a + off + i] * buffer[b + delta + i]
                    )
                    volt = buffer[a + v + i]
                    earlier_change = volt - buffer[a + half + i]
                    midway = volt + change
                    new = midway + change
                    beyond = buffer[b + half + i]
                    buffer[a + delta + i] = change
                    buffer[a + half + i] = midway
                    buffer[a + v + i] = new
                    # Where gates are read: see GATE_LEAD.
                    place = (new + lead * (change - earlier_change)) * per_mv + buffer[a + origin + i]
                    place = place if place > zero else zero
                    buffer[a + position + i] = place if place < table_end else table_end
                    highest = buffer[a + peak + i]
                    buffer[a + peak + i] = new if new > highest else highest
                    for k in range(n_states):
                        old = buffer[a + y + k * n_lanes + i]
                        buffer[a + y + k * n_lanes + i] = (
                            two
                            * (
                                buffer[a + decay + k * n_lanes + i] * old
                                + buffer[a + left + k * n_lanes + i] * midway
                                + buffer[a + right + k * n_lanes + i] * beyond
                            )
                            - old
                        )
                    # The largest inward current of the first impulse, and its neighbours in time; a later
                    # bout of inward current replaces it only if it dwarfs it.
                    inward = buffer[a + ionic + i] - buffer[a + slope + i] * change
                    largest = buffer[a + best + i]
                    flag = buffer[a + done + i]
                    seen = buffer[a + when + i]
                    earlier = buffer[a + before + i]
                    previous = buffer[a + last + i]
                    larger = inward > largest * (one + flag)
                    later = inward if seen == now - one else buffer[a + after + i]
                    depolarised = one if new > firing else zero
                    already = buffer[a + fired + i]
                    buffer[a + after + i] = inward if larger else later
                    buffer[a + before + i] = previous if larger else earlier
                    buffer[a + when + i] = now if larger else seen
                    buffer[a + best + i] = inward if larger else largest
                    buffer[a + fired + i] = depolarised if larger else already
                    flag = zero if larger else flag
                    buffer[a + done + i] = one if inward < zero else flag
                    buffer[a + last + i] = inward
                for j in range(quads):
                    c = a + position + j * gate_count
                    x0 = buffer[c]
                    x1 = buffer[c + l1]
                    x2 = buffer[c + l2]
                    x3 = buffer[c + l3]
                    r0 = np.int32(x0)
                    r1 = np.int32(x1)
                    r2 = np.int32(x2)
                    r3 = np.int32(x3)
                    advance_gates(  # type: ignore[call-arg]
                        buffer,
                        a + m + j * gate_count,
                        n_lanes,
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
                for k in range(recorded.size):
                    for i in range(lanes):
                        record[(t + 1) // every, k, i] = buffer[recorded[k] * row + v + np.uint64(i)]
            if (t + 1) % look != 0:
                continue
            if stop_when_arrived:
                arrived = True
                for i in range(n_lanes):
                    for k in range(ends.shape[0]):
                        a = ends[k, i] * row + i
                        if buffer[a + fired] == zero or buffer[a + done] == zero:
                            arrived = False
                if arrived:
                    return t + 1
            if not windowed:
                continue
            # Ahead: open the window before anything reaches its edge.
            while hi < n_rows:
                reached = False
                edge = max(lo, hi - ahead // np.uint64(2)) * row
                for i in range(n_lanes):
                    if abs(buffer[edge + v + i]) > open_at:
                        reached = True
                if not reached:
                    break
                hi = min(hi + ahead, n_rows)
            for i in range(n_lanes):
                f = front[i]
                while f <= span[i] and (
                    not excitable[f, i] or buffer[np.uint64(f) * row + fired + i] != zero
                ):
                    f += 1
                if f != front[i]:
                    front[i] = f
                    progress = t
            if t - progress > patience:
                return t + 1
            # Behind: close the window where nothing moves and the front cannot feel it any more.
            while lo + one_row < hi:
                settled = True
                for i in range(n_lanes):
                    if front[i] > span[i]:
                        for k in range(ends.shape[0]):
                            if buffer[ends[k, i] * row + done + i] == zero:
                                settled = False
                        continue
                    if damping[front[i], i] - damping[lo, i] < attenuated:
                        settled = False
                    for k in range(2):
                        if abs(buffer[(lo + np.uint64(k)) * row + delta + i]) > close_below:
                            settled = False
                if not settled:
                    break
                for i in range(n_lanes):
                    buffer[lo * row + pivot + i] = zero
                    buffer[lo * row + delta + i] = zero
                lo += one_row
        return steps

    return run

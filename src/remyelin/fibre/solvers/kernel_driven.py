"""The kernel of the stimulated reduced fibre: any sources, impulses counted, potentials and fields recorded.

The step is that of :mod:`remyelin.fibre.solvers.kernel_batch`: fibres lie side by side in lanes, node n - 1 with the
internode behind it is row n, rows 0 and last + 1 are empty, and half an implicit step is extrapolated to a whole one.
On top of it

- each source has, for every row, the current into its node and the kick of each internode state at waveform
  1. A kick is given before the implicit half step and once more behind the extrapolation, which is the midpoint
  rule for the source;
- a step behind a jump of a waveform is taken as two implicit half steps, as in the full solver;
- every row is swept at every step, because activity may recur anywhere; only rows that nothing has reached yet may
  be left out;
- watched rows count upward crossings of a level and their times, and the largest inward current of the first
  impulse as everywhere else in the package;
- a call advances a block by some steps and leaves all state in the buffer, so that a run can be continued,
  or continued several ways.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from remyelin.base.jit import compiled
from remyelin.fibre.settings import LANES, SPAN_GROWS
from remyelin.fibre.solvers import vectors
from remyelin.fibre.solvers.gating import GATES, advance_gates

add = vectors.add_product(LANES)

# fmt: off
FIELDS = (
    # state
    "v", "m", "h", "p", "s", "delta", "pivot", "carry", "half", "earlier", "drive", "position", "ionic", "slope",
    # parameters: table position at rest, distance to the reversals, conductances, constants, links
    "origin", "sodium", "potassium", "leak", "constant", "naf", "nap", "ks", "diagonal", "off",
    "left_left", "left_right", "right_right",
)
WATCH_FIELDS = (
    "level", "previous", "count", "best", "before", "after", "last", "when", "done", "fired", "peak",
)
# fmt: on
STATE_FIELDS = ("y", "decay", "left", "right")


def row_size(states: int) -> int:
    """Return the number of fields of a row."""
    return len(FIELDS) + len(STATE_FIELDS) * states


def field(name: str) -> int:
    """Return the position of a field within a row."""
    return FIELDS.index(name)


def state_field(name: str, states: int) -> slice:
    """Return where the numbers of all states lie within a row."""
    first = len(FIELDS) + states * STATE_FIELDS.index(name)
    return slice(first, first + states)


class Waves(NamedTuple):
    """The course of the sources over the steps of one call.

    ``value`` (sources, steps, 1 or lanes) times ``gain`` (sources, lanes); ``active`` and ``damped`` (steps,) say
    in which steps any source is on, and which follow a jump.
    """

    value: NDArray[np.floating]
    gain: NDArray[np.floating]
    active: NDArray[np.bool_]
    damped: NDArray[np.bool_]


class Watch(NamedTuple):
    """Rows whose impulses are followed.

    ``rows`` (k, lanes) uint64; ``fields`` (k, lanes, fields) float64 of :data:`WATCH_FIELDS`; ``times`` (k, lanes,
    most) float64 holds when the level was crossed, in steps.
    """

    rows: NDArray[np.uint64]
    fields: NDArray[np.float64]
    times: NDArray[np.float64]


class Keep(NamedTuple):
    """Recording every so many steps.

    ``rows`` (r, lanes) uint64: potential, gates and states of these rows go to ``potential`` (samples, r, lanes),
    ``gates`` (samples, r, gates, lanes) and ``states`` (samples, r, states, lanes), the last two only if they have
    samples.
    ``leads`` (electrodes, (rows + 2) * (1 + states) * lanes), flat from row 0 on: what node and states add to each
    electrode, summed into ``field`` (samples, electrodes, lanes).
    """

    every: int
    rows: NDArray[np.uint64]
    potential: NDArray[np.floating]
    gates: NDArray[np.floating]
    states: NDArray[np.floating]
    leads: NDArray[np.floating]
    field: NDArray[np.floating]


class Stop(NamedTuple):
    """When a call ends before its steps are over.

    ``look``: steps between looks; ``arrival``: position in the watch whose first impulse ends a lane, -1 for
    none; ``quiet``: a lane is over, too, when it has deviated from rest by less (mV) at ``still`` looks in a row,
    the first of them no earlier than step ``after``; 0 for never.
    """

    look: int
    arrival: int
    quiet: float
    still: int
    after: int


@cache
def kernel(states: int) -> Callable[..., Any]:
    """Return the kernel for so many states per internode.

    It is called as ``run(buffer, force, table, table_end, per_mv, lead, rows, begin, one, firing, waves, watch, keep,
    stop, span, open_at, scratch)``:

    - the rows, flat; the sources, flat (rows from row 0, sources, current into the node and kick of each state, lanes);
    - the gate table with its last usable row, rows per mV and the gates' lead;
    - the number of rows, the step the call begins at, 1 and the firing depolarisation in the type of the rows;
    - ``span``, the first row that is swept and the one behind the last: it grows by SPAN_GROWS rows when a row half as
      far from its edge deviates from rest by more than ``open_at`` (mV);
    - ``scratch`` of (sources + 1) * lanes numbers, zero at first.

    It returns the steps taken.
    """
    u = np.uint64
    lanes = LANES

    def at(name: str) -> Any:
        return u(field(name) * lanes)

    v, m, h, p, s = (at(name) for name in ("v", *GATES))
    delta, pivot, carry, half, earlier = (at(name) for name in ("delta", "pivot", "carry", "half", "earlier"))
    drive, position, ionic, slope = (at(name) for name in ("drive", "position", "ionic", "slope"))
    origin, sodium, potassium, leak, constant = (
        at(name) for name in ("origin", "sodium", "potassium", "leak", "constant")
    )
    naf, nap, ks, diagonal, off = (at(name) for name in ("naf", "nap", "ks", "diagonal", "off"))
    left_left, left_right, right_right = at("left_left"), at("left_right"), at("right_right")
    y, decay, left, right = (u(state_field(name, states).start * lanes) for name in STATE_FIELDS)
    row, one_row, n_lanes, n_states = u(row_size(states) * lanes), u(1), u(lanes), u(states)
    per_source = u((1 + states) * lanes)
    gate_count, quads, table_row = u(len(GATES)), u(lanes // len(GATES)), u(2 * len(GATES))
    grows, half_span = u(SPAN_GROWS), u(SPAN_GROWS // 2)
    l0, l1, l2, l3 = u(0), u(1), u(2), u(1 + 2)
    (w_level, w_previous, w_count, w_best, w_before, w_after, w_last, w_when, w_done, w_fired, w_peak) = (
        range(len(WATCH_FIELDS))
    )

    @compiled
    def run(  # type: ignore[no-untyped-def]
        buffer, force, table, table_end, per_mv, lead, rows, begin, one, firing,
        waves, watch, keep, stop, span, open_at, scratch,
    ):  # fmt: skip
        zero = one - one
        two = one + one
        real = buffer.dtype.type
        n_rows = np.uint64(rows) + one_row
        lo, hi = np.uint64(span[0]), np.uint64(span[1])
        wide = waves.value.shape[2] > 1
        was_driven = scratch.size - 1
        steps = waves.active.size
        sources = waves.gain.shape[0]
        n_sources = np.uint64(sources)
        looks = np.zeros(lanes, dtype=np.int64)  # at which the lane was at rest, in a row
        finished = np.zeros(lanes, dtype=np.bool_)  # whatever its neighbours go on to do
        for t in range(steps):
            now = begin + t
            active = waves.active[t]
            damped = waves.damped[t]
            gain = one if damped else two
            less = gain - one
            if active:
                for j in range(sources):
                    for lane in range(lanes):
                        scratch[j * lanes + lane] = (
                            waves.gain[j, lane] * waves.value[j, t, lane if wide else 0]
                        )
            if active or scratch[was_driven] != zero:
                scratch[was_driven] = one if active else zero
                for n in range(lo, hi):
                    a = n * row
                    for i in range(n_lanes):
                        buffer[a + drive + i] = zero
                    if active:
                        for j in range(n_sources):
                            b = (n * n_sources + j) * per_source
                            add(buffer, a + drive, force, b, scratch, j * n_lanes)
            for part in range(2 if damped else 1):
                if active:
                    for n in range(lo, hi):
                        a = n * row + y
                        for j in range(n_sources):
                            b = (n * n_sources + j) * per_source + n_lanes
                            for k in range(n_states):
                                add(buffer, a + k * n_lanes, force, b + k * n_lanes, scratch, j * n_lanes)
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
                        midway = volt + change
                        new = volt + gain * change
                        beyond = buffer[b + half + i]
                        buffer[a + delta + i] = change
                        buffer[a + half + i] = midway
                        buffer[a + v + i] = new
                        # Where gates are read: see GATE_LEAD. Behind a jump the difference means nothing.
                        ahead = less * lead * (change - buffer[a + earlier + i])
                        buffer[a + earlier + i] = change
                        place = (new + ahead) * per_mv + buffer[a + origin + i]
                        place = place if place > zero else zero
                        buffer[a + position + i] = place if place < table_end else table_end
                        for k in range(n_states):
                            old = buffer[a + y + k * n_lanes + i]
                            buffer[a + y + k * n_lanes + i] = (
                                gain
                                * (
                                    buffer[a + decay + k * n_lanes + i] * old
                                    + buffer[a + left + k * n_lanes + i] * midway
                                    + buffer[a + right + k * n_lanes + i] * beyond
                                )
                                - less * old
                            )
                    if damped and part == 0:
                        continue
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
            if active and not damped:
                for n in range(lo, hi):
                    a = n * row + y
                    for j in range(n_sources):
                        b = (n * n_sources + j) * per_source + n_lanes
                        for k in range(n_states):
                            add(buffer, a + k * n_lanes, force, b + k * n_lanes, scratch, j * n_lanes)
            for k in range(watch.rows.shape[0]):
                for lane in range(lanes):
                    if finished[lane]:
                        continue
                    a = watch.rows[k, lane] * row + np.uint64(lane)
                    new = float(buffer[a + v])
                    f = watch.fields[k, lane]
                    old = f[w_previous]
                    f[w_previous] = new
                    if new > f[w_peak]:
                        f[w_peak] = new
                    if old < f[w_level] and new >= f[w_level]:
                        count = int(f[w_count])
                        if count < watch.times.shape[2]:
                            watch.times[k, lane, count] = now + (f[w_level] - old) / (new - old)
                        f[w_count] += 1.0
                    inward = float(buffer[a + ionic] - buffer[a + slope] * buffer[a + delta])
                    if f[w_when] == now - 1:
                        f[w_after] = inward
                    # A later bout of inward current replaces an earlier one only if it dwarfs it.
                    if inward > f[w_best] * (1.0 + f[w_done]):
                        f[w_best] = inward
                        f[w_before] = f[w_last]
                        f[w_when] = now
                        f[w_after] = inward
                        f[w_done] = 0.0
                        if new > firing:
                            f[w_fired] = 1.0
                    if inward < 0.0:
                        f[w_done] = 1.0
                    f[w_last] = inward
            if (now + 1) % keep.every == 0:
                sample = (now + 1) // keep.every - begin // keep.every - 1
                for k in range(keep.rows.shape[0]):
                    for lane in range(lanes):
                        a = keep.rows[k, lane] * row + np.uint64(lane)
                        keep.potential[sample, k, lane] = buffer[a + v]
                        if keep.gates.shape[0]:
                            for g in range(gate_count):
                                keep.gates[sample, k, g, lane] = buffer[a + m + g * n_lanes]
                        if keep.states.shape[0]:
                            for g in range(n_states):
                                keep.states[sample, k, g, lane] = buffer[a + y + g * n_lanes]
                for e in range(keep.leads.shape[0]):
                    total = keep.field[sample, e]
                    coefficients = keep.leads[e]
                    for n in range(lo, hi):
                        a = n * row
                        c = n * per_source
                        add(total, l0, buffer, a + v, coefficients, c)
                        for k in range(n_states):
                            add(total, l0, buffer, a + y + k * n_lanes, coefficients, c + (k + l1) * n_lanes)
            if hi < n_rows and (t + 1) % 2 == 0:
                a = (max(lo, hi - half_span)) * row + v
                for i in range(n_lanes):
                    if abs(buffer[a + i]) > open_at:
                        hi = min(hi + grows, n_rows)
                        break
            if lo > one_row and (t + 1) % 2 == 0:
                a = (min(hi - one_row, lo + half_span)) * row + v
                for i in range(n_lanes):
                    if abs(buffer[a + i]) > open_at:
                        lo = max(one_row + grows, lo) - grows
                        break
            span[0], span[1] = lo, hi
            if (now + 1) % stop.look:
                continue
            over = True
            for lane in range(lanes):
                if finished[lane]:
                    continue
                if stop.arrival >= 0:
                    f = watch.fields[stop.arrival, lane]
                    if f[w_fired] > 0.0 and f[w_done] > 0.0:
                        finished[lane] = True
                        continue
                if stop.quiet == 0.0 or now < stop.after:
                    over = False
                    continue
                looks[lane] += 1
                for n in range(lo, hi):
                    if abs(buffer[n * row + v + np.uint64(lane)]) > stop.quiet:
                        looks[lane] = 0
                        break
                if looks[lane] >= stop.still:
                    finished[lane] = True
                else:
                    over = False
            if over:
                return t + 1
        return steps

    return run

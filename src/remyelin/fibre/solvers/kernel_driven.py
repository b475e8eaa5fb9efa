"""The kernel of the stimulated reduced fibre: any sources, impulses counted, potentials and fields recorded.

The step is that of :mod:`remyelin.fibre.solvers.kernel_batch`: fibres lie side by side in lanes, node n - 1 with the
internode behind it is row n, rows 0 and last + 1 are empty, and half an implicit step is extrapolated to a whole one.
On top of it

- each source has, for every row, the current into its node and the kick of each internode state at waveform
  1. A kick is given before the implicit half step and once more behind the extrapolation, which is the midpoint
  rule for the source;
- a step behind a jump of a waveform is taken as two implicit half steps, as in the full solver;
- what an internode sends to its nodes follows from states and potentials as soon as the backward sweep has them, and
  waits in ``pull`` and ``carry`` for the next step; a kick makes it stale, and it is worked out again;
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
from typing import Any

import numpy as np

from remyelin.base.jit import compiled
from remyelin.fibre.settings import LANES, SPAN_GROWS
from remyelin.fibre.solvers import vectors
from remyelin.fibre.solvers.driven_parts import STATE_FIELDS, WATCH_FIELDS, field, row_size, state_field
from remyelin.fibre.solvers.gating import GATES, advance_eight
from remyelin.fibre.solvers.kernel_parts import MEMBRANE, element, membrane
from remyelin.fibre.solvers.octet import read

add = vectors.add_product(LANES)


@cache
def kernel(states: int) -> Callable[..., Any]:
    """Return the kernel for so many states per internode.

    It is called as ``run(buffer, force, kicks, table, table_end, per_mv, lead, rows, begin, one, firing, waves, watch,
    keep, stop, span, open_at, scratch)``:

    - the rows, flat; the sources, flat (rows from row 0, sources, current into the node and kick of each state, lanes),
      and whether any of these kicks is not 0;
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

    conductances, inward_at = membrane(tuple(field(name) * lanes for name in (*GATES, *MEMBRANE)), element)
    v, m = at("v"), at(GATES[0])
    delta, pivot, pull, carry = (at(name) for name in ("delta", "pivot", "pull", "carry"))
    half, earlier = at("half"), at("earlier")
    drive, position, ionic, slope = (at(name) for name in ("drive", "position", "ionic", "slope"))
    origin, leak, diagonal, off = (at(name) for name in ("origin", "leak", "diagonal", "off"))
    left_left, left_right, right_right = at("left_left"), at("left_right"), at("right_right")
    y, decay, left, right = (u(state_field(name, states).start * lanes) for name in STATE_FIELDS)
    row, one_row, n_lanes, n_states = u(row_size(states) * lanes), u(1), u(lanes), u(states)
    per_source = u((1 + states) * lanes)
    gate_count = u(len(GATES))
    grows, half_span = u(SPAN_GROWS), u(SPAN_GROWS // 2)
    l0, l1 = u(0), u(1)
    (w_level, w_previous, w_count, w_best, w_before, w_after, w_last, w_when, w_done, w_fired, w_peak) = (
        range(len(WATCH_FIELDS))
    )

    @compiled
    def run(  # type: ignore[no-untyped-def]
        buffer, force, kicks, table, table_end, per_mv, lead, rows, begin, one, firing,
        waves, watch, keep, stop, span, open_at, scratch,
    ):  # fmt: skip
        zero = one - one
        two = one + one
        n_rows = np.uint64(rows) + one_row
        lo, hi = np.uint64(span[0]), np.uint64(span[1])
        wide = waves.value.shape[2] > 1
        was_driven = scratch.size - 1
        steps = waves.damped.size
        sources = waves.gain.shape[0]
        n_sources = np.uint64(sources)
        looks = np.zeros(lanes, dtype=np.int64)  # at which the lane was at rest, in a row
        stale = True  # what internodes send is not that of their states
        finished = np.zeros(lanes, dtype=np.bool_)  # whatever its neighbours go on to do
        for t in range(steps):
            now = begin + t
            active = False
            for j in range(sources):
                for lane in range(waves.value.shape[2]):
                    active |= waves.value[j, t, lane] != zero
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
            kicked = active and kicks
            for part in range(2 if damped else 1):
                if kicked:
                    for n in range(lo, hi):
                        a = n * row + y
                        for j in range(n_sources):
                            b = (n * n_sources + j) * per_source + n_lanes
                            for k in range(n_states):
                                add(buffer, a + k * n_lanes, force, b + k * n_lanes, scratch, j * n_lanes)
                if stale or kicked:
                    stale = False
                    for n in range(lo, hi):
                        a = n * row
                        b = a + row
                        for i in range(n_lanes):
                            volt = buffer[a + v + i]
                            far = buffer[b + v + i]
                            across = buffer[a + left_right + i]
                            to_left = -buffer[a + left_left + i] * volt - across * far
                            to_right = -across * volt - buffer[a + right_right + i] * far
                            for k in range(n_states):
                                decayed = (
                                    buffer[a + decay + k * n_lanes + i] * buffer[a + y + k * n_lanes + i]
                                )
                                to_left += buffer[a + left + k * n_lanes + i] * decayed
                                to_right += buffer[a + right + k * n_lanes + i] * decayed
                            buffer[a + pull + i] = to_left
                            buffer[b + carry + i] = to_right
                for n in range(lo, hi):
                    a = n * row
                    z = a - row
                    for i in range(n_lanes):
                        volt = buffer[a + v + i]
                        g_na, g_k = conductances(buffer, a + i, buffer, a + i)
                        inward = inward_at(buffer, a + i, buffer, a + i, volt, g_na, g_k)
                        buffer[a + ionic + i] = inward
                        buffer[a + slope + i] = g_na + g_k + buffer[a + leak + i]
                        link = buffer[z + off + i]
                        weight = link * buffer[z + pivot + i]
                        buffer[a + pivot + i] = one / (buffer[a + diagonal + i] + g_na + g_k - weight * link)
                        buffer[a + delta + i] = (
                            inward
                            + buffer[a + drive + i]
                            + buffer[a + carry + i]
                            + buffer[a + pull + i]
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
                        far = buffer[b + v + i]
                        across = buffer[a + left_right + i]
                        to_left = -buffer[a + left_left + i] * new - across * far
                        to_right = -across * new - buffer[a + right_right + i] * far
                        for k in range(n_states):
                            old = buffer[a + y + k * n_lanes + i]
                            keep_share = buffer[a + decay + k * n_lanes + i]
                            near_share = buffer[a + left + k * n_lanes + i]
                            far_share = buffer[a + right + k * n_lanes + i]
                            state = (
                                gain * (keep_share * old + near_share * midway + far_share * beyond)
                                - less * old
                            )
                            buffer[a + y + k * n_lanes + i] = state
                            decayed = keep_share * state
                            to_left += near_share * decayed
                            to_right += far_share * decayed
                        buffer[a + pull + i] = to_left
                        buffer[b + carry + i] = to_right
                    if damped and part == 0:
                        continue
                    advance_eight(buffer, a + m, n_lanes, table, read(buffer, a + position))
            if kicked and not damped:
                stale = True
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
                        stale = True
                        break
            if lo > one_row and (t + 1) % 2 == 0:
                a = (min(hi - one_row, lo + half_span)) * row + v
                for i in range(n_lanes):
                    if abs(buffer[a + i]) > open_at:
                        lo = max(one_row + grows, lo) - grows
                        stale = True
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

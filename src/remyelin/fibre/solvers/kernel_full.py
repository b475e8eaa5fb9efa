"""The kernel of full-compartment runs side by side: the double cable of every compartment, a vector register a field.

The rows of a block stand in one flat buffer, a field of :data:`LANES` numbers each, so that the compiler can prove that
lanes are independent (see :mod:`~remyelin.fibre.solvers.kernel_batch`). Largest conductances and gates, whose number
depends on the channels, stand in buffers of their own. The steps are those of :mod:`~remyelin.fibre.solvers.full`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from remyelin.base.jit import compiled
from remyelin.fibre.settings import LANES
from remyelin.fibre.solvers.bouts import follow, no_bouts, peak_time
from remyelin.fibre.solvers.vectors import multiply

FIELDS: Final = (
    "inside", "around", "axolemma_capacity", "axolemma_leak", "myelin_capacity", "myelin_conductance", "base",
    "axial", "periaxonal", "p11", "p12", "p22", "r1", "r2", "ionic", "conducting", "earlier", "changed", "resting",
    "drive_in", "drive_around", "total", "current", "opened",
)  # fmt: skip
"""Fields of a row; ``axial`` and ``periaxonal`` lead to the compartment before. Rows 0 and n + 1 lie beyond the
ends and hold zeros."""


def _field(name: str) -> Any:
    return np.uint64(FIELDS.index(name) * LANES)


INSIDE, AROUND, AC, AG, MC, MG, BASE, AXIAL, PERIAXONAL = (
    _field(name)
    for name in (
        "inside", "around", "axolemma_capacity", "axolemma_leak", "myelin_capacity", "myelin_conductance", "base",
        "axial", "periaxonal",
    )
)  # fmt: skip
P11, P12, P22, R1, R2, IONIC, CONDUCTING = (
    _field(name) for name in ("p11", "p12", "p22", "r1", "r2", "ionic", "conducting")
)
EARLIER, CHANGED, RESTING, DRIVE_IN, DRIVE_AROUND, TOTAL, CURRENT, OPENED = (
    _field(name)
    for name in ("earlier", "changed", "resting", "drive_in", "drive_around", "total", "current", "opened")
)
SIZE: Final = np.uint64(len(FIELDS) * LANES)
LANE: Final = np.uint64(LANES)
_multiply = multiply(LANES)


@compiled
def advance_block(  # type: ignore[no-untyped-def]
    step, euler, lead, damped, buffer, largest, gates, channels, n_gates, n_currents,
    update, steady, low, spacing, reversal, factors, into, waves, watch, until, potential, arrival, firing,
):  # fmt: skip
    """Advance a block; return how many steps were taken. Compartment c is row c + 1."""
    n = channels.size
    _open(buffer, gates, channels, n_gates, steady, low, spacing)
    bouts = no_bouts(watch.size * LANES)
    for w in range(watch.size):
        for i in range(LANES):
            potential[0, w, i] = buffer[np.uint64(watch[w] + 1) * SIZE + RESTING + np.uint64(i)]
    table, line = update.reshape(-1), np.uint64(update.shape[2] * update.shape[3])
    used = 0
    driven = False
    for t in range(damped.size):
        used = t + 1
        gives = bool(np.any(waves[t] != 0.0))
        if gives or driven:
            _drive(buffer, n, into, waves[t])
        driven = gives
        rate = 1.0 / step if euler else 2.0 / step
        gain = 1.0 if euler or damped[t] else 2.0
        for _half in range(2 if damped[t] else 1):
            _eliminate(
                buffer, largest.reshape(-1), gates.reshape(-1), channels, n_currents, reversal, factors, rate
            )
            _put_back(buffer, n, gain)
        ahead = 0.0 if euler or damped[t] else lead
        _turn(buffer, gates.reshape(-1), channels, n_gates, table, update.shape[1], line, low, spacing, ahead)
        arrived = until >= 0
        for w in range(watch.size):
            at = np.uint64(watch[w] + 1) * SIZE
            for i in range(LANES):
                lane = at + np.uint64(i)
                new = buffer[lane + INSIDE] - buffer[lane + AROUND]
                potential[t + 1, w, i] = new
                inward = -buffer[lane + IONIC]
                k = w * LANES + i
                follow(bouts, k, t, inward, new - buffer[lane + RESTING] > firing)
                if w == until and not (bouts.fired[k] and bouts.done[k]):
                    arrived = False
        if arrived:
            break
    for w in range(watch.size):
        for i in range(LANES):
            k = w * LANES + i
            if bouts.fired[k]:
                arrival[w, i] = peak_time(bouts.before[k], bouts.best[k], bouts.after[k], bouts.when[k], step)
    return used


@compiled
def _open(  # type: ignore[no-untyped-def]
    buffer, gates, channels, n_gates, steady, low, spacing
) -> None:
    """Put the gates at their steady states."""
    for c in range(channels.size):
        s = channels[c]
        if s >= 0:
            for i in range(LANES):
                at = buffer[np.uint64(c + 1) * SIZE + RESTING + np.uint64(i)]
                x = min(max((at - low) / spacing, 0.0), float(steady.shape[1] - 2))
                row = int(x)
                f = x - row
                for g in range(n_gates[s]):
                    gates[c, g, i] = steady[s, row, g] + f * (steady[s, row + 1, g] - steady[s, row, g])


@compiled
def _drive(buffer: Any, n: int, into: Any, waves: Any) -> None:
    """Write the currents of the stimuli into every row."""
    for c in range(n):
        at = np.uint64(c + 1) * SIZE
        for i in range(LANES):
            inside = 0.0
            around = 0.0
            for k in range(waves.shape[0]):
                inside += into[0, k, c, i] * waves[k, i]
                around += into[1, k, c, i] * waves[k, i]
            buffer[at + DRIVE_IN + np.uint64(i)] = inside
            buffer[at + DRIVE_AROUND + np.uint64(i)] = around


@compiled
def _eliminate(  # type: ignore[no-untyped-def]
    buffer, largest, gates, channels, n_currents, reversal, factors, rate
) -> None:
    """Currents and elimination, compartment by compartment."""
    for c in range(channels.size):
        at = np.uint64(c + 1) * SIZE
        prior, later = at - SIZE, at + SIZE
        s = channels[c]
        for i in range(LANE):
            k = at + i
            buffer[k + TOTAL] = buffer[k + AG]
            buffer[k + CURRENT] = buffer[k + AG] * (
                buffer[k + INSIDE] - buffer[k + AROUND] - buffer[k + BASE]
            )
        if s >= 0:
            for i in range(LANE):
                buffer[at + i + IONIC] = 0.0
            one_conductance, one_gate = (
                np.uint64(c * reversal.shape[1]),
                np.uint64(c * (gates.size // channels.size)),
            )
            for current in range(n_currents[s]):
                where, j = (one_conductance + np.uint64(current)) * LANE, 0
                if factors[s, current, j] < 0:
                    for i in range(LANE):
                        buffer[at + i + OPENED] = largest[where + i]
                else:
                    factor = one_gate + np.uint64(factors[s, current, j]) * LANE
                    _multiply(buffer, at + OPENED, largest, where, gates, factor)
                    j = 1
                    while factors[s, current, j] >= 0:
                        factor = one_gate + np.uint64(factors[s, current, j]) * LANE
                        _multiply(buffer, at + OPENED, buffer, at + OPENED, gates, factor)
                        j += 1
                back = reversal[s, current]
                for i in range(LANE):
                    k = at + i
                    buffer[k + TOTAL] += buffer[k + OPENED]
                    buffer[k + IONIC] += buffer[k + OPENED] * (buffer[k + INSIDE] - buffer[k + AROUND] - back)
            for i in range(LANE):
                k = at + i
                buffer[k + CURRENT] += buffer[k + IONIC]
                buffer[k + CONDUCTING] = buffer[k + TOTAL] - buffer[k + AG]
        for i in range(LANE):
            k, p, q = at + i, prior + i, later + i
            a = rate * buffer[k + AC] + buffer[k + TOTAL]
            ga, gp = buffer[k + AXIAL], buffer[k + PERIAXONAL]
            gb, gq = buffer[q + AXIAL], buffer[q + PERIAXONAL]
            d11 = a + ga - ga * ga * buffer[p + P11] + gb
            d12 = -a - ga * gp * buffer[p + P12]
            d22 = a + rate * buffer[k + MC] + buffer[k + MG] + gp - gp * gp * buffer[p + P22] + gq
            v, u = buffer[k + INSIDE], buffer[k + AROUND]
            b1 = (
                buffer[k + DRIVE_IN]
                - buffer[k + CURRENT]
                + ga
                * (
                    buffer[p + INSIDE]
                    - v
                    + buffer[p + P11] * buffer[p + R1]
                    + buffer[p + P12] * buffer[p + R2]
                )
            )
            b2 = (
                buffer[k + DRIVE_AROUND]
                + buffer[k + CURRENT]
                - buffer[k + MG] * u
                + gp
                * (
                    buffer[p + AROUND]
                    - u
                    + buffer[p + P12] * buffer[p + R1]
                    + buffer[p + P22] * buffer[p + R2]
                )
            )
            det = 1.0 / (d11 * d22 - d12 * d12)
            buffer[k + P11] = d22 * det
            buffer[k + P22] = d11 * det
            buffer[k + P12] = -d12 * det
            buffer[k + R1] = b1 + gb * (buffer[q + INSIDE] - v)
            buffer[k + R2] = b2 + gq * (buffer[q + AROUND] - u)


@compiled
def _put_back(buffer: Any, n: int, gain: float) -> None:
    """Increments from the last compartment to the first; `opened` and `total` of the row behind hold its increments."""
    behind = np.uint64(n + 1) * SIZE
    for i in range(LANE):
        buffer[behind + i + OPENED] = 0.0
        buffer[behind + i + TOTAL] = 0.0
    for c in range(n):
        at = np.uint64(n - c) * SIZE
        later = at + SIZE
        for i in range(LANE):
            k, q = at + i, later + i
            b1 = buffer[k + R1] + buffer[q + AXIAL] * buffer[q + OPENED]
            b2 = buffer[k + R2] + buffer[q + PERIAXONAL] * buffer[q + TOTAL]
            y1 = buffer[k + P11] * b1 + buffer[k + P12] * b2
            y2 = buffer[k + P12] * b1 + buffer[k + P22] * b2
            buffer[k + IONIC] += buffer[k + CONDUCTING] * (y1 - y2)
            buffer[k + INSIDE] += gain * y1
            buffer[k + AROUND] += gain * y2
            buffer[k + OPENED] = y1
            buffer[k + TOTAL] = y2


@compiled
def _turn(  # type: ignore[no-untyped-def]
    buffer, gates, channels, n_gates, table, rows, line, low, spacing, lead
) -> None:
    """Move the gates with the new potentials, read slightly ahead.

    The table is flat: of each channel set so many rows, of each row a line of pairs, an offset and a factor a gate.
    """
    end = float(rows - 2)
    two = np.uint64(2)
    one = np.uint64(1)
    for c in range(channels.size):
        s = channels[c]
        if s >= 0:
            at = np.uint64(c + 1) * SIZE
            begin = np.uint64(s * rows)
            count, first = np.uint64(n_gates[s]), np.uint64(c * (gates.size // channels.size))
            for i in range(LANE):
                lane = at + i
                membrane = buffer[lane + INSIDE] - buffer[lane + AROUND]
                change = membrane - buffer[lane + EARLIER]
                ahead = lead * (change - buffer[lane + CHANGED])
                buffer[lane + EARLIER] = membrane
                buffer[lane + CHANGED] = change
                x = min(max((membrane + ahead - low) / spacing, 0.0), end)
                row = np.uint64(x)
                f = x - float(row)
                here = (begin + row) * line
                place = first + i
                for _ in range(count):
                    offset, factor = table[here], table[here + one]
                    offset += f * (table[here + line] - offset)
                    factor += f * (table[here + line + one] - factor)
                    gates[place] = offset + factor * gates[place]
                    here += two
                    place += LANE

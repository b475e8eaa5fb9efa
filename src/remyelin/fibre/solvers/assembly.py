"""The kernels that turn a row of numbers into a fibre: rows of the reduced fibre at rest, and its arrivals.

What a row depends on besides its own internode is the diagonal (the link before it) and the resting potential,
found by Newton's method along the whole fibre. The fields are those of :mod:`remyelin.fibre.solvers.kernel_batch`,
for one fibre turned along itself as in :mod:`remyelin.fibre.solvers.kernel_single`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from remyelin.base.jit import compiled
from remyelin.fibre.settings import REST_NEWTON_STEP_MV, REST_PASS_TOLERANCE, REST_PASSES
from remyelin.fibre.solvers.gating import GATES

FIELDS = (
    "leak", "origin", "sodium", "potassium", "constant", "diagonal", "position",
    "best", "before", "after", "when", "fired",
)  # fmt: skip
"""Fields the kernels fill or read besides the gates, in the order of their argument `fields`."""
LEAK, ORIGIN, SODIUM, POTASSIUM, CONSTANT, DIAGONAL, POSITION, BEST, BEFORE, AFTER, WHEN, FIRED = range(
    len(FIELDS)
)
GATE_COUNT = len(GATES)
LAST_GATE = GATE_COUNT - 1
WORK = ("rest", "right", "pivot", *GATES)
REST, RIGHT, PIVOT, GATE = range(len(WORK) - LAST_GATE)
TINY = float(np.finfo(np.float64).tiny)


@compiled
def expand(pieces: Any, start: Any, count: Any, index: Any, node: Any) -> int:
    """Write the library rows of a fibre's pieces and the positions of its original nodes; return how many rows."""
    n = 0
    for k in range(pieces.size):
        piece = pieces[k]
        node[k] = n
        for j in range(count[piece]):
            index[n] = start[piece] + j
            n += 1
    last = pieces[pieces.size - 1]
    node[pieces.size] = n
    index[n] = start[last] + count[last]
    return n + 1


@compiled
def _conductances(r: int, i: int, work: Any, density: Any) -> tuple[float, float]:
    """Sodium and potassium conductance (uS) of row i, an instance of library row r, by its gates."""
    m, h, p, s = work[GATE, i], work[GATE + 1, i], work[GATE + 2, i], work[GATE + LAST_GATE, i]
    return density[r, 0] * m * m * m * h + density[r, 1] * p * p * p, density[r, 2] * s


@compiled
def _ionic(
    v: float,
    r: int,
    i: int,
    work: Any,
    sets: Any,
    density: Any,
    steady: Any,
    reversal: Any,
    low: float,
    spacing: float,
) -> float:
    """Steady sodium and potassium current (nA) at a potential; leaves the gates in `work`."""
    table = sets[r]
    place = min(max((v - low) / spacing, 0.0), float(steady.shape[1] - 2))
    row = int(place)
    share = place - row
    for g in range(GATE_COUNT):
        below = steady[table, row, g]
        work[GATE + g, i] = below + share * (steady[table, row + 1, g] - below)
    g_na, g_k = _conductances(r, i, work, density)
    current: float = g_na * (v - reversal[table, 0]) + g_k * (v - reversal[table, 2])
    return current


@compiled
def assemble(  # type: ignore[no-untyped-def]
    index, values, own, implicit, link, sets, density, leak_reversal, excitable_of, steady, reversal,
    low, spacing, rows_per_set, initial, base, fields, buffer, excitable, damping, work,
) -> bool:  # fmt: skip
    """Fill the buffer with a fibre at rest.

    Parameters
    ----------
    index : (n,) int array
        Rows of the library, from :func:`expand`.
    values, own, implicit, link, sets, density, leak_reversal, excitable_of
        The library's columns; `link` is what the points see of it at rest.
    steady, reversal, low, spacing, rows_per_set
        Of the membrane tables.
    initial, base : float
        Where the search for rest begins; the potential at which the internodes' leak reverses, mV.
    fields : (k,) int array
        Places of the gates and of :data:`FIELDS` within a row.
    buffer : (fields, capacity) array
        Overwritten.
    excitable, damping : (rows,) arrays, more than n + 1 long
        Filled for the window.
    work : (:data:`WORK`, n) array
        Scratch.

    Returns
    -------
    bool
        False where no rest was found.
    """
    n = index.size
    place = fields[GATE_COUNT:]
    leak = place[LEAK]
    for i in range(n):
        work[REST, i] = initial
    # Newton along the fibre; the slope of the ionic current by a small difference of the steady gates.
    found = False
    for _ in range(REST_PASSES):
        for i in range(n):
            r = index[i]
            v = work[REST, i]
            current = _ionic(v, r, i, work, sets, density, steady, reversal, low, spacing)
            ahead = _ionic(v + REST_NEWTON_STEP_MV, r, i, work, sets, density, steady, reversal, low, spacing)
            slope = max((ahead - current) / REST_NEWTON_STEP_MV, 0.0)
            pivot = slope + values[r, leak] + link[r, 0]
            drawn = current + values[r, leak] * (v - leak_reversal[r]) + link[r, 0] * (v - base)
            if i + 1 < n:
                drawn += link[r, 1] * (work[REST, i + 1] - base)
            right = -drawn
            if i > 0:
                b = index[i - 1]
                right -= link[b, 2] * (v - base) + link[b, 1] * (work[REST, i - 1] - base)
                pivot += link[b, 2]
                share = link[b, 1] / work[PIVOT, i - 1]
                right -= share * work[RIGHT, i - 1]
                pivot -= share * link[b, 1]
            work[PIVOT, i] = pivot
            work[RIGHT, i] = right
        moved = 0.0
        change = 0.0
        for j in range(n):
            i = n - 1 - j
            change = (work[RIGHT, i] - link[index[i], 1] * change) / work[PIVOT, i]
            work[REST, i] += change
            moved = max(moved, abs(change))
        if moved < REST_PASS_TOLERANCE:
            found = True
            break
    if not found:
        return False

    # The rows of the fibre, an empty one on either side, and what the last quartet of gates reaches.
    cleared = n + 2 + GATE_COUNT
    for f in range(buffer.shape[0]):
        for i in range(cleared):
            buffer[f, i] = 0
    for i in range(cleared):
        buffer[place[DIAGONAL], i] = 1
    damping[0] = 0.0
    damping[1] = 0.0
    excitable[0] = False
    excitable[n + 1] = False
    total = 0.0
    seen = 0.0
    for i in range(n):
        r = index[i]
        column = i + 1
        for f in range(values.shape[1]):
            buffer[f, column] = values[r, f]
        v = work[REST, i]
        _ionic(v, r, i, work, sets, density, steady, reversal, low, spacing)
        g_na, g_k = _conductances(r, i, work, density)
        for g in range(GATE_COUNT):
            buffer[fields[g], column] = work[GATE + g, i]
        sodium, potassium = v - reversal[sets[r], 0], v - reversal[sets[r], 2]
        buffer[place[ORIGIN], column] = (v - low) / spacing + sets[r] * rows_per_set
        buffer[place[POSITION], column] = (v - low) / spacing + sets[r] * rows_per_set
        buffer[place[SODIUM], column] = sodium
        buffer[place[POTASSIUM], column] = potassium
        buffer[place[CONSTANT], column] = g_na * sodium + g_k * potassium
        diagonal = own[r] + implicit[r, 0]
        membrane = g_na + g_k + values[r, leak] + link[r, 0]
        if i > 0:
            b = index[i - 1]
            diagonal += implicit[b, 2]
            membrane += link[b, 2]
            # The logarithm of the attenuation at rest from here back to the row before.
            into = work[PIVOT, i - 1] - seen
            total -= np.log(max(-link[b, 1] / into, TINY))
            seen = link[b, 1] ** 2 / into
        work[PIVOT, i] = membrane
        buffer[place[DIAGONAL], column] = diagonal
        excitable[column] = excitable_of[r]
        damping[column] = total
    return True


@compiled
def read(buffer, node, fields, step_ms, arrival) -> None:  # type: ignore[no-untyped-def]
    """Write when the impulse passed the original nodes (ms), NaN where it did not."""
    place = fields[GATE_COUNT:]
    for k in range(node.size):
        column = node[k] + 1
        arrival[k] = np.nan
        if buffer[place[FIRED], column] <= 0:
            continue
        before, after = float(buffer[place[BEFORE], column]), float(buffer[place[AFTER], column])
        bend = before - 2 * float(buffer[place[BEST], column]) + after
        shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
        arrival[k] = (buffer[place[WHEN], column] + 0.5 + min(max(shift, -0.5), 0.5)) * step_ms

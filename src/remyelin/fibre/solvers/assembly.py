"""The kernels between fibres and the rows of the reduced fibre: a fibre at rest, its rows, its arrivals.

A fibre is a row of internodes with the node before each (:class:`~remyelin.fibre.solvers.links.Columns`); a row number
into the columns of a library does as well. What a row depends on besides its own internode is the diagonal (the link
before it) and the resting potential, found by Newton's method along the whole fibre.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from remyelin.base.jit import compiled
from remyelin.fibre.settings import REST_NEWTON_STEP_MV, REST_PASS_TOLERANCE, REST_PASSES
from remyelin.fibre.solvers.bouts import peak_time
from remyelin.fibre.solvers.gating import GATES
from remyelin.fibre.solvers.kernel_parts import field

Array = NDArray[np.float64]

GATE_COUNT: Final = len(GATES)
DIAGONAL, LEAK, WHEN = (field(name) for name in ("diagonal", "leak", "when"))
FIRST_GATE, ORIGIN, POSITION, SODIUM, POTASSIUM, CONSTANT = (
    field(name) for name in (GATES[0], "origin", "position", "sodium", "potassium", "constant")
)
BEST, BEFORE, AFTER, FIRED, PEAK = (field(name) for name in ("best", "before", "after", "fired", "peak"))
WORK: Final = ("rest", "right", "pivot", *GATES)
REST, RIGHT_SIDE, PIVOT, GATE = range(GATE_COUNT)
TINY: Final = float(np.finfo(np.float64).tiny)


class Steady(NamedTuple):
    """Steady gates of the channel sets over potential, reversals, and where a fibre's search for rest begins.

    ``gates`` (sets, potentials, gates) from `low` in steps of `spacing` (mV); ``reversal`` (sets, currents) mV;
    `initial` mV, and `base`, at which the internodes' leak reverses.
    """

    gates: Array
    reversal: Array
    low: float
    spacing: float
    initial: float
    base: float


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
    """Sodium and potassium conductance (uS) of row i, an instance of column row r, by its gates."""
    m, h, p, s = work[GATE, i], work[GATE + 1, i], work[GATE + 2, i], work[GATE + 3, i]
    return density[r, 0] * m * m * m * h + density[r, 1] * p * p * p, density[r, 2] * s


@compiled
def _ionic(v: float, r: int, i: int, work: Any, columns: Any, steady: Any) -> float:
    """Steady sodium and potassium current (nA) at a potential; leaves the gates in `work`."""
    kind = columns.sets[r]
    place = min(max((v - steady.low) / steady.spacing, 0.0), float(steady.gates.shape[1] - 2))
    row = int(place)
    share = place - row
    for g in range(GATE_COUNT):
        below = steady.gates[kind, row, g]
        work[GATE + g, i] = below + share * (steady.gates[kind, row + 1, g] - below)
    g_na, g_k = _conductances(r, i, work, columns.density)
    current: float = g_na * (v - steady.reversal[kind, 0]) + g_k * (v - steady.reversal[kind, 2])
    return current


@compiled
def find_rest(index: Any, columns: Any, steady: Any, work: Any) -> bool:
    """Find the resting potentials of a fibre; False where there are none.

    Parameters
    ----------
    index : (n,) int array
        Its rows of the columns.
    columns : Columns
    steady : Steady
    work : (:data:`WORK`, at least n) array
        Its first row is filled.
    """
    n = index.size
    link = columns.at_rest
    for i in range(n):
        work[REST, i] = steady.initial
    # Newton along the fibre; the slope of the ionic current by a small difference of the steady gates.
    for _ in range(REST_PASSES):
        for i in range(n):
            r = index[i]
            v = work[REST, i]
            current = _ionic(v, r, i, work, columns, steady)
            ahead = _ionic(v + REST_NEWTON_STEP_MV, r, i, work, columns, steady)
            slope = max((ahead - current) / REST_NEWTON_STEP_MV, 0.0)
            leak = columns.values[r, LEAK]
            pivot = slope + leak + link[r, 0]
            drawn = current + leak * (v - columns.leak_reversal[r]) + link[r, 0] * (v - steady.base)
            if i + 1 < n:
                drawn += link[r, 1] * (work[REST, i + 1] - steady.base)
            right = -drawn
            if i > 0:
                b = index[i - 1]
                right -= link[b, 2] * (v - steady.base) + link[b, 1] * (work[REST, i - 1] - steady.base)
                pivot += link[b, 2]
                share = link[b, 1] / work[PIVOT, i - 1]
                right -= share * work[RIGHT_SIDE, i - 1]
                pivot -= share * link[b, 1]
            work[PIVOT, i] = pivot
            work[RIGHT_SIDE, i] = right
        moved = 0.0
        change = 0.0
        for j in range(n):
            i = n - 1 - j
            change = (work[RIGHT_SIDE, i] - link[index[i], 1] * change) / work[PIVOT, i]
            work[REST, i] += change
            moved = max(moved, abs(change))
        if moved < REST_PASS_TOLERANCE:
            return True
    return False


@compiled
def write_rows(  # type: ignore[no-untyped-def]
    index, columns, steady, work, buffer, layout, excitable, damping, skew
) -> None:
    """Write a fibre at rest, whose resting potentials stand in `work`, into a buffer of the kernels.

    Parameters
    ----------
    index, columns, steady, work
        As for :func:`find_rest`.
    buffer : flat array
        Field f of the fibre's row i goes to ``layout[0] + i layout[1] + f layout[2]``.
    layout : (3,) int array
    excitable, damping, skew : (n,) arrays
        Filled for the window and the kernel.
    """
    values, link = columns.values, columns.at_rest
    per_set, field_stride = steady.gates.shape[1], layout[2]
    total = 0.0
    seen = 0.0
    for i in range(index.size):
        r = index[i]
        at = layout[0] + i * layout[1]
        for f in range(values.shape[1]):
            buffer[at + f * field_stride] = values[r, f]
        v = work[REST, i]
        _ionic(v, r, i, work, columns, steady)
        g_na, g_k = _conductances(r, i, work, columns.density)
        for g in range(GATE_COUNT):
            buffer[at + (FIRST_GATE + g) * field_stride] = work[GATE + g, i]
        kind = columns.sets[r]
        sodium, potassium = v - steady.reversal[kind, 0], v - steady.reversal[kind, 2]
        place = (v - steady.low) / steady.spacing + kind * per_set
        buffer[at + ORIGIN * field_stride] = place
        buffer[at + POSITION * field_stride] = place
        buffer[at + SODIUM * field_stride] = sodium
        buffer[at + POTASSIUM * field_stride] = potassium
        buffer[at + CONSTANT * field_stride] = g_na * sodium + g_k * potassium
        leak = values[r, LEAK]
        diagonal = columns.own[r] + columns.implicit[r, 0]
        membrane = g_na + g_k + leak + link[r, 0]
        if i > 0:
            b = index[i - 1]
            diagonal += columns.implicit[b, 2]
            membrane += link[b, 2]
            # The logarithm of the attenuation at rest from here back to the row before.
            into = work[PIVOT, i - 1] - seen
            total -= np.log(max(-link[b, 1] / into, TINY))
            seen = link[b, 1] ** 2 / into
        work[PIVOT, i] = membrane
        buffer[at + DIAGONAL * field_stride] = diagonal
        excitable[i] = columns.excitable[r]
        damping[i] = total
        skew[i] = columns.skew[r]


@compiled
def stack_rows(  # type: ignore[no-untyped-def]
    columns, gates, reversal, low, spacing, initial, base, start, values, rest, excitable, damping, skew
) -> int:
    """Write fibres at rest, whose rows are rows of the columns one behind the other, into a stack.

    Parameters
    ----------
    columns : Columns
    gates, reversal, low, spacing
        As in :class:`Steady`.
    initial, base : (fibres,) arrays
        The same, fibre by fibre.
    start : (fibres + 1,) int array
        First row of every fibre.
    values : flat array
        Row by row, filled.
    rest, excitable, damping, skew : (n,) arrays
        Filled.

    Returns
    -------
    int
        How many fibres came to rest before one did not.
    """
    fields = columns.values.shape[1]
    work = np.empty((GATE + GATE_COUNT, start[-1]))
    for fibre in range(start.size - 1):
        first, last = start[fibre], start[fibre + 1]
        index = np.arange(first, last)
        layout = np.array([first * fields, fields, 1])
        steady = Steady(gates, reversal, low, spacing, initial[fibre], base[fibre])
        if not find_rest(index, columns, steady, work):
            return fibre
        write_rows(
            index, columns, steady, work, values, layout,
            excitable[first:last], damping[first:last], skew[first:last],
        )  # fmt: skip
        for i in range(last - first):
            rest[first + i] = work[REST, i]
    return int(start.size - 1)


@compiled
def read_impulse(buffer, node, layout, step_ms, arrival, peak) -> None:  # type: ignore[no-untyped-def]
    """Write when the impulse passed nodes (ms), NaN where it did not, and their highest potentials above rest (mV).

    The layout of the buffer is that of :func:`write_rows`.
    """
    field_stride = layout[2]
    for k in range(node.size):
        at = layout[0] + node[k] * layout[1]
        peak[k] = buffer[at + PEAK * field_stride]
        arrival[k] = np.nan
        if buffer[at + FIRED * field_stride] <= 0:
            continue
        before, best, after = (
            float(buffer[at + BEFORE * field_stride]),
            float(buffer[at + BEST * field_stride]),
            float(buffer[at + AFTER * field_stride]),
        )
        arrival[k] = peak_time(before, best, after, buffer[at + WHEN * field_stride], step_ms)

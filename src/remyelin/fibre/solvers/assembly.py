"""The kernels between fibres and the rows of the reduced fibre: internodes reduced, a fibre at rest, its arrivals.

A fibre is a row of internodes with the node before each (:class:`Columns`); a row number into the columns of a library
does as well. What a row depends on besides its own internode is the diagonal (the link before it) and the resting
potential, found by Newton's method along the whole fibre.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from remyelin.base.jit import compiled
from remyelin.fibre.settings import REST_NEWTON_STEP_MV, REST_PASS_TOLERANCE, REST_PASSES
from remyelin.fibre.solvers.bouts import peak_time
from remyelin.fibre.solvers.gating import GATES
from remyelin.fibre.solvers.kernel_parts import FIELDS, STATE_FIELDS, even_states, field
from remyelin.fibre.solvers.moments import reduce_piece, scratch_for

Array = NDArray[np.float64]

GATE_COUNT: Final = len(GATES)
V, DIAGONAL, LEAK, WHEN, NAF, NAP, KS = (
    field(name) for name in ("v", "diagonal", "leak", "when", "naf", "nap", "ks")
)
FIRST_GATE, ORIGIN, POSITION, SODIUM, POTASSIUM, CONSTANT = (
    field(name) for name in (GATES[0], "origin", "position", "sodium", "potassium", "constant")
)
OFF, TO_LEFT, ACROSS, TO_RIGHT = (field(name) for name in ("off", "to_left", "across", "to_right"))
BEST, BEFORE, AFTER, FIRED, PEAK = (field(name) for name in ("best", "before", "after", "fired", "peak"))
STATES_FROM: Final = len(FIELDS)
KEEP, GAIN, LEFT, RIGHT = (STATE_FIELDS.index(name) for name in ("keep", "gain", "left", "right"))
WORK: Final = ("rest", "right", "pivot", *GATES)
REST, RIGHT_SIDE, PIVOT, GATE = range(GATE_COUNT)
TINY: Final = float(np.finfo(np.float64).tiny)
KNOWN: Final = 8  # different internodes of a fibre that are compared before one is reduced


class Columns(NamedTuple):
    """Rows of internodes with the node before each, n of them, for one time step.

    Attributes
    ----------
    values : (n, fields) float
        Fields of the kernel that do not depend on the neighbours.
    own : (n,) float
        Diagonal of the row by itself, uS.
    implicit, at_rest : (n, 3) float
        Left, mixed and right elements of the link behind the row: half an implicit step; at rest (uS).
    skew : (n,) bool
        Whether the internode is not its own mirror image.
    sets : (n,) int
        Channel set of the node.
    density : (n, currents) float
        Largest conductances of its currents, uS.
    leak_reversal : (n,) float
        mV.
    excitable : (n,) bool
        Nodes with sodium channels.
    """

    values: Array
    own: Array
    implicit: Array
    at_rest: Array
    skew: NDArray[np.bool_]
    sets: NDArray[np.int64]
    density: Array
    leak_reversal: Array
    excitable: NDArray[np.bool_]


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
def fill_links(  # type: ignore[no-untyped-def]
    elements, at, first_point, states, half_step, columns
) -> None:
    """Reduce what lies between the points of fibres and fill what the columns hold of it.

    Parameters
    ----------
    elements : (compartments, 6) array
        Elements of the compartments as :func:`~remyelin.fibre.solvers.moments.reduce_piece` takes them.
    at : (n,) int array
        Compartments that are points.
    first_point : (fibres + 1,) int array
        First point of every fibre; the row of its last point keeps an empty link.
    states : int
    half_step : float
        Half the time step, ms.
    columns : Columns
        n rows, zeros where links stand.
    """
    rate, gain = np.empty(states), np.empty((states, 2))
    conductance, capacity, rest = np.empty((2, 2)), np.empty((2, 2)), np.empty((2, 2))
    longest = at[0] - at[0]
    for n in range(at.size - 1):
        longest = max(longest, at[n + 1] - at[n])
    scratch = scratch_for(longest)
    known = np.empty(KNOWN, dtype=np.int64)
    count = 0
    for fibre in range(first_point.size - 1):
        for n in range(first_point[fibre], first_point[fibre + 1] - 1):
            piece = elements[at[n] + 1 : at[n + 1] + 1]
            like = -1
            for k in range(min(count, KNOWN)):
                i = known[k]
                if at[i + 1] - at[i] == piece.shape[0] and _equal(piece, elements[at[i] + 1 : at[i + 1] + 1]):
                    like = i
                    break
            if like >= 0:
                _copy_link(columns, like, n)
                continue
            known[count % KNOWN] = n
            count += 1
            mirrored = reduce_piece(piece, states, scratch, rate, gain, conductance, capacity, rest)
            _write_link(  # type: ignore[no-untyped-call]
                n, mirrored, states, half_step, rate, gain, conductance, capacity, rest, columns
            )


@compiled
def _equal(one: Any, other: Any) -> bool:
    for c in range(one.shape[0]):
        for k in range(one.shape[1]):
            if one[c, k] != other[c, k]:
                return False
    return True


@compiled
def _copy_link(columns: Any, source: int, n: int) -> None:
    for f in range(STATES_FROM, columns.values.shape[1]):
        columns.values[n, f] = columns.values[source, f]
    for f in (OFF, ACROSS, TO_LEFT, TO_RIGHT):
        columns.values[n, f] = columns.values[source, f]
    for k in range(3):
        columns.implicit[n, k] = columns.implicit[source, k]
        columns.at_rest[n, k] = columns.at_rest[source, k]
    columns.skew[n] = columns.skew[source]


@compiled
def _write_link(  # type: ignore[no-untyped-def]
    n, mirrored, states, half_step, rate, gain, conductance, capacity, rest, columns
):
    """Turn a reduced internode into the fields of row n, for half an implicit step."""
    values = columns.values
    drawn = conductance.copy()
    for k in range(states):
        # y_half = decay y + left u_left + right u_right, scaled so that its coupling to both nodes is symmetric
        decay = 1.0 / (1.0 + rate[k] * half_step)
        scale = np.sqrt(decay * half_step)
        left, right = gain[k, 0] * scale, gain[k, 1] * scale
        drawn[0, 0] -= left * left
        drawn[0, 1] -= left * right
        drawn[1, 1] -= right * right
        # x is decay y times the larger coupling
        largest = left if abs(left) >= abs(right) else right
        at = STATES_FROM + k
        values[n, at + states * KEEP] = 2.0 * decay - 1.0
        values[n, at + states * GAIN] = 2.0 * decay * largest * largest
        if mirrored or largest == 0.0:
            values[n, at + states * LEFT] = 1.0
            values[n, at + states * RIGHT] = 1.0 if k < even_states(states) else -1.0
        else:
            values[n, at + states * LEFT] = left / largest
            values[n, at + states * RIGHT] = right / largest
    values[n, TO_LEFT] = drawn[0, 0]
    values[n, ACROSS] = drawn[0, 1]
    values[n, TO_RIGHT] = drawn[1, 1]
    columns.implicit[n, 0] = drawn[0, 0] + capacity[0, 0] / half_step
    columns.implicit[n, 1] = drawn[0, 1] + capacity[0, 1] / half_step
    columns.implicit[n, 2] = drawn[1, 1] + capacity[1, 1] / half_step
    values[n, OFF] = columns.implicit[n, 1]
    columns.at_rest[n, 0] = rest[0, 0]
    columns.at_rest[n, 1] = rest[0, 1]
    columns.at_rest[n, 2] = rest[1, 1]
    columns.skew[n] = not mirrored


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

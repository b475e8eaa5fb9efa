"""Internodes reduced to links between nodes, as columns of rows of the kernels."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from remyelin.base.jit import compiled
from remyelin.fibre.solvers.kernel_parts import FIELDS, STATE_FIELDS, even_states, field
from remyelin.fibre.solvers.moments import reduce_piece, scratch_for

Array = NDArray[np.float64]

OFF, TO_LEFT, ACROSS, TO_RIGHT = (field(name) for name in ("off", "to_left", "across", "to_right"))
STATES_FROM: Final = len(FIELDS)
KEEP, GAIN, LEFT, RIGHT = (STATE_FIELDS.index(name) for name in ("keep", "gain", "left", "right"))
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


@compiled
def fill_links(  # type: ignore[no-untyped-def]
    elements, at, first_point, states, half_step, columns
) -> None:
    """Reduce the compartments between the points of fibres and fill the columns with the links.

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

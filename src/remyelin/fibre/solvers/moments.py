"""Reduction of internodes by moment matching, compiled: an internode that is its own mirror image half by half.

The response of what lies between two nodes to a potential at one of them, X(s) = (G + s C)^-1 B, is found at a few
rates s by elimination from the far end (:func:`_respond`). The responses span a small space; G and C projected onto it
give the states (:func:`_project`, see :mod:`remyelin.fibre.solvers.reduction`). If the internode is its own mirror
image, the same potential at both nodes and opposite potentials excite states of their own, and each is found from one
half of the internode: a quarter of the work.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from remyelin.base.jit import compiled
from remyelin.base.units import MS_PER_US
from remyelin.fibre.settings import JACOBI_SWEEPS, MOMENT_FLOOR, MOMENT_TIMES_US
from remyelin.fibre.solvers.kernel_parts import even_states

Array = NDArray[np.float64]

AXOLEMMA_C, AXOLEMMA_G, MYELIN_C, MYELIN_G, AXIAL, PERIAXONAL = range(6)
"""Columns of a compartment; the last two are conductances to the compartment before it."""
RATES: Final = np.array([*(1 / (time * MS_PER_US) for time in MOMENT_TIMES_US), 0.0])
"""Rates at which responses are matched, 1/ms; the last one is rest."""
MOMENTS: Final = len(MOMENT_TIMES_US)


class Scratch(NamedTuple):
    """Room for the reduction of one piece after the other; :func:`scratch_for` makes it.

    ``vectors``, ``turned`` (moments, 2 compartments) hold responses, ``inverse`` (compartments, 3, rates) pivots,
    ``mirror`` a piece from right to left; ``square`` (:data:`SQUARES`, moments, moments) and ``line`` (:data:`LINES`,
    moments) the small problem, ``kept`` which responses are in it.
    """

    vectors: Array
    turned: Array
    inverse: Array
    mirror: Array
    square: Array
    line: Array
    kept: NDArray[np.int64]


SQUARES: Final = ("driven", "gram", "projected", "low", "small", "rotation")
DRIVEN, GRAM, PROJECTED, LOW, SMALL, ROTATION = range(len(SQUARES))
LINES: Final = ("shift", "scale", "rate", "at left", "at right", "left coupling", "right coupling")
SHIFT, SCALE, RATE, END, _, COUPLING, _ = range(len(LINES))


@compiled
def scratch_for(compartments: int) -> Scratch:
    """Return room for pieces of so many compartments at the most."""
    n, size = 2 * MOMENTS, max(compartments, 1)
    return Scratch(
        np.empty((n, 2 * size)),
        np.empty((n, 2 * size)),
        np.empty((size, 3, MOMENTS + 1)),
        np.empty((size + 1, 6)),
        np.empty((6, n, n)),
        np.empty((7, n)),
        np.empty(n, dtype=np.int64),
    )


@compiled
def reduce_piece(piece, states, scratch, rate, gain, conductance, capacity, rest) -> bool:  # type: ignore[no-untyped-def]
    """Reduce the compartments between two points to a few states.

    Parameters
    ----------
    piece : (m + 1, 6) array
        Compartments from left to right and then the right point, of which only the conductances to the compartment
        before it are read.
    states : int
        Most states to keep.
    scratch : Scratch
    rate : (states,) array
        Filled with the rates of the states, 1/ms; a state that is not needed has rate 1 and no gain.
    gain : (states, 2) array
        Filled with the coupling of each state to the left and right point.
    conductance, capacity, rest : (2, 2) arrays
        Filled with what is left besides the states, uS and nF, and with what the points see at rest, uS.

    Returns
    -------
    bool
        Whether the piece is its own mirror image; then the first half of the states is even, the others odd.
    """
    m = piece.shape[0] - 1
    for k in range(states):
        rate[k] = 1.0
        gain[k, 0] = 0.0
        gain[k, 1] = 0.0
    for i in range(2):
        for j in range(2):
            conductance[i, j] = 0.0
            capacity[i, j] = 0.0
            rest[i, j] = 0.0
    left, right = piece[0, AXIAL], piece[m, AXIAL]
    if m == 0:
        for i in range(2):
            for j in range(2):
                conductance[i, j] = left if i == j else -left
                rest[i, j] = conductance[i, j]
        return True
    conductance[0, 0] = left
    conductance[1, 1] = right
    vectors, square, line = scratch.vectors, scratch.square, scratch.line
    moments = RATES.size - 1  # for a literal the compiler would make kernels of their own
    if _is_mirrored(piece):
        together = 0.0
        apart = 0.0
        for parity in range(2):
            # Halves meet at the middle: even ones without a current between them, odd ones at the potential of the
            # outside there. An odd number of compartments leaves half of the middle one to the even problem.
            half = m // 2
            share = 1.0
            if m % 2 == 0:
                end_a = 0.0 if parity == 0 else 2.0 * piece[half, AXIAL]
                end_p = 0.0 if parity == 0 else 2.0 * piece[half, PERIAXONAL]
            elif parity == 0:
                half += 1
                share = 0.5
                end_a, end_p = 0.0, 0.0
            else:
                end_a, end_p = piece[half, AXIAL], piece[half, PERIAXONAL]
            if half == 0:
                continue  # the odd problem of a single compartment: its middle is at rest
            _respond(piece, half, share, end_a, end_p, scratch.inverse, vectors)
            if parity == 0:
                together = vectors[MOMENTS, 0]
            else:
                apart = vectors[MOMENTS, 0]
            for j in range(moments):
                line[SHIFT, j] = RATES[j]
                for i in range(moments):
                    square[DRIVEN, i, j] = left * vectors[i, 0]
            count = _project(piece, half, share, moments, scratch, left, 0.0)
            first = 0 if parity == 0 else even_states(states)
            kept = even_states(states) if parity == 0 else states - first
            sign = 1.0 if parity == 0 else -1.0
            for k in range(count):
                # normalised over one half: over both a vector is longer by the root of two
                g = line[COUPLING, k] / np.sqrt(2.0)
                if k < kept:
                    rate[first + k] = line[RATE, k]
                    gain[first + k, 0] = g
                    gain[first + k, 1] = sign * g
                else:
                    _fold(line[RATE, k], g, sign * g, conductance, capacity)
        rest[0, 0] = left - 0.5 * left * (together + apart)
        rest[1, 1] = rest[0, 0]
        rest[0, 1] = -0.5 * left * (together - apart)
        rest[1, 0] = rest[0, 1]
        return True

    mirror, turned = scratch.mirror, scratch.turned
    for c in range(m):
        for k in range(AXIAL):
            mirror[c, k] = piece[m - 1 - c, k]
    for c in range(m + 1):
        for k in range(AXIAL, PERIAXONAL + 1):
            mirror[c, k] = piece[m - c, k]
    _respond(piece, m, 1.0, right, piece[m, PERIAXONAL], scratch.inverse, vectors)
    _respond(mirror, m, 1.0, left, piece[0, PERIAXONAL], scratch.inverse, turned)
    rest[0, 0] = left - left * vectors[MOMENTS, 0]
    rest[1, 1] = right - right * turned[MOMENTS, 0]
    rest[0, 1] = -right * vectors[MOMENTS, 2 * m - 2]
    rest[1, 0] = rest[0, 1]
    for j in range(moments):
        line[SHIFT, j] = RATES[j]
        line[SHIFT, moments + j] = RATES[j]
        for c in range(m):
            for k in range(2):
                vectors[moments + j, 2 * (m - 1 - c) + k] = turned[j, 2 * c + k]
    for i in range(2 * moments):
        for j in range(moments):
            square[DRIVEN, i, j] = left * vectors[i, 0]
            square[DRIVEN, i, moments + j] = right * vectors[i, 2 * m - 2]
    count = _project(piece, m, 1.0, 2 * moments, scratch, left, right)
    for k in range(count):
        if k < states:
            rate[k] = line[RATE, k]
            gain[k, 0] = line[COUPLING, k]
            gain[k, 1] = line[COUPLING + 1, k]
        else:
            _fold(line[RATE, k], line[COUPLING, k], line[COUPLING + 1, k], conductance, capacity)
    return False


@compiled
def _is_mirrored(piece: Any) -> bool:
    """Whether a piece is its own mirror image."""
    m = piece.shape[0] - 1
    for c in range(m // 2):
        for k in range(AXIAL):
            if piece[c, k] != piece[m - 1 - c, k]:
                return False
    for c in range((m + 1) // 2):
        for k in range(AXIAL, PERIAXONAL + 1):
            if piece[c, k] != piece[m - c, k]:
                return False
    return True


@compiled
def _fold(rate: float, left: float, right: float, conductance: Any, capacity: Any) -> None:
    """Add a state that is faster than the impulse to the conductance and capacity between the points."""
    g = (left, right)
    for i in range(2):
        for j in range(2):
            conductance[i, j] -= g[i] * g[j] / rate
            capacity[i, j] += g[i] * g[j] / (rate * rate)


@compiled
def _respond(piece, count, share, end_a, end_p, inverse, response) -> None:  # type: ignore[no-untyped-def]
    """Fill the responses (:data:`RATES`, 2 count) of compartments to 1 mV at the point before them.

    `share` of the last compartment belongs to the problem; `end_a` and `end_p` tie it to the outside.
    """
    lanes = MOMENTS + 1
    for back in range(count):
        c = count - 1 - back
        part = share if back == 0 else 1.0
        c_a, g_a = part * piece[c, AXOLEMMA_C], part * piece[c, AXOLEMMA_G]
        c_m, g_m = part * piece[c, MYELIN_C], part * piece[c, MYELIN_G]
        to_a, to_p = piece[c, AXIAL], piece[c, PERIAXONAL]
        on_a = end_a if back == 0 else piece[c + 1, AXIAL]
        on_p = end_p if back == 0 else piece[c + 1, PERIAXONAL]
        for j in range(lanes):
            s = RATES[j]
            membrane = g_a + s * c_a
            aa = membrane + to_a + on_a
            pp = membrane + g_m + s * c_m + to_p + on_p
            ap = -membrane
            if back > 0:
                aa -= on_a * on_a * inverse[c + 1, 0, j]
                ap -= on_a * on_p * inverse[c + 1, 1, j]
                pp -= on_p * on_p * inverse[c + 1, 2, j]
            det = 1.0 / (aa * pp - ap * ap)
            inverse[c, 0, j] = pp * det
            inverse[c, 1, j] = -ap * det
            inverse[c, 2, j] = aa * det
    for c in range(count):
        to_a, to_p = piece[c, AXIAL], piece[c, PERIAXONAL]
        for j in range(lanes):
            from_a = to_a if c == 0 else to_a * response[j, 2 * c - 2]
            from_p = 0.0 if c == 0 else to_p * response[j, 2 * c - 1]
            response[j, 2 * c] = inverse[c, 0, j] * from_a + inverse[c, 1, j] * from_p
            response[j, 2 * c + 1] = inverse[c, 1, j] * from_a + inverse[c, 2, j] * from_p


@compiled
def _project(piece, count, share, n, scratch, left, right) -> int:  # type: ignore[no-untyped-def]
    """Fill rates, ascending, and couplings of the states that the first n responses span; return how many.

    As (G + s_j C) x_j = B_j, the products x_i . G x_j follow from x_i . B_j and from those with C.
    """
    vectors, square, line, kept = scratch.vectors, scratch.square, scratch.line, scratch.kept
    _gram(piece, count, share, n, vectors, square)
    for i in range(n):
        for j in range(n):
            square[PROJECTED, i, j] = square[DRIVEN, i, j] - line[SHIFT, j] * square[GRAM, i, j]
    for i in range(n):
        for j in range(i):
            mean = 0.5 * (square[PROJECTED, i, j] + square[PROJECTED, j, i])
            square[PROJECTED, i, j] = mean
            square[PROJECTED, j, i] = mean
    # Responses, scaled to length 1, in terms of orthonormal vectors: gram = low low^T. Neighbours are nearly parallel;
    # what is left of a response that the others span is rounding, and no state.
    r = n - n
    for j in range(n):
        line[SCALE, j] = 1.0 / np.sqrt(square[GRAM, j, j])
        left_over = 1.0
        for k in range(r):
            total = square[GRAM, kept[k], j] * line[SCALE, kept[k]] * line[SCALE, j]
            for o in range(k):
                total -= square[LOW, k, o] * square[LOW, r, o]
            square[LOW, r, k] = total / square[LOW, k, k]
            left_over -= square[LOW, r, k] * square[LOW, r, k]
        if left_over > MOMENT_FLOOR:
            square[LOW, r, r] = np.sqrt(left_over)
            kept[r] = j
            r += 1
    for k in range(r):
        own = line[SCALE, kept[k]]
        line[END, k] = left * own * vectors[kept[k], 0]
        line[END + 1, k] = right * own * vectors[kept[k], 2 * count - 2]
        for o in range(r):
            square[SMALL, k, o] = square[PROJECTED, kept[k], kept[o]] * own * line[SCALE, kept[o]]
    for k in range(r):
        for side in range(2):
            for o in range(k):
                line[END + side, k] -= square[LOW, k, o] * line[END + side, o]
            line[END + side, k] /= square[LOW, k, k]
        for c in range(r):
            for o in range(k):
                square[SMALL, k, c] -= square[LOW, k, o] * square[SMALL, o, c]
            square[SMALL, k, c] /= square[LOW, k, k]
    for k in range(r):
        for c in range(r):
            for o in range(k):
                square[SMALL, c, k] -= square[LOW, k, o] * square[SMALL, c, o]
            square[SMALL, c, k] /= square[LOW, k, k]
    _jacobi(r, square)
    for k in range(r):
        line[RATE, k] = square[SMALL, k, k]
        for side in range(2):
            line[COUPLING + side, k] = 0.0
            for o in range(r):
                line[COUPLING + side, k] += square[ROTATION, o, k] * line[END + side, o]
    for k in range(1, r):
        i = k
        while i > 0 and line[RATE, i] < line[RATE, i - 1]:
            for which in (RATE, COUPLING, COUPLING + 1):
                line[which, i], line[which, i - 1] = line[which, i - 1], line[which, i]
            i -= 1
    return int(r)


@compiled
def _gram(piece, count, share, n, vectors, square) -> None:  # type: ignore[no-untyped-def]
    """Fill the products of the first n vectors in C."""
    for i in range(n):
        for j in range(i + 1):
            total = 0.0
            for c in range(count):
                part = share if c == count - 1 else 1.0
                ours, theirs = vectors[i, 2 * c + 1], vectors[j, 2 * c + 1]
                across = (vectors[i, 2 * c] - ours) * (vectors[j, 2 * c] - theirs)
                total += part * (piece[c, AXOLEMMA_C] * across + piece[c, MYELIN_C] * ours * theirs)
            square[GRAM, i, j] = total
            square[GRAM, j, i] = total


@compiled
def _jacobi(n: int, square: Any) -> None:
    """Turn the small symmetric problem (n, n) into a diagonal one in place, and fill the rotation with its vectors."""
    for i in range(n):
        for j in range(n):
            square[ROTATION, i, j] = 1.0 if i == j else 0.0
    for _ in range(JACOBI_SWEEPS):
        changed = False
        for p in range(n):
            for q in range(p + 1, n):
                off, first, second = square[SMALL, p, q], square[SMALL, p, p], square[SMALL, q, q]
                if off * off <= np.finfo(np.float64).eps ** 2 * abs(first * second):
                    continue
                changed = True
                theta = (second - first) / (2.0 * off)
                t = 1.0 / (abs(theta) + np.sqrt(theta * theta + 1.0))
                if theta < 0.0:
                    t = -t
                c = 1.0 / np.sqrt(t * t + 1.0)
                s = t * c
                for which in (SMALL, ROTATION):
                    for k in range(n):
                        a, b = square[which, k, p], square[which, k, q]
                        square[which, k, p], square[which, k, q] = c * a - s * b, s * a + c * b
                for k in range(n):
                    a, b = square[SMALL, p, k], square[SMALL, q, k]
                    square[SMALL, p, k], square[SMALL, q, k] = c * a - s * b, s * a + c * b
        if not changed:
            return

"""Reduction of an internode between two nodes, to a tolerance.

Between two excitable nodes the double cable is linear and passive. With x the deviation from rest of the
m compartments' axoplasmic and periaxonal potentials, and u the two node potentials' deviations::

    C dx/dt + G x = B u          current into the nodes: B^T x - g_end u

C and G are symmetric and positive definite. The response X(s) = (G + s C)^-1 B at a few rates s spans a
small basis W, made C-orthonormal; projecting C and G onto it (a congruence) keeps them symmetric positive
definite, so the reduced internode is as passive as the full one and matches X(s) at those rates. With the
projected G diagonalised::

    dz_k/dt = -rate_k z_k + gain_k . u          current into the nodes: sum_k gain_k z_k - g_end u

States faster than the impulse are folded into a conductance sum(gain gain^T / rate) and a capacity
sum(gain gain^T / rate^2) between the nodes. Slow states are kept: folding one of them is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.base.jit import compiled
from remyelin.base.units import MS_PER_US
from remyelin.fibre.models.circuit import Circuit
from remyelin.fibre.models.fibre import Fibre

Array = NDArray[np.float64]
_COLUMNS = (
    "axolemma_capacity",
    "axolemma_leak",
    "myelin_capacity",
    "myelin_conductance",
    "axial",
    "periaxonal",
)


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Links between neighbouring points of a fibre, n of them, each reduced to K states.

    Attributes
    ----------
    rate : (n, K) float
        1/ms, ascending; a state that is not needed has rate 1 and no gain.
    gain : (n, K, 2) float
        Coupling of each state to the left and right point, for states in mV sqrt(nF).
    conductance : (n, 2, 2) float
        uS: current drawn from the points is ``conductance @ u`` besides that of the states.
    capacity : (n, 2, 2) float
        nF: and ``capacity @ du/dt``.
    rest : (n, 2, 2) float
        uS: what the points see of the unreduced internode at rest.
    """

    rate: Array
    gain: Array
    conductance: Array
    capacity: Array
    rest: Array


def points(fibre: Fibre) -> NDArray[np.int64]:
    """Return the compartments that stay unknowns: nodes, and exposed compartments with channels.

    Raises
    ------
    InputError
        If channels lie under myelin; such a fibre needs the full-compartment solver.
    """
    exposed = fibre.lamellae == 0
    active = fibre.channels >= 0
    if np.any(active & ~exposed):
        raise InputError("a fibre with channels under its myelin cannot be reduced; use solver='full'.")
    kept = exposed & active
    kept[fibre.nodes] = True
    if not np.all(exposed[kept]):
        raise InputError("a node under myelin cannot be reduced; use solver='full'.")
    return np.flatnonzero(kept)


def packed_pieces(net: Circuit, at: NDArray[np.int64]) -> list[bytes]:
    """Return the compartments between neighbouring points as bytes, equal for equal pieces; see :func:`unpacked`."""
    table = np.zeros((len(net.axolemma_leak), len(_COLUMNS)))
    for k, name in enumerate(_COLUMNS):
        column = getattr(net, name)
        table[: len(column), k] = column
    # A point's own membrane is no part of the pieces beside it.
    table[at, : -len(("axial", "periaxonal"))] = 0
    return [table[i:j].tobytes() for i, j in pairwise(at)]


def unpacked(packed: bytes) -> tuple[Array, ...]:
    """Return the elements of a piece.

    Capacity and leak of axolemma and of myelin, one number per compartment, then the axial and the periaxonal
    conductances, one more, the first of them behind the left point.
    """
    rows = np.frombuffer(packed).reshape(-1, len(_COLUMNS))
    membrane = (np.ascontiguousarray(rows[1:, k]) for k in range(len(_COLUMNS) - 2))
    return *membrane, rows[:, -2].copy(), rows[:, -1].copy()


def match_moments(packed: bytes, times: tuple[float, ...]) -> tuple[Array, Array, Array, Array]:
    """Match the response of one piece, of a compartment or more, at rates 1 / times (us).

    Returns
    -------
    rate (states,), gain (states, 2), rest (2, 2), basis (2 compartments, states)
        Rates of all states found (1/ms, ascending), their coupling, the matrix at rest, and the potentials (mV;
        axoplasm and periaxonal space of every compartment in turn) of each state at 1.
    """
    reduced: tuple[Array, Array, Array, Array] = _reduce(  # type: ignore[no-untyped-call,call-arg]
        *unpacked(packed), np.array(times) * MS_PER_US
    )
    return reduced


@compiled
def network(  # type: ignore[no-untyped-def]
    axolemma_c, axolemma_g, myelin_c, myelin_g, axial, periaxonal
):
    """Return capacity and conductance of one piece in three bands, and its drive by its two points.

    Bands of symmetric matrices: [0] the diagonal, [k] the k-th one above it; axoplasm and periaxonal potential
    of a compartment are neighbours.
    """
    m = axolemma_c.size
    n = 2 * m
    capacity = np.zeros((n, 2 + 1))
    conductance = np.zeros((n, 2 + 1))
    for c in range(m):
        i = 2 * c
        capacity[i, 0] = axolemma_c[c]
        capacity[i, 1] = -axolemma_c[c]
        capacity[i + 1, 0] = axolemma_c[c] + myelin_c[c]
        conductance[i, 0] = axolemma_g[c] + axial[c] + axial[c + 1]
        conductance[i, 1] = -axolemma_g[c]
        conductance[i + 1, 0] = axolemma_g[c] + myelin_g[c] + periaxonal[c] + periaxonal[c + 1]
        if c < m - 1:
            conductance[i, 2] = -axial[c + 1]
            conductance[i + 1, 2] = -periaxonal[c + 1]
    drive = np.zeros((n, 2))
    drive[0, 0] = axial[0]
    drive[n - 2, 1] = axial[m]
    return capacity, conductance, drive


@compiled
def _reduce(  # type: ignore[no-untyped-def]
    axolemma_c, axolemma_g, myelin_c, myelin_g, axial, periaxonal, times
):
    """Reduce one piece; see :func:`match_moments`."""
    m = axolemma_c.size
    capacity, conductance, drive = network(  # type: ignore[no-untyped-call]
        axolemma_c, axolemma_g, myelin_c, myelin_g, axial, periaxonal
    )
    n = drive.shape[0]
    still = solve(conductance.copy(), drive.copy())  # type: ignore[no-untyped-call]
    rest = np.zeros((2, 2))
    for k in range(2):
        rest[0, k] = -axial[0] * still[0, k]
        rest[1, k] = -axial[m] * still[n - 2, k]
    rest[0, 0] += axial[0]
    rest[1, 1] += axial[m]
    basis = np.zeros((n, 2 * times.size))
    for j in range(times.size):
        response = solve(conductance + capacity / times[j], drive.copy())  # type: ignore[no-untyped-call]
        for i in range(n):
            basis[i, 2 * j] = response[i, 0]
            basis[i, 2 * j + 1] = response[i, 1]
    # Orthonormal in C. Twice, because the responses at neighbouring rates are nearly parallel.
    for _ in range(2):
        gram = basis.T @ _product(capacity, basis)  # type: ignore[no-untyped-call]
        scale = 1.0 / np.sqrt(np.diag(gram))
        for i in range(scale.size):
            for j in range(scale.size):
                gram[i, j] *= scale[i] * scale[j]
        values, vectors = np.linalg.eigh(gram)
        floor = values[-1] * 2.0 * np.finfo(np.float64).eps * values.size
        first = 0
        while values[first] <= floor:
            first += 1
        turn = np.empty((scale.size, scale.size - first))
        for i in range(scale.size):
            for j in range(first, scale.size):
                turn[i, j - first] = scale[i] * vectors[i, j] / np.sqrt(values[j])
        basis = basis @ turn
    projected = basis.T @ _product(conductance, basis)  # type: ignore[no-untyped-call]
    rate, rotation = np.linalg.eigh((projected + projected.T) / 2.0)
    gain = rotation.T @ (basis.T @ drive)
    return rate, gain, rest, basis @ rotation


@compiled
def solve(bands, right):  # type: ignore[no-untyped-def]
    """Solve a symmetric positive definite pentadiagonal system in place (LDL^T); `bands` is used up."""
    n = bands.shape[0]
    for i in range(n):
        pivot = bands[i, 0]
        for k in range(1, 2 + 1):
            if i + k < n:
                factor = bands[i, k] / pivot
                bands[i + k, 0] -= factor * bands[i, k]
                if k == 1 and i + 2 < n:
                    bands[i + 1, 1] -= factor * bands[i, 2]
                for j in range(right.shape[1]):
                    right[i + k, j] -= factor * right[i, j]
    for i in range(n - 1, -1, -1):
        for j in range(right.shape[1]):
            value = right[i, j]
            for k in range(1, 2 + 1):
                if i + k < n:
                    value -= bands[i, k] * right[i + k, j]
            right[i, j] = value / bands[i, 0]
    return right


@compiled
def _product(bands, columns):  # type: ignore[no-untyped-def]
    """Multiply a symmetric matrix in bands with columns."""
    n = bands.shape[0]
    result = np.zeros_like(columns)
    for i in range(n):
        for j in range(columns.shape[1]):
            result[i, j] += bands[i, 0] * columns[i, j]
            for k in range(1, 2 + 1):
                if i + k < n:
                    result[i, j] += bands[i, k] * columns[i + k, j]
                    result[i + k, j] += bands[i, k] * columns[i, j]
    return result

"""Exact-to-tolerance reduction of what lies between two nodes.

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
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from remyelin.errors import InputError
from remyelin.fibre.circuit import Circuit
from remyelin.fibre.fibre import Fibre
from remyelin.numerics import LINK_CACHE_SIZE, MOMENT_TIMES_US
from remyelin.units import MS_PER_US

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """What lies between two points, reduced to K states.

    Attributes
    ----------
    rate : (K,) float
        1/ms, ascending.
    gain : (K, 2) float
        Coupling of each state to the left and right point, for states in mV sqrt(nF).
    conductance : (2, 2) float
        uS: current drawn from the points is ``conductance @ u`` besides that of the states.
    capacity : (2, 2) float
        nF: and ``capacity @ du/dt``.
    rest : (2, 2) float
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


def link(net: Circuit, left: int, right: int, states: int) -> Link:
    """Reduce what lies between two compartments.

    Parameters
    ----------
    net : Circuit
    left, right : int
        The points.
    states : int
        Most states to keep; 0 for as many as the basis has.

    Returns
    -------
    Link
    """
    inside, between = slice(left + 1, right), slice(left, right)
    if right == left + 1:
        direct = net.axial[left] * np.array([[1.0, -1.0], [-1.0, 1.0]])
        return Link(np.zeros(0), np.zeros((0, 2)), direct, np.zeros((2, 2)), direct)
    rows = np.stack(
        [
            net.axolemma_capacity[inside],
            net.axolemma_leak[inside],
            net.myelin_capacity[inside],
            net.myelin_conductance[inside],
        ]
    )
    return _link(rows.tobytes(), net.axial[between].tobytes(), net.periaxonal[between].tobytes(), states)


@lru_cache(maxsize=LINK_CACHE_SIZE)
def _link(membranes: bytes, axial_bytes: bytes, periaxonal_bytes: bytes, states: int) -> Link:
    axial, periaxonal = np.frombuffer(axial_bytes), np.frombuffer(periaxonal_bytes)
    axolemma_c, axolemma_g, myelin_c, myelin_g = np.frombuffer(membranes).reshape(2 + 2, -1)
    m = len(axolemma_c)
    capacity = _banded(axolemma_c, axolemma_c + myelin_c, axolemma_c)
    conductance = _banded(
        axolemma_g + axial[:-1] + axial[1:],
        axolemma_g + myelin_g + periaxonal[:-1] + periaxonal[1:],
        axolemma_g,
    )
    conductance[0, 2::2] = -axial[1:-1]
    conductance[0, 2 + 1 :: 2] = -periaxonal[1:-1]
    drive = np.zeros((2 * m, 2))
    drive[0, 0], drive[-2, 1] = axial[0], axial[-1]
    basis = np.hstack(
        [solveh_banded(conductance + capacity / (time * MS_PER_US), drive) for time in MOMENT_TIMES_US]
    )
    # Twice, because the responses at neighbouring rates are nearly parallel.
    for _ in range(2):
        small = basis.T @ _product(capacity, basis)
        scale = 1 / np.sqrt(np.diag(small))
        values, vectors = np.linalg.eigh(small * np.outer(scale, scale))
        keep = values > values[-1] * np.finfo(np.float64).eps * len(values) * 2
        basis = basis @ (scale[:, None] * vectors[:, keep] / np.sqrt(values[keep]))
    projected = basis.T @ _product(conductance, basis)
    rate, rotation = np.linalg.eigh((projected + projected.T) / 2)
    gain = (basis @ rotation).T @ drive
    ends = np.diag([axial[0], axial[-1]])
    kept = slice(0, states or len(rate))
    folded = slice(states or len(rate), len(rate))
    static = (gain[folded].T / rate[folded]) @ gain[folded]
    inertia = (gain[folded].T / rate[folded] ** 2) @ gain[folded]
    rest = ends - drive.T @ solveh_banded(conductance, drive)
    return Link(rate[kept], gain[kept], ends - static, inertia, rest)


def _banded(inside: Array, around: Array, across: Array) -> Array:
    """Upper banded form of a chain of 2 x 2 blocks with axoplasm and periaxonal space interleaved."""
    bands = np.zeros((2 + 1, 2 * len(inside)))
    bands[2, 0::2], bands[2, 1::2] = inside, around
    bands[1, 1::2] = -across
    return bands


def _product(bands: Array, columns: Array) -> Array:
    """Multiply a symmetric matrix in upper banded form with columns."""
    result: Array = bands[2][:, None] * columns
    for distance in (1, 2):
        above = bands[2 - distance, distance:][:, None]
        result[:-distance] += above * columns[distance:]
        result[distance:] += above * columns[:-distance]
    return result

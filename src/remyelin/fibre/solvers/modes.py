"""Reduced internodes that sources can drive and electrodes can see.

With a source F(s) inside the internode the equations of :mod:`remyelin.fibre.solvers.reduction` read
``C dx/dt + G x = B u + F`` and the nodes see ``B^T (G + sC)^-1 F``. C and G are symmetric, so that is
``X(s)^T F`` with ``X(s) = (G + sC)^-1 B``, whose columns at the matched rates span the basis W of the reduction: the
reduced internode carries any source to its nodes exactly at those rates. A source adds ``q = W^T F`` to the
equations of the states::

    dz_k/dt = -rate_k z_k + gain_k . u + q_k

and, where the fast states are folded, ``sum gain q / rate`` to the currents into the two nodes. An electrode is
the same the other way round: a current I at the electrode drives the currents F in the fibre, and potentials x in the
fibre leave F^T x / I at the electrode, so the numbers that stimulate also record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from remyelin.base.units import MS_PER_US
from remyelin.fibre.models.circuit import Circuit
from remyelin.fibre.settings import (
    AFTER_POTENTIAL_MS,
    BARE_CAPACITY,
    MODES_CACHE_SIZE,
    NODE_TIME_MS,
    REDUCTION_FIRST_US,
    REDUCTION_LOOKS,
    REDUCTION_PLANS,
    REDUCTION_TIMES_MS,
)
from remyelin.fibre.solvers.reduction import Links, match_moments, network, packed_pieces, solve, unpacked

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True)
class Plan:
    """Plan of a reduction: times (us) whose rates are matched, and how many of the slowest states are kept."""

    times: tuple[float, ...]
    states: int


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One distinct internode of m compartments, reduced.

    Attributes
    ----------
    rate : (states,) float
        1/ms, ascending; a state that is not needed has rate 1 and no gain.
    gain : (states, 2) float
        Coupling to the left and right point.
    conductance, capacity, rest : (2, 2) float
        uS, nF, uS; see :class:`~remyelin.fibre.solvers.reduction.Links`.
    basis : (2 m, states) float
        Potentials of each state at 1; axoplasm and periaxonal space in turn.
    fast : (2 m, f) float
        The same of the states that are folded.
    fast_rate, fast_gain : (f,), (f, 2) float
    """

    rate: Array
    gain: Array
    conductance: Array
    capacity: Array
    rest: Array
    basis: Array
    fast: Array
    fast_rate: Array
    fast_gain: Array


@dataclass(frozen=True, slots=True, eq=False)
class Modes:
    """The reduced internodes of a fibre between its points.

    Attributes
    ----------
    at : (n + 1,) int
        Compartments that are points.
    pieces : tuple of Piece
        The distinct ones.
    index : (n,) int
        Which one lies behind each point.
    """

    at: Ints
    pieces: tuple[Piece, ...]
    index: Ints

    @property
    def links(self) -> Links:
        """The internodes as the kernel's links."""
        columns = ("rate", "gain", "conductance", "capacity", "rest")
        return Links(
            *(np.array([getattr(piece, name) for piece in self.pieces])[self.index] for name in columns)
        )

    def project(self, axoplasm: Array, periaxonal: Array) -> tuple[Array, Array]:
        """Return the currents at points and states of currents into the compartments (nA).

        Parameters
        ----------
        axoplasm, periaxonal : (compartments,) float
            Of a :class:`~remyelin.fibre.Stimulus`, or of an electrode's lead field.

        Returns
        -------
        (n + 1,), (n, states) float
            Current into each point, nA, and the states' shares.
        """
        node = axoplasm[self.at].astype(np.float64)
        force = np.zeros((len(self.index), len(self.pieces[0].rate)))
        both = np.stack([axoplasm, periaxonal], axis=1)
        for number, piece in enumerate(self.pieces):
            here = np.flatnonzero(self.index == number)
            compartments = len(piece.basis) // 2
            if not compartments:
                continue
            inside = self.at[here][:, None] + 1 + np.arange(compartments)
            sources = both[inside].reshape(len(here), -1)
            force[here] = sources @ piece.basis
            folded = (sources @ piece.fast / piece.fast_rate) @ piece.fast_gain
            node[here] += folded[:, 0]
            node[here + 1] += folded[:, 1]
        return node, force


def modes(net: Circuit, at: Ints, plan: Plan) -> Modes:
    """Reduce the pieces between neighbouring points of a fibre, each distinct one once."""
    numbers: dict[bytes, int] = {}
    index = np.array([numbers.setdefault(packed, len(numbers)) for packed in packed_pieces(net, at)])
    return Modes(at, tuple(_piece(packed, plan) for packed in numbers), index.astype(np.int64))


@lru_cache(maxsize=MODES_CACHE_SIZE)
def _piece(packed: bytes, plan: Plan) -> Piece:
    states = plan.states
    rate, gain = np.ones(states), np.zeros((states, 2))
    axial = unpacked(packed)[-2]
    if len(axial) == 1:
        direct = axial[0] * np.array([[1.0, -1.0], [-1.0, 1.0]])
        nothing = np.zeros((0, states))
        return Piece(
            rate, gain, direct, np.zeros((2, 2)), direct, nothing, nothing[:, :0], rate[:0], gain[:0]
        )
    found, coupling, rest, basis = match_moments(packed, plan.times)
    kept = min(states, len(found))
    rate[:kept], gain[:kept] = found[:kept], coupling[:kept]
    fast, beyond = coupling[kept:], found[kept:]
    slow = np.zeros((len(basis), states))
    slow[:, :kept] = basis[:, :kept]
    conductance = np.diag([axial[0], axial[-1]]) - (fast.T / beyond) @ fast
    capacity = (fast.T / beyond**2) @ fast
    return Piece(
        rate, gain, conductance, capacity, rest, slow, np.ascontiguousarray(basis[:, kept:]), beyond, fast
    )


def choose_plan(
    net: Circuit, at: Ints, sources: Sequence[tuple[Array, Array]], longest: float, tolerance: float
) -> tuple[Plan, float]:
    """Return the cheapest plan whose error stays below a tolerance, and that error.

    Parameters
    ----------
    net, at
        As for :func:`modes`.
    sources : sequence of (axoplasm, periaxonal)
        Patterns of current over the compartments.
    longest : float
        How long the protocol remembers what was done to the fibre, ms.
    tolerance : float
        Relative; the most accurate plan is taken where none is good enough.
    """
    last = min(max(longest, REDUCTION_TIMES_MS[0]), REDUCTION_TIMES_MS[1]) / MS_PER_US
    times = np.geomspace(REDUCTION_FIRST_US, last, int(np.log2(last / REDUCTION_FIRST_US)) + 2)
    errors = np.inf
    for states, moments in REDUCTION_PLANS:
        plan = Plan(moments, states)
        errors = reduction_error(net, at, plan, sources, times)
        if errors <= tolerance:
            break
    return plan, errors


def reduction_error(
    net: Circuit, at: Ints, plan: Plan, sources: Sequence[tuple[Array, Array]], times: Array
) -> float:
    """Return the largest relative error of the reduction over the times a protocol lasts.

    Compared with the unreduced internode are

    - at the rates 1 / times, what the nodes draw from it and what the sources bring to the nodes, relative to
      their largest value over the times;
    - the potential that an impulse leaves behind on the two nodes of the internode, from half a millisecond to the
      longest time, relative to its height at half a millisecond.

    A few internodes are looked at: those where the sources are strongest, and some of the distinct ones.

    Parameters
    ----------
    net, at, plan
        As for :func:`modes`.
    sources : sequence of (axoplasm, periaxonal)
        Patterns of current over the compartments.
    times : (k,) float
        us.
    """
    reduced = modes(net, at, plan)
    packed = packed_pieces(net, at)
    strength = np.zeros(len(reduced.index))
    for axoplasm, periaxonal in sources:
        inside = np.add.reduceat(np.abs(axoplasm) + np.abs(periaxonal), at[:-1])
        strength = np.maximum(strength, inside / max(float(inside.max()), TINY))
    _, first = np.unique(reduced.index, return_index=True)
    strongest = np.argsort(-strength, kind="stable")[:REDUCTION_LOOKS]
    worst = 0.0
    looked: set[int] = set()
    size, misses = np.full(len(sources), TINY), np.zeros(len(sources))
    for where in sorted({*strongest.tolist(), *first[:REDUCTION_LOOKS].tolist()}):
        piece = reduced.pieces[reduced.index[where]]
        if not len(piece.basis):
            continue
        within = slice(int(at[where]) + 1, int(at[where + 1]))
        forces = [np.stack([a[within], p[within]], axis=1).reshape(-1) for a, p in sources]
        elements = unpacked(packed[where])
        exact, found = _responses(elements, piece, forces, times)
        difference = np.abs(exact - found)
        ends = np.diag([elements[-2][0], elements[-2][-1]])
        load = ends - exact[:, :, :2]
        if int(reduced.index[where]) not in looked:
            looked.add(int(reduced.index[where]))
            membrane = net.axolemma_capacity[at[where : where + 2]]
            worst = max(
                worst, _after_potential_error(elements, piece, membrane, float(times[-1]) * MS_PER_US)
            )
        worst = max(worst, float(np.max(difference[:, :, :2]) / np.max(np.abs(load))))
        size = np.maximum(size, np.abs(exact[:, :, 2:]).max(axis=(0, 1)))
        misses = np.maximum(misses, difference[:, :, 2:].max(axis=(0, 1)))
    return max(worst, float(np.max(misses / size, initial=0.0)))


def _responses(
    elements: tuple[Array, ...], piece: Piece, forces: list[Array], times: Array
) -> tuple[Array, Array]:
    """Return the responses of the points to themselves and to each source, exact and reduced.

    Both of shape (times, 2 points, 2 points and sources).
    """
    capacity, conductance, drive = network(*elements)  # type: ignore[no-untyped-call]
    columns = np.column_stack([drive, *forces])
    exact, found = [], []
    for time in times:
        rate = 1 / (time * MS_PER_US)
        exact.append(drive.T @ solve(conductance + rate * capacity, columns.copy()))  # type: ignore[no-untyped-call]
        slow = piece.gain.T @ ((piece.basis.T @ columns) / (piece.rate + rate)[:, None])
        folded = piece.fast_gain.T @ ((piece.fast.T @ columns) / piece.fast_rate[:, None])
        # what the points themselves drive is folded with its first derivative, as a capacity
        folded[:, :2] -= rate * (piece.fast_gain.T / piece.fast_rate**2) @ piece.fast_gain
        found.append(slow + folded)
    return np.array(exact), np.array(found)


def _after_potential_error(
    elements: tuple[Array, ...], piece: Piece, membrane: Array, longest: float
) -> float:
    """Return how far the decay of a potential put on both nodes of an internode is off, from half a millisecond on."""
    if longest < AFTER_POTENTIAL_MS:
        return 0.0
    capacity, conductance, drive = network(*elements)  # type: ignore[no-untyped-call]
    times = np.geomspace(AFTER_POTENTIAL_MS, longest, int(2 * np.log2(longest / AFTER_POTENTIAL_MS)) + 2)
    # how fast the nodes themselves forget is the same on both sides and need not be exact
    node = np.diag(membrane / NODE_TIME_MS)
    ends = np.diag([elements[-2][0], elements[-2][-1]])
    axolemma, _, myelin, *_ = elements
    found = []
    for inner, store, coupling, direct, extra, bare in (
        (
            _dense(conductance),
            _dense(capacity),
            drive,
            ends,
            np.zeros((2, 2)),
            bool(np.any(myelin <= BARE_CAPACITY * axolemma)),
        ),
        (np.diag(piece.rate), np.eye(len(piece.rate)), piece.gain, piece.conductance, piece.capacity, False),
    ):
        g = np.block([[direct + node, -coupling.T], [-coupling, inner]])
        c = np.block(
            [[np.diag(membrane) + extra, np.zeros((2, len(inner)))], [np.zeros((len(inner), 2)), store]]
        )
        rates, shapes = _slow_modes(g, c) if bare else eigh(g, c)
        weights = shapes[:2].T @ membrane  # the same charge on both sides
        found.append((np.exp(-np.outer(times, rates)) * weights) @ shapes[:2].mean(axis=0))
    exact, reduced = found
    return float(np.max(np.abs(reduced - exact)) / np.max(np.abs(exact)))


def _slow_modes(conductance: Array, capacity: Array) -> tuple[Array, Array]:
    """Return rates (1/ms) and shapes, normalised in the capacity, of the modes that take time to decay.

    The periaxonal space of a compartment without a sheath has no capacity of its own, so that the capacity is
    singular and cannot be factorised. The conductance always can: from it follow time constants, and a mode whose
    time constant is zero within rounding follows at once and carries no charge.
    """
    constants, shapes = eigh(capacity, conductance)
    slow = constants > np.finfo(np.float64).eps * len(constants) * constants[-1]
    return 1 / constants[slow], shapes[:, slow] / np.sqrt(constants[slow])


def _dense(bands: Array) -> Array:
    """Return a symmetric matrix kept in bands as a square."""
    n = len(bands)
    matrix = np.zeros((n, n))
    for k in range(bands.shape[1]):
        at = np.arange(n - k)
        matrix[at, at + k] = matrix[at + k, at] = bands[: n - k, k]
    return matrix

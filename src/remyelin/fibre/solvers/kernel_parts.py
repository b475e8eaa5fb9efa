"""Shared parts of the kernels of the reduced fibre: fields of a row, records of arguments, arithmetic of one row.

With v a node's deviation from rest, half a time step is solved implicitly (one tridiagonal system) and extrapolated to
a full one. The currents of an internode into its two nodes depend on their potentials and on its states alone, so
they are worked out as soon as these are known (:func:`relax`) and wait in the fields ``pull`` and ``carry`` for the
next step.

A state x of an internode is kept as the current it sends, at half a step, into its left node. Over a step it becomes
``keep x + gain (left v_left,half + right v_right,half)``, and it sends ``left x`` and ``right x``. In an internode
that is its own mirror image half of the states are even (left = right = 1) and half odd (left = 1, right = -1).

Element i of field f of the row at `at` is ``buffer[at + f * stride + i]``: the batch has a row's lanes side by
side, the single fibre its rows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from remyelin.base.jit import OPTIONS, compiled
from remyelin.fibre.solvers.gating import GATES

# fmt: off
FIELDS: Final = (
    # state
    "v", "m", "h", "p", "s", "change", "pull", "carry", "drive", "position",
    # elimination: right-hand side over pivot, link behind over pivot
    "share", "weight",
    # first impulse: largest inward current, its neighbours in time, when, flags; highest potential
    "best", "before", "after", "last", "when", "done", "fired", "peak",
    # parameters: table position at rest, distance to the reversals, conductances, constants, links
    "origin", "sodium", "potassium", "leak", "constant", "naf", "nap", "ks", "diagonal", "off",
    "to_left", "across", "to_right",
)
# fmt: on
STATE_FIELDS: Final = ("x", "keep", "gain", "left", "right")
MEMBRANE: Final = ("naf", "nap", "ks", "sodium", "potassium", "leak", "constant")


def row_size(states: int) -> int:
    """Return the number of fields of a row for a number of states per internode."""
    return len(FIELDS) + len(STATE_FIELDS) * states


def field(name: str) -> int:
    """Return the position of a field within a row."""
    return FIELDS.index(name)


def state_fields(name: str, states: int) -> slice:
    """Return where the numbers of all states lie within a row."""
    first = len(FIELDS) + states * STATE_FIELDS.index(name)
    return slice(first, first + states)


@compiled
def even_states(states: int) -> int:
    """Return how many of the states are even where an internode is its own mirror image; they come first."""
    return (states + 1) // 2


class GateTable(NamedTuple):
    """Gate table (flat rows; positions are rows), last usable position, rows per mV, lead in half-step increments."""

    rows: NDArray[np.floating]
    end: np.floating
    per_mv: np.floating
    lead: np.floating


class Drive(NamedTuple):
    """Rows (k,) that receive current, how much (k, lanes; nA), and its course in time (first steps, lanes).

    Nothing flows after the steps of the course. A single fibre has no axis of lanes, here and below.
    """

    rows: NDArray[np.uint64]
    amplitudes: NDArray[np.floating]
    waveform: NDArray[np.floating]


class Finish(NamedTuple):
    """Rows (2, lanes) at which an impulse counts as having arrived, and whether the run then ends."""

    rows: NDArray[np.uint64]
    when_arrived: bool


class Window(NamedTuple):
    """Last row of each lane; by row and lane the excitable points, and the logarithm of the attenuation at rest."""

    span: Any
    excitable: NDArray[np.bool_]
    damping: NDArray[np.float64]


class Look(NamedTuple):
    """Whether only the rows near the impulse are swept, and how that window moves.

    Attributes
    ----------
    moving : bool
    every, ahead : int
        Steps between looks; rows added ahead.
    open_at, close_below, attenuated : float
        Deviation ahead (mV) that opens the window; change per half step (mV) and logarithm of attenuation at which it
        closes behind.
    patience : int
        Steps without a new firing that end the run.
    """

    moving: bool
    every: int
    ahead: np.uint64
    open_at: float
    close_below: float
    attenuated: float
    patience: int


class Parts(NamedTuple):
    """The arithmetic of one element, for :func:`parts`; all are written into the kernel that uses them."""

    local: Callable[..., Any]
    settle: Callable[..., Any]
    relax: Callable[..., Any]
    relax_skew: Callable[..., Any]
    track: Callable[..., Any]


def _inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    return numba.njit(inline="always", **OPTIONS)(function)  # type: ignore[no-any-return]


@cache
def membrane(fields: tuple[int, ...]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the arithmetic of a node's channels, for rows that keep them at these offsets.

    `fields` are those of the gates and then of :data:`MEMBRANE`. The first function returns sodium and potassium
    conductance of the element `i` of a buffer; the second the net inward current at a deviation `volt` from rest.
    """
    u = np.uint64
    m, h, p, s, naf, nap, ks, sodium, potassium, leak, constant = (u(offset) for offset in fields)

    @_inlined
    def conductances(buffer, i):  # type: ignore[no-untyped-def]
        gate_m = buffer[i + m]
        gate_p = buffer[i + p]
        g_na = (
            buffer[i + naf] * gate_m * gate_m * gate_m * buffer[i + h]
            + buffer[i + nap] * gate_p * gate_p * gate_p
        )
        return g_na, buffer[i + ks] * buffer[i + s]

    @_inlined
    def inward(buffer, i, volt, g_na, g_k):  # type: ignore[no-untyped-def]
        return (
            buffer[i + constant]
            - g_na * (volt + buffer[i + sodium])
            - g_k * (volt + buffer[i + potassium])
            - buffer[i + leak] * volt
        )

    return conductances, inward


@cache
def parts(stride: int, states: int) -> Parts:
    """Return the arithmetic of one element of a buffer with this many elements per field."""
    u = np.uint64

    def at(name: str) -> Any:
        return u(field(name) * stride)

    conductances, inward_at = membrane(tuple(field(name) * stride for name in (*GATES, *MEMBRANE)))
    v = at("v")
    change, pull, carry, drive, position = (
        at(name) for name in ("change", "pull", "carry", "drive", "position")
    )
    best, before, after, last, when, done, fired, peak = (
        at(name) for name in ("best", "before", "after", "last", "when", "done", "fired", "peak")
    )
    origin, sodium, potassium, leak, constant = (
        at(name) for name in ("origin", "sodium", "potassium", "leak", "constant")
    )
    to_left, across, to_right = (at(name) for name in ("to_left", "across", "to_right"))
    x, keep, gain, left, right = (u(state_fields(name, states).start * stride) for name in STATE_FIELDS)
    n_even, n_states, one_field = u(even_states(states)), u(states), u(stride)

    @_inlined
    def local(buffer, i):  # type: ignore[no-untyped-def]
        """Return sodium and potassium conductance together, and the current into a node at its potential."""
        g_na, g_k = conductances(buffer, i)
        g = g_na + g_k
        current = (
            buffer[i + pull]
            + buffer[i + carry]
            + buffer[i + drive]
            + buffer[i + constant]
            - g_na * buffer[i + sodium]
            - g_k * buffer[i + potassium]
            - (g + buffer[i + leak]) * buffer[i + v]
        )
        return g, current

    @_inlined
    def settle(buffer, i, increment, lead, per_mv, end, zero):  # type: ignore[no-untyped-def]
        """Take a node by half an increment and as much again."""
        earlier = buffer[i + change]
        new = buffer[i + v] + increment + increment
        buffer[i + change] = increment
        buffer[i + v] = new
        # Where gates are read: see GATE_LEAD.
        place = (new + lead * (increment - earlier)) * per_mv + buffer[i + origin]
        place = place if place > zero else zero
        buffer[i + position] = place if place < end else end
        highest = buffer[i + peak]
        buffer[i + peak] = new if new > highest else highest

    @_inlined
    def relax(buffer, i, j, zero):  # type: ignore[no-untyped-def]
        """Advance the internode between nodes i and j, its own mirror image."""
        near = buffer[i + v]
        far = buffer[j + v]
        midway = near - buffer[i + change]
        beyond = far - buffer[j + change]
        both = midway + beyond
        apart = midway - beyond
        even = zero
        for k in range(n_even):
            f = i + k * one_field
            new = buffer[f + keep] * buffer[f + x] + buffer[f + gain] * both
            buffer[f + x] = new
            even += new
        odd = zero
        for k in range(n_even, n_states):
            f = i + k * one_field
            new = buffer[f + keep] * buffer[f + x] + buffer[f + gain] * apart
            buffer[f + x] = new
            odd += new
        link = buffer[i + across]
        buffer[i + pull] = even + odd - buffer[i + to_left] * near - link * far
        buffer[j + carry] = even - odd - link * near - buffer[i + to_right] * far

    @_inlined
    def relax_skew(buffer, i, j, zero):  # type: ignore[no-untyped-def]
        """Advance any internode between nodes i and j."""
        near = buffer[i + v]
        far = buffer[j + v]
        midway = near - buffer[i + change]
        beyond = far - buffer[j + change]
        to_near = zero
        to_far = zero
        for k in range(n_states):
            f = i + k * one_field
            one_side = buffer[f + left]
            other_side = buffer[f + right]
            felt = one_side * midway + other_side * beyond
            new = buffer[f + keep] * buffer[f + x] + buffer[f + gain] * felt
            buffer[f + x] = new
            to_near += one_side * new
            to_far += other_side * new
        link = buffer[i + across]
        buffer[i + pull] = to_near - buffer[i + to_left] * near - link * far
        buffer[j + carry] = to_far - link * near - buffer[i + to_right] * far

    @_inlined
    def track(buffer, i, now, firing, zero, one):  # type: ignore[no-untyped-def]
        """Follow the first impulse: its largest inward current, when, and whether the node was depolarised then.

        A later bout of inward current replaces it only if it dwarfs it.
        """
        g_na, g_k = conductances(buffer, i)
        new = buffer[i + v]
        midway = new - buffer[i + change]
        inward = inward_at(buffer, i, midway, g_na, g_k)
        largest = buffer[i + best]
        flag = buffer[i + done]
        seen = buffer[i + when]
        earlier = buffer[i + before]
        previous = buffer[i + last]
        larger = inward > largest * (one + flag)
        later = inward if seen == now - one else buffer[i + after]
        depolarised = one if new > firing else zero
        already = buffer[i + fired]
        buffer[i + after] = inward if larger else later
        buffer[i + before] = previous if larger else earlier
        buffer[i + when] = now if larger else seen
        buffer[i + best] = inward if larger else largest
        buffer[i + fired] = depolarised if larger else already
        flag = zero if larger else flag
        buffer[i + done] = one if inward < zero else flag
        buffer[i + last] = inward

    return Parts(local, settle, relax, relax_skew, track)

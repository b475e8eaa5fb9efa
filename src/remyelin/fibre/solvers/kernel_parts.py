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
from remyelin.fibre.solvers.octet import pick, read, write

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
NODE_PARAMETERS: Final = ("naf", "nap", "ks", "leak")
LINK_PARAMETERS: Final = ("diagonal", "off", "to_left", "across", "to_right")
STATE_PARAMETERS: Final = STATE_FIELDS[1:]


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
    """The arithmetic of eight elements, for :func:`parts`; all are written into the kernel that uses them."""

    local: Callable[..., Any]
    settle: Callable[..., Any]
    relax: Callable[..., Any]
    relax_skew: Callable[..., Any]
    track: Callable[..., Any]


def _inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    return numba.njit(inline="always", **OPTIONS)(function)  # type: ignore[no-any-return]


@_inlined
def element(buffer, i):  # type: ignore[no-untyped-def]
    """Return an element of a buffer."""
    return buffer[i]


@cache
def membrane(
    fields: tuple[int, ...], take: Callable[..., Any]
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the arithmetic of a node's channels, for rows that keep them at these offsets.

    `fields` are those of the gates and then of :data:`MEMBRANE`; `take` reads an element, or eight neighbours, of a
    buffer. The first function returns sodium and potassium conductance of the element `i` of a buffer whose parameters
    are element `j` of another; the second the net inward current at a deviation `volt` from rest.
    """
    u = np.uint64
    m, h, p, s, naf, nap, ks, sodium, potassium, leak, constant = (u(offset) for offset in fields)

    @_inlined
    def conductances(buffer, i, own, j):  # type: ignore[no-untyped-def]
        gate_m = take(buffer, i + m)
        gate_p = take(buffer, i + p)
        g_na = (
            take(own, j + naf) * gate_m * gate_m * gate_m * take(buffer, i + h)
            + take(own, j + nap) * gate_p * gate_p * gate_p
        )
        return g_na, take(own, j + ks) * take(buffer, i + s)

    @_inlined
    def inward(buffer, i, own, j, volt, g_na, g_k):  # type: ignore[no-untyped-def]
        return (
            take(buffer, i + constant)
            - g_na * (volt + take(buffer, i + sodium))
            - g_k * (volt + take(buffer, i + potassium))
            - take(own, j + leak) * volt
        )

    return conductances, inward


@cache
def parts(stride: int, states: int, *, shared: bool) -> Parts:
    """Return the arithmetic of eight neighbouring elements of a buffer with this many elements per field.

    With `shared` :data:`NODE_PARAMETERS`, and :data:`LINK_PARAMETERS` with those of the states, are not read from the
    rows but from two kinds of records, each a list of fields of `stride` numbers. Parameters that follow from the rest
    of a node differ from row to row and stay in it.
    """
    u = np.uint64

    def at(name: str) -> Any:
        return u(field(name) * stride)

    def node(name: str) -> Any:
        return u(NODE_PARAMETERS.index(name) * stride) if shared and name in NODE_PARAMETERS else at(name)

    links = (
        {name: k for k, name in enumerate(LINK_PARAMETERS)}
        if shared
        else {name: field(name) for name in LINK_PARAMETERS}
    )
    firsts = {
        name: len(LINK_PARAMETERS) + k * states if shared else state_fields(name, states).start
        for k, name in enumerate(STATE_PARAMETERS)
    }
    conductances, inward_at = membrane(
        (*(field(name) * stride for name in GATES), *(int(node(name)) for name in MEMBRANE)), read
    )
    v, change, pull, carry, drive = (at(name) for name in ("v", "change", "pull", "carry", "drive"))
    best, before, after, last, when, done, fired, peak = (
        at(name) for name in ("best", "before", "after", "last", "when", "done", "fired", "peak")
    )
    origin, sodium, potassium, leak, constant = (
        node(name) for name in ("origin", "sodium", "potassium", "leak", "constant")
    )
    to_left, across, to_right = (u(links[name] * stride) for name in ("to_left", "across", "to_right"))
    keep, gain, left, right = (u(firsts[name] * stride) for name in STATE_PARAMETERS)
    x = u(state_fields("x", states).start * stride)
    n_even, n_states, one_field = u(even_states(states)), u(states), u(stride)

    @_inlined
    def local(buffer, i, own, j):  # type: ignore[no-untyped-def]
        """Return sodium and potassium conductance together, and the current into a node at its potential."""
        g_na, g_k = conductances(buffer, i, own, j)
        g = g_na + g_k
        current = (
            read(buffer, i + pull)
            + read(buffer, i + carry)
            + read(buffer, i + drive)
            + read(buffer, i + constant)
            - g_na * read(buffer, i + sodium)
            - g_k * read(buffer, i + potassium)
            - (g + read(own, j + leak)) * read(buffer, i + v)
        )
        return g, current

    @_inlined
    def settle(buffer, i, own, j, increment, scale):  # type: ignore[no-untyped-def]
        """Take a node by half an increment and as much again; return its potential and its place in the gate table."""
        lead, per_mv, end, zero = scale
        earlier = read(buffer, i + change)
        new = read(buffer, i + v) + increment + increment
        write(buffer, i + change, increment)
        write(buffer, i + v, new)
        # Where gates are read: see GATE_LEAD.
        place = (new + lead * (increment - earlier)) * per_mv + read(buffer, i + origin)
        place = pick(place > zero, place, zero)
        highest = read(buffer, i + peak)
        write(buffer, i + peak, pick(new > highest, new, highest))
        return new, pick(place < end, place, end)

    @_inlined
    def relax(buffer, i, j, own, k, zero):  # type: ignore[no-untyped-def]
        """Advance the internode between nodes i and j, its own mirror image."""
        near = read(buffer, i + v)
        far = read(buffer, j + v)
        midway = near - read(buffer, i + change)
        beyond = far - read(buffer, j + change)
        both = midway + beyond
        apart = midway - beyond
        even = zero
        for state in range(n_even):
            f = state * one_field
            new = read(own, k + f + keep) * read(buffer, i + f + x) + read(own, k + f + gain) * both
            write(buffer, i + f + x, new)
            even = even + new
        odd = zero
        for state in range(n_even, n_states):
            f = state * one_field
            new = read(own, k + f + keep) * read(buffer, i + f + x) + read(own, k + f + gain) * apart
            write(buffer, i + f + x, new)
            odd = odd + new
        link = read(own, k + across)
        write(buffer, i + pull, even + odd - read(own, k + to_left) * near - link * far)
        write(buffer, j + carry, even - odd - link * near - read(own, k + to_right) * far)

    @_inlined
    def relax_skew(buffer, i, j, own, k, zero):  # type: ignore[no-untyped-def]
        """Advance any internode between nodes i and j."""
        near = read(buffer, i + v)
        far = read(buffer, j + v)
        midway = near - read(buffer, i + change)
        beyond = far - read(buffer, j + change)
        to_near = zero
        to_far = zero
        for state in range(n_states):
            f = state * one_field
            one_side = read(own, k + f + left)
            other_side = read(own, k + f + right)
            felt = one_side * midway + other_side * beyond
            new = read(own, k + f + keep) * read(buffer, i + f + x) + read(own, k + f + gain) * felt
            write(buffer, i + f + x, new)
            to_near = to_near + one_side * new
            to_far = to_far + other_side * new
        link = read(own, k + across)
        write(buffer, i + pull, to_near - read(own, k + to_left) * near - link * far)
        write(buffer, j + carry, to_far - link * near - read(own, k + to_right) * far)

    @_inlined
    def track(buffer, i, own, j, new, now, firing, zero, one):  # type: ignore[no-untyped-def]
        """Follow the first impulse: its largest inward current, when, and whether the node was depolarised then.

        A later bout of inward current replaces it only if it dwarfs it.
        """
        g_na, g_k = conductances(buffer, i, own, j)
        midway = new - read(buffer, i + change)
        inward = inward_at(buffer, i, own, j, midway, g_na, g_k)
        largest = read(buffer, i + best)
        flag = read(buffer, i + done)
        seen = read(buffer, i + when)
        previous = read(buffer, i + last)
        larger = inward > largest * (one + flag)
        later = pick(seen == now - one, inward, read(buffer, i + after))
        depolarised = pick(new > firing, one, zero)
        write(buffer, i + after, pick(larger, inward, later))
        write(buffer, i + before, pick(larger, previous, read(buffer, i + before)))
        write(buffer, i + when, pick(larger, now, seen))
        write(buffer, i + best, pick(larger, inward, largest))
        write(buffer, i + fired, pick(larger, depolarised, read(buffer, i + fired)))
        flag = pick(larger, zero, flag)
        write(buffer, i + done, pick(inward < zero, one, flag))
        write(buffer, i + last, inward)

    return Parts(local, settle, relax, relax_skew, track)

"""Drawn fibres run through the exact engine, internode by internode, in place of the tables.

Each fibre of a branch is run once, for all sites of its nerve. Where it is intact it takes what a uniform fibre
takes; around its lesions it is put together from a library of internodes in the states they were drawn in, with
healthy ones before and behind, and the impulse is run through. Diameters and thicknesses are rounded, so that
fibres share internodes and the engine reduces each kind once. A bare internode is not run in place: without
redistributed channels it blocks, and with them its delay is that of the tables, which comes from exact runs
of bare internodes in short fibres; the many compartments it needs would cost more than all the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.evidence import Ledger
from remyelin.fibre import (
    Fibre,
    Library,
    Pulse,
    conduct_assembled,
    enlarged,
    mrg_interpolated,
    reduce_internodes,
)
from remyelin.nerve.anatomy import Array
from remyelin.nerve.build import States
from remyelin.nerve.bundle import INTACT, Bundle, Conduct, Ints, bundles, tabulated, volley_of, within
from remyelin.nerve.person import Person
from remyelin.nerve.tables import Tables
from remyelin.nerve.volley import LESIONS, Line, Volley
from remyelin.numerics import (
    DEFAULT_STEP_US,
    NERVE_BUNDLES_KEPT,
    NERVE_EXACT_CODE,
    NERVE_EXACT_DIAMETER_UM,
    NERVE_EXACT_FIBRES,
    NERVE_EXACT_LEAD,
    NERVE_EXACT_PAD,
    NERVE_EXACT_THICKNESS,
    PULSE_MS,
)

_STRONG = Pulse(duration=2 * PULSE_MS)
_BARE = LESIONS.index("bare")
_VACUOLATED = LESIONS.index("vacuolated")
_REMYELINATED = LESIONS.index("remyelinated")

Kind = tuple[float, int, float, float]
"""Diameter (um), state, thickness and length (relative) of an internode."""


def exact(
    person: Person, tables: Tables, ledger: Ledger, *, seed: int, fibres: int = NERVE_EXACT_FIBRES
) -> Conduct:
    """Return how drawn fibres conduct in the exact engine, for :func:`remyelin.nerve.battery`.

    Parameters and errors as for :func:`remyelin.nerve.sampled`; the same seed draws the same fibres. The
    tables give the delay of bare internodes only.
    """
    bundle_of = bundles(person, tables, ledger, seed=seed, fibres=fibres)
    makers = Makers(ledger)
    shelves: dict[float, Shelf] = {}
    known: dict[Bundle, Passage] = {}

    def conduct(asked: Line, states: Mapping[str, Array]) -> Volley:
        bundle, laid = bundle_of(asked.run, states)
        if bundle not in known:
            if len(known) >= NERVE_BUNDLES_KEPT:
                known.clear()
            known[bundle] = passage(bundle, tables, shelves, makers)
        passed = known[bundle]
        inside = within(bundle, asked.run)
        fibre, count = bundle.fibre[inside], len(laid.healthy)
        time = np.bincount(fibre, passed.time[inside], count)
        # The run is not a whole number of internodes long.
        covered = np.bincount(fibre, passed.length[inside], count)
        run_length = asked.run.stop - asked.run.start
        whole = np.where(covered > 0, time * run_length / np.where(covered > 0, covered, 1), laid.healthy)
        through = np.asarray(np.bincount(fibre, passed.failed[inside], count) == 0)
        return volley_of(bundle, laid, inside, through, whole - laid.healthy)

    return conduct


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """How the impulse passes the internodes (i) of a bundle.

    Attributes
    ----------
    time : (i,) array
        From node to node, ms.
    length : (i,) array
        mm.
    failed : (i,) bool array
        Where an impulse dies.
    """

    time: Array
    length: Array
    failed: NDArray[np.bool_]


class Makers:
    """Internodes between two nodes by kind, made once for all temperatures."""

    __slots__ = ("_ledger", "_made", "_states")

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._states = States(ledger)
        self._made: dict[Kind, Fibre] = {}

    def piece(self, kind: Kind) -> Fibre:
        """Return an internode; its temperature is to be set."""
        if kind not in self._made:
            diameter, state, thickness, length = kind
            pair = mrg_interpolated(diameter, 2, grid="converged", ledger=self._ledger)
            if state == _VACUOLATED:
                pair = self._states.vacuolate(pair, [0])
            elif state == _REMYELINATED:
                pair = self._states.repair(thickness, length)(pair, [0])
            self._made[kind] = pair
        return self._made[kind]


class Shelf:
    """The internodes of one temperature by the code of their kind, each reduced once, and what intact ones take."""

    __slots__ = ("_makers", "_number", "library", "temperature", "time")

    library: Library
    time: Array
    """Of the intact internode of each piece's diameter, ms."""

    def __init__(self, temperature: float, makers: Makers) -> None:
        self._makers = makers
        self._number: dict[int, int] = {}
        self.temperature = temperature
        self.time = np.zeros(0)

    def numbers(self, codes: Ints) -> Ints:
        """Return the number of each kind in the library, which grows where there are new ones."""
        wanted = codes.tolist()
        new = [code for code in dict.fromkeys([*intact(codes).tolist(), *wanted]) if code not in self._number]
        if new:
            self._number.update(zip(new, range(len(self._number), len(self._number) + len(new)), strict=True))
            pieces = [self._makers.piece(kind_of(code)).replace(temperature=self.temperature) for code in new]
            empty = not self.time.size
            self.library = (
                reduce_internodes(pieces, step=DEFAULT_STEP_US) if empty else enlarged(self.library, pieces)
            )
            self.time = np.concatenate([self.time, self._intact_times(np.array(new))])
        return np.array([self._number[code] for code in wanted], dtype=np.int64)

    def _intact_times(self, codes: Ints) -> Array:
        """Return the time of one internode in a uniform intact fibre of each kind's diameter."""
        own = np.array([self._number[code] for code in intact(codes).tolist()])
        plain = np.unique(own)
        fibres = np.tile(plain[:, None], 2 * NERVE_EXACT_LEAD + NERVE_EXACT_PAD)
        arrival = conduct_assembled(self.library, fibres, pulse=_STRONG)["arrival"].to_numpy()
        first, last = NERVE_EXACT_LEAD, fibres.shape[1] - NERVE_EXACT_PAD
        time = (arrival[:, last] - arrival[:, first]) / (last - first)
        return np.asarray(time[np.searchsorted(plain, own)])


def passage(bundle: Bundle, tables: Tables, shelves: dict[float, Shelf], makers: Makers) -> Passage:
    """Run every lesion of a bundle, with what lies around it, through the engine.

    Parameters
    ----------
    bundle : Bundle
    tables : Tables
        Limits of diameter, thickness and length; delay and block of bare internodes.
    shelves : dict of float to Shelf
        Internodes by temperature, filled as it goes.
    makers : Makers

    Returns
    -------
    Passage
    """
    count = len(bundle.state)
    found = Passage(np.zeros(count), np.zeros(count), np.zeros(count, dtype=np.bool_))
    codes = _codes(bundle, tables)
    temperature = bundle.line.slices.temperature[bundle.slice]
    for degrees in np.unique(temperature).tolist():
        shelf = shelves.setdefault(degrees, Shelf(degrees, makers))
        here = np.flatnonzero(temperature == degrees)
        distinct, which = np.unique(codes[here], return_inverse=True)
        numbers = shelf.numbers(distinct)[which]
        plain = shelf.numbers(intact(distinct))[which]
        found.time[here] = shelf.time[numbers]
        found.length[here] = shelf.library.length[numbers]
        _run(shelf, bundle, here, numbers, plain, found)
    passes, excess = tabulated(bundle, tables)
    bare = bundle.state == _BARE
    found.failed[bare & ~passes] = True
    found.time[bare] += excess[bare]
    return found


def _run(shelf: Shelf, bundle: Bundle, here: Ints, numbers: Ints, plain: Ints, found: Passage) -> None:
    """Run the stretches of one temperature in which internodes are lesioned; fill in their times."""
    lesioned = np.flatnonzero(numbers != plain)
    if not lesioned.size:
        return
    # Lesions so near that they feel each other are run together, within a fibre and a slice.
    stretch = bundle.fibre[here] * (bundle.slice.max() + 1) + bundle.slice[here]
    far = (np.diff(lesioned) > 2 * NERVE_EXACT_PAD) | (np.diff(stretch[lesioned]) != 0)
    first = lesioned[np.concatenate([[True], far])]
    last = lesioned[np.concatenate([far, [True]])]
    length = last - first + 1
    # By length, so that short ones do not wait for long ones.
    order = np.argsort(length, kind="stable")
    first, length = first[order], length[order]
    pad, tail = NERVE_EXACT_LEAD, NERVE_EXACT_PAD
    rows = np.repeat(np.arange(len(first)), length)
    within_row = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    at = np.repeat(first, length) + within_row
    fibres = np.full((len(first), int(length.max()) + pad + tail), -1, dtype=np.int64)
    fibres[:, :pad] = plain[first][:, None]
    fibres[rows, pad + within_row] = numbers[at]
    behind = pad + length[:, None] + np.arange(tail)
    np.put_along_axis(fibres, behind, plain[first + length - 1][:, None], axis=1)
    arrival = conduct_assembled(shelf.library, fibres, pulse=_STRONG)["arrival"].to_numpy()

    target = here[at]
    begin, end = arrival[rows, pad + within_row], arrival[rows, pad + within_row + 1]
    dead = ~np.isfinite(end)
    found.time[target] = np.where(dead, 0.0, end - np.where(np.isfinite(begin), begin, 0.0))
    # An impulse that does not arrive died in the first internode whose end it did not reach.
    reached = np.bincount(rows, ~dead, len(first)).astype(np.int64)
    lost = np.flatnonzero(reached < length)
    found.failed[here[first[lost] + reached[lost]]] = True
    # What a lesion costs its healthy neighbours, to both sides, is counted with it.
    # (not up to its last node: an impulse hurries towards a sealed end)
    near, beyond = pad - tail // 2, tail // 2
    own = shelf.time[plain[first]]
    row = np.arange(len(first))
    before = arrival[row, pad] - arrival[row, near] - (pad - near) * own
    after = arrival[row, pad + length + beyond] - arrival[row, pad + length] - beyond * own
    alive = np.isfinite(before) & np.isfinite(after)
    found.time[here[first]] += np.where(alive, before, 0.0)
    found.time[here[first + length - 1]] += np.where(alive, after, 0.0)
    stopped = np.isfinite(arrival[row, pad + length]) & ~np.isfinite(arrival[row, pad + length + beyond])
    found.failed[here[(first + length - 1)[stopped]]] = True


def _codes(bundle: Bundle, tables: Tables) -> Ints:
    """Return the kinds of all internodes of a bundle as numbers, rounded so that fibres share them."""
    low, high = tables.healthy_diameter[[0, -1]] / NERVE_EXACT_DIAMETER_UM
    diameter = np.clip(np.round(bundle.diameter / NERVE_EXACT_DIAMETER_UM), np.ceil(low), np.floor(high))
    state = np.where(bundle.state == _BARE, INTACT, bundle.state)
    new = state == _REMYELINATED
    thinnest, shortest = tables.thickness[0], tables.length[-1]
    thin = np.round(-np.log(np.clip(bundle.thickness, thinnest, 1)) / NERVE_EXACT_THICKNESS)
    pieces = np.round(1 / np.maximum(bundle.length, shortest))
    of_diameter, of_state, of_thickness = NERVE_EXACT_CODE
    code = diameter * of_diameter + state * of_state + np.where(new, thin * of_thickness + pieces, 0)
    return np.asarray(code, dtype=np.int64)


def intact(codes: Ints) -> Ints:
    """Return the codes of the intact internodes of the same diameters."""
    of_diameter, of_state, _ = NERVE_EXACT_CODE
    return codes // of_diameter * of_diameter + INTACT * of_state


def kind_of(code: int) -> Kind:
    """Return the kind a code stands for."""
    of_diameter, of_state, of_thickness = NERVE_EXACT_CODE
    diameter, rest = divmod(code, of_diameter)
    state, rest = divmod(rest, of_state)
    thin, pieces = divmod(rest, of_thickness)
    thickness, length = (
        (0.0, 0.0) if not pieces else (float(np.exp(-thin * NERVE_EXACT_THICKNESS)), 1 / pieces)
    )
    return diameter * NERVE_EXACT_DIAMETER_UM, state, thickness, length

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

from remyelin.base.units import BODY_TEMPERATURE
from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.conduction.lines import Line
from remyelin.nerve.conduction.sampled import (
    INTACT,
    Bundle,
    Conduct,
    Ints,
    bundles,
    tabulated,
    volley_of,
    within,
)
from remyelin.nerve.conduction.stretches import Makers, Shelf, intact
from remyelin.nerve.conduction.tables import Tables
from remyelin.nerve.conduction.volley import LESIONS, Volley
from remyelin.nerve.settings import (
    NERVE_BUNDLES_KEPT,
    NERVE_EXACT_CODE,
    NERVE_EXACT_DIAMETER_UM,
    NERVE_EXACT_FIBRES,
    NERVE_EXACT_PAD,
    NERVE_EXACT_THICKNESS,
)

_BARE = LESIONS.index("bare")
_REMYELINATED = LESIONS.index("remyelinated")


def exact(
    person: Person, tables: Tables, ledger: Ledger, *, seed: int, fibres: int = NERVE_EXACT_FIBRES
) -> Conduct:
    """Return how drawn fibres conduct in the exact engine, for :func:`remyelin.nerve.battery`.

    Errors are those of :func:`remyelin.nerve.sampled`. The
    tables give the delay of bare internodes only.

    Parameters
    ----------
    person : Person
        Body of the person.
    tables : Tables
        See :func:`remyelin.nerve.build_tables`.
    ledger : Ledger
    seed : int
        The same seed draws the same fibres.
    fibres : int
        Drawn in each nerve.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> conduct = nerve.exact(person, tables, ledger, seed=1, fibres=10)
    >>> callable(conduct)
    True
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
    """Passage of the impulse across the internodes (i) of a bundle.

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


def passage(bundle: Bundle, tables: Tables, shelves: dict[float, Shelf], makers: Makers) -> Passage:
    """Run every lesion of a bundle, with its surroundings, through the engine.

    Parameters
    ----------
    bundle : Bundle
    tables : Tables
        Limits of diameter, thickness and length; delay and block of bare internodes.
    shelves : dict of float to Shelf
        Stretches by temperature, filled as it goes.
    makers : Makers

    Returns
    -------
    Passage
    """
    codes = _codes(bundle, tables)
    distinct = np.unique(codes)
    which = np.searchsorted(distinct, codes)
    numbers, plain = makers.numbers(distinct)[which], makers.numbers(intact(distinct))[which]
    count = len(bundle.state)
    found = Passage(
        np.zeros(count), makers.library(BODY_TEMPERATURE).length[numbers], np.zeros(count, dtype=np.bool_)
    )
    temperature = bundle.line.slices.temperature[bundle.slice]
    for degrees in np.unique(temperature).tolist():
        shelf = shelves.setdefault(degrees, Shelf(degrees, makers))
        here = np.flatnonzero(temperature == degrees)
        kinds = np.unique(plain[here])
        found.time[here] = shelf.intact_times(kinds)[np.searchsorted(kinds, plain[here])]
        _cross(shelf, bundle, here, numbers[here], plain[here], found)
    passes, excess = tabulated(bundle, tables)
    bare = bundle.state == _BARE
    found.failed[bare & ~passes] = True
    found.time[bare] += excess[bare]
    return found


def _cross(shelf: Shelf, bundle: Bundle, here: Ints, numbers: Ints, plain: Ints, found: Passage) -> None:
    """Cross the stretches of one temperature in which internodes are lesioned; fill in their times."""
    lesioned = np.flatnonzero(numbers != plain)
    if not lesioned.size:
        return
    # Lesions so near that they feel each other are run together, within a fibre and a slice.
    stretch = bundle.fibre[here] * (bundle.slice.max() + 1) + bundle.slice[here]
    far = (np.diff(lesioned) > 2 * NERVE_EXACT_PAD) | (np.diff(stretch[lesioned]) != 0)
    first = lesioned[np.concatenate([[True], far])]
    length = lesioned[np.concatenate([far, [True]])] - first + 1
    begin = shelf.cross(numbers, plain, first, length)
    rows = np.repeat(np.arange(len(first)), length)
    inside = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    target, source = here[first[rows] + inside], begin[rows] + inside
    found.time[target] = shelf.time[source]
    found.failed[target] = shelf.failed[source]


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

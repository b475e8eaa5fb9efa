"""Fibres drawn at random, each with its own internodes: by the tables, or run in the exact engine.

A bundle is drawn once per branch and population, so that every site of a nerve sees the same fibres with
the same lesions. The same seed gives the same fibres.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.anatomy.branches import Anatomy, Array, Run
from remyelin.nerve.conduction.lines import Fibres, Line, Spread, line, quantiles
from remyelin.nerve.conduction.tables import Tables, columns
from remyelin.nerve.conduction.volley import LESIONS, STATES, Volley, frail
from remyelin.nerve.settings import (
    NERVE_BUNDLES_KEPT,
    NERVE_FEWEST_FIBRES,
    NERVE_SAMPLED_FIBRES,
    NERVE_TABLE_RUN,
)

Conduct = Callable[[Line, Mapping[str, Array]], Volley]
Ints = NDArray[np.int64]

INTACT = len(LESIONS)
"""State number of an intact internode; the others are positions in ``LESIONS``."""


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """Internodes (i) of the fibres (k) of a branch, fibre after fibre, from the cell bodies outwards.

    Attributes
    ----------
    fibres : Fibres
    alive : (slice, k) bool array
        Whether the axon survives there.
    fibre, slice : (i,) int arrays
        Which fibre, and which slice of the whole branch, an internode belongs to.
    position, diameter : (i,) arrays
        mm from the cell body; um.
    state : (i,) int array
        Position in ``LESIONS``, or ``INTACT``.
    passable : (i,) bool array
        Whether a bare internode has redistributed channels; True of the others.
    thickness, length : (i,) arrays
        Of a remyelinated internode, relative.
    """

    line: Line
    fibres: Fibres
    alive: NDArray[np.bool_]
    fibre: Ints
    slice: Ints
    position: Array
    diameter: Array
    state: Ints
    passable: NDArray[np.bool_]
    thickness: Array
    length: Array


def draw(whole: Line, states: Mapping[str, Array], spread: Spread, rng: np.random.Generator) -> Bundle:
    """Draw the internodes of the fibres of a whole branch.

    Parameters
    ----------
    whole : Line
        The branch from end to end with the fibres to use.
    states : mapping of str to (segment,) array
    spread : Spread
    rng : Generator

    Returns
    -------
    Bundle
    """
    here = {name: array[whole.slices.segment] for name, array in states.items()}
    ends = np.floor(np.cumsum(whole.internodes, axis=0)).astype(np.int64)
    count = np.diff(ends, axis=0, prepend=0)
    slices, fibres = count.shape
    # One row per internode, fibre after fibre and slice after slice.
    fibre = np.repeat(np.arange(fibres), count.sum(axis=0))
    flat = count.T.ravel()
    within = np.repeat(np.tile(np.arange(slices), fibres), flat)
    number = np.arange(len(within)) - np.repeat(np.cumsum(flat) - flat, flat)
    begin = whole.slices.middle - whole.slices.length / 2
    step = whole.slices.length[within] / np.maximum(count[within, fibre], 1)
    position = begin[within] + (number + 0.5) * step

    shares = frail({name: here[name][:, None] for name in LESIONS}, whole.fibres.frailty)
    limits = np.cumsum([shares[name] for name in LESIONS], axis=0)
    # The internodes of a stretch are lesioned together: one number draws their state, another whether the bare pass.
    lesion = whole.lesions(spread.lengths)[within]
    begins = np.diff(np.floor(position / lesion), prepend=-1.0) != 0
    begins |= (np.diff(fibre, prepend=-1) != 0) | (np.diff(lesion, prepend=0.0) != 0)
    one = np.cumsum(begins) - 1
    chance, open_ = rng.random((2, one[-1] + 1))[:, one]
    state = (chance[None, :] >= limits[:, within, fibre]).sum(axis=0)
    width = np.sqrt(np.log1p(spread.thickness**2))
    varied = np.exp(width * rng.standard_normal(len(within)) - width**2 / 2)
    bare = state == LESIONS.index("bare")
    return Bundle(
        line=whole,
        fibres=whole.fibres,
        alive=rng.random((1, fibres)) < here["axons"][:, None],
        fibre=fibre,
        slice=within,
        position=position,
        diameter=whole.diameter[within, fibre],
        state=state,
        passable=~bare | (open_ < here["channel_redistribution"][within]),
        thickness=here["thickness"][within] * varied,
        length=here["internode_length"][within],
    )


def sampled(
    person: Person, tables: Tables, ledger: Ledger, *, seed: int, fibres: int = NERVE_SAMPLED_FIBRES
) -> Conduct:
    """Return how drawn fibres conduct, by the tables, for :func:`remyelin.nerve.battery`.

    Parameters
    ----------
    person : Person
    tables : Tables
    ledger : Ledger
    seed : int
    fibres : int
        Per branch and population.

    Returns
    -------
    callable
        ``conduct(line, states) -> Volley`` for studies of one state.

    Raises
    ------
    InputError
        For too few fibres.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> conduct = nerve.sampled(person, tables, ledger, seed=1, fibres=20)
    >>> callable(conduct)
    True
    """
    bundle_of = bundles(person, tables, ledger, seed=seed, fibres=fibres)
    known: dict[Bundle, tuple[NDArray[np.bool_], Array]] = {}

    def conduct(asked: Line, states: Mapping[str, Array]) -> Volley:
        bundle, laid = bundle_of(asked.run, states)
        if bundle not in known:
            if len(known) >= NERVE_BUNDLES_KEPT:
                known.clear()
            known[bundle] = tabulated(bundle, tables)
        passes, excess = known[bundle]
        inside = within(bundle, asked.run)
        count = len(bundle.fibres.diameter)
        stopped = np.bincount(bundle.fibre[inside], ~passes[inside], count)
        delay = np.bincount(bundle.fibre[inside], excess[inside], count)
        through = np.asarray(stopped == 0)
        return volley_of(bundle, laid, inside, through, np.asarray(delay, dtype=np.float64))

    return conduct


def bundles(
    person: Person, tables: Tables, ledger: Ledger, *, seed: int, fibres: int
) -> Callable[[Run, Mapping[str, Array]], tuple[Bundle, Line]]:
    """Return a function that draws the bundle of a run once and lays its fibres along the run."""
    if fibres < NERVE_FEWEST_FIBRES:
        raise InputError(
            f"a nerve cannot be studied with {fibres} fibres; give {NERVE_FEWEST_FIBRES} or more."
        )
    anatomy, spread = Anatomy.from_ledger(ledger), Spread.from_ledger(ledger)
    drawn: dict[tuple[str, str], Bundle] = {}
    drawn_for: list[bytes] = []

    def bundle_of(run: Run, states: Mapping[str, Array]) -> tuple[Bundle, Line]:
        state = b"".join(np.ascontiguousarray(states[name]).tobytes() for name in STATES)
        if drawn_for != [state]:  # another date: the same fibres are drawn in another state
            drawn.clear()
            drawn_for[:] = [state]
        key = (run.branch, run.population)
        whole = max(anatomy.length(run.branch, person), run.stop)
        if key not in drawn or drawn[key].line.run.stop < run.stop:
            rng = np.random.default_rng([seed, *run.branch.encode(), 0, *run.population.encode()])
            own = quantiles(anatomy.populations[run.population], spread.frailty, *rng.random((2, fibres)))
            branch = line(
                replace(run, start=0.0, stop=whole), own, person, anatomy, tables, spread.internode_scale
            )
            drawn[key] = draw(branch, states, spread, rng)
        bundle = drawn[key]
        return bundle, line(run, bundle.fibres, person, anatomy, tables, spread.internode_scale)

    return bundle_of


def tabulated(bundle: Bundle, tables: Tables) -> tuple[NDArray[np.bool_], Array]:
    """Return whether each internode passes the impulse, and its delay over healthy (ms), by the tables."""
    state = bundle.state
    begins = (np.diff(state, prepend=-1) != 0) | (np.diff(bundle.fibre, prepend=-1) != 0)
    number = np.arange(len(state))
    place = number - np.maximum.accumulate(np.where(begins, number, 0))  # in its run
    ends = np.append(begins[1:], True)
    in_run = ~begins | ~ends
    passes = np.ones(len(state), dtype=np.bool_)
    excess = np.zeros(len(state))
    cost = bundle.line.cost
    where = bundle.slice, bundle.fibre
    for lesion, name in enumerate(LESIONS):
        these = np.flatnonzero(state == lesion)
        at = where[0][these], where[1][these]
        if name == "remyelinated":
            weights = tables.weights(bundle.thickness[these], bundle.length[these])
            own = np.einsum("ig,igc->ic", weights, cost.remyelinated[at])
        else:
            own = (cost.vacuolated if name == "vacuolated" else cost.bare)[at]
        first, further, alone, run, long = columns(own)
        passes[these] = np.where(in_run[these], run, alone) >= 0.5
        excess[these] = np.select([place[these] == 0, place[these] < NERVE_TABLE_RUN], [first, further], long)
    return passes & bundle.passable, excess


def volley_of(
    bundle: Bundle, laid: Line, inside: NDArray[np.bool_], through: NDArray[np.bool_], excess: Array
) -> Volley:
    """Return the volley of drawn fibres of which some let the impulse through, with their delays (ms)."""
    alive = np.asarray(bundle.alive[np.unique(bundle.slice[inside])].all(axis=0))
    bare = np.asarray(bundle.state == LESIONS.index("bare"))
    ectopic = np.asarray(bare & bundle.passable & alive[bundle.fibre])
    return Volley(
        laid,
        np.asarray(alive & through, dtype=np.float64),
        np.where(through, excess, 0.0),
        np.zeros_like(excess),  # what a drawn fibre takes is certain
        np.asarray(alive.mean()),
        np.asarray(ectopic[inside].mean()),
    )


def within(bundle: Bundle, run: Run) -> NDArray[np.bool_]:
    """Return which internodes of a bundle lie within a run."""
    inside: NDArray[np.bool_] = (bundle.position > run.start) & (bundle.position < run.stop)
    return inside

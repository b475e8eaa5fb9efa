"""Drawn fibres run through the exact engine, internode by internode, in place of the tables.

A fibre is put together from single internodes in the state each was drawn in, stretch by stretch of one
temperature, with a few healthy internodes before and behind. Diameters and thicknesses are rounded, so that
fibres share internodes and the engine reduces each kind once. A bare internode is not run in place: without
redistributed channels it blocks, and with them its delay is that of the tables, which comes from exact runs
of bare internodes in short fibres; the many compartments it needs would cost more than all the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, groupby

import numpy as np
from numpy.typing import NDArray

from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, Pulse, mrg_interpolated
from remyelin.fibre import conduct as run_fibres
from remyelin.fibre.fibre import join
from remyelin.nerve.anatomy import Array
from remyelin.nerve.build import States
from remyelin.nerve.bundle import INTACT, Bundle, Conduct, Ints, bundles, tabulated, volley_of, within
from remyelin.nerve.person import Person
from remyelin.nerve.tables import Tables
from remyelin.nerve.volley import LESIONS, Line, Volley
from remyelin.numerics import (
    NERVE_BUNDLES_KEPT,
    NERVE_EXACT_DIAMETER_UM,
    NERVE_EXACT_FIBRES,
    NERVE_EXACT_PAD,
    NERVE_EXACT_STEP_US,
    NERVE_EXACT_THICKNESS,
    NERVE_TABLE_POTENTIAL_DIAMETER,
    PULSE_MS,
)

_STRONG = Pulse(duration=2 * PULSE_MS)
_BARE = LESIONS.index("bare")
_VACUOLATED = LESIONS.index("vacuolated")
_REMYELINATED = LESIONS.index("remyelinated")

Span = tuple[int, int]
"""First and last internode of a stretch, by their numbers in the bundle."""

Kind = tuple[float, float, int, float, float]
"""Diameter (um), temperature (C), state, thickness and length (relative) of an internode."""


def exact(
    person: Person, tables: Tables, ledger: Ledger, *, seed: int, fibres: int = NERVE_EXACT_FIBRES
) -> Conduct:
    """Return how drawn fibres conduct in the exact engine, for :func:`remyelin.nerve.battery`.

    Parameters and errors as for :func:`remyelin.nerve.sampled`; the same seed draws the same fibres. The
    tables give the delay of bare internodes only.
    """
    bundle_of = bundles(person, tables, ledger, seed=seed, fibres=fibres)
    library = Library(ledger)
    known: dict[Bundle, dict[Span, float]] = {}

    def conduct(asked: Line, states: Mapping[str, Array]) -> Volley:
        bundle, laid = bundle_of(asked.run, states)
        inside = np.flatnonzero(within(bundle, asked.run))
        count = len(laid.healthy)
        passes, excess = tabulated(bundle, tables)
        bare = bundle.state[inside] == _BARE
        alive = bundle.alive[np.unique(bundle.slice[inside])].all(axis=0)
        blocked = np.bincount(bundle.fibre[inside], bare & ~passes[inside], count) > 0
        # Fibres from which nothing can come need not be run.
        inside = inside[(alive & ~blocked)[bundle.fibre[inside]]]
        fibre, bare = bundle.fibre[inside], bundle.state[inside] == _BARE
        kinds = _kinds(bundle, inside, tables)
        if bundle not in known:
            if len(known) >= NERVE_BUNDLES_KEPT:
                known.clear()
            known[bundle] = {}
        time, failed = _run(kinds, fibre, inside, count, library, known[bundle])
        blocked |= failed
        time += np.bincount(fibre, np.where(bare, excess[inside], 0.0), count)
        # The run is not a whole number of internodes long.
        covered = np.bincount(fibre, [library.piece(kind)[1] for kind in kinds], count)
        run_length = asked.run.stop - asked.run.start
        whole = np.where(covered > 0, time * run_length / np.maximum(covered, 1), laid.healthy)
        return volley_of(bundle, laid, within(bundle, asked.run), ~blocked, whole - laid.healthy)

    return conduct


class Library:
    """Single internodes with the node before them, made once per kind."""

    __slots__ = ("_ledger", "_pieces", "_states")

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._states = States(ledger)
        self._pieces: dict[Kind, tuple[Fibre, float]] = {}

    def piece(self, kind: Kind) -> tuple[Fibre, float]:
        """Return an internode with the node before it, and its length (mm)."""
        if kind not in self._pieces:
            diameter, temperature, state, thickness, length = kind
            pair = mrg_interpolated(
                diameter, 2, temperature=temperature, grid="converged", ledger=self._ledger
            )
            size = float(np.ptp(pair.node_positions))
            if state == _VACUOLATED:
                pair = self._states.vacuolate(pair, [0])
            elif state == _REMYELINATED:
                pair = self._states.repair(thickness, length)(pair, [0])
            whole = pair.replace(diameter=NERVE_TABLE_POTENTIAL_DIAMETER)  # one for all, so that they join
            self._pieces[kind] = whole.take(np.arange(whole.n_compartments - 1)), size
        return self._pieces[kind]

    def node(self, kind: Kind) -> Fibre:
        """Return the node of an internode, which ends a fibre."""
        return self.piece(kind)[0].take(np.arange(1))


def _kinds(bundle: Bundle, inside: Ints, tables: Tables) -> list[Kind]:
    """Return the kinds of some internodes of a bundle, rounded so that fibres share them."""
    limits = tables.healthy_diameter[[0, -1]]
    diameter = np.clip(bundle.diameter[inside], *limits)
    diameter = np.clip(np.round(diameter / NERVE_EXACT_DIAMETER_UM) * NERVE_EXACT_DIAMETER_UM, *limits)
    temperature = bundle.line.slices.temperature[bundle.slice[inside]]
    state = bundle.state[inside]
    new = state == _REMYELINATED
    thinnest, shortest = tables.thickness[0], tables.length[-1]
    steps = np.round(np.log(np.maximum(bundle.thickness[inside], thinnest)) / NERVE_EXACT_THICKNESS)
    thickness = np.where(new, np.minimum(np.exp(steps * NERVE_EXACT_THICKNESS), 1), 0)
    length = np.where(new, 1 / np.round(1 / np.maximum(bundle.length[inside], shortest)), 0)
    columns = (diameter, temperature, np.where(state == _BARE, INTACT, state), thickness, length)
    return [
        (float(d), float(t), int(s), float(w), float(rel)) for d, t, s, w, rel in zip(*columns, strict=True)
    ]


def _run(
    kinds: list[Kind], fibre: Ints, inside: Ints, count: int, library: Library, known: dict[Span, float]
) -> tuple[Array, NDArray[np.bool_]]:
    """Return the time (ms) each fibre takes through its internodes, and whether it fails.

    What stretches took is kept in `known` by their first and last internode, as sites of a nerve share most.
    """
    spans: list[Span] = []
    owner: list[int] = []
    new: list[Span] = []

    def stretches() -> Iterator[Fibre]:
        rows = zip(fibre, inside, kinds, strict=True)
        for (number, _), own in groupby(rows, key=lambda row: (row[0], row[-1][1])):
            part = [(index, kind) for _, index, kind in own]
            span = int(part[0][0]), int(part[-1][0])
            owner.append(int(number))
            spans.append(span)
            if span not in known:
                new.append(span)
                yield _padded([kind for _, kind in part], library)

    pending = stretches()
    first = next(pending, None)
    if first is not None:
        run = run_fibres(chain([first], pending), pulse=_STRONG, step=NERVE_EXACT_STEP_US)
        arrival = run["arrival"].to_numpy()
        nodes = np.isfinite(run["position"].to_numpy()).sum(axis=1)
        ends = arrival[np.arange(len(new)), nodes - 1 - NERVE_EXACT_PAD]
        known.update(zip(new, ends - arrival[:, NERVE_EXACT_PAD], strict=True))
    took = np.array([known[span] for span in spans])
    time = np.bincount(owner, np.nan_to_num(took), count)
    failed = np.asarray(np.bincount(owner, ~np.isfinite(took), count) > 0)
    return np.asarray(time, dtype=np.float64), failed


def _padded(part: list[Kind], library: Library) -> Fibre:
    """Return a fibre of internodes with a few healthy ones before and behind."""
    before, behind = (healthy(part[end]) for end in (0, -1))
    row = [*[before] * NERVE_EXACT_PAD, *part, *[behind] * NERVE_EXACT_PAD]
    return join([*(library.piece(kind)[0] for kind in row), library.node(behind)])


def healthy(kind: Kind) -> Kind:
    """Return the intact internode of the same fibre."""
    return kind[0], kind[1], INTACT, 0.0, 0.0

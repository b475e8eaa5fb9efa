"""Fibres and their pulses in batches: each different fibre once, and how long to wait for its impulse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import (
    ARRIVAL_NODES,
    BATCH_FIBRES,
    TRANSIT_FACTOR,
    TRANSIT_M_PER_S_PER_UM,
    TRANSIT_MARGIN_MS,
    VELOCITY_BETWEEN,
)
from remyelin.fibre.solvers.packing import reducible
from remyelin.fibre.stimulation.stimulus import Pulse, check_pulse

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Outline of a fibre for a batch.

    Positions of its nodes (mm); the last excitable nodes, none if there are none; the nodes between which velocity is
    taken; whether it can be reduced.
    """

    fibre: Fibre
    positions: Array
    last_able: Ints
    between: tuple[int, int]
    reducible: bool


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some of the fibres: each different one once; of every run which one, its pulse, and how long to wait (ms)."""

    outlines: list[Outline]
    which: Ints
    pulses: list[Pulse]
    durations: Array


def batches(
    fibres: Iterable[Fibre], pulse: Pulse | Sequence[Pulse], duration: float | None
) -> Iterator[Batch]:
    """Take the fibres some at a time, and look at a fibre that comes over and over, and at its pulse, once."""
    if isinstance(pulse, str):
        raise InputError("conduct: pulse is text; give a Pulse, or one per fibre.")
    pulses = None if isinstance(pulse, Pulse) else list(pulse)
    index = 0
    source = iter(fibres)
    while lot := list(islice(source, BATCH_FIBRES)):
        if pulses is not None and index + len(lot) > len(pulses):
            raise InputError(
                f"there are {len(pulses)} pulses but more fibres; give one pulse, or one per fibre."
            )
        own = [pulse] * len(lot) if isinstance(pulse, Pulse) else (pulses or [])[index : index + len(lot)]
        firsts, which = apart(lot)
        outlines = [_outline(lot[i], index + i) for i in firsts]
        given, kind = apart(own)
        durations = np.empty((len(firsts), len(given)))
        for k, j in sorted(set(zip(which.tolist(), kind.tolist(), strict=True))):
            check_pulse(own[given[j]], len(outlines[k].positions))
            durations[k, j] = duration or _patience(outlines[k], own[given[j]])
        durations = durations[which, kind]
        index += len(lot)
        yield Batch(outlines, which, own, durations)
    if pulses is not None and index != len(pulses):
        raise InputError(f"there are {len(pulses)} pulses for {index} fibres; give one, or one per fibre.")


def apart(items: Sequence[object]) -> tuple[list[int], Ints]:
    """Return where each different object stands first, and of every item which of them it is.

    Examples
    --------
    >>> one, other = object(), object()
    >>> firsts, which = apart([one, other, one])
    >>> firsts, which.tolist()
    ([0, 1], [0, 1, 0])
    """
    # Without a loop in Python, which would take a fiftieth of the time of like fibres' conduction, in one thread.
    ids = list(map(id, items))
    numbers = {item: k for k, item in enumerate(dict.fromkeys(ids))}
    which = np.fromiter(map(numbers.__getitem__, ids), np.int64, len(ids))
    return np.unique(which, return_index=True)[1].tolist(), which


def _outline(fibre: Fibre, index: int) -> Outline:
    if not isinstance(fibre, Fibre):
        raise InputError(f"item {index} is a {type(fibre).__name__}, not a Fibre; build one with mrg().")
    nodes = fibre.nodes
    n = len(nodes)
    if n < 2:
        raise InputError(f"fibre {index} has {n} nodes; give at least two.")
    able = np.flatnonzero((fibre.channels[nodes] >= 0) & (fibre.density[nodes].sum(axis=1) > 0))
    first, second = (int(share * n) for share in VELOCITY_BETWEEN)
    return Outline(fibre, fibre.node_positions, able[-ARRIVAL_NODES:], (first, second), reducible(fibre))


def grouped(outlines: Sequence[Outline]) -> list[list[int]]:
    """Put together the fibres that can share a block: those of one temperature and one list of channel sets."""
    groups: list[list[int]] = []
    for k, outline in enumerate(outlines):
        for group in groups:
            other = outlines[group[0]].fibre
            if (
                outline.fibre.temperature == other.temperature
                and outline.fibre.channel_sets == other.channel_sets
            ):
                group.append(k)
                break
        else:
            groups.append([k])
    return groups


def _patience(outline: Outline, pulse: Pulse) -> float:
    """Return the default time (ms) to wait: several transits of a healthy fibre."""
    transit = float(outline.positions[-1]) / (TRANSIT_M_PER_S_PER_UM * outline.fibre.diameter)
    return pulse.start + pulse.duration + TRANSIT_MARGIN_MS + TRANSIT_FACTOR * transit

"""Fibres put together by number from a library of internodes, each reduced once.

An internode in a given state, with the node before it, is reduced when the library is made; a fibre is then a row
of integers. What its nodes see of each other at rest, and what the window needs, is worked out along the fibre
by a kernel, so that ten thousand fibres whose internodes all differ cost little more than their impulses.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import whole
from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_US
from remyelin.fibre.checks import duration_ms, position, step_us
from remyelin.fibre.models.fibre import Fibre, a_fibre
from remyelin.fibre.settings import (
    DEFAULT_STEP_US,
    FIRING_DEPOLARISATION,
    LIBRARY_LOT,
    LINK_STATES,
    PACKED_TOGETHER,
    TRANSIT_FACTOR,
    TRANSIT_M_PER_S_PER_UM,
    TRANSIT_MARGIN_MS,
)
from remyelin.fibre.solvers.assembly import WORK
from remyelin.fibre.solvers.drivers import library_driver
from remyelin.fibre.solvers.gate_tables import membrane_tables
from remyelin.fibre.solvers.kernel_parts import row_size
from remyelin.fibre.solvers.links import Columns
from remyelin.fibre.solvers.packing import columns_of, join, reducible, steady_gates
from remyelin.fibre.solvers.reduced import Settings, course, gate_table, look, room_for, scratch
from remyelin.fibre.solvers.threads import Workers
from remyelin.fibre.stimulation.stimulus import Pulse, check_pulse

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """Internodes of one kind of fibre at one temperature, reduced for one time step.

    Attributes
    ----------
    first : Fibre
        The internode the others were measured against: channel sets, temperature, potentials.
    length, diameter : (pieces,) float
        mm, from node to node; of the fibre, um.
    start, count : (pieces,) int
        First row of a piece, and how many rows it has: one, and one more for each node or bare
        compartment with channels inside it.
    columns : Columns
        The rows of all pieces; the last row of a piece repeats its node with nothing behind it, which ends a fibre.
    step : float
        us.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import mrg, reduce_internodes
    >>> library = reduce_internodes([mrg(10.0, 2, ledger=Ledger.shipped())])
    >>> library.length.round(3)
    array([1.15])
    """

    first: Fibre
    length: Array
    diameter: Array
    start: Ints
    count: Ints
    columns: Columns
    step: float

    @property
    def size(self) -> int:
        """Number of internodes."""
        return len(self.length)

    def at(self, temperature: float) -> Library:
        """Return the same internodes at another temperature (C), which only the gates feel."""
        return replace(self, first=self.first.replace(temperature=temperature))


def reduce_internodes(pieces: Sequence[Fibre], *, step: float = DEFAULT_STEP_US) -> Library:
    """Reduce internodes, each given as a fibre of two original nodes.

    Parameters
    ----------
    pieces : sequence of Fibre
        Of one temperature and list of channel sets. A piece may hold more nodes inside, as after
        :func:`~remyelin.fibre.remyelinate`, or bare compartments; it begins and ends with a node.
    step : float
        us.

    Returns
    -------
    Library
        Its internodes are numbered in the order given.

    Raises
    ------
    InputError
        For no pieces, a piece that is not one internode, has channels under its sheath, or differs from
        the first in temperature or channels.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import lose_lamellae, mrg, reduce_internodes
    >>> pair = mrg(10.0, 2, ledger=Ledger.shipped())
    >>> reduce_internodes([pair, lose_lamellae(pair, 0, 0.1)]).count
    array([1, 1])
    """
    if not isinstance(pieces, Sequence) or isinstance(pieces, str) or not pieces:
        raise InputError("a library needs at least one internode.")
    step_us(step, "library")
    for piece in pieces:
        a_fibre(piece, "library", 1)
    first = pieces[0]
    step_ms = step * MS_PER_US
    tables = membrane_tables(first.channel_sets, first.temperature, step_ms)
    for index, piece in enumerate(pieces):
        nodes = piece.nodes
        if len(nodes) < 2 or nodes[0] != 0 or nodes[-1] != piece.n_compartments - 1:
            raise InputError(f"piece {index} must begin and end with a node; build it with two nodes.")
        if piece.temperature != first.temperature or piece.channel_sets != first.channel_sets:
            raise InputError(f"piece {index} differs from the first in temperature or channels.")
        if not reducible(piece):
            raise InputError(f"piece {index} has channels under its myelin and cannot be reduced.")
    lots = [join(pieces[i : i + PACKED_TOGETHER]) for i in range(0, len(pieces), PACKED_TOGETHER)]
    count = np.concatenate([np.diff(lot.first_point) for lot in lots]) - 1
    parts = []
    for lot in lots:
        # the last node belongs to the next piece; the first one comes once more, to end a fibre
        membranes_at = lot.at.copy()
        membranes_at[lot.first_point[1:] - 1] = lot.at[lot.first_point[:-1]]
        parts.append(columns_of(lot, membranes_at, tables, step_ms, LINK_STATES))
    return Library(
        first=first,
        length=np.array([float(np.ptp(piece.node_positions)) for piece in pieces]),
        diameter=np.array([piece.diameter for piece in pieces]),
        start=np.cumsum(count + 1) - (count + 1),
        count=count,
        columns=_joined(parts),
        step=step,
    )


def enlarged(library: Library, pieces: Sequence[Fibre]) -> Library:
    """Return a library with more internodes behind those it has, whose numbers stay.

    Parameters
    ----------
    library : Library
    pieces : sequence of Fibre
        Internodes to add, each between two nodes.

    Raises
    ------
    InputError
        As :func:`reduce_internodes`; the new ones must fit the library's first.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import enlarged, lose_lamellae, mrg, reduce_internodes
    >>> pair = mrg(10.0, 2, ledger=Ledger.shipped())
    >>> larger = enlarged(reduce_internodes([pair]), [lose_lamellae(pair, 0, 0.1)])
    >>> larger.length.size
    2
    """
    more = reduce_internodes([library.first, *pieces], step=library.step)
    skipped = int(more.count[0]) + 1
    new = Columns._make(column[skipped:] for column in more.columns)
    return replace(
        library,
        length=np.concatenate([library.length, more.length[1:]]),
        diameter=np.concatenate([library.diameter, more.diameter[1:]]),
        start=np.concatenate([library.start, len(library.columns.own) - skipped + more.start[1:]]),
        count=np.concatenate([library.count, more.count[1:]]),
        columns=_joined([library.columns, new]),
    )


def _joined(parts: Sequence[Columns]) -> Columns:
    return Columns._make(np.concatenate(column) for column in zip(*parts, strict=True))


def conduct_assembled(
    library: Library,
    internodes: ArrayLike,
    *,
    pulse: Pulse | None = None,
    duration: float | None = None,
    threads: int | None = None,
) -> xr.Dataset:
    """Send one impulse down each of many fibres put together from a library.

    Parameters
    ----------
    library : Library
    internodes : (fibres, n) int array
        The internodes of each fibre by their number in the library; -1 behind the end of a shorter fibre.
    pulse : Pulse, optional
        The same into every fibre; its node counts the original nodes, from 0.
    duration : float, optional
        ms to wait. When omitted, several transits of a healthy fibre, as :func:`~remyelin.fibre.conduct`.
    threads : int, optional
        As many as there are processors when omitted. Results do not depend on it.

    Returns
    -------
    xarray.Dataset
        ``arrival(fibre, node)``, ms at the original nodes, NaN where the node never fired or there is none;
        ``conducts(fibre)``, whether the last two nodes fired; ``length(fibre)``, mm.

    Raises
    ------
    InputError
        For numbers the library does not have, a fibre without internodes, or a pulse that cannot be given.

    Examples
    --------
    >>> import numpy as np
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import conduct_assembled, lose_lamellae, mrg, reduce_internodes
    >>> pair = mrg(10.0, 2, ledger=Ledger.shipped())
    >>> library = reduce_internodes([pair, lose_lamellae(pair, 0, 0.1)])
    >>> rows = np.zeros((2, 20), dtype=int)
    >>> rows[1, 8:12] = 1
    >>> data = conduct_assembled(library, rows)
    >>> bool(data['arrival'][1, -1] > data['arrival'][0, -1])
    True
    """
    numbers = _checked(library, internodes)
    if duration is not None:
        duration_ms(duration, "conduct_assembled")
    if threads is not None:
        whole(threads, "threads", "conduct_assembled")
    count = (numbers >= 0).sum(axis=1)
    given = Pulse() if pulse is None else pulse
    check_pulse(given, int(count.min()) + 1)
    position(given.node, int(count.min()) + 1, "node", "pulse: the shortest fibre")
    length = np.where(numbers >= 0, library.length[numbers], 0).sum(axis=1)
    if duration is None:
        healthy = library.length / (TRANSIT_M_PER_S_PER_UM * library.diameter)
        transit = float(np.where(numbers >= 0, healthy[numbers], 0).sum(axis=1).max())
        duration = given.start + given.duration + TRANSIT_MARGIN_MS + TRANSIT_FACTOR * transit
    arrival = np.full((len(numbers), numbers.shape[1] + 1), np.nan)
    workers = threads if threads is not None else (os.cpu_count() or 1)
    lots = [slice(i, i + LIBRARY_LOT) for i in range(0, len(numbers), LIBRARY_LOT)]
    steps = max(1, round(duration / (library.step * MS_PER_US)))
    with Workers(workers) as team:
        team.map(lambda lot: _run(library, numbers[lot], count[lot], given, steps, arrival[lot]), lots)
    ends = np.take_along_axis(arrival, count[:, None] - np.arange(2), axis=1)
    return xr.Dataset(
        {
            "arrival": (("fibre", "node"), arrival, {"units": "ms", "long_name": "largest inward current"}),
            "conducts": ("fibre", np.isfinite(ends).all(axis=1), {"units": "1"}),
            "length": ("fibre", length, {"units": "mm"}),
        },
        attrs={"step_us": library.step},
    )


def _checked(library: Library, internodes: ArrayLike) -> Ints:
    try:
        numbers = np.asarray(internodes)
    except ValueError:
        raise InputError("internodes must be whole numbers of shape (fibres, internodes).") from None
    if numbers.ndim != 2 or not numbers.size or not np.issubdtype(numbers.dtype, np.integer):
        raise InputError("internodes must be whole numbers of shape (fibres, internodes).")
    if numbers.min() < -1 or numbers.max() >= library.size:
        raise InputError(f"there is no internode {numbers.max()}; the library has 0 to {library.size - 1}.")
    there = numbers >= 0
    if not there[:, 0].all() or np.any(there[:, 1:] & ~there[:, :-1]):
        raise InputError("a fibre needs an internode, and nothing but -1 behind its last one.")
    return np.ascontiguousarray(numbers, dtype=np.int64)


def _run(library: Library, numbers: Ints, counts: Ints, pulse: Pulse, steps: int, arrival: Array) -> None:
    """Fill the arrivals of one lot of fibres."""
    settings = Settings(library.step)
    first, step_ms, real = library.first, library.step * MS_PER_US, settings.real
    most = int(np.where(numbers >= 0, library.count[numbers], 0).sum(axis=1).max()) + 1
    capacity = room_for(most)
    share = course(pulse.start, pulse.duration, steps, step_ms)
    waveform = share[: int(np.flatnonzero(share).max(initial=-1)) + 1].astype(real)
    library_driver(capacity, settings.states)(
        numbers, counts, library.start, library.count, library.columns,
        steady_gates(first, membrane_tables(first.channel_sets, first.temperature, step_ms)),
        pulse.node, np.array([pulse.amplitude], dtype=real), waveform, steps, real(1), real(FIRING_DEPOLARISATION),
        step_ms, settings.until_arrival, gate_table(first, step_ms, real), look(step_ms), look(step_ms, wide=True),
        np.empty((len(WORK), most)), scratch(row_size(settings.states) * capacity, real), arrival,
    )  # fmt: skip

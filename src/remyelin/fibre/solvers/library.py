"""Fibres put together by number from a library of internodes, each reduced once.

An internode in a given state, with the node before it, is reduced when the library is made; a fibre is then a row
of integers. What its nodes see of each other at rest, and what the window needs, is worked out along the fibre
by a kernel, so that ten thousand fibres whose internodes all differ cost little more than their impulses.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import whole
from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_US
from remyelin.fibre.checks import a_fibre, duration_ms, position, step_us
from remyelin.fibre.models.circuit import circuit
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import (
    DEFAULT_STEP_US,
    FIRING_DEPOLARISATION,
    LIBRARY_LOT,
    LINK_STATES,
    TRANSIT_FACTOR,
    TRANSIT_M_PER_S_PER_UM,
    TRANSIT_MARGIN_MS,
)
from remyelin.fibre.solvers import assembly
from remyelin.fibre.solvers import kernel_single as along
from remyelin.fibre.solvers.gate_tables import membrane_tables
from remyelin.fibre.solvers.gating import GATES
from remyelin.fibre.solvers.kernel_batch import field, row_size
from remyelin.fibre.solvers.packing import implicit_links, link_values, membranes, reducible
from remyelin.fibre.solvers.reduced import Settings, course, gate_table, room_for, window
from remyelin.fibre.solvers.reduction import links, points
from remyelin.fibre.stimulation.stimulus import Pulse, pulse_stimulus

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
    values : (rows, fields) float
        Fields of the kernel that do not depend on the neighbours; the last row of a piece but one repeats
        its node with nothing behind it, which ends a fibre.
    own : (rows,) float
        Diagonal of the row by itself, uS.
    implicit, rest : (rows, 3) float
        Left, mixed and right elements of the link behind the row: half an implicit step; at rest (uS).
    sets, density, leak_reversal, excitable
        The membranes of the rows; see :class:`~remyelin.fibre.solvers.packing.Membranes`.
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
    values: Array
    own: Array
    implicit: Array
    rest: Array
    sets: Ints
    density: Array
    leak_reversal: Array
    excitable: NDArray[np.bool_]
    step: float

    @property
    def size(self) -> int:
        """How many internodes it holds."""
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
    parts: dict[str, list[NDArray[np.generic]]] = defaultdict(list)
    counts, lengths = [], []
    for index, piece in enumerate(pieces):
        if piece.n_nodes < 2 or piece.nodes[0] != 0 or piece.nodes[-1] != piece.n_compartments - 1:
            raise InputError(f"piece {index} must begin and end with a node; build it with two nodes.")
        if piece.temperature != first.temperature or piece.channel_sets != first.channel_sets:
            raise InputError(f"piece {index} differs from the first in temperature or channels.")
        if not reducible(piece):
            raise InputError(f"piece {index} has channels under its myelin and cannot be reduced.")
        net, at = circuit(piece), points(piece)
        between = links(net, at, LINK_STATES)
        # the last node belongs to the next piece; the first one comes once more, to end a fibre
        membrane = membranes(piece, net, at[np.append(np.arange(len(at) - 1), 0)], tables)
        values = membrane.values(LINK_STATES)
        values[:-1] += link_values(between, step_ms)
        parts["values"].append(values)
        parts["own"].append(membrane.leak + 2 / step_ms * membrane.capacity)
        parts["implicit"].append(_ends(implicit_links(between, step_ms)))
        parts["rest"].append(_ends(between.rest))
        for name in ("sets", "density", "leak_reversal", "excitable"):
            parts[name].append(getattr(membrane, name))
        counts.append(len(at) - 1)
        lengths.append(float(np.ptp(piece.node_positions)))
    count = np.array(counts, dtype=np.int64)
    columns: dict[str, Any] = {name: np.concatenate(part) for name, part in parts.items()}
    return Library(
        first=first,
        length=np.array(lengths),
        diameter=np.array([piece.diameter for piece in pieces]),
        start=np.cumsum(count + 1) - (count + 1),
        count=count,
        step=step,
        **columns,
    )


def enlarged(library: Library, pieces: Sequence[Fibre]) -> Library:
    """Return a library with more internodes behind those it has, whose numbers stay.

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
    skipped = int(more.start[1]) if pieces else len(more.own)
    rows = ("values", "own", "implicit", "rest", "sets", "density", "leak_reversal", "excitable")
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(library, name), getattr(more, name)[skipped:]]) for name in rows
    }
    return replace(
        library,
        length=np.concatenate([library.length, more.length[1:]]),
        diameter=np.concatenate([library.diameter, more.diameter[1:]]),
        start=np.concatenate([library.start, len(library.own) - skipped + more.start[1:]]),
        count=np.concatenate([library.count, more.count[1:]]),
        **columns,
    )


def _ends(matrices: Array) -> Array:
    """Left, mixed and right elements of symmetric links (n, 2, 2), and an empty one behind the last node."""
    found = np.zeros((len(matrices) + 1, len(("left", "mixed", "right"))))
    found[:-1] = matrices.reshape(-1, 2 * 2)[:, [0, 1, -1]]
    return found


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
    if pulse is not None:
        pulse_stimulus(library.first, replace(pulse, node=0) if isinstance(pulse, Pulse) else pulse)
    given = Pulse() if pulse is None else pulse
    count = (numbers >= 0).sum(axis=1)
    position(given.node, int(count.min()) + 1, "node", "pulse: the shortest fibre")
    length = np.where(numbers >= 0, library.length[numbers], 0).sum(axis=1)
    if duration is None:
        healthy = library.length / (TRANSIT_M_PER_S_PER_UM * library.diameter)
        transit = float(np.where(numbers >= 0, healthy[numbers], 0).sum(axis=1).max())
        duration = given.start + given.duration + TRANSIT_MARGIN_MS + TRANSIT_FACTOR * transit
    settings = Settings(library.step, duration)
    step_ms = library.step * MS_PER_US
    waveform: NDArray[np.floating] = course(given, max(1, round(duration / step_ms)), step_ms).astype(
        settings.real
    )
    arrival = np.full((len(numbers), numbers.shape[1] + 1), np.nan)
    workers = threads if threads is not None else (os.cpu_count() or 1)
    lots = [slice(i, i + LIBRARY_LOT) for i in range(0, len(numbers), LIBRARY_LOT)]

    def run(lot: slice) -> None:
        _run(library, numbers[lot], count[lot], given, waveform, settings, arrival[lot])

    if workers == 1:
        for lot in lots:
            run(lot)
    else:
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(run, lots):
                pass
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


def _run(
    library: Library,
    numbers: Ints,
    counts: Ints,
    pulse: Pulse,
    waveform: NDArray[np.floating],
    settings: Settings,
    arrival: Array,
) -> None:
    """Fill the arrivals of one lot of fibres; buffers are made once and used again."""
    first, step_ms, real = library.first, library.step * MS_PER_US, settings.real
    tables = membrane_tables(first.channel_sets, first.temperature, step_ms)
    most = int(library.count[numbers].sum(axis=1).max()) + 1
    capacity = room_for(most)
    buffer = np.zeros((row_size(LINK_STATES) + len(along.OWN_FIELDS), capacity), dtype=real)
    excitable, damping = np.zeros(most + 2, dtype=np.bool_), np.zeros(most + 2)
    steps = len(waveform)
    amplitude = np.array([pulse.amplitude], dtype=real)
    nothing, samples = np.zeros(0, dtype=np.uint64), np.zeros((2, 0), dtype=real)
    kernel = along.kernel(capacity, LINK_STATES)
    table = gate_table(first, tables, step_ms, real)
    lengths = tables.steady.shape[1]
    fields = np.array([field(name) for name in (*GATES, *assembly.FIELDS)], dtype=np.int64)
    index, node = np.zeros(most, dtype=np.int64), np.zeros(numbers.shape[1] + 1, dtype=np.int64)
    work = np.zeros((len(assembly.WORK), most))
    for fibre, (own, count) in enumerate(zip(numbers, counts, strict=True)):
        n = assembly.expand(own[:count], library.start, library.count, index, node)
        # what the window calls blocked is looked at once more with a wider one
        for wide in (False, True):
            rested = assembly.assemble(
                index[:n], library.values, library.own, library.implicit, library.rest, library.sets,
                library.density, library.leak_reversal, library.excitable, tables.steady, tables.reversal,
                tables.low, tables.step, lengths, first.initial, first.leak_reversal, fields, buffer,
                excitable, damping, work,
            )  # fmt: skip
            if not rested:
                break  # it fires by itself: no impulse of ours arrives
            kernel(
                buffer.reshape(-1), *table, steps, real(1), real(FIRING_DEPOLARISATION),
                np.array([1 + node[pulse.node]], dtype=np.uint64), amplitude, waveform, nothing, 1, samples,
                (1 + node[count - 1 : count + 1]).astype(np.uint64), settings.until_arrival, True, n,
                excitable[: n + 2], damping[: n + 2], *window(step_ms, wide=wide),
            )  # fmt: skip
            assembly.read(buffer, node[: count + 1], fields, step_ms, arrival[fibre])
            if np.isfinite(arrival[fibre, count]):
                break

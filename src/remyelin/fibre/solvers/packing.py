"""From fibres to the rows the kernels work on, many fibres at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import SimulationError
from remyelin.fibre.models.channels import ChannelSet
from remyelin.fibre.models.circuit import Circuit, circuit
from remyelin.fibre.models.fibre import NODE, PER_COMPARTMENT, Fibre
from remyelin.fibre.settings import ARRIVAL_NODES, TABLE_CACHE_SIZE
from remyelin.fibre.solvers.assembly import Steady, stack_rows
from remyelin.fibre.solvers.gate_tables import MembraneTables
from remyelin.fibre.solvers.gating import GATES
from remyelin.fibre.solvers.kernel_parts import field, row_size
from remyelin.fibre.solvers.links import Columns, fill_links
from remyelin.fibre.solvers.moments import AXIAL, AXOLEMMA_C, AXOLEMMA_G, MYELIN_C, MYELIN_G, PERIAXONAL
from remyelin.fibre.solvers.reduction import points

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def reducible(fibre: Fibre) -> bool:
    """Whether the reduced solver can run a fibre: channels only where there is no sheath, of the MRG kind."""
    exposed = fibre.lamellae == 0
    active = fibre.channels >= 0
    if np.any(active & ~exposed) or not np.all(exposed[fibre.nodes]):
        return False
    return all(_mrg_kind(fibre.channel_sets[index]) for index in set(fibre.channels[active].tolist()))


@lru_cache(maxsize=TABLE_CACHE_SIZE)
def _mrg_kind(channels: ChannelSet) -> bool:
    """Whether a channel set has the node's form: m^3 h and p^3 sodium, s potassium, leak."""
    m, h, p, s = GATES
    form = [
        ("naf", {m: 3, h: 1}),
        ("nap", {p: 3}),
        ("ks", {s: 1}),
        ("leak", {}),
    ]
    currents = channels.currents
    return (
        tuple(gate.name for gate in channels.gates) == GATES
        and [(current.name, dict(current.powers)) for current in currents] == form
        and currents[0].reversal == currents[1].reversal
    )


@dataclass(frozen=True, slots=True, eq=False)
class Lot:
    """Fibres of one temperature and one list of channel sets, their compartments one fibre behind the other.

    Attributes
    ----------
    fibres : sequence of Fibre
    first : (fibres + 1,) int
        First compartment of every fibre.
    net : Circuit
        Of all compartments; what it says of the junction between two fibres means nothing.
    at : (n,) int
        Compartments that are points.
    first_point : (fibres + 1,) int
        First point of every fibre.
    channels, density, leak_reversal : (compartments,) arrays
        As those of the fibres.
    is_node : (n,) bool
        Points that are nodes.
    """

    fibres: Sequence[Fibre]
    first: Ints
    net: Circuit
    at: Ints
    first_point: Ints
    channels: Ints
    leak_reversal: Array
    is_node: Flags


@dataclass(frozen=True, slots=True, eq=False)
class _Joined:
    """Columns that :func:`~remyelin.fibre.models.circuit.circuit` and :func:`points` read of fibres, joined."""

    role: Ints
    length: Array
    axon_diameter: Array
    sheath_diameter: Array
    periaxonal_width: Array
    lamellae: Array
    resistivity: Array
    axolemma_capacity: Array
    axolemma_leak: Array
    channels: Ints
    density: Array
    periaxonal_resistivity: Array
    lamella_capacity: Array
    lamella_conductance: Array
    leak_reversal: Array

    @property
    def nodes(self) -> Ints:
        return np.flatnonzero(self.role == NODE)


_PER_FIBRE = ("periaxonal_resistivity", "lamella_capacity", "lamella_conductance", "leak_reversal")


def join(fibres: Sequence[Fibre]) -> Lot:
    """Join fibres that the reduced solver can run, so that arrays are worked out for all of them at once."""
    counts = np.array([fibre.n_compartments for fibre in fibres])
    most = max(fibre.density.shape[1] for fibre in fibres)
    density = np.zeros((int(counts.sum()), most))
    first = np.concatenate([[0], np.cumsum(counts)])
    for begin, fibre in zip(first.tolist(), fibres, strict=False):
        density[begin : begin + fibre.n_compartments, : fibre.density.shape[1]] = fibre.density
    columns = {
        name: np.concatenate([getattr(f, name) for f in fibres])
        for name in PER_COMPARTMENT
        if name != "density"
    }
    scalars = {name: np.repeat([getattr(f, name) for f in fibres], counts) for name in _PER_FIBRE}
    joined = _Joined(density=density, **columns, **scalars)
    # Both are worked out compartment by compartment: what is one number of a fibre may as well be one of each.
    like_one = cast(Fibre, joined)
    at = points(like_one)
    return Lot(
        fibres,
        first,
        circuit(like_one),
        at,
        np.searchsorted(at, first),
        joined.channels,
        joined.leak_reversal,
        joined.role[at] == NODE,
    )


def elements(net: Circuit) -> Array:
    """Return the elements of compartments, one a row, as the reduction of internodes takes them."""
    table = np.zeros((len(net.axolemma_leak), PERIAXONAL + 1))
    table[:, AXOLEMMA_C] = net.axolemma_capacity
    table[:, AXOLEMMA_G] = net.axolemma_leak
    table[:, MYELIN_C] = net.myelin_capacity
    table[:, MYELIN_G] = net.myelin_conductance
    table[1:, AXIAL] = net.axial
    table[1:, PERIAXONAL] = net.periaxonal
    return table


def columns_of(lot: Lot, membranes_at: Ints, tables: MembraneTables, step_ms: float, states: int) -> Columns:
    """Return the columns of all fibres of a lot.

    Parameters
    ----------
    lot : Lot
    membranes_at : (n,) int
        Compartments whose membranes the rows have.
    tables : MembraneTables
        Of the fibres' channel sets at their temperature and this step.
    step_ms : float
    states : int
        States per internode.
    """
    net, n = lot.net, len(lot.at)
    membrane = membranes(lot, net, membranes_at, tables)
    columns = Columns(
        values=membrane.values(states),
        own=membrane.leak + 2 / step_ms * membrane.capacity,
        implicit=np.zeros((n, 3)),
        at_rest=np.zeros((n, 3)),
        skew=np.zeros(n, dtype=np.bool_),
        sets=membrane.sets,
        density=membrane.density,
        leak_reversal=membrane.leak_reversal,
        excitable=membrane.excitable,
    )
    fill_links(elements(net), lot.at, lot.first_point, states, step_ms / 2, columns)
    return columns


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Fibres as rows of the kernels, one fibre behind the other, n rows in all.

    Attributes
    ----------
    values : (n, fields) float
        The fields of every row.
    rest : (n,) float
        Resting potential of every point, mV.
    excitable : (n,) bool
        Points with sodium channels.
    damping : (n,) float
        Logarithm of the attenuation at rest, accumulated along the fibre.
    skew : (n,) bool
        Points before an internode that is not its own mirror image.
    start : (fibres + 1,) int
        First row of every fibre.
    nodes : (nodes,) int
        Rows of the nodes, counted from the first row of their fibre.
    first_node : (fibres + 1,) int
        First node of every fibre.
    ends : (fibres, 2) int
        Rows of the last excitable nodes, at which an impulse counts as having arrived.
    """

    values: NDArray[np.floating]
    rest: Array
    excitable: Flags
    damping: Array
    skew: Flags
    start: Ints
    nodes: Ints
    first_node: Ints
    ends: Ints


def pack(
    fibres: Sequence[Fibre],
    tables: MembraneTables,
    step_ms: float,
    states: int,
    real: type[np.floating] = np.float64,
) -> Rows:
    """Turn fibres of one temperature and one list of channel sets into rows.

    Parameters
    ----------
    fibres : sequence of Fibre
        That are :func:`reducible`.
    tables, step_ms, states
        As for :func:`columns_of`.
    real : type
        Of the fields.

    Returns
    -------
    Rows

    Raises
    ------
    SimulationError
        If one of them has no resting state.
    """
    lot = join(fibres)
    n, start = len(lot.at), lot.first_point
    columns = columns_of(lot, lot.at, tables, step_ms, states)
    values = np.empty((n, row_size(states)), dtype=real)
    rest, damping = np.empty(n), np.empty(n)
    excitable, skew = np.empty(n, dtype=np.bool_), np.empty(n, dtype=np.bool_)
    rested = stack_rows(
        columns, tables.steady, tables.reversal, tables.low, tables.step,
        np.array([fibre.initial for fibre in fibres]), np.array([fibre.leak_reversal for fibre in fibres]),
        start, values.reshape(-1), rest, excitable, damping, skew,
    )  # fmt: skip
    if rested < len(fibres):
        fibre = fibres[rested]
        raise SimulationError(
            f"{fibre.model} {fibre.diameter:g} um: no resting state found; it may fire on its own."
        )
    at_nodes = np.flatnonzero(lot.is_node)
    first_node = np.searchsorted(at_nodes, start)
    nodes = at_nodes - np.repeat(start[:-1], np.diff(first_node))
    return Rows(
        values, rest, excitable, damping, skew, start, nodes, first_node,
        _last_excitable(excitable[at_nodes], nodes, first_node),
    )  # fmt: skip


def _last_excitable(excitable: Flags, nodes: Ints, first_node: Ints) -> Ints:
    """Return the rows of the last excitable nodes of every fibre; of its last node where there are none."""
    ends = np.empty((len(first_node) - 1, ARRIVAL_NODES), dtype=np.int64)
    for k, (begin, end) in enumerate(zip(first_node[:-1].tolist(), first_node[1:].tolist(), strict=True)):
        able = nodes[begin:end][excitable[begin:end]][-ARRIVAL_NODES:]
        ends[k] = np.resize(able if len(able) else nodes[end - 1 : end], ARRIVAL_NODES)
    return ends


def steady_gates(fibre: Fibre, tables: MembraneTables) -> Steady:
    """Return the steady gates and reversals of a fibre's channels, and the start of its search for rest."""
    return Steady(
        tables.steady,
        tables.reversal,
        tables.low,
        tables.step,
        float(fibre.initial),
        float(fibre.leak_reversal),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Membranes:
    """Membranes of the points of a fibre, n of them.

    Attributes
    ----------
    sets : (n,) int
        Channel set.
    density : (n, currents) float
        Largest conductances of the currents, uS.
    leak, leak_reversal : (n,) float
        Leak of channels and axolemma together, uS; mV.
    capacity : (n,) float
        nF.
    """

    sets: NDArray[np.int64]
    density: Array
    leak: Array
    leak_reversal: Array
    capacity: Array

    @property
    def excitable(self) -> NDArray[np.bool_]:
        """Return which points have sodium channels."""
        return np.asarray(np.any(self.density[:, :2] > 0, axis=1))

    def values(self, states: int) -> Array:
        """Return the fields of the kernel's rows that depend on nothing else, shape (n, fields)."""
        values = np.zeros((len(self.leak), row_size(states)))
        for name, numbers in zip(("naf", "nap", "ks"), self.density.T, strict=False):
            values[:, field(name)] = numbers
        values[:, field("leak")] = self.leak
        values[:, field("when")] = -2.0
        return values


def membranes(fibre: Fibre | Lot, net: Circuit, at: NDArray[np.int64], tables: MembraneTables) -> Membranes:
    """Return the membranes of points of fibres."""
    base = np.broadcast_to(fibre.leak_reversal, fibre.channels.shape)[at]
    sets = np.maximum(fibre.channels[at], 0)
    density = np.zeros((len(at), len(tables.reversal[0])))
    density[:, : net.channel_conductance.shape[1]] = net.channel_conductance[at]
    density[fibre.channels[at] < 0] = 0
    channel_leak, passive = density[:, -1], net.axolemma_leak[at]
    leak = channel_leak + passive
    reversed_at = channel_leak * tables.reversal[sets, -1] + passive * base
    return Membranes(
        sets, density, leak, reversed_at / np.where(leak > 0, leak, 1), net.axolemma_capacity[at]
    )

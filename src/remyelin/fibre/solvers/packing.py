"""From fibres to the columns of the reduced fibre, and from these to the rows the kernels work on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError, SimulationError
from remyelin.fibre.models.channels import ChannelSet
from remyelin.fibre.models.circuit import Circuit, circuit
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.solvers.assembly import WORK, Columns, Steady, fill_links, find_rest, write_rows
from remyelin.fibre.solvers.gate_tables import MembraneTables
from remyelin.fibre.solvers.gating import GATES
from remyelin.fibre.solvers.kernel_parts import field, row_size
from remyelin.fibre.solvers.moments import AXIAL, PERIAXONAL
from remyelin.fibre.solvers.reduction import points

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """One fibre as rows of the kernels, n of them, and what is needed to read its results.

    Attributes
    ----------
    values : (n, fields) float
        The fields of every row.
    rest : (n,) float
        Resting potential of every point, mV.
    nodes : (nodes,) int
        Which points are nodes.
    excitable : (n,) bool
        Points with sodium channels.
    damping : (n,) float
        Logarithm of the attenuation at rest, accumulated along the fibre.
    skew : (n,) bool
        Points before an internode that is not its own mirror image.
    """

    values: Array
    rest: Array
    nodes: NDArray[np.int64]
    excitable: NDArray[np.bool_]
    damping: Array
    skew: NDArray[np.bool_]


def reducible(fibre: Fibre) -> bool:
    """Whether the reduced solver can run a fibre: channels only where there is no sheath, of the MRG kind."""
    exposed = fibre.lamellae == 0
    active = fibre.channels >= 0
    if np.any(active & ~exposed) or not np.all(exposed[fibre.nodes]):
        return False
    used = {int(index) for index in np.unique(fibre.channels[active])}
    return all(_mrg_kind(fibre.channel_sets[index]) for index in used)


def _mrg_kind(channels: ChannelSet) -> bool:
    """Whether a channel set has the node's form: m^3 h and p^3 sodium, s potassium, leak."""
    m, h, p, s = GATES
    form = [
        ("naf", {m: len(("m", "m", "m")), h: 1}),
        ("nap", {p: len(("p", "p", "p"))}),
        ("ks", {s: 1}),
        ("leak", {}),
    ]
    currents = channels.currents
    return (
        tuple(gate.name for gate in channels.gates) == GATES
        and [(current.name, dict(current.powers)) for current in currents] == form
        and currents[0].reversal == currents[1].reversal
    )


def pack(fibre: Fibre, tables: MembraneTables, step_ms: float, states: int) -> Rows:
    """Turn a fibre into rows.

    Parameters
    ----------
    fibre : Fibre
    tables : MembraneTables
        Of the fibre's channel sets at its temperature and this step.
    step_ms : float
    states : int
        States per internode.

    Returns
    -------
    Rows

    Raises
    ------
    InputError
        If the fibre cannot be reduced.
    SimulationError
        If it has no resting state.
    """
    if not reducible(fibre):
        raise InputError(
            f"{fibre.model} has channels the reduced solver does not know or that lie under myelin; "
            "use solver='full'."
        )
    at = points(fibre)
    n = len(at)
    columns = columns_of(fibre, at, at, tables, step_ms, states)
    steady = steady_gates(fibre, tables)
    index, work = np.arange(n), np.empty((len(WORK), n))
    if not find_rest(index, columns, steady, work):
        raise SimulationError(
            f"{fibre.model} {fibre.diameter:g} um: no resting state found; it may fire on its own."
        )
    values = np.empty((n, row_size(states)))
    excitable, damping, skew = np.empty(n, dtype=np.bool_), np.empty(n), np.empty(n, dtype=np.bool_)
    write_rows(  # type: ignore[no-untyped-call]
        index, columns, steady, work, values.reshape(-1), 0, row_size(states), 1, excitable, damping, skew
    )
    nodes = np.flatnonzero(np.isin(at, fibre.nodes))
    return Rows(values, work[0].copy(), nodes, excitable, damping, skew)


def columns_of(
    fibre: Fibre,
    at: NDArray[np.int64],
    membranes_at: NDArray[np.int64],
    tables: MembraneTables,
    step_ms: float,
    states: int,
) -> Columns:
    """Return the columns of a fibre.

    Parameters
    ----------
    fibre : Fibre
    at : (n,) int
        Its points.
    membranes_at : (n,) int
        Points whose membranes the rows have.
    tables, step_ms, states
        As for :func:`pack`.
    """
    net = circuit(fibre)
    membrane = membranes(fibre, net, membranes_at, tables)
    n = len(at)
    columns = Columns(
        values=membrane.values(states),
        own=membrane.leak + 2 / step_ms * membrane.capacity,
        implicit=np.zeros((n, len(("left", "mixed", "right")))),
        at_rest=np.zeros((n, len(("left", "mixed", "right")))),
        skew=np.zeros(n, dtype=np.bool_),
        sets=membrane.sets,
        density=membrane.density,
        leak_reversal=membrane.leak_reversal,
        excitable=membrane.excitable,
    )
    fill_links(_elements(net), at, states, step_ms / 2, columns)
    return columns


def steady_gates(fibre: Fibre, tables: MembraneTables) -> Steady:
    """Return what the search for rest needs of a fibre's channels."""
    return Steady(
        tables.steady,
        tables.reversal,
        tables.low,
        tables.step,
        float(fibre.initial),
        float(fibre.leak_reversal),
    )


def _elements(net: Circuit) -> Array:
    """Return the elements of all compartments as the reduction takes them."""
    table = np.zeros((len(net.axolemma_leak), PERIAXONAL + 1))
    table[:, :AXIAL] = np.stack(
        [net.axolemma_capacity, net.axolemma_leak, net.myelin_capacity, net.myelin_conductance], axis=1
    )
    table[1:, AXIAL] = net.axial
    table[1:, PERIAXONAL] = net.periaxonal
    return table


@dataclass(frozen=True, slots=True, eq=False)
class Membranes:
    """What the points of a fibre are by themselves, n of them.

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
        """Which points have sodium channels."""
        return np.asarray(np.any(self.density[:, :2] > 0, axis=1))

    def values(self, states: int) -> Array:
        """Return the fields of the kernel's rows that depend on nothing else, shape (n, fields)."""
        values = np.zeros((len(self.leak), row_size(states)))
        for name, numbers in zip(("naf", "nap", "ks"), self.density.T, strict=False):
            values[:, field(name)] = numbers
        values[:, field("leak")] = self.leak
        values[:, field("when")] = -2.0
        return values


def membranes(fibre: Fibre, net: Circuit, at: NDArray[np.int64], tables: MembraneTables) -> Membranes:
    """Return the membranes of the points of a fibre."""
    sets = np.maximum(fibre.channels[at], 0)
    density = np.zeros((len(at), len(tables.reversal[0])))
    density[:, : net.channel_conductance.shape[1]] = net.channel_conductance[at]
    density[fibre.channels[at] < 0] = 0
    channel_leak, passive = density[:, -1], net.axolemma_leak[at]
    leak = channel_leak + passive
    reversed_at = channel_leak * tables.reversal[sets, -1] + passive * fibre.leak_reversal
    return Membranes(
        sets, density, leak, reversed_at / np.where(leak > 0, leak, 1), net.axolemma_capacity[at]
    )

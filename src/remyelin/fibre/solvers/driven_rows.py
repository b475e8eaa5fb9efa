"""One fibre as rows of the driven kernel: reduced for a time step, at rest, with its sources and leads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_US
from remyelin.fibre.models.circuit import Circuit, circuit
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.solvers.driven_parts import field, row_size, state_field
from remyelin.fibre.solvers.gate_tables import MembraneTables, membrane_tables
from remyelin.fibre.solvers.gating import GATES
from remyelin.fibre.solvers.modes import Modes, Plan, modes
from remyelin.fibre.solvers.packing import membranes, reducible
from remyelin.fibre.solvers.reduction import points
from remyelin.fibre.solvers.resting import resting_points

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A fibre reduced for one time step, at rest.

    Attributes
    ----------
    fibre : Fibre
    step : float
        us.
    plan : Plan
    net : Circuit
        Of the whole fibre.
    modes : Modes
    rest : (n,) float
        Resting potential of every point, mV.
    values : (n, fields) float
        Fields of the kernel's rows but those of the sources.
    scale : (n - 1, states) float
        A state z of the reduction is this times the kernel's y.
    kick : (n - 1, states) float
        What a source's share of a state is multiplied with, for the kernel.
    nodes : (nodes,) int
        Which points are nodes.
    bare : bool
        Whether compartments that are no nodes have channels; such a fibre may fire by itself.
    tables : MembraneTables
        Of its channel sets, temperature and step; fibres of one block share them.
    """

    fibre: Fibre
    step: float
    plan: Plan
    net: Circuit
    modes: Modes
    rest: Array
    values: Array
    scale: Array
    kick: Array
    nodes: Ints
    bare: bool
    tables: MembraneTables

    @property
    def points(self) -> int:
        """Number of points of the fibre."""
        return len(self.rest)


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A source as the kernel wants it: nA into every point, shape (n,), and kicks of the states, (n - 1, states)."""

    node: Array
    kick: Array


def prepare(fibre: Fibre, step: float, plan: Plan) -> Prepared:
    """Reduce a fibre for a time step (us) and find its rest.

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
    net, at, step_ms = circuit(fibre), points(fibre), step * MS_PER_US
    tables = membrane_tables(fibre.channel_sets, fibre.temperature, step_ms)
    reduced = modes(net, at, plan)
    between = reduced.links
    membrane = membranes(fibre, net, at, tables)
    rest, gates = resting_points(fibre, tables, membrane, between)
    states = plan.states
    half = step_ms / 2
    decay = 1 / (1 + between.rate * half)
    scale = np.sqrt(decay * half)
    coupling = between.gain * scale[..., None]
    drawn = between.conductance - np.einsum("nki,nkj->nij", coupling, coupling)
    implicit = drawn + between.capacity / half

    values = np.zeros((len(at), row_size(states)))

    def put(name: str, numbers: Array) -> None:
        values[: len(numbers), field(name)] = numbers

    for k, name in enumerate(GATES):
        put(name, gates[:, k])
    reversal = tables.reversal[membrane.sets]
    m, h, p, s = gates.T
    naf, nap, ks, _ = membrane.density.T
    sodium, potassium = rest - reversal[:, 0], rest - reversal[:, 2]
    put("origin", (rest - tables.low) / tables.step + membrane.sets * tables.update.shape[1])
    put("sodium", sodium)
    put("potassium", potassium)
    put("constant", (naf * m**3 * h + nap * p**3) * sodium + ks * s * potassium)
    put("leak", membrane.leak)
    for name, numbers in (("naf", naf), ("nap", nap), ("ks", ks)):
        put(name, numbers)
    diagonal = membrane.leak + membrane.capacity / half
    diagonal[:-1] += implicit[:, 0, 0]
    diagonal[1:] += implicit[:, 1, 1]
    put("diagonal", diagonal)
    put("off", implicit[:, 0, 1])
    put("left_left", drawn[:, 0, 0])
    put("left_right", drawn[:, 0, 1])
    put("right_right", drawn[:, 1, 1])
    for name, per_state in (("decay", decay), ("left", coupling[..., 0]), ("right", coupling[..., 1])):
        values[:-1, state_field(name, states)] = per_state
    nodes = np.flatnonzero(np.isin(at, fibre.nodes))
    return Prepared(
        fibre,
        step,
        plan,
        net,
        reduced,
        rest,
        values,
        scale,
        scale / decay,
        nodes,
        len(nodes) < len(at),
        tables,
    )


def pattern(prepared: Prepared, axoplasm: Array, periaxonal: Array) -> Pattern:
    """Return currents into the compartments (nA at waveform 1) as the kernel wants them."""
    node, force = prepared.modes.project(axoplasm, periaxonal)
    return Pattern(node, force * prepared.kick)


def lead(prepared: Prepared, axoplasm: Array, periaxonal: Array) -> Array:
    """Return the contribution of points and states to an electrode, shape (n, 1 + states).

    `axoplasm` and `periaxonal` are the currents (nA) that the potential of the electrode at current 1 would drive.
    """
    node, force = prepared.modes.project(axoplasm, periaxonal)
    coefficients = np.zeros((len(node), 1 + prepared.plan.states))
    coefficients[:, 0] = node
    coefficients[:-1, 1:] = force * prepared.scale
    return coefficients

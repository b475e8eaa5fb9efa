"""From fibres to the rows the kernel of the reduced fibre works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_banded

from remyelin.base.errors import InputError, SimulationError
from remyelin.fibre.models.channels import ChannelSet
from remyelin.fibre.models.circuit import Circuit, circuit
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import REST_PASS_TOLERANCE, REST_PASSES
from remyelin.fibre.solvers.gate_tables import MembraneTables
from remyelin.fibre.solvers.gating import GATES
from remyelin.fibre.solvers.kernel_batch import FIELDS, field, row_size
from remyelin.fibre.solvers.reduction import Links, links, points

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """One fibre as rows of the kernel, and what is needed to read its results.

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
    """

    values: Array
    rest: Array
    nodes: NDArray[np.int64]
    excitable: NDArray[np.bool_]
    damping: Array


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
    """
    if not reducible(fibre):
        raise InputError(
            f"{fibre.model} has channels the reduced solver does not know or that lie under myelin; "
            "use solver='full'."
        )
    net = circuit(fibre)
    at = points(fibre)
    n = len(at)
    between = links(net, at, states)
    membrane = membranes(fibre, net, at, tables)
    steady = _steady(between.rest)
    rest, gates = _rest(fibre, tables, membrane, steady)
    g_na, g_k = _conductances(membrane.density, gates)
    reversal = tables.reversal[membrane.sets]

    values = np.zeros((n, row_size(states)))
    values[:] = membrane.values(states)
    values[:-1] += link_values(between, step_ms)

    def put(name: str, numbers: Array) -> None:
        values[:, field(name)] = numbers

    for i, name in enumerate(GATES):
        put(name, gates[:, i])
    rows_per_set = tables.update.shape[1]
    put("origin", (rest - tables.low) / tables.step + membrane.sets * rows_per_set)
    put("sodium", rest - reversal[:, 0])
    put("potassium", rest - reversal[:, 2])
    put("constant", g_na * (rest - reversal[:, 0]) + g_k * (rest - reversal[:, 2]))
    implicit = implicit_links(between, step_ms)
    diagonal = membrane.leak + 2 / step_ms * membrane.capacity
    diagonal[:-1] += implicit[:, 0, 0]
    diagonal[1:] += implicit[:, 1, 1]
    put("diagonal", diagonal)
    nodes = np.flatnonzero(np.isin(at, fibre.nodes))
    return Rows(values, rest, nodes, membrane.excitable, _damping(steady, g_na + g_k + membrane.leak))


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


def link_values(between: Links, step_ms: float) -> Array:
    """Return the fields of the kernel's rows that say what lies behind each point, shape (n, fields)."""
    states = between.rate.shape[1]
    values = np.zeros((len(between.rate), row_size(states)))
    decay, coupling = _halved(between, step_ms)
    for j, numbers in enumerate((decay, coupling[..., 0], coupling[..., 1])):
        first = len(FIELDS) + states * (1 + j)
        values[:, first : first + states] = numbers
    drawn = _drawn(between, coupling)
    values[:, field("left_left")] = drawn[:, 0, 0]
    values[:, field("left_right")] = drawn[:, 0, 1]
    values[:, field("right_right")] = drawn[:, 1, 1]
    values[:, field("off")] = implicit_links(between, step_ms)[:, 0, 1]
    return values


def implicit_links(between: Links, step_ms: float) -> Array:
    """Return the links as half an implicit step sees them, uS, shape (n, 2, 2)."""
    drawn = _drawn(between, _halved(between, step_ms)[1])
    implicit: Array = drawn + 2 / step_ms * between.capacity
    return implicit


def _halved(between: Links, step_ms: float) -> tuple[Array, Array]:
    """Half an implicit step of a state: y_half = decay y + left u_left + right u_right."""
    decay = 1 / (1 + between.rate * step_ms / 2)
    return decay, between.gain * np.sqrt(decay * step_ms / 2)[..., None]


def _drawn(between: Links, coupling: Array) -> Array:
    drawn: Array = between.conductance - np.einsum("nki,nkj->nij", coupling, coupling)
    return drawn


def _steady(rest: Array) -> Array:
    """Conductance matrix of the internodes at rest, as bands for `solve_banded` (1, 1), shape (3, n)."""
    bands = np.zeros((len(("above", "main", "below")), len(rest) + 1))
    bands[1, :-1] += rest[:, 0, 0]
    bands[1, 1:] += rest[:, 1, 1]
    bands[0, 1:] = bands[2, :-1] = rest[:, 0, 1]
    return bands


def _rest(fibre: Fibre, tables: MembraneTables, membrane: Membranes, steady: Array) -> tuple[Array, Array]:
    """Resting potentials (mV) and gates of the points: conductances at the last potentials, until they stay."""
    reversal = tables.reversal[membrane.sets]
    leak, leak_reversal = membrane.leak, membrane.leak_reversal
    rest = np.full(len(leak), fibre.initial)
    for _ in range(REST_PASSES):
        gates = _steady_gates(tables, membrane.sets, rest)
        g_na, g_k = _conductances(membrane.density, gates)
        matrix = steady.copy()
        matrix[1] += g_na + g_k + leak
        # The internode's own leak reverses at one potential: measure from there.
        base = fibre.leak_reversal
        drive = g_na * (reversal[:, 0] - base) + g_k * (reversal[:, 2] - base) + leak * (leak_reversal - base)
        new = base + solve_banded((1, 1), matrix, drive)
        moved = float(np.max(np.abs(new - rest)))
        rest = new
        if moved < REST_PASS_TOLERANCE:
            return rest, _steady_gates(tables, membrane.sets, rest)
    raise SimulationError(
        f"{fibre.model} {fibre.diameter:g} um: no resting state found; it may fire on its own."
    )


def _steady_gates(tables: MembraneTables, sets: NDArray[np.int64], potential: Array) -> Array:
    place = np.clip((potential - tables.low) / tables.step, 0, tables.steady.shape[1] - 2)
    row = place.astype(np.int64)
    share = (place - row)[:, None]
    below, above = tables.steady[sets, row], tables.steady[sets, row + 1]
    gates: Array = below + share * (above - below)
    return gates


def _conductances(density: Array, gates: Array) -> tuple[Array, Array]:
    """Sodium and potassium conductance (uS) of MRG-like points."""
    naf, nap, ks, _ = density.T
    m, h, p, s = gates.T
    return naf * m * m * m * h + nap * p * p * p, ks * s


def _damping(steady: Array, membrane: Array) -> Array:
    """Accumulate the logarithm of the attenuation at rest from each point back to the one before it."""
    n = steady.shape[1]
    total = np.zeros(n)
    seen = 0.0
    for i in range(1, n):
        # Conductance into everything to the left, and the share of a potential at i that reaches i - 1.
        into = steady[1, i - 1] + membrane[i - 1] - seen
        total[i] = total[i - 1] - np.log(max(-steady[2, i - 1] / into, np.finfo(np.float64).tiny))
        seen = steady[2, i - 1] ** 2 / into
    return total

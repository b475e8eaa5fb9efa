"""The kernels of conduction and their drivers: against a readable reduced fibre, and against themselves in company."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, Pulse, lose_lamellae, mrg, open_paranodes, retract, scale_channels
from remyelin.fibre.models.circuit import circuit
from remyelin.fibre.settings import FIRING_DEPOLARISATION, GATE_LEAD, LANES, LINK_STATES
from remyelin.fibre.solvers.drivers import Found
from remyelin.fibre.solvers.gate_tables import membrane_tables
from remyelin.fibre.solvers.moments import reduce_piece, scratch_for
from remyelin.fibre.solvers.packing import elements, membranes
from remyelin.fibre.solvers.reduced import Settings, prepare, run
from remyelin.fibre.solvers.reduction import Links, points
from remyelin.fibre.solvers.resting import resting_points
from remyelin.fibre.stimulation.stimulus import rectangle

LEDGER = Ledger.shipped()
IN_FULL = Settings(4.0, window=False, until_arrival=False, real=np.float64)
SHORT = 1.0  # ms


def interpolated(table: np.ndarray, sets: np.ndarray, place: np.ndarray) -> np.ndarray:
    row = np.clip(place, 0, table.shape[1] - 2).astype(int)
    share = (np.clip(place, 0, table.shape[1] - 2) - row)[:, None]
    share = share[..., None] if table.ndim == 4 else share
    return table[sets, row] + share * (table[sets, row + 1] - table[sets, row])


def by_matrices(fibre: Fibre, pulse: Pulse, steps: int, step_us: float) -> tuple[np.ndarray, np.ndarray]:
    """One impulse in a reduced fibre by whole matrices: potentials of points and states of internodes together.

    Half a step is implicit and is taken twice over; gates are read at the new potential and a share of its second
    difference. Returns arrival (ms) and highest deviation from rest (mV) of every point.
    """
    step = step_us * 1e-3
    net, at = circuit(fibre), points(fibre)
    n, k = len(at), LINK_STATES
    tables = membrane_tables(fibre.channel_sets, fibre.temperature, step)
    membrane = membranes(fibre, net, at, tables)
    table, parts = elements(net), []
    for i in range(n - 1):
        out = [np.empty(k), np.empty((k, 2)), *(np.empty((2, 2)) for _ in range(3))]
        piece = table[at[i] + 1 : at[i + 1] + 1]
        reduce_piece(piece, k, scratch_for(len(piece)), *out)
        parts.append(out)
    rest, gates = resting_points(
        fibre, tables, membrane, Links(*(np.array([p[j] for p in parts]) for j in range(5)))
    )
    size = n + (n - 1) * k
    mass, stiff = np.zeros((size, size)), np.zeros((size, size))
    mass[range(n), range(n)] = membrane.capacity
    stiff[range(n), range(n)] = membrane.leak
    mass[range(n, size), range(n, size)] = 1.0
    for i, (rate, gain, conductance, capacity, _) in enumerate(parts):
        pair, states = [i, i + 1], range(n + i * k, n + (i + 1) * k)
        mass[np.ix_(pair, pair)] += capacity
        stiff[np.ix_(pair, pair)] += conductance
        stiff[states, states] = rate
        stiff[np.ix_(states, pair)] = -gain
        stiff[np.ix_(pair, states)] = -gain.T
    reversal = tables.reversal[membrane.sets]
    naf, nap, ks, _ = membrane.density.T

    def channels() -> tuple[np.ndarray, np.ndarray]:
        m, h, p, s = gates.T
        return naf * m**3 * h + nap * p**3, ks * s

    sodium, potassium = rest - reversal[:, 0], rest - reversal[:, 2]
    g_na, g_k = channels()
    constant = g_na * sodium + g_k * potassium
    wave = rectangle(pulse.start, pulse.start + pulse.duration, steps, step)
    x, earlier = np.zeros(size), np.zeros(n)
    inward, potential = np.zeros((steps, n)), np.zeros((steps, n))
    for t in range(steps):
        g_na, g_k = channels()
        force = -stiff @ x
        force[:n] += constant - g_na * (x[:n] + sodium) - g_k * (x[:n] + potassium)
        force[np.flatnonzero(at == fibre.nodes[pulse.node])] += pulse.amplitude * wave[t]
        matrix = mass + step / 2 * stiff
        matrix[range(n), range(n)] += step / 2 * (g_na + g_k)
        half = np.linalg.solve(matrix, step / 2 * force)
        midway = x[:n] + half[:n]
        inward[t] = constant - g_na * (midway + sodium) - g_k * (midway + potassium) - membrane.leak * midway
        x = x + 2 * half
        potential[t] = x[:n]
        ahead = x[:n] + 2 * GATE_LEAD * (half[:n] - earlier)
        earlier = half[:n]
        update = interpolated(tables.update, membrane.sets, (rest + ahead - tables.low) / tables.step)
        gates = update[..., 0] + update[..., 1] * gates
    arrival = np.full(n, np.nan)
    for i in range(n):
        when = int(np.argmax(inward[:, i]))
        if potential[when, i] > FIRING_DEPOLARISATION and 0 < when < steps - 1:
            before, best, after = inward[when - 1 : when + 2, i]
            arrival[i] = (when + 0.5 + 0.5 * (before - after) / (before - 2 * best + after)) * step
    return arrival, potential.max(axis=0)


def conducted(fibres: list[Fibre], settings: Settings, pulses: list[Pulse] | None = None) -> Found:
    count = len(fibres)
    return run(
        prepare(fibres, settings),
        np.arange(count),
        pulses or [Pulse()] * count,
        np.full(count, SHORT),
        settings,
        max(fibre.n_nodes for fibre in fibres),
    )


FIBRES = {
    "healthy": lambda: mrg(10.0, 9, ledger=LEDGER),
    "mirrored lesions": lambda: open_paranodes(lose_lamellae(mrg(10.0, 9, ledger=LEDGER), 3, 0.1), 4, 9.0),
    "a skew internode": lambda: retract(mrg(10.0, 9, ledger=LEDGER), 4, 30.0),
    "two kinds of node": lambda: scale_channels(mrg(10.0, 9, ledger=LEDGER), [4, 5], naf=0.6),
}


@pytest.mark.parametrize("name", FIBRES)
@pytest.mark.parametrize("lanes", [1, 3])
def test_kernels_compute_what_whole_matrices_do(name: str, lanes: int) -> None:
    fibre, pulse = FIBRES[name](), Pulse(amplitude=3.0, start=0.01)
    steps = round(SHORT / 4e-3)
    arrival, peak = by_matrices(fibre, pulse, steps, 4.0)
    nodes = np.isin(points(fibre), fibre.nodes)
    # A block of one lane is vectorised along itself, of more across the lanes.
    found = conducted([fibre] * lanes, IN_FULL, [pulse] * lanes)
    rest = prepare([fibre], IN_FULL).stack.rest[nodes]
    for lane in range(lanes):
        # What is left is rounding and the gates' table, interpolated in another order.
        np.testing.assert_allclose(found.arrival[lane], arrival[nodes], rtol=0, atol=2e-7)
        np.testing.assert_allclose(found.peak[lane], peak[nodes] + rest, rtol=0, atol=1e-5)


def test_lanes_share_a_block_and_nothing_else() -> None:
    fibres = [make() for make in FIBRES.values()] + [mrg(10.0, 12, ledger=LEDGER), mrg(5.7, 6, ledger=LEDGER)]
    pulses = [Pulse(node=i % 4, amplitude=2.0 + i, start=0.01 * i) for i in range(len(fibres))]
    for settings in (Settings(4.0), IN_FULL):
        together = conducted(fibres, settings, pulses)
        backwards = conducted(fibres[::-1], settings, pulses[::-1])
        doubled = conducted(fibres + fibres, settings, pulses + pulses)
        assert len(fibres) < LANES < 2 * len(fibres)
        for one, other, twice in zip(together, backwards, doubled, strict=True):
            assert np.array_equal(one, other[::-1], equal_nan=True)
            for half in (twice[: len(fibres)], twice[len(fibres) :]):
                # The window follows all lanes of a block, and with other neighbours it opens at other steps.
                np.testing.assert_allclose(one, half, rtol=0, atol=1e-4)


def test_a_pulse_counts_nodes_from_either_end() -> None:
    fibre = mrg(10.0, 9, ledger=LEDGER)
    found = conducted([fibre] * 2, IN_FULL, [Pulse(node=1), Pulse(node=-2)])
    np.testing.assert_allclose(found.arrival[0], found.arrival[1][::-1], rtol=0, atol=1e-9)


def test_no_current_leaves_every_node_at_rest() -> None:
    fibres = [make() for make in FIBRES.values()]
    found = conducted(fibres, IN_FULL, [Pulse(amplitude=0.0)] * len(fibres))
    assert np.isnan(found.arrival).all()
    rest = prepare(fibres, IN_FULL).stack
    for k, fibre in enumerate(fibres):
        at = rest.start[k] + rest.nodes[rest.first_node[k] : rest.first_node[k + 1]]
        np.testing.assert_allclose(found.peak[k, : fibre.n_nodes], rest.rest[at], atol=1e-4)

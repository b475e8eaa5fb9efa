"""The same fibres in NEURON: the anatomy is right if NEURON, given our arrays, finds the reference velocities."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.base.errors import InputError
from remyelin.bench import neuron_rival
from remyelin.evidence import Ledger
from remyelin.fibre.lesions.repair import remyelinate
from remyelin.fibre.lesions.sheath import lose_lamellae, open_paranodes
from remyelin.fibre.models.fibre import NODE
from remyelin.fibre.models.mrg import mrg
from remyelin.fibre.solvers.full import simulate_full
from remyelin.fibre.stimulation.stimulus import Pulse, pulse_stimulus

LEDGER = Ledger.shipped()

# m/s, 31 nodes, measured with NEURON 9.0.2 on hand-built fibres (shared reference files)
CONVERGED = {
    5.7: 25.803,
    7.3: 36.881,
    8.7: 47.813,
    10.0: 56.263,
    11.5: 65.158,
    12.8: 72.257,
    14.0: 79.475,
    15.0: 86.943,
    16.0: 94.096,
}
BY_GRID = {(3, 1, 1): 50.926, (1, 3, 1): 54.707, (1, 9, 1): 53.539, (3, 3, 3): 49.677, (5, 9, 5): 48.244}
BY_STEP = {1.0: 55.195, 5.0: 51.336, 25.0: 38.546}


@pytest.fixture(scope="session")
def neuron():
    reason = neuron_rival.unavailable()
    if reason:
        pytest.skip(reason)
    return neuron_rival


def fibre(diameter=10.0, grid="published", nodes=31):
    return mrg(diameter, nodes, grid=grid, ends="passive", ledger=LEDGER)


@pytest.mark.neuron
def test_converged_velocities_of_nine_diameters(neuron) -> None:
    runs = neuron.simulate([fibre(diameter) for diameter in CONVERGED], duration=1.6)
    for (diameter, expected), run in zip(CONVERGED.items(), runs, strict=True):
        assert run.velocity == pytest.approx(expected, rel=3e-4), f"{diameter} um"


@pytest.mark.neuron
def test_refined_internodes(neuron) -> None:
    runs = neuron.simulate([fibre(grid=grid) for grid in BY_GRID], duration=1.6)
    for (grid, expected), run in zip(BY_GRID.items(), runs, strict=True):
        assert run.velocity == pytest.approx(expected, rel=3e-4), f"grid {grid}"


@pytest.mark.neuron
@pytest.mark.parametrize("step", BY_STEP)
def test_backward_euler_by_step(neuron, step) -> None:
    (run,) = neuron.simulate([fibre()], solver="fixed", step_us=step, duration=1.5)
    assert run.velocity == pytest.approx(BY_STEP[step], rel=2e-5)


def test_equal_neighbours_share_a_section_and_nodes_do_not() -> None:
    healthy = fibre(nodes=3)
    chain = neuron_rival.sections(healthy)
    assert [part["segments"] for part in chain] == [1, 1, 1, 6, 1, 1] * 2 + [1]
    assert sum(part["length"] for part in chain) == pytest.approx(healthy.length.sum())
    assert [part["is_node"] for part in chain].count(True) == healthy.n_nodes
    bare = healthy.replace(role=[NODE] * healthy.n_compartments)
    assert len(neuron_rival.sections(bare)) == healthy.n_compartments


def test_a_fibre_the_mechanism_does_not_know_is_refused() -> None:
    healthy = fibre(nodes=3)
    other = healthy.channel_sets[0].__class__("squid", (), healthy.channel_sets[0].currents[-1:])
    with pytest.raises(InputError, match="squid"):
        neuron_rival.sections(healthy.replace(channel_sets=(other,), density=healthy.density[:, -1:]))


@pytest.mark.neuron
@pytest.mark.parametrize("grid", ["published", "converged"])
def test_lesioned_fibres_step_for_step(neuron, grid) -> None:
    """Every internode different: the same backward-Euler steps give the same arrivals in NEURON and here."""
    random = np.random.default_rng(5)
    healthy = fibre(grid=grid, nodes=21)
    lesioned = lose_lamellae(healthy, None, random.uniform(0.3, 1.0, 20))
    lesioned = open_paranodes(lesioned, None, random.uniform(1.0, 4.0, 20))
    (theirs,) = neuron.simulate([lesioned], solver="fixed", step_us=5.0, duration=2.5, record=(4, 17))
    start = (np.full(lesioned.n_compartments, -80.0), np.zeros(lesioned.n_compartments))
    ours = simulate_full(
        lesioned, (pulse_stimulus(lesioned, Pulse()),), 2.5, step=5.0, scheme="backward-euler", start=start
    )
    assert theirs.arrival_ms[4] == pytest.approx(ours.crossing[4], abs=2e-4)
    assert theirs.arrival_ms[17] == pytest.approx(ours.crossing[17], abs=1e-3)


@pytest.mark.neuron
def test_short_internodes_and_a_temperature(neuron) -> None:
    healthy = mrg(10.0, 15, temperature=33.0, ends="passive", ledger=LEDGER)
    repaired = remyelinate(healthy, [5, 6, 7], thickness=0.5, length=0.2)
    last = repaired.n_nodes - 3
    (theirs,) = neuron.simulate([repaired], tolerance=1e-3, duration=3.0, record=(3, last))
    start = (np.full(repaired.n_compartments, -80.0), np.zeros(repaired.n_compartments))
    ours = simulate_full(repaired, (pulse_stimulus(repaired, Pulse()),), 3.0, step=1.0, start=start)
    took = theirs.arrival_ms[last] - theirs.arrival_ms[3]
    assert ours.crossing[last] - ours.crossing[3] == pytest.approx(took, rel=3e-3)

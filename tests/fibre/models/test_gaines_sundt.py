"""Fibres with channels outside MRG's node: Gaines 2018 motor and sensory, Sundt 2015 C fibre."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre.models.fibre import NODE
from remyelin.fibre.models.gaines import gaines_internode, gaines_motor, gaines_node, gaines_sensory
from remyelin.fibre.models.sundt import sundt_c_fibre, sundt_membrane
from remyelin.fibre.solvers.full import resting_state, simulate_full
from remyelin.fibre.stimulation.stimulus import Pulse, pulse_stimulus

LEDGER = Ledger.shipped()


def velocity(fibre, duration, *, pulse=None, quarter=0.25, three=0.75, start=None, **options):
    pulse = pulse or Pulse()
    run = simulate_full(fibre, (pulse_stimulus(fibre, pulse),), duration, start=start, **options)
    a, b = int(quarter * fibre.n_nodes), int(three * fibre.n_nodes)
    at = fibre.node_positions
    return (at[b] - at[a]) / (run.crossing[b] - run.crossing[a])


def at_initial(fibre):
    return np.full(fibre.n_compartments, fibre.initial), np.zeros(fibre.n_compartments)


@pytest.mark.parametrize(
    ("build", "diameter", "expected"),
    [
        (gaines_motor, 10.0, 49.456),
        (gaines_sensory, 10.0, 52.376),
        (gaines_motor, 5.7, 22.57),
        (gaines_sensory, 5.7, 23.96),
        (gaines_sensory, 16.0, 87.246),
    ],
)
def test_velocity_as_in_nrv(build, diameter, expected) -> None:
    """NRV 1.4.0: 51 nodes, backward Euler at 1 us, from the initial potential."""
    fibre = build(diameter, 51, ledger=LEDGER)
    simulated = velocity(fibre, 4.0, step=1.0, scheme="backward-euler", start=at_initial(fibre))
    assert simulated == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("build", [gaines_motor, gaines_sensory])
def test_rest_is_where_it_was_published(build) -> None:
    fibre = build(10.0, 21, ledger=LEDGER)
    inside, around = resting_state(fibre)
    node = fibre.nodes[10]
    assert inside[node] - around[node] == pytest.approx(fibre.initial, abs=0.05)


def test_passive_ends_stay_passive_and_the_rest_of_the_internode_is_active() -> None:
    fibre = gaines_motor(10.0, 5, ends="passive", ledger=LEDGER)
    assert list(fibre.channels[fibre.nodes]) == [-1, 0, 0, 0, -1]
    assert np.all(fibre.channels[fibre.role != NODE] == 1)
    assert np.all(fibre.density[fibre.nodes[[0, -1]]] == 0)


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(InputError, match="motor and sensory"):
        gaines_node("autonomic", LEDGER)
    with pytest.raises(InputError, match="motor and sensory"):
        gaines_internode("autonomic", LEDGER)


def test_c_fibre_velocity_as_in_pyfibers() -> None:
    """PyFibers 0.13.0, 1 um, 601 compartments, 1 us: 0.4948 m/s; it leaves the leak reversing at -60 mV."""
    fibre = sundt_c_fibre(1.0, 601 * 8.333e-3, ledger=LEDGER).replace(leak_reversal=-60.0)
    pulse = Pulse(amplitude=0.3, duration=1.0, node=60)
    simulated = velocity(fibre, 9.0, pulse=pulse, quarter=0.3, three=0.7, step=1.0, scheme="backward-euler")
    assert simulated == pytest.approx(0.49483, rel=1e-3)


def test_c_fibre_velocity_grows_with_the_root_of_diameter() -> None:
    """A bare cable: velocity is proportional to the square root of diameter (Hodgkin 1954)."""
    one, four = (
        velocity(
            sundt_c_fibre(d, 6.0, ledger=LEDGER),
            14.0,
            pulse=Pulse(2.0, 1.0, node=30),
            quarter=0.4,
            three=0.7,
            step=5.0,
        )
        for d in (0.5, 2.0)
    )
    assert four / one == pytest.approx(2.0, rel=0.02)


@pytest.mark.parametrize("temperature", [30.0, 37.0])
def test_c_fibre_rests_where_the_paper_says(temperature) -> None:
    fibre = sundt_c_fibre(1.0, 1.0, temperature=temperature, ledger=LEDGER)
    assert resting_state(fibre)[0] == pytest.approx(-60.0, abs=1e-6)


def test_borg_graham_gate_is_half_open_at_its_half_potential() -> None:
    membrane = sundt_membrane(37.0, LEDGER)
    steady = {
        gate.name: gate.kinetics(v, 37.0)
        for gate, v in zip(membrane.gates, (0, 0, -32.0, -61.0), strict=True)
    }
    assert steady["n"][0] == pytest.approx(0.5)
    assert steady["l"][0] == pytest.approx(0.5)
    # 1 / (rate (exp(0) + exp(0)) 3^0.7)
    assert steady["n"][1] == pytest.approx(1 / (0.06 * 3**0.7))


@pytest.mark.parametrize(
    ("diameter", "length"), [(np.nan, 1.0), (30.0, 1.0), (1.0, 0.0), (1.0, np.nan), (1.0, np.inf)]
)
def test_impossible_c_fibre_is_refused(diameter, length) -> None:
    with pytest.raises(InputError):
        sundt_c_fibre(diameter, length, ledger=LEDGER)

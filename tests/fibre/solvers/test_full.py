"""The full-compartment solver: parity with NEURON, order of convergence, charge."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from remyelin.evidence import Ledger
from remyelin.fibre import (
    Fibre,
    Pulse,
    Recording,
    lose_lamellae,
    mrg,
    open_paranodes,
    pulse_stimulus,
    refine,
    resting_state,
    simulate_full,
)
from remyelin.fibre.models.circuit import circuit

LEDGER = Ledger.shipped()
REFERENCE = Path(__file__).parents[1] / "reference"


def flat(fibre: Fibre) -> tuple[np.ndarray, np.ndarray]:
    return np.full(fibre.n_compartments, fibre.initial), np.zeros(fibre.n_compartments)


def run(fibre: Fibre, duration: float, step: float, scheme: str = "second-order", **settings) -> Recording:
    return simulate_full(
        fibre, (pulse_stimulus(fibre, Pulse()),), duration, step=step, scheme=scheme, **settings
    )


def velocity(fibre: Fibre, times: np.ndarray, first: int, last: int) -> float:
    where = fibre.node_positions
    return float((where[last] - where[first]) / (times[last] - times[first]))


@pytest.mark.parametrize(("step", "expected"), [(10.0, 47.303), (5.0, 51.336), (2.5, 53.677), (1.0, 55.195)])
def test_backward_euler_reproduces_neuron(step: float, expected: float) -> None:
    fibre = mrg(10.0, 31, ends="passive", ledger=LEDGER)
    crossing = run(fibre, 1.5, step, "backward-euler", start=flat(fibre)).crossing
    assert velocity(fibre, crossing, 7, 23) == pytest.approx(expected, abs=0.001)


def test_demyelination_matches_pyfibers_with_the_same_failures() -> None:
    """Capacity-only lesions; the reference is 5 us backward Euler over 51 nodes."""
    healthy = mrg(10.0, 51, ends="passive", ledger=LEDGER)
    with (REFERENCE / "mrg10_demyelination_uniform.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 12
    for row in rows:
        fibre = healthy
        if "lamellae x" in row["case"]:
            share = float(row["case"].split("x")[-1])
            fibre = lose_lamellae(healthy, None, share, fibre_thins=False)
        elif "width" in row["case"]:
            fibre = open_paranodes(healthy, None, float(row["case"].split()[4]) / 0.002)
        result = run(fibre, 3.2, 5.0, "backward-euler", start=flat(fibre))
        blocked = bool(np.isnan(result.crossing[45]))
        assert blocked == (row["blocked"] == "True"), row["case"]
        if not blocked:
            expected = float(row["cv_nodes15_35_m_per_s"])
            assert velocity(fibre, result.crossing, 15, 35) == pytest.approx(expected, rel=0.001)
            assert result.crossing[45] == pytest.approx(float(row["arrival_node45_ms"]), rel=0.001)
            assert result.peak[25] == pytest.approx(float(row["peak_node25_mV"]), abs=0.1)


@pytest.mark.parametrize(("scheme", "order"), [("backward-euler", 1.0), ("second-order", 2.0)])
def test_order_of_convergence_in_time(scheme: str, order: float) -> None:
    """Of the potential itself, at one node and time."""
    fibre = mrg(10.0, 15, ledger=LEDGER)
    start = resting_state(fibre)
    node = fibre.nodes[[6]]
    found = [
        run(fibre, 0.25, step, scheme, start=start, record=node).potential[-1, 0] for step in (1.0, 0.5, 0.25)
    ]
    measured = np.log2((found[1] - found[0]) / (found[2] - found[1]))
    assert measured == pytest.approx(order, abs=0.15)


def test_convergence_in_space_and_the_velocities_of_refined_internodes() -> None:
    """NEURON's own velocities on refined grids, and smaller steps between ever finer ones."""
    fibre = mrg(10.0, 31, ends="passive", ledger=LEDGER)
    for pieces, expected in (((3, 1, 1), 50.926), ((1, 3, 1), 54.707), ((3, 3, 3), 49.677)):
        finer = refine(fibre, *pieces)
        found = velocity(finer, run(finer, 1.5, 1.0, start=flat(finer)).crossing, 7, 23)
        assert found == pytest.approx(expected, rel=0.002)


def test_charge_is_conserved() -> None:
    """What the pulse puts in is on the membranes or has left through them: no current appears or vanishes."""
    fibre = mrg(10.0, 11, ledger=LEDGER)
    everywhere = np.arange(fibre.n_compartments)
    pulse = Pulse(amplitude=0.1, duration=0.05, node=5)  # below threshold
    result = simulate_full(
        fibre,
        (pulse_stimulus(fibre, pulse),),
        0.2,
        step=0.5,
        record_current=everywhere,
        scheme="backward-euler",
    )
    leaving = result.current.sum(axis=1)
    during = (result.time > 0) & (result.time <= 0.05 + 1e-9)
    assert leaving[during] == pytest.approx(0.1, rel=1e-6)
    assert leaving[result.time > 0.051] == pytest.approx(0.0, abs=1e-9)


def test_rest_is_at_rest() -> None:
    fibre = mrg(10.0, 11, ledger=LEDGER)
    result = simulate_full(fibre, (), 1.0, step=2.0, record=fibre.nodes)
    assert np.ptp(result.potential, axis=0) == pytest.approx(0.0, abs=1e-5)
    assert np.all(np.isnan(result.arrival))


def test_doubling_the_lamellar_capacity_slows_every_fibre() -> None:
    heavy = LEDGER.replace({"mrg.lamella_capacity": 0.2})
    for diameter in (5.7, 10.0, 16.0):
        fibres = [mrg(diameter, 21, ledger=ledger) for ledger in (LEDGER, heavy)]
        light, slow = (velocity(f, run(f, 1.5, 5.0).arrival, 5, 15) for f in fibres)
        assert slow < 0.9 * light


def test_axial_elements_are_symmetric_in_both_directions() -> None:
    """An impulse started at the far end takes the same time back."""
    fibre = mrg(10.0, 15, ledger=LEDGER)
    forward = simulate_full(fibre, (pulse_stimulus(fibre, Pulse(node=0)),), 0.6)
    backward = simulate_full(fibre, (pulse_stimulus(fibre, Pulse(node=-1)),), 0.6)
    assert forward.arrival == pytest.approx(backward.arrival[::-1], abs=1e-6)
    assert circuit(fibre).axial == pytest.approx(circuit(fibre).axial[::-1])

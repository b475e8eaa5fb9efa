"""One fibre under any stimuli, recorded: against every compartment, and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Clamp,
    Electrode,
    Pipette,
    above,
    gaines_motor,
    mrg,
    record_potential,
    rectangular,
    spikes,
    stimulate,
)

LEDGER = Ledger.shipped()
FIBRE = mrg(10.0, 11, ledger=LEDGER)
PULSE = Pipette(1).stimulus(FIBRE, rectangular(0.1), 2.0)
INSIDE = FIBRE.internode(5)
COMPARTMENTS = [
    int(INSIDE.start),
    int(INSIDE.start + INSIDE.stop) // 2,
    int(INSIDE.stop) - 1,
    int(FIBRE.nodes[5]),
]


@pytest.mark.parametrize(
    "stimuli",
    [
        [PULSE],
        [above(FIBRE, 300.0, 0.2, node=3).stimulus(FIBRE, rectangular(0.1), -0.12)],
        [PULSE, above(FIBRE, 500.0, 0.2, node=8).stimulus(FIBRE, rectangular(0.3, start=0.2), 0.05)],
    ],
)
def test_potentials_and_fields_are_those_of_every_compartment(stimuli) -> None:
    electrodes = [above(FIBRE, d, s, node=6) for d, s in ((60.0, 0.3), (800.0, (0.6, 0.2, 0.2)))]
    quick, whole = (
        stimulate(
            FIBRE,
            stimuli,
            duration=1.2,
            compartments=COMPARTMENTS,
            electrodes=electrodes,
            tolerance=1e-3,
            every=1,
            solver=solver,
        )
        for solver in ("reduced", "full")
    )
    assert quick.potential.values[:, 0] == pytest.approx(whole.potential.values[:, 0], abs=1e-3)
    assert quick.membrane.values == pytest.approx(whole.membrane.values, abs=0.4)
    size = np.abs(whole.field).max("time").values[:, None]
    assert quick.field.values / size == pytest.approx(whole.field.values / size, abs=0.01)
    assert quick["count"].values.tolist() == whole["count"].values.tolist() == [1] * 11
    assert quick.arrival.values == pytest.approx(whole.arrival.values, abs=5e-4)
    assert quick.impulse.values == pytest.approx(whole.impulse.values, abs=2e-3)
    assert quick.peak.values == pytest.approx(whole.peak.values, abs=0.1)


def test_a_clamp_holds_its_node_and_gives_the_current_of_every_compartment() -> None:
    clamp = Clamp(5, rectangular(0.4, start=0.1, amplitude=50.0))
    quick, whole = (
        stimulate(FIBRE, [], duration=0.8, clamp=clamp, every=1, solver=solver)
        for solver in ("reduced", "full")
    )
    held = (quick.time > 0.15) & (quick.time < 0.48)
    rest = float(quick.potential[5, 0])
    assert quick.potential[5][held].values == pytest.approx(rest + 50.0, abs=1.5)
    assert np.abs(quick.clamp_current[held]).max() > 1.0
    away = held.values & (np.arange(len(held)) % 10 == 0)
    assert quick.clamp_current.values[away] == pytest.approx(whole.clamp_current.values[away], abs=0.03)


def test_gates_and_currents_are_those_of_the_membrane_equations() -> None:
    run = stimulate(FIBRE, [PULSE], duration=1.0, gates=[5], every=1)
    volts = run.potential.sel(node=5).values
    gates = run.gates.sel(gated=5)
    m = FIBRE.channel_sets[0].gates[0]
    steady, tau = m.kinetics(volts, FIBRE.temperature)
    slope = np.gradient(gates.sel(gate="m").values, run.time.values)
    assert slope[5:-5] == pytest.approx(((steady - gates.sel(gate="m").values) / tau)[5:-5], abs=1.5)
    current = run.currents.sel(gated=5)
    area = np.pi * FIBRE.axon_diameter[FIBRE.nodes[5]] * FIBRE.length[FIBRE.nodes[5]]
    naf = FIBRE.density[FIBRE.nodes[5], 0] * area * 1e-2
    by_hand = naf * gates.sel(gate="m") ** 3 * gates.sel(gate="h") * (volts - 50.0)
    assert current.sel(current="naf").values == pytest.approx(by_hand.values, rel=1e-6, abs=1e-6)
    assert float(current.sum("current")[0]) == pytest.approx(0.0, abs=0.02)


def test_spikes_and_fields_of_fibres_that_cannot_be_reduced_come_from_the_full_solver() -> None:
    fibre = gaines_motor(10.0, 7, ledger=LEDGER)
    pulse = Pipette(1).stimulus(fibre, rectangular(0.1), 2.0)
    assert spikes(fibre, [pulse], duration=1.0).attrs["solver"] == "full"
    seen = record_potential(fibre, [pulse], [above(fibre, 200.0, 0.3)], duration=1.0)
    assert np.abs(seen.potential).max() > 0.1
    with pytest.raises(InputError, match="gates"):
        stimulate(fibre, [pulse], duration=1.0, gates=[1])


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"duration": -1.0}, "duration"),
        ({"duration": np.nan}, "duration"),
        ({"step": 0.0}, "step"),
        ({"step": -2.0}, "step"),
        ({"step": 100.0}, "step"),
        ({"every": 0}, "every"),
        ({"every": 1.5}, "every"),
        ({"nodes": [11]}, "node"),
        ({"compartments": [len(FIBRE.length)]}, "compartment"),
        ({"compartments": [-1]}, "compartment"),
        ({"gates": [99]}, "node"),
        ({"electrodes": ["tip"]}, "electrode"),
        ({"electrodes": [Electrode((0.0, 0.0, 0.0), 0.3)]}, "inside"),
        ({"clamp": Clamp(99, rectangular(0.1))}, "node"),
        ({"level": np.nan}, "level"),
        ({"solver": "fast"}, "solver"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"duration": 9e3, "every": 1, "step": 0.5}, "too much"),
    ],
)
def test_what_cannot_be_is_one_sentence(options, match) -> None:
    with pytest.raises(InputError, match=match) as caught:
        stimulate(FIBRE, [PULSE], **({"duration": 1.0} | options))
    assert "\n" not in str(caught.value)


def test_a_stimulus_of_another_fibre_is_refused() -> None:
    with pytest.raises(InputError, match="another fibre"):
        stimulate(mrg(10.0, 5, ledger=LEDGER), [PULSE], duration=1.0)

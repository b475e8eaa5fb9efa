"""The outside: electrodes that stimulate, electrodes that record."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre.models.mrg import mrg
from remyelin.fibre.protocols.crossings import spike_times
from remyelin.fibre.protocols.recording import record_potential, spikes
from remyelin.fibre.solvers.full import simulate_full
from remyelin.fibre.stimulation.extracellular import (
    Electrode,
    above,
    extracellular_stimulus,
    point_source,
    potential_at,
)
from remyelin.fibre.stimulation.sources import Pipette
from remyelin.fibre.stimulation.waveform import rectangular

LEDGER = Ledger.shipped()
FIBRE = mrg(10.0, 11, ledger=LEDGER)
PULSE = Pipette(1).stimulus(FIBRE, rectangular(0.1), 2.0)


def test_point_source_is_the_textbook_one() -> None:
    """1 mA, 1 mm away, 0.2 S/m: 1e-3 / (4 pi 0.2 1e-3) V."""
    electrode = above(FIBRE, 1000.0, 0.2, node=5)
    assert point_source(FIBRE, electrode)[FIBRE.nodes[5]] == pytest.approx(1e3 / (4 * np.pi * 0.2))


def test_anisotropic_medium() -> None:
    same = point_source(FIBRE, above(FIBRE, 500.0, (0.3, 0.3, 0.3)))
    assert same == pytest.approx(point_source(FIBRE, above(FIBRE, 500.0, 0.3)))
    # Stretching x by the root of the conductivities' ratio makes the medium isotropic.
    along = point_source(FIBRE, Electrode((0.0, 500.0, 0.0), (1.2, 0.3, 0.3)))
    distance = np.hypot(FIBRE.centres * 0.5, 500.0)
    assert along == pytest.approx(1e6 / (4 * np.pi * np.sqrt(0.3 * 1.2) * distance))


def test_a_uniform_potential_does_nothing() -> None:
    stimulus = extracellular_stimulus(FIBRE, np.full(FIBRE.n_compartments, 50.0), rectangular(0.1))
    assert not np.any(stimulus.axoplasm)
    assert not np.any(stimulus.periaxonal)


def test_an_outside_potential_injects_no_net_current() -> None:
    stimulus = Electrode((3000.0, 800.0, 0.0), 0.3).stimulus(FIBRE, rectangular(0.1), -0.2)
    largest = np.abs(stimulus.axoplasm).max()
    assert stimulus.axoplasm.sum() == pytest.approx(0, abs=1e-9 * largest)
    assert stimulus.periaxonal.sum() == pytest.approx(0, abs=1e-9 * largest)


def test_membrane_currents_add_up_to_what_is_injected() -> None:
    run = simulate_full(
        FIBRE, (PULSE,), 1.0, step=2.0, record_current=np.arange(FIBRE.n_compartments), every=10
    )
    total = run.current.sum(axis=1)
    inside_pulse = (run.time > 0.01) & (run.time < 0.09)
    assert total[inside_pulse] == pytest.approx(2.0, abs=1e-6)
    assert total[run.time > 0.12] == pytest.approx(0.0, abs=1e-6)


def test_recorded_potential_is_reciprocal_to_stimulation() -> None:
    """Current of one compartment seen at an electrode equals the electrode's current seen there."""
    electrode = Electrode((4000.0, 300.0, 200.0), (0.5, 0.2, 0.1))
    one = np.zeros(FIBRE.n_compartments)
    one[33] = 1e6  # nA, that is 1 mA
    assert potential_at(FIBRE, one, [electrode])[0] * 1e-3 == pytest.approx(
        point_source(FIBRE, electrode)[33]
    )


def test_a_passing_impulse_is_triphasic_and_fades_with_distance() -> None:
    fibre = mrg(10.0, 41, ledger=LEDGER)
    pulse = Pipette(1).stimulus(fibre, rectangular(0.1), 2.0)
    seen = record_potential(
        fibre, [pulse], [above(fibre, d, 0.3, node=20) for d in (200.0, 400.0, 4000.0)], duration=1.4
    )
    near, further, far = seen.potential.values
    spread = np.ptp([near, further, far], axis=1)
    assert spread[0] > spread[1] > 10 * spread[2]
    clear = seen.time.values > 0.15
    trough = np.argmin(near)
    assert near[clear][: trough - np.flatnonzero(clear)[0]].max() > 0
    assert near[trough:].max() > 0
    assert seen.potential.attrs["units"] == "uV"


def test_every_impulse_of_a_train_is_listed() -> None:
    pulse = Pipette(1).stimulus(FIBRE, rectangular(0.1).train(3, 250), 2.0)
    found = spikes(FIBRE, [pulse], duration=10.0, nodes=[0, 9])
    assert list(found["count"].values) == [3, 3]
    assert np.diff(found.time.values[1]) == pytest.approx([4.0, 4.0], abs=0.02)


def test_crossings_are_interpolated() -> None:
    assert spike_times([0, 1, 2, 3], [-80, 20, -80, 20], -30) == pytest.approx([0.5, 2.5])


@pytest.mark.parametrize(
    ("position", "conductivity"),
    [
        ((1000.0, 3.0, 0.0), 0.3),
        ((1000.0, 0.0, -4.9), 0.3),
        ((np.nan, 100.0, 0.0), 0.3),
        ((0.0, 100.0), 0.3),
        ((0.0, 100.0, 0.0), 0.0),
        ((0.0, 100.0, 0.0), (0.3, 0.3)),
        ((0.0, 100.0, 0.0), (0.3, -0.3, 0.3)),
        ((0.0, 100.0, 0.0), np.nan),
    ],
)
def test_impossible_electrodes_are_refused(position, conductivity) -> None:
    with pytest.raises(InputError, match="electrode"):
        point_source(FIBRE, Electrode(position, conductivity))


def test_an_electrode_beyond_the_end_may_lie_on_the_axis() -> None:
    assert np.all(np.isfinite(point_source(FIBRE, Electrode((-100.0, 0.0, 0.0), 0.3))))


@pytest.mark.parametrize(
    "call",
    [
        lambda: above(FIBRE, 100.0, 0.3, node=11),
        lambda: extracellular_stimulus(FIBRE, [1.0, 2.0], rectangular(0.1)),
        lambda: extracellular_stimulus(FIBRE, np.full(FIBRE.n_compartments, np.nan), rectangular(0.1)),
        lambda: potential_at(FIBRE, [1.0], [above(FIBRE, 100.0, 0.3)]),
        lambda: potential_at(FIBRE, np.zeros(FIBRE.n_compartments), []),
        lambda: spikes(FIBRE, [], duration=np.nan),
        lambda: spikes(FIBRE, [], duration=1.0, step=np.nan),
        lambda: spikes(FIBRE, [], duration=1.0, step=-2.0),
        lambda: spikes(FIBRE, [], duration=1.0, nodes=[99]),
        lambda: spikes(FIBRE, [], duration=1e9),
        lambda: record_potential(FIBRE, [], [above(FIBRE, 100.0, 0.3)], duration=1.0, every=0),
        lambda: record_potential(FIBRE, [], [above(FIBRE, 100.0, 0.3)], duration=-1.0),
    ],
)
def test_bad_requests_are_refused(call) -> None:
    with pytest.raises(InputError):
        call()

"""Block by alternating and direct current; the potential that a nerve leaves at electrodes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Electrode,
    Fibre,
    Pulse,
    Run,
    above,
    bare,
    block_thresholds,
    compound_potential,
    gaines_motor,
    lose_lamellae,
    mrg,
    record_potential,
    rectangular,
    sinusoidal,
    thresholds,
)
from remyelin.fibre.protocols.preparation import most_demanding
from remyelin.fibre.stimulation.sources import Pipette

LEDGER = Ledger.shipped()
FIBRE = mrg(10.0, 31, ledger=LEDGER)
SOURCE = above(FIBRE, 1000.0, 0.2)


def test_block_by_alternating_current_is_that_of_every_compartment() -> None:
    quick, whole = (
        block_thresholds(
            FIBRE,
            SOURCE,
            sinusoidal(10.0, 25.0),
            between=(0.4, 0.8),
            per_decade=8,
            tolerance=0.01,
            run=Run(solver=solver),
        )
        for solver in ("reduced", "full")
    )
    assert quick.threshold.item() == pytest.approx(whole.threshold.item(), rel=0.01)
    assert 0.45 < quick.threshold.item() < 0.65
    assert quick.onset.item() >= 1
    assert quick.threshold.attrs["units"] == "mA"


def test_higher_frequencies_and_greater_distances_need_more_current() -> None:
    found = block_thresholds(
        FIBRE,
        {"near": lambda f: above(f, 800.0, 0.2), "far": lambda f: above(f, 1200.0, 0.2)},
        {"10 kHz": sinusoidal(10.0, 25.0), "20 kHz": sinusoidal(20.0, 25.0)},
        between=(0.2, 3.0),
        per_decade=8,
        tolerance=0.02,
    )
    assert found.threshold.dims == ("fibre", "source", "waveform")
    value = found.threshold[0]
    assert np.all(value.sel(waveform="20 kHz") > value.sel(waveform="10 kHz"))
    assert np.all(value.sel(source="far") > value.sel(source="near"))


def test_direct_current_blocks_and_the_cathode_does_so_first() -> None:
    cathode, anode = (
        block_thresholds(
            FIBRE,
            SOURCE,
            rectangular(25.0),
            between=(0.05 * sign, 4.0 * sign),
            per_decade=8,
            tolerance=0.02,
            run=Run(step=4.0),
        ).threshold.item()
        for sign in (-1, 1)
    )
    assert cathode == pytest.approx(-0.30, rel=0.05)
    assert anode > 5 * abs(cathode)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"test": Pulse(start=25.5)}, "start"),
        ({"test": Pulse(node=99, start=1.0)}, "node"),
        ({"test": Pulse(amplitude=1e-3, start=5.0)}, "stronger"),
        ({"test": Pulse(start=19.9)}, "last until"),
        ({"between": (0.8, 0.9)}, "smaller amplitude"),
        ({"between": (-1.0, 1.0)}, "one sign"),
    ],
)
def test_block_refuses_what_cannot_be(options, match) -> None:
    with pytest.raises(InputError, match=match):
        block_thresholds(FIBRE, SOURCE, sinusoidal(10.0, 25.0), **({"between": (0.3, 0.9)} | options))


def test_the_compound_potential_is_the_sum_of_what_every_compartment_leaves() -> None:
    fibres = [mrg(d, 15, ledger=LEDGER) for d in (5.7, 10.0)]
    fibres.append(lose_lamellae(fibres[1], [6, 7], 0.05))
    electrodes = [Electrode((4000.0, 800.0, 0.0), 0.3), Electrode((6000.0, 300.0, 400.0), (0.6, 0.2, 0.2))]
    found = compound_potential(fibres, electrodes, duration=1.5, step=2.0, tolerance=1e-3)
    alone = []
    for fibre in fibres:
        pulse = Pipette(1).stimulus(fibre, rectangular(0.1), 2.0)
        alone.append(
            record_potential(fibre, [pulse], electrodes, duration=1.5, solver="full").potential.values
        )
    total = np.sum(alone, axis=0)
    size = np.abs(total).max(axis=1)[:, None]
    # the full solver's samples hold the field of the resting fibre, too, which is no more than rounding
    assert found.potential.values / size == pytest.approx(total / size, abs=0.01)
    assert found.conducts.values.tolist() == [True, True, True]
    assert found.velocity[2] < found.velocity[1]


@pytest.mark.filterwarnings("error")
@settings(deadline=None, max_examples=10)
@given(st.sets(st.integers(0, 7), min_size=1), st.sampled_from([5.7, 10.0, 14.0]))
def test_whichever_internodes_are_bare_the_potential_is_that_of_every_compartment(
    which: set[int], diameter: float
) -> None:
    fibre = bare(mrg(diameter, 9, ledger=LEDGER), sorted(which))
    electrodes = [Electrode((2000.0, 600.0, 0.0), 0.3), Electrode((4000.0, 300.0, 400.0), (0.6, 0.2, 0.2))]
    found = compound_potential(fibre, electrodes, duration=1.0, step=2.0)
    pulse = Pipette(1).stimulus(fibre, rectangular(0.1), 2.0)
    whole = record_potential(fibre, [pulse], electrodes, duration=1.0, solver="full").potential.values
    size = np.abs(whole).max(axis=1)[:, None]
    assert found.potential.values / size == pytest.approx(whole / size, abs=0.003)
    assert found.attrs["reduction_error"] < 0.003


def test_the_reduction_of_a_batch_is_good_enough_for_lesions_that_come_after_a_healthy_fibre() -> None:
    healthy = mrg(10.0, 15, ledger=LEDGER)
    bland = [healthy, mrg(10.0, 15, ledger=LEDGER)]
    lesioned = [
        lose_lamellae(healthy, range(4, 10), 0.01),
        bare(healthy, [6, 7]),
        mrg(5.7, 15, ledger=LEDGER),
    ]
    electrode = [Electrode((6000.0, 300.0, 0.0), 0.3)]
    options = {"duration": 1.5, "step": 2.0, "tolerance": 1e-3}
    mixed = compound_potential([*bland, *lesioned], electrode, **options)
    assert mixed.attrs["reduction_error"] <= options["tolerance"]
    # what the lesioned fibres add, by the plan of the batch, against every compartment of each
    added = mixed.potential.values - compound_potential(bland, electrode, **options).potential.values
    whole = np.zeros_like(added)
    for fibre in lesioned:
        pulse = Pipette(1).stimulus(fibre, rectangular(0.1), 2.0)
        whole += record_potential(fibre, [pulse], electrode, duration=1.5, solver="full").potential.values
    assert added / np.abs(whole).max() == pytest.approx(whole / np.abs(whole).max(), abs=0.004)
    assert most_demanding(bland) == [0]
    assert {2, 3} <= set(most_demanding([*bland, *lesioned]))


def test_thresholds_of_a_batch_are_those_of_each_fibre_alone_whichever_comes_first() -> None:
    healthy = mrg(10.0, 15, ledger=LEDGER)
    sick = [lose_lamellae(healthy, [6], 0.02), lose_lamellae(healthy, [4, 9], 0.02)]
    # the sources of all are equally strong, so their strength alone would look at the healthy ones
    fibres = [mrg(10.0, 15, ledger=LEDGER), mrg(10.0, 15, ledger=LEDGER), healthy, *sick]
    found, whole = (
        thresholds(
            chosen,
            lambda fibre: above(fibre, 500.0, 0.2),
            rectangular(0.1),
            between=(-0.005, -0.5),
            per_decade=6,
            tolerance=0.002,
            run=run,
        )
        for chosen, run in (
            (fibres, Run(step=2.0, tolerance=1e-3)),
            (fibres[2:], Run(step=2.0, solver="full")),
        )
    )
    assert found.attrs["reduction_error"] <= 1e-3
    assert found.threshold.values[2:] == pytest.approx(whole.threshold.values, rel=0.005)


def test_origins_move_and_weights_multiply() -> None:
    fibre = mrg(10.0, 15, ledger=LEDGER)
    here = compound_potential([fibre], [Electrode((5000.0, 500.0, 0.0), 0.3)], duration=1.0)
    moved = compound_potential(
        [fibre, fibre],
        [Electrode((6000.0, 700.0, -50.0), 0.3)],
        duration=1.0,
        origins=[[1000.0, 200.0, -50.0]] * 2,
        weights=[1.0, 2.0],
    )
    assert moved.potential.values == pytest.approx(3 * here.potential.values, rel=1e-5, abs=1e-6)


def test_many_fibres_are_consumed_piece_by_piece_whatever_the_threads() -> None:
    fibres = [mrg(d, 9, ledger=LEDGER) for d in (5.7, 10.0, 14.0)]
    electrode = [Electrode((3000.0, 500.0, 0.0), 0.3)]
    done: list[int] = []
    one = compound_potential(
        (fibres[k % 3] for k in range(1030)), electrode, duration=0.6, threads=1, progress=done.append
    )
    two = compound_potential([fibres[k % 3] for k in range(1030)], electrode, duration=0.6, threads=3)
    assert one.identical(two)
    assert done == [1024, 1030]


def test_a_fibre_that_comes_again_leaves_what_another_like_it_leaves() -> None:
    def lesioned() -> Fibre:
        return lose_lamellae(FIBRE, [12, 13], 0.2)

    again, electrode = lesioned(), [Electrode((15000.0, 600.0, 0.0), 0.3)]
    origins = [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [900.0, 50.0, 0.0]]
    one = compound_potential([again, FIBRE, again, again], electrode, duration=0.8, origins=origins)
    fresh = [lesioned(), FIBRE, lesioned(), lesioned()]
    assert one.identical(compound_potential(fresh, electrode, duration=0.8, origins=origins))


@pytest.mark.parametrize(
    ("fibres", "options", "match"),
    [
        ([], {}, "no fibres"),
        (["fibre"], {}, "not a Fibre"),
        ([gaines_motor(10.0, 5, ledger=LEDGER)], {}, "under myelin"),
        ([FIBRE], {"electrodes": []}, "electrode"),
        ([FIBRE], {"electrodes": ["tip"]}, "electrode"),
        ([FIBRE], {"duration": 0.0}, "duration"),
        ([FIBRE], {"duration": np.nan}, "duration"),
        ([FIBRE], {"step": -1.0}, "step"),
        ([FIBRE], {"every": 0}, "every"),
        ([FIBRE], {"origins": [[0.0, 0.0]]}, "origin"),
        ([FIBRE], {"origins": [[0.0, 0.0, 0.0]] * 2}, "2 origins for 1"),
        ([FIBRE, FIBRE], {"origins": [[0.0, 0.0, 0.0]]}, "more fibres"),
        ([FIBRE], {"weights": [-1.0]}, "weight"),
        ([FIBRE], {"weights": [np.nan]}, "weight"),
        ([FIBRE], {"threads": 0}, "threads"),
        ([FIBRE], {"amplitude": np.inf}, "amplitude"),
    ],
)
def test_compound_refuses_what_cannot_be(fibres, options, match) -> None:
    settings = {"electrodes": [Electrode((3000.0, 500.0, 0.0), 0.3)], "duration": 1.0} | options
    with pytest.raises(InputError, match=match):
        compound_potential(fibres, **settings)

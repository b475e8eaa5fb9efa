"""Impulses through lesions: times, safety, trains, heat, and fibres left alone."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.base.errors import InputError, SimulationError
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Pulse,
    Run,
    bare,
    blocking_temperature,
    conduct,
    discharge,
    follow_trains,
    internodal_times,
    lose_lamellae,
    mrg,
    safety_factor,
    scale_channels,
)

LEDGER = Ledger.shipped()
HEALTHY = mrg(10.0, 13, ledger=LEDGER)
FINE = mrg(10.0, 13, grid="converged", ledger=LEDGER)


def test_a_thin_internode_takes_longer_and_others_do_not() -> None:
    times = internodal_times(conduct([HEALTHY, lose_lamellae(HEALTHY, [6], 0.03)])).values
    assert times.shape == (2, 12)
    assert times[1, 6] > 2 * times[0, 6]
    assert times[1, 9] == pytest.approx(times[0, 9], rel=0.1)
    blocked = internodal_times(conduct(lose_lamellae(HEALTHY, [6], 0.005, partial=True), duration=4.0)).values
    assert np.isnan(blocked[0, 8])


def test_safety_is_the_sodium_that_can_be_spared() -> None:
    whole, thin = safety_factor(HEALTHY), safety_factor(lose_lamellae(HEALTHY, None, 0.06))
    assert whole > thin > 1
    assert safety_factor(lose_lamellae(HEALTHY, None, 0.02), duration=6.0) == 0
    # one step more of the search blocks: the definition, checked directly
    weaker = scale_channels(HEALTHY, naf=1 / (1.1 * whole), nap=1 / (1.1 * whole))
    just = scale_channels(HEALTHY, naf=1 / whole, nap=1 / whole)
    found = conduct([weaker, just], pulse=Pulse(amplitude=8.0))["conducts"].values
    assert found.tolist() == [False, True]


def test_trains_are_followed_up_to_a_rate_that_a_lesion_lowers() -> None:
    run = Run(step=10.0, threads=1)
    thin = lose_lamellae(HEALTHY, [6], 0.0105, partial=True)
    whole, lesioned = (follow_trains(f, [50.0, 500.0], count=6, run=run) for f in (HEALTHY, thin))
    assert whole["arrived"].values.tolist() == [6, 6]
    assert int(lesioned["arrived"][0]) > int(lesioned["arrived"][1]) >= 1
    assert np.count_nonzero(np.isfinite(whole["time"].values[0])) == 6


def test_warming_blocks_the_slow_before_the_fast() -> None:
    fibres = [lose_lamellae(FINE, [6], share, partial=True) for share in (0.0115, 0.014, 0.5)]
    warming = blocking_temperature(fibres, highest=42.0, step=0.5, duration=6.0)["warming"].values
    assert warming[0] < warming[1]
    assert np.isnan(warming[2])
    blocked = lose_lamellae(FINE, [6], 0.005, partial=True)
    assert float(blocking_temperature(blocked, highest=38.0, duration=6.0)["warming"][0]) == 0


def test_left_alone_a_healthy_fibre_is_silent_and_a_leakless_bare_one_fires() -> None:
    healthy = discharge(HEALTHY, duration=40.0)
    assert str(healthy["regime"].values) == "single"
    assert float(healthy["delay"]) == pytest.approx(0.25, abs=0.15)
    blocked = discharge(lose_lamellae(HEALTHY, [6], 0.005, partial=True), duration=40.0)
    assert str(blocked["regime"].values) == "block"
    firing = bare(HEALTHY, [6], channel_share=0.04, currents={"leak": 0.4})
    alone = discharge(firing, duration=400.0, step=20.0)
    assert str(alone["regime"].values) == "spontaneous"
    assert len(alone["after"]) == 0
    assert 5 < float(alone["rate"]) < 100


def test_a_rest_that_only_every_compartment_shows_is_found() -> None:
    fibre = bare(FINE, 6, channel_share=0.04, currents={"naf": 2.52, "nap": 2.52, "leak": 0.63})
    with pytest.raises(SimulationError, match="no resting state found"):
        discharge(fibre, duration=2.0, step=20.0, solver="reduced")
    found = discharge(fibre, duration=2.0, step=20.0)
    assert found.attrs["solver"] == "full"
    assert found["regime"] == "block"


def test_the_step_of_a_discharge_hardly_changes_its_rate() -> None:
    firing = bare(HEALTHY, [6], channel_share=0.04, currents={"leak": 0.4})
    coarse, fine = (len(discharge(firing, duration=300.0, step=step)["alone"]) for step in (25.0, 5.0))
    assert abs(coarse - fine) <= 1
    assert fine > 3


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: follow_trains(HEALTHY, [0.0], count=3), "rates above 0"),
        (lambda: follow_trains(HEALTHY, [100.0], count=0), "whole number"),
        (lambda: follow_trains(HEALTHY, [20_000.0], count=3), "overlap"),
        (lambda: blocking_temperature(HEALTHY, highest=30.0), "give 37 to 45"),
        (lambda: blocking_temperature(HEALTHY, step=0.0), "above 0"),
        (lambda: discharge(HEALTHY, duration=0.0), "duration is 0"),
        (lambda: discharge(HEALTHY, node=13), "no node 13"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, message: str) -> None:
    with pytest.raises(InputError, match=message):
        wrong()

"""Runs in full, side by side, against the same runs one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from remyelin.base.errors import SimulationError
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Pulse,
    above,
    bare,
    gaines_motor,
    mrg,
    pulse_stimulus,
    rectangular,
    sundt_c_fibre,
    thio_c_fibre,
    thresholds,
)
from remyelin.fibre.protocols.preparation import Run
from remyelin.fibre.settings import LANES
from remyelin.fibre.solvers.full import resting_state, simulate_full
from remyelin.fibre.solvers.side_by_side import Side, simulate_side_by_side

LEDGER = Ledger.shipped()
SHORT = 61 * 8.333e-3
FIBRES = {
    "one membrane": lambda: sundt_c_fibre(1.0, SHORT, ledger=LEDGER),
    "many gates": lambda: thio_c_fibre("cutaneous", 1.0, SHORT, ledger=LEDGER),
    "channels under myelin": lambda: gaines_motor(10.0, 7, ledger=LEDGER),
    "bare stretch": lambda: bare(mrg(10.0, 7, ledger=LEDGER), [2], channel_share=0.0),
}


def sides(fibre, count: int, duration: float = 2.0) -> list[Side]:
    rest = resting_state(fibre)
    pulse = Pulse(1.0, 0.3, 2)
    watch = tuple(fibre.nodes[[2, fibre.n_nodes // 2]].tolist())
    return [
        Side(fibre, (pulse_stimulus(fibre, replace(pulse, amplitude=float(a))),), duration, rest, watch)
        for a in np.geomspace(0.005, 1.5, count)
    ]


@pytest.mark.parametrize("scheme", ["second-order", "backward-euler"])
@pytest.mark.parametrize("name", FIBRES)
def test_side_by_side_is_one_by_one(name, scheme) -> None:
    fibre = FIBRES[name]()
    runs = sides(fibre, LANES + 5)
    found = simulate_side_by_side(runs, step=5.0, scheme=scheme, until_arrival=None)
    for one, side in zip(found, runs, strict=True):
        alone = simulate_full(
            fibre,
            side.stimuli,
            side.duration,
            step=5.0,
            scheme=scheme,
            record=np.array(side.watch),
            start=side.start,
        )
        assert one.potential == pytest.approx(alone.potential, abs=1e-8)
        expected = alone.arrival[[2, fibre.n_nodes // 2]]
        assert one.arrival == pytest.approx(expected, abs=1e-9, nan_ok=True)
    assert len({np.isfinite(one.arrival[0]) for one in found}) == 2  # some fire, some do not


def test_different_fibres_share_a_block() -> None:
    fibres = [sundt_c_fibre(d, 61 * 8.333e-3, ledger=LEDGER) for d in np.linspace(0.8, 1.2, LANES)]
    assert len({fibre.n_compartments for fibre in fibres}) == 1
    runs = [sides(fibre, 1)[0] for fibre in fibres]
    for one, side in zip(
        simulate_side_by_side(runs, step=5.0, scheme="second-order", until_arrival=None), runs, strict=True
    ):
        alone = simulate_full(
            side.fibre, side.stimuli, side.duration, step=5.0, record=np.array(side.watch), start=side.start
        )
        assert one.potential == pytest.approx(alone.potential, abs=1e-8)


def test_a_block_ends_when_its_impulses_have_arrived() -> None:
    fibre = FIBRES["one membrane"]()
    strong = [replace(side, stimuli=sides(fibre, 2)[-1].stimuli) for side in sides(fibre, LANES, 20.0)]
    whole = simulate_side_by_side(strong, step=5.0, scheme="second-order", until_arrival=None)
    ended = simulate_side_by_side(strong, step=5.0, scheme="second-order", until_arrival=1)
    for one, other in zip(ended, whole, strict=True):
        assert len(one.time) < 0.2 * len(other.time)
        assert one.arrival == pytest.approx(other.arrival, abs=1e-12)


def test_what_is_not_finite_is_an_error() -> None:
    runs = [
        replace(side, start=(side.start[0] * np.nan, side.start[1]))
        for side in sides(FIBRES["one membrane"](), LANES)
    ]
    with pytest.raises(SimulationError, match="not finite"):
        simulate_side_by_side(runs, step=5.0, scheme="second-order", until_arrival=None)


def test_thresholds_of_c_fibres_do_not_depend_on_who_is_beside_them() -> None:
    fibres = [sundt_c_fibre(d, 0.5, ledger=LEDGER) for d in (0.9, 1.0, 1.1, 1.2)]
    setting = {"between": (-0.02, -2.0), "per_decade": 4, "tolerance": 0.02}
    near = lambda fibre: above(fibre, 300.0, 0.2)  # noqa: E731
    run = Run(step=10.0, threads=1)
    together = thresholds(fibres, near, rectangular(0.3), run=run, **setting).threshold.values
    apart = [thresholds([f], near, rectangular(0.3), run=run, **setting).threshold.item() for f in fibres]
    assert np.all(np.isfinite(together))
    assert together.ravel() == pytest.approx(apart, rel=1e-9)

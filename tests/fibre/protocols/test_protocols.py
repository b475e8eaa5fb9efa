"""Thresholds against PyFibers, strength and duration, recovery; searches that bisection would get wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre.models.mrg import mrg, mrg_interpolated
from remyelin.fibre.protocols.preparation import Run
from remyelin.fibre.protocols.refractoriness import recovery_cycle, refractory_period_of_transmission
from remyelin.fibre.protocols.search import transitions
from remyelin.fibre.protocols.threshold import strength_duration, threshold
from remyelin.fibre.stimulation.extracellular import above
from remyelin.fibre.stimulation.sources import Pipette
from remyelin.fibre.stimulation.waveform import rectangular

LEDGER = Ledger.shipped()


# PyFibers, point source above the middle, backward Euler (mrg10_thresholds.csv)
@pytest.mark.parametrize(
    ("build", "nodes", "distance", "sigma", "duration", "step", "stop", "expected"),
    [
        (mrg, 25, 250.0, 10.0, 0.15, 1.0, 3.0, -0.7641015625),
        (mrg_interpolated, 25, 250.0, 10.0, 0.15, 1.0, 3.0, -0.76796875),
        (mrg, 41, 1000.0, 0.2, 0.05, 5.0, 2.5, -0.1901171875),
        (mrg, 41, 1000.0, 0.2, 0.1, 5.0, 2.5, -0.1220703125),
        (mrg, 41, 1000.0, 0.2, 0.2, 5.0, 2.5, -0.0821875),
        (mrg, 41, 1000.0, 0.2, 0.5, 5.0, 2.5, -0.05640625),
        (mrg, 41, 1000.0, 0.2, 1.0, 5.0, 2.5, -0.0497265625),
    ],
)
def test_thresholds_as_in_pyfibers(build, nodes, distance, sigma, duration, step, stop, expected) -> None:
    fibre = build(10.0, nodes, ends="passive", ledger=LEDGER)
    run = Run(step=step, scheme="backward-euler", duration=stop)
    found = threshold(
        fibre,
        above(fibre, distance, sigma),
        rectangular(duration),
        between=(0.5 * expected, 2 * expected),
        per_decade=8,
        run=run,
    )
    assert float(found.threshold) == pytest.approx(expected, rel=0.01)
    assert int(found.site) == nodes // 2


def test_a_strong_cathode_blocks_what_it_starts_and_the_search_says_so() -> None:
    fibre = mrg(10.0, 41, ledger=LEDGER)
    found = threshold(
        fibre, above(fibre, 1000.0, 0.2), rectangular(0.5), between=(-0.01, -3.0), run=Run(duration=2.5)
    )
    assert found.attrs["monotone"] == 0
    assert list(found.begins.values[:2]) == [True, False]
    assert float(found.threshold) == pytest.approx(-0.0559, rel=0.01)
    assert abs(float(found.transition[1])) > 10 * abs(float(found.threshold))


def test_threads_change_nothing() -> None:
    fibre = mrg(10.0, 11, ledger=LEDGER)
    one, four = (
        threshold(fibre, Pipette(5), rectangular(0.1), between=(0.1, 5.0), run=Run(threads=n)) for n in (1, 4)
    )
    assert one.identical(four)
    assert one.threshold.attrs["units"] == "nA"


def test_no_threshold_in_range_is_nan_and_a_range_too_high_is_refused() -> None:
    fibre = mrg(10.0, 11, ledger=LEDGER)
    assert np.isnan(threshold(fibre, Pipette(5), rectangular(0.1), between=(0.01, 0.02)).threshold)
    with pytest.raises(InputError, match="smaller amplitude"):
        threshold(fibre, Pipette(5), rectangular(0.1), between=(5.0, 10.0))


def test_weiss() -> None:
    fibre = mrg(10.0, 21, ledger=LEDGER)
    curve = strength_duration(
        fibre, above(fibre, 1000.0, 0.2), [0.02, 0.05, 0.1, 0.2], between=(-0.02, -1.5), per_decade=8
    )
    assert np.all(np.diff(np.abs(curve.threshold)) < 0), "longer pulses need less current"
    assert float(curve.misfit) < 0.15
    assert 0.05 < float(curve.chronaxie) < 0.3
    assert abs(float(curve.rheobase)) < abs(float(curve.threshold[-1]))


def test_recovery_cycle_has_its_phases() -> None:
    """McIntyre 2002 fitted the model to it: refractory, supernormal, then subnormal."""
    fibre = mrg(10.0, 11, ledger=LEDGER)
    cycle = recovery_cycle(
        fibre, Pipette(1), rectangular(0.1), [0.5, 1.0, 4.0, 18.0], between=(0.1, 5.0), tolerance=0.01
    )
    absolute, relative, supernormal, subnormal = cycle.change.values
    assert np.isnan(absolute)
    assert relative > 0.2
    assert -0.4 < supernormal < -0.05
    assert 0.02 < subnormal < 0.3


def test_refractory_period_of_transmission_grows_in_the_cold() -> None:
    warm, cold = (
        float(
            refractory_period_of_transmission(
                mrg(10.0, 11, temperature=t, ledger=LEDGER), between=(0.3, 10.0), tolerance=0.02
            ).period
        )
        for t in (37.0, 25.0)
    )
    assert 0.5 < warm < 1.5
    assert cold > 1.5 * warm


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(0.02, 9.0), min_size=1, max_size=4, unique=True))
def test_search_finds_every_change_wider_than_its_scan(edges) -> None:
    edges = sorted(edges)
    wide = all(b / a > 1.35 for a, b in zip([0.01, *edges], [*edges, 10.0], strict=True))

    def responds(x: float) -> bool:
        return bool(np.searchsorted(edges, abs(x)) % 2)

    found = transitions(responds, -0.01, -10.0)
    if wide:
        assert np.abs(found.value) == pytest.approx(edges, rel=2e-3)
    assert all(responds(v) for v in found.value)
    if found.begins.any():
        assert found.first == found.value[found.begins][0]


def test_search_sees_a_narrow_window_beside_a_change() -> None:
    found = transitions(lambda x: 0.3 < x < 0.31 or x > 0.315, 0.01, 10.0)
    assert found.value == pytest.approx([0.3, 0.31, 0.315], rel=2e-3)
    assert not found.monotone


@pytest.mark.parametrize(
    ("low", "high", "options"),
    [
        (0.0, 1.0, {}),
        (-1.0, 1.0, {}),
        (2.0, 1.0, {}),
        (np.nan, 1.0, {}),
        (1.0, np.inf, {}),
        (1e-300, 1.0, {}),
        (0.1, 1.0, {"tolerance": 0.0}),
        (0.1, 1.0, {"per_decade": 0}),
    ],
)
def test_senseless_searches_are_refused(low, high, options) -> None:
    with pytest.raises(InputError, match="search"):
        transitions(lambda x: True, low, high, **options)


@pytest.mark.parametrize(
    "call",
    [
        lambda f: threshold(f, Pipette(99), rectangular(0.1), between=(0.1, 1.0)),
        lambda f: threshold(f, Pipette(1), rectangular(0.1), between=(0.1, 1.0), run=Run(at=99)),
        lambda f: threshold(f, Pipette(1), rectangular(0.1), between=(0.1, 1.0), run=Run(duration=np.nan)),
        lambda f: threshold(f, Pipette(1), rectangular(0.1), between=(0.1, 1.0), run=Run(duration=1e9)),
        lambda f: threshold(f, Pipette(1), rectangular(0.1), between=(0.1, 1.0), run=Run(step=np.nan)),
        lambda f: threshold(f, Pipette(1), rectangular(0.1), between=(0.1, 1.0), run=Run(step=100.0)),
        lambda f: threshold(f, Pipette(1), rectangular(0.1), between=(0.1, 1.0), run=Run(threads=0)),
        lambda f: threshold(f, Pipette(1), rectangular(0.1), between=(0.1, 1.0), run=Run(scheme="rk4")),
        lambda f: threshold(f, above(f, 1.0, 0.3), rectangular(0.1), between=(0.1, 1.0)),
        lambda f: strength_duration(f, Pipette(1), [0.1], between=(0.1, 1.0)),
        lambda f: strength_duration(f, Pipette(1), [0.2, 0.1], between=(0.1, 1.0)),
        lambda f: recovery_cycle(f, Pipette(1), rectangular(0.1), [0.05], between=(0.1, 1.0)),
        lambda f: recovery_cycle(f, Pipette(1), rectangular(0.1), [1.0], between=(0.1, 0.2)),
        lambda f: recovery_cycle(
            f, Pipette(1), rectangular(0.1), [1.0], between=(0.1, 1.0), conditioning=0.5
        ),
        lambda f: refractory_period_of_transmission(f, between=(0.5, 2.0), amplitude=0.01),
    ],
)
def test_bad_protocols_are_refused(call) -> None:
    with pytest.raises(InputError):
        call(mrg(10.0, 5, ledger=LEDGER))

"""The reduced fibre under any stimulus: against every compartment, and against itself in other company."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.evidence import Ledger
from remyelin.fibre import (
    Electrode,
    Fibre,
    Pipette,
    Run,
    above,
    bare,
    biphasic,
    follow_trains,
    lose_lamellae,
    mrg,
    open_paranodes,
    recovery_cycle,
    rectangular,
    refractory_period_of_transmission,
    retract,
    threshold,
    thresholds,
)
from remyelin.fibre.models.circuit import circuit
from remyelin.fibre.settings import REDUCTION_PLANS
from remyelin.fibre.solvers.driven_rows import prepare
from remyelin.fibre.solvers.full import resting_state
from remyelin.fibre.solvers.modes import Plan, modes, reduction_error
from remyelin.fibre.solvers.reduction import network, packed_pieces, points, solve, unpacked

LEDGER = Ledger.shipped()
PLANS = [Plan(times, states) for states, times in REDUCTION_PLANS]


def middle(fibre: Fibre, distance: float, at: float = 0.0) -> Electrode:
    """An electrode beside the middle node, or so far (internodes) along from it."""
    node = fibre.n_nodes // 2
    here, there = fibre.centres[fibre.nodes[[node, node + 1]]]
    return Electrode((float(here + at * (there - here)), distance, 0.0), 0.2)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from(PLANS))
def test_a_reduced_internode_carries_any_source_exactly_at_its_rates(seed: int, plan: Plan) -> None:
    random = np.random.default_rng(seed)
    fibre = open_paranodes(mrg(10.0, 3, ledger=LEDGER), 0, float(random.uniform(1, 30)))
    net, at = circuit(fibre), points(fibre)
    axoplasm, periaxonal = random.normal(size=(2, fibre.n_compartments))
    inside = slice(int(at[0]) + 1, int(at[1]))
    force = np.stack([axoplasm[inside], periaxonal[inside]], axis=1).reshape(-1)
    capacity, conductance, drive = network(*unpacked(packed_pieces(net, at)[0]))
    piece = modes(net, at, Plan(plan.times, 99)).pieces[0]
    for time in plan.times:
        rate = 1e3 / time
        exact = drive.T @ solve(conductance + rate * capacity, force[:, None].copy())[:, 0]
        reduced = piece.gain.T @ ((force @ piece.basis) / (piece.rate + rate))
        assert reduced == pytest.approx(exact, rel=1e-6, abs=1e-9 * np.abs(exact).max())


def test_more_states_reduce_the_stated_error() -> None:
    fibre = mrg(10.0, 11, grid="converged", ledger=LEDGER)
    stimulus = middle(fibre, 200.0).stimulus(fibre, rectangular(0.1))
    errors = [
        reduction_error(
            circuit(fibre),
            points(fibre),
            plan,
            [(stimulus.axoplasm, stimulus.periaxonal)],
            np.geomspace(2, 16e3, 14),
        )
        for plan in PLANS
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 0.1 > 0.01 > errors[-1]


@pytest.mark.parametrize(
    "lesion",
    [
        lambda f: bare(f, 0),
        lambda f: bare(f, None),
        lambda f: retract(f, 1, 5.0),
        lambda f: retract(f, None, 0.5),
    ],
)
def test_the_stated_error_is_found_where_the_sheath_has_no_capacity(lesion) -> None:
    fibre = lesion(mrg(10.0, 3, ledger=LEDGER))
    net, at, times = circuit(fibre), points(fibre), np.geomspace(32.0, 16e3, 10)
    few, every = (reduction_error(net, at, Plan(PLANS[-1].times, states), [], times) for states in (2, 99))
    assert few > 1e-3
    assert every < 1e-5


@pytest.mark.parametrize("lesion", [lambda f: f, lambda f: retract(lose_lamellae(f, 4, 0.02), 6, 3.0)])
def test_rest_is_that_of_every_compartment(lesion) -> None:
    fibre = lesion(mrg(10.0, 11, grid="converged", ledger=LEDGER))
    inside, around = resting_state(fibre)
    reduced = prepare(fibre, 2.0, PLANS[0])
    assert reduced.rest == pytest.approx((inside - around)[reduced.modes.at], abs=1e-3)


@pytest.mark.parametrize(
    ("grid", "distance", "at", "waveform"),
    [
        ("published", 1000.0, 0.0, rectangular(0.02)),
        ("published", 1000.0, 0.0, biphasic(0.1)),
        ("published", 200.0, 0.5, rectangular(0.1)),
        ("published", 100.0, 0.0, rectangular(1.0)),
        ((3, 3, 1), 1000.0, 0.3, rectangular(0.1)),
        ((3, 3, 1), 200.0, 0.0, rectangular(0.1)),
    ],
)
def test_thresholds_are_those_of_every_compartment(grid, distance, at, waveform) -> None:
    fibre = mrg(10.0, 21, grid=grid, ledger=LEDGER)
    source = middle(fibre, distance, at)
    guess = float(threshold(fibre, source, waveform, between=(-0.002, -2.0), per_decade=4).threshold)
    between = (0.9 * guess, 1.1 * guess)
    quick, whole = (
        threshold(fibre, source, waveform, between=between, per_decade=8, run=Run(solver=solver))
        for solver in ("reduced", "full")
    )
    assert quick.attrs["reduction_error"] < 0.003
    assert float(quick.threshold) == pytest.approx(float(whole.threshold), rel=5e-3)
    assert abs(int(quick.site) - int(whole.site)) <= 1


def test_every_transition_is_that_of_every_compartment() -> None:
    fibre = mrg(10.0, 21, ledger=LEDGER)
    quick, whole = (
        threshold(
            fibre,
            above(fibre, 1000.0, 0.2),
            rectangular(0.5),
            between=(-0.01, -3.0),
            per_decade=8,
            run=Run(solver=solver),
        )
        for solver in ("reduced", "full")
    )
    assert quick.begins.values.tolist() == whole.begins.values.tolist()
    assert quick.transition.values == pytest.approx(whole.transition.values, rel=0.01)


@pytest.mark.parametrize(
    "lesion",
    [
        lambda f: open_paranodes(f, [9, 10, 11], 20.0),
        lambda f: lose_lamellae(f, [9, 10], 0.05),
        lambda f: retract(f, 10, 2.0),
        lambda f: retract(f, None, 2.0),
    ],
)
def test_thresholds_of_lesioned_fibres_are_those_of_every_compartment(lesion) -> None:
    fibre = lesion(mrg(10.0, 21, ledger=LEDGER))
    quick, whole = (
        threshold(
            fibre,
            above(fibre, 500.0, 0.2),
            rectangular(0.1),
            between=(-0.02, -0.3),
            per_decade=8,
            run=Run(solver=solver),
        )
        for solver in ("reduced", "full")
    )
    assert float(quick.threshold) == pytest.approx(float(whole.threshold), rel=5e-3)


def test_what_shares_a_block_and_how_many_threads_change_nothing() -> None:
    fibres = [mrg(d, n, ledger=LEDGER) for d, n in ((10.0, 15), (5.7, 21), (16.0, 11), (10.0, 15))]
    pulse = rectangular(0.1)

    def found(of: list[Fibre], threads: int) -> np.ndarray:
        run = Run(threads=threads)
        sources = {"near": lambda f: above(f, 400.0, 0.2), "far": lambda f: above(f, 1500.0, 0.2)}
        data = thresholds(of, sources, pulse, between=(-0.01, -3.0), per_decade=8, run=run)
        assert data.threshold.dims == ("fibre", "source", "waveform")
        assert data.attrs["solver"] == "reduced"
        return data.threshold.values

    together = found(fibres, 1)
    assert np.array_equal(together, found(fibres, 4))
    assert np.array_equal(together[::-1], found(fibres[::-1], 2))
    assert together[0] == pytest.approx(together[3], rel=0)
    assert np.all(np.abs(together[:, 0]) < np.abs(together[:, 1]))


def test_two_sources_with_their_own_waveforms_act_together() -> None:
    fibre = mrg(10.0, 15, ledger=LEDGER)
    one, two = above(fibre, 500.0, 0.2, node=7), above(fibre, 500.0, 0.2, node=8)
    short, late = rectangular(0.1), rectangular(0.1, start=0.3)
    alone = threshold(fibre, one, short, between=(-0.01, -1.0), per_decade=8)
    split = threshold(
        fibre, (one, one), (short.scaled(0.5), short.scaled(0.5)), between=(-0.01, -1.0), per_decade=8
    )
    assert float(split.threshold) == pytest.approx(float(alone.threshold), rel=1e-3)
    both = threshold(fibre, (one, two), (short, late), between=(-0.01, -1.0), per_decade=8)
    assert abs(float(both.threshold)) < abs(float(alone.threshold)) * 1.001
    same = threshold(fibre, (one, two), short, between=(-0.01, -1.0), per_decade=8)
    whole = threshold(fibre, (one, two), short, between=(-0.01, -1.0), per_decade=8, run=Run(solver="full"))
    assert float(same.threshold) == pytest.approx(float(whole.threshold), rel=3e-3)


def test_recovery_and_refractoriness_are_those_of_every_compartment() -> None:
    fibre = mrg(10.0, 11, grid=(3, 3, 1), ledger=LEDGER)
    quick, whole = (
        recovery_cycle(
            fibre,
            Pipette(1),
            rectangular(0.1),
            [1.5, 4.0, 12.0],
            between=(0.1, 5.0),
            run=Run(solver=solver),
        )
        for solver in ("reduced", "full")
    )
    assert quick.change.values == pytest.approx(whole.change.values, abs=5e-3)
    quick, whole = (
        refractory_period_of_transmission(fibre, between=(0.5, 3.0), per_decade=8, run=Run(solver=solver))
        for solver in ("reduced", "full")
    )
    assert float(quick.period) == pytest.approx(float(whole.period), rel=3e-3)


def test_intervals_tested_side_by_side_change_nothing() -> None:
    """One of them begins within a time step, so that its steps behind the jump are others."""
    fibre = mrg(10.0, 11, ledger=LEDGER)

    def cycle(intervals: list[float]) -> list[float]:
        found = recovery_cycle(fibre, Pipette(1), rectangular(0.1), intervals, between=(0.1, 5.0))
        return found.threshold.values.tolist()

    intervals = [1.5, 2.4, 2.4031, 6.0]
    assert cycle(intervals) == [*(cycle([one, 6.0])[0] for one in intervals[:-1]), cycle([6.0])[0]]


@pytest.mark.parametrize(
    "lesion", [lambda f: lose_lamellae(f, [6, 7, 8], 0.03), lambda f: retract(f, None, 2.0)]
)
def test_trains_are_those_of_every_compartment(lesion) -> None:
    fibre = lesion(mrg(10.0, 15, ledger=LEDGER))
    quick, whole = (
        follow_trains(fibre, [100.0, 700.0], count=12, run=Run(step=2.0, solver=solver))
        for solver in ("reduced", "full")
    )
    assert quick.arrived.values.tolist() == whole.arrived.values.tolist()
    assert quick.time.values == pytest.approx(whole.time.values, rel=2e-3, nan_ok=True)

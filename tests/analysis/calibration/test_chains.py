"""Chains of the fit to patients: their proposals sample a known posterior, and powers and draws are as stated."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.analysis.calibration.chains_people import (
    BEGUN,
    CHAINS,
    effective_of,
    power,
    proposed,
    resampled,
)
from remyelin.analysis.calibration.fit_people import KEPT_ROUNDS, ROUNDS
from remyelin.analysis.calibration.free_people import FREE, MAPS, STRUCTURAL

RATES = len(STRUCTURAL)


def states(rng: np.random.Generator) -> list[dict]:
    return [
        {"point": rng.random(len(FREE)).tolist(), "likelihood": 0.0, "ancestor": i, "chain": i}
        for i in range(CHAINS)
    ]


def test_proposals_with_their_acceptance_sample_the_posterior() -> None:
    rng = np.random.default_rng(1)
    chains, middle, width = states(rng), 0.5, np.linspace(0.05, 0.15, RATES)

    def log_density(point: np.ndarray) -> float:
        return float(-0.5 * (((point[:RATES] - middle) / width) ** 2).sum())

    kept, accepted = [], 0
    for turn in range(600):
        for state, point in zip(chains, proposed(chains, {}, rng), strict=True):
            if np.log(rng.random()) < log_density(point) - log_density(np.array(state["point"])):
                state["point"] = point.tolist()
                accepted += turn >= 200
        if turn >= 200:
            kept.append([state["point"][:RATES] for state in chains])
    drawn = np.array(kept).reshape(-1, RATES)
    assert accepted / (400 * CHAINS) > 0.05
    assert drawn.mean(axis=0) == pytest.approx(np.full(RATES, middle), abs=0.04)
    assert drawn.std(axis=0) == pytest.approx(width, rel=0.25)


def test_a_proposal_moves_rates_alone_within_the_cube_and_holds_those_of_a_rival() -> None:
    rng = np.random.default_rng(2)
    chains = states(rng)
    for state, point in zip(chains, proposed(chains, {"spread.repair": 0.05}, rng), strict=True):
        assert point[RATES:].tolist() == state["point"][RATES:]
        assert len(point[RATES:]) == len(MAPS)
        assert ((point >= 0.0) & (point <= 1.0)).all()
        assert point[FREE.index("spread.repair")] == 0.0


def test_the_power_rises_to_one_before_sets_are_kept() -> None:
    powers = [power(turn) for turn in range(ROUNDS)]
    assert powers[0] == BEGUN
    assert powers == sorted(powers)
    assert min(powers[-KEPT_ROUNDS:]) == 1.0


def test_chains_are_drawn_by_what_the_power_adds() -> None:
    likely = [{"likelihood": 0.0, "ancestor": 0}, {"likelihood": -np.log(3.0) / 0.5, "ancestor": 1}]
    drawn = [state["ancestor"] for state in resampled(likely, 0.5, np.random.default_rng(3))]
    assert len(drawn) == CHAINS
    assert abs(drawn.count(0) - 0.75 * CHAINS) <= 1.0, "three to one, systematically"


def test_sets_of_one_ancestor_count_as_one() -> None:
    rng = np.random.default_rng(4)
    many = [state for _ in range(10) for state in states(rng)]
    assert effective_of(many) > 10.0
    assert effective_of([{**state, "ancestor": 0} for state in many]) == 1.0

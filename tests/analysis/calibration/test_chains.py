"""Chains of the fit to patients: their proposals sample a known posterior, and powers and draws are as stated."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.analysis.calibration import chains_people
from remyelin.analysis.calibration.chains_people import (
    BEGUN,
    CHAINS,
    HALVES,
    LEARNING,
    RISING,
    effective_of,
    half,
    power,
    resampled,
    walked,
)
from remyelin.analysis.calibration.emulator import Tried, animal_bounds
from remyelin.analysis.calibration.fit_people import KEPT_ROUNDS, ROUNDS
from remyelin.analysis.calibration.free_people import FREE, STRUCTURAL
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()
MIDDLE = 0.5
WIDTH = np.linspace(0.05, 0.15, len(FREE))


class Emulated:
    """An emulator that is wrong: its posterior lies elsewhere and is wider."""

    def log_likelihood(self, points: np.ndarray) -> np.ndarray:
        return -0.5 * (((points - MIDDLE - 0.02) / (1.3 * WIDTH)) ** 2).sum(axis=1)


def truth(points: np.ndarray) -> np.ndarray:
    return -0.5 * (((points - MIDDLE) / WIDTH) ** 2).sum(axis=1)


@pytest.fixture
def healthy_animals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Animals that accept every point."""
    middle = tuple(0.5 * (low + high) for low, high in animal_bounds())
    monkeypatch.setattr(
        chains_people,
        "try_animals",
        lambda points, repair, base: [
            Tried(tuple(point), own, middle) for point, own in zip(points, repair, strict=True)
        ],
    )


def states(rng: np.random.Generator) -> list[dict]:
    return [
        {"point": rng.random(len(FREE)).tolist(), "repair": i, "likelihood": 0.0, "chain": i}
        for i in range(CHAINS)
    ]


@pytest.mark.usefixtures("healthy_animals")
def test_a_wrong_emulator_proposes_and_the_truth_decides() -> None:
    """Chains sample the posterior of the simulated likelihood whatever the emulator says."""
    rng = np.random.default_rng(1)
    points = np.clip(MIDDLE + WIDTH * rng.standard_normal((CHAINS, len(FREE))), 0.0, 1.0)
    kept, accepted, turns = [], 0, 400
    for _ in range(turns):
        for part in range(HALVES):
            own = half(part)
            others = np.delete(points, own, axis=0)
            ends, repair, owed = walked(points[own], [0] * len(own), others, 1.0, Emulated(), {}, LEDGER, rng)
            assert len(repair) == len(own)
            yes = np.log(rng.random(len(own))) < truth(ends) - truth(points[own]) + owed
            points[own] = np.where(yes[:, None], ends, points[own])
            accepted += int(yes.sum())
        kept.append(points.copy())
    drawn = np.concatenate(kept)
    assert accepted / (turns * CHAINS) > 0.05
    assert drawn.mean(axis=0) == pytest.approx(np.full(len(FREE), MIDDLE), abs=0.015)
    assert drawn.std(axis=0) == pytest.approx(WIDTH, rel=0.15)


@pytest.mark.usefixtures("healthy_animals")
def test_a_proposal_lies_within_the_cube_and_holds_the_numbers_of_a_rival() -> None:
    rng = np.random.default_rng(2)
    points = rng.random((4, len(FREE)))
    ends, _, owed = walked(
        points, [0] * 4, rng.random((8, len(FREE))), 1.0, Emulated(), {"spread.repair": 0.05}, LEDGER, rng
    )
    assert ((ends >= 0.0) & (ends <= 1.0)).all()
    moved = (ends != points).any(axis=1)
    assert moved.any()
    assert (ends[moved, FREE.index("spread.repair")] == 0.0).all()
    assert owed == pytest.approx(Emulated().log_likelihood(points) - Emulated().log_likelihood(ends))


def test_a_point_that_the_animals_refuse_is_no_proposal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        chains_people,
        "try_animals",
        lambda points, repair, base: [
            Tried(tuple(point), own, (np.inf, np.inf)) for point, own in zip(points, repair, strict=True)
        ],
    )
    rng = np.random.default_rng(3)
    points = rng.random((4, len(FREE)))
    ends, repair, owed = walked(
        points, [1, 2, 3, 4], rng.random((8, len(FREE))), 1.0, Emulated(), {}, LEDGER, rng
    )
    assert (ends == points).all()
    assert repair == [1, 2, 3, 4]
    assert (owed == 0.0).all()


def test_the_emulator_stays_while_sets_are_kept() -> None:
    assert max(RISING, *LEARNING) <= ROUNDS - KEPT_ROUNDS


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


def test_sets_of_one_pool_count_as_one() -> None:
    rng = np.random.default_rng(4)
    many = [state for _ in range(10) for state in states(rng)]
    assert effective_of(many) > 10.0
    rates = many[0]["point"][: len(STRUCTURAL)]
    alike = [{**state, "point": rates + state["point"][len(STRUCTURAL) :], "repair": 0} for state in many]
    assert effective_of(alike) == 1.0

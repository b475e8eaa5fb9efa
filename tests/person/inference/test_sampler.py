"""The sampler against posteriors that are known, and Pareto smoothing against known tails."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.person.inference.posterior import Chosen
from remyelin.person.inference.psis import smoothed
from remyelin.person.inference.sampler import Draws, Prior, Proposal, sample

PRIOR = Prior(6, np.array([0.5, 0.3, 0.2]), 12)
MEAN, SPREAD = np.array([1.5, -1.0, 2.0]), np.array([0.3, 0.4, 0.5])
SHARES = np.array([1.0, 0.2, 3.0])


def likelihood(draws: Draws) -> np.ndarray:
    away = (draws.z[:, :3] - MEAN) / SPREAD
    return -0.5 * (away**2).sum(axis=1) + np.log(SHARES)[draws.cause]


def run(seed: int, **changes):
    settings = {"first": 128, "more": 64, "most": 576, "wanted": 120.0}
    return sample(PRIOR, likelihood, seed, **(settings | changes))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_normal_posterior_is_met_far_from_the_prior(seed: int) -> None:
    found = run(seed)
    weights = np.exp(found.log_weights)
    variance = 1.0 / (1.0 + 1.0 / SPREAD**2)
    exact = variance * MEAN / SPREAD**2
    error = np.sqrt(variance / found.effective)
    assert found.effective > 40
    assert found.pareto_k < 0.7
    assert np.abs(weights @ found.draws.z[:, :3] - exact).max() < 4 * error.max()
    shares = PRIOR.causes * SHARES / (PRIOR.causes * SHARES).sum()
    got = np.bincount(found.draws.cause, weights, 3)
    assert np.abs(got - shares).max() < 4 * 0.5 / np.sqrt(found.effective)


def test_the_evidence_is_the_mean_likelihood_of_the_prior() -> None:
    variance = 1.0 + SPREAD**2
    exact = float(
        np.log((PRIOR.causes * SHARES).sum())
        + (-0.5 * MEAN**2 / variance - 0.5 * np.log(variance / SPREAD**2)).sum()
    )
    assert np.mean([run(seed).log_evidence for seed in range(4)]) == pytest.approx(exact, abs=0.25)


def test_the_same_seed_gives_the_same_bits() -> None:
    one, two = run(5), run(5)
    assert np.array_equal(one.log_weights, two.log_weights)
    assert not np.array_equal(one.draws.z, run(6).draws.z)


def test_a_first_proposal_saves_rounds_and_leaves_the_answer() -> None:
    first = run(3)
    begin = Proposal.fitted(first.draws, np.exp(first.log_weights), PRIOR)
    again = run(4, begin=begin)
    assert again.rounds < first.rounds
    assert again.log_evidence == pytest.approx(first.log_evidence, abs=0.5)


@pytest.mark.parametrize("shape", [0.2, 0.5, 0.9])
def test_the_shape_of_a_pareto_tail_is_found(shape: float) -> None:
    uniform = np.random.default_rng(1).random(5000)
    logs, found = smoothed(-shape * np.log(uniform))
    assert found == pytest.approx(shape, abs=0.12)
    assert np.exp(logs).sum() == pytest.approx(1.0)


def test_equal_weights_stay_equal() -> None:
    logs, _ = smoothed(np.full(200, -3.0))
    assert logs == pytest.approx(np.full(200, -np.log(200)))


def test_persons_chosen_several_times_are_no_heavy_tail() -> None:
    rng = np.random.default_rng(3)
    times = np.ceil((1.0 - rng.random(120)) ** -1.5).astype(np.int64)  # heavy
    even = rng.normal(0.0, 0.1, 120)  # weight of each draw
    assert smoothed(np.log(times) + even)[1] > 0.7
    logs, shape = Chosen(times, -1.0).smoothed(np.log(times) + even)
    assert shape < 0.5
    assert np.exp(logs) == pytest.approx(times * np.exp(even) / (times * np.exp(even)).sum(), rel=0.1)
    assert Chosen(times, 0.9).smoothed(np.log(times) + even)[1] == 0.9, "histories that are few say so"


def test_persons_chosen_once_are_smoothed_as_they_are() -> None:
    logs = np.random.default_rng(4).gumbel(size=150)
    whole, shape = smoothed(logs)
    for known in (150, 100):  # the later ones come from further rounds
        found, own = Chosen(np.ones(known, dtype=np.int64), -1.0).smoothed(logs)
        assert found == pytest.approx(whole)
        assert own == shape

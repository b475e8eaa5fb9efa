"""Course of the discrepancy between known days: its distribution, and that other days change nothing of it."""

import numpy as np
import pytest

from remyelin.person.inference.predictive import continued

TIME = 365.25
KNOWN = np.array([-200.0, 0.0])
DAYS = np.array([-1200.0, -201.0, -100.0, 0.0, 1.0, 2.9, 100.0, 365.0, 1095.75])


def bridged(path: np.ndarray, known: np.ndarray, days: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the course (pick, day) at the days by the joint normal distribution of known and other days."""

    def covariance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.exp(-np.abs(one[:, None] - other[None, :]) / TIME)

    gain = np.linalg.solve(covariance(known, known), covariance(known, days)).T
    rest = covariance(days, days) - gain @ covariance(known, days)
    values, vectors = np.linalg.eigh(0.5 * (rest + rest.T))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return path @ gain.T + rng.standard_normal((len(path), len(days))) @ root.T


@pytest.mark.parametrize("chosen", [[8], [0, 8], [2, 4, 7], [7, 5, 3]])
def test_a_day_does_not_depend_on_the_others(chosen: list[int]) -> None:
    path = np.random.default_rng(1).standard_normal((6, 2))
    whole = continued(path, KNOWN, DAYS, TIME, (3, 9))
    assert np.allclose(continued(path, KNOWN, DAYS[chosen], TIME, (3, 9)), whole[..., chosen], atol=1e-12)


def test_it_meets_the_known_days() -> None:
    path = np.random.default_rng(2).standard_normal((50, 2))
    assert np.allclose(continued(path, KNOWN, KNOWN, TIME, (3, 9))[:, 0], path, atol=1e-6)


@pytest.mark.parametrize("known", [KNOWN, KNOWN[:0]])
def test_it_has_the_moments_of_the_exact_bridge(known: np.ndarray) -> None:
    picks = 40_000
    path = np.random.default_rng(4).standard_normal((1, len(known))).repeat(picks, axis=0)
    exact = bridged(path, known, DAYS, np.random.default_rng(5))
    found = continued(path, known, DAYS, TIME, (6, 7))[:, 0]
    # four standard errors of a mean and of a covariance, and the grid's 0.4 % of the variance
    assert np.abs(found.mean(axis=0) - exact.mean(axis=0)).max() < 4 * np.sqrt(2 / picks)
    assert np.abs(np.cov(found.T) - np.cov(exact.T)).max() < 4 * 2 / np.sqrt(picks) + 0.004

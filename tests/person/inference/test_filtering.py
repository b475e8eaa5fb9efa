"""The filter of values against direct computation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from remyelin.person.inference.filtering import Hidden, Measured, filtered

FLAT = (0.0, 50.0)


def _hidden(time: float = 100.0) -> Hidden:
    return Hidden(np.diag([0.4, 0.3]) ** 2, np.array([np.inf, time]))


def _value(day: float, observed: float, bound: str = "", noise: float = 0.2) -> Measured:
    loadings = np.tile([0.8, 1.0], (2, 1))
    return Measured(day, observed, bound, np.array([0.0, 0.5]), loadings, noise, FLAT)


def test_measured_values_have_the_likelihood_of_their_joint_normal() -> None:
    days, observed = [0.0, 30.0, 90.0], [0.3, 0.1, -0.4]
    found = filtered([_value(d, y) for d, y in zip(days, observed, strict=True)], _hidden(), 0.0, 2)
    apart = np.abs(np.subtract.outer(days, days))
    covariance = (0.8 * 0.4) ** 2 + 0.3**2 * np.exp(-apart / 100.0) + 0.2**2 * np.eye(3)
    for person, level in enumerate((0.0, 0.5)):
        assert found.log_likelihood[person] == pytest.approx(
            multivariate_normal(np.full(3, level), covariance).logpdf(observed)
        )


def test_a_censored_value_has_its_probability_and_pulls_the_state() -> None:
    found = filtered([_value(0.0, -0.5, "<")], _hidden(), 0.0, 2)
    deviation = np.sqrt((0.8 * 0.4) ** 2 + 0.3**2 + 0.2**2)
    assert found.log_likelihood[0] == pytest.approx(norm.logcdf(-0.5 / deviation))
    rng = np.random.default_rng(0)
    state = rng.standard_normal((400_000, 2)) * [0.4, 0.3]
    values = state @ [0.8, 1.0] + 0.2 * rng.standard_normal(400_000)
    kept = state[values < -0.5]
    assert found.mean[0] == pytest.approx(kept.mean(axis=0), abs=0.01)
    assert found.covariance[0] == pytest.approx(np.cov(kept.T), abs=0.01)


def test_repeated_values_within_the_correlation_time_count_less() -> None:
    def spread(time: float) -> float:
        values = [_value(float(day), 0.2) for day in range(0, 100, 10)]
        return float(filtered(values, _hidden(time), 0.0, 2).covariance[0, 0, 0])

    assert spread(1000.0) > 2 * spread(1.0)


def test_a_value_far_off_is_an_outlier_and_leaves_the_state() -> None:
    near = filtered([_value(0.0, 0.1)], _hidden(), 0.03, 2)
    far = filtered([_value(0.0, 0.1), _value(1.0, 30.0)], _hidden(), 0.03, 2)
    assert far.outlier[1, 0] > 0.999
    assert far.covariance[0] == pytest.approx(near.covariance[0], abs=1e-2)
    assert far.covariance[0, 0, 0] >= near.covariance[0, 0, 0] - 1e-9

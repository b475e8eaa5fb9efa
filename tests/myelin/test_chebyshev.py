"""Coefficients of the stabilised method: of second order, and stable as far as they claim."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.myelin.chebyshev import coefficients, reach
from remyelin.myelin.equations import STABLE
from remyelin.myelin.settings import RKC_STAGES


def grown(stages: int, z: np.ndarray | float) -> np.ndarray:
    """Factor of a step of length 1 on the solution of y' = z y, coefficients read as the kernel reads them."""
    table = coefficients()[stages]
    z = np.asarray(z, dtype=float)
    older, old = np.ones_like(z), 1.0 + table[1, 2] * z
    for mu, nu, own, begin, _ in table[2 : stages + 1]:
        older, old = old, mu * old + nu * older + (1.0 - mu - nu) + own * z * old + begin * z
    return old


@pytest.mark.parametrize("stages", [2, 3, 5, 9, 20, RKC_STAGES])
def test_steps_are_stable_as_far_as_claimed(stages: int) -> None:
    z = np.linspace(-reach(stages), -1e-3, 20001)
    assert np.abs(grown(stages, z)).max() <= 1.0
    assert abs(float(grown(stages, -1.3 * reach(stages)))) > 1.0, "not much further"


@pytest.mark.parametrize("stages", [2, 4, 11, RKC_STAGES])
def test_steps_are_of_second_order(stages: int) -> None:
    errors = [abs(float(grown(stages, -z)) - np.exp(-z)) for z in (0.02, 0.01)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("stages", [2, 3, 7, RKC_STAGES])
def test_drives_are_taken_where_the_stages_stand(stages: int) -> None:
    """A slope of t integrates to half of the square of the step."""
    table = coefficients()[stages]
    older, old = 0.0, 0.0
    for mu, nu, own, begin, node in table[2 : stages + 1]:
        older, old = old, mu * old + nu * older + own * node + begin * 0.0
    assert old == pytest.approx(0.5)


def test_the_kernel_takes_stages_enough() -> None:
    for length in np.geomspace(1e-3, 500.0, 50):
        stages = max(int(np.sqrt(1.0 + STABLE * length)) + 1, 2)
        assert reach(stages) >= length

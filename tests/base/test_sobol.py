from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from remyelin.base.sobol import KNOWN, sobol


@pytest.mark.parametrize("dimensions", [1, 2, 15, KNOWN, KNOWN + 3])
@pytest.mark.parametrize("power", [0, 1, 6])
def test_points_are_those_of_scipy_to_the_bit_and_take_as_much_of_the_generator(
    dimensions: int, power: int
) -> None:
    plain = qmc.Sobol(dimensions, scramble=False).random_base2(power)
    assert np.array_equal(sobol(power, dimensions), plain)
    own, theirs = np.random.default_rng(7), np.random.default_rng(7)
    for _ in range(2):
        scrambled = qmc.Sobol(dimensions, scramble=True, rng=theirs).random_base2(power)
        assert np.array_equal(sobol(power, dimensions, own), scrambled)
        assert own.random() == theirs.random()

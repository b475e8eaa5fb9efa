"""Operations on runs of numbers in one vector, beside the same in numpy."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from remyelin.fibre.solvers.vectors import add_product, multiply


@pytest.mark.parametrize(("lanes", "real"), [(8, np.float64), (16, np.float32)])
def test_a_run_of_products_is_added_and_nothing_beside_it_changes(lanes: int, real: type) -> None:
    added, made = add_product(lanes), multiply(lanes)

    @numba.njit
    def both(into, first, second, other):  # type: ignore[no-untyped-def]
        added(into, 3, first, 1, second, 2)
        made(other, 5, first, 0, second, 4)

    rng = np.random.default_rng(1)
    into, first, second, other = (rng.standard_normal(3 * lanes).astype(real) for _ in range(4))
    summed, multiplied = into.copy(), other.copy()
    summed[3 : 3 + lanes] += first[1 : 1 + lanes] * second[2 : 2 + lanes]
    multiplied[5 : 5 + lanes] = first[:lanes] * second[4 : 4 + lanes]
    both(into, first, second, other)
    np.testing.assert_allclose(into, summed, rtol=4 * np.finfo(real).eps, atol=4 * np.finfo(real).eps)
    np.testing.assert_array_equal(other, multiplied)
    outside = np.ones(3 * lanes, dtype=bool)
    outside[3 : 3 + lanes] = False
    np.testing.assert_array_equal(into[outside], summed[outside])


def test_runs_that_overlap_are_read_before_the_first_is_written() -> None:
    made = multiply(8)

    @numba.njit
    def shift(row):  # type: ignore[no-untyped-def]
        made(row, 1, row, 0, row, 0)

    row = np.arange(1.0, 11.0)
    shift(row)
    np.testing.assert_array_equal(row, [1.0, *np.arange(1.0, 9.0) ** 2, 10.0])

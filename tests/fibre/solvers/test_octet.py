"""Eight numbers as one value of a kernel, beside the same in numpy."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest
from numba import TypingError
from numpy.typing import NDArray

from remyelin.fibre.solvers.octet import any_of, pick, read, spread, write

REALS = (np.float32, np.float64)
AWKWARD = (0.0, -0.0, 1.5, -2.0, np.inf, -np.inf, np.nan, 3.0)


def _pair(real: type) -> NDArray[Any]:
    """Two octets that stand at no multiple of eight, with every awkward number against another."""
    values = np.full(20, 99.0, dtype=real)
    values[1:9], values[9:17] = AWKWARD, AWKWARD[::-1]
    return values


@numba.njit
def _computed(values, into):  # type: ignore[no-untyped-def]
    a, b = read(values, 1), read(values, 9)
    write(into, 0, a + b)
    write(into, 8, a - b)
    write(into, 16, a * b)
    write(into, 24, a / b)


@numba.njit
def _compared(values, into):  # type: ignore[no-untyped-def]
    a, b = read(values, 1), read(values, 9)
    one, none = spread(values[0]), spread(values[0] - values[0])
    write(into, 0, pick(a > b, one, none))
    write(into, 8, pick(a < b, one, none))
    write(into, 16, pick(a == b, one, none))
    write(into, 24, pick(a != b, one, none))
    return any_of(a > a), any_of(a != a), any_of(a == a)


@pytest.mark.parametrize("real", REALS)
def test_arithmetic_is_that_of_numpy_bit_by_bit(real: type) -> None:
    values = _pair(real)
    a, b = values[1:9], values[9:17]
    into = np.zeros(40, dtype=real)
    with np.errstate(all="ignore"):
        expected = np.concatenate([a + b, a - b, a * b, a / b])
    _computed(values, into)
    np.testing.assert_array_equal(into[:32], expected)
    np.testing.assert_array_equal(into[32:], 0.0)


@pytest.mark.parametrize("real", REALS)
def test_comparisons_choose_number_by_number_and_nothing_equals_what_is_no_number(real: type) -> None:
    values = _pair(real)
    a, b = values[1:9], values[9:17]
    values[0] = 1.0
    into = np.full(32, np.nan, dtype=real)
    greater, unlike, like = _compared(values, into)
    np.testing.assert_array_equal(into, np.concatenate([a > b, a < b, a == b, a != b]).astype(real))
    assert (greater, unlike, like) == (False, True, True)


def test_eight_times_one_number_and_what_stands_beside_is_left_alone() -> None:
    @numba.njit
    def fill(into, value):  # type: ignore[no-untyped-def]
        write(into, 3, spread(value))

    into = np.zeros(16)
    fill(into, 2.5)
    np.testing.assert_array_equal(into, [0.0] * 3 + [2.5] * 8 + [0.0] * 5)


def test_octets_of_two_types_do_not_mix() -> None:
    @numba.njit
    def mixed(first, second):  # type: ignore[no-untyped-def]
        write(first, 0, read(first, 0) + read(second, 0))

    with pytest.raises(TypingError):
        mixed(np.zeros(8), np.zeros(8, dtype=np.float32))

"""Sobol's points, plain or scrambled, the same to the bit as those of :class:`scipy.stats.qmc.Sobol`.

The first :data:`KNOWN` dimensions are made here, as importing scipy.stats takes longer than all the points of a run;
more dimensions are scipy's. Direction numbers: Joe and Kuo, https://web.maths.unsw.edu.au/~fkuo/sobol/, new-joe-kuo-6.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Of every dimension after the first: the primitive polynomial as a binary number, then its first direction numbers.
_DIRECTIONS: Final = """
    3 1; 7 1 3; 11 1 3 1; 13 1 1 1; 19 1 1 3 3; 25 1 3 5 13; 37 1 1 5 5 17; 41 1 1 5 5 5; 47 1 1 7 11
    19; 55 1 1 5 1 1; 59 1 1 1 3 11; 61 1 3 5 5 31; 67 1 3 3 9 7 49; 91 1 1 1 15 21 21; 97 1 3 1 13 27
    49; 103 1 1 1 15 7 5; 109 1 3 1 15 13 25; 115 1 1 5 5 19 61; 131 1 3 7 11 23 15 103; 137 1 3 7 13 13
    15 69; 143 1 1 3 13 7 35 63; 145 1 3 5 9 1 25 53; 157 1 3 1 13 9 35 107; 167 1 3 1 5 27 61 31; 171 1
    1 5 11 19 41 61; 185 1 3 5 3 3 13 69; 191 1 1 7 13 1 19 1; 193 1 3 7 5 13 19 59; 203 1 1 3 9 25 29
    41; 211 1 3 5 13 23 1 55; 213 1 3 7 3 13 59 17; 229 1 3 1 3 5 53 69; 239 1 1 5 5 23 33 13; 241 1 1 7
    7 1 61 123; 247 1 1 7 9 13 61 49; 253 1 3 3 5 3 55 33; 285 1 3 1 15 31 13 49 245; 299 1 3 5 15 31 59
    63 97; 301 1 3 1 11 11 11 77 249; 333 1 3 1 11 27 43 71 9; 351 1 1 7 15 21 11 81 45; 355 1 3 7 3 25
    31 65 79; 357 1 3 1 1 19 11 3 205; 361 1 1 5 9 19 21 29 157; 369 1 3 7 11 1 33 89 185; 391 1 3 3 3
    15 9 79 71; 397 1 3 7 11 15 39 119 27; 425 1 1 3 1 11 31 97 225; 451 1 1 1 3 23 43 57 177; 463 1 3 7
    7 17 17 37 71; 487 1 3 1 5 27 63 123 213; 501 1 1 3 5 11 43 53 133; 529 1 3 5 5 29 17 47 173 479;
    539 1 3 3 11 3 1 109 9 69; 545 1 1 1 5 17 39 23 5 343; 557 1 3 1 5 25 15 31 103 499; 563 1 1 1 11 11
    17 63 105 183; 601 1 1 5 11 9 29 97 231 363; 607 1 1 5 15 19 45 41 7 383; 617 1 3 7 7 31 19 83 137
    221; 623 1 1 1 3 23 15 111 223 83; 631 1 1 5 13 31 15 55 25 161; 637 1 1 3 13 25 47 39 87 257
"""
_ROWS: Final = tuple(tuple(int(value) for value in row.split()) for row in _DIRECTIONS.split(";"))
KNOWN: Final = 1 + len(_ROWS)
BITS: Final = 30
_DOWNWARD: Final = (
    np.uint32(1) << np.arange(BITS, dtype=np.uint32)[::-1]
)  # weight of the first bit, of the second ...


def sobol(power: int, dimensions: int, rng: np.random.Generator | None = None) -> NDArray[np.float64]:
    """Return the first two to the power of `power` points of Sobol's sequence.

    Parameters
    ----------
    power : int
        Logarithm to the base 2 of the number of points, 0 to 30.
    dimensions : int
    rng : Generator, optional
        Scrambles the points by a child of its own; without it they are plain.

    Returns
    -------
    (2**power, dimensions) array
        Each in [0, 1).

    Examples
    --------
    >>> from remyelin.base.sobol import sobol
    >>> sobol(2, 2).tolist()
    [[0.0, 0.0], [0.5, 0.5], [0.75, 0.25], [0.25, 0.75]]
    """
    if dimensions > KNOWN:
        from scipy.stats import qmc

        points: NDArray[np.float64] = qmc.Sobol(dimensions, scramble=rng is not None, rng=rng).random_base2(
            power
        )
        return points
    vectors = _vectors(dimensions)
    shift = np.zeros(dimensions, dtype=np.uint32)
    if rng is not None:
        vectors, shift = _scrambled(vectors, rng.spawn(1)[0])
    steps = np.arange((1 << power) - 1, dtype=np.int64)
    # from one point to the next a vector is added: that of the lowest bit of the point's number that is 0
    lowest = np.log2((steps ^ (steps + 1)) + 1).astype(np.int64) - 1
    added = np.concatenate([shift[None], vectors[:, lowest].T])
    return np.asarray(np.bitwise_xor.accumulate(added, axis=0) * (1.0 / (1 << BITS)), dtype=np.float64)


def _vectors(dimensions: int) -> NDArray[np.uint32]:
    """Return the direction vectors (dimension, bit)."""
    found = np.empty((dimensions, BITS), dtype=np.uint32)
    for row in range(dimensions):
        polynomial, *numbers = _ROWS[row - 1] if row else (1, *([1] * BITS))
        degree = len(numbers)
        for bit in range(degree, BITS):
            new = numbers[bit - degree]
            for k in range(degree):
                if polynomial >> (degree - 1 - k) & 1:
                    new ^= numbers[bit - k - 1] << (k + 1)
            numbers.append(new)
        found[row] = [number << (BITS - 1 - bit) for bit, number in enumerate(numbers[:BITS])]
    return found


def _scrambled(
    vectors: NDArray[np.uint32], rng: np.random.Generator
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return vectors multiplied by random lower triangular matrices of bits, and a random first point."""
    dimensions = len(vectors)
    shift = rng.integers(2, size=(dimensions, BITS), dtype=np.uint32) @ _DOWNWARD[::-1]
    lower = np.tril(rng.integers(2, size=(dimensions, BITS, BITS), dtype=np.uint32))
    lower[:, np.arange(BITS), np.arange(BITS)] = 1
    bits = (vectors[:, None, :] // _DOWNWARD[None, :, None]) % 2  # (dimension, bit of the number, vector)
    made = (lower.astype(np.float32) @ bits.astype(np.float32)).astype(np.uint32) % 2
    return np.einsum("dbv,b->dv", made, _DOWNWARD), np.asarray(shift, dtype=np.uint32)

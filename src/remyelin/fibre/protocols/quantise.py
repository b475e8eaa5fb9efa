"""States of an internode on a grid that is densest where conduction depends on them most.

The levels of an axis are found by bisection: an interval is halved until the delay of one lesioned internode
in a healthy fibre changes over it by no more than a few microseconds and a small share of itself, or, where it
ends in block, until it is narrow.
A state is then the nearest level, so that fibres share internodes; what that costs is measured by
:mod:`remyelin.bench.library`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import number
from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_US
from remyelin.fibre.lesions.sheath import lose_lamellae, open_paranodes
from remyelin.fibre.models.fibre import Fibre, a_fibre
from remyelin.fibre.settings import (
    QUANTISE_BLOCK_RATIO,
    QUANTISE_DELAY_SHARE,
    QUANTISE_DELAY_US,
    QUANTISE_FIRST_LEVELS,
    QUANTISE_PAD,
    QUANTISE_ROUNDS,
)
from remyelin.fibre.solvers.library import Library, conduct_assembled, reduce_internodes

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """A library of internodes by share of lamellae left and by width of the paranodal seal.

    Attributes
    ----------
    library : Library
        Internode ``i * len(seal) + j`` has the i-th share and the j-th width.
    lamellae, seal : (n,), (m,) float
        Levels, ascending: share of the lamellae that remains; factor on the periaxonal width of the paranode.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import mrg, quantise
    >>> states = quantise(mrg(10.0, 2, ledger=Ledger.shipped()), 0.3, 1.0, tolerance=5.0)
    >>> states.seal
    array([1.])
    """

    library: Library
    lamellae: Array
    seal: Array

    def nearest(self, lamellae: ArrayLike, seal: ArrayLike) -> Ints:
        """Return the numbers of the internodes nearest to given states, by logarithm within the levels.

        Raises
        ------
        InputError
            For a state outside the levels.
        """
        numbers = []
        for name, levels, given in (("lamellae", self.lamellae, lamellae), ("seal", self.seal, seal)):
            values = np.asarray(given, dtype=np.float64)
            low, high = levels[0] * (1 - np.finfo(float).eps), levels[-1] * (1 + np.finfo(float).eps)
            if not np.all((values >= low) & (values <= high)):
                raise InputError(f"{name} must lie within {levels[0]:.3g} to {levels[-1]:.3g}.")
            between = np.sqrt(levels[1:] * levels[:-1])
            numbers.append(np.searchsorted(between, values))
        first, second = numbers
        return np.asarray(first * len(self.seal) + second, dtype=np.int64)


def quantise(pair: Fibre, fewest: float, widest: float, *, tolerance: float = QUANTISE_DELAY_US) -> States:
    """Reduce the lesioned states of an internode on a grid made for it.

    Parameters
    ----------
    pair : Fibre
        Two healthy nodes and their internode.
    fewest : float
        Smallest share of the lamellae wanted, above 0; below one lamella it is an average over the internode.
    widest : float
        Largest factor on the width of the paranodal seal, 1 or more.
    tolerance : float
        us of delay between neighbouring levels, besides a share of the delay itself.

    Returns
    -------
    States

    Raises
    ------
    InputError
        For limits that cannot be, or a fibre of more than one internode.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import mrg, quantise
    >>> states = quantise(mrg(10.0, 2, ledger=Ledger.shipped()), 0.3, 1.0, tolerance=5.0)
    >>> bool(states.lamellae.min() <= 0.3 + 1e-9)
    True
    """
    a_fibre(pair, "quantise")
    number(fewest, "fewest", "quantise")
    number(widest, "widest", "quantise")
    number(tolerance, "tolerance", "quantise")
    if pair.n_internodes != 1:
        raise InputError(f"quantise: give one internode between two nodes, not {pair.n_internodes}.")
    if not 0 < fewest < 1 or not 1 <= widest < np.inf or not 0 < tolerance < np.inf:
        raise InputError("quantise: lamellae left must lie in 0 to 1, the seal's factor be 1 or more, "
                         "the tolerance above 0 us.")  # fmt: skip
    thinned = _levels(pair, lambda share: lose_lamellae(pair, 0, share, partial=True), fewest, 1.0, tolerance)
    opened = np.ones(1)
    if widest > 1:
        opened = _levels(pair, lambda factor: open_paranodes(pair, 0, factor), 1.0, widest, tolerance)
    pieces = [
        open_paranodes(lose_lamellae(pair, 0, share, partial=True), 0, factor)
        for share in thinned
        for factor in opened
    ]
    return States(reduce_internodes(pieces), thinned, opened)


def _levels(
    pair: Fibre, lesion: Callable[[float], Fibre], low: float, high: float, tolerance: float
) -> Array:
    """Return levels between which the delay of one internode changes little."""
    found: dict[float, float] = {}
    wanted = np.geomspace(low, high, QUANTISE_FIRST_LEVELS)
    for _ in range(QUANTISE_ROUNDS):
        found.update(zip(wanted.tolist(), _delays(pair, [lesion(level) for level in wanted]), strict=True))
        levels = np.array(sorted(found))
        delay = np.array([found[level] for level in levels.tolist()])
        both = np.isfinite(delay[1:]) & np.isfinite(delay[:-1])
        first, second = np.where(both, delay[:-1], 0), np.where(both, delay[1:], 0)
        allowed = tolerance * MS_PER_US + QUANTISE_DELAY_SHARE * np.abs(np.minimum(first, second))
        edge = np.isfinite(delay[1:]) != np.isfinite(delay[:-1])
        wide = (np.abs(second - first) > allowed) | (edge & (levels[1:] / levels[:-1] > QUANTISE_BLOCK_RATIO))
        if not wide.any():
            break
        wanted = np.sqrt(levels[1:] * levels[:-1])[wide]
    return levels


def _delays(pair: Fibre, lesions: list[Fibre]) -> Array:
    """Return the delay (ms) of a healthy fibre by one lesion in its middle; inf where it blocks."""
    library = reduce_internodes([pair, *lesions])
    fibres = np.zeros((1 + len(lesions), 2 * QUANTISE_PAD + 1), dtype=np.int64)
    fibres[:, QUANTISE_PAD] = np.arange(1 + len(lesions))
    arrival = conduct_assembled(library, fibres)["arrival"].to_numpy()[:, -1]
    return np.where(np.isfinite(arrival[1:]), arrival[1:] - arrival[0], np.inf)

"""Places of lesions along a fibre: at random, in patches, more of them far from the cell, alike in neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import number, whole
from remyelin.base.errors import InputError
from remyelin.fibre.checks import numbers

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


def scattered(n_internodes: int, share: ArrayLike, *, seed: int, run: float = 1.0) -> Ints:
    """Draw internodes at random, alone or in patches.

    Parameters
    ----------
    n_internodes : int
    share : float or (n_internodes,) array
        Chance of each internode, 0..1; an array for lesions that depend on place (:func:`rising`).
    seed : int
    run : float
        Mean length of a patch, in internodes, 1 or more. With 1 internodes are independent; else they are
        a two-state Markov chain whose states have these chances where `share` changes slowly.

    Returns
    -------
    (k,) int
        Ascending; the same for the same seed.

    Examples
    --------
    >>> from remyelin.fibre import scattered
    >>> scattered(100, 0.05, seed=1).size
    5
    """
    n_internodes = whole(n_internodes, "n_internodes", "places")
    chances = _chances(share, n_internodes)
    number(run, "run", "scattered", at_least=1.0, unit="internodes")
    draws = np.random.default_rng(_seed(seed)).random(n_internodes)
    if run == 1:
        return np.flatnonzero(draws < chances)
    leave = 1 / run
    enter = np.where(chances < 1, np.minimum(chances * leave / np.where(chances < 1, 1 - chances, 1), 1), 1)
    hit = np.zeros(n_internodes, dtype=np.bool_)
    inside = False
    for i, draw in enumerate(draws):
        if i == 0:
            inside = bool(draw < chances[0])
        else:
            stay = 1 if chances[i] == 1 else 1 - leave
            inside = bool(draw < (stay if inside and chances[i] > 0 else enter[i]))
        hit[i] = inside
    return np.flatnonzero(hit)


def scattered_together(
    n_fibres: int, n_internodes: int, share: ArrayLike, *, correlation: float, seed: int
) -> list[Ints]:
    """Draw internodes of neighbouring fibres whose lesions tend to lie at the same place.

    Parameters
    ----------
    n_fibres, n_internodes : int
    share : float or (n_internodes,) array
        Chance of each internode, 0..1.
    correlation : float
        0 (independent) to 1 (the same internodes in all): correlation between fibres of the normal
        variables whose lower tail is a lesion (a Gaussian copula).
    seed : int

    Returns
    -------
    list of (k,) int, one per fibre

    Examples
    --------
    >>> from remyelin.fibre import scattered_together
    >>> len(scattered_together(3, 100, 0.05, correlation=0.8, seed=1))
    3
    """
    from scipy.special import ndtri

    n_internodes = whole(n_internodes, "n_internodes", "places")
    chances = _chances(share, n_internodes)
    number(correlation, "correlation", "scattered_together", at_least=0.0, at_most=1.0)
    n_fibres = whole(n_fibres, "n_fibres", "scattered_together")
    random = np.random.default_rng(_seed(seed))
    shared = random.standard_normal(n_internodes)
    own = random.standard_normal((n_fibres, n_internodes))
    field = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
    return [np.flatnonzero(row) for row in field < ndtri(chances)]


def rising(n_internodes: int, near: float, far: float) -> Array:
    """Return chances that change evenly from the first internode to the last, shape (n_internodes,).

    Parameters
    ----------
    n_internodes : int
        Internodes of the fibre.
    near, far : float
        Chance at the first internode and at the last, 0 to 1.

    Examples
    --------
    >>> from remyelin.fibre import rising
    >>> rising(5, 0.1, 0.5)
    array([0.1, 0.2, 0.3, 0.4, 0.5])
    """
    _chances([near, far], 2)
    n_internodes = whole(n_internodes, "n_internodes", "rising")
    return np.linspace(near, far, n_internodes)


def _chances(share: ArrayLike, n_internodes: int) -> Array:
    given = numbers(share, "share", "places")
    if given.ndim > 1 or (given.ndim == 1 and len(given) != n_internodes):
        raise InputError(f"places: share has {given.size} values for {n_internodes} internodes.")
    if not np.all((given >= 0) & (given <= 1)):
        raise InputError("places: share must be within 0 to 1.")
    return np.broadcast_to(given, n_internodes)


def _seed(seed: int) -> int:
    return whole(seed, "seed", "places", least=0)

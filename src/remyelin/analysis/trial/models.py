"""Models fitted to each replicate, in closed form or by one search; the tests hold them against statsmodels.

A power curve takes ten thousand fits. Those of statsmodels carry much that is not asked for here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.trial.settings import RANK_TOLERANCE

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fit:
    """One coefficient of a linear model.

    Attributes
    ----------
    value : float
        0 where the data cannot tell it.
    p : float
        Two-sided; 1 where no test can be made.
    dropped : tuple of int
        Columns left out, because the others say the same.
    """

    value: float
    p: float
    dropped: tuple[int, ...] = ()


def independent(x: Values, which: int) -> list[int]:
    """Return the columns of a design that say something new, in order.

    Columns are scaled to length 1. One is redundant where the smallest eigenvalue of the Gram matrix of those kept and
    itself is not above ``RANK_TOLERANCE``: a combination of them then has next to no length. Of columns that say the
    same the first is kept; column `which` is tried last, so that it is kept only where the others leave it something.

    Parameters
    ----------
    x : (n, k) array
    which : int
        Column of the coefficient that is asked for.
    """
    length = np.sqrt(np.einsum("ij,ij->j", x, x))
    there = np.flatnonzero(length > 0.0)
    scaled = x[:, there] / length[there]
    gram = scaled.T @ scaled
    if there.size and np.linalg.eigvalsh(gram)[0] > RANK_TOLERANCE:
        return [int(column) for column in there]
    kept: list[int] = []
    for place in sorted(range(len(there)), key=lambda place: (there[place] == which, place)):
        tried = [*kept, place]
        if np.linalg.eigvalsh(gram[np.ix_(tried, tried)])[0] > RANK_TOLERANCE:
            kept = tried
    return sorted(int(there[place]) for place in kept)


def _left_out(x: Values, kept: list[int]) -> tuple[int, ...]:
    return tuple(column for column in range(x.shape[1]) if column not in kept)


def least_squares(y: Values, x: Values, which: int) -> Fit:
    """Return one coefficient of a linear model and its two-sided p by Student's t.

    Parameters
    ----------
    y : (n,) array
    x : (n, k) array
    which : int
        Column of the coefficient.
    """
    from scipy.special import stdtr

    kept = independent(x, which)
    dropped = _left_out(x, kept)
    if which in dropped:
        return Fit(0.0, 1.0, dropped)
    x, place = x[:, kept], kept.index(which)
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ (x.T @ y)
    value = float(beta[place])
    freedom = len(y) - len(kept)
    if freedom < 1:
        return Fit(value, 1.0, dropped)
    rest = y - x @ beta
    variance = float(rest @ rest) / freedom * float(inverse[place, place])
    if not variance > 0.0:
        return Fit(value, 1.0, dropped)
    return Fit(value, float(2.0 * stdtr(freedom, -abs(value) / math.sqrt(variance))), dropped)


def random_intercept(y: Values, x: Values, person: NDArray[np.int64], which: int) -> Fit:
    """Return one coefficient of a linear model with a random intercept a person, and its two-sided p.

    Restricted maximum likelihood with the variance of residuals profiled out, which leaves a search along one line,
    the ratio r of the variance between persons to that of residuals. By Woodbury's identity the inverse of a person's
    covariance I + r 1 1' is I - r / (1 + m r) 1 1' for m visits, so that sums by person suffice. The p is by the normal
    distribution, as is usual for these models.

    Parameters
    ----------
    y : (n,) array
    x : (n, k) array
    person : (n,) int array
        0 to the number of persons less 1.
    which : int
        Column of the coefficient.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import ndtr

    kept = independent(x, which)
    dropped = _left_out(x, kept)
    n, k = len(y), len(kept)
    if which in dropped or n <= k:
        return Fit(0.0, 1.0, dropped)
    place = kept.index(which)
    count = np.bincount(person).astype(np.float64)
    both = np.column_stack([x[:, kept], y])
    sums = np.column_stack([np.bincount(person, weights=column) for column in both.T])
    whole = both.T @ both

    def weighed(ratio: float) -> tuple[Values, float]:
        weight = ratio / (1.0 + count * ratio)
        return whole - (sums * weight[:, None]).T @ sums, float(np.log1p(count * ratio).sum())

    def solved(cross: Values) -> tuple[Values, Values, float]:
        inverse = np.asarray(np.linalg.inv(cross[:k, :k]), dtype=np.float64)
        beta = inverse @ cross[:k, k]
        return beta, inverse, float(cross[k, k] - cross[:k, k] @ beta)

    def deviance(logarithm: float) -> float:
        cross, log_size = weighed(math.exp(logarithm))
        _, _, rest = solved(cross)
        least = float(np.finfo(np.float64).tiny)
        log_cross = float(np.linalg.slogdet(cross[:k, :k])[1])
        return float((n - k) * math.log(max(rest, least)) + log_size + log_cross)

    found = minimize_scalar(deviance, bounds=(math.log(1e-6), math.log(1e4)), method="bounded")
    beta, inverse, rest = solved(weighed(math.exp(found.x))[0])
    value = float(beta[place])
    variance = rest / (n - k) * float(inverse[place, place])
    if not variance > 0.0:
        return Fit(value, 1.0, dropped)
    return Fit(value, float(2.0 * ndtr(-abs(value) / math.sqrt(variance))), dropped)


def two_shares(first: tuple[int, int], last: tuple[int, int]) -> float:
    """Return the p of the likelihood ratio of a logistic regression on the arm; exact where an arm has all or none.

    Parameters
    ----------
    first, last : (int, int)
        Persons with the event, and persons, in the first and the last arm.
    """
    from scipy.special import chdtrc, xlogy
    from scipy.stats import fisher_exact

    (a, n), (b, m) = first, last
    if a * m == b * n:
        return 1.0
    if a in (0, n) or b in (0, m):
        return float(fisher_exact([[a, n - a], [b, m - b]])[1])

    def likelihood(events: int, persons: int) -> float:
        share = events / persons
        return float(xlogy(events, share) + xlogy(persons - events, 1.0 - share))

    ratio = 2.0 * (likelihood(a, n) + likelihood(b, m) - likelihood(a + b, n + m))
    return float(chdtrc(1.0, max(ratio, 0.0)))

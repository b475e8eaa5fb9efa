"""Models fitted to each replicate, in closed form or by one search; the tests hold them against statsmodels.

A power curve takes ten thousand fits. Those of statsmodels carry much that is not asked for here.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def least_squares(y: Values, x: Values, which: int) -> tuple[float, float]:
    """Return one coefficient of a linear model and its two-sided p by Student's t.

    Parameters
    ----------
    y : (n,) array
    x : (n, k) array
    which : int
        Column of the coefficient.
    """
    from scipy.special import stdtr

    gram = x.T @ x
    inverse = np.linalg.pinv(gram, hermitian=True)
    beta = inverse @ (x.T @ y)
    freedom = len(y) - int(np.linalg.matrix_rank(gram, hermitian=True))
    if freedom < 1:
        return float(beta[which]), 1.0
    rest = y - x @ beta
    variance = float(rest @ rest) / freedom * float(inverse[which, which])
    if not variance > 0.0:
        return float(beta[which]), 1.0
    return float(beta[which]), float(2.0 * stdtr(freedom, -abs(float(beta[which])) / math.sqrt(variance)))


def random_intercept(y: Values, x: Values, person: NDArray[np.int64], which: int) -> tuple[float, float]:
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

    count = np.bincount(person).astype(np.float64)
    both = np.column_stack([x, y])
    sums = np.column_stack([np.bincount(person, weights=column) for column in both.T])
    whole = both.T @ both
    n, k = x.shape

    def weighed(ratio: float) -> tuple[Values, float]:
        weight = ratio / (1.0 + count * ratio)
        return whole - (sums * weight[:, None]).T @ sums, float(np.log1p(count * ratio).sum())

    def solved(cross: Values) -> tuple[Values, Values, float]:
        inverse = np.asarray(np.linalg.pinv(cross[:k, :k], hermitian=True), dtype=np.float64)
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
    variance = rest / (n - k) * float(inverse[which, which])
    if not variance > 0.0:
        return float(beta[which]), 1.0
    return float(beta[which]), float(2.0 * ndtr(-abs(float(beta[which])) / math.sqrt(variance)))


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

"""Pareto-smoothed importance sampling: stable weights, and the shape that tells whether to trust them.

After Vehtari, Simpson, Gelman, Yao and Gabry (Journal of Machine Learning Research 2024); the generalised Pareto fit
after Zhang and Stephens (Technometrics 2009).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def smoothed(log_weights: Floats) -> tuple[Floats, float]:
    """Return normalised log weights with a smoothed tail, and the shape k of the tail.

    Parameters
    ----------
    log_weights : (n,) array
        Unnormalised.

    Returns
    -------
    log_weights : (n,) array
        Their exponentials sum to 1.
    k : float
        Below 0.7 the weights can be trusted; infinite where the tail is too short to tell.

    Examples
    --------
    >>> import numpy as np
    >>> weights, k = smoothed(np.zeros(100))
    >>> round(float(np.exp(weights).sum()), 6)
    1.0
    """
    logs = np.asarray(log_weights, dtype=np.float64)
    top = logs.max()
    if not np.isfinite(top):
        return np.full_like(logs, -math.log(len(logs))), math.inf
    logs = logs - top
    count = len(logs)
    tail = math.ceil(min(0.2 * count, 3.0 * math.sqrt(count)))
    shape = math.inf
    if tail >= 5:
        order = np.argsort(logs, kind="stable")
        largest = order[-tail:]
        cut = max(float(logs[order[-tail - 1]]), math.log(np.finfo(np.float64).tiny))
        excess = np.exp(logs[largest]) - math.exp(cut)
        if excess.max() <= 1e-12:
            shape = -math.inf
        elif (excess > 0).sum() >= 5:
            shape, scale = _pareto(np.sort(excess[excess > 0]))
            if np.isfinite(shape):
                places = (np.arange(tail) + 0.5) / tail
                quantiles = _quantile(places, shape, scale) + math.exp(cut)
                logs = logs.copy()
                logs[largest] = np.minimum(np.log(quantiles), 0.0)
    logs = logs - np.logaddexp.reduce(logs)
    return logs, shape


def _quantile(place: Floats, shape: float, scale: float) -> Floats:
    if abs(shape) < 1e-12:
        return -scale * np.log1p(-place)
    return scale * np.expm1(-shape * np.log1p(-place)) / shape


def _pareto(excess: Floats) -> tuple[float, float]:
    """Fit a generalised Pareto distribution to sorted positive numbers; the shape is drawn a little to 0.5."""
    count = len(excess)
    grid = 30 + int(math.sqrt(count))
    quarter = excess[int(count / 4 + 0.5) - 1]
    steps = np.arange(1, grid + 1)
    trial = 1.0 / excess[-1] + (1.0 - np.sqrt(grid / (steps - 0.5))) / (3.0 * quarter)
    shapes = np.log1p(-trial[:, None] * excess).mean(axis=1)
    profile = count * (np.log(-trial / shapes) - shapes - 1.0)
    weights = np.exp(profile - np.logaddexp.reduce(profile))
    mean = float((trial * weights).sum() / weights.sum())
    shape = float(np.log1p(-mean * excess).mean())
    scale = -shape / mean
    prior = 10.0
    return (count * shape + prior * 0.5) / (count + prior), scale

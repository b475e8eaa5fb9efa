"""Profiles of the likelihood of each fitted parameter of the cobalamin layer: how well it is known.

A parameter is held at values across its range while the others are fitted again, with their weak
priors; its own prior is left out. Where the misfit rises by 3.84 over its lowest value the 95 % interval ends;
where it never does before the range of the ledger ends, the data do not bound the parameter there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.calibration.fit_cobalamin import FREE, PRIOR_SPREADS, START, Fit, residuals
from remyelin.evidence import Ledger

Array = NDArray[np.float64]

DEVIANCE_95 = 3.84
POINTS, MOST_POINTS = 2, 8  # on each side of the optimum: within the reach, and at most
REACH = 2.5  # standard deviations of the data alone, cut at the range of the ledger


@dataclass(frozen=True, slots=True)
class ParameterProfile:
    """The profile of one parameter.

    Attributes
    ----------
    values, deviance : tuple of float
        Where it was held; the sum of squares there above the lowest.
    low, high : float or None
        Ends of the 95 % interval; None where the data set no end within the range.
    """

    values: tuple[float, ...]
    deviance: tuple[float, ...]
    low: float | None
    high: float | None


def profile(ledger: Ledger, result: Fit, name: str) -> ParameterProfile:
    """Return the profile of one fitted parameter.

    Parameters
    ----------
    ledger : Ledger
        Fixed numbers and ranges.
    result : Fit
        The optimum from which the profile walks outwards, and its spread.
    name : str
        One of ``FREE``.
    """
    from scipy.optimize import least_squares

    index = FREE.index(name)
    others = [i for i in range(len(FREE)) if i != index]
    bounds = np.log([ledger.entry(free).range or (0.0, np.inf) for free in FREE])
    best = np.log([result.values[free] for free in FREE])
    centre, spreads = np.log(START), np.array(PRIOR_SPREADS)[others]

    def lowest(log: float, start: Array) -> tuple[float, Array]:
        def misfit(logs: Array) -> Array:
            every = np.insert(logs, index, log)
            candidate = ledger.replace(dict(zip(FREE, np.exp(every).tolist(), strict=True)))
            return np.concatenate([residuals(candidate), (logs - centre[others]) / spreads])

        found = least_squares(misfit, start, bounds=bounds[others].T, diff_step=1e-3, ftol=1e-3, xtol=1e-3)
        return 2 * float(found.cost), found.x

    # Without its prior the parameter is known this well, if at all.
    alone = result.spread[name] / np.sqrt(max(1 - result.prior_share[name], 1e-2))
    edge = 1e-6
    inside = (bounds[:, 0] + edge, bounds[:, 1] - edge)
    low, high = np.clip(
        [best[index] - REACH * alone, best[index] + REACH * alone], *(b[index] for b in inside)
    )
    start = np.clip(best[others], inside[0][others], inside[1][others])
    at_best, start = lowest(best[index], start)
    points = {float(best[index]): at_best}
    for end, limit in ((low, inside[0][index]), (high, inside[1][index])):
        walker, log, step = start, float(best[index]), (end - best[index]) / POINTS
        # The curvature at the optimum is only a guide: the walk goes on to the level or to the end of the range.
        for _ in range(MOST_POINTS):
            log = float(np.clip(log + step, *sorted((best[index], limit))))
            points[log], walker = lowest(log, np.clip(walker, inside[0][others], inside[1][others]))
            if points[log] - at_best >= DEVIANCE_95 or log == limit:
                break
    logs = np.array(sorted(points))
    deviance = np.array([points[log] for log in logs])
    deviance -= deviance.min()
    return ParameterProfile(
        tuple(np.exp(logs).tolist()), tuple(deviance.tolist()), *crossings(logs, deviance)
    )


def crossings(logs: Array, deviance: Array) -> tuple[float | None, float | None]:
    """Return where a profile crosses the 95 % level on either side of its lowest point, or None.

    The root of the deviance is nearly straight, so the crossing is interpolated on it.
    """
    root, level = np.sqrt(deviance), float(np.sqrt(DEVIANCE_95))
    lowest = int(root.argmin())

    def side(order: list[int]) -> float | None:
        for inner, outer in pairwise(order):
            if root[outer] >= level:
                share = (level - root[inner]) / (root[outer] - root[inner])
                return float(np.exp(logs[inner] + share * (logs[outer] - logs[inner])))
        return None

    return side(list(range(lowest, -1, -1))), side(list(range(lowest, len(logs))))


def profiles(
    ledger: Ledger, result: Fit, progress: Callable[[str], None] = lambda step: None
) -> dict[str, ParameterProfile]:
    """Return the profile of every fitted parameter."""
    found = {}
    for name in FREE:
        progress(f"profile of {name}")
        found[name] = profile(ledger, result, name)
    return found

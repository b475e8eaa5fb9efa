"""Analysis of one replicate: ANCOVA, mixed model, logistic regression, log-rank test."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.trial.design import Endpoint
from remyelin.analysis.trial.models import Fit, least_squares, random_intercept, two_shares
from remyelin.analysis.trial.settings import FEWEST_ANALYSED

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Test:
    """The result of one analysis.

    Attributes
    ----------
    estimate : float
        First arm less last: of the mean (of the logarithm where asked), or of the share with the event.
    p : float
        Two-sided; 1 where too few persons are left for a test.
    redundant : bool
        Whether a column of the model said nothing new and was left out, as the mean of a visit that nobody came to.
    """

    estimate: float
    p: float
    redundant: bool = False


def analyse(
    endpoint: Endpoint, seen: Values, group: NDArray[np.int64], stratum: NDArray[np.int64], days: Values
) -> Test:
    """Analyse one endpoint of one replicate.

    Parameters
    ----------
    endpoint : Endpoint
    seen : (person, visit) array
        Measured values; NaN where missing.
    group : (person,) int array
        1 in the first arm, 0 in the last.
    stratum : (person,) int array
    days : (visit,) array
        Planned days of the visits.

    Returns
    -------
    Test
    """
    last = int(np.searchsorted(days, endpoint.visit))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # separation and singular fits are dealt with by their results
        if endpoint.kind == "change":
            values = np.log(np.maximum(seen, np.finfo(np.float64).tiny)) if endpoint.logarithm else seen
            if endpoint.method == "mixed":
                return _mixed(values[:, : last + 1], group)
            return _ancova(values[:, last], values[:, 0], group, stratum)
        met = responded(endpoint, seen)
        if endpoint.kind == "responder":
            return _logistic(met[:, last], np.isfinite(seen[:, last]), group)
        return _log_rank(met[:, : last + 1], np.isfinite(seen[:, : last + 1]), group, days[: last + 1])


def responded(endpoint: Endpoint, seen: Values) -> NDArray[np.bool_]:
    """Return whether the rule of an endpoint is met, by person and visit; False where a value is missing."""
    change = seen - seen[:, :1]
    if endpoint.fall is not None:
        return np.asarray(change <= -endpoint.fall)
    if endpoint.rise is not None:
        return np.asarray(change >= endpoint.rise)
    if endpoint.at_most is not None:
        return np.asarray(seen <= endpoint.at_most)
    return np.asarray(seen >= (np.inf if endpoint.at_least is None else endpoint.at_least))


def _enough(group: NDArray[np.int64]) -> bool:
    return bool(min((group == 1).sum(), (group == 0).sum()) >= FEWEST_ANALYSED)


def _of(fit: Fit) -> Test:
    return Test(fit.value, fit.p, bool(fit.dropped))


def _ancova(after: Values, before: Values, group: NDArray[np.int64], stratum: NDArray[np.int64]) -> Test:
    there = np.isfinite(after) & np.isfinite(before)
    y, x, arm, layer = after[there], before[there], group[there], stratum[there]
    if not _enough(arm) or np.ptp(y) == 0.0:
        return Test(0.0, 1.0)
    columns = [np.ones(len(y)), arm.astype(np.float64)]
    if np.ptp(x) > 0.0:
        columns.append(x - x.mean())
    columns += [(layer == one).astype(np.float64) for one in np.unique(layer)[1:]]
    return _of(least_squares(y, np.column_stack(columns), 1))


def _mixed(values: Values, group: NDArray[np.int64]) -> Test:
    """Compare the last visit in a model with a random intercept a person and a mean for each visit and arm."""
    visits = values.shape[1]
    before, later = values[:, 0], values[:, 1:]
    there = np.isfinite(later) & np.isfinite(before)[:, None]
    if not _enough(group[there.any(axis=1)]) or np.ptp(later[there]) == 0.0:
        return Test(0.0, 1.0)
    person, visit = np.nonzero(there)
    means = [(visit == v).astype(np.float64) for v in range(visits - 1)]
    arms = [column * group[person] for column in means]
    columns = [*means, *arms]
    if np.ptp(before[person]) > 0.0:
        columns.append(before[person] - before[person].mean())
    place = np.unique(person, return_inverse=True)[1].astype(np.int64)
    return _of(random_intercept(later[there], np.column_stack(columns), place, 2 * (visits - 1) - 1))


def _logistic(met: NDArray[np.bool_], there: NDArray[np.bool_], group: NDArray[np.int64]) -> Test:
    """Compare shares by the likelihood ratio of a logistic regression; exactly where one arm has all or none."""
    event, arm = met[there], group[there]
    if not _enough(arm):
        return Test(0.0, 1.0)
    counts = [(int(event[arm == one].sum()), int((arm == one).sum())) for one in (1, 0)]
    difference = counts[0][0] / counts[0][1] - counts[1][0] / counts[1][1]
    return Test(difference, two_shares(*counts))


def _log_rank(
    met: NDArray[np.bool_], there: NDArray[np.bool_], group: NDArray[np.int64], days: Values
) -> Test:
    from statsmodels.duration.survfunc import survdiff

    ever = np.asarray(met.any(axis=1))
    # without the event a person is followed to the last visit that was kept
    last = there.shape[1] - 1 - np.argmax(there[:, ::-1], axis=1)
    time = np.asarray(days[np.where(ever, met.argmax(axis=1), last)])
    followed = np.asarray(time > 0.0)
    if (
        not _enough(group[followed])
        or not ever[followed].any()
        or (ever[followed].all() and np.ptp(time) == 0.0)
    ):
        return Test(0.0, 1.0)
    _, p = survdiff(time[followed], ever[followed].astype(np.int64), group[followed])
    shares = [float(ever[followed & (group == one)].mean()) for one in (1, 0)]
    return Test(shares[0] - shares[1], float(p) if np.isfinite(p) else 1.0)

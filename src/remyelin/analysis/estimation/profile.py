"""Local sensitivities of predictions, and profiles of single parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import chi2

from remyelin.analysis.estimation.columns import MARKERS
from remyelin.analysis.estimation.problem import Model, Problem
from remyelin.analysis.estimation.table import read_table
from remyelin.base.errors import InputError, nearest
from remyelin.evidence import Ledger

Array = NDArray[np.float64]

LEVEL: Final = 0.9  # of the intervals
DIFFERENCE: Final = 0.01  # of the logarithm of a parameter, either way


def sensitivities(
    table: Any,
    model: Model | None = None,
    *,
    ledger: Ledger | None = None,
    covariates: Mapping[str, float] | None = None,
) -> xr.Dataset:
    """Return how much every prediction changes with every free parameter, at each person's most likely values.

    Parameters
    ----------
    table : path, DataFrame or sequence of mapping
        As :func:`read_table` describes it; rows with EVID 2 ask for a prediction without an observation.
    model : Model, optional
        What is free: its scales, and entries of the ledger. The four factors of the typical person when omitted.
    ledger : Ledger, optional
        The shipped one when omitted.
    covariates : mapping of str to float, optional
        Covariates of everybody that the table does not hold.

    Returns
    -------
    Dataset (row, parameter)
        ``elasticity``: per cent of change of a prediction for a per cent of change of a parameter, by central
        differences; ``id``, ``time`` (days), ``marker`` and ``predicted`` over row.

    Raises
    ------
    InputError
        For a table that cannot be read, or a person without an observation.

    Examples
    --------
    >>> from remyelin.analysis.estimation import Model, sensitivities
    >>> rows = [{"ID": 1, "TIME": 0, "EVID": 0, "DV": 150, "AGE": 60, "INTAKE": 5}]
    >>> found = sensitivities(rows, Model(scales=("store", "mma")))
    >>> found["elasticity"].sel(parameter="mma").round(2).to_numpy()  # serum B12 does not depend on it
    array([0.])
    """
    chosen = Model() if model is None else model
    numbers = Ledger.shipped() if ledger is None else ledger
    columns: dict[str, list[NDArray[Any]]] = {}
    for subject in read_table(table, covariates):
        problem = Problem.of(subject, chosen, numbers)
        mode = np.asarray(problem.mode().x)
        slopes = [_slope(problem, mode, place) for place in range(len(mode))]
        part = {
            "id": np.full(len(problem.time), subject.id),
            "time": problem.time,
            "marker": np.array(MARKERS)[problem.marker],
            "predicted": problem.predicted(mode),
            "elasticity": np.array(slopes).T,
        }
        for name, values in part.items():
            columns.setdefault(name, []).append(values)
    return xr.Dataset(
        {
            name: (("row", "parameter") if name == "elasticity" else "row", np.concatenate(values))
            for name, values in columns.items()
        },
        {"parameter": list(chosen.names)},
    )


def _slope(problem: Problem, mode: Array, place: int) -> Array:
    """Return the change of the logarithms of predictions with that of one parameter, within its limits."""
    step = np.zeros(len(mode))
    step[place] = DIFFERENCE
    low, high = np.maximum(mode - step, problem.limits[0]), np.minimum(mode + step, problem.limits[1])
    rise = np.log(problem.predicted(high)) - np.log(problem.predicted(low))
    found: Array = rise / (high[place] - low[place])
    return found


def profile(
    table: Any,
    parameter: str,
    model: Model | None = None,
    *,
    ledger: Ledger | None = None,
    covariates: Mapping[str, float] | None = None,
    prior: bool = True,
    points: int = 6,
    width: float = 3.0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> xr.Dataset:
    """Hold one parameter at values about its most likely one, and find the others again at each.

    Parameters
    ----------
    table : path, DataFrame or sequence of mapping
        As :func:`read_table` describes it.
    parameter : str
        One of the free parameters of the model.
    model : Model, optional
        The four factors of the typical person when omitted.
    ledger : Ledger, optional
        The shipped one when omitted.
    covariates : mapping of str to float, optional
        Covariates of everybody that the table does not hold.
    prior : bool
        Whether the prior of this parameter counts. Without it the profile is what the observations say, the other
        parameters held by their priors.
    points : int
        Values on either side of the most likely one, 2 or more.
    width : float
        How far to go either way, in SD of the logarithm as the curvature at the mode has it; never beyond the range
        of an entry of the ledger.
    progress : callable
        Called with the number of searches done and of all.

    Returns
    -------
    Dataset (id, step)
        ``factor``, the value of the parameter, of typical; ``rise``, of the negative logarithm of the posterior, or of
        the likelihood, above its least. Over id: ``low`` and ``high``, where the profile has risen by half the 90 %
        quantile of chi-squared with one degree of freedom; NaN where it has not within `width`: the data do
        not bound it there, or only farther away.

    Raises
    ------
    InputError
        For a parameter that is not free, too few points, or a table that cannot be read.

    Examples
    --------
    >>> from remyelin.analysis.estimation import Model, profile
    >>> rows = [
    ...     {"ID": 1, "TIME": 0, "EVID": 0, "DV": 150, "AGE": 60, "INTAKE": 5},
    ...     {"ID": 1, "TIME": 0, "EVID": 0, "DV": 900, "DVID": 3, "AGE": 60, "INTAKE": 5},
    ... ]
    >>> found = profile(rows, "store", Model(scales=("store", "mma")), points=2)
    >>> bool(found["low"][0] < found["factor"][0, 2] < found["high"][0]), float(found["rise"][0, 2].round(3))
    (True, 0.0)
    """
    chosen = Model() if model is None else model
    numbers = Ledger.shipped() if ledger is None else ledger
    if parameter not in chosen.names:
        raise InputError(f"profile: {parameter!r} is not free; {nearest(parameter, chosen.names)}")
    if points < 2:
        raise InputError(f"profile: {points} points on either side draw no profile; give 2 or more.")
    place = chosen.names.index(parameter)
    subjects = read_table(table, covariates)
    count = 2 * points + 1
    done, total = 0, len(subjects) * count
    progress(0, total)
    factors, rises = np.empty((len(subjects), count)), np.empty((len(subjects), count))
    bounds = np.empty((len(subjects), 2))
    for row, subject in enumerate(subjects):
        problem = Problem.of(subject, chosen, numbers)
        best = problem.mode()
        mode = np.asarray(best.x)
        sd = float(np.sqrt(np.linalg.inv(best.jac.T @ best.jac)[place, place]))
        low, high = (end[place] for end in problem.limits)
        below = np.linspace(max(mode[place] - width * sd, low), mode[place], points + 1)
        logs = np.append(
            below[:-1], np.linspace(mode[place], min(mode[place] + width * sd, high), points + 1)
        )
        for column, log in enumerate(logs):
            found = problem.mode(mode, {place: float(log)}) if len(mode) > 1 else None
            cost = float(found.cost) if found else 0.5 * float((problem.residuals(logs[[column]]) ** 2).sum())
            rises[row, column] = cost - (0.0 if prior else 0.5 * (log / problem.spread[place]) ** 2)
            done += 1
            progress(done, total)
        rises[row] -= rises[row].min()
        factors[row] = np.exp(logs)
        bounds[row] = np.exp(_bounds(logs, rises[row], float(chi2.ppf(LEVEL, 1)) / 2))
    return xr.Dataset(
        {
            "factor": (("id", "step"), factors),
            "rise": (("id", "step"), rises),
            "low": ("id", bounds[:, 0]),
            "high": ("id", bounds[:, 1]),
        },
        {"id": [subject.id for subject in subjects]},
        attrs={"parameter": parameter, "prior": int(prior), "level": LEVEL},
    )


def _bounds(logs: Array, rise: Array, limit: float) -> tuple[float, float]:
    """Return where a profile crosses a limit either way of its least, by straight lines; NaN where it does not."""
    least = int(rise.argmin())
    below, above = rise[: least + 1][::-1], rise[least:]
    return (
        _crossing(logs[: least + 1][::-1], below, limit),
        _crossing(logs[least:], above, limit),
    )


def _crossing(logs: Array, rise: Array, limit: float) -> float:
    over = np.flatnonzero(rise >= limit)
    if not over.size or over[0] == 0:
        return float("nan")
    last = int(over[0])
    share = (limit - rise[last - 1]) / (rise[last] - rise[last - 1])
    return float(logs[last - 1] + share * (logs[last] - logs[last - 1]))

"""Maximum a posteriori values and posteriors of the kinetic model, person by person.

Observations are lognormal about the model with the variation within a person of ``readout_noise.*``. Persons differ by
factors of the typical one, lognormal with the spreads ``spread.*`` of the ledger; numbers of the ledger stay within
their ranges. The mode is found by least squares, and the distribution by importance sampling from a Student
distribution about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import multivariate_t

from remyelin.analysis.estimation.columns import MARKERS
from remyelin.analysis.estimation.problem import Model, Problem
from remyelin.analysis.estimation.remarks import remarks
from remyelin.analysis.estimation.table import Subject, read_table
from remyelin.base.errors import InputError, SimulationError
from remyelin.base.log import Task
from remyelin.evidence import Ledger
from remyelin.person.inference.psis import smoothed

Array = NDArray[np.float64]

FREEDOM: Final = 5  # degrees of freedom of the proposal
ROUNDS: Final = 200  # of drawing, in which draws outside a range of the ledger are replaced
AT_END: Final = 1e-3  # share of the logarithm of a range, nearer than which a mode counts as at its end


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Estimates of every person of a table.

    Attributes
    ----------
    persons : Dataset (id, parameter)
        ``map``, the most likely factor; ``sd``, of its logarithm, from the curvature; ``shrinkage``, (sd / prior SD)^2:
        near 1 the data say nothing; ``value``, of entries of
        the ledger in their unit; ``end``, "low" or "high" where the mode lies at that end of the ledger's range, which
        says that the data ask for more than the range allows, and "" elsewhere; ``deviation``, of the logarithm from
        typical, in SD of the prior; ``moved``, whether any observation of the person depends on it. Over id:
        ``effective``, the effective number of draws, and ``pareto_k``, above 0.7
        unreliable.
    rows : Dataset (row)
        ``id``, ``time`` (days), ``marker``, ``observed``, ``population`` (typical person), ``individual`` (at the
        mode), ``low`` and ``high`` (90 % of the posterior, without the noise of a measurement), ``residual`` (of the
        logarithm, in SD).
    draws : Dataset (id, draw, parameter)
        ``factor`` and ``log_weight`` (id, draw), normalised and Pareto-smoothed.

    Examples
    --------
    >>> from remyelin.analysis.estimation import Model, estimate
    >>> rows = [{'ID': 1, 'TIME': 0, 'EVID': 0, 'DV': 150, 'AGE': 60, 'INTAKE': 5}]
    >>> found = estimate(rows, Model(scales=('store',)), draws=20)
    >>> found.persons['map'].shape, found.draws['factor'].shape
    ((1, 1), (1, 20, 1))
    """

    persons: xr.Dataset
    rows: xr.Dataset
    draws: xr.Dataset

    def remarks(self) -> list[str]:
        """Return a sentence for each observation beyond 4 SD, trait beyond 3 SD, and trait without data.

        Examples
        --------
        >>> from remyelin.analysis.estimation import Model, estimate
        >>> rows = [{'ID': 1, 'TIME': 0, 'EVID': 0, 'DV': 150, 'AGE': 60, 'INTAKE': 5}]
        >>> print(*estimate(rows, Model(scales=('store', 'mma')), draws=20).remarks())
        person 1: no observation depends on mma (it scales methylmalonate (DVID 3)); it stays at its prior.
        """
        return remarks(self.persons, self.rows)


def estimate(
    table: Any,
    model: Model | None = None,
    *,
    ledger: Ledger | None = None,
    covariates: Mapping[str, float] | None = None,
    draws: int = 400,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Estimates:
    """Estimate the kinetics of every person of a table of doses and concentrations.

    Parameters
    ----------
    table : path, DataFrame or sequence of mapping
        As :func:`read_table` describes it.
    model : Model, optional
        The four factors of the typical person when omitted.
    ledger : Ledger, optional
        The shipped one when omitted.
    covariates : mapping of str to float, optional
        Covariates of everybody that the table does not hold, as ``{"AGE": 60, "INTAKE": 5}``.
    draws : int
        Draws from the proposal for each person.
    seed : int
        The same seed gives the same draws.
    progress : callable
        Called with the number of persons done and of all.

    Returns
    -------
    Estimates

    Raises
    ------
    InputError
        For a table that cannot be read, or a person without an observation.
    SimulationError
        If no mode is found.

    Examples
    --------
    >>> from remyelin.analysis.estimation import Model, estimate
    >>> rows = [
    ...     {"ID": 1, "TIME": 0, "EVID": 0, "DV": 150},
    ...     {"ID": 1, "TIME": 0, "EVID": 1, "AMT": 1000, "CMT": 3, "FORM": 1, "II": 7, "ADDL": 3},
    ...     {"ID": 1, "TIME": 28, "EVID": 0, "DV": 700},
    ... ]
    >>> found = estimate(rows, Model(scales=("store", "plasma")), covariates={"AGE": 60, "INTAKE": 5})
    >>> bool((found.persons["shrinkage"] < 1).all()), found.rows.sizes["row"]
    (True, 2)
    """
    chosen = Model() if model is None else model
    numbers = Ledger.shipped() if ledger is None else ledger
    if draws < 10:
        raise InputError(f"estimate: {draws} draws say nothing of a posterior; give 10 or more.")
    subjects = read_table(table, covariates)
    found = []
    task = Task("estimation", "estimation of %s in %d persons", ", ".join(chosen.names), len(subjects))
    progress(0, len(subjects))
    for index, subject in enumerate(subjects):
        found.append(_person(subject, chosen, numbers, draws, np.random.default_rng([seed, index])))
        progress(index + 1, len(subjects))
    task.done("the largest Pareto k %.2f", max(one.pareto_k for one in found))
    names = list(chosen.names)
    ids = [subject.id for subject in subjects]
    persons = xr.Dataset(
        {
            name: (("id", "parameter"), np.array([getattr(one, name) for one in found]))
            for name in ("map", "sd", "shrinkage", "value", "end", "deviation", "moved")
        }
        | {
            name: ("id", np.array([getattr(one, name) for one in found]))
            for name in ("effective", "pareto_k")
        },
        {"id": ids, "parameter": names},
    )
    sampled = xr.Dataset(
        {
            "factor": (("id", "draw", "parameter"), np.exp(np.array([one.draws for one in found]))),
            "log_weight": (("id", "draw"), np.array([one.log_weight for one in found])),
        },
        {"id": ids, "parameter": names},
    )
    columns = {name: np.concatenate([one.rows[name] for one in found]) for name in found[0].rows}
    rows = xr.Dataset({name: ("row", values) for name, values in columns.items()})
    return Estimates(persons, rows, sampled)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    map: Array
    sd: Array
    shrinkage: Array
    value: Array
    end: NDArray[np.str_]
    deviation: Array
    moved: NDArray[np.bool_]
    effective: float
    pareto_k: float
    draws: Array
    log_weight: Array
    rows: Mapping[str, NDArray[Any]]


def _person(
    subject: Subject, model: Model, ledger: Ledger, count: int, random: np.random.Generator
) -> _Found:
    problem = Problem.of(subject, model, ledger)
    observed, known, noise, spread = problem.observed, problem.known, problem.noise, problem.spread
    mode, limits = problem.mode(), problem.limits
    covariance = np.linalg.inv(mode.jac.T @ mode.jac)
    sd = np.sqrt(np.diag(covariance))
    # a proposal wider than a range would mostly miss it
    narrower = np.minimum(1.0, (limits[1] - limits[0]) / (2.0 * sd))
    proposal = multivariate_t(mode.x, covariance * np.outer(narrower, narrower), df=FREEDOM)
    drawn = _within(proposal, count, limits, random)
    if drawn is None:
        raise SimulationError(
            f"estimate: person {subject.id:g}: the ranges of the ledger leave next to no room about the mode; free "
            "fewer entries."
        )
    curves = np.array([problem.predicted(logs) for logs in drawn])
    misfit = (np.log(observed[known]) - np.log(curves[:, known])) / noise[known]
    log_target = -0.5 * ((misfit**2).sum(axis=1) + ((drawn / spread) ** 2).sum(axis=1))
    log_weight, tail = smoothed(log_target - np.atleast_1d(proposal.logpdf(drawn)))
    weights = np.exp(log_weight)
    individual = problem.predicted(mode.x)
    entries = [ledger[name] for name in model.entries]
    return _Found(
        map=np.exp(mode.x),
        sd=sd,
        shrinkage=(sd / spread) ** 2,
        value=np.array([*(np.nan for _ in model.scales), *entries]) * np.exp(mode.x),
        end=_ends(mode.x, limits),
        deviation=mode.x / spread,
        moved=np.abs(mode.jac[: known.sum()]).max(axis=0) > 0.0,
        effective=float(1.0 / (weights**2).sum()),
        pareto_k=float(tail),
        draws=drawn,
        log_weight=log_weight,
        rows={
            "id": np.full(len(observed), subject.id),
            "time": problem.time,
            "marker": np.array(MARKERS)[problem.marker],
            "observed": observed,
            "population": problem.predicted(np.zeros(len(spread))),
            "individual": individual,
            "low": _quantile(curves, weights, 0.05),
            "high": _quantile(curves, weights, 0.95),
            "residual": (np.log(observed) - np.log(individual)) / noise,
        },
    )


def _within(
    proposal: Any, count: int, limits: tuple[Array, Array], random: np.random.Generator
) -> Array | None:
    """Return draws within the limits; None where so many rounds do not find them.

    What lies outside is drawn again: the density is that of the proposal but for a factor, which weights do not see.
    """
    kept = np.zeros((0, len(limits[0])))
    for _ in range(ROUNDS):
        drawn = np.asarray(proposal.rvs(count, random_state=random), dtype=np.float64).reshape(count, -1)
        kept = np.concatenate([kept, drawn[((drawn >= limits[0]) & (drawn <= limits[1])).all(axis=1)]])
        if len(kept) >= count:
            return kept[:count]
    return None


def _ends(logs: Array, limits: tuple[Array, Array]) -> NDArray[np.str_]:
    """Return at which end of its range each factor lies; "" inside, and where there is no end."""
    low, high = limits
    both = np.isfinite(low) & np.isfinite(high)
    near = AT_END * np.where(both, np.subtract(high, low, where=both, out=np.ones_like(low)), 1.0)
    return np.where(logs - low <= near, "low", np.where(high - logs <= near, "high", ""))


def _quantile(curves: Array, weights: Array, level: float) -> Array:
    """Return weighted quantiles over the draws, shape (rows,)."""
    order = np.argsort(curves, axis=0)
    total = np.cumsum(weights[order], axis=0)
    first = np.argmax(total >= level * total[-1], axis=0)
    found: Array = curves[order[first, np.arange(curves.shape[1])], np.arange(curves.shape[1])]
    return found

"""Sample sizes of every endpoint at every visit, by the closed form for two means or two shares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.cohort.observation import Observation
from remyelin.analysis.trial.analyse import responded
from remyelin.analysis.trial.design import Design, Endpoint
from remyelin.analysis.trial.pool import Pool
from remyelin.analysis.trial.settings import SEARCH_LIMIT, SIZING_PERSONS
from remyelin.analysis.trial.simulate import Replicate, measured, stream

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Needed:
    """Persons per arm that one endpoint needs at one visit.

    Attributes
    ----------
    hypothesis, endpoint : str
    visit : float
    effect : float
        Difference of the means of first and last arm over the residual SD, or of the shares.
    n : int or None
        None where more than 100,000 would be needed.
    """

    hypothesis: str
    endpoint: str
    visit: float
    effect: float
    n: int | None


@dataclass(frozen=True, slots=True)
class Paired:
    """Difference of the first arm from the last in the same persons, before measurement.

    Attributes
    ----------
    hypothesis, endpoint : str
    visit : float
    mean, error : float
        Mean of first less last arm over the pool (of the logarithm where the endpoint is), and its standard error. The
        pool stands for all persons no better than this.
    low, high : float
        10 and 90 % of the persons.
    persons : int
    """

    hypothesis: str
    endpoint: str
    visit: float
    mean: float
    error: float
    low: float
    high: float
    persons: int


def paired(design: Design, pool: Pool, looks: Mapping[str, Observation]) -> list[Paired]:
    """Return the effect in the same persons of every endpoint that is a change; no analysis of a trial uses it."""
    found = []
    for hypothesis in design.hypothesis:
        for endpoint in design.endpoint:
            if endpoint.kind != "change":
                continue
            visit = int(np.searchsorted(pool.days, endpoint.visit))
            column = endpoint.column
            first, last = (
                _scaled(
                    endpoint,
                    looks[column].without_error(pool.values[hypothesis.name, arm.name][column][0, :, visit]),
                )
                for arm in (design.arm[0], design.arm[-1])
            )
            effect = (first - last)[np.isfinite(first) & np.isfinite(last)]
            if len(effect) < 2:
                continue
            low, high = np.quantile(effect, (0.1, 0.9))
            error = float(effect.std(ddof=1)) / math.sqrt(len(effect))
            found.append(
                Paired(
                    hypothesis.name,
                    endpoint.name,
                    endpoint.visit,
                    float(effect.mean()),
                    error,
                    float(low),
                    float(high),
                    len(effect),
                )
            )
    return found


def needed(design: Design, pool: Pool, looks: Mapping[str, Observation]) -> list[Needed]:
    """Return the persons per arm that each endpoint needs at each visit, fewest first within a hypothesis.

    The effect is that between the same persons with the same errors of measurement under both arms, so that chance does
    not hide a small one; the spread is that of persons who differ. The trial itself never sees such pairs.
    """
    found: list[Needed] = []
    wide = replace_size(design)
    persons = np.resize(np.arange(pool.persons), max(SIZING_PERSONS, pool.persons))
    never = np.full(len(persons), np.inf)
    for place, hypothesis in enumerate(design.hypothesis):
        sources = [pool.values[hypothesis.name, arm.name] for arm in design.arm]
        rows = []
        for endpoint in design.endpoint:
            first, last = (
                measured(
                    wide,
                    pool,
                    Replicate(persons, np.full(len(persons), arm), persons, never),
                    endpoint.column,
                    looks[endpoint.column],
                    sources,
                    0,
                    stream(design, "size", place),
                )
                for arm in (0, len(design.arm) - 1)
            )
            for visit in range(1, len(pool.days)):
                effect, n = _closed(endpoint, first, last, visit, design.alpha, design.power)
                if n is not None and design.dropout:
                    # who is lost by this visit is recruited beside
                    n = math.ceil(n / (1.0 - design.dropout * float(pool.days[visit] / pool.days[-1])))
                rows.append(Needed(hypothesis.name, endpoint.name, float(pool.days[visit]), effect, n))
        found += sorted(rows, key=lambda row: (row.n is None, row.n or 0, row.visit, row.endpoint))
    return found


def replace_size(design: Design) -> Design:
    """Return the design without drop-out, for the spread of those who stay."""
    return design.model_copy(update={"dropout": 0.0})


def _closed(
    endpoint: Endpoint, first: Values, last: Values, visit: int, alpha: float, power: float
) -> tuple[float, int | None]:
    from scipy.special import ndtri

    reach = float((ndtri(1.0 - alpha / 2.0) + ndtri(power)) ** 2)
    if endpoint.kind == "change":
        arms = [_scaled(endpoint, one) for one in (first, last)]
        residuals, means = [], []
        pooled = np.concatenate([one[:, [0, visit]] for one in arms])
        pooled = pooled[np.isfinite(pooled).all(axis=1)]
        spread = float(pooled[:, 0].var()) if len(pooled) else 0.0
        slope = float(np.cov(pooled.T)[0, 1] / spread) if spread > 0.0 else 0.0
        for one in arms:
            here = one[np.isfinite(one[:, visit]) & np.isfinite(one[:, 0])]
            if len(here) < 2:
                return 0.0, None
            adjusted = here[:, visit] - slope * here[:, 0]
            means.append(float(adjusted.mean()))
            residuals.append(float(adjusted.var(ddof=1)))
        deviation = math.sqrt(float(np.mean(residuals)))
        if deviation == 0.0:
            return 0.0, None
        effect = (means[0] - means[1]) / deviation
        count = 2.0 * reach / effect**2 if effect else math.inf
    else:
        shares = []
        for one in (first, last):
            met = responded(endpoint, one)
            until = met[:, : visit + 1].any(axis=1) if endpoint.kind == "time" else met[:, visit]
            shares.append(float(until.mean()))
        effect = shares[0] - shares[1]
        spread = sum(share * (1.0 - share) for share in shares)
        count = reach * spread / effect**2 if effect else math.inf
    if not count <= SEARCH_LIMIT:
        return effect, None
    return effect, max(math.ceil(count), 2)


def _scaled(endpoint: Endpoint, values: Values) -> Values:
    return np.log(np.maximum(values, np.finfo(np.float64).tiny)) if endpoint.logarithm else values

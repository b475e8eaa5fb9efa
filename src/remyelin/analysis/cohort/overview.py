"""A cohort in plain data: how its outcomes vary, its covariates, its figures beside the published ones."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from remyelin.analysis.cohort.comparison import compare
from remyelin.analysis.cohort.measured import Measured, measurable
from remyelin.analysis.cohort.measures import OUTCOMES, PERCENT, per_person, together
from remyelin.analysis.cohort.noticed import nineteen
from remyelin.analysis.cohort.population import BySex, Population
from remyelin.analysis.cohort.results import Results
from remyelin.base.plain import number


def variation(results: Results, visit: int) -> list[dict[str, Any]]:
    """Return how much persons and parameter sets each spread the outcomes of a visit.

    ``persons`` is the 10 to 90 % range over persons with the ledger's own values, ``measured`` that of their measured
    values (None for what is not measured); ``sets`` the range of the cohort's figure over the parameter sets, for the
    same persons.
    """
    rows = []
    seen = Measured(results)
    for label, measure, unit in OUTCOMES:
        values = per_person(measure, results.at(visit, 0), results.at(0, 0))
        known = values[np.isfinite(values)]
        sets = [
            together(measure, per_person(measure, results.at(visit, draw), results.at(0, draw)))
            for draw in range(1, len(results.cohort.sets))
        ]
        sets = [value for value in sets if math.isfinite(value)]
        kind, _, column = measure.partition(":")
        share = kind in PERCENT
        observed = seen.visit(column, visit) if measurable(column) else np.zeros(0)
        observed = observed[np.isfinite(observed)]
        rows.append(
            {
                "what": label,
                "unit": unit,
                "value": number(together(measure, values)),
                "persons": None
                if share or not known.size
                else [float(x) for x in np.quantile(known, [0.1, 0.9])],
                "measured": [float(x) for x in np.quantile(observed, [0.1, 0.9])] if observed.size else None,
                "sets": [min(sets), max(sets)] if sets else None,
                "n": int(known.size),
            }
        )
    return rows


def covariates(results: Results) -> list[dict[str, Any]]:
    """Return each covariate: its distribution, its source, and quantiles of the values drawn."""
    population = results.cohort.population
    rows = []
    for name, raw in population.covariate.items():
        by_sex = {"female": raw.female, "male": raw.male} if isinstance(raw, BySex) else {"": raw}
        for sex, spread in by_sex.items():
            rows.append(
                {
                    "name": f"{name}, {sex}" if sex else name,
                    "distribution": spread.distribution,
                    "source": spread.source,
                    "mark": spread.mark,
                    "note": spread.note,
                    "drawn": _drawn(results, name, sex),
                }
            )
    return rows


def _drawn(results: Results, name: str, sex: str) -> list[float] | None:
    """Return the 10, 50 and 90 % quantiles of the values drawn."""
    column = f"covariate.{name}"
    if column not in results.names:
        return None
    visit = results.at(0, 0)
    values = visit[column]
    if sex:
        values = values[visit["sex"] == sex]
    values = values[np.isfinite(values)]
    return [float(x) for x in np.quantile(values, [0.1, 0.5, 0.9])] if values.size else None


def summary(results: Results) -> dict[str, Any]:
    """Return the cohort as plain JSON-ready data; no clock time, no word of who computed it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from remyelin.analysis.cohort import Results, Serial, load_population, run_cohort, summary
    >>> found = load_population('open-2015')
    >>> small = found.model_copy(
    ...     update={'persons': 2, 'parameters': found.parameters.model_copy(update={'draws': 0})}
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cohort = run_cohort(small, Path(folder) / 'out', Serial())
    ...     data = summary(Results(cohort))
    >>> sorted(data)[:4]
    ['arms', 'causes', 'covariates', 'digest']
    """
    cohort = results.cohort
    population: Population = cohort.population
    last = len(population.visits) - 1
    return {
        "schema": "remyelin-cohort-summary/1",
        "name": population.name,
        "title": population.title,
        "summary": population.summary,
        "persons": population.persons,
        "parameter_sets": list(cohort.members),
        "seeds": {"persons": population.seed, "parameters": population.parameters.seed},
        "visits": list(population.visits),
        "digest": cohort.digest,
        "settings": dict(cohort.settings),
        "failures": [asdict(item) for item in cohort.failures],
        "excluded": int(results.at(0, 0)["attempt"].sum()) if results.persons else 0,
        "published": [item.as_dict() for item in compare(results)],
        "symptoms": nineteen(results),
        "variation": {
            f"{population.visits[visit]:g} d": variation(results, visit) for visit in dict.fromkeys((0, last))
        },
        "covariates": covariates(results),
        "causes": [item.model_dump() for item in population.cause],
        "arms": [item.model_dump() for item in population.arm],
    }

"""Estimation problems in the form of PEtab, for pyPESTO, AMICI and other programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from remyelin.analysis.estimation.columns import MARKERS
from remyelin.analysis.estimation.problem import SCALES, Model
from remyelin.analysis.estimation.table import TIE, Occasion, read_table
from remyelin.base.errors import InputError
from remyelin.cobalamin import Parameters
from remyelin.cobalamin.exchange.sbml import first_day, to_sbml
from remyelin.evidence import Ledger
from remyelin.person.settings import TRAIT_LIMITS

#: Factors of the person in the SBML model.
IDENTIFIERS: Final[Mapping[str, str]] = {
    "store": "store_scale",
    "plasma": "plasma_scale",
    "mma": "mma_scale",
    "homocysteine": "hcy_scale",
}
CONDITION: Final = "course"


def to_petab(
    table: Any,
    model: Model | None = None,
    *,
    ledger: Ledger | None = None,
    covariates: Mapping[str, float] | None = None,
) -> dict[str, str]:
    """Return the estimation of every person of a table as files of PEtab version 1.

    The objective of each problem is that of :func:`estimate`: lognormal observations, normal priors of the logarithms.
    PEtab has no order of measurements and doses at one time: a measurement at the time of a dose is written 1e-8 days
    (1 ms) earlier where its row stands before the dose, and as much later where it stands behind.

    Parameters
    ----------
    table, ledger, covariates
        As for :func:`estimate`; the table without resets (EVID 3 and 4).
    model : Model, optional
        Its scales and noise; the four factors of the typical person when omitted. It must not free entries of the
        ledger.

    Returns
    -------
    dict of str to str
        Content by file name. Each person has ``person-<id>.yaml``, which names the model (SBML, with the doses as
        events) and four tables.

    Raises
    ------
    InputError
        For a table that cannot be read, a person without an observation or with a reset, or free entries.

    Examples
    --------
    >>> from remyelin.analysis.estimation import Model, to_petab
    >>> rows = [
    ...     {"ID": 1, "TIME": 0, "EVID": 1, "AMT": 1000, "CMT": 3, "FORM": 1},
    ...     {"ID": 1, "TIME": 28, "EVID": 0, "DV": 700},
    ... ]
    >>> files = to_petab(rows, Model(scales=("plasma",)), covariates={"AGE": 60, "INTAKE": 5})
    >>> sorted(files)[:3]
    ['person-1-conditions.tsv', 'person-1-measurements.tsv', 'person-1-observables.tsv']
    >>> print(files["person-1-measurements.tsv"], end="")
    observableId	simulationConditionId	measurement	time
    observed_b12	course	700.0	29.0
    """
    chosen = Model() if model is None else model
    numbers = Ledger.shipped() if ledger is None else ledger
    if chosen.entries:
        raise InputError(
            f"petab: {next(iter(chosen.entries))!r} is an entry of the ledger; the SBML model frees the factors "
            f"{', '.join(SCALES)} alone."
        )
    parameters = Parameters.from_ledger(numbers)
    files: dict[str, str] = {}
    for subject in read_table(table, covariates):
        if len(subject.occasions) > 1:
            raise InputError(
                f"petab: person {subject.id:g} has a reset (EVID 3 or 4), which PEtab does not know; split the table."
            )
        occasion = subject.occasions[0]
        if not np.isfinite(occasion.value).any():
            raise InputError(f"petab: person {subject.id:g} has no observation; nothing can be estimated.")
        files |= _problem(f"person-{subject.id:g}", occasion, chosen, numbers, parameters)
    return files


def _problem(
    name: str, occasion: Occasion, model: Model, ledger: Ledger, parameters: Parameters
) -> dict[str, str]:
    known = np.isfinite(occasion.value)
    seen = sorted(set(occasion.marker[known].tolist()))
    start, stop = float(occasion.time.min()), float(occasion.time.max()) + 1.0
    first = first_day(occasion.exposure, start, stop)
    at_dose = np.isin(occasion.time, [dose.time for dose in occasion.exposure.doses])
    days = np.where(at_dose & ~occasion.before, occasion.time + TIE, occasion.moments)
    rows = zip(occasion.marker[known], occasion.value[known], days[known], strict=True)
    return {
        f"{name}.xml": to_sbml(occasion.exposure, start, stop, parameters),
        f"{name}-conditions.tsv": _table(("conditionId",), [(CONDITION,)]),
        f"{name}-observables.tsv": _table(
            (
                "observableId",
                "observableFormula",
                "observableTransformation",
                "noiseFormula",
                "noiseDistribution",
            ),
            (
                (
                    f"observed_{MARKERS[marker]}",
                    MARKERS[marker],
                    "log",
                    model.noise.get(MARKERS[marker], ledger[f"readout_noise.{MARKERS[marker]}"]),
                    "normal",
                )
                for marker in seen
            ),
        ),
        f"{name}-measurements.tsv": _table(
            ("observableId", "simulationConditionId", "measurement", "time"),
            (
                (f"observed_{MARKERS[marker]}", CONDITION, float(value), float(day) - first)
                for marker, value, day in rows
            ),
        ),
        f"{name}-parameters.tsv": _table(
            (
                "parameterId",
                "parameterScale",
                "lowerBound",
                "upperBound",
                "nominalValue",
                "estimate",
                "objectivePriorType",
                "objectivePriorParameters",
            ),
            (_parameter(scale, ledger[SCALES[scale][1]]) for scale in model.scales),
        ),
        f"{name}.yaml": (
            f"format_version: 1\nparameter_file: {name}-parameters.tsv\nproblems:\n"
            f"  - sbml_files: [{name}.xml]\n    condition_files: [{name}-conditions.tsv]\n"
            f"    observable_files: [{name}-observables.tsv]\n    measurement_files: [{name}-measurements.tsv]\n"
        ),
    }


def _parameter(scale: str, spread: float) -> tuple[object, ...]:
    # limits of a trait, far beyond the prior: a person far from typical has its mode within them
    low, high = TRAIT_LIMITS
    return (IDENTIFIERS[scale], "log", low, high, 1.0, 1, "parameterScaleNormal", f"0;{spread!r}")


def _table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    return "".join("\t".join(map(str, row)) + "\n" for row in (header, *rows))

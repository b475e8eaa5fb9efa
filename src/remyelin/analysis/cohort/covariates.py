"""Covariate distributions in canonical units, and their correlation matrix."""

from __future__ import annotations

import math
import re
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.cohort.distributions import KEYS, Distribution
from remyelin.analysis.cohort.population import COVARIATES, SEXES, BySex, Population, Spread
from remyelin.analysis.cohort.settings import COHORT_CORRELATION_SLACK
from remyelin.base.errors import InputError
from remyelin.base.units import KINDS, parse
from remyelin.evidence import Ledger

_PLAIN: Final = frozenset({"spread", "a", "b"})
_NUMBER: Final = re.compile(r"^\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S.*?)?\s*$")


def distributions(population: Population, ledger: Ledger) -> dict[str, dict[str, Distribution]]:
    """Return the distribution of every covariate by sex, in canonical units.

    Raises
    ------
    InputError
        For a number that cannot be: a wrong unit, a negative size, shares that do not sum to 1.
    """
    found: dict[str, dict[str, Distribution]] = {}
    for name, raw in population.covariate.items():
        by_sex = (
            {"female": raw.female, "male": raw.male} if isinstance(raw, BySex) else dict.fromkeys(SEXES, raw)
        )
        found[name] = {}
        for sex, spread in by_sex.items():
            where = f"covariate.{name}" + (f".{sex}" if isinstance(raw, BySex) else "")
            try:
                found[name][sex] = _distribution(spread, name, ledger)
            except ValueError as error:
                text = str(error)
                text = text if text.startswith("covariate") else f"{where}: {text}"
                raise InputError(f"{population.name}: {text}") from None
    return found


def _distribution(spread: Spread, name: str, ledger: Ledger) -> Distribution:
    kind = COVARIATES[name]
    if kind == "word":
        if spread.distribution != "choice" or set(spread.values or ()) - set(SEXES):
            raise ValueError("must be a choice of 'female' and 'male'.")
        words = tuple(str(value) for value in spread.values or ())
        return Distribution(
            "choice", tuple(map(float, range(len(words)))), shares=spread.shares or (), labels=words
        )

    def number(key: str, raw: Any) -> float:
        if isinstance(raw, str) and raw.startswith("ledger:"):
            entry = raw.removeprefix("ledger:").strip()
            value = ledger[entry]
            unit = ledger.entry(entry).unit
            if unit == "-" or kind == "factor":
                return value
            return _width(f"{value!r} {unit}", kind) if key == "sd" else parse(f"{value!r} {unit}", kind, key)
        if kind == "factor" or key in _PLAIN:
            if isinstance(raw, bool) or not isinstance(raw, int | float):
                raise ValueError(f"{key}: must be a number, not {raw!r}.")
            return float(raw)
        return _width(raw, kind) if key == "sd" else parse(raw, kind, key)

    keys = KEYS[spread.distribution]
    low = -math.inf if spread.low is None else number("low", spread.low)
    high = math.inf if spread.high is None else number("high", spread.high)
    if spread.distribution == "beta":
        low, high = (0.0 if spread.low is None else low), (1.0 if spread.high is None else high)
    if spread.distribution == "choice":
        found = Distribution(
            "choice",
            tuple(number("values", value) for value in spread.values or ()),
            shares=spread.shares or (),
        )
    else:
        numbers = tuple(number(key, getattr(spread, key)) for key in keys if key not in ("low", "high"))
        found = Distribution(spread.distribution, numbers, low, high)
    least, greatest = found.support()
    if kind == "factor":
        if least < 0 or (least == 0 and found.kind != "lognormal"):
            raise ValueError("a factor must be above 0 for everybody; give low, as 0.1.")
        return found
    limits = KINDS[kind]
    floor = 0.0 if name in ("duration", "decline") else limits.low
    if least < floor or greatest > limits.high:
        unit = f" {limits.canonical}".rstrip()
        if spread.distribution in ("normal", "lognormal") and not (
            math.isfinite(least) and math.isfinite(greatest)
        ):
            raise ValueError(
                f"can become impossible for {limits.label}; truncate it with low and high within "
                f"{floor:g} to {limits.high:g}{unit}."
            )
        raise ValueError(
            f"can become impossible for {limits.label}; it must lie within {floor:g} to {limits.high:g}{unit}."
        )
    return found


def _width(raw: Any, kind: str) -> float:
    """Read a standard deviation: in the units of its kind, but a difference, which the kind's limits do not bind."""
    factors = KINDS[kind].factors
    match = _NUMBER.match(raw if isinstance(raw, str) else repr(raw))
    unit = (match[2] or "").replace("µ", "u") if match else ""
    if match is None or unit not in factors or (isinstance(raw, str) is False and "" not in factors):
        raise ValueError(
            f"sd: {raw!r} is no size; write a number with one of the units {', '.join(factors)}."
        )
    return float(match[1]) * factors[unit]


def mixing(population: Population) -> NDArray[np.float64]:
    """Return the matrix that turns independent standard normal numbers into correlated ones.

    Rows and columns are the covariates in the order of the file. Its product with its transpose is the
    correlation matrix (from its eigenvectors, which also serves a singular one).

    Raises
    ------
    InputError
        If no joint distribution has the correlations asked for.
    """
    names = list(population.covariate)
    matrix = np.eye(len(names))
    seen: set[frozenset[str]] = set()
    for item in population.correlation:
        pair = frozenset(item.of)
        if pair in seen:
            raise InputError(
                f"{population.name}: correlation of {item.of[0]!r} and {item.of[1]!r} is given twice."
            )
        seen.add(pair)
        i, j = (names.index(name) for name in item.of)
        matrix[i, j] = matrix[j, i] = item.value
    if not seen:
        return matrix
    values, vectors = np.linalg.eigh(matrix)
    if values[0] < -COHORT_CORRELATION_SLACK:
        worst = [names[k] for k in np.argsort(-np.abs(vectors[:, 0]))[:3]]
        raise InputError(
            f"{population.name}: the correlations are impossible together (not positive semidefinite, lowest "
            f"eigenvalue {values[0]:.3g}); weaken those of {', '.join(worst)}."
        )
    mixed: NDArray[np.float64] = vectors * np.sqrt(np.maximum(values, 0.0))
    return mixed

"""The population: who is in it, why, how long, how treated and when seen; from TOML, validated and frozen.

Between-person variation stands in ``[covariate.*]`` and is drawn with ``seed``. Uncertainty of the model's
parameters stands in ``[parameters]`` and is drawn with a seed of its own; the two never mix.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from remyelin.analysis.cohort.blocks import expanded
from remyelin.analysis.cohort.distributions import KEYS
from remyelin.analysis.cohort.measures import check_measure
from remyelin.analysis.cohort.settings import (
    COHORT_MAX_ATTEMPTS,
    COHORT_MAX_DRAWS,
    COHORT_MAX_PERSONS,
    COHORT_MAX_VISITS,
)
from remyelin.base.errors import nearest
from remyelin.base.refusals import in_words, key_of
from remyelin.catalogue.causes import CAUSES, NONE, gas_causes, paced_by, partial_causes
from remyelin.person.case import B12, Duration, Fraction, Name, Text, Time

#: Covariates a file may spread, with the kind of quantity; a factor is a number above 0, 1 = typical.
#: They are drawn in this order, whatever the order of the file.
COVARIATES: Final[Mapping[str, str]] = {
    "age": "age",
    "sex": "word",
    "height": "height",
    "duration": "duration",
    "decline": "duration",
    "diet_intake": "intake",
    "lost": "fraction",
    "hours_per_day": "hours",
    "inspired_fraction": "fraction",
    "filtration": "filtration",
    "adherence": "fraction",
    "intake": "intake",
    "severity": "factor",
    "store": "factor",
    "plasma": "factor",
    "mma": "factor",
    "homocysteine": "factor",
}
SEXES: Final = ("female", "male")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Spread(_Frozen):
    """Distribution of one covariate, and its basis (a bibliography key, or ``assumed``)."""

    distribution: Literal["constant", "uniform", "normal", "lognormal", "beta", "choice"]
    source: Annotated[str, Field(min_length=1, max_length=100)]
    mark: Literal["read", "read-2nd", "recall", "calc", "none"] = "none"
    note: Text = ""
    value: Any = None
    low: Any = None
    high: Any = None
    mean: Any = None
    sd: Any = None
    median: Any = None
    spread: Any = None
    a: Any = None
    b: Any = None
    values: Annotated[tuple[Any, ...], Field(strict=False)] | None = None
    shares: Annotated[tuple[float, ...], Field(strict=False)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Spread:
        needed = KEYS[self.distribution]
        for key in needed:
            if getattr(self, key) is None and not (self.distribution == "beta" and key in ("low", "high")):
                raise ValueError(f"{key}: is missing; a {self.distribution} needs {', '.join(needed)}.")
        allowed = {
            *needed,
            *(("low", "high") if self.distribution in ("normal", "lognormal", "beta") else ()),
        }
        for key in ("value", "low", "high", "mean", "sd", "median", "spread", "a", "b", "values", "shares"):
            if getattr(self, key) is not None and key not in allowed:
                raise ValueError(f"{key}: a {self.distribution} has none; remove it.")
        return self


class BySex(_Frozen):
    """A covariate spread differently in women and men."""

    female: Spread
    male: Spread


class Cause(_Frozen):
    """A cause of deficiency and the share of persons who have it."""

    kind: Literal[tuple(CAUSES)]  # type: ignore[valid-type]
    share: Fraction = 1.0
    source: Annotated[str, Field(min_length=1, max_length=100)]
    note: Text = ""


class Arm(_Frozen):
    """A treatment and the persons who get it; no `regimen` is no treatment.

    With `n` so many persons get it, in an order drawn with the seed; with `share` each person is tossed for.
    The regimen begins `delay` after presentation. ``exposure = "continues"`` lets nitrous oxide go on.
    """

    name: Name
    share: Fraction = 1.0
    n: Annotated[int, Field(ge=1, le=COHORT_MAX_PERSONS)] | None = None
    regimen: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    delay: Duration | None = None
    exposure: Literal["continues"] | None = None
    source: Annotated[str, Field(min_length=1, max_length=100)]
    note: Text = ""


class Correlated(_Frozen):
    """Correlation of two covariates in the Gaussian copula."""

    of: Annotated[tuple[str, str], Field(strict=False)]
    value: Annotated[float, Field(ge=-1, le=1)]
    source: Annotated[str, Field(min_length=1, max_length=100)] = "assumed"


class Presentation(_Frozen):
    """Presentation of persons and criteria of inclusion.

    ``since = "found"``: a person is followed untreated from the beginning of the cause, at most `within` before
    methylation falls short, until the event of presentation (:mod:`remyelin.person.presentation`); `ill` includes
    only those who notice a symptom by then. ``since = "cause"``: the covariate ``duration`` is the age of the
    cause at the first visit, as in a trial of screened people. Who does not meet the criteria is drawn again, with a
    fresh stream, at most `attempts` times.
    """

    since: Literal["found", "cause"]
    ill: bool = True
    within: Duration = Field(default="14 y", validate_default=True)
    b12: Annotated[tuple[B12, B12], Field(strict=False)] | None = None
    cord: bool = False
    neuropathy: bool = False
    attempts: Annotated[int, Field(ge=1, le=COHORT_MAX_ATTEMPTS)] = 20
    note: Text = ""


class ParameterDraws(_Frozen):
    """Sets of model parameters, each applied to every person beside the ledger's own values."""

    ensemble: Literal["myelin"] = "myelin"
    draws: Annotated[int, Field(ge=0, le=COHORT_MAX_DRAWS)] = 0
    seed: Annotated[int, Field(ge=0)] = 1


class Measurement(_Frozen):
    """Errors of measurement and visits of a population, as in a trial.

    `spread`: a study varies between healthy persons and between repetitions, a marker with its assay. `window`: visits
    after the first are up to so many days off. `dropout`: share of persons whose later visits are missing at the last
    visit, evenly over time.
    """

    spread: bool = True
    window: Duration | None = None
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0


class Published(_Frozen):
    """A published figure beside the figure of the cohort."""

    what: Annotated[str, Field(min_length=1, max_length=200)]
    measure: Annotated[str, Field(min_length=1, max_length=200)]
    visit: Time = 0.0
    group: Annotated[str, Field(max_length=100)] = ""
    value: float
    low: float | None = None
    high: float | None = None
    unit: Annotated[str, Field(max_length=40)]
    n: Annotated[int, Field(ge=1)] | None = None
    source: Annotated[str, Field(min_length=1, max_length=100)]
    mark: Literal["read", "read-2nd", "recall", "calc", "none"]
    target: Annotated[str, Field(max_length=100)] = ""
    note: Text = ""

    @model_validator(mode="after")
    def _known(self) -> Published:
        check_measure(self.measure)
        return self


class Population(_Frozen):
    """One population: how many, who, why, how long, how treated, when seen.

    Attributes
    ----------
    visits : tuple of float
        Days from the first visit.
    cause, arm : tuple
        Causes, and treatments, with their shares or numbers of persons.
    covariate : mapping of str
        Distribution of each covariate, for each sex where they differ.
    published : tuple of Published
        Figures to compare with.

    Examples
    --------
    >>> from remyelin.analysis.cohort import load_population
    >>> population = load_population('healton-1991')
    >>> population.name, population.persons > 10
    ('healton-1991', True)
    """

    name: Name
    title: Annotated[str, Field(min_length=1, max_length=200)]
    citation: Annotated[str, Field(max_length=100)] = ""
    summary: Text = ""
    persons: Annotated[int, Field(ge=1, le=COHORT_MAX_PERSONS)]
    seed: Annotated[int, Field(ge=0)] = 0
    visits: Annotated[tuple[Time, ...], Field(min_length=1, max_length=COHORT_MAX_VISITS, strict=False)]
    presentation: Presentation
    parameters: ParameterDraws = ParameterDraws()
    measurement: Measurement | None = None
    cause: Annotated[tuple[Cause, ...], Field(min_length=1, max_length=20, strict=False)]
    arm: Annotated[tuple[Arm, ...], Field(min_length=1, max_length=20, strict=False)]
    covariate: dict[str, BySex | Spread]
    correlation: Annotated[tuple[Correlated, ...], Field(max_length=200, strict=False)] = ()
    published: Annotated[tuple[Published, ...], Field(max_length=100, strict=False)] = ()

    @model_validator(mode="before")
    @classmethod
    def _which(cls, data: Any) -> Any:
        """Put blocks in; decide for each covariate whether it is spread by sex, so that errors name the right keys."""
        data = _counted(expanded(data)) if isinstance(data, dict) else data
        spread = data.get("covariate") if isinstance(data, dict) else None
        if not isinstance(spread, dict):
            return data
        known: dict[str, Any] = {}
        for name, raw in spread.items():
            if name not in COVARIATES:
                raise ValueError(f"unknown key 'covariate.{name}'; {nearest(name, COVARIATES)}")
            model = BySex if isinstance(raw, dict) and not raw.keys().isdisjoint(SEXES) else Spread
            try:
                known[name] = model.model_validate(raw)
            except ValidationError as error:
                raise ValueError(explain(error, model, f"covariate.{name}")) from None
        return {**data, "covariate": {name: known[name] for name in COVARIATES if name in known}}

    @model_validator(mode="after")
    def _consistent(self) -> Population:
        for name in ("age", "sex"):
            if name not in self.covariate:
                raise ValueError(f"covariate.{name}: is missing; every population needs age and sex.")
        for table, items in (("cause", self.cause), ("arm", self.arm)):
            total = math.fsum(item.share for item in items)
            if abs(total - 1) > 1e-9:
                raise ValueError(f"{table}: shares sum to {total:g}; they must sum to 1.")
        if len({arm.name for arm in self.arm}) < len(self.arm):
            raise ValueError("arm: two arms have one name; give each its own.")
        if any(b <= a for a, b in zip(self.visits, self.visits[1:], strict=False)):
            raise ValueError("visits: dates are out of order; list each once, earliest first.")
        if self.visits[0] < 0:
            raise ValueError('visits: a visit lies before presentation; begin with "0 d" or later.')
        needs = {
            "lost": partial_causes(),
            "hours_per_day": gas_causes(),
            "inspired_fraction": gas_causes(),
            "decline": paced_by("decline"),
            "diet_intake": paced_by("diet_intake"),
        }
        kinds = {cause.kind for cause in self.cause}
        for name, causes in needs.items():
            if name in self.covariate and kinds.isdisjoint(causes):
                raise ValueError(f"covariate.{name}: only {', '.join(causes)} has it; remove it.")
        found = self.presentation.since == "found"
        if found and NONE in kinds:
            raise ValueError('cause: "none" never leads to presentation; use presentation.since = "cause".')
        if found and "duration" in self.covariate:
            raise ValueError(
                'covariate.duration: it follows from presentation; remove it, or use presentation.since = "cause".'
            )
        if not found and "duration" not in self.covariate:
            raise ValueError('covariate.duration: is missing; presentation.since = "cause" needs it.')
        if self.presentation.b12 is not None and self.presentation.b12[0] >= self.presentation.b12[1]:
            raise ValueError("presentation.b12: give the lower limit first.")
        for item in self.correlation:
            for name in item.of:
                if name not in self.covariate:
                    raise ValueError(
                        f"correlation.of: {name!r} is no covariate of this file; {nearest(name, self.covariate)}"
                    )
            if item.of[0] == item.of[1]:
                raise ValueError(f"correlation.of: {item.of[0]!r} with itself is 1; name two covariates.")
        arms = {arm.name for arm in self.arm}
        for name in sorted(arms & kinds):
            raise ValueError(
                f"arm: {name!r} is a cause as well, and a group of that name could be either; rename it."
            )
        groups = arms | kinds
        for row in self.published:
            if row.visit not in self.visits:
                raise ValueError(f"published {row.what!r}: its visit is none of visits; add it there.")
            for part in filter(None, row.group.split(" - ")):
                if part not in groups:
                    raise ValueError(f"published {row.what!r}: no group {part!r}; {nearest(part, groups)}")
        return self

    @model_validator(mode="after")
    def _measurable(self) -> Population:
        window = self.measurement.window if self.measurement else None
        if window and any(b - a <= 2 * window for a, b in zip(self.visits, self.visits[1:], strict=False)):
            raise ValueError("measurement.window: windows of neighbouring visits overlap; give fewer days.")
        return self

    @property
    def horizon(self) -> float:
        """Day of the last visit, at the end of its window."""
        window = self.measurement.window if self.measurement else None
        return self.visits[-1] + (window or 0.0)

    def digest(self) -> str:
        """Return a hash of everything that decides the result."""
        text = json.dumps(to_data(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _counted(data: dict[str, Any]) -> dict[str, Any]:
    """Fill in the persons and the shares of a population whose arms say how many get each."""
    arms = data.get("arm")
    if not isinstance(arms, list | tuple) or not all(isinstance(arm, dict) for arm in arms):
        return data
    sizes = [arm["n"] for arm in arms if isinstance(arm.get("n"), int) and arm["n"] > 0]
    if not sizes:
        return data
    total = sum(sizes)
    if len(sizes) < len(arms):
        raise ValueError("arm: give n for every arm, or for none.")
    if data.get("persons", total) != total:
        raise ValueError(f"persons: {data['persons']} is not the {total} of the arms; leave it out.")
    shared = []
    for arm in arms:
        share = arm["n"] / total
        if "share" in arm and abs(float(arm["share"]) - share) > 1e-9:
            raise ValueError("arm: give n or share, not both.")
        shared.append({**arm, "share": share})
    return {**data, "persons": total, "arm": shared}


def to_data(population: Population) -> dict[str, Any]:
    """Return the population as plain data that reads back to the same population."""
    return population.model_dump(mode="json", exclude_none=True)


#: What may stand in each table, for the nearest name of a misspelt key.
TABLES: Final[Mapping[str, type[BaseModel]]] = {
    "presentation": Presentation,
    "parameters": ParameterDraws,
    "measurement": Measurement,
    "cause": Cause,
    "arm": Arm,
    "correlation": Correlated,
    "published": Published,
}


def explain(error: ValidationError, model: type[BaseModel], where: str = "") -> str:
    """Turn the first of pydantic's errors into one sentence with the key and the valid values.

    Parameters
    ----------
    error : ValidationError
    model : type
        What was validated.
    where : str
        The key under which it stands in the file.
    """
    errors = error.errors(include_url=False)
    # A misspelt key also leaves its right name missing; the misspelling is what helps.
    first = next((item for item in errors if item["type"] == "extra_forbidden"), errors[0])
    key = key_of(first, where)
    kind, message = first["type"], first["msg"]
    if kind == "extra_forbidden":
        names = [str(part) for part in first["loc"] if not isinstance(part, int)]
        table = model if len(names) == 1 else TABLES.get(names[0], Spread)
        return f"unknown key {key!r}; {nearest(names[-1], table.model_fields)}"
    if kind == "missing":
        return f"key {key!r} is missing; docs/cohort.md shows every key."
    if kind == "value_error":
        text = re.sub(r"^Value error, ", "", message)
        return text if not key or text.startswith((key, "unknown key")) else f"{key}: {text}"
    return in_words(first, where)

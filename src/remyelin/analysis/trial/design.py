"""The design of a trial: arms, population, visits, endpoints, sizes; from TOML, validated and frozen."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from remyelin.analysis.cohort.columns import DRAWN, always_positive, known_columns, measured_columns
from remyelin.analysis.cohort.files import load_population
from remyelin.analysis.cohort.population import Population, to_data
from remyelin.analysis.cohort.settings import COHORT_MAX_VISITS
from remyelin.analysis.trial.settings import (
    FEWEST_ANALYSED,
    MOST_ARMS,
    MOST_ENDPOINTS,
    MOST_PER_ARM,
    MOST_POOL,
    MOST_REPLICATES,
    MOST_SETS,
)
from remyelin.base.errors import InputError, nearest
from remyelin.person.case import Duration, Fraction, Name, Text, Time

#: Tables of a population that a trial file may hold itself.
POPULATION_KEYS: Final = ("use", "presentation", "cause", "covariate", "correlation", "seed")
MEASURED: Final = "give a measurement of a visit, as scale.total, mma or sural.ankle.amplitude."


def _hint(column: str, measured: Collection[str]) -> str:
    """Return the nearest column that a visit measures; where none is near, some that are often meant."""
    near = nearest(column, measured)
    return near if near.startswith("did you mean") else MEASURED


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class TrialArm(_Frozen):
    """One arm: a regimen in the grammar of regimens, begun `delay` after randomisation; none is placebo.

    ``exposure = "continues"`` lets nitrous oxide go on after randomisation.
    """

    name: Name
    regimen: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    delay: Duration | None = None
    exposure: Literal["continues"] | None = None
    source: Annotated[str, Field(min_length=1, max_length=100)] = "assumed"
    note: Text = ""


class Endpoint(_Frozen):
    """One endpoint.

    ``change``: the column at `visit`, analysed by ANCOVA on its baseline or by a mixed model of all visits.
    ``responder``: whether the column has fallen (`fall`) or risen (`rise`) by so much, or is at most (`at_most`) or
    at least (`at_least`) a value, at `visit`; analysed by logistic regression. ``time``: the first visit at which that
    is so, until `visit`; analysed by the log-rank test.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    column: Annotated[str, Field(min_length=1, max_length=100)]
    kind: Literal["change", "responder", "time"]
    visit: Time
    analysis: Literal["ancova", "mixed", "logistic", "log-rank"] | None = None
    logarithm: bool = False
    fall: float | None = None
    rise: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    note: Text = ""

    @model_validator(mode="after")
    def _whole(self) -> Endpoint:
        rules = [key for key in ("fall", "rise", "at_most", "at_least") if getattr(self, key) is not None]
        if self.kind == "change" and rules:
            raise ValueError(f"endpoint {self.name!r}: a change has no {rules[0]!r}; remove it.")
        if self.kind != "change" and len(rules) != 1:
            raise ValueError(f"endpoint {self.name!r}: give one of fall, rise, at_most, at_least.")
        allowed = {"change": ("ancova", "mixed"), "responder": ("logistic",), "time": ("log-rank",)}[
            self.kind
        ]
        for key in ("fall", "rise"):
            if (least := getattr(self, key)) is not None and least <= 0.0:
                raise ValueError(
                    f"endpoint {self.name!r}: a {key} of {least:g} is none; give a number above 0."
                )
        if self.logarithm and self.kind != "change":
            raise ValueError(f"endpoint {self.name!r}: only a change has a logarithm; remove it.")
        # a column that no cohort has is refused by the design, which knows the nearest one
        if self.logarithm and self.column in known_columns() and not always_positive(self.column):
            raise ValueError(
                f"endpoint {self.name!r}: {self.column!r} can be 0, which has no logarithm; remove logarithm."
            )
        if self.analysis is not None and self.analysis not in allowed:
            raise ValueError(
                f"endpoint {self.name!r}: a {self.kind} is analysed by {' or '.join(allowed)}, not {self.analysis}."
            )
        return self

    @property
    def method(self) -> str:
        """The analysis, with the usual one of its kind where none is named."""
        return self.analysis or {"change": "ancova", "responder": "logistic", "time": "log-rank"}[self.kind]


class Hypothesis(_Frozen):
    """Values of the ledger under which the trial is run, for all arms or for one."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    note: Text = ""
    source: Annotated[str, Field(min_length=1, max_length=100)] = "assumed"
    everybody: dict[str, float] = Field(default_factory=dict)
    arm: dict[str, dict[str, float]] = Field(default_factory=dict)


class TrialPublished(_Frozen):
    """A published difference between the first arm and the last beside that of the model.

    `n` is the persons per arm of the published trial; replicates of the size nearest to it are shown.
    """

    endpoint: Annotated[str, Field(min_length=1, max_length=80)]
    value: float
    low: float | None = None
    high: float | None = None
    n: Annotated[int, Field(ge=1)] | None = None
    source: Annotated[str, Field(min_length=1, max_length=100)]
    mark: Literal["read", "read-2nd", "recall", "calc", "none"] = "none"
    note: Text = ""

    @model_validator(mode="after")
    def _ordered(self) -> TrialPublished:
        if (self.low is None) != (self.high is None):
            raise ValueError(
                f"published {self.endpoint!r}: give both ends of the interval, low and high, or none."
            )
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError(
                f"published {self.endpoint!r}: {self.value:g} does not lie between low ({self.low:g}) and high "
                f"({self.high:g}); give the interval of this value."
            )
        return self


class Design(_Frozen):
    """One trial.

    Attributes
    ----------
    population : str or mapping
        A shipped population, the file of one, or the tables ``use``, ``presentation``, ``cause``, ``covariate``,
        ``correlation`` of one in place. Arms and visits are those of the trial.
    pool : int
        Persons simulated, each under every arm.
    sets : int
        Parameter sets beside the ledger's own values, for assurance.
    sizes : tuple of int
        Persons per arm.
    dropout : float
        Share of persons whose later visits are missing at the last visit, evenly over time.
    window : float
        Largest number of days by which a visit is off its date, evenly spread.
    missed : float
        Mean share of doses missed, in place of the population's.
    block : int
        Size of the blocks of allocation.
    strata : tuple of str
        ``sex``, or covariates of the population cut at their median.
    looks : tuple of float
        Shares of the persons at which the primary endpoint is looked at before the end.

    Examples
    --------
    >>> from remyelin.analysis.trial import load_design
    >>> design = load_design('open')
    >>> design.population, len(design.arm)
    ('open-2015', 2)
    """

    name: Name
    title: Annotated[str, Field(min_length=1, max_length=200)]
    citation: Annotated[str, Field(max_length=100)] = ""
    summary: Text = ""
    needs: Text = ""
    population: Annotated[str, Field(min_length=1, max_length=200)] | dict[str, Any]
    pool: Annotated[int, Field(ge=10, le=MOST_POOL)] = 200
    sets: Annotated[int, Field(ge=0, le=MOST_SETS)] = 4
    seed: Annotated[int, Field(ge=0)] = 1
    visits: Annotated[tuple[Time, ...], Field(min_length=2, max_length=COHORT_MAX_VISITS, strict=False)]
    sizes: Annotated[tuple[int, ...], Field(min_length=1, max_length=20, strict=False)]
    replicates: Annotated[int, Field(ge=10, le=MOST_REPLICATES)] = 1000
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    power: Annotated[float, Field(gt=0.5, lt=1)] = 0.8
    dropout: Annotated[float, Field(ge=0, lt=0.9)] = 0.0
    window: Duration | None = None
    missed: Fraction | None = None
    block: Annotated[int, Field(ge=2, le=100)] = 4
    strata: Annotated[tuple[str, ...], Field(max_length=3, strict=False)] = ()
    looks: Annotated[tuple[float, ...], Field(max_length=5, strict=False)] = ()
    arm: Annotated[tuple[TrialArm, ...], Field(min_length=2, max_length=MOST_ARMS, strict=False)]
    endpoint: Annotated[tuple[Endpoint, ...], Field(min_length=1, max_length=MOST_ENDPOINTS, strict=False)]
    hypothesis: Annotated[tuple[Hypothesis, ...], Field(max_length=6, strict=False)] = (
        Hypothesis(name="as shipped"),
    )
    published: Annotated[tuple[TrialPublished, ...], Field(max_length=20, strict=False)] = ()

    @field_validator("population", mode="before")
    @classmethod
    def _who(cls, given: Any) -> Any:
        if not isinstance(given, str | dict) or not given:
            raise ValueError("give the name of a shipped population or of a file, or a table [population].")
        return given

    @model_validator(mode="after")
    def _consistent(self) -> Design:
        if self.visits[0] != 0:
            raise ValueError('visits: the first must be "0 d", the day of randomisation.')
        if any(b <= a for a, b in zip(self.visits, self.visits[1:], strict=False)):
            raise ValueError("visits: dates are out of order; list each once, earliest first.")
        for what, items in (("arm", self.arm), ("endpoint", self.endpoint), ("hypothesis", self.hypothesis)):
            names = [item.name for item in items]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise ValueError(f"{what}: two have the name {twice!r}; give each its own.")
        for one in self.endpoint:
            if one.visit <= 0.0:
                raise ValueError(
                    f"endpoint {one.name!r}: its visit must come after the first, which is the baseline."
                )
            if one.visit > self.visits[-1]:
                raise ValueError(
                    f"endpoint {one.name!r}: its visit on day {one.visit:g} lies after the end of the trial on day "
                    f"{self.visits[-1]:g}; add it to visits, or take an earlier one."
                )
            if one.visit not in self.visits[1:]:
                raise ValueError(
                    f"endpoint {one.name!r}: its visit is not among the visits after the first; add it to visits."
                )
        for n in self.sizes:
            if not FEWEST_ANALYSED <= n <= MOST_PER_ARM:
                raise ValueError(
                    f"sizes: {n} per arm cannot be analysed; give {FEWEST_ANALYSED} to {MOST_PER_ARM:,}."
                )
        if list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError("sizes: list each once, smallest first.")
        arms = {arm.name for arm in self.arm}
        for hypothesis in self.hypothesis:
            for name in hypothesis.arm:
                if name not in arms:
                    raise ValueError(
                        f"hypothesis {hypothesis.name!r}: no arm {name!r}; {nearest(name, arms)}"
                    )
        for arm in self.arm:
            if arm.delay is not None and arm.delay >= self.visits[-1]:
                raise ValueError(f"arm {arm.name!r}: its delay reaches the last visit; begin earlier.")
            if arm.delay is not None and arm.regimen is None:
                raise ValueError(f"arm {arm.name!r}: a delay needs a regimen that begins after it.")
        endpoints = {one.name for one in self.endpoint}
        for row in self.published:
            if row.endpoint not in endpoints:
                raise ValueError(
                    f"published: no endpoint {row.endpoint!r}; {nearest(row.endpoint, endpoints)}"
                )
        known, measured = known_columns(), measured_columns()
        for one in self.endpoint:
            if one.column not in known:
                raise ValueError(
                    f"endpoint {one.name!r}: no column {one.column!r} in a cohort; {_hint(one.column, measured)}"
                )
            if one.column not in measured:
                raise ValueError(
                    f"endpoint {one.name!r}: {one.column!r} is the same under every arm; {MEASURED}"
                )
        for name in self.strata:
            if name != "sex" and name not in DRAWN:
                raise ValueError(f"strata: no covariate {name!r}; {nearest(name, ('sex', *DRAWN))}")
        if len(set(self.strata)) < len(self.strata):
            raise ValueError("strata: list each once.")
        if any(not 0 < share < 1 for share in self.looks):
            raise ValueError(
                f"looks: {next(x for x in self.looks if not 0 < x < 1):g} lies outside the trial; give shares of its "
                "persons between 0 and 1, as 0.5."
            )
        if list(self.looks) != sorted(set(self.looks)):
            raise ValueError("looks: list each once, earliest first.")
        if self.looks and self.looks[0] * self.sizes[0] < FEWEST_ANALYSED:
            raise ValueError(
                f"looks: {self.looks[0]:g} of {self.sizes[0]} per arm are fewer than the {FEWEST_ANALYSED} that can be "
                "analysed; look later, or give larger sizes."
            )
        if self.block % len(self.arm):
            raise ValueError(f"block: {self.block} is no multiple of the {len(self.arm)} arms.")
        if self.window is not None and any(
            b - a <= 2 * self.window for a, b in zip(self.visits, self.visits[1:], strict=False)
        ):
            raise ValueError("window: windows of neighbouring visits overlap; give fewer days.")
        return self

    def of_arm(self, arm: TrialArm) -> Population:
        """Return the population of an arm: the same persons in every arm, all given its regimen."""
        data = self._people()
        data |= {
            "name": f"{self.name}-{arm.name}"[:63],
            "persons": self.pool,
            "visits": [f"{day:g} d" for day in self.visits],
            "published": [],
            "measurement": None,
            "parameters": {"draws": self.sets, "seed": self.seed},
            "arm": [
                {
                    "name": arm.name,
                    "share": 1.0,
                    "source": arm.source,
                    **({} if arm.regimen is None else {"regimen": arm.regimen}),
                    **({} if arm.delay is None else {"delay": f"{arm.delay:g} d"}),
                    **({} if arm.exposure is None else {"exposure": arm.exposure}),
                }
            ],
        }
        if self.missed is not None:
            data["covariate"] |= {
                "adherence": {"distribution": "constant", "value": 1.0 - self.missed, "source": "assumed"}
            }
            data["correlation"] = [row for row in data.get("correlation", ()) if "adherence" not in row["of"]]
        return Population.model_validate(data)

    def _people(self) -> dict[str, Any]:
        """Return the data of the population without the settings that the trial decides."""
        if isinstance(self.population, str):
            return to_data(load_population(self.population))
        for key in self.population:
            if key not in POPULATION_KEYS:
                raise InputError(f"population.{key}: unknown key; {nearest(key, POPULATION_KEYS)}")
        return {"title": self.title, **self.population}

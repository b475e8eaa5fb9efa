"""Results of a finished cohort: its columns, and its figures beside the published ones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import NDArray

from remyelin.analysis.cohort.executors import part_folder
from remyelin.analysis.cohort.measured import Measured, measurable
from remyelin.analysis.cohort.measures import MEASURES, per_person, together
from remyelin.analysis.cohort.noticed import nineteen
from remyelin.analysis.cohort.parts import WORDS
from remyelin.analysis.cohort.population import BySex, Population, Published
from remyelin.analysis.cohort.run import Cohort
from remyelin.base.plain import number
from remyelin.catalogue.markers import MARKERS
from remyelin.evidence import load_published

Values = NDArray[np.float64]
_RESAMPLES: Final = 400
_Z: Final = 1.96
_PERCENT: Final = frozenset(
    {"abnormal", "beyond", "noticed", "sign", "complete", "improved", "responded", "residual"}
)


class Results:
    """The columns of a cohort, read from its parts as they are asked for.

    Rows are in the order of draw, person and visit; every course that did not fail has all its visits.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from remyelin.analysis.cohort import Results, Serial, load_population, run_cohort
    >>> found = load_population('open-2015')
    >>> small = found.model_copy(
    ...     update={'persons': 2, 'parameters': found.parameters.model_copy(update={'draws': 0})}
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cohort = run_cohort(small, Path(folder) / 'out', Serial())
    ...     persons = Results(cohort).persons
    >>> persons
    2
    """

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self._columns: dict[str, Any] = {}
        self._files = sorted(part_folder(cohort.folder).glob("courses-*.parquet"))

    def column(self, name: str) -> Any:
        """Return a column over all rows: numbers, or words of sex, cause and arm."""
        if name not in self._columns:
            # Opening a part costs more than what is read of it: what every report wants is read at once.
            usual = [] if self._columns else [item for item in self.names if _usual(item)]
            self._read([name, *(item for item in usual if item != name)])
        return self._columns[name]

    def _read(self, names: Sequence[str]) -> None:
        # Heavy to import and needed only here.
        import pyarrow.parquet as pq

        read: dict[str, list[Any]] = {name: [] for name in names}
        for file in self._files:
            table = pq.read_table(file, columns=list(names))
            for name in names:
                read[name].append(table[name].to_numpy())
        for name, values in read.items():
            self._columns[name] = np.concatenate(values) if values else np.zeros(0)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        import pyarrow.parquet as pq

        return tuple(pq.read_schema(self._files[0]).names) if self._files else ()

    @property
    def persons(self) -> int:
        """Persons computed with the ledger's own values."""
        return int(((self.column("draw") == 0) & (self.column("visit") == 0)).sum())

    def at(self, visit: int, draw: int, group: str = "") -> Visit:
        """Return one visit of the persons of a group (an arm or a cause; all when empty) under a draw."""
        wanted = (self.column("visit") == visit) & (self.column("draw") == draw)
        if group:
            wanted &= (self.column("arm") == group) | (self.column("cause") == group)
        return Visit(self, wanted)

    def groups(self) -> tuple[str, ...]:
        """Return what a comparison within the cohort is made between: its arms, else its causes, else all."""
        arms = [arm.name for arm in self.cohort.population.arm]
        causes = [cause.kind for cause in self.cohort.population.cause]
        return tuple(arms if len(arms) > 1 else causes if len(causes) > 1 else [""])


def _usual(name: str) -> bool:
    """Whether a column is one of those that a report shows, of any population."""
    first, dot, rest = name.partition(".")
    return (
        not dot
        or first in ("covariate", "noticed", "scale", "axons")
        or rest == "abnormal"
        or name in {measure.partition(":")[2] for _, measure, _ in OUTCOMES}
    )


class Visit(Mapping[str, Values]):
    """The columns of one visit of one group."""

    def __init__(self, results: Results, rows: NDArray[np.bool_]) -> None:
        self._results, self._rows = results, rows

    def __getitem__(self, name: str) -> Values:
        if name not in self._results.names:
            raise KeyError(name)
        values: Values = self._results.column(name)[self._rows]
        return values

    def __iter__(self) -> Iterator[str]:
        return iter(name for name in self._results.names if name not in WORDS)

    def __len__(self) -> int:
        return len(self._results.names)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A published figure beside the cohort's.

    Attributes
    ----------
    what, group, unit, source, mark, note : str
    day : float
    published : float
    low, high : float or None
        What the published figure allows: the bounds of its target row, else its own interval (Wilson 95 %
        of a share of n).
    model : float or None
        With the ledger's own values.
    person_low, person_high : float or None
        95 % interval from the persons sampled, parameters fixed.
    set_low, set_high : float or None
        Range over the parameter sets, persons fixed.
    n : int
        Persons of the cohort it rests on.
    holds : bool or None
        Whether the model's figure lies in `low` to `high`.
    """

    what: str
    group: str
    day: float
    unit: str
    published: float
    low: float | None
    high: float | None
    model: float | None
    person_low: float | None
    person_high: float | None
    set_low: float | None
    set_high: float | None
    n: int
    holds: bool | None
    source: str
    mark: str
    note: str

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain JSON-ready data."""
        return asdict(self)


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of n (Wilson's score interval)."""
    z2 = _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # all and none lie at an end of their interval, which rounding must not move
    return max(middle - half, 0.0) if share > 0 else 0.0, min(middle + half, 1.0) if share < 1 else 1.0


def compare(results: Results) -> tuple[Comparison, ...]:
    """Return every published figure of the population beside the cohort's.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from remyelin.analysis.cohort import Results, Serial, compare, load_population, run_cohort
    >>> found = load_population('open-2015')
    >>> small = found.model_copy(
    ...     update={'persons': 2, 'parameters': found.parameters.model_copy(update={'draws': 0})}
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cohort = run_cohort(small, Path(folder) / 'out', Serial())
    ...     rows = compare(Results(cohort))
    >>> len(rows) > 0
    True
    """
    return tuple(_compare(results, row) for row in results.cohort.population.published)


def _compare(results: Results, row: Published) -> Comparison:
    visit = results.cohort.population.visits.index(row.visit)
    kind = row.measure.partition(":")[0]
    low, high = _allowed(row, kind)
    groups = row.group.split(" - ")

    def values(draw: int) -> list[Values]:
        return [
            per_person(row.measure, results.at(visit, draw, group), results.at(0, draw, group))
            for group in groups
        ]

    def put_together(parts: Sequence[Values]) -> float:
        single = [together(row.measure, part) for part in parts]
        return single[0] if len(single) == 1 else single[0] - single[1]

    own = [part[np.isfinite(part)] for part in values(0)]
    model = put_together(own)
    sets = [put_together(values(draw)) for draw in range(1, len(results.cohort.sets))]
    sets = [value for value in sets if math.isfinite(value)]
    person: tuple[float | None, float | None] = (None, None)
    if math.isfinite(model):
        if kind in _PERCENT and len(own) == 1:
            first, last = wilson(model / 100, own[0].size)
            person = 100 * first, 100 * last
        else:
            person = _resampled(own, put_together)
    return Comparison(
        row.what,
        row.group,
        row.visit,
        row.unit,
        row.value,
        low,
        high,
        model if math.isfinite(model) else None,
        *person,
        min(sets) if sets else None,
        max(sets) if sets else None,
        min(part.size for part in own),
        None if low is None or high is None or not math.isfinite(model) else low <= model <= high,
        row.source,
        row.mark,
        row.note,
    )


def _allowed(row: Published, kind: str) -> tuple[float | None, float | None]:
    if row.target:
        target = next(item for item in load_published() if item.name == row.target)
        return target.lower, target.upper
    if row.low is not None or row.high is not None:
        return row.low, row.high
    if kind in _PERCENT and row.n is not None and not row.group.count(" - "):
        low, high = wilson(row.value / 100, row.n)
        return 100 * low, 100 * high
    return None, None


def _resampled(parts: Sequence[Values], put_together: Any) -> tuple[float, float] | tuple[None, None]:
    """95 % interval of a statistic over persons drawn again with replacement, the same every time."""
    if min(part.size for part in parts) < 2:
        return None, None
    rng = default_rng(SeedSequence(0))
    found = [
        put_together([part[rng.integers(part.size, size=part.size)] for part in parts])
        for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


#: What the table of variation shows: label, measure, unit.
OUTCOMES: Final[tuple[tuple[str, str, str], ...]] = (
    (MARKERS["b12"].label, "median:b12", "pmol/L"),
    (MARKERS["mma"].label, "median:mma", "nmol/L"),
    (MARKERS["homocysteine"].label, "median:homocysteine", "umol/L"),
    ("severity of symptoms (0 to 7)", "mean:severity", "1"),
    ("disability scale (0 to 16)", "mean:scale.total", "points"),
    ("complete recovery", "complete", "%"),
    ("tibial P40 latency", "median:tibial_sep.P40.latency", "ms"),
    ("sural amplitude", "median:sural.ankle.amplitude", "uV"),
    ("peroneal velocity", "median:peroneal_motor.knee.velocity", "m/s"),
    ("least axons of a segment", "mean:axons.least", "1"),
)


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
        share = kind in _PERCENT
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
    """Return each covariate: how it is spread, what that rests on, and what was drawn."""
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
    """10, 50 and 90 % of what was drawn."""
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


def load(folder: Path) -> dict[str, Any]:
    """Return every column of a finished cohort as arrays, for one's own analysis."""
    import pyarrow.parquet as pq

    table = pq.read_table(part_folder(folder))
    return {name: table[name].to_numpy() for name in table.column_names}


__all__ = [
    "MEASURES",
    "Comparison",
    "Results",
    "Visit",
    "compare",
    "covariates",
    "load",
    "summary",
    "variation",
    "wilson",
]

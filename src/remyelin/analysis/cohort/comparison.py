"""Figures of a cohort beside the published ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import NDArray

from remyelin.analysis.cohort.measures import PERCENT, per_person, together
from remyelin.analysis.cohort.population import Published
from remyelin.analysis.cohort.results import Results
from remyelin.evidence import load_published

Values = NDArray[np.float64]
_RESAMPLES: Final = 400
_Z: Final = 1.96


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
        if kind in PERCENT and len(own) == 1:
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
    if kind in PERCENT and row.n is not None and not row.group.count(" - "):
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

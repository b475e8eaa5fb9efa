"""Published numbers the model is held against; roles and bounds are fixed before any fit.

Two tables with the same columns: ``targets.csv`` on mechanisms, measurements and trials, ``population.csv`` on how
patients are. The names of all rows are unique across both.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Target:
    """One row of ``targets.csv`` or ``population.csv``.

    A row holds when ``lower <= simulated <= upper``. ``role`` is ``calibration`` (may choose
    parameters) or ``validation`` (may not). ``table`` is ``targets`` or ``population``, ``n`` the number of persons
    behind a row of the population (None in the other table).

    Examples
    --------
    >>> from remyelin.evidence import load_targets
    >>> target = load_targets()[0]
    >>> target.name, target.role, target.lower <= target.upper
    ('mrg_cv_5.7um', 'validation', True)
    """

    name: str
    layer: str
    role: str
    quantity: str
    published: str
    lower: float
    upper: float
    unit: str
    source: str
    mark: str
    note: str
    table: str = "targets"
    n: int | None = None

    def holds(self, simulated: float) -> bool:
        """Whether a simulated value lies within the bounds of the row."""
        return self.lower <= simulated <= self.upper

    def explanation(self, simulated: float) -> str:
        """Return why the model misses this row on the side of a simulated value; empty where that is not written.

        Examples
        --------
        >>> from remyelin.evidence import load_targets
        >>> optic = next(row for row in load_targets() if row.name == "optic_clinical")
        >>> optic.explanation(0.0)[:26], optic.explanation(1.0)
        ('The optic path hardly bloc', '')
        """
        side = "below" if simulated < self.lower else "above" if simulated > self.upper else ""
        return _misses().get((self.name, side), "")


@cache
def _misses() -> Mapping[tuple[str, str], str]:
    text = files("remyelin.evidence").joinpath("data", "misses.toml").read_text(encoding="utf-8")
    return {(row, miss["side"]): miss["text"] for miss in tomllib.loads(text)["miss"] for row in miss["rows"]}


@cache
def load_targets() -> tuple[Target, ...]:
    """Return every row of the shipped ``targets.csv`` in file order.

    Examples
    --------
    >>> load_targets()[0].name
    'mrg_cv_5.7um'
    """
    return _load("targets")


@cache
def load_population() -> tuple[Target, ...]:
    """Return every row of the shipped ``population.csv`` in file order: how published patients are.

    Examples
    --------
    >>> relapse = load_population()[0]
    >>> relapse.name, relapse.role, relapse.n
    ('relapse_after_stopping', 'calibration', 24)
    """
    return _load("population")


def load_published() -> tuple[Target, ...]:
    """Return the rows of both tables, those of ``targets.csv`` first.

    Examples
    --------
    >>> from remyelin.evidence import load_published
    >>> sorted({row.table for row in load_published()})
    ['population', 'targets']
    """
    return load_targets() + load_population()


def _load(table: str) -> tuple[Target, ...]:
    text = files("remyelin.evidence").joinpath("data", f"{table}.csv").read_text(encoding="utf-8")
    rows = []
    for row in csv.DictReader(io.StringIO(text)):
        lower, upper = float(row.pop("lower")), float(row.pop("upper"))
        persons = row.pop("n", "")
        rows.append(Target(**row, lower=lower, upper=upper, table=table, n=int(persons) if persons else None))
    return tuple(rows)

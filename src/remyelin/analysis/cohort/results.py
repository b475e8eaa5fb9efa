"""Results of a finished cohort: its columns and visits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.cohort.measures import OUTCOMES
from remyelin.analysis.cohort.parts import WORDS, part_folder
from remyelin.analysis.cohort.run import Cohort

Values = NDArray[np.float64]


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
        """Return the groups that are compared within the cohort: its arms, else its causes, else all."""
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


def load(folder: Path) -> dict[str, Any]:
    """Return every column of a finished cohort as arrays, for one's own analysis."""
    import pyarrow.parquet as pq

    table = pq.read_table(part_folder(folder))
    return {name: table[name].to_numpy() for name in table.column_names}

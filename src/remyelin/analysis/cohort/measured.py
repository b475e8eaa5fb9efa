"""Measurements of a cohort by a laboratory beside model values: spread, repetition, drop-out; long tables."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import NDArray

from remyelin.analysis.cohort.columns import BLOOD, QUANTITIES, SCALE, SIGNS
from remyelin.analysis.cohort.observation import Observation, observation_of
from remyelin.analysis.cohort.parts import WORDS, put
from remyelin.analysis.cohort.population import Measurement
from remyelin.analysis.cohort.results import Results
from remyelin.base.errors import InputError, nearest
from remyelin.evidence import Ledger

Values = NDArray[np.float64]
#: Numbers of the random streams, apart from those of persons, which have two or three.
STREAMS: Final = {"left": 1, "noise": 2}
KEYS: Final = ("person", "arm", "cause", "sex", "age", "visit", "planned", "day", "variable")
SUFFIXES: Final = (".csv", ".parquet")


class Measured:
    """The measured values of a finished cohort, with the ledger's own values.

    A person's numbers depend on the seed of the population, the variable and the person's number, and on nobody else.
    """

    def __init__(self, results: Results) -> None:
        population = results.cohort.population
        self._results = results
        self._population = population
        self._how = population.measurement or Measurement()
        self._rows = np.flatnonzero(results.column("draw") == 0)
        self._person = results.column("person")[self._rows].astype(np.int64)
        self._visit = results.column("visit")[self._rows].astype(np.int64)
        self._ledger = Ledger.shipped().replace(results.cohort.settings)

    def _stream(self, *key: int) -> np.random.Generator:
        # persons have keys of two and three numbers, the order of the arms has one
        return default_rng(SeedSequence(self._population.seed, spawn_key=(0, 0, 0, *key)))

    @cached_property
    def left(self) -> Values:
        """Day from which the visits of each person are missing, by row; infinite where none is."""
        shape = (self._population.persons, 2)
        leaves, when = self._stream(STREAMS["left"]).random(shape).T
        day = np.where(leaves < self._how.dropout, when * self._population.visits[-1], np.inf)
        return np.asarray(day[self._person])

    @property
    def there(self) -> NDArray[np.bool_]:
        """Whether the visit of each row took place; the first always does."""
        planned = np.array(self._population.visits)[self._visit]
        return np.asarray((self._visit == 0) | (planned < self.left))

    def observation(self, name: str) -> Observation:
        """Return how a column is observed in this cohort."""
        return observation_of(name, self._ledger) if self._how.spread else Observation()

    def column(self, name: str) -> Values:
        """Return a column as measured, by row of the cohort with the ledger's own values; NaN where missing."""
        look = self.observation(name)
        values = np.asarray(self._results.column(name)[self._rows], dtype=np.float64)
        rng = self._stream(STREAMS["noise"], zlib.crc32(name.encode()))
        normal = rng.standard_normal((self._population.persons, 1 + len(self._population.visits)))
        own = normal[self._person, 0][:, None]
        repeated = normal[self._person, 1 + self._visit][:, None]
        seen = look.measured(values[:, None], own, repeated)[:, 0]
        return np.asarray(np.where(self.there, seen, np.nan))

    def visit(self, name: str, visit: int) -> Values:
        """Return the measured values of a column at one visit, one a person."""
        return np.asarray(self.column(name)[self._visit == visit])

    @property
    def variables(self) -> tuple[str, ...]:
        """Return the columns that can be measured in people, in the order of a cohort."""
        return tuple(name for name in self._results.names if measurable(name))

    def rows(self, variables: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Yield the columns of the long table, one variable at a time; see :func:`write_long`."""
        words = {word: self._results.column(word)[self._rows] for word in WORDS}
        for name in variables:
            seen = self.column(name)
            kept = np.isfinite(seen)
            planned = np.array(self._population.visits)[self._visit]
            yield {
                "person": self._person[kept],
                **{word: words[word][kept] for word in ("arm", "cause", "sex")},
                "age": self._results.column("covariate.age")[self._rows][kept],
                "visit": self._visit[kept],
                "planned": planned[kept],
                "day": self._results.column("day")[self._rows][kept],
                "variable": np.full(int(kept.sum()), name),
                "model": self._results.column(name)[self._rows][kept],
                "measured": seen[kept],
            }


def measurable(name: str) -> bool:
    """Return whether a column is something that a laboratory or an examiner finds.

    Examples
    --------
    >>> from remyelin.analysis.cohort.measured import measurable
    >>> measurable("sural.ankle.amplitude"), measurable("sural.axons")
    (True, False)
    """
    parts = name.split(".")
    if len(parts) == 3:
        return parts[2] in QUANTITIES
    return (
        name in BLOOD
        or (parts[0] == "sign" and parts[-1] in SIGNS)
        or (parts[0] == "scale" and parts[-1] in SCALE)
        or parts[0] == "noticed"
    )


def write_long(results: Results, path: Path, variables: tuple[str, ...] = ()) -> int:
    """Write one row for each person, visit and variable that was measured, as ``.csv`` or ``.parquet``.

    Parameters
    ----------
    results : Results
    path : Path
    variables : tuple of str
        All that can be measured when empty.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    InputError
        For another suffix, or an unknown variable.
    """
    check_long(path)
    found = Measured(results)
    for name in variables:
        if name not in found.variables:
            raise InputError(f"no measured variable {name!r}; {nearest(name, found.variables)}")
    columns = list(found.rows(variables or found.variables))
    count = sum(len(part["person"]) for part in columns)
    if path.suffix == ".csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow((*KEYS, "model", "measured"))
        for part in columns:
            writer.writerows(zip(*(_plain(part[key]) for key in (*KEYS, "model", "measured")), strict=True))
        put(path, text.getvalue().encode())
        return count
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    whole = {key: np.concatenate([part[key] for part in columns]) for key in (*KEYS, "model", "measured")}
    pq.write_table(pa.table(whole), sink, compression="zstd")
    put(path, sink.getvalue())
    return count


def check_long(path: Path) -> None:
    """Refuse a file that is no table, before anything is computed.

    Raises
    ------
    InputError
        With the suffixes there are.
    """
    if path.suffix not in SUFFIXES:
        raise InputError(f"--long {path}: give a file that ends in {' or '.join(SUFFIXES)}.")
    if not path.parent.is_dir():
        raise InputError(f"--long {path}: there is no folder {path.parent}; make it first.")


def _plain(values: NDArray[Any]) -> list[Any]:
    return [f"{value:.6g}" for value in values] if values.dtype.kind == "f" else values.tolist()

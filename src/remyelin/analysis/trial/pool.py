"""The pool of a trial: the same simulated persons under every arm and hypothesis, computed as cohorts."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin._version import __version__
from remyelin.analysis.cohort.executors import Executor, Lent, Serial, executor
from remyelin.analysis.cohort.folder import read_manifest
from remyelin.analysis.cohort.parts import put
from remyelin.analysis.cohort.results import Results
from remyelin.analysis.cohort.run import Progress, parameter_sets, run_cohort
from remyelin.analysis.cohort.settings import COHORT_CHUNK
from remyelin.analysis.cohort.work import made_with
from remyelin.analysis.trial.design import Design, Hypothesis, TrialArm
from remyelin.base.errors import InputError, SimulationError, nearest
from remyelin.evidence import Ledger

Values = NDArray[np.float64]
#: Errors of a kept file that is missing, cut off or of another version.
UNREADABLE: Final = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Persons of a trial.

    Attributes
    ----------
    days : (visit,) array
    values : mapping of (hypothesis, arm) to mapping of column to (set, person, visit) array
        The same persons in the same order under every arm.
    strata : (person,) int array
        Stratum of each person.
    persons : int
    failed : int
        Persons left out of all arms, because a course of theirs failed in one.
    """

    days: Values
    values: Mapping[tuple[str, str], Mapping[str, Values]]
    strata: NDArray[np.int64]
    persons: int
    failed: int

    @property
    def sets(self) -> int:
        """Parameter sets, the ledger's own values the first."""
        first = next(iter(next(iter(self.values.values())).values()))
        return int(first.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """One arm as a trial uses it: persons without a failed course, columns (set, person, visit), strata."""

    persons: NDArray[np.int64]
    columns: Mapping[str, Values]
    words: Mapping[str, NDArray[Any]]

    def write(self, path: Path) -> None:
        """Keep it beside its cohort, from which it takes seconds to gather."""
        content = io.BytesIO()
        columns = {f"column {name}": array for name, array in self.columns.items()}
        words = {f"stratum {name}": array for name, array in self.words.items()}
        np.savez_compressed(content, persons=self.persons, **columns, **words)  # type: ignore[arg-type]
        put(path, content.getvalue())

    @classmethod
    def read(cls, path: Path, wanted: Sequence[str], strata: Sequence[str]) -> _Table | None:
        """Return the table that was kept; None where there is none, or not all that is wanted."""
        try:
            with np.load(path, allow_pickle=False) as found:
                columns = {name: found[f"column {name}"] for name in wanted}
                words = {name: found[f"stratum {name}"] for name in strata}
                return cls(found["persons"], columns, words)
        except UNREADABLE:
            return None


def build_pool(
    design: Design,
    folder: Path,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> Pool:
    """Simulate every person under every arm and hypothesis.

    Parameters
    ----------
    design : Design
    folder : Path
        Holds one cohort for each arm; an unfinished one goes on, a finished one of the same content is read.
    workers, cluster
        As for a cohort.
    progress : callable
        Called with a description, courses done and courses in all.

    Returns
    -------
    Pool

    Raises
    ------
    InputError
        For an endpoint whose column no cohort has.
    SimulationError
        If fewer than ten persons are left.
    """
    wanted = sorted({one.column for one in design.endpoint})
    strata = [name if name == "sex" else f"covariate.{name}" for name in design.strata]
    tables: dict[tuple[str, str], _Table] = {}
    known: dict[str, _Table] = {}
    with ExitStack() as stack:

        @cache
        def lent() -> Executor:
            return Lent(stack.enter_context(closing(_executor(design, workers, cluster))))

        for hypothesis in design.hypothesis:
            for arm in design.arm:
                settings = {**hypothesis.everybody, **hypothesis.arm.get(arm.name, {})}
                key = _key(design, arm, settings)
                if key not in known:
                    known[key] = _computed(
                        design, arm, hypothesis, settings, folder / key, wanted, strata, lent, progress
                    )
                tables[hypothesis.name, arm.name] = known[key]
    shared = sorted(set.intersection(*(set(one.persons.tolist()) for one in tables.values())))
    if len(shared) < 10:
        raise SimulationError(
            f"{design.name}: only {len(shared)} of {design.pool} persons could be simulated under every arm."
        )
    values = {}
    for name, table in tables.items():
        at = np.searchsorted(table.persons, shared)
        values[name] = {column: array[:, at] for column, array in table.columns.items()}
    first = next(iter(tables.values()))
    strata_of = _strata(first.words, np.searchsorted(first.persons, shared))
    return Pool(np.array(design.visits), values, strata_of, len(shared), design.pool - len(shared))


def _executor(design: Design, workers: int | None, cluster: str | None) -> Executor:
    """Return the executor of every arm; a process of its own would only add its start to a single chunk."""
    courses = design.pool * (1 + design.sets)
    alone = cluster is None and workers in (None, 1) and courses <= COHORT_CHUNK
    return Serial() if alone else executor(workers, cluster)


def _key(design: Design, arm: TrialArm, settings: Mapping[str, float]) -> str:
    """Name the folder of an arm by all that decides its numbers, so that others never meet it there."""
    population = design.of_arm(arm)
    _, sets = parameter_sets(population)
    ledger = Ledger.shipped().replace(dict(settings)).digest()
    decides = [__version__, population.digest(), dict(settings), list(map(dict, sets)), ledger, made_with()]
    content = json.dumps(decides, sort_keys=True)
    return f"{arm.name}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def _computed(
    design: Design,
    arm: TrialArm,
    hypothesis: Hypothesis,
    settings: Mapping[str, float],
    folder: Path,
    wanted: list[str],
    strata: list[str],
    lent: Callable[[], Executor],
    progress: Callable[[str, int, int], None],
) -> _Table:
    """Compute or read the cohort of one arm."""
    label = f"{arm.name}, {hypothesis.name}" if len(design.hypothesis) > 1 else arm.name

    def said(state: Progress) -> None:
        progress(label, state.done, state.total)

    path = folder.with_name(f"{folder.name}.npz")
    earlier = _Table.read(path, wanted, strata)
    if earlier is not None:
        progress(label, design.pool, design.pool)
        return earlier
    cohort = run_cohort(
        design.of_arm(arm),
        folder,
        lent(),
        settings=dict(settings),
        resume=read_manifest(folder) is not None,
        again="the same command again",
        progress=said,
    )
    results = Results(cohort)
    for column in (*wanted, *strata):
        if column not in results.names:
            raise InputError(
                f"{design.name}: no column {column!r} in a cohort; {nearest(column, results.names)}"
            )
    draw, person, visit = (results.column(name).astype(np.int64) for name in ("draw", "person", "visit"))
    sets = len(cohort.sets)
    whole = [one for one in np.unique(person) if int((person == one).sum()) == sets * len(design.visits)]
    index = {int(one): place for place, one in enumerate(whole)}
    kept = np.isin(person, whole)
    place = np.array([index[int(one)] for one in person[kept]])
    columns = {}
    for name in wanted:
        array = np.full((sets, len(whole), len(design.visits)), np.nan)
        array[draw[kept], place, visit[kept]] = results.column(name)[kept]
        columns[name] = array
    first = kept & (draw == 0) & (visit == 0)
    order = np.argsort([index[int(one)] for one in person[first]])
    words = {name: _plain(results.column(name)[first][order]) for name in strata}
    table = _Table(np.array(whole, dtype=np.int64), columns, words)
    table.write(path)
    return table


def _plain(values: Any) -> NDArray[Any]:
    """Return numbers as they are and anything else as text."""
    array = np.asarray(values)
    return array if array.dtype.kind in "fi" else array.astype(str)


def _strata(words: Mapping[str, NDArray[Any]], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the strata: words by value, covariates cut at their median."""
    stratum = np.zeros(len(at), dtype=np.int64)
    for values in words.values():
        chosen = values[at]
        if chosen.dtype.kind in "fi":
            level = (chosen > np.median(chosen)).astype(np.int64)
        else:
            level = np.unique(chosen, return_inverse=True)[1].astype(np.int64)
        stratum = 2 * stratum + level
    return stratum

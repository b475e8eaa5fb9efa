"""One trial, from its design to power, assurance and the persons it needs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.cohort.observation import Observation, observation_of
from remyelin.analysis.trial.design import Design
from remyelin.analysis.trial.example import example
from remyelin.analysis.trial.files import explain_design, load_design
from remyelin.analysis.trial.pool import Pool, build_pool
from remyelin.analysis.trial.power import AssuranceRow, PowerRow, executor_of, power_rows, replicates_of
from remyelin.analysis.trial.sizing import Needed, Paired, needed, paired
from remyelin.base.errors import InputError
from remyelin.base.log import Task
from remyelin.evidence import Ledger

SCHEMA: Final = "remyelin-trial-1"
#: Of a list of trials.
SEVERAL: Final = "remyelin-trials-1"


@dataclass(frozen=True, slots=True, eq=False)
class TrialResult:
    """A finished trial.

    Attributes
    ----------
    design : Design
    rows : tuple of PowerRow
        With the ledger's own values.
    assurance : tuple of AssuranceRow
        Over the parameter sets.
    needed : tuple of Needed
    paired : tuple of Paired
    smallest : mapping of (hypothesis, endpoint) to int or None
        Smallest size of the design that reaches the power asked for.
    means : mapping of (hypothesis, arm, column) to (visit, 3) array
        10, 50 and 90 % of the persons of the pool, before measurement.
    observations : mapping of str to Observation
        By column.
    persons, failed : int
        Of the pool.
    example : str
        One replicate of the largest size that the pool holds without drawing anybody twice, as CSV.

    Examples
    --------
    >>> from remyelin.analysis.trial import TrialResult
    >>> [name for name in TrialResult.__dataclass_fields__][:4]
    ['design', 'rows', 'assurance', 'needed']
    """

    design: Design
    rows: tuple[PowerRow, ...]
    assurance: tuple[AssuranceRow, ...]
    needed: tuple[Needed, ...]
    paired: tuple[Paired, ...]
    smallest: Mapping[tuple[str, str], int | None]
    means: Mapping[tuple[str, str, str], NDArray[np.float64]]
    observations: Mapping[str, Observation]
    persons: int
    failed: int
    example: str

    def as_dict(self) -> dict[str, Any]:
        """Return the trial as JSON-ready data."""
        return {
            "schema": SCHEMA,
            "design": self.design.model_dump(mode="json", exclude_none=True),
            "rows": [asdict(row) for row in self.rows],
            "assurance": [asdict(row) for row in self.assurance],
            "needed": [asdict(row) for row in self.needed],
            "paired": [asdict(row) for row in self.paired],
            "smallest": [
                {"hypothesis": hypothesis, "endpoint": endpoint, "n": n}
                for (hypothesis, endpoint), n in self.smallest.items()
            ],
            "persons": self.persons,
            "failed": self.failed,
        }


def run_trial(
    design: Design | str,
    folder: Path | None = None,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    replicates: int | None = None,
    pool: int | None = None,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> TrialResult:
    """Run a virtual trial.

    A pool of persons is simulated, each under every arm. A replicate draws persons from the pool without
    replacement while it is large enough, allocates each to one arm, measures only what happens in that arm, and
    analyses it. Beyond the size of the pool persons come more than once, with noise of their own, which makes the
    spread between replicates slightly too small.

    Parameters
    ----------
    design : Design or str
        A design, or the name of a shipped trial or of a file.
    folder : Path, optional
        Keeps the pool, so that an interrupted trial goes on and a finished pool is read again; a temporary one when
        omitted.
    workers : int or None
        Processes that simulate the pool and analyse the replicates; one per processor when omitted. The result does
        not depend on it.
    cluster : str, optional
        A Dask scheduler, or ``local:N``, in place of `workers`.
    replicates, pool : int, optional
        In place of the design's.
    progress : callable
        Called with a description, what is done and how much there is.

    Returns
    -------
    TrialResult

    Raises
    ------
    InputError
        For an invalid design, or where statsmodels is missing.

    Examples
    --------
    >>> from remyelin import run_trial
    >>> found = run_trial("positive-control", replicates=10, pool=10)  # doctest: +SKIP
    >>> found.rows[0].endpoint  # doctest: +SKIP
    'disability'
    """
    chosen = load_design(design) if isinstance(design, str) else design
    changes = {
        name: given for name, given in (("replicates", replicates), ("pool", pool)) if given is not None
    }
    if changes:
        chosen = _resized(chosen, changes)
    _library()
    task = Task("trial", "trial %s, %d persons in the pool", chosen.name, chosen.pool)
    progress = task.steps(progress)
    with ExitStack() as stack:
        where = (
            Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="remyelin-trial-")))
            if folder is None
            else folder
        )
        people = build_pool(chosen, where, workers=workers, cluster=cluster, progress=progress)
        kept = None if folder is None else where / "replicates"
        result = analysed(chosen, people, progress, kept, workers=workers, cluster=cluster)
    task.done(
        "%d persons simulated, %d failed; %d rows of power", people.persons, people.failed, len(result.rows)
    )
    return result


def analysed(
    design: Design,
    pool: Pool,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
    folder: Path | None = None,
    *,
    workers: int | None = None,
    cluster: str | None = None,
) -> TrialResult:
    """Return the trial of a pool that is there; finished replicates are kept in `folder`.

    `workers` and `cluster` are those of :func:`run_trial`.
    """
    ledger = Ledger.shipped()
    looks = {one.column: observation_of(one.column, ledger) for one in design.endpoint}
    found = replicates_of(
        design,
        pool,
        looks,
        lambda done, total: progress("replicates", done, total),
        folder,
        executor_of(workers, cluster),
    )
    rows, assured = power_rows(design, found)
    smallest: dict[tuple[str, str], int | None] = {}
    for row in rows:
        key = (row.hypothesis, row.endpoint)
        smallest.setdefault(key, None)
        if row.power >= design.power and (smallest[key] is None or row.n < (smallest[key] or row.n)):
            smallest[key] = row.n
    means = {
        (hypothesis, arm, column): _quantiles(looks[column].without_error(array[0]))
        for (hypothesis, arm), columns in pool.values.items()
        for column, array in columns.items()
    }
    sizes = tuple(needed(design, pool, looks))
    whole = [place for place, n in enumerate(design.sizes) if n * len(design.arm) <= pool.persons]
    return TrialResult(
        design,
        tuple(rows),
        tuple(assured),
        sizes,
        tuple(paired(design, pool, looks)),
        smallest,
        means,
        looks,
        pool.persons,
        pool.failed,
        example(design, pool, looks, whole[-1] if whole else 0),
    )


def _quantiles(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 10, 50 and 90 % over persons, (visit, 3); NaN at a visit at which nobody has a value."""
    out = np.full((values.shape[1], 3), np.nan)
    for visit, column in enumerate(values.T):
        there = column[np.isfinite(column)]
        if there.size:
            out[visit] = np.quantile(there, (0.1, 0.5, 0.9))
    return out


def _resized(design: Design, changes: Mapping[str, int]) -> Design:
    from pydantic import ValidationError

    try:
        return Design.model_validate({**design.model_dump(mode="json", exclude_none=True), **changes})
    except ValidationError as error:
        raise InputError(f"{design.name}: {explain_design(error)}") from None


def _library() -> None:
    from importlib.util import find_spec

    if find_spec("statsmodels") is None:
        raise InputError(
            "trials are analysed by statsmodels, which is missing; pip install 'remyelin[trial]'."
        )

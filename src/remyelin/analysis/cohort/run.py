"""The driver of a run: its work and its workers; its folder is in :mod:`remyelin.analysis.cohort.folder`."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

from remyelin import nerve
from remyelin._version import __version__
from remyelin.analysis.cohort.columns import known_columns
from remyelin.analysis.cohort.executors import Executor, Serial
from remyelin.analysis.cohort.folder import (
    begin,
    broken_off,
    claim,
    finish,
    full,
    mend,
    read_manifest,
    replaced,
    workplace,
)
from remyelin.analysis.cohort.follow import follow
from remyelin.analysis.cohort.parts import Chunk, Done, Failure, cohort_digest, part_folder
from remyelin.analysis.cohort.population import Population
from remyelin.analysis.cohort.sampling import Sampler
from remyelin.analysis.cohort.settings import COHORT_CHUNK
from remyelin.analysis.cohort.work import FULL, DiskFull, Setup, WorkersLost, dump
from remyelin.base.errors import InputError, RemyelinError, SimulationError
from remyelin.base.files import full_or_refused
from remyelin.base.log import Task
from remyelin.evidence import Ledger
from remyelin.evidence.posterior import posterior
from remyelin.person.chain import Chain


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a run: courses done and in all, failed ones, seconds passed and left (None at the start)."""

    done: int
    total: int
    failed: int
    seconds: float
    left: float | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """A finished cohort.

    Attributes
    ----------
    folder : Path
    population : Population
    settings : mapping of str to float or str
        Overrides of the ledger.
    sets : tuple of mapping of str to float
        Of each draw of parameters; the first, the ledger's own values, is empty.
    members : tuple of int
        Which member of the ensemble each draw is; -1 for the ledger's own values.
    digest : str
        Of the content, the same for any workers, chunk size, order and executor.
    failures : tuple of Failure
    resumed : int
        Courses found finished.
    seconds : float
        Processor seconds of the workers for what was computed now.
    memory : int
        Largest resident size of a worker, bytes.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from remyelin.analysis.cohort import Serial, load_population, run_cohort
    >>> found = load_population('open-2015')
    >>> small = found.model_copy(
    ...     update={'persons': 2, 'parameters': found.parameters.model_copy(update={'draws': 0})}
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cohort = run_cohort(small, Path(folder) / 'out', Serial())
    ...     members = cohort.members
    >>> members
    (-1,)
    """

    folder: Path
    population: Population
    settings: Mapping[str, float | str]
    sets: tuple[Mapping[str, float], ...]
    members: tuple[int, ...]
    digest: str
    failures: tuple[Failure, ...]
    resumed: int = 0
    seconds: float = 0.0
    memory: int = 0

    @property
    def courses(self) -> int:
        """Persons times parameter sets."""
        return self.population.persons * len(self.sets)


class Stopped(RemyelinError):
    """A run ended before it was finished; its parts are kept and it can be resumed.

    Examples
    --------
    >>> from remyelin.analysis.cohort import Stopped
    >>> issubclass(Stopped, Exception)
    True
    """


def parameter_sets(population: Population) -> tuple[tuple[int, ...], tuple[Mapping[str, float], ...]]:
    """Return the sets of the posterior that were drawn, and their overrides; the first is the ledger as it is.

    Drawn with the seed of ``[parameters]`` alone, so that no person depends on it and it on no person.
    """
    # Heavy to import and needed only here.
    from numpy.random import SeedSequence, default_rng

    wanted = population.parameters.draws
    if not wanted:
        return (-1,), ({},)
    members = posterior().sets
    picked = []
    for draw in range(wanted):
        rng = default_rng(SeedSequence(population.parameters.seed, spawn_key=(draw,)))
        picked.append(int(rng.integers(len(members))))
    return (-1, *picked), ({}, *(dict(members[index]) for index in picked))


def run_cohort(
    population: Population,
    folder: Path,
    executor: Executor | None = None,
    *,
    settings: Mapping[str, float | str] | None = None,
    resume: bool = False,
    chunk: int = COHORT_CHUNK,
    progress: Callable[[Progress], None] = lambda progress: None,
    say: Callable[[str], None] = lambda step: None,
    note: Callable[[str], None] = lambda sentence: None,
    again: str = "the same command with --resume",
) -> Cohort:
    """Compute a cohort into a folder.

    Parameters
    ----------
    population : Population
    folder : Path
        Where its parts go; see :func:`claim`.
    executor : Executor, optional
        Who computes; this process when omitted. It is closed at the end.
    settings : mapping, optional
        Overrides of the ledger for everybody.
    resume : bool
        Keep the valid parts of an earlier run of the same cohort in this folder and compute the rest.
    chunk : int
        Courses to a part; it changes nothing in the result.
    progress : callable
        Called after every part.
    say : callable
        Called with the name of each step.
    note : callable
        Called, before anything is computed, with what will be replaced.
    again : str
        What goes on with a run that broke off, for the error.

    Returns
    -------
    Cohort

    Raises
    ------
    InputError
        For a population, a setting or a folder that cannot be used; nothing has been computed then.
    Stopped
        If the disk is full; what was done is kept.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from remyelin.analysis.cohort import Serial, load_population, run_cohort
    >>> found = load_population('open-2015')
    >>> small = found.model_copy(
    ...     update={'persons': 2, 'parameters': found.parameters.model_copy(update={'draws': 0})}
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cohort = run_cohort(small, Path(folder) / 'out', Serial())
    ...     failures = cohort.failures
    >>> failures
    ()
    """
    executor = executor or Serial()
    task = Task("cohort", "cohort %s, %d persons", population.name, population.persons)
    say = task.steps(say)
    with closing(executor), ExitStack() as stack:
        if chunk < 1:
            raise InputError(f"chunk: {chunk} is impossible; give 1 or more.")
        say("checking the population")
        settings = dict(settings or {})
        ledger = Ledger.shipped().replace(settings)
        _check_measures(population)
        members, sets = parameter_sets(population)
        sampler = Sampler.of(population, ledger)
        for arm in population.arm:
            if arm.regimen is not None:
                _check_regimen(population, arm.name, arm.regimen, ledger)
        for overrides in sets:
            ledger.replace(overrides)
        folder = stack.enter_context(claim(folder, resume=resume)).folder
        if not resume and (replacing := replaced(folder)):
            note(replacing)
        executor.prepare(math.ceil(population.persons * len(sets) / chunk))
        say("the engine fills the tables of internodes")
        tables = nerve.build_tables(ledger)
        columns = _columns(sampler, Chain(ledger, tables), say)

        run = _identity(population, settings, sets, ledger, columns)
        work = workplace(folder, run, resume)
        setup = dump(Setup(population, settings, sets, tables, columns, str(part_folder(work)), run))
        total = population.persons * len(sets)
        try:
            finished, chunks = begin(work, population, settings, run, total, chunk, columns, resume)
            found = _compute(
                work,
                population,
                settings,
                members,
                sets,
                run,
                total,
                executor,
                setup,
                finished,
                chunks,
                progress,
            )
            mend(folder)
            task.done(
                "%d courses, %d failed, %d found finished", found.courses, len(found.failures), found.resumed
            )
            return replace(found, folder=folder)
        except (WorkersLost, SimulationError) as error:
            raise Stopped(broken_off(work, str(error), again)) from None
        except OSError as error:
            if error.errno in FULL or isinstance(error, DiskFull):
                if read_manifest(work) is None:
                    raise full_or_refused(work, error) from None
                raise Stopped(full(work, again)) from None
            raise InputError(f"{work}: cannot be written: {error.strerror or error}.") from None


def _compute(
    folder: Path,
    population: Population,
    settings: Mapping[str, float | str],
    members: tuple[int, ...],
    sets: tuple[Mapping[str, float], ...],
    run: str,
    total: int,
    executor: Executor,
    setup: bytes,
    finished: list[Done],
    chunks: Sequence[Chunk],
    progress: Callable[[Progress], None],
) -> Cohort:
    resumed = done = sum(len(part.chunk) for part in finished)
    failed = sum(len(part.failures) for part in finished)
    began = time.monotonic()
    progress(Progress(done, total, failed, 0.0, None))
    part: Done
    for part in executor.run(setup, chunks):
        finished.append(part)
        done, failed = done + len(part.chunk), failed + len(part.failures)
        passed = time.monotonic() - began
        progress(Progress(done, total, failed, passed, passed / (done - resumed) * (total - done)))
    digest = cohort_digest(finished)
    failures = tuple(
        sorted(
            (item for part in finished for item in part.failures), key=lambda item: (item.draw, item.person)
        )
    )
    cohort = Cohort(
        folder,
        population,
        settings,
        sets,
        members,
        digest,
        failures,
        resumed,
        sum(part.seconds for part in finished),
        max((part.memory for part in finished), default=0),
    )
    found = {
        "digest": digest,
        "failures": [{"person": item.person, "draw": item.draw, "reason": item.reason} for item in failures],
    }
    finish(folder, {part.chunk.file for part in finished}, found)
    return cohort


def _identity(
    population: Population,
    settings: Mapping[str, float | str],
    sets: Sequence[Mapping[str, float]],
    ledger: Ledger,
    columns: Sequence[str],
) -> str:
    content = [
        population.digest(),
        sorted(settings.items()),
        list(map(dict, sets)),
        ledger.digest(),
        list(columns),
    ]
    return hashlib.sha256(json.dumps([__version__, *content], sort_keys=True).encode()).hexdigest()[:16]


def _columns(sampler: Sampler, numbers: Chain, say: Callable[[str], None]) -> tuple[str, ...]:
    """Names of the numbers of a row, from the first person who can be computed."""
    reasons: Counter[str] = Counter()
    for number in range(sampler.population.persons):
        try:
            return tuple(follow(sampler, number, numbers)[1][0])
        except (RemyelinError, ArithmeticError, ValueError) as error:  # as of any course; see Worker.course
            reasons[str(error)] += 1
            say(f"looking for a person who can be computed: {number + 1} could not")
    commonest = reasons.most_common(1)[0][0]
    raise InputError(
        f"{sampler.population.name}: none of its {sampler.population.persons} persons could be computed, mostly: "
        f"{commonest}"
    )


def _check_measures(population: Population) -> None:
    """Refuse published rows that name a study, symptom or column that does not exist."""
    import numpy as np

    from remyelin.analysis.cohort.measures import per_person

    empty = {name: np.zeros(1) for name in known_columns()}
    for row in population.published:
        try:
            per_person(row.measure, empty, empty)
        except InputError as error:
            raise InputError(f"{population.name}: published {row.what!r}: {error}") from None


def _check_regimen(population: Population, arm: str, regimen: str, ledger: Ledger) -> None:
    from remyelin.cobalamin import read_order

    try:
        read_order(regimen, 0.0, population.horizon + 1.0, ledger)
    except InputError as error:
        raise InputError(f"{population.name}: arm {arm!r}: {error}") from None

"""Power, type I error and assurance of a trial, from replicates that an executor computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from remyelin.analysis.cohort import Stopped
from remyelin.analysis.cohort.executors import Executor, Serial, executor
from remyelin.analysis.cohort.observation import Observation
from remyelin.analysis.cohort.work import WorkersLost, dump
from remyelin.analysis.trial.design import Design
from remyelin.analysis.trial.kept import Kept, Replicates
from remyelin.analysis.trial.pool import Pool
from remyelin.analysis.trial.settings import PARALLEL_FROM
from remyelin.analysis.trial.simulate import Purpose
from remyelin.analysis.trial.work import Part, ReplicateSetup, chunks_of
from remyelin.base.errors import SimulationError


@dataclass(frozen=True, slots=True)
class PowerRow:
    """Power of one endpoint at one size.

    Attributes
    ----------
    hypothesis, endpoint : str
    visit : float
        Day.
    n : int
        Persons per arm.
    power, power_error : float
        Share of replicates with p below alpha, and its Monte Carlo standard error.
    estimate, low, high : float
        Median of the estimates, first arm less last, and the range of 95 % of them.
    type_one : float
        The same share where both arms get what the last arm gets.
    stopped : float or None
        Share of replicates that an interim look ends; None without looks.
    redundant : float
        Share of replicates in whose model a column said nothing new and was left out.
    """

    hypothesis: str
    endpoint: str
    visit: float
    n: int
    power: float
    power_error: float
    estimate: float
    low: float
    high: float
    type_one: float
    stopped: float | None
    redundant: float


@dataclass(frozen=True, slots=True)
class AssuranceRow:
    """Assurance: power averaged over the parameter sets, drawn anew for each replicate."""

    hypothesis: str
    endpoint: str
    visit: float
    n: int
    assurance: float
    error: float


def executor_of(workers: int | None, cluster: str | None) -> Callable[[int], Executor]:
    """Return how replicates are computed: by a cluster or by processes, and by this process where they are few."""

    def chosen(replicates: int) -> Executor:
        if cluster is None and (workers == 1 or replicates < PARALLEL_FROM):
            return Serial()
        return executor(workers, cluster)

    return chosen


def replicates_of(
    design: Design,
    pool: Pool,
    looks: Mapping[str, Observation],
    progress: Callable[[int, int], None] = lambda done, total: None,
    folder: Path | None = None,
    by: Callable[[int], Executor] = lambda replicates: Serial(),
) -> dict[Purpose, Replicates]:
    """Return the replicates of every purpose; finished ones are kept in `folder` and read again.

    Parameters
    ----------
    design, pool, looks
        As for one replicate.
    progress : callable
        Called with replicates done and replicates in all.
    folder : Path, optional
    by : callable
        Returns the executor of so many replicates. No result depends on it.

    Raises
    ------
    Stopped
        If no worker is left; finished purposes are kept.
    """
    kept = Kept.of(folder, design, pool, looks)
    wanted = [
        purpose
        for hypothesis in range(len(design.hypothesis))
        for size in range(len(design.sizes))
        for purpose in (
            Purpose(hypothesis, size),
            Purpose(hypothesis, size, null=True),
            *((Purpose(hypothesis, size, over_sets=True),) if pool.sets > 1 else ()),
        )
    ]
    total = len(wanted) * design.replicates
    found: dict[Purpose, Replicates] = {}
    for purpose in wanted:
        if (earlier := kept.read(purpose.name)) is not None:
            found[purpose] = earlier
            progress(len(found) * design.replicates, total)
    left = tuple(purpose for purpose in wanted if purpose not in found)
    if not left:
        return found
    done = len(found) * design.replicates
    missing = dict.fromkeys(left, design.replicates)
    chunks = chunks_of(left, design.replicates)
    try:
        with closing(by(len(left) * design.replicates)) as chosen:
            chosen.prepare(len(chunks))
            part: Part
            for part in chosen.run(dump(ReplicateSetup(design, pool, looks, left)), chunks):
                which, first = divmod(part.chunk.start, design.replicates)
                purpose = left[which]
                whole = found.setdefault(purpose, Replicates.empty(design.replicates, len(design.endpoint)))
                for one in fields(Replicates):
                    getattr(whole, one.name)[first : first + len(part.chunk)] = getattr(part.found, one.name)
                done += len(part.chunk)
                progress(done, total)
                missing[purpose] -= len(part.chunk)
                if not missing[purpose]:
                    kept.write(purpose.name, whole)
    except (WorkersLost, SimulationError) as error:
        again = (
            "nothing is kept"
            if folder is None
            else "finished sizes are kept: run the same command again to go on"
        )
        if not isinstance(error, WorkersLost):
            again = "look at the design"
        raise Stopped(f"{str(error).rstrip('.')}; {again}.") from None
    return found


def power_rows(
    design: Design, found: Mapping[Purpose, Replicates]
) -> tuple[list[PowerRow], list[AssuranceRow]]:
    """Return power, type I error and assurance of every endpoint at every size under every hypothesis.

    Parameters
    ----------
    design : Design
    found : mapping of Purpose to Replicates
        Of every purpose, as :func:`replicates_of` returns them; assurance where parameter sets were drawn.
    """
    rows: list[PowerRow] = []
    assured: list[AssuranceRow] = []
    for hypothesis, named in enumerate(design.hypothesis):
        for size, n in enumerate(design.sizes):
            here = found[Purpose(hypothesis, size)]
            null = found[Purpose(hypothesis, size, null=True)].p
            over = found.get(Purpose(hypothesis, size, over_sets=True))
            for place, endpoint in enumerate(design.endpoint):
                power = float((here.p[:, place] < design.alpha).mean())
                low, middle, high = np.quantile(here.estimate[:, place], (0.025, 0.5, 0.975))
                rows.append(
                    PowerRow(
                        named.name,
                        endpoint.name,
                        endpoint.visit,
                        n,
                        power,
                        _error(power, design.replicates),
                        float(middle),
                        float(low),
                        float(high),
                        float((null[:, place] < design.alpha).mean()),
                        float(here.ended[:, place].mean()) if design.looks else None,
                        float(here.redundant[:, place].mean()),
                    )
                )
                if over is not None:
                    share = float((over.p[:, place] < design.alpha).mean())
                    assured.append(
                        AssuranceRow(
                            named.name,
                            endpoint.name,
                            endpoint.visit,
                            n,
                            share,
                            _error(share, design.replicates),
                        )
                    )
    return rows, assured


def _error(share: float, replicates: int) -> float:
    return math.sqrt(share * (1.0 - share) / replicates)

"""Replicates of a trial: allocation, measured values, drop-out, analysis, power."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from remyelin.analysis.cohort.observation import Observation
from remyelin.analysis.trial.analyse import Test, analyse
from remyelin.analysis.trial.design import Design, Endpoint
from remyelin.analysis.trial.kept import Kept, Replicates
from remyelin.analysis.trial.pool import Pool
from remyelin.analysis.trial.settings import LOOK_LEVEL, PROGRESS_EVERY, REPEATABLE_STREAMS

Values = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Replicate:
    """The persons of one replicate; each stands in one arm.

    Attributes
    ----------
    person : (n,) int array
        Persons of the pool.
    arm : (n,) int array
        Arm of each.
    order : (n,) int array
        Order of recruitment.
    lost : (n,) array
        Day from which visits are missing; infinite where none is.
    """

    person: Whole
    arm: Whole
    order: Whole
    lost: Values


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


def allocate(design: Design, pool: Pool, n: int, rng: Generator) -> Replicate:
    """Draw persons and allocate them to arms by permuted blocks within strata, `n` to every arm.

    Persons are drawn without replacement while the pool is large enough, with replacement beyond it.
    """
    arms = len(design.arm)
    total = n * arms
    person = (
        rng.permutation(pool.persons)[:total]
        if total <= pool.persons
        else rng.integers(pool.persons, size=total)
    )
    stratum = pool.strata[person]
    arm = np.empty(total, dtype=np.int64)
    size = design.block
    for one in np.unique(stratum):
        members = np.flatnonzero(stratum == one)
        blocks = np.tile(np.repeat(np.arange(arms), size // arms), (-(-len(members) // size), 1))
        arm[members] = rng.permuted(blocks, axis=1).ravel()[: len(members)]
    _balance(arm, n, arms)
    lost = np.full(total, np.inf)
    if design.dropout > 0.0:
        leaves = rng.random(total) < design.dropout
        lost[leaves] = rng.uniform(0.0, design.visits[-1], int(leaves.sum()))
    return Replicate(person, arm, np.arange(total), lost)


def _balance(arm: Whole, n: int, arms: int) -> None:
    """Move the last recruited of arms that are too full, so that every arm has `n`: blocks may end incomplete."""
    count = np.bincount(arm, minlength=arms)
    for place in range(len(arm) - 1, -1, -1):
        if count.max() == n:
            return
        if count[arm[place]] > n:
            count[arm[place]] -= 1
            arm[place] = int(np.argmin(count))
            count[arm[place]] += 1


def measured(
    design: Design,
    pool: Pool,
    drawn: Replicate,
    column: str,
    look: Observation,
    sources: Sequence[Mapping[str, Values]],
    member: int,
    rng: Generator,
) -> Values:
    """Return measured values (person, visit) of one column.

    Parameters
    ----------
    sources : sequence of mapping of str to (set, person, visit) array
        Values of the pool for each arm, in the order of the arms.
    member : int
        Parameter set.
    """
    values = np.empty((len(drawn.person), len(pool.days)))
    for arm, source in enumerate(sources):
        here = drawn.arm == arm
        values[here] = source[column][member, drawn.person[here]]
    if design.window:
        values = _off_date(values, pool.days, design.window, rng)
    seen = look.observe(values, rng)
    seen[pool.days[None, :] >= drawn.lost[:, None]] = np.nan
    return seen


def _off_date(values: Values, days: Values, window: float, rng: Generator) -> Values:
    """Return the values on days that are off the visits, linear between visits; the first visit is on its day."""
    shift = rng.uniform(-window, window, values.shape)
    shift[:, 0] = 0.0
    shift[:, -1] = np.minimum(shift[:, -1], 0.0)  # nothing is known beyond the last
    # windows do not overlap, so that a day lies between its visit and one of the two beside it
    step = np.where(shift < 0.0, -1, 1)
    beside = np.clip(np.arange(len(days)) + step, 0, len(days) - 1)
    other = np.take_along_axis(values, beside, axis=1)
    gap = np.abs(days[beside] - days)
    share = np.divide(np.abs(shift), gap, out=np.zeros_like(shift), where=gap > 0.0)
    moved = values + share * (other - values)
    return np.where(np.isfinite(other), moved, values)


def stream(design: Design, name: str, *key: int) -> Generator:
    """Return the generator of one purpose and replicate: it depends on nothing else."""
    return default_rng(SeedSequence(design.seed, spawn_key=(REPEATABLE_STREAMS[name], *key)))


def observed(
    design: Design,
    pool: Pool,
    hypothesis: int,
    size: int,
    number: int,
    looks: Mapping[str, Observation],
    *,
    null: bool = False,
    over_sets: bool = False,
) -> tuple[Replicate, dict[str, Values]]:
    """Return the persons of one replicate, and what is measured of them (person, visit) by column.

    Parameters
    ----------
    hypothesis, size, number : int
        Places of the hypothesis and of the size in the design, and the number of the replicate.
    looks : mapping of str to Observation
        By column.
    null : bool
        Give every arm what the last arm gets.
    over_sets : bool
        Draw a parameter set; the ledger's own values when False.
    """
    key = (hypothesis, size, number, int(null), int(over_sets))
    drawn = allocate(design, pool, design.sizes[size], stream(design, "allocation", *key))
    named = design.hypothesis[hypothesis].name
    sources = [pool.values[named, (design.arm[-1] if null else arm).name] for arm in design.arm]
    member = 0
    if over_sets:
        member = int(stream(design, "set", *key).integers(pool.sets))
    columns = {
        column: measured(
            design, pool, drawn, column, looks[column], sources, member, stream(design, "noise", *key, place)
        )
        for place, column in enumerate(sorted(looks))
    }
    return drawn, columns


def replicate(
    design: Design,
    pool: Pool,
    hypothesis: int,
    size: int,
    number: int,
    looks: Mapping[str, Observation],
    *,
    null: bool = False,
    over_sets: bool = False,
) -> tuple[list[Test], list[bool]]:
    """Run one replicate and return the test of every endpoint, and whether an interim look ended it.

    Parameters are those of :func:`observed`.
    """
    drawn, columns = observed(design, pool, hypothesis, size, number, looks, null=null, over_sets=over_sets)
    compared = (drawn.arm == 0) | (drawn.arm == len(design.arm) - 1)
    tests, stopped = [], []
    for endpoint in design.endpoint:
        found, ended = _looked(design, endpoint, columns[endpoint.column], drawn, compared, pool)
        tests.append(found)
        stopped.append(ended)
    return tests, stopped


def _looked(
    design: Design,
    endpoint: Endpoint,
    seen: Values,
    drawn: Replicate,
    compared: NDArray[np.bool_],
    pool: Pool,
) -> tuple[Test, bool]:
    """Test an endpoint at the interim looks, at the strict level of Haybittle and Peto, and then at the end."""
    for share in design.looks:
        early = compared & (drawn.order < math.ceil(share * len(drawn.order)))
        found = _tested(endpoint, seen, drawn, early, pool)
        if found.p < LOOK_LEVEL:
            return found, True
    return _tested(endpoint, seen, drawn, compared, pool), False


def _tested(endpoint: Endpoint, seen: Values, drawn: Replicate, rows: NDArray[np.bool_], pool: Pool) -> Test:
    group = (drawn.arm[rows] == 0).astype(np.int64)
    return analyse(endpoint, seen[rows], group, pool.strata[drawn.person[rows]], pool.days)


def power_rows(
    design: Design,
    pool: Pool,
    looks: Mapping[str, Observation],
    progress: Callable[[int, int], None] = lambda done, total: None,
    folder: Path | None = None,
) -> tuple[list[PowerRow], list[AssuranceRow]]:
    """Return power, type I error and assurance of every endpoint at every size under every hypothesis.

    Finished sizes are kept in `folder` and read again.
    """
    kept = Kept.of(folder, design, pool, looks)
    rows: list[PowerRow] = []
    assured: list[AssuranceRow] = []
    purposes = 3 if pool.sets > 1 else 2
    total = len(design.hypothesis) * len(design.sizes) * design.replicates * purposes
    done = 0

    def many(hypothesis: int, size: int, **how: bool) -> Replicates:
        nonlocal done
        name = "-".join(map(str, (hypothesis, size, *how)))
        if (earlier := kept.read(name)) is not None:
            done += design.replicates
            progress(done, total)
            return earlier
        found = Replicates.empty(design.replicates, len(design.endpoint))
        for number in range(design.replicates):
            tests, stopped = replicate(design, pool, hypothesis, size, number, looks, **how)
            found.p[number] = [one.p for one in tests]
            found.estimate[number] = [one.estimate for one in tests]
            found.redundant[number] = [one.redundant for one in tests]
            found.ended[number] = stopped
            done += 1
            if done % PROGRESS_EVERY == 0 or done == total:
                progress(done, total)
        kept.write(name, found)
        return found

    for hypothesis, named in enumerate(design.hypothesis):
        for size, n in enumerate(design.sizes):
            here = many(hypothesis, size)
            null = many(hypothesis, size, null=True).p
            over = many(hypothesis, size, over_sets=True).p if pool.sets > 1 else None
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
                    share = float((over[:, place] < design.alpha).mean())
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

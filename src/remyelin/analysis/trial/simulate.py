"""Replicates of a trial: allocation, measured values, drop-out, analysis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from remyelin.analysis.cohort.observation import Observation
from remyelin.analysis.trial.analyse import Test, analyse
from remyelin.analysis.trial.design import Design, Endpoint
from remyelin.analysis.trial.pool import Pool
from remyelin.analysis.trial.settings import LOOK_LEVEL, REPEATABLE_STREAMS

Values = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Purpose:
    """Replicates of one size under one hypothesis, for power, type I error (`null`) or assurance (`over_sets`).

    `hypothesis` and `size` are places in the design.
    """

    hypothesis: int
    size: int
    null: bool = False
    over_sets: bool = False

    @property
    def name(self) -> str:
        """Name under which its replicates are kept."""
        kind = "-null" if self.null else "-over_sets" if self.over_sets else ""
        return f"{self.hypothesis}-{self.size}{kind}"


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
    design: Design, pool: Pool, purpose: Purpose, number: int, looks: Mapping[str, Observation]
) -> tuple[Replicate, dict[str, Values]]:
    """Return the persons of one replicate, and their measured values (person, visit) by column.

    Parameters
    ----------
    design : Design
    pool : Pool
    purpose : Purpose
        With `null` every arm gets what the last arm gets; `over_sets` draws a parameter set.
    number : int
        Of the replicate.
    looks : mapping of str to Observation
        By column.
    """
    null, over_sets = purpose.null, purpose.over_sets
    key = (purpose.hypothesis, purpose.size, number, int(null), int(over_sets))
    drawn = allocate(design, pool, design.sizes[purpose.size], stream(design, "allocation", *key))
    named = design.hypothesis[purpose.hypothesis].name
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
    design: Design, pool: Pool, purpose: Purpose, number: int, looks: Mapping[str, Observation]
) -> tuple[list[Test], list[bool]]:
    """Run one replicate and return the test of every endpoint, and whether an interim look ended it.

    Parameters are those of :func:`observed`.
    """
    drawn, columns = observed(design, pool, purpose, number, looks)
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

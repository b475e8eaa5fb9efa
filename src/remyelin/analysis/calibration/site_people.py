"""One design of the fit to patients: its ledger, its animals, and its pool of persons read at any point of the maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import myelin
from remyelin.analysis.calibration.emulator import STEP, Tried
from remyelin.analysis.calibration.free_people import MAPS, NO_ERRORS, STRUCTURAL, log_likelihood, values_at
from remyelin.analysis.protocols.animals import ataxia, bat, monkey, visual_loss
from remyelin.analysis.protocols.observed import rows_of
from remyelin.analysis.protocols.pool import Draw, Pool, seen, simulate_pool, traits_of
from remyelin.evidence import Ledger
from remyelin.myelin.ensemble import repair as repair_rates
from remyelin.nerve import Tables
from remyelin.person.chain import Chain
from remyelin.person.presentation import FELT
from remyelin.person.traits import PATIENT, Traits

Floats = NDArray[np.float64]
TREATED: Final = 72  # persons also followed under treatment, from several days each


def ledger_of(values: Mapping[str, float], repair: int, base: Ledger) -> Ledger:
    """Return the ledger of a set, rates of repair among its numbers."""
    return base.replace({**repair_rates().sets[repair], **values})


def animals_of(sets: Sequence[Ledger]) -> list[tuple[float, float]]:
    """Return the rows of animals of each set: weeks until the bat is affected, months until the monkey loses sight.

    Those of :mod:`remyelin.analysis.validation.myelin`, of all sets at once.
    """
    rates = [myelin.Parameters.from_ledger(ledger) for ledger in sets]
    under_gas, deprived = bat(rates, depleted=True), monkey(rates)
    found = []
    for member, ledger in enumerate(sets):
        bats, monkeys = under_gas.isel(member=member), deprived.isel(member=member)
        found.append((ataxia(bats, ledger), visual_loss(monkeys, ledger)))
    return found


def try_animals(points: Sequence[Floats], repair: Sequence[int], base: Ledger) -> list[Tried]:
    """Simulate the animals at some points."""
    sets = [ledger_of(values_at(point), own, base) for point, own in zip(points, repair, strict=True)]
    return [
        Tried(tuple(point.tolist()), own, animals)
        for point, own, animals in zip(points, repair, animals_of(sets), strict=True)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A pool simulated at one point of the structural rates, which is read at any point of the maps."""

    pool: Pool
    repair: int
    draws: Sequence[Draw]
    base: Ledger
    tables: Tables
    errors: Mapping[str, float] = field(default_factory=lambda: NO_ERRORS)

    @classmethod
    def at(
        cls,
        point: Floats,
        repair: int,
        draws: Sequence[Draw],
        base: Ledger,
        tables: Tables,
        errors: Mapping[str, float] = NO_ERRORS,
    ) -> Site:
        """Simulate the pool at a point."""
        numbers = Chain(ledger_of(values_at(point), repair, base), tables)
        return cls(simulate_pool(draws, numbers, TREATED), repair, draws, base, tables, errors)

    def rows(self, point: Floats) -> dict[str, float]:
        """Return all rows at a point with the structural rates of the pool."""
        ledger = ledger_of(values_at(point), self.repair, self.base)
        return rows_of(self.pool, traits_of(self.draws, ledger), Chain(ledger, self.tables))

    def patients(self, point: Floats, rng: np.random.Generator) -> dict[str, dict[str, float]]:
        """Return the traits of one person of each stratum who is found ill."""
        ledger = ledger_of(values_at(point), self.repair, self.base)
        return a_patient(self.pool, traits_of(self.draws, ledger), Chain(ledger, self.tables), rng)

    def walk(
        self,
        point: Floats,
        rows: dict[str, float],
        steps: int,
        rng: np.random.Generator,
        exponent: float = 1.0,
    ) -> Iterator[tuple[Floats, dict[str, float], bool]]:
        """Move the maps under a power of the likelihood; give every point tried, and whether it was accepted."""
        value = log_likelihood(rows, self.errors)
        for _ in range(steps):
            trial = point.copy()
            change = 2.0 * STEP * rng.standard_normal(len(MAPS)) * (rng.random(len(MAPS)) < 0.4)
            trial[len(STRUCTURAL) :] = reflected(trial[len(STRUCTURAL) :] + change)
            found = self.rows(trial)
            likelihood = log_likelihood(found, self.errors)
            accept = bool(np.log(rng.random()) < exponent * (likelihood - value))
            if accept:
                point, value = trial, likelihood
            yield trial, found, accept


def read_site(
    site: Site, point: Floats, spread: int, walked: int, rng: np.random.Generator
) -> Iterator[tuple[Floats, dict[str, float]]]:
    """Read a design at its point, at so many maps over their ranges, and along a walk of so many steps."""
    rows = site.rows(point)
    yield point, rows
    best = point, rows
    for _ in range(spread):
        other = np.concatenate([point[: len(STRUCTURAL)], rng.random(len(MAPS))])
        found = site.rows(other)
        if log_likelihood(found) > log_likelihood(best[1]):
            best = other, found
        yield other, found
    for other, found, _ in site.walk(*best, walked, rng):
        yield other, found


def design_rows(
    point: Floats, repair: int, maps: Sequence[Floats], draws: Sequence[Draw], base: Ledger, tables: Tables
) -> Iterator[tuple[Floats, dict[str, float]]]:
    """Simulate one design and read it with several maps; the first are those of the point itself."""
    site = Site.at(point, repair, draws, base, tables)
    yield point, site.rows(point)
    for own in maps:
        whole = np.concatenate([point[: len(STRUCTURAL)], own])
        yield whole, site.rows(whole)


def a_patient(
    pool: Pool, traits: Sequence[Traits], numbers: Chain, rng: np.random.Generator
) -> dict[str, dict[str, float]]:
    """Return the traits of one person of each stratum who notices a symptom when found, drawn by that chance."""
    view = seen(pool, traits, numbers)
    felt = np.any([view.state.noticed[name] for name in FELT], axis=0)
    chance = (view.found.share.sum(axis=0) * felt).sum(axis=1)
    found = {}
    for stratum, name in (("deficiency", "deficiency"), ("gas", "nitrous_oxide")):
        weight = chance * (pool.stratum == stratum)
        if weight.sum() <= 0.0:
            weight = (pool.stratum == stratum).astype(np.float64)
        own = traits[int(rng.choice(len(weight), p=weight / weight.sum()))]
        found[name] = {trait: getattr(own, trait) for trait in PATIENT}
    return found


def reflected(points: Floats) -> Floats:
    """Return points reflected at the ends of the unit cube, so that no density gathers there."""
    inside = np.abs(points)
    return np.where(inside > 1.0, np.maximum(2.0 - inside, 0.0), inside)

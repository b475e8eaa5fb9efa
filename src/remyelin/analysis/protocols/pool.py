"""A pool of virtual persons, simulated once per set of structural rates, and read under any clinical maps.

Three strata: persons with a deficiency by its commonest causes, users of nitrous oxide, and young women on a diet so
poor that screening finds them. Everybody is followed untreated; some with a deficiency also under treatment begun on
two days. All sets meet the same persons (common random numbers).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import cobalamin, nerve
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_YEAR
from remyelin.catalogue.causes import CAUSES
from remyelin.cobalamin import Exposure
from remyelin.evidence import Ledger
from remyelin.person.chain import Chain
from remyelin.person.chain_people import Clinic, People, blood_of, clinic_of, simulate_people
from remyelin.person.found import distribution, finer, finer_pathways, untreated_days
from remyelin.person.person import Person
from remyelin.person.plans import caused
from remyelin.person.presentation import Found
from remyelin.person.traits import NAMES, Spread, Traits

Floats = NDArray[np.float64]
SEED: Final = 30411
BODY: Final = nerve.Person(age=55.0, sex="female", height=168.0, temperature=33.0)
TREATMENT: Final = "hydroxocobalamin 1 mg im every 2 d for 60 d, then every 60 d"
FOLLOW_UP: Final = (0.0, 3.0, 6.0, 12.0, 24.0)  # months after the first dose
GAS_FRACTION: Final = "prior.nitrous_oxide.inspired_fraction"
HORIZON: Final = 14.0 * DAYS_PER_YEAR
BRANCHES: Final = (0.3, 0.75)  # quantiles of presentation at which treatment begins
NEEDED: Final = ("conducted", "dispersion", "axons", "ectopic", "delay")


@dataclass(frozen=True, slots=True)
class Draw:
    """One person of the pool as drawn: age, cause, independent normal numbers for the traits, exposure."""

    stratum: str
    person: Person
    normal: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Simulated persons under one set of structural rates.

    Attributes
    ----------
    draws : tuple of Draw
    stratum : (person,) array of str
    age : (person,) array
    days : (person, day) array
        Days since the cause began.
    blood, pathways : mapping of str to array
        Over (person, day) and (person, day, pathway), untreated.
    branch : (branch,) int array
        Person of each treated course.
    begun : (branch,) array
        Day on which treatment begins.
    chance : (branch,) array
        Density of presentation at that day under the maps it was chosen with, 1/day, over the chance to be found.
    after : mapping of str to (branch, month, pathway) array
        Conduction at :data:`FOLLOW_UP`.
    """

    draws: tuple[Draw, ...]
    stratum: NDArray[np.str_]
    age: Floats
    days: Floats
    blood: Mapping[str, Floats]
    pathways: Mapping[str, Floats]
    branch: NDArray[np.int64]
    begun: Floats
    chance: Floats
    after: Mapping[str, Floats]


def drawn(deficient: int, gas: int, screened: int, ledger: Ledger) -> tuple[Draw, ...]:
    """Draw the persons of a pool: so many of each stratum, the same at every call with the same ledger."""
    found = []
    for stratum, count in (("deficiency", deficient), ("gas", gas), ("screened", screened)):
        for number in range(count):
            found.append(candidate(stratum, SEED, number, ledger))
    return tuple(found)


def candidate(stratum: str, seed: int, number: int, ledger: Ledger) -> Draw:
    """Return one person of a stratum, the same at every call with the same ledger."""
    return _draw(stratum, np.random.default_rng([seed, len(stratum), number]), ledger)


def at_risk(ledger: Ledger) -> dict[str, float]:
    """Return the causes of persons at risk of a deficiency, and the share of each: entries ``at_risk.*``."""
    shares = {cause.name: f"at_risk.{cause.key}" for cause in CAUSES.values()}
    weights = {name: ledger[entry] for name, entry in shares.items() if entry in ledger}
    whole = sum(weights.values())
    return {name: weight / whole for name, weight in weights.items()}


def _draw(stratum: str, rng: np.random.Generator, ledger: Ledger) -> Draw:
    normal = tuple(float(x) for x in rng.standard_normal(len(NAMES)))
    cause, hours, lost = "vegan diet", 0.0, 0.0
    youngest, oldest = ledger.vector("screened.age_limits")
    age = float(rng.uniform(youngest, oldest))
    if stratum == "deficiency":
        causes = at_risk(ledger)
        cause = str(rng.choice(list(causes), p=list(causes.values())))
        age = _age("at_risk", rng, ledger)
        lost = ledger["at_risk.share_lost"] if CAUSES[cause].partial else 0.0
    elif stratum == "gas":
        cause, age = "nitrous oxide", _age("users", rng, ledger)
        drawn = rng.lognormal(0.0, ledger["population.gas_hours_spread"])
        low, high = ledger.vector("users.hours_limits")
        hours = float(np.clip(drawn, low, high))
    person = Person(
        age=age,
        sex="female",
        height=BODY.height,
        weight=ledger["prior.weight"],
        temperature=BODY.temperature,
        cause=cause,
        began=0.0,
        ended=None,
        food_intake=float(
            rng.lognormal(np.log(ledger["population.food_intake"]), ledger["population.food_spread"])
        ),
        nitrous_hours=hours,
        nitrous_fraction=0.0,
        facts=(),
        lost=lost,
    )
    return Draw(stratum, person, normal)


def _age(persons: str, rng: np.random.Generator, ledger: Ledger) -> float:
    """Return an age in years, normal between the limits of a group of persons in the ledger."""
    age = rng.normal(ledger[f"{persons}.age"], ledger[f"{persons}.age_sd"])
    low, high = ledger.vector(f"{persons}.age_limits")
    return float(np.clip(age, low, high))


def traits_of(draws: Sequence[Draw], ledger: Ledger) -> list[Traits]:
    """Return the traits of drawn persons under the spreads of a ledger."""
    spread = Spread.from_ledger(ledger)
    return [spread.traits(np.array(draw.normal)) for draw in draws]


def simulate_pool(draws: Sequence[Draw], numbers: Chain, treated: int) -> Pool:
    """Simulate drawn persons under one set of rates.

    Parameters
    ----------
    draws : sequence of Draw
    numbers : Chain
        The set; its clinical maps choose the days on which treatment begins.
    treated : int
        So many persons with a deficiency are also followed under treatment.
    """
    ledger = numbers.ledger
    traits = traits_of(draws, ledger)
    exposures = [exposed(draw.person, own, ledger) for draw, own in zip(draws, traits, strict=True)]
    grids = [untreated_days(one, numbers, HORIZON) for one in exposures]
    people = simulate_people(
        exposures,
        [BODY] * len(draws),
        [times for times, _ in grids],
        [keep for _, keep in grids],
        traits,
        [numbers],
    )
    age = np.array([draw.person.age for draw in draws])
    pool = Pool(
        draws=tuple(draws),
        stratum=np.array([draw.stratum for draw in draws]),
        age=age,
        days=finer(people.days),
        blood={name: finer(values) for name, values in people.blood.items()},
        pathways=finer_pathways({name: people.pathways[name] for name in NEEDED}),
        branch=np.empty(0, dtype=np.int64),
        begun=np.empty(0),
        chance=np.empty(0),
        after={},
    )
    return _with_branches(pool, exposures, traits, [times for times, _ in grids], numbers, treated)


def exposed(person: Person, traits: Traits, ledger: Ledger) -> Exposure:
    """Return the untreated exposure of a person with the slow traits only; hours of gas are of the typical user's."""
    slow = replace(traits, plasma=1.0, mma=1.0, homocysteine=1.0, marrow=1.0)
    hours = person.nitrous_hours * ledger["users.hours_per_day"]
    own = replace(person, traits=slow, nitrous_hours=hours, nitrous_fraction=ledger[GAS_FRACTION])
    return caused(own, HORIZON, ledger)


def _with_branches(
    pool: Pool,
    exposures: Sequence[Exposure],
    traits: Sequence[Traits],
    times: Sequence[Floats],
    numbers: Chain,
    treated: int,
) -> Pool:
    """Follow some persons under treatment begun at quantiles of their presentation."""
    share = seen(pool, traits, numbers).found.share.sum(axis=0)
    which, begun, chance = [], [], []
    for i in np.flatnonzero(pool.stratum == "deficiency")[:treated]:
        total = share[i].sum()
        if total < 0.05:
            continue
        below = np.cumsum(share[i]) / total
        for quantile in BRANCHES:
            j = int(np.searchsorted(below, quantile))
            which.append(int(i))
            begun.append(float(pool.days[i, j]))
            chance.append(density(pool.days, share)[i, j] / total)
    if not which:
        return pool
    months = np.array(FOLLOW_UP) * DAYS_PER_MONTH
    given, grid, keep = [], [], []
    for i, start in zip(which, begun, strict=True):
        order = cobalamin.read_order(TREATMENT, start, start + months[-1] + 1.0, numbers.ledger)
        given.append(cobalamin.treated(exposures[i], order))
        own = times[i]
        grid.append(
            np.unique(
                np.concatenate([own[own < start], start + np.arange(0.0, months[-1], 21.0), start + months])
            )
        )
        keep.append(start + months)
    after: People = simulate_people(
        given, [BODY] * len(which), grid, keep, [traits[i] for i in which], [numbers]
    )
    return replace(
        pool,
        branch=np.array(which),
        begun=np.array(begun),
        chance=np.array(chance),
        after={name: after.pathways[name] for name in NEEDED},
    )


def density(days: Floats, share: Floats) -> Floats:
    """Return shares per interval (person, day) as densities, 1/day."""
    step = np.diff(days, axis=1, prepend=days[:, :1])
    found: Floats = np.where(step > 0.0, share / np.where(step > 0.0, step, 1.0), 0.0)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Clinical state, blood and presentation of a pool under one set of maps and hazards."""

    state: Clinic
    blood: Mapping[str, Floats]
    found: Found


def seen(pool: Pool, traits: Sequence[Traits], numbers: Chain) -> Seen:
    """Read a pool under the maps, hazards and fast traits of a set, without simulating again."""
    state = clinic_of(pool.pathways, traits, numbers.judge)
    people = People(pool.days, pool.blood, np.empty(0), pool.pathways, {})
    blood = blood_of(people, traits, numbers.kinetics)
    found = distribution(people, list(traits), pool.age, numbers)
    return Seen(state, blood, found)

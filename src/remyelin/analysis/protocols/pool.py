"""A pool of virtual persons, simulated once per set of structural rates, and read under any clinical maps.

Three strata: persons with a deficiency by its commonest causes, users of nitrous oxide, and young women on a diet so
poor that screening finds them. Everybody is followed untreated; some with a deficiency also under treatment begun on
several days of the course, between which its outcome is interpolated. The days are those on which conduction has lost
so much, whatever the maps. All sets meet the same persons (common random numbers).
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
from remyelin.person.found import (
    distribution,
    finer,
    finer_pathways,
    log_amount,
    of_log_amount,
    untreated_days,
)
from remyelin.person.person import Person
from remyelin.person.plans import caused
from remyelin.person.presentation import Found
from remyelin.person.traits import NAMES, Spread, Traits

Floats = NDArray[np.float64]
SEED: Final = 30411
BODY: Final = nerve.Person(age=55.0, sex="female", height=168.0, temperature=33.0)
TREATMENT: Final = "hydroxocobalamin 1 mg im every 2 d for 60 d, then every 60 d"
FOLLOW_UP: Final = (0.0, 3.0, 12.0, 24.0)  # months after the first dose
GAS_FRACTION: Final = "prior.nitrous_oxide.inspired_fraction"
HORIZON: Final = 14.0 * DAYS_PER_YEAR
STARTS: Final = (
    8  # days on which treatment begins, of each treated person, evenly along the harm and the years
)
LEAST_HARM: Final = 0.1  # harm from which somebody may notice anything
SMALL_HARM: Final = 0.3  # harm above which equal factors count alike
MOST_HARM: Final = 100.0  # harm beyond which little is left to lose: nearly nobody comes so late
YEARLY: Final = 0.3  # how much a year without change counts, in logarithms of harm
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
    branch, begun : (branch,) int array
        Person of each treated course, and the place among its days of that on which treatment begins.
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
    begun: NDArray[np.int64]
    after: Mapping[str, Floats]


def drawn(deficient: int, gas: int, screened: int, ledger: Ledger, seed: int = SEED) -> tuple[Draw, ...]:
    """Draw the persons of a pool: so many of each stratum, the same at every call with the same ledger and seed."""
    found = []
    for stratum, count in (("deficiency", deficient), ("gas", gas), ("screened", screened)):
        for number in range(count):
            found.append(candidate(stratum, seed, number, ledger))
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
        The set.
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
        begun=np.empty(0, dtype=np.int64),
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
    """Follow some persons under treatment begun on several days each, and interpolate to the days between them."""
    way = along(pool)
    which, places, begun = [], [], []
    for i in np.flatnonzero(pool.stratum == "deficiency")[:treated]:
        ill = np.flatnonzero(np.isfinite(way[i]))
        if ill.size < STARTS:
            continue
        own = np.linspace(way[i, ill[0]], way[i, ill[-1]], STARTS)
        which.append(int(i))
        places.append(own)
        begun.append(np.interp(own, way[i, ill], pool.days[i, ill]))
    if not which:
        return pool
    months = np.array(FOLLOW_UP) * DAYS_PER_MONTH
    given, grid, keep = [], [], []
    for i, starts in zip(which, begun, strict=True):
        own = times[i]
        for start in starts:
            order = cobalamin.read_order(TREATMENT, start, start + months[-1] + 1.0, numbers.ledger)
            given.append(cobalamin.treated(exposures[i], order))
            later = start + np.arange(0.0, months[-1], 21.0)
            grid.append(np.unique(np.concatenate([own[own < start], later, start + months])))
            keep.append(start + months)
    people: People = simulate_people(
        given, [BODY] * len(grid), grid, keep, [traits[i] for i in which for _ in range(STARTS)], [numbers]
    )
    branch, day, after = [], [], []
    for number, (i, own) in enumerate(zip(which, places, strict=True)):
        part = slice(number * STARTS, (number + 1) * STARTS)
        days = np.flatnonzero(np.isfinite(way[i]))
        branch += [i] * days.size
        day += days.tolist()
        after.append(
            between_starts({name: people.pathways[name][part] for name in NEEDED}, own, way[i, days])
        )
    return replace(
        pool,
        branch=np.array(branch),
        begun=np.array(day),
        after={name: np.concatenate([one[name] for one in after]) for name in NEEDED},
    )


def along(pool: Pool) -> Floats:
    """Return how far each person is on its way on each day, (person, day); NaN before any harm.

    The way grows with the logarithm of the harm to conduction and, slowly, with the years. It stays where nearly
    everything is lost.
    """
    lost = -np.log(np.maximum(pool.pathways["conducted"], 1e-3)) + pool.pathways["ectopic"]
    harm = np.maximum.accumulate(lost.sum(axis=-1), axis=1)
    way = np.log1p(np.minimum(harm, MOST_HARM) / SMALL_HARM)
    years = np.where(harm < MOST_HARM, np.diff(pool.days, axis=1, prepend=pool.days[:, :1]), 0.0)
    way += YEARLY * np.cumsum(years, axis=1) / DAYS_PER_YEAR
    return np.where(harm >= LEAST_HARM, way, np.nan)


def between_starts(after: Mapping[str, Floats], places: Floats, wanted: Floats) -> dict[str, Floats]:
    """Interpolate the conduction of courses (start, month, pathway) between the places of their starts on the way."""
    high = np.clip(np.searchsorted(places, wanted), 1, len(places) - 1)
    gap = places[high] - places[high - 1]
    share = np.clip((wanted - places[high - 1]) / np.where(gap > 0.0, gap, 1.0), 0.0, 1.0)[:, None, None]
    found = {}
    for name, values in after.items():
        grown = log_amount(name, values)
        found[name] = of_log_amount(name, (1.0 - share) * grown[high - 1] + share * grown[high])
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

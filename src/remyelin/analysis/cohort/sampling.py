"""Sampling of persons: a pure function of the population's seed and the person's number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from remyelin.analysis.cohort.covariates import distributions, mixing
from remyelin.analysis.cohort.distributions import Distribution
from remyelin.analysis.cohort.population import Arm, Population
from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.clinic.association import ITEMS
from remyelin.evidence import Ledger
from remyelin.person.person import Person
from remyelin.person.traits import NAMES, Spread


@dataclass(frozen=True, slots=True)
class Drawn:
    """One person as drawn: before the cause has begun, day 0 its first day.

    Attributes
    ----------
    person : Person
        With ``began = 0``.
    arm : Arm
    duration : float
        Age of the cause at the first visit, days, where the population spreads it.
    decline : float
        Days over which intrinsic factor is lost.
    diet_intake : float
        ug/day of a vegan diet.
    normal : tuple of float
        Independent standard normal numbers of the traits; the spreads of a parameter set turn them into traits.
    given : mapping of str to float
        Traits that the population spreads itself, in place of the ledger.
    chance : float
        Uniform number that decides when the person is found.
    adherence : float
        Share of doses taken.
    own : tuple of float
        Uniform numbers that decide which symptoms without a mechanism the person has, in the order of
        :data:`remyelin.clinic.association.ITEMS`; the same whatever the person is given.
    off : tuple of float
        Days by which each visit is off its date.
    rng : Generator
        For what is still to be drawn of this person: the doses left out.
    """

    person: Person
    arm: Arm
    duration: float
    decline: float
    diet_intake: float
    normal: tuple[float, ...]
    given: Mapping[str, float]
    chance: float
    adherence: float
    own: tuple[float, ...]
    off: tuple[float, ...]
    rng: Generator

    def with_traits(self, ledger: Ledger) -> Drawn:
        """Return the person with the traits that the spreads of a ledger give."""
        traits = Spread.from_ledger(ledger).traits(np.array(self.normal))
        return replace(self, person=replace(self.person, traits=traits.with_values(**self.given)))

    def seen(self, began: float) -> Person:
        """Return the person in the frame in which presentation is day 0; exposure to gas ends then."""
        return replace(self.person, began=began, ended=0.0)


@dataclass(frozen=True, slots=True)
class Sampler:
    """Draws the persons of a population.

    Attributes
    ----------
    population : Population
    spreads : mapping of str to mapping of str to Distribution
        Of each covariate, by sex.
    mix : (covariate, covariate) array
        Turns independent into correlated normal numbers.
    priors : mapping of str to float
        What stands in for covariates the population does not spread.
    assigned : tuple of int
        Arm of each person by its place, where the arms say how many they get; empty where persons are tossed for.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.analysis.cohort import Sampler, load_population
    >>> sampler = Sampler.of(load_population('healton-1991'), Ledger.shipped())
    """

    population: Population
    spreads: Mapping[str, Mapping[str, Distribution]]
    mix: NDArray[np.float64]
    priors: Mapping[str, float]
    assigned: tuple[int, ...] = ()

    @classmethod
    def of(cls, population: Population, ledger: Ledger) -> Sampler:
        """Set up a sampler, refusing impossible numbers.

        Raises
        ------
        InputError
            For distributions or correlations that cannot be.
        """
        spreads = distributions(population, ledger)
        for name, entry, unit in (
            ("decline", "prior.decline.pernicious_anaemia", DAYS_PER_YEAR),
            ("diet_intake", "prior.vegan_intake", 1.0),
        ):
            for spread in spreads.get(name, {}).values():
                for end in spread.support():
                    try:
                        ledger.replace({entry: end / unit})
                    except InputError as error:
                        raise InputError(f"{population.name}: covariate.{name}: {error}") from None
        priors = {
            "height.female": ledger["prior.height.female"],
            "height.male": ledger["prior.height.male"],
            "intake.female": ledger["prior.food_intake.female"],
            "intake.male": ledger["prior.food_intake.male"],
            "weight": ledger["prior.weight"],
            "temperature": ledger["prior.limb_temperature"],
            "hours_per_day": ledger["prior.nitrous_oxide.hours_per_day"],
            "inspired_fraction": ledger["prior.nitrous_oxide.inspired_fraction"],
            "decline": DAYS_PER_YEAR * ledger["prior.decline.pernicious_anaemia"],
            "diet_intake": ledger["prior.vegan_intake"],
        }
        for cause in ("ileal_disease", "food-cobalamin_malabsorption", "CD320_antibodies"):
            priors[f"lost.{cause}"] = ledger[f"prior.lost.{cause}"]
        return cls(population, spreads, mixing(population), priors, _assigned(population))

    def draw(self, number: int, attempt: int) -> Drawn:
        """Return person `number`, drawn for the `attempt`-th time because earlier ones were excluded.

        The stream is that of ``SeedSequence(seed, spawn_key=(number, attempt))``: it depends on nothing else.
        """
        # Heavy to import and needed only where persons are drawn.
        from scipy.special import ndtr

        stream = SeedSequence(self.population.seed, spawn_key=(number, attempt))
        rng = default_rng(stream)
        normal = rng.standard_normal(len(self.mix))
        # summed in a fixed order: a library's product may differ between processors
        mixed = [sum(float(a) * float(b) for a, b in zip(row, normal, strict=True)) for row in self.mix]
        quantile = {
            name: min(float(ndtr(value)), 1.0 - 1e-16)
            for name, value in zip(self.population.covariate, mixed, strict=True)
        }
        cause = self.population.cause[
            _pick([item.share for item in self.population.cause], rng.random())
        ].kind
        toss = rng.random()
        arm = self.population.arm[
            self.assigned[number]
            if self.assigned
            else _pick([item.share for item in self.population.arm], toss)
        ]
        of_sex = self.spreads["sex"]["female"]
        sex = of_sex.labels[of_sex.position(quantile["sex"])]

        def value(name: str, otherwise: float) -> float:
            spread = self.spreads.get(name)
            return otherwise if spread is None else spread[sex].at(quantile[name])

        given = {
            name: value(name, 1.0)
            for name in ("store", "plasma", "mma", "homocysteine")
            if name in self.spreads
        }
        if "severity" in self.spreads:
            given |= dict.fromkeys(("central", "peripheral", "optic"), value("severity", 1.0))
        person = Person(
            age=value("age", 0.0),
            sex=sex,
            height=value("height", self.priors[f"height.{sex}"]),
            weight=self.priors["weight"],
            temperature=self.priors["temperature"],
            cause=cause,
            began=0.0,
            ended=None,
            food_intake=value("intake", self.priors[f"intake.{sex}"]),
            nitrous_hours=value("hours_per_day", self.priors["hours_per_day"]),
            nitrous_fraction=value("inspired_fraction", self.priors["inspired_fraction"]),
            facts=(),
            lost=value("lost", self.priors.get(f"lost.{cause.replace(' ', '_')}", 0.0)),
            filtration=value("filtration", 0.0) or None,
        )
        return Drawn(
            person=person,
            arm=arm,
            duration=value("duration", 0.0),
            decline=value("decline", self.priors["decline"]),
            diet_intake=value("diet_intake", self.priors["diet_intake"]),
            normal=tuple(float(x) for x in rng.standard_normal(len(NAMES))),
            given=given,
            chance=float(rng.random()),
            adherence=value("adherence", 1.0),
            own=_own(self.population, number, attempt),
            off=_off(self.population, number, attempt),
            rng=rng,
        )


def _assigned(population: Population) -> tuple[int, ...]:
    """Arms in the order of the persons, each as often as it says; a stream of its own, that of no person."""
    sizes = [arm.n or 0 for arm in population.arm]
    order = default_rng(SeedSequence(population.seed, spawn_key=(0,))).permutation(
        np.repeat(np.arange(len(sizes)), sizes)
    )
    return tuple(int(place) for place in order)


def _own(population: Population, number: int, attempt: int) -> tuple[float, ...]:
    """Return the numbers of a person's symptoms without a mechanism, from a stream that no treatment has drawn from."""
    rng = default_rng(SeedSequence(population.seed, spawn_key=(number, attempt, 1)))
    return tuple(float(number) for number in rng.random(len(ITEMS)))


def _off(population: Population, number: int, attempt: int) -> tuple[float, ...]:
    """Days by which visits are off their dates; the first is on its day."""
    window = population.measurement.window if population.measurement else None
    if not window:
        return (0.0,) * len(population.visits)
    rng = default_rng(SeedSequence(population.seed, spawn_key=(number, attempt, 0)))
    return (0.0, *(float(days) for days in rng.uniform(-window, window, len(population.visits) - 1)))


def _pick(shares: Sequence[float], where: float) -> int:
    total = 0.0
    for index, share in enumerate(shares):
        total += share
        if where < total:
            return index
    return max(index for index, share in enumerate(shares) if share > 0)

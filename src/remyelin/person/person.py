"""The simulated person: the facts of the case, and a prior for each that it does not state."""

from __future__ import annotations

from dataclasses import dataclass, replace

from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.causes import CAUSES, NONE
from remyelin.evidence import Ledger
from remyelin.person.case import Case
from remyelin.person.traits import TYPICAL, Traits, patient

SUSCEPTIBLE = {
    "central": "susceptibility of cord and brain, of typical",
    "peripheral": "susceptibility of nerves, of typical",
    "optic": "susceptibility of the optic nerve, of typical",
    "motor_n2o": "susceptibility of motor axons to nitrous oxide, of typical",
}
"""Labels of the traits that are taken from those who are found ill."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One property of the person and its basis.

    ``basis`` is ``stated`` (by the case), ``prior`` (a ledger entry stands in) or ``placed`` (moved
    from its prior to meet the laboratory values of the case).
    """

    name: str
    value: float
    unit: str
    basis: str
    entry: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Everything the layers need to know of one person; times in days, 0 = presentation.

    ``lost`` is the share of what the cause takes away; ``filtration`` is None where not stated (no effect).
    ``traits`` is how the person differs from the typical one under the same exposure.
    """

    age: float
    sex: str
    height: float
    weight: float
    temperature: float
    cause: str
    began: float
    ended: float | None
    food_intake: float
    nitrous_hours: float
    nitrous_fraction: float
    facts: tuple[Fact, ...]
    traits: Traits = TYPICAL
    lost: float = 0.0
    filtration: float | None = None

    def with_fact(self, fact: Fact) -> Person:
        """Return the person with a fact added, in place of one of the same name."""
        return replace(self, facts=(*(item for item in self.facts if item.name != fact.name), fact))

    def moved(self, **fields: float | Traits) -> Person:
        """Return the person with some numbers changed; the facts are left as they are."""
        return replace(self, **fields)  # type: ignore[arg-type]


def resolve(case: Case, ledger: Ledger) -> Person:
    """Fill facts that the case does not state with priors from the ledger, and mark them.

    Parameters
    ----------
    case : Case
        The validated case.
    ledger : Ledger
        Where the priors stand.

    Returns
    -------
    Person
        With one :class:`Fact` per property, stated or not.
    """
    facts: list[Fact] = []

    def fact(name: str, stated: float | None, unit: str, entry: str) -> float:
        if stated is not None:
            facts.append(Fact(name, stated, unit, "stated"))
            return stated
        prior = ledger.entry(entry)
        low, high = prior.range or (None, None)
        facts.append(Fact(name, ledger[entry], unit, "prior", entry, low, high))
        return ledger[entry]

    person, cause = case.person, case.cause
    facts.append(Fact("age", person.age, "y", "stated"))
    height = fact("height", person.height, "cm", f"prior.height.{person.sex}")
    weight = fact("weight", person.weight, "kg", "prior.weight")
    temperature = fact("limb temperature", None, "C", "prior.limb_temperature")
    intake = fact("food intake", case.intake.food, "ug/d", f"prior.food_intake.{person.sex}")
    if person.filtration is not None:
        facts.append(Fact("glomerular filtration", person.filtration, "mL/min/1.73m2", "stated"))
    began, hours, fraction, lost = 0.0, 0.0, 0.0, 0.0
    known = CAUSES[cause.kind]
    if cause.kind != NONE:
        stated = None if cause.began is None else -cause.began / DAYS_PER_YEAR
        years = fact("time since the cause began", stated, "y", f"prior.began.{known.key}")
        if stated is None and years > person.age:  # a prior for adults, of a child
            years = person.age
            facts[-1] = replace(facts[-1], value=years, high=years)
        began = -DAYS_PER_YEAR * years
    if known.partial:
        lost = fact("share lost to the cause", cause.lost, "-", f"prior.lost.{known.key}")
    if known.gas:
        hours = fact(
            "nitrous oxide, hours a day", cause.hours_per_day, "h", "prior.nitrous_oxide.hours_per_day"
        )
        fraction = fact(
            "nitrous oxide, inspired fraction",
            cause.inspired_fraction,
            "-",
            "prior.nitrous_oxide.inspired_fraction",
        )
    traits = patient(cause.kind, ledger)
    if cause.kind != NONE:
        for name, label in SUSCEPTIBLE.items():
            if name != "motor_n2o" or known.gas:
                value = getattr(traits, name)
                facts.append(Fact(label, value, "-", "prior", f"patient.{known.stratum}.{name}"))
    return Person(
        age=person.age,
        sex=person.sex,
        height=height,
        weight=weight,
        temperature=temperature,
        cause=cause.kind,
        began=began,
        ended=cause.ended,
        food_intake=intake,
        nitrous_hours=hours,
        nitrous_fraction=fraction,
        lost=lost,
        filtration=person.filtration,
        facts=tuple(facts),
        traits=traits,
    )

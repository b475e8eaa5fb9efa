"""Condition the traits of a case on its presentation: this person was found on day 0, and not before.

Susceptibility, reserve and threshold of noticing are spread over the population. Of those with the cause and history
of the case, each is weighted by its chance to be found on that day. Who is very susceptible had come before; who is
hardly so would not have come yet.
"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic, nerve
from remyelin.cobalamin import Exposure
from remyelin.evidence import Ledger
from remyelin.person.chain import Chain
from remyelin.person.chain_people import blood_of, severities_of, simulate_people
from remyelin.person.person import SUSCEPTIBLE, Fact, Person
from remyelin.person.presentation import Seeking, presentation
from remyelin.person.settings import (
    CONDITIONED_DAYS,
    CONDITIONED_FAST,
    CONDITIONED_GRID,
    COURSE_LEAD,
    FOUND_GAS_STEP,
    FOUND_STEP,
)
from remyelin.person.traits import TYPICAL, Spread, Traits

Floats = NDArray[np.float64]
MOVED = ("central", "peripheral", "optic", "motor_n2o")


def condition(person: Person, untreated: Exposure, ledger: Ledger) -> Person:
    """Return the person with the traits expected of somebody who is found on day 0.

    Parameters
    ----------
    person : Person
        With a cause, placed by laboratory values or not.
    untreated : Exposure
        What reaches this person up to presentation, traits of chemistry in it.
    ledger : Ledger
        Spreads, hazards of presentation, and the numbers of the chain.

    Returns
    -------
    Person
        With a fact of basis ``placed`` for every trait moved; unchanged without a cause or a history.
    """
    if person.cause == "none" or person.began >= 0.0:
        return person
    numbers = Chain(ledger)
    body = nerve.Person(age=person.age, sex=person.sex, height=person.height, temperature=person.temperature)
    back = np.array([day for day in CONDITIONED_DAYS if day < -person.began])
    keep = -back[::-1]
    step = FOUND_GAS_STEP if untreated.nitrous_oxide else FOUND_STEP
    times = np.unique(
        np.concatenate([[person.began - COURSE_LEAD], np.arange(person.began, 0.0, step), keep, [0.0]])
    )
    slow, fast = _grids(person.traits, ledger)
    count = len(slow)
    people = simulate_people(
        [untreated] * count,
        [body] * count,
        [times] * count,
        [keep] * count,
        slow,
        [numbers],
        pathways=clinic.PATHWAYS,
        whole=False,
        threads=min(os.cpu_count() or 1, count),
    )
    seeking, age = Seeking.from_ledger(ledger), np.full(count, person.age)
    chance = np.zeros((len(fast), count))
    blood = blood_of(people, [TYPICAL] * count, numbers.kinetics)
    severity = {
        reserve: severities_of(people.pathways, reserve, numbers.judge, names=clinic.PATHWAYS)
        for reserve in dict(fast)
    }
    for row, (reserve, notice) in enumerate(fast):
        found = presentation(
            people.days,
            severity[reserve],
            numbers.judge.presence * notice,
            blood["red_cell_deficit"],
            age,
            seeking,
        )
        chance[row] = found.share[..., -1].sum(axis=0)
    if not chance.sum() > 0.0:
        return person
    weight = chance / chance.sum()
    logs = {name: np.log([getattr(traits, name) for traits in slow]) for name in MOVED}
    moved = {name: float(np.exp((weight.sum(axis=0) * values).sum())) for name, values in logs.items()}
    for column, name in enumerate(("reserve", "notice")):
        values = np.log([pair[column] for pair in fast])
        moved[name] = float(np.exp((weight.sum(axis=1) * values).sum()))
    placed = replace(person, traits=person.traits.with_values(**moved))
    gas = bool(untreated.nitrous_oxide)
    for name in MOVED:
        label = SUSCEPTIBLE[name]
        if gas or name != "motor_n2o":
            placed = placed.with_fact(Fact(label, moved[name], "-", "placed", f"spread.{name}"))
    return placed


def _grids(own: Traits, ledger: Ledger) -> tuple[list[Traits], list[tuple[float, float]]]:
    """Return persons over the spread of susceptibility, all tissues alike, and pairs of reserve and notice.

    All of them repair, and lose axons, as fast as the person itself.
    """
    from scipy.special import ndtri

    spread = Spread.from_ledger(ledger)
    deviation = dict(zip((field for field in Traits.__dataclass_fields__), spread.deviation, strict=True))
    normal = ndtri((np.arange(CONDITIONED_GRID) + 0.5) / CONDITIONED_GRID)
    typical = TYPICAL.with_values(repair=own.repair, axons=own.axons)
    slow = [
        typical.with_values(**{name: float(np.exp(deviation[name] * z)) for name in MOVED}) for z in normal
    ]
    evenly = ndtri((np.arange(CONDITIONED_FAST) + 0.5) / CONDITIONED_FAST)
    fast = [
        (float(np.exp(deviation["reserve"] * x)), float(np.exp(deviation["notice"] * y)))
        for x in evenly
        for y in evenly
    ]
    return slow, fast

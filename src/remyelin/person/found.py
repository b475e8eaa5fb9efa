"""Follow one person untreated until the event of presentation: day, road, first symptom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic, cobalamin, nerve
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.cobalamin import Exposure
from remyelin.person.chain import Chain
from remyelin.person.chain_people import People, blood_of, clinic_of, simulate_people
from remyelin.person.presentation import ROADS, Found, Seeking, presentation
from remyelin.person.settings import (
    FOUND_FINER,
    FOUND_FLOOR,
    FOUND_GAS_MONTHS,
    FOUND_GAS_STEP,
    FOUND_LEAD,
    FOUND_LEAST,
    FOUND_MONTHS,
    FOUND_SHORT,
    FOUND_SOON,
    FOUND_STEP,
)
from remyelin.person.traits import Traits

Floats = NDArray[np.float64]
SHARES: Final = ("conducted", "axons")  # of pathways, 1 in health
ROAD_SPREAD: Final = 97.0  # spreads one number of a stream over the roads, independently of the day


@dataclass(frozen=True, slots=True)
class Presented:
    """Presentation of one person: day and road.

    Attributes
    ----------
    day : float
        Days since the cause began.
    onset : float
        Day of the first symptom noticed; infinite where none is noticed untreated.
    road : str
        One of :data:`remyelin.person.presentation.ROADS`.
    """

    day: float
    onset: float
    road: str


def untreated_days(exposure: Exposure, numbers: Chain, within: float) -> tuple[Floats, Floats]:
    """Return the days at which an untreated person is followed, and those at which the state is kept.

    They lie closer together after methylation first falls short, or after the first gas.

    Parameters
    ----------
    exposure : Exposure
        Untreated, the cause beginning on day 0.
    numbers : Chain
    within : float
        Days followed at most before methylation falls short.
    """
    if exposure.nitrous_oxide:
        keep = np.array(FOUND_GAS_MONTHS) * DAYS_PER_MONTH
        return np.unique(
            np.concatenate([[-FOUND_LEAD], np.arange(0.0, keep[-1], FOUND_GAS_STEP), keep])
        ), keep
    search = np.arange(0.0, within, FOUND_STEP)
    first = float(within)
    # a life is searched only where the first years are not enough
    for part in (search[:FOUND_SOON], search):
        short = (cobalamin.methylation_of(exposure, part, numbers.kinetics) < FOUND_SHORT).any(axis=-1)
        if short.any():
            first = float(part[np.argmax(short)])
            break
    keep = first + np.array(FOUND_MONTHS) * DAYS_PER_MONTH
    times = np.unique(np.concatenate([[-FOUND_LEAD], np.arange(0.0, keep[-1], FOUND_STEP), keep]))
    return times, keep


def finer(values: Floats) -> Floats:
    """Interpolate linearly along the second axis, so many steps from one day kept to the next."""
    share = np.arange(FOUND_FINER) / FOUND_FINER
    share = share.reshape(1, 1, FOUND_FINER, *(1 for _ in values.shape[2:]))
    low, high = values[:, :-1, None], values[:, 1:, None]
    between = (low + share * (high - low)).reshape(values.shape[0], -1, *values.shape[2:])
    return np.concatenate([between, values[:, -1:]], axis=1)


def finer_pathways(pathways: Mapping[str, Floats]) -> dict[str, Floats]:
    """Interpolate the conduction of pathways along the second axis, in the logarithm of the amounts lost or added."""
    return {name: of_log_amount(name, finer(log_amount(name, values))) for name, values in pathways.items()}


def log_amount(name: str, values: Floats) -> Floats:
    """Return the logarithm of an amount that grows by factors: of a share the hazard, minus its logarithm.

    Delays, dispersions and discharges are amounts themselves.
    """
    amount = -np.log(np.maximum(values, FOUND_LEAST)) if name in SHARES else values
    return np.log(np.maximum(amount, 0.0) + FOUND_FLOOR)


def of_log_amount(name: str, logs: Floats) -> Floats:
    """Return the values of a variable from :func:`log_amount`."""
    amount = np.maximum(np.exp(logs) - FOUND_FLOOR, 0.0)
    return np.exp(-amount) if name in SHARES else amount


def distribution(
    people: People, traits: list[Traits], age: Floats, numbers: Chain, names: Sequence[str] = nerve.PATHWAYS
) -> Found:
    """Return when untreated people are found, over their days; `names` are those of their pathways."""
    state = clinic_of(people.pathways, traits, numbers.judge, names=names)
    blood = blood_of(people, traits, numbers.kinetics)
    notice = np.array([one.notice for one in traits])[:, None]
    return presentation(
        people.days,
        state.severity,
        numbers.judge.presence * notice,
        blood["red_cell_deficit"],
        age,
        Seeking.from_ledger(numbers.ledger),
    )


def at_chance(found: Found, days: Floats, person: int, chance: float) -> Presented | None:
    """Return the presentation of a person at a quantile of its distribution; None for who is never found."""
    share = found.share[:, person].sum(axis=0)
    below = np.cumsum(share)
    if chance >= below[-1]:
        return None
    j = int(np.searchsorted(below, chance, side="right"))
    part = (chance - (below[j] - share[j])) / share[j]
    day = float(days[person, j - 1] + part * (days[person, j] - days[person, j - 1]))
    roads = found.share[:, person, j]
    road = ROADS[int(np.searchsorted(np.cumsum(roads) / roads.sum(), (ROAD_SPREAD * part) % 1.0))]
    onset = float(found.onset[person])
    if road == ROADS[0]:
        # The interval in which the first symptom is noticed begins before it.
        day = min(max(day, onset), float(days[person, j]))
    return Presented(day, onset, road)


def find(
    exposure: Exposure, body: nerve.Person, traits: Traits, numbers: Chain, chance: float, within: float
) -> Presented | None:
    """Follow a person untreated and return when it is found.

    Parameters
    ----------
    exposure : Exposure
        Untreated, the cause beginning on day 0, with the traits of chemistry in it.
    body : nerve.Person
    traits : Traits
        Susceptibility, reserve and notice are used; the others are in the exposure.
    numbers : Chain
    chance : float
        Uniform number of the person, 0 to 1.
    within : float
        Days before methylation falls short, at most.

    Returns
    -------
    Presented or None
        None where the person is not found, or dies first.
    """
    times, keep = untreated_days(exposure, numbers, within)
    people = simulate_people(
        [exposure], [body], [times], [keep], [traits], [numbers], pathways=clinic.PATHWAYS, whole=False
    )
    whole = People(
        finer(people.days),
        {name: finer(values) for name, values in people.blood.items()},
        finer(people.methylation),
        finer_pathways({name: people.pathways[name] for name in clinic.VARIABLES}),
        {},
    )
    rest = traits.with_values(plasma=1.0, mma=1.0, homocysteine=1.0, marrow=1.0)
    found = distribution(whole, [rest], np.array([exposure.age]), numbers, clinic.PATHWAYS)
    return at_chance(found, whole.days, 0, chance)

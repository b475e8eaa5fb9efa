"""Draws to persons, and their simulation in batches, done once for every draw."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic, cobalamin, myelin, nerve
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.causes import CAUSES, UNKNOWN
from remyelin.cobalamin import Exposure, Order
from remyelin.evidence import Ledger
from remyelin.evidence.posterior import ledgers
from remyelin.person.chain import Chain
from remyelin.person.chain_people import simulate_people
from remyelin.person.inference.clock import clock_of
from remyelin.person.inference.plan import Plan, given
from remyelin.person.inference.sampler import Draws, Prior
from remyelin.person.inference.settings import RECORD_CHUNK, RECORD_SETS
from remyelin.person.inference.studies import Asked, examined
from remyelin.person.inference.unknown_cause import cause_weights
from remyelin.person.person import Person
from remyelin.person.plans import caused
from remyelin.person.record import Record
from remyelin.person.settings import COURSE_HISTORY_STEP, COURSE_LEAD, TRAIT_LIMITS
from remyelin.person.traits import SLOW, TYPICAL, Spread

Floats = NDArray[np.float64]
COORDINATES: Final = ("began", *SLOW)


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """Everything about a record that simulated persons share.

    Attributes
    ----------
    record : Record
    ledger : Ledger
    causes : tuple of str
    prior : Prior
    numbers : tuple of Chain
        One a parameter set, with its own rates and clinical maps; the ledger's own set comes last.
    spreads : tuple of Spread
        Distribution of the traits, one a parameter set.
    age, sex, body, spread
        Of the person, stated or assumed; the distribution of the traits with the ledger's own numbers.
    assumed : tuple of str
        What was not stated and is filled with a prior.
    earlier : tuple of Order
        Treatments that ended before presentation, the same under every plan.
    """

    record: Record
    ledger: Ledger
    causes: tuple[str, ...]
    prior: Prior
    numbers: tuple[Chain, ...]
    spreads: tuple[Spread, ...]
    age: float
    sex: str
    body: nerve.Person
    spread: Spread
    assumed: tuple[str, ...]
    earlier: tuple[Order, ...] = ()


def setting(record: Record, ledger: Ledger, tables: nerve.Tables | None = None) -> Setting:
    """Return the setting that the simulated persons of a record share."""
    stated, assumed = record.person, []

    def fact(value: float | None, name: str, entry: str) -> float:
        if value is None:
            assumed.append(name)
            return ledger[entry]
        return value

    sex = stated.sex or "female"
    if stated.sex is None:
        assumed.append("sex")
    age = fact(stated.age, "age", "record.age")
    body = nerve.Person(
        age,
        sex,
        fact(stated.height, "height", f"prior.height.{sex}"),
        fact(stated.temperature, "limb temperature", "prior.limb_temperature"),
    )
    kind = record.cause.kind
    causes: tuple[str, ...]
    if kind == "unknown":
        causes, weights = UNKNOWN, cause_weights(stated.age, ledger)
        assumed.append("cause")
    else:
        causes, weights = (kind,), np.ones(1)
    if record.cause.began is None and kind != "none":
        assumed.append("time since the cause began")
    base = Chain(ledger, tables or nerve.build_tables(ledger))
    sets = ledgers(ledger, RECORD_SETS)
    rates = myelin.members(ledger, RECORD_SETS, also=myelin.AXONAL)
    numbers = tuple(
        Chain(own, base.tables).having(rates=own_rates) for own, own_rates in zip(sets, rates, strict=True)
    )
    prior = Prior(len(COORDINATES), weights / weights.sum(), len(numbers))
    spread = Spread.from_ledger(ledger)
    # the last one is the ledger's own set: no draw of the prior, but a person may be asked for under it
    spreads = (*(Spread.from_ledger(own) for own in sets), spread)
    numbers = (*numbers, base)
    earlier = given(record, 0.0, ledger, over=True)
    return Setting(
        record, ledger, causes, prior, numbers, spreads, age, sex, body, spread, tuple(assumed), earlier
    )


def warped(shared: Setting) -> Prior:
    """Return the prior with the coordinate of proposals: time since methylation began to fall short."""
    record, ledger, prior, causes = shared.record, shared.ledger, shared.prior, shared.causes
    if record.cause.began is not None or causes == ("none",):
        return prior
    nobody = Draws(
        np.zeros((len(causes), prior.coordinates)), np.arange(len(causes)), np.zeros(len(causes), dtype=int)
    )
    typical = [person_of(nobody, index, shared) for index in range(len(causes))]
    deviations = tuple(float(shared.spread.deviation[SLOW.index(name)]) for name in ("store", "pace"))
    clock = clock_of(typical, (deviations[0], deviations[1]), ledger["spread.began"], ledger)
    return replace(prior, warp=clock)


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """Simulated persons at common days.

    Attributes
    ----------
    days : (day,) array
    blood : mapping of str to (person, day) array
        Markers, and the exposure of the brain to deficiency by clock of :mod:`remyelin.clinic.association`.
    pathways : mapping of str to (person, day, pathway) array
    studies : mapping of Asked to (person,) array
        Results of nerve studies in standard deviations of the norm.
    began : (person,) array
        Day on which the cause began.
    known : (person,) array
        Whether the person was simulated at these days; the numbers of others mean nothing.
    member : (person,) array
        Parameter set of the person.
    """

    days: Floats
    blood: Mapping[str, Floats]
    pathways: Mapping[str, Floats]
    studies: Mapping[Asked, Floats]
    began: Floats
    known: NDArray[np.bool_]
    member: NDArray[np.int64]

    def at(self, which: NDArray[np.generic]) -> Simulated:
        """Return some of the persons."""
        return Simulated(
            self.days,
            {name: values[which] for name, values in self.blood.items()},
            {name: values[which] for name, values in self.pathways.items()},
            {name: values[which] for name, values in self.studies.items()},
            self.began[which],
            self.known[which],
            self.member[which],
        )

    def on(self, days: Floats) -> Simulated:
        """Return the same persons at some of their days."""
        at = np.searchsorted(self.days, days)
        return Simulated(
            days,
            {name: values[:, at] for name, values in self.blood.items()},
            {name: values[:, at] for name, values in self.pathways.items()},
            self.studies,
            self.began,
            self.known,
            self.member,
        )

    def spread(self, places: NDArray[np.int64], count: int) -> Simulated:
        """Return the persons at places among `count`, the others not known and like the first one."""
        which = np.zeros(count, dtype=np.int64)
        which[places] = np.arange(len(places))
        known = np.zeros(count, dtype=bool)
        known[places] = True
        return replace(self.at(which), known=known)


def joined(parts: Sequence[Simulated]) -> Simulated:
    """Return several batches as one."""
    first = parts[0]
    return Simulated(
        first.days,
        {name: np.concatenate([part.blood[name] for part in parts]) for name in first.blood},
        {name: np.concatenate([part.pathways[name] for part in parts]) for name in first.pathways},
        {name: np.concatenate([part.studies[name] for part in parts]) for name in first.studies},
        np.concatenate([part.began for part in parts]),
        np.concatenate([part.known for part in parts]),
        np.concatenate([part.member for part in parts]),
    )


BLOOD: Final = ("b12", "haptocorrin", "holotc", "mma", "homocysteine", "haemoglobin", "mcv")


def simulated(
    draws: Draws,
    plan: Plan,
    days: Floats,
    asked: Sequence[Asked],
    shared: Setting,
    progress: Callable[[float], None] = lambda share: None,
    workers: int | None = None,
) -> Simulated:
    """Simulate the persons of some draws under a plan.

    Each person depends on its own draw alone, so that workers and chunks change nothing.

    Parameters
    ----------
    draws : Draws
    plan : Plan
    days : (day,) array
        Days kept, ascending; those of `asked` among them.
    asked : sequence of Asked
        Nerve studies to make.
    shared : Setting
    progress : callable
        Called with the share that is done.
    workers : int, optional
        Threads; as many as processors when omitted.
    """
    return simulated_under(draws, (plan,), days, asked, shared, progress, workers)[0]


def simulated_under(
    draws: Draws,
    plans: Sequence[Plan],
    days: Floats,
    asked: Sequence[Asked],
    shared: Setting,
    progress: Callable[[float], None] = lambda share: None,
    workers: int | None = None,
) -> tuple[Simulated, ...]:
    """Simulate the persons of some draws under several plans; parameters as for :func:`simulated`.

    A person is followed once up to the day on which the plans part. Results are those of each plan by itself.
    """
    # persons of one parameter set conduct together
    order = np.argsort(draws.member, kind="stable")
    chunk = RECORD_CHUNK
    chunks = [order[start : start + chunk] for start in range(0, len(order), chunk)]
    workers = workers or min(os.cpu_count() or 1, 4)
    found: list[tuple[Simulated, ...]] = []
    with ThreadPoolExecutor(workers) as executor:
        for part in executor.map(lambda which: _batch(draws.at(which), plans, days, asked, shared), chunks):
            found.append(part)
            progress(len(found) / len(chunks))
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    return tuple(joined(parts).at(back) for parts in zip(*found, strict=True))


def _batch(
    draws: Draws, plans: Sequence[Plan], days: Floats, asked: Sequence[Asked], shared: Setting
) -> tuple[Simulated, ...]:
    people = [person_of(draws, i, shared) for i in range(len(draws))]
    horizon = float(days[-1])
    exposures = [_exposure(person, plan, horizon, shared) for plan in plans for person in people]
    times = [times_of(person.began, days) for person in people]
    count, rows = len(draws), len(draws) * len(plans)
    which = [int(member) for member in draws.member]
    found = simulate_people(
        exposures,
        [shared.body] * rows,
        times * len(plans),
        [days] * rows,
        [person.traits for person in people] * len(plans),
        shared.numbers,
        which * len(plans),
        pathways=clinic.PATHWAYS,
        whole=bool(asked),
        associated=True,
    )
    began = np.array([person.began for person in people])

    def under(own: slice) -> Simulated:
        states = {name: values[own] for name, values in found.states.items()}
        return Simulated(
            days,
            {name: found.blood[name][own] for name in BLOOD}
            | {name: values[own] for name, values in found.exposure.items()},
            {name: found.pathways[name][own].astype(np.float32) for name in clinic.VARIABLES},
            _examined(asked, days, states, which, shared),
            began,
            np.ones(count, dtype=bool),
            draws.member.copy(),
        )

    return tuple(under(slice(begin, begin + count)) for begin in range(0, rows, count))


def _examined(
    asked: Sequence[Asked], days: Floats, states: Mapping[str, Floats], which: Sequence[int], shared: Setting
) -> dict[Asked, Floats]:
    """Make the studies of persons, each with the numbers of its own parameter set."""
    found = {item: np.empty(len(which)) for item in asked}
    for member in sorted(set(which)) if asked else ():
        rows = np.flatnonzero(np.array(which) == member)
        own = shared.numbers[member]
        part = {name: values[rows] for name, values in states.items()}
        for item, values in examined(asked, days, part, shared.body, own.tables, own.ledger).items():
            found[item][rows] = values
    return found


def _exposure(person: Person, plan: Plan, horizon: float, shared: Setting) -> Exposure:
    stop = horizon + 1.0 if plan.stop is None else plan.stop
    stop = max(stop, person.began + 1.0)
    return cobalamin.treated(caused(person, stop, shared.ledger), *shared.earlier, *plan.orders)


def person_of(draws: Draws, index: int, shared: Setting) -> Person:
    """Return the person of one draw, with the slow traits and no fast one."""
    record, ledger = shared.record, shared.ledger
    cause = shared.causes[int(draws.cause[index])]
    name = CAUSES[cause].key
    z = draws.z[index]
    slow = z[COORDINATES.index("began") + 1 :]
    # the slow traits come first among all and depend on no fast one
    spread = shared.spreads[int(draws.member[index])]
    mixed = spread.mix[: len(SLOW), : len(SLOW)] @ slow
    values = np.clip(np.exp(spread.deviation[: len(SLOW)] * mixed), *TRAIT_LIMITS)
    traits = TYPICAL.with_values(**dict(zip(SLOW, map(float, values), strict=True)))
    began = 0.0
    if cause != "none":
        began = -DAYS_PER_YEAR * ledger[f"prior.began.{name}"] * math.exp(ledger["spread.began"] * z[0])
        if record.cause.kind == cause and record.cause.began is not None:
            began = record.cause.began
        began = max(began, -(shared.age - 0.5) * DAYS_PER_YEAR)
        if plan_ended := record.cause.ended if record.cause.kind == cause else None:
            began = min(began, plan_ended - 1.0)
    stated = record.cause
    lost = 0.0
    if CAUSES[cause].partial:
        lost = stated.lost if stated.lost is not None else ledger[f"prior.lost.{name}"]
    hours, fraction = 0.0, 0.0
    if CAUSES[cause].gas:
        hours = stated.hours_per_day or ledger["prior.nitrous_oxide.hours_per_day"]
        fraction = stated.inspired_fraction or ledger["prior.nitrous_oxide.inspired_fraction"]
    food = record.person.food_intake
    return Person(
        age=shared.age,
        sex=shared.sex,
        height=shared.body.height,
        weight=record.person.weight or ledger["prior.weight"],
        temperature=shared.body.temperature,
        cause=cause,
        began=began,
        ended=stated.ended,
        food_intake=ledger[f"prior.food_intake.{shared.sex}"] if food is None else food,
        nitrous_hours=hours,
        nitrous_fraction=fraction,
        facts=(),
        traits=traits,
        lost=lost,
        filtration=record.person.filtration,
    )


def times_of(began: float, days: Floats) -> Floats:
    """Return the days at which the drive of myelin is taken: monthly, and the days kept."""
    start = min(began, float(days[0])) - COURSE_LEAD
    history = np.arange(start, 0.0, COURSE_HISTORY_STEP)
    after = np.arange(0.0, float(days[-1]), COURSE_HISTORY_STEP)
    return np.unique(np.concatenate([history, after, days]))

"""One person's course in a cohort: untreated until presentation, and on to every visit.

Each person is computed alone, from its own stream and the numbers of its parameter set, so that the
result does not depend on who else is computed beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic, cobalamin, nerve
from remyelin.analysis.cohort.columns import BLOOD, OF_PATHWAYS, QUANTITIES, SIGNS
from remyelin.analysis.cohort.population import Population
from remyelin.analysis.cohort.sampling import Drawn, Sampler
from remyelin.analysis.cohort.settings import COHORT_FOUND_END, COHORT_HISTORY_STEP
from remyelin.base.errors import SimulationError
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.causes import CAUSES
from remyelin.clinic import association
from remyelin.cobalamin import causes
from remyelin.evidence import Ledger
from remyelin.person.chain import Chain
from remyelin.person.found import Presented, find
from remyelin.person.plans import caused
from remyelin.person.presentation import ROADS
from remyelin.person.settings import (
    COURSE_FIRST_DAYS,
    COURSE_HISTORY_STEP,
    COURSE_LEAD,
    COURSE_WEEK,
    COURSE_WEEKLY_UNTIL,
)
from remyelin.person.traits import NAMES

Row = dict[str, float]
Floats = NDArray[np.float64]
WORDS = ("sex", "cause", "arm")
_INTERVALS = {"cmct": "interval"}  # central motor conduction time stands where other intervals do


class Excluded(Exception):
    """This person does not meet the criteria of the population; the message says which."""


def follow(sampler: Sampler, number: int, numbers: Chain) -> tuple[dict[str, str], list[Row]]:
    """Return one person's words (sex, cause, arm) and a row of numbers per visit.

    Parameters
    ----------
    sampler : Sampler
    number : int
        Which person.
    numbers : Chain
        Of the parameter set.

    Returns
    -------
    words : dict of str
        By :data:`WORDS`.
    rows : list of dict
        One per visit, every one with the same keys in the same order.

    Raises
    ------
    SimulationError
        If nobody drawn for this number meets the criteria, or a layer fails.
    """
    criteria = sampler.population.presentation
    reasons: list[str] = []
    for attempt in range(criteria.attempts):
        drawn = sampler.draw(number, attempt)
        try:
            rows = _course(drawn, sampler.population, numbers)
        except Excluded as reason:
            reasons.append(str(reason))
            continue
        for row in rows:
            row["attempt"] = float(attempt)
        person = drawn.person
        return {"sex": person.sex, "cause": person.cause, "arm": drawn.arm.name}, rows
    commonest = max(set(reasons), key=reasons.count)
    raise SimulationError(
        f"none of {criteria.attempts} persons drawn meets the criteria, mostly: {commonest}"
    )


def _course(drawn: Drawn, population: Population, numbers: Chain) -> list[Row]:
    drawn = drawn.with_traits(numbers.ledger)
    criteria, person = population.presentation, drawn.person
    ledger = _own_ledger(drawn, numbers.ledger)
    body = nerve.Person(age=person.age, sex=person.sex, height=person.height, temperature=person.temperature)
    judge = numbers.maps_of(person.traits)

    came = Presented(drawn.duration, np.nan, "visit")
    if criteria.since == "found":
        untreated = caused(person, COHORT_FOUND_END, ledger)
        found = find(untreated, body, person.traits, numbers, drawn.chance, criteria.within)
        if found is None:
            raise Excluded("not found in the time followed")
        if criteria.ill and found.onset > found.day:
            raise Excluded("no symptom noticed when found")
        came = found
    began = -came.day
    if came.day > person.age * DAYS_PER_YEAR + 1.0:  # a day, for rounding
        raise Excluded("the cause would have begun before birth")

    visits = np.array(population.visits) + np.array(drawn.off)
    goes_on = drawn.arm.exposure == "continues"
    seen_as = replace(drawn.seen(began), ended=None) if goes_on else drawn.seen(began)
    exposure = caused(seen_as, population.horizon + 1.0 if goes_on else 0.0, ledger)
    if drawn.arm.regimen is not None:
        start = drawn.arm.delay or 0.0
        order = _order(drawn.arm.regimen, start, population.horizon + 1.0, numbers.ledger)
        exposure = cobalamin.treated(exposure, causes.partly_taken(order, drawn.adherence, drawn.rng))
    times = _times(began, visits)
    chemistry = numbers.course(exposure, times)
    at = np.searchsorted(times, visits)
    seen = {name: values[at] for name, values in chemistry.items()}
    if criteria.b12 is not None:
        first, (low, high) = float(seen["b12"][0]), criteria.b12
        if not low <= first <= high:
            raise Excluded(f"serum B12 outside {low:g} to {high:g} pmol/L")

    states = numbers.followed([chemistry], times, body, person.age, person.traits, visits)[0]
    pathways = numbers.conducted(states, body)
    lost = clinic.functions_of(pathways, nerve.PATHWAYS, judge)
    signs = clinic.signs_of(lost, judge)
    if criteria.cord and not (bool(signs["romberg"][0]) or bool(signs["babinski"][0])):
        raise Excluded("neither Babinski nor Romberg sign at presentation")

    studies = numbers.batteries(states, body)
    if criteria.neuropathy and not _neuropathy(studies[0]):
        raise Excluded("no abnormal nerve conduction study at presentation")
    excess = _excess(times, chemistry, at, signs, numbers)
    own = numbers.having(judge=judge)
    return _rows(drawn, came, visits, seen, states["axons"], pathways, lost, signs, studies, excess, own)


def _own_ledger(drawn: Drawn, ledger: Ledger) -> Ledger:
    """The ledger with the pace of this person's cause in it."""
    match CAUSES[drawn.person.cause].covariate:
        case "decline":
            return ledger.replace({"prior.decline.pernicious_anaemia": drawn.decline / DAYS_PER_YEAR})
        case "diet_intake":
            return ledger.replace({"prior.vegan_intake": drawn.diet_intake})
    return ledger


@lru_cache(maxsize=32)
def _order(regimen: str, start: float, horizon: float, ledger: Ledger) -> cobalamin.Order:
    return cobalamin.read_order(regimen, start, horizon, ledger)


def _times(began: float, visits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Days at which the drive of myelin is kept: a course's own times, on the days of the visits besides."""
    history = np.arange(began - COURSE_LEAD, 0.0, COHORT_HISTORY_STEP)
    weeks = np.arange(0.0, COURSE_WEEKLY_UNTIL + 1, COURSE_WEEK)
    months = np.arange(COURSE_WEEKLY_UNTIL, visits[-1], COURSE_HISTORY_STEP)
    after = np.concatenate([COURSE_FIRST_DAYS, weeks, months])
    return np.unique(np.concatenate([history, after[after <= visits[-1]], visits]))


def _excess(
    times: Floats,
    chemistry: Mapping[str, Floats],
    at: NDArray[np.int64],
    signs: Mapping[str, NDArray[np.generic]],
    numbers: Chain,
) -> dict[str, Floats]:
    """Excess of deficiency in the symptoms without a mechanism, (bound, visit)."""
    maps = numbers.associations
    central, haemoglobin = chemistry["methylation"][:, 1], chemistry["haemoglobin"]
    followed = association.exposures(times, central, haemoglobin, maps)
    at_visits = {name: values[at] for name, values in followed.items()}
    spastic = np.asarray(signs["spasticity"], dtype=np.float64)
    return {
        **association.excesses(at_visits, maps),
        **association.cord_excesses(spastic, maps),
        **association.unrelated(at.shape),
    }


def _own_numbers(drawn: Drawn) -> dict[str, float]:
    """Return a number a symptom, the same at every visit: whoever has it first has it at the least chance.

    A dementia lies within the loss of memory, so both share a number.
    """
    own = dict(zip(association.ITEMS, drawn.own, strict=True))
    return own | {"dementia": own["memory"]}


def _neuropathy(studies: nerve.Studies) -> bool:
    return any(row.abnormal for row in studies.rows if row.modality in ("motor", "sensory"))


def _rows(
    drawn: Drawn,
    came: Presented,
    visits: NDArray[np.float64],
    chemistry: Mapping[str, Floats],
    axons: Floats,
    pathways: Mapping[str, Floats],
    lost: Mapping[str, Floats],
    signs: Mapping[str, NDArray[np.generic]],
    studies: Sequence[nerve.Studies],
    excess: Mapping[str, Floats],
    numbers: Chain,
) -> list[Row]:
    """Put everything of every visit into flat rows."""
    person, judge = drawn.person, numbers.judge
    of_person: Row = {
        "attempt": 0.0,
        "covariate.age": person.age,
        "covariate.height": person.height,
        "covariate.duration": max(came.day - came.onset, 0.0) if np.isfinite(came.onset) else came.day,
        "covariate.intake": person.food_intake,
        "covariate.filtration": np.nan if person.filtration is None else person.filtration,
        "covariate.adherence": drawn.adherence,
        **{f"trait.{name}": getattr(person.traits, name) for name in NAMES},
        **{f"found.{road}": float(came.road == road) for road in ROADS},
        "covariate.lost": person.lost,
        "covariate.hours_per_day": person.nitrous_hours if CAUSES[person.cause].gas else 0.0,
        "began": -came.day,
    }
    blood = {name: chemistry[name] for name in BLOOD}
    methylation = chemistry["methylation"]
    of_path = {name: pathways[name] for name in OF_PATHWAYS}
    severity = clinic.severities(lost, judge)
    maps, own = numbers.associations, _own_numbers(drawn)
    chance = {name: values[1] for name, values in association.chances(excess, person.age, maps).items()}
    mental = association.drawn(association.mental_chances(excess, maps)[:, 1], own["memory"])
    points = clinic.scale_of(lost, judge, mental)
    rows = []
    for v, day in enumerate(visits):
        row: Row = {"visit": float(v), "day": float(day), **of_person}
        row |= {name: float(values[v]) for name, values in blood.items()}
        row["methylation.peripheral"], row["methylation.central"] = map(float, methylation[v])
        row["axons.least"] = float(axons[v].min())
        for p, path in enumerate(nerve.PATHWAYS):
            row |= {f"{path}.{name}": float(values[v, p]) for name, values in of_path.items()}
        now = {name: float(values[v]) for name, values in severity.items()}
        noticed = {name: value >= judge.presence for name, value in now.items()}
        vibration = float(signs["vibration_loss"][v])
        for symptom, value in now.items():
            row[f"symptom.{symptom}"] = value
            row[f"noticed.{symptom}"] = float(noticed[symptom])
        for symptom, values in chance.items():
            row[f"chance.{symptom}"] = float(values[v])
            row[f"noticed.{symptom}"] = float(values[v] > own[symptom])
        row |= {f"sign.{name}": float(signs[name][v]) for name in SIGNS}
        row |= {f"scale.{name}": float(values[v]) for name, values in points.items()}
        row["severity"] = sum(now[name] for name in clinic.SPINAL) + vibration
        row["unlimited"] = float(points["rankin"][v] <= 1)
        row["complete"] = float(
            points["total"][v] == points["mental"][v]
            and not any(noticed[name] for name in clinic.SPINAL)
            and vibration < judge.presence
        )
        row |= _study_columns(studies[v])
        rows.append(row)
    return rows


def _study_columns(studies: nerve.Studies) -> Row:
    """Flat columns of a battery: every quantity, whether it is beyond its limit, whether the study is abnormal."""
    row: Row = {}
    abnormal: dict[str, float] = {}
    for item in studies.rows:
        where = f"{item.study}.{item.site}"
        judged = {_INTERVALS.get(found.quantity, found.quantity): found for found in item.assessed}
        for quantity in QUANTITIES:
            value: Any = getattr(item, quantity)
            row[f"{where}.{quantity}"] = np.nan if value is None else float(value)
            if quantity in judged:
                row[f"{where}.{quantity}.abnormal"] = float(judged[quantity].flag != "normal")
        row[f"{where}.absent"] = float(item.absent)
        abnormal[item.study] = max(abnormal.get(item.study, 0.0), float(item.abnormal))
    return row | {f"{study}.abnormal": value for study, value in abnormal.items()}

"""The steps of the chain, one function each: what a report takes for every plan and the page for one.

case -> :func:`subject` -> :func:`chemistry` -> :func:`myelin_of` -> :func:`conduction` -> :func:`picture`
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin import clinic, cobalamin, myelin, nerve
from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.clinic import association
from remyelin.cobalamin import Exposure
from remyelin.evidence import Ledger
from remyelin.person.case import Case
from remyelin.person.coexisting import at_the_wrist, beside
from remyelin.person.conditioned import condition
from remyelin.person.examination import examine
from remyelin.person.person import Person, resolve
from remyelin.person.placement import UNTREATED, place
from remyelin.person.plans import Plan, exposure
from remyelin.person.settings import (
    COURSE_FIRST_DAYS,
    COURSE_HISTORY_STEP,
    COURSE_LEAD,
    COURSE_WEEK,
    COURSE_WEEKLY_UNTIL,
    COURSE_YEARS,
)
from remyelin.person.traits import Traits, judged, susceptibility

#: Ends of the interval of the mental points: which bound of the probability, and how probable so many must be.
MENTAL_BOUNDS = ((0, 0.95), (1, 0.5), (2, 0.05))


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """Who is followed, and where and when.

    Attributes
    ----------
    case : Case
    person : Person
        Placed by the laboratory values of the case.
    body : nerve.Person
        What of the person the nerve layer depends on.
    segments : Dataset
        The stretches of nerve and tract whose myelin is followed.
    times : (n,) array
        Days at which the state of the body is kept, 0 = presentation.
    """

    case: Case
    person: Person
    body: nerve.Person
    segments: xr.Dataset
    times: NDArray[np.float64]


def placed(case: Case, ledger: Ledger) -> Person:
    """Return the person of a case, placed by its laboratory values and by being found on day 0 and not before."""
    examine(case)  # one built by a program as well
    person = resolve(case, ledger)
    _refuse_too_long(case, person)
    person = place(case, person, ledger)
    _refuse_too_long(case, person)
    return condition(person, exposure(case, person, UNTREATED, ledger), ledger)


def _refuse_too_long(case: Case, person: Person) -> None:
    years = (case.plan.horizon - min(person.began, 0.0)) / DAYS_PER_YEAR
    if years > COURSE_YEARS:
        raise InputError(
            f"plan.horizon: {-person.began / DAYS_PER_YEAR:.0f} years of history and "
            f"{case.plan.horizon / DAYS_PER_YEAR:.0f} years after presentation are more than the {COURSE_YEARS:.0f} "
            "that are computed; shorten the horizon."
        )


def subject(case: Case, person: Person, ledger: Ledger) -> Subject:
    """Return who is followed."""
    body = nerve.Person(age=person.age, sex=person.sex, height=person.height, temperature=person.temperature)
    return Subject(case, person, body, nerve.segments(body, ledger), time_axis(case, person))


def reaching(who: Subject, plan: Plan, ledger: Ledger) -> Exposure:
    """Return what reaches the body under a plan: food, cause, doses."""
    return exposure(who.case, who.person, plan, ledger)


def chemistry(who: Subject, reached: Exposure, ledger: Ledger) -> xr.Dataset:
    """Return cobalamin and one-carbon metabolism over (time, compartment), at every date of the course.

    With it stands what goes with the state of the blood and the brain without a mechanism: ``chance`` over (time,
    association, bound), and the points of the mental item, ``mental``, with their ``mental_low`` and ``mental_high``
    and the probability of at least so many, ``mental_chance`` over (time, point).
    """
    found = cobalamin.simulate(reached, who.times, cobalamin.Parameters.from_ledger(ledger))
    return found.merge(associated(found, who.person.age, ledger))


def associated(found: xr.Dataset, age: float, ledger: Ledger) -> xr.Dataset:
    """Return the probabilities of symptoms without a mechanism over (time,), from the chemistry of one course."""
    maps = clinic.Associations.from_ledger(ledger)
    times = found["time"].to_numpy().astype(np.float64)
    methylation = found["methylation"].sel(compartment="central").to_numpy()
    haemoglobin = found["haemoglobin"].to_numpy()
    excess = association.excesses(association.exposures(times, methylation, haemoglobin, maps), maps)
    chance = association.chances({**excess, **association.unrelated(times.shape)}, age, maps)
    at_least = association.mental_chances(excess, maps)
    low, median, high = (association.mental_points(at_least[:, bound], p) for bound, p in MENTAL_BOUNDS)
    return xr.Dataset(
        {
            "chance": (
                ("time", "association", "bound"),
                np.stack(list(chance.values())).transpose(2, 0, 1),
                {"units": "1", "long_name": "probability of a symptom without a mechanism"},
            ),
            "mental": ("time", median, {"units": "points"}),
            "mental_low": ("time", low, {"units": "points"}),
            "mental_high": ("time", high, {"units": "points"}),
            "mental_chance": (("time", "point"), at_least[:, 1].T, {"units": "1"}),
        },
        coords={
            "time": found["time"],
            "association": list(chance),
            "bound": list(association.BOUNDS),
            "point": np.arange(1, len(at_least) + 1),
        },
    )


def myelin_of(who: Subject, found: xr.Dataset, ledger: Ledger) -> xr.Dataset:
    """Return myelin and axons over (..., time, segment), driven by the chemistry over (..., time, compartment)."""
    rates = myelin.Parameters.from_ledger(ledger).of_person(susceptibility(who.person.traits))
    alone = myelin.simulate(found[list(myelin.DRIVES)], who.segments, who.person.age, rates)
    return beside(alone, who.case.coexisting, ledger)


def conduction(who: Subject, states: xr.Dataset, tables: nerve.Tables, ledger: Ledger) -> xr.Dataset:
    """Return conduction over (..., time, pathway), at the dates of the states given."""
    return at_the_wrist(nerve.conduction(states, who.body, tables, ledger), who.case.coexisting, ledger)


def picture(pathways: xr.Dataset, mental: xr.DataArray, traits: Traits, ledger: Ledger) -> xr.Dataset:
    """Return symptoms, signs and the disability scale of pathways, at their dates; mental points over (time,).

    Among the signs stand the delay of the P300 (ms) and the probability of disturbed sphincters, ``sphincter`` over
    (bound,) besides.
    """
    judgement = judged(clinic.Parameters.from_ledger(ledger), traits.reserve, traits.notice)
    scale = clinic.functional_disability(pathways, judgement, mental.sel(time=pathways["time"]))
    items = scale.rename(
        {name: f"scale_{name}" for name in scale if name != "total"} | {"total": "disability"}
    )
    signs = clinic.signs(pathways, judgement)
    callosal = pathways["delay"].sel(pathway="callosal", drop=True)
    late = clinic.p300_delay(callosal.to_numpy(), judgement.further)
    sphincter = association.cord_excesses(
        signs["spasticity"].to_numpy(), clinic.Associations.from_ledger(ledger)
    )["sphincter"]
    signs["sphincter"] = ((*signs["spasticity"].dims, "bound"), np.moveaxis(sphincter, 0, -1), {"units": "1"})
    signs["p300_delay"] = (callosal.dims, late, {"units": "ms", "long_name": "delay of the P300 over health"})
    return xr.merge([clinic.symptoms(pathways, judgement), signs, items])


def time_axis(case: Case, person: Person) -> NDArray[np.float64]:
    """Return the days at which the state of the body is kept: monthly, denser after presentation."""
    horizon = case.plan.horizon
    begin = min(person.began, 0.0) - COURSE_LEAD
    history = np.arange(begin, 0.0, COURSE_HISTORY_STEP)
    weeks = np.arange(0.0, COURSE_WEEKLY_UNTIL + 1, COURSE_WEEK)
    months = np.arange(COURSE_WEEKLY_UNTIL, horizon, COURSE_HISTORY_STEP)
    after = np.concatenate([COURSE_FIRST_DAYS, weeks, months, case.plan.studies, [horizon]])
    return np.unique(np.concatenate([history, after[after <= horizon]]))

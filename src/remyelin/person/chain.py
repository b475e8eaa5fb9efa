"""The steps of the chain, one function each: what a report takes for every plan and the page for one.

case -> :func:`subject` -> :func:`chemistry` -> :func:`myelin_of` -> :func:`conduction` -> :func:`picture`
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin import clinic, cobalamin, myelin, nerve
from remyelin.cobalamin import Exposure
from remyelin.evidence import Ledger
from remyelin.person.case import Case
from remyelin.person.conditioned import condition
from remyelin.person.person import Person, resolve
from remyelin.person.placement import UNTREATED, place
from remyelin.person.plans import Plan, exposure
from remyelin.person.settings import (
    COURSE_FIRST_DAYS,
    COURSE_HISTORY_STEP,
    COURSE_LEAD,
    COURSE_WEEK,
    COURSE_WEEKLY_UNTIL,
)
from remyelin.person.traits import Traits, judged, susceptibility


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
    person = place(case, resolve(case, ledger), ledger)
    return condition(person, exposure(case, person, UNTREATED, ledger), ledger)


def subject(case: Case, person: Person, ledger: Ledger) -> Subject:
    """Return who is followed."""
    body = nerve.Person(age=person.age, sex=person.sex, height=person.height, temperature=person.temperature)
    return Subject(case, person, body, nerve.segments(body, ledger), time_axis(case, person))


def reaching(who: Subject, plan: Plan, ledger: Ledger) -> Exposure:
    """Return what reaches the body under a plan: food, cause, doses."""
    return exposure(who.case, who.person, plan, ledger)


def chemistry(who: Subject, reached: Exposure, ledger: Ledger) -> xr.Dataset:
    """Return cobalamin and one-carbon metabolism over (time, compartment), at every date of the course."""
    return cobalamin.simulate(reached, who.times, cobalamin.Parameters.from_ledger(ledger))


def myelin_of(who: Subject, found: xr.Dataset, ledger: Ledger) -> xr.Dataset:
    """Return myelin and axons over (..., time, segment), driven by the chemistry over (..., time, compartment)."""
    rates = myelin.Parameters.from_ledger(ledger).of_person(susceptibility(who.person.traits))
    return myelin.simulate(found[list(myelin.DRIVES)], who.segments, who.person.age, rates)


def conduction(who: Subject, states: xr.Dataset, tables: nerve.Tables, ledger: Ledger) -> xr.Dataset:
    """Return conduction over (..., time, pathway), at the dates of the states given."""
    return nerve.conduction(states, who.body, tables, ledger)


def picture(pathways: xr.Dataset, cognition: xr.DataArray, traits: Traits, ledger: Ledger) -> xr.Dataset:
    """Return symptoms, signs and the disability scale of pathways, at their dates; cognition over (time,)."""
    judgement = judged(clinic.Parameters.from_ledger(ledger), traits.reserve, traits.notice)
    scale = clinic.functional_disability(pathways, judgement, cognition.sel(time=pathways["time"]))
    items = scale.rename(
        {name: f"scale_{name}" for name in scale if name != "total"} | {"total": "disability"}
    )
    return xr.merge([clinic.symptoms(pathways, judgement), clinic.signs(pathways, judgement), items])


def time_axis(case: Case, person: Person) -> NDArray[np.float64]:
    """Return the days at which the state of the body is kept: monthly, denser after presentation."""
    horizon = case.plan.horizon
    begin = min(person.began, 0.0) - COURSE_LEAD
    history = np.arange(begin, 0.0, COURSE_HISTORY_STEP)
    weeks = np.arange(0.0, COURSE_WEEKLY_UNTIL + 1, COURSE_WEEK)
    months = np.arange(COURSE_WEEKLY_UNTIL, horizon, COURSE_HISTORY_STEP)
    after = np.concatenate([COURSE_FIRST_DAYS, weeks, months, case.plan.studies, [horizon]])
    return np.unique(np.concatenate([history, after[after <= horizon]]))

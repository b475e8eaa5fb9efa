"""The person of a case as the chain follows it: placed by laboratory values, with a body and days to keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin import nerve
from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.cobalamin import Exposure
from remyelin.evidence import Ledger
from remyelin.evidence.memo import remembered
from remyelin.person.case import Case
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
    PLACED_KEPT,
)


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One person to follow, and the days to keep.

    Attributes
    ----------
    case : Case
    person : Person
        Placed by the laboratory values of the case.
    body : nerve.Person
        Attributes that the nerve layer uses.
    times : (n,) array
        Days at which the state of the body is kept, 0 = presentation.
    """

    case: Case
    person: Person
    body: nerve.Person
    times: NDArray[np.float64]


@remembered(maxsize=PLACED_KEPT)
def placed(case: Case, ledger: Ledger) -> Person:
    """Return the person of a case, placed by its laboratory values and by being found on day 0 and not before."""
    examine(case)  # one built by a program as well
    person = resolve(case, ledger)
    refuse_too_long(case, person)
    person = place(case, person, ledger)
    refuse_too_long(case, person)
    return condition(person, exposure(case, person, UNTREATED, ledger), ledger)


def refuse_too_long(case: Case, person: Person) -> None:
    """Refuse a case whose history and horizon together are longer than is computed.

    Raises
    ------
    InputError
    """
    years = (case.plan.horizon - min(person.began, 0.0)) / DAYS_PER_YEAR
    if years > COURSE_YEARS:
        raise InputError(
            f"plan.horizon: {-person.began / DAYS_PER_YEAR:.0f} years of history and "
            f"{case.plan.horizon / DAYS_PER_YEAR:.0f} years after presentation are more than the {COURSE_YEARS:.0f} "
            "that are computed; shorten the horizon."
        )


def subject_of(case: Case, person: Person) -> Subject:
    """Return the person of a case as the chain follows it."""
    body = nerve.Person(age=person.age, sex=person.sex, height=person.height, temperature=person.temperature)
    return Subject(case, person, body, time_axis(case, person))


def exposure_of(who: Subject, plan: Plan, ledger: Ledger) -> Exposure:
    """Return the exposure under a plan: food, cause, doses."""
    return exposure(who.case, who.person, plan, ledger)


def time_axis(case: Case, person: Person) -> NDArray[np.float64]:
    """Return the days at which the state of the body is kept: monthly, denser after presentation."""
    horizon = case.plan.horizon
    begin = min(person.began, 0.0) - COURSE_LEAD
    history = np.arange(begin, 0.0, COURSE_HISTORY_STEP)
    weeks = np.arange(0.0, COURSE_WEEKLY_UNTIL + 1, COURSE_WEEK)
    months = np.arange(COURSE_WEEKLY_UNTIL, horizon, COURSE_HISTORY_STEP)
    after = np.concatenate([COURSE_FIRST_DAYS, weeks, months, case.plan.studies, [horizon]])
    return np.unique(np.concatenate([history, after[after <= horizon]]))

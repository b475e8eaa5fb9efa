"""Plans of treatment: as given, none, and the same begun earlier or later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue.causes import CAUSES, NONE
from remyelin.catalogue.plans import GIVEN, SHIFTS_MONTHS, UNTREATED, shifted
from remyelin.cobalamin import Exposure, Order, causes, constant, read_order, treated
from remyelin.cobalamin.timeline import schedule
from remyelin.evidence import Ledger
from remyelin.person.case import Case
from remyelin.person.person import Person
from remyelin.person.settings import ADHERENCE_SEED, COURSE_DOSES, COURSE_SINGLE_DOSES
from remyelin.person.traits import exposed


@dataclass(frozen=True, slots=True)
class Plan:
    """One management of the person.

    ``shift`` moves treatment, and the end of an exposure that treatment ends with, by so many days;
    None means that nothing is done and the cause goes on. An exposure that ended before presentation is
    history: no plan moves it.
    """

    name: str
    label: str
    shift: float | None


def plans_of(case: Case, person: Person) -> tuple[Plan, ...]:
    """Return the plans to compare: only ``as given`` where the case has no treatment.

    A plan that would treat before the cause began is left out.
    """
    given = Plan(GIVEN, "treated as given" if case.treatment else "no treatment", 0.0)
    if not case.treatment:
        return (given,)
    start = min(item.start for item in case.treatment)
    over = person.ended is not None and person.ended < 0
    found = [given, Plan(UNTREATED, untreated_label(case), None)]
    for months in SHIFTS_MONTHS:
        shift = months * DAYS_PER_MONTH
        if start + shift <= person.began or (
            person.ended is not None and not over and person.ended + shift <= person.began
        ):
            continue
        span = shifted(months)
        found.append(Plan(span, f"started {span}", shift))
    return tuple(found)


def untreated_label(case: Case) -> str:
    """Label the untreated plan: whether the cause, or the exposure to nitrous oxide, continues."""
    if case.cause.kind == NONE:
        return "untreated"
    if not CAUSES[case.cause.kind].gas:
        return "untreated, the cause goes on"
    over = case.cause.ended is not None and case.cause.ended < 0
    return "untreated, the exposure is over" if over else "untreated, the exposure continues"


def exposure(case: Case, person: Person, plan: Plan, ledger: Ledger) -> Exposure:
    """Return the exposure of this person's body under a plan.

    Raises
    ------
    InputError
        If a regimen of the case cannot be read; the message names the treatment.
    """
    # of persons who resemble a case some took gas for shorter than a plan begins earlier
    stop = max(_stop(case, person, plan), person.began + 1.0)
    return treated(caused(person, stop, ledger), *orders(case, plan, ledger))


def caused(person: Person, stop: float, ledger: Ledger) -> Exposure:
    """Return the exposure of an untreated person whose cause runs on; `stop` (day) ends nitrous oxide."""
    healthy = Exposure(
        age=person.age,
        food_intake=constant(person.food_intake),
        meals_per_day=ledger["absorption.meals_per_day"],
        filtration=None if person.filtration is None else constant(person.filtration),
    )
    affected = causes.Affected(
        began=person.began,
        stop=stop,
        pace=person.traits.pace,
        lost=person.lost,
        hours_per_day=person.nitrous_hours,
        inspired_fraction=person.nitrous_fraction,
    )
    return causes.apply(person.cause, exposed(healthy, person.traits), affected, ledger)


def _stop(case: Case, person: Person, plan: Plan) -> float:
    """Return the day the gas stops: with the treatment, whose shift moves it; never, where nothing is done.

    Gas that ended before presentation did not end with the treatment and stays where it is.
    """
    horizon = case.plan.horizon
    if person.ended is not None and person.ended < 0:
        return person.ended
    if plan.shift is None or person.ended is None:
        return horizon
    return min(person.ended + plan.shift, horizon)


def check_orders(case: Case, ledger: Ledger, source: str) -> None:
    """Read every regimen of a case, so that a wrong one is refused before anything is computed.

    Parameters
    ----------
    case : Case
    ledger : Ledger
    source : str
        Names the case in errors: its file, where it came from one.

    Raises
    ------
    InputError
        If a regimen cannot be read.
    """
    try:
        orders(case, Plan(GIVEN, "", 0.0), ledger)
    except InputError as error:
        raise InputError(f"{source}: {str(error).removeprefix(f'{case.name}: ')}") from None


def orders(case: Case, plan: Plan, ledger: Ledger) -> list[Order]:
    """Return the order of each treatment of the case under a plan, a later one replacing the one before it.

    Raises
    ------
    InputError
        If a regimen of the case cannot be read; the message names the treatment.
    """
    if plan.shift is None:
        return []
    treatments = sorted(case.treatment, key=lambda item: item.start)
    rng = np.random.default_rng(ADHERENCE_SEED)
    found: list[Order] = []
    count = 0
    for index, item in enumerate(treatments):
        # a later treatment replaces the one before it
        last = index + 1 == len(treatments)
        stop = case.plan.horizon if last else treatments[index + 1].start + plan.shift
        try:
            order = read_order(item.regimen, item.start + plan.shift, stop, ledger)
        except InputError as error:
            raise InputError(f"{case.name}: treatment[{case.treatment.index(item)}].{error}") from None
        found.append(causes.partly_taken(order, item.adherence, rng))
        if (count := sum(len(one.doses) for one in found)) > COURSE_DOSES:
            raise InputError(
                f"{case.name}: treatment: {count} doses are more than the {COURSE_DOSES} that are computed; lengthen "
                "an interval."
            )
    if count > COURSE_SINGLE_DOSES:  # else there cannot be so many single ones
        single = sum(len(times) for one in found for times in schedule(one.doses).single.values())
        if single > COURSE_SINGLE_DOSES:
            raise InputError(
                f"{case.name}: treatment: {single} injections, or irregular doses by mouth, are more than the "
                f"{COURSE_SINGLE_DOSES} that are computed; lengthen an interval or shorten the horizon."
            )
    return found

"""Placing a person on the model's curve by the laboratory values of the case.

A typical person with the cause of the case would not have exactly its values. What is known to differ
between persons (how long the cause has run, the store, the haptocorrin level, the metabolites at a
given status) is moved from its prior to the most probable values given the measurements. The
agreement at presentation is then no test of the model; what follows from it is.
"""

from __future__ import annotations

import logging
import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from remyelin import cobalamin
from remyelin.base.units import DAYS_PER_YEAR, HOURS_PER_DAY
from remyelin.catalogue import plans
from remyelin.catalogue.causes import CAUSES
from remyelin.evidence import Ledger
from remyelin.evidence.limits import MARKERS
from remyelin.person.case import Case
from remyelin.person.person import Fact, Person
from remyelin.person.plans import Plan, exposure
from remyelin.person.settings import (
    COURSE_LEAD,
    MARKER_LEAST,
    PLACING_DIFFERENCE,
    PLACING_FURTHEST,
    PLACING_MAX_EVALUATIONS,
)

_LOG = logging.getLogger("remyelin.person")
UNTREATED = Plan(plans.UNTREATED, "untreated", None)
#: Traits that are a level at a given state, and the marker of each.
_LEVELS = {"plasma": "b12", "mma": "mma", "homocysteine": "homocysteine"}
_SCALES = {
    "store": "body store, of typical",
    "plasma": "serum B12 at a given store, of typical",
    "mma": "methylmalonate at a given status, of typical",
    "homocysteine": "homocysteine at a given status, of typical",
}


def levels(case: Case, person: Person, ledger: Ledger) -> Person:
    """Move the levels that a person has at a given state towards the laboratory values of a case.

    Normal means in the logarithm: the spread between persons against the variation within a person and the
    discrepancy of the model, so that a value which the state does not explain is not explained by the level alone.

    Parameters
    ----------
    case : Case
    person : Person
        Whose store and time since the cause began stay as they are.
    ledger : Ledger
        Spreads, ``readout_noise.*`` and ``record.discrepancy.lab``.
    """
    times = np.array([person.began - COURSE_LEAD, 0.0])
    plain = replace(person, traits=person.traits.with_values(plasma=1.0, mma=1.0, homocysteine=1.0))
    reached = exposure(case, plain, UNTREATED, ledger)
    found = cobalamin.course_of(reached, times, cobalamin.Parameters.from_ledger(ledger))
    for name, marker in _LEVELS.items():
        measured = getattr(case.labs, marker)
        if measured is None:
            continue
        away = math.log(measured / max(float(found[marker][-1]), MARKER_LEAST))
        # only the haptocorrin-bound part of serum B12 has a level of its own
        loading = float(found["haptocorrin"][-1] / found["b12"][-1]) if name == "plasma" else 1.0
        spread = ledger[f"spread.{name}"] ** 2
        noise = ledger[f"readout_noise.{marker}"] ** 2 + ledger["record.discrepancy.lab"] ** 2
        value = math.exp(away * loading * spread / (loading**2 * spread + noise))
        person = person.moved(traits=person.traits.with_values(**{name: value}))
        person = person.with_fact(Fact(_SCALES[name], value, "1", "placed", f"spread.{name}"))
    return person


def place(case: Case, person: Person, ledger: Ledger) -> Person:
    """Move the traits of the person to meet the case's laboratory values, and mark them.

    Maximum of the posterior: lognormal priors with the ledger's ``spread.*`` about the typical person,
    lognormal measurements with ``assay_noise``.

    Parameters
    ----------
    case : Case
        Its ``labs`` at presentation; without any, the person is returned as it came.
    person : Person
        With priors.
    ledger : Ledger
        Spreads, and the numbers of the kinetics.

    Returns
    -------
    Person
        With a fact of basis ``placed`` for everything moved.
    """
    measured = {name: value for name in MARKERS if (value := getattr(case.labs, name)) is not None}
    if not measured:
        return person
    # Heavy to import and needed only here.
    from scipy.optimize import least_squares

    free = ["store", *(name for name, marker in _LEVELS.items() if marker in measured)]
    if person.cause != "none" and case.cause.began is None:
        free.append("began")
    if CAUSES[person.cause].gas and case.cause.hours_per_day is None:
        free.append("exposure")
    spread = np.array([ledger[f"spread.{name}"] for name in free])
    noise = ledger["assay_noise"]
    kinetics = cobalamin.Parameters.from_ledger(ledger)
    target = np.log(list(measured.values()))

    def misfit(steps: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = _moved(person, free, spread * steps)
        times = np.array([moved.began - COURSE_LEAD, 0.0])
        at_presentation = cobalamin.simulate(exposure(case, moved, UNTREATED, ledger), times, kinetics).isel(
            time=-1
        )
        # somebody who eats none for long enough has none left
        simulated = np.log([max(float(at_presentation[name]), MARKER_LEAST) for name in measured])
        return np.concatenate([(simulated - target) / noise, steps])

    found = least_squares(
        misfit,
        np.zeros(len(free)),
        diff_step=PLACING_DIFFERENCE,
        max_nfev=PLACING_MAX_EVALUATIONS,
    )
    residual = found.fun[: len(target)]
    _LOG.debug(
        "%s placed by %s: the largest residual %.1f SD of the assay, in %d evaluations",
        case.name,
        ", ".join(measured),
        float(np.abs(residual).max()),
        found.nfev,
    )
    placed = _moved(person, free, spread * found.x)
    for name in free:
        if name in _SCALES:
            label, value, unit = _SCALES[name], getattr(placed.traits, name), "1"
        elif name == "began":
            label, value, unit = "time since the cause began", -placed.began / DAYS_PER_YEAR, "y"
        else:
            label, value, unit = "nitrous oxide, hours a day", placed.nitrous_hours, "h"
        placed = placed.with_fact(Fact(label, value, unit, "placed", f"spread.{name}"))
    return placed


def _moved(person: Person, names: list[str], logs: NDArray[np.float64]) -> Person:
    changes: dict[str, float] = {}
    moved: dict[str, float] = {}
    for name, log in zip(names, logs, strict=True):
        factor = math.exp(min(max(log, -PLACING_FURTHEST), PLACING_FURTHEST))
        if name in _SCALES:
            moved[name] = factor
        elif name == "began":
            changes["began"] = max(person.began * factor, -DAYS_PER_YEAR * person.age)  # not before birth
        else:
            changes["nitrous_hours"] = min(person.nitrous_hours * factor, HOURS_PER_DAY)
    return person.moved(**changes, traits=person.traits.with_values(**moved))

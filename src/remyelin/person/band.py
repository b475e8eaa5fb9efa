"""Courses of the persons who resemble the findings of a case, under its plans: the members of its band."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin import clinic, nerve
from remyelin.base.plain import percent
from remyelin.evidence import Ledger
from remyelin.person.case import Case
from remyelin.person.chain import Chain, conduction_by_sets
from remyelin.person.chain_people import People, simulate_people
from remyelin.person.coexisting import beside
from remyelin.person.inference.findings import clinic_of
from remyelin.person.inference.people import times_of
from remyelin.person.inference.predictive import COURSE, continued
from remyelin.person.inference.resembling import Resembling
from remyelin.person.plans import Plan, exposure
from remyelin.person.settings import RESEMBLING_COURSES, RESEMBLING_THREADS

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Members of a band under every plan, as arrays over (member, plan, time).

    A member is a person with one hidden course: every person has :data:`RESEMBLING_COURSES` of them, one after another.

    Attributes
    ----------
    presence : (member,) array
        Severity from which a member notices a symptom.
    severity : mapping of str to array
        Of every computed symptom.
    disability, gait : array
        Points of the scale, and of its gait item.
    signs : mapping of str to array
    pathways : mapping of str to (member, plan, time, pathway) array
        ``conducted`` and ``axons``, pathways as in :data:`remyelin.clinic.PATHWAYS`.
    """

    presence: Floats
    severity: Mapping[str, Floats]
    disability: Floats
    gait: Floats
    signs: Mapping[str, Floats]
    pathways: Mapping[str, Floats]


def band(
    case: Case,
    plans: Sequence[Plan],
    found: Resembling,
    days: Floats,
    mental: Floats,
    ledger: Ledger,
    progress: Callable[[str], None] = lambda step: None,
) -> Band:
    """Follow the persons who resemble a case.

    Parameters
    ----------
    case : Case
    plans : sequence of Plan
    found : Resembling
    days : (time,) array
    mental : (plan, time) array
        Points of the mental item.
    ledger : Ledger
    progress : callable
        Called with the name of each step.
    """
    posterior = found.posterior
    shared, likelihood = posterior.setting, posterior.likelihood
    known, time = likelihood.finding_days, likelihood.reporting.time
    # the same hidden courses under every plan and on whatever days, so that plans differ by treatment alone
    hidden = found.picked.hidden.repeated(RESEMBLING_COURSES)
    path = continued(hidden.path[:, 0], known, days, time, (posterior.seed, COURSE))
    judge = likelihood.judges(np.repeat(found.member, RESEMBLING_COURSES))
    count = len(found.people)

    def followed(share: float) -> None:
        progress(f"recovery of {count} persons who resemble the findings, {percent(share)}")

    people = simulate_people(
        [exposure(case, person, plan, ledger) for plan in plans for person in found.people],
        [shared.body] * (count * len(plans)),
        [times_of(person.began, days) for person in found.people] * len(plans),
        [days] * (count * len(plans)),
        [person.traits for person in found.people] * len(plans),
        shared.numbers,
        found.member.tolist() * len(plans),
        pathways=clinic.PATHWAYS,
        whole=False,
        threads=min(os.cpu_count() or 1, RESEMBLING_THREADS),
        progress=followed,
    )
    values = _pathways(people, case, shared.body, shared.numbers, np.tile(found.member, len(plans)), ledger)
    presence = np.repeat(found.presence, RESEMBLING_COURSES)
    each: list[Band] = []
    for index, points in enumerate(mental):
        own = {
            name: np.repeat(item[index * count : (index + 1) * count], RESEMBLING_COURSES, axis=0)
            for name, item in values.items()
        }
        state = clinic_of(own, hidden, path, judge, likelihood.reporting)
        signs = clinic.signs_of(state.lost, state.judge)
        each.append(
            Band(
                presence,
                {name: item[:, 0] for name, item in state.severities.items()},
                state.scale["total"][:, 0] + points,
                state.scale["gait"][:, 0].astype(np.float64),
                {name: np.asarray(item, dtype=np.float64)[:, 0] for name, item in signs.items()},
                {name: own[name].astype(np.float64) for name in ("conducted", "axons")},
            )
        )
    return Band(
        presence,
        {name: np.stack([one.severity[name] for one in each], axis=1) for name in each[0].severity},
        np.stack([one.disability for one in each], axis=1),
        np.stack([one.gait for one in each], axis=1),
        {name: np.stack([one.signs[name] for one in each], axis=1) for name in each[0].signs},
        {name: np.stack([one.pathways[name] for one in each], axis=1) for name in each[0].pathways},
    )


def _pathways(
    people: People,
    case: Case,
    body: nerve.Person,
    numbers: Sequence[Chain],
    member: NDArray[np.int64],
    ledger: Ledger,
) -> dict[str, Floats]:
    """Return conduction (person, time, pathway), coexisting diseases in it, each person's by its parameter set."""
    if not case.coexisting:
        return {name: people.pathways[name] for name in clinic.VARIABLES}
    states = xr.Dataset(
        {name: (("person", "time", "segment"), values) for name, values in people.states.items()},
        coords={"time": people.days[0], "segment": list(nerve.places(body, ledger).names)},
    )
    # of the shares of sheaths, people keep those that conduction reads
    whole = 1.0 - states["vacuolated"] - states["bare"] - states["remyelinated"]
    ill = beside(states.assign(intact=whole), case.coexisting, ledger)
    own = [numbers[index] for index in member.tolist()]
    found = conduction_by_sets(ill, body, own, clinic.PATHWAYS, coexisting=case.coexisting)
    ordered = found.transpose("person", "time", "pathway")
    return {name: ordered[name].to_numpy() for name in clinic.VARIABLES}

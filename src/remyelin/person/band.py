"""Courses of the persons who resemble the findings of a case, under its plans: the members of its band."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin import clinic, nerve
from remyelin.evidence import Ledger
from remyelin.person.case import Case
from remyelin.person.chain import Chain
from remyelin.person.chain_people import People, simulate_people
from remyelin.person.coexisting import beside
from remyelin.person.inference.findings import clinic_of
from remyelin.person.inference.people import times_of
from remyelin.person.inference.predictive import bridged
from remyelin.person.inference.resembling import Resembling
from remyelin.person.plans import Plan, exposure

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Persons under every plan, as arrays over (person, plan, time).

    Attributes
    ----------
    severity : mapping of str to array
        Of every computed symptom.
    disability, gait : array
        Points of the scale, and of its gait item.
    signs : mapping of str to array
    pathways : mapping of str to (person, plan, time, pathway) array
        ``conducted`` and ``axons``, pathways as in :data:`remyelin.clinic.PATHWAYS`.
    """

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
    # the same hidden course under every plan, so that plans differ by treatment alone
    path = bridged(
        found.picked.hidden.path[:, 0], known, days, time, np.random.default_rng([posterior.seed, 9])
    )
    judge = likelihood.judges(found.member)
    each: list[Band] = []
    for plan, points in zip(plans, mental, strict=True):
        progress(f"recovery of {len(found.people)} persons who resemble the findings, {plan.label}")
        exposures = [exposure(case, person, plan, ledger) for person in found.people]
        count = len(exposures)
        people = simulate_people(
            exposures,
            [shared.body] * count,
            [times_of(person.began, days) for person in found.people],
            [days] * count,
            [person.traits for person in found.people],
            shared.numbers,
            found.member.tolist(),
        )
        values = _pathways(people, case, shared.body, shared.numbers, found.member)
        state = clinic_of(values, found.picked.hidden, path, judge, likelihood.reporting)
        signs = clinic.signs_of(state.lost, state.judge)
        each.append(
            Band(
                {name: item[:, 0] for name, item in state.severities.items()},
                state.scale["total"][:, 0] + points,
                state.scale["gait"][:, 0].astype(np.float64),
                {name: np.asarray(item, dtype=np.float64)[:, 0] for name, item in signs.items()},
                {name: values[name].astype(np.float64) for name in ("conducted", "axons")},
            )
        )
    return Band(
        {name: np.stack([one.severity[name] for one in each], axis=1) for name in each[0].severity},
        np.stack([one.disability for one in each], axis=1),
        np.stack([one.gait for one in each], axis=1),
        {name: np.stack([one.signs[name] for one in each], axis=1) for name in each[0].signs},
        {name: np.stack([one.pathways[name] for one in each], axis=1) for name in each[0].pathways},
    )


def _pathways(
    people: People, case: Case, body: nerve.Person, numbers: Sequence[Chain], member: NDArray[np.int64]
) -> dict[str, Floats]:
    """Return conduction (person, time, pathway), coexisting diseases in it, each person's by its parameter set."""
    keep = [nerve.PATHWAYS.index(name) for name in clinic.PATHWAYS]
    if not case.coexisting:
        return {name: people.pathways[name][..., keep] for name in clinic.VARIABLES}
    places = nerve.places(body, numbers[0].ledger)
    states = xr.Dataset(
        {name: (("person", "time", "segment"), values) for name, values in people.states.items()},
        coords={"time": people.days[0], "segment": list(places.names)},
    )
    ill = beside(states, case.coexisting, numbers[0].ledger)
    found = {name: np.empty((*people.days.shape, len(keep))) for name in clinic.VARIABLES}
    for index in np.unique(member):
        rows = np.flatnonzero(member == index)
        part = numbers[index].conduction(
            ill.isel(person=rows), body, clinic.PATHWAYS, coexisting=case.coexisting
        )
        for name, values in found.items():
            values[rows] = part[name].transpose("person", "time", "pathway").to_numpy()
    return found

"""Sets of the posterior, in each of them a person who is found ill: members of a band without reported findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin import clinic, myelin, nerve
from remyelin.evidence.posterior import ledgers
from remyelin.person.chain import Chain, conduction_by_sets
from remyelin.person.person import Person
from remyelin.person.settings import RECOVERY_BAND
from remyelin.person.traits import PATIENT, judged, patient, susceptibility

#: Signs that a report is held against.
SIGNS: Final = ("vibration_loss", "ankle_jerk", "romberg", "babinski", "power_leg", "power_arm")


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Sets of the posterior, in each of them a person who is found ill.

    Attributes
    ----------
    sets : tuple of Chain
        Numbers of each set, those of its typical person.
    rates : tuple of myelin.Parameters
        Of the person.
    judges : tuple of clinic.Parameters
        Clinical maps of the person.
    """

    sets: tuple[Chain, ...]
    rates: tuple[myelin.Parameters, ...]
    judges: tuple[clinic.Parameters, ...]

    def conduction(
        self,
        states: xr.Dataset,
        body: nerve.Person,
        pathways: Sequence[str] = nerve.PATHWAYS,
        *,
        coexisting: Sequence[str] = (),
    ) -> xr.Dataset:
        """Return conduction (member, ..., pathway) of states (member, ..., segment), by the numbers of each set."""
        return conduction_by_sets(states, body, self.sets, pathways, coexisting=coexisting)


def members(person: Person, chain: Chain, count: int) -> Members:
    """Return so many members for a person, with the tables of a chain."""
    ledger = chain.ledger
    sets = ledgers(ledger, count)
    # Patients of a set differ; this one stands from the typical patient as its presentation and values say.
    typical = patient(person.cause, ledger)
    apart = {name: getattr(person.traits, name) / getattr(typical, name) for name in PATIENT}
    people = []
    for own in sets:
        traits = patient(person.cause, own)
        people.append(traits.with_values(**{name: getattr(traits, name) * apart[name] for name in PATIENT}))
    return Members(
        tuple(Chain(own, chain.tables) for own in sets),
        tuple(
            myelin.Parameters.from_ledger(own).of_person(susceptibility(traits))
            for own, traits in zip(sets, people, strict=True)
        ),
        tuple(
            judged(clinic.Parameters.from_ledger(own), traits.reserve, traits.notice)
            for own, traits in zip(sets, people, strict=True)
        ),
    )


def at_presentation(pathways: xr.Dataset, judges: Sequence[clinic.Parameters]) -> xr.Dataset:
    """Return the band of symptoms and signs of untreated members at presentation.

    Parameters
    ----------
    pathways : Dataset (member, pathway)
        Conduction of the members on day 0.
    judges : sequence of clinic.Parameters
        Maps of each member.

    Returns
    -------
    Dataset (quantile, symptom)
        ``severity`` over quantile (low, median, high) and symptom; :data:`SIGNS` over quantile.
    """
    each = []
    for member, judgement in enumerate(judges):
        own = pathways.isel(member=member)
        signs = clinic.signs(own, judgement)
        one = xr.Dataset({name: signs[name].astype(np.float64) for name in SIGNS})
        one["severity"] = clinic.symptoms(own, judgement)["severity"]
        each.append(one)
    found = xr.concat(each, "member")
    return found.quantile(RECOVERY_BAND, "member").assign_coords(quantile=["low", "median", "high"])


def first_better(
    severity: NDArray[np.float64],
    days: NDArray[np.float64],
    start: float | None,
    presence: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the days (member,) from a first dose until a symptom has fallen noticeably.

    Parameters
    ----------
    severity : (member, time, symptom) array
    days : (time,) array
    start : float or None
        Day of the first dose.
    presence : (member,) array
        Severity from which each notices a symptom, or a change of one.

    Returns
    -------
    (member,) array
        Infinite where no symptom does, NaN where nothing is given or no symptom is noticed on that day.
    """
    if start is None or not days[0] <= start <= days[-1]:
        return np.full(len(severity), np.nan)
    later = days >= start
    after = severity[:, later]
    better = np.any(after[:, :1] - after >= presence[:, None, None], axis=-1)
    first = np.where(better.any(axis=1), days[later][better.argmax(axis=1)] - start, np.inf)
    return np.where(np.any(after[:, 0] >= presence[:, None], axis=-1) | np.isfinite(first), first, np.nan)

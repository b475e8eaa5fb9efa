"""Recovery with its uncertainty: how fast, how far, what remains and why, and what waiting costs.

Every plan is followed under sets of the posterior of the fit to patients, in each by another person who is found ill
under that set: the band holds what is not known of the rates and how patients differ. Where a case reports findings,
the persons are those who resemble them at presentation (:mod:`remyelin.person.inference.resembling`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin import clinic, myelin
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.clinic.functions import PATHWAYS as FELT
from remyelin.evidence import Ledger
from remyelin.evidence.memo import remembered
from remyelin.evidence.posterior import ledgers
from remyelin.person.band import Band, band
from remyelin.person.case import Case
from remyelin.person.chain import Chain
from remyelin.person.inference.resembling import Resembling
from remyelin.person.person import Person
from remyelin.person.plans import Plan
from remyelin.person.settings import RECOVERIES_KEPT, RECOVERY_BAND, RECOVERY_MEMBERS, RECOVERY_MONTHS
from remyelin.person.subject import Subject
from remyelin.person.traits import PATIENT, judged, patient, susceptibility

#: Signs that a report is held against.
SIGNS: Final = ("vibration_loss", "ankle_jerk", "romberg", "babinski", "power_leg", "power_arm")
#: Content of a band without findings, and with them.
SETS: Final = "the sets of rates"
RESEMBLING: Final = "the persons who resemble the reported findings"
AFTER_START: Final = 12.0  # months after the first dose at which the answer names a state
LEG: Final = ("sural", "tibial_sep", "tibial_motor", "corticospinal_leg")


@dataclass(frozen=True, slots=True)
class Remains:
    """Why a path of the leg does not carry all impulses at the end of the course, treated as given.

    Attributes
    ----------
    pathway : str
    axons_lost : float
        Share of the original fibres without an axon.
    blocked : float
        Share that has its axon but no conduction: internodes still bare.
    delay : float
        Of those that conduct, over healthy, ms: sheaths still thin and short, or vacuolated.
    """

    pathway: str
    axons_lost: float
    blocked: float
    delay: float


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Members at the dates of the answer: presentation, a year after the first dose, the end of the course.

    Attributes
    ----------
    points, gait : (plan, date, member) array
        Functional disability and its gait item; NaN where a date lies beyond the course.
    first : (plan, member) array
        Days from the first dose until a symptom is noticeably better; infinite if none gets so, NaN where nothing
        is given or no symptom is noticed on that day.
    """

    points: NDArray[np.float64]
    gait: NDArray[np.float64]
    first: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Recovery:
    """Recovery of a person under each plan.

    Attributes
    ----------
    bands : Dataset
        ``disability``, ``burden`` (sum of the severities of all symptoms) and ``conducted`` of the paths of
        the leg, over quantile (low, median, high), plan and time (days).
    first : (plan,) array
        Days from the first dose until a symptom is noticeably better than on that day; NaN if none gets so.
    first_low, first_high : (plan,) array
        The band of the same; infinite where too many members never improve.
    remains : tuple of Remains
    members : int
        Parameter sets followed.
    presentation : Dataset
        The band of symptoms and signs at presentation, of :func:`at_presentation`.
    most : int
        The most points of the disability scale that the model can give.
    ends : Ends
        The members that the answer is read from.
    over : str
        What the band holds 90 % of: :data:`SETS` or :data:`RESEMBLING`.
    """

    bands: xr.Dataset
    first: NDArray[np.float64]
    first_low: NDArray[np.float64]
    first_high: NDArray[np.float64]
    remains: tuple[Remains, ...]
    members: int
    presentation: xr.Dataset
    most: int
    ends: Ends
    over: str = SETS


def recover(
    chemistry: xr.Dataset,
    course: xr.Dataset,
    who: Subject,
    starts: Sequence[float | None],
    ledger: Ledger,
) -> Recovery:
    """Follow every plan under sets of the posterior.

    Parameters
    ----------
    chemistry : Dataset (plan, time, compartment)
        ``methylation``, ``gas`` and the points of the mental item, ``mental``, under each plan.
    course : Dataset (plan, time, pathway)
        ``conducted``, ``axons`` and ``delay`` of the paths with the ledger's own numbers.
    who : Subject
        Who is followed; what laboratory values placed is kept, susceptibility and reserve are those of the sets.
    starts : sequence of float or None
        Day of the first dose of each plan, in their order; None where nothing is given.
    ledger : Ledger
        That the course was computed with.

    Returns
    -------
    Recovery
        Remembered by the values of the case, the person and the ledger, of which all else follows.
    """
    found = _recovered(_Given(who.case, who.person, who, chemistry, course, tuple(starts)), ledger)
    # a caller may change what it is given
    copies = {name: getattr(found, name).copy(deep=True) for name in ("bands", "presentation")}
    return replace(found, **copies)


@dataclass(frozen=True, slots=True)
class _Given:
    """Inputs of a recovery; case and person alone tell them apart."""

    case: Case
    person: Person
    who: Subject = field(compare=False)
    chemistry: xr.Dataset = field(compare=False)
    course: xr.Dataset = field(compare=False)
    starts: tuple[float | None, ...] = field(compare=False)


@remembered(maxsize=RECOVERIES_KEPT)
def _recovered(given: _Given, ledger: Ledger) -> Recovery:
    who, chemistry, starts, chain = given.who, given.chemistry, given.starts, Chain(ledger)
    times = chemistry["time"].to_numpy()
    asked = ends_at(starts[0], times[-1])
    days = _days(times, starts)
    followed = members(who.person, chain.ledger, RECOVERY_MEMBERS)
    rates = followed.rates
    beside = who.case.coexisting
    states = chain.myelin(chemistry, who.body, rates, keep=days, coexisting=beside)
    paths = chain.conduction(states, who.body, FELT, coexisting=beside)
    mental = chemistry["mental"].sel(time=days)
    first = np.full((len(rates), len(starts)), np.inf)
    felt = np.zeros(first.shape, dtype=bool)
    each: list[xr.Dataset] = []
    for member, judgement in enumerate(followed.judges):
        conducted = paths.isel(member=member)
        severity = clinic.symptoms(conducted, judgement)["severity"]
        scale = clinic.functional_disability(conducted, judgement, mental)
        each.append(
            xr.Dataset(
                {
                    "disability": scale["total"].astype(np.float64),
                    "gait": scale["gait"].astype(np.float64),
                    "burden": severity.sum("symptom"),
                    "conducted": conducted["conducted"].sel(pathway=list(LEG)),
                }
            )
        )
        for index, start in enumerate(starts):
            if start is not None and days[0] <= start <= days[-1]:
                own_severity = severity.isel(plan=index)
                first[member, index] = _first(own_severity, start, float(judgement.presence))
                at_start = own_severity.sel(time=slice(start, None)).isel(time=0)
                felt[member, index] = bool((at_start >= judgement.presence).any())
    spread = xr.concat(each, "member")
    here = [None if day > times[-1] else int(np.searchsorted(days, day)) for day in asked]
    low, middle, high = (np.quantile(first, q, axis=0, method="nearest") for q in RECOVERY_BAND)
    return Recovery(
        spread.quantile(RECOVERY_BAND, "member").assign_coords(quantile=["low", "median", "high"]),
        np.where(np.isfinite(middle), middle, np.nan),
        low,
        high,
        _remains(given.course),
        len(rates),
        at_presentation(paths.isel(plan=0).sel(time=0.0), followed.judges),
        clinic.most_points(chain.judge),
        Ends(
            _taken(spread["disability"], here),
            _taken(spread["gait"], here),
            np.where(felt | np.isfinite(first) & (first > 0), first, np.nan).T,
        ),
    )


def _days(times: NDArray[np.float64], starts: Sequence[float | None]) -> NDArray[np.float64]:
    """Return the days at which bands are kept: months of a recovery, every first dose, the dates of the answer."""
    wanted = [month * DAYS_PER_MONTH for month in RECOVERY_MONTHS]
    begun = [start for start in starts if start is not None]
    days = np.array(sorted({*wanted, *begun, *ends_at(starts[0], times[-1]), times[-1]}))
    return np.unique(times[np.searchsorted(times, days[(days >= times[0]) & (days <= times[-1])])])


def recover_resembling(
    found: Resembling,
    plans: Sequence[Plan],
    chemistry: xr.Dataset,
    course: xr.Dataset,
    who: Subject,
    starts: Sequence[float | None],
    ledger: Ledger,
) -> Recovery:
    """Follow the persons who resemble the findings of a case under every plan.

    Parameters
    ----------
    found : Resembling
    plans : sequence of Plan
    chemistry, course, who, starts, ledger
        As in :func:`recover`.

    Returns
    -------
    Recovery
    """
    times = chemistry["time"].to_numpy()
    days = _days(times, starts)
    mental = chemistry["mental"].transpose("plan", "time").sel(time=days).to_numpy()
    whole = band(who.case, plans, found, days, mental, ledger)
    maps = clinic.Parameters.from_ledger(ledger)
    severity = np.stack(list(whole.severity.values()), axis=-1)
    leg = [clinic.PATHWAYS.index(name) for name in LEG]
    over = ("member", "plan", "time")
    spread = xr.Dataset(
        {
            "disability": (over, whole.disability.astype(np.float64)),
            "gait": (over, whole.gait.astype(np.float64)),
            "burden": (over, severity.sum(axis=-1)),
            "conducted": ((*over, "pathway"), whole.pathways["conducted"][..., leg]),
        },
        coords={"plan": [plan.name for plan in plans], "time": days, "pathway": list(LEG)},
    )
    presence = float(np.mean(maps.presence))
    first = np.stack(
        [first_better(severity[:, i], days, start, presence) for i, start in enumerate(starts)], axis=1
    )
    low, middle, high = (
        np.quantile(np.nan_to_num(first, nan=np.inf, posinf=np.inf), q, axis=0, method="nearest")
        for q in RECOVERY_BAND
    )
    here = [
        None if day > times[-1] else int(np.searchsorted(days, day)) for day in ends_at(starts[0], times[-1])
    ]
    return Recovery(
        spread.quantile(RECOVERY_BAND, "member").assign_coords(quantile=["low", "median", "high"]),
        np.where(np.isfinite(middle), middle, np.nan),
        low,
        high,
        _remains(course),
        len(severity),
        presentation_of(whole, int(np.searchsorted(days, 0.0))),
        clinic.most_points(maps),
        Ends(_taken(spread["disability"], here), _taken(spread["gait"], here), first.T),
        RESEMBLING,
    )


def first_better(
    severity: NDArray[np.float64], days: NDArray[np.float64], start: float | None, presence: float
) -> NDArray[np.float64]:
    """Return the days (member,) from a first dose until a symptom has fallen noticeably.

    Parameters
    ----------
    severity : (member, time, symptom) array
    days : (time,) array
    start : float or None
        Day of the first dose.
    presence : float
        Severity from which a symptom, or a change of one, is noticed.

    Returns
    -------
    (member,) array
        Infinite where no symptom does, NaN where nothing is given or no symptom is noticed on that day.
    """
    if start is None or not days[0] <= start <= days[-1]:
        return np.full(len(severity), np.nan)
    later = days >= start
    after = severity[:, later]
    better = np.any(after[:, :1] - after >= presence, axis=-1)
    first = np.where(better.any(axis=1), days[later][better.argmax(axis=1)] - start, np.inf)
    return np.where(np.any(after[:, 0] >= presence, axis=-1) | np.isfinite(first), first, np.nan)


def presentation_of(whole: Band, at: int) -> xr.Dataset:
    """Return the band of symptoms and signs of persons under the first plan, as :func:`at_presentation` does."""
    severity = np.stack([values[:, 0, at] for values in whole.severity.values()], axis=-1)
    now = xr.Dataset(
        {name: ("member", whole.signs[name][:, 0, at]) for name in SIGNS}
        | {"severity": (("member", "symptom"), severity)},
        coords={"symptom": list(whole.severity)},
    )
    return now.quantile(RECOVERY_BAND, "member").assign_coords(quantile=["low", "median", "high"])


def ends_at(start: float | None, end: float) -> tuple[float, float, float]:
    """Return the dates of the answer: presentation, a year after the first dose or after presentation, the end.

    Parameters
    ----------
    start : float or None
        Day of the first dose under the treatment as given.
    end : float
        Last day of the course.
    """
    return 0.0, max(start or 0.0, 0.0) + AFTER_START * DAYS_PER_MONTH, end


def _taken(values: xr.DataArray, places: Sequence[int | None]) -> NDArray[np.float64]:
    """Return (plan, date, member) at places of the time axis, NaN where there is none."""
    given = values.transpose("plan", "time", "member").to_numpy()
    found = np.full((len(given), len(places), given.shape[-1]), np.nan)
    for date, place in enumerate(places):
        if place is not None:
            found[:, date] = given[:, place]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Sets of the posterior, in each a person who is found ill: rates of myelin and clinical maps, one a member."""

    rates: tuple[myelin.Parameters, ...]
    judges: tuple[clinic.Parameters, ...]


def members(person: Person, ledger: Ledger, count: int) -> Members:
    """Return so many members for a person."""
    sets = ledgers(ledger, count)
    # Patients of a set differ; this one stands from the typical patient as its presentation and values say.
    typical = patient(person.cause, ledger)
    apart = {name: getattr(person.traits, name) / getattr(typical, name) for name in PATIENT}
    people = []
    for own in sets:
        traits = patient(person.cause, own)
        people.append(traits.with_values(**{name: getattr(traits, name) * apart[name] for name in PATIENT}))
    return Members(
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


def _first(severity: xr.DataArray, start: float, noticeable: float) -> float:
    """Return the days from the first dose until a symptom has fallen noticeably; infinite if none does."""
    later = severity.sel(time=slice(start, None))
    fallen = (later.isel(time=0) - later >= noticeable).any("symptom").to_numpy()
    days = later["time"].to_numpy() - start
    return float(days[fallen.argmax()]) if fallen.any() else float("inf")


def _remains(course: xr.Dataset) -> tuple[Remains, ...]:
    """Read what the end of the course leaves, with the ledger's own numbers."""
    end = course.isel(plan=0, time=-1)
    found = []
    for name in LEG:
        axons, conducted, delay = (
            float(end[what].sel(pathway=name)) for what in ("axons", "conducted", "delay")
        )
        found.append(
            Remains(name, 1 - axons, max(axons - conducted, 0.0), delay if conducted > 0 else np.nan)
        )
    return tuple(found)

"""Recovery with its uncertainty: speed, extent, residue and its cause, and the cost of waiting.

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

from remyelin import clinic
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue.pathways import CORTICOSPINAL_LEG, SURAL, TIBIAL_MOTOR, TIBIAL_SEP
from remyelin.evidence import Ledger
from remyelin.evidence.memo import remembered
from remyelin.person.band import Band, band
from remyelin.person.case import Case
from remyelin.person.chain import Chain
from remyelin.person.inference.resembling import Resembling
from remyelin.person.members import SIGNS, at_presentation, first_better, members
from remyelin.person.person import Person
from remyelin.person.plans import Plan
from remyelin.person.settings import RECOVERIES_KEPT, RECOVERY_BAND, RECOVERY_MEMBERS, RECOVERY_MONTHS
from remyelin.person.subject import Subject

#: Content of a band without findings, and with them.
SETS: Final = "the sets of rates"
RESEMBLING: Final = "the persons who resemble the reported findings"
AFTER_START: Final = 12.0  # months after the first dose at which the answer names a state
LEG: Final = (SURAL, TIBIAL_SEP, TIBIAL_MOTOR, CORTICOSPINAL_LEG)


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
        The band of the same, over the members who notice a symptom when treatment begins; infinite where too many of
        them never improve, or too few notice any.
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


@dataclass(frozen=True, slots=True, eq=False)
class _Courses:
    """Courses of members under every plan, arrays over (member, plan, time).

    Attributes
    ----------
    days : (time,) array
    severity : (member, plan, time, symptom) array
    disability, gait : array
    conducted : (member, plan, time, pathway) array
        Of :data:`LEG`.
    presence : (member,) array
        Severity from which a member notices a symptom, or a change of one.
    """

    days: NDArray[np.float64]
    severity: NDArray[np.float64]
    disability: NDArray[np.float64]
    gait: NDArray[np.float64]
    conducted: NDArray[np.float64]
    presence: NDArray[np.float64]


@remembered(maxsize=RECOVERIES_KEPT)
def _recovered(given: _Given, ledger: Ledger) -> Recovery:
    who, chemistry, starts, chain = given.who, given.chemistry, given.starts, Chain(ledger)
    days = _days(chemistry["time"].to_numpy(), starts)
    followed = members(who.person, chain, RECOVERY_MEMBERS)
    beside = who.case.coexisting
    states = chain.myelin(chemistry, who.body, followed.rates, keep=days, coexisting=beside)
    paths = followed.conduction(states, who.body, clinic.PATHWAYS, coexisting=beside)
    paths = paths.transpose("member", "plan", "time", "pathway")
    mental = chemistry["mental"].transpose("plan", "time").sel(time=days).to_numpy().astype(np.int64)
    leg = [clinic.PATHWAYS.index(name) for name in LEG]
    severity, disability, gait = [], [], []
    for member, judgement in enumerate(followed.judges):
        conducted = {name: paths[name].to_numpy()[member] for name in clinic.VARIABLES}
        lost = clinic.functions_of(conducted, clinic.PATHWAYS, judgement)
        scale = clinic.scale_of(lost, judgement, mental)
        severity.append(np.stack(list(clinic.severities(lost, judgement).values()), axis=-1))
        disability.append(scale["total"].astype(np.float64))
        gait.append(scale["gait"].astype(np.float64))
    courses = _Courses(
        days,
        np.stack(severity),
        np.stack(disability),
        np.stack(gait),
        paths["conducted"].to_numpy()[..., leg],
        np.array([float(judgement.presence) for judgement in followed.judges]),
    )
    now = at_presentation(paths.isel(plan=0).sel(time=0.0), followed.judges)
    return _recovery(courses, given, now, clinic.most_points(chain.judge), SETS)


def _recovery(courses: _Courses, given: _Given, presentation: xr.Dataset, most: int, over: str) -> Recovery:
    """Return the recovery of a person from the courses of the members."""
    days, starts = courses.days, given.starts
    axes = ("member", "plan", "time")
    spread = xr.Dataset(
        {
            "disability": (axes, courses.disability),
            "gait": (axes, courses.gait),
            "burden": (axes, courses.severity.sum(axis=-1)),
            "conducted": ((*axes, "pathway"), courses.conducted),
        },
        coords={"plan": given.chemistry["plan"], "time": days, "pathway": list(LEG)},
    )
    first = np.stack(
        [
            first_better(courses.severity[:, i], days, start, courses.presence)
            for i, start in enumerate(starts)
        ],
        axis=1,
    )
    low, middle, high = np.transpose([_soonest(one) for one in first.T])
    last = given.chemistry["time"].to_numpy()[-1]
    here = [None if day > last else int(np.searchsorted(days, day)) for day in ends_at(starts[0], last)]
    return Recovery(
        spread.quantile(RECOVERY_BAND, "member").assign_coords(quantile=["low", "median", "high"]),
        np.where(np.isfinite(middle), middle, np.nan),
        low,
        high,
        _remains(given.course),
        len(courses.severity),
        presentation,
        most,
        Ends(_taken(courses.disability, here), _taken(courses.gait, here), first.T),
        over,
    )


def _soonest(first: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the band of the days until a symptom is better, of those who notice one; infinite where few do."""
    known = first[~np.isnan(first)]
    if 2 * known.size <= first.size:
        return np.full(len(RECOVERY_BAND), np.inf)
    return np.quantile(known, RECOVERY_BAND, method="nearest")


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
    days = _days(chemistry["time"].to_numpy(), starts)
    mental = chemistry["mental"].transpose("plan", "time").sel(time=days).to_numpy()
    whole = band(who.case, plans, found, days, mental, ledger)
    leg = [clinic.PATHWAYS.index(name) for name in LEG]
    courses = _Courses(
        days,
        np.stack(list(whole.severity.values()), axis=-1),
        whole.disability.astype(np.float64),
        whole.gait,
        whole.pathways["conducted"][..., leg],
        whole.presence,
    )
    now = presentation_of(whole, int(np.searchsorted(days, 0.0)))
    most = clinic.most_points(clinic.Parameters.from_ledger(ledger))
    given = _Given(who.case, who.person, who, chemistry, course, tuple(starts))
    return _recovery(courses, given, now, most, RESEMBLING)


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


def _taken(values: NDArray[np.float64], places: Sequence[int | None]) -> NDArray[np.float64]:
    """Return (plan, date, member) of values (member, plan, time) at places in time, NaN where there is none."""
    found = np.full((values.shape[1], len(places), len(values)), np.nan)
    for date, place in enumerate(places):
        if place is not None:
            found[:, date] = values[:, :, place].T
    return found


def _remains(course: xr.Dataset) -> tuple[Remains, ...]:
    """Read the state at the end of the course, with the ledger's own numbers."""
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

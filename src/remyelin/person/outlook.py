"""Recovery with its uncertainty: how fast, how far, what remains and why, and what waiting costs.

Every plan is followed under parameter sets that the calibration rows of the myelin layer cannot tell apart, with
the numbers that decide over axons drawn too, because no row of that layer fixes any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin import clinic, myelin, nerve
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.clinic.functions import PATHWAYS as FELT
from remyelin.evidence import Ledger
from remyelin.myelin.ensemble import AXONAL, members
from remyelin.person.settings import RECOVERY_BAND, RECOVERY_MEMBERS, RECOVERY_MONTHS

#: Signs that a report is held against.
SIGNS: Final = ("vibration_loss", "ankle_jerk", "romberg", "babinski", "power_leg", "power_arm")
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
class Recovery:
    """How a person recovers under each plan.

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
    """

    bands: xr.Dataset
    first: NDArray[np.float64]
    first_low: NDArray[np.float64]
    first_high: NDArray[np.float64]
    remains: tuple[Remains, ...]
    members: int
    presentation: xr.Dataset
    most: int


def recover(
    chemistry: xr.Dataset,
    course: xr.Dataset,
    segments: xr.Dataset,
    body: nerve.Person,
    starts: Sequence[float | None],
    tables: nerve.Tables,
    ledger: Ledger,
) -> Recovery:
    """Follow every plan under the members of the ensemble.

    Parameters
    ----------
    chemistry : Dataset (plan, time, compartment)
        ``methylation``, ``gas`` and the points of the mental item, ``mental``, under each plan.
    course : Dataset (plan, time, pathway)
        ``conducted``, ``axons`` and ``delay`` of the paths with the ledger's own numbers.
    segments, body, tables, ledger
        As for :func:`remyelin.nerve.conduction` and :func:`remyelin.myelin.simulate`.
    starts : sequence of float or None
        Day of the first dose of each plan, in their order; None where nothing is given.

    Returns
    -------
    Recovery
    """
    times = chemistry["time"].to_numpy()
    wanted = [month * DAYS_PER_MONTH for month in RECOVERY_MONTHS]
    begun = [start for start in starts if start is not None]
    days = np.array(sorted({*wanted, *begun, times[-1]}))
    days = np.unique(times[np.searchsorted(times, days[(days >= times[0]) & (days <= times[-1])])])
    rates = members(ledger, RECOVERY_MEMBERS, also=AXONAL)
    states = myelin.simulate(chemistry[list(myelin.DRIVES)], segments, body.age, rates, keep=days)
    paths = nerve.conduction(states, body, tables, ledger, FELT)
    judgement = clinic.Parameters.from_ledger(ledger)
    mental = chemistry["mental"].sel(time=days)
    severity = clinic.symptoms(paths, judgement)["severity"]
    spread = xr.Dataset(
        {
            "disability": clinic.functional_disability(paths, judgement, mental)["total"].astype(np.float64),
            "burden": severity.sum("symptom"),
            "conducted": paths["conducted"].sel(pathway=list(LEG)),
        }
    )
    first = np.full((len(rates), len(starts)), np.inf)
    for index, start in enumerate(starts):
        if start is not None and days[0] <= start <= days[-1]:
            first[:, index] = _first(severity.isel(plan=index), start, float(judgement.presence))
    low, middle, high = (np.quantile(first, q, axis=0, method="nearest") for q in RECOVERY_BAND)
    return Recovery(
        spread.quantile(RECOVERY_BAND, "member").assign_coords(quantile=["low", "median", "high"]),
        np.where(np.isfinite(middle), middle, np.nan),
        low,
        high,
        _remains(course),
        len(rates),
        at_presentation(paths.isel(plan=0).sel(time=0.0), judgement),
        clinic.most_points(judgement),
    )


def at_presentation(pathways: xr.Dataset, judgement: clinic.Parameters) -> xr.Dataset:
    """Return the band of symptoms and signs of untreated members at presentation.

    Parameters
    ----------
    pathways : Dataset (member, pathway)
        Conduction of the members on day 0.
    judgement : clinic.Parameters

    Returns
    -------
    Dataset (quantile, symptom)
        ``severity`` over quantile (low, median, high) and symptom; :data:`SIGNS` over quantile.
    """
    signs = clinic.signs(pathways, judgement)
    found = xr.Dataset({name: signs[name].astype(np.float64) for name in SIGNS})
    found["severity"] = clinic.symptoms(pathways, judgement)["severity"]
    return found.quantile(RECOVERY_BAND, "member").assign_coords(quantile=["low", "median", "high"])


def _first(severity: xr.DataArray, start: float, noticeable: float) -> NDArray[np.float64]:
    """Days from the first dose until a symptom has fallen noticeably, by member; infinite if none does."""
    later = severity.sel(time=slice(start, None))
    fallen = (later.isel(time=0) - later >= noticeable).any("symptom").transpose("member", "time").to_numpy()
    days = later["time"].to_numpy() - start
    return np.where(fallen.any(axis=1), days[fallen.argmax(axis=1)], np.inf)


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

"""Data that the page draws: a trajectory and its pictures, thinned to the dates drawn and rounded to four digits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic_core import to_json

from remyelin import clinic
from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.evidence.entry_names import entry_name
from remyelin.evidence.limits import MARKERS
from remyelin.output.summary import basis_of
from remyelin.person.case import Case
from remyelin.person.person import Person
from remyelin.person.subject import Subject
from remyelin.web.settings import (
    WEB_COURSE_POINTS,
    WEB_HISTORY_DAYS,
    WEB_HISTORY_POINTS,
    WEB_HISTORY_SHOWN,
    WEB_HORIZON_DAYS,
)

BLOOD = (*MARKERS, "haemoglobin", "mcv", "csf_b12")
PATHWAY_VALUES = ("conducted", "delay", "dispersion", "axons", "ectopic")
STATES = ("intact", "vacuolated", "bare", "remyelinated", "axons")


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Symptoms and disability for the page, as plain arrays over the dimensions of the pathways.

    Attributes
    ----------
    severity : mapping of str to (...) array
        Of every computed symptom, 0 to 1.
    disability, gait : (...) array
        Points of the scale, and of its gait item.
    """

    severity: Mapping[str, NDArray[np.float64]]
    disability: NDArray[np.int64]
    gait: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Members of the ensemble under one plan.

    Attributes
    ----------
    days : (time,) array
    start : float or None
        Day of the first dose.
    pathways : Dataset (member, time, pathway)
    picture : Picture
        Over (member, time).
    presence : (member,) array
        Severity from which a member notices a symptom.
    """

    days: NDArray[np.float64]
    start: float | None
    pathways: xr.Dataset
    picture: Picture
    presence: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """One person under one plan.

    Attributes
    ----------
    who : Subject
    chemistry, states : Dataset
        Over (time, compartment), and myelin and axons over (time, segment), at every date of the course.
    drawn, pathways : Dataset
        The states and conduction at the dates drawn.
    picture : Picture
        Symptoms and disability at these dates.
    """

    who: Subject
    chemistry: xr.Dataset
    states: xr.Dataset
    drawn: xr.Dataset
    pathways: xr.Dataset
    picture: Picture


def pictured(pathways: xr.Dataset, mental: xr.DataArray, judgement: clinic.Parameters) -> Picture:
    """Return symptoms and disability of pathways (..., time, pathway).

    As :meth:`remyelin.person.chain.Chain.clinical_state` does, without signs and labels, which take most of its time.
    """
    over = [str(name) for name in pathways["pathway"].to_numpy().tolist()]
    values = {name: pathways.variables[name].to_numpy() for name in clinic.VARIABLES}
    lost = clinic.functions_of(values, over, judgement)
    reached = mental.sel(time=pathways["time"]).to_numpy().astype(np.int64)
    scale = clinic.scale_of(lost, judgement, np.broadcast_to(reached, values["conducted"].shape[:-1]))
    return Picture(clinic.severities(lost, judgement), scale["total"], scale["gait"])


def dates(
    times: NDArray[np.float64], before: int, after: int, start: float | None = None
) -> NDArray[np.int64]:
    """Choose indices of dates to draw: the first, and at most so many of the history shown and after day 0.

    Both ends, day 0 and the last date before the stretch that the charts show are among them; so is the first dose,
    before which no curve may turn.
    """
    zero = int(np.searchsorted(times, 0.0))
    shown = max(int(np.searchsorted(times, -WEB_HISTORY_SHOWN, side="right")) - 1, 0)
    past = np.linspace(shown, zero, min(before, zero - shown + 1)).round()
    future = np.linspace(zero, times.size - 1, min(after, times.size - zero)).round()
    dose = [] if start is None else [int(np.searchsorted(times, start))]
    turns = [at for at in dose if at < times.size]
    return np.unique(np.concatenate([[0], past, future, turns])).astype(np.int64)


def months(days: NDArray[np.float64]) -> list[float]:
    """Return dates in months from presentation."""
    return [round(float(day) / DAYS_PER_MONTH, 3) for day in days]


def as_json(data: Any) -> bytes:
    """Return plain data as JSON; a number that is not finite becomes null."""
    return to_json(data, inf_nan_mode="null")


def plain(values: Any) -> list[float]:
    """Return numbers with four digits in one list; one that is not finite becomes NaN."""
    found: list[float] = _digits(np.asarray(values, dtype=np.float64).ravel()).tolist()
    return found


def _digits(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to four digits; a number that is not finite becomes NaN."""
    with np.errstate(divide="ignore"):
        size = np.floor(np.log10(np.abs(array), where=array != 0, out=np.zeros_like(array)))
    unit = 10.0 ** np.clip(3 - np.nan_to_num(size), -300, 300)  # of numbers near the least there are
    return np.where(np.isfinite(array), np.round(array * unit) / unit, np.nan)


def by_name(data: xr.Dataset, over: str, keys: Iterable[str]) -> dict[str, dict[str, list[float]]]:
    """Return variables over (time, `over`) as plain lists by name; arrays, as labelled selection is slow."""
    names = [str(name) for name in data[over].to_numpy().tolist()]
    found: dict[str, dict[str, list[float]]] = {name: {} for name in names}
    for key in keys:
        rounded = _digits(data.variables[key].transpose(over, "time").to_numpy().astype(np.float64))
        for name, column in zip(names, rounded.tolist(), strict=True):
            found[name][key] = column
    return found


def described(whole: Trajectory) -> dict[str, Any]:
    """Return a trajectory as plain data."""
    at = dates(whole.chemistry.time.to_numpy(), 2 * WEB_HISTORY_POINTS, 2 * WEB_COURSE_POINTS)
    variables, times = whole.chemistry.variables, whole.chemistry.time.to_numpy()[at]
    states, pathways, picture, person = whole.drawn, whole.pathways, whole.picture, whole.who.person
    return {
        "blood_months": months(times),
        "blood": {
            name: {
                "values": plain(variables[name].to_numpy()[at]),
                "unit": str(variables[name].attrs.get("units", "")),
            }
            for name in BLOOD
        },
        "months": months(pathways.time.to_numpy()),
        "segments": by_name(states, "segment", STATES),
        "pathways": by_name(pathways, "pathway", PATHWAY_VALUES),
        "severity": {name: plain(values) for name, values in picture.severity.items()},
        "chance": {
            str(name): {
                str(bound): plain(variables["chance"].to_numpy()[at, i, j])
                for j, bound in enumerate(variables["bound"].to_numpy().tolist())
            }
            for i, name in enumerate(variables["association"].to_numpy().tolist())
        },
        "disability": plain(picture.disability),
        "person": [
            {
                "name": fact.name,
                "value": fact.value,
                "unit": fact.unit,
                "basis": basis_of(fact),
                "entry": fact.entry,
                "label": entry_name(fact.entry) if fact.entry else "",
                "low": fact.low,
                "high": fact.high,
            }
            for fact in person.facts
        ],
    }


def state_at(whole: Trajectory, day: float) -> xr.Dataset:
    """Return the state of myelin and axons at a date, linear between those kept."""
    times = whole.states.time.to_numpy()
    # dates travel in months with three decimals
    day = float(np.clip(day, times[0], times[-1])) if times[0] - 1 <= day <= times[-1] + 1 else day
    if not times[0] <= day <= times[-1]:
        raise InputError(
            f"the date must lie between month {times[0] / DAYS_PER_MONTH:.0f} and month "
            f"{times[-1] / DAYS_PER_MONTH:.0f} from presentation."
        )
    return whole.states.sel(time=day) if day in times else whole.states.interp(time=day)


def refuse_too_long(case: Case, person: Person, shift: float | None) -> None:
    """Refuse a case that would take the page too long; the command line computes it.

    Raises
    ------
    InputError
        If the history or the horizon is too long, or the treatment is moved out of the course.
    """
    if -person.began > WEB_HISTORY_DAYS:
        raise InputError("cause.began: the page computes up to 60 years of history; use the command line.")
    if case.plan.horizon > WEB_HORIZON_DAYS:
        raise InputError("plan.horizon: the page computes up to 10 years; use the command line.")
    if shift is None:
        return
    for i, item in enumerate(case.treatment):
        if not person.began <= item.start + shift <= case.plan.horizon:
            raise InputError(
                f"treatment[{i}].start: moved by {shift / DAYS_PER_MONTH:.0f} months it lies outside the course."
            )

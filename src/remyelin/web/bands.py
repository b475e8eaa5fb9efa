"""Bands over the ensemble: dates, first dose, and the time to improvement of each member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from remyelin.base.units import DAYS_PER_MONTH
from remyelin.person.case import Case
from remyelin.person.members import first_better
from remyelin.person.outlook import ends_at
from remyelin.person.plans import Plan
from remyelin.person.settings import RECOVERY_MONTHS
from remyelin.web.drawn import Followed, dates
from remyelin.web.settings import WEB_BAND_MONTHS, WEB_BAND_POINTS


def shifted_from(plan: Plan, given: Plan) -> Plan:
    """Return a plan with its shift counted from that of the first one."""
    if plan.shift is None or given.shift is None:
        return plan
    return replace(plan, shift=plan.shift - given.shift)


def first_dose(case: Case, shift: float | None) -> float | None:
    """Return the day of the first dose of a plan; None where nothing is given."""
    if shift is None or not case.treatment:
        return None
    return min(item.start for item in case.treatment) + shift


def band_dates(times: NDArray[np.float64], start: float | None) -> NDArray[np.int64]:
    """Choose the dates of a band: a few of the history, those of the answer, and months after the first dose."""
    after = max(start or 0.0, 0.0)
    wanted = {month * DAYS_PER_MONTH for month in RECOVERY_MONTHS if month >= 0}
    wanted |= {after + month * DAYS_PER_MONTH for month in WEB_BAND_MONTHS} | set(ends_at(start, times[-1]))
    inside = np.array(sorted(day for day in wanted if day <= times[-1]))
    history = dates(times, WEB_BAND_POINTS // 2, 2)
    return np.unique(np.concatenate([history, np.searchsorted(times, inside)])).astype(np.int64)


def values_at(
    days: NDArray[np.float64], values: NDArray[np.int64], dates: Sequence[float]
) -> NDArray[np.float64]:
    """Return (date, member) of values over (member, time); NaN beyond the last day."""
    found = np.full((len(dates), len(values)), np.nan)
    for i, day in enumerate(dates):
        if day <= days[-1]:
            found[i] = values[:, np.searchsorted(days, day)]
    return found


def days_to_better(item: Followed) -> NDArray[np.float64]:
    """Return days from the first dose until a symptom is noticeably better, of every member, as in :class:`Ends`."""
    severity = np.stack(list(item.picture.severity.values()), axis=-1)  # (member, time, symptom)
    return first_better(severity, item.days, item.start, item.presence)

"""The answer of one course as numbers: state now, first improvement, a year on, residue, cost of a delay.

Computed once from the members of the ensemble and read by the page, the report and the terminal. Whether a forecast may
be shown at all is decided in :mod:`remyelin.person.forecast_guard`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue.causes import CAUSES, NONE
from remyelin.person.case import Case
from remyelin.person.course import Course
from remyelin.person.forecast_guard import STROKED, refusal, worse_ends
from remyelin.person.outlook import Ends
from remyelin.person.plans import Plan
from remyelin.person.record.wording import SENTENCES, read
from remyelin.person.settings import RECOVERY_BAND

#: Items of the disability scale, and the findings that tell of each.
COUNTED: Final = {
    "walking": ("gait",),
    "numbness": ("numbness", "touch"),
    "reflexes": ("reflexes", "ankle_jerk", "knee_jerk", "biceps_jerk"),
    f"plantar responses (whether the {STROKED})": ("babinski",),
    "memory": ("memory",),
}


@dataclass(frozen=True, slots=True)
class Band:
    """Median of the members, and the ends of the range that holds 90 % of them."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class State:
    """State of a person at one date.

    Attributes
    ----------
    points : Band
        Functional disability, 0 to 16.
    gait : Band
        Its gait item, 0 to 4.
    """

    points: Band
    gait: Band


@dataclass(frozen=True, slots=True)
class Start:
    """End of the course under one start of treatment.

    Attributes
    ----------
    name, label : str
        Of the plan.
    months : float or None
        By how much later than given treatment begins, negative where earlier; None: never.
    end : State or None
        None where the model cannot tell this end from that of the treatment as given.
    cost : Band or None
        Points more at the end than under the treatment as given, member by member; None where `end` is, and for
        starts that are not later.
    """

    name: str
    label: str
    months: float | None
    end: State | None
    cost: Band | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of a course under the treatment as given.

    Attributes
    ----------
    refused : str
        Why the course is no forecast for the person of its case; empty where it may be shown.
    deficient : bool
        Whether there is a cause.
    treated : bool
        Whether anything is given.
    exposed : bool
        Whether an exposure to nitrous oxide goes on until treatment begins.
    now : State
        At presentation.
    first : Band or None
        Days from the first dose until a symptom is noticeably better, infinite where none gets so; None where
        nothing is given or most members have no symptom.
    year : State or None
        A year after the first dose, or after presentation where nothing is given; None beyond the horizon.
    end : State
        At the horizon.
    horizon : float
        Days.
    starts : tuple of Start
        The treatment as given first, then every other plan.
    most : int
        Most points of the scale that the model can give.
    unsaid : tuple of str
        Items of the scale that no reported finding tells of; empty where none are reported.
    """

    refused: str
    deficient: bool
    treated: bool
    exposed: bool
    now: State
    first: Band | None
    year: State | None
    end: State
    horizon: float
    starts: tuple[Start, ...]
    most: int
    unsaid: tuple[str, ...] = ()


def answer_of(course: Course) -> Answer:
    """Return the answer of a course.

    Parameters
    ----------
    course : Course

    Returns
    -------
    Answer
    """
    own = course.data["disability"].isel(time=-1)
    return answered(
        course.recovery.ends,
        course.plans,
        [float(own.sel(plan=plan.name)) for plan in course.plans],
        refused=refusal(course),
        deficient=course.case.cause.kind != NONE,
        treated=bool(course.case.treatment),
        exposed=CAUSES[course.case.cause.kind].gas and not (course.person.ended or 0.0) < 0,
        horizon=float(course.data["time"][-1]),
        most=course.recovery.most,
        unsaid=unsaid(course.case),
    )


def answered(
    ends: Ends,
    plans: Sequence[Plan],
    own: Sequence[float],
    *,
    refused: str,
    deficient: bool,
    treated: bool,
    exposed: bool,
    horizon: float,
    most: int,
    unsaid: tuple[str, ...] = (),
) -> Answer:
    """Return the answer from the members of every plan.

    Parameters
    ----------
    ends : Ends
    plans : sequence of Plan
        In the order of `ends`; the treatment as given first.
    own : sequence of float
        Points at the end of each plan with the ledger's own rates.
    refused : str
    deficient, treated, exposed : bool
    horizon : float
        Days.
    most : int
    unsaid : tuple of str
        Of :func:`unsaid`.

    Returns
    -------
    Answer
    """
    at = [
        [_state(ends.points[plan, date], ends.gait[plan, date]) for date in range(3)]
        for plan in range(len(plans))
    ]
    worse = worse_ends(own, ends.points[:, -1], [plan.shift for plan in plans])
    starts = []
    for i, plan in enumerate(plans):
        later = plan.shift is None or plan.shift > 0
        told = i == 0 or not later or worse[i]
        starts.append(
            Start(
                plan.name,
                plan.label,
                None if plan.shift is None else plan.shift / DAYS_PER_MONTH,
                at[i][-1] if told else None,
                band(ends.points[i, -1] - ends.points[0, -1]) if i and told and later else None,
            )
        )
    first = ends.first[0]
    known = first[~np.isnan(first)]
    return Answer(
        refused,
        deficient,
        treated,
        exposed,
        at[0][0],
        band(known, "nearest") if treated and 2 * known.size > first.size else None,
        None if np.isnan(ends.points[0, 1]).any() else at[0][1],
        at[0][-1],
        horizon,
        tuple(starts),
        most,
        unsaid,
    )


def unsaid(case: Case) -> tuple[str, ...]:
    """Name the items of the disability scale that no finding of a case tells of.

    Empty for a case without findings, which is nobody's record.

    Examples
    --------
    >>> from remyelin import load_case
    >>> from remyelin.person.answer import unsaid
    >>> unsaid(load_case("vegetarian-66"))
    ('reflexes', 'plantar responses (whether the toe turns up when the sole is stroked)', 'memory')
    """
    reported = [("symptom", item.name) for item in case.symptom] + [("sign", item.name) for item in case.sign]
    if not reported:
        return ()
    told = {
        SENTENCES[name][1] if name in SENTENCES else found[1].name if (found := read(kind, name)) else name
        for kind, name in reported
    }
    return tuple(words for words, names in COUNTED.items() if told.isdisjoint(names))


def band(values: NDArray[np.float64], method: str = "linear") -> Band:
    """Return the band of the members."""
    low, median, high = np.quantile(values, RECOVERY_BAND, method=method)  # type: ignore[call-overload]
    return Band(float(low), float(median), float(high))


def _state(points: NDArray[np.float64], gait: NDArray[np.float64]) -> State:
    return State(band(points), band(gait))

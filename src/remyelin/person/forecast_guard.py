"""Decide whether a course may be shown as a forecast: only of a person whose reported findings the model reproduces.

A finding that is present or absent is reproduced where most persons of the band have it at presentation, a symptom
also where the one whose curves are drawn notices it. To lie within the 90 % band would not be enough: a few persons
with the finding would do, while the curves are those of persons without it. A graded finding is reproduced within one
grade. The beginning of a symptom is reproduced where it lies within what persons who resemble the findings are expected
to report, and where no such persons are known a duration within a factor of two of the curve that is drawn. Everything
that shows a forecast or compares delays asks here first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.base.plain import percent, ranged
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.person.outside import too_young

if TYPE_CHECKING:
    from remyelin.person.case import Finding
    from remyelin.person.course import Course

CANNOT_TELL: Final = (
    "Treatment should not be delayed; a further test is drawn on the day treatment starts, not instead of it. The "
    "model cannot tell what a delay would cost this person."
)
SAME_END: Final = (
    "Treatment should not be delayed. Where a later start ends at the same score, the model cannot tell what the delay "
    "costs: the score is coarse and many rates are assumed. The disease progresses until treatment starts, and what a "
    "person suffers until then does not show in the score at the end."
)
NOT_DELAYED: Final = (
    "Treatment should not be delayed. How much a delay costs rests mostly on assumed rates; the disease "
    "progresses until treatment starts, and what a person suffers until then does not show in the score at the end."
)
SIGHT: Final = "sight does not count on this scale"
SCALE: Final = "functional disability scale"
SCALE_ENDS: Final = (
    f"trouble with walking, feeling, reflexes, power and mind, 0 none and 16 the worst of each; {SIGHT}"
)
#: What a lay reader needs beside the finding of a stroked sole.
STROKED: Final = "toe turns up when the sole is stroked"
TOE_UP: Final = f"the great {STROKED}"
#: Durations further apart than this factor are different.
FACTOR: Final = 2.0
WORSE: Final = 0.5  # points from which ends are another whole point
CANNOT: Final = "cannot tell"  # in the place of an end that is not told apart
LISTED: Final = 4  # findings named in a sentence; the rest are counted


@dataclass(frozen=True, slots=True)
class Unmet:
    """A reported finding that the model does not reproduce.

    Attributes
    ----------
    what, reported, computed : str
        The finding, what the source says, and what the model says instead.
    """

    what: str
    reported: str
    computed: str


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings that the model computes at presentation, untreated, to hold a report against.

    Attributes
    ----------
    median : mapping of str to float
        The median over parameter sets of the severity of every computed symptom (by id, 0 to 1) and of the
        signs ``vibration_loss``, ``ankle_jerk``, ``romberg``, ``babinski`` (0 or 1), ``power_leg``, ``power_arm``.
    noticed_for : mapping of str to float
        Days for which a symptom has been noticed without a break on the curve that is drawn; 0 where it is not.
    presence : float
        Severity from which a symptom is noticed or a loss found.
    names : mapping of str to str
        Usual names of the symptoms by id.
    dated : mapping of str to bool or None
        Whether the reported beginning of a symptom agrees with persons who resemble the findings; None without such
        persons.
    apart : tuple of str
        Symptoms and signs that persons who resemble the findings do not reproduce, those that are not judged here too.
    """

    median: Mapping[str, float]
    noticed_for: Mapping[str, float]
    presence: float
    names: Mapping[str, str]
    dated: Mapping[str, bool] | None = None
    apart: tuple[str, ...] = ()


#: What is computed, and not noticed, of symptoms that the model has one kind of.
PARTLY: Final = {
    "tremor": "no wandering of a hand without position sense, the one kind that the model has",
    "concentration": "no slowed crossing between the hemispheres, the one reason that the model has",
    "speech": "no weakness of the tongue, the one kind that the model has",
}


def refusal(course: Course) -> str:
    """Say in one sentence why a course is no forecast for the person of its case; empty where it may be shown.

    Parameters
    ----------
    course : Course

    Returns
    -------
    str
        Names every finding that is not reproduced, as reported and as computed.
    """
    if young := too_young(course.case.person.age):
        return young
    if course.resembling is not None and course.resembling.refused:
        return course.resembling.refused
    return explain(course.case.symptom, course.case.sign, findings_of(course))


def headline(reason: str) -> str:
    """Return the headline that stands in the place of a forecast that is refused for this reason."""
    return f"No forecast: {reason} {CANNOT_TELL}"


def findings_of(course: Course) -> Findings:
    """Return the model's findings at presentation under the first plan."""
    (entry,) = (entry for entry in course.provenance.used if entry.name == "clinic.presence")
    assert isinstance(entry.value, float)
    given = course.data.isel(plan=0)
    times = given["time"].to_numpy()
    past = times <= 0.0
    present = given["present"].transpose("symptom", "time").to_numpy().astype(bool)[:, past]
    return findings(
        course.recovery.presentation,
        {
            str(name): noticed_since(row, times[past])
            for name, row in zip(given["symptom"].to_numpy().tolist(), present, strict=True)
        },
        entry.value,
        {item.id: item.name for item in course.symptoms},
        None if course.resembling is None else course.resembling.dated,
        () if course.resembling is None else course.resembling.apart,
    )


def findings(
    presentation: xr.Dataset,
    noticed_for: Mapping[str, float],
    presence: float,
    names: Mapping[str, str],
    dated: Mapping[str, bool] | None,
    apart: tuple[str, ...],
) -> Findings:
    """Return :class:`Findings` from the band at presentation of :func:`remyelin.person.outlook.at_presentation`."""

    here = presentation.sel(quantile="median")
    median = {
        str(name): float(here["severity"].sel(symptom=name)) for name in here["symptom"].to_numpy().tolist()
    }
    median |= {str(name): float(here[name]) for name in here.data_vars if name != "severity"}
    return Findings(median, noticed_for, presence, names, dated, apart)


def noticed_since(present: NDArray[np.bool_], times: NDArray[np.float64]) -> float:
    """Return for how many days, at least 1, something has been present up to the last of `times`; 0 if it is not."""
    if not present[-1]:
        return 0.0
    breaks = np.flatnonzero(~present)
    return max(abs(float(times[int(breaks[-1]) + 1 if breaks.size else 0] - times[-1])), 1.0)


def explain(symptoms: Sequence[Finding], signs: Sequence[Finding], computed: Findings) -> str:
    """Say in one sentence which reported findings the model does not reproduce; empty where it reproduces them.

    Parameters
    ----------
    symptoms, signs : sequence of Finding
        As the case reports them.
    computed : Findings

    Returns
    -------
    str
        Also where findings are reported and the model computes none of them. Findings that only the likelihood of a
        fit knows, as brisk jerks, are held against the persons of the fit.
    """
    if not symptoms and not signs:
        return ""
    judged = [*_symptoms(symptoms, computed), *_signs(signs, computed)]
    if not judged and computed.dated is not None:
        if not computed.apart:
            return ""
        return f"the model does not reproduce {'; '.join(computed.apart)}. The computed person is not the reported one."
    if not judged:
        return "none of the reported findings is one that the model computes, so it cannot be checked against them."
    unmet = [item for item in judged if isinstance(item, Unmet)]
    if not unmet:
        return ""
    shown = "; ".join(f"{item.what} ({item.reported}; computed: {item.computed})" for item in unmet[:LISTED])
    more = f"; and {len(unmet) - LISTED} more" if len(unmet) > LISTED else ""
    return (
        f"the model does not reproduce {len(unmet)} of the {len(judged)} reported findings that it computes: "
        f"{shown}{more}. The computed person is not the reported one."
    )


def _symptoms(reported: Sequence[Finding], computed: Findings) -> Iterator[Unmet | None]:
    """Judge every symptom that the model computes: None where it is reproduced."""
    for finding in reported:
        if finding.name not in computed.noticed_for:
            continue
        what = computed.names.get(finding.name, finding.name).lower()
        severity, since = computed.median[finding.name], computed.noticed_for[finding.name]
        began = -(finding.began or 0.0)
        if severity < computed.presence or since <= 0.0:
            yield Unmet(what, _said(finding), PARTLY.get(finding.name, "not noticed"))
        elif began > 0 and not (computed.dated or {}).get(finding.name, _alike(since, began)):
            yield Unmet(what, _said(finding), f"for {_span(since)}")
        else:
            yield None


def _alike(since: float, began: float) -> bool:
    """Whether two durations are within a factor of each other."""
    return abs(math.log(since / began)) <= math.log(FACTOR)


def _signs(reported: Sequence[Finding], computed: Findings) -> Iterator[Unmet | None]:
    found = computed.median
    romberg = "Romberg sign absent"
    feeling = f"{percent(found['vibration_loss'])} of the vibration sense of the legs lost"
    jerk = f"ankle jerk {found['ankle_jerk']:.1f} (0 absent, 2 normal)"
    power = "full power of leg and arm"
    weak = min(found["power_leg"], found["power_arm"]) < 5
    far_weaker = min(found["power_leg"], found["power_arm"]) < 4
    # an absent sense or jerk is one grade from an impaired one, which is one from a normal one
    judged = {
        "impaired position sense": (found["romberg"] >= 0.5, romberg),
        "absent position sense": (found["romberg"] >= 0.5, romberg),
        "impaired vibration sense": (found["vibration_loss"] >= computed.presence, feeling),
        "absent vibration sense": (found["vibration_loss"] >= computed.presence, feeling),
        "absent ankle jerks": (found["ankle_jerk"] < 1.5, jerk),
        "normal ankle jerks": (found["ankle_jerk"] >= 0.5, jerk),
        "no Romberg sign": (found["romberg"] < 0.5, "Romberg sign present"),
        "plantar responses flexor": (found["babinski"] < 0.5, f"Babinski sign present, {TOE_UP}"),
        "weakness": (weak, power),
        "power": (weak, power),
        "normal power": (
            not far_weaker,
            f"power {found['power_leg']:.0f}/5 of leg, {found['power_arm']:.0f}/5 of arm",
        ),
        "visual acuity": (found["vision"] >= computed.presence, "sight not noticeably impaired"),
    }
    for finding in reported:
        if finding.name in judged:
            met, instead = judged[finding.name]
            yield None if met else Unmet(finding.name, _said(finding), instead)


def _said(finding: Finding) -> str:
    """Write a finding as the source reports it."""
    return f"reported for {_span(-finding.began)}" if finding.began else "reported"


def _span(days: float) -> str:
    """Write a duration in days or months."""
    months = days / DAYS_PER_MONTH
    return f"{days:.0f} days" if days < 2 * DAYS_PER_MONTH else f"{months:.0f} months"


def told_apart(course: Course) -> frozenset[str]:
    """Return the plans that begin later, or never, and end measurably worse than the treatment as given.

    Of the others the model cannot tell what the delay costs: the scale has whole points and the rates are assumed.

    Parameters
    ----------
    course : Course

    Returns
    -------
    frozenset of str
        Names of the plans that :func:`worse_ends` finds worse.
    """
    own = course.data["disability"].isel(time=-1)
    names = [plan.name for plan in course.plans]
    worse = worse_ends(
        [float(own.sel(plan=name)) for name in names],
        course.recovery.ends.points[:, -1],
        [plan.shift for plan in course.plans],
    )
    return frozenset(name for name, told in zip(names, worse, strict=True) if told)


def worse_ends(
    own: Sequence[float], members: NDArray[np.float64], shifts: Sequence[float | None]
) -> tuple[bool, ...]:
    """Say of every plan whether it begins later, or never, and ends at least half a point worse than the first one.

    Three comparisons must all say so: with the ledger's rates, of the medians of the members, and in the median of
    what each member loses. Medians may lie apart although most members lose nothing, and the other way round.

    Parameters
    ----------
    own : sequence of float
        Points at the end of the plans with the ledger's rates.
    members : (plan, member) array
        Points at the end of the plans, the same members under each.
    shifts : sequence of float or None
        Days by which treatment begins later than given; None: never.

    Examples
    --------
    >>> import numpy as np
    >>> members = np.array([[0.0, 1.0, 4.0], [0.0, 2.0, 4.0], [4.0, 5.0, 6.0]])
    >>> worse_ends([1, 2, 4], members, [0, 90, None])
    (False, False, True)
    """
    median, lost = np.median(members, axis=1), np.median(members - members[0], axis=1)
    return tuple(
        (shift is None or shift > 0)
        and own[i] - own[0] >= WORSE
        and bool(median[i] - median[0] >= WORSE and lost[i] >= WORSE)
        for i, shift in enumerate(shifts)
    )


def cost_range(low: float, high: float, digits: int = 0) -> str:
    """Write the range of the cost of a delay; nobody may read a low end below zero as a benefit of waiting.

    Examples
    --------
    >>> cost_range(0, 10)
    '0 to 10'
    >>> cost_range(-1, 10)
    'up to 10; the low end, -1, is no benefit of waiting'
    >>> cost_range(-0.3, 4)
    '0 to 4'
    """
    least, most = (f"{round(value, digits) + 0.0:.{digits}f}" for value in (low, high))
    if least.startswith("-"):
        return f"up to {most}; the low end, {least}, is no benefit of waiting"
    return f"{least} to {most}"


def points(median: float, low: float, high: float, most: int) -> str:
    """Write points of the disability scale with their range, and say where they are the most the model can give.

    Examples
    --------
    >>> points(3, 1, 6, 13)
    '3 (1 to 6)'
    >>> points(13, 11, 13, 13)
    '13, the most that nerves give on this scale (11 to 13)'
    """
    ceiling = ", the most that nerves give on this scale" if round(median) >= most else ""
    return ranged(f"{median:.0f}{ceiling}", f"{low:.0f}", f"{high:.0f}")

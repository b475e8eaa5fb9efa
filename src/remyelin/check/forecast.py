"""Compute a person's course under a published schedule started now, later or never, or say why it is refused.

Imported only when the forecast is asked for: it loads the whole model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.check.answer import OWN, Line
from remyelin.check.dated import refusal as unusable
from remyelin.check.handover import SCHEDULE, case_data
from remyelin.check.known import Known
from remyelin.check.words import vocabulary
from remyelin.cobalamin import in_words
from remyelin.evidence import Ledger
from remyelin.person.case import Case, to_toml_data
from remyelin.person.course import DISCLAIMER, Course, run_course
from remyelin.person.forecast_guard import (
    CANNOT_TELL,
    NOT_DELAYED,
    SAME_END,
    headline,
    points,
    refusal,
    told_apart,
)

SCHEDULE_SOURCE: Final = "smpc-hydroxocobalamin"
_SCALE_END: Final = 16


@dataclass(frozen=True, slots=True)
class Forecast:
    """The lines of a forecast, or of its refusal.

    Attributes
    ----------
    lines : tuple of Line
    refused : str or None
        The reason, where no forecast is made.
    """

    lines: tuple[Line, ...]
    refused: str | None


def forecast(known: Known, ledger: Ledger, progress: Callable[[str], None] = lambda step: None) -> Forecast:
    """Compute the person's course and return its forecast with the inputs it rests on, or the reason of a refusal.

    Parameters
    ----------
    known : Known
        With a case, or with age, sex and a cause the model has.
    ledger : Ledger
    progress : callable
        Called with the name of each step.

    Returns
    -------
    Forecast
        Refused where a value may have been measured under treatment, where values of several days disagree, and
        where the model does not reproduce the findings that were entered.

    Raises
    ------
    InputError
        If too little is known to compute anything.
    """
    reason = unusable(known, ledger)
    if reason:
        return Forecast(_refused(reason), reason)
    case = known.case or _case(known, ledger)
    if not case.treatment:
        case = Case.model_validate(
            {**to_toml_data(case), "treatment": [{"regimen": SCHEDULE, "start": "0 d", "stated": False}]}
        )
    course = run_course(case, ledger, progress=progress)
    reason = refusal(course)
    if reason:
        return Forecast(_refused(reason), reason)
    return Forecast(tuple(_lines(course, known, ledger)), None)


def _refused(reason: str) -> tuple[Line, ...]:
    return (
        Line("forecast", headline(reason), (OWN,), "own"),
        Line("forecast", DISCLAIMER, (OWN,), "own"),
    )


def _case(known: Known, ledger: Ledger) -> Case:
    causes = [word.cause for word in known.words if word.cause]
    if known.age is None or not known.sex or not causes:
        possible = ", ".join(word.plain for word in vocabulary() if word.cause)
        raise InputError(
            f"{known.source}: a forecast needs age, sex and a cause the model knows ({possible}); "
            "leave out --forecast, or write a case with `remyelin new mine.toml`; where the cause is not known, "
            "`remyelin fit` (on the page: My results) weighs all causes: `remyelin new --record mine.csv`."
        )
    return Case.model_validate(case_data(known, ledger))


def _lines(course: Course, known: Known, ledger: Ledger) -> Iterator[Line]:
    given = course.plans[0].name
    treatment = "; then ".join(in_words(item.regimen, ledger) for item in course.case.treatment)
    cause = course.case.cause.kind
    yield _model(DISCLAIMER, (OWN,))
    text = (
        f"Computed for a person like this one with the cause {cause!r}, and with one treatment "
        f"({treatment}) run under every plan, only its start moved. "
        "It is run to compare starts; it is not a suggestion for anybody. "
        "Disability is computed from cause and values; the findings that were entered are only compared "
        "with it."
    )
    if known.case is None and len(course.person.facts) > 1:
        priors = [fact.name for fact in course.person.facts if fact.basis != "stated"]
        text += (
            f" Not known, and filled with a usual value or fitted to the values: {', '.join(priors)}."
            if priors
            else ""
        )
    dates = sorted({item.date.shown for item in known.series if item.date.shown})
    if dates:
        text += f" Today stands for the day of the values ({dates[-1]})."
    yield _model(text, (SCHEDULE_SOURCE, OWN))
    bands, most = course.recovery.bands["disability"], course.recovery.most
    horizon = float(course.data["time"][-1])
    months = min(DAYS_PER_YEAR, horizon)

    def shown(plan: str, day: float) -> str:
        here = bands.sel(plan=plan).sel(time=day, method="nearest")
        low, middle, high = (float(here.sel(quantile=q)) for q in ("low", "median", "high"))
        return points(middle, low, high, most)

    worse = told_apart(course)
    scale = (
        f"on a scale from 0 (none) to {_SCALE_END}; median, and in brackets 90 % of {course.recovery.over}"
    )
    open_still = []
    for plan in course.plans:
        label = "treated from now" if plan.name == given and course.case.treatment else plan.label
        if plan.shift is not None and plan.shift < 0:
            continue  # the past cannot be chosen
        if plan.name != given and plan.name not in worse:
            open_still.append(label)
            continue
        yield _model(
            f"{label[0].upper()}{label[1:]}: disability {shown(plan.name, 0.0)} today, {shown(plan.name, months)} "
            f"after a year, {shown(plan.name, horizon)} after {horizon / DAYS_PER_YEAR:.0f} years, {scale}.",
            (OWN,),
        )
    if open_still:
        text = f"The model cannot tell how much these cost, compared with treatment now: {'; '.join(open_still)}."
        yield _model(text, (OWN,))
    yield _model(SAME_END if open_still else NOT_DELAYED, (OWN,))
    yield _model(CANNOT_TELL, (OWN,))
    used = course.provenance.used
    assumed, fitted = (sum(entry.kind == kind for entry in used) for kind in ("assumed", "calibrated"))
    yield _model(
        f"Of the {len(used)} numbers behind these lines {assumed} are assumed and {fitted} fitted: nobody has measured "
        "them. That earlier is better has support in published series; its size is no forecast for any one person.",
        ("savage1995", OWN),
    )


def _model(text: str, source: tuple[str, ...]) -> Line:
    return Line("forecast", text, source, "model")

"""What the model expects when treatment starts now, later or never: the only part of the check that computes.

Imported only when the forecast is asked for: it loads the whole model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_YEAR, show
from remyelin.check.answer import OWN, Line
from remyelin.check.known import Known
from remyelin.check.words import vocabulary
from remyelin.evidence import Ledger
from remyelin.person.case import Case, to_toml_data
from remyelin.person.course import Course, run_course
from remyelin.person.outlook import NO_TIME_TO_WAIT

#: A published schedule, run so that plans differ in their start only; nobody is told to take it.
SCHEDULE: Final = "uk neurological"
SCHEDULE_SOURCE: Final = "smpc-hydroxocobalamin"
_SCALE_END: Final = 16


def forecast(
    known: Known, ledger: Ledger, progress: Callable[[str], None] = lambda step: None
) -> tuple[Line, ...]:
    """Compute the person's course and return what it says, with what it rests on.

    Parameters
    ----------
    known : Known
        With a case, or with age, sex and a cause the model has.
    ledger : Ledger
    progress : callable
        Called with the name of each step.

    Raises
    ------
    InputError
        If too little is known to compute anything.
    """
    case = known.case or _case(known)
    if not case.treatment:
        case = Case.model_validate(
            {**to_toml_data(case), "treatment": [{"regimen": SCHEDULE, "start": "0 d", "stated": False}]}
        )
    ill = any("neurological" in word.groups for word in known.words)
    return tuple(_lines(run_course(case, ledger, progress=progress), known.case is None, ill))


def _case(known: Known) -> Case:
    causes = [word.cause for word in known.words if word.cause]
    if known.age is None or not known.sex or not causes:
        possible = ", ".join(word.plain for word in vocabulary() if word.cause)
        raise InputError(
            f"{known.source}: a forecast needs age, sex and a cause the model knows ({possible}); "
            "leave out --forecast, or write a case with `remyelin new FILE`."
        )
    labs = {
        marker: show(found.value, marker)
        for marker, found in known.labs.items()
        if marker in ("b12", "holotc", "mma", "homocysteine") and not found.bound
    }
    person: dict[str, object] = {"age": f"{known.age:g} y", "sex": known.sex}
    if "filtration" in known.labs:
        person["filtration"] = show(known.labs["filtration"].value, "filtration")
    return Case.model_validate(
        {
            "name": "check",
            "title": "A person of the check",
            "kind": "scenario",
            "person": person,
            "cause": {"kind": causes[0], "stated": True, **_exposure(causes[0])},
            "labs": labs,
            "treatment": [{"regimen": SCHEDULE, "start": "0 d", "stated": False}],
        }
    )


def _exposure(cause: str) -> dict[str, str]:
    return {"ended": "0 d"} if cause == "nitrous oxide" else {}


def _lines(course: Course, assumed_case: bool, ill: bool) -> Iterator[Line]:
    given = course.plans[0].name
    treatment = ", then ".join(item.regimen for item in course.case.treatment)
    cause = course.case.cause.kind
    text = (
        f"Computed for a person like this one with the cause {cause!r}, and with the published schedule {treatment!r} "
        "run under every plan, only its start moved. It is run to compare starts; it is not a suggestion for anybody. "
        "Disability is what the model makes of cause and values; the symptoms that were entered are not used."
    )
    if assumed_case and len(course.person.facts) > 1:
        priors = [fact.name for fact in course.person.facts if fact.basis != "stated"]
        text += (
            f" Not known, and filled with a usual value or fitted to the values: {', '.join(priors)}."
            if priors
            else ""
        )
    yield _model(text, (SCHEDULE_SOURCE, OWN))
    horizon = float(course.data["time"][-1])
    months = min(DAYS_PER_YEAR, horizon)
    for plan in course.plans:
        score = course.data["disability"].sel(plan=plan.name)
        now, later, end = (float(score.sel(time=day, method="nearest")) for day in (0.0, months, horizon))
        worst = float(score.sel(time=slice(0.0, None)).max())
        label = "treated from now" if plan.name == given and course.case.treatment else plan.label
        if plan.shift is not None and plan.shift < 0:
            continue  # the past cannot be chosen
        yield _model(
            f"{label[0].upper()}{label[1:]}: disability {now:.0f} today, {worst:.0f} at its worst, {later:.0f} after "
            f"a year, {end:.0f} after {horizon / DAYS_PER_YEAR:.0f} years, on a scale from 0 (none) to {_SCALE_END}.",
            (OWN,),
        )
    today = float(course.data["disability"].sel(plan=given).sel(time=0.0, method="nearest"))
    if ill and round(today) == 0:
        yield _model(
            "Symptoms of nerves were entered, yet the model computes no disability today: the person it computes is "
            "not this one, and what it says of starting later must not be taken as time to wait.",
            (OWN,),
        )
    scores = course.data["disability"].isel(time=-1)
    delayed = [plan for plan in course.plans if plan.shift is not None and plan.shift > 0]
    if any(
        float(scores.sel(plan=plan.name) - scores.sel(plan=given)) < 0.5 for plan in delayed
    ):  # the same point
        yield _model(NO_TIME_TO_WAIT, (OWN,))
    used = course.provenance.used
    assumed, fitted = (sum(entry.kind == kind for entry in used) for kind in ("assumed", "calibrated"))
    yield _model(
        f"Of the {len(used)} numbers behind these lines {assumed} are assumed and {fitted} fitted: nobody has measured "
        "them. That earlier is better has support in published series; its size is no forecast for any one person.",
        ("savage1995", OWN),
    )


def _model(text: str, source: tuple[str, ...]) -> Line:
    return Line("forecast", text, source, "model")

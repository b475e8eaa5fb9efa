"""Recovery in the report: every plan with its band, its speed, the remaining disability, the cost of a later start."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import xarray as xr

from remyelin.analysis.calibration.shipped_sensitivity import heaviest_of, rests_on, sensitivity
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.plain import number, numbers
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue.pathways import CORTICOSPINAL_LEG, PATHWAYS, SURAL, TIBIAL_SEP, words
from remyelin.catalogue.plans import COLOURS, DRAWN, GIVEN, UNTREATED
from remyelin.output.figures.course import TIME, label_of
from remyelin.output.records import Forecast, PlanRow, Recovery, Told
from remyelin.person.course import Course
from remyelin.person.forecast_guard import points, refusal, told_apart
from remyelin.person.plans import Plan


def recovery_summary(course: Course, answer: Told) -> Recovery:
    """Return recovery under every plan as plain data.

    Parameters
    ----------
    course : Course
    answer : Told
        Of :func:`remyelin.output.answer.told`, for the sentence on waiting.
    """
    data, found = course.data, course.recovery
    end = found.bands["disability"].isel(time=-1)
    worse = told_apart(course)
    plans: list[PlanRow] = []
    for index, plan in enumerate(course.plans):
        here = data.sel(plan=plan.name)
        low, middle, high = (
            number(end.sel(plan=plan.name, quantile=q), 4) for q in ("low", "median", "high")
        )
        plans.append(
            {
                "name": plan.name,
                "label": plan.label,
                "shift_months": None if plan.shift is None else round(plan.shift / DAYS_PER_MONTH),
                "disability_at_presentation": number(here["disability"].sel(time=0.0), 4),
                "disability_at_horizon": number(here["disability"].isel(time=-1), 4),
                "low": low,
                "median": middle,
                "high": high,
                # where no delay is told apart, a row of equal ends would read as if waiting were free
                "shown": bool(worse) or index == 0,
                "told_apart": None if plan.shift is not None and plan.shift <= 0 else plan.name in worse,
                "first_improvement": _first(course, index),
                "conducted_at_horizon": number(here["conducted"].isel(time=-1).sel(pathway=TIBIAL_SEP), 4),
                "axons_at_horizon": number(here["pathway_axons"].isel(time=-1).sel(pathway=SURAL), 4),
                "motor_axons_at_horizon": number(
                    here["pathway_axons"].isel(time=-1).sel(pathway=CORTICOSPINAL_LEG), 4
                ),
            }
        )
    return {
        "refused": refusal(course) or None,
        "horizon": label_of(float(data.time[-1])),
        "sentence": _evidence(course),
        "keys": _keys(course),
        "waiting": answer["waiting"] or answer["headline"],
        "most_points": found.most,
        "members": found.members,
        "over": found.over,
        "plans": plans,
        "remains": [
            {
                "pathway": words(item.pathway),
                "axons_lost": number(item.axons_lost, 4),
                "blocked": number(item.blocked, 4),
                "delay_ms": number(item.delay, 4),
            }
            for item in found.remains
        ],
    }


def recovery_figure(course: Course) -> Figure:
    """Disability and conduction under four plans with their bands; the end of the course against the delay."""
    bands = course.recovery.bands
    x = [round(float(value), 4) for value in bands["time"].values / DAYS_PER_MONTH]
    # equal curves would read as if waiting were free, where the model cannot tell
    worse = told_apart(course)
    drawn = [
        plan
        for plan in course.plans
        if plan.name in DRAWN and (plan is course.plans[0] or (worse and shown_beside(plan, worse)))
    ]
    top = _top(course)

    def lines(values: xr.DataArray) -> tuple[Series, ...]:
        found = []
        for plan in reversed(drawn):
            here = values.sel(plan=plan.name)
            low, middle, high = (numbers(here.sel(quantile=q).values, 5) for q in ("low", "median", "high"))
            main = plan.name == GIVEN
            found.append(
                Series(
                    plan.label,
                    x,
                    middle,
                    COLOURS[plan.name],
                    2.2 if main else 1.2,
                    plan.name == UNTREATED,
                    # a band for every plan would hide them all
                    low=low if main else None,
                    high=high if main else None,
                )
            )
        return tuple(found)

    panels = [
        Panel(
            "Functional disability (0 to 16)",
            TIME,
            "points",
            lines(bands["disability"]),
            y_range=(0.0, top),
            marks=(0.0,),
        ),
    ]
    panels += [
        Panel(
            f"Impulses that arrive: {PATHWAYS[name].plain or words(name)}",
            TIME,
            "share of fibres",
            lines(bands["conducted"].sel(pathway=name)),
            y_range=(0.0, 1.02),
            marks=(0.0,),
        )
        for name in (SURAL, TIBIAL_SEP)
    ]
    caption = (
        f"{_made_of(course)} The band (treated as given) holds 90 % of them. "
        + (
            "Where each plan ends stands at the answer. "
            if worse
            else "Other starts of treatment are not drawn: the model cannot tell their ends apart. "
        )
        + f"The axis of the scale ends at {top:.0f}: {course.recovery.most} points are the most that nerves and tracts "
        "give here; points of memory and mood come on top."
    )
    return Figure("recovery", "Recovery, and the cost of waiting", caption, tuple(panels))


def waiting_figure(course: Course) -> tuple[Figure, ...]:
    """Return disability over time, and where each start of treatment ends; none where delays are not told apart."""
    if not told_apart(course):
        return ()
    panels = (recovery_figure(course).panels[0], _against_delay(course))
    caption = (
        f"{panels[0].title}: over time. {panels[1].title}: where each start of treatment ends, by how much earlier or "
        "later; of later starts whose end the model cannot tell from that of the treatment as given only the range is "
        "drawn. Such a delay may still cost much. Shaded: 90 % of the parameter sets."
    )
    return (Figure("waiting", "Cost of waiting", caption, panels),)


def _made_of(course: Course) -> str:
    """Say whose medians are drawn."""
    if course.resembling is not None:
        return (
            f"Medians of {course.recovery.members} simulated persons who resemble the reported findings at "
            "presentation, each under another set of the posterior."
        )
    return (
        f"Medians of {course.recovery.members} sets of the posterior, each with another person found ill; the "
        "default set, which all other figures use, is the central one."
    )


def plans_figure(course: Course) -> tuple[Figure, ...]:
    """Disability under every plan that is told apart, with its band, the treatment as given beside it."""
    bands = course.recovery.bands["disability"]
    x = [round(float(value), 4) for value in bands["time"].values / DAYS_PER_MONTH]
    given, worse = course.plans[0], told_apart(course)
    if not worse:
        return ()
    beside = Series(
        given.label, x, numbers(bands.sel(plan=given.name, quantile="median").values, 5), "#999999", 1.2, True
    )
    top = _top(course)
    panels = []
    for plan in course.plans[1:]:
        if not shown_beside(plan, worse):
            continue
        low, middle, high = (
            numbers(bands.sel(plan=plan.name, quantile=q).values, 5) for q in ("low", "median", "high")
        )
        one = Series("this plan: median and 90 %", x, middle, "#0072B2", 1.8, low=low, high=high)
        panels.append(
            Panel(plan.label, TIME, "points of 16", (beside, one), y_range=(0.0, top), marks=(0.0,))
        )
    caption = (
        "Functional disability under each other plan, with its band; dashed, the median of the "
        "treatment as given. Where bands overlap, it is not certain which of the two is better off. Later "
        "starts that the model cannot tell apart from the treatment as given are not drawn."
    )
    title = "Every start of treatment, with its band"
    return (Figure("plans", title, caption, tuple(panels), columns=3),) if panels else ()


def shown_beside(plan: Plan, worse: Collection[str]) -> bool:
    """Whether a plan is drawn beside the treatment as given: an earlier start, or an end that is told apart."""
    return plan.name in worse or _earlier(plan)


def _earlier(plan: Plan) -> bool:
    """Whether treatment begins before that of the case."""
    return plan.shift is not None and plan.shift < 0


def _top(course: Course) -> float:
    """Return the upper end of the axis: the model's largest score, or the largest drawn value if that is more."""
    return max(float(course.recovery.most), float(np.nanmax(course.recovery.bands["disability"].values)))


def _against_delay(course: Course) -> Panel:
    """Return disability at the end against when treatment began."""
    ends = course.recovery.bands["disability"].isel(time=-1)
    plans = sorted((p for p in course.plans if p.shift is not None), key=lambda p: p.shift or 0.0)
    x = [round((plan.shift or 0.0) / DAYS_PER_MONTH, 3) for plan in plans]
    names = [plan.name for plan in plans]
    low, middle, high = (
        numbers(ends.sel(plan=names, quantile=q).values, 5) for q in ("low", "median", "high")
    )
    # a median that does not rise would read as if waiting were free, where the model cannot tell
    worse = told_apart(course)
    told = [plan is course.plans[0] or _earlier(plan) or plan.name in worse for plan in plans]
    middle = [value if known else None for value, known in zip(middle, told, strict=True)]
    # a start that stands alone has no line: a point shows its median
    series = (
        Series("90 %", x, middle, "#0072B2", 1.8, low=low, high=high),
        Series("median of one start", x, middle, "#0072B2", 2.0, points=True),
    )
    return Panel(
        f"Disability at {label_of(float(course.data.time[-1]))}",
        "treatment started, months later than given",
        "points",
        series if len(x) > 1 else series[1:],
        y_range=(0.0, _top(course)),
        marks=(0.0,),
    )


def _first(course: Course, index: int) -> str:
    """Say after how many months from the first dose a symptom is noticeably better, with its band."""
    found, plan = course.recovery, course.plans[index]
    if plan.shift is None:
        return "nothing is given"
    begun = min((item.start for item in course.case.treatment), default=0.0) + plan.shift
    present = course.data["present"].isel(plan=index).sel(time=begun, method="nearest")
    if not course.case.treatment or not present.any():
        return "no symptom to improve"
    middle, low, high = found.first[index], found.first_low[index], found.first_high[index]
    if not np.isfinite(middle):
        ends = found.bands["disability"].sel(plan=plan.name, quantile="median")
        return "too slight to tell" if float(ends.isel(time=-1)) == 0 else "not seen"
    last = f"{high / DAYS_PER_MONTH:.1f}" if np.isfinite(high) else "never"
    return f"{middle / DAYS_PER_MONTH:.1f} ({low / DAYS_PER_MONTH:.1f} to {last})"


def forecast_summary(answer: Told) -> Forecast:
    """Return whether the course may be shown as a forecast: the reason of a refusal, and the headline.

    Parameters
    ----------
    answer : Told
        Of :func:`remyelin.output.answer.told`.

    Returns
    -------
    Forecast
        ``refused`` (the reason, or None) and ``headline``, which is for people and holds every range.
    """
    if answer["refused"]:
        return {"refused": answer["refused"], "headline": answer["headline"]}
    items = "; ".join(f"{item['title'].lower()}: {item['value']}" for item in answer["items"])
    return {"refused": None, "headline": f"Computed {items}. {answer['waiting']}".strip()}


def ranged(values: xr.DataArray, most: int) -> str:
    """Write points over quantile (low, median, high) with their range."""
    low, middle, high = (float(values.sel(quantile=q)) for q in ("low", "median", "high"))
    return points(middle, low, high, most)


def _evidence(course: Course) -> str:
    """Say how much of the curve is evidence."""
    used = [entry for entry in course.provenance.used if entry.layer in ("myelin", "clinic")]
    measured = sum(entry.kind == "measured" for entry in used)
    fitted = sum(entry.kind in ("calibrated", "derived") for entry in used)
    sentence = (
        "That earlier is better, and that lost axons of the spinal cord do not come back, has support in published "
        f"series; the curve itself has never been measured: of the {len(used)} numbers of myelin, axons and symptoms "
        f"behind it {measured} were measured, {fitted} were fitted or derived, and {len(used) - measured - fitted} are "
        "assumed. It is not a forecast for anybody."
    )
    answer = _looked_at(course)
    return f"{sentence} {rests_on(answer)}" if answer else sentence


def _keys(course: Course) -> list[str]:
    """Return the keys of the ledger's entries that the sentence of :func:`_evidence` names."""
    answer = _looked_at(course)
    return [number.entry for number in heaviest_of(answer)] if answer else []


def _looked_at(course: Course) -> str:
    """Return the answer of this case whose sensitivity ships; "" where none does."""
    answer = f"{course.case.name}: disability after 12 months"
    return answer if answer in sensitivity().answers else ""

"""The published cases: the report of each source beside the model's value, and the reason of a miss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from remyelin.base.units import DAYS_PER_MONTH
from remyelin.evidence import Ledger
from remyelin.output.figures.course import label_of
from remyelin.output.figures.outlook import ranged
from remyelin.output.reported import AGREES, APART, FITTED, MISSES, PLACED, SILENT, TIMING, UNUSED, reported
from remyelin.person.case import load_case, shipped_cases
from remyelin.person.course import DISCLAIMER, Course, run_course
from remyelin.person.forecast_guard import refusal
from remyelin.person.inference.resembling import chances
from remyelin.person.record import Entry

OUTCOME: Final = "outcome"
LATER: Final = 12.0  # months after presentation at which the model is read beside the reported outcome

#: Why the model differs, in words: judgement, written with the figures at hand.
WHY: Final[Mapping[str, str]] = {
    "man-54-ascending-numbness": (
        "His methylmalonate places him early in the disease, before symptoms in the model: it ties nerve and "
        "metabolites together more tightly than this patient does."
    ),
    "nitrous-oxide-18": (
        "His disease was of motor axons, with little of the cord; nitrous oxide in the model injures the sensory "
        "columns first and the motor nerves little."
    ),
    "nitrous-oxide-20": (
        "Her homocysteine places a light exposure, below symptoms in the model. Her copper was low as well, which "
        "is not modelled."
    ),
    "nitrous-oxide-anaesthesia-57": (
        "One anaesthetic injures no replete person in the model. His sore tongue and the cracks at his mouth point "
        "to an earlier deficiency, which the excerpt does not name; a case has one cause."
    ),
    "optic-neuropathy-68": (
        "The model's optic nerve fails after the cord in nearly everybody; he had failing sight and hardly any sign "
        "of the cord. Tobacco smoke, which the report names too, is not modelled."
    ),
    "srikanth-2002": (
        "No laboratory value places him: he stands at the prior time since the cause began, and his disease took "
        "days."
    ),
    "stabler-2013": (
        "Symptoms reach this state within months in the model and took a year and a half. Her red cells are large "
        "in the model and were not."
    ),
    "vegetarian-66": (
        "No laboratory value places her, and twenty years at the intake of a strict vegan are assumed. At that "
        "intake the model's cord keeps the methylation it needs. The model is mildly anaemic; she was not."
    ),
}


def compare(ledger: Ledger, progress: Callable[[str], None] = lambda step: None) -> list[dict[str, Any]]:
    """Run every published case and return its report beside the model.

    Parameters
    ----------
    ledger : Ledger
    progress : callable
        Called with the name of each case as it begins.

    Returns
    -------
    list of dict
        For each case ``name``, ``title``, ``rows`` (``what``, ``reported``, ``model`` and ``note`` by laboratory values
        alone, ``fitted`` and ``met`` with the findings used; the last is the outcome), ``chances`` (``what``,
        ``before`` and ``after`` the findings are used) and ``why``.
    """
    found = []
    for name in shipped_cases():
        case = load_case(name)
        if case.kind != "case":
            continue
        progress(name)
        blind = run_course(case, ledger, findings=False)
        course = run_course(case, ledger)
        score, most = course.recovery.bands["disability"].isel(plan=0), course.recovery.most
        now = f"computed disability {ranged(score.sel(time=0.0), most)} of 16 at presentation"
        then = ranged(score.sel(time=LATER * DAYS_PER_MONTH, method="nearest"), most)
        outcome = {
            "what": OUTCOME,
            "reported": case.outcome,
            "model": f"{now}; no forecast, since reported findings are not reproduced"
            if refusal(course)
            else f"{now}, {then} a year later, treated as given (90 % of {course.recovery.over} in brackets)",
            "note": SILENT,
        }
        rows = [*both(blind, course), outcome | {"fitted": outcome["model"], "met": SILENT}]
        found.append(
            {
                "name": name,
                "title": case.title,
                "rows": rows,
                "chances": probabilities(course),
                "why": WHY.get(name, ""),
            }
        )
    return found


def both(blind: Course, course: Course) -> list[dict[str, object]]:
    """Return the findings of a case beside the model, by laboratory values alone and with the findings used."""
    return [
        {**row, "fitted": own["model"], "met": own["note"]}
        for row, own in zip(reported(blind), reported(course), strict=True)
    ]


def probabilities(course: Course) -> list[dict[str, Any]]:
    """Return the probability of every reported finding, before and after the findings are used."""
    given = () if course.resembling is None else chances(course.resembling)
    return [
        {"what": _said(item.entry), "before": round(item.before, 3), "after": round(item.after, 3)}
        for item in given
    ]


def _said(entry: Entry) -> str:
    """Write a finding of a record: ``numbness began 3 months before``."""
    if entry.event:
        return f"{entry.name.replace('_', ' ')} {entry.event} {label_of(-entry.day)} before"
    return f"{entry.name.replace('_', ' ')} {entry.text}"


def averaged(found: Sequence[Mapping[str, Any]]) -> str:
    """Return a sentence on the probability of the reported findings before and after conditioning on them."""
    each = [item for case in found for item in case["chances"]]
    if not each:
        return "The published cases report no finding whose probability can be given."
    before, after = (sum(item[key] for item in each) / len(each) for key in ("before", "after"))
    least = min(each, key=lambda item: item["before"])
    return (
        f"By laboratory values, cause and the day of presentation alone the model gives the {len(each)} reported "
        f"findings and beginnings a probability of {before:.2f} on average (the least is {least['before']:.2f}, "
        f"{least['what']}). Told of them it gives {after:.2f}: that is how well they are met, and no prediction."
    )


def counted(rows: Sequence[Mapping[str, str]]) -> str:
    """Say how often the findings of the published cases are met."""
    met, late, wrong = (sum(row["note"] == word for row in rows) for word in (AGREES, TIMING, MISSES))
    return (
        f"Placed by laboratory values alone: of the {met + late + wrong} symptoms and signs of the published cases "
        f"that the model can judge, {met} agree, {late} agree but for their duration, and {wrong} are missed."
    )


def describe(found: Sequence[Mapping[str, Any]]) -> str:
    """Return the comparison as text: a case after the other, misses marked, the explanation below."""
    signs = {
        AGREES: "agrees",
        TIMING: "other time",
        MISSES: "MISS",
        PLACED: "placed by",
        APART: "not met",
        UNUSED: "",
        SILENT: "",
    }
    lines = [
        DISCLAIMER,
        "Laboratory values marked 'placed by' put the person on the model's curve and are no test; 'not met' did",
        "so too and is off by more than a factor of two. 'model' is placed by them alone, symptoms, signs and",
        "durations left out; 'other time' is a duration off by more than that factor. 'fitted' has used the",
        "findings as well: how well it meets them is no test, the course afterwards is.",
        "Vibration sense reported absent agrees from half of it lost on; of position sense the model has only",
        "Romberg's sign.",
        "Where reported findings are not reproduced no forecast is shown. The model cannot tell what a delay would",
        "cost a patient; treatment should not be delayed.",
        "",
    ]
    for case in found:
        lines.append(f"{case['name']}: {case['title']}")
        for row in case["rows"]:
            lines.append(f"  {signs[row['note']]:10}  {row['what']}")
            lines += [f"  {'':10}    report: {row['reported']}", f"  {'':10}    model:  {row['model']}"]
            if row["met"] in FITTED.values():
                lines.append(f"  {'':10}    fitted: {row['fitted']} ({row['met']})")
        for item in case["chances"]:
            lines.append(
                f"  probability of {item['what']}: {item['before']:.2f} by laboratory values alone, "
                f"{item['after']:.2f} fitted"
            )
        if case["why"]:
            lines.append(f"  Why: {case['why']}")
        lines.append("")
    lines.append(counted([row for case in found for row in case["rows"]]))
    lines.append(averaged(found))
    return "\n".join(lines)

"""Findings of a course at each date: nerve studies, symptoms, signs, cognition."""

from __future__ import annotations

import numpy as np

from remyelin.base import plain
from remyelin.catalogue.pathways import label_of as pathway_label
from remyelin.catalogue.pathways import words
from remyelin.evidence.catalogue import Symptom
from remyelin.output.chances import of_symptom
from remyelin.output.formatting import number
from remyelin.output.records import (
    Cognition,
    SignRow,
    StudyCell,
    StudyRow,
    SymptomRow,
)
from remyelin.output.rows import named
from remyelin.person.course import Course


def studies(course: Course) -> list[StudyRow]:
    """One row per assessed quantity, with its value, z and flag at every date and in health."""
    rows: list[StudyRow] = []
    for reference in course.healthy.rows:
        for position, norm in enumerate(reference.assessed):
            cells: list[StudyCell] = []
            for studies in course.studies.values():
                found = studies.row(reference.study, reference.site).assessed[position]
                flag = "" if found.flag == "normal" else found.flag
                value = None if found.value is None else plain.number(found.value, 6)
                cells.append(
                    {"value": value, "z": None if found.z is None else plain.number(found.z, 3), "flag": flag}
                )
            normal = (
                f"{np.exp(norm.mean):.3g} (factor {np.exp(norm.sd):.2g})"
                if norm.logarithmic
                else f"{norm.mean:.3g} ({norm.sd:.2g})"
            )
            rows.append(
                {
                    "study": words(reference.study),
                    "site": reference.site,
                    "label": f"{words(reference.study)}, {reference.site}: {named(norm.quantity)}",
                    "quantity": f"{reference.site}, {named(norm.quantity)}",
                    "unit": norm.unit,
                    "normal": normal,
                    "limit": plain.number(norm.limit, 6),
                    "healthy": None if norm.value is None else plain.number(norm.value, 6),
                    "values": cells,
                }
            )
    return rows


def symptoms(course: Course) -> list[SymptomRow]:
    """Return one row a symptom: its severity at every date, its mechanism, its frequency in series."""
    severity = course.data["severity"].isel(plan=0)
    rows: list[SymptomRow] = []
    for item in course.symptoms:
        computed = item.id in severity.symptom.values
        at = (
            [float(f"{float(severity.sel(symptom=item.id, time=date)):.4g}") for date in course.studies]
            if computed
            else []
        )
        rows.append(
            {
                "name": item.id,
                "label": item.name,
                "tier": item.tier,
                "values": at,
                "picture": item.picture,
                "mechanism": item.mechanism,
                "pathways": [pathway_label(name) for name in item.pathways],
                "kind": item.kind,
                **of_symptom(course, item.id),
                "clock": item.clock,
                "unknown": item.unknown,
                "causes": item.causes,
                "frequency": _frequency(item),
                "sources": list(dict.fromkeys(key for entry, _ in item.figures for key in entry.source)),
                "hpo": [list(pair) for pair in item.hpo],
                "correction": item.correction,
            }
        )
    return rows


def _frequency(item: Symptom) -> str:
    """Write how often published series found it, and of whom: ``93 % (77 to 98) of 28 patients; elsewhere 97 %``."""
    entry = item.frequency
    if entry is None or not isinstance(entry.value, float):
        return "not found"
    low, high = entry.range or (None, None)
    shown = f"{number(entry.value, 2)} % ({number(low, 2)} to {number(high, 2)})"
    if entry.population:
        shown += f" of {entry.population}"
    if entry.mark == "recall":
        shown += ", from memory"
    others = sorted({other.value for other, _ in item.figures[1:] if isinstance(other.value, float)})
    if not others:
        return shown
    reach = number(others[0], 2) if len(others) == 1 else f"{number(others[0], 2)} to {number(others[-1], 2)}"
    return f"{shown}; elsewhere {reach} %"


SIGNS = (
    ("vibration_loss", "Vibration sense of the legs, share lost"),
    ("ankle_jerk", "Ankle jerk (0 absent, 2 normal, 4 greatly increased)"),
    ("knee_jerk", "Knee jerk"),
    ("biceps_jerk", "Biceps jerk"),
    ("romberg", "Romberg sign"),
    ("babinski", "Babinski sign"),
    ("power_leg", "Power of the leg as a whole (MRC grade, 5 normal, 0 none)"),
    ("power_arm", "Power of the arm as a whole"),
    ("acuity", "Visual acuity, each eye (decimal, 1 is 20/20)"),
    ("p300_delay", "P300, later than in health by (ms; number of crossings assumed)"),
    ("scale_rankin", "Modified Rankin scale (0 no symptom, 5 needs constant care)"),
    ("disability", "Functional disability (0 to 16), the sum of its items:"),
    ("scale_gait", "gait (0 to 4)"),
    ("scale_sensory", "sensory (0 to 3)"),
    (
        "scale_mental",
        "mental (0 to 3; points that are more likely than not, from published frequencies)",
    ),
    ("scale_neuropathy", "neuropathy (0 to 3)"),
    ("scale_pyramidal", "pyramidal (0 to 3)"),
)


def signs(course: Course) -> list[SignRow]:
    """Return one row a sign or scale of an examination, with its value at each date."""
    given = course.data.isel(plan=0)
    rows: list[SignRow] = []
    for name, label in SIGNS:
        found = [given[name].sel(time=date).item() for date in course.studies]
        shown = [("present" if v else "absent") if isinstance(v, bool) else _plain(v) for v in found]
        if name == "acuity":
            shown = [_snellen(value) for value in found]
        rows.append({"name": name, "label": label, "values": [float(v) for v in found], "shown": shown})
    return rows


def _plain(value: float) -> str:
    """Write two decimals at most; a number that rounds to nothing is 0."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _snellen(acuity: float) -> str:
    """Write a decimal acuity with its fraction: ``0.5 (20/40)``."""
    return f"{_plain(acuity)} (20/{20.0 / acuity:.0f})" if acuity > 0.02 else "below 0.02"


def cognition(course: Course) -> Cognition:
    """Cognition as a whole, beside the symptoms it does not carry."""
    score = course.data["cognition"].isel(plan=0)
    return {
        "label": "Cognition as a whole, standard deviations from health",
        "values": [plain.number(score.sel(time=date), 3) for date in course.studies],
        "note": "Weak, and its size assumed: large trials that lowered homocysteine had no effect on cognition.",
    }

"""The nerve studies of a course as a laboratory would report them: tables by date, and their reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from remyelin.catalogue.pathways import words
from remyelin.nerve import Row, Studies
from remyelin.output.figures.course import label_of
from remyelin.output.records import Finding, NerveCell, NerveReport, NerveRow
from remyelin.person.course import Course

BEFORE: Final = "before the cause began"
MODALITIES: Final = {
    "motor": "Motor conduction",
    "sensory": "Sensory conduction",
    "evoked": "Evoked potentials and reflexes",
}
QUANTITIES: Final = {
    "f_latency": "F latency",
    "cmct": "central motor conduction time",
}
"""How quantities are called where their name is not a word."""

CAVEAT: Final = (
    "The pattern is the name of these values in a report. Block beyond the distal electrode lowers an "
    "amplitude as the loss of axons does, so an axonal pattern need not mean that axons are lost: the figure of "
    "myelin and axons above shows which it is."
)


def named(quantity: str) -> str:
    """Return the label of a quantity."""
    return QUANTITIES.get(quantity, quantity)


def nerve_report(course: Course) -> NerveReport:
    """Return the studies of every date, and of health, as plain JSON-ready data.

    Parameters
    ----------
    course : Course

    Returns
    -------
    NerveReport
        The conditions, and per date the pattern with its criteria and the rows of every nerve and site.
    """
    person = course.healthy.person
    return {
        "temperature": person.temperature,
        "height": person.height,
        "polarity": "negative up",
        "caveat": CAVEAT,
        "dates": [
            {
                "day": day,
                "label": label,
                **_finding(studies),
                "tables": [
                    {
                        "modality": modality,
                        "title": title,
                        "rows": [_row(row) for row in studies.rows if row.modality == modality],
                    }
                    for modality, title in MODALITIES.items()
                ],
            }
            for day, label, studies in dated(course)
        ],
    }


def dated(course: Course) -> Iterator[tuple[float | None, str, Studies]]:
    """Yield day, label and studies of every study date, and of health, which has no day."""
    for day, studies in course.studies.items():
        yield day, label_of(day), studies
    yield None, BEFORE, course.healthy


def quantities(row: Row) -> Mapping[str, tuple[float | None, str]]:
    """Return the measurements of a site: value and unit by quantity, those that apply to it."""
    measured = row.modality != "evoked"
    found: dict[str, tuple[float | None, str]] = {}
    interval = "cmct" if any(item.quantity == "cmct" for item in row.assessed) else "interval"
    between = any(item.quantity == "interval" for item in row.assessed)
    if not between:
        found["latency"] = (row.latency, "ms")
        found["amplitude"] = (row.amplitude, row.amplitude_unit)
    if measured and row.markers is not None:
        found["peak"] = (row.markers[1], "ms")
        found["area"] = (row.area, f"{row.amplitude_unit}.ms")
        found["duration"] = (row.duration, "ms")
    if row.distance is not None:
        found["distance"] = (row.distance, "mm")
    if row.velocity is not None or any(item.quantity == "velocity" for item in row.assessed):
        found["velocity"] = (row.velocity, "m/s")
    if row.f_persistence is not None:
        found["f_latency"] = (row.f_latency, "ms")
        found["f_persistence"] = (row.f_persistence, "1")
    if between or interval == "cmct":
        found[interval] = (row.interval, "ms")
    return found


def _finding(studies: Studies) -> Finding:
    found = studies.classification
    if found is None:
        return {"pattern": "", "certainty": "", "rule": "", "met": [], "evoked": []}
    return {
        "pattern": found.pattern,
        "certainty": found.certainty,
        "rule": found.rule,
        "met": [
            {"criterion": item.criterion, "study": words(item.study), "sentence": item.sentence}
            for item in found.met
        ],
        "evoked": [words(name) for name in found.evoked],
    }


def _row(row: Row) -> NerveRow:
    norms = {item.quantity: item for item in row.assessed}
    cells: dict[str, NerveCell] = {}
    for name, (value, unit) in quantities(row).items():
        norm = norms.get(name)
        cells[name] = {
            "value": None if value is None else float(f"{value:.6g}"),
            "unit": unit,
            "limit": None if norm is None else float(f"{norm.limit:.6g}"),
            "z": None if norm is None or norm.z is None else float(f"{norm.z:.3g}"),
            "flag": "" if norm is None or norm.flag == "normal" else norm.flag,
        }
    return {
        "study": words(row.study),
        "site": row.site,
        "absent": row.absent,
        "abnormal": row.abnormal,
        "markers": None if row.markers is None else [float(f"{mark:.6g}") for mark in row.markers],
        "cells": cells,
    }

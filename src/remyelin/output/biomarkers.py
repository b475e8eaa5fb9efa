"""Biomarkers of a course at each date, and how published limits judge them."""

from __future__ import annotations

from typing import Any

from remyelin.base import plain
from remyelin.base.units import per_unit
from remyelin.catalogue.markers import MARKERS, STATUS
from remyelin.evidence import load_references
from remyelin.output.formatting import number
from remyelin.output.records import (
    BiomarkerRow,
    ReadingRow,
)
from remyelin.output.reported import BLOOD
from remyelin.person.course import Course


def _below_limit(sample: Any, name: str) -> list[bool]:
    """Say of each sample whether it is printed as less than its value."""
    flags = sample.get(f"{name}_below_limit")
    return [False] * sample.sizes["time"] if flags is None else [bool(flag) for flag in flags]


def readings(course: Course) -> list[ReadingRow]:
    """Return how published limits judge the biomarkers at each date, with the sources of the limits."""
    references = load_references()
    rows: list[ReadingRow] = []
    for items in zip(*course.readings.values(), strict=True):
        first = items[0]
        limits = " and ".join(number(limit) for limit in first.limits)
        source = "; ".join(references[key].printed for key in first.source)
        rows.append(
            {
                "name": first.marker,
                "label": MARKERS[first.marker].title,
                "limits": f"{limits} {first.unit}".removesuffix(" 1").removesuffix(" -"),
                "verdicts": [item.verdict for item in items],
                "cites": list(first.source),
                "source": f"{source} ({first.locator})" if first.locator else source,
            }
        )
    return rows


def biomarkers(course: Course) -> list[BiomarkerRow]:
    """Return one row a marker: its value at every date, as sampled, in both kinds of unit."""
    given = course.data.isel(plan=0)
    rows: list[BiomarkerRow] = []
    for name in STATUS:
        at = [plain.number(given[name].sel(time=date), 6) for date in course.studies]
        sample = [plain.number(value, 6) for value in course.samples["SI"][name]]
        other = course.samples["conventional"][name]
        unit = other.attrs["units"]
        rows.append(
            {
                "name": name,
                "label": MARKERS[name].title,
                "values": at,
                "unit": given[name].attrs["units"],
                "sample": sample,
                "sample_below_limit": _below_limit(course.samples["SI"], name),
                "conventional": {
                    "unit": unit,
                    "values": [None if v is None else plain.number(v / per_unit(name, unit), 6) for v in at],
                    "sample": [plain.number(value, 6) for value in other],
                },
            }
        )
    for name in BLOOD:
        at = [plain.number(given[name].sel(time=date), 6) for date in course.studies]
        rows.append(
            {"name": name, "label": MARKERS[name].title, "values": at, "unit": given[name].attrs["units"]}
        )
    for compartment in given.compartment.values.tolist():
        phi = given["methylation"].sel(compartment=compartment)
        at = [plain.number(phi.sel(time=date), 6) for date in course.studies]
        label = f"Methylation potential, {compartment}"
        rows.append(
            {
                "name": f"methylation_{compartment}",
                "label": label,
                "values": at,
                "unit": "of replete",
            }
        )
    return rows

"""Nerve studies for other programs: a table, and resources in the shape of FHIR R4."""

from __future__ import annotations

import csv
import io
import json
import uuid
from typing import Any, Final

import numpy as np

from remyelin.catalogue.pathways import words
from remyelin.nerve import Row, Studies
from remyelin.output.rows import dated, named, quantities
from remyelin.person.course import DISCLAIMER, Course

COLUMNS: Final = (
    "case",
    "day",
    "date",
    "study",
    "site",
    "modality",
    "quantity",
    "value",
    "unit",
    "normal_mean",
    "normal_sd",
    "scale",
    "limit",
    "z",
    "flag",
)
UCUM: Final = {"of normal": "1"}
LOINC_CMAP: Final = {
    "system": "http://loinc.org",
    "code": "98713-1",
    "display": "Compound muscle action potential amplitude Muscle",
}
"""The one code of the tables that could be verified and carries no side of the body; the rest is text."""
SAMPLES: Final = 256  # of a recording in an Observation


def to_csv(course: Course) -> str:
    """Return the studies of every date and of health, one line per quantity.

    ``value`` is empty where no response was found; ``scale`` says whether mean, SD and z are of the value or of
    its logarithm.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for day, label, studies in dated(course):
        for row in studies.rows:
            norms = {item.quantity: item for item in row.assessed}
            for name, (value, unit) in quantities(row).items():
                norm = norms.get(name)
                cells: tuple[object, ...] = ("", "", "", "", "", "absent" if value is None else "")
                if norm is not None:
                    scale = "log" if norm.logarithmic else "linear"
                    cells = (norm.mean, norm.sd, scale, norm.limit, norm.z, norm.flag)
                writer.writerow(
                    (
                        course.case.name,
                        "" if day is None else f"{day:g}",
                        label,
                        row.study,
                        row.site,
                        row.modality,
                        name,
                        *map(_text, (value, unit, *cells)),
                    )
                )
    return stream.getvalue()


def to_fhir(course: Course) -> str:
    """Return a FHIR R4 collection: the person, and per date a DiagnosticReport with its Observations.

    The course has no calendar: the day, counted from presentation, stands in the identifier and in words.
    """
    name = course.case.name
    patient = _url(name, "patient")
    entries = [
        {
            "fullUrl": patient,
            "resource": {
                "resourceType": "Patient",
                "active": False,
                "gender": course.person.sex,
                "text": _narrative(f"Simulated person of the case {name}. {DISCLAIMER}"),
            },
        }
    ]
    for day, label, studies in dated(course):
        when = label if day is None else f"day {day:g} ({label})"
        observations = [
            {
                "fullUrl": _url(name, label, row.study, row.site),
                "resource": _observation(row, studies, patient, when),
            }
            for row in studies.rows
        ]
        entries.append(
            {
                "fullUrl": _url(name, label, "report"),
                "resource": _report(studies, patient, when, [item["fullUrl"] for item in observations]),
            }
        )
        entries += observations
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": "urn:remyelin:case", "value": name},
        "entry": entries,
    }
    return json.dumps(bundle, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _report(studies: Studies, patient: str, when: str, results: list[Any]) -> dict[str, Any]:
    found = studies.classification
    conclusion = "" if found is None else f"{found.pattern}: {found.rule}."
    if found is not None and found.met:
        conclusion += " " + " ".join(f"{m.criterion}, {words(m.study)}: {m.sentence}." for m in found.met)
    if found is not None and found.evoked:
        conclusion += f" Abnormal evoked potentials: {', '.join(map(words, found.evoked))}."
    return {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "identifier": [{"system": "urn:remyelin:date", "value": when}],
        "code": {"text": "Nerve conduction studies and evoked potentials, simulated"},
        "subject": {"reference": patient},
        "result": [{"reference": url} for url in results],
        "conclusion": f"{when}. {conclusion} {DISCLAIMER}",
    }


def _observation(row: Row, studies: Studies, patient: str, when: str) -> dict[str, Any]:
    study = words(row.study)
    components = [_component(row, name, value, unit) for name, (value, unit) in quantities(row).items()]
    wave = studies.waveforms.get(f"{row.study}, {row.site}")
    if wave is not None:
        components.append(_recording(wave.time, wave.value, wave.unit))
    observation: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "identifier": [{"system": "urn:remyelin:date", "value": when}],
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "procedure",
                    }
                ]
            }
        ],
        "code": {"text": f"{study}, {row.site}"},
        "subject": {"reference": patient},
        "bodySite": {"text": f"{study}, {row.site}"},
        "method": {"text": f"simulated recording, limb at {studies.person.temperature:g} Cel, negative up"},
        "component": components,
    }
    if row.absent:
        observation["dataAbsentReason"] = {"text": "no response could be told from noise"}
    return observation


def _component(row: Row, name: str, value: float | None, unit: str) -> dict[str, Any]:
    norm = next((item for item in row.assessed if item.quantity == name), None)
    code: dict[str, Any] = {"text": named(name)}
    if row.modality == "motor" and name == "amplitude":
        code["coding"] = [LOINC_CMAP]
    component: dict[str, Any] = {"code": code}
    if value is None:
        component["dataAbsentReason"] = {"text": "no response could be told from noise"}
    else:
        component["valueQuantity"] = _quantity(value, unit)
    if norm is not None:
        high = norm.z is not None and norm.flag == "high"
        bound = "high" if name in ("latency", "interval", "cmct", "f_latency") else "low"
        component["referenceRange"] = [{bound: _quantity(norm.limit, unit)}]
        if norm.flag != "absent":
            letter = "H" if high else "L" if norm.flag == "low" else "N"
            component["interpretation"] = [
                {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
                            "code": letter,
                        }
                    ]
                }
            ]
    return component


def _recording(time: Any, value: Any, unit: str) -> dict[str, Any]:
    """Return a recording as sampled data: the stretch in which something happens, thinned."""
    there = np.flatnonzero(np.abs(value) > 0.01 * max(float(np.abs(value).max()), 1e-12))
    last = min(int(there[-1]) * 2, len(time) - 1) if len(there) else SAMPLES
    every = max(1, -(-(last + 1) // SAMPLES))
    samples = value[: last + 1 : every]
    return {
        "code": {"text": "recording"},
        "valueSampledData": {
            "origin": _quantity(0.0, unit),
            "period": float(f"{float(time[1] - time[0]) * every:.6g}"),
            "dimensions": 1,
            "data": " ".join(f"{sample:.4g}" for sample in samples),
        },
    }


def _quantity(value: float, unit: str) -> dict[str, Any]:
    return {
        "value": float(f"{value:.6g}"),
        "unit": unit,
        "system": "http://unitsofmeasure.org",
        "code": UCUM.get(unit, unit),
    }


def _narrative(text: str) -> dict[str, str]:
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{text}</div>'}


def _url(*parts: str) -> str:
    """Return an address that is the same for the same case, date and site."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, 'remyelin/' + '/'.join(parts))}"


def _text(value: object) -> object:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else value

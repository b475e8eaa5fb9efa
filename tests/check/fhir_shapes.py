"""One person's facts written as FHIR of many versions and shapes, as different systems write them."""

# ruff: noqa: E501
from __future__ import annotations

import json
import random
import xml.etree.ElementTree as ElementTree
from typing import Any

VERSIONS = ("DSTU2", "STU3", "R4", "R5")
SYSTEMS = ("http://loinc.org", "http://loinc.org/", "https://loinc.org", "urn:oid:2.16.840.1.113883.6.1")
WRAPPINGS = (
    "collection",
    "searchset",
    "transaction",
    "single",
    "list",
    "ndjson",
    "contained",
    "nested",
    "parameters",
)
#: Value, LOINC code, unit as a laboratory may print it, what it is in the canonical unit.
VALUES: tuple[tuple[str, str, float, str, float], ...] = (
    ("b12", "14685-2", 151.0, "pmol/L", 151.0),
    ("b12", "2132-9", 205.0, "pg/mL", 151.29),
    ("b12", "2132-9", 205.0, "ng/L", 151.29),
    ("b12", "2132-9", 20.5, "ng/dL", 151.29),
    ("b12", "2132-9", 0.205, "ug/L", 151.29),
    ("b12", "2132-9", 0.205, "mcg/L", 151.29),
    ("b12", "2132-9", 205.0, "PG/ML", 151.29),
    ("holotc", "72160-5", 31.0, "pmol/l", 31.0),
    ("mma", "13964-2", 0.4, "\u00b5mol/L", 400.0),
    ("mma", "13964-2", 400.0, "nmol/L", 400.0),
    ("homocysteine", "13965-9", 22.0, "\u03bcmol/L", 22.0),
    ("haemoglobin", "718-7", 12.1, "g/dl", 121.0),
    ("haemoglobin", "718-7", 121.0, "g/L", 121.0),
    ("haemoglobin", "718-7", 7.5, "mmol/L", 120.86),
    ("haematocrit", "4544-3", 0.36, "L/L", 36.0),
    ("haematocrit", "4544-3", 36.0, "%", 36.0),
    ("mcv", "787-2", 109.0, "fL", 109.0),
    ("filtration", "33914-3", 61.0, "mL/min", 61.0),
    ("filtration", "33914-3", 61.0, "mL/min/{1.73_m2}", 61.0),
    ("filtration", "98979-8", 61.0, "mL/min/1.73 m2", 61.0),
)
#: What has nothing to do with the check, among it things that are broken.
NOISE: tuple[Any, ...] = (
    {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}},
    {"resourceType": "Claim", "total": {"value": 5}},
    {"resourceType": "Observation", "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]}},
    {"resourceType": "Observation", "code": "not a concept", "valueQuantity": []},
    {"resourceType": "Observation", "code": {"coding": {"code": "718-7"}}},
    {"resourceType": "Condition", "code": None, "clinicalStatus": 3},
    {"resourceType": "AllergyIntolerance", "substance": {"text": "Penicillin"}, "status": "active"},
    {"resourceType": "Immunization", "date": "2012-13-45"},
    {"resourceType": "MedicationStatement", "medicationReference": {"reference": "Medication/none"}},
    {"resourceType": "Observation", "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "787-2"}]}, "valueQuantity": {"value": 90, "unit": "furlong"}},
    {"resourceType": "Observation", "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "4544-3"}]}, "effectiveDateTime": "31.12.2020", "valueQuantity": {"value": 40, "unit": "%"}},
    {"resourceType": "DiagnosticReport", "result": [{"reference": "Observation/1"}]},
    {"id": "no type"},
)  # fmt: skip


def concept(version: str, code: str, system: str, text: str = "") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": text or code}], "text": text or code}


def observation(
    version: str, rng: random.Random, value: tuple[str, str, float, str, float]
) -> dict[str, Any]:
    _, code, number, unit, _ = value
    found: dict[str, Any] = {
        "resourceType": "Observation",
        "id": f"o{rng.randrange(10**6)}",
        "status": rng.choice(["final", "amended", "preliminary"]),
        "code": concept(version, code, rng.choice(SYSTEMS)),
        "subject": {"reference": "Patient/p"},
        "valueQuantity": {"value": number, "unit": unit},
    }
    if rng.random() < 0.5:
        found["valueQuantity"] |= {"system": "http://unitsofmeasure.org", "code": unit}
    dates = [
        {"effectiveDateTime": "2024-02-01"},
        {"effectiveDateTime": "2024-02-01T10:30:00+01:00"},
        {"effectivePeriod": {"start": "2024-02-01", "end": "2024-02-02"}},
        {"issued": "2024-02-01T10:30:00.000Z"},
        {"effectiveDateTime": "2024-02"},
    ]
    return found | rng.choice(dates)


def metformin(version: str, rng: random.Random) -> list[dict[str, Any]]:
    name = {"text": "Metformin 500 MG Oral Tablet"}
    kind = rng.choice(
        ["MedicationOrder" if version == "DSTU2" else "MedicationRequest", "MedicationStatement"]
    )
    found: dict[str, Any] = {"resourceType": kind, "status": "active", "id": "m", "dateWritten": "2020-01-01"}
    if version == "R5":
        return [found | {"medication": {"concept": name}}]
    if rng.random() < 0.5:
        return [found | {"medicationReference": {"reference": "#d"}, "contained": [{"resourceType": "Medication", "id": "d", "code": name}]}]  # fmt: skip
    if rng.random() < 0.5:
        return [{"resourceType": "Medication", "id": "d7", "code": name}, found | {"medicationReference": {"reference": "Medication/d7"}}]  # fmt: skip
    return [found | {"medicationCodeableConcept": name}]


def condition(version: str) -> dict[str, Any]:
    status: Any = "active" if version in ("DSTU2", "STU3") else concept(version, "active", "x")
    verified: Any = "confirmed" if version in ("DSTU2", "STU3") else concept(version, "confirmed", "x")
    code = concept(version, "D51.0", "http://hl7.org/fhir/sid/icd-10", "Vitamin B12 deficiency anaemia")
    return {
        "resourceType": "Condition",
        "code": code,
        "clinicalStatus": status,
        "verificationStatus": verified,
    }


def person(seed: int) -> tuple[list[dict[str, Any]], str, tuple[str, str, float, str, float]]:
    """The resources of one person, version of FHIR, and the value that is to be found in them."""
    rng = random.Random(seed)
    version, value = VERSIONS[seed % len(VERSIONS)], VALUES[seed % len(VALUES)]
    found: list[dict[str, Any]] = [
        {
            "resourceType": "Patient",
            "id": "p",
            "gender": "female",
            "birthDate": rng.choice(["1960-05-01", "1960"]),
        },
        observation(version, rng, value),
        condition(version),
        *metformin(version, rng),
    ]
    if rng.random() < 0.5:
        found.append(dict(found[0]))  # the patient a second time
    found += rng.sample(NOISE, rng.randrange(len(NOISE)))
    rng.shuffle(found)
    return found, version, value


def wrapped(found: list[dict[str, Any]], how: str) -> str:
    """The resources in one of the shapes of files."""
    bundle = {
        "resourceType": "Bundle",
        "type": how,
        "entry": [{"fullUrl": "urn:uuid:1", "resource": r} for r in found],
    }
    if how == "list":
        return json.dumps(found)
    if how == "ndjson":
        return "\n".join(json.dumps(resource) for resource in found) + "\n"
    if how == "contained":
        return json.dumps({"resourceType": "DiagnosticReport", "contained": found})
    if how == "nested":
        return json.dumps(
            {"resourceType": "Bundle", "entry": [{"resource": bundle}, {"request": {"method": "GET"}}]}
        )
    if how == "parameters":
        return json.dumps({"resourceType": "Parameters", "parameter": [{"name": "x", "resource": bundle}]})
    if how == "single":
        (one,) = [r for r in found if r.get("valueQuantity", {}) and r.get("subject")]
        return json.dumps(one)
    return json.dumps(bundle)


def as_xml(data: dict[str, Any]) -> str:
    """A resource as FHIR's XML has it."""
    root = _tag(data)
    root.set("xmlns", "http://hl7.org/fhir")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _tag(data: dict[str, Any]) -> ElementTree.Element:
    element = ElementTree.Element(data["resourceType"])
    _fill(element, {key: value for key, value in data.items() if key != "resourceType"})
    return element


def _fill(element: ElementTree.Element, data: dict[str, Any]) -> None:
    for key, value in data.items():
        for item in value if isinstance(value, list) else [value]:
            if item is None:
                continue
            child = ElementTree.SubElement(element, key)
            if isinstance(item, dict) and "resourceType" in item:
                child.append(_tag(item))
            elif isinstance(item, dict):
                _fill(child, item)
            else:
                child.set("value", json.dumps(item) if isinstance(item, bool | int | float) else str(item))

"""Comparisons within a FHIR bundle: states that void a resource; equal moments, patients, analytes and units."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from remyelin.check.fhir_shapes import Resource
from remyelin.check.known import Moment, earlier
from remyelin.check.words import table

#: States of a resource that says nothing of the person.
VOID: Final = (
    "entered-in-error",
    "cancelled",
    "not-taken",
    "stopped",
    "draft",
    "on-hold",
    "intended",
    "not-done",
)
#: What makes a condition one the person does not have, or no longer has.
GONE: Final = {
    "verificationStatus": ("refuted", "entered-in-error"),
    "clinicalStatus": ("inactive", "remission", "resolved"),
}


def certainly_before(one: Moment, other: Moment) -> bool:
    """Say whether a moment is certainly before another one."""
    if not one.last or not other.first:
        return False
    return earlier(one.last, one.zone, other.first, other.zone)


def people(found: Sequence[tuple[str, Resource]]) -> int:
    """Count the persons that patients stand for: one who stands twice is one."""
    patients = [resource for _, resource in found if resource["resourceType"] == "Patient"]
    keys = {
        tuple(
            str(patient.get(key, "")) for key in (("id",) if patient.get("id") else ("birthDate", "gender"))
        )
        for patient in patients
    }
    return len(keys)


def of_the_same(code: str, words: str) -> str:
    """Return the codes of the analyte that a code or its words name; one of another analyte is no suggestion."""
    if not code:
        return ""
    rows = table("loinc")
    body = code.partition("-")[0]
    near = [known for known in rows if known.partition("-")[0] == body]  # a wrong check digit
    folded = f" {words.casefold()} "
    for marker, analyte in table("analytes").items():
        if code in analyte["codes"] or any(name in folded for name in analyte["names"]):
            near = [known for known in rows if rows[known]["marker"] == marker] or near
            break
    shown = " or ".join(f"{known} ({rows[known]['name']})" for known in near[:2])
    return f"did you mean {shown}?" if shown else ""


def as_listed(unit: str, units: Collection[str]) -> str:
    """Return a unit as it is listed, where it differs in the letter for micro, capitals, blanks or brackets only."""
    folded = _folded(unit)
    return next((listed for listed in units if _folded(listed) == folded), unit)


def _folded(unit: str) -> str:
    plain = unit.replace("\u00b5", "u").replace("\u03bc", "u").replace("\u00b2", "2").casefold()
    plain = re.sub(r"[\s_{}\[\]()^*]", "", plain)
    return plain.replace("mcg", "ug").replace("liter", "l").replace("litre", "l")

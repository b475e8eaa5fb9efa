"""Dated record of a FHIR file: every dated Observation, drug and Condition, nothing dropped in silence.

JSON, codes and words are read as by :mod:`remyelin.check.fhir`; a bundle is taken for hostile in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from remyelin.base.errors import InputError
from remyelin.base.text_files import read_text
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.causes import gas_causes
from remyelin.check.fhir import DRUGS
from remyelin.check.fhir_drugs import drug_of
from remyelin.check.fhir_json import (
    a_date,
    a_text,
    an_object,
    codings,
    days,
    words_of,
)
from remyelin.check.fhir_same import GONE, as_listed, people
from remyelin.check.fhir_shapes import Resource, is_loinc, resources
from remyelin.check.words import clean, look_up, look_up_hpo, look_up_icd10, table
from remyelin.evidence import Ledger
from remyelin.person.case import shipped_cases
from remyelin.person.record import Record, load_record
from remyelin.person.record.conditions import outside_of
from remyelin.person.record.fields import FOLATE, Row
from remyelin.person.record.reading import record_of_rows
from remyelin.person.record.terms import ASSOCIATED, SYMPTOMS

MAX_BYTES: Final = 5_000_000
_HPO: Final = re.compile(r"HP:\d{7}")
#: Days before the first result from which the date of a cause is read as that of its diagnosis.
_DIAGNOSED: Final = 180.0
_VOID: Final = ("entered-in-error", "cancelled", "not-taken", "draft", "on-hold", "intended", "not-done")
_GONE: Final = ("refuted", "entered-in-error")
_ROUTES: Final = {"intramuscular": "im", "im": "im", "subcutaneous": "sc", "oral": "oral", "by mouth": "oral"}
_GIVEN: Final = ("effectivePeriod", "effectiveDateTime", "authoredOn", "whenHandedOver", "whenPrepared")
_FORMS: Final = ("cyanocobalamin", "hydroxocobalamin", "methylcobalamin")


def load(name_or_path: str, ledger: Ledger) -> Record:
    """Load a record from CSV, TOML, a FHIR bundle, or a shipped case by its name."""
    path = Path(name_or_path)
    if name_or_path in shipped_cases() or path.suffix not in (".json", ".ndjson", ".xml"):
        return load_record(name_or_path, ledger)
    return parse_bundle(
        read_text(path, "a FHIR file (*.json, *.ndjson, *.xml)", MAX_BYTES), clean(path), ledger
    )


def parse_bundle(text: str, source: str, ledger: Ledger) -> Record:
    """Read the text of a bundle.

    Every resource becomes rows of a record; the line of a row is the place of its resource in the bundle, from 1.
    What is not read is listed in `not_understood` with its reason.

    Raises
    ------
    InputError
        If it is no bundle, a type is wrong, or entries contradict each other.
    """
    try:
        rows = _Bundle().rows(resources(text))
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    # coded conditions are no history of complaints
    return replace(record_of_rows(rows, source, ledger), partial=True)


class _Bundle:
    """One reading of a bundle to rows."""

    def __init__(self) -> None:
        self.out: list[Row] = []
        self.born = ""
        self.latest = ""

    def rows(self, found: Sequence[tuple[str, Resource]]) -> list[Row]:
        if people(found) > 1:
            raise InputError("holds more than one Patient; give one person at a time.")
        wrong = ""
        for line, (where, resource) in enumerate(found, start=1):
            kept = len(self.out)
            try:
                self._one(line, resource, where)
            except InputError as error:  # one broken item does not make the others unreadable
                del self.out[kept:]
                self._unread(line, f"item left out, {str(error).removesuffix('.')}")
                wrong = wrong or str(error)
        if wrong and not (self.born or any(row.name for row in self.out)):
            raise InputError(wrong)
        self._weigh_causes()
        self._date_causes()
        if self.born and self.latest:
            age = (days(self.latest) - days(self.born)) / DAYS_PER_YEAR
            self._row(0, "", "person", "age", f"{age:.1f} y")
        return self.out

    def _weigh_causes(self) -> None:
        """Leave the cause open where a file names several, as metformin in a person with pernicious anaemia."""
        causes = [row for row in self.out if row.kind == "cause"]
        if len({row.name for row in causes}) < 2:
            return
        self.out = [row for row in self.out if row.kind != "cause"]
        for row in causes:
            self._unread(
                row.line, f"one of several causes of a deficiency, all of which are weighed: {row.name}"
            )
        self._row(0, "", "cause", "unknown", "")

    def _date_causes(self) -> None:
        """Leave open when a cause began that is dated shortly before the first result or later, as its diagnosis is."""
        dated = [row for row in self.out if row.when and row.kind not in ("cause", "symptom")]
        if not dated:
            return
        first = days(min(row.when for row in dated))
        for place, row in enumerate(self.out):
            late = row.kind == "cause" and row.value == "began" and days(row.when) > first - _DIAGNOSED
            if late and row.name not in gas_causes():
                self.out[place] = replace(row, when="", value="")
                self._unread(
                    row.line,
                    f"{row.when} of {row.name} is taken for the date of its diagnosis: when it began is unknown",
                )

    def _one(self, line: int, resource: Resource, where: str) -> None:
        kind = resource["resourceType"]
        if kind == "Patient":
            self._patient(line, resource, where)
        elif kind == "Observation":
            self._observation(line, resource, where)
        elif kind == "Condition":
            self._condition(line, resource, where)
        elif kind in DRUGS:
            self._drug(line, kind, resource, where)
        elif not kind:
            raise InputError(f"{where}: {resource['wrong']}.")
        else:
            self._unread(line, f"resource {kind}")

    def _patient(self, line: int, resource: Resource, where: str) -> None:
        gender = a_text(resource.get("gender", ""), f"{where}.gender")
        if gender in ("female", "male") and not any(row.name == "sex" for row in self.out):
            self._row(line, "", "person", "sex", gender)
        self.born = a_date(resource.get("birthDate", ""), f"{where}.birthDate")

    def _row(
        self, line: int, when: str, kind: str, name: str, value: str, unit: str = "", note: str = ""
    ) -> None:
        self.out.append(Row(line, when, kind, name, value, unit, note))
        self.latest = max(self.latest, when)

    def _unread(self, line: int, text: str) -> None:
        # a kind that no record has puts the text into the list of what was not understood
        self.out.append(Row(line, "", clean(text), "", "", "", ""))

    def _observation(self, line: int, resource: Mapping[str, Any], where: str) -> None:
        status = a_text(resource.get("status", ""), f"{where}.status")
        coded = list(codings(resource.get("code", {}), f"{where}.code"))
        if status in _VOID:
            self._unread(line, f"observation with the status {status}")
            return
        when = _when(resource, ("effectiveDateTime", "effectiveInstant", "effectivePeriod", "issued"), where)
        for system, code in coded:
            if is_loinc(system) and code in table("loinc"):
                self._value(line, when, resource, code, where)
                return
            if _HPO.fullmatch(code) and not is_loinc(system):
                self._finding(line, when, resource, code, where)
                return
        shown = ", ".join(f"{system} {code}" for system, code in coded[:2]) or words_of(
            resource.get("code", {}), f"{where}.code"
        )
        self._unread(line, f"observation {shown}")

    def _value(self, line: int, when: str, resource: Mapping[str, Any], code: str, where: str) -> None:
        entry = table("loinc")[code]
        name = entry.get("record", entry["marker"])
        if not name or "valueQuantity" not in resource:
            self._unread(line, f"observation {entry['name']}")
            return
        quantity = an_object(resource["valueQuantity"], f"{where}.valueQuantity")
        amount = quantity.get("value")
        if isinstance(amount, bool) or not isinstance(amount, float):
            raise InputError(f"{where}.valueQuantity.value: must be a number.")
        unit = a_text(quantity.get("code", "") or quantity.get("unit", ""), f"{where}.valueQuantity.unit")
        unit = as_listed(unit, entry["units"])
        unit = entry["units"].get(unit, unit)
        sign = a_text(quantity.get("comparator", ""), f"{where}.valueQuantity.comparator")
        if sign not in ("", "<", "<=", ">", ">="):
            raise InputError(f"{where}.valueQuantity.comparator: {clean(sign)!r} is not one of <, <=, >=, >.")
        self._row(line, when, "lab", name, f"{sign[:1]}{amount:.10g}", unit)

    def _finding(self, line: int, when: str, resource: Mapping[str, Any], code: str, where: str) -> None:
        word = look_up_hpo(code)
        name = word.name if word and word.kind == "symptom" and word.name in (*SYMPTOMS, *ASSOCIATED) else ""
        present = resource.get("valueBoolean", True)
        if not isinstance(present, bool):
            raise InputError(f"{where}.valueBoolean: must be true or false.")
        grade = "present" if present else "none"
        if "valueCodeableConcept" in resource:
            grade = (
                words_of(resource["valueCodeableConcept"], f"{where}.valueCodeableConcept").strip().casefold()
            )
        if not name or "dataAbsentReason" in resource:
            self._unread(line, f"finding {code}")
        else:
            self._row(line, when, "symptom", name, grade)

    def _condition(self, line: int, resource: Mapping[str, Any], where: str) -> None:
        states = [
            code for _, code in codings(resource.get("verificationStatus", {}), f"{where}.verificationStatus")
        ]
        text = words_of(resource.get("code", {}), f"{where}.code")
        if any(code in _GONE for code in states):
            self._unread(line, f"condition that was {states[0]}: {text}")
            return
        when = _when(resource, ("onsetDateTime", "onsetPeriod", "recordedDate"), where)
        word = None
        for system, code in codings(resource.get("code", {}), f"{where}.code"):
            word = look_up_hpo(code) or (look_up_icd10(code) if "/icd-10" in system else None)
            if word:
                break
        word = word or next(
            (w for kind in ("condition", "risk", "symptom") if (w := look_up(kind, text))), None
        )
        # an earlier pregnancy is none
        status = codings(resource.get("clinicalStatus", {}), f"{where}.clinicalStatus")
        beyond = (word.name == "pregnancy") if word else bool(outside_of(text))
        if beyond and any(code in GONE["clinicalStatus"] for _, code in status):
            self._unread(line, f"condition that is over: {text}")
        elif word is None and beyond:
            self._row(line, "", "person", "condition", text)
        elif word is None:
            self._unread(line, f"condition {text or 'without a text'}")
        elif word.cause:
            began = a_date(resource.get("onsetDateTime", ""), f"{where}.onsetDateTime")
            self._row(line, began, "cause", word.cause, "began" if began else "")
        elif word.kind == "symptom" and word.name in (*SYMPTOMS, *ASSOCIATED):
            self._row(line, when, "symptom", word.name, "present")
        else:
            self._row(
                line, "", "person", "condition", word.plain if word.name not in ("diabetes",) else "diabetes"
            )

    def _drug(self, line: int, kind: str, resource: Mapping[str, Any], where: str) -> None:
        status = a_text(resource.get("status", ""), f"{where}.status")
        drug = drug_of(resource, where)
        text, folded = drug.text, drug.text.casefold()
        if status in _VOID:
            self._unread(line, f"drug with the status {status}: {text}")
            return
        form = next((form for form in _FORMS if form in folded), None)
        if "metformin" in folded:
            began = _when(resource, _GIVEN, where)
            self._row(line, began, "cause", "metformin", "began" if began else "")
            return
        # a medicine that may hold B12 or is folic acid is a treatment, if of unknown dose
        if form is None and not (drug.b12 or drug.unnamed or FOLATE.search(text)):
            self._unread(line, f"drug {text}")
            return
        start = _when(resource, _GIVEN, where)
        end = _when(resource, ("effectivePeriod",), where, "end")
        order = _order(form, folded, kind, resource, where) if form else clean(text) or "drug without a text"
        self._row(line, start, "treatment", order, "began")
        if end and kind != "MedicationAdministration":
            self._row(line, end, "treatment", order, "ended")


def _when(resource: Mapping[str, Any], keys: tuple[str, ...], where: str, end: str = "start") -> str:
    """Return the first date of a resource among some keys, periods by their start or end."""
    for key in keys:
        if key not in resource:
            continue
        value = resource[key]
        if isinstance(value, dict):
            value = value.get(end, "")
        found = a_date(value, f"{where}.{key}")
        if found:
            return found
    return ""


def _order(form: str, text: str, kind: str, resource: Mapping[str, Any], where: str) -> str:
    """Return an order in the grammar of regimens; a part not stated is left out, so that the order is not read."""
    key = {"MedicationStatement": "dosage", "MedicationRequest": "dosageInstruction"}.get(kind, "dosage")
    raw = resource.get(key, [])
    dosages = raw if isinstance(raw, list) else [raw]
    dosage = an_object(dosages[0], f"{where}.{key}") if dosages else {}
    told = f"{text} {a_text(dosage.get('text', ''), f'{where}.{key}.text')}".casefold()
    route = next((short for word, short in _ROUTES.items() if re.search(rf"\b{word}\b", told)), "")
    if "route" in dosage:
        named = words_of(dosage["route"], f"{where}.{key}.route").casefold()
        route = next((short for word, short in _ROUTES.items() if word in named), route)
    amount = re.search(r"([\d.]+)\s*(mg|ug|mcg|microgram)", told.replace("µ", "u").replace("μ", "u"))
    dose = f"{amount[1]} {'ug' if amount[2].startswith(('mc', 'mi', 'u')) else 'mg'}" if amount else ""
    if not dose and isinstance(dosage.get("dose"), dict):
        value, unit = dosage["dose"].get("value"), dosage["dose"].get("unit", "")
        dose = f"{value:g} {unit}" if isinstance(value, float) and unit in ("mg", "ug", "mcg") else ""
    often = "once" if kind == "MedicationAdministration" else _interval(dosage, told)
    return " ".join(part for part in (form, dose, route, often) if part)


def _interval(dosage: Mapping[str, Any], told: str) -> str:
    timing = dosage.get("timing")
    repeat = timing.get("repeat") if isinstance(timing, dict) else None
    if isinstance(repeat, dict) and isinstance(repeat.get("period"), float):
        unit = {"d": "d", "wk": "wk", "mo": "mo", "h": "h", "a": "y"}.get(str(repeat.get("periodUnit")), "")
        frequency = repeat.get("frequency", 1.0)
        if unit and isinstance(frequency, float) and frequency > 0:
            return f"every {repeat['period'] / frequency:g} {unit}"
    found = re.search(r"\b(daily|weekly|monthly|every \d+ (?:days?|weeks?|months?))\b", told)
    return found[1] if found else ""

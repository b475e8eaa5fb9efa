"""Read FHIR of any version and shape: values by LOINC, symptoms by HPO, conditions by ICD-10 or words, drugs by words.

The file comes from outside and is taken for hostile: nothing of it is executed or looked up elsewhere, every
type is checked before use, codes that are not known are named and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from remyelin.base.errors import InputError, nearest
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.check.fhir_drugs import drug_of
from remyelin.check.fhir_json import (
    a_date,
    a_list,
    a_text,
    an_object,
    codings,
    days,
    moments,
    words_of,
)
from remyelin.check.fhir_same import GONE, VOID, as_listed, certainly_before, of_the_same, people
from remyelin.check.fhir_shapes import Resource, is_loinc, resources
from remyelin.check.known import LABS, DatedLab, Known, Lab, Treated, lab, unit_clash
from remyelin.check.words import (
    Word,
    clean,
    look_up,
    look_up_hpo,
    look_up_icd10,
    named_within,
    spellings,
    table,
)
from remyelin.evidence import Ledger
from remyelin.evidence.limits import MARKERS

MAX_NAMED: Final = 25  # things not understood that are named one by one; the rest are counted
#: In the names of its systems, the American one among them, and their object identifiers.
_ICD10: Final = re.compile(r"icd-?10|2\.16\.840\.1\.113883\.6\.(?:3|90)$", re.I)
_HPO: Final = re.compile(r"HP:\d{7}")
#: A coded answer to whether a symptom is there, in small letters; anything else is not guessed.
_ABSENT: Final = ("absent", "no", "negative", "not present")
_PRESENT: Final = ("present", "yes", "positive")
#: Kinds of records of a medicine, each with the keys its start may stand under.
DRUGS: Final = {
    "MedicationRequest": ("authoredOn",),
    "MedicationStatement": ("effectiveDateTime", "effectivePeriod"),
    "MedicationAdministration": (
        "effectiveDateTime",
        "effectivePeriod",
        "occurenceDateTime",
        "occurencePeriod",
    ),
    "MedicationDispense": ("whenHandedOver", "whenPrepared"),
}
#: What says that a medicine was never given; one that was stopped or is completed was given.
_NEVER: Final = ("entered-in-error", "cancelled", "not-taken", "draft", "intended", "not-done", "declined")
_SAMPLED: Final = ("effectiveDateTime", "effectiveInstant", "effectivePeriod", "issued")
_READ: Final = frozenset({"Patient", "Observation", "Condition", "AllergyIntolerance", "Medication", *DRUGS})


def parse_bundle(text: str, source: str, ledger: Ledger, confirmed: Collection[str] = ()) -> Known:
    """Read a bundle.

    Parameters
    ----------
    text : str
        JSON, lines of JSON, or XML; see :mod:`remyelin.check.fhir_shapes`.
    source : str
        Names the file in errors.
    ledger : Ledger
        Holds what is plausible for a laboratory value.
    confirmed : collection of str
        Laboratory values to take as written although they look implausible for their unit.

    Raises
    ------
    InputError
        If it is no bundle, or a value in it cannot be what it says.
    """
    try:
        return _Bundle(source, ledger, confirmed).read(resources(text))
    except InputError as error:
        raise InputError(f"{source}: {error}") from None


class Doubt(InputError):
    """A value that decides the reading and is implausible; the person has to look again."""


class _Bundle:
    """One reading: recognised values are collected, others are named."""

    def __init__(self, source: str, ledger: Ledger, confirmed: Collection[str]) -> None:
        self.source, self.ledger, self.confirmed = source, ledger, confirmed
        self.words: list[Word] = []
        self.labs: dict[str, list[DatedLab]] = {}
        self.series: list[DatedLab] = []
        self.treated: list[Treated] = []
        self.unread: dict[str, str] = {}  # as it was said first, with the nearest thing known beside it
        self.more = 0
        self.born, self.sex, self.latest = "", "", ""

    def read(self, found: Sequence[tuple[str, Resource]]) -> Known:
        kinds = [resource["resourceType"] for _, resource in found]
        if people(found) > 1:
            raise InputError("holds more than one Patient; give one person at a time.")
        if not any(kind in _READ for kind in kinds):
            shown = ", ".join(clean(kind) for kind in list(dict.fromkeys(filter(None, kinds)))[:3])
            raise InputError(
                f"holds nothing that is read here ({shown or 'no resource'}); a patient's Observations, Conditions, "
                "allergies and medicines are."
            )
        wrong = ""
        for where, resource in found:
            wrong = self._tried(resource, where) or wrong
        if wrong and not (self.words or self.labs or self.treated or self.born or self.sex):
            raise InputError(wrong)
        labs = {marker: latest for marker in self.labs if (latest := self._latest(marker)) is not None}
        words = tuple(dict.fromkeys(self.words))
        unread = list(self.unread.values())
        if self.more:
            unread.append(f"{self.more} more things of the bundle are not known here")
        return Known(
            self.source,
            words,
            labs,
            self._age(),
            self.sex,
            tuple(unread),
            series=tuple(self.series),
            treated=tuple(self.treated),
        )

    def _tried(self, resource: Resource, where: str) -> str:
        """Read one item and return its fault, if any; one that is broken does not make the others unreadable."""
        try:
            self._one(resource, where)
        except Doubt:
            raise
        except InputError as error:
            self._name(f"one item was left out, {str(error).removesuffix('.')}")
            return str(error)
        return ""

    def _one(self, resource: Resource, where: str) -> None:
        kind = resource["resourceType"]
        if kind == "Patient":
            self._patient(resource, where)
        elif kind == "Observation":
            self._observation(resource, where)
        elif kind == "Condition":
            self._condition(resource, where)
        elif kind == "AllergyIntolerance":
            self._allergy(resource, where)
        elif kind in DRUGS:
            self._drug(resource, where)
        elif not kind:
            raise InputError(f"{where}: {resource['wrong']}.")
        elif kind != "Medication":  # read where it is referred to
            self._name(f"resources of type {clean(kind)!r} are not read")

    def _name(self, sentence: str, guess: Callable[[], str] = str) -> None:
        """Name an entry that is not understood; the nearest known entry is looked for only where it is shown."""
        if sentence in self.unread:
            return
        if len(self.unread) < MAX_NAMED:
            near = guess()
            self.unread[sentence] = f"{sentence}; {near}" if near.startswith("did you mean") else sentence
        else:
            self.more += 1

    def _patient(self, resource: Mapping[str, Any], where: str) -> None:
        gender = a_text(resource.get("gender", ""), f"{where}.gender")
        self.sex = gender if gender in ("female", "male") else ""
        self.born = a_date(resource.get("birthDate", ""), f"{where}.birthDate")

    def _age(self) -> float | None:
        # Age on the day of the latest value; the clock of this machine has no part in the answer.
        if not self.born or not self.latest:
            return None
        age = days(self.latest) - days(self.born)
        if not 0 <= age <= 120 * DAYS_PER_YEAR:
            raise InputError("birthDate and the dates of the values do not fit a human life.")
        return age / DAYS_PER_YEAR

    def _observation(self, resource: Mapping[str, Any], where: str) -> None:
        status = a_text(resource.get("status", ""), f"{where}.status")
        coded = list(codings(resource.get("code", {}), f"{where}.code"))
        if status in VOID:
            self._name(f"an observation with the status {clean(status)!r} was left out")
            return
        for system, code in coded:
            if is_loinc(system) and code in table("loinc"):
                self._value(resource, code, where)
                return
            if _HPO.fullmatch(code) and not is_loinc(system):
                self._symptom(resource, code, where)
                return
        shown = ", ".join(clean(f"{system} {code}") for system, code in coded[:3])
        loinc = next((code for system, code in coded if is_loinc(system)), "")
        words = words_of(resource.get("code", {}), f"{where}.code")
        sentence = f"the code {shown or 'of an observation without one'} is not known here"
        self._name(sentence, lambda: of_the_same(loinc, words))

    def _symptom(self, resource: Mapping[str, Any], code: str, where: str) -> None:
        present = resource.get("valueBoolean", True)
        if not isinstance(present, bool):
            raise InputError(f"{where}.valueBoolean: must be true or false.")
        word = look_up_hpo(code)
        if "valueCodeableConcept" in resource:
            place = f"{where}.valueCodeableConcept"
            answer = words_of(resource["valueCodeableConcept"], place).strip().casefold()
            if answer not in (*_ABSENT, *_PRESENT):
                self._name(f"whether {code} is present is not clear from {clean(answer) or 'its answer'!r}")
                return
            present = answer in _PRESENT
        if word is None:
            self._name(f"the term {code} is not known here")
        elif "dataAbsentReason" in resource:
            self._name(f"the term {code} was not assessed")
        elif present:
            self.words.append(word)

    def _value(self, resource: Mapping[str, Any], code: str, where: str) -> None:
        entry = table("loinc")[code]
        if "valueQuantity" not in resource:
            self._name(f"{entry['name']} has no valueQuantity")
            return
        quantity = an_object(resource["valueQuantity"], f"{where}.valueQuantity")
        number = quantity.get("value")
        if isinstance(number, bool) or not isinstance(number, float):
            raise InputError(f"{where}.valueQuantity.value: must be a number.")
        unit = a_text(quantity.get("code", "") or quantity.get("unit", ""), f"{where}.valueQuantity.unit")
        marker, units = entry["marker"], entry["units"]
        unit = as_listed(unit, units)
        if unit not in units:
            if marker in MARKERS and not unit.strip():
                raise Doubt(
                    f"{where}: {entry['name']} of {number:g} has no unit; look at the laboratory's report and add it."
                )
            if marker and unit_clash(marker, unit, entry["property"]):
                raise Doubt(
                    f"{where}: the code {code} stands for {entry['property']} per volume, the unit {clean(unit)!r} "
                    "does not; one of the two is wrong: look at the laboratory's report."
                )
            raise InputError(
                f"{where}.valueQuantity: the unit {clean(unit)!r} is not one of {', '.join(units)} for {code}."
            )
        if not marker:
            self._name(
                f"{entry['name']}, {number:g} {unit}: this check holds no limit for it; use the laboratory's own"
            )
            return
        sign = a_text(quantity.get("comparator", ""), f"{where}.valueQuantity.comparator")
        if sign not in ("", "<", "<=", ">", ">="):
            raise InputError(f"{where}.valueQuantity.comparator: {clean(sign)!r} is not one of <, <=, >=, >.")
        try:
            found = lab(
                marker, f"{sign[:1]}{number!r} {units[unit]}", self.ledger, confirmed=marker in self.confirmed
            )
        except InputError as error:
            # what the guidance reads is asked about; anything else can be left out
            kind = Doubt if marker in MARKERS else InputError
            raise kind(f"{where}: {error}") from None
        self._ranges(resource, found, where)
        date = moments(resource, _SAMPLED, where)
        self.latest = max(self.latest, date.first[:10])
        self.series.append(DatedLab(found, date))
        self.labs.setdefault(marker, []).append(self.series[-1])

    def _ranges(self, resource: Mapping[str, Any], found: Lab, where: str) -> None:
        """Ask back where the laboratory's own range tells of the other unit than its label."""
        for item in a_list(resource.get("referenceRange", []), f"{where}.referenceRange"):
            high = an_object(
                an_object(item, f"{where}.referenceRange").get("high", {}), f"{where}.referenceRange.high"
            )
            top = high.get("value")
            if found.marker != "b12" or not isinstance(top, float):
                continue
            moles = top < self.ledger["plausible.b12_reference_high"]
            if moles != (found.unit == "pmol/L") and found.unit != "ng/mL" and "b12" not in self.confirmed:
                raise Doubt(
                    f"{where}: a reference range up to {top:g} is usual in "
                    f"{'pmol/L' if moles else 'pg/mL'}, but the value is labelled {found.unit}; which is it? "
                    "Look at the laboratory's report, or add --confirmed b12 if it really says so."
                )

    def _latest(self, marker: str) -> Lab | None:
        """Return the latest value of a marker; the order in which values stand says nothing, the time of day does."""
        values = self.labs[marker]
        last = [
            item for item in values if not any(certainly_before(item.date, other.date) for other in values)
        ]
        different = list(dict.fromkeys(item.lab for item in last))
        if len({item.lab for item in values}) > 1:
            self._name(f"of several values of {LABS[marker]} only the latest is read")
        if len(different) == 1:
            return different[0]
        sentence = (
            f"two values of {LABS[marker]} ({different[0].shown}; {different[1].shown}) without dates that order "
            "them; keep the one that counts"
        )
        if marker in MARKERS:
            raise Doubt(f"{sentence}.")
        self._name(sentence)
        return None

    def _gone(self, resource: Mapping[str, Any], where: str, what: str) -> bool:
        for key, gone in GONE.items():
            codes = [code for _, code in codings(resource.get(key, {}), f"{where}.{key}")]
            if any(code in gone for code in codes):
                self._name(f"{what} whose {key} is {clean(codes[0])!r} was left out")
                return True
        return False

    def _allergy(self, resource: Mapping[str, Any], where: str) -> None:
        if self._gone(resource, where, "an allergy"):
            return
        text = words_of(resource.get("code", {}), f"{where}.code")
        drug = named_within("drug", text)
        cobalt = "cobalt" in text.casefold().split() or (drug is not None and drug.name == "b12")
        word = look_up("condition", "cobalt allergy") if cobalt else None
        if word:
            self.words.append(word)
        else:
            self._name(f"the allergy {clean(text) or 'without a text'!r} has no part in this check")

    def _condition(self, resource: Mapping[str, Any], where: str) -> None:
        if self._gone(resource, where, "a condition"):
            return
        for system, code in codings(resource.get("code", {}), f"{where}.code"):
            word = look_up_hpo(code) or (look_up_icd10(code) if _ICD10.search(system) else None)
            if word:
                self.words.append(word)
                return
        text = words_of(resource.get("code", {}), f"{where}.code")
        word = next((w for kind in ("condition", "risk", "symptom") if (w := look_up(kind, text))), None)
        if word:
            self.words.append(word)
        else:
            known = [spelling for kind in ("condition", "risk") for spelling in spellings(kind)]
            sentence = f"the condition {clean(text) or 'without a text'!r} is not known here"
            self._name(sentence, lambda: nearest(clean(text).casefold(), known))

    def _drug(self, resource: Mapping[str, Any], where: str) -> None:
        status = a_text(resource.get("status", ""), f"{where}.status")
        if status not in _NEVER:
            self._treated(resource, where)
        # a completed request or administration was carried out; a completed statement is of a drug taken no longer
        over = status == "completed" and resource.get("resourceType") == "MedicationStatement"
        if over or status in VOID:
            self._name(f"a drug whose status is {clean(status)!r} was left out")
            return
        if "medicationReference" in resource and "medicationCodeableConcept" not in resource:
            self._name("a drug named only by a reference was not read: references are not followed")
            return
        text = words_of(resource.get("medicationCodeableConcept", {}), f"{where}.medicationCodeableConcept")
        word = named_within("drug", text)
        if word:
            self.words.append(word)
        else:
            sentence = f"the drug {clean(text) or 'without a text'!r} is not one this check knows of"
            self._name(sentence, lambda: nearest(clean(text).casefold(), spellings("drug")))

    def _treated(self, resource: Mapping[str, Any], where: str) -> None:
        """Keep the start of B12 treatment, and of a medicine that cannot be told from it, also one given before."""
        drug = drug_of(resource, where)
        if drug.b12 or drug.unnamed:
            held = "B12" if drug.b12 else "a medicine without a readable name"
            name = clean(drug.text) if drug.b12 and drug.text else held
            keys = DRUGS[a_text(resource.get("resourceType", ""), where)]
            self.treated.append(Treated(name, moments(resource, keys, where)))

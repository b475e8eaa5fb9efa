"""Read a FHIR R4 bundle: laboratory values by LOINC, symptoms by HPO, drugs and conditions by their words.

The file comes from outside and is taken for hostile: nothing of it is executed or looked up elsewhere, every
type is checked before use, codes that are not known are named and never guessed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final, NoReturn

from remyelin.check.known import LABS, Known, Lab, lab, unit_clash
from remyelin.check.words import Word, clean, look_up, look_up_hpo, named_within, spellings, table
from remyelin.errors import InputError, nearest
from remyelin.evidence import Ledger
from remyelin.units import DAYS_PER_YEAR

MAX_ENTRIES: Final = 5_000
MAX_NAMED: Final = 25  # things not understood that are named one by one; the rest are counted
LONGEST_NUMBER: Final = 40  # characters; no laboratory prints more
LOINC: Final = "http://loinc.org"
_HPO: Final = re.compile(r"HP:\d{7}")
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_VOID: Final = (
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
_GONE: Final = {
    "verificationStatus": ("refuted", "entered-in-error"),
    "clinicalStatus": ("inactive", "remission", "resolved"),
}
#: A coded answer to whether a symptom is there, in small letters; anything else is not guessed.
_ABSENT: Final = ("absent", "no", "negative", "not present")
_PRESENT: Final = ("present", "yes", "positive")
_DRUGS: Final = ("MedicationRequest", "MedicationStatement", "MedicationAdministration")


def parse_bundle(text: str, source: str, ledger: Ledger, confirmed: Collection[str] = ()) -> Known:
    """Read a bundle.

    Parameters
    ----------
    text : str
        JSON.
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
        return _Bundle(source, ledger, confirmed).read(_load(text))
    except InputError as error:
        raise InputError(f"{source}: {error}") from None


def _load(text: str) -> Any:
    try:
        return json.loads(
            text.lstrip("\ufeff"),
            object_pairs_hook=_object,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise InputError(f"not valid JSON: {error.msg} at line {error.lineno}.") from None
    except RecursionError:
        raise InputError("nested too deeply for a FHIR bundle.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise InputError(f"the key {clean(twice)!r} stands twice in one object; which one counts?")
    return found


def _number(text: str) -> float:
    value = float(text) if len(text) <= LONGEST_NUMBER else math.inf
    if not math.isfinite(value):
        raise InputError(f"{clean(text[:LONGEST_NUMBER])} is too large or too long for a number.")
    return value


def _constant(text: str) -> NoReturn:
    raise InputError(f"{text} is not a number in JSON; leave out what was not measured.")


class _Bundle:
    """One reading: what is found is collected, what is not understood is named."""

    def __init__(self, source: str, ledger: Ledger, confirmed: Collection[str]) -> None:
        self.source, self.ledger, self.confirmed = source, ledger, confirmed
        self.words: list[Word] = []
        self.labs: dict[str, tuple[str, Lab]] = {}
        self.unread: dict[str, None] = {}
        self.more = 0
        self.born, self.sex, self.latest = "", "", ""

    def read(self, data: Any) -> Known:
        if not isinstance(data, dict) or data.get("resourceType") != "Bundle":
            raise InputError('not a FHIR bundle: "resourceType" must be "Bundle".')
        entries = _list(data.get("entry", []), "entry")
        if len(entries) > MAX_ENTRIES:
            raise InputError(
                f"{len(entries)} entries are too many; a person's bundle has at most {MAX_ENTRIES}."
            )
        patients = 0
        for index, item in enumerate(entries):
            where = f"entry[{index}]"
            resource = _dict(_dict(item, where).get("resource", {}), f"{where}.resource")
            kind = _text(resource.get("resourceType", ""), f"{where}.resource.resourceType")
            if kind == "Patient":
                patients += 1
                if patients > 1:
                    raise InputError("holds more than one Patient; give one person at a time.")
                self._patient(resource, where)
            elif kind == "Observation":
                self._observation(resource, where)
            elif kind == "Condition":
                self._condition(resource, where)
            elif kind in _DRUGS:
                self._drug(resource, where)
            elif kind:
                self._name(f"resources of type {clean(kind)!r} are not read")
        labs = {marker: found for marker, (_, found) in self.labs.items()}
        words = tuple(dict.fromkeys(self.words))
        unread = list(self.unread)
        if self.more:
            unread.append(f"{self.more} more things of the bundle are not known here")
        return Known(self.source, words, labs, self._age(), self.sex, tuple(unread))

    def _name(self, sentence: str, guess: Callable[[], str] = str) -> None:
        """Name what is not understood; the nearest thing that is known is looked for only where it is shown."""
        if len(self.unread) < MAX_NAMED:
            near = guess()
            self.unread[f"{sentence}; {near}" if near.startswith("did you mean") else sentence] = None
        elif sentence not in self.unread:
            self.more += 1

    def _patient(self, resource: Mapping[str, Any], where: str) -> None:
        gender = _text(resource.get("gender", ""), f"{where}.gender")
        self.sex = gender if gender in ("female", "male") else ""
        self.born = _date(resource.get("birthDate", ""), f"{where}.birthDate")

    def _age(self) -> float | None:
        # Age on the day of the latest value; the clock of this machine has no part in the answer.
        if not self.born or not self.latest:
            return None
        age = _days(self.latest) - _days(self.born)
        if not 0 <= age <= 120 * DAYS_PER_YEAR:
            raise InputError("birthDate and the dates of the values do not fit a human life.")
        return age / DAYS_PER_YEAR

    def _observation(self, resource: Mapping[str, Any], where: str) -> None:
        status = _text(resource.get("status", ""), f"{where}.status")
        codings = list(_codings(resource.get("code", {}), f"{where}.code"))
        if status in _VOID:
            self._name(f"an observation with the status {clean(status)!r} was left out")
            return
        for system, code in codings:
            if system == LOINC and code in table("loinc"):
                self._value(resource, code, where)
                return
            if _HPO.fullmatch(code) and system != LOINC:
                self._symptom(resource, code, where)
                return
        shown = ", ".join(clean(f"{system} {code}") for system, code in codings[:3])
        loinc = next((code for system, code in codings if system == LOINC), "")
        sentence = f"the code {shown or 'of an observation without one'} is not known here"
        self._name(sentence, lambda: _nearest_code(loinc))

    def _symptom(self, resource: Mapping[str, Any], code: str, where: str) -> None:
        present = resource.get("valueBoolean", True)
        if not isinstance(present, bool):
            raise InputError(f"{where}.valueBoolean: must be true or false.")
        word = look_up_hpo(code)
        if "valueCodeableConcept" in resource:
            place = f"{where}.valueCodeableConcept"
            answer = _words(resource["valueCodeableConcept"], place).strip().casefold()
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
        date = _date(resource.get("effectiveDateTime", ""), f"{where}.effectiveDateTime")
        if "valueQuantity" not in resource:
            self._name(f"{entry['name']} has no valueQuantity")
            return
        quantity = _dict(resource["valueQuantity"], f"{where}.valueQuantity")
        number = quantity.get("value")
        if isinstance(number, bool) or not isinstance(number, float):
            raise InputError(f"{where}.valueQuantity.value: must be a number.")
        unit = _text(quantity.get("code", "") or quantity.get("unit", ""), f"{where}.valueQuantity.unit")
        marker, units = entry["marker"], entry["units"]
        unit = _as_listed(unit, units)
        if unit not in units:
            if marker and unit_clash(marker, unit, entry["property"]):
                raise InputError(
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
        sign = _text(quantity.get("comparator", ""), f"{where}.valueQuantity.comparator")
        if sign not in ("", "<", "<=", ">", ">="):
            raise InputError(f"{where}.valueQuantity.comparator: {clean(sign)!r} is not one of <, <=, >=, >.")
        try:
            found = lab(
                marker, f"{sign[:1]}{number!r} {units[unit]}", self.ledger, confirmed=marker in self.confirmed
            )
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
        self._ranges(resource, found, where)
        self._keep(found, date)

    def _ranges(self, resource: Mapping[str, Any], found: Lab, where: str) -> None:
        """Ask back where the laboratory's own range tells of the other unit than its label."""
        for item in _list(resource.get("referenceRange", []), f"{where}.referenceRange"):
            high = _dict(
                _dict(item, f"{where}.referenceRange").get("high", {}), f"{where}.referenceRange.high"
            )
            top = high.get("value")
            if found.marker != "b12" or not isinstance(top, float):
                continue
            moles = top < self.ledger["plausible.b12_reference_high"]
            if moles != (found.unit == "pmol/L") and found.unit != "ng/mL" and "b12" not in self.confirmed:
                raise InputError(
                    f"{where}: a reference range up to {top:g} is usual in "
                    f"{'pmol/L' if moles else 'pg/mL'}, but the value is labelled {found.unit}; which is it? "
                    "Look at the laboratory's report, or add --confirmed b12 if it really says so."
                )

    def _keep(self, found: Lab, date: str) -> None:
        before = self.labs.get(found.marker)
        if before and before[1] != found:
            if not date or not before[0] or date == before[0]:
                raise InputError(
                    f"two values of {LABS[found.marker]} ({before[1].shown}; {found.shown}) without dates that order "
                    "them; keep the one that counts."
                )
            self._name(f"of several values of {LABS[found.marker]} only the latest is read")
        self.latest = max(self.latest, date)
        if before is None or date >= before[0]:
            self.labs[found.marker] = (date, found)

    def _condition(self, resource: Mapping[str, Any], where: str) -> None:
        for key, gone in _GONE.items():
            codes = [code for _, code in _codings(resource.get(key, {}), f"{where}.{key}")]
            if any(code in gone for code in codes):
                self._name(f"a condition whose {key} is {clean(codes[0])!r} was left out")
                return
        for _, code in _codings(resource.get("code", {}), f"{where}.code"):
            if word := look_up_hpo(code):
                self.words.append(word)
                return
        text = _words(resource.get("code", {}), f"{where}.code")
        word = next((w for kind in ("condition", "risk", "symptom") if (w := look_up(kind, text))), None)
        if word:
            self.words.append(word)
        else:
            known = [spelling for kind in ("condition", "risk") for spelling in spellings(kind)]
            sentence = f"the condition {clean(text) or 'without a text'!r} is not known here"
            self._name(sentence, lambda: nearest(clean(text).casefold(), known))

    def _drug(self, resource: Mapping[str, Any], where: str) -> None:
        status = _text(resource.get("status", ""), f"{where}.status")
        # a completed request or administration was carried out; a completed statement is of a drug taken no longer
        over = status == "completed" and resource.get("resourceType") == "MedicationStatement"
        if over or status in _VOID:
            self._name(f"a drug whose status is {clean(status)!r} was left out")
            return
        text = _words(resource.get("medicationCodeableConcept", {}), f"{where}.medicationCodeableConcept")
        word = named_within("drug", text)
        if word:
            self.words.append(word)
        else:
            sentence = f"the drug {clean(text) or 'without a text'!r} is not one this check knows of"
            self._name(sentence, lambda: nearest(clean(text).casefold(), spellings("drug")))


def _dict(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{where}: must be an object.")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise InputError(f"{where}: must be a list.")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{where}: must be text.")
    return value


def _nearest_code(code: str) -> str:
    near = nearest(clean(code), table("loinc"))
    found = near.split("'")[1] if near.startswith("did you mean") else ""
    return f"did you mean {found} ({table('loinc')[found]['name']})?" if found else ""


def _as_listed(unit: str, units: Collection[str]) -> str:
    """Return a unit as it is listed, where it differs in the letter for micro or in capitals only."""
    folded = unit.replace("\u00b5", "u").replace("\u03bc", "u").casefold()
    return next((listed for listed in units if listed.casefold() == folded), unit)


def _codings(concept: Any, where: str) -> Iterator[tuple[str, str]]:
    for item in _list(_dict(concept, where).get("coding", []), f"{where}.coding"):
        coding = _dict(item, f"{where}.coding")
        yield (
            _text(coding.get("system", ""), f"{where}.coding.system"),
            _text(coding.get("code", ""), f"{where}.coding.code"),
        )


def _words(concept: Any, where: str) -> str:
    """Return the text of a concept: its own, or the display of its first coding."""
    text = _text(_dict(concept, where).get("text", ""), f"{where}.text")
    if text:
        return text
    for item in _list(concept.get("coding", []), f"{where}.coding"):
        shown = _text(_dict(item, f"{where}.coding").get("display", ""), f"{where}.coding.display")
        if shown:
            return shown
    return ""


def _date(value: Any, where: str) -> str:
    """Return the day of a FHIR date as ``YYYY-MM-DD`` (what is missing as 01), or nothing."""
    text = _text(value, where)
    if not text:
        return ""
    match = _DATE.match(text)
    if not match:
        raise InputError(f"{where}: {clean(text)!r} is not a date, as 2024-05-31.")
    year, month, day = match[1], match[2] or "01", match[3] or "01"
    if not ("1800" <= year <= "2200" and "01" <= month <= "12" and "01" <= day <= "31"):
        raise InputError(f"{where}: {clean(text)!r} is not a date, as 2024-05-31.")
    return f"{year}-{month}-{day}"


def _days(date: str) -> float:
    year, month, day = (int(part) for part in date.split("-"))
    return DAYS_PER_YEAR * (year + (month - 1) / 12) + day

"""The shapes in which FHIR comes: a bundle, one resource, lines of resources; JSON or XML; DSTU2 to R5.

:func:`resources` returns what is in any of them as plain data in the shape of R4, so that what reads values,
conditions and drugs has one shape to know. Everything is taken for hostile: sizes and depths are limited, types are
checked where they are read, and nothing is fetched.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from typing import Any, Final

from remyelin.base.errors import InputError
from remyelin.check.fhir_json import load
from remyelin.check.words import clean

MAX_ENTRIES: Final = 5_000
MAX_DEPTH: Final = 4  # of bundles and contained resources in one another
MAX_XML_DEPTH: Final = 60
_FHIR: Final = "{http://hl7.org/fhir}"
#: Elements of XML that may stand more than once, among those that are read; all others are single.
_LISTS: Final = frozenset(
    {"entry", "coding", "contained", "component", "referenceRange", "interpretation", "category", "event"}
    | {"identifier", "extension", "parameter", "hasMember"}
)
_TRUTH: Final = frozenset({"valueBoolean", "wasNotTaken", "wasNotGiven", "notGiven", "doNotPerform"})
_NUMBERS: Final = frozenset({"valueInteger", "valueDecimal"})
#: Later names of resources that earlier versions called otherwise.
_RENAMED: Final = {"MedicationOrder": "MedicationRequest", "MedicationPrescription": "MedicationRequest"}
_LOINC: Final = re.compile(
    r"(?:https?://)?(?:www\.)?loinc\.org/?|(?:urn:oid:)?2\.16\.840\.1\.113883\.6\.1|loinc", re.I
)
#: What other files are, by how they begin, and what to do with them.
_OTHERS: Final = (
    ("MSH|", "an HL7 v2 message", "ask for the results as FHIR, or enter the values with --ask"),
    ("%PDF", "a PDF", "enter the values with --ask, or write them into a check file"),
    (
        "PK\x03\x04",
        "a table of Excel or another zipped file",
        "enter the values with --ask, or write a check file",
    ),
    ("\xd0\xcf\x11\xe0", "a table of Excel", "enter the values with --ask, or write a check file"),
    ("{\\rtf", "a text of a word processor", "enter the values with --ask, or write a check file"),
)
_CSV: Final = re.compile(r"^[^\n\[{<=]*[,;\t][^\n=]*(?:\n[^\n]*[,;\t][^\n]*)+", re.S)

Resource = dict[str, Any]


def refuse_other_formats(start: str, *, named_table: bool = False) -> None:
    """Refuse a file that is neither FHIR nor TOML, with its format and the remedy.

    Parameters
    ----------
    start : str
        Its beginning, byte by byte.
    named_table : bool
        Whether its name says that it is a table, so that one line, or one column, is enough.

    Raises
    ------
    InputError
    """
    text = start.lstrip("\ufeff\xef\xbb\xbf\x0b \t\r\n")
    for mark, what, instead in _OTHERS:
        if text.startswith(mark):
            raise InputError(f"is {what}, which is not read here; {instead}.")
    if (named_table and text) or (_CSV.match(text) and "=" not in text.partition("\n")[0]):
        raise InputError(
            "is a table (CSV), which is not read here; enter the values with --ask, or write a check file."
        )


def resources(text: str) -> list[tuple[str, Resource]]:
    """Return every resource of a text with the place where it stands, in the shape of R4.

    Parameters
    ----------
    text : str
        JSON, lines of JSON (ndjson), or XML.

    Raises
    ------
    InputError
        If it is none of them, or holds no resource.
    """
    found: list[tuple[str, Resource]] = []
    for where, data in _tops(text):
        found += _unfolded(data, where, 0)
        if len(found) > MAX_ENTRIES:
            raise InputError(f"more than {MAX_ENTRIES} resources are too many for one person.")
    _resolve_medicines(found)
    if not found:
        raise InputError('not FHIR: no resource in it has a "resourceType".')
    return found


def _resolve_medicines(found: list[tuple[str, Resource]]) -> None:
    """Put the code of a medicine that stands in the same file in the place of the reference to it."""
    codes = {
        str(resource.get("id", "")): resource["code"]
        for _, resource in found
        if resource["resourceType"] == "Medication" and isinstance(resource.get("code"), dict)
    }
    for _, resource in found:
        reference = resource.get("medicationReference")
        if isinstance(reference, dict) and "medicationCodeableConcept" not in resource:
            name = str(reference.get("reference", "")).rpartition("/")[2].rpartition(":")[2].removeprefix("#")
            if name in codes and name:
                resource["medicationCodeableConcept"] = codes[name]


def _tops(text: str) -> Iterator[tuple[str, Any]]:
    """Top level of a text: one object, a list of them, or one in each line."""
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        yield "", _from_xml(text)
        return
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(
        line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in lines
    ):
        for number, line in enumerate(lines, 1):
            yield f"line {number}", load(line)
        return
    data = load(text)
    if isinstance(data, list):
        yield from ((f"[{number}]", item) for number, item in enumerate(data))
    else:
        yield "", data


def _unfolded(data: Any, where: str, depth: int) -> Iterator[tuple[str, Resource]]:
    """A resource and the resources in it: entries of a bundle, contained ones, parameters."""
    if depth > MAX_DEPTH:
        raise InputError(f"{where}: resources are nested too deeply.")
    if not isinstance(data, dict):
        yield where, {"resourceType": "", "wrong": "is no object"}
        return
    kind = data.get("resourceType")
    if not isinstance(kind, str) or not kind:
        yield where, {"resourceType": "", "wrong": 'has no "resourceType"'}
        return
    if kind == "Bundle":
        entries = data.get("entry", [])
        if not isinstance(entries, list):
            raise InputError(f"{where or 'the bundle'}: entry must be a list.")
        for index, entry in enumerate(entries):
            place = f"{where}.entry[{index}]" if where else f"entry[{index}]"
            inside = entry.get("resource") if isinstance(entry, dict) else None
            if inside is None and isinstance(entry, dict):
                continue  # a request or an answer without a resource
            yield from _unfolded(inside, place, depth + 1)
        return
    if kind == "Parameters":
        for index, item in enumerate(_items(data.get("parameter"))):
            if isinstance(item, dict) and isinstance(item.get("resource"), dict):
                yield from _unfolded(item["resource"], f"{where or 'the file'}.parameter[{index}]", depth + 1)
        return
    here = where or "the resource"
    for index, inside in enumerate(_items(data.get("contained"))):
        yield from _unfolded(inside, f"{here}.contained[{index}]", depth + 1)
    found = as_r4(data)
    parts = _items(found.get("component")) if found["resourceType"] == "Observation" else []
    if not parts or any(key.startswith("value") for key in found):
        yield here, found
    for index, part in enumerate(parts):
        yield f"{here}.component[{index}]", _as_observation(found, part)


def _as_observation(whole: Resource, part: Any) -> Resource:
    """One component of an observation, as of a blood count, with the date and status of the whole."""
    if not isinstance(part, dict):
        return {"resourceType": "", "wrong": "is no object"}
    shared = {
        key: value
        for key, value in whole.items()
        if key in ("status", "issued", "subject") or "effective" in key
    }
    return {**part, **shared, "resourceType": "Observation"}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def as_r4(data: Mapping[str, Any]) -> Resource:
    """Return a resource of DSTU2, STU3 or R5 in the shape of R4; elements with no R4 counterpart stay."""
    found = dict(data)
    kind = found["resourceType"] = _RENAMED.get(data["resourceType"], data["resourceType"])
    for key in ("clinicalStatus", "verificationStatus"):  # a code alone before R4
        if isinstance(found.get(key), str):
            found[key] = {"coding": [{"code": found[key]}]}
    if kind == "AllergyIntolerance":
        if "code" not in found and "substance" in found:
            found["code"] = found["substance"]
        status = found.get("status")
        if isinstance(status, str) and "clinicalStatus" not in found:
            gone = {"inactive": "clinicalStatus", "resolved": "clinicalStatus"}
            key = gone.get(status, "verificationStatus")
            found[key] = {"coding": [{"code": status}]}
    if kind in ("MedicationStatement", "MedicationAdministration", "MedicationRequest", "MedicationDispense"):
        _medicine(found)
    if kind == "Observation" and "effectiveDateTime" not in found and "appliesDateTime" in found:
        found["effectiveDateTime"] = found["appliesDateTime"]
    return found


def _medicine(found: Resource) -> None:
    medicine = found.get("medication")
    if isinstance(medicine, dict):  # R5
        if "concept" in medicine:
            found.setdefault("medicationCodeableConcept", medicine["concept"])
        elif "reference" in medicine and isinstance(medicine["reference"], dict):
            found.setdefault("medicationReference", medicine["reference"])
    never = (
        found.get("wasNotTaken") is True or found.get("wasNotGiven") is True or found.get("notGiven") is True
    )
    if never or found.get("taken") == "n":
        found["status"] = "not-taken"
    for old, new in (
        ("effectiveTimeDateTime", "effectiveDateTime"),
        ("effectiveTimePeriod", "effectivePeriod"),
        ("occurenceDateTime", "effectiveDateTime"),
        ("occurencePeriod", "effectivePeriod"),
        ("dateWritten", "authoredOn"),
    ):
        if old in found and new not in found:
            found[new] = found[old]


def is_loinc(system: str) -> bool:
    """Say whether a system of codes is LOINC, in any of the ways it is written."""
    return _LOINC.fullmatch(system.strip()) is not None


def _from_xml(text: str) -> Resource:
    """Return the data of FHIR in XML as its JSON would have it.

    Raises
    ------
    InputError
        If it is not XML of FHIR; definitions of entities are refused unread.
    """
    if re.search(r"<!\s*(?:DOCTYPE|ENTITY)", text, re.I):
        raise InputError("XML that defines entities is not read.")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        raise InputError(f"not valid XML: {clean(error)}.") from None
    if not root.tag.startswith(_FHIR):
        raise InputError(
            f"XML of {clean(root.tag)!r} is not FHIR; a FHIR file begins with a Bundle or a resource."
        )
    found = _element(root, 0)
    if not isinstance(found, dict):
        raise InputError("not FHIR: the XML holds no resource.")
    return {"resourceType": root.tag.removeprefix(_FHIR), **found}


def _element(element: ElementTree.Element, depth: int) -> Any:
    if depth > MAX_XML_DEPTH:
        raise InputError("nested too deeply for FHIR.")
    name = element.tag.removeprefix(_FHIR)
    children = [child for child in element if child.tag.startswith(_FHIR)]
    if not children:
        return _plain(name, element.attrib.get("value", ""))
    if name in ("resource", "contained"):
        child = children[0]
        inside = _element(child, depth + 1)
        return {"resourceType": child.tag.removeprefix(_FHIR), **(inside if isinstance(inside, dict) else {})}
    found: dict[str, Any] = {}
    for child in children:
        key = child.tag.removeprefix(_FHIR)
        value = _element(child, depth + 1)
        if key in _LISTS:
            found.setdefault(key, []).append(value)
        else:
            found.setdefault(key, value)
    number = found.get("value")
    if isinstance(number, str) and not name.startswith(("identifier", "telecom", "contact")):
        found["value"] = _number(number)
    return found


def _plain(name: str, value: str) -> Any:
    if name in _TRUTH:
        return value == "true"
    return _number(value) if name in _NUMBERS else value


def _number(text: str) -> float | str:
    try:
        return float(text) if len(text) <= 40 else text
    except ValueError:
        return text

"""Drugs of FHIR: name of the medicine in a resource, and whether it holds B12."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from remyelin.check.fhir_json import a_text, an_object, codings, words_of
from remyelin.check.words import named_within

_ATC: Final = "B03BA"  # vitamin B12 in the Anatomical Therapeutic Chemical classification
#: Parts of names that only forms of B12 have.
_NAMES: Final = ("cobal", "b12", "b-12", "b 12")


@dataclass(frozen=True, slots=True)
class Drug:
    """Medicine that a resource names.

    Attributes
    ----------
    text : str
        Its name as written; empty where there is none.
    b12 : bool
        Whether it holds B12.
    unnamed : bool
        Whether it has neither a name nor a code, so that it cannot be told from B12.
    """

    text: str
    b12: bool
    unnamed: bool


def drug_of(resource: Mapping[str, Any], where: str) -> Drug:
    """Return the medicine of a resource, by its own words and codes or by the display of its reference."""
    concept = resource.get("medicationCodeableConcept")
    if concept is None and "medicationReference" in resource:
        reference = an_object(resource["medicationReference"], f"{where}.medicationReference")
        text = a_text(reference.get("display", ""), f"{where}.medicationReference.display")
        codes: list[tuple[str, str]] = []
        unnamed = not text
    else:
        text = words_of(concept or {}, f"{where}.medicationCodeableConcept")
        codes = list(codings(concept or {}, f"{where}.medicationCodeableConcept"))
        unnamed = not text and not codes
    word = named_within("drug", text)
    b12 = (
        (word is not None and word.name == "b12")
        or any(part in text.casefold() for part in _NAMES)
        or any("atc" in system.casefold() and code.startswith(_ATC) for system, code in codes)
    )
    return Drug(text, b12, unnamed)

"""The words a person may use, from ``words.toml``, and text from outside made harmless to print."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from remyelin.base.errors import nearest
from remyelin.person.record import terms

KINDS: Final = ("symptom", "risk", "drug", "condition")
#: What terminologies append to a name, as in "Diabetes mellitus (disorder)".
_TAG: Final = re.compile(r"\s*\((?:disorder|finding|situation|substance|product)\)\s*$", re.IGNORECASE)
#: Findings of a record that have another name here.
_CALLED: Final = {"tiredness": "fatigue", "sphincter": "bladder"}
LONGEST_WORD: Final = 200  # characters; no word is so long, and looking at what is would take time
LONGEST: Final = 80  # characters shown of a text from outside


@dataclass(frozen=True, slots=True)
class Word:
    """One thing a person may have, take or be at risk of.

    Attributes
    ----------
    name, kind : str
        Identifier, and one of :data:`KINDS`.
    plain : str
        What it is called to everybody.
    also : tuple of str
        Other words for it, in small letters.
    hpo : tuple of str
        Terms of the Human Phenotype Ontology.
    groups : tuple of str
        Facts it brings beside its own.
    cause : str
        The cause of a case that a forecast would run; empty for none.
    icd10 : tuple of str
        Beginnings of codes of the International Classification of Diseases.
    """

    name: str
    kind: str
    plain: str
    also: tuple[str, ...] = ()
    hpo: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    cause: str = ""
    icd10: tuple[str, ...] = ()


@cache
def table(name: str) -> Mapping[str, Any]:
    """Return one of the data files of this room."""
    return tomllib.loads(files("remyelin.check").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def vocabulary() -> tuple[Word, ...]:
    """Return every word, in file order."""
    return tuple(
        Word(
            name,
            kind,
            raw["plain"],
            tuple(raw.get("also", ())),
            tuple(raw.get("hpo", ())),
            tuple(raw.get("groups", ())),
            raw.get("cause", ""),
            tuple(raw.get("icd10", ())),
        )
        for kind in KINDS
        for name, raw in table("words")[kind].items()
    )


@cache
def _spellings(kind: str) -> Mapping[str, Word]:
    found = {}
    for word in vocabulary():
        if word.kind == kind:
            for spelling in (word.name, word.plain, *word.also):
                found[_fold(spelling)] = word
    return found


def spellings(kind: str) -> list[str]:
    """Return every spelling of a kind that :func:`look_up` knows."""
    return sorted(_spellings(kind))


def unknown(
    kind: str, text: str, otherwise: str = "leave it out, or see the list with `remyelin check --ask`."
) -> str:
    """Return advice on a word that :func:`look_up` does not find: the nearest one, or how to go on."""
    near = nearest(clean(text).casefold(), spellings(kind))
    hint = near if near.startswith("did you mean") else otherwise
    return f"{clean(text)!r} is not a {kind} this check knows; {hint}"


def look_up(kind: str, text: str) -> Word | None:
    """Return the word of a kind that is written so, ignoring case, hyphens and underscores; None if none is."""
    if len(text) > LONGEST_WORD:
        return None
    name = _TAG.sub("", text)
    found = _spellings(kind).get(_fold(name))
    if found is None and kind == "symptom" and (known := terms.finding(kind, name)):
        # what a case or a record calls a symptom is understood here as well
        return _spellings(kind).get(_fold(_CALLED.get(known.name, known.name)))
    return found


def look_up_hpo(code: str) -> Word | None:
    """Return the word of a term of the Human Phenotype Ontology."""
    return next((word for word in vocabulary() if code in word.hpo), None)


def look_up_icd10(code: str) -> Word | None:
    """Return the word of a code of the International Classification of Diseases, by how the code begins."""
    return next((word for word in vocabulary() if word.icd10 and code.startswith(word.icd10)), None)


def named_within(kind: str, text: str) -> Word | None:
    """Return the word of a kind that stands as whole words in a longer text, as a drug in "metformin 500 mg"."""
    folded = f" {_fold(text)} "
    for spelling, word in _spellings(kind).items():
        if f" {spelling} " in folded:
            return word
    return None


def _fold(text: str) -> str:
    return re.sub(r"[\s_\-,;()]+", " ", text).strip().casefold()


def clean(text: object) -> str:
    """Return a text from outside as one short line that is safe to print anywhere.

    Control and format characters (escapes of terminals, reversed writing) are dropped, white space becomes a
    single blank, and the signs that open markup become look-alikes that do not.
    """
    kept = "".join(
        " " if character.isspace() else character
        for character in str(text)[: 20 * LONGEST]
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    line = " ".join(kept.split()).translate({ord("<"): "‹", ord(">"): "›", ord("&"): "+", ord("`"): "'"})
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."

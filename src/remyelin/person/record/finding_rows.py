"""One row of a record on a symptom or sign, as entries."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from remyelin.base.errors import nearest
from remyelin.person.record import terms
from remyelin.person.record.acuity import NAMES as ACUITY
from remyelin.person.record.acuity import levels_of_acuity
from remyelin.person.record.entries import GRAVE, Entry
from remyelin.person.record.fields import Row, Skip, clean, event_of, side_of
from remyelin.person.record.symptom_words import DENIED, NO_SYMPTOMS

#: Values that affirm the name of a row.
_SAID: Final = ("", "yes", "present", "true", "positive", "+")
#: Names of signs that hold a grade, when they are affirmed.
_GRADED: Final = {
    "areflexia": ("ankle jerks", "absent"),
    "hyporeflexia": ("ankle jerks", "reduced"),
    "hyperreflexia": ("knee jerks", "brisk"),
    "brisk reflexes": ("knee jerks", "brisk"),
}


def entries_of(row: Row, kind: str, day: Callable[[Row], float]) -> list[Entry]:
    """Return the entries of a row on a symptom or sign: one, or those of the symptoms that it denies.

    Parameters
    ----------
    row : Row
    kind : {"symptom", "sign"}
        One that is written as the other is taken for what it is.
    day : callable
        Takes the row and returns its day.

    Raises
    ------
    Skip
        If the row cannot be understood.
    """
    name = terms.fold(row.name)
    if name in NO_SYMPTOMS:
        if terms.fold(row.value) not in (*_SAID, "none"):
            raise Skip("a row that denies all symptoms has no value")
        rows = [replace(row, name=symptom, value="none") for symptom in DENIED]
        return [entry for one in rows for entry in entries_of(one, "symptom", day)]
    denied = re.match(r"(?:no|denies|without|not) (.+)$", name)
    if denied and terms.finding("symptom", denied[1]):
        if terms.fold(row.value) not in _SAID:
            raise Skip("a symptom that is denied has no grade")
        return [_finding(replace(row, name=denied[1], value="none"), "symptom", day)]
    if name in _GRADED and terms.fold(row.value) in _SAID:
        sign, grade = _GRADED[name]
        entry = _finding(replace(row, name=sign, value=grade), "sign", day)
        return [replace(entry, text=clean(row.name))]
    if name in ACUITY:
        levels = levels_of_acuity(row.value)
        if levels is None:
            raise Skip("give a visual acuity as 20/40, 6/12 or 0.5, or as counting fingers")
        common = _common(row, clean(row.name))
        return [Entry(row.line, day(row), "symptom", "vision", levels=levels, **common)]
    return [_finding(row, kind, day)]


def _finding(row: Row, kind: str, day: Callable[[Row], float]) -> Entry:
    item = terms.finding(kind, row.name)
    if item is None:
        other = "sign" if kind == "symptom" else "symptom"
        if terms.finding(other, row.name):
            return _finding(row, other, day)
        raise Skip(
            f"the model computes no {kind} {clean(row.name)!r}; "
            f"{nearest(terms.fold(row.name), terms.names(kind))}"
        )
    when = day(row)
    word = event_of(row.value) or "present"
    written = "" if terms.fold(row.name) == terms.fold(item.name) else clean(row.name)
    if word in ("began", "ended"):
        if item.type not in ("severity", "chance"):
            raise Skip("began and ended are for symptoms; give a grade for a sign")
        return Entry(row.line, when, kind, item.name, event=word, **_common(row, written))
    levels = terms.levels_of(item, word)
    if levels is None:
        raise Skip(f"{clean(row.value)!r} is no grade of {item.name}; {nearest(word, terms.grades_of(item))}")
    return Entry(row.line, when, kind, item.name, levels=levels, **_common(row, written))


def _common(row: Row, written: str) -> dict[str, Any]:
    return {
        "text": clean(row.value) or "present",
        "side": side_of(f"{row.name} {row.note}"),
        "note": clean(row.note),
        "written": written,
    }


def is_complaint(kind: str, name: str) -> bool:
    """Return whether a row tells of a complaint: a symptom, or a sign or scale of one that is seldom left out."""
    if kind == "symptom" or terms.fold(name) in ACUITY:
        return True
    if kind == "scale":
        told = {("scale", terms.scale_of(name))}
    else:
        item = (terms.finding("sign", name) or terms.finding("symptom", name)) if kind == "sign" else None
        told = {("sign", item.name), ("symptom", item.name)} if item else set()
    return any(told & about for about in GRAVE.values())

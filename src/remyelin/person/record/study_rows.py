"""One row of a record on a nerve study, as an entry."""

from __future__ import annotations

import re
from typing import Any, Final

from remyelin.base.errors import nearest
from remyelin.base.units import parse
from remyelin.person.record import terms
from remyelin.person.record.entries import Entry
from remyelin.person.record.fields import BOUND, Row, Skip, clean, plain, side_of
from remyelin.person.record.study_words import study_of

_ABSENT: Final = (
    "absent",
    "no response",
    "not recordable",
    "unrecordable",
    "unobtainable",
    "not obtainable",
    "nr",
)
#: Units as machines print them.
_UNITS: Final = {"uv": "uV", "mv": "mV", "msec": "ms", "sec": "s", "m/sec": "m/s", "meters/second": "m/s"}
#: How many of the unit of a study one of another unit is.
_FACTORS: Final = {("uV", "mV"): 1000.0, ("mV", "uV"): 1e-3, ("ms", "s"): 1000.0}


def study_name(row: Row) -> str:
    """Return the study that a row names.

    Raises
    ------
    Skip
        If the model computes none of this name.
    """
    name = study_of(re.sub(r"\b(left|right)\b", "", row.name, flags=re.IGNORECASE))
    if name is None:
        raise Skip(
            f"no nerve study {clean(row.name)!r} in the model; {nearest(terms.fold(row.name), terms.STUDIES)}"
        )
    return name


def study_entry(row: Row, name: str, day: float) -> Entry:
    """Return the entry of a study; its side, limit and temperature may stand in the note.

    Raises
    ------
    Skip
        If the value is no number in the unit of the study.
    """
    unit = terms.STUDIES[name][3]
    note = row.note.casefold()
    limit = re.search(r"(?:limit|normal|lln|uln)\s*[<>=:]*\s*([\d.]+)", note)
    warmth = re.search(r"([\d.]+)\s*(?:°\s*)?c\b", note)
    common: dict[str, Any] = {
        "side": side_of(f"{row.name} {row.note}"),
        "note": clean(row.note),
        "temperature": parse(f"{warmth[1]} C", "temperature", "temperature") if warmth else None,
        "limit": plain(limit[1]) if limit else None,
    }
    if terms.fold(row.value) in _ABSENT:
        return Entry(row.line, day, "study", name, 0.0, "<", text="absent", **common)
    bound = BOUND.match(row.value)
    number = re.match(r"^\s*(?:[<>]=?)?\s*([\d.]+)\s*(\S*)\s*$", row.value)
    if not number:
        raise Skip("give a number with its unit, or absent")
    written = (row.unit.strip() or number[2]).replace("µ", "u").replace("μ", "u")
    written = _UNITS.get(written.casefold(), written)
    factor = _FACTORS.get((unit, written))
    if factor is None and written != unit:
        raise Skip(f"{name} is in {unit}; give the unit, as 5 {unit}")
    text = " ".join(part for part in (clean(row.value), clean(row.unit)) if part)
    value = plain(number[1]) * (factor or 1.0)
    return Entry(row.line, day, "study", name, value, bound[1] if bound else "", text=text, **common)

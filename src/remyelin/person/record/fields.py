"""Fields of one row of a record: name, value with unit, side, as written and as read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from remyelin.base.units import KINDS as QUANTITIES
from remyelin.base.units import parse
from remyelin.catalogue.causes import CAUSES
from remyelin.person.record import terms

#: A row of an unknown kind with the name of a drug is a treatment that was not understood.
DRUG: Final = re.compile(
    r"\b(hydroxo|cyano|methyl|adenosyl)cobalamin|\bb12 (injection|tablet|shot|supplement)", re.IGNORECASE
)
FOLATE: Final = re.compile(r"\b(folic acid|folate|folinic acid|folinate|leucovorin)\b", re.IGNORECASE)
SEXES: Final = {
    "female": "female",
    "f": "female",
    "woman": "female",
    "male": "male",
    "m": "male",
    "man": "male",
}
#: Other words for a kind of row.
_KINDS: Final = {
    "exposure": "cause",
    **dict.fromkeys(("condition", "comorbidity", "diagnosis"), "condition"),
    **dict.fromkeys(("medication", "drug", "therapy", "injection", "supplement"), "treatment"),
}
#: Words for the beginning and the end of something.
_EVENTS: Final = {
    **dict.fromkeys(("began", "begin", "begun", "started", "start", "since", "onset"), "began"),
    **dict.fromkeys(("ended", "end", "stopped", "stop", "finished", "discontinued"), "ended"),
}
#: Other words for a laboratory value, without :data:`_UNSPECIFIC` words.
_LABS: Final = {
    **dict.fromkeys(("vitamin b12", "cobalamin", "cobalamins"), "b12"),
    **dict.fromkeys(("active b12", "active vitamin b12", "holotranscobalamin"), "holotc"),
    **dict.fromkeys(("methylmalonate", "methylmalonic acid"), "mma"),
    **dict.fromkeys(("hcy", "thcy"), "homocysteine"),
    **dict.fromkeys(("hb", "hgb", "hemoglobin"), "haemoglobin"),
    **dict.fromkeys(("hct", "hematocrit", "pcv"), "haematocrit"),
    **dict.fromkeys(("mean cell volume", "mean corpuscular volume"), "mcv"),
    **dict.fromkeys(("egfr", "gfr", "filtration", "glomerular filtration", "filtration rate"), "filtration"),
    **dict.fromkeys(("glomerular filtration rate", "estimated gfr", "estimated filtration"), "filtration"),
    **dict.fromkeys(("creatinine", "creat", "crea", "scr"), "creatinine"),
}
_UNSPECIFIC: Final = re.compile(
    r"\b(?:serum|plasma|blood|fasting|levels?|concentration|total)\b|^s (?=vitamin|b12)"
)
#: Characters of a line that are shown.
_SHOWN: Final = 60
BOUND: Final = re.compile(r"^\s*([<>])\s*=?\s*")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as written."""

    line: int
    when: str
    kind: str
    name: str
    value: str
    unit: str
    note: str

    @property
    def text(self) -> str:
        """The row in one short line."""
        line = ",".join((self.when, self.kind, self.name, self.value, self.unit)).rstrip(",")
        return clean(line)


def kind_of(row: Row) -> str:
    """Return the kind of a row in small letters, another word for it replaced."""
    word = terms.fold(row.kind)
    return _KINDS.get(word, word)


def event_of(text: str) -> str:
    """Return ``began`` or ``ended`` for a word that means it, any other word in small letters.

    Examples
    --------
    >>> event_of("Stopped"), event_of("since"), event_of("mild")
    ('ended', 'began', 'mild')
    """
    word = terms.fold(text)
    return _EVENTS.get(word, word)


class Skip(Exception):
    """A row that cannot be understood; the message is the reason."""


class NoTreatment(Skip):
    """A row of a treatment without B12, which leaves nobody treated; the message is the reason."""


def amount(kind: str, row: Row) -> dict[str, float]:
    """Return the numbers of a row of a cause."""
    text = with_unit(row, "")
    if CAUSES[kind].gas:
        if "%" in text:
            return {"inspired_fraction": parse(text, "fraction", "inspired fraction")}
        return {"hours_per_day": parse(text.removesuffix("/d"), "hours", "hours a day")}
    return {"lost": parse(text, "fraction", "share lost")}


def lab_name(name: str) -> str | None:
    """Return the name of a laboratory value, None for an unknown one."""
    text = re.sub(r"\bvit\b\.?", "vitamin", terms.fold(name).replace("b 12", "b12"))
    if "urin" in text:
        return None
    named = _known(re.sub(r"\(.*?\)", " ", text))
    inside = {_known(part) for part in re.findall(r"\((.*?)\)", text)} - {None}
    return named if inside <= {named} else None


def _known(text: str) -> str | None:
    word = " ".join(_UNSPECIFIC.sub(" ", text).replace(",", " ").split())
    return word if word in terms.LABS else _LABS.get(word)


def with_unit(row: Row, kind: str) -> str:
    """Return the value of a row with its unit as :mod:`remyelin.base.units` reads it."""
    value = BOUND.sub("", row.value).strip()
    return f"{decimal(value) if kind in QUANTITIES else value} {row.unit.strip()}".strip()


def decimal(text: str) -> str:
    """Return a text with its decimal commas as points; a comma before three digits may part thousands and stays.

    Examples
    --------
    >>> decimal("<0,9"), decimal("0,912"), decimal("12,5 umol/L"), decimal("1,200")
    ('<0.9', '0.912', '12.5 umol/L', '1,200')
    """
    return re.sub(r"(?<![\d.,])(?:(0),(\d+)|(\d+),(\d{1,2}))(?![\d.,])", r"\1\3.\2\4", text)


def plain(text: str) -> float:
    """Return a number without a unit."""
    try:
        value = float(text.strip())
    except ValueError:
        raise Skip(f"{clean(text)!r} is not a number") from None
    if not abs(value) < 1e6:
        raise Skip(f"{clean(text)!r} is not a possible number")
    return value


def side_of(text: str) -> str:
    """Return left or right, empty where neither or both are named."""
    found = re.findall(r"\b(left|right)\b", text.casefold())
    return found[0] if len(set(found)) == 1 else ""


def clean(text: str) -> str:
    """Return text of a file in one short line that can be printed."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * _SHOWN]).split())
    line = line.replace("<script", "‹script")
    return line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "..."

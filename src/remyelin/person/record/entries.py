"""Frozen entries of a record and the record itself; times in days, 0 = presentation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

KINDS: Final = (
    "person",
    "presentation",
    "cause",
    "lab",
    "symptom",
    "sign",
    "study",
    "scale",
    "treatment",
    "diet",
)
"""Kinds of a row of a record, the second column of its file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One observation: a laboratory value, a finding, a nerve study or a scale.

    Attributes
    ----------
    line : int
        Line of the file, from 1; 0 where the record did not come from a file with lines.
    day : float
        Days from presentation.
    kind : {"lab", "symptom", "sign", "study", "scale"}
    name : str
        Marker, finding, ``study.site.quantity`` or scale, in the words of :mod:`remyelin.person.record.terms`.
    value : float or None
        In the canonical unit; None for a finding that is graded.
    bound : {"", "<", ">"}
        Censoring of `value`.
    levels : tuple of int or None
        Lowest and highest grade of the finding that the words allow, see :mod:`remyelin.person.record.terms`.
    event : {"", "began", "ended"}
    text : str
        The value as it was written.
    side : {"", "left", "right"}
    temperature : float or None
        Limb temperature of a nerve study (C).
    limit : float or None
        The laboratory's own limit of a nerve study, in the unit of `value`.
    note : str
    written : str
        Another word for `name`, where that is what was written: the model compares it as `name`.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.person.record import parse_csv
    >>> text = '''when,kind,name,value,unit,note
    ... ,person,age,68,y
    ... ,person,sex,female
    ... 0 d,lab,b12,140,pg/mL
    ... 0 d,lab,ferritin,30,ug/L
    ... '''
    >>> record = parse_csv(text, 'example', Ledger.shipped())
    >>> entry = record.entries[0]
    >>> entry.name, round(entry.value), entry.day
    ('b12', 103, 0.0)
    """

    line: int
    day: float
    kind: str
    name: str
    value: float | None = None
    bound: str = ""
    levels: tuple[int, int] | None = None
    event: str = ""
    text: str = ""
    side: str = ""
    temperature: float | None = None
    limit: float | None = None
    note: str = ""
    written: str = ""

    @property
    def called(self) -> str:
        """The name as it was written."""
        return self.written or self.name.replace("_", " ")

    @property
    def label(self) -> str:
        """Kind, name and value as they were written."""
        return " ".join(part for part in (self.kind, self.called, self.text) if part)


@dataclass(frozen=True, slots=True)
class Treated:
    """One course of treatment: an order in the grammar of regimens, or a name; None = of unknown dose."""

    line: int
    order: str | None
    start: float
    stop: float | None = None
    note: str = ""

    @property
    def over(self) -> bool:
        """Whether it ended before presentation, so that it is history in every plan."""
        return self.stop is not None and self.stop <= 0.0


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A row that was left out, with the reason.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.person.record import parse_csv
    >>> text = '''when,kind,name,value,unit,note
    ... ,person,age,68,y
    ... ,person,sex,female
    ... 0 d,lab,b12,140,pg/mL
    ... 0 d,lab,ferritin,30,ug/L
    ... '''
    >>> record = parse_csv(text, 'example', Ledger.shipped())
    >>> record.not_understood[0].line
    5
    """

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stated:
    """Facts of a person that a record may state; None = not stated.

    Attributes
    ----------
    age_line : int or None
        Line of an age that could not be used: the person is not of the usual age, which stands for one not stated.
    """

    age: float | None = None
    sex: str | None = None
    height: float | None = None
    weight: float | None = None
    temperature: float | None = None
    filtration: float | None = None
    food_intake: float | None = None
    age_line: int | None = None


@dataclass(frozen=True, slots=True)
class CauseOf:
    """The cause of the deficiency; ``kind`` is ``unknown`` where nobody said."""

    kind: str = "unknown"
    began: float | None = None
    ended: float | None = None
    hours_per_day: float | None = None
    inspired_fraction: float | None = None
    lost: float | None = None
    stated: bool = True


GRAVE: Final[Mapping[str, frozenset[tuple[str, str]]]] = {
    "gait": frozenset({("symptom", "gait"), ("scale", "disability"), ("scale", "rankin")}),
    "weakness": frozenset(
        {
            ("symptom", "weakness"),
            ("sign", "power_leg"),
            ("sign", "power_arm"),
            ("scale", "disability"),
            ("scale", "rankin"),
        }
    ),
    "vision": frozenset({("symptom", "vision")}),
}
"""Symptoms whose grave forms a history of complaints seldom leaves out, and the entries that speak of them."""


@dataclass(frozen=True, slots=True)
class Record:
    """Everything written down about one person.

    Attributes
    ----------
    source : str
        File or name, for messages.
    person : Stated
    cause : CauseOf
    found : {"", "symptoms", "blood count", "screening"}
        How the deficiency was found.
    conditions : tuple of str
        Other conditions that cause findings of their own, as ``diabetes``.
    entries : tuple of Entry
        Observations in time order.
    treatments : tuple of Treated
        In time order.
    not_understood : tuple of NotUnderstood
    notes : tuple of str
        What was assumed in reading, as which day counts as presentation.
    partial : bool
        Whether complaints may be missing because the source has no place for them, as in a table with columns or the
        list of coded conditions of another system.
    outside : str
        State of :data:`remyelin.person.record.conditions.OUTSIDE` that the person is in; empty for none.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.person.record import parse_csv
    >>> text = '''when,kind,name,value,unit,note
    ... ,person,age,68,y
    ... ,person,sex,female
    ... 0 d,lab,b12,140,pg/mL
    ... 0 d,lab,ferritin,30,ug/L
    ... '''
    >>> record = parse_csv(text, 'example', Ledger.shipped())
    >>> record.person.age, record.cause.kind
    (68.0, 'unknown')
    """

    source: str
    person: Stated
    cause: CauseOf = CauseOf()
    found: str = ""
    conditions: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    treatments: tuple[Treated, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    notes: tuple[str, ...] = ()
    partial: bool = False
    outside: str = ""

    @property
    def unmentioned(self) -> tuple[str, ...]:
        """Symptoms of :data:`GRAVE` of which a history that tells of other symptoms up to day 0 says nothing."""
        listed = any(entry.kind == "symptom" and entry.day <= 0.0 for entry in self.entries)
        if self.partial or not listed:
            return ()
        said = {(entry.kind, entry.name) for entry in self.entries}
        return tuple(name for name, about in GRAVE.items() if not said & about)

    @property
    def last_day(self) -> float:
        """Day of the last dated observation or change of treatment, 0 at least."""
        days = [entry.day for entry in self.entries]
        days += [item.start for item in self.treatments]
        days += [item.stop for item in self.treatments if item.stop is not None]
        return max([0.0, *days])

    def digest(self) -> str:
        """Return a hash of everything that a simulated person depends on, apart from the observations."""
        content = [
            asdict(self.person),
            asdict(self.cause),
            [asdict(item) | {"line": 0, "note": ""} for item in self.treatments],
        ]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

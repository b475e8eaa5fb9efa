"""Known facts of a person: frozen, in canonical units, from any form of input."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from remyelin.base.units import KINDS, parse, per_unit
from remyelin.catalogue.markers import MARKERS
from remyelin.check.words import Word, clean
from remyelin.evidence import Ledger
from remyelin.evidence.plausible import refuse_implausible, short, unit_of

if TYPE_CHECKING:
    from remyelin.person.case import Case

#: Laboratory values that a person may know, as a patient reads them.
LABS: Final = {
    name: MARKERS[name].lay
    for name in ("b12", "holotc", "mma", "homocysteine", "haemoglobin", "haematocrit", "mcv", "filtration")
}
_MASS: Final = {
    "b12": ("pg/mL", "ng/L", "ng/mL", "ng/dL", "ug/L"),
    "mma": ("ng/mL",),
    "homocysteine": ("mg/L",),
}


@dataclass(frozen=True, slots=True)
class Lab:
    """One laboratory value.

    Attributes
    ----------
    marker : str
        A key of :data:`LABS`.
    value : float
        In the canonical unit of the marker.
    unit : str
        The unit it was written in.
    bound : {"", "<", ">"}
        Where the laboratory only says that the value is below or above.
    """

    marker: str
    value: float
    unit: str
    bound: str = ""

    @property
    def shown(self) -> str:
        """The value as it was written, with the canonical unit beside it where that is another."""
        canonical = KINDS[self.marker].canonical
        text = f"{self.bound}{short(self.value / per_unit(self.marker, self.unit))} {self.unit}"
        return text if self.unit == canonical else f"{text} ({self.bound}{short(self.value)} {canonical})"

    @property
    def other_reading(self) -> Lab | None:
        """The same number of total B12 under the other system's unit, where the label may be wrong."""
        if self.marker != "b12" or self.bound:
            return None
        number = self.value / per_unit("b12", self.unit)
        other = {"pmol/L": "pg/mL", "pg/mL": "pmol/L", "ng/L": "pmol/L"}.get(self.unit)
        return Lab("b12", number * per_unit("b12", other), other) if other else None


@dataclass(frozen=True, slots=True)
class Moment:
    """The earliest and the latest moment a date can mean, as ISO 8601 text; both empty where it is unknown.

    Examples
    --------
    >>> Moment("2024-03-01", "2024-03-31").shown
    '2024-03'
    >>> Moment().shown
    ''
    """

    first: str = ""
    last: str = ""
    zone: str = ""  # as +02:00 or Z, of the clock that both were read from; empty where that is not known

    @property
    def shown(self) -> str:
        """The date as far as it is known: a day, a month or a year."""
        day, end = self.first[:10], self.last[:10]
        if day == end:
            return day
        return day[:7] if day[:7] == end[:7] else day[:4]


def earlier(one: str, one_zone: str, other: str, other_zone: str) -> bool:
    """Say whether one moment lies before another; hours count only where both are known, and their zones as well.

    Examples
    --------
    >>> earlier("2024-02-01T23:00", "-05:00", "2024-02-02T02:00", "Z")
    False
    >>> earlier("2024-02-01", "", "2024-02-02T02:00", "Z")
    True
    """
    size = min(len(one), len(other))
    if size > len("2024-02-01") and one_zone and other_zone:
        try:
            return datetime.fromisoformat(one + one_zone) < datetime.fromisoformat(other + other_zone)
        except ValueError:  # the 31st of February, as many days as any month may have
            pass
    return one[:size] < other[:size]


@dataclass(frozen=True, slots=True)
class DatedLab:
    """One laboratory value with the date of the sample."""

    lab: Lab
    date: Moment


@dataclass(frozen=True, slots=True)
class Treated:
    """One record of B12 treatment, or of a medicine that may be B12, with its start."""

    name: str
    start: Moment


@dataclass(frozen=True, slots=True)
class Known:
    """Symptoms, risks, drugs and values of one person, as they were entered.

    Attributes
    ----------
    source : str
        Where it came from, cleaned for printing.
    words : tuple of Word
        Symptoms, risk factors, drugs, conditions, each once.
    labs : mapping of str to Lab
    age : float or None
        Years.
    sex : str
        ``female``, ``male`` or empty.
    unread : tuple of str
        What was given and not understood, each as a sentence; nothing of it was used.
    case : Case or None
        The case, where the input was one.
    series : tuple of DatedLab
        Every laboratory value with its date, where the input has dates; `labs` holds the latest of each.
    treated : tuple of Treated
        Records of B12 treatment with their start, current or past, where the input has dates.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.check import answer, read
    >>> ledger = Ledger.shipped()
    >>> known = read('stabler-2013', ledger)
    >>> known.age, sorted(known.labs)[:2]
    (57.0, ['b12', 'haematocrit'])
    """

    source: str
    words: tuple[Word, ...] = ()
    labs: dict[str, Lab] = field(default_factory=dict)
    age: float | None = None
    sex: str = ""
    unread: tuple[str, ...] = ()
    case: Case | None = None
    series: tuple[DatedLab, ...] = ()
    treated: tuple[Treated, ...] = ()


def lab(marker: str, text: object, ledger: Ledger, *, confirmed: bool = False) -> Lab:
    """Read a laboratory value with its unit, and ask back where the number does not fit the unit.

    Parameters
    ----------
    marker : str
        A key of :data:`LABS`.
    text : str
        A number and a unit, as ``"205 pg/mL"``; ``"<100 pg/mL"`` where the laboratory says no more.
    ledger : Ledger
        Holds what is plausible (``plausible.<marker>``).
    confirmed : bool
        The person has looked again, and number and unit stand so.

    Raises
    ------
    InputError
        If it is no such quantity, or implausible for its unit and not confirmed.
    """
    bound = ""
    if isinstance(text, str) and text.lstrip()[:1] in ("<", ">"):
        bound, text = text.lstrip()[0], text.lstrip()[1:].lstrip("=")
    value = parse(clean(text) if isinstance(text, str) else text, marker, marker)
    assert isinstance(text, str)  # parse refuses everything else
    found = Lab(marker, value, unit_of(marker, text), bound)
    if not confirmed and not bound:
        refuse_implausible(
            marker, value, found.unit, ledger, label=LABS[marker], confirm=f"add --confirmed {marker}"
        )
    return found


def unit_clash(marker: str, unit: str, property_: str) -> bool:
    """Whether a unit is of the other system than the property (``mass``, ``moles``) a code stands for."""
    if property_ not in ("mass", "moles") or marker not in _MASS:
        return False
    return (unit in _MASS[marker]) != (property_ == "mass")

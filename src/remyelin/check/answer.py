"""The answer: lines of guidance that apply to a person, each with its source, in the order of urgency."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from remyelin.base import plain
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_YEAR, NMOL_PER_UMOL, per_unit
from remyelin.check.facts import facts, judge
from remyelin.check.known import LABS, Known, Lab
from remyelin.check.words import table
from remyelin.evidence import Entry, Ledger, load_references
from remyelin.evidence.catalogue import catalogue
from remyelin.evidence.limits import MARKERS, Interpretation, expected_indicator, interpret

SCHEMA: Final = "remyelin-check/1"
OWN: Final = "remyelin"
VITAMIN: Final = ("b12", "holotc")
#: Sections in the order of the answer, with their headings.
SECTIONS: Final = {
    "urgent": "Seek care",
    "values": "How to read the values",
    "next": "What to do now",
    "expect": "Expected course",
    "testing": "Whether to test",
    "symptoms": "Evidence on these symptoms",
    "alike": "Other diseases that look alike",
    "risks": "Risks of treatment",
    "forecast": "Forecast of the model",
    "unread": "Not understood, and not used",
}
SAME_DAY: Final = (
    "Where treatment is suggested, blood for a further test is drawn on the day it starts, not instead of it: "
    "treatment of nerve symptoms should not be delayed for a result."
)
MARKS: Final = {
    "read": "read at the source",
    "read-2nd": "second hand: read in a text about the source, or in part",
    "recall": "from memory: not checked at the source",
    "own": "said by this program, not by a source",
    "model": "computed by the model, mostly from assumed rates",
}
NOTICE: Final = (
    "This is a research and teaching program. It makes no diagnosis, recommends no treatment and no dose, and does "
    "not replace a doctor. It repeats published guidance on the entries; guidance can have changed. "
    "NICE is the body that writes the national guidelines of England; a label is the approved text of a medicine."
)
_PLACE: Final = re.compile(r"\{([\w.]+?)(?::(\d|range))?\}")
_UNITS: Final = {
    "month": "months",
    "day": "days",
    "mg/day": "mg a day",
    "ug/day": "ug a day",
    "y": "years",
    "h": "hours",
    "%": "%",
    "-": "",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the answer.

    Attributes
    ----------
    section : str
        A key of :data:`SECTIONS`.
    text : str
        For everybody.
    clinical : str
        What a clinician may want beside it; may be empty.
    source : tuple of str
        Keys of the bibliography; ``remyelin`` where the program speaks for itself.
    mark : str
        A key of :data:`MARKS`: how the source was seen.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.check import answer, read
    >>> ledger = Ledger.shipped()
    >>> known = read('stabler-2013', ledger)
    >>> line = answer(known, ledger).lines[0]
    >>> isinstance(line.text, str)
    True
    """

    section: str
    text: str
    source: tuple[str, ...]
    mark: str
    clinical: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of published guidance for a person.

    Attributes
    ----------
    about : str
        Where the input came from.
    entered : tuple of str
        What was understood, in words.
    lines : tuple of Line
        In the order of :data:`SECTIONS`.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.check import answer, read
    >>> ledger = Ledger.shipped()
    >>> known = read('stabler-2013', ledger)
    >>> type(answer(known, ledger).lines[0]).__name__
    'Line'
    """

    about: str
    entered: tuple[str, ...]
    lines: tuple[Line, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as JSON-ready data, with the sources of its lines in full."""
        cited = dict.fromkeys(key for line in self.lines for key in line.source)
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "about": self.about,
            "entered": list(self.entered),
            "lines": [
                {**asdict(line), "source": list(line.source), "heading": SECTIONS[line.section]}
                for line in self.lines
            ],
            "marks": MARKS,
            "sources": {key: citation(key) for key in cited},
        }


def citation(key: str) -> str:
    """Return a source in full."""
    return "this program itself" if key == OWN else str(load_references()[key])


def answer(known: Known, ledger: Ledger, forecast: tuple[Line, ...] = ()) -> Answer:
    """Return the guidance published for a person's symptoms, risks and values.

    Parameters
    ----------
    known : Known
    ledger : Ledger
        Holds the numbers of guidance and the limits of markers.
    forecast : tuple of Line
        Of :func:`remyelin.check.forecast.forecast`, where it was asked for.

    Returns
    -------
    Answer
        The first section always has a line; every line has a source.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.check import answer, read
    >>> ledger = Ledger.shipped()
    >>> known = read('stabler-2013', ledger)
    >>> found = answer(known, ledger)
    >>> len(found.lines) > 5
    True
    """
    lines = [
        *_readings(known, ledger),
        *_guidance(known, ledger),
        *_symptoms(known, ledger),
        *forecast,
        *_unread(known),
    ]
    # whether to test is no question once the vitamin was measured; a metabolite alone leaves it open
    if any(marker in known.labs for marker in VITAMIN):
        lines = [line for line in lines if line.section != "testing"]
    ill = any("neurological" in word.groups for word in known.words)
    if ill and any(line.section == "next" for line in lines):
        lines.insert(0, Line("next", SAME_DAY, (OWN,), "own"))  # first of its section
    if not any(line.section == "urgent" for line in lines):
        text = (
            "Nothing that was entered is a warning sign this check knows. That does not mean that there is none: "
            "whoever feels seriously ill needs a doctor, whatever is written here."
        )
        lines.append(Line("urgent", text, (OWN,), "own"))
    order = list(SECTIONS)
    # sorting keeps the order within a section: the readings of values before what is said about them
    lines.sort(key=lambda line: order.index(line.section))
    return Answer(known.source, tuple(_entered(known, ledger)), tuple(lines))


def _entered(known: Known, ledger: Ledger) -> Iterator[str]:
    if known.age is not None or known.sex:
        age = "" if known.age is None else _age(known.age, ledger)
        yield ", ".join(part for part in (age, known.sex) if part)
    yield from (word.plain for word in known.words)
    yield from (f"{marker_name(found)} {found.shown}" for found in known.labs.values())


def _age(years: float, ledger: Ledger) -> str:
    """Write an age as people do: of a small child in months."""
    if years < ledger["plausible.infant_under"]:
        months = math.floor(years * DAYS_PER_YEAR / DAYS_PER_MONTH)
        return "1 month" if months == 1 else f"{months} months"
    return f"{years:.0f} years"


def marker_name(found: Lab) -> str:
    """Return the name of a laboratory value."""
    return LABS[found.marker]


def _guidance(known: Known, ledger: Ledger) -> Iterator[Line]:
    given = facts(known, ledger)
    said = {
        "symptoms": _listed(known, ("symptom",), "common"),
        "risks": _listed(known, ("risk", "drug"), "common"),
        "conditions": _listed(known, ("condition",), "neuropathy_cause"),
    }
    for raw in table("guidance")["line"]:
        when = raw.get("when", {})
        if (
            all(fact in given for fact in when.get("all", ()))
            and (not when.get("any") or any(fact in given for fact in when["any"]))
            and not any(fact in given for fact in when.get("none", ()))
        ):
            yield Line(
                raw["section"],
                fill(raw["text"], ledger, said),
                tuple(raw["source"]),
                raw["mark"],
                fill(raw.get("clinical", ""), ledger, said),
            )


def _symptoms(known: Known, ledger: Ledger) -> Iterator[Line]:
    """State for every entered symptom of the list whether deficiency explains it, and its other causes."""
    entered = {_LISTED_AS.get(word.name, word.name) for word in known.words if word.kind == "symptom"}
    for symptom in catalogue(ledger):
        if symptom.id in entered:
            entry = symptom.frequency
            found = "" if entry is None else f" Found in {quantity_of(entry)}."
            # of what deficiency does not cause, the picture tells how common it is in everybody
            rests_on = symptom.background if symptom.tier == "no evidence" else entry
            like = symptom.picture if symptom.tier == "no evidence" else f"In deficiency: {symptom.picture}"
            yield Line(
                "symptoms",
                f"{symptom.name}: {_TIER_WORDS[symptom.tier]}{found} {like} Common other causes: {symptom.causes}",
                rests_on.source if rests_on and rests_on.source else (OWN,),
                rests_on.mark if rests_on and rests_on.source else "own",
                f"{symptom.mechanism} {symptom.correction}".strip(),
            )


_LISTED_AS: Final = {"dizziness": "confusion", "sudden_confusion": "confusion", "sudden_vision": "vision"}
_TIER_WORDS: Final = {
    "mechanism": "nerves, cord or brain paths that deficiency harms can give it.",
    "association": "it goes with deficiency in published series; how it would come about is not known.",
    "no evidence": "there is no evidence that deficiency causes it, which does not exclude a deficiency beside it.",
}


def quantity_of(entry: Entry) -> str:
    """Return a published share with its interval and whom it is of."""
    value, low, high = (
        plain.number(one, 2) for one in (entry.value, *(entry.range or (entry.value, entry.value)))
    )
    whom = entry.population or "patients with neurological disease from deficiency"
    return f"{value:g} % ({low:g} to {high:g}) of {whom}"


def _listed(known: Known, kinds: tuple[str, ...], group: str) -> str:
    # a word may hold commas itself, so the list is parted by semicolons
    return "; ".join(word.plain for word in known.words if word.kind in kinds and group in word.groups)


def _readings(known: Known, ledger: Ledger) -> Iterator[Line]:
    for marker in MARKERS:
        found = known.labs.get(marker)
        if found is None:
            continue
        said = judge(found, ledger)
        if said is None:
            text = f"{marker_name(found)} {found.shown}: reported only as a bound, which leaves the reading open."
            yield Line("values", text[0].upper() + text[1:], (OWN,), "own")
            continue
        yield _reading(said, found.shown, ledger)
        other = found.other_reading
        if other is not None:
            wrong = interpret("b12", other.value, ledger)
            if wrong.verdict != said.verdict:
                text = (
                    f"Check the unit: if the laboratory's number was in {other.unit} and not in {found.unit}, it would "
                    f"read {_WORDS[wrong.verdict]} instead of {_WORDS[said.verdict]}. The same number of pmol/L is a "
                    "third more vitamin than of pg/mL or ng/L."
                )
                yield Line("values", text, (OWN,), "own")
    values = [known.labs.get(marker) for marker in MARKERS]
    if known.age is not None and all(found and not found.bound and found.value > 0 for found in values):
        b12, holotc, mma, homocysteine = (found.value for found in values if found)
        # logarithms one by one, so that no product runs over, however odd a value that was confirmed
        index = math.log10(b12) + math.log10(holotc) - math.log10(mma) - math.log10(homocysteine)
        index += math.log10(NMOL_PER_UMOL) - expected_indicator(known.age, ledger)
        yield _reading(interpret("combined_indicator", index, ledger), f"{index:.1f}", ledger)


_WORDS: Final = {"low": "low", "indeterminate": "indeterminate", "normal": "sufficient"}


def _reading(said: Interpretation, shown: str, ledger: Ledger) -> Line:
    raw = table("guidance")["reading"][said.marker][said.verdict]
    name = (
        "combined_indicator.deficient_below"
        if said.marker == "combined_indicator"
        else f"limits.{said.marker}"
    )
    entry = ledger.entry(name)
    limits = {f"limit{i}": quantity(limit, entry) for i, limit in enumerate(said.limits)}
    text = fill(raw["text"], ledger, {"value": shown, **limits})
    note = raw.get("clinical", "") or f"Limits: {entry.locator}."
    # the index is as sure as the least sure of its numbers, the term for age
    mark = (
        ledger.entry("combined_indicator.scale").mark if said.marker == "combined_indicator" else entry.mark
    )
    return Line("values", text, (*said.source, *raw.get("source", ())), mark, note)


def _unread(known: Known) -> Iterator[Line]:
    for sentence in known.unread:
        end = "" if sentence.endswith("?") else "."
        yield Line("unread", f"{sentence[0].upper()}{sentence[1:]}{end}", (OWN,), "own")


def fill(text: str, ledger: Ledger, said: Mapping[str, str]) -> str:
    """Put the numbers of the ledger, with their units, and the person's words into a text of the guidance.

    ``{limits.b12:0}`` is the first number of a vector, ``{limits.mma:range}`` the range of an entry.
    """

    def number(match: re.Match[str]) -> str:
        name, part = match[1], match[2]
        if name in said:
            return said[name]
        entry = ledger.entry(name)
        if part == "range":
            low, high = entry.range or (0.0, 0.0)
            return f"{low:g} to {quantity(high, entry)}"
        value = entry.value[int(part)] if part and isinstance(entry.value, tuple) else entry.value
        assert isinstance(value, float)
        return quantity(value, entry)

    return _PLACE.sub(number, text)


def quantity(value: float, entry: Entry) -> str:
    """Write a number of the ledger with its unit in words; total B12 in both systems of units."""
    unit = _UNITS.get(entry.unit, entry.unit)
    text = f"{value:g}{'' if unit == '%' else ' '}{unit}".strip()
    if value == 1 and unit.endswith("s"):
        text = text[:-1]
    if entry.name in ("limits.b12", "guidance.bsh_b12"):
        text += f" ({round(value / per_unit('b12', 'pg/mL'), -1):.0f} pg/mL)"  # as guidelines print them
    if entry.name in ("limits.mma", "guidance.mma_suggestive"):
        text += f" ({value / NMOL_PER_UMOL:g} umol/L)"
    return text

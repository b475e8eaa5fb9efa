"""Contradictions within a record are refused, repeats of one result dropped."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Final

from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.causes import gas_causes
from remyelin.person.record.entries import CauseOf, Entry, Record
from remyelin.person.record.rows import Reading

SAME_DAY_FACTOR: Final = 3.0  # two values of one marker on one day that differ more contradict each other
MAX_ENTRIES: Final = 400


def checked(reading: Reading, notes: list[str]) -> Record:
    """Refuse contradictions and return the record."""
    source = reading.source
    cause = reading.cause or CauseOf()
    if cause.began is not None and cause.ended is not None and cause.ended <= cause.began:
        raise InputError(f"{source}: the cause ends on or before the day it began; look at the dates.")
    if cause.ended is not None and cause.kind not in (*gas_causes(), "unknown"):
        raise InputError(f"{source}: only an exposure to nitrous oxide ends in this model; remove the end.")
    if cause.began is not None and cause.began >= 0 and cause.kind != "none":
        raise InputError(
            f"{source}: the cause began on or after presentation; give an earlier date, as -2 y."
        )
    age = reading.person.age
    if cause.began is not None and age is not None and -cause.began > age * DAYS_PER_YEAR:
        raise InputError(f"{source}: the cause began before the person was born; look at age and date.")
    _same_day(reading)
    _order_of_events(reading)
    entries = tuple(sorted(reading.entries, key=lambda entry: (entry.day, entry.line)))
    if len(entries) > MAX_ENTRIES:
        raise InputError(f"{source}: more than {MAX_ENTRIES} results; leave out repeated results.")
    last = max([0.0, *(entry.day for entry in entries)])
    if last > 40 * DAYS_PER_YEAR or any(entry.day < -100 * DAYS_PER_YEAR for entry in entries):
        raise InputError(f"{source}: results span more than a life; look at the dates.")
    treatments = tuple(sorted(reading.treatments, key=lambda item: (item.start, item.line)))
    return Record(
        source,
        reading.person,
        cause,
        reading.found,
        tuple(reading.conditions),
        entries,
        treatments,
        tuple(reading.left),
        tuple(notes),
        reading.partial,
        reading.outside,
    )


def _same_day(reading: Reading) -> None:
    """Refuse two entries of one thing on one day that cannot both be true; drop repeats."""
    kept: list[Entry] = []
    seen: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in reading.entries:
        key = (round(entry.day, 3), entry.kind, entry.name, entry.side, entry.event)
        for other in seen[key]:
            if _contradict(entry, other):
                where = f"line {entry.line} contradicts line {other.line}"
                raise InputError(
                    f"{reading.source}: {where}: {other.label} and {entry.label} on the same day; keep one."
                )
        if any(_bare(other) == _bare(entry) for other in seen[key]):
            continue
        seen[key].append(entry)
        kept.append(entry)
    reading.entries = kept


def _bare(entry: Entry) -> Entry:
    """Return an entry without its place, note and wording."""
    return replace(entry, line=0, note="", written="")


def _contradict(entry: Entry, other: Entry) -> bool:
    if entry.levels is not None and other.levels is not None:
        return entry.levels[0] > other.levels[1] or other.levels[0] > entry.levels[1]
    if entry.value is None or other.value is None or entry.kind == "study":
        return False
    if entry.kind == "scale":
        return abs(entry.value - other.value) > 1
    for one, two in ((entry, other), (other, entry)):
        if one.bound == "<" and two.bound != "<" and two.value is not None and two.value > one.value:  # type: ignore[operator]
            return True
    if entry.bound or other.bound:
        return False
    low, high = sorted((entry.value, other.value))
    return high > SAME_DAY_FACTOR * low


def _order_of_events(reading: Reading) -> None:
    events: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for entry in reading.entries:
        if entry.event:
            events[entry.kind, entry.name][entry.event].append(entry.day)
    for (_, name), days in events.items():
        if days.get("began") and days.get("ended") and max(days["ended"]) <= min(days["began"]):
            raise InputError(f"{reading.source}: {name} ends before it began; look at the dates.")
    for name in {entry.name for entry in reading.entries if entry.event == "began"}:
        began = min(entry.day for entry in reading.entries if entry.event == "began" and entry.name == name)
        for entry in reading.entries:
            graded = entry.name == name and entry.levels is not None and entry.kind == "symptom"
            if graded and entry.levels and entry.levels[0] > 0 and entry.day < began:
                raise InputError(
                    f"{reading.source}: line {entry.line}: {name} is there before it began; look at the dates, "
                    "and of a symptom that came back enter only the first beginning and its grades since."
                )

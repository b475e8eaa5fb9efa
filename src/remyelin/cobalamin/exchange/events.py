"""Dosing events as an NM-TRAN style table, in and out.

One dose a row: ``ID,TIME,AMT,RATE,EVID,CMT,FORM,FOOD,II,ADDL`` with TIME and II in days, AMT in ug, EVID 1, CMT
the route (1 oral, 2 nasal, 3 im, 4 sc, 5 iv) and FORM the form (1 cyano-, 2 hydroxo-, 3 methylcobalamin), both also in
words. A table is a regimen too (:func:`table_order`): wherever one is given, a table may stand. Equal
doses at equal intervals are one row with II and ADDL. The vitamins given with cobalamin act here by their
daily amount alone, so each stretch of them is one infusion: CMT 6 folic acid, 7 pyridoxine, RATE in ug a day,
FORM 0. Cobalamin has RATE 0.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from remyelin.base.errors import InputError, nearest
from remyelin.base.units import UG_PER_MG
from remyelin.cobalamin.doses import FORMS, Dose, Order
from remyelin.cobalamin.settings import MAX_DOSES, SAME_INTERVAL

COLUMNS = ("ID", "TIME", "AMT", "RATE", "EVID", "CMT", "FORM", "FOOD", "II", "ADDL")
REQUIRED = ("TIME", "AMT", "CMT")
COMPARTMENTS = ("oral", "nasal", "im", "sc", "iv")
VITAMINS = ("folic acid", "pyridoxine")


def to_events(order: Order, subject: int = 1) -> str:
    """Return the doses of an order as the text of an event table, in time order."""
    rows = [*_doses(order.doses), *_vitamins(order.vitamins)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([subject, *map(repr, row)] for row in sorted(rows))
    return out.getvalue()


def _doses(doses: tuple[Dose, ...]) -> list[tuple[float, ...]]:
    """Rows of cobalamin, without the subject."""
    groups: dict[tuple[float, str, str, bool], list[float]] = defaultdict(list)
    for dose in doses:
        groups[dose.amount_ug, dose.form, dose.route, dose.with_food].append(dose.time)
    rows: list[tuple[float, ...]] = []
    for (amount, form, route, food), given in groups.items():
        times = sorted(given)
        codes = (1, COMPARTMENTS.index(route) + 1, FORMS.index(form) + 1, int(food))
        first = 0
        while first < len(times):
            last, interval = first, times[first + 1] - times[first] if first + 1 < len(times) else 0.0
            while (
                interval > 0
                and last + 1 < len(times)
                and abs(times[last + 1] - times[first] - interval * (last + 1 - first)) < SAME_INTERVAL
            ):
                last += 1
            extra = last - first
            rows.append((times[first], amount, 0, *codes, interval if extra else 0.0, extra))
            first = last + 1
    return rows


def _vitamins(levels: tuple[tuple[float, float, float], ...]) -> list[tuple[float, ...]]:
    """Rows of folic acid and pyridoxine, without the subject: one infusion a stretch."""
    rows: list[tuple[float, ...]] = []
    for (begin, *amounts), (end, *_) in pairwise(levels):
        for index, amount in enumerate(amounts):
            rate = amount * UG_PER_MG
            if rate > 0 and end > begin:
                code = len(COMPARTMENTS) + 1 + index
                rows.append((begin, rate * (end - begin), rate, 1, code, 0, 0, 0.0, 0))
    return rows


def from_events(text: str) -> dict[int, Order]:
    """Return the order of each subject of an event table, in time order.

    Rows with EVID 0 (observations) are skipped, so their place among the doses has no effect. A dot is 0. Columns
    that are left out: ID is 1, EVID is 1, FORM is cyanocobalamin, the others are 0.

    Raises
    ------
    InputError
        One sentence with the line and what would be right.
    """
    reader = csv.DictReader(io.StringIO(text.strip()), skipinitialspace=True)
    names = [name.strip().upper() for name in reader.fieldnames or ()]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise InputError(f"events: column {missing[0]} is missing; the header is {','.join(COLUMNS)}.")
    if len(set(names)) < len(names):
        raise InputError("events: a column stands twice in the header; leave one.")
    unknown = [name for name in names if name not in (*COLUMNS, "DV", "MDV")]
    if unknown:
        raise InputError(f"events: unknown column {unknown[0]!r}; {nearest(unknown[0], COLUMNS)}")
    reader.fieldnames = names
    doses: dict[int, list[Dose]] = defaultdict(list)
    infusions: dict[int, list[_Infusion]] = defaultdict(list)
    count = 0
    for fields in reader:
        row = _Row({"ID": "1", "EVID": "1", "FORM": "1"} | fields, reader.line_num)
        if row.whole("EVID", 0, 1) == 0:
            continue
        subject = row.whole("ID", 0, MAX_DOSES)
        given = doses[subject]
        if row.route() <= len(COMPARTMENTS):
            count += row.whole("ADDL", 0, MAX_DOSES) + 1
            if count > MAX_DOSES:
                raise InputError(f"events: line {row.line}: more than {MAX_DOSES} doses; shorten the table.")
            given += row.doses()
        else:
            infusions[subject].append(row.infusion())
    return {
        subject: Order(tuple(sorted(given, key=lambda dose: dose.time)), _levels(infusions[subject]))
        for subject, given in doses.items()
    }


def is_table(text: str) -> bool:
    """Whether a text is an event table and no order in words: several lines, the first of which names columns."""
    head, _, rows = text.strip().partition("\n")
    names = {name.strip().upper() for name in head.split(",")}
    return bool(rows.strip()) and len(names & {"TIME", "AMT", "CMT"}) > 1


def code_of(name: str, written: object, words: tuple[str, ...]) -> int:
    """Return the code of a cell that holds it as a number or as a word.

    Parameters
    ----------
    name : str
        Column, for the error.
    written : object
        The cell, not blank.
    words : tuple of str
        Words of the codes 1, 2, ...

    Raises
    ------
    InputError
        Without the place in the table, which the caller adds.

    Examples
    --------
    >>> code_of("CMT", "IM", COMPARTMENTS), code_of("CMT", 3.0, COMPARTMENTS)
    (3, 3)
    """
    word = "" if written is None else str(written).strip().lower()
    if word in words:
        return words.index(word) + 1
    codes = ", ".join(f"{code} {known}" for code, known in enumerate(words, start=1))
    if word in ("", "."):
        raise InputError(f"{name} is blank; give one of {codes}.")
    try:
        value = float(word)
    except ValueError:
        raise InputError(f"{name} {word!r} is unknown; {nearest(word, words)}") from None
    if value not in range(1, len(words) + 1):
        raise InputError(
            f"{name} {value:g} must be a whole number, 1 to {len(words)}; the codes are {codes}."
        )
    return int(value)


def table_order(text: str, start: float, stop: float) -> Order:
    """Return the order in an event table of one person from one day to another; its TIME 0 is the first of them.

    Parameters
    ----------
    text : str
        An event table.
    start, stop : float
        Day of its TIME 0, and the day from which on nothing is given (days).

    Raises
    ------
    InputError
        If it cannot be read, gives nothing, or has more than one ID.

    Examples
    --------
    >>> order = table_order("TIME,AMT,CMT,FORM,II,ADDL\\n0,1000,im,hydroxocobalamin,7,3", 10.0, 365.0)
    >>> [dose.time for dose in order.doses], order.doses[0].form
    ([10.0, 17.0, 24.0, 31.0], 'hydroxocobalamin')
    """
    found = from_events(text)
    if len(found) != 1:
        raise InputError(f"events: the table has {len(found)} persons; give the rows of one.")
    (order,) = found.values()
    if not order.doses and not order.vitamins:
        raise InputError("events: the table gives nothing; a dose has EVID 1 and AMT above 0.")
    doses = tuple(replace(dose, time=dose.time + start) for dose in order.doses if dose.time + start < stop)
    vitamins = [(day + start, *taken) for day, *taken in order.vitamins]
    kept = [item for item in vitamins if item[0] < stop]
    if len(kept) < len(vitamins) and kept:
        kept.append((stop, 0.0, 0.0))
    return Order(doses, tuple(kept))  # type: ignore[arg-type]


def table_in_words(text: str) -> str:
    """Return an event table of one person in one line: its products, and how often each is given.

    Examples
    --------
    >>> table_in_words("TIME,AMT,CMT\\n0,1000,im\\n7,1000,im")
    'event table (cyanocobalamin 1 mg im, 2 times)'
    """
    doses = table_order(text, 0.0, math.inf).doses
    counts = Counter((dose.form, dose.amount_ug, dose.route, dose.with_food) for dose in doses)
    products = [
        f"{form} {f'{amount / UG_PER_MG:g} mg' if amount >= UG_PER_MG else f'{amount:g} ug'} {route}"
        f"{' with food' if food else ''}, {times} {'time' if times == 1 else 'times'}"
        for (form, amount, route, food), times in counts.items()
    ]
    return f"event table ({'; '.join(products) or 'vitamins without cobalamin'})"


_Infusion = tuple[float, float, int, float]
"""Begin and end (days), index of the vitamin, mg a day."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a table, read with its number at hand."""

    fields: Mapping[str, str | None]
    line: int

    def number(self, name: str) -> float:
        written = (self.fields.get(name) or "0").strip()
        try:
            return float("0" if written == "." else written)
        except ValueError:
            raise InputError(f"events: line {self.line}: {name} {written!r} is not a number.") from None

    def coded(self, name: str, words: tuple[str, ...]) -> int:
        """Return a code that may be written as a word."""
        try:
            return code_of(name, self.fields.get(name), words)
        except InputError as error:
            raise InputError(f"events: line {self.line}: {error}") from None

    def route(self) -> int:
        return self.coded("CMT", (*COMPARTMENTS, *VITAMINS))

    def whole(self, name: str, low: int, high: int) -> int:
        value = self.number(name)
        if value != value // 1 or not low <= value <= high:
            raise InputError(
                f"events: line {self.line}: {name} {value:g} must be a whole number, {low} to {high}."
            )
        return int(value)

    def doses(self) -> list[Dose]:
        route, form = COMPARTMENTS[self.route() - 1], FORMS[self.coded("FORM", FORMS) - 1]
        extra, interval = self.whole("ADDL", 0, MAX_DOSES), self.number("II")
        if extra and not interval > 0:
            raise InputError(f"events: line {self.line}: ADDL {extra} needs an interval II above 0.")
        if self.number("RATE"):
            raise InputError(f"events: line {self.line}: cobalamin is given at once; leave RATE at 0.")
        amount, food = self.number("AMT"), bool(self.whole("FOOD", 0, 1))
        try:
            return [
                Dose(self.number("TIME") + i * interval, amount, form, route, food)  # type: ignore[arg-type]
                for i in range(extra + 1)
            ]
        except InputError as error:
            raise InputError(f"events: line {self.line}: {error}") from None

    def infusion(self) -> _Infusion:
        index = self.route() - len(COMPARTMENTS) - 1
        begin, amount, rate = self.number("TIME"), self.number("AMT"), self.number("RATE")
        if not (math.isfinite(begin) and 0 < amount < math.inf and 0 < rate < math.inf):
            raise InputError(
                f"events: line {self.line}: {VITAMINS[index]} needs a TIME and AMT and RATE above 0 (ug, ug a day)."
            )
        return begin, begin + amount / rate, index, rate / UG_PER_MG


def _levels(infusions: list[_Infusion]) -> tuple[tuple[float, float, float], ...]:
    """Return the days on which the daily amounts change, and the amounts from then on (mg/day)."""
    days = sorted({day for begin, end, *_ in infusions for day in (begin, end)})
    # stretches that follow each other meet to rounding
    days = [day for i, day in enumerate(days) if i == 0 or day - days[i - 1] > SAME_INTERVAL]

    def taken(day: float, vitamin: int) -> float:
        return sum(
            rate
            for begin, end, index, rate in infusions
            if index == vitamin and begin - SAME_INTERVAL <= day < end - SAME_INTERVAL
        )

    return tuple((day, taken(day, 0), taken(day, 1)) for day in days)

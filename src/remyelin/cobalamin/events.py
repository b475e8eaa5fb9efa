"""Dosing events as an NM-TRAN style table, in and out.

One dose a row: ``ID,TIME,AMT,EVID,CMT,FORM,FOOD,II,ADDL`` with TIME and II in days, AMT in ug, EVID 1, CMT the
route (1 oral, 2 nasal, 3 im, 4 sc, 5 iv) and FORM the form (1 cyano-, 2 hydroxo-, 3 methylcobalamin). Equal
doses at equal intervals are one row with II and ADDL.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict

from remyelin.cobalamin.dosing import FORMS, Dose
from remyelin.errors import InputError, nearest
from remyelin.numerics import MAX_DOSES, SAME_INTERVAL

COLUMNS = ("ID", "TIME", "AMT", "EVID", "CMT", "FORM", "FOOD", "II", "ADDL")
COMPARTMENTS = ("oral", "nasal", "im", "sc", "iv")


def to_events(doses: tuple[Dose, ...], subject: int = 1) -> str:
    """Return doses as the text of an event table, in time order."""
    groups: dict[tuple[float, str, str, bool], list[float]] = defaultdict(list)
    for dose in doses:
        groups[dose.amount_ug, dose.form, dose.route, dose.with_food].append(dose.time)
    rows: list[tuple[float, list[str]]] = []
    for (amount, form, route, food), given in groups.items():
        times = sorted(given)
        first = 0
        while first < len(times):
            last, interval = first, times[first + 1] - times[first] if first + 1 < len(times) else 0.0
            while (
                interval > 0
                and last + 1 < len(times)
                and abs(times[last + 1] - times[first] - interval * (last + 1 - first)) < SAME_INTERVAL
            ):
                last += 1
            codes = (COMPARTMENTS.index(route) + 1, FORMS.index(form) + 1, int(food))
            extra = last - first
            row = [str(subject), repr(times[first]), repr(amount), "1", *map(str, codes)]
            rows.append((times[first], [*row, repr(interval if extra else 0.0), str(extra)]))
            first = last + 1
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row for _, row in sorted(rows))
    return out.getvalue()


def from_events(text: str) -> dict[int, tuple[Dose, ...]]:
    """Return the doses of each subject of an event table, in time order.

    Rows with EVID 0 (observations) are skipped; FOOD, II and ADDL may be left out; a dot is 0.

    Raises
    ------
    InputError
        One sentence with the line and what would be right.
    """
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    names = [name.strip().upper() for name in reader.fieldnames or ()]
    missing = [name for name in ("ID", "TIME", "AMT", "EVID", "CMT", "FORM") if name not in names]
    if missing:
        raise InputError(f"events: column {missing[0]} is missing; the header is {','.join(COLUMNS)}.")
    unknown = [name for name in names if name not in (*COLUMNS, "DV", "MDV")]
    if unknown:
        raise InputError(f"events: unknown column {unknown[0]!r}; {nearest(unknown[0], COLUMNS)}")
    reader.fieldnames = names
    found: dict[int, list[Dose]] = defaultdict(list)
    for row in reader:
        line = reader.line_num

        def number(name: str, row: dict[str, str] = row, line: int = line) -> float:
            written = (row.get(name) or "0").strip()
            try:
                return float("0" if written == "." else written)
            except ValueError:
                raise InputError(f"events: line {line}: {name} {written!r} is not a number.") from None

        def whole(name: str, low: int, high: int, line: int = line) -> int:
            value = number(name)
            if value != value // 1 or not low <= value <= high:
                raise InputError(
                    f"events: line {line}: {name} {value:g} must be a whole number, {low} to {high}."
                )
            return int(value)

        if whole("EVID", 0, 1) == 0:
            continue
        route = COMPARTMENTS[whole("CMT", 1, len(COMPARTMENTS)) - 1]
        form = FORMS[whole("FORM", 1, len(FORMS)) - 1]
        extra, interval = whole("ADDL", 0, MAX_DOSES), number("II")
        if extra and not interval > 0:
            raise InputError(f"events: line {line}: ADDL {extra} needs an interval II above 0.")
        try:
            found[whole("ID", 0, MAX_DOSES)] += [
                Dose(number("TIME") + i * interval, number("AMT"), form, route, bool(whole("FOOD", 0, 1)))  # type: ignore[arg-type]
                for i in range(extra + 1)
            ]
        except InputError as error:
            raise InputError(f"events: line {line}: {str(error).removeprefix('events: ')}") from None
    return {subject: tuple(sorted(given, key=lambda dose: dose.time)) for subject, given in found.items()}

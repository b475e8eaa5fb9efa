"""Records from CSV and TOML."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from remyelin.base.errors import InputError, nearest
from remyelin.base.files import there
from remyelin.base.text_files import load_toml, read_text
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.causes import cause_of
from remyelin.evidence import Ledger
from remyelin.person.case import case_of, shipped_cases
from remyelin.person.record import terms
from remyelin.person.record.contradictions import checked
from remyelin.person.record.dates import calendar, day_first, iso
from remyelin.person.record.entries import Record
from remyelin.person.record.fields import FOLATE, Row, clean, event_of, kind_of, lab_name
from remyelin.person.record.from_case import record_of_case
from remyelin.person.record.kidney import RESULTS
from remyelin.person.record.medicines import without_b12
from remyelin.person.record.rows import HEADER, MAX_ROWS, Reading

#: Columns that a file may lack.
_OPTIONAL: Final = ("unit", "note")
#: Other headings of columns.
HEADINGS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("date", "day", "time", "datum"), "when"),
    **dict.fromkeys(("type", "category"), "kind"),
    **dict.fromkeys(("item", "test", "what"), "name"),
    **dict.fromkeys(("result", "values"), "value"),
    "units": "unit",
    **dict.fromkeys(("notes", "comment", "comments", "remarks"), "note"),
}
_DECIMAL: Final = re.compile(r"(?<=\d),(?=\d)")
WHAT: Final = "a record (*.csv, *.toml)"
_FOUND: Final = ("lab", "sign", "study", "scale")  # kinds that only an examination gives
_RESULTS: Final = ("symptom", *_FOUND)


def load_record(name_or_path: str, ledger: Ledger) -> Record:
    """Load a record from a CSV or TOML file, or a shipped case by its name.

    Parameters
    ----------
    name_or_path : str
        Name of a shipped case, or a file: CSV, TOML, or a FHIR bundle.
    ledger : Ledger

    Returns
    -------
    Record

    Raises
    ------
    InputError
        One sentence with the file, the line and what would be right.

    Examples
    --------
    >>> from remyelin import Ledger, load_record
    >>> record = load_record('stabler-2013', Ledger.shipped())
    >>> record.person.age
    57.0
    >>> len(record.entries) > 3
    True
    """
    shipped = shipped_cases()
    path = shipped.get(name_or_path, Path(name_or_path))
    if name_or_path not in shipped and path.suffix not in (".csv", ".toml") and not there(path):
        raise InputError(f"no record or shipped case named {name_or_path!r}; give {WHAT}.")
    return read_record(path, ledger)


def read_record(path: Path, ledger: Ledger) -> Record:
    """Read one file: CSV, a TOML record, or a case.

    Parameters
    ----------
    path : path
        CSV, TOML, a case file or a FHIR bundle.
    ledger : Ledger

    Returns
    -------
    Record

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from remyelin import Ledger
    >>> from remyelin.person.record import read_record, template
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / 'me.csv'
    ...     _ = path.write_text(template(), encoding='utf-8')
    ...     record = read_record(path, Ledger.shipped())
    >>> len(record.not_understood)
    0
    """
    text = read_text(path, WHAT)
    if path.suffix == ".toml":
        return parse_record_toml(text, str(path), ledger)
    return parse_csv(text, str(path), ledger)


def parse_csv(text: str, source: str, ledger: Ledger) -> Record:
    """Read the text of a CSV record with the header ``when,kind,name,value,unit,note``.

    Lines that begin with ``#`` and empty lines are skipped. Columns may be left out at the end of a row, stand in
    another order, or have another heading, as ``date``; unit and note may be missing.

    Parameters
    ----------
    text : str
        Rows with the header ``when,kind,name,value,unit,note``.
    source : str
        Name of the source in errors.
    ledger : Ledger

    Returns
    -------
    Record

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
    >>> len(record.entries), len(record.not_understood)
    (1, 1)
    """
    lines = text.lstrip("\ufeff").splitlines()
    rows: list[Row] = []
    header: list[str] | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        delimiter = ";" if header is None and line.count(";") > line.count(",") else None
        if header is None:
            separator = delimiter or ("\t" if "\t" in line else ",")
            header = _columns(line.split(separator), f"{source}: line {number}")
            continue
        try:
            cells = next(csv.reader(io.StringIO(line), delimiter=separator))
        except (csv.Error, StopIteration) as error:
            raise InputError(f"{source}: line {number}: not a row of a CSV file: {error}.") from None
        if len(cells) > len(header):  # a comma within the last column, which is the note in most files
            cells = [*cells[: len(header) - 1], ", ".join(cells[len(header) - 1 :])]
        named = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        if separator != ",":  # as spreadsheets write where the decimal mark is a comma
            named["value"] = _DECIMAL.sub(".", named.get("value", ""))
        rows.append(Row(number, *(named.get(name, "") for name in HEADER)))
        if len(rows) > MAX_ROWS:
            raise InputError(f"{source}: more than {MAX_ROWS} rows; a record has a few hundred at the most.")
    if header is None:
        raise InputError(f"{source}: is empty; `remyelin new --record FILE` writes a commented record.")
    return record_of_rows(rows, source, ledger)


def _columns(cells: Iterable[str], where: str) -> list[str]:
    """Return the columns of a header line, other headings replaced."""
    words = [terms.fold(cell.strip().strip('"')) for cell in cells]
    found = [HEADINGS.get(word, word) for word in words]
    while found and not found[-1]:  # separators that a spreadsheet leaves at the end
        found.pop()
    missing = [name for name in HEADER if name not in found and name not in _OPTIONAL]
    unknown = [name for name in found if name not in HEADER]
    if missing or unknown or len(set(found)) < len(found):
        raise InputError(
            f"{where}: the header must be {','.join(HEADER)}; `remyelin new --record FILE` writes one."
        )
    return found


def parse_record_toml(text: str, source: str, ledger: Ledger) -> Record:
    """Read the text of a TOML file: a case, which is converted, or tables ``[[record]]`` of rows.

    A case with tables ``[[record]]`` takes person, cause and treatment from the case and adds the rows.

    Parameters
    ----------
    text : str
        Tables ``[[record]]`` in TOML.
    source : str
        Name of the source in errors.
    ledger : Ledger

    Returns
    -------
    Record

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.person.record import parse_record_toml
    >>> text = '''[[record]]
    ... kind = "person"
    ... name = "age"
    ... value = "68 y"
    ...
    ... [[record]]
    ... kind = "person"
    ... name = "sex"
    ... value = "female"
    ...
    ... [[record]]
    ... when = "0 d"
    ... kind = "lab"
    ... name = "b12"
    ... value = "140 pg/mL"
    ... '''
    >>> parse_record_toml(text, 'example', Ledger.shipped()).entries[0].name
    'b12'
    """
    raw = load_toml(text, source, "a record")
    if not raw:
        raise InputError(f"{source}: is empty; `remyelin new --record FILE` writes a commented record.")
    tables = raw.pop("record", None)
    if tables is None:
        return record_of_case(case_of(raw, source), source, ledger)
    rows = _rows_of_tables(tables, source)
    if not raw:
        return record_of_rows(rows, source, ledger)
    return record_of_rows(rows, source, ledger, record_of_case(case_of(raw, source), source, ledger))


def _rows_of_tables(tables: object, source: str) -> list[Row]:
    if not isinstance(tables, list) or not all(isinstance(item, dict) for item in tables):
        raise InputError(f"{source}: record: must be tables, as [[record]].")
    if len(tables) > MAX_ROWS:
        raise InputError(f"{source}: more than {MAX_ROWS} rows; a record has a few hundred at the most.")
    rows = []
    for number, item in enumerate(tables, start=1):
        for key in item:
            if key not in HEADER:
                raise InputError(f"{source}: record[{number}]: unknown key {key!r}; {nearest(key, HEADER)}")
        rows.append(Row(number, *(_text(item, key) for key in HEADER)))
    return rows


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key, "")
    return value if isinstance(value, str) else str(value)


def record_of_rows(rows: Iterable[Row], source: str, ledger: Ledger, base: Record | None = None) -> Record:
    """Return the record of rows, added to the facts of a case.

    Raises
    ------
    InputError
        For contradictions.
    """
    rows = _with_dates(rows)
    reading = Reading(source, ledger)
    notes: list[str] = []
    if base is not None:
        reading.person, reading.cause, reading.found = base.person, base.cause, base.found
        reading.entries, reading.treatments = list(base.entries), list(base.treatments)
        reading.conditions, reading.left = list(base.conditions), list(base.not_understood)
        reading.partial = base.partial
        notes += base.notes
    reading.zero, note = _zero(rows, reading)
    notes += [note] if note else []
    # the end of a treatment must find its beginning, wherever the rows stand
    for row in sorted(rows, key=lambda row: kind_of(row) == "treatment" and event_of(row.value) == "ended"):
        reading.take(row)
    reading.settle(notes)
    notes += _to_come(rows, date.today())
    reading.left.sort(key=lambda item: item.line)
    return checked(reading, notes)


def _with_dates(rows: Iterable[Row]) -> list[Row]:
    """Return rows whose dates are written as ``2025-03-14``."""
    rows = list(rows)
    before = day_first(text for row in rows for text in (row.when, row.value))

    def dated(row: Row) -> Row:
        presented = terms.fold(row.kind) == "presentation" and terms.fold(row.name) == "date"
        return replace(
            row, when=iso(row.when, before), value=iso(row.value, before) if presented else row.value
        )

    return [dated(row) for row in rows]


def _to_come(rows: list[Row], today: date) -> list[str]:
    """Return a note on results dated after today; empty without one. A treatment may be planned."""
    late = []
    for row in rows:
        if kind_of(row) not in _RESULTS:
            continue
        try:
            day = calendar(row.when)
        except InputError:
            continue  # the row is listed as not understood
        # a month stands for its 15th day
        known = 14 if row.when.count("-") == 1 else 0
        if day is not None and day - known > today.toordinal():
            late.append(row)
    if not late:
        return []
    which = ", ".join(f"line {row.line} ({clean(row.when)})" for row in late)
    return [f"A result dated after today counts as if it were known: {which}. Check the date."]


def _zero(rows: list[Row], reading: Reading) -> tuple[int | None, str]:
    """Return the ordinal of day 0 where calendar dates are used, and the assumption behind it."""
    given = None
    for row in rows:
        if terms.fold(row.kind) == "presentation" and terms.fold(row.name) == "date":
            try:
                day = calendar(row.value) if row.value.strip() else calendar(row.when)
            except InputError as error:
                raise reading.fail(row, str(error)) from None
            if day is None:
                raise reading.fail(row, "presentation needs a calendar date, as 2025-03-14.")
            if given is not None and day != given:
                raise reading.fail(row, "a second date of presentation; give one.")
            given = day
    if given is not None:
        return given, ""
    dated: dict[str, list[int]] = defaultdict(list)
    for row, day in _dated(rows):
        # an old result of the kidney tells of no deficiency
        about = "kidney" if kind_of(row) == "lab" and lab_name(row.name) in RESULTS else kind_of(row)
        dated[about].append(day)
    results = [day for kind in _FOUND for day in dated.get(kind, ())]
    treated = _begun(rows, min([*results, *dated.get("symptom", ())], default=None))
    if treated:
        of = " that was not over before" if _begun(rows, None) != treated else ""
        return min(
            treated
        ), f"No date of presentation was given; the day of the first treatment{of} counts as day 0."
    if results:
        # a value of years ago, in a person whom nobody has treated since, is history
        recent = [day for day in results if day >= max(results) - DAYS_PER_YEAR]
        of = " within a year of the last one" if min(recent) > min(results) else ""
        return min(
            recent
        ), f"No date of presentation was given; the day of the first result{of} counts as day 0."
    days = [day for some in dated.values() for day in some]
    return (
        (max(days), "No date of presentation was given; the last date counts as day 0.")
        if days
        else (None, "")
    )


def _dated(rows: Iterable[Row]) -> Iterator[tuple[Row, int]]:
    """Yield the rows with a calendar date, and its ordinal."""
    for row in rows:
        try:
            day = calendar(row.when)
        except InputError:
            continue  # the row is listed as not understood later
        if day is not None:
            yield row, day


def _begun(rows: Sequence[Row], known: int | None) -> list[int]:
    """Return the days on which treatments with B12 began, without those that were over before a day.

    An exposure, a medicine without B12 and folic acid are none of them.
    """
    found: dict[str, list[int]] = defaultdict(list)
    over: dict[str, list[int]] = defaultdict(list)
    for row, day in _dated(rows):
        name = row.name
        if kind_of(row) != "treatment" or cause_of(name) or FOLATE.search(name) or without_b12(name):
            continue
        (over if event_of(row.value) == "ended" else found)[terms.fold(name)].append(day)
    days = []
    for name, begun in found.items():
        ends = sorted(over.get(name, ()) if len(found) > 1 else [d for some in over.values() for d in some])
        for day in begun:
            end = next((end for end in ends if end > day), None)
            if known is None or end is None or end > known:
                days.append(day)
    return days

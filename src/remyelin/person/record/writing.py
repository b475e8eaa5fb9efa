"""Records written as CSV."""

from __future__ import annotations

import csv
import io

from remyelin.person.record.entries import Record
from remyelin.person.record.rows import HEADER


def to_csv(record: Record) -> str:
    """Return a record as CSV that reads back to the same entries; offsets from presentation in days.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.person.record import parse_csv, to_csv
    >>> text = '''when,kind,name,value,unit,note
    ... ,person,age,68,y
    ... ,person,sex,female
    ... 0 d,lab,b12,140,pg/mL
    ... 0 d,lab,ferritin,30,ug/L
    ... '''
    >>> record = parse_csv(text, 'example', Ledger.shipped())
    >>> to_csv(record).splitlines()[0]
    'when,kind,name,value,unit,note'
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    units = {"age": "y", "height": "cm", "weight": "kg", "temperature": "C", "filtration": "mL/min/1.73m2"}
    person = record.person
    for name, unit in units.items():
        value = getattr(person, name)
        if value is not None:
            writer.writerow(["", "person", name, f"{value:g}", unit, ""])
    if person.sex:
        writer.writerow(["", "person", "sex", person.sex, "", ""])
    for condition in record.conditions:
        writer.writerow(["", "person", "condition", condition, "", ""])
    if person.food_intake is not None:
        writer.writerow(["", "diet", "intake", f"{person.food_intake:g}", "ug/d", ""])
    if record.found:
        writer.writerow(["", "presentation", "found", record.found, "", ""])
    if record.partial:
        writer.writerow(["", "presentation", "history", "partial", "", ""])
    cause = record.cause
    writer.writerow(["", "cause", cause.kind, "", "", ""])
    for event in ("began", "ended"):
        day = getattr(cause, event)
        if day is not None:
            writer.writerow([f"{day:.10g} d", "cause", cause.kind, event, "", ""])
    for value, unit in ((cause.hours_per_day, "h"), (cause.inspired_fraction, "%"), (cause.lost, "%")):
        if value is not None:
            shown = value * 100 if unit == "%" else value
            writer.writerow(["", "cause", cause.kind, f"{shown:g}", unit, ""])
    for item in record.treatments:
        if item.order is None:
            continue
        writer.writerow([f"{item.start:.10g} d", "treatment", item.order, "began", "", item.note])
        if item.stop is not None:
            writer.writerow([f"{item.stop:.10g} d", "treatment", item.order, "ended", "", ""])
    for entry in record.entries:
        writer.writerow(
            [f"{entry.day:.10g} d", entry.kind, entry.written or entry.name, entry.text, "", entry.note]
        )
    return out.getvalue()

"""The evidence ledger as text: list, search, explain, export."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from remyelin.base.errors import InputError
from remyelin.base.files import write_new
from remyelin.evidence import Entry, Ledger, load_references

_MARKS = {
    "read": "read at the source",
    "read-2nd": "read in a secondary source",
    "recall": "from memory, not checked at the source",
    "calc": "arithmetic on other numbers",
    "none": "no source",
}


def find(word: str | None) -> list[Entry]:
    """Return the entries in which a word occurs (all when None), ignoring case."""
    entries = Ledger.shipped().entries()
    if word is None:
        return list(entries)
    wanted = word.lower()
    references = load_references()

    def text(entry: Entry) -> str:
        cited = " ".join(str(references[key]) for key in entry.source)
        return " ".join(
            (entry.name, entry.unit, entry.kind, entry.note, entry.locator, *entry.source, cited)
        ).lower()

    found = [entry for entry in entries if wanted in text(entry)]
    if not found:
        raise InputError(f"no ledger entry mentions {word!r}; `remyelin evidence` lists them all.")
    return found


def explain(name: str) -> list[Entry]:
    """Return one entry, or the entries below a dotted prefix."""
    ledger = Ledger.shipped()
    below = [entry for entry in ledger.entries() if entry.name.startswith(name + ".")]
    return below if below and name not in ledger else [ledger.entry(name)]


def listing(entries: Sequence[Entry]) -> str:
    """One line per entry: name, value, unit, kind, source."""
    return "\n".join(
        f"{entry.name:44} {_value(entry):>14} {entry.unit:12} {entry.kind:10} {', '.join(entry.source)}".rstrip()
        for entry in entries
    )


def describe(entries: Sequence[Entry]) -> str:
    """Everything known about each entry: why this value."""
    references = load_references()
    blocks = []
    for entry in entries:
        lines = [
            f"{entry.name} = {_value(entry)} {entry.unit}",
            f"  layer: {entry.layer}; kind: {entry.kind}",
        ]
        lines[-1] += f" ({_MARKS[entry.mark]})"
        if entry.range:
            lines.append(f"  range: {entry.range[0]:g} to {entry.range[1]:g} {entry.unit}")
        for column, values in entry.columns.items():
            lines.append(f"  {column} [{entry.units[column]}]: {', '.join(f'{v:g}' for v in values)}")
        for key in entry.source:
            lines.append(f"  source: [{key}] {references[key]}")
        for label in ("locator", "population", "note"):
            if getattr(entry, label):
                lines.append(f"  {label}: {getattr(entry, label)}")
        for key, other in entry.alternatives.items():
            lines.append(
                f"  alternative {key}: {_value(other)} {other.unit} [{', '.join(other.source)}] {other.note}"
            )
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def export(path: Path) -> None:
    """Write the whole ledger as JSON or CSV, by the ending of the file."""
    entries = Ledger.shipped().entries()
    if path.suffix == ".json":
        text = json.dumps([entry.as_dict() for entry in entries], indent=1, ensure_ascii=False)
    elif path.suffix == ".csv":
        stream = io.StringIO()
        writer = csv.writer(stream)
        writer.writerow(
            ("name", "layer", "value", "unit", "low", "high", "kind", "mark", "source", "locator", "note")
        )
        for e in entries:
            low, high = e.range or ("", "")
            row = (
                e.name,
                e.layer,
                _value(e),
                e.unit,
                low,
                high,
                e.kind,
                e.mark,
                " ".join(e.source),
                e.locator,
                e.note,
            )
            writer.writerow(row)
        text = stream.getvalue()
    else:
        raise InputError(f"--export {path}: the ending must be .json or .csv.")
    write_new(path, text, f"--export {path}")


def _value(entry: Entry) -> str:
    if entry.columns:
        return f"table of {len(next(iter(entry.columns.values())))}"
    if isinstance(entry.value, tuple):
        return ", ".join(f"{item:g}" for item in entry.value)
    return f"{entry.value:.6g}"

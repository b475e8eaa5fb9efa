"""Entries of the evidence ledger: their fields, how they are read from TOML, and how one is overridden."""

from __future__ import annotations

import logging
import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import remyelin.base.frozen  # noqa: F401  # entries and rates are read-only mappings, and pickled
from remyelin.base.errors import InputError

LAYERS = ("case", "traits", "record", "cobalamin", "myelin", "fibre", "nerve", "clinic")
KINDS = ("measured", "derived", "calibrated", "assumed")
MARKS = ("read", "read-2nd", "recall", "calc", "none")
_KEYS = {
    "value",
    "unit",
    "range",
    "kind",
    "mark",
    "source",
    "locator",
    "population",
    "note",
    "columns",
    "units",
    "alternatives",
}
GROUP: Final = "remyelin.evidence"
"""Group of entry points by which another package adds entries: each loads to the path of a TOML file."""
_LOG: Final = logging.getLogger("remyelin.evidence")
_NUMBER = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger.

    Attributes
    ----------
    name, layer : str
        Dotted name; the file it stands in.
    value : float or tuple of float or None
        A scalar or a vector; None for a table, whose numbers are in `columns`.
    unit : str
        Unit of `value` as written (``"-"`` for a pure number).
    range : tuple of float or None
        Plausible range; overrides outside it are refused.
    kind : {"measured", "derived", "calibrated", "assumed"}
        What the number rests on.
    mark : {"read", "read-2nd", "recall", "calc", "none"}
        How the source was seen. A recalled number is never ``measured``.
    source : tuple of str
        Keys in ``references.bib``.
    locator, population, note : str
        Where in the source; whom it describes; remarks.
    columns : mapping of str to tuple of float
        The columns of a table, with their units in `units`.
    alternatives : mapping of str to Entry
        Named values that disagree with this one, each with its own source.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> entry = Ledger.shipped().entry('prior.weight')
    >>> entry.value, entry.unit, entry.kind
    (70.0, 'kg', 'assumed')
    """

    name: str
    layer: str
    value: float | tuple[float, ...] | None
    unit: str
    range: tuple[float, float] | None
    kind: str
    mark: str
    source: tuple[str, ...]
    locator: str = ""
    population: str = ""
    note: str = ""
    columns: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    alternatives: Mapping[str, Entry] = field(default_factory=dict)
    overridden: bool = False

    def __reduce__(self) -> tuple[Callable[..., Entry], tuple[object, ...]]:
        # read-only views of dictionaries cannot be pickled
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return _entry_of, ({k: dict(v) if isinstance(v, MappingProxyType) else v for k, v in values.items()},)

    def as_dict(self) -> dict[str, Any]:
        """Return the entry as plain JSON-ready data."""
        data: dict[str, Any] = {
            "name": self.name,
            "layer": self.layer,
            "value": self.value,
            "unit": self.unit,
            "range": self.range,
            "kind": self.kind,
            "mark": self.mark,
            "source": list(self.source),
            "locator": self.locator,
            "population": self.population,
            "note": self.note,
            "overridden": self.overridden,
        }
        if self.columns:
            data["columns"] = {key: list(column) for key, column in self.columns.items()}
            data["units"] = dict(self.units)
        if self.alternatives:
            data["alternatives"] = {key: entry.as_dict() for key, entry in self.alternatives.items()}
        return data


def _entry_of(values: Mapping[str, Any]) -> Entry:
    """Return the entry that was pickled as these fields."""
    whole: dict[str, Any] = {k: MappingProxyType(v) if isinstance(v, dict) else v for k, v in values.items()}
    return Entry(**whole)


def override(entry: Entry, given: float | str) -> Entry:
    """Return an entry with another value, or one of its alternatives; InputError outside its range."""
    if isinstance(given, str) and given in entry.alternatives:
        chosen = entry.alternatives[given]
        return replace(
            entry,
            value=chosen.value,
            source=chosen.source,
            kind=chosen.kind,
            note=chosen.note,
            overridden=True,
        )
    if not isinstance(entry.value, float):
        raise InputError(f"ledger entry {entry.name!r} holds several numbers and cannot be set to one.")
    if isinstance(given, str):
        match = _NUMBER.match(given)
        if not match or match[2] not in ("", entry.unit):
            choices = f" or one of: {', '.join(entry.alternatives)}" if entry.alternatives else ""
            raise InputError(
                f"cannot set {entry.name!r} to {given!r}: give a number in {entry.unit!r}{choices}."
            )
        given = float(match[1])
    value = float(given)
    if not math.isfinite(value):
        raise InputError(f"cannot set {entry.name!r} to {value}: give a finite number in {entry.unit!r}.")
    if entry.range and not entry.range[0] <= value <= entry.range[1]:
        low, high = entry.range
        unit = "" if entry.unit == "-" else f" {entry.unit}"
        raise InputError(
            f"cannot set {entry.name!r} to {value:g}{unit}: its range is {low:g} to {high:g}{unit}."
        )
    return replace(entry, value=value, overridden=True)


@cache
def shipped_entries() -> Mapping[str, Entry]:
    """Read the entries that come with the package and those that other packages add."""
    entries: dict[str, Entry] = {}
    for layer in LAYERS:
        path = files("remyelin.evidence").joinpath("data", f"{layer}.toml")
        for name, raw in _walk(tomllib.loads(path.read_text(encoding="utf-8")), ()):
            if name in entries:
                raise InputError(f"ledger entry {name!r} stands in both {entries[name].layer} and {layer}.")
            entries[name] = _parse(name, layer, raw)
    return MappingProxyType(entries | _added_entries(entries))


def _added_entries(shipped: Mapping[str, Entry]) -> dict[str, Entry]:
    """Read the numbers that other packages add: each entry point names a TOML file of entries."""
    entries: dict[str, Entry] = {}
    for point in entry_points(group=GROUP):
        text = Path(point.load()).read_text(encoding="utf-8")
        for name, raw in _walk(tomllib.loads(text), ()):
            if name in shipped or name in entries:
                raise InputError(
                    f"{GROUP}: {point.name} adds the ledger entry {name!r}, which exists; rename it."
                )
            _LOG.debug("%s: %s adds %s", GROUP, point.name, name)
            entries[name] = _parse(name, point.name, raw)
    return entries


def _walk(tree: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, node in tree.items():
        if not isinstance(node, dict):
            raise InputError(f"ledger: {'.'.join((*path, key))!r} is a bare value; every number is an entry.")
        if "kind" in node:
            yield ".".join((*path, key)), node
        else:
            yield from _walk(node, (*path, key))


def _parse(name: str, layer: str, raw: Mapping[str, Any]) -> Entry:
    unknown = set(raw) - _KEYS
    if unknown:
        raise InputError(f"ledger entry {name!r} has an unknown key {sorted(unknown)[0]!r}.")
    value = raw.get("value")
    if isinstance(value, list):
        value = tuple(float(item) for item in value)
    elif value is not None:
        value = float(value)
    bounds = raw.get("range")
    source = raw.get("source", ())
    columns = {key: tuple(float(x) for x in column) for key, column in raw.get("columns", {}).items()}
    if (value is None) == (not columns):
        raise InputError(f"ledger entry {name!r} needs either a value or columns.")
    return Entry(
        name=name,
        layer=layer,
        value=value,
        unit=raw.get("unit", "-"),
        range=(float(bounds[0]), float(bounds[1])) if bounds else None,
        kind=raw["kind"],
        mark=raw.get("mark", "none"),
        source=(source,) if isinstance(source, str) and source else tuple(source),
        locator=raw.get("locator", ""),
        population=raw.get("population", ""),
        note=raw.get("note", ""),
        columns=MappingProxyType(columns),
        units=MappingProxyType(dict(raw.get("units", {}))),
        alternatives=MappingProxyType(
            {
                key: _parse(f"{name}:{key}", layer, {"unit": raw.get("unit", "-"), **alternative})
                for key, alternative in raw.get("alternatives", {}).items()
            }
        ),
    )

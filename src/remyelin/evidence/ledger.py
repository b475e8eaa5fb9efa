"""The evidence ledger: every biological number with value, unit, range, kind and source.

Entries live in ``data/<layer>.toml``. A TOML table that has a ``kind`` key is an entry; its name is
the dotted path to it (``median_motor.distal_distance``). A :class:`Ledger` is frozen and passed
explicitly; ``ledger.replace({name: value})`` returns another one.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import remyelin.base.frozen  # noqa: F401  # entries and rates are read-only mappings, and pickled
from remyelin.base.errors import InputError, nearest

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


class Ledger:
    """The numbers of one run: frozen, with a record of which of them were asked for.

    Use :meth:`shipped` for the numbers that come with the package. ``ledger["name"]`` returns the
    value in the unit of the entry; :meth:`table` returns the columns of a table.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> ledger = Ledger.shipped()
    >>> ledger['prior.weight']
    70.0
    >>> ledger.replace({'prior.weight': '90 kg'}).overrides()
    {'prior.weight': 90.0}
    >>> noting = ledger.recording()
    >>> noting['prior.weight']
    70.0
    >>> [entry.name for entry in noting.used()]
    ['prior.weight']
    """

    __slots__ = ("_digests", "_entries", "_used")

    def __init__(self, entries: Mapping[str, Entry], _used: set[str] | None = None) -> None:
        self._entries = entries if isinstance(entries, MappingProxyType) else MappingProxyType(dict(entries))
        self._used: set[str] | None = _used
        self._digests: dict[tuple[str, ...], str] = {}

    def __reduce__(self) -> tuple[Callable[..., Ledger], tuple[object, ...]]:
        return Ledger, (dict(self._entries), None if self._used is None else set(self._used))

    @classmethod
    def shipped(cls) -> Ledger:
        """Return the ledger that comes with this version of remyelin."""
        return cls(_shipped_entries())

    # --- reading -------------------------------------------------------------------------------
    def __getitem__(self, name: str) -> float:
        value = self.entry(name).value
        if not isinstance(value, float):
            raise InputError(f"ledger entry {name!r} is not a single number; use vector() or table().")
        return value

    def vector(self, name: str) -> tuple[float, ...]:
        """Return the values of an entry that holds several numbers of one unit."""
        value = self.entry(name).value
        if not isinstance(value, tuple):
            raise InputError(f"ledger entry {name!r} is not a vector.")
        return value

    def table(self, name: str) -> Mapping[str, tuple[float, ...]]:
        """Return the columns of a table entry."""
        columns = self.entry(name).columns
        if not columns:
            raise InputError(f"ledger entry {name!r} is not a table.")
        return columns

    def entry(self, name: str) -> Entry:
        """Return the whole entry, and note that it was used.

        Raises
        ------
        InputError
            If there is no such entry; the nearest name is given.
        """
        try:
            entry = self._entries[name]
        except KeyError:
            raise InputError(f"no ledger entry named {name!r}; {nearest(name, self._entries)}") from None
        if self._used is not None:
            self._used.add(name)
        return entry

    def group(self, prefix: str) -> dict[str, Entry]:
        """Return the entries below a dotted prefix, keyed by the rest of their name."""
        start = prefix + "."
        names = [name for name in self._entries if name.startswith(start)]
        if not names:
            raise InputError(f"no ledger entries below {prefix!r}.")
        return {name[len(start) :]: self.entry(name) for name in names}

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def entries(self) -> tuple[Entry, ...]:
        """Return every entry without marking any as used."""
        return tuple(self._entries.values())

    # --- changing ------------------------------------------------------------------------------
    def replace(self, changes: Mapping[str, float | str] | None = None, /, **names: float | str) -> Ledger:
        """Return a ledger with some values overridden for one run.

        Parameters
        ----------
        changes : mapping, optional
            Name to new value: a number in the unit of the entry, a string with its unit
            (``"1.5 S/cm2"``), or the name of one of the entry's alternatives.
        **names
            The same, for names without dots.

        Raises
        ------
        InputError
            For an unknown name, a wrong unit, or a value outside the entry's range.
        """
        entries = dict(self._entries)
        for name, given in {**(changes or {}), **names}.items():
            if name not in entries:
                raise InputError(f"no ledger entry named {name!r}; {nearest(name, entries)}")
            entries[name] = _override(entries[name], given)
        return Ledger(entries, self._used)

    # --- provenance ----------------------------------------------------------------------------
    def recording(self) -> Ledger:
        """Return the same numbers with a fresh record of use, read back by :meth:`used`."""
        fresh = Ledger(self._entries, set())
        fresh._digests = self._digests  # the same values, hence the same hashes
        return fresh

    def note(self, names: Iterable[str]) -> None:
        """Note entries as used, where a result that rests on them was remembered."""
        if self._used is not None:
            self._used.update(names)

    def used(self) -> tuple[Entry, ...]:
        """Return the entries asked for since :meth:`recording`, in ledger order."""
        used = self._used or set()
        return tuple(entry for name, entry in self._entries.items() if name in used)

    def overrides(self) -> dict[str, float | tuple[float, ...] | None]:
        """Return the values that differ from the shipped ledger because they were replaced."""
        return {name: entry.value for name, entry in self._entries.items() if entry.overridden}

    def agrees(self, entries: Iterable[Entry]) -> bool:
        """Whether entries of another ledger have the same values in this one; nothing is noted as used."""
        for other in entries:
            own = self._entries.get(other.name)
            if own is not other and (own is None or own.value != other.value or own.columns != other.columns):
                return False
        return True

    def digest(self, *layers: str) -> str:
        """Return a hash of the values (of some layers), to tell when derived data are stale."""
        if layers in self._digests:
            return self._digests[layers]
        content = [
            (e.name, e.value, e.unit, sorted((k, v) for k, v in e.columns.items()))
            for e in self._entries.values()
            if not layers or e.layer in layers
        ]
        found = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
        self._digests[layers] = found
        return found


def _override(entry: Entry, given: float | str) -> Entry:
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
def _shipped_entries() -> Mapping[str, Entry]:
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

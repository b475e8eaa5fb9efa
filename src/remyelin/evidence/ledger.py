"""The evidence ledger: every biological number with value, unit, range, kind and source.

Entries live in ``data/<layer>.toml``. A TOML table that has a ``kind`` key is an entry; its name is
the dotted path to it (``median_motor.distal_distance``). A :class:`Ledger` is frozen and passed
explicitly; ``ledger.replace({name: value})`` returns another one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

import remyelin.base.frozen  # noqa: F401  # entries and rates are read-only mappings, and pickled
from remyelin.base.errors import InputError, nearest
from remyelin.evidence.entries import Entry, override, shipped_entries


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
        return cls(shipped_entries())

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
            entries[name] = override(entries[name], given)
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

    def used_names(self) -> frozenset[str]:
        """Return the names of the entries asked for since :meth:`recording`."""
        return frozenset(self._used or ())

    def used(self) -> tuple[Entry, ...]:
        """Return the entries asked for since :meth:`recording`, in ledger order."""
        used = self._used or set()
        return tuple(entry for name, entry in self._entries.items() if name in used)

    def read(self) -> dict[str, Entry]:
        """Return the entries of :meth:`used` by name, in no order: the whole ledger is not walked through."""
        return {name: self._entries[name] for name in self._used or ()}

    def overrides(self) -> dict[str, float | tuple[float, ...] | None]:
        """Return the values that differ from the shipped ledger because they were replaced."""
        return {name: entry.value for name, entry in self._entries.items() if entry.overridden}

    def agrees(self, entries: Mapping[str, Entry]) -> bool:
        """Whether entries of another ledger, by name, have the same values in this one; nothing is noted as used."""
        own = list(map(self._entries.get, entries))
        others = list(entries.values())
        if own == others:  # as a rule the very same entries, which takes no comparison of values
            return True
        return all(
            one is other or (one is not None and one.value == other.value and one.columns == other.columns)
            for one, other in zip(own, others, strict=True)
        )

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

"""Mappings whose values are computed when they are first read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock
from typing import TypeVar

V = TypeVar("V")


class Lazily(Mapping[str, V]):
    """Values by name, each computed once, when it is first read.

    Parameters
    ----------
    names : iterable of str
    compute : callable
        Returns the value of a name.

    Examples
    --------
    >>> lengths = Lazily(["sural", "visual"], len)
    >>> lengths["sural"], list(lengths)
    (5, ['sural', 'visual'])
    """

    def __init__(self, names: Iterable[str], compute: Callable[[str], V]) -> None:
        self._names = tuple(names)
        self._compute = compute
        self._known: dict[str, V] = {}
        self._lock = Lock()

    def __getitem__(self, name: str) -> V:
        if name not in self._names:
            raise KeyError(name)
        with self._lock:
            if name not in self._known:
                self._known[name] = self._compute(name)
            return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

"""Thread-safe LRU cache; concurrent requests for a key compute it once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Memory:
    """Results by key, the latest kept; a result that two ask for at once is computed once."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value remembered under a key, or make it."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]  # type: ignore[no-any-return]
            own = self._locks.setdefault(key, threading.Lock())
        try:
            with own:
                with self._lock:
                    if key in self._found:
                        return self._found[key]  # type: ignore[no-any-return]
                made = make()
                with self._lock:
                    self._found[key] = made
                    while len(self._found) > self._kept:
                        self._found.popitem(last=False)
                return made
        finally:
            with self._lock:
                self._locks.pop(key, None)

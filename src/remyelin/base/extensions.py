"""Things by name, those of this package and those that other packages add by entry points."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_LOG = logging.getLogger("remyelin.extensions")


class Extensible(Mapping[str, T], Generic[T]):
    """A mapping whose entry points are loaded when it is first read, so that they may import its room.

    Parameters
    ----------
    shipped : mapping of str
        Those of this package.
    group : str
        Group of entry points; the name of each is a key.
    refusal : callable
        From the loaded value to what is wrong with it, empty where nothing is.

    Raises
    ------
    ValueError
        When it is first read: if a name that is added exists, or a value is refused.

    Examples
    --------
    >>> list(Extensible({"a": 1}, "remyelin.nothing", lambda value: ""))
    ['a']
    """

    def __init__(self, shipped: Mapping[str, T], group: str, refusal: Callable[[Any], str]) -> None:
        self.shipped, self.group, self.refusal = shipped, group, refusal

    @cached_property
    def _all(self) -> dict[str, T]:
        return self.gathered({point.name: point.load() for point in entry_points(group=self.group)})

    def gathered(self, added: Mapping[str, Any]) -> dict[str, T]:
        """Return those of this package and those added."""
        for name, value in added.items():
            _LOG.debug("%s: %r comes from another package", self.group, name)
            if name in self.shipped:
                raise ValueError(f"{self.group}: {name!r} exists in remyelin; rename the one that is added.")
            if reason := self.refusal(value):
                raise ValueError(f"{self.group}: {name!r} {reason}.")
        return {**self.shipped, **added}

    def __getitem__(self, name: str) -> T:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

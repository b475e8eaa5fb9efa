"""Memory keyed by the values of a ledger, which repeats the record of what was read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar, cast

from remyelin.evidence.ledger import Ledger

P = ParamSpec("P")
R = TypeVar("R")


def remembered(maxsize: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that keeps the latest results of a function of a ledger and hashable arguments.

    Two ledgers with the same values share a result, whatever runs they belong to. The names of the entries that
    the function read are kept with the result. A later call adds them to the record of its own ledger, so that the
    provenance of a run does not depend on earlier runs in the process.

    Parameters
    ----------
    maxsize : int
        Results kept; the one that was used longest ago goes first.

    Returns
    -------
    callable
        Decorator for a function whose positional arguments hold at least one ledger.

    Examples
    --------
    >>> from remyelin.evidence import Ledger
    >>> @remembered(maxsize=4)
    ... def weight(ledger):
    ...     return ledger["prior.weight"]
    >>> first, second = Ledger.shipped().recording(), Ledger.shipped().recording()
    >>> weight(first) == weight(second)
    True
    >>> [entry.name for entry in second.used()]
    ['prior.weight']
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        kept: OrderedDict[Hashable, tuple[R, frozenset[str]]] = OrderedDict()
        lock = Lock()

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            given = (*args, *kwargs.values())
            ledgers = [item for item in given if isinstance(item, Ledger)]
            key = (
                tuple(item.digest() if isinstance(item, Ledger) else item for item in given),
                tuple(kwargs),
            )
            with lock:
                found = kept.get(key)
                if found is not None:
                    kept.move_to_end(key)
            if found is None:
                probes = {id(item): item.recording() for item in ledgers}
                value = function(
                    *(probes.get(id(item), item) for item in args),  # type: ignore[arg-type]
                    **{name: probes.get(id(item), item) for name, item in kwargs.items()},  # type: ignore[arg-type]
                )
                read = frozenset(entry.name for probe in probes.values() for entry in probe.used())
                found = (value, read)
                with lock:
                    kept[key] = found
                    while len(kept) > maxsize:
                        kept.popitem(last=False)
            for item in ledgers:
                item.note(found[1])
            return found[0]

        return cast("Callable[P, R]", call)

    return decorate

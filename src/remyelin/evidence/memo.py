"""Memory keyed by the values of a ledger, all of them or those read, which repeats the record of the entries read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar, cast

from remyelin.evidence.entries import Entry
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
                read = frozenset[str]().union(*(probe.used_names() for probe in probes.values()))
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


def shared(maxsize: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that keeps the latest results of a function of one ledger, its last argument.

    Ledgers that differ only in entries which the function did not read share a result, as the sets of a posterior
    share what none of their numbers decides. The names of what was read are noted as by :func:`remembered`.

    Parameters
    ----------
    maxsize : int
        Results kept; one of those asked for longest ago goes first.

    Returns
    -------
    callable
        Decorator for a function whose arguments are positional, all but the ledger hashable.

    Examples
    --------
    >>> from remyelin.evidence import Ledger
    >>> @shared(maxsize=4)
    ... def weight(ledger):
    ...     return [ledger["prior.weight"]]
    >>> ledger = Ledger.shipped()
    >>> weight(ledger) is weight(ledger.replace({"record.age": 60}))
    True
    >>> weight(ledger.replace({"prior.weight": 80}))
    [80.0]
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        # by the other arguments: what was read of the ledger, by name, and the result
        kept: OrderedDict[Hashable, list[tuple[dict[str, Entry], R]]] = OrderedDict()
        lock = Lock()
        held = 0  # counted, since a walk through an ordered dictionary computes the hash of every key

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            nonlocal held
            *given, ledger = args
            assert isinstance(ledger, Ledger)
            key = (len(ledger), *given)
            with lock:
                results = kept.get(key, [])
                found = next((item for item in results if ledger.agrees(item[0])), None)
                if found is not None:
                    kept.move_to_end(key)
            if found is None:
                probe = ledger.recording()
                value = function(*given, probe)  # type: ignore[call-arg,arg-type]
                found = (probe.read(), value)
                with lock:
                    kept.setdefault(key, []).append(found)
                    kept.move_to_end(key)
                    held += 1
                    while held > maxsize:
                        oldest = next(iter(kept))
                        kept[oldest].pop(0)
                        held -= 1
                        if not kept[oldest]:
                            del kept[oldest]
            ledger.note(found[0])
            return found[1]

        return cast("Callable[P, R]", call)

    return decorate

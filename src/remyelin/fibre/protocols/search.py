"""Search for the changes of a yes-or-no response along one quantity: every change, not only the first.

Bisection alone is wrong for responses that come, go and come again: an impulse excited at moderate
currents is blocked at strong ones, and a bisection that lands there reports the wrong threshold by any
factor. So the range is scanned first, each change is bracketed and narrowed, and the neighbourhood of
each is looked at once more.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.base.checks import number, whole
from remyelin.base.errors import InputError
from remyelin.fibre.settings import (
    NEIGHBOURS,
    SCAN_LIMIT,
    SCAN_PER_DECADE,
    SEARCH_ROUNDS,
    SEARCH_TOLERANCE,
    SECTIONS,
)

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Transitions:
    """The changes of a response along a range.

    Attributes
    ----------
    value : (k,) float
        Where it changes, in order of magnitude; on the side that responds.
    begins : (k,) bool
        True where the response begins there as magnitudes grow, False where it ends.
    tried, responded : (m,) float and bool
        Everything that was evaluated, in order of magnitude.
    """

    value: Array
    begins: Bools
    tried: Array
    responded: Bools

    @property
    def first(self) -> float:
        """Smallest magnitude that responds, NaN if none tried did."""
        if np.any(self.begins):
            return float(self.value[self.begins][0])
        return float(self.tried[0]) if self.responded[0] else float("nan")

    @property
    def monotone(self) -> bool:
        """Whether the response begins at most once and never ends."""
        return bool(np.all(self.begins)) and len(self.value) <= 1


def transitions(
    responds: Callable[[float], bool],
    low: float,
    high: float,
    *,
    per_decade: int = SCAN_PER_DECADE,
    tolerance: float = SEARCH_TOLERANCE,
    threads: int = 1,
) -> Transitions:
    """Find every change of a response between two magnitudes of one sign.

    A response that comes and goes within one step of the scan, away from any other change, is missed:
    raise `per_decade` to look closer.

    Parameters
    ----------
    responds : callable
        ``responds(value) -> bool``; called from several threads if `threads` is above 1.
    low, high : float
        Of one sign, neither zero, ``|low| < |high|``.
    per_decade : int
        Values tried per factor of ten, evenly spaced in the logarithm.
    tolerance : float
        Relative width to which each change is narrowed.
    threads : int
        Evaluations at a time; the answer does not depend on it.

    Returns
    -------
    Transitions

    Raises
    ------
    InputError
        If the range or the settings make no sense.
    """
    if threads < 1:
        raise InputError(f"search: threads is {threads}; give 1 or more.")
    with ThreadPoolExecutor(max_workers=threads) as pool:
        (found,) = search_together(
            [searching(low, high, per_decade=per_decade, tolerance=tolerance)],
            lambda asked: [bool(answer) for answer in pool.map(lambda item: responds(item[1]), asked)],
        )
    return found


def limits(between: Any) -> tuple[float, float]:
    """Return the two ends of a range.

    Raises
    ------
    InputError
        If it does not have two.
    """
    if isinstance(between, str) or not isinstance(between, Sequence | np.ndarray) or len(between) != 2:
        raise InputError(f"search: between is {between!r}; give the smallest and the largest value.")
    first, second = between
    return number(first, "start of the range", "search"), number(second, "end of the range", "search")


Search = Generator[list[float], list[bool], Transitions]


def searching(
    low: float, high: float, *, per_decade: int = SCAN_PER_DECADE, tolerance: float = SEARCH_TOLERANCE
) -> Search:
    """Return the search of :func:`transitions` as a generator, so that many can go on together.

    It yields lists of values to be tried, is sent whether each responds, and returns the transitions.

    Raises
    ------
    InputError
        If the range or the settings make no sense; at once, not at the first step.
    """
    _check(low, high, per_decade, tolerance)
    bottom, top = abs(low), abs(high)
    points = max(2, int(np.ceil(per_decade * np.log10(top / bottom))) + 1)
    if points > SCAN_LIMIT:
        raise InputError(f"search: a scan of {points} values is too long; narrow the range.")
    return _search(np.geomspace(bottom, top, points).tolist(), 1.0 if low > 0 else -1.0, tolerance)


def search_together(
    searches: Sequence[Search], answer: Callable[[list[tuple[int, float]]], list[bool]]
) -> list[Transitions]:
    """Go on with searches side by side until all are over.

    Parameters
    ----------
    searches : sequence of generators from :func:`searching`
    answer : callable
        Is given what all of them want to know next, as (number of the search, value), and returns whether each
        responds.

    Returns
    -------
    list of Transitions
        One per search.
    """
    found: dict[int, Transitions] = {}
    wanted: dict[int, list[float]] = {}

    def go_on(which: int, reply: list[bool] | None) -> None:
        try:
            search = searches[which]
            wanted[which] = next(search) if reply is None else search.send(reply)
        except StopIteration as end:
            found[which] = end.value

    for which in range(len(searches)):
        go_on(which, None)
    while wanted:
        asked = [(which, value) for which, values in wanted.items() for value in values]
        replies = iter(answer(asked))
        counts = {which: len(values) for which, values in wanted.items()}
        wanted.clear()
        for which, count in counts.items():
            go_on(which, [next(replies) for _ in range(count)])
    return [found[which] for which in range(len(searches))]


def _search(scan: list[float], sign: float, tolerance: float) -> Search:
    known: dict[float, bool] = {}

    def look(magnitudes: Sequence[float]) -> Generator[list[float], list[bool], None]:
        new = sorted({float(m) for m in magnitudes} - known.keys())
        if new:
            replies = yield [sign * m for m in new]
            known.update(zip(new, replies, strict=True))

    yield from look(scan)
    yield from _narrow(known, look, tolerance)
    at = [m for bracket in _brackets(known) for m in bracket]
    yield from look([m * f for m in at for f in NEIGHBOURS if scan[0] <= m * f <= scan[-1]])
    yield from _narrow(known, look, tolerance)
    tried = np.array(sorted(known))
    responded = np.array([known[m] for m in tried.tolist()])
    found = _brackets(known)
    begins = np.array([known[b] for _, b in found], dtype=np.bool_)
    value = np.array([b if known[b] else a for a, b in found], dtype=np.float64)
    return Transitions(sign * value, begins, sign * tried, responded)


def _brackets(known: dict[float, bool]) -> list[tuple[float, float]]:
    """Neighbouring magnitudes that respond differently."""
    order = sorted(known)
    return [(a, b) for a, b in pairwise(order) if known[a] != known[b]]


def _narrow(
    known: dict[float, bool],
    look: Callable[[Sequence[float]], Generator[list[float], list[bool], None]],
    tolerance: float,
) -> Generator[list[float], list[bool], None]:
    """Cut every bracket into parts until each is narrow; a bracket may turn out to hold several changes."""
    for _ in range(SEARCH_ROUNDS):
        wide = [(a, b) for a, b in _brackets(known) if b > a * (1 + tolerance)]
        if not wide:
            return
        yield from look([m for a, b in wide for m in np.geomspace(a, b, SECTIONS + 1)[1:-1].tolist()])


def _check(low: float, high: float, per_decade: int, tolerance: float) -> None:
    number(low, "start of the range", "search")
    number(high, "end of the range", "search")
    if low * high <= 0 or not abs(low) < abs(high):
        raise InputError(
            f"search: the range {low} to {high} needs two finite numbers of one sign, the smaller first."
        )
    whole(per_decade, "per_decade", "search")
    if not number(tolerance, "tolerance", "search", above=0.0) < 1:
        raise InputError(f"search: tolerance is {tolerance}; give a share between 0 and 1.")

"""Processes that simulate the designs and the chains of the fit to patients.

Work depends on its own numbers and seed alone. A chain always goes to the same process, which keeps the pool it is at;
a pool that is not kept is simulated again and is the same. So neither the number of processes nor an interruption
changes a result.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final

import numpy as np

from remyelin import nerve
from remyelin.analysis.calibration.chains_people import stepped
from remyelin.analysis.calibration.free_people import STRUCTURAL
from remyelin.analysis.calibration.site_people import Site, read_site
from remyelin.analysis.protocols.pool import Draw, drawn
from remyelin.evidence import Ledger

#: A point of the cube, its set of the rates of repair, further readings over the ranges and along a walk, and a seed.
Design = tuple[list[float], int, int, int, list[int]]
#: Number and state of a chain; the point proposed, its set of repair, the logarithm owed; the power; errors; a seed.
Step = tuple[int, dict[str, Any], tuple[list[float], int, float], float, dict[str, float], list[int]]


@dataclass(slots=True)
class _Desk:
    """Numbers, persons, and the pool of each chain at its state, kept by a process."""

    base: Ledger
    draws: tuple[Draw, ...]
    tables: nerve.Tables
    sites: dict[int, tuple[tuple[float, ...], Site]]


_DESK: Final[list[_Desk]] = []


def _begin(base: Ledger, draws: tuple[Draw, ...]) -> None:
    _DESK[:] = [_Desk(base, draws, nerve.build_tables(base), {})]


def read_design(design: Design) -> list[list[Any]]:
    """Simulate a design and read it: points of the cube and the rows found there."""
    point, repair, spread, walked, seed = design
    desk = _DESK[0]
    site = Site.at(np.array(point), repair, desk.draws, desk.base, desk.tables)
    return [
        [at.tolist(), rows]
        for at, rows in read_site(site, np.array(point), spread, walked, np.random.default_rng(seed))
    ]


def read_again(work: tuple[list[float], int, int]) -> dict[str, float]:
    """Return the rows of a point and set of repair in a pool of other persons, drawn with a seed."""
    point, repair, seed = work
    desk = _DESK[0]
    deficient, gas, screened = (
        sum(draw.stratum == name for draw in desk.draws) for name in ("deficiency", "gas", "screened")
    )
    draws = drawn(deficient, gas, screened, desk.base, seed)
    return Site.at(np.array(point), repair, draws, desk.base, desk.tables).rows(np.array(point))


def step_chain(step: Step) -> dict[str, Any]:
    """Move a chain by one simulated step and return its state."""
    chain, state, (point, repair, owed), exponent, errors, seed = step
    desk = _DESK[0]
    place = (*state["point"][: len(STRUCTURAL)], float(state["repair"]))
    kept = desk.sites.get(chain)
    if kept is None or kept[0] != place:
        site = Site.at(np.array(state["point"]), state["repair"], desk.draws, desk.base, desk.tables, errors)
    else:
        site = kept[1]
    rng = np.random.default_rng(seed)
    state, site = stepped(state, np.array(point), repair, owed, exponent, site, rng)
    desk.sites[chain] = (*state["point"][: len(STRUCTURAL)], float(state["repair"])), site
    return state


@dataclass(frozen=True, slots=True)
class _Later:
    """Work of this process, done when its result is asked for, so that it can be kept before the next begins."""

    function: Callable[[Any], Any]
    work: Any

    def result(self) -> Any:
        """Do the work."""
        return self.function(self.work)


class Workers:
    """So many processes, one executor each, so that a chain can go to the same one; within this process for one."""

    def __init__(self, count: int, base: Ledger, draws: Sequence[Draw]) -> None:
        given = base, tuple(draws)
        self._executors: list[ProcessPoolExecutor] = []
        if count == 1:
            _begin(*given)
            return
        context = multiprocessing.get_context("spawn")
        self._executors = [
            ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=given)
            for _ in range(count)
        ]

    def submit(self, number: int, function: Callable[[Any], Any], work: Any) -> Future[Any] | _Later:
        """Give work to the process of a number."""
        if self._executors:
            return self._executors[number % len(self._executors)].submit(function, work)
        return _Later(function, work)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for executor in self._executors:
            executor.shutdown(cancel_futures=True)

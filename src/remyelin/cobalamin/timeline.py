"""The time grid of a course, and doses gathered onto the grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.cobalamin.doses import Dose
from remyelin.cobalamin.exposure import Exposure
from remyelin.cobalamin.settings import (
    AVERAGED_DOSE_INTERVAL,
    AVERAGED_DOSE_RUN,
    CASCADE_BLOCK,
    CASCADE_GRADING,
    CASCADE_MAX_STEP,
    SAME_INTERVAL,
)

Array = NDArray[np.float64]
Product = tuple[float, str, str, bool]


@dataclass(frozen=True, slots=True)
class Run:
    """Doses of one product at equal intervals, carried as a steady stream from start to stop (days)."""

    product: Product
    start: float
    stop: float
    per_day: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """All doses of a course: streams, and the times of single ones, ascending, by product.

    A product is (amount, form, route, with food).
    """

    runs: tuple[Run, ...]
    single: dict[Product, Array]


def schedule(doses: Sequence[Dose]) -> Schedule:
    """Gather doses: long regular runs by mouth or nose become streams, all others stay single.

    What each dose delivers is worked out dose by dose before it is spread over its interval, because
    absorption saturates; spreading alters nothing but the ripple within a day.
    """
    times: dict[Product, list[float]] = defaultdict(list)
    for dose in doses:
        times[dose.amount_ug, dose.form, dose.route, dose.with_food].append(dose.time)
    runs: list[Run] = []
    single: dict[Product, Array] = {}
    for product, given in times.items():
        ordered = sorted(given)
        if product[2] in ("oral", "nasal"):
            streams, rest = _streams(product, ordered)
            runs += streams
        else:
            rest = ordered
        if rest:
            single[product] = np.array(rest)
    return Schedule(tuple(runs), single)


def _streams(product: Product, times: list[float]) -> tuple[list[Run], list[float]]:
    runs: list[Run] = []
    rest: list[float] = []
    first = 0
    while first < len(times):
        last = first + 1
        interval = times[last] - times[first] if last < len(times) else 0.0
        near = 0 < interval <= AVERAGED_DOSE_INTERVAL + SAME_INTERVAL
        # doses too far apart are passed one by one: to follow each of their runs takes the square of their number
        while (
            near and last + 1 < len(times) and abs(times[last + 1] - times[last] - interval) < SAME_INTERVAL
        ):
            last += 1
        if near and last - first + 1 >= AVERAGED_DOSE_RUN:
            runs.append(Run(product, times[first], times[last] + interval, 1 / interval))
            first = last + 1
        else:
            rest.append(times[first])
            first += 1
    return runs, rest


def begin(times: Array, exposure: Exposure, plan: Schedule) -> float:
    """Return the first node of the cascade: the first event or requested time, whichever is earlier."""
    return float(min(times[0], *_events(exposure, plan), times[0]))


def blocks(times: Array, exposure: Exposure, plan: Schedule) -> Iterator[Array]:
    """Yield the nodes of the cascade, block by block: every requested time and every event, graded behind events.

    A block begins on the node on which the one before ended, and holds so many events, so that the memory of a
    course does not grow with its doses.

    Yields
    ------
    ndarray, shape (n + 1,)
        Ascending; the first block starts at :func:`begin`, the last ends at the last requested time.
    """
    # what happens at the last moment has no effect any more
    events = np.unique([*(event for event in _events(exposure, plan) if event < times[-1]), times[0]])
    ends = np.append(events[1:], times[-1])
    for first in range(0, events.size, CASCADE_BLOCK):
        part = slice(first, first + CASCADE_BLOCK)
        low, high = np.searchsorted(times, events[first]), np.searchsorted(times, ends[part][-1])
        yield _nodes(events[part], ends[part], times[low:high])


def _nodes(events: Array, ends: Array, times: Array) -> Array:
    """Return events, times and the end, with graded nodes behind each event and no step too long."""
    offsets = np.asarray(CASCADE_GRADING)
    graded = (events[:, None] + offsets)[offsets < (ends - events)[:, None]]
    nodes = np.unique(np.concatenate([events, graded, times, ends[-1:]]))
    gaps = np.diff(nodes)
    parts = np.maximum(np.ceil(gaps / CASCADE_MAX_STEP), 1).astype(int)
    within = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    filled = np.repeat(nodes[:-1], parts) + within * np.repeat(gaps / parts, parts)
    return np.append(filled, nodes[-1])


def _events(exposure: Exposure, plan: Schedule) -> Iterator[float]:
    profiles = (
        exposure.food_intake,
        exposure.intrinsic_factor,
        exposure.food_release,
        exposure.cd320_block,
        exposure.folate_status,
        exposure.folic_acid,
        exposure.pyridoxine,
        exposure.filtration,
    )
    for profile in profiles:
        if profile is not None and len(profile.times) > 1:
            yield from profile.times
    for episode in exposure.nitrous_oxide:
        yield from (episode.start, episode.stop)
    for run in plan.runs:
        yield from (run.start, run.stop)
    for given in plan.single.values():
        yield from given

"""Forecast entry by entry: the same simulated persons, reweighted as the entries of a record come in."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from remyelin.person.inference.likelihood import Likelihood
from remyelin.person.inference.posterior import Posterior, pick, target_of
from remyelin.person.inference.predictive import BAND, COURSE, continued
from remyelin.person.inference.settings import RECORD_DRAWS, RECORD_NESTED, RECORD_STEP_LEAST, RECORD_STEPS
from remyelin.person.record import Entry

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Step:
    """Forecast from the first entries of a record: the scale a year after its last entry.

    Attributes
    ----------
    entries : int
        How many entries are used.
    day : float
        Day of the last of them.
    labels : tuple of str
        Entries that this step adds.
    low, median, high : float or None
        Points of the disability scale; None where too few persons agree with so few entries.
    effective : float
        Effective sample of the persons.
    """

    entries: int
    day: float
    labels: tuple[str, ...]
    low: float | None
    median: float | None
    high: float | None
    effective: float


def steps(posterior: Posterior) -> tuple[Step, ...]:
    """Return the forecast after the first entries, after more, and after all, in the order of their days.

    The persons were chosen with all entries known. Where few entries are used they stand for persons who are partly
    not among them, which makes the first bands the least certain.
    """
    record, found = posterior.record, []
    ordered = sorted(record.entries, key=lambda entry: entry.day)
    log_prior, target = posterior.log_prior, np.array([target_of(record)])
    used = 0
    for added in _groups(ordered):
        used += len(added)
        judge = replace(
            Likelihood.of(replace(record, entries=tuple(ordered[:used])), posterior.setting),
            selected=posterior.likelihood.selected,
            # what the whole record names later is not left out of its beginning
            unmentioned=posterior.likelihood.unmentioned,
        )
        ready = judge.prepare(posterior.people, posterior.number.tolist(), posterior.seed, RECORD_NESTED)
        judged = judge.judge(posterior.people, ready)
        logs, _ = posterior.chosen.smoothed(log_prior + judged.total)
        effective = float(1.0 / np.exp(2.0 * logs).sum())
        labels = tuple(entry.label for entry in added)
        if effective < RECORD_STEP_LEAST:
            found.append(Step(used, added[-1].day, labels, None, None, None, effective))
            continue
        picked = pick(logs, judged, posterior.seed, RECORD_DRAWS)
        known, time = judge.finding_days, judge.reporting.time
        path = continued(picked.hidden.path[:, 0], known, target, time, (posterior.seed, COURSE))
        state = judge.state(posterior.people.at(picked.person), picked.hidden, target, path)
        low, median, high = (float(value) for value in np.quantile(state.scale["total"], BAND))
        found.append(Step(used, added[-1].day, labels, low, median, high, effective))
    return tuple(found)


def _groups(ordered: list[Entry]) -> list[list[Entry]]:
    """Return entries one by one; those of a day together where they are many."""
    if len(ordered) <= RECORD_STEPS:
        return [[entry] for entry in ordered]
    days = [list(same) for _, same in itertools.groupby(ordered, key=lambda entry: entry.day)]
    while len(days) > RECORD_STEPS:
        shortest = min(range(len(days) - 1), key=lambda at: len(days[at]) + len(days[at + 1]))
        days[shortest : shortest + 2] = [days[shortest] + days[shortest + 1]]
    return days

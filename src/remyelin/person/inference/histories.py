"""Untreated histories of persons, each looked at from many days of presentation at no further simulation.

Up to presentation a person is untreated, and what is seen on a day depends on the time since the cause began alone.
One simulated history therefore stands for as many persons as it has days: each pair of a history and a day of
presentation is weighted by how well it agrees with the entries up to presentation.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.causes import CAUSES
from remyelin.evidence import Ledger
from remyelin.evidence.memo import remembered
from remyelin.person.chain_people import People, simulate_people
from remyelin.person.found import SHARES, untreated_days
from remyelin.person.inference.likelihood import Judged, Likelihood, joined_judged
from remyelin.person.inference.people import BLOOD, Setting, Simulated, joined, person_of, simulated
from remyelin.person.inference.plan import Plan, gas_stop
from remyelin.person.inference.sampler import Draws
from remyelin.person.inference.settings import (
    RECORD_BATCHES_KEPT,
    RECORD_BLOCK,
    RECORD_CHUNK,
    RECORD_NESTED,
    RECORD_PAIR_DAYS,
    RECORD_PAIRS,
    RECORD_PAIRS_ROUGH,
)
from remyelin.person.plans import caused
from remyelin.person.record import Record
from remyelin.person.settings import FOUND_FLOOR, FOUND_LEAST

Floats = NDArray[np.float64]
_PAIRS_OF_ONE: Final = 100  # numbers that a history may take for its pairs
_NEVER: Final = 1e6  # day on which a gas ends whose end lies after presentation


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """Weighted pairs of an untreated history and a day of presentation.

    Attributes
    ----------
    draws : Draws
        Of each pair, the time since the cause began among its coordinates.
    history : (pair,) array
        Which simulated history a pair is taken from.
    people : Simulated
        State of the pairs at the days of the likelihood.
    log_prior : (pair,) array
        Logarithm of the prior weight.
    judged : Judged
        Likelihood of the entries up to presentation.
    number : (pair,) array
        Number of each pair, whose stream of hidden states it is.
    """

    draws: Draws
    history: NDArray[np.int64]
    people: Simulated
    log_prior: Floats
    judged: Judged
    number: NDArray[np.int64]


def at_presentation(record: Record) -> Record:
    """Return the part of a record known on the day of presentation, treatment left out."""
    return replace(
        record,
        entries=tuple(item for item in record.entries if item.day <= 0.0 and item.kind != "study"),
        treatments=(),
    )


def histories(
    likelihood: Likelihood,
    draws: Draws,
    seed: int,
    start: int = 0,
    progress: Callable[[float], None] = lambda share: None,
) -> Histories:
    """Simulate untreated histories and weigh their pairs.

    Parameters
    ----------
    likelihood : Likelihood
        Of a record at presentation.
    draws : Draws
        From the prior; their time since the cause began is used only where the record states it.
    seed : int
        Of the hidden states.
    start : int
        How many histories were simulated before these.
    progress : callable
        Called with the share that is done.
    """
    shared = likelihood.setting
    days = np.array(likelihood.days())
    dated = _dated(shared)
    if dated:
        plan = Plan("untreated", "", (), gas_stop(shared.record))
        people = simulated(draws, plan, days, (), shared, progress)
        pairs, history = draws, np.arange(len(draws))
        log_prior = np.zeros(len(draws))
    else:
        pairs, history, people, log_prior = _undated(draws, days, shared, progress)
    number = start * _PAIRS_OF_ONE + np.arange(len(pairs))
    # few hidden states tell which pairs matter, more are spent on those
    if len(pairs) > RECORD_PAIRS:
        rough = _judged(likelihood, people, number, seed, RECORD_PAIRS_ROUGH)
        keep = np.sort(np.argsort(-(log_prior + rough.total), kind="stable")[:RECORD_PAIRS])
        pairs, history, people, log_prior = pairs.at(keep), history[keep], people.at(keep), log_prior[keep]
        number = number[keep]
    judged = _judged(likelihood, people, number, seed, RECORD_NESTED)
    return Histories(pairs, history, people, log_prior, judged, number)


def _judged(
    likelihood: Likelihood, people: Simulated, number: NDArray[np.int64], seed: int, nested: int
) -> Judged:
    """Return the likelihood of pairs, in blocks: hidden states of all of them at once take hundreds of megabytes."""

    def block(begin: int) -> Judged:
        rows = np.arange(begin, min(begin + RECORD_BLOCK, len(number)))
        part = people.at(rows)
        return likelihood.judge(part, likelihood.prepare(part, number[rows].tolist(), seed, nested))

    with ThreadPoolExecutor(min(os.cpu_count() or 1, 4)) as executor:
        return joined_judged(list(executor.map(block, range(0, len(number), RECORD_BLOCK))))


def _dated(shared: Setting) -> bool:
    """Whether the record's dates of the cause fix the day of presentation."""
    stated = shared.record.cause
    over = stated.ended is not None and stated.ended < 0.0
    return stated.began is not None or over or shared.causes == ("none",)


def _undated(
    draws: Draws, days: Floats, shared: Setting, progress: Callable[[float], None]
) -> tuple[Draws, NDArray[np.int64], Simulated, Floats]:
    """Return the pairs of histories whose cause begins on an unknown day."""
    order = np.argsort(draws.member, kind="stable")
    parts, histories, logs, coordinates = [], [], [], []
    chunks = [order[start : start + RECORD_CHUNK] for start in range(0, len(order), RECORD_CHUNK)]
    with ThreadPoolExecutor(min(os.cpu_count() or 1, 4)) as executor:
        batches = [_Batch.of(draws.at(which), shared) for which in chunks]
        found = executor.map(lambda batch: _followed(shared.ledger, batch), batches)
        for number, (which, (people, kept)) in enumerate(zip(chunks, found, strict=True)):
            for row, index in enumerate(which.tolist()):
                cause = shared.causes[int(draws.cause[index])]
                since, z, log_prior = _presentations(kept[row], draws.z[index, 0], cause, shared)
                parts.append(_seen_from(people, row, kept[row], since, days, int(draws.member[index])))
                histories.append(np.full(len(since), index))
                coordinates.append(z)
                logs.append(log_prior)
            progress((number + 1) / len(chunks))
    history = np.concatenate(histories)
    pairs = draws.at(history)
    z = pairs.z.copy()
    z[:, 0] = np.concatenate(coordinates)
    return Draws(z, pairs.cause, pairs.member), history, joined(parts), np.concatenate(logs)


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Draws to follow and their shared setting, equal where a simulation would give the same."""

    key: str
    draws: Draws
    shared: Setting

    @classmethod
    def of(cls, draws: Draws, shared: Setting) -> _Batch:
        record = shared.record
        content = hashlib.sha256(repr((record.person, record.cause, shared.causes, shared.body)).encode())
        for values in (draws.z[:, 1:], draws.cause, draws.member):
            content.update(np.ascontiguousarray(values).tobytes())
        return cls(content.hexdigest(), draws, shared)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Batch) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@remembered(maxsize=RECORD_BATCHES_KEPT)
def _followed(ledger: Ledger, batch: _Batch) -> tuple[People, list[Floats]]:
    """Simulate histories from the beginning of the cause on; return them and the days kept since then."""
    draws, shared = batch.draws, batch.shared
    people = [replace(person_of(draws, index, shared), began=0.0) for index in range(len(draws))]
    exposures = [caused(person, _NEVER, ledger) for person in people]
    within = max(shared.age - 0.5, 1.0) * DAYS_PER_YEAR
    numbers = [shared.numbers[member] for member in draws.member.tolist()]
    looked = [untreated_days(exposure, own, within) for exposure, own in zip(exposures, numbers, strict=True)]
    found = simulate_people(
        exposures,
        [shared.body] * len(people),
        [times for times, _ in looked],
        [kept for _, kept in looked],
        [person.traits for person in people],
        shared.numbers,
        draws.member.tolist(),
        pathways=clinic.PATHWAYS,
        whole=False,
        associated=True,
    )
    return found, [kept for _, kept in looked]


def _presentations(
    kept: Floats, prior_z: float, cause: str, shared: Setting
) -> tuple[Floats, Floats, Floats]:
    """Return days of presentation since the cause began, their coordinate, and the log of their prior weight."""
    if cause == "none":
        return np.zeros(1), np.array([prior_z]), np.zeros(1)
    ledger = shared.ledger
    typical = DAYS_PER_YEAR * ledger[f"prior.began.{CAUSES[cause].key}"]
    spread = ledger["spread.began"]
    last = min(kept[-1], (shared.age - 0.5) * DAYS_PER_YEAR)
    places = np.linspace(0.0, len(kept) - 1.0, RECORD_PAIR_DAYS)
    since = np.interp(places, np.arange(len(kept)), kept)
    # before anything is felt nobody comes, but a blood count may find somebody
    since = np.concatenate([kept[0] * np.array([0.35, 0.6, 0.8]), since]) if kept[0] > 0.0 else since[1:]
    since = since[since <= last] if (since <= last).any() else np.array([last])
    z = np.log(since / typical) / spread
    edges = np.concatenate([[z[0] - 0.5], 0.5 * (z[1:] + z[:-1]), [z[-1] + 0.1]])
    width = np.diff(edges)
    return since, z, -0.5 * z**2 - 0.5 * np.log(2.0 * np.pi) + np.log(np.maximum(width, 1e-9))


def _seen_from(people: People, row: int, kept: Floats, since: Floats, days: Floats, member: int) -> Simulated:
    """Return one history as so many persons who present on the days `since`, at days relative to that."""
    at = np.clip(since[:, None] + days[None, :], kept[0], kept[-1])
    after = np.clip(np.searchsorted(kept, at, side="right"), 1, len(kept) - 1)
    share = (at - kept[after - 1]) / (kept[after] - kept[after - 1])

    def between(values: Floats) -> Floats:
        weight = share.reshape(*share.shape, *(1 for _ in values.shape[1:]))
        return np.asarray(values[after - 1] + weight * (values[after] - values[after - 1]))

    pathways: dict[str, Any] = {}
    for name in clinic.VARIABLES:
        values = people.pathways[name][row]
        # what is lost grows by factors from month to month, so its logarithm is interpolated
        amount = -np.log(np.maximum(values, FOUND_LEAST)) if name in SHARES else values
        grown = np.exp(between(np.log(np.maximum(amount, 0.0) + FOUND_FLOOR))) - FOUND_FLOOR
        grown = np.maximum(grown, 0.0)
        pathways[name] = (np.exp(-grown) if name in SHARES else grown).astype(np.float32)
    blood = {name: between(people.blood[name][row]) for name in BLOOD}
    blood |= {name: between(values[row]) for name, values in people.exposure.items()}
    count = len(since)
    return Simulated(
        days, blood, pathways, {}, -since, np.ones(count, dtype=bool), np.full(count, member, dtype=np.int64)
    )

"""Posterior of one person: what of the model agrees with a record, and how well."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.evidence import Ledger
from remyelin.person.inference.findings import Nested
from remyelin.person.inference.likelihood import Judged, Likelihood
from remyelin.person.inference.people import (
    Plan,
    Setting,
    Simulated,
    gas_stop,
    given,
    joined,
    setting,
    simulated,
)
from remyelin.person.inference.sampler import Draws, Sample, sample
from remyelin.person.inference.settings import (
    RECORD_BEYOND,
    RECORD_DRAWS,
    RECORD_FIRST,
    RECORD_MONTHS,
    RECORD_MORE,
    RECORD_MOST,
    RECORD_NEGLIGIBLE,
    RECORD_NESTED,
    RECORD_ROUGH,
    RECORD_ROUGH_ROUNDS,
    RECORD_ROUGH_WANTED,
    RECORD_WANTED,
)
from remyelin.person.inference.studies import Asked
from remyelin.person.record import Record

Floats = NDArray[np.float64]
#: Results that may be looked for next, beside findings.
NEXT_LABS: Final = ("b12", "holotc", "mma", "homocysteine")
NEXT_STUDIES: Final = ("sural amplitude", "tibial sep p40")


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """Posterior draws: persons with their hidden states, equally weighted.

    Attributes
    ----------
    person, draw : (pick,) arrays
        Which simulated person, and which of its hidden states.
    hidden : Nested
        Of each pick, over (pick, 1, day).
    """

    person: NDArray[np.int64]
    draw: NDArray[np.int64]
    hidden: Nested


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Weighted simulated persons that agree with a record.

    Attributes
    ----------
    record : Record
    setting : Setting
    likelihood : Likelihood
    plan : Plan
        Treatment as recorded, under which the persons were simulated.
    sample : Sample
    people : Simulated
    judged : Judged
    picked : Picked
    seed : int
    horizon : float
        Last day of the forecast.
    rough : bool
        Whether it was made with few persons, as a first answer.

    Examples
    --------
    >>> posterior = fit_person(record, rough=True)  # doctest: +SKIP
    >>> posterior.rough, posterior.weights.size == posterior.sample.log_weights.size
    (True, True)
    """

    record: Record
    setting: Setting
    likelihood: Likelihood
    plan: Plan
    sample: Sample
    people: Simulated
    judged: Judged
    picked: Picked
    seed: int
    horizon: float
    rough: bool = False

    @property
    def weights(self) -> Floats:
        """Weights of the simulated persons; they sum to 1."""
        return np.exp(self.sample.log_weights)

    def causes(self) -> dict[str, float]:
        """Return the posterior probability of every cause that was considered."""
        weights, causes = self.weights, self.setting.causes
        return {
            name: float(weights[self.sample.draws.cause == index].sum()) for index, name in enumerate(causes)
        }


def fit_person(
    record: Record,
    ledger: Ledger | None = None,
    *,
    seed: int = 0,
    rough: bool = False,
    persons: int | None = None,
    earlier: Posterior | None = None,
    workers: int | None = None,
    progress: Callable[[str, float], None] = lambda step, share: None,
) -> Posterior:
    """Fit the model to one person's record.

    Parameters
    ----------
    record : Record
        See :func:`remyelin.person.record.load_record`.
    ledger : Ledger, optional
        Numbers to compute with; the shipped ones when omitted.
    seed : int
        The same record, ledger and seed give the same bits, whatever the number of workers.
    rough : bool
        Few persons, for a first answer within a few seconds.
    persons : int, optional
        Persons simulated at the most; :data:`RECORD_MOST` when omitted.
    earlier : Posterior, optional
        Of the same person with fewer or other entries, whose simulated persons are used again.
    workers : int, optional
        Threads; as many as processors when omitted.
    progress : callable
        Called with the name of a step and the share of the whole that is done.

    Returns
    -------
    Posterior

    Raises
    ------
    InputError
        If the record cannot be computed.

    Examples
    --------
    >>> from remyelin.evidence import Ledger
    >>> from remyelin.person.record import parse_csv
    >>> text = "when,kind,name,value,unit\\n,person,age,68,y\\n,person,sex,female\\n0 d,lab,b12,95,pmol/L"
    >>> posterior = fit_person(parse_csv(text, "example", Ledger.shipped()), rough=True)
    >>> posterior.causes()["pernicious anaemia"] > posterior.causes()["none"]
    True
    """
    ledger = (ledger or Ledger.shipped()).recording()
    progress("tables of conduction", 0.0)
    shared = setting(record, ledger)
    likelihood = Likelihood.of(record, shared, extra=(*NEXT_LABS, *NEXT_STUDIES))
    days = np.array(sorted({record.last_day, *likelihood.days()}))
    end = horizon_of(record)
    plan = Plan("as given", "treatment as recorded", given(record, end, ledger), gas_stop(record))
    asked = likelihood.asked()
    most = persons or (RECORD_ROUGH if rough else RECORD_MOST)
    if most < 1:
        raise InputError(f"persons is {persons}; give a number above 0.")
    first, more = RECORD_ROUGH_ROUNDS if rough else (RECORD_FIRST, RECORD_MORE)
    first = min(first, most)
    kept: list[Simulated] = []
    done = 0

    def simulate(draws: Draws, share: float) -> Simulated:
        def report(part: float) -> None:
            progress("simulating persons", min((done + part * share * len(draws)) / most, 1.0))

        return simulated(draws, plan, days, asked, shared, report, workers)

    def judged_of(people: Simulated, start: int) -> Judged:
        numbers = range(start, start + len(people.began))
        return likelihood.judge(people, likelihood.prepare(people, numbers, seed, RECORD_NESTED))

    def evaluate(draws: Draws) -> Floats:
        nonlocal done
        people = simulate(draws, 1.0)
        kept.append(people)
        done += len(draws)
        return judged_of(people, done - len(draws)).total

    start: tuple[Sample, Floats] | None = None
    if earlier is not None and _same_person(earlier, record, ledger):
        people = _again(earlier, days, asked, simulate)
        kept.append(people)
        done = len(earlier.sample.draws)
        values = judged_of(people, 0).total
        start = (earlier.sample, np.where(people.known, values, -np.inf))
        most = max(most, done + 2 * RECORD_MORE)
    found = sample(
        shared.prior,
        evaluate,
        seed,
        first=first,
        more=more,
        most=most,
        wanted=RECORD_ROUGH_WANTED if rough else RECORD_WANTED,
        start=start,
    )
    people = joined(kept)
    judged = judged_of(people, 0)
    picked = pick(found.log_weights, judged, seed, RECORD_DRAWS)
    return Posterior(record, shared, likelihood, plan, found, people, judged, picked, seed, end, rough)


def horizon_of(record: Record) -> float:
    """Return the last day of the forecast of a record."""
    return max(RECORD_MONTHS[-1] * DAYS_PER_MONTH, record.last_day + RECORD_BEYOND * DAYS_PER_MONTH)


def _same_person(earlier: Posterior, record: Record, ledger: Ledger) -> bool:
    """Whether persons of an earlier posterior have the history of this record; only results may differ."""
    return earlier.record.digest() == record.digest() and earlier.setting.ledger.digest() == ledger.digest()


def _again(
    earlier: Posterior,
    days: Floats,
    asked: Sequence[Asked],
    simulate: Callable[[Draws, float], Simulated],
) -> Simulated:
    """Return the persons of an earlier posterior at the days of this one.

    Where every day is known nothing is simulated. Otherwise persons that carry weight are simulated again, and the
    others are marked as not known.
    """
    people = earlier.people
    if set(days) <= set(people.days) and set(asked) <= set(people.studies):
        return people.on(days)
    weights = earlier.weights
    chosen = np.flatnonzero(weights > RECORD_NEGLIGIBLE * weights.max())
    return simulate(earlier.sample.draws.at(chosen), 1.0).spread(chosen, len(weights))


def pick(log_weights: Floats, judged: Judged, seed: int, count: int) -> Picked:
    """Draw persons with their hidden states by systematic resampling."""
    draws = judged.draws.shape[1]
    logs = log_weights[:, None] + judged.draws - judged.total[:, None] - math.log(draws)
    weights = np.exp(logs).reshape(-1)
    if not np.isfinite(weights).all() or weights.sum() <= 0.0:
        raise InputError("no simulated person could be weighted; look at the record for impossible values.")
    places = (np.random.default_rng([seed, 1]).random() + np.arange(count)) / count
    flat = np.searchsorted(np.cumsum(weights) / weights.sum(), places).clip(0, len(weights) - 1)
    person, draw = np.divmod(flat, draws)
    return Picked(person, draw, judged.hidden.at(person, draw))

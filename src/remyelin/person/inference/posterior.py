"""Posterior of one person: simulated persons that agree with a record, and how well."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.base.log import Task
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue.plans import GIVEN, NO_TREATMENT, NONE_SINCE, RECORDED
from remyelin.evidence import Ledger
from remyelin.person.inference.findings import Nested
from remyelin.person.inference.histories import at_presentation
from remyelin.person.inference.likelihood import Judged, Likelihood
from remyelin.person.inference.people import Setting, Simulated, joined, setting, simulated, warped
from remyelin.person.inference.plan import Plan, gas_stop, given
from remyelin.person.inference.presented import presented
from remyelin.person.inference.psis import smoothed
from remyelin.person.inference.sampler import Draws, Proposal, Sample, sample, tempered_weights
from remyelin.person.inference.sampler import joined as joined_draws
from remyelin.person.inference.settings import (
    RECORD_BEYOND,
    RECORD_CHOSEN,
    RECORD_CHOSEN_WIDER,
    RECORD_DRAWS,
    RECORD_HISTORIES,
    RECORD_HISTORIES_MOST,
    RECORD_MONTHS,
    RECORD_MORE,
    RECORD_MOST,
    RECORD_NEGLIGIBLE,
    RECORD_NESTED,
    RECORD_RELIABLE,
    RECORD_ROUGH_CHOSEN,
    RECORD_ROUGH_HISTORIES,
    RECORD_TEMPER,
    RECORD_WANTED,
)
from remyelin.person.inference.studies import Asked
from remyelin.person.record import Record

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_BEFORE: Final = 0.4  # share of the work that comes before persons are simulated with treatment
_LATER: Final = 10**8  # number of the first person that comes from no history
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
class Chosen:
    """Choice of the first persons among untreated histories.

    Attributes
    ----------
    times : (person,) array
        How often each of them was.
    pareto_k : float
        Of the weights of the histories.
    """

    times: NDArray[np.int64]
    pareto_k: float

    def smoothed(self, log_weights: Floats) -> tuple[Floats, float]:
        """Return smoothed weights of the persons, and the larger Pareto k of the histories and of the choice.

        A person chosen several times counts as several draws of equal weight. As one draw it would have a large weight
        that tells how often it was chosen and nothing of the tail. Persons are chosen in proportion to their weight at
        presentation, so that weights are nearly equal where nothing else is known: such a choice has no tail to fit.

        Parameters
        ----------
        log_weights : (person,) array
            Logarithm of the weights. Later persons, of whom nothing is said here, count as chosen once.
        """
        times = np.append(self.times, np.ones(len(log_weights) - len(self.times), dtype=np.int64))
        logs, shape = smoothed(np.repeat(log_weights - np.log(times), times))
        whole: Floats = np.logaddexp.reduceat(logs, np.cumsum(times) - times)
        even = np.exp(logs.max()) < 1.0 / RECORD_WANTED
        return whole, self.pareto_k if even else max(self.pareto_k, shape)


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
    number : (person,) array
        Number of each person, whose stream of hidden states it is.
    chosen : Chosen
        Choice of the first persons.
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
    number: NDArray[np.int64]
    chosen: Chosen
    rough: bool = False

    @property
    def weights(self) -> Floats:
        """Weights of the simulated persons; they sum to 1."""
        return np.exp(self.sample.log_weights)

    @property
    def log_prior(self) -> Floats:
        """Logarithm of the weight (person,) without the record, up to a constant; weights are smoothed, so is this."""
        return self.sample.log_weights - self.judged.total

    def causes(self) -> dict[str, float]:
        """Return the posterior probability of every cause that was considered, the likeliest first."""
        weights, causes = self.weights, self.setting.causes
        found = {
            name: float(weights[self.sample.draws.cause == index].sum()) for index, name in enumerate(causes)
        }
        return dict(sorted(found.items(), key=lambda item: -item[1]))


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
    task = Task("person", "fit to %s, %d entries", record.source, len(record.entries))
    progress = task.steps(progress)
    progress("tables of conduction", 0.0)
    shared = setting(record, ledger)
    likelihood = Likelihood.of(record, shared, extra=(*NEXT_LABS, *NEXT_STUDIES))
    days = np.array(sorted({record.last_day, target_of(record), *likelihood.days()}))
    end = horizon_of(record)
    orders = given(record, end, ledger)
    none = NONE_SINCE if shared.earlier else NO_TREATMENT
    label = RECORDED if any(order.doses for order in orders) else none
    plan = Plan(GIVEN, label, orders, gas_stop(record))
    asked = likelihood.asked()
    most = persons or (RECORD_ROUGH_CHOSEN if rough else RECORD_MOST)
    if most < 1:
        raise InputError(f"persons is {persons}; give a number above 0.")

    def simulate(draws: Draws, begin: float, share: float) -> Simulated:
        def report(part: float) -> None:
            progress("simulating persons", min(begin + part * share, 1.0))

        return simulated(draws, plan, days, asked, shared, report, workers)

    def judged_of(people: Simulated, number: Whole) -> Judged:
        return likelihood.judge(people, likelihood.prepare(people, number.tolist(), seed, RECORD_NESTED))

    if earlier is not None and _same_person(earlier, record, ledger):
        number, log_ratio = earlier.number, earlier.log_prior
        people = _again(earlier, days, asked, lambda draws: simulate(draws, 0.0, 1.0))
        draws, chosen = earlier.sample.draws, earlier.chosen
    else:
        draws, number, log_ratio, chosen = _chosen(
            likelihood, record, seed, min(most, RECORD_CHOSEN), rough, progress
        )
        people = simulate(draws, _BEFORE, (1.0 - _BEFORE) * len(draws) / most)
    judged = judged_of(people, number)
    raw = np.where(people.known, log_ratio + judged.total, -np.inf)
    log_weights, shape = chosen.smoothed(raw)
    effective = float(1.0 / np.exp(2.0 * log_weights).sum())
    rest = most - len(draws)
    doubtful = effective < 0.5 * RECORD_WANTED or shape > RECORD_RELIABLE
    if doubtful and rest >= 2 * RECORD_MORE and not rough:
        kept: list[Simulated] = []

        def evaluate(new: Draws) -> Floats:
            done = sum(len(part.began) for part in kept)
            begin = _BEFORE + (1.0 - _BEFORE) * (len(draws) + done) / most
            kept.append(simulate(new, begin, (1.0 - _BEFORE) * len(new) / most))
            return judged_of(kept[-1], _LATER + done + np.arange(len(new))).total

        prior = warped(shared)
        tempered = tempered_weights(log_ratio, np.where(people.known, judged.total, -np.inf))
        further = sample(
            prior,
            evaluate,
            seed,
            first=RECORD_MORE,
            more=RECORD_MORE,
            most=rest,
            wanted=RECORD_WANTED,
            begin=Proposal.fitted(draws, tempered, prior),
        )
        # two samples of the same posterior, each counted by what it is worth
        share = effective / (effective + further.effective)
        shape = shape if share > 0.5 else further.pareto_k
        log_weights = np.concatenate(
            [log_weights + math.log(share), further.log_weights + math.log1p(-share)]
        )
        draws = joined_draws([draws, further.draws])
        number = np.concatenate([number, _LATER + np.arange(len(further.draws))])
        people = joined([people, *kept])
        judged = judged_of(people, number)
        effective = float(1.0 / np.exp(2.0 * log_weights).sum())
    found = Sample(draws, log_weights, judged.total, effective, shape, 0)
    picked = pick(log_weights, judged, seed, RECORD_DRAWS)
    task.done("%d persons, an effective %.1f, Pareto k %.2f", len(draws), effective, shape)
    return Posterior(
        record, shared, likelihood, plan, found, people, judged, picked, seed, end, number, chosen, rough
    )


def _chosen(
    likelihood: Likelihood,
    record: Record,
    seed: int,
    count: int,
    rough: bool,
    progress: Callable[[str, float], None],
) -> tuple[Draws, Whole, Floats, Chosen]:
    """Return persons chosen among histories by their agreement at presentation: with numbers and prior over proposal.

    Some are chosen with less regard to the entries, for what comes later may say otherwise.
    """
    early = replace(
        Likelihood.of(at_presentation(record), likelihood.setting),
        selected=likelihood.selected,
        unmentioned=likelihood.unmentioned,
    )
    histories = RECORD_ROUGH_HISTORIES if rough else RECORD_HISTORIES
    pool = presented(
        early,
        seed,
        first=histories,
        most=histories if rough else RECORD_HISTORIES_MOST,
        progress=lambda share: progress("untreated histories", _BEFORE * share),
    )
    weights = np.exp(pool.sample.log_weights)
    wider = pool.log_prior + RECORD_TEMPER * pool.judged.total
    wider = np.exp(wider - np.logaddexp.reduce(wider))
    proposal = (1.0 - RECORD_CHOSEN_WIDER) * weights + RECORD_CHOSEN_WIDER * wider
    places = (np.random.default_rng([seed, 8]).random() + np.arange(count)) / count
    flat = np.searchsorted(np.cumsum(proposal) / proposal.sum(), places).clip(0, len(proposal) - 1)
    chosen, times = np.unique(flat, return_counts=True)
    log_ratio = np.log(times) + pool.log_prior[chosen] - np.log(proposal[chosen])
    found = Chosen(times, pool.sample.pareto_k)
    return pool.sample.draws.at(chosen), pool.number[chosen], log_ratio, found


def target_of(record: Record) -> float:
    """Return the day a year after the last entry, on which forecasts of more and more entries are compared."""
    return record.last_day + 12.0 * DAYS_PER_MONTH


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
    simulate: Callable[[Draws], Simulated],
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
    return simulate(earlier.sample.draws.at(chosen)).spread(chosen, len(weights))


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

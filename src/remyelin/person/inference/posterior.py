"""Posterior of one person: what of the model agrees with a record, and how well."""

from __future__ import annotations

import math
from collections.abc import Callable
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
    RECORD_AFTER,
    RECORD_BEYOND,
    RECORD_DRAWS,
    RECORD_FIRST,
    RECORD_HISTORY,
    RECORD_MONTHS,
    RECORD_MORE,
    RECORD_MOST,
    RECORD_NESTED,
    RECORD_ROUGH,
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
    rough : bool
        Whether it was made with few persons, as a first answer.
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
    rough: bool = False

    @property
    def weights(self) -> Floats:
        """Weights of the simulated persons; they sum to 1."""
        return np.exp(self.sample.log_weights)

    @property
    def horizon(self) -> float:
        """Last day of the forecast."""
        return float(self.people.days[-1])

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
    days = days_of(record, likelihood)
    plan = Plan("as given", "treatment as recorded", given(record, float(days[-1]), ledger), gas_stop(record))
    now = record.last_day
    asked = list(dict.fromkeys([*likelihood.asked(), *(Asked(name, now) for name in NEXT_STUDIES)]))
    most = RECORD_ROUGH if rough else RECORD_MOST
    first = min(RECORD_ROUGH if rough else RECORD_FIRST, most)
    kept: list[Simulated] = []
    done = 0

    def evaluate(draws: Draws) -> Floats:
        nonlocal done
        step = "simulating persons"
        people = simulated(
            draws,
            plan,
            days,
            asked,
            shared,
            lambda share: progress(step, min((done + share * len(draws)) / most, 1.0)),
            workers,
        )
        numbers = range(done, done + len(draws))
        kept.append(people)
        done += len(draws)
        return likelihood.judge(people, numbers, seed, RECORD_NESTED).total

    start: tuple[Sample, Floats] | None = None
    if earlier is not None and _reusable(earlier, record, ledger, days, asked):
        kept.append(earlier.people)
        done = len(earlier.sample.draws)
        values = likelihood.judge(earlier.people, range(done), seed, RECORD_NESTED).total
        start = (earlier.sample, values)
    found = sample(
        shared.prior,
        evaluate,
        seed,
        first=first,
        more=RECORD_MORE,
        most=most if start is None else done + RECORD_MORE * 3,
        wanted=RECORD_WANTED if not rough else 0.0,
        start=start,
    )
    people = joined(kept)
    judged = likelihood.judge(people, range(done), seed, RECORD_NESTED)
    picked = pick(found.log_weights, judged, seed, RECORD_DRAWS)
    return Posterior(record, shared, likelihood, plan, found, people, judged, picked, seed, rough)


def days_of(record: Record, likelihood: Likelihood) -> Floats:
    """Return the days at which persons are kept: of presentation, entries and forecast."""
    months = RECORD_MONTHS
    last = record.last_day
    horizon = max(months[-1] * DAYS_PER_MONTH, last + RECORD_BEYOND * DAYS_PER_MONTH)
    days = {month * DAYS_PER_MONTH for month in months}
    days |= {last + month * DAYS_PER_MONTH for month in RECORD_AFTER}
    days |= {item.start for item in record.treatments if item.start > RECORD_HISTORY[0]}
    days |= {horizon, last, *likelihood.days()}
    return np.array(sorted(day for day in days if day <= horizon))


def _reusable(earlier: Posterior, record: Record, ledger: Ledger, days: Floats, asked: list[Asked]) -> bool:
    """Whether the persons of an earlier posterior answer this record: same history, and every day known."""
    return (
        earlier.record.digest() == record.digest()
        and earlier.setting.ledger.digest() == ledger.digest()
        and set(days) <= set(earlier.people.days)
        and set(asked) <= set(earlier.people.studies)
    )


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

"""Persons who resemble the findings of a case at presentation: the one that is drawn, and those of the band."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import nerve
from remyelin.base.plain import percent
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.causes import CAUSES
from remyelin.evidence import Ledger
from remyelin.person.case import Case
from remyelin.person.inference.associated import is_associated
from remyelin.person.inference.findings import Nested
from remyelin.person.inference.histories import at_presentation
from remyelin.person.inference.likelihood import Likelihood, Prepared
from remyelin.person.inference.people import person_of, setting, simulated
from remyelin.person.inference.plan import Plan, gas_stop
from remyelin.person.inference.posterior import Chosen, Picked, Posterior, pick
from remyelin.person.inference.predictive import Predicted, compared, expected_chances
from remyelin.person.inference.presented import presented
from remyelin.person.inference.sampler import Draws
from remyelin.person.inference.settings import (
    RECORD_CENTRAL,
    RECORD_CENTRAL_GRID,
    RECORD_DRAWS,
)
from remyelin.person.inference.verdict import verdict
from remyelin.person.person import SUSCEPTIBLE, Fact, Person, resolve
from remyelin.person.placement import levels
from remyelin.person.record import Entry, Record, record_of_case
from remyelin.person.traits import NAMES

Floats = NDArray[np.float64]
FINDINGS: Final = "findings"
"""Basis of what the findings of a case moved."""

_LABELS: Final = {
    "store": "body store, of typical",
    "pace": "pace of the cause, of typical",
    "reserve": "functional reserve, of typical",
    "notice": "severity at which a symptom is noticed, of typical",
    **SUSCEPTIBLE,
}


@dataclass(frozen=True, slots=True)
class Chance:
    """Probability that the model gives to a reported finding.

    Attributes
    ----------
    entry : Entry
    before : float
        From laboratory values, scales and being found on day 0, symptoms and signs left out.
    after : float
        With the findings themselves: how well they are met, no prediction.
    """

    entry: Entry
    before: float
    after: float


@dataclass(frozen=True, slots=True, eq=False)
class Resembling:
    """Posterior of a case at presentation, given its findings.

    Attributes
    ----------
    posterior : Posterior
        Pairs of an untreated history and a day of presentation, weighted.
    person : Person
        The most probable one under the ledger's own numbers among those about as disabled as the band is in the
        middle; its curves are drawn.
    people : tuple of Person
        Equally weighted persons of the band.
    member : (person,) array
        Parameter set of each.
    picked : Picked
        Hidden states of each.
    compared : tuple of Predicted
        Every entry at presentation beside its fitted value.
    refused : str
        Why no forecast is given; empty where persons resemble the findings.
    """

    posterior: Posterior
    person: Person
    people: tuple[Person, ...]
    member: NDArray[np.int64]
    picked: Picked
    compared: tuple[Predicted, ...]
    refused: str

    @property
    def dated(self) -> dict[str, bool] | None:
        """Whether the reported beginning of each symptom agrees with the one these persons are expected to report.

        None where no finding with a mechanism is reported.
        """
        if not self.judged:
            return None
        found: dict[str, bool] = {}
        for item in self.compared:
            if item.entry.kind == "symptom" and item.entry.event == "began":
                found[item.entry.name] = found.get(item.entry.name, True) and item.agrees and item.dated
        return found

    @property
    def judged(self) -> bool:
        """Whether a reported finding with a mechanism was held against these persons."""
        return any(
            item.entry.kind in ("symptom", "sign") and not is_associated(item.entry) for item in self.compared
        )

    @property
    def apart(self) -> tuple[str, ...]:
        """Reported symptoms and signs that these persons do not reproduce."""
        return tuple(
            item.entry.label
            for item in self.compared
            if item.entry.kind in ("symptom", "sign") and not item.agrees
        )

    @property
    def presence(self) -> Floats:
        """Severity (person,) from which each of the people notices a symptom, by its parameter set and its trait."""
        numbers = self.posterior.setting.numbers
        typical = np.array([float(numbers[index].judge.presence) for index in self.member.tolist()])
        return typical * self.picked.hidden.notice[:, 0]


def findings_of(case: Case, ledger: Ledger) -> Record:
    """Return the findings of a case at presentation, as a record; its cause counts as stated."""
    record = at_presentation(record_of_case(case, case.name, ledger))
    cause = case.cause
    stated = replace(record.cause, kind=cause.kind, began=cause.began, ended=cause.ended)
    return replace(record, cause=stated)


def has_findings(case: Case, ledger: Ledger) -> bool:
    """Whether a case with a cause reports findings that the model computes."""
    return case.cause.kind != "none" and any(
        item.kind in ("symptom", "sign") for item in findings_of(case, ledger).entries
    )


def resembling(
    case: Case,
    ledger: Ledger,
    count: int,
    *,
    tables: nerve.Tables | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda step: None,
) -> Resembling | None:
    """Return persons who resemble the findings of a case; None where it reports none that the model computes.

    Parameters
    ----------
    case : Case
    ledger : Ledger
    count : int
        Persons of the band.
    tables : nerve.Tables, optional
    seed : int
    progress : callable
        Called with the name of each step.
    """
    if not has_findings(case, ledger):
        return None
    record = findings_of(case, ledger)
    shared = setting(record, ledger, tables)
    likelihood = Likelihood.of(record, shared)

    def said(share: float) -> None:
        progress(f"persons who resemble the findings, {percent(share)}")

    pool = presented(likelihood, seed, progress=said)
    sample, people, judged = pool.sample, pool.people, pool.judged
    plan = Plan("untreated", "", (), gas_stop(record))
    picked = pick(sample.log_weights, judged, seed, RECORD_DRAWS)
    chosen = Chosen(np.ones(len(pool.number), dtype=np.int64), sample.pareto_k)
    posterior = Posterior(
        record, shared, likelihood, plan, sample, people, judged, picked, seed, 0.0, pool.number, chosen
    )
    few = pick(sample.log_weights, judged, seed + 1, count)
    entries = compared(posterior)
    reason = verdict(record, entries, sample.effective)[1]
    draws = sample.draws.at(few.person)
    own = tuple(_with_fast(person_of(draws, index, shared), few.hidden, index) for index in range(len(draws)))
    here = likelihood.state(people.at(few.person), few.hidden, likelihood.finding_days, few.hidden.path)
    points = float(np.median(here.scale["total"][:, 0, likelihood.today]))
    return Resembling(
        posterior, _central(case, posterior, ledger, points), own, draws.member, few, entries, reason or ""
    )


def chances(found: Resembling) -> tuple[Chance, ...]:
    """Return the probability of every reported finding, before and after the findings are used."""
    posterior = found.posterior
    likelihood = posterior.likelihood
    entries = [item for item in posterior.record.entries if item.kind in ("symptom", "sign")]
    scales = tuple(entry for entry in likelihood.clinical if entry.kind == "scale")
    values = replace(likelihood, clinical=scales, unmentioned=())
    hidden = posterior.judged.hidden
    ready = Prepared(
        hidden,
        likelihood.state(posterior.people, hidden, likelihood.finding_days, hidden.path),
        likelihood.presented(posterior.people, hidden),
    )
    blind = values.judge(posterior.people, ready)
    log_prior = posterior.sample.log_weights - posterior.judged.total
    before = log_prior[:, None] + blind.draws
    after = log_prior[:, None] + posterior.judged.draws
    return tuple(
        Chance(entry, *(expected_chances(posterior, ready, entry, logs) for logs in (before, after)))
        for entry in entries
    )


def _with_fast(person: Person, hidden: Nested, index: int) -> Person:
    reserve, notice = (float(values[index, 0]) for values in (hidden.reserve, hidden.notice))
    return replace(person, traits=person.traits.with_values(reserve=reserve, notice=notice))


def _central(case: Case, posterior: Posterior, ledger: Ledger, points: float) -> Person:
    """Return the most probable person under the ledger's own numbers, without any discrepancy of the model.

    Persons count by their distance from the points of the disability scale that the band has in the middle, so that
    tables and curves do not show somebody much better or worse than the answer.
    """
    shared, sample = posterior.setting, posterior.sample
    weights = np.exp(sample.log_weights)
    best = np.argsort(-weights, kind="stable")
    own = len(shared.numbers) - 1
    chosen: list[int] = []
    for index in best.tolist():
        # neighbouring days of one history are nearly the same person
        if all(np.abs(sample.draws.z[index] - sample.draws.z[other]).max() > 0.1 for other in chosen):
            chosen.append(index)
        if len(chosen) == RECORD_CENTRAL - 1:
            break
    mean = weights @ sample.draws.z
    z = np.vstack([sample.draws.z[chosen], mean[None]])
    best_z, fast, value = _best(z, posterior, own, points)
    # once more about the best one, towards the others
    nearer = np.vstack([best_z[None], 0.5 * (best_z + z[: RECORD_CENTRAL // 2]), 0.7 * best_z[None]])
    again_z, again_fast, again_value = _best(nearer, posterior, own, points)
    if again_value >= value:
        best_z, fast = again_z, again_fast
    draws = Draws(best_z[None], np.zeros(1, dtype=np.int64), np.array([own]))
    found = person_of(draws, 0, shared)
    traits = found.traits.with_values(reserve=fast[0], notice=fast[1])
    person = replace(resolve(case, ledger), began=found.began, traits=traits)
    for name, label in _LABELS.items():
        if name == "motor_n2o" and not CAUSES[person.cause].gas:
            continue
        person = person.with_fact(Fact(label, getattr(traits, name), "1", FINDINGS, f"spread.{name}"))
    if case.cause.began is None:
        years = -person.began / DAYS_PER_YEAR
        person = person.with_fact(Fact("time since the cause began", years, "y", FINDINGS, "spread.began"))
    return levels(case, person, ledger)


def _best(
    z: Floats, posterior: Posterior, own: int, points: float
) -> tuple[Floats, tuple[float, float], float]:
    """Return the most probable of some points, its reserve and notice, and the log density."""
    shared, likelihood = posterior.setting, posterior.likelihood
    count = len(z)
    draws = Draws(z, np.zeros(count, dtype=np.int64), np.full(count, own))
    people = simulated(draws, posterior.plan, np.array(likelihood.days()), (), shared)
    steps = np.linspace(-1.6, 1.6, RECORD_CENTRAL_GRID)
    pairs = np.array([(x, y) for x in steps for y in steps])
    deviation = shared.spread.deviation[[NAMES.index(name) for name in ("reserve", "notice")]]
    fast = np.exp(deviation * pairs)
    shape = (count, len(pairs), len(likelihood.finding_days))
    hidden = Nested(
        np.tile(fast[:, 0], (count, 1)),
        np.tile(fast[:, 1], (count, 1)),
        np.zeros(shape[:2], dtype=np.int64),
        np.zeros(shape),
        np.zeros(shape),
    )
    state = likelihood.state(people, hidden, likelihood.finding_days, hidden.path)
    judged = likelihood.judge(people, Prepared(hidden, state, likelihood.presented(people, hidden)))
    prior = -0.5 * (z**2).sum(axis=1)[:, None] - 0.5 * (pairs**2).sum(axis=1)[None]
    apart = state.scale["total"][..., likelihood.today] - points
    density = judged.draws + prior - 0.5 * (apart / likelihood.reporting.scale_noise) ** 2
    row, column = np.unravel_index(int(np.argmax(density)), density.shape)
    return z[row], (float(fast[column, 0]), float(fast[column, 1])), float(density[row, column])

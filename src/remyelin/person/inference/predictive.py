"""Predictions of a posterior: every entry beside its observation, bands over time, values not yet measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic
from remyelin.base.units import KINDS
from remyelin.person.inference import findings
from remyelin.person.inference.associated import chance, is_associated
from remyelin.person.inference.likelihood import Prepared
from remyelin.person.inference.people import Simulated
from remyelin.person.inference.posterior import Picked, Posterior
from remyelin.person.inference.settings import RECORD_COURSE_STEPS, RECORD_DIGITS, RECORD_SUSPECT
from remyelin.person.inference.values import stream_of, values_at
from remyelin.person.record import Entry, terms
from remyelin.person.record.terms import STUDIES

Floats = NDArray[np.float64]
BAND: Final = (0.05, 0.5, 0.95)
COURSE: Final = 9  # stream of the hidden course of a person, the same on whatever days and under every plan
SIGNS: Final = ("vibration", "position", "romberg", "babinski", "ankle_jerk", "power_leg")


@dataclass(frozen=True, slots=True)
class Predicted:
    """One entry beside its prediction.

    Attributes
    ----------
    entry : Entry
    unit : str
        Unit of the numbers; ``grade`` for findings, whose numbers are places in their grades.
    low, median, high : float
        Posterior predictive 5, 50 and 95 %, noise included.
    agrees : bool
        Whether the observed value lies inside the 90 % interval, or its grade within one of the median, and the chance
        that the entry says nothing of the person is below ten times that of any entry (``record.outlier.share``).
    outlier : float
        Posterior chance that the entry says nothing of the person.
    words : tuple of str
        Grades at low, median and high; empty for numbers.
    dated : bool
        Of the beginning or end of a symptom, whether its absence on one side and its presence on the other both lie
        inside the 90 % intervals of their days.
    """

    entry: Entry
    unit: str
    low: float
    median: float
    high: float
    agrees: bool
    outlier: float
    words: tuple[str, ...] = ()
    dated: bool = True


def continued(path: Floats, known: Floats, days: Floats, time: float, seed: Sequence[int]) -> Floats:
    """Return the discrepancy of one course a pick, which on any day is the same whatever the other days.

    A free course, drawn outwards from day 0, is moved so that it meets the known days (conditioning by kriging).

    Parameters
    ----------
    path : (pick, known) array
    known, days : (known,) and (day,) array
        Days from presentation.
    time : float
        After how many days a discrepancy is forgotten.
    seed : sequence of int

    Returns
    -------
    (pick, 1, day) array

    Examples
    --------
    >>> known, path = np.array([0.0]), np.array([[0.5], [-1.0]])
    >>> all_days = continued(path, known, np.array([0.0, 90.0, 365.0]), 365.25, (1, 2))
    >>> all_days[:, 0, 0].round(6).tolist()
    [0.5, -1.0]
    >>> bool(np.isclose(all_days[..., 2:], continued(path, known, np.array([365.0]), 365.25, (1, 2))).all())
    True
    """
    both = _free(len(path), np.concatenate([known, days]), time, seed)
    found: Floats = both[:, len(known) :] + (path - both[:, : len(known)]) @ _gain(known, days, time).T
    return found[:, None, :]


def _free(picks: int, days: Floats, time: float, seed: Sequence[int]) -> Floats:
    """Return free courses (pick, day) of unit variance whose correlation falls by e in `time` days.

    They are drawn on an even grid, outwards from day 0, and are straight in between but for their variance.
    """
    kept = math.exp(-1.0 / RECORD_COURSE_STEPS)
    out = np.empty((picks, len(days)))
    places = np.abs(days) * (RECORD_COURSE_STEPS / time)
    begin = np.random.default_rng([*seed, 0]).standard_normal(picks)
    for stream, side in enumerate((days >= 0.0, days < 0.0), start=1):
        if not side.any():
            continue
        low = places[side].astype(np.int64)
        rng = np.random.default_rng([*seed, stream])
        courses = np.empty((int(low.max()) + 2, picks))
        courses[0] = begin
        for step in range(1, len(courses)):
            courses[step] = kept * courses[step - 1] + math.sqrt(1.0 - kept**2) * rng.standard_normal(picks)
        far = (places[side] - low)[:, None]
        level = np.sqrt(1.0 - 2.0 * far * (1.0 - far) * (1.0 - kept))
        out[:, side] = (((1.0 - far) * courses[low] + far * courses[low + 1]) / level).T
    return out


def _covariance(one: Floats, other: Floats, time: float) -> Floats:
    return np.asarray(np.exp(-np.abs(one[:, None] - other[None, :]) / time))


def _gain(known: Floats, days: Floats, time: float) -> Floats:
    """Return the weights (day, known) of known values in the expectation at other days."""
    inner = _covariance(known, known, time) + 1e-9 * np.eye(len(known))
    return np.asarray(np.linalg.solve(inner, _covariance(known, days, time)).T)


def path_at(posterior: Posterior, picked: Picked, days: Floats) -> Floats:
    """Return the discrepancy (pick, 1, day) of picks at any days, given that at the days of findings."""
    known, time = posterior.likelihood.finding_days, posterior.likelihood.reporting.time
    return continued(picked.hidden.path[:, 0], known, days, time, (posterior.seed, COURSE))


def state_of(
    posterior: Posterior, people: Simulated, picked: Picked, days: Floats, path: Floats
) -> findings.Clinic:
    """Return the clinical state (pick, 1, day) of one simulated person a pick."""
    return posterior.likelihood.state(people, picked.hidden, days, path)


def value_draws(posterior: Posterior, people: Simulated, entry: Entry, seed: int) -> Floats:
    """Return posterior predictive draws (pick,) of a laboratory value or study, as transformed."""
    likelihood, picked = posterior.likelihood, posterior.picked
    streams, judged = likelihood.streams, posterior.judged
    name = stream_of(entry)
    expected, loadings = streams.expected(name, values_at(people, entry))
    rng = np.random.default_rng([posterior.seed, 2, seed])
    statics = len(streams.statics)
    out = np.empty(len(picked.person))
    white = rng.standard_normal((len(out), 2))
    for size, filtered in enumerate(judged.values):
        rows = np.flatnonzero(picked.hidden.size[:, 0] == size)
        if not rows.size:
            continue
        person = picked.person[rows]
        load = loadings[rows]
        prior = streams.hidden(likelihood.reporting.scales[size]).covariance
        own, slow = load[:, :statics], load[:, statics:]
        middle = np.einsum("ni,ni->n", own, filtered.mean[person, :statics])
        spread = np.einsum("ni,nij,nj->n", own, filtered.covariance[person][:, :statics, :statics], own)
        # the discrepancy of the day is not told apart from what it was on other days: its whole variance counts
        spread = spread + np.einsum("ni,ij,nj->n", slow, prior[statics:, statics:], slow)
        level = expected[rows] + middle + np.sqrt(np.maximum(spread, 0.0)) * white[rows, 0]
        out[rows] = level + streams.noise(name) * white[rows, 1]
    return out


def grade_draws(
    posterior: Posterior, item: terms.Finding, kind: str, below: Floats, seed: int
) -> NDArray[np.int64]:
    """Return posterior predictive grades (pick,) of a finding, findings of other causes included."""
    reporting, shared = posterior.likelihood.reporting, posterior.setting
    rng = np.random.default_rng([posterior.seed, 3, seed])
    steps = below[:, :, 0]
    uniform = rng.random((3, steps.shape[1]))
    found = (uniform[0] > steps).sum(axis=0).clip(0, findings.grades(item) - 1)
    common = findings.background(item, kind, shared.age, posterior.record.conditions, shared.ledger)
    possible, shares = zip(*findings.others(item, reporting), strict=True)
    other = np.array(possible)[np.searchsorted(np.cumsum(shares), uniform[2]).clip(0, len(shares) - 1)]
    worse = np.minimum(found, other) if item.type == "jerk" else np.maximum(found, other)
    grades: NDArray[np.int64] = np.where(uniform[1] < common, worse, found)
    return grades


def expected_chances(posterior: Posterior, ready: Prepared, entry: Entry, logs: Floats) -> float:
    """Return the probability of a finding as reported, its causes other than the deficiency included.

    Parameters
    ----------
    posterior : Posterior
    ready : Prepared
        Hidden states of its persons.
    entry : Entry
        A symptom or sign.
    logs : (person, draw) array
        Log weights of persons and their hidden states.
    """
    likelihood, shared = posterior.likelihood, posterior.setting
    reporting, item = likelihood.reporting, findings.finding_of(entry)
    assert ready.state is not None
    common = findings.background(item, entry.kind, shared.age, posterior.record.conditions, shared.ledger)
    cases: list[tuple[int | None, float]] = [(None, 1.0 - common)]
    cases += [(grade, common * part) for grade, part in findings.others(item, reporting)]
    both = np.zeros(logs.shape)
    parts = findings.parts_of(entry, reporting)
    belows = []
    for day, levels in parts:
        at = int(np.searchsorted(likelihood.finding_days, day))
        examiner = ready.hidden.examiner[..., at]
        belows.append((levels, findings.cumulative(item, ready.state, at, examiner, reporting)))
    for grade, share in cases:
        together = np.ones(logs.shape)
        for levels, below in belows:
            together *= np.clip(findings.chance(item, levels, below, grade), 0.0, 1.0)
        both += share * together
    weights = np.exp(logs - logs.max())
    return float((weights * both).sum() / weights.sum())


def compared(posterior: Posterior) -> tuple[Predicted, ...]:
    """Return every entry of the record beside its prediction."""
    likelihood, picked = posterior.likelihood, posterior.picked
    people = posterior.people.at(picked.person)
    state = state_of(posterior, people, picked, likelihood.finding_days, picked.hidden.path)
    found: list[Predicted] = []
    in_order = {
        id(entry): index for index, entry in enumerate(sorted(likelihood.values, key=lambda e: e.day))
    }
    for number, entry in enumerate(posterior.record.entries):
        if entry.kind in ("lab", "study"):
            at = in_order[id(entry)]
            by_size = np.stack([item.outlier[at] for item in posterior.judged.values])
            outlier = float(by_size[picked.hidden.size[:, 0], picked.person].mean())
            found.append(_value(posterior, people, entry, outlier, number))
        elif entry.kind in ("symptom", "sign", "scale"):
            at = (*likelihood.clinical, *likelihood.associated).index(entry)
            outlier = float(posterior.judged.outlier[at][picked.person, picked.draw].mean())
            if entry.kind == "scale":
                found.append(_points(posterior, state, entry, outlier, number))
            elif is_associated(entry):
                found.append(_associated(posterior, people, state, entry, outlier, number))
            else:
                found.append(_finding(posterior, state, entry, outlier, number))
    suspect = RECORD_SUSPECT * likelihood.reporting.outlier
    return tuple(replace(item, agrees=item.agrees and item.outlier < suspect) for item in found)


def _value(posterior: Posterior, people: Simulated, entry: Entry, outlier: float, seed: int) -> Predicted:
    streams, name = posterior.likelihood.streams, stream_of(entry)
    draws = value_draws(posterior, people, entry, seed)
    low, median, high = np.quantile(draws, BAND)
    assert entry.value is not None
    observed = streams.transformed(name, entry.value, entry.limit)
    agrees = low <= observed <= high
    if entry.bound:
        agrees = low <= observed if entry.bound == "<" else high >= observed
    low, median, high = streams.written(name, np.array([low, median, high]), entry.limit)
    unit = STUDIES[name][3] if entry.kind == "study" else KINDS[name].canonical
    return Predicted(entry, unit, float(low), float(median), float(high), bool(agrees), outlier)


def _points(
    posterior: Posterior, state: findings.Clinic, entry: Entry, outlier: float, seed: int
) -> Predicted:
    at = int(np.searchsorted(posterior.likelihood.finding_days, entry.day))
    points = state.scale["total" if entry.name == "disability" else "rankin"][:, 0, at]
    noise = posterior.likelihood.reporting.scale_noise * (1.0 if entry.name == "disability" else 0.5)
    rng = np.random.default_rng([posterior.seed, 4, seed])
    draws = np.clip(points + noise * rng.standard_normal(len(points)), 0.0, terms.SCALE_TOP[entry.name])
    low, median, high = (float(value) for value in np.quantile(draws, BAND))
    assert entry.value is not None
    agrees = low <= entry.value <= high or abs(entry.value - median) <= 1.0
    return Predicted(entry, "points", low, median, high, agrees, outlier)


def _associated(
    posterior: Posterior,
    people: Simulated,
    state: findings.Clinic,
    entry: Entry,
    outlier: float,
    seed: int,
) -> Predicted:
    likelihood, shared = posterior.likelihood, posterior.setting
    day, (wanted, _) = findings.parts_of(entry, likelihood.reporting)[-1]
    probable = chance(entry.name, day, people, state, likelihood.finding_days, shared)[:, 0]
    rng = np.random.default_rng([posterior.seed, 12, seed])
    draws = (rng.random(len(probable)) < probable).astype(np.float64)
    low, median, high = (float(value) for value in np.quantile(draws, BAND, method="nearest"))
    words = terms.LEVELS["chance"]
    return Predicted(
        entry,
        "grade",
        low,
        median,
        high,
        low <= min(wanted, 1) <= high,
        outlier,
        tuple(words[int(value)] for value in (low, median, high)),
    )


def _finding(
    posterior: Posterior, state: findings.Clinic, entry: Entry, outlier: float, seed: int
) -> Predicted:
    likelihood = posterior.likelihood
    item = findings.finding_of(entry)
    held = []
    for day, levels in findings.parts_of(entry, likelihood.reporting):
        at = int(np.searchsorted(likelihood.finding_days, day))
        examiner = posterior.picked.hidden.examiner[..., at]
        below = findings.cumulative(item, state, at, examiner, likelihood.reporting)
        draws = grade_draws(posterior, item, entry.kind, below, seed)
        low, median, high = (float(value) for value in np.quantile(draws, BAND, method="nearest"))
        held.append(levels[0] <= high and levels[1] >= low)
    inside = held[-1]
    near = levels[0] - 1 <= median <= levels[1] + 1 if item.type != "sign" else False
    words = terms.LEVELS[item.type]
    return Predicted(
        entry,
        "grade",
        low,
        median,
        high,
        bool(inside or near),
        outlier,
        tuple(words[int(value)] for value in (low, median, high)),
        all(held),
    )


def signs_at(state: findings.Clinic) -> dict[str, Floats]:
    """Return signs (pick, 1, day) of a clinical state, 0 to 1, and jerks 0 to 4."""
    signs = clinic.signs_of(state.lost, state.judge)
    return {
        "vibration": np.asarray(signs["vibration_loss"], dtype=np.float64),
        "position": np.asarray(state.lost["position_leg"], dtype=np.float64),
        "babinski": np.asarray(signs["babinski"], dtype=np.float64),
        "ankle_jerk": np.asarray(signs["ankle_jerk"], dtype=np.float64),
        "power_leg": np.asarray(signs["power_leg"], dtype=np.float64),
    }


def banded(values: Floats) -> dict[str, list[float]]:
    """Return low, median and high over picks of values (pick, day)."""
    low, median, high = np.quantile(values, BAND, axis=0)
    digits = RECORD_DIGITS
    return {
        "median": [round(float(value), digits) for value in median],
        "low": [round(float(value), digits) for value in low],
        "high": [round(float(value), digits) for value in high],
    }


def expected_width(target: Floats, result: Floats, bins: int) -> float:
    """Return the mean width of the 90 % band of a target when a result is known to within a bin."""
    order = np.argsort(result, kind="stable")
    widths: Sequence[float] = [
        float(np.subtract(*np.quantile(target[part], (BAND[2], BAND[0]))))
        for part in np.array_split(order, bins)
    ]
    return math.fsum(widths) / len(widths)

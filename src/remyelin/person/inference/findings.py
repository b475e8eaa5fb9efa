"""Probability of symptoms, signs and scales as they were written down, given a simulated person.

For every simulated person a number of hidden states is drawn from their prior: fast traits (reserve, notice), the
discrepancy of the model over time, its size, and a strict or lenient examiner of each examination. Given these,
entries are independent, apart from the findings of other causes, which stay with a person.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic
from remyelin.base.lazily import Lazily
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.evidence import Ledger
from remyelin.person.inference.settings import RECORD_FLOOR, RECORD_POINTS, RECORD_POINTS_KEPT
from remyelin.person.record import Entry, terms
from remyelin.person.traits import NAMES, Spread, judged

Floats = NDArray[np.float64]
_FLOOR: Final = RECORD_FLOOR


@dataclass(frozen=True, slots=True)
class Reporting:
    """Numbers of the observation of findings, read from the ledger once."""

    grades: tuple[float, ...]
    jerks: tuple[float, ...]
    noise: float
    examiner: float
    jerk_noise: float
    scale_noise: float
    recall: float
    outlier: float
    discrepancy: float
    time: float
    scales: tuple[float, ...]
    scale_weights: tuple[float, ...]
    background_grades: tuple[float, ...]
    rates: tuple[float, float, float, float]
    spasticity: float
    told: tuple[float, ...]

    @classmethod
    def from_ledger(cls, ledger: Ledger) -> Reporting:
        """Read the entries ``record.*``."""
        rates = (
            ledger["record.presentation.noticed"] / DAYS_PER_YEAR,
            ledger["record.presentation.gait"] / DAYS_PER_YEAR,
            ledger["record.presentation.other"] / DAYS_PER_YEAR,
            ledger["record.presentation.anaemia"] / DAYS_PER_YEAR,
        )
        return cls(
            ledger.vector("record.grades"),
            ledger.vector("record.jerks"),
            ledger["record.noise.finding"],
            ledger["record.noise.examiner"],
            ledger["record.noise.jerk"],
            ledger["record.noise.scale"],
            ledger["record.noise.recall"],
            ledger["record.outlier.share"],
            ledger["record.discrepancy.finding"],
            ledger["record.discrepancy.time"],
            ledger.vector("record.discrepancy.scales"),
            ledger.vector("record.discrepancy.weights"),
            ledger.vector("record.background.grades"),
            rates,
            ledger["clinic.scale.paresis"],
            ledger.vector("record.told"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Nested:
    """Hidden states drawn for every simulated person; standard normal unless said.

    Attributes
    ----------
    reserve, notice : (person, draw) array
        Traits themselves, 1 in the typical person.
    size : (person, draw) array of int
        Which of ``record.discrepancy.scales``.
    path : (person, draw, day) array
        Discrepancy of the clinical course at the days, in units of its standard deviation.
    examiner : (person, draw, day) array
    """

    reserve: Floats
    notice: Floats
    size: NDArray[np.int64]
    path: Floats
    examiner: Floats

    def at(self, person: NDArray[np.generic], draw: NDArray[np.generic]) -> Nested:
        """Return chosen pairs of person and draw, as many persons with one draw each."""
        pick = (person, draw)
        return Nested(
            self.reserve[pick][:, None],
            self.notice[pick][:, None],
            self.size[pick][:, None],
            self.path[pick][:, None],
            self.examiner[pick][:, None],
        )

    def repeated(self, times: int) -> Nested:
        """Return every person so many times, one after another."""
        return Nested(
            np.repeat(self.reserve, times, axis=0),
            np.repeat(self.notice, times, axis=0),
            np.repeat(self.size, times, axis=0),
            np.repeat(self.path, times, axis=0),
            np.repeat(self.examiner, times, axis=0),
        )


def nested(
    numbers: Sequence[int],
    days: Floats,
    spreads: Sequence[Spread],
    reporting: Reporting,
    seed: int,
    draws: int,
) -> Nested:
    """Draw the hidden states of persons; person `numbers[i]` has a stream of its own, and `spreads[i]`."""
    from scipy.special import ndtri

    kept = np.exp(-np.diff(days) / reporting.time) if len(days) else np.zeros(0)
    fast = [NAMES.index(name) for name in ("reserve", "notice")]
    last = len(days)
    # one even set of points, shifted for every person
    size_of = 3 + 2 * last
    points = _points(draws, size_of)
    shifts = np.stack([np.random.default_rng([seed, number]).random(size_of) for number in numbers])
    uniform = (points[None] + shifts[:, None]) % 1.0
    normal = ndtri(np.clip(np.delete(uniform, 2, axis=2), 1e-12, 1.0 - 1e-12))
    deviations = np.stack([spread.deviation[fast] for spread in spreads])
    reserve = np.exp(deviations[:, :1] * normal[..., 0])
    notice = np.exp(deviations[:, 1:] * normal[..., 1])
    steps = np.cumsum(reporting.scale_weights)
    size = np.searchsorted(steps, uniform[..., 2]).clip(0, len(steps) - 1)
    # day after day, so that later days of a record change nothing of the earlier ones
    path, examiner = normal[..., 2::2].copy(), normal[..., 3::2].copy()
    for at in range(1, last):
        share = kept[at - 1]
        path[..., at] = share * path[..., at - 1] + math.sqrt(1.0 - share**2) * path[..., at]
    return Nested(reserve, notice, size, path, examiner)


@lru_cache(maxsize=RECORD_POINTS_KEPT)
def _points(draws: int, dimensions: int) -> Floats:
    """Return points (draw, dimension) that fill the unit cube evenly; more dimensions leave the first as they are."""
    from scipy.stats import qmc

    sequence = qmc.Sobol(max(RECORD_POINTS, dimensions), scramble=False)
    points: Floats = sequence.random_base2(max(math.ceil(math.log2(draws)), 0))[:draws, :dimensions]
    points.flags.writeable = False
    return points


def logit(share: Floats) -> Floats:
    """Return the logit of a severity, finite at none and at complete."""
    inside = _FLOOR + (1.0 - 2.0 * _FLOOR) * np.clip(share, 0.0, 1.0)
    found: Floats = np.log(inside) - np.log1p(-inside)
    return found


def severity(level: Floats) -> Floats:
    """Return the severity of a logit: the inverse of :func:`logit`, kept within 0 to 1."""
    share = 1.0 / (1.0 + np.exp(-np.clip(level, -30.0, 30.0)))
    return np.clip((share - _FLOOR) / (1.0 - 2.0 * _FLOOR), 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Clinic:
    """Clinical state of persons with their hidden states: losses over (person, draw, day), discrepancy applied.

    Attributes
    ----------
    lost : mapping of str to (person, draw, day) array
    judge : clinic.Parameters
        With the reserve and the threshold of noticing of every person and draw.
    notice : (person, draw, 1) array
    """

    lost: Mapping[str, Floats]
    judge: clinic.Parameters
    notice: Floats

    @cached_property
    def severities(self) -> Mapping[str, Floats]:
        """Severities of the symptoms."""
        return Lazily(clinic.COMPUTED, lambda name: clinic.severities(self.lost, self.judge, (name,))[name])

    @cached_property
    def scale(self) -> Mapping[str, NDArray[np.int64]]:
        """Items of the disability scale; the mental item, which has no mechanism, is 0."""
        return clinic.scale_of(self.lost, self.judge)

    @property
    def shape(self) -> tuple[int, ...]:
        """Persons, draws, days."""
        return self.lost["position_leg"].shape


def clinic_of(
    pathways: Mapping[str, Floats],
    hidden: Nested,
    path: Floats,
    judge: clinic.Parameters,
    reporting: Reporting,
) -> Clinic:
    """Return the clinical state (person, draw, day) of persons whose pathways (person, day, pathway) are given.

    Parameters
    ----------
    pathways
        At the days.
    hidden : Nested
        Reserve, notice and size of the discrepancy are used.
    path : (person, draw, day) array
        Discrepancy at the days, in units of its standard deviation.
    judge, reporting
        Maps and numbers.
    """
    own = judged(judge, hidden.reserve[:, :, None], hidden.notice[:, :, None])
    arrays = {name: values[:, None].astype(np.float64) for name, values in pathways.items()}
    lost = dict(clinic.functions_of(arrays, clinic.PATHWAYS, own))
    size = reporting.discrepancy * np.array(reporting.scales)[hidden.size]
    shift = size[:, :, None] * path
    # a loss is let go as soon as it is moved: there are many persons
    moved = Lazily(tuple(lost), lambda name: severity(logit(lost.pop(name)) + shift))
    return Clinic(moved, own, hidden.notice[:, :, None])


def background(
    item: terms.Finding, kind: str, age: float, conditions: Sequence[str], ledger: Ledger
) -> float:
    """Return the chance that a person of this age has a finding from other causes."""
    table = ledger.table("record.background.symptoms" if kind == "symptom" else "record.background.signs")
    names = list(terms.SYMPTOMS if kind == "symptom" else terms.SIGNS)
    at = names.index(item.name)
    young, old = (_odds(table[column][at]) for column in ("forty", "eighty"))
    share = min(max((age - 40.0) / 40.0, 0.0), 1.0)
    log_odds = young + share * (old - young)
    if conditions:
        log_odds += math.log(ledger["record.background.condition"])
    return 1.0 / (1.0 + math.exp(-log_odds))


def _odds(share: float) -> float:
    return math.log(share / (1.0 - share))


def cumulative(item: terms.Finding, state: Clinic, at: int, examiner: Floats, reporting: Reporting) -> Floats:
    """Return the chance that a finding is written as at most each of its grades, (grade, person, draw).

    Parameters
    ----------
    item : Finding
    state : Clinic
    at : int
        Which of its days.
    examiner : (person, draw) array
        Shift of this examination, standard normal.
    reporting : Reporting
    """
    from scipy.special import ndtr

    noise = reporting.noise
    if item.type == "jerk":
        arc, release = (state.lost[name][..., at] for name in item.losses)
        strength = 2.0 * (1.0 - arc) * (1.0 + release)
        shift = reporting.jerk_noise * examiner / 2.0
        below = [ndtr((step - strength - shift) / reporting.jerk_noise) for step in reporting.jerks]
        return np.stack([*below, np.ones_like(strength)])
    if item.type == "severity":
        steps: list[Floats | float] = list(reporting.grades)
        level = state.severities[item.losses[0]][..., at]
        presence = np.broadcast_to(state.judge.presence, state.shape)[..., 0]
        steps[0] = np.minimum(presence, 0.9 * reporting.grades[1])
        shift = np.zeros_like(level)
    else:
        level = state.lost[item.losses[0]][..., at]
        shift = reporting.examiner * examiner
        if item.type == "power":
            steps = list(state.judge.scale_power)
        elif item.type == "sign":
            steps = [
                {"romberg": state.judge.scale_gait[0], "spasticity": reporting.spasticity}.get(
                    item.name, reporting.grades[0]
                )
            ]
        else:
            steps = list(reporting.grades)
    middle = logit(level) + shift
    below = [ndtr((logit(np.asarray(step)) - middle) / noise) for step in steps]
    return np.stack([*below, np.ones_like(level)])


def chance(item: terms.Finding, levels: tuple[int, int], below: Floats, other: int | None = None) -> Floats:
    """Return the chance (person, draw) of grades from `levels[0]` to `levels[1]`.

    Parameters
    ----------
    item : Finding
    levels : (int, int)
    below : (grade, person, draw) array
        Of :func:`cumulative`.
    other : int, optional
        Grade that another cause brings; the worse of the two is seen.
    """
    low, high = levels
    whole, nothing = np.ones_like(below[0]), np.zeros_like(below[0])

    def most(grade: int) -> Floats:
        """Return the chance of at most this grade, the grade of another cause taken together with it."""
        if grade < 0:
            return np.asarray(nothing)
        if other is None:
            return np.asarray(below[grade])
        if item.type == "jerk":  # another cause weakens a jerk: at most `other` is left
            return np.asarray(whole if grade >= other else below[grade])
        return np.asarray(below[grade] if grade >= other else nothing)

    return np.asarray(most(high) - most(low - 1))


def others(item: terms.Finding, reporting: Reporting) -> list[tuple[int, float]]:
    """Return the grades that another cause may bring, with their shares."""
    if item.type == "jerk":
        return [(0, 0.5), (1, 0.5)]
    if item.type == "sign":
        return [(1, 1.0)]
    return [(grade + 1, share) for grade, share in enumerate(reporting.background_grades)]


def causes(item: terms.Finding, common: float, reporting: Reporting) -> list[tuple[int | None, float]]:
    """Return the grades that other causes may bring, none among them, with their chances."""
    return [
        (None, 1.0 - common),
        *((grade, common * share) for grade, share in others(item, reporting)),
    ]


def written(
    item: terms.Finding, state: Clinic, at: int, examiner: Floats, common: float, reporting: Reporting
) -> Floats:
    """Return the chances (grade, person, draw) of each grade that an examiner could write of a finding.

    Parameters
    ----------
    item, state, at, examiner, reporting
        As in :func:`cumulative`.
    common : float
        Chance that another cause brings the finding, of :func:`background`.
    """
    below = cumulative(item, state, at, examiner, reporting)
    size, share = grades(item), reporting.outlier
    found = [
        sum(
            weight * chance(item, (grade, grade), below, other)
            for other, weight in causes(item, common, reporting)
        )
        for grade in range(size)
    ]
    whole: Floats = (1.0 - share) * np.clip(np.stack(found), 0.0, 1.0) + share / size
    return whole


def grades(item: terms.Finding) -> int:
    """Return how many grades a finding has."""
    return len(terms.LEVELS[item.type])


def parts_of(entry: Entry, reporting: Reporting) -> list[tuple[float, tuple[int, int]]]:
    """Return the days and grades that an entry of a finding stands for: two for a beginning or an end."""
    if entry.levels is not None:
        return [(entry.day, entry.levels)]
    away = max(abs(entry.day) * math.expm1(reporting.recall), 7.0)
    before, after = entry.day - away, entry.day + min(away, 0.7 * abs(entry.day) or away)
    none, some = (0, 0), (1, 3)
    return [(before, none), (after, some)] if entry.event == "began" else [(before, some), (after, none)]


def finding_of(entry: Entry) -> terms.Finding:
    """Return the finding of an entry."""
    table = {**terms.SYMPTOMS, **terms.ASSOCIATED} if entry.kind == "symptom" else terms.SIGNS
    return table[entry.name]

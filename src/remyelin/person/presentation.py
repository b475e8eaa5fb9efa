"""Presentation as an event: when a person with untreated disease is found, and by which road.

The hazard of seeking care grows with noticed symptoms, with their worsening, with lost function and with anaemia;
screening and death compete. Duration of symptoms and severity at presentation come out together. What worsening
adds depends on how far a symptom rises, whatever the pace: a person who gets worse in two weeks comes within them, and
one who does in ten years has years to come. Persons differ in how readily they seek care: a gamma factor on the
hazard of the symptoms, the same for all of a life, is averaged in closed form (Vaupel, Manton and Stallard 1979).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_YEAR
from remyelin.evidence import Ledger
from remyelin.person.settings import BACKGROUND_AGE, DEATH_AGE

Floats = NDArray[np.float64]
ROADS: Final = ("symptoms", "blood count", "screening")
"""How a person is found."""

FELT: Final = tuple(name for name in clinic.SPINAL if name != "reflexes")
"""Symptoms of limbs and cord that a person notices; reflexes are a sign that an examiner finds."""


@dataclass(frozen=True, slots=True)
class Seeking:
    """Hazards of being found, 1/day.

    Attributes
    ----------
    symptom : float
        At a noticed symptom, times its severity.
    worsening : float
        Hazard passed as a noticed symptom rises by its full severity, no rate.
    function : float
        At complete loss of gait, in proportion to the loss.
    anaemia : float
        At the deepest anaemia, in proportion to its depth.
    screening : float
        Of a test taken for other reasons.
    spread : float
        Variance between persons of a factor on the hazard of the symptoms, whose mean is 1.
    death, doubling : float
        Hazard of death at the reference age, and the days of age that double it.
    """

    symptom: float
    worsening: float
    function: float
    anaemia: float
    screening: float
    spread: float
    death: float
    doubling: float

    @classmethod
    def from_ledger(cls, ledger: Ledger) -> Seeking:
        """Read the entries ``seeking.*``."""
        return cls(
            ledger["seeking.symptom"] / DAYS_PER_MONTH,
            ledger["seeking.worsening"],
            ledger["seeking.function"] / DAYS_PER_MONTH,
            ledger["seeking.anaemia"] / DAYS_PER_MONTH,
            ledger["seeking.screening"] / DAYS_PER_YEAR,
            ledger["seeking.spread"],
            ledger["seeking.death"] / DAYS_PER_YEAR,
            ledger["seeking.death_doubling"] * DAYS_PER_YEAR,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The distribution of presentation over the days of untreated courses.

    Attributes
    ----------
    share : (road, person, day) array
        Chance that the person is found on this road between the day before and this day.
    onset : (person,) array
        Day on which the first symptom is noticed; infinite where none is.
    first : (person,) int array
        Place of the first day on which a symptom is noticed; the number of days where none is.
    """

    share: Floats
    onset: Floats
    first: NDArray[np.int64]

    @property
    def weight(self) -> Floats:
        """Chance to be found about each day, (road, person, day): half of the intervals before and after it.

        Whoever comes for a symptom in the interval in which it is first noticed counts at the end of it.
        """
        after = np.zeros_like(self.share)
        after[..., :-1] = self.share[..., 1:]
        weight: Floats = 0.5 * (self.share + after)
        people = np.flatnonzero(self.first < self.share.shape[-1])
        people = people[self.first[people] > 0]
        day = self.first[people]
        moved = 0.5 * self.share[0, people, day]
        weight[0, people, day] += moved
        weight[0, people, day - 1] -= moved
        return weight

    @property
    def ever(self) -> Floats:
        """Chance of each person to be found at all, (person,)."""
        ever: Floats = self.share.sum(axis=(0, 2))
        return ever


def presentation(
    days: Floats,
    severity: Mapping[str, Floats],
    threshold: Floats | float,
    red_cell_deficit: Floats,
    age: Floats,
    seeking: Seeking,
) -> Found:
    """Return when persons with untreated disease are found.

    Parameters
    ----------
    days : (person, day) array
        Days of the untreated courses, the first in health; hazards are linear between them.
    severity : mapping of str to (person, day) array
        Severities of symptoms; those of limbs and cord are felt.
    threshold : float or (person, 1) array
        Severity from which a symptom is noticed.
    red_cell_deficit : (person, day) array
        Depth of the anaemia, 0 to 1.
    age : (person,) array
        Years on day 0.
    seeking : Seeking

    Returns
    -------
    Found
    """
    worst = np.max([severity[name] for name in FELT], axis=0)
    noticed = worst >= threshold
    felt = np.where(noticed, worst, 0.0)
    lost = np.where(noticed, severity["gait"], 0.0)
    years = age[:, None] + days / DAYS_PER_YEAR
    hazard = np.stack(
        [
            seeking.symptom * felt + seeking.function * lost,
            seeking.anaemia * red_cell_deficit,
            np.full_like(days, seeking.screening),
            seeking.death * 2.0 ** ((years - DEATH_AGE) * DAYS_PER_YEAR / seeking.doubling),
        ]
    )
    step = np.diff(days, axis=1)
    passed = 0.5 * (hazard[..., 1:] + hazard[..., :-1]) * step
    risen = np.maximum.accumulate(np.maximum(worst - threshold, 0.0), axis=1)
    passed[0] = _readily(passed[0] + seeking.worsening * np.diff(risen, axis=1), seeking.spread)
    together = passed.sum(axis=0)
    left = np.exp(-np.cumsum(together, axis=1))
    before = np.concatenate([np.ones((len(days), 1)), left[:, :-1]], axis=1)
    part = np.where(together > 0.0, passed[:-1] / np.where(together > 0.0, together, 1.0), 0.0)
    share = np.zeros((len(ROADS), *days.shape))
    share[..., 1:] = part * (before - left)
    first = np.where(noticed.any(axis=1), np.argmax(noticed, axis=1), days.shape[1])
    return Found(share, _onset(days, worst / threshold), first)


def _readily(passed: Floats, spread: float) -> Floats:
    """Return hazards passed (person, interval) as seen in the average over a gamma factor of this variance.

    The share left after a hazard H is the mean of exp(-z H) over the factor z: (1 + v H)^(-1/v).
    """
    if spread <= 0.0:
        return passed
    whole = np.cumsum(passed, axis=1)
    return np.diff(np.log1p(spread * whole) / spread, axis=1, prepend=0.0)


def _onset(days: Floats, ratio: Floats) -> Floats:
    """Return the first day on which a ratio reaches 1, linear between the days."""
    above = ratio >= 1.0
    first = np.argmax(above, axis=1)
    people = np.arange(len(days))
    before = np.maximum(first - 1, 0)
    low, high = ratio[people, before], ratio[people, first]
    rise = np.where(high > low, high - low, 1.0)
    part = np.clip((1.0 - low) / rise, 0.0, 1.0)
    crossed = days[people, before] + part * (days[people, first] - days[people, before])
    return np.where(above.any(axis=1), crossed, np.inf)


def background(age: Floats, name: str, ledger: Ledger, diabetes: bool = False) -> Floats:
    """Return the share of persons of an age (years) who have a sign for reasons other than B12.

    Parameters
    ----------
    age : array
    name : {"ankle_jerk", "vibration"}
    ledger : Ledger
    diabetes : bool
    """
    share = np.minimum(
        ledger[f"background.{name}"] * 0.5 ** ((BACKGROUND_AGE - age) / ledger["background.halving"]), 0.95
    )
    odds = share / (1.0 - share) * (ledger["background.diabetes"] if diabetes else 1.0)
    found: Floats = odds / (1.0 + odds)
    return found

"""Probabilities of symptoms without a mechanism: given deficiency, its depth and duration, anaemia and age.

Published frequencies say how often a symptom goes with deficiency, not how it comes about. The probability of an item
is that of the background at an age and that of an excess, independent of each other:

    P = 1 - (1 - background(age)) (1 - excess),    excess = 1 - exp(-strength (exposure + weight anaemia))

Exposure follows the depth of deficiency in the brain (1 - methylation) with a clock of its own: it builds up, clears
after treatment, and a share of it lasts the longer it stood. Without deficiency the excess is 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.base.jit import compiled
from remyelin.base.units import PERCENT
from remyelin.clinic.grades import Floats
from remyelin.evidence import Ledger

BOUNDS: Final = ("low", "median", "high")
"""Ends of the interval that the calibrating counts leave, and the value between them."""

CLOCKS: Final[Mapping[str, str]] = {
    "memory": "cognition",
    "dementia": "cognition",
    "mood": "mood",
    "confusion": "mood",
    "tiredness": "mood",
    "nystagmus": "mood",
}
"""Items that follow the depth of deficiency in the brain, with the clock of each."""

ANAEMIA: Final = "anaemia"

CORD: Final = ("sphincter",)
"""Items that follow the loss of the corticospinal path of the leg."""

UNRELATED: Final = ("tinnitus", "cramps", "back_pain")
"""Items at their background rate: no evidence that deficiency causes them."""

ITEMS: Final = (*CLOCKS, *CORD, *UNRELATED)

Points = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Clock:
    """Course of an exposure: days to build up, to clear, and of standing until it lasts."""

    rise: float
    clear: float
    fix: float


@dataclass(frozen=True, slots=True)
class Background:
    """Share of people with an item at an age (years), linear between; `share` is (bound, age)."""

    age: Floats
    share: Floats

    def at(self, age: Floats | float) -> Floats:
        """Return the share (bound, ...) at ages."""
        return np.stack([np.interp(age, self.age, row) for row in self.share])


@dataclass(frozen=True, slots=True)
class Associations:
    """Numbers of the association tier.

    Attributes
    ----------
    clocks : mapping of str to Clock
    strength : mapping of str to (bound,) array
        By item; absent where it does not follow deficiency.
    anaemia : mapping of str to float
        Weight of the share of haemoglobin that is lacking, against exposure.
    background : mapping of str to Background
    dependent : float
        Share of those with a dementia who depend on others completely.

    Examples
    --------
    >>> from remyelin import Ledger, clinic
    >>> associations = clinic.Associations.from_ledger(Ledger.shipped())
    >>> 'memory' in associations.background
    True
    """

    clocks: Mapping[str, Clock]
    strength: Mapping[str, Floats]
    anaemia: Mapping[str, float]
    background: Mapping[str, Background]
    dependent: float

    @classmethod
    def from_ledger(cls, ledger: Ledger) -> Associations:
        """Read the numbers from a ledger."""
        following = (*CLOCKS, *CORD)
        return cls(
            clocks={
                name: Clock(
                    ledger[f"association.{name}.rise"],
                    ledger[f"association.{name}.clear"],
                    ledger[f"association.{name}.fix"],
                )
                for name in sorted(set(CLOCKS.values()))
            },
            strength={name: _bounds(ledger, f"association.strength.{name}") for name in following},
            anaemia={name: ledger[f"association.anaemia.{name}"] for name in CLOCKS},
            background={name: _background(ledger, f"background.{name}") for name in ITEMS},
            dependent=ledger["association.dependent"],
        )


def _bounds(ledger: Ledger, name: str) -> Floats:
    """Return the low end, the value and the high end of an entry; an override moves all three."""
    entry = ledger.entry(name)
    value = ledger[name]
    low, high = (value, value) if entry.overridden or entry.range is None else entry.range
    return np.array([low, value, high])


def _background(ledger: Ledger, name: str) -> Background:
    if not ledger.entry(name).columns:
        return Background(np.zeros(1), _bounds(ledger, name)[:, None] / PERCENT)
    table = ledger.table(name)
    share = np.array([table["low"], table["share"], table["high"]]) / PERCENT
    return Background(np.array(table["age"]), share)


def exposure(times: Floats, methylation: Floats, clock: Clock) -> Floats:
    """Return the exposure of the brain to deficiency.

    Parameters
    ----------
    times : (time,) array
        Days, ascending; the first in health or in a steady state.
    methylation : (..., time) array
        Methylation potential of the centre, 1 = replete.
    clock : Clock

    Returns
    -------
    (..., time) array
        0 in health, at most 1.

    Raises
    ------
    InputError
        If times and methylation do not fit each other.
    """
    depth = np.clip(1.0 - methylation, 0.0, 1.0)
    if times.ndim != 1 or depth.shape[-1:] != times.shape:
        raise InputError(
            f"methylation has {depth.shape[-1] if depth.ndim else 0} dates and {times.size} times are given; "
            "give one for each."
        )
    now, lasting = depth[..., 0].copy(), np.zeros(depth.shape[:-1])
    found = np.empty_like(depth)
    found[..., 0] = now
    for step in range(1, times.size):
        days = times[step] - times[step - 1]
        target = 0.5 * (depth[..., step] + depth[..., step - 1])
        pace = np.where(target > now, clock.rise, clock.clear)
        moved = target + (now - target) * np.exp(-days / pace)
        lasting = lasting + np.maximum(now - lasting, 0.0) * (1.0 - np.exp(-days / clock.fix))
        now = np.maximum(moved, lasting)
        found[..., step] = now
    return found


def exposed(times: Floats, methylation: Floats, clocks: Mapping[str, Clock]) -> dict[str, Floats]:
    """Return :func:`exposure` of one course (time,) by clock: compiled, for many persons."""
    depth = np.ascontiguousarray(np.clip(1.0 - methylation, 0.0, 1.0))
    found = {}
    for name, clock in clocks.items():
        found[name] = np.empty_like(depth)
        _exposed(times, depth, clock.rise, clock.clear, clock.fix, found[name])
    return found


@compiled
def _exposed(times: Any, depth: Any, rise: float, clear: float, fix: float, found: Any) -> None:
    now, lasting = depth[0], 0.0
    found[0] = now
    for step in range(1, times.size):
        days = times[step] - times[step - 1]
        target = 0.5 * (depth[step] + depth[step - 1])
        pace = rise if target > now else clear
        moved = target + (now - target) * np.exp(-days / pace)
        lasting += max(now - lasting, 0.0) * (1.0 - np.exp(-days / fix))
        now = max(moved, lasting)
        found[step] = now


def exposures(
    times: Floats, methylation: Floats, haemoglobin: Floats, maps: Associations
) -> dict[str, Floats]:
    """Return the course of each quantity that the items follow.

    Parameters
    ----------
    times : (time,) array
        Days, ascending; the first in health.
    methylation : (..., time) array
        Of the centre, 1 = replete.
    haemoglobin : (..., time) array
        In any unit.
    maps : Associations

    Returns
    -------
    mapping of str to (..., time) array
        The exposure of :func:`exposure` by clock, and ``anaemia``, the share lacking of the first haemoglobin.
    """
    by_clock = {name: exposure(times, methylation, clock) for name, clock in maps.clocks.items()}
    return by_clock | {ANAEMIA: anaemia(haemoglobin, haemoglobin[..., :1])}


def anaemia(haemoglobin: Floats, healthy: Floats | float) -> Floats:
    """Return the share of the healthy haemoglobin that is lacking, 0 to 1; both in one unit."""
    lacking: Floats = np.clip(1.0 - haemoglobin / healthy, 0.0, 1.0)
    return lacking


def excesses(followed: Mapping[str, Floats], maps: Associations) -> dict[str, Floats]:
    """Return the addition of deficiency to each item that follows the brain.

    Parameters
    ----------
    followed : mapping of str to (...) array
        Of :func:`exposures`.
    maps : Associations

    Returns
    -------
    mapping of str to (bound, ...) array
        Probabilities.
    """
    return {name: _excess(maps.strength[name], amount(name, followed, maps)) for name in CLOCKS}


def amount(name: str, followed: Mapping[str, Floats], maps: Associations) -> Floats:
    """Return the cause of an item that follows the brain: exposure and weighted anaemia."""
    together: Floats = followed[CLOCKS[name]] + maps.anaemia[name] * followed[ANAEMIA]
    return together


def cord_excesses(pyramidal: Floats, maps: Associations) -> dict[str, Floats]:
    """Return the excess of each item that follows the cord, (bound, ...), from 0 to 1 of the cord's signs."""
    return {name: _excess(maps.strength[name], pyramidal) for name in CORD}


def _excess(strength: Floats, amount: Floats) -> Floats:
    grown: Floats = -np.expm1(-np.multiply.outer(strength, amount))
    return grown


def chances(excess: Mapping[str, Floats], age: float, maps: Associations) -> dict[str, Floats]:
    """Return the probability of each item: background at an age and excess together.

    Parameters
    ----------
    excess : mapping of str to (bound, ...) array
        Of :func:`excesses` or :func:`cord_excesses`.
    age : float
        Years.
    maps : Associations

    Returns
    -------
    mapping of str to (bound, ...) array
        Of the same items.
    """
    found = {}
    for name, added in excess.items():
        base = maps.background[name].at(age).reshape((len(BOUNDS),) + (1,) * (added.ndim - 1))
        found[name] = together(base, added)
    return found


def together(background: Floats | float, excess: Floats) -> Floats:
    """Return the probability of an item of other causes or of deficiency, each independent of the other."""
    either: Floats = 1.0 - (1.0 - background) * (1.0 - excess)
    return either


def unrelated(shape: tuple[int, ...]) -> dict[str, Floats]:
    """Return the excess of the items that do not follow deficiency: none, (bound, ...)."""
    return {name: np.zeros((len(BOUNDS), *shape)) for name in UNRELATED}


def mental_chances(excess: Mapping[str, Floats], maps: Associations) -> Floats:
    """Return the probabilities of at least one, two and three points of the scale's mental item, (point, bound, ...).

    One point is an impairment of memory or intellect that deficiency adds, two a dementia, three complete
    dependence; the background does not count, since the scale is one of this disease.
    """
    some = np.maximum(excess["memory"], excess["dementia"])
    return np.stack([some, excess["dementia"], maps.dependent * excess["dementia"]])


def mental_points(at_least: Floats, probable: float = 0.5) -> Points:
    """Return how many points of the mental item are reached so probably, from (point, ...) probabilities."""
    points: Points = (at_least >= probable).sum(axis=0)
    return points


def drawn(at_least: Floats, uniform: float) -> Points:
    """Return the points of one person, from (point, ...) probabilities and the person's own number, 0 to 1."""
    points: Points = (at_least > uniform).sum(axis=0)
    return points


def any_of(chance: Sequence[Floats]) -> Floats:
    """Return the probability of at least one of several independent items."""
    none: Floats = np.prod([1.0 - one for one in chance], axis=0)
    return 1.0 - none

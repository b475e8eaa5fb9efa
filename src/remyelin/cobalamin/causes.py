"""Causes of deficiency, each a change of the exposure of the body.

Every function takes an exposure and returns another one; causes combine by calling one on the result
of another, except two that set the same share of intrinsic-factor-mediated absorption.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from remyelin.base.errors import InputError, nearest
from remyelin.base.units import DAYS_PER_YEAR, HOURS_PER_DAY
from remyelin.catalogue.causes import CAUSES, NONE
from remyelin.cobalamin.doses import Dose, Order
from remyelin.cobalamin.exposure import Exposure, NitrousOxide, ramp, steps
from remyelin.evidence import Ledger


def pernicious_anaemia(exposure: Exposure, began: float, decline: float) -> Exposure:
    """Lose intrinsic factor in a straight line from day `began` over `decline` days."""
    if decline < 0:
        raise InputError(f"pernicious anaemia: a decline of {decline:g} days is impossible; give 0 or more.")
    return replace(
        exposure, intrinsic_factor=ramp(exposure.intrinsic_factor.before, began, began + decline, 0.0)
    )


def gastrectomy(exposure: Exposure, day: float) -> Exposure:
    """Lose all intrinsic factor on one day."""
    return impaired_ileum(exposure, day, 0.0)


def impaired_ileum(exposure: Exposure, day: float, share: float) -> Exposure:
    """Keep a share (0 to 1) of ileal uptake from one day on: resection, inflammation, blind loop."""
    before = exposure.intrinsic_factor.before
    return replace(exposure, intrinsic_factor=steps(before, [(day, before * share)]))


def metformin(exposure: Exposure, day: float, ledger: Ledger) -> Exposure:
    """Lower ileal uptake from one day on, as 2.55 g/day of metformin does (de Jager 2010)."""
    return impaired_ileum(exposure, day, ledger["absorption.metformin_factor"])


def food_malabsorption(exposure: Exposure, day: float, share: float) -> Exposure:
    """Free only a share (0 to 1) of food cobalamin: atrophic gastritis, acid suppression."""
    return replace(exposure, food_release=steps(exposure.food_release.before, [(day, share)]))


def diet(exposure: Exposure, day: float, intake: float) -> Exposure:
    """Eat `intake` ug/day of cobalamin from one day on."""
    return replace(exposure, food_intake=steps(exposure.food_intake.before, [(day, intake)]))


def nitrous_oxide(
    exposure: Exposure, start: float, stop: float, hours_per_day: float, inspired_fraction: float
) -> Exposure:
    """Add a stretch of nitrous oxide."""
    episode = NitrousOxide(start, stop, hours_per_day, inspired_fraction)
    return replace(exposure, nitrous_oxide=(*exposure.nitrous_oxide, episode))


def receptor_antibodies(exposure: Exposure, day: float, block: float) -> Exposure:
    """Block a share (0 to 1) of the receptor CD320, by which cobalamin enters the brain."""
    return replace(exposure, cd320_block=steps(exposure.cd320_block.before, [(day, block)]))


def taken(doses: tuple[Dose, ...], adherence: float, rng: np.random.Generator) -> tuple[Dose, ...]:
    """Return the doses taken when each is taken with probability `adherence`, independently."""
    if not 0 <= adherence <= 1:
        raise InputError(f"adherence {adherence} is impossible; give 0 to 1.")
    return tuple(dose for dose, draw in zip(doses, rng.random(len(doses)), strict=True) if draw < adherence)


def partly_taken(order: Order, adherence: float, rng: np.random.Generator) -> Order:
    """Return an order of which each dose is taken with probability `adherence`; vitamins in that share."""
    if adherence == 1:
        return order
    vitamins = tuple((day, adherence * folic, adherence * b6) for day, folic, b6 in order.vitamins)
    return Order(taken(order.doses, adherence, rng), vitamins)


@dataclass(frozen=True, slots=True)
class Affected:
    """Effect of a cause on one person: days, pace, share, gas.

    Attributes
    ----------
    began, stop : float
        Days on which the cause begins, and on which an exposure to gas ends.
    pace : float
        Trait of the person: the cause runs so many times faster than in the typical one.
    lost : float
        Share taken from a typical person, of causes that take a share.
    hours_per_day, inspired_fraction : float
        Of nitrous oxide.
    """

    began: float
    stop: float
    pace: float = 1.0
    lost: float = 0.0
    hours_per_day: float = 0.0
    inspired_fraction: float = 0.0

    @property
    def kept(self) -> float:
        """Share left by a cause that takes one, at the pace of the person."""
        share: float = (1 - self.lost) ** self.pace
        return share


Applied = Callable[[Exposure, Affected, Ledger], Exposure]


def _pernicious_anaemia(healthy: Exposure, person: Affected, ledger: Ledger) -> Exposure:
    decline = DAYS_PER_YEAR * ledger["prior.decline.pernicious_anaemia"] / person.pace
    return pernicious_anaemia(healthy, person.began, decline)


def _nitrous_oxide(healthy: Exposure, person: Affected, ledger: Ledger) -> Exposure:
    hours = min(person.hours_per_day * person.pace, HOURS_PER_DAY)
    return nitrous_oxide(healthy, person.began, person.stop, hours, person.inspired_fraction)


APPLIED: Final[Mapping[str, Applied]] = {
    NONE: lambda healthy, person, ledger: healthy,
    "pernicious anaemia": _pernicious_anaemia,
    "gastrectomy": lambda healthy, person, ledger: gastrectomy(healthy, person.began),
    "vegan diet": lambda healthy, person, ledger: diet(
        healthy, person.began, ledger["prior.vegan_intake"] / person.pace
    ),
    "nitrous oxide": _nitrous_oxide,
    "metformin": lambda healthy, person, ledger: metformin(healthy, person.began, ledger),
    "ileal disease": lambda healthy, person, ledger: impaired_ileum(healthy, person.began, person.kept),
    "food-cobalamin malabsorption": lambda healthy, person, ledger: food_malabsorption(
        healthy, person.began, person.kept
    ),
    "CD320 antibodies": lambda healthy, person, ledger: receptor_antibodies(
        healthy, person.began, 1 - person.kept
    ),
}
"""Change of an exposure by each cause of :mod:`remyelin.catalogue.causes`."""


def apply(cause: str, healthy: Exposure, person: Affected, ledger: Ledger) -> Exposure:
    """Put a cause into the exposure of a person in health, from the day it began.

    Parameters
    ----------
    cause : str
        Of :data:`remyelin.catalogue.causes.CAUSES`.
    healthy : Exposure
    person : Affected
    ledger : Ledger
        Numbers of the cause.

    Raises
    ------
    InputError
        For an unknown cause.

    Examples
    --------
    >>> from remyelin.cobalamin import Exposure, constant
    >>> from remyelin.evidence import Ledger
    >>> healthy = Exposure(age=60.0, food_intake=constant(4.0), meals_per_day=3.0)
    >>> apply("gastrectomy", healthy, Affected(-100.0, 0.0), Ledger.shipped()).intrinsic_factor.values[-1]
    0.0
    """
    if cause not in CAUSES:
        raise InputError(f"no cause {cause!r}; {nearest(cause, CAUSES)}")
    changed: Exposure = (CAUSES[cause].applied or APPLIED[cause])(healthy, person, ledger)
    return changed

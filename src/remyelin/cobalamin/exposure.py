"""Exposure over a course: diet, absorption, gas, drugs, and doses."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.base.units import HOURS_PER_DAY, KINDS
from remyelin.cobalamin.doses import Dose


@dataclass(frozen=True, slots=True)
class Profile:
    """A quantity over time: linear between points, constant outside them, jumps where times repeat.

    Make one with :func:`constant`, :func:`steps` or :func:`ramp`.

    Parameters
    ----------
    times, values : tuple of float
        Points in time order (days, any unit).

    Examples
    --------
    >>> from remyelin.cobalamin import Profile
    >>> Profile((0.0, 10.0), (1.0, 0.0)).at([5.0, 20.0])
    array([0.5, 0. ])
    """

    times: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values or len(self.times) != len(self.values):
            raise InputError("profile: give as many values as times, and at least one.")
        if not all(math.isfinite(x) for x in (*self.times, *self.values)):
            raise InputError("profile: times and values must be finite numbers.")
        if any(b < a for a, b in pairwise(self.times)):
            raise InputError("profile: times are out of order; give the earliest first.")

    @property
    def before(self) -> float:
        """The value before the first point."""
        return self.values[0]

    def at(self, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values at times that are not jumps."""
        if len(self.times) == 1:
            return np.full(np.shape(time), self.values[0])
        return np.asarray(np.interp(time, self.times, self.values))


def constant(value: float) -> Profile:
    """Return a profile that never changes.

    Examples
    --------
    >>> from remyelin.cobalamin import constant
    >>> constant(5.0).values
    (5.0,)
    """
    return Profile((0.0,), (value,))


def steps(before: float, changes: Iterable[tuple[float, float]]) -> Profile:
    """Return a profile that jumps: `changes` are (time in days, new value) in time order.

    Parameters
    ----------
    before : float
        Value before the first change.
    changes : sequence of (float, float)
        Days, ascending, each with the value from then on.

    Examples
    --------
    >>> from remyelin.cobalamin import steps
    >>> steps(5.0, [(-100.0, 0.0)]).at([-101.0, -99.0])
    array([5., 0.])
    """
    times: list[float] = []
    values: list[float] = []
    level = before
    for time, value in changes:
        times += [time, time]
        values += [level, value]
        level = value
    return Profile(tuple(times), tuple(values)) if times else constant(before)


def ramp(before: float, start: float, stop: float, after: float) -> Profile:
    """Return a profile that goes from `before` at `start` to `after` at `stop` in a straight line.

    Parameters
    ----------
    before, after : float
        Values.
    start, stop : float
        Days between which it changes, in a straight line.

    Examples
    --------
    >>> from remyelin.cobalamin import ramp
    >>> ramp(1.0, -365.0, 0.0, 0.0).at([-365.0, 0.0])
    array([1., 0.])
    """
    return Profile((start, stop), (before, after))


@dataclass(frozen=True, slots=True)
class NitrousOxide:
    """A stretch of nitrous oxide exposure.

    Parameters
    ----------
    start, stop : float
        Days relative to presentation.
    hours_per_day : float
        Hours of breathing it on each day; 24 for one anaesthetic given by its true start and stop.
        Less than 24 is averaged over the day.
    inspired_fraction : float
        Between 0 and 1 while breathing it.

    Examples
    --------
    >>> from remyelin.cobalamin import NitrousOxide
    >>> NitrousOxide(start=-30.0, stop=0.0, hours_per_day=2.0, inspired_fraction=0.5).stop
    0.0
    """

    start: float
    stop: float
    hours_per_day: float
    inspired_fraction: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.stop) and self.start < self.stop):
            raise InputError(
                f"nitrous oxide: must stop (day {self.stop}) after it starts (day {self.start})."
            )
        if not 0 <= self.hours_per_day <= HOURS_PER_DAY:
            raise InputError(f"nitrous oxide: {self.hours_per_day} hours a day is impossible; give 0 to 24.")
        if not 0 <= self.inspired_fraction <= 1:
            raise InputError(
                f"nitrous oxide: an inspired fraction of {self.inspired_fraction} is impossible; give 0 to 1."
            )


@dataclass(frozen=True, slots=True)
class Exposure:
    """Exposure of the body, and the traits of the person in it.

    Parameters
    ----------
    age : float
        Years at day 0.
    food_intake : Profile
        Cobalamin in food, ug/day.
    meals_per_day : float
        Meals that carry it; active absorption saturates per meal.
    intrinsic_factor : Profile
        Share (0 to 1) of intrinsic-factor-mediated absorption that works: secretion, ileal
        receptor, drugs. It also governs the enterohepatic loop.
    food_release : Profile
        Share (0 to 1) of food cobalamin that is freed for absorption; lowered in atrophic
        gastritis and under acid suppression. Tablets do not need it.
    nitrous_oxide : tuple of NitrousOxide
        Episodes that do not overlap.
    doses : tuple of Dose
        Everything given.
    cd320_block : Profile
        Share (0 to 1) of the receptor that carries cobalamin into the brain that is blocked.
    folate_status : Profile
        Remethylation of plasma homocysteine as far as folate limits it; 1 = sufficient.
    folic_acid : Profile
        Folic acid given, mg/day.
    pyridoxine : Profile
        Vitamin B6 given, mg/day; its measured effect on homocysteine is none.
    filtration : Profile
        Glomerular filtration, mL/min/1.73 m2; above the reference it has no effect.
    synthase_capacity : float
        Inborn capacity of methionine synthase in every tissue, 1 = normal.
    store_scale : float
        Active absorption relative to the typical person on the same diet. The store in balance follows it, less than
        in proportion, since a larger store loses a larger share.
    plasma_scale : float
        Haptocorrin-bound cobalamin relative to the typical person with the same store.
    metabolite_scale_mma, metabolite_scale_hcy : float
        Methylmalonate and homocysteine relative to the typical person at the same status.
    marrow_scale : float
        Sensitivity of red cell formation relative to the typical person.

    Raises
    ------
    InputError
        For a value that cannot be; the message names the field.

    Examples
    --------
    >>> from remyelin.cobalamin import Exposure, constant
    >>> Exposure(age=57, food_intake=constant(5.0), meals_per_day=3).doses
    ()
    """

    age: float
    food_intake: Profile
    meals_per_day: float
    intrinsic_factor: Profile = Profile((0.0,), (1.0,))
    food_release: Profile = Profile((0.0,), (1.0,))
    nitrous_oxide: tuple[NitrousOxide, ...] = ()
    doses: tuple[Dose, ...] = ()
    cd320_block: Profile = Profile((0.0,), (0.0,))
    folate_status: Profile = Profile((0.0,), (1.0,))
    folic_acid: Profile = Profile((0.0,), (0.0,))
    pyridoxine: Profile = Profile((0.0,), (0.0,))
    filtration: Profile | None = None
    synthase_capacity: float = 1.0
    store_scale: float = 1.0
    plasma_scale: float = 1.0
    metabolite_scale_mma: float = 1.0
    metabolite_scale_hcy: float = 1.0
    marrow_scale: float = 1.0

    def __post_init__(self) -> None:
        age = KINDS["age"]
        if not age.low <= self.age <= age.high:
            raise InputError(
                f"exposure: age {self.age} is impossible; give {age.low:g} to {age.high:g} years."
            )
        _within("food_intake", self.food_intake, 0.0, KINDS["intake"].high)
        for name in ("intrinsic_factor", "food_release", "cd320_block"):
            _within(name, getattr(self, name), 0.0, 1.0)
        _within("folate_status", self.folate_status, 0.0, math.inf, strict=True)
        _within("folic_acid", self.folic_acid, 0.0, math.inf)
        _within("pyridoxine", self.pyridoxine, 0.0, math.inf)
        if self.filtration is not None:
            _within("filtration", self.filtration, 0.0, math.inf, strict=True)
        positive = (
            "meals_per_day",
            "store_scale",
            "plasma_scale",
            "metabolite_scale_mma",
            "metabolite_scale_hcy",
            "marrow_scale",
        )
        for name in positive:
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise InputError(f"exposure: {name} {value} is impossible; give a number above 0.")
        if not 0 < self.synthase_capacity <= 1:
            raise InputError(
                f"exposure: synthase_capacity {self.synthase_capacity} is impossible; give above 0, at most 1."
            )
        episodes = sorted(self.nitrous_oxide, key=lambda episode: episode.start)
        for first, second in pairwise(episodes):
            if second.start < first.stop:
                raise InputError(
                    f"exposure: nitrous oxide from day {second.start:g} overlaps the one from day "
                    f"{first.start:g}; join them."
                )


def gas_level(exposure: Exposure, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inspired fraction of nitrous oxide at times (days), as the mean of the day.

    Parameters
    ----------
    exposure : Exposure
        Diet, cause, doses and covariates.
    times : (n,) array
        Days.

    Examples
    --------
    >>> import numpy as np
    >>> from remyelin.cobalamin import Exposure, NitrousOxide, constant, gas_level
    >>> gas = NitrousOxide(start=0.0, stop=2.0, hours_per_day=12.0, inspired_fraction=0.5)
    >>> person = Exposure(age=30, food_intake=constant(5.0), meals_per_day=3, nitrous_oxide=(gas,))
    >>> gas_level(person, np.array([1.0, 5.0]))
    array([0.25, 0.  ])
    """
    level = np.zeros(np.shape(times))
    for episode in exposure.nitrous_oxide:
        breathing = (times > episode.start) & (times <= episode.stop)
        level += episode.inspired_fraction * episode.hours_per_day / HOURS_PER_DAY * breathing
    return level


def taking(exposure: Exposure, times: NDArray[np.float64], form: str) -> NDArray[np.bool_]:
    """Return whether a form of cobalamin is taken at times: after its first dose, until one interval past the last.

    Parameters
    ----------
    exposure : Exposure
        Its doses.
    times : (n,) array
        Days.
    form : str
        As ``methylcobalamin``.

    Examples
    --------
    >>> import numpy as np
    >>> from remyelin.cobalamin import Dose, Exposure, constant, taking
    >>> doses = tuple(Dose(day, 1000.0, 'methylcobalamin', 'im') for day in (0.0, 7.0))
    >>> person = Exposure(age=57, food_intake=constant(5.0), meals_per_day=3, doses=doses)
    >>> taking(person, np.array([-1.0, 3.0, 13.0, 15.0]), 'methylcobalamin')
    array([False,  True,  True, False])
    """
    days = sorted(dose.time for dose in exposure.doses if dose.form == form)
    if not days:
        return np.zeros(np.shape(times), dtype=np.bool_)
    # a single dose counts for its day
    interval = days[-1] - days[-2] if len(days) > 1 else 1.0
    return np.asarray((times > days[0]) & (times <= days[-1] + interval))


def _within(name: str, profile: Profile, low: float, high: float, *, strict: bool = False) -> None:
    for value in profile.values:
        if not low <= value <= high or (strict and value == low):
            bound = (
                f"above {low:g}"
                if strict
                else (f"{low:g} or more" if high == math.inf else f"{low:g} to {high:g}")
            )
            raise InputError(f"exposure: {name} {value:g} is impossible; give {bound}.")

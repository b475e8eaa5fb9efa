"""The numbers that are fitted to patients, their ranges, and the rows they are fitted to.

Structural rates change the simulation; maps, hazards and spreads of fast traits are read afterwards. Both are
uncertainty about the population. Traits are variability between persons and are drawn within the pool.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger, load_published

Floats = NDArray[np.float64]

STRUCTURAL: Final = (
    "myelin.shared.injury",
    "myelin.shared.injury_exponent",
    "myelin.shared.injury_half",
    "myelin.shared.stripping",
    "myelin.shared.healing",
    "myelin.vulnerability.peripheral_sensory",
    "myelin.vulnerability.peripheral_motor",
    "myelin.vulnerability.lateral_column",
    "myelin.vulnerability.optic",
    "myelin.peripheral.axon_direct",
    "myelin.length.axon_exponent",
    "myelin.shared.axon_vacuolated",
    "myelin.central.axon_bare",
    "myelin.peripheral.axon_gas",
    "nerve.lesion_length.central",
    "users.hours_per_day",
    "spread.pace",
    "spread.central",
    "spread.peripheral",
    "spread.motor_n2o",
    "spread.repair",
    "spread.axons",
    "correlation.central.peripheral",
)
MAPS: Final = (
    "clinic.paraesthesia.half",
    "clinic.numbness.half",
    "clinic.position.half",
    "clinic.vibration.half",
    "clinic.pyramidal.half",
    "clinic.reflex.half",
    "clinic.weakness.half",
    "spread.reserve",
    "spread.notice",
    "spread.marrow",
    "seeking.symptom",
    "seeking.worsening",
    "seeking.spread",
    "seeking.function",
    "seeking.anaemia",
)
FREE: Final = (*STRUCTURAL, *MAPS)
RIVALS: Final[Mapping[str, Mapping[str, float]]] = {
    "both": {},
    "susceptibility": {"spread.pace": 0.2},
    "pace": {
        "spread.central": 0.03,
        "spread.peripheral": 0.03,
        "spread.motor_n2o": 0.1,
        "spread.repair": 0.05,
        "spread.axons": 0.1,
    },
    "equal repair": {"spread.repair": 0.05, "spread.axons": 0.1},
}
"""Rival assumptions on what differs between persons, by name: numbers held at the least of their range."""

#: Rows that choose parameters; all others are predicted. `Weak` rows are recalled and count half.
CALIBRATION: Final = (
    "healton_complete",
    "healton_half",
    "healton_residual",
    "respond_3_months",
    "b12_cord_median",
    "n2o_mma_median",
    "n2o_hcy_median",
    "low_b12_without_neuropathy",
    "duration_median",
    "duration_upper_quartile",
    "n2o_duration_median",
    "walking_lost_at_presentation",
    "fdrs_other_median",
    "fdrs_n2o_median",
    "romberg_cord",
    "babinski_cord",
    "ankle_jerk_n2o",
    "n2o_tibial_cmap_ratio",
    "n2o_axonal_share",
    "n2o_p40_late",
    "series_duration_mean",
)
SIGNS: Final = ("n2o_sural_snap_higher",)  # yes or no: the difference between the medians is above 0
WEAK: Final = ("only_sensory", "cord_signs", "nerve_signs", "normal_examination")
NORMAL: Final = 1.96  # standard deviations to either side that bounds of 95 % lie away
#: A difference between medians of shares that is plainly above 0: two standard deviations of 0.1.
PLAINLY: Final = 0.2
NO_ERRORS: Final[Mapping[str, float]] = MappingProxyType({})
FURTHEST: Final = 20.0  # standard deviations, of a row that nobody in the pool can show
#: Of the Student distribution of errors: series differ, and one row must not rule all others.
FREEDOM: Final = 4.0
END: Final = 0.05  # share of a range at each end
#: Density at an end, over that of the prior, above which a range or the structure is too narrow.
MOST_AT_END: Final = 2.0
SURE: Final = 0.05  # chance of an error
LEAST: Final = 0.01  # a range that begins at 0 is drawn from this share of its end on


@dataclass(frozen=True, slots=True)
class Bound:
    """A row as the fit reads it: published value, bounds, weight."""

    name: str
    value: float
    lower: float
    upper: float
    weight: float = 1.0

    def misfit(self, found: float, error: float = 0.0) -> float:
        """Return the distance from the published value in standard deviations, below negative.

        The standard deviation is that of the row and, of a simulated value, the error of the few persons of a pool.
        """
        if not np.isfinite(found):
            return FURTHEST
        side = self.upper - self.value if found > self.value else self.value - self.lower
        # A published value at its bound (0 of 39, everybody) leaves the other side only.
        side = max(side, 0.25 * (self.upper - self.lower))
        return float(np.clip((found - self.value) / math.hypot(side / NORMAL, error), -FURTHEST, FURTHEST))

    def distance(self, found: float) -> float:
        """Return the size of the misfit."""
        return abs(self.misfit(found))


@cache
def bounds() -> tuple[Bound, ...]:
    """Return the rows that choose parameters."""
    rows = {row.name: row for row in load_published()}
    found = []
    for name in CALIBRATION:
        row = rows[name]
        if row.role != "calibration":
            raise InputError(f"row {name!r} is a {row.role} row; it must not choose a parameter.")
        found.append(Bound(name, float(row.published), row.lower, row.upper))
    ledger = Ledger.shipped()
    for name in WEAK:
        low, high = ledger.entry(f"presentation.{name}").range or (0.0, 100.0)
        found.append(Bound(name, ledger[f"presentation.{name}"], low, high, 0.5))
    return tuple(found)


def log_error(misfit: Any) -> Any:
    """Return the logarithm of the density of an error in standard deviations, 0 for none."""
    return -0.5 * (FREEDOM + 1.0) * np.log1p(np.square(misfit) / FREEDOM)


def log_likelihood(rows: Mapping[str, float], errors: Mapping[str, float] = NO_ERRORS) -> float:
    """Return the logarithm of the likelihood of simulated rows, up to a constant.

    Parameters
    ----------
    rows : mapping of str to float
    errors : mapping of str to float
        Standard deviation of each row between pools of other persons; none when omitted.
    """
    total = sum(
        bound.weight * log_error(bound.misfit(rows[bound.name], errors.get(bound.name, 0.0)))
        for bound in bounds()
    )
    for name in SIGNS:
        value = rows[name] if np.isfinite(rows[name]) else 0.0
        total += log_error(max((PLAINLY - value) / math.hypot(0.5 * PLAINLY, errors.get(name, 0.0)), 0.0))
    return float(total)


@cache
def _ends(names: tuple[str, ...]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    low, high = [], []
    for name in names:
        limits = Ledger.shipped().entry(name).range
        if limits is None:
            raise InputError(f"{name} has no range in the ledger; the fit needs one.")
        low.append(limits[0])
        high.append(limits[1])
    lows, highs = np.array(low), np.array(high)
    linear = np.array([name.startswith("correlation.") for name in names])
    lows = np.where((lows <= 0.0) & ~linear, LEAST * highs, lows)
    return lows, highs, linear


def values_at(point: Floats, names: tuple[str, ...] = FREE) -> dict[str, float]:
    """Return the numbers at a point of the unit cube: evenly in the logarithm of a range, shares evenly."""
    low, high, linear = _ends(names)
    ratio = np.where(linear, 1.0, high / np.where(linear, 1.0, low))
    values = np.where(linear, low + point * (high - low), low * ratio**point)
    return dict(zip(names, np.clip(values, low, high).tolist(), strict=True))


def point_of(values: Mapping[str, float], names: tuple[str, ...] = FREE) -> Floats:
    """Return the point of the unit cube of a set of numbers."""
    low, high, linear = _ends(names)
    given = np.array([values[name] for name in names])
    ratio = np.log(np.where(linear, math.e, high / np.where(linear, 1.0, low)))
    logs = np.log(np.maximum(given, low * 0.5) / np.where(linear, 1.0, low)) / ratio
    even = (given - low) / (high - low)
    found: Floats = np.clip(np.where(linear, even, logs), 0.0, 1.0)
    return found


def at_ends(points: Floats) -> Floats:
    """Return the density of points (set, number) at the nearer end of each range, over that of the prior."""
    outer = np.maximum((points < END).mean(axis=0), (points > 1.0 - END).mean(axis=0))
    density: Floats = outer / END
    return density


def certainly_above(effective: float) -> float:
    """Return the density at an end that so few sets show in one of twenty numbers whose density is the most allowed."""
    from scipy.stats import binom

    count = round(effective)
    return float(binom.isf(SURE, count, MOST_AT_END * END) + 1.0) / count / END


def by_chance(effective: float, numbers: int) -> float:
    """Return how many numbers whose posterior is their prior lie above the most allowed at an end, with so few sets."""
    from scipy.stats import binom

    count = round(effective)
    one = float(binom.sf(math.floor(MOST_AT_END * END * count), count, END))
    return numbers * (1.0 - (1.0 - one) ** 2)

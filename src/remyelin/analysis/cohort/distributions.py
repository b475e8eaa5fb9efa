"""Distributions of covariates, drawn through their quantile functions.

Every distribution is sampled by inversion, so that one uniform number per covariate, correlated through a
Gaussian copula or not, gives the person, and the same uniform numbers give the same person whatever else
is drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from remyelin.analysis.cohort.settings import SMALLEST_SHARE

#: Keys each kind of distribution needs, beside the optional ``low`` and ``high``.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "constant": ("value",),
    "uniform": ("low", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "spread"),
    "beta": ("a", "b"),
    "choice": ("values", "shares"),
}
SHARES_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Distribution:
    """One distribution in canonical units.

    Attributes
    ----------
    kind : str
        A key of :data:`KEYS`.
    numbers : tuple of float
        The numbers of its keys, in their order; of a choice, the values (or their positions, where
        `labels` names them).
    low, high : float
        Truncation of a normal or lognormal; ends of a uniform or a beta.
    shares : tuple of float
        Of a choice, summing to 1.
    labels : tuple of str
        Of a choice among words.
    """

    kind: str
    numbers: tuple[float, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    shares: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        finite = (*self.numbers, *self.shares)
        if not all(math.isfinite(number) for number in finite):
            raise ValueError("its numbers must be finite.")
        if self.kind == "normal" and self.numbers[1] < 0:
            raise ValueError(f"sd {self.numbers[1]:g} is negative; give 0 or more.")
        if self.kind == "lognormal" and (self.numbers[0] <= 0 or self.numbers[1] < 0):
            raise ValueError("a lognormal needs a median above 0 and a spread of 0 or more.")
        if self.kind == "beta" and min(self.numbers) <= 0:
            raise ValueError("a beta needs a and b above 0.")
        if self.kind in ("uniform", "beta") and not self.low < self.high:
            raise ValueError(f"low {self.low:g} must lie below high {self.high:g}.")
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} lies above high {self.high:g}.")
        if self.kind in ("normal", "lognormal") and not self.low <= self.numbers[0] <= self.high:
            centre = "mean" if self.kind == "normal" else "median"
            raise ValueError(
                f"{centre} {self.numbers[0]:g} lies outside low {self.low:g} and high {self.high:g}; "
                "correct one of them, or its unit."
            )
        if self.kind == "choice":
            if not self.numbers or len(self.numbers) != len(self.shares):
                raise ValueError("give as many shares as values, and at least one.")
            if min(self.shares) < 0:
                raise ValueError(f"share {min(self.shares):g} is negative; shares lie within 0 to 1.")
            if abs(math.fsum(self.shares) - 1) > SHARES_TOLERANCE:
                raise ValueError(f"shares sum to {math.fsum(self.shares):g}; they must sum to 1.")
        if self.kind in ("normal", "lognormal") and self._probability()[1] <= self._probability()[0]:
            raise ValueError("low and high leave nothing of the distribution.")

    def _probability(self) -> tuple[float, float]:
        """Probability below `low` and below `high` before truncation."""
        from scipy.special import ndtr

        if self.kind == "normal":
            mean, sd = self.numbers
            if sd == 0:
                return (0.0, 1.0) if self.low <= mean <= self.high else (0.0, 0.0)
            return float(ndtr((self.low - mean) / sd)), float(ndtr((self.high - mean) / sd))
        median, spread = self.numbers
        if spread == 0:
            return (0.0, 1.0) if self.low <= median <= self.high else (0.0, 0.0)
        below = 0.0 if self.low <= 0 else float(ndtr(math.log(self.low / median) / spread))
        above = 1.0 if self.high == math.inf else float(ndtr(math.log(self.high / median) / spread))
        return below, above

    def at(self, share: float) -> float:
        """Return the value below which `share` (0 to 1) of the population lies; of words, its position."""
        from scipy.special import betaincinv, ndtri

        if self.kind == "constant":
            return self.numbers[0]
        if self.kind == "uniform":
            return self.low + (self.high - self.low) * share
        if self.kind == "beta":
            if share < SMALLEST_SHARE:  # the library has no answer there
                return self.low
            return self.low + (self.high - self.low) * float(betaincinv(*self.numbers, share))
        if self.kind == "choice":
            return self.numbers[self.position(share)]
        below, above = self._probability()
        z = float(ndtri(below + share * (above - below)))
        if self.kind == "normal":
            value = self.numbers[0] + (self.numbers[1] * z if self.numbers[1] else 0.0)
        else:
            value = self.numbers[0] * math.exp(self.numbers[1] * z if self.numbers[1] else 0.0)
        return min(max(value, self.low), self.high)

    def position(self, share: float) -> int:
        """Return which of the values of a choice stands at a quantile."""
        total = 0.0
        for index, part in enumerate(self.shares):
            total += part
            if share < total and part > 0:
                return index
        return max(index for index, part in enumerate(self.shares) if part > 0)

    def support(self) -> tuple[float, float]:
        """Return the least and the greatest value that can be drawn."""
        if self.kind in ("constant", "choice"):
            return min(self.numbers), max(self.numbers)
        if self.kind == "lognormal":
            return max(self.low, 0.0), self.high
        return self.low, self.high

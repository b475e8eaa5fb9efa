"""Observation of a column of a cohort: spread between healthy persons, repetition, rounding, limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from remyelin.catalogue.markers import STATUS
from remyelin.evidence import Ledger

Values = NDArray[np.float64]

#: Sizes of a response, which are 0 where it is absent.
SIZES: Final = ("amplitude",)


@dataclass(frozen=True, slots=True)
class Observation:
    """Observation model of one column: spread between persons, repetition, limits.

    Attributes
    ----------
    between : float
        SD between persons whom the model makes alike, kept by a person over all visits.
    within : float
        SD from one visit to the next: repetition, assay and body.
    logarithm : bool
        Both are SDs of the logarithm and multiply the value.
    low, high : float
        Ends of a scale.
    whole : bool
        Counts whole points.
    absent : float
        Value of a response that is absent; NaN where it is missing then.
    basis : str
        Ledger entries that the numbers come from.
    """

    between: float = 0.0
    within: float = 0.0
    logarithm: bool = False
    low: float = -np.inf
    high: float = np.inf
    whole: bool = False
    absent: float = np.nan
    basis: str = ""

    def observe(self, values: Values, rng: Generator) -> Values:
        """Return measured values (person, visit) of the model's."""
        own = rng.standard_normal((len(values), 1))
        return self.measured(values, own, rng.standard_normal(values.shape))

    def without_error(self, values: Values) -> Values:
        """Return the model's values with the size 0 where a response is absent."""
        return np.where(np.isnan(values), self.absent, values)

    def measured(self, values: Values, own: Values, repeated: Values) -> Values:
        """Return measured values of the model's, from normal numbers that are given.

        Parameters
        ----------
        values : (person, visit) array
        own : (person, 1) array
            Standard normal; what stays with a person.
        repeated : (person, visit) array
            Standard normal; what differs from one visit to the next.
        """
        filled = self.without_error(values)
        noise = self.between * own + self.within * repeated
        # An absent response stays absent: there is nothing for the noise to move.
        moved = (
            filled * np.exp(noise)
            if self.logarithm
            else np.where(filled == self.absent, filled, filled + noise)
        )
        seen: Values = np.asarray(moved, dtype=np.float64)
        if self.whole:
            seen = np.round(seen)
        return np.clip(seen, self.low, self.high)


def observation_of(column: str, ledger: Ledger) -> Observation:
    """Return how a column of a cohort is observed.

    Parameters
    ----------
    column : str
        As in a cohort: ``b12``, ``haemoglobin``, ``sural.ankle.amplitude``, ``scale.total``, ``noticed.gait``.
    ledger : Ledger
        Entries ``readout_noise.*``, ``record.*`` and ``norm.*``.

    Returns
    -------
    Observation
        Without spread for columns that the ledger has no spread of: symptoms noticed and signs, which are read as
        the model gives them.
    """
    if column in STATUS:
        name = f"readout_noise.{column}"
        return Observation(0.0, ledger[name], True, 0.0, basis=name)
    if column in ("haemoglobin", "mcv"):
        name = f"record.blood.{column}_noise"
        return Observation(0.0, ledger[name], low=0.0, basis=name)
    if column == "scale.total":
        # the top of the scale is 16 points by its definition
        return Observation(
            0.0, ledger["record.noise.scale"], low=0.0, high=16.0, whole=True, basis="record.noise.scale"
        )
    parts = column.split(".")
    if len(parts) == 3:
        study, site, quantity = parts
        quantity = "cmct" if study.startswith("mep") and quantity == "interval" else quantity
        wave = site.lower().replace("-", "_")
        for key in (study, wave, f"{study}_{wave}"):
            for logarithm in (False, True):
                name = f"norm.{key}.{'log_' if logarithm else ''}{quantity}"
                if name in ledger:
                    return _of_norm(name, quantity, logarithm, ledger)
    return Observation()


def _of_norm(name: str, quantity: str, logarithm: bool, ledger: Ledger) -> Observation:
    """Split the SD of a norm into a part that repeats and a part that stays with the person."""
    _, deviation = ledger.vector(name)
    within = ledger["record.noise.study"] * deviation
    return Observation(
        between=float(np.sqrt(deviation**2 - within**2)),
        within=within,
        logarithm=logarithm,
        low=0.0,
        absent=0.0 if quantity in SIZES else np.nan,
        basis=f"{name}, record.noise.study",
    )

"""Serum B12 as a laboratory reports it: bias of its method, noise, a reporting limit, and interfering antibodies.

A printed result is not the level in the body. Methods differ by a constant factor, a result below the reporting limit
is printed as that limit, and competitive binding assays use intrinsic factor as their reagent, so that antibodies
against it can make the serum of an untreated patient read normal. Nothing here is a floor of the body.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from remyelin.evidence import Ledger


@dataclass(frozen=True, slots=True)
class Reported:
    """Printed results.

    Attributes
    ----------
    value : ndarray
        pmol/L; the reporting limit where the result lies below it.
    below_limit : ndarray of bool
        Whether the result is printed as "less than" its value.
    falsely_normal : ndarray of bool
        Whether antibodies against intrinsic factor made the value.
    """

    value: NDArray[np.float64]
    below_limit: NDArray[np.bool_]
    falsely_normal: NDArray[np.bool_]


def method_bias(ledger: Ledger, rng: Generator, size: int | None = None) -> NDArray[np.float64]:
    """Draw the ratio of the result of a laboratory's method to the true level."""
    return np.asarray(np.exp(ledger["assay.method_spread"] * rng.standard_normal(size)))


def draw_antibodies(ledger: Ledger, rng: Generator, size: int) -> NDArray[np.bool_]:
    """Draw which patients with pernicious anaemia have antibodies against intrinsic factor."""
    return np.asarray(rng.random(size) < ledger["assay.antibodies"])


def report_b12(
    level: ArrayLike,
    ledger: Ledger,
    rng: Generator,
    *,
    antibodies: ArrayLike = False,
    bias: ArrayLike | None = None,
) -> Reported:
    """Return the printed serum B12 of sera, one noisy sample of each.

    Parameters
    ----------
    level : array_like
        True serum B12 (pmol/L).
    ledger : Ledger
        Entries ``assay.*`` and ``readout_noise.b12``.
    rng : Generator
        The same number of draws is taken whatever the levels.
    antibodies : array_like of bool
        Who has antibodies against intrinsic factor and is measured by an assay that they can disturb.
    bias : array_like, optional
        Of the method (:func:`method_bias`); drawn for each serum, as in a series from many laboratories, when omitted.

    Returns
    -------
    Reported

    Examples
    --------
    >>> ledger = Ledger.shipped()
    >>> reported = report_b12([10.0, 400.0], ledger, np.random.default_rng(1))
    >>> reported.below_limit.tolist()
    [True, False]
    """
    true = np.asarray(level, dtype=float)
    size = true.shape
    noise = np.exp(ledger["readout_noise.b12"] * rng.standard_normal(size))
    drawn = np.exp(ledger["assay.method_spread"] * rng.standard_normal(size))
    disturbed = rng.random(size) < ledger["assay.falsely_normal"]
    false_level = ledger["assay.false_level"] * np.exp(
        ledger["assay.false_level_spread"] * rng.standard_normal(size)
    )
    value = true * noise * (drawn if bias is None else np.asarray(bias))
    falsely = np.broadcast_to(np.asarray(antibodies, dtype=bool), size) & disturbed & (value < false_level)
    value = np.where(falsely, false_level, value)
    limit = ledger["assay.reporting_limit"]
    return Reported(np.maximum(value, limit), value < limit, falsely)

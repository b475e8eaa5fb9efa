"""Persons and trials for the rows of the cobalamin layer: who is simulated, from which start."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from remyelin.base.errors import SimulationError
from remyelin.cobalamin import Exposure, Parameters, constant, simulate, steps
from remyelin.evidence import Ledger

PG_PER_ML = 0.738  # pmol/L for 1 pg/mL
SCALES = (0.02, 20.0)
LONG_AGO = -40 * 365.25


def adult(ledger: Ledger, *, age: float = 50, intake: float | None = None) -> Exposure:
    """Return a typical person on an omnivore diet, or on the intake given (ug/day)."""
    food = ledger["absorption.reference_intake"] if intake is None else intake
    return Exposure(age=age, food_intake=constant(food), meals_per_day=ledger["absorption.meals_per_day"])


def at(exposure: Exposure, times: ArrayLike, ledger: Ledger) -> xr.Dataset:
    """Simulate a person; times in days."""
    return simulate(exposure, times, Parameters.from_ledger(ledger))


def now(exposure: Exposure, name: str, ledger: Ledger, time: float = 0.0) -> float:
    """Return one marker at one time."""
    return float(at(exposure, [time], ledger)[name][0])


def with_b12(exposure: Exposure, b12: float, ledger: Ledger, *, by: str = "store_scale") -> Exposure:
    """Return the person changed so that serum B12 at day 0, untreated, is as given (pmol/L).

    Parameters
    ----------
    by : {"store_scale", "food_intake", "food_release"}
        What is changed: active absorption; intake; the share of food cobalamin that is freed
        (the mechanism of low status in the elderly, who absorb tablets normally).
    """
    # Imported here so that listing rows stays light.
    from scipy.optimize import brentq

    def changed(value: float) -> Exposure:
        if by == "store_scale":
            return replace(exposure, store_scale=value)
        if by == "food_release":
            return replace(exposure, food_release=constant(value))
        return replace(exposure, food_intake=constant(value))

    untreated = Parameters.from_ledger(ledger)

    def miss(value: float) -> float:
        person = replace(changed(value), doses=())
        return float(simulate(person, [0.0], untreated)["b12"][0]) - b12

    low, high = (1e-3, 1.0) if by == "food_release" else SCALES
    if miss(low) * miss(high) > 0:
        raise SimulationError(f"no {by} between {low:g} and {high:g} gives a serum B12 of {b12:g} pmol/L")
    return changed(float(brentq(miss, low, high, xtol=1e-6)))


def without_intrinsic_factor(exposure: Exposure, b12: float, ledger: Ledger) -> Exposure:
    """Return the person who lost intrinsic factor so long ago that serum B12 at day 0 is as given."""
    days = np.arange(LONG_AGO, 1.0)
    lost = replace(exposure, intrinsic_factor=steps(1.0, [(LONG_AGO, 0.0)]), doses=())
    falling = at(lost, days, ledger)["b12"].to_numpy()
    if not falling[-1] < b12 < falling[0]:
        raise SimulationError(f"losing intrinsic factor never gives a serum B12 of {b12:g} pmol/L")
    elapsed = float(np.interp(-b12, -falling, days)) - LONG_AGO
    return replace(exposure, intrinsic_factor=steps(1.0, [(-elapsed, 0.0)]))

"""Passage of food and doses into the blood: meals, tablets, depots, free cobalamin in plasma.

Nothing here depends on the stores, so it is carried first (:mod:`remyelin.cobalamin.kinetics`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.base.units import MICROGRAM_TO_NMOL_COBALAMIN
from remyelin.cobalamin.absorption import (
    active_absorption,
    clearance_rate,
    depot_rate,
    passive_absorption,
    retained_share,
)
from remyelin.cobalamin.cascade import handed_on, scan
from remyelin.cobalamin.exposure import Exposure
from remyelin.cobalamin.parameters import Parameters
from remyelin.cobalamin.timeline import Product, Schedule

Array = NDArray[np.float64]


def delivered(product: Product, intrinsic_factor: Array | float, parameters: Parameters) -> Array | float:
    """Return the amount that one dose by mouth or nose delivers to the blood in the end (nmol)."""
    amount, _, route, with_food = product
    if route == "nasal":
        return amount * parameters.nasal_share * MICROGRAM_TO_NMOL_COBALAMIN + 0 * intrinsic_factor
    active = active_absorption(amount, parameters)
    passive = passive_absorption(amount, parameters, with_food=with_food)
    return (active * intrinsic_factor + passive) * MICROGRAM_TO_NMOL_COBALAMIN


def food_absorption(
    intake: Array, meals: float, factor: Array, release: Array, scale: float, parameters: Parameters
) -> Array:
    """Return absorption of cobalamin in food (nmol/day).

    Parameters
    ----------
    intake : ndarray
        ug/day, in equal meals.
    meals : float
        Meals a day.
    factor, release : ndarray
        Working share of intrinsic factor; share of food cobalamin that is freed.
    scale : float
        Active absorption of this person relative to the typical one.
    """
    meal = intake * release / meals
    active = parameters.active_max * meal / (parameters.active_half + meal)
    passive = meal * parameters.passive_share_with_food
    return np.asarray(meals * (scale * active * factor + passive) * MICROGRAM_TO_NMOL_COBALAMIN)


def delivered_to(product: Product, factor: Array, exposure: Exposure, p: Parameters) -> Array:
    """Return the amount that a dose delivers to this person, whose active absorption is scaled (nmol)."""
    return np.asarray(delivered(product, factor * exposure.store_scale, p))


def _given(nodes: Array, times: Array) -> tuple[NDArray[np.intp], Array]:
    """Nodes at which doses fall and how many fall there; those at the last node belong to the next block."""
    inside = times[slice(*np.searchsorted(times, nodes[[0, -1]]))]
    where, count = np.unique(np.searchsorted(nodes, inside), return_counts=True)
    return where, count.astype(float)


def gut(
    nodes: Array,
    step: Array,
    factor: Array,
    exposure: Exposure,
    plan: Schedule,
    p: Parameters,
    begin: float,
) -> tuple[Array, Array, Array]:
    """Return single doses by mouth or nose: in the gut at nodes, released per step, left in plasma after each step."""
    dose = np.zeros_like(step)
    for product, times in plan.single.items():
        if product[2] in ("oral", "nasal"):
            where, count = _given(nodes, times)
            dose[where] += count * delivered_to(product, factor[where], exposure, p)
    if not begin and not dose.any():
        return np.zeros_like(nodes), dose, dose
    decay = np.exp(-p.release_rate * step)
    held = scan(decay, decay * dose, begin)
    full = held[:-1] + dose
    passed = full * handed_on(step, p.release_rate, p.transcobalamin_rate)
    return held + np.append(dose, 0.0), full * -np.expm1(-p.release_rate * step), passed


@dataclass(frozen=True, slots=True)
class Injected:
    """Depots and free cobalamin at nodes; per step the mean free, the amount captured and excreted; the end."""

    depots: Array
    free: Array
    free_mean: Array
    captured: Array
    urine: Array
    end: Mapping[Product, tuple[float, float]]


def injected(
    nodes: Array,
    step: Array,
    plan: Schedule,
    p: Parameters,
    begin: Mapping[Product, tuple[float, float]],
) -> Injected:
    """Carry injections through depot and plasma, product by product."""
    depots, free = np.zeros_like(nodes), np.zeros_like(nodes)
    free_mean, captured, urine = np.zeros_like(step), np.zeros_like(step), np.zeros_like(step)
    end: dict[Product, tuple[float, float]] = {}
    for product, times in plan.single.items():
        amount, form, route, _ = product
        if route not in ("im", "sc", "iv"):
            continue
        where, count = _given(nodes, times)
        in_depot, in_plasma = begin.get(product, (0.0, 0.0))
        if not (where.size or in_depot or in_plasma):
            continue
        dose = np.zeros_like(step)
        dose[where] = count * amount * MICROGRAM_TO_NMOL_COBALAMIN
        out = clearance_rate(amount, form, p)
        retained = retained_share(amount, form, p)
        decay = np.exp(-out * step)
        if route == "iv":
            depot = np.zeros_like(nodes)
            into = decay * dose
            now = np.append(dose, 0.0)
        else:
            rate = depot_rate(form, p)
            left = np.exp(-rate * step)
            depot = scan(left, left * dose, in_depot)
            into = (depot[:-1] + dose) * handed_on(step, rate, out)
            depot = depot + np.append(dose, 0.0)
            now = np.zeros_like(nodes)
        plasma = scan(decay, into, in_plasma)
        end[product] = float(depot[-1]), float(plasma[-1])
        held = depot + plasma + now
        # What left between two nodes is the difference of what was held: exact, whatever the step.
        after = held[1:] - np.append(dose[1:], 0.0)
        cleared = np.maximum(held[:-1] - after, 0.0)
        depots += depot
        free += plasma + now
        free_mean += np.divide(cleared, out * step)
        captured += retained * cleared
        urine += (1 - retained) * cleared
    return Injected(depots, free, free_mean, captured, urine, end)

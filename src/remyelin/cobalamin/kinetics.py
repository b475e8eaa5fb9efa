"""Cobalamin from mouth and needle to store: the mass-carrying part of the cascade.

Equations, t in days, amounts in nmol (full form, stiff; the cascade uses the reduced form below)::

    gut      dG/dt = absorbed doses - kE G
    depot    dD/dt = injections - ka D
    free     dF/dt = ka D - k F                  of k F, the share phi goes to the store, the rest to urine
    holoTC   dT/dt = kE G + meals + (loop f + release) S - kT T
    store    dS/dt = kT T + phi k F - (loss_without_loop + release) S
    holoHC   dH/dt = kH (kappa S - H)            pmol/L, a read-out: it carries no mass

f is the working share of intrinsic factor. Bile and tissue release go out on transcobalamin and come
back with it, so with B = S + T and T a thousandth of B::

    body     dB/dt = kE G + meals + phi k F - (loss_without_loop - loop f) B

No state below it feeds back, which is what makes the layer a cascade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.base.units import MICROGRAM_TO_NMOL_COBALAMIN, PMOL_PER_NMOL
from remyelin.cobalamin.absorption import (
    active_absorption,
    clearance_rate,
    depot_rate,
    passive_absorption,
    retained_share,
)
from remyelin.cobalamin.cascade import handed_on, mean_decay, relax, scan
from remyelin.cobalamin.exposure import Exposure, Profile
from remyelin.cobalamin.parameters import Parameters
from remyelin.cobalamin.timeline import Product, Schedule

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Carried:
    """The state at the end of a block, from which the next one goes on (nmol; haptocorrin pmol/L).

    Attributes
    ----------
    store, holotc, from_gut, haptocorrin, gut : float
        Body cobalamin; on transcobalamin from streams and tissues, and from single doses; bound to
        haptocorrin; single doses not yet absorbed.
    depots : mapping of product to (float, float)
        In the depot and free in plasma.
    absorbed, captured, urine, lost : float
        Totals since the first node.
    """

    store: float
    holotc: float
    from_gut: float
    haptocorrin: float
    gut: float
    depots: Mapping[Product, tuple[float, float]]
    absorbed: float
    captured: float
    urine: float
    lost: float


@dataclass(frozen=True, slots=True)
class Kinetics:
    """Cobalamin at the nodes of the grid, each array of shape (nodes,) unless said.

    Attributes
    ----------
    store : ndarray
        Body cobalamin outside depots, gut and free plasma (nmol).
    holotc, haptocorrin, free : ndarray
        Plasma concentrations (pmol/L); `holotc` without what it takes up from `free`.
    free_mean : ndarray, shape (nodes - 1,)
        Mean of `free` over each step.
    pending : ndarray
        Absorbed or injected, not yet in the store (nmol).
    absorption : ndarray
        Rate at which absorbed cobalamin reaches the blood (nmol/day).
    absorbed, captured, urine, lost : ndarray
        Totals since the first node (nmol): from the gut, from injections into tissue, injected
        cobalamin excreted, store lost.
    end : Carried
        The state at the last node.
    """

    store: Array
    holotc: Array
    haptocorrin: Array
    free: Array
    free_mean: Array
    pending: Array
    absorption: Array
    absorbed: Array
    captured: Array
    urine: Array
    lost: Array
    end: Carried


def delivered(product: Product, intrinsic_factor: Array | float, parameters: Parameters) -> Array | float:
    """Return what one dose by mouth or nose delivers to the blood in the end (nmol)."""
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


def solve(
    nodes: Array, exposure: Exposure, plan: Schedule, parameters: Parameters, begin: Carried | None = None
) -> Kinetics:
    """Carry cobalamin along a block of the grid.

    Parameters
    ----------
    nodes : ndarray, shape (n + 1,)
        A block of :func:`remyelin.cobalamin.timeline.blocks`; every event is a node.
    exposure : Exposure
    plan : Schedule
        The doses of the exposure, gathered.
    parameters : Parameters
    begin : Carried, optional
        Where the block before ended; the steady state before the first node without.
    """
    p = parameters
    step = np.diff(nodes)
    middle = nodes[:-1] + 0.5 * step
    factor = exposure.intrinsic_factor.at(middle)

    factor_start, factor_end = _ends(exposure.intrinsic_factor, nodes[:-1], step)

    def food(intake: Array, factor: Array, release: Array) -> Array:
        return food_absorption(intake, exposure.meals_per_day, factor, release, exposure.store_scale, p)

    intake, release = exposure.food_intake.at(middle), exposure.food_release.at(middle)
    # Entering the store: the mean of each step. Entering transcobalamin, which follows at once: its ends.
    streams = [food(intake, share, release) for share in (factor, factor_start, factor_end)]
    before_factor = exposure.intrinsic_factor.before
    before = np.array(
        [x.before for x in (exposure.food_intake, exposure.intrinsic_factor, exposure.food_release)]
    )
    stream_before = float(food(*before[:, None])[0])
    start_at = begin or _steady(stream_before, before_factor, exposure, p)
    for run in plan.runs:
        active = (middle > run.start) & (middle < run.stop)
        if active.any():
            shares = (factor, factor_start, factor_end)
            streams = [
                stream + active * run.per_day * _scaled(run.product, share, exposure, p)
                for stream, share in zip(streams, shares, strict=True)
            ]
    stream, stream_start, stream_end = streams

    gut, released, gut_to_plasma = _gut(nodes, step, factor, exposure, plan, p, start_at.gut)
    injected = _injected(nodes, step, plan, p, start_at.depots)
    depots, free, free_mean = injected.depots, injected.free, injected.free_mean
    captured, urine = injected.captured, injected.urine

    # Body store: what comes in during a step is spread evenly over it, so mass is exact.
    loss = p.loss_without_loop - p.loop_return * factor
    z = loss * step
    mean = mean_decay(z)
    entering = released + captured + stream * step
    store = scan(np.exp(-z), mean * entering, start_at.store)
    lost = store[:-1] * -np.expm1(-z) + entering * (1 - mean)

    start = stream_start + (p.loop_return * factor_start + p.tissue_release) * store[:-1]
    end = stream_end + (p.loop_return * factor_end + p.tissue_release) * store[1:]
    turnover = p.transcobalamin_rate
    holotc = relax(step, turnover, start / turnover, end / turnover, start_at.holotc)
    from_gut = scan(np.exp(-turnover * step), gut_to_plasma, start_at.from_gut)

    bound = exposure.plasma_scale * p.b12_per_store * store
    haptocorrin = relax(step, p.haptocorrin_rate, bound[:-1], bound[1:], start_at.haptocorrin)

    def total(per_step: Array, so_far: float) -> Array:
        return np.cumsum(np.append(so_far, per_step))

    totals = {
        "absorbed": total(released + stream * step, start_at.absorbed),
        "captured": total(captured, start_at.captured),
        "urine": total(urine, start_at.urine),
        "lost": total(lost, start_at.lost),
    }
    ended = {
        "store": store,
        "holotc": holotc,
        "from_gut": from_gut,
        "haptocorrin": haptocorrin,
        "gut": gut,
        **totals,
    }
    return Kinetics(
        store=store,
        holotc=(holotc + from_gut) * (PMOL_PER_NMOL / p.plasma_volume),
        haptocorrin=haptocorrin,
        free=free * (PMOL_PER_NMOL / p.injection_volume),
        free_mean=free_mean * (PMOL_PER_NMOL / p.injection_volume),
        pending=gut + depots + free,
        absorption=p.release_rate * gut + np.append(stream, stream[-1:] if stream.size else [stream_before]),
        **totals,
        end=Carried(depots=injected.end, **{name: float(values[-1]) for name, values in ended.items()}),
    )


def _steady(stream: float, factor: float, exposure: Exposure, p: Parameters) -> Carried:
    """Return the steady state in which so much (nmol/day) is absorbed from food and nothing else is given."""
    store = stream / (p.loss_without_loop - p.loop_return * factor)
    flux = stream + (p.loop_return * factor + p.tissue_release) * store
    bound = exposure.plasma_scale * p.b12_per_store * store
    return Carried(store, flux / p.transcobalamin_rate, 0.0, bound, 0.0, {}, 0.0, 0.0, 0.0, 0.0)


def _scaled(product: Product, factor: Array, exposure: Exposure, p: Parameters) -> Array:
    """What a dose delivers to this person, whose active absorption is scaled."""
    return np.asarray(delivered(product, factor * exposure.store_scale, p))


def _ends(profile: Profile, start: Array, step: Array) -> tuple[Array, Array]:
    """Values of a profile just inside the two ends of each step, in which it runs straight."""
    first, second = profile.at(start + 0.5 * 0.5 * step), profile.at(start + (1 - 0.5 * 0.5) * step)
    half_change = second - first
    return first - 0.5 * half_change, second + 0.5 * half_change


def _given(nodes: Array, times: Array) -> tuple[NDArray[np.intp], Array]:
    """Nodes at which doses fall and how many fall there; those at the last node belong to the next block."""
    inside = times[slice(*np.searchsorted(times, nodes[[0, -1]]))]
    where, count = np.unique(np.searchsorted(nodes, inside), return_counts=True)
    return where, count.astype(float)


def _gut(
    nodes: Array,
    step: Array,
    factor: Array,
    exposure: Exposure,
    plan: Schedule,
    p: Parameters,
    begin: float,
) -> tuple[Array, Array, Array]:
    """Single doses by mouth or nose: in the gut at nodes, released per step, left in plasma after each step."""
    dose = np.zeros_like(step)
    for product, times in plan.single.items():
        if product[2] in ("oral", "nasal"):
            where, count = _given(nodes, times)
            dose[where] += count * _scaled(product, factor[where], exposure, p)
    if not begin and not dose.any():
        return np.zeros_like(nodes), dose, dose
    decay = np.exp(-p.release_rate * step)
    gut = scan(decay, decay * dose, begin)
    full = gut[:-1] + dose
    passed = full * handed_on(step, p.release_rate, p.transcobalamin_rate)
    return gut + np.append(dose, 0.0), full * -np.expm1(-p.release_rate * step), passed


@dataclass(frozen=True, slots=True)
class _Injected:
    """Depots and free cobalamin at nodes; per step the mean free, what is captured and excreted; the end."""

    depots: Array
    free: Array
    free_mean: Array
    captured: Array
    urine: Array
    end: Mapping[Product, tuple[float, float]]


def _injected(
    nodes: Array,
    step: Array,
    plan: Schedule,
    p: Parameters,
    begin: Mapping[Product, tuple[float, float]],
) -> _Injected:
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
    return _Injected(depots, free, free_mean, captured, urine, end)

"""Cobalamin from the blood to the stores and out again: the mass-carrying part of the cascade.

Equations, t in days, amounts in nmol (full form, stiff; the cascade uses the reduced form below)::

    gut       dG/dt = absorbed doses - kE G
    depot     dD/dt = injections - ka D
    free      dF/dt = ka D - k F                  of k F, the share phi goes to the store, the rest to urine
    holoTC    dT/dt = kE G + meals + (loop f + release) X - kT T
    store     dS/dt = kT T + phi k F - (loss_without_loop + release) X - ox S
    oxidised  dO/dt = ox S - kO O
    holoHC    dH/dt = kH (kappa (S + O) - H)      pmol/L, a read-out: it carries no mass

f is the working share of intrinsic factor, ox the rate at which nitrous oxide oxidises cobalamin. Only the
exchangeable part X of the store leaves it, with bile, urine and on transcobalamin. Cells keep what is bound to their
enzymes, and the share that is bound grows as the store falls::

    exchangeable   X = S (S / (S + h)) / (S0 / (S0 + h))

which is S at the reference store S0, where the fractional losses were measured. Bile and tissue release go out on
transcobalamin and come back with it, so with B = S + T and T a thousandth of B::

    body      dB/dt = kE G + meals + phi k F - (loss_without_loop - loop f) X(B) - ox B

No state below it feeds back, which is what makes the layer a cascade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.base.units import PMOL_PER_NMOL
from remyelin.cobalamin import intake
from remyelin.cobalamin.cascade import drain, mean_decay, relax, scan
from remyelin.cobalamin.exposure import Exposure, Profile
from remyelin.cobalamin.nitrous_oxide import inactivation_rate, oxidation_rate
from remyelin.cobalamin.parameters import Parameters
from remyelin.cobalamin.timeline import Product, Schedule

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Carried:
    """The state at the end of a block, from which the next one goes on (nmol; haptocorrin pmol/L).

    Attributes
    ----------
    store, oxidised, holotc, from_gut, haptocorrin, gut : float
        Functional body cobalamin; the part oxidised by nitrous oxide; on transcobalamin from streams and
        tissues, and from single doses; bound to haptocorrin; single doses not yet absorbed.
    depots : mapping of product to (float, float)
        In the depot and free in plasma.
    absorbed, captured, urine, lost : float
        Totals since the first node.
    """

    store: float
    oxidised: float
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
        Functional body cobalamin outside depots, gut and free plasma (nmol).
    oxidised : ndarray
        Body cobalamin that nitrous oxide has oxidised: no cofactor, still part of serum B12 (nmol).
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
        cobalamin excreted, functional and oxidised cobalamin lost.
    end : Carried
        The state at the last node.
    """

    store: Array
    oxidised: Array
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

    def food(eaten: Array, factor: Array, release: Array) -> Array:
        return intake.food_absorption(eaten, exposure.meals_per_day, factor, release, exposure.store_scale, p)

    eaten, release = exposure.food_intake.at(middle), exposure.food_release.at(middle)
    # Entering the store: the mean of each step. Entering transcobalamin, which follows at once: its ends.
    streams = [food(eaten, share, release) for share in (factor, factor_start, factor_end)]
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
                stream + active * run.per_day * intake.delivered_to(run.product, share, exposure, p)
                for stream, share in zip(streams, shares, strict=True)
            ]
    stream, stream_start, stream_end = streams

    gut, released, gut_to_plasma = intake.gut(nodes, step, factor, exposure, plan, p, start_at.gut)
    injected = intake.injected(nodes, step, plan, p, start_at.depots)
    depots, free, free_mean = injected.depots, injected.free, injected.free_mean
    captured, urine = injected.captured, injected.urine

    # Body store: what comes in during a step is spread evenly over it, so mass is exact.
    loss = p.loss_without_loop - p.loop_return * factor
    entering = released + captured + stream * step
    oxidation = oxidation_rate(inactivation_rate(exposure, middle, p), p)
    store, spent, converted = drain(
        step, entering, loss * p.exchangeable_scale, oxidation, p.retention_half, start_at.store
    )
    cleared = p.oxidised_loss * step
    oxidised = scan(np.exp(-cleared), mean_decay(cleared) * converted, start_at.oxidised)
    lost = spent + oxidised[:-1] + converted - oxidised[1:]
    exchangeable = p.exchangeable(store)

    start = stream_start + (p.loop_return * factor_start + p.tissue_release) * exchangeable[:-1]
    end = stream_end + (p.loop_return * factor_end + p.tissue_release) * exchangeable[1:]
    turnover = p.transcobalamin_rate
    holotc = relax(step, turnover, start / turnover, end / turnover, start_at.holotc)
    from_gut = scan(np.exp(-turnover * step), gut_to_plasma, start_at.from_gut)

    bound = exposure.plasma_scale * p.b12_per_store * (store + oxidised)
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
        "oxidised": oxidised,
        "holotc": holotc,
        "from_gut": from_gut,
        "haptocorrin": haptocorrin,
        "gut": gut,
        **totals,
    }
    return Kinetics(
        store=store,
        oxidised=oxidised,
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
    exchangeable = stream / (p.loss_without_loop - p.loop_return * factor)
    store = p.store_with(exchangeable)
    flux = stream + (p.loop_return * factor + p.tissue_release) * exchangeable
    bound = exposure.plasma_scale * p.b12_per_store * store
    return Carried(store, 0.0, flux / p.transcobalamin_rate, 0.0, bound, 0.0, {}, 0.0, 0.0, 0.0, 0.0)


def _ends(profile: Profile, start: Array, step: Array) -> tuple[Array, Array]:
    """Values of a profile just inside the two ends of each step, in which it runs straight."""
    first, second = profile.at(start + 0.5 * 0.5 * step), profile.at(start + (1 - 0.5 * 0.5) * step)
    half_change = second - first
    return first - 0.5 * half_change, second + 0.5 * half_change

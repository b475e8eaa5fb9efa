"""The same equations unreduced, integrated by SciPy: the check on the cascade, and slow.

Every pool has its own state, every dose its own moment (no streams), and plasma transcobalamin
carries its mass. :func:`integrate` and :func:`remyelin.cobalamin.simulate` must agree; the tests
hold them to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.errors import SimulationError
from remyelin.base.units import DAYS_PER_YEAR, MICROGRAM_TO_NMOL_COBALAMIN, PER_MILLE, PMOL_PER_NMOL
from remyelin.cobalamin.absorption import clearance_rate, depot_rate, retained_share
from remyelin.cobalamin.exposure import Exposure, Profile
from remyelin.cobalamin.intake import delivered, food_absorption
from remyelin.cobalamin.metabolism import (
    accumulation,
    csf_target,
    folate_effect,
    pyridoxine_effect,
    saturation,
)
from remyelin.cobalamin.nitrous_oxide import inactivation_rate, oxidation_rate
from remyelin.cobalamin.parameters import Parameters
from remyelin.cobalamin.settings import ODE_ATOL, ODE_RTOL
from remyelin.cobalamin.timeline import Product

Array = NDArray[np.float64]
STATES = (
    "gut", "holotc", "store", "haptocorrin", "peripheral", "homocysteine", "mma", "albumin", "csf", "tissue", "central",
    "lost", "oxidised",
)  # fmt: skip


def integrate(exposure: Exposure, times: ArrayLike, parameters: Parameters) -> xr.Dataset:
    """Return b12, holotc, mma, homocysteine, csf_b12, store, oxidised, lost and synthase at `times`.

    Parameters and units are those of :func:`remyelin.cobalamin.simulate`. One caution: an event
    at a requested time counts after it.

    Raises
    ------
    SimulationError
        If SciPy's integrator gives up.
    """
    from scipy.integrate import solve_ivp

    wanted = np.asarray(times, dtype=float)
    products = sorted({(d.amount_ug, d.form, d.route, d.with_food) for d in exposure.doses})
    injected: list[Product] = [product for product in products if product[2] in ("im", "sc", "iv")]
    doses = sorted((dose for dose in exposure.doses if dose.time < wanted[-1]), key=lambda dose: dose.time)
    breaks = np.unique([*_breaks(exposure), *(dose.time for dose in doses), wanted[0], wanted[-1]])
    breaks = breaks[breaks <= wanted[-1]]
    state = _steady(exposure, breaks[0], parameters, len(injected))
    rows: list[Array] = []
    for begin, end in zip(breaks, [*breaks[1:], breaks[-1]], strict=True):
        for dose in doses:
            if dose.time == begin:
                _give(
                    state,
                    dose.amount_ug,
                    dose.form,
                    dose.route,
                    dose.with_food,
                    exposure,
                    begin,
                    injected,
                    parameters,
                )
        inside = wanted[(wanted >= begin) & (wanted < end)] if end > begin else wanted[wanted == begin]
        if end == begin:
            rows += [state.copy() for _ in inside]
            break
        middle = 0.5 * (begin + end)
        solution = solve_ivp(
            lambda t, y, m=middle, b=begin, e=end: _slopes(t, y, m, b, e, exposure, injected, parameters),
            (begin, end),
            state,
            method="LSODA",
            t_eval=np.unique([*inside, end]),
            rtol=ODE_RTOL,
            atol=ODE_ATOL,
        )
        if not solution.success:
            raise SimulationError(f"cobalamin: SciPy stopped at day {begin:g}: {solution.message}")
        rows += list(solution.y.T[: inside.size])
        state = solution.y[:, -1].copy()
    return _dataset(np.array(rows), wanted, len(injected), parameters)


def _breaks(exposure: Exposure) -> list[float]:
    profiles = (
        exposure.food_intake, exposure.intrinsic_factor, exposure.food_release, exposure.cd320_block,
        exposure.folate_status, exposure.folic_acid, exposure.pyridoxine, exposure.filtration,
    )  # fmt: skip
    found = [
        t for profile in profiles if profile is not None and len(profile.times) > 1 for t in profile.times
    ]
    return found + [t for episode in exposure.nitrous_oxide for t in (episode.start, episode.stop)]


def _value(profile: Profile, time: float, middle: float, begin: float, end: float) -> Array:
    """A profile within one stretch without jumps: straight through its values just inside the ends."""
    inside = np.array([0.5 * (begin + middle), 0.5 * (middle + end)])
    low, high = profile.at(inside)
    return np.asarray(low + (high - low) * (time - inside[0]) / (inside[1] - inside[0]))


def _food(exposure: Exposure, intake: Array, factor: Array, release: Array, p: Parameters) -> float:
    return float(food_absorption(intake, exposure.meals_per_day, factor, release, exposure.store_scale, p))


def _steady(exposure: Exposure, start: float, p: Parameters, injected: int) -> Array:
    factor = exposure.intrinsic_factor.before
    food = _food(
        exposure,
        np.array(exposure.food_intake.before),
        np.array(factor),
        np.array(exposure.food_release.before),
        p,
    )
    exchangeable = food / (p.loss_without_loop - p.loop_return * factor)
    body = p.store_with(exchangeable)
    # The reduced loss falls on the whole body store, the full one on what is not in plasma.
    back = p.loop_return * factor + p.tissue_release
    holotc = (food + back * exchangeable) / p.transcobalamin_rate
    before = np.array([-np.inf])
    synthase = exposure.synthase_capacity * float(
        saturation(
            np.array(body / p.reference_store), p.synthase_half_store / p.reference_store, p.synthase_hill
        )
    )
    made = p.homocysteine_baseline * exposure.metabolite_scale_hcy
    made *= float(accumulation(exposure.filtration, before, p.homocysteine_renal_exponent, p)[0])
    made *= float(pyridoxine_effect(exposure.pyridoxine.at(before), p)[0])
    share = p.homocysteine_synthase_share
    folate = float(folate_effect(exposure.folate_status.at(before), exposure.folic_acid.at(before), p)[0])
    hcy = made / (share * synthase * folate + 1 - share)
    age = exposure.age + start / DAYS_PER_YEAR
    mma = _mma_target(body, age, exposure, p)
    mma *= float(accumulation(exposure.filtration, before, p.methylmalonate_renal_exponent, p)[0])
    csf = float(
        csf_target(
            np.array(holotc * PMOL_PER_NMOL / p.plasma_volume), np.array(exposure.cd320_block.before), p
        )
    )
    tissue = csf / p.csf_b12
    central = exposure.synthase_capacity * float(
        saturation(np.array(tissue), p.synthase_half_store / p.reference_store, p.synthase_hill)
    )
    kappa = exposure.plasma_scale * p.b12_per_store
    core = [
        0.0, holotc, body - holotc, kappa * body, synthase, hcy, mma, _albumin_target(hcy, age, p), csf, tissue,
        central, 0.0, 0.0,
    ]  # fmt: skip
    return np.array(core + [0.0, 0.0] * injected)


def _give(
    state: Array,
    amount: float,
    form: str,
    route: str,
    with_food: bool,
    exposure: Exposure,
    time: float,
    injected: Sequence[Product],
    p: Parameters,
) -> None:
    product = (amount, form, route, with_food)
    if product in injected:
        place = len(STATES) + 2 * injected.index(product) + (1 if route == "iv" else 0)
        state[place] += amount * MICROGRAM_TO_NMOL_COBALAMIN
    else:
        factor = float(exposure.intrinsic_factor.at(np.array([time]))[0])
        state[0] += float(delivered(product, factor * exposure.store_scale, p))


def _mma_target(body: float, age: float, exposure: Exposure, p: Parameters) -> float:
    base = p.methylmalonate_baseline * np.exp(
        p.methylmalonate_age_slope * (age - p.methylmalonate_baseline_age)
    )
    filled = (body / p.methylmalonate_half_store) ** p.methylmalonate_hill
    return float((base + (p.methylmalonate_ceiling - base) / (1 + filled)) * exposure.metabolite_scale_mma)


def _albumin_target(hcy: float, age: float, p: Parameters) -> float:
    normal = np.interp(age, p.albumin_ages, p.albumin_ratios)
    return float(normal * (1 + p.albumin_gain * max(0.0, float(np.log(hcy / p.albumin_threshold)))))


def _slopes(
    time: float,
    state: Array,
    middle: float,
    begin: float,
    end: float,
    exposure: Exposure,
    injected: Sequence[Product],
    p: Parameters,
) -> Array:
    gut, holotc, store, haptocorrin, peripheral, hcy, mma, albumin, csf, tissue, central, _, oxidised = state[
        : len(STATES)
    ]
    now = np.array([middle])

    def value(profile: Profile) -> Array:
        return _value(profile, time, middle, begin, end)

    factor = value(exposure.intrinsic_factor)
    food = _food(exposure, value(exposure.food_intake), factor, value(exposure.food_release), p)
    back = p.loop_return * float(factor) + p.tissue_release
    body = store + holotc
    # Of all cobalamin this part can leave its cell; what plasma carries is spread over it.
    free_share = float(p.exchangeable(np.array(body))) / body if body > 0 else 0.0

    pools = []
    captured = 0.0
    free = 0.0
    for i, (amount, form, _route, _with_food) in enumerate(injected):
        depot, plasma = state[len(STATES) + 2 * i : len(STATES) + 2 * i + 2]
        leaving, cleared = depot_rate(form, p) * depot, clearance_rate(amount, form, p) * plasma
        pools += [-leaving, leaving - cleared]
        captured += retained_share(amount, form, p) * cleared
        free += plasma

    half = p.synthase_half_store / p.reference_store
    inactivation = inactivation_rate(exposure, now, p)
    destroyed, oxidation = float(inactivation[0]), float(oxidation_rate(inactivation, p)[0])
    renewal = p.synthase_turnover * exposure.synthase_capacity
    made = p.homocysteine_baseline * exposure.metabolite_scale_hcy
    made *= float(accumulation(exposure.filtration, now, p.homocysteine_renal_exponent, p)[0])
    made *= float(pyridoxine_effect(exposure.pyridoxine.at(now), p)[0])
    share = p.homocysteine_synthase_share
    folate = float(folate_effect(value(exposure.folate_status), value(exposure.folic_acid), p))
    age = exposure.age + time / DAYS_PER_YEAR
    renal = float(accumulation(exposure.filtration, now, p.methylmalonate_renal_exponent, p)[0])
    entry = float(
        csf_target(np.array(holotc * PMOL_PER_NMOL / p.plasma_volume), value(exposure.cd320_block), p)
    )
    leak = free * PMOL_PER_NMOL / p.injection_volume * albumin * PER_MILLE
    kappa = exposure.plasma_scale * p.b12_per_store
    core = [
        -p.release_rate * gut,
        p.release_rate * gut + food + back * free_share * store - p.transcobalamin_rate * holotc,
        p.transcobalamin_rate * holotc
        + captured
        - ((p.loss_without_loop + p.tissue_release) * free_share + oxidation) * store,
        p.haptocorrin_rate * (kappa * (body + oxidised) - haptocorrin),
        renewal * float(saturation(np.array(body / p.reference_store), half, p.synthase_hill))
        - (p.synthase_turnover + destroyed) * peripheral,
        p.homocysteine_turnover * (made - hcy * (share * peripheral * folate + 1 - share)),
        p.methylmalonate_turnover * (_mma_target(body, age, exposure, p) * renal - mma),
        (_albumin_target(hcy, age, p) - albumin) / p.albumin_time,
        p.csf_rate * (entry + leak - csf),
        p.brain_tissue_rate * (csf / p.csf_b12 - tissue) - oxidation * tissue,
        renewal * float(saturation(np.array(tissue), half, p.synthase_hill))
        - (p.synthase_turnover + destroyed) * central,
        (p.loss_without_loop - p.loop_return * float(factor)) * free_share * store
        + p.oxidised_loss * oxidised,
        oxidation * store - p.oxidised_loss * oxidised,
    ]
    return np.array(core + pools)


def _dataset(rows: Array, times: Array, injected: int, p: Parameters) -> xr.Dataset:
    state = dict(zip(STATES, rows.T[: len(STATES)], strict=True))
    free = rows[:, len(STATES) + 1 :: 2].sum(axis=1) * PMOL_PER_NMOL / p.injection_volume if injected else 0.0
    holotc = state["holotc"] * PMOL_PER_NMOL / p.plasma_volume
    room = np.maximum(p.binding_capacity - holotc, 0.0)
    synthase = np.column_stack([state["peripheral"], state["central"]])
    return xr.Dataset(
        {
            "b12": ("time", holotc + state["haptocorrin"] + free),
            "holotc": ("time", holotc + np.minimum(free, room)),
            "mma": ("time", state["mma"]),
            "homocysteine": ("time", state["homocysteine"]),
            "csf_b12": ("time", state["csf"]),
            "albumin_ratio": ("time", state["albumin"]),
            "store": ("time", state["store"] + state["holotc"]),
            "oxidised": ("time", state["oxidised"]),
            "lost": ("time", state["lost"]),
            "synthase": (("time", "compartment"), synthase),
        },
        coords={"time": times, "compartment": ["peripheral", "central"]},
    )

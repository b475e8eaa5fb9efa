"""From the store to active enzyme, metabolites, methylation potential and brain.

Active methionine synthase M (1 = replete) follows the saturation of the functional store and is destroyed by
nitrous oxide, which also oxidises the cobalamin itself (:mod:`remyelin.cobalamin.nitrous_oxide`). Homocysteine and
methylmalonate are read-outs of plasma. What drives myelin is the methylation potential of the tissue itself::

    phi = min(1, ratio(M) / ratio(sufficient)),   ratio(M) = (m0 + (1 - m0) M) * (w M + 1 - w)

the supply of S-adenosylmethionine (a share m0 comes from methionine in food) over the local
homocysteine, and with it S-adenosylhomocysteine, that M leaves behind; whole from a sufficient
activity on, since people in the lower part of the normal range have healthy nerves. Plasma homocysteine does not
enter: it rises as much in folate deficiency and renal failure, which do not injure the cord.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from remyelin.base.units import DAYS_PER_YEAR, PER_MILLE
from remyelin.cobalamin.cascade import relax
from remyelin.cobalamin.exposure import Exposure, Profile
from remyelin.cobalamin.kinetics import Kinetics
from remyelin.cobalamin.nitrous_oxide import inactivation_rate, oxidation_rate
from remyelin.cobalamin.parameters import Parameters

Array = NDArray[np.float64]
BEFORE = -np.inf


@dataclass(frozen=True, slots=True)
class Metabolism:
    """States at the nodes of the grid, each of shape (nodes,).

    Attributes
    ----------
    synthase_peripheral, synthase_central : ndarray
        Active share of methionine synthase.
    homocysteine, mma : ndarray
        Plasma, umol/L and nmol/L.
    csf_b12 : ndarray
        Cobalamin in cerebrospinal fluid, pmol/L.
    albumin_ratio : ndarray
        Cerebrospinal over serum albumin, 1e-3.
    brain_tissue : ndarray
        Functional cobalamin in brain tissue, 1 = reference.
    """

    synthase_peripheral: Array
    synthase_central: Array
    homocysteine: Array
    mma: Array
    csf_b12: Array
    albumin_ratio: Array
    brain_tissue: Array

    def end(self) -> Mapping[str, float]:
        """Return the state at the last node, from which the next block goes on."""
        return {field.name: float(getattr(self, field.name)[-1]) for field in fields(self)}


def saturation(level: Array, half: float, hill: float) -> Array:
    """Return synthase saturation at a cobalamin level relative to the reference; 1 at and above it."""
    filled = level**hill
    return np.asarray(np.minimum(1.0, filled / (half**hill + filled) * (1 + half**hill)))


def methylation_potential(synthase: Array, local_share: Array | float, parameters: Parameters) -> Array:
    """Return the methylation potential of a tissue from its active synthase; 1 when sufficient."""

    def ratio(synthase: Array | float) -> Array | float:
        supply = parameters.methylation_floor + (1 - parameters.methylation_floor) * synthase
        return supply * (local_share * synthase + 1 - local_share)

    return np.asarray(np.minimum(1.0, ratio(synthase) / ratio(parameters.sufficient_synthase)))


def methyl_trap(synthase: Array, parameters: Parameters) -> Array:
    """Return 5-methyltetrahydrofolate as a share of folate.

    Formation at a constant rate, use in proportion to active synthase: one constant, the healthy
    share, then gives the rest (folate-cycle model of Nijhout 2004: 43, 57, 81, 93 % at 0.5, 0.3,
    0.1 and 0.03 of the activity).
    """
    healthy = parameters.trap_healthy_share
    return np.asarray(healthy / (healthy + (1 - healthy) * synthase))


def folate_effect(status: Array, folic_acid: Array, parameters: Parameters) -> Array:
    """Return the factor on folate-dependent remethylation of plasma homocysteine.

    Folic acid lowers homocysteine by ``max * dose / (half + dose)`` in a replete person (HLTC 2005);
    the factor is what does that through the synthase-dependent share alone.
    """
    p = parameters
    fall = p.folic_acid_max * folic_acid / (p.folic_acid_half + folic_acid)
    share = p.homocysteine_synthase_share
    return np.asarray(status * (1 / (1 - fall) - (1 - share)) / share)


def pyridoxine_effect(dose: Array, parameters: Parameters) -> Array:
    """Return the factor on plasma homocysteine of vitamin B6 (mg/day); trials found none (HLTC 2005)."""
    return np.where(dose > 0, 1 + parameters.pyridoxine_change, 1.0)


def csf_target(holotc: Array, block: Array, parameters: Parameters) -> Array:
    """Return the cerebrospinal cobalamin (pmol/L) that saturable entry by CD320 would sustain."""
    p = parameters
    reference = p.reference_holotc / (p.entry_half + p.reference_holotc)
    return np.asarray(p.csf_b12 * (1 - block) * holotc / (p.entry_half + holotc) / reference)


def accumulation(filtration: Profile | None, time: Array, exponent: float, parameters: Parameters) -> Array:
    """Return how much a metabolite cleared by the kidney accumulates; 1 at reference filtration."""
    if filtration is None:
        return np.ones_like(time)
    relative = np.minimum(filtration.at(time) / parameters.reference_filtration, 1.0)
    return np.asarray(relative**-exponent)


def _halfway(values: Array) -> Array:
    """Levels halfway through each step, for quantities that are nearly linear within it."""
    return 0.5 * (values[:-1] + values[1:])


def solve(
    nodes: Array,
    exposure: Exposure,
    kinetics: Kinetics,
    parameters: Parameters,
    begin: Mapping[str, float] | None = None,
) -> Metabolism:
    """Carry enzyme, metabolites and brain along a block of the grid.

    `begin` is the end of the block before; without it every state starts steady.
    """
    p = parameters

    def first(name: str, steady: float) -> float:
        return steady if begin is None else begin[name]

    step = np.diff(nodes)
    middle = nodes[:-1] + 0.5 * step
    destroyed = inactivation_rate(exposure, middle, p)
    half = p.synthase_half_store / p.reference_store

    def synthase(level: Array, name: str) -> Array:
        def made(level: Array) -> Array:
            return renewal * saturation(level, half, p.synthase_hill)

        renewal = p.synthase_turnover * exposure.synthase_capacity
        rate = p.synthase_turnover + destroyed
        target, between = made(level), made(_halfway(level))
        initial = first(name, float(target[0] / p.synthase_turnover))
        return relax(step, rate, target[:-1] / rate, target[1:] / rate, initial, between / rate)

    peripheral = synthase(kinetics.store / p.reference_store, "synthase_peripheral")

    # Homocysteine: constant production, removal through synthase and by other routes. The state before
    # the first node is evaluated as one more time, before every change.
    share = p.homocysteine_synthase_share
    when = np.append(middle, BEFORE)
    typical = p.homocysteine_baseline * exposure.metabolite_scale_hcy
    made = typical * accumulation(exposure.filtration, when, p.homocysteine_renal_exponent, p)
    made = made * pyridoxine_effect(exposure.pyridoxine.at(when), p)
    folate = folate_effect(exposure.folate_status.at(when), exposure.folic_acid.at(when), p)
    removal_start = share * peripheral[:-1] * folate[:-1] + 1 - share
    removal_end = share * peripheral[1:] * folate[:-1] + 1 - share
    removal = 0.5 * (removal_start + removal_end)
    homocysteine = relax(
        step,
        p.homocysteine_turnover * removal,
        made[:-1] / removal_start,
        made[:-1] / removal_end,
        first("homocysteine", float(made[-1] / (share * peripheral[0] * folate[-1] + 1 - share))),
        made[:-1] / removal,
    )

    # Methylmalonate: baseline by age, steep rise as the store runs low.
    age = exposure.age + nodes / DAYS_PER_YEAR
    base = p.methylmalonate_baseline * np.exp(
        p.methylmalonate_age_slope * (age - p.methylmalonate_baseline_age)
    )

    def methylmalonate(store: Array, base: Array) -> Array:
        filled = (store / p.methylmalonate_half_store) ** p.methylmalonate_hill
        return exposure.metabolite_scale_mma * (base + (p.methylmalonate_ceiling - base) / (1 + filled))

    level = methylmalonate(kinetics.store, base)
    between = methylmalonate(_halfway(kinetics.store), _halfway(base))
    renal = accumulation(exposure.filtration, when, p.methylmalonate_renal_exponent, p)
    mma = relax(
        step,
        p.methylmalonate_turnover,
        level[:-1] * renal[:-1],
        level[1:] * renal[:-1],
        first("mma", float(level[0] * renal[-1])),
        between * renal[:-1],
    )

    # Barrier and brain.
    normal = np.interp(age, p.albumin_ages, p.albumin_ratios)
    excess = np.maximum(0.0, np.log(homocysteine / p.albumin_threshold))
    target = normal * (1 + p.albumin_gain * excess)
    albumin = relax(
        step, 1 / p.albumin_time, target[:-1], target[1:], first("albumin_ratio", float(target[0]))
    )

    block = exposure.cd320_block.at(middle)
    leak = kinetics.free_mean * 0.5 * (albumin[:-1] + albumin[1:]) * PER_MILLE
    csf = relax(
        step,
        p.csf_rate,
        csf_target(kinetics.holotc[:-1], block, p) + leak,
        csf_target(kinetics.holotc[1:], block, p) + leak,
        first("csf_b12", float(csf_target(kinetics.holotc[:1], np.array(exposure.cd320_block.before), p)[0])),
        csf_target(_halfway(kinetics.holotc), block, p) + leak,
    )
    relative_csf = csf / p.csf_b12
    initial = first("brain_tissue", float(relative_csf[0]))
    # Nitrous oxide oxidises the cobalamin of the brain as it does that of the store.
    leaving = p.brain_tissue_rate + oxidation_rate(destroyed, p)
    kept = p.brain_tissue_rate / leaving
    tissue = relax(step, leaving, kept * relative_csf[:-1], kept * relative_csf[1:], initial)
    central = synthase(tissue, "synthase_central")
    return Metabolism(peripheral, central, homocysteine, mma, csf, albumin, tissue)

"""The numbers of the layer, looked up in the ledger once and frozen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.base.units import MICROGRAM_TO_NMOL_COBALAMIN, PG_PER_NG, PMOL_PER_NMOL
from remyelin.evidence import Ledger

Array = NDArray[np.float64]
TINY = np.finfo(float).tiny  # keeps an empty store from being divided by nothing


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of cobalamin kinetics and metabolism (nmol, pmol/L, days unless said).

    Names are those of the ledger entries; the last block follows from the others: the flux balance
    of the reference person (reference diet, everything working) fixes the reference store and the
    turnover of holotranscobalamin.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.cobalamin import Parameters
    >>> ledger = Ledger.shipped()
    >>> Parameters.from_ledger(ledger).loss_with_loop == ledger['store.loss_with_loop']
    True
    """

    # absorption (ug)
    active_max: float
    active_half: float
    passive_share: float
    passive_share_with_food: float
    release_rate: float
    nasal_share: float
    # store
    loss_with_loop: float
    loss_without_loop: float
    retention_half: float
    # plasma
    b12_per_store: float
    haptocorrin_rate: float
    plasma_volume: float
    binding_capacity: float
    # injections
    retained_half_dose_cyano: float
    retained_half_dose_hydroxo: float
    retention_exponent: float
    depot_rate_cyano: float
    depot_rate_hydroxo: float
    injection_volume: float
    renal_rate: float
    # methionine synthase
    synthase_half_store: float
    synthase_hill: float
    synthase_turnover: float
    nitrous_oxide_rate: float
    oxidation_rate: float
    oxidised_loss: float
    # homocysteine
    homocysteine_baseline: float
    homocysteine_turnover: float
    homocysteine_synthase_share: float
    folic_acid_max: float
    folic_acid_half: float
    pyridoxine_change: float
    homocysteine_renal_exponent: float
    # methylmalonate
    methylmalonate_baseline: float
    methylmalonate_baseline_age: float
    methylmalonate_age_slope: float
    methylmalonate_ceiling: float
    methylmalonate_half_store: float
    methylmalonate_hill: float
    methylmalonate_turnover: float
    methylmalonate_renal_exponent: float
    reference_filtration: float
    # methylation potential
    methylation_floor: float
    sufficient_synthase: float
    local_share_peripheral: float
    local_share_central: float
    trap_healthy_share: float
    # brain and barrier
    csf_b12: float
    entry_half: float
    csf_rate: float
    brain_tissue_rate: float
    albumin_ages: tuple[float, ...]
    albumin_ratios: tuple[float, ...]
    albumin_gain: float
    albumin_threshold: float
    albumin_time: float
    cognition_fall: float
    cognition_per_homocysteine: float
    # blood
    haemoglobin: float
    mcv: float
    haemoglobin_fall: float
    mcv_rise: float
    red_cell_time: float
    marrow_bypass_half: float
    severe_anaemia: float
    potassium_watch: float
    # what the reference person implies
    reference_store: float
    reference_holotc: float
    tissue_release: float
    transcobalamin_rate: float

    @property
    def loop_return(self) -> float:
        """Share of the store a day that bile carries out and intrinsic factor brings back (1/day)."""
        return self.loss_without_loop - self.loss_with_loop

    @property
    def exchangeable_scale(self) -> float:
        """Factor that makes the exchangeable part of the reference store the reference store itself."""
        return 1 + self.retention_half / self.reference_store

    def exchangeable(self, store: Array) -> Array:
        """Return the part of a store that can leave it (nmol), the whole of it at the reference store."""
        return np.asarray(
            self.exchangeable_scale * store * store / np.maximum(store + self.retention_half, TINY)
        )

    def store_with(self, exchangeable: float) -> float:
        """Return the store of which so much can leave (nmol)."""
        half = 0.5 * exchangeable / self.exchangeable_scale
        return half + math.sqrt(half * (half + 2 * self.retention_half))

    @classmethod
    def from_ledger(cls, ledger: Ledger) -> Parameters:
        """Look up every number of the layer in a ledger."""
        active_max, active_half = ledger["absorption.active_max"], ledger["absorption.active_half"]
        passive = ledger["absorption.passive_share"]
        with_loop, without_loop = ledger["store.loss_with_loop"], ledger["store.loss_without_loop"]
        per_store, volume = ledger["plasma.b12_per_store"], ledger["plasma.volume"]
        passive_with_food = ledger["absorption.passive_share_with_food"]

        meals = ledger["absorption.meals_per_day"]
        meal = ledger["absorption.reference_intake"] / meals
        absorbed = meals * (active_max * meal / (active_half + meal) + passive_with_food * meal)
        absorbed *= MICROGRAM_TO_NMOL_COBALAMIN
        store = absorbed / with_loop
        share, released = ledger["plasma.transcobalamin_share"], ledger["plasma.release_share"]
        holotc = share / (1 - share) * per_store * store
        flux = (absorbed + (without_loop - with_loop) * store) / (1 - released)

        albumin = ledger.table("brain.albumin_ratio")
        return cls(
            active_max=active_max,
            active_half=active_half,
            passive_share=passive,
            passive_share_with_food=passive_with_food,
            release_rate=ledger["absorption.release_rate"],
            nasal_share=ledger["absorption.nasal_share"],
            loss_with_loop=with_loop,
            loss_without_loop=without_loop,
            retention_half=ledger["store.retention_half"],
            b12_per_store=per_store,
            haptocorrin_rate=ledger["plasma.haptocorrin_rate"],
            plasma_volume=volume,
            binding_capacity=ledger["plasma.binding_capacity"] * PG_PER_NG * MICROGRAM_TO_NMOL_COBALAMIN,
            retained_half_dose_cyano=ledger["injection.retained_half_dose.cyanocobalamin"],
            retained_half_dose_hydroxo=ledger["injection.retained_half_dose.hydroxocobalamin"],
            retention_exponent=ledger["injection.retention_exponent"],
            depot_rate_cyano=ledger["injection.release_rate.cyanocobalamin"],
            depot_rate_hydroxo=ledger["injection.release_rate.hydroxocobalamin"],
            injection_volume=ledger["injection.volume"],
            renal_rate=ledger["injection.renal_rate"],
            synthase_half_store=ledger["synthase.half_store"],
            synthase_hill=ledger["synthase.hill"],
            synthase_turnover=ledger["synthase.turnover"],
            nitrous_oxide_rate=ledger["synthase.nitrous_oxide_rate"]
            / ledger["synthase.nitrous_oxide_reference"],
            oxidation_rate=ledger["nitrous_oxide.oxidation_rate"],
            oxidised_loss=ledger["nitrous_oxide.oxidised_loss"],
            homocysteine_baseline=ledger["homocysteine.baseline"],
            homocysteine_turnover=ledger["homocysteine.turnover"],
            homocysteine_synthase_share=ledger["homocysteine.synthase_share"],
            folic_acid_max=ledger["homocysteine.folic_acid_max"],
            folic_acid_half=ledger["homocysteine.folic_acid_half"],
            pyridoxine_change=ledger["homocysteine.pyridoxine_change"],
            homocysteine_renal_exponent=ledger["homocysteine.renal_exponent"],
            methylmalonate_baseline=ledger["methylmalonate.baseline"],
            methylmalonate_baseline_age=ledger["methylmalonate.baseline_age"],
            methylmalonate_age_slope=ledger["methylmalonate.age_slope"],
            methylmalonate_ceiling=ledger["methylmalonate.ceiling"],
            methylmalonate_half_store=ledger["methylmalonate.half_store"],
            methylmalonate_hill=ledger["methylmalonate.hill"],
            methylmalonate_turnover=ledger["methylmalonate.turnover"],
            methylmalonate_renal_exponent=ledger["methylmalonate.renal_exponent"],
            reference_filtration=ledger["renal.reference_filtration"],
            methylation_floor=ledger["methylation.floor"],
            sufficient_synthase=ledger["methylation.sufficient_synthase"],
            local_share_peripheral=ledger["methylation.local_synthase_share.peripheral"],
            local_share_central=ledger["methylation.local_synthase_share.central"],
            trap_healthy_share=ledger["methylation.trap_healthy_share"],
            csf_b12=ledger["brain.csf_b12"],
            entry_half=ledger["brain.entry_half"],
            csf_rate=ledger["brain.csf_rate"],
            brain_tissue_rate=ledger["brain.tissue_rate"],
            albumin_ages=albumin["age"],
            albumin_ratios=albumin["ratio"],
            albumin_gain=ledger["brain.albumin_homocysteine_gain"],
            albumin_threshold=ledger["brain.albumin_homocysteine_threshold"],
            albumin_time=ledger["brain.albumin_time"],
            cognition_fall=ledger["cognition.fall"],
            cognition_per_homocysteine=ledger["cognition.per_homocysteine"],
            haemoglobin=ledger["blood.haemoglobin"],
            mcv=ledger["blood.mcv"],
            haemoglobin_fall=ledger["blood.haemoglobin_fall"],
            mcv_rise=ledger["blood.mcv_rise"],
            red_cell_time=ledger["blood.red_cell_time"],
            marrow_bypass_half=ledger["blood.bypass_half"],
            severe_anaemia=ledger["blood.severe_anaemia"],
            potassium_watch=ledger["blood.potassium_watch"],
            reference_store=store,
            reference_holotc=holotc,
            tissue_release=released * flux / store,
            transcobalamin_rate=flux / (holotc * volume / PMOL_PER_NMOL),
        )

"""Nerve studies of virtual series of patients, on the day they come, against those of published series.

Fixed before anything was computed:

- A patient is drawn and found as in ``remyelin.analysis.protocols.patients``, and studied on that day.
- Healthy people differ: each quantity of each patient starts from a draw about the healthy mean with the SD of
  the norm (lognormal for amplitudes), half of whose variance is common to all timings, or all amplitudes, of a
  person. To it comes what the model says that the disease changes. A response below the noise is absent.
- Limits are those of the ledger: 2 SD for conduction, 3 SD for evoked potentials, stated limits where there are.
- A nerve is abnormal when any of its quantities is beyond its limit or absent. Conduction studies are
  abnormal when two nerves of seven are (four motor, median, ulnar, sural sensory). A somatosensory potential
  is abnormal when its cortical wave is late, low or absent or an interval too long; N22 alone is not counted,
  for it is absent in a fifth of healthy sides. Visual and motor potentials: late or absent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
import xarray as xr
from numpy.random import Generator

from remyelin import cobalamin, nerve
from remyelin.analysis.protocols.patients import Series, follow
from remyelin.analysis.validation.verdicts import simulates
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.studies import (
    LEG_NERVES,
    MEDIAN_MOTOR,
    MEDIAN_SENSORY,
    MEDIAN_SEP,
    MEP_LEG,
    MOTOR,
    PERONEAL_MOTOR,
    SENSORY,
    SURAL,
    TIBIAL_MOTOR,
    TIBIAL_SEP,
    ULNAR_MOTOR,
    VEP,
)
from remyelin.evidence import Ledger
from remyelin.nerve import Assessment, Row, Studies
from remyelin.nerve.studies.norms import HIGH_IS_ABNORMAL
from remyelin.person.chain import Chain

COMMON: Final = 0.5  # share of the variance between healthy people that a person's values have in common
SEED: Final = 2007
BODY: Final = nerve.Person(age=55.0, sex="female", height=168.0, temperature=34.0)
ELDERLY, ELDERLY_YEARS = 40, 10.0
ARMS: Final = (MEDIAN_MOTOR, ULNAR_MOTOR, MEDIAN_SENSORY)
STUDIED: Final = (*MOTOR, *SENSORY, MEDIAN_SEP, TIBIAL_SEP, MEP_LEG, VEP)


@dataclass(frozen=True, slots=True)
class Found:
    """The studies of a series of patients, each with the spread of healthy people added."""

    patients: tuple[Studies, ...]

    def percent(self, abnormal: Callable[[Studies], bool]) -> float:
        """Return the share of patients of whom something is true, %."""
        return 100.0 * sum(map(abnormal, self.patients)) / len(self.patients)


@lru_cache(maxsize=4)
def series(ledger: Ledger, kind: str) -> Found:
    """Study a series: ``cord`` (57 with pernicious anaemia) or ``gas`` (76 with nitrous oxide)."""
    return studied(ledger, states(ledger, kind))


@lru_cache(maxsize=4)
def patients(ledger: Ledger, kind: str) -> Series:
    """Return the patients of a series: 57 with cord disease, 76 users of nitrous oxide."""
    if kind == "cord":
        return follow(ledger, "deficiency", 57, seed=SEED, cord=True)
    return follow(ledger, "gas", 76, seed=SEED)


def states(ledger: Ledger, kind: str) -> xr.Dataset:
    """Return the myelin states (patient, segment) of a series on the day treatment begins."""
    return patients(ledger, kind).states.isel(month=0, drop=True)


def studied(ledger: Ledger, states: xr.Dataset) -> Found:
    """Study patients in given myelin states (patient, segment)."""
    tables = nerve.build_tables(ledger)
    healthy = nerve.battery(nerve.intact(BODY, ledger), BODY, tables, ledger, STUDIED)
    rng = np.random.default_rng(SEED)
    return Found(
        tuple(
            spread(
                nerve.battery(states.isel(patient=number), BODY, tables, ledger, STUDIED),
                healthy,
                ledger,
                rng,
            )
            for number in range(states.sizes["patient"])
        )
    )


def spread(found: Studies, healthy: Studies, ledger: Ledger, rng: Generator) -> Studies:
    """Return studies as of a person whose healthy values are drawn from the norms.

    Parameters
    ----------
    found, healthy : Studies
        Of the same average person, ill and well.
    ledger : Ledger
    rng : Generator
        The draws do not depend on what was found.
    """
    timing, size = rng.standard_normal(2)
    rows: list[Row] = []
    factor: dict[str, float] = {}
    for row, well in zip(found.rows, healthy.rows, strict=True):
        items = []
        for item, normal in zip(row.assessed, well.assessed, strict=True):
            common = size if item.quantity == "amplitude" else timing
            own = float(np.sqrt(COMMON) * common + np.sqrt(1 - COMMON) * rng.standard_normal())
            items.append(_drawn(item, normal, own))
        amplitude = next((item for item in items if item.quantity == "amplitude"), None)
        if amplitude is not None and amplitude.value is not None and row.amplitude:
            factor[row.study] = amplitude.value / row.amplitude
            if amplitude.value < _floor(row, amplitude, ledger):
                items = [replace(item, value=None, z=None, flag="absent") for item in items]
        rows.append(_with(row, tuple(items), factor.get(row.study, 1.0)))
    drawn = replace(found, rows=tuple(rows))
    return replace(drawn, classification=nerve.classify(drawn, ledger))


def _drawn(item: Assessment, normal: Assessment, own: float) -> Assessment:
    """Return an assessment moved to a person who is `own` SD from the mean when healthy."""
    if item.value is None or normal.value is None:
        return item
    if item.quantity == "amplitude":
        width = item.sd if item.logarithmic else float(np.sqrt(np.log1p((item.sd / item.mean) ** 2)))
        middle = item.mean if item.logarithmic else float(np.log(item.mean)) - width**2 / 2
        value = float(np.exp(middle + width * own)) * item.value / normal.value
    elif item.quantity == "velocity":
        value = (item.mean - item.sd * own) * item.value / normal.value
    else:
        value = item.mean + item.sd * own + item.value - normal.value
    high = item.quantity in HIGH_IS_ABNORMAL
    beyond = value > item.limit if high else value < item.limit
    z = ((np.log(value) if item.logarithmic else value) - item.mean) / item.sd
    return replace(item, value=value, z=float(z), flag=("high" if high else "low") if beyond else "normal")


def _floor(row: Row, amplitude: Assessment, ledger: Ledger) -> float:
    if row.modality == "evoked":
        return ledger["noise.evoked"] * amplitude.mean
    return ledger[f"noise.{row.modality}"]


def _with(row: Row, items: tuple[Assessment, ...], factor: float) -> Row:
    """Return a row with the values of its assessments, and its other amplitude scaled alike."""
    values: dict[str, Any] = {
        ("interval" if item.quantity == "cmct" else item.quantity): item.value for item in items
    }
    if items and all(item.flag == "absent" for item in items):
        gone: dict[str, Any] = dict.fromkeys(values)
        return replace(row, absent=True, markers=None, assessed=items, **gone)
    if "amplitude" not in values and row.amplitude is not None:
        values["amplitude"] = row.amplitude * factor
    return replace(row, assessed=items, **values)


def abnormal(found: Studies, names: Sequence[str], nerves: int = 1) -> bool:
    """Return whether so many of the named studies are abnormal."""
    return sum(found.abnormal(name) for name in names) >= nerves


def sep_abnormal(found: Studies, name: str) -> bool:
    """Return whether a somatosensory potential is abnormal: cortical wave, or an interval both ends of which are."""
    rows = {row.site: row for row in found.rows if row.study == name}
    cortical = rows["P40" if name == TIBIAL_SEP else "N20"]
    intervals = [row for site, row in rows.items() if "-" in site and row.interval is not None]
    return cortical.abnormal or any(row.abnormal for row in intervals)


def cord_rates(found: Found) -> dict[str, float]:
    """Return the abnormal rates of a neurological series, %, by study."""
    return {
        TIBIAL_SEP: found.percent(lambda s: sep_abnormal(s, TIBIAL_SEP)),
        MEDIAN_SEP: found.percent(lambda s: sep_abnormal(s, MEDIAN_SEP)),
        "sensory": found.percent(lambda s: abnormal(s, (SURAL, MEDIAN_SENSORY))),
        "motor": found.percent(lambda s: abnormal(s, (TIBIAL_MOTOR, MEDIAN_MOTOR))),
        VEP: found.percent(lambda s: abnormal(s, (VEP,))),
        MEP_LEG: found.percent(lambda s: abnormal(s, (MEP_LEG,))),
        "conduction": found.percent(lambda s: abnormal(s, (*MOTOR, *SENSORY), 2)),
        "demyelinating": found.percent(demyelinating),
    }


def gas_rates(found: Found) -> dict[str, float]:
    """Return the rates of a series of nitrous oxide, %."""
    return {
        "demyelinating": found.percent(demyelinating),
        "gas_legs": found.percent(lambda s: abnormal(s, LEG_NERVES)),
        "gas_arms": found.percent(lambda s: abnormal(s, ARMS)),
    }


def demyelinating(found: Studies) -> bool:
    """Return whether EFNS/PNS criteria are definite or probable."""
    return found.classification is not None and found.classification.certainty in ("definite", "probable")


@simulates(
    "sep_abnormal",
    "vep_abnormal",
    "mep_abnormal",
    "ncs_abnormal",
    "sep_over_vep_minn",
    "order_sep_over_ncs",
    note="57 virtual patients with a deficiency and a sign of the cord when they are found; the spread of "
    "healthy people "
    "is added, limits 2 SD for conduction and 3 SD for evoked potentials, conduction abnormal when two "
    "nerves of seven "
    "are. Published rates disagree: visual 35 and 64 %, conduction 15, 37 and 83 %",
)
def cord(ledger: Ledger) -> Mapping[str, float]:
    """Abnormal rates in a neurological series."""
    rates = cord_rates(series(ledger, "cord"))
    order = [rates[name] for name in (TIBIAL_SEP, MEDIAN_SEP, "sensory", "motor")]
    return {
        "sep_abnormal": rates[TIBIAL_SEP],
        "vep_abnormal": rates[VEP],
        "mep_abnormal": rates[MEP_LEG],
        "ncs_abnormal": rates["conduction"],
        "sep_over_vep_minn": rates[TIBIAL_SEP] - rates[VEP],
        "order_sep_over_ncs": float(all(a > b for a, b in pairwise(order))),
    }


@simulates(
    "efns_demyelinating",
    "n2o_legs_over_arms",
    note="76 virtual users of nitrous oxide who notice something when they are found; legs: tibial, "
    "peroneal or sural "
    "abnormal, arms: median or ulnar motor or median sensory",
)
def gas(ledger: Ledger) -> Mapping[str, float]:
    """Pattern of the neuropathy of nitrous oxide."""
    rates = gas_rates(series(ledger, "gas"))
    return {
        "efns_demyelinating": rates["demyelinating"],
        "n2o_legs_over_arms": rates["gas_legs"] - rates["gas_arms"],
    }


@simulates(
    "peroneal_deficit_health_abc",
    note="40 persons of 72 to 83 years who for ten years have freed 30 to 70 % of food cobalamin, those with B12 "
    "below 260 pmol/L and methylmalonate above 271 nmol/L, against themselves without deficiency. In this model so "
    "mild a deficiency hardly lowers methylation and injures few sheaths; the published difference is adjusted for "
    "covariates, not randomised",
)
def elderly(ledger: Ledger) -> Mapping[str, float]:
    """Peroneal velocity in old people with low B12 who have no neurological disease."""
    rng = np.random.default_rng(SEED)
    end = DAYS_PER_YEAR * ELDERLY_YEARS
    times = np.append(np.arange(0.0, end, 30.0), end)
    chain, limits = Chain(ledger), (260.0, ledger["limits.mma"])
    differences: list[float] = []
    while len(differences) < ELDERLY:
        age = float(rng.uniform(72.0, 83.0))
        person = cobalamin.Exposure(
            age=age,
            food_intake=cobalamin.constant(4.0),
            meals_per_day=3.0,
            food_release=cobalamin.steps(1.0, [(0.0, float(rng.uniform(0.3, 0.7)))]),
        )
        chemistry = chain.chemistry(person, times)
        if float(chemistry["b12"][-1]) >= limits[0] or float(chemistry["mma"][-1]) <= limits[1]:
            continue
        body = BODY.replace(age=age)
        states = chain.myelin(chemistry, body)
        with_and_without = (
            chain.studies(state, body, [PERONEAL_MOTOR]).row(PERONEAL_MOTOR, "knee").velocity
            for state in (states.isel(time=-1), nerve.intact(body, ledger))
        )
        ill, well = (float("nan") if value is None else value for value in with_and_without)
        differences.append(ill - well)
    return {"peroneal_deficit_health_abc": float(np.mean(differences))}

"""Simulation of the rows of the cobalamin layer on patients: relapse, gastrectomy, nitrous oxide.

Rows about persons at the presentation of cord disease are not here: who presents is decided by the clinical layers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.protocols.people import PG_PER_ML, adult, at, with_b12, without_intrinsic_factor
from remyelin.analysis.validation.verdicts import simulates
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_YEAR
from remyelin.cobalamin import Exposure, NitrousOxide, Parameters, course_of, regimen, steps
from remyelin.cobalamin.assay import report_b12
from remyelin.evidence import Ledger

Floats = NDArray[np.float64]
SEED = 1983
USERS = 60  # of nitrous oxide; the median of their logarithm is then known within a sixth of their spread
HEAVY_HOURS = 3.1  # a day, of the series of Swart 2021
TAKEN = "cyanocobalamin 1 mg oral daily"
HOMOCYSTEINE_BEFORE = 9.0  # umol/L, of young adults without fortification, as in the row n2o_abuse_hcy


@simulates(
    "relapse_after_stopping",
    note="65 years, replete on the day injections stop and without intrinsic factor from then on, until "
    "macrocytosis and a delay of diagnosis. Store at stopping and delay are fitted beside the loss: one number cannot "
    "tell them apart",
)
def relapse(ledger: Ledger) -> Mapping[str, float]:
    """Months from the last injection to the diagnosis of relapse."""
    stopped = _holding(adult(ledger, age=65), ledger["relapse.store"], ledger)
    stopped = replace(stopped, intrinsic_factor=steps(1.0, [(0.0, 0.0)]))
    days = np.arange(0.0, 20 * DAYS_PER_YEAR, 10.0)
    mcv = course_of(stopped, days, Parameters.from_ledger(ledger))["mcv"]
    if mcv[-1] < ledger["relapse.mcv"]:
        return {"relapse_after_stopping": float("inf")}
    seen = float(np.interp(ledger["relapse.mcv"], mcv, days)) / DAYS_PER_MONTH
    return {"relapse_after_stopping": seen + ledger["relapse.delay"]}


def _holding(person: Exposure, store: float, ledger: Ledger) -> Exposure:
    """Return the person whose store in balance is so many times the reference, by active absorption."""
    p = Parameters.from_ledger(ledger)
    wanted = float(p.exchangeable(np.array(store * p.reference_store))) * p.loss_with_loop
    passive, both = (
        float(course_of(replace(person, store_scale=scale), [0.0], p)["absorption"][0])
        for scale in (1e-9, 1.0)
    )
    return replace(person, store_scale=(wanted - passive) / (both - passive))


@simulates(
    "gastrectomy_low_4y",
    note="200 persons of 60 years whose serum B12 before surgery is 579 pg/mL in the median (the Ko equation at 0), "
    "stores and haptocorrin as persons differ; a printed result below 200 pg/mL. The threshold of the series is "
    "unclear",
)
def gastrectomy_late(ledger: Ledger) -> Mapping[str, float]:
    """Share with low serum B12 four years after total gastrectomy."""
    rng = np.random.default_rng(SEED)
    before = with_b12(adult(ledger, age=60), 579 * PG_PER_ML, ledger)
    p = Parameters.from_ledger(ledger)
    late = []
    for store, plasma in zip(*_scales(ledger, rng, 200, "store", "plasma"), strict=True):
        person = replace(
            before,
            store_scale=before.store_scale * store,
            plasma_scale=plasma,
            intrinsic_factor=steps(1.0, [(0.0, 0.0)]),
        )
        late.append(float(course_of(person, [4 * DAYS_PER_YEAR], p)["b12"][0]))
    printed = report_b12(late, ledger, rng)
    return {"gastrectomy_low_4y": 100 * float((printed.value < 200 * PG_PER_ML).mean())}


@dataclass(frozen=True, slots=True)
class Users:
    """Differences between users of nitrous oxide, in standard normal numbers and uniform ones, (users,) each."""

    normal: Mapping[str, Floats]
    supplement: Floats
    since: Floats


@cache
def _users() -> Users:
    """Return the same users for all parameters: stratified normal numbers, each trait in an order of its own."""
    from scipy.special import ndtri

    rng = np.random.default_rng(SEED)
    strata = (np.arange(USERS) + 0.5) / USERS
    names = ("months", "pace", "store", "plasma", "mma", "homocysteine")
    normal = {name: ndtri(rng.permutation(strata)) for name in names}
    return Users(normal, rng.permutation(strata), rng.permutation(strata))


def nitrous_oxide_users(ledger: Ledger, hours_per_day: float) -> Sequence[Exposure]:
    """Return virtual users on the day they come: gas until then, a third of them with tablets of cobalamin.

    Amount, store and levels differ as persons do (``spread.*``). Tablets begin on any day of the use. Whether a user
    has a disease of cord or nerve plays no part.

    Parameters
    ----------
    ledger : Ledger
    hours_per_day : float
        Of breathing the gas, in the median.
    """
    drawn = _users()
    scale = {
        name: np.exp(ledger[f"spread.{name}"] * values)
        for name, values in drawn.normal.items()
        if name != "months"
    }
    typical = ledger["prior.began.nitrous_oxide"] * DAYS_PER_YEAR
    days = typical * np.exp(ledger["nitrous_oxide.use_spread"] * drawn.normal["months"])
    hours = np.clip(hours_per_day * scale["pace"], 0.3, 12.0)
    replete = HOMOCYSTEINE_BEFORE / ledger["homocysteine.baseline"]
    users = []
    for i in range(USERS):
        start = -float(days[i])
        gas = NitrousOxide(start, 1.0, float(hours[i]), ledger["prior.nitrous_oxide.inspired_fraction"])
        supplemented = drawn.supplement[i] < ledger["nitrous_oxide.supplemented"]
        doses = regimen(TAKEN, start * float(drawn.since[i]), 1.0, ledger) if supplemented else ()
        users.append(
            replace(
                adult(ledger, age=22),
                nitrous_oxide=(gas,),
                doses=doses,
                store_scale=float(scale["store"][i]),
                plasma_scale=float(scale["plasma"][i]),
                metabolite_scale_mma=float(scale["mma"][i]),
                metabolite_scale_hcy=replete * float(scale["homocysteine"][i]),
            )
        )
    return users


@simulates(
    "n2o_mma_median",
    "n2o_hcy_median",
    "n2o_b12_median",
    note="60 virtual users of 22 years, gas for nine months in the median (log SD 0.8), 1.5 h a day (log SD of the "
    "pace of a cause) at the fraction of the ledger, a third with tablets of 1 mg a day since some "
    "day of their use; all of them, ill or not, where the series were ill; homocysteine 9 umol/L when replete",
)
def nitrous_oxide_series(ledger: Ledger) -> Mapping[str, float]:
    """Medians of users of nitrous oxide on the day they come."""
    found = blood_of(nitrous_oxide_users(ledger, ledger["prior.nitrous_oxide.hours_per_day"]), ledger)
    printed = report_b12(found["b12"], ledger, np.random.default_rng(SEED))
    return {
        "n2o_mma_median": float(np.median(found["mma"])),
        "n2o_hcy_median": float(np.median(found["homocysteine"])),
        "n2o_b12_median": float(np.median(printed.value)),
    }


@simulates(
    "n2o_abuse_hcy",
    "n2o_abuse_b12",
    note="means of the same 60 users with 3.1 h a day at 50 % in the median (148 canisters of 4.4 L breathed at 7 "
    "L/min [calc]). Before users with tablets were simulated the row was one typical user without; he would now have "
    "homocysteine 87 umol/L and B12 123 pmol/L: the mean of the series is kept up by those who take tablets",
)
def nitrous_oxide_abuse(ledger: Ledger) -> Mapping[str, float]:
    """Means of heavy users of nitrous oxide."""
    found = blood_of(nitrous_oxide_users(ledger, HEAVY_HOURS), ledger)
    return {
        "n2o_abuse_hcy": float(found["homocysteine"].mean()),
        "n2o_abuse_b12": float(found["b12"].mean()),
    }


def blood_of(people: Sequence[Exposure], ledger: Ledger) -> Mapping[str, Floats]:
    """Return serum B12, methylmalonate and homocysteine of persons on the day they come, (person,) each."""
    p = Parameters.from_ledger(ledger)
    found = [course_of(person, [0.0], p) for person in people]
    return {name: np.array([item[name][0] for item in found]) for name in ("b12", "mma", "homocysteine")}


@simulates("n2o_week_after", note="50 years, 4 h at 66 % (the series: 70 to 720 min), replete")
def week_after(ledger: Ledger) -> Mapping[str, float]:
    """Homocysteine one week after one anaesthetic over its baseline."""
    person = replace(adult(ledger), nitrous_oxide=(NitrousOxide(0.0, 4 / 24, 24.0, 0.66),))
    hcy = at(person, [-1.0, 7.0], ledger)["homocysteine"].to_numpy()
    return {"n2o_week_after": float(hcy[1] / hcy[0])}


@simulates(
    "metabolites_1_month",
    note="34 years, no intrinsic factor for as long as gives serum B12 30 pmol/L (the case after one anaesthetic, "
    "whose schedule is not at hand); cyanocobalamin 1 mg into muscle every week, day 30, limits of the ledger",
)
def metabolites_after_injections(ledger: Ledger) -> Mapping[str, float]:
    """Whether both metabolites are normal a month after injections begin."""
    person = without_intrinsic_factor(adult(ledger, age=34), 30.26, ledger)
    doses = regimen("cyanocobalamin 1 mg im every 7 d", 0.0, 30.0, ledger)
    end = at(replace(person, doses=doses), [0.0, 30.0], ledger).isel(time=-1)
    normal = all(float(end[name]) <= ledger[f"limits.{name}"] for name in ("mma", "homocysteine"))
    return {"metabolites_1_month": float(normal)}


def _scales(ledger: Ledger, rng: np.random.Generator, count: int, *names: str) -> list[Floats]:
    """Draw traits of persons, lognormal about 1."""
    return [np.exp(ledger[f"spread.{name}"] * rng.standard_normal(count)) for name in names]

"""Rows of the clinic and cobalamin layers of ``population.csv``, of people as they are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import cobalamin
from remyelin.analysis.protocols.observed import correlation
from remyelin.analysis.protocols.patients import FOLLOW_UP, Series, follow
from remyelin.analysis.protocols.pool import BODY, candidate, exposed, traits_of
from remyelin.analysis.validation.population_rows import SEEN, seen
from remyelin.analysis.validation.verdicts import simulates
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.pathways import SURAL, TIBIAL_MOTOR
from remyelin.evidence import Ledger
from remyelin.person.chain import Chain
from remyelin.person.chain_people import blood_of, clinic_of, simulate_people
from remyelin.person.presentation import FELT

TWO, NINE, YEAR = (FOLLOW_UP.index(month) for month in (2.0, 9.0, 12.0))
SEED: Final = 1950
USERS: Final = 48
MASKED: Final = 40
FOLIC_ACID: Final = 15.0  # mg/day, the lower of the published doses


#: Blood of people as they are found.
blood = seen("b12_cord_below_30", "b12_above_150_neuro", "mma_raised_deficient")


#: Blood in cord disease.
cord_blood = seen(
    "b12_cord_median", "mma_cord_median", "hcy_cord_median", note=SEEN + "; those with a sign of the cord"
)


#: Presentation of series.
people = seen(
    "low_b12_without_neuropathy",
    "neuro_share_of_deficient",
    "series_duration_mean",
    "severity_by_b12_rank",
    "fdrs_other_median",
    "romberg_cord",
    "babinski_cord",
    "weakness_cord",
    "deep_sensation_cord",
    "less_anaemia_worse_nerves",
    "fdrs_n2o_median",
    "n2o_duration_median",
    "ankle_jerk_n2o",
)


#: Presentation of case reports.
reports = seen(
    "duration_median",
    "duration_upper_quartile",
    "walking_lost_at_presentation",
    "walking_kept_2y",
    "severity_by_duration_rank",
    note=SEEN + "; as case reports, weighted by the points of the scale",
)


@lru_cache(maxsize=2)
def _users(ledger: Ledger) -> Series:
    return follow(ledger, "gas", USERS, seed=SEED)


def _odds(x: NDArray[np.float64], holds: NDArray[np.bool_]) -> float:
    """Return the difference of the mean of x between those of whom something holds and the others, in SD."""
    if holds.all() or not holds.any():
        return float("nan")
    return float((x[holds].mean() - x[~holds].mean()) / max(x.std(), 1e-12))


@simulates(
    "paraesthesia_first_n2o",
    "n2o_amount_cord",
    "n2o_months_nerve",
    "n2o_power_2_months",
    "n2o_sensory_residue",
    "n2o_motor_axonal_slow",
    note="48 virtual users of nitrous oxide who notice something when they are found: severest symptom on "
    "the day of the "
    "first; hours a day with and without cord disease; months of use with and without a neuropathy, which is less "
    "than three quarters of the fibres of the sural or tibial nerve conducting; power 5 of 5 at two months in those "
    "under 25; numbness, tingling or lost vibration sense at two months in those; Rankin 2 or more at nine "
    "months in the "
    "tenth that has lost most motor axons",
)
def users(ledger: Ledger) -> Mapping[str, float]:
    """Users of nitrous oxide."""
    series = _users(ledger)
    names = list(FELT)
    first = [names[i] for i in np.argmax([series.first.severity[n][:, 0] for n in names], axis=0)]
    hours = np.log(
        [d.person.nitrous_hours * t.pace for d, t in zip(series.draws, series.traits, strict=True)]
    )
    cord = series.cord()
    nerves = (series.pathway("conducted", SURAL)[:, 0] < 0.75) | (
        series.pathway("conducted", TIBIAL_MOTOR)[:, 0] < 0.75
    )
    young = series.age < 25.0
    power = np.minimum(*(np.asarray(series.state.signs[f"power_{x}"])[:, TWO] for x in ("leg", "arm")))
    numb = series.state.noticed["numbness"] | series.state.noticed["paraesthesia"]
    vibration = np.asarray(series.state.signs["vibration_loss"]) >= series.notice
    motor = series.pathway("axons", TIBIAL_MOTOR)[:, 0]
    worst = motor <= np.quantile(motor, 0.1)
    return {
        "paraesthesia_first_n2o": 100.0 * sum(n in ("paraesthesia", "numbness") for n in first) / len(first),
        "n2o_amount_cord": float(_odds(hours, cord) > 0.0),
        "n2o_months_nerve": float(_odds(series.came, nerves) > 0.0),
        "n2o_power_2_months": 100.0 * float((power[young] == 5).mean()),
        "n2o_sensory_residue": 100.0 * float((numb | vibration)[young, TWO].mean()),
        "n2o_motor_axonal_slow": float(np.median(series.state.scale["rankin"][worst, NINE]) >= 2),
    }


@simulates(
    "late_start_gains_less",
    "ten_year_followup",
    note="60 virtual patients with a deficiency: share of the severity gone at one year, against months of symptoms "
    "(rank correlation below 0); nobody has more points of the scale at two years than on the day treatment began",
)
def treated(ledger: Ledger) -> Mapping[str, float]:
    """Outcome under treatment."""
    series = follow(ledger, "deficiency", 60, seed=SEED)
    gain, months = series.improvement(YEAR), series.duration
    total = series.state.scale["total"]
    return {
        "late_start_gains_less": float(correlation(gain, months, np.ones_like(gain)) < 0.0),
        "ten_year_followup": float((total[:, -1] <= total[:, 0]).all()),
    }


@simulates(
    "folate_alone_progresses",
    note="40 virtual persons with pernicious anaemia on folic acid 15 mg a day from the time methylation "
    "falls short: "
    "in three years most have a point of the scale while haemoglobin stays within 10 g/L of the healthy",
)
def masked(ledger: Ledger) -> Mapping[str, float]:
    """Pernicious anaemia on folic acid alone."""
    numbers = Chain(ledger)
    draws = [candidate("deficiency", SEED, number, ledger) for number in range(MASKED)]
    draws = [
        replace(draw, person=replace(draw.person, cause="pernicious anaemia", lost=0.0)) for draw in draws
    ]
    traits = traits_of(draws, ledger)
    grid = np.arange(0.0, 14.0 * DAYS_PER_YEAR, 30.0)
    exposures, times, keep = [], [], []
    for draw, own in zip(draws, traits, strict=True):
        plain = exposed(draw.person, own, ledger)
        short = (cobalamin.methylation_of(plain, grid, numbers.kinetics) < 1.0).any(axis=-1)
        begin = float(grid[np.argmax(short)]) if short.any() else 10.0 * DAYS_PER_YEAR
        exposures.append(replace(plain, folic_acid=cobalamin.steps(0.0, [(begin, FOLIC_ACID)])))
        days = np.arange(0.0, begin + 3.0 * DAYS_PER_YEAR, 30.0)
        times.append(np.concatenate([[-30.0], days]))
        keep.append(days[[-1]])
    found = simulate_people(exposures, [BODY] * MASKED, times, keep, traits, [numbers])
    total = clinic_of(found.pathways, traits, numbers.judge).scale["total"][:, 0]
    haemoglobin = blood_of(found, traits, numbers.kinetics)["haemoglobin"][:, 0]
    holds = np.median(total) >= 1 and np.median(haemoglobin) > ledger["blood.haemoglobin"] - 10.0
    return {"folate_alone_progresses": float(holds)}

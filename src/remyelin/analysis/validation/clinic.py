"""Simulation of the rows of the clinic layer of ``targets.csv``: series of virtual patients.

Two definitions of complete recovery are computed. No sign at all: 0 on the disability scale, no symptom of limbs or
cord noticed, vibration sense found normal. Nothing that limits daily life: at most grade 1 of the modified Rankin
scale. Rows use the first, the notes give the second. Severity is the sum of the six symptoms of limbs and cord and the
loss of vibration sense; a residue is moderate when gait is impaired; cord disease means a Babinski or Romberg sign.
Recovery is taken 12 months after the first dose unless the row says otherwise. Nobody's duration is drawn: patients
come by the event of presentation (:mod:`remyelin.person.presentation`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from remyelin import cobalamin, nerve
from remyelin.analysis.protocols.patients import FOLLOW_UP, Series, follow
from remyelin.analysis.validation import clinic_population  # noqa: F401  registers its rows
from remyelin.analysis.validation.verdicts import simulates
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.pathways import CORTICOSPINAL_LEG, MEDIAN_SEP, SURAL, TIBIAL_MOTOR, TIBIAL_SEP
from remyelin.evidence import Ledger
from remyelin.person.chain import Chain
from remyelin.person.presentation import FELT

Floats = NDArray[np.float64]
THREE, SIX, YEAR, LAST = (FOLLOW_UP.index(month) for month in (3.0, 6.0, 12.0, 24.0))
SERIES: Mapping[str, tuple[str, int, bool]] = {
    "healton": ("deficiency", 120, False),
    "cord": ("deficiency", 57, True),
    "gas": ("gas", 51, False),
}
"""Stratum, number of patients, and whether they have cord disease; all notice something when they come."""
SEED = 1991


# One series serves several rows of one validation; the ledger is the key, so nothing goes stale.
@lru_cache(maxsize=8)
def series_of(ledger: Ledger, kind: str) -> Series:
    """Return one of :data:`SERIES` under a ledger."""
    stratum, patients, cord = SERIES[kind]
    return follow(ledger, stratum, patients, seed=SEED, cord=cord)


def in_cord_disease(series: Series) -> NDArray[np.bool_]:
    """Return who has cord disease at presentation."""
    return series.cord()


def percent(which: NDArray[np.bool_]) -> float:
    """Return the share of patients, %; NaN of nobody."""
    return 100.0 * float(which.mean()) if which.size else float("nan")


def rank_correlation(x: Floats, y: Floats) -> float:
    """Return the rank correlation."""
    first, second = (np.argsort(np.argsort(values)).astype(np.float64) for values in (x, y))
    return float(np.corrcoef(first, second)[0, 1])


@simulates(
    "healton_complete",
    "healton_half",
    "healton_residual",
    "respond_3_months",
    note="120 virtual patients of the population with a deficiency who notice something when they are found; the "
    "sampling error of a share of 5 to 50 % of them is 2 to 5 points",
)
def healton(ledger: Ledger) -> Mapping[str, float]:
    """Outcome in the largest series."""
    series = series_of(ledger, "healton")
    return {
        "healton_complete": percent(series.complete(YEAR)),
        "healton_half": percent(series.improvement(YEAR) >= 0.5),
        "healton_residual": percent(series.state.scale["gait"][:, YEAR] >= 2),
        "respond_3_months": percent(series.improvement(THREE) > 0.0),
    }


@simulates(
    "delay_monotone",
    "severity_duration",
    "plateau",
    "first_symptom",
    note="the same 120; rank correlation with the months of symptoms; gain at 12 of that at 24 months; "
    "severest symptom "
    "on the day the first is noticed",
)
def duration(ledger: Ledger) -> Mapping[str, float]:
    """Effects of the duration of symptoms, and how the course begins and ends."""
    series = series_of(ledger, "healton")
    severity = series.burden()
    gain = (severity[:, [0]] - severity).mean(axis=0)
    first = [FELT[i] for i in np.argmax([series.first.severity[name][:, 0] for name in FELT], axis=0)]
    commonest = max(sorted(set(first)), key=first.count)
    return {
        "delay_monotone": float(rank_correlation(series.duration, series.improvement(YEAR)) < 0.0),
        "severity_duration": float(rank_correlation(series.duration, severity[:, 0]) > 0.0),
        "plateau": 100.0 * float(gain[YEAR] / gain[LAST]),
        "first_symptom": float(commonest in ("paraesthesia", "numbness")),
    }


@simulates(
    "vasconcelos_complete",
    "gait_scd",
    "babinski_scd",
    "absent_ankle_babinski",
    "fdrs_other",
    note="57 virtual patients of the same population with a Babinski or Romberg sign when they are found",
)
def cord_disease(ledger: Ledger) -> Mapping[str, float]:
    """Cord disease: only the criterion of inclusion differs from the series above."""
    series = series_of(ledger, "cord")
    babinski = np.asarray(series.state.signs["babinski"], dtype=np.bool_)[:, 0]
    ankle = np.asarray(series.state.signs["ankle_jerk"], dtype=np.float64)[:, 0]
    return {
        "vasconcelos_complete": percent(series.complete(YEAR)),
        "gait_scd": percent(series.state.noticed["gait"][:, 0]),
        "babinski_scd": percent(babinski),
        "absent_ankle_babinski": float((babinski & (ankle < 0.5)).any()),
        "fdrs_other": float(np.median(series.state.scale["total"][:, 0])),
    }


@simulates(
    "aaron_6m",
    note="the same 57: severity halved after 6 months; the series does not define improvement",
)
def six_months(ledger: Ledger) -> Mapping[str, float]:
    """Improvement after six months."""
    return {"aaron_6m": percent(series_of(ledger, "cord").improvement(SIX) >= 0.5)}


@simulates(
    "misra_complete_3m",
    note="the 120 patients, no sign at all after 3 months; the series does not define its count, and many more have "
    "nothing that limits daily life",
)
def three_months(ledger: Ledger) -> Mapping[str, float]:
    """Complete recovery after three months."""
    return {"misra_complete_3m": percent(series_of(ledger, "healton").complete(THREE))}


@simulates(
    "n2o_complete",
    "lhermitte_n2o",
    "fdrs_n2o",
    note="51 virtual users of about 22 years who notice something when they are found, gas stopped at "
    "treatment; the "
    "scale among those with cord disease",
)
def gas(ledger: Ledger) -> Mapping[str, float]:
    """Young people after nitrous oxide."""
    series = series_of(ledger, "gas")
    cord = series.cord()
    return {
        "n2o_complete": percent(series.complete(YEAR)),
        "lhermitte_n2o": percent(series.state.noticed["lhermitte"][:, 0]),
        "fdrs_n2o": float(np.median(series.state.scale["total"][cord, 0])) if cord.any() else float("nan"),
    }


@simulates(
    "optic_clinical",
    note="the 120 patients: loss of vision noticed at presentation, by the severity above which every "
    "symptom is noticed",
)
def optic(ledger: Ledger) -> Mapping[str, float]:
    """Optic neuropathy noticed at presentation."""
    return {"optic_clinical": percent(series_of(ledger, "healton").state.noticed["vision"][:, 0])}


@simulates(
    "sep_lags",
    note="cord disease of the 57, 12 months after treatment: mean delay in standard deviations of healthy "
    "latencies (P40 2.8, N20 1.1, central motor time of the leg 2.5 ms)",
)
def order_of_recovery(ledger: Ledger) -> Mapping[str, float]:
    """Tibial responses stay abnormal when motor and median ones have normalised."""
    series = series_of(ledger, "cord")
    tibial, median, motor = (
        float(series.pathway("delay", name)[:, YEAR].mean()) / deviation
        for name, deviation in ((TIBIAL_SEP, 2.8), (MEDIAN_SEP, 1.1), (CORTICOSPINAL_LEG, 2.5))
    )
    return {"sep_lags": float(tibial > median and tibial > motor)}


@simulates(
    "open_null",
    note="a person of 80 absorbing two thirds of food cobalamin for ten years (B12 about 190 pmol/L), 1 mg/d by "
    "mouth for 12 months against none: largest change of motor, sensory or central motor time over the "
    "healthy standard deviation (1.5, 1.5 and 2.5 ms). The synthase activity that suffices for methylation was "
    "set knowing of this null, so it is no independent test",
)
def open_trial(ledger: Ledger) -> Mapping[str, float]:
    """Effect of a year of tablets in mild deficiency without anaemia."""
    start = 10.0 * DAYS_PER_YEAR
    times = np.append(np.arange(0.0, start, 30.0), [start, start + DAYS_PER_YEAR])
    body = nerve.Person(age=80.0, sex="female", height=165.0, temperature=33.0)
    chain, arms = Chain(ledger), []
    for order in ("cyanocobalamin 1 mg oral every 1 d", None):
        doses = cobalamin.regimen(order, start, times[-1], ledger) if order else ()
        person = cobalamin.Exposure(
            age=80.0,
            food_intake=cobalamin.constant(4.0),
            meals_per_day=3.0,
            food_release=cobalamin.steps(1.0, [(0.0, 0.65)]),
            doses=doses,
        )
        states = chain.myelin(chain.chemistry(person, times), body)
        arms.append(chain.conduction(states.isel(time=[-1]), body)["delay"])
    effect = (arms[1] - arms[0]).isel(time=0)
    deviations = {TIBIAL_MOTOR: 1.5, SURAL: 1.5, CORTICOSPINAL_LEG: 2.5}
    return {"open_null": max(abs(float(effect.sel(pathway=name))) / sd for name, sd in deviations.items())}

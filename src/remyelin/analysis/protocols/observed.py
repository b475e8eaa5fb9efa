"""Observation models: the value of each published row in the pool of virtual persons.

A series is the population seen through its inclusion criteria: every person counts at every day of its course with the
chance to be found on that day, times whether the criteria are met. Case reports are weighted by severity besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic, nerve
from remyelin.analysis.protocols.pool import FOLLOW_UP, Pool, Seen, seen
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_WEEK
from remyelin.catalogue.pathways import SURAL, TIBIAL_MOTOR, TIBIAL_SEP
from remyelin.person.chain import Chain
from remyelin.person.chain_people import Clinic, clinic_of
from remyelin.person.presentation import FELT, background
from remyelin.person.traits import Traits

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
THREE, YEAR, LAST = (FOLLOW_UP.index(month) for month in (3.0, 12.0, 24.0))
MOST_POINTS: Final = 16.0
PATHS: Final = {name: index for index, name in enumerate(nerve.PATHWAYS)}
NEUROPATHY: Final = 0.75  # share of a nerve's fibres that conducts below which its study is taken as abnormal
WAVE: Final = 0.1  # share that conducts below which no cortical wave is found
LOW_B12: Final = 100.0  # pmol/L, of the women found by screening


def rows_of(pool: Pool, traits: Sequence[Traits], numbers: Chain) -> dict[str, float]:
    """Return the rows of the tables that a pool gives under a set; NaN where nobody meets the criteria."""
    view = seen(pool, traits, numbers)
    return {
        **_deficiency(pool, view, numbers),
        **_gas(pool, view, numbers),
        **_screened(pool, view, numbers),
        **_treated(pool, view, traits, numbers),
    }


def quantile(values: Floats, weights: Floats, q: float = 0.5) -> float:
    """Return a weighted quantile, linear between the points of the distribution; NaN without weight."""
    kept = weights > 0.0
    if not kept.any():
        return float("nan")
    order = np.argsort(values[kept], kind="stable")
    sorted_values, mass = values[kept][order], weights[kept][order]
    below = np.cumsum(mass) - 0.5 * mass
    return float(np.interp(q * mass.sum(), below, sorted_values))


def percent(holds: Bools, weights: Floats) -> float:
    """Return the weighted share (%) of a finding; NaN without weight."""
    total = float(weights.sum())
    return 100.0 * float(weights[holds].sum()) / total if total > 0.0 else float("nan")


def correlation(x: Floats, y: Floats, weights: Floats) -> float:
    """Return the weighted rank correlation; NaN without spread."""
    kept = (weights > 0.0) & np.isfinite(x) & np.isfinite(y)
    if kept.sum() < 3:
        return float("nan")
    w = weights[kept] / weights[kept].sum()

    def ranks(values: Floats) -> Floats:
        order = np.argsort(values, kind="stable")
        unique, first = np.unique(values[order], return_index=True)
        mass = np.add.reduceat(w[order], first)
        middle = np.cumsum(mass) - 0.5 * mass
        return np.asarray(middle[np.searchsorted(unique, values)])

    a, b = ranks(x[kept]), ranks(y[kept])
    a, b = a - w @ a, b - w @ b
    spread = float(np.sqrt((w @ a**2) * (w @ b**2)))
    return float(w @ (a * b)) / spread if spread > 0.0 else float("nan")


def _felt(state: Clinic) -> Bools:
    felt: Bools = np.any([state.noticed[name] for name in FELT], axis=0)
    return felt


def _cord(state: Clinic) -> Bools:
    return np.asarray(state.signs["romberg"], dtype=np.bool_) | np.asarray(
        state.signs["babinski"], dtype=np.bool_
    )


def _ankle(state: Clinic, age: Floats, numbers: Chain) -> Floats:
    """Return the chance that an examiner finds a weak ankle jerk, other reasons included."""
    other = background(age, "ankle_jerk", numbers.ledger)[:, None]
    return np.where(state.scale["neuropathy"] >= 1, 1.0, other)


def _deficiency(pool: Pool, view: Seen, numbers: Chain) -> dict[str, float]:
    who = pool.stratum == "deficiency"
    by_road = view.found.weight * who[None, :, None]
    weight = by_road.sum(axis=0)
    state, total = view.state, view.state.scale["total"].astype(np.float64)
    gait = state.scale["gait"]
    felt, cord = _felt(state), _cord(state)
    ill = felt | cord
    months = np.maximum(pool.days - view.found.onset[:, None], 0.0) / DAYS_PER_MONTH
    dated = np.isfinite(view.found.onset)[:, None] & (pool.days >= view.found.onset[:, None])
    in_series = weight * cord
    reported = weight * ill * (total / MOST_POINTS) * dated
    b12 = view.blood["b12"]
    long = reported * (months >= 24.0)
    anaemia = view.blood["red_cell_deficit"]
    ankle = _ankle(state, pool.age, numbers)
    complained = weight * felt * dated
    numb = state.noticed["paraesthesia"] | state.noticed["numbness"]
    vibration = np.asarray(state.signs["vibration_loss"], dtype=np.float64) >= numbers.judge.presence
    return {
        "b12_cord_median": quantile(b12[who].ravel(), in_series[who].ravel()),
        "b12_cord_below_30": percent(b12 < 30.0, in_series),
        "b12_above_150_neuro": percent(b12 > 150.0, weight * ill * (anaemia < 0.15)),
        "mma_cord_median": quantile(view.blood["mma"].ravel(), in_series.ravel()),
        "hcy_cord_median": quantile(view.blood["homocysteine"].ravel(), in_series.ravel()),
        "mma_raised_deficient": percent(view.blood["mma"] > 376.0, weight),
        "neuro_share_of_deficient": percent(ill, weight),
        "duration_median": quantile(months.ravel(), reported.ravel()),
        "duration_upper_quartile": quantile(months.ravel(), reported.ravel(), 0.75),
        "series_duration_mean": _mean(months, in_series * dated),
        "walking_lost_at_presentation": percent(gait >= 3, reported * cord * (gait >= 2)),
        "walking_kept_2y": percent(gait < 4, long),
        "severity_by_duration_rank": correlation(
            gait.astype(np.float64).ravel(), months.ravel(), reported.ravel()
        ),
        "severity_by_b12_rank": correlation(total.ravel(), b12.ravel(), in_series.ravel()),
        "fdrs_other_median": quantile(total.ravel(), in_series.ravel()),
        "romberg_cord": percent(np.asarray(state.signs["romberg"], dtype=np.bool_), in_series),
        "babinski_cord": percent(np.asarray(state.signs["babinski"], dtype=np.bool_), in_series),
        "weakness_cord": percent(state.noticed["weakness"], in_series),
        "deep_sensation_cord": percent(vibration | (state.lost["position_leg"] >= 0.15), in_series),
        "less_anaemia_worse_nerves": float(
            correlation(total.ravel(), anaemia.ravel(), (weight * ill).ravel()) < 0.0
        ),
        "only_sensory": percent(numb & ~state.noticed["gait"] & ~state.noticed["weakness"], complained),
        "cord_signs": percent(cord, complained),
        "nerve_signs": 100.0 * _mean(ankle, complained),
        "normal_examination": 100.0 * _mean((~cord & ~vibration) * (1.0 - ankle), complained),
    }


def _mean(values: Floats, weights: Floats) -> float:
    total = float(weights.sum())
    return float((values * weights).sum()) / total if total > 0.0 else float("nan")


def _gas(pool: Pool, view: Seen, numbers: Chain) -> dict[str, float]:
    who = pool.stratum == "gas"
    weight = view.found.weight.sum(axis=0) * who[:, None]
    state = view.state
    felt, cord = _felt(state), _cord(state)
    ill = felt | cord
    weeks = np.maximum(pool.days - view.found.onset[:, None], 0.0) / DAYS_PER_WEEK
    dated = np.isfinite(view.found.onset)[:, None] & (pool.days >= view.found.onset[:, None])
    total = state.scale["total"].astype(np.float64)
    conducted = {
        name: pool.pathways["conducted"][..., PATHS[name]] for name in (SURAL, TIBIAL_MOTOR, TIBIAL_SEP)
    }
    late = pool.pathways["delay"][..., PATHS[TIBIAL_SEP]]
    nerves = (conducted[SURAL] < NEUROPATHY) | (conducted[TIBIAL_MOTOR] < NEUROPATHY)
    other = pool.stratum == "deficiency"
    beside = view.found.weight.sum(axis=0) * other[:, None] * ill * nerves
    here = weight * ill * nerves
    motor = [quantile(conducted[TIBIAL_MOTOR].ravel(), w.ravel()) for w in (here, beside)]
    sural = [quantile(conducted[SURAL].ravel(), w.ravel()) for w in (here, beside)]
    alone, both, nerve_only = (
        percent(x, weight * ill * (cord | nerves)) for x in (cord & ~nerves, cord & nerves, nerves & ~cord)
    )
    axons = pool.pathways["axons"][..., PATHS[TIBIAL_MOTOR]]
    return {
        "n2o_mma_median": quantile(view.blood["mma"].ravel(), (weight * ill).ravel()),
        "n2o_hcy_median": quantile(view.blood["homocysteine"].ravel(), (weight * ill).ravel()),
        "n2o_b12_median": quantile(view.blood["b12"].ravel(), (weight * ill).ravel()),
        "n2o_duration_median": quantile(weeks.ravel(), (weight * ill * dated).ravel()),
        "fdrs_n2o_median": quantile(total.ravel(), (weight * cord).ravel()),
        "ankle_jerk_n2o": 100.0 * _mean(_ankle(state, pool.age, numbers), weight * ill),
        "n2o_tibial_cmap_ratio": motor[0] / motor[1] if motor[1] > 0.0 else float("nan"),
        "n2o_sural_snap_higher": sural[0] - sural[1],
        "n2o_axonal_share": percent(axons < NEUROPATHY, here),
        "n2o_p40_late": _mean(late, weight * cord * (conducted[TIBIAL_SEP] > WAVE)),
        "n2o_myelopathy_alone": alone,
        "n2o_both": both,
        "n2o_neuropathy_alone": nerve_only,
        "n2o_found": 100.0 * float(view.found.ever[who].mean()),
    }


def _screened(pool: Pool, view: Seen, numbers: Chain) -> dict[str, float]:
    who = pool.stratum == "screened"
    left = 1.0 - np.cumsum(view.found.share.sum(axis=0), axis=1)
    step = np.diff(pool.days, axis=1, prepend=pool.days[:, :1])
    weight = np.maximum(left, 0.0) * step * who[:, None] * (view.blood["b12"] < LOW_B12)
    felt = view.state.noticed["paraesthesia"] | view.state.noticed["numbness"]
    signs = np.asarray(view.state.signs["vibration_loss"], dtype=np.float64) >= numbers.judge.presence
    signs = signs | (view.state.scale["neuropathy"] >= 1)
    return {"low_b12_without_neuropathy": percent(felt & signs, weight)}


def _waiting(pool: Pool, total: Floats, weight: Floats) -> float:
    """Return the points at one year that a later start costs, per month, at the days on which persons come."""
    same = np.flatnonzero(pool.branch[1:] == pool.branch[:-1])
    who = pool.branch[same]
    months = (pool.days[who, pool.begun[same + 1]] - pool.days[who, pool.begun[same]]) / DAYS_PER_MONTH
    passed = float(weight[same] @ months)
    return float(weight[same] @ (total[same + 1] - total[same])) / passed if passed > 0.0 else float("nan")


def _treated(pool: Pool, view: Seen, traits: Sequence[Traits], numbers: Chain) -> dict[str, float]:
    """Return the outcome of the largest series: patients who notice something, treated on the day they come."""
    names = (
        "healton_complete",
        "healton_free_of_limits",
        "healton_half",
        "healton_residual",
        "respond_3_months",
        "plateau",
    )
    if not pool.branch.size:
        return dict.fromkeys(names, float("nan"))
    own = [traits[i] for i in pool.branch]
    state = clinic_of(pool.after, own, numbers.judge)
    weight = (view.found.weight.sum(axis=0) * _felt(view.state))[pool.branch, pool.begun]
    if weight.sum() <= 0.0:
        return dict.fromkeys(names, float("nan"))
    vibration = np.asarray(state.signs["vibration_loss"], dtype=np.float64)
    severity = np.sum([state.severity[name] for name in clinic.SPINAL], axis=0) + vibration
    notice = numbers.judge.presence * np.array([one.notice for one in own])[:, None]
    clear = (state.scale["total"] == 0) & ~_felt(state) & (vibration < notice)
    kept = 1.0 - severity / np.maximum(severity[:, [0]], 1e-9)
    total = state.scale["total"][:, YEAR].astype(np.float64)
    gain = (weight[:, None] * (severity[:, [0]] - severity)).sum(axis=0)
    return {
        "healton_complete": percent(clear[:, YEAR], weight),
        "healton_free_of_limits": percent(state.scale["rankin"][:, YEAR] <= 1, weight),
        "healton_half": percent(kept[:, YEAR] >= 0.5, weight),
        "healton_residual": percent(state.scale["gait"][:, YEAR] >= 2, weight),
        "respond_3_months": percent(kept[:, THREE] > 0.0, weight),
        "plateau": 100.0 * float(gain[YEAR] / gain[LAST]) if gain[LAST] > 0.0 else float("nan"),
        "waiting_points": _waiting(pool, total, weight),
    }

"""One course as an SBML Level 3 model, for other simulators and as an independent check.

The equations are written out again, as text, from the documentation of :mod:`kinetics` and
:mod:`metabolism`; SBML time 0 is the first day of the course and the unit of time is the day. Single
doses become events, long daily runs a stream, as in :func:`remyelin.cobalamin.simulate`.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from remyelin.base.errors import InputError
from remyelin.base.units import (
    DAYS_PER_YEAR,
    HOURS_PER_DAY,
    MICROGRAM_TO_NMOL_COBALAMIN,
    PER_MILLE,
    PMOL_PER_NMOL,
)
from remyelin.cobalamin.absorption import (
    active_absorption,
    clearance_rate,
    depot_rate,
    passive_absorption,
    retained_share,
)
from remyelin.cobalamin.exchange.sbml_document import document, number
from remyelin.cobalamin.exchange.sbml_names import quantity
from remyelin.cobalamin.exposure import Exposure, Profile
from remyelin.cobalamin.parameters import Parameters
from remyelin.cobalamin.timeline import Schedule, begin, schedule

#: Quantities that follow at once from the states and the time.
_RULES = {
    "day": "start_day + time",
    "age": "age_at_0 + day / days_per_year",
    "meal": "intake * food_release / meals",
    "food": "meals * (store_scale * active_max * meal / (active_half + meal) * intrinsic_factor"
    " + passive_share_with_food * meal) * nmol_per_ug",
    "body": "store + holotc_nmol",
    "free_share": "exchangeable_scale * body / (body + retention_half)",
    "oxidation": "oxidation_rate * destroyed / (destroyed + synthase_turnover)",
    "holotc_carried": "holotc_nmol * pmol / plasma_volume",
    "free": "free_nmol * pmol / injection_volume",
    "b12": "holotc_carried + haptocorrin + free",
    "room": "binding_capacity - holotc_carried",
    "holotc": "holotc_carried + piece(free, free < room, room)",
    "fall": "folic_acid_max * folic_acid / (folic_acid_half + folic_acid)",
    "folate": "folate_status * (1 / (1 - fall) - (1 - homocysteine_synthase_share)) / homocysteine_synthase_share",
    "filtered": "piece(filtration / reference_filtration, filtration < reference_filtration, 1)",
    "b6": "piece(1 + pyridoxine_change, q(0, mg_per_day) < pyridoxine, 1)",
    "mma_base": "methylmalonate_baseline * exp(methylmalonate_age_slope * (age - methylmalonate_baseline_age))",
    "mma_target": "mma_scale * filtered ** (0 - methylmalonate_renal_exponent) * (mma_base"
    " + (methylmalonate_ceiling - mma_base) / (1 + (body / methylmalonate_half_store) ** methylmalonate_hill))",
    "albumin_excess": "piece(0, homocysteine < albumin_threshold, ln(homocysteine / albumin_threshold))",
    "csf_target": "csf_b12 * (1 - block) * holotc_carried / (entry_half + holotc_carried)"
    " / (reference_holotc / (entry_half + reference_holotc))",
}

#: Supply over the homocysteine left behind, for one activity in one compartment.
_RATIO = (
    "((methylation_floor + (1 - methylation_floor) * {activity})"
    " * (local_share_{where} * {activity} + 1 - local_share_{where}))"
)

#: Slopes of the states.
_RATES = {
    "gut": "-release_rate * gut",
    "holotc_nmol": "release_rate * gut + food + stream"
    " + (loop_return * intrinsic_factor + tissue_release) * free_share * store - transcobalamin_rate * holotc_nmol",
    "store": "transcobalamin_rate * holotc_nmol + captured"
    " - ((loss_without_loop + tissue_release) * free_share + oxidation) * store",
    "oxidised": "oxidation * store - oxidised_loss * oxidised",
    "haptocorrin": "haptocorrin_rate * (plasma_scale * b12_per_store * (body + oxidised) - haptocorrin)",
    "peripheral": "synthase_turnover * capacity * {body} - (synthase_turnover + destroyed) * peripheral",
    "homocysteine": "homocysteine_turnover * (homocysteine_baseline * hcy_scale * b6"
    " * filtered ** (0 - homocysteine_renal_exponent) - homocysteine * (homocysteine_synthase_share * peripheral"
    " * folate + 1 - homocysteine_synthase_share))",
    "mma": "methylmalonate_turnover * (mma_target - mma)",
    "albumin": "(albumin_normal * (1 + albumin_gain * albumin_excess) - albumin) / albumin_time",
    "csf": "csf_rate * (csf_target + free * albumin * per_mille - csf)",
    "tissue": "brain_tissue_rate * (csf / csf_b12 - tissue) - oxidation * tissue",
    "central": "synthase_turnover * capacity * {tissue} - (synthase_turnover + destroyed) * central",
}

#: Steady state of the person before the first change; the first two are no states.
_STEADY = {
    "steady_exchangeable": "food / (loss_without_loop - loop_return * intrinsic_factor)",
    "steady_body": "steady_exchangeable / exchangeable_scale / 2 + root(steady_exchangeable / exchangeable_scale / 2"
    " * (steady_exchangeable / exchangeable_scale / 2 + 2 * retention_half))",
    "holotc_nmol": "(food + (loop_return * intrinsic_factor + tissue_release) * steady_exchangeable)"
    " / transcobalamin_rate",
    "store": "steady_body - holotc_nmol",
    "haptocorrin": "plasma_scale * b12_per_store * steady_body",
    "peripheral": "capacity * {body}",
    "homocysteine": "homocysteine_baseline * hcy_scale * b6 * filtered ** (0 - homocysteine_renal_exponent)"
    " / (homocysteine_synthase_share * peripheral * folate + 1 - homocysteine_synthase_share)",
    "mma": "mma_target",
    "albumin": "albumin_normal * (1 + albumin_gain * albumin_excess)",
    "csf": "csf_target",
    "tissue": "csf / csf_b12",
    "central": "capacity * {tissue}",
}


def to_sbml(exposure: Exposure, start: float, stop: float, parameters: Parameters) -> str:
    """Return a course as SBML Level 3 Version 1.

    Parameters
    ----------
    exposure : Exposure
    start, stop : float
        First and last day wanted; the model starts the day before that or before the first event, in the steady
        state of the person (its parameter ``start_day``).
    parameters : Parameters

    Returns
    -------
    str
        A model without species, with units, names and annotations, which libSBML finds consistent. States are
        parameters with rate rules (``store``, ``homocysteine``, ``mma``, ``csf``, ``peripheral``, ``central`` ...),
        read-outs have assignment rules (``b12``, ``holotc``, ``methylation_peripheral``, ``methylation_central``).

    Raises
    ------
    InputError
        If `stop` is not after `start`.
    """
    first, plan = first_day(exposure, start, stop), schedule(exposure.doses)
    products = [product for product in plan.single if product[2] in ("im", "sc", "iv")]
    rates, steady = dict(_RATES), dict(_STEADY)
    for state, level in (("peripheral", "body / reference_store"), ("central", "tissue")):
        rates[state], steady[state] = _saturated(rates[state], level), _saturated(steady[state], level)
    potentials: dict[str, str] = {}
    free, captured = number(0, "nmol"), number(0, "nmol_per_day")
    for i, (amount, form, _route, _food) in enumerate(products):
        out, kept = clearance_rate(amount, form, parameters), retained_share(amount, form, parameters)
        ka = depot_rate(form, parameters)
        leaving = f"{number(ka, 'per_day')} * depot_{i}"
        rates[f"depot_{i}"] = f"-({leaving})"
        rates[f"plasma_{i}"] = f"{leaving} - {number(out, 'per_day')} * plasma_{i}"
        free += f" + plasma_{i}"
        captured += f" + {number(kept * out, 'per_day')} * plasma_{i}"
    for where in ("peripheral", "central"):
        ratio = _RATIO.format(activity=where, where=where)
        whole = _RATIO.format(activity="sufficient_synthase", where=where)
        potentials[f"methylation_{where}"] = f"piece({ratio} / {whole}, {where} < sufficient_synthase, 1)"
    rules = (
        _inputs(exposure, plan, parameters) | {"free_nmol": free, "captured": captured} | _RULES | potentials
    )
    constants = _constants(exposure, first, parameters)
    events = _events(exposure, plan, products, first, stop, parameters)
    return document(constants, steady, rules, rates, events)


def first_day(exposure: Exposure, start: float, stop: float) -> float:
    """Return the day of time 0 of the model: the day before the first wanted one or the first event.

    Raises
    ------
    InputError
        If `stop` is not after `start`.
    """
    if not (np.isfinite([start, stop]).all() and start < stop):
        raise InputError(f"sbml: the last day ({stop:g}) must lie after the first ({start:g}).")
    return begin(np.array([start, stop]), exposure, schedule(exposure.doses)) - 1.0


def _saturated(rate: str, level: str) -> str:
    half = "(synthase_half_store / reference_store)"
    filled = f"({level}) ** synthase_hill"
    curve = f"({filled} / ({half} ** synthase_hill + {filled}) * (1 + {half} ** synthase_hill))"
    capped = f"piece({curve}, {level} < 1, 1)"
    return rate.format(body=capped, tissue=capped)


def _inputs(exposure: Exposure, plan: Schedule, p: Parameters) -> dict[str, str]:
    profiles = {
        "intake": exposure.food_intake,
        "intrinsic_factor": exposure.intrinsic_factor,
        "food_release": exposure.food_release,
        "block": exposure.cd320_block,
        "folate_status": exposure.folate_status,
        "folic_acid": exposure.folic_acid,
        "pyridoxine": exposure.pyridoxine,
        "filtration": exposure.filtration or Profile((0.0,), (p.reference_filtration,)),
        "albumin_normal": Profile(p.albumin_ages, p.albumin_ratios),
    }
    found = {name: _straight(profile, name) for name, profile in profiles.items()}
    stream = number(0, "nmol_per_day")
    for run in plan.runs:
        often = number(run.per_day, "per_day")
        stream += f" + {_during(run.start, run.stop)} * {often} * ({_delivered(run.product, p)})"
    gas = number(0, "per_day")
    for episode in exposure.nitrous_oxide:
        level = p.nitrous_oxide_rate * episode.inspired_fraction * episode.hours_per_day / HOURS_PER_DAY
        gas += f" + {_during(episode.start, episode.stop)} * {number(level, 'per_day')}"
    return found | {"stream": stream, "destroyed": gas}


def _delivered(product: tuple[float, str, str, bool], p: Parameters) -> str:
    amount, _, route, with_food = product
    if route == "nasal":
        return number(amount * p.nasal_share * MICROGRAM_TO_NMOL_COBALAMIN, "nmol")
    active = active_absorption(amount, p) * MICROGRAM_TO_NMOL_COBALAMIN
    passive = passive_absorption(amount, p, with_food=with_food) * MICROGRAM_TO_NMOL_COBALAMIN
    return f"{number(active, 'nmol')} * store_scale * intrinsic_factor + {number(passive, 'nmol')}"


def _during(start: float, stop: float) -> str:
    return f"piece(0, day < {number(start, 'day')}, 1, day < {number(stop, 'day')}, 0)"


def _straight(profile: Profile, name: str) -> str:
    """Return a profile over days, or over age for the albumin ratio, as straight pieces."""
    unit = quantity(name).unit
    of, over = ("age", "year") if name == "albumin_normal" else ("day", "day")
    if len(profile.times) == 1:
        return number(profile.values[0], unit)
    pieces = [f"{number(profile.values[0], unit)}, {of} < {number(profile.times[0], over)}"]
    for i in range(1, len(profile.times)):
        (t0, t1), (v0, v1) = profile.times[i - 1 : i + 1], profile.values[i - 1 : i + 1]
        if t1 > t0:
            passed = f"({of} - {number(t0, over)}) / {number(t1 - t0, over)}"
            rise = f" + {number(v1 - v0, unit)} * {passed}" if v1 != v0 else ""
            pieces.append(f"{number(v0, unit)}{rise}, {of} < {number(t1, over)}")
    return f"piece({', '.join(pieces)}, {number(profile.values[-1], unit)})"


def _constants(exposure: Exposure, first: float, p: Parameters) -> dict[str, float]:
    numbers = {f.name: getattr(p, f.name) for f in fields(p)}
    found = {name: float(value) for name, value in numbers.items() if isinstance(value, float)}
    return found | {
        "loop_return": p.loop_return,
        "exchangeable_scale": p.exchangeable_scale,
        "start_day": first,
        "age_at_0": exposure.age,
        "meals": exposure.meals_per_day,
        "store_scale": exposure.store_scale,
        "plasma_scale": exposure.plasma_scale,
        "mma_scale": exposure.metabolite_scale_mma,
        "hcy_scale": exposure.metabolite_scale_hcy,
        "capacity": exposure.synthase_capacity,
        "days_per_year": DAYS_PER_YEAR,
        "nmol_per_ug": MICROGRAM_TO_NMOL_COBALAMIN,
        "per_mille": PER_MILLE,
        "pmol": PMOL_PER_NMOL,
    }


def _events(
    exposure: Exposure,
    plan: Schedule,
    products: list[tuple[float, str, str, bool]],
    first: float,
    stop: float,
    p: Parameters,
) -> list[tuple[float, str, str]]:
    """Single doses: day, state that jumps, formula of its new value."""
    found = []
    for product, times in plan.single.items():
        amount, _, route, _ = product
        for time in times.tolist():
            if not first <= time < stop:
                continue
            if product in products:
                pool = f"{'plasma' if route == 'iv' else 'depot'}_{products.index(product)}"
                found.append((time, pool, f"{pool} + {number(amount * MICROGRAM_TO_NMOL_COBALAMIN, 'nmol')}"))
            else:
                found.append((time, "gut", f"gut + {_delivered(product, p)}"))
    return sorted(found)

"""One course as an SBML Level 3 model, for other simulators and as an independent check.

The equations are written out again, as text, from the documentation of :mod:`kinetics` and
:mod:`metabolism`; SBML time 0 is the first day of the course and the unit of time is the day. Single
doses become events, long daily runs a stream, as in :func:`remyelin.cobalamin.simulate`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import fields
from xml.sax.saxutils import quoteattr

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
from remyelin.cobalamin.exposure import Exposure, Profile
from remyelin.cobalamin.model import simulate
from remyelin.cobalamin.parameters import Parameters
from remyelin.cobalamin.timeline import Schedule, begin, schedule

_OPERATORS = {
    ast.Add: "plus",
    ast.Sub: "minus",
    ast.Mult: "times",
    ast.Div: "divide",
    ast.Pow: "power",
    ast.Lt: "lt",
    ast.GtE: "geq",
}

#: Quantities that follow at once from the states and the time.
_RULES = {
    "day": "start_day + time",
    "age": "age_at_0 + day / days_per_year",
    "meal": "intake * release / meals",
    "food": "meals * (store_scale * active_max * meal / (active_half + meal) * factor"
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
    "b6": "piece(1 + pyridoxine_change, 0 < pyridoxine, 1)",
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
    "gut": "0 - release_rate * gut",
    "holotc_nmol": "release_rate * gut + food + stream + (loop_return * factor + tissue_release) * free_share * store"
    " - transcobalamin_rate * holotc_nmol",
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


def to_sbml(exposure: Exposure, start: float, stop: float, parameters: Parameters) -> str:
    """Return a course as SBML Level 3 Version 1.

    Parameters
    ----------
    exposure : Exposure
    start, stop : float
        First and last day wanted; the model starts at the first event if that is earlier (its
        parameter ``start_day``).
    parameters : Parameters

    Returns
    -------
    str
        A model without species: states are parameters with rate rules (``store``, ``homocysteine``, ``mma``,
        ``csf``, ``peripheral``, ``central`` ...), read-outs have assignment rules (``b12``, ``holotc``,
        ``methylation_peripheral``, ``methylation_central``).

    Raises
    ------
    InputError
        If `stop` is not after `start`.
    """
    if not (np.isfinite([start, stop]).all() and start < stop):
        raise InputError(f"sbml: the last day ({stop:g}) must lie after the first ({start:g}).")
    plan = schedule(exposure.doses)
    first = begin(np.array([start, stop]), exposure, plan)
    products = [product for product in plan.single if product[2] in ("im", "sc", "iv")]
    rates = dict(_RATES)
    for state, level in (("peripheral", "body / reference_store"), ("central", "tissue")):
        rates[state] = _saturated(rates[state], level)
    potentials: dict[str, str] = {}
    free, captured = "0", "0"
    for i, (amount, form, _route, _food) in enumerate(products):
        out, kept = clearance_rate(amount, form, parameters), retained_share(amount, form, parameters)
        ka = depot_rate(form, parameters)
        rates[f"depot_{i}"] = f"0 - {ka!r} * depot_{i}"
        rates[f"plasma_{i}"] = f"{ka!r} * depot_{i} - {out!r} * plasma_{i}"
        free += f" + plasma_{i}"
        captured += f" + {kept * out!r} * plasma_{i}"
    for where in ("peripheral", "central"):
        ratio = _RATIO.format(activity=where, where=where)
        whole = _RATIO.format(activity="sufficient_synthase", where=where)
        potentials[f"methylation_{where}"] = f"piece({ratio} / {whole}, {where} < sufficient_synthase, 1)"
    rules = (
        _inputs(exposure, plan, parameters) | {"free_nmol": free, "captured": captured} | _RULES | potentials
    )
    constants = _constants(exposure, first, parameters)
    initial = {name: 0.0 for name in rates} | _initial(exposure, first, parameters)
    events = _events(exposure, plan, products, first, stop, parameters)
    return _document(constants, initial, rules, rates, events)


def _saturated(rate: str, level: str) -> str:
    half = "(synthase_half_store / reference_store)"
    filled = f"({level}) ** synthase_hill"
    curve = f"({filled} / ({half} ** synthase_hill + {filled}) * (1 + {half} ** synthase_hill))"
    capped = f"piece({curve}, {level} < 1, 1)"
    return rate.format(body=capped, tissue=capped)


def _inputs(exposure: Exposure, plan: Schedule, p: Parameters) -> dict[str, str]:
    profiles = {
        "intake": exposure.food_intake,
        "factor": exposure.intrinsic_factor,
        "release": exposure.food_release,
        "block": exposure.cd320_block,
        "folate_status": exposure.folate_status,
        "folic_acid": exposure.folic_acid,
        "pyridoxine": exposure.pyridoxine,
        "filtration": exposure.filtration or Profile((0.0,), (p.reference_filtration,)),
        "albumin_normal": Profile(p.albumin_ages, p.albumin_ratios),
    }
    found = {
        name: _straight(profile, "age" if name == "albumin_normal" else "day")
        for name, profile in profiles.items()
    }
    stream = "0"
    for run in plan.runs:
        stream += f" + {_during(run.start, run.stop)} * {run.per_day!r} * ({_delivered(run.product, p)})"
    gas = "0"
    for episode in exposure.nitrous_oxide:
        level = p.nitrous_oxide_rate * episode.inspired_fraction * episode.hours_per_day / HOURS_PER_DAY
        gas += f" + {_during(episode.start, episode.stop)} * {level!r}"
    return found | {"stream": stream, "destroyed": gas}


def _delivered(product: tuple[float, str, str, bool], p: Parameters) -> str:
    amount, _, route, with_food = product
    if route == "nasal":
        return repr(amount * p.nasal_share * MICROGRAM_TO_NMOL_COBALAMIN)
    active = active_absorption(amount, p) * MICROGRAM_TO_NMOL_COBALAMIN
    passive = passive_absorption(amount, p, with_food=with_food) * MICROGRAM_TO_NMOL_COBALAMIN
    return f"{active!r} * store_scale * factor + {passive!r}"


def _during(start: float, stop: float) -> str:
    return f"piece(0, day < {start!r}, 1, day < {stop!r}, 0)"


def _straight(profile: Profile, of: str) -> str:
    if len(profile.times) == 1:
        return repr(profile.values[0])
    pieces = [f"{profile.values[0]!r}, {of} < {profile.times[0]!r}"]
    for i in range(1, len(profile.times)):
        (t0, t1), (v0, v1) = profile.times[i - 1 : i + 1], profile.values[i - 1 : i + 1]
        if t1 > t0:
            pieces.append(f"{v0!r} + {(v1 - v0) / (t1 - t0)!r} * ({of} - {t0!r}), {of} < {t1!r}")
    return f"piece({', '.join(pieces)}, {profile.values[-1]!r})"


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


def _initial(exposure: Exposure, first: float, p: Parameters) -> dict[str, float]:
    """The steady state before the first day, as the simulation has it."""
    state = simulate(exposure, [first], p).isel(time=0)
    peripheral, central = (float(x) for x in state["synthase"])
    carried = _carried(exposure, float(state["store"]), p)
    body, csf = float(state["store"]), float(state["csf_b12"])
    return {
        "holotc_nmol": carried,
        "store": body - carried,
        "haptocorrin": exposure.plasma_scale * p.b12_per_store * body,
        "peripheral": peripheral,
        "central": central,
        "homocysteine": float(state["homocysteine"]),
        "mma": float(state["mma"]),
        "albumin": float(state["albumin_ratio"]),
        "csf": csf,
        "tissue": csf / p.csf_b12,
    }


def _carried(exposure: Exposure, body: float, p: Parameters) -> float:
    factor = exposure.intrinsic_factor.before
    exchangeable = float(p.exchangeable(np.array(body)))
    entering = exchangeable * (p.loss_without_loop - p.loop_return * factor)
    return (entering + (p.loop_return * factor + p.tissue_release) * exchangeable) / p.transcobalamin_rate


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
                found.append((time, pool, f"{pool} + {amount * MICROGRAM_TO_NMOL_COBALAMIN!r}"))
            else:
                found.append((time, "gut", f"gut + {_delivered(product, p)}"))
    return sorted(found)


def _document(
    constants: Mapping[str, float],
    initial: Mapping[str, float],
    rules: Mapping[str, str],
    rates: Mapping[str, str],
    events: list[tuple[float, str, str]],
) -> str:
    def parameter(name: str, value: float | None, constant: bool) -> str:
        given = "" if value is None else f' value="{value!r}"'
        return f'<parameter id={quoteattr(name)}{given} constant="{str(constant).lower()}"/>'

    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">',
        '<model id="remyelin_cobalamin">',
        "<listOfParameters>",
        *(parameter(name, value, True) for name, value in constants.items()),
        *(parameter(name, value, False) for name, value in initial.items()),
        *(parameter(name, None, False) for name in rules),
        "</listOfParameters>",
        "<listOfRules>",
        *(
            f'<assignmentRule variable="{name}">{_math(text)}</assignmentRule>'
            for name, text in rules.items()
        ),
        *(f'<rateRule variable="{name}">{_math(text)}</rateRule>' for name, text in rates.items()),
        "</listOfRules>",
    ]
    if events:
        lines.append("<listOfEvents>")
        for i, (day, pool, formula) in enumerate(events):
            lines += [
                f'<event id="dose_{i}" useValuesFromTriggerTime="true">',
                f'<trigger initialValue="false" persistent="true">{_math(f"day >= {day!r}")}</trigger>',
                f'<listOfEventAssignments><eventAssignment variable="{pool}">{_math(formula)}</eventAssignment>',
                "</listOfEventAssignments></event>",
            ]
        lines.append("</listOfEvents>")
    return "\n".join([*lines, "</model>", "</sbml>", ""])


def _math(text: str) -> str:
    tree = ast.parse(text, mode="eval").body
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML">{_element(tree)}</math>'


def _element(node: ast.expr) -> str:
    """Translate one expression to MathML; ``piece(a, condition, ..., otherwise)`` is piecewise."""
    if isinstance(node, ast.Constant):
        mantissa, _, exponent = repr(node.value).partition("e")
        return (
            f'<cn type="e-notation">{mantissa}<sep/>{int(exponent)}</cn>'
            if exponent
            else f"<cn>{mantissa}</cn>"
        )
    if isinstance(node, ast.Name):
        if node.id == "time":
            return '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">time</csymbol>'
        return f"<ci>{node.id}</ci>"
    if isinstance(node, ast.UnaryOp):
        return f"<apply><minus/>{_element(node.operand)}</apply>"
    if isinstance(node, ast.BinOp):
        return f"<apply><{_OPERATORS[type(node.op)]}/>{_element(node.left)}{_element(node.right)}</apply>"
    if isinstance(node, ast.Compare):
        left, right = _element(node.left), _element(node.comparators[0])
        return f"<apply><{_OPERATORS[type(node.ops[0])]}/>{left}{right}</apply>"
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    parts = [_element(argument) for argument in node.args]
    if node.func.id == "piece":
        pairs = zip(parts[:-1:2], parts[1::2], strict=True)
        pieces = "".join(f"<piece>{value}{condition}</piece>" for value, condition in pairs)
        return f"<piecewise>{pieces}<otherwise>{parts[-1]}</otherwise></piecewise>"
    return f"<apply><{node.func.id}/>{''.join(parts)}</apply>"

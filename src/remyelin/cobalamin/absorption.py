"""Shares of a meal, a dose by mouth and an injection that stay in the body.

Absorption by intrinsic factor saturates per meal and per dose (Adams 1971); about a hundredth of
any amount is absorbed passively (Berlin 1968). Of an injection the kidney takes the more, the larger
it is: the log odds of retention fall in a straight line with the log of the dose, which fits the
excretion measured from 25 ug to 75 mg with one slope for all forms.
"""

from __future__ import annotations

from remyelin.cobalamin.parameters import Parameters


def active_absorption(amount_ug: float, parameters: Parameters) -> float:
    """Return the micrograms of one meal or dose that working intrinsic factor absorbs."""
    p = parameters
    return p.active_max * amount_ug / (p.active_half + amount_ug)


def passive_absorption(amount_ug: float, parameters: Parameters, *, with_food: bool) -> float:
    """Return the micrograms of one meal or dose that are absorbed without intrinsic factor."""
    p = parameters
    return amount_ug * (p.passive_share_with_food if with_food else p.passive_share)


def retained_share(amount_ug: float, form: str, parameters: Parameters) -> float:
    """Return the share of an injected dose that tissues take up; the rest leaves by the kidney."""
    p = parameters
    bound = form == "hydroxocobalamin"
    half = p.retained_half_dose_hydroxo if bound else p.retained_half_dose_cyano
    return float(1 / (1 + (amount_ug / half) ** p.retention_exponent))


def clearance_rate(amount_ug: float, form: str, parameters: Parameters) -> float:
    """Return the rate at which free cobalamin of an injected dose leaves the plasma (1/day).

    Tissues take up every form alike, and slower from larger doses; cyanocobalamin is filtered at a
    constant rate. Hydroxocobalamin is bound and filtered less: its rate follows from what is
    retained of it, with no further constant.
    """
    cyano = retained_share(amount_ug, "cyanocobalamin", parameters)
    tissue_rate = parameters.renal_rate * cyano / (1 - cyano)
    return tissue_rate / retained_share(amount_ug, form, parameters)


def depot_rate(form: str, parameters: Parameters) -> float:
    """Return the rate at which an intramuscular or subcutaneous depot empties (1/day)."""
    p = parameters
    return p.depot_rate_hydroxo if form == "hydroxocobalamin" else p.depot_rate_cyano

"""Treatment of a person: cobalamin and the vitamins given with it, as one order."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from remyelin.cobalamin.doses import Order
from remyelin.cobalamin.exposure import Exposure, steps


def treated(exposure: Exposure, *orders: Order) -> Exposure:
    """Return the exposure with orders given, one after another.

    Doses are added to those already there. Folic acid and pyridoxine start from what was taken before every
    change and follow the orders from then on; without any in the orders they stay as they are.

    Parameters
    ----------
    exposure : Exposure
        Diet, cause, doses and covariates.
    *orders : Order
        What is given, as :func:`read_order` returns it.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.cobalamin import Exposure, Parameters, constant, read_order, treated
    >>> ledger = Ledger.shipped()
    >>> parameters = Parameters.from_ledger(ledger)
    >>> person = Exposure(age=57, food_intake=constant(5.0), meals_per_day=3)
    >>> len(treated(person, read_order('cyanocobalamin 1 mg oral daily', 0, 7, ledger)).doses)
    7
    """
    doses = (*exposure.doses, *chain.from_iterable(order.doses for order in orders))
    vitamins = sorted(chain.from_iterable(order.vitamins for order in orders), key=lambda item: item[0])
    if not vitamins:
        return replace(exposure, doses=doses)
    folic_acid, pyridoxine = exposure.folic_acid.before, exposure.pyridoxine.before
    return replace(
        exposure,
        doses=doses,
        folic_acid=steps(folic_acid, [(day, folic_acid + amount) for day, amount, _ in vitamins]),
        pyridoxine=steps(pyridoxine, [(day, pyridoxine + amount) for day, _, amount in vitamins]),
    )

"""Named regimens written out as orders in the grammar of :mod:`remyelin.cobalamin.dosing`."""

from __future__ import annotations

from remyelin.base.units import DAYS_PER_MONTH, HOURS_PER_DAY, UG_PER_MG
from remyelin.cobalamin.dosing import REGIMENS, name_of, phases_of
from remyelin.cobalamin.exchange.events import is_table, table_in_words
from remyelin.evidence import Ledger


def in_words(order: str, ledger: Ledger) -> str:
    """Return a named regimen with its doses, as ``NAME (ORDER)``; a written order as it is; a table in one line.

    Parameters
    ----------
    order : str
        As for :func:`remyelin.cobalamin.read_order`.
    ledger : Ledger
        Holds the schedules of the named regimens.

    Raises
    ------
    InputError
        As :func:`remyelin.cobalamin.read_order`.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.cobalamin import in_words
    >>> in_words("oral", Ledger.shipped())
    'oral (cyanocobalamin 2 mg oral every 1 d)'
    """
    if is_table(order):
        return table_in_words(order)
    name = name_of(order)
    return f"{name} ({order_of(name, ledger)})" if name in REGIMENS else order


def order_of(name: str, ledger: Ledger) -> str:
    """Write a named regimen as an order.

    Parameters
    ----------
    name : str
        A key of :data:`remyelin.cobalamin.REGIMENS`.
    ledger : Ledger
        Holds the schedules of the named regimens.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.cobalamin.wording import order_of
    >>> order_of("us practice 1 mg", Ledger.shipped())
    'cyanocobalamin 1 mg im every 7 d for 56 d, then cyanocobalamin 1 mg im every 1 mo'
    """
    parts = []
    for phase in phases_of(name, ledger):
        amount = phase.amount_ug or 0.0
        dose = f"{amount / UG_PER_MG:g} mg" if amount >= UG_PER_MG else f"{amount:g} ug"
        words = f"{phase.form} {dose} {phase.route} every {_lasting(phase.interval)}"
        extra = [("folic acid", phase.folic_acid), ("pyridoxine", phase.pyridoxine)]
        given = [f"{vitamin} {milligrams:g} mg" for vitamin, milligrams in extra if milligrams]
        words += f" with {' and '.join(given)}" if given else ""
        parts.append(words + (f" for {_lasting(phase.duration)}" if phase.duration else ""))
    return ", then ".join(parts)


def _lasting(days: float | None) -> str:
    value = days or 0.0
    months = value / DAYS_PER_MONTH
    if months >= 1 and months.is_integer():
        return f"{months:g} mo"
    hours = f"{value * HOURS_PER_DAY:.6g}"
    # 7/3 days have no short decimal, 56 hours have
    return f"{hours} h" if hours.isdigit() and not (2 * value).is_integer() else f"{value:.6g} d"

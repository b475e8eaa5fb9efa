"""Regimens as orders in the grammar of :mod:`remyelin.cobalamin.dosing`, and as words for a reader."""

from __future__ import annotations

import re
from typing import Final

from remyelin.base.units import DAYS_PER_MONTH, HOURS_PER_DAY, UG_PER_MG
from remyelin.cobalamin.dosing import REGIMENS, name_of, phases_of
from remyelin.cobalamin.exchange.events import is_table, table_in_words
from remyelin.evidence import Ledger

#: What a reader calls a named regimen.
LABELS: Final = {
    "uk neurological": "UK, with neurological signs",
    "uk": "UK, without neurological signs",
    "us label 100 ug": "US label, 100 ug",
    "us practice 1 mg": "US practice, 1 mg",
    "oral": "by mouth",
    "japan": "Japan",
    "japan oral": "Japan, by mouth",
    "b12 b6 folate": "B12, B6 and folic acid",
}
_ROUTES: Final = {
    "im": "intramuscular",
    "sc": "subcutaneous",
    "iv": "intravenous",
    "oral": "by mouth",
    "nasal": "into the nose",
}
_UNITS: Final = {"h": "hour", "d": "day", "wk": "week", "mo": "month", "y": "year"}
_ROUTE: Final = re.compile(rf"\b({'|'.join(_ROUTES)})\b( ?)", re.IGNORECASE)
_SPAN: Final = re.compile(rf"(?P<every>every )?(?P<count>[\d.]+) ?(?P<unit>{'|'.join(_UNITS)})\b")


def in_words(order: str, ledger: Ledger) -> str:
    """Return a regimen for a reader: a named one as a published schedule with its doses, a table in one line.

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
    'published schedule (by mouth): cyanocobalamin 2 mg by mouth, every day'
    """
    if is_table(order):
        return spelt(table_in_words(order))
    name = name_of(order)
    return f"{schedule(name)}: {spelt(order_of(name, ledger))}" if name in REGIMENS else spelt(order)


def spelt(order: str) -> str:
    """Write the routes and times of an order in whole words.

    Examples
    --------
    >>> from remyelin.cobalamin.wording import spelt
    >>> spelt("hydroxocobalamin 1 mg im every 2 d for 14 d, then every 1 mo")
    'hydroxocobalamin 1 mg intramuscular, every 2 days for 14 days, then every month'
    """

    def span(found: re.Match[str]) -> str:
        every, count, unit = found["every"] or "", found["count"], _UNITS[found["unit"]]
        if float(count) == 1.0:
            return f"{every}{unit}" if every else f"1 {unit}"
        return f"{every}{count} {unit}s"

    def route(found: re.Match[str]) -> str:
        return _ROUTES[found[1].lower()] + (", " if found[2] else "")

    return _ROUTE.sub(route, _SPAN.sub(span, order))


def schedule(name: str) -> str:
    """Return the name of a named regimen for a reader, without its doses.

    Examples
    --------
    >>> from remyelin.cobalamin.wording import schedule
    >>> schedule("uk neurological")
    'published schedule (UK, with neurological signs)'
    """
    return f"published schedule ({LABELS[name]})"


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

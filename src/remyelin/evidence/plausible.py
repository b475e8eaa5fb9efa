"""Plausibility of a laboratory value: the questions that a person at the laboratory would ask back.

Used wherever a value comes in: the check, case files, populations and the page.
"""

from __future__ import annotations

from remyelin.base.errors import InputError
from remyelin.base.units import KINDS, per_unit
from remyelin.evidence.ledger import Ledger


def refuse_implausible(
    marker: str, value: float, unit: str, ledger: Ledger, *, label: str = "", confirm: str = ""
) -> None:
    """Refuse a value that is hardly possible in its unit, and name the unit in which it would be usual.

    Parameters
    ----------
    marker : str
        As ``b12``; one without an entry ``plausible.<marker>`` is not judged.
    value : float
        In the canonical unit of the marker.
    unit : str
        The one it was written in; the canonical one where that is not known.
    ledger : Ledger
    label : str
        What the marker is called in the sentence; as in :mod:`remyelin.base.units` when omitted.
    confirm : str
        What to do where the value really stands so, as ``add --confirmed b12``.

    Raises
    ------
    InputError
    """
    name = f"plausible.{marker}"
    if name not in ledger:
        return
    low, high = ledger.vector(name)
    if low <= value <= high:
        return
    number = value / per_unit(marker, unit)
    others = [
        other
        for other in KINDS[marker].factors
        if other != unit and low <= number * per_unit(marker, other) <= high
    ]
    hint = f"was it {' or '.join(others)}? " if others else ""
    what = label or KINDS[marker].label
    raise InputError(
        f"{marker}: {short(number)} {unit} is implausible for {what} in that unit; {hint}"
        f"look at the report again and correct it, or {confirm or 'leave it out'} if it really says so."
    )


def unit_of(marker: str, written: object) -> str:
    """Return the unit in which a quantity was written; the canonical one where it cannot be told."""
    text = written.replace("µ", "u").replace("μ", "u").split() if isinstance(written, str) else []
    last = text[-1] if text else ""
    fitting = [unit for unit in KINDS[marker].factors if unit and last.endswith(unit)]
    return max(fitting, key=len, default=KINDS[marker].canonical)


def short(value: float) -> str:
    """Write a laboratory value with four digits, large ones in full."""
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"

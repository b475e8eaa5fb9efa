"""Checks of a caller's input: each raises one sentence that names the fault and a valid value."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any

from remyelin.base.errors import InputError, nearest


def number(
    value: object,
    name: str,
    where: str,
    *,
    above: float = -math.inf,
    at_least: float = -math.inf,
    at_most: float = math.inf,
    unit: str = "",
) -> float:
    """Return a finite number within limits.

    Parameters
    ----------
    value : object
        What was given.
    name, where : str
        What it is, and whose it is, for the message.
    above : float
        Limit that is itself refused.
    at_least, at_most : float
        Limits that are themselves accepted.
    unit : str

    Raises
    ------
    InputError
        If it is no number, not finite or outside the limits.

    Examples
    --------
    >>> number(2, "duration", "pulse", above=0.0, unit="ms")
    2.0
    """
    found = _real(value)
    if math.isfinite(found) and found > above and at_least <= found <= at_most:
        return found
    wanted = "a finite number"
    if above > -math.inf:
        wanted += f" above {above:g}"
    if at_least > -math.inf:
        wanted += f" of {at_least:g} or more"
    if at_most < math.inf:
        wanted += f" up to {at_most:g}"
    raise InputError(f"{where}: {name} is {_shown(value)}; give {wanted}{' ' + unit if unit else ''}.")


def whole(value: object, name: str, where: str, *, least: int = 1, most: int | None = None) -> int:
    """Return a whole number within limits.

    Raises
    ------
    InputError
        If it is no whole number or outside the limits.

    Examples
    --------
    >>> whole(3.0, "count", "train")
    3
    """
    found = _real(value)
    if not found.is_integer() or found < least or (most is not None and found > most):
        limits = f"of {least} or more" if most is None else f"from {least} to {most}"
        raise InputError(f"{where}: {name} is {_shown(value)}; give a whole number {limits}.")
    return int(found)


def one_of(value: object, name: str, where: str, known: Iterable[str]) -> str:
    """Return a name that is known.

    Raises
    ------
    InputError
        If it is not.
    """
    names = list(known)
    if isinstance(value, str) and value in names:
        return value
    hint = nearest(value, names) if isinstance(value, str) else f"give one of {', '.join(names)}"
    raise InputError(f"{where}: {name} is {_shown(value)}; {hint}.")


def _real(value: object) -> float:
    """Return a number, NaN for anything that is none."""
    return float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan


def _shown(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else text[:37] + "..."

"""Numbers as plain data for JSON and figures, rounded to digits, None where not finite; ranges; percent."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final, SupportsFloat

_PERCENT: Final = re.compile(r"(?<=\d) %")


def number(value: Any, digits: int | None = None) -> float | None:
    """Return one number.

    Parameters
    ----------
    value : float or array of one element
    digits : int, optional
        Significant digits; all when omitted.

    Examples
    --------
    >>> number(1.23456, 3), number(float("inf"))
    (1.23, None)
    """
    found = float(value)
    if not math.isfinite(found):
        return None
    return found if digits is None else float(f"{found:.{digits}g}")


def numbers(values: Any, digits: int | None = None) -> list[float | None]:
    """Return the numbers of an array in one list; see :func:`number`.

    Examples
    --------
    >>> numbers([1.0, float("nan")])
    [1.0, None]
    """
    import numpy as np

    found = np.asarray(values, dtype=float).ravel()
    if not np.isfinite(found).all():
        return [number(value, digits) for value in found.tolist()]
    return (
        list(found.tolist()) if digits is None else [float(f"{value:.{digits}g}") for value in found.tolist()]
    )


def tree(data: Any, digits: int | None = None) -> Any:
    """Return nested lists and mappings with every float in them as :func:`number` gives it.

    Examples
    --------
    >>> tree({"a": (1.0, float("inf")), "b": "text"})
    {'a': [1.0, None], 'b': 'text'}
    """
    if isinstance(data, float):
        return number(data, digits)
    if isinstance(data, Mapping):
        return {key: tree(value, digits) for key, value in data.items()}
    return [tree(value, digits) for value in data] if isinstance(data, list | tuple) else data


def ranged(middle: str, low: str, high: str) -> str:
    """Write a number with its range, a range without width as well: no number may read as certain.

    Examples
    --------
    >>> ranged("6", "0", "13"), ranged("0", "0", "0")
    ('6 (0 to 13)', '0 (0 to 0)')
    """
    return f"{middle} ({low} to {high})"


def percent(share: SupportsFloat, digits: int = 0) -> str:
    """Write a share in percent, with so many decimals.

    Examples
    --------
    >>> percent(0.75), percent(0.0123, 1)
    ('75 %', '1.2 %')
    """
    return f"{float(share):.{digits}%}".replace("%", " %")


def unbroken(text: str) -> str:
    """Return a text for a reader, in which no line ends between a number and its sign of percent.

    Examples
    --------
    >>> unbroken("90 % of them")
    '90\\xa0% of them'
    """
    return _PERCENT.sub("\u00a0%", text)

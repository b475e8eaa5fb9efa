"""Numbers as text."""

from __future__ import annotations

import math


def number(value: float | None, digits: int = 3) -> str:
    """Write a number with so many significant digits; a missing one as a dash."""
    if value is None or not math.isfinite(value):
        return "-"
    if value != 0 and abs(value) < 10 ** (-digits):
        return f"{value:.1e}"
    return f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:.0f}"

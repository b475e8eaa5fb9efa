"""Numbers as text."""

from __future__ import annotations

import math
import textwrap
from typing import Final

from remyelin.base.plain import unbroken

#: How a published number was seen, as words of a page.
SEEN: Final = {
    "read": "read",
    "read-2nd": "read at second hand",
    "recall": "from memory",
    "calc": "computed from figures read",
    "none": "no mark",
}
WIDTH: Final = 100  # columns of a text on the terminal


def number(value: float | None, digits: int = 3) -> str:
    """Write a number with so many significant digits; a missing one as a dash."""
    if value is None or not math.isfinite(value):
        return "-"
    if value != 0 and abs(value) < 10 ** (-digits):
        return f"{value:.1e}"
    return f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:.0f}"


def micro(unit: str) -> str:
    """Write a unit as on paper: uV with its Greek letter, a product with a point, no norm as a multiple of health."""
    return unit.replace("uV", "\u00b5V").replace(".ms", "\u00b7ms").replace("of normal", "x healthy size")


def deviations(z: float) -> str:
    """Write a z-score with its sign, and nought without one."""
    rounded = round(z, 1)
    return f"{rounded:+.1f}" if rounded else "0.0"


def wrapped(text: str, first: str = "", rest: str = "") -> str:
    """Break a paragraph into lines for the terminal, indented by `first` and `rest`."""
    return textwrap.fill(
        unbroken(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )

"""Calendar dates and offsets of a record, as days from presentation."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_YEAR, parse

_CALENDAR: Final = re.compile(r"^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?$")
_WORDS: Final = {
    "day": "d",
    "days": "d",
    "week": "wk",
    "weeks": "wk",
    "w": "wk",
    "month": "mo",
    "months": "mo",
    "m": "mo",
    "year": "y",
    "years": "y",
    "yr": "y",
}
EARLIEST: Final = date(1900, 1, 1).toordinal()
LATEST: Final = date(2200, 1, 1).toordinal()


def calendar(text: str) -> int | None:
    """Return the ordinal of a calendar date, ``2025-03-14`` or ``2025-03`` (its middle); None for other text.

    Raises
    ------
    InputError
        If it looks like a date and is none.
    """
    match = _CALENDAR.match(text.strip())
    if not match:
        return None
    try:
        found = date(int(match[1]), int(match[2]), int(match[3] or "15")).toordinal()
    except ValueError:
        raise InputError(f"{text.strip()!r} is not a date of the calendar; write 2025-03-14.") from None
    if not EARLIEST <= found <= LATEST:
        raise InputError(f"{text.strip()!r} lies outside 1900 to 2200; look at the year.")
    return found


def offset(text: str) -> float:
    """Return an offset from presentation in days, as ``-5 mo`` or ``0 d``.

    Raises
    ------
    InputError
        If it is neither a number with a unit of time nor possible.
    """
    number, _, unit = text.strip().partition(" ")
    if not unit:
        found = re.match(r"^([-+]?[\d.]+)([a-z]+)$", number)
        number, unit = (found[1], found[2]) if found else (number, unit)
    return parse(f"{number} {_WORDS.get(unit.strip(), unit.strip())}", "time", "when")


def duration(text: str) -> float:
    """Return a length of time in days, as ``3 mo``."""
    number, _, unit = text.strip().partition(" ")
    return parse(f"{number} {_WORDS.get(unit.strip(), unit.strip())}", "duration", "duration")


def shown(day: float) -> str:
    """Return a day relative to presentation as short words."""
    if abs(day) < 0.5:
        return "day 0"
    for unit, length in (("years", DAYS_PER_YEAR), ("months", DAYS_PER_MONTH)):
        if abs(day) >= 2 * length:
            return f"{abs(day) / length:.3g} {unit} {'before' if day < 0 else 'after'}"
    return f"{abs(day):.0f} days {'before' if day < 0 else 'after'}"

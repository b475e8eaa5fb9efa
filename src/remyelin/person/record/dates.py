"""Calendar dates and offsets of a record, as days from presentation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_YEAR, parse

_CALENDAR: Final = re.compile(r"^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?$")
#: Dates as clinics and spreadsheets write them.
_POINTS: Final = re.compile(r"^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})$")
_SLASHES: Final = re.compile(r"^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$")
_YEAR_FIRST: Final = re.compile(r"^(\d{4})(?:[/.](\d{1,2})[/.](\d{1,2})|(\d{2})(\d{2}))$")
_CLOCK: Final = re.compile(
    r"(?<=\d)[t ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE
)
_NAMED: Final = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")
_MONTHS: Final = ("%b %Y", "%B %Y")
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


def day_first(texts: Iterable[str]) -> bool | None:
    """Return whether a file writes the day before the month, as ``14/02/2025``; None where no date of it tells.

    Examples
    --------
    >>> day_first(["03/02/2025", "14/02/2025"]), day_first(["03/02/2025", "02/14/2025"]), day_first(["03/02/2025"])
    (True, False, None)
    """
    found = [match for match in map(_SLASHES.match, map(_day_of, texts)) if match]
    first = any(int(match[1]) > 12 for match in found)
    second = any(int(match[2]) > 12 for match in found)
    return first if first != second else None


def iso(text: str, before: bool | None) -> str:
    """Return a date written in another way as ``2025-03-14`` or ``2025-03``; any other text as it is.

    Parameters
    ----------
    text : str
        As ``14.03.2025``, ``14/03/2025``, ``14 March 2025``, ``2025`` (its middle), or with the time of the day.
    before : bool or None
        Whether days stand before months between strokes, of :func:`day_first`; such dates stay as they are without.

    Examples
    --------
    >>> iso("14.03.2025", None), iso("Mar 2025", None), iso("-5 mo", None)
    ('2025-03-14', '2025-03', '-5 mo')
    """
    day = _day_of(text)
    if re.fullmatch(r"(?:19|20)\d{2}", day):
        return f"{day}-07"
    if match := _YEAR_FIRST.match(day):
        return f"{match[1]}-{match[2] or match[4]}-{match[3] or match[5]}"
    match = _POINTS.match(day) or (None if before is None else _SLASHES.match(day))
    if match:
        swapped = before is False and "." not in day
        return f"{match[3]}-{match[1]}-{match[2]}" if swapped else f"{match[3]}-{match[2]}-{match[1]}"
    words = " ".join(re.split(r"[\s,.-]+", day))
    for forms, shown_as in ((_NAMED, "%Y-%m-%d"), (_MONTHS, "%Y-%m")):
        for form in forms:
            try:
                return datetime.strptime(words, form).strftime(shown_as)
            except ValueError:
                continue
    return day if _CALENDAR.match(day) else text


def _day_of(text: str) -> str:
    """Return a date without the time of the day."""
    return _CLOCK.sub("", text.strip())


def calendar(text: str) -> int | None:
    """Return the ordinal of a calendar date, ``2025-03-14`` or ``2025-03`` (its middle); None for other text.

    Raises
    ------
    InputError
        If it looks like a date and is none, or is one of two.
    """
    match = _CALENDAR.match(text.strip())
    if not match:
        if _SLASHES.match(text.strip()):
            raise InputError(f"{text.strip()!r}: day and month cannot be told apart; write it as 2025-03-14.")
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
    if not re.fullmatch(r"[-+]?[\d.]+(?:e[-+]?\d+)?", number):
        raise InputError(
            f"{text.strip()!r} is no date; write it as 2025-03-14, or as a time from presentation, as -5 mo."
        )
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

"""Checks of arrays, positions and times that a caller gives; see :mod:`remyelin.base.checks` for single numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.base.checks import number
from remyelin.base.errors import InputError
from remyelin.fibre.settings import PROTOCOL_LIMIT_MS, STEP_LIMITS_US

Array = NDArray[np.float64]


def numbers(values: Any, name: str, where: str) -> Array:
    """Return finite numbers as an array of any shape.

    Raises
    ------
    InputError
        If they are no numbers, not finite, or not of equal lengths.
    """
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{where}: {name} must be numbers.") from None
    if not np.all(np.isfinite(found)):
        raise InputError(f"{where}: {name} holds a number that is not finite.")
    return found


def series(values: Any, name: str, where: str, least: int = 1) -> Array:
    """Return finite numbers as a list of some length, which may be given as one number.

    Raises
    ------
    InputError
        As :func:`numbers`, and for fewer than `least` or a table.
    """
    found = np.atleast_1d(numbers(values, name, where))
    if found.ndim != 1 or len(found) < least:
        raise InputError(
            f"{where}: give a list of {least} or more numbers as {name}, not shape {found.shape}."
        )
    return found


def position(value: Any, count: int, what: str, where: str, *, from_end: bool = False) -> int:
    """Return the position of one of so many things, counted from 0, or from the end if that is allowed.

    Raises
    ------
    InputError
        If there is no such thing.
    """
    found = None
    if not isinstance(value, bool | np.bool_) and isinstance(value, int | float | np.integer | np.floating):
        found = int(value) if np.isfinite(value) and value == int(value) else None
    if found is None or not (-count if from_end else 0) <= found < count:
        raise InputError(f"{where}: there is no {what} {value!r}; the fibre has {count}, counted from 0.")
    return found % count


def positions(values: Any, count: int, what: str, where: str, *, from_end: bool = False) -> list[int]:
    """Return positions of several things; see :func:`position`."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InputError(f"{where}: give a list of numbers of {what}s, not {values!r}.")
    return [position(value, count, what, where, from_end=from_end) for value in values]


def step_us(value: Any, where: str) -> float:
    """Return a time step (us) within the limits."""
    low, high = STEP_LIMITS_US
    return number(value, "step", where, at_least=low, at_most=high, unit="us")


def duration_ms(value: Any, where: str) -> float:
    """Return how long a simulation lasts (ms), within the limit."""
    return number(value, "duration", where, above=0.0, at_most=PROTOCOL_LIMIT_MS, unit="ms")

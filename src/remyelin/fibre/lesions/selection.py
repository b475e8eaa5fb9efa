"""Internodes and nodes named by number, one value for each, and fibres with some internodes replaced."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.errors import InputError
from remyelin.fibre.checks import positions
from remyelin.fibre.models.fibre import Fibre, join

Which = int | Sequence[int] | NDArray[np.integer] | None


def internodes_of(fibre: Fibre, which: Which) -> list[int]:
    """Return the numbers of the internodes meant, each once."""
    return numbered(which, fibre.n_internodes, "internode")


def numbered(which: Which, count: int, what: str) -> list[int]:
    """Return the numbers meant, each once and of something that exists; InputError otherwise."""
    if which is None:
        return list(range(count))
    given = [which] if isinstance(which, int | float | str) else which
    found = positions(given, count, what, "lesion")
    if len(set(found)) != len(found):
        raise InputError(f"the same {what} is named twice.")
    return found


def items(
    given: ArrayLike, numbers: list[int], name: str, low: float, high: float, *, what: str = "internodes"
) -> list[float]:
    """Return one value per number, checked against a range; InputError if there are too few or too many."""
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be a number, or one per each of the {what}.") from None
    if values.ndim > 1 or (values.ndim == 1 and len(values) != len(numbers)):
        raise InputError(f"{name} has {values.size} values for {len(numbers)} {what}.")
    if isinstance(given, bool) or not np.all((values >= low) & (values <= high) & np.isfinite(values)):
        raise InputError(f"{name} must be finite and within {low:g} to {high:g}.")
    return [float(value) for value in np.broadcast_to(values, len(numbers))]


def rebuilt(fibre: Fibre, numbers: set[int], change: Callable[[int], list[Fibre]]) -> Fibre:
    """Return the fibre with some internodes replaced by the result of `change` on them."""
    nodes = fibre.nodes
    parts: list[Fibre] = []
    start = 0
    for number in sorted(numbers):
        where = fibre.internode(number)
        parts.append(fibre.take(np.arange(start, where.start)))
        parts.extend(change(number))
        start = where.stop
    parts.append(fibre.take(np.arange(start, fibre.n_compartments)))
    return join(parts) if numbers and len(nodes) else fibre

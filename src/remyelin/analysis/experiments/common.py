"""Shared parts of the experiments on fibres: fibre, colours, small words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from remyelin.base.plain import numbers
from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, Pulse, mrg

GridName = Literal["published", "converged"]
DIAMETER: Final = 10.0
TEMPERATURE: Final = 37.0
STRONG: Final = Pulse(amplitude=20.0)  # excites whatever can be excited, so that only conduction decides
GRIDS: Final[dict[GridName, str]] = {"converged": "#0072B2", "published": "#E69F00"}
GREEN, RED, PURPLE, GREY, SKY, BLACK = "#009E73", "#D55E00", "#CC79A7", "#888888", "#56B4E9", "#222222"
HIGH_CAPACITY: Final = {"mrg.lamella_capacity": "arancibiacarcamo2017"}


def fibre(
    ledger: Ledger, nodes: int, grid: GridName = "converged", temperature: float = TEMPERATURE
) -> Fibre:
    """Return the healthy fibre of these experiments."""
    return mrg(DIAMETER, nodes, temperature=temperature, grid=grid, ledger=ledger)


def rows(matrix: ArrayLike) -> list[list[float | None]]:
    """Return a matrix for a map, None where there is no number."""
    return [numbers(row) for row in np.asarray(matrix, dtype=float)]


def verdict(value: float, low: float, high: float) -> str:
    """Say whether a number lies within published bounds."""
    return "holds" if np.isfinite(value) and low <= value <= high else "misses"


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

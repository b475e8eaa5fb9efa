"""Resting potentials and gates of the points of a reduced fibre, by Newton's method along it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import SimulationError
from remyelin.base.jit import compiled
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import REST_NEWTON_STEP_MV, REST_PASS_TOLERANCE, REST_PASSES
from remyelin.fibre.solvers.gate_tables import MembraneTables
from remyelin.fibre.solvers.packing import Membranes
from remyelin.fibre.solvers.reduction import Links

Array = NDArray[np.float64]


def resting_points(
    fibre: Fibre, tables: MembraneTables, membrane: Membranes, between: Links
) -> tuple[Array, Array]:
    """Return the resting potentials (mV), shape (n,), and gates, shape (n, gates), of the points of a fibre.

    Raises
    ------
    SimulationError
        If there is no rest near the fibre's initial potential.
    """
    n = len(membrane.leak)
    rest, gates = np.full(n, fibre.initial), np.zeros((n, tables.steady.shape[2]))
    found = _newton(  # type: ignore[no-untyped-call]
        fibre.leak_reversal, membrane.sets, membrane.density, membrane.leak, membrane.leak_reversal,
        between.rest, tables.steady, tables.reversal, tables.low, tables.step, rest, gates,
    )  # fmt: skip
    if not found:
        raise SimulationError(
            f"{fibre.model} {fibre.diameter:g} um: no resting state found; it may fire on its own."
        )
    return rest, gates


@compiled
def _steady(v: float, row: int, sets: Any, density: Any, steady: Any, reversal: Any, low: float,
            spacing: float, gates: Any) -> float:  # fmt: skip
    """Return the steady sodium and potassium current (nA) of a point at a potential; leave its gates in `gates`."""
    kind = sets[row]
    place = min(max((v - low) / spacing, 0.0), float(steady.shape[1] - 2))
    below = int(place)
    share = place - below
    for g in range(steady.shape[2]):
        first = steady[kind, below, g]
        gates[row, g] = first + share * (steady[kind, below + 1, g] - first)
    m, h, p, s = gates[row, 0], gates[row, 1], gates[row, 2], gates[row, 1 + 2]
    sodium = density[row, 0] * m * m * m * h + density[row, 1] * p * p * p
    potassium = density[row, 2] * s
    current: float = sodium * (v - reversal[kind, 0]) + potassium * (v - reversal[kind, 2])
    return current


@compiled
def _newton(  # type: ignore[no-untyped-def]
    base, sets, density, leak, leak_reversal, link, steady, reversal, low, spacing, rest, gates
):
    """Find the rest of a chain of points; the internodes' own leak reverses at `base`."""
    n = rest.size
    pivot = np.empty(n)
    right = np.empty(n)
    for _ in range(REST_PASSES):
        for i in range(n):
            v = rest[i]
            ahead = _steady(v + REST_NEWTON_STEP_MV, i, sets, density, steady, reversal, low, spacing, gates)
            current = _steady(v, i, sets, density, steady, reversal, low, spacing, gates)
            slope = max((ahead - current) / REST_NEWTON_STEP_MV, 0.0) + leak[i]
            drawn = current + leak[i] * (v - leak_reversal[i])
            if i + 1 < n:
                slope += link[i, 0, 0]
                drawn += link[i, 0, 0] * (v - base) + link[i, 0, 1] * (rest[i + 1] - base)
            if i > 0:
                slope += link[i - 1, 1, 1]
                drawn += link[i - 1, 1, 1] * (v - base) + link[i - 1, 0, 1] * (rest[i - 1] - base)
            pivot[i] = slope
            right[i] = -drawn
            if i > 0:
                share = link[i - 1, 0, 1] / pivot[i - 1]
                right[i] -= share * right[i - 1]
                pivot[i] -= share * link[i - 1, 0, 1]
        moved = 0.0
        change = 0.0
        for j in range(n):
            i = n - 1 - j
            after = link[i, 0, 1] * change if i + 1 < n else 0.0
            change = (right[i] - after) / pivot[i]
            rest[i] += change
            moved = max(moved, abs(change))
        if moved < REST_PASS_TOLERANCE:
            for i in range(n):
                _steady(rest[i], i, sets, density, steady, reversal, low, spacing, gates)
            return True
    return False

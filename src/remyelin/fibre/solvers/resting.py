"""Resting potentials and gates of the points of a reduced fibre whose links are given."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import SimulationError
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.solvers.assembly import REST, WORK, find_rest
from remyelin.fibre.solvers.gate_tables import MembraneTables
from remyelin.fibre.solvers.links import Columns
from remyelin.fibre.solvers.packing import Membranes, steady_gates
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
    n, states = len(membrane.leak), between.rate.shape[1]
    at_rest = np.zeros((n, 3))
    at_rest[:-1] = between.rest.reshape(-1, 4)[:, [0, 1, 3]]
    columns = Columns(
        membrane.values(states), np.zeros(n), np.zeros((n, 3)), at_rest, np.zeros(n, dtype=np.bool_),
        membrane.sets, membrane.density, membrane.leak_reversal, membrane.excitable,
    )  # fmt: skip
    work = np.empty((len(WORK), n))
    if not find_rest(np.arange(n), columns, steady_gates(fibre, tables), work):
        raise SimulationError(
            f"{fibre.model} {fibre.diameter:g} um: no resting state found; it may fire on its own."
        )
    rest = work[REST].copy()
    place = np.clip((rest - tables.low) / tables.step, 0.0, tables.steady.shape[1] - 2)
    row = place.astype(np.int64)
    first, second = tables.steady[membrane.sets, row], tables.steady[membrane.sets, row + 1]
    return rest, first + (place - row)[:, None] * (second - first)

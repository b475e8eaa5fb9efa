"""Delay and block of one internode by diameter, temperature and state, from exact runs.

An internode in a given state is put into a healthy fibre and the impulse is run past it; the excess over
the healthy fibre is its delay. Two neighbours in the same state cost less, or more, than twice one: the
table holds the excess of the first of a run and of each further one, from which the expected excess of
internodes that fail independently follows in closed form (see :mod:`remyelin.nerve.volley`).

The tables are made from the ledger in use, so that an override of a channel or of the sheath reaches
every study.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.errors import InputError
from remyelin.nerve.anatomy import Array


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Exact results on a grid of diameters (d), temperatures (t), thickness (w) and length (l).

    Attributes
    ----------
    diameter, temperature, thickness, length : arrays
        The grid: um; C; thickness of a new sheath over normal; length of a new internode over normal.
    internode_length, axon_diameter : (d,) arrays
        mm; um.
    internode_time : (d, t) array
        Healthy conduction time of one internode, ms.
    vacuolated, bare : (d, t, 4) arrays
        Excess of the first of a run (ms), of each further one (ms), whether one alone passes and whether
        a run of them passes (0 or 1). Bare internodes here have redistributed channels; without, none
        passes.
    remyelinated : (d, t, w * l, 4) array
        The same for a remyelinated internode, all its new short internodes together.
    potential_time : (n,) array
        ms.
    potential : (t, n) array
        Membrane potential of a node above rest as the impulse passes, mV.
    """

    diameter: Array
    temperature: Array
    thickness: Array
    length: Array
    internode_length: Array
    axon_diameter: Array
    internode_time: Array
    vacuolated: Array
    bare: Array
    remyelinated: Array
    potential_time: Array
    potential: Array

    def at(self, diameter: Array, temperature: Array) -> Internodes:
        """Interpolate to fibres of given diameters (um) at given temperatures (C), arrays of one shape.

        Diameters beyond the grid are taken at its ends.

        Raises
        ------
        InputError
            For a temperature outside the grid.
        """
        low, high = self.temperature[0], self.temperature[-1]
        if np.any(temperature < low) or np.any(temperature > high):
            raise InputError(f"nerve temperatures must lie within {low:g} to {high:g} C.")
        row, column = np.broadcast_arrays(
            _position(self.diameter, np.clip(diameter, self.diameter[0], self.diameter[-1])),
            _position(self.temperature, temperature),
        )
        i, j = row.astype(np.int64), column.astype(np.int64)
        u, v = row - i, column - j

        def pick(values: Array) -> Array:
            extra = (1,) * (values.ndim - 2)
            a, b = u.reshape(u.shape + extra), v.reshape(v.shape + extra)
            near = (1 - b) * values[i, j] + b * values[i, j + 1]
            far = (1 - b) * values[i + 1, j] + b * values[i + 1, j + 1]
            return (1 - a) * near + a * far

        return Internodes(
            (1 - u) * self.internode_length[i] + u * self.internode_length[i + 1],
            pick(self.internode_time),
            pick(self.vacuolated),
            pick(self.bare),
            pick(self.remyelinated),
        )

    def weights(self, thickness: Array, length: Array) -> Array:
        """Return bilinear weights (..., w * l) of the remyelinated grid; ends are held."""
        parts = []
        for grid, value in ((self.thickness, thickness), (self.length, length)):
            position = _position(grid, np.clip(value, grid[0], grid[-1]))
            parts.append(np.clip(1 - np.abs(position[..., None] - np.arange(len(grid))), 0, None))
        joint: Array = parts[0][..., :, None] * parts[1][..., None, :]
        return joint.reshape(*joint.shape[:-2], -1)


@dataclass(frozen=True, slots=True, eq=False)
class Internodes:
    """Tables at given diameters and temperatures; the last axis of the states is first, further, alone, in a run."""

    length: Array
    time: Array
    vacuolated: Array
    bare: Array
    remyelinated: Array


def columns(cost: Array) -> tuple[Array, Array, Array, Array]:
    """Return first, further, alone and in a run of the states of an internode."""
    first, further, alone, in_run = np.moveaxis(cost, -1, 0)
    return first, further, alone, in_run


def _position(grid: Array, value: Array) -> Array:
    """Fractional index of values in an increasing grid, below the last one."""
    position: NDArray[np.float64] = np.interp(value, grid, np.arange(len(grid)))
    return np.minimum(position, np.nextafter(len(grid) - 1, 0))

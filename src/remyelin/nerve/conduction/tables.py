"""Delay and block of one internode by diameter, temperature and state, from exact runs.

An internode in a given state is put into a healthy fibre and the impulse is run past it; the excess over
the healthy fibre is its delay. Two neighbours in the same state cost less, or more, than twice one: the
table holds the excess of the first of a run, of each of the next ones and of each beyond, from which the expected
excess of stretches that are lesioned independently follows in closed form (see
:mod:`remyelin.nerve.conduction.volley`).

The tables are made from the ledger in use, so that an override of a channel or of the sheath reaches
every study.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.base.jit import compiled
from remyelin.nerve.anatomy.branches import Array


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Exact results on grids: of healthy fibres (hd, ht), and of lesions (d, t, w, l).

    Attributes
    ----------
    healthy_diameter, healthy_temperature : (hd,), (ht,) arrays
        um; C.
    internode_length, axon_diameter : (hd,) arrays
        mm; um.
    internode_time : (hd, ht) array
        Healthy conduction time of one internode, ms.
    diameter, temperature, thickness, length : (d,), (t,), (w,), (l,) arrays
        Grid of the lesions: um; C; thickness of a new sheath over normal; length of a new internode over
        normal, decreasing.
    vacuolated, bare : (d, t, 5) arrays
        Excess of the first of a run (ms), of the second and third (ms), whether one alone passes and whether
        a long run of them passes (0 or 1), and the excess of each beyond the third (ms). Bare internodes here
        have redistributed channels; without, none passes.
    remyelinated : (d, t, w * l, 5) array
        The same for a remyelinated internode, all its new short internodes together.
    potential_time : (n,) array
        ms.
    potential : (ht, n) array
        Membrane potential of a node above rest as the impulse passes, mV.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> tables.internode_time.ndim
    2
    """

    healthy_diameter: Array
    healthy_temperature: Array
    internode_length: Array
    axon_diameter: Array
    internode_time: Array
    diameter: Array
    temperature: Array
    thickness: Array
    length: Array
    vacuolated: Array
    bare: Array
    remyelinated: Array
    potential_time: Array
    potential: Array

    def at(self, diameter: Array, temperature: Array) -> Internodes:
        """Interpolate to fibres of given diameters (um) at given temperatures (C), of shapes that broadcast.

        Diameters beyond the grid are taken at its ends.

        Raises
        ------
        InputError
            For a temperature outside the grid.
        """
        if np.any(temperature < self.temperature[0]) or np.any(temperature > self.temperature[-1]):
            raise self._beyond()
        # Velocity is closer to linear in diameter and temperature than time is.
        thick, warm = np.broadcast_arrays(diameter, temperature)
        shape, thick, warm = thick.shape, np.ravel(thick), np.ravel(warm)
        sizes = [1, 1, *(cost[0, 0].size for cost in (self.vacuolated, self.bare, self.remyelinated))]
        length, velocity, *costs = (np.empty((thick.size, size)) for size in sizes)
        row, column = _position(self.healthy_diameter, thick), _position(self.healthy_temperature, warm)
        fastest = self.internode_length[:, None] / self.internode_time
        _mix(np.repeat(self.internode_length[:, None, None], fastest.shape[1], axis=1), row, column, length)
        _mix(fastest[..., None], row, column, velocity)
        row, column = _position(self.diameter, thick), _position(self.temperature, warm)
        for cost, mixed in zip((self.vacuolated, self.bare, self.remyelinated), costs, strict=True):
            _mix(np.ascontiguousarray(cost).reshape(*cost.shape[:2], -1), row, column, mixed)
        length = length.reshape(shape)
        return Internodes(
            length,
            length / velocity.reshape(shape),
            costs[0].reshape(*shape, *self.vacuolated.shape[2:]),
            costs[1].reshape(*shape, *self.bare.shape[2:]),
            costs[2].reshape(*shape, *self.remyelinated.shape[2:]),
        )

    def lay(self, diameter: Array, length: Array, temperature: Array) -> Laid:
        """Lay fibres (k) whose diameters (s, k) are given along slices (s) of given lengths (mm) and temperatures (C).

        Raises
        ------
        InputError
            For a temperature outside the grid.
        """
        row, velocity, periods = np.empty_like(diameter), np.empty_like(diameter), np.empty_like(diameter)
        found = Laid(row, np.empty_like(temperature), velocity, periods, np.zeros(diameter.shape[1]))
        inside = _lay(
            diameter,
            length,
            temperature,
            self.healthy_diameter,
            self.healthy_temperature,
            self.internode_length,
            self.internode_time,
            self.diameter,
            self.temperature,
            found.row,
            found.column,
            found.velocity,
            found.periods,
            found.time,
        )
        if not inside:
            raise self._beyond()
        return found

    def _beyond(self) -> InputError:
        low, high = self.temperature[0], self.temperature[-1]
        return InputError(f"nerve temperatures must lie within {low:g} to {high:g} C.")

    def weights(self, thickness: Array, length: Array) -> Array:
        """Return bilinear weights (..., w * l) of the remyelinated grid; ends are held.

        The delay grows with how many new internodes there are and nearly as the inverse of their thickness, so
        both enter as their inverse.
        """
        parts = []
        thinnest, shortest = self.thickness[0], self.length[-1]
        pairs = (
            (-1 / self.thickness, -1 / np.maximum(thickness, thinnest)),
            (1 / self.length, 1 / np.maximum(length, shortest)),
        )
        for grid, value in pairs:
            position = _position(grid, np.clip(value, grid[0], grid[-1]))
            parts.append(np.clip(1 - np.abs(position[..., None] - np.arange(len(grid))), 0, None))
        joint: Array = parts[0][..., :, None] * parts[1][..., None, :]
        return joint.reshape(*joint.shape[:-2], len(self.thickness) * len(self.length))


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Fibres laid along slices.

    Attributes
    ----------
    row, column : (s, k), (s,) arrays
        Fractional index of diameters and temperatures in the grids of the lesions.
    velocity, periods : (s, k) arrays
        Healthy velocity, m/s; healthy internodes.
    time : (k,) array
        Healthy conduction time of all slices, ms.
    """

    row: Array
    column: Array
    velocity: Array
    periods: Array
    time: Array


@dataclass(frozen=True, slots=True, eq=False)
class Internodes:
    """Tables at given diameters and temperatures; the last axis of the states is that of :func:`columns`."""

    length: Array
    time: Array
    vacuolated: Array
    bare: Array
    remyelinated: Array


def columns(cost: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Return first, further, alone, in a run and far along one of the states of an internode."""
    first, further, alone, in_run, long = np.moveaxis(cost, -1, 0)
    return first, further, alone, in_run, long


@compiled
def warmed(
    column: float,
    vacuolated: Any,
    bare: Any,
    remyelinated: Any,
    vacuolated_at: Any,
    bare_at: Any,
    remyelinated_at: Any,
) -> None:
    """Fill the tables (number, diameter) and (grade, number, diameter) at one temperature."""
    t = int(column)
    warmer = column - t
    cooler = 1.0 - warmer
    for c in range(bare_at.shape[0]):
        for i in range(bare_at.shape[1]):
            vacuolated_at[c, i] = cooler * vacuolated[i, t, c] + warmer * vacuolated[i, t + 1, c]
            bare_at[c, i] = cooler * bare[i, t, c] + warmer * bare[i, t + 1, c]
            for g in range(remyelinated_at.shape[0]):
                own = cooler * remyelinated[i, t, g, c] + warmer * remyelinated[i, t + 1, g, c]
                remyelinated_at[g, c, i] = own


@compiled
def costs(
    weights: Any, redistributed: float, vacuolated: Any, bare: Any, remyelinated: Any, cost: Any
) -> None:
    """Fill `cost` (lesion, number, diameter) with the tables of :func:`warmed`, of one grade of repair."""
    for c in range(cost.shape[1]):
        passing = redistributed if 2 <= c <= 3 else 1.0
        for i in range(cost.shape[2]):
            cost[0, c, i] = passing * bare[c, i]
            cost[1, c, i] = 0.0
            cost[2, c, i] = vacuolated[c, i]
    for g in range(weights.size):
        if weights[g] > 0.0:
            for c in range(cost.shape[1]):
                for i in range(cost.shape[2]):
                    cost[1, c, i] += weights[g] * remyelinated[g, c, i]


@compiled
def _mix(values: Any, row: Any, column: Any, mixed: Any) -> None:
    """Fill `mixed` (points, numbers) from `values` (rows, columns, numbers) at fractional indices."""
    for point in range(row.size):
        i, j = int(row[point]), int(column[point])
        a, b = row[point] - i, column[point] - j
        for n in range(values.shape[2]):
            near = (1 - b) * values[i, j, n] + b * values[i, j + 1, n]
            far = (1 - b) * values[i + 1, j, n] + b * values[i + 1, j + 1, n]
            mixed[point, n] = (1 - a) * near + a * far


@compiled
def _lay(
    diameter: Any,
    length: Any,
    temperature: Any,
    known: Any,
    warmths: Any,
    internode: Any,
    taken: Any,
    lesions: Any,
    lesion_warmths: Any,
    row: Any,
    column: Any,
    velocity: Any,
    periods: Any,
    time: Any,
) -> bool:
    """Fill the arrays of :class:`Laid`; False if a temperature lies outside the grid.

    `known` and `warmths` are the grids of healthy diameters and temperatures, with the length (d) and time (d, t) of
    an internode; `lesions` and `lesion_warmths` those of the lesions. Diameters beyond a grid are taken at its
    ends. Velocity is closer to linear in diameter and temperature than time is.
    """
    speed = np.empty(known.size)
    for s in range(length.size):
        if not lesion_warmths[0] <= temperature[s] <= lesion_warmths[-1]:
            return False
        m, share = _found(lesion_warmths, temperature[s], 0)
        column[s] = _index(lesion_warmths, m, share)
        j, warmer = _found(warmths, temperature[s], 0)
        for i in range(known.size):
            speed[i] = internode[i] * ((1.0 - warmer) / taken[i, j] + warmer / taken[i, j + 1])
        i, m = 0, 0
        for k in range(diameter.shape[1]):
            # neighbouring fibres are of like diameter: each is looked for from where the last was found
            i, share = _found(known, diameter[s, k], i)
            whole = (1.0 - share) * internode[i] + share * internode[i + 1]
            velocity[s, k] = (1.0 - share) * speed[i] + share * speed[i + 1]
            periods[s, k] = length[s] / whole
            time[k] += length[s] / velocity[s, k]
            m, share = _found(lesions, diameter[s, k], m)
            row[s, k] = _index(lesions, m, share)
    return True


@compiled
def _index(grid: Any, i: int, share: float) -> float:
    """Return a fractional index, below the last one."""
    return min(i + share, np.nextafter(grid.size - 1.0, 0.0))  # type: ignore[no-any-return]


@compiled
def _found(grid: Any, value: float, i: int) -> tuple[int, float]:
    """Return the interval of an increasing grid a value lies in, looked for from `i`, and how far along it."""
    while i > 0 and value < grid[i]:
        i -= 1
    while i < grid.size - 2 and value > grid[i + 1]:
        i += 1
    return i, min(max((value - grid[i]) / (grid[i + 1] - grid[i]), 0.0), 1.0)


def _position(grid: Array, value: Array) -> Array:
    """Fractional index of values in an increasing grid, below the last one; outside the grid its ends are held."""
    position: NDArray[np.float64] = np.interp(value, grid, np.arange(len(grid)))
    return np.minimum(position, np.nextafter(len(grid) - 1, 0))

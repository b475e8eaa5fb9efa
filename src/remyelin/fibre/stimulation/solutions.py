"""Solutions of a field solver along a path: tables, grids, points in a homogeneous medium."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.errors import InputError
from remyelin.fibre.checks import numbers
from remyelin.fibre.stimulation.extracellular import (
    AXES,
    Conductivity,
    potential_of_point,
)
from remyelin.fibre.stimulation.field import Field, Scheme

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Array = NDArray[np.float64]
CUBIC: Final = 3
ALONG: Final = "arc"
"""Column of a table of potentials that gives the position along the path, um."""


def arc_length(path: ArrayLike) -> Array:
    """Return the position along a path, um from its first point, shape (k,).

    Parameters
    ----------
    path : (k,) or (k, 3) array
        Positions on a straight line, increasing, or points in space; um.

    Raises
    ------
    InputError
        For fewer than two points, numbers that are not finite, points that repeat, or a path that turns back by
        more than a right angle from one point to the next, as points out of order do.

    Examples
    --------
    >>> from remyelin.fibre import arc_length
    >>> arc_length([[0.0, 0.0, 0.0], [3.0, 4.0, 0.0]])
    array([0., 5.])
    """
    points = numbers(path, "path", "field")
    if points.ndim == 1:
        points = points[:, None]
        if len(points) > 1 and np.any(np.diff(points[:, 0]) <= 0):
            bad = int(np.flatnonzero(np.diff(points[:, 0]) <= 0)[0]) + 1
            raise InputError(
                f"field: point {bad} of the path does not lie behind the one before; sort the path."
            )
    if points.ndim != 2 or points.shape[1] not in (1, len(AXES)) or len(points) < 2:
        raise InputError(
            f"field: give the path as two or more positions or points of three coordinates (um), not shape "
            f"{np.shape(path)}."
        )
    between = np.diff(points, axis=0)
    lengths = np.sqrt(np.sum(between**2, axis=1))
    if np.any(lengths == 0):
        bad = int(np.flatnonzero(lengths == 0)[0]) + 1
        raise InputError(f"field: point {bad} of the path repeats the one before; leave it out.")
    turns = np.flatnonzero(np.sum(between[1:] * between[:-1], axis=1) < 0)
    if len(turns):
        raise InputError(
            f"field: the path turns back at point {turns[0] + 1}; give the points in order along the fibre, close "
            "enough to follow its curves."
        )
    return np.concatenate([[0.0], np.cumsum(lengths)])


def fields(
    potentials: ArrayLike | pd.DataFrame | Mapping[str, ArrayLike],
    path: ArrayLike | None = None,
    *,
    start: float | Literal["centre"] = 0.0,
    scheme: Scheme = "cubic",
    unit: str = "mA",
) -> dict[str, Field]:
    """Return the field of each electrode along a path, by name.

    Parameters
    ----------
    potentials : (k,) or (k, sources) array, DataFrame or mapping of (k,) arrays
        mV of 1 `unit` at each electrode. A table gives the path itself in columns ``arc``, or ``x``, ``y``, ``z``
        (um), unless `path` is given; its other columns are the electrodes. Those of an array are called "0", "1", ...
    path : (k,) or (k, 3) array, optional
        Positions or points of the path, um; see :func:`arc_length`. Positions keep their own origin; along points
        the first is at 0.
    start, scheme, unit
        As for :class:`Field`.

    Returns
    -------
    dict of str to Field
        Give it to :func:`~remyelin.fibre.thresholds` as sources to compare electrodes, or a tuple of its values to
        let them act together, each with its own waveform.

    Raises
    ------
    InputError
        If there is no path, no electrode, a NaN, or lengths that differ.

    Examples
    --------
    >>> import pandas as pd
    >>> from remyelin.fibre import fields
    >>> table = pd.DataFrame({"x": [0, 500, 900], "y": [0, 0, 300], "z": 0, "cathode": [1.0, 5.0, 2.0]})
    >>> found = fields(table)
    >>> list(found), found["cathode"].arc.tolist()
    (['cathode'], [0.0, 500.0, 1000.0])
    """
    columns, own = _columns(potentials)
    if path is None:
        if own is None:
            raise InputError(
                f"field: give the path, as the argument path or as columns {ALONG!r} or 'x', 'y', 'z' of a table."
            )
        path = own
    if not columns:
        raise InputError("field: the table has no column of potentials beside its path.")
    points = numbers(path, "path", "field")
    along = arc_length(points)
    arc = along + float(points[0]) if points.ndim == 1 else along
    found = {}
    for name, column in columns.items():
        value = numbers(column, f"potential {name!r}", "field")
        if value.shape != arc.shape:
            raise InputError(
                f"field: potential {name!r} has shape {value.shape} for a path of {len(arc)} points."
            )
        found[name] = Field(arc, value, start, scheme, unit)
    return found


def field_on_grid(
    solution: xr.DataArray,
    path: ArrayLike,
    *,
    start: float | Literal["centre"] = 0.0,
    scheme: Scheme = "cubic",
    unit: str = "mA",
) -> Field:
    """Return the field along a path through a solution on a rectilinear grid.

    Parameters
    ----------
    solution : xarray.DataArray
        mV of 1 `unit`, with dimensions ``x``, ``y``, ``z`` and their coordinates in um.
    path : (k, 3) array
        Points of the path, um.
    start, scheme, unit
        As for :class:`Field`.

    Raises
    ------
    InputError
        If dimensions are missing, values are not finite, or a point of the path lies outside the grid.

    Examples
    --------
    >>> import numpy as np
    >>> import xarray as xr
    >>> from remyelin.fibre import field_on_grid
    >>> axis = np.linspace(-5000.0, 5000.0, 11)
    >>> solution = xr.DataArray(
    ...     np.ones((11, 11, 11)), {'x': axis, 'y': axis, 'z': axis}, ('x', 'y', 'z'), attrs={'units': 'mV'}
    ... )
    >>> field = field_on_grid(solution, [[0.0, 0.0, 0.0], [1000.0, 0.0, 0.0]], scheme='linear')
    >>> type(field).__name__
    'Field'
    """
    from scipy.interpolate import NdBSpline, make_interp_spline

    missing = [axis for axis in AXES if axis not in getattr(solution, "dims", ())]
    if missing or len(solution.dims) != len(AXES):
        raise InputError("field: give a solution with the dimensions x, y and z and no others.")
    points = numbers(path, "path", "field")
    arc = arc_length(points)
    if points.ndim != 2:
        raise InputError("field: give points of three coordinates to follow through a solution.")
    grid = [numbers(solution[axis].values, axis, "field") for axis in AXES]
    for axis, ticks, along in zip(AXES, grid, points.T, strict=True):
        if len(ticks) < 2 or np.any(np.diff(ticks) <= 0):
            raise InputError(f"field: the coordinate {axis} of the solution must increase.")
        if along.min() < ticks[0] or along.max() > ticks[-1]:
            raise InputError(
                f"field: the path leaves the solution along {axis} ({ticks[0]:g} to {ticks[-1]:g} um)."
            )
    values = numbers(solution.transpose(*AXES).values, "solution", "field")
    degree = CUBIC if scheme != "linear" and min(values.shape) > CUBIC else 1
    # A tensor product of splines, one axis after the other: exact, and as fast as the grid can be read.
    knots = []
    for place, ticks in enumerate(grid):
        spline = make_interp_spline(ticks, np.moveaxis(values, place, 0), k=degree)
        knots.append(spline.t)
        values = np.moveaxis(spline.c, 0, place)
    value = NdBSpline(tuple(knots), np.ascontiguousarray(values), k=degree)(points)
    return Field(arc, value, start, scheme, unit)


def field_of_point(
    position: tuple[float, float, float],
    path: ArrayLike,
    conductivity: Conductivity,
    *,
    start: float | Literal["centre"] = 0.0,
) -> Field:
    """Return the field of a point electrode along a curved path in an infinite homogeneous medium.

    Parameters
    ----------
    position : (3,) float
        Of the electrode, um, in the frame of the path.
    path : (k, 3) array
        um.
    conductivity : float or (3,) float
        S/m.
    start
        As for :class:`Field`.

    Raises
    ------
    InputError
        For points that do not have three coordinates.

    Examples
    --------
    >>> from remyelin.fibre import field_of_point
    >>> field = field_of_point((500.0, 1000.0, 0.0), [[0.0, 0.0, 0.0], [1000.0, 0.0, 0.0]], 0.3)
    >>> type(field).__name__
    'Field'
    """
    points = numbers(path, "path", "field")
    arc = arc_length(points)
    if points.ndim != 2:
        raise InputError("field: give points of three coordinates beside a point electrode.")
    return Field(arc, potential_of_point(position, conductivity, points), start)


def _columns(potentials: Any) -> tuple[dict[str, Any], Array | None]:
    """Return columns of potentials by name, and the path that a table holds."""
    if isinstance(potentials, Mapping) or hasattr(potentials, "columns"):
        names = list(potentials if isinstance(potentials, Mapping) else potentials.columns)
        table = {str(name): potentials[name] for name in names}
        if len(table) < len(names):
            raise InputError("field: two columns of the table have one name.")
        path: Array | None = None
        if ALONG in table:
            path = numbers(table.pop(ALONG), ALONG, "field")
        elif set(AXES) <= set(table):
            path = np.stack([numbers(table.pop(axis), axis, "field") for axis in AXES], axis=1)
        return table, path
    array = numbers(potentials, "potentials", "field")
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise InputError(f"field: potentials have shape {array.shape}; give one column per electrode.")
    return {str(k): column for k, column in enumerate(array.T)}, None

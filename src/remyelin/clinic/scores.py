"""The disability scale of subacute combined degeneration, item by item, and the modified Rankin scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import xarray as xr

from remyelin.base.errors import InputError
from remyelin.clinic.functions import (
    PATHWAYS,
    VARIABLES,
    Floats,
    Points,
    functions,
    functions_of,
    label,
    points,
)
from remyelin.clinic.parameters import Parameters
from remyelin.clinic.symptoms import gait, severities

ITEMS: Final = ("gait", "sensory", "mental", "neuropathy", "pyramidal")


def most_points(parameters: Parameters) -> int:
    """Return the points of the scale where nothing conducts: the most without the mental item.

    Examples
    --------
    >>> from remyelin import Ledger, clinic
    >>> clinic.most_points(clinic.Parameters.from_ledger(Ledger.shipped())) > 10
    True
    """
    nothing = dict.fromkeys(VARIABLES, np.zeros(len(PATHWAYS)))
    return int(scale_of(functions_of(nothing, PATHWAYS, parameters), parameters)["total"])


def functional_disability(
    pathways: xr.Dataset, parameters: Parameters, mental: xr.DataArray | None = None
) -> xr.Dataset:
    """Return the items of the scale and their sum.

    Gait 0 to 4 (Romberg; impaired but unsupported; substantial support; wheelchair or bed), sensory 0 to
    3 (toes and fingers; ankles and wrists; upper limbs), mental 0 to 3, neuropathy 0 to 3 (reduced jerk
    of ankle, knee, biceps), pyramidal 0 to 3 (Babinski; spastic paraparesis; tetraparesis).

    Parameters
    ----------
    pathways : Dataset
        Conduction over (..., pathway); see :func:`remyelin.clinic.functions.functions`.
    parameters : Parameters
        The severities at which an item gains a point.
    mental : DataArray, optional
        Points of the mental item, over dimensions of `pathways` and at their coordinates: no path gives them, they
        come from :mod:`remyelin.clinic.association`. Without them the item counts 0.

    Returns
    -------
    Dataset
        Integers over (...): gait, sensory, mental, neuropathy, pyramidal, total. The ``status`` attribute of
        the mental item says what it rests on. And ``rankin``, the modified Rankin scale 0 to 5 as far as the
        state bears it: it follows gait, and hands that fail as well raise it by one.

    Raises
    ------
    InputError
        If a pathway or variable is missing or impossible, or `mental` has other dates than the pathways.

    Examples
    --------
    >>> from remyelin import Ledger, clinic, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(57, 'female', 163.0, 33.0)
    >>> paths = nerve.conduction(nerve.intact(person, ledger), person, nerve.build_tables(ledger), ledger)
    >>> maps = clinic.Parameters.from_ledger(ledger)
    >>> int(clinic.functional_disability(paths, maps)['total'])
    0
    """
    given = None if mental is None else _over(mental, pathways)
    scale = label(scale_of(functions(pathways, parameters), parameters, given), pathways, "points")
    scale["mental"].attrs["status"] = "not computed" if mental is None else "association, no mechanism"
    return scale


def scale_of(
    lost: Mapping[str, Floats], parameters: Parameters, mental: Points | None = None
) -> dict[str, Points]:
    """Return the items of :func:`functional_disability` as plain arrays, from the loss of each function.

    Parameters
    ----------
    lost : mapping of str to array
        What is lost, or added, of each function (shares, 0 to 1), as :func:`functions_of` returns it.
    parameters : Parameters
        Of the clinic.
    mental : array, optional
        Points of the mental item; none when omitted.

    Examples
    --------
    >>> from remyelin import Ledger, clinic, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(57, 'female', 163.0, 33.0)
    >>> paths = nerve.conduction(nerve.intact(person, ledger), person, nerve.build_tables(ledger), ledger)
    >>> maps = clinic.Parameters.from_ledger(ledger)
    >>> values = {name: paths[name].to_numpy() for name in paths.data_vars}
    >>> lost = clinic.functions_of(values, paths['pathway'].to_numpy().tolist(), maps)
    >>> int(clinic.scale_of(lost, maps)['total'])
    0
    """
    p = parameters
    walking = gait(lost, p)
    romberg, *worse = p.scale_gait
    babinski = lost["pyramidal_leg"] >= p.presence
    # A spastic paresis needs both: the sign of the tract, and limbs that are stiff or weak.
    legs = babinski & (np.maximum(lost["pyramidal_leg"], lost["strength_leg"]) >= p.scale_paresis)
    arms = legs & (np.maximum(lost["pyramidal_arm"], lost["strength_arm"]) >= p.scale_paresis)
    jerks = np.stack([lost[arc] for arc in ("ankle_arc", "knee_arc", "arm_arc")])
    items = {
        "gait": np.where(walking >= worse[0], 1 + points(walking, worse), lost["position_leg"] >= romberg),
        "sensory": points(lost["touch_leg"], p.scale_sensory),
        "mental": np.zeros(walking.shape, dtype=np.int64) if mental is None else mental,
        "neuropathy": (jerks >= p.scale_neuropathy).sum(axis=0),
        "pyramidal": np.add(babinski, legs, dtype=np.int64) + arms,
    }
    items["total"] = sum(items[name] for name in ITEMS)
    items["rankin"] = _rankin(items["gait"], lost, p)
    return items


def _over(mental: xr.DataArray, pathways: xr.Dataset) -> Points:
    """Spread the points of the mental item over the leading dimensions of the pathways."""
    template = pathways["conducted"].isel(pathway=0, drop=True)
    try:
        spread = xr.align(mental, template, join="exact")[0].broadcast_like(template)
    except ValueError:
        raise InputError(
            "the mental points have other coordinates than the pathways; give them at the same dates."
        ) from None
    if set(spread.dims) != set(template.dims):
        extra = sorted(set(map(str, spread.dims)) - set(map(str, template.dims)))
        raise InputError(f"the mental points are over {', '.join(extra)}, which the pathways are not.")
    values: Points = spread.transpose(*template.dims).to_numpy().astype(np.int64)
    return values


def _rankin(gait_points: Points, lost: Mapping[str, Floats], p: Parameters) -> Points:
    """Modified Rankin grade: 0 with no symptom noticed, 1 with one and a normal gait, above by gait and hands."""
    # reflexes are a sign, found by an examiner and not noticed
    felt = [severity for name, severity in severities(lost, p).items() if name != "reflexes"]
    noticed = np.max(felt, axis=0) >= p.presence
    by_gait = np.array(p.scale_rankin, dtype=np.int64)[gait_points]
    hands = np.maximum(lost["strength_arm"], lost["touch_arm"]) >= p.scale_sensory[-1]
    grade: Points = np.where(noticed | (gait_points > 0), by_gait + (hands & (by_gait > 1)), 0)
    return grade

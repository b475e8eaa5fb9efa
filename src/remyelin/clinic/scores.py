"""The functional disability rating scale of subacute combined degeneration, 0 to 16, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.clinic.functions import Floats, functions, label
from remyelin.clinic.parameters import Parameters
from remyelin.clinic.symptoms import gait

ITEMS: Final = ("gait", "sensory", "mental", "neuropathy", "pyramidal")


def functional_disability(pathways: xr.Dataset, parameters: Parameters) -> xr.Dataset:
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

    Returns
    -------
    Dataset
        Integers over (...): gait, sensory, mental, neuropathy, pyramidal, total. The mental item is not
        computed and counts 0; its ``status`` attribute says so.

    Raises
    ------
    InputError
        If a pathway or variable is missing or impossible.
    """
    p = parameters
    lost = functions(pathways, p)
    walking = gait(lost, p)
    romberg, *worse = p.scale_gait
    babinski = lost["pyramidal_leg"] >= p.presence
    # A spastic paresis needs both: the sign of the tract, and limbs that are stiff or weak.
    legs = babinski & (np.maximum(lost["pyramidal_leg"], lost["strength_leg"]) >= p.scale_paresis)
    arms = legs & (np.maximum(lost["pyramidal_arm"], lost["strength_arm"]) >= p.scale_paresis)
    jerks = np.stack([lost[arc] for arc in ("ankle_arc", "knee_arc", "arm_arc")])
    items = {
        "gait": np.where(walking >= worse[0], 1 + _points(walking, worse), lost["position_leg"] >= romberg),
        "sensory": _points(lost["touch_leg"], p.scale_sensory),
        "mental": np.zeros(walking.shape, dtype=np.int64),
        "neuropathy": (jerks >= p.scale_neuropathy).sum(axis=0),
        "pyramidal": np.add(babinski, legs, dtype=np.int64) + arms,
    }
    items["total"] = sum(items[name] for name in ITEMS)
    scale = label(items, pathways, "points")
    scale["mental"].attrs["status"] = "not computed"
    return scale


def _points(severity: Floats, steps: Sequence[float]) -> NDArray[np.int64]:
    points: NDArray[np.int64] = (severity[..., None] >= np.array(steps)).sum(axis=-1)
    return points

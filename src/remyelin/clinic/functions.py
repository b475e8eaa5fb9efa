"""Functions of the nervous system, each as the share that is lost, from the conduction of its pathways.

Symptoms, signs and scores are all read from these few numbers. A function is kept while enough impulses
arrive; those that need timing (vibration, reflexes) also suffer when arrivals spread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.catalogue.pathways import (
    CORTICOSPINAL_ARM,
    CORTICOSPINAL_LEG,
    GUSTATORY,
    LEMNISCUS,
    MEDIAN_MOTOR,
    MEDIAN_SENSORY,
    MEDIAN_SEP,
    NECK_ARM,
    NECK_LEG,
    OLFACTORY,
    SURAL,
    TIBIAL_MOTOR,
    TIBIAL_SEP,
    VISUAL,
)
from remyelin.clinic import further
from remyelin.clinic.grades import graded, saturating, timed
from remyelin.clinic.parameters import Parameters
from remyelin.clinic.settings import CONDUCTION_ROUNDING

PATHWAYS: Final = (
    MEDIAN_MOTOR,
    TIBIAL_MOTOR,
    MEDIAN_SENSORY,
    SURAL,
    MEDIAN_SEP,
    TIBIAL_SEP,
    NECK_ARM,
    NECK_LEG,
    LEMNISCUS,
    CORTICOSPINAL_ARM,
    CORTICOSPINAL_LEG,
    VISUAL,
    OLFACTORY,
    GUSTATORY,
    *further.PATHWAYS,
)
"""Pathways whose conduction symptoms and signs are computed from."""

VARIABLES: Final = ("conducted", "dispersion", "axons", "ectopic")
"""Variables of a pathway that are read.

They are the share of fibres that conduct, dispersion (ms), the share of axons left, and the internodes that can fire
by themselves, per original fibre.
"""

_UNBOUNDED: Final = ("dispersion", "ectopic")
_SENSORY: Final = (SURAL, MEDIAN_SENSORY, TIBIAL_SEP, MEDIAN_SEP)
_NECK: Final = (NECK_LEG, NECK_ARM)

Floats = NDArray[np.float64]
Points = NDArray[np.int64]


def functions(pathways: xr.Dataset, parameters: Parameters) -> Mapping[str, Floats]:
    """Return how much of each function is lost, or added, 0 to 1.

    Parameters
    ----------
    pathways : Dataset
        From the conduction of the nerve layer, over (..., pathway) with the pathways of
        :data:`PATHWAYS`: ``conducted`` (share of the original fibres whose impulse arrives),
        ``dispersion`` (ms, added spread), ``axons`` (surviving share), ``ectopic`` (internodes that can
        fire by themselves, per original fibre).
    parameters : Parameters
        The maps.

    Returns
    -------
    mapping of str to (...) array
        Losses touch_leg, touch_arm, position_leg, vibration_leg, strength_leg, strength_arm, pyramidal_leg,
        pyramidal_arm, ankle_arc, knee_arc, arm_arc, vision, acuity, smell, taste and those of
        :func:`remyelin.clinic.further.losses`; and what is added, ectopic (sensory discharge that reaches the
        cortex) and lhermitte.

    Raises
    ------
    InputError
        If a pathway or variable is missing, or a share lies outside 0 to 1.
    """
    names = [str(name) for name in _known(pathways)]
    values = {name: pathways[name].transpose(..., "pathway").to_numpy() for name in VARIABLES}
    return functions_of(values, names, parameters)


def functions_of(
    values: Mapping[str, Floats], pathways: Sequence[str], parameters: Parameters
) -> Mapping[str, Floats]:
    """Return :func:`functions` of plain arrays (..., pathway) whose last axis is `pathways`.

    Parameters
    ----------
    values : mapping of str to (..., pathway) array
        ``conducted``, ``axons`` and the others of :func:`remyelin.nerve.conduction`.
    pathways : sequence of str
        Names along the last axis.
    parameters : Parameters
        Of the clinic.

    Examples
    --------
    >>> from remyelin import Ledger, clinic, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(57, 'female', 163.0, 33.0)
    >>> paths = nerve.conduction(nerve.intact(person, ledger), person, nerve.build_tables(ledger), ledger)
    >>> maps = clinic.Parameters.from_ledger(ledger)
    >>> values = {name: paths[name].to_numpy() for name in paths.data_vars}
    >>> lost = clinic.functions_of(values, paths['pathway'].to_numpy().tolist(), maps)
    >>> round(float(lost['position_leg']), 3)
    0.0
    """
    p = parameters
    at = _arrays(values, pathways)
    arrives, spread = at["conducted"], at["dispersion"]
    reaching = {
        name: _firing(p.resting * at["ectopic"][name], arrives[name], at["axons"][name]) for name in _SENSORY
    }

    def arc(sensory: str, motor: str) -> Floats:
        both = np.hypot(spread[sensory], spread[motor])
        return 1.0 - arrives[sensory] * arrives[motor] * timed(both, p.reflex_dispersion)

    ankle, arm = arc(SURAL, TIBIAL_MOTOR), arc(MEDIAN_SENSORY, MEDIAN_MOTOR)
    knee = arm + p.knee_share * np.maximum(ankle - arm, 0.0)
    # Walking needs the thigh as well: muscles nearer to the trunk have shorter nerves, as those of the arm have.
    muscles = arrives[MEDIAN_MOTOR] + p.foot_share * (arrives[TIBIAL_MOTOR] - arrives[MEDIAN_MOTOR])
    volley = arrives[TIBIAL_SEP] * timed(spread[TIBIAL_SEP], p.position_dispersion)
    discharge = np.max([reaching[name] for name in _SENSORY], axis=0)
    # Bending the neck stretches the columns there and nowhere else; what they fire has the lemniscus to pass.
    stretched = [
        _firing(p.stretched * at["ectopic"][name], arrives[name], at["axons"][name]) for name in _NECK
    ]
    shocks = np.max(stretched, axis=0) * arrives[LEMNISCUS]
    return {
        "touch_leg": graded(1.0 - np.minimum(arrives[SURAL], arrives[TIBIAL_SEP]), p.numbness),
        "touch_arm": graded(1.0 - np.minimum(arrives[MEDIAN_SENSORY], arrives[MEDIAN_SEP]), p.numbness),
        "position_leg": graded(1.0 - volley, p.position),
        "vibration_leg": graded(1.0 - volley, p.vibration),
        "strength_leg": graded(1.0 - arrives[CORTICOSPINAL_LEG] * muscles, p.weakness),
        "strength_arm": graded(1.0 - arrives[CORTICOSPINAL_ARM] * arrives[MEDIAN_MOTOR], p.weakness),
        "pyramidal_leg": graded(1.0 - arrives[CORTICOSPINAL_LEG], p.pyramidal),
        "pyramidal_arm": graded(1.0 - arrives[CORTICOSPINAL_ARM], p.pyramidal),
        "ankle_arc": graded(ankle, p.reflex),
        "knee_arc": graded(knee, p.reflex),
        "arm_arc": graded(arm, p.reflex),
        "vision": graded(1.0 - arrives[VISUAL], p.vision),
        "acuity": 1.0 - arrives[VISUAL] ** p.acuity_exponent,
        "smell": graded(1.0 - arrives[OLFACTORY], p.smell),
        "taste": graded(1.0 - arrives[GUSTATORY], p.smell),
        "ectopic": saturating(discharge, p.paraesthesia),
        "lhermitte": saturating(shocks, p.lhermitte),
        **further.losses(arrives, spread, p.further),
    }


def points(severity: Floats, steps: Sequence[float]) -> Points:
    """Return how many of the steps a severity has reached."""
    reached: Points = (severity[..., None] >= np.array(steps)).sum(axis=-1)
    return reached


def label(values: Mapping[str, NDArray[np.generic]], pathways: xr.Dataset, units: str) -> xr.Dataset:
    """Return arrays over the leading dimensions of `pathways` as a labelled dataset."""
    lead = [str(name) for name in pathways["conducted"].dims if name != "pathway"]
    return xr.Dataset(
        {name: (lead, value, {"units": units}) for name, value in values.items()},
        coords={name: pathways[name] for name in lead if name in pathways.coords},
    )


def _firing(ectopic: Floats, conducted: Floats, axons: Floats) -> Floats:
    """Return the share of a path's fibres whose ectopic discharges get through to its end.

    Discharges start anywhere on the way with equal chance. When a share f of the surviving fibres conducts
    over all of it, a share f^u does over a part u of the way: on average (1 - f) / -ln f get through. A bare
    internode that blocks can fire itself, so a blocked fibre still discharges from the last of them; but
    only from that, so a fibre counts once however many it has.
    """
    alive = np.maximum(axons, np.finfo(np.float64).tiny)
    f = np.clip(conducted / alive, np.finfo(np.float64).tiny, 1.0)
    blocked = f < 1.0
    through = np.where(blocked, (1.0 - f) / -np.log(np.where(blocked, f, 0.5)), 1.0)
    share: Floats = np.minimum(ectopic * through, axons)
    return share


def _known(pathways: xr.Dataset) -> NDArray[np.generic]:
    for name in VARIABLES:
        if name not in pathways:
            raise InputError(f"the pathways lack {name!r}; give {', '.join(VARIABLES)} over pathway.")
    if "pathway" not in pathways.coords:
        raise InputError("the pathways lack the coordinate 'pathway'.")
    known: NDArray[np.generic] = pathways["pathway"].to_numpy()
    return known


def _arrays(values: Mapping[str, Floats], pathways: Sequence[str]) -> dict[str, dict[str, Floats]]:
    for path in PATHWAYS:
        if path not in pathways:
            raise InputError(f"the pathways lack {path!r}; symptoms need {', '.join(PATHWAYS)}.")
    where = [pathways.index(path) for path in PATHWAYS]
    found = {}
    for name in VARIABLES:
        chosen = values[name].astype(np.float64)[..., where]
        top = np.inf if name in _UNBOUNDED else 1.0
        # no number at all fails the comparison too
        if not ((chosen >= -CONDUCTION_ROUNDING) & (chosen <= top + CONDUCTION_ROUNDING)).all() or (
            np.isinf(chosen).any()
        ):
            raise InputError(f"{name} of the pathways must be finite and between 0 and {top:g}.")
        chosen = np.clip(chosen, 0.0, top)
        found[name] = {path: chosen[..., index] for index, path in enumerate(PATHWAYS)}
    return found

"""Symptoms and signs from the conduction of pathways."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.clinic.functions import Floats, functions, label, points
from remyelin.clinic.parameters import Parameters

SPINAL: Final = ("paraesthesia", "numbness", "gait", "reflexes", "lhermitte", "weakness")
"""Symptoms of the nerves of the limbs and of the cord: by these a series of patients is dated and scored."""

COMPUTED: Final = (
    *SPINAL,
    "vision",
    "taste_smell",
    "tremor",
    "concentration",
    "pain_perception",
    "speech",
)
"""Symptoms with a severity from their pathways: those of the tier ``mechanism``."""


def symptoms(pathways: xr.Dataset, parameters: Parameters) -> xr.Dataset:
    """Return how severe each computed symptom is.

    Parameters
    ----------
    pathways : Dataset
        Conduction over (..., pathway); see :func:`remyelin.clinic.functions.functions`.
    parameters : Parameters
        The maps.

    Returns
    -------
    Dataset
        Over (..., symptom), symptoms by the identifiers of the catalogue: ``severity`` 0 to 1 and
        ``present``, whether it is noticed.

    Raises
    ------
    InputError
        If a pathway or variable is missing or impossible.

    Examples
    --------
    >>> from remyelin import Ledger, clinic, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(57, 'female', 163.0, 33.0)
    >>> paths = nerve.conduction(nerve.intact(person, ledger), person, nerve.build_tables(ledger), ledger)
    >>> maps = clinic.Parameters.from_ledger(ledger)
    >>> clinic.symptoms(paths, maps)['severity'].dims
    ('symptom',)
    """
    lost = functions(pathways, parameters)
    severity = (
        label(severities(lost, parameters), pathways, "1").to_dataarray("symptom").transpose(..., "symptom")
    )
    severity.attrs = {"units": "1", "long_name": "severity, 0 none to 1 complete"}
    present = severity >= parameters.presence
    present.attrs = {"units": "1", "long_name": "noticed"}
    return xr.Dataset({"severity": severity, "present": present})


def signs(pathways: xr.Dataset, parameters: Parameters) -> xr.Dataset:
    """Return the findings of an examination.

    Parameters
    ----------
    pathways, parameters
        As in :func:`symptoms`.

    Returns
    -------
    Dataset
        Over (...): ``vibration_loss`` at the toes (0 to 1); ``ankle_jerk``, ``knee_jerk``,
        ``biceps_jerk`` graded 0 absent, 2 normal, 4 greatly increased; ``spasticity`` (0 to 1);
        ``romberg`` and ``babinski`` (found or not); ``acuity`` of the eye (decimal, 1 normal);
        ``power_leg`` and ``power_arm`` (Medical Research Council, 5 normal to 0) of the limb as a whole, since
        the model knows no single muscles.

    Raises
    ------
    InputError
        If a pathway or variable is missing or impossible.

    Examples
    --------
    >>> from remyelin import Ledger, clinic, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(57, 'female', 163.0, 33.0)
    >>> paths = nerve.conduction(nerve.intact(person, ledger), person, nerve.build_tables(ledger), ledger)
    >>> maps = clinic.Parameters.from_ledger(ledger)
    >>> bool(clinic.signs(paths, maps)['babinski'])
    False
    """
    return label(signs_of(functions(pathways, parameters), parameters), pathways, "1")


def signs_of(lost: Mapping[str, Floats], parameters: Parameters) -> dict[str, NDArray[np.generic]]:
    """Return the signs of :func:`signs` as plain arrays, from the loss of each function.

    Parameters
    ----------
    lost : mapping of str to array
        What is lost, or added, of each function (shares, 0 to 1), as :func:`functions_of` returns it.
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
    >>> bool(clinic.signs_of(lost, maps)['romberg'])
    False
    """
    steps = parameters.scale_power

    def jerk(arc: str, release: str) -> Floats:
        # What the arc still carries, doubled at most when the tract no longer inhibits it.
        return 2.0 * (1.0 - lost[arc]) * (1.0 + lost[release])

    return {
        "vibration_loss": lost["vibration_leg"],
        "ankle_jerk": jerk("ankle_arc", "pyramidal_leg"),
        "knee_jerk": jerk("knee_arc", "pyramidal_leg"),
        "biceps_jerk": jerk("arm_arc", "pyramidal_arm"),
        "spasticity": lost["pyramidal_leg"],
        "romberg": lost["position_leg"] >= parameters.scale_gait[0],
        "babinski": lost["pyramidal_leg"] >= parameters.presence,
        "acuity": 1.0 - lost["acuity"],
        "power_leg": len(steps) - points(lost["strength_leg"], steps),
        "power_arm": len(steps) - points(lost["strength_arm"], steps),
    }


def gait(lost: Mapping[str, Floats], parameters: Parameters) -> Floats:
    """Return the disability of gait: position sense, spasticity and weakness, each taking its part."""
    kept = (
        (1.0 - parameters.gait_sensory * lost["position_leg"])
        * (1.0 - parameters.gait_pyramidal * lost["pyramidal_leg"])
        * (1.0 - lost["strength_leg"])
    )
    return 1.0 - kept


def severities(
    lost: Mapping[str, Floats], parameters: Parameters, names: Sequence[str] = COMPUTED
) -> dict[str, Floats]:
    """Return the severity of computed symptoms from the losses and gains of function.

    Parameters
    ----------
    lost : mapping of str to array
        What is lost, or added, of each function (shares, 0 to 1), as :func:`functions_of` returns it.
    parameters : Parameters
        Of the clinic.
    names : sequence of str
        Symptoms wanted, of :data:`COMPUTED`; only the functions that they rest on are read.

    Examples
    --------
    >>> from remyelin import Ledger, clinic, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(57, 'female', 163.0, 33.0)
    >>> paths = nerve.conduction(nerve.intact(person, ledger), person, nerve.build_tables(ledger), ledger)
    >>> maps = clinic.Parameters.from_ledger(ledger)
    >>> values = {name: paths[name].to_numpy() for name in paths.data_vars}
    >>> lost = clinic.functions_of(values, paths['pathway'].to_numpy().tolist(), maps)
    >>> max(float(value) for value in clinic.severities(lost, maps).values()) < 0.1
    True
    """
    return {name: _SEVERITY[name](lost, parameters) for name in names}


def _of(*names: str) -> Callable[[Mapping[str, Floats], Parameters], Floats]:
    """Return the severity that is the largest of so many losses."""
    return lambda lost, parameters: reduce(np.maximum, [lost[name] for name in names])


_SEVERITY: Final[Mapping[str, Callable[[Mapping[str, Floats], Parameters], Floats]]] = {
    "paraesthesia": _of("ectopic"),
    "numbness": _of("touch_leg", "touch_arm"),
    "gait": gait,
    "reflexes": _of("ankle_arc", "pyramidal_leg"),
    "lhermitte": _of("lhermitte"),
    "weakness": _of("strength_leg", "strength_arm"),
    "vision": _of("vision"),
    "taste_smell": _of("smell", "taste"),
    "tremor": _of("steadiness"),
    "concentration": _of("processing"),
    "pain_perception": _of("pain"),
    "speech": _of("speech"),
}

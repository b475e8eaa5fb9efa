"""One course of cobalamin: from exposure to the drive of myelin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.errors import InputError
from remyelin.cobalamin import blood, cognition, kinetics, metabolism
from remyelin.cobalamin.exposure import Exposure, gas_level
from remyelin.cobalamin.parameters import Parameters
from remyelin.cobalamin.timeline import blocks, schedule

COMPARTMENTS = ("peripheral", "central")
_KINETIC = (
    "store",
    "oxidised",
    "holotc",
    "haptocorrin",
    "free",
    "pending",
    "absorption",
    "absorbed",
    "captured",
    "urine",
    "lost",
)
_READOUTS = {
    "gas": ("1", "nitrous oxide breathed, inspired fraction as the mean of the day"),
    "b12": ("pmol/L", "serum B12"),
    "holotc": ("pmol/L", "holotranscobalamin"),
    "mma": ("nmol/L", "plasma methylmalonate"),
    "homocysteine": ("umol/L", "plasma homocysteine"),
    "csf_b12": ("pmol/L", "cerebrospinal B12"),
    "albumin_ratio": ("1e-3", "cerebrospinal over serum albumin (hypothesis)"),
    "store": ("nmol", "functional body cobalamin"),
    "oxidised": ("nmol", "body cobalamin oxidised by nitrous oxide"),
    "pending": ("nmol", "absorbed or injected, not yet in the store"),
    "absorption": ("nmol/day", "cobalamin reaching blood from the gut"),
    "absorbed": ("nmol", "absorbed since the start"),
    "captured": ("nmol", "injected and taken up since the start"),
    "urine": ("nmol", "injected and excreted since the start"),
    "lost": ("nmol", "lost from the body since the start"),
    "methyl_trap": ("1", "5-methyltetrahydrofolate share of folate"),
    "cognition": ("SD", "cognition relative to health (weak, size assumed)"),
    "haemoglobin": ("g/L", "haemoglobin"),
    "mcv": ("fL", "mean red cell volume"),
    "synthase": ("1", "active methionine synthase, 1 = replete"),
    "methylation": ("1", "methylation potential, 1 = replete"),
}
_METABOLIC = ("synthase_peripheral", "synthase_central", "homocysteine", "mma", "csf_b12", "albumin_ratio")


def simulate(exposure: Exposure, times: ArrayLike, parameters: Parameters) -> xr.Dataset:
    """Return the course of cobalamin status and of the methylation potential of nervous tissue.

    Parameters
    ----------
    exposure : Exposure
        Diet, causes, doses and the person.
    times : array_like, shape (n,)
        Days relative to presentation, ascending. The course starts in the steady state of what came
        before the earliest change, dose or time, whichever is first.
    parameters : Parameters
        From :meth:`Parameters.from_ledger`.

    Returns
    -------
    xarray.Dataset
        Over `time` (day): ``b12``, ``holotc``, ``csf_b12`` (pmol/L), ``mma`` (nmol/L),
        ``homocysteine`` (umol/L), ``store``, ``oxidised``, ``pending`` (nmol), ``absorption`` (nmol/day), the
        ``cognition`` (SD, weak: see :mod:`remyelin.cobalamin.cognition`), the
        totals ``absorbed``, ``captured``, ``urine``, ``lost`` since the start of the course (nmol),
        ``albumin_ratio`` (1e-3), ``methyl_trap`` (share of folate), ``haemoglobin`` (g/L) and ``mcv``
        (fL), ``gas`` (inspired fraction of nitrous oxide, mean of the day); over time and `compartment`:
        ``synthase`` (active share) and ``methylation`` (1 = replete).

    Raises
    ------
    InputError
        If `times` is empty, out of order or not finite.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.cobalamin import Exposure, Parameters, constant, simulate
    >>> ledger = Ledger.shipped()
    >>> parameters = Parameters.from_ledger(ledger)
    >>> person = Exposure(age=57, food_intake=constant(5.0), meals_per_day=3)
    >>> course = simulate(person, [0.0, 30.0], parameters)
    >>> course['b12'].attrs['units']
    'pmol/L'
    >>> [round(float(value)) for value in course['b12']]
    [268, 268]
    """
    found = course_of(exposure, times, parameters)
    wanted = np.atleast_1d(np.asarray(times, dtype=float))
    return xr.Dataset(
        {
            name: (
                ("time", "compartment") if found[name].ndim > 1 else "time",
                found[name],
                {"units": unit, "long_name": text},
            )
            for name, (unit, text) in _READOUTS.items()
        },
        coords={
            "time": ("time", wanted, {"units": "day", "long_name": "time from presentation"}),
            "compartment": list(COMPARTMENTS),
        },
    )


def course_of(exposure: Exposure, times: ArrayLike, parameters: Parameters) -> dict[str, NDArray[np.float64]]:
    """Return the readouts of :func:`simulate` as plain arrays (time) or (time, compartment).

    Parameters
    ----------
    exposure, times, parameters
        As for :func:`simulate`.

    Raises
    ------
    InputError
        As :func:`simulate`.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.cobalamin import Exposure, Parameters, constant, course_of
    >>> ledger = Ledger.shipped()
    >>> parameters = Parameters.from_ledger(ledger)
    >>> person = Exposure(age=57, food_intake=constant(5.0), meals_per_day=3)
    >>> course_of(person, [0.0, 30.0], parameters)['methylation'].shape
    (2, 2)
    """
    state = _at(_checked(times), exposure, parameters)
    synthase, methylation = _tissue(state, parameters)
    # Transcobalamin takes up free cobalamin tightly until it is full; both are part of total B12.
    free = state["free"]
    room = np.maximum(parameters.binding_capacity - state["holotc"], 0.0)
    haemoglobin, mcv = blood.count(state["red_cell_deficit"], parameters)
    return state | {
        "b12": state["holotc"] + state["haptocorrin"] + free,
        "holotc": state["holotc"] + np.minimum(free, room),
        "methyl_trap": metabolism.methyl_trap(synthase[:, 0], parameters),
        "cognition": cognition.score(methylation[:, 1], state["homocysteine"], parameters),
        "haemoglobin": haemoglobin,
        "mcv": mcv,
        "synthase": synthase,
        "methylation": methylation,
        "gas": gas_level(exposure, _checked(times)),
    }


def methylation_of(exposure: Exposure, times: ArrayLike, parameters: Parameters) -> NDArray[np.float64]:
    """Return the drive of myelin alone of the course of :func:`simulate`: methylation (time, compartment).

    Parameters
    ----------
    exposure, times, parameters
        As for :func:`simulate`.

    Raises
    ------
    InputError
        As :func:`simulate`.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.cobalamin import Exposure, Parameters, constant, methylation_of
    >>> ledger = Ledger.shipped()
    >>> parameters = Parameters.from_ledger(ledger)
    >>> person = Exposure(age=57, food_intake=constant(5.0), meals_per_day=3)
    >>> methylation_of(person, [0.0, 30.0], parameters).round(3)
    array([[1., 1.],
           [1., 1.]])
    """
    return _tissue(_at(_checked(times), exposure, parameters), parameters)[1]


def _tissue(
    state: Mapping[str, NDArray[np.float64]], parameters: Parameters
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return active synthase and methylation potential (time, compartment)."""
    synthase = np.column_stack([state["synthase_peripheral"], state["synthase_central"]])
    shares = np.array([parameters.local_share_peripheral, parameters.local_share_central])
    return synthase, metabolism.methylation_potential(synthase, shares, parameters)


def _at(
    times: NDArray[np.float64], exposure: Exposure, parameters: Parameters
) -> dict[str, NDArray[np.float64]]:
    """Return every state at the times, carried through the grid block by block."""
    plan = schedule(exposure.doses)
    parts: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    carried: kinetics.Carried | None = None
    levels: Mapping[str, float] | None = None
    anaemia: float | None = None
    done = 0
    for nodes in blocks(times, exposure, plan):
        kinetic = kinetics.solve(nodes, exposure, plan, parameters, carried)
        metabolic = metabolism.solve(nodes, exposure, kinetic, parameters, levels)
        deficit = blood.solve(nodes, exposure, metabolic.synthase_peripheral, parameters, anaemia)
        carried, levels, anaemia = kinetic.end, metabolic.end(), float(deficit[-1])
        # what is given at the last node shows there in the next block
        last = nodes[-1] == times[-1]
        stop = times.size if last else int(np.searchsorted(times, nodes[-1]))
        at = np.searchsorted(nodes, times[done:stop])
        done = stop
        for name in _KINETIC:
            parts[name].append(getattr(kinetic, name)[at])
        for name in _METABOLIC:
            parts[name].append(getattr(metabolic, name)[at])
        parts["red_cell_deficit"].append(deficit[at])
    return {name: np.concatenate(values) for name, values in parts.items()}


def _checked(times: ArrayLike) -> NDArray[np.float64]:
    wanted = np.atleast_1d(np.asarray(times, dtype=float))
    if wanted.ndim != 1 or not wanted.size or not np.isfinite(wanted).all():
        raise InputError("cobalamin: times must be a list of finite days, at least one.")
    if (np.diff(wanted) <= 0).any():
        raise InputError("cobalamin: times are out of order; give each once, the earliest first.")
    return wanted

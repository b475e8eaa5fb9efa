"""One course of cobalamin: from what reaches the body to the drive of myelin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.cobalamin import blood, cognition, kinetics, metabolism
from remyelin.cobalamin.exposure import Exposure
from remyelin.cobalamin.parameters import Parameters
from remyelin.cobalamin.timeline import blocks, schedule
from remyelin.errors import InputError

COMPARTMENTS = ("peripheral", "central")
_KINETIC = (
    "store",
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
        ``homocysteine`` (umol/L), ``store``, ``pending`` (nmol), ``absorption`` (nmol/day), the
        ``cognition`` (SD, weak: see :mod:`remyelin.cobalamin.cognition`), the
        totals ``absorbed``, ``captured``, ``urine``, ``lost`` since the start of the course (nmol),
        ``albumin_ratio`` (1e-3), ``methyl_trap`` (share of folate), ``haemoglobin`` (g/L) and ``mcv``
        (fL); over time and `compartment`:
        ``synthase`` (active share) and ``methylation`` (1 = replete).

    Raises
    ------
    InputError
        If `times` is empty, out of order or not finite.
    """
    wanted = _checked(times)
    state = _at(wanted, exposure, parameters)
    synthase, methylation = _tissue(state, parameters)

    # Transcobalamin takes up free cobalamin tightly until it is full; both are part of total B12.
    free = state["free"]
    room = np.maximum(parameters.binding_capacity - state["holotc"], 0.0)
    haemoglobin, mcv = blood.count(state["red_cell_deficit"], parameters)

    def over_time(values: NDArray[np.float64], unit: str, name: str) -> xr.Variable:
        return xr.Variable("time", values, {"units": unit, "long_name": name})

    return xr.Dataset(
        {
            "b12": over_time(state["holotc"] + state["haptocorrin"] + free, "pmol/L", "serum B12"),
            "holotc": over_time(state["holotc"] + np.minimum(free, room), "pmol/L", "holotranscobalamin"),
            "mma": over_time(state["mma"], "nmol/L", "plasma methylmalonate"),
            "homocysteine": over_time(state["homocysteine"], "umol/L", "plasma homocysteine"),
            "csf_b12": over_time(state["csf_b12"], "pmol/L", "cerebrospinal B12"),
            "albumin_ratio": over_time(
                state["albumin_ratio"], "1e-3", "cerebrospinal over serum albumin (hypothesis)"
            ),
            "store": over_time(state["store"], "nmol", "body cobalamin"),
            "pending": over_time(state["pending"], "nmol", "absorbed or injected, not yet in the store"),
            "absorption": over_time(state["absorption"], "nmol/day", "cobalamin reaching blood from the gut"),
            "absorbed": over_time(state["absorbed"], "nmol", "absorbed since the start"),
            "captured": over_time(state["captured"], "nmol", "injected and taken up since the start"),
            "urine": over_time(state["urine"], "nmol", "injected and excreted since the start"),
            "lost": over_time(state["lost"], "nmol", "lost from the store since the start"),
            "methyl_trap": over_time(
                metabolism.methyl_trap(synthase[:, 0], parameters),
                "1",
                "5-methyltetrahydrofolate share of folate",
            ),
            "cognition": over_time(
                cognition.score(methylation[:, 1], state["homocysteine"], parameters),
                "SD",
                "cognition relative to health (weak, size assumed)",
            ),
            "haemoglobin": over_time(haemoglobin, "g/L", "haemoglobin"),
            "mcv": over_time(mcv, "fL", "mean red cell volume"),
            "synthase": _over_tissue(synthase, "active methionine synthase, 1 = replete"),
            "methylation": _over_tissue(methylation, "methylation potential, 1 = replete"),
        },
        coords={
            "time": over_time(wanted, "day", "time from presentation"),
            "compartment": list(COMPARTMENTS),
        },
    )


def drive(exposure: Exposure, times: ArrayLike, parameters: Parameters) -> xr.Dataset:
    """Return only what drives myelin of the course of :func:`simulate`: its ``methylation``.

    Raises
    ------
    InputError
        As :func:`simulate`.
    """
    wanted = _checked(times)
    _, methylation = _tissue(_at(wanted, exposure, parameters), parameters)
    return xr.Dataset(
        {"methylation": _over_tissue(methylation, "methylation potential, 1 = replete")},
        coords={"time": wanted, "compartment": list(COMPARTMENTS)},
    )


def _tissue(
    state: Mapping[str, NDArray[np.float64]], parameters: Parameters
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return active synthase and methylation potential (time, compartment)."""
    synthase = np.column_stack([state["synthase_peripheral"], state["synthase_central"]])
    shares = np.array([parameters.local_share_peripheral, parameters.local_share_central])
    return synthase, metabolism.methylation_potential(synthase, shares, parameters)


def _over_tissue(values: NDArray[np.float64], name: str) -> xr.Variable:
    return xr.Variable(("time", "compartment"), values, {"units": "1", "long_name": name})


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

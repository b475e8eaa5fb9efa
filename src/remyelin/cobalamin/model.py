"""One course of cobalamin: from what reaches the body to the drive of myelin."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.cobalamin import blood, cognition, kinetics, metabolism
from remyelin.cobalamin.exposure import Exposure
from remyelin.cobalamin.parameters import Parameters
from remyelin.cobalamin.timeline import grid, schedule
from remyelin.errors import InputError

COMPARTMENTS = ("peripheral", "central")


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
    plan = schedule(exposure.doses)
    nodes = grid(wanted, exposure, plan)
    kinetic = kinetics.solve(nodes, exposure, plan, parameters)
    metabolic = metabolism.solve(nodes, exposure, kinetic, parameters)
    haemoglobin, mcv = blood.solve(nodes, exposure, metabolic.synthase_peripheral, parameters)
    at = np.searchsorted(nodes, wanted)

    # Transcobalamin takes up free cobalamin tightly until it is full; both are part of total B12.
    room = np.maximum(parameters.binding_capacity - kinetic.holotc[at], 0.0)
    free = kinetic.free[at]
    synthase = np.column_stack([metabolic.synthase_peripheral[at], metabolic.synthase_central[at]])
    shares = np.array([parameters.local_share_peripheral, parameters.local_share_central])
    methylation = metabolism.methylation_potential(synthase, shares, parameters)

    def over_time(values: NDArray[np.float64], unit: str, name: str) -> xr.Variable:
        return xr.Variable("time", values, {"units": unit, "long_name": name})

    def over_tissue(values: NDArray[np.float64], name: str) -> xr.Variable:
        return xr.Variable(("time", "compartment"), values, {"units": "1", "long_name": name})

    return xr.Dataset(
        {
            "b12": over_time(kinetic.holotc[at] + kinetic.haptocorrin[at] + free, "pmol/L", "serum B12"),
            "holotc": over_time(kinetic.holotc[at] + np.minimum(free, room), "pmol/L", "holotranscobalamin"),
            "mma": over_time(metabolic.mma[at], "nmol/L", "plasma methylmalonate"),
            "homocysteine": over_time(metabolic.homocysteine[at], "umol/L", "plasma homocysteine"),
            "csf_b12": over_time(metabolic.csf_b12[at], "pmol/L", "cerebrospinal B12"),
            "albumin_ratio": over_time(
                metabolic.albumin_ratio[at], "1e-3", "cerebrospinal over serum albumin (hypothesis)"
            ),
            "store": over_time(kinetic.store[at], "nmol", "body cobalamin"),
            "pending": over_time(kinetic.pending[at], "nmol", "absorbed or injected, not yet in the store"),
            "absorption": over_time(
                kinetic.absorption[at], "nmol/day", "cobalamin reaching blood from the gut"
            ),
            "absorbed": over_time(kinetic.absorbed[at], "nmol", "absorbed since the start"),
            "captured": over_time(kinetic.captured[at], "nmol", "injected and taken up since the start"),
            "urine": over_time(kinetic.urine[at], "nmol", "injected and excreted since the start"),
            "lost": over_time(kinetic.lost[at], "nmol", "lost from the store since the start"),
            "methyl_trap": over_time(
                metabolism.methyl_trap(synthase[:, 0], parameters),
                "1",
                "5-methyltetrahydrofolate share of folate",
            ),
            "cognition": over_time(
                cognition.score(methylation[:, 1], metabolic.homocysteine[at], parameters),
                "SD",
                "cognition relative to health (weak, size assumed)",
            ),
            "haemoglobin": over_time(haemoglobin[at], "g/L", "haemoglobin"),
            "mcv": over_time(mcv[at], "fL", "mean red cell volume"),
            "synthase": over_tissue(synthase, "active methionine synthase, 1 = replete"),
            "methylation": over_tissue(methylation, "methylation potential, 1 = replete"),
        },
        coords={
            "time": over_time(wanted, "day", "time from presentation"),
            "compartment": list(COMPARTMENTS),
        },
    )


def _checked(times: ArrayLike) -> NDArray[np.float64]:
    wanted = np.atleast_1d(np.asarray(times, dtype=float))
    if wanted.ndim != 1 or not wanted.size or not np.isfinite(wanted).all():
        raise InputError("cobalamin: times must be a list of finite days, at least one.")
    if (np.diff(wanted) <= 0).any():
        raise InputError("cobalamin: times are out of order; give each once, the earliest first.")
    return wanted

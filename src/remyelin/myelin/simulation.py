"""The course of myelin and axons under a drive, segment by segment."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin import numerics
from remyelin.errors import InputError, SimulationError
from remyelin.myelin import kernel
from remyelin.myelin.parameters import Parameters

_DESCRIPTIONS: Final = {
    "intact": "share of surviving internodes with their original sheath",
    "vacuolated": "share with separated lamellae and open paranodes, reversible",
    "bare": "share without a sheath",
    "remyelinated": "share with a new sheath, thin and short",
    "thickness": "mean sheath thickness of remyelinated internodes, of normal",
    "internode_length": "mean length of remyelinated internodes, of normal",
    "channel_redistribution": "share of bare internodes whose channels have spread along the axolemma",
    "axons": "surviving share of the axons, regrown ones included",
    "debris": "myelin debris, of the whole sheath",
    "erk": "Erk1/2 activity of the sheath-forming cell, relative",
    "supply": "sheath-forming cells in the repair state, relative",
    "balance": "slow TNF/EGF imbalance, 0 = none",
}


def simulate(drive: xr.Dataset, segments: xr.Dataset, age: float, parameters: Parameters) -> xr.Dataset:
    """Follow every segment from health under a methylation potential.

    Parameters
    ----------
    drive : Dataset
        ``methylation`` over (..., time, compartment), 1 = replete; further leading dimensions (plans,
        members) are kept. Optional, over (..., time): ``toxin`` (1 = full dose of a demyelinating
        toxin), ``methylcobalamin`` (mg/kg/day, the pharmacological term), ``mma`` (nmol/L). Linear
        between the times (days), constant before the first.
    segments : Dataset
        ``compartment``, ``tract`` and ``distance`` (mm from the cell body) over segment.
    age : float
        Age in years.
    parameters : Parameters
        The rates.

    Returns
    -------
    Dataset
        Over (..., time, segment): intact, vacuolated, bare, remyelinated (sum 1), thickness,
        internode_length, channel_redistribution, axons, debris, erk, supply, balance; all ``"1"``.

    Raises
    ------
    InputError
        If a variable is missing, not finite or impossible, or the times do not increase.
    SimulationError
        If the integration needs more steps than :data:`remyelin.numerics.MAX_STEPS`.
    """
    if not 0.0 < age < np.inf:
        raise InputError(f"age is {age}; give a positive number of years.")
    names, compartments, tracts, distances = _segments(segments)
    times, lead, inputs = _inputs(drive, compartments)
    plans = int(np.prod([size for _, size in lead], dtype=np.int64))

    rates = np.tile(parameters.rates(compartments, tracts, distances, age), plans)
    start = healthy(rates)
    out = np.empty((rates.size, times.size, len(kernel.STATES)))
    failed = kernel.integrate(
        times,
        inputs,
        rates,
        start,
        np.array(numerics.DORMAND_PRINCE_NODES),
        np.array(numerics.DORMAND_PRINCE_STAGES),
        np.array(numerics.DORMAND_PRINCE_ERROR),
        float(numerics.DORMAND_PRINCE_ORDER),
        numerics.MYELIN_RTOL,
        numerics.MYELIN_ATOL,
        numerics.STEP_SAFETY,
        numerics.STEP_SHRINK,
        numerics.STEP_GROW,
        numerics.FIRST_STEP,
        numerics.MAX_STEPS,
        out,
    )
    if failed >= 0:
        raise SimulationError(
            f"myelin of segment {names[failed % len(names)]!r} could not be followed in "
            f"{numerics.MAX_STEPS} steps; check the drive and the rates."
        )
    states = out.reshape(plans, len(names), times.size, -1).swapaxes(1, 2)
    states = states.reshape(*(size for _, size in lead), times.size, len(names), -1)
    return _label(states, drive, [name for name, _ in lead], times, names)


def healthy(rates: NDArray[Any]) -> NDArray[np.float64]:
    """Return the state of rest of each segment: every sheath intact, cells at their resting supply.

    Parameters
    ----------
    rates : (case,) array of RATES
        Rates of each case.

    Returns
    -------
    (case, states) array
        A steady state under full methylation and no toxin.
    """
    state = np.zeros((rates.size, len(kernel.STATES)))
    on = rates["supply_on"] * rates["erk_rest"]
    off = rates["supply_off"] * (1.0 - rates["erk_rest"])
    state[:, kernel.INTACT] = 1.0
    state[:, kernel.ERK] = rates["erk_rest"]
    state[:, kernel.SUPPLY] = on / (on + off)
    state[:, kernel.SURVIVORS] = 1.0
    return state


def _segments(segments: xr.Dataset) -> tuple[list[str], list[str], list[str], NDArray[np.float64]]:
    for name in ("compartment", "tract", "distance"):
        if name not in segments:
            raise InputError(f"segments lack {name!r}; give compartment, tract and distance per segment.")
    distances = segments["distance"].to_numpy().astype(np.float64)
    if not (np.isfinite(distances).all() and (distances > 0).all()):
        raise InputError("segment distances must be positive numbers of mm from the cell body.")
    return (
        [str(name) for name in segments["segment"].to_numpy()],
        [str(name) for name in segments["compartment"].to_numpy()],
        [str(name) for name in segments["tract"].to_numpy()],
        distances,
    )


def _inputs(
    drive: xr.Dataset, compartments: list[str]
) -> tuple[NDArray[np.float64], list[tuple[str, int]], NDArray[np.float64]]:
    if "methylation" not in drive:
        raise InputError("the drive lacks 'methylation' over (time, compartment).")
    methylation = drive["methylation"]
    missing = {"time", "compartment"} - set(methylation.dims)
    if missing:
        raise InputError(f"methylation of the drive lacks the dimension {sorted(missing)[0]!r}.")
    times = drive["time"].to_numpy().astype(np.float64)
    if times.size < 2 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise InputError("the times of the drive must be at least two, finite and increasing, in days.")
    lead = [
        (str(name), size) for name, size in methylation.sizes.items() if name not in ("time", "compartment")
    ]
    order = [name for name, _ in lead]
    known = [str(name) for name in methylation["compartment"].to_numpy()]
    for compartment in set(compartments) - set(known):
        raise InputError(f"the drive has no compartment {compartment!r}; it has {', '.join(known)}.")

    pick = [known.index(compartment) for compartment in compartments]
    phi = methylation.transpose(*order, "compartment", "time").to_numpy()[..., pick, :]
    inputs = np.zeros((*phi.shape, len(kernel.INPUTS)))
    inputs[..., kernel.PHI] = phi
    for index, name in enumerate(kernel.INPUTS):
        if name == "methylation" or name not in drive:
            continue
        extra = drive[name].broadcast_like(methylation.isel(compartment=0, drop=True))
        inputs[..., index] = extra.transpose(*order, "time").to_numpy()[..., None, :]
    for index, name in enumerate(kernel.INPUTS):
        values = inputs[..., index]
        if not np.isfinite(values).all() or (values < 0).any():
            raise InputError(f"{name} of the drive must be finite and not negative.")
    return times, lead, np.ascontiguousarray(inputs.reshape(-1, times.size, len(kernel.INPUTS)))


def _label(
    states: NDArray[np.float64],
    drive: xr.Dataset,
    order: list[str],
    times: NDArray[np.float64],
    names: list[str],
) -> xr.Dataset:
    # Rounding may leave a share at -1e-17; nothing larger is hidden (see the tests of the kernel).
    states = np.clip(states, 0.0, None)
    share = {name: states[..., index] for index, name in enumerate(kernel.STATES)}
    bare, new = share["bare"], share["remyelinated"]
    values = {name: share[name] for name in ("intact", "vacuolated", "bare", "remyelinated")}
    values["thickness"] = _mean(share["thickness_sum"], new)
    values["internode_length"] = _mean(share["length_sum"], new)
    values["channel_redistribution"] = _mean(share["channel_sum"], bare)
    values["axons"] = share["survivors"] + share["regrown"]
    values |= {name: share[name] for name in ("debris", "erk", "supply", "balance")}
    dims = (*order, "time", "segment")
    variables = {
        name: (dims, np.ascontiguousarray(value), {"units": "1", "long_name": _DESCRIPTIONS[name]})
        for name, value in values.items()
    }
    coords: dict[str, Any] = {name: drive[name] for name in order if name in drive.coords}
    coords["time"] = ("time", times, {"units": "day", "long_name": "time from presentation"})
    coords["segment"] = ("segment", names)
    return xr.Dataset(variables, coords=coords)


def _mean(total: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return total over share, zero where there is (next to) none of it."""
    present = share > numerics.NEGLIGIBLE
    return np.where(present, np.minimum(total / np.where(present, share, 1.0), 1.0), 0.0)

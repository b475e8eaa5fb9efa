"""The course of myelin and axons under a drive, segment by segment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin import numerics
from remyelin.errors import InputError, SimulationError, nearest
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


def simulate(
    drive: xr.Dataset,
    segments: xr.Dataset,
    age: ArrayLike,
    parameters: Parameters | Sequence[Parameters],
    *,
    over: str = "member",
    start: Mapping[str, float] | None = None,
    keep: ArrayLike | None = None,
    threads: int | None = None,
) -> xr.Dataset:
    """Follow every segment from health under a methylation potential.

    Parameters
    ----------
    drive : Dataset
        ``methylation`` over (..., time, compartment), 1 = replete; further leading dimensions (plans,
        persons) are kept. Optional, over (..., time): ``toxin`` (1 = full dose of a demyelinating
        toxin), ``methylcobalamin`` (mg/kg/day, the pharmacological term), ``mma`` (nmol/L). Linear
        between the times (days), constant before the first.
    segments : Dataset
        ``compartment``, ``tract`` and ``distance`` (mm from the cell body) over segment; ``distance`` may
        also be over (`over`, segment).
    age : float or (`over`,) array
        Age in years.
    parameters : Parameters or sequence of Parameters
        The rates, of all or of each along `over`.
    over : str
        Name of the dimension along which parameters, ages or distances differ: one of the drive's (each
        person has its own drive), or a new one, put first (each member meets every drive).
    start : mapping of str to float, optional
        State of every segment at the first time where it is not that of health, by the names of
        :data:`remyelin.myelin.kernel.STATES`: a bare axon is ``{"intact": 0, "bare": 1}``.
    keep : (kept,) array, optional
        Times of the drive whose states are returned; all when omitted. Steps are the same.
    threads : int, optional
        Blocks of segments followed at once; as many as there are processors when omitted. Results do not
        depend on it.

    Returns
    -------
    Dataset
        Over (..., time, segment): intact, vacuolated, bare, remyelinated (sum 1), thickness,
        internode_length, channel_redistribution, axons, debris, erk, supply, balance; all ``"1"``.

    Raises
    ------
    InputError
        If a variable is missing, not finite or impossible, the times do not increase, or what is given
        along `over` differs in number.
    SimulationError
        If the integration needs more steps than :data:`remyelin.numerics.MAX_STEPS`.
    """
    names, compartments, tracts, calibres, distances = _segments(segments, over)
    times, lead, inputs, pick = _inputs(drive, compartments)
    ages = np.asarray(age, dtype=np.float64)
    for item in ages.flat:
        if not 0.0 < item < np.inf:
            raise InputError(f"age is {item}; give a positive number of years.")
    sets = (parameters,) if isinstance(parameters, Parameters) else tuple(parameters)
    stacked = None if isinstance(parameters, Parameters) else len(sets)
    members = _members(dict(lead).get(over), stacked, ages, distances, over)

    # One row of rates per member; then the member and the drive of every case, member first if it is new.
    table = np.stack(
        [
            sets[i % len(sets)].rates(
                compartments,
                tracts,
                distances[i % len(distances)],
                float(ages.flat[i % ages.size]),
                calibres,
            )
            for i in range(members or 1)
        ]
    )
    plan = np.arange(len(inputs))
    if members is not None and over not in dict(lead):
        lead, plan = [(over, members), *lead], np.tile(plan, members)
    order, sizes = [name for name, _ in lead], [size for _, size in lead]
    member = np.zeros(plan.size, dtype=np.int64)
    if members is not None:
        member = np.indices(sizes)[order.index(over)].reshape(-1)
    rates = table[member].reshape(-1)
    driven = (plan[:, None] * inputs.shape[1] + np.array(pick)).reshape(-1)

    kept, where = _kept(times, keep)
    states = np.empty((rates.size, kept.size, len(kernel.STATES)))
    drives = np.ascontiguousarray(inputs.reshape(-1, times.size, len(kernel.INPUTS)))
    failed = _integrate(times, drives, driven, rates, _begin(rates, start), where, threads, states)
    if failed >= 0:
        raise SimulationError(
            f"myelin of segment {names[failed % len(names)]!r} could not be followed in "
            f"{numerics.MAX_STEPS} steps; check the drive and the rates."
        )
    by_time = states.reshape(plan.size, len(names), kept.size, -1).swapaxes(1, 2)
    by_time = by_time.reshape(*sizes, kept.size, len(names), -1)
    return _label(by_time, drive, order, kept, names)


def _members(
    of_drive: int | None,
    stacked: int | None,
    ages: NDArray[np.float64],
    distances: NDArray[np.float64],
    over: str,
) -> int | None:
    """Return how many members there are, None where nothing is given per member."""
    if ages.ndim > 1:
        raise InputError(f"age has {ages.ndim} dimensions; give one number, or one per {over}.")
    counts = {
        "sets of parameters": stacked,
        "ages": len(ages) if ages.ndim else None,
        "rows of distances": len(distances) if len(distances) > 1 else None,
    }
    found = {what: count for what, count in counts.items() if count is not None}
    if not found:
        return None
    if of_drive is not None:
        found = {"drives": of_drive, **found}
    (first, count), *rest = found.items()
    for what, other in rest:
        if other != count:
            raise InputError(f"there are {count} {first} and {other} {what} along {over!r}; give as many.")
    if count == 0:
        raise InputError(f"there are no {first}; give at least one.")
    return count


def _kept(
    times: NDArray[np.float64], keep: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the times to keep and, for every time, its place among them or -1."""
    if keep is None:
        return times, np.arange(times.size)
    kept = np.unique(np.asarray(keep, dtype=np.float64))
    unknown = kept[~np.isin(kept, times)]
    if kept.size == 0 or unknown.size:
        wrong = f"{unknown[0]:g} is not one" if unknown.size else "none is given"
        raise InputError(f"keep takes times of the drive, and {wrong}.")
    return kept, np.where(np.isin(times, kept), np.searchsorted(kept, times), -1)


def _integrate(
    times: NDArray[np.float64],
    inputs: NDArray[np.float64],
    driven: NDArray[np.int64],
    rates: NDArray[Any],
    start: NDArray[np.float64],
    kept: NDArray[np.int64],
    threads: int | None,
    out: NDArray[np.float64],
) -> int:
    """Integrate all cases, in blocks side by side, into `out`; return the first that failed, or -1."""
    workers = threads if threads is not None else (os.cpu_count() or 1)
    if workers < 1:
        raise InputError(f"threads is {workers}; give 1 or more.")
    tableau = (
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
    )

    def block(begin: int) -> int:
        part = slice(begin, begin + numerics.MYELIN_BLOCK)
        failed = kernel.integrate(
            times, inputs, driven[part], rates[part], start[part], kept, *tableau, out[part]
        )
        return begin + failed if failed >= 0 else -1

    begins = range(0, rates.size, numerics.MYELIN_BLOCK)
    if workers == 1 or len(begins) == 1:
        failures = [block(begin) for begin in begins]
    else:
        with ThreadPoolExecutor(min(workers, len(begins))) as pool:
            failures = list(pool.map(block, begins))
    return next((failed for failed in failures if failed >= 0), -1)


def _begin(rates: NDArray[Any], start: Mapping[str, float] | None) -> NDArray[np.float64]:
    """Return the state of each case at the first time."""
    state = healthy(rates)
    for name, value in (start or {}).items():
        if name not in kernel.STATES:
            raise InputError(f"start has no state {name!r}; {nearest(name, kernel.STATES)}")
        if not 0.0 <= value <= 1.0:
            raise InputError(f"start of {name} is {value}; give a share from 0 to 1.")
        state[:, kernel.STATES.index(name)] = value
    sheaths = state[:, [kernel.INTACT, kernel.VACUOLATED, kernel.BARE, kernel.REMYELINATED]].sum(axis=1)
    if (abs(sheaths - 1.0) > numerics.MYELIN_ATOL).any():
        raise InputError("start: intact, vacuolated, bare and remyelinated internodes must sum to 1.")
    return state


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


def _segments(
    segments: xr.Dataset, over: str
) -> tuple[list[str], list[str], list[str], list[str] | None, NDArray[np.float64]]:
    """Return names, compartments, tracts, calibres and distances (1 or members, segment) of the segments."""
    for name in ("compartment", "tract", "distance"):
        if name not in segments:
            raise InputError(f"segments lack {name!r}; give compartment, tract and distance per segment.")
    dims = set(map(str, segments["distance"].dims))
    if not {"segment"} <= dims <= {"segment", over}:
        raise InputError(
            f"segment distances are over {', '.join(sorted(dims))}; give (segment) or ({over}, segment)."
        )
    distances = segments["distance"].transpose(..., "segment").to_numpy().astype(np.float64)
    distances = distances.reshape(-1, distances.shape[-1])
    if not (np.isfinite(distances).all() and (distances > 0).all()):
        raise InputError("segment distances must be positive numbers of mm from the cell body.")

    def words(name: str) -> list[str]:
        return [str(item) for item in segments[name].to_numpy()]

    calibres = words("calibre") if "calibre" in segments else None
    return words("segment"), words("compartment"), words("tract"), calibres, distances


def _inputs(
    drive: xr.Dataset, compartments: list[str]
) -> tuple[NDArray[np.float64], list[tuple[str, int]], NDArray[np.float64], list[int]]:
    """Return times, leading dimensions, inputs (plan, compartment, time, inputs) and each segment's compartment."""
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
    phi = methylation.transpose(*order, "compartment", "time").to_numpy()
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
    plans = int(np.prod([size for _, size in lead], dtype=np.int64))
    return times, lead, inputs.reshape(plans, len(known), times.size, len(kernel.INPUTS)), pick


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

"""The course of myelin and axons under a drive, segment by segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.errors import InputError
from remyelin.myelin import equations
from remyelin.myelin.integrate import beginning, follow, healthy, keeping, shares
from remyelin.myelin.parameters import COMPARTMENTS, Parameters

DRIVES: Final = ("methylation", "gas")
"""Variables of a course of cobalamin that drive myelin."""

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
        toxin), ``methylcobalamin`` (mg/kg/day, the pharmacological term), ``mma`` (nmol/L), ``gas``
        (nitrous oxide, inspired fraction as the mean of the day). Linear between the times (days), constant
        before the first.
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
        :data:`remyelin.myelin.equations.STATES`: a bare axon is ``{"intact": 0, "bare": 1}``.
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
        If the integration needs more steps than :data:`remyelin.myelin.settings.MAX_STEPS`.

    Examples
    --------
    >>> import xarray as xr
    >>> from remyelin import Ledger, myelin, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(57, 'female', 163.0, 33.0)
    >>> drive = xr.Dataset(
    ...     {'methylation': (('time', 'compartment'), [[1.0, 1.0], [0.3, 0.3], [0.3, 0.3]])},
    ...     {'time': [0.0, 1.0, 200.0], 'compartment': ['peripheral', 'central']},
    ... )
    >>> parameters = myelin.Parameters.from_ledger(ledger)
    >>> states = myelin.simulate(drive, nerve.segments(person, ledger), 57.0, parameters)
    >>> bool(states['intact'].isel(time=-1).min() < 1.0)
    True
    """
    names, compartments, tracts, calibres, distances = _segments(segments, over)
    times, lead, inputs, pick = _inputs(drive, compartments)
    ages = np.asarray(age, dtype=np.float64)
    for item in ages.flat:
        _check_age(item)
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

    kept, where = keeping(times, keep)
    drives = np.ascontiguousarray(inputs.reshape(-1, times.size, len(equations.INPUTS)))
    states = follow(times, drives, driven, rates, beginning(rates, start), where, names, threads)
    by_time = states.reshape(plan.size, len(names), kept.size, -1).swapaxes(1, 2)
    by_time = by_time.reshape(*sizes, kept.size, len(names), -1)
    return _label(shares(by_time), drive, order, kept, names)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Positions of segments: names, compartments, tracts, and mm from the cell body to the middle (segment).

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> places = nerve.places(nerve.Person(57, 'female', 163.0, 33.0), Ledger.shipped())
    >>> len(places.names) == places.distances.size
    True
    """

    names: tuple[str, ...]
    compartments: tuple[str, ...]
    tracts: tuple[str, ...]
    distances: NDArray[np.float64]

    def at(self, which: Sequence[int]) -> Places:
        """Return some of them."""
        return Places(
            tuple(self.names[i] for i in which),
            tuple(self.compartments[i] for i in which),
            tuple(self.tracts[i] for i in which),
            self.distances[list(which)],
        )


def course_of(
    times: NDArray[np.float64],
    methylation: NDArray[np.float64],
    places: Places,
    age: float,
    parameters: Parameters,
    keep: ArrayLike | None = None,
    gas: NDArray[np.float64] | None = None,
    methylcobalamin: NDArray[np.float64] | None = None,
    threads: int | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Return the course of :func:`simulate` under methylation and nitrous oxide as plain arrays (..., time, segment).

    Parameters
    ----------
    times : (time,) array
        Days.
    methylation : (..., time, compartment) array
        By :data:`remyelin.myelin.parameters.COMPARTMENTS`; leading dimensions are plans of one person.
    places : Places
    age : float
        Years.
    parameters : Parameters
    keep : (kept,) array, optional
        Times whose states are returned; all when omitted.
    gas : (..., time) array, optional
        Nitrous oxide, inspired fraction as the mean of the day; none when omitted.
    methylcobalamin : (..., time) array, optional
        Dose of the pharmacological term, mg/kg/day; none when omitted.
    threads : int, optional
        As in :func:`simulate`.

    Raises
    ------
    InputError
        If a number is impossible, or the times do not increase.
    SimulationError
        As :func:`simulate`.

    Examples
    --------
    >>> import numpy as np
    >>> from remyelin import Ledger, myelin, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(57, 'female', 163.0, 33.0)
    >>> times = np.array([0.0, 100.0, 200.0])
    >>> starved = np.full((3, 2), 0.3)
    >>> parameters = myelin.Parameters.from_ledger(ledger)
    >>> course = myelin.course_of(times, starved, nerve.places(person, ledger), 57.0, parameters)
    >>> bool(course['intact'][0].min() > course['intact'][-1].min())
    True
    """
    _check_age(age)
    _check_times(times)
    lead = methylation.shape[:-2]
    inputs = np.zeros((*lead, len(COMPARTMENTS), times.size, len(equations.INPUTS)))
    inputs[..., equations.PHI] = methylation.swapaxes(-1, -2)
    if gas is not None:
        inputs[..., equations.GAS] = gas[..., None, :]
    if methylcobalamin is not None:
        inputs[..., equations.DOSE] = methylcobalamin[..., None, :]
    _check_inputs(inputs)
    inputs = inputs.reshape(-1, *inputs.shape[-2:])
    rates = parameters.rates(places.compartments, places.tracts, places.distances, age)
    plans = len(inputs) // len(COMPARTMENTS)
    driven = np.array([COMPARTMENTS.index(name) for name in places.compartments])
    driven = (len(COMPARTMENTS) * np.arange(plans)[:, None] + driven).reshape(-1)
    rates = np.tile(rates, plans)
    states = follow(
        times, inputs, driven, rates, healthy(rates), keeping(times, keep)[1], places.names, threads
    )
    by_time = states.reshape(*lead, len(places.names), *states.shape[1:]).swapaxes(-3, -2)
    return shares(by_time)


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
    _check_times(times)
    lead = [
        (str(name), size) for name, size in methylation.sizes.items() if name not in ("time", "compartment")
    ]
    order = [name for name, _ in lead]
    known = [str(name) for name in methylation["compartment"].to_numpy()]
    for compartment in set(compartments) - set(known):
        raise InputError(f"the drive has no compartment {compartment!r}; it has {', '.join(known)}.")

    pick = [known.index(compartment) for compartment in compartments]
    phi = methylation.transpose(*order, "compartment", "time").to_numpy()
    inputs = np.zeros((*phi.shape, len(equations.INPUTS)))
    inputs[..., equations.PHI] = phi
    for index, name in enumerate(equations.INPUTS):
        if name == "methylation" or name not in drive:
            continue
        extra = drive[name].broadcast_like(methylation.isel(compartment=0, drop=True))
        inputs[..., index] = extra.transpose(*order, "time").to_numpy()[..., None, :]
    _check_inputs(inputs)
    plans = int(np.prod([size for _, size in lead], dtype=np.int64))
    return times, lead, inputs.reshape(plans, len(known), times.size, len(equations.INPUTS)), pick


def _check_age(age: float) -> None:
    if not 0.0 < age < np.inf:
        raise InputError(f"age is {age}; give a positive number of years.")


def _check_times(times: NDArray[np.float64]) -> None:
    if times.size < 2 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise InputError("the times of the drive must be at least two, finite and increasing, in days.")


def _check_inputs(inputs: NDArray[np.float64]) -> None:
    for index, name in enumerate(equations.INPUTS):
        values = inputs[..., index]
        if not np.isfinite(values).all() or (values < 0).any():
            raise InputError(f"{name} of the drive must be finite and not negative.")


def _label(
    values: Mapping[str, NDArray[np.float64]],
    drive: xr.Dataset,
    order: list[str],
    times: NDArray[np.float64],
    names: list[str],
) -> xr.Dataset:
    dims = (*order, "time", "segment")
    variables = {
        name: (dims, np.ascontiguousarray(value), {"units": "1", "long_name": _DESCRIPTIONS[name]})
        for name, value in values.items()
    }
    coords: dict[str, Any] = {name: drive[name] for name in order if name in drive.coords}
    coords["time"] = ("time", times, {"units": "day", "long_name": "time from presentation"})
    coords["segment"] = ("segment", names)
    return xr.Dataset(variables, coords=coords)

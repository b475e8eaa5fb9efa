"""What is recorded of a fibre: every impulse at its nodes, and the potential it leaves at electrodes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_US
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import (
    CROSSING_LEVEL,
    PROTOCOL_LIMIT_MS,
    PROTOCOL_STEP_US,
    RECORD_EVERY,
    RECORD_LIMIT,
    STEP_LIMITS_US,
)
from remyelin.fibre.solvers.full import Scheme, simulate_full
from remyelin.fibre.stimulation.extracellular import Electrode, potential_at
from remyelin.fibre.stimulation.stimulus import Stimulus

Array = NDArray[np.float64]


def spike_times(time: ArrayLike, potential: ArrayLike, level: float) -> Array:
    """Return every upward crossing of a level, linearly interpolated.

    Parameters
    ----------
    time : (samples,) array
        ms.
    potential : (samples,) array
        mV.
    level : float
        mV.

    Returns
    -------
    (spikes,) array
        ms.
    """
    at, v = np.asarray(time, dtype=np.float64), np.asarray(potential, dtype=np.float64)
    up = np.flatnonzero((v[:-1] < level) & (v[1:] >= level))
    share = (level - v[up]) / (v[up + 1] - v[up])
    crossing: Array = at[up] + share * (at[up + 1] - at[up])
    return crossing


def spikes(
    fibre: Fibre,
    stimuli: Sequence[Stimulus],
    *,
    duration: float,
    nodes: Sequence[int] | None = None,
    level: float = CROSSING_LEVEL,
    step: float = PROTOCOL_STEP_US,
    scheme: Scheme = "second-order",
) -> xr.Dataset:
    """Simulate and list every impulse at every node, not only the first.

    Parameters
    ----------
    fibre : Fibre
    stimuli : sequence of Stimulus
        All at once; none leaves the fibre to itself.
    duration : float
        ms.
    nodes : sequence of int, optional
        All of them when omitted.
    level : float
        mV; an impulse is an upward crossing of it.
    step : float
        us.
    scheme : "second-order" or "backward-euler"

    Returns
    -------
    xarray.Dataset
        ``time(node, spike)`` in ms, NaN beyond the last; ``count(node)``.
    """
    _positive(duration, step)
    which = list(range(fibre.n_nodes) if nodes is None else nodes)
    if any(not 0 <= node < fibre.n_nodes for node in which):
        raise InputError(f"spikes: nodes must lie between 0 and {fibre.n_nodes - 1}.")
    _affordable(duration, step, 1, len(which))
    run = simulate_full(fibre, tuple(stimuli), duration, step=step, scheme=scheme, record=fibre.nodes[which])
    times = [spike_times(run.time, run.potential[:, k], level) for k in range(len(which))]
    most = max((len(t) for t in times), default=0)
    padded = np.full((len(which), most), np.nan)
    for row, found in zip(padded, times, strict=True):
        row[: len(found)] = found
    return xr.Dataset(
        {
            "time": (("node", "spike"), padded, {"units": "ms"}),
            "count": ("node", np.array([len(t) for t in times]), {"units": "1"}),
        },
        {"node": which, "position": ("node", fibre.node_positions[which], {"units": "mm"})},
        {"level_mV": level, "step_us": step, "scheme": scheme, "duration_ms": duration},
    )


def record_potential(
    fibre: Fibre,
    stimuli: Sequence[Stimulus],
    electrodes: Sequence[Electrode],
    *,
    duration: float,
    every: int = RECORD_EVERY,
    step: float = PROTOCOL_STEP_US,
    scheme: Scheme = "second-order",
) -> xr.Dataset:
    """Simulate and return the potential the fibre's membrane currents leave at electrodes.

    The field of an extracellular stimulus itself, its artefact, is not part of it.

    Parameters
    ----------
    fibre : Fibre
    stimuli : sequence of Stimulus
    electrodes : sequence of Electrode
        Against a distant reference; subtract two for a bipolar recording.
    duration : float
        ms.
    every : int
        Time steps between samples.
    step : float
        us.
    scheme : "second-order" or "backward-euler"

    Returns
    -------
    xarray.Dataset
        ``potential(electrode, time)`` in uV, time in ms, with the electrodes' positions.
    """
    _positive(duration, step)
    if every < 1 or every != int(every):
        raise InputError(f"record_potential: every is {every}; give a whole number of 1 or more.")
    _affordable(duration, step, every, fibre.n_compartments)
    run = simulate_full(
        fibre,
        tuple(stimuli),
        duration,
        step=step,
        scheme=scheme,
        record_current=np.arange(fibre.n_compartments),
        every=every,
    )
    potential = potential_at(fibre, run.current, list(electrodes)).T
    return xr.Dataset(
        {"potential": (("electrode", "time"), potential, {"units": "uV"})},
        {
            "time": ("time", run.time, {"units": "ms"}),
            **{
                axis: ("electrode", [e.position[k] for e in electrodes], {"units": "um"})
                for k, axis in enumerate(("x", "y", "z"))
            },
        },
        {"step_us": step, "scheme": scheme, "fibre": f"{fibre.model} {fibre.diameter:g} um"},
    )


def _positive(duration: float, step: float) -> None:
    low, high = STEP_LIMITS_US
    if not 0 < duration <= PROTOCOL_LIMIT_MS:
        raise InputError(
            f"recording: duration is {duration} ms; give a number above zero, up to {PROTOCOL_LIMIT_MS:g}."
        )
    if not low <= step <= high:
        raise InputError(f"recording: step is {step} us; give {low:g} to {high:g} us.")


def _affordable(duration: float, step: float, every: int, series: int) -> None:
    if duration / (step * MS_PER_US * every) * series > RECORD_LIMIT:
        raise InputError(
            f"recording: {duration:g} ms of {series} places is too much to keep; "
            "record less often (every), fewer places, or a shorter time."
        )

"""A recording of a fibre in the full solver."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.base.units import MS_PER_US, NA_PER_MA, S_PER_CM2_TO_US_PER_UM2, UV_PER_MV
from remyelin.fibre.protocols.crossings import spike_times
from remyelin.fibre.protocols.preparation import Preparation
from remyelin.fibre.protocols.recorded import Chosen, command_current, coordinates
from remyelin.fibre.solvers.full import simulate_full
from remyelin.fibre.stimulation.stimulus import Stimulus
from remyelin.fibre.stimulation.waveform import rectangular

Array = NDArray[np.float64]


def record_in_full(
    preparation: Preparation,
    chosen: Chosen,
    stimuli: Sequence[Stimulus],
    duration: float,
    every: int,
    level: float,
) -> xr.Dataset:
    """Run a preparation in the full solver and return its recording."""
    fibre = preparation.fibre
    sources, rest = list(stimuli), preparation.rest
    if chosen.clamp is not None:
        node, clamp = chosen.clamp
        compartment = int(fibre.nodes[node])
        area = np.pi * fibre.axon_diameter[compartment] * fibre.length[compartment]
        leak = fibre.axolemma_leak.copy()
        leak[compartment] += clamp.conductance / (area * S_PER_CM2_TO_US_PER_UM2)
        resting = float(rest[0][compartment] - rest[1][compartment])
        holding = command_current(fibre, node, clamp.conductance, rectangular(2 * duration))
        sources += [
            Stimulus((resting - fibre.leak_reversal) * holding.axoplasm, holding.periaxonal, holding.sample),
            command_current(fibre, node, clamp.conductance, clamp.command),
        ]
        fibre = fibre.replace(axolemma_leak=leak)
    kept = np.array([*fibre.nodes[chosen.nodes], *chosen.compartments], dtype=np.int64)
    if chosen.clamp is not None:
        kept = np.append(kept, fibre.nodes[chosen.clamp[0]])
    run = simulate_full(
        fibre, tuple(sources), duration, step=preparation.run.step, scheme=preparation.run.scheme,
        record=kept, every=every, start=rest,
        record_current=np.arange(fibre.n_compartments) if chosen.fields else None,
    )  # fmt: skip
    variables: dict[str, object] = {
        "potential": (("node", "time"), run.potential[:, : len(chosen.nodes)].T, {"units": "mV"})
    }
    if chosen.compartments:
        inner = run.potential[:, len(chosen.nodes) :][:, : len(chosen.compartments)]
        variables["membrane"] = (("compartment", "time"), inner.T, {"units": "mV"})
    if chosen.clamp is not None:
        node, clamp = chosen.clamp
        step = preparation.run.step * MS_PER_US
        steps = max(1, round(duration / step))
        command = clamp.command.sample(steps, step)[every - 1 :: every][: len(run.time) - 1]
        held = run.potential[:, -1] - run.potential[0, -1]
        current = clamp.conductance * (np.concatenate([[0.0], command]) - held)
        variables["clamp_current"] = ("time", current, {"units": "nA"})
    if chosen.fields:
        seen = run.current @ np.array(chosen.fields).T / NA_PER_MA * UV_PER_MV
        variables["field"] = (("electrode", "time"), seen.T, {"units": "uV"})
    each = [spike_times(run.time, trace, level) for trace in run.potential[:, : len(chosen.nodes)].T]
    times = np.full((len(each), max((len(t) for t in each), default=0)), np.nan)
    for row, own in zip(times, each, strict=True):
        row[: len(own)] = own
    variables |= {
        "impulse": (("node", "number"), times, {"units": "ms"}),
        "count": ("node", np.array([len(t) for t in each], dtype=np.int64), {"units": "1"}),
        "arrival": ("node", run.arrival[chosen.nodes], {"units": "ms"}),
        "peak": ("node", run.peak[chosen.nodes], {"units": "mV"}),
    }
    return xr.Dataset(variables, coordinates(fibre, chosen, run.time))

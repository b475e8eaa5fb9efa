"""A recording of a fibre in the reduced solver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_US, NA_PER_MA, UV_PER_MV
from remyelin.fibre.protocols.preparation import Preparation
from remyelin.fibre.protocols.recorded import Chosen, command_current, coordinates
from remyelin.fibre.settings import IMPULSE_APART_MS, MOST_IMPULSES, TRAIN_CHUNK
from remyelin.fibre.solvers.driven import Block, Recorded
from remyelin.fibre.solvers.driven_parts import field
from remyelin.fibre.solvers.driven_rows import Prepared, lead
from remyelin.fibre.solvers.gating import GATES
from remyelin.fibre.solvers.packing import membranes
from remyelin.fibre.solvers.readout import Readout, artefact, compartment_readout
from remyelin.fibre.solvers.trials import damped
from remyelin.fibre.stimulation.stimulus import Stimulus

Array = NDArray[np.float64]


def record_reduced(
    preparation: Preparation,
    chosen: Chosen,
    stimuli: Sequence[Stimulus],
    duration: float,
    every: int,
    level: float,
) -> xr.Dataset:
    """Run a reduced preparation and return its recording; see :func:`~remyelin.fibre.stimulate`."""
    reduced = preparation.reduced
    if reduced is None:
        raise InputError("stimulate: the fibre cannot be reduced; use solver='full'.")
    fibre, step = preparation.fibre, preparation.run.step * MS_PER_US
    steps = max(1, round(duration / step))
    sources, clamped = list(stimuli), None
    if chosen.clamp is not None:
        node, clamp = chosen.clamp
        sources.append(command_current(fibre, node, clamp.conductance, clamp.command))
        clamped = np.array([[reduced.nodes[node], clamp.conductance]])
    readouts = [compartment_readout(reduced, one, sources) for one in chosen.compartments]
    points = _points(reduced, chosen, readouts)
    watch = np.array([[reduced.nodes[node]] for node in chosen.nodes], dtype=np.int64).reshape(-1, 1)
    most = min(MOST_IMPULSES, 1 + int(duration / IMPULSE_APART_MS))
    patterns = preparation.patterns(sources)
    block = Block([reduced], [patterns], watch, np.full(watch.shape, level), most=most, clamped=clamped)
    waves = np.array([s.sample(steps, step) for s in sources]).reshape(-1, steps, 1)
    jumped, gain = damped(waves), np.ones((len(waves), 1))
    leads = (
        [np.array([lead(reduced, s.axoplasm, s.periaxonal) for s in chosen.leads])] if chosen.leads else None
    )
    parts: list[Recorded] = []
    for first in range(0, steps, TRAIN_CHUNK):
        part = slice(first, first + TRAIN_CHUNK)
        recorded = block.advance(
            waves[:, part],
            gain,
            jumped[part],
            every=every,
            record=points[:, None],
            gates=bool(chosen.gates),
            states=bool(readouts),
            leads=leads,
        )
        parts.append(recorded)
    samples = steps // every
    wave = np.zeros((len(waves), samples + 1))
    wave[:, 1:] = waves[:, every - 1 : samples * every : every, 0]
    deviation = _joined(parts, "potential")
    where = {int(point): k for k, point in enumerate(points)}

    def at(node: int) -> int:
        return where[int(reduced.nodes[node])]

    potential = deviation + reduced.rest[points]
    variables: dict[str, Any] = {
        "potential": (
            ("node", "time"),
            potential[:, [at(node) for node in chosen.nodes]].T,
            {"units": "mV"},
        )
    }
    if readouts:
        states = _joined(parts, "states")
        rows = [_membrane(one, deviation, states, wave, where) for one in readouts]
        variables["membrane"] = (("compartment", "time"), np.array(rows), {"units": "mV"})
    if chosen.gates:
        columns = [at(node) for node in chosen.gates]
        variables |= _gates_and_currents(
            preparation, reduced, chosen, parts, potential[:, columns], columns, every
        )
    if chosen.clamp is not None:
        node, clamp = chosen.clamp
        current = clamp.conductance * (wave[-1] - deviation[:, at(node)])
        variables["clamp_current"] = ("time", current, {"units": "nA"})
    if chosen.leads:
        direct = np.array(
            [
                artefact(reduced, own, potential_of, sources)
                for own, potential_of in zip(chosen.leads, chosen.fields, strict=True)
            ]
        )
        seen = (_joined(parts, "field").T + direct @ wave) / NA_PER_MA * UV_PER_MV
        variables["field"] = (("electrode", "time"), seen, {"units": "uV"})
    times = block.times[:, 0]
    found = int(np.isfinite(times).sum(axis=1).max(initial=0))
    variables |= {
        "impulse": (("node", "number"), times[:, :found], {"units": "ms"}),
        "count": ("node", block.count[:, 0], {"units": "1"}),
        "arrival": ("node", block.arrival[:, 0], {"units": "ms"}),
        "peak": ("node", reduced.rest[watch[:, 0]] + block.peak[:, 0], {"units": "mV"}),
    }
    time: Array = np.arange(samples + 1, dtype=np.float64) * (every * step)
    return xr.Dataset(variables, coordinates(fibre, chosen, time))


def _points(reduced: Prepared, chosen: Chosen, readouts: Sequence[Readout]) -> NDArray[np.int64]:
    """Return the points that have to be recorded for the chosen quantities."""
    clamp = [] if chosen.clamp is None else [chosen.clamp[0]]
    wanted = {int(reduced.nodes[node]) for node in (*chosen.nodes, *chosen.gates, *clamp)}
    for one in readouts:
        wanted |= {one.point, min(one.point + 1, reduced.points - 1)}
    return np.array(sorted(wanted), dtype=np.int64)


def _joined(parts: Sequence[Recorded], name: str) -> Array:
    """Return one recorded quantity of all parts of a run, with the rest it began from."""
    whole = np.concatenate([getattr(part, name)[..., 0] for part in parts])
    begun: Array = np.concatenate([np.zeros((1, *whole.shape[1:])), whole])
    return begun


def _membrane(one: Readout, deviation: Array, states: Array, wave: Array, where: dict[int, int]) -> Array:
    """Return the membrane potential of a compartment over time, mV."""
    here, there = where[one.point], where.get(one.point + 1, where[one.point])
    total: Array = (
        one.rest
        + one.ends[0] * deviation[:, here]
        + one.ends[1] * deviation[:, there]
        + states[:, here] @ one.states
        + one.sources @ wave
    )
    return total


def _gates_and_currents(
    preparation: Preparation,
    reduced: Prepared,
    chosen: Chosen,
    parts: Sequence[Recorded],
    volts: Array,
    columns: Sequence[int],
    every: int,
) -> dict[str, Any]:
    """Return gates at the times of the potentials (samples, gated), and the currents that follow from both."""
    points = [int(reduced.nodes[node]) for node in chosen.gates]
    late = np.concatenate([part.gates[..., 0] for part in parts])[:, columns]
    first = reduced.values[points][:, [field(name) for name in GATES]]
    gates = np.concatenate([first[None], late])
    # recorded half a step late: brought back along the straight line from the sample before
    gates[1:] -= np.diff(gates, axis=0) / (2 * every)
    membrane = membranes(preparation.fibre, reduced.net, reduced.modes.at, reduced.tables)
    reversal = reduced.tables.reversal[membrane.sets[points]]
    m, h, p, s = np.moveaxis(gates, -1, 0)
    naf, nap, ks, leak = membrane.density[points].T
    opened = (naf * m**3 * h, nap * p**3, ks * s, leak + 0 * volts)
    currents = np.array([(g * (volts - reversal[:, k])).T for k, g in enumerate(opened)])
    return {
        "gates": (("gate", "gated", "time"), gates.transpose(2, 1, 0), {"units": "1"}),
        "currents": (("current", "gated", "time"), currents, {"units": "nA"}),
    }

"""The full-compartment solver with several runs side by side: protocols of fibres that cannot be reduced.

The steps are those of :mod:`~remyelin.fibre.solvers.full`, its readable twin. Runs that are alike, in the channels of
their compartments and the steps that are damped, share a block of :mod:`~remyelin.fibre.solvers.kernel_full`. A block
ends when the impulses of all its runs have arrived. What would leave most of a block empty is run alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import SimulationError
from remyelin.base.units import MS_PER_US
from remyelin.fibre.models.circuit import Circuit, circuit
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import DAMPED_STEPS, FIRING_DEPOLARISATION, GATE_LEAD, LANES
from remyelin.fibre.solvers.full import Scheme, simulate_full
from remyelin.fibre.solvers.gate_tables import aligned_zeros, membrane_tables
from remyelin.fibre.solvers.kernel_full import FIELDS, advance_block
from remyelin.fibre.stimulation.stimulus import Stimulus, jumps

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One run.

    Attributes
    ----------
    fibre : Fibre
    stimuli : tuple of Stimulus
        Currents into the compartments.
    duration : float
        ms.
    start : (inside, around)
        Resting potentials, mV.
    watch : tuple of int
        Nodes that are followed, as compartments.
    """

    fibre: Fibre
    stimuli: tuple[Stimulus, ...]
    duration: float
    start: tuple[Array, Array]
    watch: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Result of one run: times (samples,) ms, potentials (samples, watched) mV, arrivals (watched,) ms or NaN."""

    time: Array
    potential: Array
    arrival: Array


def simulate_side_by_side(
    sides: Sequence[Side], *, step: float, scheme: Scheme, until_arrival: int | None, threads: int = 1
) -> list[Followed]:
    """Run fibres compartment by compartment, several at a time; results do not depend on which share a block.

    Parameters
    ----------
    sides : sequence of Side
    step : float
        us.
    scheme : "second-order" or "backward-euler"
    until_arrival : int, optional
        Position in the watch whose impulse ends a run; None runs on to the end.
    threads : int

    Raises
    ------
    SimulationError
        If a solution is not finite.
    """
    step_ms = step * MS_PER_US
    blocks: dict[tuple[object, ...], list[int]] = {}
    sampled = []
    for i, side in enumerate(sides):
        count = max(1, round(side.duration / step_ms))
        waves = np.array([s.sample(count, step_ms) for s in side.stimuli]).reshape(-1, count)
        damped = np.zeros(count, dtype=np.bool_) if scheme != "second-order" else jumps(waves, DAMPED_STEPS)
        sampled.append((waves, damped))
        fibre = side.fibre
        kind = (
            fibre.channel_sets,
            fibre.temperature,
            fibre.channels.tobytes(),
            damped.tobytes(),
            side.watch,
            len(waves),
        )
        blocks.setdefault(kind, []).append(i)
    nets: dict[int, Circuit] = {id(side.fibre): circuit(side.fibre) for side in sides}
    parts = [block[k : k + LANES] for block in blocks.values() for k in range(0, len(block), LANES)]
    found: list[Followed | None] = [None] * len(sides)

    def advance(part: list[int]) -> None:
        chosen = np.resize(part, LANES)  # lanes that are left over repeat the others
        together = [sides[i] for i in chosen]
        first = together[0]
        tables = membrane_tables(first.fibre.channel_sets, first.fibre.temperature, step_ms)
        waves, damped = sampled[part[0]]
        n, count, watched = first.fibre.n_compartments, len(damped), len(first.watch)
        rows = _rows(together, nets)
        largest = np.stack([nets[id(side.fibre)].channel_conductance for side in together], axis=-1)
        gates = aligned_zeros((n, tables.steady.shape[2], LANES), np.float64)
        into = np.empty((2, len(waves), n, LANES))
        shape = np.empty((count, len(waves), LANES))
        for lane, (i, side) in enumerate(zip(chosen, together, strict=True)):
            shape[..., lane] = sampled[i][0].T
            for k, stimulus in enumerate(side.stimuli):
                into[0, k, :, lane], into[1, k, :, lane] = stimulus.axoplasm, stimulus.periaxonal
        potential = np.empty((count + 1, watched, LANES))
        arrival = np.full((watched, LANES), np.nan)
        used = advance_block(  # type: ignore[no-untyped-call]
            step_ms, scheme != "second-order", GATE_LEAD, damped, rows.reshape(-1), largest, gates,
            first.fibre.channels, np.array([len(s.gates) for s in first.fibre.channel_sets], dtype=np.int64),
            np.array([len(s.currents) for s in first.fibre.channel_sets], dtype=np.int64),
            tables.update, tables.steady, tables.low, tables.step, tables.reversal, tables.factors,
            into, shape, np.array(first.watch, dtype=np.int64),
            -1 if until_arrival is None else until_arrival, potential, arrival, FIRING_DEPOLARISATION,
        )  # fmt: skip
        time = np.arange(used + 1) * step_ms
        for lane, i in enumerate(part):
            if not np.all(np.isfinite(rows[:, 0, lane])):
                fibre = sides[i].fibre
                raise SimulationError(
                    f"{fibre.model} {fibre.diameter:g} um: the solution is not finite at a step of {step:g} us."
                )
            found[i] = Followed(time, potential[: used + 1, :, lane].copy(), arrival[:, lane].copy())

    def alone(part: list[int]) -> None:
        for i in part:
            side = sides[i]
            kept = np.array(side.watch, dtype=np.int64)
            run = simulate_full(
                side.fibre,
                side.stimuli,
                side.duration,
                step=step,
                scheme=scheme,
                record=kept,
                start=side.start,
            )
            node = {int(at): k for k, at in enumerate(side.fibre.nodes)}
            arrival = run.arrival[[node[at] for at in side.watch]]
            found[i] = Followed(run.time, run.potential, arrival)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda part: (advance if 2 * len(part) >= LANES else alone)(part), parts))
    return [one for one in found if one is not None]


def _rows(together: Sequence[Side], nets: dict[int, Circuit]) -> Array:
    """Return the rows of a block, (compartments + 2, fields, lanes)."""
    rows = aligned_zeros((together[0].fibre.n_compartments + 2, len(FIELDS), LANES), np.float64)
    at = {name: k for k, name in enumerate(FIELDS)}
    for lane, side in enumerate(together):
        net = nets[id(side.fibre)]
        own = rows[1:-1, :, lane]
        own[:, at["inside"]], own[:, at["around"]] = side.start
        own[:, at["resting"]] = own[:, at["earlier"]] = side.start[0] - side.start[1]
        own[:, at["base"]] = side.fibre.leak_reversal
        for name in ("axolemma_capacity", "axolemma_leak", "myelin_capacity", "myelin_conductance"):
            own[:, at[name]] = getattr(net, name)
        own[1:, at["axial"]], own[1:, at["periaxonal"]] = net.axial, net.periaxonal
    return rows  # type: ignore[return-value]

"""Build the tables of internodes by running the exact fibre engine past them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from remyelin.errors import SimulationError
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Fibre,
    Pulse,
    bare,
    lose_lamellae,
    mrg_interpolated,
    open_paranodes,
    pulse_stimulus,
    remyelinate,
    simulate_full,
)
from remyelin.nerve.anatomy import Array
from remyelin.nerve.tables import Tables
from remyelin.numerics import (
    NERVE_TABLE_BARE_MS,
    NERVE_TABLE_CACHE,
    NERVE_TABLE_DIAMETERS,
    NERVE_TABLE_FIRST_NODE,
    NERVE_TABLE_LENGTH,
    NERVE_TABLE_LESION,
    NERVE_TABLE_MS,
    NERVE_TABLE_NODES,
    NERVE_TABLE_POTENTIAL_DIAMETER,
    NERVE_TABLE_RUN,
    NERVE_TABLE_STEP_US,
    NERVE_TABLE_TEMPERATURES,
    NERVE_TABLE_THICKNESS,
    PULSE_MS,
)

Lesion = Callable[[Fibre, Sequence[int]], Fibre]

_STRONG = Pulse(duration=2 * PULSE_MS)  # excites the thickest fibre in the cold; delays are differences
_memory: dict[str, Tables] = {}


def build_tables(ledger: Ledger) -> Tables:
    """Return the tables of internodes for the numbers of a ledger.

    Made from exact runs on the converged grid; remembered per process by the values of the ledger.

    Parameters
    ----------
    ledger : Ledger

    Returns
    -------
    Tables
    """
    # Reading marks the entries as used by this run even when the tables are remembered.
    states = _States(ledger)
    _fibre(NERVE_TABLE_POTENTIAL_DIAMETER, NERVE_TABLE_TEMPERATURES[0], ledger)
    key = ledger.digest("fibre") + repr(states.values)
    if key not in _memory:
        if len(_memory) >= NERVE_TABLE_CACHE:
            _memory.pop(next(iter(_memory)))
        _memory[key] = _build(ledger, states)
    return _memory[key]


class _States:
    """What the states of an internode do to a fibre."""

    __slots__ = ("values",)

    def __init__(self, ledger: Ledger) -> None:
        self.values = (
            ledger["state.vacuolated_paranode"],
            ledger["state.vacuolated_lamellae"],
            ledger["state.bare_channels"],
            ledger["state.new_node_density"],
        )

    def vacuolate(self, fibre: Fibre, internodes: Sequence[int]) -> Fibre:
        """Open the paranodes and take lamellae away."""
        width, remaining, _, _ = self.values
        return lose_lamellae(open_paranodes(fibre, internodes, width), internodes, remaining)

    def strip(self, fibre: Fibre, internodes: Sequence[int]) -> Fibre:
        """Take the sheath away from axolemma over which channels have spread."""
        return bare(fibre, internodes, channel_share=self.values[2])

    def repair(self, thickness: float, length: float) -> Lesion:
        """Return what replaces internodes by short thin ones; a sheath has at least one lamella."""

        def change(fibre: Fibre, internodes: Sequence[int]) -> Fibre:
            thinnest = 1 / float(fibre.lamellae[fibre.internode(internodes[0])].min())
            density = self.values[-1]
            return remyelinate(fibre, internodes, max(thickness, thinnest), length, node_density=density)

        return change


def _build(ledger: Ledger, states: _States) -> Tables:
    repairs = [(w, length) for w in NERVE_TABLE_THICKNESS for length in NERVE_TABLE_LENGTH]
    lesions: list[Lesion] = [states.vacuolate, *(states.repair(*repair) for repair in repairs)]
    grid = [(d, t) for d in NERVE_TABLE_DIAMETERS for t in NERVE_TABLE_TEMPERATURES]
    shape = len(NERVE_TABLE_DIAMETERS), len(NERVE_TABLE_TEMPERATURES)

    healthy = [_fibre(d, t, ledger) for d, t in grid]
    arrival = _arrivals(healthy, NERVE_TABLE_MS)
    for fibre, row in zip(healthy, arrival, strict=True):
        if not np.all(np.isfinite(row)):
            raise SimulationError(
                f"a healthy fibre of {fibre.diameter:g} um does not conduct at {fibre.temperature:g} C with these "
                "numbers; nerve studies need one that does."
            )
    first, last = NERVE_TABLE_FIRST_NODE, -NERVE_TABLE_FIRST_NODE - 1
    spans = NERVE_TABLE_NODES - 2 * NERVE_TABLE_FIRST_NODE - 1
    time = (arrival[:, last] - arrival[:, first]) / spans
    end = arrival[:, last]

    sheathed = np.array(list(_lesioned(healthy, lesions, NERVE_TABLE_MS, end)))
    stripped = np.array(list(_lesioned(healthy, [states.strip], NERVE_TABLE_BARE_MS, end)))
    lengths = [f.node_positions for f in healthy[:: shape[1]]]
    shapes = [_potential(t, ledger) for t in NERVE_TABLE_TEMPERATURES]
    return Tables(
        diameter=np.array(NERVE_TABLE_DIAMETERS),
        temperature=np.array(NERVE_TABLE_TEMPERATURES),
        thickness=np.array(NERVE_TABLE_THICKNESS),
        length=np.array(NERVE_TABLE_LENGTH),
        internode_length=np.array([(x[last] - x[first]) / spans for x in lengths]),
        axon_diameter=np.array([float(f.axon_diameter.max()) for f in healthy[:: shape[1]]]),
        internode_time=time.reshape(shape),
        vacuolated=sheathed[0].reshape(*shape, -1),
        bare=stripped[0].reshape(*shape, -1),
        remyelinated=np.moveaxis(sheathed[1:].reshape(len(repairs), *shape, -1), 0, -2),
        potential_time=shapes[0][0],
        potential=np.array([potential for _, potential in shapes]),
    )


def _fibre(diameter: float, temperature: float, ledger: Ledger) -> Fibre:
    return mrg_interpolated(
        diameter, NERVE_TABLE_NODES, temperature=temperature, grid="converged", ledger=ledger
    )


def _lesioned(healthy: list[Fibre], lesions: list[Lesion], duration: float, end: Array) -> Iterator[Array]:
    """Yield for each lesion the (grid, 4) costs: first, further, alone, in a run."""
    start = NERVE_TABLE_LESION
    for lesion in lesions:
        one, many = (
            _arrivals([lesion(fibre, range(start, start + n)) for fibre in healthy], duration)[
                :, -NERVE_TABLE_FIRST_NODE - 1
            ]
            - end
            for n in (1, NERVE_TABLE_RUN)
        )
        alone, in_run = np.isfinite(one), np.isfinite(many)
        further = (many - one) / (NERVE_TABLE_RUN - 1)
        # Where nothing passes the delay is never used; zero keeps the interpolation finite.
        yield np.stack(
            [
                np.where(alone, one, 0.0),
                np.where(in_run, further, np.where(alone, one, 0.0)),
                alone.astype(float),
                (alone & in_run).astype(float),
            ],
            axis=-1,
        )


def _arrivals(fibres: Sequence[Fibre], duration: float) -> Array:
    """Arrival (ms) at the last nodes of fibres, rows aligned at the far end; NaN where blocked."""
    rows = []
    for fibre in fibres:
        stimulus = (pulse_stimulus(fibre, _STRONG),)
        run = simulate_full(fibre, stimulus, duration, step=NERVE_TABLE_STEP_US)
        rows.append(run.arrival[-NERVE_TABLE_NODES:])
    return np.array(rows)


def _potential(temperature: float, ledger: Ledger) -> tuple[Array, Array]:
    """Time (ms) and potential above rest (mV) of a node in the middle of a healthy fibre."""
    fibre = _fibre(NERVE_TABLE_POTENTIAL_DIAMETER, temperature, ledger)
    middle = fibre.nodes[len(fibre.nodes) // 2]
    run = simulate_full(
        fibre,
        (pulse_stimulus(fibre, _STRONG),),
        NERVE_TABLE_MS,
        step=NERVE_TABLE_STEP_US,
        record=np.array([middle]),
    )
    potential = run.potential[:, 0]
    return run.time, potential - potential[0]

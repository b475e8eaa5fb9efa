"""Build the tables of internodes by running the exact fibre engine past them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from remyelin.base.errors import SimulationError
from remyelin.evidence import Ledger
from remyelin.evidence.memo import remembered
from remyelin.fibre import (
    Fibre,
    Pulse,
    bare,
    conduct,
    conduct_assembled,
    lose_lamellae,
    mrg_interpolated,
    open_paranodes,
    pulse_stimulus,
    reduce_internodes,
    remyelinate,
    simulate_full,
)
from remyelin.fibre.settings import PULSE_MS
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.conduction.shipped_tables import key_of, read_by, shipped_internodes
from remyelin.nerve.conduction.tables import Tables
from remyelin.nerve.settings import (
    NERVE_TABLE_BARE_MS,
    NERVE_TABLE_CACHE,
    NERVE_TABLE_DIAMETERS,
    NERVE_TABLE_FINE_DIAMETERS,
    NERVE_TABLE_FINE_TEMPERATURES,
    NERVE_TABLE_FIRST_NODE,
    NERVE_TABLE_LENGTH,
    NERVE_TABLE_LESION,
    NERVE_TABLE_LESION_NODES,
    NERVE_TABLE_LONG,
    NERVE_TABLE_MS,
    NERVE_TABLE_NODES,
    NERVE_TABLE_POTENTIAL_DIAMETER,
    NERVE_TABLE_RUN,
    NERVE_TABLE_RUN_MS,
    NERVE_TABLE_STEP_US,
    NERVE_TABLE_TEMPERATURES,
    NERVE_TABLE_THICKNESS,
)

Lesion = Callable[[Fibre, Sequence[int]], Fibre]

_STRONG = Pulse(duration=2 * PULSE_MS)  # excites the thickest fibre in the cold; delays are differences
_memory: dict[str, Tables] = {}


@remembered(maxsize=NERVE_TABLE_CACHE)
def build_tables(ledger: Ledger) -> Tables:
    """Return the tables of internodes for the numbers of a ledger.

    Made from exact runs on the converged grid. Those of the shipped numbers come with the package; others are
    computed (seconds) and remembered per process by the values of the ledger.

    Parameters
    ----------
    ledger : Ledger

    Returns
    -------
    Tables

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> tables.healthy_diameter.size > 2
    True
    """
    key = tables_key(ledger)
    if key not in _memory:
        if len(_memory) >= NERVE_TABLE_CACHE:
            _memory.pop(next(iter(_memory)))
        _memory[key] = shipped_internodes(key) or compute_tables(ledger)
    return _memory[key]


def tables_key(ledger: Ledger) -> str:
    """Return a hash of everything the tables rest on, and note that this run used it."""

    def build(probe: Ledger) -> None:
        States(probe)
        _fibre(NERVE_TABLE_POTENTIAL_DIAMETER, NERVE_TABLE_TEMPERATURES[0], probe)

    return key_of(read_by(build, ledger), "NERVE_TABLE_")


class States:
    """Lesions of a fibre by the states of an internode."""

    __slots__ = ("values",)

    def __init__(self, ledger: Ledger) -> None:
        self.values = (
            ledger["state.vacuolated_paranode"],
            ledger["state.vacuolated_lamellae"],
            ledger["state.bare_channels"],
            ledger["state.bare_persistent_sodium"],
            ledger["state.new_node_density"],
        )

    def vacuolate(self, fibre: Fibre, internodes: Sequence[int]) -> Fibre:
        """Open the paranodes and take lamellae away."""
        width, remaining, *_ = self.values
        return lose_lamellae(open_paranodes(fibre, internodes, width), internodes, remaining)

    def strip(self, fibre: Fibre, internodes: Sequence[int]) -> Fibre:
        """Take the sheath away from axolemma over which channels have spread."""
        _, _, share, persistent, _ = self.values
        return bare(fibre, internodes, channel_share=share, persistent_sodium=persistent)

    def repair(self, thickness: float, length: float) -> Lesion:
        """Return a function that replaces internodes by short thin ones; a sheath has at least one lamella."""

        def change(fibre: Fibre, internodes: Sequence[int]) -> Fibre:
            thinnest = 1 / float(fibre.lamellae[fibre.internode(internodes[0])].min())
            density = self.values[-1]
            return remyelinate(fibre, internodes, max(thickness, thinnest), length, node_density=density)

        return change


def compute_tables(ledger: Ledger) -> Tables:
    """Run the engine for every entry of the tables, whether or not they come with the package."""
    states = States(ledger)
    fine = [_fibre(d, t, ledger) for d in NERVE_TABLE_FINE_DIAMETERS for t in NERVE_TABLE_FINE_TEMPERATURES]
    shape = len(NERVE_TABLE_FINE_DIAMETERS), len(NERVE_TABLE_FINE_TEMPERATURES)
    per_diameter = fine[:: shape[1]]
    first, last = NERVE_TABLE_FIRST_NODE, -NERVE_TABLE_FIRST_NODE - 1
    spans = NERVE_TABLE_NODES - 2 * NERVE_TABLE_FIRST_NODE - 1
    arrival = _arrivals(fine, NERVE_TABLE_MS)
    shapes = [_potential(t, ledger) for t in NERVE_TABLE_FINE_TEMPERATURES]

    for fibre, when in zip(fine, arrival[:, last], strict=True):
        _refuse_block(fibre.diameter, fibre.temperature, when)
    repairs = [(w, length) for w in NERVE_TABLE_THICKNESS for length in NERVE_TABLE_LENGTH]
    sheathed: list[Lesion] = [states.vacuolate, *(states.repair(*repair) for repair in repairs)]
    costs = _costs(sheathed, NERVE_TABLE_RUN_MS, ledger)
    return Tables(
        healthy_diameter=np.array(NERVE_TABLE_FINE_DIAMETERS),
        healthy_temperature=np.array(NERVE_TABLE_FINE_TEMPERATURES),
        internode_length=np.array([np.ptp(f.node_positions[[first, last]]) / spans for f in per_diameter]),
        axon_diameter=np.array([float(f.axon_diameter.max()) for f in per_diameter]),
        internode_time=((arrival[:, last] - arrival[:, first]) / spans).reshape(shape),
        diameter=np.array(NERVE_TABLE_DIAMETERS),
        temperature=np.array(NERVE_TABLE_TEMPERATURES),
        thickness=np.array(NERVE_TABLE_THICKNESS),
        length=np.array(NERVE_TABLE_LENGTH),
        vacuolated=costs[0],
        bare=_costs([states.strip], NERVE_TABLE_BARE_MS, ledger)[0],
        remyelinated=np.moveaxis(costs[1:], 0, -2),
        potential_time=shapes[0][0],
        potential=np.array([potential for _, potential in shapes]),
    )


def _fibre(diameter: float, temperature: float, ledger: Ledger) -> Fibre:
    return mrg_interpolated(
        diameter, NERVE_TABLE_NODES, temperature=temperature, grid="converged", ledger=ledger
    )


def _refuse_block(diameter: float, temperature: float, arrival: float) -> None:
    if not np.isfinite(arrival):
        raise SimulationError(
            f"a healthy fibre of {diameter:g} um does not conduct at {temperature:g} C with these numbers; nerve "
            "studies need one that does."
        )


def _costs(lesions: list[Lesion], duration: float, ledger: Ledger) -> Array:
    """Return the costs of lesions, (lesion, diameter, temperature, 5), in the order of :func:`columns`."""
    diameters, start = NERVE_TABLE_DIAMETERS, NERVE_TABLE_LESION
    pairs = [mrg_interpolated(d, 2, grid="converged", ledger=ledger) for d in diameters]
    pieces = [*pairs, *(lesion(pair, [0]) for lesion in lesions for pair in pairs)]
    # One fibre per diameter as it is, then with one lesion, then with runs of them, lesion by lesion.
    count = len(pairs)
    lengths = (0, 1, NERVE_TABLE_RUN, NERVE_TABLE_LONG)
    fibres = np.tile(np.arange(count)[:, None], (len(lengths), len(lesions), 1, NERVE_TABLE_LESION_NODES - 1))
    for row, length in zip(fibres, lengths, strict=True):
        row[:, :, start : start + length] = count + np.arange(len(lesions) * count).reshape(-1, count, 1)
    flat = fibres.reshape(-1, NERVE_TABLE_LESION_NODES - 1)
    found = []
    for temperature in NERVE_TABLE_TEMPERATURES:
        warm = [piece.replace(temperature=temperature) for piece in pieces]
        library = reduce_internodes(warm, step=NERVE_TABLE_STEP_US)
        run = conduct_assembled(library, flat, pulse=_STRONG, duration=duration)
        arrival = run["arrival"].to_numpy()[:, -NERVE_TABLE_FIRST_NODE - 1]
        for diameter, when in zip(diameters, arrival[:count], strict=True):
            _refuse_block(diameter, temperature, when)
        found.append(arrival.reshape(len(lengths), len(lesions), count))
    healthy, *runs = np.stack(found, axis=-1)
    one, few, many = (run - healthy for run in runs)
    alone = np.isfinite(one)
    in_run = np.isfinite(many) & np.isfinite(few) & alone
    # Delays of blocked cells are unused; set them to a finite value so interpolation stays finite.
    first = np.where(alone, one, 0.0)
    further = np.where(in_run, (few - one) / (NERVE_TABLE_RUN - 1), first)
    long = np.where(in_run, (many - few) / (NERVE_TABLE_LONG - NERVE_TABLE_RUN), further)
    return np.stack([first, further, alone.astype(float), in_run.astype(float), long], axis=-1)


def _arrivals(fibres: Iterable[Fibre], duration: float) -> Array:
    """Arrival (ms) at the last nodes of fibres, rows aligned at the far end; NaN where blocked."""
    counts: list[int] = []

    def counted() -> Iterator[Fibre]:
        for fibre in fibres:
            counts.append(fibre.n_nodes)
            yield fibre

    run = conduct(counted(), pulse=_STRONG, duration=duration, step=NERVE_TABLE_STEP_US)
    arrival = run["arrival"].to_numpy()
    return np.array([row[n - NERVE_TABLE_NODES : n] for row, n in zip(arrival, counts, strict=True)])


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

"""One fibre under any stimuli: potentials of nodes and compartments, gates, currents, impulses, electrodes."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from remyelin.base.checks import number, whole
from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_US
from remyelin.fibre.checks import duration_ms
from remyelin.fibre.models.fibre import Fibre, a_fibre
from remyelin.fibre.protocols.preparation import Preparation, ProtocolSolver, Run
from remyelin.fibre.protocols.recorded import Chosen, Clamp
from remyelin.fibre.protocols.recorded_full import record_in_full
from remyelin.fibre.protocols.recorded_reduced import record_reduced
from remyelin.fibre.settings import (
    CROSSING_LEVEL,
    PROTOCOL_STEP_US,
    RECORD_EVERY,
    RECORD_LIMIT,
    REDUCTION_TOLERANCE,
)
from remyelin.fibre.solvers.full import Scheme
from remyelin.fibre.solvers.gating import GATES
from remyelin.fibre.stimulation.sources import Lead
from remyelin.fibre.stimulation.stimulus import Stimulus


def stimulate(
    fibre: Fibre,
    stimuli: Sequence[Stimulus] = (),
    *,
    duration: float,
    nodes: Sequence[int] | None = None,
    compartments: Sequence[int] = (),
    gates: Sequence[int] = (),
    electrodes: Sequence[Lead] = (),
    clamp: Clamp | None = None,
    every: int = RECORD_EVERY,
    level: float = CROSSING_LEVEL,
    step: float = PROTOCOL_STEP_US,
    scheme: Scheme = "second-order",
    solver: ProtocolSolver = "auto",
    tolerance: float = REDUCTION_TOLERANCE,
) -> xr.Dataset:
    """Run one fibre from rest under stimuli and record it.

    Parameters
    ----------
    fibre : Fibre
    stimuli : sequence of Stimulus
        All at once, each with its own waveform; none leaves the fibre to itself.
    duration : float
        ms.
    nodes : sequence of int, optional
        Nodes whose potential is recorded; all of them when omitted. Impulses are counted at the same nodes.
    compartments : sequence of int
        Compartments whose membrane potential is recorded, under myelin too.
    gates : sequence of int
        Nodes whose gates and ionic currents are recorded; reduced solver only.
    electrodes : sequence of Electrode or Field
        Where the potential that the fibre's currents leave is recorded, against a distant reference. The field of
        an extracellular stimulus itself is not part of it.
    clamp : Clamp, optional
        Voltage clamp of a node.
    every : int
        Steps between samples.
    level : float
        mV: an upward crossing counts as an impulse.
    step : float
        us.
    scheme : "second-order" or "backward-euler"
        Backward Euler is for comparison with other simulators and needs the full solver.
    solver : "auto", "reduced" or "full"
    tolerance : float
        Error of the reduction up to which the cheapest one is taken.

    Returns
    -------
    xarray.Dataset
        ``potential(node, time)``, ``membrane(compartment, time)`` mV; ``gates(gate, gated, time)``;
        ``currents(current, gated, time)`` nA, outward positive; ``field(electrode, time)`` uV;
        ``clamp_current(time)`` nA into the node; ``count(node)``, ``impulse(node, number)`` ms, ``arrival(node)``: the
        largest inward current of the first impulse, ms; ``peak(node)`` mV.

    Raises
    ------
    InputError
        If something does not exist, cannot be, or is too much to keep.
    SimulationError
        If the fibre has no resting state.

    Examples
    --------
    >>> from remyelin.evidence import Ledger
    >>> from remyelin.fibre import Pipette, above, mrg, rectangular, stimulate
    >>> fibre = mrg(10.0, 15, ledger=Ledger.shipped())
    >>> pulse = Pipette(1).stimulus(fibre, rectangular(0.1), 2.0)
    >>> run = stimulate(fibre, [pulse], duration=1.5, gates=[7], electrodes=[above(fibre, 500.0, 0.3)])
    >>> run["count"].values.tolist() == [1] * 15
    True
    >>> sorted(run.sizes)
    ['current', 'electrode', 'gate', 'gated', 'node', 'number', 'time']
    """
    run = Run(step=step, scheme=scheme, threads=1, solver=solver, tolerance=tolerance)
    a_fibre(fibre, "stimulate")
    duration_ms(duration, "stimulate")
    every = whole(every, "every", "stimulate")
    number(level, "level", "stimulate", unit="mV")
    for stimulus in stimuli:
        if not isinstance(stimulus, Stimulus) or len(stimulus.axoplasm) != fibre.n_compartments:
            raise InputError("stimulate: a stimulus is none, or was made for another fibre.")
    chosen = Chosen(fibre, nodes, compartments, gates, electrodes, clamp)
    series = (
        len(chosen.nodes) + len(chosen.compartments) + 2 * len(GATES) * len(chosen.gates) + len(electrodes)
    )
    if duration / (step * MS_PER_US * every) * max(1, series) > RECORD_LIMIT:
        raise InputError(
            f"stimulate: {duration:g} ms of {series} places is too much to keep; "
            "record less often (every), fewer places, or a shorter time."
        )
    preparation = Preparation(fibre, run, [*stimuli, *chosen.leads], duration)
    if preparation.reduced is None:
        if chosen.gates:
            raise InputError(
                "stimulate: gates are recorded by the reduced solver, which cannot run this fibre."
            )
        data = record_in_full(preparation, chosen, stimuli, duration, every, level)
    else:
        data = record_reduced(preparation, chosen, stimuli, duration, every, level)
    data.attrs.update(
        fibre=f"{fibre.model} {fibre.diameter:g} um",
        step_us=step,
        scheme=scheme,
        solver="full" if preparation.reduced is None else "reduced",
        reduction_error=preparation.error,
        duration_ms=duration,
        level_mV=level,
    )
    return data

"""Recordings of a fibre: every impulse at its nodes, and the potential at electrodes."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from remyelin.base.errors import InputError
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.protocols.preparation import ProtocolSolver
from remyelin.fibre.protocols.stimulate import stimulate
from remyelin.fibre.settings import CROSSING_LEVEL, PROTOCOL_STEP_US, RECORD_EVERY
from remyelin.fibre.solvers.full import Scheme
from remyelin.fibre.stimulation.extracellular import AXES, Electrode
from remyelin.fibre.stimulation.sources import Lead
from remyelin.fibre.stimulation.stimulus import Stimulus


def spikes(
    fibre: Fibre,
    stimuli: Sequence[Stimulus],
    *,
    duration: float,
    nodes: Sequence[int] | None = None,
    level: float = CROSSING_LEVEL,
    step: float = PROTOCOL_STEP_US,
    scheme: Scheme = "second-order",
    solver: ProtocolSolver = "auto",
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
    solver : "auto", "reduced" or "full"

    Returns
    -------
    xarray.Dataset
        ``time(node, spike)`` in ms, NaN beyond the last; ``count(node)``.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import Pulse, pulse_stimulus, spikes, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 21, ledger=ledger)
    >>> found = spikes(fibre, [pulse_stimulus(fibre, Pulse())], duration=1.5, nodes=[10])
    >>> sorted(str(name) for name in found.variables)[:3]
    ['count', 'node', 'position']
    """
    run = stimulate(
        fibre,
        stimuli,
        duration=duration,
        nodes=nodes,
        level=level,
        step=step,
        scheme=scheme,
        solver=solver,
        every=1,
    )
    return xr.Dataset(
        {"time": (("node", "spike"), run["impulse"].values, {"units": "ms"}), "count": run["count"]},
        {"node": run["node"], "position": run["position"]},
        run.attrs,
    )


def record_potential(
    fibre: Fibre,
    stimuli: Sequence[Stimulus],
    electrodes: Sequence[Lead],
    *,
    duration: float,
    every: int = RECORD_EVERY,
    step: float = PROTOCOL_STEP_US,
    scheme: Scheme = "second-order",
    solver: ProtocolSolver = "auto",
) -> xr.Dataset:
    """Simulate and return the potential the fibre's membrane currents leave at electrodes.

    The field of an extracellular stimulus itself, its artefact, is not part of it.

    Parameters
    ----------
    fibre : Fibre
    stimuli : sequence of Stimulus
    electrodes : sequence of Electrode or Field
        Against a distant reference; subtract two for a bipolar recording.
    duration : float
        ms.
    every : int
        Time steps between samples.
    step : float
        us.
    scheme : "second-order" or "backward-euler"
    solver : "auto", "reduced" or "full"

    Returns
    -------
    xarray.Dataset
        ``potential(electrode, time)`` in uV, time in ms, with the electrodes' positions where they have one.

    Raises
    ------
    InputError
        Without an electrode.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import Pulse, above, pulse_stimulus, record_potential, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 21, ledger=ledger)
    >>> found = record_potential(
    ...     fibre, [pulse_stimulus(fibre, Pulse())], [above(fibre, 1000.0, 0.2)], duration=1.0
    ... )
    >>> found['potential'].attrs['units']
    'uV'
    """
    if not electrodes:
        raise InputError("record_potential: give at least one electrode.")
    run = stimulate(
        fibre, stimuli, duration=duration, nodes=(), electrodes=electrodes, every=every, step=step,
        scheme=scheme, solver=solver,
    )  # fmt: skip
    positions = {
        axis: ("electrode", [e.position[k] for e in electrodes if isinstance(e, Electrode)], {"units": "um"})
        for k, axis in enumerate(AXES)
        if all(isinstance(e, Electrode) for e in electrodes)
    }
    return xr.Dataset({"potential": run["field"]}, {"time": run["time"], **positions}, run.attrs)

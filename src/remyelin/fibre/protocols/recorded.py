"""Places and variables to record in a run, checked, and their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.base.checks import number
from remyelin.base.errors import InputError
from remyelin.base.units import MM_PER_UM
from remyelin.fibre.checks import position, positions
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import CLAMP_CONDUCTANCE
from remyelin.fibre.solvers.gating import GATES
from remyelin.fibre.stimulation.extracellular import extracellular_stimulus
from remyelin.fibre.stimulation.sources import Lead
from remyelin.fibre.stimulation.stimulus import Stimulus
from remyelin.fibre.stimulation.waveform import Waveform, rectangular

Array = NDArray[np.float64]
CURRENTS = ("naf", "nap", "ks", "leak")


@dataclass(frozen=True, slots=True)
class Clamp:
    """A voltage clamp of one node: held at its rest, and at command potentials while the waveform lasts.

    Attributes
    ----------
    node : int
        From 0; negative numbers count from the far end.
    command : Waveform
        mV from rest.
    conductance : float
        Of the amplifier, uS; its inverse is the series resistance, 0.1 MOhm by default.

    Examples
    --------
    >>> from remyelin.fibre import Clamp, rectangular
    >>> Clamp(node=10, command=rectangular(5.0, amplitude=50.0)).conductance
    10.0
    """

    node: int
    command: Waveform
    conductance: float = CLAMP_CONDUCTANCE

    def __post_init__(self) -> None:
        number(self.conductance, "conductance", "clamp", above=0.0, unit="uS")
        if not isinstance(self.command, Waveform):
            raise InputError(f"clamp: a {type(self.command).__name__} is no Waveform.")


def command_current(fibre: Fibre, node: int, conductance: float, waveform: Waveform) -> Stimulus:
    """Return the current that a clamp's command drives into its node through its conductance."""
    axoplasm = np.zeros(fibre.n_compartments)
    axoplasm[fibre.nodes[node]] = conductance
    return Stimulus(axoplasm, np.zeros(fibre.n_compartments), waveform.sample)


class Chosen:
    """Quantities to be recorded, checked."""

    __slots__ = ("clamp", "compartments", "electrodes", "fields", "gates", "leads", "nodes")

    def __init__(
        self,
        fibre: Fibre,
        nodes: Sequence[int] | None,
        compartments: Sequence[int],
        gates: Sequence[int],
        electrodes: Sequence[Lead],
        clamp: Clamp | None,
    ) -> None:
        where, count = "stimulate", fibre.n_nodes
        every_node = range(count) if nodes is None else nodes
        self.nodes = positions(every_node, count, "node", where, from_end=True)
        self.gates = positions(gates, count, "node", where, from_end=True)
        self.compartments = positions(compartments, fibre.n_compartments, "compartment", where)
        self.clamp = None
        if clamp is not None:
            self.clamp = (position(clamp.node, count, "node", "clamp", from_end=True), clamp)
        self.electrodes = list(electrodes)
        for electrode in self.electrodes:
            if not isinstance(electrode, Lead):
                raise InputError(
                    f"stimulate: {type(electrode).__name__} is no electrode; give an Electrode or a Field."
                )
        self.fields = [np.asarray(electrode.potential(fibre)) for electrode in self.electrodes]
        nothing = rectangular(1.0)
        self.leads = [extracellular_stimulus(fibre, field, nothing) for field in self.fields]


def coordinates(fibre: Fibre, chosen: Chosen, time: Array) -> dict[str, Any]:
    """Return the coordinates of a recording."""
    found: dict[str, Any] = {
        "time": ("time", time, {"units": "ms"}),
        "node": chosen.nodes,
        "position": ("node", fibre.node_positions[chosen.nodes], {"units": "mm"}),
    }
    if chosen.compartments:
        found["compartment"] = chosen.compartments
        found["along"] = ("compartment", fibre.centres[chosen.compartments] * MM_PER_UM, {"units": "mm"})
    if chosen.gates:
        found |= {"gate": list(GATES), "current": list(CURRENTS), "gated": chosen.gates}
    return found

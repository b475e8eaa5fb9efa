"""Fibres with active internodes against NRV."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from remyelin.analysis.validation.verdicts import simulates
from remyelin.evidence import Ledger
from remyelin.fibre import Pulse, gaines_motor, gaines_sensory, pulse_stimulus, simulate_full


@simulates(
    "gaines_motor_10um",
    "gaines_sensory_10um",
    note="51 nodes, 37 C, backward Euler at 1 us from the published initial potential, as NRV ran it",
)
def gaines(ledger: Ledger) -> Mapping[str, float]:
    """Velocity between a quarter and three quarters of 51 nodes, by crossings of -30 mV."""
    velocity = {}
    for name, build in (("gaines_motor_10um", gaines_motor), ("gaines_sensory_10um", gaines_sensory)):
        fibre = build(10.0, 51, ledger=ledger)
        n = fibre.n_compartments
        run = simulate_full(
            fibre,
            (pulse_stimulus(fibre, Pulse()),),
            2.5,
            step=1.0,
            scheme="backward-euler",
            start=(np.full(n, fibre.initial), np.zeros(n)),
        )
        at = fibre.node_positions
        velocity[name] = float((at[38] - at[12]) / (run.crossing[38] - run.crossing[12]))
    return velocity

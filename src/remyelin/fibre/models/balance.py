"""Membranes with ions at fixed concentrations, balanced at rest by a leak."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from remyelin.base.units import FARADAY, GAS_CONSTANT, MV_PER_V, ZERO_CELSIUS
from remyelin.fibre.models.channels import ChannelSet, Current
from remyelin.fibre.settings import LEAST_LEAK


def nernst(outside: float, inside: float, temperature: float, charge: int = 1) -> float:
    """Return the reversal potential (mV) of an ion by its concentrations (mM) and the temperature (C)."""
    thermal = GAS_CONSTANT * (temperature + ZERO_CELSIUS) / FARADAY * MV_PER_V
    return thermal / charge * math.log(outside / inside)


def balanced(
    membrane: ChannelSet,
    carried: Mapping[str, Sequence[tuple[str, float]]],
    constant: Mapping[str, float],
    reversal: Mapping[str, float],
    rest: float,
    temperature: float,
) -> ChannelSet:
    """Return a membrane with a current ``leak`` that leaves no net current at rest.

    Of each ion that flows in at rest a leak carries the opposite way, or a constant current does where no leak can;
    all of them together are one conductance and one reversal.

    Parameters
    ----------
    membrane : ChannelSet
    carried : mapping of ion to sequence of (current, share)
        Which currents each ion flows in, and the conductance of which share it is.
    constant : mapping of ion to float
        Constant currents, mA/cm2.
    reversal : mapping of ion to float
        mV.
    rest : float
        mV.
    temperature : float
        Degrees C.
    """
    steady = {gate.name: float(gate.kinetics(rest, temperature)[0]) for gate in membrane.gates}
    conductance = {
        current.name: current.density * math.prod(steady[gate] ** power for gate, power in current.powers)
        for current in membrane.currents
    }
    leak = 0.0
    for ion, parts in carried.items():
        driving = rest - reversal[ion]
        inward = sum(share * conductance[name] for name, share in parts) * driving + constant[ion]
        leak += max(0.0, -inward / driving)
    leak = max(leak, LEAST_LEAK)
    net = membrane.current_density(rest, temperature)
    return replace(membrane, currents=(*membrane.currents, Current("leak", leak, rest + net / leak)))

"""Gate kinetics tabulated over membrane potential for one time step, as the kernels read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from remyelin.fibre.models.channels import ChannelSet
from remyelin.fibre.settings import CACHE_LINE, GATE_TABLE_RANGE, GATE_TABLE_STEP, TABLE_CACHE_SIZE
from remyelin.fibre.solvers.gating import GATES

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MembraneTables:
    """Everything a kernel needs of S channel sets with at most G gates and K currents.

    Attributes
    ----------
    update : (S, V, G, 2) float
        For one step the gate becomes ``update[..., 0] + update[..., 1] * gate``: the exact solution of
        its equation at a fixed potential (NEURON's cnexp).
    steady : (S, V, G) float
        Steady states.
    low, step : float
        First potential and spacing of the tables, mV.
    reversal : (S, K) float
        mV.
    factors : (S, K, F) int
        Gates whose product opens each current, each as often as its power says, and -1 behind the last.
    """

    update: Array
    steady: Array
    low: float
    step: float
    reversal: Array
    factors: NDArray[np.int64]


@lru_cache(maxsize=TABLE_CACHE_SIZE)
def membrane_tables(sets: tuple[ChannelSet, ...], temperature: float, step_ms: float) -> MembraneTables:
    """Tabulate channel sets for a temperature (C) and a time step (ms)."""
    low, high = GATE_TABLE_RANGE
    potential = low + GATE_TABLE_STEP * np.arange(round((high - low) / GATE_TABLE_STEP) + 1)
    most_gates = max(1, *(len(s.gates) for s in sets)) if sets else 1
    most_currents = max(1, *(len(s.currents) for s in sets)) if sets else 1
    n_sets = max(1, len(sets))
    update = np.zeros((n_sets, len(potential), most_gates, 2))
    steady = np.zeros((n_sets, len(potential), most_gates))
    reversal = np.zeros((n_sets, most_currents))
    most_factors = 1 + max((sum(power for _, power in c.powers) for s in sets for c in s.currents), default=0)
    factors = np.full((n_sets, most_currents, most_factors), -1, dtype=np.int64)
    for i, channels in enumerate(sets):
        names = [gate.name for gate in channels.gates]
        for j, gate in enumerate(channels.gates):
            steady[i, :, j], tau = gate.kinetics(potential, temperature)
            update[i, :, j, 1] = np.exp(-step_ms / tau)
            update[i, :, j, 0] = -steady[i, :, j] * np.expm1(-step_ms / tau)
        for k, current in enumerate(channels.currents):
            reversal[i, k] = current.reversal
            product = [names.index(gate) for gate, power in current.powers for _ in range(power)]
            factors[i, k, : len(product)] = sorted(product)
    return MembraneTables(update, steady, low, GATE_TABLE_STEP, reversal, factors)


@lru_cache(maxsize=TABLE_CACHE_SIZE)
def gate_lines(
    sets: tuple[ChannelSet, ...],
    temperature: float,
    step_ms: float,
    single: bool,
) -> NDArray[np.floating]:
    """Return rows of four offsets, four factors, and their differences to the next row, (S * V, 16)."""
    update = membrane_tables(sets, temperature, step_ms).update[:, :, : len(GATES)]
    # offsets, then factors
    values = np.moveaxis(update, -1, 2).reshape(update.shape[0] * update.shape[1], -1)
    lines = aligned_zeros((len(values), 2 * values.shape[1]), np.float32 if single else np.float64)
    lines[:, : values.shape[1]] = values
    lines[:-1, values.shape[1] :] = np.diff(values, axis=0)
    return lines


def aligned_zeros(shape: tuple[int, ...], real: type[np.floating]) -> NDArray[np.floating]:
    """Return zeros that begin at a line of the processor's cache: vector loads across two lines cost twice."""
    size = int(np.prod(shape)) * np.dtype(real).itemsize
    raw = np.zeros(size + CACHE_LINE, dtype=np.uint8)
    begin = -raw.ctypes.data % CACHE_LINE
    return raw[begin : begin + size].view(real).reshape(shape)

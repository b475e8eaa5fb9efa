"""Potentials of a reduced fibre where it has no unknowns: compartments inside internodes, electrodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.fibre.solvers.driven_rows import Prepared
from remyelin.fibre.solvers.reduction import network, packed_pieces, solve, unpacked
from remyelin.fibre.stimulation.stimulus import Stimulus

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Readout:
    """The membrane potential of one compartment as a sum over points, states and sources.

    Attributes
    ----------
    point : int
        The point left of the compartment, or the compartment itself.
    ends : (2,) float
        Shares of the potentials of this point and the next.
    states : (states,) float
        Shares of the kernel's states of the internode behind the point.
    sources : (sources,) float
        mV at waveform 1.
    rest : float
        Membrane potential at rest, mV.
    """

    point: int
    ends: Array
    states: Array
    sources: Array
    rest: float


def compartment_readout(prepared: Prepared, compartment: int, stimuli: Sequence[Stimulus]) -> Readout:
    """Return how the membrane potential of a compartment follows from the reduced fibre.

    Potentials are those of the states that are kept, and of the folded ones as they follow points and sources.
    """
    reduced = prepared.modes
    at = reduced.at
    left = int(np.searchsorted(at, compartment, side="right")) - 1
    states = prepared.plan.states
    if at[left] == compartment:
        return Readout(
            left, np.array([1.0, 0.0]), np.zeros(states), np.zeros(len(stimuli)), float(prepared.rest[left])
        )
    piece = reduced.pieces[reduced.index[left]]
    row = 2 * (compartment - int(at[left]) - 1)
    slow = piece.basis[row] - piece.basis[row + 1]
    folded = (piece.fast[row] - piece.fast[row + 1]) / piece.fast_rate
    inside = slice(int(at[left]) + 1, int(at[left + 1]))
    forces = np.array(
        [np.stack([s.axoplasm[inside], s.periaxonal[inside]], axis=1).reshape(-1) for s in stimuli]
    ).reshape(len(stimuli), len(piece.basis))
    fibre = prepared.fibre
    elements = unpacked(packed_pieces(prepared.net, at)[left])
    _, conductance, drive = network(*elements)  # type: ignore[no-untyped-call]
    still = solve(conductance, drive)  # type: ignore[no-untyped-call]
    # the internode's own leak reverses at one potential, from which its rest is measured
    ends = prepared.rest[left : left + 2] - fibre.leak_reversal
    return Readout(
        left,
        folded @ piece.fast_gain,
        slow * prepared.scale[left],
        forces @ piece.fast @ folded,
        fibre.leak_reversal + float((still[row] - still[row + 1]) @ ends),
    )


def artefact(prepared: Prepared, lead: Stimulus, potential: Array, stimuli: Sequence[Stimulus]) -> Array:
    """Return the direct potential of sources at an electrode, at waveform 1 and in nA mV, shape (sources,).

    Parameters
    ----------
    prepared : Prepared
    lead : Stimulus
        The currents that the electrode's own field would drive.
    potential : (compartments,) float
        That field.
    stimuli : sequence of Stimulus
    """
    total = np.zeros(len(stimuli))
    reduced = prepared.modes
    for k, stimulus in enumerate(stimuli):
        total[k] = potential @ (stimulus.axoplasm + stimulus.periaxonal)
        for left, number in enumerate(reduced.index):
            piece = reduced.pieces[number]
            if not len(piece.fast_rate):
                continue
            inside = slice(int(reduced.at[left]) + 1, int(reduced.at[left + 1]))
            both = [
                np.stack([s.axoplasm[inside], s.periaxonal[inside]], axis=1).reshape(-1) @ piece.fast
                for s in (lead, stimulus)
            ]
            total[k] += float(both[0] @ (both[1] / piece.fast_rate))
    return total

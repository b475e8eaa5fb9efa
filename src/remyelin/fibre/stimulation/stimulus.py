"""Stimuli: a pattern of current over the compartments times a waveform in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.base.checks import number
from remyelin.base.errors import InputError
from remyelin.fibre.checks import position
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import PULSE_MS, PULSE_NA

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pulse:
    """A rectangular pulse of current into the axoplasm of one node.

    Attributes
    ----------
    amplitude : float
        nA.
    duration : float
        ms.
    node : int
        Which node, from 0; negative numbers count from the far end.
    start : float
        ms.

    Examples
    --------
    >>> from remyelin.fibre import Pulse
    >>> Pulse(amplitude=2.0, duration=0.1).node
    1
    """

    amplitude: float = PULSE_NA
    duration: float = PULSE_MS
    node: int = 1
    start: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Stimulus:
    """Currents into the compartments of one fibre that share one waveform.

    Attributes
    ----------
    axoplasm, periaxonal : (n,) float
        nA into each compartment's axoplasm and periaxonal space at waveform 1.
    sample : callable
        ``sample(steps, step_ms)`` returns the waveform's mean over each step, shape (steps,).

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import Pulse, mrg, pulse_stimulus
    >>> fibre = mrg(10.0, 5, ledger=Ledger.shipped())
    >>> stimulus = pulse_stimulus(fibre, Pulse(amplitude=2.0, node=1))
    >>> float(stimulus.axoplasm[fibre.nodes[1]])
    2.0
    """

    axoplasm: Array
    periaxonal: Array
    sample: Callable[[int, float], Array]


def check_pulse(pulse: Pulse, nodes: int) -> None:
    """Refuse a pulse that a fibre of so many nodes cannot be given.

    Raises
    ------
    InputError
        If the node does not exist or the pulse is not finite and positive in duration.

    Examples
    --------
    >>> from remyelin.fibre import Pulse
    >>> from remyelin.fibre.stimulation.stimulus import check_pulse
    >>> check_pulse(Pulse(node=7), nodes=5)
    Traceback (most recent call last):
    remyelin.base.errors.InputError: ...
    """
    if not isinstance(pulse, Pulse):
        raise InputError(f"pulse: a {type(pulse).__name__} is not a Pulse.")
    position(pulse.node, nodes, "node", "pulse", from_end=True)
    number(pulse.amplitude, "amplitude", "pulse", unit="nA")
    number(pulse.start, "start", "pulse", unit="ms")
    number(pulse.duration, "duration", "pulse", above=0.0, unit="ms")


def pulse_stimulus(fibre: Fibre, pulse: Pulse) -> Stimulus:
    """Turn a pulse into a stimulus of a fibre.

    Parameters
    ----------
    fibre : Fibre
    pulse : Pulse
        Into which node, how much, how long.

    Returns
    -------
    Stimulus

    Raises
    ------
    InputError
        As :func:`check_pulse`.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import Pulse, mrg, pulse_stimulus
    >>> fibre = mrg(10.0, 5, ledger=Ledger.shipped())
    >>> float(pulse_stimulus(fibre, Pulse(amplitude=2.0, node=1)).axoplasm[fibre.nodes[1]])
    2.0
    """
    check_pulse(pulse, fibre.n_nodes)
    axoplasm = np.zeros(fibre.n_compartments)
    axoplasm[fibre.nodes[int(pulse.node)]] = pulse.amplitude

    def sample(steps: int, step: float) -> Array:
        return rectangle(pulse.start, pulse.start + pulse.duration, steps, step)

    return Stimulus(axoplasm, np.zeros(fibre.n_compartments), sample)


def rectangle(start: float, stop: float, steps: int, step: float) -> Array:
    """Return the share of each time step that lies between start and stop, shape (steps,)."""
    begin = np.arange(steps) * step
    share: Array = np.clip(np.minimum(begin + step, stop) - np.maximum(begin, start), 0, step) / step
    return share


def jumps(waveforms: NDArray[np.floating], damped: int) -> NDArray[np.bool_]:
    """Return which steps follow a jump of any waveform (stimuli, steps) closely enough to need damping.

    A jump is a change from one step to the next of more than half the waveform's largest value.
    """
    steps = waveforms.shape[1]
    marked = np.zeros(steps, dtype=np.bool_)
    for waveform in waveforms:
        on = np.flatnonzero(waveform)
        if not len(on):
            continue
        # It changes at a step at which it is not zero, or behind one.
        at = np.union1d(on, on[on < steps - 1] + 1)
        before = np.where(at > 0, waveform[at - 1], 0).astype(np.float64)
        jumped = at[np.abs(waveform[at] - before) > 0.5 * np.max(np.abs(waveform[on]))]
        for k in range(damped):
            marked[jumped[jumped < steps - k] + k] = True
    return marked

"""The full-compartment solver: every compartment, channels anywhere. The readable twin of the reduced one.

Each step solves one linear system in the increments (axoplasm, periaxonal) of all compartments, a chain of
2 x 2 blocks (block Thomas). Two schemes:

- ``backward-euler``: one implicit step with the gates of the last time, then the gates move with the new
  potential (NEURON's order; first order in time). For parity with other simulators.
- ``second-order``: gates live half a step later than potentials; the implicit half step is extrapolated to
  a full one. Right after a jump of the stimulus two implicit half steps are taken instead, which damps the
  ringing the extrapolation would leave in stiff paranodal compartments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from remyelin.base.checks import one_of, whole
from remyelin.base.errors import InputError, SimulationError
from remyelin.base.jit import compiled
from remyelin.base.units import MS_PER_US
from remyelin.fibre.checks import duration_ms, numbers, positions, step_us
from remyelin.fibre.models.circuit import circuit
from remyelin.fibre.models.fibre import NODE, Fibre, a_fibre
from remyelin.fibre.settings import (
    CROSSING_LEVEL,
    DAMPED_STEPS,
    FIRING_DEPOLARISATION,
    GATE_LEAD,
    REST_STEP_MS,
    REST_STEPS,
    REST_TOLERANCE,
)
from remyelin.fibre.solvers.bouts import follow, no_bouts, peak_time
from remyelin.fibre.solvers.gate_tables import membrane_tables
from remyelin.fibre.stimulation.stimulus import Stimulus, jumps

Scheme = Literal["second-order", "backward-euler"]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Recording of a run of one fibre.

    Attributes
    ----------
    arrival : (nodes,) float
        Time of the largest inward channel current of the first impulse, ms; NaN where the node never fired.
    crossing : (nodes,) float
        First upward crossing of ``CROSSING_LEVEL``, ms; NaN if none.
    peak : (nodes,) float
        Highest membrane potential, mV.
    time : (samples,) float
        ms, of `potential`.
    potential : (samples, recorded) float
        Membrane potential of the recorded compartments, mV.
    current : (samples, recorded_current) float
        Current out of each compartment into the outside, nA.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import Pulse, mrg, pulse_stimulus, simulate_full
    >>> fibre = mrg(10.0, 5, ledger=Ledger.shipped())
    >>> found = simulate_full(fibre, (pulse_stimulus(fibre, Pulse()),), 1.0)
    >>> found.peak.size == fibre.n_nodes
    True
    """

    arrival: Array
    crossing: Array
    peak: Array
    time: Array
    potential: Array
    current: Array


def resting_state(fibre: Fibre) -> tuple[Array, Array]:
    """Return the steady axoplasmic and periaxonal potentials (mV) of a fibre, gates at their steady states.

    Raises
    ------
    SimulationError
        If the fibre has no resting state near its initial potential.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import resting_state, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 5, ledger=ledger)
    >>> axoplasm, periaxonal = resting_state(fibre)
    >>> round(float(axoplasm.mean()))
    -80
    """
    a_fibre(fibre, "resting_state", 1)
    net = circuit(fibre)
    tables = membrane_tables(fibre.channel_sets, fibre.temperature, REST_STEP_MS)
    # Gates follow at once: the gate equation's memory is replaced by its steady state.
    update = np.zeros_like(tables.update)
    update[..., 0] = tables.steady
    inside = np.full(fibre.n_compartments, fibre.initial)
    around = np.zeros(fibre.n_compartments)
    nothing = np.zeros((0, fibre.n_compartments))
    none = np.zeros(0, dtype=np.int64)
    steps = _Arrays(fibre)
    left = _run(  # type: ignore[no-untyped-call]
        REST_STEPS, REST_STEP_MS, True, 0.0, np.zeros(REST_STEPS, dtype=np.bool_), REST_TOLERANCE,
        net.axolemma_capacity, net.axolemma_leak, fibre.leak_reversal, net.myelin_capacity, net.myelin_conductance,
        net.axial, net.periaxonal, net.channel_conductance, fibre.channels,
        update, tables.steady, tables.low, tables.step, tables.reversal, tables.factors,
        nothing, nothing, np.zeros((0, REST_STEPS)), inside, around,
        none, 1, np.zeros((0, 0)), none, np.zeros((0, 0)),
        fibre.nodes, *steps.arrays, CROSSING_LEVEL, FIRING_DEPOLARISATION,
    )  # fmt: skip
    if not left < REST_TOLERANCE:
        raise SimulationError(
            f"{fibre.model} {fibre.diameter:g} um: no resting state found; it may fire on its own."
        )
    return inside, around


def simulate_full(
    fibre: Fibre,
    stimuli: tuple[Stimulus, ...],
    duration: float,
    *,
    step: float = 2.0,
    scheme: Scheme = "second-order",
    record: NDArray[np.int64] | None = None,
    record_current: NDArray[np.int64] | None = None,
    every: int = 1,
    start: tuple[Array, Array] | None = None,
) -> Recording:
    """Run one fibre, compartment by compartment.

    Parameters
    ----------
    fibre : Fibre
    stimuli : tuple of Stimulus
        Currents into the compartments.
    duration, step : float
        ms; us.
    scheme : "second-order" or "backward-euler"
    record, record_current : (m,) int, optional
        Compartments whose membrane potential, and whose current into the outside, is kept.
    every : int
        Keep every so many steps.
    start : (inside, around), optional
        Potentials (mV) to start from with gates at their steady states; the resting state when omitted.

    Returns
    -------
    Recording

    Raises
    ------
    InputError, SimulationError
        For a start without two potentials a compartment, a stimulus of another fibre; if the solution is not finite.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import Pulse, mrg, pulse_stimulus, simulate_full
    >>> fibre = mrg(10.0, 11, ledger=Ledger.shipped())
    >>> found = simulate_full(fibre, (pulse_stimulus(fibre, Pulse()),), 1.5)
    >>> bool((found.arrival > 0.1).any())
    True
    """
    where = "simulate_full"
    a_fibre(fibre, where, 1)
    one_of(scheme, "scheme", where, ("second-order", "backward-euler"))
    step_us(step, where)
    duration_ms(duration, where)
    every = whole(every, "every", where)
    for stimulus in stimuli:
        if not isinstance(stimulus, Stimulus) or len(stimulus.axoplasm) != fibre.n_compartments:
            raise InputError(f"{where}: a stimulus is none, or was made for another fibre.")
    n, step_ms = fibre.n_compartments, step * MS_PER_US
    count = max(1, round(duration / step_ms))
    net = circuit(fibre)
    tables = membrane_tables(fibre.channel_sets, fibre.temperature, step_ms)
    resting = resting_state(fibre) if start is None else start
    inside, around = (numbers(potential, "start", where).copy() for potential in resting)
    if inside.shape != (n,) or around.shape != (n,):
        raise InputError(f"{where}: start must hold two potentials for each of the {n} compartments.")
    euler = scheme == "backward-euler"
    # The second-order step needs the stimulus at its middle, the implicit one as it is at its end.
    waveforms = np.array([s.sample(count, step_ms) for s in stimuli]).reshape(len(stimuli), count)
    damped = np.zeros(count, dtype=np.bool_) if euler else jumps(waveforms, DAMPED_STEPS)
    into_axon = np.array([s.axoplasm for s in stimuli]).reshape(len(stimuli), n)
    into_rim = np.array([s.periaxonal for s in stimuli]).reshape(len(stimuli), n)
    none = np.zeros(0, dtype=np.int64)
    kept = none if record is None else np.array(positions(record, n, "compartment", where), dtype=np.int64)
    kept_current = none
    if record_current is not None:
        kept_current = np.array(positions(record_current, n, "compartment", where), dtype=np.int64)
    samples = 1 + count // every
    potential = np.empty((samples, len(kept)))
    current = np.zeros((samples, len(kept_current)))
    steps = _Arrays(fibre)
    _run(  # type: ignore[no-untyped-call]
        count, step_ms, euler, GATE_LEAD, damped, -1.0,
        net.axolemma_capacity, net.axolemma_leak, fibre.leak_reversal, net.myelin_capacity, net.myelin_conductance,
        net.axial, net.periaxonal, net.channel_conductance, fibre.channels,
        tables.update, tables.steady, tables.low, tables.step, tables.reversal, tables.factors,
        into_axon, into_rim, waveforms, inside, around,
        kept, every, potential, kept_current, current,
        fibre.nodes, *steps.arrays, CROSSING_LEVEL, FIRING_DEPOLARISATION,
    )  # fmt: skip
    if not np.all(np.isfinite(inside)):
        raise SimulationError(
            f"{fibre.model} {fibre.diameter:g} um: the solution is not finite at a step of {step:g} us."
        )
    time = np.arange(samples, dtype=np.float64) * (every * step_ms)
    return Recording(steps.arrival, steps.crossing, steps.peak, time, potential, current)


class _Arrays:
    """Scratch and results of one run, per node."""

    __slots__ = ("arrival", "crossing", "peak")

    def __init__(self, fibre: Fibre) -> None:
        nodes = int(np.count_nonzero(fibre.role == NODE))
        self.arrival = np.full(nodes, np.nan)
        self.crossing = np.full(nodes, np.nan)
        self.peak = np.full(nodes, -np.inf)

    @property
    def arrays(self) -> tuple[Array, Array, Array]:
        return self.arrival, self.crossing, self.peak


@compiled
def _run(  # type: ignore[no-untyped-def]
    steps, step, euler, lead, damped, tolerance,
    axolemma_c, axolemma_g, leak_reversal, myelin_c, myelin_g,
    axial, periaxonal, conductance, channels,
    update, steady, low, spacing, reversal, factors,
    into_axon, into_rim, waveforms, inside, around,
    kept, every, potential, kept_current, current,
    nodes, arrival, crossing, peak, level, firing,
):  # fmt: skip
    """Advance one fibre; return the largest change (mV) of the last step."""
    n = inside.size
    n_gates = update.shape[2]
    n_currents = reversal.shape[1]
    last_row = update.shape[1] - 2
    gates = np.zeros((n, n_gates))
    resting = inside - around
    earlier = resting.copy()  # membrane potentials one step ago, and the change before that
    changed = np.zeros(n)
    for c in range(n):
        s = channels[c]
        if s >= 0:
            x = min(max((inside[c] - around[c] - low) / spacing, 0.0), float(last_row))
            row = int(x)
            f = x - row
            for g in range(n_gates):
                gates[c, g] = steady[s, row, g] + f * (steady[s, row + 1, g] - steady[s, row, g])
    # Scratch of the block elimination: inverse pivots (symmetric 2 x 2) and right-hand sides.
    p11 = np.empty(n)
    p12 = np.empty(n)
    p22 = np.empty(n)
    r1 = np.empty(n)
    r2 = np.empty(n)
    ionic = np.zeros(n)
    conducting = np.zeros(n)
    n_nodes = nodes.size
    bouts = no_bouts(n_nodes)
    old = np.empty(n_nodes)
    for k in range(kept.size):
        potential[0, k] = inside[kept[k]] - around[kept[k]]
    largest = 0.0
    for t in range(steps):
        for k in range(n_nodes):
            old[k] = inside[nodes[k]] - around[nodes[k]]
        halves = 2 if damped[t] else 1
        rate = 1.0 / step if euler else 2.0 / step
        gain = 1.0 if euler or damped[t] else 2.0
        for _half in range(halves):
            largest = 0.0
            for c in range(n):
                membrane = inside[c] - around[c]
                g_total = axolemma_g[c]
                i_total = axolemma_g[c] * (membrane - leak_reversal)
                s = channels[c]
                if s >= 0:
                    i_channels = 0.0
                    for k in range(n_currents):
                        g = conductance[c, k]
                        if g > 0.0:
                            j = 0
                            while factors[s, k, j] >= 0:
                                g *= gates[c, factors[s, k, j]]
                                j += 1
                            g_total += g
                            i_channels += g * (membrane - reversal[s, k])
                    i_total += i_channels
                    ionic[c] = i_channels
                    conducting[c] = g_total - axolemma_g[c]
                a = rate * axolemma_c[c] + g_total
                d11 = a
                d22 = a + rate * myelin_c[c] + myelin_g[c]
                d12 = -a
                b1 = -i_total
                b2 = i_total - myelin_g[c] * around[c]
                for k in range(waveforms.shape[0]):
                    b1 += into_axon[k, c] * waveforms[k, t]
                    b2 += into_rim[k, c] * waveforms[k, t]
                if c > 0:
                    ga = axial[c - 1]
                    gp = periaxonal[c - 1]
                    d11 += ga - ga * ga * p11[c - 1]
                    d12 -= ga * gp * p12[c - 1]
                    d22 += gp - gp * gp * p22[c - 1]
                    b1 += ga * (inside[c - 1] - inside[c]) + ga * (
                        p11[c - 1] * r1[c - 1] + p12[c - 1] * r2[c - 1]
                    )
                    b2 += gp * (around[c - 1] - around[c]) + gp * (
                        p12[c - 1] * r1[c - 1] + p22[c - 1] * r2[c - 1]
                    )
                if c < n - 1:
                    d11 += axial[c]
                    d22 += periaxonal[c]
                    b1 += axial[c] * (inside[c + 1] - inside[c])
                    b2 += periaxonal[c] * (around[c + 1] - around[c])
                det = 1.0 / (d11 * d22 - d12 * d12)
                p11[c] = d22 * det
                p22[c] = d11 * det
                p12[c] = -d12 * det
                r1[c] = b1
                r2[c] = b2
            x1 = 0.0
            x2 = 0.0
            for c in range(n - 1, -1, -1):
                b1 = r1[c]
                b2 = r2[c]
                if c < n - 1:
                    b1 += axial[c] * x1
                    b2 += periaxonal[c] * x2
                x1 = p11[c] * b1 + p12[c] * b2
                x2 = p12[c] * b1 + p22[c] * b2
                ionic[c] += conducting[c] * (x1 - x2)
                inside[c] += gain * x1
                around[c] += gain * x2
                largest = max(largest, abs(gain * x1))
        for c in range(n):
            s = channels[c]
            if s >= 0:
                membrane = inside[c] - around[c]
                change = membrane - earlier[c]
                # Backward Euler is for parity; after a jump of the stimulus the difference means nothing.
                ahead = 0.0 if euler or damped[t] else lead * (change - changed[c])
                earlier[c] = membrane
                changed[c] = change
                x = min(max((membrane + ahead - low) / spacing, 0.0), float(last_row))
                row = int(x)
                f = x - row
                for g in range(n_gates):
                    a0 = update[s, row, g, 0] + f * (update[s, row + 1, g, 0] - update[s, row, g, 0])
                    a1 = update[s, row, g, 1] + f * (update[s, row + 1, g, 1] - update[s, row, g, 1])
                    gates[c, g] = a0 + a1 * gates[c, g]
        for k in range(n_nodes):
            c = nodes[k]
            new = inside[c] - around[c]
            peak[k] = max(peak[k], new)
            if old[k] < level and new >= level and np.isnan(crossing[k]):
                crossing[k] = (t + (level - old[k]) / (new - old[k])) * step
            inward = -ionic[c]
            follow(bouts, k, t, inward, new - resting[c] > firing)
        if (t + 1) % every == 0:
            row = (t + 1) // every
            for k in range(kept.size):
                potential[row, k] = inside[kept[k]] - around[kept[k]]
            for k in range(kept_current.size):
                c = kept_current[k]
                out = 0.0
                if c > 0:
                    out += axial[c - 1] * (inside[c - 1] - inside[c]) + periaxonal[c - 1] * (
                        around[c - 1] - around[c]
                    )
                if c < n - 1:
                    out += axial[c] * (inside[c + 1] - inside[c]) + periaxonal[c] * (
                        around[c + 1] - around[c]
                    )
                for j in range(waveforms.shape[0]):
                    out += (into_axon[j, c] + into_rim[j, c]) * waveforms[j, t]
                current[row, k] = out
        if largest < tolerance:
            break
    for k in range(n_nodes):
        if bouts.fired[k]:
            arrival[k] = peak_time(bouts.before[k], bouts.best[k], bouts.after[k], bouts.when[k], step)
    return largest

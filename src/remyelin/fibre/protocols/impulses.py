"""Impulses through lesions: internodal times, safety, trains, heat, and what a fibre does when left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_S, MS_PER_US
from remyelin.fibre.conduct import conduct
from remyelin.fibre.lesions.membrane import scale_channels
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.protocols.recording import spike_times
from remyelin.fibre.protocols.threshold import Bench, Pipette, Run
from remyelin.fibre.settings import (
    ALLOWANCE,
    BLOCKING_STEP_C,
    DISCHARGE_MS,
    DISCHARGE_STEP_US,
    MOST_IMPULSES,
    PROTOCOL_LIMIT_MS,
    REST_KICK_MV,
    SAFETY_SHARES,
    SPIKE_LEVEL_MV,
    TEMPERATURE_LIMITS,
)
from remyelin.fibre.solvers.full import Recording, resting_state, simulate_full
from remyelin.fibre.stimulation.stimulus import Pulse, pulse_stimulus
from remyelin.fibre.stimulation.waveform import rectangular

Array = NDArray[np.float64]
Regime = Literal["block", "single", "after-discharge", "spontaneous"]


def internodal_times(data: xr.Dataset) -> xr.DataArray:
    """Return the time an impulse takes over each internode.

    Parameters
    ----------
    data : xarray.Dataset
        From :func:`~remyelin.fibre.conduct`.

    Returns
    -------
    xarray.DataArray
        ``(fibre, internode)`` in us, NaN beyond a block. New nodes of remyelinated internodes count.
    """
    arrival = data["arrival"].values
    return xr.DataArray(
        np.diff(arrival, axis=1) / MS_PER_US,
        dims=("fibre", "internode"),
        attrs={"units": "us", "long_name": "internodal conduction time"},
    )


def safety_factor(
    fibre: Fibre,
    *,
    pulse: Pulse | None = None,
    duration: float | None = None,
    nodes: Sequence[int] | None = None,
) -> float:
    """Return by how much the sodium conductance of nodes could be divided before the impulse stops.

    Fast and persistent sodium go together. 1 means on the edge. This is a factor on the
    membrane that drives the impulse; it is not Tasaki's ratio of currents, which is larger.

    Parameters
    ----------
    fibre : Fibre
    pulse : Pulse, optional
        A strong one when omitted, so that only conduction decides.
    duration : float, optional
        ms to wait; see :func:`~remyelin.fibre.conduct`.
    nodes : sequence of int, optional
        Which nodes are weakened; all of them when omitted.

    Returns
    -------
    float
        1 to 20, in steps of 7 %; 0 if the fibre blocks as it is.
    """
    chosen = list(range(fibre.n_nodes)) if nodes is None else list(nodes)
    shares = np.geomspace(*SAFETY_SHARES[:2], int(SAFETY_SHARES[2]))
    trials = [scale_channels(fibre, chosen, naf=float(s), nap=float(s)) for s in shares]
    passes = conduct(trials, pulse=pulse or _strong(), duration=duration)["conducts"].values
    return 1 / float(shares[passes].min()) if passes.any() else 0.0


def follow_trains(
    fibre: Fibre,
    rates: ArrayLike,
    *,
    count: int,
    amplitude: float | None = None,
    run: Run | None = None,
) -> xr.Dataset:
    """Send trains of equal pulses down a fibre and count what arrives.

    Parameters
    ----------
    fibre : Fibre
    rates : (k,) array
        Pulses per second.
    count : int
        Pulses of each train, 1 or more.
    amplitude : float, optional
        nA into node 1; strong when omitted.
    run : Run, optional
        A duration in it is what is waited after the last pulse.

    Returns
    -------
    xarray.Dataset
        ``arrived(rate)``, ``share(rate)``, and ``time(rate, impulse)`` of arrivals, ms.
    """
    wanted = np.atleast_1d(np.asarray(rates, dtype=np.float64))
    if wanted.ndim != 1 or not np.all((wanted > 0) & np.isfinite(wanted)):
        raise InputError("follow_trains: give rates above 0 Hz.")
    if count < 1 or count != int(count):
        raise InputError(f"follow_trains: count is {count}; give a whole number of 1 or more.")
    pulse = rectangular(Pulse().duration)
    if np.any(MS_PER_S / wanted <= pulse.end):
        raise InputError(f"follow_trains: pulses of {pulse.end:g} ms overlap at {wanted.max():g} Hz.")
    bench = Bench(fibre, run or Run(), pulse.end)
    strength = _strong().amplitude if amplitude is None else amplitude
    found = []
    for rate in wanted:
        train = pulse.train(int(count), float(rate))
        duration = train.end + ALLOWANCE * bench.duration
        if duration > PROTOCOL_LIMIT_MS:
            raise InputError(f"follow_trains: {count} pulses at {rate:g} Hz last too long; give fewer.")
        source = Pipette().stimulus(fibre, train, strength)
        trace = bench.record(source, duration=duration, nodes=(bench.at,))
        found.append(spike_times(trace.time, trace.potential[:, 0], SPIKE_LEVEL_MV))
    times = np.full((len(wanted), max((len(t) for t in found), default=0)), np.nan)
    for row, at in zip(times, found, strict=True):
        row[: len(at)] = at
    arrived = np.array([len(t) for t in found])
    return xr.Dataset(
        {
            "arrived": ("rate", arrived, {"units": "1"}),
            "share": ("rate", arrived / count, {"units": "1"}),
            "time": (("rate", "impulse"), times, {"units": "ms"}),
        },
        {"rate": ("rate", wanted, {"units": "Hz"})},
        {"pulses": int(count), "detected_at_node": bench.at, "step_us": bench.run.step},
    )


def blocking_temperature(
    fibres: Fibre | Sequence[Fibre],
    *,
    highest: float = TEMPERATURE_LIMITS[1],
    step: float = BLOCKING_STEP_C,
    pulse: Pulse | None = None,
    duration: float | None = None,
) -> xr.Dataset:
    """Warm fibres from the temperature they have until they block.

    Parameters
    ----------
    fibres : Fibre or sequence of Fibre
    highest : float
        Degrees C, up to 45.
    step : float
        Degrees C between trials.
    pulse : Pulse, optional
        A strong one when omitted.
    duration : float, optional
        ms to wait.

    Returns
    -------
    xarray.Dataset
        ``temperature(fibre)``: the lowest tried from the fibre's own upwards at which it blocks, C, NaN if
        none did; ``warming(fibre)``: how much that is above the fibre's own, 0 if it blocks as it is.
    """
    given = [fibres] if isinstance(fibres, Fibre) else list(fibres)
    if not 0 < step < np.inf:
        raise InputError(f"blocking_temperature: step is {step} C; give a number above zero.")
    blocks = np.full(len(given), np.nan)
    for fibre in given:
        if not fibre.temperature <= highest <= TEMPERATURE_LIMITS[1]:
            raise InputError(
                f"blocking_temperature: highest is {highest:g} C; give {fibre.temperature:g} to "
                f"{TEMPERATURE_LIMITS[1]:g} C."
            )
    trials = [
        (i, float(at))
        for i, fibre in enumerate(given)
        for at in np.arange(fibre.temperature, highest + step / 2, step)
    ]
    warmed = (given[i].replace(temperature=at) for i, at in trials)
    passes = conduct(warmed, pulse=pulse or _strong(), duration=duration)["conducts"].values
    for (i, at), through in zip(trials, passes, strict=True):
        if not through and not at >= blocks[i]:
            blocks[i] = at
    own = np.array([fibre.temperature for fibre in given])
    return xr.Dataset(
        {
            "temperature": ("fibre", blocks, {"units": "C"}),
            "warming": ("fibre", blocks - own, {"units": "C"}),
        },
        attrs={"step_C": step, "highest_C": highest},
    )


def discharge(
    fibre: Fibre,
    *,
    duration: float = DISCHARGE_MS,
    node: int | None = None,
    step: float = DISCHARGE_STEP_US,
    pulse: Pulse | None = None,
) -> xr.Dataset:
    """Say what a fibre does alone, and after one impulse: Coggan's four regimes.

    It starts from its steady state (which may be unstable) displaced by 0.2 mV. One run leaves it alone;
    another stimulates it half-way, when it has settled. Impulses are counted at a node beyond the lesion.

    Parameters
    ----------
    fibre : Fibre
    duration : float
        ms of each run.
    node : int, optional
        Where impulses are counted; the last but two when omitted.
    step : float
        us.
    pulse : Pulse, optional
        2 nA into node 1 when omitted; its start counts from the middle of the run.

    Returns
    -------
    xarray.Dataset
        ``regime``: "spontaneous" (impulses in the second half of the run left alone), else by what one impulse
        leads to: "block" (none arrives), "single" or "after-discharge" (two or more). ``alone(impulse)``: times
        in the run left alone, ms; ``after(impulse)``: times after the stimulus, ms, none where it
        fires alone; ``rate``: of the second half of
        the run left alone, Hz, NaN with fewer than two impulses there; ``sustained``: whether it goes on to
        the end; ``delay``: first arrival after the stimulus, ms; ``rest``: potential, at the end of the run left
        alone, of the compartment that was most depolarised at its beginning, mV.

    References
    ----------
    Coggan, Prescott, Bartol and Sejnowski 2010, PNAS 107:20602: the four regimes.
    """
    if not 0 < duration <= PROTOCOL_LIMIT_MS:
        raise InputError(f"discharge: duration is {duration} ms; give up to {PROTOCOL_LIMIT_MS:g}.")
    at = fibre.n_nodes - 1 - 2 if node is None else node
    if not 0 <= at < fibre.n_nodes:
        raise InputError(f"discharge: there is no node {at}; the fibre has 0 to {fibre.n_nodes - 1}.")
    inside, around = resting_state(fibre)
    watched = np.array([fibre.nodes[at], int(np.argmax(inside - around))])
    given = pulse or Pulse()
    onset = duration / 2 + given.start

    def run(*pulses: Pulse) -> Recording:
        stimuli = tuple(pulse_stimulus(fibre, each) for each in pulses)
        kicked = (inside + REST_KICK_MV, around)
        return simulate_full(fibre, stimuli, duration, step=step, record=watched, start=kicked)

    def impulses(found: Recording) -> Array:
        return spike_times(found.time, found.potential[:, 0], SPIKE_LEVEL_MV)[:MOST_IMPULSES]

    quiet = run()
    alone = impulses(quiet)
    late = alone[alone > duration / 2]
    after = np.zeros(0) if len(late) else impulses(run(replace(given, start=onset))) - onset
    after = after[after > 0]
    regime: Regime = "block"
    if len(late):
        regime = "spontaneous"
    elif len(after) > 1:
        regime = "after-discharge"
    elif len(after) == 1:
        regime = "single"
    gaps = np.diff(late)
    rate = MS_PER_S / float(np.mean(gaps)) if len(gaps) else np.nan
    sustained = bool(len(gaps) and late[-1] + 2 * np.max(gaps) > duration)
    return xr.Dataset(
        {
            "alone": ("impulse_alone", alone, {"units": "ms"}),
            "after": ("impulse_after", after, {"units": "ms"}),
            "regime": ((), regime),
            "rate": ((), rate, {"units": "Hz"}),
            "sustained": ((), sustained),
            "delay": ((), float(after[0]) if len(after) else np.nan, {"units": "ms"}),
            "rest": ((), float(quiet.potential[-1, 1]), {"units": "mV"}),
        },
        attrs={"duration_ms": duration, "counted_at_node": at, "step_us": step},
    )


def _strong() -> Pulse:
    """A pulse that excites whatever can be excited, so that only conduction decides."""
    return Pulse(amplitude=Pulse().amplitude * 2 * 2)

"""Impulses through lesions: internodal times, safety, trains and heat."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import number, whole
from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_S, MS_PER_US
from remyelin.fibre.checks import positions, series
from remyelin.fibre.conduct import conduct
from remyelin.fibre.lesions.membrane import scale_channels
from remyelin.fibre.models.fibre import Fibre, a_fibre
from remyelin.fibre.protocols.crossings import spike_times
from remyelin.fibre.protocols.preparation import (
    Preparation,
    Run,
    travel_times,
    waited,
)
from remyelin.fibre.protocols.thresholds import as_fibres
from remyelin.fibre.settings import (
    ALLOWANCE,
    BLOCKING_STEP_C,
    DEFAULT_STEP_US,
    LANES,
    MOST_IMPULSES,
    PROTOCOL_LIMIT_MS,
    SAFETY_SHARES,
    SPIKE_LEVEL_MV,
    TEMPERATURE_LIMITS,
    TRAIN_CHUNK,
)
from remyelin.fibre.solvers.driven import Block
from remyelin.fibre.solvers.trials import damped
from remyelin.fibre.stimulation.sources import Pipette
from remyelin.fibre.stimulation.stimulus import Pulse, Stimulus
from remyelin.fibre.stimulation.waveform import Waveform, rectangular

Array = NDArray[np.float64]


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

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import conduct, internodal_times, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 21, ledger=ledger)
    >>> internodal_times(conduct(fibre)).sel(fibre=0)[10:13].round(1).to_numpy().size
    3
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

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import safety_factor, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 21, ledger=ledger)
    >>> safety_factor(fibre) > 1.0
    True
    """
    a_fibre(fibre, "safety_factor")
    every = range(fibre.n_nodes) if nodes is None else nodes
    chosen = positions(every, fibre.n_nodes, "node", "safety_factor")
    shares = np.geomspace(*SAFETY_SHARES[:2], int(SAFETY_SHARES[2]))
    trials = [scale_channels(fibre, chosen, naf=float(s), nap=float(s)) for s in shares]
    passes = conduct(trials, pulse=_strong() if pulse is None else pulse, duration=duration)[
        "conducts"
    ].values
    return 1 / float(shares[passes].min()) if passes.any() else 0.0


def follow_trains(
    fibre: Fibre,
    rates: ArrayLike,
    *,
    count: int,
    amplitude: float | None = None,
    run: Run | None = None,
) -> xr.Dataset:
    """Send trains of equal pulses down a fibre and count the impulses that arrive.

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

    Raises
    ------
    InputError
        For rates not above 0 Hz, pulses that overlap, or trains that last too long.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import follow_trains, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 21, ledger=ledger)
    >>> data = follow_trains(fibre, [100.0, 200.0], count=3)
    >>> sorted(str(name) for name in data.data_vars)[:2]
    ['arrived', 'share']
    """
    a_fibre(fibre, "follow_trains")
    wanted = series(rates, "rates", "follow_trains")
    if not np.all(wanted > 0):
        raise InputError("follow_trains: give rates above 0 Hz.")
    count = whole(count, "count", "follow_trains")
    pulse = rectangular(Pulse().duration)
    if np.any(MS_PER_S / wanted <= pulse.end):
        raise InputError(f"follow_trains: pulses of {pulse.end:g} ms overlap at {wanted.max():g} Hz.")
    setting = run or Run(step=DEFAULT_STEP_US)
    strength = _strong().amplitude if amplitude is None else amplitude
    number(strength, "amplitude", "follow_trains", unit="nA")
    trains = [pulse.train(int(count), float(rate)) for rate in wanted]
    single = Pipette().stimulus(fibre, pulse)
    preparation = Preparation(fibre, setting, (single,), max(train.end for train in trains))
    after = setting.duration
    if after is None:
        after = ALLOWANCE * waited(travel_times([preparation], setting.threads)[0], pulse.end)
    durations = [train.end + after for train in trains]
    if max(durations) > PROTOCOL_LIMIT_MS:
        raise InputError(f"follow_trains: {count} pulses at {wanted.min():g} Hz last too long; give fewer.")
    found = _train_impulses(preparation, single, trains, durations, strength)
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
        {
            "pulses": int(count),
            "detected_at_node": preparation.at,
            "step_us": setting.step,
            "solver": "full" if preparation.reduced is None else "reduced",
            "reduction_error": preparation.error,
        },
    )


def _train_impulses(
    preparation: Preparation,
    single: Stimulus,
    trains: Sequence[Waveform],
    durations: Sequence[float],
    strength: float,
) -> list[Array]:
    """Return when impulses pass the node of detection for each train, eight trains side by side."""
    run, at, reduced = preparation.run, preparation.at, preparation.reduced
    found = []
    if reduced is None:
        for train, duration in zip(trains, durations, strict=True):
            source = Pipette().stimulus(preparation.fibre, train, strength)
            trace = preparation.record((source,), duration, (at,))
            found.append(spike_times(trace.time, trace.potential[:, 0], SPIKE_LEVEL_MV))
        return found
    patterns, step = preparation.patterns((single,)), run.step * MS_PER_US
    order = np.argsort(durations, kind="stable")
    times: dict[int, Array] = {}
    for start in range(0, len(order), LANES):
        lanes = order[start : start + LANES]
        steps = max(1, round(max(durations[i] for i in lanes) / step))
        block = Block(
            [reduced] * len(lanes),
            [patterns] * len(lanes),
            np.full((1, len(lanes)), reduced.nodes[at]),
            np.full((1, len(lanes)), SPIKE_LEVEL_MV),
            most=MOST_IMPULSES,
        )
        waves = np.array([trains[i].sample(steps, step) for i in lanes], dtype=np.float32).T[None]
        jumped = damped(waves)
        gain = np.full((1, len(lanes)), strength)
        for first in range(0, steps, TRAIN_CHUNK):
            part = slice(first, first + TRAIN_CHUNK)
            block.advance(waves[:, part], gain, jumped[part])
        for lane, i in enumerate(lanes):
            own = block.times[0, lane]
            times[int(i)] = own[own <= durations[i]]
    return [times[i] for i in range(len(trains))]


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

    Raises
    ------
    InputError
        For a highest temperature below the fibre's own or beyond the model's limit.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import blocking_temperature, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 21, ledger=ledger)
    >>> float(blocking_temperature(fibre, highest=38.0, step=0.5)['temperature'][0])
    nan
    """
    given = as_fibres(fibres)
    number(step, "step", "blocking_temperature", above=0.0, unit="C")
    number(highest, "highest", "blocking_temperature", unit="C")
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
    passes = conduct(warmed, pulse=_strong() if pulse is None else pulse, duration=duration)[
        "conducts"
    ].values
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


def _strong() -> Pulse:
    """A pulse that excites whatever can be excited, so that only conduction decides."""
    return Pulse(amplitude=Pulse().amplitude * 2 * 2)

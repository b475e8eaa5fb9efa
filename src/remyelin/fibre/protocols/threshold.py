"""Experiments on one fibre: excitation threshold, strength and duration.

Thresholds come from a scan that finds every change of the response (:mod:`remyelin.fibre.protocols.search`), since
excitation is not monotone: a strong cathode blocks the impulse it starts. All runs use the
full-compartment solver, so channels may sit anywhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.errors import InputError
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.protocols.search import Transitions, transitions
from remyelin.fibre.settings import (
    ALLOWANCE,
    DETECT_AT,
    PROTOCOL_LIMIT_MS,
    PROTOCOL_STEP_US,
    SCAN_PER_DECADE,
    SEARCH_TOLERANCE,
    STEP_LIMITS_US,
    TRAVEL_LIMIT_MS,
)
from remyelin.fibre.solvers.full import Recording, Scheme, resting_state, simulate_full
from remyelin.fibre.stimulation.stimulus import Pulse, Stimulus, pulse_stimulus
from remyelin.fibre.stimulation.waveform import Waveform, rectangular

Array = NDArray[np.float64]


class Source(Protocol):
    """Anything that turns a waveform and an amplitude into a stimulus: an electrode, a pipette."""

    @property
    def unit(self) -> str:
        """Unit of the amplitude."""

    def stimulus(self, fibre: Fibre, waveform: Waveform, amplitude: float = 1.0) -> Stimulus:
        """Return the stimulus of `amplitude` times the waveform."""


@dataclass(frozen=True, slots=True)
class Pipette:
    """A source of current in the axoplasm of one node (counted from 0; negative from the far end)."""

    node: int = 1

    @property
    def unit(self) -> str:
        """Unit of a stimulus amplitude at this source."""
        return "nA"

    def stimulus(self, fibre: Fibre, waveform: Waveform, amplitude: float = 1.0) -> Stimulus:
        """Return the stimulus of a current of `amplitude` times the waveform (nA)."""
        pattern = pulse_stimulus(fibre, Pulse(amplitude, waveform.end, self.node))
        return Stimulus(pattern.axoplasm, pattern.periaxonal, waveform.sample)


@dataclass(frozen=True, slots=True)
class Run:
    """How a protocol runs its simulations.

    Attributes
    ----------
    at : int, optional
        Node at which an impulse counts as conducted; nine tenths along the fibre when omitted.
    duration : float, optional
        ms; when omitted, the stimulus and twice the time an impulse takes to the node.
    step : float
        us.
    scheme : "second-order" or "backward-euler"
    threads : int
        Simulations at a time; results do not depend on it.
    """

    at: int | None = None
    duration: float | None = None
    step: float = PROTOCOL_STEP_US
    scheme: Scheme = "second-order"
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)


def threshold(
    fibre: Fibre,
    source: Source,
    waveform: Waveform,
    *,
    between: tuple[float, float],
    per_decade: int = SCAN_PER_DECADE,
    tolerance: float = SEARCH_TOLERANCE,
    run: Run | None = None,
) -> xr.Dataset:
    """Find the amplitudes at which a conducted impulse begins, and at which it fails again.

    Parameters
    ----------
    fibre : Fibre
    source : Source
        An :class:`~remyelin.fibre.stimulation.extracellular.Electrode` (mA) or a :class:`Pipette` (nA).
    waveform : Waveform
        Multiplied by the amplitude.
    between : (float, float)
        Smallest and largest amplitude, of one sign: negative for a cathode with a positive waveform.
    per_decade : int
        Amplitudes scanned per factor of ten; a window of response narrower than their spacing, away from
        other changes, is missed.
    tolerance : float
        Relative, of every transition.
    run : Run, optional

    Returns
    -------
    xarray.Dataset
        ``threshold``: smallest amplitude that responds, NaN if none in the range does; ``site``: node at
        which that impulse begins; ``transition(transition)`` with ``begins``; ``responded(amplitude)`` for
        all that was tried. Attributes say whether the response is ``monotone`` and whether the impulse
        began at an end of the fibre (``end_excitation``), where no real fibre ends.

    Raises
    ------
    InputError
        If the smallest amplitude already responds, or the fibre does not conduct to the node at all.
    """
    bench = Bench(fibre, run or Run(), waveform.end)

    def responds(amplitude: float) -> bool:
        return bench.conducted(source.stimulus(fibre, waveform, amplitude))

    found = transitions(
        responds, *between, per_decade=per_decade, tolerance=tolerance, threads=bench.run.threads
    )
    if found.responded[0]:
        raise InputError(
            f"threshold: an impulse is conducted already at {found.tried[0]:g} {source.unit}; "
            "begin the range at a smaller amplitude."
        )
    site = -1
    if np.any(found.begins):
        arrival = bench.record(source.stimulus(fibre, waveform, found.first)).arrival
        site = int(np.nanargmin(arrival))
    return _as_dataset(found, source, bench, site, tolerance, per_decade)


def strength_duration(
    fibre: Fibre,
    source: Source,
    durations: ArrayLike,
    *,
    between: tuple[float, float],
    shape: Callable[[float], Waveform] = rectangular,
    per_decade: int = SCAN_PER_DECADE,
    tolerance: float = SEARCH_TOLERANCE,
    run: Run | None = None,
) -> xr.Dataset:
    """Find the threshold for pulses of several durations, with rheobase and chronaxie.

    Rheobase and chronaxie are those of Weiss's law, charge = rheobase (duration + chronaxie), by least
    squares on the charges; its worst relative misfit is given, as the law is only a description.

    Parameters
    ----------
    durations : (k,) array
        ms, increasing; two or more.
    shape : callable
        ``shape(duration)`` returns the waveform; a rectangular pulse when omitted.
    fibre, source, between, per_decade, tolerance, run
        As for :func:`threshold`.

    Returns
    -------
    xarray.Dataset
        ``threshold(duration)``, ``monotone(duration)``, ``rheobase``, ``chronaxie`` (ms), ``misfit``.
    """
    lengths = np.atleast_1d(np.asarray(durations, dtype=np.float64))
    if lengths.ndim != 1 or len(lengths) < 2 or not np.all(lengths > 0) or not np.all(np.diff(lengths) > 0):
        raise InputError("strength_duration: give two or more durations above 0 ms, increasing.")
    options = {"between": between, "per_decade": per_decade, "tolerance": tolerance, "run": run}
    results = [threshold(fibre, source, shape(float(d)), **options) for d in lengths]  # type: ignore[arg-type]
    thresholds = np.array([float(result.threshold) for result in results])
    rheobase = chronaxie = misfit = np.nan
    reached = np.isfinite(thresholds)
    if np.count_nonzero(reached) >= 2:
        rheobase, intercept = np.polyfit(lengths[reached], thresholds[reached] * lengths[reached], 1)
        chronaxie = intercept / rheobase
        law = rheobase * (1 + chronaxie / lengths[reached])
        misfit = float(np.max(np.abs(law / thresholds[reached] - 1)))
    return xr.Dataset(
        {
            "threshold": ("duration", thresholds, {"units": source.unit}),
            "monotone": ("duration", np.array([bool(result.attrs["monotone"]) for result in results])),
            "rheobase": ((), rheobase, {"units": source.unit}),
            "chronaxie": ((), chronaxie, {"units": "ms"}),
            "misfit": ((), misfit, {"units": "1", "long_name": "worst relative misfit of Weiss's law"}),
        },
        {"duration": ("duration", lengths, {"units": "ms"})},
        results[0].attrs | {"monotone": int(all(result.attrs["monotone"] for result in results))},
    )


class Bench:
    """A fibre at rest, ready to be stimulated many times."""

    __slots__ = ("at", "duration", "fibre", "rest", "run", "travel")

    def __init__(self, fibre: Fibre, run: Run, stimulus_end: float) -> None:
        at = int(DETECT_AT * (fibre.n_nodes - 1)) if run.at is None else run.at
        if not 0 <= at < fibre.n_nodes:
            raise InputError(
                f"protocol: there is no node {at}; the fibre has {fibre.n_nodes}, counted from 0."
            )
        if run.duration is not None and not 0 < run.duration <= PROTOCOL_LIMIT_MS:
            raise InputError(
                f"protocol: duration is {run.duration} ms; give a number above zero, up to {PROTOCOL_LIMIT_MS:g}."
            )
        low, high = STEP_LIMITS_US
        if not low <= run.step <= high:
            raise InputError(f"protocol: step is {run.step} us; give {low:g} to {high:g} us.")
        self.fibre, self.run, self.at = fibre, run, at
        self.rest = resting_state(fibre)
        self.travel = 0.0
        if run.duration is None:
            self.travel = self._travel_time()
            self.duration = stimulus_end + ALLOWANCE * (self.travel + 1)
        else:
            self.duration = run.duration

    def record(
        self, *stimuli: Stimulus, duration: float | None = None, nodes: Sequence[int] = ()
    ) -> Recording:
        """Simulate; keep the membrane potential of the nodes named."""
        where = self.fibre.nodes[list(nodes)] if nodes else None
        return simulate_full(
            self.fibre,
            stimuli,
            self.duration if duration is None else duration,
            step=self.run.step,
            scheme=self.run.scheme,
            record=where,
            start=self.rest,
        )

    def conducted(self, *stimuli: Stimulus) -> bool:
        """Return whether an impulse reaches the node."""
        return bool(np.isfinite(self.record(*stimuli).arrival[self.at]))

    def _travel_time(self) -> float:
        """Longest time (ms) an impulse started in the axoplasm near either end takes to the node."""
        fibre, longest = self.fibre, 1.0
        for node in (1, fibre.n_nodes - 2):
            stimulus = Pipette(node).stimulus(fibre, rectangular(Pulse().duration), Pulse().amplitude)
            window = longest
            while True:
                arrival = self.record(stimulus, duration=window).arrival[self.at]
                if np.isfinite(arrival) or window > TRAVEL_LIMIT_MS:
                    break
                window *= 2
            if not np.isfinite(arrival):
                raise InputError(
                    f"protocol: an impulse started at node {node} does not reach node {self.at} "
                    f"within {TRAVEL_LIMIT_MS:g} ms; choose another node or give a duration."
                )
            longest = max(longest, float(arrival))
        return longest


def _as_dataset(
    found: Transitions, source: Source, bench: Bench, site: int, tolerance: float, per_decade: int
) -> xr.Dataset:
    units = {"units": source.unit}
    last = bench.fibre.n_nodes - 1
    return xr.Dataset(
        {
            "threshold": ((), found.first, units),
            "site": ((), site, {"units": "node", "long_name": "where the impulse begins; -1 if none"}),
            "transition": ("change", found.value, units),
            "begins": ("change", found.begins),
            "responded": ("amplitude", found.responded),
        },
        {"amplitude": ("amplitude", found.tried, units)},
        {
            "fibre": f"{bench.fibre.model} {bench.fibre.diameter:g} um",
            "monotone": int(found.monotone),
            "end_excitation": int(site in (0, 1, last - 1, last)),
            "detected_at_node": bench.at,
            "duration_ms": bench.duration,
            "step_us": bench.run.step,
            "scheme": bench.run.scheme,
            "relative_tolerance": tolerance,
            "scanned_per_decade": per_decade,
        },
    )

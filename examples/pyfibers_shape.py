"""remyelin called the way PyFibers is: ``build_fiber``, ``ScaledStim.find_threshold``, ``run_sim``.

A script written for PyFibers runs on remyelin's engine when its import line is changed::

    from pyfibers_shape import FiberModel, ScaledStim, build_fiber

    fiber = build_fiber(FiberModel.MRG_DISCRETE, diameter=10, n_nodes=41)
    fiber.point_source_potentials(0, 1000, fiber.length / 2, 1, 0.2, inplace=True)
    stim = ScaledStim(waveform=lambda t: 1.0 if t < 0.1 else 0.0, dt=0.005, tstop=5)
    amplitude, (impulses, last) = stim.find_threshold(fiber)

What differs. The axis of the fibre is z, as there; remyelin's own is x. Steps are remyelin's (2 us, second order)
unless ``scheme="backward-euler"``, which takes steps of ``dt`` as NEURON does. A threshold is the smallest amplitude
that responds between the two bounds, found by a scan that sees every change of the response, and not merely some
change that a bisection meets; all changes stand in ``stim.found``. There is no NEURON, so no ``h.Vector``: recordings
are arrays. Call shape after PyFibers 0.13; written from its documentation, no code of it is here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin import fibre as engine
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger

Array = NDArray[np.float64]
Wave = Callable[[float], float]
LEDGER = Ledger.shipped()


class FiberModel(StrEnum):
    """The models of PyFibers that remyelin has."""

    MRG_DISCRETE = "MRG_DISCRETE"
    MRG_INTERPOLATION = "MRG_INTERPOLATION"
    PENA = "PENA"
    SWEENEY = "SWEENEY"
    SUNDT = "SUNDT"
    RATTAY = "RATTAY"
    TIGERHOLM = "TIGERHOLM"
    THIO_AUTONOMIC = "THIO_AUTONOMIC"
    THIO_CUTANEOUS = "THIO_CUTANEOUS"


MYELINATED = {
    FiberModel.MRG_DISCRETE: engine.mrg,
    FiberModel.MRG_INTERPOLATION: engine.mrg_interpolated,
    FiberModel.PENA: engine.pena,
    FiberModel.SWEENEY: engine.sweeney,
}
UNMYELINATED: dict[FiberModel, Callable[..., engine.Fibre]] = {
    FiberModel.SUNDT: engine.sundt_c_fibre,
    FiberModel.RATTAY: engine.rattay_c_fibre,
    FiberModel.TIGERHOLM: engine.tigerholm_c_fibre,
    FiberModel.THIO_AUTONOMIC: lambda *args, **kw: engine.thio_c_fibre("autonomic", *args, **kw),
    FiberModel.THIO_CUTANEOUS: lambda *args, **kw: engine.thio_c_fibre("cutaneous", *args, **kw),
}
PIECE_UM = 8.333


@dataclass(eq=False)
class Fiber:
    """A fibre with the potentials of its sources, one row each (mV at 1 mA)."""

    fibre: engine.Fibre
    fiber_model: FiberModel
    coordinates: Array
    _potentials: Array = field(default_factory=lambda: np.zeros((1, 0)))
    activity: dict[str, float] | None = None
    recording: xr.Dataset | None = None

    def __post_init__(self) -> None:
        self._potentials = np.zeros((1, self.fibre.n_compartments))

    def __len__(self) -> int:
        return self.fibre.n_nodes

    @property
    def nodecount(self) -> int:
        """Number of nodes."""
        return self.fibre.n_nodes

    @property
    def diameter(self) -> float:
        """Diameter, um."""
        return self.fibre.diameter

    @property
    def temperature(self) -> float:
        """Degrees C."""
        return self.fibre.temperature

    @property
    def length(self) -> float:
        """Length from end to end, um."""
        return float(self.fibre.length.sum())

    @property
    def delta_z(self) -> float:
        """Distance between the middles of the first two nodes, um."""
        return float(np.diff(self.fibre.centres[self.fibre.nodes[:2]])[0])

    @property
    def longitudinal_coordinates(self) -> Array:
        """Position of every section along the fibre, um, the first at 0."""
        return self.fibre.centres - self.fibre.centres[0]

    @property
    def potentials(self) -> Array:
        """Potentials of the sources, (sections,) for one source or (sources, sections)."""
        return self._potentials[0] if len(self._potentials) == 1 else self._potentials

    @potentials.setter
    def potentials(self, value: ArrayLike) -> None:
        table = np.atleast_2d(np.asarray(value, dtype=np.float64))
        if table.shape[1] != self.fibre.n_compartments:
            raise ValueError(
                f"give one potential per section ({self.fibre.n_compartments}), not {table.shape}."
            )
        self._potentials = table

    def loc_index(self, loc: float) -> int:
        """Return the node at a share of the fibre."""
        if not 0 <= loc <= 1:
            raise ValueError("a location lies between 0 and 1.")
        return int(loc * (self.fibre.n_nodes - 1))

    def point_source_potentials(
        self,
        x: float,
        y: float,
        z: float,
        i0: float,
        sigma: float | tuple[float, float, float],
        inplace: bool = False,
    ) -> Array:
        """Return the potentials (mV) of a point source of i0 mA."""
        where = engine.Field(
            engine.arc_length(self.coordinates),
            i0 * engine.field_of_point((x, y, z), self.coordinates, sigma).value,
        ).value
        if inplace:
            self.potentials = where
        return where

    def resample_potentials(
        self, potentials: ArrayLike, potential_coords: ArrayLike, center: bool = False, inplace: bool = False
    ) -> Array:
        """Return potentials along a path at the sections, by straight lines as there."""
        start = "centre" if center else 0.0
        coords = np.asarray(potential_coords, dtype=np.float64)
        along = engine.Field(coords - coords[0], np.asarray(potentials), start, "linear")
        here = along.potential(self.fibre)
        if inplace:
            self.potentials = here
        return here

    def add_intrinsic_activity(
        self,
        loc: float = 0.1,
        start_time: float = 1.0,
        avg_interval: float = 1.0,
        num_stims: int = 1,
        **_: Any,
    ) -> None:
        """Ask for test impulses, which a search for block needs."""
        self.activity = {
            "node": self.loc_index(loc),
            "start": start_time,
            "every": avg_interval,
            "count": num_stims,
        }

    def measure_cv(self, start: float = 0.25, end: float = 0.75) -> float:
        """Return the velocity (m/s) of the last run between two places."""
        if self.recording is None:
            raise RuntimeError("run a simulation first.")
        first, last = self.loc_index(start), self.loc_index(end)
        when = [float(self.recording.impulse.sel(node=k).values.ravel()[0]) for k in (first, last)]
        at = self.fibre.node_positions
        return float(abs(at[last] - at[first]) / abs(when[1] - when[0]))


def build_fiber(
    fiber_model: FiberModel,
    diameter: float,
    length: float | None = None,
    n_sections: int | None = None,
    n_nodes: int | None = None,
    enforce_odd_nodecount: bool = True,
    temperature: float = 37.0,
    passive_end_nodes: bool = True,
) -> Fiber:
    """Build a straight fibre along z by its length (um), its sections or its nodes."""
    if sum(x is not None for x in (length, n_sections, n_nodes)) != 1:
        raise ValueError("give exactly one of length, n_sections and n_nodes.")
    if fiber_model in MYELINATED:
        options: dict[str, Any] = {"temperature": temperature, "ledger": LEDGER}
        build = MYELINATED[fiber_model]
        if n_nodes is None:
            two = build(diameter, 2, **options)
            per_node = two.n_compartments - 1
            internode = float(two.length.sum() - two.length[-1])
            n_nodes = int(length // internode) + 1 if n_sections is None else (n_sections - 1) // per_node + 1
        nodes = n_nodes - (1 if enforce_odd_nodecount and n_nodes % 2 == 0 else 0)
        made = build(diameter, nodes, ends="passive" if passive_end_nodes else "sealed", **options)
    else:
        count = n_nodes or n_sections or int(length // PIECE_UM)
        count -= 1 if enforce_odd_nodecount and count % 2 == 0 else 0
        made = UNMYELINATED[fiber_model](
            diameter, count * PIECE_UM * 1e-3, temperature=temperature, ledger=LEDGER
        )
    along = made.centres - made.centres[0]
    return Fiber(made, fiber_model, np.stack([0 * along, 0 * along, along], axis=1))


class Stimulation:
    """Common part of the two kinds of stimulation."""

    def __init__(self, dt: float, tstop: float, scheme: str) -> None:
        self.dt, self.tstop, self.scheme = dt, tstop, scheme
        self.found: xr.Dataset | None = None

    @property
    def _step(self) -> float:
        return self.dt * 1e3 if self.scheme == "backward-euler" else min(2.0, self.dt * 1e3)

    def _stimuli(self, amplitude: float, fiber: Fiber) -> list[engine.Stimulus]:
        sources, waves = self._sources(fiber), self._waves(fiber)
        return [s.stimulus(fiber.fibre, w, amplitude) for s, w in zip(sources, waves, strict=True)]

    def _sources(self, fiber: Fiber) -> Sequence[Any]:
        raise NotImplementedError

    def _waves(self, fiber: Fiber) -> Sequence[engine.Waveform]:
        raise NotImplementedError

    def run_sim(
        self,
        stimamp: float,
        fiber: Fiber,
        ap_detect_location: float = 0.9,
        ap_detect_threshold: float = -30.0,
        **_: Any,
    ) -> tuple[int, float | None]:
        """Run one amplitude; return how many impulses pass a place, and when (ms) the last does."""
        data = engine.stimulate(
            fiber.fibre,
            self._stimuli(stimamp, fiber),
            duration=self.tstop,
            step=self._step,
            scheme=self.scheme,
            level=ap_detect_threshold,
        )
        fiber.recording = data
        times = data.impulse.sel(node=fiber.loc_index(ap_detect_location)).values
        times = times[np.isfinite(times)]
        return len(times), float(times[-1]) if len(times) else None

    def find_threshold(
        self,
        fiber: Fiber,
        condition: str = "activation",
        stimamp_top: float = -1.0,
        stimamp_bottom: float = -0.01,
        termination_tolerance: float = 1.0,
        max_iterations: int = 50,
        ap_detect_location: float = 0.9,
        block_delay: float | None = None,
        bounds_search_step: float = 10.0,
        **_: Any,
    ) -> tuple[float, tuple[int, float | None]]:
        """Return the smallest amplitude that excites or blocks, and the impulses of a run at it."""
        options: dict[str, Any] = {"tolerance": termination_tolerance / 100.0, "per_decade": 8}
        run = engine.Run(at=fiber.loc_index(ap_detect_location), step=self._step, scheme=self.scheme)
        sources, waves = tuple(self._sources(fiber)), tuple(self._waves(fiber))
        low, high = stimamp_bottom, stimamp_top
        for _attempt in range(max_iterations):
            if condition == "block":
                pulse = engine.Pulse(
                    2.0, 0.1, max(1, int((fiber.activity or {}).get("node", 1))), block_delay or 0.0
                )
                found = engine.block_thresholds(
                    fiber.fibre, sources, waves, between=(low, high), test=pulse, run=run, **options
                ).squeeze(drop=True)
            else:
                try:
                    found = engine.threshold(
                        fiber.fibre, sources, waves, between=(low, high), run=run, **options
                    )
                except InputError as error:
                    if "already" not in str(error):
                        raise
                    low *= 0.1
                    continue
            if np.isfinite(found.threshold):
                break
            high *= 1 + bounds_search_step / 10.0
        else:
            raise RuntimeError("no threshold was found between the bounds.")
        self.found = found
        amplitude = float(found.threshold)
        return amplitude, self.run_sim(amplitude, fiber, ap_detect_location)


class ScaledStim(Stimulation):
    """Stimulation from outside: the potentials of the fibre times a waveform for each source."""

    def __init__(
        self,
        waveform: Wave | Sequence[Wave],
        dt: float = 0.001,
        tstop: float = 50.0,
        t_init_ss: float = -200.0,
        dt_init_ss: float = 5.0,
        scheme: str = "second-order",
    ) -> None:
        super().__init__(dt, tstop, scheme)
        self.waveform = list(waveform) if isinstance(waveform, Sequence) else [waveform]

    def _sources(self, fiber: Fiber) -> Sequence[Any]:
        return [engine.CompartmentField(row) for row in fiber._potentials]

    def _waves(self, fiber: Fiber) -> Sequence[engine.Waveform]:
        if len(self.waveform) != len(fiber._potentials):
            raise ValueError(
                f"there are {len(self.waveform)} waveforms for {len(fiber._potentials)} sources."
            )
        return [held(wave, self.dt, self.tstop) for wave in self.waveform]


class IntraStim(Stimulation):
    """Stimulation inside one node: a current of ``pw`` ms after ``delay`` ms."""

    def __init__(
        self,
        dt: float = 0.001,
        tstop: float = 50.0,
        t_init_ss: float = -200.0,
        dt_init_ss: float = 5.0,
        istim_ind: int | None = None,
        istim_loc: float | None = None,
        clamp_kws: dict[str, float] | None = None,
        scheme: str = "second-order",
    ) -> None:
        super().__init__(dt, tstop, scheme)
        if (istim_ind is None) == (istim_loc is None):
            raise ValueError("give either istim_ind or istim_loc.")
        self.istim_ind, self.istim_loc, self.clamp = istim_ind, istim_loc, clamp_kws or {}

    def _sources(self, fiber: Fiber) -> Sequence[Any]:
        node = self.istim_ind if self.istim_ind is not None else fiber.loc_index(self.istim_loc)
        return [engine.Pipette(node)]

    def _waves(self, fiber: Fiber) -> Sequence[engine.Waveform]:
        return [engine.rectangular(self.clamp.get("pw", 1.0), start=self.clamp.get("delay", 0.0))]


def held(wave: Wave, dt: float, tstop: float) -> engine.Waveform:
    """Return a waveform that holds its value at the start of each step of ``dt`` ms, as a stepper sees it."""
    count = round(tstop / dt)
    value = np.array([float(wave(k * dt)) for k in range(count)])
    change = np.flatnonzero(np.diff(value)) + 1
    starts = np.concatenate([[0], change, [count]])
    last = np.flatnonzero(value)
    if not len(last):
        return engine.rectangular(dt, amplitude=0.0)
    time, level = [], []
    for first, end in pairwise(starts):
        if first <= last[-1]:
            time += [first * dt, end * dt]
            level += [value[first]] * 2
    return engine.sampled(time, level)

"""The compound potential of a nerve: the sum of the potentials of many fibres at electrodes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import number, whole
from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_US, NA_PER_MA, UV_PER_MV
from remyelin.fibre.checks import duration_ms
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.protocols.preparation import Preparation, Run, most_demanding, plan_for
from remyelin.fibre.protocols.thresholds import as_fibres
from remyelin.fibre.settings import (
    BATCH_FIBRES,
    COMPOUND_EVERY,
    CROSSING_LEVEL,
    DEFAULT_STEP_US,
    LANES,
    RECORD_LIMIT,
    REDUCTION_TOLERANCE,
    VELOCITY_BETWEEN,
)
from remyelin.fibre.solvers.driven import Block
from remyelin.fibre.solvers.driven_rows import Pattern, Prepared, lead
from remyelin.fibre.solvers.modes import Plan
from remyelin.fibre.solvers.packing import reducible
from remyelin.fibre.solvers.trials import damped
from remyelin.fibre.stimulation.extracellular import AXES, Electrode, imposed_currents
from remyelin.fibre.stimulation.sources import AnySource, AnyWaveform, Lead, Pipette, scaled, unit_stimuli
from remyelin.fibre.stimulation.stimulus import Pulse, Stimulus
from remyelin.fibre.stimulation.waveform import rectangular

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Member:
    """One fibre of the nerve: its number, where its start lies (um), how many it stands for."""

    index: int
    fibre: Fibre
    origin: Array
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class _Ready:
    """A fibre with its sources and its leads: all of a run that does not depend on its neighbours.

    `direct` (electrodes, sources) is what the currents of the sources leave at the electrodes, nA mV.
    """

    reduced: Prepared
    stimuli: tuple[Stimulus, ...]
    patterns: tuple[Pattern, ...]
    leads: Array
    direct: Array


class _Stock:
    """The fibres of one batch with their sources and leads: one that comes again, at the same place, is made once."""

    __slots__ = ("_again", "_kept", "_make")

    def __init__(self, batch: Sequence[_Member], make: Callable[[_Member], _Ready]) -> None:
        counts = Counter(self._key(member) for member in batch)
        self._again = {key for key, count in counts.items() if count > 1}
        self._kept: dict[tuple[int, bytes], _Ready] = {}
        self._make = make

    def ready(self, member: _Member) -> _Ready:
        """Return a member with its sources and leads."""
        key = self._key(member)
        found = self._kept.get(key)
        if found is None:
            found = self._make(member)
            if key in self._again:
                self._kept[key] = found
        return found

    @staticmethod
    def _key(member: _Member) -> tuple[int, bytes]:
        return id(member.fibre), member.origin.tobytes()


@dataclass(frozen=True, slots=True, eq=False)
class _Passage:
    """Impulse of one fibre: its field (samples, electrodes) in uV, velocity in m/s, whether it conducts."""

    field: Array
    velocity: float
    conducts: bool


def compound_potential(
    fibres: Fibre | Iterable[Fibre],
    electrodes: Sequence[Lead],
    *,
    duration: float,
    origins: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    source: AnySource | None = None,
    waveform: AnyWaveform | None = None,
    amplitude: float = Pulse().amplitude,
    every: int = COMPOUND_EVERY,
    step: float = DEFAULT_STEP_US,
    tolerance: float = REDUCTION_TOLERANCE,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> xr.Dataset:
    """Stimulate many fibres and add up the potentials that they leave at electrodes.

    Parameters
    ----------
    fibres : Fibre or iterable of Fibre
        An iterator is consumed piece by piece, so that memory stays bounded.
    electrodes : sequence of Electrode or Field
        Against a distant reference; subtract two for a bipolar recording.
    duration : float
        ms.
    origins : (fibres, 3) array, optional
        Where the start of each fibre lies, um: x along, y and z across, in the frame of the electrodes. All at 0 when
        omitted. Fields are given along the fibre and are not moved.
    weights : (fibres,) array, optional
        How many fibres each stands for; 1 when omitted.
    source, waveform, amplitude
        The stimulus of every fibre: 2 nA for 0.1 ms into node 1 when omitted. An electrode that stimulates is in the
        frame of each fibre; give a function of the fibre to place it.
    every : int
        Steps between samples.
    step : float
        us.
    tolerance : float
        Error of the reduction up to which the cheapest one is taken; looked at for the first fibre of each batch.
    threads : int, optional
        As many as there are processors when omitted. Results do not depend on it.
    progress : callable, optional
        Is told how many fibres are done.

    Returns
    -------
    xarray.Dataset
        ``potential(electrode, time)`` uV; ``velocity(fibre)`` m/s between the nodes at a quarter and three quarters,
        NaN where the impulse does not pass both; ``conducts(fibre)``, whether it reaches the last node but one.

    Raises
    ------
    InputError
        If something cannot be used, or a fibre has channels under its myelin.

    Examples
    --------
    >>> from remyelin.evidence import Ledger
    >>> from remyelin.fibre import Electrode, compound_potential, mrg
    >>> ledger = Ledger.shipped()
    >>> nerve = [mrg(d, 21, ledger=ledger) for d in (8.7, 10.0, 14.0)]
    >>> found = compound_potential(nerve, [Electrode((8000.0, 2000.0, 0.0), 0.3)], duration=1.5)
    >>> found.potential.dims, bool(found.conducts.all())
    (('electrode', 'time'), True)
    """
    where = "compound_potential"
    workers = (os.cpu_count() or 1) if threads is None else whole(threads, "threads", where)
    run = Run(step=step, threads=workers, solver="reduced", tolerance=tolerance)
    duration_ms(duration, where)
    every = whole(every, "every", where)
    number(amplitude, "amplitude", where)
    if isinstance(fibres, str) or not isinstance(fibres, Fibre | Iterable):
        raise InputError(f"{where}: a {type(fibres).__name__} is not a Fibre; build one with mrg().")
    places = list(electrodes)
    if not places or not all(isinstance(place, Lead) for place in places):
        raise InputError(
            "compound_potential: give at least one electrode, and nothing but electrodes and fields."
        )
    steps = max(1, round(duration / (step * MS_PER_US)))
    samples = steps // every + 1
    if samples * len(places) * LANES > RECORD_LIMIT:
        raise InputError("compound_potential: that is too much to keep; record less often or a shorter time.")
    origin = Pipette() if source is None else source
    pulse = rectangular(Pulse().duration) if waveform is None else waveform
    total = np.zeros((samples, len(places)))
    velocity: list[float] = []
    conducts: list[bool] = []
    error = 0.0
    members = _members(fibres, origins, weights)
    while batch := list(islice(members, BATCH_FIBRES)):
        hardest = [batch[place].fibre for place in most_demanding([member.fibre for member in batch])]
        plan, own = plan_for(
            [(fibre, unit_stimuli(fibre, origin, pulse)) for fibre in hardest], duration, run.tolerance
        )
        error = max(error, own)
        blocks = list(_blocks(batch))
        make = partial(
            _make_ready,
            electrodes=places,
            source=origin,
            waveform=pulse,
            amplitude=amplitude,
            run=run,
            plan=plan,
        )
        work = partial(
            _run, stock=_Stock(batch, make), electrodes=len(places), run=run, steps=steps, every=every
        )
        with ThreadPoolExecutor(run.threads) as pool:
            results = pool.map(work, blocks)
            by_index: dict[int, _Passage] = {}
            for block, passages in zip(blocks, results, strict=True):
                for member, passage in zip(block, passages, strict=True):
                    by_index[member.index] = passage
        for member in batch:
            passage = by_index[member.index]
            total += member.weight * passage.field
            velocity.append(passage.velocity)
            conducts.append(passage.conducts)
        if progress is not None:
            progress(len(velocity))
    if not velocity:
        raise InputError("compound_potential was given no fibres.")
    tips = [place.position for place in places if isinstance(place, Electrode)]
    positions = {}
    if len(tips) == len(places):
        positions = {
            axis: ("electrode", [tip[k] for tip in tips], {"units": "um"}) for k, axis in enumerate(AXES)
        }
    return xr.Dataset(
        {
            "potential": (("electrode", "time"), total.T, {"units": "uV"}),
            "velocity": ("fibre", np.array(velocity), {"units": "m/s"}),
            "conducts": ("fibre", np.array(conducts)),
        },
        {"time": ("time", np.arange(samples) * (every * step * MS_PER_US), {"units": "ms"}), **positions},
        {"step_us": step, "duration_ms": duration, "reduction_error": error, "fibres": len(velocity)},
    )


def _members(
    fibres: Fibre | Iterable[Fibre], origins: ArrayLike | None, weights: ArrayLike | None
) -> Iterator[_Member]:
    """Yield the fibres with their places and weights, checked."""
    given = [fibres] if isinstance(fibres, Fibre) else fibres
    starts = None if origins is None else np.asarray(origins, dtype=np.float64)
    counts = None if weights is None else np.asarray(weights, dtype=np.float64)
    if starts is not None and (
        starts.ndim != 2 or starts.shape[1] != len(AXES) or not np.all(np.isfinite(starts))
    ):
        raise InputError("compound_potential: give one origin of three finite numbers, um, per fibre.")
    if counts is not None and (counts.ndim != 1 or not np.all(counts >= 0.0)):
        raise InputError("compound_potential: give one weight of 0 or more per fibre.")
    index = -1
    looked: dict[int, Fibre] = {}  # kept, so that no other fibre gets its place in memory
    for index, fibre in enumerate(given):
        for name, listed in (("origins", starts), ("weights", counts)):
            if listed is not None and index >= len(listed):
                raise InputError(f"compound_potential: there are {len(listed)} {name} but more fibres.")
        if id(fibre) not in looked:
            as_fibres([fibre])
            if not reducible(fibre):
                raise InputError(
                    f"compound_potential: fibre {index}, {fibre.model}, has channels that the reduced solver does not "
                    "know or that lie under myelin."
                )
            if len(looked) >= BATCH_FIBRES:
                looked.clear()
            looked[id(fibre)] = fibre
        start = np.zeros(len(AXES)) if starts is None else starts[index]
        yield _Member(index, fibre, start, 1.0 if counts is None else float(counts[index]))
    for name, listed in (("origins", starts), ("weights", counts)):
        if listed is not None and index + 1 != len(listed):
            raise InputError(f"compound_potential: there are {len(listed)} {name} for {index + 1} fibres.")


def _blocks(members: Sequence[_Member]) -> Iterator[list[_Member]]:
    """Put fibres that can share a block, and are alike in length, side by side."""
    groups: dict[object, list[_Member]] = {}
    own: dict[int, list[_Member]] = {}
    for member in members:
        fibre = member.fibre
        if id(fibre) not in own:
            own[id(fibre)] = groups.setdefault((fibre.channel_sets, fibre.temperature), [])
        own[id(fibre)].append(member)
    for group in groups.values():
        ordered = sorted(group, key=lambda member: (member.fibre.n_compartments, member.index))
        for first in range(0, len(ordered), LANES):
            yield ordered[first : first + LANES]


def _make_ready(
    member: _Member,
    electrodes: Sequence[Lead],
    source: AnySource,
    waveform: AnyWaveform,
    amplitude: float,
    run: Run,
    plan: Plan,
) -> _Ready:
    """Reduce a fibre and attach its sources and leads."""
    fibre = member.fibre
    preparation = Preparation(fibre, run, plan=(plan, 0.0))
    stimuli = tuple(scaled(s, amplitude) for s in unit_stimuli(fibre, source, waveform))
    reduced = preparation.reduced
    if reduced is None:
        raise InputError(f"compound_potential: {fibre.model} cannot be reduced.")
    fields = [_moved(place, member.origin).potential(fibre) for place in electrodes]
    currents = [imposed_currents(fibre, reduced.net, field) for field in fields]
    return _Ready(
        reduced,
        stimuli,
        preparation.patterns(stimuli),
        np.array([lead(reduced, *both) for both in currents]),
        np.array([[field @ (s.axoplasm + s.periaxonal) for s in stimuli] for field in fields]),
    )


def _run(
    members: Sequence[_Member], stock: _Stock, electrodes: int, run: Run, steps: int, every: int
) -> list[_Passage]:
    """Run a block of fibres and return the field of each at so many electrodes."""
    ready = [stock.ready(member) for member in members]
    prepared = [one.reduced for one in ready]
    stimuli = ready[0].stimuli
    waves = np.array([s.sample(steps, run.step * MS_PER_US) for s in stimuli]).reshape(-1, steps, 1)
    first, second, last = (
        [int(p.nodes[pick(len(p.nodes))]) for p in prepared]
        for pick in (
            lambda n: int(VELOCITY_BETWEEN[0] * n),
            lambda n: int(VELOCITY_BETWEEN[1] * n),
            lambda n: n - 2,
        )
    )
    watch = np.array([first, second, last])
    block = Block(
        prepared, [one.patterns for one in ready], watch, np.full(watch.shape, CROSSING_LEVEL), growing=True
    )
    recorded = block.advance(
        waves,
        np.ones((len(waves), len(prepared))),
        damped(waves),
        every=every,
        leads=[one.leads for one in ready],
    )
    arrival = block.arrival
    sampled = waves[:, every - 1 :: every, 0][:, : len(recorded.step)]
    found = []
    for lane, member in enumerate(members):
        field = np.zeros((len(recorded.step) + 1, electrodes))
        field[1:] = (recorded.field[:, :, lane] + (ready[lane].direct @ sampled).T) / NA_PER_MA * UV_PER_MV
        took = arrival[1, lane] - arrival[0, lane]
        positions = member.fibre.node_positions
        n = len(positions)
        apart = positions[int(VELOCITY_BETWEEN[1] * n)] - positions[int(VELOCITY_BETWEEN[0] * n)]
        speed = float(apart / took) if np.isfinite(took) and took > 0 else np.nan
        found.append(_Passage(field, speed, bool(np.isfinite(arrival[2, lane]))))
    return found


def _moved(place: Lead, origin: Array) -> Lead:
    """Return an electrode in the frame of a fibre that starts at `origin`."""
    if not isinstance(place, Electrode):
        return place
    x, y, z = (float(a - b) for a, b in zip(place.position, origin, strict=True))
    return replace(place, position=(x, y, z))
